"""The confidence of claims: a calibrated number, the same each time, that falls where extraction is known to be weak."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from kg.extract import read_claims
from kg.extract.confidence import features, model, rate
from kg.extract.tree import Tree
from kg.parse import load, parse
from kg.records import Article, Claim, Extraction

ROOT = Path(__file__).parents[1]


def read(text: str) -> Extraction:
    return read_claims(Article("a", text), Tree.of(parse(load(), text)))


def claim(text: str, lemma: str) -> Claim:
    """Return the claim of `text` with the predicate `lemma`."""
    return next(claim for claim in read(text).claims if claim.lemma == lemma)


#: (surer, less sure, the predicate): one thing makes the second harder each time
PAIRS = [
    ("Ana Ruiz sued the city over the mill.", "Nobody there thought of it as a reason to sue her.", "sue"),
    ("Ana Ruiz sued the city.", "Lawyers, judges, clerks, jurors, bailiffs and reporters sued the city, the port and the mill.", "sue"),
    ("The board closed the mine.", "It closed it.", "close"),
]


@pytest.mark.parametrize(("surer", "less", "lemma"), PAIRS, ids=lambda value: value[:40])
def test_harder_is_less_sure(surer: str, less: str, lemma: str) -> None:
    assert claim(surer, lemma).confidence > claim(less, lemma).confidence


def test_range_and_rounding() -> None:
    text = ("Ana Ruiz, the mayor's lawyer, said that the city had never paid the firm. IT WAS ALL OVER; whoever (if any) came "
            "left early, hoping to sell the mill, and the board and the bank, which owned it, agreed.")
    found = read(text).claims
    assert len(found) > 5
    assert all(0 < claim.confidence < 1 and claim.confidence == round(claim.confidence, 3) for claim in found)
    assert len({claim.confidence for claim in found if claim.extractor == "clauses"}) > 3


def test_the_same_each_time() -> None:
    text = "The bank bought the mill in 2019 and sold it to Ana Ruiz, who closed it."
    assert read(text) == read(text)


def test_claims_that_were_not_read_from_clauses_have_one_number_a_form() -> None:
    text = "Architect Ana Ruiz met Bo Lind, a painter."
    tree, extraction = Tree.of(parse(load(), text)), read(text)
    found = {claim.form: claim.confidence for claim in extraction.claims if claim.extractor == "nominals"}
    assert found
    assert found == {form: model().forms[form] for form in found}
    other = [Claim(0, "pair", "spouse", "spouse", c.predicate, c.arguments, c.evidence, c.sentence, confidence=0.42, extractor="relations")
             for c in extraction.claims[:1]]
    assert [c.confidence for c in rate(tree, extraction.mentions, other)] == [0.42]


def test_weights_are_of_features_that_exist() -> None:
    text = "Ana Ruiz has sold the mill to the bank."
    tree, extraction = Tree.of(parse(load(), text)), read(text)
    known = {name for names in features(tree, extraction.mentions, extraction.claims) for name in names}
    assert len(known & set(model().weights)) > 5
    assert {"title", "apposition", "possessive", "noun", "compound"} <= set(model().forms)


def test_page_shows_the_figures_of_these_weights() -> None:
    """A change of the weights without a new measurement would leave a false table of reliability."""
    digest = hashlib.sha256((ROOT / "kg/extract/data/confidence.json").read_bytes()).hexdigest()[:16]
    page = (ROOT / "docs/benchmarks.md").read_text("utf-8")
    assert digest in page, "run scripts/train_confidence ../shared, which writes docs/benchmarks.md"
