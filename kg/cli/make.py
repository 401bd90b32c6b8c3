"""Commands that make and change a graph folder: build, add, remove, merge, link, import."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
import msgspec

import kg
from kg.cli.common import (
    Log,
    browser,
    command,
    field_pairs,
    graph_argument,
    named_models,
    opened,
    progress,
    reading_options,
    report_failures,
    running_options,
    say,
    tabulate,
    web_options,
)
from kg.errors import InputError
from kg.iris import BASE
from kg.records import Link

if TYPE_CHECKING:
    from kg.exchange.publish import Server
    from kg.reading import Engine


@command("""Examples:
  kg build article.txt -o graph
  kg build news/ 'more/*.html' -o graph --model en_core_web_md --model fr=fr_core_news_sm
  cat news.jsonl | kg build - -o graph --field text=body --field title=headline
  kg build -o graph                  # rebuild from what was extracted before
  kg build news.jsonl -o graph --workers 2
  kg build news.jsonl -o graph --store http://localhost:7878/store
  kg build crawl/*.warc.gz -o graph --engine dask --scheduler tcp://10.0.0.1:8786

A build that was stopped goes on where it was when it is run again. Articles that can't be read are set aside (failed.tsv): later
builds tell so and go on.

Exit codes: 0 all fine, 1 some articles failed (the others are in the graph), 2 wrong use, nothing was changed.""")
@click.argument("articles", nargs=-1)
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path), help="the graph folder")
@click.option("--base", default="", metavar="IRI", help="mint entities, statements and articles under this IRI")
@click.option("--ontology", multiple=True, type=click.Path(path_type=Path), help="your own ontology instead of the bundled one")
@click.option("--min-confidence", default=kg.Settings().min_confidence, type=click.FloatRange(0, 1), show_default=True,
              help="leave statements out that are less sure; 0 keeps all")
@click.option("--no-text", is_flag=True, help="keep full texts out of the page; quotes stay")
@click.option("--relations", is_flag=True, help="also use the learned relation scorer: more facts, one in eight of them wrong in news")
@click.option("--learned", default="", metavar="FILE", help="also use what kg learn made of your examples")
@click.option("--no-places", is_flag=True, help="do not link countries, cities, currencies and languages to GeoNames and ISO codes")
@click.option("--infer", is_flag=True, help="add, in a graph of its own, what follows by the ontology: inverse, sub-property ...")
@click.option("--replace", is_flag=True, help="let go of articles in the folder that are not among ARTICLES")
@click.option("--json", "as_json", is_flag=True, help="print the report as JSON")
@click.option("--store", default="", metavar="URL", help="then put it into the SPARQL server there, as kg publish does")
@click.option("--engine", type=click.Choice(["processes", "dask"]), default="processes",
              help="what reads: processes of this machine, or a Dask cluster (extra newskg[dask])")
@click.option("--scheduler", default="", metavar="ADDRESS", help="with --engine dask: of the cluster [default: one of --workers here]")
@click.option("--shards", default="", metavar="URL", help="with --engine dask: keep what is read there too: a path, s3://, gs:// ...")
@running_options
@reading_options
@web_options
def build(articles: tuple[str, ...], folder: Path, base: str, ontology: tuple[Path, ...], min_confidence: float, no_text: bool,
          relations: bool, learned: str, no_places: bool, infer: bool, replace: bool, as_json: bool, model: tuple[str, ...],
          field: tuple[str, ...], store: str, engine: str, scheduler: str, shards: str, **running: Any) -> None:
    """Build the graph of ARTICLES: files (.txt .md .html .pdf .json .csv .xml .warc .zip ...), folders, globs, URLs, or -."""
    english, models = named_models(model)
    settings = kg.Settings(model=english, models=models, ontology=tuple(map(str, ontology)), min_confidence=min_confidence, no_text=no_text,
                           relations=relations, learned=learned, places=not no_places, base=base or BASE,
                           infer=infer)
    unasked = not articles and settings == kg.Settings()  # a rebuild keeps to what the last build was told
    with cluster(scheduler, running["workers"], shards) if engine == "dask" else nullcontext() as running["engine"]:
        if engine != "dask" and (scheduler or shards):
            raise InputError("--scheduler and --shards go with --engine dask")
        run_build(articles, folder, as_json, field, "replace" if replace else "exact", None if unasked else settings, running, store)


def cluster(scheduler: str, workers: int, shards: str) -> AbstractContextManager[Engine]:
    """Return a Dask cluster to build with."""
    from kg.cluster import Dask

    return Dask(scheduler, workers, shards)


def run_build(articles: tuple[str, ...], folder: Path, as_json: bool, field: tuple[str, ...],
              others: Literal["exact", "replace", "keep"], settings: kg.Settings | None, running: dict[str, Any],
              store: str = "") -> None:
    """Build with progress on the terminal, publish to `store` and print the report; exit with 1 if an article failed.

    `running`: what running_options and web_options gave.
    """
    server = _server(store) if store else None  # a wrong address is told before the work
    web = browser(running.pop("allow_local"), running.pop("timeout"))
    log = Log() if running.pop("log_json", False) else None
    with nullcontext(log) if log else progress() as step:
        report = kg.build(articles, folder, settings=settings, others=others, fields=field_pairs(field), progress=step, web=web, **running)
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2, ensure_ascii=False))
    else:
        tabulate(["", str(folder)], [[name, str(number)] for name, number in report.counts.items()])
    if log:
        log.report(report)
    else:
        report_failures(report)
    if server:
        from kg.exchange.publish import publish

        with progress() as step:
            done = publish(folder, server, progress=step)
        say(f"{store}: {done.put} graphs put, {done.unchanged} unchanged, {done.removed} taken away")
    if report.failed:
        sys.exit(1)


def _server(url: str) -> Server:
    """Return the SPARQL server at `url`, with user or token from the environment as ``kg publish`` takes them."""
    from kg.exchange.publish import Server

    return Server(url, user=os.environ.get("KG_PUBLISH_USER", ""), token=os.environ.get("KG_PUBLISH_TOKEN", ""))


@command("""Examples:
  kg stats graph
  kg stats graph --json

Exit codes: 0 done, 2 no graph there.""")
@graph_argument
@click.option("--json", "as_json", is_flag=True, help="print JSON")
def stats(graph: Path, as_json: bool) -> None:
    """Count what GRAPH is made of: statements by extractor, status and property, what was set aside, what looks odd."""
    from kg.pipeline import stats as count

    found = count(graph)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    numbers = found.statistics
    rows = [["all", name, str(number)] for name, number in found.counts.items()]
    rows += [["all", "share with an ontology property", f"{numbers.mapped:.1%}"]]
    for name, table in (("extractor", numbers.extractors), ("status", numbers.statuses), ("property", numbers.properties)):
        rows += [[name, key, str(number)] for key, number in table.items()]
    rows += [["failed", source, reason] for source, reason in found.failed]
    rows += [["odd", what, why] for what, why in numbers.odd]
    tabulate(["", "what", "statements"], rows)


@command("""Examples:
  kg add today/*.txt -o graph
  kg add https://herald.example/feed.rss -o graph

Exit codes: 0 all fine, 1 some articles failed (the others are in the graph), 2 wrong use, nothing was changed.""")
@click.argument("articles", nargs=-1, required=True)
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path), help="the graph folder")
@click.option("--json", "as_json", is_flag=True, help="print the report as JSON")
@click.option("--field", multiple=True, metavar="NAME=KEY", help="for JSON and tables: what holds text, title, published, url ...")
@web_options
@running_options
def add(articles: tuple[str, ...], folder: Path, as_json: bool, field: tuple[str, ...], **running: Any) -> None:
    """Read ARTICLES into an existing graph, keeping what is there; only new and changed ones are read."""
    run_build(articles, folder, as_json, field, "keep", None, running)


@command("""Examples:
  kg watch https://herald.example/feed.rss -o graph           # now, and every 15 minutes, until stopped
  kg watch inbox/ https://herald.example/feed.rss -o graph --every 60
  kg watch https://herald.example/feed.rss -o graph --once    # one pass, for cron

Exit codes: 0 all fine (or stopped), 1 with --once: something could not be read, 2 wrong use, nothing was changed.""")
@click.argument("sources", nargs=-1, required=True)
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path), help="the graph folder, made if there is none")
@click.option("--every", default=900.0, type=click.FloatRange(1), show_default=True, metavar="SECONDS", help="time between two passes")
@click.option("--once", is_flag=True, help="one pass only")
@click.option("--field", multiple=True, metavar="NAME=KEY", help="for JSON and tables: what holds text, title, published, url ...")
@web_options
def watch(sources: tuple[str, ...], folder: Path, every: float, once: bool, field: tuple[str, ...], allow_local: bool,
          timeout: float) -> None:
    """Keep a graph up to date with SOURCES: feeds, pages, folders, files. What is gone from a feed stays in the graph."""
    web, fields = browser(allow_local, timeout), field_pairs(field)
    known = article_count(folder)
    while True:
        failed = True
        try:
            before = stamp(folder)
            with progress() as step:
                report = kg.build(sources, folder, others="keep", fields=fields, progress=step, web=web)
            report_failures(report)
            failed = bool(report.failed)
            count = report.counts["articles"]
            say("nothing new" if stamp(folder) == before else f"{count} articles, {count - known} more than before")
            known = count
        except InputError as error:  # a site that is down now may be back at the next pass
            say(f"kg: {error}")
        if once:
            sys.exit(1 if failed else 0)
        time.sleep(every)


def article_count(folder: Path) -> int:
    """Return the number of articles in a graph folder, 0 if there is none."""
    return sum(1 for _ in folder.glob("extractions/*/*.json*"))


