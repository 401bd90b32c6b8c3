#!/usr/bin/env python3
"""SPARQL on generated articles: six typical queries in Oxigraph and in rdflib's own engine, and servers under load.

    scripts/bench_query.py store 1000 FOLDER           a graph of generated articles as if reading had made no mistake (generate.py)
    scripts/bench_query.py times FOLDER [--rounds 5]   six typical queries: milliseconds, and how many times as long rdflib takes
    scripts/bench_query.py load FOLDER [--clients 50] [--seconds 60] [--rdflib-endpoint PYTHON]
                                                       kg serve, `oxigraph serve-read-only` and rdflib-endpoint in turn on the same data

over connections that stay open by one process of this script, which takes its share of the machine. A request without an answer ten seconds
after the end counts as an error.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import itertools
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import generate
import pyoxigraph as ox
import rdflib

import kg
from kg.facts.agree import facts
from kg.graph import derived_quads, ontology_quads, quads, write_store
from kg.iris import BASE, KG, digest, prefixes
from kg.ontology import load
from kg.query import _prepared, results
from kg.records import Entity, Extraction, RdfLiteral, Span, Statement

SIX = {
    "all that is said of one": 'SELECT ?s ?p ?o ?quote { ?e rdfs:label "NAME" . ?s rdf:subject ?e ; rdf:predicate ?p ; rdf:object ?o ; '
                               "prov:wasDerivedFrom/nif:anchorOf ?quote }",
    "who sued whom": "SELECT ?a ?b { ?x kg:sued ?y . ?x rdfs:label ?a . ?y rdfs:label ?b }",
    "who denies what": "SELECT ?who ?p ?o ?quote { ?s kg:polarity kg:Negative ; kg:status kg:Claimed ; kg:speaker/rdfs:label ?who ; "
                       "rdf:predicate ?p ; rdf:object ?o ; prov:wasDerivedFrom/nif:anchorOf ?quote }",
    "the fifty most spoken of": "SELECT ?name (COUNT(?s) AS ?all) { ?s a kg:Statement ; rdf:subject ?e . ?e rdfs:label ?name } "
                                "GROUP BY ?name ORDER BY DESC(?all) ?name LIMIT 50",
    "events of one year by date": "SELECT ?day ?s ?p ?o { ?s kg:when ?day ; rdf:predicate ?p ; rdf:object ?o "
                                  'FILTER(?day >= "2019-01-01"^^xsd:date && ?day < "2020-01-01"^^xsd:date) } ORDER BY ?day',
    "two steps from one": 'SELECT DISTINCT ?name { ?e rdfs:label "NAME" . ?s rdf:subject ?e ; rdf:object ?x . ?t rdf:object ?x ; '
                          "rdf:subject ?y . ?y rdfs:label ?name }",
}
#: stored queries of the load and the parameters that an entity fills
MIX = {"everything-on": "entity", "who-said-what": "entity", "people": "entity", "evidence": "subject", "negative": "entity",
       "planned": "entity"}


def make(articles: int, folder: Path) -> None:
    """Write the store of a graph folder of `articles` generated articles, all read and joined without a mistake."""
    world, told = generate.generate(articles)
    read = list(generate.extractions(world, told))
    iris = {key: f"{BASE}entity/{digest(key)}" for key in world.things}
    members: dict[str, list[tuple[str, int]]] = {}
    for one, extraction in zip(told, read, strict=True):
        for (_, _, thing), mention in zip(one.marks, extraction.mentions, strict=True):
            members.setdefault(thing, []).append((extraction.article.id, mention.entity))
    entities = {key: Entity(iris[key], thing.names[0], (thing.type,), True, tuple(thing.names[1:]), tuple(dict.fromkeys(members[key])))
                for key, thing in world.things.items() if key in members}
    statements = {extraction.article.id: list(_statements(one, extraction, iris)) for one, extraction in zip(told, read, strict=True)}
    within: dict[str, list[Entity]] = {}
    for entity in entities.values():
        for article in {article for article, _ in entity.members}:
            within.setdefault(article, []).append(entity)
    everything = [one for group in statements.values() for one in group]

    def content() -> Iterator[ox.Quad]:
        yield from ontology_quads([Path(path) for path in load(None).sources])
        yield from derived_quads(facts(everything, [one.article for one in read], {}, BASE), (), {})
        for extraction in read:
            key = extraction.article.id
            yield from quads(extraction, within.get(key, []), statements[key])

    write_store(folder / "store", content())
    with kg.open(folder) as graph:
        print(f"{articles} articles, {len(entities)} entities, {len(everything)} statements, {len(graph.store)} triples in {folder}")


def _statements(told: generate.Told, extraction: Extraction, iris: dict[str, str]) -> Iterator[Statement]:
    """Yield the facts of an article, each with the sentence that its subject is first named in."""
    for number, fact in enumerate(told.facts):
        mark = next((mark for mark in told.marks if mark[2] == fact["subject"]), told.marks[0])
        start = told.text.rfind(". ", 0, mark[0]) + 2 if ". " in told.text[:mark[0]] else 0
        end = told.text.find(". ", mark[1])
        date = RdfLiteral(fact["date"], "xsd:date") if fact["date"] else None
        given = fact["object"]
        yield Statement(digest(extraction.article.id, str(number)), extraction.article.id, iris[fact["subject"]], KG + fact["property"],
                        iris.get(given, RdfLiteral(given)), "", fact["property"], (Span(start, end + 1 if end > 0 else len(told.text)),),
                        polarity=fact["polarity"], status=fact["status"], tense="Past", speaker=iris.get(fact["speaker"], ""),
                        when=date, confidence=0.9)


def _name(graph: kg.Graph) -> str:
    return graph.entity(_most_mentioned(graph, 20)[-1]).label


def _most_mentioned(graph: kg.Graph, limit: int | None = None) -> list[str]:
    found = graph.query("most-mentioned", limit=limit)
    assert not isinstance(found, bool)
    return [str(row["entity"]) for row in found]


def times(folder: Path, rounds: int) -> None:
    """Print a table row for each of the six queries: rows, milliseconds in Oxigraph and in rdflib, and the ratio."""
    with kg.open(folder) as graph:
        name = _name(graph)
        started = time.perf_counter()
        memory = _rdflib(graph)
        seconds = time.perf_counter() - started
        print(f"{len(graph.articles())} articles, {len(memory)} triples; loaded by rdflib in {seconds:.0f} s; load {os.getloadavg()[0]:.1f}"
              "\n\n| query | rows | newskg, ms | rdflib, ms | ratio |\n|---|---|---|---|---|")
        header = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes(graph.base).items())
        for title, text in SIX.items():
            query = text.replace("NAME", name)
            ours, found = _median(functools.partial(_count, graph, query), rounds)
            theirs, other = _median(functools.partial(_count, memory, header + query), 1)
            assert found == other, (title, found, other)
            print(f"| {title} | {found} | {ours:.1f} | {theirs:.0f} | {theirs / ours:.0f} |", flush=True)


def _count(graph: kg.Graph | rdflib.Graph, query: str) -> int:
    found = graph.query(query)
    assert not isinstance(found, bool)
    return sum(1 for _ in found)


def _rdflib(graph: kg.Graph) -> rdflib.Graph:
    memory = rdflib.Graph()  # the union of all: rdflib takes a hundred times as long where graphs are named
    memory.parse(data=b"".join(f"{quad.triple} .\n".encode() for quad in graph.store), format="nt")
    return memory


def _median(work: Callable[[], int], rounds: int) -> tuple[float, int]:
    taken, found = [], 0
    for _ in range(rounds):
        started = time.perf_counter()
        found = work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken), found


# --- load ---

def requests(graph: kg.Graph) -> list[str]:
    header = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes(graph.base).items())
    entities = _most_mentioned(graph)
    texts = [header + _prepared(graph.store, name, graph.base, None, {parameter: entity})
             for name, parameter in MIX.items() for entity in entities]
    for text in texts:
        results(graph.store, text)
    random.Random(1).shuffle(texts)
    return texts


def load_all(folder: Path, clients: int, seconds: float, endpoint: str, workers: int) -> None:
    """Print requests a second, median and 99th percentile of each server."""
    with kg.open(folder) as graph:
        texts = requests(graph)
        print(f"{len(graph.articles())} articles, {len(graph.store)} triples, {len(texts)} different queries, {clients} clients, "
              f"{seconds:g} s each, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before\n")
        print("| server | requests/s | p50, ms | p99, ms | errors | memory, MB |\n|---|---|---|---|---|---|", flush=True)
        nquads = Path(tempfile.mkdtemp()) / "all.nq"
        if endpoint and subprocess.run([endpoint, "-c", "import rdflib_endpoint, uvicorn"], capture_output=True).returncode:
            print(f"rdflib-endpoint is left out: {endpoint} can't import rdflib_endpoint and uvicorn", file=sys.stderr)
            endpoint = ""
        if endpoint:
            graph.export("nquads", nquads)
    port = _free()
    _measure("newskg serve", [sys.executable, "-m", "kg.cli", "serve", str(folder), "--port", str(port), "--workers", str(workers)],
             port, "/sparql", texts, clients, seconds)
    port = _free()
    binary = Path(sys.executable).parent / "oxigraph"
    _measure("oxigraph serve-read-only", [str(binary), "serve-read-only", "-l", str(folder / "store"), "--bind", f"127.0.0.1:{port}"],
             port, "/query", texts, clients, seconds)
    if endpoint:
        port = _free()
        program = ("import rdflib, sys, uvicorn; from rdflib_endpoint import SparqlEndpoint; g = rdflib.Dataset(default_union=True); "
                   "g.parse(sys.argv[1], format='nquads'); uvicorn.run(SparqlEndpoint(graph=g, path='/sparql'), port=int(sys.argv[2]), "
                   "log_level='critical')")
        _measure("rdflib-endpoint, in memory", [endpoint, "-c", program, str(nquads), str(port)], port, "/sparql", texts, clients, seconds)
    nquads.unlink(missing_ok=True)
    nquads.parent.rmdir()


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _measure(title: str, command: list[str], port: int, path: str, texts: list[str], clients: int, seconds: float) -> None:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait(port)
        taken, errors = asyncio.run(_clients(port, path, texts, clients, seconds))
        memory = sum(_resident(pid) for pid in _family(process.pid)) / 1024
    finally:
        _stop(process)
    taken.sort()
    if not taken:
        print(f"| {title} | 0 | | | {errors} | {memory:.0f} |", flush=True)
        return
    print(f"| {title} | {len(taken) / seconds:.0f} | {taken[len(taken) // 2] * 1000:.1f} | {taken[len(taken) * 99 // 100] * 1000:.0f} | "
          f"{errors} | {memory:.0f} |", flush=True)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a server to end and, if it has not after 20 seconds, kill it and all that it started."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(port: int) -> None:
    for _ in range(6000):
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
            time.sleep(1)
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("a server did not start")


def _family(pid: int) -> list[int]:
    children = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _parent(path) == pid]
    return [pid, *itertools.chain.from_iterable(map(_family, children))]


def _parent(path: Path) -> int:
    try:
        return int(path.joinpath("stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


def _resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


async def _clients(port: int, path: str, texts: list[str], clients: int, seconds: float) -> tuple[list[float], int]:
    """Return the seconds that each answer took, and how many were no answers."""
    taken: list[float] = []
    errors = 0
    end = time.perf_counter() + seconds
    queue = itertools.cycle(texts)

    async def client() -> None:
        nonlocal errors
        writer = None
        while time.perf_counter() < end:
            body = next(queue).encode()
            head = (f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/sparql-query\r\nAccept: "
                    f"application/sparql-results+json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
            started = time.perf_counter()
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(head + body)
                async with asyncio.timeout(end + 10 - time.perf_counter()):
                    status = await _answer(reader)
            except (OSError, asyncio.IncompleteReadError, ValueError):
                status, writer = 0, None
            if status == 200:
                taken.append(time.perf_counter() - started)
            else:
                errors += 1

    await asyncio.gather(*(client() for _ in range(clients)))
    return taken, errors


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one whole HTTP/1.1 answer and return its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = re.search(rb"content-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length[1]))
    else:
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(head.split()[1])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = options.add_subparsers(dest="command", required=True)
    store = commands.add_parser("store")
    store.add_argument("articles", type=int)
    store.add_argument("folder", type=Path)
    one = commands.add_parser("times")
    one.add_argument("folder", type=Path)
    one.add_argument("--rounds", type=int, default=5)
    many = commands.add_parser("load")
    many.add_argument("folder", type=Path)
    many.add_argument("--clients", type=int, default=50)
    many.add_argument("--seconds", type=float, default=60)
    many.add_argument("--workers", type=int, default=4)
    many.add_argument("--rdflib-endpoint", default="", metavar="PYTHON", help="an interpreter that has rdflib-endpoint and uvicorn")
    chosen = options.parse_args()
    if chosen.command == "store":
        make(chosen.articles, chosen.folder)
    elif chosen.command == "times":
        times(chosen.folder, chosen.rounds)
    else:
        load_all(chosen.folder, chosen.clients, chosen.seconds, chosen.rdflib_endpoint, chosen.workers)


if __name__ == "__main__":
    main()
