"""The graph folder: round trips, and that a change is made wholly or not at all, whatever happens on the way."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import folder as module
from kg.errors import FolderError
from kg.folder import GraphFolder, dump, extraction_path, load
from kg.read import make_article
from kg.records import Argument, Article, Claim, Extraction, LocalEntity, Mention, Problem, Span


def extraction(text: str, title: str = "") -> Extraction:
    """An extraction with one record of each kind, its strings cut from the text."""
    article = make_article("x" + text, title=title)
    assert isinstance(article, Article)
    span = Span(0, len(article.text))
    return Extraction(
        article, (Mention(0, 0, 1, span, span, "name", "Person", 0), Mention(1, 0, 1, span, span, "pronoun")),
        (LocalEntity(0, article.text[:50], "Person", True, (title,)),),
        (Claim(0, "verb", article.text[:9], article.text[:20], span, (Argument("subject", 0, 1, 0),), span, span),),
        (Problem("parse", article.text[-20:], span),))


OLD = [extraction(f"Old number {i}.") for i in range(4)]
NEW = [*OLD[1:], extraction("New number 4."), extraction("New number 5.")]


def build(path: Path, extractions: list[Extraction], mark: str) -> None:
    """Make the folder hold exactly these extractions, with store and files that carry `mark`."""
    with GraphFolder.prepare(path).writing() as staging:
        wanted = {e.article.id for e in extractions}
        for article_id in staging.ids():
            if article_id not in wanted:
                staging.remove(article_id)
        for item in extractions:
            staging.put(item)
        (staging.part("store")).mkdir()
        for name in (f"{mark}.sst", "CURRENT"):
            (staging.part("store") / name).write_text(mark)
        for name in ("graph.ttl", "build.json"):
            staging.part(name).write_text(mark)
        if mark == "old":
            staging.part("graph.html").write_text(mark)
        else:
            staging.drop("graph.html")


def state(path: Path) -> dict[str, bytes]:
    """Every file of a folder but the lock, by relative path."""
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file() and p.name != ".lock"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    build(tmp_path / "g", OLD, "old")
    return tmp_path / "g"


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], dict[str, bytes]]:
    path = tmp_path_factory.mktemp("states") / "g"
    build(path, OLD, "old")
    old = state(path)
    build(path, NEW, "new")
    return old, state(path)


# --- contents -----------------------------------------------------------------------------------------------------------------

STORABLE = st.characters(exclude_categories=["Cs"])  # reading replaces lone surrogates


@given(st.text(alphabet=STORABLE), st.text(alphabet=STORABLE))
@settings(max_examples=200)
def test_any_extraction_survives_the_round_trip(text: str, title: str) -> None:
    item = extraction(text, title)
    assert load(dump(item)) == item
    assert dump(load(dump(item))) == dump(item)


def test_folder_gives_back_what_was_put(built: Path) -> None:
    folder = GraphFolder.open(built)
    assert folder.ids() == sorted(e.article.id for e in OLD)
    assert list(folder.extractions()) == sorted(OLD, key=lambda e: e.article.id)
    assert folder.has(OLD[0].article.id) and not folder.has("another-one")
    assert folder.part("graph.ttl").read_text() == "old"
    assert (built / "decisions.tsv").read_text().count("\n") == 1
    assert not (built / ".staging").exists()


def test_next_state_is_seen_while_it_is_written(built: Path) -> None:
    with GraphFolder.prepare(built).writing() as staging:
        staging.put(OLD[0])
        assert load(staging.data(OLD[0].article.id)) == OLD[0]
        staging.remove(OLD[0].article.id)
        staging.put(NEW[-1])
        assert load(staging.data(NEW[-1].article.id)) == NEW[-1]
        assert list(staging.extractions()) == sorted([*OLD[1:], NEW[-1]], key=lambda e: e.article.id)
        assert GraphFolder.open(built).ids() == sorted(e.article.id for e in OLD)
        with pytest.raises(FolderError, match="no article"):
            staging.remove(OLD[0].article.id)
        with pytest.raises(FolderError, match="no article"):
            staging.extraction(OLD[0].article.id)
    assert GraphFolder.open(built).ids() == sorted(e.article.id for e in [*OLD[1:], NEW[-1]])


def test_removing_and_adding_gives_the_same_bytes(built: Path, states: Any) -> None:
    build(built, NEW, "new")
    assert state(built) == states[1]
    build(built, OLD, "old")
    assert state(built) == states[0]
    assert not [p for p in (built / "extractions").iterdir() if not any(p.iterdir())]


# --- what is not a graph folder, or damaged -----------------------------------------------------------------------------------

@pytest.mark.parametrize("room", [0, 600, 64_000_000])
def test_what_is_kept_in_memory_is_what_is_on_the_disk(built: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    monkeypatch.setattr(module, "_KEPT", room)
    with GraphFolder.open(built).writing() as staging:
        other = Extraction(OLD[1].article, problems=OLD[1].problems)
        assert list(staging.extractions()) == sorted(OLD, key=lambda e: e.article.id)
        staging.put(NEW[-1])
        staging.put(other)
        staging.remove(OLD[0].article.id)
        for _ in range(2):
            assert list(staging.extractions()) == [load(staging.data(key)) for key in staging.ids()]
        assert staging.extraction(other.article.id) == other
        with pytest.raises(FolderError):
            staging.extraction(OLD[0].article.id)


def test_wrong_folders_are_refused(tmp_path: Path, built: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.doc").write_text("x")
    with pytest.raises(FolderError, match="kg build"):
        GraphFolder.open(tmp_path / "gone")
    with pytest.raises(FolderError, match="not a graph folder"):
        GraphFolder.open(tmp_path / "other")
    with pytest.raises(FolderError, match=r"thesis\.doc"):
        GraphFolder.prepare(tmp_path / "other")
    with pytest.raises(FolderError, match="is a file"):
        GraphFolder.prepare(tmp_path / "file")
    with pytest.raises(FolderError, match=r"no graph\.html"):
        (built / "graph.html").unlink()
        GraphFolder.open(built).part("graph.html")
    with pytest.raises(FolderError, match="no part"):
        GraphFolder.open(built).part("../etc/passwd")


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: data[:-1].rsplit(b"\n", 1)[0] + b"\n", lambda data: data[:-9], lambda data: b"\x00\xff" + data,
    lambda data: data.replace(b'"entity"', b'"entitty"', 1), lambda data: dump(OLD[1]), lambda data: data.split(b"\n", 1)[1],
])
def test_damaged_extraction_is_named(built: Path, damage: Callable[[bytes], bytes]) -> None:
    path = built / extraction_path(OLD[0].article.id)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(FolderError, match="is damaged") as caught:
        list(GraphFolder.open(built).extractions())
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("bad", ["", "../x", "a/b", "a\\b", ".hidden", "a\n", "é", "x" * 200])
def test_bad_ids_lead_nowhere(built: Path, bad: str) -> None:
    with pytest.raises(FolderError, match="no article id"):
        GraphFolder.open(built).extraction(bad)


def test_links_are_not_followed(tmp_path: Path, built: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(built / "store")
    (built / "store").symlink_to(outside)
    before = state(built)
    with pytest.raises(FolderError, match="follows no links"):
        build(built, NEW, "new")
    assert state(built) == before and not list(outside.iterdir())
    (built / "store").unlink()
    (built / ".staging").symlink_to(outside)
    with pytest.raises(FolderError, match="follows no links"):
        build(built, NEW, "new")
    assert not list(outside.iterdir())


def test_hostile_marker_is_refused(tmp_path: Path, built: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (built / ".staging" / "new").mkdir(parents=True)
    for content in ('{"put":[],"remove":["../victim"]}', '{"put":["extractions/00/../../x.jsonl"],"remove":[]}', "{broken"):
        (built / ".staging" / "commit.json").write_text(content)
        with pytest.raises(FolderError, match="delete"):
            GraphFolder.open(built)
    assert victim.read_text() == "precious"


# --- all or nothing -----------------------------------------------------------------------------------------------------------

STEPS = ("replace", "rename", "unlink", "rmdir", "mkdir", "fsync")


def fail_at(number: int, how: Callable[[], None], *, after: bool) -> list[str]:
    """Make the `number`-th call of a file operation run `how` before or after its work; return the list of calls made."""
    calls: list[str] = []

    def wrap(name: str) -> None:
        real = getattr(os, name)

        def call(*args: Any, **options: Any) -> Any:
            calls.append(name)
            if len(calls) == number and not after:
                how()
            mine = len(calls) == number
            try:
                return real(*args, **options)
            finally:
                if mine and after:
                    how()
        setattr(os, name, call)

    for name in STEPS:
        wrap(name)
    return calls


def in_child(work: Callable[[], None]) -> int:
    """Run `work` in a forked process; return its exit status: 0, or 9 if it killed itself, or 3 on a FolderError."""
    child = os.fork()
    if child == 0:
        status = 0
        try:
            work()
        except FolderError:
            status = 3
        except BaseException:
            status = 4
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_kill_at_every_step_leaves_old_or_new(tmp_path: Path, states: Any, after: bool) -> None:
    old, new = states
    seen = []
    for number in range(1, 1000):
        path = tmp_path / f"g{number}"
        build(path, OLD, "old")

        def work(path: Path = path, number: int = number) -> None:
            fail_at(number, lambda: os._exit(9), after=after)
            build(path, NEW, "new")

        status = in_child(work)
        folder = GraphFolder.open(path)
        with folder.writing():  # as the next build does: throws staged leftovers away
            pass
        found = state(path)
        assert found in (old, new), f"step {number}"
        seen.append(found == new)
        assert len(list(GraphFolder.open(path).extractions())) == (len(NEW) if found == new else len(OLD))
        shutil.rmtree(path)
        if status == 0:
            break
        assert status == 9
    assert seen == sorted(seen) and not seen[0] and seen[-1] and len(seen) > 30, "first old, from the commit on new"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_kill_while_recovering_leaves_new(tmp_path: Path, states: Any, after: bool) -> None:
    """A process dies in the midst of the commit, and each process that finishes it dies one step later than the one before."""
    path = tmp_path / "g"
    build(path, OLD, "old")

    def first() -> None:
        real = GraphFolder._apply
        module.GraphFolder._apply = lambda self, commit: os._exit(9) if commit.put else real(self, commit)  # type: ignore
        build(path, NEW, "new")

    assert in_child(first) == 9
    for number in range(1, 1000):
        def recover(number: int = number) -> None:
            fail_at(number, lambda: os._exit(9), after=after)
            GraphFolder.open(path)

        if in_child(recover) == 0:
            break
    assert number > 5
    GraphFolder.open(path)
    with GraphFolder.prepare(path).writing():
        pass
    assert state(path) == states[1]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_error_at_every_step_leaves_old_or_new(tmp_path: Path, states: Any, code: int) -> None:
    for number in range(1, 1000):
        path = tmp_path / f"g{number}"
        build(path, OLD, "old")

        def fail() -> None:
            raise OSError(code, os.strerror(code))

        def work(path: Path = path, number: int = number) -> None:
            fail_at(number, fail, after=False)
            build(path, NEW, "new")

        status = in_child(work)
        with GraphFolder.open(path).writing():
            pass
        assert state(path) in states, f"step {number}"
        shutil.rmtree(path)
        if status == 0 and number > 100:
            break
        assert status in (0, 3), f"step {number}"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, FolderError, OSError(errno.ENOSPC, "No space left on device"),
                                   RuntimeError("IO error: No space left on device: While appending to file")])
def test_exception_while_writing_changes_nothing(built: Path, tmp_path: Path, error: Any) -> None:
    before = state(built)
    full = "No space" in str(error)
    for path in (built, tmp_path / "fresh"):
        words = "disk is full: more than .* MB are needed.*nothing was changed" if full else None
        with pytest.raises(FolderError if full else error, match=words), GraphFolder.prepare(path).writing() as staging:
            staging.put(NEW[-1])
            staging.part("graph.ttl").write_text("half")
            raise error
    assert state(built) == before and not (tmp_path / "fresh").exists()


def test_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting a small tmpfs needs root")
    try:
        build(disk / "g", OLD, "old")
        before = state(disk / "g")
        with pytest.raises(FolderError, match="the disk is full") as caught:
            build(disk / "g", [extraction(f"Number {i}. " * 300) for i in range(100)], "new")
        assert "make room" in str(caught.value)
        assert state(disk / "g") == before
        build(disk / "g", NEW, "new")
        with pytest.raises(FolderError, match="the disk is full"):
            build(disk / "h", [extraction(f"Number {i}. " * 300) for i in range(100)], "new")
        assert not (disk / "h").exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def other_writer(built: Path) -> Iterator[None]:
    """Another process that holds the folder's lock."""
    code = ("import sys\nfrom kg.folder import GraphFolder\n"
            f"with GraphFolder.prepare({str(built)!r}).writing():\n    print('writing', flush=True)\n    sys.stdin.read()\n")
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1], text=True)
    assert process.stdout and process.stdout.readline() == "writing\n"
    yield
    process.communicate()


