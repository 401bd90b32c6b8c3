"""Finds what an article speaks of: names, noun phrases, pronouns; values come from :mod:`kg.extract.values`.

Names start from the named entity recogniser and are mended with the parse and the rest of the document: a recogniser sees one
sentence at a time, so one name gets several types, loses its ends, or is missed where a longer form stands two lines above.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from kg.extract.tree import Tree
from kg.extract.words import (
    COMPANY_SUFFIXES,
    KEPT_TITLES,
    PARTICLES,
    TITLES,
    WEEKDAYS_MONTHS,
    first_names,
    noun_classes,
)
from kg.records import Kind, Mention, Span

#: ontology class by the recogniser's label; labels left out are values
NAME_TYPES = {
    "PERSON": "Person",
    "NORP": "Group",
    "FAC": "Facility",
    "ORG": "Organization",
    "GPE": "Place",
    "LOC": "Place",
    "PRODUCT": "Product",
    "EVENT": "Event",
    "WORK_OF_ART": "CreativeWork",
    "LAW": "Law",
    "LANGUAGE": "Thing",
}
#: classes of head nouns that a mention's type may take
NOUN_TYPES = frozenset(["Person", "Organization", "Place", "CreativeWork", "Event", "Product", "Law", "Group", "Facility"])
ARGUMENTS = frozenset(
    [
        "nsubj",
        "nsubjpass",
        "dobj",
        "pobj",
        "attr",
        "dative",
        "oprd",
        "appos",
        "poss",
        "conj",
        "agent",
        "ROOT",
        "pcomp",
        "csubj",
        "dep",
        "expl",
        "npadvmod",
        "intj",
    ]
)
MODIFIERS = frozenset(["amod", "compound", "nmod", "nummod", "quantmod", "advmod", "npadvmod"])
#: what stands before a number and is none of the thing counted: "at least | 11 people"
ABOUT = frozenset(["at", "least", "most", "more", "less", "fewer", "than", "up", "to", "about", "around", "nearly", "almost", "over"])
#: nouns and numbers that say nothing without what they count or part
COUNTING = frozenset("""
    one some part many most all half thousand hundred million dozen number lot majority minority rest quarter third two three four kind
    type sort series variety range pair couple each any several few none piece bit amount percent portion percentage share side aspect
    plenty handful bulk remainder array host scores much more
""".split())
#: nouns that say little without what a preposition after them tells: "the ban on fishing", "access to the archive"
GOVERNED = {
    preposition: frozenset(nouns.split())
    for preposition, nouns in {
        "about": "article book claim complaint concern debate decision documentary doubt fear film idea information question song story",
        "against": """accusation action allegation appeal battle bias campaign case charge claim complaint crime discrimination evidence
            fight lawsuit measure movement offence offense protest sanction struggle suit vaccine violence war""",
        "as": "career job position reign reputation role status term use",
        "for": """appetite application basis bid call campaign candidate case cause claim compensation concern condition contempt contest
            deadline demand desire excuse explanation hope hunt justification need nomination opportunity payment penalty plan potential
            preference preparation proposal provision punishment reason recipe request requirement respect responsibility search
            substitute support suspect talent tribute use warrant""",
        "from": """damage departure difference distance escape excerpt exit freedom income independence letter loss pressure profit
            protection quote relief revenue threat withdrawal""",
        "in": """advance belief change confidence decline decrease drop expert fall gain growth improvement increase interest investment
            involvement loss participation reduction rise role share shift stake surge trust""",
        "into": "entry inquiry insight investigation look probe research",
        "on": """agreement assault attack ban bid claim comment concentration conference crackdown curb data debate decision dependence
            discussion effect emphasis evidence focus impact influence information lecture levy limit limitation opinion perspective
            policy position pressure raid referendum reliance report research restriction ruling sanction spending stance statement
            study tariff tax treatise view viewpoint vote war""",
        "over": "advantage concern control debate dispute fight lead power row victory war",
        "to": """access adaptation addition admission alternative answer approach attachment attention barrier change claim commitment
            connection contribution damage danger devotion entrance exception guide harm heir invitation journey key letter limit link
            loyalty objection obstacle opposition reaction reference relationship resistance response return right risk route sequel
            solution subscription testament threat tribute visit way witness""",
        "with": """agreement alliance collaboration conflict connection contact contract deal dealing dispute familiarity friendship
            interview link meeting negotiation partnership problem quarrel relation relationship settlement talk tie treaty truce war""",
    }.items()
}
#: nouns whose infinitive tells what they are: "the right to vote"
WITH_INFINITIVE = frozenset("""
    ability agreement aim ambition application appeal attempt authority bid call campaign capacity chance choice commitment decision
    demand desire determination duty effort eagerness fight freedom goal incentive inclination instruction intention invitation license
    licence means mission motion move necessity need obligation offer opportunity option order permission permit plan pledge potential
    power pressure promise proposal push readiness reason refusal reluctance request requirement resolution right struggle tendency
    temptation threat vow vote warrant way will willingness wish
""".split())
#: nouns that say little without the clause or phrase that tells which: "people who fled", "a person with a key"
WITH_CLAUSE = frozenset("""
    people person man woman child men women one ones someone somebody anyone anybody everyone everybody those member thing something
    anything everything
