"""Step 1: files, folders, patterns and standard input -> :class:`~kg.records.Article`.

Whatever can't be read is yielded as an :class:`Unreadable` with a one-line reason, so that one bad article never stops a batch.
The stored text is cleaned here once and for all: metadata lines at its head become fields, line ends and paragraphs are made
uniform, and characters that XML or a terminal can't take become U+FFFD. JSON texts keep every offset, except where a dateline at
the very start (``date 2025-01-13 ...``) is cut off.
"""

from __future__ import annotations

import codecs
import datetime
import glob
import hashlib
import json
import logging
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any, BinaryIO

from kg.errors import InputError
from kg.records import Article, Record

#: format by file name ending
FORMATS = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
}
#: spaCy's own bound for one text (``Language.max_length``): the parse takes about 1 GB of memory for 100,000 words
MAX_CHARACTERS = 1_000_000
#: the largest single document read into memory; one line of a .jsonl file counts as a document
MAX_BYTES = 16_000_000
#: a .json file may hold a list of articles, which has to be in memory at once
MAX_JSON_BYTES = 256_000_000

#: field of an article -> names that it goes by in JSON and in file headers, best first
FIELD_NAMES = {
    "text": ("text", "body", "content", "articleBody", "article_body", "maintext", "full_text", "article"),
    "title": ("title", "headline", "name"),
    "published": ("published", "date", "datePublished", "date_published", "publishedAt", "published_at", "pub_date",
                  "date_publish", "published_date", "publish_date"),
    "url": ("url", "link", "canonical_url", "source_url", "webUrl"),
    "publisher": ("publisher", "source", "sitename", "source_domain", "site"),
    "authors": ("authors", "author", "byline", "creator"),
    "language": ("language", "lang"),
    "source": ("doc", "doc_id", "docid", "id", "uuid"),
}
_HEADER_FIELD = {name.lower(): field for field, names in FIELD_NAMES.items() if field not in ("text", "source") for name in names}
_HEADER_FIELD |= {"by": "authors", "published": "published"}
del _HEADER_FIELD["name"]

#: files that describe a folder of articles; passed over in folders, read when named
_ABOUT_FOLDER = re.compile(r"(?i)(readme|licen[sc]es?|changelog|contributing|notice|copying)$")

_MONTHS = {name: number for number, names in enumerate((
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug", "september sept sep",
    "october oct", "november nov", "december dec"), 1) for name in names.split()}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
_ISO = r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?:[T ]\d\d:\d\d[\d:.]*\s?(?:Z\b|UTC\b|GMT\b|[+-]\d\d:?\d\d\b)?)?"
_DATES = tuple(re.compile(form, re.IGNORECASE) for form in (
    _ISO,
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:T?\d{4,6}Z?)?(?!\d)",
    rf"(?:{_WEEKDAY},?\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{_MONTH}),?\s+(?P<y>\d{{4}})(?:[,\s]+\d\d?:\d\d.*)?",
    rf"(?:{_WEEKDAY},?\s+)?(?P<m>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})(?:[,\s]+(?:at\s+)?\d\d?:\d\d.*)?",
    r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})",
))
_HEADER_LINE = re.compile(r"\n?[ \t]*(?P<key>[A-Za-z_]{2,20})[ \t]*:(?!//)[ \t]*(?P<value>[^\n]{0,2000})(?=\n|\Z)")
_LIST_LINE = re.compile(r"\n?[ \t]*-[ \t]+(?P<value>[^\n]*)")
#: "date 2025-01-13", "url http://..." within a line: the value ends by itself
_CLOSED_PAIR = re.compile(
    rf"\n?[ \t]*(?P<key>date|published|url|link)\s*[:=]?\s*(?P<value>{_ISO}|https?://\S+)(?=\s|\Z)", re.IGNORECASE)
