"""What holds of every build, whatever the text: sample articles, those beside the repository if present, and random Unicode."""

# ruff: noqa: E501  (tables of odd strings)

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

import kg
from kg.folder import GraphFolder
from kg.graph import is_plain, quads
from kg.iris import KG, ONTOLOGY_GRAPH, OPEN, article_iri
from kg.ontology import load
from kg.opened import Graph
from kg.page.view import build_page
from kg.pipeline import Joined, join
from kg.reading import read_article
from kg.records import Article, Extraction, Span
from kg.settings import Settings

ROOT = Path(__file__).parents[1]
SETS = {"samples": ROOT / "data" / "articles", "shared": ROOT.parent / "shared" / "articles"}
ONTOLOGY = load()
EMPTY_PAGE = build_page([], [], [], {}, {})


@pytest.fixture(scope="module", params=SETS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Graph, list[Extraction]]]:
    """A graph built of a folder of articles, and the extractions kept in it."""
    if not SETS[request.param].exists():
        pytest.skip("the shared articles are not here")
    folder = tmp_path_factory.mktemp("built") / "g"
    assert not kg.build([SETS[request.param]], folder).failed
    with kg.open(folder) as graph:
        yield graph, list(GraphFolder.open(folder).extractions())


def check_extraction(extraction: Extraction) -> None:
    """Spans lie in the text, ids are unique, and what is referred to exists."""
    text = extraction.article.text

    def inside(start: int, end: int) -> None:
        assert 0 <= start <= end <= len(text), (start, end, len(text))

    mentions = {one.id: one for one in extraction.mentions}
    entities = {one.id for one in extraction.entities}
    claims = {one.id for one in extraction.claims}
    assert len(mentions) == len(extraction.mentions)
    assert (len(entities), len(claims)) == (len(extraction.entities), len(extraction.claims))
    for mention in extraction.mentions:
        for start, end in ((mention.start, mention.end), (mention.head.start, mention.head.end), (mention.full.start, mention.full.end)):
            inside(start, end)
        assert mention.start < mention.end and mention.full.start <= mention.head.start < mention.head.end <= mention.full.end
        assert (mention.entity in entities) != (mention.kind == "value"), mention
        assert (mention.value is not None) == (mention.kind == "value")
    for claim in extraction.claims:
        for span in (claim.predicate, claim.evidence, claim.sentence, *([claim.cue] if claim.cue else [])):
            inside(span.start, span.end)
        assert claim.evidence.start < claim.evidence.end
        assert {claim.speaker, claim.source} - {None} <= mentions.keys()
        assert 0 <= claim.confidence <= 1
        for argument in claim.arguments:
            inside(argument.start, argument.end)
            assert argument.mention is None or argument.mention in mentions
            assert argument.claim is None or argument.claim in claims


def check_statements(joined: Joined, extractions: list[Extraction]) -> None:
    """Every IRI of a statement is an entity's; evidence lies in its article's text."""
    entities = {entity.iri: entity for entity in joined.entities}
    texts = {one.article.id: one.article.text for one in extractions}
    assert len(entities) == len(joined.entities)
    assert len({(one.article, one.id) for one in joined.statements}) == len(joined.statements)
    assert all(entity.label.strip() and entity.types for entity in joined.entities)
    for one in joined.statements:
        iris = [one.subject, one.speaker, one.source, one.object, *(value for _, value in one.qualifiers)]
        for iri in iris:
            is_class = one.property.endswith("#type") and iri == one.object
            assert not isinstance(iri, str) or not iri or iri in entities or is_class, (one.property, iri)
        assert one.evidence and all(0 <= span.start < span.end <= len(texts[one.article]) for span in one.evidence)
        assert one.property in ONTOLOGY.properties or (one.property.startswith(OPEN) and one.label.strip()) or one.property.endswith("#type")


def test_extractions_hold_together(built: tuple[Graph, list[Extraction]]) -> None:
    _, extractions = built
    for extraction in extractions:
        check_extraction(extraction)
    check_statements(join(lambda: extractions, Settings(), ONTOLOGY), extractions)


def test_every_quote_is_the_text_at_its_offsets(built: tuple[Graph, list[Extraction]]) -> None:
    graph, extractions = built
    stored = {article_iri(graph.base, one.article.id): one.article.text for one in extractions}
    found = graph.query("""SELECT ?article ?text ?begin ?end ?quote { GRAPH ?article { ?s prov:wasDerivedFrom ?e .
        ?e nif:beginIndex ?begin ; nif:endIndex ?end ; nif:anchorOf ?quote ; nif:referenceContext/nif:isString ?text } }""")
    assert not isinstance(found, bool)
    rows = list(found)
    for row in rows:
        begin, end = int(str(row["begin"])), int(str(row["end"]))
        assert row["text"] == stored[str(row["article"])]
        assert row["quote"] == stored[str(row["article"])][begin:end]
    assert len(rows) > 500


