"""Step 5: Claims + Entities + Ontology -> Statements, for one article.

A claim whose wording the ontology's lexicon knows, and whose arguments fit the property's domain and range, becomes a statement
with that property; any other verb becomes an open property (``https://w3id.org/newskg/open/take-to``). Nouns said of something
("a film festival", "cinematographer") become its rdf:type, kg:occupation, kg:position or kg:description. What is left over of a
claim (instrument, place, amount ...) becomes a qualifier of its statement.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from kg.iris import KG, OPEN, slug
from kg.ontology import CLAUSES, RDF, VALUE_KINDS, Ontology, Property, Slot, Wording, singular
from kg.rating import Signs, probability
from kg.records import Argument, Claim, Entity, Extraction, Mention, RdfLiteral, Span, Statement

#: forms whose predicate noun is said of the subject: "X is a Y", "X, a Y", "Y X"
BEARER_FORMS = frozenset({"copula", "apposition", "title"})
#: forms that hold what belongs to a noun: "X's Y", "Y of X", "X Y"
NOUN_FORMS = frozenset({"noun", "possessive", "compound", "apposition", "title", "copula"})

Rate = Callable[[Claim, list[str]], float]
"""Takes a claim and the signs of a statement made of it; returns how sure the statement is."""


def rated(claim: Claim, signs: list[str]) -> float:
    """Return the probability that a reader passes the statement; the learned scorer's claims keep the scorer's own."""
    return claim.confidence if claim.property else probability(claim.confidence, signs)


#: from this doubt on, a wording that was guessed from a label (kg.ontology.labels) is a synonym's
GUESSED = 3


@dataclass(frozen=True, slots=True)
class _Match:
    """A wording found in a claim: what fills S and O, further roles, and how well it fits (4: for certain).

    ``groups`` are the noun phrases that the wording demands, ``heads`` those whose noun it names; ``demands`` says whether
    it demands a type or a noun of its object.
    """

    wording: Wording
    subject: Argument
    object: Argument
    qualifiers: tuple[tuple[str, Argument], ...]
    groups: frozenset[Argument]
    heads: frozenset[Argument]
    demands: bool
    fit: int
    strong: tuple[tuple[Argument, str], ...] = ()

    @property
    def used(self) -> frozenset[Argument]:
        """Return the arguments that the statement itself holds."""
        return self.groups | {self.subject, self.object} | {argument for _, argument in self.qualifiers}


class _Article:
    """One extraction with the lookups that matching needs."""

    def __init__(
        self, extraction: Extraction, types: Mapping[int, Sequence[str]], ontology: Ontology, settled: bool = False
    ) -> None:
        self.extraction, self.types, self.ontology = extraction, types, ontology
        #: whether the types are final: from then on what may be in domain and range must be
        self.settled = settled
        known = {m.entity for m in extraction.mentions if m.kind != "pronoun"}
        #: entities that are pronouns only: nobody can tell who "they" are
        self.unresolved = {e.id for e in extraction.entities} - known
        self.text = extraction.article.text
        self.mentions = {mention.id: mention for mention in extraction.mentions}
        self.claims = {claim.id: claim for claim in extraction.claims}
        self.openings = {claim.sentence.start for claim in extraction.claims}
        self.values = sorted((m for m in extraction.mentions if m.value), key=lambda m: m.start)
        #: the mention whose head ends there: of several the longest that is no value
        self.at_end = {m.head.end: m for m in sorted(extraction.mentions, key=lambda m: (m.value is None, m.end - m.start))}
        #: whom the noun that ends there is said of by a verb: "Ann Roe was elected chair of the board"
        self.called = {end: found for claim in extraction.claims for end, found in self._called(claim)}
        #: what belongs to the noun that ends there: "of arson" and "against Roe" to "charge"
        self.parts: dict[int, list[Argument]] = defaultdict(list)
        for claim in extraction.claims:
            if (end := self.noun_end(claim)) >= 0:
                self.parts[end].extend(a for a in claim.arguments if a.role not in ("subject", "complement", "object"))

    def _called(self, claim: Claim) -> Iterator[tuple[int, list[Argument]]]:
        """Yield where each noun ends that `claim` makes somebody ("elected her chair", "became chair"), and whom."""
        if claim.form == "verb" and claim.lemma in _MAKING:
            roles = {a.role: a for a in claim.arguments if a.mention is not None}
            one = roles.get("object") or (None if claim.passive else roles.get("subject"))
            for post in (roles.get("complement"), roles.get("as")):
                if one is not None and post is not None and post.mention is not None:
                    yield self.mentions[post.mention].head.end, [msgspec.structs.replace(one, role="subject")]

    def noun_end(self, claim: Claim) -> int:
        """Return where the predicate noun of a noun-like claim ends, or -1."""
        if claim.form == "copula":
            one = next((a for a in claim.arguments if a.role == "complement"), None)
            if one is not None and one.mention is None and " of " in self.text[one.start : one.end]:
                return -1  # "one of the towns under the king's ban" ends with another noun
            return -1 if one is None else one.end if one.mention is None else self.mentions[one.mention].head.end
        return claim.predicate.end if claim.form in NOUN_FORMS else -1

    def noun(self, claim: Claim) -> Mention | None:
        """Return the mention whose head is the predicate noun of a noun-like claim."""
        return self.at_end.get(self.noun_end(claim))

    def phrase(self, claim: Claim) -> str:
        """Return the compact noun phrase that a noun-like claim has as predicate ("special prosecutor"), as written."""
        complement = next((a for a in claim.arguments if a.role == "complement"), None)
        noun = self.noun(claim)
        if noun is not None and noun.kind == "nominal":
            return self.cut(Span(noun.start, noun.head.end))
        start, end = (complement.start, complement.end) if complement else (claim.predicate.start, claim.predicate.end)
        for part in claim.arguments:  # "First Judicial District" + "Judge"
            if part.role == "modifier" and part.end <= start and not self.text[part.end : start].strip():
                start = part.start
        return self.cut(Span(start, end))

    def parts_of(self, argument: Argument) -> list[Argument]:
        """Return what belongs to the argument's noun: from noun claims, else what follows it at once."""
        if argument.mention is None:
            return []
        mention = self.mentions[argument.mention]
        found = list(self.parts[mention.head.end])
        if not found:
            for other in self.extraction.mentions:
                if mention.head.end < other.start < max(mention.full.end, argument.end):
                    between = self.text[mention.head.end : min(other.full.start, other.start)].split()
                    if len(between) == 1 and between[0].isalpha():
                        found.append(Argument(between[0].lower(), other.start, other.end, other.id))
        return found

    def cut(self, span: Span | Argument | Mention) -> str:
        """Return the text of a span on one line."""
        return " ".join(self.text[span.start : span.end].split())

    def compact(self, argument: Argument) -> str:
        """Return the compact wording of an argument: its mention's, else its own."""
        return self.cut(self.mentions[argument.mention] if argument.mention is not None else argument)

    def head_is(self, argument: Argument, heads: frozenset[str]) -> bool:
        """Say whether the argument's head noun (or the ending of its compact phrase) is one of `heads`."""
        if "*" in heads:
            return True
        if argument.mention is not None:
            mention = self.mentions[argument.mention]
            if mention.kind == "name":
                return False
            words = self.text[mention.start : mention.head.end].lower().split()
        else:
            words = self.cut(argument).lower().split()
            if heads & set(words) and "not" not in words:  # "pleaded guilty to fraud"
                return True
        if not words:
            return False
        words[-1] = singular(words[-1].strip(".,;:'\"’”“"))
        return any(" ".join(words[first:]) in heads for first in range(len(words)))

    def is_name(self, argument: Argument) -> bool:
        """Say whether an argument is a name, a pronoun, or, as names that the recogniser missed, has a capital and no article."""
        if argument.mention is None:
            return False
        mention = self.mentions[argument.mention]
        if mention.kind != "nominal":
            return True
        head = self.text[mention.head.start : mention.head.end]
        opening = mention.start == mention.head.start and mention.start in self.openings and head.lower() not in _PEOPLE_NUMBERS
        common = opening and singular(head) != head.lower()  # "Estimates differ" names nothing
        return mention.full.start == mention.start and head[:1].isupper() and not common

    def is_date(self, argument: Argument) -> bool:
        """Say whether a prepositional argument is a date: "on Monday", "since 2011"."""
        mention = self.mentions.get(argument.mention) if argument.mention is not None else None
        return bool(mention and mention.value and mention.value.kind == "date") and argument.role not in ("of", "about", "than")

    def types_of(self, argument: Argument) -> Sequence[str]:
        """Return the class names of what the argument refers to; empty when it refers to no entity."""
        mention = self.mentions[argument.mention] if argument.mention is not None else None
        return self.types.get(mention.entity, (mention.type,)) if mention is not None and mention.entity >= 0 else ()

    def fit(self, types: Sequence[str], wanted: Sequence[str]) -> int:
        """Return 2 if one of the types is one of the wanted classes, 1 if it may be, 0 if it can't be."""
        is_a = self.ontology.is_a
        if not wanted or any(is_a(t, w) for t in types for w in wanted):
            return 2
        nearest = [t for t in types if not any(u != t and is_a(u, t) for u in types)]
        return 1 if not nearest or "Thing" in nearest or any(self.ontology.overlap(t, w) for t in nearest for w in wanted) else 0


