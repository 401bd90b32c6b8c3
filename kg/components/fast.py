"""Faster doubles of spaCy's own word embedding, attribute ruler, lemmatizer and entity recogniser, with the same results.

On a CPU these cost more than a third of a small English pipeline: the embedding is worked out for each word again and again, the ruler
runs two hundred token patterns through a general matcher, the lemmatizer looks words up in lists, and the recogniser asks for Python's
lock for each of 74 moves a token. :func:`speed_up` puts doubles in their places where it knows how to, and leaves the rest alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from spacy import attrs
from spacy.lang.en.lemmatizer import EnglishLemmatizer
from spacy.pipeline import AttributeRuler, EntityRecognizer, Lemmatizer
from spacy.strings import StringStore
from spacy.tokens import Doc, Span
from spacy.tokens._retokenize import set_token_attrs
from thinc.api import Model

if TYPE_CHECKING:
    from spacy.language import Language

#: token attributes that patterns may speak of, in the order in which they are read
_READ = {"LOWER": attrs.LOWER, "TAG": attrs.TAG, "DEP": attrs.DEP, "IS_SPACE": attrs.IS_SPACE}
#: token attributes that are written for the whole text at once
_WRITTEN = (attrs.POS, attrs.MORPH, attrs.LEMMA)
#: word forms kept by the embedding; more, and it starts anew (96 floats each)
MAX_FORMS = 1 << 17
Test = Callable[[Any], bool]
#: what a one-token pattern demands of each attribute it names
Pattern = Mapping[str, Test]


def speed_up(nlp: Language) -> None:
    """Replace what there is a faster double of in the loaded pipeline `nlp`."""
    name: str
    pipe: Any
    for place, (name, pipe) in enumerate(nlp._components):
        for network in list(pipe.model.walk()) if isinstance(getattr(pipe, "model", None), Model) else []:
            if network.layers and (embedding := WordEmbedding.of(network.layers[0])):
                network.layers[0] = embedding.model
        if type(pipe) is AttributeRuler and (rules := _rules(pipe)):
            nlp._components[place] = name, FastRuler.of(pipe, rules)
        elif type(pipe) is EntityRecognizer and _is_greedy(pipe):
            nlp._components[place] = name, FastRecognizer(nlp.vocab, pipe.model, name, pipe.moves, scorer=pipe.scorer)
        elif isinstance(pipe, Lemmatizer) and "lemma_index" in pipe.lookups:
            index = pipe.lookups.get_table("lemma_index")
            for key, words in index.items():
                index[key] = dict.fromkeys(words)  # the same words, found by hash
            if type(pipe) is EnglishLemmatizer and pipe.mode == "rule":
                nlp._components[place] = name, FastLemmatizer.of(pipe)


def _test(wanted: Any) -> Test | None:
    """Return the check of one attribute's value that a pattern demands, or None if it is of a kind not known here."""
    if isinstance(wanted, (str, bool)):
        return lambda value: bool(value == wanted)
    if isinstance(wanted, dict) and len(wanted) == 1:
        (kind, value), = wanted.items()
        if kind == "REGEX":
            return lambda text: re.search(value, text) is not None
        if kind == "IN":
            return lambda one: one in value
        if kind == "NOT_IN":
            return lambda one: one not in value
    return None


def _rules(ruler: AttributeRuler) -> Rules | None:
    """Return the ruler's patterns compiled, or None if one of them is of a kind not known here."""
    compiled: list[tuple[int, int, list[Pattern]]] = []
    entry: Any
    for number, entry in enumerate(ruler.patterns):
        for tokens in entry["patterns"]:
            checks: Any = [{name: _test(wanted) for name, wanted in token.items()} for token in tokens]
            if any(name not in _READ or test is None for token in checks for name, test in token.items()) or not all(checks):
                return None
            index = entry["index"] if entry["index"] >= 0 else len(tokens) + entry["index"]
            compiled.append((number, index, checks))
    return Rules(compiled, ruler.vocab.strings)


