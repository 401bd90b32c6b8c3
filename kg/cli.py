"""The command ``kg``: options in, tables and files out. The only module that prints; all work is done by the library.

Exit codes: 0 all fine, 1 some articles failed or the answer is no (ASK, validate), 2 wrong use or bad input.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

import click

import kg
from kg.errors import InputError, KgError, QueryError

if TYPE_CHECKING:
    from kg.graph import Graph
    from kg.pipeline import Report

P = ParamSpec("P")
T = TypeVar("T")

EXPORTS = ("turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml")
NETWORKS = ("graphml", "gexf", "neo4j-csv")
TABLES = ("table", "csv", "tsv", "json", "markdown", "turtle")
CONTROL = {code: f"\\x{code:02x}" for code in [*range(0x20), *range(0x7F, 0xA0)] if code not in (0x09, 0x0A)}
CONTROL |= {code: f"\\u{code:04x}" for code in [0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029]}


def plain(text: str) -> str:
    """Return `text` with control and bidirectional characters spelled out, so that articles can't drive the terminal."""
    return text.translate(CONTROL)


def say(text: str) -> None:
    """Write one line for people to standard error."""
    click.echo(plain(text), err=True)


class Command(click.Command):
    """A command whose help keeps its examples' line breaks and states the exit codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for paragraph in (self.epilog or "").split("\n\n"):
            formatter.write("\n" + paragraph.strip("\n") + "\n")


def command(epilog: str) -> Callable[[Callable[P, T]], click.Command]:
    """Register a function as a command of ``kg``; errors raised on purpose become one line and exit code 2."""

    def register(function: Callable[P, T]) -> click.Command:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return function(*args, **kwargs)
            except KgError as error:
                say(f"kg: {error}")
                sys.exit(2)
            except BrokenPipeError:  # the reader of our output has seen enough
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                sys.exit(0)
            except KeyboardInterrupt:
                say("kg: stopped; nothing was changed")
                sys.exit(130)

        return main.command(function.__name__, cls=Command, epilog=epilog)(run)

    return register


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(kg.__version__, prog_name="kg")
def main() -> None:
    """Turn news articles into an RDF knowledge graph, every statement traceable to the characters it was read from.

    \b
    Try first:
      kg build article.txt -o graph
      kg query graph who-said-what
      kg view graph

    Exit codes: 0 all fine; 1 some articles failed, or the answer is no; 2 wrong use or bad input.
    """


def graph_argument(function: Callable[P, T]) -> Callable[P, T]:
    return click.argument("graph", type=click.Path(path_type=Path))(function)


def field_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """Return ``{"text": "body"}`` for ``("text=body",)``; raise InputError for anything else."""
    split = [pair.partition("=") for pair in pairs]
    for name, sign, value in split:
        if not (name and sign and value):
            raise InputError(f"{name + sign + value!r} is not NAME=VALUE: write, for instance, text=body")
    return {name: value for name, _, value in split}


@contextmanager
def opened(folder: Path) -> Iterator[Graph]:
    with kg.open(folder) as graph:
        yield graph


def tabulate(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table: drawn on a terminal, tab-separated in a pipe."""
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join(plain(cell).replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    Console().print(table)


def report_failures(report: Report) -> None:
    for source, reason in report.failed:
        say(f"failed: {source}: {reason}")
    for source, reason in report.warned:
        say(f"note: {source}: {reason}")


READING = [
    click.option("--model", default="", metavar="NAME", help="spaCy pipeline to read with [default: the installed English one]"),
    click.option("--field", multiple=True, metavar="NAME=KEY", help="for JSON: which key holds text, title, date, url ..."),
]


def reading_options(function: Callable[P, T]) -> Callable[P, T]:
    for option in reversed(READING):
        function = option(function)
    return function


@command("""Examples:
  kg build article.txt -o graph
  kg build news/ 'more/*.html' -o graph --model en_core_web_md
  cat news.jsonl | kg build - -o graph --field text=body --field title=headline
  kg build -o graph                  # rebuild from what was extracted before

Exit codes: 0 all fine, 1 some articles failed (the others are in the graph), 2 wrong use, nothing was changed.""")
@click.argument("articles", nargs=-1)
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path), help="the graph folder")
@click.option("--base", default="", metavar="IRI", help="mint entities, statements and articles under this IRI")
@click.option("--ontology", multiple=True, type=click.Path(path_type=Path), help="your own ontology instead of the bundled one")
@click.option("--min-confidence", default=0.0, type=click.FloatRange(0, 1), help="leave statements out that are less sure")
@click.option("--no-text", is_flag=True, help="keep full texts out of the page; quotes stay")
@click.option("--relations", is_flag=True, help="also use the learned relation scorer: more facts, a third of them wrong in news")
@click.option("--replace", is_flag=True, help="let go of articles in the folder that are not among ARTICLES")
@click.option("--json", "as_json", is_flag=True, help="print the report as JSON")
@reading_options
def build(articles: tuple[str, ...], folder: Path, base: str, ontology: tuple[Path, ...], min_confidence: float, no_text: bool,
          relations: bool, replace: bool, as_json: bool, model: str, field: tuple[str, ...]) -> None:
    """Build the graph of ARTICLES: files (.txt .md .html .json .jsonl), folders, globs, or - for standard input."""
    settings = kg.Settings(model=model, ontology=tuple(map(str, ontology)), min_confidence=min_confidence, no_text=no_text,
                           relations=relations, **({"base": base} if base else {}))
    unasked = not articles and settings == kg.Settings()  # a rebuild keeps to what the last build was told
    run_build(articles, folder, as_json, field, "replace" if replace else "exact", None if unasked else settings)


