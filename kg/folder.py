"""The graph folder on disk: what is in it, and how it changes all at once or not at all.

    extractions/<xx>/<article id>.jsonl   what was read from each article: the source of truth
    decisions.tsv                         which names were judged to be one entity, why, and by whom
    links.tsv                             which names were linked to an authority (there only if some were)
    imports.nq                            users' own RDF (there only if some was imported)
    failed.tsv                            which articles could not be read, and why (there only if some could not)
    store/ graph.ttl graph.html build.json   made from these two, at any time

A change is written under ``.staging/`` while ``.lock`` is held. Then a marker, ``.staging/commit.json``, lists what to move and
to remove: with it the change counts as made. Whoever finds a marker finishes the moves; staged files without a marker are thrown
away. So a process killed at any moment leaves the old folder or the new one.

What a build reads lies under ``.staging/read/`` with the reader's signature until it is moved into place, and is kept when the build is
killed or fails, so that the next one by the same reader goes on from there.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from kg.errors import FolderError, KgError
from kg.records import Article, Claim, Extraction, LocalEntity, Mention, Problem, Record, to_json

#: what a folder holds beside the extractions; the first is a folder, the others are files
PARTS = ("store", "graph.ttl", "graph.html", "build.json", "decisions.tsv", "links.tsv", "imports.nq", "failed.tsv")
DECISIONS, IMPORTS = "decisions.tsv", "imports.nq"
DECISIONS_HEADER = "left\tright\tdecision\tscore\treasons\tby\n"
_STAGING, _MARKER, _LOCK = ".staging", "commit.json", ".lock"
_READ, _READER = f"{_STAGING}/read", "reader"
_ARTICLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_EXTRACTION_PATH = re.compile(r"extractions/([0-9a-f]{2})/([A-Za-z0-9][A-Za-z0-9_-]{0,99})\.jsonl")
#: up to this many files are flushed one by one, more of them by one sync of the system
_FLUSH_ONE_BY_ONE = 64
#: extractions are kept in memory while their files come to less than this many bytes (the records take three times as many)
_KEPT = 64_000_000
#: a commit is a few renames; a reader that meets one waits this many seconds for it
_WAIT = 10.0


class _Line(Record, frozen=True):
    """One line of an extraction file: exactly one of the records; the first also counts the lines that follow."""

    article: Article | None = None
    lines: int = 0
    mention: Mention | None = None
    entity: LocalEntity | None = None
    claim: Claim | None = None
    problem: Problem | None = None


class _Commit(Record, frozen=True):
    """The marker: relative paths to move from the staged trees into place, then those to remove; whether what was read is done with."""

    put: tuple[str, ...]
    remove: tuple[str, ...]
    done: bool = False


def dump(extraction: Extraction) -> bytes:
    """Return the extraction as JSON lines: the article, then a line for each mention, entity, claim and problem."""
    lines = [_Line(mention=mention) for mention in extraction.mentions]
    lines += [_Line(entity=entity) for entity in extraction.entities]
    lines += [_Line(claim=claim) for claim in extraction.claims]
    lines += [_Line(problem=problem) for problem in extraction.problems]
    head = _Line(article=extraction.article, lines=len(lines))
    return b"".join(to_json(line) + b"\n" for line in (head, *lines))


def load(data: bytes) -> Extraction:
    """Return the extraction that :func:`dump` wrote.

    Raises ValueError if it is cut short or isn't one.
    """
    decode = msgspec.json.Decoder(_Line).decode
    head, *rest = map(decode, data.removesuffix(b"\n").split(b"\n"))
    if head.article is None or head.lines != len(rest):
        raise ValueError(f"{head.lines} lines should follow the article, not {len(rest)}")
    return Extraction(
        head.article, tuple(line.mention for line in rest if line.mention), tuple(line.entity for line in rest if line.entity),
        tuple(line.claim for line in rest if line.claim), tuple(line.problem for line in rest if line.problem))


def extraction_path(article_id: str) -> str:
    """Return where in a graph folder an article's extraction lies.

    Raises FolderError if the id could lead elsewhere.
    """
    if not _ARTICLE_ID.fullmatch(article_id):
        raise FolderError(f"{article_id[:120]!r} is no article id; ids consist of letters, digits, hyphens and underscores")
    return f"extractions/{hashlib.sha256(article_id.encode()).hexdigest()[:2]}/{article_id}.jsonl"


class GraphFolder:
    """A graph folder, to read from and to change. Made by :meth:`open` or :meth:`prepare`."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> GraphFolder:
        """Return the graph folder at `path`, a change that was cut off after its commit finished first.

        Raises FolderError if it is missing, isn't a graph folder, or can't be finished.
        """
        folder = cls(path)
        if not folder.path.is_dir():
            raise FolderError(f"{path} is not a folder; make one with: kg build ARTICLES -o {path}")
        if folder._marker.exists():
            with folder._locked(_WAIT):
                folder._recover()
        if not folder._is_graph_folder():
            raise FolderError(f"{path} is not a graph folder (no extractions/ in it); make one with: kg build ARTICLES -o FOLDER")
        return folder

    @classmethod
    def prepare(cls, path: str | os.PathLike[str]) -> GraphFolder:
        """Return the folder at `path` to build into: a graph folder, an empty one, or one that doesn't exist yet.

        Raises FolderError if something else is there.
        """
        folder = cls(path)
        if os.path.lexists(folder.path):
            if not folder.path.is_dir():
                raise FolderError(f"{path} is a file, not a folder; choose another name for the graph folder")
            try:
                strangers = sorted(set(os.listdir(folder.path)) - {_STAGING, _LOCK})
            except OSError as error:
                raise FolderError(f"{path} can't be read ({error.strerror}); check its permissions") from error
            if strangers and not folder._is_graph_folder():
                raise FolderError(f"{path} holds other things ({strangers[0]!r}) and no graph; choose a new or empty folder")
        return folder

    def ids(self) -> list[str]:
        """Return the ids of all articles, sorted."""
        root = self.path / "extractions"
        try:
            shelves = [shelf for shelf in os.listdir(root) if re.fullmatch("[0-9a-f]{2}", shelf)]
            found = [match[2] for shelf in shelves for name in os.listdir(root / shelf)
                     if (match := _EXTRACTION_PATH.fullmatch(f"extractions/{shelf}/{name}"))
                     and extraction_path(match[2]) == match[0]]
        except OSError as error:
            raise FolderError(f"{error.filename} can't be read ({error.strerror}); check it, or build the folder anew") from error
        return sorted(found)

    def has(self, article_id: str) -> bool:
        """Tell whether the folder holds an extraction of this article."""
        return (self.path / extraction_path(article_id)).is_file()

    def extraction(self, article_id: str) -> Extraction:
        """Return what was read from one article.

        Raises FolderError if there is none or its file is damaged.
        """
        relative = extraction_path(article_id)
        return _read_extraction(self._inside(relative), article_id)

    def extractions(self) -> Iterator[Extraction]:
        """Yield the extraction of each article, sorted by article id."""
        return map(self.extraction, self.ids())

    def part(self, name: str) -> Path:
        """Return the path of one of :data:`PARTS`.

        Raises FolderError if the folder lacks it.
        """
        path = self._inside(_known(name))
        if not path.exists():
            raise FolderError(f"{self.path} has no {name}; run kg build -o {self.path} again to make it")
        return path

    @contextlib.contextmanager
    def writing(self, reader: str = "") -> Iterator[Staging]:
        """Give a :class:`Staging` to write the next state into: all of it is committed at the end, or nothing on an exception.

        With `reader`, which tells what reads the articles, what is put is kept on an exception or a kill, for :meth:`Staging.resume`.

        Raises FolderError if another process is writing, or the disk is full or fails; the folder then is as it was.
        """
        created = not self.path.exists()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FolderError(f"{self.path} can't be made ({error.strerror}); choose another place") from error
        with self._locked(0):
            self._recover()
            staging = Staging(self, reader)
            try:
                staging.prepare()
                yield staging
                commit = staging.finish()
            except BaseException as error:
                written = _size(self.path / _STAGING)
                self._discard(created)
                if isinstance(error, KgError) or not (isinstance(error, OSError) or _is_full(error)):
                    raise
                raise FolderError(self._explain(error, written)) from error
            try:
                self._apply(commit)
            except OSError as error:
                raise FolderError(
                    f"the new graph is complete but could not be moved into place ({error.strerror or error}); "
                    f"mend that and open {self.path} again to finish") from error

    # --- how it is done ---

    @property
    def _marker(self) -> Path:
        return self.path / _STAGING / _MARKER

    def _is_graph_folder(self) -> bool:
        return (self.path / "extractions").is_dir() and not (self.path / "extractions").is_symlink()

    def _inside(self, relative: str) -> Path:
        """Return the path of `relative`, refusing links that may lead out of the folder."""
        path = self.path
        for name in relative.split("/"):
            path = path / name
            if path.is_symlink():
                raise FolderError(f"{path} is a link; newskg follows no links within a graph folder: put the real file there")
        return path

    @contextlib.contextmanager
    def _locked(self, timeout: float) -> Iterator[None]:
        path = self._inside(_LOCK)
        lock = FileLock(path, timeout=timeout)
        try:
            lock.acquire()
        except Timeout as error:
            raise FolderError(f"another process writes to {self.path} (it holds {path}); try again when it is done") from error
        except OSError as error:
            raise FolderError(f"{self.path} can't be written ({error.strerror}); check its permissions and free space") from error
        try:
            yield
        finally:
            lock.release()

    def _recover(self) -> None:
        """Finish a change that was committed, or throw away one that was not. The lock is held."""
        self._inside(_STAGING)
        try:
            if self._marker.exists():
                self._apply(self._read_marker())
            else:
                self._clear()
        except OSError as error:
            raise FolderError(f"an interrupted build in {self.path} can't be finished ({error}); mend that first") from error

    def _read_marker(self) -> _Commit:
        """Return the marker's content, refusing any path that isn't one of a graph folder's own."""
        try:
            commit = msgspec.json.decode(self._marker.read_bytes(), type=_Commit)
        except msgspec.DecodeError as error:
            raise FolderError(f"{self._marker} is damaged; delete {self.path / _STAGING} and build again") from error
        for relative in (*commit.put, *commit.remove):
            match = _EXTRACTION_PATH.fullmatch(relative)
            if relative not in PARTS and not (match and extraction_path(match[2]) == relative):
                raise FolderError(f"{self._marker} names {relative[:120]!r}; delete {self.path / _STAGING} and build again")
        return commit

    def _apply(self, commit: _Commit) -> None:
        """Move what is staged into place; may be cut off and run again any number of times."""
        staged, old = self.path / _STAGING / "new", self.path / _STAGING / "old"
        touched = {self.path}
        for relative in commit.put:
            source, target = staged / relative, self._inside(relative)
            touched.add(target.parent)
            if not source.exists():
                source = self._inside(f"{_READ}/{relative}")
            if not source.exists():
                continue  # moved before the cut-off
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir() and target.exists():
                _remove_tree(old)
                os.rename(target, old)
            os.replace(source, target)
        for relative in commit.remove:
            target = self._inside(relative)
            if target.is_dir():
                _remove_tree(target)
            else:
                target.unlink(missing_ok=True)
            if target.parent.is_dir():
                touched.add(target.parent)
        for path in sorted(touched):
            _flush(path)
        self._marker.unlink(missing_ok=True)
        _flush(self.path / _STAGING)
        if commit.done:
            _remove_tree(self.path / _STAGING)
        self._clear()
        self._remove_empty_shelves()

    def _clear(self) -> None:
        """Throw away what is staged but what was read of articles, and what is left of that if there is nothing but its signature."""
        root = self.path / _STAGING
        some = any(name.endswith(".jsonl") for _, _, names in os.walk(root / "read") for name in names)
        for path in sorted(root.iterdir()) if root.is_dir() else ():
            if path.name != "read" or path.is_symlink() or not some:
                _remove_tree(path)
        with contextlib.suppress(OSError):  # not empty, or not there
            root.rmdir()

    def _discard(self, created: bool) -> None:
        """Throw away what is staged, the marker first; a folder that did not exist before is removed again if nothing is kept."""
        with contextlib.suppress(OSError):
            self._marker.unlink(missing_ok=True)
            self._clear()
            self._remove_empty_shelves()
            if created and not (self.path / _STAGING).exists():
                with contextlib.suppress(OSError):
                    (self.path / "extractions").rmdir()
                (self.path / _LOCK).unlink(missing_ok=True)
                self.path.rmdir()

    def _remove_empty_shelves(self) -> None:
        root = self.path / "extractions"
        for shelf in sorted(os.listdir(root)) if self._is_graph_folder() else ():
            with contextlib.suppress(OSError):  # not empty
                os.rmdir(root / shelf)

    def _explain(self, error: BaseException, written: int) -> str:
        """Return the message for a failed write: what happened, that nothing changed, and the mend."""
        if not _is_full(error):
            return f"{self.path} could not be written ({error}); nothing was changed: mend that, then build again"
        free = shutil.disk_usage(self.path if self.path.exists() else self.path.parent).free
        kept = " (what was read is kept)" if (self.path / _READ).is_dir() else ""
        return (f"the disk is full: more than {_megabytes(written)} are needed for {self.path}, {_megabytes(free)} are free; "
                f"nothing was changed{kept}: make room, then build again")


