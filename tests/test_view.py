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

import pytest
from view_data import ID, KG, Sample, make_sample

from kg.records import Article, Entity, RdfLiteral, Span, Statement
from kg.view import Limits, build_page, embed_json, page_data, render


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
        "import hashlib, view_data, kg.view;"
        "print(hashlib.sha256(kg.view.build_page(*view_data.make_sample(60).arguments()).encode()).hexdigest())"
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

    rows = page_data([], [], [statement(1, "Positive"), statement(2, "Negative")], disputed={"1", "2"}, support={"1": 3})["statements"]
    assert [row[17] for row in rows] == [1, 1]


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
    data = page_data(
        [article], [entity], [statement], links={ID + "x": ["javascript:alert(1)", "https://www.wikidata.org/entity/Q1"]}
    )
    assert data["articles"][0][4] == ""
    assert data["entities"][0][7] == ["https://www.wikidata.org/entity/Q1"]


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
