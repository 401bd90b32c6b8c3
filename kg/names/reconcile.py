"""Ask a reconciliation service who is meant by a name: W3C Reconciliation Service API 0.2, which OpenRefine and Wikidata speak.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/

Polite: names go in batches, one request at a time, each answer is kept in a cache, a busy server is given time. Distrustful: an
answer that is late, too long, broken or not what was asked for is reported and left out; what comes back is text to compare.
"""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.errors import InputError
from kg.http import Client, NoAnswer, web_address
from kg.iris import digest, valid_iri
from kg.names.authorities import Item, family_of
from kg.records import Record

CACHE = "reconcile-cache.jsonl"
#: names a request, seconds a request may take in all, tries
BATCH, TIMEOUT, TRIES = 10, 20.0, 3
#: longest answer in bytes, candidates taken of each name, and failed requests in a row after which a service is given up
LARGEST, CANDIDATES, GIVE_UP = 5_000_000, 10, 3


class Query(Record, frozen=True):
    """A name to ask for; ``type`` is the service's id of a class or empty."""

    name: str
    type: str = ""


class Candidate(Record, frozen=True):
    """What the service proposes for a name; ``match`` is its claim to be sure."""

    item: Item
    match: bool = False


class Answers(Record, frozen=True):
    """Candidates by name, and what went wrong."""

    found: dict[str, tuple[Candidate, ...]]
    problems: tuple[str, ...] = ()
    asked: int = 0


