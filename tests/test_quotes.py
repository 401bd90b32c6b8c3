"""Direct speech: the cases of cases/quotes.toml, and that no marks can break it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.extract.quotes import find_quotes
from kg.extract.repair import repair
from kg.extract.tree import Tree
from kg.parse import load, parse

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases" / "quotes.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:50])
def test_case(case: dict[str, Any]) -> None:
    tree = repair(Tree.of(parse(load(), case["text"])))
    found = [
        f"{tree.words[q.speaker] if q.speaker >= 0 else '-'} | {tree.cut(q.cue[0], q.cue[-1] + 1) if q.cue else '-'} | "
        f"{tree.cut(q.first, q.end)}"
        for q in find_quotes(tree)
    ]
    assert found == case["quotes"]


def test_an_article_may_end_in_a_comma_behind_a_quote() -> None:
    assert find_quotes(Tree.of(parse(load(), '" Roe " ,'))) == []



@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(['"', "“", "”", "''", "\n\n", "Roe", "said", ",", ".", "it", "rained", ":", "-", "according", "to"]),
        max_size=25,
    )
)
def test_any_marks_give_ordered_quotes_inside_the_text(words: list[str]) -> None:
    tree = Tree.of(parse(load(), " ".join(words)))
    end = 0
    for quote in find_quotes(tree):
        assert end <= quote.first < quote.end <= len(tree)
        assert -1 <= quote.speaker < len(tree)
        end = quote.end
