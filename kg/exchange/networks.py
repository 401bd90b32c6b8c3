"""The graph as a plain network for Gephi, Cytoscape, networkx and Neo4j: entities are nodes, statements between two of them are edges.

What is said of an entity alone (``born on 3 May 1970``) is its node's text ``facts``. Nothing is left out for being claimed, planned or
denied: filter on an edge's ``status`` and ``polarity``. Equal records give equal bytes.
"""

from __future__ import annotations

import csv
import io
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kg.page.view import FAMILIES, Names, class_label, communities, family_of, link_weights, pagerank, spaced, tail_of
from kg.records import Article, Entity, RdfLiteral, Statement

if TYPE_CHECKING:
    import networkx as nx

Format = Literal["graphml", "gexf", "neo4j-csv"]
FORMATS: tuple[Format, ...] = ("graphml", "gexf", "neo4j-csv")
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#8F969E")  # Okabe and Ito's, as the page's, one a family
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def network(articles: Iterable[Article], entities: Iterable[Entity], statements: Iterable[Statement], names: Names) -> nx.MultiDiGraph[str]:
    """Return the graph of all entities that a statement names, with their place in a drawing (``x``, ``y``).

    Node: iri (its key), label, type, types, family, named, aliases, statements (how many name it), pagerank, community, facts, x, y.
    Edge: key (the statement's id), label, property, status, polarity, certainty, tense, weight (confidence), speaker, source, when,
    when_text, details (place, amount ...), article, title, publisher, published, url, quote.
    """
    import networkx as nx

    known = {one.iri: one for one in entities}
    texts = {one.id: one for one in articles}
    listed = sorted(statements, key=lambda one: one.id)
    support = Counter(iri for one in listed for iri in {one.subject, one.object, one.speaker, one.source}
                      if isinstance(iri, str) and iri in known)
    order = sorted(support)
    index = {iri: place for place, iri in enumerate(order)}
    pairs = link_weights(listed, index)
    rank, group, places = pagerank(len(order), pairs), communities(len(order), pairs), _places(len(order), pairs)
    label_of = {iri: known[iri].label for iri in order}

    def say(value: str | RdfLiteral) -> str:
        return value.lexical if isinstance(value, RdfLiteral) else label_of.get(value) or class_label(tail_of(value), names)

    def relation(iri: str, label: str = "") -> str:
        return names.properties.get(iri) or label or spaced(tail_of(iri))

    facts: dict[str, list[str]] = defaultdict(list)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for iri in order:
        entity, place = known[iri], index[iri]
        types = entity.types or ("Thing",)
        graph.add_node(iri, label=entity.label, type=class_label(types[0], names), types=";".join(types),
                       family=[*FAMILIES, "Other"][family_of(entity, names)], named=entity.named, aliases=";".join(entity.aliases),
                       statements=support[iri], pagerank=rank[place], community=group[place], x=places[place][0], y=places[place][1])
    for one in listed:
        details = "; ".join(f"{relation(iri)}: {say(value)}" for iri, value in one.qualifiers)
        denied = "not " if one.polarity == "Negative" else ""
        if one.subject not in index:
            continue
        if not isinstance(one.object, str) or one.object not in index:
            bare = one.object == RdfLiteral("true", "xsd:boolean")  # "died", said without an object
            said = relation(one.property, one.label) + ("" if bare else f": {say(one.object)}")
            facts[one.subject].append(denied + said + (f" ({one.status.lower()})" if one.status != "Asserted" else ""))
            continue
        article = texts.get(one.article)
        graph.add_edge(
            one.subject, one.object, key=one.id, label=relation(one.property, one.label), property=one.property, status=one.status,
            polarity=one.polarity, certainty=one.certainty, tense=one.tense, weight=round(one.confidence, 4),
            speaker=label_of.get(one.speaker, ""), source=label_of.get(one.source, ""), when=one.when.lexical if one.when else "",
            when_text=one.when_text, details=details, article=one.article, title=article.title if article else "",
            publisher=article.publisher if article else "", published=article.published if article else "",
            url=article.url if article else "",
            quote=" … ".join(article.text[span.start:span.end] for span in one.evidence) if article else "")
    for iri in order:
        graph.nodes[iri]["facts"] = "; ".join(dict.fromkeys(facts[iri]))
    return graph


