"""Step 6: statements -> RDF quads, the store that holds them, and what is taken out of it.

One named graph per article holds all that the article says (:func:`quads`); the ontology has a graph of its own. The store is
Oxigraph, on disk, written once (:func:`write_store`) and then only read (:func:`open_store`).
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import importlib
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import unquote

import pyoxigraph as ox

from kg import query as queries
from kg.errors import FolderError, OntologyError
from kg.exchange import export as exports
from kg.exchange import frames
from kg.facts.agree import Dispute, Fact
from kg.facts.asof import as_of, given_day
from kg.facts.events import Happening
from kg.facts.validity import ENDLESS, Days, days, overlap, period
from kg.iris import BASE, INFERRED_GRAPH, KG, ONTOLOGY_GRAPH, OPEN, PREFIXES, article_iri, derived_iri, digest, prefixes, valid_iri
from kg.ontology import bundled
from kg.query.search import Hit, Index, Kind
from kg.records import Article, Entity, Extraction, Link, LocalEntity, RdfLiteral, Span, Statement

if TYPE_CHECKING:
    import networkx as nx
    import rdflib

Subject = ox.NamedNode
Object = ox.NamedNode | ox.Literal


def _names(prefix: str) -> dict[str, ox.NamedNode]:
    """Return a cache of the terms of one vocabulary, filled as they are asked for."""
    class Terms(dict[str, ox.NamedNode]):
        def __missing__(self, name: str) -> ox.NamedNode:
            self[name] = ox.NamedNode(PREFIXES[prefix] + name)
            return self[name]

    return Terms()


_KG, _RDF, _RDFS, _XSD, _SKOS = _names("kg"), _names("rdf"), _names("rdfs"), _names("xsd"), _names("skos")
_SCHEMA, _PROV, _NIF, _EDTF = _names("schema"), _names("prov"), _names("nif"), _names("edtf")
_DCTERMS = _names("dcterms")
TYPE, LABEL = _RDF["type"], _RDFS["label"]
_UNION = ox.DefaultGraph()
#: at most so many nodes are found by ``kg:search`` in a query
SEARCHED = 1000
#: so many quads are loaded into the store at once
_PIECE = 250_000
_INFERRED = ox.NamedNode(INFERRED_GRAPH)
_SURROGATE = re.compile("[\ud800-\udfff]")
_DATATYPES = {"xsd": _XSD, "edtf": _EDTF}


def is_plain(statement: Statement) -> bool:
    """Tell whether the article itself asserts `statement` for certain, so that it stands as a plain triple."""
    return (statement.status, statement.polarity, statement.certainty) == ("Asserted", "Positive", "Certain") \
        and statement.tense != "Future"


def quads(extraction: Extraction, entities: Iterable[Entity], statements: Iterable[Statement],
          base: str = BASE, states: Collection[str] = ()) -> Iterator[ox.Quad]:
    """Return what the graph of one article holds, each quad once, in a fixed order.

    `entities` and `statements` may be those of all articles: what has no part in this article is passed over, and
    so are things without a name that no statement speaks of. `states` are the properties that hold over a time.
    """
    article = extraction.article
    graph = ox.NamedNode(article_iri(base, article.id))
    return iter(dict.fromkeys(ox.Quad(*triple, graph) for triple in _triples(extraction, entities, statements, base, graph, states)))


Triple = tuple[Subject, ox.NamedNode, Object]


def _triples(extraction: Extraction, entities: Iterable[Entity], statements: Iterable[Statement], base: str,
             graph: ox.NamedNode, states: Collection[str]) -> Iterator[Triple]:
    article = extraction.article
    mine = sorted((s for s in statements if s.article == article.id), key=lambda s: (_places(s), s.id))
    yield from _article(article, graph)
    yield from _provenance(graph, article, base, mine)
    spoken_of = {iri for statement in mine for iri in iris_of(statement)}
    locals_ = {local.id: local for local in extraction.entities}
    mentions = Counter(mention.entity for mention in extraction.mentions)
    for entity in sorted(entities, key=lambda e: e.iri):
        ids = sorted({local for key, local in entity.members if key == article.id})
        if ids and (entity.named or entity.iri in spoken_of):
            yield from _entity(entity, [locals_[i] for i in ids if i in locals_], sum(mentions[i] for i in ids))
    for statement in mine:
        yield from _statement(statement, graph, base)
        for name, bound in zip(("from", "until"), period(statement, article, states), strict=True):
            if bound is not None:
                yield _node(f"{base}statement/{statement.id}"), _KG[name], _value(bound)
    for start, end in sorted({place for statement in mine for place in _places(statement)}):
        yield from _evidence(start, end, article, graph)


def iris_of(statement: Statement) -> Iterator[str]:
    """Yield all IRIs that a statement speaks of."""
    yield from (statement.subject, statement.speaker, statement.source)
    yield from (value for value in (statement.object, *(value for _, value in statement.qualifiers)) if isinstance(value, str))


def _places(statement: Statement) -> list[tuple[int, int]]:
    return sorted({(span.start, span.end) for span in statement.evidence})


def _text(text: str) -> ox.Literal:
    """Return a string literal; a lone surrogate, which no encoding can hold, becomes one U+FFFD, so that offsets stay."""
    return ox.Literal(text if text.isascii() else _SURROGATE.sub("\ufffd", text))


@functools.lru_cache(maxsize=1 << 14)
def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(valid_iri(iri))


def _url(text: str) -> Object:
    """Return a web address as an IRI, or as text when it is none."""
    try:
        return _node(text) if re.match(r"https?://[^/\s]", text) else _text(text)
    except ValueError:
        return _text(text)


def _integer(number: int) -> ox.Literal:
    """Return a number; plain xsd:integer also for offsets, as Oxigraph keeps every derived integer type as that one."""
    return ox.Literal(str(number), datatype=_XSD["integer"])


@functools.lru_cache(maxsize=1 << 14)
def stored(literal: ox.Literal) -> ox.Literal:
    """Return a literal as the store gives it back: Oxigraph keeps some types by value ("P18M" as "P1Y6M", "1.00" as "1")."""
    store = ox.Store()
    store.add(ox.Quad(TYPE, TYPE, literal))
    kept = next(iter(store)).object
    assert isinstance(kept, ox.Literal)
    return kept


def _value(value: str | RdfLiteral) -> Object:
    """Return an IRI or a literal as a term; a datatype is a CURIE of xsd or edtf, or an absolute IRI."""
    if isinstance(value, str):
        return _node(value)
    prefix, _, name = value.datatype.partition(":")
    if prefix == "xsd" and name == "string":
        return _text(value.lexical)
    datatype = _DATATYPES[prefix][name] if prefix in _DATATYPES else _node(value.datatype)
    return stored(ox.Literal(_text(value.lexical).value, datatype=datatype))


def _article(article: Article, graph: ox.NamedNode) -> Iterator[Triple]:
    """The article's description, and its text as the NIF context that evidence is cut from."""
    yield graph, TYPE, _SCHEMA["NewsArticle"]
    yield graph, LABEL, _text(article.title or article.id)
    if article.title:
        yield graph, _SCHEMA["headline"], _text(article.title)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", article.published):
        yield graph, _SCHEMA["datePublished"], stored(ox.Literal(article.published, datatype=_XSD["date"]))
    elif article.published:
        yield graph, _SCHEMA["datePublished"], _text(article.published)
    for author in article.authors:
        yield graph, _SCHEMA["author"], _text(author)
    if article.publisher:
        yield graph, _SCHEMA["publisher"], _text(article.publisher)
    if article.url:
        yield graph, _SCHEMA["url"], _url(article.url)
    if article.language:
        yield graph, _SCHEMA["inLanguage"], _text(article.language)
    sha = hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()
    yield graph, _SCHEMA["sha256"], ox.Literal(sha)
    context = _context(graph, article)
    yield context, TYPE, _NIF["Context"]
    yield context, TYPE, _NIF["RFC5147String"]
    yield context, _NIF["sourceUrl"], graph
    yield context, _NIF["beginIndex"], _integer(0)
    yield context, _NIF["endIndex"], _integer(len(article.text))
    yield context, _NIF["isString"], _text(article.text)


