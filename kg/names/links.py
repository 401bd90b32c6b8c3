"""Which entity is which item of an authority: scored with reasons, linked above a threshold only, else left alone.

Two kinds of evidence. Places, currencies and languages that come with the program (:func:`link_places`) are weighed by how many people
a name can mean: the place's population, times what stands beside the name ("Tbilisi" speaks for the country Georgia, "Paris,
Texas" says it). Items of an authority file or a reconciliation service (:func:`link_items`) are weighed by name, type, year of birth and
the words that both sides use; namesakes need more than the name. docs/linking.md tells the rules in words.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import FolderError
from kg.iris import valid_iri
from kg.names.authorities import Item, Place, place_of, place_rows
from kg.records import Entity, Extraction, Link
from kg.resolve import FAMILIES, UNKNOWN, Types, acronym, appearance, full_name, person_parts, same_given, things_of

LINKS = "links.tsv"
LINKS_HEADER = "name\tlink\trelation\tscore\treasons\tby\n"
SAME_AS, EXACT, DIFFERENT = "owl:sameAs", "skos:exactMatch", "different"
RELATIONS = (SAME_AS, EXACT, "skos:closeMatch", DIFFERENT)

#: the name of what comes with the program, as it stands in the graph
BUILT_IN = {"country": "GeoNames", "state": "GeoNames", "city": "GeoNames", "currency": "ISO 4217", "language": "ISO 639"}
#: a place is linked if so large a share of what the name can mean is that place
SURE = 0.9
#: what a name can mean beside the places in the table, in persons: a village, a fictional town, somewhere smaller
ELSEWHERE = 50_000
#: how much more a country, a capital and a state are spoken of than their population tells, and the least a country counts
COUNTRY, CAPITAL, STATE, SMALLEST = 10, 20, 2, 1_000_000
#: how much more likely a place is if so much stands beside its name: after it ("Paris, Texas"), its state, its country, its adjective or
#: capital, a city in the same state or country
AFTER, IN_STATE, IN_COUNTRY, TELLS, NEAR_STATE, NEAR_COUNTRY = 100_000, 300, 30, 100, 100, 20
#: a name that the table gives as another one of a city: how likely English text means the city by it
OTHER_NAME = 0.1
#: ends of currency names that are English words or names of people as well
_HOMOGRAPHS = frozenset("gold mark marks real reals won sol rand pound pounds crown lek dong kip som leu lev pula".split())
#: "She speaks French", "translated into Welsh": the verb tells that the name is a language
_LANGUAGE_VERBS = frozenset(["speak", "learn", "teach", "translate", "study", "sing"])

#: what the parts of a score against an item of an authority are worth, and from where on an item is linked
NAME, OTHER, VARIANT, ACRONYM = 0.7, 0.65, 0.45, 0.45
TYPE, WITNESS, MOST_WITNESSES, BORN, STRANGE, NAMESAKE, ASSURED = 0.1, 0.15, 0.3, 0.2, -0.1, -0.15, 0.05
THRESHOLD, DOUBT, MARGIN = 0.8, 0.55, 0.14
#: words of a description that tell nobody apart
_COMMON = frozenset(
    "about after also been before being between born both company companies could during first former from group have having known last "
    "made more most name named other over people person place since some such than that their them then there these they this those "
    "under until used were what when where which while who whose will with within work works year years american british french german "
    "from into north south east west city town country united national international founded based died article".split())


@dataclass
class Profile:
    """What the articles say of an entity that helps to find out who or what it is."""

    entity: Entity
    family: str
    article: str = ""
    articles: int = 0
    beside: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    words: set[str] = field(default_factory=set)
    born: tuple[int, int] | None = None
    name: str = ""
    spoken: bool = False


# --- the file of links ---

def parse_links(text: str, name: str = LINKS) -> tuple[Link, ...]:
    """Return the rows of a table with the columns of ``LINKS_HEADER``; raise FolderError, naming the line, for a row that is none."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split("\t")
        if number == 1 or not line.strip():
            continue
        if len(cells) != 6 or cells[2] not in RELATIONS or not cells[0] or not re.match(r"(https?://|urn:)\S+$", cells[1]):
            raise FolderError(f"{name}, line {number}: should be a name, an IRI, one of {', '.join(RELATIONS)}, score, reasons and by "
                              "whom, with tabs between; mend or delete the line")
        try:
            score = float(cells[3] or "1")
        except ValueError:
            score = -1.0
        if not 0 <= score <= 1:
            raise FolderError(f"{name}, line {number}: {cells[3][:40]!r} is no score between 0 and 1; mend or delete the line")
        found.append(Link(cells[0], valid_iri(cells[1]), cells[2], score, tuple(filter(None, cells[4].split("; "))), cells[5] or "user"))
    return tuple(found)


