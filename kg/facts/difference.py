"""What two graphs say differently: in words, statement by statement, and as RDF, triple by triple."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyoxigraph as ox

from kg.iris import ONTOLOGY_GRAPH, prefixes
from kg.opened import Graph, Said

#: what makes two statements say the same, wherever they stand
Key = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What is said in both graphs, by other articles or voices, or with other circumstances: how it was and how it is."""

    before: Said
    after: Said


@dataclass(frozen=True)
class Difference:
    """What the new graph has more, less and otherwise. Articles and entities (those with a name) are ``(IRI, title or label)``."""

    articles_added: tuple[tuple[str, str], ...]
    articles_removed: tuple[tuple[str, str], ...]
    entities_added: tuple[tuple[str, str], ...]
    entities_removed: tuple[tuple[str, str], ...]
    added: tuple[Said, ...]
    removed: tuple[Said, ...]
    changed: tuple[Change, ...]

    def __bool__(self) -> bool:
        return any((self.articles_added, self.articles_removed, self.entities_added, self.entities_removed, self.added, self.removed,
                    self.changed))

    def as_dict(self) -> dict[str, Any]:
        """Return the difference as plain data for JSON."""
        return {
            **{name: [{"iri": iri, "label": label} for iri, label in getattr(self, name)]
               for name in ("articles_added", "articles_removed", "entities_added", "entities_removed")},
            "added": [one.as_dict() for one in self.added], "removed": [one.as_dict() for one in self.removed],
            "changed": [{"before": one.before.as_dict(), "after": one.after.as_dict()} for one in self.changed],
        }


def difference(old: Graph, new: Graph) -> Difference:
    """Return what `new` says differently from `old`.

    Two statements say the same if subject, property, object, polarity, status and speaker are the same; that a further article says it too
    is a change of support, not a new statement.
    """
    before, after = _by_key(old.statements()), _by_key(new.statements())
    changed = [Change(before[key][0], after[key][0]) for key in sorted(before.keys() & after.keys())
               if _told(before[key]) != _told(after[key])]
    articles = [dict(_titles(graph)) for graph in (old, new)]
    entities = [{one.iri: one.label for one in graph.entities() if one.named} for graph in (old, new)]
    return Difference(_more(*articles[::-1]), _more(*articles), _more(*entities[::-1]), _more(*entities),
                      tuple(after[key][0] for key in sorted(after.keys() - before.keys())),
                      tuple(before[key][0] for key in sorted(before.keys() - after.keys())), tuple(changed))


def _by_key(statements: Iterable[Said]) -> dict[Key, list[Said]]:
    groups: dict[Key, list[Said]] = defaultdict(list)
    for one in statements:
        groups[one.subject, one.property, one.object, one.polarity, one.status, one.speaker].append(one)
    return groups


def _told(group: Iterable[Said]) -> tuple[object, ...]:
    """Return what shows when statements that say the same are told otherwise: support, dispute, circumstances."""
    group = list(group)
    return max(one.support for one in group), any(one.disputed for one in group), sorted({one.sentence() for one in group})


def _titles(graph: Graph) -> Iterator[tuple[str, str]]:
    for iri in graph.articles():
        yield iri, graph.title(iri)


def _more(one: dict[str, str], other: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((iri, one[iri]) for iri in sorted(one.keys() - other.keys()))


def write_difference(old: Graph, new: Graph, output: BinaryIO) -> None:
    """Write the triples that only one of the two graphs holds as TriG, in the graphs ``{base}diff/added`` and ``{base}diff/removed``."""
    quads = [ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(f"{new.base}diff/{name}"))
             for name, one, other in (("added", new, old), ("removed", old, new))
             for triple in sorted(_only(one.store, other.store), key=str)]
    ox.serialize(quads, output, ox.RdfFormat.TRIG, prefixes=prefixes(new.base))


def _only(store: ox.Store, other: ox.Store) -> set[ox.Triple]:
    """Return the triples that no graph of `other` holds; the ontology's blank nodes are passed over."""
    return {quad.triple for quad in store if not isinstance(quad.subject, ox.BlankNode) and not isinstance(quad.object, ox.BlankNode)
            and not (quad.graph_name == ox.NamedNode(ONTOLOGY_GRAPH) and quad in other)
            and next(other.quads_for_pattern(quad.subject, quad.predicate, quad.object, None), None) is None}
