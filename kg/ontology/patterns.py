"""Example sentences -> wordings: a pattern is induced from the claims that the extractors read in the sentence.

``[s:Acme] bought [o:Beta] from Gamma.`` is read like any article. Of each claim in which both marked phrases have a part, a wording
is written in the very grammar of ``kg:verb`` and ``kg:noun`` (:func:`kg.ontology.parse_wording`): the predicate's dictionary form, the
roles that the marked phrases fill, and what else the predicate can't do without (the object noun of "file a *lawsuit* against", the bare
noun of "come under *fire* from"). Adjuncts are left out. Since parsers stumble over rare names, the sentence is also read with common
names in the marks' places; the wording that most readings give wins, and is then tried on the sentence itself. This is
pattern induction from one seed each, as in Snowball (Agichtein & Gravano, 2000), over deep roles in place of words.

Where a property of a user has neither wordings nor examples, sentences of its comment serve as examples: domain and range tell which phrase
is the subject and which the object.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations
from pathlib import Path

from kg.extract import read_claims
from kg.extract.tree import Tree
from kg.ground import BEARER_FORMS, NOUN_FORMS, prepared, readings
from kg.iris import KG
from kg.ontology import Example, Ontology, Property, Wording, load, local_name, parse_wording, singular, with_wordings
from kg.parse import load as load_model
from kg.parse import parse
from kg.records import Argument, Article, Claim, Extraction, Mention, Span

Place = tuple[int, int]
#: names that any parser knows, for subject and object, of a person, an organisation and a place
_KNOWN = (("Peter Smith", "Mary Jones"), ("Microsoft", "IBM"), ("London", "Paris"))
#: words that with a noun make one title: "chief executive of O" is not "executive of O"
_TITLES = frozenset({"chief", "prime", "vice", "general", "managing", "deputy", "executive", "foreign"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """What an example gave: its wording, or None with the reason in ``problem``; ``reads`` says whether the wording reads the example."""

    example: Example
    wording: Wording | None
    reads: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two wordings of different properties (IRIs) that no text can tell apart; ``settled``: one is bundled, so the user's is taken."""

    one: str
    other: str
    properties: tuple[str, str]
    settled: bool

    @property
    def message(self) -> str:
        """Return what clashes, in one line."""
        first, second = map(local_name, self.properties)
        mend = "yours is taken" if self.settled else "drop one, or tell them apart by domain or range"
        return f"{self.one!r} of {first} and {self.other!r} of {second} read the same sentences; {mend}"


def open_ontology(paths: Sequence[Path] | None = None, model: str = "", *, alone: bool = False) -> Ontology:
    """Return the ontology as :func:`kg.ontology.load` does, with the wordings that its example sentences give.

    The spaCy pipeline `model` is loaded only if there are examples. Examples that give no wording are passed over here;
    :func:`patterns` tells why.
    """
    ontology = load(paths, alone=alone)
    return with_wordings(ontology, [p.wording for p in patterns(ontology, model) if p.wording is not None])


def patterns(ontology: Ontology, model: str = "") -> list[Pattern]:
    """Return what each example of the ontology gives, in the order of the files, then what comments give.

    Comments are read of properties that have neither wordings nor examples; those that give nothing are passed over.
    """
    shown = {example.iri for example in ontology.examples}
    silent = [prop for prop in ontology.properties.values() if not (prop.iri.startswith(KG) or prop.wordings or prop.iri in shown)]
    told = (_pattern(example, prop, model) for prop in silent for example in _told(ontology, prop, model))
    return [*(_pattern(example, ontology.properties[example.iri], model) for example in ontology.examples),
            *(replace(one, wording=replace(one.wording, doubt=COMMENTED)) for one in told if one.wording is not None and one.reads)]


def clashes(ontology: Ontology) -> list[Clash]:
    """Return the pairs of wordings that say different properties in the same words, where types can't tell which is meant.

    `ontology` holds the examples' wordings too (:func:`open_ontology`). Properties above one another, and pairs that are both
    bundled, are no clash.
    """
    found: dict[tuple[str, str, str], Clash] = {}
    ours = _bundled()
    for index in (ontology.verbs, ontology.nouns):
        for wordings in index.values():
            for number, one in enumerate(wordings):
                for other in wordings[number + 1 :]:
                    if set(one.words) & set(other.words) and _alike(one, other) and _rivals(ontology, one, other):
                        settled = one in ours or other in ours
                        found.setdefault((one.text, other.text, one.iri), Clash(one.text, other.text, (one.iri, other.iri), settled))
    return list(found.values())


