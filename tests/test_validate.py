"""Shapes: each constraint of each bundled shape finds what breaks it, and our SPARQL finds just what pySHACL finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import RDF, SH, XSD
from rdflib.term import Node
from test_graph import BASE, folder, sample

from kg.errors import OntologyError
from kg.graph import ontology_quads, quads
from kg.iris import KG
from kg.ontology import bundled
from kg.ontology.validate import Row, _kinds, by_pyshacl, by_sparql, property_shapes, queries, validate
from kg.opened import open_graph

SHAPES = bundled() / "shapes.ttl"
RULES = rdflib.Graph().parse(SHAPES, format="turtle")
ARTICLE = ox.NamedNode(f"{BASE}article/a1")
KINDS = {SH.minCount, SH.maxCount, SH.hasValue, SH.datatype, SH.nodeKind, SH["class"], SH["in"], SH["or"], SH.pattern, SH.minInclusive,
         SH.maxInclusive, SH.lessThanOrEquals}


class Constraint(NamedTuple):
    """One constraint of a shape: the shape's name, the path (empty: on the node itself), the kind and its value."""

    shape: Node
    path: str
    kind: Node
    value: Node

    def __str__(self) -> str:
        return " ".join(str(part).replace("/", "#").rpartition("#")[2] for part in self[:3])


def constraints() -> Iterator[Constraint]:
    for shape in sorted(RULES.subjects(RDF.type, SH.NodeShape)):
        for holder in [shape, *RULES.objects(shape, SH.property)]:
            for kind, value in sorted(RULES.predicate_objects(holder)):
                if kind in KINDS:
                    yield Constraint(shape, str(RULES.value(holder, SH.path) or ""), kind, value)


def store() -> ox.Store:
    """The sample article with the bundled ontology."""
    made = ox.Store()
    made.extend([*quads(*sample(), BASE), *ontology_quads([bundled() / "newskg.ttl"])])
    return made


def break_(data: ox.Store, constraint: Constraint) -> ox.NamedNode | ox.BlankNode:
    """Break `constraint` at one node of the article and return the node."""
    node = target(data, constraint.shape)
    if not constraint.path:
        blank = ox.BlankNode("broken")
        for quad in list(data.quads_for_pattern(node, None, None, ARTICLE)):
            data.add(ox.Quad(blank, quad.predicate, quad.object, ARTICLE))
        return blank
    path = ox.NamedNode(constraint.path)
    before = list(data.quads_for_pattern(node, path, None, ARTICLE))
    if constraint.kind == SH.maxCount:
        for number in range(int(str(constraint.value)) + 1):
            data.add(ox.Quad(node, path, ox.NamedNode(f"urn:{number}"), ARTICLE))
        return node
    for quad in before:
        if constraint.kind != SH.hasValue or quad.object == ox.NamedNode(str(constraint.value)):
            data.remove(quad)
    for value in bad(constraint):
        data.add(ox.Quad(node, path, value, ARTICLE))
    return node


def target(data: ox.Store, shape: Node) -> ox.NamedNode:
    """Return the first node of the article that `shape` is about; one is made where there is none."""
    for kind, subject, pattern in ((SH.targetClass, True, lambda name: (None, ox.NamedNode(str(RDF.type)), name)),
                                   (SH.targetSubjectsOf, True, lambda name: (None, name, None)),
                                   (SH.targetObjectsOf, False, lambda name: (None, name, None))):
        for name in sorted(RULES.objects(shape, kind)):
            wanted = ox.NamedNode(str(name))
            quads = data.quads_for_pattern(*pattern(wanted), ARTICLE)
            found = sorted({(quad.subject if subject else quad.object).value for quad in quads
                            if not isinstance(quad.subject if subject else quad.object, ox.BlankNode)})
            if not found:
                data.add(ox.Quad(ox.NamedNode("urn:made"), wanted, ox.Literal("x"), ARTICLE))
            return ox.NamedNode(found[0] if found else "urn:made")
    raise AssertionError(f"{shape} has no target")


def bad(constraint: Constraint) -> list[ox.NamedNode | ox.BlankNode | ox.Literal]:
    """Return values that each break the constraint."""
    iri, anything = ox.NamedNode("urn:bad"), ox.Literal("bad", datatype=ox.NamedNode(str(XSD.anyURI)))
    if constraint.kind in (SH.minCount, SH.hasValue):
        return []
    if constraint.kind == SH.datatype:
        ill = [] if constraint.value == XSD.string else [ox.Literal("ill", datatype=ox.NamedNode(str(constraint.value)))]
        return [iri, anything, ox.Literal("bad", language="en"), *ill]
    if constraint.kind == SH.nodeKind:
        return [ox.BlankNode("bad"), *([anything] if constraint.value == SH.IRI else [])]
    numbers = {SH.minInclusive: "-1", SH.maxInclusive: "1000", SH.lessThanOrEquals: "1000000"}
    if constraint.kind in numbers:
        return [ox.Literal(numbers[constraint.kind], datatype=ox.NamedNode(str(XSD.integer)))]
    return [iri, anything]


def both(data: ox.Store) -> tuple[list[Row], list[Row]]:
    """Return what our SPARQL finds and what pySHACL finds."""
    return tuple(sorted(set(found)) for found in (  # type: ignore[return-value]
        by_sparql(data, [ARTICLE.value], queries(RULES, lambda name: _kinds(data, name)) or []),
        by_pyshacl(data, [ARTICLE.value], rdflib.Graph().parse(SHAPES, format="turtle"), SHAPES)))  # it writes to what it is given


def test_the_sample_conforms() -> None:
    assert both(store()) == ([], [])


