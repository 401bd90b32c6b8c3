"""Commands that ask a graph: query, search, show, validate."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.common import TABLES, as_of_option, command, field_pairs, graph_argument, opened, plain, say, tabulate
from kg.errors import QueryError

if TYPE_CHECKING:
    from kg.opened import Said
    from kg.query.search import Kind


@command("""Examples:
  kg query graph who-said-what
  kg query graph everything-on --entity "Alec Baldwin"
  kg query graph 'SELECT ?o { ?s rdfs:label "Alec Baldwin" ; kg:sued ?x . ?x rdfs:label ?o }' --format csv
  kg query graph question.rq --format turtle
  kg query graph --list
  kg query graph people --explain        # the SPARQL, to be changed or sent elsewhere
  kg query graph people --as-of 2024-07-01

Exit codes: 0 answered (ASK: yes), 1 ASK: no, 2 wrong query; the message points to line and column.""")
@graph_argument
@click.argument("query", required=False)
@click.option("--format", "form", type=click.Choice(TABLES), default="table", help="of the answer [default: table]")
@click.option("--entity", default="", help="fills ?entity of a stored query: a name or an IRI")
@click.option("--param", multiple=True, metavar="NAME=VALUE", help="fills another parameter of a stored query")
@click.option("--limit", type=click.IntRange(1), help="at most so many rows")
@click.option("--iris", is_flag=True, help="show IRIs instead of names")
@click.option("--timeout", default=60.0, type=click.FloatRange(0.1), help="seconds an answer may take [default: 60]")
@as_of_option
@click.option("--explain", is_flag=True, help="print the SPARQL asked, with prefixes and parameters, and what it took, not the answer")
@click.option("--list", "list_", is_flag=True, help="list the stored queries")
def query(graph: Path, query: str | None, form: str, entity: str, param: tuple[str, ...], limit: int | None, iris: bool,
          timeout: float, as_of: str, explain: bool, list_: bool) -> None:
    """Ask GRAPH a SPARQL QUERY: its text, a .rq file, or the name of a stored query."""
    from kg.query import stored_queries

    if list_ or not query:
        tabulate(["query", "answers"], [[one.name, one.description] for one in stored_queries().values()])
        return
    params = field_pairs(param) | ({"entity": entity} if entity else {})
    with opened(graph, as_of) as g:
        if explain:
            found = g.explain(query, timeout=timeout, **params)
            click.echo(plain(found.text.rstrip()))
            made = f"{found.form} {' '.join('?' + name for name in found.columns)}".rstrip()
            click.echo(f"\n# {made}: {found.rows} {'triples' if found.form == 'GRAPH' else 'rows'}, the first after "
                       f"{found.first * 1000:.1f} ms, all after {found.seconds * 1000:.1f} ms; in the union of {found.graphs} named graphs")
            return
        answer = g.query(query, limit=limit, timeout=timeout, **params)
        if isinstance(answer, bool):
            click.echo("yes" if answer else "no")
            sys.exit(0 if answer else 1)
        if form == "table" and not answer.is_graph:
            tabulate(answer.columns, answer.table(iris=iris))
        else:
            answer.write(sys.stdout.buffer, "turtle" if form == "table" else form)


@command("""Examples:
  kg search graph "ferry accident"
  kg search graph baldw                 # the last word may be begun only
  kg search graph '"New York" mayor' --kind quote --json

