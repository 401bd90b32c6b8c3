"""Clauses: who does what to whom, read off the dependency tree.

After ClausIE (Del Corro & Gemulla, WWW 2013): first every clause of the text with its constituents and its type, then claims made
of the constituents. Unlike ClausIE, a clause without a subject of its own takes the one that English grammar gives it
(conjunction, control, raising, participles, relative pronouns), and the roles of a claim are deep ones: a passive and its
active are one fact.

All positions are token indices of the :class:`~kg.extract.tree.Tree`; every step visits a token a bounded number of times.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace

from kg.extract.cues import load_cues
from kg.extract.tree import Tree
from kg.extract.words import noun_classes
from kg.records import Argument, Claim, Mention, Span

ClauseType = Literal["SV", "SVO", "SVC", "SVA", "SVOO", "SVOA", "SVOC"]

#: combinations of conjuncts one clause may give; a list of a hundred names on both sides is cut off here
MOST_CLAIMS = 36
#: conjuncts read of one phrase; tokens of framing verbs kept in a predicate's wording ("began to try to ...")
MOST_CONJUNCTS = 64
LONGEST_FRAME = 16
#: relative words that stand for the noun before the clause
RELATIVE_TAGS = {"WDT", "WP"}
SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass")
#: clause relations that hand the subject of the parent clause down ("X came, saw"; "X tried to"; "X left, slamming the door")
INHERITING = {"conj", "xcomp", "advcl", "ccomp", "pcomp", "parataxis", "dep"}
#: "She promised him to come": with these the subject, not the object, does the second thing
SUBJECT_CONTROL = {"promise", "threaten", "vow", "use", "need", "take", "spend", "get", "have"}
#: verbs that link the subject to a predicate noun, adjective or place
COPULAS = {"be", "become", "remain", "seem", "appear", "stay", "prove", "look", "sound", "feel"}
#: nouns whose infinitive tells what somebody else does: "the company's plan to close the mine"
INTENTIONS = frozenset("""
    plan decision attempt effort right ability bid move desire need power permission opportunity chance offer promise
    refusal failure willingness proposal way time agreement intention pledge vow duty obligation tendency authority
    freedom order request threat policy intent deal goal aim task necessity reason idea strategy campaign push drive purpose
""".split())
#: antecedents that a relative clause without a pronoun tells the time, place or manner of: "the day she left"
CIRCUMSTANCES = frozenset("""
    day time year month week moment night morning place way reason hour minute manner
""".split())
#: adverbs that link or hedge sentences and say nothing of the event
LINKERS = frozenset("""
    also then however therefore thus too so moreover meanwhile instead otherwise still yet even just only well as when
    where why how there not never indeed hence furthermore additionally besides nonetheless nevertheless though rather
    else whenever wherever once
""".split())
#: verbs whose "that" clause tells what was said
REPORTING = frozenset("""
    say tell announce report write add claim argue confirm deny state warn note allege admit insist suggest explain
    declare reveal acknowledge testify conclude predict post
""".split())
#: entity labels and nouns that can stand as an adverb without a preposition
MEASURES = frozenset({"DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "CARDINAL", "ORDINAL"})
TIME_NOUNS = frozenset("""
    time day week month year decade century hour minute second moment while night evening afternoon morning noon midnight weekend
    season spring summer autumn fall winter today tomorrow yesterday tonight way bit lot
""".split())
#: words that join an adverbial clause which tells when or why; "if" makes a condition, "while" and "though" set two clauses side by side
CLAUSE_LINKS = frozenset(["after", "before", "since", "until", "till", "because", "when"])
HYPHENS = "-‐‑"
#: participles that are prepositions: "rules regarding visas", "damage involving cars"
PREPOSITIONAL = frozenset(["regarding", "concerning", "including", "excluding", "following", "according", "considering"])
#: verbs that make their object do what the infinitive says: "enables the valve to open"
CAUSING = frozenset("""
    enable allow cause force require permit help lead want expect ask tell order encourage persuade urge invite prompt compel inspire
    push drive teach train design set intend
""".split())
#: nouns whose infinitive tells what others are to do
CALLS = frozenset(["pressure", "call", "demand", "request", "order", "invitation", "encouragement", "incentive", "advice"])
#: nouns whose "-ing" form tells what their owner does: "had trouble finding work"
TROUBLES = frozenset(["difficulty", "trouble", "problem", "time", "fun", "success", "experience", "hour", "day", "week", "year"])
#: what somebody spends time on: its "-ing" form tells what they did
SPENT = frozenset([
    "experience", "education", "career", "life", "job", "work", "role", "childhood", "training", "time", "loyalty", "start", "debut",
    "struggle", "success", "day", "year", "week", "hour",
])
#: verbs whose first of two bare objects is who gets the other
DITRANSITIVE = frozenset("""
    leave give send offer cost buy show lend pay owe hand grant award teach bring deny save earn win spare guarantee promise
""".split())
#: verbs that two do to each other: "Ann and Ben met" is "Ann met with Ben"
RECIPROCAL = frozenset("""
    meet merge marry divorce clash collide negotiate argue quarrel reconcile reunite
""".split())
#: pictures show what the participle after them tells: "photos of a girl holding a lamp"
PICTURES = frozenset("""
    image picture photo photograph video footage clip portrait drawing painting sketch report story statue shot recording sight
""".split())
#: what ends "ten or more", "a mile or so": part of the amount, nothing of its own
OPEN_ENDS = frozenset(["more", "less", "fewer", "so", "later", "longer"])
#: verbs that keep their object from doing what "from" tells: "rules banning drivers from smoking"
PREVENTING = frozenset("""
    ban bar prevent stop prohibit keep block deter discourage dissuade restrain hinder forbid disqualify preclude
""".split())
#: participles after a comma that tell what the whole event led to: "A cart hit the gate, causing a jam"
RESULTING = frozenset(["cause", "result", "trigger", "spark", "mean", "prompt"])
#: the same after a passive: "The goods were delayed, leaving them a week", "The road was cut, forcing drivers to turn"
LEAVING = frozenset([
    "leave", "force", "make", "bring", "raise", "give", "put", "allow", "enable", "keep", "push", "drive", "reduce", "increase",
])
#: nouns that after "by" tell the margin ("defeated by ten votes") or, bare, the means ("sent by train"), not who did it
MARGINS = frozenset("""
    vote point goal run seat percent mile metre meter kilometre kilometer inch foot minute second hour day year margin majority length
    lap stroke shot wicket
""".split())
MEANS = frozenset("""
    mail email e-mail post phone telephone fax courier letter radio text hand car bus train plane ship boat ferry truck sea air land
    road rail foot mistake accident chance default