""".split())
#: nouns whose "that" clause tells what they are: "the fact that he left"
WITH_THAT = frozenset("fact idea claim notion belief view argument suggestion theory allegation assumption conclusion evidence".split())
#: words that the complement of a noun may have in its entity's label
LONGEST_COMPLEMENT = 8
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
QUOTES = frozenset(['"', "“", "”", "''", "``", "'", "‘", "’", "«", "»"])
NAME_TITLES = frozenset(
    [
        "mr",
        "mr.",
        "mrs",
        "mrs.",
        "ms",
        "ms.",
        "miss",
        "dr",
        "dr.",
        "sir",
        "dame",
        "lord",
        "lady",
        "sen.",
        "gov.",
        "gen.",
        "col.",
        "capt.",
        "sgt.",
        "rep.",
        "prof.",
        "judge",
        "senator",
        "president",
        "actor",
        "actress",
        "singer",
        "cinematographer",
    ]
)
#: what only people do, and have
HUMAN_VERBS = frozenset(
    [
        "marry",
        "divorce",
        "bear",
        "die",
        "graduate",
        "resign",
        "retire",
        "sing",
        "smile",
        "laugh",
        "cry",
        "weep",
        "wear",
        "kiss",
        "sleep",
        "dream",
        "remember",
        "recall",
        "testify",
        "emigrate",
        "study",
        "love",
        "hug",
        "whisper",
        "shout",
        "apologize",
        "apologise",
        "nod",
        "think",
        "feel",
        "hope",
        "insist",
        "joke",
        "teach",
        "befriend",
        "confess",
    ]
)
HUMAN_POSSESSIONS = frozenset(
    [
        "wife",
        "husband",
        "mother",
        "father",
        "son",
        "daughter",
        "brother",
        "sister",
        "uncle",
        "aunt",
        "cousin",
        "nephew",
        "niece",
        "grandfather",
        "grandmother",
        "parent",
        "child",
        "family",
        "friend",
        "girlfriend",
        "boyfriend",
        "career",
        "life",
        "death",
        "birth",
        "body",
        "face",
        "hand",
        "eye",
        "arm",
        "head",
        "voice",
        "lawyer",
        "attorney",
        "teacher",
        "childhood",
        "marriage",
        "house",
        "home",
        "mind",
        "heart",
        "widow",
        "fiancee",
        "fiance",
    ]
)
#: the last word of a newspaper's or agency's name
PAPERS = frozenset(
    [
        "times",
        "post",
        "journal",
        "reporter",
        "herald",
        "tribune",
        "news",
        "press",
        "guardian",
        "telegraph",
        "gazette",
        "globe",
        "chronicle",
        "mail",
        "star",
        "observer",
        "mirror",
    ]
)
#: company suffixes that end a name whatever follows
CLOSERS = frozenset(["inc", "corp", "ltd", "plc", "gmbh", "ag", "nv", "llc", "spa"])
Name = tuple[int, int, str]
"""First token, token past the last, type."""


def find_mentions(tree: Tree, values: Sequence[Mention] = ()) -> list[Mention]:
    """Return all mentions of the article in text order, with ids from 0 in that order; `values` keep all but their id.

    No name or noun phrase has its head inside a value. Every noun, name or pronoun that can be an argument gets a mention;
    where two
    names overlap the longer stays.
    """
    taken = [False] * len(tree)
    for value in values:
        for i in tree.tokens(value.start, value.end):
            taken[i] = True
    names = find_names(tree, taken)
    found: list[tuple[int, int, int, int, int, Kind, str]] = []  # first, end, full first, full end, head, kind, type
    named = [False] * len(tree)
    for first, end, kind in names:
        named[first:end] = [True] * (end - first)
        head = span_head(tree, first, end)
        full = noun_phrase(tree, head, kind) if tree.deps[head] in ARGUMENTS else (first, end)
        found.append((first, end, min(full[0], first), max(full[1], end), head, "name", kind))
    classes = noun_classes()
    for i, pos in enumerate(tree.pos):
        if taken[i] or named[i]:
            continue
        if pos in ("PRON", "DET"):
            if is_pronoun(tree, i):
                found.append((i, i + 1, *pronoun_phrase(tree, i), i, "pronoun", pronoun_type(tree.words[i].lower())))
        elif is_noun_head(tree, i):
            first = compact_start(tree, i, taken)
            lemma = tree.lemmas[i].lower()
            kind = classes.get(lemma) or classes.get(lemma.rpartition("-")[2], "Thing")  # "pan-democrats"
            found.append((first, compact_end(tree, i), *noun_phrase(tree, i), i, "nominal", kind if kind in NOUN_TYPES else "Thing"))
    mentions = [
        Mention(
            0,
            tree.starts[first],
            tree.ends[end - 1] - sentence_dot(tree, end - 1),
            Span(tree.starts[head], tree.ends[head]),
            Span(tree.starts[full_first], tree.ends[full_end - 1]),
            kind_,
            type_,
        )
        for first, end, full_first, full_end, head, kind_, type_ in found
    ]
    ordered = sorted([*mentions, *values], key=lambda m: (m.start, -m.end, m.head.start))
    return [replace(mention, id=i) for i, mention in enumerate(ordered)]


def sentence_dot(tree: Tree, i: int) -> int:
    """Return 1 if token `i`, a company suffix, took in the full stop of its sentence ("... bought Acme Corp."), else 0."""
    word = tree.words[i]
    return int(word.endswith(".") and word.lower() in COMPANY_SUFFIXES and i + 1 == tree.sentences[tree.sentence[i]][1])


# names


def find_names(tree: Tree, taken: Sequence[bool]) -> list[Name]:
    """Return the names outside the tokens `taken`, in text order, without overlap, each with its type over the document."""
    names = []
    for first, end, label in tree.entities:
        if label in NAME_TYPES:
            start, stop = mend_ends(tree, first, end, label)
            while stop > start + 1 and (taken[stop - 1] or (label == "ORG" and tree.pos[stop - 1] == "ADP")) and not taken[start]:
                stop -= 1  # "Delta Works | 12 million", "Marlow Rovers | for"
            things = label == "PERSON" and stop > end and tree.tags[stop - 1] == "NNPS"  # "Moran Polaroids": things of his
            names.append((start, stop, "Thing" if things else NAME_TYPES[label]))
    names = split_names(tree, join_companies(tree, drop_overlaps([name for name in names if name[0] < name[1]])))
    blocked = list(taken)
    for first, end, _ in names:
        blocked[first:end] = [True] * (end - first)
        if tree.words[end - 1].lower() in COMPANY_SUFFIXES and end < len(tree) and tree.words[end].isupper() and len(tree.words[end]) > 1:
            blocked[end] = True  # the ticker after a company's name
    names = [name for name in names if is_name(tree, name, taken)]
    names = drop_overlaps(names + missed_names(tree, blocked))
    names = drop_overlaps(names + repeated_names(tree, names, taken))
    return settle_types(tree, names)


def split_names(tree: Tree, names: Sequence[Name]) -> list[Name]:
    """Return the names with those cut in two that the recogniser ran together: "between | Marlow | and | Port Ellis".

    Two names joined by "and" are cut if both also stand alone in the text, or one does and "between" stands before; a person and where they
    belong, "Nadia Holt | of | Tidewater Press", if the first begins with a first name and nothing in it tells an organisation.
    """
    alone = {tuple(tree.words[first:end]): kind for first, end, kind in names}
    cut: list[Name] = []
    for first, end, kind in names:
        k = next((i for i in range(first + 1, end - 1) if tree.words[i].lower() in ("and", "of")), -1)
        if k < 0:
            cut.append((first, end, kind))
            continue
        left, right = tuple(tree.words[first:k]), tuple(tree.words[k + 1 : end])
        between = first > 0 and tree.words[first - 1].lower() == "between"
        known = {alone.get(left, ""), alone.get(right, "")} - {""}
        places = kind in ("Organization", "Place", "Facility") and left != right and known
        if tree.words[k] == "and" and places and (between or (left in alone and right in alone)):
            cut += [(first, k, alone.get(left, min(known))), (k + 1, end, alone.get(right, min(known)))]
        elif (
            k == first + 2
            and tree.words[k] == "of"
            and kind in ("Organization", "Person")
            and left[0].lower() in first_names()
            and left[1].lower() not in noun_classes()
        ):
            cut += [(first, k, "Person"), (k + 1, end, "Organization")]
        else:
            cut.append((first, end, kind))
    return cut


def drop_overlaps(names: Iterable[Name]) -> list[Name]:
    """Return the names in text order; of two that overlap, the longer, else the first given."""
    kept: list[Name] = []
    covered: set[int] = set()
    for name in sorted(names, key=lambda n: (n[0] - n[1], n[0])):
        if covered.isdisjoint(range(name[0], name[1])):
            kept.append(name)
            covered.update(range(name[0], name[1]))
    return sorted(kept)


def is_name(tree: Tree, name: Name, taken: Sequence[bool]) -> bool:
    """Tell whether a span is worth a name: outside values, with a letter, no bare adjective of nationality, no bare title."""
    first, end, label = name
    if any(taken[first:end]) or not any(c.isalpha() for i in range(first, end) for c in tree.words[i]):
        return False
    if (
        tree.deps[end - 1] in ("amod", "nmod", "compound", "acomp")
        and tree.words[tree.heads[end - 1]][0].islower()
        and (
            label == "Group"
            or all(tree.pos[i] == "ADJ" or tree.words[i] == "-" for i in range(first, end))
            or (end - first == 1 and tree.words[first] in ("U.S.", "US", "U.K.", "UK", "EU", "U.N.", "UN"))
        )
    ):
        return False  # "French farmers", "U.S. farmers": an adjective of nationality
    if (
        end - first == 1
        and (tree.pos[first] in ("PRON", "VERB", "AUX", "ADV", "ADP") or tree.words[first].lower() in TITLES)
        and not is_may(tree, first, label)
        and not is_surname_in_ing(tree, first)
    ):
        return False
    return any(tree.words[i][0].isupper() or tree.words[i][0].isdigit() for i in range(first, end)) or end - first > 1


def capital(tree: Tree, i: int) -> bool:
    """Tell whether token `i` can be part of a name: a proper noun with a capital, no weekday or month but in "Ann May", "J. May"."""
    word = tree.words[i]
    if not (word[0].isupper() and tree.tags[i] in ("NNP", "NNPS")):
        return False
    if word.lower() not in WEEKDAYS_MONTHS:
        return True
    before = tree.words[i - 1] if i and tree.pos[i - 1] == "PROPN" else ""
    return word.lower() in first_names() and (before.lower() in first_names() or (len(before) == 2 and before[1] == "."))


def mend_ends(tree: Tree, first: int, end: int, label: str) -> tuple[int, int]:
    """Return the span of a recognised name with its ends put right."""
    words, sentence = tree.words, tree.sentences[tree.sentence[first]]
    end = min(end, sentence[1])
    while first < end and (tree.pos[end - 1] in ("PUNCT", "PART", "SPACE") or words[end - 1] in QUOTES) and words[end - 1] not in CLOSING:
        end -= 1
    while first < end and (tree.pos[first] in ("PUNCT", "SPACE", "PART") or words[first] in QUOTES):
        first += 1
    if first < end and words[first] in ("the", "The", "a", "an", "A", "An", "this", "that", "these", "those", "THE"):
        starts = first == sentence[0] or words[first - 1] in QUOTES or words[first - 1] == ":"
        if words[first][0].islower() or starts or label not in ("ORG", "WORK_OF_ART"):
            first += 1
    if first >= end:
        return first, end
    while end < sentence[1] and tree.entity[end] < 0 and continues(tree, first, end):
        end += 1
    if (
        end < sentence[1]
        and sentence[0] < first - 1
        and words[first - 1] == "The"
        and words[end][0].isupper()
        and tree.tags[end] in ("NN", "NNP", "NNPS")
        and tree.heads[end - 1] == end
    ):
        return first - 1, end + 1  # a capital inside a sentence: "..., The | Hollywood | Reporter notes"
    while (
        first > sentence[0]
        and tree.entity[first - 1] < 0
        and capital(tree, first - 1)
        and first <= tree.heads[first - 1] < end
        and tree.deps[first - 1] in ("compound", "nmod")
        and words[first - 1].lower() not in TITLES
    ):
        first -= 1
    if label in ("ORG", "GPE", "FAC", "PRODUCT"):
        end = before_title(tree, first, end)
    if label == "PERSON":
        first = after_titles(tree, first, end)
        while (
            end + 1 < sentence[1]
            and words[end].lower() in PARTICLES
            and (words[end + 1][0].isupper() or words[end + 1].lower() in PARTICLES)
        ):
            end += 2  # "Cor van | der Berg"
    for k in range(first + 1, end - 1):  # "Cetus Corp | CTUS", "Acme GmbH | of Ulm"
        if words[k].lower().rstrip(".") in CLOSERS and words[k + 1].lower() not in COMPANY_SUFFIXES:
            return first, k + 1
    return first, end


def join_companies(tree: Tree, names: Sequence[Name]) -> list[Name]:
    """Return the names with the pieces of one company joined: "Marlow Berg | and | Sons Ltd", "Holt Webb | Lindqvist
    Inc"."""
    joined: list[Name] = []
    for name in names:
        first, end, _ = name
        if joined and tree.words[end - 1].lower() in COMPANY_SUFFIXES and joined[-1][2] in ("Person", "Organization", "Group", "Place"):
            before, stop, _ = joined[-1]
            bare = all(
                w.lower() in COMPANY_SUFFIXES
                or w.lower() in ("sons", "associates", "brothers", "gas", "telegraph", "electric", "power", "light")
                for w in tree.words[first:end]
            )
            link = stop == first or (bare and stop + 1 == first and tree.words[stop] in ("and", "&"))
            if link and tree.words[stop - 1].lower() not in COMPANY_SUFFIXES and tree.sentence[before] == tree.sentence[first]:
                joined[-1] = (before, end, "Organization")
                continue
        joined.append(name)
    return joined


