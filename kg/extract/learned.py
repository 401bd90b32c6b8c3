"""Relations of any ontology, learned from sentences whose facts are given: no wording has to be written.

Two logistic regressions. The first says of each stretch of words that could be a name, noun phrase or value how well it would do as the
object of each property, and as a subject. The second takes the best of these in pairs and says which properties hold, from the words and
the way through the parse between them and from what the first thought. Both see words, lemmas, parse, mentions and values, so they
learn in seconds on one core (:func:`learn` needs scipy) and are read by numpy alone. See docs/relations.md.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg.errors import ModelError
from kg.extract.relations import Floats, dependency_path, in_order, pair_claim, sigmoid
from kg.extract.tree import Tree
from kg.records import Argument, Claim, LocalEntity, Mention

#: longest stretch of words, unless a name or noun phrase is longer
LONGEST = 8
#: how many subjects and objects of a sentence are paired, best first
SUBJECTS, OBJECTS = 6, 12
#: a subject may stand this many sentences before its object
BACK = 2
#: parts of speech that no stretch begins with, unless capitalised
CLOSED = frozenset({"PUNCT", "DET", "AUX", "ADP", "CCONJ", "PRON", "PART", "SCONJ", "SPACE", "VERB", "INTJ", "SYM"})
CONTENT = frozenset({"NOUN", "PROPN", "ADJ", "VERB", "ADP"})
ENDS = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "X", "ADV"})
_JOINTS = re.compile(r"[-'’.&,:!/–]+")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


class Gold(NamedTuple):
    """A fact that an example states: subject and object as words of the text (or names much like them), property IRI."""

    subject: str
    property: str
    object: str


class Found(NamedTuple):
    """A relation found: indices of the subject's and the object's stretch in :class:`Page`, property IRI, probability."""

    subject: int
    property: str
    object: int
    probability: float


def fold(text: str) -> str:
    """Return letters and digits alone, lower case, without accents or a bracket at the end: names that differ in these are one.

    >>> fold("São_Paulo (state)")
    'saopaulo'
    """
    plain = unicodedata.normalize("NFKD", text).replace("_", " ").strip().strip('"')
    plain = re.sub(r"\s*\([^)]*\)$", "", "".join(c for c in plain if not unicodedata.combining(c)).lower())
    return "".join(re.findall(r"\w+", plain))


class Page:
    """A parsed text with the stretches of words that may be arguments.

    ``spans`` are token ranges in text order, ``texts`` their words, ``mention`` the mention that is exactly a stretch or shares its head
    (or None). `known` are folded names that count as stretches wherever they occur.
    """

    def __init__(self, tree: Tree, mentions: Sequence[Mention], entities: Sequence[LocalEntity],
                 known: frozenset[str] = frozenset()) -> None:
        self.tree = tree
        self.exact: dict[tuple[int, int], Mention] = {}
        by_head: dict[int, Mention] = {}
        whole = {(first, end) for first, end, _ in tree.entities}
        for m in mentions:
            by_head.setdefault(tree.at.get(m.head.start, -1), m)
            for start, end in ((m.start, m.end), (m.full.start, m.full.end)):
                if start in tree.at:
                    words = tree.tokens(start, end)
                    whole.add((words.start, words.stop))
                    if start == m.start and end == m.end:
                        self.exact[words.start, words.stop] = m
                    if tree.pos[words.start] == "DET" and len(words) > 1:
                        whole.add((words.start + 1, words.stop))
        self.spans = sorted(stretches(tree, whole, known))
        self.texts = [tree.cut(*span) for span in self.spans]
        self.keys = [fold(text) for text in self.texts]
        self.heads = [head_of(tree, *span) for span in self.spans]
        self.mention = [self.exact.get(span) or by_head.get(head) for span, head in zip(self.spans, self.heads, strict=True)]
        self.labels = {e.id: e.label for e in entities}
        self.kinds = {span: m.kind + m.type for span, m in self.exact.items()}
        self.ner = {(first, end): label for first, end, label in tree.entities}

    def name(self, n: int) -> str:
        """Return what stretch `n` is called: its words, or the name that a pronoun or noun phrase stands for."""
        m = self.exact.get(self.spans[n])
        return self.labels.get(m.entity, self.texts[n]) if m is not None and m.kind in ("pronoun", "nominal") else self.texts[n]

    def features(self, n: int) -> list[str]:
        """Return what the first regression sees of stretch `n`: its words, what stands around it and above it in the parse."""
        tree, (i, j), head = self.tree, self.spans[n], self.heads[n]
        first, end = tree.sentences[tree.sentence[i]]
        words, lemmas = [word.lower() for word in tree.words[i:j]], [lemma.lower() for lemma in tree.lemmas[max(i - 5, 0):j + 5]]

        def at(k: int) -> str:
            return lemmas[k - max(i - 5, 0)] if first <= k < end else "#"

        shapes = [shape(word) for word in tree.words[i:j]]
        inside = sorted({tree.entities[tree.entity[k]][2] for k in range(i, j) if tree.entity[k] >= 0})
        value = m.value if (m := self.exact.get((i, j))) is not None else None
        before, after = at(i - 1), at(j)
        found = [
            f"text={' '.join(words)}", f"head={tree.lemmas[head].lower()}", f"first={words[0]}", f"last={words[-1]}",
            f"size={min(j - i, 6)}",
            f"pos={' '.join(tree.pos[i:j]) if j - i < 5 else 'long'}", f"two={' '.join(words[-2:]) if j - i > 1 else ''}",
            f"shape={' '.join(a for a, b in zip(shapes, [None, *shapes], strict=False) if a != b)}",
            f"mention={self.kinds.get((i, j), 'no')}", f"entity={self.ner.get((i, j)) or 'in ' + ' '.join(inside)}",
            f"value={value.kind + value.datatype if value else ''}", f"-1={before}", f"+1={after}", f"-2={at(i - 2)} {before}",
            f"+2={after} {at(j + 1)}", f"-3={at(i - 3)} {at(i - 2)} {before}", f"-pos={tree.pos[i - 1] if i > first else '#'}",
            f"+pos={tree.pos[j] if j < end else '#'}", f"dep={tree.deps[head]}", f"at={min(i - first, 8)}",
            f"cut={i > first and i <= tree.heads[i - 1] < j} {j < end and i <= tree.heads[j] < j}",
            f"hung={sum(not i <= tree.heads[k] < j for k in range(i, j))}",
            f"split={i > first and tree.entity[i] >= 0 and tree.entity[i - 1] == tree.entity[i]} "
            f"{j < end and tree.entity[j - 1] >= 0 and tree.entity[j] == tree.entity[j - 1]}",
        ]
        at_token, way = head, ""
        for step in range(3):
            above = tree.heads[at_token]
            if above == at_token:
                break
            way += "/" + tree.deps[at_token]
            found += [f"up{step}={tree.deps[at_token]} {tree.lemmas[above].lower()}", f"way{step}={way} {tree.lemmas[above].lower()}"]
            at_token = above
        found += [f"left={tree.lemmas[k].lower()}" for k in range(max(first, i - 5), i) if tree.pos[k] in CONTENT]
        found += [f"right={tree.lemmas[k].lower()}" for k in range(j, min(end, j + 5)) if tree.pos[k] in CONTENT]
        return found

    def pair_features(self, s: int, o: int, rank: int) -> list[str]:
        """Return what the second regression sees of subject `s`, `rank`-th best, and object `o`: order, distance, what is between."""
        tree, (a, b), (c, d) = self.tree, self.spans[s], self.spans[o]
        forward, alone = a < c, tree.sentence[a] == tree.sentence[c]
        low, high = (b, c) if forward else (d, a)
        kinds = f"{self.kinds.get((a, b), 'no')} {self.kinds.get((c, d), 'no')}"
        found = [f"order={forward} {alone}", f"gap={forward} {min(int(math.log2(max(high - low, 0) + 1)), 5)}", f"kinds={kinds}",
                 f"subject={self.texts[s].lower()}", f"heads={tree.lemmas[self.heads[s]].lower()}",
                 f"heado={tree.lemmas[self.heads[o]].lower()}",
                 f"kind={self.kinds.get((a, b), 'no')}", f"kindo={self.kinds.get((c, d), 'no')}",
                 f"opens={a - tree.sentences[tree.sentence[a]][0] < 2}", f"rank={min(rank, 5)}"]
        if alone:
            between = [lemma.lower() for lemma in tree.lemmas[low:high]]
            path = dependency_path(tree, self.heads[s], self.heads[o])
            lemmas = [tree.lemmas[k].lower() for k in path]
            ends = f"{tree.deps[self.heads[s]]} {tree.deps[self.heads[o]]}"
            found += [f"between={forward} {lemma}" for lemma in sorted(set(between))]
            found += [f"pairs={forward} {one} {two}" for one, two in pairwise(between)]
            found += [f"path={ends} {' '.join(lemmas) if len(lemmas) < 5 else 'long'}", f"far={ends} {min(len(path), 5)}"]
            found += [f"on={lemma}" for lemma in lemmas]
            if len(between) <= 6:
                found.append(f"all={forward} {' '.join(between)}")
        return found


def stretches(tree: Tree, whole: Iterable[tuple[int, int]], known: frozenset[str]) -> set[tuple[int, int]]:
    """Return the token ranges that may be an argument: mentions and names (`whole`), parts of noun phrases, titles, `known` names."""
    found = {(i, j) for i, j in whole if i < j <= i + 14}
    for first, end in tree.sentences:
        for i in range(first, end):
            capital = tree.words[i][:1].isupper()
            opens = tree.pos[i] not in CLOSED or (capital and tree.pos[i] in ("DET", "ADP", "VERB"))
            for j in range(i + 1, min(end, i + LONGEST) + 1):
                closes = capital and tree.words[j - 1][:1].isupper() and tree.pos[j - 1] != "PUNCT"
                phrase = (closes or (opens and tree.pos[j - 1] in ENDS)) and whole_phrase(tree, i, j)
                if phrase or (known and fold(tree.cut(i, j)) in known):
                    found.add((i, j))
    return found


def whole_phrase(tree: Tree, i: int, j: int) -> bool:
    """Say whether no verb or pronoun in lower case and no strange mark stands in the stretch; commas and colons only inside titles."""
    title = tree.words[i][:1].isupper() and tree.words[j - 1][:1].isupper()
    for word, pos in zip(tree.words[i:j], tree.pos[i:j], strict=True):
        if pos in ("VERB", "AUX", "PRON", "SCONJ") and not word[:1].isupper():
            return False
        if (pos == "PUNCT" and not _JOINTS.fullmatch(word)) or (word in (",", ":") and not title):
            return False
    return True


def head_of(tree: Tree, i: int, j: int) -> int:
    """Return the first token of the stretch whose head lies outside."""
    return next((k for k in range(i, j) if tree.heads[k] == k or not i <= tree.heads[k] < j), j - 1)


def shape(word: str) -> str:
    """Return how a word is written: digits by their number, capitals, lower case."""
    if word.isdigit():
        return "9" * min(len(word), 4)
    if word[:1].isupper():
        return "AA" if word.isupper() and len(word) > 1 else "Aa"
    return "x9" if any(c.isdigit() for c in word) else "a" if word.isalpha() else "p"


# --- where the facts of an example stand ---


class Aligned(NamedTuple):
    """A fact of an example and the stretches that are its subject and its object (none if it is not there)."""

    fact: Gold
    subjects: list[int]
    objects: list[int]


def align(pages: Sequence[Page], facts: Sequence[Sequence[Gold]]) -> list[list[Aligned]]:
    """Return for each page where its facts stand.

    Names count as the same when they fold to the same letters, values when they are the same day or number. Else the most similar
    stretch is taken ("cosmetics", "cosmetic"), or the one that goes with the object again and again ("Polish" with "Poland").
    """
    seen: Counter[str] = Counter()
    objects: Counter[tuple[str, str]] = Counter()
    together: Counter[tuple[str, str, str]] = Counter()
    for page, given in zip(pages, facts, strict=True):
        keys = sorted(set(page.keys))
        seen.update(keys)
        for fact in given:
            objects[fact.property, fact.object] += 1
            together.update((fact.property, fact.object, key) for key in keys)

    def habit(fact: Gold, key: str) -> float:
        both = together[fact.property, fact.object, key]
        often = both >= 3 and both > 0.6 * seen[key] and both > 0.3 * objects[fact.property, fact.object]
        return 0.6 + 0.2 * both / seen[key] if often else 0.0

    def closest(score: Iterable[float]) -> list[int]:
        scores = [round(s, 6) for s in score]
        best = max(scores, default=0.0)
        return [n for n, s in enumerate(scores) if s == best] if best > 0.6 else []

    found = []
    for page, given in zip(pages, facts, strict=True):
        names = [page.name(n) for n in range(len(page.spans))]
        folded = [fold(name) for name in names]
        rows = []
        for fact in given:
            subjects = [n for n, key in enumerate(folded) if key == fold(fact.subject)]
            places = [n for n, key in enumerate(page.keys) if key == fold(fact.object)]
            places = places or [n for n, span in enumerate(page.spans) if same_value(page.exact.get(span), fact.object)]
            rows.append(Aligned(fact, subjects or closest(similar(name, fact.subject) for name in names),
                                places or closest(similar(text, fact.object) or habit(fact, key)
                                                  for text, key in zip(page.texts, page.keys, strict=True))))
        found.append(rows)
    return found


def similar(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1; less than 0.6 is 0."""
    a, b = fold(one), fold(other)
    if not a or not b or a == b:
        return float(a == b)
    size = min(len(a), len(b))
    if size >= 4 and abs(len(a) - len(b)) <= 6 and a[:max(4, len(b) - 4)] == b[:max(4, len(b) - 4)]:
        return 0.8
    words = [set(re.findall(r"\w+", text.replace("_", " ").lower())) for text in (one, other)]
    shared = len(words[0] & words[1]) / max(1, len(words[0] | words[1]))
    ratio = SequenceMatcher(None, a, b, autojunk=False).ratio() if size > 0.6 * max(len(a), len(b)) else 0.0
    return max(shared if shared >= 0.6 else 0.0, ratio if ratio >= 0.8 else 0.0)


