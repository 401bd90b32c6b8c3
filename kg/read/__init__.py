"""Step 1: files, folders, patterns, web addresses and standard input -> :class:`~kg.records.Article`.

Whatever can't be read is yielded as an :class:`Unreadable` with a one-line reason, so that one bad article never stops a batch. One
module a family of formats; :mod:`kg.read.formats` knows them all, :mod:`kg.read.article` makes the article of a text.
"""

from __future__ import annotations

import functools
import glob
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from kg.errors import InputError, shown
from kg.read.article import (
    FIELD_NAMES,
    MAX_BYTES,
    MAX_CHARACTERS,
    Note,
    Refused,
    Unreadable,
    decode,
    make_article,
    os_reason,
    read_date,
    read_text,
    slug,
)
from kg.read.formats import FORMATS, format_of, read_page, read_stream, sniffed
from kg.read.language import name_of
from kg.read.web import Web, default_cache, is_url
from kg.records import Article, from_json, to_json

__all__ = ["FORMATS", "MAX_BYTES", "MAX_CHARACTERS", "Note", "Unreadable", "Web", "check_options", "decode", "default_cache", "find",
           "make_article", "name_of", "read", "read_date", "read_text", "slug"]

#: files that describe a folder of articles; passed over in folders, read when named
_ABOUT_FOLDER = re.compile(r"(?i)(readme|licen[sc]es?|changelog|contributing|notice|copying)$")

#: what applies a function to each item, in order, as `map` does
Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


def read(
    sources: Iterable[str], *, fields: Mapping[str, str] | None = None, stdin_format: str | None = None,
    stdin: BinaryIO | None = None, unique: bool = True, web: Web | None = None, each: Each | None = None,
) -> Iterator[Article | Unreadable]:
    """Yield the articles that `sources` hold, and an :class:`Unreadable` for each that can't be read.

    A source is a file, a folder (searched in depth), a glob pattern, a web address (fetched by `web`) or ``-`` for standard input.
    Files are read in sorted order,
    whatever the order of `sources`. `fields` names the JSON keys of an article's fields where they aren't the usual ones
    (``{"text": "body", "publisher": "source.name"}``). `stdin_format` is a value of :data:`FORMATS`; without it, it is told from
    the first line. With `unique`, an article met twice is yielded once. With `each`, a `map` whose work others do, they open the files if
    they see the same.

    Raises InputError if `fields` or `stdin_format` is wrong.
    """
    check_options(fields, stdin_format)
    seen = set()
    places = find(sources)
    files = [(path, _stamp(path)) for path in places if isinstance(path, str) and path != "-" and not is_url(path)] if each else []
    opened = iter(each(functools.partial(_opened, fields), files)) if each and len(files) > 1 else None
    for found in places:
        if isinstance(found, Unreadable):
            yield found
            continue
        if found == "-":
            results = _read_stdin(stdin or sys.stdin.buffer, stdin_format, fields)
        elif is_url(found):
            web = web or Web(cache=default_cache())
            results = _read_url(found, web, fields)
        else:
            there = next(opened) if opened else None
            results = _read_file(found, fields) if there is None else (from_json(data, _KINDS[kind]) for kind, data in there)
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
            found, reason = [], f"can't be looked at ({os_reason(error)}); check the path and its permissions"
        files.update(found)
        if reason:
            bad.add((source, reason))
    stdin = ["-"] if "-" in sources else []
    return [*sorted(files), *stdin, *(Unreadable(shown(source), reason) for source, reason in sorted(bad))]


def _find_one(source: str) -> tuple[list[str], str]:
    """Return the files that one source names and, if none, the reason."""
    if is_url(source):
        return [source], ""
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
            if format_of(name):
                files.append(os.path.normpath(os.path.join(parent, name)))
            else:
                others.add(ending.lower() or "no ending")
    if denied:
        return files, f"can't list {shown(str(denied[0].filename))} ({os_reason(denied[0])}); check its permissions"
    seen = f"; it holds only {shown(', '.join(sorted(others)[:6]))}" if others else ""
    return files, "" if files else f"holds no articles ({' '.join(FORMATS)}){seen}"


def _read_file(path: str, fields: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
    """Yield what one file holds."""
    ending = os.path.splitext(path)[1].lower()
    kind = format_of(path)
    name = shown(path, 4096)
    if kind is None:
        yield Unreadable(name, f"has no known format ({shown(ending) or 'no ending'}); convert it to one of {' '.join(FORMATS)}")
        return
    try:
        if not os.path.isfile(path):
            raise OSError("not a regular file, or a broken link")
        with open(path, "rb") as file:
            yield from read_stream(file, kind, name, fields, size=os.fstat(file.fileno()).st_size)
    except OSError as error:
        yield Unreadable(name, f"can't be opened ({os_reason(error)}); check the file and its permissions")


def _stamp(path: str) -> tuple[int, int]:
    """Return what tells one state of a file from another, zeros if there is none to tell."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return 0, 0
    return found.st_size, found.st_mtime_ns


#: what files hold, by name
_KINDS: dict[str, type[Article | Unreadable]] = {"Article": Article, "Unreadable": Unreadable, "Note": Note}


def _opened(fields: Mapping[str, str] | None, file: tuple[str, tuple[int, int]]) -> list[tuple[str, bytes]] | None:
    """Return what a file holds, each by kind and as JSON; None if the very file isn't seen from here, which may be another machine."""
    path, stamp = file
    if stamp == (0, 0) or _stamp(path) != stamp:
        return None
    return [(type(one).__name__, to_json(one)) for one in _read_file(path, fields)]


def _read_url(url: str, web: Web, fields: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
    """Yield what a web address gives."""
    name = shown(url, 4096)
    try:
        page = web.get(url)
    except Refused as error:
        yield Unreadable(name, str(error))
        return
    yield from read_page(page, name, fields)


def _read_stdin(stdin: BinaryIO, kind: str | None, fields: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
    """Yield what standard input holds; its format is told from its first line where not given."""
    stream = stdin
    if kind is None:
        kind, stream = sniffed(stdin)
    yield from read_stream(stream, kind, "-", fields)