#: "title Actor sues" within a line: the value ends where a closed pair begins
_OPEN_PAIR = re.compile(
    r"\n?[ \t]*(?P<key>title|headline|author|publisher|source)\s*[:=]?\s+(?P<value>[^\n]{1,300}?)"
    rf"(?=\s+(?:date|published|url|link)\s*[:=]?\s*(?:{_ISO.replace('?P<', '?P<next_')}|https?://))", re.IGNORECASE)
#: "Thursday, May 7, 2015 On Tuesday, ..." / "13 January 2025 — The mayor ..." / a line that holds only a date
_DATELINE = re.compile(
    r"\s*(?P<said>(?:First )?(?:published|posted|updated)(?: on)?:? )?"
    rf"(?P<date>(?P<weekday>{_WEEKDAY},?\s+)?(?:\d{{1,2}}\s+{_MONTH},?\s+\d{{4}}|{_MONTH}\s+\d{{1,2}},?\s+\d{{4}}|\d{{4}}-\d\d-\d\d))"
    r"(?:(?P<mark>\s*(?:[—–|:]|-{1,2}(?=\s))\s*|[ \t]*(?:\n|\Z))|\s+(?=[\"“‘']?[A-Z]))", re.IGNORECASE)

#: "SANTA FE, N.M. (AP) — The actor ...": a place in capitals, or any with an agency in brackets, before a dash
_PLACE_LINE = re.compile(
    r"(?P<place>(?:[A-Z][A-Z.'’ -]{1,30}[A-Z](?:,(?: [A-Z][\w.]{0,15}){1,3})?(?: \([A-Z][\w ./&-]{1,30}\))?"
    r"|[A-Z][\w.'’ ,-]{1,50} \([A-Z][\w ./&-]{1,30}\)))\s*(?:[—–]|--?)\s+(?=[\"“‘']?[A-Z])")

#: "By Ana Ruiz and Bo Lund" as a paragraph of its own, below the headline
_BYLINE = re.compile(r"By (?P<names>[A-Z][\w.'’-]*(?: (?:[A-Z][\w.'’-]*|de|van|von|al|bin|and|da|del|la)|,){1,12})\n\n")

#: characters that XML 1.0 forbids or that steer a terminal (C0, C1), and non-characters; tab and newline stay
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = dict.fromkeys(map(ord, "\r\x0c\x85\u2028\u2029"), "\n")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Unreadable(Record, frozen=True):
    """A source that gave no article, and the reason in one line, which tells the mend."""

    source: str
    reason: str


def read(
    sources: Iterable[str], *, fields: Mapping[str, str] | None = None, stdin_format: str | None = None,
    stdin: BinaryIO | None = None, unique: bool = True,
) -> Iterator[Article | Unreadable]:
    """Yield the articles that `sources` hold, and an :class:`Unreadable` for each that can't be read.

    A source is a file, a folder (searched in depth), a glob pattern or ``-`` for standard input. Files are read in sorted order,
    whatever the order of `sources`. `fields` names the JSON keys of an article's fields where they aren't the usual ones
    (``{"text": "body", "publisher": "source.name"}``). `stdin_format` is a value of :data:`FORMATS`; without it, it is told from
    the first line. With `unique`, an article met twice is yielded once.

    Raises InputError if `fields` or `stdin_format` is wrong.
    """
    check_options(fields, stdin_format)
    seen = set()
    for found in find(sources):
        if isinstance(found, Unreadable):
            yield found
            continue
        results = _read_stdin(stdin or sys.stdin.buffer, stdin_format, fields) if found == "-" else _read_file(found, fields)
        for result in results:
            if isinstance(result, Unreadable):
                yield result
            elif not (unique and result.id in seen):
                seen.add(result.id)
                yield result


def check_options(fields: Mapping[str, str] | None, stdin_format: str | None) -> None:
    """Raise InputError unless `fields` and `stdin_format` are ones that :func:`read` knows."""
    for field in fields or ():
        if field not in FIELD_NAMES:
            raise InputError(f"unknown article field {field!r}; use one of {', '.join(FIELD_NAMES)} (as in text=body)")
    if stdin_format is not None and stdin_format not in FORMATS.values():
        raise InputError(f"unknown format {stdin_format!r}; use one of {', '.join(dict.fromkeys(FORMATS.values()))}")


