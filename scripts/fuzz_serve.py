#!/usr/bin/env python3
"""Ask a SPARQL server nonsense, and see that it refuses politely and stays as it is.

    scripts/fuzz_serve.py GRAPH [--requests 10000] [--seed 1]

Runs `kg serve GRAPH` and sends it seeded mutations of good queries: cut, doubled, spliced, with stray bytes, deep nesting, wrong media
types, broken forms and percent signs, by GET and POST, and bytes that are no HTTP at all. It must give no 5xx but for queries that are
stopped at the time limit (3 s; their process is replaced), answer good queries in between, and not grow: memory of all its processes is
printed at the start and the end.
"""

from __future__ import annotations

import argparse
import collections
import http.client
import os
import random
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote_from_bytes

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from kg.query import stored_queries

KINDS = ["application/sparql-query", "application/x-www-form-urlencoded", "application/sparql-update", "text/plain", "",
         "a/b; charset=\xff", "application/sparql-query; charset=utf-16"]
ACCEPTS = ["*/*", "", "application/sparql-results+json", "text/csv;q=x", ",,,;;", "text/turtle", "application/nothing", "*/*;q=0",
           "\xe9" * 50]
SPLICES = [
    b"\x00", b"\xff\xfe", b"{" * 500, b"(" * 2000, b"\\u0053ERVICE <http://localhost:1/> {}", b"LOAD <file:///etc/passwd>",
    b"'''", b'"', b"<", b"?", b"%00", b"%", b"\r\n", b"SERVICE", b"DROP ALL ;", b"PREFIX : <>", b"1e999999", b"\xf0\x9f\x98\x80",
    "\u202e\ufeff".encode(), b"/*" * 300, b"VALUES ?x { UNDEF }", b'kg:search "', b"!" * 3000, b"GRAPH <file:///> {}", b"^" * 500,
    b"BIND(1/0 AS ?z)", b"REGEX(?a,'((a*)*)*b')", b"FROM <http://localhost:1/>", b"_:b0", b"<< ?s ?p ?o >>", b"LIMIT -1",
    b"OFFSET 99999999999999999999",
]


def mutated(good: list[bytes], chance: random.Random) -> bytes:
    """Return a good query with one to four things wrong with it."""
    data = bytearray(chance.choice(good))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                del data[at:at + chance.randint(1, 40)]
            case 1:
                data[at:at] = chance.choice(SPLICES)
            case 2:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 12)))
            case 3:
                del data[at:]
            case 4:
                other = chance.choice(good)
                data[at:at] = other[chance.randrange(len(other)):]
            case _:
                data[at:at + 1] = data[at:at + 1] * chance.randint(2, 300)
    return bytes(data)


def fuzz(address: str, requests: int, seed: int) -> collections.Counter[str]:
    """Send the requests and return how often each status came; raises AssertionError at a 5xx or a good query that isn't answered."""
    chance = random.Random(seed)
    good = [one.text.encode() for one in stored_queries().values()] + [b"ASK { ?s ?p ?o }", b"SELECT * { ?s ?p ?o } LIMIT 3"]
    host, _, port = address.partition(":")
    seen: collections.Counter[str] = collections.Counter()
    connection = http.client.HTTPConnection(address, timeout=60)
    for number in range(requests):
        query = mutated(good, chance)
        if chance.random() < 0.03:  # no HTTP at all
            with socket.create_connection((host, int(port)), 10) as line:
                line.settimeout(0.05)
                try:
                    line.sendall(chance.choice([query, b"GET " + query + b" HTTP/1.1\r\n\r\n",
                                                b"POST /sparql HTTP/1.1\r\nContent-Length: 9\r\n\r\n"]))
                    first = line.recv(40)
                    assert not re.match(rb"HTTP/1\.\d 5", first), (query, first)
                except OSError:
                    pass
            seen["no HTTP"] += 1
            continue
        by_get = chance.random() < 0.4
        headers = {"Accept": chance.choice(ACCEPTS), "Content-Type": chance.choice(KINDS)}
        parameter = chance.choice(["query", "query", "query", "default-graph-uri", "named-graph-uri", "update", "nothing", "format"])
        form = f"{parameter}={quote_from_bytes(query)}&{chance.choice(['', 'query=ASK{}', 'query=', '=', '%zz', 'timeout=0'])}"
        try:
            if by_get:
                connection.request("GET", "/sparql?" + form[:30_000], headers={**headers, "Content-Type": ""})
            else:
                connection.request("POST", "/sparql", query if chance.random() < 0.6 else form.encode(), headers)
            reply = connection.getresponse()
            said = reply.read()
            status = "stopped at the time limit" if reply.status == 503 and b"took over" in said else str(reply.status)
        except (http.client.HTTPException, OSError):
            status = "connection closed"
            connection.close()
        assert not status.startswith("5"), (status, by_get, headers, query)
        seen[status] += 1
        if number % 100 == 0:
            other = http.client.HTTPConnection(address, timeout=60)
            other.request("GET", "/sparql?query=ASK%7B%7D")
            assert other.getresponse().status == 200
            other.close()
    return seen


def family(pid: int) -> dict[int, int]:
    """Return the resident memory in KB of a process and its children."""
    found = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                if int(path.name) == pid or parent == pid:
                    found[int(path.name)] = int(re.findall(r"VmRSS:\s+(\d+)", (path / "status").read_text())[0])
            except (OSError, IndexError):
                continue
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("graph", type=Path)
    options.add_argument("--requests", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    command = [sys.executable, "-m", "kg.cli", "serve", str(chosen.graph), "--port", "0", "--workers", "2", "--timeout", "3"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        address = re.findall(r"http://([^/]+)/", process.stderr.readline())[0]
        print("warming up:", dict(fuzz(address, max(100, chosen.requests // 10), chosen.seed + 1)), flush=True)
        before, started = family(process.pid), time.monotonic()
        seen = fuzz(address, chosen.requests, chosen.seed)
        after = family(process.pid)
        seconds = time.monotonic() - started
        print(f"{chosen.requests} requests in {seconds:.0f} s, load {os.getloadavg()[0]:.1f}: {dict(seen.most_common())}")
        print(f"memory: {sum(before.values()) // 1024} MB before, {sum(after.values()) // 1024} MB after; "
              f"processes that ended: {len(before.keys() - after.keys())}")
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
