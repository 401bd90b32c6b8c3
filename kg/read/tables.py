"""Records of fields: JSON, JSON lines, CSV, Parquet. One record is one article; the names of its fields can be mapped."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import IO, Any, BinaryIO

from kg.errors import shown
from kg.read.article import (
    CLOSED_PAIR,
    FIELD_NAMES,
    MAX_BYTES,
    OPEN_PAIR,
    Refused,
    Unreadable,
    decode,
    make_article,
    take_header,
)
from kg.records import Article

#: a JSON text that is a piece of a web page, as content systems export them
_MARKUP = re.compile(r"(?is)\s*<(p|div|article|section|h[1-6])\b[^>]*>.*</\1>")
_BLOCK_TAGS = frozenset((
    "p", "div", "br", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "blockquote", "tr", "table", "figure", "figcaption",
    "section", "article"))

def read_json(text: str, name: str, fields: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
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
        yield from_record(data, name, name, fields)
        return
    for number, record in enumerate(data, 1):
        yield from_record(record, name, f"{name}#{number}", fields)


def read_lines(stream: BinaryIO, name: str, fields: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
    """Yield the articles of JSON lines, holding no more than one line of bounded length in memory."""
    number, empty = 0, True
    while True:
        line = stream.readline(MAX_BYTES + 1)
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
            yield from_record(record, where, f"{name}#{number}", fields)
    if empty:
        yield Unreadable(name, "is empty; leave it out or fill it")


def from_record(record: object, where: str, source: str, fields: Mapping[str, str] | None) -> Article | Unreadable:
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
    text = without_markup(text) if _MARKUP.match(text) else text
    if not single["published"]:
        head, text = take_header(text) if CLOSED_PAIR.match(text) or OPEN_PAIR.match(text) else ({}, text)
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


def without_markup(text: str) -> str:
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


# --- tables -------------------------------------------------------------------------------------------------------------------

#: rows of a Parquet file in memory at once, and the largest row group that is opened
_ROWS, MAX_ROW_GROUP = 64, 2_000_000_000
_USUAL = {name.lower(): name for names in FIELD_NAMES.values() for name in names}


def read_csv(stream: BinaryIO, name: str, fields: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
    """Yield an article for each row of a table of comma-, semicolon-, tab- or bar-separated values whose first row names the columns."""
    csv.field_size_limit(MAX_BYTES)
    lines = _table_lines(stream, name)
    first = next(lines, "")
    if not first.strip():
        yield Unreadable(name, "is empty or begins with an empty line; its first row must name the columns")
        return
    delimiter = max(",;\t|", key=first.count)
    rows = csv.reader(_chain(first, lines), delimiter=delimiter)
    columns: list[str] = []
    number = 0
    try:
        for number, row in enumerate(rows):
            if number == 0:
                columns = _columns(row)
            elif any(map(str.strip, row)):
                where = f"{name} row {number}"
                if len(row) != len(columns):
                    yield Unreadable(where, f"has {len(row)} fields for {len(columns)} columns; mend the row, or its quotes")
                elif any("\udc80" <= char <= "\udcff" for field in row for char in field if char > "\ud7ff"):
                    yield Unreadable(where, "is not UTF-8; convert the file: iconv -f ITS-ENCODING -t UTF-8")
                else:
                    yield _from_row(dict(zip(columns, row, strict=True)), where, f"{name}#{number}", fields)
    except csv.Error as error:
        raise Refused(f"is broken after row {number} ({shown(str(error))}); see whether a quote is not closed") from error
    if number == 0:
        yield Unreadable(name, "has only a row of column names; leave it out or fill it")


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _columns(row: list[str]) -> list[str]:
    """Return the names of the columns, a usual one in its usual spelling (Title is title)."""
    names = [name.strip() for name in row]
    return [name if name in _USUAL.values() or _USUAL.get(name.lower(), "") in ("", *names) else _USUAL[name.lower()] for name in names]


def _from_row(row: dict[str, Any], where: str, source: str, fields: Mapping[str, str] | None) -> Article | Unreadable:
    """Make an article of a row; a bare number is no name for it, as every table has a row 1."""
    named = (fields or {}).get("source")
    row = {key: value for key, value in row.items()
           if key == named or key not in FIELD_NAMES["source"] or not str(value if value is not None else "").strip().isdigit()}
    return from_record(row, where, source, fields)


def _table_lines(stream: BinaryIO, name: str) -> Iterator[str]:
    """Yield the lines of a table as text, with their ends; bytes that don't fit the encoding become lone surrogates."""
    head = stream.readline(MAX_BYTES + 1)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        rest = stream.read(MAX_BYTES + 1)
        text = decode(head + rest)
        if len(rest) > MAX_BYTES or isinstance(text, Unreadable):
            raise Refused("is UTF-16, larger than 16 MB or broken; convert it to UTF-8: iconv -f UTF-16 -t UTF-8")
        yield from io.StringIO(text, newline="")
        return
    if b"\x00" in head:
        raise Refused("is a binary file, not a table; convert it to .csv")
    sample, count = [head.removeprefix(codecs.BOM_UTF8)], len(head)
    while count < 1_000_000 and sample[-1]:
        sample.append(stream.readline(MAX_BYTES + 1))
        count += len(sample[-1])
    text = decode(b"".join(sample))
    try:
        b"".join(sample).decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:  # one that fits all of the sample, else UTF-8 with bad rows
        encoding = "utf-8" if isinstance(text, Unreadable) else "cp1252"
    lines = _more(sample, stream)
    for line in lines:
        if len(line) > MAX_BYTES:
            raise Refused(f"has a line longer than {MAX_BYTES // 1_000_000} MB; split it")
        yield line.decode(encoding, "surrogateescape").replace("\x00", "\ufffd")


