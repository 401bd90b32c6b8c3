"""The reconciliation client against a server of ours on loopback that speaks the API, and one that misbehaves in every way we know of."""

import json
import threading
import time
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.errors import InputError
from kg.names.reconcile import Cache, Query, Service
from kg.pipeline import build

MANIFEST = {"versions": ["0.2"], "name": "Names", "identifierSpace": "https://names.example/id/", "schemaSpace": "https://names.example/type/",
            "defaultTypes": [], "batchSize": 4}
PEOPLE = [("1", "Ana Ruiz", "mayor of Lowick", "Person"), ("2", "Ana Ruiz", "painter of ships", "Person"),
          ("3", "Delta Works", "company in Lowick", "Company"), ("4", "Robert Hale", "goalkeeper", "Person"),
          ("5", "Brazil", "country", "Country")]


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Answer a batch of queries as the specification says."""
    found = {}
    for key, query in asked.items():
        words = set(query["query"].lower().split())
        rows = [(len(words & set(name.lower().split())), row) for row in PEOPLE for name in [row[1]]]
        hits = sorted((row for row in rows if row[0]), key=lambda row: -row[0])[:query.get("limit", 3)]
        found[key] = {"result": [{"id": id_, "name": name, "description": told, "type": [{"id": kind, "name": kind}],
                                  "score": 100 * count / len(words), "match": False} for count, (id_, name, told, kind) in hits]}
    return found


class Server(ThreadingHTTPServer):
    """The service; ``mode`` says how it misbehaves, ``asked`` keeps the requests."""

    daemon_threads = True
    mode = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, Any]] = []
        self.stopped = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that the client gave up."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *arguments: Any) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        self.send(json.dumps({"v2": [1]} if self.server.mode == "no manifest" else
                             {**MANIFEST, "versions": ["9.9"]} if self.server.mode == "future" else MANIFEST).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = json.loads(urllib.parse.parse_qs(body.decode())["queries"][0])
        self.server.asked.append(asked)
        mode, data = self.server.mode, answer(asked)
        if mode == "busy once" and len(self.server.asked) == 1:
            self.send(b"later", 503, {"Retry-After": "7"})
        elif mode == "always 500":
            self.send(b"oops", 500)
        elif mode == "forbidden":
            self.send(b"no", 403)
        elif mode == "html":
            self.send(b"<html>hello</html>")
        elif mode == "half":
            self.send(json.dumps(data).encode()[:40], length=4000)
        elif mode == "drop":
            self.close_connection = True
            self.connection.close()
        elif mode == "slow":
            self.server.stopped.wait(20)
        elif mode == "drip":
            self.send_response(200)
            self.end_headers()
            while not self.server.stopped.wait(0.05):
                self.wfile.write(b" ")
        elif mode == "endless":
            self.send_response(200)
            self.end_headers()
            while not self.server.stopped.is_set():
                self.wfile.write(b"x" * 100_000)
        elif mode == "file redirect":
            self.send(b"", 302, {"Location": "file:///etc/passwd"})
        elif mode == "loop":
            self.send(b"", 307, {"Location": self.path})
        elif mode == "lies":  # sure of everybody, under other names, other types and with strange ids
            lie = [{"id": "9", "name": "Somebody Else", "score": 1e9, "match": True},
                   {"id": "x\u202e y<>", "name": "Ana Ruiz", "type": ["Ship"], "match": True, "score": 5},
                   {"id": 7, "name": ["Ana Ruiz"], "match": True}, "nonsense", {"id": "", "name": "Ana Ruiz", "match": True},
                   {"id": "8", "name": "Ana Ruiz", "type": [{"id": "Company", "name": "Company"}], "match": True}]
            self.send(json.dumps({key: {"result": lie} for key in asked}).encode())
        elif mode == "wrong shape":
            self.send(json.dumps([1, 2]).encode())
        elif mode == "one missing":
            self.send(json.dumps({key: value for key, value in data.items() if key != "q0"}).encode())
        elif mode == "deep":
            self.send(b"[" * 100_000)
        else:
            self.send(json.dumps(data).encode())

    def send(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.stopped.set()
    made.shutdown()
    made.server_close()
    thread.join()


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/reconcile"


def service(server: Server, **options: Any) -> Service:
    made = Service(address(server), timeout=options.pop("timeout", 5.0), pause=options.pop("pause", lambda seconds: None), **options)
    made.open()
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reconcile")
    (root / "a.txt").write_text("Mayor Ana Ruiz of Lowick flew to Brazil on Monday. Robert Hale of Delta Works met Ana Ruiz.", "utf-8")
    build([root / "a.txt"], root / "graph")
    return root / "graph"


@pytest.fixture
def graph(made: Path) -> Iterator[Path]:
    """A graph folder that is as it was after each test."""
    yield made
    (made / "reconcile-cache.jsonl").unlink(missing_ok=True)
    if (made / "links.tsv").exists():
        (made / "links.tsv").unlink()
        build([], made)


def state(graph: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(graph.iterdir())
            if path.is_file() and path.name not in (".lock", "reconcile-cache.jsonl")}


def run(graph: Path, server: Server, *options: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["link", str(graph), "--reconcile", address(server), "--timeout", "2", *options])
    assert result.exit_code == code, result.output
    return result


def test_names_are_asked_in_batches_and_linked_on_evidence(graph: Path, server: Server) -> None:
    before = state(graph)
    rows = [json.loads(line) for line in run(graph, server, "--json").stdout.splitlines()]
    linked = {one["entity"].rsplit("/")[-1]: one["target"] for one in rows if one["state"] == "linked"}
    assert linked == {"ana-ruiz": "https://names.example/id/1", "delta-works": "https://names.example/id/3",
                      "brazil": "https://names.example/id/5"} or linked.items() <= {
        "ana-ruiz": "https://names.example/id/1", "delta-works": "https://names.example/id/3", "brazil": "https://names.example/id/5"}.items()
    assert linked["ana-ruiz"] == "https://names.example/id/1"
    assert all(len(asked) <= 4 for asked in server.asked)
    assert all(query["limit"] for asked in server.asked for query in asked.values())
    number = len(server.asked)
    after = state(graph)
    run(graph, server)
    assert len(server.asked) == number, "answers are kept"
    assert state(graph) == after
    run(graph, server, "--fresh")
    assert len(server.asked) > number
    CliRunner().invoke(main, ["link", str(graph), "--drop", address(server)])
    assert state(graph) == before


@pytest.mark.parametrize(("mode", "message"), [
    ("always 500", "500"), ("forbidden", "403"), ("html", "no JSON"), ("half", "breaks off"), ("drop", "no connection"),
    ("file redirect", "302"), ("loop", "redirect"), ("wrong shape", "no list of results"), ("deep", "no JSON"), ("one missing", "no list")])
def test_each_failure_is_told_and_costs_only_its_names(server: Server, mode: str, message: str) -> None:
    asked = service(server)
    server.mode = mode
    answers = asked.candidates([Query("Ana Ruiz"), Query("Robert Hale")], Cache())
    assert message in answers.problems[0]
    assert list(answers.found) == (["Robert Hale"] if mode == "one missing" else [])


def test_a_failing_service_leaves_the_graph_intact_and_is_reported(graph: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.http.WAIT", 0.0)
    before = state(graph)
    server.mode = "always 500"
    result = run(graph, server, code=1)
    assert "the server says 500" in result.stderr
    assert "Traceback" not in result.output
    assert state(graph) == before


@pytest.mark.parametrize("mode", ["slow", "drip", "endless"])
def test_late_and_endless_answers_are_given_up(server: Server, mode: str) -> None:
    asked = service(server, timeout=0.4, tries=1)
    server.mode = mode
    start = time.monotonic()
    answers = asked.candidates([Query("Ana Ruiz")], Cache())
    assert time.monotonic() - start < 3
    assert answers.found == {}
    assert len(answers.problems) == 1


def test_a_busy_server_is_given_the_time_it_asks_for(server: Server) -> None:
    waits: list[float] = []
    asked = service(server, pause=waits.append)
    server.mode = "busy once"
    assert len(asked.candidates([Query("Ana Ruiz")], Cache()).found["Ana Ruiz"]) == 2
    assert waits == [7.0]


def test_lies_are_not_believed(graph: Path, server: Server) -> None:
    before = state(graph)
    server.mode = "lies"
    assert "linked" not in run(graph, server).stdout
    assert state(graph) == before


def test_a_service_that_fails_again_and_again_is_left_alone(server: Server) -> None:
    asked = service(server, tries=1, batch=1)
    server.mode = "always 500"
    answers = asked.candidates([Query(f"Name {number}") for number in range(10)], Cache())
    assert len(server.asked) == 3
    assert "7 more names were not asked" in answers.problems[-1]


def test_links_of_names_that_got_no_answer_stay(graph: Path, server: Server) -> None:
    run(graph, server)
    assert "Ana Ruiz@" in (graph / "links.tsv").read_text("utf-8")
    server.mode = "one missing"
    run(graph, server, "--fresh", code=1)
    assert "Ana Ruiz@" in (graph / "links.tsv").read_text("utf-8")


@pytest.mark.parametrize(("mode", "message"), [("no manifest", "no reconciliation service"), ("future", "9.9")])
def test_what_is_no_service_is_refused(server: Server, mode: str, message: str) -> None:
    server.mode = mode
    with pytest.raises(InputError, match=message):
        service(server)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.example/", "names.example", "http://", "gopher://x"])
def test_other_addresses_than_of_the_web_are_refused(url: str) -> None:
    with pytest.raises(InputError, match="no web address"):
        Service(url)


def test_a_closed_port_is_one_line(graph: Path) -> None:
    before = state(graph)
    result = CliRunner().invoke(main, ["link", str(graph), "--reconcile", "http://127.0.0.1:9/", "--timeout", "1"])
    assert result.exit_code == 2
    assert "can't be used" in result.output
    assert state(graph) == before


def test_a_damaged_cache_is_asked_anew(tmp_path: Path, server: Server) -> None:
    cache = Cache(tmp_path / "cache.jsonl")
    asked = service(server)
    first = asked.candidates([Query("Ana Ruiz")], cache)
    cache.save()
    assert asked.candidates([Query("Ana Ruiz")], Cache(tmp_path / "cache.jsonl")).found == first.found
    assert len(server.asked) == 1
    for bad in ("{", "[]", '{"key": "x"}', '{"key": 1, "rows": [1]}', "\x00"):
        (tmp_path / "cache.jsonl").write_text(bad + "\n", "utf-8")
        assert asked.candidates([Query("Ana Ruiz")], Cache(tmp_path / "cache.jsonl")).found == first.found


def test_names_with_hostile_signs_go_through(server: Server) -> None:
    names = ['Ana "Ruiz"\t&queries={}', "東京\u202e", "\ud800x", "a" * 5000]
    answers = service(server).candidates([Query(name) for name in names], Cache())
    assert set(answers.found) == set(names)
