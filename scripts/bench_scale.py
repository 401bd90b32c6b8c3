"""How a build grows: speed by workers, memory and time of the joining stages, and builds that are killed again and again.

    scripts/bench scale read [ARTICLES]          tokens a second of kg build with 1 and 2 workers beside bare nlp.pipe, generated articles
    scripts/bench scale join [ARTICLES ...]      seconds and peak memory of all that follows reading, from extractions of the sample
                                                 articles repeated with other names and words (default 1000 10000)
    scripts/bench scale kills [KILLS] [ARTICLES] builds with SIGKILL of the build or one of its processes at random moments, each
                                                 gone on with; the end must equal an undisturbed build, byte for byte
    scripts/bench scale dask [ARTICLES]          builds on a Dask cluster of two workers here, left alone and with one of them killed every
                                                 20 s, beside --workers 2: articles read a second; the graphs must be equal
    scripts/bench scale start                    CPU seconds of kg build on one article beside importing spaCy and loading the model
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from kg.records import Extraction

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "data" / "articles"


def repeated(count: int) -> Iterator[Extraction]:
    """Yield extractions of the sample articles, each repeated with other names and other long words, offsets as they were.

    Half of the names are shared by ten articles, a twentieth by all, as names keep company in news.
    """
    import kg.pipeline
    from kg.records import Extraction

    base = [one for one in kg.pipeline.read_all([str(SAMPLES)]) if isinstance(one, Extraction)]
    for number in range(count):
        one = base[number % len(base)]
        text = one.article.text
        names = {word for m in one.mentions if m.kind == "name" for word in re.findall(r"[^\W\d_]{3,}", text[m.start:m.end])}

        def other(word: str, number: int = number) -> str:
            kind = hashlib.sha256(word.encode()).digest()[0] / 256
            bucket = "all" if kind < 0.05 else number // 170 if kind < 0.5 else number
            digits = hashlib.sha256(f"{word} {bucket}".encode()).digest()
            letters = "".join(chr(97 + digits[i % 32] % 26) for i in range(len(word)))
            return letters.title() if word[0].isupper() else letters

        def change(match: re.Match[str], number: int = number, names: set[str] = names) -> str:
            word = match[0]
            if word in names:
                return other(word)
            return other(word) if word.islower() and random.Random(f"{word} {number}").random() < 0.6 else word

        def renamed(label: str, names: set[str] = names) -> str:
            return re.sub(r"[^\W\d_]{3,}", lambda match: other(match[0]) if match[0] in names else match[0], label)

        article = msgspec.structs.replace(one.article, id=f"made-{number:07}", text=re.sub(r"[^\W\d_]{3,}", change, text),
                                          source=f"{number}.txt", publisher=f"Publisher {number % 50}", url="")
        entities = tuple(msgspec.structs.replace(local, label=renamed(local.label), aliases=tuple(map(renamed, local.aliases)))
                         for local in one.entities)
        yield msgspec.structs.replace(one, article=article, entities=entities)


def peak() -> float:
    """Return this process's peak memory in MB since the last call. (What `resource` tells also counts the process that started it.)"""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return int(found[1]) / 1024 if found else 0.0


def join_child(folder: str) -> None:
    """Rebuild the graph folder and print seconds and peak memory of each stage."""
    import kg

    stages: dict[str, tuple[float, float]] = {}
    begun = time.process_time()
    now = "resolving"

    def enter(stage: str) -> None:
        nonlocal now
        if stage != now:
            stages[now] = time.process_time() - begun, peak()
            now = stage

    report = kg.build([], folder, progress=lambda stage, done, total: enter(stage))
    enter("end")
    print(json.dumps({"stages": stages, "counts": report.counts}))