#: verbs that make somebody something
_MAKING = frozenset({"elect", "appoint", "name", "choose", "install", "become", "reelect", "re-elect", "crown"})
#: what opens a sentence and is mostly said of people: "Thousands fled"
_PEOPLE_NUMBERS = frozenset({"dozens", "hundreds", "thousands", "millions"})

# --- matching a wording ---


def _matches(article: _Article, claim: Claim, wording: Wording, lenient: bool = False) -> Iterator[_Match]:
    """Yield each way in which `claim` says `wording`; `lenient` lets strong slots overrule the types."""
    prop = article.ontology.properties[wording.iri]
    roles = [slot.roles for slot in wording.slots]
    if (
        wording.form == "verb"
        and not any("object" in r or "clause" in r for r in roles)
        and any(a.role == "object" for a in claim.arguments)
    ):
        return  # "S play for O" is not "she played the piano for O"
    filled = {a.role for a in claim.arguments}
    if claim.lemma in _COMPLEX and not any("complement" in r for r in roles) and {"object", "complement"} <= filled:
        return  # "S make O" is not "she made the work public"
    told = any("clause" in slot.roles for slot in wording.slots if slot.part == "O") and claim.lemma in _BIDDING
    if told and any(a.role == "clause" and article.cut(a).startswith(("to ", "not to ")) for a in claim.arguments):
        return  # "S tell (press) O" is not "she told the firm to repair the road"
    barring = {role for slot in wording.slots if slot.part == "not" for role in slot.roles}
    if any(a.role in barring for a in claim.arguments) or (claim.passive and "passive" in barring):
        return  # "S replace O [not with]" is not "she replaced the valve with a new one", nor "S join O [not passive]" "was joined by"
    placed = {slot.part for slot in wording.slots if slot.roles != ("bearer",)}
    if wording.form == "noun" and claim.form in BEARER_FORMS and {"S", "O"} <= placed:
        return  # "S's ban on O" says nothing of what is called a ban: "Norway is one of the states under the ban"
    unary = prop.kinds == ("boolean",)
    if unary and any(a.role in _COMPLETING and not any(a.role in r for r in roles) for a in claim.arguments):
        return  # "S appeal" is not "she appealed to be heard"
    patient = unary and any(slot.part == "S" and "object" in slot.roles for slot in wording.slots)
    if patient and any(a.role == "subject" for a in claim.arguments):
        return  # "find S" is "the ring was found", not "the inquiry found no fault"
    own = list(claim.arguments)
    clausal = wording.form == "verb" and any("clause" in r for r in roles) and not any("object" in r for r in roles)
    if clausal and any(a.role == "object" and article.fit(article.types_of(a), ["Agent"]) != 2 for a in claim.arguments):
        return  # "S decide O" is not "she chose the hat to please him"; in "she told the press that ..." the object is addressed
    for value in (a for a in claim.arguments if a.role == "object" and a.mention is not None and article.mentions[a.mention].value):
        own.extend(article.parts_of(value))  # "served two years in prison": an amount of time or money has nothing in it
    nearby = list(own)  # also what belongs to the nouns demanded: "file (lawsuit) against O"
    if wording.form == "noun":
        nearby.extend(a for a in article.parts[article.noun_end(claim)] if a not in nearby)
        own = list(nearby)
    found: dict[str, list[Argument]] = {"S": [], "O": []}
    used: list[Argument] = []
    heads: list[Argument] = []
    slots: dict[str, Slot] = {}
    for slot in wording.slots:
        if slot.part != "heads":
            continue
        group = next((a for a in own if a.role in slot.roles and article.head_is(a, slot.heads)), None)
        if group is None:
            return
        used.append(group)
        if "*" not in slot.heads:
            heads.append(group)
        parts = article.parts_of(group)
        nearby.extend(a for a in parts if a not in nearby)
        if slot.inside:
            slots[slot.inside.part] = slot.inside
            found[slot.inside.part] = _inside(article, group, slot.inside, parts)
    for slot in wording.slots:
        if slot.part in ("S", "O"):
            slots[slot.part] = slot
            found[slot.part] = _fill(article, claim, slot, own if set(slot.roles) & {"subject", "object", "indirect"} else nearby)
            if slot.nouns:  # "drop O=charge against S": what belongs to the charge
                nearby.extend(part for a in found[slot.part] for part in article.parts_of(a) if part not in nearby)
            if not found[slot.part] and wording.form == "verb" and not used and slot.roles[0] not in _CORE:
                # "accused the treasurer of fraud": the parser may hang "of fraud" on the treasurer
                loose = [part for a in own if a.role == "object" for part in article.parts_of(a)]
                found[slot.part] = [a for a in loose if a.role in slot.roles and article.fit(article.types_of(a), prop.range) == 2]
    if wording.form == "noun" and "S" not in slots:
        slots["S"] = Slot(("bearer",), "S")
        found["S"] = _bearer(article, claim)
    if unary:
        slots["O"], found["O"] = Slot(("true",), "O"), [Argument("true", claim.predicate.start, claim.predicate.end)]
    elif slots["O"].roles == ("bearer",):
        found["O"] = _bearer(article, claim)
    qualifiers = tuple((slot.qualifier, a) for slot in wording.slots if slot.part == "qualifier" for a in nearby if a.role in slot.roles)
    for subject in found["S"]:
        for object_ in found["O"]:
            fits = _fits(article, prop, slots, subject, object_, lenient)
            if fits >= (4 if "*" in wording.words else 1) and not _same(article, subject, object_):  # any noun will do: be certain
                strong = tuple((a, slots[p].type) for p, a in (("S", subject), ("O", object_)) if slots[p].strong)
                demands = bool(slots["O"].type or slots["O"].nouns)
                yield _Match(wording, subject, object_, qualifiers, frozenset(used), frozenset(heads), demands, fits, strong)


def _fill(article: _Article, claim: Claim, slot: Slot, arguments: Sequence[Argument]) -> list[Argument]:
    """Return the arguments that may fill `slot`."""
    if "that" in slot.roles:  # the subject of a clause: "sued on the grounds that prosecutors hid evidence"
        return [Argument("that", a.start, a.end, a.mention) for a in _clause_subjects(article, claim)]
    found = [a for a in arguments if a.role in slot.roles]
    if slot.nouns:  # "S drop O=charge|case": neither eggs nor hints
        found = [a for a in found if article.head_is(a, slot.nouns)]
    elif slot.barred:
        classes = [c for noun in sorted(slot.barred) if (c := article.ontology.class_nouns.get(noun))]
        found = [
            a
            for a in found
            if not article.head_is(a, slot.barred)
            and not any(article.ontology.is_a(t, c) for t in article.types_of(a)[:1] for c in classes)
        ]
    if slot.roles == ("time",):  # "opened on Monday", "closed in 2019"
        found += [a for a in arguments if a not in found and a.role not in _CORE and article.is_date(a)]
    if "modifier" in slot.roles:  # "last year's vote", not "the vote last year", where the year may go with the verb
        found = [a for a in found if a.role != "time" or a.end <= article.noun_end(claim)]
    return found


