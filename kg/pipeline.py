"""The steps in order: the only module that knows them all.

``graph = f(extractions, decisions, links)``: :func:`read_all` makes one extraction an article, each by itself; :func:`derive` makes
everything else from all of them, whatever their order.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import hashlib
import heapq
import io
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from kg.errors import FolderError, InputError
from kg.exchange.export import turtle_beside
from kg.exchange.triples import mention_lines, triple_lines
from kg.facts import statistics
from kg.facts.agree import Dispute, Fact, comparable, disputes, facts
from kg.facts.duplicates import near_duplicates
from kg.facts.events import Happening, happenings
from kg.folder import DECISIONS, IMPORTS, GraphFolder, Staging, dump
from kg.graph import derived_quads, imported_quads, iris_of, is_plain, link_quads, ontology_quads, plain_triples, quads, write_store
from kg.ground import entity_types, ground
from kg.iris import KG
from kg.names.decisions import format_decisions, read_decisions, staged_decisions
from kg.names.links import LINKS, apply_links, format_links, link_places, place_names, profiles, read_links
from kg.ontology import Ontology, load
from kg.ontology.infer import inferred
from kg.ontology.patterns import clashes, open_ontology, patterns
from kg.page.view import page_data, render
from kg.read import Note, Unreadable, Web, name_of, read
from kg.reading import TIMEOUT, Engine, identity, left_out, read_articles, uncollected
from kg.records import Article, Entity, Extraction, Grounded, Link, Record, Statement, from_json
from kg.resolve import Member, Pair, Resolved, Types
from kg.settings import Settings
from kg.spill import Spilled

#: the part of a graph folder that tells which articles could not be read: id, source and reason
FAILED = "failed.tsv"
#: an engine grounds so many articles as one task
TOGETHER = 64
#: a page of a graph with more statements is made of so many of them
SHOWN = 100_000
Progress = Callable[[str, int, int], None]
Failure = tuple[str, str]


class Report(Record, frozen=True):
    """What a build did: counts by name, and for each source that failed or was odd the reason."""

    counts: dict[str, int]
    failed: tuple[Failure, ...] = ()
    warned: tuple[Failure, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON types."""
        return {"counts": self.counts, "failed": [list(one) for one in self.failed], "warned": [list(one) for one in self.warned]}


