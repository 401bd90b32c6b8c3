"""Draw the graph: records -> plain dict -> one self-contained HTML page.

:func:`page_data` ranks, cuts, groups and lays out (igraph and networkx, fixed seeds) and returns a plain dict; :func:`render`
puts it into the page (``kg/assets``) with a pyvis network inside; :func:`build_page` does both. The page makes no request: its
Content-Security-Policy allows only the scripts and styles whose hashes it carries. The same records, in any order, give the same
bytes.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from kg.facts.agree import Dispute, Fact
from kg.facts.events import Happening
from kg.facts.validity import period
from kg.records import Article, Entity, Link, RdfLiteral, Statement

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
STATUSES = ("Asserted", "Claimed", "Planned", "Conditional", "Asked")
CERTAINTIES = ("Certain", "Probable", "Possible")
TENSES = ("Past", "Present", "Future")
SCRIPTS = (
    "time.js",
    "data.js",
    "filters.js",
    "layout.js",
    "drawing.js",
    "labels.js",
    "legend.js",
    "panel.js",
    "home.js",
    "reading.js",
    "timeline.js",
    "export.js",
    "search.js",
    "page.js",
)
VIS = "lib/vis-9.1.2/vis-network.min.js"  # shipped by pyvis; MIT or Apache-2.0, its licence comment stays in the page

# Families an entity is drawn as (colour and shape are the page's), each with the class names that belong to it when the caller
# gives no class hierarchy. The first family that any of an entity's classes, or of their parents, belongs to wins.
FAMILIES: dict[str, frozenset[str]] = {
    "Person": frozenset({"Person", "Character"}),
    "Organization": frozenset(
        {
            "Organization",
            "Organisation",
            "Company",
            "Court",
            "GovernmentBody",
            "Team",
            "Group",
            "Agency",
            "Party",
            "University",
            "Newspaper",
            "NewsMedia",
        }
    ),
    "Place": frozenset({"Place", "Country", "City", "Region", "Facility", "Location", "State"}),
    "Event": frozenset({"Event", "Lawsuit", "Trial", "Shooting", "Merger", "Election", "Festival", "Disaster", "Action"}),
    "Work": frozenset({"Work", "CreativeWork", "Film", "Book", "Law", "Product", "Document"}),
}


@dataclass(frozen=True)
class Limits:
    """How much goes into one page: what is drawn at first, and what the file carries (``text`` counts characters)."""

    drawn: int = 40
    entities: int = 20_000
    statements: int = 100_000
    text: int = 2_500_000


@dataclass(frozen=True)
class Names:
    """What the ontology calls things: property IRI -> label, class name -> label, class name -> parent's name (local names)."""

    properties: Mapping[str, str]
    classes: Mapping[str, str]
    parents: Mapping[str, str]


def build_page(
    articles: Sequence[Article],
    entities: Sequence[Entity],
    statements: Sequence[Statement],
    property_labels: Mapping[str, str],
    class_labels: Mapping[str, str],
    *,
    class_parents: Mapping[str, str] | None = None,
    mentions: Mapping[str, Sequence[tuple[int, int, str]]] | None = None,
    links: Iterable[Link] = (),
    facts: Iterable[Fact] = (),
    disputes: Iterable[Dispute] = (),
    events: Iterable[Happening] = (),
    states: Collection[str] = (),
    unsure: int = 0,
    title: str = "",
    start: Mapping[str, Any] | None = None,
    served: bool = False,
    no_text: bool = False,
    limits: Limits | None = None,
) -> str:
    """Return the whole page as one HTML string: :func:`page_data`, then :func:`render`; the arguments are page_data's."""
    data = page_data(
        articles,
        entities,
        statements,
        property_labels,
        class_labels,
        class_parents=class_parents,
        mentions=mentions,
        links=links,
        facts=facts,
        disputes=disputes,
        events=events,
        states=states,
        unsure=unsure,
        title=title,
        start=start,
        served=served,
        no_text=no_text,
        limits=limits,
    )
    return render(data)


