"""The ontology as a page: everything is on it, text is escaped, links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from kg.cli import main
from kg.ontology import load
from kg.ontology.patterns import open_ontology, patterns
from kg.ontology.reference import reference

HOSTILE = """@prefix : <https://example.org/x#> . @prefix kg: <https://w3id.org/newskg/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:A a owl:Class ; rdfs:label "<script>alert(1)</script>" ; rdfs:subClassOf :B , kg:Person ; skos:exactMatch <javascript:alert(2)> .
:B a owl:Class ; rdfs:subClassOf :A ; skos:closeMatch <https://example.org/a'b> .
:p a owl:ObjectProperty ; rdfs:label "bought & sold" ; rdfs:comment "\\"><img src=x onerror=alert(3)>" ; rdfs:domain :A ;
    kg:example "[s:Acme] bought [o:Beta]." .
"""


def test_bundled_page_has_all_and_its_links_lead_somewhere() -> None:
    ontology = load()
    page = reference(ontology)
    ids = re.findall(r'<section id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == len(ontology.classes) + len(ontology.properties)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert "<script" not in page and "default-src 'none'" in page
    assert page == reference(ontology)


def test_users_page_holds_the_users_own_and_escapes_it(tmp_path: Path) -> None:
    file = tmp_path / "my.ttl"
    file.write_text(HOSTILE, encoding="utf-8")
    opened = open_ontology([file])
    page = reference(opened, patterns(opened))
    assert len(re.findall("<section", page)) == 3
    assert "<script" not in page and "<img" not in page and 'href="javascript' not in page
    assert "<mark class=s>Acme</mark> bought <mark class=o>Beta</mark>." in page and "<code>S buy O</code>" in page
    assert "bought &amp; sold" in page


def test_page_from_the_command_line(tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["ontology", "--html", str(tmp_path / "a.html")])
    assert run.exit_code == 0 and (tmp_path / "a.html").read_text("utf-8").startswith("<!doctype html>")
    run = CliRunner().invoke(main, ["ontology", "--html", str(tmp_path / "none" / "a.html")])
    assert run.exit_code == 2 and "can't be written" in run.stderr