def format_links(links: Iterable[Link]) -> str:
    """Return the table that :func:`parse_links` reads, sorted, each row once."""
    rows = {(one.entity, one.target, one.relation, f"{one.score:g}", "; ".join(one.reasons), one.source) for one in links}
    return LINKS_HEADER + "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in sorted(rows))


def read_links(path: Path) -> tuple[Link, ...]:
    """Return the links in a file, none if it is missing."""
    try:
        return parse_links(path.read_text("utf-8"), str(path))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise FolderError(f"{path} can't be read ({error}); mend or delete it") from error


def apply_links(entities: Sequence[Entity], extractions: Iterable[Extraction], kept: Sequence[Link], found: Iterable[Link]) -> list[Link]:
    """Return the links of a graph, by entity IRI: those `found` in this build and those `kept` in the folder's file.

    A row of the file names its entity by one of its appearances (``name@article id``) or by IRI; one of something that is gone waits. A row
    ``different`` takes a link away. Where two rows of one authority link an entity to different items, the user's own count, and without
    any such none.
    """
    wanted = {link.entity for link in kept}
    iris = {entity.iri for entity in entities}
    at: dict[str, str] = {iri: iri for iri in wanted & iris}
    if wanted - at.keys():
        of = {member: entity.iri for entity in entities for member in entity.members}
        aliases: dict[str, str] = {}
        for extraction in extractions:
            for local in extraction.entities:
                iri = of.get((extraction.article.id, local.id), "")
                at.setdefault(appearance(local.label, extraction.article.id), iri)
                for alias in local.aliases:
                    aliases.setdefault(appearance(alias, extraction.article.id), iri)
        at = {**aliases, **at}
    mine = [Link(at[one.entity], one.target, one.relation, one.score, one.reasons, one.source) for one in kept if at.get(one.entity)]
    no = {(one.entity, one.target) for one in mine if one.relation == DIFFERENT}
    yes = [one for one in (*mine, *found) if one.relation != DIFFERENT and (one.entity, one.target) not in no]
    rivals: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in yes:
        rivals[one.entity, one.source].add(one.target)
    best: dict[tuple[str, str], Link] = {}
    for one in sorted(yes, key=lambda link: (link.source != "user", -link.score, link.source, link.reasons, link.relation)):
        if one.source == "user" or len(rivals[one.entity, one.source]) == 1:
            best.setdefault((one.entity, one.target), one)
    return [best[key] for key in sorted(best)]


# --- what is known of the entities ---

def profiles(entities: Iterable[Entity], extractions: Iterable[Extraction], types: Types | None = None) -> dict[str, Profile]:
    """Return, by IRI, what the articles say of these entities: who stands beside them, what they are called, when they were born."""
    known: Types = types or {}
    made: dict[str, Profile] = {}
    of: dict[str, dict[int, str]] = defaultdict(dict)
    for entity in entities:
        family = next((FAMILIES[name] for name in entity.types if name in FAMILIES), UNKNOWN)
        made[entity.iri] = Profile(entity, family)
        for article, local in entity.members:
            of[article][local] = entity.iri
    for extraction in extractions:
        here = of.get(extraction.article.id)
        if not here:
            continue
        things = things_of(extraction, known)
        text = extraction.article.text
        names = {thing.member[1]: {thing.name, *(full_name(alias, thing.family) for alias in thing.local.aliases)}
                 for thing in things if thing.local.named}
        seen: set[str] = set()
        for thing in things:
            iri = here.get(thing.member[1])
            if iri is None:
                continue
            one = made[iri]
            label = appearance(thing.local.label, extraction.article.id)
            if not one.name or (extraction.article.id, label) < (one.article, one.name):
                one.article, one.name = extraction.article.id, label
            one.words |= thing.described
            if thing.born:
                one.born = thing.born
            if iri not in seen:
                seen.add(iri)
                one.articles += 1
                mine = {local for local, owner in here.items() if owner == iri}
                one.beside.update({name for local, found in names.items() if local not in mine for name in found})
        _read_mentions(extraction, here, made, text)
    return made


