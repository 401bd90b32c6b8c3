"""The ontology file is sound, and broken ones are refused with place and mend."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import ontology
from kg.errors import OntologyError
from kg.ontology import load, parse_wording

PREFIXES = """@prefix : <https://example.org/> . @prefix kg: <https://w3id.org/newskg/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def write(folder: Path, body: str, name: str = "my.ttl") -> Path:
    file = folder / name
    file.write_text(PREFIXES + body, encoding="utf-8")
    return file


RDFS = "http://www.w3.org/2000/01/rdf-schema#"
ALTERNATIVE = "http://www.w3.org/2004/02/skos/core#altLabel"


def described() -> dict[str, dict[str, list[str]]]:
    """Return what the bundled file says of each of its own terms: values by subject's and predicate's IRI."""
    terms: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse((ontology.bundled() / "newskg.ttl").read_bytes(), ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, ox.NamedNode):
            terms[quad.subject.value][quad.predicate.value].append(str(getattr(quad.object, "value", quad.object)))
    return terms


def test_bundled_ontology_is_complete() -> None:
    bundled, terms = load(), described()
    assert len(bundled.classes) >= 45
    news = [p for p in bundled.properties.values() if p.wordings]
    assert len(news) >= 140
    for prop in bundled.properties.values():
        for wanted in (RDFS + "label", RDFS + "comment", RDFS + "domain", RDFS + "range"):
            assert terms[prop.iri][wanted], f"{prop.name} needs {wanted}"
    for prop in news:
        assert "Example: " in prop.comment, f"{prop.name} needs an example in its comment"
        assert terms[prop.iri][ALTERNATIVE], f"{prop.name} needs an alternative label"
    open_to_all = {p.name for p in news if not (p.domain or p.range or p.kinds)}
    assert len(open_to_all) < len(news) / 6, "most properties say what they hold between"
    for cls in bundled.classes.values():
        assert cls.label and cls.comment, f"{cls.name} needs a label and a comment"
        assert cls.name not in cls.ancestors


def test_inverses_and_sub_properties_are_declared() -> None:
    bundled = load()
    for prop in bundled.properties.values():
        assert not prop.inverse or bundled.properties[prop.inverse].inverse == prop.iri, f"{prop.name}'s inverse has another inverse"
        assert not prop.symmetric or prop.domain == prop.range, f"{prop.name} is symmetric between different classes"
        for above in prop.parents:
            assert bundled.properties[above].kinds == prop.kinds or not prop.kinds, f"{prop.name} has another kind of object than {above}"


def test_no_wording_is_written_twice() -> None:
    seen: dict[tuple[str, str, str], str] = {}
    for index in (load().verbs, load().nouns):
        for word, wordings in index.items():
            for wording in wordings:
                key = (wording.form, word, wording.text)
                assert seen.setdefault(key, wording.iri) == wording.iri, f"{wording.text} stands for two properties"


def test_classes_form_a_tree_with_names() -> None:
    bundled = load()
    assert bundled.is_a("FilmFestival", "Festival") and bundled.is_a("FilmFestival", "Event") and bundled.is_a("Film", "Thing")
    assert not bundled.is_a("Film", "Event")
    assert bundled.overlap("Place", "Agent"), "a country is both"
    assert not bundled.overlap("Person", "Place")
    assert bundled.class_of("annual film festivals") == "FilmFestival"
    assert bundled.class_of("the mother of two") == ""


