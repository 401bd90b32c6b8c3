"""Which mentions are of one event: told by verbs ("Vik shot Moe") and by nouns ("the shooting"), in one article and across articles.

Conservative: a wrong join mixes two events' victims and dates, a missed one only leaves two nodes. In one article, mentions of one class
are one event if they name the same participants, or if the noun takes up the only event of its class that is told; across articles,
if at least two things agree (who did it, whom it befell, place, day, a name in what it is called) and nothing clashes. Each join keeps its
reasons. The result is a function of statements and entities, whatever their order.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg.facts.validity import Days, days, days_of, overlap
from kg.iris import KG, digest, slug
from kg.ontology import Ontology
from kg.records import Entity, Grounded, RdfLiteral, Record, Statement
from kg.spill import recurring

#: what agreements are worth; with ENOUGH two events of different articles are one
WHO, WHERE, DAY, MONTH, NAMED, NEAR, ENOUGH = 2.0, 1.0, 2.0, 1.0, 2.0, 0.5, 3.0
#: articles so many days apart rarely tell of one event without saying so
NEWS = 400
_CLAIMED = frozenset({"Asserted", "Claimed"})
#: "another shooting", "the first lawsuit" is told apart from what was told before
_OTHER = frozenset("another other second third fourth fifth first last next previous earlier new separate similar latest two three "
                   "several many more future possible alleged attempted".split())
#: what statements of an event's noun say of it: property (local name) -> role
_ROLES = {"involved": "participant", "victimOf": "patient", "plaintiffIn": "agent", "defendantIn": "patient", "tookPlaceIn": "place",
          "happenedIn": "place", "host": "agent", "diedIn": "patient",
          "participatedIn": "participant"}


class Happening(Record, frozen=True):
    """One event with all that tells of it.

    ``type`` is the local name of its class; ``agents`` (who did it), ``patients`` (whom it befell), ``participants`` (in what role is not
    told) and ``places`` are IRIs; ``when`` the most exact dates told; ``statements`` are ids, ``entities`` the IRIs of the nouns that name
    it; ``reasons`` say why they are one.
    """

    iri: str
    label: str
    type: str
    agents: tuple[str, ...]
    patients: tuple[str, ...]
    participants: tuple[str, ...]
    places: tuple[str, ...]
    when: tuple[RdfLiteral, ...]
    statements: tuple[str, ...]
    entities: tuple[str, ...]
    articles: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass
class _Event:
    """Mentions judged to be one event so far."""

    type: str
    articles: set[str]
    agents: set[str] = field(default_factory=set)
    patients: set[str] = field(default_factory=set)
    participants: set[str] = field(default_factory=set)
    spots: set[tuple[str, int, int]] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    when: dict[str, RdfLiteral] = field(default_factory=dict)
    statements: set[str] = field(default_factory=set)
    nouns: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    #: what it has become part of
    whole: _Event | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return (min(self.articles), *sorted(self.statements), *sorted(self.nouns))

    @property
    def people(self) -> set[str]:
        return self.agents | self.patients | self.participants

    @property
    def tellings(self) -> int:
        """Return how many stretches of text tell of it, those that overlap counted once; a noun of which nothing is said is one."""
        count, last = 0, ("", -1)
        for article, start, end in sorted(self.spots):
            if (article, start) >= last or article != last[0]:
                count += 1
                last = article, end
            else:
                last = article, max(last[1], end)
        return count + len(self.nouns - self.told)

    def days(self) -> list[Days]:
        return [span for value in self.when.values() if (span := days_of(value))]

    def sets(self) -> tuple[set[Any], ...]:
        return (self.articles, self.agents, self.patients, self.participants, self.spots, self.places, self.statements, self.nouns,
                self.told, self.labels, self.reasons)

    def absorb(self, other: _Event, reason: str, type_: str) -> None:
        for mine, theirs in zip(self.sets(), other.sets(), strict=True):
            mine.update(theirs)
        self.when.update(other.when)
        self.reasons.add(reason)
        self.type, other.whole = type_, self


class _World:
    """What the decisions look things up in."""

    def __init__(self, told: Iterable[Grounded], ontology: Ontology, wide: Collection[str]) -> None:
        self.ontology, self.wide = ontology, wide
        #: the entities of the article at hand, and the named ones of all events that are kept
        self.here: dict[str, Entity] = {}
        self.kept: dict[str, Entity] = {}
        self.names: set[str] = set()
        self.published: dict[str, int] = {}
        self.within: dict[str, set[str]] = defaultdict(set)
        for one in told:
            if one.article.published and (span := days(one.article.published)):
                self.published[one.article.id] = span[0]
            for entity in one.entities:
                if entity.named:
                    self.names.update(word for word in re.findall(r"\w{3,}", entity.label) if word[0].isupper())
            for said in one.statements:
                if said.property in (KG + "locatedIn", KG + "partOf") and isinstance(said.object, str):
                    self.within[said.subject].add(said.object)

    def entity(self, iri: str) -> Entity | None:
        return self.here.get(iri) or self.kept.get(iri)

    def named(self, iris: Collection[str]) -> set[str]:
        return {iri for iri in iris if (one := self.entity(iri)) and one.named}

    def label(self, iri: str) -> str:
        one = self.entity(iri)
        return one.label if one else iri

    def types(self, iri: str) -> tuple[str, ...]:
        one = self.entity(iri)
        return one.types if one else ()

    def keep(self, event: _Event) -> None:
        self.kept.update((iri, self.here[iri]) for iri in self.named(event.people | event.places) & self.here.keys())

    def type_of(self, one: str, two: str) -> str:
        """Return the narrower of two classes if one is the other or a kind of it, else nothing."""
        return one if self.ontology.is_a(one, two) else two if self.ontology.is_a(two, one) else ""

    def event_class(self, entity: Entity) -> str:
        """Return the class of an event that a noun names; nothing for what only is some event ("decision")."""
        found = [name for name in entity.types if name in self.ontology.classes and self.ontology.is_a(name, "Event") and name != "Event"]
        return found[0] if found else ""


def happenings(told: Iterable[Grounded], ontology: Ontology, base: str, wide: Collection[str] = ()) -> list[Happening]:
    """Return the events that at least two mentions tell of, by IRI.

    `wide` are the IRIs of things in several articles. `told` is gone through three times; of its events only those are held that may be
    one with others, or are told twice themselves.
    """
    world = _World(told, ontology, wide)
    shared = recurring(handle for events in _by_article(world, told)
                       for handle in {one for event in events for one in _handles(world, event)})
    kept = []
    for events in _by_article(world, told):
        for event in events:
            if _told_twice(event) or not shared.isdisjoint(map(hash, _handles(world, event))):
                kept.append(event)
                world.keep(event)
    world.here = {}
    _across(world, kept)
    return sorted((_happening(world, event, base) for event in kept if not event.whole and _told_twice(event)), key=lambda one: one.iri)


def _by_article(world: _World, told: Iterable[Grounded]) -> Iterator[list[_Event]]:
    """Yield the events of each article, with the article's entities at hand."""
    for one in told:
        world.here = {entity.iri: entity for entity in one.entities}
        yield _in_article(world, _mentions(world, one))


