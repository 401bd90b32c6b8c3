"""Who speaks in a report: the party behind a reporting verb, the outlet that is told, "according to", reports that trail behind."""

from __future__ import annotations

from collections.abc import Sequence

from kg.extract.clauses import Clause, conjuncts
from kg.extract.cues import load_cues
from kg.extract.tree import Tree
from kg.records import Mention

#: speakers read of one coordination
MOST_JOINED = 5
#: last words of names that no person or place has
SURE_OUTLETS = frozenset(
    ["news", "times", "herald", "tribune", "gazette", "reporter", "chronicle", "telegraph", "newspaper", "magazine"]
)
NEWSPAPERS = frozenset(["newspaper", "newspapers", "broadcaster", "tabloid", "newswire", "media", "press"])


class Speakers:
    """Finds the parties of one article's reports; tokens are given and returned by index, -1 for none.

    ``according`` holds, by the predicate they hang on, the parties of "according to" and the like: (head token, cue tokens).
    """

    def __init__(self, tree: Tree, mentions: Sequence[Mention], clauses: Sequence[Clause]) -> None:
        self.tree = tree
        self.cues = load_cues()
        self.by_head = {tree.at[m.head.start]: m for m in reversed(mentions) if m.head.start in tree.at}
        self.heads = {m.id: tree.at[m.head.start] for m in mentions if m.head.start in tree.at}
        self.by_token = {tree.at[m.start]: m for m in reversed(mentions) if m.start in tree.at}
        self.in_name = {i: m for m in mentions if m.kind == "name" and m.start in tree.at for i in tree.tokens(m.start, m.end)}
        self.clause_of = {clause.verb: clause for clause in clauses}
        self.trailing: dict[int, int] = {}
        self.according = self._according()

    def mention(self, token: int) -> int | None:
        """Return the id of the mention whose head is `token`, or that begins the phrase it heads."""
        if token < 0:
            return None
        mention = (
            self.by_head.get(token)
            or self.in_name.get(token)
            or self.by_token.get(token)
            or self.by_token.get(self.tree.left[token])
        )
        return mention.id if mention else None

    def joined(self, mention: int | None) -> list[int]:
        """Return the mentions coordinated with the speaker `mention`: "said Ann Roe and Tom Hale"."""
        token = self.heads.get(mention, -1) if mention is not None else -1
        others = conjuncts(self.tree, token)[1:] if token >= 0 else []
        found = (self.by_head.get(other) for other in others if self.tree.deps[token] in ("nsubj", "pobj"))
        return [other.id for other in found if other is not None and other.kind == "name"][:MOST_JOINED]

    def speaker(self, verb: int) -> int:
        """Return the head token of the party that says what `verb` reports, or -1."""
        tree = self.tree
        if tree.child(verb, "auxpass") >= 0:
            return self.agent(verb)
        subject = tree.child(verb, "nsubj")
        node, hops = verb, 0
        while (
            subject < 0
            and hops < 4
            and tree.deps[node] in ("conj", "advcl", "xcomp", "pcomp", "prep")
            and tree.heads[node] != node
        ):
            node, hops = tree.heads[node], hops + 1
            subject = tree.child(node, "nsubj", "nsubjpass")
        if subject < 0 and tree.deps[verb] in ("acl", "relcl"):
            return tree.heads[verb]
        if subject >= 0 and tree.tags[subject] in ("WDT", "WP") and tree.deps[node] == "relcl":
            return tree.heads[node]
        if subject < 0 and (clause := self.clause_of.get(verb)) and clause.subjects:
            return clause.subjects[0]
        return subject

    def agent(self, verb: int) -> int:
        by = self.tree.child(verb, "agent")
        return self.tree.child(by, "pobj") if by >= 0 else -1

    def listener(self, verb: int) -> int:
        """Return the newspaper or agency that is told: "the lawyer told the Herald", or -1."""
        tree = self.tree
        for child in tree.children[verb]:
            target = tree.child(child, "pobj") if tree.deps[child] in ("prep", "dative") else child
            if target >= 0 and tree.deps[child] in ("dobj", "dative", "prep") and self.is_outlet(target):
                return target
        return -1

    def is_outlet(self, token: int) -> bool:
        """Tell whether the noun phrase at `token` names a newspaper, broadcaster or news agency."""
        tree = self.tree
        word = tree.words[token].lower()
        if word == "agency":
            return tree.words[token - 1].lower() in ("news", "press")
        if not tree.words[token][:1].isupper():
            return word in NEWSPAPERS
        mention = self.by_head.get(token) or self.in_name.get(token)
        name = tree.text[mention.start : mention.end].lower().removeprefix("the ") if mention else word
        if mention and (mention.type == "Place" or (mention.type == "Person" and " " in name)) and word not in SURE_OUTLETS:
            return name in self.cues.outlets_whole
        return name in self.cues.outlets_whole or word in self.cues.outlets_last

    def cue_tokens(self, verb: int) -> tuple[int, ...]:
        """Return first and last token of the reporting words: the verb with its particle."""
        particle = self.tree.child(verb, "prt")
        return (verb, particle) if particle == verb + 1 else (verb,)

    def trailing_report(self, i: int) -> int:
        """Return what :meth:`_find_trailing_report` found, looked for once."""
        if i not in self.trailing:
            self.trailing[i] = self._find_trailing_report(i)
        return self.trailing[i]

    def _find_trailing_report(self, i: int) -> int:
        """Return the reporting verb that ends the sentence of `i` as a joined clause ("It rained, the mayor told us."), or -1."""
        tree = self.tree
        if not tree.children[i] or tree.pos[i] not in ("VERB", "AUX"):
            return -1
        for child in tree.children[i]:  # "The bank, Roe says, lied."
            if tree.deps[child] == "parataxis" and tree.lemmas[child] in self.cues.reporting and tree.child(child, "nsubj") >= 0:
                end = tree.right[child]
                if tree.child(child, "ccomp") < 0 and (
                    end == len(tree) or tree.pos[end] == "PUNCT" or tree.words[end - 1] == ","
                ):
                    return child
        last = -1
        for child in reversed(tree.children[i]):
            if child > i and tree.deps[child] in ("conj", "parataxis", "dep") and tree.lemmas[child] in self.cues.reporting:
                last = child
                break
        if (
            last < 0
            or tree.tags[last] not in ("VBD", "VBZ", "VBP")
            or tree.child(last, "nsubj") < 0
            or tree.child(last, "ccomp") >= 0
        ):
            return -1
        if any(tree.deps[c] == "cc" and c < last for c in tree.children[i]):
            return -1
        return last if tree.right[i] - tree.right[last] <= 2 else -1

    def _according(self) -> dict[int, tuple[int, tuple[int, ...]]]:
        """Return, by the predicate they hang on, the parties of "according to" and the like: (head token, cue tokens)."""
        tree = self.tree
        found: dict[int, tuple[int, tuple[int, ...]]] = {}
        for i, word in enumerate(tree.words[:-1]):
            if word.lower() == "according" and tree.words[i + 1].lower() == "to":
                to = i + 1
                party = tree.child(to, "pobj")
                if party < 0:
                    party = tree.child(i, "pobj")
                head = tree.heads[i]
                while tree.pos[head] not in ("VERB", "AUX") and tree.heads[head] != head and tree.deps[head] != "ROOT":
                    head = tree.heads[head]
                if party >= 0:
                    found[head] = (party, (i, to))
            elif (
                word.lower() in ("words", "view", "opinion")
                and tree.deps[i] == "pobj"
                and tree.words[tree.heads[i]].lower() == "in"
            ):
                owner, of = tree.child(i, "poss"), tree.child(i, "prep")  # "in the suit's words", "in the view of the judge"
                owner = owner if owner >= 0 else tree.child(of, "pobj") if of >= 0 else -1
                if owner >= 0:
                    found[tree.heads[tree.heads[i]]] = (owner, (i,))
        return found
