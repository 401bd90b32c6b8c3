"""Requests to a server that the user named: in time, in size, tried again while it is busy; whatever it answers is data.

For services that talk to programs (:mod:`kg.exchange.publish`, :mod:`kg.names.reconcile`). Pages of anybody are for :mod:`kg.read.web`,
which trusts less.
"""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from kg.errors import InputError, KgError, shown

#: seconds before the second try (doubled each time) and at most
WAIT, LONGEST_WAIT = 0.5, 30.0
AGENT = "newskg (+https://w3id.org/newskg/)"


class NoAnswer(KgError):
    """Raised for no usable answer; ``status`` is HTTP's, 0 for none, ``again``: a later try may succeed, after ``wait`` seconds."""

    def __init__(self, reason: str, status: int = 0, *, again: bool = False, wait: float = 0.0) -> None:
        super().__init__(shown(" ".join(reason.split()), 300))
        self.status, self.again, self.wait = status, again, wait


class Client:
    """Sends requests with the same ``headers`` and limits: ``timeout`` seconds a request in all, ``largest`` bytes of an answer, ``tries``.

    `pause` waits (tests replace it).
    """

    def __init__(self, headers: Mapping[str, str], *, timeout: float, largest: int, tries: int, pause: Callable[[float], None]) -> None:
        self.headers, self.timeout, self.largest, self.tries, self._pause = {"User-Agent": AGENT, **headers}, timeout, largest, tries, pause

    def send(self, url: str, data: bytes | None = None, headers: Mapping[str, str] | None = None, method: str = "GET") -> bytes:
        """Return the body of the answer to a request. Raises NoAnswer."""
        request = urllib.request.Request(url, data, {**self.headers, **(headers or {})}, method=method)
        wait, left = WAIT, self.tries
        while True:
            left -= 1
            try:
                return self._once(request)
            except NoAnswer as error:
                if not error.again or left < 1:
                    raise
                self._pause(min(LONGEST_WAIT, max(wait, error.wait)))
                wait *= 2

    def _once(self, request: urllib.request.Request) -> bytes:
        """Answer in a thread: a socket's own timeout starts anew with each byte that drips in."""
        done: list[bytes] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                done.append(_fetch(request, self.timeout, self.largest))
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run, daemon=True)  # one that hangs must not keep the program from ending
        thread.start()
        thread.join(self.timeout)
        if failed:
            raise failed[0]
        if not done:
            raise NoAnswer(f"no complete answer within {self.timeout:g} seconds", again=True)
        return done[0]


def web_address(url: str, example: str) -> str:
    """Return a web address as it may be shown: without user, password and query. Raises InputError, with an example, for no address."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme not in ("http", "https"):
        raise InputError(f"{shown(url)!r} is no web address; give {example}")
    host = f"[{host}]" if ":" in host else host
    return urllib.parse.urlunsplit((parts.scheme, host + (f":{port}" if port else ""), parts.path, "", ""))


def _fetch(request: urllib.request.Request, timeout: float, largest: int) -> bytes:
    try:
        with urllib.request.build_opener(_Redirects()).open(request, timeout=timeout) as answer:
            data: bytes = answer.read(largest + 1)
            promised = answer.headers.get("Content-Length", "")
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(400).decode("utf-8", "replace")[:160]
        wait = error.headers.get("Retry-After", "") if error.headers else ""
        raise NoAnswer(f"the server says {error.code} {error.reason}{said and ': '}{said}", error.code,
                       again=error.code in (408, 425, 429, 500, 502, 503, 504),
                       wait=float(wait) if wait.isdecimal() and len(wait) < 6 else 0.0) from error
    except http.client.IncompleteRead as error:
        raise NoAnswer("the answer breaks off", again=True) from error
    except (http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        late = isinstance(reason, TimeoutError)
        raise NoAnswer(f"no answer within {timeout:g} seconds" if late else f"no connection: {reason}", again=True) from error
    if len(data) > largest:
        raise NoAnswer(f"the answer is longer than {largest:,} bytes")
    if promised.isdecimal() and len(data) < int(promised):
        raise NoAnswer("the answer breaks off", again=True)
    return data


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects to the web only; keep what is sent (a 301 or 302 would otherwise lose it), but secrets to their own server."""

    max_redirections = 3

    def redirect_request(self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any,
                         newurl: str) -> urllib.request.Request | None:
        before, after = urllib.parse.urlsplit(req.full_url), urllib.parse.urlsplit(newurl)
        if after.scheme not in ("http", "https"):
            raise urllib.error.HTTPError(req.full_url, code, "it redirects elsewhere than to the web", headers, fp)
        same = (before.scheme, before.netloc) == (after.scheme, after.netloc)
        kept = {name: value for name, value in req.headers.items() if same or name != "Authorization"}
        return urllib.request.Request(newurl, req.data, kept, method=req.get_method())
