"""Tells which names of one article are one thing: by parts, initials, acronyms, company suffixes and a few fixed aliases."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from kg.extract.tree import Tree
from kg.extract.words import COMPANY_SUFFIXES, KEPT_TITLES
from kg.records import Mention

#: what stands between two names of one thing
RENAMED = re.compile(
    r"[,(] ?(?:which (?:is|was) )?(?:formerly|previously|originally)(?: (?:known as|called|named))?(?: the)?"
    r"|[,(] ?(?:which is )?now (?:known as|called|named)(?: the)?"
    r"|[,(] ?(?:also|better|formally|officially) (?:known as|called|named)(?: the)?|[,(] ?(?:a\.?k\.?a\.?|alias)"
    r"|(?:is|was|has been|will be|is to be|is now|was then|are|were)(?: (?:formerly|originally|now|later|officially))?"
    r" (?:called|renamed|rebranded(?: as)?|known as)(?: the)?"
    r"|(?:has |will be )?(?:renamed|rebranded) (?:itself|as)|(?:has |is |was )?(?:changed|changing) its name to"
)
Key = tuple[str, ...]
SMALL = frozenset(["of", "the", "and", "for", "de", "la", "in", "on", "to", "a", "&"])
SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "junior", "senior"])
#: words that a company may leave out of its name at the end: "Hanmer Insurance" is the Hanmer Insurance Group, but "Hanmer Energy" is
#: another company than its daughter "Hanmer Energy Trading"
LEFT_OUT = COMPANY_SUFFIXES | {"international", "worldwide", "global", "corp", "trust", "association", "organization", "organisation"}
#: titles that go with a surname, never with a first name ("Lady Ellis" is not "Ellis Line")
SURNAME_TITLES = frozenset(["lady", "lord", "baron", "baroness", "mr", "mrs", "ms", "miss", "mme", "herr", "frau"])
#: names that share no word and no initials in the text
ALIASES = {
    ("us",): ("united", "states"),
    ("usa",): ("united", "states"),
    ("america",): ("united", "states"),
    ("united", "states", "of", "america"): ("united", "states"),
    ("uk",): ("united", "kingdom"),
    ("britain",): ("united", "kingdom"),
    ("great", "britain"): ("united", "kingdom"),
    ("un",): ("united", "nations"),
    ("eu",): ("european", "union"),
    ("fed",): ("federal", "reserve"),
    ("ny",): ("new", "york"),
    ("uae",): ("united", "arab", "emirates"),
}


def join_names(tree: Tree, names: Sequence[Mention], also: Iterable[tuple[int, int]] = ()) -> list[int]:
    """Return a group number for each name (mentions in text order); names with the same number are one thing.

    A part ("Baldwin") that fits several longer names goes with the one named most often before it, else the first of them: news
    calls by the bare surname whom it is about. `also` are pairs of names, by their place in `names`, that the text itself says are
    one ("Aurel, formerly Norwick").
    """
    keys = [name_key(tree.text[m.start : m.end]) for m in names]
    kinds: dict[Key, str] = {}
    raw: dict[Key, str] = {}
    for key, mention in zip(keys, names, strict=True):
        kinds.setdefault(key, mention.type)
        raw.setdefault(key, tree.text[mention.start : mention.end])
    joined = same_names(kinds, raw)
    for first, second in also:
        one, other = joined[keys[first]], joined[keys[second]]
        joined = {key: one if root == other else root for key, root in joined.items()}
    number: dict[Key, int] = {}
    seen_at: dict[Key, int] = {}
    count: Counter[Key] = Counter()
    groups = []
    parts = without_relatives(partial_names(kinds, joined), keys, [tree.sentence[tree.at[m.head.start]] for m in names])
    for position, key in enumerate(keys):
        wholes = parts.get(key)
        if wholes:
            seen = sorted((whole for whole in wholes if whole in seen_at), key=lambda k: seen_at[k])
            key = max(seen, key=lambda k: count[joined[k]]) if seen else wholes[0]
        root = joined[key]
        seen_at.setdefault(key, position)
        count[root] += 1
        groups.append(number.setdefault(root, len(number)))
    return groups


def without_relatives(parts: dict[Key, list[Key]], keys: Sequence[Key], sentences: Sequence[int]) -> dict[Key, list[Key]]:
    """Return `parts` without the longer names that come up first in a sentence where the part already stood.

    A writer gives the full name first, so "Ure was the daughter of Colin Ure" names two people. `keys` and `sentences` are the names
    of the text in order with the sentence that each is in.
    """
    first: dict[Key, int] = {}
    for place, key in enumerate(keys):
        first.setdefault(key, place)

    def relative(part: Key, whole: Key) -> bool:
        place = first[whole]
        return any(keys[k] == part and sentences[k] == sentences[place] for k in range(first[part], place))

    kept = {part: [whole for whole in wholes if not relative(part, whole)] for part, wholes in parts.items()}
    return {part: wholes for part, wholes in kept.items() if wholes}


def renamed(tree: Tree, names: Sequence[Mention]) -> list[tuple[int, int]]:
    """Return pairs of neighbouring names, by their place in `names` (in text order), that the text says are two names of one thing.

    "Aurel, formerly Norwick Energy", "Norwick Savings Bank (now called Fjord)", "Norwick is to be renamed Aurel".
    """
    found = []
    for place in range(1, len(names)):
        one, other = names[place - 1], names[place]
        if not 0 < other.start - one.end < 40 or one.type in ("Group", "Event") or tree.words[tree.at[other.head.start]][0].islower():
            continue
        last = tree.at[other.head.start]
        whole = tree.deps[last] not in ("compound", "nmod", "poss", "conj") and other.full.end <= other.end + 1
        if whole and RENAMED.fullmatch(tree.text[one.end : other.start].strip().lower()):
            found.append((place - 1, place))
    return found


def name_key(text: str) -> Key:
    """Return the words of a name for comparison: lower case, no dots, no article, no 's."""
    words = [w.strip("'’\"“”,()").lower() for w in text.replace("’s", "").replace("'s", "").split()]
    words = [w if w.endswith(".") and len(w) == 2 else w.replace(".", "") for w in words if w]
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return tuple(words) or (text.lower(),)