def _more(sample: list[bytes], stream: BinaryIO) -> Iterator[bytes]:
    yield from filter(None, sample)
    while line := stream.readline(MAX_BYTES + 1):
        yield line


def read_parquet(stream: IO[bytes], name: str, fields: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
    """Yield an article for each row of a Parquet file (a seekable stream); only the columns that an article needs are read."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise Refused("needs pyarrow: pip install 'newskg[parquet]'") from None
    try:
        table = pyarrow.parquet.ParquetFile(stream)
        columns = [column for column in table.schema_arrow.names if column in _wanted(fields)]
        groups = [table.metadata.row_group(i) for i in range(table.metadata.num_row_groups)]
        if any(group.total_byte_size > MAX_ROW_GROUP for group in groups):
            raise Refused("has a row group of more than 2 GB; write it anew with smaller ones")
        if not columns or not table.metadata.num_rows:
            raise Refused(f"has no rows, or none of the usual columns (columns: {shown(', '.join(table.schema_arrow.names))}); "
                          "name them: text=COLUMN")
        number = 0
        for batch in table.iter_batches(batch_size=_ROWS, columns=columns, use_threads=False):
            for row in batch.to_pylist():
                number += 1
                yield _from_row({key: _plain(value) for key, value in row.items()}, f"{name} row {number}", f"{name}#{number}", fields)
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, OverflowError) as error:
        raise Refused(f"can't be read as Parquet ({shown(str(error).splitlines()[0] if str(error) else type(error).__name__)}); "
                      "write it anew") from error


def _wanted(fields: Mapping[str, str] | None) -> set[str]:
    """Return the columns that may hold something of an article."""
    wanted = {name for field, names in FIELD_NAMES.items() if field not in (fields or {}) for name in names}
    return wanted | {part for name in (fields or {}).values() for part in (name, name.partition(".")[0])}


def _plain(value: Any) -> Any:
    """Return a value of a table as JSON would hold it."""
    if isinstance(value, datetime.date):  # datetime is one too
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value
