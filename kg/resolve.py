"""Step 4: decide which things of different articles are one.

Conservative: a wrong merge spoils both entities, a missed one only splits what is known. Names are compared in blocks (the same full
name; surname and initial; acronym), each pair is scored with reasons, and what is neither clearly the same nor clearly different is
*unsure*: left apart and listed for the user, whose decisions outweigh ours. A person known by a single word ("Baldwin") and anything
without a name ("the judge") stay in their article. The result does not depend on the order of the articles. docs/resolution.md tells
the rules in words.

The work grows with the number of names times the names beside them: within a block, things are compared only if they share a context
(through an index) or are among its ``MOST`` largest groups.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Literal

import msgspec

from kg.iris import BASE, digest, slug
from kg.records import Entity, Extraction, LocalEntity, Record

#: A local entity's key everywhere: article id and the entity's id in it.
Member = tuple[str, int]
Types = Mapping[Member, tuple[str, ...]]

#: Top classes whose members are never members of another top class; a class that is not here is judged by the entity's own type.
FAMILIES = {
    "Person": "person", "Organization": "organization", "Place": "place", "Facility": "place", "Work": "work", "CreativeWork": "work",
    "Event": "event", "Product": "product", "Group": "group", "Law": "law", "Language": "language",
}
UNKNOWN = ""

#: a pair that scores so much is the same, one below UNSURE is different; set on data/gold
SAME, UNSURE = 0.7, 0.4
#: what the parts of a score are worth
FULL_NAME, OTHER_NAME, VARIANT, INITIALS, ACRONYM = 0.75, 0.65, 0.5, 0.4, 0.5
#: what a full name is worth less if it is known to mean several ("Georgia", an acronym of two unions)
DOUBTFUL = 0.3
CONTEXT, MOST_CONTEXT, DESCRIBED, CLASH, OTHER_TYPE, OTHER_GENDER = 0.3, 0.4, 0.25, -0.3, -0.3, -0.2
#: nothing in common though so many names stand beside each: for persons and works, whose names recur
ALIEN, COMPANY = -0.1, 3
#: at most so many groups of one block are compared each with each; more only through what they share
MOST = 12
#: a name beside it that says less than this (it is in a large part of all articles) is no context; 1 is a name of one article
RARE = 0.25
#: how the reason for an acronym ends that an article gives together with the name
TOLD = ", given with it in an article"
#: ways of writing Cyrillic and Arabic names, as patterns with one form for all: "Yevgeny Malkin" and "Evgeni Malkin", "Aleksandr" and
#: "Alexander", "Petroff" and "Petrov", "Mohammed Hussein" and "Muhammad Husain"
_ROMANISATIONS = tuple((re.compile(pattern), plain) for pattern, plain in (
    ("^m[ou]ham+[ae]d$", "muhammad"), ("^ahm[ae]d$", "ahmad"), ("^hus+[ae](?:i|y)n$", "husain"), ("^[yj]e(?=[a-z]{3})", "e"), ("ks", "x"),
    ("xandr$", "xander"), ("kh", "h"), ("off$", "ov"), ("eff$", "ev"), ("^tch", "ch"), ("(?<=[a-z]{3})(?:iy|ij|yi|ii|ey|ei|y)$", "i")))
#: apart from their names, these are described alike in years of birth
YEARS = 1

def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMPANY = re.compile(r"(?<=\S) (?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|gmbh|ag|sa|nv)$")
_TITLES = _words(
    "mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend hon judge justice mayor president premier chancellor minister "
    "senator congressman congresswoman councillor governor ambassador captain general colonel major lieutenant sergeant officer "
    "inspector king queen prince princess pope bishop archbishop cardinal father sister brother rabbi imam sheikh coach")
_TWO_WORD_TITLES = frozenset(["prime minister", "foreign minister", "vice president", "attorney general", "chief justice"])
#: countries that news calls by letters or a part of their name
_SAME_PLACES = {"us": "united states", "usa": "united states", "united states of america": "united states", "uk": "united kingdom",
                "britain": "united kingdom", "great britain": "united kingdom", "uae": "united arab emirates"}
#: last words that are left out when an organisation is called by the first ("Harbourline" for "Harbourline Bank")
_GENERIC = _words("bank group company airlines airways motors corporation industries brewery university")
_SUFFIXES = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
_SMALL = _words("of the and for de la in on to a an & at von van der")
#: given names that stand for one another, groups parted by bars
_NICKNAMES = """
abigail abby|albert al bert|alexander alexandra alex sandy sasha|alfred alf fred|andrew andy drew|anthony tony|antonio tony|
arthur art|barbara barb barbie|benjamin ben benny|bernard bernie|bradley brad|caroline carrie|catherine katherine kathleen kathryn kate
kathy cathy katie kat|charles charlie chuck|christine christina chris tina|christopher chris|daniel dan danny|david dave davy|
deborah debbie deb|donald don donny|dorothy dot dotty|douglas doug|edward ed eddie ted ned|eleanor elinor ellie nell nora|
elizabeth liz beth betty eliza lizzie|eugene gene|florence flo|frances fran|francis frank|frederick fred freddie|gabriel gabe|
gerald gerry jerry|gregory greg|harold harry hal|henry harry hank|isabella isabel bella|jacob jake|james jim jimmy jamie|
jeffrey jeff|jennifer jen jenny|jessica jess|john jack johnny|jonathan jon|joseph joe joey|joshua josh|judith judy|kenneth ken kenny|
lawrence larry|leonard len lenny leo|lillian lily|louis lou louie|margaret maggie meg peggy marge|martin marty|matthew matt|
michael mike mick mickey|mikhail misha|nancy nan|nathaniel nathan nate nat|nicholas nick nicky|pamela pam|patricia pat patty tricia|
patrick pat paddy|peter pete|philip phillip phil|raymond ray|rebecca becky becca|richard dick rick ricky rich|robert bob bobby rob
robbie bert|ronald ron ronnie|rosemary rose|samuel sam sammy|samantha sam|stephen steven steve|susan sue susie|teresa theresa terry tess|
theodore ted teddy theo|thomas tom tommy|timothy tim|tobias toby|victor vic|victoria vicky tori|vincent vince|walter walt wally|
wilhelmina mina willa|william bill billy will willie liam|zachary zach"""
#: countries and states that share their name with another well-known place: one context more is asked for
_SHARED_PLACES = _words(
    "georgia washington jordan paris luxembourg mexico panama guatemala victoria granada cambridge birmingham santiago "
    "valencia guinea congo macedonia punjab limburg") | {"new york", "northern territory", "san jose", "st petersburg"}
#: words that describe anyone: two of them tell nobody apart
_VAGUE = _words(
    "man woman person people leader head chief director member official boss figure chair chairman chairwoman chairperson spokesman "
    "spokeswoman executive president manager owner founder rival colleague friend father mother son daughter brother sister husband "
    "wife cousin uncle aunt child boy girl mr mrs one name part favourite favorite star captain parent veteran resident age year")
_RENAMED = re.compile(
    r",? ?\(?(?:which (?:is|was) )?(?:is to be called|will be called|is now called|is now|was renamed|was formerly|has been renamed"
    r"|formerly known as|formerly called|formerly|previously known as|previously called|previously|now known as|now called|now"
    r"|also known as|also called|better known as|known as|aka|a\.k\.a\.) (?:the )?[\"“‘']?", re.IGNORECASE)
_AGE = re.compile(r",? (?:aged )?(\d{1,2})(?=[,.;)])")
_PRONOUNS = {"he": "m", "him": "m", "his": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f"}
_GENDERED = {"mr": "m", "sir": "m", "lord": "m", "mrs": "f", "ms": "f", "miss": "f", "dame": "f"}


def _nicknames() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for number, group in enumerate(_NICKNAMES.split("|")):
        for name in group.split():
            groups[name].add(str(number))
    return {name: frozenset(found) for name, found in groups.items()}


NICKNAMES = _nicknames()


class Pair(Record, frozen=True):
    """Two things that might be one: what was decided, how sure (0 to 1), why and by whom.

    ``left`` and ``right`` each name a thing by one of its appearances, ``name@article id``, which stays true when other articles come
    and go. ``by`` is ``rules`` or, for a decision of the user, ``user``.
    """

    left: str
    right: str
    decision: Literal["same", "different", "unsure"]
    score: float = 1.0
    reasons: tuple[str, ...] = ()
    by: str = "rules"


@dataclass(slots=True)
class _Thing:
    """A local entity with what is known of it in its article."""

    member: Member
    local: LocalEntity
    types: tuple[str, ...]
    family: str
    name: str
    context: tuple[str, ...] = ()  # different names in no order: tuples take a tenth of what sets do
    places: tuple[str, ...] = ()
    described: frozenset[str] = frozenset()
    born: tuple[int, int] | None = None
    gender: str = ""

    @property
    def ref(self) -> str:
        return appearance(self.local.label, self.member[0])


#: what things are beside: of one thing, or grown of several
Names = tuple[str, ...] | set[str]


@dataclass(slots=True)
class _Cluster:
    """Things that were judged to be one so far, and what is known of them together.

    Most clusters stay single: their counters and frozen sets are shared, and replaced, never changed, when clusters are joined.
    """

    things: list[_Thing]
    described: Counter[str] = field(default_factory=Counter)
    suffixes: Set[str] = frozenset()
    born: tuple[int, int] | None = None
    genders: Counter[str] = field(default_factory=Counter)
    families: Counter[str] = field(default_factory=Counter)
    reasons: Set[str] = frozenset()
    first: Member = ("", 0)
    names: Names = ()
    context: Names = ()
    places: Names = ()
    articles: Set[str] = frozenset()


def appearance(label: str, article: str) -> str:
    """Return what names a thing in decisions: its label and the article, ``Ana Ruiz@f3a9``."""
    return f"{' '.join(label.split())}@{article}"


@functools.lru_cache(maxsize=1 << 16)
def full_name(label: str, family: str = UNKNOWN) -> str:
    """Return the form of a name by which two names are compared: case, accents, dots, hyphens and "the" do not count.

    Titles of persons ("Mr.", "Judge") and legal forms of organisations ("Inc.") are dropped too; "Jr." and digits are kept.

    >>> full_name("The Hollywood Reporter") == full_name("Hollywood Reporter")
    True
    """
    name = folded(label)
    if family == "person":
        words = name.split()
        while len(words) > 1 and (words[0] in _TITLES or (len(words) > 2 and " ".join(words[:2]) in _TWO_WORD_TITLES)):
            words = words[1:] if words[0] in _TITLES else words[2:]
        if len(words) > 1 and words[-1] in _SUFFIXES:
            words[-1] = _SUFFIXES[words[-1]]
        name = " ".join(words)
    elif family == "place":
        name = _SAME_PLACES.get(name, name)
    elif family == "organization":
        name = _COMPANY.sub("", name).replace(" & ", " and ")
    return name


def folded(label: str) -> str:
    """Return a name without case, accents, dots, hyphens and a leading "the"."""
    if label.isascii() and label.replace(" ", "").isalpha():  # most are: spare them what can change nothing
        name = " ".join(label.lower().split())
    else:
        name = unicodedata.normalize("NFKD", label).casefold()
        name = re.sub("[\u0300-\u036f.]", "", name).replace("’", "'")
        name = " ".join(re.sub(r"[-‐‑–,\s]+", " ", name).split())
    return name.removeprefix("the ")


def person_parts(name: str) -> tuple[tuple[str, ...], str, str]:
    """Return (given names, surname, suffix) of a person's full name in the form of :func:`full_name`.

    >>> person_parts("martin luther king jr")
    (('martin', 'luther'), 'king', 'jr')
    """
    words = name.split()
    suffix = words.pop() if len(words) > 1 and words[-1] in _SUFFIXES else ""
    return tuple(words[:-1]), words[-1] if words else "", suffix


def spelling(word: str) -> str:
    """Return a form of a name part that does not depend on how Cyrillic or Arabic letters were written in Latin ones.

    >>> spelling("yevgeny") == spelling("evgeniy"), spelling("mohammed") == spelling("muhammad"), spelling("maria") == spelling("mario")
    (True, True, False)
    """
    for pattern, plain in _ROMANISATIONS:
        word = pattern.sub(plain, word)
    return word


def same_given(left: Sequence[str], right: Sequence[str]) -> str:
    """Return how two lists of given names can be one person's: ``full``, ``spelling``, ``nickname``, ``initials``; ``""`` if they can't.

    >>> same_given(["joe"], ["joseph", "p"]), same_given(["j"], ["joseph"]), same_given(["ann"], ["joan"])
    ('nickname', 'initials', '')
    >>> same_given(["yevgeny"], ["evgeny"])
    'spelling'
    """
    if not left or not right:
        return ""
    ranks = {"full": 0, "spelling": 1, "nickname": 2, "initials": 3}
    worst = "full"
    for one, two in zip(left, right, strict=False):
        if one == two:
            how = "full"
        elif len(one) > 3 and len(two) > 3 and spelling(one) == spelling(two):
            how = "spelling"
        elif NICKNAMES.get(one, frozenset()) & NICKNAMES.get(two, frozenset()):
            how = "nickname"
        elif one[0] == two[0] and 1 in (len(one), len(two)):
            how = "initials"
        else:
            return ""
        worst = max(worst, how, key=ranks.__getitem__)
    return worst


def acronym(name: str) -> str:
    """Return the initials of a name of three words or more without its small words, or ``""``.

    >>> acronym("national union of teachers")
    'nut'
    """
    words = [word for word in re.sub(r"['’]s?\b", "", name).split() if word not in _SMALL]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def resolve(extractions: Iterable[Extraction], types: Types | None = None, base: str = BASE,
            decisions: Sequence[Pair] = ()) -> list[Entity]:
    """Return the entities of all articles, sorted by IRI.

    `types` gives the ontology classes of local entities, most specific first, where more is known than `LocalEntity.type`;
    `decisions` are the user's, obeyed whatever the rules say. Named entities get the IRI ``{base}entity/{slug}``; those that stay in
    their article ``{base}entity/{slug}--{hash of the article}``.
    """
    extractions = list(extractions)
    found = Resolved(extractions, types, base, decisions)
    return sorted([*found.shared, *(one for extraction in extractions for one in found.alone(extraction))], key=lambda one: one.iri)


class Resolved:
    """What is one across articles: made of all extractions, then asked for those of one article at a time.

    Only what has a name is held, and all of the articles that decisions speak of: nothing else leaves its article. ``shared`` are the
    entities that other articles may name too, by IRI; the arguments are those of :func:`resolve`.
    """

    def __init__(self, extractions: Iterable[Extraction], types: Types | None = None, base: str = BASE,
                 decisions: Sequence[Pair] = ()) -> None:
        self._types: Types = types or {}
        self._base = base
        self._decided = _decided(decisions)
        self._alone: dict[str, list[_Cluster]] = defaultdict(list)
        named: dict[str, list[tuple[str, _Cluster]]] = defaultdict(list)
        for cluster in _judge(extractions, self._types, decisions)[1].all():
            if any(_is_full(thing) for thing in cluster.things):
                label = _label([thing for thing in cluster.things if _is_full(thing)])
                name = full_name(label, cluster.families.most_common(1)[0][0] if cluster.families else UNKNOWN)
                named[slug(name) or "thing"].append((name, cluster))
            else:
                self._alone[cluster.first[0]].append(cluster)
        decided = [one for article in sorted(self._decided & self._alone.keys()) for one in self._of_article(self._alone.pop(article))]
        self.shared = sorted([*_across(named, base), *decided], key=lambda one: one.iri)
        self._shared: dict[str, dict[int, Entity]] = defaultdict(dict)
        for one in self.shared:
            for article, local in one.members:
                self._shared[article][local] = one

    def alone(self, extraction: Extraction) -> list[Entity]:
        """Return the entities that are in this article only."""
        article = extraction.article.id
        if article in self._decided:
            return []
        clusters = self._alone.get(article, [])
        known = {thing.member[1] for cluster in clusters for thing in cluster.things} | self._shared.get(article, {}).keys()
        others = [_thing((article, local.id), local, self._types) for local in extraction.entities if local.id not in known]
        return self._of_article([*clusters, *(_Clusters.single(thing, {}, {}) for thing in others)])

    def entities(self, extraction: Extraction) -> list[Entity]:
        """Return all entities of an article by IRI, their members in other articles left out."""
        article = extraction.article.id
        here: dict[str, list[int]] = defaultdict(list)
        shared = self._shared.get(article, {})
        for local, one in sorted(shared.items()):
            here[one.iri].append(local)
        cut = [msgspec.structs.replace(one, members=tuple((article, local) for local in here.pop(one.iri)))
               for one in shared.values() if one.iri in here]
        return sorted([*cut, *self.alone(extraction)], key=lambda one: one.iri)

    def _of_article(self, clusters: Iterable[_Cluster]) -> list[Entity]:
        """Return entities of clusters that begin in one article, those of one name numbered."""
        numbers: Counter[str] = Counter()
        found = []
        for cluster in sorted(clusters, key=lambda cluster: cluster.first):
            part = slug(_label(cluster.things)) or "thing"
            numbers[part] += 1
            more = f"-{numbers[part]}" if numbers[part] > 1 else ""
            found.append(_entity(f"{self._base}entity/{part}--{digest(cluster.first[0])}{more}", cluster))
        return found


def _across(named: dict[str, list[tuple[str, _Cluster]]], base: str) -> Iterator[Entity]:
    """Yield entities of clusters that other articles may name too, given with their names by the slugs of these."""
    taken: set[str] = set()
    for part in sorted(named):
        # names that differ only in signs ("C++", "C") come to the same slug: the one that is the slug keeps it, then the largest
        rivals = sorted(named[part], key=lambda rival: (rival[0].replace(" ", "-") != part, -len(rival[1].things), rival[1].first))
        families = Counter(_family_of(cluster) for _, cluster in rivals)
        for number, (_, cluster) in enumerate(rivals):
            iri, family = part, _family_of(cluster) or "thing"
            if number:
                told = families[_family_of(cluster)] == 1 and f"{part}-{family}" not in named
                iri = f"{part}-{family}" if told else f"{part}-{digest(*map(str, cluster.first), length=6)}"
            if iri in taken:
                iri = f"{part}-{digest(*map(str, cluster.first))}"
            taken.add(iri)
            yield _entity(f"{base}entity/{iri}", cluster)
        named[part] = []  # no longer needed: the key is


def find_pairs(extractions: Iterable[Extraction], types: Types | None = None, decisions: Sequence[Pair] = ()) -> list[Pair]:
    """Return the pairs of things that were compared and are not one, most alike first: those ``unsure`` and those ``different``."""
    corpus, clusters, open_ = _judge(extractions, types or {}, decisions)
    pairs = [pair for (left, right), pair in open_.items() if clusters.of[left] is not clusters.of[right]
             and not any(clusters.of[other] is clusters.of[right] for thing in clusters.of[left].things
                         for other in clusters.apart.get(thing.member, ()))]
    at = {thing.ref: thing.member for thing in reversed(corpus.things)}
    unique = {tuple(sorted((clusters.of[at[pair.left]].first, clusters.of[at[pair.right]].first))): pair
              for pair in sorted(pairs, key=lambda pair: (pair.score, pair.left, pair.right))}
    return sorted(unique.values(), key=lambda pair: (-pair.score, pair.left, pair.right))


def _decided(decisions: Iterable[Pair]) -> set[str]:
    """Return the articles that decisions speak of."""
    return {name.rpartition("@")[2] for one in decisions for name in (one.left, one.right)}


def _thing(member: Member, local: LocalEntity, known: Types) -> _Thing:
    types = known.get(member, ())
    family = _family(local, types)
    return _Thing(member, local, types or (local.type,), family, full_name(local.label, family))


def _family(local: LocalEntity, types: tuple[str, ...]) -> str:
    return next((FAMILIES[name] for name in (*types, local.type) if name in FAMILIES), UNKNOWN)


def _family_of(cluster: _Cluster) -> str:
    return min(cluster.families, key=lambda name: (not name, -cluster.families[name], name)) if cluster.families else UNKNOWN


def _is_full(thing: _Thing) -> bool:
    """Tell whether a name says enough to be known in another article: a single word, of a person or of unknown type, doesn't."""
    return thing.local.named and bool(thing.name) and (" " in thing.name or thing.family not in ("person", UNKNOWN))