def test_wording_grammar() -> None:
    wording = parse_wording("p", "verb", "S file|bring (lawsuit|suit) against O:Company [for kg:charge]")
    assert wording.words == ("file", "bring")
    assert [(s.roles, s.part) for s in wording.slots] == [
        (("subject",), "S"),
        (("object",), "heads"),
        (("against",), "O"),
        (("for",), "qualifier"),
    ]
    assert wording.slots[1].heads == {"lawsuit", "suit"} and wording.slots[2].type == "Company"
    assert wording.slots[3].qualifier == "kg:charge"
    assert [s.roles for s in parse_wording("p", "verb", "award S O").slots] == [("indirect",), ("object",)]
    assert parse_wording("p", "noun", "chief_executive of O").words == ("chief executive",)
    drop = parse_wording("p", "verb", "S drop O=charge|legal_case [not from|on]")
    assert drop.slots[1].nouns == {"charge", "legal case"} and (drop.slots[2].part, drop.slots[2].roles) == ("not", ("from", "on"))
    assert parse_wording("p", "verb", "S raise O:Event!=child").slots[1].barred == {"child"}
    assert parse_wording("p", "verb", "S read O:finite").slots[1].roles == ("clause",)
    inside = parse_wording("p", "verb", "S serve (O:duration sentence)").slots[1].inside
    assert inside is not None and inside.type == "duration"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("S sue", "needs one S and one O"),
        ("sue O", "needs one S and one O"),
        ("S O sue", "nothing follows"),
        ("S sue O for", "nothing follows"),
        ("S sue (lawsuit against O", "brackets"),
        ("S sue O O O", "more than two"),
        ("S sue O [kg:charge]", "preposition and a property"),
        ("", "no verb"),
        ("S sue O [for chrge]", "should be a property"),
        ("S sue O (court)", ""),
        ("S file (a b c) against O", "should hold nouns"),
    ],
)
def test_bad_wordings_tell_the_mend(tmp_path: Path, text: str, part: str) -> None:
    file = write(tmp_path, f':p a owl:ObjectProperty ;\n  kg:verb "{text}" .')
    if not part:
        load([file])
        return
    with pytest.raises(OntologyError, match=part) as caught:
        load([file])
    assert "line 4" in str(caught.value) or not text
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "name", "part"),
    [
        (":p a owl:ObjectProperty ; ;; rdfs:label 'x", "my.ttl", "line"),
        ("", "my.ttl", "no class and no property"),
        ("<a>", "my.rdf", "RDF/XML"),
        ("{", "my.jsonld", "JSON-LD"),
        (":p a owl:Class .", "my.txt", "unknown ending"),
        (':p a owl:ObjectProperty ; kg:verb "S sue O:Nothing" .', "my.ttl", "no class of the ontology"),
        (":p a owl:ObjectProperty ; rdfs:domain kg:Persn .", "my.ttl", "not declared"),
        (':p a owl:ObjectProperty ; kg:qualifies "in Nowhere" .', "my.ttl", "no class"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, body: str, name: str, part: str) -> None:
    with pytest.raises(OntologyError, match=part):
        load([write(tmp_path, body, name)])


def test_missing_file_and_empty_list_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OntologyError, match="can't be read"):
        load([tmp_path / "absent.ttl"])
    with pytest.raises(OntologyError, match="no ontology file"):
        load([], alone=True)


def test_cycles_and_hostile_text_do_no_harm(tmp_path: Path) -> None:
    mine = load(
        [
            write(
                tmp_path,
                """:A a owl:Class ; rdfs:subClassOf :B ; rdfs:label "<script>\\u202e" . :B a owl:Class ; rdfs:subClassOf :A .
        :p a owl:ObjectProperty ; rdfs:subPropertyOf :p ; rdfs:domain :A ; kg:verb "S <b>$()\\u0000 O" .""".replace(
                    'kg:verb "S <b>$()\\u0000 O"', 'rdfs:label "(((*"'
                ),
            )
        ]
    )
    assert mine.classes["https://example.org/A"].ancestors == ("https://example.org/B",)
    assert mine.properties["https://example.org/p"].ancestors == ()


def test_union_of_classes_is_read(tmp_path: Path) -> None:
    mine = load(
        [write(tmp_path, ":A a owl:Class . :B a owl:Class . :p a owl:ObjectProperty ; rdfs:domain [ owl:unionOf (:A :B) ] .")]
    )
    assert mine.properties["https://example.org/p"].domain == ("https://example.org/A", "https://example.org/B")


def test_labels_alone_give_wordings(tmp_path: Path) -> None:
    mine = load(
        [
            write(
                tmp_path,
                """:worksFor a owl:ObjectProperty . :director a owl:ObjectProperty .
        :bornIn a owl:ObjectProperty ; rdfs:label "was born in"@en , "né à"@fr .""",
            )
        ],
        alone=True,
    )
    assert [w.text for w in mine.verbs["work"]] == ["S work for O"]
    assert next(w.text for w in mine.nouns["director"]) == "S's director is O"
    assert [w.text for w in mine.verbs["direct"]] == ["O direct S"]
    assert [w.text for w in mine.verbs["bear"]] == ["bear S in|at O", "S bear in|at O"]


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("lawsuits", "lawsuit"),
        ("women", "woman"),
        ("news", "news"),
        ("boss", "boss"),
        ("companies", "company"),
        ("churches", "church"),
        ("crisis", "crisis"),
        ("", ""),
    ],
)
def test_singular(plural: str, one: str) -> None:
    assert ontology.singular(plural) == one
