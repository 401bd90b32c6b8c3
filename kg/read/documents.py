"""Single documents of prose: Markdown and web pages (plain text is in :mod:`kg.read.article`)."""

from __future__ import annotations

import logging

from kg.errors import shown
from kg.read.article import Unreadable, clean, compose, take_header
from kg.records import Article


def from_markdown(text: str, source: str) -> Article | Unreadable:
    """Read Markdown: paragraphs, headings and list items become paragraphs; code, tables and HTML tags are left out."""
    from markdown_it import MarkdownIt

    fields, body = take_header(clean(text))
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    paragraphs: list[str] = []
    in_table = False
    for before, token in zip([None, *tokens], tokens, strict=False):
        in_table = token.type == "table_open" or (in_table and token.type != "table_close")
        if token.type != "inline" or in_table:
            continue
        words = "".join(
            child.content if child.type in ("text", "code_inline") else " " if child.type in ("softbreak", "hardbreak") else ""
            for child in token.children or ())
        if before and before.type == "heading_open" and before.tag == "h1" and not paragraphs and not fields.get("title"):
            fields["title"] = words
            continue
        paragraphs.append(" ".join(words.split()))
    return compose("\n\n".join(filter(None, paragraphs)), source, fields)


def from_html(text: str, source: str, url: str = "") -> Article | Unreadable:
    """Read a web page: main text and metadata as trafilatura finds them; `url` is where the page was got from."""
    import trafilatura

    logging.getLogger("trafilatura").addHandler(logging.NullHandler())  # it logs what it can't parse; we report it ourselves
    logging.getLogger("htmldate").addHandler(logging.NullHandler())
    try:
        page = trafilatura.bare_extraction(
            clean(text), url=url or None, with_metadata=True, include_comments=False, include_tables=False,
            # without max_date, htmldate compares with today's date: the result would depend on the clock; the extensive search
            # takes any date for the article's (the year of the copyright notice, a date told of in the text)
            date_extraction_params={"original_date": True, "extensive_search": False, "min_date": "1800-01-01",
                                    "max_date": "2100-12-31"})
    except Exception as error:  # lxml, htmldate and readability code raise many kinds on broken pages
        return Unreadable(source, f"can't be read as HTML ({shown(str(error) or type(error).__name__)}); save it anew or as .txt")
    if page is None or isinstance(page, dict) or not (page.text or "").strip():
        return Unreadable(source, "holds no main text; save the whole article page, or its text as .txt")
    fields = {
        "title": page.title or "", "published": page.date or "", "url": page.url or url, "publisher": page.sitename or "",
        "authors": tuple((page.author or "").split(";")), "language": page.language or "",
    }
    return compose("\n\n".join(line.strip() for line in (page.text or "").split("\n") if line.strip()), source, fields)
