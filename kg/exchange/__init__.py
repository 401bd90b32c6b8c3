"""Out of the graph and into it: RDF files, networks, data frames, JSON lines, SPARQL servers, users' own RDF."""
