"""What articles say alike, by how many voices, and where they contradict one another."""

from __future__ import annotations

import random
from typing import Any

import pytest

from kg.facts.agree import Dispute, disputes, facts
from kg.iris import KG
from kg.records import Article, Entity, RdfLiteral, Span, Statement

BASE = "https://x.example/"
E = f"{BASE}entity/"
TEXTS = {"a1": "Delta Works paid Harbour Trust 200.",
         "a2": "It paid about 200 crowns.", "a3": "It paid at least 40.", "a4": "Nothing.", "a5": "Nothing."}
ARTICLES = [Article("a1", TEXTS["a1"], publisher="Herald"), Article("a2", TEXTS["a2"], publisher="Courier"),
            Article("a3", TEXTS["a3"], url="https://www.gazette.example/1"), Article("a4", TEXTS["a4"], publisher=" HERALD "),
            Article("a5", TEXTS["a5"], url="https://gazette.example/2")]
ENTITIES = [Entity(E + name, name.title().replace("-", " "), (kind,), named) for name, kind, named in [
    ("delta-works", "Company", True), ("harbour-trust", "Organization", True),
    ("ana-ruiz", "Person", True), ("jan-holt", "Person", True),
    ("oslo", "City", True), ("bergen", "City", True), ("norway", "Country", True), ("old-bergen", "City", True),
    ("15-miners", "Group", False), ("12-miners", "Group", False),
    ("west-side", "City", True)]]
FUNCTIONAL = {KG + "bornOn", KG + "bornIn"}


def said(article: str, property: str = "paid", object: str | RdfLiteral = E + "harbour-trust", subject: str = "delta-works",
         amount: str = "", **more: Any) -> Statement:
    qualifiers = ((KG + "amount", RdfLiteral(amount, "xsd:decimal")), (KG + "currency", RdfLiteral("EUR"))) if amount else ()
    fields: dict[str, Any] = {"label": "", "wording": "", "evidence": (Span(0, len(TEXTS[article])),), "qualifiers": qualifiers, **more}
    one = Statement(id="", article=article, subject=E + subject, property=KG + property, object=object, **fields)
    return Statement(**{**{name: getattr(one, name) for name in one.__struct_fields__}, "id": f"{hash_of(one)}"})


def hash_of(one: Statement) -> str:
    from kg.iris import digest

    return digest(repr(one))


def found(*statements: Statement, copies: dict[str, str] | None = None) -> list[Dispute]:
    return disputes(statements, ARTICLES, ENTITIES, copies or {}, BASE, FUNCTIONAL)


@pytest.mark.parametrize(("articles", "copies", "more", "expected"), [
    ("a1 a2", {}, {}, (2, 2)),
    ("a1 a4", {}, {}, (2, 1)),  # one publisher
    ("a3 a5", {}, {}, (2, 1)),  # one host
    ("a1 a2 a3", {"a2": "a1"}, {}, (3, 2)),  # agency copy
    ("a1 a2 a3", {}, {"source": E + "agency"}, (3, 1)),  # all report from one agency
    ("a1 a2 a3", {}, {"status": "Claimed", "speaker": E + "ana-ruiz"}, (3, 1)),  # one speaker, wherever quoted
])
def test_support_counts_independent_voices(articles: str, copies: dict[str, str], more: dict[str, Any], expected: tuple[int, int]) -> None:
    [fact] = facts([said(key, **more) for key in articles.split()], ARTICLES, copies, BASE)
    assert (fact.articles, fact.support) == expected


def test_facts_join_what_is_alike_only() -> None:
    same = [said("a1", "position", RdfLiteral("Mayor")), said("a2", "position", RdfLiteral("mayor"))]
    apart = [said("a1"), said("a2", polarity="Negative"), said("a3", status="Claimed"), said("a1", amount="5")]
    assert [fact.statements for fact in facts(same + apart, ARTICLES, {}, BASE)] == [tuple(sorted(one.id for one in same))]
    turned = [said("a1", "met"), said("a2", "met", E + "delta-works", "harbour-trust")]
    assert facts(turned, ARTICLES, {}, BASE) == []
    assert len(facts(turned, ARTICLES, {}, BASE, {KG + "met"})) == 1


