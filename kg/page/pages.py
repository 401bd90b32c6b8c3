"""Pages and networks of a graph folder, of all of it or of a part: around an entity, or what a query gives.

Everything is read anew from the folder's extractions, as a build does it; nothing in the folder is changed.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from kg.errors import FolderError, QueryError
from kg.exchange.networks import FORMATS, export_network, network
from kg.facts.agree import Dispute, Fact
from kg.facts.events import Happening
from kg.folder import GraphFolder
from kg.iris import KG
from kg.ontology import Ontology
from kg.opened import Graph, Said, open_graph
from kg.page.view import RDF_TYPE, Names, build_page
from kg.pipeline import Joined, draw, rejoin
from kg.query import Answer
from kg.records import Article, Entity, Link, RdfLiteral, Statement

if TYPE_CHECKING:
    import networkx as nx

RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
QUERY_ID = "query"
#: at most so many statements go into a page that is served
SERVED = 4000
XSD = "http://www.w3.org/2001/XMLSchema#"


@dataclass(frozen=True)
class Page:
    """A page made, shown inline by Jupyter; ``html`` is the whole document, ``height`` pixels are given to it."""

    html: str
    height: int = 640

    def _repr_html_(self) -> str:
        """Return a frame that holds the page and can neither reach the notebook nor the network."""
        return (f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts allow-downloads allow-popups" title="Graph" '
                f'style="width: 100%; height: {self.height}px; border: 1px solid #ccc"></iframe>')


def view(folder: str | Path, *, entity: str = "", hops: int = 1, query: str = "", no_text: bool = False, height: int = 640) -> Page:
    """Return the page of a graph folder: of all of it, of what lies within `hops` statements of `entity`, or of what `query` gives.

    A CONSTRUCT's triples are drawn, with the evidence of those that the graph states; of a SELECT, the statements among the entities
    it returns, and those it returns themselves. Raises FolderError for no graph, QueryError for an unknown name or a wrong query.
    """
    source = GraphFolder.open(folder)
    joined, ontology = rejoin(source)
    title, start = "", None
    if entity:
        centres = _named(folder, entity)
        joined = _around(joined, [iri for iri, _ in centres], hops)
        title, start = f"Around {centres[0][1]}", {"entity": centres[0][0], "hops": hops}
    elif query:
        joined, title = _answered(folder, query, joined), "What the query gives"
    return Page(draw(joined, source.extraction, ontology, title=title, start=start, no_text=no_text), height)


def from_store(graph: Graph, *, entity: str = "", hops: int = 1, query: str = "") -> str:
    """Return the page of a part of an open graph, whatever its size, made from the store alone: for :mod:`kg.server.site`.

    Without `entity` and `query`, it shows all, or of a graph too large for that, what is said among the entities most spoken of. Raises
    QueryError as :func:`view` does.
    """
    title, start = "", None
    if entity:
        centres = graph.find(entity)
        if not centres:
            raise QueryError(f"nothing in the graph is called {entity[:200]!r}")
        said = _near(graph, [one.iri for one in centres], hops)
        title, start = f"Around {centres[0].label}", {"entity": centres[0].iri, "hops": hops}
    elif query:
        said, title = _selected(graph, query), "What the query gives"
    else:
        said = list(graph.statements(limit=SERVED + 1))
        if len(said) > SERVED:
            said, title = _most_spoken_of(graph), "Those most spoken of"
    classes, parents = _vocabulary(graph)
    joined = _records(graph, said[:SERVED], parents)
    return build_page(joined.articles, joined.entities, joined.statements, {one.property: one.property_label for one in said}, classes,
                      class_parents=parents, links=_links(graph, joined), facts=_facts(said), disputes=_disputes(graph, said),
                      events=_events(graph, joined), states=_states(graph),
                      title=title, start=start, served=True)


def _most_spoken_of(graph: Graph) -> list[Said]:
    top = graph.query("SELECT ?e (COUNT(?s) AS ?n) { ?s rdf:subject|rdf:object ?e . FILTER(isIRI(?e)) } GROUP BY ?e "
                      "ORDER BY DESC(?n) ?e LIMIT 300")
    assert isinstance(top, Answer)
    known = {str(row["e"]) for row in top}
    found = {one.iri: one for iri in sorted(known) for one in graph.statements(entity=iri, limit=SERVED // 50)}
    return [one for one in found.values() if one.subject in known]


def _near(graph: Graph, centres: Iterable[str], hops: int) -> list[Said]:
    """Return the statements within `hops` of the centres, nearest first, at most as many as a page is served with."""
    found: dict[str, Said] = {}
    seen: set[str] = set()
    edge = set(centres)
    for _ in range(hops):
        seen |= edge
        for iri in sorted(edge):
            if len(found) < SERVED:
                found.update((one.iri, one) for one in graph.statements(entity=iri, limit=SERVED // 4))
        edge = {iri for one in found.values() for iri in (one.subject, one.object) if iri.startswith(f"{graph.base}entity/")} - seen
    return list(found.values())


def _selected(graph: Graph, query: str) -> list[Said]:
    """Return the statements that a query's answer names, and those between two entities that it names."""
    answer = graph.query(query, limit=SERVED)
    if not isinstance(answer, Answer):
        raise QueryError("an ASK query has nothing to draw; write it as SELECT or CONSTRUCT")
    iris = {str(value) for row in answer for value in row.values() if isinstance(value, str)}
    entities = {iri for iri in iris if iri.startswith(f"{graph.base}entity/")}
    said = {one.iri: one for iri in sorted(entities)[:SERVED // 10] for one in graph.statements(entity=iri, limit=SERVED // 4)
            if {one.subject, one.object} <= entities}
    said |= {one.iri: one for iri in sorted(iris) if iri.startswith(f"{graph.base}statement/") for one in graph.said(iri)}
    if not said:
        raise QueryError("the query returns no statements and no entities with a statement between them: SELECT IRIs, not names")
    return list(said.values())


def _records(graph: Graph, said: Sequence[Said], parents: Mapping[str, str]) -> Joined:
    """Return what the page is made of: statements of the graph turned back into records, and what they speak of."""
    def depth(name: str) -> int:
        return 1 + depth(parents[name]) if name in parents else 0

    statements = [graph.record(one) for one in said]
    iris = {value for one in statements for value in (*_ends(one), one.speaker, one.source, *(v for _, v in one.qualifiers))
            if isinstance(value, str) and value.startswith(f"{graph.base}entity/")}
    nodes = [graph.entity(iri) for iri in sorted(iris)]
    entities = [Entity(one.iri, one.label, tuple(sorted(one.types, key=depth, reverse=True)) or ("Thing",), one.named, one.aliases)
                for one in nodes]
    return Joined(tuple(graph.article(iri) for iri in sorted({one.article for one in said})), tuple(entities), tuple(statements))


def _id(iri: str) -> str:
    return iri.rpartition("/")[2]


def _facts(said: Iterable[Said]) -> list[Fact]:
    """Return what these statements tell alike with others; their articles are counted among these statements only."""
    groups: dict[str, list[Said]] = {}
    for one in said:
        if one.fact:
            groups.setdefault(one.fact, []).append(one)
    return [Fact(iri, tuple(sorted({_id(one.iri) for one in group})), len({one.article for one in group}), group[0].support)
            for iri, group in sorted(groups.items())]


def _disputes(graph: Graph, said: Iterable[Said]) -> list[Dispute]:
    """Return the disputes that these statements are part of, with those of their statements that are among these."""
    sides: dict[str, dict[str, list[str]]] = {}
    for one in said:
        for iri in one.disputed:
            answer = "denied" if one.polarity == "Negative" else one.object_label
            sides.setdefault(iri, {}).setdefault(answer, []).append(_id(one.iri))
    if not sides:
        return []
    found = graph.query(f"SELECT ?d ?why {{ VALUES ?d {{ {' '.join(f'<{iri}>' for iri in sorted(sides))} }} ?d rdfs:comment ?why }}")
    assert isinstance(found, Answer)
    reasons = {str(row["d"]): str(row["why"]) for row in found}
    return [Dispute(iri, "value", "", "", tuple((answer, tuple(ids)) for answer, ids in sorted(answers.items())), reasons.get(iri, ""))
            for iri, answers in sorted(sides.items())]


def _asked(graph: Graph, query: str, iris: Iterable[str]) -> Iterable[Mapping[str, Any]]:
    """Yield the rows of a SELECT, asked for so many of the IRIs at a time as one query carries well; they stand in it as ``$iris``."""
    ordered = sorted(iris)
    for start in range(0, len(ordered), 500):
        found = graph.query(query.replace("$iris", " ".join(f"<{iri}>" for iri in ordered[start:start + 500])))
        assert isinstance(found, Answer)
        yield from found


def _links(graph: Graph, joined: Joined) -> list[Link]:
    """Return what the records' entities are linked to at authorities."""
    found: dict[tuple[str, ...], tuple[float, set[str]]] = {}
    for row in _asked(graph, "SELECT ?e ?t (STR(?r) AS ?relation) ?c ?from ?why { VALUES ?e { $iris } ?link rdf:subject ?e ; a kg:Link ; "
                             "rdf:predicate ?r ; rdf:object ?t ; kg:confidence ?c ; dcterms:source ?from "
                             "OPTIONAL { ?link rdfs:comment ?why } }", (one.iri for one in joined.entities)):
        key = (str(row["e"]), str(row["t"]), str(row["relation"]), str(row["from"]))
        found.setdefault(key, (float(row["c"]), set()))[1].update({str(row["why"])} if row["why"] else ())
    curie = {"http://www.w3.org/2002/07/owl#": "owl:", "http://www.w3.org/2004/02/skos/core#": "skos:"}

    def short(relation: str) -> str:
        return next((prefix + relation[len(long):] for long, prefix in curie.items() if relation.startswith(long)), relation)

    return [Link(entity, target, short(relation), score, tuple(sorted(reasons)), source)
            for (entity, target, relation, source), (score, reasons) in sorted(found.items())]


def _events(graph: Graph, joined: Joined) -> list[Happening]:
    """Return the events told more than once that have one of the records' entities in a role."""
    events = {str(row["e"]) for row in _asked(
        graph, "SELECT DISTINCT ?e { VALUES ?x { $iris } ?e kg:agent|kg:patient|kg:participant|kg:place|kg:namedBy ?x ; a kg:Event ; "
               "kg:toldIn ?a }", (one.iri for one in joined.entities))}
    values: dict[str, dict[str, set[tuple[str, str]]]] = {iri: {} for iri in sorted(events)}
    for row in _asked(graph, "SELECT ?e (STR(?p) AS ?name) (STR(?v) AS ?value) (STR(DATATYPE(?v)) AS ?type) "
                             "{ VALUES ?e { $iris } ?e ?p ?v }", events):
        name = str(row["name"]).replace("#", "/").rpartition("/")[2]
        values[str(row["e"])].setdefault(name, set()).add((str(row["value"]), str(row["type"] or "").replace(XSD, "xsd:")))

    def happening(iri: str, said: Mapping[str, set[tuple[str, str]]]) -> Happening:
        def all_of(name: str) -> tuple[str, ...]:
            return tuple(sorted(value for value, _ in said.get(name, ())))

        kinds = [kind.removeprefix(KG) for kind in all_of("type") if kind != f"{KG}Event"]
        return Happening(iri, all_of("label")[0], kinds[0] if kinds else "Event", all_of("agent"), all_of("patient"), all_of("participant"),
                         all_of("place"), tuple(RdfLiteral(*one) for one in sorted(said.get("when", ()))),
                         tuple(map(_id, all_of("hadMember"))), all_of("namedBy"), tuple(map(_id, all_of("toldIn"))), all_of("comment"))

    return [happening(iri, said) for iri, said in values.items()]


def _states(graph: Graph) -> set[str]:
    """Return the properties that hold for a time."""
    found = graph.query("SELECT ?p { ?p a kg:StateProperty }")
    assert isinstance(found, Answer)
    return {str(row["p"]) for row in found}


def network_of(graph: Graph) -> nx.MultiDiGraph[str]:
    """Return an open graph as a network of entities (:func:`kg.exchange.networks.network`), made from the store alone."""
    said = list(graph.statements())
    classes, parents = _vocabulary(graph)
    joined = _records(graph, said, parents)
    names = Names({one.property: one.property_label for one in said}, classes, parents)
    return network(joined.articles, joined.entities, joined.statements, names)


def _vocabulary(graph: Graph) -> tuple[dict[str, str], dict[str, str]]:
    """Return labels and parents of the classes, as the graph's ontology has them."""
    found = graph.query("SELECT ?c ?l ?p { ?c a owl:Class ; rdfs:label ?l OPTIONAL { ?c rdfs:subClassOf ?p FILTER(isIRI(?p)) } } "
                        "ORDER BY ?c ?l ?p")
    assert isinstance(found, Answer)
    classes: dict[str, str] = {}
    parents: dict[str, str] = {}
    for row in found:
        name = str(row["c"]).removeprefix(KG)
        classes.setdefault(name, str(row["l"]))
        if row["p"]:
            parents.setdefault(name, str(row["p"]).removeprefix(KG))
    return classes, parents


def write_view(folder: str | Path, output: Path, *, entity: str = "", hops: int = 1, query: str = "", no_text: bool = False) -> Path:
    """Write the page of :func:`view` to `output` and return it."""
    page = view(folder, entity=entity, hops=hops, query=query, no_text=no_text)
    try:
        output.write_text(page.html, "utf-8")
    except OSError as error:
        raise FolderError(f"{output} can't be written ({error.strerror}); choose another place with -o") from error
    return output


def write_network(folder: str | Path, format: str, output: Path) -> list[Path]:
    """Write the graph as graphml, gexf or neo4j-csv (a folder) to `output` and return the files."""
    kind = next((one for one in FORMATS if one == format), None)
    if kind is None:
        raise FolderError(f"unknown format {format}; take one of {', '.join(FORMATS)}")
    joined, ontology = rejoin(GraphFolder.open(folder))
    try:
        return export_network(network(joined.articles, joined.entities, joined.statements, names_of(ontology)), kind, output)
    except OSError as error:
        raise FolderError(f"{output} can't be written ({error.strerror}); choose another place with -o") from error


def names_of(ontology: Ontology) -> Names:
    """Return what the ontology calls its properties and classes."""
    return Names({one.iri: one.label for one in ontology.properties.values()}, {one.name: one.label for one in ontology.classes.values()},
                 {one.name: one.parents[0] for one in ontology.classes.values() if one.parents})


def _named(folder: str | Path, name: str) -> list[tuple[str, str]]:
    with open_graph(Path(folder)) as graph:
        found = [(one.iri, one.label) for one in graph.find(name)]
    if not found:
        raise QueryError(f"nothing in {folder} is called {name!r}; kg query {folder} most-mentioned lists who is")
    return found


def _ends(statement: Statement) -> list[str]:
    return [statement.subject, *([statement.object] if isinstance(statement.object, str) else [])]


def _around(joined: Joined, centres: Iterable[str], hops: int) -> Joined:
    """Return what is said among the entities within `hops` statements of the centres, and what these say of others."""
    entities = {one.iri for one in joined.entities}
    near = set(centres)
    middle = set(near)
    for _ in range(hops):
        near |= {iri for one in joined.statements if not near.isdisjoint(_ends(one)) for iri in _ends(one) if iri in entities}
    return _only(joined, [one for one in joined.statements
                          if all(iri in near or iri not in entities for iri in _ends(one)) or one.speaker in middle])


def _only(joined: Joined, statements: Sequence[Statement]) -> Joined:
    """Return the records that these statements need."""
    articles = {one.article for one in statements}
    needed = {iri for one in statements for iri in (*_ends(one), one.speaker, one.source)}
    needed |= {value for one in statements for _, value in one.qualifiers if isinstance(value, str)}
    return msgspec.structs.replace(joined, articles=tuple(one for one in joined.articles if one.id in articles),
                                   entities=tuple(one for one in joined.entities if one.iri in needed), statements=tuple(statements))


def _answered(folder: str | Path, query: str, joined: Joined) -> Joined:
    with open_graph(Path(folder)) as graph:
        base = graph.base
        answer = graph.query(query)
        if not isinstance(answer, Answer):
            raise QueryError("an ASK query has nothing to draw; write it as SELECT or CONSTRUCT")
        output = io.BytesIO()
        answer.write(output, "json")
    rows = json.loads(output.getvalue())["results"]["bindings"]
    if not rows:
        raise QueryError("the query gives nothing to draw")
    if answer.is_graph:
        return _constructed(rows, joined)
    iris = {cell["value"] for row in rows for cell in row.values() if cell["type"] == "uri"}
    entities = {one.iri for one in joined.entities} & iris
    said = [one for one in joined.statements if f"{base}statement/{one.id}" in iris or (isinstance(one.object, str)
                                                                                       and {one.subject, one.object} <= entities)]
    if not said:
        raise QueryError("the query returns no statements and no entities with a statement between them: SELECT IRIs, not names")
    return _only(joined, said)


def _constructed(rows: Sequence[Mapping[str, Mapping[str, str]]], joined: Joined) -> Joined:
    """Return the statements that the triples match and, for triples that the graph doesn't state, new ones without evidence."""
    stated: dict[tuple[str, str, Any], list[Statement]] = {}
    for one in joined.statements:
        stated.setdefault((one.subject, one.property, _key(one.object)), []).append(one)
    known = {one.iri: one for one in joined.entities}
    labels = {row["subject"]["value"]: row["object"]["value"] for row in rows if row["predicate"]["value"] == RDFS_LABEL}
    types = {row["subject"]["value"]: row["object"]["value"] for row in rows if row["predicate"]["value"] == RDF_TYPE}
    found: dict[str, Statement] = {}
    for row in rows:
        subject, property_, cell = row["subject"]["value"], row["predicate"]["value"], row["object"]
        if property_ in (RDFS_LABEL, RDF_TYPE) or not {row["subject"]["type"], cell["type"]} <= {"uri", "bnode", "literal"}:
            continue
        object_ = cell["value"] if cell["type"] != "literal" else RdfLiteral(
            cell["value"], cell.get("datatype", "xsd:string").replace(XSD, "xsd:"))
        same = stated.get((subject, property_, _key(object_)))
        if same is None:
            key = hashlib.sha256("\n".join([subject, property_, json.dumps(cell, sort_keys=True)]).encode()).hexdigest()
            same = [Statement(id=f"q{key[:20]}", article=QUERY_ID, subject=subject, property=property_, object=object_, label="",
                              wording="", evidence=())]
            for iri in (subject, object_):
                if isinstance(iri, str) and iri not in known:
                    tail = iri.rstrip("#/").replace("#", "/").rpartition("/")[2]
                    kind = types.get(iri, "").replace("#", "/").rpartition("/")[2]
                    known[iri] = Entity(iri=iri, label=labels.get(iri, tail or iri), types=(kind or "Thing",), named=True)
        found.update({one.id: one for one in same})
    if not found:
        raise QueryError("the query's triples are only types and labels; CONSTRUCT relations between things to draw them")
    article = Article(id=QUERY_ID, text="", title="Made by the query")
    more = msgspec.structs.replace(joined, articles=(*joined.articles, article), entities=tuple(known.values()))
    return _only(more, list(found.values()))


def _key(value: str | RdfLiteral) -> tuple[str, str]:
    return (value, "") if isinstance(value, str) else (value.lexical, value.datatype)
