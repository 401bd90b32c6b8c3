"""Link the entities of a graph folder to an authority file or a reconciliation service, decide on a link, take links back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kg.errors import InputError
from kg.folder import DECISIONS, GraphFolder
from kg.ground import all_types
from kg.iris import valid_iri
from kg.names.authorities import Item, read_authority
from kg.names.decisions import read_decisions
from kg.names.links import (
    DIFFERENT,
    LINKS,
    SAME_AS,
    THRESHOLD,
    Authority,
    Profile,
    format_links,
    link_items,
    profiles,
    read_links,
)
from kg.names.merge import appearances
from kg.names.reconcile import CACHE, Cache, Query, Service
from kg.pipeline import Progress, Report, change, ontology_of, quiet, settings_of
from kg.records import Entity, Link, Record
from kg.resolve import FAMILIES, resolve


class Linked(Record, frozen=True):
    """What linking did: links made, likely ones left to the user (both by entity IRI), problems, the new graph's counts."""

    links: tuple[Link, ...]
    unsure: tuple[Link, ...]
    problems: tuple[str, ...]
    report: Report


def link_to_file(folder: str | Path, path: Path, *, prefix: str = "", threshold: float = THRESHOLD,
                 progress: Progress = quiet) -> Linked:
    """Link the entities of a graph folder to the items of an authority file, in place of earlier links to it.

    Raises InputError if the file can't be used, FolderError if the folder can't; nothing is changed then.
    """
    authority = Authority(read_authority(path, prefix))
    known = _known(folder, lambda entity: bool(authority.near(entity, _family(entity))))
    progress("linking", 0, 0)
    links, unsure = link_items(known, authority.near, path.name, threshold)
    return Linked(tuple(links), tuple(unsure), (), _record(folder, path.name, links, known, set(known), progress))


def link_to_service(folder: str | Path, service: Service, *, threshold: float = THRESHOLD, fresh: bool = False,
                    progress: Progress = quiet) -> Linked:
    """Link the entities of a graph folder to what a reconciliation service proposes for their names, where the evidence bears it out.

    Answers are kept in the folder's ``reconcile-cache.jsonl``; `fresh` asks anew. Entities that the service gave no usable answer for
    keep the links that they had. Raises InputError if the service can't be used at all; nothing is changed then.
    """
    service.open()
    families = ("person", "organization", "place", "work", "product", "event")
    known = _known(folder, lambda entity: entity.named and _family(entity) in families)
    named = {iri: one for iri, one in known.items() if one.family != "person" or " " in one.entity.label}
    queries = [Query(name) for name in sorted({one.entity.label for one in named.values()})]
    cache = Cache(GraphFolder.open(folder).path / CACHE, fresh=fresh)
    answers = service.candidates(queries, cache, lambda done, total: progress("asking", done, total))
    cache.save()
    found = {iri: answers.found.get(one.entity.label, ()) for iri, one in named.items()}

    def near(entity: Entity, family: str) -> Sequence[Item]:
        return [candidate.item for candidate in found.get(entity.iri, ())]

    assured = frozenset((iri, candidate.item.iri) for iri, rows in found.items() for candidate in rows if candidate.match)
    links, unsure = link_items(named, near, service.name, threshold, assured)
    answered = {iri for iri, one in named.items() if one.entity.label in answers.found}
    return Linked(tuple(links), tuple(unsure), answers.problems, _record(folder, service.name, links, known, answered, progress))


def decide_link(folder: str | Path, name: str, target: str, decision: str, *, progress: Progress = quiet) -> Report:
    """Record that an entity is (``same``) or isn't (``different``) what the IRI `target` names, or ``forget`` that.

    `name` is an entity's name or IRI, or ``name@article id``. Raises InputError for a name that fits none or several; nothing is
    changed then.
    """
    if not target.startswith(("http://", "https://", "urn:")) or any(sign.isspace() for sign in target):
        raise InputError(f"{target[:120]!r} is no IRI; give the whole of it, such as https://sws.geonames.org/2988507/")
    target = valid_iri(target)
    graph = GraphFolder.open(folder)
    settings = settings_of(graph)
    extractions = list(graph.extractions())
    kept = read_links(graph.path / LINKS)
    names = {name} - {one.entity for one in kept}
    types = all_types(extractions, ontology_of(settings))
    found = appearances(extractions, types, settings.base, read_decisions(graph.path / DECISIONS), names)
    key = found.get(name, name)
    others = [one for one in kept if (one.entity, one.target) != (key, target)]
    if decision == "forget":
        if len(others) == len(kept):
            raise InputError(f"{folder}/{LINKS} has no row on {key!r} and {target}; nothing was changed")
    elif decision in ("same", "different"):
        others.append(Link(key, target, SAME_AS if decision == "same" else DIFFERENT))
    else:
        raise InputError(f"{decision!r} is no decision: take same, different or forget")
    return _write(folder, others, progress)


def drop_links(folder: str | Path, source: str, *, progress: Progress = quiet) -> Report:
    """Take all links to one authority back (its file name, or the service's address); what the user decided stays."""
    kept = read_links(GraphFolder.open(folder).path / LINKS)
    others = [one for one in kept if one.source != source]
    if len(others) == len(kept):
        known = ", ".join(sorted({one.source for one in kept} - {"user"})) or "none"
        raise InputError(f"{folder} has no links to {source!r} (authorities linked to: {known})")
    return _write(folder, others, progress)


def _family(entity: Entity) -> str:
    return next((FAMILIES[name] for name in entity.types if name in FAMILIES), "")


def _known(folder: str | Path, wanted: Callable[[Entity], bool]) -> dict[str, Profile]:
    """Return what is known of the entities of a graph that are `wanted`."""
    graph = GraphFolder.open(folder)
    settings = settings_of(graph)
    extractions = list(graph.extractions())
    types = all_types(extractions, ontology_of(settings))
    entities = resolve(extractions, types, settings.base, read_decisions(graph.path / DECISIONS))
    return profiles([one for one in entities if wanted(one)], extractions, types)


def _record(folder: str | Path, source: str, links: Iterable[Link], known: dict[str, Profile], answered: set[str],
            progress: Progress) -> Report:
    """Write links of one authority in place of its earlier ones on the entities that it `answered` for."""
    kept = read_links(GraphFolder.open(folder).path / LINKS)
    ours = {known[iri].name for iri in answered}
    others = [one for one in kept if one.source != source or (answered != set(known) and one.entity not in ours)]
    rows = [Link(known[link.entity].name, link.target, link.relation, link.score, link.reasons, source) for link in links]
    return _write(folder, [*others, *rows], progress)


def _write(folder: str | Path, rows: Sequence[Link], progress: Progress) -> Report:
    with change(folder, progress) as made:
        if rows:
            made.staging.part(LINKS).write_text(format_links(rows), "utf-8", errors="replace")
        else:
            made.staging.drop(LINKS)
    return made.report
