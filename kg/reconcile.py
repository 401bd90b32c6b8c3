"""Ask a reconciliation service who is meant by a name: W3C Reconciliation Service API 0.2, which OpenRefine and Wikidata speak.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/

Polite: names go in batches, one request at a time, each answer is kept in a cache, a busy server is given time. Distrustful: an
answer that is late, too long, broken or not what was asked for is reported and left out; what comes back is text to compare.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from kg.authorities import Item, family_of
from kg.errors import InputError
from kg.iris import digest, valid_iri
from kg.records import Record

T = TypeVar("T")
CACHE = "reconcile-cache.jsonl"
#: names a request, seconds a request may take in all, tries, seconds before the second try (doubled each time) and at most
BATCH, TIMEOUT, TRIES, WAIT, LONGEST_WAIT = 10, 20.0, 3, 0.5, 30.0
#: longest answer in bytes, candidates taken of each name, and failed requests in a row after which a service is given up
LARGEST, CANDIDATES, GIVE_UP = 5_000_000, 10, 3
_AGENT = "newskg (reconciliation client; https://w3id.org/newskg/)"


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


class _Broken(Exception):
    """An answer that can't be used; ``again`` tells that a later try may succeed, after ``wait`` seconds if given."""

    def __init__(self, reason: str, again: bool = False, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.again, self.wait = again, wait


class Service:
    """A reconciliation service at a web address.

    `timeout` is the most that one request may take in seconds, `pause` waits (tests replace it).
    """

    def __init__(self, url: str, *, timeout: float = TIMEOUT, batch: int = BATCH, tries: int = TRIES,
                 pause: Callable[[float], None] = time.sleep) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError(f"{url!r} is no web address; give a reconciliation service's, such as https://names.example/reconcile")
        self.url, self.timeout, self.batch, self.tries, self._pause = url, timeout, max(1, batch), max(1, tries), pause
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        #: the name of the service in the graph: without user, password and query
        self.name = urllib.parse.urlunsplit((parts.scheme, host + (f":{parts.port}" if parts.port else ""), parts.path, "", ""))
        self.space = ""

    def open(self) -> None:
        """Read the service's manifest.

        Raises InputError if it can't be reached or doesn't speak version 0.1 or 0.2.
        """
        try:
            manifest = self._retry(lambda: self._ask(None))
        except _Broken as error:
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
                answer = self._retry(lambda part=part: self._ask(part))  # type: ignore[misc]
                failures = 0
            except _Broken as error:
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
                except _Broken as error:
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

    def _retry(self, ask: Callable[[], T]) -> T:
        wait = WAIT
        for number in range(self.tries):
            try:
                return ask()
            except _Broken as error:
                if not error.again or number == self.tries - 1:
                    raise
                self._pause(min(LONGEST_WAIT, max(wait, error.wait)))
                wait *= 2
        raise AssertionError("unreachable")

    def _ask(self, queries: Sequence[Query] | None) -> Any:
        """Return the manifest, or with `queries` the answer to them, as JSON values."""
        data = None
        if queries is not None:
            asked = {f"q{number}": {"query": query.name, "limit": CANDIDATES, **({"type": query.type} if query.type else {})}
                     for number, query in enumerate(queries)}
            data = urllib.parse.urlencode({"queries": json.dumps(asked)}).encode()
        request = urllib.request.Request(self.url, data, {"User-Agent": _AGENT, "Accept": "application/json"})
        text = _within(self.timeout, lambda: _fetch(request, self.timeout))
        try:
            return json.loads(text.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise _Broken(f"the answer is no JSON ({str(error)[:80]})") from error


def _fetch(request: urllib.request.Request, timeout: float) -> bytes:
    """Return the body of an answer of at most ``LARGEST`` bytes."""
    try:
        with urllib.request.build_opener(_Redirects()).open(request, timeout=timeout) as answer:
            data: bytes = answer.read(LARGEST + 1)
            promised = answer.headers.get("Content-Length", "")
    except urllib.error.HTTPError as error:
        error.close()
        wait = error.headers.get("Retry-After", "") if error.headers else ""
        raise _Broken(f"the server says {error.code} {error.reason}"[:120], error.code in (408, 425, 429, 500, 502, 503, 504),
                      float(wait) if wait.isdecimal() and len(wait) < 6 else 0.0) from error
    except http.client.IncompleteRead as error:
        raise _Broken("the answer breaks off", True) from error
    except (TimeoutError, urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        late = isinstance(error, TimeoutError) or isinstance(reason, TimeoutError)
        told = f"no answer within {timeout:g} seconds" if late else f"no connection: {' '.join(str(reason).split())[:100]}"
        raise _Broken(told, True) from error
    if len(data) > LARGEST:
        raise _Broken(f"the answer is longer than {LARGEST:,} bytes")
    if promised.isdecimal() and len(data) < int(promised):
        raise _Broken("the answer breaks off", True)
    return data


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects to the web only, and keep what is posted (a 301 or 302 would otherwise lose it)."""

    max_redirections = 3

    def redirect_request(self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any,
                         newurl: str) -> urllib.request.Request | None:
        if urllib.parse.urlsplit(newurl).scheme not in ("http", "https"):
            raise urllib.error.HTTPError(req.full_url, code, "it redirects elsewhere than to the web", headers, fp)
        return urllib.request.Request(newurl, req.data, dict(req.header_items()))


def _within(seconds: float, work: Callable[[], T]) -> T:
    """Return what `work` returns, or raise if it takes longer: a socket's own timeout starts anew with each byte that drips in."""
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)  # one that hangs must not keep the program from ending
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        raise _Broken(f"no complete answer within {seconds:g} seconds", True)
    return done[0]


def _results(answer: Any, key: str) -> list[dict[str, Any]]:
    """Return the candidates under `key` of an answer, each with id, name, description, types and match of the right kind."""
    part = answer.get(key) if isinstance(answer, dict) else None
    rows = part.get("result") if isinstance(part, dict) else None
    if not isinstance(rows, list):
        raise _Broken("the answer holds no list of results for it")
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
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError, _Broken):
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


