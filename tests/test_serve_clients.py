"""``kg serve`` asked by others: SPARQLWrapper, made-up requests to the JSON API, nonsense, a browser on the query and graph pages."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_serve import BOMB, folder, get, served, site  # noqa: F401  # fixtures

from kg.iris import KG, ONTOLOGY_GRAPH
from kg.server.site import Site

CHROMIUM = Path("/usr/bin/chromium")
SPEC = json.loads((Path(__file__).parents[1] / "kg" / "assets" / "site" / "openapi.json").read_text("utf-8"))
#: refusals that a JSON Schema can't tell beforehand
BEYOND_THE_SCHEMA = re.compile("is an IRI|give iri or name|the query needs|is called|not a number")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:  # noqa: F811
    with served(folder, "--timeout", "5", "--workers", "2") as found:
        yield found


def test_sparqlwrapper(address: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from SPARQLWrapper import CSV, GET, JSON, JSONLD, POST, POSTDIRECTLY, TURTLE, URLENCODED, XML, SPARQLWrapper

        for method, encoding in [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]:
            asked = SPARQLWrapper(f"http://{address}/sparql")
            asked.setMethod(method)
            asked.setRequestMethod(encoding)
            asked.setQuery(f"SELECT ?o {{ ?s <{KG}sued> ?o }}")
            asked.setReturnFormat(JSON)
            assert len(asked.queryAndConvert()["results"]["bindings"]) == 1
            asked.setReturnFormat(XML)
            assert len(asked.queryAndConvert().getElementsByTagName("result")) == 1
            asked.setReturnFormat(CSV)
            assert asked.queryAndConvert().count(b"\n") == 2
            asked.setQuery(f"CONSTRUCT {{ ?s <{KG}sued> ?o }} WHERE {{ ?s <{KG}sued> ?o }}")
            for form in (TURTLE, JSONLD):
                asked.setReturnFormat(form)
                answer = asked.queryAndConvert()
                assert b"sued" in (answer if isinstance(answer, bytes) else answer.serialize(format="nt").encode())
            asked.setQuery("ASK { ?s ?p ?o }")
            asked.setReturnFormat(JSON)
            assert asked.queryAndConvert()["boolean"] is True


RDF = {"application/rdf+xml", "text/turtle", "application/n-triples", "application/ld+json"}
TABLES = {"application/sparql-results+xml", "application/sparql-results+json", "text/tab-separated-values", "text/csv"}
ARTICLE, ONTOLOGY, NONE = "article", ONTOLOGY_GRAPH, "http://example.org/none"
PLAIN, NAMED = "ASK { ?s kg:sued ?o }", "ASK { GRAPH ?g { ?s kg:sued ?o } }"
BOTH = "ASK { ?s kg:sued ?o . kg:sued a owl:ObjectProperty }"
FULL = ("ASK { kg:sued a owl:ObjectProperty . GRAPH ?g { ?s kg:sued ?o } "
        f"FILTER NOT EXISTS {{ GRAPH <{ONTOLOGY_GRAPH}> {{ ?x ?y ?z }} }} }}")


@pytest.mark.parametrize("post", ["", "form", "direct"])
@pytest.mark.parametrize(("query", "default", "named", "expected"), [
    pytest.param(BOTH, [ARTICLE, ONTOLOGY], [], True, id="query_dataset_default_graphs"),
    pytest.param(BOTH, [ARTICLE], [], False, id="query_dataset_default_graph"),
    pytest.param(NAMED, [], [ARTICLE, ONTOLOGY], True, id="query_dataset_named_graphs"),
    pytest.param(NAMED, [], [ONTOLOGY], False, id="query_dataset_named_graph"),
    pytest.param(FULL, [ONTOLOGY], [ARTICLE], True, id="query_dataset_full"),
    pytest.param(PLAIN.replace("ASK", f"ASK FROM <{NONE}>"), [ARTICLE], [], True, id="query_multiple_dataset"),
])
def test_w3c_datasets(site: Site, query: str, default: list[str], named: list[str], expected: bool, post: str) -> None:  # noqa: F811
    """The W3C's protocol tests of datasets, on our data: graphs named in the request go before those in the query."""
    [article] = site.graph.articles()
    graphs = [("default-graph-uri", article if one == ARTICLE else one) for one in default]
    graphs += [("named-graph-uri", article if one == ARTICLE else one) for one in named]
    if post == "direct":
        _, body = get(site, f"/sparql?{urlencode(graphs)}", method="POST", body=query.encode(), kind="application/sparql-query")
    elif post == "form":
        _, body = get(site, "/sparql", method="POST", body=urlencode([("query", query), *graphs]).encode(),
                      kind="application/x-www-form-urlencoded")
    else:
        _, body = get(site, f"/sparql?{urlencode([('query', query), *graphs])}")
    assert json.loads(body)["boolean"] is expected


