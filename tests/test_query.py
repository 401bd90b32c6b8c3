"""SPARQL: stored queries against a small graph, parameters, formats, errors, limits."""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_graph import folder

import kg
from kg.cli import main
from kg.errors import QueryError
from kg.opened import Graph, open_graph
from kg.query import Answer, stored_queries
from kg.terms import LABEL


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    with open_graph(folder(Path(tmp_path_factory.mktemp("query")), ontology=True)) as opened:
        yield opened


def table(graph: Graph, query: str, *columns: str, **parameters: str) -> list[tuple[str, ...]]:
    """The answer's rows as shown, only the columns named."""
    answer = graph.query(query, **parameters)  # type: ignore[arg-type]
    assert isinstance(answer, Answer)
    return [tuple(row[answer.columns.index(name)] for name in columns) for row in answer.table()]


DENIED = ("Ana Ruiz", "city council", "paid", "Delta Works")
EXPECTED: dict[str, tuple[dict[str, str], tuple[str, ...], list[tuple[str, ...]]]] = {
    "agreed": ({}, ("support", "subject"), []),
    "near-duplicates": ({}, ("article",), []),
    "same-events": ({}, ("event",), []),
    "articles": ({}, ("article", "date", "publisher", "statements", "asserted"),
                 [("Mayor denies payment", "2025-03-10", "Herald", "4", "3")]),
    "claimed": ({}, ("speaker", "subject", "property", "object"), [DENIED]),
    "connections": ({"entity": "Ana Ruiz", "other": "Delta Works"}, ("first",), []),
    "denied": ({"entity": "Ana Ruiz"}, ("speaker", "subject", "property", "object"), [DENIED]),
    "disputed": ({}, ("entity",), []),
    "events": ({}, ("entity",), []),
    "everything-on": ({"entity": "Delta Works"}, ("subject", "property"), [("city council", "paid"), ("Delta Works", "built")]),
    "evidence": ({"subject": "Delta Works", "property": "built"}, ("quote", "begin"),
                 [("Delta Works built the harbour for 18 months", "112")]),
    "money": ({}, ("amount",), []),
    "most-mentioned": ({}, ("entity", "mentions", "articles"), [("Ana Ruiz", "1", "1"), ("Delta Works", "1", "1")]),
    "negative": ({}, ("entity", "property", "speaker"), [("city council", "paid", "Ana Ruiz")]),
    "open-relations": ({}, ("property", "statements", "example"), [("pay", "1", "The council will open a new bridge")]),
    "people": ({}, ("entity", "role", "what"), [("Ana Ruiz", "position", "mayor")]),
    "planned": ({}, ("entity", "object", "tense"), [("city council", "new bridge", "Future")]),
    "speakers": ({}, ("entity", "statements"), [("Ana Ruiz", "1")]),
    "timeline": ({"from": "2025-01-01"}, ("when", "whenText", "subject"), [("2025-03-10", "on Monday", "city council")]),
    "find": ({"words": "harb"}, ("subject", "property", "quote"),
             [("Delta Works", "built", "Delta Works built the harbour for 18 months")]),
    "kinds": ({}, ("type", "entities", "mentions"),
              [("Organization", "2", "2"), ("Facility", "1", "1"), ("Person", "1", "1"), ("Place", "1", "1")]),
    "links": ({}, ("entity",), []),
    "names": ({"entity": "Ruiz"}, ("entity", "names", "reasons"), [("Ana Ruiz", "Ruiz", "")]),
    "properties": ({}, ("property", "statements", "asserted"),
                   [("built", "1", "1"), ("paid", "1", "0"), ("position", "1", "1"), ("pay", "1", "1")]),
    "relation": ({"property": "paid"}, ("subject", "object", "polarity", "speaker"),
                 [("city council", "Delta Works", "Negative", "Ana Ruiz")]),
    "together": ({"entity": "Ana Ruiz"}, ("entity", "other", "articles"), [("Ana Ruiz", "Delta Works", "1")]),
    "uncertain": ({}, ("entity",), []),
    "unsure": ({"words": "denies"}, ("confidence", "subject", "property"),
               [("0.81", "city council", "paid"), ("1", "Ana Ruiz", "position"), ("1", "city council", "pay"),
                ("1", "Delta Works", "built")]),
    "where": ({}, ("place",), []),
    "who-said-what": ({"entity": "ana ruiz"}, ("entity", "cue", "subject"), [("Ana Ruiz", "denied", "city council")]),
}