def run_build(articles: tuple[str, ...], folder: Path, as_json: bool, field: tuple[str, ...],
              others: Literal["exact", "replace", "keep"], settings: kg.Settings | None) -> None:
    """Build with progress on the terminal and print the report; exit with 1 if an article failed."""
    with progress() as step:
        report = kg.build(articles, folder, settings=settings, others=others, fields=field_pairs(field), progress=step)
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
    else:
        tabulate(["", str(folder)], [[name, str(number)] for name, number in report.counts.items()])
    report_failures(report)
    if report.failed:
        sys.exit(1)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function to be told ``(stage, done, total)``; draws a bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                  console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def step(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total or None)
            bar.update(tasks[stage], completed=done, total=total or None)  # without a total the bar only shows that work goes on

        yield step


@command("""Examples:
  kg query graph who-said-what
  kg query graph everything-on --entity "Alec Baldwin"
  kg query graph 'SELECT ?o { ?s rdfs:label "Alec Baldwin" ; kg:sued ?x . ?x rdfs:label ?o }' --format csv
  kg query graph question.rq --format turtle
  kg query graph --list

Exit codes: 0 answered (ASK: yes), 1 ASK: no, 2 wrong query; the message points to line and column.""")
@graph_argument
@click.argument("query", required=False)
@click.option("--format", "form", type=click.Choice(TABLES), default="table", help="of the answer [default: table]")
@click.option("--entity", default="", help="fills ?entity of a stored query: a name or an IRI")
@click.option("--param", multiple=True, metavar="NAME=VALUE", help="fills another parameter of a stored query")
@click.option("--limit", type=click.IntRange(1), help="at most so many rows")
@click.option("--iris", is_flag=True, help="show IRIs instead of names")
@click.option("--timeout", default=60.0, type=click.FloatRange(0.1), help="seconds an answer may take [default: 60]")
@click.option("--list", "list_", is_flag=True, help="list the stored queries")
def query(graph: Path, query: str | None, form: str, entity: str, param: tuple[str, ...], limit: int | None, iris: bool,
          timeout: float, list_: bool) -> None:
    """Ask GRAPH a SPARQL QUERY: its text, a .rq file, or the name of a stored query."""
    from kg.query import stored_queries

    if list_ or not query:
        tabulate(["query", "answers"], [[one.name, one.description] for one in stored_queries().values()])
        return
    params = field_pairs(param) | ({"entity": entity} if entity else {})
    with opened(graph) as g:
        answer = g.query(query, limit=limit, timeout=timeout, **params)
        if isinstance(answer, bool):
            click.echo("yes" if answer else "no")
            sys.exit(0 if answer else 1)
        if form == "table" and not answer.is_graph:
            tabulate(answer.columns, answer.table(iris=iris))
        else:
            answer.write(sys.stdout.buffer, "turtle" if form == "table" else form)


