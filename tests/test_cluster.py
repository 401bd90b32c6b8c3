"""Reading with a Dask cluster: to the same bytes, whatever dies, and with clear errors."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner
from test_reading import TEXTS, kept, state, until

import kg
from kg.cli import main
from kg.errors import ClusterError, ModelError
from kg.folder import dump
from kg.read import read
from kg.reading import identity, read_article
from kg.records import Article
from kg.settings import Settings

dask = pytest.importorskip("dask", reason="needs the extra newskg[dask]")
distributed = pytest.importorskip("distributed", reason="needs the extra newskg[dask]")
from kg import cluster  # noqa: E402

#: runs `kg build --engine dask` with a reader that hangs, or kills its worker, on the articles whose text says so
SCRIPT = '''
import os, sys, time
from kg import reading
real = reading.read_article
def read_article(article, model="", **options):
    if "HANG" in article.text:
        time.sleep(60)
    if "KILL" in article.text:
        os.kill(os.getppid(), 9)
    time.sleep(float(os.environ.get("SLOW", 0)))
    return real(article, model, **options)
reading.read_article = read_article
if __name__ == "__main__":
    from kg.cli import main
    main(["build", *sys.argv[1:], "--engine", "dask", "--article-timeout", "1.5"])
'''
#: a shard may cost one worker; a worker that died is given up at once, as one that is slow to come back
STRICT = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0", "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": "100ms"}


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.txt").write_text(text, "utf-8")
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    return folder


def start(articles: Path, folder: Path, *more: str, **environment: str) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **environment}
    return subprocess.Popen([sys.executable, str(articles.parent / "script.py"), str(articles), "-o", str(folder), *more],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The workers of a cluster in `process`: those of its children that have readers."""
    return [one for one in psutil.Process(process.pid).children() if one.children()]


def lines(data: bytes) -> list[bytes]:
    return sorted(data.splitlines())