def test_every_stored_query_is_tested_and_described() -> None:
    assert set(EXPECTED) == set(stored_queries())
    for query in stored_queries().values():
        assert query.description
        assert all(f"VALUES ?{name} {{ UNDEF }}" in query.text for name in query.parameters)


@pytest.mark.parametrize("name", EXPECTED)
def test_stored_query(graph: Graph, name: str) -> None:
    parameters, columns, rows = EXPECTED[name]
    if name == "evidence":  # the small graph's ontology does not name the property
        parameters = {**parameters, "property": "https://w3id.org/newskg/ontology#built"}
    assert table(graph, name, *columns, **parameters) == rows


@pytest.mark.parametrize(("query", "message"), [
    ("SELECT ?x {\n  ?x kg:paid }", r"line 2, column 1\d"),
    ("SELECT ?x { ?x foo:bar ?y }", "prefix is not known"),
    ("SELECT ?x { SERVICE <http://127.0.0.1/> { ?x ?y ?z } }", "SERVICE is not allowed"),
    ("SELECT ?x { \\u0053ERVICE <http://127.0.0.1/> { ?x ?y ?z } }", "SERVICE is not allowed"),
    ("INSERT DATA { <a:b> <a:b> <a:b> }", "line 1"),
    ("no-such-query", "stored queries are: agreed, articles"),
    ("none.rq", "no query file"),
    ("everything-on", "needs entity"),
])
def test_wrong_queries_are_explained(graph: Graph, query: str, message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        graph.query(query)
    assert "\n" not in str(caught.value)


def test_the_word_service_in_text_is_fine(graph: Graph) -> None:
    assert graph.query('ASK { ?service rdfs:label "SERVICE" } # SERVICE') is False


@pytest.mark.parametrize(("parameters", "message"), [
    ({"other": "x"}, "takes no parameter"), ({"entity": "Nobody"}, "is called 'Nobody'")])
def test_wrong_parameters_are_explained(graph: Graph, parameters: dict[str, str], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        graph.query("people", **parameters)  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters()))
def test_parameters_can_not_break_out(graph: Graph, text: str) -> None:
    list(graph.query("timeline", **{"from": text}))  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="is called"):
        graph.query("people", entity=f'"}} # > {text}')


def test_formats(graph: Graph) -> None:
    def written(format: str, query: str) -> str:
        output = io.BytesIO()
        answer = graph.query(query)
        assert isinstance(answer, Answer)
        answer.write(output, format)
        return output.getvalue().decode()

    select = 'SELECT ?name ?n { BIND("a|\\t\\"b\\"" AS ?name) BIND(1 AS ?n) }'
    assert written("csv", select) == 'name,n\r\n"a|\t""b""",1\r\n'
    assert written("tsv", select).startswith("?name\t?n\n\"a|\\t\\\"b\\\"\"\t")
    assert json.loads(written("json", select))["results"]["bindings"][0]["n"] == {
        "type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}
    assert written("markdown", select) == '| name | n |\n| --- | --- |\n| a\\| "b" | 1 |\n'
    construct = 'CONSTRUCT { ?s rdfs:label ?l } { ?s rdfs:label ?l . FILTER(?l = "Ana Ruiz") }'
    assert 'rdfs:label "Ana Ruiz"' in written("turtle", construct)
    with pytest.raises(QueryError, match="only CONSTRUCT"):
        written("turtle", select)


def test_the_union_holds_each_triple_once(samples: Graph) -> None:
    """Oxigraph's own union counts a triple once for each article that says it."""
    [row] = samples.query('SELECT (COUNT(*) AS ?n) (COUNT(DISTINCT ?e) AS ?all) { ?e rdfs:label "Tomas Verrick" }')  # type: ignore[union-attr]
    assert row == {"n": 1, "all": 1}
    with samples.as_of("2024-01-01") as then:
        assert list(then.query('SELECT (COUNT(*) AS ?n) { ?e rdfs:label "Tomas Verrick" }')) == [{"n": 1}]  # type: ignore[arg-type]
    assert len(list(samples.rdflib.query('SELECT ?e { ?e rdfs:label "Tomas Verrick" }'))) == 1
    graphs = {quad.graph_name for quad in samples.store.quads_for_pattern(None, LABEL, ox.Literal("Tomas Verrick"), None)}
    assert len(graphs) > 2


def test_limit_timeout_and_python_values(graph: Graph) -> None:
    rows = list(graph.query("SELECT ?n { VALUES ?n { 1 2.5 true 'x' } }", limit=3, timeout=10))  # type: ignore[arg-type]
    assert rows == [{"n": 1}, {"n": 2.5}, {"n": True}]
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . FILTER(STR(?a) < STR(?l)) }"
    with pytest.raises(QueryError, match=r"took over 0\.2 s"):
        list(graph.query(slow, timeout=0.2))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder = tmp_path_factory.mktemp("samples") / "g"
    kg.build([Path(__file__).parents[1] / "data" / "articles"], folder)
    with kg.open(folder) as opened:
        yield opened


