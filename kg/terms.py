"""The terms of the vocabularies as Oxigraph's nodes."""

from __future__ import annotations

import pyoxigraph as ox

from kg.iris import INFERRED_GRAPH, PREFIXES

Subject = ox.NamedNode
Object = ox.NamedNode | ox.Literal


def vocabulary(prefix: str) -> dict[str, ox.NamedNode]:
    """Return a cache of the terms of one vocabulary, filled as they are asked for."""
    class Terms(dict[str, ox.NamedNode]):
        def __missing__(self, name: str) -> ox.NamedNode:
            self[name] = ox.NamedNode(PREFIXES[prefix] + name)
            return self[name]

    return Terms()


KG, RDF, RDFS, XSD, SKOS = vocabulary("kg"), vocabulary("rdf"), vocabulary("rdfs"), vocabulary("xsd"), vocabulary("skos")
SCHEMA, PROV, NIF, EDTF = vocabulary("schema"), vocabulary("prov"), vocabulary("nif"), vocabulary("edtf")
DCTERMS = vocabulary("dcterms")
TYPE, LABEL = RDF["type"], RDFS["label"]
UNION = ox.DefaultGraph()
INFERRED = ox.NamedNode(INFERRED_GRAPH)
DATATYPES = {"xsd": XSD, "edtf": EDTF}