SPOKEN_OF = "?s rdf:subject|rdf:object|kg:speaker|kg:source ?x . FILTER(ISIRI(?x) && STRSTARTS(STR(?x), STR(e:)))"


@pytest.mark.parametrize("pattern", [
    f"{SPOKEN_OF} FILTER NOT EXISTS {{ ?x rdfs:label ?l }}",
    f"{SPOKEN_OF} FILTER NOT EXISTS {{ ?x a ?t }}",
    "?s rdf:predicate ?x . FILTER NOT EXISTS { ?x rdfs:label ?l } FILTER(?x != rdf:type)",
    "?s rdf:object ?x ; rdf:predicate rdf:type . FILTER NOT EXISTS { ?x rdfs:label ?l }",
    "?s a kg:Statement . FILTER NOT EXISTS { ?s prov:wasDerivedFrom ?e }",
    "?x rdfs:label ?l . FILTER(STRSTARTS(STR(?x), STR(e:))) FILTER NOT EXISTS { ?x kg:mentionCount ?n FILTER(?n > 0) }",
    # a plain triple whose statement is missing, or doesn't assert it (links to authorities are told by kg:Link)
    """GRAPH ?g { ?x ?p ?y . FILTER(STRSTARTS(STR(?x), STR(e:)))
       FILTER(?p NOT IN (rdf:type, rdfs:label, schema:name, skos:altLabel, kg:mentionCount))
       FILTER NOT EXISTS { ?s rdf:subject ?x ; rdf:predicate ?p ; rdf:object ?y ; kg:status kg:Asserted ; kg:polarity kg:Positive ;
                              kg:certainty kg:Certain ; kg:tense ?t . FILTER(?t != kg:Future) } }
       FILTER NOT EXISTS { ?link a kg:Link ; rdf:subject ?x }""",
    # and a statement that asserts, whose plain triple is missing
    """GRAPH ?g { ?s rdf:subject ?x ; rdf:predicate ?p ; rdf:object ?y ; kg:status kg:Asserted ; kg:polarity kg:Positive ;
       kg:certainty kg:Certain ; kg:tense ?t . FILTER(?t != kg:Future) FILTER NOT EXISTS { ?x ?p ?y } }""",
])
def test_the_graph_holds_nothing_that(built: tuple[Graph, list[Extraction]], pattern: str) -> None:
    found = built[0].query(f"SELECT * {{ {pattern} }} LIMIT 3")
    assert not isinstance(found, bool)
    assert list(found) == []


def test_the_build_conforms(built: tuple[Graph, list[Extraction]]) -> None:
    assert built[0].validate() == []


@pytest.mark.parametrize("form", ["turtle", "trig", "ntriples", "nquads", "jsonld", "rdfxml"])
def test_exports_equal_the_store(built: tuple[Graph, list[Extraction]], form: str) -> None:
    graph, _ = built
    output = io.BytesIO()
    graph.export(form, output)
    kept = {"trig": ox.RdfFormat.TRIG, "nquads": ox.RdfFormat.N_QUADS, "jsonld": ox.RdfFormat.JSON_LD}
    flat = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "rdfxml": ox.RdfFormat.RDF_XML}
    loaded, wanted = ox.Dataset(ox.parse(output.getvalue(), format={**kept, **flat}[form])), ox.Dataset(
        quad for quad in graph.store if quad.graph_name != ox.DefaultGraph())
    if form in flat:
        wanted = ox.Dataset(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in graph.store)
    for data in (loaded, wanted):
        data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert loaded == wanted
    names = {"ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml"}
    if len(graph.articles()) > 17 or form in ("ntriples", "jsonld"):
        return  # rdflib is slow: it reads the samples only, and not what others read the same way
    theirs = rdflib.Dataset(default_union=True).parse(data=output.getvalue(), format=names.get(form, form))
    ontology = rdflib.URIRef(ONTOLOGY_GRAPH)
    parts = sorted(node.value for node in graph.store.named_graphs() if isinstance(node, ox.NamedNode))
    for part in parts if form in kept else [""]:
        ours = rdflib.Graph()
        content = graph.store.quads_for_pattern(None, None, None, ox.NamedNode(part) if part else None)
        data = ox.serialize({quad.triple for quad in content}, format=ox.RdfFormat.N_TRIPLES)
        ours.parse(data=data or b"", format="nt")
        other = theirs.graph(rdflib.URIRef(part)) if part else theirs
        if part in ("", str(ontology)):  # blank nodes of the ontology
            flat_other = rdflib.Graph()
            for triple in other.triples((None, None, None)):
                flat_other.add(triple[:3])
            assert isomorphic(flat_other, ours)
        else:
            assert set(other) == set(ours)