def continues(tree: Tree, first: int, end: int) -> bool:
    """Tell whether the token at `end` belongs to the name before it: "Sun | Co", "Marlow Port Service | Commission"."""
    if (tree.words[end].lower() in COMPANY_SUFFIXES and tree.words[end][0].isupper()) or tree.words[end].lower() in (
        "corp",
        "inc",
        "ltd",
    ):
        return True
    return (
        capital(tree, end)
        and tree.words[end].lower() not in TITLES
        and any(tree.heads[i] == end and tree.deps[i] == "compound" for i in range(first, end))
    )


def after_titles(tree: Tree, first: int, end: int) -> int:
    """Return the first token of a person's name after any titles: "Judge | Mary Sommer", "actor | Alec Baldwin"."""
    best = first
    for i in range(first, end - 1):
        low = tree.words[i].lower()
        person = noun_classes().get(low) == "Person" and low not in first_names() and tree.words[i + 1].lower() in first_names()
        if person or low in TITLES or low.rstrip(".") in TITLES or (tree.words[i][0].islower() and low not in PARTICLES):
            if low in KEPT_TITLES:
                return i
            best = i + 1
    return best


def before_title(tree: Tree, first: int, end: int) -> int:
    """Return where a name ends before the title of somebody: "Lagos | Sheriff", "Grain Council | President"; `first` if it is one
    word."""
    stop = end
    while stop - 1 > first and is_title(tree.words[stop - 1].lower()) and tree.pos[stop - 2] != "ADP":
        stop -= 1
    if stop < end and tree.pos[stop - 1] == "ADP":
        return end  # "Ministry of | Justice"
    return first if stop < end and stop - first == 1 else stop