def _read_mentions(extraction: Extraction, here: Mapping[int, str], made: Mapping[str, Profile], text: str) -> None:
    """Add what stands right after the names ("Paris, Texas"), the words of their sentences, and whether they are spoken."""
    starts = {mention.start: mention for mention in extraction.mentions if mention.kind == "name"}
    entity_at = {mention.id: mention.entity for mention in extraction.mentions}
    after: dict[str, set[str]] = defaultdict(set)
    for mention in extraction.mentions:
        iri = here.get(mention.entity)
        if iri is None or mention.kind not in ("name", "nominal"):
            continue
        _, _, rest = text[mention.start:mention.end].partition(", ")
        follower = starts.get(mention.end + 2)
        if rest:
            after[iri].add(full_name(rest))
        elif follower and text[mention.end:mention.end + 2] == ", ":
            after[iri].add(full_name(text[follower.start:follower.end]))
        made[iri].words |= _words(text[max(0, mention.start - 100):mention.start] + " " + text[mention.end:mention.end + 100])
    for iri, names in after.items():
        made[iri].after.update(names)
    for claim in extraction.claims:
        if claim.lemma.split(" ")[0] in _LANGUAGE_VERBS:
            for argument in claim.arguments:
                iri = here.get(entity_at.get(argument.mention, -1)) if argument.mention is not None else None
                if iri is not None and argument.role in ("object", "in", "into"):
                    made[iri].spoken = True


def _words(text: str) -> set[str]:
    """Return the telling lower-case words of a text in the singular."""
    return {word.removesuffix("s") for word in re.findall(r"(?<![^\W\d_])[a-zà-ɏ]{4,}", text)} - _COMMON


# --- places, currencies, languages ---

@dataclass(frozen=True)
class _Gazetteer:
    rows: Mapping[str, list[str]]
    countries: Mapping[str, Place]
    states: Mapping[str, Place]
    tells: Mapping[str, str]

    def named(self, name: str) -> list[tuple[Place, float]]:
        """Return the places of this name, in the form of :func:`kg.resolve.full_name`, and how likely English text means them by it."""
        found = []
        for one in map(place_of, self.rows.get(name, ())):
            # "New York" is as good a name of New York City as that, unlike the many names in other languages
            other = one.kind == "city" and full_name(one.name) not in (name, f"{name} city")
            found.append((one, OTHER_NAME if other else 1.0))
        return found

    def weight(self, place: Place) -> float:
        """Return how often a name means this place, in persons, if nothing else is known."""
        if place.kind == "country":
            return max(SMALLEST, place.population * COUNTRY)
        if place.kind == "state":
            return place.population * STATE
        owner = self.countries.get(place.country)
        capital = owner is not None and owner.words and full_name(owner.words[-1]) == full_name(place.name)
        return place.population * (CAPITAL if capital else 1)


@functools.cache
def _gazetteer() -> _Gazetteer:
    rows: dict[str, list[str]] = defaultdict(list)
    for row in place_rows():
        for name in row.partition("\t")[0].split("|"):
            rows[name].append(row)
    countries, states = ([place_of(row) for row in place_rows() if f"\t{kind}\t" in row] for kind in ("country", "state"))
    tells = {full_name(word): one.country for one in countries for word in one.words[:1]}
    return _Gazetteer(rows, {one.country: one for one in countries}, {one.region: one for one in states}, tells)


def place_names(entity: Entity) -> bool:
    """Tell whether a name of the entity is in the table, so that its context is worth gathering."""
    return any(_bare(label) in _gazetteer().rows for label in (entity.label, *entity.aliases))


def _bare(label: str) -> str:
    return full_name(label.partition(", ")[0]).removesuffix(" language")


def link_places(known: Mapping[str, Profile]) -> tuple[list[Link], dict[str, Place]]:
    """Return the links of entities to countries, states, cities, currencies and languages, and by IRI the places linked to."""
    links, linked = [], {}
    for iri in sorted(known):
        one = known[iri]
        for label in (one.entity.label, *one.entity.aliases):
            found = _language(one, label) or _currency(one, label) or _place(one, label)
            if found:
                place, score, reasons = found
                relation = SAME_AS if place.kind in ("country", "state", "city") else EXACT
                links.append(Link(iri, place.iri, relation, score, reasons, BUILT_IN[place.kind]))
                linked[place.iri] = place
                break
    return links, linked


