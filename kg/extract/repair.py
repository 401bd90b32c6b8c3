"""Mends what the parser often gets wrong in news, before anything is extracted: words cut at hyphens, lemmas, reporting verbs,
contact clauses.

Each repair is a construction of English that leaves one reading where the parser took another; all others are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.extract.cues import load_cues
from kg.extract.nominals import load_nouns
from kg.extract.tree import Tree
from kg.extract.words import noun_classes

VOWELS = frozenset("aeiou")
#: verbs whose "-ed" form the rules of spelling leave open between two lemmas
LEMMAS = {"premier": "premiere", "scath": "scathe", "cloth": "clothe", "bath": "bathe"}
#: auxiliaries behind a curly apostrophe, which the lemmatizer does not know
CLITICS = {"’s": "be", "’re": "be", "’m": "be", "’ve": "have", "’ll": "will", "’d": "would"}
SIBILANTS = ("s", "x", "z", "ch", "sh", "o")
INSIDE_NOUN_PHRASE = frozenset(["det", "amod", "compound", "nmod", "poss", "nummod"])
CLOSING = frozenset([",", "”", '"', "''", "’", "'"])
VERBS = ("VERB", "AUX")
HYPHENS = frozenset("-‐‑")
DASHES = ("-", "–", "—", "--")
NOMINAL = frozenset(["NOUN", "PROPN", "PRON"])
LONGEST_DATELINE = 12
PHRASAL_VERBS = frozenset([
    "step down", "stand down", "step aside", "pull out", "drop out", "break out", "shut down", "back down", "back out", "speak out",
    "speak up", "sign up", "hand over", "call off", "fall apart", "break down", "break up", "give up", "line up", "show up", "turn up",
])
#: verbs that give somebody an office or name
NAMING = frozenset(["elect", "appoint", "name", "crown", "declare", "call", "make", "nominate"])
#: verbs that take "to" with a noun and never with an infinitive
WITH_TO = frozenset([
    "lead", "contribute", "amount", "object", "respond", "refer", "belong", "adhere", "succumb", "resort", "listen", "react",
])
#: verbs that say little without the infinitive that tells what is striven for
STRIVING = frozenset([
    "seek", "try", "attempt", "want", "intend", "plan", "aim", "hope", "vow", "refuse", "agree", "decide", "manage", "struggle", "threaten",
    "promise", "strive", "decline",
])
#: the recogniser's labels of what kg.extract.values reads token by token
VALUES = frozenset(["DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "CARDINAL", "ORDINAL"])
#: verbs whose clause may lack "that": "said bread and butter was dear"
REPORTING = frozenset(["say", "think", "believe", "claim", "know", "hope", "feel", "argue", "tell", "report", "add", "mean", "suggest"])


def repair(tree: Tree) -> Tree:
    """Return the tree with the parser's errors mended that are named in this module; the tree itself if there are none.

    The tokens stay, but for words joined by hyphens, which become one.
    """
    tree = join_hyphens(tree)
    lemmas = [mended_lemma(*row) for row in zip(tree.words, tree.lemmas, tree.pos, strict=True)]
    for i, word in enumerate(tree.words):
        if word[:1] == "’" and tree.pos[i] in VERBS:
            perfect = tree.deps[i] == "aux" or any(tree.words[c] == "been" for c in tree.children[tree.heads[i]])
            has = word == "’s" and perfect and tree.tags[tree.heads[i]] == "VBN"  # "it’s been closed"
            lemmas[i] = "have" if has else CLITICS.get(word.lower(), lemmas[i])
    new = _Edit(tree, lemmas)
    for first, end in tree.sentences:
        _dateline(new, first, end)
    for i in range(1, len(tree)):
        word = tree.words[i].lower()
        if word == "that":
            _that(new, i)
        elif word in ("provided", "providing"):
            _provided(new, i)
        elif word in ("who", "which"):
            _who(new, i)
        elif tree.deps[i] == "appos":
            _last_of_list(new, i)
        elif tree.tags[i] == "VBN" and tree.deps[i] == "advcl":
            _set_off(new, i)
        elif tree.deps[i] in ("nsubj", "nsubjpass"):
            _two_subjects(new, i)
        elif tree.tags[i] == "VBD" and tree.deps[i] == "conj":
            _second_deed(new, i)
        elif tree.tags[i] == "VB" and tree.deps[i] == "advcl":
            _sought_deed(new, i)
        if tree.tags[i] == "NNS":
            _reporting_verb(new, i)
        elif tree.pos[i] in VERBS and tree.deps[i] == "ccomp":
            _object_as_subject(new, i)
            _gerund_as_subject(new, i)
            _contact_clause(new, i)
            _next_clause(new, i)
            _trailing_report(new, i)
        elif tree.pos[i] in VERBS and tree.deps[i] == "conj":
            _next_clause(new, i)
        elif tree.tags[i] == "POS":
            _possessor(new, i)
        elif tree.deps[i] == "advmod":
            _particle(new, i)
        elif tree.deps[i] in ("dobj", "oprd"):
            _second_object(new, i)
            _object_complement(new, i)
        elif tree.words[i].lower() == "as" and tree.words[i - 1].lower() == "such":
            _examples(new, i)
        elif tree.tags[i] == "VB" and tree.deps[i] == "xcomp":
            _noun_after_to(new, i)
    if lemmas == tree.lemmas and not new.changed:
        return tree
    return Tree(tree.text, tree.words, tree.starts, lemmas, new.pos, new.tags, new.deps, new.heads, tree.sentences, tree.entities,
                tree.chains)


def join_hyphens(tree: Tree) -> Tree:
    """Return the tree with each word that the tokenizer cut at its hyphens as one token: "re-elected", "cross-section", "E-meter".

    Left in pieces are numbers and dates ("two-year", "mid-May"), words with a name as one part ("Oslo-based", "anti-Nato"), a party and
    its seat ("Roe (D-Texas)"), and "ex-".
    A noun keeps the lemma of its head piece unless the dictionary has the whole, so that a "step-father" is still a father.
    """
    groups = list(_hyphened(tree))
    if not groups:
        return tree
    after = {first: (end, head) for first, end, head in groups}
    place: list[int] = []  # new position of each old token
    kept: list[tuple[int, int, int]] = []  # first and end of each new token, and the piece that it takes its place in the tree from
    i = 0
    while i < len(tree):
        end, head = after.get(i, (i + 1, i))
        place.extend([len(kept)] * (end - i))
        kept.append((i, end, head))
        i = end
    words = [tree.cut(first, end) if end > first + 1 else tree.words[first] for first, end, _ in kept]
    lemmas = [_whole_lemma(tree, *one) if one[1] > one[0] + 1 else tree.lemmas[one[0]] for one in kept]
    pos, tags, deps = ([labels[head] for _, _, head in kept] for labels in (tree.pos, tree.tags, tree.deps))
    for k, (first, end, _) in enumerate(kept):
        if end > first + 1 and pos[k] == "NUM":  # "a high-five"
            pos[k], tags[k] = "NOUN", "NN"
    ends = [*place, len(kept)]
    return Tree(tree.text, words, [tree.starts[first] for first, _, _ in kept], lemmas, pos, tags, deps,
                [place[tree.heads[head]] for _, _, head in kept], [(ends[a], ends[b]) for a, b in tree.sentences],
                [(ends[a], ends[b], label) for a, b, label in tree.entities], tree.chains)


def _hyphened(tree: Tree) -> Iterator[tuple[int, int, int]]:
    """Yield first token, end and head piece of each word to be joined."""
    i = 0
    while i + 2 < len(tree):
        end = i + 1
        while end + 1 < len(tree) and tree.words[end] in HYPHENS and tree.starts[end] == tree.ends[end - 1] \
                and tree.starts[end + 1] == tree.ends[end] and tree.words[end + 1].isalpha() and tree.words[end - 1].isalpha():
            end += 2
        if end > i + 1 and (head := _head_piece(tree, i, end)) >= 0:
            yield i, end, head
        i = end


def _head_piece(tree: Tree, first: int, end: int) -> int:
    """Return the piece that the others belong to, or -1 if the word is to stay in pieces."""
    pieces = range(first, end)
    entity = tree.entity[first]
    if any(tree.entity[i] != entity for i in pieces) or tree.sentence[first] != tree.sentence[end - 1] or tree.pos[first] == "NUM" \
            or tree.words[first].lower() == "ex" or (entity >= 0 and tree.entities[entity][2] in VALUES):
        return -1
    if first and tree.words[first - 1] == "(" and tree.words[first].isupper():
        return -1
    if end < len(tree) and tree.words[end] in HYPHENS and tree.starts[end] == tree.ends[end - 1]:
        return -1
    outside = [i for i in pieces if not first <= tree.heads[i] < end or tree.heads[i] == i]
    head = end - 1 if end - 1 in outside else outside[0] if len(outside) == 1 else -1
    above = head
    while above >= 0 and tree.heads[above] != above:
        above = tree.heads[above]
        if first <= above < end:
            return -1  # the head piece hangs below another piece: "co", the root, has "-", which has "Works", which has "founded"
    return head


def _whole_lemma(tree: Tree, first: int, end: int, head: int) -> str:
    whole = tree.cut(first, end - 1) + tree.lemmas[end - 1]
    if tree.pos[head] == "PROPN":
        return whole
    known = tree.pos[head] != "NOUN" or whole.lower() in noun_classes()
    return whole.lower() if known else tree.lemmas[head]


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


def _trailing_report(new: _Edit, verb: int) -> None:
    """It rained," Roe stated.: the reporting verb was taken for the complement of what it reports."""
    tree, above = new.tree, new.tree.heads[verb]
    subject = tree.child(verb, "nsubj")
    if above >= subject or subject < 0 or tree.tags[verb] not in ("VBD", "VBZ", "VBP") or tree.pos[above] not in VERBS \
            or new.lemmas[verb].lower() not in load_cues().reporting or new.lemmas[above].lower() in load_cues().verbs \
            or tree.child(verb, "ccomp", "dobj", "mark") >= 0 or tree.words[tree.left[verb] - 1] not in CLOSING \
            or tree.right[above] - tree.right[verb] > 2 or new.heads[above] == verb or new.heads[verb] != above:
        return
    new.heads[verb], new.deps[verb] = (verb, "ROOT") if tree.heads[above] == above else (tree.heads[above], tree.deps[above])
    new.heads[above], new.deps[above], new.changed = verb, "ccomp", True
    for c in tree.children[above]:
        if c > verb:
            new.heads[c] = verb


