"""What coreference knows of a mention and an entity, what grammar makes impossible, and a learned score of what is likely.

The ranker's weights (``ranker_weights.json``) are learned by scripts/train_coreference.
"""

from __future__ import annotations

import json
from functools import cache
from math import log1p
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kg.extract.tree import Tree
from kg.extract.words import (
    TITLE_GENDERS,
    TITLES,
    first_names,
    noun_classes,
    noun_genders,
)
from kg.records import Mention

#: pronoun -> (person, number, gender); gender "thing" is "it", empty tells nothing
PRONOUNS = {
    **dict.fromkeys(("i", "me", "my", "mine", "myself"), (1, "one", "")),
    **dict.fromkeys(("we", "us", "our", "ours", "ourselves", "'s"), (1, "many", "")),
    **dict.fromkeys(("you", "your", "yours", "yourself", "yourselves"), (2, "", "")),
    **dict.fromkeys(("he", "him", "his", "himself"), (3, "one", "male")),
    **dict.fromkeys(("she", "her", "hers", "herself"), (3, "one", "female")),
    **dict.fromkeys(("it", "its", "itself"), (3, "one", "thing")),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves", "'em"), (3, "many", "")),
}
REFLEXIVE = frozenset(["myself", "ourselves", "yourself", "yourselves", "himself", "herself", "itself", "themselves", "themself"])
RELATIVE = frozenset(["who", "whom", "whose", "which", "that"])
SUBJECTS = frozenset(["nsubj", "nsubjpass", "csubj", "agent"])
OBJECTS = frozenset(["dobj", "dative", "oprd", "attr"])
#: how many sentences back an antecedent is looked for
PRONOUN_REACH, NOMINAL_REACH = 4, 6
MOST_CANDIDATES = 40
#: mentions of an entity that a noun phrase is compared with, and steps up a coordination: lists of a thousand names stay cheap
MOST_COMPARED, MOST_STEPS = 60, 64
#: what "he" and "she" never mean
NOT_PERSONS = frozenset(["CreativeWork", "Event", "Facility", "Group", "Organization", "Place", "Product"])
#: how probable the best candidate must be among all and "new": below, it is a toss-up, and a wrong link costs more than none
LEAST = {"they": 0.4}
#: words that set a thing off from the one the article is about: "the previous election ... The election"
OTHERS = frozenset(
    ["another", "different", "earlier", "following", "former", "last", "next", "other", "past", "preceding", "previous", "prior", "similar"]
)
#: ends of the one-word names of companies, which surnames don't have
FIRMS = ("news", "soft", "book", "bank", "net", "tech", "com", "corp", "tel", "gram", "media", "press", "watch", "mart", "tube", "rail")
#: prepositions before a place where somebody is
WHERE = frozenset(["in", "at", "near", "across", "outside", "throughout"])
#: how many mentions back it is looked for, however long the sentences are
MOST_LOOKED_AT = 400


class Node:
    """A mention with what coreference needs to know of it."""

    __slots__ = (
        "clause",
        "definite",
        "depth",
        "expletive",
        "gender",
        "head",
        "kind",
        "lemma",
        "located",
        "many",
        "mention",
        "proper",
        "quote",
        "role",
        "sentence",
        "span",
        "type",
        "word",
        "words",
    )

    def __init__(self, tree: Tree, mention: Mention, quote: int) -> None:
        head = tree.at[mention.head.start]
        self.mention, self.head, self.quote, self.kind, self.type = mention, head, quote, mention.kind, mention.type
        self.word, self.lemma = tree.words[head].lower(), tree.lemmas[head].lower()
        self.sentence, self.role = tree.sentence[head], role(tree, head)
        self.clause, self.depth = clause(tree, head)
        self.span = tokens(tree, mention.full.start, mention.full.end, head)
        first, end = tokens(tree, mention.start, mention.end, head)
        self.words = tuple(w.lower() for w in tree.words[first:end])
        self.proper = proper_modifiers(tree, self.span[0], head) if mention.kind == "nominal" else frozenset()
        self.definite = definiteness(tree, head, first) if mention.kind == "nominal" else ""
        self.many, self.gender = number(tree, self, first), gender(tree, self, first)
        self.expletive = self.word == "it" and is_expletive(tree, head)
        self.located = mention.kind == "name" and (
            (mention.type == "Place" and is_part_of_place(tree, first, end))
            or (tree.deps[head] == "pobj" and tree.words[tree.heads[head]].lower() in WHERE and mention.type in ("Place", "Facility"))
            or (first > 0 and tree.words[first - 1].lower() == "the" and mention.type not in ("Person", "Thing"))
        )