def stamp(folder: Path) -> bytes:
    """Return what tells one build of a graph folder from another."""
    path = folder / "build.json"
    return path.read_bytes() if path.is_file() else b""


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
    from kg.names.merge import decide, unsure

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


@command("""Examples:
  kg link graph                                   # the links that the graph has, with score and reasons
  kg link graph --authority people.ttl            # or .rdf .jsonld .nt .csv .tsv
  kg link graph --authority firms.csv --prefix https://register.example/
  kg link graph --reconcile https://names.example/reconcile
  kg link graph --same "Ana Ruiz" http://www.wikidata.org/entity/Q1
  kg link graph --drop people.ttl                 # take all links to it back

Exit codes: 0 done, 1 a service failed in part (what it did answer is in the graph), 2 wrong use, nothing was changed.""")
@graph_argument
@click.option("--authority", type=click.Path(path_type=Path), help="link to the names of an RDF or CSV file")
@click.option("--prefix", default="", metavar="IRI", help="what to put before ids in a table that are no IRIs")
@click.option("--reconcile", metavar="URL", help="link to what a W3C reconciliation service proposes")
@click.option("--timeout", default=20.0, type=click.FloatRange(0.1, 600), show_default=True, help="seconds a request may take")
@click.option("--fresh", is_flag=True, help="ask the service again for names that it has answered before")
@click.option("--threshold", default=0.8, type=click.FloatRange(0, 1), show_default=True, help="link from this score on")
@click.option("--same", nargs=2, metavar="NAME IRI", help="record that NAME is IRI")
@click.option("--different", nargs=2, metavar="NAME IRI", help="record that NAME is not IRI")
@click.option("--forget", nargs=2, metavar="NAME IRI", help="take that back")
@click.option("--drop", metavar="AUTHORITY", help="take all links to one authority back")
@click.option("--json", "as_json", is_flag=True, help="print JSON lines")
def link(graph: Path, authority: Path | None, prefix: str, reconcile: str | None, timeout: float, fresh: bool, threshold: float,
         same: tuple[str, str] | None, different: tuple[str, str] | None, forget: tuple[str, str] | None, drop: str | None,
         as_json: bool) -> None:
    """Link what GRAPH names to an authority: the same thing in Wikidata, a company register, a thesaurus of your own.

    Each link has a score and reasons. What is likely but not sure enough is listed as unsure and left to you (--same, --different).
    """
    decisions = [(word, pair) for word, pair in (("same", same), ("different", different), ("forget", forget)) if pair]
    if len(decisions) + bool(authority) + bool(reconcile) + bool(drop) > 1:
        raise InputError("take one of --authority, --reconcile, --same, --different, --forget and --drop")
    if decisions or drop:
        from kg.names.link import decide_link, drop_links

        with progress() as step:
            report = drop_links(graph, drop, progress=step) if drop else decide_link(
                graph, *decisions[0][1], decisions[0][0], progress=step)
        tabulate(["", str(graph)], [[name, str(number)] for name, number in report.counts.items()])
        return
    if authority or reconcile:
        from kg.names.link import link_to_file, link_to_service
        from kg.names.reconcile import Service

        with progress() as step:
            done = link_to_file(graph, authority, prefix=prefix, threshold=threshold, progress=step) if authority else link_to_service(
                graph, Service(reconcile or "", timeout=timeout), threshold=threshold, fresh=fresh, progress=step)
        rows = [*(("linked", one) for one in done.links), *(("unsure", one) for one in done.unsure)]
        print_links(rows, as_json)
        for problem in done.problems:
            say(f"failed: {problem}")
        if done.problems:
            sys.exit(1)
        return
    with opened(graph) as g:
        print_links([("linked", one) for one in g.links()], as_json)