class Joined(Record, frozen=True):
    """Everything that is made of all extractions together.

    ``places`` gives latitude, longitude and country of links to places, ``unsure`` is the number of statements left out.
    """

    articles: tuple[Article, ...]
    entities: tuple[Entity, ...]
    statements: tuple[Statement, ...]
    copies: Mapping[str, str] = MappingProxyType({})
    facts: tuple[Fact, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    links: tuple[Link, ...] = ()
    places: dict[str, tuple[str, str, str]] = msgspec.field(default_factory=dict)
    unsure: int = 0
    events: tuple[Happening, ...] = ()


def quiet(stage: str, done: int, total: int) -> None:
    """Report no progress."""


def read_all(sources: Iterable[str], *, settings: Settings | None = None, fields: Mapping[str, str] | None = None,
             unique: bool = True) -> Iterator[Extraction | Failure]:
    """Yield the extraction of each article in `sources`, or ``(source, reason)`` for one that failed; one failure costs only itself."""
    settings = settings or Settings()
    for found in read(sources, fields=fields, unique=unique):
        if isinstance(found, Unreadable):
            yield found.source, found.reason
            continue
        if note := left_out(found, settings):
            yield found.source or found.id, note
            continue
        for article, result in read_articles([found], settings):
            yield (article.source or article.id, result) if isinstance(result, str) else result


def build(sources: Iterable[str | Path], folder: str | Path, *, settings: Settings | None = None,
          others: Literal["exact", "replace", "keep"] = "exact", fields: Mapping[str, str] | None = None,
          workers: int = 1, engine: Engine | None = None, article_timeout: float = TIMEOUT, retry_failed: bool = False,
          progress: Progress = quiet, web: Web | None = None) -> Report:
    """Make the graph of all articles in `sources` in `folder`, and return what was done.

    What was extracted before is used again if article and pipeline are the same. Articles that are in the folder but not in
    `sources` are an error by default ("exact"), let go ("replace") or kept ("keep"); an article whose source now holds another text is
    replaced. Web addresses are fetched by `web`.

    Without sources, the graph is made anew from the folder's extractions; without settings, those of the last build hold.

    With several `workers`, so many processes read (:func:`kg.reading.read_articles`), with an `engine` others do
    (:class:`kg.cluster.Dask`); the result is the same. An article that can't be read, or not in `article_timeout` seconds, is set aside
    with its reason in ``failed.tsv``: later builds report it and go on, or try again with `retry_failed`. A build that was killed or
    failed goes on where it was.

    Raises InputError if no article at all could be read, FolderError if the folder can't be used; it then is as it was.
    """
    names = [str(source) for source in sources]
    target = GraphFolder.prepare(folder)
    before = _last_build(target)
    settings = settings or _settings(before)
    ontology = ontology_of(settings)
    if workers < 1:
        raise InputError(f"{workers} workers can't read: give 1 or more")
    reader = identity(settings)
    with target.writing(json.dumps(reader, sort_keys=True)) as staging:
        if not names and not staging.ids():
            raise InputError(f"no articles: name files or folders to build {folder} from")
        kept = before.get("reader") == reader
        aside = _set_aside(staging) if kept else {}
        wanted: dict[str, str] = {}
        failed: dict[int, Failure] = {}
        warned: dict[int, Failure] = {}
        foreign: Counter[str] = Counter()
        failing: dict[str, Failure] = {}
        places: dict[str, int] = {}

        def unread() -> Iterator[Article]:
            for number, found in enumerate(read(names, fields=fields, web=web, each=engine.map if engine else None)):
                progress("reading", number, 0)
                if isinstance(found, Note):
                    warned[number] = found.source, found.reason
                elif isinstance(found, Unreadable):
                    failed[number] = found.source, found.reason
                elif note := left_out(found, settings):
                    warned[number] = found.source or found.id, note
                    foreign[f"left out, in {name_of(found.language)}"] += 1
                elif (kept and staging.has(found.id)) or staging.resume(found):
                    wanted[found.id] = found.source
                elif found.id in aside and not retry_failed:
                    failed[number] = failing[found.id] = aside[found.id]
                else:
                    places[found.id] = number
                    yield found

        reading = engine.read(unread(), settings, article_timeout) if engine else read_articles(
            unread(), settings, workers=workers, timeout=article_timeout)
        with contextlib.closing(reading) as results:
            for article, result in results:
                number = places.pop(article.id)
                if isinstance(result, str):
                    failed[number] = failing[article.id] = article.source or article.id, result
                    if staging.has(article.id):  # read by another reader before
                        staging.remove(article.id)
                else:
                    staging.put(result)
                    wanted[article.id] = article.source
        reasons = [reason for _, reason in sorted(failed.items())]
        if names:
            _let_go(staging, wanted, others, folder, reasons)
            old = aside if others == "keep" else {}
            _put_aside(staging, {key: reason for key, reason in {**old, **failing}.items() if not staging.has(key)})
        counts = _bring_up(staging, before, settings, ontology, reader, progress, engine)
    notes = [note for _, note in sorted(warned.items())]
    warnings = (*notes, *_doubts(ontology, settings), *_odd(_last_build(target)))
    return Report(counts | dict(sorted(foreign.items())), tuple(reasons), warnings)


def _odd(made: Mapping[str, Any]) -> tuple[Failure, ...]:
    return msgspec.convert(made["statistics"], statistics.Statistics).odd if "statistics" in made else ()


class Stats(Record, frozen=True):
    """What the last build of a graph folder made: counts by name, statistics, and what it set aside (source and reason)."""

    counts: dict[str, int]
    statistics: statistics.Statistics
    failed: tuple[Failure, ...] = ()


def stats(folder: str | Path) -> Stats:
    """Return what the last build of a graph folder made and set aside.

    Raises FolderError if there is no graph folder, or its last build was by a newskg that did not count.
    """
    graph = GraphFolder.open(folder)
    before = _last_build(graph)
    if "statistics" not in before:
        raise FolderError(f"{folder} was built by an older newskg that did not count; run kg build -o {folder} again")
    aside = _read_failed(graph.path / FAILED) if (graph.path / FAILED).exists() else {}
    return Stats(before["counts"], msgspec.convert(before["statistics"], statistics.Statistics), tuple(aside.values()))


def _set_aside(staging: Staging) -> dict[str, Failure]:
    """Return source and reason of each article that was set aside, by its id."""
    path = staging.current(FAILED)
    return _read_failed(path) if path else {}


def _read_failed(path: Path) -> dict[str, Failure]:
    rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""), delimiter="\t")
    return {row[0]: (row[1], row[2]) for row in list(rows)[1:] if len(row) == 3}