""".split())
#: adjectives whose infinitive lacks its object: the subject of "The lock was hard to open" is what is measured
TOUGH = frozenset([
    "easy", "hard", "difficult", "tough", "simple", "impossible", "possible", "tricky", "dangerous", "safe", "cheap", "expensive",
])
#: verbs whose object does what the "-ing" form after the preposition tells: "accused the clerk of lying", "thanked her for helping"
BLAMING = {
    "of": frozenset(["accuse", "suspect", "convict", "acquit", "clear", "warn", "remind"]),
    "with": frozenset(["charge", "credit", "task", "entrust"]),
    "for": frozenset("""
        criticize criticise blame praise thank punish fine arrest sue jail sentence condemn investigate scold reward honor honour fire
        dismiss sack admire attack rebuke prosecute credit forgive suspend expel ridicule mock
    """.split()),
    "in": frozenset(["aid", "assist", "help", "support", "join", "guide", "instruct", "train"]),
    "into": frozenset(["talk", "trick", "force", "coerce", "mislead", "pressure", "bully", "scare", "deceive"]),
}
#: phrases that say how a sentence holds, not where or what: "It rests in great part on luck"
STOCK = frozenset([
    "in part", "in great part", "in large part", "in fact", "in particular", "in general", "in addition", "in turn", "in short",
    "in effect", "in essence", "in principle", "in theory", "in reality", "in truth", "of course", "at least", "at most", "at all",
    "at last", "at first", "at best", "at worst", "by far", "for example", "for instance", "for one", "on average", "as usual",
    "after all", "above all", "by contrast", "in contrast", "by comparison", "in comparison", "for sure", "in question",
])
#: words that open an indirect question: "how high the wall should be", "what kind of fish were caught"
INTERROGATIVES = frozenset(["how", "what", "which", "whatever", "whichever"])
#: what may stand at the edge of a phrase without belonging to it
EDGES = frozenset((",", ";", ":", ".", "-", "--", "–", "—"))


@dataclass(frozen=True, slots=True)
class Adverbial:
    """A prepositional constituent: the preposition's tokens, its object (head token), and the verb or adjective it hangs on."""

    prep: tuple[int, ...]
    token: int
    clausal: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause; all fields hold token indices but `id`, `parent` and `clauses`, which are clause numbers.

    ``verb`` is the head (the copula in "she is ill"), ``group`` the wording of the predicate without adverbs (auxiliaries,
    negation, verb, particle), with the framing verbs in front ("tried to leave"). ``subjects`` are the surface subjects, one a
    conjunct; ``inherited`` says that they come from outside the clause. ``relation`` is the link to ``parent`` (``conj``,
    ``advcl``, ``relcl``, ``ccomp``, ``xcomp``, ``acl``, ``pcomp`` ..., empty at a root), ``marks`` its subordinators ("if",
    "because"). ``auxiliaries`` hold modals and tense auxiliaries, also those shared over a conjunction. ``complements`` are
    predicate nouns and adjectives, ``clauses`` the clausal complements, ``times`` bare noun phrases of time ("Monday"),
    ``adverbs`` single adverbs; ``existential`` marks "there is".
    """

    id: int
    verb: int
    group: tuple[int, ...]
    type: ClauseType
    subjects: tuple[int, ...]
    inherited: bool
    objects: tuple[int, ...]
    indirect: tuple[int, ...]
    complements: tuple[int, ...]
    adverbials: tuple[Adverbial, ...]
    times: tuple[int, ...]
    adverbs: tuple[int, ...]
    clauses: tuple[int, ...]
    passive: bool
    agents: tuple[int, ...]
    negations: tuple[int, ...]
    auxiliaries: tuple[int, ...]
    particle: int
    marks: tuple[int, ...]
    parent: int
    relation: str
    existential: bool = False


@dataclass(slots=True)
class _Draft:
    """A clause being put together."""

    id: int
    verb: int
    parent: int
    relation: str
    subjects: list[int] = field(default_factory=list)
    inherited: bool = False
    own_subject: bool = False
    objects: list[int] = field(default_factory=list)
    indirect: list[int] = field(default_factory=list)
    complements: list[int] = field(default_factory=list)
    adverbials: list[Adverbial] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    adverbs: list[int] = field(default_factory=list)
    clauses: list[int] = field(default_factory=list)
    passive: bool = False
    agents: list[int] = field(default_factory=list)
    negations: list[int] = field(default_factory=list)
    auxiliaries: list[int] = field(default_factory=list)
    group: list[int] = field(default_factory=list)
    particle: int = -1
    marks: list[int] = field(default_factory=list)
    existential: bool = False


def find_clauses(tree: Tree) -> list[Clause]:
    """Return the clauses of the text in text order; ``clauses[i].id == i``."""
    heads = _clause_heads(tree)
    number = {verb: i for i, verb in enumerate(sorted(heads))}
    drafts: list[_Draft | None] = [None] * len(number)
    done: list[_Draft] = []
    for verb, parent in heads.items():  # parents first, so that subjects can be handed down
        draft = _Draft(number[verb], verb, number.get(parent, -1), tree.deps[verb] if tree.heads[verb] != verb else "")
        drafts[draft.id] = draft
        _constituents(tree, draft, number)
        _inherit(tree, draft, drafts)
        done.append(draft)
    for draft in reversed(done):
        _share_objects(tree, draft, drafts, number)
        _pseudo_cleft(tree, draft, drafts)
    return [_freeze(tree, draft) for draft in drafts if draft is not None]


def _clause_heads(tree: Tree) -> dict[int, int]:
    """Return the head tokens of clauses with the head of the clause around each (-1 at the top), parents before children."""
    heads: dict[int, int] = {}
    deps = tree.deps
    stack = [(i, -1) for i in range(len(tree) - 1, -1, -1) if tree.heads[i] == i]
    while stack:
        i, owner = stack.pop()
        if _is_clause_head(tree, i, deps[i]):
            heads[i] = owner
            owner = i
        stack.extend((c, owner) for c in reversed(tree.children[i]))
    return heads


def _is_clause_head(tree: Tree, i: int, dep: str) -> bool:
    if dep in ("aux", "auxpass", "amod", "compound", "prt", "mark", "case", "det", "advmod", "cc", "nmod"):
        return False
    if tree.pos[i] in ("VERB", "AUX"):
        if dep in ("acl", "advcl", "prep") and tree.words[i].lower() in PREPOSITIONAL and tree.child(i, "aux") < 0:
            return False
        if dep in ("prep", "agent", "nsubj", "dobj", "pobj", "attr", "poss", "appos", "npadvmod", "oprd"):
            return any(tree.deps[c] in ("nsubj", "nsubjpass", "dobj", "aux") for c in tree.children[i])
        if dep == "conj":
            head = tree.heads[i]
            return (tree.pos[head] in ("VERB", "AUX") and tree.deps[head] != "amod") or tree.child(i, *SUBJECTS, "dobj") >= 0
        return not _tells_age(tree, i)
    if dep == "ccomp" and tree.tags[i] in ("JJ", "JJR", "NN", "NNP") and tree.child(i, "aux", "cop", "mark") < 0:
        return False  # "made the road impassable": object and complement of the verb around it
    # a verb that the tagger took for a noun or adjective still has its subject: "The storm batters the coast"
    return dep in ("ROOT", "ccomp", "conj", "advcl", "relcl", "parataxis") and tree.child(i, "nsubj", "nsubjpass") >= 0


def _happens_to(tree: Tree, i: int) -> bool:
    """True for a gerund clause in the passive whose subject the parser took for its noun: "threats of claims being withdrawn"."""
    return tree.deps[i] == "acl" and tree.tags[i] == "VBN" and tree.deps[tree.heads[i]] == "pobj" \
        and any(tree.words[c] == "being" for c in tree.children[i])


def _tells_age(tree: Tree, i: int) -> bool:
    """True for "aged" in "a boy aged 14"."""
    return tree.words[i].lower() == "aged" and tree.deps[i] in ("acl", "advcl") and i + 1 < len(tree) and tree.pos[i + 1] == "NUM"


def conjuncts(tree: Tree, i: int) -> list[int]:
    """Return `i` and what is coordinated with it, in text order; the parts of one name stay one ("Simon and Schuster")."""
    found, last = [i], i
    while len(found) < MOST_CONJUNCTS:
        following = next((c for c in tree.children[last] if tree.deps[c] == "conj" and c > last), -1)
        if following < 0:
            return found
        edge = tree.left[following]
        glued = tree.starts[edge] == tree.ends[edge - 1]  # "the Smith-Jones paper"
        if _open_end(tree, following):
            return found
        if not glued and (tree.entity[following] < 0 or tree.entity[following] != tree.entity[i]):
            if tree.pos[following] in ("VERB", "AUX") and tree.pos[i] not in ("VERB", "AUX") and tree.tags[following] != "VBG":
                return found
            found.append(following)
        last = following
    return found


def _open_end(tree: Tree, i: int) -> bool:
    """True for "more" in "ten or more"."""
    return i > 1 and tree.words[i].lower() in OPEN_ENDS and tree.words[i - 1].lower() == "or" and not tree.children[i]


def members(tree: Tree, i: int) -> list[int]:
    """Return the conjuncts of `i` and the examples given of them: "firms such as Delta", "guests, including Ana Ruiz"."""
    found = conjuncts(tree, i)
    examples: list[int] = []
    for token in found:
        for c in tree.children[token]:
            if c > token and _gives_examples(tree, c):
                target = tree.child(c, "pobj")
                examples.extend(conjuncts(tree, target) if target >= 0 else [])
    return found + examples


def _gives_examples(tree: Tree, prep: int) -> bool:
    word = tree.words[prep].lower()
    if tree.deps[prep] != "prep" or prep == 0:
        return False
    return word == "including" or (word == "as" and tree.words[prep - 1].lower() == "such")


def span_of(tree: Tree, i: int) -> tuple[int, int]:
    """Return the tokens ``(first, end)`` of the phrase headed by `i`: no conjuncts, no additions after a comma, no edge marks."""
    first, end = tree.left[i], tree.right[i]
    for c in tree.children[i]:
        if c < i:
            if tree.deps[c] == "nsubj" and tree.deps[i] == "ccomp" and tree.pos[i] not in ("VERB", "AUX"):
                first = max(first, tree.right[c])  # "made the road impassable", "made it a priority": the complement alone
            if tree.deps[c] in ("preconj", "cc", "punct") and tree.words[c] not in ("``", "“", '"', "$", "(", "`"):
                first = max(first, c + 1)
        elif tree.deps[c] in ("cc", "conj"):
            if _open_end(tree, c) or (tree.deps[c] == "cc" and c + 1 < len(tree) and _open_end(tree, c + 1)):
                continue
            if tree.starts[tree.left[c]] > tree.ends[tree.left[c] - 1]:
                end = min(end, tree.left[c])
        elif tree.deps[c] in ("prep", "xcomp", "ccomp") and tree.deps[i] == "acomp":
            end = min(end, tree.left[c])  # "responsible for the bridge": the preposition is a role of its own
        elif _gives_examples(tree, c):
            end = min(end, tree.left[c])
        elif tree.deps[c] in ("relcl", "appos", "acl", "advcl", "parataxis"):
            before = tree.left[c] - 1
            if tree.words[before] in EDGES or tree.words[before] == "(":
                end = min(end, before)
    while end - 1 > i and (tree.words[end - 1] in EDGES or tree.words[end - 1] == "(" or tree.deps[end - 1] == "cc"):
        end -= 1
    while first < i and (tree.words[first] in EDGES or tree.words[first] == ")" or tree.deps[first] in ("cc", "preconj")):
        first += 1
    return min(first, i), max(end, i + 1)


def antecedent_end(tree: Tree, noun: int, verb: int) -> int:
    """Return where (end) the phrase of `noun` stops before the relative or participle clause at `verb` that tells of it."""
    end = tree.left[verb]
    while end - 1 > noun and (tree.words[end - 1] in EDGES or tree.words[end - 1] == "("):
        end -= 1
    return end


def _prepositions(tree: Tree, head: int) -> list[Adverbial]:
    """Return the prepositional phrases that hang on `head`, their objects and conjuncts distributed."""
    found: list[Adverbial] = []
    pending = [c for c in tree.children[head] if tree.deps[c] in ("prep", "agent", "dative")]
    # "moved back to Oslo", "far from home": the adverb is part of the preposition
    adverbs = {p: c for c in tree.children[head] if tree.deps[c] == "advmod" and c > head
               for p in tree.children[c] if p == c + 1 and tree.deps[p] == "prep"}
    pending += adverbs
    while pending:
        first = pending.pop(0)
        words, last = [first], first
        if first in adverbs:
            words.insert(0, adverbs[first])
        elif tree.words[first] == "of" and first > 0 and tree.heads[first - 1] == first and tree.deps[first - 1] == "advmod":
            words.insert(0, first - 1)  # "instead of", "regardless of"
        target = -1
        for _ in range(4):  # "out of", "because of", "in front of", "from behind"
            target = tree.child(last, "pobj", "pcomp")
            deeper = tree.child(last, "prep")
            if target >= 0 and tree.deps[target] == "pcomp" and tree.pos[target] == "ADP":
                deeper = target
            elif target >= 0:
                break
            if deeper < 0 or deeper < last:
                break
            last = deeper
            words.append(last)
        pending[:0] = [c for c in tree.children[first] if tree.deps[c] == "conj" and tree.pos[c] == "ADP"]
        ordered = target >= 0 and tree.words[target] == "order" and tree.child(target, "acl") >= 0  # "in order to", "in order that"
        if target < 0 or ordered or tree.pos[first] in ("PROPN", "NOUN"):
            continue
        pending[:0] = [c for c in tree.children[last] if c > target and tree.deps[c] == "prep"]  # "from 1970 to 1985"
        clausal = tree.deps[target] == "pcomp" and tree.pos[target] in ("VERB", "AUX")
        if target - first < 3 and " ".join(tree.words[first:target + 1]).lower() in STOCK and tree.right[target] == target + 1:
            continue
        found.extend(Adverbial(tuple(words), t, clausal) for t in members(tree, target))
    return found


def _constituents(tree: Tree, draft: _Draft, number: dict[int, int]) -> None:
    """Fill the draft with the verb's own constituents."""
    verb, deps, tags = draft.verb, tree.deps, tree.tags
    group = [verb]
    for c in tree.children[verb]:
        dep = deps[c]
        if dep in SUBJECTS:
            draft.subjects.extend(members(tree, c))
            draft.own_subject = True
            draft.passive = draft.passive or dep.endswith("pass")
        elif dep in ("aux", "auxpass"):
            group.append(c)
            if tree.tags[c] != "TO":
                draft.auxiliaries.append(c)
            draft.passive = draft.passive or dep == "auxpass"
        elif dep == "neg":
            group.append(c)
            draft.negations.append(c)
        elif dep == "prt":
            group.append(c)
            draft.particle = c
        elif dep == "dobj":
            if draft.objects and not draft.indirect and tree.lemmas[verb] in DITRANSITIVE \
                    and tree.words[tree.left[c] - 1] not in EDGES and all(_can_act(tree, o) for o in draft.objects):
                draft.indirect, draft.objects = draft.objects, []  # "left them only two weeks"
            draft.objects.extend(members(tree, c))
        elif dep == "dative" and tree.pos[c] != "ADP":
            draft.indirect.extend(conjuncts(tree, c))
        elif dep in ("attr", "acomp", "oprd"):
            draft.complements.extend(conjuncts(tree, c))
            if not draft.existential:
                draft.adverbials.extend(_prepositions(tree, c))
            if dep == "acomp":
                draft.clauses.extend(number[k] for k in tree.children[c] if k in number and tree.deps[k] in ("xcomp", "ccomp"))
        elif dep in ("ccomp", "xcomp"):
            if dep == "ccomp" and _is_sentence_before(tree, c, verb):
                continue
            if c in number:
                draft.clauses.append(number[c])
            elif tree.pos[c] in ("NOUN", "PROPN", "ADJ", "PRON", "NUM"):
                subject = tree.child(c, "nsubj")
                if subject >= 0 and subject > verb:
                    draft.objects.extend(conjuncts(tree, subject))
                draft.complements.extend(conjuncts(tree, c))
        elif dep == "agent":
            draft.agents.extend(a.token for a in _prepositions_of(tree, c) if not _margin_or_means(tree, a.token))
        elif dep == "npadvmod":
            if _is_time_or_measure(tree, c) and not _measures_the_mark(tree, c, verb):
                draft.times.append(c)
        elif dep == "advmod":
            if tags[c] == "WRB":
                draft.marks.append(c)
            if tags[c] not in ("WRB",) and tree.words[c].lower() not in LINKERS:
                draft.adverbs.append(c)
            if tree.words[c].lower() in ("never", "no", "hardly", "scarcely", "barely"):
                draft.negations.append(c)
                group.append(c)
        elif dep == "mark" or tags[c] == "WRB":
            draft.marks.append(c)
        elif dep == "expl":
            draft.existential = True
    draft.adverbials.extend(a for a in _prepositions(tree, verb) if not (draft.agents and a.token in draft.agents))
    if draft.existential and not draft.subjects:
        draft.subjects, draft.own_subject = draft.complements or draft.objects, True
        draft.complements, draft.objects = ([], draft.objects) if draft.complements else ([], [])
    if len(draft.clauses) > 1:
        # "They were late; she said that ...": of two clausal complements the one before a semicolon is a sentence of its own
        after = [c for c in draft.clauses if c > draft.id]
        draft.clauses = after or draft.clauses
    taken = {p for a in draft.adverbials for p in a.prep}
    draft.adverbs = [a for a in draft.adverbs if a not in taken]  # "regardless of the law"
    draft.group = sorted(group)
    if tags[verb] == "VBN" and not draft.auxiliaries and (
            draft.relation in ("acl", "advcl") or (draft.relation == "ccomp" and draft.own_subject)
            or (draft.relation == "conj" and draft.agents and not draft.own_subject)):
        draft.passive = True  # "the man carrying a box and escorted by the guards", "had the house painted"