def _alike(one: Wording, other: Wording) -> bool:
    """Say whether two wordings have the same places: the same parts in roles that overlap, with nouns and types that overlap."""
    ours, others = ([s for s in w.slots if s.part in ("S", "O", "heads")] for w in (one, other))
    return len(ours) == len(others) and all(
        a.part == b.part
        and set(a.roles) & set(b.roles)
        and (not (a.heads or b.heads) or bool(a.heads & b.heads))
        and (not (a.nouns and b.nouns) or bool(a.nouns & b.nouns))
        and (not (a.type and b.type) or a.type == b.type)
        for a, b in zip(ours, others, strict=True)
    )


def _rivals(ontology: Ontology, one: Wording, other: Wording) -> bool:
    """Say whether a pair of things may have both properties as far as their domains and ranges go."""
    p, q = ontology.properties[one.iri], ontology.properties[other.iri]
    if p.iri == q.iri or p.iri in q.ancestors or q.iri in p.ancestors or {one, other} <= _bundled():
        return False

    def meet(ours: Sequence[str], others: Sequence[str]) -> bool:
        return not ours or not others or any(ontology.overlap(a, b) for a in ours for b in others)

    kinds = not (p.kinds or q.kinds) or bool(set(p.kinds) & set(q.kinds))
    return kinds and meet(p.domain, q.domain) and meet(p.range, q.range)


@lru_cache(maxsize=1)
def _bundled() -> frozenset[Wording]:
    ontology = load()
    return frozenset(wording for index in (ontology.verbs, ontology.nouns) for found in index.values() for wording in found)


# --- comments ---

#: how far a wording read from a comment is from the property's own words, as in kg.ontology.labels
COMMENTED = 1
#: sentences of a comment that are read
_SENTENCES = 3
#: verbs that say of no pair in particular how they belong together: "the person that is associated with the company"
_VAGUE = frozenset("""
    apply associate be belong concern connect contain define denote describe give have identify include indicate link name provide refer
    relate represent specify use
""".split())

def _told(ontology: Ontology, prop: Property, model: str) -> Iterator[Example]:
    """Yield the sentences of a property's comment that show how it is said, subject and object marked.

    A definition names what the property leads to, and a relative clause says how ("The person who directed the film."). Any other
    sentence is an example if a verb of it has one argument in the domain, one in the range, and not the other way round
    ("The council appointed Ann Lee." of a body and a person).
    """
    if not prop.domain and not prop.range:
        return
    text = re.sub(r"\b(?:e\.g\.|for example|examples?|example sentence)[:,]?\s+", " ", prop.comment, flags=re.IGNORECASE)
    for sentence in re.split(r"(?<=[.!?;])\s+", " ".join(text.split()))[:_SENTENCES]:
        words = sentence.strip("\"'“”‘’; ")
        if not 3 <= len(words.split()) <= 30:
            continue
        extraction = _read(words, model)
        pairs = set(_shown(ontology, prop, extraction))
        if len(pairs) == 1:
            subject, object_ = pairs.pop()
            yield Example(prop.iri, words, subject, object_, (), prop.comment)


def _shown(ontology: Ontology, prop: Property, extraction: Extraction) -> Iterator[tuple[Place, Place]]:
    """Yield where subject and object of the property stand in a sentence, for each pair that may be them."""
    mentions, text = {m.id: m for m in extraction.mentions}, extraction.article.text
    first = min(extraction.mentions, key=lambda m: m.start, default=None)
    defined = first if first is not None and first.full.end >= len(text.rstrip(".")) else None
    for claim in extraction.claims:
        if claim.form != "verb" or claim.lemma in _VAGUE:
            continue
        parts = [mentions[a.mention] for a in claim.arguments if a.mention is not None]
        for one, other in permutations(parts, 2):
            said, led = _may(ontology, text, one, prop.domain), _may(ontology, text, other, prop.range, prop.kinds)
            turned = _may(ontology, text, other, prop.domain) and _may(ontology, text, one, prop.range, prop.kinds)
            if said and led and (other is defined if defined else not turned):
                yield (one.start, one.end), (other.start, other.end)


