"""Reading: feeds, news XML, tables, PDF, web archives, packed files; hostile ones among them."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.read import Note, Unreadable, read
from kg.read.formats import FORMATS
from kg.records import Article, from_json, to_json

ROOT = Path(__file__).parents[1]
PROSE = "The mayor opened the bridge on Monday. Two hundred people came to see it."
LONG = " ".join([PROSE] * 20)


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def all_of(path: Path, **options: Any) -> tuple[list[Article], list[Unreadable]]:
    found = list(read([str(path)], **options))
    bad = [one for one in found if isinstance(one, Unreadable)]
    assert all("\n" not in one.reason and one.reason.isprintable() for one in bad)
    return [one for one in found if isinstance(one, Article)], bad


def reason(path: Path, **options: Any) -> str:
    articles, bad = all_of(path, **options)
    assert not articles and len(bad) == 1, (articles, bad)
    return bad[0].reason


# --- feeds --------------------------------------------------------------------------------------------------------------------

RSS = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Herald</title><language>en-gb</language>
<item><title>Bridge &amp; tower open</title><link>https://herald.example/1</link><dc:creator>Ana Ruiz</dc:creator>
<pubDate>Mon, 06 May 2024 10:00:00 GMT</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>{PROSE}</p><script>alert(1)</script><p>It cost “ten million” euros &amp; more.</p>]]></content:encoded></item>
<item><title>Second</title><link>https://herald.example/2</link><description>&lt;p&gt;Only a summary here.&lt;/p&gt;</description></item>
<item><title>Third</title></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Herald</title><entry><title>Bridge opens</title>
<link href="https://herald.example/1"/><updated>2024-05-06T10:00:00Z</updated><author><name>Ana Ruiz</name></author>
<content type="html">&lt;p&gt;{LONG}&lt;/p&gt;</content></entry></feed>"""


def test_rss_full_text_and_summaries(tmp_path: Path) -> None:
    articles, bad = all_of(write(tmp_path / "a.rss", RSS))
    first, second = articles
    assert first.text == PROSE + "\n\nIt cost “ten million” euros & more."
    assert (first.title, first.published, first.url) == ("Bridge & tower open", "2024-05-06", "https://herald.example/1")
    assert (first.publisher, first.authors) == ("Herald", ("Ana Ruiz",))
    assert second.text == "Only a summary here."
    assert [type(one) for one in bad] == [Unreadable, Note]
    assert bad[0].source.endswith("a.rss#3") and "no text" in bad[0].reason
    assert "1 of 3 entries hold only a summary" in bad[1].reason


def test_atom_and_broken_feeds(tmp_path: Path) -> None:
    articles, bad = all_of(write(tmp_path / "a.xml", ATOM))
    assert [(one.text, one.published, one.authors) for one in articles] == [(LONG, "2024-05-06", ("Ana Ruiz",))] and not bad
    articles, _ = all_of(write(tmp_path / "b.xml", RSS.replace("</channel></rss>", "<item>&nbsp;")))
    assert len(articles) == 2
    assert "without entries" in reason(write(tmp_path / "c.xml", "<rss><channel><title>T</title></channel></rss>"))


# --- news in XML --------------------------------------------------------------------------------------------------------------

NITF = f"""<?xml version="1.0" encoding="UTF-8"?>
<nitf><head><title>Short</title><docdata><date.issue norm="20240506T100000Z"/></docdata><pubdata name="Herald"/></head><body>
<body.head><hedline><hl1>Bridge opens</hl1></hedline><byline>By <person>Ana Ruiz</person> and Bo Lund</byline></body.head>
<body.content><block><p>{PROSE}</p><media><media-caption>A photo.</media-caption></media><p>It <em>cost</em> ten
million.</p></block><table><tr><td>1</td></tr></table></body.content></body></nitf>"""
G2 = f"""<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet><newsItem guid="urn:a" version="1">
<itemMeta><provider><name>Herald Wire</name></provider><versionCreated>2024-05-07</versionCreated><pubStatus qcode="stat:usable"/>
</itemMeta><contentMeta><contentCreated>2024-05-06T10:00:00+02:00</contentCreated><headline>Bridge opens</headline><by>Ana Ruiz</by>
<language tag="en-GB"/></contentMeta><contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">
<head><title>x</title></head><body>
<h1>Bridge opens</h1><p>{PROSE}</p><script>alert(1)</script></body></html></inlineXML></contentSet></newsItem>
<newsItem guid="urn:b"><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta></newsItem>
<newsItem guid="urn:c"><itemMeta/><contentMeta><headline>Photo</headline></contentMeta></newsItem></itemSet></newsMessage>"""


