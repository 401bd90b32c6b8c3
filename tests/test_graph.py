"""Statements as RDF: the model, the store, the exports, validation."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from kg.errors import FolderError, OntologyError
from kg.exchange.export import _NOT_XML, FORMATS, RDF12, export
from kg.graph import is_plain, ontology_quads, quads, write_store
from kg.iris import KG, OPEN, PREFIXES
from kg.ontology.validate import validate
from kg.opened import Graph, open_graph
from kg.records import Article, Entity, Extraction, LocalEntity, Mention, RdfLiteral, Span, Statement
from kg.terms import TYPE

BASE = "https://x.example/"
TEXT = ("Mayor Ana Ruiz denied on Monday that the city council had paid Delta Works. The council will open a new bridge. "
        "Delta Works built the harbour for 18 months.")
E = f"{BASE}entity/"
RDF = PREFIXES["rdf"]


def where(words: str, text: str = TEXT) -> Span:
    return Span(text.index(words), text.index(words) + len(words))


def statement(id: str, subject: str, property: str, object: str | RdfLiteral, words: str, **more: Any) -> Statement:
    return Statement(id=id, article="a1", subject=E + subject, property=property, object=object, label="pay",
                     wording="had paid", evidence=(where(words),), **more)


def sample() -> tuple[Extraction, list[Entity], list[Statement]]:
    """One article with a denied claim, an assertion, a plan, and values."""
    names = [("Ana Ruiz", "Person", True), ("city council", "Organization", False), ("Delta Works", "Organization", True),
             ("harbour", "Place", False), ("new bridge", "Facility", False)]
    iris = ["ana-ruiz", "city-council--1", "delta-works", "harbour--1", "new-bridge--1"]
    extraction = Extraction(
        Article("a1", TEXT, title="Mayor denies payment", published="2025-03-10", url="https://herald.example/a 1",
                publisher="Herald", authors=("Jo Lee",)),
        mentions=tuple(Mention(n, where(name).start, where(name).end, where(name), where(name), "name", entity=n)
                       for n, (name, _, _) in enumerate(names)),
        entities=tuple(LocalEntity(n, name, kind, named, ("Ruiz",) if n == 0 else ())
                       for n, (name, kind, named) in enumerate(names)))
    entities = [Entity(E + iri, name, (kind,), named, members=(("a1", n),))
                for n, (iri, (name, kind, named)) in enumerate(zip(iris, names, strict=True))]
    first = "Mayor Ana Ruiz denied on Monday that the city council had paid Delta Works."
    return extraction, entities, [
        statement("s1", "city-council--1", KG + "paid", E + "delta-works", first, polarity="Negative", status="Claimed",
                  tense="Past", speaker=E + "ana-ruiz", cue="denied", when=RdfLiteral("2025-03-10", "xsd:date"),
                  when_text="on Monday", confidence=0.8123, extractor="clauses"),
        statement("s2", "ana-ruiz", KG + "position", RdfLiteral("mayor"), "Mayor Ana Ruiz", extractor="nominals"),
        statement("s3", "city-council--1", OPEN + "open", E + "new-bridge--1", "The council will open a new bridge",
                  tense="Future"),
        statement("s4", "delta-works", KG + "built", E + "harbour--1", "Delta Works built the harbour for 18 months",
                  tense="Past", qualifiers=((KG + "duration", RdfLiteral("P18M", "xsd:duration")),
                                            (KG + "when", RdfLiteral("2024~", "edtf:EDTF")))),
    ]


def folder(tmp_path: Path, *more: ox.Quad, ontology: bool = False) -> Path:
    """A graph folder with the sample article in it."""
    onto = tmp_path / "small.ttl"
    onto.write_text(f"@prefix kg: <{KG}> . @prefix owl: <{PREFIXES['owl']}> . @prefix rdfs: <{PREFIXES['rdfs']}> . "
                    'kg:paid a owl:ObjectProperty ; rdfs:label "paid" ; '
                    'rdfs:domain [ owl:unionOf ( kg:Person kg:Organization ) ] .')
    content = [*quads(*sample(), BASE), *more, *(ontology_quads([onto]) if ontology else ())]
    write_store(tmp_path / "graph" / "store", content)
    return tmp_path / "graph"


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    with open_graph(folder(tmp_path, ontology=True)) as opened:
        yield opened


def test_plain_triples_are_only_what_the_article_asserts(graph: Graph) -> None:
    for subject, predicate, expected in [("city-council--1", KG + "paid", False), ("ana-ruiz", KG + "position", True),
                                         ("city-council--1", OPEN + "open", False), ("delta-works", KG + "built", True)]:
        found = list(graph.store.quads_for_pattern(ox.NamedNode(E + subject), ox.NamedNode(predicate), None, None))
        assert bool(found) is expected
    base = sample()[2][1]
    assert is_plain(base)


def test_evidence_is_cut_from_the_text(graph: Graph) -> None:
    rows = graph.query("""SELECT ?text ?begin ?end ?quote { ?s a kg:Statement ; prov:wasDerivedFrom ?e .
        ?e nif:beginIndex ?begin ; nif:endIndex ?end ; nif:anchorOf ?quote ; nif:referenceContext/nif:isString ?text }""")
    assert not isinstance(rows, bool)
    found = list(rows)
    assert len(found) == 4
    for row in found:
        assert str(row["text"])[int(str(row["begin"])):int(str(row["end"]))] == row["quote"]


def test_statement_records(graph: Graph) -> None:
    said = {one.iri.removeprefix(f"{BASE}statement/"): one for one in graph.statements()}
    denied = said["s1"]
    assert (denied.subject_label, denied.property_label, denied.object_label) == ("city council", "paid", "Delta Works")
    assert (denied.polarity, denied.status, denied.speaker_label, denied.cue) == ("Negative", "Claimed", "Ana Ruiz", "denied")
    assert (denied.when, denied.when_text, denied.confidence, denied.plain) == ("2025-03-10", "on Monday", 0.81, False)
    assert denied.quote == "Mayor Ana Ruiz denied on Monday that the city council had paid Delta Works."
    assert denied.article_title == "Mayor denies payment"
    assert denied.sentence() == "Ana Ruiz: NOT city council – paid – Delta Works (claimed; on Monday)"
    assert said["s4"].plain
    assert ("duration", "P1Y6M") in said["s4"].qualifiers  # Oxigraph keeps values in their canonical form: 18 months
    assert [one.iri for one in graph.statements(entity="Ana Ruiz")] == [f"{BASE}statement/s2", f"{BASE}statement/s1"]
    assert [one.iri for one in graph.statements(status="Claimed")] == [f"{BASE}statement/s1"]


def test_entities_and_articles(graph: Graph) -> None:
    assert [e.label for e in graph.entities()] == ["Ana Ruiz", "city council", "Delta Works", "harbour", "new bridge"]
    ana = graph.find("ana ruiz")[0]
    assert (ana.label, ana.types, ana.aliases, ana.mentions, ana.named) == ("Ana Ruiz", ("Person",), ("Ruiz",), 1, True)
    assert graph.find("Ruiz") == [ana] == graph.find(ana.iri)
    assert graph.find("nobody") == []
    assert graph.articles() == [f"{BASE}article/a1"]


def test_rdflib_reads_the_same_store(graph: Graph) -> None:
    rows = graph.rdflib.query("SELECT ?o { ?s rdfs:label 'Delta Works' ; kg:built/rdfs:label ?o }")
    assert [str(row[0]) for row in rows] == ["harbour"]  # type: ignore[index]


def as_rdflib(quads_: list[ox.Quad]) -> rdflib.Graph:
    """The union of quads as an rdflib graph, read from N-Triples."""
    data = ox.serialize([quad.triple for quad in quads_], format=ox.RdfFormat.N_TRIPLES)
    return rdflib.Graph().parse(data=data or b"", format="nt")


RDFLIB_NAMES = {"turtle": "turtle", "trig": "trig", "ntriples": "nt", "nquads": "nquads", "jsonld": "json-ld", "rdfxml": "xml"}


@pytest.mark.parametrize("format", FORMATS)
def test_exports_load_and_equal_the_store(graph: Graph, format: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    graph.export(format, path)
    data = path.read_bytes()
    wanted = as_rdflib(list(graph.store))
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=data, format=RDFLIB_NAMES[format])
    union = rdflib.Graph()
    for triple in dataset.triples((None, None, None)):
        union.add(triple)
    assert isomorphic(union, wanted)
    loaded = ox.Dataset(ox.parse(data, format=FORMATS[format]))
    stored = ox.Dataset((quad for quad in graph.store if quad.graph_name != ox.DefaultGraph()) if format in ("trig", "nquads", "jsonld")
                        else (ox.Quad(quad.subject, quad.predicate, quad.object) for quad in graph.store))
    for each in (loaded, stored):
        each.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert set(loaded) == set(stored)


@pytest.mark.parametrize("format", RDF12)
def test_rdf_1_2_holds_the_same_statements(graph: Graph, format: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    graph.export(format, path, rdf12=True)
    loaded = list(ox.parse(path.read_bytes(), format=FORMATS[format]))
    reified = {(quad.subject, quad.object) for quad in loaded if quad.predicate == ox.NamedNode(RDF + "reifies")}
    [term] = [term for _, term in reified if str(term.predicate) == f"<{KG}paid>"]
    assert (term.subject, term.object) == (ox.NamedNode(f"{E}city-council--1"), ox.NamedNode(f"{E}delta-works"))
    assert len(reified) == len(list(graph.statements()))
    assert not any(quad.predicate.value in (RDF + "subject", RDF + "object") for quad in loaded if (quad.subject, quad.object) in reified)
    back = {(node, ox.NamedNode(RDF + part), getattr(term, part)) for node, term in reified for part in ("subject", "predicate", "object")}
    back |= {(node, TYPE, ox.NamedNode(RDF + "Statement")) for node, _ in reified}
    back |= {(q.subject, q.predicate, q.object) for q in loaded if q.predicate.value != RDF + "reifies" and "BlankNode" not in repr(q)}
    assert back == {(q.subject, q.predicate, q.object) for q in graph.store if "BlankNode" not in repr(q)}


def test_description(graph: Graph, tmp_path: Path) -> None:
    graph.export("nquads", tmp_path / "all graph.nq", describe=True)
    data = (tmp_path / "void.ttl").read_bytes()
    triples = [quad.triple for quad in ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri="https://w.example/d/")]
    said = {one.predicate.value.rpartition("#")[2].rpartition("/")[2]: one.object for one in triples}
    assert said["dataDump"] == said["downloadURL"] == ox.NamedNode("https://w.example/d/all%20graph.nq")
    assert int(said["byteSize"].value) == (tmp_path / "all graph.nq").stat().st_size
    [whole] = [one.object.value for one in triples
               if one.predicate.value.endswith("void#triples") and isinstance(one.subject, ox.NamedNode)]
    assert int(whole) == len({(quad.subject, quad.predicate, quad.object) for quad in graph.store})
    with pytest.raises(FolderError, match="name the output"):
        graph.export("nquads", io.BytesIO(), describe=True)
    with pytest.raises(FolderError, match="can't hold RDF"):
        graph.export("jsonld", tmp_path / "x", rdf12=True)


HOSTILE = st.text(st.characters(), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_text_survives_every_export(label: str, words: str, url: str) -> None:
    text = f"<script>{words}\"\"\" }} {label}"
    extraction = Extraction(Article("a/ 1#é", text, title=words, url=f"https://h.example/{url}"),
                            entities=(LocalEntity(0, label, "Person", True, (words,)),))
    entity = Entity(f"{E}x", label, ("Person",), True, members=(("a/ 1#é", 0),))
    said = Statement(id="s", article="a/ 1#é", subject=entity.iri, property=f"{OPEN}say", object=RdfLiteral(words), label=label,
                     wording=words, evidence=(Span(0, len(text)),), cue=url, qualifiers=((f"{KG}place", f"{E}{url}"),))
    store = ox.Store()
    store.extend(quads(extraction, [entity], [said], BASE))
    # lone surrogates can't be written in any encoding: one replacement each, so that offsets stay
    clean = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    assert [quad.object for quad in store.quads_for_pattern(None, ox.NamedNode(PREFIXES["nif"] + "anchorOf"), None, None)] \
        == [ox.Literal(clean)]
    unioned = {quad.triple for quad in store}
    for format, kind in FORMATS.items():
        output = io.BytesIO()
        export(store, format, output, base=BASE)  # type: ignore[arg-type]
        loaded = {quad.triple for quad in ox.parse(output.getvalue(), format=kind)}
        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(data=output.getvalue(), format=RDFLIB_NAMES[format])
        if format == "rdfxml" and _NOT_XML.search(clean + words + label + url):
            assert len(loaded) == len(unioned)  # XML 1.0 can't hold these signs: they are replaced in this export
            continue
        assert loaded == unioned, format
        values = {str(value) for value in dataset.objects()}
        assert {triple.object.value for triple in unioned if isinstance(triple.object, ox.Literal)} <= values, format


def test_slim_export_holds_plain_triples_labels_and_types_only(graph: Graph) -> None:
    output = io.BytesIO()
    graph.export("ntriples", output, slim=True)
    triples = ox.parse(output.getvalue(), format=ox.RdfFormat.N_TRIPLES)
    found = {(t.subject.value.removeprefix(E), t.predicate.value) for t in triples}
    assert ("delta-works", KG + "built") in found
    assert ("city-council--1", KG + "paid") not in found
    assert not any("statement" in subject or "#char" in subject for subject, _ in found)


def test_same_content_gives_same_bytes_in_any_order(tmp_path: Path) -> None:
    content = [*quads(*sample(), BASE), ox.Quad(ox.NamedNode(E + "z"), ox.NamedNode(KG + "paid"), ox.NamedNode(E + "y"),
                                               ox.NamedNode(f"{BASE}article/a2"))]
    for format in FORMATS:
        outputs = []
        for number, order in enumerate((content, content[::-1])):
            store = ox.Store(str(tmp_path / f"{format}{number}"))
            store.bulk_extend(order)
            outputs.append(io.BytesIO())
            export(store, format, outputs[-1], base=BASE)  # type: ignore[arg-type]
        assert outputs[0].getvalue() == outputs[1].getvalue()


def test_quads_come_once_and_in_one_order() -> None:
    extraction, entities, statements = sample()
    first = list(quads(extraction, entities, statements, BASE))
    assert len(first) == len(set(first))
    assert first == list(quads(extraction, entities[::-1], statements[::-1], BASE))
    assert {quad.graph_name for quad in first} == {ox.NamedNode(f"{BASE}article/a1")}


def test_no_store_and_locked_store_are_told(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="holds no graph; make one with: kg build"):
        open_graph(tmp_path / "none")
    held = ox.Store(str(tmp_path / "store"))
    with pytest.raises(FolderError, match="in use by another process"):
        write_store(tmp_path / "store", [])
    del held


def test_broken_ontology_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text("kg:x a owl:Class .")
    with pytest.raises(OntologyError, match=r"bad\.ttl can't be read"):
        list(ontology_quads([path]))


def test_closed_graph_says_so(graph: Graph) -> None:
    graph.close()
    with pytest.raises(FolderError, match="has been closed"):
        graph.query("ASK {}")


SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <%s> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:shape> a sh:NodeShape ; sh:targetClass kg:Statement ;
    sh:property [ sh:path kg:speaker ; sh:maxCount 1 ; sh:message "one speaker" ] ."""


def test_validation_finds_a_planted_violation(tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(SHAPES % KG)
    planted = ox.Quad(ox.NamedNode(f"{BASE}statement/s1"), ox.NamedNode(KG + "speaker"), ox.NamedNode(E + "delta-works"),
                      ox.NamedNode(f"{BASE}article/a1"))
    with open_graph(folder(tmp_path, planted)) as graph:
        assert validate(graph.store, graph.articles(), [shapes]) == [
            (f"{BASE}article/a1", f"{BASE}statement/s1", KG + "speaker", "", "one speaker", "Violation")]
