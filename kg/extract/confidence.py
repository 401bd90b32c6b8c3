"""How likely each claim is right, read off cheap signs of its sentence, its clause and its arguments.

A logistic regression over yes/no features, one weight a feature, calibrated by Platt's method (Platt 1999; weights and calibration
are one sum here). The weights are learned by ``scripts/train_confidence`` from sentences with gold facts and kept as a readable
table in ``data/confidence.json``. There is no gold for facts read from noun phrases (titles, possessives): their confidence is one
number a form, the share right of a sample that was read. Claims of other extractors keep the confidence they came with.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from kg.extract.tree import Tree
from kg.records import Argument, Claim, Mention

#: roles that are no preposition
NAMED = frozenset({"subject", "object", "indirect", "complement", "clause", "time", "adverb", "possessor", "modifier"})
#: roles of what is said of the subject, best first
CORE = ("object", "complement", "clause")
#: ends of the steps that numbers are put on: words of a sentence, words between, characters, and what there are few of
WORDS = (12, 17, 22, 27, 34, 44)
GAP = (0, 1, 3, 6, 10, 16)
LENGTHS = (6, 12, 20, 32, 50, 80)
COUNTS = (0, 1, 2, 3, 5)
#: verbs that carry little of what is said, or take others' words in
COMMON = frozenset({"be", "have", "say", "make", "take", "do", "get", "become", "include", "give", "go", "tell", "see", "use"})
BREAKS = frozenset({";", ":", "(", ")", "[", "]", "-LRB-", "-RRB-", "--", "—", "–"})
QUOTES = frozenset({"``", "''", '"', "“", "”"})


class Model(NamedTuple):
    """``bias`` and ``weights`` give the log odds of a clause's claim; ``forms`` the confidence of a noun phrase's."""

    bias: float
    weights: dict[str, float]
    forms: dict[str, float]


@cache
def model() -> Model:
    """Return the weights that ship with the package."""
    found = json.loads(files("kg.extract").joinpath("data/confidence.json").read_text("utf-8"))
    return Model(found["bias"], found["weights"], found["forms"])


def rate(tree: Tree, mentions: Sequence[Mention], claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims, each with its ``confidence``: the calibrated probability (0 to 1, 3 decimals) that it is right."""
    bias, weights, forms = model()
    claims = list(claims)
    rated = []
    for claim, names in zip(claims, features(tree, mentions, claims), strict=True):
        if names:
            odds = bias + sum([weights.get(name, 0.0) for name in names])
            sure = round(1 / (1 + math.exp(-odds)), 3)
        else:
            sure = forms.get(claim.form, claim.confidence) if claim.extractor == "nominals" else claim.confidence
        rated.append(msgspec.structs.replace(claim, confidence=sure))
    return rated


def features(tree: Tree, mentions: Sequence[Mention], claims: Sequence[Claim]) -> list[list[str]]:
    """Return the names of the features that each claim has; none for a claim that was not read from a clause."""
    by_id = {mention.id: mention for mention in mentions}
    siblings = Counter(claim.predicate.start for claim in claims if claim.extractor == "clauses")
    sentences: dict[int, list[str]] = {}
    found: list[list[str]] = []
    for claim in claims:
        verb = tree.at.get(claim.predicate.start, -1)
        if claim.extractor != "clauses" or verb < 0:
            found.append([])
            continue
        number = tree.sentence[verb]
        if number not in sentences:
            sentences[number] = _sentence(tree, number)
        names = sentences[number].copy()
        _predicate(tree, claim, verb, siblings[claim.predicate.start], names)
        _arguments(tree, claim, verb, by_id, names)
        found.append(names)
    return found


def _sentence(tree: Tree, number: int) -> list[str]:
    """Return the features that all claims of the sentence share."""
    first, end = tree.sentences[number]
    names = list(_over("words", end - first, WORDS))
    words, roots = tree.words[first:end], [i for i in range(first, end) if tree.heads[i] == i]
    names += _over("commas", words.count(","), COUNTS)
    if not any(tree.pos[i] in ("VERB", "AUX") for i in roots):
        names.append("root is no verb")
    if len(roots) > 1:
        names.append("several roots")
    if words[-1] not in (".", "!", "?", '"', "”", "''", "'", ")"):
        names.append("no full stop")
    if not BREAKS.isdisjoint(words):
        names.append("brackets, dashes, colons")
    if not QUOTES.isdisjoint(words):
        names.append("quotation marks")
    if tree.cut(first, end).isupper():
        names.append("capitals")
    return names