@command("""Examples:
  kg show graph "Alec Baldwin"
  kg show graph baldwin --json""")
@graph_argument
@click.argument("entity")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines")
def show(graph: Path, entity: str, as_json: bool) -> None:
    """Print everything that is said of ENTITY (a name, other name or IRI) in GRAPH, each with its quote."""
    with opened(graph) as g:
        found = g.find(entity)
        if not found:
            raise QueryError(f"nothing in {graph} is called {entity!r}; kg query {graph} most-mentioned lists who is")
        for one in found:
            if as_json:
                for said in g.statements(entity=one.iri):
                    click.echo(json.dumps(said.as_dict(), ensure_ascii=False))
                continue
            click.echo(plain(f"{one.label}  ({', '.join(one.types)})  <{one.iri}>"))
            if one.aliases:
                click.echo(plain(f"  also: {', '.join(one.aliases)}"))
            for said in g.statements(entity=one.iri):
                click.echo(plain(f"\n  {said.sentence()}\n    “{' '.join(said.quote.split())}”  — {said.article_title or said.article}"))
            click.echo()


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


@command("""Examples:
  kg validate graph
  kg validate graph --shapes mine.ttl

Exit codes: 0 conforms, 1 does not, 2 wrong use.""")
@graph_argument
@click.option("--shapes", type=click.Path(path_type=Path), help="your own SHACL shapes, besides the bundled ones")
def validate(graph: Path, shapes: Path | None) -> None:
    """Check GRAPH against the SHACL shapes and list what does not conform."""
    with opened(graph) as g:
        violations = g.validate(shapes)
    if violations:
        tabulate(["node", "path", "message"], [[one.node, one.path, one.message] for one in violations])
        sys.exit(1)
    say("conforms")


@command("""Examples:
  kg extract article.txt --triples
  cat articles.jsonl | kg extract - --mentions > mentions.jsonl
  kg extract article.txt | head -1      # the whole extraction, one JSON object a line

Exit codes: 0 all fine, 1 some articles failed, 2 wrong use.""")
@click.argument("articles", nargs=-1, required=True)
@click.option("--triples", "what", flag_value="triples", help="binary triples, with status, speaker and offsets")
@click.option("--mentions", "what", flag_value="mentions", help="mentions, whole noun phrases, with type, offsets and entity")
@click.option("--names", "what", flag_value="names", help="mentions that are names, without what stands around them")
@click.option("--min-confidence", default=0.0, type=click.FloatRange(0, 1), help="leave out what is less sure")
@click.option("--relations", is_flag=True, help="also use the learned relation scorer")
@reading_options
def extract(articles: tuple[str, ...], what: str | None, min_confidence: float, relations: bool, model: str,
            field: tuple[str, ...]) -> None:
    """Read ARTICLES and write what they say as JSON lines, without building a graph."""
    from kg.pipeline import extraction_lines, read_all

    failed = False
    for result in read_all(articles, settings=kg.Settings(model=model, relations=relations), fields=field_pairs(field), unique=False):
        if isinstance(result, tuple):
            say(f"failed: {result[0]}: {result[1]}")
            failed = True
            continue
        for line in extraction_lines(result, what or "extraction", min_confidence):
            click.echo(line)
    if failed:
        sys.exit(1)


@command("""Examples:
  kg ontology                           # classes and properties as a table
  kg ontology --turtle > newskg.ttl     # a start for your own""")