def _told_twice(event: _Event) -> bool:
    return event.tellings > 1 and bool(event.reasons or event.nouns)


def _mentions(world: _World, article: Grounded) -> list[_Event]:
    """Return an event for each statement of an article that tells one, and for each noun without a name that stands for one."""
    found = []
    nouns: dict[str, _Event] = {}
    for entity in article.entities:
        name = world.event_class(entity)
        if name and entity.iri not in world.wide and not entity.named and not _OTHER & set(entity.label.casefold().split()):
            nouns[entity.iri] = _Event(name, {article.article.id}, nouns={entity.iri}, labels={entity.label})
    for one in sorted(article.statements, key=lambda one: one.id):
        told = [iri for iri in (one.subject, one.object, *(value for _, value in one.qualifiers)) if isinstance(iri, str)]
        if one.polarity != "Positive" or one.status not in _CLAIMED:
            continue
        for iri in dict.fromkeys(told):
            if iri in nouns:
                _fill_noun(nouns[iri], iri, one)
        evoked = _evoked(world, one)
        if evoked:
            found.append(evoked)
    return found + [nouns[iri] for iri in sorted(nouns)]


def _evoked(world: _World, one: Statement) -> _Event | None:
    """Return the event that a statement tells by its verb, or None."""
    prop = world.ontology.properties.get(one.property)
    name = (prop.evokes or prop.evokes_on) if prop else ""
    if prop is None or not name:
        return None
    event = _Event(name, {one.article}, statements={one.id}, spots=_spots(one))
    target = {one.object} if isinstance(one.object, str) and one.object in world.here else set()
    (event.patients if prop.evokes_on else event.agents).add(one.subject)
    place = prop.iri == KG + "diedIn" and any(world.ontology.is_a(name, "Place") for iri in target for name in world.types(iri))
    (event.places if place else event.participants if prop.evokes_on else event.patients).update(target)
    if isinstance(one.object, RdfLiteral) and days_of(one.object):
        event.when[one.object.lexical] = one.object
    _circumstances(event, one)
    return event


def _spots(one: Statement) -> set[tuple[str, int, int]]:
    return {(one.article, span.start, span.end) for span in one.evidence}


def _circumstances(event: _Event, one: Statement) -> None:
    if one.when is not None and days_of(one.when):
        event.when[one.when.lexical] = one.when
    event.places.update(value for name, value in one.qualifiers if name == KG + "place" and isinstance(value, str))