def _possessor(new: _Edit, mark: int) -> None:
    """Following last year's strike: "year" and "strike" were both taken for objects of the preposition."""
    tree = new.tree
    owner = tree.heads[mark]
    if tree.deps[owner] != "pobj" or owner != mark - 1:
        return
    owned = next((c for c in tree.children[tree.heads[owner]] if c > mark and tree.deps[c] == "pobj"), -1)
    if owned > mark and tree.left[owned] == mark + 1:
        new.hang(owner, owned, "poss")


def _dateline(new: _Edit, first: int, end: int) -> None:
    """OSLO, Norway - The month brought the end of a strike.: the place before the dash was taken for the subject."""
    tree = new.tree
    dash = next((i for i in range(first + 1, min(end - 3, first + LONGEST_DATELINE))
                 if tree.words[i] in DASHES and tree.starts[i + 1] > tree.ends[i]), -1)
    if dash < 0 or any(tree.pos[i] not in ("PROPN", "PUNCT", "NUM", "SPACE") or tree.words[i] in DASHES[1:] for i in range(first, dash)):
        return
    place = next((i for i in range(first, dash) if tree.pos[i] == "PROPN" and not first <= tree.heads[i] < dash), -1)
    if place < 0 or tree.heads[place] < dash or tree.deps[place] not in ("nsubj", "nsubjpass"):
        return
    verb = tree.heads[place]
    inner = [i for i in range(dash + 1, verb) if tree.pos[i] in NOMINAL and (tree.heads[i] < dash or tree.heads[i] == verb)]
    subject = next((i for i in reversed(inner) if tree.deps[i] in ("nsubj", "nsubjpass", "appos", "npadvmod", "dep")), -1)
    if subject >= 0:
        new.hang(subject, verb, tree.deps[place])
        new.deps[place], new.changed = "dep", True


