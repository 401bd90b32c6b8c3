"""Adding, changing and removing articles, in any order, gives what a fresh build gives, byte for byte."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import kg
from kg import reading
from kg.iris import ONTOLOGY_GRAPH
from kg.names.merge import decide, unsure
from kg.records import Article, Extraction

COPY = ("Delta Works paid Harbour Trust $3 million in March 2024. Ana Ruiz has been mayor of Ostrava since 2019. Police arrested the "
        "driver Otto Vik in Bergen on Monday. The harbour board chose a new pier for the islands. ")
#: of each source, the texts that it may hold: copies, contradictions, two names of one man, former posts
TEXTS = {
    "agency.txt": [COPY, COPY + "Jan Holt did not comment."],
    "herald.txt": ["Ostrava – " + COPY, "Delta Works paid Harbour Trust $5 million in March 2024. Harbour Trust sued Delta Works."],
    "courier.txt": ["Ana Ruiz, the former mayor of Ostrava, denied that Delta Works paid Harbour Trust.",
                    "Ana Ruiz is the mayor of Ostrava."],
    "council.txt": ["Robert Hale chairs Dunmore Council. Robert Hale met Ann Berg on Monday.", "Robert Hale was born in 1970."],
    "rovers.txt": ["Bob Hale has left Lowick Rovers. Bob Hale signed for Tarnford Town.", "Robert Hale was born in 1971."],
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(TEXTS)), st.sampled_from([0, 1, None])), min_size=1, max_size=5)


@cache
def read_once(text: str) -> Extraction:
    return READ(Article("", text))


READ = reading.read_article


def read_quickly(article: Article, *_: object, **__: object) -> Extraction:
    """The real reader, asked once for each text."""
    return msgspec.structs.replace(read_once(article.text), article=article)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_article", read_quickly)


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())
    yield folder
    shutil.rmtree(folder)


def state(graph: Path) -> dict[str, bytes]:
    """Every file of a graph folder but the store's own, for which its content stands."""
    files = {str(path.relative_to(graph)): path.read_bytes() for path in sorted(graph.rglob("*"))
             if path.is_file() and path.relative_to(graph).parts[0] != "store" and path.suffix != ".lock"}
    with kg.open(graph) as opened:
        files["store"] = "\n".join(sorted(map(str, opened.store))).encode()
    return files


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
@example([("agency.txt", 0), ("herald.txt", 0), ("courier.txt", 0), ("agency.txt", None), ("herald.txt", 1)])
def test_any_sequence_of_changes_equals_a_fresh_build(steps: list[tuple[str, int | None]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        news, graph = Path(name, "news"), Path(name, "graph")
        news.mkdir()
        for source, version in steps:
            path = news / source
            if version is not None:
                path.write_text(TEXTS[source][version], "utf-8")
                kg.build([path], graph, others="keep")
            elif path.exists():
                kg.remove([str(path)], graph)
                path.unlink()
        left = sorted(news.iterdir())
        if left:
            kg.build(left, Path(name, "fresh"))
            assert state(graph) == state(Path(name, "fresh"))
        elif graph.exists():
            assert_empty(graph)


def assert_empty(graph: Path) -> None:
    with kg.open(graph) as opened:
        assert opened.articles() == [] and {node.value for node in opened.store.named_graphs()} == {ONTOLOGY_GRAPH}
        union = {quad.triple for quad in opened.store.quads_for_pattern(None, None, None, ox.DefaultGraph())}
        assert union == {quad.triple for quad in opened.store.quads_for_pattern(None, None, None, ox.NamedNode(ONTOLOGY_GRAPH))}
    assert not list((graph / "extractions").rglob("*.jsonl"))


def test_removing_all_articles_leaves_an_empty_graph(place: Path) -> None:
    for source, texts in TEXTS.items():
        (place / source).write_text(texts[0], "utf-8")
    kg.build(sorted(place.glob("*.txt")), place / "graph")
    kg.remove([str(place / source) for source in TEXTS], place / "graph")
    assert_empty(place / "graph")


def test_a_merge_and_its_undo_restore_every_byte(place: Path) -> None:
    for source in ("council.txt", "rovers.txt", "agency.txt", "herald.txt"):
        (place / source).write_text(TEXTS[source][0], "utf-8")
    graph = place / "graph"
    kg.build(sorted(place.glob("*.txt")), graph)
    before = state(graph)
    doubt = next(one.pair for one in unsure(graph) if "Hale" in one.left)
    decide(graph, doubt.left, doubt.right, "same")
    assert state(graph)["store"] != before["store"]
    decide(graph, doubt.left, doubt.right, "forget")
    assert state(graph) == before


def test_copies_and_contradictions_reach_the_graph(place: Path) -> None:
    for source, version in (("agency.txt", 0), ("herald.txt", 0), ("courier.txt", 0), ("council.txt", 1), ("rovers.txt", 1)):
        (place / source).write_text(TEXTS[source][version], "utf-8")
    kg.build(sorted(place.glob("*.txt")), place / "graph")
    with kg.open(place / "graph") as graph:
        arrested = [one for one in graph.statements(entity="Otto Vik") if one.property.endswith("arrested")]
        assert len(arrested) == 2 and len({one.fact for one in arrested}) == 1 and arrested[0].support == 1
        reasons = {one.reason for one in graph.disputes()}
        assert "one affirms what the other denies" in reasons
        assert [len(one.statements) for one in graph.disputes("Ana Ruiz")] == [3]
