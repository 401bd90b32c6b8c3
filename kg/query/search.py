"""Full-text search over names, quotes and articles: SQLite's FTS5 index (BM25 ranking, Robertson & Zaragoza 2009) beside the store.

The index is made when it is first asked for, kept in the graph folder, and made anew when the graph has changed. Case, accents and
English endings (Porter 1980) don't count. In SPARQL, ``?node kg:search "ferry accident"`` gives the nodes found: entities, evidence
and articles.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import pyoxigraph as ox

from kg.errors import QueryError
from kg.iris import PREFIXES
from kg.query import has_union

Kind = Literal["entity", "quote", "article"]
KINDS: tuple[Kind, ...] = ("entity", "quote", "article")
#: what the marks around found words in a snippet are, before they are shown
OPEN, CLOSE = "\x02", "\x03"
_MAX_WORDS = 40
_SCHEMA = """
CREATE VIRTUAL TABLE text USING fts5(kind UNINDEXED, iri UNINDEXED, name, body,
                                    tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3');
CREATE TABLE made (state TEXT NOT NULL);
"""


class Hit(NamedTuple):
    """What was found: its IRI, name, the words around the find (found words between U+0002 and U+0003), and the score, best first."""

    kind: Kind
    iri: str
    name: str
    snippet: str
    score: float


class Index:
    """The full-text index of one graph. ``state`` names the graph's content: another state, and the index is made anew."""

    def __init__(self, store: ox.Store, path: Path | None, state: str) -> None:
        self._database = _kept(path, state) if path else None
        if self._database is None:
            self._database = _made(store, path, state)

    def close(self) -> None:
        """Let go of the index file."""
        if self._database is not None:
            self._database.close()
        self._database = None

    def search(self, words: str, *, kind: Kind | None = None, limit: int = 50) -> list[Hit]:
        """Return what holds all of `words`, best first: "quoted words" stand together, a last word may be begun only.

        Raises QueryError if there is no word in `words`.
        """
        if self._database is None:
            raise QueryError("the graph has been closed; open it again with kg.open")
        rows = self._database.execute(
            f"SELECT kind, iri, name, snippet(text, 3, '{OPEN}', '{CLOSE}', ' … ', 24), -bm25(text, 0, 0, 4, 1) AS score "
            "FROM text WHERE text MATCH ? AND (? = '' OR kind = ?) ORDER BY score DESC, iri LIMIT ?",
            (match_expression(words), kind or "", kind or "", limit))
        return [Hit(found, iri, name, snippet, round(score, 4)) for found, iri, name, snippet, score in rows]


def match_expression(words: str) -> str:
    """Return what people type as an FTS5 expression: every word or quoted phrase must be there, none is taken for an operator.

    >>> match_expression('"New York" OR fer')
    '"New York" "OR" "fer"*'
    """
    parts = [phrase or word for phrase, word in re.findall(r'"([^"]*)"|([^\s"]+)', words)]
    parts = [part for part in parts if re.search(r"\w", part)][:_MAX_WORDS]
    if not parts:
        raise QueryError(f"{words[:60]!r} holds no word to search for")
    quoted = ['"' + re.sub(r'["\x00]', " ", part) + '"' for part in parts]
    return " ".join(quoted) + ("" if words.rstrip().endswith('"') else "*")


def unmarked(snippet: str, before: str = "", after: str = "") -> str:
    """Return a snippet with other marks, or none, around the words found."""
    return snippet.replace(OPEN, before).replace(CLOSE, after)


def _kept(path: Path, state: str) -> sqlite3.Connection | None:
    """Return the index in `path` if it is one of this state."""
    if not path.is_file():
        return None
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    with contextlib.suppress(sqlite3.Error):
        if database.execute("SELECT state FROM made").fetchall() == [(state,)]:
            return database
    database.close()
    return None


def _made(store: ox.Store, path: Path | None, state: str) -> sqlite3.Connection:
    """Return a new index, kept in `path` if that can be written."""
    try:
        if path is None:
            raise OSError
        number, name = tempfile.mkstemp(dir=path.parent, prefix=".search-")
        os.close(number)
    except OSError:  # a read-only folder: the index lives as long as the graph is open
        database = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(database, store, state)
        return database
    try:
        with contextlib.closing(sqlite3.connect(name)) as database:
            _fill(database, store, state)
        os.replace(name, path)
    except sqlite3.Error as error:
        raise QueryError(f"the search index can't be written beside the graph ({error}); make room, then try again") from error
    finally:
        Path(name).unlink(missing_ok=True)
    kept = _kept(path, state)
    if kept is None:  # another process put its own index there in the meantime
        return _made(store, None, state)
    return kept


def _fill(database: sqlite3.Connection, store: ox.Store, state: str) -> None:
    database.executescript(_SCHEMA)
    with database:
        database.executemany("INSERT INTO text (kind, iri, name, body) VALUES (?, ?, ?, ?)", _rows(store))
        database.execute("INSERT INTO made VALUES (?)", (state,))


def _rows(store: ox.Store) -> Iterator[tuple[Kind, str, str, str]]:
    """Yield (kind, IRI, name, text) of every entity, evidence and article, in order of kind and IRI."""
    def texts(predicate: str) -> dict[str, set[str]]:
        prefix, _, local = predicate.partition(":")
        found: dict[str, set[str]] = {}
        for quad in store.quads_for_pattern(None, ox.NamedNode(PREFIXES[prefix] + local), None, everywhere):
            if isinstance(quad.subject, ox.NamedNode):
                value = quad.object.value if isinstance(quad.object, (ox.Literal, ox.NamedNode)) else ""
                found.setdefault(quad.subject.value, set()).add(value)
        return found

    everywhere = ox.DefaultGraph() if has_union(store) else None
    labels, others, entities = texts("rdfs:label"), texts("skos:altLabel"), texts("kg:mentionCount")
    for iri in sorted(entities):
        name = min(labels.get(iri, {""}))
        yield "entity", iri, name, " · ".join(sorted(others.get(iri, set()) - {name}))
    for iri, quotes in sorted(texts("nif:anchorOf").items()):
        yield "quote", iri, "", min(quotes)
    whole, contexts = texts("nif:isString"), texts("nif:sourceUrl")
    headlines = texts("schema:headline")
    for context, articles in sorted(contexts.items()):
        iri = min(articles)
        yield "article", iri, min(headlines.get(iri, {""})), min(whole.get(context, {""}))