class Cluster:
    """The mentions found so far of one entity, and what they tell of it."""

    __slots__ = (
        "content",
        "descriptors",
        "gender",
        "group",
        "heads",
        "located",
        "many",
        "name_words",
        "named",
        "names",
        "nodes",
        "order",
        "told",
        "type",
        "words",
    )

    def __init__(self, order: int) -> None:
        self.order, self.nodes, self.named, self.group = order, list[Node](), False, -1
        self.content = False  # whether more than pronouns stand for it
        self.located = False  # "in Marlow", "the Sea Guard": no person is called so
        self.told = ""  # the type that the article itself tells, against the recogniser's
        self.type, self.gender, self.many = "Thing", "", ""
        self.heads, self.descriptors, self.name_words = set[str](), set[str](), set[str]()
        self.words, self.names = set[frozenset[str]](), set[tuple[str, ...]]()

    def learn(self, node: Node) -> None:
        """Take over what `node` tells of the entity, without counting it as seen."""
        if node.kind == "name":
            self.named = True
            self.located = self.located or node.located
            self.name_words.update(node.words)
            self.names.add(node.words)
        elif node.kind == "nominal":
            self.heads.add(node.lemma)
            self.words.add(frozenset(node.words))
        if self.type == "Thing" or (node.kind == "name" and node.type != "Thing"):
            self.type = node.type if node.kind != "pronoun" or PRONOUNS.get(node.word, (0,))[0] else self.type
        self.gender = self.gender or node.gender
        self.many = self.many or node.many

    def add(self, node: Node) -> None:
        """Count `node` among the mentions."""
        self.learn(node)
        self.nodes.append(node)
        self.content = self.content or node.kind != "pronoun"


# what the parse tells of a mention


def tokens(tree: Tree, start: int, end: int, head: int) -> tuple[int, int]:
    """Return the tokens of the stretch ``start:end`` of the text, which holds token `head`."""
    first, last = head, head
    while first > 0 and tree.starts[first] > start:
        first -= 1
    while last + 1 < len(tree) and tree.ends[last] < end:
        last += 1
    return first, last + 1


def role(tree: Tree, i: int) -> str:
    """Return the grammatical role of a noun phrase's head: subject, object, oblique, possessor, apposition or other."""
    dep, steps = tree.deps[i], 0
    while dep == "conj" and tree.heads[i] != i and steps < MOST_STEPS:
        i, steps = tree.heads[i], steps + 1
        dep = tree.deps[i]
    if dep in SUBJECTS:
        return "subject"
    if dep in OBJECTS:
        return "object"
    return {"pobj": "oblique", "pcomp": "oblique", "poss": "possessor", "appos": "apposition"}.get(dep, "other")


def clause(tree: Tree, i: int) -> tuple[int, int]:
    """Return the verb that token `i` hangs on and how many steps of the tree lie between."""
    steps = 0
    while tree.heads[i] != i and steps < MOST_STEPS:
        i = tree.heads[i]
        steps += 1
        if tree.pos[i] in ("VERB", "AUX"):
            break
    return i, steps


def is_part_of_place(tree: Tree, first: int, end: int) -> bool:
    """Tell whether the name ``first:end`` is written as only a place is: "Dallas, Texas", "the U.S. senator"."""
    if end - first == 1 and len(word := tree.words[first]) < 5 and word.isupper() and "." in word:
        return True
    k = tree.entity[first - 2] if first > 1 and tree.words[first - 1] == "," else -1
    return k >= 0 and tree.entities[k][2] == "GPE" and tree.deps[first] in ("appos", "npadvmod", "conj", "pobj", "nmod", "compound")