def base(key: Key, kind: str) -> Key:
    """Return the key without company suffix and generation, a person's without kept title ("Duke University" keeps its first
    word)."""
    while len(key) > 1 and (key[-1] in COMPANY_SUFFIXES or key[-1] in SUFFIXES):
        key = key[:-1]
    return key[1:] if len(key) > 1 and key[0] in KEPT_TITLES and kind in ("Person", "Thing") else key


def generation(key: Key) -> str:
    """Return "jr", "sr" or a number at the end of a person's name, else nothing."""
    last = {"junior": "jr", "senior": "sr"}.get(key[-1], key[-1])
    return last if len(key) > 1 and last in SUFFIXES else ""


def one_generation(key: Key, other: Key) -> bool:
    """Tell whether no "Jr." and "Sr." keep two names apart."""
    return not (generation(key) and generation(other)) or generation(key) == generation(other)


def same_names(kinds: dict[Key, str], raw: dict[Key, str]) -> dict[Key, Key]:
    """Return key -> key of the first name that is surely the same: equal but for suffix, initials, acronym, alias."""
    joined: dict[Key, Key] = {}
    seen: dict[tuple[str, ...], Key] = {}
    generations: dict[Key, set[str]] = defaultdict(set)
    for key in kinds:
        generations[base(key, kinds[key])].add(generation(key))
    for key in kinds:
        core = ALIASES.get(key, key)
        core = base(core, kinds[key])
        signs: list[tuple[str, ...]] = [("=", *core)]
        if kinds[key] == "Person" and len(core) > 1:
            signs += [("person", core[0], core[-1])]
        if len(generations[core] - {""}) > 1:  # "Carl Holm Jr. ... Carl Holm Sr.": two, and "Carl Holm" is one of them
            signs = [("=", *core, "generation", generation(key))]
        if len(core) > 1 and kinds[key] != "Person":
            letters = "".join(w[0] for w in core if w not in SMALL)
            every = "".join(w[0] for w in key if w not in SMALL)
            others = [("letters", form) for form in dict.fromkeys((letters, every)) if len(form) > 1]
            own = [("whole", form) for _, form in others]
        elif len(key) == 1 and 2 <= len(key[0]) <= 6 and sum(c.isupper() for c in raw[key]) >= 2:
            others, own = [("whole", key[0])], [("letters", key[0])]
        else:
            others, own = [], []
        hit = next((seen[s] for s in signs + others if s in seen), None)
        if hit is None and len(key) == 1 and key[0].endswith("s") and ("=", key[0][:-1]) in seen:
            hit = seen["=", key[0][:-1]]  # an apostrophe lost on the way: "Avcos debt"
        root = joined[hit] if hit else key
        joined[key] = root
        for sign in signs + own:
            seen.setdefault(sign, root)
    return joined