def _span(graph: ox.NamedNode, start: int, end: int) -> ox.NamedNode:
    return ox.NamedNode(f"{graph.value}#char={start},{end}")


def _context(graph: ox.NamedNode, article: Article) -> ox.NamedNode:
    return _span(graph, 0, len(article.text))


def _provenance(graph: ox.NamedNode, article: Article, base: str, statements: Sequence[Statement]) -> Iterator[Triple]:
    """The reading of the article as a PROV activity of the program and its extractors; no clock, so that builds are equal.

    It used the article's text and generated the named graph: said once, not of each statement in it.
    """
    activity = ox.NamedNode(f"{graph.value}#reading")
    release = version("newskg")
    program = ox.NamedNode(f"{base}agent/newskg-{valid_iri(release)}")
    yield graph, _PROV["wasGeneratedBy"], activity
    yield activity, TYPE, _PROV["Activity"]
    yield activity, _PROV["used"], _context(graph, article)
    yield activity, _PROV["wasAssociatedWith"], program
    yield program, TYPE, _PROV["SoftwareAgent"]
    yield program, LABEL, _text(f"newskg {release}")
    for name in sorted({s.extractor for s in statements if s.extractor}):
        agent = _extractor(base, name)
        yield activity, _PROV["wasAssociatedWith"], agent
        yield agent, TYPE, _PROV["SoftwareAgent"]
        yield agent, LABEL, _text(name)
        yield agent, _PROV["actedOnBehalfOf"], program


def _extractor(base: str, name: str) -> ox.NamedNode:
    return _node(f"{base}agent/{name}")


def _entity(entity: Entity, parts: Sequence[LocalEntity], mentions: int) -> Iterator[Triple]:
    """The entity as this article knows it: only the names that the article uses, so that taking it back takes them back."""
    node = _node(entity.iri)
    for name in entity.types:
        yield node, TYPE, _node(name if ":" in name else KG + name)
    yield node, LABEL, _text(entity.label)
    if entity.named:
        yield node, _SCHEMA["name"], _text(entity.label)
    for alias in sorted({alias for local in parts for alias in (local.label, *local.aliases)} - {entity.label}):
        yield node, _SKOS["altLabel"], _text(alias)
    yield node, _KG["mentionCount"], _integer(mentions)


def _statement(statement: Statement, graph: ox.NamedNode, base: str) -> Iterator[Triple]:
    subject, predicate, value = _node(statement.subject), _node(statement.property), _value(statement.object)
    if is_plain(statement):
        yield subject, predicate, value
    if statement.property.startswith(OPEN):
        yield predicate, TYPE, _RDF["Property"]
        yield predicate, LABEL, _text(statement.label)
    node = _node(f"{base}statement/{statement.id}")
    yield node, TYPE, _KG["Statement"]
    yield node, TYPE, _RDF["Statement"]
    yield node, _RDF["subject"], subject
    yield node, _RDF["predicate"], predicate
    yield node, _RDF["object"], value
    for name, part in (("polarity", statement.polarity), ("certainty", statement.certainty), ("tense", statement.tense),
                       ("status", statement.status)):
        yield node, _KG[name], _KG[part]
    for name, iri in (("speaker", statement.speaker), ("source", statement.source)):
        if iri:
            yield node, _KG[name], _node(iri)
    for name, words in (("cue", statement.cue), ("wording", statement.wording), ("whenText", statement.when_text)):
        if words:
            yield node, _KG[name], _text(words)
    if statement.when is not None:
        yield node, _KG["when"], _value(statement.when)
    for name, qualifier in statement.qualifiers:
        if name.startswith(OPEN):
            yield _node(name), TYPE, _RDF["Property"]
            yield _node(name), LABEL, _text(unquote(name.removeprefix(OPEN)).replace("-", " "))
        yield node, _node(name), _value(qualifier)
    yield node, _KG["confidence"], stored(ox.Literal(f"{statement.confidence:.2f}", datatype=_XSD["decimal"]))
    if statement.extractor:
        yield node, _KG["extractor"], _extractor(base, statement.extractor)
    for start, end in _places(statement):
        yield node, _PROV["wasDerivedFrom"], _span(graph, start, end)


