"""What several articles say alike, and where they contradict one another.

A *fact* is what statements share whose subject, property, object, polarity and status are the same; its support is the number of
independent voices among them. A *dispute* is what statements form that can't all be true. Nothing is decided here on who is right: all
statements stay as they are. Everything is a function of the statements and articles, whatever their order. docs/graph.md tells the
rules in words.
"""

from __future__ import annotations

import builtins
import math
import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from kg.facts.validity import DATES, days_of, overlap
from kg.iris import KG, digest
from kg.records import Article, Entity, Grounded, RdfLiteral, Record, Statement
from kg.spill import recurring

Kind = Literal["polarity", "value", "number"]
NUMBERS = ("xsd:integer", "xsd:decimal", "xsd:double", "xsd:nonNegativeInteger", "xsd:duration")
#: qualifiers that say what a number counts
_UNITS = frozenset({KG + "unit", KG + "currency"})
#: what isn't said to hold can't be contradicted
_OPEN = frozenset({"Conditional", "Asked", "Planned"})

#: properties by which one place lies in another
_INSIDE = frozenset({KG + "locatedIn", KG + "partOf", KG + "capitalOf"})

_ABOUT = r"about|around|roughly|approximately|some|nearly|almost|close to|circa|estimated|an estimated"
_LEAST = r"at least|more than|over|above|no fewer than|no less than|not less than|upwards of|exceeding"
_MOST = r"at most|less than|fewer than|under|below|up to|as many as|as much as|no more than|not more than"
_FIRST = (r"\d|an? (?:dozen|hundred|thousand|million|billion)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|"
          r"(?:four|fif|six|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?")
_HEDGE = re.compile(rf"\b(?:(?P<about>{_ABOUT})|(?P<least>{_LEAST})|(?P<most>{_MOST}))\s+(?:a\s+|the\s+)?(?:[$€£¥]\s?)?(?:{_FIRST})",
                    re.IGNORECASE)
#: numbers told as "about" may be so far from each other
_VAGUE = 0.1
_COUNT_WORDS = {word: number for number, word in enumerate(
    ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
     "twenty").split(), 1)}
_DURATION = re.compile(r"-?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?")
_COUNTED = re.compile(rf"(?P<number>\d[\d,]*|{'|'.join(_COUNT_WORDS)}) (?P<noun>\D+)", re.IGNORECASE)


class Fact(Record, frozen=True):
    """What several statements say alike.

    ``statements`` are ids; ``articles`` how many articles say it, ``support`` how many independent voices do: articles that nearly
    repeat one another, come from one publisher or report from one source are one voice, and so is a speaker wherever quoted.
    """

    iri: str
    statements: tuple[str, ...]
    articles: int
    support: int


class Dispute(Record, frozen=True):
    """Statements that can't all be true: ids by what they say (``sides``: the answer and who gives it), the kind, and why."""

    iri: str
    kind: Kind
    subject: str
    property: str
    sides: tuple[tuple[str, tuple[str, ...]], ...]
    reason: str

    @builtins.property
    def statements(self) -> tuple[str, ...]:
        """Return the ids of all its statements."""
        return tuple(sorted(one for _, side in self.sides for one in side))


class _Question(NamedTuple):
    """What can have one answer only; `more` tells apart what else is asked of one subject and property."""

    kind: Kind
    subject: str
    property: str
    more: tuple[str, ...] = ()


def voices_of(statement: Statement, articles: Mapping[str, Article], copies: Mapping[str, str]) -> frozenset[str]:
    """Return what a statement shares with others of one voice: who says it, or its article's group of copies, publisher and source."""
    if statement.speaker and statement.status == "Claimed":
        return frozenset({statement.speaker})
    article = articles.get(statement.article)
    voices = {f"article {copies.get(statement.article, statement.article)}"}
    publisher = " ".join(article.publisher.casefold().split()) if article else ""
    if not publisher and article and article.url:
        publisher = _host(article.url)
    if publisher:
        voices.add(f"publisher {publisher}")
    if statement.source:
        voices.add(statement.source)
    return frozenset(voices)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _components(sets: Iterable[frozenset[str]]) -> int:
    """Return how many groups are left when sets that share a member are joined."""
    groups: list[frozenset[str]] = []
    for one in sets:
        joined = one.union(*(group for group in groups if group & one))
        groups = [group for group in groups if not group & one] + [joined]
    return len(groups)