def join(sizes: list[int]) -> None:
    from kg.folder import GraphFolder

    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "graph"
            with GraphFolder.prepare(folder).writing() as staging:
                for one in repeated(size):
                    staging.put(one)
            done = subprocess.run([sys.executable, __file__, "join-child", str(folder)], check=True, capture_output=True, text=True)
            found = json.loads(done.stdout.splitlines()[-1])
            most = max(memory for _, memory in found["stages"].values())
            print(f"{size} articles: {most:.0f} MB at the peak; "
                  f"{found['counts']['entities']} entities, {found['counts']['statements']} statements; "
                  f"{disk(folder / 'extractions'):.0f} MB of extractions, {disk(folder / 'store'):.0f} MB of store, "
                  f"{disk(folder / 'graph.html'):.0f} MB of page")
            for stage, (seconds, memory) in found["stages"].items():
                print(f"    {stage} ends after {seconds:.0f} s CPU, {memory:.0f} MB at its peak", flush=True)


def disk(path: Path) -> float:
    return sum(one.stat().st_size for one in [path, *path.rglob("*")] if one.is_file()) / 1e6


def generated(count: int, place: Path) -> Path:
    """Write generated articles and return their file."""
    subprocess.run([sys.executable, str(HERE / "generate.py"), str(count), str(place)], check=True, capture_output=True)
    return place / "articles.jsonl"