def things_of(extraction: Extraction, known: Types) -> list[_Thing]:
    """Return the named and unnamed things of an article with what it says of each."""
    article = extraction.article
    entity_at = {mention.id: mention.entity for mention in extraction.mentions}
    head_at = {mention.id: mention.head for mention in extraction.mentions}
    described: dict[int, set[str]] = defaultdict(set)
    for claim in extraction.claims:
        if claim.form not in ("title", "apposition", "copula") or claim.polarity != "Positive":
            continue
        words = {claim.lemma.lower()} if claim.form != "copula" else set()
        for argument in claim.arguments:
            if claim.form == "copula" and argument.role == "complement" and argument.mention in head_at:
                head = head_at[argument.mention]
                words.add(article.text[head.start:head.end].lower())
        for argument in claim.arguments:
            if argument.role == "subject" and argument.mention in entity_at:
                described[entity_at[argument.mention]] |= {word for word in words if word.isalpha()} - _VAGUE
    born: dict[int, tuple[int, int]] = {}
    genders: dict[int, Counter[str]] = defaultdict(Counter)
    year = int(article.published[:4]) if article.published[:4].isdigit() else 0
    for mention in extraction.mentions:
        surface = article.text[mention.start:mention.end].lower()
        if mention.kind == "pronoun" and surface in _PRONOUNS:
            genders[mention.entity][_PRONOUNS[surface]] += 1
        elif mention.kind == "name":
            age = _AGE.match(article.text, mention.end)
            if age and year and int(age[1]) > 9:
                born.setdefault(mention.entity, (year - int(age[1]) - 1, year - int(age[1])))
    found = []
    for local in sorted(extraction.entities, key=lambda one: one.id):
        thing = _thing((article.id, local.id), local, known)
        gender = genders[local.id].most_common(1)[0][0] if len(genders[local.id]) == 1 else ""
        title = next((_GENDERED[word] for label in (local.label, *local.aliases)
                      for word in label.lower().replace(".", "").split()[:1] if word in _GENDERED), "")
        thing.described, thing.born, thing.gender = frozenset(described[local.id]), born.get(local.id), title or gender
        found.append(thing)
    return found


