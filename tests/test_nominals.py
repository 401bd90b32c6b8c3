"""Facts in noun phrases: the cases of cases/nominals.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from kg.extract.mentions import find_mentions
from kg.extract.nominals import nominal_claims
from kg.extract.repair import repair
from kg.extract.tree import Tree
from kg.extract.values import find_values
from kg.parse import load, parse

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases" / "nominals.toml").read_text(encoding="utf-8"))[
    "case"
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:50])
def test_case(case: dict[str, Any]) -> None:
    text = case["text"]
    tree = repair(Tree.of(parse(load(), text)))
    claims = nominal_claims(tree, find_mentions(tree, find_values(tree, "2025-03-12")))
    found = [f"{c.form} {c.lemma} | " + "; ".join(f"{a.role}={text[a.start : a.end]}" for a in c.arguments) for c in claims]
    assert found == case["claims"]
    assert [c.id for c in claims] == list(range(len(claims)))
    for claim in claims:
        assert all(claim.evidence.start <= a.start < a.end <= claim.evidence.end for a in claim.arguments)
