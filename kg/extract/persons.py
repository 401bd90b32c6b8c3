"""Which of several persons "he" or "she" means: a bonus on top of the learned score.

The weights of :mod:`kg.extract.ranker` come from texts in which mostly one person is in view and pronouns go on with whoever was
mentioned most. Where two persons compete, closeness, rank in the sentence and how the writer last called somebody count for more;
seven constants say by how much, set on the development part of GAP (Webster et al. 2018, "Mind the GAP").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kg.extract.ranker import Cluster, Node, above
from kg.extract.tree import Tree

#: last mentioned by name as a subject: "Ruiz met Holt. She ..."
NAME_SUBJECT = 1.5
#: last mentioned as an object
OBJECT = 0.7
#: last mentioned by one word: who is called "Ruiz" is known by now
ONE_WORD = 1.0
#: last mentioned in a list: "Ruiz, Holt and Berg"
IN_LIST = -0.7
#: for each name of the person in the whole text
NAMED_AGAIN = 0.6
#: for each person mentioned between
PERSON_BETWEEN = -0.3
#: for each clause between, up the tree; down the tree counts the other way; OTHER_BRANCH and OTHER_SENTENCE stand for so many
CLAUSE_BETWEEN = -0.13
OTHER_BRANCH, OTHER_SENTENCE, MOST_CLAUSES = 8, 9, 7


def person_bonus(
    tree: Tree, node: Node, clusters: Sequence[Cluster], nears: Sequence[Node], names: Mapping[int, Sequence[int]]
) -> list[float]:
    """Return what to add to the score of each candidate for the pronoun `node`.

    `nears` holds each candidate's nearest mention; `names` the head tokens of all its names in the text, by the entity's number.
    """
    persons = sorted(n.head for c, n in zip(clusters, nears, strict=True) if c.type == "Person" or c.gender in ("male", "female"))
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
            + CLAUSE_BETWEEN * clauses_between(tree, node, near)
        )
    return bonus


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
