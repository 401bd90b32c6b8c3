"""Turtle (or RDF/XML, JSON-LD) -> :class:`Ontology`: classes, properties, and the lexicon that says how they are worded.

The lexicon is data beside each property (``docs/ontology.md`` teaches it)::

    kg:sued kg:verb "S sue O [for kg:charge]" , "S file (lawsuit|suit) against O" .
    kg:lawyer kg:noun "O's lawyer|attorney" , "lawyer for|of O" .
    kg:acquired kg:example "[s:Acme] bought [o:Beta] from [seller:Gamma]." .

Example sentences are only read here; :mod:`kg.ontology.patterns` makes wordings of them. One file is one or many properties; :func:`load`
reads them all into one lexicon indexed by the predicate's dictionary form.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import pyoxigraph as ox

from kg.errors import OntologyError
from kg.iris import KG
from kg.ontology.labels import guesses, kind_of, words_of

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SCHEMA = "https://schema.org/"
EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"

#: the kinds of value (records.Value.kind) that literals of a datatype are read from
KINDS: Mapping[str, tuple[str, ...]] = {
    **{XSD + name: ("date",) for name in ("date", "gYear", "gYearMonth", "dateTime", "time")},
    EDTF: ("date",),
    XSD + "duration": ("duration",),
    XSD + "decimal": ("money", "percent", "quantity", "number"),
    XSD + "integer": ("number", "quantity"),
    XSD + "boolean": ("boolean",),
    XSD + "string": ("text",),
    RDFS + "Literal": ("text",),
    RDF + "langString": ("text",),
}
#: what a clause may be demanded to be: any, an infinitive or gerund ("to sell the mill", "selling the mill"), or neither of these
CLAUSES = frozenset({"clause", "doing", "finite"})
VALUE_KINDS = frozenset({"date", "duration", "money", "percent", "quantity", "number"})

SlotKind = Literal["S", "O", "qualifier", "heads", "not"]
_TOKEN = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|[^\s\[\]()]+")
_SLOT = re.compile(r"(?P<slot>[SO])(?::(?P<type>[\w-]+))?(?P<strong>!(?!=))?(?:(?P<sign>!?=)(?P<nouns>[\w|.-]+))?$")
_WORDS = re.compile(r"(?:\*|[^\W_][\w.*-]*(?:\|[^\W_][\w.*-]*)*)$")
_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".json": ox.RdfFormat.JSON_LD,
}


_CLASSES = (OWL + "Class", RDFS + "Class", SKOS + "Concept")
_ABOVE = (RDFS + "subClassOf", SKOS + "broader", SKOS + "broaderTransitive")
_LABELS = (RDFS + "label", SKOS + "prefLabel", SCHEMA + "name", "http://purl.org/dc/terms/title")
_OTHER_LABELS = (SKOS + "altLabel", SKOS + "hiddenLabel", SCHEMA + "alternateName")
_DOMAINS = (RDFS + "domain", SCHEMA + "domainIncludes", "http://schema.org/domainIncludes")
_RANGES = (RDFS + "range", SCHEMA + "rangeIncludes", "http://schema.org/rangeIncludes")
_COMMENTS = (RDFS + "comment", SKOS + "definition", SKOS + "scopeNote", "http://purl.org/dc/terms/description")
_PROPERTIES = (
    OWL + "ObjectProperty",
    OWL + "DatatypeProperty",
    RDF + "Property",
    *(OWL + kind + "Property" for kind in ("Functional", "InverseFunctional", "Symmetric", "Asymmetric", "Transitive")),
)
#: how a class or property is tied to those of other vocabularies
_ALIGNED = {
    "rdfs:subClassOf": RDFS + "subClassOf", "rdfs:subPropertyOf": RDFS + "subPropertyOf",
    **{f"owl:equivalent{kind}": OWL + "equivalent" + kind for kind in ("Class", "Property")},
    **{f"skos:{kind}Match": SKOS + kind + "Match" for kind in ("exact", "close", "broad", "narrow", "related")},
    "rdfs:seeAlso": RDFS + "seeAlso",
}  # fmt: skip
#: our classes of what the extractors' word lists know, for classes of a user whose nouns are no nouns of ours
_OURS = {"Person": "Person", "Organization": "Organization", "Place": "Place", "Facility": "Place", "Event": "Event",
         "CreativeWork": "CreativeWork", "Law": "Law", "Product": "Product", "Group": "Group"}
_DECLARED = frozenset((*_CLASSES, *_PROPERTIES))


@dataclass(frozen=True, slots=True)
class Class:
    """A class: its ``name`` (local name, used in records), the nouns that name it, and all its superclasses, nearest first.

    ``alignments`` are (CURIE of the relation, IRI) pairs: what other vocabularies call it.
    """

    iri: str
    name: str
    label: str
    nouns: tuple[str, ...] = ()
    comment: str = ""
    parents: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()
    alignments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """A property.

    ``domain`` and ``range`` are names of classes, any of which will do (empty: anything); ``kinds`` are the kinds of value that a
    datatype property takes (empty for object properties); ``ancestors`` are the IRIs of all its super-properties. ``state``: it holds
    over a time rather than happens; ``evokes`` is the class of the event that it tells (``Shooting`` of kg:shot), ``evokes_on`` of one that
    befalls its subject (of kg:wasShot). ``aliases`` are its alternative labels, ``qualifies``
    the arguments it takes as a qualifier, ``alignments`` as of a class.
    """

    iri: str
    name: str
    label: str
    comment: str = ""
    domain: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    datatype: str = ""
    functional: bool = False
    symmetric: bool = False
    inverse: str = ""
    parents: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()
    state: bool = False
    evokes: str = ""
    evokes_on: str = ""
    aliases: tuple[str, ...] = ()
    qualifies: tuple[str, ...] = ()
    alignments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a wording.

    ``roles`` are the roles of records.Argument that may fill it; ``part`` says what it stands for; ``heads`` are the head nouns
    it demands (``(lawsuit|suit)``, any for ``(*)``); ``inside`` is a slot to be found inside that noun phrase
    (``(O:duration sentence)``); ``type`` a class name or kind of value it demands; ``strong`` whether a match may overrule the
    recogniser's type; ``qualifier`` the IRI of the property of a further role, which may be missing. What fills it must be called by
    one of ``nouns``, if there are any, and by none of ``barred``; a slot for ``not`` must stay empty.
    """

    roles: tuple[str, ...]
    part: SlotKind
    type: str = ""
    strong: bool = False
    heads: frozenset[str] = frozenset()
    inside: Slot | None = None
    qualifier: str = ""
    nouns: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wording:
    """One way of saying the property `iri`: the predicate's dictionary forms and the slots around it. ``text`` is its source."""

    iri: str
    form: Literal["verb", "noun"]
    words: tuple[str, ...]
    slots: tuple[Slot, ...]
    text: str
    #: how far it was guessed from a label: 0 if its author wrote it
    doubt: int = 0

    @property
    def weight(self) -> int:
        """Return how specific the wording is: demanded heads and types count most, then the number of roles; less what it was guessed."""
        return sum(3 * bool(s.heads - {"*"} | s.nouns) + 2 * bool(s.type) + (s.part in ("S", "O")) for s in self.slots) - self.doubt


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence that says the property `iri`, with what it says it of marked: ``[s:Acme] bought [o:Beta]``.

    ``text`` is the sentence without marks, ``subject``, ``object`` (None for a property that is true or false) and ``roles``
    (property IRI and stretch) are offsets into it, ``source`` is the sentence as written and ``place`` its file and line.
    """

    iri: str
    text: str
    subject: tuple[int, int]
    object: tuple[int, int] | None
    roles: tuple[tuple[str, tuple[int, int]], ...]
    source: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Nouns that, said of a person, give a literal: the noun, or with `phrase` the whole noun phrase ("special prosecutor")."""

    nouns: frozenset[str]
    endings: tuple[str, ...]
    phrase: bool

    def noun_of(self, phrase: str) -> str:
        """Return the longest ending of `phrase` that is one of the nouns, in the singular; empty if none is."""
        words = phrase.lower().split()
        if words:
            words[-1] = singular(words[-1])
        for first in range(len(words)):
            if (noun := " ".join(words[first:])) in self.nouns:
                return noun
        return words[-1] if words and words[-1].endswith(self.endings) and self.endings else ""


