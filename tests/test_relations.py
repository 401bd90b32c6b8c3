"""Learned relations: what the shipped weights find in sentences of our own, and what the reading of a sentence must keep to."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg.extract import relations
from kg.extract.coreference import link
from kg.extract.mentions import find_mentions
from kg.extract.quotes import find_quotes
from kg.extract.tree import Tree
from kg.extract.values import find_values
from kg.iris import KG
from kg.parse import load, parse
from kg.records import Mention

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases" / "relations.toml").read_text(encoding="utf-8"))["case"]
needs_weights = pytest.mark.skipif(relations.scorer() is None, reason="onnxruntime, tokenizers or the weights are not installed")


def read(text: str) -> tuple[Tree, list[Mention]]:
    tree = Tree.of(parse(load(), text))
    return tree, link(tree, find_mentions(tree, find_values(tree, "2025-03-12")), find_quotes(tree))[0]


@needs_weights
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:50])
def test_case(case: dict[str, Any]) -> None:
    text = case["text"]
    found = set()
    for claim in relations.relation_claims(*read(text), least=0.0):
        subject, object = claim.arguments
        found.add(f"{text[subject.start:subject.end]} {claim.property.removeprefix(KG)} {text[object.start:object.end]}")
    assert set(case.get("claims", ())) <= found
    assert not set(case.get("none", ())) & found
    if "claims" not in case and "none" not in case:
        assert not found


@needs_weights
def test_claims_keep_to_the_text() -> None:
    text = "It rained. Ida Berg was born in Oslo in 1970 and studied at Lund University. Nobody came."
    claims = relations.relation_claims(*read(text), first_id=7)
    assert [claim.id for claim in claims] == list(range(7, 7 + len(claims)))
    assert len(claims) >= 3
    for claim in claims:
        assert claim.form == "pair" and claim.extractor == "relations" and claim.property.startswith(KG)
        assert all(claim.evidence.start <= a.start < a.end <= claim.evidence.end for a in claim.arguments)
        assert claim.sentence.start <= claim.evidence.start < claim.evidence.end <= claim.sentence.end
        assert 0 < claim.confidence <= 1


@needs_weights
def test_a_sentence_is_read_the_same_among_others() -> None:
    sentence = "Ida Berg was born in Oslo."
    alone = relations.relation_claims(*read(sentence))
    among = relations.relation_claims(*read(f"{sentence} Tom Wu, who founded Delta Works in Malmo in 1999, married Ana Ruiz."))
    assert [(c.property, c.evidence, c.confidence) for c in alone] == [(c.property, c.evidence, c.confidence) for c in among if
                                                                       c.evidence.end <= len(sentence)]


def test_dependency_path_runs_through_the_common_ancestor() -> None:
    tree = Tree("Ida was born in Oslo", ["Ida", "was", "born", "in", "Oslo"], [0, 4, 8, 13, 16], ["Ida", "be", "bear", "in", "Oslo"],
                ["PROPN", "AUX", "VERB", "ADP", "PROPN"], ["NNP", "VBD", "VBN", "IN", "NNP"],
                ["nsubjpass", "auxpass", "ROOT", "prep", "pobj"], [2, 2, 2, 2, 3], [(0, 5)], [])
    assert relations.dependency_path(tree, 0, 4) == [2, 3]
    assert relations.dependency_path(tree, 4, 0) == [3, 2]
    assert relations.dependency_path(tree, 4, 3) == []


def test_pools_average_path_and_stretch_between() -> None:
    weights = relations.pools(np.array([[0, 1], [0, 3]]), np.array([1, 4]), np.array([3, 4]), 5)
    assert weights.tolist() == [[0, 0.5, 0, 0.5, 0, 0, 0.5, 0.5, 0, 0], [0] * 10]


def test_mentions_of_one_entity_share_what_is_said_of_them() -> None:
    group = [relations.Candidate(n, n + 1, n, 0, n, entity) for n, entity in enumerate((5, 5, 7, -1, 5, -1))]
    none = np.zeros(0, dtype=np.int64)
    item = relations.Item(none, none, none, none, np.array([[0, 2], [1, 2], [2, 0], [0, 3], [1, 5]]), none, group)
    scores = np.array([[1.0, -2.0], [-1.0, 2.0], [9.0, 9.0], [3.0, 3.0], [5.0, 5.0]], dtype=np.float32)
    assert relations.spread(scores, item, 0.5).tolist() == [[1, 0], [0, 2], [9, 9], [3, 3], [5, 5]]
    assert relations.spread(scores, item, 0.0).tolist() == scores.tolist()


def test_distances_tell_which_mention_stands_first() -> None:
    spans = np.array([[1, 3], [6, 7]])
    start, end, gap = relations.gaps(spans, np.array([[0, 1], [1, 0]]))
    assert (start.tolist(), end.tolist()) == ([3, 3], [6, 6])
    near, far = relations.distance_bucket(gap)
    assert near != far


def test_every_property_is_in_the_ontology() -> None:
    text = (Path(__file__).parents[1] / "ontology" / "newskg.ttl").read_text(encoding="utf-8")
    for local, _, label in relations.PROPERTIES.values():
        assert f"\nkg:{local} a owl:" in text
        assert f'rdfs:label "{label}"' in text


@needs_weights
def test_a_claim_is_sure_and_a_birth_is_told() -> None:
    tree, mentions = read("Nils Holm, a boy from Lund, was arrested. Eva Lind was born in Malmö.")
    claims = relations.relation_claims(tree, mentions, least=0.0)
    born = {tree.text[c.arguments[0].start:c.arguments[0].end] for c in claims if c.property == KG + "bornIn"}
    assert born == {"Eva Lind"}
    assert relations.relation_claims(tree, mentions) == [c for c in claims if c.confidence >= relations.LEAST]