def _key(value: str | RdfLiteral) -> str:
    return f"<{value}>" if isinstance(value, str) else f"{value.datatype} {' '.join(value.lexical.casefold().split())}"


def facts(statements: Iterable[Statement], articles: Iterable[Article], copies: Mapping[str, str], base: str,
          symmetric: Collection[str] = ()) -> list[Fact]:
    """Return what is said in more than one article, by IRI.

    `copies` are the near-duplicates (:func:`kg.facts.duplicates.near_duplicates`), `symmetric` the properties whose ends may change places.
    """
    known = {one.id: one for one in articles}
    groups: dict[tuple[str, ...], list[Statement]] = defaultdict(list)
    for one in statements:
        groups[_said(one, symmetric)].append(one)
    found = []
    for key, group in groups.items():
        where = {one.article for one in group}
        if len(where) > 1:
            found.append(Fact(f"{base}fact/{digest(*key, length=16)}", tuple(sorted({one.id for one in group})), len(where),
                              _components({voices_of(one, known, copies) for one in group})))
    return sorted(found, key=lambda fact: fact.iri)


def _said(one: Statement, symmetric: Collection[str]) -> tuple[str, ...]:
    """Return what statements of one fact share."""
    ends = [f"<{one.subject}>", _key(one.object)]
    if one.property in symmetric:
        ends.sort()
    return one.property, *ends, one.polarity, one.status


def comparable(told: Iterable[Grounded], functional: Collection[str] = (), symmetric: Collection[str] = ()) -> Iterator[Grounded]:
    """Yield what :func:`facts` and :func:`disputes` need of all that was told, far less than that: the statements of which others say the
    same or answer the same question, those that tell where places lie, and the entities that they speak of.

    `told` is gone through twice.
    """
    def keys(one: Statement, entities: Mapping[str, Entity]) -> list[Hashable]:
        return [_said(one, symmetric), *_questions(one, functional, symmetric, entities)]

    def entities_of(article: Grounded) -> dict[str, Entity]:
        return {entity.iri: entity for entity in article.entities}

    again = recurring(key for article in told for entities in [entities_of(article)]
                      for one in article.statements for key in keys(one, entities))
    for article in told:
        entities = entities_of(article)
        kept = tuple(one for one in article.statements
                     if one.property in _INSIDE or not again.isdisjoint(map(hash, keys(one, entities))))
        if kept:
            iris = {iri for one in kept for iri in (one.subject, one.object) if isinstance(iri, str)}
            yield Grounded(article.article, tuple(entities[iri] for iri in sorted(iris & entities.keys())), kept)


def disputes(statements: Iterable[Statement], articles: Iterable[Article], entities: Iterable[Entity], copies: Mapping[str, str],
             base: str, functional: Collection[str] = (), symmetric: Collection[str] = ()) -> list[Dispute]:
    """Return what can't all be true, by IRI; `functional` are the properties that have one value only, `symmetric` those whose ends may
    change places.

    Two statements contradict each other if one affirms what the other denies; if a functional property has two values, or two
    numbers are told of one thing, and neither is the other told less exactly. What one voice says is no dispute with itself, nor is what
    is told of different times.
    """
    known = {one.id: one for one in articles}
    entity_of = {one.iri: one for one in entities}
    within = _places(statements := list(statements))
    asked: dict[_Question, list[Statement]] = defaultdict(list)
    for one in statements:
        for question in _questions(one, functional, symmetric, entity_of):
            asked[question].append(one)
    found = []
    for question, group in asked.items():
        if len(group) < 2 or (question.kind == "polarity" and len({one.polarity for one in group}) < 2):
            continue
        clashing: set[str] = set()
        ordered = sorted(group, key=lambda one: one.id)
        for number, left in enumerate(ordered):
            for right in ordered[number + 1 :]:
                if _clash(question, left, right, entity_of, within, known) and _two_parties(left, right, known, copies):
                    clashing |= {left.id, right.id}
        if clashing:
            found.append(_dispute(base, question, [one for one in ordered if one.id in clashing], entity_of, known))
    return sorted(found, key=lambda dispute: dispute.iri)