@dataclass(frozen=True, slots=True)
class Ontology:
    """Classes by name, properties by IRI, and the lexicon: wordings by the last word of the predicate's dictionary form."""

    classes: Mapping[str, Class]
    properties: Mapping[str, Property]
    verbs: Mapping[str, tuple[Wording, ...]]
    nouns: Mapping[str, tuple[Wording, ...]]
    #: class names by the noun phrases that name them, lower case
    class_nouns: Mapping[str, str]
    #: nouns that never name a class, though word lists say so: class name -> nouns
    not_nouns: Mapping[str, frozenset[str]]
    #: class names by the proper names that a class lists ("norway" -> Country)
    names: Mapping[str, str]
    #: (preposition or role, demanded type, property IRI) of qualifiers, in order
    qualifiers: tuple[tuple[str, str, str], ...]
    #: what a noun said of a person gives, by property: kg:occupation from "judge", "*ologist" ...
    bearers: Mapping[str, Bearer]
    sources: tuple[str, ...] = ()
    #: sentences with marks, from which kg.ontology.patterns makes wordings
    examples: tuple[Example, ...] = ()
    _overlaps: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)

    def is_a(self, name: str, ancestor: str) -> bool:
        """Say whether class `name` is `ancestor` or one of its subclasses; ``Thing`` is above all."""
        return name == ancestor or ancestor == "Thing" or (name in self.classes and ancestor in self.classes[name].ancestors)

    def overlap(self, one: str, other: str) -> bool:
        """Say whether something may be of both classes: one is above the other, or they share a subclass."""
        key = (one, other)
        if key not in self._overlaps:
            self._overlaps[key] = (
                self.is_a(one, other)
                or self.is_a(other, one)
                or any(self.is_a(c, one) and self.is_a(c, other) for c in self.classes)
            )
        return self._overlaps[key]

    def chain(self, name: str) -> tuple[str, ...]:
        """Return class `name` and its superclasses, most specific first."""
        return (name, *(self.classes[name].ancestors if name in self.classes else ()))

    def class_of(self, phrase: str, name: bool = False) -> str:
        """Return the class that the longest ending of `phrase` names ("annual film festivals" -> FilmFestival), or "".

        The phrase is a common noun phrase, its noun perhaps a plural, or a `name` ("Ostrava Film Festival").
        """
        words = phrase.lower().split()
        endings = [" ".join(words[first:]) for first in range(len(words))]  # as written too, for "talks"
        if words and not name:
            words[-1] = singular(words[-1])
            endings = [e for first in range(len(words)) for e in (endings[first], " ".join(words[first:]))]
        return next((self.class_nouns[ending] for ending in endings if ending in self.class_nouns), "")


