"""Who says it, and how sure: the cases of cases/attribution.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from kg.extract import read_claims
from kg.extract.attribution import attribute
from kg.extract.clauses import clause_claims, find_clauses
from kg.extract.mentions import find_mentions
from kg.extract.nominals import nominal_claims
from kg.extract.quotes import find_quotes
from kg.extract.repair import repair
from kg.extract.tree import Tree
from kg.extract.values import find_values
from kg.parse import load, parse
from kg.records import Article, Claim, Mention

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases" / "attribution.toml").read_text(encoding="utf-8"))[
    "case"
]


def read(text: str) -> tuple[list[Mention], list[Claim]]:
    """Return mentions and attributed claims of a text."""
    tree = repair(Tree.of(parse(load(), text)))
    mentions = find_mentions(tree, find_values(tree, "2025-03-12"))
    clauses = find_clauses(tree)
    claims = clause_claims(tree, clauses, mentions) + nominal_claims(tree, mentions)
    return mentions, attribute(tree, mentions, find_quotes(tree), clauses, claims)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['text'][:50]} {case['predicate']}")
def test_case(case: dict[str, Any]) -> None:
    text = case["text"]
    mentions, claims = read(text)
    claim = next(c for c in claims if c.lemma == case["predicate"])

    def words(mention: int | None) -> str:
        return "" if mention is None else text[mentions[mention].start : mentions[mention].end]

    found = {
        "polarity": claim.polarity,
        "certainty": claim.certainty,
        "status": claim.status,
        "speaker": words(claim.speaker),
        "source": words(claim.source),
        "cue": text[claim.cue.start : claim.cue.end] if claim.cue else "",
    }
    plain = {"polarity": "Positive", "certainty": "Certain", "status": "Asserted", "speaker": "", "source": "", "cue": ""}
    assert found == plain | {key: value for key, value in case.items() if key in plain}
    assert case.get("tense", claim.tense) == claim.tense


def test_thousand_nested_clauses_are_read() -> None:
    _, claims = read("He said that " * 1000 + "it rained.")
    assert claims[-1].status == "Claimed"


def test_what_two_say_together_is_a_claim_of_each() -> None:
    text = "Ann Roe and Tom Hale said that the mill would close."
    article = Article("a", text)
    extraction = read_claims(article, Tree.of(parse(load(), text)))
    closing = [c for c in extraction.claims if c.lemma == "close"]
    names = {m.id: text[m.start : m.end] for m in extraction.mentions}
    assert [names[c.speaker] for c in closing if c.speaker is not None] == ["Ann Roe", "Tom Hale"]
    assert [c.id for c in extraction.claims] == list(range(len(extraction.claims)))


def test_a_verb_of_saying_has_the_quote_beside_it_as_object() -> None:
    text = "Mauer did not stay. \"The mine is closed,\" he said on Monday, and left."
    extraction = read_claims(Article("a", text), Tree.of(parse(load(), text)))
    [said] = [c for c in extraction.claims if c.lemma == "say"]
    assert "The mine is closed" in [text[a.start : a.end] for a in said.arguments if a.role == "clause"]