def _margin_or_means(tree: Tree, noun: int) -> bool:
    """True for what after "by" is no agent: "beaten by ten votes", "sent by mail", "avoided by walking"."""
    entity = tree.entity[noun]
    if tree.tags[noun] == "VBG" or (entity >= 0 and tree.entities[entity][2] in ("PERCENT", "MONEY", "QUANTITY", "DATE", "TIME")):
        return True
    lemma = tree.lemmas[noun].lower()
    bare = tree.tags[noun] == "NN" and not any(c < noun for c in tree.children[noun])
    counted = tree.child(noun, "nummod") >= 0 or lemma in ("margin", "majority")
    return (counted and lemma in MARGINS) or (bare and lemma in MEANS)


def _is_sentence_before(tree: Tree, clause: int, verb: int) -> bool:
    """True for the first of two sentences that a semicolon or comma joins: "The flag is old; a new one would be blue"."""
    return clause < verb and tree.lemmas[verb] not in load_cues().verbs and tree.child(clause, "mark") < 0 \
        and tree.child(clause, *SUBJECTS) >= 0 and tree.child(verb, *SUBJECTS) > clause


def _is_time_or_measure(tree: Tree, i: int) -> bool:
    """True for the bare noun phrases that English uses as adverbs ("last summer", "two miles"); others are parse errors."""
    entity = tree.entity[i]
    return ((entity >= 0 and tree.entities[entity][2] in MEASURES) or tree.lemmas[i].lower() in TIME_NOUNS
            or tree.child(i, "nummod") >= 0 or tree.pos[i] == "NUM")


