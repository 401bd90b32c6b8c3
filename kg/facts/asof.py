"""The graph as of a day: only the statements that held then, as far as the articles tell.

What happens once (a verdict, a sale) holds from its day on; a state (a post, a membership; ``kg:StateProperty``) holds from its
beginning to its end. Where an article gives no date, what it says holds from the day it was published; without that, always.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg.errors import QueryError
from kg.facts.validity import DATES, ENDLESS, Days, days
from kg.iris import INFERRED_GRAPH, KG, ONTOLOGY_GRAPH, PREFIXES, article_iri, derived_iri
from kg.query import with_union

_INFERRED = ox.NamedNode(INFERRED_GRAPH)
_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_MEMBER = ox.NamedNode(PREFIXES["prov"] + "hadMember")
_STATEMENT = ox.NamedNode(KG + "Statement")
_SUPPORT = ox.NamedNode(KG + "support")
_DISPUTED_IN = ox.NamedNode(KG + "disputedIn")
_PARTS = {PREFIXES[prefix] + name: name for prefix, names in (
    ("rdf", "subject predicate object"), ("kg", "when from until tense status polarity certainty capacity")) for name in names.split()}
#: what ends with a post in a body, and what ends with life
_IN_A_BODY = frozenset(KG + name for name in ("headOf", "memberOf", "employer", "spokespersonFor", "partyMemberOf", "adviserTo"))
_POSTS = frozenset(KG + name for name in ("position", "appointedAs", "became"))
_DATES = frozenset(PREFIXES[prefix] + name for prefix, _, name in (one.partition(":") for one in DATES))
_LASTING = frozenset(KG + name for name in ("description", "occupation"))


@dataclass
class _Said:
    """A statement node with its parts (values by local name), the graph it is in, and from when until when it holds."""

    node: ox.NamedNode
    graph: ox.NamedNode
    parts: dict[str, ox.NamedNode | ox.Literal]
    start: int = 0
    end: int = ENDLESS

    def __getitem__(self, name: str) -> str:
        return self.parts[name].value if name in self.parts else ""

    @property
    def sure(self) -> bool:
        """Tell whether the article itself says it for certain."""
        return (self["status"], self["polarity"], self["certainty"]) == (KG + "Asserted", KG + "Positive", KG + "Certain") \
            and self["tense"] != KG + "Future"


    @property
    def plain(self) -> ox.Quad | None:
        """Return its plain triple, if it is sure enough to have one."""
        subject, predicate, value = (self.parts.get(name) for name in ("subject", "predicate", "object"))
        if self.sure and isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode) and value is not None:
            return ox.Quad(subject, predicate, value, self.graph)
        return None

    def holds(self, day: int) -> bool:
        return self.start <= day <= self.end


def given_day(text: str) -> Days:
    """Return the days of a date, month or year that somebody typed. Raises QueryError if it is none."""
    span = days(text) if "/" not in text else None
    if span is None:
        raise QueryError(f"{text[:40]!r} is no day: write it as 2024-07-01, 2024-07 or 2024")
    return span


def as_of(store: ox.Store, base: str, day: str) -> ox.Store:
    """Return a store in memory with what holds on `day` (a date, month or year; of the latter two their last day).

    Raises QueryError if `day` is none.
    """
    kept = ox.Store()
    kept.bulk_extend(with_union(_held_on(store, base, given_day(day)[1])))
    return kept


def _held_on(store: ox.Store, base: str, day: int) -> Iterator[ox.Quad]:
    """Yield all quads but those of statements that don't hold, their plain triples, and facts and disputes with one member left."""
    statements = _statements(store, base)
    left_out = {(one.node, one.graph) for one in statements if not one.holds(day)}
    plain = {one.plain for one in statements if not one.holds(day)} - {one.plain for one in statements if one.holds(day)}
    derived, gone = ox.NamedNode(derived_iri(base)), {node for node, _ in left_out}
    members: dict[object, set[object]] = defaultdict(set)
    for quad in store.quads_for_pattern(None, _MEMBER, None, derived):
        members[quad.subject].add(quad.object)
    broken = {group for group, all_ in members.items() if all_ & gone and len(all_ - gone) < 2}
    for quad in store:
        if quad.graph_name in (_INFERRED, ox.DefaultGraph()):  # it may follow from what is left out
            continue
        if (quad.subject, quad.graph_name) in left_out or quad in plain:
            continue
        if quad.graph_name == derived:
            names_gone = quad.predicate in (_MEMBER, _DISPUTED_IN) and {quad.subject, quad.object} & gone
            if quad.subject in broken or quad.object in broken or names_gone:
                continue
            if quad.predicate == _SUPPORT and isinstance(quad.object, ox.Literal):
                most = min(int(quad.object.value), len(members[quad.subject] - gone))
                yield ox.Quad(quad.subject, _SUPPORT, ox.Literal(str(most), datatype=quad.object.datatype), derived)
                continue
        yield quad


