"""Repairs of the parse: what the parser gets wrong is mended, what it gets right is left alone."""

from __future__ import annotations

import doctest
import sys

import pytest

from kg.extract.repair import repair
from kg.extract.tree import Tree
from kg.parse import load, parse


def mended(text: str) -> Tree:
    return repair(Tree.of(parse(load(), text)))


@pytest.mark.parametrize(
    ("text", "word", "lemma"),
    [
        ("The town hopes that it rains.", "hopes", "hope"),
        ("It scared the horses.", "scared", "scare"),
        ("The frog hopped away.", "hopped", "hop"),
        ("The film premiered in Oslo.", "premiered", "premiere"),
        ("He planned the trip.", "planned", "plan"),
        ("She boxes in Lagos.", "boxes", "box"),
        ("They’re late.", "’re", "be"),
        ("It’s been closed since May.", "’s", "have"),
    ],
)
def test_lemma(text: str, word: str, lemma: str) -> None:
    tree = mended(text)
    assert tree.lemmas[tree.words.index(word)] == lemma


@pytest.mark.parametrize(
    ("text", "verb", "subject", "reported"),
    [
        ("“The owners hid the reports for years,” the lawsuit states.", "states", "lawsuit", "hid"),
        ("“The owners hid the reports,” Roe’s lawsuit states.", "states", "lawsuit", "hid"),
        ("The deal failed last year, the Herald notes.", "notes", "Herald", "failed"),
    ],
)
def test_reporting_verb_taken_for_a_noun(text: str, verb: str, subject: str, reported: str) -> None:
    tree = mended(text)
    i = tree.words.index(verb)
    assert (tree.tags[i], tree.words[tree.child(i, "nsubj")], tree.words[tree.child(i, "ccomp")]) == ("VBZ", subject, reported)


@pytest.mark.parametrize("text", ["The law covers fraud, insurance claims, and theft.", "He sold the house, the notes, and the boat."])
def test_nouns_stay_nouns(text: str) -> None:
    tree = Tree.of(parse(load(), text))
    assert repair(tree) is tree


@pytest.mark.parametrize(
    ("text", "word", "lemma", "tag"),
    [
        ("Ana Ruiz hopes to be re-elected.", "re-elected", "re-elect", "VBN"),
        ("The fair showed a fine cross-section of farming.", "cross-section", "section", "NN"),
        ("Ana gave him a high-five.", "high-five", "high-five", "NN"),
        ("His step-father sold the farm.", "step-father", "father", "NN"),
        ("Lee Hwa-kin sold the farm.", "Hwa-kin", "Hwa-kin", "NNP"),
    ],
)
def test_words_cut_at_hyphens(text: str, word: str, lemma: str, tag: str) -> None:
    tree = mended(text)
    i = tree.words.index(word)
    assert (tree.lemmas[i], tree.tags[i], tree.text[tree.starts[i] : tree.ends[i]]) == (lemma, tag, word)
    assert all(tree.sentence[head] == tree.sentence[k] for k, head in enumerate(tree.heads))


@pytest.mark.parametrize("text", ["An Oslo-based firm closed.", "A two-year term ended.", "His ex-wife left in mid-May."])
def test_names_and_numbers_stay_in_pieces(text: str) -> None:
    tree = Tree.of(parse(load(), text))
    assert len(repair(tree)) == len(tree)


@pytest.mark.parametrize(
    ("text", "word", "head", "dep"),
    [
        ("OSLO, Norway - The month brought the end of a strike.", "month", "brought", "nsubj"),
        ("The shortage led to outreach by Delta.", "outreach", "to", "pobj"),
        ("Three ministers stepped down in March.", "down", "stepped", "prt"),
        ("Sailors who crossed the bay, such as Ida Berg, met here.", "as", "Sailors", "prep"),
        ("The dog was struck by a stray golf ball Roe was hitting during a match.", "hitting", "ball", "relcl"),
        ('"It rained," Roe stated. "Then it snowed."', "rained", "stated", "ccomp"),
        ('"It rained," Roe stated. "Then it snowed."', "stated", "stated", "ROOT"),
        ("She said the mayor and the council were late.", "council", "mayor", "conj"),
        ("A graduate of the old school, Tom Holt flew home.", "Holt", "graduate", "appos"),
        ("Tom Holt, a pilot flew home.", "pilot", "Holt", "appos"),
        ("Student at University of Texas Arlington Amneh Jafari heard of the incident.", "Jafari", "Student", "appos"),
    ],
)
def test_attachments(text: str, word: str, head: str, dep: str) -> None:
    tree = mended(text)
    i = tree.words.index(word)
    assert (tree.words[tree.heads[i]], tree.deps[i]) == (head, dep)


def test_examples() -> None:
    assert doctest.testmod(sys.modules["kg.extract.repair"]).failed == 0


@pytest.mark.parametrize(
    ("text", "verb", "subject", "above"),
    [
        ("He noticed the people and a boat was sent to save them.", "sent", "boat", "noticed"),
        ("The region is mainly Protestant and the Delta Society counts the bears among the rarest animals.", "counts", "Society", "is"),
        ("The press coverage led to calls from Delta and Omar was invited to their fair.", "invited", "Omar", "led"),
    ],
)
def test_a_verb_with_its_own_subject_is_a_clause_of_its_own(text: str, verb: str, subject: str, above: str) -> None:
    tree = mended(text)
    head = tree.words.index(verb)
    assert [tree.words[c] for c in tree.children[head] if tree.deps[c] in ("nsubj", "nsubjpass")] == [subject]
    assert (tree.deps[head], tree.words[tree.heads[head]]) == ("conj", above)


def test_a_word_whose_head_piece_hangs_below_another_stays_in_pieces() -> None:
    """Joined, "co" (root) > "-" > "Works" > "founded" would be a circle, and whoever climbs the tree never comes back."""
    words = ["co", "-", "founded", "Works"]
    tree = Tree("co-founded Works", words, [0, 2, 3, 11], words, ["VERB", "VERB", "VERB", "PROPN"], ["VB", "VB", "VBN", "NNP"],
                ["ROOT", "advcl", "amod", "dobj"], [0, 0, 3, 1], [(0, 4)], [])
    assert repair(tree).words == words
