"""The graph written out as Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML.

Order is fixed: entities by IRI, then each article with its statements in the order of the text, each statement followed by its
evidence; then open properties, agents and the ontology. Equal stores give equal bytes. Nothing but one article and the
IRIs of the entities is held in memory.
"""

from __future__ import annotations

import functools
import itertools
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, Literal
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from kg.errors import KgError
from kg.iris import INFERRED_GRAPH, KG, ONTOLOGY_GRAPH, PREFIXES, prefixes, valid_iri
from kg.query import has_union
from kg.spill import Sorted

Format = Literal["turtle", "trig", "ntriples", "nquads", "jsonld", "rdfxml"]
FORMATS: dict[str, ox.RdfFormat] = {
    "turtle": ox.RdfFormat.TURTLE, "trig": ox.RdfFormat.TRIG, "ntriples": ox.RdfFormat.N_TRIPLES, "nquads": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD, "rdfxml": ox.RdfFormat.RDF_XML,
}
#: Formats that keep the named graph of each article; the others hold the union of all.
KEEP_GRAPHS = ("trig", "nquads", "jsonld")

Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Blocks = dict[ox.NamedNode, list[ox.Triple]]
#: rank of the predicate, the predicate, the object as in N-Triples
Row = tuple[int, str, str]

_INFERRED = ox.NamedNode(INFERRED_GRAPH)
#: formats that can hold RDF 1.2's triple terms
RDF12 = ("turtle", "trig", "ntriples", "nquads")
_PARTS = [ox.NamedNode(PREFIXES["rdf"] + name) for name in ("subject", "predicate", "object")]
_REIFIES, _RDF_STATEMENT = ox.NamedNode(PREFIXES["rdf"] + "reifies"), ox.NamedNode(PREFIXES["rdf"] + "Statement")
_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_STATEMENT = ox.NamedNode(KG + "Statement")
_DERIVED = ox.NamedNode(PREFIXES["prov"] + "wasDerivedFrom")
_BEGIN = ox.NamedNode(PREFIXES["nif"] + "beginIndex")
_COUNT = ox.NamedNode(KG + "mentionCount")
_AGENT = ox.NamedNode(PREFIXES["prov"] + "SoftwareAgent")


def _expand(names: str) -> list[str]:
    return [PREFIXES[prefix] + local for prefix, local in (name.split(":") for name in names.split())]


#: Predicates in the order they are written; those of the graph's own content stand between the two lists, by IRI.
_FIRST = _expand(
    "rdf:type rdfs:label schema:name skos:altLabel schema:headline rdf:subject rdf:predicate rdf:object kg:status kg:speaker "
    "kg:cue kg:source kg:polarity kg:certainty kg:tense kg:when kg:whenText")
_LAST = _expand(
    "kg:mentionCount kg:wording kg:confidence prov:wasDerivedFrom prov:wasGeneratedBy prov:wasAttributedTo nif:beginIndex "
    "nif:endIndex nif:anchorOf nif:referenceContext nif:sourceUrl nif:isString")
_RANKS = {iri: rank - len(_FIRST) for rank, iri in enumerate(_FIRST)} | {iri: 1 + rank for rank, iri in enumerate(_LAST)}


def export(store: ox.Store, format: Format, output: BinaryIO, *, slim: bool = False, inferred: bool = False, rdf12: bool = False,
           base: str) -> None:
    """Write `store` to `output`; with `slim` only the plain triples with the types and labels of what they speak of.

    Formats without named graphs hold what was read; with `inferred` also what follows from it, and why, which the others keep in a
    graph of its own, unless `slim`.
    With `rdf12` statements are written as RDF 1.2 has them, ``s rdf:reifies <<( subject predicate object )>>``, in one of :data:`RDF12`.
    RDF/XML can't hold most control characters, nor U+FFFE and U+FFFF: there, and only there, they are written as U+FFFD.
    """
    quads = _ordered(store, slim, base, union=format not in KEEP_GRAPHS, inferred=inferred)
    if rdf12:
        content = _reified(quads)
        names = prefixes(base) if format in ("turtle", "trig") else None
        ox.serialize(content if format in KEEP_GRAPHS else (quad.triple for quad in content), output, FORMATS[format], prefixes=names)
    elif format == "rdfxml":
        _write_rdfxml(quads, output, base)
    elif format in ("turtle", "trig"):
        _write_turtle(quads, output, base)
    else:
        plain: Iterable[ox.Quad] | Iterable[ox.Triple] = quads if format in KEEP_GRAPHS else (quad.triple for quad in quads)
        ox.serialize(plain, output, FORMATS[format], prefixes=prefixes(base) if format == "jsonld" else None)


