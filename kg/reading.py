"""Steps 2 and 3 for many articles, each by itself: in this process, or in several that may be killed or hang.

An article whose process dies is tried again, as it may not be to blame; one that does it :data:`TRIES` times, takes too long or raises
is given back with the reason, and the others go on. Each process has a pipe of its own and shares no lock with the others: that of one
killed in the midst of a message just ends. (A `ProcessPoolExecutor` gives up when a process dies, spaCy's `n_process` hangs.)
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from typing import Any, Literal

import msgspec

from kg.errors import KgError, ModelError
from kg.extract import read_claims
from kg.extract.learned import load_learned
from kg.extract.relations import scorer
from kg.extract.tree import Tree
from kg.extract.universal import read_universal
from kg.parse import load, parse
from kg.read import name_of
from kg.records import Article, Extraction
from kg.settings import Settings

#: an article whose process dies is tried so many times
TRIES = 3
#: seconds that an article may take
TIMEOUT = 300.0

Result = Extraction | str
#: what a process says: it is ready, the extraction as JSON, why the article can't be read, or an error that stops it all
Message = tuple[Literal["ready", "read", "failed", "error"], Any]


class _TooLong(BaseException):
    """Raised in this process when an article's time is up; no `except Exception` on the way catches it."""


def read_article(article: Article, model: str = "", *, relations: bool = False, learned: str = "") -> Extraction:
    """Return the extraction of one article, read with the spaCy pipeline `model`; with `relations` the learned scorer reads too, with
    `learned` (a file) what was learned from examples."""
    doc = parse(load(model), article.text)
    tree = Tree.of(doc)
    if load(model).lang != "en":
        return read_universal(article, tree, [str(token.morph) for token in doc])
    return read_claims(article, tree, relations=relations, learned=load_learned(learned) if learned else None)


def model_for(language: str, settings: Settings) -> str | None:
    """Return the pipeline that articles in a language are read with, None if none is configured."""
    named = dict(settings.models).get(language)
    if named or language == "en":  # English is read with whatever there is
        return named or settings.model
    return settings.model if load(settings.model).lang == language else None


def left_out(article: Article, settings: Settings) -> str:
    """Return why an article is left out that is in a language which no pipeline is configured for, else nothing."""
    if model_for(article.language, settings) is not None:
        return ""
    return (f"is in {name_of(article.language)} and was left out; to read it, install a spaCy pipeline with Universal Dependencies "
            f"and add --model {article.language}=NAME")


def read_articles(articles: Iterable[Article], settings: Settings, *, workers: int = 1,
                  timeout: float = TIMEOUT) -> Generator[tuple[Article, Result], None, None]:
    """Yield each article with its extraction, or with the reason why it has none.

    With one worker articles are read in this process, in order; with more in so many processes, as they get done, no more articles
    fetched ahead than there are processes. `timeout` is in seconds, 0 for none; in this process it holds on the main thread only.

    Raises ModelError if the model or what else the settings name can't be loaded.
    """
    if workers > 1:
        yield from _in_processes(articles, settings, workers, timeout)
        return
    for number, article in enumerate(articles):
        if not number:
            prepare(settings)
        yield article, _in_time(article, settings, timeout)


def prepare(settings: Settings) -> None:
    """Load what reading needs: the user's to mend if it is missing, not an article's fault.

    Raises ModelError, or InputError for a broken file of what was learned.
    """
    load(settings.model)
    for _, name in settings.models:
        load(name)
    if settings.relations and scorer() is None:
        raise ModelError("the learned relation scorer is not installed: run `pip install 'newskg[relations]'` or leave --relations out")
    if settings.learned:
        load_learned(settings.learned)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Switch off the search for garbage cycles: records make none, and it walks all that is held, again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@uncollected()
def _read(article: Article, settings: Settings) -> Result:
    try:
        model = model_for(article.language, settings) or settings.model
        return read_article(article, model, relations=settings.relations, learned=settings.learned)
    except Exception as error:
        return f"could not be read ({type(error).__name__}: {str(error)[:300]}); please report it with this article"


