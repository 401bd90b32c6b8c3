"""``kg serve``: the SPARQL Protocol, Linked Data, pages, JSON; who may ask; and that nothing a client does stops it."""

from __future__ import annotations

import contextlib
import html
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox
import pytest

import kg
from kg.iris import KG
from kg.opened import open_graph
from kg.server.serve import is_loopback
from kg.server.site import Request, Response, Site, negotiate

TEXT = ("Mayor denies <b>payment</b>\n\nMayor Ana Ruiz denied on Monday that the city council had paid Delta Works. Delta Works sued "
        "Bo Lindqvist. Delta Works built the harbour.\n")
#: takes years: every combination of five triples
BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("serve") / "a.txt"
    source.write_text(TEXT, "utf-8")
    kg.build([source], source.parent / "g")
    return source.parent / "g"


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with open_graph(folder) as graph:
        yield Site(graph)


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """Run ``kg serve`` on a free port and yield its host and port."""
    command = [sys.executable, "-m", "kg.cli", "serve", str(folder), "--port", "0", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://([^/]+)/", line)
        assert found, line
        yield found[1]
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with served(folder, "--timeout", "3", "--workers", "2", "--cors", "https://friend.example") as address:
        yield address


def ask(address: str, path: str, method: str = "GET", body: bytes | str | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    reply = connection.getresponse()
    found = reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    connection.close()
    return found


def get(site: Site, path: str, accept: str = "*/*", method: str = "GET", body: bytes = b"", kind: str = "") -> tuple[Response, bytes]:
    parts = urlsplit(path)
    response = site.respond(Request(method, parts.path, parts.query, {"accept": accept, "content-type": kind, "host": "localhost"}, body))
    if isinstance(response.body, bytes):
        return response, response.body
    import io

    output = io.BytesIO()
    response.body(output)
    return response, output.getvalue()


def sparql(query: str, **more: str) -> str:
    return "/sparql?" + urlencode({"query": query, **more})


# --- SPARQL Protocol 1.1: the cases of the W3C's list, in our own requests ---

ASK_ANY = "ASK { ?s ?p ?o }"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


@pytest.mark.parametrize(("path", "method", "body", "kind", "status"), [
    pytest.param(sparql(ASK_ANY), "GET", b"", "", 200, id="query via GET"),
    pytest.param("/sparql", "POST", urlencode({"query": ASK_ANY}).encode(), FORM, 200, id="query via form"),
    pytest.param("/sparql", "POST", ASK_ANY.encode(), DIRECT, 200, id="query directly"),
    pytest.param("/sparql", "POST", ASK_ANY.encode(), DIRECT + "; charset=utf-8", 200, id="with a charset"),
    pytest.param("/sparql", "PUT", b"", "", 405, id="bad method"),
    pytest.param("/sparql?query=" + "ASK{}&query=ASK{}", "GET", b"", "", 400, id="two queries"),
    pytest.param("/sparql", "POST", urlencode([("query", "ASK{}"), ("query", "ASK{}")]).encode(), FORM, 400, id="two queries in a form"),
    pytest.param("/sparql", "POST", ASK_ANY.encode(), "text/plain", 415, id="wrong media type"),
    pytest.param("/sparql", "POST", urlencode({"query": ASK_ANY}).encode(), "", 415, id="missing form type"),
    pytest.param("/sparql", "POST", ASK_ANY.encode(), "", 415, id="missing direct type"),
    pytest.param("/sparql", "POST", "ASK { ?s ?p 'é' }".encode("utf-16"), DIRECT, 400, id="not UTF-8"),
    pytest.param(sparql("ASK { ?s"), "GET", b"", "", 400, id="bad syntax"),
    pytest.param("/sparql", "POST", b"CLEAR ALL", "application/sparql-update", 403, id="update directly"),
    pytest.param("/sparql", "POST", b"update=CLEAR+ALL", FORM, 403, id="update via form"),
    pytest.param("/sparql?update=CLEAR+ALL", "GET", b"", "", 403, id="update via GET"),
    pytest.param(sparql("CLEAR ALL"), "GET", b"", "", 400, id="update as query"),
    pytest.param(sparql("LOAD <file:///etc/passwd>"), "GET", b"", "", 400, id="LOAD"),
    pytest.param(sparql("SELECT * { SERVICE <http://localhost:1/> { ?a ?b ?c } }"), "GET", b"", "", 400, id="SERVICE"),
    pytest.param(sparql("SELECT * FROM <file:///etc/passwd> { ?a ?b ?c }"), "GET", b"", "", 200, id="a graph that isn't there is empty"),
    pytest.param("/sparql", "POST", b"", FORM, 400, id="no query"),
])
def test_protocol(site: Site, path: str, method: str, body: bytes, kind: str, status: int) -> None:
    response, data = get(site, path, method=method, body=body, kind=kind)
    assert response.status == status, data
    if status >= 400:
        assert json.loads(data)["detail"]


@pytest.mark.parametrize(("accept", "kind", "start"), [
    ("*/*", "application/sparql-results+json", b'{"head"'),
    ("application/sparql-results+xml", "application/sparql-results+xml", b"<?xml"),
    ("text/csv", "text/csv", b"o\r\n"),
    ("text/tab-separated-values", "text/tab-separated-values", b"?o"),
    ("text/html,application/xml;q=0.9,*/*;q=0.1", "application/xml", b"<?xml"),
    ("text/csv;q=0, application/json", "application/json", b"{"),
])
def test_result_formats(site: Site, accept: str, kind: str, start: bytes) -> None:
    response, data = get(site, sparql("SELECT ?o { ?s kg:sued ?o }"), accept)
    assert (response.status, response.type) == (200, kind)
    assert data.startswith(start)
    assert b"bo-lindqvist" in data


def test_graphs_and_datasets(site: Site) -> None:
    for accept in ("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"):
        response, data = get(site, sparql("CONSTRUCT { ?s kg:sued ?o } WHERE { ?s kg:sued ?o }"), accept)
        assert len(list(ox.parse(data, ox.RdfFormat.from_media_type(response.type)))) == 1
    assert get(site, sparql("ASK {}"), "text/csv")[0].status == 406
    article = site.graph.articles()[0]
    count = "SELECT (COUNT(*) AS ?n) { ?s kg:sued ?o }"
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s kg:sued ?o } }"
    for query, dataset, expected in [(count, {"default-graph-uri": article}, b"1"), (count, {"default-graph-uri": "x:none"}, b"0"),
                                     (count, {"named-graph-uri": article}, b"0"), (named, {"named-graph-uri": article}, b"1"),
                                     (named, {"named-graph-uri": "x:none"}, b"0")]:
        assert get(site, sparql(query, **dataset), "text/csv")[1].split() == [b"n", expected]
    assert get(site, sparql(count, **{"default-graph-uri": "no iri"}))[0].status == 400
    assert b"bo-lindqvist" in get(site, sparql('SELECT ?e { ?e kg:search "lindqvist" }'))[1]


