"""Commands that take a graph elsewhere: export, view, publish, serve, mcp."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg.cli.common import EXPORTS, NETWORKS, command, graph_argument, opened, progress, say, tabulate
from kg.errors import InputError
from kg.settings import Serving


@command("""Examples:
  kg export graph -f turtle -o graph.ttl
  kg export graph -f nquads | gzip > graph.nq.gz
  kg export graph -f jsonld --slim -o plain.jsonld
  kg export graph -f trig --rdf12 -o graph12.trig
  kg export graph -f nquads -o web/graph.nq --describe   # and web/void.ttl
  kg export graph -f gexf -o graph.gexf              # for Gephi; graphml for Cytoscape and networkx
  kg export graph -f neo4j-csv -o import             # nodes.csv and relationships.csv for neo4j-admin""")
@graph_argument
@click.option("-f", "--format", "form", type=click.Choice(EXPORTS + NETWORKS), default="turtle", help="[default: turtle]")
@click.option("-o", "--output", default="-", metavar="FILE", help="where to; a folder for neo4j-csv [default: standard output]")
@click.option("--inferred", is_flag=True, help="what was inferred too, in formats without named graphs (the others always have it)")
@click.option("--slim", is_flag=True, help="only the plain triples, labels and types: what the articles assert")
@click.option("--rdf12", is_flag=True, help="statements as triple terms of RDF 1.2: turtle, trig, ntriples, nquads")
@click.option("--describe", is_flag=True, help="also void.ttl beside the file: a VoID and DCAT description for the web")
def export(graph: Path, form: str, output: str, slim: bool, inferred: bool, rdf12: bool, describe: bool) -> None:
    """Write GRAPH in a standard RDF format, or as a network of entities for Gephi, Cytoscape or Neo4j."""
    if form in NETWORKS:
        if slim or rdf12 or describe or output == "-":
            raise InputError(f"{form} goes into a file or folder: name it with -o" if output == "-" else
                             f"{form} takes no --slim, --rdf12 or --describe")
        from kg.page.pages import write_network

        for path in write_network(graph, form, Path(output)):
            click.echo(str(path))
        return
    with opened(graph) as g:
        g.export(form, sys.stdout.buffer if output == "-" else Path(output), slim=slim, inferred=inferred,
                 rdf12=rdf12, describe=describe)


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
        from kg.page.pages import write_view

        page = write_view(graph, output or Path("view.html"), entity=entity, hops=hops, query=query, no_text=no_text)
    else:
        from kg.pipeline import write_page

        page = write_page(graph, output, no_text=no_text)
    click.echo(str(page))
    if open_ and sys.stdout.isatty():
        click.launch(page.resolve().as_uri())


@command("""Examples:
  kg publish graph http://localhost:7878/store
  kg publish graph https://rdf.example/repositories/news/rdf-graphs/service --user editor:secret
  kg publish graph https://rdf.example/update --query-url https://rdf.example/sparql

The address is that of the SPARQL 1.1 Graph Store Protocol, or, with --query-url, that of updates.
Exit codes: 0 done, 2 the server failed: run it again to go on.""")
@graph_argument
@click.argument("url")
@click.option("--query-url", default="", metavar="URL", help="address for queries: URL is then the address for SPARQL updates")
@click.option("--user", default="", envvar="KG_PUBLISH_USER", metavar="NAME:PASSWORD", help="HTTP Basic authentication")
@click.option("--token", default="", envvar="KG_PUBLISH_TOKEN", help="bearer token")
def publish(graph: Path, url: str, query_url: str, user: str, token: str) -> None:
    """Put GRAPH into the SPARQL server at URL, named graph by named graph: only what has changed since the last time."""
    from kg.exchange.publish import Server
    from kg.exchange.publish import publish as put

    with progress() as step:
        done = put(graph, Server(url, query_url=query_url, user=user, token=token), progress=step)
    tabulate(["graphs", url], [["put", str(done.put)], ["unchanged", str(done.unchanged)], ["taken away", str(done.removed)]])


@command("""Examples:
  kg serve graph
  kg serve graph --port 8080 --timeout 10
  kg serve graph --host 0.0.0.0 --token "$(openssl rand -hex 16)"

Then, from a browser http://127.0.0.1:8765/, from a program:
  curl -G http://127.0.0.1:8765/sparql --data-urlencode 'query=SELECT * { ?s kg:sued ?o }'

It reads only: no update, no LOAD, no SERVICE, no files. Ctrl+C ends it.""")
@graph_argument
@click.option("--host", default=Serving().host, metavar="ADDRESS", help="address to listen on [default: 127.0.0.1, this machine only]")
@click.option("--port", default=Serving().port, type=click.IntRange(0, 65535), help="[default: 8765; 0 takes any]")
@click.option("--token", default="", envvar="KG_TOKEN", help="ask for this token; needed beyond this machine")
@click.option("--cors", multiple=True, metavar="ORIGIN", help="let pages of this origin read the answers; * for all")
@click.option("--workers", default=Serving().workers, type=click.IntRange(1, 64), help="answers made at once [default: 4]")
@click.option("--timeout", default=Serving().timeout, type=click.FloatRange(0.1), help="seconds an answer may take [default: 30]")
@click.option("--memory", default=Serving().memory, type=click.IntRange(64), help="MB of memory an answer may take [default: 1024]")
@click.option("--answer", default=Serving().answer, type=click.IntRange(1), help="MB an answer may be long [default: 256]")
def serve(graph: Path, host: str, port: int, token: str, cors: tuple[str, ...], workers: int, timeout: float, memory: int,
          answer: int) -> None:
    """Serve GRAPH on this machine: SPARQL endpoint, pages of entities and articles, search, JSON, the graph page."""
    from kg.server.serve import run

    run(graph, Serving(host=host, port=port, token=token, cors=cors, workers=workers, timeout=timeout, memory=memory, answer=answer),
        ready=lambda address: say(f"serving {graph} on {address}"))


@command("""Examples:
  kg mcp graph

An assistant that speaks the Model Context Protocol starts it itself; its settings hold, for instance:
  {"mcpServers": {"news": {"command": "kg", "args": ["mcp", "/path/to/graph"]}}}""")
@graph_argument
@click.option("--timeout", default=Serving().timeout, type=click.FloatRange(0.1), help="seconds an answer may take [default: 30]")
def mcp(graph: Path, timeout: float) -> None:
    """Let an assistant ask GRAPH by the Model Context Protocol, on standard input and output: search, statements, SPARQL."""
    from kg.server.agents import run

    run(graph, Serving(timeout=timeout, workers=2, answer=4))
