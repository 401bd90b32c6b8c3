"""What an ontology makes of articles: which pattern each example gave, what clashes, what was read, what wasn't and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from kg.errors import InputError
from kg.ground import Trial, entity_types, ground, trials
from kg.iris import KG, OPEN
from kg.ontology import Ontology, Property, load, local_name, without_types
from kg.ontology.labels import PREPOSITIONS, synonyms, verb_base, words_of
from kg.ontology.patterns import clashes, open_ontology, patterns
from kg.pipeline import read_all
from kg.records import Entity, Extraction
from kg.settings import Settings

#: open phrases that say nothing that an ontology would want to know
_HOLLOW = frozenset({"be", "have", "do", "make", "get", "go", "come", "take", "be in", "be at", "be on", "be for", "be about", "be with"})
#: from this likeness on a property is named beside an unmapped phrase
LIKE = 0.85
MOST = 20


@dataclass(frozen=True, slots=True)
class Given:
    """What one example gave: its wording, empty with ``problem`` if there is none; whether it reads the example itself."""

    property: str
    example: str
    place: str
    wording: str
    reads: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Seen:
    """How often a property was read, and if never, why."""

    property: str
    statements: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A phrase that became an open property: how often, a sentence, and the property that is most like it, if any is."""

    phrase: str
    count: int
    sentence: str
    like: str = ""


