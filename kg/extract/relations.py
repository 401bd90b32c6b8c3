"""Relations between two mentions of a sentence by a learned scorer: birth, family, work, seats of companies and the like.

A small encoder (MiniLM, 6 layers of 384, fine-tuned) reads each sentence once; what it reads of two mentions, of the words
between them, of those on the dependency path and of the sentence as seen from the pair gives one probability a property.
The encoder runs in onnxruntime with 8-bit weights, the pair head in numpy. See docs/relations.md and scripts/train_relations.

Each sentence is read alone and on one thread, so a sentence gives the same claims whatever stands around it.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from kg.extract.tree import Tree
from kg.iris import KG
from kg.records import Argument, Claim, Mention, Span

MODELS = Path(__file__).parents[1] / "models"
#: longest sentence in word pieces; mentions beyond are left out (one sentence in a thousand of news is longer)
LONGEST = 160

#: property of the training data -> (local name of ours, whether subject and object are exchanged, its label)
PROPERTIES: dict[str, tuple[str, bool, str]] = {
    "CEO": ("headOf", True, "head of"),
    "CHILD_OF": ("childOf", False, "child of"),
    "DATE_FOUNDED": ("foundedOn", False, "founded on"),
    "DATE_OF_BIRTH": ("bornOn", False, "born on"),
    "DATE_OF_DEATH": ("diedOn", False, "died on"),
    "EDUCATED_AT": ("educatedAt", False, "educated at"),
    "EMPLOYEE_OR_MEMBER_OF": ("memberOf", False, "member of"),
    "FOUNDED_BY": ("founderOf", True, "founder of"),
    "HEADQUARTERS": ("locatedIn", False, "located in"),
    "NATIONALITY": ("citizenOf", False, "citizen of"),
    "PLACE_OF_BIRTH": ("bornIn", False, "born in"),
    "PLACE_OF_RESIDENCE": ("livesIn", False, "lives in"),
    "POLITICAL_AFFILIATION": ("partyMemberOf", False, "party member of"),
    "SPOUSE": ("spouse", False, "spouse"),
    "SUBSIDIARY_OF": ("ownerOf", True, "owner of"),
}
NAMES = tuple(PROPERTIES)

#: classes that the scorer tells apart; finer classes of mentions fall into these
CLASSES = ("Thing", "Person", "Organization", "Place", "Time", "People", "Amount", "Work")
COARSE = {"Person": 1, "Group": 2, "Organization": 2, "Company": 2, "PoliticalParty": 2, "University": 2, "SportsTeam": 2,
          "Place": 3, "GeopoliticalEntity": 3, "Country": 3, "City": 3, "Region": 3, "Facility": 3, "NaturalFeature": 3,
          "Time": 4, "Amount": 6, "CreativeWork": 7, "Product": 7, "Law": 7, "Event": 7}
KINDS = {"name": 0, "nominal": 1, "pronoun": 2, "value": 3}
TYPES = len(CLASSES) * len(KINDS)
#: classes (their places in CLASSES) of each property's subject and object, in the order of the data; Thing always fits
FITS = {"CEO": ("23", "1"), "CHILD_OF": ("1", "1"), "DATE_FOUNDED": ("23", "4"), "DATE_OF_BIRTH": ("1", "4"),
        "DATE_OF_DEATH": ("1", "4"), "EDUCATED_AT": ("1", "23"), "EMPLOYEE_OR_MEMBER_OF": ("1", "23"),
        "FOUNDED_BY": ("237", "12"), "HEADQUARTERS": ("2", "3"), "NATIONALITY": ("1", "35"), "PLACE_OF_BIRTH": ("1", "3"),
        "PLACE_OF_RESIDENCE": ("1", "3"), "POLITICAL_AFFILIATION": ("1", "25"), "SPOUSE": ("1", "1"), "SUBSIDIARY_OF": ("2", "2")}
#: properties of which a subject has one and an object, where it stands, is said of the nearest
EXCLUSIVE = frozenset({"POLITICAL_AFFILIATION", "DATE_FOUNDED"})
#: least probability of a claim: of 90 claims above it 88% were right by reading; of those above the thresholds, 66% in news
LEAST = 0.7
#: words without which a place is where somebody comes from or lives ("a boy from Irving"), not where they were born
BIRTH = frozenset({"born", "bear", "birth", "birthplace", "native", "hometown", "baptize", "baptise", "née"})
#: upper bounds of the distance between two mentions, in word pieces
DISTANCES = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32)

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Candidate(NamedTuple):
    """A possible argument: characters, head token, type code (class * 4 + kind), id of its mention and entity (or -1)."""

    start: int
    end: int
    head: int
    type: int
    mention: int
    entity: int


class Item(NamedTuple):
    """One sentence as the scorer reads it. Spans and path are positions of word pieces.

    ``ids`` (pieces), ``types`` (pieces; 0 outside mentions, else type code + 1), ``spans`` (candidates, 2), ``codes`` (type codes
    of the candidates), ``pairs`` (pairs, 2; indices of candidates), ``path`` (entries, 2; pair and piece), ``candidates``.
    """

    ids: Ints
    types: Ints
    spans: Ints
    codes: Ints
    pairs: Ints
    path: Ints
    candidates: list[Candidate]


def candidates(tree: Tree, mentions: Sequence[Mention]) -> dict[int, list[Candidate]]:
    """Return the possible arguments of each sentence, in text order.

    These are the mentions, adjectives of nationality or party ("the Danish painter"), and "where" after its noun ("Lund, where
    she studied"), which stands for the mention that it refers to.
    """
    found: dict[int, list[Candidate]] = {}
    taken: dict[tuple[int, int], Mention] = {}
    by_head: dict[int, Mention] = {}
    for m in mentions:
        head = tree.at[m.head.start]
        taken[m.start, m.end] = m
        by_head.setdefault(head, m)
        if m.value is not None and m.value.kind == "duration":
            continue
        kind = COARSE.get(m.type, 0)
        found.setdefault(tree.sentence[head], []).append(
            Candidate(m.start, m.end, head, kind * len(KINDS) + KINDS[m.kind], m.id, m.entity))
    for first, end, label in tree.entities:
        key = (tree.starts[first], tree.ends[end - 1])
        if label == "NORP" and key not in taken:
            people = Candidate(*key, end - 1, CLASSES.index("People") * len(KINDS), -1, -1)
            found.setdefault(tree.sentence[first], []).append(people)
    for i, word in enumerate(tree.words):
        if word == "where" and tree.deps[tree.heads[i]] == "relcl" and (tree.starts[i], tree.ends[i]) not in taken:
            noun = by_head.get(tree.heads[tree.heads[i]])
            if noun is not None:
                code = COARSE.get(noun.type, 0) * len(KINDS) + KINDS["pronoun"]
                where = Candidate(tree.starts[i], tree.ends[i], i, code, noun.id, noun.entity)
                found.setdefault(tree.sentence[i], []).append(where)
    for group in found.values():
        group.sort()
    return found


@functools.cache
def possible() -> list[list[bool]]:
    """Return which pairs of classes (classes, classes) are scored at all."""
    table = [[False] * len(CLASSES) for _ in CLASSES]
    for _, objects in FITS.values():
        for s in "01237":
            for o in objects:
                # the recogniser takes persons, organisations and places for one another: only times are sure
                for other in (int(o),) if o in "45" else (0, 1, 2, 3, 7):
                    table[int(s)][other] = True
    table[0][0] = False
    return table


def items(tree: Tree, mentions: Sequence[Mention], tokenizer: Any, gate: Gate | None = None, nouns: bool = True) -> Iterator[Item]:
    """Yield each sentence with at least one pair that could stand in a relation, with these pairs.

    `gate` skips sentences whose words make a relation unlikely. Without `nouns` common nouns are no arguments: they are a hundredth of
    the arguments in the training data and half of the pairs.
    """
    found = candidates(tree, mentions)
    allowed = possible()
    for number, (first, end) in enumerate(tree.sentences):
        group = found.get(number, [])
        if len(group) < 2:
            continue
        classes = [c.type // len(KINDS) for c in group]
        usable = [nouns or c.type % len(KINDS) != KINDS["nominal"] or has_name(tree, c) for c in group]
        chosen = [(i, j) for i, a in enumerate(classes) if usable[i] for j, b in enumerate(classes)
                  if i != j and usable[j] and allowed[a][b] and not (group[i].entity == group[j].entity >= 0)]
        if not chosen or (gate is not None and not gate.passes(features(tree, first, end, group))):
            continue
        start = tree.starts[first]
        code = tokenizer.encode(tree.text[start:tree.ends[end - 1]])
        piece_at = _pieces(code.offsets, tree.ends[end - 1] - start)
        spans, keep = [], []
        for c in group:
            a, b = piece_at[max(c.start - start, 0)], piece_at[min(c.end, tree.ends[end - 1]) - 1 - start] + 1
            keep.append(b <= LONGEST - 1 and a < b)
            spans.append((a, b) if keep[-1] else (0, 1))
        chosen = [(i, j) for i, j in chosen if keep[i] and keep[j]]
        if not chosen:
            continue
        ids = np.array(code.ids[:LONGEST], dtype=np.int64)
        types = np.zeros(len(ids), dtype=np.int64)
        for c, (a, b), ok in zip(group, spans, keep, strict=True):
            if ok:
                types[a:b] = c.type + 1
        path = [(n, p) for n, (i, j) in enumerate(chosen) for t in dependency_path(tree, group[i].head, group[j].head)
                if first <= t < end and (p := piece_at[tree.starts[t] - start]) < LONGEST - 1]
        yield Item(ids, types, np.array(spans, dtype=np.int64), np.array([c.type for c in group], dtype=np.int64),
                   np.array(chosen, dtype=np.int64), np.array(path, dtype=np.int64).reshape(-1, 2), group)


def has_name(tree: Tree, c: Candidate) -> bool:
    """Say whether a proper noun stands in the candidate's wording ("the Labour party")."""
    return any(tree.tags[i] in ("NNP", "NNPS") for i in tree.tokens(c.start, c.end))


class Gate(NamedTuple):
    """A linear model over a sentence's words that says whether it is worth reading."""

    bias: float
    weights: dict[str, float]

    def passes(self, names: set[str]) -> bool:
        return self.bias + sum(self.weights.get(name, 0.0) for name in sorted(names)) > 0


def features(tree: Tree, first: int, end: int, group: Sequence[Candidate]) -> set[str]:
    """Return the lemmas of a sentence and the types of its candidates (``#`` and the type code)."""
    return {lemma.lower() for lemma in tree.lemmas[first:end]} | {f"#{c.type}" for c in group}


def _pieces(offsets: Sequence[tuple[int, int]], size: int) -> list[int]:
    """Return for each character the word piece it belongs to; blanks belong to the piece before."""
    where = [0] * size
    for number, (a, b) in enumerate(offsets):
        for k in range(a, b):
            where[k] = number
    last = 0
    for k, number in enumerate(where):
        if number:
            last = number
        else:
            where[k] = last
    return where


def dependency_path(tree: Tree, one: int, other: int) -> list[int]:
    """Return the tokens strictly between two tokens on the way through the dependency tree, the common ancestor included."""
    heads = tree.heads
    up = [one]
    while heads[up[-1]] != up[-1] and up[-1] != other:
        up.append(heads[up[-1]])
    place = {t: k for k, t in enumerate(up)}
    down = []
    at = other
    while at not in place:
        down.append(at)
        if heads[at] == at:
            return []  # two sentences' trees
        at = heads[at]
    return [t for t in up[:place[at] + 1] + down[::-1] if t not in (one, other)]


def distance_bucket(gap: Ints) -> Ints:
    """Return the bucket of each distance in word pieces (negative where the object stands first); buckets run from 0."""
    size = np.searchsorted(np.array(DISTANCES), np.abs(gap))
    return np.where(gap < 0, size + len(DISTANCES) + 1, size).astype(np.int64)


def gaps(spans: Ints, pairs: Ints) -> tuple[Ints, Ints, Ints]:
    """Return for each pair the stretch between its spans (start >= end when they touch), and their signed distance."""
    a, b = spans[pairs[:, 0]], spans[pairs[:, 1]]
    start, end = np.minimum(a[:, 1], b[:, 1]), np.maximum(a[:, 0], b[:, 0])
    size = np.maximum(end - start, 0)
    return start, end, np.where(b[:, 0] < a[:, 0], -size - 1, size)


def pools(path: Ints, start: Ints, end: Ints, size: int) -> Floats:
    """Return weights (pairs, 2 * `size`) that average the pieces of each pair's dependency path, and those between its spans."""
    weights = np.zeros((len(start), 2, size), dtype=np.float32)
    weights[path[:, 0], 0, path[:, 1]] = 1.0
    place = np.arange(size)
    weights[:, 1] = (place >= start[:, None]) & (place < end[:, None])
    weights /= np.maximum(weights.sum(-1, keepdims=True), 1.0)
    return weights.reshape(len(start), 2 * size)


def spread(scores: Floats, item: Item, share: float) -> Floats:
    """Return the scores, each moved by `share` of the way to the best of the pairs of the same two entities.

    "Ida Berg, who studied in Lund, said she ...": what is said of one of the three is said of all.
    """
    entities = np.array([c.entity if c.entity >= 0 else -1 - n for n, c in enumerate(item.candidates)])
    _, group = np.unique(entities[item.pairs], axis=0, return_inverse=True)
    best = np.full_like(scores, -np.inf)
    np.maximum.at(best, group, scores)
    out: Floats = scores + np.float32(share) * (best[group] - scores)
    return out


class Scorer:
    """The trained scorer: encoder, pair head and settings, loaded from `folder` (``relations.onnx``, ``.npz``, ``.json``)."""

    def __init__(self, folder: Path = MODELS) -> None:
        import onnxruntime  # type: ignore[import-untyped]
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(folder / "relations.onnx"), options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder / "relations-tokenizer.json"))
        with np.load(folder / "relations.npz") as head:
            self.head = {name: head[name].astype(np.float32) for name in head.files}
        settings = json.loads((folder / "relations.json").read_text(encoding="utf-8"))
        gate = settings.get("gate")
        self.gate = Gate(gate["bias"], gate["weights"]) if gate else None
        #: least probability where a class does not suit the property: the recogniser may be wrong about a name
        self.misfit: float = settings.get("misfit", 0.0)
        #: how far mentions of one entity share their scores
        self.share: float = settings.get("share", 0.0)
        #: least probability at which a pair is taken, and the logistic curve that makes a probability of a score, by property
        self.thresholds = np.array([settings["properties"][name]["threshold"] for name in NAMES], dtype=np.float32)
        self.slopes = np.array([settings["properties"][name]["slope"] for name in NAMES], dtype=np.float32)
        self.shifts = np.array([settings["properties"][name]["shift"] for name in NAMES], dtype=np.float32)

    def probabilities(self, item: Item) -> Floats:
        """Return the calibrated probability (pairs, properties) of each property for each pair of `item`."""
        return sigmoid(spread(self.scores(item), item, self.share) * self.slopes + self.shifts)

    def scores(self, item: Item) -> Floats:
        """Return the raw scores (pairs, properties), logits of the trained model."""
        w = self.head
        x: Floats = self.session.run(None, {"ids": item.ids[None], "types": item.types[None]})[0][0]
        sums = np.concatenate([np.zeros((1, x.shape[1]), dtype=np.float32), x.cumsum(0, dtype=np.float32)])
        first, last = item.spans[:, 0], item.spans[:, 1]
        spans = np.concatenate([(sums[last] - sums[first]) / (last - first)[:, None].astype(np.float32), x[last - 1]], 1)
        i, j = item.pairs[:, 0], item.pairs[:, 1]
        keys = x @ w["key.weight"].T / np.float32(np.sqrt(w["key.weight"].shape[0]))
        look = ((spans @ w["ask1.weight"].T + w["ask1.bias"]) @ keys.T)[i] + ((spans @ w["ask2.weight"].T) @ keys.T)[j]
        look = np.exp(look - look.max(1, keepdims=True))
        start, end, gap = gaps(item.spans, item.pairs)
        weights = np.concatenate([look / look.sum(1, keepdims=True), pools(item.path, start, end, len(x))], 1)
        views = np.concatenate([x @ w["answer.weight"].T, x @ w["way.weight"].T, x @ w["between.weight"].T])
        classes = item.codes // len(KINDS)
        u = ((spans @ w["first.weight"].T + w["first.bias"])[i] + (spans @ w["second.weight"].T)[j] + weights @ views
             + w["far.weight"][distance_bucket(gap)] + w["kinds.weight"][classes[i] * len(CLASSES) + classes[j]])
        u = _gelu(u)
        out: Floats = (_gelu(u @ w["deep.weight"].T + w["deep.bias"]) + u) @ w["out.weight"].T + w["out.bias"]
        return out


