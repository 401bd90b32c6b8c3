"""The confidence of statements: falls where a reader would doubt, the same each time, from weights that were measured."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest

from kg.extract import read_claims
from kg.extract.tree import Tree
from kg.ground import entity_types, ground
from kg.ontology import load as load_ontology
from kg.parse import load, parse
from kg.rating import Model, log_odds, model, probability
from kg.records import Article, Claim, Statement
from kg.resolve import resolve

ROOT = Path(__file__).parents[1]


def read(text: str, noted: list[list[str]] | None = None) -> list[Statement]:
    """Return the statements of `text`; `noted` takes the signs of each."""
    extraction = read_claims(Article("a", text), Tree.of(parse(load(), text)))
    ontology = load_ontology()
    types = {("a", local): names for local, names in entity_types(extraction, ontology).items()}
    entity_of = {local: entity for entity in resolve([extraction], types) for _, local in entity.members}

    def rate(claim: Claim, signs: list[str]) -> float:
        if noted is not None:
            noted.append(signs)
        return probability(claim.confidence, signs)

    return ground(extraction, entity_of, ontology, rate)


#: (surer, less sure, the property): one thing makes the second harder each time
PAIRS = [
    ("Ana Ruiz sued the city.", "Bo Lind met Ana Ruiz, and Eva Holm saw Bo Lind. He sued the city.", "sued"),
    ("Ana Ruiz sued the city.", "Ana Ruiz, whom the mayor of Marlow, Bo Lind, and the port, the mill and the bank had all promised to "
     "pay for the land that they took, sued the city.", "sued"),
]


@pytest.mark.parametrize(("surer", "less", "name"), PAIRS, ids=lambda value: value[-40:])
def test_harder_is_less_sure(surer: str, less: str, name: str) -> None:
    one, other = (next(s for s in read(text) if s.property.endswith(name)) for text in (surer, less))
    assert one.confidence > other.confidence


def test_signs_tell_how_a_statement_was_made() -> None:
    noted: list[list[str]] = []
    read("Ana Ruiz is a lawyer. She said that the bank had never paid one of the clerks.", noted)
    signs = {sign for one in noted for sign in one}
    assert {"described", "subject name", "subject pronoun for a name", "negative", "status Claimed", "speaker pronoun for a name"} <= signs
    assert len(signs & set(model().weights)) > 15


def test_range_and_rounding() -> None:
    found = read("Ana Ruiz, the mayor's lawyer, said that the city had never paid the firm. The board, which owned it, agreed.")
    assert len(found) > 3
    assert all(0 < one.confidence < 1 and one.confidence == round(one.confidence, 3) for one in found)


def test_probability() -> None:
    weights = Model(0.5, 1.0, {"a": -1.0, "b": 2.0})
    assert probability(0.5, [], weights) == 0.622
    assert probability(0.5, ["a", "unknown"], weights) == 0.378
    assert probability(0.5, ["a", "b"], weights) == 0.818
    assert log_odds(0.5) == 0
    assert log_odds(0.0) == pytest.approx(-log_odds(1.0))


def test_labels_hold_no_text() -> None:
    with (ROOT / "data/gold/readings.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) > 1500
    assert {row["verdict"] for row in rows} == {"right", "wrong"}
    assert {row["kind"] for row in rows if row["verdict"] == "wrong"} <= {
        "subject", "relation", "object", "polarity", "status", "speaker", "time", "type", "nothing"}
    assert all(row["kind"] == "" for row in rows if row["verdict"] == "right")
    assert all(row["start"].isdigit() and row["end"].isdigit() and len(row["hash"]) == 12 for row in rows)
    assert all(len(row["doc"]) < 40 and " " not in row["doc"] for row in rows)


def test_page_shows_the_figures_of_these_weights() -> None:
    """A change of the weights without a new measurement would leave a false table of reliability."""
    data = (ROOT / "kg/data/rating.json").read_bytes()
    assert set(json.loads(data)) == {"bias", "claim", "weights"}
    page = (ROOT / "docs/benchmarks.md").read_text("utf-8")
    assert hashlib.sha256(data).hexdigest()[:16] in page, "run scripts/train_confidence ../shared, which writes docs/benchmarks.md"
