#!/usr/bin/env python3
"""Feed every reader spoilt files for some minutes: no exception, no answer over 10 s, no memory over 1 GB; what breaks these is kept.

    scripts/fuzz.py --minutes 10 --seed 1 --keep finds/

Each find is written to the folder as a file that `kg extract` reproduces; a mended one becomes a case in tests/test_formats.py.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import io
import random
import resource
import sys
import time
import traceback
import zipfile
from pathlib import Path
from typing import Any

from kg.read import read
from kg.read.formats import FORMATS
from kg.records import from_json, to_json

ROOT = Path(__file__).parents[1]
SECONDS, MEGABYTES = 10.0, 1000
#: pieces that upset readers
ODD = [b"\x00", b"\xff\xfe", b"<!ENTITY x 'y'>", b"]]>", b"<![CDATA[", b"&#0;", b"&#x10FFFF;", b"\r\n\r\n", b"WARC/1.0\r\n",
       b"Content-Length: 9\r\n",
       b"\x1f\x8b\x08", b"PK\x01\x02", b"%PDF-1.7", b"[" * 2000, b"<div>" * 2000, b'"', b",", b"9" * 400, b"\xed\xa0\x80", b"\xe2\x80\xae",
       b"-" * 3000,
       b" " * 5000, b"a" * 50_000, b"\n- \n" * 500, b"{\"text\":", b"title: ", b"<p", b"<script", b"2024-02-30", b"</html>"]


def module(path: Path) -> Any:
    """Return a Python file as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def seeds() -> dict[str, list[bytes]]:
    """Return sound files of each format."""
    made, cases = module(ROOT / "scripts" / "generate_warc.py"), module(ROOT / "tests" / "test_formats.py")
    import pyarrow
    import pyarrow.parquet

    table = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"text": [cases.PROSE, None], "title": ["a", "b"], "authors": [["x"], []]}), table)
    page = made.PAGE.format(n=1, day=1, words="", charset="utf-8").encode()
    text = b"title: Bridge opens\ndate: 2024-05-06\n\nBy Ana Ruiz\n\nMARLOW (AP) \xe2\x80\x94 " + cases.PROSE.encode()
    found = {
        "text": [text], "markdown": [b"---\ntitle: a\n---\n# Head\n\n- one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n" + text], "html": [page],
        "json": [b'{"articles": [{"text": "<p>One.</p>", "author": [{"name": "A"}], "date": "2024"}]}'],
        "jsonl": [b'{"text": "One."}\n{"content": "Two.", "source": {"name": "x"}}\n'],
        "csv": [b'text;title\n"One; ""two"".";T\nThree.;U\n'],
        "xml": [cases.RSS.encode(), cases.ATOM.encode(), cases.NITF.encode(), cases.G2.encode()], "pdf": [cases.pdf([cases.PROSE, "Two."])],
        "parquet": [table.getvalue()], "zip": [cases.packed({"a.txt": text, "b.json": b'{"text": "x"}'}),
                                               cases.packed({"a.html": page}, zipfile.ZIP_STORED)],
        "gzip": [gzip.compress(text, mtime=0)], "warc": [made.make(6)[0], gzip.decompress(made.make(3)[0])],
    }
    assert set(found) == set(FORMATS.values())
    return found


def spoil(rng: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """Return `data` with one to six things gone wrong."""
    spoilt = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at, size = rng.randint(0, len(spoilt)), rng.choice((1, 2, 4, 8, 50, 500))
        what = rng.randrange(8)
        if what == 0:
            del spoilt[at:at + size]
        elif what == 1:
            spoilt[at:at] = rng.choice(ODD)
        elif what == 2:
            spoilt[at:at + size] = rng.randbytes(size)
        elif what == 3 and spoilt:
            spoilt[at % len(spoilt)] ^= 1 << rng.randrange(8)
        elif what == 4:
            spoilt[at:at] = spoilt[at:at + size] * rng.choice((2, 20))
        elif what == 5:
            other = rng.choice(others)
            start = rng.randint(0, len(other))
            spoilt[at:at] = other[start:start + size * 4]
        elif what == 6:
            del spoilt[at:]
        else:
            spoilt[at:at + 4] = rng.choice((b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x00", b"\x00\x00\x00\x80"))
    return bytes(spoilt)


def trial(kind: str, data: bytes) -> str:
    """Return what went wrong while `data` was read, empty if nothing."""
    start = time.monotonic()
    try:
        for found in read(["-"], stdin=io.BytesIO(data), stdin_format=kind):
            if found != from_json(to_json(found), type(found)) or not getattr(found, "reason", "x").isprintable():
                return f"a result that can't be stored: {found!r}"[:500]
    except Exception:
        return traceback.format_exc()
    took = time.monotonic() - start
    return f"took {took:.1f} s" if took > SECONDS else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("finds"))
    options = parser.parse_args()
    endings = {kind: ending for ending, kind in reversed(FORMATS.items())}
    sound = seeds()
    everything = [data for files in sound.values() for data in files]
    rng, end, count, finds = random.Random(options.seed), time.monotonic() + 60 * options.minutes, 0, 0
    options.keep.mkdir(parents=True, exist_ok=True)
    last = options.keep / "last"  # if the process dies, this is why
    while time.monotonic() < end:
        for kind in sorted(sound):
            data = spoil(rng, rng.choice(sound[kind]), everything)
            last.write_bytes(data)
            trouble = trial(kind, data)
            count += 1
            if trouble:
                finds += 1
                (options.keep / f"{kind}-{count}{endings[kind]}").write_bytes(data)
                print(f"{kind}-{count}: {trouble}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    last.unlink(missing_ok=True)
    print(f"{count} files, {finds} finds, {peak} MB at most")
    sys.exit(1 if finds or peak > MEGABYTES else 0)


if __name__ == "__main__":
    main()
