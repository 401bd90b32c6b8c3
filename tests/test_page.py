"""The page in a browser (Debian's Chromium), used as a reader uses it."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from view_data import ID, KG, PROPERTIES, make_sample

from kg.facts.agree import Dispute, Fact
from kg.facts.events import Happening
from kg.page.view import Limits, build_page
from kg.records import Article, Entity, Link, RdfLiteral, Span, Statement

CHROMIUM = Path("/usr/bin/chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium (apt-get install chromium)")

TEXT = (
    "Mayor Ana Ruiz opened the bridge. Ana Ruiz denied that Delta Works had paid the city council. Nobody else spoke.\n\n"
    "Delta Works sued the city council in March 2024. The council will pay Delta Works. Rosa Lind met Ana Ruiz."
)
PEOPLE = {"ana": "Ana Ruiz", "delta": "Delta Works", "council": "city council", "rosa": "Rosa Lind", "sven": "Sven Olsen"}
TYPES = {"ana": "Person", "delta": "Company", "council": "Organization", "rosa": "Person", "sven": "Person"}


def _statement(number: int, subject: str, verb: str, object_: str, quote: str, article: str = "a1", **more: Any) -> Statement:
    text = TEXT if article == "a1" else "Sven Olsen hired Rosa Lind."
    start = text.index(quote)
    return Statement(
        id=f"s{number}",
        article=article,
        subject=ID + subject,
        property=KG + verb,
        object=ID + object_,
        label=verb,
        wording=verb,
        evidence=(Span(start, start + len(quote)),),
        **more,
    )


LINK = Link(ID + "delta", "https://www.wikidata.org/entity/Q1", "owl:sameAs", 0.9, ("the same name",), "wikidata")
DISPUTE = Dispute(ID + "dispute/d", "polarity", ID + "delta", KG + "pay", (("affirmed", ("s6",)), ("denied", ("s1",))),
                  "one affirms what the other denies")
EVENT = Happening(ID + "event/case-1", "the lawsuit", "Lawsuit", (ID + "delta",), (ID + "council",), (), (),
                  (RdfLiteral("2024-03", "xsd:gYearMonth"),), ("s2",), (), ("a1", "a2"), ("by the same people",))


def story(**options: Any) -> str:
    """Return the page of a small made-up story with one statement of each kind."""
    articles = [
        Article(
            id="a1",
            text=TEXT,
            title="Bridge opens",
            published="2024-04-02",
            publisher="The Alden Herald",
            url="https://n.example/1",
        ),
        Article(
            id="a2", text="Sven Olsen hired Rosa Lind.", title="A new job", published="2023-01-05", publisher="Northern Wire"
        ),
    ]
    entities = [
        Entity(iri=ID + key, label=label, types=(TYPES[key],), named=True, aliases=("Mayor Ruiz",) if key == "ana" else ())
        for key, label in PEOPLE.items()
    ]
    statements = [
        _statement(
            1,
            "delta",
            "pay",
            "council",
            "Delta Works had paid the city council",
            polarity="Negative",
            status="Claimed",
            speaker=ID + "ana",
            cue="denied",
        ),
        _statement(
            2,
            "delta",
            "sue",
            "council",
            "Delta Works sued the city council in March 2024",
            when=RdfLiteral("2024-03", "xsd:gYearMonth"),
            when_text="in March 2024",
        ),
        _statement(3, "council", "pay", "delta", "The council will pay Delta Works", status="Planned", confidence=0.6),
        _statement(4, "rosa", "meet", "ana", "Rosa Lind met Ana Ruiz"),
        _statement(
            5, "sven", "hire", "rosa", "Sven Olsen hired Rosa Lind", article="a2", when=RdfLiteral("2023-01-05", "xsd:date")
        ),
        _statement(6, "delta", "pay", "council", "Delta Works had paid the city council"),
        Statement(
            id="s7",
            article="a1",
            subject=ID + "ana",
            property=KG + "position",
            object=RdfLiteral("mayor"),
            label="position",
            wording="Mayor",
            evidence=(Span(0, 14),),
        ),
    ]
    return build_page(
        articles, entities, statements, PROPERTIES, {"Person": "person", "Company": "company"}, title="A bridge",
        **({"links": [LINK], "disputes": [DISPUTE], "events": [EVENT], "unsure": 2} | options)
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Reader:
    """Opens pages from files and fails the test on any console error, request or dialog."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self.browser, self.folder, self.trouble = browser, folder, []

    def open(self, html: str, address: str = "", **options: Any) -> Any:
        file = self.folder / "page.html"
        file.write_text(html, encoding="utf-8")
        page = self.browser.new_page(**({"viewport": {"width": 1300, "height": 800}, "color_scheme": "light"} | options))
        page.on("console", lambda m: self.trouble.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.trouble.append(str(e)))
        page.on("request", lambda r: self.trouble.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None)
        page.on("dialog", lambda d: (self.trouble.append("dialog"), d.dismiss()))
        page.goto(file.as_uri() + address)
        page.wait_for_selector("html[data-ready]", state="attached", timeout=20_000)
        return page