class Rules:
    """Patterns of tokens, looked up by what they can see of a token.

    Which patterns a token can start or be part of depends on its tag, its dependency, whether it is blank, and its word if any
    pattern speaks of that word: a few hundred combinations, each tried once against all patterns.
    """

    def __init__(self, patterns: list[tuple[int, int, list[Pattern]]], strings: StringStore) -> None:
        self.patterns, self.strings = patterns, strings
        self._lower = [token["LOWER"] for *_, tokens in patterns for token in tokens if "LOWER" in token]
        self._seen: dict[int, int] = {}
        self._found: dict[tuple[int, ...], tuple[list[int], list[int], frozenset[tuple[int, int]]]] = {}

    def matches(self, rows: np.ndarray[Any, Any]) -> list[tuple[int, list[int]]]:
        """Return (token, numbers of the patterns whose attributes it gets, in order) for each token that gets any."""
        seen, found = self._seen, self._found
        kinds = []
        for lower, tag, dep, space in rows.tolist():
            word = seen[lower] if lower in seen else self._word(lower)
            key = word, tag, dep, space
            kinds.append(found[key] if key in found else self._find(key))
        later: dict[int, list[int]] = {}
        for i, (_, starts, _) in enumerate(kinds):
            for place in starts:
                number, index, tokens = self.patterns[place]
                if i + len(tokens) <= len(kinds) and all((place, step) in kinds[i + step][2] for step in range(1, len(tokens))):
                    later.setdefault(i + index, []).append(number)
        return [(i, sorted(numbers + later[i]) if i in later else numbers)
                for i, (numbers, *_) in enumerate(kinds) if numbers or i in later]

    def _word(self, lower: int) -> int:
        """Return the word if any pattern means it, else 0."""
        text = self.strings[lower]
        self._seen[lower] = lower if any(test(text) != test("") for test in self._lower) else 0
        return self._seen[lower]

    def _find(self, key: tuple[int, ...]) -> tuple[list[int], list[int], frozenset[tuple[int, int]]]:
        """Return the one-token patterns that hold, the longer ones that start here, and all (pattern, token of it) that fit."""
        word, tag, dep, space = key
        values = {"LOWER": self.strings[word] if word else "", "TAG": self.strings[tag], "DEP": self.strings[dep], "IS_SPACE": bool(space)}
        fits = {(place, step) for place, (_, _, tokens) in enumerate(self.patterns) for step, token in enumerate(tokens)
                if all(test(values[name]) for name, test in token.items())}
        first = sorted(place for place, step in fits if step == 0)
        single = [self.patterns[place][0] for place in first if len(self.patterns[place][2]) == 1]
        self._found[key] = single, [place for place in first if len(self.patterns[place][2]) > 1], frozenset(fits)
        return self._found[key]


class FastRuler(AttributeRuler):
    """spaCy's attribute ruler with its patterns compiled."""

    rules: Rules

    @classmethod
    def of(cls, ruler: AttributeRuler, rules: Rules) -> FastRuler:
        """Return the double of `ruler`."""
        double = cls(ruler.vocab, ruler.name, validate=ruler.validate, scorer=ruler.scorer)
        double.add_patterns(ruler.patterns)
        double.rules = rules
        return double

    def __call__(self, doc: Doc) -> Doc:
        """Set the attributes that the patterns give."""
        if not len(doc):
            return doc
        rows: Any = doc.to_array([*_READ.values(), *_WRITTEN])
        values = rows[:, len(_READ):]
        rest = []
        for i, numbers in self.rules.matches(rows[:, :len(_READ)]):
            for number in numbers:
                for name, value in self.attrs[number].items():
                    if name in _WRITTEN:
                        values[i, _WRITTEN.index(name)] = value
                    else:
                        rest.append((i, {name: value}))
        doc.from_array(list(_WRITTEN), values)
        for i, given in rest:
            set_token_attrs(doc[i], given)
        return doc


