"""Finds which mentions of one article stand for one thing.

Names are joined by their words (parts, initials, acronyms, titles). Pronouns and noun phrases are then taken in text order: rules
throw out every entity that number, sex, animacy or binding make impossible, and a ranker scores those left against "something
new", as in Denis & Baldridge 2008, "Specialized models and ranking for coreference resolution", with entities in place of single
antecedents (Clark & Manning 2015, "Entity-centric coreference resolution with model stacking"). The ranker's weights
(``ranker_weights.json``) are learned by scripts/train_coreference. Where nothing scores above "new", a mention stays alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from kg.extract.mentions import complement_end
from kg.extract.persons import doer, person_bonus
from kg.extract.quotes import Quote
from kg.extract.ranker import (
    MOST_CANDIDATES,
    MOST_LOOKED_AT,
    NOMINAL_REACH,
    PRONOUN_REACH,
    PRONOUNS,
    REFLEXIVE,
    RELATIVE,
    TOPIC,
    Cluster,
    Field,
    Node,
    agree,
    binds,
    described_gender,
    descriptors,
    first_name_gender,
    likely,
    mention_class,
    new_features,
    no_person,
    pair_features,
    possible,
    ranker,
)
from kg.extract.same_name import join_names, renamed
from kg.extract.tree import Tree
from kg.extract.words import IDENTITY_NOUNS, ORGANIZATION_NOUNS, WORK_NOUNS, first_names
from kg.records import LocalEntity, Mention

Chooser = Callable[[str, Node, list[list[float]], list[float], list[Cluster]], list[int]]
"""Takes class, mention, candidates' features, features of being new, candidates; returns the acceptable candidates, the best
first."""


#: kinds of place that "of" gives the name to: "the city of Marlow", but not "the mayor of Marlow" or "the centre of Marlow"
NAMED_BY_OF = frozenset(
    {"city", "town", "village", "state", "province", "county", "island", "republic", "kingdom", "municipality", "borough"}
)


#: words before a noun without which a statement of some is one of all
COUNTED_OUT = frozenset({"some", "each", "every", "another", "most", "all"})


class Linker:
    """Takes the mentions of one article in text order and puts each with an entity seen before, or begins a new one."""

    def __init__(self, tree: Tree, mentions: Sequence[Mention], quotes: Sequence[Quote] = ()) -> None:
        self.tree, self.quotes = tree, quotes
        inside = [-1] * len(tree)
        for number_, quote in enumerate(quotes):
            inside[quote.first : quote.end] = [number_] * (quote.end - quote.first)
        self.nodes = sorted(
            (Node(tree, m, inside[tree.at[m.head.start]]) for m in mentions if m.kind != "value"),
            key=lambda n: (n.head, n.mention.id),
        )
        self.by_head = {node.head: node for node in self.nodes}
        self.clusters: list[Cluster] = []
        self.of: dict[int, Cluster] = {}
        self.index: dict[str, list[Cluster]] = defaultdict(list)
        self.upcoming: dict[int, list[Node]] = defaultdict(list)
        self.said_by: dict[int, list[Quote]] = defaultdict(list)
        for quote in quotes:
            self.said_by[quote.speaker].append(quote)
        self.groups: dict[int, Cluster] = {}
        self.done: list[Node] = []
        self.talkers: dict[tuple[int, str, int], Cluster] = {}
        named = [node for node in self.nodes if node.kind == "name"]
        given = [node.mention for node in named]
        for node, group in zip(named, join_names(tree, given, renamed(tree, given)), strict=True):
            if group not in self.groups:
                self.groups[group] = self.cluster()
                self.groups[group].group = group
            self.groups[group].learn(node)
            self.groups[group].descriptors |= descriptors(tree, node)
            self.of[node.mention.id] = self.groups[group]
            self.upcoming[node.sentence].append(node)
        self.name_places: dict[int, list[int]] = defaultdict(list)
        for node in named:
            self.name_places[self.of[node.mention.id].order].append(node.head)
        for cluster in self.groups.values():
            cluster.gender = described_gender(cluster) or cluster.gender or first_name_gender(cluster)
            for word in sorted(cluster.name_words | cluster.descriptors):
                self.index[word].append(cluster)

    def cluster(self) -> Cluster:
        """Begin a new entity."""
        cluster = Cluster(len(self.clusters))
        self.clusters.append(cluster)
        return cluster

    def follow(self, chains: Sequence[Sequence[tuple[int, int]]]) -> None:
        """Take over the chains of another component: each is the entity of its first name, else one of its own.

        Names stay with the names that they share words with, whatever chain they are in.
        """
        where = {span: number_ for number_, chain in enumerate(chains) for span in chain}
        known: dict[int, Cluster] = {}
        chained = [(node, chain_of(where, node)) for node in self.nodes]
        for node, chain in chained:
            if chain >= 0 and node.mention.id in self.of:
                known.setdefault(chain, self.of[node.mention.id])
        for node, chain in chained:
            if chain >= 0 and node.mention.id not in self.of:
                if chain not in known:
                    known[chain] = self.cluster()
                self.of[node.mention.id] = known[chain]

    def run(self, choose: Chooser) -> None:
        """Put every mention with an entity; `choose` picks among the candidates."""
        for node in self.nodes:
            cluster = self.of.get(node.mention.id) or self.certain(node)
            if cluster is None:
                kind = mention_class(node)
                if kind:
                    candidates, pairs = self.candidates(node)
                    if kind == "he" and any(c.type == "Person" and len(c.nodes) >= TOPIC for c in candidates):
                        kind = "he_topic"
                    ranked = choose(kind, node, pairs, new_features(self.tree, node, len(pairs)), candidates) if pairs else []
                    cluster = self.take(node, [candidates[i] for i in ranked])
            cluster = cluster or self.cluster()
            fresh = node.kind == "nominal" and node.lemma not in cluster.heads
            cluster.add(node)
            self.of[node.mention.id] = cluster
            self.done.append(node)
            if fresh:
                self.index[node.lemma].append(cluster)

    def take(self, node: Node, ranked: list[Cluster]) -> Cluster | None:
        """Return the best of the acceptable entities, which takes over a chain of bare pronouns; if there is none, that chain.

        "He grew up in Ohio. Ruiz studied law. His mother ...": the first "He" had nothing to stand for.
        """
        bare = self.bare(node)
        if not ranked:
            return bare
        best = ranked[0]
        if (
            bare is not None
            and best.named
            and all(agree(other, best) and binds(self.tree, other, mate) for other in bare.nodes for mate in best.nodes)
            and not any(self.speaks_of(other, best) for other in bare.nodes)
        ):
            for other in bare.nodes:
                self.of[other.mention.id] = best
            best.nodes = sorted(best.nodes + bare.nodes, key=lambda n: n.head)
            best.gender = bare.gender if best.gender in ("", "person") else best.gender
            bare.nodes = []
        return best

    def bare(self, node: Node) -> Cluster | None:
        """Return the nearest entity known by nothing but pronouns of the same sort."""
        if node.kind != "pronoun" or node.word not in PRONOUNS:
            return None
        kind = PRONOUNS[node.word]
        return max(
            (
                c
                for c in self.recent(node, PRONOUN_REACH)
                if all(PRONOUNS.get(n.word) == kind for n in c.nodes)
                and node.sentence - c.nodes[-1].sentence <= PRONOUN_REACH
                and possible(self.tree, node, c)
                and not self.speaks_of(node, c)
            ),
            key=lambda c: c.nodes[-1].head,
            default=None,
        )

    def certain(self, node: Node) -> Cluster | None:
        """Return the entity that grammar alone gives: relative pronouns, appositions, speakers, first and second person."""
        tree, head = self.tree, node.head
        if node.word in RELATIVE and tree.tags[head].startswith("W"):
            i = head
            while tree.heads[i] != i and tree.deps[i] != "relcl":
                i = tree.heads[i]
            return self.at(tree.heads[i]) if tree.deps[i] == "relcl" else None
        if node.word in REFLEXIVE:
            return self.subject_above(node)
        if node.kind == "nominal" and tree.deps[head] == "appos":
            other = self.by_head.get(tree.heads[head])
            cluster = self.of.get(other.mention.id) if other else None
            one = other is not None and (node.many != "many" or other.many != "one")  # "critics like Ana Ruiz": she is not critics
            if other and cluster and one and agree(node, cluster) and tree.pos[other.head] != "PRON":
                if (
                    other.kind == "name"
                    and other.type != "Person"
                    and node.type in ("Event", "CreativeWork", "Place", "Facility", "Product")
                ):
                    cluster.told = node.type  # "Norlight, a music festival"
                return cluster
        if node.kind == "nominal":  # "the club's treasurer, Ana Ruiz": the name after it is the same person
            other = self.by_head.get(tree.child(head, "appos"))
            if (
                other
                and other.kind == "name"
                and other.type != "Thing"
                and node.type in (other.type, "Thing")
                and not (node.many == "many" and other.many == "one")  # "councillors Ana Ruiz and Tom Berg"
                and ":" not in tree.words[head + 1 : other.head]  # "Image: Ana Ruiz" names who took it
            ):
                return self.of.get(other.mention.id)
            if node.type == "Place" and node.word in NAMED_BY_OF:  # "the city of Marlow": the city is Marlow
                of = next((c for c in tree.children[head] if tree.words[c].lower() == "of"), head)
                other = self.by_head.get(tree.child(of, "pobj"))
                if other and other.kind == "name" and other.type == "Place":
                    return self.of.get(other.mention.id)
        if node.kind == "pronoun" and PRONOUNS.get(node.word, (3,))[0] < 3:
            return self.talker(node)
        return self.named_before(node) if node.kind == "nominal" else None

    def named_before(self, node: Node) -> Cluster | None:
        """Return the named entity that "the actor", "the company" or "the film" goes back to, if there is but one to think of.

        "Alec Moran has sued the city. The actor ...": the noun alone tells the sort of thing only, so it needs a name before it.
        """
        if (
            node.definite not in ("the", "this")
            or node.many == "many"
            or len(node.words) > 1
            or self.tree.child(node.head, "prep", "relcl", "acl", "appos") >= 0
        ):
            return None
        if any(c.nodes and not c.named and agree(node, c) for c in self.index.get(node.lemma, ())):
            return None
        described = [c for c in self.index.get(node.lemma, ()) if c.nodes and node.lemma in c.descriptors and agree(node, c)]
        if len(described) == 1:
            return described[0]
        sort = next(
            (
                sort
                for sort, nouns in (
                    ("Person", IDENTITY_NOUNS),
                    ("Organization", ORGANIZATION_NOUNS),
                    ("CreativeWork", WORK_NOUNS),
                )
                if node.lemma in nouns or node.lemma.rpartition("-")[2] in nouns
            ),
            "",
        )
        if not sort:
            return None
        known = [c for c in self.recent(node, 2) if c.named and agree(node, c)]
        near = [c for c in known if c.type == sort]
        if sort == "CreativeWork" and not near:  # "the Rust shooting ... The film": the recogniser had no way to tell
            near = [
                c
                for c in self.groups.values()
                if c.named
                and c.nodes
                and c.type in ("Organization", "Product", "Thing")
                and all(n.kind == "name" and len(n.words) == 1 and n.role == "other" for n in c.nodes)
            ]
        near = [c for c in near if all(binds(self.tree, node, n) for n in c.nodes[-4:])]
        if len(near) > 1 and sort != "CreativeWork":
            last = max(c.nodes[-1].sentence for c in near)
            near = [c for c in near if c.nodes[-1].sentence == last and c.nodes[-1].role == "subject"]
        if len(near) != 1:
            return None
        near[0].type = sort
        near[0].told = sort
        return near[0]

    def subject_above(self, node: Node) -> Cluster | None:
        """Return the nearest subject above a reflexive that agrees with it: "Ruiz promised to defend herself"."""
        verb = node.clause
        while True:
            found = self.at(self.tree.child(verb, "nsubj", "nsubjpass"))
            if found is not None:
                return found if agree(node, found) else None
            if self.tree.heads[verb] == verb or self.tree.deps[verb] in ("ccomp", "ROOT"):
                return None
            verb = self.tree.heads[verb]

    def at(self, i: int) -> Cluster | None:
        """Return the entity of the mention with head token `i`, if it has one by now."""
        node = self.by_head.get(i)
        return self.of.get(node.mention.id) if node else None

    def talker(self, node: Node) -> Cluster | None:
        """Return whom "I", "we" or "you" stands for: the speaker of the quote, or whoever said so last in the same voice."""
        person, many, _ = PRONOUNS[node.word]
        many = many or "many"
        if person == 1 and many == "one" and node.quote >= 0:
            speaker = self.at(self.quotes[node.quote].speaker)
            if speaker is not None:
                return speaker
        key = (person, many, self.voice(node))
        if key not in self.talkers:
            self.talkers[key] = self.cluster()
        return self.talkers[key]

    def voice(self, node: Node) -> int:
        """Return who talks at a mention: the number of the speaker's entity, -1 for the article, below -1 for an unknown
        speaker."""
        if node.quote < 0:
            return -1
        speaker = self.quotes[node.quote].speaker
        cluster = self.at(speaker)
        return cluster.order if cluster else -2 - node.quote

    def recent(self, node: Node, reach: int) -> list[Cluster]:
        """Return the entities mentioned at most `reach` sentences before, in the order they were begun."""
        found: dict[int, Cluster] = {}
        for other in self.done[: -MOST_LOOKED_AT - 1 : -1]:
            if node.sentence - other.sentence > reach:
                break
            cluster = self.of[other.mention.id]
            found[cluster.order] = cluster
        return [found[order] for order in sorted(found)]

    def speaks_of(self, node: Node, cluster: Cluster) -> bool:
        """Tell whether one of the two says words in which the other is a third person.

        'For Lind, Marlow was a hero. She said: "Marlow ..."' is not said by Marlow.
        """
        if node.kind != "pronoun" or node.gender not in ("male", "female"):
            return False
        if node.quote >= 0 and self.at(self.quotes[node.quote].speaker) is cluster:
            return True
        places = self.name_places.get(cluster.order, ())
        return any(any(q.first <= i < q.end for i in places) for q in self.said_by.get(node.head, ()))

    def candidates(self, node: Node) -> tuple[list[Cluster], list[list[float]]]:
        """Return the possible entities for `node`, the nearest first, each with its features."""
        tree = self.tree
        nominal = node.kind == "nominal"
        reach = NOMINAL_REACH if nominal else PRONOUN_REACH
        if nominal:
            alike = [c for c in self.index.get(node.lemma, [])[-MOST_LOOKED_AT:] if c.nodes]
            wanted = {id(c) for c in alike} | {id(c) for c in self.index.get(node.word, [])[-MOST_LOOKED_AT:] if c.nodes}
            by_type = node.type != "Thing" and node.definite in ("the", "this") and len(node.words) == 1
            if not wanted and not by_type:
                return [], []
            found = [c for c in self.recent(node, reach) if c.content and (id(c) in wanted or (by_type and node.type == c.type))]
            have = {id(c) for c in found}
            found += [c for c in alike if id(c) not in have]
        else:
            found = [c for c in self.recent(node, reach) if c.content]
        near = [(node.head - c.nodes[-1].head, c, c.nodes[-1]) for c in found]
        if not nominal and mention_class(node) in ("he", "it", "they"):
            ahead = self.upcoming[node.sentence]
            after = bisect_right(ahead, node.head, key=lambda other: other.head)
            near += [
                (other.head - node.head, self.of[other.mention.id], other)
                for other in ahead[after : after + MOST_LOOKED_AT]
                if not self.of[other.mention.id].nodes
            ]
        near.sort(key=lambda row: (row[0], row[1].order))
        near = [row for row in near if possible(tree, node, row[1]) and binds(tree, node, row[2]) and not self.speaks_of(node, row[1])]
        if node.role == "object" and node.gender in ("male", "female"):  # "Holt wanted to sue him": not Holt
            suer = self.at(doer(tree, node.clause, node.head))
            near = [row for row in near if row[1] is not suer]
        near = near[:MOST_CANDIDATES]
        if nominal and len(node.words) == 1 and node.definite in ("the", "this"):
            near = unrivalled(node, near)
        top = max((len(row[1].nodes) for row in near), default=0)
        kind = mention_class(node)
        fits = [likely(kind, row[1]) for row in near]
        pairs, passed, fitting = [], 0, sum(fits)
        for rank, (_, cluster, other) in enumerate(near):
            field = Field(kind, rank, passed, fitting, top)
            pairs.append(pair_features(tree, node, cluster, other, field))
            passed += fits[rank]
        if kind == "he" and near:
            more = person_bonus(tree, node, [row[1] for row in near], [row[2] for row in near], self.name_places, self.at)
            pairs = [[*row, extra] for row, extra in zip(pairs, more, strict=True)]
        return [row[1] for row in near], pairs


def unrivalled(node: Node, near: list[tuple[int, Cluster, Node]]) -> list[tuple[int, Cluster, Node]]:
    """Return the candidates for a bare "the match" or "this ward", without those that a nearer one of the same head noun hides.

    "The Marlow East ward ... The Marlow West ward ... this ward": the last one.
    """
    first = next((i for i, row in enumerate(near) if node.lemma in row[1].heads), len(near))
    return [row for i, row in enumerate(near) if i <= first or node.lemma not in row[1].heads]


def link(
    tree: Tree,
    mentions: Sequence[Mention],
    quotes: Sequence[Quote] = (),
    *,
    clusters: Sequence[Sequence[tuple[int, int]]] | None = None,
) -> tuple[list[Mention], list[LocalEntity]]:
    """Return the mentions with their entity set, and the entities, numbered in the order of their first mention.

    `quotes` give the speaker of "I". `clusters` are the chains of another coreference component as character spans
    (:func:`kg.extract.tree.coreference_chains`); where given, they replace the ranker, and names are still joined by their words.
    """
    linker = Linker(tree, mentions, quotes)
    if clusters is None:
        model = ranker()
        linker.run(lambda kind, _node, pairs, new, _candidates: model.choose(kind, pairs, new))
    else:
        linker.follow(clusters)
        linker.run(lambda *_: [])
    return settle(tree, linker, mentions)


def chain_of(where: Mapping[tuple[int, int], int], node: Node) -> int:
    """Return the number of the given chain that holds the mention (its noun phrase, compact form or head), or -1."""
    m = node.mention
    spans = ((m.full.start, m.full.end), (m.start, m.end), (m.head.start, m.head.end))
    return next((where[span] for span in spans if span in where), -1)


def settle(tree: Tree, linker: Linker, mentions: Sequence[Mention]) -> tuple[list[Mention], list[LocalEntity]]:
    """Return mentions and entities of a finished run."""
    used = sorted((c for c in linker.clusters if c.nodes), key=lambda c: min(n.mention.id for n in c.nodes))
    entities, entity_of = [], {}
    for number_, cluster in enumerate(used):
        names = [tree.text[n.mention.start : n.mention.end] for n in cluster.nodes if n.kind == "name"]
        nominals = [] if names else [n.mention for n in cluster.nodes if n.kind == "nominal"]
        forms = names or described(tree, nominals) or [tree.text[n.mention.start : n.mention.end] for n in cluster.nodes]
        counts = Counter(" ".join(form.split()) for form in forms)
        label = (
            max(counts, key=lambda form: (len(form.split()) if names else 0, counts[form], len(form), form))
            if names
            else next(iter(counts))
        )
        aliases = tuple(form for form in counts if form != label) if names else ()
        type_ = cluster_type(cluster)
        entities.append(LocalEntity(number_, label, type_, bool(names), aliases))
        for node in cluster.nodes:
            entity_of[node.mention.id] = (number_, type_)
    out = []
    for mention in mentions:
        if mention.id in entity_of:
            number_, type_ = entity_of[mention.id]
            mention = replace(mention, entity=number_, type=type_)
        out.append(mention)
    return out, entities


def described(tree: Tree, nominals: Sequence[Mention]) -> list[str]:
    """Return the wordings of an entity's noun phrases, each with its complement ("ban on fishing").

    Before the first go those with the same noun that have a complement: "The policy ... Their policy on wages".
    """
    found = []
    for mention in nominals:
        first, last = (tokens := tree.tokens(mention.start, mention.end))[0], tokens[-1]
        end = complement_end(tree, last + 1)
        alike = mention.head.start in tree.at and tree.lemmas[last] == tree.lemmas[tree.at[nominals[0].head.start]]
        if first and tree.words[first - 1].lower() in COUNTED_OUT:
            first -= 1 + (first > 1 and tree.words[first - 2].lower() == "not")  # "some | critics", "not all | critics"
        start = min(tree.starts[first], mention.start)
        whole = tree.text[start : tree.ends[end - 1] if end > last + 1 else mention.end]
        found.append((not (alike and end > last + 1), without_half_quotes(whole)))
    return [whole for _, whole in sorted(found, key=lambda form: form[0])]


def is_she(cluster: Cluster) -> bool:
    """Tell whether an entity is a person whatever the recogniser took its names for: "Moonlight left. She ..."."""
    words = [n.word for n in cluster.nodes if n.kind == "pronoun"]
    names = [n for n in cluster.nodes if n.kind == "name"]
    if not words or not 2 * len(words) >= len(names) > 0 or no_person(cluster) or cluster.located:
        return False
    if any(n.type == "Place" and len(n.words) > 1 and n.words[0].lower() not in first_names() for n in names):
        return False  # "South Carolina"
    return all(word in PRONOUNS and PRONOUNS[word][2] in ("male", "female") for word in words)


def without_half_quotes(label: str) -> str:
    """Return the label without quotation marks whose other half stands outside: their alleged "repeated neglect," they note."""
    for pair in ("“”", "«»", '""'):
        if label.count(pair[0]) != label.count(pair[1]) or (pair == '""' and label.count('"') % 2):
            label = label.replace(pair[0], "").replace(pair[1], "")
    return label


def cluster_type(cluster: Cluster) -> str:
    """Return the type that most names, else noun phrases, else pronouns of the entity have."""
    if cluster.told:
        return cluster.told
    if is_she(cluster):
        return "Person"
    for kind in ("name", "nominal", "pronoun"):
        counts = Counter(n.type for n in cluster.nodes if n.kind == kind and n.type != "Thing")
        if counts:
            return max(counts, key=lambda t: (counts[t], t))
    return "Thing"
