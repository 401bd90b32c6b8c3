"""Reading from web addresses: a server of our own on loopback, manners, limits, and what must never be asked."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
from kg.cli import main
from kg.read import Note, Unreadable, Web, read
from kg.read.article import Refused
from kg.read.web import _is_public
from kg.records import Article

PROSE = "Mayor Ana Ruiz opened the bridge in Marlow on Monday. Two hundred people came to see it, the council said."
PAGE = "<html><head><title>Bridge opens</title></head><body><article>" \
       f"<p>{PROSE}</p><p>The council paid for it.</p></article></body></html>"
PAGE_BYTES = PAGE.encode()
ITEM = "<item><title>{0}</title><link>https://herald.example/{0}</link>" \
       "<description>{1} sued Delta Works in court on Monday.</description></item>"


def feed(*names: str) -> bytes:
    return ("<rss version='2.0'><channel><title>Herald</title>" + "".join(ITEM.format(f"n{i}", name) for i, name in enumerate(names))
            + "</channel></rss>").encode()


class Site(ThreadingHTTPServer):
    """A web site: answers by path, and what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[str] = []
        self.robots: bytes | int = 404
        self.feed = feed("Ana Ruiz")


class Handler(BaseHTTPRequestHandler):
    server: Site

    def log_message(self, *_: object) -> None:
        pass

    def give(self, data: bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        path = self.path
        if path == "/robots.txt":
            robots = self.server.robots
            self.give(b"", robots) if isinstance(robots, int) else self.give(robots)
            return
        self.server.asked.append(path)
        if path == "/page":
            self.give(PAGE_BYTES, Content_Type="text/html; charset=utf-8")
        elif path == "/gz":
            self.give(gzip.compress(PAGE_BYTES), Content_Type="text/html", Content_Encoding="gzip")
        elif path == "/bomb":
            self.give(gzip.compress(b"a" * 17_000_000), Content_Type="text/html", Content_Encoding="gzip")
        elif path == "/feed":
            tag = f'"{len(self.server.feed)}"'
            if self.headers.get("If-None-Match") == tag:
                self.server.asked[-1] += " unchanged"
                self.give(b"", 304)
            else:
                self.give(self.server.feed, Content_Type="application/rss+xml", ETag=tag)
        elif path == "/loop":
            self.give(b"", 302, Location="/loop")
        elif path == "/moved":
            self.give(b"", 301, Location="/page")
        elif path == "/inside":
            self.give(b"", 302, Location="http://169.254.169.254/latest/meta-data/")
        elif path == "/file":
            self.give(b"", 302, Location="file:///etc/passwd")
        elif path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(40):
                try:
                    self.wfile.write(b"<p>")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.05)
        elif path == "/short":
            self.give(PAGE_BYTES[:50], length=len(PAGE_BYTES))
        else:
            self.give(b"gone", 410)


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def web(**options: object) -> Web:
    return Web(**({"allow_local": True, "delay": 0.0, "timeout": 5.0} | options))  # type: ignore[arg-type]


def reason(url: str, **options: object) -> str:
    [found] = read([url], web=web(**options))
    assert isinstance(found, Unreadable) and found.source == url and "\n" not in found.reason
    return found.reason


def test_pages_and_feeds(site: Site) -> None:
    for path in ("/page", "/gz", "/moved"):
        [article] = read([site.url + path], web=web())
        assert isinstance(article, Article) and article.text == f"{PROSE}\n\nThe council paid for it."
        assert article.source == site.url + path and article.url == site.url + ("/page" if path == "/moved" else path)
    article, note = read([site.url + "/feed"], web=web())
    assert isinstance(article, Article) and article.source == "https://herald.example/n0" and isinstance(note, Note)


@pytest.mark.parametrize("path, words", [
    ("/gone", "HTTP status 410"), ("/loop", "redirects more than 5"), ("/inside", "169.254.169.254"), ("/file", "only http"),
    ("/short", "breaks off"), ("/bomb", "more than 16 MB"),
])
def test_answers_that_are_refused(site: Site, path: str, words: str) -> None:
    if path == "/inside":  # this site is allowed, what it points to is not
        inside = web()
        public = inside._connect
        inside._connect = lambda host, port: public(host, port) if host == "127.0.0.1" else Web()._connect(host, port)  # type: ignore[method-assign]
        [found] = read([site.url + path], web=inside)
        assert isinstance(found, Unreadable) and words in found.reason
        return
    assert words in reason(site.url + path)


def test_slow_answer_is_given_up(site: Site) -> None:
    assert "no answer within 0.3 seconds" in reason(site.url + "/slow", timeout=0.3)


def test_local_addresses_are_refused(site: Site) -> None:
    assert "local address (127.0.0.1)" in reason(site.url + "/page", allow_local=False)
    assert not site.asked
    for url in ("http://localhost/", "http://[::1]/", "http://0.0.0.0/", "http://2130706433/", "http://[::ffff:127.0.0.1]/"):
        assert "address" in reason(url, allow_local=False)
    for url in ("http://user:pw@herald.example/", "http:///path", "http://a b/", "http://x:99999/"):
        assert "no usable web address" in reason(url)
    for address in ("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0",
                    "fd00::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "255.255.255.255", "198.18.0.1"):
        assert not _is_public(address), address
    assert _is_public("93.184.216.34") and _is_public("2606:4700::1111")


def test_robots_and_pauses(site: Site) -> None:
    site.robots = b"User-agent: *\nDisallow: /page\nCrawl-delay: 2\n"
    assert "robots.txt" in reason(site.url + "/page") and not site.asked
    pauses: list[float] = []
    clock = iter(range(10_000))
    polite = Web(allow_local=True, pause=pauses.append, now=lambda: next(clock) / 1000)
    polite.get(site.url + "/gz")
    polite.get(site.url + "/gz")
    assert len(pauses) == 1 and 1.9 < pauses[0] <= 2
    site.robots = 503
    assert "robots.txt answers with HTTP status 503" in reason(site.url + "/page")


def test_unchanged_is_not_sent_again(site: Site, tmp_path: Path) -> None:
    for _ in range(2):
        page = web(cache=tmp_path / "cache").get(site.url + "/feed")
    assert page.unchanged and page.data == site.feed and site.asked == ["/feed", "/feed unchanged"]
    site.feed = feed("Ana Ruiz", "Bo Lund")
    assert not web(cache=tmp_path / "cache").get(site.url + "/feed").unchanged
    next((tmp_path / "cache").glob("*.body")).write_bytes(b"spoiled")
    assert web(cache=tmp_path / "cache").get(site.url + "/feed").data == site.feed
    with pytest.raises(Refused):
        web().get(site.url + "/none")


def test_watch_keeps_a_graph_up_to_date(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    graph = str(tmp_path / "graph")
    command = ["watch", site.url + "/feed", "-o", graph, "--once", "--allow-local"]
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 0 and "1 articles, 1 more" in first.stderr, first.output
    assert "nothing new" in CliRunner().invoke(main, command).stderr
    site.feed = feed("Bo Lund", "Cy Berg")  # the first entry was changed, a second is new
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0 and "2 articles, 1 more" in done.stderr, done.stderr
    with kg.open(graph) as opened:
        assert sorted(row["title"] for row in opened.query("SELECT ?title { ?a schema:headline ?title }")) == ["n0", "n1"]
    site.feed = b"<html>"
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1 and "no article could be read" in done.stderr
    assert CliRunner().invoke(main, ["watch", "ftp://x", "-o", graph, "--once"]).exit_code == 1
