"""XML of newsrooms: RSS and Atom feeds, NewsML-G2, NewsML 1 and NITF.

Nothing outside the document is ever fetched, and a document that declares entities of its own is refused: an entity may stand for a file
of this machine or for a billion laughs.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from kg.errors import shown
from kg.read.article import Note, Unreadable, clean, compose, read_date
from kg.read.tables import without_markup
from kg.records import Article

#: a feed entry shorter than this with no full content of its own is a summary
FULL_TEXT = 1_000
_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 hl2 li dt dd blockquote pre fn".split())
_LEFT_OUT = frozenset("script style table media nitf-table figure caption aside img byline dateline hedline note".split())


def read_xml(text: str, data: bytes, name: str) -> Iterator[Article | Unreadable]:
    """Yield the articles of a feed or of news in XML; `data` are the document's bytes, `text` the same decoded."""
    from lxml import etree

    if re.search(r"<!ENTITY", text):
        yield Unreadable(name, "declares XML entities of its own and is refused for safety; write them out")
        return
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", text.removeprefix("\ufeff"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
                             remove_comments=True, remove_pis=True, recover=False)
    try:
        root = etree.fromstring(clean(text).strip().encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        if re.match(r"(?s)\s*(<!--.*?-->\s*)*<(rss|feed|rdf:RDF|\w+:feed)\b", text):  # feedparser forgives what XML doesn't
            yield from _read_feed(data, name)
            return
        yield Unreadable(name, f"is not XML: {shown(str(error))}; mend the file")
        return
    except ValueError as error:
        yield Unreadable(name, f"is not usable XML ({shown(str(error))}); mend the file")
        return
    kind = _local(root)
    if kind in ("rss", "feed", "RDF"):
        yield from _read_feed(data, name)
    elif kind in ("newsMessage", "newsItem", "NewsML", "nitf") or kind.lower() == "newsml":
        yield from _read_news(root, name)
    else:
        yield Unreadable(name, f"is XML of an unknown kind (<{shown(kind, 40)}>); known are RSS, Atom, NewsML and NITF")


# --- feeds --------------------------------------------------------------------------------------------------------------------

def _read_feed(data: bytes, name: str) -> Iterator[Article | Unreadable]:
    """Yield an article for each entry of an RSS or Atom feed, and a note if some hold only a summary."""
    try:
        import feedparser
    except ImportError:
        yield Unreadable(name, "is a feed, which needs feedparser: pip install 'newskg[feeds]'")
        return
    try:
        feed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # its loose parser raises many kinds on broken feeds
        yield Unreadable(name, f"can't be read as a feed ({shown(str(error) or type(error).__name__)}); get it anew")
        return
    if not feed.entries:
        yield Unreadable(name, "is a feed without entries; leave it out, or get it anew")
    summaries = 0
    for number, entry in enumerate(feed.entries, 1):
        link, key = str(entry.get("link") or ""), str(entry.get("id") or number)
        # named by its address, as its place in the feed changes
        found, full = _from_entry(entry, feed.feed, link if re.match(r"https?://", link) else f"{name}#{key}")
        summaries += not full and isinstance(found, Article)
        yield found
    if summaries:
        yield Note(name, f"{summaries} of {len(feed.entries)} entries hold only a summary, which was read; "
                         "for the full text, save the pages they link to")


def _from_entry(entry: Any, feed: Any, source: str) -> tuple[Article | Unreadable, bool]:
    """Return the article of one entry, and whether it holds the full text."""
    contents = [str(one.get("value") or "") for one in entry.get("content") or () if isinstance(one, dict)]
    best = max((_prose(one) for one in contents), key=len, default="")
    summary = _prose(str(entry.get("summary") or ""))
    text = best if len(best) >= len(summary) else summary
    full = len(text) >= FULL_TEXT or (bool(best) and len(best) > len(summary) > 0)
    authors = [str(one.get("name") or "") for one in entry.get("authors") or () if isinstance(one, dict)]
    origin = entry.get("source") if isinstance(entry.get("source"), dict) else {}
    day = next((read_date(str(entry[key])) for key in ("published", "updated", "created") if read_date(str(entry.get(key) or ""))), "")
    parsed = next((entry[key] for key in ("published_parsed", "updated_parsed") if entry.get(key)), None)
    return compose(text, source, {
        "title": _prose(str(entry.get("title") or "")), "published": day or (
            f"{parsed[0]:04}-{parsed[1]:02}-{parsed[2]:02}" if parsed else ""),
        "url": str(entry.get("link") or ""), "publisher": _prose(str(origin.get("title") or feed.get("title") or "")),
        "authors": tuple(authors), "language": str(feed.get("language") or "")}), full


def _prose(markup: str) -> str:
    """Return the text of a piece of HTML or of plain text."""
    return without_markup(clean(markup)) if re.search(r"<\w|&\w+;|&#", markup) else clean(markup).strip()


# --- NewsML and NITF ----------------------------------------------------------------------------------------------------------

def _local(node: Any) -> str:
    return str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""


def _all(node: Any, name: str) -> list[Any]:
    return [one for one in node.iter() if _local(one) == name]


def _text(node: Any) -> str:
    return " ".join("".join(node.itertext()).split()) if node is not None else ""


def _attribute(node: Any, key: str) -> str:
    return str(node.get(key) or "") if node is not None else ""


def _first(node: Any, *names: str) -> Any:
    """Return the first descendant with one of the names, the first name first; None if there is none (or no node)."""
    return None if node is None else next((one for name in names for one in _all(node, name)), None)


def _read_news(root: Any, name: str) -> Iterator[Article | Unreadable]:
    """Yield an article for each news item of text."""
    if _local(root) == "nitf":
        yield _from_nitf(root, name, {})
        return
    items = _all(root, "newsItem") or _all(root, "NewsItem")
    if not items:
        yield Unreadable(name, "holds no news item; leave it out")
    for number, item in enumerate(items, 1):
        yield _from_item(item, name if len(items) == 1 else f"{name}#{number}")


def _from_item(item: Any, source: str) -> Article | Unreadable:
    """Make the article of one NewsML item: G2's ``contentMeta`` and ``inlineXML``, or version 1's ``DataContent``."""
    status = next((str(one.get("qcode") or one.get("FormalName") or "") for tag in ("pubStatus", "Status") for one in _all(item, tag)), "")
    if status.lower().rpartition(":")[2] in ("canceled", "cancelled", "withheld"):
        return Note(source, f"is {shown(status, 40)} by its publisher and was left out")
    provider = _first(item, "provider", "copyrightHolder", "Provider")
    party = _first(provider, "Party")
    language = next((str(one.get("tag") or one.get("FormalName") or "") for tag in ("language", "Language") for one in _all(item, tag)), "")
    creators = [_text(_first(one, "name")) or _text(one) for one in _all(item, "creator")]
    fields = {
        "title": _text(_first(item, "headline", "HeadLine")),
        "published": _text(_first(item, "contentCreated", "firstCreated", "versionCreated", "DateAndTime", "FirstCreated")),
        "publisher": _text(_first(provider, "name")) or _text(provider) or _attribute(party, "FormalName"),
        "authors": tuple(filter(None, creators)) or _names(_text(_first(item, "by", "ByLine"))), "language": language,
        "url": next((str(one.get("href") or "") for one in _all(item, "link") if str(one.get("href") or "").startswith("http")), ""),
    }
    nitf = _first(item, "nitf")
    if nitf is not None:
        return _from_nitf(nitf, source, fields)
    content = _first(item, "inlineXML", "inlineData", "DataContent")
    if content is None:
        return Unreadable(source, "holds no text (a picture, a package, or text kept elsewhere); leave it out")
    body = _first(content, "body")
    text = _body(content if body is None else body)
    if not text and len(content) == 0:
        text = without_markup(content.text or "") if re.search(r"<p\b", content.text or "") else (content.text or "")
    return compose(clean(text), source, fields)


def _from_nitf(root: Any, source: str, fields: dict[str, Any]) -> Article | Unreadable:
    """Make the article of a NITF document; what the item around it says goes before what it says itself."""
    head, body = _first(root, "body.head"), _first(root, "body.content")
    pub = _first(root, "pubdata")
    issue = _first(root, "date.issue", "date.release")
    day = _attribute(issue, "norm") or _attribute(pub, "date.publication")
    story = _first(head, "story.date")
    own = {
        "title": _text(_first(head, "hl1", "hedline")),
        "published": day or _attribute(story, "norm"),
        "publisher": _attribute(pub, "name"),
        "authors": _names(_text(_first(head, "byline"))),
        "url": _attribute(pub, "ex-ref"),
        "language": next((value for key, value in root.attrib.items() if key.endswith("}lang")), ""),
    }
    own["title"] = own["title"] or _text(_first(root, "title"))
    if body is None:
        return Unreadable(source, "is NITF without a body.content; see that the text is in it")
    return compose(clean(_body(body)), source, own | {key: value for key, value in fields.items() if value})


def _names(line: str) -> tuple[str, ...]:
    """Return the names of a byline."""
    return tuple(filter(None, (name.strip() for name in re.split(r",|;|\band\b", re.sub(r"(?i)^by\s+", "", line)))))


def _body(node: Any) -> str:
    """Return the paragraphs below a node, an empty line between; tables, pictures and captions are left out."""
    parts: list[str] = []
    here: list[str] = []
    stack: list[tuple[Any, bool]] = [(node, False)]
    while stack:  # no recursion: hostile documents nest deeply
        one, done = stack.pop()
        block = _local(one) in _BLOCKS
        if done:
            if block:
                parts.append("".join(here))
                here = []
            if one is not node and one.tail:
                here.append(one.tail)
            continue
        if one is not node and _local(one) in _LEFT_OUT:
            here.append(one.tail or "")
            continue
        if block and here:
            parts.append("".join(here))
            here = []
        here.append(one.text or "")
        stack.append((one, True))
        stack += [(child, False) for child in reversed(one)]
    parts.append("".join(here))
    return "\n\n".join(filter(None, (" ".join(part.split()) for part in parts)))
