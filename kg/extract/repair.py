"""Mends what the parser often gets wrong in news, before anything is extracted: lemmas, reporting verbs, contact clauses.

Each repair is a construction of English that leaves one reading where the parser took another; all others are left alone.
"""

from __future__ import annotations

from kg.extract.cues import load_cues
from kg.extract.tree import Tree

VOWELS = frozenset("aeiou")
#: verbs whose "-ed" form the rules of spelling leave open between two lemmas
LEMMAS = {"premier": "premiere", "scath": "scathe", "cloth": "clothe", "bath": "bathe"}
#: auxiliaries behind a curly apostrophe, which the lemmatizer does not know
CLITICS = {"’s": "be", "’re": "be", "’m": "be", "’ve": "have", "’ll": "will", "’d": "would"}
SIBILANTS = ("s", "x", "z", "ch", "sh", "o")
INSIDE_NOUN_PHRASE = frozenset(["det", "amod", "compound", "nmod", "poss", "nummod"])
CLOSING = frozenset([",", "”", '"', "''", "’", "'"])
VERBS = ("VERB", "AUX")
#: verbs whose clause may lack "that": "said bread and butter was dear"
REPORTING = frozenset(["say", "think", "believe", "claim", "know", "hope", "feel", "argue", "tell", "report", "add", "mean", "suggest"])


def repair(tree: Tree) -> Tree:
    """Return the tree with the parser's errors mended that are named in this module, same tokens; the tree itself if none is."""
    lemmas = [mended_lemma(*row) for row in zip(tree.words, tree.lemmas, tree.pos, strict=True)]
    for i, word in enumerate(tree.words):
        if word[:1] == "’" and tree.pos[i] in VERBS:
            perfect = tree.deps[i] == "aux" or any(tree.words[c] == "been" for c in tree.children[tree.heads[i]])
            has = word == "’s" and perfect and tree.tags[tree.heads[i]] == "VBN"  # "it’s been closed"
            lemmas[i] = "have" if has else CLITICS.get(word.lower(), lemmas[i])
    new = _Edit(tree, lemmas)
    for i in range(1, len(tree)):
        if tree.tags[i] == "NNS":
            _reporting_verb(new, i)
        elif tree.pos[i] in VERBS and tree.deps[i] == "ccomp":
            _contact_clause(new, i)
            _next_clause(new, i)
        elif tree.pos[i] in VERBS and tree.deps[i] == "conj":
            _next_clause(new, i)
        elif tree.tags[i] == "POS":
            _possessor(new, i)
    if lemmas == tree.lemmas and not new.changed:
        return tree
    return Tree(tree.text, tree.words, tree.starts, lemmas, new.pos, new.tags, new.deps, new.heads, tree.sentences, tree.entities,
                tree.chains)


def mended_lemma(word: str, lemma: str, pos: str) -> str:
    """Return the lemma of a verb form with the silent "e" that its spelling proves.

    A short verb without it doubles its last letter or has no "e" to bring: "hopes", "hoped" are of "hope", "hops", "hopped" of "hop".

    >>> mended_lemma("hopes", "hop", "VERB"), mended_lemma("scared", "scar", "VERB"), mended_lemma("hopped", "hop", "VERB")
    ('hope', 'scare', 'hop')
    """
    if pos != "VERB" or len(lemma) < 3:
        return lemma
    ending = word.lower().removeprefix(lemma)
    if ending == "es" and not lemma.endswith(SIBILANTS):
        return lemma + "e"
    if ending not in ("ed", "ing"):
        return lemma
    short = lemma[-1] not in "aeiouwxy" and lemma[-2] in VOWELS and not any(c in "aeiouy" for c in lemma[:-2].removeprefix("qu"))
    return lemma + "e" if short else LEMMAS.get(lemma, lemma)


class _Edit:
    """The labels of a tree, being changed."""

    def __init__(self, tree: Tree, lemmas: list[str]) -> None:
        self.tree, self.lemmas = tree, lemmas
        self.pos, self.tags, self.deps, self.heads = tree.pos[:], tree.tags[:], tree.deps[:], tree.heads[:]
        self.changed = False

    def hang(self, i: int, head: int, dep: str) -> None:
        """Make `i` a child of `head`, unless `head` is below it."""
        above, steps = head, 0
        while self.heads[above] != above and steps < len(self.heads):
            if above == i:
                return
            above, steps = self.heads[above], steps + 1
        if above != i:
            self.heads[i], self.deps[i], self.changed = head, dep, True