def find(sources: Iterable[str]) -> list[str | Unreadable]:
    """Return the files that `sources` name, sorted and each once, ``-`` last; then those that name none, with the reason."""
    files: set[str] = set()
    bad: set[tuple[str, str]] = set()
    for source in sources:
        if source == "-":
            continue
        try:
            found, reason = _find_one(source)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            found, reason = [], f"can't be looked at ({_os_reason(error)}); check the path and its permissions"
        files.update(found)
        if reason:
            bad.add((source, reason))
    stdin = ["-"] if "-" in sources else []
    return [*sorted(files), *stdin, *(Unreadable(shown(source), reason) for source, reason in sorted(bad))]


def _find_one(source: str) -> tuple[list[str], str]:
    """Return the files that one source names and, if none, the reason."""
    if os.path.isdir(source):
        return _walk(source)
    if os.path.lexists(source):
        return [os.path.normpath(source)], ""
    if not glob.has_magic(source):
        return [], "doesn't exist; check the path"
    files = []
    for path in glob.glob(source, recursive=True):
        if not os.path.isdir(path):
            files.append(os.path.normpath(path))
        elif "**" not in source:
            files += _walk(path)[0]
    return files, "" if files else "matches no file; quote the pattern, or use ** to search folders in depth"


def _walk(folder: str) -> tuple[list[str], str]:
    """Return the article files under `folder`; hidden ones, other formats and links to folders are passed over."""
    files: list[str] = []
    others: set[str] = set()
    denied: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=denied.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            stem, ending = os.path.splitext(name)
            if name.startswith(".") or _ABOUT_FOLDER.match(stem):
                continue
            if ending.lower() in FORMATS:
                files.append(os.path.normpath(os.path.join(parent, name)))
            else:
                others.add(ending.lower() or "no ending")
    if denied:
        return files, f"can't list {shown(str(denied[0].filename))} ({_os_reason(denied[0])}); check its permissions"
    seen = f"; it holds only {shown(', '.join(sorted(others)[:6]))}" if others else ""
    return files, "" if files else f"holds no articles ({' '.join(FORMATS)}){seen}"