def print_links(rows: list[tuple[str, Link]], as_json: bool) -> None:
    """Print links, made and unsure, as a table or JSON lines."""
    if as_json:
        for state, one in rows:
            click.echo(json.dumps({"state": state, "entity": one.entity, "target": one.target, "relation": one.relation,
                                   "score": one.score, "reasons": one.reasons, "by": one.source}, ensure_ascii=False))
        return
    tabulate(["", "entity", "link", "score", "reasons", "by"],
             [[state, one.entity, one.target, f"{one.score:.2f}", "; ".join(one.reasons), one.source] for state, one in rows])


@command("""Examples:
  kg import graph own.ttl
  kg import graph people.ttl companies.jsonld
  kg import graph own.ttl --name house-notes
  kg import graph                        # what was imported
  kg import graph --remove house-notes

Exit codes: 0 done, 2 wrong use or a file that can't be read, nothing was changed.""", name="import")
@graph_argument
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--name", default="", help="of the import [default: the file's]; an import of this name is replaced")
@click.option("--remove", "removed", default="", metavar="NAME", help="take an import back")
def import_(graph: Path, files: tuple[Path, ...], name: str, removed: str) -> None:
    """Put your own RDF FILES beside what was read, each as a named graph, kept through all later builds."""
    from kg.exchange.imports import drop_import, import_file, imports

    if (name and len(files) != 1) or (removed and files):
        raise InputError("--name goes with one file, --remove with none")
    with progress() as step:
        for file in files:
            import_file(graph, file, name=name, progress=step)
        if removed:
            drop_import(graph, removed, progress=step)
    tabulate(["import", "triples"], [[one, str(count)] for one, count in imports(graph).items()])