def test_nitf(tmp_path: Path) -> None:
    [article], bad = all_of(write(tmp_path / "a.nitf", NITF))
    assert article.text == PROSE + "\n\nIt cost ten million." and not bad
    assert (article.title, article.published, article.publisher) == ("Bridge opens", "2024-05-06", "Herald")
    assert article.authors == ("Ana Ruiz", "Bo Lund")


def test_newsml(tmp_path: Path) -> None:
    [article], bad = all_of(write(tmp_path / "a.xml", G2))
    assert (article.text, article.title, article.published) == (PROSE, "Bridge opens", "2024-05-06")
    assert (article.publisher, article.authors, article.language) == ("Herald Wire", ("Ana Ruiz",), "en")
    assert [(type(one), one.source[-2:]) for one in bad] == [(Note, "#2"), (Unreadable, "#3")]
    old = f"<NewsML><NewsItem><NewsComponent><ContentItem><DataContent>{NITF.partition('?>')[2]}</DataContent></ContentItem>"
    [article], _ = all_of(write(tmp_path / "b.xml", old + "</NewsComponent></NewsItem></NewsML>"))
    assert article.title == "Bridge opens"


def test_hostile_xml(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", "s3cret")
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "ha"}">' for i in range(12))
    for kind in ("rss", "nitf"):
        for inside in (f'<!ENTITY x SYSTEM "file://{secret}">', laughs, f'<!ENTITY % x SYSTEM "file://{secret}"> %x;'):
            text = f"<?xml version='1.0'?><!DOCTYPE {kind} [{inside}]><{kind}><body.content><p>&x;&l11;</p></body.content></{kind}>"
            assert "entities" in reason(write(tmp_path / "a.xml", text))
            assert "entities" in reason(write(tmp_path / "b.xml", text.encode("utf-16")))
    assert "unknown kind (<urlset>)" in reason(write(tmp_path / "c.xml", "<urlset/>"))
    assert "not XML" in reason(write(tmp_path / "d.xml", "<nitf><a></nitf>"))
    deep = "<nitf><body.content>" + "<b>" * 50_000
    assert "not XML" in reason(write(tmp_path / "e.xml", deep))


# --- tables -------------------------------------------------------------------------------------------------------------------

def test_csv_columns_and_bad_rows(tmp_path: Path) -> None:
    out = io.StringIO()
    table = csv.writer(out, delimiter=";")
    table.writerows([
        ["id", "Title", "Date", "article", "url"], ["1", "Bridge; open", "2024-05-06", PROSE + "\n\n“More” came.", "https://h.example/1"],
        ["2", "short"], ["3", "T", "", "", ""], [], ["4", "Café", "6 May 2024", PROSE, ""]])
    for name, data in (("a.csv", out.getvalue().encode()), ("b.csv", out.getvalue().encode("cp1252")),
                       ("c.csv", out.getvalue().encode("utf-16")), ("d.csv", out.getvalue().encode("utf-8-sig"))):
        articles, bad = all_of(write(tmp_path / name, data))
        assert [(one.title, one.published, one.text) for one in articles] == [
            ("Bridge; open", "2024-05-06", PROSE + "\n\n“More” came."), ("Café", "2024-05-06", PROSE)], name
        assert articles[0].source.endswith(f"{name}#1")
        assert [one.source[-5:] for one in bad] == ["row 2", "row 3"] and "2 fields for 5 columns" in bad[0].reason


def test_csv_mapping_and_limits(tmp_path: Path) -> None:
    [article], _ = all_of(write(tmp_path / "a.tsv", f"words\theading\n{PROSE}\tBridge\n"), fields={"text": "words", "title": "heading"})
    assert (article.text, article.title) == (PROSE, "Bridge")
    assert "fields: words" in reason(write(tmp_path / "b.csv", "words\nabc\n"))
    assert "only a row of column names" in reason(write(tmp_path / "c.csv", "text,title\n"))
    assert "binary" in reason(write(tmp_path / "d.csv", b"PK\x03\x04\x00\x00"))
    assert "longer than 16 MB" in reason(write(tmp_path / "e.csv", b"text\n" + b"a" * 17_000_000))
    articles, bad = all_of(write(tmp_path / "f.csv", b"text\nfirst \xe2\x80\x9cone\xe2\x80\x9d\nbad \xff\x81 row\nlast\n"))
    assert [one.text for one in articles] == ["first “one”", "last"] and "not UTF-8" in bad[0].reason