def _read_file(path: str, fields: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
    """Yield what one file holds."""
    ending = os.path.splitext(path)[1].lower()
    kind = FORMATS.get(ending)
    name = shown(path, 4096)
    if kind is None:
        yield Unreadable(name, f"has no known format ({shown(ending) or 'no ending'}); convert it to one of {' '.join(FORMATS)}")
        return
    try:
        if not os.path.isfile(path):
            raise OSError("not a regular file, or a broken link")
        with open(path, "rb") as file:
            yield from _read_stream(file, kind, name, fields, size=os.fstat(file.fileno()).st_size)
    except OSError as error:
        yield Unreadable(name, f"can't be opened ({_os_reason(error)}); check the file and its permissions")


def _read_stdin(stdin: BinaryIO, kind: str | None, fields: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
    """Yield what standard input holds; its format is told from its first line where not given."""
    head = b""
    if kind is None:
        head = stdin.readline(MAX_BYTES + 1)
        while head and not head.strip() and len(head) < 1000:
            head += stdin.readline(MAX_BYTES + 1)
        kind = _sniff(head)
    yield from _read_stream(stdin, kind, "-", fields, head=head)


def _sniff(head: bytes) -> str:
    """Return the format that a document seems to have, from its first non-empty line."""
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if start[:1] == b"{":
        try:
            json.loads(start)
        except (ValueError, RecursionError):
            return "json"  # an object over several lines
        return "jsonl"
    if start[:1] == b"[" and re.match(rb"\[\s*(\{|\Z)", start):
        return "json"
    return "html" if re.match(rb"(?i)<(!doctype|html|head|body|\?xml|!--)", start) else "text"


def _read_stream(
    stream: BinaryIO, kind: str, name: str, fields: Mapping[str, str] | None, *, size: int = 0, head: bytes = b""
) -> Iterator[Article | Unreadable]:
    """Yield what a binary stream of the given format holds; `head` was already taken from it."""
    if kind == "jsonl":
        yield from _read_lines(stream, name, fields, head)
        return
    limit = MAX_JSON_BYTES if kind == "json" else MAX_BYTES
    data = head if size > limit else head + stream.read(limit + 1)
    if size > limit or len(data) > limit:
        mend = "write one article a line, as .jsonl" if kind == "json" else "split it into articles"
        yield Unreadable(name, f"is larger than {limit // 1_000_000} MB; {mend}")
        return
    if not data.strip():
        yield Unreadable(name, "is empty; leave it out or fill it")
        return
    text = decode(data, html=kind == "html")
    if isinstance(text, Unreadable):
        yield Unreadable(name, text.reason)
    elif kind == "json":
        yield from _read_json(text, name, fields)
    else:
        reader = {"text": _from_text, "markdown": _from_markdown, "html": _from_html}[kind]
        yield reader(text, name)


# --- from bytes to text -------------------------------------------------------------------------------------------------------

#: a JSON text that is a piece of a web page, as content systems export them
_MARKUP = re.compile(r"(?is)\s*<(p|div|article|section|h[1-6])\b[^>]*>.*</\1>")
_BLOCK_TAGS = frozenset((
    "p", "div", "br", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "blockquote", "tr", "table", "figure", "figcaption",
    "section", "article"))
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
         (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(rb"""(?i)<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,30})""")
#: what English news in Windows-1252 holds beyond ASCII: letters with accents, typographic marks, currency signs, fractions
#: signs inside words, as when Polish or Czech in Windows-1250 is taken for Windows-1252 (£ódŸ)
_MISREAD = re.compile("(?<=[^\\W\\d_])[£¥¹³ªº¼¾¿¡]|[£¥¹³¼¾][^\\W\\d_]|[a-zß-ÿ][À-ÞŠŒŽŸ]")
_WESTERN = re.compile("[À-ÖØ-öø-ÿŠšŽžŒœŸ€‚„…‘’“”•–—™\xa0¡£¥§©ª«®°±²³´·¹º»¼½¾¿]+")


def decode(data: bytes, *, html: bool = False) -> str | Unreadable:
    """Return the text that `data` holds, or why it can't be told.

    UTF-8 (or what a byte order mark or HTML's own declaration says) if it fits; else Windows-1252 if all of it is what English
    text holds; else what charset-normalizer finds, if there is enough to go by. In doubt nothing is guessed.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark):].decode(encoding)
            except UnicodeDecodeError:
                return Unreadable("", f"begins as {encoding.upper()} but isn't; convert it to UTF-8")
    declared = _CHARSET.search(data[:4096]) if html else None
    for encoding in ("utf-8", *([declared[1].decode("ascii", "replace")] if declared else ())):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
        if text and len(_CONTROL.findall(text)) <= max(2, len(text) // 100):
            return text
    return _detect(data)


def _detect(data: bytes) -> str | Unreadable:
    """Return `data` decoded by what it looks like, or why that can't be told."""
    sample = data[:100_000]
    controls = sum(1 for byte in sample if byte < 32 and byte not in b"\t\n\r\f\x1b")
    if b"\x00" in sample and 0.3 < sample.count(0) / len(sample) < 0.6:
        for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
            if zeros.count(0) > 0.8 * len(zeros):
                try:
                    return data.decode(encoding)
                except UnicodeDecodeError:
                    break
    if controls > max(2, len(sample) // 100):
        return Unreadable("", "is a binary file, not text; convert it to text or HTML")
    try:
        western = data.decode("cp1252")
    except UnicodeDecodeError:
        western = ""
    strange = re.findall(r"[^\x00-\x7f]", western)
    if western and all(map(_WESTERN.fullmatch, strange)) and len(strange) * 4 <= len(western) and not _MISREAD.search(western):
        return western
    high = sum(1 for byte in sample if byte > 127)
    if high >= 40:
        import charset_normalizer

        best = charset_normalizer.from_bytes(sample if len(data) > len(sample) else data).best()
        if best is not None:
            try:
                return data.decode(best.encoding)
            except (UnicodeDecodeError, LookupError):
                pass
    return Unreadable("", "is neither UTF-8 nor Windows-1252; convert it: iconv -f ITS-ENCODING -t UTF-8")


def clean(text: str) -> str:
    """Return `text` with line ends made "\\n" and each character that XML or a terminal can't take made U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text.replace("\r\n", "\n").translate(_LINE_ENDS))


def shown(text: str, limit: int = 200) -> str:
    """Return `text` fit for a one-line message: printable, at most `limit` characters."""
    line = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return line if len(line) <= limit else line[:limit - 1] + "…"


def _os_reason(error: Exception) -> str:
    return shown(getattr(error, "strerror", None) or str(error) or type(error).__name__)


# --- from text to Article -----------------------------------------------------------------------------------------------------

def make_article(
    text: str, *, source: str = "", title: str = "", published: str = "", url: str = "", publisher: str = "",
    authors: Iterable[str] = (), language: str = "",
) -> Article | Unreadable:
    """Return the article with its id, its fields cleaned to one line each, or why there is none.

    The id is a readable slug and a hash over all that the article says of itself, so the same article read twice has one id; it
    is safe as a file name and in an IRI.
    """
    source = shown(source, 4096)
    if not text.strip():
        return Unreadable(source, "holds no text; leave it out, or see that its text is where newskg looks for it")
    if len(text) > MAX_CHARACTERS:
        return Unreadable(source, f"has {len(text):,} characters, more than the {MAX_CHARACTERS:,} allowed; split it")
    text = _UNSTORABLE.sub("\ufffd", text.replace("\r\n", " \n").translate(_LINE_ENDS))  # keeps every offset
    title, published, url, publisher, language = map(_line, (title, published, url, publisher, language))
    names = tuple(dict.fromkeys(filter(None, map(_line, authors))))
    url = url if re.match(r"(?i)https?://[^\s<>\"{}|\\^`]+\Z", url) else ""
    day = read_date(published)
    language = language.lower()[:2] if re.match(r"[A-Za-z]{2}\b", language) else "en"
    digest = hashlib.sha256(json.dumps([text, title, day, url, publisher, list(names)]).encode()).hexdigest()
    return Article(
        id=f"{slug(title) or slug(text[:400]) or 'article'}-{digest[:10]}", text=text, source=source, title=title, published=day,
        url=url, publisher=publisher, authors=names, language=language)


def slug(text: str) -> str:
    """Return `text` as lower-case ASCII words joined by hyphens, at most 40 characters; empty if it holds none.

    >>> slug("Zoë's  “new” film: <b>Rust</b>")
    'zoes-new-film-b-rust-b'
    """
    ascii_text = unicodedata.normalize("NFKD", re.sub(r"(?<=\w)['’](?=\w)", "", text)).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", ascii_text))
    return words if len(words) <= 40 else (words[:41].rsplit("-", 1)[0] if "-" in words[:41] else words[:40])


def read_date(text: str) -> str:
    """Return the day that `text` begins with as ISO 8601, or an empty string if it is none or its order is unclear (3/4/2025).

    >>> read_date("Mon, 13 Jan 2025 10:00:00 GMT"), read_date("January 13, 2025"), read_date("last week")
    ('2025-01-13', '2025-01-13', '')
    """
    for form in _DATES:
        match = form.match(text.strip())
        if match:
            month = _MONTHS.get(match["m"].lower().rstrip(".")) or int(match["m"])
            try:
                return datetime.date(int(match["y"]), month, int(match["d"])).isoformat()
            except ValueError:
                return ""
    return ""


def _line(text: str) -> str:
    return " ".join(_UNSTORABLE.sub("\ufffd", clean(text)).split())


def _from_text(text: str, source: str) -> Article | Unreadable:
    fields, body = _take_header(clean(text))
    return _compose(body, source, fields)


def _compose(body: str, source: str, fields: dict[str, Any]) -> Article | Unreadable:
    """Make the article of a text whose header has been taken off: headline and dateline at its head become fields too."""
    title, body = _take_headline(body.strip(), _line(fields.get("title", "")))
    byline = _BYLINE.match(body)
    if byline and not fields.get("authors"):
        _set_field(fields, "by", byline["names"])
    body = body[byline.end():] if byline else body
    day, body = _take_dateline(body)
    fields = {"published": day} | {field: value for field, value in fields.items() if value}
    # the place of an agency report is kept, as a paragraph of its own, out of the first sentence's subject
    place = _PLACE_LINE.match(body)
    body = f"{place['place']}\n\n{body[place.end():]}" if place else body
    return make_article(body.strip(), source=source, **(fields | {"title": title}))


def _take_header(text: str) -> tuple[dict[str, Any], str]:
    """Split metadata off the head of a text: ``key: value`` lines, front matter, or ``title ... date 2025-01-13`` in a line."""
    fields: dict[str, Any] = {}
    text = text.lstrip()
    front = re.match(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", text, re.DOTALL)
    if front:
        key = ""
        for line in front[1].split("\n"):
            match = _HEADER_LINE.match(line)
            item = _LIST_LINE.match(line)
            key = match["key"].lower() if match else key if item else ""
            _set_field(fields, key, (match or item or {"value": ""})["value"])
        return fields, text[front.end():]
    at = 0
    while match := _CLOSED_PAIR.match(text, at) or _OPEN_PAIR.match(text, at) or _HEADER_LINE.match(text, at):
        if match["key"].lower() not in _HEADER_FIELD:
            break
        _set_field(fields, match["key"].lower(), match["value"])
        at = match.end()
    return fields, text[at:]


def _set_field(fields: dict[str, Any], key: str, value: str) -> None:
    """Enter one header value; a ``source`` that is an address is the URL; authors may be a list."""
    field = _HEADER_FIELD.get(key)
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    if field == "publisher" and re.match(r"(?i)https?://", value):
        field = "url"
    if not field or not value:
        return
    if field == "authors":
        names = re.split(r"\s*(?:,|;|\band\b)\s*", value.strip("[]"))
        fields[field] = (*fields.get(field, ()), *(name.strip("\"' ") for name in names))
    else:
        fields.setdefault(field, value)


def _take_headline(body: str, title: str) -> tuple[str, str]:
    """Return title and body without the headline paragraph: it repeats the title, or is short and doesn't end a sentence."""
    first, gap, rest = body.partition("\n\n")
    if gap and rest.strip() and "\n" not in first:
        if title and _line(first).casefold() == title.casefold():
            return title, rest.strip()
        if not title and len(first) <= 150 and not re.search(r"[.!?:;,…\"”’)—–-]\s*$", first) and not _DATELINE.match(first):
            return _line(first), rest.strip()
    return title, body


def _take_dateline(body: str) -> tuple[str, str]:
    """Return the day that stands before the first sentence, and the body without it; a date within prose is left alone."""
    match = _DATELINE.match(body)
    if match and body[match.end():].strip():
        following = body[match.end():match.end() + 2].lstrip("\"“‘'")[:1]
        dated = match["weekday"] or match["date"][:4].isdigit()
        closed = match["mark"] is not None or match["said"] or (following.isupper() and dated)
        day = read_date(match["date"])
        if closed and day:
            return day, body[match.end():].lstrip()
    return "", body


def _from_markdown(text: str, source: str) -> Article | Unreadable:
    """Read Markdown: paragraphs, headings and list items become paragraphs; code, tables and HTML tags are left out."""
    from markdown_it import MarkdownIt

    fields, body = _take_header(clean(text))
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
    return _compose("\n\n".join(filter(None, paragraphs)), source, fields)


def _from_html(text: str, source: str) -> Article | Unreadable:
    """Read a web page: main text and metadata as trafilatura finds them."""
    import trafilatura

    logging.getLogger("trafilatura").addHandler(logging.NullHandler())  # it logs what it can't parse; we report it ourselves
    logging.getLogger("htmldate").addHandler(logging.NullHandler())
    try:
        page = trafilatura.bare_extraction(
            clean(text), with_metadata=True, include_comments=False, include_tables=False,
            # without max_date, htmldate compares with today's date: the result would depend on the clock; the extensive search
            # takes any date for the article's (the year of the copyright notice, a date told of in the text)
            date_extraction_params={"original_date": True, "extensive_search": False, "min_date": "1800-01-01",
                                    "max_date": "2100-12-31"})
    except Exception as error:  # lxml, htmldate and readability code raise many kinds on broken pages
        return Unreadable(source, f"can't be read as HTML ({shown(str(error) or type(error).__name__)}); save it anew or as .txt")
    if page is None or isinstance(page, dict) or not (page.text or "").strip():
        return Unreadable(source, "holds no main text; save the whole article page, or its text as .txt")
    fields = {
        "title": page.title or "", "published": page.date or "", "url": page.url or "", "publisher": page.sitename or "",
        "authors": tuple((page.author or "").split(";")), "language": page.language or "",
    }
    return _compose("\n\n".join(line.strip() for line in (page.text or "").split("\n") if line.strip()), source, fields)


# --- JSON ---------------------------------------------------------------------------------------------------------------------

def _read_json(text: str, name: str, fields: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
    """Yield the articles of a JSON document: one object, a list, or an object with a list under a usual name."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        hint = "; if it holds one object a line, name it .jsonl" if error.msg == "Extra data" else "; mend the file"
        yield Unreadable(name, f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}{hint}")
        return
    except (ValueError, RecursionError) as error:
        yield Unreadable(name, f"is not usable JSON ({shown(str(error))}); mend the file")
        return
    if isinstance(data, dict) and not any(_pick(data, "text", fields)):
        data = next((data[key] for key in ("articles", "items", "results", "docs", "documents", "data")
                     if isinstance(data.get(key), list)), data)
    if data == []:
        yield Unreadable(name, "holds an empty list; leave it out or fill it")
    if not isinstance(data, list):
        yield _from_record(data, name, name, fields)
        return
    for number, record in enumerate(data, 1):
        yield _from_record(record, name, f"{name}#{number}", fields)


def _read_lines(stream: BinaryIO, name: str, fields: Mapping[str, str] | None, head: bytes) -> Iterator[Article | Unreadable]:
    """Yield the articles of JSON lines, holding no more than one line of bounded length in memory."""
    number, empty = 0, True
    while True:
        line = head or stream.readline(MAX_BYTES + 1)
        head = b""
        if not line:
            break
        number += 1
        where = f"{name} line {number}"
        if len(line) > MAX_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_BYTES)
            empty = False
            yield Unreadable(where, f"is longer than {MAX_BYTES // 1_000_000} MB; split it into articles")
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line.strip():
            continue
        empty = False
        try:
            record = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError:
            yield Unreadable(where, "is not UTF-8; convert the file: iconv -f ITS-ENCODING -t UTF-8")
        except json.JSONDecodeError as error:
            yield Unreadable(where, f"is not JSON: {error.msg} at column {error.colno}; mend the line")
        except (ValueError, RecursionError) as error:
            yield Unreadable(where, f"is not usable JSON ({shown(str(error))}); mend the line")
        else:
            yield _from_record(record, where, f"{name}#{number}", fields)
    if empty:
        yield Unreadable(name, "is empty; leave it out or fill it")


def _from_record(record: object, where: str, source: str, fields: Mapping[str, str] | None) -> Article | Unreadable:
    """Make an article of one JSON object; its text is kept as it is, so that offsets known to others still hold."""
    if not isinstance(record, dict):
        return Unreadable(where, "is not a JSON object; write {\"text\": ...}")
    values = {field: list(_pick(record, field, fields)) for field in FIELD_NAMES}
    texts = [value for value in values["text"] if isinstance(value, str)]
    text = next(filter(str.strip, texts), texts[0] if texts else None)
    if text is None:
        wanted = repr((fields or {}).get("text")) if fields and "text" in fields else "text"
        keys = shown(", ".join(map(str, record))) or "none"
        return Unreadable(where, f"has no field {wanted} with the article's text (fields: {keys}); name it: text=FIELD")
    address = [value for value in values["publisher"] if re.match(r"https?://", value if isinstance(value, str) else "")]
    publishers = [name for value in values["publisher"] if value not in address for name in _names(value)]
    single = {field: next((value for item in values[field] for value in _names(item)), "")
              for field in ("title", "published", "url")}
    head: dict[str, Any] = {}
    text = _without_markup(text) if _MARKUP.match(text) else text
    if not single["published"]:
        head, text = _take_header(text) if _CLOSED_PAIR.match(text) or _OPEN_PAIR.match(text) else ({}, text)
        text = text.lstrip() if head else text
    article = make_article(
        text, source=next(iter(_names(next(iter(values["source"]), ""))), "") or source,
        title=single["title"] or head.get("title", ""), published=single["published"] or head.get("published", ""),
        url=single["url"] or head.get("url", "") or next(iter(address), ""),
        publisher=next(iter(publishers), "") or head.get("publisher", ""),
        authors=_names(next(iter(values["authors"]), "")) or head.get("authors", ()),
        language=next(iter(_names(next(iter(values["language"]), ""))), ""))
    return Unreadable(where, article.reason) if isinstance(article, Unreadable) else article


class _Blocks(HTMLParser):
    """Collects the text of an HTML fragment, an empty line at each border of a block."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden = tag in ("script", "style") or self.hidden
        self.parts += ["\n\n"] * (tag in _BLOCK_TAGS)

    def handle_endtag(self, tag: str) -> None:
        self.hidden = self.hidden and tag not in ("script", "style")
        self.parts += ["\n\n"] * (tag in _BLOCK_TAGS)

    def handle_data(self, data: str) -> None:
        self.parts += [re.sub(r"\s+", " ", data)] * (not self.hidden)


def _without_markup(text: str) -> str:
    """Return the text of an HTML fragment, a paragraph for each of its blocks."""
    parser = _Blocks()
    parser.feed(text)
    parser.close()
    return "\n\n".join(filter(None, (block.strip() for block in "".join(parser.parts).split("\n\n"))))


def _pick(record: dict[str, Any], field: str, fields: Mapping[str, str] | None) -> Iterator[Any]:
    """Yield the values that a record has for an article's field: of the key named by the user, or of the usual ones."""
    if fields and field in fields:
        value: Any = record
        if fields[field] in record:
            value = record[fields[field]]
        else:
            for key in fields[field].split("."):
                value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            yield value
        return
    yield from (record[name] for name in FIELD_NAMES[field] if record.get(name) is not None)


def _names(value: object) -> list[str]:
    """Return the names that a JSON value gives: a string, a number, an object with a name, or a list of these."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, int) and not isinstance(value, bool):
        return [str(value)] if abs(value) < 10**18 else []
    if isinstance(value, dict):
        return _names(value.get("name")) if not isinstance(value.get("name"), dict) else []
    return [name for item in value if not isinstance(item, list) for name in _names(item)] if isinstance(value, list) else []


def read_text(text: str, *, source: str = "-") -> Article:
    """Return the article that a plain text makes, its header read as in a .txt file.

    Raises InputError if it holds no text or too much.
    """
    article = _from_text(text, source)
    if isinstance(article, Unreadable):
        raise InputError(f"{article.source} {article.reason}")
    return article