def test_service_description_and_graph_store(site: Site) -> None:
    _, data = get(site, "/sparql", "text/turtle")
    described = {triple.predicate.value.rpartition("#")[2] for triple in ox.parse(data, ox.RdfFormat.TURTLE)}
    assert {"endpoint", "supportedLanguage", "resultFormat", "namedGraph"} <= described
    article = site.graph.articles()[0]
    whole = list(ox.parse(get(site, "/store?default")[1], ox.RdfFormat.TURTLE))
    one = list(ox.parse(get(site, "/store?" + urlencode({"graph": article}))[1], ox.RdfFormat.TURTLE))
    assert 0 < len(one) < len(whole)
    assert get(site, "/store?graph=x:none")[0].status == 404
    assert get(site, "/store")[0].status == 400
    assert get(site, "/store?default", method="DELETE")[0].status == 405


def test_linked_data(site: Site) -> None:
    entity = next(one for one in site.graph.entities() if one.label == "Delta Works")
    path = "/" + entity.iri.removeprefix(site.base)
    for accept in ("text/turtle", "application/ld+json"):
        response, data = get(site, path, accept)
        triples = list(ox.parse(data, ox.RdfFormat.from_media_type(response.type)))
        assert any(triple.predicate.value == KG + "sued" for triple in triples)
        assert any(triple.predicate.value.endswith("#anchorOf") or triple.predicate.value.endswith("#subject") for triple in triples)
    response, page = get(site, path, "text/html")
    assert b"Delta Works" in page
    statement = next(site.graph.statements(entity=entity.iri))
    response, _ = get(site, "/" + statement.iri.removeprefix(site.base), "text/html")
    assert response.status == 303
    article, _, fragment = response.headers["Location"].partition("#")
    page = get(site, article, "text/html")[1]
    assert f'id="{fragment}"'.encode() in page
    assert b"Mayor denies &lt;b&gt;payment" in page
    assert b"<b>payment" not in page
    assert get(site, "/entity/nobody")[0].status == 404
    assert get(site, "/entity/%00%ff<>")[0].status == 404