def is_expletive(tree: Tree, i: int) -> bool:
    """Tell whether "it" stands for nothing: "It is time to go", "it seems that ...", "it is clear that ...", "it took a year to ..."."""
    verb = tree.heads[i]
    if tree.deps[i] not in ("nsubj", "nsubjpass", "expl"):
        return False
    lemma = tree.lemmas[verb].lower()
    clauses = [c for c in tree.children[verb] if c > verb and tree.deps[c] in ("ccomp", "csubj", "advcl")]
    if lemma in ("seem", "appear", "happen", "turn"):
        return any(tree.deps[c] == "ccomp" for c in clauses)
    if lemma != "be":
        return False
    what = tree.child(verb, "attr", "acomp")
    if what < 0:
        return False
    if tree.lemmas[what].lower() in ("time", "shame", "pity"):
        return True
    inner = [c for c in tree.children[what] if c > what and tree.deps[c] in ("ccomp", "xcomp")]
    told = any(tree.words[k].lower() in ("that", "to", "whether") for c in clauses + inner for k in tree.children[c] if k < c)
    return tree.pos[what] == "ADJ" and told


def definiteness(tree: Tree, head: int, first: int) -> str:
    """Return ``the``, ``this``, ``own`` (with a possessor), ``a`` or ``bare``."""
    for child in tree.children[head]:
        if child > head:
            break
        low = tree.words[child].lower()
        if tree.deps[child] == "poss":
            return "own"
        if tree.deps[child] == "det":
            if low in ("the", "both"):
                return "the"
            return "this" if low in ("this", "that", "these", "those", "such") else "a"
    return "bare"


def number(tree: Tree, node: Node, first: int) -> str:
    """Return ``one``, ``many``, or empty where both will do."""
    if node.kind == "pronoun":
        return (
            PRONOUNS[node.word][1]
            if node.word in PRONOUNS
            else {"these": "many", "those": "many", "this": "one", "that": "one"}.get(node.word, "")
        )
    if node.kind == "name":
        return "one" if node.type in ("Person", "Place") else "many" if node.type == "Group" and node.word.endswith("s") else ""
    if tree.tags[node.head] in ("NNS", "NNPS"):
        return "many"
    return "" if node.type in ("Organization", "Group") or node.lemma in ("person", "someone", "child", "student", "user") else "one"


def gender(tree: Tree, node: Node, first: int) -> str:
    """Return ``male``, ``female``, ``person`` (either), ``thing``, or empty for unknown."""
    if node.kind == "pronoun":
        return PRONOUNS[node.word][2] if node.word in PRONOUNS else ""
    if node.kind == "nominal":
        kind = noun_classes().get(node.lemma, "")
        return noun_genders().get(node.lemma) or ("person" if kind == "Person" else "thing" if kind not in ("", "Animal", "Group") else "")
    if node.type not in ("Person", "Thing"):
        return ""
    before = first - 1
    while before >= 0 and tree.sentence[before] == node.sentence and (low := tree.words[before].lower()) in TITLES | TITLE_GENDERS.keys():
        if low in TITLE_GENDERS:
            return TITLE_GENDERS[low]
        if low in noun_genders():
            return noun_genders()[low]
        before -= 1
    start = node.words[0]
    if start in TITLE_GENDERS and len(node.words) > 1:
        return TITLE_GENDERS[start]
    known = first_names().get(start, "")
    return known if len(node.words) > 1 else ""


def descriptors(tree: Tree, node: Node) -> set[str]:
    """Return the common nouns that the text itself puts on a named thing: titles, appositions, predicates."""
    found = set()
    first = tree.at.get(node.mention.start, node.head)
    for k in range(node.span[0], first):
        if tree.pos[k] in ("NOUN", "PROPN") and tree.deps[k] in ("compound", "nmod", "appos"):
            if k + 1 < first and tree.pos[k + 1] in ("NOUN", "PROPN"):
                continue  # "City Mayor Dora Lind" is a mayor, not a city
            found.add(tree.lemmas[k].lower())
    for child in tree.children[node.head]:
        if tree.deps[child] == "appos" and tree.pos[child] == "NOUN":
            found.add(tree.lemmas[child].lower())
    if tree.deps[node.head] == "appos" and tree.pos[tree.heads[node.head]] == "NOUN":
        found.add(tree.lemmas[tree.heads[node.head]].lower())
    verb = tree.heads[node.head]
    if tree.deps[node.head] == "nsubj" and tree.lemmas[verb] == "be":
        complement = tree.child(verb, "attr")
        if complement >= 0 and tree.pos[complement] == "NOUN":
            found.add(tree.lemmas[complement].lower())
    return found