def _places(size: int, pairs: Mapping[tuple[int, int], int]) -> list[tuple[int, int]]:
    """Return whole-number coordinates by Fruchterman-Reingold (1991) from a circle, fixed seed."""
    import igraph  # type: ignore[import-untyped]

    if not size:
        return []
    igraph.set_random_number_generator(random.Random(1))
    graph = igraph.Graph(n=size, edges=list(pairs))
    turn = 2 * math.pi / size
    start = [(math.cos(i * turn) * math.sqrt(size), math.sin(i * turn) * math.sqrt(size)) for i in range(size)]
    coords = graph.layout_fruchterman_reingold(seed=start, niter=300, grid=size > 1000).coords
    return [(round(x * 60), round(y * 60)) for x, y in coords]


def export_network(graph: nx.MultiDiGraph[str], format: Format, output: Path) -> list[Path]:
    """Write the graph of :func:`network` and return the files: one of graphml or gexf, or nodes.csv and relationships.csv in a folder."""
    if format == "neo4j-csv":
        output.mkdir(parents=True, exist_ok=True)
        files = {output / "nodes.csv": _node_rows(graph), output / "relationships.csv": _relationship_rows(graph)}
        for path, rows in files.items():
            path.write_text(_csv(rows), "utf-8", newline="")
        return list(files)
    output.write_bytes(network_xml(graph, format))
    return [output]


def network_xml(graph: nx.MultiDiGraph[str], format: Literal["graphml", "gexf"]) -> bytes:
    """Return the graph as GraphML, or as GEXF with size, colour and place in its viz part; what XML can't hold is U+FFFD."""
    import networkx as nx

    clean: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, data in graph.nodes(data=True):
        clean.add_node(_xml(node), **{key: _xml(value) for key, value in data.items()})
    for a, b, key, data in graph.edges(keys=True, data=True):
        clean.add_edge(_xml(a), _xml(b), key=_xml(key), **{name: _xml(value) for name, value in data.items()}, id=_xml(key))
    buffer = io.BytesIO()
    if format == "graphml":
        nx.write_graphml_xml(clean, buffer, named_key_ids=True, edge_id_from_attribute="id")
        return buffer.getvalue()
    families = [*FAMILIES, "Other"]
    for _, data in clean.nodes(data=True):
        x, y = data.pop("x"), data.pop("y")
        red, green, blue = bytes.fromhex(COLOURS[families.index(data["family"])][1:])
        data["viz"] = {"position": {"x": x, "y": -y, "z": 0}, "size": round(4 + 2 * math.sqrt(data["statements"]), 1),
                       "color": {"r": red, "g": green, "b": blue}}
    nx.write_gexf(clean, buffer)
    # networkx writes the day of writing: the same graph must give the same bytes
    return re.sub(rb' lastmodifieddate="[^"]*"', b"", buffer.getvalue(), count=1)


def _xml(value: Any) -> Any:
    return _NOT_XML.sub("\ufffd", value) if isinstance(value, str) else value


def _csv(rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([_cell(cell) for cell in row] for row in rows)
    return re.sub(r"[\ud800-\udfff]", "\ufffd", buffer.getvalue())


def _cell(value: object) -> str:
    """Return a cell on one line, as neo4j-admin wants it unless told otherwise."""
    return str(value).lower() if isinstance(value, bool) else re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", str(value))


def _node_rows(graph: nx.MultiDiGraph[str]) -> Iterable[Sequence[object]]:
    yield ["iri:ID", "label", "type", "aliases:string[]", "named:boolean", "statements:int", "pagerank:double", "community:int",
           "facts", "x:double", "y:double", ":LABEL"]
    for iri, d in graph.nodes(data=True):
        labels = dict.fromkeys([*d["types"].split(";"), "Entity"])
        yield [iri, d["label"], d["type"], d["aliases"], d["named"], d["statements"], d["pagerank"], d["community"], d["facts"],
               d["x"], d["y"], ";".join(labels)]


def _relationship_rows(graph: nx.MultiDiGraph[str]) -> Iterable[Sequence[object]]:
    texts = ["label", "property", "status", "polarity", "certainty", "tense", "speaker", "source", "when", "when_text", "details",
             "article", "title", "publisher", "published", "url", "quote"]
    yield [":START_ID", ":END_ID", ":TYPE", "id", "weight:double", *texts]
    for a, b, key, d in graph.edges(keys=True, data=True):
        kind = re.sub(r"\W+", "_", spaced(tail_of(d["property"]))).strip("_").upper() or "RELATED"
        yield [a, b, kind, key, d["weight"], *(d[name] for name in texts)]