def _measures_the_mark(tree: Tree, i: int, verb: int) -> bool:
    """True for what tells how long after or before: "Six months after the court closed the case, Roe sued"."""
    after = tree.right[i]
    return after < verb and tree.words[after].lower() in ("after", "before") and tree.heads[after] == verb


def _prepositions_of(tree: Tree, prep: int) -> list[Adverbial]:
    target = tree.child(prep, "pobj", "pcomp")
    return [Adverbial((prep,), t) for t in conjuncts(tree, target)] if target >= 0 else []


def _inherit(tree: Tree, draft: _Draft, drafts: list[_Draft | None]) -> None:
    """Give the clause the subject, auxiliaries and relative antecedent that it takes from outside."""
    verb, parent = draft.verb, drafts[draft.parent] if draft.parent >= 0 else None
    head = tree.heads[verb]
    if draft.relation == "conj" and parent is not None and head == parent.verb:
        draft.relation = "conj"
        if not draft.own_subject and not draft.auxiliaries and _same_form(tree, draft, parent.verb):
            draft.auxiliaries = list(parent.auxiliaries)
            shared = [a for a in parent.group if a < parent.verb and a not in parent.negations[1:]]
            draft.group = shared + draft.group
            draft.passive = parent.passive
            if tree.words[verb - 1] in ("or", "nor"):  # "did not resign or apologise"
                draft.negations = draft.negations or [n for n in parent.negations if n < parent.verb]
        if not draft.marks:
            draft.marks = list(parent.marks)
    if draft.relation == "relcl" and parent is not None and draft.own_subject and tree.words[tree.left[verb]].lower() == "that" \
            and tree.deps[head] == "pobj" and tree.lemmas[parent.verb] in REPORTING and not parent.clauses \
            and tree.tags[draft.subjects[0]] not in RELATIVE_TAGS and not any(
                tree.deps[c] == "prep" and not tree.children[c] for c in tree.children[verb]):
        # "The mayor said in a letter that the bridge was safe": the parser hangs the clause on the letter
        draft.relation = "ccomp"
        parent.clauses.append(draft.id)
    if draft.relation == "relcl":
        _antecedent(tree, draft, head)
        if draft.inherited and _predicated(tree, head, parent):
            draft.subjects = list(parent.subjects) if parent is not None else []
    elif draft.own_subject:
        _loose_relative(tree, draft)
    if draft.own_subject:
        return
    draft.inherited = True
    if _tells_means(tree, draft, parent, head):
        draft.subjects = list(parent.agents) if parent is not None and parent.passive else []
        return
    if draft.relation in ("acl", "relcl"):
        if parent is not None and _predicated(tree, head, parent):
            draft.subjects = list(parent.subjects)
            return
        if draft.relation == "acl" and tree.tags[verb] == "VBG" and parent is not None and head > parent.verb \
                and tree.words[tree.left[verb] - 1] == "," and parent.subjects:
            draft.subjects = list(parent.subjects)  # "The board opened a fund for the town, doubling its budget"
            return
        if draft.relation == "acl" and tree.tags[verb] == "VBG" and tree.lemmas[head] in PICTURES:
            shown = next((tree.child(c, "pobj") for c in tree.children[head] if tree.words[c] == "of"), -1)
            if 0 <= shown < verb:
                draft.subjects = members(tree, shown)  # "photos of a girl holding a lamp"
                return
        if draft.relation == "acl" and tree.tags[verb] == "VBG" and tree.lemmas[head] in SPENT and tree.child(head, "poss") >= 0:
            draft.subjects = [tree.child(head, "poss")]  # "her career teaching music"
            return
        if tree.lemmas[head] in CALLS and tree.words[head - 1].lower() != "in" and tree.tags[verb] == "VB" and tree.child(head, "poss") < 0:
            return  # "brought pressure to act" does not say who is to
        if parent is not None and head in parent.objects and tree.lemmas[parent.verb] not in CAUSING and _left_to_do(tree, verb, head):
            # "gave her two days to sign", "had trouble finding work": the object is not who does it
            draft.subjects = [s for s in parent.indirect or parent.subjects if s != head]
            return
        abstract = tree.tags[verb] == "VB" and tree.lemmas[head] in INTENTIONS
        if not abstract:
            joined = [c for c in conjuncts(tree, head) if c < verb]
            if draft.relation == "acl" and len(joined) > 1 and tree.left[verb] == joined[-1] + 1:
                head = joined[-1]  # "lamps and walls covered with flags": the walls are
            draft.subjects = draft.subjects or [head]
            return
        owner = tree.child(head, "poss")
        if owner >= 0:
            draft.subjects = [owner]
            return
    if parent is None:
        return
    if draft.relation == "pcomp" and (blamed := _blamed(tree, draft, parent, head)):
        draft.subjects = list(blamed)
        return
    if draft.relation == "xcomp" and _patient(tree, draft, parent):
        return
    if draft.relation == "pcomp" and tree.pos[tree.heads[head]] in ("NOUN", "PROPN", "PRON"):
        return  # "the need for closing the mine" does not say whose
    if draft.relation == "conj" and head != parent.verb:
        return
    if draft.relation == "pcomp" and tree.words[head].lower() == "by" and parent.passive:
        return  # "The queue can be avoided by walking": not the queue walks
    if draft.relation == "pcomp" and tree.words[head].lower() == "from" and parent.objects and not parent.passive \
            and max(parent.objects) < verb and tree.lemmas[parent.verb] in PREVENTING:
        draft.subjects = list(parent.objects)  # "rules banning drivers from smoking"
        return
    if draft.relation == "advcl" and tree.tags[verb] == "VBG" and verb > parent.verb and tree.words[tree.left[verb] - 1] == "," \
            and (tree.lemmas[verb] in RESULTING or (tree.lemmas[verb] == "lead" and not draft.objects)
                 or (tree.lemmas[verb] in LEAVING and parent.passive and not any(_can_act(tree, s) for s in parent.subjects))):
        return  # the event caused it, not its subject
    if draft.relation == "xcomp" and parent.objects and tree.tags[verb] == "VB" and tree.lemmas[parent.verb] not in CAUSING \
            and tree.pos[tree.heads[parent.verb]] == "ADP" and any(max(parent.objects) < a.token < verb for a in parent.adverbials):
        draft.subjects = list(parent.subjects)  # "After calling the firm by phone to reach him, Ann": a purpose
        return
    controlled = parent.objects and max(parent.objects) < verb and tree.lemmas[parent.verb] not in SUBJECT_CONTROL
    if draft.relation == "xcomp" and controlled and not (parent.passive and parent.subjects):
        draft.subjects = parent.indirect or list(parent.objects)
    elif draft.relation in INHERITING or draft.relation == "acl":
        draft.subjects = [s for s in parent.subjects if s != head]
    if draft.relation == "xcomp":
        _distant_gap(tree, draft, drafts)
    if draft.relation == "xcomp" and draft.subjects and draft.subjects == parent.subjects:
        # "helped to raise funds", "were able to help": the framing words belong to the wording of the predicate
        frame = parent.group + [c for c in parent.complements if c < verb and tree.pos[c] == "ADJ"]
        if len(frame) <= LONGEST_FRAME:
            draft.group = frame + [g for g in draft.group if g not in frame]
        draft.negations = parent.negations + draft.negations
        draft.auxiliaries = parent.auxiliaries + draft.auxiliaries


