"""The Turtle written beside the store is what `export` writes from the store."""

from __future__ import annotations

import io

import pyoxigraph as ox
import pytest

from kg.errors import KgError
from kg.exchange.export import export, turtle_beside
from kg.graph import open_store, stored, write_store
from kg.iris import BASE, KG, ONTOLOGY_GRAPH, OPEN, PREFIXES

XSD = PREFIXES["xsd"]


def quad(graph, subject, predicate, value):
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, ox.NamedNode(graph))


def test_turtle_beside_equals_the_export(tmp_path):
    begin, derived = PREFIXES["nif"] + "beginIndex", PREFIXES["prov"] + "wasDerivedFrom"
    rdf_type, label = PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "label"
    typed = [("1.00", XSD + "decimal"), ("P18M", XSD + "duration"), ("-07", XSD + "integer"),
             ("2024~", "http://id.loc.gov/datatypes/edtf/EDTF")]
    values = [ox.Literal('say "x"\n> .^^<é\u2028'), ox.Literal("x", language="en"), ox.Literal("^^<x>"), ox.Literal(""),
              ox.NamedNode("http://x/é_-"), *(ox.Literal(text, datatype=ox.NamedNode(iri)) for text, iri in typed)]
    graphs = []
    for name in ("a", "b"):
        article = f"{BASE}article/{name}"
        graphs.append([quad(article, article, label, ox.Literal(name)),
                       *(quad(article, f"{BASE}entity/ana", f"{KG}p{i % 3}", stored(value) if isinstance(value, ox.Literal) else value)
                         for i, value in enumerate(values)),
                       quad(article, f"{BASE}entity/ana", label, ox.Literal(name)),
                       quad(article, f"{BASE}statement/{name}1", rdf_type, ox.NamedNode(KG + "Statement")),
                       quad(article, f"{BASE}statement/{name}1", derived, ox.NamedNode(f"{article}#char=5,9")),
                       quad(article, f"{article}#char=5,9", begin, ox.Literal("5", datatype=ox.NamedNode(XSD + "integer"))),
                       quad(article, f"{BASE}agent/newskg-1", rdf_type, ox.NamedNode(PREFIXES["prov"] + "SoftwareAgent"))])
    graphs.append([quad(ONTOLOGY_GRAPH, KG + "p1", label, ox.Literal("p one")),
                   ox.Quad(ox.BlankNode("b0"), ox.NamedNode(label), ox.Literal("blank"), ox.NamedNode(ONTOLOGY_GRAPH))])
    beside, after = io.BytesIO(), io.BytesIO()
    write_store(tmp_path / "store", turtle_beside(graphs, beside, BASE))
    export(open_store(tmp_path / "store"), "turtle", after, base=BASE)
    assert beside.getvalue().decode() == after.getvalue().decode()
    assert beside.getvalue().count(b"e:ana ") == 1
    named = [quad for quad in open_store(tmp_path / "store") if quad.graph_name != ox.DefaultGraph()]
    assert len(named) == sum(map(len, graphs))


def rdfxml(predicate):
    store, output = ox.Store(), io.BytesIO()
    store.add(quad(f"{BASE}article/a", f"{BASE}entity/ana", predicate, ox.Literal("x")))
    export(store, "rdfxml", output, base=BASE)
    return {(t.subject.value, t.predicate.value, t.object.value) for t in ox.parse(output.getvalue(), ox.RdfFormat.RDF_XML)}


@pytest.mark.parametrize("name", ["起诉", "24-hour", "é24", "a.b", "судить"])
def test_rdfxml_holds_properties_of_any_script(name):
    assert rdfxml(OPEN + name) == {(f"{BASE}entity/ana", OPEN + name, "x")}


@pytest.mark.parametrize("name", ["24", "24-7", "起/24"])
def test_rdfxml_says_which_property_it_cannot_hold(name):
    with pytest.raises(KgError, match=f"{name}.*choose another format"):
        rdfxml(OPEN + name)
