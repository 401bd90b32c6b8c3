"""Tells which names of one article are one thing: by parts, initials, acronyms, company suffixes and a few fixed aliases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from kg.extract.tree import Tree
from kg.extract.words import COMPANY_SUFFIXES, KEPT_TITLES
from kg.records import Mention

Key = tuple[str, ...]
SMALL = frozenset(["of", "the", "and", "for", "de", "la", "in", "on", "to", "a", "&"])
SUFFIXES = frozenset(["jr", "jr.", "sr", "sr.", "ii", "iii", "iv"])
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


def join_names(tree: Tree, names: Sequence[Mention]) -> list[int]:
    """Return a group number for each name (mentions in text order); names with the same number are one thing.

    A part ("Baldwin") that fits several longer names goes with the one last seen before it.
    """
    keys = [name_key(tree.text[m.start : m.end]) for m in names]
    kinds: dict[Key, str] = {}
    raw: dict[Key, str] = {}
    for key, mention in zip(keys, names, strict=True):
        kinds.setdefault(key, mention.type)
        raw.setdefault(key, tree.text[mention.start : mention.end])
    joined = same_names(kinds, raw)
    number: dict[Key, int] = {}
    last: dict[Key, int] = {}
    groups = []
    parts = partial_names(kinds, joined)
    for position, key in enumerate(keys):
        wholes = parts.get(key)
        if wholes:
            seen = [whole for whole in wholes if whole in last]
            key = max(seen, key=lambda k: last[k]) if seen else wholes[0]
        root = joined[key]
        last[key] = position
        groups.append(number.setdefault(root, len(number)))
    return groups


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


def same_names(kinds: dict[Key, str], raw: dict[Key, str]) -> dict[Key, Key]:
    """Return key -> key of the first name that is surely the same: equal but for suffix, initials, acronym, alias."""
    joined: dict[Key, Key] = {}
    seen: dict[tuple[str, ...], Key] = {}
    for key in kinds:
        core = ALIASES.get(key, key)
        core = base(core, kinds[key])
        signs: list[tuple[str, ...]] = [("=", *core)]
        if kinds[key] == "Person" and len(core) > 1:
            signs += [("person", core[0], core[-1])]
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
    for key, kind in kinds.items():
        core = base(key, kinds[key])
        if len(core) == 1:
            people = (
                [k for k in lasts[core[0]] if kinds[k] == "Person"]
                if kind in ("Person", "Thing", "Organization", "Product", "CreativeWork")
                else []
            )
            people = people or ([k for k in firsts[core[0]] if kinds[k] == "Person"] if kind in ("Person", "Thing") else [])
            wholes = people
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
                and kinds[k] in ("Organization", "Thing", *(() if kind == "Organization" else ("Facility", "Event", "Product")))
            ]
        if wholes and not any(joined[k] == joined[key] for k in wholes):
            parts[key] = wholes
    return parts


def initials(short: Key, whole: Key) -> bool:
    """Tell whether "J. Smith" can be "John Smith": each first name equal or its initial."""
    a, b = short[0].rstrip("."), whole[0].rstrip(".")
    return len(whole) >= len(short) and a != b and (len(a) == 1 and b.startswith(a))