def _may(ontology: Ontology, text: str, mention: Mention, classes: Sequence[str], kinds: Sequence[str] = ()) -> bool:
    """Say whether a mention is of one of the classes by its noun or name, or a value of one of the kinds."""
    if kinds or mention.value is not None or mention.kind == "pronoun":
        return mention.value is not None and mention.value.kind in kinds
    name = ontology.class_of(text[mention.start : mention.end]) or mention.type
    return not classes or any(ontology.is_a(name, cls) for cls in classes)


# --- one example ---


@lru_cache(maxsize=1024)
def _pattern(example: Example, prop: Property, model: str) -> Pattern:
    """Return the wording that most readings of the sentence give; of equally many, the first of the sentence itself."""
    unary = prop.kinds == ("boolean",)
    votes: Counter[str] = Counter()
    own = _read(example.text, model)
    for variant in _variants(example, own):
        extraction = own if variant.text == example.text else _read(variant.text, model)
        votes.update(dict.fromkeys(_candidates(extraction, variant, prop), 1))
    made = {text: wording for text in votes if (wording := _parsed(prop.iri, text, unary)) is not None}
    if not made:
        return Pattern(example, None, problem=_why(own, example))
    ranked = sorted(made, key=lambda text: -votes[text])  # stable: first come, first served
    best = [text for text in ranked if votes[text] == votes[ranked[0]]]
    reading = next((text for text in best if _reads(own, example, prop, made[text])), "")
    return Pattern(example, made[reading or best[0]], bool(reading))


def _read(text: str, model: str) -> Extraction:
    return prepared(read_claims(Article("example", text, published="2025-06-18"), Tree.of(parse(load_model(model), text))))


def _variants(example: Example, own: Extraction) -> Iterator[Example]:
    """Yield the example, and it with common names in the place of names that are marked as subject and object."""
    yield example
    sight = _Sight(own, example)
    for subject, object_ in _KNOWN:
        marks = {example.subject: subject} | ({example.object: object_} if example.object else {})
        marks = {place: name for place, name in marks.items() if sight.is_named(place)}
        if marks:
            yield _replaced(example, marks)


def _replaced(example: Example, names: dict[Place, str]) -> Example:
    """Return the example with other words in the places given, and all places moved accordingly."""
    text, end, shift = "", 0, {}
    for place in sorted({example.subject, *([example.object] if example.object else []), *(p for _, p in example.roles)}):
        text += example.text[end : place[0]]
        words = names.get(place, example.text[slice(*place)])
        shift[place] = (len(text), len(text) + len(words))
        text, end = text + words, place[1]
    text += example.text[end:]
    roles = tuple((iri, shift[place]) for iri, place in example.roles)
    object_ = shift[example.object] if example.object else None
    return replace(example, text=text, subject=shift[example.subject], object=object_, roles=roles)


def _parsed(iri: str, text: str, unary: bool) -> Wording | None:
    form, _, words = text.partition(" ")
    try:
        wording = parse_wording(iri, "verb" if form == "verb" else "noun", words, unary)
    except ValueError:
        return None
    roles = [role for slot in wording.slots for role in slot.roles]
    if form == "noun" and ("of" in roles) != ("possessor" in roles):  # "the ship's skipper" is "the skipper of the ship"
        wide = (replace(s, roles=("possessor", "of")) if s.roles in (("of",), ("possessor",)) else s for s in wording.slots)
        return replace(wording, slots=tuple(wide))
    return wording


def _reads(extraction: Extraction, example: Example, prop: Property, wording: Wording) -> bool:
    """Say whether the wording reads from the example what is marked in it, whatever its domain and range."""
    alone = replace(load(), properties={prop.iri: replace(prop, domain=(), range=())}, verbs={}, nouns={})
    sight = _Sight(extraction, example)
    types = {entity.id: (entity.type,) for entity in extraction.entities}
    return any(
        sight.is_one(found.subject, example.subject)
        and (example.object is None or sight.is_one(found.object, example.object))
        for found in readings(extraction, types, with_wordings(alone, [wording]), wording)
    )


