"""WARC and WARC.gz: the web pages of a crawl, such as Common Crawl's news crawl.

The framing is our own (ISO 28500), for the sake of what is broken: a record whose length is wrong, whose gzip member is damaged or whose
headers lie costs at most itself, and is reported. fastwarc and warcio are faster but lose the records behind a damaged one without a word.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from kg.errors import shown
from kg.read.archives import check_ratio
from kg.read.article import MAX_BYTES, Note, Refused, Unreadable, decode
from kg.read.documents import from_html
from kg.records import Article

_CHUNK = 65_536
#: longest block of header lines of a record or an HTTP response
_HEAD = 65_536
_NEXT = re.compile(rb"(?:\r?\n)WARC/[01]\.\d+\r?\n")
_MAGIC = b"\x1f\x8b\x08"
_HTML = re.compile(rb"(?i)\s*(<\?xml[^>]*>\s*)?(<!--.{0,500}?-->\s*)*<(!doctype html|html|head|body)\b", re.DOTALL)


class Damage(Exception):
    """The bytes of an archive break off here; its message says how, ``doubtful`` how many of the bytes before can't be trusted."""

    def __init__(self, reason: str, doubtful: int = 0) -> None:
        super().__init__(reason)
        self.doubtful = doubtful


class _Window:
    """Bytes of a stream of chunks, looked at before they are taken; a :class:`Damage` among the chunks ends the window."""

    def __init__(self, chunks: Iterator[bytes | Damage]) -> None:
        self.chunks, self.data, self.damage, self.end, self.doubtful = chunks, bytearray(), "", False, 0

    @property
    def sound(self) -> int:
        """How many bytes are to be trusted."""
        return len(self.data) - self.doubtful

    def ensure(self, size: int) -> bool:
        """Read on until `size` bytes are there; tell whether they are."""
        while len(self.data) < size and not (self.damage or self.end):
            chunk = next(self.chunks, None)
            if chunk is None:
                self.end = True
            elif isinstance(chunk, Damage):
                self.damage, self.doubtful = str(chunk), chunk.doubtful
            else:
                self.data += chunk
        return len(self.data) >= size

    def take(self, size: int) -> bytes:
        taken = bytes(self.data[:size])
        del self.data[:size]
        self.doubtful = min(self.doubtful, len(self.data))
        return taken


def read_warc(stream: BinaryIO, name: str) -> Iterator[Article | Unreadable]:
    """Yield an article for each web page in a WARC file, an :class:`Unreadable` for each page or record that can't be read, and at the
    end a note of what is no page (requests, pictures, errors of servers)."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]  # readinto is all it takes
    packed = buffered.peek(3)[:3] == _MAGIC
    window = _Window(_unpacked(buffered) if packed else _plain(buffered))
    number, passed = 0, Counter[str]()
    for found in _records(window):
        number += 1
        where = f"{name}#{number}"
        if isinstance(found, str):
            yield Unreadable(where, found)
            continue
        page = _page(*found)
        if isinstance(page, str):
            passed[page] += 1
        elif isinstance(page, Unreadable):
            yield Unreadable(f"{where} ({page.source})" if page.source else where, page.reason)
        else:
            body, charset, url = page
            yield _article(body, charset, url, where)
    if not number:
        yield Unreadable(name, "holds no WARC record; see whether it is a WARC file")
    if passed:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(passed.items(), key=lambda one: (-one[1], one[0]))[:12])
        yield Note(name, f"passed over {passed.total()} records that are no web pages: {shown(kinds, 400)}")


def _article(body: bytes, charset: str, url: str, where: str) -> Article | Unreadable:
    text = decode(body, html=True, declared=charset)
    found = text if isinstance(text, Unreadable) else from_html(text, where, url)
    return Unreadable(f"{where} ({shown(url)})", found.reason) if isinstance(found, Unreadable) else found


def _plain(stream: BinaryIO) -> Iterator[bytes | Damage]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _unpacked(stream: BinaryIO) -> Iterator[bytes | Damage]:
    """Yield the unpacked bytes of gzip members; after a broken one, Damage, and on from the next member that can be unpacked."""
    packed, at_end = bytearray(), False
    while True:
        # a member begins at packed[0]
        inflate, used, given, reason = zlib.decompressobj(31), 0, 0, ""
        while not inflate.eof:
            if used == len(packed):
                chunk = b"" if at_end else stream.read(_CHUNK)
                at_end = at_end or not chunk
                packed += chunk
                if not chunk:
                    reason = "ends in the middle of its gzip data" if used else ""
                    break
            try:
                piece = bytes(packed[used:used + _CHUNK])
                used += len(piece)
                data = inflate.decompress(piece, 16 * _CHUNK)
                while data or inflate.unconsumed_tail:
                    given += len(data)
                    check_ratio(given, used)
                    if data:
                        yield data
                    data = inflate.decompress(inflate.unconsumed_tail, 16 * _CHUNK) if inflate.unconsumed_tail else b""
            except zlib.error as error:
                reason = f"is broken gzip data ({shown(str(error))})"
                break
            if not inflate.eof and used > 4 * MAX_BYTES and not reason:  # one long member: what lies behind us is not needed any more
                del packed[:used - _CHUNK]
                used = _CHUNK
        if inflate.eof:
            del packed[:used - len(inflate.unused_data)]
            while packed[:1] == b"\0":
                del packed[:1]
            if packed or not at_end:
                continue
            return
        if not used and not reason:
            return
        yield Damage(reason, 0 if "ends" in reason else given)
        while True:  # to the next place that unpacks
            at = packed.find(_MAGIC, 1)
            if at >= 0:
                del packed[:at]
                while len(packed) < 2_000 and not at_end:
                    chunk = stream.read(_CHUNK)
                    at_end = at_end or not chunk
                    packed += chunk
                try:
                    if zlib.decompressobj(31).decompress(bytes(packed[:_CHUNK]), 5) == b"WARC/":
                        break
                except zlib.error:
                    pass
                continue
            del packed[:max(0, len(packed) - 2)]
            chunk = b"" if at_end else stream.read(_CHUNK)
            at_end = at_end or not chunk
            if not chunk:
                return
            packed[:0] = b"\0"  # the search leaves the first byte out
            packed += chunk


def _records(window: _Window) -> Iterator[tuple[dict[str, str], bytes] | str]:
    """Yield the header and block of each record, or the reason why one can't be read; what is damaged costs only itself."""
    while True:
        while window.ensure(1) and window.data[0] in b"\r\n":
            window.take(1)
        if not window.ensure(1):
            if window.damage:
                yield f"{window.damage}: what it held is lost; get the file anew"
                window.damage = ""
                continue
            return
        yield _record(window)