def _tells_means(tree: Tree, draft: _Draft, parent: _Draft | None, head: int) -> bool:
    """True for "using" that tells the means of a deed done to something: "The sample was measured using a laser", "slices cut using
    a saw": the sample uses nothing."""
    if tree.words[draft.verb].lower() != "using" or draft.verb < head or tree.words[tree.left[draft.verb] - 1] == ",":
        return False
    if draft.relation == "acl":
        return tree.pos[head] == "NOUN" and not _can_act(tree, head) \
            and noun_classes().get(tree.lemmas[head].lower()) not in ("Product", "Facility", "Group")
    return parent is not None and parent.passive and draft.relation in ("advcl", "xcomp", "ccomp")


def _blamed(tree: Tree, draft: _Draft, parent: _Draft, preposition: int) -> list[int]:
    """Return who does what is said of them behind a preposition: "accused the clerk of lying", "thanked Ann for helping"."""
    verbs = BLAMING.get(tree.words[preposition].lower(), frozenset())
    if tree.lemmas[parent.verb] not in verbs or parent.passive or not parent.objects or max(parent.objects) > draft.verb:
        return []
    return parent.objects


def _patient(tree: Tree, draft: _Draft, parent: _Draft) -> bool:
    """True if the subject above is what the infinitive is done to: "The lock was hard to open", "The plan will take years to
    carry out"."""
    if tree.tags[draft.verb] != "VB" or draft.objects or draft.clauses or draft.complements or draft.passive or parent.passive:
        return False
    if any(tree.lemmas[c].lower() in TOUGH for c in parent.complements):
        return True
    counted = [tree.lemmas[o] in TIME_NOUNS for o in parent.objects]
    return tree.lemmas[parent.verb] in ("take", "need", "require") and bool(counted) and all(counted) and not draft.adverbials \
        and not any(_can_act(tree, s) for s in parent.subjects)


def _left_to_do(tree: Tree, verb: int, noun: int) -> bool:
    """True if the clause at `verb` tells what the thing `noun` is for, not what it does: "tickets to cross the bridge"."""
    if tree.tags[verb] == "VBG":
        return tree.lemmas[noun] in TROUBLES
    return tree.tags[verb] == "VB" and tree.tags[noun] in ("NN", "NNS") and tree.lemmas[noun] not in INTENTIONS \
        and not _can_act(tree, noun)


def _can_act(tree: Tree, noun: int) -> bool:
    """True for names, pronouns and nouns of people, organisations and animals."""
    return tree.pos[noun] in ("PROPN", "PRON") or tree.lemmas[noun] == "people" \
        or noun_classes().get(tree.lemmas[noun].lower()) in ("Person", "Organization", "Animal")


def _predicated(tree: Tree, noun: int, parent: _Draft | None) -> bool:
    """True if what is said of the predicate `noun` is said of the subject: "Ann was the first pilot to cross the strait"."""
    return parent is not None and noun in parent.complements and bool(parent.subjects) and not parent.objects \
        and tree.pos[noun] != "PROPN" and tree.lemmas[noun] not in INTENTIONS


def _same_form(tree: Tree, draft: _Draft, other: int) -> bool:
    """True if auxiliaries before `other` also govern the clause's verb: "was cut and flushed", "will come and see".

    The tagger often takes the second participle for a past tense; one without object or infinitive is taken back.
    """
    tag = tree.tags[draft.verb]
    return tag == tree.tags[other] or (tag == "VBD" and tree.tags[other] == "VBN" and tree.words[draft.verb].endswith("ed")
                                       and not draft.objects and not draft.clauses and not draft.complements)