def sigmoid(x: Floats) -> Floats:
    """Return the probabilities of logits."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), dtype=np.float32)


def _gelu(x: Floats) -> Floats:
    """Return GELU by its tanh approximation, within 0.001 of the exact one that the model was trained with."""
    half, root, cubic = np.float32(0.5), np.float32(0.7978845608), np.float32(0.044715)
    out: Floats = half * x * (1 + np.tanh(root * (x + cubic * x * x * x)))
    return out


@functools.cache
def scorer() -> Scorer | None:
    """Return the scorer that comes with the package; None where onnxruntime, tokenizers or the weights are not installed."""
    if any(importlib.util.find_spec(name) is None for name in ("onnxruntime", "tokenizers")) or not (MODELS / "relations.onnx").exists():
        return None
    return Scorer()


class Found(NamedTuple):
    """A relation found: number of the property in NAMES, subject and object as in the training data, probability."""

    property: int
    subject: Candidate
    object: Candidate
    probability: float


def find_relations(tree: Tree, item: Item, probabilities: Floats, thresholds: Floats, misfit: float = 0.0) -> list[Found]:
    """Return what is above its threshold, best first, once for each pair of arguments.

    Where a class does not suit the property's domain or range, the probability must be at least `misfit`; a place of birth needs a word
    of birth or a date in the sentence. Of candidates that overlap
    (a phrase and the adjective in it) only the better counts.
    """
    classes = item.codes // len(KINDS)
    rows, columns = np.nonzero(probabilities >= thresholds)
    found: list[Found] = []
    for n, k in sorted(zip(rows.tolist(), columns.tolist(), strict=True), key=lambda nk: (-float(probabilities[nk]), nk)):
        i, j = item.pairs[n].tolist()
        if probabilities[n, k] < misfit and not fits(k, int(classes[i]), int(classes[j])):
            continue
        one, other = item.candidates[i], item.candidates[j]
        if NAMES[k] == "PLACE_OF_BIRTH" and not tells_birth(tree, item):
            continue
        if any(f.property == k and overlap(f.subject, one) and overlap(f.object, other) for f in found):
            continue
        if NAMES[k] == "SPOUSE" and any(f.property == k and overlap(f.subject, other) and overlap(f.object, one) for f in found):
            continue
        found.append(Found(k, one, other, float(probabilities[n, k])))
    return [f for f in found if NAMES[f.property] not in EXCLUSIVE or not any(nearer(tree, g, f) for g in found)]


def tells_birth(tree: Tree, item: Item) -> bool:
    """Say whether the sentence has a word of birth ("born", "Lund-born") or a date ("Ida Berg (Lund, 4 May 1950 - ...)")."""
    first, end = tree.sentences[tree.sentence[item.candidates[0].head]]
    return any(tree.lemmas[t].lower() in BIRTH or tree.words[t].lower().endswith("born") for t in range(first, end)) or any(
        code // len(KINDS) == CLASSES.index("Time") for code in item.codes.tolist())


def nearer(tree: Tree, one: Found, other: Found) -> bool:
    """Say whether `one` takes an argument from `other` for being nearer to it in the parse.

    "Ana Ruiz of the Greens and Tom Wu of Labour": Labour is said of Wu, for all that Ruiz stands in the sentence. Mentions of one entity
    do not compete.
    """
    def same(a: Candidate, b: Candidate) -> bool:
        return a == b or a.entity == b.entity >= 0

    if one.property != other.property or same(one.subject, other.subject) == same(one.object, other.object):
        return False
    return len(dependency_path(tree, one.subject.head, one.object.head)) < len(dependency_path(tree, other.subject.head, other.object.head))


def fits(k: int, subject: int, object: int) -> bool:
    """Say whether the classes suit the property; an unknown class always does."""
    subjects, objects = FITS[NAMES[k]]
    return (subject == 0 or str(subject) in subjects) and (object == 0 or str(object) in objects)


def overlap(one: Candidate, other: Candidate) -> bool:
    return one.start < other.end and other.start < one.end


def relation_claims(tree: Tree, mentions: Sequence[Mention], first_id: int = 0, least: float = LEAST) -> list[Claim]:
    """Return the claims (form ``pair``) that the scorer finds, in text order, numbered from `first_id`.

    A claim needs a probability of `least` and of its property's threshold, which was chosen for F1 on KnowledgeNet.

    ``property`` is set to the ontology's IRI; ``confidence`` is the calibrated probability. An object that is no mention
    (an adjective of nationality) is an argument without mention. Where onnxruntime is not installed there are none.
    """
    model = scorer()
    if model is None:
        return []
    found: list[Found] = []
    with threadpool_limits(limits=1):  # more threads are slower on small matrices and may round differently
        for item in items(tree, mentions, model.tokenizer, model.gate, nouns=False):
            relations = find_relations(tree, item, model.probabilities(item), model.thresholds, model.misfit)
            found.extend(f for f in relations if f.probability >= least)
    made = []
    for f in found:
        local, swapped, label = PROPERTIES[NAMES[f.property]]
        subject, object = (f.object, f.subject) if swapped else (f.subject, f.object)
        arguments = tuple(Argument(role, c.start, c.end, None if c.mention < 0 else c.mention)
                          for role, c in (("subject", subject), ("object", object)))
        made.append(pair_claim(tree, (subject.head, object.head), arguments, label, KG + local, f.probability, "relations"))
    return in_order(made, first_id)


def pair_claim(tree: Tree, heads: tuple[int, int], arguments: tuple[Argument, ...], label: str, property: str, probability: float,
               extractor: str) -> Claim:
    """Return the claim (form ``pair``, id 0) that a property holds between two arguments with these head tokens.

    The predicate is what stands on the dependency path between them; where there is none, it is worded as `label`.
    """
    first, last = tree.sentences[tree.sentence[heads[0]]]
    evidence = Span(min(a.start for a in arguments), max(a.end for a in arguments))
    phrase, predicate = label, evidence
    if way := sorted(dependency_path(tree, *heads)):
        phrase, predicate = " ".join(tree.words[t] for t in way), Span(tree.starts[way[0]], tree.ends[way[-1]])
    return Claim(0, "pair", label, phrase, predicate, arguments, evidence, Span(tree.starts[first], tree.ends[last - 1]),
                 confidence=round(probability, 2), extractor=extractor, property=property)


def in_order(claims: Iterable[Claim], first_id: int) -> list[Claim]:
    """Return the claims in text order, numbered from `first_id`."""
    ordered = sorted(claims, key=lambda c: (c.evidence.start, c.evidence.end, c.property, [a.start for a in c.arguments]))
    return [msgspec.structs.replace(c, id=first_id + n) for n, c in enumerate(ordered)]