def _both(one: Names, two: Names) -> set[str]:
    """Return the names in both, without looking through the larger set."""
    large, small = (one, two) if isinstance(one, set) else (two, one)
    return (large if isinstance(large, set) else set(large)).intersection(small)


def _grown(words: Set[str] | Names, more: Iterable[str]) -> set[str]:
    """Return the set with more words, the same one if it is one that can change."""
    grown = words if isinstance(words, set) else set(words)
    grown.update(more)
    return grown


class _Clusters:
    """Disjoint sets of things that keep apart what contradicts or what the user said is different."""

    def __init__(self, things: Sequence[_Thing], different: Iterable[tuple[Member, Member]]) -> None:
        counted: dict[tuple[str, ...], Counter[str]] = {}
        alone: dict[str, frozenset[str]] = {}
        self.of: dict[Member, _Cluster] = {thing.member: self.single(thing, counted, alone) for thing in things}
        self.apart: dict[Member, set[Member]] = defaultdict(set)
        for left, right in different:
            self.apart[left].add(right)
            self.apart[right].add(left)

    @staticmethod
    def single(thing: _Thing, counted: dict[tuple[str, ...], Counter[str]], alone: dict[str, frozenset[str]]) -> _Cluster:
        """Return the cluster of one thing; `counted` and `alone` give the counters of words and the sets of one article."""
        names = (thing.name, *(full_name(alias, "person") for alias in thing.local.aliases)) if thing.family == "person" else ()
        suffixes = frozenset({person_parts(name)[2] for name in names} - {""})
        described, gender, family = (counted.setdefault(words, Counter(words)) for words in (
            tuple(sorted(thing.described)), (thing.gender,) if thing.gender else (), (thing.family,)))
        article = alone.setdefault(thing.member[0], frozenset({thing.member[0]}))
        return _Cluster([thing], described, suffixes, thing.born, gender, family, frozenset(), thing.member, (thing.name,), thing.context,
                        thing.places, article)

    def contradiction(self, one: _Cluster, two: _Cluster) -> str:
        """Return why two clusters can't be one, or ``""``."""
        small, large = sorted((one, two), key=lambda cluster: len(cluster.things))
        for thing in small.things if self.apart else ():
            if any(self.of[other] is large for other in self.apart.get(thing.member, ())):
                return "the user said that they are different"
        if max(len(one.suffixes), len(two.suffixes)) > 1:
            return "an article mixes up two of one name"
        if one.suffixes and two.suffixes and one.suffixes != two.suffixes:
            return f"{', '.join(sorted(one.suffixes))} against {', '.join(sorted(two.suffixes))}"
        if one.born and two.born and max(one.born[0], two.born[0]) > min(one.born[1], two.born[1]) + YEARS:
            return f"born about {one.born[1]} against {two.born[1]}"
        # an article that names "Samuel Orde Jr." and "Samuel Orde" tells of two people
        if one.suffixes != two.suffixes and not _both(one.names, two.names) and one.articles & two.articles:
            return "an article tells them apart"
        return ""

    def join(self, one: _Cluster, two: _Cluster, reasons: Iterable[str] = ()) -> None:
        """Make one cluster of two."""
        if one is two:
            return
        small, large = sorted((one, two), key=lambda cluster: (len(cluster.things), cluster.first))
        for thing in small.things:
            self.of[thing.member] = large
        large.things += small.things
        large.first = min(large.first, small.first)
        large.names = _grown(large.names, small.names)
        large.context = _grown(large.context, small.context)
        large.places = _grown(large.places, small.places)
        large.articles = _grown(large.articles, small.articles)
        large.described = large.described + small.described
        large.suffixes = _grown(large.suffixes, small.suffixes)
        large.genders = large.genders + small.genders
        large.families = large.families + small.families
        large.reasons = _grown(_grown(large.reasons, small.reasons), reasons)
        if large.born and small.born:
            large.born = min(large.born[0], small.born[0]), max(large.born[1], small.born[1])
        large.born = large.born or small.born

    def all(self) -> list[_Cluster]:
        """Return the clusters, ordered by their first things."""
        found = sorted({id(cluster): cluster for cluster in self.of.values()}.values(), key=lambda cluster: cluster.first)
        for cluster in found:
            cluster.things.sort(key=lambda thing: thing.member)
        return found


