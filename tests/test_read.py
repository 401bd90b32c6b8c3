"""Reading: every format, the heads of text files, encodings, bad input, stable ids."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import InputError
from kg.read import MAX_BYTES, MAX_CHARACTERS, Unreadable, decode, find, make_article, read, read_date, read_text, slug
from kg.records import Article, Extraction, from_json, to_json

SHARED = Path(__file__).parents[1].parent / "shared"
PROSE = "The mayor opened the bridge on Monday. Two hundred people came to see it."


def one(path: Path | str, **options: object) -> Article:
    [found] = read([str(path)], **options)  # type: ignore[arg-type]
    assert isinstance(found, Article), found
    return found


def reason(path: Path | str, **options: object) -> str:
    [found] = read([str(path)], **options)  # type: ignore[arg-type]
    assert isinstance(found, Unreadable), found
    assert "\n" not in found.reason and found.reason.isprintable()
    return found.reason


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- text files ---------------------------------------------------------------------------------------------------------------

HEADS = {
    "header": ("title: Bridge opens\ndate: 2024-05-06\nurl: https://herald.example/1\npublisher: Herald\n"
               "author: Ana Ruiz and Bo Lund\n\n",
               ("Bridge opens", "2024-05-06", "https://herald.example/1", "Herald", ("Ana Ruiz", "Bo Lund"))),
    "header, headline and date repeated": ("title: Bridge opens\ndate: 6 May 2024\n\nBridge opens\n\nTuesday, May 7, 2024\n\n",
                                           ("Bridge opens", "2024-05-06", "", "", ())),
    "source is an address": ("source: https://herald.example/1\n\n", ("", "", "https://herald.example/1", "", ())),
    "date word": (" date 2025-01-13 ", ("", "2025-01-13", "", "", ())),
    "title and date words": ("title Bridge opens in rain date 2025-01-13 ", ("Bridge opens in rain", "2025-01-13", "", "", ())),
    "date and url words": ("date: 2025-01-13 url: https://herald.example/1 ",
                           ("", "2025-01-13", "https://herald.example/1", "", ())),
    "bare iso date": ("2025-01-13 ", ("", "2025-01-13", "", "", ())),
    "weekday and date": ("Monday, January 13, 2025 ", ("", "2025-01-13", "", "", ())),
    "date and dash": ("13 January 2025 — ", ("", "2025-01-13", "", "", ())),
    "date on a line": ("13 January 2025\n", ("", "2025-01-13", "", "", ())),
    "published on": ("Published on 13 January 2025\n\n", ("", "2025-01-13", "", "", ())),
    "headline and byline": ("Bridge opens\n\nBy Ana de Ruiz and Bo Lund\n\n",
                            ("Bridge opens", "", "", "", ("Ana de Ruiz", "Bo Lund"))),
    "headline": ("Bridge opens in rain\n\n", ("Bridge opens in rain", "", "", "", ())),
    "nothing": ("", ("", "", "", "", ())),
    "byte order mark": ("\ufeff", ("", "", "", "", ())),
}


@pytest.mark.parametrize("head, fields", HEADS.values(), ids=HEADS)
def test_head_of_a_text_becomes_fields_and_leaves_the_text(tmp_path: Path, head: str, fields: tuple[object, ...]) -> None:
    article = one(write(tmp_path / "a.txt", head + PROSE))
    assert (article.title, article.published, article.url, article.publisher, article.authors) == fields
    assert article.text == PROSE


@pytest.mark.parametrize("text", [
    "May 7, 2015 was a cold day.", "January 13, 2025, brought snow to the coast.", "Date palms grow here.",
    "Title fights are rare.",
    "On 13 January 2025 the bridge opened.", "Source Energy opened a plant.", "Monday brought rain.",
])
def test_prose_that_looks_like_a_head_is_left_alone(tmp_path: Path, text: str) -> None:
    article = one(write(tmp_path / "a.txt", text))
    assert (article.text, article.title, article.published) == (text, "", "")


@pytest.mark.parametrize("raw, text", [
    ("One ends.\r\n\r\nTwo ends.\r\n", "One ends.\n\nTwo ends."),
    ("One ends.\nTwo ends.\nThree ends.", "One ends.\nTwo ends.\nThree ends."),
    ("A line broken\nin the middle of\nits sentence ends.\n\nAnother one\nends.",
     "A line broken\nin the middle of\nits sentence ends.\n\nAnother one\nends."),
    ("One\x00 ends.\x1b[31m Two ends.\rThree ends.", "One\ufffd ends.\ufffd[31m Two ends.\nThree ends."),
    ("He said “no” — it’s over.", "He said “no” — it’s over."),
])
def test_paragraphs_and_characters(tmp_path: Path, raw: str, text: str) -> None:
    assert one(write(tmp_path / "a.txt", raw)).text == text


@pytest.mark.parametrize("place", ["DELTA CITY, N.M. (AP)", "DELTA CITY", "Delta (Reuters)", "ST. DELTA, New Delta"])
def test_place_of_an_agency_report_becomes_a_paragraph(tmp_path: Path, place: str) -> None:
    for dash in ("—", "–", "-", "--"):
        assert one(write(tmp_path / "a.txt", f"{place} {dash} {PROSE}")).text == f"{place}\n\n{PROSE}"


@pytest.mark.parametrize("text", ["Ana Ruiz — The mayor — spoke.", "Ana Ruiz (The mayor) spoke — loudly.",
                                  "US - China talks failed.", "The US - China talks failed."])
def test_other_dashes_are_left_alone(tmp_path: Path, text: str) -> None:
    assert one(write(tmp_path / "a.txt", text)).text == text


def test_front_matter_and_markdown(tmp_path: Path) -> None:
    article = one(write(tmp_path / "a.md", (
        "---\ntitle: \"Bridge: it opens\"\ndate: 2024-05-06T10:00:00Z\nlayout: post\nauthors:\n  - Ana Ruiz\n  - Bo Lund\n"
        "tags: [a]\n---\n\n"
        "# Bridge: it opens\n\nThe *mayor* of [Delta](http://delta.example) opened\nthe **bridge**.\n\n"
        "- One came.\n- Two & three came.\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n<script>alert(1)</script>\n")))
    assert article.text == "The mayor of Delta opened the bridge.\n\nOne came.\n\nTwo & three came."
    assert (article.title, article.published, article.authors) == ("Bridge: it opens", "2024-05-06", ("Ana Ruiz", "Bo Lund"))
    assert one(write(tmp_path / "b.md", "# Bridge opens\n\n" + PROSE)).title == "Bridge opens"


def test_html(tmp_path: Path) -> None:
    article = one(write(tmp_path / "a.html", f"""<!doctype html><html lang="en"><head><title>Bridge opens - Herald</title>
        <meta property="og:title" content="Bridge opens"><meta property="og:site_name" content="Herald">
        <meta name="author" content="Ana Ruiz"><meta property="article:published_time" content="2024-05-06T10:00:00Z">
        <link rel="canonical" href="https://herald.example/1"></head><body><nav><a href="/">Home</a></nav><article>
        <h1>Bridge opens</h1><p>{PROSE}</p>
        <p>It cost “ten million” euros &amp; took four years, the council said in its report.</p>
        </article><footer>All rights reserved</footer><script>alert(1)</script></body></html>"""))
    assert article.text == PROSE + "\n\nIt cost “ten million” euros & took four years, the council said in its report."
    assert (article.title, article.published, article.publisher) == ("Bridge opens", "2024-05-06", "Herald")
    assert (article.authors, article.url) == (("Ana Ruiz",), "https://herald.example/1")


def test_html_date_is_the_articles_own(tmp_path: Path) -> None:
    body = f"<article><h1>Bridge opens</h1><p>On 3 May 2012 the work began.</p><p>{PROSE}</p><p>{PROSE}</p></article>"
    page = f"<html><body>{body}<footer>Copyright 2019 Herald</footer></body></html>"
    assert one(write(tmp_path / "a.html", page)).published == ""
    linked = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",
        "headline": "Bridge opens", "datePublished": "2037-05-06T01:00:00Z",
        "author": [{"@type": "Person", "name": "Ana Ruiz"}]}</script>"""
    article = one(write(tmp_path / "b.html", page.replace("<body>", "<head>" + linked + "</head><body>")))
    assert (article.published, article.authors, article.title) == ("2037-05-06", ("Ana Ruiz",), "Bridge opens")


