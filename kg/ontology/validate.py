"""Check the graph against SHACL shapes: the bundled ones as SPARQL in the store, a user's own with pySHACL.

pySHACL takes most of a second an article. The shapes that newskg ships with are made of few kinds of constraint; :func:`queries`
turns each into a SPARQL query for what breaks it, which was 5 to 10 times as fast on our samples. Bundled shapes that use any other
kind go to
pySHACL too, so that no constraint is ever passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
import rdflib
import rdflib.collection
from rdflib.namespace import OWL, RDF, RDFS, SH, XSD
from rdflib.term import Node

from kg.errors import OntologyError
from kg.iris import KG, ONTOLOGY_GRAPH
from kg.ontology import EDTF, bundled

#: article, node, path, value, message, severity
Row = tuple[str, str, str, str, str, str]

_ONTOLOGY = ox.NamedNode(ONTOLOGY_GRAPH)
_SHAPES = "https://w3id.org/newskg/shapes#"


def validate(store: ox.Store, articles: Iterable[str], shapes: Sequence[Path]) -> list[Row]:
    """Return one row for each violation in the graphs of `articles`, sorted; none if all conform.

    With the bundled shapes go those of domain and range (:func:`property_shapes`).

    Raises OntologyError if the Turtle files `shapes` can't be read or used.
    """
    articles = list(articles)
    rows: set[Row] = set()
    for path in shapes:
        rules = _read(path)
        ours = path == bundled() / "shapes.ttl"
        if ours:
            rules += property_shapes(store)
        translated = queries(rules, lambda name: _kinds(store, name)) if ours else None
        if translated is None:
            rows.update(by_pyshacl(store, articles, rules, path))
        else:
            rows.update(by_sparql(store, articles, translated))
    return sorted(rows)


#: the datatypes that a value may have where a property's range is the first: "in 2019" is a date too, 12 a decimal
_DATATYPES: Mapping[Node, tuple[Node, ...]] = {
    XSD.date: (XSD.date, XSD.gYear, XSD.gYearMonth, XSD.dateTime, XSD.time, rdflib.URIRef(EDTF)),
    XSD.decimal: (XSD.decimal, XSD.integer), XSD.integer: (XSD.integer, XSD.decimal),
    XSD.string: (XSD.string,), XSD.boolean: (XSD.boolean,), XSD.duration: (XSD.duration,),
}


def property_shapes(store: ox.Store) -> rdflib.Graph:
    """Return a SHACL shape for the domain and one for the range of each property of the bundled ontology.

    The graph `store` holds the ontology; ranges that allow anything give no shape. A class has subclasses, a union members.
    """
    ontology = _graph(store, _ONTOLOGY)
    shapes = rdflib.Graph()
    for predicate, target, name in ((RDFS.domain, SH.targetSubjectsOf, "domain"), (RDFS.range, SH.targetObjectsOf, "range")):
        for prop, given in sorted(ontology.subject_objects(predicate)):
            union = ontology.value(given, OWL.unionOf)
            wanted = list(ontology.items(union)) if union else [given]
            kind = SH.datatype if wanted[0] in _DATATYPES else SH["class"]
            wanted = [one for each in wanted for one in _DATATYPES.get(each, (each,))]
            listed = any((None, RDF.type, one) in ontology for one in wanted)  # kg:Past and its like, which hand-made shapes list
            if listed or not str(prop).startswith(KG) or not all(kind == SH.datatype or str(one).startswith(KG) for one in wanted):
                continue  # a user's own, owl:Thing, rdfs:Literal, and what other vocabularies define
            shape = rdflib.URIRef(f"{_SHAPES}{str(prop).removeprefix(KG)}-{name}")
            members = []
            for one in wanted:
                member = rdflib.BNode()
                shapes.add((member, kind, one))
                members.append(member)
            head = rdflib.BNode()
            rdflib.collection.Collection(shapes, head, list(members))
            shapes.add((shape, RDF.type, SH.NodeShape))
            shapes.add((shape, target, prop))
            shapes.add((shape, SH["or"], head))
            names = " or ".join(str(one).rpartition("#")[2] for one in wanted)
            shapes.add((shape, SH.message, rdflib.Literal(f"The {name} of kg:{str(prop).removeprefix(KG)} is {names}.")))
    return shapes


def _read(path: Path) -> rdflib.Graph:
    try:
        return rdflib.Graph().parse(path, format="turtle")
    except OSError as error:
        raise OntologyError(f"{path} can't be read ({error.strerror}); name a Turtle file of SHACL shapes") from error
    except Exception as error:  # rdflib's parsers raise many kinds
        raise OntologyError(f"{path} can't be read as Turtle: {' '.join(str(error).split())}; mend the file") from error


# --- as SPARQL ---

_NODE_KINDS = {
    "IRI": "ISIRI(?value)", "Literal": "ISLITERAL(?value)", "BlankNode": "ISBLANK(?value)",
    "IRIOrLiteral": "!ISBLANK(?value)", "BlankNodeOrIRI": "!ISLITERAL(?value)", "BlankNodeOrLiteral": "!ISIRI(?value)",
}
#: Datatypes whose lexical forms Oxigraph can check by casting
_CASTS = {str(XSD[name]) for name in ("boolean", "integer", "decimal", "double", "float", "date", "time", "dateTime", "duration",
                                      "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay")}
#: Kinds of constraint on one value: the expression that holds of a good ?value
_ON_VALUES: Mapping[Node, Callable[[str], str]] = {
    SH.datatype: lambda term: f"DATATYPE(?value) = {term}" + (f" && BOUND(?value) && DATATYPE({term}(STR(?value))) = {term}"
                                                            if term[1:-1] in _CASTS else ""),
    SH.nodeKind: lambda term: _NODE_KINDS[term.rpartition("#")[2][:-1]],
    SH.minInclusive: "?value >= {}".format, SH.maxInclusive: "?value <= {}".format,
    SH.minExclusive: "?value > {}".format, SH.maxExclusive: "?value < {}".format,
    SH.minLength: "!ISBLANK(?value) && STRLEN(STR(?value)) >= {}".format,
    SH.maxLength: "!ISBLANK(?value) && STRLEN(STR(?value)) <= {}".format,
    SH.pattern: "!ISBLANK(?value) && REGEX(STR(?value), {})".format,
}
_LISTS = {SH["in"], SH["or"]}
_VALUE_KINDS = {*_ON_VALUES, SH["class"], *_LISTS}
_NODE_PATTERNS = {SH.minCount, SH.maxCount, SH.hasValue, SH.lessThan, SH.lessThanOrEquals}
_TARGETS = {SH.targetClass: "?node a {}", SH.targetSubjectsOf: "?node {} ?any",
            SH.targetObjectsOf: "?any {} ?node"}
_NOTES = {RDF.type, RDFS.label, RDFS.comment, SH.message, SH.severity, SH.name, SH.description}

#: path, message, severity, and the query for the article, node and value of each violation
Query = tuple[str, str, str, str]


def queries(rules: rdflib.Graph, kinds: Callable[[str], Iterable[str]]) -> list[Query] | None:
    """Return SPARQL queries that together say what the SHACL shapes `rules` say; None if they hold anything not understood here.

    `kinds` gives the IRIs of a class and of all its subclasses.
    """
    members = [member for kind in _LISTS for cell in rules.objects(None, kind) for member in rules.items(cell)]
    shapes = set(rules.subjects(RDF.type, SH.NodeShape))
    properties = set(rules.objects(None, SH.property))
    allowed: list[tuple[Container[Node], Container[Node]]] = [
        (shapes, {*_TARGETS, SH.property, *_VALUE_KINDS, *_NOTES}),
        (properties, {SH.path, *_NODE_PATTERNS, *_VALUE_KINDS, *_NOTES}),
        ({one for one in members if isinstance(one, rdflib.BNode)}, _VALUE_KINDS),
        (set(rules.subjects(RDF.first)), {RDF.first, RDF.rest}),
    ]
    for subject, predicate in rules.subject_predicates():
        if not any(subject in subjects and predicate in known for subjects, known in allowed):
            return None
    if not all(isinstance(path, rdflib.URIRef) for path in rules.objects(None, SH.path)):
        return None
    return sorted(query for shape in shapes for target in _targets(rules, shape, kinds)
                  for query in _of_shape(rules, shape, target, kinds))


def _targets(rules: rdflib.Graph, shape: Node, kinds: Callable[[str], Iterable[str]]) -> Iterator[str]:
    for kind, pattern in _TARGETS.items():
        for target in rules.objects(shape, kind):
            names = sorted(kinds(str(target))) if kind == SH.targetClass else [str(target)]
            yield from (pattern.format(f"<{name}>") for name in names)


def _of_shape(rules: rdflib.Graph, shape: Node, target: str, kinds: Callable[[str], Iterable[str]]) -> Iterator[Query]:
    if good := _good(rules, shape, kinds):
        yield _query(rules, shape, f"{target} . BIND(?node AS ?value) FILTER(!({good}))")
    for property in rules.objects(shape, SH.property):
        path = _n3(rules.value(property, SH.path))
        for pattern in _node_patterns(rules, property, path):
            yield _query(rules, property, f"{target} . {pattern}")
        if good := _good(rules, property, kinds):
            yield _query(rules, property, f"{target} . ?node {path} ?value . FILTER(!({good}))")


def _query(rules: rdflib.Graph, shape: Node, pattern: str) -> Query:
    message = "; ".join(sorted(map(str, rules.objects(shape, SH.message))))
    severity = str(rules.value(shape, SH.severity) or SH.Violation).rpartition("#")[2]
    return (str(rules.value(shape, SH.path) or ""), message, severity,
            f"SELECT DISTINCT ?article ?node ?value {{ GRAPH ?article {{ {pattern} }} }}")


def _node_patterns(rules: rdflib.Graph, shape: Node, path: str) -> Iterator[str]:
    """Yield a pattern for each constraint on all values of a path together, which holds where it is broken."""
    for least in map(_number, rules.objects(shape, SH.minCount)):
        if least == 1:
            yield f"FILTER NOT EXISTS {{ ?node {path} ?one }}"
        elif least > 1:
            yield f"FILTER NOT EXISTS {{ {_distinct(path, least)} }}"
    for most in map(_number, rules.objects(shape, SH.maxCount)):
        yield _distinct(path, most + 1)
    for value in rules.objects(shape, SH.hasValue):
        yield f"FILTER NOT EXISTS {{ ?node {path} {value.n3()} }}"
    for kind, sign in ((SH.lessThan, "<"), (SH.lessThanOrEquals, "<=")):
        for other in rules.objects(shape, kind):
            yield f"?node {path} ?value ; {other.n3()} ?other . FILTER(!COALESCE(?value {sign} ?other, false))"


def _distinct(path: str, number: int) -> str:
    """Return a pattern that holds if ?node has `number` different values."""
    names = [f"?value{n}" for n in range(number)]
    different = " ".join(f"FILTER(!SAMETERM({a}, {b}))" for a, b in combinations(names, 2))
    return f"?node {path} {' , '.join(names)} . {different}"


def _good(rules: rdflib.Graph, shape: Node, kinds: Callable[[str], Iterable[str]]) -> str:
    """Return an expression that holds of a good ?value, breaking no constraint on single values; empty if there are none."""
    return " && ".join(f"COALESCE({one}, false)" for one in _expressions(rules, shape, kinds))


def _expressions(rules: rdflib.Graph, shape: Node, kinds: Callable[[str], Iterable[str]]) -> Iterator[str]:
    for kind, value in sorted(rules.predicate_objects(shape)):
        if kind in _ON_VALUES:
            yield _ON_VALUES[kind](value.n3())
        elif kind == SH["class"]:
            names = ", ".join(f"<{name}>" for name in sorted(kinds(str(value))))
            yield f"EXISTS {{ ?value a ?kind . FILTER(?kind IN ({names})) }}"
        elif kind == SH["in"]:
            yield " || ".join(f"SAMETERM(?value, {one.n3()})" for one in rules.items(value))
        elif kind == SH["or"]:
            yield " || ".join(f"({_good(rules, member, kinds)})" for member in rules.items(value))


def _n3(term: Node | None) -> str:
    return term.n3() if term is not None else ""


def _number(term: Node) -> int:
    return int(str(term))


def _kinds(store: ox.Store, name: str) -> set[str]:
    """Return the IRIs of the class `name` and of all its subclasses."""
    found, todo = {name}, [name]
    while todo:
        for quad in store.quads_for_pattern(None, ox.NamedNode(str(RDFS.subClassOf)), ox.NamedNode(todo.pop()), _ONTOLOGY):
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value not in found:
                found.add(quad.subject.value)
                todo.append(quad.subject.value)
    return found


def by_sparql(store: ox.Store, articles: Iterable[str], translated: Iterable[Query]) -> Iterator[Row]:
    """Yield the violations that the queries find in the graphs of `articles`."""
    wanted = set(articles)
    for path, message, severity, query in translated:
        found = store.query(query)
        assert isinstance(found, ox.QuerySolutions)
        for article, node, value in found:
            if isinstance(article, ox.NamedNode) and article.value in wanted:
                yield article.value, _plain(node), path, _plain(value), message, severity


def _plain(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    return "" if term is None else str(term) if isinstance(term, ox.Triple) else term.value


# --- by pySHACL ---


def by_pyshacl(store: ox.Store, articles: Iterable[str], rules: rdflib.Graph, path: Path) -> Iterator[Row]:
    """Yield the violations that pySHACL finds, one article's graph at a time, so that time grows with the articles."""
    import pyshacl

    # of the ontology, shapes need only what is a kind of what
    ontology = [triple for triple in _graph(store, _ONTOLOGY) if triple[1] in (RDF.type, RDFS.subClassOf)]
    for article in articles:
        data = _graph(store, ox.NamedNode(article))
        for triple in ontology:
            data.add(triple)
        try:
            _, report, _ = pyshacl.validate(data, shacl_graph=rules, inference="none", inplace=True)
        except Exception as error:  # besides its own errors, pySHACL lets through many of what it calls
            reason = " ".join(str(error).split())[:300]
            raise OntologyError(f"the shapes in {path} can't be used: {reason}; mend the file") from error
        if isinstance(report, rdflib.Graph):
            yield from _rows(report, article)


def _graph(store: ox.Store, graph: ox.NamedNode) -> rdflib.Graph:
    data = ox.serialize((quad.triple for quad in store.quads_for_pattern(None, None, None, graph)), format=ox.RdfFormat.N_TRIPLES)
    return rdflib.Graph().parse(data=data or b"", format="nt")


def _rows(report: rdflib.Graph, article: str) -> Iterator[Row]:
    for result in report.subjects(RDF.type, SH.ValidationResult):
        node, path, value, severity = (str(report.value(result, part, default=rdflib.Literal("")))  # 0 and false are values too
                                       for part in (SH.focusNode, SH.resultPath, SH.value, SH.resultSeverity))
        message = "; ".join(sorted(str(text) for text in report.objects(result, SH.resultMessage)))
        yield article, node, path, value, " ".join(message.split()), severity.rpartition("#")[2]