class _Corpus:
    """The things that may be one with others, with the weight of each name as context: 1 if one article has it, 0 if all have.

    These are those with a name, those that an article says are one, and all in the articles `decided`.
    """

    def __init__(self, extractions: Iterable[Extraction], known: Types, decided: Set[str]) -> None:
        self.things: list[_Thing] = []
        self.declared: list[tuple[Member, Member, str]] = []
        self.articles = 0
        spread: Counter[str] = Counter()
        for extraction in extractions:
            self.articles += 1
            declared = _declared(extraction)
            needed = {member for left, right, _ in declared for member in (left, right)}
            here = [thing for thing in things_of(extraction, known)
                    if thing.local.named or thing.member in needed or extraction.article.id in decided]
            self.things += here
            self.declared += declared
            spread.update({thing.name for thing in here if thing.local.named})
        self.things.sort(key=lambda thing: thing.member)
        scale = math.log(1 + self.articles)
        self.weight = {name: math.log(1 + self.articles / count) / scale if scale else 1.0 for name, count in spread.items()}
        self._vote()
        by_article: dict[str, list[_Thing]] = defaultdict(list)
        for thing in self.things:
            if thing.local.named and self.weight[thing.name] >= RARE:
                by_article[thing.member[0]].append(thing)
        for thing in self.things:
            if _is_full(thing):
                beside = [other for other in by_article[thing.member[0]] if other is not thing and _is_full(other)]
                thing.context = tuple({other.name for other in beside if other.family != "place"})
                thing.places = tuple({other.name for other in beside if other.family == "place"})

    def _vote(self) -> None:
        """Give things of unknown or doubtful type the family that most articles give their name, if no person goes by it.

        Recognisers take "Tarn" for a person in one article and for a place in ten others.
        """
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        surnames: set[str] = set()
        given: set[tuple[str, str]] = set()
        for thing in self.things:
            if thing.local.named:
                votes[thing.name][thing.family] += 1
                votes[thing.name]["person"] += 3 * bool(thing.gender)  # "he" and "she" are surer than the recogniser's type
                if thing.family == "person" and " " in thing.name:
                    first, last, _ = person_parts(thing.name)
                    surnames.add(last)
                    given |= {(thing.member[0], name) for name in first}
        for thing in self.things:
            if not thing.local.named or thing.name in surnames or (thing.member[0], thing.name) in given:
                continue
            word, count = " " not in thing.name, votes[thing.name]
            count = Counter({name: number for name, number in count.items() if name and not (word and name == "person")})
            best = min(count, key=lambda name: (-count[name], name), default=UNKNOWN)
            second = max((number for name, number in count.items() if name != best), default=0)
            doubtful = thing.family == UNKNOWN or (word and thing.family == "person") or (
                not word and count[best] >= 3 * count[thing.family])
            if best != UNKNOWN and best != thing.family and doubtful and count[best] >= 2 and count[best] >= 2 * second:
                thing.family = best
                thing.name = full_name(thing.local.label, best)
                self.weight.setdefault(thing.name, 1.0)


