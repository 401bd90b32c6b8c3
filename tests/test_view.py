"""The Python half of the page: what is ranked, cut, written and escaped (tests/test_page.py looks at it in a browser)."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from view_data import ID, KG, Sample, make_sample

from kg.facts.agree import Dispute, Fact
from kg.facts.events import Happening
from kg.page.view import Limits, build_page, embed_json, page_data, render
from kg.records import Article, Entity, Link, RdfLiteral, Span, Statement


def test_same_input_in_any_order_gives_the_same_bytes() -> None:
    sample = make_sample(120)
    page = build_page(*sample.arguments())
    rng = random.Random(7)
    for rows in (sample.articles, sample.entities, sample.statements):
        rng.shuffle(rows)
    assert build_page(*sample.arguments()) == page


@pytest.mark.parametrize("seed", ["1", "2"])
def test_hash_seed_does_not_change_the_page(seed: str) -> None:
    code = (
        "import hashlib, view_data, kg.page.view;"
        "print(hashlib.sha256(kg.page.view.build_page(*view_data.make_sample(60).arguments()).encode()).hexdigest())"
    )
    roots = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parent)])
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": roots},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == hashlib.sha256(build_page(*make_sample(60).arguments()).encode()).hexdigest()


def test_quotes_are_cut_from_the_text_with_and_without_it() -> None:
    sample = make_sample(60)
    texts = {a.id: a.text for a in sample.articles}
    for no_text in (False, True):
        data = page_data(*sample.arguments(), no_text=no_text)
        spans = {s.id: s.evidence for s in sample.statements}
        for row in data["statements"]:
            article = data["articles"][row[4]]
            for start, end in ((span.start, span.end) for span in spans[row[0]]):
                quote = texts[article[0]][start:end]
                pieces = [(article[5][i], article[5][i + 1]) for i in range(0, len(article[5]), 2)]
                assert any(text[start - at : end - at] == quote for at, text in pieces if at <= start <= at + len(text))


def test_no_text_leaves_only_quotes() -> None:
    sample = make_sample(60)
    assert "Nobody else was in the room" in build_page(*sample.arguments())
    assert "Nobody else was in the room" not in build_page(*sample.arguments(), no_text=True)


@pytest.mark.parametrize("size", [0, 1, 2, 30])
def test_small_graphs(size: int) -> None:
    data = page_data(*make_sample(size).arguments()) if size else page_data([], [], [])
    assert len(data["network"]["nodes"]) <= size
    assert render(data).startswith("<!doctype html>")


def test_first_view_is_cut_and_most_important_come_first() -> None:
    data = page_data(*make_sample(400).arguments(), limits=Limits(drawn=40))
    nodes = [node["id"] for node in data["network"]["nodes"]]
    assert len(nodes) == 40
    assert set(range(20)) <= set(nodes)  # numbers are ranks: the first half are the most important
    linked = {end for edge in data["network"]["edges"] for end in (edge["from"], edge["to"])}
    assert linked == set(nodes)
    assert data["network"]["options"]["physics"]["enabled"] is False
    assert all(isinstance(node["x"], int) and isinstance(node["y"], int) for node in data["network"]["nodes"])


def test_limits_keep_what_matters_and_say_what_is_left_out() -> None:
    data = page_data(*make_sample(300).arguments(), limits=Limits(entities=50, statements=100, text=5_000))
    assert len(data["entities"]) == 50
    assert len(data["statements"]) == 100
    assert data["all"]["statements"] > 100
    assert sum(len(article[5][1]) for article in data["articles"] if len(article) > 6 and article[6]) <= 5_000


def test_unknown_entities_articles_and_classes_do_not_break_it() -> None:
    statements = [
        Statement(
            id="1",
            article="gone",
            subject=ID + "nobody",
            property="https://w3id.org/newskg/open/take-to",
            object=ID + "nowhere",
            label="take to",
            wording="took",
            evidence=(Span(0, 99),),
            speaker=ID + "ghost",
        ),
        Statement(
            id="2",
            article="a",
            subject=ID + "nobody",
            property="http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
            object=KG + "Person",
            label="",
            wording="is",
            evidence=(),
        ),
        Statement(
            id="3",
            article="a",
            subject=ID + "nobody",
            property=KG + "workedFor",
            object=RdfLiteral("true", "xsd:boolean"),
            label="",
            wording="",
            evidence=(Span(2, 900),),
        ),
    ]
    data = page_data([Article(id="a", text="short")], [], statements, {}, {"Person": "person"})
    assert {row[1] for row in data["entities"]} == {"nobody", "nowhere", "ghost"}
    assert ["person", "iri", KG + "Person"] in data["literals"]
    assert "worked for" in {label for _, label in data["relations"]}
    assert render(data)


def test_disputed_statements_are_marked() -> None:
    def statement(number: int, polarity: str) -> Statement:
        return Statement(
            id=str(number),
            article="a",
            subject=ID + "x",
            property=KG + "paid",
            object=ID + "y",
            label="",
            wording="",
            evidence=(),
            polarity=polarity,
        )  # type: ignore[arg-type]

    both = [statement(1, "Positive"), statement(2, "Negative")]
    dispute = Dispute("d", "polarity", ID + "x", KG + "paid", (("affirmed", ("1", "gone")), ("denied", ("2",))), "one denies it")
    alone = Dispute("e", "value", ID + "x", KG + "paid", (("1", ("1",)), ("2", ("gone",))), "one value only")
    assert page_data([], [], both, disputes=[alone, dispute])["disputes"] == [["one denies it", [["affirmed", [0]], ["denied", [1]]]]]


def test_facts_count_as_their_voices() -> None:
    """Five copies of one report weigh no more than one report."""
    entities = [Entity(iri=ID + name, label=name, types=("Person",), named=True) for name in "abcdefg"]

    def said(number: int, subject: str, object_: str) -> Statement:
        return Statement(id=str(number), article=f"a{number}", subject=ID + subject, property=KG + "met", object=ID + object_, label="",
                         wording="", evidence=())

    statements = [said(n, "a", "b") for n in range(5)] + [said(5, "c", "d"), said(6, "c", "e"), said(7, "c", "f"), said(8, "c", "g")]
    fact = Fact("f", tuple(str(n) for n in range(5)), 5, 1)
    assert page_data([], entities, statements)["entities"][0][1] == "c"
    data = page_data([], entities, statements, facts=[fact, Fact("other", ("gone",), 2, 2)])
    assert data["facts"] == [[1, 5]] and [row[17:] for row in data["statements"]] == [[1]] * 5 + [[]] * 4
    ranks = [row[1] for row in data["entities"]]
    assert ranks.index("a") > ranks.index("c")


def test_events_validity_and_what_was_left_out() -> None:
    article = Article(id="a", text="Ana Ruiz was mayor 2010-2014.", published="2020-01-01")
    mayor = Statement(id="1", article="a", subject=ID + "ana", property=KG + "position", object=RdfLiteral("mayor"), label="",
                      wording="mayor", evidence=(Span(0, 28),), when=RdfLiteral("2010/2014", "edtf:EDTF"), when_text="2010-2014")
    event = Happening(ID + "event/e-1", "flood", "Disaster", (), (ID + "ana", ID + "gone"), (), (), (RdfLiteral("2011", "xsd:gYear"),),
                      ("1", "x"), (), ("a", "b"), ("the same place",))
    elsewhere = msgspec.structs.replace(event, statements=("x",))
    data = page_data([article], [], [mayor], states={KG + "position"}, events=[event, elsewhere], unsure=3)
    literals = data["literals"]
    assert [literals[n - 1][0] for n in data["statements"][0][18:]] == ["2010", "2014"]
    kind = [name for name, _ in data["types"]].index("Disaster")
    when = literals.index(["2011", "xsd:gYear"])
    assert data["events"] == [["e-1", "flood", kind, [], [0], [], [], [], [when], [0], [0], ["the same place"]]]
    assert data["unsure"] == 3


def test_embedded_json_stays_inert_and_unchanged() -> None:
    hostile = {"k": ["</script><script>alert(1)</script>", "<!--", "]]>", "a\u2028b\u2029c", "&lt;", "\ud800", "\u202eevil"]}
    text = embed_json(hostile)
    assert not re.search("[<>&\u2028\u2029\ud800]", text)
    assert json.loads(text)["k"][:5] == hostile["k"][:5]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_page_has_no_outside_parts_and_a_strict_policy() -> None:
    parser = _Page()
    parser.feed(build_page(*make_sample(30).arguments(), title='"><img src=x onerror=alert(1)>'))
    assert [tag for tag, _ in parser.tags].count("script") == 3
    assert not any(attrs.get("src") for _, attrs in parser.tags)
    assert [attrs["href"] for tag, attrs in parser.tags if tag in ("link", "a")] == ["data:,"]
    assert not any(name.startswith("on") or name == "style" for _, attrs in parser.tags for name in attrs)
    policy = next(attrs["content"] for _, attrs in parser.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy and policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy


def test_links_that_are_no_web_addresses_are_dropped() -> None:
    article = Article(id="a", text="", url="javascript:alert(1)")
    entity = Entity(iri=ID + "x", label="X", types=("Person",), named=True)
    statement = Statement(
        id="1", article="a", subject=ID + "x", property=KG + "p", object=RdfLiteral("1"), label="", wording="", evidence=()
    )
    links = [Link(ID + "x", "javascript:alert(1)", "owl:sameAs"), Link(ID + "gone", "https://www.wikidata.org/entity/Q2", "owl:sameAs"),
             Link(ID + "x", "https://www.wikidata.org/entity/Q1", "owl:sameAs", 0.9, ("same name",), "W")]
    data = page_data([article], [entity], [statement], links=links)
    assert data["articles"][0][4] == ""
    assert data["entities"][0][7] == [["https://www.wikidata.org/entity/Q1", "W", 90, "same name", "owl:sameAs"]]


def test_page_sizes() -> None:
    assert len(build_page(*make_sample(200).arguments()).encode()) < 1_000_000
    assert len(build_page(*make_sample(2000).arguments()).encode()) < 3_000_000


def test_given_mentions_win_over_names_found_in_the_text() -> None:
    sample: Sample = make_sample(10)
    article, entity = sample.articles[0], sample.entities[0]
    data = page_data(*sample.arguments(), mentions={article.id: [(0, 3, entity.iri), (1, 2, entity.iri)]})
    row = next(a for a in data["articles"] if a[0] == article.id)
    assert row[7][:2] == [0, 3] and len(row[7]) == 3


def test_assets_never_write_html() -> None:
    for path in (Path(__file__).parents[1] / "kg" / "assets").glob("*.js"):
        source = path.read_text(encoding="utf-8")
        writers = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|fetch\(|XMLHttpRequest"
        assert not re.search(writers, source), path.name