def _reified(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield the quads with rdf:subject, rdf:predicate and rdf:object of a node as one triple term; the type rdf:Statement is left out."""
    for (node, graph), group in itertools.groupby(quads, key=lambda quad: (quad.subject, quad.graph_name)):
        said = list(group)
        parts = [[quad.object for quad in said if quad.predicate == name] for name in _PARTS]
        if any(len(one) != 1 for one in parts) or not isinstance(parts[1][0], ox.NamedNode):
            yield from said
            continue
        subject, predicate, value = (one[0] for one in parts)
        assert isinstance(subject, (ox.NamedNode, ox.BlankNode)) and isinstance(predicate, ox.NamedNode)
        yield ox.Quad(node, _REIFIES, ox.Triple(subject, predicate, value), graph)
        yield from (quad for quad in said if quad.predicate not in _PARTS
                    and not (quad.predicate == _TYPE and quad.object == _RDF_STATEMENT))


def describe(store: ox.Store, base: str, files: Mapping[str, tuple[str, int]]) -> bytes:
    """Return a VoID and DCAT description of the graph as Turtle, to be put on the web beside its dumps.

    `files` are the dumps: name -> media type and bytes. All names in it are relative to where the description lies.
    """
    def count(query: str) -> Iterator[tuple[str, str]]:
        found = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=not has_union(store))
        assert isinstance(found, ox.QuerySolutions)
        return ((one[0].value, one[1].value) for one in found)

    kinds = list(count("SELECT ?c (COUNT(?e) AS ?n) { ?e a ?c } GROUP BY ?c ORDER BY DESC(?n) STR(?c)"))
    used = list(count("SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n) STR(?p)"))
    entities = sum(int(number) for kind, number in kinds if kind == f"{PREFIXES['schema']}NewsArticle")
    spaces = sorted({name[:max(name.rfind("#"), name.rfind("/")) + 1] for name, _ in used})
    lines = ["@prefix void: <http://rdfs.org/ns/void#> .", "@prefix dcat: <http://www.w3.org/ns/dcat#> .",
             "@prefix dcterms: <http://purl.org/dc/terms/> .", "", "<#graph> a void:Dataset , dcat:Dataset ;",
             f'    dcterms:title "News graph of {entities} articles" ;',
             '    dcterms:description "What news articles say, each statement with the words it was read from; made by newskg." ;',
             f'    void:uriSpace "{base}" ;', f"    void:triples {sum(int(number) for _, number in used)} ;",
             f"    void:properties {len(used)} ;", f"    void:classes {len(kinds)} ;"]
    lines += [f"    void:vocabulary {ox.NamedNode(space)} ;" for space in spaces if space.endswith("#") or space == PREFIXES["schema"]]
    lines += [f"    void:classPartition [ void:class {ox.NamedNode(kind)} ; void:entities {number} ] ;" for kind, number in kinds]
    lines += [f"    void:propertyPartition [ void:property {ox.NamedNode(name)} ; void:triples {number} ] ;" for name, number in used]
    for name, (kind, size) in sorted(files.items()):
        place = ox.NamedNode(f"x:{valid_iri(quote(name))}").value.removeprefix("x:")
        lines += [f"    void:dataDump <{place}> ;",
                  f"    dcat:distribution [ a dcat:Distribution ; dcat:downloadURL <{place}> ; dcat:byteSize {size} ;",
                  f"        dcat:mediaType <https://www.iana.org/assignments/media-types/{kind}> ] ;"]
    return ("\n".join(lines).removesuffix(";").rstrip() + " .\n").encode()


def turtle_beside(graphs: Iterable[Sequence[ox.Quad]], output: BinaryIO, base: str) -> Iterator[ox.Quad]:
    """Pass on the quads of `graphs`, one after another, and write the same Turtle as :func:`export` would from their store.

    It saves reading the store, which takes longer than writing it. `output` is complete when the last quad has been taken. Little
    more than one graph at a time is held in memory: the rest goes through files.
    """
    ontology: list[ox.Triple] = []
    described: set[str] = set()
    turtle = _Turtle(base)

    def write(shared: Sorted) -> None:
        for iri, rows in shared.groups():
            described.update({iri} & defined)
            output.write(turtle.block(ox.NamedNode(iri), set(itertools.chain.from_iterable(rows))))

    with tempfile.TemporaryFile() as articles, Sorted(list[Row]) as entities, Sorted(list[Row]) as rest:
        for quads in filter(None, graphs):
            yield from quads
            graph = quads[0].graph_name
            assert isinstance(graph, ox.NamedNode)  # articles and the ontology each have a graph with a name
            if graph.value == INFERRED_GRAPH:
                continue
            if graph.value == ONTOLOGY_GRAPH:
                ontology = _sorted_triples(quad.triple for quad in quads)
                continue
            others, own = _split(quads, graph)
            for subject, triples in others.items():
                (entities if subject.value.startswith(f"{base}entity/") else rest).put(subject.value, list(map(_row, triples)))
            for subject, triples in own:
                articles.write(turtle.block(subject, map(_row, triples)))
        defined = {triple.subject.value for triple in ontology if isinstance(triple.subject, ox.NamedNode)}
        output.write(turtle.header().encode())
        write(entities)
        articles.seek(0)
        shutil.copyfileobj(articles, output)
        write(rest)
        for node, said in itertools.groupby(ontology, key=lambda triple: triple.subject):
            if str(node)[1:-1] not in described:
                output.write(turtle.block(node, map(_row, said)))


def _ordered(store: ox.Store, slim: bool, base: str, union: bool, inferred: bool = False) -> Iterator[ox.Quad]:
    """Yield all quads in the order of writing; with `union`, each triple once, in the default graph."""
    apart = {ONTOLOGY_GRAPH} if inferred or not (union or slim) else {ONTOLOGY_GRAPH, INFERRED_GRAPH}
    names = sorted(graph.value for graph in store.named_graphs() if graph.value not in apart)
    graphs = [ox.NamedNode(name) for name in names]
    ontology = ox.NamedNode(ONTOLOGY_GRAPH)
    if union:
        for triple in _union(store, graphs, ontology, slim, base, inferred):
            yield ox.Quad(triple.subject, triple.predicate, triple.object)
        return
    for graph in graphs:
        shared, own = _split(store.quads_for_pattern(None, None, None, graph), graph)
        for _, triples in [*((node, shared[node]) for node in _sorted(shared)), *([] if slim else own)]:
            for triple in _block(triples, slim):
                yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)
    for triple in [] if slim else _ontology(store, ontology):
        yield ox.Quad(triple.subject, triple.predicate, triple.object, ontology)


def _union(store: ox.Store, graphs: list[ox.NamedNode], ontology: ox.NamedNode, slim: bool, base: str,
           inferred: bool) -> Iterator[ox.Triple]:
    shared: set[ox.NamedNode] = set()
    for graph in graphs:
        shared.update(_split(store.quads_for_pattern(None, None, None, graph), graph)[0])
    entities = {node for node in shared if node.value.startswith(f"{base}entity/")}
    for subject in _sorted(entities):
        yield from _everywhere(store, subject, slim, inferred)
    for graph in [] if slim else graphs:
        for _, triples in _split(store.quads_for_pattern(None, None, None, graph), graph)[1]:
            yield from _block(triples, slim)
    for subject in _sorted(shared - entities):
        yield from _everywhere(store, subject, slim, inferred)
    for triple in [] if slim else _ontology(store, ontology):
        if triple.subject not in shared:
            yield triple


def _sorted(nodes: Iterable[ox.NamedNode]) -> list[ox.NamedNode]:
    return sorted(nodes, key=lambda node: node.value)


def _split(quads: Iterable[ox.Quad], graph: ox.NamedNode) -> tuple[Blocks, list[tuple[ox.NamedNode, list[ox.Triple]]]]:
    """Return what an article's graph says of things that others may speak of too, and of its own: article, text, statements, evidence.

    Both by subject; its own come in the order of writing.
    """
    blocks: dict[ox.NamedNode, list[ox.Triple]] = {}
    begins: dict[ox.NamedNode, int] = {}
    derived: dict[ox.NamedNode, list[ox.NamedNode]] = {}
    statements: set[ox.NamedNode] = set()
    for quad in quads:
        triple = quad.triple
        subject, predicate = triple.subject, triple.predicate.value
        assert isinstance(subject, ox.NamedNode)  # article graphs hold no blank nodes
        if subject in blocks:
            blocks[subject].append(triple)
        else:
            blocks[subject] = [triple]
        if predicate == _BEGIN.value:
            begins[subject] = int(triple.object.value) if isinstance(triple.object, ox.Literal) else 0
        elif predicate == _DERIVED.value:
            if isinstance(triple.object, ox.NamedNode):
                derived.setdefault(subject, []).append(triple.object)
        elif predicate == _TYPE.value and triple.object == _STATEMENT:
            statements.add(subject)
    mine = f"{graph.value}#"
    rest = {node for node in blocks if node.value == graph.value or node.value.startswith(mine)}
    own: dict[ox.NamedNode, None] = {}
    spans = {node for nodes in derived.values() for node in nodes}
    for node in _sorted(rest - spans):
        own[node] = None
    places = {s: sorted(derived.get(s, ()), key=lambda node: (begins.get(node, 0), node.value)) for s in statements}
    for statement in sorted(statements, key=lambda s: (begins.get(places[s][0], 0) if places[s] else 0, s.value)):
        own[statement] = None
        own.update(dict.fromkeys(places[statement]))
    own.update(dict.fromkeys(_sorted(rest - own.keys())))
    return ({node: triples for node, triples in blocks.items() if node not in rest and node not in statements},
            [(node, blocks[node]) for node in own if node in blocks])


def _everywhere(store: ox.Store, subject: ox.NamedNode, slim: bool, inferred: bool) -> Iterator[ox.Triple]:
    """Yield what all named graphs say of `subject`, each triple once; the default graph only repeats them, what is inferred too."""
    left_out = {ox.DefaultGraph()} if inferred else {ox.DefaultGraph(), _INFERRED}
    quads = store.quads_for_pattern(subject, None, None, None)
    return _block({quad.triple for quad in quads if quad.graph_name not in left_out}, slim)


def _block(triples: Collection[ox.Triple], slim: bool) -> Iterator[ox.Triple]:
    """Yield the triples of one subject in the order of writing."""
    if slim and any(triple.predicate == _TYPE and triple.object == _AGENT for triple in triples):
        return
    for triple in sorted(triples, key=_row):
        if not (slim and triple.predicate == _COUNT):
            yield triple


def _ontology(store: ox.Store, graph: ox.NamedNode) -> list[ox.Triple]:
    return _sorted_triples(quad.triple for quad in store.quads_for_pattern(None, None, None, graph))


def _sorted_triples(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    return sorted(triples, key=lambda triple: (str(triple.subject), *_row(triple)))


def _row(triple: ox.Triple) -> Row:
    """Return what is said of the subject: predicates and objects sort by it in the order of writing."""
    predicate = triple.predicate.value
    return _RANKS.get(predicate, 0), predicate, str(triple.object)


#: Local names that every Turtle parser reads without escapes.
_SIMPLE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")
#: IRIs below the base that resolving leaves as they are.
_RELATIVE = re.compile(r"article/[A-Za-z0-9_-]+#[a-z]+(?:=\d+,\d+)?|agent/[A-Za-z0-9_.-]*[A-Za-z0-9]")
_BARE = {PREFIXES["xsd"] + "integer": re.compile(r"[+-]?\d+"), PREFIXES["xsd"] + "decimal": re.compile(r"[+-]?\d*\.\d+"),
         PREFIXES["xsd"] + "boolean": re.compile("true|false")}


class _Turtle:
    """Terms as Turtle, shortened by prefixes and base only where all parsers agree (rdflib misreads some escapes)."""

    def __init__(self, base: str) -> None:
        self.base, self._known = base, {iri: prefix for prefix, iri in prefixes(base).items()}
        self.iri = functools.lru_cache(maxsize=1 << 14)(self._short)

    def header(self) -> str:
        """Return the @base and @prefix lines."""
        names = "".join(f"@prefix {prefix}: <{iri}> .\n" for iri, prefix in self._known.items())
        return f"@base <{self.base}> .\n{names}"

    def _short(self, iri: str) -> str:
        """Return the IRI as prefixed name, relative to the base, or in full."""
        if iri.startswith(self.base) and _RELATIVE.fullmatch(iri, len(self.base)):
            return f"<{iri.removeprefix(self.base)}>"
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        if iri[:cut] in self._known and _SIMPLE.fullmatch(iri, cut):
            return f"{self._known[iri[:cut]]}:{iri[cut:]}"
        return f"<{iri}>"

    def verb(self, iri: str) -> str:
        """Return a predicate."""
        return "a" if iri == _TYPE.value else self.iri(iri)

    def term(self, text: str) -> str:
        """Return any term, given as in N-Triples."""
        if text[0] == "<":
            return self.iri(text[1:-1])
        if text[-1] != ">":  # a string, a language's string, a blank node
            return text
        quoted, _, datatype = text[:-1].rpartition("^^<")
        bare = _BARE.get(datatype)
        return quoted[1:-1] if bare and bare.fullmatch(quoted, 1, len(quoted) - 1) else f"{quoted}^^{self.iri(datatype)}"

    def block(self, subject: Term, rows: Iterable[Row]) -> bytes:
        """Return all that is said of a subject."""
        text, before, between = f"\n{self.term(str(subject))} ", "", " ;\n    "
        for _, predicate, value in sorted(rows):
            if predicate == before:
                text += f" , {self.term(value)}"
            else:
                text += f"{between if before else ''}{self.verb(predicate)} {self.term(value)}"
                before = predicate
        return f"{text} .\n".encode()


def _write_turtle(quads: Iterable[ox.Quad], output: BinaryIO, base: str) -> None:
    """Write Turtle, or TriG when the quads name graphs: a block for each subject, a line for each predicate."""
    turtle = _Turtle(base)
    output.write(turtle.header().encode())
    graph: object = ox.DefaultGraph()
    before: tuple[object, object, object] = (None, None, None)
    for quad in quads:
        here = (quad.graph_name, quad.subject, quad.predicate)
        value = turtle.term(str(quad.object))
        if here == before:
            text = f" , {value}"
        else:
            verb = turtle.verb(quad.predicate.value)
            text = f" ;\n    {verb} {value}"
            if here[:2] != before[:2]:
                text = " .\n" if before[1] is not None else ""
                if quad.graph_name != graph:
                    text += "}\n" if isinstance(graph, ox.NamedNode) else ""
                    graph = quad.graph_name
                    text += f"\n{turtle.term(str(graph))} {{\n" if isinstance(graph, ox.NamedNode) else ""
                text += f"\n{turtle.term(str(quad.subject))} {verb} {value}"
        output.write(text.encode())
        before = here
    output.write((" .\n" if before[1] is not None else "").encode() + (b"}\n" if isinstance(graph, ox.NamedNode) else b""))


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: What an XML name without a colon may start with (XML 1.0, NameStartChar), and what may follow.
_START = ("A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
          "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff")
#: The longest ending of an IRI that is such a name; the rest goes to the namespace.
_LOCAL_NAME = re.compile(f"[{_START}][{_START}0-9.\u00b7\u0300-\u036f\u203f\u2040-]*$")


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text), {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))


def _about(term: Node, name: str) -> str:
    return f"rdf:nodeID={_attribute(term.value)}" if isinstance(term, ox.BlankNode) else f"rdf:{name}={_attribute(term.value)}"


def _write_rdfxml(quads: Iterable[ox.Quad], output: BinaryIO, base: str) -> None:
    """Write RDF/XML. (Oxigraph's own writer loses carriage returns and writes control characters that no XML parser takes.)"""
    known = {iri: prefix for prefix, iri in prefixes(base).items()}
    names = "".join(f"\n    xmlns:{prefix}={_attribute(iri)}" for iri, prefix in known.items())
    output.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{names}>\n'.encode())
    before: object = None
    for quad in quads:
        assert not isinstance(quad.subject, ox.Triple)  # the store holds RDF 1.1
        if quad.subject != before:
            closing = "</rdf:Description>\n" if before is not None else ""
            output.write(f"{closing}<rdf:Description {_about(quad.subject, 'about')}>\n".encode())
            before = quad.subject
        output.write(_property(quad.predicate.value, quad.object, known).encode())
    output.write(("</rdf:Description>\n" if before is not None else "").encode() + b"</rdf:RDF>\n")


def _property(predicate: str, value: Term, known: dict[str, str]) -> str:
    found = _LOCAL_NAME.search(predicate)
    if found is None:
        raise KgError(f"RDF/XML can't hold the property {predicate}, which has no letter to start a name at; choose another format with -f")
    space, local = predicate[:found.start()], found.group()
    tag, names = (f"{known[space]}:{local}", "") if space in known else (f"p:{local}", f" xmlns:p={_attribute(space)}")
    if not isinstance(value, ox.Literal):
        assert not isinstance(value, ox.Triple)
        return f"  <{tag}{names} {_about(value, 'resource')}/>\n"
    kind = ""
    if value.language:
        kind = f" xml:lang={_attribute(value.language)}"
    elif value.datatype.value != PREFIXES["xsd"] + "string":
        kind = f" rdf:datatype={_attribute(value.datatype.value)}"
    return f"  <{tag}{names}{kind}>{_xml(value.value)}</{tag}>\n"