@pytest.fixture
def reader(browser: Any, tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(browser, tmp_path)
    yield reader
    for context in browser.contexts:
        context.close()
    assert reader.trouble == []


def canvas_click(page: Any, point: dict[str, float], **options: Any) -> None:
    box = page.locator("#canvas").bounding_box()
    page.mouse.click(box["x"] + point["x"], box["y"] + point["y"], **options)


def wait_for(page: Any, condition: str) -> None:
    """Wait until the JavaScript `condition` holds; Playwright's own waiting uses eval, which the page's policy forbids."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{condition} did not come true; the address is {page.url}")


def place_of(page: Any, label: str) -> dict[str, float]:
    """Return where the entity's node is on the canvas."""
    return page.evaluate("label => window.kgPage.placeOf(label)", label)


def test_overview_says_what_is_there(reader: Reader) -> None:
    page = reader.open(story())
    assert page.inner_text("h1") == "A bridge"
    assert "2 articles · 5 entities · 7 statements · 1 only claimed · 1 negative" in page.inner_text("#counts")
    assert "5 entities, 6 statements between them" in page.inner_text("#viewbar")
    legend = page.inner_text("#legend")
    assert all(word in legend for word in ("Person", "Organization", "claimed", "planned", "negative"))
    assert page.locator("#panel ol.ranked li").first.inner_text()


def test_first_view_says_who_did_what(reader: Reader) -> None:
    page = reader.open(story())
    assert {"sue +1", "not: pay", "pay", "hire", "meet"} <= {one["text"] for one in page.evaluate("window.kgPage.written()")}
    main = page.locator("#panel ul.main li").all_inner_texts()
    assert "Delta Works sue city council, March 2024" in main and "Sven Olsen hire Rosa Lind, 5 January 2023" in main
    page.locator("#panel ul.main button.relation", has_text="hire").click()
    assert page.locator("#panel mark").inner_text() == "Sven Olsen hired Rosa Lind"


@pytest.mark.parametrize("size", [0, 200, 2000])
def test_names_do_not_touch_at_first(reader: Reader, size: int) -> None:
    page = reader.open(build_page(*make_sample(size).arguments()) if size else story())
    names = [one for one in page.evaluate("window.kgPage.written()") if not one["turned"]]
    assert len(names) >= (5 if not size else 35)
    for i, a in enumerate(names):
        for b in names[:i]:
            beside = a["x"] >= b["x"] + b["w"] or b["x"] >= a["x"] + a["w"]
            assert beside or a["y"] >= b["y"] + b["h"] or b["y"] >= a["y"] + a["h"], (a, b)


def test_names_move_with_the_picture(reader: Reader) -> None:
    page = reader.open(build_page(*make_sample(200).arguments()))
    box = page.locator("#canvas").bounding_box()

    def place(text: str) -> tuple[float, float]:
        return next((one["x"], one["y"]) for one in page.evaluate("window.kgPage.written()") if one["text"] == text)

    text = page.locator("#panel ol.ranked .link").first.inner_text()
    name, node = place(text), place_of(page, text)
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] - 8)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(box["x"] + 8 + 12 * step, box["y"] + box["height"] - 8 - 8 * step)
        page.wait_for_timeout(40)
    moving, moved = place(text), place_of(page, text)
    assert moving[0] - name[0] == pytest.approx(moved["x"] - node["x"], abs=2) and moved["x"] - node["x"] > 30
    page.mouse.up()
    page.wait_for_timeout(100)
    assert place(text)[0] == pytest.approx(moving[0], abs=2) and place(text)[1] == pytest.approx(moving[1], abs=2)


def test_a_crowd_is_drawn_by_its_main_lines(reader: Reader) -> None:
    page = reader.open(build_page(*make_sample(2000, per_entity=5.0).arguments()))
    few = len(page.evaluate("window.kgPage.lines()"))
    assert few <= 100 and "the main lines between them" in page.inner_text("#viewbar")
    page.locator("#panel ol.ranked .link").first.click()
    assert len(page.evaluate("window.kgPage.lines()")) > few


