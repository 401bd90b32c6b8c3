"""The gold articles on names are what they claim to be, and the resolver's figures on them hold."""

import json
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GOLD = ROOT / "data" / "gold"
TYPES = {"p": "Person", "o": "Organization", "l": "Place", "w": "Work"}


@pytest.mark.parametrize(("part", "least"), [("", (60, 150, 120)), ("held-out-", (15, 40, 25))])
def test_marks_lie_where_they_say(part: str, least: tuple[int, int, int]) -> None:
    articles = {row["id"]: row["text"] for row in map(json.loads, (GOLD / f"{part}articles.jsonl").read_text("utf-8").splitlines())}
    header, *lines = (GOLD / f"{part}entities.tsv").read_text("utf-8").splitlines()
    assert header.split("\t") == ["article", "start", "end", "name", "entity", "type"]
    assert len(articles) >= least[0]
    last = ("", 0)
    of: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        article, start, end, name, entity, kind = line.split("\t")
        assert articles[article][int(start):int(end)] == name
        assert TYPES[entity[0]] == kind
        assert article != last[0] or int(start) >= last[1], "marks overlap"
        last = article, int(end)
        of[entity].add(article)
    assert len(of) >= least[1]
    assert sum(len(found) > 1 for found in of.values()) >= least[2]
    assert all(60 <= len(text.split()) <= 120 for text in articles.values())


def test_figures_hold() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    import bench_resolve  # type: ignore[import-not-found, unused-ignore]

    figures = bench_resolve.measure(part="dev")[0]
    assert figures["merges across articles"]["precision"] >= 0.98
    assert figures["merges across articles"]["recall"] >= 0.85
    assert figures["merges of what was read"]["precision"] >= 0.98
    linked = bench_resolve.measure_links()[0]["links to authority.csv"]
    assert linked["precision"] >= 0.95
    assert linked["recall"] >= 0.55
    figures = bench_resolve.measure(part="held-out", marked=True)[0]
    assert figures["merges across articles"]["precision"] >= 0.98
    assert figures["merges across articles"]["recall"] >= 0.85
