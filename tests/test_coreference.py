"""Coreference: which mentions are one entity."""

import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from spacy.tokens import Doc

from kg.extract import read_claims
from kg.extract.coreference import link, without_half_quotes
from kg.extract.mentions import find_mentions
from kg.extract.quotes import find_quotes
from kg.extract.tree import Tree
from kg.extract.values import find_values
from kg.parse import load, parse
from kg.records import Article, Mention, Span

CASES = tomllib.loads((Path(__file__).parent / "cases" / "coreference.toml").read_text(encoding="utf-8"))["case"]


def read(text, **options):
    tree = Tree.of(parse(load(), text))
    return link(tree, find_mentions(tree, find_values(tree, "")), find_quotes(tree), **options)


def entity(text, mentions, wanted):
    """Return the entity of the mention `wanted`: its text, with #n for the n-th place where that text stands."""
    words, _, nth = wanted.partition("#")
    places = [i for i in range(len(text)) if text.startswith(words, i)]
    start = places[int(nth or 1) - 1]
    return next(m.entity for m in mentions if m.start == start and m.end == start + len(words))


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_case(case):
    mentions, _ = read(case["text"])
    for group in case.get("same", ()):
        assert len({entity(case["text"], mentions, words) for words in group}) == 1, group
    for left, right in case.get("apart", ()):
        assert entity(case["text"], mentions, left) != entity(case["text"], mentions, right), (left, right)


def test_label_is_the_fullest_name_and_the_others_are_aliases():
    mentions, entities = read("Moran will appeal. Alec Moran told reporters that he was glad. Moran left.")
    person = entities[mentions[0].entity]
    assert (person.label, person.type, person.named, person.aliases) == ("Alec Moran", "Person", True, ("Moran",))


@pytest.mark.parametrize(("text", "label"), [
    ("The ban on fishing ended.", "ban on fishing"),
    ("The leak delayed the end of the long strike.", "end of the long strike"),
    ("The workers won the right to strike.", "right to strike"),
    ("The clerk got the option to come to the main office for a whole week of training.", "option to come to the main office"),
    ("The treaty between Norway and Chile helped.", "treaty between Norway and Chile"),
    ("The policy failed. The policy on wages was dropped.", "policy on wages"),
    ("The ban annoyed the clerks on Monday.", "ban"),
    ("People who own a boat paid the tax.", "People who own a boat"),
    ("Men in the village of Marlow waited.", "Men in the village of Marlow"),
    ("Nobody denied the fact that he left.", "fact that he left"),
    ("The clerk who owns a boat paid the tax.", "clerk"),
    ("The board sold the mill in Oslo.", "mill"),
    ("Some critics of the plan left.", "Some critics of the plan"),
    ("Not all critics left.", "Not all critics"),
    ("The crown, a ring of gold, is gone.", "crown"),
], ids=lambda value: value)
def test_label_of_a_noun_phrase_has_the_complement_that_says_what_it_is(text, label):
    _, entities = read(text)
    assert label in [entity.label for entity in entities]


def test_label_has_no_half_of_a_pair_of_quotes():
    assert without_half_quotes("alleged “gross misconduct") == "alleged gross misconduct"
    assert without_half_quotes('so-called "ghost') == "so-called ghost"
    assert without_half_quotes("the “ghost” ferry") == "the “ghost” ferry"


@pytest.mark.parametrize(("text", "name", "wanted"), [
    ("Moonlight left in May. She had sold her shares.", "Moonlight", "Person"),
    ("Moonlight left in May. It had sold its shares.", "Moonlight", "Organization"),
    ("Moonlight of Marlow left in May. She had sold her shares.", "Moonlight of Marlow", "Organization"),
])
def test_who_is_she_is_a_person_whatever_the_recogniser_says(text, name, wanted):
    tree = Tree.of(parse(load(), text))
    taken = [m for m in find_mentions(tree) if m.kind == "pronoun"]
    taken.insert(0, Mention(0, 0, len(name), Span(0, 9), Span(0, len(name)), "name", "Organization"))
    taken = [replace(m, id=i) for i, m in enumerate(taken)]
    _, entities = link(tree, taken, clusters=[[(m.start, m.end) for m in taken]])
    assert [(e.label, e.type) for e in entities] == [(name, wanted)]