def test_what_has_no_name_of_its_own_waits(reader: Reader) -> None:
    article = Article(id="a", text="Ana Ruiz gave thanks. Ana Ruiz sued Rosa Lind. Sven Olsen hid evidence.", title="A day in court")
    entities = [Entity(iri=ID + key, label=label, types=(kind,), named=kind != "Thing") for key, label, kind in (
        ("ana", "Ana Ruiz", "Person"), ("rosa", "Rosa Lind", "Person"), ("sven", "Sven Olsen", "Person"), ("thanks", "thanks", "Thing"),
        ("evidence", "evidence", "Thing"))]
    statements = [Statement(id=f"s{i}", article="a", subject=ID + a, property=KG + verb, object=ID + b, label=verb, wording=verb,
                            evidence=(Span(0, 8),)) for i, (a, verb, b) in enumerate(
                                [("ana", "give", "thanks"), ("ana", "sue", "rosa"), ("sven", "hide", "evidence")])]
    page = reader.open(build_page([article], entities, statements, PROPERTIES, {}))
    assert sorted(page.evaluate("window.kgPage.drawn()")) == ["Ana Ruiz", "Rosa Lind", "Sven Olsen", "evidence"]  # Sven has nothing else
    assert page.inner_text("h1") == "A day in court"
    page.get_by_role("button", name="More").click()
    assert "thanks" in page.evaluate("window.kgPage.drawn()")
    page.get_by_role("button", name="Read the article").click()
    assert page.inner_text("#panel .text") == article.text


def test_search_by_other_name_and_keyboard_opens_the_card(reader: Reader) -> None:
    page = reader.open(story())
    page.keyboard.press("/")
    page.keyboard.type("mayor ru")
    assert page.inner_text("#found li:first-child").startswith("Ana Ruiz")
    page.keyboard.press("Enter")
    panel = page.inner_text("#panel")
    assert "Ana Ruiz" in panel and "mayor" in panel and "also: Mayor Ruiz" in panel
    assert "entity=ana" in page.url
    page.keyboard.press("Escape")
    page.fill("#search", "zzz")
    assert "No entity has this name" in page.inner_text("#found")


def test_card_shows_the_quote_in_its_sentence(reader: Reader) -> None:
    page = reader.open(story(), "#entity=delta")
    card = page.locator(".statement", has_text="claimed by").first
    assert card.locator("mark").inner_text() == "Delta Works had paid the city council"
    quote = card.locator("blockquote").inner_text()
    assert quote.startswith("Mayor Ana Ruiz opened the bridge. Ana Ruiz denied that") and quote.endswith("Nobody else spoke.")
    assert (
        "negative" in card.inner_text()
        and "claimed by Ana Ruiz (denied)" in card.inner_text()
        and "disputed" in card.inner_text()
    )
    assert "The Alden Herald · 2 April 2024 · original" in card.inner_text()
    assert card.locator("a").get_attribute("href") == "https://n.example/1"
    assert "March 2024" in page.inner_text("#panel")


def test_card_shows_links_to_authorities_and_events(reader: Reader) -> None:
    page = reader.open(story(), "#entity=delta")
    assert "same as Wikidata Q1 · 90 % · the same name" in page.inner_text("#panel .links")
    assert page.get_attribute("#panel .links a", "href") == "https://www.wikidata.org/entity/Q1"
    page.get_by_role("button", name="the lawsuit", exact=True).click()
    wait_for(page, "location.hash === '#event=case-1'")
    panel = page.inner_text("#panel")
    assert all(words in panel for words in ("lawsuit · March 2024", "befell\ncity council", "by the same people", "Bridge opens"))
    page.get_by_role("button", name="Overview", exact=True).click()
    page.get_by_role("button", name="Event: the lawsuit").click()
    assert page.inner_text("#panel h2") == "the lawsuit"


def test_what_several_tell_stands_once(reader: Reader) -> None:
    page = reader.open(story(facts=[Fact(ID + "fact/f", ("s1", "s6"), 2, 2)]), "#pair=delta&pair=council")
    assert page.locator("#panel .statement:visible").count() == 3
    assert page.inner_text("#panel .fact .agreed") == "2 independent sources"
    page.get_by_text("Also told once more").click()
    assert page.locator("#panel .statement:visible").count() == 4