@pytest.mark.parametrize(("query", "kinds"), [
    ("SELECT * { ?s kg:sued ?o }", TABLES),
    ("ASK {}", {"application/sparql-results+xml", "application/sparql-results+json"}),
    ("DESCRIBE <http://example.org/none>", RDF),
    ("CONSTRUCT { ?s ?p 1 } WHERE { ?s ?p ?o } LIMIT 1", RDF),
])
def test_w3c_content_types(site: Site, query: str, kinds: set[str]) -> None:  # noqa: F811
    for kind in kinds:
        response, _ = get(site, "/sparql?" + urlencode({"query": query}), kind)
        assert (response.status, response.type) == (200, kind)
    assert get(site, "/sparql?" + urlencode({"query": query}), "")[0].type in kinds


@pytest.mark.parametrize(("method", "query", "body", "kind"), [
    pytest.param("GET", "update=CLEAR+ALL", b"", "", id="bad_update_get"),
    pytest.param("POST", "", b"update=CLEAR+NAMED&update=CLEAR+DEFAULT", "application/x-www-form-urlencoded", id="bad_multiple_updates"),
    pytest.param("POST", "", b"CLEAR NAMED", "text/plain", id="bad_update_wrong_media_type"),
    pytest.param("POST", "", b"update=CLEAR%20NAMED", "", id="bad_update_missing_form_type"),
    pytest.param("POST", "", "# \u00e9 CLEAR NAMED".encode("utf-16"), "application/sparql-update", id="bad_update_non_utf8"),
    pytest.param("POST", "", b"CLEAR XYZ", "application/sparql-update", id="bad_update_syntax"),
    pytest.param("POST", "using-graph-uri=a:b", b"DROP ALL", "application/sparql-update", id="bad_update_dataset_conflict"),
    pytest.param("POST", "", b"update=DROP+ALL", "application/x-www-form-urlencoded", id="update_post_form"),
    pytest.param("POST", "", b"DROP ALL", "application/sparql-update", id="update_post_direct"),
])
def test_w3c_updates_are_refused(site: Site, method: str, query: str, body: bytes, kind: str) -> None:  # noqa: F811
    size = len(site.graph.store)
    response, said = get(site, f"/sparql?{query}", method=method, body=body, kind=kind)
    assert response.status in (400, 403, 415)
    assert json.loads(said)["detail"]
    assert len(site.graph.store) == size


def parameters(path: str) -> list[dict[str, object]]:
    return SPEC["paths"][path]["get"].get("parameters", [])  # type: ignore[no-any-return]


