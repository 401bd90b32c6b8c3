"""Pages and feeds from web addresses, politely and with distrust.

Polite: robots.txt is obeyed (RFC 9309), a host is asked at most once in a while, one request at a time, and what hasn't changed isn't sent
again (ETag, Last-Modified). Distrustful: only http and https, no addresses of this machine or its network unless allowed, wherever a
redirect or a name server points; an answer has a size, a time and a number of redirects that it may take.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import json
import os
import re
import socket
import ssl
import time
import urllib.parse
import urllib.robotparser
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kg.errors import shown
from kg.read.article import MAX_BYTES, Refused
from kg.records import Record

AGENT = "newskg"
_USER_AGENT = "newskg/0.1 (+https://w3id.org/newskg/)"
#: redirects followed, bytes of robots.txt read, and the longest pause between two requests that a site may ask for
REDIRECTS, ROBOTS_BYTES, LONGEST_DELAY = 5, 500_000, 30.0


class Page(Record, frozen=True):
    """What an address gave: its final address, the bytes, media type and charset of the header, whether it is as at the last visit."""

    url: str
    data: bytes
    media: str = ""
    charset: str = ""
    unchanged: bool = False


def is_url(source: str) -> bool:
    """Tell whether a source is a web address."""
    return re.match(r"(?i)https?://", source) is not None


def default_cache() -> Path:
    """Return the folder where answers are kept: under XDG_CACHE_HOME, else ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "newskg" / "web"