def _record(window: _Window) -> tuple[dict[str, str], bytes] | str:
    """Take one record off the window."""
    window.ensure(8)
    if not window.data.startswith(b"WARC/"):
        return _give_up(window, "is no WARC record (it doesn't begin with WARC/)")
    size = 4096
    head = None
    while head is None and size <= _HEAD * 2:
        more = window.ensure(size)
        head = re.search(rb"\r?\n\r?\n", window.data[:_HEAD])
        if not more:
            break
        size *= 2
    following = _NEXT.search(window.data, 1)
    if head is None or (following and following.start() < head.start()):
        return _give_up(window, "has a header without an end")
    headers = _headers(bytes(window.data[:head.end()]))
    if not re.fullmatch(r"\d{1,15}", headers.get("content-length", "")):
        return _salvage(window, headers, head.end(), "has no usable Content-Length")
    length = int(headers["content-length"])
    if length > MAX_BYTES:
        if not _skip(window, head.end() + length):
            return _lost(window, f"breaks off (its Content-Length is {length:,})")
        return f"is larger than {MAX_BYTES // 1_000_000} MB ({length:,} bytes); left out"
    end = head.end() + length
    whole = window.ensure(end + 16)  # a checksum stands behind its member: look on before the record is trusted
    rest = bytes(window.data[end:end + 16])
    closed = re.match(rb"\r?\n\r?\n|[\r\n]{0,8}WARC/", rest) or (not whole and re.fullmatch(rb"[\r\n]{0,8}", rest))
    if closed and end <= window.sound:
        window.take(head.end())
        return headers, window.take(length)
    return _salvage(window, headers, head.end(), f"has a wrong Content-Length ({length:,})")


def _headers(block: bytes) -> dict[str, str]:
    """Return header lines by lower-case name, the first of each; continued lines joined."""
    lines = re.sub(rb"\r?\n[ \t]+", b" ", block).decode("utf-8", "replace").splitlines()[1:]
    found: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.partition(":")
        if colon:
            found.setdefault(key.strip().lower(), value.strip())
    return found


def _salvage(window: _Window, headers: dict[str, str], start: int, reason: str) -> tuple[dict[str, str], bytes] | str:
    """Return the record up to where the next one begins, if that is sure to be all of it; else the reason."""
    at = _next_record(window, start)
    if at < 0 or at > window.sound:
        at = window.sound
        closed = (window.end or window.damage) and at <= MAX_BYTES and re.search(rb"(?i)</html>\s*\Z", window.data[max(0, at - 200):at])
        if not closed:
            return _lost(window, f"breaks off or {reason}")
    block = window.take(at)[start:]
    return headers, re.sub(rb"(\r?\n){1,2}\Z", b"", block)