def values(schema: dict[str, object]) -> st.SearchStrategy[str]:
    """What the schema of a parameter allows, mostly: anything at all besides."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])  # type: ignore[call-overload,no-any-return]
    if schema.get("type") == "integer":
        return st.integers(int(schema["minimum"]), int(schema["maximum"])).map(str)  # type: ignore[call-overload]
    return st.text(max_size=30) | st.sampled_from(["Delta Works", "delta", "everything-on", "https://w3id.org/newskg/id/entity/delta-works"])


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), path=st.sampled_from(sorted(SPEC["paths"])))
def test_the_json_api_keeps_to_its_description(site: Site, data: st.DataObject, path: str) -> None:  # noqa: F811
    wrong = data.draw(st.booleans())
    query, where = {}, path
    for one in parameters(path):
        if one.get("required") or data.draw(st.booleans()):
            value = data.draw(st.text(max_size=20) if wrong else values(one["schema"]))  # type: ignore[arg-type]
            if one["in"] == "path":
                where = where.replace(f"{{{one['name']}}}", urlencode({"": value})[1:])
            else:
                query[str(one["name"])] = value
    response, body = get(site, f"{where}?{urlencode(query, errors='replace')}")
    described = SPEC["paths"][path]["get"]["responses"]
    assert str(response.status) in described or response.status in (400, 404), (where, query, body)
    found = json.loads(body)
    if response.status == 200:
        item = described["200"].get("content", {}).get("application/json", {}).get("schema", {}).get("items", {})
        for part in [*item.get("allOf", []), item]:
            fields = SPEC["components"]["schemas"].get(part.get("$ref", "").rpartition("/")[2], part)
            assert all(set(fields.get("required", ())) <= set(one) for one in found)
    elif not wrong:
        assert response.status == 404 or BEYOND_THE_SCHEMA.search(found["detail"]), (where, query, found)


def test_nonsense_is_refused_politely(address: str) -> None:
    spec = importlib.util.spec_from_file_location("fuzz_serve", Path(__file__).parents[1] / "scripts" / "fuzz_serve.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules.pop("fuzz_serve", None)
    seen = module.fuzz(address, 200, 7)
    assert set(seen) <= {"200", "400", "403", "406", "411", "413", "415", "no HTTP", "connection closed", "stopped at the time limit"}
    assert seen["400"] > 50


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium (apt-get install chromium)")
def test_in_a_browser(address: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith((f"http://{address}/", "data:", "blob:"))
                else wrong.append(request.url))

        page.goto(f"http://{address}/query")
        page.fill("#query", "")
        page.locator("#query").press_sequentially("SELECT ?s ?o { ?s kg:su")
        page.wait_for_selector("#words li")
        assert "kg:sued" in page.inner_text("#words")
        page.keyboard.press("Tab")
        page.locator("#query").press_sequentially("?o }")
        assert page.input_value("#query").split() == "SELECT ?s ?o { ?s kg:sued ?o }".split()
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#answer table")
        assert page.inner_text("#state").startswith("1 row in")
        assert page.locator("#answer td a").first.get_attribute("href", timeout=2000) == "/entity/delta-works"
        with page.expect_navigation():
            page.click("#draw")
        page.wait_for_selector("html[data-ready=yes]")
        assert "Bo Lindqvist" in page.evaluate("kgPage.drawn()")

        page.goto(f"http://{address}/query?stored=everything-on")
        page.wait_for_selector("#parameters input")
        page.click("#ask button")
        assert not page.inner_text("#state"), "what it needs is asked for first"
        page.fill("#parameters input", "delta works")
        page.click("#ask button")
        page.wait_for_selector("#answer td a:text-is('Delta Works')")
        assert "VALUES ?entity { <https://w3id.org/newskg/id/entity/delta-works> }" in page.input_value("#query")
        page.check("#iris")
        assert "e:delta-works" in page.inner_text("#answer")
        page.goto(f"http://{address}/query?stored=find")
        page.fill("#parameters input", 'delta "wor')
        page.click("#ask button")
        page.wait_for_selector("#answer td")
        page.goto(f"http://{address}/query?query=SELECT%20*%20%7B%20%3Fa%20kg%3Asued%20%3Fb%20%7D")
        page.wait_for_selector("#answer td a:text-is('Bo Lindqvist')")
        with page.expect_navigation():
            page.click("#draw")
        page.wait_for_selector("html[data-ready=yes]")

        page.fill("#search", "harbour of somewhere")
        with page.expect_navigation():
            page.click("#found-server")
        assert page.url == f"http://{address}/search?q=harbour%20of%20somewhere"
        page.goto(f"http://{address}/graph?entity=Bo%20Lindqvist")
        page.wait_for_selector("html[data-ready=yes]")
        page.evaluate("kgPage.choose(0)")
        with page.expect_navigation():
            page.click("text=All its neighbours in the graph")
        assert page.url.startswith(f"http://{address}/graph?entity=https%3A%2F%2F")
        assert not wrong, wrong

        page.goto(f"http://{address}/query")
        page.fill("#query", BOMB + " nonsense")
        page.click("#ask button")
        page.wait_for_function("document.getElementById('state').textContent.startsWith('wrong query in line 1')")
        browser.close()
