"""Commands that take a graph elsewhere: export, view."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.cli.common import EXPORTS, NETWORKS, command, graph_argument, opened
from kg.errors import InputError


@command("""Examples:
  kg export graph -f turtle -o graph.ttl
  kg export graph -f nquads | gzip > graph.nq.gz
  kg export graph -f jsonld --slim -o plain.jsonld
  kg export graph -f gexf -o graph.gexf              # for Gephi; graphml for Cytoscape and networkx
  kg export graph -f neo4j-csv -o import             # nodes.csv and relationships.csv for neo4j-admin""")
@graph_argument
@click.option("-f", "--format", "form", type=click.Choice(EXPORTS + NETWORKS), default="turtle", help="[default: turtle]")
@click.option("-o", "--output", default="-", metavar="FILE", help="where to; a folder for neo4j-csv [default: standard output]")
@click.option("--slim", is_flag=True, help="only the plain triples, labels and types: what the articles assert")
def export(graph: Path, form: str, output: str, slim: bool) -> None:
    """Write GRAPH in a standard RDF format, or as a network of entities for Gephi, Cytoscape or Neo4j."""
    if form in NETWORKS:
        if slim or output == "-":
            raise InputError(f"{form} takes no --slim" if slim else f"{form} goes into a file or folder: name it with -o")
        from kg.pages import write_network

        for path in write_network(graph, form, Path(output)):
            click.echo(str(path))
        return
    with opened(graph) as g:
        g.export(form, sys.stdout.buffer if output == "-" else Path(output), slim=slim)


@command("""Examples:
  kg view graph
  kg view graph -o page.html --no-open --no-text
  kg view graph --entity "Alec Baldwin" --hops 2
  kg view graph --query question.rq -o answer.html""")
@graph_argument
@click.option("-o", "--output", type=click.Path(path_type=Path),
              help="write the page here [default: graph.html in the folder; of a part, view.html here]")
@click.option("--open/--no-open", "open_", default=True, help="open it in the browser [default: yes, on a terminal]")
@click.option("--no-text", is_flag=True, help="keep full texts out of the page; quotes stay")
@click.option("--entity", default="", metavar="NAME", help="only what lies around this name or IRI")
@click.option("--hops", default=1, type=click.IntRange(1, 9), help="how many statements away from it [default: 1]")
@click.option("--query", default="", metavar="QUERY", help="only what this gives: SPARQL, a .rq file or a stored query")
def view(graph: Path, output: Path | None, open_: bool, no_text: bool, entity: str, hops: int, query: str) -> None:
    """Write GRAPH, or a part of it, as one self-contained HTML page and open it."""
    if entity and query:
        raise InputError("take --entity or --query, not both")
    if entity or query:
        from kg.pages import write_view

        page = write_view(graph, output or Path("view.html"), entity=entity, hops=hops, query=query, no_text=no_text)
    else:
        from kg.pipeline import write_page

        page = write_page(graph, output, no_text=no_text)
    click.echo(str(page))
    if open_ and sys.stdout.isatty():
        click.launch(page.resolve().as_uri())
