"""The graph as data frames: a row for each entity and for each statement, in plain columns, for pandas and polars."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.errors import KgError

if TYPE_CHECKING:
    import pandas
    import polars

    from kg.opened import Node, Said

Columns = dict[str, list[Any]]
ENTITIES = "iri label types named aliases mentions articles".split()
STATEMENTS = (
    "iri article article_title subject subject_label property property_label object object_label status polarity certainty tense speaker "
    "speaker_label source source_label cue wording when when_text since until qualifiers confidence quote start end plain fact support "
    "disputed").split()


class PandasFrames(NamedTuple):
    """``entities`` (a row each) and ``statements`` (a row for each statement of each article)."""

    entities: pandas.DataFrame
    statements: pandas.DataFrame


class PolarsFrames(NamedTuple):
    """``entities`` (a row each) and ``statements`` (a row for each statement of each article)."""

    entities: polars.DataFrame
    statements: polars.DataFrame


def entity_columns(entities: Iterable[Node]) -> Columns:
    """Return columns of entities; ``types`` and ``aliases`` are joined by semicolons, ``articles`` is how many name it."""
    rows = [(one.iri, one.label, ";".join(one.types), one.named, ";".join(one.aliases), one.mentions, len(one.articles))
            for one in entities]
    return _columns(ENTITIES, rows)


def statement_columns(statements: Iterable[Said]) -> Columns:
    """Return columns of statements, named as :class:`kg.opened.Said`'s fields.

    ``qualifiers`` are joined as text; ``start`` and ``end`` are those of the first quote, in characters of the article's text;
    ``disputed`` tells whether something in the graph speaks against it.
    """
    special: dict[str, Callable[[Said], Any]] = {
        "qualifiers": lambda one: "; ".join(f"{name}: {value}" for name, value in one.qualifiers),
        "start": lambda one: one.quotes[0].start if one.quotes else -1, "end": lambda one: one.quotes[0].end if one.quotes else -1,
        "disputed": lambda one: bool(one.disputed)}
    rows = [tuple(special[name](one) if name in special else getattr(one, name) for name in STATEMENTS) for one in statements]
    return _columns(STATEMENTS, rows)


def _columns(names: list[str], rows: list[tuple[Any, ...]]) -> Columns:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def pandas_frames(entities: Columns, statements: Columns) -> PandasFrames:
    """Return the columns as pandas frames. Raises KgError if pandas is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise KgError("pandas is not installed: run `pip install 'newskg[frames]'`") from error
    return PandasFrames(pandas.DataFrame(entities), pandas.DataFrame(statements))


def polars_frames(entities: Columns, statements: Columns) -> PolarsFrames:
    """Return the columns as polars frames. Raises KgError if polars is not installed."""
    try:
        import polars
    except ImportError as error:
        raise KgError("polars is not installed: run `pip install 'newskg[frames]'`") from error
    return PolarsFrames(polars.DataFrame(entities), polars.DataFrame(statements))