def page_data(
    articles: Sequence[Article],
    entities: Sequence[Entity],
    statements: Sequence[Statement],
    property_labels: Mapping[str, str] | None = None,
    class_labels: Mapping[str, str] | None = None,
    *,
    class_parents: Mapping[str, str] | None = None,
    mentions: Mapping[str, Sequence[tuple[int, int, str]]] | None = None,
    links: Iterable[Link] = (),
    facts: Iterable[Fact] = (),
    disputes: Iterable[Dispute] = (),
    events: Iterable[Happening] = (),
    states: Collection[str] = (),
    unsure: int = 0,
    title: str = "",
    start: Mapping[str, Any] | None = None,
    served: bool = False,
    no_text: bool = False,
    limits: Limits | None = None,
) -> dict[str, Any]:
    """Return what the page shows, as plain JSON types; ``kg/assets/data.js`` documents the rows.

    `mentions` gives, per article id, ``(start, end, entity IRI)`` for the reading view; without it names are looked up in the
    text. `no_text` keeps only the quoted stretches of each article. `facts`, `disputes`, `events` and `links` may name statements and
    entities that the page does not show. `states` are the properties that hold for a time (:func:`kg.facts.validity.period`), `unsure` is
    the number of statements that the build left out. `start` is what an address without a view shows: ``{"entity": IRI, "hops": 1}``.
    Statements that name an unknown entity or article are kept, with what is known. Offsets stay Python's (code points).
    """
    limits = limits or Limits()
    names = Names(property_labels or {}, class_labels or {}, class_parents or {})
    known = {e.iri: e for e in entities}
    statements = sorted({s.id: s for s in statements}.values(), key=lambda s: s.id)
    ends = {s.id: _entity_iris(s, known, names) for s in statements}
    mentioned = set().union(*ends.values())
    known |= {iri: Entity(iri=iri, label=tail_of(iri), types=("Thing",), named=False) for iri in mentioned - known.keys()}
    facts = sorted(facts, key=lambda fact: fact.iri)
    voices = {one: fact.support / len(fact.statements) for fact in facts for one in fact.statements}
    kept, shown = _most_important(known, statements, ends, limits, voices)
    index = {e.iri: i for i, e in enumerate(kept)}
    graph_edges = link_weights(shown, index)
    community = communities(len(kept), graph_edges)
    vague = {i for i, e in enumerate(kept) if not e.named and family_of(e, names) == len(FAMILIES)}
    first = _first_view(len(kept), graph_edges, limits.drawn, vague, {i for i, e in enumerate(kept) if e.named})
    positions = _layout(first, graph_edges, community, [e.label for e in kept])

    articles = sorted({a.id: a for a in articles}.values(), key=lambda a: (a.published, a.title, a.id))
    article_index = {a.id: i for i, a in enumerate(articles)}
    for unknown in sorted({s.article for s in shown} - set(article_index)):
        article_index[unknown] = len(articles)
        articles.append(Article(id=unknown, text=""))
    with_text = _texts_kept(articles, shown, 0 if no_text else limits.text)

    tables = _Tables(names, {iri: e.label for iri, e in known.items()})
    speakers = Counter(s.speaker for s in shown if s.speaker)
    number = {s.id: i for i, s in enumerate(shown)}
    facts = [fact for fact in facts if any(one in number for one in fact.statements)]
    fact_of = {one: i for i, fact in enumerate(facts) for one in fact.statements}
    rows = [_statement_row(s, index, article_index, tables, fact_of.get(s.id, -1), period(s, articles[article_index[s.article]], states))
            for s in shown]
    events = sorted((e for e in events if any(one in number for one in e.statements) or any(one in index for one in e.entities)),
                    key=lambda e: (-len(e.articles), -len(e.statements), e.iri))
    types = sorted({t for e in kept for t in (e.types or ("Thing",))} | {e.type for e in events})
    base = _common_base([e.iri for e in kept])
    known_as: dict[str, list[list[Any]]] = defaultdict(list)
    for link in sorted(links, key=lambda link: (link.entity, link.source == "user", link.target)):
        if link.entity in index and _web([link.target]):
            why = _safe("; ".join(link.reasons))
            known_as[link.entity].append([link.target, _safe(link.source), round(link.score * 100), why, link.relation])
    type_index = {t: i for i, t in enumerate(types)}
    spans = _spans_by_article(shown)
    readable = [a for a in articles if a.id in with_text]
    found = mentions if mentions is not None else _find_mentions(readable, kept, shown)
    data = {
        "title": title or (articles[0].title if len(articles) == 1 else "") or "Who did what, according to whom",
        "families": [*FAMILIES, "Other"],
        "statuses": list(STATUSES),
        "certainties": list(CERTAINTIES),
        "tenses": list(TENSES),
        "types": [[t, "other" if t == "Thing" else class_label(t, names)] for t in types],
        "relations": [[iri, label] for iri, label in tables.relations],
        "communities": _community_names(community, kept),
        "base": base,
        "entities": [_entity_row(e, base, type_index, community[i], names, known_as[e.iri], speakers[e.iri]) for i, e in enumerate(kept)],
        "articles": [
            _article_row(a, a.id in with_text, spans.get(a.id, ()), _mention_row(a, found, index) if a.id in with_text else [])
            for a in articles
        ],
        "statements": rows,
        "facts": [[fact.support, fact.articles] for fact in facts],
        "disputes": _dispute_rows(disputes, number),
        "events": [_event_row(e, index, number, article_index, type_index, tables) for e in events],
        "unsure": unsure,
        "network": _network(first, positions, kept, names, shown, index),
        "all": {"entities": len(mentioned), "statements": len(statements)},
        "noText": int(no_text),
        "served": int(served),
        "start": {"entity": index[start["entity"]], "hops": start.get("hops", 1)} if start and start["entity"] in index else None,
    }
    return {**data, "literals": [list(parts) for parts in tables.literals]}  # last: the rows above asked for them


