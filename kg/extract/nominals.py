"""Facts that noun phrases state: titles, appositions, possession, compounds and nouns with arguments of their own.

"Cinematographer Jane Roe, a mother of two, joined Delta's board after the acquisition of Delta by Acme" states five facts beside
the verb's. The small model's parses of noun phrases are often wrong, so each rule asks for more than the parse (punctuation,
determiners, classes of nouns that fit) and stays silent when in doubt.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kg.extract.clauses import conjuncts, members
from kg.extract.tree import Tree
from kg.extract.words import TITLES, noun_classes
from kg.records import Argument, Claim, Form, Mention, Span

#: how often claims of each form were right when read in real articles
CONFIDENCE: dict[Form, float] = {"title": 0.9, "apposition": 0.85, "possessive": 0.85, "noun": 0.8, "compound": 0.75}
#: classes that people are told apart from; ``Thing`` and ``Group`` fit anything
#: classes of nouns that go before a name like a title: "the film Rust", "the company Delta"
CALLED = frozenset(["Organization", "Place", "CreativeWork", "Group", "Facility"])
NEVER_PEOPLE = frozenset(["Organization", "Place", "CreativeWork", "Event", "Product", "Law", "Facility", "Time"])
#: prepositions that give a noun arguments of its own
NOUN_PREPOSITIONS = frozenset(
    ["of", "by", "against", "for", "in", "on", "to", "between", "with", "from", "at", "over", "into", "near", "about"]
)
ROLE_PREPOSITIONS = frozenset(["of", "for", "at", "in", "from", "to", "with", "on"])
#: words that are people in the dictionary and mean something else before a name
NOT_TITLES = frozenset(
    ["first", "second", "major", "junior", "senior", "young", "old", "native", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "miss"]
)
#: adjectives that tell when a title is held, not which
PASSING = frozenset(["former", "ex", "then", "late", "longtime", "current", "new", "outgoing", "incoming"])
#: verbs whose subject, and verbs whose object, holds the office after "as"
SERVING = frozenset(["serve", "work", "act", "remain", "continue"])
APPOINTING = frozenset(["appoint", "elect", "name", "hire", "choose", "install", "reappoint", "re-elect", "confirm", "select"])
#: nouns of offices: "the post of president" is nobody
POSTS = frozenset(["post", "position", "role", "job", "office", "title", "rank", "duty", "candidate"])
APART = frozenset([",", "(", "—", "–", "--", "-", ":"])
PLACES = frozenset(["of", "from"])


class Nouns(NamedTuple):
    """Classes of nouns with arguments, from ``data/nouns.txt`` and ``data/nominals.toml``."""

    events: frozenset[str]
    people: frozenset[str]
    relations: frozenset[str]
    measures: frozenset[str]
    parties: frozenset[str]


@cache
def load_nouns() -> Nouns:
    """Return the noun classes that this module reads."""
    rows = tomllib.loads((Path(__file__).parent / "data" / "nominals.toml").read_text(encoding="utf-8"))
    sets = {kind: frozenset(words.split()) for kind, words in rows.items()}
    classes = noun_classes()
    events = {noun for noun, kind in classes.items() if kind == "Event"} | sets["events"]
    people = {noun for noun, kind in classes.items() if kind == "Person"} | sets["roles"]
    return Nouns(frozenset(events), frozenset(people), sets["relations"], sets["measures"], sets["parties"])


def nominal_claims(tree: Tree, mentions: Sequence[Mention]) -> list[Claim]:
    """Return the claims that noun phrases make, in text order, numbered from 0."""
    reader = _Reader(tree, mentions)
    for mention in mentions:
        head = tree.at.get(mention.head.start, -1)
        if head >= 0 and mention.kind in ("name", "nominal"):
            reader.read(mention, head)
        elif head >= 0 and mention.kind == "value":
            for child in tree.children[head]:
                if tree.deps[child] == "appos" and child > head and reader.born_there(head):  # "born on 3 May 1861, the son of a baker"
                    reader.apposition(mention, head, child)
    return reader.claims


class _Reader:
    """Reads one article's noun phrases and collects the claims."""

    def __init__(self, tree: Tree, mentions: Sequence[Mention]) -> None:
        self.tree = tree
        self.nouns = load_nouns()
        self.claims: list[Claim] = []
        self.by_head = {tree.at[m.head.start]: m for m in reversed(mentions) if m.head.start in tree.at}
        self.names = {tree.at[m.start]: m for m in mentions if m.kind == "name" and m.start in tree.at}
        #: heads that are the complement of another claim: their own arguments are told there
        self.told: set[int] = set()
        #: (subject, noun) pairs of titles and appositions: one phrase may be parsed as both
        self.described: set[tuple[int, int]] = set()

    def read(self, mention: Mention, head: int) -> None:
        """Add the claims of the noun phrase `mention` with head token `head`."""
        tree = self.tree
        if mention.kind == "name":
            self.title(mention, head)
        for child in tree.children[head]:
            if tree.deps[child] == "appos" and child > head:
                self.apposition(mention, head, child)
        self.aged(mention, head)
        if mention.kind == "name":
            self.home(mention, head)
        elif mention.kind == "nominal":
            self.examples(head)
        if tree.deps[head] not in ("appos", "attr") and head not in self.told:
            self.noun(mention, head)

    # titles: "cinematographer Halyna Hutchins", "Apple CEO Tim Cook"

    def title(self, mention: Mention, head: int) -> None:
        """Add the title before a name; a name in it is what the title is held at ("Apple CEO")."""
        tree = self.tree
        start = tree.at.get(mention.start, -1)
        last = start - 1
        first = self._title_first(head, start)
        if first > last or tree.sentence[first] != tree.sentence[start]:
            return
        word = tree.words[last].lower()
        lemma = tree.lemmas[last].lower()
        # the tagger takes rare titles for adjectives, where the parser still sees a noun: "cinematographer Halina Roe"
        noun = tree.pos[last] in ("NOUN", "PROPN", "VERB") or (tree.pos[last] == "ADJ" and tree.deps[last] == "compound")
        if not noun or word in NOT_TITLES:
            return
        person = lemma in self.nouns.people or word in self.nouns.people or word in TITLES
        if (mention.type == "Person" and not person) or (mention.type != "Person" and person and mention.type in NEVER_PEOPLE):
            return
        if not person and not (tree.pos[last] == "NOUN" and noun_classes().get(lemma, "Thing") in CALLED and last - first < 4):
            return
        if not person and (
            tree.tags[last] == "NNS" or not any(tree.deps[c] in ("det", "poss") and c < first for c in tree.children[head])
        ):
            return  # "the film Rust", not "prop gun Colt" or "reports Reuters"
        modifiers = []
        if (tree.words[first].lower() in PASSING or tree.pos[first] == "NUM") and first < last:
            first += 1
        while first < last and (name := self._name_at(first, last)):
            modifiers.append(self._of_mention("modifier", name))
            first = tree.tokens(name.start, name.end).stop
            while first < last and tree.pos[first] in ("PUNCT", "PART"):
                first += 1
        if first > last:
            return
        if tree.words[first].lower() in PASSING and first < last:
            first += 1
        owner = next((c for c in tree.children[head] if c < first and (tree.deps[c] == "poss" or self._genitive(c))), -1)
        if owner >= 0:
            modifiers.append(self._argument("possessor", owner))
        self._add(
            "title", last, first, (self._of_mention("subject", mention), self._wording("complement", first, last + 1), *modifiers)
        )

    def _title_first(self, head: int, start: int) -> int:
        """Return the first token of what stands before the name and belongs to its phrase, determiner and possessor left out."""
        tree = self.tree
        first = start
        while first > 0:
            i = first - 1
            word = tree.words[i]
            inside = tree.left[head] <= i < head
            if not inside and not (
                first == start
                and tree.lemmas[i].lower() in self.nouns.people
                and word[:1].islower()
                and i > 0
                and (tree.pos[i - 1] in ("CCONJ", "DET") or tree.words[i - 1] == ",")
            ):
                break
            if (
                tree.pos[i] not in ("NOUN", "PROPN", "ADJ", "NUM")
                and word not in ("-", "of")
                and (inside or tree.pos[i] != "VERB")
            ):
                break
            if tree.deps[i] in ("poss", "det", "case") or word in (",", ";"):
                break
            first = i
        return first

    def _name_at(self, i: int, last: int) -> Mention | None:
        """Return the name of an organisation, place or group that begins at token `i` and ends before `last`."""
        name = self.names.get(i)
        if (
            name
            and name.type == "Organization"
            and all(self.tree.lemmas[j].lower() in noun_classes() for j in self.tree.tokens(name.start, name.end))
        ):
            return None  # "Home Secretary", "Shadow Home Secretary"
        if name and name.type != "Person" and self.tree.tokens(name.start, name.end).stop <= last:
            return name
        return None

    # appositions

    def apposition(self, mention: Mention, head: int, child: int) -> None:
        """Add what an apposition says: "Norlight, a music festival in Norway" | "the club's treasurer, Jane Roe" | "Smith, 45"."""
        tree = self.tree
        if tree.words[child].isdigit() and len(tree.words[child]) < 4:
            self.age(mention, child)
            return
        mark = tree.words[tree.left[child]] if tree.pos[tree.left[child]] == "PUNCT" else tree.words[tree.left[child] - 1]
        other = self.by_head.get(child)
        if tree.right[head] - tree.left[child] > 60:
            return
        if mark == "(" and mention.kind == "name" and mention.type == "Person" and self.party(mention, child):
            return
        if other is None or other.kind not in ("name", "nominal"):
            return
        if mark not in APART and not (
            mention.type == other.type == "Person" and mention.kind == "nominal" and other.kind == "name"
        ):
            return
        if mention.type != "Person" and self._kind(tree.lemmas[child].lower()) == "Person" and (born := self.born_there(head)):
            mention = born
        if mention.kind in ("name", "pronoun") and other.kind == "nominal":
            for complement in self._descriptions(child):
                self._describe(mention, head, complement)
        elif mention.kind == "nominal" and other.kind == "name":
            if (
                tree.tags[head] in ("NN", "NNP")
                and not self._is_list(child)
                and tree.lemmas[head].lower() not in self.nouns.measures
            ):
                self._describe(other, child, head)
        elif (
            mention.kind == "nominal" and self._has_determiner(child) and self._has_determiner(head) and not self._is_list(child)
        ):
            self._describe(mention, head, child)

    def born_there(self, place: int) -> Mention | None:
        """Return who an apposition after a birthplace tells of: "Roe was born in Marlow, the son of a baker", or None."""
        tree = self.tree
        verb = place
        while tree.deps[verb] in ("appos", "conj", "compound", "pobj", "prep") and tree.heads[verb] != verb:
            verb = tree.heads[verb]
        if tree.lemmas[verb] != "bear" or verb > place:
            return None
        who = tree.child(verb, "nsubjpass", "nsubj")
        above = tree.heads[verb]
        if who < 0 and tree.deps[verb] in ("acl", "advcl"):  # "Roe, born in Marlow, the son of a baker, ..."
            who = above if tree.deps[verb] == "acl" else tree.child(above, "nsubjpass", "nsubj")
        return self.by_head.get(who)

    def examples(self, head: int) -> None:
        """Add what the named examples of a plural noun are: "carriers such as Delta and United" (Hearst, COLING 1992)."""
        tree = self.tree
        if tree.tags[head] != "NNS" or tree.lemmas[head].lower() in self.nouns.measures | {"other"}:
            return
        first, joined = self._compact(head), conjuncts(tree, head)
        for example in members(tree, head):
            name = self.by_head.get(example)
            if name is not None and name.kind == "name" and example not in joined:
                self._add("apposition", head, first, (self._of_mention("subject", name), self._complement(head, first)))

    def _descriptions(self, child: int) -> list[int]:
        """Return the heads of a coordinated apposition: "the speaker of the House and a former teacher"."""
        tree = self.tree
        found, i = [child], child
        while (i := tree.child(i, "conj")) >= 0:
            if tree.pos[i] != "NOUN" or not self._has_determiner(i):
                return [child] if self._has_determiner(child) else []
            found.append(i)
        return found

    def _is_list(self, child: int) -> bool:
        return any(self.tree.deps[c] in ("cc", "conj") for c in self.tree.children[child])

    def _has_determiner(self, i: int) -> bool:
        return any(self.tree.deps[c] in ("det", "poss") or (c < i and self._genitive(c)) for c in self.tree.children[i])

    def _describe(self, subject: Mention, name: int, noun: int) -> None:
        """Add "`subject` is a `noun`", if the two can be one thing, with what the noun takes as arguments."""
        tree = self.tree
        lemma = tree.lemmas[noun].lower()
        kind = self._kind(lemma)
        if tree.pos[noun] not in ("NOUN", "PROPN") or lemma in self.nouns.measures or kind == "Time":
            return
        if (kind == "Person") != (subject.type == "Person") and (
            (kind == "Person" and subject.type in NEVER_PEOPLE) or (subject.type == "Person" and kind in NEVER_PEOPLE)
        ):
            return
        if tree.tags[noun] == "NNS" and (
            subject.type in ("Person", "Place") or (subject.kind == "name" and tree.tags[name] != "NNPS")
        ):
            return
        if not self._has_determiner(noun) and kind != "Person" and not tree.child(noun, "prep") > 0:
            return
        first = self._compact(noun)
        arguments = self._own_arguments(noun, ROLE_PREPOSITIONS | NOUN_PREPOSITIONS)
        self.told.add(noun)
        self._add("apposition", noun, first, (self._of_mention("subject", subject), self._complement(noun, first), *arguments))

    def _kind(self, lemma: str) -> str:
        if lemma in self.nouns.people:
            return "Person"
        return noun_classes().get(lemma, "Thing")

    def age(self, mention: Mention, child: int) -> None:
        """Add "Smith, 45,": a number of two digits set off by commas behind a person."""
        tree = self.tree
        after = tree.words[child + 1] if child + 1 < len(tree) else "."
        if (
            mention.type == "Person"
            and tree.words[child - 1] == ","
            and after in (",", ".", ")", ";")
            and not tree.children[child]
        ):
            self._add(
                "apposition", child, child, (self._of_mention("subject", mention), self._argument("complement", child)), "age"
            )

    def aged(self, mention: Mention, head: int) -> None:
        """Add "Jane Roe, aged 45," and "a boy aged 14"."""
        tree = self.tree
        for child in tree.children[head]:
            number = child + 1
            if mention.type == "Person" and child > head and tree.words[child].lower() == "aged" and tree.words[number:number + 1] \
                    and tree.words[number].isdigit():
                self._add("apposition", number, number,
                          (self._of_mention("subject", mention), self._wording("complement", number, number + 1)), "age")

    def party(self, mention: Mention, child: int) -> bool:
        """Add "Roe (D-Texas)": the party's letter, and what she stands for; False if the brackets hold something else."""
        tree = self.tree
        first = tree.left[child] + (tree.words[tree.left[child]] == "(")
        if (
            tree.words[first] not in self.nouns.parties
            or first + 1 >= len(tree)
            or tree.words[first + 1] not in ("-", "–", ")", ",")
        ):
            return False
        arguments = [self._of_mention("subject", mention), self._wording("complement", first, first + 1)]
        if child > first + 1:
            arguments.append(self._wording("for", first + 2, child + 1))
        self._add("apposition", first, first, tuple(arguments), "party")
        return True

    def home(self, mention: Mention, head: int) -> None:
        """Add "Smith, 45, of Denver": where a person comes from, set off by a comma."""
        tree = self.tree
        if mention.type != "Person":
            return
        for child in tree.children[head]:
            place = tree.child(child, "pobj") if tree.deps[child] == "prep" and tree.words[child].lower() in PLACES else -1
            if (
                place >= 0
                and tree.words[child - 1] == ","
                and (where := self.by_head.get(place))
                and where.type in ("Place", "Organization")
            ):
                word = tree.words[child].lower()
                self._add("apposition", child, child, (self._of_mention("subject", mention), self._of_mention(word, where)), word)

    # nouns with arguments

    def noun(self, mention: Mention, head: int) -> None:
        """Add what a noun's possessor, prepositions and modifying names say.

        "Baldwin's lawyer" | "the acquisition of X by Y" | "the mayor of Lyon" | "the Rust shooting" | "an 18-month sentence"
        """
        tree = self.tree
        if mention.kind == "name" and not (
            tree.words[head].lower() in self.nouns.people or tree.words[head].lower() in self.nouns.events
        ):
            return
        lemma = tree.lemmas[head].lower()
        if (
            lemma in self.nouns.measures
            or tree.tags[head] == "VBG"
            or (tree.pos[head] == "PROPN" and tree.words[head - 1] == "-")
        ):
            return
        event = lemma in self.nouns.events
        if self.named_after_office(mention, head):
            return
        person = lemma in self.nouns.people and (mention.kind == "nominal" or tree.pos[head] == "NOUN")
        joined = lemma in self.nouns.relations and tree.deps[head] == "conj"
        if not event and (person or joined) and self.held(head):
            return
        relational = lemma in self.nouns.people or lemma in self.nouns.relations
        arguments = self._own_arguments(head, NOUN_PREPOSITIONS if event else ROLE_PREPOSITIONS if relational else frozenset())
        owned = any(a.role == "possessor" for a in arguments)
        if not arguments:
            return
        first = self._compact(head)
        subject = self._of_mention("subject", mention)
        if event:
            self._add("noun", head, first, arguments)
        elif owned:
            self._add("possessive", head, first, (subject, *arguments))
        elif any(a.role != "modifier" for a in arguments):
            self._add("noun", head, first, (subject, *arguments))
        elif tree.pos[head] == "NOUN":
            self._add("compound", head, first, (subject, *arguments))

    def held(self, head: int) -> bool:
        """Add who holds the office that a predicate noun names; True if the noun names nobody by itself.

        "Ruiz served as president of the Delta Society" | "The board appointed Ruiz as director of sales" | "Ruiz is a lawyer and the
        head of the fund". "The post of president of the fund" is a post, and who resigned as minister is none.
        """
        tree = self.tree
        above = tree.heads[head]
        if tree.deps[head] == "pobj" and tree.words[above].lower() == "of" and tree.lemmas[tree.heads[above]].lower() in POSTS:
            return True
        if tree.deps[head] == "pobj" and tree.words[above].lower() == "as":
            verb = tree.heads[above]
            lemma = tree.lemmas[verb].lower()
            passive = tree.child(verb, "auxpass") >= 0
            role = "nsubjpass" if passive else "nsubj" if lemma in SERVING else "dobj"
            known = lemma in SERVING or lemma in APPOINTING
        elif tree.deps[head] == "conj":
            first = above
            while tree.deps[first] == "conj" and tree.pos[first] in ("NOUN", "PROPN"):
                first = tree.heads[first]
            verb, role = tree.heads[first], "nsubj"
            known = tree.lemmas[verb] == "be"
            if tree.deps[first] != "attr":
                return False
        else:
            return False
        bearer = tree.child(verb, role)
        who = self.by_head.get(bearer)
        told = tree.deps[verb] in ("ROOT", "conj", "relcl") and tree.tags[verb] in ("VBD", "VBZ", "VBP", "VBN") \
            and tree.child(verb, "neg") < 0 and not any(tree.tags[c] in ("MD", "TO") for c in tree.children[verb])
        if known and told and who is not None and bearer < head and tree.tags[bearer] not in ("WP", "WDT", "EX"):
            self._describe(who, bearer, head)
        return True

    def named_after_office(self, mention: Mention, head: int) -> bool:
        """Add "Peru's ambassador to the United States Luis Paz": parsed as if the person were part of the country."""
        tree = self.tree
        preposition = tree.child(head, "prep")
        last = tree.child(preposition, "pobj") if preposition > head else -1
        person = self.by_head.get(last)
        if (
            person is None
            or person.kind != "name"
            or person.type != "Person"
            or tree.lemmas[head].lower() not in self.nouns.people
        ):
            return False
        start = tree.at[person.start]
        between = (self.names[i] for i in range(preposition + 1, start) if i in self.names)
        office = next((name for name in between if tree.tokens(name.start, name.end).stop == start), None)
        if office is None or office.type == "Person":
            return False
        first = self._compact(head)
        self.told.add(head)
        arguments = (a for a in self._own_arguments(head, frozenset()))
        self._add(
            "title",
            head,
            first,
            (
                self._of_mention("subject", person),
                self._complement(head, first),
                self._of_mention(tree.words[preposition].lower(), office),
                *arguments,
            ),
        )
        return True

    def _own_arguments(self, head: int, prepositions: frozenset[str]) -> tuple[Argument, ...]:
        """Return possessor, modifying names and values, and prepositional arguments of a noun, in text order."""
        tree = self.tree
        found: list[Argument] = []
        for child in tree.children[head]:
            dep = tree.deps[child]
            other = self.by_head.get(child)
            if dep == "poss" or (child < head and self._genitive(child)):
                if other and other.kind == "value":
                    found.append(self._of_mention("time", other))
                elif other:
                    found.append(self._argument("possessor", child))
            elif dep in ("compound", "nmod", "amod") and child < head:
                if other and (
                    other.kind == "name" or (other.kind == "value" and other.value and other.value.kind in ("duration", "money"))
                ):
                    found.append(self._of_mention("modifier", other))
            elif dep in ("prep", "agent") and child > head and tree.words[child].lower() in prepositions:
                found += self._prepositional(child)
        return tuple(dict.fromkeys(found))

    def _genitive(self, i: int) -> bool:
        """Tell whether token `i` ends in 's, whatever the parser made of it: "the club’s treasurer"."""
        tree = self.tree
        return i + 1 < len(tree) and tree.tags[i + 1] == "POS" and tree.heads[i + 1] == i

    def _prepositional(self, preposition: int) -> list[Argument]:
        """Return the objects of a preposition, one for each conjunct: "the murder of Ann Roe and Tom Hale"."""
        tree = self.tree
        if tree.words[preposition - 1] in (",", ";"):
            return []
        role = tree.words[preposition].lower()
        found, i = [], tree.child(preposition, "pobj")
        while i >= 0:
            other = self.by_head.get(i)
            if other is None or (other.kind == "pronoun" and tree.tags[i] in ("WDT", "WP")):
                break
            time = other.value is not None and other.value.kind == "date" and role in ("in", "on", "at")
            found.append(self._of_mention("time" if time else role, other))
            i = tree.child(i, "conj") if any(tree.deps[c] == "cc" for c in tree.children[i]) or len(found) > 1 else -1
        return found

    # records

    def _compact(self, noun: int) -> int:
        """Return the first token of the minimal noun phrase at `noun`, names and values that modify it left out."""
        mention = self.by_head.get(noun)
        tree = self.tree
        first = tree.at.get(mention.start, noun) if mention else noun
        for child in tree.children[noun]:
            other = self.by_head.get(child)
            if first <= child < noun and (
                tree.deps[child] in ("poss", "det", "case") or (other and other.kind in ("name", "value"))
            ):
                first = max(first, tree.right[child])
        while first < noun and tree.pos[first] in ("PUNCT", "PART", "DET", "SPACE"):
            first += 1
        return first

    def _complement(self, noun: int, first: int) -> Argument:
        mention = self.by_head.get(noun)
        return Argument("complement", self.tree.starts[first], self.tree.ends[noun], mention.id if mention else None)

    def _argument(self, role: str, token: int) -> Argument:
        mention = self.by_head.get(token)
        if mention:
            return self._of_mention(role, mention)
        return self._wording(role, self.tree.left[token], self.tree.right[token])

    def _of_mention(self, role: str, mention: Mention) -> Argument:
        full = mention.full if mention.kind != "name" else Span(mention.start, mention.end)
        return Argument(role, full.start, full.end, mention.id)

    def _wording(self, role: str, first: int, end: int) -> Argument:
        return Argument(role, self.tree.starts[first], self.tree.ends[end - 1])

    def _add(self, form: Form, head: int, first: int, arguments: tuple[Argument, ...], lemma: str = "") -> None:
        if form in ("title", "apposition") and arguments[0].mention is not None:
            pair = (arguments[0].mention, head)
            if pair in self.described:
                return
            self.described.add(pair)
        tree = self.tree
        predicate = Span(tree.starts[head], tree.ends[head])
        begin, stop = tree.sentences[tree.sentence[head]]
        evidence = Span(min(predicate.start, *(a.start for a in arguments)), max(predicate.end, *(a.end for a in arguments)))
        sentence = Span(tree.starts[begin], tree.ends[stop - 1])
        self.claims.append(
            Claim(
                len(self.claims),
                form,
                lemma or tree.lemmas[head].lower(),
                tree.cut(first, head + 1),
                predicate,
                arguments,
                evidence,
                sentence,
                confidence=CONFIDENCE[form],
                extractor="nominals",
            )
        )
