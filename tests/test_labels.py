"""Labels alone give wordings, and with domains and ranges the right property of an ontology that has no lexicon."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_ground import read, triples

from kg.ontology import load
from kg.ontology.labels import guesses, kind_of, synonyms, verb_base, words_of

EXAMPLE = "https://example.org/"
PREFIXES = """@prefix : <https://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.mark.parametrize(
    ("label", "value", "wanted", "unwanted"),
    [
        ("foundedBy", "", ["O found S", "S's founder is O", "foundation of S by O", "O establish S"], ["S found O"]),
        ("birthPlace", "", ["bear S in|at O"], ["S bear in|at O"]),
        ("date of birth", "date", ["bear S when O"], ["S's date is O", "S date of O"]),
        ("death date", "date", ["S die when O"], ["die S when O"]),
        ("has author", "", ["S's author is O", "O write S"], []),
        ("isPartOf", "", ["part of O"], ["S part O"]),
        ("works for", "", ["S work for O"], []),
        ("acquired", "", ["S acquire O", "S's acquisition of O", "acquirer of O"], ["S's acquired is O"]),
        ("is located in", "", ["locate S in|at O"], []),
        ("educated at", "", ["educate S at|in O"], []),
        ("spouse", "", ["S's spouse is O", "S marry O"], ["O marry S"]),
        ("author of", "", ["author of O", "O's author"], ["S author of O"]),
        ("employs", "", ["S employ O", "O's employer"], ["S's employ is O", "O's employee"]),
        ("awards received", "", ["S receive O"], []),
        ("hasMembers", "", ["S's member is O"], ["S member O"]),
    ],
)
def test_label(label: str, value: str, wanted: list[str], unwanted: list[str]) -> None:
    texts = [guess.text for guess in guesses([label], value)]
    assert [text for text in wanted if text not in texts] == [], texts
    assert [text for text in unwanted if text in texts] == [], texts


def test_words() -> None:
    assert words_of("hasISBNNumber") == ["has", "isbn", "number"]
    assert words_of("date_of-birth (person)") == ["date", "of", "birth"]
    assert [verb_base(word) for word in ("directed", "works", "located", "won", "runs", "planned", "of")] == [
        "direct", "work", "locate", "win", "run", "plan", ""]
    assert "establish" in synonyms("found") and kind_of("former politician") == "Person"
    assert (kind_of("human"), kind_of("written work"), kind_of("works council")) == ("Person", "CreativeWork", "Organization")


FILM = """
:Film a owl:Class ; rdfs:label "film" . :Human a owl:Class ; rdfs:label "politician" .
:director a owl:ObjectProperty ; rdfs:domain :Film .
:birthPlace a owl:ObjectProperty ; rdfs:label "place of birth" .
:deathDate a owl:DatatypeProperty ; rdfs:range xsd:date .
:acquired a owl:ObjectProperty .
:partyMember a owl:ObjectProperty ; rdfs:label "member of" .
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The film was directed by Ann Lee.", "film | director | Ann Lee"),
        ("The director of the film is Ann Lee.", "film | director | Ann Lee"),
        ("Ann Lee was born in Paris.", "Ann Lee | birthPlace | Paris"),
        ("Ann Lee died on 3 May 2011.", "Ann Lee | deathDate | 2011-05-03"),
        ("Microsoft's acquisition of Nokia was approved.", "Microsoft | acquired | Nokia"),
    ],
)
def test_labels_map_sentences(tmp_path: Path, text: str, wanted: str) -> None:
    file = tmp_path / "my.ttl"
    file.write_text(PREFIXES + FILM, encoding="utf-8")
    found = [line.replace(EXAMPLE, "") for line in triples(read(text, load([file])))]
    assert wanted in found, found


def test_classes_whose_nouns_are_none_of_ours_are_placed_by_the_word_lists(tmp_path: Path) -> None:
    file = tmp_path / "my.ttl"
    file.write_text(PREFIXES + FILM + ':Ore a owl:Class ; rdfs:label "zork" .', encoding="utf-8")
    loaded = load([file])
    assert loaded.is_a(EXAMPLE + "Human", "Person") and loaded.is_a(EXAMPLE + "Film", "CreativeWork")
    assert loaded.classes[EXAMPLE + "Ore"].ancestors == ()


def test_skos_concepts_are_classes(tmp_path: Path) -> None:
    file = tmp_path / "my.ttl"
    body = ':boat a skos:Concept ; skos:prefLabel "boat"@en . :tug a skos:Concept ; skos:prefLabel "tug"@en ; skos:broader :boat .'
    file.write_text(PREFIXES + body, encoding="utf-8")
    loaded = load([file])
    assert loaded.is_a(EXAMPLE + "tug", EXAMPLE + "boat") and loaded.class_of("old tugs") == EXAMPLE + "tug"


def test_rdf_xml_and_json_ld_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "my.owl").write_text(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#">'
        '<owl:ObjectProperty rdf:about="https://example.org/foundedBy"/></rdf:RDF>', encoding="utf-8")
    (tmp_path / "my.jsonld").write_text(
        '{"@id": "https://example.org/foundedBy", "@type": "http://www.w3.org/2002/07/owl#ObjectProperty"}', encoding="utf-8")
    one, other = (load([tmp_path / name], alone=True) for name in ("my.owl", "my.jsonld"))
    assert one.verbs == other.verbs and [w.text for w in one.verbs["found"]] == ["O found S"]