def _particle(new: _Edit, i: int) -> None:
    """The mayor stepped down in May.: the particle was taken for an adverb."""
    tree = new.tree
    if tree.heads[i] == i - 1 and not tree.children[i] and f"{tree.lemmas[i - 1].lower()} {tree.words[i].lower()}" in PHRASAL_VERBS:
        new.deps[i], new.changed = "prt", True


def _object_complement(new: _Edit, i: int) -> None:
    """They elected Ruiz president. | The firm kept the mill open.: object and complement were taken for one noun phrase."""
    tree, verb, thing = new.tree, new.tree.heads[i], i - 1
    if tree.heads[thing] != i or tree.deps[thing] != "compound" or verb > thing:
        return
    office = tree.deps[i] in ("dobj", "oprd") and new.lemmas[verb].lower() in NAMING and tree.tags[i] == "NN" \
        and tree.pos[thing] == "PROPN" and noun_classes().get(tree.lemmas[i].lower()) == "Person"
    state = tree.deps[i] == "oprd" and tree.pos[i] == "ADJ" and tree.pos[thing] in ("NOUN", "PROPN")
    if office or state:
        new.hang(thing, verb, "dobj")
        new.deps[i] = "oprd"
        for c in tree.children[i]:
            if c < thing:
                new.heads[c] = thing