def singular(noun: str) -> str:
    """Return the singular of an English noun, lower case; a noun that is singular or unknown comes back as it is."""
    word = noun.lower()
    if word in _PLURALS:
        return _PLURALS[word]
    if word in _KEPT or len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


_PLURALS = {
    "men": "man",
    "women": "woman",
    "children": "child",
    "people": "person",
    "wives": "wife",
    "lives": "life",
    "thieves": "thief",
    "halves": "half",
    "crises": "crisis",
    "heroes": "hero",
    "feet": "foot",
    "teeth": "tooth",
    "criteria": "criterion",
    "policemen": "policeman",
    "spokesmen": "spokesman",
    "chairmen": "chairman",
    "congressmen": "congressman",
    "businessmen": "businessman",
    "buses": "bus",
    "viruses": "virus",
    "statuses": "status",
    "bonuses": "bonus",
}
_KEPT = frozenset(
    {
        "news",
        "series",
        "species",
        "politics",
        "economics",
        "physics",
        "mathematics",
        "athletics",
        "headquarters",
        "means",
        "proceedings",
        "gas",
        "lens",
        "always",
        "christmas",
        "texas",
    }
)


def bundled() -> Path:
    """Return the folder of the ontology that ships with newskg: inside the wheel, else beside the package in a checkout."""
    inside = Path(__file__).parents[1] / "_ontology"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "ontology"


def load(paths: Sequence[Path] | None = None, *, alone: bool = False) -> Ontology:
    """Return the bundled ontology, joined by the files `paths` when given; with `alone`, these files only.

    Files ending in ``.ttl``, ``.nt``, ``.rdf``/``.owl``/``.xml`` (RDF/XML) and ``.jsonld``/``.json`` are read. Where several
    properties fit a claim, a user's goes before ours.

    Raises :class:`~kg.errors.OntologyError`, naming file, line where known, and mend.
    """
    if alone and not paths:
        raise OntologyError("no ontology file given: name at least one .ttl, .rdf or .jsonld file")
    files = tuple(
        dict.fromkeys(Path(path).resolve() for path in ([] if alone else [bundled() / "newskg.ttl"]) + list(paths or []))
    )
    stamps = []
    for file in files:
        try:
            stamps.append(file.stat().st_mtime_ns)
        except OSError as error:
            raise OntologyError(f"{file}: can't be read ({error.strerror}); give the path of an ontology file") from error
    return _load(files, tuple(stamps))


@lru_cache(maxsize=8)
def _load(files: tuple[Path, ...], stamps: tuple[int, ...]) -> Ontology:
    """Read `files`; `stamps` (times of change) only keep the cache true."""
    facts = _Facts()
    for file in files:
        facts.read(file)
    return _Builder(facts, tuple(str(file) for file in files)).build()