def _put_aside(staging: Staging, failing: Mapping[str, Failure]) -> None:
    """Write which articles are set aside; no file for none."""
    if not failing:
        if staging.current(FAILED):
            staging.drop(FAILED)
        return
    output = io.StringIO()
    writer = csv.writer(output, delimiter="\t", lineterminator="\n")
    writer.writerows([("article", "source", "reason"), *((key, *failing[key]) for key in sorted(failing))])
    staging.part(FAILED).write_text(output.getvalue(), "utf-8", errors="replace", newline="")


class Change:
    """A change of a graph folder: its next state, the settings and ontology it is made by, and, at the end, what was made."""

    def __init__(self, staging: Staging, settings: Settings, ontology: Ontology) -> None:
        self.staging, self.settings, self.ontology, self.report = staging, settings, ontology, Report({})


@contextlib.contextmanager
def change(folder: str | Path, progress: Progress = quiet) -> Iterator[Change]:
    """Let the block change extractions, decisions, links or imports of a graph folder; at its end the graph is made anew from them.

    If the block raises, the folder stays as it was. Raises FolderError if there is no graph folder.
    """
    target = GraphFolder.open(folder)
    before = _last_build(target)
    settings = _settings(before)
    ontology = ontology_of(settings)
    with target.writing() as staging:
        made = Change(staging, settings, ontology)
        yield made
        made.report = Report(_bring_up(staging, before, settings, ontology, before.get("reader"), progress))


def remove(articles: Iterable[str], folder: str | Path, *, progress: Progress = quiet) -> Report:
    """Take articles, each named by its id, source or URL, back out of a graph: the result equals never having had them.

    Raises FolderError if the folder has no such article; it then is as it was.
    """
    with change(folder, progress) as made:
        known = [one.article for one in made.staging.extractions()]
        for name in articles:
            found = [article.id for article in known if name in (article.id, article.source, article.url)]
            if not found:
                raise FolderError(f"{folder} has no article {name[:200]!r}; kg query {folder} articles lists them")
            for key in found:
                made.staging.remove(key)
    return made.report


def _bring_up(staging: Staging, before: Mapping[str, Any], settings: Settings, ontology: Ontology, reader: Any,
              progress: Progress, engine: Engine | None = None) -> dict[str, int]:
    """Make everything anew from the staged extractions, unless the last build was made from the same; return the counts."""
    made = {"reader": reader, "settings": json.loads(_json(settings)), "ontology": _digests(ontology),
            "inputs": {key: hashlib.sha256(staging.data(key)).hexdigest() for key in staging.ids()},
            "decisions": format_decisions(staged_decisions(staging)).splitlines()[1:],
            "links": format_links(staged_links(staging)).splitlines()[1:], "imports": _imported(staging)}
    if {key: before.get(key) for key in made} != made or "statistics" not in before:
        return derive(staging, settings, ontology, made, progress, engine)
    return dict(before["counts"])