def test_pages_show_names_and_words(site: Site) -> None:
    home = get(site, "/", "text/html")[1].decode()
    assert re.search(r'<h3>People</h3>.*?href="/entity/ana-ruiz">Ana Ruiz</a>', home, re.S)
    assert ">https://" not in home, "an IRI where a name should be"
    found = get(site, "/search?q=delta", "text/html")[1].decode()
    assert re.findall(r"<h2>(\w+) <span", found) == ["Names", "Articles", "Quotes"]
    assert "<mark>Delta</mark>" in found
    article = next(site.graph.statements(article=site.graph.articles()[0]))
    page = get(site, "/" + article.article.removeprefix(site.base), "text/html")[1].decode()
    marked = re.findall(r'data-keys="([^"]*)"[^>]*>([^<]*)</a>', page)
    for one in site.graph.statements(article=article.article):
        key = one.iri.rpartition("/")[2]
        text = html.unescape("".join(words for keys, words in marked if key in keys.split()))
        assert text == "".join(quote.text for quote in one.quotes)
        assert page.count(f'id="{key}"') == page.count(f'id="t-{key}"') == 1


@pytest.mark.parametrize("path", ["/", "/query", "/search?q=delta", "/search?q=", "/graph",
                                  "/graph?entity=Delta%20Works&hops=2",
                                  "/graph?query=" + "SELECT+%3Fs+%7B+%3Fs+kg%3Asued+%3Fo+%7D", "/nothing",
                                  "/assets/site.css", "/assets/../site.py"])
def test_pages(site: Site, path: str) -> None:
    response, data = get(site, path, "text/html")
    wrong = {"/nothing": 404, "/assets/../site.py": 404}
    assert response.status == wrong.get(path, 400 if "query=SELECT" in path else 200)
    assert data


@pytest.mark.parametrize("path", [
    "/api/entities", "/api/entities?q=delta", "/api/entity?name=Delta%20Works", "/api/statements?status=Claimed", "/api/articles",
    "/api/statements?entity=Ana%20Ruiz&limit=1&offset=0", "/api/search?q=harbour&kind=quote", "/api/queries", "/api/words",
    "/api/queries/everything-on?entity=Delta+Works"])
def test_json_agrees_with_its_description(site: Site, path: str) -> None:
    response, data = get(site, path)
    assert response.status == 200, data
    found = json.loads(data)
    described = json.loads(get(site, "/openapi.json")[1])
    item = described["paths"].get(path.partition("?")[0], {}).get("get", {}).get("responses", {}).get("200", {})
    schema = item.get("content", {}).get("application/json", {}).get("schema", {}).get("items", {})
    for part in [*schema.get("allOf", []), schema]:
        fields = described["components"]["schemas"].get(part.get("$ref", "").rpartition("/")[2], part)
        assert found, path
        assert set(fields.get("required", ())) <= set(found[0] if isinstance(found, list) else found)


@pytest.mark.parametrize("path", [
    "/api/entities?limit=0", "/api/entities?limit=x", "/api/entities?limit=1&limit=2", "/api/entities?colour=red", "/api/entity",
    "/api/statements?status=Sung", "/api/statements?property=a%20b", "/api/search?q=a&kind=song",
    "/api/queries/everything-on", "/api/queries/people?timeout=1", "/api/entities?limit=%D9%A1"])
def test_wrong_questions(site: Site, path: str) -> None:
    response, data = get(site, path)
    assert response.status == 400
    assert json.loads(data)["detail"]
    assert get(site, "/api/entity?name=Nobody")[0].status == 404
    assert get(site, "/api/queries/none")[0].status == 404


def test_negotiation() -> None:
    def best(accept: str, *offered: str) -> str:
        return negotiate(Request("GET", "/", "", {"accept": accept}), offered)

    assert best("", "a/b", "c/d") == "a/b"
    assert best("c/*", "a/b", "c/d") == "c/d"
    assert best("a/b;q=0.1, c/d;q=0.9", "a/b", "c/d") == "c/d"
    assert best("*/*;q=0.5, a/b;q=0", "a/b", "c/d") == "c/d"