def _clause_subjects(article: _Article, claim: Claim) -> list[Argument]:
    """Return the subjects of the clause that an argument of `claim` holds, all of them if joined by "and"."""
    inner = [article.claims[a.claim] for a in claim.arguments if a.claim is not None and a.claim in article.claims]
    if not inner:
        spans = [a for a in claim.arguments if a.role not in ("subject", "object")]
        inner = [
            c
            for c in article.extraction.claims
            if c.form in ("verb", "copula")
            and c.id != claim.id
            and any(a.start <= c.predicate.start and c.predicate.end <= a.end for a in spans)
        ]
        inner = [c for c in inner if c.predicate == min((c.predicate for c in inner), key=lambda s: s.start)]
    first = inner[:1] and inner[0].predicate
    same = [c for c in article.extraction.claims if first and c.predicate == first]
    return list(dict.fromkeys(a for c in same for a in c.arguments if a.role == "subject"))


def _inside(article: _Article, group: Argument, slot: Slot, parts: Sequence[Argument]) -> list[Argument]:
    """Return what fills `slot` inside the noun phrase `group`: a value of the kind wanted, else a modifier or possessor."""
    if not slot.type or slot.type in article.ontology.classes:
        return [a for a in parts if a.role in slot.roles]
    mention = article.mentions[group.mention] if group.mention is not None else None
    start, end = (min(group.start, mention.full.start), max(group.end, mention.full.end)) if mention else (group.start, group.end)
    values = [m for m in article.values if start <= m.start and m.end <= end and m.value and m.value.kind == slot.type]
    if not values and slot.type in ("quantity", "number") and mention and _count(article.cut(mention)):
        return [Argument("count", mention.start, mention.end)]
    return [Argument("modifier", m.start, m.end, m.id) for m in values]


_NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}


def _count(phrase: str) -> str:
    """Return the number at the head of a noun phrase as an integer's lexical form ("about 1,200 people" -> "1200"), or empty."""
    for word in phrase.lower().split()[:4]:
        if word in _NUMBERS:
            return str(_NUMBERS[word])
        if re.fullmatch(r"\d{1,3}(,\d{3})+|\d{1,12}", word, re.ASCII):
            return str(int(word.replace(",", "")))
    return ""


def _bearer(article: _Article, claim: Claim) -> list[Argument]:
    """Return what the predicate noun is said of: the subject in "X, O's lawyer", the noun phrase itself in "O's lawyer said"."""
    subjects = [a for a in claim.arguments if a.role == "subject"]
    noun = article.noun(claim)
    if noun is not None and noun.head.end in article.called and all(a.mention == noun.id for a in subjects):
        return article.called[noun.head.end]
    if subjects or noun is None:
        return subjects
    return [Argument("bearer", noun.start, noun.end, noun.id)]


def _fits(article: _Article, prop: Property, slots: Mapping[str, Slot], subject: Argument, object_: Argument, lenient: bool) -> int:
    """Return how well two arguments fit domain, range and the wording's own types, 0 if they can't be."""
    if subject.mention is None or article.mentions[subject.mention].entity < 0:
        return 0
    bundled = prop.iri.startswith(KG)
    fits = [_slot_fit(article, slots["S"], subject, prop.domain, lenient, bundled)]
    mention = article.mentions[object_.mention] if object_.mention is not None else None
    kind = slots["O"].type
    if kind in CLAUSES:
        words = article.cut(object_).split()
        manner = _SAID in (prop.iri, *prop.ancestors) and words[:1] and words[0].endswith("ing") and words[0] not in _NO_GERUNDS
        fits.append(2 if object_.role == "clause" and "text" in prop.kinds and not (manner and words[0].islower()) else 0)
        doing = words[:1] == ["to"] or words[:2] == ["not", "to"] or bool(words and words[0].endswith("ing"))
        if (kind == "doing" and not doing) or (kind == "finite" and doing):
            return 0
    elif object_.role == "true":
        fits.append(2)
    elif prop.kinds:
        value = mention.value.kind if mention and mention.value else kind if object_.role == "count" else "text"
        wanted = (kind,) if kind and kind not in article.ontology.classes else prop.kinds
        worded = "text" in prop.kinds and not kind and value not in VALUE_KINDS  # "she ran for two hours" is no candidacy
        fits.append(2 if value in wanted else int(worded))
    elif mention is None or mention.entity < 0 or mention.value:
        return 0
    else:
        fits.append(_slot_fit(article, slots["O"], object_, prop.range, lenient, bundled))
    return 0 if 0 in fits else sum(fits)


_SAID = KG + "said"
#: words in -ing that may open what is said; a gerund tells how it is said: "tweeted using his phone"
_NO_GERUNDS = frozenset({"nothing", "something", "everything", "anything", "during", "according"})


def _slot_fit(
    article: _Article, slot: Slot, argument: Argument, wanted: Sequence[str], lenient: bool, bundled: bool = True
) -> int:
    """Return how well an argument fits the property's classes and the one its slot demands.

    Names of unknown class may be anything, but a common noun must be known to be of the class that a slot demands; once the
    types are settled, domain and range of a `bundled` property hold for certain.
    """
    if slot.strong and lenient and article.is_name(argument):
        return 2
    types = article.types_of(argument)
    fits = (article.fit(types, wanted), article.fit(types, [slot.type] if slot.type else []))
    if article.settled and fits[0] == 1 and bundled:
        return 0
    narrow = slot.type in article.ontology.classes and article.ontology.classes[slot.type].iri.startswith(KG)
    if fits[1] == 1 and narrow and slot.type not in _RECOGNISED and not slot.strong:
        return 0  # that an organisation may be a party doesn't make whoever joins it a party member
    if not article.is_name(argument):
        bodily = bool(wanted) and all(any(article.ontology.is_a(w, c) for c in _NOUN_CLASSES) for w in wanted)
        if fits[1] == 1 or (fits[0] == 1 and bodily and "Thing" in types):
            return 0
    return min(fits)


#: classes that are told of a name without a noun: a narrower one must be known from the text
_RECOGNISED = frozenset(
    {"Agent", "Person", "Group", "Organization", "Place", "GeopoliticalEntity", "Facility", "CreativeWork", "Event", "Product", "Law"}
)
#: a common noun that is one of these is known to be (the extractors have word lists), so one of unknown class is none of them
_NOUN_CLASSES = ("Agent", "Place")


def _same(article: _Article, one: Argument, other: Argument) -> bool:
    """Say whether two arguments refer to one entity: nobody is their own lawyer."""
    if one.mention is None or other.mention is None:
        return False
    entities = (article.mentions[one.mention].entity, article.mentions[other.mention].entity)
    return one.mention == other.mention or (entities[0] == entities[1] >= 0)


def _wordings(article: _Article, claim: Claim) -> list[Wording]:
    """Return the wordings whose predicate is that of `claim`."""
    ontology = article.ontology
    if claim.form in ("verb", "pair"):
        lemma = claim.lemma.lower()
        return list(ontology.verbs.get(lemma) or ontology.verbs.get(lemma + "e", ()))  # lemmatisers make "premier" of "premiered"
    found: list[Wording] = []
    names: set[str] = set()  # a vice president is no president: of two names that the phrase ends with, the longer counts
    for phrase in dict.fromkeys((article.phrase(claim).lower(), "" if claim.form == "copula" else claim.lemma.lower())):
        words = phrase.split()
        if words:
            words[-1] = singular(words[-1])
            named = [(w, name) for w in ontology.nouns.get(words[-1], ()) for name in w.words if f" {' '.join(words)}".endswith(f" {name}")]
            names.update(name for _, name in named)
            found.extend(w for w, name in named if w not in found and not any(other.endswith(f" {name}") for other in names))
    if claim.form == "copula":
        found.extend(ontology.verbs.get(claim.lemma.lower(), ()))
    elif claim.form in ("noun", "possessive", "compound"):
        found.extend(ontology.nouns.get("*", ()))
    return found


def _best(article: _Article, claim: Claim, lenient: bool = False) -> list[_Match]:
    """Return the matches of `claim`; for each pair of arguments only the most specific one."""
    matches = [match for wording in _wordings(article, claim) for match in _matches(article, claim, wording, lenient)]
    properties = article.ontology.properties
    if any(m.object.role != "true" and "*" not in m.wording.words for m in matches):  # "was arrested" says less than "by O"
        matches = [m for m in matches if m.object.role != "true"]
    best: dict[tuple[int | None, int, int], _Match] = {}
    for match in matches:
        if any(match.object in other.heads and (not match.demands or match.wording.iri == other.wording.iri) for other in matches):
            continue  # "serve a six-month sentence" is not serving something called sentence
        key = (match.subject.mention, match.object.start, match.object.end)
        if key not in best or _beats(match, best[key], properties):
            best[key] = match
    return list(best.values())


