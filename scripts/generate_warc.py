#!/usr/bin/env python3
"""Write a WARC.gz of made-up news pages, broken records and wrong headers among them, and say what it holds.

    scripts/generate_warc.py crawl.warc.gz --pages 1000 [--read]

With --read, newskg reads it back and both counts are compared.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import zlib
from pathlib import Path

PAGE = """<!doctype html><html lang="en"><head><meta charset="{charset}"><title>Bridge {n} opens - Herald</title>
<meta property="article:published_time" content="2024-05-{day:02}T10:00:00Z"></head><body><article><h1>Bridge {n} opens</h1>
<p>The mayor of Marlow opened bridge number {n} on Monday after four years of work. Zoë Lund, the engineer, said it cost £{n} million.</p>
<p>Two hundred people came to see it, the council said in its report. {words}</p></article></body></html>"""
#: what may be wrong with a page that is readable all the same
ODD = ("latin-1 undeclared", "charset lies", "type missing", "type lies", "chunked", "gzip body", "claims gzip", "length too long",
       "length too short", "length missing", "lower-case headers", "bare line ends")
#: what makes a page unreadable
BROKEN = ("gzip damaged", "garbage between", "chunks break off", "no HTTP headers end", "empty page")
#: what is no page
OTHER = ("request", "image", "404", "metadata", "revisit")


def record(kind: str, url: str, block: bytes, *, length: str | None = None, lower: bool = False, eol: bytes = b"\r\n") -> bytes:
    """Return one WARC record."""
    lines = ["WARC/1.0", f"WARC-Type: {kind}", f"WARC-Target-URI: {url}", "WARC-Date: 2024-05-31T00:00:00Z",
             "Content-Type: application/http; msgtype=response"]
    lines += [f"Content-Length: {len(block)}"] if length is None else [length] if length else []
    lines = [lines[0], *(line.lower() if lower else line for line in lines[1:])]
    return eol.join(line.encode() for line in lines) + eol * 2 + block + eol * 2


def response(body: bytes, headers: str = "Content-Type: text/html; charset=utf-8", status: str = "200 OK", eol: str = "\r\n") -> bytes:
    """Return an HTTP response."""
    return eol.join(filter(None, (f"HTTP/1.1 {status}", *headers.split("\n")))).encode() + eol.encode() * 2 + body


def make(pages: int, seed: int = 1) -> tuple[bytes, dict[str, list[str]]]:
    """Return a WARC.gz with `pages` pages, of which about a third are odd and a tenth broken, and the addresses of each sort."""
    rng = random.Random(seed)
    parts: list[bytes] = []
    sorts: dict[str, list[str]] = {"readable": [], "broken": [], "other": []}
    for n in range(1, pages + 1):
        sort = rng.choices(("good", "odd", "broken"), (60, 30, 10))[0]
        if n <= len(ODD) + len(BROKEN):
            sort = "odd" if n <= len(ODD) else "broken"
        what = {"good": "", "odd": ODD[n % len(ODD)], "broken": BROKEN[n % len(BROKEN)]}[sort]
        words = " ".join(rng.choice("stone river council money paint steel winter".split()) for _ in range(30))
        text = PAGE.format(n=n, day=n % 28 + 1, words=f"It has {words}.", charset="utf-8")
        url, body = f"https://herald.example/{n}", text.encode()
        packed = gzip.compress(_record(what, url, body, text), mtime=0)
        if what == "gzip damaged":
            packed = packed[:len(packed) // 2] + b"\xff\x00\xff" + packed[len(packed) // 2 + 3:]
        if what == "garbage between":
            packed = gzip.compress(b"these bytes are no record\r\n" * 3, mtime=0)
        parts.append(packed)
        sorts["broken" if sort == "broken" else "readable"].append(url)
        if n % 4 == 0:
            parts.append(gzip.compress(_other(OTHER[n // 4 % len(OTHER)], url), mtime=0))
            sorts["other"].append(url)
    return b"".join(parts), sorts


def _record(what: str, url: str, body: bytes, text: str) -> bytes:
    if what == "latin-1 undeclared":
        return record("response", url, response(text.replace('<meta charset="utf-8">', "").encode("cp1252"), "Content-Type: text/html"))
    if what == "charset lies":
        return record("response", url, response(body, "Content-Type: text/html; charset=iso-8859-5"))
    if what == "type missing":
        return record("response", url, response(body, "Server: x"))
    if what == "type lies":
        return record("response", url, response(body, "Content-Type: image/png"))
    if what == "chunked":
        cut = len(body) // 2
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:cut], body[cut:])) + b"0\r\n\r\n"
        return record("response", url, response(chunks, "Content-Type: text/html\nTransfer-Encoding: chunked"))
    if what == "gzip body":
        return record("response", url, response(gzip.compress(body, mtime=0), "Content-Type: text/html\nContent-Encoding: gzip"))
    if what == "claims gzip":
        return record("response", url, response(body, "Content-Type: text/html\nContent-Encoding: gzip\nTransfer-Encoding: chunked"))
    block = response(body)
    if what.startswith("length"):
        off = {"length too long": len(block) + 700, "length too short": len(block) - 400}.get(what)
        return record("response", url, block, length=f"Content-Length: {off}" if off else "")
    if what == "lower-case headers":
        return record("response", url, block, lower=True)
    if what == "bare line ends":
        return record("response", url, response(body, eol="\n"), eol=b"\n")
    if what == "chunks break off":
        return record("response", url, response(b"ffff\r\n" + body, "Content-Type: text/html\nTransfer-Encoding: chunked"))
    if what == "no HTTP headers end":
        return record("response", url, b"HTTP/1.1 200 OK\r\nContent-Type: text/html")
    if what == "empty page":
        return record("response", url, response(b""))
    return record("response", url, block)


def _other(what: str, url: str) -> bytes:
    if what == "image":
        return record("response", url, response(zlib.compress(b"picture"), "Content-Type: image/png"))
    if what == "404":
        return record("response", url, response(b"<html>gone</html>", status="404 Not Found"))
    return record(what, url, b"GET / HTTP/1.1\r\nHost: herald.example\r\n\r\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--read", action="store_true")
    options = parser.parse_args()
    data, sorts = make(options.pages)
    options.output.write_bytes(data)
    print(json.dumps({"made": {sort: len(urls) for sort, urls in sorts.items()}}))
    if options.read:
        from kg.read import Note, read
        from kg.records import Article

        found = list(read([str(options.output)]))
        notes = [one for one in found if isinstance(one, Note)]
        articles = sum(isinstance(one, Article) for one in found)
        broken = len(found) - len(notes) - articles
        print(json.dumps({"read": {"readable": articles, "broken": broken, "notes": [one.reason for one in notes]}}))


if __name__ == "__main__":
    main()
