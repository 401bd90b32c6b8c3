"""Step 6: statements -> RDF quads, and the store that holds them. What is taken out of it is :mod:`kg.opened`'s.

One named graph per article holds all that the article says (:func:`quads`); the ontology has a graph of its own. The store is
Oxigraph, on disk, written once (:func:`write_store`) and then only read (:func:`open_store`).
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox

from kg import query as queries
from kg import terms as t
from kg.errors import FolderError, OntologyError
from kg.facts.agree import Dispute, Fact
from kg.facts.events import Happening
from kg.facts.validity import period
from kg.iris import BASE, KG, ONTOLOGY_GRAPH, OPEN, PREFIXES, article_iri, derived_iri, digest, valid_iri
from kg.records import Article, Entity, Extraction, Link, LocalEntity, RdfLiteral, Statement
from kg.terms import LABEL, TYPE, Object, Subject

#: so many quads are loaded into the store at once
_PIECE = 250_000
_SURROGATE = re.compile("[\ud800-\udfff]")


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
                yield _node(f"{base}statement/{statement.id}"), t.KG[name], _value(bound)
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
    return ox.Literal(str(number), datatype=t.XSD["integer"])


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
    datatype = t.DATATYPES[prefix][name] if prefix in t.DATATYPES else _node(value.datatype)
    return stored(ox.Literal(_text(value.lexical).value, datatype=datatype))


def _article(article: Article, graph: ox.NamedNode) -> Iterator[Triple]:
    """The article's description, and its text as the NIF context that evidence is cut from."""
    yield graph, TYPE, t.SCHEMA["NewsArticle"]
    yield graph, LABEL, _text(article.title or article.id)
    if article.title:
        yield graph, t.SCHEMA["headline"], _text(article.title)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", article.published):
        yield graph, t.SCHEMA["datePublished"], stored(ox.Literal(article.published, datatype=t.XSD["date"]))
    elif article.published:
        yield graph, t.SCHEMA["datePublished"], _text(article.published)
    for author in article.authors:
        yield graph, t.SCHEMA["author"], _text(author)
    if article.publisher:
        yield graph, t.SCHEMA["publisher"], _text(article.publisher)
    if article.url:
        yield graph, t.SCHEMA["url"], _url(article.url)
    if article.language:
        yield graph, t.SCHEMA["inLanguage"], _text(article.language)
    sha = hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()
    yield graph, t.SCHEMA["sha256"], ox.Literal(sha)
    context = _context(graph, article)
    yield context, TYPE, t.NIF["Context"]
    yield context, TYPE, t.NIF["RFC5147String"]
    yield context, t.NIF["sourceUrl"], graph
    yield context, t.NIF["beginIndex"], _integer(0)
    yield context, t.NIF["endIndex"], _integer(len(article.text))
    yield context, t.NIF["isString"], _text(article.text)


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
    yield graph, t.PROV["wasGeneratedBy"], activity
    yield activity, TYPE, t.PROV["Activity"]
    yield activity, t.PROV["used"], _context(graph, article)
    yield activity, t.PROV["wasAssociatedWith"], program
    yield program, TYPE, t.PROV["SoftwareAgent"]
    yield program, LABEL, _text(f"newskg {release}")
    for name in sorted({s.extractor for s in statements if s.extractor}):
        agent = _extractor(base, name)
        yield activity, t.PROV["wasAssociatedWith"], agent
        yield agent, TYPE, t.PROV["SoftwareAgent"]
        yield agent, LABEL, _text(name)
        yield agent, t.PROV["actedOnBehalfOf"], program


def _extractor(base: str, name: str) -> ox.NamedNode:
    return _node(f"{base}agent/{name}")


def _entity(entity: Entity, parts: Sequence[LocalEntity], mentions: int) -> Iterator[Triple]:
    """The entity as this article knows it: only the names that the article uses, so that taking it back takes them back."""
    node = _node(entity.iri)
    for name in entity.types:
        yield node, TYPE, _node(name if ":" in name else KG + name)
    yield node, LABEL, _text(entity.label)
    if entity.named:
        yield node, t.SCHEMA["name"], _text(entity.label)
    for alias in sorted({alias for local in parts for alias in (local.label, *local.aliases)} - {entity.label}):
        yield node, t.SKOS["altLabel"], _text(alias)
    yield node, t.KG["mentionCount"], _integer(mentions)