def is_title(low: str) -> bool:
    """Tell whether a word is the title of a person and no newspaper's name ("reporter")."""
    return low in TITLES and low not in PAPERS and (noun_classes().get(low) == "Person" or low in ("general", "prime", "minister"))


def missed_names(tree: Tree, covered: Sequence[bool]) -> list[Name]:
    """Return runs of capitalised proper nouns, outside the tokens `covered`, that the recogniser left out."""
    found = []
    for start, stop in tree.sentences:
        letters = [w for w in tree.words[start:stop] if w[0].isalpha() and len(w) > 3]
        verb = any(tree.pos[i] == "VERB" and tree.words[i].islower() for i in range(start, stop))
        if not verb and len(letters) > 3 and sum(w[0].isupper() for w in letters) > 0.7 * len(letters):
            continue  # a headline: capitals tell nothing
        i = start
        while i < stop:
            if covered[i] or not (capital(tree, i) or is_full_name(tree, i, stop)):
                i += 1
                continue
            first = i
            i += 1  # the first name of "Ana Ruiz", which the tagger may have taken for another sort of word
            while (
                i < stop
                and not covered[i]
                and (
                    capital(tree, i)
                    or (tree.words[i].lower() in PARTICLES and i + 1 < stop and capital(tree, i + 1))
                    or (tree.words[i] == "-" and i + 1 < stop and capital(tree, i + 1))
                )
            ):
                i += 1
            begin = after_titles(tree, first, i)
            if begin < i and is_missed(tree, begin, i, start):
                found.append((begin, i, "Thing"))
    return found


