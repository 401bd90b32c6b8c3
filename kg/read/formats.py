"""Which reader reads what: formats by file name ending or first bytes, and the way from a binary stream to articles."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

from kg.read.archives import DEPTH, read_gzip, read_zip, seekable
from kg.read.article import MAX_BYTES, MAX_JSON_BYTES, Refused, Unreadable, decode, from_text
from kg.read.documents import from_html, from_markdown
from kg.read.pdf import MAX_PDF_BYTES, from_pdf
from kg.read.tables import read_csv, read_json, read_lines, read_parquet
from kg.read.warc import read_warc
from kg.read.web import Page
from kg.read.xml import read_xml
from kg.records import Article

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: format by file name ending; each may also be packed, with .gz behind its ending
FORMATS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet",
    ".pdf": "pdf", ".xml": "xml", ".rss": "xml", ".atom": "xml", ".nitf": "xml", ".warc": "warc", ".gz": "gzip", ".zip": "zip",
}
Fields = Mapping[str, str] | None


def format_of(name: str) -> str | None:
    """Return the format of a file by its name, None if it is none of ours."""
    stem, ending = os.path.splitext(name.lower())
    kind = FORMATS.get(ending)
    if kind == "gzip":
        inner = os.path.splitext(stem)[1]
        return "warc" if inner == ".warc" else kind if inner in FORMATS or not re.fullmatch(r"\.[a-z]{2,8}", inner) else None
    return kind


def sniff(head: bytes) -> str:
    """Return the format that a document seems to have, from its first non-empty line."""
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    for mark, kind in ((b"%PDF-", "pdf"), (b"PK\x03\x04", "zip"), (b"\x1f\x8b", "gzip"), (b"PAR1", "parquet"), (b"WARC/", "warc")):
        if start.startswith(mark):
            return kind
    if start[:1] == b"{":
        try:
            json.loads(start)
        except (ValueError, RecursionError):
            return "json"  # an object over several lines
        return "jsonl"
    if start[:1] == b"[" and re.match(rb"\[\s*(\{|\Z)", start):
        return "json"
    if re.match(rb"(?is)(<\?xml[^>]*\?>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE nitf[^>]*>\s*)?"
                rb"<(rss|feed|rdf:RDF|newsMessage|newsItem|NewsML|nitf)\b", start):
        return "xml"
    if re.match(rb"(?i)<\?xml", start) and not re.search(rb"(?i)<(!doctype )?html", start):
        return "xml"
    return "html" if re.match(rb"(?i)<(!doctype|html|head|body|\?xml|!--)", start) else "text"


class Prefixed(io.RawIOBase):
    """A stream with bytes that were already taken from it put back in front."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = head, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        size = len(view)
        data = self._head[:size] if self._head else self._stream.read(size)
        self._head = self._head[size:]
        view[:len(data)] = data
        return len(data)


#: format by media type of an answer
_MEDIA = {
    "text/html": "html", "application/xhtml+xml": "html", "text/plain": "text", "text/markdown": "markdown", "application/json": "json",
    "application/x-ndjson": "jsonl", "application/jsonl": "jsonl", "text/csv": "csv", "application/pdf": "pdf", "text/xml": "xml",
    "application/xml": "xml", "application/rss+xml": "xml", "application/atom+xml": "xml", "application/warc": "warc",
    "application/zip": "zip", "application/gzip": "gzip", "application/x-gzip": "gzip",
}


def read_page(page: Page, name: str, fields: Fields) -> Iterator[Article | Unreadable]:
    """Yield what an answer from the web holds; its format is told by its first bytes, its media type and its address."""
    seen = sniff(page.data[:4096])
    told = format_of(urllib.parse.urlsplit(page.url).path) or _MEDIA.get(page.media, seen)
    kind = told if seen in ("text", "json", "jsonl") else seen
    if kind != "html":
        yield from read_stream(io.BytesIO(page.data), kind, name, fields, size=len(page.data))
        return
    text = decode(page.data, html=True, declared=page.charset)
    yield Unreadable(name, text.reason) if isinstance(text, Unreadable) else from_html(text, name, page.url)