def render(data: Mapping[str, Any]) -> str:
    """Return the page that shows `data` (from :func:`page_data`): one HTML document that makes no request."""
    import pyvis  # type: ignore[import-untyped]

    script = "\n".join(["(() => {", '"use strict";', *(_asset(name) for name in SCRIPTS), "start();", "})();"])
    vis = (resources.files(pyvis) / VIS).read_text(encoding="utf-8")
    style = _asset("page.css")
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash_source(vis)} {_hash_source(script)}",
            f"style-src {_hash_source(style)}",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    parts = {
        "policy": html.escape(policy, quote=True).replace("&#x27;", "'"),
        "title": html.escape(str(data["title"])),
        "style": style,
        "vis": vis,
        "script": script,
        "data": embed_json(data),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("page.html"))


def embed_json(data: Any) -> str:
    """Return `data` as JSON that stays inert inside a ``<script>`` element, whatever its strings hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return _safe(text)


# --- which entities and statements -------------------------------------------------------------------------------------------


def _entity_iris(statement: Statement, known: Mapping[str, Entity], names: Names) -> set[str]:
    """Return the IRIs in `statement` that stand for entities: its ends, speaker and source, but not classes."""
    iris = {statement.subject, statement.speaker, statement.source}
    if isinstance(statement.object, str) and not _is_class(statement.property, statement.object, known, names):
        iris.add(statement.object)
    iris.discard("")
    return iris


def _is_class(property_iri: str, iri: str, known: Mapping[str, Entity], names: Names) -> bool:
    return iri not in known and (property_iri == RDF_TYPE or tail_of(iri) in names.classes)


def _most_important(
    known: Mapping[str, Entity], statements: Sequence[Statement], ends: Mapping[str, set[str]], limits: Limits, voices: Mapping[str, float]
) -> tuple[list[Entity], list[Statement]]:
    """Return the entities by falling importance, cut at the limit, and the statements among them, in order of their ids.

    Importance is the geometric mean of PageRank (Page et al. 1999) over the undirected, weighted entity graph and of the entity's
    support: the statements that name it, those that tell one fact counted as its independent voices (`voices` gives the share of each;
    1 where it does not). Names count four times as much as noun phrases like "the judge".
    """
    order = sorted(known)
    index = {iri: i for i, iri in enumerate(order)}
    support: dict[str, float] = defaultdict(float)
    for s in statements:
        for iri in ends[s.id]:
            support[iri] += voices.get(s.id, 1.0)
    rank = pagerank(len(order), link_weights(statements, index))
    score = {
        iri: round(math.sqrt(rank[i] * len(order) * (1 + support.get(iri, 0.0))) * (4 if known[iri].named else 1), 6)
        for iri, i in index.items()
    }
    mentioned = [iri for iri in order if iri in support] or order
    chosen = sorted(mentioned, key=lambda iri: (-score[iri], iri))[: limits.entities]
    kept = set(chosen)
    shown = [s for s in statements if ends[s.id] <= kept]
    if len(shown) > limits.statements:
        place = {iri: i for i, iri in enumerate(chosen)}
        shown.sort(key=lambda s: (max(place[iri] for iri in ends[s.id]), s.id))
        shown = sorted(shown[: limits.statements], key=lambda s: s.id)
    return [known[iri] for iri in chosen], shown


def link_weights(statements: Iterable[Statement], index: Mapping[str, int]) -> dict[tuple[int, int], int]:
    """Return how many statements link each unordered pair of entities (smaller index first), in sorted order."""
    weights: Counter[tuple[int, int]] = Counter()
    for s in statements:
        if isinstance(s.object, str) and s.subject in index and s.object in index and s.subject != s.object:
            a, b = sorted((index[s.subject], index[s.object]))
            weights[a, b] += 1
    return dict(sorted(weights.items()))


def pagerank(size: int, weights: Mapping[tuple[int, int], int]) -> list[float]:
    """Return each entity's PageRank (Page et al. 1999) in the undirected graph of these weighted pairs."""
    import igraph  # type: ignore[import-untyped]

    if not size:
        return []
    graph = igraph.Graph(n=size, edges=list(weights))
    return [round(x, 9) for x in graph.pagerank(directed=False, weights=list(weights.values()) or None)]