def link_quads(links: Iterable[Link], places: Mapping[str, tuple[str, str, str]], merged: Iterable[Entity],
               base: str = BASE) -> Iterator[ox.Quad]:
    """Yield the graph of links, ``{base}links``: each link with score, reasons and authority, and why names were judged to be one.

    `places` gives latitude, longitude (decimal degrees, may be empty) and ISO 3166 code by IRI of what is linked to; `merged` are the
    entities of several articles.
    """
    graph = ox.NamedNode(f"{base}links")
    links = list(links)
    for name in sorted({link.relation for link in links}):
        label = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.partition(":")[2]).lower()  # "same as", "exact match"
        yield ox.Quad(ox.NamedNode(_curie(name)), LABEL, _text(label), graph)
    for link in links:
        entity, relation, target = _node(link.entity), ox.NamedNode(_curie(link.relation)), _node(link.target)
        yield ox.Quad(entity, relation, target, graph)
        for name, text in zip(("latitude", "longitude", "addressCountry"), places.get(link.target, ()), strict=False):
            if text:
                value = _text(text) if name == "addressCountry" else stored(ox.Literal(text, datatype=_XSD["decimal"]))
                yield ox.Quad(entity, _SCHEMA[name], value, graph)
        node = ox.NamedNode(f"{graph.value}#{digest(link.entity, link.target)}")
        yield ox.Quad(node, TYPE, _KG["Link"], graph)
        yield ox.Quad(node, _RDF["subject"], entity, graph)
        yield ox.Quad(node, _RDF["predicate"], relation, graph)
        yield ox.Quad(node, _RDF["object"], target, graph)
        yield ox.Quad(node, _KG["confidence"], stored(ox.Literal(f"{link.score:.2f}", datatype=_XSD["decimal"])), graph)
        yield ox.Quad(node, _DCTERMS["source"], _text(link.source), graph)
        for reason in link.reasons:
            yield ox.Quad(node, _RDFS["comment"], _text(reason), graph)
    for one in merged:
        if one.named and len(one.members) > 1 and one.reasons:
            node = ox.NamedNode(f"{graph.value}#{digest(one.iri)}")
            yield ox.Quad(node, TYPE, _KG["Merge"], graph)
            yield ox.Quad(node, _RDF["subject"], _node(one.iri), graph)
            for reason in one.reasons:
                yield ox.Quad(node, _RDFS["comment"], _text(reason), graph)