def _examples(new: _Edit, i: int) -> None:
    """Artists who used the press, such as Ann Roe, met here.: one press has no examples, the artists before it have."""
    tree, noun = new.tree, new.tree.heads[i]
    singular = tree.tags[noun] in ("NN", "NNP") and any(tree.deps[c] in ("det", "poss") for c in tree.children[noun])
    if tree.deps[i] != "prep" or not singular or tree.words[i - 2] != ",":
        return
    above = noun
    while tree.heads[above] != above and tree.tags[above] not in ("NNS", "NNPS"):
        above = tree.heads[above]
        if tree.pos[above] in VERBS and tree.deps[above] not in ("relcl", "acl"):
            return
    if tree.tags[above] in ("NNS", "NNPS"):
        new.hang(i, above, "prep")


def _noun_after_to(new: _Edit, i: int) -> None:
    """The strike led to outreach by the firm.: after such a verb "to" is a preposition."""
    tree, above = new.tree, new.tree.heads[i]
    to = i - 1
    if tree.tags[to] != "TO" or tree.heads[to] != i or above != to - 1 or tree.child(i, "dobj") >= 0 \
            or new.lemmas[above].lower() not in WITH_TO:
        return
    new.hang(to, above, "prep")
    new.hang(i, to, "pobj")
    new.pos[i], new.tags[i], new.pos[to], new.tags[to] = "NOUN", "NN", "ADP", "IN"


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


def _that(new: _Edit, i: int) -> None:
    """Roe knew that water was seeping through the wall.: "that" opens the clause, no mass noun or plural takes it."""
    tree, noun = new.tree, new.tree.heads[i]
    verb = tree.heads[noun]
    if tree.deps[i] == "det" and noun == i + 1 and tree.deps[noun] in ("nsubj", "nsubjpass") and tree.deps[verb] == "ccomp" \
            and tree.heads[verb] == i - 1 and tree.pos[i - 1] in VERBS and tree.tags[noun] in ("NN", "NNS"):
        new.hang(i, verb, "mark")
        new.pos[i], new.tags[i] = "SCONJ", "IN"


def _provided(new: _Edit, i: int) -> None:
    """The office may stay open provided that the rent is paid.: a condition, no complement of "stay"."""
    tree, above = new.tree, new.tree.heads[i]
    if tree.deps[i] not in ("oprd", "acomp", "advcl", "xcomp", "prep", "acl") or i + 1 >= len(tree) or above > i:
        return
    clause = next((c for c in (*tree.children[i], *tree.children[above]) if c > i and tree.deps[c] in ("ccomp", "pcomp")
                   and tree.left[c] == i + 1), -1)
    if clause < 0 or tree.words[i + 1].lower() != "that":
        return
    new.hang(clause, above, "advcl")
    new.heads[i], new.deps[i], new.changed = clause, "mark", True


def _who(new: _Edit, i: int) -> None:
    """The club hired a coach from Oslo, who asked for a house. | Roe kept a letter to Holt which told of the fire.: "who" is a person,
    not the place or firm beside it, "which" is none."""
    tree, verb = new.tree, new.tree.heads[i]
    noun, person = tree.heads[verb], tree.words[i].lower() == "who"
    if tree.deps[verb] != "relcl" or tree.deps[i] not in ("nsubj", "nsubjpass") or tree.tags[noun] not in ("NNP", "NN", "NNPS") \
            or (person and tree.words[tree.left[verb] - 1] != ",") or _is_person(tree, noun) == person:
        return
    above, steps = noun, 0
    while tree.deps[above] in ("pobj", "prep", "compound") and steps < 6:
        above, steps = tree.heads[above], steps + 1
        if tree.tags[above] in ("NN", "NNP") and _is_person(tree, above) == person and tree.entity[above] < 0:
            new.hang(verb, above, "relcl")
            return