def is_full_name(tree: Tree, i: int, stop: int) -> bool:
    """Tell whether a first name stands at `i` and a capital follows, whatever the tagger says: "Ana Ruiz sued ..."."""
    return (
        tree.words[i][0].isupper()
        and tree.words[i].lower() in first_names()
        and i + 1 < stop
        and tree.words[i + 1][0].isupper()
        and tree.words[i + 1][1:].islower()
        and tree.pos[i + 1] in ("PROPN", "NOUN", "ADJ")
        and tree.heads[i] in (i + 1, tree.heads[i + 1])
    )


def is_missed(tree: Tree, first: int, end: int, start: int) -> bool:
    """Tell whether a run of capitalised proper nouns is a name and not a title or a common noun that begins a sentence."""
    last = tree.words[end - 1].lower()
    if last in TITLES or (noun_classes().get(last) == "Person" and last not in first_names()):
        return end - first > 1 and tree.words[first].lower() in first_names()
    if end - first == 1 and (first == start or tree.words[first - 1] in QUOTES):
        return last in first_names() or (
            tree.deps[first] in ("nsubj", "nsubjpass", "poss") and last not in noun_classes() and len(last) > 2
        )
    return len(tree.cut(first, end)) > 1


def repeated_names(tree: Tree, names: Sequence[Name], taken: Sequence[bool]) -> list[Name]:
    """Return further places where a name, or the last word of a person's, stands and was not recognised."""
    patterns: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    seen = set()
    for first, end, kind in names:
        words = tuple(tree.words[first:end])
        forms = [words]
        person = kind == "Person" or (kind == "Thing" and len(words) == 2 and words[0].lower() in first_names())
        if person and len(words) > 1 and words[-1][0].isupper() and len(words[-1]) > 2:
            forms.append(words[-1:])
        if kind == "Organization" and len(words) > 2 and words[-1].lower() in COMPANY_SUFFIXES:
            forms.append(words[:-1])
        if kind == "Organization" and len(words) == 2 and words[-1][0].isupper() and words[-1].lower() not in COMPANY_SUFFIXES:
            forms.append(words[-1:])  # "Marlow Rovers ... Rovers coach Ann Berg"
        for form in forms:
            if form not in seen and (len(form) > 1 or (len(form[0]) > 2 and form[0].lower() not in noun_classes())):
                seen.add(form)
                patterns[form[0]].append((form, kind))
    longest = [0] * len(tree)
    for first, end, _ in names:
        longest[first:end] = [end - first] * (end - first)
    found = []
    for i, word in enumerate(tree.words):
        for form, kind in patterns.get(word, ()):
            stop = i + len(form)
            if (
                not any(taken[i:stop])
                and max(longest[i:stop], default=0) < len(form)
                and tuple(tree.words[i:stop]) == form
                and (any(tree.pos[k] in ("PROPN", "NOUN", "ADJ") for k in range(i, stop)) or is_may(tree, i, kind))
            ):
                found.append((i, stop, kind))
    return [name for name in found if is_name(tree, name, taken)]


def is_may(tree: Tree, i: int, kind: str) -> bool:
    """Tell whether "May" is the name of a person already named in full, though tagged as the auxiliary: "May told reporters"."""
    return kind in ("Person", "Thing") and tree.words[i] == "May" and i + 1 < len(tree) and tree.tags[i + 1] in ("VBD", "VBZ", ",", "POS")


def is_surname_in_ing(tree: Tree, i: int) -> bool:
    """Tell whether token `i` is a name tagged as a participle: "After an hour, Tinning confessed", with a capital inside a sentence."""
    inside = i != tree.sentences[tree.sentence[i]][0]
    return inside and tree.tags[i] == "VBG" and tree.deps[i] == "nsubj" and tree.words[i].istitle()