def _declared(extraction: Extraction) -> list[tuple[Member, Member, str]]:
    """Return pairs of one article that it says are one: "Aurelis, formerly Norvik Energy"."""
    text, article, found = extraction.article.text, extraction.article.id, []
    names = sorted((m for m in extraction.mentions if m.kind == "name" and m.entity >= 0), key=lambda m: (m.start, m.end))
    for one, two in pairwise(names):
        between = text[one.end:two.start]
        if one.entity != two.entity and len(between) < 40 and _RENAMED.fullmatch(between):
            said = " ".join(text[one.start:two.end].split())
            found.append(((article, one.entity), (article, two.entity), f"an article says so: {said!r}"))
    return found


def _shared(corpus: _Corpus, one: _Cluster, two: _Cluster) -> tuple[float, list[str]]:
    """Return how much the names beside two clusters agree, 0 and more, and the names, most telling first."""
    place = _family_of(one) == "place" and _family_of(two) == "place"
    shared = _both(one.context, two.context) | (_both(one.places, two.places) if place else set())
    names = sorted(shared.difference(one.names, two.names), key=lambda name: (-corpus.weight[name], name))
    return sum(corpus.weight[name] for name in names), names


def _compare(corpus: _Corpus, clusters: _Clusters, one: _Cluster, two: _Cluster, name_score: float,
             name_reason: str) -> tuple[float, tuple[str, ...]]:
    """Return the score of two clusters with the reasons for and against."""
    against = clusters.contradiction(one, two)
    if against:
        return 0.0, (name_reason, f"contradiction: {against}")
    score, reasons = name_score, [name_reason]
    shared, names = _shared(corpus, one, two)
    if names:
        score += min(MOST_CONTEXT, CONTEXT * shared)
        reasons.append(f"both beside {', '.join(names[:3])}")
    elif {*one.families, *two.families} & {"person", "work"} and min(len(one.context), len(two.context)) >= COMPANY:
        score += ALIEN
        reasons.append("no name beside both")
    both = sorted(one.described.keys() & two.described.keys())
    if both:
        score += DESCRIBED
        reasons.append(f"both called {', '.join(both[:3])}")
    elif one.described and two.described:
        score += CLASH
        reasons.append(f"called {', '.join(sorted(one.described)[:3])} against {', '.join(sorted(two.described)[:3])}")
    left, right = _family_of(one), _family_of(two)
    if left != right and UNKNOWN not in (left, right):
        score += OTHER_TYPE
        reasons.append(f"types: {left} against {right}")
    if len(one.genders) == len(two.genders) == 1 and set(one.genders) != set(two.genders):
        score += OTHER_GENDER
        reasons.append("he against she")
    return round(max(0.0, min(1.0, score)), 4), tuple(reasons)