Exit codes: 0 found, 1 nothing found, 2 wrong use.""")
@graph_argument
@click.argument("words")
@click.option("--kind", type=click.Choice(["entity", "quote", "article"]), help="only entities, quotes or articles")
@click.option("--limit", default=20, type=click.IntRange(1), help="at most so many [default: 20]")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines")
def search(graph: Path, words: str, kind: Kind | None, limit: int, as_json: bool) -> None:
    """Find entities, quotes and articles of GRAPH that hold all WORDS, best first. Quoted words stand together."""
    from kg.query.search import unmarked

    with opened(graph) as g:
        hits = g.search(words, kind=kind, limit=limit)
        if as_json:
            for hit in hits:
                click.echo(json.dumps(hit._asdict() | {"snippet": unmarked(hit.snippet)}, ensure_ascii=False))
        else:
            tabulate(["kind", "name", "where", "iri"], [[hit.kind, hit.name, unmarked(hit.snippet, "[", "]"), hit.iri] for hit in hits])
    if not hits:
        sys.exit(1)


@command("""Examples:
  kg show graph "Alec Baldwin"
  kg show graph baldwin --json
  kg show graph baldwin --as-of 2023-12-31""")
@graph_argument
@click.argument("entity")
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="print JSON lines")
def show(graph: Path, entity: str, as_of: str, as_json: bool) -> None:
    """Print everything that is said of ENTITY (a name, other name or IRI) in GRAPH, each with its quote."""
    with opened(graph, as_of) as g:
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
            for reason in g.reasons(one.iri):
                click.echo(plain(f"  one because: {reason}"))
            for link in g.links(one.iri):
                click.echo(plain(f"  {link.relation} <{link.target}>  ({link.score:.2f}, {link.source}: {'; '.join(link.reasons)})"))
            for facts in by_fact(g.statements(entity=one.iri)):
                first = facts[0]
                notes = [f"{first.support} independent sources"] if first.support > 1 else []
                notes += ["disputed"] if any(said.disputed for said in facts) else []
                click.echo(plain(f"\n  {first.sentence()}" + (f"  [{', '.join(notes)}]" if notes else "")))
                for said in facts:
                    times = f"{said.times()}: " if said.times() != first.times() else ""
                    click.echo(plain(f"    {times}{quoted(said)}"))
            for known in g.inferred(one.iri):
                said_so = f"{known.subject_label} – {known.property_label} – {known.object_label}"
                click.echo(plain(f"\n  {said_so}  [inferred: {known.rule}]"))
            click.echo()


def by_fact(statements: Iterable[Said]) -> list[list[Said]]:
    """Return the statements in their order, those that say the same side by side."""
    groups: dict[str, list[Said]] = {}
    for said in statements:
        groups.setdefault(said.fact or said.iri, []).append(said)
    return list(groups.values())


def quoted(said: Said) -> str:
    """Return the quote of a statement and where it stands, on one line."""
    return f"“{' '.join(said.quote.split())}”  — {said.article_title or said.article}"


@command("""Examples:
  kg timeline graph "Alec Baldwin"
  kg timeline graph "Alec Baldwin" --since 2021-10 --until 2024
  kg timeline graph "Alec Baldwin" --json""")
@graph_argument
@click.argument("entity")
@click.option("--since", default="", metavar="DAY", help="only what was or held then or later: a day, month or year")
@click.option("--until", default="", metavar="DAY", help="only what was or held then or earlier")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines")
def timeline(graph: Path, entity: str, since: str, until: str, as_json: bool) -> None:
    """Print what GRAPH tells of ENTITY (a name, other name or IRI) with a date, in the order of the dates."""
    with opened(graph) as g:
        if not g.find(entity):
            raise QueryError(f"nothing in {graph} is called {entity!r}; kg query {graph} most-mentioned lists who is")
        found = g.timeline(entity, since, until)
    if as_json:
        for said in found:
            click.echo(json.dumps(said.as_dict(), ensure_ascii=False))
        return
    for number, said in enumerate(found):
        same = number > 0 and said.fact and (said.fact, said.span()) == (found[number - 1].fact, found[number - 1].span())
        if not same:
            support = f"  [{said.support} independent sources]" if said.support > 1 else ""
            click.echo(plain(f"{said.dates():<24}  {said.sentence()}{support}"))
        click.echo(plain(f"{'':<24}    {quoted(said)}"))
    if not found:
        say("nothing dated is told of it")


@command("""Examples:
  kg disputes graph
  kg disputes graph "Alec Baldwin"
  kg disputes graph --json""")
@graph_argument
@click.argument("entity", default="")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines")
def disputes(graph: Path, entity: str, as_json: bool) -> None:
    """List what GRAPH holds that can't all be true: affirmed and denied, other values, other numbers; only of ENTITY if given."""
    with opened(graph) as g:
        if entity and not g.find(entity):
            raise QueryError(f"nothing in {graph} is called {entity!r}; kg query {graph} most-mentioned lists who is")
        found = list(g.disputes(entity))
    for one in found:
        if as_json:
            click.echo(json.dumps({"iri": one.iri, "reason": one.reason, "statements": [said.as_dict() for said in one.statements]},
                                  ensure_ascii=False))
            continue
        first = one.statements[0]
        click.echo(plain(f"{first.subject_label} – {first.property_label}: {one.reason}"))
        for said in one.statements:
            click.echo(plain(f"  {said.sentence()}\n    {quoted(said)}"))
        click.echo()
    if not found:
        say("nothing is disputed")