def _imported(staging: Staging) -> str:
    """Return the digest of what users imported, empty for nothing."""
    path = staging.current(IMPORTS)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path else ""


def staged_links(staging: Staging) -> tuple[Link, ...]:
    """Return the rows of the file of links in the next state of a graph folder."""
    path = staging.current(LINKS)
    return read_links(path) if path else ()


def _let_go(staging: Staging, wanted: Mapping[str, str], others: str, folder: str | Path, failed: Sequence[Failure]) -> None:
    """Take out articles that are no longer wanted; raise if that would lose some unasked, or none could be read."""
    if failed and not wanted:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        raise InputError(f"no article could be read: {failed[0][0]}: {failed[0][1]}{more}")
    if not wanted:
        raise InputError("the sources hold no article: name .txt, .md, .html, .json or .jsonl files, or folders with some")
    strangers = [known for known in staging.ids() if known not in wanted]
    replaced = {known for known in strangers if staging.extraction(known).article.source in set(wanted.values())}
    left = [known for known in strangers if known not in replaced]
    if left and others == "exact":
        raise FolderError(f"{folder} also holds {len(left)} other articles ({left[0]} ...): add --replace to let them go, "
                          "or use kg add to keep them")
    for known in strangers if others == "replace" else replaced:
        staging.remove(known)


class Classes(Mapping[Member, tuple[str, ...]]):
    """The classes of the local entities of all extractions (:func:`kg.ground.entity_types`); few rows are different, each is held once."""

    def __init__(self, extractions: Iterable[Extraction], ontology: Ontology) -> None:
        alike: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._of: dict[str, tuple[tuple[int, ...], tuple[tuple[str, ...], ...]]] = {}
        for one in extractions:
            found = entity_types(one, ontology)
            ids, names = tuple(found), tuple(alike.setdefault(row, row) for row in found.values())
            self._of[one.article.id] = alike.setdefault(ids, ids), alike.setdefault(names, names)

    def __getitem__(self, member: Member) -> tuple[str, ...]:
        ids, names = self._of.get(member[0], ((), ()))
        if member[1] not in ids:
            raise KeyError(member)
        return names[ids.index(member[1])]

    def __iter__(self) -> Iterator[Member]:
        return ((article, local) for article, (ids, _) in self._of.items() for local in ids)

    def __len__(self) -> int:
        return sum(len(ids) for ids, _ in self._of.values())

    @property
    def articles(self) -> int:
        """Return how many articles there are."""
        return len(self._of)


def grounded(extraction: Extraction, entities: Iterable[Entity], ontology: Ontology, least: float = 0.0) -> Grounded:
    """Return what the graph holds of one article; statements less sure than `least` are left out. Articles share nothing here."""
    entities = tuple(entities)
    found = ground(extraction, {local: one for one in entities for _, local in one.members}, ontology)
    kept = tuple(one for one in found if one.confidence >= least)
    return Grounded(extraction.article, entities, kept, len(found) - len(kept))


def grounded_by(engine: Engine, extractions: Iterable[Extraction], resolved: Resolved, ontology: Ontology,
                least: float) -> Iterator[Grounded]:
    """Yield what :func:`grounded` gives for each extraction, in order, worked out by the `engine`."""
    def tasks() -> Iterator[list[tuple[bytes, bytes]]]:
        source = iter(extractions)
        while some := list(itertools.islice(source, TOGETHER)):
            yield [(_json(one), _json(Grounded(one.article, tuple(resolved.entities(one))))) for one in some]

    for results in engine.map(functools.partial(_ground, ontology, least), tasks()):
        yield from (from_json(result, Grounded) for result in results)


