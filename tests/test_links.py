"""Names are linked to places and authorities when the evidence bears it out, else left alone; links are taken back without a trace."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.cli import main
from kg.errors import FolderError, InputError
from kg.iris import BASE
from kg.names.authorities import Item, family_of, place_of, place_rows, read_authority
from kg.names.links import Authority, apply_links, format_links, link_items, link_places, parse_links, profiles
from kg.opened import open_graph
from kg.pipeline import build
from kg.records import Argument, Article, Claim, Entity, Extraction, Link, LocalEntity, Mention, Span
from kg.resolve import folded, resolve

IDS = {(place.name, place.kind, place.country, place.region): place.iri for place in map(place_of, place_rows())}
GEORGIA, TEXAS_PARIS = IDS["Georgia", "country", "GE", ""], IDS["Paris", "city", "US", "TX"]


def read(text: str, *names: tuple[str, str], article: str = "1", named: bool = True, verb: str = "") -> Extraction:
    """One article in which these names (with type) stand where they are found, each an entity."""
    mentions, at = [], 0
    for number, (name, kind) in enumerate(names):
        at = text.index(name, at)
        mentions.append(Mention(number, at, at + len(name), Span(at, at + len(name)), Span(at, at + len(name)),
                                "name" if named else "nominal", kind, number))
        at += len(name)
    span = Span(0, len(text))
    claims = (Claim(0, "verb", verb, verb, span, (Argument("object", mentions[-1].start, mentions[-1].end, len(names) - 1),), span, span),)
    return Extraction(Article(article, text, published="2025-01-01"), tuple(mentions),
                      tuple(LocalEntity(number, name, kind, named) for number, (name, kind) in enumerate(names)), claims if verb else ())


def linked(*extractions: Extraction) -> dict[str, str]:
    """What each entity is linked to by default, by label."""
    entities = resolve(extractions)
    labels = {one.iri: one.label for one in entities}
    return {labels[link.entity]: link.target for link in link_places(profiles(entities, extractions))[0]}


@pytest.mark.parametrize(("text", "names", "wanted"), [
    ("She lives in Brazil.", ["Brazil"], {"Brazil": IDS["Brazil", "country", "BR", ""]}),
    ("Snow fell in Georgia.", ["Georgia"], {}),
    ("Snow fell in Georgia and in Tbilisi.", ["Georgia", "Tbilisi"], {"Georgia": GEORGIA, "Tbilisi": IDS["Tbilisi", "city", "GE", ""]}),
    ("He drove from Atlanta to Georgia.", ["Atlanta", "Georgia"],
     {"Georgia": IDS["Georgia", "state", "US", "GA"], "Atlanta": IDS["Atlanta", "city", "US", "GA"]}),
    ("The fair in Paris opened.", ["Paris"], {"Paris": IDS["Paris", "city", "FR", ""]}),
    ("The fair in Paris, Texas, opened.", ["Paris", "Texas"], {"Paris": TEXAS_PARIS, "Texas": IDS["Texas", "state", "US", "TX"]}),
    ("The fair in Cambridge opened.", ["Cambridge"], {}),
    ("The fair in New York opened.", ["New York"], {}),
    ("They sailed past Delta.", ["Delta"], {}),
    ("The U.S. rowed away.", ["U.S."], {"U.S.": IDS["United States", "country", "US", ""]}),
    ("The road to Lowick is closed.", ["Lowick"], {}),
])
def test_places_are_linked_by_what_stands_beside_them(text: str, names: list[str], wanted: dict[str, str]) -> None:
    assert linked(read(text, *((name, "Place") for name in names))) == wanted


def test_names_that_are_no_places_are_left_alone() -> None:
    text = "Paris met Jordan and Delta Works."
    assert linked(read(text, ("Paris", "Person"), ("Jordan", "Person"), ("Delta Works", "Organization"))) == {}


def test_currencies_and_languages() -> None:
    assert linked(read("The yen fell.", ("yen", "Thing"), named=False)) == {
        "yen": "http://publications.europa.eu/resource/authority/currency/JPY"}
    assert linked(read("The dollar and the won fell.", ("dollar", "Thing"), ("won", "Thing"), named=False)) == {}
    assert linked(read("She speaks Welsh.", ("Welsh", "Group"), verb="speak")) == {"Welsh": "http://id.loc.gov/vocabulary/iso639-1/cy"}
    assert linked(read("She met the Welsh.", ("Welsh", "Group"), verb="meet")) == {}


def test_what_stands_in_few_articles_counts_for_little() -> None:
    paris = [read("The fair in Paris opened.", ("Paris", "Place"), article=f"{number}") for number in range(30)]
    texas = read("The fair in Paris drew crowds from Texas.", ("Paris", "Place"), ("Texas", "Place"), article="x")
    assert linked(*paris, texas)["Paris"] == IDS["Paris", "city", "FR", ""]


# --- authority files ---

PEOPLE = """
@prefix ex: <https://people.example/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix schema: <https://schema.org/> .
ex:ruiz a schema:Person ; schema:name "Ana Ruiz" ; schema:description "mayor of Lowick" ; schema:birthDate "1980" .
ex:ruiz2 a schema:Person ; schema:name "Ana Ruiz" ; schema:description "painter of ships" .
ex:hale a schema:Person ; skos:prefLabel "Robert Hale"@en , "Roberto Hale"@es ; skos:altLabel "Bob Hale" ; schema:worksFor ex:works .
ex:works a schema:Organization ; schema:name "Delta Works Ltd" .
ex:flood a skos:Concept ; skos:prefLabel "Lowick Flood" .
ex:scheme a skos:ConceptScheme ; skos:prefLabel "Lowick" .
"""


def candidates(items: list[Item], *extractions: Extraction) -> tuple[dict[str, str], dict[str, str]]:
    entities = resolve(extractions)
    labels = {one.iri: one.label for one in entities}
    links, unsure = link_items(profiles(entities, extractions), Authority(items).near, "people.ttl")
    return {labels[one.entity]: one.target for one in links}, {labels[one.entity]: one.target for one in unsure}


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.ttl"
    path.write_text(PEOPLE, "utf-8")
    return path


def test_an_authority_file_is_read_whatever_its_vocabulary(people: Path, tmp_path: Path) -> None:
    items = {item.iri.rsplit("/")[-1]: item for item in read_authority(people)}
    assert set(items) == {"ruiz", "ruiz2", "hale", "works", "flood"}
    assert items["ruiz"] == Item("https://people.example/ruiz", "Ana Ruiz", (), "person", ("mayor of Lowick",), 1980)
    assert items["hale"].others == ("Bob Hale", "Roberto Hale")
    assert items["hale"].words == ("Delta Works Ltd",)
    assert items["flood"].concept
    table = tmp_path / "firms.csv"
    table.write_text("\ufeffID,Name,Aliases,Type,Town\n7,Delta Works,DW|Delta,company,Lowick\n,nobody,,,\n8\n", "utf-8")
    assert read_authority(table, "https://register.example/") == [
        Item("https://register.example/7", "Delta Works", ("DW", "Delta"), "organization", ("Lowick",))]
    with pytest.raises(InputError, match=r"line 2.*--prefix"):
        read_authority(table)
    assert family_of(["Film director", "Q5"]) == "person"


@pytest.mark.parametrize(("name", "text", "message"), [
    ("a.ttl", "ex:a ex:b", "mend the file"), ("a.ttl", "", "names nothing"), ("a.csv", "", "id and name"),
    ("a.csv", "x,y\n1,2", "id and name"),
    ("a.rdf", "<html>", "mend the file"), ("gone.ttl", None, "can't be read"), ("a.csv", b"id,name\n1,\xff\n", "UTF-8")])
def test_files_that_are_no_authority_are_named(tmp_path: Path, name: str, text: str | bytes | None, message: str) -> None:
    if text is not None:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=message):
        read_authority(tmp_path / name, "https://x.example/")


def test_namesakes_are_told_apart_by_what_both_tell_or_left_alone(people: Path) -> None:
    items = read_authority(people)
    mayor = read("Ana Ruiz, the mayor, opened a bridge in Lowick.", ("Ana Ruiz", "Person"), ("Lowick", "Place"))
    nobody = read("Ana Ruiz sang.", ("Ana Ruiz", "Person"))
    assert candidates(items, mayor)[0] == {"Ana Ruiz": "https://people.example/ruiz"}
    assert candidates(items, nobody)[0] == {}
    old = Extraction(Article("1", "Ana Ruiz, 80, spoke in Lowick.", published="2025-01-01"), mayor.mentions[:1], mayor.entities)
    assert "https://people.example/ruiz" not in candidates(items, old)[0].values()


def test_forms_of_a_name_and_other_types(people: Path) -> None:
    items = read_authority(people)
    assert candidates(items, read("Rob Hale left Delta Works.", ("Rob Hale", "Person"), ("Delta Works", "Organization"))) == (
        {"Delta Works": "https://people.example/works"}, {"Rob Hale": "https://people.example/hale"})
    assert candidates(items, read("Bob Hale left Delta Works.", ("Bob Hale", "Person"), ("Delta Works", "Organization")))[0] == {
        "Bob Hale": "https://people.example/hale", "Delta Works": "https://people.example/works"}
    assert candidates(items, read("The Delta Works keep the sea out.", ("Delta Works", "Place"))) == ({}, {})
    assert candidates(items, read("Ruiz and Hale left.", ("Ruiz", "Person"), ("Hale", "Person"))) == ({}, {})


def test_two_entities_that_claim_one_item_get_none() -> None:
    items = [Item("https://people.example/1", "Ana Ruiz", (), "person", ("mayor of Lowick",))]
    two = [read("Ana Ruiz, 30, the mayor, was in Lowick.", ("Ana Ruiz", "Person"), ("Lowick", "Place"), article="1"),
           read("Ana Ruiz, 80, the mayor, was in Lowick.", ("Ana Ruiz", "Person"), ("Lowick", "Place"), article="2")]
    links, unsure = candidates(items, *two)
    assert links == {}
    assert unsure == {"Ana Ruiz": "https://people.example/1"}


def test_the_same_letters_for_other_words_are_no_name() -> None:
    items = [Item("https://x.example/1", "National Rail Union", ("NRU",), "organization"),
             Item("https://x.example/2", "National Road Union", ("NRU",), "organization")]
    rail = Extraction(Article("1", "The National Rail Union (NRU) met."), entities=(
        LocalEntity(0, "National Rail Union", "Organization", True, ("NRU",)),))
    assert candidates(items, rail)[0] == {"National Rail Union": "https://x.example/1"}
    assert candidates(items, read("The NRU met.", ("NRU", "Organization")))[0] == {}


# --- the file of links and the graph folder ---

def test_the_table_is_read_back_and_bad_lines_are_named() -> None:
    rows = (Link("A@1", "https://x.example/1", "owl:sameAs", 0.8, ("same name", "both person"), "people.ttl"),
            Link("B@2", "urn:x:1", "different"))
    assert parse_links(format_links(rows)) == rows
    for line in ("A\tB\tC", "A\thttps://x.example/\tlikes\t1\t\tme", "A\tnowhere\towl:sameAs\t1\t\tme",
                 "A\thttps://x.example/\towl:sameAs\tnan\t\t"):
        with pytest.raises(FolderError, match="line 2"):
            parse_links("name\tlink\n" + line + "\n")


def test_rows_that_contradict_each_other_or_are_gone() -> None:
    entity = Entity(f"{BASE}entity/ana", "Ana", ("Person",), True, members=(("1", 0),))
    extraction = Extraction(Article("1", "Ana"), entities=(LocalEntity(0, "Ana", "Person", True),))
    one, two = (Link("Ana@1", f"https://x.example/{number}", "owl:sameAs", 0.9, (), "x") for number in "12")
    assert apply_links([entity], [extraction], [one, two], []) == []
    mine = Link("Ana@1", "https://x.example/2", "owl:sameAs")
    assert [link.target for link in apply_links([entity], [extraction], [one, two, mine], [])] == ["https://x.example/2"]
    no = Link(entity.iri, "https://x.example/1", "different")
    assert apply_links([entity], [extraction], [no, Link("Gone@9", "https://x.example/1", "owl:sameAs")],
                       [Link(entity.iri, "https://x.example/1", "owl:sameAs")]) == []


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("links")
    (root / "a.txt").write_text("Mayor Ana Ruiz of Lowick flew from Brazil to Tbilisi on Monday. "
                                "Ana Ruiz met Robert Hale of Delta Works.", "utf-8")
    (root / "b.txt").write_text("Ana Ruiz, the mayor of Lowick, opened a bridge. The euro fell.", "utf-8")
    build([root / "a.txt", root / "b.txt"], root / "graph")
    return root / "graph"


def state(graph: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(graph.iterdir()) if path.is_file() and path.name != ".lock"}


def run(*arguments: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["link", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


def test_links_are_made_obeyed_shown_and_taken_back_to_the_byte(made: Path, people: Path) -> None:
    before = state(made)
    assert "links.tsv" not in before
    assert b"sws.geonames.org" in before["graph.ttl"]
    done = [json.loads(line) for line in run(made, "--authority", people, "--json").stdout.splitlines()]
    assert {(one["entity"].rsplit("/")[-1], one["target"]) for one in done if one["state"] == "linked"} >= {
        ("ana-ruiz", "https://people.example/ruiz")}
    after = state(made)
    run(made, "--authority", people)
    build([], made)
    assert state(made) == after
    shown = CliRunner().invoke(main, ["show", str(made), "Ana Ruiz"]).output
    assert "one because" in shown
    assert "owl:sameAs <https://people.example/ruiz>" in shown
    with open_graph(made) as graph:
        assert graph.query("ASK { GRAPH ?links { ?e owl:sameAs <https://people.example/ruiz> } FILTER(STRENDS(STR(?links), '/links')) }")
        assert graph.query("ASK { ?e rdfs:label 'Brazil' ; schema:latitude ?y ; schema:longitude ?x }")
        assert graph.validate() == []
    run(made, "--drop", "people.ttl")
    assert state(made) == before


def test_the_user_decides_and_takes_it_back(made: Path) -> None:
    before = state(made)
    brazil = IDS["Brazil", "country", "BR", ""]
    run(made, "--different", "Brazil", brazil)
    assert brazil.encode() not in state(made)["graph.ttl"]
    run(made, "--same", "Robert Hale", "http://www.wikidata.org/entity/Q1")
    assert b"wd:Q1 " in state(made)["graph.ttl"]
    run(made, "--forget", "Robert Hale", "http://www.wikidata.org/entity/Q1")
    run(made, "--forget", "Brazil", brazil)
    assert state(made) == before
    assert "nothing is called" in run(made, "--same", "Nobody", brazil, code=2).output
    assert "no row" in run(made, "--forget", "Brazil", brazil, code=2).output
    assert "is no IRI" in run(made, "--same", "Brazil", "Q155 x", code=2).output
    assert "no links to" in run(made, "--drop", "people.ttl", code=2).output
    assert "take one of" in run(made, "--drop", "x", "--authority", "y", code=2).output
    assert state(made) == before


def test_places_can_be_left_out(made: Path, tmp_path: Path) -> None:
    from kg import Settings

    build([made.parent / "a.txt"], tmp_path / "graph", settings=Settings(places=False))
    assert b"geonames" not in (tmp_path / "graph" / "graph.ttl").read_bytes()


HOSTILE = st.one_of(st.text(min_size=1), st.sampled_from([
    "Paris", "Georgia", "U.S.", "A\tB\nC", "x\u2028y", "\ud800", "<script>", "yen", "((", "İ"]))
KINDS = st.sampled_from(["Person", "Place", "Organization", "Thing"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.tuples(HOSTILE, KINDS), max_size=4), max_size=4), HOSTILE)
def test_any_names_are_taken_in_any_order(names: list[list[tuple[str, str]]], label: str) -> None:
    made = [Extraction(Article(str(number), ""), entities=tuple(
        LocalEntity(local, name, kind, True) for local, (name, kind) in enumerate(row))) for number, row in enumerate(names)]
    items = [Item("https://x.example/1", label, ("Paris",), "", (label,)), Item("https://x.example/2", label)]
    found = []
    for order in (made, made[::-1]):
        entities = resolve(order)
        known = profiles(entities, order)
        links, unsure = link_items(known, Authority(items).near, "x")
        found.append((link_places(known)[0], links, unsure))
        rows = tuple(Link(known[link.entity].name, link.target, link.relation, link.score, link.reasons, "x") for link in links)
        assert {(one.entity, one.target) for one in parse_links(format_links(rows))} == {(one.entity, one.target) for one in rows}
    assert found[0] == found[1]


def test_places_are_found_by_the_form_that_names_are_compared_in():
    for row in place_rows():
        place = place_of(row)
        assert row.partition("\t")[0] == "|".join(sorted({folded(name) for name in (place.name, *place.others)})), row