def settle_types(tree: Tree, names: Sequence[Name]) -> list[Name]:
    """Return the names with one type for each spelling: by its last word, by the longer name it is part of, else by majority."""
    votes: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    keys = [tuple(w.lower() for w in tree.words[first:end] if w.lower() != "the") for first, end, _ in names]
    for key, (_, _, kind) in zip(keys, names, strict=True):
        votes[key][kind] += 0 if kind == "Thing" else 1
    types: dict[tuple[str, ...], str] = {}
    for key, counts in votes.items():
        top = max(counts.values())
        order = [kind for _, _, kind in names]
        ranked = sorted((kind for kind, n in counts.items() if n == top), key=order.index)
        types[key] = shape_type(key, ranked[0] if ranked else "Thing")
    for name, after, key in zip(names, names[1:], keys, strict=False):  # "in Santa Fe, New Mexico"
        if (
            name[1] + 1 == after[0]
            and after[2] == "Place"
            and tree.words[name[1]] == ","
            and name[0] > 0
            and tree.words[name[0] - 1].lower() in ("in", "at", "near", "outside", "from", "of")
            and types[key] != "Facility"
        ):
            types[key] = "Place"
    human = {key for key, (first, end, _) in zip(keys, names, strict=True) if is_human(tree, first, end)}
    for key in types:
        if (
            key in human
            and types[key] not in ("Person", "Group")
            and not (len(key) > 1 and noun_classes().get(key[-1], "Thing") in NOUN_TYPES and key[0] not in first_names())
        ):
            types[key] = "Person"
    located = {
        key
        for key, (first, _, _) in zip(keys, names, strict=True)
        if first > 0 and tree.words[first - 1].lower() in ("in", "near", "across")
    }
    longer: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for key in types:
        if len(key) > 1:
            longer[key[:1]].append(key)
            longer[key[-1:]].append(key)
    for key in list(types):
        if len(key) == 1:
            wholes = longer.get(key, [])
            people = [k for k in wholes if types[k] == "Person"]
            companies = [k for k in wholes if types[k] == "Organization" and k[0] == key[0]]
            surname = any(k[-1:] == key for k in people)
            if people and (types[key] != "Place" or (votes[key]["Place"] <= 1 and surname and key not in located)):
                types[key] = "Person"
            elif companies and types[key] in ("Thing", "Person", "Product", "CreativeWork"):
                types[key] = "Organization"
    return [(first, end, types[key]) for key, (first, end, _) in zip(keys, names, strict=True)]


def is_human(tree: Tree, first: int, end: int) -> bool:
    """Tell whether the words around a name show a person: "Ruiz, who ...", "Ruiz married", "Ruiz's wife", "Ruiz, a singer"."""
    head = span_head(tree, first, end)
    dep, above = tree.deps[head], tree.heads[head]
    for child in tree.children[head]:
        if tree.deps[child] == "relcl" and any(tree.words[k].lower() in ("who", "whom") for k in tree.subtree(child)) and child - head < 12:
            return True
        if tree.deps[child] == "appos" and is_person_noun(tree, child) and child - head < 8 and not is_where(tree, head):
            return True
    if first > 0 and tree.sentence[first - 1] == tree.sentence[head] and tree.words[first - 1].lower() in NAME_TITLES:
        return True
    if dep == "poss":
        return tree.lemmas[above].lower() in HUMAN_POSSESSIONS
    if dep == "appos" and is_person_noun(tree, above):
        return True
    if dep in ("nsubj", "nsubjpass"):
        if tree.lemmas[above] in HUMAN_VERBS:
            return True
        complement = tree.child(above, "attr")
        return tree.lemmas[above] == "be" and complement >= 0 and is_person_noun(tree, complement)
    return False


def is_where(tree: Tree, head: int) -> bool:
    """Tell whether a name stands where something happens: "born in Marlow, the son of a baker" makes no person of Marlow."""
    while tree.deps[head] in ("appos", "conj") and tree.pos[tree.heads[head]] == "PROPN":
        head = tree.heads[head]
    place = tree.entity[head] >= 0 and tree.entities[tree.entity[head]][2] in ("GPE", "LOC", "FAC")
    return place and tree.deps[head] == "pobj" and tree.words[tree.heads[head]].lower() in ("in", "at", "near", "from")


def is_person_noun(tree: Tree, i: int) -> bool:
    """Tell whether token `i` is a singular common noun for a person."""
    return tree.tags[i] == "NN" and noun_classes().get(tree.lemmas[i].lower()) == "Person"


def shape_type(key: tuple[str, ...], kind: str) -> str:
    """Return the type that the words of a name tell, else `kind`: "Acme Corp" is an organisation whatever the recogniser said."""
    if not key:
        return kind
    last = key[-1]
    if len(key) > 1 and (last in COMPANY_SUFFIXES or last in PAPERS):
        return "Organization"
    noun = noun_classes().get(last, "")
    if (
        len(key) > 1
        and noun in ("Organization", "Event", "Law", "Facility")
        and kind in ("Person", "Thing", "Place", "Product")
        and key[0] not in first_names()
    ):
        return noun
    if kind == "Person" and not any(word in first_names() for word in key):
        nouns = [noun_classes().get(word) or noun_classes().get(word.removesuffix("s"), "") for word in key]
        plural = last.endswith("s") and last not in noun_classes() and bool(nouns[-1])
        if "Person" not in nouns and ((len(key) > 1 and all(nouns)) or (len(key) == 1 and plural)):
            return nouns[-1] if nouns[-1] in NOUN_TYPES else "Thing"  # "Art Gallery", "Photographs": capitals of a heading
    if len(key) == 1 and key[0] in first_names() and kind in ("Thing", "Organization", "Product", "CreativeWork", "Law", "Facility"):
        return "Person"
    if (
        kind != "Person"
        and 2 <= len(key) <= 3
        and key[0] in first_names()
        and noun not in NOUN_TYPES
        and "of" not in key
        and "and" not in key
    ):
        return "Person" if kind == "Thing" or key[1] not in noun_classes() else kind
    return kind


