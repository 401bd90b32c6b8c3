"""Users' own RDF beside what was read: each import a named graph of its own, kept in ``imports.nq`` and part of every later build.

What was read from articles is never changed by an import, nor an import by a build; taking one back leaves the graph as it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from kg.errors import FolderError, InputError
from kg.folder import IMPORTS, GraphFolder, Staging
from kg.graph import stored
from kg.iris import slug
from kg.pipeline import Progress, Report, change, quiet

FORMATS = (".ttl", ".nt", ".nq", ".trig", ".rdf", ".owl", ".xml", ".jsonld", ".n3")


def import_file(folder: str | Path, path: Path, *, name: str = "", progress: Progress = quiet) -> Report:
    """Put the RDF in the file `path` into the graph folder as the named graph ``import/<name>``, in place of any before of that name.

    `name` is the file's own without ending when empty. Named graphs within the file are made one; blank nodes get IRIs (RDF 1.1,
    3.5), so that builds stay equal. Raises InputError with line and column for a file that can't be read; nothing is changed then.
    """
    key = _key(name or path.stem)
    with change(folder, progress) as made:
        base = made.settings.base
        _put(made.staging, key, read_rdf(path, ox.NamedNode(f"{base}import/{key}"), base))
    return made.report


def drop_import(folder: str | Path, name: str, *, progress: Progress = quiet) -> Report:
    """Take an import back. Raises InputError if there is none of this name."""
    known = imports(folder)
    if _key(name) not in known:
        raise InputError(f"{folder} has no import {name!r} (imports: {', '.join(sorted(known)) or 'none'})")
    with change(folder, progress) as made:
        _put(made.staging, _key(name), [])
    return made.report


def imports(folder: str | Path) -> dict[str, int]:
    """Return the name of each import and how many triples it holds."""
    graph = GraphFolder.open(folder)
    path = graph.path / IMPORTS
    return dict(sorted(Counter(name for name, _ in _kept(path if path.is_file() else None)).items()))


def read_rdf(path: Path, graph: ox.NamedNode, base: str) -> list[ox.Quad]:
    """Return the triples of an RDF file in `graph`, sorted. Raises InputError."""
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"{path} has no ending that tells its RDF format; take one of {', '.join(FORMATS)}")
    dataset = ox.Dataset()
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.from_extension(path.suffix[1:].lower().replace("owl", "rdf"))):
            value = stored(quad.object) if isinstance(quad.object, ox.Literal) else quad.object
            dataset.add(ox.Quad(quad.subject, quad.predicate, value, graph))
    except (SyntaxError, ValueError, OSError) as error:
        raise InputError(f"{path} can't be imported: {' '.join(str(error).split())}; mend the file") from error
    if any(isinstance(term, ox.BlankNode) for quad in dataset for term in (quad.subject, quad.object)):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    name = graph.value.rpartition("/")[2]

    def named(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> ox.NamedNode | ox.Literal:
        if isinstance(term, ox.BlankNode):
            return ox.NamedNode(f"{base}.well-known/genid/{name}-{term.value}")
        if isinstance(term, ox.Triple):
            raise InputError(f"{path} holds RDF 1.2 triple terms, which the graph can't; write them as reified statements")
        return term

    found = []
    for quad in dataset:
        subject = named(quad.subject)
        assert isinstance(subject, ox.NamedNode)  # no literal is a subject
        found.append(ox.Quad(subject, quad.predicate, named(quad.object), graph))
    return sorted(found, key=str)


def _key(name: str) -> str:
    key = slug(name)
    if not re.search(r"[a-z0-9]", key):
        raise InputError(f"{name!r} can't name an import: take letters and digits")
    return key


def _kept(path: Path | None) -> Iterator[tuple[str, ox.Quad]]:
    """Yield what was imported, each quad with the name of its import."""
    for quad in ox.parse(path=str(path)) if path else ():
        if isinstance(quad.graph_name, ox.NamedNode):
            yield quad.graph_name.value.rpartition("/")[2], quad


def _put(staging: Staging, key: str, new: list[ox.Quad]) -> None:
    """Put the import `key` in place of the one before of that name; none for no quads."""
    quads = [*(quad for name, quad in _kept(staging.current(IMPORTS)) if name != key), *new]
    if not quads:
        staging.drop(IMPORTS)
        return
    lines = sorted({f"{quad.subject} {quad.predicate} {quad.object} {quad.graph_name} .\n" for quad in quads})
    try:
        staging.part(IMPORTS).write_text("".join(lines), "utf-8")
    except UnicodeEncodeError as error:
        raise FolderError(f"the import holds characters that UTF-8 can't ({error}); mend the file") from error
