"""Mentions of one event are one, told by verbs or nouns, in one article or several; what clashes stays apart."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kg
from kg.cli import main
from kg.facts.events import Happening, happenings
from kg.iris import KG, digest
from kg.ontology import load
from kg.records import Article, Entity, Grounded, RdfLiteral, Span, Statement

BASE = "https://x.example/"
E = f"{BASE}entity/"
ONTOLOGY = load()
ARTICLES = [Article("a1", "x", published="2024-05-03"), Article("a2", "x", published="2024-05-10"),
            Article("a3", "x", published="2027-01-01")]
PEOPLE = [("otto-vik", "Person"), ("carl-moe", "Person"), ("lena-dahl", "Person"), ("bergen", "City"), ("oslo", "City"), ("lysk", "City"),
          ("norway", "Country"),
          ("harbour-trust", "Organization"), ("delta-works", "Company")]
NOUNS = [("shooting--a1", "shooting", "Shooting", "a1"), ("shooting--a2", "shooting", "Shooting", "a2"),
         ("other--a1", "second shooting", "Shooting", "a1"),
         ("lawsuit--a1", "lawsuit", "Lawsuit", "a1"),
         ("flood--a1", "Lysk flood", "Disaster", "a1"), ("flood--a2", "Lysk flood", "Disaster", "a2"),
         ("guard--a1", "guard", "Person", "a1"), ("guard--a2", "guard", "Person", "a2")]
ENTITIES = [Entity(E + name, name.replace("-", " ").title(), (kind,), True, members=(("a1", n), ("a2", n)))
            for n, (name, kind) in enumerate(PEOPLE)] + [
    Entity(E + name, label, (kind,), False, members=((article, 20 + n),)) for n, (name, label, kind, article) in enumerate(NOUNS)]
DAY = RdfLiteral("2024-05-02", "xsd:date")


START = [0]


def said(article: str, property: str, subject: str, object: str | RdfLiteral, place: str = "", **more: Any) -> Statement:
    START[0] += 2  # each in a place of its own
    qualifiers = ((KG + "place", E + place),) if place else ()
    place_in_text = (Span(START[0], START[0] + 1),)
    fields: dict[str, Any] = {"article": article, "subject": E + subject, "property": KG + property, "label": "", "wording": "",
                              "object": object if isinstance(object, RdfLiteral) else E + object, "evidence": place_in_text,
                              "qualifiers": qualifiers, **more}
    return Statement(id=digest(repr(sorted(fields.items(), key=lambda item: item[0]))), **fields)


def found(*statements: Statement, nouns: str = "") -> list[Happening]:
    kept = [one for one in ENTITIES if one.named or "guard" in one.iri or one.iri.removeprefix(E) in nouns.split()]
    return happenings(told(statements, kept), ONTOLOGY, BASE)


def told(statements: Iterable[Statement], entities: Sequence[Entity], articles: Sequence[Article] = ARTICLES) -> list[Grounded]:
    here = [(article, [one for one in entities if one.named or one.members[0][0] == article.id]) for article in articles]
    return [Grounded(article, tuple(some), tuple(one for one in statements if one.article == article.id)) for article, some in here]


SHOT = said("a1", "shot", "otto-vik", "carl-moe", "bergen", when=DAY)
TRUE = RdfLiteral("true", "xsd:boolean")


def test_roles_time_and_place_are_gathered() -> None:
    [event] = found(SHOT, said("a1", "wasShot", "carl-moe", TRUE), said("a1", "victimOf", "carl-moe", "shooting--a1"), nouns="shooting--a1")
    assert (event.type, event.label, event.agents, event.patients, event.places, event.when) == (
        "Shooting", "shooting of Carl Moe", (E + "otto-vik",), (E + "carl-moe",), (E + "bergen",), (DAY,))
    assert len(event.statements) == 3 and event.entities == (E + "shooting--a1",) and len(event.reasons) == 2


@pytest.mark.parametrize(("left", "right"), [
    (SHOT, said("a2", "shot", "otto-vik", "carl-moe")),
    (SHOT, said("a2", "wasShot", "carl-moe", TRUE, "bergen")),
    (SHOT, said("a2", "wasShot", "carl-moe", TRUE, when=RdfLiteral("2024-05", "xsd:gYearMonth"))),
    (SHOT, said("a2", "shot", "otto-vik", "carl-moe", "norway", when=RdfLiteral("2024", "xsd:gYear"))),
    (said("a1", "sued", "harbour-trust", "delta-works"), said("a2", "sued", "harbour-trust", "delta-works")),
])
def test_joined_across_articles(left: Statement, right: Statement) -> None:
    [event] = found(left, right)
    assert event.articles == ("a1", "a2") and event.reasons[0].startswith("across articles: ")
    assert found(right, left) == [event]


@pytest.mark.parametrize(("why", "left", "right"), [
    ("other victims", SHOT, said("a2", "shot", "otto-vik", "lena-dahl", "bergen", when=DAY)),
    ("other days", SHOT, said("a2", "shot", "otto-vik", "carl-moe", when=RdfLiteral("2024-05-03", "xsd:date"))),
    ("other towns", SHOT, said("a2", "shot", "otto-vik", "carl-moe", "oslo")),
    ("one thing in common", SHOT, said("a2", "wasShot", "carl-moe", TRUE)),
    ("no names", said("a1", "shot", "guard--a1", "guard--a1"), said("a2", "shot", "guard--a2", "guard--a2")),
    ("years between", said("a1", "sued", "harbour-trust", "delta-works"), said("a3", "sued", "harbour-trust", "delta-works")),
    ("other kinds", SHOT, said("a2", "sued", "otto-vik", "carl-moe")),
    ("denied", SHOT, said("a2", "shot", "otto-vik", "carl-moe", polarity="Negative")),
    ("planned", SHOT, said("a2", "shot", "otto-vik", "carl-moe", status="Planned")),
])
def test_kept_apart(why: str, left: Statement, right: Statement) -> None:
    assert found(left, right) == []


def test_a_noun_takes_up_the_only_event_of_its_class() -> None:
    assert found(SHOT, nouns="shooting--a1")[0].reasons == ("“shooting”: the only one told in the article",)
    assert not found(SHOT, said("a1", "shot", "otto-vik", "lena-dahl"), nouns="shooting--a1")  # which of the two?
    assert not found(SHOT, nouns="other--a1") and not found(SHOT, nouns="shooting--a2") and not found(SHOT, nouns="lawsuit--a1")


def test_events_called_after_a_place() -> None:
    [event] = found(nouns="flood--a1 flood--a2")
    assert (event.label, event.type, len(event.entities)) == ("Lysk flood", "Disaster", 2)


def test_order_does_not_count() -> None:
    statements = [SHOT, said("a1", "wasShot", "carl-moe", TRUE), said("a2", "shot", "otto-vik", "carl-moe"),
                  said("a2", "wasShot", "carl-moe", TRUE, "bergen"), said("a3", "shot", "otto-vik", "carl-moe"),
                  said("a1", "sued", "harbour-trust", "delta-works"), said("a2", "sued", "harbour-trust", "delta-works")]
    entities = list(ENTITIES)
    expected = happenings(told(statements, entities), ONTOLOGY, BASE)
    assert len(expected) >= 2
    for seed in range(5):
        random.Random(seed).shuffle(statements)
        random.Random(seed).shuffle(entities)
        assert happenings(told(statements, entities, ARTICLES[::-1]), ONTOLOGY, BASE) == expected


def test_in_the_graph_and_on_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("Otto Vik shot Carl Moe on 2 May 2024 in Bergen. The shooting shocked the town.", "utf-8")
    (tmp_path / "two.txt").write_text("Carl Moe was shot by Otto Vik in Bergen, police said on Friday.", "utf-8")
    kg.build([tmp_path / "one.txt", tmp_path / "two.txt"], tmp_path / "graph")
    with kg.open(tmp_path / "graph") as graph:
        [event] = graph.events("Carl Moe")
        assert (event.label, event.type, len(event.statements)) == ("shooting of Carl Moe", "Shooting", 2)
        assert dict(event.roles)["place"] == ("Bergen",) and event.when == ("2024-05-02",)
        assert list(graph.events("Bergen")) == [event]
    shown = CliRunner().invoke(main, ["events", str(tmp_path / "graph")])
    assert shown.exit_code == 0 and "agent: Otto Vik" in shown.output and "across articles" in shown.output
    assert CliRunner().invoke(main, ["events", str(tmp_path / "graph"), "Nobody"]).exit_code == 2