@dataclass(frozen=True, slots=True)
class Misfit:
    """What says a property of something outside its domain or range."""

    property: str
    side: str
    words: str
    types: tuple[str, ...]
    wanted: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Check:
    """What :func:`check` found, most frequent first; ``shared`` are wordings that the bundled ontology has too."""

    files: tuple[str, ...]
    classes: int
    properties: int
    examples: tuple[Given, ...]
    clashes: tuple[str, ...]
    shared: tuple[str, ...] = ()
    articles: int = 0
    seen: tuple[Seen, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def fine(self) -> bool:
        """Say whether there is nothing to mend: each example reads itself, nothing clashes, each property was seen."""
        return not (self.clashes or any(not e.reads for e in self.examples) or any(not s.statements for s in self.seen) or self.failed)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""
        return {**asdict(self), "fine": self.fine}


def check(paths: Sequence[Path], articles: Iterable[str] = (), *, model: str = "") -> Check:
    """Return what the ontology files `paths`, joined to the bundled ontology, make of `articles`.

    Raises OntologyError, with line and mend, for a file that is broken, InputError if no article can be read.
    """
    ontology = open_ontology(paths, model)
    bundled = load()
    mine = [p for p in ontology.properties.values() if p.iri not in bundled.properties] or [
        p for p in ontology.properties.values() if p.wordings
    ]
    classes = [c for c in ontology.classes if c not in bundled.classes] or list(ontology.classes)
    given = tuple(
        Given(local_name(p.example.iri), p.example.source, p.example.place, p.wording.text if p.wording else "", p.reads, p.problem)
        for p in patterns(ontology, model)
    )
    both = clashes(ontology)
    report = Check(tuple(map(str, paths)), len(classes), len(mine), given, tuple(c.message for c in both if not c.settled),
                   tuple(c.message for c in both if c.settled))
    sources = list(articles)
    return _with_articles(report, ontology, mine, sources, model) if sources else report


def _with_articles(report: Check, ontology: Ontology, mine: Sequence[Property], sources: Sequence[str], model: str) -> Check:
    counts: Counter[str] = Counter()
    phrases: Counter[str] = Counter()
    sentences: dict[str, str] = {}
    tried: dict[str, list[tuple[Trial, Extraction]]] = defaultdict(list)
    misfits: dict[Misfit, None] = {}
    failed: list[tuple[str, str]] = []
    own = {prop.iri for prop in mine}
    free = without_types(ontology)
    read = 0
    for extraction in read_all(sources, settings=Settings(model=model)):
        if isinstance(extraction, tuple):
            failed.append(extraction)
            continue
        read += 1
        types = entity_types(extraction, ontology)
        entities = {e.id: Entity(f"e:{e.id}", e.label, types[e.id], e.named) for e in extraction.entities}
        for statement in ground(extraction, entities, ontology):
            counts[statement.property] += 1
            if statement.property.startswith(OPEN):
                phrases[statement.label] += 1
                span = statement.evidence[0]
                sentences.setdefault(statement.label, _line(extraction.article.text[span.start : span.end]))
        for trial in trials(extraction, types, ontology, free):
            if trial.wording.iri in own and trial.outcome != "read":
                tried[trial.wording.iri].append((trial, extraction))
                misfits.update(dict.fromkeys(_misfits(trial, extraction, types, ontology)))
    if failed and not read:
        raise InputError(f"no article could be read: {failed[0][0]}: {failed[0][1]}")
    seen = [Seen(_short(p), counts[p.iri], "" if counts[p.iri] else _why(p, ontology, tried[p.iri])) for p in mine]
    often = [(phrase, n) for phrase, n in sorted(phrases.items(), key=lambda item: (-item[1], item[0])) if phrase not in _HOLLOW]
    unmapped = [Unmapped(phrase, n, sentences[phrase], _like(phrase, mine, ontology)) for phrase, n in often[: 10 * MOST]]
    unmapped = sorted(unmapped, key=lambda one: (-one.count * (1 + bool(one.like)), one.phrase))[:MOST]
    seen = sorted(seen, key=lambda one: (-one.statements, one.property))
    return replace(report, articles=read, seen=tuple(seen), unmapped=tuple(unmapped), misfits=tuple(misfits)[: 2 * MOST],
                   failed=tuple(failed))


def _line(text: str, most: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most] + "…"


def _short(prop: Property) -> str:
    return f"kg:{prop.name}" if prop.iri.startswith(KG) else prop.name


def _misfits(trial: Trial, extraction: Extraction, types: dict[int, tuple[str, ...]], ontology: Ontology) -> Iterable[Misfit]:
    prop, text = ontology.properties[trial.wording.iri], extraction.article.text
    mentions = {mention.id: mention for mention in extraction.mentions}
    for side, argument in trial.wrong:
        mention = mentions[argument.mention] if argument.mention is not None else None
        found = types.get(mention.entity, ())[:1] if mention else ()
        span = trial.claim.evidence
        yield Misfit(_short(prop), side, _line(text[argument.start : argument.end], 60), tuple(map(local_name, found)),
                     tuple(map(local_name, prop.domain if side == "domain" else prop.range)), _line(text[span.start : span.end]))


def _why(prop: Property, ontology: Ontology, tried: Sequence[tuple[Trial, Extraction]]) -> str:
    """Say why a property was never read: no wording, its words don't occur, or what became of the claims that have them."""
    every = (w for index in (ontology.verbs, ontology.nouns) for ws in index.values() for w in ws)
    wordings = list(dict.fromkeys(w for w in every if w.iri == prop.iri))
    if not wordings:
        return "nothing says it: its label gives no wording; add kg:example, kg:verb or kg:noun"
    words = sorted({word for wording in wordings for word in wording.words})
    if not tried:
        return f"its words don't occur ({_line(', '.join(words), 80)}); add other wordings, or none of these articles says it"
    for outcome in ("types", "beaten", "places"):
        found = [(trial, extraction) for trial, extraction in tried if trial.outcome == outcome]
        if not found:
            continue
        trial, extraction = found[0]
        sentence = _line(extraction.article.text[trial.claim.evidence.start : trial.claim.evidence.end], 100)
        if outcome == "types":
            sides = " and ".join(side for side, _ in trial.wrong) or "domain or range"
            return f"{len(found)} times said of something outside its {sides} (“{sentence}”); widen it, or all is well"
        if outcome == "beaten":
            other = local_name(trial.by.iri) if trial.by else "another property"
            return f"{len(found)} times {other} was more specific (“{sentence}”); make a wording longer, or it a sub-property"
        return f"{len(found)} times its word occurs without what “{trial.wording.text}” has places for (“{sentence}”); add a wording"
    return ""


def _like(phrase: str, mine: Sequence[Property], ontology: Ontology) -> str:
    """Return the property that is worded most like `phrase`, empty if none is like it."""
    scored = [(max((_likeness(phrase, words) for words in _names(prop, ontology)), default=0.0), prop) for prop in mine]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return _short(best) if best is not None and score >= LIKE else ""


def _names(prop: Property, ontology: Ontology) -> set[str]:
    """Return the label of a property and the predicates of its wordings, as words."""
    found = {prop.label.lower()}
    for index in (ontology.verbs, ontology.nouns):
        for wordings in index.values():
            found |= {word for wording in wordings if wording.iri == prop.iri for word in wording.words}
    return found


def _likeness(phrase: str, name: str) -> float:
    """Return how alike two phrases are, 0 to 1: 1 for one and the same verb or noun, less for synonyms and for like spelling."""
    ours, others = ([verb_base(word) or word for word in words_of(text) if word not in PREPOSITIONS | {"be", "is", "has"}]
                    for text in (phrase, name))
    pairs = [(a, b) for a in ours[:1] for b in others]
    return max((1.0 if a == b else 0.9 if b in synonyms(a) or a in synonyms(b) else SequenceMatcher(None, a, b).ratio() for a, b in pairs),
               default=0.0)
