"""The parse of one article as plain Python lists: what all extractors read.

spaCy's token objects are made anew at each access; extraction touches every token dozens of times, so the parse is copied out once.
It also keeps spaCy out of the extractors: a :class:`Tree` can be made from any dependency parse with spaCy's English labels.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: where :func:`kg.parse.parse` keeps the chains of a text that it parsed in pieces, in ``doc.user_data``
JOINED = "kg_chains"


class Tree:
    """Tokens of one article; every list has one entry a token, all positions are token indices unless called offsets.

    ``words``, ``lemmas``, ``pos`` (UPOS), ``tags`` (Penn), ``deps`` (spaCy's English labels), ``heads`` (own index at a root),
    ``children`` (in text order), ``starts``/``ends`` (character offsets), ``left``/``right`` (first token of the subtree, and one past
    its last), ``sentence`` (number of the sentence), ``entity`` (index into ``entities`` or -1). ``sentences`` holds
    ``(first, end)`` token ranges, ``entities`` the named entities as ``(first, end, label)`` with spaCy's OntoNotes labels. ``chains``
    are the coreference chains of another component in the pipeline, each a list of character spans, or None if there is none.
    """

    __slots__ = (
        "at",
        "chains",
        "children",
        "deps",
        "ends",
        "entities",
        "entity",
        "heads",
        "left",
        "lemmas",
        "pos",
        "right",
        "sentence",
        "sentences",
        "starts",
        "tags",
        "text",
        "words",
    )

    def __init__(self, text: str, words: list[str], offsets: list[int], lemmas: list[str], pos: list[str], tags: list[str],
                 deps: list[str], heads: list[int], sentences: list[tuple[int, int]], entities: list[tuple[int, int, str]],
                 chains: list[list[tuple[int, int]]] | None = None) -> None:
        self.text, self.words, self.lemmas, self.pos, self.tags, self.deps = text, words, lemmas, pos, tags, deps
        self.heads, self.sentences, self.entities = heads, sentences, entities
        self.starts, self.chains = offsets, chains
        self.ends = [start + len(word) for start, word in zip(offsets, words, strict=True)]
        size = len(words)
        self.children: list[list[int]] = [[] for _ in range(size)]
        for i, head in enumerate(heads):
            if head != i:
                self.children[head].append(i)
        self.left, self.right = list(range(size)), list(range(1, size + 1))
        self._spread()
        self.sentence = [0] * size
        for number, (first, end) in enumerate(sentences):
            self.sentence[first:end] = [number] * (end - first)
        self.entity = [-1] * size
        for number, (first, end, _) in enumerate(entities):
            self.entity[first:end] = [number] * (end - first)
        #: token index by the character offset it starts at
        self.at = {start: i for i, start in enumerate(offsets)}

    def _spread(self) -> None:
        """Widen left and right from the leaves up, each token once, in order of depth."""
        order = [i for i, head in enumerate(self.heads) if head == i]
        for i in order:
            order.extend(self.children[i])
        for i in reversed(order):
            head = self.heads[i]
            self.left[head] = min(self.left[head], self.left[i])
            self.right[head] = max(self.right[head], self.right[i])

    def __len__(self) -> int:
        return len(self.words)

    def subtree(self, i: int) -> range:
        """Return the stretch of tokens from the first to the last token below `i`, itself included."""
        return range(self.left[i], self.right[i])

    def tokens(self, start: int, end: int) -> range:
        """Return the tokens that ``text[start:end]`` touches; empty where it touches none."""
        return range(bisect_right(self.ends, start), bisect_left(self.starts, end))

    def cut(self, first: int, end: int) -> str:
        """Return the text from token `first` up to, not including, token `end`."""
        return self.text[self.starts[first]:self.ends[end - 1]]

    def child(self, i: int, *deps: str) -> int:
        """Return the first child of `i` with one of the labels `deps`, or -1."""
        return next((c for c in self.children[i] if self.deps[c] in deps), -1)

    @classmethod
    def of(cls, doc: Doc) -> Tree:
        """Return the tree of a parsed spaCy `doc` (tagger, parser, lemmatizer and entity recogniser must have run)."""
        names = doc.vocab.strings
        rows = doc.to_array(["HEAD", "IDX", "LEMMA", "POS", "TAG", "DEP"])
        head_steps = rows[:, 0].astype("int64").tolist()
        lemmas, pos, tags, deps = ([names[key] for key in rows[:, column].tolist()] for column in range(2, 6))
        return cls(doc.text, [token.text for token in doc], rows[:, 1].astype("int64").tolist(), lemmas, pos, tags, deps,
                   [i + step for i, step in enumerate(head_steps)], [(sent.start, sent.end) for sent in doc.sents],
                   [(ent.start, ent.end, ent.label_) for ent in doc.ents],
                   coreference_chains(doc))


def coreference_chains(doc: Doc) -> list[list[tuple[int, int]]] | None:
    """Return the chains that a coreference component of the pipeline left on `doc`, as character spans, or None if none did.

    Read are fastcoref's ``doc._.coref_clusters`` (character spans), coreferee's ``doc._.coref_chains`` (chains of mentions with
    ``token_indexes``) and spacy-experimental's span groups ``coref_clusters_1``, ``coref_clusters_2`` ... in ``doc.spans``.
    """
    if JOINED in doc.user_data:  # a long text, parsed in pieces
        joined: list[list[tuple[int, int]]] | None = doc.user_data[JOINED]
        return joined
    if doc.has_extension("coref_clusters") and doc._.coref_clusters is not None:
        return [[(int(start), int(end)) for start, end in chain] for chain in doc._.coref_clusters]
    if doc.has_extension("coref_chains") and doc._.coref_chains is not None:
        heads = [[mention.token_indexes for mention in chain] for chain in doc._.coref_chains]
        return [[(doc[min(own)].idx, doc[max(own)].idx + len(doc[max(own)])) for own in chain] for chain in heads]
    for prefix in ("coref_clusters_", "coref_head_clusters_"):
        groups = [list(spans) for key, spans in doc.spans.items() if key.startswith(prefix)]
        if groups:
            return [[(span.start_char, span.end_char) for span in spans] for spans in groups]
    return None