def _why(extraction: Extraction, example: Example) -> str:
    """Say why no wording could be made, and what the reader saw."""
    sight = _Sight(extraction, example)
    both = [name for name, place in (("subject", example.subject), ("object", example.object)) if place and not any(
        sight.is_at(argument, place) for claim in extraction.claims for argument in claim.arguments)]
    seen = "; ".join(dict.fromkeys(f"{claim.lemma}({', '.join(sight.cut(a) for a in claim.arguments)})" for claim in extraction.claims))
    lost = f"the marked {' and '.join(both)} fills no role" if both else "no verb or noun joins subject and object"
    return f"{lost} in what was read: {seen or 'nothing'}; mark whole noun phrases, or word the sentence more simply"


class _Sight:
    """An extraction seen from an example: which argument stands where."""

    def __init__(self, extraction: Extraction, example: Example) -> None:
        self.extraction, self.example, self.text = extraction, example, extraction.article.text
        self.mentions: dict[int, Mention] = {mention.id: mention for mention in extraction.mentions}

    def cut(self, argument: Argument) -> str:
        return self.text[argument.start : argument.end]

    def mention(self, argument: Argument) -> Mention | None:
        return self.mentions.get(argument.mention) if argument.mention is not None else None

    def is_at(self, argument: Argument, place: Place) -> bool:
        """Say whether an argument is the marked phrase: its head lies there, or, of a bare wording or clause, most of it."""
        mention = self.mention(argument)
        if mention is not None:
            return place[0] <= mention.head.start and mention.head.end <= place[1]
        first, last = max(argument.start, place[0]), min(argument.end, place[1])
        return 2 * (last - first) > max(argument.end - argument.start, place[1] - place[0])

    def is_named(self, place: Place) -> bool:
        """Say whether a marked phrase ends in a name."""
        return not _value_at(self, place) and any(word[:1].isupper() for word in self.text[slice(*place)].split()[-2:])

    def is_one(self, argument: Argument, place: Place) -> bool:
        """Say whether an argument is the marked phrase or refers to the same: "the director" in "the director is Eve Stone"."""
        mention = self.mention(argument)
        same = {m.entity for m in self.mentions.values() if m.entity >= 0 and place[0] <= m.head.start and m.head.end <= place[1]}
        return self.is_at(argument, place) or (mention is not None and mention.entity in same)

    def is_date(self, argument: Argument) -> bool:
        """Say whether an argument is a date, with or without a preposition: "on Monday"."""
        mention = self.mention(argument)
        return mention is not None and mention.value is not None and mention.value.kind == "date" and argument.role not in _CORE | {"of"}

    def part(self, claim: Claim, place: Place) -> Argument | None:
        """Return the argument of a claim that is the marked phrase."""
        return next((a for a in claim.arguments if self.is_at(a, place)), None)

    def group(self, claim: Claim, place: Place) -> Argument | None:
        """Return the argument of a claim in whose noun phrase the marked one lies: "a lawsuit against [the bank]"."""
        for argument in claim.arguments:
            mention = self.mention(argument)
            end = max(argument.end, mention.full.end) if mention else argument.end
            if argument.start <= place[0] and place[1] <= end and mention is not None and mention.kind != "value":
                return argument
        return None

    def head(self, argument: Argument) -> str:
        """Return the head noun of an argument in the singular; ``*`` for a name or pronoun; empty if it is no noun phrase."""
        mention = self.mention(argument)
        if mention is None:
            return ""
        word = singular(self.text[mention.head.start : mention.head.end].lower())
        return word if mention.kind == "nominal" and re.fullmatch(r"[^\W\d_][\w-]*", word) else "*"


def _candidates(extraction: Extraction, example: Example, prop: Property) -> Iterator[str]:
    """Yield wordings as text after their form ("verb S buy O"), the likeliest first: those of verbs before nouns, nearest first."""
    sight = _Sight(extraction, example)
    middle = (example.subject[0] + (example.object or example.subject)[0]) / 2
    claims = sorted(extraction.claims, key=lambda c: (c.form not in ("verb", "pair"), abs(c.predicate.start - middle)))
    for claim in claims:
        if claim.form in ("verb", "pair"):
            yield from _verb(sight, claim, prop)
        elif claim.form in NOUN_FORMS:
            yield from _noun(sight, claim, prop)