def test_parquet(tmp_path: Path) -> None:
    import datetime

    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({"body": [PROSE, None, PROSE + " Again."], "when": [datetime.datetime(2024, 5, 6), None, None],
                           "meta": [{"site": "Herald"}, None, None], "other": [1, 2, 3]})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    articles, bad = all_of(tmp_path / "a.parquet", fields={"published": "when", "publisher": "meta.site"})
    assert [(one.text, one.published, one.publisher) for one in articles] == [
        (PROSE, "2024-05-06", "Herald"), (PROSE + " Again.", "", "")]
    assert [one.source[-5:] for one in bad] == ["row 2"]
    data = (tmp_path / "a.parquet").read_bytes()
    assert "Parquet" in reason(write(tmp_path / "b.parquet", data[:-20]))
    assert "Parquet" in reason(write(tmp_path / "c.parquet", b"PAR1 no table PAR1"))
    pyarrow.parquet.write_table(table.select(["other"]), tmp_path / "d.parquet")
    assert "columns: other" in reason(tmp_path / "d.parquet")
    assert len(all_of(write(tmp_path / "a.parquet.gz", gzip.compress(data)), fields={})[0]) == 2


# --- PDF ----------------------------------------------------------------------------------------------------------------------

def pdf(pages: list[str], title: str = "", **options: Any) -> bytes:
    import fpdf

    document = fpdf.FPDF()
    document.set_title(title)
    document.set_font("Helvetica", size=11)
    for number, page in enumerate(pages, 1):
        document.add_page()
        document.cell(text="The Herald - City", new_x="LMARGIN", new_y="NEXT")
        document.ln(8)
        for paragraph in page.split("\n\n"):
            document.multi_cell(0, 5, paragraph, new_x="LMARGIN", new_y="NEXT")
            document.ln(4)
        document.cell(text=f"Page {number}")
    if options.get("password"):
        document.set_encryption("owner", options["password"])
    return bytes(document.output())


def test_pdf_paragraphs_without_running_heads(tmp_path: Path) -> None:
    second = "The council paid ten million euros for the work, its report said on Friday. " * 3
    [article], bad = all_of(write(tmp_path / "a.pdf", pdf(
        [f"{LONG}\n\n{second}", "Other news came.", "Third page of it."], "Bridge opens")))
    assert not bad and article.title == "Bridge opens"
    assert article.text.split("\n\n") == [LONG, second.strip(), "Other news came.", "Third page of it."]


def test_bad_pdf(tmp_path: Path) -> None:
    data = pdf([PROSE])
    assert "encrypted" in reason(write(tmp_path / "a.pdf", pdf([PROSE], password="x")))
    assert "can't be read as PDF" in reason(write(tmp_path / "b.pdf", b"%PDF-1.7\nnothing"))
    assert "can't be read as PDF" in reason(write(tmp_path / "c.pdf", data[:200]))
    import fpdf

    blank = fpdf.FPDF()
    blank.add_page()
    assert "only pictures" in reason(write(tmp_path / "d.pdf", bytes(blank.output())))


# --- packed files -------------------------------------------------------------------------------------------------------------

def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def test_gzip_and_zip_of_anything(tmp_path: Path) -> None:
    jsonl = b'{"text": "One."}\n{"text": "Two."}\n'
    inner = packed({"deep/b.rss": RSS.encode(), "../up.txt": b"Third text.", ".hidden.txt": b"x", "photo.jpg": b"x",
                    "c.md.gz": gzip.compress(b"# T\n\nFourth.")})
    articles, _ = all_of(write(tmp_path / "a.zip", packed({"x.jsonl": jsonl, "in.zip": inner})))
    assert [one.text[:6] for one in articles] == ["One.", "Two.", "The ma", "Only a", "Third ", ]
    assert articles[4].source == f"{tmp_path}/a.zip/in.zip/../up.txt"
    articles, bad = all_of(write(tmp_path / "b.jsonl.gz", gzip.compress(jsonl[:17]) + gzip.compress(jsonl[17:])))
    assert [one.text for one in articles] == ["One.", "Two."] and not bad
    assert [one.text for one in all_of(write(tmp_path / "c.gz", gzip.compress(jsonl)))[0]] == ["One.", "Two."]
    articles, bad = all_of(write(tmp_path / "d.jsonl.gz", gzip.compress(jsonl * 500)[:-8]))
    assert len(articles) == 2 and "ends in the middle" in bad[-1].reason
    for data in (gzip.compress(jsonl), packed({"a.txt": b"A text."}), RSS.encode(), G2.encode(), pdf([PROSE])):
        assert any(isinstance(one, Article) for one in read(["-"], stdin=io.BytesIO(data)))


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "larger than 16 MB" in reason(write(tmp_path / "a.txt.gz", gzip.compress(b"a" * 17_000_000)))
    monkeypatch.setattr("kg.read.archives.FREE", 1_000_000)
    zeros = gzip.compress(b"a" * 2_000_000, 9)
    assert "bomb" in reason(write(tmp_path / "b.txt.gz", zeros))
    assert "bomb" in reason(write(tmp_path / "c.warc.gz", zeros))
    assert "bomb" in reason(write(tmp_path / "c.jsonl.gz", zeros))
    assert "bomb" in reason(write(tmp_path / "d.zip", packed({"a.txt": b"a" * 2_000_000})))
    deep = b"A text."
    for level in range(4):
        deep = packed({f"{level}.zip" if level else "a.txt": deep})
    assert "more than 2 deep" in reason(write(tmp_path / "e.zip", deep))
    lying = bytearray(packed({"a.txt": b"A text of some words."}))
    at = lying.rindex(b"PK\x01\x02") + 24
    lying[at:at + 4] = struct.pack("<I", 2_000_000_000)
    assert "bomb" in reason(write(tmp_path / "f.zip", bytes(lying)))