def _beats(one: _Match, other: _Match, properties: Mapping[str, Property]) -> bool:
    """Say whether `one` is more specific: a sub-property, else a longer wording, else a better fit of the types."""
    if one.wording.iri in properties[other.wording.iri].ancestors:
        return one.fit > other.fit  # "a member of Oro": a member, but of no party for all we know
    if other.wording.iri in properties[one.wording.iri].ancestors:
        return one.fit >= other.fit
    # a user's properties go before ours, unless they are only a guess
    ours, others = (w.iri.startswith(KG) or w.doubt >= GUESSED for w in (one.wording, other.wording))
    return (not ours, one.wording.weight, one.fit, one.wording.iri) > (
        not others,
        other.wording.weight,
        other.fit,
        other.wording.iri,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """A wording found in a claim of an extraction, and what fills its S and O."""

    claim: Claim
    wording: Wording
    subject: Argument
    object: Argument


def readings(extraction: Extraction, types: Mapping[int, Sequence[str]], ontology: Ontology,
             wording: Wording | None = None) -> list[Reading]:
    """Return what grounding reads in the claims of an extraction; with `wording` all ways in which they say that one.

    `types` gives the classes of local entities, most specific first.
    """
    extraction = prepared(extraction)
    article = _Article(extraction, types, ontology)
    found: list[Reading] = []
    for claim in extraction.claims:
        if wording is not None and wording not in _wordings(article, claim):
            continue
        matches = _matches(article, claim, wording) if wording is not None else _best(article, claim)
        found.extend(Reading(claim, match.wording, match.subject, match.object) for match in matches)
    return found


@dataclass(frozen=True, slots=True)
class Trial:
    """A claim with the predicate of a wording, and what became of it.

    ``outcome``: "read"; "beaten" by the more specific wording ``by``; "types", where ``wrong`` says which argument is not in
    domain or range; "places", where what the wording has places for isn't there.
    """

    claim: Claim
    wording: Wording
    outcome: Literal["read", "beaten", "types", "places"]
    by: Wording | None = None
    wrong: tuple[tuple[Literal["domain", "range"], Argument], ...] = ()


def trials(extraction: Extraction, types: Mapping[int, Sequence[str]], ontology: Ontology, free: Ontology) -> Iterator[Trial]:
    """Yield what becomes of each claim and each wording with its predicate; `free` is the ontology without domains and ranges."""
    extraction = prepared(extraction)
    article, lax = _Article(extraction, types, ontology, settled=True), _Article(extraction, types, free)
    for claim in extraction.claims:
        best = _best(article, claim)
        for wording in dict.fromkeys(_wordings(article, claim)):
            prop = ontology.properties[wording.iri]
            if any(match.wording.iri == wording.iri for match in best):
                yield Trial(claim, wording, "read")
            elif any(True for _ in _matches(article, claim, wording)):
                yield Trial(claim, wording, "beaten", best[0].wording if best else None)
            elif match := next(_matches(lax, claim, wording), None):
                sides: list[tuple[Literal["domain", "range"], Argument, Sequence[str]]] = [
                    ("domain", match.subject, prop.domain), ("range", match.object, prop.range)]
                wrong = tuple((side, a) for side, a, wanted in sides if wanted and not article.fit(article.types_of(a), wanted))
                yield Trial(claim, wording, "types", wrong=wrong)
            else:
                yield Trial(claim, wording, "places")


# --- types ---


def _description(article: _Article, claim: Claim) -> str:
    """Return the compact noun phrase that the claim says of its subject, without the capital that opens a sentence."""
    phrase = article.phrase(claim)
    if claim.form == "apposition" and all(article.is_name(a) for a in claim.arguments if a.role == "subject"):
        phrase = _one_of(phrase)
    first, _, rest = phrase.partition(" ")
    if rest and rest == rest.lower() and first[1:] == first[1:].lower():  # "Special prosecutor Ana Ruiz said"
        phrase = phrase[:1].lower() + phrase[1:]
    return phrase


def _one_of(phrase: str) -> str:
    """Return what one name is of the many that a phrase speaks of: "many religions, such as Wicca" is a religion."""
    words = phrase.split()
    last = singular(words[-1].lower()) if words else ""
    if not words or last == words[-1].lower() or words[-1] != words[-1].lower():
        return phrase
    while len(words) > 1 and (words[0].lower() in _MANY or words[0].lower() in _NUMBERS or words[0].isdigit()):
        del words[0]
    return " ".join([*words[:-1], last])


_MANY = frozenset({"many", "several", "some", "most", "other", "various", "numerous", "all", "both", "few", "certain", "more", "such"})


def _is_noun(article: _Article, claim: Claim) -> bool:
    """Say whether the claim says a common noun of its subject (not an adjective, nor a name: "the winner was Ana Ruiz")."""
    if claim.form not in BEARER_FORMS or not any(a.role == "subject" and a.mention is not None for a in claim.arguments):
        return False
    complement = next((a for a in claim.arguments if a.role == "complement"), None)
    if claim.form == "copula":
        return complement is not None and complement.mention is not None and article.mentions[complement.mention].kind == "nominal"
    return complement is None or complement.mention is None or article.mentions[complement.mention].kind == "nominal"


def all_types(extractions: Iterable[Extraction], ontology: Ontology) -> dict[tuple[str, int], tuple[str, ...]]:
    """Return class and superclasses (:func:`entity_types`) of each local entity, by article id and its own."""
    alike: dict[tuple[str, ...], tuple[str, ...]] = {}  # few are different: each is held once
    return {(one.article.id, local): alike.setdefault(names, names)
            for one in extractions for local, names in entity_types(one, ontology).items()}


def entity_types(extraction: Extraction, ontology: Ontology) -> dict[int, tuple[str, ...]]:
    """Return for each local entity its class and superclasses, most specific first.

    Evidence, strongest first: what the text says it is ("Low Tide, a film"), a strong slot of a wording it fills ("Low Tide
    premiered at a film festival"), the noun it is called by ("the lawsuit", "Ostrava Film Festival"), the recogniser's type.
    """
    types: dict[int, tuple[str, ...]] = {entity.id: (entity.type,) for entity in extraction.entities}
    article = _Article(extraction, types, ontology)
    said: set[int] = set()

    def refine(entity: int, name: str, overrule: bool) -> None:
        if entity not in types or not name:
            return
        old = types[entity][0]
        below = old == "Thing" or ontology.is_a(name, old)
        if below or (overrule and not ontology.overlap(name, old) and entity not in said):
            types[entity] = ontology.chain(name)
        if overrule:
            said.add(entity)

    people: set[int] = set()
    named = {entity.id for entity in extraction.entities if entity.named}
    for claim in extraction.claims:
        if _is_noun(article, claim) and claim.polarity == "Positive" and claim.status == "Asserted":
            phrase = _description(article, claim)
            for subject in (a for a in claim.arguments if a.role == "subject" and a.mention is not None):
                entity = article.mentions[subject.mention or 0].entity
                if any(bearer.noun_of(phrase) for bearer in ontology.bearers.values()):
                    people.add(entity)
                    refine(entity, "Person", overrule=False)
                elif entity not in people:
                    refine(entity, ontology.class_of(phrase), overrule=True)
    for mention in extraction.mentions:
        if mention.kind == "name":
            words = article.cut(mention)
            refine(mention.entity, ontology.names.get(words.lower().removeprefix("the "), ""), overrule=False)
            if " " in words and types.get(mention.entity, ("Person",))[0] != "Person":
                refine(mention.entity, ontology.class_of(words, name=True), overrule=True)
        elif mention.kind == "nominal":
            phrase = " ".join(article.text[mention.start : mention.head.end].split())
            name = ontology.class_of(phrase)
            if mention.entity not in named and _barred(ontology, types.get(mention.entity, ("",))[0], phrase):
                types[mention.entity] = ("Thing",)
            if _barred(ontology, name, phrase):
                name = ""
            if not name and any(bearer.noun_of(phrase) for bearer in ontology.bearers.values()):
                name = "Person"
            refine(mention.entity, name, overrule=name != "Person" and mention.entity not in named)
    for claim in extraction.claims:
        if claim.source is not None and "Organization" in types.get(article.mentions[claim.source].entity, ()):
            refine(article.mentions[claim.source].entity, "NewsOrganization", overrule=False)
        for match in _best(article, claim, lenient=True) if _has_strong(article, claim) else ():
            for argument, name in match.strong:
                if argument.mention is not None:
                    refine(article.mentions[argument.mention].entity, name, overrule=True)
    for claim in extraction.claims:  # what nothing else tells, the property may: who said something is an agent
        for match in _best(article, claim):
            prop = ontology.properties[match.wording.iri]
            for argument, wanted in ((match.subject, prop.domain), (match.object, prop.range)):
                named_one = article.mentions.get(argument.mention) if article.is_name(argument) and argument.mention is not None else None
                if named_one and len(wanted) == 1 and named_one.entity in types:
                    old = types[named_one.entity][0]
                    name = _narrowed(ontology, old, wanted[0])
                    refine(named_one.entity, name if name != old else "", overrule=False)
    return types


def _barred(ontology: Ontology, name: str, phrase: str) -> bool:
    """Say whether class `name` or one above it says that the last noun of `phrase` is none of its own: a hard drive is no event."""
    last = phrase.lower().rpartition(" ")[2]
    return any({last, singular(last)} & ontology.not_nouns.get(above, frozenset()) for above in ontology.chain(name))


def _narrowed(ontology: Ontology, name: str, wanted: str) -> str:
    """Return the class of what is of class `name` and must be one of `wanted`: of a place that acts, a geopolitical entity."""
    if name == "Thing" or ontology.is_a(wanted, name):
        return wanted
    both = [c for c in ontology.classes if ontology.is_a(c, name) and ontology.is_a(c, wanted)]
    return next((c for c in both if all(ontology.is_a(other, c) for other in both)), "")


def _has_strong(article: _Article, claim: Claim) -> bool:
    return any(slot.strong for wording in _wordings(article, claim) for slot in wording.slots)


# --- statements ---


def ground(extraction: Extraction, entity_of: Mapping[int, Entity], ontology: Ontology, rate: Rate = rated) -> list[Statement]:
    """Return the statements of one article, equal ones merged, in order of evidence.

    `entity_of` maps the ids of the extraction's local entities to entities of the graph. Claims whose subject refers to nothing
    that has an entity are left out.
    """
    extraction = prepared(extraction)
    article = _Article(extraction, {local: entity.types for local, entity in entity_of.items()}, ontology, settled=True)
    writer = _Writer(article, entity_of, rate)
    made: list[Statement] = []
    for claim in extraction.claims:
        if claim.property:
            made.extend(writer.decided(claim))
            continue
        matches = _best(article, claim)
        for match in matches:
            made.extend(writer.matched(claim, match))
        if _is_noun(article, claim):
            made.extend(writer.described(claim))
        elif not matches and claim.form in ("verb", "copula"):
            made.extend(writer.opened(claim))
    return _merge(made)


def prepared(extraction: Extraction) -> Extraction:
    """Return the extraction with claims as they are grounded.

    "According to Vane" tells the speaker, which the claim has already; "there is" says of nothing that it is; in "she is Baker's
    lawyer" the predicate noun has an owner.
    """
    text = extraction.article.text
    mentions = {m.id: m for m in extraction.mentions}
    starts = {m.start: m for m in extraction.mentions} | {m.full.start: m for m in extraction.mentions}
    claims = []
    named = _named(extraction.claims, mentions)
    for claim in extraction.claims:
        if claim.form in ("noun", "possessive", "compound"):  # "the film's director is Eve Stone": she is the film's director
            kept = tuple(named.get(a.mention, a) if a.role == "subject" and a.mention is not None else a for a in claim.arguments)
            claim = msgspec.structs.replace(claim, arguments=kept)
        before = text[max(0, claim.predicate.start - 18) : claim.predicate.end]
        existential = claim.lemma == "be" and re.search(r"(?i)\bthere\b[\s\w'’]{0,12}$", before)
        if existential and not any(a.role not in _CORE for a in claim.arguments):
            continue
        if any(a.role == "clause" and _is_torn(a, claim, text) for a in claim.arguments):
            continue
        kept = tuple(a for a in claim.arguments if a.role not in _ATTRIBUTION)
        if claim.form == "verb":
            kept = tuple(_filled_out(a, text, mentions, starts) for a in kept)
        if claim.form == "copula":
            kept = (*kept, *(a for a in _owners(claim, text, mentions) if a not in kept))
        claims.append(msgspec.structs.replace(claim, arguments=kept) if kept != claim.arguments else claim)
    return msgspec.structs.replace(extraction, claims=tuple(claims))


def _is_torn(clause: Argument, claim: Claim, text: str) -> bool:
    """Say whether a clause is cut where its subject stands elsewhere: "the dictator who (he believed) was ill", "which, she said, ..."."""
    words = text[clause.start : clause.end]
    around = clause.start < claim.predicate.start < clause.end and not re.search("[\"“”]|``|''", words)
    return around or re.match(r"(is|are|was|were|has|had|did|does)\s", words) is not None


def _named(claims: Sequence[Claim], mentions: Mapping[int, Mention]) -> dict[int, Argument]:
    """Return by the mention of a noun phrase the name that the article says it is: "the director is Eve Stone"."""
    found: dict[int, Argument] = {}
    for claim in claims:
        if claim.form == "copula" and (claim.polarity, claim.status, claim.certainty) == ("Positive", "Asserted", "Certain"):
            roles = {a.role: a for a in claim.arguments if a.mention is not None}
            subject, name = roles.get("subject"), roles.get("complement")
            if subject and name and mentions[subject.mention or 0].kind == "nominal" and mentions[name.mention or 0].kind == "name":
                found[subject.mention or 0] = msgspec.structs.replace(name, role="subject")
    return found


def _owners(claim: Claim, text: str, mentions: Mapping[int, Mention]) -> Iterator[Argument]:
    """Yield what stands before the predicate noun and belongs to it: "is Baker's lawyer", "is a Delta Works spokesman"."""
    complement = next((a for a in claim.arguments if a.role == "complement" and a.mention is not None), None)
    noun = mentions.get(complement.mention) if complement is not None and complement.mention is not None else None
    if complement is None or noun is None or noun.kind != "nominal":
        return
    for other in mentions.values():
        if complement.start <= other.start and other.end < noun.head.start and other.kind != "value":
            after = text[other.end : noun.head.start]
            if re.match(r"['’]s?\s", after) and after.count("'") + after.count("’") == 1:
                yield Argument("possessor", other.full.start, other.end, other.id)
            elif other.kind == "name" and not after.strip():
                yield Argument("modifier", other.start, other.end, other.id)


def _filled_out(argument: Argument, text: str, mentions: Mapping[int, Mention], starts: Mapping[int, Mention]) -> Argument:
    """Return the argument, of a noun that says nothing by itself what it is of: "a large amount of rain" is rain.

    Where nothing is, as in "the way she spoke", an object keeps its whole wording and refers to nothing.
    """
    mention = mentions.get(argument.mention) if argument.mention is not None else None
    if mention is None or mention.kind != "nominal" or argument.role not in ("subject", "object", "indirect"):
        return argument
    noun = singular(text[mention.head.start : mention.head.end].lower())
    if argument.role == "object" and noun in _INCOMPLETE and re.match(r"\s+(of|to)\s", text[mention.head.end : argument.end]):
        return msgspec.structs.replace(argument, mention=None)
    if noun not in _MEASURE_NOUNS:
        return argument
    of = re.compile(r"\s+of\s+").match(text, mention.head.end)
    inner = starts.get(of.end()) if of else None
    if inner is not None and inner.kind != "pronoun" and inner.entity >= 0 and inner.full.end <= max(argument.end, mention.full.end):
        return Argument(argument.role, inner.full.start, inner.full.end, inner.id)
    whole = argument.end - argument.start > mention.end - mention.start
    return msgspec.structs.replace(argument, mention=None) if argument.role == "object" and whole else argument


#: nouns that name a measure, a kind or a respect of what follows "of"
_MEASURE_NOUNS = frozenset(
    {"amount", "number", "way", "kind", "lot", "more", "most", "some", "sort", "type", "aspect", "variety", "range", "deal", "handful"}
)

#: nouns that are cut off without their complement: "a margin of error", "centuries of neglect", "the right to sell the mill"
_INCOMPLETE = frozenset("""
    margin fraction degree level rate chance risk possibility majority percentage portion half third quarter lack right ability
    opportunity freedom permission pressure day week month year decade century hour sense feeling
""".split())

#: roles that only name the speaker or source of a claim
_ATTRIBUTION = frozenset({"according to", "as per"})


class _Writer:
    """Turns claims into statements: arguments into IRIs and literals, circumstances copied."""

    def __init__(self, article: _Article, entity_of: Mapping[int, Entity], rate: Rate) -> None:
        self.article, self.entity_of, self.ontology = article, entity_of, article.ontology
        self.rate, self.signs = rate, Signs(article.extraction)

    def node(self, argument: Argument) -> str | RdfLiteral:
        """Return the IRI of what an argument refers to, its value, or its wording as a string."""
        if argument.role == "count":
            return RdfLiteral(_count(self.article.cut(argument)), "xsd:integer")
        if argument.role == "true":
            return RdfLiteral("true", "xsd:boolean")
        mention = self.article.mentions.get(argument.mention) if argument.mention is not None else None
        if argument.role == "clause" or mention is None:
            return RdfLiteral(self.article.cut(argument))
        if mention.value:
            return RdfLiteral(mention.value.lexical, mention.value.datatype)
        return self.iri(mention.id) or RdfLiteral(self.article.cut(argument))

    def iri(self, mention: int | None) -> str:
        """Return the IRI of the entity that a mention refers to, empty for a pronoun whose antecedent wasn't found."""
        local = self.article.mentions[mention].entity if mention in self.article.mentions else -1
        entity = self.entity_of.get(local) if local not in self.article.unresolved else None
        return entity.iri if entity else ""

    def matched(self, claim: Claim, match: _Match) -> Iterator[Statement]:
        """Yield the statement of an ontology property."""
        prop = self.ontology.properties[match.wording.iri]
        subject, object_ = self.iri(match.subject.mention), self.node(match.object)
        mention = self.article.mentions.get(match.object.mention) if match.object.mention is not None else None
        if prop.kinds and match.object.role not in ("count", "true") and (mention is None or not mention.value):
            object_ = RdfLiteral(self.article.compact(match.object) if match.object.role != "clause" else self.article.cut(match.object))
        if not subject or (not prop.kinds and isinstance(object_, RdfLiteral)):
            return
        extra = [pair for iri, argument in match.qualifiers for pair in self.filled(iri, argument)]
        extra += self.units([match.object])
        how = [f"wording {match.wording.form}"]
        how += ["any noun"] if "*" in match.wording.words else []
        how += ["heads"] if match.heads else []
        how += ["types unknown"] if match.fit != 4 else []
        yield self.statement(claim, subject, prop.iri, object_, prop.label, match.used, extra, how, (match.subject, match.object))

    def decided(self, claim: Claim) -> Iterator[Statement]:
        """Yield the statement of a claim whose extractor chose the property, if its arguments are in domain and range."""
        prop = self.ontology.properties.get(claim.property)
        by_role = {argument.role: argument for argument in claim.arguments}
        subject, object_ = by_role["subject"], by_role["object"]
        iri = self.iri(subject.mention)
        if prop is None or not iri or self.article.fit(self.article.types_of(subject), prop.domain) < 2:
            return
        if self.holds(prop, object_, self.node(object_)):
            used = frozenset(claim.arguments)
            yield self.statement(claim, iri, prop.iri, self.node(object_), "", used, [], ["decided"], (subject, object_))

    def opened(self, claim: Claim) -> Iterator[Statement]:
        """Yield the statements of an open property: subject and the first of object, complement, preposition; else ``true``.

        "X is ADJECTIVE" gives kg:description, "X is ADJECTIVE of Y" the open property "be ADJECTIVE of".
        """
        by_role: dict[str, list[Argument]] = defaultdict(list)
        for argument in claim.arguments:
            by_role[argument.role].append(argument)
        subjects, label = by_role["subject"], claim.lemma.lower()
        objects = by_role["object"] or by_role["complement"] or by_role["clause"]
        if not subjects and claim.passive:  # "the house was burnt": the patient is spoken of
            objects = by_role["complement"] or by_role["clause"]
            subjects, label = by_role["object"], f"be {_participle(self.article, claim)}"
        # "In a letter the firm replied": what stands in front of subject and verb is no object
        inverted = bool(subjects) and subjects[0].start > claim.predicate.start
        first = next((a for a in claim.arguments if a.role not in _CORE and not self.article.is_date(a)
                      and (inverted or a.start > claim.predicate.start)), None)
        prop = ""
        if label == "be" and objects and self.is_adjective(objects[0]):
            words = self.article.cut(objects[0]).lower()
            if words.split()[-1] in _HOLLOW and by_role["clause"]:
                return  # "is able to win": the clause has a statement of its own
            inside = first is not None and objects[0].start <= first.start < objects[0].end  # "one of the best pilots"
            governed = _ADJECTIVE_PREPOSITIONS | ({"in"} if words.split()[-1] in _WITH_IN else set())
            if first and first.role in governed and len(objects) == 1 and not inside:
                objects, label = [first], f"be {words} {first.role}"
            else:
                prop = KG + "description"
        elif label in ("use", "ought") and not claim.passive and objects and self.article.cut(objects[0]).startswith("to "):
            return  # "used to own the mill": the infinitive has a statement of its own
        elif (
            label == "be"
            and objects
            and self.article.cut(objects[0]).startswith("to ")
            and self.article.fit(self.article.types_of(subjects[0]) if subjects else (), ["Agent"])
        ):
            return  # "the players are to travel": the infinitive has a statement of its own
        elif not objects:
            objects = [first] if first else []
            label = f"{label} {first.role}" if first else label
        for subject in subjects:
            iri = self.iri(subject.mention)
            if not iri or not slug(label):
                continue
            nodes: list[tuple[Argument | None, str | RdfLiteral, list[tuple[str, str | RdfLiteral]]]]
            nodes = [(a, self.node(a), self.units([a])) for a in objects]
            whole = self.whole(claim, by_role) or self.minded(prop, objects, by_role["clause"])
            whole = whole or (self.measured(objects[0]) if len(objects) == 1 else None)
            if whole:
                nodes = [(objects[0], whole, [])]
            if not nodes and (claim.passive or claim.lemma.lower() in _COMPLETE):
                nodes = [(None, RdfLiteral("true", "xsd:boolean"), [])]
            for filler, node, units in nodes:
                empty = isinstance(node, RdfLiteral) and (node.lexical.lower() in _EMPTY or (label == "be" and node.lexical == "true"))
                if node != iri and not empty:
                    used = frozenset((*subjects, *objects))
                    how = ["opened" if filler is None or filler.role in _COMPLETING else "opened by preposition"]
                    yield self.statement(claim, iri, prop or OPEN + slug(label), node, label, used, units, how, (subject, filler))

    def whole(self, claim: Claim, by_role: Mapping[str, Sequence[Argument]]) -> RdfLiteral | None:
        """Return object and complement as one where neither says it alone: "made (the work public)", "told (the firm to leave)"."""
        rest = by_role.get("complement" if claim.lemma in _COMPLEX else "clause" if claim.lemma in _BIDDING else "", ())
        things = by_role.get("object", ())
        if len(things) != 1 or len(rest) != 1 or not 0 < rest[0].start - things[0].end < 3:
            return None
        return RdfLiteral(self.article.cut(Span(things[0].start, rest[0].end)))

    def minded(self, prop: str, objects: Sequence[Argument], clauses: Sequence[Argument]) -> RdfLiteral | None:
        """Return an adjective with the short clause that completes it: "(she was) willing to sell the farm"."""
        if not prop or len(objects) != 1 or len(clauses) != 1 or not 0 < clauses[0].start - objects[0].end < 3:
            return None
        words = self.article.cut(Span(objects[0].start, clauses[0].end))
        return RdfLiteral(words) if words.split()[1] in ("to", "that") and len(words.split()) <= _SHORT else None

    def measured(self, argument: Argument) -> RdfLiteral | None:
        """Return the wording of an amount with what it is an amount of: "5% of his pay", "50 miles of trail"."""
        mention = self.article.mentions.get(argument.mention) if argument.mention is not None else None
        if mention is None or mention.value is None or mention.value.kind in ("date", "duration"):
            return None
        end = max(argument.end, mention.full.end)
        follows = re.match(r"\s*(?:\w+\s)?of\s+\w", self.article.text[mention.end : end])
        return RdfLiteral(self.article.cut(Span(argument.start, end))) if follows else None

    def is_adjective(self, argument: Argument) -> bool:
        """Say whether a complement is an adjective or the like: words that are no noun phrase, value or clause."""
        return argument.role == "complement" and argument.mention is None and argument.claim is None

    def described(self, claim: Claim) -> Iterator[Statement]:
        """Yield type, occupation, position or description of the subject of a claim that says a noun of it."""
        phrase = _description(self.article, claim)
        for subject in (a for a in claim.arguments if a.role == "subject"):
            iri = self.iri(subject.mention)
            types = self.article.types_of(subject)
            if not iri or not phrase:
                continue
            found: list[tuple[str, str | RdfLiteral]] = []
            if self.article.fit(types, ["Person"]):
                for prop, bearer in self.ontology.bearers.items():
                    noun = bearer.noun_of(phrase)
                    if phrase.lower() == "member" and any(a.role == "of" for a in claim.arguments):
                        continue  # "a member of the council": that she is a member is said of the council
                    if noun == "officer" and not bearer.phrase and len(phrase.split()) > 2:
                        continue  # a "chief executive officer" is no officer
                    if noun:
                        found.append((prop, RdfLiteral(phrase if bearer.phrase else noun)))
            name = self.ontology.class_of(phrase)
            if not found and name and name != "Person" and self.article.fit(types, [name]):
                found.append((RDF + "type", self.ontology.classes[name].iri))
            more = self.completed(claim, phrase)
            if not found and phrase.lower() != "member" and (more != phrase or phrase.lower() not in _VAGUE):
                found.append((KG + "description", RdfLiteral(more)))
            used = frozenset(a for a in claim.arguments if a.role != "time" and not self.article.is_date(a))  # "was mayor until 2014"
            for prop, object_ in found:
                yield self.statement(claim, iri, prop, object_, "", used, [], ["described"], (subject, None))

    def completed(self, claim: Claim, phrase: str) -> str:
        """Return the predicate noun with what completes it: "the only way to test it", "Roe, the voice of the town"; of a long
        complement only the noun after "of": "a form of medicine | which treats patients with ..."."""
        complement = next((a for a in claim.arguments if a.role == "complement"), None)
        noun = self.article.noun(claim)
        if claim.form == "apposition" and noun is not None and noun.kind == "nominal":
            start, end = noun.full.start, noun.full.end
            end = min([end, *(a.start for a in claim.arguments if a.role == "subject" and a.start > noun.head.end)])
        elif claim.form == "copula" and complement is not None:
            start, end = complement.start, complement.end
        else:
            return phrase
        whole = self.article.cut(Span(start, end)).rstrip(" ,:;(")
        place = whole.lower().find(phrase.lower())
        rest = whole[place + len(phrase) :] if place >= 0 else ""
        if not re.match(r" (of|to|for|between|from|that|who|in) \w", rest):
            return phrase
        if len(rest.split()) <= (_SHORT if claim.form == "copula" else _SHORTER):
            return phrase + rest
        of = re.compile(r"\s+of\s+").match(self.article.text, noun.head.end) if noun is not None else None
        follows = [m for m in self.article.mentions.values() if of and m.full.start == of.end() and m.kind != "pronoun"]
        inner = max(follows, key=lambda m: m.head.start, default=None)  # "part of Roe's effort": the effort
        return f"{phrase} of {self.article.cut(Span(inner.full.start, inner.end))}" if inner is not None else phrase

    def anchored(self, claim: Claim, arguments: Sequence[Argument]) -> tuple[RdfLiteral | None, str] | None:
        """Return value and words of a time told from an event: "three years after the incident", None if there is none.

        The value is a year, approximate as in EDTF, if the event is dated: by its own noun phrase ("the 2021 fire"), or, where the
        noun only takes up what was told ("incident"), by the one dated event of the article.
        """
        text = self.article.text
        for argument in arguments:
            if argument.role not in ("after", "before") or argument.mention is None:
                continue
            gap = re.compile(rf"\s+{argument.role}\s+", re.IGNORECASE)
            for value in self.article.values:
                if value.value and value.value.kind == "duration" and gap.fullmatch(text[value.end : argument.start]):
                    words = " ".join(text[value.start : argument.end].split())
                    years, year = re.fullmatch(r"P(\d{1,4})Y", value.value.lexical), self.year_of(argument)
                    if not years or year is None:
                        return None, words
                    then = year + int(years[1]) * (1 if argument.role == "after" else -1)
                    return RdfLiteral(f"{then:04}~", "edtf:EDTF") if 0 < then < 10000 else None, words
        return None

    def year_of(self, argument: Argument) -> int | None:
        """Return the year of the event that an argument refers to, or None if the article doesn't tell."""
        mentions = self.article.mentions
        event = mentions[argument.mention if argument.mention is not None else -1]
        dated: dict[int, int] = {}
        known: set[int] = set()  # events told apart by their very year, "the 2021 fire", rather than placed by it, "last year's ruling"
        for value in self.article.values:
            year = re.match(r"\d{4}(?![\d/.])", value.value.lexical) if value.value and value.value.kind == "date" else None
            if year is None:
                continue
            for mention in mentions.values():
                inside = mention.full.start <= value.start and value.end <= mention.head.start
                if inside and "Event" in self.article.types_of(Argument("event", mention.start, mention.end, mention.id)):
                    dated[mention.entity] = int(year[0])
                    if year[0] in self.article.cut(value):
                        known.add(int(year[0]))
        if event.entity in dated or self.article.cut(event.head).lower() not in _EVENT_NOUNS:
            return dated.get(event.entity)
        years = known or set(dated.values())
        return years.pop() if len(years) == 1 else None

    def units(self, arguments: Sequence[Argument]) -> list[tuple[str, str | RdfLiteral]]:
        """Return the currency or unit of arguments that are amounts."""
        found: list[tuple[str, str | RdfLiteral]] = []
        for argument in arguments:
            mention = self.article.mentions.get(argument.mention) if argument.mention is not None else None
            if mention and mention.value and mention.value.unit:
                found.append((KG + ("currency" if mention.value.kind == "money" else "unit"), RdfLiteral(mention.value.unit)))
        return found

    def filled(self, iri: str, argument: Argument) -> list[tuple[str, str | RdfLiteral]]:
        """Return the qualifier `iri` with the argument as its value, and its unit; another qualifier if the value isn't in its range.

        "sued Delta for $4.2 million" gives kg:amount, though the wording has a place for a charge there.
        """
        prop = self.ontology.properties.get(iri)
        node = self.node(argument)
        if prop and prop.kinds and isinstance(node, str):
            node = RdfLiteral(self.article.compact(argument))
        if prop and not self.holds(prop, argument, node):
            other = self.qualifier(argument, without=iri)
            return self.filled(other, argument) if other else []
        return [(iri, node), *self.units([argument])] if iri else []

    def holds(self, prop: Property, argument: Argument, node: str | RdfLiteral) -> bool:
        """Say whether `node`, which stands for the argument, is in the range of a qualifier."""
        if not prop.kinds:
            return isinstance(node, str) and self.article.fit(self.article.types_of(argument), prop.range) == 2
        mention = self.article.mentions.get(argument.mention) if argument.mention is not None else None
        return (mention.value.kind if mention and mention.value else "text") in prop.kinds

    def qualifier(self, argument: Argument, without: str = "") -> str:
        """Return the property IRI for an argument that is neither subject nor object."""
        mention = self.article.mentions.get(argument.mention) if argument.mention is not None else None
        types = self.article.types_of(argument)
        for role, wanted, iri in self.ontology.qualifiers:
            if role == argument.role and iri != without:
                value = mention.value.kind if mention and mention.value else ""
                if wanted == "Thing" or wanted == value or (wanted == "text" and not types and not value):
                    return iri
                if types and any(self.ontology.is_a(t, wanted) for t in types):
                    return iri
        return OPEN + slug(argument.role) if slug(argument.role) else ""

    def statement(
        self,
        claim: Claim,
        subject: str,
        prop: str,
        object_: str | RdfLiteral,
        label: str,
        used: frozenset[Argument],
        extra: Sequence[tuple[str, str | RdfLiteral]],
        how: list[str],
        pair: tuple[Argument, Argument | None],
    ) -> Statement:
        """Return the statement with the claim's circumstances; its id is set when all are merged."""
        taken = {a.role for a in used}  # what is joined to a used argument by "and" has a statement of its own
        silent = _SILENT | {"complement"} if claim.form in BEARER_FORMS else _SILENT
        rest = [a for a in claim.arguments if a.role not in taken and a.role not in silent]
        qualifiers = list(extra)
        when, when_text = None, ""
        times = [a for a in rest if a.role == "time" or self.article.is_date(a)]
        for argument in times:
            mention = self.article.mentions.get(argument.mention) if argument.mention is not None else None
            value = mention.value if mention else None
            if value and value.kind == "duration":
                qualifiers.append((KG + "duration", RdfLiteral(value.lexical, value.datatype)))
            elif value and value.kind == "date" and when is None:
                when, when_text = RdfLiteral(value.lexical, value.datatype), self.article.cut(argument)
            elif not when_text:
                when_text = self.article.cut(argument)
        if when is None and (anchored := self.anchored(claim, rest)):
            when, when_text = anchored
        for argument in (a for a in rest if a not in times):
            if self.node(argument) not in (subject, object_):
                qualifiers.extend(self.filled(self.qualifier(argument), argument))
        return Statement(
            id="",
            article=self.article.extraction.article.id,
            subject=subject,
            property=prop,
            object=object_,
            label=label if prop.startswith(OPEN) else "",
            wording=self.article.cut(claim.predicate) if prop.startswith((OPEN, KG)) else "",
            evidence=(claim.evidence,),
            polarity=claim.polarity,
            certainty=claim.certainty,
            tense=claim.tense,
            status=claim.status,
            speaker=self.iri(claim.speaker),
            source=self.iri(claim.source),
            cue=self.article.cut(claim.cue) if claim.cue else "",
            when=when,
            when_text=when_text,
            qualifiers=tuple(sorted(set(qualifiers), key=_order)),
            confidence=self.rate(claim, self.signs.of(claim, *pair, prop, object_, how, len(qualifiers))),
            extractor=claim.extractor,
        )


#: verbs whose object and complement are one thing: "made the work public"
_COMPLEX = frozenset({"make", "keep", "leave", "render", "consider"})
#: verbs of speech whose infinitive tells what another is to do: "told the firm to leave"
_BIDDING = frozenset({"tell", "ask", "warn", "remind", "teach", "respond", "beg"})
#: words after a predicate noun, and after an apposition, that a description still holds
_SHORT, _SHORTER = 12, 8
#: nouns that take up an event told before, whatever it was
_EVENT_NOUNS = frozenset(
    {"incident", "event", "tragedy", "accident", "disaster", "episode", "affair", "attack", "catastrophe", "crime", "case"}
)

#: roles that an open statement doesn't take as its preposition argument
_CORE = frozenset({"subject", "object", "indirect", "complement", "clause", "time", "adverb", "possessor", "modifier", "purpose"})
#: prepositions that belong to an adjective: "critical of", "responsible for", "similar to"
_ADJECTIVE_PREPOSITIONS = frozenset({"of", "for", "to", "with", "about", "from", "by", "against", "than", "over", "toward", "towards"})
#: adjectives that say little without what "in" tells
_WITH_IN = frozenset({"interested", "engaged", "fluent", "rich", "poor", "instrumental", "involved", "skilled", "versed"})
#: adjectives that say nothing without their clause
_HOLLOW = frozenset({"able", "unable", "likely", "unlikely", "set", "due", "certain", "sure", "bound", "about", "supposed", "going"})
#: nouns that describe nothing by themselves
_VAGUE = frozenset({"time", "life", "case", "way", "thing", "part", "one", "lot", "use", "matter", "number", "reason", "side", "first"})
#: verbs that say something with a subject alone; others without object are left out ("Roe stated", "the report comes")
_COMPLETE = frozenset("""
    abdicate age apologise apologize appear approach awake bark behave bleed blink bloom blossom blow boil bounce break breathe burn burst
    camp celebrate cheer clap cohabit collapse collide commute compete complain converge cook cough crack crash crawl crumble cry dance
    decay defect demonstrate depart deteriorate die differ disagree disappear disperse dissolve dive divorce drift drown dry dwindle
    elapse elope emigrate erode erupt escape evaporate evolve expand expire explode fade fail faint falter fast fight flee float flood
    flop flourish flow fluctuate fly focus freeze frown function gather grow hatch heal hesitate hibernate howl hum hurt immigrate improve
    intervene jog joke jump kneel land last laugh leak lie listen live load lose march marry matter melt migrate moan mourn move multiply
    nod obey object panic pass pause perish persist play plunge pray proliferate prosper protest quarrel quit rally react rebel recede
    reconcile recover rejoice relapse relax relent reopen resign respond rest resume retire retreat return revolt rhyme ring riot rise
    roar rot run rust sail scatter scream settle shatter shine shiver shout shrink sigh sing sink sit skate ski sleep slip smell smile
    smoke snow soar sob speak spill split sprout squat stand starve stay step sting stink stop stumble subside succeed suffer surge
    surrender survive swear swim switch talk tear testify thaw thrive toil tour train travel tremble triumph unite vanish vary volunteer
    vote wait wake walk wander weep whisper whistle wilt win wither work worsen yawn yell yield
""".split())
#: words that are no object: what the parser makes of subordinate clauses and lists
_EMPTY = frozenset({"that", "whether", "if", "what", "which", "who", "so", "every", "there", "such", "as", "-", "–", "—", ""})
#: roles without which a verb says something else
_COMPLETING = frozenset({"object", "complement", "clause"})
#: roles that give no qualifier
_SILENT = frozenset({"subject", "possessor", "modifier"})


#: auxiliaries in front of a participle
# fmt: off
_AUXILIARIES = frozenset([
    "is", "are", "was", "were", "be", "been", "being", "am", "has", "have", "had", "having", "get", "gets", "got", "will",
    "would", "may", "might", "can", "could", "shall", "should", "must", "to", "not", "n't",
])
# fmt: on


def _participle(article: _Article, claim: Claim) -> str:
    """Return the predicate without its auxiliaries ("has been cut off" -> "cut off"), or its lemma."""
    words = [word for word in article.cut(claim.predicate).lower().split() if word not in _AUXILIARIES]
    return " ".join(words) or claim.lemma.lower()


def _order(qualifier: tuple[str, str | RdfLiteral]) -> tuple[str, str, str]:
    iri, value = qualifier
    return (iri, value.lexical, value.datatype) if isinstance(value, RdfLiteral) else (iri, value, "")


def _plain(value: str | RdfLiteral | None) -> list[str] | str | None:
    return [value.lexical, value.datatype] if isinstance(value, RdfLiteral) else value


def _identity(s: Statement) -> str:
    """Return all that makes a statement up, as JSON: two with the same are one statement said twice."""
    return json.dumps(
        [
            s.article,
            s.subject,
            s.property,
            _plain(s.object),
            s.polarity,
            s.certainty,
            s.tense,
            s.status,
            s.speaker,
            s.source,
            s.cue,
            _plain(s.when),
            s.when_text,
            [[iri, _plain(value)] for iri, value in s.qualifiers],
        ]
    )


def _merge(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements with equal ones made one, each with its id: evidences joined, the surest kept."""
    groups: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        groups[_identity(statement)].append(statement)
    merged = []
    for identity, group in groups.items():
        best = max(group, key=lambda s: s.confidence)
        evidence = tuple(sorted({span for s in group for span in s.evidence}, key=lambda span: (span.start, span.end)))
        number = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        merged.append(msgspec.structs.replace(best, id=number, evidence=evidence))
    return sorted(merged, key=lambda s: (s.evidence[0].start, s.evidence[0].end, s.property, s.id))