def _questions(one: Statement, functional: Collection[str], symmetric: Collection[str],
               entities: Mapping[str, Entity]) -> Iterator[_Question]:
    """Yield the questions that can have one answer only, which a statement answers."""
    if one.status in _OPEN or one.certainty == "Possible":
        return
    subject, object_ = one.subject, one.object
    if one.property in symmetric and isinstance(object_, str):
        subject, object_ = sorted((subject, object_))
    yield _Question("polarity", subject, one.property, (_key(object_),))
    if one.polarity != "Positive":
        return
    if one.property in functional:
        yield _Question("value", one.subject, one.property)
    units = tuple(sorted(f"{name} {_key(value)}" for name, value in one.qualifiers if name in _UNITS))
    if isinstance(one.object, RdfLiteral):
        if one.object.datatype in NUMBERS and one.property.startswith(KG) and one.property not in functional:
            yield _Question("number", one.subject, one.property, units)
        return
    if counted := _counted(one.object, entities):
        yield _Question("number", one.subject, one.property, (f"count {counted[1]}",))
    if not (_named(one.subject, entities) and _named(one.object, entities)):
        return
    for name, value in one.qualifiers:
        if isinstance(value, RdfLiteral) and value.datatype in NUMBERS:
            yield _Question("number", one.subject, one.property, (one.object, name, *units))


def _named(iri: str, entities: Mapping[str, Entity]) -> bool:
    return iri in entities and entities[iri].named


def _counted(iri: str, entities: Mapping[str, Entity]) -> tuple[float, str] | None:
    """Return number and noun of what is named by its count: "15 miners"."""
    entity = entities.get(iri)
    match = _COUNTED.fullmatch(entity.label) if entity and not entity.named else None
    if match is None:
        return None
    number = match["number"].lower()
    return float(_COUNT_WORDS.get(number) or number.replace(",", "")), match["noun"].casefold()


def _answer(question: _Question, one: Statement, entities: Mapping[str, Entity]) -> str | RdfLiteral:
    """Return what a statement answers to a question."""
    if question.kind == "number" and isinstance(one.object, str):
        if question.more[0].startswith("count ") and (counted := _counted(one.object, entities)):
            return RdfLiteral(f"{counted[0]:g}", "xsd:decimal")
        return next(value for name, value in one.qualifiers if name == question.more[1] and isinstance(value, RdfLiteral))
    return one.object


def _two_parties(left: Statement, right: Statement, articles: Mapping[str, Article], copies: Mapping[str, str]) -> bool:
    """Tell whether two parties speak: two speakers, a speaker and an article, or two articles that are no copies of each other."""
    if left.speaker or right.speaker:
        return left.speaker != right.speaker
    return copies.get(left.article, left.article) != copies.get(right.article, right.article)


def _clash(question: _Question, left: Statement, right: Statement, entities: Mapping[str, Entity],
           within: Mapping[str, set[str]], articles: Mapping[str, Article]) -> bool:
    if question.kind == "polarity" and left.polarity == right.polarity:
        return False
    if {left.tense, right.tense} == {"Past", "Future"} or not _same_time(left, right):
        return False
    if question.kind == "polarity":
        return True
    one, two = _answer(question, left, entities), _answer(question, right, entities)
    if isinstance(one, str) or isinstance(two, str):
        return isinstance(one, str) and isinstance(two, str) and one != two and not _alike(one, two, entities) \
            and not (_inside(one, two, within) or _inside(two, one, within))
    if one.datatype in DATES and two.datatype in DATES:
        first, second = days_of(one), days_of(two)
        return first is not None and second is not None and not overlap(first, second)
    if one.datatype in NUMBERS and two.datatype in NUMBERS:
        return not _same_number(_number(one), _hedge(left, articles), _number(two), _hedge(right, articles))
    return one.datatype == two.datatype and one.lexical.casefold() != two.lexical.casefold()


def _same_time(left: Statement, right: Statement) -> bool:
    """Tell whether two statements may be of one time: dates that exclude each other part them."""
    one, two = (days_of(each.when) if each.when else None for each in (left, right))
    return one is None or two is None or overlap(one, two)