def test_hostile_page_is_only_text(tmp_path: Path) -> None:
    article = one(write(tmp_path / "a.html", (
        "<html><head><title>../../&lt;script&gt;alert(1)&lt;/script&gt;\u202e con</title></head><body><article><p>He said "
        f"&lt;script&gt;alert(1)&lt;/script&gt; \x1b]0;x\x07 \u202e.</p><p>{PROSE}</p><p>{PROSE}</p></article></body></html>")))
    assert "<script>alert(1)</script> \ufffd]0;x\ufffd" in article.text
    assert re.fullmatch(r"script-alert-1-script-con-[0-9a-f]{10}", article.id)


# --- JSON ---------------------------------------------------------------------------------------------------------------------

def test_json_lines_keep_text_and_name(tmp_path: Path) -> None:
    texts = ["  " + PROSE + " \r\n x ", "He was “late” ."]
    path = write(tmp_path / "a.jsonl", "".join(
        json.dumps({"doc": f"d {i}", "text": text}) + "\n\n" for i, text in enumerate(texts)))
    articles = list(read([str(path)]))
    assert [(a.source, a.text) for a in articles if isinstance(a, Article)] == [
        ("d 0", texts[0].replace("\r", " ")), ("d 1", texts[1])]


def test_json_usual_names_and_mapping(tmp_path: Path) -> None:
    record = {"content": PROSE, "headline": "Bridge", "publishedAt": "2024-05-06T10:00:00Z",
              "source": {"id": None, "name": "Herald"},
              "author": [{"name": "Ana Ruiz"}, "Bo Lund"], "link": "https://herald.example/1", "deep": {"words": "Other text."}}
    article = one(write(tmp_path / "a.json", json.dumps({"articles": [record]})))
    assert (article.text, article.title, article.published, article.publisher) == (PROSE, "Bridge", "2024-05-06", "Herald")
    assert (article.authors, article.url) == (("Ana Ruiz", "Bo Lund"), "https://herald.example/1")
    assert article.source == f"{tmp_path}/a.json#1"
    assert one(tmp_path / "a.json", fields={"text": "content"}).text == PROSE
    write(tmp_path / "b.json", json.dumps(record))
    assert one(tmp_path / "b.json", fields={"text": "deep.words", "title": "content"}).text == "Other text."
    assert "no field 'words'" in reason(tmp_path / "b.json", fields={"text": "words"})
    with pytest.raises(InputError, match="use one of text, title"):
        list(read([], fields={"body": "text"}))