def _is_person(tree: Tree, noun: int) -> bool:
    """True for a person's name or a noun of persons; unknown names may be persons."""
    entity = tree.entity[noun]
    if entity >= 0 and tree.pos[noun] == "PROPN":
        return tree.entities[entity][2] == "PERSON"
    return tree.lemmas[noun].lower() in load_nouns().people


def _last_of_list(new: _Edit, i: int) -> None:
    """Roe, Carr and Holt, a lawyer, met.: an apposition in the singular belongs to the last of the names before it."""
    tree, head = new.tree, new.tree.heads[i]
    if tree.tags[i] != "NN" or tree.words[tree.left[i] - 1] != "," or tree.child(i, "conj") >= 0:
        return
    before, steps = head, 0
    last = head
    while (before := tree.child(before, "conj")) > 0 and before < i and steps < 20:
        last, steps = before, steps + 1
    if last != head and tree.pos[last] == "PROPN" and last == tree.left[i] - 2:
        new.hang(i, last, "appos")


def _two_subjects(new: _Edit, i: int) -> None:
    """A pilot, Roe flew home. | Roe, a pilot flew home. | Head of the College Anna Roe spoke.: of two subjects one is what the other is.

    "The whole team ready, Roe left" | "Roe (3 May 1860) was a pilot": else the one before the comma is none, and no date is one.
    """
    tree, verb = new.tree, new.tree.heads[i]
    first = next((c for c in tree.children[verb] if c < i and new.deps[c] in ("nsubj", "nsubjpass") and new.heads[c] == verb), -1)
    if first < 0 or i > verb or new.deps[i] not in ("nsubj", "nsubjpass") or tree.pos[verb] not in VERBS:
        return
    relative = "W" in (tree.tags[i][0], tree.tags[first][0])
    if relative or any(tree.deps[c] == "cc" for c in range(tree.right[first] - 1, i) if c > first):
        return
    edge = tree.left[i]
    comma = tree.words[edge - 1] in (",", ":", "-", "–", "--")
    labels = [tree.entities[tree.entity[k]][2] if tree.entity[k] >= 0 else "" for k in (first, i)]
    determined = 0 <= tree.child(i, "det", "poss") < i
    if not {tree.pos[first], tree.pos[i]} <= NOMINAL | {"NUM"}:
        return
    if "DATE" in labels or tree.words[i].lower() == "one":
        new.deps[first if labels[0] == "DATE" else i], new.changed = "dep", True
    elif tree.pos[i] == "PROPN" and tree.tags[first] in ("NN", "NNP") and not labels[0] and _is_person(tree, first) \
            and (comma or labels[1] == "PERSON") and tree.right[first] in (edge, edge - 1):
        start = tree.entities[tree.entity[i]][0] if labels[1] else edge
        for k in range(edge, start):  # "Texas | Arlington Anna Roe": words of the place before
            if tree.heads[k] == i:
                new.heads[k] = start - 1 if k != start - 1 else first
        new.hang(i, first, "appos")
    elif tree.pos[first] == "PROPN" and tree.tags[i] == "NN" and determined and comma and tree.right[first] in (edge, edge - 1):
        new.hang(i, first, "appos")
    elif tree.words[i].lower() in ("he", "she") and _is_person(tree, first):
        new.deps[i], new.changed = "dep", True  # "The head of the union, Anna Roe, she explained it"
    elif (comma and (determined or tree.pos[i] in ("PROPN", "PRON"))) or tree.words[i].lower() in ("i", "we", "you", "they"):
        new.deps[first], new.changed = "dep", True