# noun phrases


def span_head(tree: Tree, first: int, end: int) -> int:
    """Return the token of ``first:end`` that its other tokens hang on: the last whose head lies outside."""
    outside = [i for i in range(first, end) if not first <= tree.heads[i] < end or tree.heads[i] == i]
    nouns = [i for i in outside if tree.pos[i] in ("PROPN", "NOUN")]
    return (nouns or outside or [end - 1])[-1]


def is_noun_head(tree: Tree, i: int) -> bool:
    """Tell whether token `i` heads a noun phrase that can be an argument."""
    pos, dep = tree.pos[i], tree.deps[i]
    if pos in ("NOUN", "PROPN"):
        return dep not in ("compound", "nmod", "amod", "det", "advmod", "punct") and any(c.isalpha() for c in tree.words[i])
    if pos in ("ADJ", "NUM"):  # "the poor", "three of them"
        return dep in ("nsubj", "nsubjpass", "dobj", "pobj") and (tree.child(i, "det") >= 0 or tree.child(i, "prep") > i)
    return False


def compact_start(tree: Tree, i: int, taken: Sequence[bool]) -> int:
    """Return the first token of the minimal noun phrase at `i`: adjectives and compounds, no determiner or possessor."""
    first = i
    for child in reversed([c for c in tree.children[i] if c < i]):
        if (tree.deps[child] in MODIFIERS and tree.right[child] == first) or (
            tree.deps[child] == "punct" and tree.words[child] in ("-", ",")
        ):
            first = tree.left[child]
        elif tree.deps[child] != "punct":
            break
    while first < i and (
        tree.pos[first] in ("PUNCT", "DET", "ADV", "SPACE") or tree.words[first] in QUOTES or tree.words[first].lower() in ABOUT
    ):
        first += 1
    return first


def compact_end(tree: Tree, i: int) -> int:
    """Return the end of the minimal noun phrase at `i`; what only counts or parts takes in of what: "one in three visits"."""
    last = i
    if tree.deps[i] in ("attr", "appos", "oprd"):
        return i + 1  # "is part of the park": the predicate has the preposition as a role
    while tree.lemmas[last].lower() in COUNTING and last + 1 < len(tree) and tree.heads[last + 1] == last and (
        tree.words[last + 1].lower() == "of" or (tree.words[last].lower() == "one" and tree.words[last + 1].lower() == "in")
    ):
        of = tree.child(last + 1, "pobj")
        if of < 0 or of - last > 7 or tree.pos[of] not in ("NOUN", "PROPN", "PRON", "NUM"):
            break
        last = of
    return last + 1


def complement_end(tree: Tree, end: int) -> int:
    """Return the end of the minimal noun phrase that ends there with the complement that says what it is: "the ban | on fishing".

    That is what follows at once and hangs on the noun: "of" and its noun, another preposition that the noun governs, or its infinitive.
    Of a long one only as much is taken as leaves it whole; at most LONGEST_COMPLEMENT words.
    """
    i = end - 1
    first = next((c for c in tree.children[i] if c >= end and tree.left[c] == end), -1)
    if first < 0:
        return end
    stop, noun, dep, word = end, tree.lemmas[i].lower(), tree.deps[first], tree.words[end].lower()
    if dep == "prep" and first == end:
        hollow = noun in WITH_CLAUSE and word in ("in", "from", "with", "without", "at", "on", "under")
        if hollow or word in ("of", "between") or noun in GOVERNED.get(word, ()):
            stop = _complement_of_preposition(tree, first)
    elif dep == "acl" and tree.tags[end] == "TO":
        if noun in WITH_INFINITIVE and tree.heads[end] == first:
            stop = _infinitive_end(tree, first, end)
    elif (dep in ("relcl", "acl") and noun in WITH_CLAUSE) or (dep == "acl" and noun in WITH_THAT and word == "that"):
        stop = tree.right[first]
    return stop if stop - end <= LONGEST_COMPLEMENT else end


def _complement_of_preposition(tree: Tree, preposition: int) -> int:
    """Return the end of the preposition's minimal noun phrase, or where the preposition begins if it has none."""
    thing = tree.child(preposition, "pobj", "pcomp")
    if thing <= preposition:
        return preposition
    if tree.deps[thing] == "pcomp" or tree.words[preposition].lower() == "between":
        return tree.right[thing]  # "a way of testing it", "a treaty between Norway and Chile"
    if tree.pos[thing] not in ("NOUN", "PROPN", "NUM") or thing - preposition > LONGEST_COMPLEMENT:
        return preposition
    entity = tree.entity[thing]
    stop = max(thing + 1, tree.entities[entity][1] if entity >= 0 else 0)
    joined = tree.child(thing, "conj")
    if joined == stop + 1 and tree.deps[stop] == "cc":  # "a shortage of oil and gas"
        stop = joined + 1
    further = complement_end(tree, stop)
    return further if further - preposition <= LONGEST_COMPLEMENT else stop


