"""What ``kg serve`` answers: SPARQL, Linked Data, pages and JSON, each a plain function from a request to a response.

Standards: SPARQL 1.1 Protocol, Query Results formats, Service Description and Graph Store Protocol (GET only), RFC 9110 content
negotiation, RFC 9457 problem details. Nothing here changes the graph. :mod:`kg.server.serve` brings requests here and keeps the limits.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import parse_qsl, quote, unquote

import msgspec
import pyoxigraph as ox

from kg.errors import KgError
from kg.iris import KG, PREFIXES, prefixes, valid_iri
from kg.opened import Graph, Node, Said
from kg.query import Answer, Results, stored_queries
from kg.query.search import KINDS, unmarked

ASSETS = Path(__file__).parents[1] / "assets" / "site"
Body = bytes | Callable[[BinaryIO], None]


class Request(msgspec.Struct, frozen=True):
    """An HTTP request: ``path`` without the query string, header names in lower case."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = {}
    body: bytes = b""


class Response(NamedTuple):
    """An HTTP response; a body that is a function writes itself, so that answers of any size need little memory."""

    status: int
    type: str
    body: Body
    headers: Mapping[str, str] = {}


class Refusal(KgError):
    """Raised when a request can't be answered; ``status`` is HTTP's."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.headers = status, {name.replace("_", "-"): value for name, value in headers.items()}


RESULTS = {"application/sparql-results+json": ox.QueryResultsFormat.JSON, "application/sparql-results+xml": ox.QueryResultsFormat.XML,
           "text/csv": ox.QueryResultsFormat.CSV, "text/tab-separated-values": ox.QueryResultsFormat.TSV,
           "application/json": ox.QueryResultsFormat.JSON, "application/xml": ox.QueryResultsFormat.XML}
TRIPLES = {"text/turtle": ox.RdfFormat.TURTLE, "application/n-triples": ox.RdfFormat.N_TRIPLES, "application/ld+json": ox.RdfFormat.JSON_LD,
           "application/rdf+xml": ox.RdfFormat.RDF_XML}
QUADS = {"application/trig": ox.RdfFormat.TRIG, "application/n-quads": ox.RdfFormat.N_QUADS}
HTML = "text/html"
#: what ?format= may say instead of an Accept header
SHORT = {"json": "application/sparql-results+json", "xml": "application/sparql-results+xml", "csv": "text/csv",
         "tsv": "text/tab-separated-values", "turtle": "text/turtle", "ntriples": "application/n-triples",
         "jsonld": "application/ld+json", "rdfxml": "application/rdf+xml", "html": HTML}
_ENTITY_STATEMENTS = 500
_PAGE = 100
#: articles on the start page, and on the page of an entity
_NEWEST, _NAMED_IN = 200, 30
_GROUPS = {"Person": "People", "Organization": "Organisations", "Place": "Places"}


def negotiate(request: Request, offered: Iterable[str]) -> str:
    """Return the media type among `offered` that the client likes best, the first if it likes several alike (RFC 9110, 12.5.1).

    ``?format=`` goes before the Accept header. Raises Refusal (406) if it likes none.
    """
    types = list(offered)
    wanted = dict(parse_qsl(request.query)).get("format", "")
    accept = SHORT.get(wanted, wanted) or request.headers.get("accept", "*/*") or "*/*"
    likes: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        likes[name.lower()] = float(quality) if re.fullmatch(r"[01](\.\d*)?", quality) else 0.0

    def liking(kind: str) -> float:
        return likes.get(kind, likes.get(kind.partition("/")[0] + "/*", likes.get("*/*", 0.0)))

    best = max(types, key=liking)
    if not liking(best):
        raise Refusal(406, f"none of the formats asked for is to be had; there are: {', '.join(types)}")
    return best


class Site:
    """All pages and services over one open graph. ``links`` of Linked Data point to this server, IRIs stay as they are."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.base = graph, graph.base
        self.routes: dict[str, Callable[[Request], Response]] = {
            "/": self.home, "/query": self.query_page, "/sparql": self.sparql, "/store": self.graph_store, "/search": self.search_page,
            "/graph": self.graph_page, "/openapi.json": self.openapi, "/api/entities": self.api_entities, "/api/entity": self.api_entity,
            "/api/statements": self.api_statements, "/api/articles": self.api_articles, "/api/search": self.api_search,
            "/api/queries": self.api_queries, "/api/words": self.api_words, "/.well-known/void": self.void,
        }

    def respond(self, request: Request) -> Response:
        """Return the answer to any request at all; what goes wrong is told in words with the right status."""
        try:
            return self._respond(request)
        except Refusal as refusal:
            return self._problem(request, refusal.status, str(refusal), refusal.headers)
        except KgError as error:
            return self._problem(request, 400, str(error))

    def _respond(self, request: Request) -> Response:
        path = unquote(request.path, errors="replace")
        if request.method not in ("GET", "HEAD", "POST") or (request.method == "POST" and path != "/sparql"):
            raise Refusal(405, "this graph is served for reading only; change it with kg add and kg remove", Allow="GET, HEAD")
        if path in self.routes:
            return self.routes[path](request)
        if path.startswith("/api/queries/"):
            return self.api_stored(request, path.removeprefix("/api/queries/"))
        if path.startswith("/assets/"):
            return _asset(path.removeprefix("/assets/"))
        for kind in ("entity", "article", "statement"):
            if path.startswith(f"/{kind}/"):
                return self.resource(request, kind, self.base + path[1:])
        raise Refusal(404, f"there is no page {path[:200]!r} here")

    def _problem(self, request: Request, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
        if "text/html" in request.headers.get("accept", "") and request.path != "/sparql" and not request.path.startswith("/api/"):
            return Response(status, f"{HTML}; charset=utf-8", self._html("problem.html", status=status, message=message), headers or {})
        body = json.dumps({"type": "about:blank", "status": status, "detail": message}, ensure_ascii=False)
        return Response(status, "application/problem+json", body.encode("utf-8", "replace"), headers or {})

    # --- SPARQL ---

    def sparql(self, request: Request) -> Response:
        """SPARQL 1.1 Protocol, query operation; without a query, the Service Description."""
        pairs = parse_qsl(request.query, keep_blank_values=True)
        if request.method == "POST":
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            text = _utf8(request.body)
            if kind == "application/sparql-query":
                pairs = [pair for pair in pairs if pair[0] != "query"] + [("query", text)]
            elif kind == "application/x-www-form-urlencoded":
                pairs += parse_qsl(text, keep_blank_values=True)
            elif kind == "application/sparql-update":
                raise Refusal(403, "updates are not allowed: this graph is served for reading only")
            else:
                raise Refusal(415, "POST a query as application/sparql-query or application/x-www-form-urlencoded")
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            given.setdefault(name, []).append(value)
        if "update" in given:
            raise Refusal(403, "updates are not allowed: this graph is served for reading only")
        if "query" not in given and request.method != "POST":
            return self.service_description(request)
        if len(given.get("query", [])) != 1:
            raise Refusal(400, "give exactly one query")
        graphs = [_iris(given.get(name)) for name in ("default-graph-uri", "named-graph-uri")]
        found = self.graph.results(given["query"][0], default_graphs=graphs[0], named_graphs=graphs[1])
        return self._results(request, found)

    def _results(self, request: Request, found: Results) -> Response:
        if isinstance(found, ox.QueryTriples):
            kind = negotiate(request, TRIPLES)
            names = prefixes(self.base) if kind in ("text/turtle", "application/ld+json") else None
            return Response(200, kind, lambda output: _triples(found, output, TRIPLES[kind], names), {"Vary": "Accept"})
        kind = negotiate(request, [one for one in RESULTS if not (isinstance(found, ox.QueryBoolean) and one.startswith("text/"))])
        return Response(200, kind, lambda output: _serialize(found, output, RESULTS[kind]), {"Vary": "Accept"})

    def service_description(self, request: Request) -> Response:
        """SPARQL 1.1 Service Description, as RDF; a browser is shown the query page."""
        kind = negotiate(request, [*TRIPLES, HTML])
        if kind == HTML:
            return self.query_page(request)
        sd = "http://www.w3.org/ns/sparql-service-description#"
        formats = "http://www.w3.org/ns/formats/"
        service, data = ox.BlankNode("service"), ox.BlankNode("data")
        here = ox.NamedNode(f"http://{valid_iri(request.headers.get('host', 'localhost'))}/sparql")
        said: list[tuple[ox.BlankNode, str, ox.NamedNode | ox.BlankNode]] = [
            (service, "endpoint", here), (service, "supportedLanguage", ox.NamedNode(sd + "SPARQL11Query")),
            (service, "feature", ox.NamedNode(sd + "UnionDefaultGraph")), (service, "defaultDataset", data),
            *((service, "resultFormat", ox.NamedNode(formats + name)) for name in (
                "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "RDF_XML"))]
        triples = [ox.Triple(s, ox.NamedNode(sd + p), o) for s, p, o in said]
        rdf_type = ox.NamedNode(PREFIXES["rdf"] + "type")
        triples += [ox.Triple(service, rdf_type, ox.NamedNode(sd + "Service")), ox.Triple(data, rdf_type, ox.NamedNode(sd + "Dataset"))]
        for number, name in enumerate(self.graph.store.named_graphs()):
            entry = ox.BlankNode(f"graph{number}")
            triples += [ox.Triple(data, ox.NamedNode(sd + "namedGraph"), entry), ox.Triple(entry, ox.NamedNode(sd + "name"), name)]
        return Response(200, kind, ox.serialize(triples, format=TRIPLES[kind], prefixes={"sd": sd}) or b"", {"Vary": "Accept"})

    def graph_store(self, request: Request) -> Response:
        """SPARQL 1.1 Graph Store Protocol, GET: ``?graph=IRI`` or ``?default``, the union of all."""
        given = dict(parse_qsl(request.query, keep_blank_values=True))
        if ("graph" in given) == ("default" in given):
            raise Refusal(400, "name one graph: ?graph=IRI or ?default")
        store, kind = self.graph.store, negotiate(request, TRIPLES)
        if "default" in given:
            found = self.graph.results("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
            return self._results(request, found)
        graph = _node(given["graph"])
        if graph is None or not store.contains_named_graph(graph):
            raise Refusal(404, f"there is no graph {given['graph'][:200]!r} here; GET /sparql lists the graphs")
        triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, graph))
        return Response(200, kind, lambda output: _triples(triples, output, TRIPLES[kind], None), {"Vary": "Accept"})

    # --- Linked Data ---

    def resource(self, request: Request, kind: str, iri: str) -> Response:
        """An entity, article or statement as page, Turtle, JSON-LD, RDF/XML or N-Triples."""
        node = _node(iri)
        store = self.graph.store
        if node is None or not any(True for _ in store.quads_for_pattern(node, None, None, None)):
            raise Refusal(404, f"the graph has no {kind} {iri.removeprefix(f'{self.base}{kind}/')[:200]!r}")
        media = negotiate(request, [HTML, *TRIPLES])
        if media == HTML:
            if kind == "statement":
                about = next((quad.graph_name.value for quad in store.quads_for_pattern(node, None, None, None)
                              if isinstance(quad.graph_name, ox.NamedNode)), "")
                return Response(303, "text/plain", b"", {"Location": f"{self._local(about)}#{quote(iri.rpartition('/')[2])}"})
            page = self.entity_page(iri) if kind == "entity" else self.article_page(iri)
            return Response(200, f"{HTML}; charset=utf-8", page, {"Vary": "Accept"})
        return Response(200, media, lambda output: _triples(self._about(node, kind), output, TRIPLES[media], None), {"Vary": "Accept"})

    def _about(self, node: ox.NamedNode, kind: str) -> Iterable[ox.Triple]:
        """Return what is said of the node, and, of an entity, the statements that name it as subject or object."""
        store = self.graph.store
        if kind == "article":
            return (quad.triple for quad in store.quads_for_pattern(None, None, None, node))
        found = dict.fromkeys(quad.triple for quad in store.quads_for_pattern(node, None, None, None))
        if kind == "entity":
            for part in ("subject", "object"):
                for quad in store.quads_for_pattern(None, ox.NamedNode(PREFIXES["rdf"] + part), node, None):
                    found.update(dict.fromkeys(one.triple for one in store.quads_for_pattern(quad.subject, None, None, None)))
        return sorted(found, key=str)

    def void(self, request: Request) -> Response:
        """A VoID description of the data."""
        kind = negotiate(request, TRIPLES)
        void, here = "http://rdfs.org/ns/void#", f"http://{valid_iri(request.headers.get('host', 'localhost'))}"
        node = ox.NamedNode(f"{here}/.well-known/void#data")
        triples = [ox.Triple(node, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(void + "Dataset")),
                   ox.Triple(node, ox.NamedNode(void + "sparqlEndpoint"), ox.NamedNode(f"{here}/sparql")),
                   ox.Triple(node, ox.NamedNode(void + "uriSpace"), ox.Literal(self.base)),
                   ox.Triple(node, ox.NamedNode(void + "triples"), ox.Literal(self._size()))]
        return Response(200, kind, ox.serialize(triples, format=TRIPLES[kind], prefixes={"void": void}) or b"")

    def _size(self) -> int:
        """Return how many different triples the graph holds."""
        counted = self.graph.results("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        assert isinstance(counted, ox.QuerySolutions)
        return int(next(counted)["n"].value)

    # --- pages ---

    def _html(self, template: str, **values: Any) -> bytes:
        page: str = _templates().get_template(template).render(local=self._local, **values)
        return page.encode("utf-8", "replace")

    def _page(self, template: str, **values: Any) -> Response:
        return Response(200, f"{HTML}; charset=utf-8", self._html(template, **values))

    def _local(self, iri: str) -> str:
        """Return where this server shows the thing with this IRI; other addresses stay, unless a browser would run them."""
        if iri.startswith(self.base):
            return "/" + quote(iri.removeprefix(self.base), safe="/#=,")
        return iri if re.match(r"https?://", iri) else ""

    def home(self, request: Request) -> Response:
        """The start page: what is in the graph, and the ways to ask it."""
        groups: dict[str, list[Node]] = {"People": [], "Organisations": [], "Places": [], "Other": []}
        for row in _rows(self.graph.query("most-mentioned", limit=50)):
            entity = self.graph.entity(str(row["entity"]))
            groups[next((title for kind, title in _GROUPS.items() if kind in entity.types), "Other")].append(entity)
        newest = _rows(self.graph.query("SELECT ?a { ?a a schema:NewsArticle OPTIONAL { ?a schema:datePublished ?day } } "
                                        f"ORDER BY DESC(STR(?day)) ?a LIMIT {_NEWEST}"))
        counted = [next(iter(_rows(self.graph.query(query)))) for query in (
            "SELECT (COUNT(?a) AS ?n) (STR(MIN(?day)) AS ?first) (STR(MAX(?day)) AS ?last) "
            "{ ?a a schema:NewsArticle OPTIONAL { ?a schema:datePublished ?day } }", "SELECT (COUNT(?s) AS ?n) { ?s a kg:Statement }")]
        return self._page("home.html", most=[(title, some) for title, some in groups.items() if some],
                          articles=[self._article(str(row["a"]), text=False) for row in newest], total=counted[0]["n"],
                          statements=counted[1]["n"], first=(counted[0]["first"] or "")[:10], last=(counted[0]["last"] or "")[:10],
                          queries=stored_queries().values())

    def search_page(self, request: Request) -> Response:
        """Full-text search as a page: names, articles and quotes apart, each best first."""
        words = _one(request, "q", "").strip()
        hits = self.graph.search(words, limit=_PAGE) if re.search(r"\w", words) else []
        groups = []
        for kind, title in (("entity", "Names"), ("article", "Articles"), ("quote", "Quotes")):
            some = [(self._local(hit.iri.partition("#")[0]), hit.name or self.graph.title(hit.iri.partition("#")[0]), _marked(hit.snippet))
                    for hit in hits if hit.kind == kind]
            groups += [(title, some)] if some else []
        return self._page("search.html", words=words, groups=groups, found=len(hits), most=_PAGE)

    def entity_page(self, iri: str) -> bytes:
        """An entity: names, types, and everything said of it with its quotes; what is said alike in several places once."""
        said = list(self.graph.statements(entity=iri, limit=_ENTITY_STATEMENTS))
        groups: dict[str, dict[tuple[object, ...], list[Said]]] = {}
        for one in said:
            whose = "" if one.subject == iri else " (as object or speaker)"
            when = one.when or one.when_text
            alike = (one.subject, one.object, one.polarity, one.status, one.speaker, when, one.qualifiers, one.disputed)
            groups.setdefault(one.property_label + whose, {}).setdefault(alike, []).append(one)
        entity = self.graph.entity(iri)
        articles = [self._article(article, text=False) for article in entity.articles[:_NAMED_IN]]
        return self._html("entity.html", entity=entity, groups={title: list(some.values()) for title, some in groups.items()},
                          types=_kinds(entity), articles=sorted(articles, key=lambda one: one["published"], reverse=True),
                          cut=_ENTITY_STATEMENTS if len(said) == _ENTITY_STATEMENTS else 0)

    def article_page(self, iri: str) -> bytes:
        """An article: its text with the evidence marked, and what was read from it."""
        details = self._article(iri)
        said = list(self.graph.statements(article=iri))
        return self._html("article.html", article=details, said=said, parts=_highlighted(details["text"], said))

    def graph_page(self, request: Request) -> Response:
        """The interactive page: of all that one page carries well, around ``?entity=``, or of what ``?query=`` gives."""
        from kg.page.pages import from_store

        hops = _number(request, "hops", 1, 1, 3)
        page = from_store(self.graph, entity=_one(request, "entity", ""), hops=hops, query=_one(request, "query", ""))
        return Response(200, f"{HTML}; charset=utf-8", page.encode("utf-8", "replace"), {"X-Kg-Page": "graph"})

    def query_page(self, request: Request) -> Response:
        """SPARQL in the browser: stored queries, completion, the answer as table or graph."""
        return self._page("query.html", queries=stored_queries().values(), query=_one(request, "query", ""),
                          stored=_one(request, "stored", ""), here="query")

    # --- JSON ---

    def openapi(self, request: Request) -> Response:
        """The description of the JSON API (OpenAPI 3.1)."""
        return Response(200, "application/json", (ASSETS / "openapi.json").read_bytes())

    def api_entities(self, request: Request) -> Response:
        """Entities by mentions, or, with ``q``, those found by the words."""
        _known(request, "q", "limit", "offset")
        words = _one(request, "q", "")
        limit, offset = _number(request, "limit", 50, 1, 1000), _number(request, "offset", 0, 0, 10**9)
        if words:
            hits = self.graph.search(words, kind="entity", limit=offset + limit) if re.search(r"\w", words) else []
            iris = [hit.iri for hit in hits][offset:]
        else:
            found = self.graph.query("SELECT ?e (SUM(?n) AS ?all) { GRAPH ?g { ?e kg:mentionCount ?n } } "
                                     f"GROUP BY ?e ORDER BY DESC(?all) ?e LIMIT {limit} OFFSET {offset}")
            iris = [str(row["e"]) for row in _rows(found)]
        return _json([_entity(self.graph.entity(iri)) for iri in iris])

    def api_entity(self, request: Request) -> Response:
        """One entity by IRI or name, with what is said of it."""
        _known(request, "iri", "name", "limit")
        iri, name = _one(request, "iri", ""), _one(request, "name", "")
        if bool(iri) == bool(name):
            raise Refusal(400, "give iri or name")
        found = self.graph.find(iri or name)
        if not found:
            raise Refusal(404, f"the graph has nothing called {(iri or name)[:200]!r}")
        limit = _number(request, "limit", 200, 1, 1000)
        return _json([_entity(one) | {"statements": [said.as_dict() for said in self.graph.statements(entity=one.iri, limit=limit)]}
                      for one in found[:20]])

    def api_statements(self, request: Request) -> Response:
        """Statements, filtered; in the order of articles and text as far as ``limit`` reaches."""
        _known(request, "entity", "status", "property", "article", "limit", "offset")
        limit, offset = _number(request, "limit", 50, 1, 1000), _number(request, "offset", 0, 0, 10**9)
        names = {name: _one(request, name, "") for name in ("entity", "status", "property", "article")}
        if names["status"] not in ("", "Asserted", "Claimed", "Planned", "Conditional", "Asked"):
            raise Refusal(400, "status is one of Asserted, Claimed, Planned, Conditional, Asked")
        for name in ("property", "article"):
            if names[name] and _node(names[name]) is None:
                raise Refusal(400, f"{name} is an IRI")
        return _json([said.as_dict() for said in self.graph.statements(**names, limit=limit, offset=offset)])

    def api_articles(self, request: Request) -> Response:
        """The articles by IRI."""
        _known(request, "limit", "offset")
        return _json(self._articles(_number(request, "offset", 0, 0, 10**9), _number(request, "limit", 50, 1, 1000)))

    def api_search(self, request: Request) -> Response:
        """Full-text search."""
        _known(request, "q", "kind", "limit")
        kind = _one(request, "kind", "")
        if kind and kind not in KINDS:
            raise Refusal(400, f"kind is one of {', '.join(KINDS)}")
        chosen = next((one for one in KINDS if one == kind), None)
        words, limit = _one(request, "q", ""), _number(request, "limit", 50, 1, 1000)
        hits = self.graph.search(words, kind=chosen, limit=limit) if re.search(r"\w", words) else []
        return _json([hit._asdict() | {"snippet": unmarked(hit.snippet)} for hit in hits])

    def api_queries(self, request: Request) -> Response:
        """The stored queries with their parameters."""
        return _json([{"name": one.name, "description": one.description, "text": one.text,
                       "parameters": {name: {"kind": kind, "description": about} for name, (kind, about) in one.parameters.items()}}
                      for one in stored_queries().values()])

    def api_stored(self, request: Request, name: str) -> Response:
        """The answer to a stored query; its parameters are the request's."""
        if name not in stored_queries():
            raise Refusal(404, f"there is no stored query {name[:100]!r}; /api/queries lists them")
        parameters = stored_queries()[name].parameters
        _known(request, "limit", *parameters)
        given: dict[str, Any] = {key: value for key, value in _given(request) if key in parameters}
        answer = self.graph.query(name, limit=_number(request, "limit", 1000, 1, 100_000), **given)
        return _json({"columns": answer.columns, "rows": [list(row) for row in answer.table()]} if isinstance(answer, Answer)
                     else {"answer": answer})

    def api_words(self, request: Request) -> Response:
        """Prefixes, properties and classes in use, for completion in an editor."""
        found = _rows(self.graph.query(
            "SELECT DISTINCT ?p ?l { ?s rdf:predicate ?p OPTIONAL { ?p rdfs:label ?l } } ORDER BY ?p LIMIT 5000"))
        kinds = _rows(self.graph.query("SELECT DISTINCT ?c { ?e kg:mentionCount ?n ; a ?c } ORDER BY ?c LIMIT 1000"))
        own = "status polarity certainty tense speaker source cue wording when whenText confidence search".split()
        properties = [[row["p"], row["l"] or ""] for row in found] + [[KG + one, ""] for one in own]
        return _json({"prefixes": prefixes(self.base), "properties": properties, "classes": [row["c"] for row in kinds]})

    def _articles(self, offset: int, limit: int) -> list[dict[str, Any]]:
        return [self._article(iri, text=False) for iri in self.graph.articles()[offset:offset + limit]]

    def _article(self, iri: str, text: bool = True) -> dict[str, Any]:
        one = self.graph.article(iri)
        return {"iri": iri, "headline": one.title, "published": one.published, "publisher": one.publisher, "url": one.url,
                "authors": one.authors, "language": one.language, **({"text": one.text} if text else {})}


@functools.cache
def _templates() -> Any:
    import jinja2

    return jinja2.Environment(loader=jinja2.FileSystemLoader(ASSETS), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _asset(name: str) -> Response:
    kinds = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
    path = ASSETS / name
    if "/" in name or path.suffix not in kinds or not path.is_file():
        raise Refusal(404, "there is no such file")
    return Response(200, kinds[path.suffix], path.read_bytes(), {"Cache-Control": "max-age=3600"})


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(400, f"the body is not UTF-8: {error}") from error


def _node(iri: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def _iris(given: Sequence[str] | None) -> list[ox.NamedNode] | None:
    if given is None:
        return None
    nodes = [_node(iri) for iri in given]
    for iri, node in zip(given, nodes, strict=True):
        if node is None:
            raise Refusal(400, f"{iri[:200]!r} is no IRI")
    return [node for node in nodes if node is not None]


def _triples(triples: Iterable[ox.Triple], output: BinaryIO, kind: ox.RdfFormat, names: Mapping[str, str] | None) -> None:
    ox.serialize(triples, output, kind, prefixes=dict(names) if names else None)


def _serialize(found: ox.QuerySolutions | ox.QueryBoolean, output: BinaryIO, kind: ox.QueryResultsFormat) -> None:
    found.serialize(output, kind)


def _json(value: object) -> Response:
    return Response(200, "application/json", msgspec.json.encode(value))


def _rows(answer: object) -> Iterable[Mapping[str, Any]]:
    assert isinstance(answer, Answer)  # our own SELECT queries
    return answer


def _entity(node: Node) -> dict[str, Any]:
    return {"iri": node.iri, "label": node.label, "types": node.types, "named": node.named, "aliases": node.aliases,
            "mentions": node.mentions, "articles": node.articles}


def _given(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.query, keep_blank_values=True)


def _known(request: Request, *names: str) -> None:
    """Raise Refusal if the request has other parameters than these, or one of them twice."""
    given = [name for name, _ in _given(request)]
    for name in given:
        if name not in names:
            raise Refusal(400, f"unknown parameter {name[:100]!r}; there are: {', '.join(names)}")
        if given.count(name) > 1:
            raise Refusal(400, f"{name} is given twice")


def _one(request: Request, name: str, default: str) -> str:
    return dict(_given(request)).get(name, default)


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = _one(request, name, str(default))
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise Refusal(400, f"{name} is a number from {least} to {most}")
    return int(text)


def _marked(snippet: str) -> list[tuple[str, bool]]:
    """Return a snippet as (text, found word or not)."""
    return [(part, bool(number % 2)) for number, part in enumerate(re.split("[\x02\x03]", snippet))]


def _kinds(entity: Node) -> list[str]:
    """Return the entity's classes in words, those that say nothing left out.

    >>> _kinds(Node("", "", ("Agent", "GovernmentBody"), True, (), 0, ()))
    ['government body']
    """
    known = [kind for kind in entity.types if kind not in ("Agent", "Thing")] or list(entity.types)
    return [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower() for kind in known]


class Stretch(NamedTuple):
    """A stretch of an article: the ids of the statements read from it, how the surest is told, and the ids that begin here."""

    text: str
    keys: list[str]
    kind: str
    first: list[str]


def _highlighted(text: str, said: Sequence[Said]) -> list[Stretch]:
    """Return the text in stretches; of the statements read from one, those with the shortest quote come first."""
    kinds = {_key(one): "negative" if one.polarity == "Negative" else one.status.lower() for one in said}
    marks = sorted({(quote.start, quote.end, _key(one)) for one in said for quote in one.quotes})
    cuts = sorted({0, len(text), *(place for start, end, _ in marks for place in (start, end))})
    stretches, here, next_mark, seen = [], [], 0, set()
    for start, end in itertools.pairwise(cuts):
        while next_mark < len(marks) and marks[next_mark][0] <= start:
            here.append(marks[next_mark])
            next_mark += 1
        here = [mark for mark in here if mark[1] >= end]
        keys = [key for *_, key in sorted(here, key=lambda mark: (mark[1] - mark[0], mark))]
        first = [key for key in keys if key not in seen]
        seen.update(first)
        stretches.append(Stretch(text[start:end], keys, kinds[keys[0]] if keys else "", first))
    return stretches


def _key(said: Said) -> str:
    return said.iri.rpartition("/")[2]