@command("""Examples:
  kg events graph
  kg events graph "Alec Baldwin"
  kg events graph --json""")
@graph_argument
@click.argument("entity", default="")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines")
def events(graph: Path, entity: str, as_json: bool) -> None:
    """List the events that several mentions in GRAPH tell of, with roles, time, place and why they are one; only of ENTITY if given."""
    with opened(graph) as g:
        if entity and not g.find(entity):
            raise QueryError(f"nothing in {graph} is called {entity!r}; kg query {graph} most-mentioned lists who is")
        found = list(g.events(entity))
    for one in found:
        if as_json:
            click.echo(json.dumps(asdict(one), ensure_ascii=False))
            continue
        click.echo(plain(f"{one.label}  ({one.type})  <{one.iri}>"))
        for name, values in (*one.roles, *((("when", one.when),) if one.when else ())):
            click.echo(plain(f"  {name}: {', '.join(values)}"))
        click.echo(plain(f"  one because: {'; '.join(one.reasons)}"))
        for said in one.statements:
            click.echo(plain(f"    {said.sentence()}\n      {quoted(said)}"))
        click.echo()
    if not found:
        say("no event is told more than once")


@command("""Examples:
  kg diff yesterday today
  kg diff yesterday today --format trig > change.trig

Exit codes: 0 they say the same, 1 they differ, 2 wrong use.""")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(("text", "json", "trig")), default="text", help="of the answer [default: text]")
def diff(old: Path, new: Path, form: str) -> None:
    """Tell what the graph NEW says differently from the graph OLD: in words, or as RDF."""
    from kg.facts.difference import difference, write_difference

    with opened(old) as before, opened(new) as after:
        found = difference(before, after)
        if form == "trig":
            write_difference(before, after, sys.stdout.buffer)
            sys.exit(bool(found))
    if form == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
        sys.exit(bool(found))
    for sign, what, named in (("+", "article", found.articles_added), ("-", "article", found.articles_removed),
                              ("+", "name", found.entities_added), ("-", "name", found.entities_removed)):
        for _, label in named:
            click.echo(plain(f"{sign} {what}: {' '.join(label.split())}"))
    for sign, statements in (("+", found.added), ("-", found.removed)):
        for said in statements:
            click.echo(plain(f"{sign} {said.sentence()}\n    {quoted(said)}"))
    for change in found.changed:
        notes = [f"{name}: {was} → {now}" for name, was, now in (
            ("sources", change.before.support, change.after.support),
            ("disputed", "yes" if change.before.disputed else "no", "yes" if change.after.disputed else "no")) if was != now]
        told = change.before.sentence() if notes else f"{change.before.sentence()}  →  {change.after.sentence()}"
        click.echo(plain(f"~ {told}" + (f"  [{'; '.join(notes)}]" if notes else "")))
    if not found:
        say("they say the same")
    sys.exit(bool(found))


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
