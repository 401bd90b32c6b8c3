"""PDF with a text layer: paragraphs from the places of the lines, without running heads and page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from kg.errors import shown
from kg.read.article import MAX_CHARACTERS, Refused, Unreadable, clean, compose
from kg.records import Article

MAX_PDF_BYTES = 64_000_000
MAX_PAGES = 2_000
_PAGE_NUMBER = re.compile(r"(?i)(page )?\d{1,4}( (of|/) \d+)?")
Line = tuple[str, float, float, float]  # words, left edge, baseline from the page's bottom, height


def from_pdf(data: bytes, name: str) -> Iterator[Article | Unreadable]:
    """Yield the article that a PDF file holds.

    Title, author and day are the document's own, if it has them. Scanned pages have no text; they need OCR first.
    """
    try:
        import pypdfium2
    except ImportError:
        raise Refused("is a PDF, which needs pypdfium2: pip install 'newskg[pdf]'") from None
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        yield Unreadable(name, "is encrypted; save it without a password" if locked else
                         f"can't be read as PDF ({shown(str(error))}); get it anew, or save its text as .txt")
        return
    try:
        if len(document) > MAX_PAGES:
            raise Refused(f"has {len(document):,} pages, more than the {MAX_PAGES:,} allowed; split it")
        pages, size = [], 0
        for number in range(len(document)):
            try:
                page = document[number]
                try:
                    pages.append(_lines(page))
                finally:
                    page.close()
            except pypdfium2.PdfiumError as error:
                yield Unreadable(f"{name} page {number + 1}", f"can't be read ({shown(str(error))}); the other pages were")
                continue
            size += sum(len(line[0]) for line in pages[-1])
            if size > MAX_CHARACTERS:
                raise Refused(f"has more than the {MAX_CHARACTERS:,} characters allowed; split it")
        about = document.get_metadata_dict(skip_empty=True)
    finally:
        document.close()
    text = _text(pages)
    if not text.strip():
        yield Unreadable(name, "holds no text, only pictures of pages; make a text layer first (ocrmypdf), or save its text as .txt")
        return
    created = re.match(r"D:(\d{4})(\d\d)(\d\d)", about.get("CreationDate", ""))
    title = about.get("Title", "")
    yield compose(text, name, {
        "title": "" if re.search(r"(?i)\.(docx?|odt|indd|pdf|qxp)$|^untitled|^microsoft word", title) else title,
        "authors": tuple(re.split(r"\s*(?:,|;|\band\b)\s*", about.get("Author", ""))),
        "published": "-".join(created.groups()) if created else ""})


def _lines(page: Any) -> list[Line]:
    """Return the lines of a page in the order that the document gives them."""
    layer = page.get_textpage()
    try:
        count = layer.count_chars()
        if not count or count > MAX_CHARACTERS:
            return [] if not count else [(" " * (MAX_CHARACTERS + 1), 0, 0, 0)]
        text = layer.get_text_range(0, count)
        lines, at = [], 0
        for raw in re.split(r"(\r?\n)", text):
            words = clean(raw.replace("\ufffe", "-").replace("\x02", "-")).strip()
            if words:
                first = at + len(raw) - len(raw.lstrip())
                left, bottom, _, top = layer.get_charbox(min(first, count - 1), loose=True)
                lines.append((" ".join(words.split()), left, bottom, top - bottom))
            at += len(raw)
        return lines
    finally:
        layer.close()


def _text(pages: list[list[Line]]) -> str:
    """Return the paragraphs of all pages: lines joined, words put together again that a line end cut, running heads left out."""
    heads = _running(pages)
    paragraphs: list[str] = []
    before: Line | None = None
    for page in pages:
        fresh = True
        kept = [line for number, line in enumerate(page)
                if 3 <= number < len(page) - 3 or not (_shape(line[0]) in heads or _PAGE_NUMBER.fullmatch(line[0]))]
        if not kept:
            continue
        wide = max(len(line[0]) for line in kept)
        gaps = sorted(round(a[2] - b[2], 1) for a, b in pairwise(kept) if a[2] > b[2])
        usual = gaps[len(gaps) // 4] if gaps else 0.0
        for line in kept:
            words = line[0]
            if before is None or not paragraphs:
                paragraphs.append(words)
            elif _goes_on(before, line, usual, wide, fresh):
                last = paragraphs[-1]
                if re.search(r"\w-$", last) and words[:1].islower():
                    paragraphs[-1] = last[:-1] + words
                else:
                    paragraphs[-1] = f"{last} {words}"
            else:
                paragraphs.append(words)
            before, fresh = line, False
    return "\n\n".join(paragraphs)


def _goes_on(before: Line, line: Line, usual: float, wide: int, fresh: bool) -> bool:
    """Tell whether a line belongs to the paragraph of the line before."""
    ended = re.search(r"[.!?:][\"”’)\]]*$", before[0]) is not None
    taller = abs(before[3] - line[3]) > 0.2 * max(before[3], line[3])
    if taller and not fresh:
        return False  # a headline
    step = before[2] - line[2]
    if fresh or step <= 0:  # a new page or column
        return not ended
    if usual and step > 1.3 * usual + 0.5:
        return False
    return not (ended and (line[1] - before[1] > 5 or len(before[0]) < 0.7 * wide))


def _shape(words: str) -> str:
    return re.sub(r"\d+", "0", words)


def _running(pages: list[list[Line]]) -> set[str]:
    """Return what stands at the head or foot of at least three pages and half of all, numbers made equal."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_shape(line[0]) for line in (*page[:3], *page[-3:])})
    return {shape for shape, count in seen.items() if count >= max(3, len(pages) / 2)}