def _curie(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def plain_triples(quads: Iterable[ox.Quad], statements: Iterable[Statement], base: str) -> dict[ox.Triple, list[ox.NamedNode]]:
    """Return what inference starts from: the plain triples with the nodes of their statements, and the classes of entities with none.

    `quads` are an article's graph, `statements` those in it.
    """
    found: dict[ox.Triple, list[ox.NamedNode]] = {}
    for quad in quads:
        if quad.predicate == TYPE and isinstance(quad.subject, Subject) and quad.subject.value.startswith(f"{base}entity/"):
            found.setdefault(quad.triple, [])
    for statement in statements:
        if is_plain(statement):
            triple = ox.Triple(_node(statement.subject), _node(statement.property), _value(statement.object))
            found.setdefault(triple, []).append(_node(f"{base}statement/{statement.id}"))
    return found


def _evidence(start: int, end: int, article: Article, graph: ox.NamedNode) -> Iterator[Triple]:
    """A stretch of the article's text, which statements may share."""
    evidence = _span(graph, start, end)
    yield evidence, _NIF["beginIndex"], _integer(start)
    yield evidence, _NIF["endIndex"], _integer(end)
    yield evidence, _NIF["anchorOf"], _text(article.text[start:end])
    yield evidence, _NIF["referenceContext"], _context(graph, article)


def derived_quads(facts: Iterable[Fact], disputes: Iterable[Dispute], copies: Mapping[str, str], base: str = BASE,
                  events: Iterable[Happening] = ()) -> Iterator[ox.Quad]:
    """Yield the named graph of what is derived from all articles together: facts, disputes, copies (article -> the first), events."""
    graph = ox.NamedNode(derived_iri(base))
    for article, first in sorted(copies.items()):
        yield ox.Quad(ox.NamedNode(article_iri(base, article)), _KG["nearDuplicateOf"], ox.NamedNode(article_iri(base, first)), graph)
    for fact in facts:
        node = _node(fact.iri)
        yield ox.Quad(node, TYPE, _KG["Fact"], graph)
        yield ox.Quad(node, _KG["support"], _integer(fact.support), graph)
        yield ox.Quad(node, _KG["articleCount"], _integer(fact.articles), graph)
        for id in fact.statements:
            yield ox.Quad(node, _PROV["hadMember"], _node(f"{base}statement/{id}"), graph)
    for dispute in disputes:
        node = _node(dispute.iri)
        yield ox.Quad(node, TYPE, _KG["Dispute"], graph)
        yield ox.Quad(node, _RDFS["comment"], _text(dispute.reason), graph)
        for id in dispute.statements:
            statement = _node(f"{base}statement/{id}")
            yield ox.Quad(node, _PROV["hadMember"], statement, graph)
            yield ox.Quad(statement, _KG["disputedIn"], node, graph)
    for event in events:
        yield from (ox.Quad(_node(event.iri), predicate, value, graph) for predicate, value in dict.fromkeys(_event(event, base)))


def _event(event: Happening, base: str) -> Iterator[tuple[ox.NamedNode, Object]]:
    """What is gathered of an event that several mentions tell of."""
    yield TYPE, _KG["Event"]
    yield TYPE, _node(event.type if ":" in event.type else KG + event.type)
    yield LABEL, _text(event.label)
    for name, iris in (("agent", event.agents), ("patient", event.patients),
                       ("participant", event.participants), ("place", event.places), ("namedBy", event.entities)):
        yield from ((_KG[name], _node(iri)) for iri in iris)
    yield from ((_KG["when"], _value(value)) for value in event.when)
    yield from ((_KG["toldIn"], ox.NamedNode(article_iri(base, article))) for article in event.articles)
    yield from ((_PROV["hadMember"], _node(f"{base}statement/{id}")) for id in event.statements)
    yield from ((_RDFS["comment"], _text(reason)) for reason in event.reasons)


def ontology_quads(paths: Iterable[Path]) -> Iterator[ox.Quad]:
    """Yield the ontology files (Turtle, or as the ending says) as one named graph, sorted, each triple once.

    Blank nodes are numbered as they come in the files, so that equal files give equal names. Raises OntologyError with file, line and
    what was expected.
    """
    graph = ox.NamedNode(ONTOLOGY_GRAPH)
    numbers: dict[ox.BlankNode, ox.BlankNode] = {}

    def number(blank: ox.BlankNode) -> ox.BlankNode:
        return numbers.setdefault(blank, ox.BlankNode(f"b{len(numbers)}"))

    found: set[ox.Quad] = set()
    for path in paths:
        try:
            for quad in ox.parse(path=str(path)):
                subject, value = quad.subject, quad.object
                if isinstance(subject, ox.BlankNode):
                    subject = number(subject)
                if isinstance(value, ox.BlankNode):
                    value = number(value)
                elif isinstance(value, ox.Literal) and value.datatype != _XSD["string"]:
                    value = stored(value)
                found.add(ox.Quad(subject, quad.predicate, value, graph))
        except (SyntaxError, ValueError, OSError) as error:
            raise OntologyError(f"{path} can't be read: {' '.join(str(error).split())}; mend the file") from error
    yield from sorted(found, key=str)


def imported_quads(path: Path | None) -> Iterator[list[ox.Quad]]:
    """Yield the quads of each named graph of a sorted N-Quads file of users' own RDF; nothing without a file."""
    by_graph: dict[str, list[ox.Quad]] = {}
    for quad in ox.parse(path=str(path)) if path else ():
        by_graph.setdefault(str(quad.graph_name), []).append(quad)
    yield from by_graph.values()


def write_store(path: Path, content: Iterable[ox.Quad]) -> None:
    """Write a new Oxigraph store to the folder `path`, which must not exist or be empty.

    Raises FolderError if another process holds it, or it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        store = ox.Store(str(path))
        quads = queries.with_union(content)
        for first in quads:  # a piece at a time: Oxigraph holds some 3 KB for each quad of what it loads at once
            store.bulk_extend(itertools.chain([first], itertools.islice(quads, _PIECE)))
        store.flush()
        store.optimize()
    except OSError as error:
        raise FolderError(_store_problem(path, error)) from error


def open_store(path: Path) -> ox.Store:
    """Open the store at `path` for reading; many processes may. Raises FolderError if there is none, or it is damaged."""
    if not (path / "CURRENT").is_file():
        raise FolderError(f"{path} holds no graph; make one with: kg build ARTICLES -o {path.parent}")
    try:
        return ox.Store.read_only(str(path))
    except OSError as error:
        raise FolderError(_store_problem(path, error)) from error


def _store_problem(path: Path, error: OSError) -> str:
    reason = " ".join(str(error).split())
    if "lock" in reason.lower():
        return f"{path} is in use by another process; wait until it has ended, then try again"
    if "No space left" in reason:
        return f"{path}: the disk is full; make room, then try again"
    return f"{path} can't be used as a store ({reason}); delete it and build the graph again"


@dataclass(frozen=True)
class Node:
    """An entity of the graph: its names, the local names of its classes, and how often it is mentioned."""

    iri: str
    label: str
    types: tuple[str, ...]
    named: bool
    aliases: tuple[str, ...]
    mentions: int
    articles: tuple[str, ...]


@dataclass(frozen=True)
class Quote:
    """A stretch of the article that a statement was read from."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Said:
    """A statement as the graph holds it, with the names of all it speaks of.

    ``subject``, ``property``, ``object`` and so on are IRIs (or the literal's text), the fields ending in ``_label`` what to
    show. ``article`` is the article's IRI, ``qualifiers`` are (label, text) pairs; ``plain``: it is a plain triple too. ``since`` and
    ``until`` bound when it holds; ``fact`` is the IRI of what it says alike with other articles (or empty), ``support`` how many
    independent voices say that, ``disputed`` the IRIs of the disputes that it is part of.
    """

    iri: str
    article: str
    article_title: str
    subject: str
    subject_label: str
    property: str
    property_label: str
    object: str
    object_label: str
    status: str
    polarity: str
    certainty: str
    tense: str
    speaker: str
    speaker_label: str
    source: str
    source_label: str
    cue: str
    wording: str
    when: str
    when_text: str
    qualifiers: tuple[tuple[str, str], ...]
    confidence: float
    quotes: tuple[Quote, ...]
    plain: bool
    since: str = ""
    until: str = ""
    fact: str = ""
    support: int = 1
    disputed: tuple[str, ...] = ()

    @builtins.property
    def quote(self) -> str:
        """Return all quotes in one line of text."""
        return " … ".join(quote.text for quote in self.quotes)

    def sentence(self) -> str:
        """Return the statement in words: ``Ana Ruiz: NOT city council – paid – Delta Works (claimed; on Monday)``."""
        notes = [note for note, default in ((self.status, "Asserted"), (self.certainty, "Certain")) if note and note != default]
        notes += ["future"] if self.tense == "Future" else []
        notes += [self.times()] if self.times() else []
        notes += [f"{name}: {value}" for name, value in self.qualifiers]
        said = f"{self.subject_label} – {self.property_label} – {self.object_label}"
        return (f"{self.speaker_label}: " if self.speaker else "") + ("NOT " if self.polarity == "Negative" else "") + said \
            + (f" ({'; '.join(note[:1].lower() + note[1:] for note in notes)})" if notes else "")

    def times(self) -> str:
        """Return when it was or held, in words: ``last summer``, ``since May; from 2024-05``."""
        bounds = [f"{word} {bound.removeprefix('../')}" for word, bound in (("from", self.since), ("until", self.until)) if bound]
        return "; ".join([text for text in [self.when_text or self.when] if text] + bounds)

    def dates(self) -> str:
        """Return its dates, sortable: ``2024-05-03``, ``2010 – 2014``, ``2021-05 –``."""
        if self.since or self.until:
            return f"{self.since} – {self.until.removeprefix('../')}".strip()
        return self.when.replace("/", " – ").replace("..", "").strip()

    def span(self) -> Days | None:
        """Return the first and the last day of when it was or held; None if the article tells neither."""
        when, since, until = (days(text) if text else None for text in (self.when, self.since, self.until))
        if since or until:
            return (since or (0, 0))[0] or (when or (0, 0))[0], (until or (0, ENDLESS))[1]
        return when

    def as_dict(self) -> dict[str, Any]:
        """Return the statement as plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Disagreement:
    """Statements that can't all be true, and why not."""

    iri: str
    reason: str
    statements: tuple[Said, ...]


@dataclass(frozen=True)
class Occurrence:
    """An event that several mentions tell of: ``roles`` are (role; names), ``reasons`` why the mentions are one."""

    iri: str
    label: str
    type: str
    roles: tuple[tuple[str, tuple[str, ...]], ...]
    when: tuple[str, ...]
    articles: tuple[str, ...]
    reasons: tuple[str, ...]
    statements: tuple[Said, ...]


@dataclass(frozen=True)
class Inferred:
    """A triple that follows from what was read: its parts (IRIs or a literal's text) with names, the rule, the property or class whose
    description lets it follow, and the IRIs of the statements and inferences that it follows from."""

    iri: str
    subject: str
    subject_label: str
    property: str
    property_label: str
    object: str
    object_label: str
    rule: str
    axiom: str
    premises: tuple[str, ...]


@dataclass(frozen=True)
class Violation:
    """One thing that does not conform to the shapes."""

    article: str
    node: str
    path: str
    value: str
    message: str
    severity: str


def open_graph(folder: str | Path) -> Graph:
    """Open the graph folder `folder` for reading. Raises FolderError if it holds no graph, or a damaged one."""
    return Graph(Path(folder))


class Graph:
    """A graph folder opened for reading; use it in a ``with`` block.

    >>> with open_graph("graph") as graph:  # doctest: +SKIP
    ...     print([entity.label for entity in graph.entities()])
    """

    def __init__(self, folder: Path, store: ox.Store | None = None) -> None:
        self.folder = folder
        self._store: ox.Store | None = store or open_store(folder / "store")
        graphs = sorted(node.value for node in self._store.named_graphs() if "article/" in node.value)
        self.base = graphs[0].rpartition("article/")[0] if graphs else BASE
        self._names = queries.Names(self._store, self.base)
        self._statement = f"{self.base}statement/"
        self._rdflib: rdflib.Dataset | None = None
        self._index: Index | None = None

    @property
    def store(self) -> ox.Store:
        """Return the Oxigraph store. Raises FolderError once the graph is closed."""
        if self._store is None:
            raise FolderError(f"{self.folder} has been closed; open it again with kg.open")
        return self._store

    def close(self) -> None:
        """Let go of the store; asking a closed graph raises FolderError."""
        if self._index is not None:
            self._index.close()
        self._store = self._rdflib = self._index = None

    def __enter__(self) -> Graph:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def rdflib(self) -> rdflib.Dataset:
        """Return the graph as an rdflib Dataset over the same store (read-only); its default graph is the union of all."""
        if self._rdflib is None:
            import oxrdflib
            import rdflib

            self._rdflib = rdflib.Dataset(store=oxrdflib.OxigraphStore(store=self.store), default_union=not queries.has_union(self.store))
            for prefix, iri in prefixes(self.base).items():
                self._rdflib.bind(prefix, iri, replace=True)
        return self._rdflib

    def query(self, query: str, *, limit: int | None = None, timeout: float | None = None,
              **parameters: str) -> queries.Answer | bool:
        """Return the answer to SPARQL, a ``.rq`` file or a stored query; see :func:`kg.query.ask`."""
        return queries.ask(self.store, query, base=self.base, limit=limit, timeout=timeout, search=self._found, **parameters)

    def explain(self, query: str, *, timeout: float | None = None, **parameters: str) -> queries.Explained:
        """Return what :meth:`query` asks, prefixes and parameters filled in, with rows and seconds; see :func:`kg.query.explain`."""
        return queries.explain(self.store, query, base=self.base, timeout=timeout, search=self._found, **parameters)

    def results(self, query: str, *, default_graphs: Sequence[Subject] | None = None,
                named_graphs: Sequence[Subject] | None = None) -> queries.Results:
        """Return Oxigraph's own results of SPARQL text, to be serialised; see :func:`kg.query.results`."""
        return queries.results(self.store, query, base=self.base, search=self._found, default_graphs=default_graphs,
                               named_graphs=named_graphs)

    def _found(self, words: str) -> Iterator[str]:
        return (hit.iri for hit in self.search(words, limit=SEARCHED))

    def search(self, words: str, *, kind: Kind | None = None, limit: int = 50) -> list[Hit]:
        """Return the entities, quotes and articles that hold all `words`, best first (:mod:`kg.query.search`); `kind` keeps one of the three.

        Raises QueryError if `words` holds no word.
        """
        if self._index is None:
            state = hashlib.sha256((self.folder / "build.json").read_bytes()).hexdigest() if (self.folder / "build.json").is_file() else ""
            self._index = Index(self.store, self.folder / "search.db" if state else None, state)
        return self._index.search(words, kind=kind, limit=limit)

    def as_of(self, day: str) -> Graph:
        """Return the graph with only what held on `day` (``2024-07-01``, ``2024-07``, ``2024``), held in memory (:mod:`kg.facts.asof`)."""
        return Graph(self.folder, as_of(self.store, self.base, day))

    def timeline(self, entity: str, since: str = "", until: str = "") -> list[Said]:
        """Return the dated statements that `entity` (a name or IRI) takes part in, by their days; of some time in `since` to `until` only.

        Raises QueryError if `since` or `until` is no day, month or year.
        """
        first, last = (given_day(since)[0] if since else 0), (given_day(until)[1] if until else ENDLESS)
        dated = [(span, one) for one in self.statements(entity=entity) if (span := one.span())]
        dated.sort(key=lambda pair: (pair[0][0] or pair[0][1], pair[0], pair[1].fact or pair[1].iri, pair[1].iri))
        return [one for span, one in dated if overlap(span, (first, last))]

    def export(self, format: str, output: Path | str | BinaryIO, *, slim: bool = False, inferred: bool = False,
               rdf12: bool = False, describe: bool = False) -> None:
        """Write the graph as turtle, trig, ntriples, nquads, jsonld or rdfxml; `slim`: plain triples, types and labels only.

        `rdf12` (turtle, trig, ntriples, nquads): statements as RDF 1.2 triple terms; `describe`: also ``void.ttl`` beside `output`.
        `inferred`: formats without named graphs too hold what was inferred; the others have it in a graph of its own.
        Raises FolderError if there is no such format or the path `output` can't be written, KgError for a property that RDF/XML can't hold.
        """
        if format not in exports.FORMATS:
            raise FolderError(f"unknown format {format}; take one of {', '.join(exports.FORMATS)}")
        if rdf12 and format not in exports.RDF12:
            raise FolderError(f"{format} can't hold RDF 1.2 statements; take one of {', '.join(exports.RDF12)}")
        if describe and not isinstance(output, (str, Path)):
            raise FolderError("a description stands beside a file: name the output with -o")
        kind = cast(exports.Format, format)
        if isinstance(output, (str, Path)):
            try:
                with open(output, "wb") as file:
                    exports.export(self.store, kind, file, slim=slim, inferred=inferred, rdf12=rdf12, base=self.base)
                if describe:
                    files = {Path(output).name: (exports.FORMATS[format].media_type, Path(output).stat().st_size)}
                    Path(output).with_name("void.ttl").write_bytes(exports.describe(self.store, self.base, files))
            except OSError as error:
                raise FolderError(f"{output} can't be written ({error.strerror or error}); choose another place with -o") from error
        else:
            exports.export(self.store, kind, output, slim=slim, inferred=inferred, rdf12=rdf12, base=self.base)

    def view(self, *, entity: str = "", hops: int = 1, query: str = "", height: int = 640) -> Any:
        """Return the page, which Jupyter shows inline: of everything, around `entity`, or of what `query` gives (:func:`kg.page.pages.view`)."""
        pages = importlib.import_module("kg.page.pages")  # stands above this module: it knows the whole pipeline
        return pages.view(self.folder, entity=entity, hops=hops, query=query, height=height)

    def pandas(self) -> frames.PandasFrames:
        """Return ``(entities, statements)`` as pandas frames (:mod:`kg.exchange.frames`); needs ``newskg[frames]``."""
        return frames.pandas_frames(frames.entity_columns(self.entities()), frames.statement_columns(self.statements()))

    def polars(self) -> frames.PolarsFrames:
        """Return ``(entities, statements)`` as polars frames (:mod:`kg.exchange.frames`); needs ``newskg[frames]``."""
        return frames.polars_frames(frames.entity_columns(self.entities()), frames.statement_columns(self.statements()))

    def networkx(self) -> nx.MultiDiGraph[str]:
        """Return entities as nodes and the statements between two of them as edges, keyed by IRI and id (:func:`kg.exchange.networks.network`)."""
        pages = importlib.import_module("kg.page.pages")  # stands above this module: it knows the whole pipeline
        return cast("nx.MultiDiGraph[str]", pages.network_of(self))

    def articles(self) -> list[str]:
        """Return the IRIs of the articles, in order."""
        return sorted(quad.subject.value for quad in self._all(None, TYPE, _SCHEMA["NewsArticle"])
                      if isinstance(quad.subject, Subject))

    def title(self, article: str) -> str:
        """Return the headline of the article with the IRI `article`, or its IRI if it has none."""
        return self._title(ox.NamedNode(article)) or article

    def entities(self) -> Iterator[Node]:
        """Yield all entities by IRI."""
        iris = {quad.subject.value for quad in self._all(None, _KG["mentionCount"], None) if isinstance(quad.subject, Subject)}
        return (self.entity(iri) for iri in sorted(iris))

    def find(self, name: str) -> list[Node]:
        """Return the entities called `name` (label, other name or IRI); near names if none is."""
        return [self.entity(node.value) for node in queries.find(self.store, name, (f"{self.base}entity/",))]

    def entity(self, iri: str) -> Node:
        """Return the entity with the IRI `iri`; without names if the graph says nothing of it."""
        quads = [quad for quad in self._all(ox.NamedNode(iri), None, None) if quad.graph_name != _INFERRED]
        values: dict[str, set[str]] = {}
        for quad in quads:
            if isinstance(quad.object, (ox.NamedNode, ox.Literal)):
                values.setdefault(quad.predicate.value, set()).add(quad.object.value)
        counts = {quad.graph_name.value: int(quad.object.value) for quad in quads if quad.predicate == _KG["mentionCount"]
                  and isinstance(quad.graph_name, Subject) and isinstance(quad.object, ox.Literal)}
        return Node(iri=iri, label=self._names.of(ox.NamedNode(iri)),
                    types=tuple(sorted(name.removeprefix(KG) for name in values.get(TYPE.value, ()))),
                    named=_SCHEMA["name"].value in values, aliases=tuple(sorted(values.get(_SKOS["altLabel"].value, ()))),
                    mentions=sum(counts.values()), articles=tuple(sorted(counts)))

    def statements(self, entity: str = "", status: str = "", property: str = "", article: str = "", limit: int | None = None,
                   offset: int = 0) -> Iterator[Said]:
        """Yield the statements in the order of articles and text.

        `entity` (a name or IRI) keeps those it is subject, object, speaker or qualifier of; `status` those ``Asserted``,
        ``Claimed``, ``Planned``, ``Conditional`` or ``Asked``; `property` and `article` (IRIs) those of one property or article.
        `limit` and `offset` cut a page of them, by article and IRI, without looking at the rest.
        """
        graph = ox.NamedNode(article) if article else None
        known: set[tuple[object, object]] | None = {
            (quad.graph_name, quad.subject) for node in queries.find(self.store, entity, (f"{self.base}entity/",))
            for quad in self._all(None, None, node, graph)
            if isinstance(quad.subject, Subject) and quad.subject.value.startswith(self._statement)} if entity else None
        for predicate, node in ((_KG["status"], KG + status if status else ""), (_RDF["predicate"], property)):
            if node:
                having: set[tuple[object, object]] = {
                    (quad.graph_name, quad.subject) for quad in self._all(None, predicate, ox.NamedNode(node), graph)}
                known = having if known is None else known & having
        if known is None:
            known = {(quad.graph_name, quad.subject) for quad in self._all(None, TYPE, _KG["Statement"], graph)}
        pairs = [(place, node) for place, node in known if isinstance(place, Subject) and isinstance(node, Subject)
                 and "article/" in place.value]
        if limit is not None:
            pairs = sorted(pairs, key=lambda pair: (pair[0].value, pair[1].value))[offset:offset + limit]
        said = [self._said(node, place) for place, node in pairs]
        yield from sorted(said, key=lambda one: (one.article, [(q.start, q.end) for q in one.quotes], one.iri))

    def disputes(self, entity: str = "") -> Iterator[Disagreement]:
        """Yield what is disputed, by IRI; `entity` (a name or IRI) keeps what it is subject, object, speaker or qualifier of."""
        wanted = {one.iri for one in self.statements(entity=entity)} if entity else set()
        nodes = {quad.subject for quad in self._all(None, TYPE, _KG["Dispute"])}
        for node in sorted((node for node in nodes if isinstance(node, Subject)), key=lambda node: node.value):
            members = [quad.object for quad in self._all(node, _PROV["hadMember"], None) if isinstance(quad.object, Subject)]
            if entity and not wanted & {member.value for member in members}:
                continue
            places = [(quad.subject, quad.graph_name) for member in members for quad in self._all(member, TYPE, _KG["Statement"])]
            said = [self._said(member, place) for member, place in places if isinstance(member, Subject) and isinstance(place, Subject)]
            reasons = [quad.object.value for quad in self._all(node, _RDFS["comment"], None) if isinstance(quad.object, ox.Literal)]
            said.sort(key=lambda one: (one.polarity != "Positive", one.object_label, one.qualifiers, one.article, one.iri))
            yield Disagreement(node.value, "; ".join(reasons), tuple(said))

    def said(self, iri: str) -> list[Said]:
        """Return the statement with the IRI `iri`, one for each article that holds it; nothing if there is none."""
        node = ox.NamedNode(valid_iri(iri))
        graphs = sorted({quad.graph_name.value for quad in self._all(node, TYPE, _KG["Statement"])
                         if isinstance(quad.graph_name, Subject)})
        return [self._said(node, ox.NamedNode(graph)) for graph in graphs]

    def record(self, said: Said) -> Statement:
        """Return the statement as the record that it was written from, but for what the graph doesn't keep (its extractor)."""
        def value(predicate: Subject) -> Iterator[str | RdfLiteral]:
            for quad in self._all(ox.NamedNode(said.iri), predicate, None, ox.NamedNode(said.article)):
                if isinstance(quad.object, ox.Literal):
                    kind = quad.object.datatype.value
                    space = next((name for name in _DATATYPES if kind.startswith(PREFIXES[name])), "")
                    yield RdfLiteral(quad.object.value, f"{space}:{kind.removeprefix(PREFIXES[space])}" if space else kind)
                elif isinstance(quad.object, Subject):
                    yield quad.object.value

        predicates = {quad.predicate for quad in self._all(ox.NamedNode(said.iri), None, None, ox.NamedNode(said.article))}
        others = sorted(one.value for one in predicates if one.value not in _PARTS)
        when = next(value(_KG["when"]), None)
        words: dict[str, Any] = {name: getattr(said, name) for name in ("polarity", "certainty", "tense", "status")}
        return Statement(
            id=said.iri.rpartition("/")[2], article=said.article.rpartition("/")[2], subject=said.subject, property=said.property,
            object=next(value(_RDF["object"])), label=said.property_label if said.property.startswith(OPEN) else "", wording=said.wording,
            evidence=tuple(Span(quote.start, quote.end) for quote in said.quotes), **words, speaker=said.speaker, source=said.source,
            cue=said.cue, when=when if isinstance(when, RdfLiteral) else None, when_text=said.when_text,
            qualifiers=tuple((name, one) for name in others for one in value(ox.NamedNode(name))), confidence=said.confidence)

    def article(self, iri: str) -> Article:
        """Return the article with the IRI `iri`, with its text; Article's fields are empty where the graph says nothing."""
        graph = ox.NamedNode(valid_iri(iri))
        values: dict[str, list[str]] = {}
        for predicate in (None, _NIF["isString"]):
            for quad in self._all(graph if predicate is None else None, predicate, None, graph):
                if isinstance(quad.object, (ox.Literal, ox.NamedNode)):
                    values.setdefault(quad.predicate.value, []).append(quad.object.value)

        def one(term: Subject) -> str:
            return values.get(term.value, [""])[0]

        return Article(id=iri.rpartition("/")[2], text=one(_NIF["isString"]), title=one(_SCHEMA["headline"]),
                       published=one(_SCHEMA["datePublished"]), publisher=one(_SCHEMA["publisher"]), url=one(_SCHEMA["url"]),
                       authors=tuple(sorted(values.get(_SCHEMA["author"].value, ()))), language=one(_SCHEMA["inLanguage"]))

    def events(self, entity: str = "") -> Iterator[Occurrence]:
        """Yield the events that several mentions tell of, by IRI; `entity` (a name or IRI) keeps those that it has a role in."""
        derived = ox.NamedNode(derived_iri(self.base))
        nodes = {quad.subject for quad in self._all(None, TYPE, _KG["Event"], derived)}
        if entity:
            found = queries.find(self.store, entity, (f"{self.base}entity/",))
            nodes &= {quad.subject for node in found for quad in self._all(None, None, node, derived)}
        for node in sorted((node for node in nodes if isinstance(node, Subject)), key=lambda node: node.value):
            values: dict[Subject, list[Object]] = {}
            for quad in self._all(node, None, None, derived):
                if isinstance(quad.object, (ox.NamedNode, ox.Literal)):
                    values.setdefault(quad.predicate, []).append(quad.object)
            said = [self._said(member, quad.graph_name) for member in values.get(_PROV["hadMember"], ()) if isinstance(member, Subject)
                    for quad in self._all(member, TYPE, _KG["Statement"]) if isinstance(quad.graph_name, Subject)]
            roles = tuple((name, tuple(sorted({self._show(value) for value in values[_KG[name]]})))
                          for name in ("agent", "patient", "participant", "place") if _KG[name] in values)
            kinds = sorted(value.value.removeprefix(KG) for value in values[TYPE] if value != _KG["Event"])
            yield Occurrence(node.value, self._show(values[LABEL][0]), kinds[0] if kinds else "Event", roles,
                             tuple(sorted(value.value for value in values.get(_KG["when"], ()))),
                             tuple(sorted(value.value for value in values.get(_KG["toldIn"], ()))),
                             tuple(sorted(value.value for value in values.get(_RDFS["comment"], ()))),
                             tuple(sorted(said, key=lambda one: (one.article, [(q.start, q.end) for q in one.quotes], one.iri))))

    def inferred(self, entity: str = "") -> Iterator[Inferred]:
        """Yield what was inferred (``kg build --infer``), of `entity` (a name or IRI) only if given, with its reason; classes left out."""
        wanted = set(queries.find(self.store, entity, (f"{self.base}entity/",))) if entity else None
        nodes = sorted({quad.subject.value for quad in self._all(None, _KG["rule"], None, _INFERRED) if isinstance(quad.subject, Subject)})
        for iri in nodes:
            values: dict[str, list[Object]] = {}
            for quad in self._all(ox.NamedNode(iri), None, None, _INFERRED):
                if isinstance(quad.object, (ox.NamedNode, ox.Literal)):
                    values.setdefault(quad.predicate.value, []).append(quad.object)
            if _RDF["subject"].value not in values:
                continue  # of a class
            subject, predicate, value, rule, axiom = (values[term.value][0] for term in (
                _RDF["subject"], _RDF["predicate"], _RDF["object"], _KG["rule"], _KG["axiom"]))
            if wanted is None or subject in wanted or value in wanted:
                premises = tuple(sorted(one.value for one in values.get(_KG["premise"].value, ())))
                yield Inferred(iri, subject.value, self._show(subject), predicate.value, self._show(predicate), value.value,
                               self._show(value), rule.value.rpartition("#")[2], axiom.value, premises)

    def _all(self, subject: Subject | None, predicate: Subject | None, value: Object | None,
             graph: Subject | None = None) -> Iterator[ox.Quad]:
        found = self.store.quads_for_pattern(subject, predicate, value, graph)
        return found if graph is not None else (quad for quad in found if quad.graph_name != _UNION)

    def _said(self, node: Subject, graph: Subject) -> Said:
        values: dict[str, list[Object]] = {}
        for quad in self._all(node, None, None, graph):
            if isinstance(quad.object, (ox.NamedNode, ox.Literal)):
                values.setdefault(quad.predicate.value, []).append(quad.object)

        def one(predicate: Subject) -> str:
            return values[predicate.value][0].value if predicate.value in values else ""

        def label(predicate: Subject) -> str:
            return self._show(values[predicate.value][0]) if predicate.value in values else ""

        quotes = sorted((self._quote(place, graph) for place in values.get(_PROV["wasDerivedFrom"].value, ())
                         if isinstance(place, Subject)), key=lambda quote: (quote.start, quote.end))
        words = {name: one(_KG[name]).removeprefix(KG) for name in ("status", "polarity", "certainty", "tense")}
        qualifiers = sorted((self._names.of(ox.NamedNode(name)), self._show(value)) for name, found in values.items()
                            if name not in _PARTS for value in found)
        subject, predicate = ox.NamedNode(one(_RDF["subject"])), ox.NamedNode(one(_RDF["predicate"]))
        derived = ox.NamedNode(derived_iri(self.base))
        fact = next((quad.subject for quad in self._all(None, _PROV["hadMember"], node, derived)
                     if isinstance(quad.subject, Subject) and any(self._all(quad.subject, TYPE, _KG["Fact"], derived))), None)
        support = next((quad.object.value for quad in self._all(fact, _KG["support"], None) if isinstance(quad.object, ox.Literal)), "1") \
            if fact else "1"
        disputed = sorted(quad.object.value for quad in self._all(node, _KG["disputedIn"], None) if isinstance(quad.object, Subject))
        return Said(iri=node.value, article=graph.value, article_title=self._title(graph), subject=subject.value,
                    subject_label=label(_RDF["subject"]), property=predicate.value, property_label=label(_RDF["predicate"]),
                    object=one(_RDF["object"]), object_label=label(_RDF["object"]), **words,
                    speaker=one(_KG["speaker"]), speaker_label=label(_KG["speaker"]), source=one(_KG["source"]),
                    source_label=label(_KG["source"]), cue=one(_KG["cue"]), wording=one(_KG["wording"]), when=one(_KG["when"]),
                    when_text=one(_KG["whenText"]), qualifiers=tuple(qualifiers), confidence=float(one(_KG["confidence"]) or 1),
                    quotes=tuple(quotes), plain=any(self._all(subject, predicate, values[_RDF["object"].value][0], graph)),
                    since=one(_KG["from"]), until=one(_KG["until"]), fact=fact.value if fact else "", support=int(support),
                    disputed=tuple(disputed))

    def _show(self, value: Object) -> str:
        return self._names.of(value) if isinstance(value, ox.NamedNode) else value.value

    def _title(self, graph: Subject) -> str:
        titles = [quad.object for quad in self._all(graph, _SCHEMA["headline"], None, graph)]
        return titles[0].value if titles and isinstance(titles[0], ox.Literal) else ""

    def _quote(self, place: Subject, graph: Subject) -> Quote:
        parts = {quad.predicate: quad.object.value for quad in self._all(place, None, None, graph)
                 if isinstance(quad.object, ox.Literal)}
        return Quote(int(parts[_NIF["beginIndex"]]), int(parts[_NIF["endIndex"]]), parts[_NIF["anchorOf"]])

    def links(self, entity: str = "") -> list[Link]:
        """Return the links to authorities, of the entity with the IRI `entity` or of all, by entity and target."""
        found = []
        subject = ox.NamedNode(entity) if entity else None
        for quad in self._all(None, TYPE, _KG["Link"]):
            assert isinstance(quad.subject, Subject)
            said: dict[str, list[str]] = {}
            for part in self._all(quad.subject, None, None):
                said.setdefault(part.predicate.value, []).append(part.object.value if not isinstance(part.object, ox.Triple) else "")
            if subject is None or said[_RDF["subject"].value] == [subject.value]:
                relation = said[_RDF["predicate"].value][0]
                prefix = next((name for name in ("owl", "skos") if relation.startswith(PREFIXES[name])), "")
                found.append(Link(said[_RDF["subject"].value][0], said[_RDF["object"].value][0],
                                  f"{prefix}:{relation.removeprefix(PREFIXES[prefix])}" if prefix else relation,
                                  float(said[_KG["confidence"].value][0]), tuple(sorted(said.get(_RDFS["comment"].value, ()))),
                                  said[_DCTERMS["source"].value][0]))
        return sorted(found, key=lambda link: (link.entity, link.target))

    def reasons(self, entity: str) -> list[str]:
        """Return why the names of the entity with the IRI `entity` were judged to be one; none if it has one name in one article."""
        links = ox.NamedNode(f"{self.base}links")
        return sorted(part.object.value for quad in self._all(None, _RDF["subject"], ox.NamedNode(entity), links)
                      if isinstance(quad.subject, Subject) and any(self._all(quad.subject, TYPE, _KG["Merge"]))
                      for part in self._all(quad.subject, _RDFS["comment"], None) if isinstance(part.object, ox.Literal))

    def validate(self, shapes: Path | None = None) -> list[Violation]:
        """Return what does not conform to the bundled SHACL shapes and to those in the file `shapes`."""
        from kg.ontology.validate import validate

        files = [bundled() / "shapes.ttl", *([shapes] if shapes else [])]
        return [Violation(*row) for row in validate(self.store, self.articles(), files)]


#: predicates of a statement node that are no qualifiers
_PARTS = {term.value for term in (TYPE, _RDF["subject"], _RDF["predicate"], _RDF["object"], _PROV["wasDerivedFrom"])} | {
    KG + name for name in ("status", "polarity", "certainty", "tense", "speaker", "source", "cue", "wording", "when", "whenText",
                           "from", "until", "confidence", "extractor")}