def test_broken_archives(tmp_path: Path) -> None:
    data = packed({"a.txt": b"First text.", "b.txt": b"Second text." * 20, "c.txt": b"Third text."})
    assert "zip archive" in reason(write(tmp_path / "a.zip", data[:60]))
    spoiled = bytearray(data)
    spoiled[spoiled.index(b"b.txt") + 8] ^= 0xFF
    articles, bad = all_of(write(tmp_path / "b.zip", bytes(spoiled)))
    assert [one.text for one in articles] == ["First text.", "Third text."] and bad[0].source.endswith("b.zip/b.txt")
    assert "no articles of a known format" in reason(write(tmp_path / "c.zip", packed({"a.jpg": b"x"})))
    nameless = packed({"": b"a", "a.txt": b"A text."})  # found by scripts/fuzz.py
    assert [one.text for one in all_of(write(tmp_path / "f.zip", nameless))[0]] == ["A text."]
    assert "broken gzip" in reason(write(tmp_path / "d.txt.gz", b"no gzip"))


# --- web archives -------------------------------------------------------------------------------------------------------------

def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate_warc", ROOT / "scripts" / "generate_warc.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_warc_with_broken_records_and_wrong_headers(tmp_path: Path) -> None:
    data, sorts = generator().make(60)
    articles, bad = all_of(write(tmp_path / "a.warc.gz", data))
    assert [one.url for one in articles] == sorts["readable"]
    for article in articles:
        number = article.url.rpartition("/")[2]
        assert article.title == f"Bridge {number} opens" and article.published.startswith("2024-05-")
        assert f"Zoë Lund, the engineer, said it cost £{number} million." in article.text
    notes = [one for one in bad if isinstance(one, Note)]
    assert len(notes) == 1 and f"passed over {len(sorts['other'])} records" in notes[0].reason
    assert len(bad) - 1 == len(sorts["broken"]) - 1  # a damaged member and the rubbish behind it are one stretch


def test_warc_unpacked_and_cut_off(tmp_path: Path) -> None:
    made = generator()
    pages = [made.record("response", f"https://h.example/{n}", made.response(
        made.PAGE.format(n=n, day=1, words="", charset="utf-8").encode())) for n in range(4)]
    whole = b"".join(pages)
    assert len(all_of(write(tmp_path / "a.warc", whole))[0]) == 4
    articles, bad = all_of(write(tmp_path / "b.warc", whole[:-300]))
    assert len(articles) == 3 and "breaks off" in bad[0].reason
    articles, bad = all_of(write(tmp_path / "c.warc.gz", gzip.compress(whole)[:-60]))
    assert articles and "gzip data" in bad[-1].reason
    articles, bad = all_of(write(tmp_path / "d.warc", pages[0] + b"rubbish\r\n" * 30 + pages[1] + pages[2][:100] + b"\r\n" + pages[3]))
    assert [one.url[-1] for one in articles] == ["0", "1", "3"] and len(bad) == 2
    assert "no WARC record" in reason(write(tmp_path / "e.warc", b"rubbish"))
    assert "holds no WARC" in reason(write(tmp_path / "f.warc", b""))


# --- any bytes ----------------------------------------------------------------------------------------------------------------

SEEDS = {
    "xml": [RSS.encode(), ATOM.encode(), NITF.encode(), G2.encode()], "csv": [b"text,title\nOne.,T\n"],
    "zip": [packed({"a.txt": b"A text."})],
    "gzip": [gzip.compress(b"A text.")], "pdf": [], "parquet": [], "warc": [],
}


@pytest.mark.parametrize("kind", sorted(set(FORMATS.values())))
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_bytes_make_a_reader_fail(kind: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from([b"", *SEEDS.get(kind, [])]))
    at = data.draw(st.integers(0, len(seed)))
    content = seed[:at] + data.draw(st.binary(max_size=60)) + seed[at + data.draw(st.integers(0, 20)):]
    for found in read(["-"], stdin=io.BytesIO(content), stdin_format=kind):
        assert found == from_json(to_json(found), type(found))
