"""Reading many articles: in one process or several, one that hangs or dies, and builds that are killed and go on."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import kg
from kg import reading
from kg.errors import FolderError, InputError, ModelError
from kg.folder import GraphFolder
from kg.parse import load, signature
from kg.reading import read_articles
from kg.records import Article, Extraction
from kg.settings import Settings

TEXTS = [f"Ana Ruiz, the mayor of Ostrava, met Robert Hale in town {word}. Delta Works sued the council, the mayor said."
         for word in "Arden Bolton Corby Dover Epsom Fleet Goole Hythe".split()]
#: runs `kg.build` with a reader that hangs or dies on the articles whose text says so
SCRIPT = '''
import os, sys, time
from kg import reading
real = reading.read_article
def read_article(article, model="", **options):
    if "HANG" in article.text:
        time.sleep(60)
    if "DIE" in article.text:
        os.kill(os.getpid(), 9)
    if "SLOW" in os.environ:
        time.sleep(float(os.environ["SLOW"]))
    return real(article, model, **options)
reading.read_article = read_article
import kg
if __name__ == "__main__":
    source, folder, workers, timeout, retry = sys.argv[1:]
    report = kg.build([source], folder, workers=int(workers), article_timeout=float(timeout), retry_failed=bool(int(retry)))
    for where, reason in report.failed:
        print(os.path.basename(where), reason, sep=": ")
'''


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, "utf-8")
    return path


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.txt").write_text(text, "utf-8")
    return folder


def start(script: Path, articles: Path, folder: Path, workers: int = 1, timeout: float = 0, retry: int = 0,
          slow: str = "") -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **({"SLOW": slow} if slow else {})}
    return subprocess.Popen([sys.executable, str(script), str(articles), str(folder), str(workers), str(timeout), str(retry)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def finished(process: subprocess.Popen[str]) -> list[str]:
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return output.splitlines()


def state(folder: Path) -> dict[str, bytes]:
    """All files of a graph folder that depend on the input alone; the store's own files hold the time."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != ".lock" and "store" not in path.relative_to(folder).parts}


def kept(folder: Path) -> list[Path]:
    return list((folder / ".staging").glob("read/extractions/*/*.jsonl"))


def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return [one for one in psutil.Process(process.pid).children(recursive=True) if "spawn_main" in " ".join(one.cmdline())]
    except psutil.Error:
        return []


def until(condition: object, seconds: float = 60) -> Iterator[None]:
    """Poll till the condition, a function, is true."""
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)
        yield


def test_signature_is_that_of_the_loaded_pipeline() -> None:
    meta = load().meta
    assert signature() == f"{meta['lang']}_{meta['name']} {meta['version']}"
    with pytest.raises(ModelError):
        signature("no_such_pipeline")


def test_processes_read_what_one_does_and_bad_articles_are_set_aside(script: Path, articles: Path, tmp_path: Path) -> None:
    kg.build([articles], tmp_path / "good")
    (articles / "2a.txt").write_text("Ana Ruiz told the council to HANG the portrait.", "utf-8")
    (articles / "5a.txt").write_text("Robert Hale vowed to DIE in office.", "utf-8")
    folder = tmp_path / "g"
    reasons = ["2a.txt: took more than 1.5 s to read; give it longer with --article-timeout",
               "5a.txt: ended the process that read it 3 times (signal 9)"]
    assert finished(start(script, articles, folder, 2, 1.5)) == reasons
    found = state(folder)
    table = found.pop("failed.tsv").decode()
    assert table.startswith("article\tsource\treason\n") and all(one.replace(": ", "\t", 1) + "\n" in table for one in reasons)
    assert found == state(tmp_path / "good")
    begun = time.monotonic()
    assert finished(start(script, articles, folder, 2, 1.5)) == reasons  # told again, not tried again
    assert time.monotonic() - begun < 20 and (folder / "failed.tsv").exists()
    # tried again by a reader that can: read, and the graph is what it would have been
    report = kg.build([articles], folder, retry_failed=True)
    assert not report.failed and not (folder / "failed.tsv").exists()
    kg.build([articles], tmp_path / "all")
    assert state(folder) == state(tmp_path / "all")