def test_disputes_show_each_answer_and_who_gives_it(reader: Reader) -> None:
    page = reader.open(story())
    page.get_by_role("button", name="1 question on which what is said differs").click()
    panel = page.locator("#panel .dispute")
    assert "Delta Works pay city council" in panel.locator("h3").inner_text() and "one affirms what the other denies" in panel.inner_text()
    assert panel.locator(".answer").all_inner_texts() == ["affirmed", "denied"]
    page.get_by_role("button", name="Overview", exact=True).click()
    assert "2 statements too unsure to show were left out" in page.inner_text("#panel")


def test_statements_of_a_relation_stand_in_time_order(reader: Reader) -> None:
    articles = [Article(id=f"a{year}", text="Ana Ruiz met Rosa Lind.", published=f"{year}-05-01", title=str(year))
                for year in (2024, 2022, 2023)]
    entities = [Entity(iri=ID + key, label=PEOPLE[key], types=("Person",), named=True) for key in ("ana", "rosa")]
    statements = [Statement(id=f"s{i}", article=one.id, subject=ID + "ana", property=KG + "meet", object=ID + "rosa", label="meet",
                            wording="met", evidence=(Span(0, 22),)) for i, one in enumerate(articles)]
    page = reader.open(build_page(articles, entities, statements, PROPERTIES, {}), "#entity=ana")
    assert page.locator("#panel .statement .from .link").all_inner_texts() == ["2022", "2023", "2024"]


def test_click_on_a_node_and_on_an_edge(reader: Reader) -> None:
    page = reader.open(story())
    canvas_click(page, place_of(page, "Rosa Lind"))
    wait_for(page, "location.hash.includes('entity=rosa')")
    page.keyboard.press("Escape")
    a, b = place_of(page, "Rosa Lind"), place_of(page, "Ana Ruiz")
    canvas_click(page, {"x": (a["x"] + b["x"]) / 2, "y": (a["y"] + b["y"]) / 2})
    wait_for(page, "location.hash.includes('pair=')")
    assert page.locator("#panel .statement").count() == 1
    assert "Bridge opens" in page.inner_text("#panel .statement")


def test_negative_and_claimed_lines_differ_in_shape(reader: Reader) -> None:
    page = reader.open(story())
    lines = page.evaluate("window.kgPage.lines()")
    negative = next(line for line in lines if line["negative"])
    asserted = next(line for line in lines if not line["negative"] and line["status"] == 0)
    planned = next(line for line in lines if line["status"] == 2)
    assert negative["arrow"] == "bar" and negative["dashes"]
    assert asserted["arrow"] == "arrow" and not asserted["dashes"]
    assert planned["dashes"] and planned["dashes"] != negative["dashes"]


def test_double_click_brings_neighbours(reader: Reader) -> None:
    page = reader.open(build_page(*make_sample(400).arguments()))
    before = page.evaluate("window.kgPage.drawn().length")
    first = page.locator("#panel ol.ranked .link").first.inner_text()
    canvas_click(page, place_of(page, first), click_count=2, delay=20)
    wait_for(page, "location.hash.includes('more=')")
    assert before < page.evaluate("window.kgPage.drawn().length") <= 300


def test_filters_combine_and_count(reader: Reader) -> None:
    page = reader.open(story())
    page.get_by_label("negative (“did not”)").check()
    assert "1 statement matches" in page.inner_text("#filters")
    assert sorted(page.evaluate("window.kgPage.drawn()")) == ["Delta Works", "city council"]
    assert page.locator("[data-facet=status] label", has_text="claimed").locator(".number").inner_text() == "1"
    assert page.locator("[data-facet=polarity] label", has_text="positive").locator(".number").inner_text() == "6"
    page.get_by_role("button", name="Clear all").click()
    page.locator("[data-facet=source] label", has_text="Northern Wire").locator("input").check()
    assert sorted(page.evaluate("window.kgPage.drawn()")) == ["Rosa Lind", "Sven Olsen"]
    page.get_by_role("button", name="Clear all").click()
    page.get_by_label("only what is disputed").check()
    assert "2 statements match" in page.inner_text("#filters")


@pytest.mark.parametrize("facet", ["type", "status", "polarity", "relation", "source", "article"])
def test_number_beside_an_option_is_what_choosing_it_shows(reader: Reader, facet: str) -> None:
    page = reader.open(story())
    options = page.locator(f"[data-facet={facet}] label")
    for number in range(options.count()):
        count = options.nth(number).locator(".number").inner_text()
        options.nth(number).locator("input").click()  # what is chosen moves to the top
        assert page.inner_text("#filters .top").startswith(f"{count} statement{'' if count == '1' else 's'} match")
        assert page.locator("#panel article.statement:visible").count() == int(count)
        page.get_by_role("button", name="Clear all").click()


