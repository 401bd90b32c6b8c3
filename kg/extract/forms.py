"""What the form of a predicate shows: finite or not, perfect, "to", negated by a word of its own, a condition."""

from __future__ import annotations

from collections.abc import Sequence

from kg.extract.cues import load_cues
from kg.extract.tree import Tree

NEGATIVE_SUBJECTS = frozenset(["nobody", "none", "nothing", "neither"])
#: adverbs that may take the "not" of their verb to themselves
QUALIFYING = frozenset(["necessarily", "yet", "really", "actually", "currently", "always", "fully", "entirely", "directly", "publicly"])
CORE = ("nsubj", "nsubjpass", "dobj", "attr", "pobj", "dative")


def is_perfect(tree: Tree, i: int, aux: Sequence[int] | None = None) -> bool:
    """Tell whether the predicate is perfect: "has paid", "to have paid", "would have paid"."""
    aux = [c for c in tree.children[i] if tree.deps[c] == "aux"] if aux is None else aux
    have = any(tree.lemmas[c].lower() in ("have", "'ve", "’ve") for c in aux)
    return have and tree.tags[i] in ("VBN", "VBD", "VBG")


def is_finite(tree: Tree, i: int) -> bool:
    return tree.tags[i] in ("VBD", "VBZ", "VBP") or any(
        tree.deps[c] in ("aux", "auxpass") and tree.tags[c] in ("VBD", "VBZ", "VBP", "MD") for c in tree.children[i]
    )


def has_to(tree: Tree, i: int) -> bool:
    return any(tree.deps[c] == "aux" and tree.tags[c] == "TO" for c in tree.children[i])


def is_bare(tree: Tree, i: int) -> bool:
    """Tell whether `i` is an infinitive without "to" or auxiliary: "let her go"."""
    return tree.tags[i] == "VB" and not any(tree.deps[c] in ("aux", "auxpass") for c in tree.children[i])


def is_negated(tree: Tree, i: int) -> bool:
    """Tell whether a word of the clause itself negates it: not, never, no one, no evidence (double negation is positive)."""
    count = 0
    for child in tree.children[i]:
        word = tree.words[child].lower()
        dep = tree.deps[child]
        if dep == "neg" or (
            dep in ("advmod", "preconj", "cc", "det") and "Negative" in load_cues().adverbs.get(word, ()) and dep != "cc"
        ):
            following = tree.words[child + 1].lower() if child + 1 < len(tree) else ""
            count += following not in ("only", "just", "merely", "least")
        elif word == "nor" and child == tree.left[i] and any(
                tree.deps[c] in ("aux", "auxpass") and c == child + 1 for c in tree.children[i]):
            count += 1  # "Nor did she notice it"
        elif dep == "advmod" and word in QUALIFYING and any(tree.deps[c] == "neg" for c in tree.children[child]):
            count += 1  # "was not necessarily informed"
        elif dep == "advmod" and word in ("longer", "more"):  # "no longer owns the house"
            count += any(tree.words[c].lower() == "no" for c in tree.children[child])
        elif word == "contest" and tree.lemmas[i] == "plead":
            continue  # "pleaded no contest"
        elif word == "nothing" and dep == "dobj":
            continue  # "said nothing": the object says it
        elif dep in CORE and tree.pos[child] in ("NOUN", "PRON", "PROPN") and dep != "pobj":
            count += word in NEGATIVE_SUBJECTS or any(
                tree.deps[c] in ("det", "neg", "preconj") and tree.words[c].lower() in ("no", "neither")
                for c in tree.children[child]
            )
    if tree.deps[i] in ("relcl", "acl", "ccomp") and tree.words[tree.heads[i]] == "way" and tree.heads[i] < i:
        # "There is no way the town can pay"
        count += any(tree.words[c].lower() == "no" for c in tree.children[tree.heads[i]])
    if tree.deps[i] == "acl" and tree.tags[i] == "VBN":  # "no casualties left at the site"
        count += any(tree.deps[c] in ("det", "neg") and tree.words[c].lower() == "no" for c in tree.children[tree.heads[i]])
    return count % 2 == 1


def joined_by_or(tree: Tree, above: int, i: int) -> bool:
    return any(tree.deps[c] == "cc" and tree.words[c].lower() in ("or", "nor") for c in tree.children[above])


def is_condition(tree: Tree, i: int) -> bool:
    """Tell whether the adverbial clause `i` is a condition: "if she wins", "had it rained", "unless"."""
    marks = [tree.words[c].lower() for c in tree.children[i] if tree.deps[c] in ("mark", "advmod") and c < i]
    if any(mark in ("if", "unless", "lest") for mark in marks):
        return True
    first = tree.left[i]
    subject = tree.child(i, "nsubj", "nsubjpass")
    return subject > first and tree.words[first].lower() in ("had", "were", "should") and tree.heads[first] == i
