"""Put a graph into any SPARQL 1.1 server: by the Graph Store Protocol or by SPARQL Update, named graph by named graph, only what changed.

The server keeps, in a graph of its own (``<base>published``), the digest of each graph put there. A run that was cut off, at any
moment, is simply run again: the digest of a graph is taken away before the graph is written and put back after, so what is half
written is written anew.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox

from kg.errors import InputError, KgError
from kg.http import Client, NoAnswer, web_address
from kg.iris import KG
from kg.opened import open_graph
from kg.records import Record

#: triples sent at once; bytes of an answer at most; graphs written between two notes of what is done, as all are noted each time:
#: so many, or the given part of all
PART, LARGEST, BATCH, SHARE = 20_000, 1 << 28, 50, 20
_DIGEST = ox.NamedNode(KG + "contentHash")
_UNSURE = "not kept"


class Published(Record, frozen=True):
    """What publishing did: graphs put anew, left as they were, and taken away."""

    put: int
    unchanged: int
    removed: int


class Server:
    """A SPARQL 1.1 server: `url` of its Graph Store Protocol, or of its updates with `query_url` for its queries.

    `user` is ``name:password`` (HTTP Basic), `token` a bearer token; `timeout` seconds and `tries` are for each request.
    """

    def __init__(self, url: str, *, query_url: str = "", user: str = "", token: str = "", timeout: float = 120.0, tries: int = 4,
                 pause: Callable[[float], None] = time.sleep) -> None:
        self.name, *_ = [web_address(one, "a SPARQL server's, such as http://localhost:7878/store") for one in (url, query_url or url)]
        if not re.fullmatch(r"[!-~]*", token):
            raise InputError("the token holds other signs than a header can; see whether it was copied whole, and alone")
        self.url, self.query_url = url, query_url
        who = f"Bearer {token}" if token else "Basic " + base64.b64encode(user.encode()).decode() if user else ""
        self._client = Client({"Authorization": who} if who else {}, timeout=timeout, largest=LARGEST, tries=tries, pause=pause)

    def get(self, graph: str) -> list[ox.Triple]:
        """Return the triples of a graph, none if it isn't there."""
        if self.query_url:
            query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {ox.NamedNode(graph)} {{ ?s ?p ?o }} }}"
            address = f"{self.query_url}{'&' if '?' in self.query_url else '?'}{urllib.parse.urlencode({'query': query})}"
            found = self._send("GET", address, None, {"Accept": "application/n-triples"})
        else:
            found = self._send("GET", self._graph(graph), None, {"Accept": "application/n-triples"}, missing=b"")
        try:
            return [quad.triple for quad in ox.parse(found, ox.RdfFormat.N_TRIPLES)]
        except (SyntaxError, ValueError) as error:
            said = " ".join(str(error).split())[:120]
            raise KgError(f"{self.name} answers no N-Triples: is it a SPARQL 1.1 graph store? ({said})") from error

    def put(self, graph: str, lines: Sequence[str]) -> None:
        """Make a graph hold exactly these lines of N-Triples."""
        parts = [lines[start:start + PART] for start in range(0, len(lines), PART)] or [[]]
        if any("_:" in line for line in lines):
            parts = [lines]  # blank nodes are known within one request only
        for number, part in enumerate(parts):
            data = "".join(part)
            if self.query_url:
                node = ox.NamedNode(graph)
                update = ("" if number else f"DROP SILENT GRAPH {node} ;\n") + f"INSERT DATA {{ GRAPH {node} {{\n{data}}} }}"
                self._send("POST", self.url, update.encode(), {"Content-Type": "application/sparql-update"})
            else:
                self._send("POST" if number else "PUT", self._graph(graph), data.encode(), {"Content-Type": "application/n-triples"})

    def delete(self, graph: str) -> None:
        """Take a graph away, if it is there."""
        if self.query_url:
            self._send("POST", self.url, f"DROP SILENT GRAPH {ox.NamedNode(graph)}".encode(), {"Content-Type": "application/sparql-update"})
        else:
            self._send("DELETE", self._graph(graph), None, {}, missing=b"")

    def _graph(self, graph: str) -> str:
        return f"{self.url}{'&' if '?' in self.url else '?'}{urllib.parse.urlencode({'graph': graph})}"

    def _send(self, method: str, url: str, data: bytes | None, headers: Mapping[str, str], missing: bytes | None = None) -> bytes:
        """Return the body of the answer, `missing` (if given) where there is nothing. Raises KgError."""
        try:
            return self._client.send(url, data, headers, method)
        except NoAnswer as error:
            if error.status == 404 and missing is not None:
                return missing
            trouble = f"refuses ({error})" if error.status else f"can't be reached ({error})"
            raise KgError(f"{self.name} {trouble}; run the command again to go on where it stopped") from error


def publish(folder: str | Path, server: Server, *,
            progress: Callable[[str, int, int], None] = lambda stage, done, total: None) -> Published:
    """Make the server's copies of all named graphs equal to those of the graph in `folder`; graphs of others there are left alone.

    Raises FolderError for no graph, KgError if the server fails: what is done by then stays, and the next run goes on.
    """
    with open_graph(folder) as graph:
        record = f"{graph.base}published"
        names = sorted(node.value for node in graph.store.named_graphs() if isinstance(node, ox.NamedNode))
        done = {triple.subject.value: triple.object.value for triple in server.get(record)
                if triple.predicate == _DIGEST and isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.Literal)}
        removed = sorted(done.keys() - set(names))
        put = 0

        def lines_of(name: str) -> list[str]:
            return sorted(f"{quad.triple} .\n" for quad in graph.store.quads_for_pattern(None, None, None, ox.NamedNode(name)))

        def changed() -> Iterator[tuple[str, str]]:
            for number, name in enumerate(names):
                progress("publishing", number + 1, len(names))
                digest = hashlib.sha256("".join(lines_of(name)).encode()).hexdigest()
                if done.get(name) != digest:
                    yield name, digest

        pending = changed()
        while batch := list(itertools.islice(pending, max(BATCH, len(names) // SHARE))):
            _note(server, record, done, [name for name, _ in batch])
            for name, digest in batch:
                server.put(name, lines_of(name))
                done[name] = digest
                put += 1
            _note(server, record, done)
        if removed:
            _note(server, record, done, removed)
            for name in removed:
                server.delete(name)
            for name in removed:
                del done[name]
            _note(server, record, done)
    return Published(put, len(names) - put, len(removed))


def _note(server: Server, record: str, done: Mapping[str, str], unsafe: Iterable[str] = ()) -> None:
    """Write down which graphs are there whole; those about to be written are marked as not."""
    noted = dict(done) | dict.fromkeys(unsafe, _UNSURE)
    server.put(record, [f'{ox.NamedNode(name)} {_DIGEST} "{digest}" .\n' for name, digest in sorted(noted.items())])