def _reporting_verb(new: _Edit, i: int) -> None:
    """"...," the suit states. | The deal failed, the Herald notes.: the verb was taken for a plural noun."""
    tree = new.tree
    if tree.lemmas[i].lower() not in load_cues().reporting or tree.deps[i] in ("nsubj", "dobj", "pobj", "conj"):
        return
    if tree.deps[i - 1] not in ("compound", "nmod") or tree.heads[i - 1] != i or tree.tags[i - 1] not in ("NN", "NNP"):
        return
    after = i + 1
    if after < len(tree) and tree.words[after] not in (",", ".", ":", "-", "–", "—") and not tree.words[after].isspace():
        return
    inside = [c for c in tree.children[i] if c < i and tree.deps[c] in INSIDE_NOUN_PHRASE]
    first = min(tree.left[c] for c in inside)
    if first == 0 or tree.words[first - 1] not in CLOSING or tree.left[i] == first == tree.sentences[tree.sentence[i]][0]:
        return
    above = tree.heads[i]
    while above != i and tree.pos[above] not in VERBS and tree.heads[above] != above:
        above = tree.heads[above]
    if above != i:
        if tree.pos[above] not in VERBS or tree.left[above] >= first:
            return  # nothing said before it
        root = tree.heads[above] == above
        new.heads[i], new.deps[i] = (i, "ROOT") if root else (tree.heads[above], tree.deps[above])
        new.heads[above], new.deps[above] = i, "ccomp"
    elif tree.left[i] == first:
        return
    new.changed = True
    new.pos[i], new.tags[i] = "VERB", "VBZ"
    for c in inside:
        if c != i - 1:
            new.heads[c] = i - 1
    new.deps[i - 1] = "nsubj"
    for c in tree.children[i]:  # "Owners hid the reports," the suit states: the quote's subject hung on the reporting verb
        if c < first and tree.deps[c] in ("nsubj", "nsubjpass"):
            verb = next((v for v in tree.children[c] if tree.deps[v] in ("acl", "relcl") and tree.tags[v] in ("VBD", "VBN")), -1)
            if verb >= 0:
                new.heads[verb], new.deps[verb] = i, "ccomp"
                new.heads[c] = verb
                for other in tree.children[i]:
                    if verb < other < first and tree.deps[other] in ("advmod", "prep", "npadvmod", "advcl", "dobj"):
                        new.heads[other] = verb


def _possessor(new: _Edit, mark: int) -> None:
    """Following last year's strike: "year" and "strike" were both taken for objects of the preposition."""
    tree = new.tree
    owner = tree.heads[mark]
    if tree.deps[owner] != "pobj" or owner != mark - 1:
        return
    owned = next((c for c in tree.children[tree.heads[owner]] if c > mark and tree.deps[c] == "pobj"), -1)
    if owned > mark and tree.left[owned] == mark + 1:
        new.hang(owner, owned, "poss")


def _next_clause(new: _Edit, verb: int) -> None:
    """Ann saw the crowd and a boat was sent. | It is small and Delta sells it.: the second clause's subject was joined to a noun before."""
    tree, above = new.tree, new.tree.heads[verb]
    singular = any(tree.deps[c] in ("aux", "auxpass") and (tree.tags[c] == "VBZ" or tree.words[c] == "was") for c in tree.children[verb])
    plural = any(tree.words[c] == "were" for c in tree.children[verb])
    finite = singular or plural or tree.tags[verb] in ("VBZ", "VBP", "VBD")
    if not finite or above >= verb or tree.pos[above] not in VERBS or tree.child(verb, "mark") >= 0:
        return
    first = tree.child(verb, "nsubj", "nsubjpass")
    passive = tree.child(verb, "auxpass") >= 0
    if first < 0:
        noun = next((n for n in range(tree.left[verb] - 1, max(above, verb - 30), -1) if tree.right[n] == tree.left[verb]
                     and tree.deps[n] == "conj" and tree.pos[n] in ("NOUN", "PROPN", "PRON")), -1)
        if noun < 0 or tree.pos[tree.heads[noun]] in VERBS or tree.words[tree.left[noun] - 1].lower() not in ("and", "but") \
                or tree.left[verb] < noun:
            return
    else:
        noun = tree.child(first, "conj")
        agrees = not (singular or tree.tags[verb] == "VBZ")
        if noun < 0 or tree.deps[verb] != "ccomp" or tree.words[tree.left[noun] - 1].lower() != "and" or noun > verb \
                or tree.pos[noun] not in ("NOUN", "PROPN") or (agrees and tree.pos[first] != "ADJ") or tree.left[verb] != tree.left[first] \
                or tree.child(above, "dobj", "attr", "acomp") >= 0 or new.lemmas[above].lower() in REPORTING or tree.left[first] < above:
            return
        new.hang(first, above, "dobj" if new.lemmas[above] != "be" else "acomp" if tree.pos[first] == "ADJ" else "attr")
    new.hang(noun, verb, "nsubjpass" if passive else "nsubj")
    new.deps[verb] = "conj"


def _contact_clause(new: _Edit, verb: int) -> None:
    """The dog was struck by a ball Roe was hitting: the clause that tells which ball was taken for a complement of "struck"."""
    tree = new.tree
    subject, above = tree.child(verb, "nsubj"), tree.heads[verb]
    if subject < 1 or subject > verb or tree.pos[subject] not in ("PROPN", "PRON") or above > subject \
            or tree.child(verb, "mark", "dobj", "attr", "acomp", "ccomp") >= 0:
        return
    noun = tree.left[verb]
    while noun < subject and tree.tags[noun] not in ("NN", "NNS"):
        noun += 1
    while noun + 1 < subject and tree.tags[noun + 1] in ("NN", "NNS"):
        noun += 1
    if noun < subject:
        # "by a ball Roe was hitting" with "a ball Roe" as one phrase
        inside = [c for c in (*tree.children[noun], *tree.children[subject]) if c < subject]
        preposition = tree.left[verb] - 1
        if tree.heads[noun] != subject or tree.deps[noun] not in ("compound", "nmod") or tree.left[subject] != tree.left[verb] \
                or tree.pos[preposition] != "ADP" or tree.children[preposition] or not any(tree.deps[c] == "det" for c in inside):
            return
        new.hang(noun, preposition, "pobj")
        for c in inside:
            if c < noun:
                new.heads[c] = noun
    else:
        noun = tree.left[verb] - 1
        complete = tree.child(above, "auxpass", "dobj") >= 0 and new.lemmas[above].lower() not in load_cues().verbs
        if not complete or noun < 0 or tree.deps[noun] != "pobj" or tree.tags[noun] not in ("NN", "NNS") or tree.left[subject] != noun + 1:
            return
    new.hang(verb, noun, "relcl")