def _in_time(article: Article, settings: Settings, timeout: float) -> Result:
    """Read in this process, interrupted by the clock's signal where the system has one and this is the main thread."""
    if not timeout or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return _read(article, settings)

    def stop(number: int, frame: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, timeout)
        try:
            return _read(article, settings)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TooLong:
        return _late(timeout)
    finally:
        signal.signal(signal.SIGALRM, before)


def _late(timeout: float) -> str:
    return f"took more than {timeout:g} s to read; give it longer with --article-timeout"


class _Worker:
    """A process that reads one article at a time."""

    def __init__(self, context: SpawnContext, settings: Settings) -> None:
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, settings), daemon=True, name="kg-reader")
        self.process.start()
        theirs.close()
        self.ready = False
        self.task: tuple[Article, int] | None = None
        self.deadline = 0.0

    def give(self, article: Article, tries: int, timeout: float) -> None:
        """Send an article; that the process is gone is found when its answer is waited for."""
        self.task, self.deadline = (article, tries), time.monotonic() + timeout if timeout else float("inf")
        with contextlib.suppress(OSError):
            self.pipe.send_bytes(msgspec.json.encode(article))

    def end(self) -> None:
        """Kill the process and wait for its end."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _in_processes(articles: Iterable[Article], settings: Settings, workers: int, timeout: float) -> Iterator[tuple[Article, Result]]:
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of threads that it doesn't copy
    source, waiting, crew, false_starts = iter(articles), deque[tuple[Article, int]](), list[_Worker](), 0
    try:
        while True:
            while len(waiting) < workers and (article := next(source, None)):
                waiting.append((article, 0))
            free = sum(worker.task is None for worker in crew)
            crew += [_Worker(context, settings) for _ in range(min(workers - len(crew), len(waiting) - free))]
            for worker in crew:
                if waiting and worker.ready and not worker.task:
                    worker.give(*waiting.popleft(), timeout)
            if not waiting and not any(worker.task for worker in crew):
                return
            soonest = min((worker.deadline for worker in crew if worker.task), default=float("inf"))
            heard = wait([worker.pipe for worker in crew], None if soonest == float("inf") else max(0.0, soonest - time.monotonic()))
            for worker in list(crew):
                task = worker.task
                if worker.pipe in heard:
                    try:
                        kind, content = worker.pipe.recv()
                    except (EOFError, OSError):  # it died
                        worker.end()
                        crew.remove(worker)
                        false_starts += not worker.ready
                        if false_starts >= TRIES * workers:
                            raise ModelError("the processes that read end before they begin (see above); a script that builds with "
                                             "several workers needs `if __name__ == \"__main__\":`") from None
                        if task and task[1] + 1 < TRIES:
                            waiting.appendleft((task[0], task[1] + 1))
                        elif task:
                            yield task[0], f"ended the process that read it {TRIES} times ({_how(worker.process.exitcode)})"
                        continue
                    if kind == "error":
                        raise content
                    worker.ready, worker.task, false_starts = True, None, 0
                    if task:
                        yield task[0], msgspec.json.decode(content, type=Extraction) if kind == "read" else content
                elif task and time.monotonic() >= worker.deadline:
                    worker.end()
                    crew.remove(worker)
                    yield task[0], _late(timeout)
    finally:
        for worker in crew:
            worker.end()


def _how(code: int | None) -> str:
    return f"signal {-code}" if code and code < 0 else f"exit code {code}"


def _work(pipe: Connection, settings: Settings) -> None:
    """Read what comes through the pipe until it ends; the life of one process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    threading.Thread(target=_follow, daemon=True).start()
    try:
        prepare(settings)
    except KgError as error:
        pipe.send(("error", error))
        return
    pipe.send(("ready", None))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            result = _read(msgspec.json.decode(pipe.recv_bytes(), type=Article), settings)
            answer: Message = ("failed", result) if isinstance(result, str) else ("read", msgspec.json.encode(result))
            pipe.send(answer)


def _follow() -> None:
    """End with the process that started this one, however that ended."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
