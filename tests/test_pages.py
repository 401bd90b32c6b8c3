"""Pages of a part of a graph folder, by the library and by the command."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from click.testing import CliRunner

import kg
from kg.cli import main
from kg.errors import FolderError, QueryError
from kg.page import pages

TEXT = """Ana Ruiz founded Delta Works. Delta Works sued Boris Lind. Boris Lind married Clara Stern.
Clara Stern founded Orbit Bank. Hugo Falk attacked Iris Dahl.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pages")
    (root / "a.txt").write_text(TEXT, "utf-8")
    kg.build([root / "a.txt"], root / "graph")
    return root / "graph"


def data_of(page: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])  # type: ignore[index,no-any-return]


def names_in(page: str) -> set[str]:
    return {row[1] for row in data_of(page)["entities"]}


def test_around_an_entity(folder: Path) -> None:
    one, two = (pages.view(folder, entity="Ana Ruiz", hops=hops).html for hops in (1, 2))
    assert names_in(one) >= {"Ana Ruiz", "Delta Works"}
    assert not names_in(one) & {"Boris Lind", "Hugo Falk"}
    assert "Boris Lind" in names_in(two) and "Hugo Falk" not in names_in(two)
    start = data_of(two)["start"]
    assert data_of(two)["entities"][start["entity"]][1] == "Ana Ruiz" and start["hops"] == 2


def test_what_a_select_returns(folder: Path) -> None:
    page = pages.view(folder, query='SELECT ?x { ?x rdfs:label ?l FILTER(?l IN ("Hugo Falk", "Iris Dahl", "Ana Ruiz")) }').html
    assert names_in(page) == {"Hugo Falk", "Iris Dahl"}


def test_what_a_construct_gives_with_evidence_where_there_is_some(folder: Path) -> None:
    query = ('CONSTRUCT { ?a ?p ?b . ?b <https://n.example/v#foeOf> ?a } '
             'WHERE { ?s rdf:subject ?a ; rdf:predicate ?p ; rdf:object ?b . ?a rdfs:label "Hugo Falk" }')
    data = data_of(pages.view(folder, query=query).html)
    assert {row[1] for row in data["entities"]} == {"Hugo Falk", "Iris Dahl"}
    assert "foe of" in {label for _, label in data["relations"]}
    assert sorted(bool(row[5]) for row in data["statements"]) == [False, True]


@pytest.mark.parametrize("query", ["ASK { ?s ?p ?o }", "SELECT ?x { ?x a kg:Nothing }", "SELECT ?l { ?x rdfs:label ?l }",
                                   "CONSTRUCT { ?x a ?t } WHERE { ?x a ?t }"])
def test_nothing_to_draw_is_said(folder: Path, query: str) -> None:
    with pytest.raises(QueryError):
        pages.view(folder, query=query)


def test_unknown_name_format_and_place(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="nothing in"):
        pages.view(folder, entity="Nobody Atall")
    with pytest.raises(FolderError, match="unknown format"):
        pages.write_network(folder, "dot", tmp_path / "x")
    with pytest.raises(FolderError, match="can't be written"):
        pages.write_network(folder, "gexf", tmp_path / "no" / "x")


def test_served_page_has_what_the_file_has(tmp_path: Path) -> None:
    text = "Ana Ruiz sued Delta Works in March 2024. Ana Ruiz lives in France. The lawsuit by Ana Ruiz shook Delta Works.\n"
    (tmp_path / "a.txt").write_text(text, "utf-8")
    kg.build([tmp_path / "a.txt"], tmp_path / "graph")
    with kg.open(tmp_path / "graph") as graph:
        served, filed = data_of(pages.from_store(graph)), data_of(pages.view(tmp_path / "graph").html)
    assert served["events"] and [event[:2] for event in served["events"]] == [event[:2] for event in filed["events"]]
    assert [event[9:12] for event in served["events"]] == [event[9:12] for event in filed["events"]]
    links = [{row[1]: row[7] for row in data["entities"] if len(row) > 7 and row[7]} for data in (served, filed)]
    assert links[0] == links[1] and "France" in links[0]
    assert served["statements"] and len(served["statements"]) == len(filed["statements"])


def test_inline_in_a_notebook(folder: Path) -> None:
    with kg.open(folder) as graph:
        shown = graph.view(entity="Ana Ruiz", height=300)
    frame = shown._repr_html_()
    assert frame.startswith("<iframe srcdoc=") and "height: 300px" in frame and "allow-same-origin" not in frame
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', frame)[1]) == shown.html  # type: ignore[index]


def test_commands(folder: Path, tmp_path: Path) -> None:
    run = CliRunner()
    out = tmp_path / "part.html"
    assert run.invoke(main, ["view", str(folder), "--entity", "Ana Ruiz", "-o", str(out)]).exit_code == 0
    assert "Delta Works" in names_in(out.read_text("utf-8"))
    assert run.invoke(main, ["view", str(folder), "--entity", "x", "--query", "y"]).exit_code == 2
    assert run.invoke(main, ["export", str(folder), "-f", "gexf"]).exit_code == 2
    assert run.invoke(main, ["export", str(folder), "-f", "gexf", "--slim", "-o", "x"]).exit_code == 2
    assert run.invoke(main, ["export", str(folder), "-f", "graphml", "-o", str(tmp_path / "g")]).exit_code == 0
    assert "Ana Ruiz" in {name for _, name in nx.read_graphml(tmp_path / "g", force_multigraph=True).nodes(data="label")}