def _statements(store: ox.Store, base: str) -> list[_Said]:
    """Return all statements with from when until when they hold."""
    published = _published(store)
    declared = store.quads_for_pattern(None, _TYPE, ox.NamedNode(KG + "StateProperty"), ox.NamedNode(ONTOLOGY_GRAPH))
    states = {quad.subject.value for quad in declared if isinstance(quad.subject, ox.NamedNode)}
    found = []
    for quad in store.quads_for_pattern(None, _TYPE, _STATEMENT, None):
        node, graph = quad.subject, quad.graph_name
        if not (isinstance(node, ox.NamedNode) and isinstance(graph, ox.NamedNode) and graph.value.startswith(article_iri(base, ""))):
            continue
        parts = {_PARTS[each.predicate.value]: each.object for each in store.quads_for_pattern(node, None, None, graph)
                 if each.predicate.value in _PARTS and isinstance(each.object, (ox.NamedNode, ox.Literal))}
        found.append(_held(_Said(node, graph, parts), published.get(graph.value, 0), states))
    _end_states(found, states)
    return found


def _published(store: ox.Store) -> dict[str, int]:
    dated = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(PREFIXES["schema"] + "datePublished"), None, None):
        span = days(quad.object.value) if isinstance(quad.object, ox.Literal) else None
        if span and isinstance(quad.subject, ox.NamedNode):
            dated[quad.subject.value] = span[0]
    return dated


def _held(one: _Said, published: int, states: set[str]) -> _Said:
    """Set from when until when a statement holds by what it says itself."""
    when, since, until = (days(one[name]) if one[name] else None for name in ("when", "from", "until"))
    told = one.parts.get("object")  # "died on 2 May 2022", "founded in 1999"
    if when is None and isinstance(told, ox.Literal) and told.datatype.value in _DATES:
        when = days(told.value)
    ahead = one["tense"] == KG + "Future" or one["status"] == KG + "Planned"
    one.start = published
    if since:
        one.start = since[0]
    elif when and when[0] and not ahead:
        one.start = when[0]
    elif until and not ahead:
        one.start = until[0]  # what has ended began before: of "former mayor" nobody knows when
    if until:
        one.end = until[1]
    elif when and not since and one["predicate"] in states and one["tense"] == KG + "Past" and when[1] < ENDLESS:
        one.end = when[1]
    return one


def _plain(post: str) -> str:
    """Return a post without the word that says it is over: "former mayor" and "Mayor" are one."""
    return re.sub(r"^(?:former|ex|late|retired)[ -]", "", post.casefold())


def _end_states(found: list[_Said], states: set[str]) -> None:
    """End states that other statements say have ended: the same state with an end, a death, a resignation, a dismissal."""
    ended: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for one in found:
        if not one.sure:
            continue
        if one["predicate"] in states and one.end < ENDLESS:
            ended[one["subject"], one["predicate"], _plain(one["object"])].append(one.end)
        day = one.start
        if one["predicate"] == KG + "diedOn" and (died := days(one["object"])):
            ended[one["subject"], "life"].append(died[1])
        elif one["predicate"] in (KG + "died", KG + "diedIn", KG + "diedOf") and day:
            ended[one["subject"], "life"].append(day)
        elif one["predicate"] in (KG + "resigned", KG + "resignedFrom") and day:
            ended[one["subject"], "post", one["capacity"].casefold()].append(day)
            ended[one["subject"], "body", one["object"]].append(day)
        elif one["predicate"] == KG + "dismissedFromPost" and day:
            ended[one["object"], "post", one["capacity"].casefold()].append(day)
            ended[one["object"], "body", one["subject"]].append(day)
    for one in found:
        if one["predicate"] not in states or one["polarity"] != KG + "Positive" or one.end < ENDLESS:
            continue
        subject, object_ = one["subject"], _plain(one["object"])
        ends = list(ended[subject, one["predicate"], object_])
        if one["predicate"] not in _LASTING:
            ends += ended[subject, "life"]
        if one["predicate"] in _IN_A_BODY:
            ends += ended[subject, "body", one["object"]]
        if one["predicate"] in _POSTS and object_:
            ends += ended[subject, "post", object_]
        one.end = min((end for end in ends if end >= one.start), default=ENDLESS)