@click.option("--ontology", "paths", multiple=True, type=click.Path(path_type=Path), help="your own instead of the bundled one")
@click.option("--turtle", is_flag=True, help="print the bundled ontology as Turtle")
@click.option("--json", "as_json", is_flag=True, help="print it as JSON")
def ontology(paths: tuple[Path, ...], turtle: bool, as_json: bool) -> None:
    """List the classes and properties that extraction knows."""
    from kg.ontology import bundled, load

    if turtle:
        click.echo((bundled() / "newskg.ttl").read_text("utf-8"))
        return
    loaded = load(paths or None)
    rows = [["class", one.name, one.label, ", ".join(one.parents), ""] for one in loaded.classes.values()]
    rows += [["property", one.name, one.label, ", ".join(one.domain), ", ".join(one.range)] for one in loaded.properties.values()]
    columns = ["kind", "name", "label", "domain or above", "range"]
    if as_json:
        click.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2, ensure_ascii=False))
    else:
        tabulate(columns, rows)


@command("""Examples:
  kg add today/*.txt -o graph

Exit codes: 0 all fine, 1 some articles failed (the others are in the graph), 2 wrong use, nothing was changed.""")
@click.argument("articles", nargs=-1, required=True)
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path), help="the graph folder")
@click.option("--json", "as_json", is_flag=True, help="print the report as JSON")
@click.option("--field", multiple=True, metavar="NAME=KEY", help="for JSON: which key holds text, title, date, url ...")
def add(articles: tuple[str, ...], folder: Path, as_json: bool, field: tuple[str, ...]) -> None:
    """Read ARTICLES into an existing graph, keeping what is there; only new and changed ones are read."""
    run_build(articles, folder, as_json, field, "keep", None)


@command("""Examples:
  kg remove graph https://herald.example/ferry
  kg remove graph news/ferry.txt other/article.txt

Exit codes: 0 done, 2 no such article, nothing was changed.""")
@graph_argument
@click.argument("articles", nargs=-1, required=True)
def remove(graph: Path, articles: tuple[str, ...]) -> None:
    """Take ARTICLES (each by id, source or URL) back out of GRAPH: what only they said is gone."""
    with progress() as step:
        report = kg.remove(articles, graph, progress=step)
    tabulate(["", str(graph)], [[name, str(number)] for name, number in report.counts.items()])


@command("""Examples:
  kg merge graph                        # what might be one, with the evidence of both
  kg merge graph --same "Bob Hale@a1b2" "Robert Hale@c3d4"
  kg merge graph --different "Ann Berg@a1b2" "Ann Berg@c3d4"
  kg merge graph --forget "Ann Berg@a1b2" "Ann Berg@c3d4"

Exit codes: 0 done, 2 no such names, nothing was changed.""")
@graph_argument
@click.option("--same", nargs=2, metavar="A B", help="record that A and B are one")
@click.option("--different", nargs=2, metavar="A B", help="record that A and B are two")
@click.option("--forget", nargs=2, metavar="A B", help="take the decision on A and B back")
@click.option("--json", "as_json", is_flag=True, help="print the unsure pairs as JSON lines")
def merge(graph: Path, same: tuple[str, str] | None, different: tuple[str, str] | None, forget: tuple[str, str] | None,
          as_json: bool) -> None:
    """List what in GRAPH might be one thing, or decide it. A and B: a name, an IRI, or name@article as listed."""
    from kg.merge import decide, unsure

    decisions = [(name, pair) for name, pair in (("same", same), ("different", different), ("forget", forget)) if pair]
    if len(decisions) > 1:
        raise InputError("take one of --same, --different and --forget")
    if decisions:
        [(name, (left, right))] = decisions
        with progress() as step:
            report = decide(graph, left, right, name, progress=step)
        tabulate(["", str(graph)], [[name, str(number)] for name, number in report.counts.items()])
        return
    doubts = unsure(graph)
    if as_json:
        for doubt in doubts:
            click.echo(json.dumps({"left": doubt.pair.left, "right": doubt.pair.right, "score": doubt.pair.score,
                                   "reasons": doubt.pair.reasons, "left text": doubt.left, "right text": doubt.right},
                                  ensure_ascii=False))
        return
    tabulate(["score", "left", "right", "reasons", "left text", "right text"],
             [[f"{one.pair.score:.2f}", one.pair.left, one.pair.right, "; ".join(one.pair.reasons), one.left, one.right]
              for one in doubts])


if __name__ == "__main__":
    main()