def read_stream(stream: BinaryIO, kind: str, name: str, fields: Fields, *, size: int = 0, depth: int = 0) -> Iterator[Article | Unreadable]:
    """Yield what a binary stream of the given format holds; `size` is its length in bytes where known."""
    try:
        yield from _read(stream, kind, name, fields, size, depth)
    except Refused as error:
        yield Unreadable(name, str(error))


def _read(stream: BinaryIO, kind: str, name: str, fields: Fields, size: int, depth: int) -> Iterator[Article | Unreadable]:
    if kind in ("gzip", "zip") and depth >= DEPTH:
        raise Refused(f"is an archive more than {DEPTH} deep in archives; unpack it yourself")
    if kind == "jsonl":
        yield from read_lines(stream, name, fields)
    elif kind == "csv":
        yield from read_csv(stream, name, fields)
    elif kind == "warc":
        yield from read_warc(stream, name)
    elif kind == "parquet":
        yield from read_parquet(seekable(stream), name, fields)
    elif kind == "gzip":
        inner = format_of(re.sub(r"(?i)\.gz\Z", "", name))
        yield from read_gzip(stream, lambda content: _read_packed(content, inner, name, fields, depth + 1))
    elif kind == "zip":
        yield from read_zip(stream, name, lambda entry: format_of(entry) is not None,
                            lambda content, where: _read_packed(content, format_of(where), where, fields, depth + 1))
    else:
        yield from _read_whole(stream, kind, name, fields, size)


def _read_packed(stream: BinaryIO, kind: str | None, name: str, fields: Fields, depth: int) -> Iterator[Article | Unreadable]:
    """Yield what an unpacked stream holds; its format is told from its beginning where its name doesn't."""
    if kind is None:
        kind, stream = sniffed(stream)
    yield from read_stream(stream, kind, name, fields, depth=depth)


def sniffed(stream: BinaryIO) -> tuple[str, BinaryIO]:
    """Return the format of a stream told from its beginning, and the stream as it was."""
    head = stream.readline(MAX_BYTES + 1)
    while head and not head.strip() and len(head) < 1000:
        head += stream.readline(MAX_BYTES + 1)
    if re.match(rb"(?i)\s*<(\?xml|!--)", head.removeprefix(codecs.BOM_UTF8)):  # what the document is stands below
        head += stream.read(2000)
    return sniff(head), io.BufferedReader(Prefixed(head, stream))


def _read_whole(stream: BinaryIO, kind: str, name: str, fields: Fields, size: int) -> Iterator[Article | Unreadable]:
    """Yield what a document holds that has to be in memory at once."""
    limit = {"json": MAX_JSON_BYTES, "pdf": MAX_PDF_BYTES}.get(kind, MAX_BYTES)
    data = b"" if size > limit else stream.read(limit + 1)
    if size > limit or len(data) > limit:
        mend = "write one article a line, as .jsonl" if kind == "json" else "split it into articles"
        yield Unreadable(name, f"is larger than {limit // 1_000_000} MB; {mend}")
        return
    if not data.strip():
        yield Unreadable(name, "is empty; leave it out or fill it")
        return
    if kind == "pdf":
        yield from from_pdf(data, name)
        return
    text = decode(data, html=kind in ("html", "xml"))
    if isinstance(text, Unreadable):
        yield Unreadable(name, text.reason)
    elif kind == "json":
        yield from read_json(text, name, fields)
    elif kind == "xml":
        yield from read_xml(text, data, name)
    else:
        readers: dict[str, Callable[[str, str], Article | Unreadable]] = {"text": from_text, "markdown": from_markdown, "html": from_html}
        yield readers[kind](text, name)
