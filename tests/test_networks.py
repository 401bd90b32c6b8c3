"""The graph as a network: written by kg, opened back by networkx and csv."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import networkx as nx
import pytest
from view_data import CLASSES, ID, KG, PROPERTIES, make_sample

from kg.exchange.networks import export_network, network
from kg.page.view import Names
from kg.records import Article, Entity, RdfLiteral, Span, Statement

NAMES = Names(PROPERTIES, CLASSES, {})
TEXT = "Ana Ruiz denied that Delta paid the council in 2024."


def small() -> nx.MultiDiGraph[str]:
    """Return a network of two edges, one fact and a name that no file format likes."""
    entities = [
        Entity(iri=ID + key, label=label, types=(kind,), named=True, aliases=("Ruiz",) if key == "ana" else ())
        for key, label, kind in [("ana", "Ana Ruiz", "Person"), ("delta", 'Delta \x00\ud800 <&\n"', "Company"), ("c", "council", "Odd")]
    ]

    def said(number: int, **parts: object) -> Statement:
        given = {
            "subject": ID + "delta",
            "property": KG + "pay",
            "object": ID + "c",
            "label": "pay",
            "wording": "paid",
            "evidence": (Span(21, 51),),
            **parts,
        }
        return Statement(id=f"s{number}", article="a", **given)  # type: ignore[arg-type]

    statements = [
        said(
            1,
            polarity="Negative",
            status="Claimed",
            speaker=ID + "ana",
            when=RdfLiteral("2024", "xsd:gYear"),
            when_text="in 2024",
            qualifiers=((KG + "place", RdfLiteral("Alden")),),
            confidence=0.5,
        ),
        said(2, property="https://w3id.org/newskg/open/take-to", label="take to"),
        said(3, subject=ID + "ana", property=KG + "position", object=RdfLiteral("mayor"), status="Planned"),
        said(
            4, subject=ID + "ana", property="https://w3id.org/newskg/open/resign", object=RdfLiteral("true", "xsd:boolean"), label="resign"
        ),
    ]
    return network([Article(id="a", text=TEXT, title="T", published="2024-05-01")], entities, statements, NAMES)


@pytest.mark.parametrize("form", ["graphml", "gexf"])
def test_networkx_opens_what_was_written(form: str, tmp_path: Path) -> None:
    [path] = export_network(small(), form, tmp_path / f"g.{form}")  # type: ignore[arg-type]
    graph = nx.read_graphml(path, force_multigraph=True) if form == "graphml" else nx.read_gexf(path)
    assert set(graph.nodes) == {ID + "ana", ID + "delta", ID + "c"}
    ana = graph.nodes[ID + "ana"]
    assert ana["facts"] == "position: mayor (planned); resign" and ana["type"] == "person" and ana["statements"] == 3
    assert graph.nodes[ID + "delta"]["label"] == 'Delta \ufffd\ufffd <&\n"'
    edges = {data["id"]: data for _, _, data in graph.edges(data=True)}
    assert len(edges) == 2
    paid = edges["s1"]
    assert (paid["status"], paid["polarity"], paid["speaker"], paid["when"], paid["weight"]) == (
        "Claimed",
        "Negative",
        "Ana Ruiz",
        "2024",
        0.5,
    )
    assert paid["details"] == "in: Alden" and paid["quote"] == TEXT[21:51] and paid["published"] == "2024-05-01"
    places = {
        (d["x"], d["y"]) if form == "graphml" else (d["viz"]["position"]["x"], d["viz"]["position"]["y"]) for _, d in graph.nodes(data=True)
    }
    assert len(places) == 3


def test_neo4j_csv_has_the_header_that_neo4j_admin_reads(tmp_path: Path) -> None:
    export_network(small(), "neo4j-csv", tmp_path / "import")
    nodes = list(csv.DictReader((tmp_path / "import" / "nodes.csv").open(encoding="utf-8", newline="")))
    edges = list(csv.DictReader((tmp_path / "import" / "relationships.csv").open(encoding="utf-8", newline="")))
    assert {row["iri:ID"]: row[":LABEL"] for row in nodes} == {
        ID + "ana": "Person;Entity",
        ID + "delta": "Company;Entity",
        ID + "c": "Odd;Entity",
    }
    assert [row["label"] for row in nodes if row["iri:ID"] == ID + "delta"] == ['Delta  \ufffd <& "']
    assert nodes[0]["named:boolean"] == "true"
    assert {row[":TYPE"] for row in edges} == {"PAY", "TAKE_TO"}
    assert {end for row in edges for end in (row[":START_ID"], row[":END_ID"])} <= {row["iri:ID"] for row in nodes}


@pytest.mark.parametrize("form", ["graphml", "gexf", "neo4j-csv"])
def test_same_records_in_any_order_give_the_same_bytes(form: str, tmp_path: Path) -> None:
    sample = make_sample(60)
    written = []
    for name in ("one", "two"):
        graph = network(sample.articles, sample.entities, sample.statements, NAMES)
        written.append([path.read_bytes() for path in export_network(graph, form, tmp_path / name)])  # type: ignore[arg-type]
        for rows in (sample.articles, sample.entities, sample.statements):
            random.Random(3).shuffle(rows)
    assert written[0] == written[1]


def test_empty_graph(tmp_path: Path) -> None:
    graph = network([], [], [], NAMES)
    assert len(nx.read_graphml(export_network(graph, "graphml", tmp_path / "g")[0])) == 0
    export_network(graph, "gexf", tmp_path / "h")
    export_network(graph, "neo4j-csv", tmp_path / "n")