def _infinitive_end(tree: Tree, verb: int, to: int) -> int:
    """Return the end of the infinitive, without its further circumstances if it is long: "the option to come to the office | for ..."."""
    if tree.right[verb] - to <= LONGEST_COMPLEMENT:
        return tree.right[verb]
    after = next((c for c in tree.children[verb] if c > verb and tree.deps[c] in ("dobj", "prep", "attr", "acomp")), -1)
    thing = tree.child(after, "pobj") if after >= 0 and tree.deps[after] == "prep" else after
    return complement_end(tree, thing + 1) if thing > verb and tree.pos[thing] != "PRON" else to


def noun_phrase(tree: Tree, i: int, name: str = "") -> tuple[int, int]:
    """Return the whole noun phrase headed by `i` as (first, end): all modifiers, without what is coordinated with it.

    `name` is the type if it is a name: names take no relative clause without "who" or "which" ("Ruiz was born"), people no
    prepositional phrase but "of" and "from"; the parser attaches such by mistake.
    """
    first, end = i, i + 1
    for child in tree.children[i]:
        dep = tree.deps[child]
        if dep in ("conj", "cc"):
            if child > i:
                break
        elif child < i:
            if dep not in ("cc", "mark", "advcl", "prep") or tree.right[child] == first:
                first = min(first, tree.left[child])
        elif name and (
            (dep == "relcl" and not any(tree.tags[k][0] == "W" for k in tree.subtree(child)))
            or (name == "Person" and dep == "prep" and tree.words[child].lower() not in ("of", "from"))
        ):
            break
        elif dep not in ("punct", "advcl", "parataxis", "ccomp") or tree.words[child] in CLOSING or tree.words[child] in ("-", "'"):
            end = max(end, tree.right[child])
    words = tree.words
    while first < i and ((tree.pos[first] in ("PUNCT", "SPACE", "CCONJ") and words[first] not in OPENING) or words[first] in QUOTES):
        first += 1
    while end > i + 1 and (
        (tree.pos[end - 1] in ("PUNCT", "SPACE", "CCONJ") and words[end - 1] not in CLOSING) or words[end - 1] in QUOTES - {"'", "’"}
    ):
        end -= 1
    if (
        end < len(words)
        and words[end] in CLOSING
        and any(w in OPENING for w in words[first:end])
        and not any(w in CLOSING for w in words[first:end])
    ):
        end += 1
    return first, end


# pronouns


PERSONAL = {
    "i": "Person",
    "me": "Person",
    "my": "Person",
    "mine": "Person",
    "myself": "Person",
    "we": "Group",
    "us": "Group",
    "our": "Group",
    "ours": "Group",
    "ourselves": "Group",
    "you": "Person",
    "your": "Person",
    "yours": "Person",
    "yourself": "Person",
    "yourselves": "Group",
    "he": "Person",
    "him": "Person",
    "his": "Person",
    "himself": "Person",
    "she": "Person",
    "her": "Person",
    "hers": "Person",
    "herself": "Person",
    "it": "Thing",
    "its": "Thing",
    "itself": "Thing",
    "they": "Thing",
    "them": "Thing",
    "their": "Thing",
    "theirs": "Thing",
    "themselves": "Thing",
    "themself": "Person",
    "'em": "Thing",
    "who": "Person",
    "whom": "Person",
    "whose": "Thing",
    "which": "Thing",
    "that": "Thing",
    "this": "Thing",
    "these": "Thing",
    "those": "Thing",
    "someone": "Person",
    "somebody": "Person",
    "anyone": "Person",
    "anybody": "Person",
    "everyone": "Group",
    "everybody": "Group",
    "nobody": "Person",
    "something": "Thing",
    "anything": "Thing",
    "everything": "Thing",
    "nothing": "Thing",
    "both": "Group",
    "many": "Group",
    "others": "Group",
    "some": "Thing",
    "all": "Group",
    "one": "Thing",
    "another": "Thing",
    "each": "Thing",
    "neither": "Thing",
    "either": "Thing",
    "none": "Thing",
    "what": "Thing",
    "'s": "Group",
}


def is_pronoun(tree: Tree, i: int) -> bool:
    """Tell whether the pronoun or determiner `i` stands for something by itself ("that" in "that is wrong", not in "that
    man")."""
    low = tree.words[i].lower()
    if low not in PERSONAL:
        return False
    return tree.deps[i] not in ("det", "mark", "predet", "preconj", "advmod", "cc", "punct") and (low != "'s" or tree.tags[i] == "PRP")


def pronoun_phrase(tree: Tree, i: int) -> tuple[int, int]:
    """Return the whole phrase of a pronoun: itself, or with what modifies an indefinite one ("those who fled", "all of them")."""
    if tree.words[i].lower() in (
        "those",
        "all",
        "some",
        "many",
        "both",
        "one",
        "each",
        "none",
        "someone",
        "anyone",
        "everyone",
        "something",
        "anything",
    ):
        return noun_phrase(tree, i)
    return i, i + 1


def pronoun_type(word: str) -> str:
    """Return the type that a pronoun tells of what it stands for."""
    return PERSONAL.get(word, "Thing")