class FastLemmatizer(EnglishLemmatizer):
    """spaCy's rule lemmatizer, asked once for each word form with its part of speech and morphology: its rules see no more."""

    lemmas: dict[tuple[int, ...], int]

    @classmethod
    def of(cls, lemmatizer: EnglishLemmatizer) -> FastLemmatizer:
        """Return the double of `lemmatizer`."""
        double = cls(lemmatizer.vocab, lemmatizer.model, lemmatizer.name, mode="rule", overwrite=lemmatizer.overwrite,
                     scorer=lemmatizer.scorer)
        double.lookups, double.lemmas = lemmatizer.lookups, {}
        return double

    def __call__(self, doc: Doc) -> Doc:
        """Set the lemmas."""
        if not len(doc):
            return doc
        rows: Any = doc.to_array([attrs.ORTH, attrs.POS, attrs.MORPH, attrs.LEMMA])
        lemmas = rows[:, 3]
        for i, (*form, lemma) in enumerate(rows.tolist()):
            if self.overwrite or not lemma:
                key = tuple(form)
                if key not in self.lemmas:
                    self.lemmas[key] = self.vocab.strings.add(self.lemmatize(doc[i])[0])
                lemmas[i] = self.lemmas[key]
        doc.from_array([attrs.LEMMA], lemmas.reshape(-1, 1))
        return doc


class WordEmbedding:
    """spaCy's hashed embedding of a token's attributes (Miranda et al. 2022), worked out once for each combination of them.

    What the first layer makes of each table's rows is worked out beforehand, so a new word is a sum of rows: an element's
    value can't depend, as in a matrix product, on which other words were asked for along with it.
    """

    #: the layers of the embedding that is known here, by their names
    LAYERS = ("extract_features", "list2ragged", "with_array", "with_array", "ragged2list")

    def __init__(self, columns: list[str], tables: list[tuple[int, Any]], bias: Any, norm: Model[Any, Any]) -> None:
        self.columns, self.tables, self.bias, self.norm = columns, tables, bias, norm
        self._row: dict[tuple[int, ...], int] = {}
        self._vectors = np.zeros((1 << 12, bias.shape[0]), dtype="f")
        self.model: Model[Any, Any] = Model("word_embedding", self._forward, dims={"nO": bias.shape[0]})

    @classmethod
    def of(cls, network: Model[Any, Any]) -> WordEmbedding | None:
        """Return the double of an embedding network, or None if it is of a kind not known here."""
        if tuple(layer.name.partition("(")[0] for layer in network.layers) != cls.LAYERS:
            return None
        features, _, tables, mix, _ = network.layers
        hashed = [layer for layer in tables.walk() if layer.name == "hashembed"]
        kinds = [layer.name for layer in mix.walk() if not layer.layers]
        columns = features.attrs["columns"]
        if sorted(kinds) != ["dropout", "layernorm", "maxout"] or [one.attrs["column"] for one in hashed] != list(range(len(columns))):
            return None
        maxout, norm = (next(layer for layer in mix.walk() if layer.name == name) for name in ("maxout", "layernorm"))
        width, weights = hashed[0].get_dim("nO"), np.array(maxout.get_param("W"))
        parts: list[Any] = [np.tensordot(np.array(one.get_param("E")), weights[:, :, i * width:(i + 1) * width], axes=(1, 2))
                            for i, one in enumerate(hashed)]
        return cls(columns, [(one.attrs["seed"], part) for one, part in zip(hashed, parts, strict=True)],
                   maxout.get_param("b"), norm)

    def _forward(self, model: Model[Any, Any], docs: Any, is_train: bool) -> Any:
        """Return a matrix of a row a token for each document; it can't be trained."""
        return [self._vectors_of(doc.to_array(self.columns)) for doc in docs], None

    def _vectors_of(self, rows: Any) -> Any:
        keys = list(map(tuple, rows.tolist()))
        if len(self._row) > MAX_FORMS:
            self._row.clear()
        if new := [key for key in dict.fromkeys(keys) if key not in self._row]:
            self._learn(new)
        return self._vectors[[self._row[key] for key in keys]]

    def _learn(self, keys: list[tuple[int, ...]]) -> None:
        start = len(self._row)
        while len(self._vectors) < start + len(keys):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        ops: Any = self.norm.ops
        total = np.broadcast_to(self.bias, (len(keys), *self.bias.shape)).copy()
        for column, (seed, table) in zip(np.array(keys, dtype="uint64").T, self.tables, strict=True):
            for places in (ops.hash(np.ascontiguousarray(column), seed) % len(table)).T:
                total += table[places]
        self._vectors[start:start + len(keys)] = self.norm.predict(total.max(axis=-1))
        self._row.update((key, start + number) for number, key in enumerate(keys))