def _statement(statement: Statement, graph: ox.NamedNode, base: str) -> Iterator[Triple]:
    subject, predicate, value = _node(statement.subject), _node(statement.property), _value(statement.object)
    if is_plain(statement):
        yield subject, predicate, value
    if statement.property.startswith(OPEN):
        yield predicate, TYPE, t.RDF["Property"]
        yield predicate, LABEL, _text(statement.label)
    node = _node(f"{base}statement/{statement.id}")
    yield node, TYPE, t.KG["Statement"]
    yield node, TYPE, t.RDF["Statement"]
    yield node, t.RDF["subject"], subject
    yield node, t.RDF["predicate"], predicate
    yield node, t.RDF["object"], value
    for name, part in (("polarity", statement.polarity), ("certainty", statement.certainty), ("tense", statement.tense),
                       ("status", statement.status)):
        yield node, t.KG[name], t.KG[part]
    for name, iri in (("speaker", statement.speaker), ("source", statement.source)):
        if iri:
            yield node, t.KG[name], _node(iri)
    for name, words in (("cue", statement.cue), ("wording", statement.wording), ("whenText", statement.when_text)):
        if words:
            yield node, t.KG[name], _text(words)
    if statement.when is not None:
        yield node, t.KG["when"], _value(statement.when)
    for name, qualifier in statement.qualifiers:
        if name.startswith(OPEN):
            yield _node(name), TYPE, t.RDF["Property"]
            yield _node(name), LABEL, _text(unquote(name.removeprefix(OPEN)).replace("-", " "))
        yield node, _node(name), _value(qualifier)
    yield node, t.KG["confidence"], stored(ox.Literal(f"{statement.confidence:.2f}", datatype=t.XSD["decimal"]))
    if statement.extractor:
        yield node, t.KG["extractor"], _extractor(base, statement.extractor)
    for start, end in _places(statement):
        yield node, t.PROV["wasDerivedFrom"], _span(graph, start, end)


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
                value = _text(text) if name == "addressCountry" else stored(ox.Literal(text, datatype=t.XSD["decimal"]))
                yield ox.Quad(entity, t.SCHEMA[name], value, graph)
        node = ox.NamedNode(f"{graph.value}#{digest(link.entity, link.target)}")
        yield ox.Quad(node, TYPE, t.KG["Link"], graph)
        yield ox.Quad(node, t.RDF["subject"], entity, graph)
        yield ox.Quad(node, t.RDF["predicate"], relation, graph)
        yield ox.Quad(node, t.RDF["object"], target, graph)
        yield ox.Quad(node, t.KG["confidence"], stored(ox.Literal(f"{link.score:.2f}", datatype=t.XSD["decimal"])), graph)
        yield ox.Quad(node, t.DCTERMS["source"], _text(link.source), graph)
        for reason in link.reasons:
            yield ox.Quad(node, t.RDFS["comment"], _text(reason), graph)
    for one in merged:
        if one.named and len(one.members) > 1 and one.reasons:
            node = ox.NamedNode(f"{graph.value}#{digest(one.iri)}")
            yield ox.Quad(node, TYPE, t.KG["Merge"], graph)
            yield ox.Quad(node, t.RDF["subject"], _node(one.iri), graph)
            for reason in one.reasons:
                yield ox.Quad(node, t.RDFS["comment"], _text(reason), graph)


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
    yield evidence, t.NIF["beginIndex"], _integer(start)
    yield evidence, t.NIF["endIndex"], _integer(end)
    yield evidence, t.NIF["anchorOf"], _text(article.text[start:end])
    yield evidence, t.NIF["referenceContext"], _context(graph, article)


def derived_quads(facts: Iterable[Fact], disputes: Iterable[Dispute], copies: Mapping[str, str], base: str = BASE,
                  events: Iterable[Happening] = ()) -> Iterator[ox.Quad]:
    """Yield the named graph of what is derived from all articles together: facts, disputes, copies (article -> the first), events."""
    graph = ox.NamedNode(derived_iri(base))
    for article, first in sorted(copies.items()):
        yield ox.Quad(ox.NamedNode(article_iri(base, article)), t.KG["nearDuplicateOf"], ox.NamedNode(article_iri(base, first)), graph)
    for fact in facts:
        node = _node(fact.iri)
        yield ox.Quad(node, TYPE, t.KG["Fact"], graph)
        yield ox.Quad(node, t.KG["support"], _integer(fact.support), graph)
        yield ox.Quad(node, t.KG["articleCount"], _integer(fact.articles), graph)
        for id in fact.statements:
            yield ox.Quad(node, t.PROV["hadMember"], _node(f"{base}statement/{id}"), graph)
    for dispute in disputes:
        node = _node(dispute.iri)
        yield ox.Quad(node, TYPE, t.KG["Dispute"], graph)
        yield ox.Quad(node, t.RDFS["comment"], _text(dispute.reason), graph)
        for id in dispute.statements:
            statement = _node(f"{base}statement/{id}")
            yield ox.Quad(node, t.PROV["hadMember"], statement, graph)
            yield ox.Quad(statement, t.KG["disputedIn"], node, graph)
    for event in events:
        yield from (ox.Quad(_node(event.iri), predicate, value, graph) for predicate, value in dict.fromkeys(_event(event, base)))


def _event(event: Happening, base: str) -> Iterator[tuple[ox.NamedNode, Object]]:
    """What is gathered of an event that several mentions tell of."""
    yield TYPE, t.KG["Event"]
    yield TYPE, _node(event.type if ":" in event.type else KG + event.type)
    yield LABEL, _text(event.label)
    for name, iris in (("agent", event.agents), ("patient", event.patients),
                       ("participant", event.participants), ("place", event.places), ("namedBy", event.entities)):
        yield from ((t.KG[name], _node(iri)) for iri in iris)
    yield from ((t.KG["when"], _value(value)) for value in event.when)
    yield from ((t.KG["toldIn"], ox.NamedNode(article_iri(base, article))) for article in event.articles)
    yield from ((t.PROV["hadMember"], _node(f"{base}statement/{id}")) for id in event.statements)
    yield from ((t.RDFS["comment"], _text(reason)) for reason in event.reasons)


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
                elif isinstance(value, ox.Literal) and value.datatype != t.XSD["string"]:
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