def test_keys_walk_move_and_zoom(reader: Reader) -> None:
    page = reader.open(story())
    page.locator("#canvas").focus()
    first = page.locator("#panel ol.ranked .link").first.inner_text()
    at = place_of(page, first)
    page.keyboard.press("ArrowRight")
    assert place_of(page, first)["x"] < at["x"]
    wide = place_of(page, "Ana Ruiz")["x"] - place_of(page, "Sven Olsen")["x"]
    page.keyboard.press("+")
    assert abs(place_of(page, "Ana Ruiz")["x"] - place_of(page, "Sven Olsen")["x"]) > abs(wide)
    page.keyboard.press("0")
    assert abs(place_of(page, first)["x"] - at["x"]) < 6
    page.keyboard.press("n")
    assert page.inner_text("#panel h2").strip() == first
    page.keyboard.press("n")
    page.keyboard.press("p")
    assert page.inner_text("#panel h2").strip() == first
    page.keyboard.press("Escape")
    assert "What matters here" in page.inner_text("#panel")


def test_what_one_file_cannot_carry_is_said(reader: Reader) -> None:
    page = reader.open(build_page(*make_sample(200).arguments(), limits=Limits(entities=40, statements=100)))
    said = page.locator("#panel .facts").nth(1).inner_text()
    assert re.search(r"larger than one page carries: [\d,]+ entities and [\d,]+ statements of least weight are not in this file", said)
    assert "kg serve shows them" in said
    assert len(page.evaluate("window.kgPage.drawn()")) <= 40


def test_time_and_confidence_sliders(reader: Reader) -> None:
    page = reader.open(story())
    page.get_by_label("from day").focus()
    page.keyboard.press("End")
    page.get_by_label("also undated statements").uncheck()
    assert "1 statement matches" in page.inner_text("#filters")
    page.get_by_role("button", name="Clear all").click()
    page.get_by_label("least confidence").fill("65")
    assert "6 statements match" in page.inner_text("#filters")


def test_neighbourhood_path_back_and_forward(reader: Reader) -> None:
    page = reader.open(story(), "#entity=sven")
    page.get_by_role("button", name="Only its neighbours").click()
    assert sorted(page.evaluate("window.kgPage.drawn()")) == ["Rosa Lind", "Sven Olsen"]
    page.get_by_role("button", name="2 steps", exact=True).click()
    assert "Ana Ruiz" in page.evaluate("window.kgPage.drawn()")
    page.get_by_placeholder("Path to").fill("Ana Ruiz")
    page.keyboard.press("Tab")
    wait_for(page, "location.hash.includes('view=path')")
    assert "2 steps" in page.inner_text("#viewbar")
    assert page.evaluate("window.kgPage.drawn()") == ["Sven Olsen", "Rosa Lind", "Ana Ruiz"]
    page.click("#back")
    wait_for(page, "location.hash.includes('hops=2')")
    page.click("#back")
    wait_for(page, "!location.hash.includes('hops=2')")
    page.click("#forward")
    wait_for(page, "location.hash.includes('hops=2')")


def test_address_holds_the_view(reader: Reader) -> None:
    page = reader.open(story(), "#view=ego&focus=delta&hops=2&entity=council&filter.status=Asserted&filter.confidence=10")
    assert "Around Delta Works" in page.inner_text("#viewbar")
    assert page.inner_text("#panel h2").strip() == "city council"
    assert page.get_by_label("asserted").is_checked()
    assert "hops=2" in page.url and "filter.status=Asserted" in page.url


@pytest.mark.parametrize(
    "address", ["#entity=nobody", "#view=path&focus=ana", "#in=99&folded=77&n=x", "#filter.status=Odd&when=x/y", "#%E0%A4%A"]
)
def test_odd_addresses_show_the_overview(reader: Reader, address: str) -> None:
    page = reader.open(story(), address)
    assert "What matters here" in page.inner_text("#panel")


def test_reading_view_both_ways(reader: Reader) -> None:
    page = reader.open(story())
    page.get_by_role("button", name="Bridge opens").click()
    assert page.inner_text("#panel .text") == TEXT
    page.locator("#panel .text mark", has_text="had paid the").click()
    assert page.locator("#panel .statement.chosen").count() == 1
    page.locator("#panel .text .entity", has_text="Rosa Lind").click()
    assert page.inner_text("#panel h2").strip() == "Rosa Lind"