def _antecedent(tree: Tree, draft: _Draft, head: int) -> None:
    """Put the noun before a relative clause where its pronoun stands, or where its gap is.

    Of coordinated nouns it is the last, or all if the verb is plural: "by Ann, Tom and Ed, who owns it", "by Ann and Ed, who own it".
    """
    joined = [c for c in conjuncts(tree, head) if c < draft.verb]
    if len(joined) > 1 and not _is_plural(tree, draft.verb):
        head = joined[-1]
        joined = [head]
    if draft.subjects and not draft.objects and not draft.passive and tree.tags[draft.subjects[0]] in RELATIVE_TAGS \
            and sum(tree.deps[c] == "nsubj" for c in tree.children[draft.verb]) > 1:
        draft.objects.append(draft.subjects.pop(0))  # "which, the mayor said, the council sold": of two subjects the second is it
    for slot in (draft.subjects, draft.objects, draft.complements, draft.indirect):
        for k, token in enumerate(slot):
            if tree.tags[token] in RELATIVE_TAGS:
                slot[k:k + 1] = joined
                draft.inherited = draft.inherited or slot is draft.subjects
                return
    for k, adverbial in enumerate(draft.adverbials):
        if tree.tags[adverbial.token] in RELATIVE_TAGS:
            draft.adverbials[k] = Adverbial(adverbial.prep, head)
            return
    where = next((m for m in draft.marks if tree.words[m].lower() in ("where", "when")), -1)
    if where >= 0:  # "the city where he lived"
        draft.adverbials.append(Adverbial((where,), head))
    if draft.own_subject and not any(tree.tags[m] == "WRB" for m in draft.marks):
        stranded = next((c for c in tree.children[draft.verb] if tree.deps[c] == "prep" and not tree.children[c]), -1)
        if stranded >= 0:
            draft.adverbials.append(Adverbial((stranded,), head))
        elif not draft.objects and not draft.clauses and not draft.passive and not draft.complements \
                and tree.lemmas[head] not in CIRCUMSTANCES \
                and tree.words[tree.left[draft.verb]].lower() not in ("where", "when", "whose"):
            draft.objects.append(head)


def _is_plural(tree: Tree, verb: int) -> bool:
    """True if the form of the verb shows a plural subject: "who own it", "who were late"."""
    shown = [verb, *(c for c in tree.children[verb] if tree.deps[c] in ("aux", "auxpass"))]
    return any(tree.tags[i] == "VBP" or tree.words[i].lower() == "were" for i in shown)


def _distant_gap(tree: Tree, draft: _Draft, drafts: list[_Draft | None]) -> None:
    """Put the noun before a relative clause in the gap of its infinitive: "the show (which) they had wanted to see"."""
    above, steps = drafts[draft.parent], 0
    while above is not None and above.relation == "xcomp" and above.parent >= 0 and steps < LONGEST_FRAME:
        above, steps = drafts[above.parent], steps + 1
    if above is None or above.relation != "relcl":
        return
    noun = tree.heads[above.verb]
    if any(tree.tags[o] in RELATIVE_TAGS for o in draft.objects):
        draft.objects = [noun if tree.tags[o] in RELATIVE_TAGS else o for o in draft.objects]
    elif tree.tags[draft.verb] == "VB" and above.own_subject and not above.inherited and not (
            above.objects or above.complements or above.marks or above.passive or above.adverbials or draft.objects or draft.complements
            or draft.clauses or draft.adverbials or draft.passive) and tree.lemmas[noun] not in CIRCUMSTANCES \
            and tree.lemmas[noun] not in INTENTIONS and not any(tree.deps[c] == "prep" for c in tree.children[draft.verb]):
        draft.objects.append(noun)


def _loose_relative(tree: Tree, draft: _Draft) -> None:
    """Find the noun before a relative pronoun that the parser did not attach as one: "the reef, which marks the border"."""
    for k, token in enumerate(draft.subjects):
        before = token - 1 - (tree.words[token - 1] == ",") if token > 1 else -1
        if tree.tags[token] in RELATIVE_TAGS and before >= 0 and tree.pos[before] in ("NOUN", "PROPN") \
                and tree.sentence[before] == tree.sentence[token]:
            draft.subjects[k] = before
            draft.inherited = True


def _share_objects(tree: Tree, draft: _Draft, drafts: list[_Draft | None], number: dict[int, int]) -> None:
    """Give "wrote and directed the film", "written and directed by Ann" the object or agent on both verbs."""
    if draft.passive and not draft.agents and not draft.adverbials and not draft.complements:
        follower = next((c for c in tree.children[draft.verb] if tree.deps[c] == "conj" and c in number), -1)
        other = drafts[number[follower]] if follower >= 0 else None
        if other is not None and other.passive and not other.own_subject and follower <= draft.verb + 2:
            draft.agents = list(other.agents)
        return
    if draft.objects or draft.passive or draft.complements or draft.clauses or draft.adverbials:
        return
    follower = next((c for c in tree.children[draft.verb] if tree.deps[c] == "conj" and c in number), -1)
    if follower < 0:
        return
    other = drafts[number[follower]]
    between = range(draft.verb + 1, follower)
    if other is not None and other.objects and not other.own_subject and min(other.objects) > follower \
            and all(tree.deps[k] in ("cc", "advmod", "punct", "conj", "prt") for k in between):
        draft.objects = list(other.objects)


def _pseudo_cleft(tree: Tree, draft: _Draft, drafts: list[_Draft | None]) -> None:
    """Put "a mill" in the place of "what" in "What the firm sold was a mill"."""
    parent = drafts[draft.parent] if draft.parent >= 0 else None
    if parent is None or draft.relation != "csubj" or tree.lemmas[parent.verb] != "be":
        return
    things = [c for c in parent.complements if tree.pos[c] in ("NOUN", "PROPN")]
    for slot in (draft.objects, draft.subjects):
        if things and len(slot) == 1 and tree.words[slot[0]].lower() == "what":
            slot[:] = things


def _freeze(tree: Tree, draft: _Draft) -> Clause:
    copular = tree.lemmas[draft.verb] in COPULAS
    kind: ClauseType
    if draft.objects or (draft.clauses and not draft.complements):
        kind = "SVOO" if draft.indirect else "SVOC" if draft.complements else "SVOA" if draft.adverbials else "SVO"
    elif draft.complements:
        kind = "SVC"
    else:
        kind = "SVA" if draft.adverbials and (copular or draft.passive or not draft.adverbs) else "SV"
    return Clause(
        draft.id, draft.verb, tuple(dict.fromkeys(draft.group)), kind, tuple(draft.subjects), draft.inherited,
        tuple(draft.objects), tuple(draft.indirect), tuple(draft.complements), tuple(draft.adverbials), tuple(draft.times),
        tuple(draft.adverbs), tuple(draft.clauses), draft.passive, tuple(draft.agents), tuple(draft.negations),
        tuple(draft.auxiliaries), draft.particle, tuple(draft.marks), draft.parent, draft.relation, draft.existential)


def clause_claims(tree: Tree, clauses: list[Clause], mentions: Iterable[Mention]) -> list[Claim]:
    """Return the claims the clauses make, numbered from 0 in text order; ``claim.predicate.start`` is the clause's verb.

    Subjects, objects and complements are distributed, every other constituent is an argument of each claim. A clause without
    subject and object (an imperative, a verbless heading) makes no claim, nor does "there are people who".
    """
    return _Claims(tree, clauses, list(mentions)).all()


