"""Full-text search: what is found, what users may type, the index file, SPARQL."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from test_graph import folder

import kg
from kg.cli import main
from kg.errors import QueryError
from kg.opened import open_graph
from kg.query.search import match_expression


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("search") / "a.txt"
    source.write_text("Mayor denies payment\n\nMayor Ána Ruiz denied on Monday that the city council had paid Delta Works. "
                      "Delta Works built the harbour.\n", "utf-8")
    kg.build([source], source.parent / "g")
    return source.parent / "g"


def found(graph: Path, words: str, **options: object) -> list[tuple[str, str]]:
    with open_graph(graph) as opened:
        return [(hit.kind, hit.name) for hit in opened.search(words, **options)]  # type: ignore[arg-type]


def test_finds_names_quotes_and_articles(built: Path) -> None:
    assert found(built, "delta works", kind="entity") == [("entity", "Delta Works")]
    assert found(built, "ANA ruiz", kind="entity") == [("entity", "Ána Ruiz")], "case and accents don't count"
    assert found(built, "deny payments", kind="article") == [("article", "Mayor denies payment")], "nor do endings"
    assert found(built, "counc", kind="entity"), "the last word may be begun only"
    assert not found(built, '"council city"')
    assert not found(built, "delta zeppelin")
    with open_graph(built) as opened:
        hit = opened.search("harbour", kind="quote")[0]
        assert "\x02harbour\x03" in hit.snippet
        assert "#char=" in hit.iri
        assert len(opened.search("delta", limit=2)) == 2


def test_sparql(built: Path) -> None:
    with open_graph(built) as opened:
        query = '''SELECT ?subject WHERE { ?e kg:search "harbour delta" . # kg:search "no"
                   ?s prov:wasDerivedFrom ?e ; rdf:subject/rdfs:label ?subject FILTER(?subject != 'kg:search "x"') }'''
        assert [row["subject"] for row in opened.query(query)] == ["Delta Works"]  # type: ignore[union-attr]
        assert not list(opened.query('SELECT * { ?e kg:search "zeppelin" }'))  # type: ignore[arg-type]
        full = f"SELECT * {{ ?e <{kg.iris.KG}search> 'delta' }}"  # type: ignore[attr-defined]
        assert len(list(opened.query(full))) > 1  # type: ignore[arg-type]
        for wrong in ('SELECT * { <x:a> kg:search "a" }', "SELECT * { ?a kg:search ?b }", 'SELECT * { ?a kg:search "a" ; ?b ?c }',
                      'SELECT * { ?a a ?b ; kg:search "a" }'):
            with pytest.raises(QueryError, match="is written"):
                opened.query(wrong)
        with pytest.raises(QueryError, match="no word"):
            opened.query('SELECT * { ?a kg:search "" }')


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_whatever_is_typed_is_words(typed: str) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE text USING fts5(body)")
    try:
        expression = match_expression(typed)
    except QueryError:
        return
    database.execute("SELECT * FROM text WHERE text MATCH ?", (expression,)).fetchall()


def test_index_follows_the_graph(built: Path, tmp_path: Path) -> None:
    graph, more = tmp_path / "g", tmp_path / "b.txt"
    more.write_text("Ferry runs\n\nThe ferry Quillfeather left Ostrel harbour.\n")
    kg.build([built.parent / "a.txt"], graph)
    assert not found(graph, "quillfeather")
    kg.build([more], graph, others="keep")
    assert found(graph, "quillfeather")
    kg.remove([str(more)], graph)
    assert not found(graph, "quillfeather")
    (graph / "search.db").write_bytes(b"no database")
    assert found(graph, "delta")


def test_a_store_without_a_build_is_searched_in_memory(tmp_path: Path) -> None:
    graph = folder(tmp_path)
    assert found(graph, "ruiz", kind="entity") == [("entity", "Ana Ruiz")]
    assert not (graph / "search.db").exists()


def test_command(built: Path) -> None:
    run = CliRunner().invoke
    assert "[Delta] Works" not in run(main, ["search", str(built), "zeppelin"]).output
    assert run(main, ["search", str(built), "zeppelin"]).exit_code == 1
    assert run(main, ["search", str(built), "!"]).exit_code == 2
    lines = run(main, ["search", str(built), "harbour", "--kind", "quote", "--json"]).output.splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["quote"] * len(lines)
    assert "[harbour]" in run(main, ["search", str(built), "harbour"]).output