def _ground(ontology: Ontology, least: float, articles: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """Ground some articles, each with its extraction and its entities; records go as JSON, as pickled ones don't write the same bytes."""
    return [_json(grounded(from_json(extraction, Extraction), from_json(of, Grounded).entities, ontology, least))
            for extraction, of in articles]


def relate(extractions: Callable[[], Iterable[Extraction]], told: Iterable[Grounded], put: Callable[[Grounded], None], settings: Settings,
           ontology: Ontology, progress: Progress = quiet, decisions: Sequence[Pair] = (), links: Sequence[Link] = (),
           engine: Engine | None = None) -> Joined:
    """Ground all articles, `put` each of them, and return what is found when all that was `told` is looked at together.

    `extractions` gives them anew at each call, sorted by article; `told` gives what was put. What is returned has no articles and
    statements, and of entities those that several articles may share.
    """
    types = Classes(extractions(), ontology)
    resolved = Resolved(extractions(), types, settings.base, decisions)
    unsure, least = 0, settings.min_confidence
    for number, one in enumerate(grounded_by(engine, extractions(), resolved, ontology, least) if engine else (
            grounded(extraction, resolved.entities(extraction), ontology, least) for extraction in extractions())):
        progress("grounding", number + 1, max(types.articles, number + 1))
        put(one)
        unsure += one.unsure
    linked, places = link(extractions, _linkable(told, resolved.shared, settings, links), types, settings, links)
    copies = near_duplicates(one.article for one in told)
    symmetric = {one.iri for one in ontology.properties.values() if one.symmetric}
    functional = {one.iri for one in ontology.properties.values() if one.functional}
    compared = list(comparable(told, functional, symmetric))
    statements = [statement for one in compared for statement in one.statements]
    articles = [one.article for one in compared]
    entities = [*{entity.iri: entity for one in compared for entity in one.entities}.values()]
    wide = {one.iri for one in resolved.shared if one.members[0][0] != one.members[-1][0]}
    return Joined((), tuple(resolved.shared), (), copies, tuple(facts(statements, articles, copies, settings.base, symmetric)),
                  tuple(disputes(statements, articles, entities, copies, settings.base, functional, symmetric)),
                  tuple(linked), places, unsure, tuple(happenings(told, ontology, settings.base, wide)))


def join(extractions: Callable[[], Iterable[Extraction]], settings: Settings, ontology: Ontology, progress: Progress = quiet,
         decisions: Sequence[Pair] = (), links: Sequence[Link] = ()) -> Joined:
    """Return the entities and statements of all extractions; `extractions` gives them anew at each call, sorted by article."""
    told: list[Grounded] = []
    return whole(relate(extractions, told, told.append, settings, ontology, progress, decisions, links), told)


def whole(found: Joined, told: Iterable[Grounded]) -> Joined:
    """Return what was found of all articles together with these of them, all in memory."""
    entities = {one.iri: one for one in found.entities}
    articles: list[Article] = []
    statements: list[Statement] = []
    for one in told:
        articles.append(one.article)
        statements += one.statements
        for entity in one.entities:
            entities.setdefault(entity.iri, entity)
    return msgspec.structs.replace(found, articles=tuple(articles), statements=tuple(statements),
                                   entities=tuple(entities[iri] for iri in sorted(entities)))


def _most_spoken_of(found: Joined, told: Iterable[Grounded]) -> tuple[Joined, dict[str, int]]:
    """Return the :data:`SHOWN` statements among the names most spoken of, with what they need, and how many entities and statements
    there are in all."""
    support: Counter[str] = Counter()
    unnamed = statements = 0
    for one in told:
        named = {entity.iri: entity.named for entity in one.entities}
        iris = [iri for said in one.statements for iri in _ends(said) if iri in named]
        support.update(iri for iri in iris if named[iri])
        unnamed += len({iri for iri in iris if not named[iri]})
        statements += len(one.statements)

    def weight(said: Statement) -> tuple[int, str]:
        other = support[said.object] if isinstance(said.object, str) else 0
        return (1 + support[said.subject]) * (1 + other), said.id

    kept = {said.id for said in heapq.nlargest(SHOWN, (said for one in told for said in one.statements), key=weight)}

    def shown() -> Iterator[Grounded]:
        for one in told:
            if some := tuple(said for said in one.statements if said.id in kept):
                iris = {iri for said in some for iri in iris_of(said)}
                yield Grounded(one.article, tuple(entity for entity in one.entities if entity.iri in iris), some)

    return whole(found, shown()), {"entities": len(support) + unnamed, "statements": statements}


def _ends(said: Statement) -> set[str]:
    """Return the IRIs that a page counts as spoken of."""
    return {said.subject, said.speaker, said.source, *([said.object] if isinstance(said.object, str) else [])}


def _linkable(told: Iterable[Grounded], shared: Sequence[Entity], settings: Settings, kept: Sequence[Link]) -> list[Entity]:
    """Return the entities in the graph that may be linked: places by their names, and what the file of links names."""
    names = {one.entity for one in kept}
    articles = {name.rpartition("@")[2] for name in names}

    def wanted(one: Entity) -> bool:
        return one.iri in names or any(article in articles for article, _ in one.members) or (settings.places and place_names(one))

    found = {one.iri: one for one in shared if wanted(one)}
    others = {one.iri for one in shared} - found.keys()
    spoken_of = {iri for iri, one in found.items() if one.named}
    for one in told:
        iris = {iri for statement in one.statements for iri in iris_of(statement)}
        for entity in one.entities:
            if (entity.named or entity.iri in iris) and entity.iri not in others and (entity.iri in found or wanted(entity)):
                found.setdefault(entity.iri, entity)
                spoken_of.add(entity.iri)
    return [found[iri] for iri in sorted(spoken_of)]  # the others are not in the graph


def link(extractions: Callable[[], Iterable[Extraction]], entities: Sequence[Entity], types: Types, settings: Settings,
         kept: Sequence[Link]) -> tuple[list[Link], dict[str, tuple[str, str, str]]]:
    """Return the links of the entities, found and `kept`, and of places linked to latitude, longitude and country code."""
    found: list[Link] = []
    places: dict[str, tuple[str, str, str]] = {}
    if settings.places:
        known = profiles([one for one in entities if place_names(one)], extractions(), types)
        found, linked = link_places(known)
        places = {iri: (place.latitude, place.longitude, place.country) for iri, place in sorted(linked.items())}
    named = {one.entity.rpartition("@")[2] for one in kept}
    return apply_links(entities, (one for one in extractions() if one.article.id in named) if kept else (), kept, found), places


@uncollected()
def derive(staging: Staging, settings: Settings, ontology: Ontology, made: Mapping[str, Any],
           progress: Progress = quiet, engine: Engine | None = None) -> dict[str, int]:
    """Write store, Turtle, page and build.json of all staged extractions, and return the counts."""
    with Spilled(Grounded, staging.root) as told:
        joined = relate(staging.extractions, told, told.put, settings, ontology, progress, staged_decisions(staging), staged_links(staging),
                        engine)
        progress("storing", 0, 0)
        counts = _count(joined, told, ontology)
        with open(staging.part("graph.ttl"), "wb") as output:
            content = _content(joined, told, staging, settings, ontology, counts, progress)
            write_store(staging.part("store"), turtle_beside(content, output, settings.base))
        progress("drawing", 0, 0)
        shown, total = (whole(joined, told), None) if counts["statements"] <= SHOWN else _most_spoken_of(joined, told)
        page = draw(shown, staging.extraction, ontology, no_text=settings.no_text, total=total)
        staging.part("graph.html").write_text(page, "utf-8")
        known = ontology.properties
        found = statistics.count(counts["articles"], joined.entities, (said for one in told for said in one.statements), known)
    staging.part("build.json").write_text(
        json.dumps({**made, "counts": counts, "statistics": msgspec.to_builtins(found)}, indent=1) + "\n", "utf-8")
    return counts


def _count(joined: Joined, told: Iterable[Grounded], ontology: Ontology) -> dict[str, int]:
    """Return how many there are of everything, by name."""
    shared = {one.iri for one in joined.entities}
    articles = alone = statements = plain = mapped = 0
    for one in told:
        articles += 1
        alone += sum(entity.iri not in shared for entity in one.entities)
        statements += len(one.statements)
        plain += sum(map(is_plain, one.statements))
        mapped += sum(said.property in ontology.properties for said in one.statements)
    return {"articles": articles, "entities": len(shared) + alone, "statements": statements, "plain triples": plain,
            "with an ontology property": mapped, "in several articles": len(joined.facts), "disputed": len(joined.disputes),
            "events told more than once": len(joined.events), "near-duplicates": len(joined.copies),
            "links to authorities": len(joined.links), "left out as unsure": joined.unsure}


def _content(joined: Joined, told: Iterable[Grounded], staging: Staging, settings: Settings, ontology: Ontology, counts: dict[str, int],
             progress: Progress) -> Iterator[list[Any]]:
    """Yield the quads of each named graph; what was inferred is counted in `counts`."""
    known: dict[Any, list[Any]] = {}
    states = {one.iri for one in ontology.properties.values() if one.state}
    described = list(ontology_quads(ontology_files(settings)))
    yield described
    yield list(derived_quads(joined.facts, joined.disputes, joined.copies, settings.base, joined.events))
    for extraction, one in zip(staging.extractions(), told, strict=True):
        said = list(quads(extraction, one.entities, one.statements, settings.base, states))
        yield said
        if settings.infer:
            for triple, nodes in plain_triples(said, one.statements, settings.base).items():
                known.setdefault(triple, []).extend(nodes)
    yield list(link_quads(joined.links, joined.places, joined.entities, settings.base))
    yield from imported_quads(staging.current(IMPORTS))
    if settings.infer:
        progress("inferring", 0, 0)
        made = list(inferred(known, described, settings.base))
        counts["inferred"] = sum(quad.predicate.value == KG + "rule" for quad in made)
        yield made


def write_page(folder: str | Path, output: Path | None = None, *, no_text: bool = False) -> Path:
    """Write the page of a graph folder to `output` and return where it is; without `output` and options it is the one in the folder."""
    graph = GraphFolder.open(folder)
    if output is None and not no_text:
        return graph.part("graph.html")
    joined, ontology = rejoin(graph)
    path = output or graph.path / "graph-no-text.html"
    try:
        path.write_text(draw(joined, graph.extraction, ontology, no_text=no_text), "utf-8")
    except OSError as error:
        raise FolderError(f"{path} can't be written ({error.strerror}); choose another place with -o") from error
    return path


def rejoin(graph: GraphFolder) -> tuple[Joined, Ontology]:
    """Return the records of a graph folder, made anew from its extractions by the settings of its last build, and the ontology used."""
    settings = settings_of(graph)
    ontology = ontology_of(settings)
    return join(graph.extractions, settings, ontology, decisions=read_decisions(graph.path / DECISIONS),
                links=read_links(graph.path / LINKS)), ontology


class _Mentions(Mapping[str, list[tuple[int, int, str]]]):
    """Where entities are named: (start, end, IRI) by article, looked up when asked for, as a page shows the text of few articles."""

    def __init__(self, entities: Iterable[Entity], extraction: Callable[[str], Extraction]) -> None:
        self._iris: dict[str, dict[int, str]] = {}
        for one in entities:
            for article, local in one.members:
                self._iris.setdefault(article, {})[local] = one.iri
        self._extraction = extraction

    def __getitem__(self, article: str) -> list[tuple[int, int, str]]:
        iris = self._iris[article]
        return [(m.start, m.end, iris[m.entity]) for m in self._extraction(article).mentions if m.entity in iris]

    def __iter__(self) -> Iterator[str]:
        return iter(self._iris)

    def __len__(self) -> int:
        return len(self._iris)


def draw(joined: Joined, extraction: Callable[[str], Extraction], ontology: Ontology, *, title: str = "",
         start: Mapping[str, Any] | None = None, no_text: bool = False, total: Mapping[str, int] | None = None) -> str:
    """Return the page of these records (:func:`kg.page.view.page_data`); `extraction` gives that of an article,
    to tell what is named where.

    `total` counts the ``entities`` and ``statements`` that there are, if these are a part of them.
    """
    data = page_data(joined.articles, joined.entities, joined.statements,
                     {one.iri: one.label for one in ontology.properties.values()},
                     {one.name: one.label for one in ontology.classes.values()},
                     class_parents={one.name: one.parents[0] for one in ontology.classes.values() if one.parents},
                     mentions=_Mentions(joined.entities, extraction), links=joined.links, facts=joined.facts,
                     disputes=joined.disputes, events=joined.events,
                     states={one.iri for one in ontology.properties.values() if one.state}, unsure=joined.unsure,
                     title=title, start=start, no_text=no_text)
    return render({**data, "all": total} if total else data)


def extraction_lines(extraction: Extraction, what: str, min_confidence: float = 0.0) -> Iterator[str]:
    """Yield the JSON lines of one extraction: ``triples``, ``mentions``, ``names``, or (``extraction``) all of it as kept in the folder."""
    if what == "triples":
        for line in triple_lines(extraction, extraction.article.source):
            if float(str(line["confidence"])) >= min_confidence:
                yield json.dumps(line, ensure_ascii=False)
    elif what in ("mentions", "names"):
        for line in mention_lines(extraction, extraction.article.source, names=what == "names"):
            yield json.dumps(line, ensure_ascii=False)
    else:
        yield from dump(extraction).decode("utf-8").splitlines()


def ontology_files(settings: Settings) -> list[Path]:
    """Return the ontology files that a build with these settings uses."""
    return [Path(path) for path in load(_paths(settings)).sources]


def settings_of(folder: GraphFolder) -> Settings:
    """Return the settings of a graph folder's last build."""
    return _settings(_last_build(folder))


def ontology_of(settings: Settings) -> Ontology:
    """Return the ontology that a build with these settings uses, with its examples."""
    return open_ontology(_paths(settings), settings.model)


def _doubts(ontology: Ontology, settings: Settings) -> Iterator[Failure]:
    """Yield what is odd about the user's own ontology: examples that give no wording, wordings that clash."""
    if settings.ontology:
        for pattern in patterns(ontology, settings.model):
            if pattern.wording is None:
                yield pattern.example.place, f"{pattern.example.source!r} gives no pattern: {pattern.problem}"
        for clash in clashes(ontology):
            if not clash.settled:
                yield ", ".join(settings.ontology), clash.message


def _paths(settings: Settings) -> list[Path] | None:
    return [Path(path) for path in settings.ontology] or None


def _digests(ontology: Ontology) -> dict[str, str]:
    return {Path(path).name: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in ontology.sources}


def _last_build(folder: GraphFolder) -> dict[str, Any]:
    """Return what build.json of the folder says, nothing if it is missing or no longer to be read."""
    try:
        found = json.loads(folder.part("build.json").read_bytes())
    except (FolderError, ValueError, OSError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("counts"), dict) else {}


def _settings(made: Mapping[str, Any]) -> Settings:
    return msgspec.convert(made.get("settings", {}), Settings)


def _json(record: Record) -> bytes:
    return msgspec.json.encode(record)