def partial_names(kinds: dict[Key, str], joined: dict[Key, Key]) -> dict[Key, list[Key]]:
    """Return part -> the longer names it may stand for: a person's surname or first name, the beginning of a company's name."""
    firsts: dict[str, list[Key]] = defaultdict(list)
    lasts: dict[str, list[Key]] = defaultdict(list)
    for key in kinds:
        core = base(key, kinds[key])
        if len(core) > 1:
            firsts[core[0]].append(key)
            lasts[core[-1]].append(key)
    parts: dict[Key, list[Key]] = {}
    shared = Counter(joined.values())
    for key, kind in kinds.items():
        core = base(key, kinds[key])
        if len(core) == 1:
            people = (
                [k for k in lasts[core[0]] if kinds[k] == "Person" and k != key and one_generation(k, key)]
                if kind in ("Person", "Thing", "Organization", "Product", "CreativeWork")
                else []
            )
            exact = [k for k in people if generation(key) and generation(k) == generation(key)]
            if not people and kind in ("Person", "Thing") and key[0] not in SURNAME_TITLES:
                people = [k for k in firsts[core[0]] if kinds[k] == "Person"]
            elif not people and kind == "Person":
                people = [k for k in kinds if kinds[k] == "Person" and len(k) > len(key) and k[: len(key)] == key]
            wholes = exact or people
        elif not generation(key) and any(generation(k) for k in lasts[core[-1]] if base(k, kinds[k]) == core):
            wholes = [k for k in lasts[core[-1]] if generation(k) and base(k, kinds[k]) == core]
        else:
            people = (
                [k for k in lasts[core[-1]] if kinds[k] == "Person" and k != key and initials(core, base(k, "Person"))]
                if kind == "Person"
                else []
            )
            wholes = people
        if not wholes and kind in ("Organization", "Thing", "Facility", "Product", "Event"):
            wholes = [
                k
                for k in firsts[core[0]]
                if len(k) > len(key)
                and base(k, kinds[k])[: len(core)] == core
                and (len(core) == 1 or left_out(k[len(core) :], k))
                and kinds[k] in ("Organization", "Thing", *(() if kind == "Organization" else ("Facility", "Event", "Product")))
            ]
        if not wholes and len(key) == 1 and kind in ("Organization", "Thing") and shared[joined[key]] == 1:
            wholes = [k for k in lasts[key[0]] if kinds[k] == "Organization"]  # "Marlow Rovers ... Rovers": a team goes by its last word
        if len(wholes) > 1:
            wholes = [k for k in wholes if not any(o != k and o == k[: len(o)] for o in wholes)]  # the firm, not its daughter
        if wholes and not any(joined[k] == joined[key] for k in wholes):
            parts[key] = wholes
    return parts


def left_out(rest: Key, whole: Key) -> bool:
    """Tell whether a name may be cut short by the words `rest` at the end of `whole`.

    "Hanmer Micro" is Hanmer Micro Devices Inc, and the Museum of Arts is the Museum of Arts (MA).
    """
    return (
        rest[0] in SMALL
        or rest[-1] in COMPANY_SUFFIXES
        or all(word in LEFT_OUT for word in rest)
        or "".join(rest) == "".join(word[0] for word in whole[: -len(rest)] if word not in SMALL)
    )


def initials(short: Key, whole: Key) -> bool:
    """Tell whether "J. Smith" can be "John Smith": each first name equal or its initial."""
    a, b = short[0].rstrip("."), whole[0].rstrip(".")
    return len(whole) >= len(short) and a != b and (len(a) == 1 and b.startswith(a))