class Staging:
    """The next state of a graph folder while it is written: the folder's extractions with those put and without those removed."""

    def __init__(self, folder: GraphFolder, reader: str = "") -> None:
        self.folder = folder
        self.reader = reader
        self.root = folder.path / _STAGING / "new"
        self.shelf = _READ if reader else f"{_STAGING}/new"
        self._put: set[str] = set()
        self._removed: set[str] = set()
        self._dropped: set[str] = set()
        self._kept: dict[str, Extraction] = {}
        self._room = _KEPT
        self._old = set(folder.ids()) if folder._is_graph_folder() else set()

    def prepare(self) -> None:
        """Make the folders to write into, and throw away what another reader has left."""
        self.root.mkdir(parents=True)
        if not self.reader:
            return
        told = self.folder._inside(f"{_READ}/{_READER}")
        if not (told.is_file() and told.read_text("utf-8", "replace") == self.reader):
            _remove_tree(told.parent)
            told.parent.mkdir()
            _write(told, self.reader.encode())

    def put(self, extraction: Extraction) -> None:
        """Write the extraction of an article, in place of any before."""
        path = self._staged(extraction.article.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, dump(extraction))
        self._take(extraction, path)

    def resume(self, article: Article) -> bool:
        """Take what a build that was cut off has read of this article, if it is there and whole; tell whether it was."""
        path = self._staged(article.id)
        try:
            extraction = _read_extraction(path, article.id)
        except FolderError:
            return False
        if extraction.article != article:
            return False
        self._take(extraction, path)
        return True

    def _staged(self, article_id: str) -> Path:
        return self.folder._inside(f"{self.shelf}/{extraction_path(article_id)}")

    def _take(self, extraction: Extraction, path: Path) -> None:
        self._keep(extraction, path)
        self._put.add(extraction.article.id)
        self._removed.discard(extraction.article.id)

    def remove(self, article_id: str) -> None:
        """Take an article's extraction out.

        Raises FolderError if there is none.
        """
        if not self.has(article_id):
            raise FolderError(f"{self.folder.path} has no article {article_id[:120]!r}; kg query {self.folder.path} articles lists them")
        self._staged(article_id).unlink(missing_ok=True)
        self._kept.pop(article_id, None)
        self._put.discard(article_id)
        self._removed |= {article_id} & self._old

    def has(self, article_id: str) -> bool:
        """Tell whether the next state holds this article."""
        return article_id in self._put or (article_id in self._old and article_id not in self._removed)

    def ids(self) -> list[str]:
        """Return the ids of the articles in the next state, sorted."""
        return sorted(self._put | (self._old - self._removed))

    def extraction(self, article_id: str) -> Extraction:
        """Return the extraction of one article in the next state."""
        if article_id in self._kept:
            return self._kept[article_id]
        if not self.has(article_id):
            raise FolderError(f"{self.folder.path} has no article {article_id[:120]!r}")
        relative = extraction_path(article_id)
        path = self._staged(article_id) if article_id in self._put else self.folder._inside(relative)
        extraction = _read_extraction(path, article_id)
        self._keep(extraction, path)
        return extraction

    def _keep(self, extraction: Extraction, path: Path) -> None:
        """Keep in memory what is as written in `path`, while there is room."""
        self._kept.pop(extraction.article.id, None)
        self._room -= path.stat().st_size
        if self._room >= 0:
            self._kept[extraction.article.id] = extraction

    def data(self, article_id: str) -> bytes:
        """Return the file of one extraction in the next state as it stands."""
        path = self._staged(article_id) if article_id in self._put else self.folder.path / extraction_path(article_id)
        return path.read_bytes()

    def extractions(self) -> Iterator[Extraction]:
        """Yield the extractions of the next state, sorted by article id."""
        return map(self.extraction, self.ids())

    def part(self, name: str) -> Path:
        """Return where to write one of :data:`PARTS`; if nothing is written there, the folder keeps the one it has."""
        self._dropped.discard(_known(name))
        return self.root / name

    def current(self, name: str) -> Path | None:
        """Return where one of :data:`PARTS` of the next state lies now, None if the next state lacks it."""
        paths = (self.root / _known(name), self.folder.path / name)
        return None if name in self._dropped else next((path for path in paths if path.exists()), None)

    def drop(self, name: str) -> None:
        """Leave one of :data:`PARTS` out of the next state."""
        _remove_tree(self.root / _known(name))
        self._dropped.add(name)

    def finish(self) -> _Commit:
        """Flush what is staged to the disk and write the marker; from then on the change counts as made."""
        if not (self.folder.path / DECISIONS).exists() and not (self.root / DECISIONS).exists():
            (self.root / DECISIONS).write_text(DECISIONS_HEADER, encoding="utf-8")
        put = [extraction_path(article_id) for article_id in sorted(self._put)]
        put += [name for name in PARTS if (self.root / name).exists()]
        remove = [extraction_path(article_id) for article_id in sorted(self._removed)]
        remove += [name for name in PARTS if name in self._dropped]
        for relative in (*put, *remove):
            self.folder._inside(relative)
        _flush_tree(self.root.parent)
        # made now, as a full disk may refuse a folder but not a rename
        for parent in sorted({(self.folder.path / relative).parent for relative in put} | {self.folder.path / "extractions"}):
            parent.mkdir(parents=True, exist_ok=True)
        commit = _Commit(tuple(put), tuple(remove), bool(self.reader))
        draft = self.root.parent / (_MARKER + ".draft")
        draft.write_bytes(to_json(commit))
        _flush(draft)
        os.replace(draft, self.root.parent / _MARKER)
        _flush(self.root.parent)
        return commit