Found = tuple[Place, float, tuple[str, ...]]


def _currency(one: Profile, label: str) -> Found | None:
    if one.family not in (UNKNOWN, "product"):
        return None
    name = full_name(label)
    found = [place for place, _ in _gazetteer().named(name) if place.kind == "currency"]
    # "the pound", "the dollar" are several currencies; "won" and "real" are words
    if len(found) != 1 or name in _HOMOGRAPHS or (label.isupper() and not one.entity.named):
        return None
    return found[0], 0.95, (f"only currency called {name}",)


def _language(one: Profile, label: str) -> Found | None:
    if one.family not in (UNKNOWN, "group", "language"):
        return None
    name = full_name(label)
    said = name.endswith(" language") or one.family == "language"
    if not (said or one.spoken):
        return None
    found = [place for place, _ in _gazetteer().named(name.removesuffix(" language")) if place.kind == "language"]
    return (found[0], 0.95, (f"the only language called {name}", "called a language" if said else "spoken in an article")) \
        if len(found) == 1 else None


def _place(one: Profile, label: str) -> Found | None:
    """Return the place that the name means with a probability of ``SURE`` or more."""
    gazetteer = _gazetteer()
    candidates = [(place, share) for place, share in gazetteer.named(_bare(label))
                  if place.kind in ("country", "state", "city")]
    if one.family == UNKNOWN and one.entity.named:
        candidates = [(place, share) for place, share in candidates if place.kind == "country"]
    elif one.family != "place":
        return None
    if not candidates or "NaturalFeature" in one.entity.types or "Facility" in one.entity.types:
        return None
    scored = []
    for place, share in candidates:
        factor, reasons = _context(one, place, gazetteer)
        scored.append((gazetteer.weight(place) * share * factor, place, reasons))
    scored.sort(key=lambda row: (-row[0], row[1].iri))
    weight, best, reasons = scored[0]
    score = round(min(0.99, weight / (sum(row[0] for row in scored) + ELSEWHERE)), 4)
    if score < SURE:
        return None
    others = [place for _, place, _ in scored[1:]]
    rank = [f"the {'only' if not others else 'most likely'} {best.kind} called {_bare(label)}"]
    rank += [f"rather than {', '.join(_shown(place) for place in others[:2])}"] if others else []
    return best, score, (*rank, *reasons)


def _shown(place: Place) -> str:
    return f"{place.name} ({place.region or place.country}, {place.kind})"


def _context(one: Profile, place: Place, gazetteer: _Gazetteer) -> tuple[float, list[str]]:
    """Return how much more likely the names beside an entity make a place, and which do."""
    factor, reasons = 1.0, []
    country, state = gazetteer.countries.get(place.country), gazetteer.states.get(place.region)
    over = [] if place.kind == "country" or country is None else [(country, IN_COUNTRY)]
    over += [(state, IN_STATE)] if state is not None and place.kind == "city" else []
    for whole, value in over:
        names = {full_name(name) for name in (whole.name, *whole.others)}
        short = {whole.region.lower(), "usa" if whole.country == "US" else ""} - {""}
        if any(name in names | short for name in one.after):
            factor *= AFTER
            reasons.append(f"{whole.name} right after it")
            continue
        share = max((one.beside[name] for name in names), default=0) / max(1, one.articles)
        if share:
            factor *= 1 + (value - 1) * share
            reasons.append(f"beside {whole.name}")
    if country is not None:
        words = [word for word in country.words if full_name(word) != full_name(place.name)]
        share = max((one.beside[full_name(word)] for word in words), default=0) / max(1, one.articles)
        if share:
            factor *= 1 + ((TELLS if place.kind == "country" else NEAR_COUNTRY) - 1) * share
            reasons.append(f"beside {' or '.join(words)}")
    near: Counter[str] = Counter()
    for name, count in one.beside.items():
        there = _dominant(name)
        if there is not None and there.name != place.name and there.kind == "city" and there.country == place.country and (
                place.kind == "country" or not place.region or there.region == place.region):
            near[there.name] = count
    if near:
        name, count = min(near.items(), key=lambda row: (-row[1], row[0]))
        value = NEAR_STATE if place.region else NEAR_COUNTRY
        factor *= 1 + (value - 1) * count / max(1, one.articles)
        reasons.append(f"beside {name}")
    return factor, reasons