def _name(words: str) -> str:
    return "_".join(words.lower().split())


def _verb(sight: _Sight, claim: Claim, prop: Property) -> Iterator[str]:
    """Yield the wording of a verb: ``S file (lawsuit) against O [in kg:court]``."""
    example = sight.example
    subject = sight.part(claim, example.subject)
    object_ = sight.part(claim, example.object) if example.object else None
    tokens: dict[str, str] = {}  # by role, what stands there
    links: list[str] = []
    for part, place, found in (("S", example.subject, subject), ("O", example.object, object_)):
        if place is None:
            continue
        if found is not None:
            role = "time" if sight.is_date(found) else found.role
            if role in tokens:
                return
            tokens[role] = part + _demand(sight, found, part, prop)
        elif (group := sight.group(claim, place)) is not None and group.role not in tokens and (head := sight.head(group)):
            mention = sight.mention(group)
            if mention is not None and place[1] <= mention.head.start:  # "a [six-month] sentence", "[Delta]'s backing"
                if head == "*":
                    return
                value = _value_at(sight, place)
                owned = sight.text[place[1] : place[1] + 2] in ("'s", "’s")
                tokens[group.role] = f"({part}{':' + value if value else ''}{chr(39) + 's' if owned else ''} {head})"
            elif before := re.search(r"(\w+)\s+(?:(?:the|a|an|its|his|her|their)\s+)?$", sight.text[: place[0]]):
                tokens[group.role] = f"({head})"
                links.append(f"{before[1].lower()} {part}")
            else:
                return
        else:
            return
    for argument in claim.arguments:
        role, head = argument.role, sight.head(argument)
        if role in tokens or any(sight.is_at(argument, place) for _, place in example.roles):
            continue
        if role == "object" and head:
            tokens["object"] = f"({head})"
        elif role not in _CORE and head not in ("", "*") and _bare(sight, argument):
            tokens[role] = f"({head})"
    # fmt: off
    text = " ".join([*([tokens["subject"]] if "subject" in tokens else []), _name(claim.lemma),
                     *(tokens[role] for role in ("indirect", "object", "clause") if role in tokens),
                     *(f"{_name(role)} {token}" for role, token in _in_order(sight, claim, tokens)), *links, *_roles(sight, claim)])
    # fmt: on
    if not (tokens.keys() & {"complement", "adverb", "possessor", "modifier", "purpose"}):
        yield f"verb {text}"


#: roles that are no preposition
_CORE = frozenset({"subject", "object", "indirect", "complement", "clause", "time", "adverb", "possessor", "modifier", "purpose"})


def _in_order(sight: _Sight, claim: Claim, tokens: dict[str, str]) -> list[tuple[str, str]]:
    """Return prepositions (``when`` for times) and what follows them, in the order of the sentence."""
    starts = {argument.role: argument.start for argument in reversed(claim.arguments)}
    roles = sorted((role for role in tokens if role not in _CORE or role == "time"), key=lambda role: starts.get(role, 0))
    return [("when" if role == "time" else role, tokens[role]) for role in roles]


def _bare(sight: _Sight, argument: Argument) -> bool:
    """Say whether an argument is a single noun without article, which belongs to an idiom: "under fire", "to power"."""
    mention = sight.mention(argument)
    if mention is None or mention.kind != "nominal" or not argument.start == mention.head.start == mention.full.start:
        return False
    values = (m for m in sight.mentions.values() if m.value and m.start <= mention.head.start < m.end)
    return sight.text[mention.head.start].islower() and not any(values)


def _value_at(sight: _Sight, place: Place) -> str:
    """Return the kind of value that a marked phrase is, or nothing."""
    found = (m.value.kind for m in sight.mentions.values() if m.value and place[0] <= m.start and m.end <= place[1])
    return next(found, "")


def _demand(sight: _Sight, argument: Argument, part: str, prop: Property) -> str:
    """Return what the wording demands of the object: a clause, or the kind of value where the property takes several."""
    if part == "S" or not prop.kinds:
        return ""
    if argument.role == "clause":
        words = sight.cut(argument).split()
        return ":doing" if words[0] == "to" or words[0].endswith("ing") else ":clause"
    mention = sight.mention(argument)
    return f":{mention.value.kind}" if mention and mention.value and len(prop.kinds) > 1 else ""


