"""The graph as of a day, and the timeline of an entity, on articles of ours read by the real reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
from kg.cli import main
from kg.errors import QueryError
from kg.iris import KG
from kg.opened import Graph

ARTICLES = """
{"date": "2012-04-02", "text": "Nora Bye is the transport minister of Norway. Tom Hale is the director of Delta Works. Ida Berg is a member of Delta Works."}
{"date": "2015-03-10", "text": "Tom Hale, the former director of Delta Works, criticized the plan."}
{"date": "2023-03-20", "text": "Nora Bye resigned as transport minister on 3 March 2023. Ida Berg died on 2 May 2022. Otto Vik will open a museum in Lund."}
{"date": "2025-01-13", "text": "Ana Ruiz was mayor of Ostrava from 2010 to 2014. Karl Beck has been the director of Harbour Trust since May 2021. Police arrested Otto Vik in Bergen on 4 July 2024."}
"""  # noqa: E501


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("asof")
    (place / "news.jsonl").write_text(ARTICLES.strip(), "utf-8")
    kg.build([place / "news.jsonl"], place / "graph")
    return place / "graph"


@pytest.fixture(scope="module")
def graph(folder: Path) -> Iterator[Graph]:
    with kg.open(folder) as opened:
        yield opened


def holds(graph: Graph, name: str, property: str) -> bool:
    found = graph.statements(entity=name) if graph.find(name) else ()
    return any(said.property == KG + property and said.subject_label == name for said in found)


@pytest.mark.parametrize(("name", "property", "day", "expected"), [
    ("Ana Ruiz", "headOf", "2009-12-31", False), ("Ana Ruiz", "headOf", "2012-06-01", True), ("Ana Ruiz", "position", "2012", True),
    ("Ana Ruiz", "headOf", "2015-01-01", False), ("Ana Ruiz", "position", "2015", False),
    ("Karl Beck", "headOf", "2021-04-30", False), ("Karl Beck", "headOf", "2030", True),
    ("Tom Hale", "headOf", "2012-04-01", True),  # a later article calls him former: nobody knows since when
    ("Tom Hale", "headOf", "2014", True), ("Tom Hale", "headOf", "2016", False), ("Tom Hale", "position", "2016", False),
    ("Nora Bye", "position", "2012-04-01", False), ("Nora Bye", "position", "2020", True), ("Nora Bye", "position", "2023-04", False),
    ("Nora Bye", "resigned", "2023-03-02", False), ("Nora Bye", "resigned", "2023-03-03", True),
    ("Ida Berg", "memberOf", "2022-05-01", True), ("Ida Berg", "memberOf", "2022-06-01", False),
    ("Ida Berg", "diedOn", "2022-05-01", False), ("Ida Berg", "diedOn", "2022", True),
])
def test_as_of(graph: Graph, name: str, property: str, day: str, expected: bool) -> None:
    assert holds(graph, name, property)
    assert holds(graph.as_of(day), name, property) is expected


def test_plain_triples_follow(graph: Graph) -> None:
    query = 'ASK { ?police kg:arrested ?who . ?who rdfs:label "Otto Vik" }'
    assert graph.query(query) is True
    assert graph.as_of("2024-07-03").query(query) is False
    assert graph.as_of("2024-07-04").query(query) is True


def test_timeline_is_in_order_and_cut(graph: Graph) -> None:
    told = [one.property.removeprefix(KG) for one in graph.timeline("Nora Bye")]
    assert told == ["resigned"] and not graph.timeline("Nora Bye", since="2024") and not graph.timeline("Nora Bye", until="2022")
    assert {one.dates() for one in graph.timeline("Ana Ruiz", since="2013", until="2013")} == {"2010 – 2014"}
    assert graph.timeline("Karl Beck")[0].dates() == "2021-05 –"


@pytest.mark.parametrize("day", ["soon", "2024-13", "2010/2014", ""])
def test_wrong_days_are_told(graph: Graph, day: str) -> None:
    with pytest.raises(QueryError, match="is no day"):
        graph.as_of(day)


def test_commands(folder: Path) -> None:
    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, [arguments[0], str(folder), *arguments[1:]])
        assert result.exit_code == code, result.output
        return result.output

    assert "Ana Ruiz" in run("query", "people", "--as-of", "2012") and "Ana Ruiz\tposition" not in run("query", "people", "--as-of", "2016")
    assert "head of" in run("show", "Ana Ruiz", "--as-of", "2012") and "head of" not in run("show", "Ana Ruiz", "--as-of", "2016")
    assert run("timeline", "Ana Ruiz").startswith("2010 – 2014") and '"since": "2010"' in run("timeline", "Ana Ruiz", "--json")
    assert "is no day" in run("timeline", "Ana Ruiz", "--since", "x", code=2)
    assert "nothing" in run("timeline", "Nobody", code=2)
