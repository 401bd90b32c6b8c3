"""Step 4: decide which things of different articles are one.

Conservative: a wrong merge spoils both entities, a missed one only splits what is known. Things are joined across articles only
if they bear the same full name and their types can belong to one thing. A person known by a single word ("Baldwin") and
anything without a name ("the judge") stay in their article. The result does not depend on the order of the articles.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from kg.iris import BASE, digest, slug
from kg.records import Entity, Extraction, LocalEntity

#: A local entity's key everywhere: article id and the entity's id in it.
Member = tuple[str, int]
Types = Mapping[Member, tuple[str, ...]]

#: Top classes whose members are never members of another top class; a class that is not here is judged by the entity's own type.
FAMILIES = {
    "Person": "person", "Organization": "organization", "Place": "place", "Work": "work", "CreativeWork": "work",
    "Event": "event", "Product": "product", "Group": "group", "Law": "law", "Language": "language",
}
UNKNOWN = ""

_HONORIFIC = re.compile(r"^(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|rev|hon) (?=\S)")
_COMPANY = re.compile(r"(?<=\S) (?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|gmbh|ag|sa|nv)$")


def full_name(label: str, family: str = UNKNOWN) -> str:
    """Return the form of a name by which two names are compared: case, accents, dots, hyphens and "the" do not count.

    Honorifics of persons ("Mr.") and legal forms of organisations ("Inc.") are dropped too; "Jr." and digits are kept.

    >>> full_name("The Hollywood Reporter") == full_name("Hollywood Reporter")
    True
    """
    name = unicodedata.normalize("NFKD", label).casefold()
    name = re.sub("[\u0300-\u036f.]", "", name).replace("’", "'")
    name = " ".join(re.sub(r"[-‐‑–,\s]+", " ", name).split())
    name = re.sub(r"^the (?=\S)", "", name)
    if family == "person":
        name = _HONORIFIC.sub("", name)
    elif family == "organization":
        name = _COMPANY.sub("", name)
    return name


def resolve(extractions: Iterable[Extraction], types: Types | None = None, base: str = BASE) -> list[Entity]:
    """Return the entities of all articles, sorted by IRI.

    `types` gives the ontology classes of local entities, most specific first, where more is known than `LocalEntity.type`. Named
    entities get the IRI ``{base}entity/{slug}``; those that stay in their article ``{base}entity/{slug}--{hash of the article}``.
    """
    shared: dict[str, list[tuple[Member, LocalEntity]]] = defaultdict(list)
    entities = []
    known: Types = types or {}
    for extraction in extractions:
        taken: Counter[str] = Counter()
        for local in sorted(extraction.entities, key=lambda e: e.id):
            member = extraction.article.id, local.id
            name = full_name(local.label, _family(local, known.get(member, ())))
            if local.named and name and _is_full(name, local, known.get(member, ())):
                shared[name].append((member, local))
                continue
            part = slug(local.label) or "thing"
            taken[part] += 1
            more = f"-{taken[part]}" if taken[part] > 1 else ""
            iri = f"{base}entity/{part}--{digest(extraction.article.id)}{more}"
            entities.append(_entity(iri, [(member, local)], known, ()))
    named: dict[str, list[tuple[str, str, list[tuple[Member, LocalEntity]]]]] = defaultdict(list)
    for name in sorted(shared):
        for part, family, members in _split(name, shared[name], known):
            named[part].append((name, family, members))
    for part, rivals in sorted(named.items()):
        # names that differ only in signs ("C++", "C") come to the same slug: the one that is the slug keeps it
        rivals.sort(key=lambda rival: (rival[0].replace(" ", "-") != part, rival[0], rival[1]))
        for number, (name, family, members) in enumerate(rivals):
            iri = f"{base}entity/{part}" + (f"-{digest(name, family, length=6)}" if number else "")
            entities.append(_entity(iri, members, known, _reasons(members)))
    return sorted(entities, key=lambda entity: entity.iri)


def _family(local: LocalEntity, types: tuple[str, ...]) -> str:
    return next((FAMILIES[name] for name in (*types, local.type) if name in FAMILIES), UNKNOWN)


def _is_full(name: str, local: LocalEntity, types: tuple[str, ...]) -> bool:
    """Tell whether a name says enough to be known in another article: a single word, of a person or of unknown type, doesn't."""
    return " " in name or _family(local, types) not in ("person", UNKNOWN)


def _split(name: str, members: list[tuple[Member, LocalEntity]],
           known: Types) -> list[tuple[str, str, list[tuple[Member, LocalEntity]]]]:
    """Return (slug, family, members) of each thing called `name`, one for each family of types.

    Members of unknown type join a single family, and stay apart from several. The largest keeps the plain slug, the others have
    their family added: ``georgia`` and ``georgia-person``.
    """
    families: dict[str, list[tuple[Member, LocalEntity]]] = defaultdict(list)
    for member, local in sorted(members, key=lambda pair: pair[0]):
        families[_family(local, known.get(member, ()))].append((member, local))
    unknown = families.pop(UNKNOWN, [])
    ranked = sorted(families, key=lambda family: (-len(families[family]), family))
    part = slug(name) or "thing"
    if not ranked:
        return [(part, UNKNOWN, unknown)]
    if len(ranked) == 1:
        families[ranked[0]] = sorted(families[ranked[0]] + unknown, key=lambda pair: pair[0])
    elif unknown:
        families["thing"] = unknown
        ranked.append("thing")
    return [(part if number == 0 else f"{part}-{family}", family, families[family]) for number, family in enumerate(ranked)]


def _entity(iri: str, members: list[tuple[Member, LocalEntity]], known: Types, reasons: tuple[str, ...]) -> Entity:
    labels = Counter(local.label for _, local in members)
    label = min(labels, key=lambda text: (-labels[text], -len(text), text))
    others = {alias for _, local in members for alias in (local.label, *local.aliases)} - {label}
    votes = Counter(known.get(member) or (local.type,) for member, local in members)
    ranked = [name for types, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])) for name in types]
    types = tuple(name for name in dict.fromkeys(ranked) if name != "Thing") or ("Thing",)
    return Entity(iri=iri, label=label, types=types, named=any(local.named for _, local in members),
                  aliases=tuple(sorted(others)), members=tuple(sorted(member for member, _ in members)), reasons=reasons)


def _reasons(members: list[tuple[Member, LocalEntity]]) -> tuple[str, ...]:
    articles = len({member[0] for member, _ in members})
    if len(members) < 2:
        return ()
    forms = sorted({local.label for _, local in members})
    types = sorted({local.type for _, local in members})
    where = f"in {articles} articles" if articles > 1 else "in one article"
    name = "same full name" if len(forms) == 1 else "same full name but for case, accents, signs, articles or titles"
    return (f"{name} {where}: {', '.join(forms)}", f"types that agree: {', '.join(types)}")