def _write(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    draft = path.with_name(path.name + ".draft")
    try:
        draft.write_bytes(data)
        os.replace(draft, path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def _read_extraction(path: Path, article_id: str) -> Extraction:
    try:
        extraction = load(path.read_bytes())
        if extraction.article.id != article_id:
            raise ValueError(f"it holds article {extraction.article.id[:120]!r}")
    except FileNotFoundError as error:
        raise FolderError(f"there is no article {article_id!r} ({path} is missing)") from error
    except OSError as error:
        raise FolderError(f"{path} can't be read ({error.strerror}); check its permissions") from error
    except ValueError as error:  # msgspec's errors are ValueErrors
        raise FolderError(f"{path} is damaged ({error}); delete it and build with the article again") from error
    return extraction


def _known(name: str) -> str:
    if name not in PARTS:
        raise FolderError(f"{name!r} is no part of a graph folder; parts are {', '.join(PARTS)}")
    return name


def _is_full(error: BaseException) -> bool:
    """Tell whether an error means a full disk; the store's own errors carry it in their text only."""
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left on device" in str(error)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _size(root: Path) -> int:
    return sum(path.lstat().st_size for path in _tree(root) if not path.is_dir())


def _tree(root: Path) -> Iterator[Path]:
    """Yield all that is under `root`, leaves first, then `root` itself."""
    for parent, folders, names in os.walk(root, topdown=False):
        yield from (Path(parent, name) for name in (*names, *(n for n in folders if os.path.islink(Path(parent, n)))))
        yield Path(parent)


def _remove_tree(path: Path) -> None:
    """Remove a file, a link itself, or a folder with all that is in it; nothing if it isn't there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Make sure that a file, or a folder's list of names, is on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows can't open folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_tree(root: Path) -> None:
    paths = list(_tree(root))
    if len(paths) > _FLUSH_ONE_BY_ONE and hasattr(os, "sync"):
        os.sync()
        return
    for path in paths:
        _flush(path)
