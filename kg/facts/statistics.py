"""What a graph is made of, counted: statements by extractor, status and property, and what looks odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from kg.records import Entity, Record, Statement

#: so many properties are listed, those with most statements
LISTED = 50
#: fewer articles are too few to call anything odd
FEWEST = 20
#: a property with so many statements an article, on average, has exploded
MANY = 3.0


class Statistics(Record, frozen=True):
    """Numbers of statements by extractor, status and property (IRI, the :data:`LISTED` most used), falling; share mapped; oddities.

    ``mapped`` is the share of statements with a property of the ontology, rounded to four digits; ``odd`` are ``(what, why)``.
    """

    extractors: dict[str, int]
    statuses: dict[str, int]
    properties: dict[str, int]
    mapped: float
    odd: tuple[tuple[str, str], ...] = ()


def count(articles: int, entities: Iterable[Entity], statements: Iterable[Statement], known: Collection[str]) -> Statistics:
    """Return the statistics of a graph of so many `articles`; `known` are the IRIs of the ontology's properties."""
    extractors, statuses, properties = Counter[str](), Counter[str](), Counter[str]()
    for one in statements:
        extractors[one.extractor] += 1
        statuses[one.status] += 1
        properties[one.property] += 1
    odd = []
    if articles >= FEWEST:
        for entity in entities:
            where = len({article for article, _ in entity.members})
            if 2 * where >= articles:
                odd.append((entity.iri, f"{entity.label!r} is named in {where} of {articles} articles"))
        odd += [(iri, f"{number} statements have this property, {number / articles:.1f} an article")
                for iri, number in sorted(properties.items()) if number >= MANY * articles]
    mapped = sum(number for iri, number in properties.items() if iri in known)
    return Statistics(_falling(extractors), _falling(statuses), dict(list(_falling(properties).items())[:LISTED]),
                      round(mapped / properties.total(), 4) if properties else 0.0, tuple(odd))


def _falling(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda row: (-row[1], row[0])))
