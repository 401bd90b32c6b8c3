"""Example sentences give the patterns that their authors mean, or tell why not; kg ontology check tells what a file makes of articles."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import main
from kg.errors import OntologyError
from kg.ontology import Property, load, parse_example
from kg.ontology.check import check
from kg.ontology.patterns import clashes, open_ontology, patterns

TABLE = tomllib.loads((Path(__file__).parent / "cases" / "patterns.toml").read_text(encoding="utf-8"))
CASES, COMMENTS = TABLE["case"], TABLE["comment"]
KINDS = {"object": (), "text": ("text",), "boolean": ("boolean",), "duration": ("duration",), "date": ("date",),
         "amount": ("money", "percent", "quantity", "number")}
PREFIXES = """@prefix : <https://example.org/> . @prefix kg: <https://w3id.org/newskg/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
HARBOUR = PREFIXES + """
:Ship a owl:Class ; rdfs:label "ship" .
:calledAt a owl:ObjectProperty ; rdfs:domain :Ship ; kg:example "[s:The Aurora] docked at [o:Bergen]." .
:skipper a owl:ObjectProperty ; rdfs:range kg:Person ; kg:example "[s:The Aurora]'s skipper, [o:Lena Moss], waved." .
:sank a owl:DatatypeProperty ; rdfs:range xsd:boolean ; kg:verb "sink S" .
"""
ARTICLE = """The Nordlys, a ship, docked at Oslo on Monday. The ship's skipper, Ida Berg, praised the pilot.
The pilot praised the crew. A teacher docked at Oslo too."""


def write(folder: Path, body: str) -> Path:
    file = folder / "my.ttl"
    file.write_text(body, encoding="utf-8")
    return file


def pattern_of(kind: str, source: str) -> tuple[str, bool]:
    iri = f"urn:{kind}"
    example = parse_example(iri, source, kind == "boolean")
    roles = tuple((f"urn:{name}", place) for name, place in example.roles)
    example = type(example)(example.iri, example.text, example.subject, example.object, roles, source)
    prop = Property(iri, kind, kind, kinds=KINDS[kind])
    [found] = patterns(replace(load(), properties={iri: prop}, verbs={}, nouns={}, examples=(example,)))
    return (found.wording.text if found.wording else found.problem), found.reads


@pytest.mark.parametrize("case", CASES, ids=[case["example"][:60] for case in CASES])
def test_case(case: dict[str, str]) -> None:
    text, reads = pattern_of(case["kind"], case["example"])
    assert text == case["pattern"]
    assert reads == case.get("reads", True)


@pytest.mark.parametrize("case", COMMENTS, ids=[case["comment"][:60] for case in COMMENTS])
def test_comment(case: dict[str, str], tmp_path: Path) -> None:
    file = write(tmp_path, PREFIXES + f"""
:Ship a owl:Class ; rdfs:label "ship" . :Harbour a owl:Class ; rdfs:label "harbour" . :Firm a owl:Class ; rdfs:label "firm" .
:linked a owl:ObjectProperty ; rdfs:comment "{case['comment']}" ; rdfs:domain {case['domain']} ; rdfs:range {case['range']} .
""")
    assert [one.wording.text for one in patterns(load([file])) if one.wording] == [case["pattern"]] * bool(case["pattern"])


def test_wordings_and_examples_go_before_comments(tmp_path: Path) -> None:
    comment = 'rdfs:comment "The person who steers the ship." ; rdfs:range kg:Person'
    file = write(tmp_path, HARBOUR + f""":pilot a owl:ObjectProperty ; {comment} ; rdfs:domain :Ship ; kg:verb "O guide S" .
:mate a owl:ObjectProperty ; {comment} ; rdfs:domain :Ship ; kg:example "[o:Ida Berg] tends [s:the Aurora]." .
""")
    assert "O steer S" not in [one.wording.text for one in patterns(load([file])) if one.wording]


def test_what_gives_no_pattern_is_told() -> None:
    text, reads = pattern_of("object", "[s:Ann Lee] slept. [o:The union] cheered.")
    assert not reads and "no verb or noun joins subject and object" in text and "cheer(The union)" in text


@pytest.mark.parametrize(
    ("example", "part"),
    [
        ("Acme bought [o:Beta].", "no subject is marked"),
        ("[s:Acme] bought Beta.", "no object is marked"),
        ("[s:Acme] and [s:Delta] bought [o:Beta].", "two subjects are marked"),
        ("[s:Acme] bought [o:Beta.", "brackets don't match"),
        ("[s:] bought [o:Beta].", "holds no words"),
        ("[s:Acme] bought [o:Beta] from [seler:Gamma].", "should be a property"),
    ],
)
def test_bad_examples_tell_line_and_mend(tmp_path: Path, example: str, part: str) -> None:
    file = write(tmp_path, PREFIXES + f':bought a owl:ObjectProperty ;\n  kg:example "{example}" .')
    with pytest.raises(OntologyError, match=part) as caught:
        load([file])
    assert "line 5" in str(caught.value) and "\n" not in str(caught.value)


def test_examples_that_clash_are_named(tmp_path: Path) -> None:
    body = HARBOUR + ':visited a owl:ObjectProperty ; kg:example "[s:The Borealis] docked at [o:Oslo]." .\n'
    found = [clash for clash in clashes(open_ontology([write(tmp_path, body)])) if not clash.settled]
    assert [set(clash.properties) for clash in found] == [{"https://example.org/calledAt", "https://example.org/visited"}]
    told = body.replace(":visited a owl:ObjectProperty ;", ":visited a owl:ObjectProperty ; rdfs:domain kg:Person ;")
    assert not [clash for clash in clashes(open_ontology([write(tmp_path, told)])) if not clash.settled], "domains tell them apart"


def test_check_reports_what_articles_say(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    report = check([write(tmp_path, HARBOUR)], [str(tmp_path / "a.txt")])
    seen = {one.property: one for one in report.seen}
    assert (seen["calledAt"].statements, seen["skipper"].statements, seen["sank"].statements) == (1, 1, 0)
    assert "don't occur (sink)" in seen["sank"].why
    assert [(one.property, one.side, one.types, one.wanted) for one in report.misfits] == [("calledAt", "domain", ("Person",), ("Ship",))]
    assert not report.fine


def test_check_on_the_command_line(tmp_path: Path) -> None:
    file = write(tmp_path, HARBOUR)
    run = CliRunner().invoke(main, ["ontology", "check", str(file), "--json"])
    assert run.exit_code == 0
    assert [one["wording"] for one in json.loads(run.stdout)["examples"]] == ["S dock at O", "S's skipper is O"]
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    run = CliRunner().invoke(main, ["ontology", "check", str(file), str(tmp_path / "a.txt")])
    assert run.exit_code == 1 and "Never seen\n  sank" in run.stdout
    file.write_text(HARBOUR + ":x a owl:Class ;; ; rdfs:label 'x", encoding="utf-8")
    run = CliRunner().invoke(main, ["ontology", "check", str(file)])
    assert run.exit_code == 2 and "line" in run.stderr