def test_without_text_the_quotes_stay(reader: Reader) -> None:
    page = reader.open(story(no_text=True), "#article=a1")
    assert "not in this page" in page.inner_text("#panel")
    assert "Delta Works had paid the city council" in page.inner_text("#panel")
    assert "Nobody else spoke" not in page.content()


def test_timeline_opens_its_statements(reader: Reader) -> None:
    page = reader.open(story())
    page.get_by_role("button", name="Mar 2024: 1 statement").focus()
    page.keyboard.press("Enter")
    assert "Delta Works sued the city council in March 2024" in page.inner_text("#panel")
    page.get_by_role("button", name="Show only this time").click()
    assert sorted(page.evaluate("window.kgPage.drawn()")) == ["Delta Works", "city council"]


def test_timeline_keeps_to_the_one_selected(reader: Reader) -> None:
    page = reader.open(story(), "#entity=sven")
    page.locator("#timeline g.bin").first.focus()
    page.keyboard.press("Enter")
    wait_for(page, "location.hash.includes('of=sven')")
    assert page.locator("#panel .statement").count() == 1
    page.get_by_role("button", name="of all").click()
    assert "of=" not in page.url


def test_timeline_does_not_spread_a_year_over_its_months(reader: Reader) -> None:
    article = Article(id="a", text="Ana Ruiz met Rosa Lind.", title="Met")
    entities = [Entity(iri=ID + key, label=PEOPLE[key], types=("Person",), named=True) for key in ("ana", "rosa")]
    dates = [("2024", "gYear"), ("2024-03", "gYearMonth"), ("2023-11-07", "date")]
    statements = [Statement(id=f"s{i}", article="a", subject=ID + "ana", property=KG + "meet", object=ID + "rosa", label="meet",
                            wording="met", evidence=(Span(0, 22),), when=RdfLiteral(text, f"xsd:{kind}"))
                  for i, (text, kind) in enumerate(dates)]
    page = reader.open(build_page([article], entities, statements, PROPERTIES, {}))
    labels = [bar.get_attribute("aria-label") for bar in page.locator("#timeline g.bin").all()]
    assert sorted(labels) == ["2024: 1 statement", "Mar 2024: 1 statement", "Nov 2023: 1 statement"]
    page.get_by_role("button", name="2024: 1 statement", exact=True).focus()
    page.keyboard.press("Enter")
    assert page.inner_text("#panel h2") == "2024"


def test_what_is_read_stands_out_in_the_picture(reader: Reader) -> None:
    page = reader.open(story(), "#article=a2")
    assert sorted(page.evaluate("window.kgPage.faint()")) == ["Ana Ruiz", "Delta Works", "city council"]
    page.goto(page.url.split("#")[0] + "#when=2024-03-01/2024-03-31")
    wait_for(page, "window.kgPage.faint().length === 3 && window.kgPage.faint().includes('Rosa Lind')")


def test_filters_list_what_matches_in_words(reader: Reader) -> None:
    page = reader.open(story())
    page.get_by_role("button", name="Read all 1 claim").click()
    assert "Ana Ruiz" in page.inner_text("#panel .statement .chips")


def test_groups_fold_and_unfold(reader: Reader) -> None:
    page = reader.open(build_page(*make_sample(200).arguments()))
    name = next(one for one in page.evaluate("window.kgPage.written()") if one.get("group") is not None)
    canvas_click(page, {"x": name["x"] + name["w"] / 2, "y": name["y"] + name["h"] / 2})
    assert "Group of" in page.inner_text("#panel")
    before = len(page.evaluate("window.kgPage.nodes()"))
    page.get_by_role("button", name="Fold into one").click()
    assert len(page.evaluate("window.kgPage.nodes()")) < before
    page.get_by_role("button", name="Unfold").click()
    assert len(page.evaluate("window.kgPage.nodes()")) == before