def _give_up(window: _Window, reason: str) -> str:
    """Let go of everything up to the next record."""
    at = _next_record(window, 1)
    if at < 0:
        return _lost(window, reason)
    window.take(at)
    return f"{reason}; {at:,} bytes up to the next record were left out"


def _lost(window: _Window, reason: str) -> str:
    """Let go of all there is up to the damage or the end."""
    while not (window.damage or window.end):
        window.ensure(len(window.data) + 1)
        window.take(len(window.data))
    size, damage = len(window.data), window.damage
    window.take(size)
    window.damage = ""
    return f"{damage or reason}: its last {size:,} bytes are lost; get the file anew"


def _next_record(window: _Window, start: int) -> int:
    """Return where the next record begins, -1 if none does within the largest record allowed."""
    at = start
    while True:
        found = _NEXT.search(window.data, max(0, at - 16))
        if found and found.start() >= start - 2:
            return found.start() + len(found[0]) - len(found[0].lstrip(b"\r\n"))
        at = len(window.data)
        if at > MAX_BYTES + _HEAD or not window.ensure(at + 1):
            return -1


def _skip(window: _Window, size: int) -> bool:
    """Take `size` bytes off without keeping them; tell whether there were so many."""
    while size:
        if not window.ensure(1):
            return False
        size -= len(window.take(min(size, len(window.data))))
    return True


def _page(headers: dict[str, str], block: bytes) -> tuple[bytes, str, str] | Unreadable | str:
    """Return body, charset and URL of a record that is a web page; the kind of any other; why a page can't be read."""
    kind = headers.get("warc-type", "").lower()
    url = headers.get("warc-target-uri", "").strip("<> ")
    if kind not in ("response", "resource"):
        return shown(kind, 20) or "without a type"
    media, charset, body = headers.get("content-type", "").lower(), "", block
    if kind == "response":
        if not block.startswith(b"HTTP/"):
            if not _HTML.match(block[:2000]):
                return "not HTTP"
        else:
            head = re.search(rb"\r?\n\r?\n", block[:_HEAD])
            status = re.match(rb"HTTP/\S+[ \t]+(\d{3})", block)
            if head is None or status is None:
                return Unreadable(url, "has broken HTTP headers; left out")
            if status[1] != b"200":
                return f"of HTTP status {status[1].decode()}"
            http = _headers(block[:head.end()])
            media = http.get("content-type", "").lower()
            try:
                body = _decoded(block[head.end():], http)
            except (Damage, Refused) as error:
                return Unreadable(url, str(error))
    if match := re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,30})", media):
        charset = match[1]
    media = media.partition(";")[0].strip()
    if media not in ("text/html", "application/xhtml+xml") and not _HTML.match(body[:2000]):
        return shown(media, 40) or "without a media type"
    if not body.strip():
        return Unreadable(url, "is an empty page; left out")
    return body, charset, url


def _decoded(body: bytes, http: dict[str, str]) -> bytes:
    """Return the body with transfer and content encoding undone; where the headers claim one that isn't there, as it is."""
    if "chunked" in http.get("transfer-encoding", "").lower() and re.match(rb"[0-9a-fA-F]{1,8}[ \t]*(;[^\r\n]*)?\r?\n", body):
        body = _unchunk(body)
    coding = http.get("content-encoding", "").lower()
    try:
        if body[:2] == b"\x1f\x8b":
            return _inflate(body, 31)
        if "deflate" in coding and not _HTML.match(body[:2000]):
            return _inflate(body, 15 if body[:1] == b"\x78" else -15)
    except zlib.error as error:
        raise Damage(f"has a body of broken {shown(coding, 20) or 'gzip'} data ({shown(str(error))}); left out") from error
    if coding in ("br", "zstd") and not re.match(rb"\s*<", body):
        raise Damage(f"is packed as {coding}, which is not read; crawl without it")
    return body


def _inflate(body: bytes, bits: int) -> bytes:
    inflate = zlib.decompressobj(bits)
    data = inflate.decompress(body, MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Refused(f"unpacks to more than {MAX_BYTES // 1_000_000} MB; left out")
    return data


def _unchunk(body: bytes) -> bytes:
    """Return a chunked body as one; raises Damage if a chunk breaks off."""
    parts: list[bytes] = []
    at = 0
    while match := re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n").match(body, at):
        size = int(match[1], 16)
        if not size:
            return b"".join(parts)
        if match.end() + size > len(body):
            raise Damage("has a body that breaks off in a chunk; left out")
        parts.append(body[match.end():match.end() + size])
        at = match.end() + size
        at += 2 if body[at:at + 2] == b"\r\n" else 1
    raise Damage("has a body of broken chunks; left out")