@functools.lru_cache(maxsize=1 << 16)
def _dominant(name: str) -> Place | None:
    """Return the place that a name means whatever stands beside it, if there is one."""
    gazetteer = _gazetteer()
    scored = sorted(((gazetteer.weight(place) * share, place.iri, place) for place, share in gazetteer.named(name)
                     if place.kind in ("country", "state", "city")), reverse=True)
    return scored[0][2] if scored and scored[0][0] >= SURE * (sum(row[0] for row in scored) + ELSEWHERE) else None


# --- authority files and services ---

class Authority:
    """Items by the names under which an entity may know them."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = list(items)
        self.exact: dict[str, list[int]] = defaultdict(list)
        self.surnames: dict[str, list[int]] = defaultdict(list)
        self.letters: dict[str, list[int]] = defaultdict(list)
        for number, item in enumerate(self.items):
            keys = {key for name in (item.label, *item.others) for key in _keys(name, item.family)}
            for key in keys:
                self.exact[key].append(number)
            if item.family in ("person", UNKNOWN):
                for key in {person_parts(key)[1] for key in keys if " " in key}:
                    self.surnames[key].append(number)
            if item.family not in ("person", "place"):
                for key in {acronym(key) for key in keys} - {""}:
                    self.letters[key].append(number)

    def near(self, entity: Entity, family: str) -> list[Item]:
        """Return the items that may be the entity by their names."""
        numbers: set[int] = set()
        for label in (entity.label, *entity.aliases):
            name = full_name(label, family)
            for key in _keys(label, family):
                numbers.update(self.exact.get(key, ()))
            if family == "person" and " " in name:
                numbers.update(self.surnames.get(person_parts(name)[1], ()))
            if family not in ("person", "place") and label.replace(".", "").isupper() and len(name) <= 6:
                numbers.update(self.letters.get(name, ()))
        return [self.items[number] for number in sorted(numbers)]


def _keys(name: str, family: str) -> set[str]:
    return {full_name(name, one) for one in ({family} if family else {UNKNOWN, "person", "organization"})} - {""}


def link_items(known: Mapping[str, Profile], candidates: Callable[[Entity, str], Sequence[Item]], source: str,
               threshold: float = THRESHOLD, assured: frozenset[tuple[str, str]] = frozenset()) -> tuple[list[Link], list[Link]]:
    """Return the links of entities to items above `threshold`, and those that are unsure (which the user may decide).

    `candidates` gives the items that an entity may be; `assured` are pairs of entity and item that the authority itself vouches for. An
    item that two entities claim goes to the better one if it is clearly better, else to neither.
    """
    namesakes = Counter((full_name(one.entity.label, one.family), one.family) for one in known.values())
    scored: list[tuple[float, str, Item, tuple[str, ...]]] = []
    doubts: list[Link] = []
    for iri in sorted(known):
        one = known[iri]
        if not one.entity.named:
            continue
        ranked = []
        for item in candidates(one.entity, one.family):
            score, reasons = _score(one, item, namesakes, (iri, item.iri) in assured)
            if score >= DOUBT:
                ranked.append((score, item.iri, item, reasons))
        ranked.sort(key=lambda row: (-row[0], row[1]))
        if not ranked:
            continue
        score, target, item, reasons = ranked[0]
        rivals = [row for row in ranked[1:] if row[1] != target and score - row[0] < MARGIN]
        if score >= threshold and not rivals:
            scored.append((score, iri, item, reasons))
        else:
            more = (f"{len(rivals)} more fit as well: {', '.join(row[1] for row in rivals[:2])}",) if rivals else ()
            doubts.append(Link(iri, target, "", min(1.0, score), (*reasons, *more), source))
    claims: dict[str, list[tuple[float, str, Item, tuple[str, ...]]]] = defaultdict(list)
    for row in scored:
        claims[row[2].iri].append(row)
    links = []
    for target in sorted(claims):
        rows = sorted(claims[target], key=lambda row: (-row[0], row[1]))
        clear = len(rows) == 1 or rows[0][0] - rows[1][0] >= MARGIN
        for number, (score, iri, item, reasons) in enumerate(rows):
            if clear and number == 0:
                links.append(Link(iri, target, EXACT if item.concept else SAME_AS, min(1.0, score), reasons, source))
            else:
                doubts.append(Link(iri, target, "", min(1.0, score), (*reasons, f"{len(rows) - 1} other entities may be it"), source))
    return sorted(links, key=lambda link: (link.entity, link.target)), sorted(doubts, key=lambda link: (-link.score, link.entity))


def _score(one: Profile, item: Item, namesakes: Mapping[tuple[str, str], int], assured: bool) -> tuple[float, tuple[str, ...]]:
    """Return how likely an entity is an item (0 and up; from 1 on it is as sure as can be) and why."""
    score, reason = _name_score(one, item)
    if score == 0 or (item.family and one.family and item.family != one.family):
        return 0.0, ()
    if one.family == "person" and " " not in full_name(one.entity.label, "person"):
        return 0.0, ()  # a surname or first name alone is anybody's
    reasons = [reason]
    if item.family and item.family == one.family:
        score += TYPE
        reasons.append(f"both {item.family}")
    if item.born and one.born:
        if not one.born[0] - 1 <= item.born <= one.born[1] + 1:
            return 0.0, ()
        score += BORN
        reasons.append(f"born {item.born}")
    names, words = _witnesses(one, item)
    both = [*names, *words]
    if both:
        score += min(MOST_WITNESSES, WITNESS * len(names) + WITNESS * len(words) / (1 if one.words & set(words) else 2))
        reasons.append(f"both with {', '.join(both[:3])}")
    elif item.words and (one.beside or one.words):
        score += STRANGE
        reasons.append("nothing that both tell")
    if namesakes[full_name(one.entity.label, one.family), one.family] > 1:
        score += NAMESAKE
        reasons.append("one of several of that name in the graph")
    if assured:
        score += ASSURED
        reasons.append("the service calls it a match")
    return round(max(0.0, score), 4), tuple(reasons)


def _name_score(one: Profile, item: Item) -> tuple[float, str]:
    ours, theirs = (one.entity.label, *one.entity.aliases), (item.label, *item.others)
    family = one.family or item.family
    bare = {full_name(name, family) for name in ours}
    if full_name(item.label, family) in bare:
        return NAME, "same name"
    # "National Rail Union (NRU)" is not the "National Road Union (NRU)": letters count only where one side has nothing else
    spelled = " " in full_name(one.entity.label, family) and " " in item.label
    hit = next((name for name in item.others if full_name(name, family) in bare and not (spelled and name.replace(".", "").isupper())), "")
    if hit:
        return OTHER, f"same other name ({hit})"
    if family == "person":
        for a in sorted(bare):
            for b in sorted({full_name(name, "person") for name in theirs}):
                (left, last, suffix), (right, other, ending) = person_parts(a), person_parts(b)
                if last == other and (suffix == ending or not (suffix and ending)) and (how := same_given(left, right)):
                    return VARIANT, f"{a} can be {b} ({'middle name' if how == 'full' else how})"
    elif family != "place":
        short = {full_name(name) for name in ours if name.replace(".", "").isupper()}
        for name in theirs:
            if acronym(full_name(name)) in short:
                return ACRONYM, f"{acronym(full_name(name)).upper()} are the initials of {name}"
    return 0.0, ""


def _witnesses(one: Profile, item: Item) -> tuple[list[str], list[str]]:
    """Return the names and the words that the articles and the authority both put beside the name."""
    text = " ; ".join(item.words)
    own = {full_name(name) for name in (item.label, *item.others, one.entity.label, *one.entity.aliases)}
    plain = _spaced(full_name(text))
    names = sorted(name for name in one.beside if len(name) > 3 and name not in own and _spaced(name) in plain
                   and not any(name in other.split() for other in own))
    words = sorted((_words(text.lower()) & one.words) - {word for name in (*names, *own) for word in name.split()})
    return names, words


def _spaced(text: str) -> str:
    """Return the words of a text with one space around each, so that whole words can be searched for."""
    return " " + " ".join(re.findall(r"\w+", text)) + " "