date = RdfLiteral
DISPUTES: list[tuple[str, Statement, Statement]] = [
    ("polarity", said("a1"), said("a2", polarity="Negative")),
    ("polarity", said("a1", status="Claimed", speaker=E + "ana-ruiz"), said("a1", polarity="Negative")),
    ("polarity", said("a1", when=date("2024", "xsd:gYear")), said("a2", polarity="Negative", when=date("2024-05", "xsd:gYearMonth"))),
    ("value", said("a1", "bornOn", date("1970-05-03", "xsd:date")), said("a2", "bornOn", date("1971", "xsd:gYear"))),
    ("value", said("a1", "bornIn", E + "oslo"), said("a2", "bornIn", E + "bergen")),
    ("number", said("a1", amount="200"), said("a2", amount="320")),
    ("number", said("a4", amount="1000000"), said("a5", amount="1200000")),
    ("number", said("a4", "population", RdfLiteral("51234", "xsd:integer")), said("a5", "population", RdfLiteral("48000", "xsd:integer"))),
    ("number", said("a4", "killed", E + "15-miners"), said("a5", "killed", E + "12-miners")),
    ("number", said("a4", "sentencedTo", RdfLiteral("P2Y", "xsd:duration")),
     said("a5", "sentencedTo", RdfLiteral("P30M", "xsd:duration"))),
]
AGREED: list[tuple[str, Statement, Statement]] = [
    ("one voice", said("a1"), said("a1", polarity="Negative")),
    ("one speaker", said("a1", status="Claimed", speaker=E + "ana-ruiz"),
     said("a2", polarity="Negative", status="Claimed", speaker=E + "ana-ruiz")),
    ("asked, not said", said("a1"), said("a2", polarity="Negative", status="Asked")),
    ("may be", said("a1", certainty="Possible"), said("a2", polarity="Negative")),
    ("other times", said("a1", when=date("2024-05", "xsd:gYearMonth")), said("a2", polarity="Negative", when=date("2023", "xsd:gYear"))),
    ("will and did", said("a1", tense="Future"), said("a2", polarity="Negative", tense="Past")),
    ("less exact date", said("a1", "bornOn", date("1970-05-03", "xsd:date")), said("a2", "bornOn", date("1970", "xsd:gYear"))),
    ("vague date", said("a1", "bornOn", date("1970-05", "xsd:gYearMonth")), said("a2", "bornOn", date("1970~", "edtf:EDTF"))),
    ("a country and its town", said("a1", "bornIn", E + "oslo"), said("a2", "bornIn", E + "norway")),
    ("a name in the other's", said("a1", "bornIn", E + "bergen"), said("a2", "bornIn", E + "old-bergen")),
    ("not functional", said("a1", "visited", E + "oslo"), said("a2", "visited", E + "bergen")),
    ("rounded", said("a4", amount="200"), said("a5", amount="203")),
    ("about", said("a2", amount="200"), said("a4", amount="217")),
    ("at least", said("a3", amount="40"), said("a4", amount="52")),
    ("written otherwise", said("a4", amount="5"), said("a5", amount="5.0")),
    ("one length", said("a4", "sentencedTo", RdfLiteral("P2Y6M", "xsd:duration")),
     said("a5", "sentencedTo", RdfLiteral("P30M", "xsd:duration"))),
    ("no number", said("a4", amount="5"), said("a5", amount="many")),
]


@pytest.mark.parametrize(("kind", "left", "right"), DISPUTES)
def test_disputes(kind: str, left: Statement, right: Statement) -> None:
    [dispute] = found(left, right)
    assert (dispute.kind, dispute.statements) == (kind, tuple(sorted((left.id, right.id))))
    assert len(dispute.sides) == 2
    assert found(right, left) == [dispute]
    assert not found(left, right, copies={"a2": "a1", "a5": "a4"}) or left.speaker  # a copy is the same voice


@pytest.mark.parametrize(("why", "left", "right"), AGREED, ids=[row[0] for row in AGREED])
def test_no_disputes(why: str, left: Statement, right: Statement) -> None:
    assert found(left, right) == []


def test_a_town_in_the_other_is_no_dispute() -> None:
    born = [said("a1", "bornIn", E + "west-side"), said("a2", "bornIn", E + "oslo")]
    assert found(*born) and not found(*born, said("a3", "locatedIn", E + "oslo", "west-side"))


def test_ends_of_a_symmetric_property_change_places() -> None:
    told = [said("a1", "met", E + "jan-holt", "ana-ruiz"), said("a2", "met", E + "ana-ruiz", "jan-holt", polarity="Negative")]
    assert not found(*told)
    assert len(disputes(told, ARTICLES, ENTITIES, {}, BASE, FUNCTIONAL, {KG + "met"})) == 1


def test_order_does_not_count() -> None:
    statements = [one for _, left, right in DISPUTES + AGREED for one in (left, right)]
    expected = found(*statements), facts(statements, ARTICLES, {}, BASE)
    for seed in range(5):
        random.Random(seed).shuffle(statements)
        assert (found(*statements), facts(statements, ARTICLES[::-1], {}, BASE)) == expected
