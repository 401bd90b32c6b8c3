"""Decide with the user which things are one: list the unsure pairs, record a decision, take one back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kg.errors import InputError
from kg.folder import DECISIONS, GraphFolder
from kg.ground import all_types
from kg.names.decisions import format_decisions, read_decisions, staged_decisions
from kg.pipeline import Progress, Report, change, ontology_of, quiet, settings_of
from kg.records import Extraction, Record
from kg.resolve import Pair, Types, appearance, find_pairs, resolve

#: characters shown on either side of a name
AROUND = 90


class Doubt(Record, frozen=True):
    """An unsure pair with what the articles say around each of the two names."""

    pair: Pair
    left: str
    right: str


def unsure(folder: str | Path) -> list[Doubt]:
    """Return the pairs of things in a graph folder that might be one, the likeliest first, each with its evidence."""
    graph = GraphFolder.open(folder)
    extractions = list(graph.extractions())
    types = all_types(extractions, ontology_of(settings_of(graph)))
    pairs = [pair for pair in find_pairs(extractions, types, read_decisions(graph.path / DECISIONS)) if pair.decision == "unsure"]
    wanted = {name for pair in pairs for name in (pair.left, pair.right)}
    quotes: dict[str, str] = {}
    for extraction in extractions:
        for local in extraction.entities:
            name = appearance(local.label, extraction.article.id)
            if name in wanted and name not in quotes:
                quotes[name] = _around(extraction, local.id)
    return [Doubt(pair, quotes.get(pair.left, ""), quotes.get(pair.right, "")) for pair in pairs]


def decide(folder: str | Path, left: str, right: str, decision: str, *, progress: Progress = quiet) -> Report:
    """Record that two things are the ``same`` or ``different``, or ``forget`` what was decided, and make the graph anew.

    `left` and `right` are each an appearance (``name@article id``), the IRI of an entity, or a name that only one entity has.
    Raises InputError for names that fit none or several, or a decision to forget that there is none; nothing is changed then.
    """
    with change(folder, progress) as made:
        kept = staged_decisions(made.staging)
        extractions = list(made.staging.extractions())
        names = {left, right} - {name for one in kept for name in (one.left, one.right)}
        found = appearances(extractions, all_types(extractions, made.ontology), made.settings.base, kept, names)
        pair = sorted((found.get(left, left), found.get(right, right)))
        if pair[0] == pair[1]:
            raise InputError(f"{left!r} and {right!r} are one appearance; to part what was joined, name each as name@article id")
        others = [one for one in kept if sorted((one.left, one.right)) != pair]
        if decision == "forget":
            if len(others) == len(kept):
                raise InputError(f"nothing was decided on {pair[0]!r} and {pair[1]!r}; {folder}/{DECISIONS} has all decisions")
        elif decision in ("same", "different"):
            others.append(Pair(pair[0], pair[1], "same" if decision == "same" else "different", by="user"))
        else:
            raise InputError(f"{decision!r} is no decision: take same, different or forget")
        made.staging.part(DECISIONS).write_text(format_decisions(others), "utf-8")
    return made.report


def appearances(extractions: list[Extraction], types: Types, base: str, kept: Iterable[Pair], names: set[str]) -> dict[str, str]:
    """Return an appearance for each of `names`. Raises InputError for one that fits no entity or several."""
    labels = {(one.article.id, local.id): local.label for one in extractions for local in one.entities}
    known = {appearance(label, article) for (article, _), label in labels.items()}
    entities = resolve(extractions, types, base, tuple(kept)) if names - known else []
    found = {name: name for name in names & known}
    for name in sorted(names - known):
        fits = [one for one in entities if one.iri == name] or [
            one for one in entities if name.casefold() in {label.casefold() for label in (one.label, *one.aliases)}]
        places = [appearance(labels[one.members[0]], one.members[0][0]) for one in fits]
        if not fits:
            raise InputError(f"nothing is called {name[:200]!r}; name an entity, its IRI, or name@article id")
        if len(fits) > 1:
            raise InputError(f"{len(fits)} entities are called {name[:200]!r}; take one of: {', '.join(places[:5])}")
        found[name] = places[0]
    return found


def _around(extraction: Extraction, entity: int) -> str:
    """Return the words around the first mention of an entity, cut at spaces."""
    text = extraction.article.text
    mention = next((one for one in extraction.mentions if one.entity == entity), None)
    if mention is None:
        return ""
    start, end = max(0, mention.start - AROUND), min(len(text), mention.end + AROUND)
    start = text.find(" ", start, mention.start) + 1 or start if start else 0
    end = max(text.rfind(" ", mention.end, end), mention.end) if end < len(text) else end
    return " ".join(text[start:end].split())
