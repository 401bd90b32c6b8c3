"""What follows by the ontology: in a graph of its own, with reasons, the same at every build."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

import kg
from kg.cli import main
from kg.errors import OntologyError
from kg.iris import INFERRED_GRAPH, KG
from kg.ontology.infer import inferred

E = "https://example.org/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
PREFIXES = f"""@prefix : <{E}> . @prefix kg: <{KG}> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
FAMILY = PREFIXES + """
:motherOf a owl:ObjectProperty ; rdfs:subPropertyOf :parentOf .
:parentOf a owl:ObjectProperty ; owl:inverseOf :childOf .
:childOf a owl:ObjectProperty . :siblingOf a owl:SymmetricProperty , owl:ObjectProperty .
:grandparentOf a owl:ObjectProperty ; owl:propertyChainAxiom ( :parentOf :parentOf ) .
:greatGrandparentOf a owl:ObjectProperty ; owl:propertyChainAxiom ( :parentOf :parentOf :parentOf ) .
:ancestorOf a owl:TransitiveProperty .
:Court a owl:Class ; rdfs:subClassOf :Body . :Body a owl:Class .
"""


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(E + name)


def triple(text: str) -> ox.Triple:
    subject, predicate, value = text.split()
    return ox.Triple(node(subject), ox.NamedNode(TYPE) if predicate == "a" else node(predicate), node(value))


def run(said: list[str], ontology: str = FAMILY) -> tuple[list[str], list[ox.Quad]]:
    """Return the triples that follow from those `said`, each by a statement named s1, s2 ..., and all quads."""
    plain = {triple(text): [node(f"s{number}")] for number, text in enumerate(said, 1)}
    graph = ox.NamedNode("https://w3id.org/newskg/ontology")
    described = [ox.Quad(q.subject, q.predicate, q.object, graph) for q in ox.parse(ontology, ox.RdfFormat.TURTLE)]
    quads = list(inferred(plain, described, E))
    assert all(quad.graph_name.value == INFERRED_GRAPH for quad in quads)
    short = [" ".join("a" if t.value.endswith("#type") else t.value.removeprefix(E) for t in (q.subject, q.predicate, q.object))
             for q in quads if "/inference/" not in q.subject.value]
    return short, quads


@pytest.mark.parametrize(
    ("said", "follows"),
    [
        (["x motherOf y"], ["x parentOf y", "y childOf x"]),
        (["x childOf y"], ["y parentOf x"]),
        (["x siblingOf y"], ["y siblingOf x"]),
        (["x ancestorOf y", "y ancestorOf z"], ["x ancestorOf z"]),
        (["x parentOf y", "y motherOf z"], ["x grandparentOf z", "y parentOf z", "y childOf x", "z childOf y"]),
        (["w parentOf x", "x parentOf y", "y parentOf z"], ["w greatGrandparentOf z", "w grandparentOf y", "x grandparentOf z"]),
        (["x a Court"], ["x a Body"]),
        (["x likes y"], []),
        (["x siblingOf x"], []),
    ],
)
def test_what_follows(said: list[str], follows: list[str]) -> None:
    found, _ = run(said)
    assert [line for line in follows if line not in found] == [], found
    assert follows or not found
    assert not set(said) & set(found), "nothing that was read is inferred again"


def test_each_inference_has_its_reason() -> None:
    _, quads = run(["x parentOf y", "y motherOf z"])
    about: dict[str, dict[str, list[str]]] = {}
    for quad in quads:
        if "/inference/" in quad.subject.value:
            about.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object.value)
    assert len(about) == sum("/inference/" not in quad.subject.value for quad in quads)
    _, quads = run(["x a Court", "y a Court"])
    [one] = {quad.subject for quad in quads if "/inference/" in quad.subject.value}
    said = {quad.predicate.value: quad.object.value for quad in quads if quad.subject == one}
    assert said[KG + "axiom"] == E + "Court", "why courts are bodies is said once"
    [chain] = [reason for reason in about.values() if reason[KG + "rule"][0].endswith("#chain")]
    assert chain[KG + "axiom"] == [E + "grandparentOf"]
    second = next(premise for premise in chain[KG + "premise"] if premise != E + "s1")
    assert about[second][KG + "premise"] == [E + "s2"], "a premise that was inferred itself leads on to what was read"


def test_rules_of_ones_own() -> None:
    rule = FAMILY + ''':r a kg:Rule ; sh:select """PREFIX : <https://example.org/>
        SELECT (?s1 AS ?subject) (:elderOf AS ?predicate) (?o1 AS ?object) (:parentOf AS ?axiom) ?s1 (:parentOf AS ?p1) ?o1
        { ?s1 :parentOf ?o1 }""" .'''
    assert "x elderOf y" in run(["x parentOf y"], rule)[0]
    with pytest.raises(OntologyError, match="not valid SPARQL"):
        run([], PREFIXES + ':r a kg:Rule ; sh:select "SELECT ?x {" .')
    with pytest.raises(OntologyError, match="should SELECT"):
        run([], PREFIXES + ':r a kg:Rule ; sh:select "SELECT ?x { ?x ?p ?o }" .')
    with pytest.raises(OntologyError, match="no sh:select"):
        run([], PREFIXES + ":r a kg:Rule .")


def test_a_build_keeps_what_follows_apart(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Mary Jones is the mother of Peter Smith. Peter Smith sued Microsoft in Paris.", encoding="utf-8")
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        kg.build([tmp_path / "a.txt"], folder, settings=kg.Settings(infer=True))
    assert (folders[0] / "graph.ttl").read_bytes() == (folders[1] / "graph.ttl").read_bytes()
    assert b"a kg:Inference" not in (folders[0] / "graph.ttl").read_bytes()
    exports = []
    for folder in folders:
        with kg.open(folder) as graph:
            graph.export("nquads", tmp_path / "all.nq")
            graph.export("turtle", tmp_path / "read.ttl")
            graph.export("turtle", tmp_path / "both.ttl", inferred=True)
            graph.export("ntriples", tmp_path / "slim.nt", slim=True)
            assert graph.validate() == []
            assert graph.entity("https://w3id.org/newskg/id/entity/peter-smith").types == ("Person",)
            child = [one for one in graph.inferred("Peter Smith") if one.property_label == "child of"]
            assert [(one.object_label, one.rule) for one in child] == [("Mary Jones", "inverse")]
            assert child[0].premises and child[0].premises[0].startswith("https://w3id.org/newskg/id/statement/")
            assert graph.query("ASK { e:peter-smith kg:childOf e:mary-jones }") is True, "without GRAPH, all is seen"
        exports.append((tmp_path / "all.nq").read_bytes())
    assert exports[0] == exports[1] and INFERRED_GRAPH.encode() in exports[0]
    assert b"kg:childOf e:mary-jones" not in (tmp_path / "read.ttl").read_bytes()
    assert b"kg:childOf e:mary-jones" in (tmp_path / "both.ttl").read_bytes()
    assert b"childOf" not in (tmp_path / "slim.nt").read_bytes()
    shown = CliRunner().invoke(main, ["show", str(folders[0]), "Peter Smith"])
    assert "Peter Smith – child of – Mary Jones  [inferred: inverse]" in shown.stdout