def _judge(extractions: Iterable[Extraction], known: Types,
           decisions: Sequence[Pair]) -> tuple[_Corpus, _Clusters, dict[tuple[Member, Member], Pair]]:
    """Return the things that may be one with others, their clusters, and the pairs that were found unsure on the way."""
    articles = _decided(decisions)
    corpus = _Corpus(extractions, known, articles)
    here = [thing for thing in reversed(corpus.things) if thing.member[0] in articles]
    at = {appearance(alias, thing.member[0]): thing.member for thing in here for alias in thing.local.aliases}
    at |= {thing.ref: thing.member for thing in here}
    decided = [(at[one.left], at[one.right], one) for one in decisions if one.left in at and one.right in at]
    clusters = _Clusters(corpus.things, [(left, right) for left, right, one in decided if one.decision == "different"])
    for left, right, one in sorted(decided, key=lambda row: row[:2]):
        if one.decision == "same":
            clusters.join(clusters.of[left], clusters.of[right], [f"joined by {one.by}: {one.left} and {one.right}"])
    for left, right, said in sorted(corpus.declared):
        if not clusters.contradiction(clusters.of[left], clusters.of[right]):
            clusters.join(clusters.of[left], clusters.of[right], [said])
    full = [thing for thing in corpus.things if _is_full(thing)]
    _join_by_context(corpus, clusters, full)
    open_: dict[tuple[Member, Member], Pair] = {}
    for candidates in (_same_names, _other_names, _variants, _acronyms):
        _join_by_score(corpus, clusters, candidates(clusters, full), open_)
    return corpus, clusters, open_