def test_nothing_is_lost_or_doubled_whatever_dies(articles: Path, tmp_path: Path) -> None:
    kg.build([articles], tmp_path / "good")
    folder, shards = tmp_path / "g", tmp_path / "shards"
    # the build itself is killed
    process = start(articles, folder, "--workers", "1", "--shards", str(shards), SLOW="0.3")
    for _ in until(lambda: len(kept(folder)) > 1, 200):
        assert process.poll() is None
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    for _ in until(lambda: not any(one.is_running() and one.status() != "zombie" for one in family)):
        pass  # workers and readers end with it
    known = list(shards.glob("*.ids"))
    # a worker is killed, an article hangs, another kills whatever worker it is given to
    (articles / "2a.txt").write_text("Ana Ruiz told the council to HANG the portrait.", "utf-8")
    (articles / "6a.txt").write_text("Ana Ruiz vowed to KILL the motion.", "utf-8")
    process = start(articles, folder, "--workers", "2", "--shards", str(shards), SLOW="0.1", **STRICT)
    for _ in until(lambda: len(list(shards.glob("*.ids"))) > len(known), 200):
        assert process.poll() is None
    workers(process)[0].kill()
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 1, errors
    reasons = [line.partition(".txt: ")[2] for line in errors.splitlines()]
    assert reasons == ["took more than 1.5 s to read; give it longer with --article-timeout",
                       "ended the workers of the cluster that read it, again and again"]
    found = state(folder)
    assert found.pop("failed.tsv").count(b"\n") == 3
    assert found == state(tmp_path / "good")
    written = b"".join(gzip.decompress(path.read_bytes()) for path in shards.glob("*.jsonl.gz"))
    assert lines(written) == lines(b"".join(data for name, data in found.items() if name.startswith("extractions/")))


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Address and process of a scheduler that has a worker of two threads."""
    told = tmp_path / "scheduler.json"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    common = ["--scheduler-file", str(told), "--no-dashboard"]
    scheduler, worker = (subprocess.Popen([sys.executable, "-m", f"distributed.cli.dask_{what}", *common, *more], cwd=tmp_path, env=env,
                                          stderr=subprocess.DEVNULL)
                         for what, more in (("scheduler", ["--host", "127.0.0.1", "--port", "0"]), ("worker", ["--nthreads", "2"])))
    try:
        for _ in until(lambda: told.exists() and told.read_bytes().endswith(b"}")):
            pass
        yield json.loads(told.read_text("utf-8"))["address"], scheduler
    finally:
        for process in (worker, scheduler):
            process.terminate()
        for process in (worker, scheduler):
            process.wait(30)


def test_a_scheduler_that_dies_costs_nothing_that_was_read(articles: Path, tmp_path: Path,
                                                           remote: tuple[str, subprocess.Popen[bytes]]) -> None:
    folder, (address, scheduler) = tmp_path / "g", remote
    process = start(articles, folder, "--scheduler", address, SLOW="0.4")
    for _ in until(lambda: len(kept(folder)) > 1, 200):
        assert process.poll() is None
    scheduler.kill()
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 2 and len(errors.splitlines()) == 1 and "the Dask cluster fails" in errors, errors
    touched = {path.name: path.stat().st_mtime_ns for path in kept(folder)}
    kg.build([articles], folder)
    kg.build([articles], tmp_path / "whole")
    assert state(folder) == state(tmp_path / "whole")
    assert touched.items() <= {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.jsonl")}.items()


def twice(item: tuple[int, int]) -> int:
    """Double a number; all processes but one die of 3."""
    process, number = item
    if number == 3 and os.getpid() != process:
        os.kill(os.getpid(), 9)
    return 2 * number


def test_what_others_do_comes_in_order_and_what_kills_them_is_done_here() -> None:
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), cluster.Dask(workers=1) as engine:
        assert list(engine.map(twice, [(os.getpid(), number) for number in range(6)])) == [0, 2, 4, 6, 8, 10]
        assert list(engine.map(twice, [])) == []
        [worker] = engine.client.run(os.getpid).values()
        os.kill(worker, signal.SIGINT)  # as Ctrl-C does to all processes of a terminal
        assert list(engine.map(twice, [(0, 1)])) == [2] and list(engine.client.run(os.getpid).values()) == [worker]


def test_files_are_opened_by_others_who_see_the_same(articles: Path, tmp_path: Path) -> None:
    asked: list[str] = []

    def each(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        for path, stamp in items:
            asked.append(Path(path).name)
            found = function((path, stamp if "3.txt" not in path else (1, 1)))  # of one file they have another state
            assert (found is None) == path.endswith(("0.txt", "3.txt"))
            yield found

    (articles / "0.txt").unlink()
    (articles / "0.txt").symlink_to("nowhere")
    sources = [str(articles), "no such file"]
    assert list(read(sources, each=each)) == list(read(sources)) and asked == [f"{number}.txt" for number in range(len(TEXTS))]


def build(*options: str) -> str:
    """The error of a build with Dask."""
    source = str(Path(__file__).parents[1] / "data/articles/cup-final.txt")
    found = CliRunner().invoke(main, ["build", source, "-o", "never", *options])
    assert found.exit_code == 2 and found.output.count("\n") == 1 and not Path("never").exists(), found.output
    return found.output


def test_errors_are_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    for address in ("nonsense", "foo://127.0.0.1:1", "tcp://127.0.0.1:1"):
        assert f"kg: no Dask scheduler answers at '{address}'" in build("--engine", "dask", "--scheduler", address)
    with distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as empty:
        assert "has no workers: start some" in build("--engine", "dask", "--scheduler", empty.scheduler_address)
    assert "give a path or URL" in build("--engine", "dask", "--shards", "nowhere://x")
    assert "--engine dask" in build("--scheduler", "tcp://127.0.0.1:1") and "--engine dask" in build("--shards", str(tmp_path))
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "kg.cluster")
    assert "pip install 'newskg[dask]'" in build("--engine", "dask")


def test_a_worker_that_reads_otherwise_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = cluster._Plugin(Settings(), json.dumps(identity(Settings()) | {"newskg": "0.0.0"}, sort_keys=True), 0, None)
    with pytest.raises(ModelError, match=r"install the same there.*0\.0\.0"):
        plugin.read([Article("a", TEXTS[0])])


def test_shards_lie_where_fsspec_reaches_and_count_once_whole() -> None:
    read = [read_article(Article(f"a{number}", text)) for number, text in enumerate(TEXTS[:3])]
    ids = [one.article.id for one in read]
    place = f"memory://{os.getpid()}/shards"
    shards = cluster.Shards(place, "reader")
    assert shards.known == {}
    shards.put(ids, gzip.compress(b"".join(map(dump, read))))
    shards.fs.pipe_file(f"{shards.root}/begun.jsonl.gz", b"")
    again = cluster.Shards(place, "reader")
    assert [again.taken(one.article) for one in read] == read and not shards.fs.exists(f"{shards.root}/begun.jsonl.gz")
    assert again.taken(Article("a0", "another text")) is None and again.taken(Article("b", "x")) is None
    again.put(ids[:2], b"")  # by a worker that died then
    again.put(["b"], b"")
    again.tidy()
    assert again._ids() == {cluster.shard_name(ids): ids, cluster.shard_name("b"): ["b"]}
    with pytest.raises(ClusterError, match="another newskg, model or setting"):
        _ = cluster.Shards(place, "another").known
