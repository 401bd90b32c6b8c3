"""What is put on the disk comes back: records in their order, rows by their keys."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import kg
from kg import pipeline, spill
from kg.records import RdfLiteral
from kg.spill import Sorted, Spilled, recurring


@pytest.mark.parametrize("run", [0, 9000, 10**9])
def test_records_come_back_in_order_and_again(run: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "RUN", run)
    records = [RdfLiteral("line\nbreak, \"sign\" and é " * (number % 999), f"xsd:{number}") for number in range(300)]
    with Spilled(RdfLiteral, tmp_path) as kept:
        assert list(kept) == []
        for record in records[:200]:
            kept.put(record)
        assert list(kept) == records[:200]
        first = iter(kept)
        assert [next(first), *kept][1:] == records[:200]  # two at a time
        for record in records[200:]:
            kept.put(record)
        assert list(kept) == records
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("run", [1, 200, 10**6])
def test_rows_come_back_by_key(run: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "RUN", run)
    rows = [(f"é{number * 7 % 50}", (number, "x\ny" * number)) for number in range(200)]
    with Sorted(tuple[int, str]) as kept:
        for key, value in rows:
            kept.put(key, value)
        found = list(kept.groups())
    assert [key for key, _ in found] == sorted({key for key, _ in rows})
    assert {key: sorted(values) for key, values in found} == {key: [value for other, value in rows if other == key] for key, _ in found}


def test_keys_that_recur() -> None:
    found = recurring(("a", str(number % 7)) for number in range(10))
    assert {number for number in range(7) if hash(("a", str(number))) in found} == {0, 1, 2} and recurring([]) == set()


ARTICLES = Path(__file__).parents[1] / "data" / "articles"
FILES = ("graph.ttl", "graph.html", "build.json")


def shown(folder: Path) -> dict[str, Any]:
    match = re.search(r'<script[^>]*application/json[^>]*>(.*?)</script>', (folder / "graph.html").read_text("utf-8"), re.DOTALL)
    assert match
    found: dict[str, Any] = json.loads(match[1])
    return found


def test_a_build_on_the_disk_equals_one_in_memory_and_a_large_page_keeps_what_is_most_spoken_of(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kg.build([ARTICLES], tmp_path / "a")
    monkeypatch.setattr(spill, "RUN", 5000)
    monkeypatch.setattr(kg.graph, "_PIECE", 500)
    kg.build([ARTICLES], tmp_path / "b")
    assert [(tmp_path / "a" / name).read_bytes() for name in FILES] == [(tmp_path / "b" / name).read_bytes() for name in FILES]
    with kg.open(tmp_path / "a") as one, kg.open(tmp_path / "b") as two:
        assert set(one.store) == set(two.store)
    monkeypatch.setattr(pipeline, "SHOWN", 40)
    (tmp_path / "b" / "build.json").unlink()
    kg.build([], tmp_path / "b")
    every, some = shown(tmp_path / "a"), shown(tmp_path / "b")
    assert some["all"] == every["all"] and len(some["statements"]) == 40 < len(every["statements"])
    named = [[entity for entity in page["entities"] if len(entity) > 5 and entity[5]] for page in (every, some)]
    assert named[0][0][0] in {entity[0] for entity in named[1]}  # the first of all is still there