def test_downloads(reader: Reader) -> None:
    import rdflib

    page = reader.open(story())
    files: dict[str, bytes] = {}
    for kind in ("png", "svg", "ttl", "csv", "graphml"):
        page.click("#downloads summary")
        with page.expect_download() as waiting:
            page.click(f"[data-export={kind}]")
        files[kind] = Path(waiting.value.path()).read_bytes()
    assert files["png"].startswith(b"\x89PNG")
    assert "Ana Ruiz" in "".join(ET.fromstring(files["svg"]).itertext())
    graph = rdflib.Graph().parse(data=files["ttl"], format="turtle")
    assert (rdflib.URIRef(ID + "delta"), rdflib.URIRef(KG + "sue"), rdflib.URIRef(ID + "council")) in graph
    assert (rdflib.URIRef(ID + "council"), rdflib.URIRef(KG + "pay"), rdflib.URIRef(ID + "delta")) not in graph
    rows = list(csv.DictReader(io.StringIO(files["csv"].decode())))
    assert {row["quote"] for row in rows} >= {"Rosa Lind met Ana Ruiz"}
    assert len(rows) == 7
    import networkx as nx

    assert len(nx.read_graphml(io.BytesIO(files["graphml"])).nodes) == 5


class Newcomer:
    """Works the page as somebody does who has read nothing about it, and counts the clicks, keys of control and words typed."""

    def __init__(self, page: Any) -> None:
        self.page, self.steps = page, 0

    def click(self, place: Any) -> None:
        place.click()
        self.steps += 1

    def search(self, words: str) -> None:
        self.click(self.page.locator("#search"))
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        self.steps += 2


@pytest.mark.parametrize("words", ["paying", "Who pays whom?"])
def test_who_is_accused_of_what_by_whom(reader: Reader, words: str) -> None:
    someone = Newcomer(reader.open(story()))
    someone.search(words)
    said = someone.page.locator("#panel article.statement").all_inner_texts()
    assert len(said) == 3 and any("Delta Works not: pay city council" in one and "claimed by Ana Ruiz (denied)" in one for one in said)
    assert someone.steps == 3


def test_what_happened_to_somebody_in_a_year(reader: Reader) -> None:
    someone = Newcomer(reader.open(story()))
    someone.search("delta")
    someone.click(someone.page.get_by_role("button", name="What is dated 2024"))
    assert someone.page.locator("#panel .statement").all_inner_texts()[0].startswith("Delta Works sue city council")
    assert someone.page.locator("#panel .statement").count() == 1 and someone.steps == 4


def test_how_two_are_connected(reader: Reader) -> None:
    someone = Newcomer(reader.open(story()))
    someone.search("sven")
    someone.click(someone.page.get_by_placeholder("Path to"))
    someone.page.keyboard.type("ana")
    someone.page.keyboard.press("Enter")
    someone.steps += 2
    wait_for(someone.page, "location.hash.includes('view=path')")
    assert "Linked in 2 steps" in someone.page.inner_text("#panel")
    assert someone.page.locator("#panel .statement").count() == 2 and someone.steps == 6


def test_a_name_and_a_year_or_two_names_are_a_question(reader: Reader) -> None:
    someone = Newcomer(reader.open(story()))
    someone.search("delta 2024")
    assert "of Delta Works" in someone.page.inner_text("#panel") and someone.page.locator("#panel .statement").count() == 1
    someone.search("sven and ana")
    assert "Linked in 2 steps" in someone.page.inner_text("#panel") and someone.steps == 6


def test_a_word_that_nobody_said_leads_on(reader: Reader) -> None:
    someone = Newcomer(reader.open(story()))
    someone.search("acquitted")
    assert "0 statements" in someone.page.inner_text("#panel")
    someone.click(someone.page.get_by_role("button", name="sue 1"))
    assert someone.page.locator("#panel article.statement").count() == 1 and "filter.relation" in someone.page.url


def test_words_that_are_no_name_find_sentences(reader: Reader) -> None:
    someone = Newcomer(reader.open(story()))
    someone.search("MARCH")
    wait_for(someone.page, "location.hash === '#words=MARCH'")
    assert "1 statement from sentences with these words" in someone.page.inner_text("#panel")
    assert someone.page.locator("#panel mark").inner_text() == "Delta Works sued the city council in March 2024"


def test_two_that_nothing_links_are_found_in_their_articles(reader: Reader) -> None:
    page = reader.open(story(), "#view=path&focus=ana&to=delta")
    panel = page.inner_text("#panel")
    assert "No chain of statements links them" in panel and "Both are spoken of in" in panel and "Bridge opens" in panel


def test_theme_switches_and_stays(reader: Reader) -> None:
    page = reader.open(story(), color_scheme="dark")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.click("#theme")
    assert page.get_attribute("html", "data-theme") == "light"


