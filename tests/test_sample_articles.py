"""The sample articles are what data/README.md says: headed, dated, 250 to 500 words, each one listed."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data"
FILES = sorted((DATA / "articles").iterdir())
META = {"title": r'og:title" content="([^"]+)', "date": r'published_time" content="(\d{4}-\d\d-\d\d)',
        "url": r'og:url" content="([^"]+)', "publisher": r'og:site_name" content="([^"]+)',
        "author": r'author" content="([^"]+)'}


def parts(path: Path) -> tuple[dict[str, str], str]:
    """Return header fields and text of a sample article."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        body = re.sub(r"<aside.*?</aside>|<[^>]+>", " ", text[text.index("<article>"):text.index("</article>")], flags=re.DOTALL)
        return {name: (re.findall(pattern, text) or [""])[0] for name, pattern in META.items()}, body
    head, _, body = text.removeprefix("---\n").partition("\n---\n" if path.suffix == ".md" else "\n\n")
    return {name: value for name, _, value in (line.partition(": ") for line in head.splitlines())}, body


def test_there_are_enough_of_each_kind() -> None:
    suffixes = [path.suffix for path in FILES]
    assert len(FILES) >= 14 and suffixes.count(".html") == 1 and ".md" in suffixes and set(suffixes) == {".txt", ".md", ".html"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_header_and_length(path: Path) -> None:
    header, body = parts(path)
    assert set(header) == set(META) and all(header.values())
    assert date.fromisoformat(header["date"])
    assert re.match(r"https://[a-z]+\.example/", header["url"])
    assert 250 <= len(body.split()) <= 500


def test_readme_lists_them_all() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (\S+) \|", (DATA / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(rows) == sorted((path.name, parts(path)[0]["date"]) for path in FILES)