class _Facts:
    """The triples of all files: values by subject and predicate, in file order."""

    def __init__(self) -> None:
        self.of: dict[str, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
        self.file: dict[str, Path] = {}

    def read(self, file: Path) -> None:
        """Add the triples of `file`; blank nodes of different files are kept apart."""
        kind = _FORMATS.get(file.suffix.lower())
        if kind is None:
            raise OntologyError(f"{file}: unknown ending {file.suffix!r}; use one of {', '.join(sorted(_FORMATS))}")
        try:
            data = file.read_bytes()
            quads = list(ox.parse(data, kind, base_iri="https://w3id.org/newskg/user/", rename_blank_nodes=True))
        except OSError as error:
            raise OntologyError(f"{file}: can't be read ({error.strerror}); give the path of an ontology file") from error
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            place = f"{file}, line {line}" if line else str(file)
            raise OntologyError(f"{place}: not valid {kind.name}: {_one_line(error)}; mend the file there") from error
        if not any(quad.predicate.value == RDF + "type" and _key(quad.object) in _DECLARED for quad in quads):
            raise OntologyError(
                f"{file}: holds no class and no property; declare them as owl:Class, rdfs:Class, owl:ObjectProperty, "
                "owl:DatatypeProperty or rdf:Property"
            )
        for quad in quads:
            subject = _key(quad.subject)
            self.file.setdefault(subject, file)
            if not isinstance(quad.object, ox.Triple):
                self.of[subject][quad.predicate.value].append(quad.object)

    def place(self, subject: str, text: str) -> str:
        """Return the file that describes `subject` and the first line of it that holds `text`, for messages."""
        file = self.file[subject]
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        number = next((i for i, line in enumerate(lines, 1) if text in line.replace('\\"', '"')), 0)
        return f"{file}, line {number}" if number else str(file)

    def values(self, subject: str, *predicates: str) -> list[str]:
        """Return IRIs, literals and blank nodes as text; of literals with a language only the English ones."""
        found = []
        for predicate in predicates:
            for value in self.of.get(subject, {}).get(predicate, ()):
                if isinstance(value, ox.Literal) and value.language and not value.language.lower().startswith("en"):
                    continue
                found.append(_key(value))
        return found

    def members(self, node: str) -> Iterator[str]:
        """Yield the members of an RDF list."""
        seen = set()
        while node != RDF + "nil" and node not in seen:
            seen.add(node)
            yield from self.values(node, RDF + "first")
            node = next(iter(self.values(node, RDF + "rest")), RDF + "nil")


def _key(term: object) -> str:
    if isinstance(term, ox.BlankNode):
        return "_:" + term.value
    return str(getattr(term, "value", term))


def _one_line(error: Exception) -> str:
    return " ".join(str(getattr(error, "msg", None) or error).split())


def class_name(iri: str) -> str:
    """Return the name that records hold for a class: the local name of our own classes, the IRI of others."""
    return iri.removeprefix(KG)


def local_name(iri: str) -> str:
    """Return the part of an IRI after its last ``#`` or ``/``."""
    return re.split(r"[#/]", iri.rstrip("#/"))[-1]


class _Builder:
    """Turns facts into an :class:`Ontology`."""

    def __init__(self, facts: _Facts, sources: tuple[str, ...]) -> None:
        self.facts, self.sources = facts, sources

    def build(self) -> Ontology:
        classes = self._classes()
        properties = self._properties(classes)
        verbs: dict[str, list[Wording]] = defaultdict(list)
        nouns: dict[str, list[Wording]] = defaultdict(list)
        for prop in properties.values():
            for wording in self._wordings(prop, classes, properties):
                index = verbs if wording.form == "verb" else nouns
                for word in wording.words:
                    key = word if wording.form == "verb" else word.split()[-1]
                    if wording not in index[key]:
                        index[key].append(wording)
        class_nouns: dict[str, str] = {}
        for cls in classes.values():
            for noun in cls.nouns:
                if not cls.iri.startswith(KG) or noun not in class_nouns:  # a user's class goes before ours
                    class_nouns[noun] = cls.name
        bearers = {prop.iri: bearer for prop in properties.values() for bearer in self._bearer(prop)}
        return Ontology(
            classes,
            properties,
            {k: tuple(v) for k, v in verbs.items()},
            {k: tuple(v) for k, v in nouns.items()},
            class_nouns,
            {c.name: frozenset(w for t in self.facts.values(c.iri, KG + "notNoun") for w in _split(t)) for c in classes.values()},
            {w: c.name for c in classes.values() for t in self.facts.values(c.iri, KG + "named") for w in _split(t)},
            tuple(self._qualifiers(properties, classes)),
            bearers,
            self.sources,
            tuple(example for prop in properties.values() for example in self._examples(prop, properties)),
        )

    def _typed(self, *types: str) -> list[str]:
        wanted = set(types)
        return [s for s in self.facts.of if not s.startswith("_:") and wanted.intersection(self.facts.values(s, RDF + "type"))]

    def _label(self, iri: str) -> str:
        names = self.facts.values(iri, *_LABELS)
        return names[0] if names else " ".join(words_of(local_name(iri))) or local_name(iri)

    def _classes(self) -> dict[str, Class]:
        iris = self._typed(*_CLASSES)
        known = set(iris)
        parents = {iri: [p for p in self.facts.values(iri, *_ABOVE) if p in known] for iri in iris}
        ours = {
            noun.lower(): iri
            for iri in iris
            if iri.startswith(KG)
            for noun in (self._label(iri), *self.facts.values(iri, SKOS + "altLabel"))
        }
        for iri in iris:  # a user's class with a noun of ours is a kind of it, so that the extractors' types fit it
            if iri.startswith(KG):
                continue
            nouns = [" ".join(words_of(name)) for name in (self._label(iri), *self.facts.values(iri, *_OTHER_LABELS))]
            twin = next((ours[noun] for noun in nouns if noun in ours), "")
            if not twin and not parents[iri]:  # what no noun of ours names, the word lists may know: a politician is a person
                twin = next((KG + name for noun in nouns if (name := _OURS.get(kind_of(noun), ""))), "")
            if twin in known and twin not in parents[iri]:
                parents[iri].append(twin)
        classes: dict[str, Class] = {}
        for iri in iris:
            name = class_name(iri)
            nouns = [self._label(iri), *self.facts.values(iri, *_OTHER_LABELS)]
            plain = [noun.lower().split() if iri.startswith(KG) else words_of(noun) for noun in nouns]
            classes.setdefault(
                name,
                Class(
                    iri,
                    name,
                    nouns[0],
                    tuple(dict.fromkeys(map(" ".join, plain))),
                    " ".join(self.facts.values(iri, *_COMMENTS)),
                    tuple(class_name(p) for p in parents[iri]),
                    tuple(class_name(p) for p in _above(iri, parents)),
                    self._alignments(iri, known),
                ),
            )
        return classes

    def _properties(self, classes: Mapping[str, Class]) -> dict[str, Property]:
        iris = self._typed(*_PROPERTIES)
        known = set(iris)
        parents = {iri: [p for p in self.facts.values(iri, RDFS + "subPropertyOf") if p in known] for iri in iris}
        inverses: dict[str, str] = {}
        for iri in iris:
            for other in self.facts.values(iri, OWL + "inverseOf"):
                inverses.setdefault(iri, other)
                inverses.setdefault(other, iri)
        properties = {}
        for iri in iris:
            types = self.facts.values(iri, RDF + "type")
            ranges = self._named(iri, *_RANGES)
            kinds = tuple(dict.fromkeys(kind for r in ranges for kind in KINDS.get(r, ())))
            if OWL + "DatatypeProperty" in types and not kinds:
                kinds = ("text", *sorted(VALUE_KINDS))
            for given in self._named(iri, *_DOMAINS) + ranges:
                if given not in KINDS and given.startswith(KG) and class_name(given) not in classes:
                    raise OntologyError(
                        f"{self.facts.place(iri, local_name(given))}: {local_name(iri)} has domain or range <{given}>, not "
                        "declared; declare it as owl:Class or mend the name"
                    )
            properties[iri] = Property(
                iri,
                local_name(iri),
                self._label(iri),
                " ".join(self.facts.values(iri, *_COMMENTS)),
                tuple(
                    class_name(d)
                    for d in self._named(iri, *_DOMAINS)
                    if class_name(d) in classes
                ),
                tuple(class_name(r) for r in ranges if class_name(r) in classes),
                kinds,
                next((r for r in ranges if r in KINDS), ""),
                OWL + "FunctionalProperty" in types,
                OWL + "SymmetricProperty" in types,
                inverses.get(iri, ""),
                tuple(parents[iri]),
                tuple(_above(iri, parents)),
                tuple(self.facts.values(iri, KG + "verb", KG + "noun")),
                state=KG + "StateProperty" in types,
                aliases=tuple(self.facts.values(iri, *_OTHER_LABELS)),
                qualifies=tuple(self.facts.values(iri, KG + "qualifies")),
                alignments=self._alignments(iri, known),
                evokes=next((class_name(c) for c in self.facts.values(iri, KG + "evokes") if class_name(c) in classes), ""),
                evokes_on=next((class_name(c) for c in self.facts.values(iri, KG + "evokesOn") if class_name(c) in classes), ""),
            )
        return properties

    def _alignments(self, iri: str, known: set[str]) -> tuple[tuple[str, str], ...]:
        """Return what other vocabularies call a class or property, with how near it is."""
        pairs = ((name, value) for name, predicate in _ALIGNED.items() for value in self.facts.values(iri, predicate))
        return tuple(dict.fromkeys((name, value) for name, value in pairs if value not in known and re.match(r"[a-z]+:", value)))

    def _named(self, iri: str, *predicates: str) -> list[str]:
        """Return the classes named by `predicates`, the members of an owl:unionOf in its place; owl:Thing says nothing."""
        found = []
        for value in self.facts.values(iri, *predicates):
            unions = self.facts.values(value, OWL + "unionOf") if value.startswith("_:") else []
            found.extend([member for union in unions for member in self.facts.members(union)] if unions else [value])
        return [value for value in found if value not in (OWL + "Thing", RDFS + "Resource") and not value.startswith("_:")]

    def _wordings(self, prop: Property, classes: Mapping[str, Class], properties: Mapping[str, Property]) -> Iterator[Wording]:
        given = False
        for form in ("verb", "noun"):
            for text in self.facts.values(prop.iri, KG + form):
                given = True
                try:
                    wording = parse_wording(prop.iri, "verb" if form == "verb" else "noun", text, prop.kinds == ("boolean",))
                    slots = tuple(self._resolved(slot, prop, classes, properties) for slot in wording.slots)
                    wording = replace(wording, slots=slots)
                except ValueError as error:
                    raise OntologyError(f"{self.facts.place(prop.iri, text)}: {prop.name} kg:{form} {text!r}: {error}") from error
                yield wording
        if not given and not prop.iri.startswith(KG):
            ranges = [classes[name].label for name in prop.range]
            yield from label_wordings(prop, self.facts.values(prop.iri, *_OTHER_LABELS), ranges)

    def _examples(self, prop: Property, properties: Mapping[str, Property]) -> Iterator[Example]:
        for source in self.facts.values(prop.iri, KG + "example"):
            place = self.facts.place(prop.iri, source)
            try:
                example = parse_example(prop.iri, source, prop.kinds == ("boolean",))
                roles = tuple((_role(name, prop, properties), span) for name, span in example.roles)
            except ValueError as error:
                raise OntologyError(f"{place}: {prop.name} kg:example {source!r}: {error}") from error
            yield replace(example, roles=roles, place=place)

    def _resolved(self, slot: Slot, prop: Property, classes: Mapping[str, Class], properties: Mapping[str, Property]) -> Slot:
        """Return the slot with its type as a class name or kind of value; a class of the property's own namespace goes first."""
        name = slot.type
        inside = self._resolved(slot.inside, prop, classes, properties) if slot.inside else None
        if name and name not in VALUE_KINDS and name not in CLAUSES:
            own = class_name(prop.iri[: len(prop.iri) - len(prop.name)] + name)
            name = own if own in classes else name
            if name not in classes:
                kinds = ", ".join(sorted(VALUE_KINDS))
                raise ValueError(f"{name!r} is no class of the ontology and no kind of value (clause, doing, finite, {kinds})")
        return replace(slot, type=name, inside=inside, qualifier=_role(slot.qualifier, prop, properties) if slot.qualifier else "")

    def _bearer(self, prop: Property) -> Iterator[Bearer]:
        for name in ("bearerNoun", "bearerPhrase"):
            if texts := self.facts.values(prop.iri, KG + name):
                words = [word for text in texts for word in _split(text)]
                yield Bearer(
                    frozenset(w for w in words if not w.startswith("*")),
                    tuple(w[1:] for w in words if w.startswith("*")),
                    name == "bearerPhrase",
                )

    def _qualifiers(self, properties: Mapping[str, Property], classes: Mapping[str, Class]) -> Iterator[tuple[str, str, str]]:
        for prop in properties.values():
            for text in self.facts.values(prop.iri, KG + "qualifies"):
                roles, _, types = text.partition(" ")
                for role in roles.split("|"):
                    for type_ in (types or "Thing").split("|"):
                        own = class_name(prop.iri[: len(prop.iri) - len(prop.name)] + type_)
                        type_ = own if own in classes else type_
                        if type_ not in classes and type_ not in VALUE_KINDS and type_ not in ("Thing", "text"):
                            raise OntologyError(
                                f"{self.facts.place(prop.iri, text)}: {prop.name} kg:qualifies {text!r}: {type_!r} is no class "
                                "of the ontology and no kind of value; mend the name"
                            )
                        yield role.replace("_", " "), type_, prop.iri


def _split(text: str) -> list[str]:
    return [word.strip().replace("_", " ").lower() for word in text.split("|") if word.strip()]


def _above(iri: str, parents: Mapping[str, Sequence[str]]) -> list[str]:
    """Return all that is above `iri`, nearest first; a cycle ends where it closes."""
    found: list[str] = []
    level: Iterable[str] = parents[iri]
    while level := [p for p in dict.fromkeys(level) if p not in found and p != iri]:
        found.extend(level)
        level = [q for p in level for q in parents.get(p, ())]
    return found


def _all_slots(slots: Iterable[Slot]) -> Iterator[Slot]:
    for slot in slots:
        yield slot
        if slot.inside:
            yield slot.inside


def parse_wording(prop: str, form: Literal["verb", "noun"], text: str, unary: bool = False) -> Wording:
    """Return the wording that `text` writes down; ``ValueError`` says what is wrong with it.

    A `unary` one, of a property with the range xsd:boolean, has S alone: "S resign".

    >>> parse_wording("p", "verb", "S file (lawsuit|suit) against O").words
    ('file',)
    """
    tokens = _TOKEN.findall(text)
    if "".join("".join(tokens).split()) != "".join(text.split()):
        raise ValueError("brackets don't match; write heads as (a|b) and further roles as [for kg:charge]")
    words, slots = _verb(tokens) if form == "verb" else _noun(tokens)
    parts = [slot.part for slot in _all_slots(slots)]
    if unary:
        if parts.count("S") != 1 or "O" in parts:
            raise ValueError('needs one S and no O, as in "S resign", since the property is true or false')
    elif parts.count("O") != 1 or parts.count("S") > 1 or (form == "verb" and "S" not in parts):
        raise ValueError('needs one S and one O, as in "S sue O"' if form == "verb" else 'needs one O, as in "O\'s lawyer"')
    return Wording(prop, form, words, tuple(slots), text)


def _verb(tokens: list[str]) -> tuple[tuple[str, ...], list[Slot]]:
    """Read ``S sue O for X``: before the verb its subject, after it at once its object (or an indirect one and the object)."""
    slots: list[Slot] = []
    if tokens and (_SLOT.match(tokens[0]) or tokens[0].startswith("(")):
        slots.append(_slot(tokens[0], ("subject",)))
        tokens = tokens[1:]
    if not tokens or not _WORDS.match(tokens[0]):
        raise ValueError('no verb where one is expected; begin with S or with the verb, as in "S sue O" or "bear S in O"')
    words, tokens = tuple(_split(tokens[0])), tokens[1:]
    bare = []
    while tokens and (_SLOT.match(tokens[0]) or tokens[0].startswith("(")):
        bare.append(tokens.pop(0))
    if len(bare) > 2:
        raise ValueError("more than two noun phrases after the verb; put a preposition between them")
    for roles, token in zip([("indirect",), ("object",)][-len(bare) :] if bare else [], bare, strict=True):
        slots.append(_slot(token, ("clause",) if re.split("[:!=]", token + ":")[1] in CLAUSES else roles))
    return words, slots + _prepositions(tokens)


def _noun(tokens: list[str]) -> tuple[tuple[str, ...], list[Slot]]:
    """Read ``O's lawyer``, ``O spokesman``, ``S's acquisition of O``: possessor or modifier, the noun, prepositions.

    ``S's director is O``: O is what the noun is said of.
    """
    slots: list[Slot] = []
    borne = tokens[-2:] and tokens[-2:-1] == ["is"] and _SLOT.match(tokens[-1])
    if borne:
        words, slots = _noun(tokens[:-2])
        return words, [_of_noun(slot) for slot in slots] + [_slot(tokens[-1], ("bearer",))]
    if tokens and (possessor := re.match(r"([SO](?::[\w-]+)?!?(?:!?=[\w|.-]+)?)['’]s$", tokens[0])):
        slots.append(_slot(possessor[1], ("possessor",)))
        tokens = tokens[1:]
    elif tokens and _SLOT.match(tokens[0]):
        slots.append(_slot(tokens[0], ("modifier", "time") if tokens[0].endswith(":date") else ("modifier",)))
        tokens = tokens[1:]
    if not tokens or not _WORDS.match(tokens[0]):
        raise ValueError('no noun where one is expected, as in "O\'s lawyer" or "lawyer for|of O"')
    return tuple(_split(tokens[0])), slots + _prepositions(tokens[1:])


def _of_noun(slot: Slot) -> Slot:
    """Return a possessor's slot widened to all ways of belonging to a noun: "the film's director", "the director of the film"."""
    return replace(slot, roles=("possessor", "of", "modifier")) if slot.roles == ("possessor",) else slot


def _prepositions(tokens: list[str]) -> list[Slot]:
    """Read ``for|against O``, ``to (court)``, ``[for kg:charge]`` ..."""
    slots = []
    roles: tuple[str, ...] = ()
    for token in tokens:
        if token.startswith("["):
            role, _, name = token[1:-1].strip().partition(" ")
            if not role or not name.strip():
                raise ValueError(f"{token} should be a preposition and a property, as in [for kg:charge]")
            if role == "not":
                slots.append(Slot(tuple(_split(name)), "not"))
                continue
            slots.append(Slot(tuple(_split(role)), "qualifier", qualifier=name.strip()))
        elif roles:
            slots.append(_slot(token, roles))
            roles = ()
        elif _WORDS.match(token) and not _SLOT.match(token):
            roles = tuple("time" if word == "when" else word for word in _split(token))
        else:
            raise ValueError(f"{token!r} needs a preposition before it")
    if roles:
        raise ValueError(f"nothing follows {'|'.join(roles)!r}; put S, O or (noun) there")
    return slots


def _slot(token: str, roles: tuple[str, ...]) -> Slot:
    """Read ``S``, ``O:money``, ``S:Film!``, ``(lawsuit|suit)``, ``(O:duration sentence)`` or ``(O's lawyer)``."""
    if match := _SLOT.match(token):
        part: SlotKind = "S" if match["slot"] == "S" else "O"
        nouns = frozenset(_split(match["nouns"] or ""))
        wanted, barred = (nouns, frozenset[str]()) if match["sign"] == "=" else (frozenset[str](), nouns)
        return Slot(roles, part, match["type"] or "", bool(match["strong"]), nouns=wanted, barred=barred)
    if not (token.startswith("(") and token.endswith(")")):
        raise ValueError(f"{token!r} is neither S, O nor a group as (lawsuit|suit)")
    inner = token[1:-1].split()
    inside = None
    if len(inner) == 2:
        inside = _slot(re.sub(r"['’]s$", "", inner[0]), ("modifier", "possessor"))
        inner = inner[1:]
    if len(inner) != 1 or not (_WORDS.match(inner[0]) or inner[0] == "*"):
        raise ValueError(f"{token} should hold nouns, as in (lawsuit|suit) or (O:duration sentence)")
    return Slot(roles, "heads", heads=frozenset(_split(inner[0])), inside=inside)


def without_types(ontology: Ontology) -> Ontology:
    """Return the ontology with all domains and ranges of classes left out: whatever a wording says, anything may fill it."""
    free = {iri: replace(prop, domain=(), range=()) for iri, prop in ontology.properties.items()}
    return replace(ontology, properties=free, _overlaps={})


def _role(name: str, prop: Property, properties: Mapping[str, Property]) -> str:
    """Return the IRI of the property that a further role names: ``berth`` (of the property's own namespace, else ours), ``kg:court``,
    ``<https://example.org/berth>``. ValueError if there is none."""
    if name.startswith("<") and name.endswith(">"):
        iris = [name[1:-1]]
    elif name.startswith("kg:"):
        iris = [KG + name[3:]]
    else:
        iris = [prop.iri[: len(prop.iri) - len(prop.name)] + name, KG + name]
    for iri in iris:
        if iri in properties:
            return iri
    raise ValueError(f"{name!r} should be a property such as kg:charge or <https://example.org/charge>, and declared")


_MARK = re.compile(r"\[\s*(?P<role>(?:kg:)?[\w-]+|<[^<>\s]+>)\s*:\s*(?P<words>[^\[\]]*?)\s*\]")


def parse_example(prop: str, source: str, unary: bool = False) -> Example:
    """Return the example sentence that `source` writes down; ``ValueError`` says what is wrong with it.

    ``[s:...]`` marks the subject, ``[o:...]`` the object, ``[name:...]`` a further role by the name of its property. A `unary`
    one, of a property with the range xsd:boolean, has a subject alone.

    >>> parse_example("p", "[s:Acme] bought [o:Beta].").text
    'Acme bought Beta.'
    """
    text, end = "", 0
    marked: list[tuple[str, tuple[int, int]]] = []
    for mark in _MARK.finditer(source):
        text += source[end : mark.start()]
        marked.append((mark["role"], (len(text), len(text) + len(mark["words"]))))
        text += mark["words"]
        end = mark.end()
    text += source[end:]
    if "[" in text or "]" in text:
        raise ValueError('brackets don\'t match; mark words as in "[s:Acme] bought [o:Beta]."')
    if not text.strip() or any(first == last for _, (first, last) in marked):
        raise ValueError('a mark holds no words; write them after the colon, as in "[s:Acme] bought [o:Beta]."')
    subjects = [span for role, span in marked if role.lower() == "s"]
    objects = [span for role, span in marked if role.lower() == "o"]
    if len(subjects) != 1:
        raise ValueError(f'{"two subjects are" if subjects else "no subject is"} marked; mark one as in "[s:Acme] bought [o:Beta]."')
    if unary and objects:
        raise ValueError('marks an object, but the property is true or false; mark the subject alone, as in "[s:Ana Ruiz] resigned."')
    if not unary and len(objects) != 1:
        raise ValueError(f'{"two objects are" if objects else "no object is"} marked; mark one as in "[s:Acme] bought [o:Beta]."')
    roles = tuple((role, span) for role, span in marked if role.lower() not in ("s", "o"))
    return Example(prop, text, subjects[0], objects[0] if objects else None, roles, source)


def with_wordings(ontology: Ontology, wordings: Iterable[Wording]) -> Ontology:
    """Return the ontology with further wordings in its lexicon, after those of its files."""
    verbs, nouns = dict(ontology.verbs), dict(ontology.nouns)
    for wording in wordings:
        index = verbs if wording.form == "verb" else nouns
        for word in wording.words:
            key = word if wording.form == "verb" else word.split()[-1]
            if wording not in index.get(key, ()):
                index[key] = (*index.get(key, ()), wording)
    return replace(ontology, verbs=verbs, nouns=nouns, _overlaps={})


def label_wordings(prop: Property, others: Sequence[str] = (), ranges: Sequence[str] = ()) -> list[Wording]:
    """Return wordings made from a property's label, name and alternative labels, for ontologies without a lexicon.

    "works for" gives the verb wording "S work for O"; "director" and "has director" give a noun wording with what the noun is
    said of as the object, since in ``film director person`` the noun names the object, and "O direct S" (:mod:`kg.ontology.labels`).
    `ranges` are the labels of the range's classes.
    """
    made: list[Wording] = []
    for guess in guesses(list(dict.fromkeys((prop.label, prop.name, *others))), next(iter(prop.kinds), ""), ranges):
        try:
            made.append(replace(parse_wording(prop.iri, guess.form, guess.text, prop.kinds == ("boolean",)), doubt=guess.doubt))
        except ValueError:  # "S resign O" of a property that is true or false
            continue
    return made
