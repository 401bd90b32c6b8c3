"""From bytes to text to :class:`~kg.records.Article`: encodings, the heads of texts, dates, ids.

The stored text is cleaned here once and for all: metadata lines at its head become fields, line ends and paragraphs are made
uniform, and characters that XML or a terminal can't take become U+FFFD. Texts of records (JSON, tables) keep every offset, except where
a dateline at the very start (``date 2025-01-13 ...``) is cut off.
"""

from __future__ import annotations

import codecs
import datetime
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from kg.errors import InputError, shown
from kg.read.language import language_of
from kg.records import Article, Record

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
CLOSED_PAIR = re.compile(
    rf"\n?[ \t]*(?P<key>date|published|url|link)\s*[:=]?\s*(?P<value>{_ISO}|https?://\S+)(?=\s|\Z)", re.IGNORECASE)
#: "title Actor sues" within a line: the value ends where a closed pair begins
OPEN_PAIR = re.compile(
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


class Note(Unreadable, frozen=True):
    """Something to know of a source, though nothing failed: what was passed over on purpose."""


class Refused(Exception):
    """Raised inside readers where the rest of a source can't or mustn't be read; its message is the reason."""


_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
         (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(rb"""(?i)<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,30})""")
#: what English news in Windows-1252 holds beyond ASCII: letters with accents, typographic marks, currency signs, fractions
#: signs inside words, as when Polish or Czech in Windows-1250 is taken for Windows-1252 (£ódŸ)
_MISREAD = re.compile("(?<=[^\\W\\d_])[£¥¹³ªº¼¾¿¡]|[£¥¹³¼¾][^\\W\\d_]|[a-zß-ÿ][À-ÞŠŒŽŸ]")
_WESTERN = re.compile("[À-ÖØ-öø-ÿŠšŽžŒœŸ€‚„…‘’“”•–—™\xa0¡£¥§©ª«®°±²³´·¹º»¼½¾¿]+")


def decode(data: bytes, *, html: bool = False, declared: str = "") -> str | Unreadable:
    """Return the text that `data` holds, or why it can't be told.

    UTF-8 (or what a byte order mark, `declared` or HTML's own declaration says) if it fits; else Windows-1252 if all of it is what English
    text holds; else what charset-normalizer finds, if there is enough to go by. In doubt nothing is guessed.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark):].decode(encoding)
            except UnicodeDecodeError:
                return Unreadable("", f"begins as {encoding.upper()} but isn't; convert it to UTF-8")
    within = _CHARSET.search(data[:4096]) if html else None
    for encoding in ("utf-8", *filter(None, (declared, within[1].decode("ascii", "replace") if within else ""))):
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


def os_reason(error: Exception) -> str:
    return shown(getattr(error, "strerror", None) or str(error) or type(error).__name__)

def make_article(
    text: str, *, source: str = "", title: str = "", published: str = "", url: str = "", publisher: str = "",
    authors: Iterable[str] = (), language: str = "",
) -> Article | Unreadable:
    """Return the article with its id, its fields cleaned to one line each, or why there is none.

    The id is a readable slug and a hash over all that the article says of itself, so the same article read twice has one id; it
    is safe as a file name and in an IRI. The language is the text's own where it is long enough to tell, else the one given.
    """
    source = shown(source, 4096)
    if not text.strip():
        return Unreadable(source, "holds no text; leave it out, or see that its text is where newskg looks for it")
    if len(text) > MAX_CHARACTERS:
        return Unreadable(source, f"has {len(text):,} characters, more than the {MAX_CHARACTERS:,} allowed; split it")
    text = _UNSTORABLE.sub("\ufffd", text.replace("\r\n", " \n").translate(_LINE_ENDS))  # keeps every offset
    title, published, url, publisher, language = map(one_line, (title, published, url, publisher, language))
    names = tuple(dict.fromkeys(filter(None, map(one_line, authors))))
    url = url if re.match(r"(?i)https?://[^\s<>\"{}|\\^`]+\Z", url) else ""
    day = read_date(published)
    language = language_of(text, language.lower()[:2] if re.match(r"[A-Za-z]{2}\b", language) else "")
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


def one_line(text: str) -> str:
    return " ".join(_UNSTORABLE.sub("\ufffd", clean(text)).split())


def from_text(text: str, source: str) -> Article | Unreadable:
    fields, body = take_header(clean(text))
    return compose(body, source, fields)


def compose(body: str, source: str, fields: dict[str, Any]) -> Article | Unreadable:
    """Make the article of a text whose header has been taken off: headline and dateline at its head become fields too."""
    title, body = _take_headline(body.strip(), one_line(fields.get("title", "")))
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


def take_header(text: str) -> tuple[dict[str, Any], str]:
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
    while match := CLOSED_PAIR.match(text, at) or OPEN_PAIR.match(text, at) or _HEADER_LINE.match(text, at):
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
        if title and one_line(first).casefold() == title.casefold():
            return title, rest.strip()
        if not title and len(first) <= 150 and not re.search(r"[.!?:;,…\"”’)—–-]\s*$", first) and not _DATELINE.match(first):
            return one_line(first), rest.strip()
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


def read_text(text: str, *, source: str = "-") -> Article:
    """Return the article that a plain text makes, its header read as in a .txt file.

    Raises InputError if it holds no text or too much.
    """
    article = from_text(text, source)
    if isinstance(article, Unreadable):
        raise InputError(f"{article.source} {article.reason}")
    return article