# --- the server itself ---

def test_a_query_without_end_is_stopped_and_others_are_answered(server: str) -> None:
    started = time.monotonic()
    connection = http.client.HTTPConnection(server, timeout=60)
    connection.request("GET", sparql(BOMB))
    assert ask(server, sparql(ASK_ANY))[0] == 200
    reply = connection.getresponse()
    assert reply.status == 503
    assert b"took over 3 s" in reply.read()
    assert time.monotonic() - started < 30
    assert all(ask(server, sparql(ASK_ANY))[0] == 200 for _ in range(4))


def test_a_client_that_hangs_up_holds_no_worker(server: str) -> None:
    for _ in range(4):
        host, _, port = server.partition(":")
        with socket.create_connection((host, int(port))) as line:
            line.sendall(f"GET {sparql(BOMB)} HTTP/1.1\r\nHost: {server}\r\n\r\n".encode())
            time.sleep(0.1)
    assert ask(server, sparql(ASK_ANY))[0] == 200


@pytest.mark.parametrize("data", [b"", b"\x00\xff\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                                  b"GET /%zz%00?\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                  b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nshort",
                                  b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"])
def test_malformed_requests(server: str, data: bytes) -> None:
    host, _, port = server.partition(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(data)
        line.settimeout(0.3)
        with contextlib.suppress(OSError):
            assert not line.recv(100).startswith(b"HTTP/1.1 5")
    assert ask(server, "/")[0] == 200


def test_headers_and_hosts(server: str) -> None:
    status, headers, _ = ask(server, "/", Origin="https://friend.example")
    assert (status, headers["access-control-allow-origin"]) == (200, "https://friend.example")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "Origin" in ask(server, sparql(ASK_ANY), Origin="https://friend.example")[1]["vary"], "beside Accept"
    assert "access-control-allow-origin" not in ask(server, "/", Origin="https://foe.example")[1]
    assert ask(server, "/sparql", "OPTIONS", Origin="https://friend.example")[0] == 204
    assert ask(server, "/", Host="evil.example")[0] == 403
    assert ask(server, "/", "HEAD")[2] == b""
    assert ask(server, "/sparql", "POST", b"x" * 1_000_001, Content_Type=DIRECT)[0] == 413
    assert ask(server, "/sparql", "POST", urlencode({"query": ASK_ANY}), Content_Type=FORM)[0] == 200


def test_rdflib_asks_it(server: str) -> None:
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    found = list(SPARQLStore(f"http://{server}/sparql").query(f"SELECT ?o {{ ?s <{KG}sued> ?o }}"))
    assert len(found) == 1


def test_token_and_small_answers(folder: Path) -> None:
    with served(folder, "--token", "s3;cret", "--answer", "1", "--workers", "1") as address:
        assert ask(address, "/")[0] == 401
        assert ask(address, "/", Authorization="Bearer wrong")[0] == 401
        assert ask(address, "/", Authorization="Bearer s3;cret")[0] == 200
        status, headers, _ = ask(address, "/?token=s3%3Bcret")
        assert (status, headers["set-cookie"].split(";")[0]) == (200, "kg=s3%3Bcret")
        assert ask(address, "/", Cookie="a/b=1; kg=s3%3Bcret")[0] == 200, "cookies of others on this machine may be odd"
        assert ask(address, "/", Cookie="a/b=1; xkg=s3%3Bcret; kg=")[0] == 401
        large = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
        with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
            assert ask(address, sparql(large), Authorization="Bearer s3;cret")[0] == 413
        assert ask(address, sparql(ASK_ANY), Authorization="Bearer s3;cret")[0] == 200


def test_who_may_be_served(folder: Path, tmp_path: Path) -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "example.org")] == [True, True, True, False, False]
    for options, message in [(["--host", "0.0.0.0"], "set a token"), (["--host", "192.0.2.1", "--token", "a"], "choose another")]:
        command = [sys.executable, "-m", "kg.cli", "serve", str(folder), "--port", "0", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 2
        assert message in done.stderr
    done = subprocess.run([sys.executable, "-m", "kg.cli", "serve", str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "no graph" in done.stderr
