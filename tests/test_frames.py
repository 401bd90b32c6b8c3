"""The graph as pandas and polars frames and as a networkx graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest
from test_graph import folder

from kg.exchange.frames import ENTITIES, STATEMENTS
from kg.opened import Graph, open_graph


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    with open_graph(folder(Path(tmp_path_factory.mktemp("frames")), ontology=True)) as opened:
        yield opened


def test_frames_hold_every_entity_and_statement(graph: Graph) -> None:
    pandas, polars = graph.pandas(), graph.polars()
    said = list(graph.statements())
    assert list(pandas.entities.columns) == ENTITIES == polars.entities.columns
    assert list(pandas.statements.columns) == STATEMENTS == polars.statements.columns
    assert len(pandas.statements) == polars.statements.height == len(said)
    assert pandas.entities["iri"].tolist() == polars.entities["iri"].to_list() == [one.iri for one in graph.entities()]
    assert pandas.statements.to_dict("records") == polars.statements.to_dicts()
    [row] = [row for row in polars.statements.to_dicts() if row["status"] == "Claimed"]
    assert (row["speaker_label"], row["subject_label"], row["polarity"]) == ("Ana Ruiz", "city council", "Negative")
    assert graph.article(row["article"]).text[row["start"]:row["end"]] == row["quote"]
    assert str(pandas.statements["confidence"].dtype) == "float64" and str(pandas.statements["plain"].dtype) == "bool"


def test_frames_of_nothing(graph: Graph) -> None:
    nothing = graph.as_of("1066")
    assert nothing.pandas().statements.columns.tolist() == STATEMENTS
    assert nothing.polars().entities.columns == ENTITIES


def test_networkx(graph: Graph) -> None:
    network = graph.networkx()
    assert isinstance(network, nx.MultiDiGraph)
    names = {data["label"]: node for node, data in network.nodes(data=True)}
    [(key, edge)] = network.get_edge_data(names["city council"], names["Delta Works"]).items()
    assert (edge["status"], edge["polarity"], edge["speaker"]) == ("Claimed", "Negative", "Ana Ruiz")
    assert any(one.iri.endswith(key) for one in graph.statements())
