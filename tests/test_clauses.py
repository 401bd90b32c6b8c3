"""Clauses and their claims: the cases of cases/clauses.toml, links between clauses, and odd input."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extract.clauses import clause_claims, find_clauses
from kg.extract.mentions import find_mentions
from kg.extract.repair import repair
from kg.extract.tree import Tree
from kg.extract.values import find_values
from kg.parse import load, parse

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases" / "clauses.toml").read_text(encoding="utf-8"))[
    "case"
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:50])
def test_case(case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    if "xfail" in case:
        request.applymarker(pytest.mark.xfail(reason=case["xfail"], strict=True))
    text = case["text"]
    tree = repair(Tree.of(parse(load(), text)))
    clauses = find_clauses(tree)
    assert [f"{tree.words[clause.verb]} {clause.type}" for clause in clauses] == case["clauses"]
    claims = clause_claims(tree, clauses, find_mentions(tree, find_values(tree, "")))
    found = [f"{c.phrase} [{c.lemma}] | " + "; ".join(f"{a.role}={text[a.start : a.end]}" for a in c.arguments) for c in claims]
    assert found == case["claims"]
    if "evidence" in case:
        assert [text[c.evidence.start : c.evidence.end] for c in claims] == case["evidence"]


def test_links_between_clauses() -> None:
    tree = Tree.of(parse(load(), "The mayor denied that the city had paid the firm, because nobody signed."))
    denied, paid, signed = find_clauses(tree)
    assert (denied.clauses, paid.parent, paid.relation) == ((paid.id,), denied.id, "ccomp")
    assert tree.words[signed.marks[0]] == "because"
    first, second, _ = clause_claims(tree, [denied, paid, signed], [])
    assert first.predicate.start == tree.starts[denied.verb]
    assert [a.claim for a in first.arguments if a.role == "clause"] == [second.id]


def test_negation_and_auxiliaries_are_shared() -> None:
    tree = Tree.of(parse(load(), "The firm will not close or sell the mine."))
    for clause in find_clauses(tree):
        assert [tree.words[a] for a in clause.auxiliaries] == ["will"]
        assert [tree.words[n] for n in clause.negations] == ["not"]


@pytest.mark.parametrize(
    "text", ["", "MAYOR QUITS", "a | b | c\n1 | 2 | 3", "¿Dónde está?", "…", "of of of", "https://x.example/y?z"]
)
def test_text_without_clauses(text: str) -> None:
    tree = repair(Tree.of(parse(load(), text)))
    clauses = find_clauses(tree)
    for claim in clause_claims(tree, clauses, []):
        assert 0 <= claim.evidence.start < claim.evidence.end <= len(text)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_tree(data: st.DataObject) -> None:
    """No tree, however odd its labels, breaks the rules; arguments stay within the text and the evidence holds them."""
    size = data.draw(st.integers(1, 14))
    pick = st.sampled_from
    words = data.draw(
        st.lists(pick(["who", "not", "of", "sold", ",", "and", "in", "order", "that", "Oslo"]), min_size=size, max_size=size)
    )
    heads = [0] + [data.draw(st.integers(0, i - 1)) for i in range(1, size)]
    deps = data.draw(
        st.lists(
            pick(
                [
                    "nsubj",
                    "nsubjpass",
                    "dobj",
                    "conj",
                    "cc",
                    "relcl",
                    "xcomp",
                    "ccomp",
                    "advcl",
                    "acl",
                    "prep",
                    "pobj",
                    "pcomp",
                    "attr",
                    "acomp",
                    "agent",
                    "aux",
                    "neg",
                    "expl",
                    "advmod",
                ]
            ),
            min_size=size,
            max_size=size,
        )
    )
    pos = data.draw(st.lists(pick(["VERB", "AUX", "NOUN", "PROPN", "ADP", "PRON", "ADJ"]), min_size=size, max_size=size))
    tags = data.draw(
        st.lists(pick(["VBD", "VBN", "VBG", "VB", "NN", "NNS", "IN", "WP", "WDT", "WRB"]), min_size=size, max_size=size)
    )
    offsets = [sum(len(word) + 1 for word in words[:i]) for i in range(size)]
    tree = Tree(" ".join(words), words, offsets, words, pos, tags, ["ROOT", *deps[1:]], heads, [(0, size)], [])
    clauses = find_clauses(tree)
    assert [clause.id for clause in clauses] == list(range(len(clauses)))
    claims = clause_claims(tree, clauses, [])
    for claim in claims:
        for argument in claim.arguments:
            assert claim.evidence.start <= argument.start < argument.end <= claim.evidence.end
            assert argument.claim is None or 0 <= argument.claim < len(claims)


def test_one_endless_sentence_takes_linear_time() -> None:
    """Ten thousand coordinated clauses, by hand: the parser itself is not the subject."""

    def seconds(clauses: int) -> float:
        words = ["Ann", "left", "and"] * clauses
        size = len(words)
        heads = [i + 1 if i % 3 == 0 else max(1, i - 3) if i % 3 == 1 else i - 1 for i in range(size)]
        heads[1] = 1
        tree = Tree(
            " ".join(words),
            words,
            [i // 3 * 13 + (0, 4, 9)[i % 3] for i in range(size)],
            words,
            ["PROPN", "VERB", "CCONJ"] * clauses,
            ["NNP", "VBD", "CC"] * clauses,
            ["nsubj", "conj", "cc"] * clauses,
            heads,
            [(0, size)],
            [],
        )
        start = time.process_time()
        assert len(clause_claims(tree, find_clauses(tree), [])) == clauses
        return time.process_time() - start

    assert seconds(8000) < 20 * seconds(1000) + 0.2