class _Claims:
    """Makes the claims of one article's clauses."""

    def __init__(self, tree: Tree, clauses: list[Clause], mentions: list[Mention]) -> None:
        self.tree, self.clauses = tree, clauses
        self.by_head = {tree.at[m.head.start]: m.id for m in mentions if m.head.start in tree.at}
        self.spans = {tree.at[m.head.start]: (m.start, m.end) for m in mentions if m.head.start in tree.at}
        self.names = sorted((m.start, m.end) for m in mentions if m.kind == "name")
        self.wordings: dict[tuple[int, int], tuple[int, int]] = {}
        frames = [self.frame(clause) for clause in clauses]
        #: number of the first claim of each clause, None if it makes none
        self.first: list[int | None] = []
        total = 0
        for frame in frames:
            self.first.append(total if frame else None)
            total += len(frame)
        self.frames = frames
        self.number = {clause.verb: clause.id for clause in clauses}
        for clause in clauses:
            if clause.existential and self.first[clause.id] is None:
                self.first[clause.id] = next((self.first[c] for c in self.relatives(clause) if self.first[c] is not None), None)
        self.purposes: dict[int, list[int]] = {}
        self.adverbials: dict[int, list[tuple[str, int]]] = {}
        for clause in clauses:
            if (owner := self.purpose_of(clause)) >= 0:
                self.purposes.setdefault(owner, []).append(clause.id)
            elif word := self.link_of(clause):
                self.adverbials.setdefault(clause.parent, []).append((word, clause.id))

    def all(self) -> list[Claim]:
        claims: list[Claim] = []
        for clause, frame in zip(self.clauses, self.frames, strict=True):
            shared = self.shared(clause) if frame else []
            # "Ann and Ben plan to leave": Ann's plan is that Ann leaves
            matched = [len(self.frames[c]) == len(frame) > 1 and self.clauses[c].subjects == clause.subjects for c in clause.clauses]
            for k, core in enumerate(frame):
                own = [replace(a, claim=a.claim + k) if fits and a.claim is not None else a
                       for a, fits in zip(shared, matched, strict=False)] + shared[len(matched):]
                arguments = tuple(dict.fromkeys([self.argument(role, token, clause) for role, token in core] + own))
                claims.append(self.claim(clause, len(claims), arguments))
        return claims

    def frame(self, clause: Clause) -> list[list[tuple[str, int]]]:
        """Return the core arguments of each claim of the clause; none for "there are" before a clause that says what they do."""
        if (clause.existential and self.relatives(clause)) or self.is_cleft(clause) or self.asks(clause) or self.frames_only(clause):
            return []
        return _frames(self.tree, clause, self.one_name)

    def asks(self, clause: Clause) -> bool:
        """True for an indirect question about a part of the clause: "(They counted) how many seeds were alive", "how high it is"."""
        tree = self.tree
        edges = [tree.left[t] for t in (*clause.subjects, *clause.objects, *clause.complements) if tree.left[t] < t]
        part = any(tree.tags[o] in RELATIVE_TAGS and tree.deps[o] == "pobj" for t in (*clause.subjects, *clause.objects)
                   for c in tree.children[t] if tree.words[c] == "of" for o in tree.children[c])  # "many of which they made"
        return part or any(tree.words[edge].lower() in INTERROGATIVES and tree.deps[edge] in ("advmod", "det") for edge in edges)

    def frames_only(self, clause: Clause) -> bool:
        """True for "had to", "had come to" before the infinitive that tells what was done: "The mayor had to leave"."""
        tree = self.tree
        if tree.lemmas[clause.verb] not in ("have", "come", "get") or clause.objects or clause.complements or len(clause.clauses) != 1:
            return False
        inner, to = self.clauses[clause.clauses[0]], clause.verb + 1
        if inner.relation != "xcomp" or tree.words[to].lower() != "to" or tree.heads[to] != inner.verb:
            return False
        return inner.passive or clause.subjects == inner.subjects

    def is_cleft(self, clause: Clause) -> bool:
        """True for "It was Ana Ruiz" before "who sold the mill"."""
        tree = self.tree
        return bool(clause.complements) and [tree.words[s].lower() for s in clause.subjects] == ["it"] \
            and tree.pos[clause.complements[0]] == "PROPN" \
            and any(tree.deps[c] == "relcl" for c in tree.children[clause.complements[0]])

    def relatives(self, clause: Clause) -> list[int]:
        """Return the finite relative clauses of who there is, if it is not denied: "There are people who helped me"."""
        tree = self.tree
        denied = any(tree.deps[c] in ("det", "neg") and tree.lemmas[c].lower() == "no" for s in clause.subjects for c in tree.children[s])
        if clause.negations or denied or not all(_can_act(tree, s) for s in clause.subjects):
            return []
        return [other.id for other in self.clauses[clause.id + 1:clause.id + 4]
                if other.parent == clause.id and other.relation == "relcl" and tree.heads[other.verb] in clause.subjects
                and tree.tags[other.verb] != "VB"]

    def purpose_of(self, clause: Clause) -> int:
        """Return the clause that `clause` tells the purpose of, or -1: "flew to Oslo to sell the farm", "in order to sell it"."""
        tree, verb = self.tree, clause.verb
        if clause.parent < 0 or tree.tags[verb] != "VB" or clause.marks or not any(
                tree.tags[c] == "TO" for c in tree.children[verb] if c < verb):
            return -1
        parent, head = self.clauses[clause.parent], tree.heads[verb]
        ordered = clause.relation == "acl" and tree.words[head] == "order" and head == tree.left[verb] - 1
        told = clause.relation == "advcl" and head == parent.verb and not parent.complements
        return parent.id if ordered or told else -1

    def link_of(self, clause: Clause) -> str:
        """Return the word that joins a finite adverbial clause to its verb ("left because it rained"), or nothing."""
        tree, verb = self.tree, clause.verb
        if clause.relation != "advcl" or clause.inherited or clause.parent < 0 or tree.heads[verb] != self.clauses[clause.parent].verb:
            return ""
        marks = [m for m in clause.marks if m < verb]
        word = tree.words[marks[0]].lower() if len(marks) == 1 else ""
        return word if word in CLAUSE_LINKS and self.first[clause.id] is not None else ""

    def shared(self, clause: Clause) -> list[Argument]:
        """Return the arguments that every claim of the clause has."""
        found = [self.argument("clause", self.clauses[c].verb, clause, self.first[c]) for c in clause.clauses]
        for a in clause.adverbials:
            start = self.tree.starts[a.token]
            if not any(c in self.spans and self.spans[c][0] <= start < self.spans[c][1] for c in clause.complements):
                number = self.number.get(a.token, -1) if a.clausal else -1
                found.append(self.argument(_preposition(self.tree, a.prep), a.token, clause, self.first[number] if number >= 0 else None))
        found += [self.argument("time", t, clause) for t in clause.times] + [self.argument("adverb", a, clause) for a in clause.adverbs]
        found += [self.clause_argument(word, self.clauses[c], clause) for word, c in self.adverbials.get(clause.id, ())]
        return found + [self.argument("purpose", self.clauses[c].verb, clause, self.first[c]) for c in self.purposes.get(clause.id, ())]

    def clause_argument(self, role: str, inner: Clause, clause: Clause) -> Argument:
        """Return the adverbial clause `inner` as an argument, without the word that joins it."""
        found = self.argument(role, inner.verb, clause, self.first[inner.id])
        mark = next(m for m in inner.marks if m < inner.verb)
        return replace(found, start=self.tree.starts[mark + 1]) if found.start <= self.tree.starts[mark] else found

    def argument(self, role: str, token: int, clause: Clause, claim: int | None = None) -> Argument:
        """Return the argument; a noun with the clause in its own phrase ends before it: "the firm" of "the firm that she left"."""
        tree, verb = self.tree, clause.verb
        own = token < verb < tree.right[token]
        key = token, verb if own else -1
        if key not in self.wordings:
            first, end = span_of(tree, token)
            below = verb
            for _ in range(LONGEST_FRAME if own else 0):
                if tree.heads[below] == token:
                    end = max(token + 1, min(end, antecedent_end(tree, token, below)))
                    break
                below = tree.heads[below]
            self.wordings[key] = balanced(tree.text, *_whole_words(tree.text, tree.starts[first], tree.ends[end - 1]))
        start, stop = self.wordings[key]
        event = next((c for c in tree.children[token] if _happens_to(tree, c)), -1)
        if event >= 0 and event in self.number and event != verb:  # "led to the claim being withdrawn": the event, not the claim
            return Argument(role, start, stop, None, self.first[self.number[event]])
        return Argument(role, start, stop, self.by_head.get(token), claim)

    def one_name(self, tokens: tuple[int, ...]) -> tuple[int, ...]:
        """Drop conjuncts that a name of several words takes in: "Marks and Spencer"."""
        if len(tokens) < 2:
            return tokens
        spans = [self.spans[t] for t in tokens if t in self.spans]
        return tuple(t for t in tokens if not any(
            a <= self.tree.starts[t] < b and self.spans.get(t) != (a, b) for a, b in spans))

    def claim(self, clause: Clause, number: int, arguments: tuple[Argument, ...]) -> Claim:
        tree, verb = self.tree, clause.verb
        lemma = tree.lemmas[verb].lower()
        if clause.particle >= 0:
            lemma += " " + tree.words[clause.particle].lower()
        first, after = tree.sentences[tree.sentence[verb]]
        sentence = Span(tree.starts[first], tree.ends[after - 1])
        copula = bool(clause.complements) and lemma == "be"
        return Claim(number, "copula" if copula else "verb", lemma, " ".join(tree.words[g] for g in _with_adverbs(tree, clause)),
                     Span(tree.starts[verb], tree.ends[max(verb, clause.particle)]), arguments,
                     self.evidence(clause, arguments), sentence, passive=clause.passive, extractor="clauses")

    def evidence(self, clause: Clause, arguments: tuple[Argument, ...]) -> Span:
        """Return the stretch from the first to the last constituent, prepositions included; no name is cut, quote marks pair."""
        tree = self.tree
        first = min([*clause.group, *(tree.left[a.prep[0]] for a in clause.adverbials if tree.left[a.prep[0]] < a.token)])
        start = min([tree.starts[first], *(a.start for a in arguments)])
        end = max([tree.ends[clause.group[-1]], tree.ends[clause.verb], *(a.end for a in arguments)])
        for name in (bisect_right(self.names, (start, len(tree.text))) - 1, bisect_right(self.names, (end, 0)) - 1):
            if name >= 0:
                left, right = self.names[name]
                start = left if left < start < right else start
                end = right if left < end < right else end
        start, end = _whole_words(tree.text, start, end)
        left, right = balanced(tree.text, start, end)
        return Span(min([left, *(a.start for a in arguments)]), max([right, *(a.end for a in arguments)]))


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen the stretch so that it does not begin or end inside a word joined by hyphens: "Lee Hwa-kin"."""
    while start > 0 and ((start > 1 and text[start - 1] in HYPHENS and text[start - 2].isalnum())
                         or (text[start] in HYPHENS and text[start - 1].isalnum())):
        start -= 1
        while start > 0 and text[start - 1].isalnum():
            start -= 1
    while end < len(text) and ((end + 1 < len(text) and text[end] in HYPHENS and text[end + 1].isalnum())
                               or (text[end - 1] in HYPHENS and text[end].isalnum() and (end < 2 or text[end - 2].isalnum()))):
        end += 1
        while end < len(text) and text[end].isalnum():
            end += 1
    return start, end


def balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch with its quotation marks paired: the missing one taken in if it is next, else a lone one at the edge left out.

    >>> text = 'He called it a “dark day,” and left.'
    >>> text[slice(*balanced(text, 13, 24))], text[slice(*balanced(text, 15, 24))]
    ('a “dark day,”', 'dark day')
    """
    piece = text[start:end]
    for opening, closing in (("“", "”"), ('"', '"')):
        straight = opening == closing
        if (piece.count(opening) % 2 == 0) if straight else (piece.count(opening) == piece.count(closing)):
            continue
        if piece[-1:] == closing and piece.count(closing) == 1 and len(piece) > 1:
            if start and text[start - 1] == opening:
                return start - 1, end
            return start, end - 1
        if piece[:1] == opening and len(piece) > 1:
            return (start, end + 1) if text[end:end + 1] == closing else (start + 1, end)
        if straight or piece.count(opening) > piece.count(closing):
            for more in (1, 2):
                if text[end + more - 1:end + more] == closing and text[end:end + more - 1] in ("", ",", ".", "?", "!"):
                    return start, end + more
        if start and text[start - 1] == opening and (straight or piece.count(closing) > piece.count(opening)):
            return start - 1, end
    return start, end