def described_gender(cluster: Cluster) -> str:
    """Return the sex that the nouns put on a name tell, if they tell but one: "Ruiz was the daughter of a baker", "actress Kim Holt"."""
    found = {noun_genders()[word] for word in cluster.descriptors if word in noun_genders()}
    return found.pop() if len(found) == 1 else ""


def first_name_gender(cluster: Cluster) -> str:
    """Return the sex of a person called by nothing but a first name ("Jessica"), or empty.

    "Johnson", "Williams" and "Mackenzie" are likelier surnames, made of somebody's name.
    """
    if cluster.type not in ("Person", "Thing") or any(len(words) > 1 for words in cluster.names):
        return ""
    known = first_names()
    words = {words[0] for words in cluster.names}
    if any(w.removesuffix(end) in known for w in words for end in ("s", "son") if w.endswith(end)) or any(w[:3] == "mac" for w in words):
        return ""
    found = {known.get(word, "") for word in words}
    return found.pop() if len(found) == 1 else ""


# what is impossible


def agree(node: Node, cluster: Cluster) -> bool:
    """Tell whether number, sex and animacy let `node` stand for the entity."""
    ours, theirs = node.gender, cluster.gender
    if node.many and cluster.many and node.many != cluster.many:
        return False
    if node.kind == "nominal" and ours == "thing" and cluster.named and cluster.type == "Person":
        return False  # "Mayor Dora Lind opened it. The city ..."
    if ours in ("male", "female"):
        if cluster.type in NOT_PERSONS and not theirs and no_person(cluster):
            return False  # "The Home Office agreed. She ..."
        if cluster.type in NOT_PERSONS and cluster.located and not theirs:
            return False  # "She moved to Marlow, in Marlow she ..."
        if cluster.type in ("Place", "Event") and sum(n.kind == "name" for n in cluster.nodes) > 5:
            return False  # a name so typed once may be a person's, a much named place is none
        return theirs in ("", "person", ours)
    if ours == "thing" and theirs in ("male", "female", "person"):
        return False
    return not (ours == "person" and theirs == "thing")


def no_person(cluster: Cluster) -> bool:
    """Tell whether an entity's names show that it is none: "of", "for", "the" or "&" in one, or a kind of thing as its last word.

    The recogniser takes many a person for a place or a company; this asks for more than its word.
    """
    return cluster.named and any(
        {"of", "for", "the", "&"} & set(words)
        or (len(words) > 1 and noun_classes().get(words[-1]) in ("Organization", "Event", "CreativeWork"))
        for words in cluster.names
    )


def may_be_person(cluster: Cluster) -> bool:
    """Tell whether the recogniser may have taken somebody called by the surname for a company, a place or a thing.

    "Vantel met Ruiz": all its names are one word with a capital and then small letters, and it is nowhere where somebody is.
    """
    return (
        cluster.named
        and cluster.type in ("Organization", "Place", "Product", "Thing", "Facility", "CreativeWork")
        and not cluster.located
        and not cluster.told
        and all(len(words) == 1 and len(words[0]) > 2 and words[0] not in noun_classes() for words in cluster.names)
        and not any(words[0].endswith(FIRMS) for words in cluster.names)
    )


