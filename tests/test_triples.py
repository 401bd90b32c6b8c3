"""Claims as binary triples: wordings, spans, and the lines that ``kg extract`` writes."""

from __future__ import annotations

import pytest

from kg.exchange.triples import mention_lines, triple_lines, triples
from kg.extract import read_claims
from kg.extract.tree import Tree
from kg.parse import load, parse
from kg.records import Article, Extraction

CASES = [
    ("Ana Ruiz founded Delta Works in 1999.", ["Ana Ruiz | founded | Delta Works", "Ana Ruiz | founded Delta Works in | 1999"]),
    ("The bridge was built by Delta Works.", ["The bridge | was built by | Delta Works"]),
    ("On Friday the firm closed the mine.", ["the firm | closed | the mine", "the firm | closed the mine On | Friday"]),
    (
        "The town saved money by closing the mine.",
        ["The town | saved | money", "The town | saved money by closing | the mine", "The town | closing | the mine"],
    ),
    (
        "The mayor asked the firm to sign the deal.",
        ["The mayor | asked | the firm", "The mayor | asked the firm to sign | the deal", "the firm | to sign | the deal"],
    ),
    ("There is no evidence of fraud.", ["There | is | no evidence of fraud"]),
    ("The company is responsible for the bridge.", ["The company | is responsible for | the bridge"]),
    ("The end of the war surprised the people of Lima.", ["The end of the war | surprised | the people of Lima"]),
]


def extraction(text: str) -> Extraction:
    return read_claims(Article("a", text, published="2025-03-12"), Tree.of(parse(load(), text)))


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: value[:40] if isinstance(value, str) else "")
def test_wording(text: str, expected: list[str]) -> None:
    found = [f"{t.subject} | {t.predicate} | {t.object}" for t in triples(extraction(text)) if t.claim.extractor == "clauses"]
    assert found == expected


def test_names_and_times_are_further_arguments_of_the_first_triple() -> None:
    lines = list(triple_lines(extraction("Ana Ruiz founded Delta Works in 1999."), "d1"))
    first = lines[0]
    assert (first["doc"], first["args"], first["property"], first["status"]) == ("d1", ["in 1999"], None, "Asserted")
    assert first["subject_span"] == [0, 8]
    assert first["sentence"] == "Ana Ruiz founded Delta Works in 1999."


def test_what_an_earlier_sentence_introduced_goes_by_its_label() -> None:
    lines = triple_lines(extraction("Ana Ruiz founded the firm. Ruiz sold the firm in 2010."))
    assert "Ana Ruiz | sold" in {f"{line['subject']} | {line['predicate']}" for line in lines}


def test_an_earlier_name_is_written_as_it_stands() -> None:
    found = triples(extraction("Fjordbank, formerly Norwick Savings, opened a hall. Norwick Savings lent money in 2010."))
    assert ("Norwick Savings", "lent", "money") in [(t.subject, t.predicate, t.object) for t in found]


def test_mention_lines_cut_from_the_text() -> None:
    text = "Ana Ruiz sued the city of Lima."
    for line in mention_lines(extraction(text)):
        start, end = line["start"], line["end"]
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert text[start:end] == line["text"]