def communities(size: int, weights: Mapping[tuple[int, int], int]) -> list[int]:
    """Return each entity's community (Louvain, Blondel et al. 2008; numbered by their most important entity), -1 for loners."""
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from((a, b, w) for (a, b), w in weights.items())
    groups = sorted((sorted(group) for group in nx.community.louvain_communities(graph, seed=1)), key=lambda group: group[0])
    community = [-1] * size
    for number, group in enumerate(groups):
        for member in group:
            community[member] = number
    return community


def _community_names(community: Sequence[int], entities: Sequence[Entity]) -> list[list[Any]]:
    """Return ``[name, size]`` per community; its name is its two most important entities', those with a name of their own first."""
    members: dict[int, list[int]] = defaultdict(list)
    for i, number in enumerate(community):
        if number >= 0:
            members[number].append(i)
    mains = {n: sorted(ids, key=lambda i: (not entities[i].named, i))[:2] for n, ids in members.items()}
    return [[", ".join(_short(_safe(entities[i].label)) for i in mains[n]), len(members[n])] for n in sorted(members)]


def _first_view(
    size: int, weights: Mapping[tuple[int, int], int], drawn: int, vague: Collection[int], named: Collection[int]
) -> list[int]:
    """Return the entities drawn at first: half of them the most important ones, half those that link most of these.

    Without the second half, main actors would stand about in pairs. The `vague` ("evidence", "thanks") come in only where they link
    two of the first half, or where a named one of these would stand alone without. ``overviewNodes`` in ``kg/assets/layout.js`` does the
    same for other numbers and filters.
    """
    linked: dict[int, set[int]] = defaultdict(set)
    for a, b in weights:
        linked[a].add(b)
        linked[b].add(a)
    candidates = [i for i in range(size) if i in linked]
    leads = set([i for i in candidates if i not in vague][: (drawn + 1) // 2])
    near = [i for i in candidates if i not in leads and len(linked[i] & leads) > (i in vague)]
    rest = sorted(near, key=lambda i: (-min(4, len(linked[i] & leads)), i))
    chosen = leads | set(rest[: drawn - len(leads)])
    chosen |= {min(linked[i]) for i in leads if i in named and not linked[i] & chosen}
    return sorted(i for i in chosen if linked[i] & chosen) or list(range(min(size, drawn)))


# --- coordinates -------------------------------------------------------------------------------------------------------------

GAP = 24.0  # between two groups
ASPECT = 1.2  # width by height of the space between the page's columns; the page stretches what it gets to its own


def _layout(
    nodes: Sequence[int], weights: Mapping[tuple[int, int], int], community: Sequence[int], labels: Sequence[str]
) -> dict[int, tuple[int, int]]:
    """Return whole-number coordinates in pixels, with room for each node's name below it.

    Each community is laid out by Fruchterman-Reingold; the rectangles around them are then packed, the largest first, where the
    whole stays smallest (nearer to what they are linked with, of two equal places).
    """
    groups: dict[int, list[int]] = defaultdict(list)
    for node in nodes:
        groups[community[node]].append(node)
    inside: dict[int, list[tuple[int, int]]] = defaultdict(list)
    between: dict[int, set[int]] = defaultdict(set)
    for a, b in weights:
        if community[a] == community[b]:
            inside[community[a]].append((a, b))
        elif community[a] in groups and community[b] in groups:
            between[community[a]].add(community[b])
            between[community[b]].add(community[a])
    placed: dict[int, Box] = {}
    positions: dict[int, tuple[int, int]] = {}
    for number in sorted(groups, key=lambda n: (-len(groups[n]), groups[n][0])):
        sizes = {node: _label_size(labels[node]) for node in groups[number]}
        local = _layout_group(groups[number], inside[number], sizes)
        left = min(x - sizes[node][0] / 2 for node, (x, _) in local.items())
        right = max(x + sizes[node][0] / 2 for node, (x, _) in local.items())
        top, bottom = (f(y + sign * sizes[node][1] / 2 for node, (_, y) in local.items()) for f, sign in ((min, -1), (max, 1)))
        size = (right - left + GAP, bottom - top + GAP)
        cx, cy = _free_place(size, placed, between[number])
        placed[number] = (cx, cy, *size)
        dx, dy = cx - (left + right) / 2, cy - (top + bottom) / 2
        positions.update({node: (round(x + dx), round(y + dy)) for node, (x, y) in local.items()})
    return positions


Box = tuple[float, float, float, float]  # the middle's x and y, width, height


def _label_size(label: str) -> tuple[float, float]:
    """Return the room that a node with its name takes: about 7 pixels a character, a line below the node."""
    return max(52.0, 7.0 * len(_short(label, 34)) + 12), 46.0


def _layout_group(
    nodes: Sequence[int], edges: Iterable[tuple[int, int]], sizes: Mapping[int, tuple[float, float]]
) -> dict[int, tuple[float, float]]:
    import igraph

    index = {node: i for i, node in enumerate(nodes)}
    inner = [(index[a], index[b]) for a, b in edges if a in index and b in index]
    count = len(nodes)
    start = [(math.cos(2 * math.pi * i / count) * count, math.sin(2 * math.pi * i / count) * count) for i in range(count)]
    igraph.set_random_number_generator(random.Random(1))
    graph = igraph.Graph(n=count, edges=inner)
    coords = graph.layout_fruchterman_reingold(seed=start, niter=500, grid=False).coords if count > 2 else start
    near = sorted(min(math.dist(p, q) for q in coords if q is not p) for p in coords) if count > 1 else [1.0]
    scale = 100 / max(near[len(near) // 2], 1e-6)
    return _spread({node: (coords[i][0] * scale * ASPECT, coords[i][1] * scale) for i, node in enumerate(nodes)}, sizes)


def _spread(points: Mapping[int, tuple[float, float]], sizes: Mapping[int, tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """Return the points pushed apart until no two boxes overlap (or 200 rounds have passed), each pair the shorter way."""
    spots = {node: list(points[node]) for node in sorted(points)}
    nodes = list(spots)
    for _ in range(200):
        moved = False
        for i, a in enumerate(nodes):
            for b in nodes[:i]:
                p, q = spots[a], spots[b]
                over = [(sizes[a][k] + sizes[b][k]) / 2 - abs(p[k] - q[k]) for k in (0, 1)]
                if min(over) <= 0.5:
                    continue
                k = 0 if over[0] < over[1] * 1.5 else 1
                push = (over[k] / 2 + 0.5) * (1 if p[k] >= q[k] else -1)
                p[k] += push
                q[k] -= push
                moved = True
        if not moved:
            break
    return {node: (x, y) for node, (x, y) in spots.items()}


def _free_place(size: tuple[float, float], placed: Mapping[int, Box], linked: Iterable[int]) -> tuple[float, float]:
    """Return where a rectangle touches none of those placed and the whole stays smallest: beside or over the edges of others."""
    if not placed:
        return 0.0, 0.0
    width, height = size
    xs = sorted({x + sign * (w / 2 + side * width / 2) for x, _, w, _ in placed.values() for sign in (-1, 1) for side in (-1, 1)} | {0.0})
    ys = sorted({y + sign * (h / 2 + side * height / 2) for _, y, _, h in placed.values() for sign in (-1, 1) for side in (-1, 1)} | {0.0})
    ends = [placed[n] for n in sorted(linked) if n in placed]
    best: tuple[float, float, float, float] | None = None
    for x in xs:
        for y in ys:
            if any(abs(x - px) < (width + w) / 2 - 0.5 and abs(y - py) < (height + h) / 2 - 0.5 for px, py, w, h in placed.values()):
                continue
            boxes = [*placed.values(), (x, y, width, height)]
            wide = max(px + w / 2 for px, _, w, _ in boxes) - min(px - w / 2 for px, _, w, _ in boxes)
            tall = max(py + h / 2 for _, py, _, h in boxes) - min(py - h / 2 for _, py, _, h in boxes)
            away = sum(math.hypot(x - px, y - py) for px, py, _, _ in ends) / (len(ends) or 1)
            score = (round(max(wide / ASPECT, tall)), round(away + math.hypot(x / ASPECT, y), 3), x, y)
            best = min(best, score) if best else score
    assert best  # beyond the outermost edge there is always room
    return best[2], best[3]


def _network(
    first: Sequence[int],
    positions: Mapping[int, tuple[int, int]],
    entities: Sequence[Entity],
    names: Names,
    statements: Iterable[Statement],
    index: Mapping[str, int],
) -> dict[str, Any]:
    """Return nodes, edges and options of the first view as pyvis makes them; the page adds the colours of its theme."""
    from pyvis.network import Network  # type: ignore[import-untyped]

    network = Network(directed=True)
    network.set_options(
        json.dumps(
            {
                "physics": {"enabled": False},
                "layout": {"improvedLayout": False, "randomSeed": 1},
                "interaction": {
                    "hover": True,
                    "tooltipDelay": 100000,
                    "hideEdgesOnDrag": False,
                    "multiselect": False,
                    "selectConnectedEdges": False,
                },
                "nodes": {"font": {"size": 0}, "borderWidth": 1.5},
                "edges": {"smooth": False, "selectionWidth": 1.5, "hoverWidth": 0.5},
            }
        )
    )
    drawn = set(first)
    for i in first:
        x, y = positions[i]
        network.add_node(i, label=_safe(entities[i].label), x=x, y=y, group=family_of(entities[i], names))
    pairs: Counter[tuple[int, int, int, int]] = Counter()
    for s in statements:
        if isinstance(s.object, str) and s.subject != s.object:
            a, b = index.get(s.subject, -1), index.get(s.object, -1)
            if a in drawn and b in drawn:
                pairs[a, b, STATUSES.index(s.status), int(s.polarity == "Negative")] += 1
    for (a, b, status, negative), count in sorted(pairs.items()):
        network.add_edge(a, b, id=f"{a}-{b}-{status}-{negative}", status=status, negative=negative, count=count)
    options = network.options if isinstance(network.options, dict) else json.loads(network.options.to_json())
    return {"nodes": network.nodes, "edges": network.edges, "options": options}


# --- rows --------------------------------------------------------------------------------------------------------------------


class _Tables:
    """Relations and literals, each kept once and named by its number, in the order they are first asked for."""

    def __init__(self, names: Names, labels: Mapping[str, str]) -> None:
        self.names, self.labels = names, labels
        self.relations: dict[tuple[str, str], int] = {}
        self.literals: dict[tuple[str, ...], int] = {}

    def relation(self, iri: str, label: str = "") -> int:
        label = self.names.properties.get(iri) or label or spaced(tail_of(iri))
        return self.relations.setdefault((iri, _safe(label)), len(self.relations))

    def text(self, text: str) -> int:
        """Return a number that stands for a bare string, 0 for the empty one."""
        return self.literal(text) + 1 if text else 0

    def literal(self, *parts: str) -> int:
        return self.literals.setdefault(tuple(_safe(part) for part in parts), len(self.literals))

    def value(self, term: str | RdfLiteral, index: Mapping[str, int]) -> int:
        """Return an entity's number, or -1 - n for literal n; an IRI that is no entity (a class) is written with its label."""
        if isinstance(term, RdfLiteral):
            return -1 - self.literal(term.lexical, term.datatype)
        if term in index:
            return index[term]
        return -1 - self.literal(self.labels.get(term) or class_label(tail_of(term), self.names), "iri", term)


def _statement_row(
    s: Statement, index: Mapping[str, int], articles: Mapping[str, int], tables: _Tables, fact: int,
    holds: tuple[RdfLiteral | None, RdfLiteral | None],
) -> list[Any]:
    return _trim(
        [
            s.id,
            index[s.subject],
            tables.relation(s.property, s.label),
            tables.value(s.object, index),
            articles[s.article],
            [x for span in s.evidence for x in (span.start, span.end)],
            STATUSES.index(s.status),
            int(s.polarity == "Negative"),
            round(s.confidence * 100),
            CERTAINTIES.index(s.certainty),
            TENSES.index(s.tense),
            index.get(s.speaker, -1),
            tables.text(s.cue),
            tables.literal(s.when.lexical, s.when.datatype) + 1 if s.when else 0,
            tables.text(s.when_text),
            index.get(s.source, -1),
            [[tables.relation(iri), tables.value(term, index)] for iri, term in s.qualifiers],
            fact + 1,
            *(tables.literal(bound.lexical, bound.datatype) + 1 if bound else 0 for bound in holds),
        ],
        9,
    )


def _dispute_rows(disputes: Iterable[Dispute], number: Mapping[str, int]) -> list[list[Any]]:
    """Return ``[why, [[answer, statements], ...]]`` of each dispute of which at least two statements are shown."""
    rows = []
    for dispute in sorted(disputes, key=lambda dispute: dispute.iri):
        sides = [[_safe(answer), sorted(number[one] for one in ids if one in number)] for answer, ids in dispute.sides]
        if sum(len(ids) for _, ids in sides) > 1:
            rows.append([_safe(dispute.reason), [side for side in sides if side[1]]])
    return rows


def _event_row(
    e: Happening, index: Mapping[str, int], number: Mapping[str, int], articles: Mapping[str, int], types: Mapping[str, int],
    tables: _Tables,
) -> list[Any]:
    people = [[index[iri] for iri in iris if iri in index] for iris in (e.agents, e.patients, e.participants, e.places, e.entities)]
    when = [tables.literal(value.lexical, value.datatype) for value in e.when]
    return [tail_of(e.iri), _safe(e.label), types[e.type], *people, when, sorted(number[one] for one in e.statements if one in number),
            sorted(articles[one] for one in e.articles if one in articles), [_safe(reason) for reason in e.reasons]]


def _trim(row: list[Any], least: int) -> list[Any]:
    """Return the row without the empty cells at its end (``0``, ``-1``, ``""``, ``[]``), at least `least` cells long."""
    end = len(row)
    while end > least and row[end - 1] in (0, -1, "", []):
        end -= 1
    return row[:end]


def _common_base(iris: Sequence[str]) -> str:
    """Return what all IRIs begin with, up to a slash or hash: written once, not with each entity."""
    first, last = (min(iris), max(iris)) if len(iris) > 1 else ("", "")
    shared = first[: next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))]
    return shared[: max(shared.rfind("/"), shared.rfind("#")) + 1]


def _entity_row(
    e: Entity, base: str, types: Mapping[str, int], community: int, names: Names, links: list[list[Any]], said: int
) -> list[Any]:
    return _trim(
        [
            e.iri[len(base) :],
            _safe(e.label) or tail_of(e.iri),
            [types[t] for t in e.types or ("Thing",)],
            family_of(e, names),
            community,
            int(e.named),
            [_safe(alias) for alias in e.aliases],
            links,
            said,
        ],
        5,
    )


def _article_row(a: Article, whole: bool, spans: Iterable[tuple[int, int]], mentions: list[int]) -> list[Any]:
    title = _safe(a.title) or _safe(a.source.rsplit("/", 1)[-1]) or "Untitled article"
    return _trim(
        [
            a.id,
            title,
            _safe(a.publisher),
            a.published,
            _first_web(a.url),
            _pieces(a, whole, spans),
            int(whole),
            mentions,
            [_safe(author) for author in a.authors],
        ],
        6,
    )


def _spans_by_article(statements: Iterable[Statement]) -> dict[str, list[tuple[int, int]]]:
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for s in statements:
        spans[s.article].extend((span.start, span.end) for span in s.evidence)
    return spans


def _texts_kept(articles: Sequence[Article], statements: Iterable[Statement], budget: int) -> set[str]:
    """Return the ids of the articles whose whole text goes into the page: those with most statements first, up to `budget`."""
    counts = Counter(s.article for s in statements)
    kept = set()
    for article in sorted(articles, key=lambda a: (-counts[a.id], a.id)):
        budget -= len(article.text)
        if budget < 0:
            break
        kept.add(article.id)
    return kept


def _pieces(article: Article, whole: bool, spans: Iterable[tuple[int, int]]) -> list[Any]:
    """Return ``[offset, text, offset, text ...]``: the whole text, or only the stretches that statements quote, merged."""
    if whole:
        return [0, _safe(article.text)]
    merged: list[list[int]] = []
    for start, end in sorted((max(0, a), min(b, len(article.text))) for a, b in spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return [x for start, end in merged for x in (start, _safe(article.text[start:end]))]


def _mention_row(article: Article, mentions: Mapping[str, Sequence[tuple[int, int, str]]], index: Mapping[str, int]) -> list[int]:
    """Return ``[start, end, entity, ...]`` in text order without overlaps (of two that overlap, the longer one stays)."""
    spans = sorted(
        {(a, b, index[iri]) for a, b, iri in mentions.get(article.id, ()) if iri in index and a < b},
        key=lambda m: (-(m[1] - m[0]), m),
    )
    taken: set[int] = set()
    kept = []
    for a, b, entity in spans:
        if taken.isdisjoint(range(a, b)):
            taken.update(range(a, b))
            kept.append((a, b, entity))
    return [x for span in sorted(kept) for x in span]


def _find_mentions(
    articles: Sequence[Article], entities: Sequence[Entity], statements: Iterable[Statement]
) -> dict[str, list[tuple[int, int, str]]]:
    """Return where the names of an article's entities stand in its text, as whole words in the same letter case."""
    by_iri = {e.iri: e for e in entities}
    in_article: dict[str, set[str]] = defaultdict(set)
    for s in statements:
        in_article[s.article].update(iri for iri in (s.subject, s.object, s.speaker) if isinstance(iri, str) and iri in by_iri)
    for e in entities:
        for article_id, _ in e.members:
            in_article[article_id].add(e.iri)
    found: dict[str, list[tuple[int, int, str]]] = {}
    for article in articles:
        owner = {
            name: iri
            for iri in sorted(in_article[article.id], reverse=True)
            for name in (*by_iri[iri].aliases, by_iri[iri].label)
            if len(name) > 2
        }
        if owner:
            pattern = "|".join(re.escape(name) for name in sorted(owner, key=lambda n: (-len(n), n)))
            matches = re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", article.text)
            found[article.id] = [(m.start(), m.end(), owner[m[0]]) for m in matches]
    return found


# --- words -------------------------------------------------------------------------------------------------------------------


def family_of(entity: Entity, names: Names) -> int:
    """Return the number of the family the entity is drawn as; the last one is "Other"."""
    for name in entity.types:
        seen: set[str] = set()
        while name and name not in seen:
            for number, members in enumerate(FAMILIES.values()):
                if name in members:
                    return number
            seen.add(name)
            name = names.parents.get(name, "")
    return len(FAMILIES)


def class_label(name: str, names: Names) -> str:
    """Return what the ontology calls a class, else its local name as words."""
    return _safe(names.classes.get(name) or spaced(name).lower())


def spaced(name: str) -> str:
    """Return a local name as words: ``workedFor`` and ``worked-for`` give "worked for"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"[-_]+", " ", name)).strip().lower()


def tail_of(iri: str) -> str:
    """Return the last part of an IRI."""
    return re.split(r"[#/]", iri.rstrip("#/"))[-1] or iri


def _short(text: str, most: int = 28) -> str:
    """Return `text`, or so much of it as fits, cut after a word where that loses little."""
    if len(text) <= most:
        return text
    whole, _, rest = text[:most].rpartition(" ")
    return (whole if len(rest) < most // 3 else text[: most - 1]).rstrip(" ,;:“\"'(") + "…"


def _safe(text: str) -> str:
    """Return `text` with lone surrogates, which no file can hold, replaced one for one."""
    return text if text.isascii() else re.sub(r"[\ud800-\udfff]", "\ufffd", text)


def _web(links: Iterable[str]) -> list[str]:
    """Return the links that are web addresses: ``javascript:`` and the like never reach an href."""
    return [link for link in links if re.match(r"https?://", link, re.IGNORECASE)]


def _first_web(link: str) -> str:
    return (_web([link]) or [""])[0]


def _asset(name: str) -> str:
    return (resources.files("kg") / "assets" / name).read_text(encoding="utf-8")


def _hash_source(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
