"""The command line as a user meets it: output, exit codes, and what happens with bad input."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "data" / "articles"
SEED = ROOT.parent / "shared" / "articles" / "seed.txt"


def kg(*arguments: object, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin, catch_exceptions=False)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph") / "g"
    done = kg("build", SAMPLES, "-o", folder)
    assert done.exit_code == 0, done.stderr
    return folder


def test_build_makes_everything_a_folder_holds(graph: Path) -> None:
    assert {"extractions", "decisions.tsv", "store", "graph.ttl", "graph.html", "build.json"} <= {p.name for p in graph.iterdir()}


def test_build_twice_changes_nothing(graph: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in graph.rglob("*") if path.is_file() and path.name != ".lock"}
    assert kg("build", SAMPLES, "-o", graph).exit_code == 0
    assert before == {path: (path.stat().st_mtime_ns, path.read_bytes())
                      for path in graph.rglob("*") if path.is_file() and path.name != ".lock"}


def test_one_bad_article_costs_only_itself(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("Ana Ruiz sued Delta Works in Denver.", "utf-8")
    bad.write_bytes(bytes(range(256)) * 10)
    done = kg("build", good, bad, "-o", tmp_path / "g")
    assert done.exit_code == 1
    assert "bad.txt" in done.stderr and "good.txt" not in done.stderr
    assert kg("query", tmp_path / "g", "ASK { ?s rdfs:label 'Ana Ruiz' }").exit_code == 0


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 50, None])
def test_nothing_readable_leaves_no_folder_behind(content: bytes | None, tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    if content is not None:
        source.write_bytes(content)
    done = kg("build", source, "-o", tmp_path / "g")
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1 and "in.txt" in done.stderr
    assert not (tmp_path / "g" / "extractions").exists()


def test_a_build_never_lets_go_of_articles_unasked(tmp_path: Path) -> None:
    for name in ("Ana", "Bob"):
        (tmp_path / f"{name}.txt").write_text(f"Mayor {name} Smith resigned on Monday in Denver.", "utf-8")
    assert kg("build", tmp_path / "Ana.txt", "-o", tmp_path / "g").exit_code == 0
    refused = kg("build", tmp_path / "Bob.txt", "-o", tmp_path / "g")
    assert refused.exit_code == 2 and "--replace" in refused.stderr
    assert kg("query", tmp_path / "g", "ASK { ?s rdfs:label 'Ana Smith' }").exit_code == 0
    assert kg("build", tmp_path / "Bob.txt", "-o", tmp_path / "g", "--replace").exit_code == 0
    assert kg("query", tmp_path / "g", "ASK { ?s rdfs:label 'Ana Smith' }").exit_code == 1
    assert kg("add", tmp_path / "Ana.txt", "-o", tmp_path / "g").exit_code == 0
    assert kg("query", tmp_path / "g", "ASK { ?s rdfs:label 'Ana Smith' . ?t rdfs:label 'Bob Smith' }").exit_code == 0


def test_a_changed_article_takes_the_place_of_the_old(tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text("Ana Ruiz sued Delta Works.", "utf-8")
    kg("build", source, "-o", tmp_path / "g")
    source.write_text("Ana Ruiz praised Delta Works.", "utf-8")
    assert kg("build", source, "-o", tmp_path / "g").exit_code == 0
    assert kg("query", tmp_path / "g", "ASK { ?s kg:sued ?o }").exit_code == 1


def test_removing_an_extraction_and_rebuilding_equals_never_having_had_it(graph: Path, tmp_path: Path) -> None:
    files = sorted(SAMPLES.iterdir())
    kg("build", *files[1:], "-o", tmp_path / "less")
    kg("build", *files, "-o", tmp_path / "all")
    ids = {json.loads(path.read_text("utf-8").splitlines()[0])["article"]["source"]: path
           for path in (tmp_path / "all" / "extractions").rglob("*.jsonl")}
    ids[str(files[0])].unlink()
    assert kg("build", "-o", tmp_path / "all").exit_code == 0
    for name in ("graph.ttl", "graph.html"):
        assert (tmp_path / "all" / name).read_bytes() == (tmp_path / "less" / name).read_bytes()


def test_an_article_taken_back_leaves_nothing(tmp_path: Path) -> None:
    files = sorted(SAMPLES.glob("*.txt"))[:4]
    kg("build", *files[1:], "-o", tmp_path / "less")
    kg("build", *files, "-o", tmp_path / "all")
    assert kg("remove", tmp_path / "all", files[0]).exit_code == 0
    for name in ("graph.ttl", "graph.html", "build.json"):
        assert (tmp_path / "all" / name).read_bytes() == (tmp_path / "less" / name).read_bytes()
    again = kg("remove", tmp_path / "all", files[0])
    assert again.exit_code == 2 and "articles" in again.stderr
    for file in files[1:]:
        assert kg("remove", tmp_path / "all", file).exit_code == 0
    assert kg("query", tmp_path / "all", "ASK { ?s a kg:Statement ; rdf:subject ?o }").exit_code == 1


def test_order_hash_seed_and_process_do_not_matter(graph: Path, tmp_path: Path) -> None:
    files = sorted(map(str, SAMPLES.iterdir()), reverse=True)
    for seed in ("1", "2"):
        subprocess.run([sys.executable, "-m", "kg.cli", "build", *files, "-o", str(tmp_path / seed)], check=True, capture_output=True,
                       env={**os.environ, "PYTHONHASHSEED": seed})
        for name in ("graph.ttl", "graph.html"):
            assert (tmp_path / seed / name).read_bytes() == (graph / name).read_bytes()


def test_query_answers_in_every_format(graph: Path) -> None:
    select = "SELECT ?name { ?s a kg:Person ; rdfs:label ?name } ORDER BY ?name LIMIT 2"
    assert kg("query", graph, select).stdout.splitlines()[0] == "name"
    assert json.loads(kg("query", graph, select, "--format", "json").stdout)["head"]["vars"] == ["name"]
    assert kg("query", graph, select, "--format", "csv").stdout.splitlines()[0] == "name"
    assert "| name" in kg("query", graph, select, "--format", "markdown").stdout
    assert "kg:Person" in kg("query", graph, "CONSTRUCT { ?s a kg:Person } WHERE { ?s a kg:Person }").stdout
    assert "who-said-what" in kg("query", graph, "--list").stdout


def test_a_broken_query_points_to_line_and_column(graph: Path) -> None:
    done = kg("query", graph, "SELECT ?x {\n ?x a }")
    assert done.exit_code == 2 and "line 2" in done.stderr


def test_show_gives_quotes(graph: Path) -> None:
    question = "SELECT ?n { ?s kg:speaker ?p . ?p rdfs:label ?n ; schema:name ?m } ORDER BY ?n LIMIT 1"
    name = kg("query", graph, question).stdout.splitlines()[1]
    assert "“" in kg("show", graph, name).stdout
    missing = kg("show", graph, "Nobody At All")
    assert missing.exit_code == 2 and "Nobody At All" in missing.stderr


@pytest.mark.parametrize("form", ["turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml"])
@pytest.mark.parametrize("slim", [False, True])
def test_export_writes_what_rdflib_reads(form: str, slim: bool, graph: Path, tmp_path: Path) -> None:
    import rdflib

    target = tmp_path / "out"
    assert kg("export", graph, "-f", form, "-o", target, *(["--slim"] if slim else [])).exit_code == 0
    names = {"ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml"}
    assert len(rdflib.Dataset(default_union=True).parse(target, format=names.get(form, form))) > 100


def test_validate_finds_nothing_and_a_planted_violation(graph: Path, tmp_path: Path) -> None:
    assert kg("validate", graph).exit_code == 0
    shapes = tmp_path / "mine.ttl"
    shapes.write_text("@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <https://w3id.org/newskg/ontology#> .\n"
                      "<urn:x> a sh:NodeShape ; sh:targetClass kg:Person ; sh:property [ sh:path kg:shoeSize ; sh:minCount 1 ] .", "utf-8")
    done = kg("validate", graph, "--shapes", shapes)
    assert done.exit_code == 1 and "shoeSize" in done.stdout


def test_extract_writes_the_documented_lines() -> None:
    line = json.dumps({"doc": "d1", "text": "Ana Ruiz sued Delta Works in Denver."}) + "\n"
    triples = [json.loads(one) for one in kg("extract", "-", "--triples", stdin=line).stdout.splitlines()]
    assert any((one["doc"], one["subject"], one["object"]) == ("d1", "Ana Ruiz", "Delta Works") for one in triples)
    for one in triples:
        assert {"sent", "sentence", "predicate", "confidence", "args", "subject_span", "object_span", "property", "status", "polarity",
                "certainty", "speaker", "extractor"} <= one.keys()
    mentions = [json.loads(one) for one in kg("extract", "-", "--mentions", stdin=line).stdout.splitlines()]
    assert {"doc": "d1", "start": 0, "end": 8, "text": "Ana Ruiz", "type": "Person"}.items() <= mentions[0].items()


def test_terminal_output_is_harmless(tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text("Ana \x1b[31mRuiz\u202e sued Delta Works in Denver.", "utf-8")
    kg("build", source, "-o", tmp_path / "g")
    printed = kg("query", tmp_path / "g", "SELECT ?o { ?s nif:anchorOf ?o }").stdout
    assert printed and "\x1b" not in printed and "\u202e" not in printed


@pytest.mark.parametrize("arguments", [
    ["query", "nowhere", "ASK {}"], ["export", "nowhere"], ["validate", "nowhere"], ["build", "-o", "nowhere"], ["show", "nowhere", "x"],
    ["build", "nothing.txt", "-o", "g", "--model", "no_such_model"], ["extract", "x.txt", "--field", "text"],
])
def test_wrong_use_is_one_clear_line(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = kg(*arguments)
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr


def test_help_is_fast() -> None:
    code = "import time, sys; sys.argv = ['kg', '--help']\nfrom kg.cli import main\ntry: main()\nexcept SystemExit: pass\n" \
           "heavy = {'spacy', 'rdflib', 'pyoxigraph', 'networkx', 'numpy', 'rich'} & set(sys.modules)\nassert not heavy, heavy"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.skipif(not SEED.exists(), reason="the shared articles are not here")
def test_the_seed_article(tmp_path: Path) -> None:
    assert kg("build", SEED, "-o", tmp_path / "g").exit_code == 0

    def answer(query: str) -> set[str]:
        return set(kg("query", tmp_path / "g", query).stdout.splitlines()[1:])

    def holds(pattern: str) -> bool:
        return kg("query", tmp_path / "g", f"ASK {{ {pattern} }}").exit_code == 0

    assert "prosecutors" in answer('SELECT ?o { ?s rdfs:label "Alec Baldwin" ; kg:sued ?x . ?x rdfs:label ?o }')
    assert holds('?s rdfs:label "Hannah Gutierrez-Reed" ; kg:sentencedTo "P18M"^^xsd:duration')
    assert holds('?s rdfs:label "Halyna Hutchins" ; kg:occupation "cinematographer"')
    assert holds('?s rdfs:label "Mary Marlowe Sommer" ; kg:occupation "judge"')
    assert holds('?s rdfs:label "Kari Morrissey" ; kg:position "special prosecutor"')
    assert holds('?x a kg:Statement ; rdf:subject ?b ; rdf:predicate kg:firedWeapon ; rdf:object [ rdfs:label "gun" ] ; '
                 'kg:polarity kg:Negative ; kg:status kg:Claimed ; kg:speaker ?b . ?b rdfs:label "Alec Baldwin"')
    assert not holds('?b rdfs:label "Alec Baldwin" ; kg:firedWeapon|open:fire ?gun')
    assert answer('SELECT ?n { ?s a kg:Organization ; rdfs:label ?n FILTER(CONTAINS(?n, "Hollywood")) }') in (
        {"The Hollywood Reporter"}, {"Hollywood Reporter"})
    assert not holds('?s rdfs:label "Hollywood"')
    assert holds('?s rdfs:label "Rust" ; a kg:Film')
    assert holds('?s rdfs:label "Camerimage" ; a kg:Festival ; kg:locatedIn ?p . ?p rdfs:label "Poland"')
    assert holds('?x a kg:Statement ; rdf:subject [ rdfs:label "Rust" ] ; rdf:predicate kg:premieredAt ; kg:when ?when')
    assert holds('?x a kg:Statement ; rdf:predicate kg:dismissedCaseAgainst ; kg:when ?when FILTER(STRSTARTS(STR(?when), "2024"))')


def test_learned_relations_are_added_when_asked_for(tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text("Maria Lopez was born in Lisbon in 1961. Her husband is the painter Paul Jensen, a son of Karl Jensen.", "utf-8")
    question = 'SELECT ?s { ?s kg:extractor ?e FILTER(STRENDS(STR(?e), "relations")) }'
    for options, some in (([], False), (["--relations"], True)):
        assert kg("build", source, "-o", tmp_path / "g", *options).exit_code == 0
        assert (len(kg("query", tmp_path / "g", question).stdout.splitlines()) > 1) == some
    assert kg("validate", tmp_path / "g").exit_code == 0