def _frames(tree: Tree, clause: Clause, one_name: Callable[[tuple[int, ...]], tuple[int, ...]]) -> list[list[tuple[str, int]]]:
    """Return the core arguments of each claim that the clause makes, conjuncts distributed, as (deep role, token)."""
    surface: list[int | None] = [*one_name(clause.subjects)] or [None]
    objects: list[int | None] = [*one_name(clause.objects)] or [None]
    complements: list[int | None] = [*clause.complements] or [None]
    subject_role, object_role = "subject", "object"
    agents: list[int | None] = [None]
    if clause.passive:
        subject_role, agents = ("indirect" if clause.objects else "object"), [*one_name(clause.agents)] or [None]
    if not clause.subjects and not clause.objects and not clause.agents:
        return []
    found: list[list[tuple[str, int]]] = []
    others: list[tuple[str, int]] = []
    if tree.lemmas[clause.verb] in RECIPROCAL and len(clause.subjects) > 1 and not (
            clause.objects or clause.passive or any(_preposition(tree, a.prep) in ("with", "from") for a in clause.adverbials)):
        first, *rest = one_name(clause.subjects)
        surface, others = [first], [("with", token) for token in rest]
    for agent in agents:
        for subject in surface:
            for thing in objects:
                for complement in complements:
                    slots = (("subject", agent), (subject_role, subject), (object_role, thing), ("complement", complement))
                    core = [(role, token) for role, token in slots if token is not None]
                    core += [("indirect", token) for token in clause.indirect] + others
                    found.append(core)
                    if len(found) == MOST_CLAIMS:
                        return found
    return found


def _preposition(tree: Tree, tokens: tuple[int, ...]) -> str:
    return " ".join(tree.words[t].lower() for t in tokens)


def _with_adverbs(tree: Tree, clause: Clause) -> list[int]:
    """Return the predicate's tokens with the adverbs among them or right before them: "has often been seen", "also owns"."""
    first, last = clause.group[0], clause.verb
    inner = [c for c in tree.children[clause.verb]
             if tree.deps[c] == "advmod" and first - 1 <= c < last and not tree.children[c] and tree.tags[c] != "WRB"]
    return sorted({*clause.group, *inner}) if clause.group == tuple(sorted(clause.group)) else list(clause.group)