def _join_by_context(corpus: _Corpus, clusters: _Clusters, full: Sequence[_Thing]) -> None:
    """Join things of one full name and family that share a telling name beside them or a description, the strongest first."""
    alike: dict[tuple[str, str], list[_Thing]] = defaultdict(list)
    for thing in full:
        alike[thing.name, thing.family].append(thing)
    edges = []
    for same in (same for same in alike.values() if len(same) > 1):
        chains: dict[str, list[_Thing]] = defaultdict(list)
        for thing in same:
            for word in (*thing.described, *thing.context, *(thing.places if thing.family == "place" else ())):
                chains[word].append(thing)
        edges += [(-corpus.weight.get(word, 0.5), one.member, two.member, word) for word, chain in chains.items()
                  for one, two in pairwise(chain) if one.member[0] != two.member[0]]
    ambiguous = _ambiguous(full)
    strength: dict[tuple[Member, Member], float] = defaultdict(float)
    for weight, left, right, _ in sorted(edges):  # sums of floats depend on their order
        strength[left, right] -= weight
    things = {thing.member: thing for thing in full}
    for left, right in sorted(strength, key=lambda edge: (-strength[edge], edge)):
        one, two = clusters.of[left], clusters.of[right]
        if one is two or clusters.contradiction(one, two):
            continue
        a, b = things[left], things[right]
        # a minister is beside "Georgia" the country and the state, "Tbilisi" beside the country only
        doubt = a.name in ambiguous or (a.name in _SHARED_PLACES and not _both(a.places, b.places))
        base = FULL_NAME - DOUBTFUL * doubt
        score, _ = _compare(corpus, clusters, one, two, base, _name_reason(things[left], things[right]))
        if score >= SAME:
            shared = sorted(_both(things[left].context, things[right].context), key=lambda name: (-corpus.weight[name], name))
            clusters.join(one, two, [f"both beside {', '.join(shared[:3])}"] if shared else [])


def _name_reason(one: _Thing, two: _Thing) -> str:
    return "same full name" if one.local.label == two.local.label else "same full name but for case, accents, signs, articles or titles"


Candidate = tuple[float, _Cluster, _Cluster, str]


def _limited(groups: Iterable[_Cluster]) -> list[_Cluster]:
    found = sorted({id(one): one for one in groups}.values(), key=lambda one: (-len(one.things), one.first))
    return found[:MOST]