class Service:
    """A reconciliation service at a web address.

    `timeout` is the most that one request may take in seconds, `pause` waits (tests replace it).
    """

    def __init__(self, url: str, *, timeout: float = TIMEOUT, batch: int = BATCH, tries: int = TRIES,
                 pause: Callable[[float], None] = time.sleep) -> None:
        #: the name of the service in the graph: without user, password and query
        self.name = web_address(url, "a reconciliation service's, such as https://names.example/reconcile")
        self.url, self.batch, self.space = url, max(1, batch), ""
        self._client = Client({"Accept": "application/json"}, timeout=timeout, largest=LARGEST, tries=tries, pause=pause)

    def open(self) -> None:
        """Read the service's manifest.

        Raises InputError if it can't be reached or doesn't speak version 0.1 or 0.2.
        """
        try:
            manifest = self._ask(None)
        except NoAnswer as error:
            raise InputError(f"{self.name} can't be used ({error}); nothing was changed: check the address, or try again later") from error
        space = manifest.get("identifierSpace") if isinstance(manifest, dict) else None
        if not isinstance(space, str) or not re.match(r"(https?://|urn:)", space):
            raise InputError(f"{self.name} gives no manifest with an identifierSpace: no reconciliation service; nothing was changed")
        versions = manifest.get("versions", ["0.1"])
        if not isinstance(versions, list) or not {"0.1", "0.2"} & {str(one) for one in versions}:
            raise InputError(f"{self.name} speaks version {str(versions)[:60]} of the API, not 0.2; nothing was changed")
        self.space = space
        size = manifest.get("batchSize")
        if isinstance(size, int) and 0 < size < self.batch:
            self.batch = size

    def candidates(self, queries: Sequence[Query], cache: Cache,
                   progress: Callable[[int, int], None] = lambda done, total: None) -> Answers:
        """Return what the service proposes for each query, from `cache` where it has been asked before.

        A batch that fails costs only itself; after ``GIVE_UP`` failures in a row the rest is not asked.
        """
        found: dict[str, tuple[Candidate, ...]] = {}
        problems: list[str] = []
        rest = []
        for query in queries:
            kept = cache.get(self.name, query)
            if kept is None:
                rest.append(query)
            else:
                found[query.name] = self._read(kept)
        asked = failures = 0
        for start in range(0, len(rest), self.batch):
            part = rest[start:start + self.batch]
            progress(start, len(rest))
            try:
                answer = self._ask(part)
                failures = 0
            except NoAnswer as error:
                failures += 1
                problems.append(f"{len(part)} names from {part[0].name[:60]!r} on: {error}")
                if failures == GIVE_UP:
                    left = len(rest) - start - len(part)
                    problems += [f"{GIVE_UP} requests in a row failed, {left} more names were not asked"] if left else []
                    break
                continue
            asked += len(part)
            for number, query in enumerate(part):
                try:
                    rows = _results(answer, f"q{number}")
                except NoAnswer as error:
                    problems.append(f"{query.name[:60]!r}: {error}")
                    continue
                cache.put(self.name, query, rows)
                found[query.name] = self._read(rows)
        return Answers(found, tuple(problems), asked)

    def _read(self, rows: Sequence[Any]) -> tuple[Candidate, ...]:
        """Return the candidates of one name, those without a usable id left out, the first ``CANDIDATES``."""
        found = []
        for row in rows[:CANDIDATES]:
            key, name = row["id"], row["name"]
            if not key or not name:
                continue
            iri = key if re.match(r"(https?://|urn:)\S", key) else self.space + key
            found.append(Candidate(Item(valid_iri(iri), " ".join(name.split())[:500], (), family_of([*row["types"]]),
                                        (row["description"][:2000],) if row["description"] else ()), row["match"]))
        return tuple(found)

    def _ask(self, queries: Sequence[Query] | None) -> Any:
        """Return the manifest, or with `queries` the answer to them, as JSON values."""
        if queries is None:
            text = self._client.send(self.url)
        else:
            asked = {f"q{number}": {"query": query.name, "limit": CANDIDATES, **({"type": query.type} if query.type else {})}
                     for number, query in enumerate(queries)}
            text = self._client.send(self.url, urllib.parse.urlencode({"queries": json.dumps(asked)}).encode(), method="POST")
        try:
            return json.loads(text.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise NoAnswer(f"the answer is no JSON ({str(error)[:80]})") from error


def _results(answer: Any, key: str) -> list[dict[str, Any]]:
    """Return the candidates under `key` of an answer, each with id, name, description, types and match of the right kind."""
    part = answer.get(key) if isinstance(answer, dict) else None
    rows = part.get("result") if isinstance(part, dict) else None
    if not isinstance(rows, list):
        raise NoAnswer("the answer holds no list of results for it")
    found = []
    for row in rows[:100]:
        if not isinstance(row, dict):
            continue
        key_, name, types, told = row.get("id"), row.get("name"), row.get("type", row.get("types")), row.get("description")
        if not (isinstance(key_, str) and isinstance(name, str)):
            continue
        classes = [one.get("name") or one.get("id") if isinstance(one, dict) else one for one in types] if isinstance(types, list) else []
        found.append({"id": key_, "name": name, "types": [one for one in classes if isinstance(one, str)][:20],
                      "description": told if isinstance(told, str) else "", "match": row.get("match") is True})
    return found


class Cache:
    """Answers of services that were asked before, in a file of JSON lines; without a path, in memory only."""

    def __init__(self, path: Path | None = None, *, fresh: bool = False) -> None:
        self.path, self._rows = path, dict[str, Any]()
        if path is None or fresh:
            return
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return
        for line in lines:
            try:
                row = json.loads(line)
                self._rows[str(row["key"])] = _results({"q": {"result": [_row(one) for one in row["rows"]]}}, "q")
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError, NoAnswer):
                continue  # a damaged line is asked anew

    def get(self, service: str, query: Query) -> list[dict[str, Any]] | None:
        """Return the kept answer to a query, None if there is none."""
        return self._rows.get(_key(service, query))

    def put(self, service: str, query: Query, rows: list[dict[str, Any]]) -> None:
        """Keep an answer."""
        self._rows[_key(service, query)] = rows

    def save(self) -> None:
        """Write the file; that it can't be written costs only time."""
        if self.path is None:
            return
        lines = [json.dumps({"key": key, "rows": rows}, ensure_ascii=False, sort_keys=True) for key, rows in sorted(self._rows.items())]
        draft = self.path.with_suffix(".draft")
        try:
            draft.write_text("".join(line + "\n" for line in lines), "utf-8", errors="replace")
            draft.replace(self.path)
        except OSError:
            draft.unlink(missing_ok=True)


def _row(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {**kept, "type": kept.get("types", [])}


def _key(service: str, query: Query) -> str:
    return digest(service, query.name, query.type, str(CANDIDATES), length=24)


