"""Claims become statements with the properties of the ontology, or open ones; nothing of a claim gets lost or invented."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kg import parse
from kg.extract import read_claims
from kg.extract.tree import Tree
from kg.ground import entity_types, ground
from kg.iris import KG, OPEN
from kg.ontology import Ontology, load
from kg.ontology.patterns import open_ontology
from kg.read import read as kg_read
from kg.records import Argument, Article, Claim, Entity, Extraction, LocalEntity, Mention, RdfLiteral, Span, Statement, Value

TABLE = tomllib.loads((Path(__file__).parent / "cases" / "ontology.toml").read_text(encoding="utf-8"))
CASES, PAIRS = TABLE["case"], TABLE["pairs"]
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def statements(extraction: Extraction, ontology: Ontology) -> list[Statement]:
    types = entity_types(extraction, ontology)
    entities = {e.id: Entity(f"e:{e.label}", e.label, types[e.id], e.named) for e in extraction.entities}
    return ground(extraction, entities, ontology)


def read(text: str, ontology: Ontology | None = None) -> list[Statement]:
    extraction = read_claims(Article("a", text, published="2025-03-12"), Tree.of(parse.parse(parse.load(), text)))
    return statements(extraction, ontology or load())


def triples(found: Sequence[Statement]) -> list[str]:
    """Return statements as "Subject property object", - before the property of a negative one, ? if not asserted."""

    def name(iri: str) -> str:
        return iri.removeprefix("e:").removeprefix(KG).replace(OPEN, "open:").replace(RDF_TYPE, "type")

    made = []
    for s in found:
        value = s.object.lexical if isinstance(s.object, RdfLiteral) else name(s.object)
        sign = ("-" if s.polarity == "Negative" else "") + ("?" if s.status != "Asserted" else "")
        made.append(f"{name(s.subject)} | {sign}{name(s.property)} | {value}")
    return made


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:60] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    if "xfail" in case:
        pytest.xfail(case["xfail"])
    found = triples(read(case["text"]))
    for wanted in case.get("gives", []):
        assert wanted in found, "\n".join(["not found; there are:", *found])
    for unwanted in case.get("not", []):
        assert not [line for line in found if unwanted in line], "\n".join(["found:", *found])


def predicates(found: Sequence[Statement]) -> set[str]:
    """Return the properties of the statements and of their qualifiers."""
    return {s.property for s in found} | {iri for s in found for iri, _ in s.qualifiers}


def test_every_property_has_a_sentence_that_gives_it_and_one_that_looks_alike() -> None:
    ontology = load()
    wordings = [w for index in (ontology.verbs, ontology.nouns) for found in index.values() for w in found]
    worded = {p.iri for p in ontology.properties.values() if p.wordings} | set(ontology.bearers)
    further = {iri for _, _, iri in ontology.qualifiers} | {s.qualifier for w in wordings for s in w.slots if s.qualifier}
    missing = sorted(iri.removeprefix(KG) for iri in worded | further if iri.removeprefix(KG) not in PAIRS)
    assert not missing, f"no pair in cases/ontology.toml: {missing}"
    others = {KG + "description", KG + "currency", KG + "unit"}
    assert set(PAIRS) <= {iri.removeprefix(KG) for iri in worded | further | others}
    assert len(worded) >= 140
    assert all(gives != not_ for gives, not_ in PAIRS.values())


@pytest.mark.parametrize("name", PAIRS)
def test_one_sentence_gives_the_property_and_one_that_looks_alike_does_not(name: str) -> None:
    gives, not_ = map(read, PAIRS[name])
    assert KG + name in predicates(gives), "\n".join(["not found; there are:", *triples(gives)])
    assert KG + name not in predicates(not_), "\n".join(["found:", *triples(not_)])


SAMPLES = sorted((Path(__file__).parents[1] / "data" / "articles").glob("*.txt"))
SHARED = sorted((Path(__file__).parents[1].parent / "shared" / "articles").glob("*.txt"))


@pytest.mark.parametrize("path", SAMPLES + SHARED, ids=lambda path: path.stem)
def test_statements_conform_to_domain_and_range(path: Path) -> None:
    ontology = load()
    [article] = kg_read([str(path)])
    assert isinstance(article, Article)
    extraction = read_claims(article, Tree.of(parse.parse(parse.load(), article.text)))
    types = entity_types(extraction, ontology)
    entities = {e.id: Entity(f"e:{e.id}", e.label, types[e.id], e.named) for e in extraction.entities}
    classes = {entity.iri: entity.types for entity in entities.values()}

    def is_one(iri: str, wanted: Sequence[str]) -> bool:
        return not wanted or any(ontology.is_a(one, name) for one in classes[iri] for name in wanted)

    for s in ground(extraction, entities, ontology):
        for iri, value in ((s.property, s.object), *s.qualifiers):
            prop = ontology.properties.get(iri)
            if prop is None:
                continue
            assert isinstance(value, RdfLiteral) == bool(prop.kinds), f"{s} has a value of the wrong kind for {prop.name}"
            if isinstance(value, str):
                assert is_one(value, prop.range), f"{value} is not in the range of {prop.name}"
            elif prop.datatype.endswith(("#boolean", "#duration")):
                assert value.datatype == "xsd:" + prop.datatype.rpartition("#")[2], f"{value} is no {prop.datatype}"
        prop = ontology.properties.get(s.property)
        assert prop is None or is_one(s.subject, prop.domain), f"{s.subject} is not in the domain of {s.property}"


@pytest.mark.parametrize("name", sorted(p.name for p in load().properties.values() if p.wordings))
def test_the_example_in_the_comment_gives_the_property(name: str) -> None:
    prop = load().properties[KG + name]
    found = read(prop.comment.split("Example: ")[1])
    assert any(s.property == prop.iri for s in found), "\n".join(triples(found))


# --- hand-made claims ---


class Maker:
    """Builds an extraction from a text by naming stretches of it."""

    def __init__(self, text: str) -> None:
        self.text, self.mentions, self.entities = text, [], []  # type: ignore[var-annotated]

    def span(self, words: str) -> Span:
        start = self.text.index(words)
        return Span(start, start + len(words))

    def mention(self, words: str, type_: str = "Thing", kind: str = "name", value: Value | None = None) -> int:
        span = self.span(words)
        last = words.split()[-1]
        head = Span(span.end - len(last), span.end)
        entity = -1
        if value is None:
            entity = len(self.entities)
            self.entities.append(LocalEntity(entity, words, type_, kind == "name"))
        number = len(self.mentions)
        self.mentions.append(Mention(number, span.start, span.end, head, span, kind, type_, entity, value))  # type: ignore[arg-type]
        return number

    def argument(self, role: str, words: str, mention: int | None = None) -> Argument:
        span = self.span(words)
        return Argument(role, span.start, span.end, mention)

    def claim(self, lemma: str, *arguments: Argument, number: int = 0, **rest: Any) -> Claim:
        whole = Span(0, len(self.text))
        rest.setdefault("predicate", self.span(rest.pop("phrase", lemma)))
        return Claim(number, rest.pop("form", "verb"), lemma, lemma, rest.pop("predicate"), arguments, whole, whole, **rest)

    def extraction(self, *claims: Claim) -> Extraction:
        return Extraction(Article("a", self.text), tuple(self.mentions), tuple(self.entities), claims)


def sue(text: str = "Ana sue Bo", **rest: Any) -> Extraction:
    make = Maker(text)
    ana, bo = make.mention("Ana", "Person"), make.mention("Bo", "Person")
    return make.extraction(make.claim("sue", make.argument("subject", "Ana", ana), make.argument("object", "Bo", bo), **rest))


def test_circumstances_are_copied() -> None:
    [one] = statements(sue(polarity="Negative", certainty="Possible", tense="Future", status="Claimed", speaker=1, cue=Span(4, 7)), load())
    assert (one.property, one.polarity, one.certainty, one.tense, one.status) == (
        KG + "sued",
        "Negative",
        "Possible",
        "Future",
        "Claimed",
    )
    assert (one.speaker, one.cue, one.wording, one.label) == ("e:Bo", "sue", "sue", "")
    assert one.evidence == (Span(0, 10),)


def test_equal_statements_merge_and_ids_depend_on_content() -> None:
    once = sue()
    claim = once.claims[0]
    twice = Extraction(
        once.article,
        once.mentions,
        once.entities,
        (claim, Claim(1, "verb", "sue", "sue", claim.predicate, claim.arguments, Span(0, 7), claim.sentence, confidence=0.5)),
    )
    [one] = statements(twice, load())
    assert one.evidence == (Span(0, 7), Span(0, 10)) and one.confidence == statements(once, load())[0].confidence
    assert one.id == statements(once, load())[0].id
    assert one.id != statements(sue(tense="Past"), load())[0].id


def test_type_clash_keeps_the_open_property() -> None:
    make = Maker("Ana sue Tuesday")
    ana, day = make.mention("Ana", "Person"), make.mention("Tuesday", "Film")
    extraction = make.extraction(make.claim("sue", make.argument("subject", "Ana", ana), make.argument("object", "Tuesday", day)))
    [one] = statements(extraction, load())
    assert (one.property, one.label) == (OPEN + "sue", "sue")


def test_a_verb_that_needs_an_object_says_nothing_without() -> None:
    assert not [s for s in read("The report comes. Ana Ruiz stated.") if isinstance(s.object, RdfLiteral) and s.object.lexical == "true"]


def test_what_stands_in_front_is_no_object() -> None:
    [one] = [s for s in read("In a letter the firm replied to Ana Ruiz.") if s.subject == "e:firm"]
    assert one.object == "e:Ana Ruiz"


def test_no_object_gives_true_and_no_subject_gives_nothing() -> None:
    make = Maker("Ana hummed")
    ana = make.mention("Ana", "Person")
    [one] = statements(make.extraction(make.claim("hum", make.argument("subject", "Ana", ana), phrase="hummed")), load())
    assert (one.property, one.object) == (OPEN + "hum", RdfLiteral("true", "xsd:boolean"))
    assert statements(make.extraction(make.claim("hum", phrase="hummed")), load()) == []


def test_money_keeps_its_currency() -> None:
    make = Maker("Ana buy Mill for $3")
    ana, mill = make.mention("Ana", "Person"), make.mention("Mill", "Facility")
    money = make.mention("$3", kind="value", value=Value("money", "3", "xsd:decimal", "USD"))
    extraction = make.extraction(
        make.claim("buy", make.argument("subject", "Ana", ana), make.argument("object", "Mill", mill), make.argument("for", "$3", money))
    )
    [one] = statements(extraction, load())
    assert one.property == KG + "acquired"
    assert one.qualifiers == ((KG + "amount", RdfLiteral("3", "xsd:decimal")), (KG + "currency", RdfLiteral("USD")))


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img onerror=x>',
    "a\u202eb",
    "\x1b[31mred",
    "../../etc",
    "} DROP ALL #",
    "\ud800",
    "𝒜" * 90,
    "'s",
    "|",
]


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_stay_words(word: str) -> None:
    make = Maker(f"Ana {word} Bo")
    ana, bo = make.mention("Ana", "Person"), make.mention("Bo", "Person")
    claim = make.claim(word, make.argument("subject", "Ana", ana), make.argument(word, "Bo", bo))
    found = statements(make.extraction(claim), load())
    for one in found:
        assert one.property.startswith(OPEN) and not set(one.property) & set('<>"{}|\\^`\x1b \u202e')
    assert statements(make.extraction(claim), load()) == found


def test_interested_goes_with_what_in_tells():
    assert "Anna Roe | open:be-interested-in | maps" in triples(read("Anna Roe was interested in maps."))


def test_a_clause_whose_subject_stands_elsewhere_is_no_object():
    found = triples(read("Anna Roe met the pilot who Tom Holt believed was ill. Anna Roe believed the pilot was ill."))
    assert [line for line in found if "believed" in line] == ["Anna Roe | believed | the pilot was ill"]


@pytest.mark.parametrize(("text", "description"), [
    ("Arnica is a form of medicine which treats patients with thin drops of many rare plants from the hills.", "form of medicine"),
    ("Anna Roe, the voice of the town, waved.", "voice of the town"),
    ("The tower was the only way to see the bay.", "only way to see the bay"),
    ("Anna Roe, a widow, waved.", "widow"),
    ("Anna Roe was willing to sell the farm.", "willing to sell the farm"),
    ("The pump is part of Roe's plan for the long and narrow valley between the two hills and the old mill.", "part of Roe's plan"),
], ids=lambda value: value)
def test_a_description_has_what_completes_its_noun(text, description):
    assert description in [triple.rpartition(" | ")[2] for triple in triples(read(text)) if "description" in triple]


def test_users_file_in_five_minutes(tmp_path: Path) -> None:
    """The Turtle block of docs/ontology.md is a working ontology."""
    page = (Path(__file__).parents[1] / "docs" / "ontology.md").read_text(encoding="utf-8")
    file = tmp_path / "my.ttl"
    file.write_text(page.split("```turtle\n")[1].split("```")[0], encoding="utf-8")
    found = triples(read("The cargo ship docked at Bergen on Monday. The skipper of the ferry waited.", open_ontology([file])))
    assert "cargo ship | https://example.org/harbour#calledAt | Bergen" in found
    assert "skipper of the ferry | https://example.org/harbour#captainOf | ferry" in found