def test_json_text_that_is_markup_loses_its_tags(tmp_path: Path) -> None:
    article = one(write(tmp_path / "a.json", json.dumps({
        "text": "", "content": "<p>The <b>mayor</b> &amp; Bo<br>came.</p>\n<script>alert(1)</script><p>a &lt; b</p> end"})))
    assert article.text == "The mayor & Bo\n\ncame.\n\na < b\n\nend"
    for text in ("<script>alert(1)</script> he said.", "a < b <p>", "<p>unclosed"):
        assert one(write(tmp_path / "b.json", json.dumps({"text": text}))).text == text


def test_one_bad_line_costs_only_itself(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"{PROSE} {i}"}).encode() for i in range(5)]
    lines[1:1] = [b"{broken", b"[1]", b'{"text": 3}', b'{"text": " "}', b'{"text": "\xff"}', b"[" * 100_000]
    found = list(read([str(write(tmp_path / "a.jsonl", b"\n".join(lines)))]))
    assert [a.text[-1] for a in found if isinstance(a, Article)] == list("01234")
    bad = [f"{b.source.rsplit('/', 1)[1]} {b.reason}" for b in found if isinstance(b, Unreadable)]
    assert [b.split(" ")[2] for b in bad] == ["2", "3", "4", "5", "6", "7"]
    assert "is not JSON: " in bad[0] and "column" in bad[0]


def test_lone_surrogates_are_replaced(tmp_path: Path) -> None:
    article = one(write(tmp_path / "a.json", r'{"text": "a \ud800 b \ud83d\ude00", "title": "\udfff"}'))
    assert (article.text, article.title) == ("a \ufffd b \U0001f600", "\ufffd")
    assert from_json(to_json(article), Article) == article