def _fill_noun(event: _Event, noun: str, one: Statement) -> None:
    """Take what a statement says of the event that a noun stands for."""
    name = one.property.removeprefix(KG)
    other = one.object if one.subject == noun else one.subject
    if noun in (one.subject, one.object) and name in _ROLES and isinstance(other, str) and other:
        roles = {"agent": event.agents, "patient": event.patients, "participant": event.participants, "place": event.places}
        roles[_ROLES[name]].add(other)
    if name == "tookPlaceOn" and isinstance(one.object, RdfLiteral) and days_of(one.object):
        event.when[one.object.lexical] = one.object
    if noun == one.subject and name in ("happened", "tookPlaceIn", "tookPlaceOn", "happenedIn"):
        _circumstances(event, one)
    elif not (noun in (one.subject, one.object) and name in _ROLES):
        return
    event.statements.add(one.id)
    event.spots |= _spots(one)
    event.told.add(noun)


def _clash(world: _World, one: _Event, two: _Event) -> bool:
    """Tell whether something speaks against two being one: other people, days or places."""
    for left, right in ((one.agents, two.agents), (one.patients, two.patients)):
        left, right = world.named(left), world.named(right)
        if left and right and not left & right:
            return True
    if one.days() and two.days() and not all(overlap(left, right) for left in one.days() for right in two.days()):
        return True
    left, right = world.named(one.places), world.named(two.places)
    return bool(left and right) and not any(a == b or b in world.within[a] or a in world.within[b] or _kinds_differ(world, a, b)
                                            for a in left for b in right)


def _kinds_differ(world: _World, one: str, two: str) -> bool:
    """Tell whether two places are of different kinds, so that one may lie in the other: a city and a country."""
    return set(world.types(one)) != set(world.types(two))


def _in_article(world: _World, events: list[_Event]) -> list[_Event]:
    """Join the mentions of one article."""
    told = sorted((one for one in events if not one.nouns), key=lambda one: one.key)
    nouns = sorted((one for one in events if one.nouns), key=lambda one: one.key)
    for number, one in enumerate(told):
        for two in told[number + 1 :]:
            name = world.type_of(one.type, two.type)
            if one.whole or two.whole or not name or _clash(world, one, two):
                continue
            shared = sorted((one.patients & two.patients) or ((one.agents & two.agents) if not (one.patients and two.patients) else set()))
            if shared:
                one.absorb(two, f"in one article: {_class(world, name)}, {world.label(shared[0])}", name)
    for number, one in enumerate(nouns):  # "Baldwin's lawsuit ... his own lawsuit"
        for two in nouns[number + 1 :]:
            shared = sorted(world.named(one.people) & world.named(two.people))
            same = {label.casefold().split()[-1] for label in one.labels} & {label.casefold().split()[-1] for label in two.labels}
            if shared and same and not (one.whole or two.whole) and _bare(world, one) and _bare(world, two) and not _clash(world, one, two):
                one.absorb(two, f"in one article: {min(same)}, {world.label(shared[0])}", one.type)
    for noun in (one for one in nouns if not one.whole):
        fits = [one for one in told if not one.whole and world.type_of(one.type, noun.type)]
        sharing = [one for one in fits if noun.people & one.people]
        if len(sharing or fits) == 1 and not _clash(world, (sharing or fits)[0], noun) and (sharing or _takes_up(world, noun, nouns)):
            one = (sharing or fits)[0]
            why = "with the same participants" if sharing else "the only one told in the article"
            one.absorb(noun, f"“{min(noun.labels)}”: {why}", world.type_of(one.type, noun.type))
    return [one for one in events if not one.whole]


def _takes_up(world: _World, noun: _Event, nouns: Sequence[_Event]) -> bool:
    """Tell whether a bare noun can take up the only event of its class: it is the only such noun, and nothing modifies it."""
    same = [one for one in nouns if not one.whole and world.type_of(one.type, noun.type)]
    return len(same) == 1 and _bare(world, noun)


def _bare(world: _World, noun: _Event) -> bool:
    """Tell whether a noun is one of its class without more: "lawsuit", "civil lawsuit", "own lawsuit", not "malicious lawsuit"."""
    known = world.ontology.classes[noun.type].nouns
    return all(label.casefold().removeprefix("own ") in known for label in noun.labels)


