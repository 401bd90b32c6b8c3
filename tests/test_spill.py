"""What is put on the disk comes back: records in their order, rows by their keys."""

from pathlib import Path

import pytest

from kg import spill
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