def test_phone(reader: Reader) -> None:
    page = reader.open(build_page(*make_sample(200).arguments()), viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert len(page.evaluate("window.kgPage.drawn()")) <= 20
    page.click("#show-filters")
    assert page.locator("#filters").is_visible()


def test_every_control_has_a_name(reader: Reader) -> None:
    page = reader.open(story(), "#entity=ana")
    nameless = page.evaluate("""() => [...document.querySelectorAll("button, input, summary, a, [role=button]")]
        .filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label") || e.placeholder || e.labels?.length))
        .map((e) => e.outerHTML)""")
    assert nameless == []


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202egnitfihs\u202c \u2066x",
    "</script><script>alert(2)</script>",
    "javascript:alert(3)",
    "{{data}}",
    "\x1b[31mred\x00",
    "a\u2028b",
    "${alert(4)}",
    "=cmd|'/c calc'!A1",
    "😀 astral 👩‍🚀",
]


def test_hostile_text_stays_text(reader: Reader) -> None:
    text = " met ".join(HOSTILE) + "."
    articles = [Article(id=f"a{name}", text=text, title=name, publisher=name, url=name, authors=(name,)) for name in HOSTILE]
    entities = [
        Entity(iri=f'{ID}{i}<"> {name[:3]}', label=name, types=("Person", name), named=True, aliases=(name + "!",))
        for i, name in enumerate(HOSTILE)
    ]
    statements = [
        Statement(
            id=f"s{i}{name}",
            article=f"a{name}",
            subject=entities[i].iri,
            property=f"{KG}x{name}",
            object=entities[(i + 1) % len(HOSTILE)].iri,
            label=name,
            wording=name,
            cue=name,
            speaker=entities[0].iri,
            status="Claimed",
            when=RdfLiteral(name, "xsd:date"),
            when_text=name,
            evidence=(Span(text.index(name), text.index(name) + len(name)),),
            qualifiers=((KG + name, RdfLiteral(name)),),
        )
        for i, name in enumerate(HOSTILE)
    ]
    ids = tuple(one.id for one in statements)
    events = [Happening(ID + "event/" + name, name, "Lawsuit" if i else name, (entities[0].iri,), (), (), (), (RdfLiteral(name),), ids[:2],
                        (entities[i].iri,), (articles[0].id,), (name,)) for i, name in enumerate(HOSTILE)]
    html = build_page(articles, entities, statements, {}, {}, title=HOSTILE[0], events=events, facts=[Fact(ID + "f", ids[2:4], 2, 2)],
                      links=[Link(entities[0].iri, f"https://n.example/{name}", name, 0.5, (name,), name) for name in HOSTILE],
                      disputes=[Dispute(ID + "d", "value", "", "", ((HOSTILE[0], ids[:1]), (HOSTILE[1], ids[1:2])), HOSTILE[2])])
    page = reader.open(html)
    drawn = " ".join(one["text"] for one in page.evaluate("window.kgPage.written()"))
    assert "alert(1)" in drawn and "\u202e" not in drawn
    for address in ("list=disputed", "in=0", "words=alert", "folded=0", *(f"event={quote(name)}" for name in HOSTILE)):
        page.evaluate("address => { location.hash = address; }", address)
        page.wait_for_timeout(20)
        assert page.locator("#panel img, #panel script, #canvas img").count() == 0
    for name in (*HOSTILE, f"{HOSTILE[0]} and {HOSTILE[1]}", f"{HOSTILE[4]} 2024"):
        page.fill("#search", name)
        assert page.locator("#found img, #found script").count() == 0
    page.keyboard.press("Escape")
    for i in range(len(HOSTILE)):
        page.evaluate("i => window.kgPage.choose(i)", i)
        page.wait_for_timeout(20)
        assert page.locator("#panel img, #panel script").count() == 0
    page.evaluate("window.kgPage.read(0)")
    assert page.locator("#panel .text").count() == 1
    marks = page.evaluate("window.kgPage.quotes()")
    assert sorted(marks) == sorted(HOSTILE)
    for kind in ("svg", "ttl", "csv", "graphml"):
        page.click("#downloads summary")
        with page.expect_download() as waiting:
            page.click(f"[data-export={kind}]")
        body = Path(waiting.value.path()).read_bytes()
        if kind in ("svg", "graphml"):
            ET.fromstring(body)
        if kind == "ttl":
            import rdflib

            rdflib.Graph().parse(data=body, format="turtle")


def test_same_page_usable_with_many_entities(reader: Reader) -> None:
    page = reader.open(build_page(*make_sample(2000).arguments()))
    assert len(page.evaluate("window.kgPage.drawn()")) == 40
    page.fill("#search", "abel 1")
    page.keyboard.press("Enter")
    assert page.locator("#panel .statement").count() > 0