def same_value(mention: Mention | None, words: str) -> bool:
    """Say whether a value mention is the day, year or number that `words` name."""
    if mention is None or mention.value is None:
        return False
    value, words = mention.value, words.strip().strip('"')
    if value.kind == "date":
        return words in date_forms(value.lexical)
    number = re.match(r"-?[\d,]*\d(\.\d+)?(?![\d-])", words)
    if number is None or not re.fullmatch(r"-?\d+(\.\d+)?", value.lexical):
        return False
    return math.isclose(float(number[0].replace(",", "")), float(value.lexical), rel_tol=1e-9)


def date_forms(lexical: str) -> dict[str, str]:
    """Return the ways of writing an ISO date, with the name of each (``iso``, ``long``, ``year``); empty for what is no date.

    >>> date_forms("1999-05")
    {'1999-05-01': 'iso', '01 May 1999': 'long', '1999': 'year'}
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", lexical)
    if not match or not 1 <= int(match[2] or 1) <= 12:
        return {}
    year, month, day = match[1], match[2] or "01", match[3] or "01"
    return {f"{year}-{month}-{day}": "iso", f"{day} {_MONTHS[int(month) - 1]} {year}": "long", year: "year"}


# --- the model ---


class Regression:
    """One-vs-rest logistic regression over named features and a few numbers: ``index`` (feature to row), ``weights`` (rows + numbers + 1,
    classes)."""

    def __init__(self, index: Mapping[str, int], weights: Floats) -> None:
        self.index, self.weights = index, weights

    def scores(self, rows: Sequence[Sequence[str]], numbers: Floats | None = None) -> Floats:
        """Return the logits (rows, classes)."""
        out = np.tile(self.weights[-1], (len(rows), 1))
        for n, row in enumerate(rows):
            known = sorted({self.index[name] for name in row if name in self.index})
            if known:
                out[n] += self.weights[known].sum(0)
        if numbers is not None:
            out += numbers @ self.weights[len(self.index):-1]
        return out

    @classmethod
    def fit(cls, rows: Sequence[Sequence[str]], labels: Floats, numbers: Floats | None = None, penalty: float = 1.0) -> Regression:
        """Fit to `labels` (rows, classes) by L-BFGS with an L2 `penalty`; features seen once are left out."""
        try:
            from scipy.optimize import minimize  # type: ignore[import-untyped]
            from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
        except ImportError as error:
            raise ModelError("learning relations needs scipy: run `pip install 'newskg[relations]'`") from error
        counts = Counter(name for row in rows for name in set(row))
        index = {name: n for n, name in enumerate(sorted(name for name, count in counts.items() if count > 1))}
        ids = [sorted({index[name] for name in row if name in index}) for row in rows]
        x = csr_matrix((np.ones(sum(map(len, ids)), np.float32), np.array([n for row in ids for n in row], np.int32),
                        np.cumsum([0, *map(len, ids)])), shape=(len(rows), len(index)))
        turned = x.T.tocsr()
        size, more, classes = len(index), 0 if numbers is None else numbers.shape[1], labels.shape[1]
        start = np.zeros((size + more + 1, classes))
        start[-1] = -4.0

        def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            w = flat.reshape(start.shape).astype(np.float32)
            z = x @ w[:size] + w[-1]
            if numbers is not None:
                z += numbers @ w[size:-1]
            error = sigmoid(z) - labels
            slope = np.zeros(start.shape)
            slope[:size] = turned @ error
            if numbers is not None:
                slope[size:-1] = numbers.T @ error
            slope[-1] = error.sum(0)
            slope[:-1] += penalty * w[:-1]
            total = np.logaddexp(0, np.where(labels > 0, -z, z)).sum(dtype=np.float64)
            return float(total + 0.5 * penalty * (w[:-1] ** 2).sum(dtype=np.float64)), slope.ravel()

        best: Any = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 50}).x.reshape(start.shape)
        return cls(index, best.astype(np.float32))


class Learned:
    """What :func:`learn` made: the properties' IRIs, the two regressions, the folded names seen, the least probability of a claim."""

    def __init__(self, properties: Sequence[str], arguments: Regression, pairs: Regression, known: frozenset[str],
                 threshold: float = 0.3) -> None:
        self.properties, self.known, self.threshold = tuple(properties), known, threshold
        self.arguments, self.pairs = arguments, pairs

    def page(self, tree: Tree, mentions: Sequence[Mention], entities: Sequence[LocalEntity]) -> Page:
        return Page(tree, mentions, entities, self.known)

    def find(self, page: Page, threshold: float | None = None, more: float | None = None) -> list[Found]:
        """Return the relations found, by property, best first, each object of a sentence once.

        `threshold` is the least probability of a property's best pair in the sentence, `more` that of others (both the model's own by
        default).
        """
        least = self.threshold if threshold is None else threshold
        scores = self.arguments.scores([page.features(n) for n in range(len(page.spans))])
        found: list[Found] = []
        for pairs in sentence_pairs(page, scores):
            chances = sigmoid(self.pairs.scores([page.pair_features(s, o, rank) for s, o, rank in pairs], pair_numbers(scores, pairs)))
            for k, name in enumerate(self.properties):
                taken: list[tuple[int, int]] = []
                for n in np.argsort(-chances[:, k], kind="stable").tolist():
                    chance = float(chances[n, k])
                    if chance < (max(least, self.threshold if more is None else more) if taken else least):
                        break
                    s, o, _ = pairs[n]
                    if not any(page.spans[o][0] < end and start < page.spans[o][1] for start, end in taken):
                        taken.append(page.spans[o])
                        found.append(Found(s, name, o, chance))
        return found

    def save(self, path: Path) -> None:
        """Write the model to `path`; the same model gives the same bytes."""
        words = {"properties": self.properties, "threshold": self.threshold, "known": sorted(self.known),
                 "arguments": list(self.arguments.index), "pairs": list(self.pairs.index)}
        with open(path, "wb") as output:
            np.savez_compressed(output, words=np.frombuffer(json.dumps(words, ensure_ascii=False).encode(), dtype=np.uint8),
                                arguments=self.arguments.weights.astype(np.float16), pairs=self.pairs.weights.astype(np.float16))

    @classmethod
    def load(cls, path: Path) -> Learned:
        """Read a model written by :meth:`save`. Raises ModelError if `path` holds none."""
        try:
            with np.load(path, allow_pickle=False) as data:
                words = json.loads(data["words"].tobytes())
                parts = [Regression({name: n for n, name in enumerate(words[part])}, data[part].astype(np.float32))
                         for part in ("arguments", "pairs")]
            return cls(words["properties"], parts[0], parts[1], frozenset(words["known"]), words["threshold"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path} is no file of learned relations ({type(error).__name__}); make one with kg learn") from error


def load_learned(path: str) -> Learned:
    """Return the learned relations in the file `path`, read again only when it has changed. Raises ModelError if it holds none."""
    try:
        return _load(path, Path(path).stat().st_mtime_ns)
    except OSError as error:
        raise ModelError(f"{path} can't be read ({error.strerror}); make it with kg learn") from error


@lru_cache(maxsize=2)
def _load(path: str, changed: int) -> Learned:
    return Learned.load(Path(path))


def sentence_pairs(page: Page, scores: Floats) -> list[list[tuple[int, int, int]]]:
    """Return for each sentence the pairs (subject, object, rank of the subject) worth a look, by what the first regression thought."""
    where = [page.tree.sentence[i] for i, _ in page.spans]
    value, subject = scores[:, :-1].max(1, initial=-99.0), scores[:, -1]
    made = []
    for number in sorted(set(where)):
        objects = sorted((n for n, at in enumerate(where) if at == number), key=lambda n: -value[n])[:OBJECTS]
        subjects = sorted((n for n, at in enumerate(where) if number - BACK <= at <= number), key=lambda n: -subject[n])[:SUBJECTS]
        pairs = [(s, o, rank) for rank, s in enumerate(subjects) for o in objects
                 if page.spans[s][1] <= page.spans[o][0] or page.spans[o][1] <= page.spans[s][0]]
        if pairs:
            made.append(pairs)
    return made


def pair_numbers(scores: Floats, pairs: Sequence[tuple[int, int, int]]) -> Floats:
    """Return what the first regression thought of each pair's object, and of its subject, as numbers for the second."""
    subjects, objects = [s for s, _, _ in pairs], [o for _, o, _ in pairs]
    return np.asarray(np.clip(np.concatenate([scores[objects, :-1], scores[subjects, -1:]], 1), -8, 4) / 4, dtype=np.float32)


def learn(texts: Sequence[tuple[Tree, Sequence[Mention], Sequence[LocalEntity]]], facts: Sequence[Sequence[Gold]],
          threshold: float = 0.3) -> Learned:
    """Learn from parsed texts and the facts that each states (all it states of the properties in question).

    The second regression learns from what the first says of texts it has not seen: those of other subjects. Needs scipy.
    Raises ModelError if no fact can be found in its text.
    """
    known = frozenset(fold(name) for given in facts for fact in given for name in (fact.subject, fact.object)) - {""}
    properties = sorted({fact.property for given in facts for fact in given})
    pages = [Page(*text, known) for text in texts]
    rows = align(pages, facts)
    if not any(row.subjects and row.objects for aligned in rows for row in aligned):
        raise ModelError("no fact was found in its text: subject and object must be words of the text")
    features = [[page.features(n) for n in range(len(page.spans))] for page in pages]
    column = {name: k for k, name in enumerate(properties)}

    def fit_arguments(chosen: Sequence[int]) -> Regression:
        labels = [argument_labels(pages[n], rows[n], column) for n in chosen]
        return Regression.fit([row for n in chosen for row in features[n]], np.concatenate(labels))

    topics = [Counter(fold(fact.subject) for fact in given).most_common(1) for given in facts]
    order = {topic: k for k, topic in enumerate(dict.fromkeys(topic[0][0] if topic else "" for topic in topics))}
    part = [order[topic[0][0] if topic else ""] % 3 for topic in topics]
    pair_rows: list[list[str]] = []
    numbers, labels = [], []
    for fold_ in sorted(set(part)):
        inside = [n for n in range(len(pages)) if part[n] != fold_] or list(range(len(pages)))
        first = fit_arguments(inside)
        for n in (n for n in range(len(pages)) if part[n] == fold_):
            scores = first.scores(features[n])
            for pairs in sentence_pairs(pages[n], scores):
                pair_rows += [pages[n].pair_features(*pair) for pair in pairs]
                numbers.append(pair_numbers(scores, pairs))
                labels.append(pair_labels(pairs, rows[n], column))
    second = Regression.fit(pair_rows, np.concatenate(labels), np.concatenate(numbers), penalty=2.0)
    return Learned(properties, fit_arguments(range(len(pages))), second, known, threshold)


def argument_labels(page: Page, rows: Sequence[Aligned], column: Mapping[str, int]) -> Floats:
    """Return labels (stretches, properties + 1): objects of each property, and subjects."""
    labels = np.zeros((len(page.spans), len(column) + 1), dtype=np.float32)
    for row in rows:
        labels[row.objects, column[row.fact.property]] = 1.0
        labels[row.subjects, -1] = 1.0
    return labels


def pair_labels(pairs: Sequence[tuple[int, int, int]], rows: Sequence[Aligned], column: Mapping[str, int]) -> Floats:
    """Return labels (pairs, properties)."""
    place: dict[tuple[int, int], int] = {(s, o): n for n, (s, o, _) in enumerate(pairs)}
    labels = np.zeros((len(pairs), len(column)), dtype=np.float32)
    for row in rows:
        for pair in ((s, o) for s in row.subjects for o in row.objects):
            if pair in place:
                labels[place[pair], column[row.fact.property]] = 1.0
    return labels


def learned_claims(tree: Tree, mentions: Sequence[Mention], entities: Sequence[LocalEntity], model: Learned,
                   first_id: int = 0) -> list[Claim]:
    """Return the claims (form ``pair``) that `model` finds, in text order, numbered from `first_id`.

    Subject and object stand in one sentence, and the subject is a mention. ``confidence`` is the probability.
    """
    page = model.page(tree, mentions, entities)
    best: dict[tuple[int, str, tuple[int, int]], Claim] = {}
    for found in model.find(page):  # the best pair of a sentence and property first
        subject, object = page.mention[found.subject], page.mention[found.object]
        (a, _), (c, d) = page.spans[found.subject], page.spans[found.object]
        if subject is None or tree.sentence[a] != tree.sentence[c] or (object is not None and object.id == subject.id):
            continue
        label = re.split(r"[#/:]", found.property)[-1]
        arguments = (Argument("subject", subject.start, subject.end, subject.id),
                     Argument("object", tree.starts[c], tree.ends[d - 1], object.id if object is not None else None))
        heads = (page.heads[found.subject], page.heads[found.object])
        best.setdefault((subject.id, found.property, (c, d)),
                        pair_claim(tree, heads, arguments, label, found.property, found.probability, "learned"))
    return in_order(best.values(), first_id)
