"""Which of several persons "he" or "she" means: a bonus on top of the learned score.

The weights of :mod:`kg.extract.ranker` come from texts in which mostly one person is in view and pronouns go on with whoever was
mentioned most. Where two persons compete, closeness, rank in the sentence and how the writer last called somebody count for more;
ten constants say by how much, set on the development part of GAP (Webster et al. 2018, "Mind the GAP").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kg.extract.ranker import Cluster, Node, above
from kg.extract.tree import Tree

#: last mentioned by name as a subject: "Ruiz met Holt. She ..."
NAME_SUBJECT = 1.0
#: last mentioned as an object
OBJECT = 0.7
#: last mentioned by one word: who is called "Ruiz" is known by now
ONE_WORD = 1.0
#: last mentioned in a list: "Ruiz, Holt and Berg"
IN_LIST = -1.4
#: for each name of the person in the whole text
NAMED_AGAIN = 0.6
#: for each person mentioned between
PERSON_BETWEEN = -0.3
#: for each clause between, up the tree; down the tree counts the other way; OTHER_BRANCH and OTHER_SENTENCE stand for so many
CLAUSE_BETWEEN = -0.13
OTHER_BRANCH, OTHER_SENTENCE, MOST_CLAUSES = 8, 9, 7
#: the doer of the pronoun's own clause: "Ruiz, who lost her keys", "By selling his farm, Holt paid"
DOER = 4.0
#: the doer of the clause above: "Ruiz said that she ..."
DOER_ABOVE = 0.5
#: the same where it tells what is said: "Holt's father said that he ..."
SPEAKER = 1.0


def person_bonus(
    tree: Tree,
    node: Node,
    clusters: Sequence[Cluster],
    nears: Sequence[Node],
    names: Mapping[int, Sequence[int]],
    at: Callable[[int], Cluster | None],
) -> list[float]:
    """Return what to add to the score of each candidate for the pronoun `node`.

    `nears` holds each candidate's nearest mention; `names` the head tokens of all its names in the text, by the entity's number;
    `at` gives the entity of the mention with a head token.
    """
    persons = sorted(n.head for c, n in zip(clusters, nears, strict=True) if c.type == "Person" or c.gender in ("male", "female"))
    own, above_it = doers(tree, node)
    said = node.role == "subject" and tree.deps[node.clause] == "ccomp"
    bonus = []
    for cluster, near in zip(clusters, nears, strict=True):
        low, high = min(near.head, node.head), max(near.head, node.head)
        listed = tree.deps[near.head] == "conj" or tree.child(near.head, "conj") >= 0
        bonus.append(
            NAME_SUBJECT * (near.kind == "name" and near.role == "subject")
            + OBJECT * (near.role == "object")
            + ONE_WORD * (len(near.words) == 1)
            + IN_LIST * listed
            + NAMED_AGAIN * len(names.get(cluster.order, ()))
            + PERSON_BETWEEN * sum(low < head < high for head in persons)
            + DOER * (own >= 0 and at(own) is cluster)
            + (SPEAKER if said else DOER_ABOVE) * (above_it >= 0 and at(above_it) is cluster)
            + CLAUSE_BETWEEN * clauses_between(tree, node, near)
        )
    return bonus


def doers(tree: Tree, node: Node) -> tuple[int, int]:
    """Return the head tokens of who does what the pronoun's clause tells and what the clause above it tells, each -1 if unknown.

    The first is -1 for a pronoun that is itself the subject, or the object, which the doer can't be.
    """
    own = doer(tree, node.clause, node.head)
    top = node.clause
    while tree.deps[top] in ("xcomp", "conj", "aux") and tree.heads[top] != top and tree.child(top, "nsubj", "nsubjpass") < 0:
        top = tree.heads[top]
    above_it = -1
    if tree.deps[top] in ("ccomp", "advcl", "relcl", "acl", "pcomp", "xcomp"):
        i = tree.heads[top]
        while tree.heads[i] != i and tree.pos[i] not in ("VERB", "AUX"):
            i = tree.heads[i]
        above_it = doer(tree, i, node.head)
    return (own if node.role in ("possessor", "oblique") else -1), above_it


def doer(tree: Tree, verb: int, pronoun: int) -> int:
    """Return the head token of the subject of `verb`, told or understood, or -1: "Holt wants to sell his farm" is Holt's selling."""
    i = pronoun
    while i != verb and tree.heads[i] != i:
        if tree.deps[i] == "amod" and i > tree.heads[i]:
            return tree.heads[i]  # "Stein, famous for his films"
        i = tree.heads[i]
    for _ in range(8):
        found = tree.child(verb, "nsubj", "nsubjpass")
        if found >= 0:
            if tree.tags[found][0] == "W" and tree.deps[verb] == "relcl":
                return tree.heads[verb]
            return found if found != pronoun else -1
        dep, over = tree.deps[verb], tree.heads[verb]
        if over == verb or dep not in ("acl", "xcomp", "conj", "advcl", "pcomp", "prep", "aux"):
            return -1
        if dep == "acl":
            return over  # "the man living in his car"
        if dep == "xcomp" and (given := tree.child(over, "dobj")) >= 0:
            return given  # "asked Holt to sell his farm"
        while dep == "pcomp" and tree.heads[over] != over and tree.pos[over] not in ("VERB", "AUX"):
            over = tree.heads[over]  # "by selling his farm"
        verb = over
    return -1


def clauses_between(tree: Tree, node: Node, near: Node) -> int:
    """Return how many clauses lie between the mention `near` and the pronoun `node`."""
    if node.sentence != near.sentence:
        return OTHER_SENTENCE
    if near.clause == node.clause:
        return 0
    if above(tree, near.clause, node.clause):
        return climb(tree, node.clause, near.clause)
    if above(tree, node.clause, near.clause):
        return -climb(tree, near.clause, node.clause)
    return OTHER_BRANCH


def climb(tree: Tree, i: int, top: int) -> int:
    """Return the number of verbs from `i` up to its ancestor `top`, at most `MOST_CLAUSES`."""
    steps = 0
    while i != top and tree.heads[i] != i:
        i = tree.heads[i]
        steps += tree.pos[i] in ("VERB", "AUX")
    return min(steps, MOST_CLAUSES)