#: stored query -> parameters, columns, and rows that must be among the answers on the sample articles
ON_SAMPLES: dict[str, tuple[dict[str, str], tuple[str, ...], set[tuple[str, ...]]]] = {
    "connections": ({"entity": "Tomas Verrick", "other": "Sile River Power"}, ("entity", "other"), {("Tomas Verrick", "Sile River Power")}),
    "agreed": ({}, ("support", "subject", "object"), {("4", "Tomas Verrick", "Sile River Power")}),
    "disputed": ({}, ("polarity", "by"), {("positive", "Rolf Amsel"), ("negative", "Tomas Verrick")}),
    "events": ({}, ("entity",), {("Kestrian Cup",)}),
    "same-events": ({}, ("event", "articles"), {("Ashmere disaster", "4")}),
    "money": ({}, ("subject", "object", "currency"), {("Ilse Marrant", "20000000", "EUR")}),
    "uncertain": ({}, ("certainty", "speaker"), {("possible", "Edda Kolvarn")}),
    "links": ({}, ("entity", "source"), {("Montana", "GeoNames")}),
    "names": ({"entity": "Tomas Verrick"}, ("names",), {("Verrick",)}),
    "together": ({"entity": "Tomas Verrick"}, ("other", "articles"), {("Sile River Power", "7")}),
    "find": ({"words": '"dam burst"'}, ("quote",), set()),
    "where": ({"place": "Montana"}, ("subject", "place"), {("Rust", "Montana")}),
}


@pytest.mark.parametrize("name", ON_SAMPLES)
def test_stored_query_answers_on_the_samples(samples: Graph, name: str) -> None:
    parameters, columns, rows = ON_SAMPLES[name]
    assert rows <= set(table(samples, name, *columns, **parameters))


#: queries that can't be asked without a parameter
NEEDING = {name for name, one in stored_queries().items() if any(about.endswith("required") for _, about in one.parameters.values())}


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - {"near-duplicates", *NEEDING}))
def test_every_stored_query_has_answers_on_the_samples(samples: Graph, name: str) -> None:
    assert table(samples, name)


COMMANDS = re.findall(r"^```sh\n(kg query .*)$", (Path(__file__).parents[1] / "docs" / "cookbook.md").read_text("utf-8"), re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_cookbook_on_the_samples(samples: Graph, command: str) -> None:
    words = shlex.split(command)
    assert words[:3] == ["kg", "query", "graph"]
    done = CliRunner().invoke(main, ["query", str(samples.folder), *words[3:]])
    assert done.exit_code == 0, done.output
    assert len(done.stdout.splitlines()) > 1 or words[3] == "near-duplicates", "the example shows nothing"


def test_there_are_enough_of_them() -> None:
    assert len(COMMANDS) == len(stored_queries()) >= 25


def test_explain(samples: Graph) -> None:
    found = samples.explain("who-said-what", entity="Alec Baldwin")
    assert "PREFIX prov:" in found.text and "PREFIX foaf:" not in found.text
    assert "VALUES ?entity { <https://w3id.org/newskg/id/entity/alec-baldwin> }" in found.text
    rows = list(samples.query("who-said-what", entity="Alec Baldwin"))  # type: ignore[arg-type]
    assert (found.form, found.rows, found.graphs) == ("SELECT", len(rows), len(list(samples.store.named_graphs())))
    assert 0 < found.first <= found.seconds
    assert len(list(samples.store.query(found.text))) == len(rows), "any SPARQL server that holds the union can be asked it"
    for query, form, count in [("ASK {}", "ASK", 0), ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 3", "GRAPH", 3)]:
        assert samples.explain(query)[1::2][:2] == (form, count)
    done = CliRunner().invoke(main, ["query", str(samples.folder), "PREFIX kg: <a:b> ASK { ?s kg:x rdf:type }", "--explain"])
    assert done.stdout.splitlines()[0] == "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>"
    assert "# ASK: 0 rows" in done.stdout