def _across(world: _World, events: Sequence[_Event]) -> None:
    """Join the events of different articles, the best agreements first, as long as nothing known of the two clashes."""
    blocks: dict[tuple[str, str], list[_Event]] = defaultdict(list)
    for event in events:
        for handle in _handles(world, event):
            blocks[handle].append(event)
    pairs: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[_Event, _Event]] = {}
    for handle in sorted(blocks):
        block = sorted(blocks[handle], key=lambda one: one.key)
        for number, one in enumerate(block):
            for two in block[number + 1 :]:
                if one.articles != two.articles:
                    pairs[one.key, two.key] = one, two
    scored = [(_agreement(world, one, two), key, one, two) for key, (one, two) in pairs.items()]
    for (score, reason), _, one, two in sorted(scored, key=lambda row: (-row[0][0], row[1])):
        while one.whole:
            one = one.whole
        while two.whole:
            two = two.whole
        if score < ENOUGH or one is two or one.articles & two.articles or _clash(world, one, two):
            continue
        if name := world.type_of(one.type, two.type):
            one.absorb(two, reason, name)


def _handles(world: _World, event: _Event) -> set[tuple[str, str]]:
    """Return the pairs of things by which an event may be one with others: one agreement is never enough."""
    firm = world.named(event.people) | _names_in(world, event)
    months = {f"{day // 32}" for low, high in event.days() if high - low < 32 for day in (low, high)}
    others = firm | world.named(event.places) | months | {f"called {label.casefold()}" for label in event.labels}
    return {(min(one, two), max(one, two)) for one in firm for two in others if one != two}


def _names_in(world: _World, event: _Event) -> set[str]:
    """Return the words of names in what an event is called: "Lysk" of "Lysk flood"."""
    words = {word for label in event.labels for word in re.findall(r"\w{3,}", label) if word[0].isupper()}
    return {word.casefold() for word in words & world.names}


def _agreement(world: _World, one: _Event, two: _Event) -> tuple[float, str]:
    """Return how much two events of different articles agree, and in what."""
    score, reasons = 0.0, []
    for left, right, role in ((one.agents, two.agents, "by"), (one.patients, two.patients, "of"), (one.participants, two.people, "with"),
                              (one.people, two.participants, "with")):
        both = sorted(world.named(left) & world.named(right))
        if both and f"{role} {world.label(both[0])}" not in reasons:
            score += WHO
            reasons.append(f"{role} {world.label(both[0])}")
    if both := sorted(world.named(one.places) & world.named(two.places)):
        score += WHERE
        reasons.append(f"in {world.label(both[0])}")
    spans = [(max(left[0], right[0]), max(left[1] - left[0], right[1] - right[0])) for left in one.days() for right in two.days()
             if overlap(left, right)]
    if spans:
        width = min(width for _, width in spans)
        score += DAY if width < 2 else MONTH if width < 32 else 0
        reasons += ["on the same day" if width < 2 else "in the same month"] if width < 32 else []
    if both := sorted(_names_in(world, one) & _names_in(world, two)):
        score += NAMED
        reasons.append(f"called after {both[0].title()}")
        if {label.casefold() for label in one.labels} & {label.casefold() for label in two.labels}:
            score += WHERE
            reasons.append("by the same name")
    first, second = (min((world.published[key] for key in each.articles if key in world.published), default=0) for each in (one, two))
    if first and second:
        score += NEAR if abs(first - second) < NEWS / 10 else 0
        score -= ENOUGH if abs(first - second) > NEWS and not spans else 0
    return score, "across articles: " + ", ".join(reasons)


def _class(world: _World, name: str) -> str:
    return world.ontology.classes[name].label


def _happening(world: _World, event: _Event, base: str) -> Happening:
    exact = sorted(event.when.values(), key=lambda value: (_width(value), value.lexical))
    when = tuple(value for value in exact if _width(value) == _width(exact[0])) if exact else ()
    others = event.participants - event.agents - event.patients
    label = _called(world, event)
    reasons = event.reasons or {f"one noun in one article: {min(event.labels)}"}
    return Happening(
        iri=f"{base}event/{slug(label)}-{digest(*event.key)}", label=label, type=event.type, agents=tuple(sorted(event.agents)),
        patients=tuple(sorted(event.patients)), participants=tuple(sorted(others)), places=tuple(sorted(event.places)), when=when,
        statements=tuple(sorted(event.statements)), entities=tuple(sorted(event.nouns)), articles=tuple(sorted(event.articles)),
        reasons=tuple(sorted(reasons)))


def _called(world: _World, event: _Event) -> str:
    """Return what to call an event: its noun with a name ("Lysk flood"), else its class and whom it befell, who did it, who took part."""
    named = sorted(label for label in event.labels if set(re.findall(r"\w{3,}", label)) & world.names)
    if named:
        return named[0]
    for iris, word in ((event.patients, "of"), (event.agents, "by"), (event.participants, "involving")):
        if people := sorted(world.label(iri) for iri in world.named(iris)):
            return f"{_class(world, event.type)} {word} {people[0]}"
    return min(event.labels, default=_class(world, event.type))


def _width(value: RdfLiteral) -> int:
    span = days_of(value)
    return span[1] - span[0] if span else 0
