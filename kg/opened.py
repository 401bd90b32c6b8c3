"""A graph folder, opened: typed records out of the store, SPARQL, exports, data frames and pages of it."""

from __future__ import annotations

import builtins
import hashlib
import importlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pyoxigraph as ox

from kg import query as queries
from kg import terms as t
from kg.errors import FolderError
from kg.exchange import export as exports
from kg.exchange import frames
from kg.facts.asof import as_of, given_day
from kg.facts.validity import ENDLESS, Days, days, overlap
from kg.graph import open_store
from kg.iris import BASE, KG, OPEN, PREFIXES, derived_iri, prefixes, valid_iri
from kg.ontology import bundled
from kg.query.search import Hit, Index, Kind
from kg.records import Article, Link, RdfLiteral, Span, Statement
from kg.terms import LABEL, TYPE, Object, Subject

if TYPE_CHECKING:
    import networkx as nx
    import rdflib


#: at most so many nodes are found by ``kg:search`` in a query
SEARCHED = 1000


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
        """Return the entities, quotes and articles that hold all `words`, best first; `kind` keeps one of the three.

        See :mod:`kg.query.search`.

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
        """Return the page, which Jupyter shows inline: of everything, around `entity`, or of what `query` gives."""
        pages = importlib.import_module("kg.page.pages")  # stands above this module: it knows the whole pipeline
        return pages.view(self.folder, entity=entity, hops=hops, query=query, height=height)

    def pandas(self) -> frames.PandasFrames:
        """Return ``(entities, statements)`` as pandas frames (:mod:`kg.exchange.frames`); needs ``newskg[frames]``."""
        return frames.pandas_frames(frames.entity_columns(self.entities()), frames.statement_columns(self.statements()))

    def polars(self) -> frames.PolarsFrames:
        """Return ``(entities, statements)`` as polars frames (:mod:`kg.exchange.frames`); needs ``newskg[frames]``."""
        return frames.polars_frames(frames.entity_columns(self.entities()), frames.statement_columns(self.statements()))

    def networkx(self) -> nx.MultiDiGraph[str]:
        """Return entities as nodes and the statements between two of them as edges, keyed by IRI and id."""
        pages = importlib.import_module("kg.page.pages")  # stands above this module: it knows the whole pipeline
        return cast("nx.MultiDiGraph[str]", pages.network_of(self))

    def articles(self) -> list[str]:
        """Return the IRIs of the articles, in order."""
        return sorted(quad.subject.value for quad in self._all(None, TYPE, t.SCHEMA["NewsArticle"])
                      if isinstance(quad.subject, Subject))

    def title(self, article: str) -> str:
        """Return the headline of the article with the IRI `article`, or its IRI if it has none."""
        return self._title(ox.NamedNode(article)) or article

    def entities(self) -> Iterator[Node]:
        """Yield all entities by IRI."""
        iris = {quad.subject.value for quad in self._all(None, t.KG["mentionCount"], None) if isinstance(quad.subject, Subject)}
        return (self.entity(iri) for iri in sorted(iris))

    def find(self, name: str) -> list[Node]:
        """Return the entities called `name` (label, other name or IRI); near names if none is."""
        return [self.entity(node.value) for node in queries.find(self.store, name, (f"{self.base}entity/",))]

    def entity(self, iri: str) -> Node:
        """Return the entity with the IRI `iri`; without names if the graph says nothing of it."""
        quads = [quad for quad in self._all(ox.NamedNode(iri), None, None) if quad.graph_name != t.INFERRED]
        values: dict[str, set[str]] = {}
        for quad in quads:
            if isinstance(quad.object, (ox.NamedNode, ox.Literal)):
                values.setdefault(quad.predicate.value, set()).add(quad.object.value)
        counts = {quad.graph_name.value: int(quad.object.value) for quad in quads if quad.predicate == t.KG["mentionCount"]
                  and isinstance(quad.graph_name, Subject) and isinstance(quad.object, ox.Literal)}
        return Node(iri=iri, label=self._names.of(ox.NamedNode(iri)),
                    types=tuple(sorted(name.removeprefix(KG) for name in values.get(TYPE.value, ()))),
                    named=t.SCHEMA["name"].value in values, aliases=tuple(sorted(values.get(t.SKOS["altLabel"].value, ()))),
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
        for predicate, node in ((t.KG["status"], KG + status if status else ""), (t.RDF["predicate"], property)):
            if node:
                having: set[tuple[object, object]] = {
                    (quad.graph_name, quad.subject) for quad in self._all(None, predicate, ox.NamedNode(node), graph)}
                known = having if known is None else known & having
        if known is None:
            known = {(quad.graph_name, quad.subject) for quad in self._all(None, TYPE, t.KG["Statement"], graph)}
        pairs = [(place, node) for place, node in known if isinstance(place, Subject) and isinstance(node, Subject)
                 and "article/" in place.value]
        if limit is not None:
            pairs = sorted(pairs, key=lambda pair: (pair[0].value, pair[1].value))[offset:offset + limit]
        said = [self._said(node, place) for place, node in pairs]
        yield from sorted(said, key=lambda one: (one.article, [(q.start, q.end) for q in one.quotes], one.iri))

    def disputes(self, entity: str = "") -> Iterator[Disagreement]:
        """Yield what is disputed, by IRI; `entity` (a name or IRI) keeps what it is subject, object, speaker or qualifier of."""
        wanted = {one.iri for one in self.statements(entity=entity)} if entity else set()
        nodes = {quad.subject for quad in self._all(None, TYPE, t.KG["Dispute"])}
        for node in sorted((node for node in nodes if isinstance(node, Subject)), key=lambda node: node.value):
            members = [quad.object for quad in self._all(node, t.PROV["hadMember"], None) if isinstance(quad.object, Subject)]
            if entity and not wanted & {member.value for member in members}:
                continue
            places = [(quad.subject, quad.graph_name) for member in members for quad in self._all(member, TYPE, t.KG["Statement"])]
            said = [self._said(member, place) for member, place in places if isinstance(member, Subject) and isinstance(place, Subject)]
            reasons = [quad.object.value for quad in self._all(node, t.RDFS["comment"], None) if isinstance(quad.object, ox.Literal)]
            said.sort(key=lambda one: (one.polarity != "Positive", one.object_label, one.qualifiers, one.article, one.iri))
            yield Disagreement(node.value, "; ".join(reasons), tuple(said))

    def said(self, iri: str) -> list[Said]:
        """Return the statement with the IRI `iri`, one for each article that holds it; nothing if there is none."""
        node = ox.NamedNode(valid_iri(iri))
        graphs = sorted({quad.graph_name.value for quad in self._all(node, TYPE, t.KG["Statement"])
                         if isinstance(quad.graph_name, Subject)})
        return [self._said(node, ox.NamedNode(graph)) for graph in graphs]

    def record(self, said: Said) -> Statement:
        """Return the statement as the record that it was written from, but for what the graph doesn't keep (its extractor)."""
        def value(predicate: Subject) -> Iterator[str | RdfLiteral]:
            for quad in self._all(ox.NamedNode(said.iri), predicate, None, ox.NamedNode(said.article)):
                if isinstance(quad.object, ox.Literal):
                    kind = quad.object.datatype.value
                    space = next((name for name in t.DATATYPES if kind.startswith(PREFIXES[name])), "")
                    yield RdfLiteral(quad.object.value, f"{space}:{kind.removeprefix(PREFIXES[space])}" if space else kind)
                elif isinstance(quad.object, Subject):
                    yield quad.object.value

        predicates = {quad.predicate for quad in self._all(ox.NamedNode(said.iri), None, None, ox.NamedNode(said.article))}
        others = sorted(one.value for one in predicates if one.value not in _PARTS)
        when = next(value(t.KG["when"]), None)
        words: dict[str, Any] = {name: getattr(said, name) for name in ("polarity", "certainty", "tense", "status")}
        return Statement(
            id=said.iri.rpartition("/")[2], article=said.article.rpartition("/")[2], subject=said.subject, property=said.property,
            object=next(value(t.RDF["object"])), label=said.property_label if said.property.startswith(OPEN) else "", wording=said.wording,
            evidence=tuple(Span(quote.start, quote.end) for quote in said.quotes), **words, speaker=said.speaker, source=said.source,
            cue=said.cue, when=when if isinstance(when, RdfLiteral) else None, when_text=said.when_text,
            qualifiers=tuple((name, one) for name in others for one in value(ox.NamedNode(name))), confidence=said.confidence)

    def article(self, iri: str) -> Article:
        """Return the article with the IRI `iri`, with its text; Article's fields are empty where the graph says nothing."""
        graph = ox.NamedNode(valid_iri(iri))
        values: dict[str, list[str]] = {}
        for predicate in (None, t.NIF["isString"]):
            for quad in self._all(graph if predicate is None else None, predicate, None, graph):
                if isinstance(quad.object, (ox.Literal, ox.NamedNode)):
                    values.setdefault(quad.predicate.value, []).append(quad.object.value)

        def one(term: Subject) -> str:
            return values.get(term.value, [""])[0]

        return Article(id=iri.rpartition("/")[2], text=one(t.NIF["isString"]), title=one(t.SCHEMA["headline"]),
                       published=one(t.SCHEMA["datePublished"]), publisher=one(t.SCHEMA["publisher"]), url=one(t.SCHEMA["url"]),
                       authors=tuple(sorted(values.get(t.SCHEMA["author"].value, ()))), language=one(t.SCHEMA["inLanguage"]))

    def events(self, entity: str = "") -> Iterator[Occurrence]:
        """Yield the events that several mentions tell of, by IRI; `entity` (a name or IRI) keeps those that it has a role in."""
        derived = ox.NamedNode(derived_iri(self.base))
        nodes = {quad.subject for quad in self._all(None, TYPE, t.KG["Event"], derived)}
        if entity:
            found = queries.find(self.store, entity, (f"{self.base}entity/",))
            nodes &= {quad.subject for node in found for quad in self._all(None, None, node, derived)}
        for node in sorted((node for node in nodes if isinstance(node, Subject)), key=lambda node: node.value):
            values: dict[Subject, list[Object]] = {}
            for quad in self._all(node, None, None, derived):
                if isinstance(quad.object, (ox.NamedNode, ox.Literal)):
                    values.setdefault(quad.predicate, []).append(quad.object)
            said = [self._said(member, quad.graph_name) for member in values.get(t.PROV["hadMember"], ()) if isinstance(member, Subject)
                    for quad in self._all(member, TYPE, t.KG["Statement"]) if isinstance(quad.graph_name, Subject)]
            roles = tuple((name, tuple(sorted({self._show(value) for value in values[t.KG[name]]})))
                          for name in ("agent", "patient", "participant", "place") if t.KG[name] in values)
            kinds = sorted(value.value.removeprefix(KG) for value in values[TYPE] if value != t.KG["Event"])
            yield Occurrence(node.value, self._show(values[LABEL][0]), kinds[0] if kinds else "Event", roles,
                             tuple(sorted(value.value for value in values.get(t.KG["when"], ()))),
                             tuple(sorted(value.value for value in values.get(t.KG["toldIn"], ()))),
                             tuple(sorted(value.value for value in values.get(t.RDFS["comment"], ()))),
                             tuple(sorted(said, key=lambda one: (one.article, [(q.start, q.end) for q in one.quotes], one.iri))))

    def inferred(self, entity: str = "") -> Iterator[Inferred]:
        """Yield what was inferred (``kg build --infer``), of `entity` (a name or IRI) only if given, with its reason; classes left out."""
        wanted = set(queries.find(self.store, entity, (f"{self.base}entity/",))) if entity else None
        rules = self._all(None, t.KG["rule"], None, t.INFERRED)
        nodes = sorted({quad.subject.value for quad in rules if isinstance(quad.subject, Subject)})
        for iri in nodes:
            values: dict[str, list[Object]] = {}
            for quad in self._all(ox.NamedNode(iri), None, None, t.INFERRED):
                if isinstance(quad.object, (ox.NamedNode, ox.Literal)):
                    values.setdefault(quad.predicate.value, []).append(quad.object)
            if t.RDF["subject"].value not in values:
                continue  # of a class
            subject, predicate, value, rule, axiom = (values[term.value][0] for term in (
                t.RDF["subject"], t.RDF["predicate"], t.RDF["object"], t.KG["rule"], t.KG["axiom"]))
            if wanted is None or subject in wanted or value in wanted:
                premises = tuple(sorted(one.value for one in values.get(t.KG["premise"].value, ())))
                yield Inferred(iri, subject.value, self._show(subject), predicate.value, self._show(predicate), value.value,
                               self._show(value), rule.value.rpartition("#")[2], axiom.value, premises)

    def _all(self, subject: Subject | None, predicate: Subject | None, value: Object | None,
             graph: Subject | None = None) -> Iterator[ox.Quad]:
        found = self.store.quads_for_pattern(subject, predicate, value, graph)
        return found if graph is not None else (quad for quad in found if quad.graph_name != t.UNION)

    def _said(self, node: Subject, graph: Subject) -> Said:
        values: dict[str, list[Object]] = {}
        for quad in self._all(node, None, None, graph):
            if isinstance(quad.object, (ox.NamedNode, ox.Literal)):
                values.setdefault(quad.predicate.value, []).append(quad.object)

        def one(predicate: Subject) -> str:
            return values[predicate.value][0].value if predicate.value in values else ""

        def label(predicate: Subject) -> str:
            return self._show(values[predicate.value][0]) if predicate.value in values else ""

        quotes = sorted((self._quote(place, graph) for place in values.get(t.PROV["wasDerivedFrom"].value, ())
                         if isinstance(place, Subject)), key=lambda quote: (quote.start, quote.end))
        words = {name: one(t.KG[name]).removeprefix(KG) for name in ("status", "polarity", "certainty", "tense")}
        qualifiers = sorted((self._names.of(ox.NamedNode(name)), self._show(value)) for name, found in values.items()
                            if name not in _PARTS for value in found)
        subject, predicate = ox.NamedNode(one(t.RDF["subject"])), ox.NamedNode(one(t.RDF["predicate"]))
        derived = ox.NamedNode(derived_iri(self.base))
        fact = next((quad.subject for quad in self._all(None, t.PROV["hadMember"], node, derived)
                     if isinstance(quad.subject, Subject) and any(self._all(quad.subject, TYPE, t.KG["Fact"], derived))), None)
        support = next((quad.object.value for quad in self._all(fact, t.KG["support"], None) if isinstance(quad.object, ox.Literal)), "1") \
            if fact else "1"
        disputed = sorted(quad.object.value for quad in self._all(node, t.KG["disputedIn"], None) if isinstance(quad.object, Subject))
        return Said(iri=node.value, article=graph.value, article_title=self._title(graph), subject=subject.value,
                    subject_label=label(t.RDF["subject"]), property=predicate.value, property_label=label(t.RDF["predicate"]),
                    object=one(t.RDF["object"]), object_label=label(t.RDF["object"]), **words,
                    speaker=one(t.KG["speaker"]), speaker_label=label(t.KG["speaker"]), source=one(t.KG["source"]),
                    source_label=label(t.KG["source"]), cue=one(t.KG["cue"]), wording=one(t.KG["wording"]), when=one(t.KG["when"]),
                    when_text=one(t.KG["whenText"]), qualifiers=tuple(qualifiers), confidence=float(one(t.KG["confidence"]) or 1),
                    quotes=tuple(quotes), plain=any(self._all(subject, predicate, values[t.RDF["object"].value][0], graph)),
                    since=one(t.KG["from"]), until=one(t.KG["until"]), fact=fact.value if fact else "", support=int(support),
                    disputed=tuple(disputed))

    def _show(self, value: Object) -> str:
        return self._names.of(value) if isinstance(value, ox.NamedNode) else value.value

    def _title(self, graph: Subject) -> str:
        titles = [quad.object for quad in self._all(graph, t.SCHEMA["headline"], None, graph)]
        return titles[0].value if titles and isinstance(titles[0], ox.Literal) else ""

    def _quote(self, place: Subject, graph: Subject) -> Quote:
        parts = {quad.predicate: quad.object.value for quad in self._all(place, None, None, graph)
                 if isinstance(quad.object, ox.Literal)}
        return Quote(int(parts[t.NIF["beginIndex"]]), int(parts[t.NIF["endIndex"]]), parts[t.NIF["anchorOf"]])

    def links(self, entity: str = "") -> list[Link]:
        """Return the links to authorities, of the entity with the IRI `entity` or of all, by entity and target."""
        found = []
        subject = ox.NamedNode(entity) if entity else None
        for quad in self._all(None, TYPE, t.KG["Link"]):
            assert isinstance(quad.subject, Subject)
            said: dict[str, list[str]] = {}
            for part in self._all(quad.subject, None, None):
                said.setdefault(part.predicate.value, []).append(part.object.value if not isinstance(part.object, ox.Triple) else "")
            if subject is None or said[t.RDF["subject"].value] == [subject.value]:
                relation = said[t.RDF["predicate"].value][0]
                prefix = next((name for name in ("owl", "skos") if relation.startswith(PREFIXES[name])), "")
                found.append(Link(said[t.RDF["subject"].value][0], said[t.RDF["object"].value][0],
                                  f"{prefix}:{relation.removeprefix(PREFIXES[prefix])}" if prefix else relation,
                                  float(said[t.KG["confidence"].value][0]), tuple(sorted(said.get(t.RDFS["comment"].value, ()))),
                                  said[t.DCTERMS["source"].value][0]))
        return sorted(found, key=lambda link: (link.entity, link.target))

    def reasons(self, entity: str) -> list[str]:
        """Return why the names of the entity with the IRI `entity` were judged to be one; none if it has one name in one article."""
        links = ox.NamedNode(f"{self.base}links")
        return sorted(part.object.value for quad in self._all(None, t.RDF["subject"], ox.NamedNode(entity), links)
                      if isinstance(quad.subject, Subject) and any(self._all(quad.subject, TYPE, t.KG["Merge"]))
                      for part in self._all(quad.subject, t.RDFS["comment"], None) if isinstance(part.object, ox.Literal))

    def validate(self, shapes: Path | None = None) -> list[Violation]:
        """Return what does not conform to the bundled SHACL shapes and to those in the file `shapes`."""
        from kg.ontology.validate import validate

        files = [bundled() / "shapes.ttl", *([shapes] if shapes else [])]
        return [Violation(*row) for row in validate(self.store, self.articles(), files)]
#: predicates of a statement node that are no qualifiers
_PARTS = {term.value for term in (TYPE, t.RDF["subject"], t.RDF["predicate"], t.RDF["object"], t.PROV["wasDerivedFrom"])} | {
    KG + name for name in ("status", "polarity", "certainty", "tense", "speaker", "source", "cue", "wording", "when", "whenText",
                           "from", "until", "confidence", "extractor")}