@pytest.mark.parametrize("constraint", [*constraints()], ids=str)
def test_each_constraint_finds_what_breaks_it(constraint: Constraint) -> None:
    data = store()
    node = break_(data, constraint)
    found = validate(data, [ARTICLE.value], [SHAPES])
    assert any(row[1:3] == (node.value, constraint.path) and row[4] and row[5] == "Violation" for row in found)


@pytest.mark.parametrize("kind", sorted(KINDS), ids=lambda kind: kind.rpartition("#")[2])
def test_sparql_and_pyshacl_agree(kind: Node) -> None:
    data = store()
    for constraint in constraints():
        if constraint.kind == kind:
            break_(data, constraint)
    ours, theirs = both(data)

    # a blank node has another name in each reading
    def rows(found: list[Row], names: set[str]) -> set[Row]:
        return {row[:1] + tuple("_" if part in names else part for part in row[1:4]) + row[4:] for row in found}  # type: ignore[misc]

    blanks = {part for row in theirs for part in row[1:4] if len(part) > 20 and ":" not in part} | {"bad", "broken"}
    assert rows(ours, blanks) == rows(theirs, blanks)
    assert ours


def test_every_bundled_constraint_is_of_a_known_kind() -> None:
    used = {kind for holder in RULES.objects(None, SH.property) for kind in RULES.predicates(holder)}
    assert used <= {*KINDS, SH.path, SH.message}
    assert all(RULES.value(holder, SH.message) for holder in RULES.objects(None, SH.property)), "each says in words what is wrong"


@pytest.mark.parametrize("addition", [
    "kgsh:Entity sh:closed true .", "kgsh:Entity sh:property [ sh:path ( rdf:type rdfs:label ) ; sh:minCount 1 ] .",
    "kgsh:Entity sh:property [ sh:path rdf:type ; sh:uniqueLang true ] .", "kgsh:New sh:targetClass kg:Statement .",
    "kgsh:Entity sh:property [ sh:path rdf:type ; sh:or ( [ sh:property [ sh:path rdf:type ] ] ) ] .",
])
def test_what_is_not_understood_goes_to_pyshacl(addition: str) -> None:
    rules = rdflib.Graph().parse(data=SHAPES.read_text("utf-8") + addition, format="turtle")
    assert queries(rules, lambda name: [name]) is None


def test_subclasses_count_as_their_classes() -> None:
    data = store()
    rules = rdflib.Graph().parse(format="turtle", data=f"""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <{KG}> .
        <urn:x> a sh:NodeShape ; sh:targetClass kg:Agent , kg:Place ;
            sh:property [ sh:path kg:shoeSize ; sh:minCount 2 ; sh:message "two shoes" ] .
        <urn:y> a sh:NodeShape ; sh:targetSubjectsOf kg:built ;
            sh:property [ sh:path kg:built ; sh:class kg:Agent ; sh:message "agents" ] .""")
    translated = queries(rules, lambda name: _kinds(data, name))
    assert translated
    ours = sorted(set(by_sparql(data, [ARTICLE.value], translated)))
    assert ours == sorted(set(by_pyshacl(data, [ARTICLE.value], rules, SHAPES)))
    assert {row[4] for row in ours} == {"two shoes", "agents"} and len(ours) > 3


def test_domain_and_range_of_every_property_are_shapes_too() -> None:
    data = store()
    shapes = property_shapes(data)
    translated = queries(shapes, lambda name: _kinds(data, name))
    assert translated and len(set(shapes.subjects(RDF.type, SH.NodeShape))) > 300
    thing, film = ox.NamedNode("urn:thing"), ox.NamedNode("urn:film")
    data.add(ox.Quad(film, ox.NamedNode(str(RDF.type)), ox.NamedNode(KG + "Film"), ARTICLE))
    for name, value in (("sued", thing), ("bornOn", ox.Literal("soon")), ("resigned", ox.Literal("yes"))):
        data.add(ox.Quad(film, ox.NamedNode(KG + name), value, ARTICLE))
    ours = sorted(set(by_sparql(data, [ARTICLE.value], translated)))
    assert ours == sorted(set(by_pyshacl(data, [ARTICLE.value], shapes, SHAPES)))
    assert [row[4] for row in ours if row[1] == "urn:film"] == [
        "The domain of kg:bornOn is Person.", "The domain of kg:resigned is Person.", "The domain of kg:sued is Agent."]
    assert {row[4].partition(" is ")[0] for row in ours if row[1] in ("urn:thing", "soon", "yes")} == {
        "The range of kg:bornOn", "The range of kg:resigned", "The range of kg:sued"}


@pytest.mark.parametrize(("content", "message"), [
    ("this is no Turtle", "can't be read as Turtle.*; mend the file"),
    ("<urn:x> a sh:NodeShape ; sh:targetClass kg:Statement ; sh:property [ sh:minCount 1 ] .", "can't be used.*; mend the file"),
    ('<urn:x> a sh:NodeShape ; sh:targetClass kg:Statement ; sh:property [ sh:path kg:wording ; sh:pattern "(" ] .',
     "can't be used.*; mend the file"),
    (None, "can't be read.*; name a Turtle file"),
])
def test_broken_shapes_are_told_in_one_line(content: str | None, message: str, tmp_path: Path) -> None:
    shapes = tmp_path / "mine.ttl"
    if content is not None:
        shapes.write_text(f"@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <{KG}> .\n{content}", "utf-8")
    with open_graph(folder(tmp_path)) as graph, pytest.raises(OntologyError, match=message) as caught:
        graph.validate(shapes)
    assert "\n" not in str(caught.value) and "mine.ttl" in str(caught.value)