# --- bad input ----------------------------------------------------------------------------------------------------------------

BAD = {
    "empty.txt": (b"", "is empty"), "blank.txt": (b" \n\n", "is empty"), "empty.jsonl": (b"\n", "is empty"),
    "binary.txt": (bytes(range(256)) * 20, "binary"), "zip.txt": (b"PK\x03\x04\x14\x00\x00\x00" * 30, "binary"),
    "odd.txt": (b"abc \x81\x8d def", "iconv"), "short.txt": ("привет мир".encode("koi8-r"), "iconv"),
    "a.docx": (b"PK", "no known format"), "noending": (b"text", "no known format"),
    "no_text.html": (b"<html></html>", "no main text"),
    "bad.json": (b"{\n oops", "line 2, column 2"), "lines.json": (b'{"text": "a"}\n{"text": "b"}', "name it .jsonl"),
    "list.json": (b"[]", "empty list"), "number.json": (b"3", "not a JSON object"),
    "deep.json": (b"[" * 200_000, "not usable JSON"),
    "no_field.json": (b'{"foo": "bar"}', "fields: foo"), "digits.json": (b"[" + b"9" * 5000 + b"]", "not usable JSON"),
    "header.txt": (b"title: only a title\n", "no text"), "utf16.txt": (b"\xff\xfea", "UTF-16"),
    "long.txt": (b"a" * (MAX_CHARACTERS + 1), "1,000,000 allowed; split"),
    "huge.txt": (b"a" * (MAX_BYTES + 1), "larger than 16 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_gives_a_reason(tmp_path: Path, name: str) -> None:
    content, words = BAD[name]
    assert words in reason(write(tmp_path / name, content))


def test_bad_places(tmp_path: Path) -> None:
    assert "doesn't exist" in reason(tmp_path / "gone.txt")
    assert "matches no file" in reason(tmp_path / "*.txt")
    assert "holds no articles" in reason(tmp_path)
    write(tmp_path / "photo.jpg", b"x")
    write(tmp_path / "README.md", b"About this folder")
    assert "only .jpg" in reason(tmp_path)
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone")
    assert "broken link" in reason(tmp_path / "link.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    assert "regular file" in reason(tmp_path / "pipe.txt")
    assert "doesn't exist" in reason("a\0b")
    if os.geteuid():
        write(tmp_path / "secret.txt", b"x").chmod(0)
        assert "permissions" in reason(tmp_path / "secret.txt")


def test_one_bad_article_in_a_hundred(tmp_path: Path) -> None:
    for i in range(100):
        write(tmp_path / f"{i:03}.txt", b"\x00\x01\x02" if i == 50 else f"Number {i} came first. {PROSE}")
    found = list(read([str(tmp_path)]))
    assert sum(isinstance(a, Article) for a in found) == 99
    assert [Path(b.source).name for b in found if isinstance(b, Unreadable)] == ["050.txt"]


# --- encodings ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", ["The café said “no” — it’s over.", "A £5m deal", "naïve", "Zoë Kravitz’s film cost €3m…"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_usual_encodings_are_read_exactly(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_other_encodings_are_declared_detected_or_refused() -> None:
    russian = "Мэр открыл мост в понедельник. Двести человек пришли посмотреть на него, сообщили в совете города. " * 3
    assert decode(russian.encode("koi8-r")) == russian
    assert decode(PROSE.encode("utf-16-le")) == PROSE
    page = '<html><head><meta charset="iso-8859-2"></head>Łódź</html>'
    assert decode(page.encode("iso-8859-2"), html=True) == page


# --- sources, order, ids ------------------------------------------------------------------------------------------------------

def test_folders_patterns_and_order(tmp_path: Path) -> None:
    (tmp_path / "deep" / ".hidden").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "deep/c.md", "deep/.hidden/d.txt", "copy.txt"):
        write(tmp_path / name, f"{PROSE} {'a' if name == 'copy.txt' else Path(name).stem}.")
    names = [Path(p).name for p in find([str(tmp_path)]) if isinstance(p, str)]
    assert names == ["a.txt", "b.txt", "copy.txt", "c.md"]
    assert [Path(str(p)).name for p in find([f"{tmp_path}/**/*.md", f"{tmp_path}/[ab].txt"])] == ["a.txt", "b.txt", "c.md"]
    sources = [f"{tmp_path}/{name}" for name in ("copy.txt", "b.txt", "a.txt", "deep")]
    assert list(read(sources)) == list(read(sources[::-1])) == list(read([str(tmp_path)]))
    assert len(list(read(sources))) == 3 and len(list(read(sources, unique=False))) == 4


@pytest.mark.parametrize("data, kind, title", [
    (b'{"text": "One.", "title": "T"}\n{"text": "Two.", "title": "U"}\n', "jsonl", "T"),
    (b'{\n"text": "One.",\n"title": "T"}', "json", "T"),
    (b'[{"text": "One.", "title": "T"}]', "json", "T"),
    (b"title: T\n\nOne.", "text", "T"), (b"\xef\xbb\xbf# T\n\nOne.", "markdown", "T"),
    (b"<html><head><title>T</title></head><body><p>One sentence long enough to be a text.</p></body></html>", "html", "T"),
])
def test_standard_input(data: bytes, kind: str, title: str) -> None:
    for stdin_format in (kind, None) if kind != "markdown" else (kind,):
        first = next(read(["-"], stdin=io.BytesIO(data), stdin_format=stdin_format))
        assert isinstance(first, Article) and first.title == title


def test_dates() -> None:
    for text in ("2025-01-13", "2025-1-13", "2025/01/13 10:00", "20250113", "13 January 2025", "Jan. 13, 2025",
                 "13th of Jan 2025", "13.01.2025",
                 "Mon, 13 Jan 2025 10:00:00 +0000", "2025-01-13T23:59:59.999-05:00", "January 13, 2025 at 10:00"):
        assert read_date(text) == "2025-01-13", text
    for text in ("", "3/4/2025", "2025-02-30", "yesterday", "January", "99999999", "2025"):
        assert read_date(text) == "", text


@given(st.text(), st.text(), st.text())
def test_id_is_safe_and_depends_on_content(text: str, title: str, publisher: str) -> None:
    article = make_article("x" + text, title=title, publisher=publisher)
    assert isinstance(article, Article)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{10}", article.id) and len(article.id) <= 51 and len(slug(title)) <= 40
    same = make_article("x" + text, title=title, publisher=publisher, source="elsewhere")
    other = make_article("y" + text, title=title, publisher=publisher)
    assert isinstance(same, Article) and same.id == article.id
    assert isinstance(other, Article) and other.id != article.id


@given(st.text(alphabet=st.characters(), min_size=1))
@settings(max_examples=300)
def test_any_text_survives_the_round_trip(text: str) -> None:
    article = make_article("x" + text)
    assert isinstance(article, Article)
    assert len(article.text) == len(text) + 1
    extraction = Extraction(article)
    assert from_json(to_json(extraction), Extraction) == extraction
    again = make_article(article.text)
    assert again == article


@given(st.binary(max_size=400), st.sampled_from(["text", "markdown", "html", "json", "jsonl"]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_it_fail(data: bytes, kind: str) -> None:
    for found in read(["-"], stdin=io.BytesIO(data), stdin_format=kind):
        assert found == from_json(to_json(found), type(found))


@given(st.text(max_size=200))
def test_reading_the_stored_text_changes_nothing(text: str) -> None:
    try:
        article = read_text("title: T\n\nOne. " + text)
    except InputError:
        return
    assert read_text("title: T\n\n" + article.text).text == article.text


# --- real articles ------------------------------------------------------------------------------------------------------------

@pytest.mark.skipif(not (SHARED / "articles").is_dir(), reason="needs the shared articles beside the checkout")
def test_shared_articles() -> None:
    found = list(read([str(SHARED / "articles")]))
    articles = [a for a in found if isinstance(a, Article)]
    assert len(articles) == len(found) == len(list((SHARED / "articles").glob("*.txt")))
    assert all(a.published for a in articles)
    seed = next(a for a in articles if a.source.endswith("seed.txt"))
    assert seed.published == "2025-01-13" and seed.text.startswith("Despite charges")
    for article in articles:
        assert not re.match(r"date|title|\d{4}-|\w+day, [A-Z]\w+ \d", article.text), article.text[:50]