def kg_build(source: Path, folder: Path, *more: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "kg.cli", "build", str(source), "-o", str(folder), *more],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), **options)


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # an installed kg is compiled once
    return {**kept, "PYTHONPATH": str(HERE.parent), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def timed(*command: str) -> tuple[float, float]:
    """Run a command with all its children and return wall and CPU seconds."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, capture_output=True, env=environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


BARE = """
import json, sys, spacy
from thinc.api import NumpyOps, set_current_ops
from kg.parse import MODELS
set_current_ops(NumpyOps(use_blis=True))
nlp = spacy.load(next(filter(spacy.util.is_package, MODELS)))
texts = [json.loads(line)["text"] for line in open(sys.argv[1], encoding="utf-8")]
print(sum(map(len, nlp.pipe(texts, batch_size=32))))
"""
LOAD = "import spacy; from kg.parse import MODELS; spacy.load(next(filter(spacy.util.is_package, MODELS)))"


def read(count: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        source = generated(count, Path(place))
        tokens = int(subprocess.run([sys.executable, "-c", BARE, str(source)], check=True, capture_output=True, text=True,
                                    env=environment()).stdout)
        commands = {"bare nlp.pipe": [sys.executable, "-c", BARE, str(source)]}
        for workers in ("1", "2"):
            commands[f"kg build --workers {workers}"] = [sys.executable, "-m", "kg.cli", "build", str(source), "-o",
                                                         str(Path(place) / f"g{workers}"), "--workers", workers]
        for name, command in commands.items():
            wall, cpu = timed(*command)
            print(f"{name:24} {count / wall:7.1f} articles/s {tokens / wall:8.0f} tokens/s   {tokens / cpu:8.0f} tokens a CPU second")


def start() -> None:
    """Print the least CPU seconds of five runs each."""
    with tempfile.TemporaryDirectory() as place:
        article = sorted(SAMPLES.glob("*.txt"))[0]

        def built() -> float:
            folder = Path(place) / "g"
            shutil.rmtree(folder, ignore_errors=True)
            return timed(sys.executable, "-m", "kg.cli", "build", str(article), "-o", str(folder))[1]

        runs: dict[str, Callable[[], float]] = {"spaCy and model": lambda: timed(sys.executable, "-c", LOAD)[1], "kg build": built}
        best = {name: min(run() for _ in range(5)) for name, run in runs.items()}
    print(", ".join(f"{name} {seconds:.2f} s" for name, seconds in best.items()),
          f"ratio {best['kg build'] / best['spaCy and model']:.2f}")


def state(folder: Path) -> dict[str, str]:
    """Return a digest of each file but those of the store, which hold the time."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != ".lock" and "store" not in path.relative_to(folder).parts}


def store(folder: Path) -> str:
    """Return a digest of what the store holds."""
    import kg

    with kg.open(folder) as graph:
        return hashlib.sha256("\n".join(sorted(map(str, graph.store))).encode()).hexdigest()


def kills(count: int, articles: int, seed: int = 1) -> None:
    """Kill builds `count` times, the build itself or one of its readers, until one ends; then start over in a new folder."""
    import psutil

    chance, killed, rounds = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory() as place:
        source = generated(articles, Path(place))
        begun = time.monotonic()
        kg_build(source, Path(place) / "whole").communicate()
        length = time.monotonic() - begun
        wanted = state(Path(place) / "whole"), store(Path(place) / "whole")
        while killed < count:
            folder = Path(place) / f"g{rounds}"
            process = None
            for _ in range(6):
                process = kg_build(source, folder, "--workers", "2")
                time.sleep(chance.random() * length)
                readers = [one for one in psutil.Process(process.pid).children(recursive=True) if process.poll() is None] \
                    if process.poll() is None else []
                victim = chance.choice(readers).pid if readers and chance.random() < 0.4 else process.pid
                if process.poll() is None:
                    try:
                        os.kill(victim, signal.SIGKILL)
                    except ProcessLookupError:
                        continue
                    finally:
                        if victim == process.pid:
                            process.communicate()
                    killed += 1
                    if victim != process.pid and process.wait() == 0:
                        break
            if kg_build(source, folder, "--workers", "2").wait():
                sys.exit("a build that went on failed")
            rounds += 1
            if (state(folder), store(folder)) != wanted:
                left = shutil.move(str(folder), tempfile.mkdtemp())
                sys.exit(f"after {killed} kills in {rounds} rounds the graph differs; it is in {left}")
            shutil.rmtree(folder)
            print(f"{killed} kills, {rounds} builds, all equal", flush=True)


def dask(count: int, every: float = 20.0) -> None:
    """Build with two workers of one machine, with Dask, and with Dask while a worker is killed `every` so many seconds of reading."""
    with tempfile.TemporaryDirectory() as place:
        source, wanted = generated(count, Path(place)), None
        for name in ("--workers 2", "--engine dask", "killed"):
            more = [] if name.startswith("--workers") else ["--engine", "dask"]
            folder, told = Path(place) / name, Path(place) / f"{name}.log"
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            with open(told, "w") as log:
                process = subprocess.Popen([sys.executable, "-m", "kg.cli", "build", str(source), "-o", str(folder), "--workers", "2",
                                            "--log-json", *more], stdout=subprocess.DEVNULL, stderr=log, env=environment())
            killed = kill_workers(process, told, every) if name == "killed" else 0
            if process.wait():
                sys.exit(told.read_text("utf-8")[-2000:])
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = json.loads(told.read_text("utf-8").splitlines()[-1])["stages"]["reading"]
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            found = state(folder), store(folder)
            wanted = wanted or found
            print(f"{name:14} {count / seconds:6.2f} articles/s read in {seconds:.0f} s, {cpu:.0f} s CPU in all"
                  + (f" (without the killed), {killed} workers killed" if killed else "")
                  + (", the same graph" if found == wanted else ", ANOTHER GRAPH"), flush=True)
            if found != wanted:
                sys.exit(1)


def kill_workers(process: subprocess.Popen[Any], told: Path, every: float) -> int:
    """Kill one worker of a build with Dask after each so many seconds, as long as it reads; return how many."""
    import psutil

    chance, killed, due = random.Random(1), 0, time.monotonic() + every
    while process.poll() is None and '"stage": "grounding"' not in told.read_text("utf-8"):
        time.sleep(0.2)
        if time.monotonic() < due:
            continue
        due += every
        with contextlib.suppress(psutil.Error):  # gone by itself
            workers = [one for one in psutil.Process(process.pid).children() if one.children()]  # those with a reader
            if workers:
                chance.choice(workers).kill()
                killed += 1
    return killed


def main(args: list[str]) -> None:
    numbers = [int(arg) for arg in args[1:] if arg.isdigit()]
    match args[:1]:
        case ["read"]:
            read(*numbers or [300])
        case ["join"]:
            join(numbers or [1000, 10000])
        case ["join-child"]:
            join_child(args[1])
        case ["kills"]:
            kills(*([*numbers, 50, 60][:2] if len(numbers) < 2 else numbers))
        case ["dask"]:
            dask(*numbers or [300])
        case ["start"]:
            start()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