def _predicate(tree: Tree, claim: Claim, verb: int, siblings: int, names: list[str]) -> None:
    """Add what the predicate tells: its place in the parse, its form, and who is said to say it."""
    names.append(f"clause {tree.deps[verb]}")
    names.append(f"tag {tree.tags[verb]}")
    names.append(f"form {claim.form}")
    if claim.passive:
        names.append("passive")
        if claim.phrase.count(" ") == 0:
            names.append("passive without auxiliary")
    if claim.lemma in COMMON:
        names.append(f"verb {claim.lemma}")
    elif " " in claim.lemma:
        names.append("verb with particle")
    if claim.phrase.startswith("to "):
        names.append("infinitive")
    names += _over("predicate words", claim.phrase.count(" ") + 1, COUNTS)
    names += _over("siblings", siblings, COUNTS)
    if claim.polarity == "Negative":
        names.append("negative")
    if claim.certainty != "Certain":
        names.append("not certain")
    names.append(f"status {claim.status}")
    if claim.speaker is not None:
        names.append("said by somebody")
    names += _over("arguments", len(claim.arguments), COUNTS)


def _arguments(tree: Tree, claim: Claim, verb: int, by_id: dict[int, Mention], names: list[str]) -> None:
    """Add what the subject and the first other argument are, and how far from the verb."""
    wanted = ("indirect", "object") if claim.passive else ("subject",)
    subject = next((a for role in wanted for a in claim.arguments if a.role == role), None)
    if subject is None:
        names.append("subject none")
    else:
        head = _head(tree, subject, by_id)
        names.append(f"subject {_kind(subject, by_id)}")
        names += _over("subject characters", subject.end - subject.start, LENGTHS)
        own = head >= 0 and tree.heads[head] == verb
        if not own:
            conjunct = head >= 0 and tree.deps[head] == "conj"
            names.append("subject of the noun before" if head >= 0 and head == tree.heads[verb]
                         else "subject conjunct" if conjunct else "subject inherited")
        elif head > verb:
            names.append("subject after the verb")
        if head >= 0:
            names += _over("subject gap", verb - head - 1, GAP)
            if tree.sentence[head] != tree.sentence[verb]:
                names.append("subject of another sentence")
    rest = [a for a in claim.arguments if a is not subject]
    names += _over("phrases", sum(a.role not in NAMED for a in rest), COUNTS)
    best = next((a for role in CORE for a in rest if a.role == role), None)
    if best is None:
        best = next((a for a in rest if a.role not in NAMED), None) or (rest[0] if rest else None)
    if best is None:
        names.append("object none")
        return
    role = best.role if best.role in NAMED else "phrase"
    kind = _kind(best, by_id)
    names.append(f"{role} {kind}")
    if role == "phrase":
        names.append(f"preposition {best.role}")
    head = _head(tree, best, by_id)
    if head >= 0:
        names += _over("object gap", abs(head - verb) - 1, GAP)
        if head < verb:
            names.append("object before the verb")
        if tree.deps[head] == "conj":
            names.append("object conjunct")
    names += _over("object characters", best.end - best.start, LENGTHS)


def _head(tree: Tree, argument: Argument, by_id: dict[int, Mention]) -> int:
    """Return the argument's head token, its first token if it has no mention, or -1."""
    mention = by_id.get(argument.mention) if argument.mention is not None else None
    return tree.at.get(mention.head.start if mention else argument.start, -1)


def _kind(argument: Argument, by_id: dict[int, Mention]) -> str:
    mention = by_id.get(argument.mention) if argument.mention is not None else None
    return mention.kind if mention else "bare"


@lru_cache(maxsize=4096)
def _over(name: str, value: int, ends: tuple[int, ...]) -> tuple[str, ...]:
    """Return "words over 7", "words over 12" ... for each end that `value` is above, so that weights add up along the scale."""
    return tuple(f"{name} over {end}" for end in ends if value > end)