def test_every_mention_but_values_has_an_entity_and_entities_are_numbered_in_order():
    mentions, entities = read("On 3 May, Ana Ruiz sued Delta Works for $2 million. It denied the charge.")
    assert all((m.entity < 0) == (m.kind == "value") for m in mentions)
    assert [e.id for e in entities] == list(range(len(entities))) == list(dict.fromkeys(m.entity for m in mentions if m.entity >= 0))


def test_same_text_gives_the_same_result():
    text = "Mary Holt met John Reed. She thanked him. The lawyer said they would meet again."
    assert read(text) == read(text)


def test_chains_of_another_component_replace_the_ranker():
    text = "Ana Ruiz met Eva Lind. She smiled."
    mentions, _ = read(text, clusters=[[(13, 21), (23, 26)]])
    assert entity(text, mentions, "She") == entity(text, mentions, "Eva Lind")


def left_by(component, doc):
    """Put the chains "Eva Lind, She" and "Ana Ruiz" on `doc` in the way of one of three libraries."""
    if component == "fastcoref":
        doc._.coref_clusters = [[(13, 21), (23, 26)], [(0, 8)]]
    elif component == "coreferee":
        doc._.coref_chains = [[SimpleNamespace(token_indexes=[4]), SimpleNamespace(token_indexes=[6])]]
    else:
        doc.spans["coref_clusters_1"] = [doc[3:5], doc[6:7]]
        doc.spans["coref_clusters_2"] = [doc[0:2]]


@pytest.fixture
def extensions():
    """Register the attributes that fastcoref and coreferee register, and take them away again."""
    Doc.set_extension("coref_clusters", default=None)
    Doc.set_extension("coref_chains", default=None)
    yield
    Doc.remove_extension("coref_clusters")
    Doc.remove_extension("coref_chains")


@pytest.mark.parametrize("component", ["fastcoref", "coreferee", "spacy-experimental"])
def test_chains_of_a_component_in_the_pipeline_are_used(component, extensions):
    text = "Ana Ruiz met Eva Lind. She smiled."
    doc = load()(text)
    assert Tree.of(doc).chains is None
    left_by(component, doc)
    extraction = read_claims(Article("a", text), Tree.of(doc))
    assert entity(text, extraction.mentions, "She") == entity(text, extraction.mentions, "Eva Lind")


def test_chains_of_a_long_text_keep_their_places(extensions, monkeypatch):
    def pipeline(piece):
        doc = load()(piece)
        left_by("fastcoref", doc)
        return doc

    text = "Ana Ruiz met Eva Lind. She smiled.\n\n"
    monkeypatch.setattr("kg.parse.pieces", lambda _: iter([text, text]))
    tree = Tree.of(parse(pipeline, text * 2))
    assert [[tree.text[a:b] for a, b in chain] for chain in tree.chains] == [["Eva Lind", "She"], ["Ana Ruiz"]] * 2


def test_a_chain_reaches_back_further_than_the_ranker_looks():
    text = "Ana Ruiz spoke. " + "It rained in the town. " * 9 + "She smiled."
    start = text.index("She")
    mentions, _ = read(text, clusters=[[(start, start + 3), (0, 8)]])
    assert entity(text, mentions, "She") == entity(text, mentions, "Ana Ruiz")


def test_long_text_stays_roughly_linear():
    import time

    sentence = "Ana Ruiz met the mayor of the town. She thanked him, and the mayor praised her work. "
    tree = Tree.of(parse(load(), sentence * 20))
    begin = time.process_time()
    link(tree, find_mentions(tree), find_quotes(tree))
    short = time.process_time() - begin
    tree = Tree.of(parse(load(), sentence * 160))
    begin = time.process_time()
    link(tree, find_mentions(tree), find_quotes(tree))
    assert time.process_time() - begin < 8 * 4 * max(short, 0.02)