def _roles(sight: _Sight, claim: Claim) -> Iterator[str]:
    """Yield the further roles that are marked: ``[from <https://example.org/seller>]``."""
    for iri, place in sight.example.roles:
        argument = sight.part(claim, place)
        role = argument.role if argument is not None and argument.role not in _CORE else ""
        if not role and (before := re.search(r"(\w+)\s+(?:(?:the|a|an)\s+)?$", sight.text[: place[0]])):
            role = before[1].lower()
        if role:
            yield f"[{_name(role)} <{iri}>]"


def _noun(sight: _Sight, claim: Claim, prop: Property) -> Iterator[str]:
    """Yield the wording of a noun or adjective: ``O's lawyer``, ``capital of O``, ``O spokesman``, ``S's director is O``."""
    example = sight.example
    complement = next((a for a in claim.arguments if a.role == "complement"), None)
    word = _predicate_noun(sight, claim, complement)
    if not word or not re.fullmatch(r"[^\W_][\w.-]*", word):
        return
    rest = [a for a in claim.arguments if a.role != "complement" or a is not complement]
    if claim.form == "copula" and complement is not None and example.object and sight.is_at(complement, example.object):
        return  # "the director is [o:Eve Stone]": the noun is the subject's, which has a claim of its own
    subject = next((a for a in rest if sight.is_at(a, example.subject)), None)
    object_ = next((a for a in rest if example.object and sight.is_at(a, example.object)), None)
    bearer = next((a for a in rest if a.role == "subject"), None)
    nouns = bearer is None or claim.form not in BEARER_FORMS
    tokens: dict[str, str] = {}
    if subject is not None and subject is not bearer:
        tokens[subject.role] = "S"
    elif subject is None and not (nouns and _borne(sight, claim, example.subject)):
        return
    if object_ is not None and object_ is not bearer:
        if object_.role in tokens:
            return
        tokens[object_.role] = "O" + _demand(sight, object_, "O", prop)
    elif example.object and object_ is None and not (nouns and _borne(sight, claim, example.object)):
        return
    front = [f"{tokens[role]}'s" if role == "possessor" else tokens[role] for role in ("possessor", "modifier") if role in tokens][:1]
    back = [f"{_name(role)} {token}" for role, token in _in_order(sight, claim, tokens)]
    borne = ["is O"] if example.object and not any(token.startswith("O") for token in tokens.values()) else []
    if tokens:
        yield " ".join(["noun", *front, word, *back, *_roles(sight, claim), *borne])


def _borne(sight: _Sight, claim: Claim, place: Place) -> bool:
    """Say whether the noun of a claim is said of the marked phrase: in "Delta's lawyer is [Eve Stone]" the lawyer is she."""
    if any(other.form in BEARER_FORMS and (found := sight.part(other, place)) is not None and found.role in ("complement", "subject")
           and any(_within(a, claim.predicate) for a in other.arguments if a is not found) for other in sight.extraction.claims):
        return True
    at = {m.entity for m in sight.mentions.values() if place[0] <= m.head.start and m.head.end <= place[1] and m.entity >= 0}
    return any(m.entity in at and m.head.end == claim.predicate.end for m in sight.mentions.values())


def _within(argument: Argument, span: Span) -> bool:
    return argument.start <= span.start and span.end <= argument.end


def _predicate_noun(sight: _Sight, claim: Claim, complement: Argument | None) -> str:
    """Return the noun or adjective that a claim says, with the words that make one title of it: ``chief_executive``."""
    mention = sight.mention(complement) if complement is not None else None
    if claim.form == "copula":
        if mention is None:
            return _name(sight.cut(complement).split()[-1]) if complement is not None and sight.cut(complement).split() else ""
        if mention.kind != "nominal":
            return ""
    end = mention.head.end if mention is not None else claim.predicate.end
    words = sight.text[: end].split()
    noun = singular(words[-1].strip("\"'“”‘’([")) if words else ""
    return f"{words[-2].lower()}_{noun}" if len(words) > 1 and words[-2].lower() in _TITLES else noun