def _ambiguous(full: Sequence[_Thing]) -> set[str]:
    """Return the acronyms that articles give for two names: "the National Union of Dockers (NUD)", "... of Drapers (NUD)"."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for thing in full:
        for alias in thing.local.aliases:
            if full_name(alias) == acronym(thing.name):
                meanings[acronym(thing.name)].add(thing.name)
    return {letters for letters, names in meanings.items() if len(names) > 1}


def _same_names(clusters: _Clusters, full: Sequence[_Thing]) -> list[Candidate]:
    """Return the pairs of clusters that share a full name."""
    ambiguous = _ambiguous(full)
    blocks: dict[str, list[_Cluster]] = defaultdict(list)
    for thing in full:
        blocks[thing.name].append(clusters.of[thing.member])
    found = []
    for name in sorted(blocks):
        every = sorted({id(one): one for one in blocks[name]}.values(), key=lambda one: (-len(one.things), one.first))
        groups = every[:MOST]
        unknown = sum(1 for one in groups if _family_of(one) == UNKNOWN)
        rivals = len({_family_of(one) for one in groups} - {UNKNOWN}) > 1 and unknown
        # the many small ones are compared with the two largest only, so that the work grows with their number
        for one, two in (*combinations(groups, 2), *((large, small) for small in every[MOST:] for large in groups[:2])):
            families = {_family_of(one), _family_of(two)}
            # a name of no known type fits several; a well-known double name, or a single word of two types, needs more than the name
            doubt = (rivals and UNKNOWN in families) or name in _SHARED_PLACES or name in ambiguous or (
                " " not in name and len(families) > 1 and UNKNOWN not in families)
            found.append((FULL_NAME - DOUBTFUL * bool(doubt), one, two, "same full name"))
    return found


def _other_names(clusters: _Clusters, full: Sequence[_Thing]) -> list[Candidate]:
    """Return the pairs of which one goes by the other's full name too: "Aurelis, formerly Norvik Energy" and "Norvik Energy".

    Persons are left to :func:`_variants`, acronyms to :func:`_acronyms`; a part of the name ("Rovers") is anybody's.
    """
    blocks: dict[tuple[str, str], list[_Cluster]] = defaultdict(list)
    for thing in full:
        blocks[thing.name, thing.family].append(clusters.of[thing.member])
    found = {}
    starts = Counter(name.rpartition(" ")[0] for name, family in blocks if family == "organization")
    for name, family in sorted(blocks):
        short, _, last = name.rpartition(" ")
        if family == "organization" and last in _GENERIC and starts[short] == 1:
            for one, two in ((one, two) for one in _limited(blocks[name, family]) for two in _limited(blocks.get((short, family), ()))):
                left, right = sorted((one, two), key=lambda cluster: cluster.first)
                if one is not two:
                    found[left.first, right.first] = (VARIANT, left, right, f"{short} can be short for {name}")
    for thing in full:
        if thing.family in ("person", UNKNOWN):
            continue
        own = set(thing.name.split())
        for alias in thing.local.aliases:
            name = full_name(alias, thing.family)
            if own & set(name.split()) or name == acronym(thing.name) or alias.replace(".", "").isupper():
                continue
            one = clusters.of[thing.member]
            for two in _limited(blocks.get((name, thing.family), ())):
                if one is not two:
                    left, right = sorted((one, two), key=lambda cluster: cluster.first)
                    found[left.first, right.first] = (OTHER_NAME, left, right, f"an article gives {name} for {thing.name}")
    return [found[key] for key in sorted(found)]


def _variants(clusters: _Clusters, full: Sequence[_Thing]) -> list[Candidate]:
    """Return the pairs of persons whose names are forms of one name: "Bob Hale" and "Robert J. Hale Jr."."""
    blocks: dict[str, list[_Thing]] = defaultdict(list)
    for thing in full:
        if thing.family == "person" and " " in thing.name:
            blocks[spelling(person_parts(thing.name)[1])].append(thing)
    found = {}
    for last in sorted(blocks):
        chains: dict[str, list[_Thing]] = defaultdict(list)
        for thing in blocks[last]:
            for word in (*thing.context, *thing.described):
                chains[word].append(thing)
        near = {(id(a), id(b)): (a, b) for chain in chains.values()
                for a, b in combinations(_limited(clusters.of[thing.member] for thing in chain), 2)}
        near |= {(id(a), id(b)): (a, b) for a, b in combinations(_limited(clusters.of[thing.member] for thing in blocks[last]), 2)}
        for one, two in sorted((sorted(pair, key=lambda one: one.first) for pair in near.values()),
                               key=lambda pair: (pair[0].first, pair[1].first)):
            names = [sorted(name for name in cluster.names if " " in name) for cluster in (one, two)]
            hows = [(how, a, b) for a in names[0] for b in names[1]
                    if spelling(person_parts(a)[1]) == last and spelling(person_parts(b)[1]) == last
                    and (how := same_given(person_parts(a)[0], person_parts(b)[0])) and person_parts(a) != person_parts(b)]
            if hows and len(hows) == sum(spelling(person_parts(a)[1]) == spelling(person_parts(b)[1]) for a in names[0] for b in names[1]):
                how, a, b = min(hows)
                key = min(one.first, two.first), max(one.first, two.first)
                found[key] = (INITIALS if how == "initials" else VARIANT, one, two,
                              f"{a} can be {b} ({'middle name or Jr.' if how == 'full' else how})")
    return [found[key] for key in sorted(found)]


def _acronyms(clusters: _Clusters, full: Sequence[_Thing]) -> list[Candidate]:
    """Return the pairs of an acronym and a full name with these initials; one that an article gives with it counts as declared."""
    long: dict[str, list[_Cluster]] = defaultdict(list)
    short: dict[str, list[_Cluster]] = defaultdict(list)
    given: set[tuple[str, str]] = set()
    for thing in full:
        if thing.family in ("place", "work"):
            continue
        letters = acronym(full_name(thing.local.label))
        long[letters].append(clusters.of[thing.member])
        for alias in thing.local.aliases:
            if letters and full_name(alias) == letters:
                given.add((letters, thing.name))
    for thing in full:
        if 2 <= len(thing.name) <= 6 and thing.local.label.replace(".", "").isupper():
            short[thing.name].append(clusters.of[thing.member])
    several = _ambiguous(full)
    found = []
    for letters in sorted(set(short) & set(long)):
        meanings = _limited(long[letters])
        for one in _limited(short[letters]):
            for two in meanings:
                if one is two or (letters in several and any(" " in name for name in one.names)):
                    continue
                named = two.names
                told = any((letters, name) in given for name in named)
                alone = len(meanings) == 1
                score = (1.0 if told else ACRONYM) - (0.0 if alone else 0.2) - (DOUBTFUL if letters in several else 0.0)
                found.append((score, one, two, f"{letters.upper()} are the initials of {min(named)}"
                              + (TOLD if told else "")))
    return found


def _join_by_score(corpus: _Corpus, clusters: _Clusters, compared: Sequence[Candidate], open_: dict[tuple[Member, Member], Pair]) -> None:
    """Join pairs of clusters whose score says so, the best first; a cluster with two equally good partners joins neither."""
    scored = []
    for base, one, two, reason in compared:
        score, reasons = _compare(corpus, clusters, one, two, base, reason)
        scored.append((score, one.first, two.first, base, reason, reasons))
    best: dict[Member, list[float]] = defaultdict(list)
    for score, left, right, base, _, _ in scored:
        if base < FULL_NAME:
            best[left].append(score)
            best[right].append(score)
    things = {thing.member: thing for thing in corpus.things}
    for score, left, right, base, reason, reasons in sorted(scored, key=lambda row: (-row[0], row[1:3])):
        one, two = clusters.of[left], clusters.of[right]
        if one is two or score == 0.0:
            continue
        now, why = _compare(corpus, clusters, one, two, base, reason)
        if reason.endswith(TOLD) and len({name for name in (*one.names, *two.names) if " " in name}) > 1 and base < ACRONYM + DOUBTFUL:
            continue  # it has got the other of its meanings by now
        if now >= SAME and score >= SAME:
            clusters.join(one, two, why)
        elif max(now, score) >= UNSURE and now > 0:
            key = min(left, right), max(left, right)
            open_[key] = Pair(things[key[0]].ref, things[key[1]].ref, "unsure", min(now, score), why if now < SAME else reasons)


def _label(things: Sequence[_Thing]) -> str:
    labels = Counter(thing.local.label for thing in things)
    return min(labels, key=lambda text: (-labels[text], -len(text), text))


def _entity(iri: str, cluster: _Cluster) -> Entity:
    members = [(thing.member, thing.local) for thing in cluster.things]
    label = _label(cluster.things)
    others = {alias for _, local in members for alias in (local.label, *local.aliases)} - {label}
    votes = Counter(thing.types for thing in cluster.things)
    family = _family_of(cluster)
    ranked = [name for types, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])) for name in types
              if family in ({FAMILIES[t] for t in types if t in FAMILIES} or {family})]
    types = tuple(name for name in dict.fromkeys(ranked) if name != "Thing") or ("Thing",)
    return Entity(iri=iri, label=label, types=types, named=any(local.named for _, local in members), aliases=tuple(sorted(others)),
                  members=tuple(sorted(member for member, _ in members)), reasons=_reasons(cluster))


def _reasons(cluster: _Cluster) -> tuple[str, ...]:
    """Return why the things of a cluster are one: their names, then what was found beside them."""
    if len(cluster.things) < 2:
        return ()
    articles = len({thing.member[0] for thing in cluster.things})
    forms = sorted({thing.local.label for thing in cluster.things})
    where = f"in {articles} articles" if articles > 1 else "in one article"
    families = sorted({thing.local.type for thing in cluster.things})
    if len({thing.name for thing in cluster.things}) == 1:
        name = "same full name" if len(forms) == 1 else "same full name but for case, accents, signs, articles or titles"
    else:
        name = "forms of one name"
    return (f"{name} {where}: {', '.join(forms)}", f"types that agree: {', '.join(families)}", *sorted(cluster.reasons)[:6])
