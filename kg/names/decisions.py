"""The user's decisions on which things are one: rows of ``decisions.tsv``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kg.errors import FolderError
from kg.folder import DECISIONS, DECISIONS_HEADER, Staging
from kg.resolve import Pair


def parse_decisions(text: str, name: str = DECISIONS) -> tuple[Pair, ...]:
    """Return the decisions of a table with the columns of ``DECISIONS_HEADER``.

    Raises FolderError, naming the line, for a row that is none.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split("\t")
        if number == 1 or not line.strip():
            continue
        if len(cells) != 6 or cells[2] not in ("same", "different") or not (cells[0] and cells[1]):
            raise FolderError(f"{name}, line {number}: should be two names, 'same' or 'different', score, reasons and by whom, "
                              "with tabs between; mend or delete the line")
        found.append(Pair(cells[0], cells[1], "same" if cells[2] == "same" else "different",
                          reasons=(cells[4],) if cells[4] else (), by=cells[5] or "user"))
    return tuple(found)


def format_decisions(decisions: Iterable[Pair]) -> str:
    """Return the table that :func:`parse_decisions` reads, one row a pair, sorted."""
    rows = [(one.left, one.right, one.decision, f"{one.score:g}", "; ".join(one.reasons), one.by) for one in decisions]
    return DECISIONS_HEADER + "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in sorted(rows))


def read_decisions(path: Path) -> tuple[Pair, ...]:
    """Return the decisions in a file, none if it is missing."""
    try:
        return parse_decisions(path.read_text("utf-8"), str(path))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise FolderError(f"{path} can't be read ({error}); mend or delete it") from error


def staged_decisions(staging: Staging) -> tuple[Pair, ...]:
    """Return the decisions of the next state of a graph folder."""
    path = staging.current(DECISIONS)
    return read_decisions(path) if path else ()