def _places(statements: Iterable[Statement]) -> dict[str, set[str]]:
    """Return which places each place lies in, as told by the articles."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in statements:
        if one.property in _INSIDE and isinstance(one.object, str) and one.polarity == "Positive":
            found[one.subject].add(one.object)
    return found


def _inside(inner: str, outer: str, within: Mapping[str, set[str]]) -> bool:
    seen, todo = {inner}, [inner]
    while todo:
        for place in sorted(within.get(todo.pop(), ())):
            if place == outer:
                return True
            if place not in seen:
                seen.add(place)
                todo.append(place)
    return False


def _alike(one: str, two: str, entities: Mapping[str, Entity]) -> bool:
    """Tell whether two things may be one, or one told less exactly: a name in the other's, a town and a country, things without names."""
    left, right = entities.get(one), entities.get(two)
    if left is None or right is None or not (left.named and right.named):
        return True
    if set(left.types) != set(right.types):
        return True
    names = [{word for label in (each.label, *each.aliases) for word in label.casefold().split()} for each in (left, right)]
    return bool(names[0] & names[1])


def _number(value: RdfLiteral) -> float:
    """Return a number, of a duration its days; NaN if it is none."""
    if value.datatype == "xsd:duration":
        match = _DURATION.fullmatch(value.lexical)
        parts = [float(part or 0) for part in match.groups()] if match else []
        return sum(map(float.__mul__, parts, (365.25, 30.4375, 7.0, 1.0, 1 / 24, 1 / 1440, 1 / 86400))) if match else math.nan
    try:
        return float(value.lexical)
    except ValueError:
        return math.nan


def _hedge(statement: Statement, articles: Mapping[str, Article]) -> str:
    """Return how the wording hedges its number: ``about`` ("about 200"), ``least`` ("at least 40"), ``most`` ("up to 90") or nothing."""
    article = articles.get(statement.article)
    quotes = [article.text[span.start : span.end] for span in statement.evidence] if article else []
    match = next(filter(None, map(_HEDGE.search, quotes)), None)
    return (match.lastgroup or "") if match else ""


def _same_number(one: float, hedge: str, two: float, other: str) -> bool:
    """Tell whether two numbers may be one, told more or less exactly: 200 and 203, about 40 and 43, at least 40 and 52."""
    if math.isnan(one) or math.isnan(two) or math.isclose(one, two, rel_tol=1e-6):
        return True
    for number, bound, against in ((one, hedge, two), (two, other, one)):
        if (bound == "least" and against >= number) or (bound == "most" and against <= number):
            return True
    room = max(_rounding(one), _rounding(two), _VAGUE * max(abs(one), abs(two)) if "about" in (hedge, other) else 0)
    return abs(one - two) <= room


def _rounding(number: float) -> float:
    """Return how far a round number may be from the exact one: half of what its last digit but zeros counts, a tenth of it at most."""
    if number != int(number) or number == 0:
        return 0.0
    digits = str(int(abs(number)))
    zeros = len(digits) - len(digits.rstrip("0"))
    return min(0.5 * 10**zeros, _VAGUE * abs(number)) if zeros > 1 else 0.0


def _dispute(base: str, question: _Question, group: Sequence[Statement], entities: Mapping[str, Entity],
             articles: Mapping[str, Article]) -> Dispute:
    sides: dict[str, list[str]] = defaultdict(list)
    for one in group:
        if question.kind == "polarity":
            side = "affirmed" if one.polarity == "Positive" else "denied"
        else:
            answer = _answer(question, one, entities)
            hedge = {"about": "about ", "least": "at least ", "most": "at most "}.get(_hedge(one, articles), "")
            side = (entities[answer].label if answer in entities else answer) if isinstance(answer, str) else \
                (hedge if answer.datatype in NUMBERS else "") + answer.lexical
        sides[side].append(one.id)
    reason = {"polarity": "one affirms what the other denies", "value": "the property has one value only",
              "number": "other numbers for one thing"}[question.kind]
    kind, subject, property_, more = question
    return Dispute(f"{base}dispute/{digest(kind, subject, property_, *more, length=16)}", kind, subject, property_,
                   tuple((side, tuple(sorted(ids))) for side, ids in sorted(sides.items())), reason)