def test_an_article_that_hangs_is_set_aside_in_this_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    real = reading.read_article

    def slow(article: Article, model: str = "", **options: object) -> Extraction:
        while article.text == "slow":
            time.sleep(0.01)
        return real(article, model)

    monkeypatch.setattr(reading, "read_article", slow)
    before = signal.getsignal(signal.SIGALRM)
    found = {article.id: result for article, result in read_articles(
        [Article("a", "slow"), Article("b", TEXTS[0])], Settings(), timeout=0.5)}
    assert "more than 0.5 s" in str(found["a"]) and isinstance(found["b"], Extraction)
    assert signal.getsignal(signal.SIGALRM) == before and signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_errors_that_are_the_users_to_mend_stop_all(articles: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no spaCy pipeline"):
        list(read_articles([Article("a", "x")], Settings(model="no_such_pipeline"), workers=2))
    with pytest.raises(InputError, match="workers"):
        kg.build([articles], tmp_path / "g", workers=0)
    assert not (tmp_path / "g").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_builds_go_on_and_end_alike(script: Path, articles: Path, tmp_path: Path, workers: int) -> None:
    kg.build([articles], tmp_path / "whole")
    folder, chance, most = tmp_path / "g", random.Random(workers), 0
    for _ in range(workers):
        process = start(script, articles, folder, workers, slow="0.2")
        before = len(kept(folder))
        for _ in until(lambda process=process, before=before: len(kept(folder)) > before or process.poll() is not None):
            pass
        if workers > 1 and children(process):
            chance.choice(children(process)).kill()
        time.sleep(chance.random() / 2)
        readers = children(process)
        process.kill()
        process.communicate()
        for _ in until(lambda readers=readers: not any(one.is_running() and one.status() != "zombie" for one in readers)):
            pass  # they end with it
        assert len(kept(folder)) > most
        most = len(kept(folder))
    with pytest.raises(FolderError):  # no graph yet
        GraphFolder.open(folder)
    touched = {path: path.stat().st_mtime_ns for path in kept(folder)}
    assert finished(start(script, articles, folder, workers)) == []
    assert state(folder) == state(tmp_path / "whole")
    assert all(path.stat().st_mtime_ns == touched[key] for key in touched
               for path in [folder / key.relative_to(folder / ".staging/read")])  # not read again


def test_what_another_reader_or_another_text_left_is_read_again(articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kg.build([articles], tmp_path / "whole")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "g"
    with monkeypatch.context() as patch:
        patch.setattr("kg.pipeline._bring_up", stop)
        with pytest.raises(KeyboardInterrupt):
            kg.build([articles], folder)
        assert len(kept(folder)) == len(TEXTS)
    one, two, *_ = kept(folder)
    one.write_bytes(one.read_bytes()[:-20])
    two.write_bytes(two.read_bytes().replace(b'"source":"', b'"source":"x', 1))
    assert kg.build([articles], folder).counts["articles"] == len(TEXTS)
    assert state(folder) == state(tmp_path / "whole") and not (folder / ".staging").exists()
    with monkeypatch.context() as patch:
        patch.setattr("kg.pipeline._bring_up", stop)
        with pytest.raises(KeyboardInterrupt):
            kg.build([articles], tmp_path / "h")
        left = kept(tmp_path / "h")
        left[0].write_bytes(b"")
        patch.setattr("kg.reading.__version__", "0.0.0")
        with pytest.raises(KeyboardInterrupt):
            kg.build([articles / "0.txt"], tmp_path / "h")
        assert len(kept(tmp_path / "h")) == 1


def test_readings_are_kept_when_others_are_in_the_folder(articles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "g"
    kg.build([articles / "0.txt"], folder)
    before = state(folder)
    with pytest.raises(FolderError, match="--replace"):
        kg.build([articles / "1.txt", articles / "2.txt"], folder)
    assert {key: data for key, data in state(folder).items() if not key.startswith(".staging")} == before and len(kept(folder)) == 2
    kg.build([articles / "1.txt", articles / "2.txt"], folder, others="replace")
    kg.build([articles / "1.txt", articles / "2.txt"], tmp_path / "h")
    assert state(folder) == state(tmp_path / "h")


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounting a small disk needs root on Linux")
def test_goes_on_after_a_full_disk(articles: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        full = subprocess.run([sys.executable, "-m", "kg.cli", "build", str(articles), "-o", str(disk / "g")], capture_output=True,
                              text=True, check=False, cwd=Path(__file__).parents[1])  # apart, as an error holds its store open
        assert full.returncode == 2 and re.search("disk is full.*make room", full.stderr), full.stderr
        assert kept(disk / "g")
        subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
        kg.build([articles], disk / "g")
        kg.build([articles], tmp_path / "whole")
        assert state(disk / "g") == state(tmp_path / "whole")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
