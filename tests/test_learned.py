"""Relations learned from examples: what a few invented sentences teach, and that files, bytes and errors are as promised."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
from kg.cli import main
from kg.errors import InputError, ModelError
from kg.extract.learned import Gold, Learned, align, date_forms, fold, learned_claims, load_learned, similar
from kg.ontology.learning import learn_relations, read_text

pytest.importorskip("scipy")

ONTOLOGY = """@prefix : <https://example.org/harbour#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:steers a owl:ObjectProperty ; rdfs:label "steers" .
:mooredAt a owl:ObjectProperty ; rdfs:label "moored at" .
"""
PEOPLE = ["Ida Berg", "Tom Wu", "Ana Ruiz", "Karl Holm", "Eve Stone", "Omar Said"]
SHIPS = ["Aurora", "Low Tide", "Silver Gull", "Northern Star", "Kittiwake", "Old Mary"]
PORTS = ["Bergen", "Lisbon", "Hamburg", "Tallinn", "Marseille", "Genoa"]


def rows() -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for n, (person, ship, port) in enumerate(zip(PEOPLE, SHIPS, PORTS, strict=True)):
        other = PEOPLE[(n + 1) % 6]
        made.append({"text": f"{person} took the helm of the {ship} in spring.", "facts": [[person, "steers", ship]]})
        made.append({"text": f"The {ship} lies at anchor in {port}.", "facts": [[ship, "moored at", port]]})
        made.append({"text": f"{person} met {other} in {port}.", "facts": []})
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("learned")
    (path / "harbour.ttl").write_text(ONTOLOGY)
    (path / "examples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))
    done = CliRunner().invoke(main, ["learn", str(path / "examples.jsonl"), "--ontology", str(path / "harbour.ttl"),
                                     "-o", str(path / "harbour.learned")])
    assert done.exit_code == 0, done.output
    return path


def found(text: str, path: Path) -> set[str]:
    tree, mentions, entities = read_text(text)
    claims = learned_claims(tree, mentions, entities, load_learned(str(path / "harbour.learned")))
    assert all(claim.form == "pair" and 0 < claim.confidence <= 1 for claim in claims)
    return {f"{text[a.start:a.end]} {claim.lemma} {text[b.start:b.end]}" for claim in claims for a, b in [claim.arguments]}


def test_new_names_in_known_ways_of_saying(folder: Path) -> None:
    assert found("Lena Fox took the helm of the Wanderer in autumn.", folder) == {"Lena Fox steers Wanderer"}
    assert "Wanderer mooredAt Gdansk" in found("The Wanderer lies at anchor in Gdansk.", folder)


def test_other_sentences_give_nothing(folder: Path) -> None:
    assert not found("Lena Fox met Paul Lind in Gdansk.", folder)
    assert not found("", folder)


def test_a_build_uses_them(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Lena Fox took the helm of the Wanderer in autumn.")
    settings = kg.Settings(ontology=(str(folder / "harbour.ttl"),), learned=str(folder / "harbour.learned"))
    kg.build([tmp_path / "a.txt"], tmp_path / "graph", settings=settings)
    answer = kg.open(tmp_path / "graph").query("SELECT ?l { ?s <https://example.org/harbour#steers> ?o . ?o rdfs:label ?l }")
    assert "Wanderer" in str(list(answer))


def test_same_examples_same_bytes(folder: Path, tmp_path: Path) -> None:
    learned, facts = learn_relations(folder / "examples.jsonl", [folder / "harbour.ttl"])
    learned.save(tmp_path / "again")
    assert facts == 12 and (tmp_path / "again").read_bytes() == (folder / "harbour.learned").read_bytes()


@pytest.mark.parametrize(("line", "message"), [
    ('{"text": "A.", "facts": [["A", "flies", "B"]]}', "no property 'flies'"),
    ('{"text": 3}', "line 1"),
    ("not json", "line 1"),
    ("", "holds no example"),
    ('{"text": "Rain fell.", "facts": [["Ida", "steers", "Aurora"]]}', "no fact was found"),
])
def test_bad_examples_are_named(line: str, message: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text(line)
    with pytest.raises((InputError, ModelError), match=re.escape(message)):
        learn_relations(tmp_path / "bad.jsonl", [folder / "harbour.ttl"])


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"PK broken")
    with pytest.raises(ModelError, match="make one with kg learn"):
        Learned.load(tmp_path / "broken")


def test_facts_are_found_by_name_value_and_habit() -> None:
    from kg.extract.learned import Page

    pages = [Page(*read_text("Ida Berg was born in São Paulo on 5 May 1999.")),
             *(Page(*read_text(f"{name} is a Polish poet.")) for name in PEOPLE)]
    facts = [[Gold("Ida Berg", "in", "Sao_Paulo"), Gold("Ida Berg", "on", "1999-05-05"), Gold("Ida Berg", "at", "Rome")],
             *([Gold(name, "from", "Poland")] for name in PEOPLE)]
    first, *rest = align(pages, facts)
    assert [[pages[0].texts[n] for n in row.objects] for row in first] == [["São Paulo"], ["5 May 1999"], []]
    assert all("Polish" in [page.texts[n] for n in row.objects] for page, (row,) in zip(pages[1:], rest, strict=True))


def test_names_are_compared_without_accents_and_marks() -> None:
    assert fold("Łódź_(city)") == fold("łodz") or fold("São_Paulo (state)") == "saopaulo"
    assert similar("cosmetics", "cosmetic") > 0.6 and similar("Bergen", "Berlin") == 0
    assert date_forms("1999-13") == {} and date_forms("P1Y") == {}