# --- any text ---

WORDS = ["Ana Ruiz", "Delta Works", "said", "sued", "the mayor", "had paid", "$1.2 million", "on Monday", "last summer", "in Denver", "who",
         "that", "not", "never", "“", "”", '"', "'s", ",", ".", "?", ";", "—", "(", ")", "he", "they", "and", "if", "would", "18 months", "\n", "\n\n",
         "| a | b |\n|---|---|\n", "- item\n", "# Head\n", "https://x.example/a?b=c&d=%20#e", "@ana", "#tag", "ana@x.example", "🤖👩‍🚀", "e\u0301\u0302",
         "שלום", "مرحبا", "\u202eabc\u202c", "Der Bürgermeister sagte,", "市长起诉了公司。", "Мэр подал в суд.", "\x00\x1b[31m", "\ufffd",
         "WHO PAID", "x" * 300, "...", "!!!!", "\u2028", "\t", "\u00a0", "\u200b", "1,000,000", "50%", "2024-13-45", "5:99 p.m.", "<b>", "\\", "{}", "||"]
TEXTS = st.one_of(
    st.text(max_size=80), st.text(st.characters(categories=["P", "S", "Z", "Cc"]), max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=20).map("".join))


def whole_way(text: str) -> None:
    """Take `text` through extraction, grounding, RDF and page, and check all that must hold."""
    text = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    extraction = read_article(Article("a1", text, title=text[:40], published="2025-03-10"))
    check_extraction(extraction)
    joined = join(lambda: [extraction], Settings(), ONTOLOGY)
    check_statements(joined, [extraction])
    store = ox.Store()
    store.extend(quads(extraction, joined.entities, joined.statements, Settings().base))
    nif = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
    parts: dict[object, dict[str, str]] = {}
    for quad in store:
        if isinstance(quad.object, ox.Literal):
            parts.setdefault(quad.subject, {})[quad.predicate.value.removeprefix(nif)] = quad.object.value
    for part in parts.values():
        if "anchorOf" in part:
            assert part["anchorOf"] == text[int(part["beginIndex"]):int(part["endIndex"])]
    plain = {(one.subject, one.property) for one in joined.statements if is_plain(one)}
    found = {(quad.subject.value, quad.predicate.value) for quad in store
             if isinstance(quad.subject, ox.NamedNode) and "/entity/" in quad.subject.value and quad.predicate.value.startswith((KG, OPEN))}
    assert found - {(subject, KG + "mentionCount") for subject, _ in found} <= plain
    page = build_page(joined.articles, joined.entities, joined.statements, {}, {})
    assert page.count("</script") == EMPTY_PAGE.count("</script")


@settings(max_examples=150, deadline=None)
@given(TEXTS)
@example("")
@example("\n\n\n")
@example("?!.,;:")
@example("x" * 5000)
@example("THE MAYOR OF DENVER SUED DELTA WORKS, SHE SAID.")
@example("He said. “I” she. ‘We’ “ ” \" '")
@example("| Name | Sum |\n|---|---|\n| Ana Ruiz | $5 |\n")
def test_any_text_goes_the_whole_way(text: str) -> None:
    whole_way(text)


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=200) | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")) | TEXTS.map(lambda text: text.encode("utf-16")))
@example("Ana \ud83d sued Delta Works.".encode("utf-8", "surrogatepass"))
def test_any_file_is_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.txt").write_bytes(data)
        (folder / "good.txt").write_text("Mayor Ana Ruiz sued Delta Works in Denver on Monday.", "utf-8")
        report = kg.build([folder / "good.txt", folder / "in.txt"], folder / "g")
        left_out = sum("left out" in reason for _, reason in report.warned)  # it happens to look like another language
        assert report.counts["articles"] == 2 - len(report.failed) - left_out
        for extraction in GraphFolder.open(folder / "g").extractions():
            check_extraction(extraction)
        with kg.open(folder / "g") as graph:
            assert graph.validate() == []


def test_the_checks_can_fail() -> None:
    article = Article("a1", "Ana Ruiz sued Delta Works.")
    good = read_article(article)
    check_extraction(good)
    claim = msgspec.structs.replace(good.claims[0], evidence=Span(0, 99))
    with pytest.raises(AssertionError):
        check_extraction(msgspec.structs.replace(good, claims=(claim,)))
    with pytest.raises(AssertionError):
        check_extraction(msgspec.structs.replace(good, mentions=good.mentions[1:]))