def binds(tree: Tree, node: Node, other: Node) -> bool:
    """Tell whether the grammar of the sentence lets the two mentions stand for one thing.

    "Smith saw him", "his mother" and "Smith and he" never corefer; "Smith saw himself" and "the man who lost his dog" may.
    """
    if node.sentence != other.sentence:
        return True
    inner, outer = (node, other) if other.span[0] <= node.head < other.span[1] else (other, node)
    if outer.span[0] <= inner.head < outer.span[1]:
        i = inner.head
        while i != outer.head and tree.heads[i] != i:
            if tree.deps[i] == "amod" and i > outer.head:
                return True  # "Hugo Stein, famous for his films"
            if tree.deps[i] == "appos" and tree.heads[inner.head] == i and tree.deps[inner.head] == "poss":
                return False  # "Delta Works, its main rival"
            if tree.deps[i] in ("relcl", "appos", "acl"):
                return tree.deps[i] != "appos" or tree.deps[inner.head] == "poss" or inner.head == i
            i = tree.heads[i]
        return False
    if (tree.heads[node.head] == other.head and tree.deps[node.head] == "conj") or (
        tree.heads[other.head] == node.head and tree.deps[other.head] == "conj"
    ):
        return False
    possessed = tree.heads[node.head] if tree.deps[node.head] == "poss" else -1
    if possessed >= 0 and tree.heads[other.head] == possessed and tree.deps[other.head] == "appos":
        return False  # "his wife, Mary"
    if node.word in REFLEXIVE:
        return node.clause == other.clause
    if node.clause == other.clause and node.kind == "pronoun":
        pair = {node.role, other.role}
        if pair in ({"subject", "object"}, {"subject"}, {"object"}):
            return False
        if pair == {"subject", "oblique"} and node.role == "oblique" and node.depth <= 2 and other.depth == 1:
            return False
    return True


def possible(tree: Tree, node: Node, cluster: Cluster) -> bool:
    """Tell whether no rule speaks against `node` standing for the entity."""
    if not agree(node, cluster) or (node.kind == "nominal" and told_apart(tree, node, cluster)):
        return False
    return all(binds(tree, node, other) for other in cluster.nodes[-6:] if other.sentence == node.sentence)


def told_apart(tree: Tree, node: Node, cluster: Cluster) -> bool:
    """Tell whether modifiers set two noun phrases with one head apart.

    "The Marlow East ward ... the Marlow West ward" are two, and "the previous election" is not "the election".
    """
    ours = node.proper
    for other in cluster.nodes[-MOST_COMPARED:]:
        if other.kind != "nominal" or other.lemma != node.lemma:
            continue
        theirs = other.proper
        if ours - theirs and theirs - ours:
            return True
        if len(node.words) == 1 and node.definite == "the" and OTHERS & set(other.words):
            return True
    return False


def proper_modifiers(tree: Tree, first: int, head: int) -> frozenset[str]:
    """Return the words of names before the head of a noun phrase that begins at `first`: "the Marlow East ward" has two."""
    return frozenset(tree.words[k].lower() for k in range(first, head) if tree.pos[k] == "PROPN" and tree.deps[k] != "poss")


# what is likely


PAIR_FEATURES = (
    "bias",
    "same_sentence",
    "one_back",
    "two_back",
    "further",
    "distance",
    "after",
    "after_subject",
    "closer",
    "closer_likely",
    "is_closest",
    "is_closest_likely",
    "subject",
    "object",
    "oblique",
    "possessor",
    "apposition",
    "same_role",
    "both_subject",
    "both_object",
    "both_possessor",
    "possessor_of_subject",
    "same_clause",
    "governs",
    "governs_object",
    "coordinate",
    "root_subject",
    "sentence_first",
    "depth",
    "name",
    "nominal",
    "pronoun",
    "same_pronoun",
    "pronoun_here",
    "count",
    "named",
    "first_entity",
    "most_mentioned",
    "only_likely",
    "likely",
    "Person",
    "Organization",
    "Place",
    "Group",
    "Thing",
    "other_type",
    "gender_match",
    "gender_unknown",
    "person_gender",
    "number_match",
    "number_unknown",
    "indefinite",
    "bare_noun",
    "in_quote",
    "same_quote",
    "subject_before",
    "both_first",
    "recent",
    "recent_subjects",
    "subject_here",
    "head_match",
    "string_match",
    "words_inside",
    "extra_words",
    "described",
    "type_match",
    "in_name",
    "both_definite",
    "distance_named",
    "name_subject",
    "pronoun_subject",
    "inside_relative",
)
NEW_FEATURES = (
    "bias",
    "subject",
    "possessor",
    "object",
    "first_sentence",
    "the",
    "this",
    "own",
    "a",
    "bare",
    "many",
    "modifiers",
    "modified_after",
    "in_quote",
    "candidates",
    "none",
    "Person",
    "Organization",
    "Place",
    "Thing",
    "sentence_first",
    "it_clause",
)
CLASSES = ("he", "he_topic", "it", "they", "this", "definite", "indefinite")
#: from so many mentions on, a person is what the article is about; "he" then goes on to mean them ("he_topic")
TOPIC = 5


