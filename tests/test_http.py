"""Requests to servers that the user named, against two servers on loopback."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kg.errors import InputError
from kg.http import Client, NoAnswer, web_address


class Server(ThreadingHTTPServer):
    """Redirects what it is asked to `onward`, if that is set; ``asked`` keeps method, body, host and token of each request."""

    daemon_threads = True
    onward = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, bytes, str, str]] = []
        self.address = f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *arguments: object) -> None:
        """Be quiet."""

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, body, self.headers["Host"], self.headers.get("Authorization", "")))
        status = int(self.path[1:]) if self.path[1:].isdigit() else 200
        self.send_response(status, "No\x1b[31m" if status >= 400 else None)
        if self.server.onward:
            self.send_header("Location", self.server.onward)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_PUT


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    made = [Server(), Server()]
    for one in made:
        threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    for one in made:
        one.shutdown()
        one.server_close()


def client(tries: int = 1, pauses: list[float] | None = None) -> Client:
    return Client({"Authorization": "Bearer s"}, timeout=5, largest=100, tries=tries, pause=([] if pauses is None else pauses).append)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_redirect_loses_no_data_and_gives_no_token_away(servers: list[Server], method: str, status: int) -> None:
    first, second = servers
    first.onward = f"http://{second.address}/"
    assert client().send(f"http://{first.address}/{status}", b"data", method=method) == b"ok"
    assert first.asked == [(method, b"data", first.address, "Bearer s")]
    assert second.asked == [(method, b"data", second.address, "")]


def test_a_redirect_within_a_server_keeps_the_token(servers: list[Server]) -> None:
    first, _ = servers
    first.onward = "/"
    client().send(f"http://{first.address}/307", b"data", method="PUT")
    assert [token for *_, token in first.asked] == ["Bearer s"] * 2


def test_trouble_is_told_in_one_line_and_tried_again(servers: list[Server]) -> None:
    pauses: list[float] = []
    with pytest.raises(NoAnswer, match=r"503 No.*: ok") as raised:
        client(3, pauses).send(f"http://{servers[0].address}/503", b"", method="POST")
    assert str(raised.value).isprintable()
    assert (raised.value.status, pauses) == (503, [0.5, 1.0])


@pytest.mark.parametrize("url", ["ftp://a.example", "http://", "http://a:99999999/", "http://[::1", "a.example", "http://a.example:x/"])
def test_what_is_no_web_address(url: str) -> None:
    with pytest.raises(InputError, match="is no web address; give another"):
        web_address(url, "another")


def test_what_of_an_address_is_shown() -> None:
    assert web_address("https://me:secret@a.example:81/b?key=c", "") == "https://a.example:81/b"
    assert web_address("http://[::1]/", "") == "http://[::1]/"
