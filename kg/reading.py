"""Steps 2 and 3 for many articles, each by itself: in this process, or in several that may be killed or hang.

An article whose process dies is tried again, as it may not be to blame; one that does it :data:`TRIES` times, takes too long or raises
is given back with the reason, and the others go on. Each process has a pipe of its own and shares no lock with the others: that of one
killed in the midst of a message just ends. (A `ProcessPoolExecutor` gives up when a process dies, spaCy's `n_process` hangs.)
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from kg import __version__
from kg.errors import KgError, ModelError
from kg.extract import read_claims
from kg.extract.learned import load_learned
from kg.extract.relations import scorer
from kg.extract.tree import Tree
from kg.extract.universal import read_universal
from kg.parse import load, parse, signature
from kg.read import name_of
from kg.records import Article, Extraction
from kg.settings import Settings

#: an article whose process dies is tried so many times
TRIES = 3
#: seconds that an article may take
TIMEOUT = 300.0
#: seconds without an article after which a process that reads ends
IDLE = 3600

Result = Extraction | str
#: what a process says: it is ready, the extraction as JSON, why the article can't be read, or an error that stops it all
Message = tuple[Literal["ready", "read", "failed", "error"], Any]


class Engine(Protocol):
    """What works elsewhere: reads articles, to the same result as :func:`read_articles`, and does what else can be done apart."""

    def read(self, articles: Iterable[Article], settings: Settings,
             timeout: float) -> Generator[tuple[Article, Result], None, None]:
        """Yield each article with its extraction, or with the reason why it has none, in any order."""
        ...

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterable[Any]:
        """Return what a function gives for each item, in their order."""
        ...


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


def identity(settings: Settings) -> dict[str, Any]:
    """Return what reads with these settings, to the version and the learned file's content: what it read is good as long as it is the same.

    Raises ModelError for a missing model, InputError for a broken file of what was learned.
    """
    found: dict[str, Any] = {"newskg": __version__, "model": signature(settings.model), "relations": settings.relations}
    if settings.models:
        found["models"] = {code: signature(name) for code, name in settings.models}
    if settings.learned:
        load_learned(settings.learned)
        found["learned"] = hashlib.sha256(Path(settings.learned).read_bytes()).hexdigest()
    return found


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


class _Closed(Exception):
    """Raised where an article is being read when its reader is closed."""


class Reader:
    """A process that reads one article at a time for one thread; started when first needed, and again when it has died."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.closed = settings, False
        self.process: SpawnProcess | None = None
        self.pipe: Connection

    def read(self, article: Article, timeout: float) -> Result:
        """Return the extraction of an article, or why there is none. Raises what :func:`prepare` raises."""
        code: int | None = 0
        for _ in range(TRIES):
            if not self.process:
                self._start()
            with contextlib.suppress(OSError):  # that it is gone shows when its answer is waited for
                self.pipe.send_bytes(msgspec.json.encode(article))
            try:
                if not self.pipe.poll(timeout or None):
                    self._drop()
                    return _late(timeout)
                kind, content = self.pipe.recv()
            except (EOFError, OSError):
                code = self._drop()
                continue
            return msgspec.json.decode(content, type=Extraction) if kind == "read" else str(content)
        return f"ended the process that read it {TRIES} times ({_how(code)})"

    def _start(self) -> None:
        """Start the process and wait until it is ready."""
        context = multiprocessing.get_context("spawn")  # a fork would copy the locks of threads that it doesn't copy
        for _ in range(TRIES):
            self.pipe, theirs = context.Pipe()
            self.process = context.Process(target=_work, args=(theirs, self.settings), daemon=True, name="kg-reader")
            self.process.start()
            theirs.close()
            if self.closed:  # by another thread, while it started
                self.process.kill()
            try:
                kind, content = self.pipe.recv()
            except (EOFError, OSError):
                self._drop()
                continue
            if kind == "error":
                self._drop()
                raise content
            return
        raise ModelError("the processes that read end before they begin (see above); a script that builds with several workers needs "
                         "`if __name__ == \"__main__\":`")

    def _drop(self) -> int | None:
        """Kill the process, wait for its end and return its exit code."""
        process, self.process = self.process, None
        if not process:
            return None
        process.kill()
        process.join()
        self.pipe.close()
        if self.closed:
            raise _Closed
        return process.exitcode

    def close(self) -> None:
        """End it, from any thread; what is being read ends with an error."""
        self.closed = True
        process = self.process
        if process:
            process.kill()


class Readers:
    """So many processes that read, for as many threads to read with (:meth:`read`); started when needed."""

    def __init__(self, settings: Settings, count: int) -> None:
        self.all = [Reader(settings) for _ in range(count)]
        self._idle: queue.LifoQueue[Reader] = queue.LifoQueue()  # the last in: it has its model loaded
        for reader in self.all:
            self._idle.put(reader)

    def read(self, article: Article, timeout: float) -> Result:
        """Read an article in one of the processes (:meth:`Reader.read`)."""
        reader = self._idle.get()
        try:
            return reader.read(article, timeout)
        finally:
            self._idle.put(reader)

    def close(self) -> None:
        """End all processes."""
        for reader in self.all:
            reader.close()


def _in_processes(articles: Iterable[Article], settings: Settings, workers: int, timeout: float) -> Iterator[tuple[Article, Result]]:
    source, running, readers = iter(articles), dict[Future[Result], Article](), Readers(settings, workers)
    with ThreadPoolExecutor(workers) as pool:
        try:
            while True:
                while len(running) < 2 * workers and (article := next(source, None)):
                    running[pool.submit(readers.read, article, timeout)] = article
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            readers.close()


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
        while pipe.poll(IDLE):
            result = _read(msgspec.json.decode(pipe.recv_bytes(), type=Article), settings)
            answer: Message = ("failed", result) if isinstance(result, str) else ("read", msgspec.json.encode(result))
            pipe.send(answer)


def _follow() -> None:
    """End with the process that started this one, however that ended."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