class Field(NamedTuple):
    """How one candidate stands among all: nearer candidates, nearer ones that are `likely`, all likely ones, the most
    mentions any has."""

    kind: str
    rank: int
    likely_rank: int
    likely_count: int
    top: int


def mention_class(node: Node) -> str:
    """Return which of the ranker's `CLASSES` a pronoun or noun phrase belongs to, or empty if it is never resolved."""
    if node.kind == "pronoun":
        _, many, sex = PRONOUNS.get(node.word, (0, "", "?"))
        if sex in ("male", "female"):
            return "he"
        if sex == "thing":
            return "" if node.expletive else "it"
        if sex == "" and many == "many":
            return "they"
        return "this" if node.word in ("this", "that", "these", "those") else ""
    return "definite" if node.definite in ("the", "this", "own") else "indefinite"


def likely(kind: str, cluster: Cluster) -> bool:
    """Tell whether an entity is of the sort that a class of pronoun mostly stands for."""
    if kind == "he":
        return cluster.type == "Person"
    if kind == "it":
        return cluster.type not in ("Person", "Group") and cluster.many != "many"
    return cluster.many == "many" or cluster.type in ("Organization", "Group")


def pair_features(tree: Tree, node: Node, cluster: Cluster, near: Node, field: Field) -> list[float]:
    """Return the features of `node` with an entity whose nearest mention is `near`, in the order of `PAIR_FEATURES`."""
    back = abs(node.sentence - near.sentence)
    gap = log1p(abs(node.head - near.head)) / 5
    same_clause, subject, after = node.clause == near.clause, near.role == "subject", near.head > node.head
    role, clause_, sentence, heads, deps = near.role, near.clause, node.sentence, tree.heads, tree.deps
    type_ = "Person" if field.kind == "he" and may_be_person(cluster) else cluster.type
    named, nominal = cluster.named, node.kind == "nominal"
    words = frozenset(node.words) if nominal else frozenset()
    head_match = nominal and node.lemma in cluster.heads
    best = max((len(words & other) for other in cluster.words if node.word in other or node.lemma in other), default=0) if head_match else 0
    extra = len(words) - best if head_match else 0
    lately = subjects = 0  # mentions in this sentence and the one before, and how many of them are subjects
    pronoun_here = subject_here = main_before = False
    for other in cluster.nodes[-8:]:
        if other.sentence == sentence:
            if other.head >= node.head:
                continue
            pronoun_here = pronoun_here or other.kind == "pronoun"
            subject_here = subject_here or other.role == "subject"
        elif other.sentence != sentence - 1:
            continue
        elif other.role == "subject" and heads[other.clause] == other.clause:
            main_before = True
        lately += 1
        subjects += other.role == "subject"
    inside = (back == 0 or deps[clause_] == "relcl") and not same_clause and above(tree, clause_, node.head)
    over = back == 0 and inside
    main = heads[clause_] == clause_
    relative = deps[clause_] == "relcl" and not inside and not same_clause
    fits = likely(field.kind, cluster)
    return [
        1.0,
        back == 0,
        back == 1,
        back == 2,
        back > 2,
        gap,
        after,
        after and subject and (same_clause or over),
        min(field.rank, 10) / 10,
        min(field.likely_rank, 6) / 6,
        field.rank == 0,
        fits and field.likely_rank == 0,
        subject,
        role == "object",
        role == "oblique",
        role == "possessor",
        role == "apposition",
        node.role == role,
        subject and node.role == "subject",
        role == "object" and node.role == "object",
        role == "possessor" and node.role == "possessor",
        subject and node.role == "possessor" and same_clause,
        same_clause,
        over and subject,
        over and role == "object",
        subject and deps[node.clause] == "conj" and heads[node.clause] == clause_,
        subject and main,
        near.span[0] - tree.sentences[near.sentence][0] < 2,
        min(near.depth, 8) / 8,
        near.kind == "name",
        near.kind == "nominal",
        near.kind == "pronoun",
        near.word == node.word,
        pronoun_here,
        log1p(len(cluster.nodes)) / 3,
        named,
        cluster.order == 0,
        len(cluster.nodes) == field.top,
        fits and field.likely_count == 1,
        fits,
        type_ == "Person",
        type_ == "Organization",
        type_ == "Place",
        type_ == "Group",
        type_ == "Thing",
        type_ not in ("Person", "Organization", "Place", "Group", "Thing"),
        field.kind != "he" and bool(node.gender) and node.gender == cluster.gender,
        field.kind != "he" and cluster.gender == "",
        field.kind != "he" and cluster.gender == "person",
        bool(node.many) and node.many == cluster.many,
        cluster.many == "",
        near.definite == "a",
        near.definite == "bare",
        near.quote >= 0,
        near.quote == node.quote,
        main_before,
        main_before and node.role == "subject" and heads[node.clause] == node.clause,
        min(lately, 4) / 4,
        min(subjects, 3) / 3,
        subject_here,
        head_match,
        nominal and near.kind == "nominal" and words in cluster.words,
        head_match and extra == 0,
        min(extra, 4) / 4,
        nominal and node.lemma in cluster.descriptors,
        nominal and node.type == type_ != "Thing",
        nominal and node.word in cluster.name_words,
        nominal and node.definite == "the" == near.definite,
        gap if named else 0.0,
        subject and near.kind == "name",
        subject and near.kind == "pronoun",
        relative,
    ]