class Web:
    """Fetches pages.

    `timeout` is the most that one answer may take in seconds, `delay` the least time between two requests to a host. With
    `allow_local`, addresses of this machine and its network may be asked too. `cache` is a folder for answers, None for none. `pause`
    waits and `now` is a clock in seconds (tests replace them).
    """

    def __init__(self, *, allow_local: bool = False, timeout: float = 20.0, delay: float = 1.0, cache: Path | None = None,
                 pause: Callable[[float], None] = time.sleep, now: Callable[[], float] = time.monotonic) -> None:
        self.allow_local, self.timeout, self.delay, self.cache, self._pause, self._now = allow_local, timeout, delay, cache, pause, now
        self._robots: dict[str, urllib.robotparser.RobotFileParser | str] = {}
        self._asked: dict[str, float] = {}

    def get(self, url: str) -> Page:
        """Return what `url` gives.

        Raises Refused with the reason if it can't or mustn't be had.
        """
        seen = url
        kept = self._kept(url)
        asked = {"If-None-Match": (kept or {}).get("etag", ""), "If-Modified-Since": (kept or {}).get("modified", "")}
        headers = {name: value for name, value in asked.items() if value}
        for _ in range(REDIRECTS + 1):
            self._obey(seen)
            status, found, data = self._ask(seen, headers, MAX_BYTES)
            if status in (301, 302, 303, 307, 308) and found.get("location"):
                seen = urllib.parse.urljoin(seen, found["location"])
                continue
            if status == 304 and kept:
                return Page(kept["url"], self._file(url, ".body").read_bytes(), kept["media"], kept["charset"], True)
            if status != 200:
                hint = f"; it asks to wait {shown(found['retry-after'], 40)}" if found.get("retry-after") else ""
                raise Refused(f"answers with HTTP status {status}{hint}; check the address, or try again later")
            media = found.get("content-type", "")
            charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,30})", media)
            page = Page(seen, data, media.partition(";")[0].strip().lower(), charset[1] if charset else "")
            self._keep(url, page, found)
            return page
        raise Refused(f"redirects more than {REDIRECTS} times; check the address")

    # --- manners ---

    def _obey(self, url: str) -> None:
        """Raise Refused if robots.txt forbids `url`; wait as long as the site, or `delay`, wants."""
        parts = urllib.parse.urlsplit(url)
        origin = f"{parts.scheme.lower()}://{parts.netloc.lower()}"
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(origin)
        robots = self._robots[origin]
        if isinstance(robots, str):
            raise Refused(f"can't be asked for, as the site's robots.txt {robots}; try again later")
        if not robots.can_fetch(AGENT, url):
            raise Refused("is forbidden by the site's robots.txt; save the page yourself")
        wanted = robots.crawl_delay(AGENT)
        self._wait(origin, min(max(self.delay, float(wanted or 0)), LONGEST_DELAY))

    def _wait(self, origin: str, delay: float) -> None:
        last = self._asked.get(origin)
        if last is not None and (left := last + delay - self._now()) > 0:
            self._pause(left)
        self._asked[origin] = self._now()

    def _read_robots(self, origin: str) -> urllib.robotparser.RobotFileParser | str:
        """Return the rules of a site, all allowed if it has none; the trouble if that can't be told."""
        url = origin + "/robots.txt"
        parser = urllib.robotparser.RobotFileParser(url)
        for _ in range(REDIRECTS + 1):
            try:
                status, found, data = self._ask(url, {}, ROBOTS_BYTES, cut=True)
            except Refused as error:
                if "local" in str(error) or "address" in str(error):
                    raise
                return str(error)
            if status in (301, 302, 303, 307, 308) and found.get("location"):
                url = urllib.parse.urljoin(url, found["location"])
                continue
            if status >= 500:
                return f"answers with HTTP status {status}"
            parser.parse(data.decode("utf-8", "replace").splitlines() if status == 200 else [])
            return parser
        parser.parse([])
        return parser

    # --- one request ---

    def _ask(self, url: str, headers: Mapping[str, str], limit: int, *, cut: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of one answer; a body over `limit` is refused, or `cut`."""
        try:
            parts = urllib.parse.urlsplit(url)
            port = parts.port
            host = (parts.hostname or "").encode("idna").decode("ascii")
        except (ValueError, UnicodeError) as error:
            raise Refused(f"is no usable web address ({shown(str(error))})") from error
        if parts.scheme.lower() not in ("http", "https") or not host or parts.username is not None or re.search(r"[\x00-\x20\x7f]", url):
            raise Refused("is no usable web address: only http:// and https:// without user and password")
        secure = parts.scheme.lower() == "https"
        port = port or (443 if secure else 80)
        end = self._now() + self.timeout
        path = urllib.parse.quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
            "?" + urllib.parse.quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else "")
        connection: http.client.HTTPConnection | None = None
        try:
            raw = self._connect(host, port)
            connection = http.client.HTTPConnection(host, port, timeout=self.timeout)
            connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if secure else raw
            connection.request("GET", path, headers={
                "User-Agent": _USER_AGENT, "Accept-Encoding": "gzip", "Connection": "close", **headers})
            answer = connection.getresponse()
            found = {key.lower(): value for key, value in answer.getheaders()}
            body = self._body(answer, connection.sock, limit, end, cut)
        except TimeoutError:
            raise Refused(f"gives no answer within {self.timeout:g} seconds; try again later") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Refused(f"can't be reached ({shown(str(error) or type(error).__name__)}); check the address") from error
        finally:
            if connection is not None:
                connection.close()
        if found.get("content-encoding", "").lower() in ("gzip", "x-gzip") and body[:2] == b"\x1f\x8b":
            body = _unpack(body, limit, cut)
        return answer.status, found, body

    def _body(self, answer: http.client.HTTPResponse, sock: socket.socket | None, limit: int, end: float, cut: bool) -> bytes:
        """Return the body, read within time and size."""
        parts: list[bytes] = []
        size = 0
        while True:
            left = end - self._now()
            if left <= 0:
                raise TimeoutError
            if sock is not None and sock.fileno() >= 0:
                sock.settimeout(left)
            part = answer.read1(65_536)
            if not part:
                if answer.length:
                    raise Refused("gives an answer that breaks off; try again later")
                return b"".join(parts)
            parts.append(part)
            size += len(part)
            if size > limit:
                if cut:
                    return b"".join(parts)[:limit]
                raise Refused(f"gives more than {limit // 1_000_000} MB; save it, and split it")

    def _connect(self, host: str, port: int) -> socket.socket:
        """Return a connection to an address of `host` that was checked itself, so that no second look-up can lead elsewhere."""
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Refused(f"names a host that can't be found ({shown(str(error))}); check the address") from error
        for *_, address in addresses:
            if not self.allow_local and not _is_public(str(address[0])):
                raise Refused(f"leads to a local address ({address[0]}), which is refused; --allow-local allows it")
        failure: OSError | None = None
        for family, kind, protocol, _, address in addresses:
            sock = socket.socket(family, kind, protocol)
            sock.settimeout(self.timeout)
            try:
                sock.connect(address)
                return sock
            except OSError as error:
                sock.close()
                failure = error
        raise failure or OSError("no address")

    # --- what was had before ---

    def _file(self, url: str, ending: str) -> Path:
        return (self.cache or Path()) / (hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:40] + ending)

    def _kept(self, url: str) -> dict[str, str] | None:
        if self.cache is None:
            return None
        try:
            found: Any = json.loads(self._file(url, ".json").read_bytes())
            digest = hashlib.sha256(self._file(url, ".body").read_bytes()).hexdigest()
        except (OSError, ValueError):
            return None
        whole = isinstance(found, dict) and found.get("asked") == url and found.get("sha256") == digest
        return {key: str(value) for key, value in found.items()} if whole else None

    def _keep(self, url: str, page: Page, headers: Mapping[str, str]) -> None:
        """Keep an answer that the server lets us ask about again; a cache that can't be written is done without."""
        etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
        if self.cache is None or not (etag or modified) or "no-store" in headers.get("cache-control", "").lower():
            return
        about = {"asked": url, "url": page.url, "media": page.media, "charset": page.charset, "etag": etag, "modified": modified,
                 "sha256": hashlib.sha256(page.data).hexdigest()}
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            for ending, data in ((".body", page.data), (".json", json.dumps(about).encode())):
                draft = self._file(url, f"{ending}.{os.getpid()}")
                draft.write_bytes(data)
                os.replace(draft, self._file(url, ending))
        except OSError:
            return


def _is_public(address: str) -> bool:
    """Tell whether an IP address lies in the public internet, also as wrapped into IPv6 (mapped, 6to4, NAT64)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (
            ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in ipaddress.ip_network("64:ff9b::/96") else None)
        if inner is not None:
            return _is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def _unpack(body: bytes, limit: int, cut: bool) -> bytes:
    """Return a packed body unpacked, within its limit."""
    inflate = zlib.decompressobj(31)
    try:
        data = inflate.decompress(body, limit + 1)
    except zlib.error as error:
        raise Refused(f"gives broken gzip data ({shown(str(error))}); try again later") from error
    if len(data) > limit and not cut:
        raise Refused(f"gives more than {limit // 1_000_000} MB; save it, and split it")
    return data[:limit]