def _is_greedy(ner: EntityRecognizer) -> bool:
    """Tell whether the recogniser is of the usual kind: greedy moves over three features, with maxout and an output layer."""
    model = ner.model
    return bool(ner.cfg["beam_width"] == 1 and model.attrs.get("has_upper") and not model.attrs.get("unseen_classes")
                and model.get_ref("lower").get_dim("nF") == 3 and model.get_ref("lower").get_dim("nP") >= 2)


class FastRecognizer(EntityRecognizer):  # type: ignore[misc]  # spaCy's pipes carry no types
    """spaCy's entity recogniser, with the same weights and moves, taking all tokens outside of entities at once.

    The moves are BILUO (Ratinov & Roth 2009), taken greedily. Outside of an entity their scores depend on the token alone, so they
    are one matrix product; only inside one do they depend on where it began.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Set the named entities."""
        if len(doc) and not doc.to_array([attrs.ENT_IOB, attrs.ENT_TYPE]).any():
            doc.set_ents([Span(doc, *entity) for entity in self.entities(doc)], default="outside")
            return doc
        found: Doc = super().__call__(doc)  # some are set already, which restricts the moves
        return found

    def entities(self, doc: Doc) -> list[tuple[int, int, int]]:
        """Return the named entities as (first token, end, label)."""
        lower, upper = self.model.get_ref("lower"), self.model.get_ref("upper")
        parts = lower.predict(self.model.get_ref("tok2vec").predict([doc]))  # a row for padding, then one a token: (feature, out, piece)
        bias, weights, shift = lower.get_param("b"), upper.get_param("W").T, upper.get_param("b")
        pad = parts[0]

        def scores(token: Any, first: Any, before: Any) -> Any:
            return (token + first + before + bias).max(axis=-1) @ weights + shift

        moves = [self.moves.get_class_name(i).partition("-") for i in range(self.moves.n_moves)]
        begin, inside, last, unit = ({name: i for i, (move, _, name) in enumerate(moves) if move == kind and name} for kind in "BILU")
        starts, blank = doc.to_array([attrs.SENT_START, attrs.IS_SPACE]).T
        closes = np.append(starts[1:] == 1, True)  # the next token starts a sentence, or there is none
        table = scores(parts[1:, 0], pad[1], pad[2])
        allowed = np.zeros((len(doc), len(moves)), dtype=bool)
        allowed[:, [i for i, (move, *_) in enumerate(moves) if move == "O"]] = True
        allowed[:, list(unit.values())] = (blank == 0)[:, None]
        allowed[:, list(begin.values())] = ((blank == 0) & ~closes)[:, None]
        best = np.where(allowed, table, -np.inf).argmax(axis=1).tolist()
        found, i = [], 0
        while i < len(best):
            move, _, name = moves[best[i]]
            first, i = i, i + 1
            if move == "B":
                while not closes[i]:
                    row = scores(parts[i + 1, 0], parts[first + 1, 1], parts[i, 2])
                    if row[last[name]] > row[inside[name]]:
                        break
                    i += 1
                i += 1
            if move in "BU":
                found.append((first, i, self.vocab.strings[name]))
        return found