def _set_off(new: _Edit, i: int) -> None:
    """In the letter, dated 18 May, an inspector warned of cracks.: a participle between commas tells of the noun before it."""
    tree, above = new.tree, new.tree.heads[i]
    subject = tree.child(above, "nsubj", "nsubjpass")
    if i < 3 or tree.words[i - 1] != "," or subject < tree.right[i] or tree.pos[above] not in VERBS \
            or tree.child(i, "mark", "aux", "auxpass", "nsubj") >= 0 or tree.right[i] >= len(tree) or tree.words[tree.right[i]] != ",":
        return
    noun = i - 2
    front = tree.heads[noun]
    if tree.pos[noun] in ("NOUN", "PROPN") and tree.deps[noun] == "pobj" and tree.heads[front] in (above, i):
        new.hang(front, above, "prep")
        new.hang(i, noun, "acl")


def _second_deed(new: _Edit, i: int) -> None:
    """Roe knew that oil was leaking, and twice refused to act.: the second deed is a person's, so not the oil's."""
    tree, inner = new.tree, new.tree.heads[i]
    outer = tree.heads[inner]
    if tree.deps[inner] != "ccomp" or outer >= inner or tree.tags[outer] != "VBD" or tree.tags[inner] == "VBD" \
            or tree.child(i, "nsubj", "nsubjpass", "aux", "auxpass", "expl") >= 0:
        return
    link = tree.child(inner, "cc")
    told, teller = tree.child(inner, "nsubj", "nsubjpass"), tree.child(outer, "nsubj")
    if link < 1 or tree.words[link - 1] != "," or told < 0 or teller < 0 or tree.pos[told] != "NOUN" \
            or noun_classes().get(tree.lemmas[told].lower()) in ("Person", "Organization", "Animal", "Group"):
        return
    for c in (link, i):
        new.hang(c, outer, tree.deps[c])


def _object_as_subject(new: _Edit, i: int) -> None:
    """The team found losses of grain exceeded all forecasts.: what exceeds them was taken for what was found."""
    tree, above = new.tree, new.tree.heads[i]
    thing = next((c for c in reversed(tree.children[above]) if tree.deps[c] == "dobj" and above < c < i), -1)
    if thing < 0 or tree.right[thing] != tree.left[i] or tree.left[i] != i or tree.tags[i] not in ("VBD", "VBZ", "VBP") \
            or tree.child(i, "nsubj", "nsubjpass", "mark", "aux", "auxpass", "expl") >= 0 \
            or new.lemmas[above].lower() not in load_cues().verbs:
        return
    new.hang(thing, i, "nsubj")


def _gerund_as_subject(new: _Edit, i: int) -> None:
    """The firm said that Roe having no permit was an error.: the permit was taken for the error."""
    tree, gerund = new.tree, new.tree.heads[i]
    thing = tree.child(i, "nsubj")
    if tree.tags[gerund] != "VBG" or gerund > i or thing < 0 or tree.left[i] != tree.left[thing] or tree.tags[i] not in ("VBD", "VBZ") \
            or tree.child(gerund, "nsubj") < 0 or tree.child(gerund, "aux", "dobj") >= 0 or tree.heads[gerund] == gerund:
        return
    mark, dep = tree.child(gerund, "mark"), tree.deps[gerund]
    new.heads[i], new.deps[i] = tree.heads[gerund], dep
    new.heads[gerund], new.deps[gerund], new.changed = i, "csubj", True
    new.heads[thing], new.deps[thing] = gerund, "dobj"
    if mark >= 0:
        new.heads[mark] = i


def _second_object(new: _Edit, i: int) -> None:
    """The fair drew thousands to the hall, one of the largest in Norway.: what follows the comma tells of the hall."""
    tree, verb = new.tree, new.tree.heads[i]
    first = tree.child(verb, "dobj")
    before = tree.left[i] - 1
    if tree.words[i].lower() != "one" or not verb < first < i or tree.words[before] != "," \
            or tree.pos[before - 1] not in ("NOUN", "PROPN") or tree.child(i, "prep") < 0 or tree.child(i, "cc") >= 0:
        return
    new.hang(i, before - 1, "appos")


def _sought_deed(new: _Edit, i: int) -> None:
    """The firm tried in each letter to blame Roe.: what such a verb is after is no purpose of it, whatever stands between."""
    tree, above = new.tree, new.tree.heads[i]
    to = next((c for c in tree.children[i] if tree.tags[c] == "TO"), -1)
    if above < to == tree.left[i] and new.lemmas[above].lower() in STRIVING and tree.words[to - 1] not in (",", "order") \
            and tree.child(above, "dobj", "xcomp", "ccomp", "auxpass") < 0:
        new.deps[i], new.changed = "xcomp", True