@pytest.mark.usefixtures("other_writer")
def test_second_writer_is_told_and_readers_go_on(built: Path) -> None:
    before = state(built)
    with pytest.raises(FolderError, match=r"another process writes to .*\.lock"):
        build(built, NEW, "new")
    assert list(GraphFolder.open(built).extractions()) == sorted(OLD, key=lambda e: e.article.id)
    assert state(built) == before


def _write_many(path: str) -> None:
    for i in range(20):
        build(Path(path), NEW if i % 2 == 0 else OLD, "new" if i % 2 == 0 else "old")


def test_readers_beside_a_writer_see_old_or_new(built: Path) -> None:
    writer = multiprocessing.get_context("spawn").Process(target=_write_many, args=(str(built),))
    writer.start()
    whole = 0
    try:
        while writer.is_alive():
            try:
                found = len(list(GraphFolder.open(built).extractions()))
            except FolderError as error:  # caught in the middle of a commit: said in one line
                assert "\n" not in str(error)
            else:
                whole += found in (len(OLD), len(NEW))
    finally:
        writer.join()
    assert writer.exitcode == 0 and whole


def test_store_opened_by_a_reader_keeps_working(tmp_path: Path) -> None:
    ox = pytest.importorskip("pyoxigraph")

    def fill(value: str) -> None:
        with GraphFolder.prepare(tmp_path / "g").writing() as staging:
            store = ox.Store(str(staging.part("store")))
            named = ox.NamedNode("http://x.example/p")
            store.bulk_extend(ox.Quad(ox.NamedNode(f"http://x.example/{i}"), named, ox.Literal(value)) for i in range(1000))
            store.flush()
            store.optimize()
            del store
            staging.put(OLD[0])

    fill("old")
    def values(store: Any) -> set[str]:
        return {quad.object.value for quad in store}

    reader = ox.Store.read_only(str(GraphFolder.open(tmp_path / "g").part("store")))
    fill("new")
    assert values(reader) == {"old"}
    assert values(ox.Store.read_only(str(GraphFolder.open(tmp_path / "g").part("store")))) == {"new"}