def new_features(tree: Tree, node: Node, candidates: int) -> list[float]:
    """Return the features of `node` being something new, in the order of `NEW_FEATURES`."""
    head = node.head
    after = tree.right[head] > head + 1
    verb = tree.heads[head]
    it_clause = node.word == "it" and any(tree.deps[c] in ("ccomp", "xcomp", "acomp", "advcl", "csubj") for c in tree.children[verb])
    return [
        1.0,
        node.role == "subject",
        node.role == "possessor",
        node.role == "object",
        node.sentence == 0,
        node.definite == "the",
        node.definite == "this",
        node.definite == "own",
        node.definite == "a",
        node.definite == "bare",
        node.many == "many",
        min(len(node.words) - 1, 3) / 3,
        after,
        node.quote >= 0,
        min(candidates, 20) / 20,
        candidates == 0,
        node.type == "Person",
        node.type == "Organization",
        node.type == "Place",
        node.type == "Thing",
        node.span[0] - tree.sentences[node.sentence][0] < 2,
        it_clause,
    ]


def above(tree: Tree, verb: int, i: int) -> bool:
    """Tell whether `verb` is an ancestor of token `i`."""
    while tree.heads[i] != i:
        i = tree.heads[i]
        if i == verb:
            return True
    return False


class Ranker:
    """Scores candidates: a linear layer per class of mention, against the score of being new."""

    def __init__(self, weights: dict[str, dict[str, list[float]]]) -> None:
        self.pair = {kind: np.array(rows["pair"]) for kind, rows in weights.items()}
        self.new = {kind: np.array(rows["new"]) for kind, rows in weights.items()}

    def choose(self, kind: str, pairs: list[list[float]], new: list[float]) -> list[int]:
        """Return the indices of the candidates likelier than something new, the best first.

        A column of `pairs` past the features is a bonus (:mod:`kg.extract.persons`); it counts among candidates only, for "he".
        """
        table, weights = np.array(pairs, dtype=float), self.pair[kind]
        scores = table[:, : len(weights)] @ weights - float(np.array(new) @ self.new[kind])
        order = scores + table[:, len(weights)] if kind == "he" and table.shape[1] > len(weights) else scores
        top = float(scores.max())
        if top <= 0 or 1 / (np.exp(scores - top).sum() + np.exp(-top)) < LEAST.get(kind, 0):
            return []
        return [int(i) for i in np.argsort(-order, kind="stable") if scores[i] > 0 or kind == "he"]


@cache
def ranker() -> Ranker:
    """Return the ranker that ships with the package."""
    return Ranker(json.loads((Path(__file__).parent / "ranker_weights.json").read_text(encoding="utf-8")))
