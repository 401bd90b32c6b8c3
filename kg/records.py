"""The records that travel through the pipeline, in the order they appear.

An :class:`Article` is read; from its text come :class:`Mention`, :class:`LocalEntity` and :class:`Claim`, kept together in one
:class:`Extraction`; across articles come :class:`Entity` and :class:`Statement`. A claim is what a text says, a statement is what
the graph holds: the two names keep the stages apart.

All offsets count Python ``str`` indices into ``Article.text``, end exclusive. Records are frozen and turn into JSON and back
(:func:`to_json`, :func:`from_json`) without loss.
"""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec

Kind = Literal["name", "nominal", "pronoun", "value"]
Form = Literal["verb", "copula", "noun", "title", "apposition", "possessive", "compound", "pair"]
Polarity = Literal["Positive", "Negative"]
Certainty = Literal["Certain", "Probable", "Possible"]
Tense = Literal["Past", "Present", "Future"]
Status = Literal["Asserted", "Claimed", "Planned", "Conditional", "Asked"]


class Record(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all records: immutable, compared by value, defaults left out of the JSON."""


class Span(Record, frozen=True, array_like=True):
    """A stretch of an article's text: ``text[start:end]``."""

    start: int
    end: int


class Article(Record, frozen=True):
    """One article as stored. ``text`` is what every offset refers to.

    ``id`` names the article for good and is made from its content, so the same article read twice has one id. ``published`` is an
    ISO 8601 date (``2025-01-13``) or empty when unknown; ``source`` is where it was read from (path or URL), for people only.
    """

    id: str
    text: str
    source: str = ""
    title: str = ""
    published: str = ""
    url: str = ""
    publisher: str = ""
    authors: tuple[str, ...] = ()
    language: str = "en"


class Value(Record, frozen=True):
    """A time, amount or number, read into a typed literal.

    ``datatype`` is a CURIE of the literal's datatype: ``xsd:date``, ``xsd:gYearMonth``, ``xsd:gYear``, ``xsd:dateTime``,
    ``xsd:time``, ``xsd:duration``, ``edtf:EDTF`` (vague or open dates), ``xsd:decimal``, ``xsd:integer``. ``unit`` is an ISO 4217
    currency code for money, ``%`` for percentages, else the unit's or counted noun's name in the singular, or empty.
    """

    kind: Literal["date", "duration", "money", "percent", "quantity", "number"]
    lexical: str
    datatype: str
    unit: str = ""


class Mention(Record, frozen=True):
    """A name, noun phrase, pronoun or value in the text.

    ``start``/``end`` is the compact form (minimal noun phrase: no leading determiner, no trailing clause or prepositional phrase, no
    possessive 's; a name in full); ``full`` the whole noun phrase with determiner and all modifiers; ``head`` the head word.
    ``type`` is the local name of an ontology class (``Person``, ``Organization``, ``Place`` ...; ``Thing`` when unknown).
    ``entity`` is the id of the :class:`LocalEntity` it refers to. ``value`` is set for kind ``value`` only.
    """

    id: int
    start: int
    end: int
    head: Span
    full: Span
    kind: Kind
    type: str = "Thing"
    entity: int = -1
    value: Value | None = None


class LocalEntity(Record, frozen=True):
    """What the mentions of one article that corefer stand for.

    ``label`` is the best form seen (the fullest name, else the compact noun phrase with the complement that says what it is: "ban on
    fishing", "end of the strike"), ``named`` says whether any mention is a name,
    ``aliases`` are the other names. Value mentions have no entity.
    """

    id: int
    label: str
    type: str
    named: bool
    aliases: tuple[str, ...] = ()


class Argument(Record, frozen=True):
    """One argument of a claim's predicate.

    ``role`` is a *deep* role: ``subject`` (the agent, also of a passive with by-phrase), ``object`` (the patient, also the surface
    subject of a passive), ``indirect``, ``complement`` (predicate noun or adjective), ``clause`` (clausal complement), ``time``,
    ``adverb``, ``possessor``, ``modifier`` (a noun used as premodifier), or a preposition (``for``, ``according to``).
    ``start``/``end`` is the full wording without the preposition. ``mention`` is the id of the mention at its head, or None for a
    bare wording; ``claim`` the id of the claim that a clausal argument makes.
    """

    role: str
    start: int
    end: int
    mention: int | None = None
    claim: int | None = None


class Claim(Record, frozen=True):
    """What the text says once: a predicate with its arguments, who says so, and how sure.

    ``form`` tells the construction it was read from, ``lemma`` the predicate's dictionary form with particle (``sue``, ``carry
    out``, ``dismissal``, ``armorer``), ``phrase`` its wording (``has filed``), ``predicate`` the stretch it stands in. ``evidence``
    is the clause or noun phrase read, ``sentence`` the sentence around it. ``speaker`` is the mention of the party that says it (not
    the article's own voice), ``source`` that of a newspaper or agency it is reported from, ``cue`` the reporting words.
    ``property`` is the IRI of an ontology property if the extractor itself decided it, else empty: ``kg.ground`` decides.
    """

    id: int
    form: Form
    lemma: str
    phrase: str
    predicate: Span
    arguments: tuple[Argument, ...]
    evidence: Span
    sentence: Span
    passive: bool = False
    polarity: Polarity = "Positive"
    certainty: Certainty = "Certain"
    tense: Tense = "Present"
    status: Status = "Asserted"
    speaker: int | None = None
    source: int | None = None
    cue: Span | None = None
    confidence: float = 1.0
    extractor: str = ""
    property: str = ""


class Problem(Record, frozen=True):
    """Something that went wrong while one article was read, and where; the rest of the article is kept."""

    stage: str
    message: str
    span: Span | None = None


class Extraction(Record, frozen=True):
    """All that was read from one article: the source of truth the graph is rebuilt from."""

    article: Article
    mentions: tuple[Mention, ...] = ()
    entities: tuple[LocalEntity, ...] = ()
    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()


class RdfLiteral(Record, frozen=True):
    """An RDF literal: lexical form and datatype CURIE (``xsd:string`` by default)."""

    lexical: str
    datatype: str = "xsd:string"


class Entity(Record, frozen=True):
    """One person, organisation, place, work, event or thing of the graph.

    ``iri`` is absolute; ``types`` are local names of ontology classes, most specific first; ``members`` are the
    ``(article id, local entity id)`` pairs judged to be this entity; ``reasons`` say why they were joined.
    """

    iri: str
    label: str
    types: tuple[str, ...]
    named: bool
    aliases: tuple[str, ...] = ()
    members: tuple[tuple[str, int], ...] = ()
    reasons: tuple[str, ...] = ()


class Link(Record, frozen=True):
    """An entity is the same as something that an authority knows.

    ``entity`` is the entity's IRI, or in the file of links an appearance (``name@article id``); ``target`` the authority's IRI;
    ``relation`` a CURIE: ``owl:sameAs``, ``skos:exactMatch``, ``skos:closeMatch``, or ``different`` for the user's no. ``score`` runs
    from 0 to 1; ``source`` is the authority's name or ``user``.
    """

    entity: str
    target: str
    relation: str
    score: float = 1.0
    reasons: tuple[str, ...] = ()
    source: str = "user"


class Statement(Record, frozen=True):
    """What the graph holds of one article: subject, property, object, with its circumstances and evidence.

    ``subject``, ``property``, ``speaker`` and ``source`` are absolute IRIs (the latter two may be empty); ``object`` an absolute IRI
    or a literal. ``label`` is the wording's dictionary form for open properties (``take to``). ``qualifiers`` are further
    ``(property IRI, IRI or literal)`` pairs (place, amount, charge, instrument ...). ``evidence`` are the stretches of the article it
    was read from. ``wording`` is the predicate as written. ``id`` is a hash over all that makes it up.
    """

    id: str
    article: str
    subject: str
    property: str
    object: str | RdfLiteral
    label: str
    wording: str
    evidence: tuple[Span, ...]
    polarity: Polarity = "Positive"
    certainty: Certainty = "Certain"
    tense: Tense = "Present"
    status: Status = "Asserted"
    speaker: str = ""
    source: str = ""
    cue: str = ""
    when: RdfLiteral | None = None
    when_text: str = ""
    qualifiers: tuple[tuple[str, str | RdfLiteral], ...] = ()
    confidence: float = 1.0
    extractor: str = ""


class Grounded(Record, frozen=True):
    """What the graph holds of one article, its entities without their members in other articles; ``unsure`` statements are left out."""

    article: Article
    entities: tuple[Entity, ...] = ()
    statements: tuple[Statement, ...] = ()
    unsure: int = 0


R = TypeVar("R", bound=Record)


def to_json(record: Record) -> bytes:
    """Return the record as one line of UTF-8 JSON without the newline; equal records give equal bytes."""
    return msgspec.json.encode(record)


def from_json(data: bytes | str, kind: type[R]) -> R:
    """Return the record of type `kind` that `data` holds.

    Raises ``msgspec.DecodeError`` (bad JSON) or ``msgspec.ValidationError`` (wrong shape; the message names the field).
    """
    return msgspec.json.decode(data, type=kind)
