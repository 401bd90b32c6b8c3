"""Steps 1 to 3 on many machines: files are opened by the workers of a Dask cluster, articles go to them in shards to be read.

A worker of the cluster holds processes that read (:class:`kg.reading.Readers`), one for each of its threads, the model loaded once: an
article that hangs or ends its process costs that process only, as on one machine. A worker that dies takes down the shards it had; Dask
gives them to others. What comes of a shard (extractions, or that they are in a file) is taken whole or not at all, so nothing is lost or
doubled. Shards whose workers die again and again are read article by article, each with the cluster for itself, so that it is clear
which one does it.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import hashlib
import json
import logging
import multiprocessing
import signal
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from kg.errors import ClusterError, KgError, ModelError
from kg.folder import dump, load
from kg.reading import TRIES, Readers, Result, identity
from kg.records import Article, Extraction
from kg.settings import Settings

try:
    import dask.config
    import fsspec
    from distributed import Client, Future, LocalCluster, Worker, WorkerPlugin, as_completed, get_worker
    from distributed.comm.addressing import get_address_host_port
    from distributed.scheduler import KilledWorker
    from distributed.utils import silence_logging_cmgr
except ImportError as missing:
    raise ClusterError(f"the extra for clusters is not installed ({missing}): run `pip install 'newskg[dask]'`, here and where the "
                       "workers run") from missing

T = TypeVar("T")
R = TypeVar("R")

#: at most so many articles are read as one shard: in memory, and where shards are kept as files
MOST, MOST_IN_FILES = 16, 256
#: seconds to wait for the scheduler, and for the first worker
PATIENCE = 10

#: what comes of a shard: the lines of its extractions, compressed (nothing if they went to a file), and why articles have none, by id
Read = tuple[bytes, dict[str, str]]


class Dask:
    """A Dask cluster to work with: that of the `scheduler` at an address, else one of so many `workers` on this machine.

    With `shards`, a path or URL that fsspec knows and all machines reach, the workers write what they read there
    (:class:`Shards`), and what is there already is not read again. A context manager: it connects when there is something to do, and
    lets the cluster go at the end.
    """

    def __init__(self, scheduler: str = "", workers: int = 1, shards: str = "") -> None:
        self.scheduler, self.workers, self.shards = scheduler, workers, shards
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Dask:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def read(self, articles: Iterable[Article], settings: Settings,
             timeout: float) -> Generator[tuple[Article, Result], None, None]:
        """Yield each article with its extraction, or with the reason why it has none, as they get done.

        Raises ClusterError if the cluster or the place of shards can't be used, ModelError if the workers lack the model.
        """
        reader = json.dumps(identity(settings), sort_keys=True)
        shards = Shards(self.shards, reader) if self.shards else None
        unread = iter(articles)
        for article in unread:  # without one, no cluster is needed
            found = shards.taken(article) if shards else None
            if found:
                yield article, found
                continue
            plugin = _Plugin(settings, reader, timeout, shards)
            with _clear_errors():
                self.client.register_plugin(plugin, name=plugin.name)
            try:
                yield from _Run(self, plugin.name, shards).results(article, unread)
            finally:
                with contextlib.suppress(Exception):  # it may be the cluster that has ended
                    self.client.unregister_worker_plugin(plugin.name)

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield what a function gives for each item, in their order; where workers die of one again and again, it is done here.

        All of them go to other processes by pickle. Raises what the function raises, ClusterError if the cluster is lost.
        """
        running = deque[tuple[Future[R], T]]()
        waiting = iter(items)
        more = True
        while more or running:
            while more and (not running or len(running) < self.room()):
                try:
                    item = next(waiting)
                except StopIteration:
                    more = False
                else:
                    with _clear_errors():
                        running.append((self.client.submit(function, item, pure=False), item))
            if running:
                future, item = running.popleft()
                with _clear_errors():
                    try:
                        result: R = future.result()
                    except KilledWorker:
                        result = function(item)
                yield result

    def room(self) -> int:
        """Return how many tasks keep the workers busy that there are now."""
        with _clear_errors():
            threads: int = sum(self.client.nthreads().values())
        return 2 * max(1, threads)

    @functools.cached_property
    def client(self) -> Client:
        """A client of the cluster, made when first asked for, once there is a worker."""
        self._stack.enter_context(silence_logging_cmgr(logging.CRITICAL))  # that workers die is no news
        self._stack.enter_context(dask.config.set({"distributed.worker.profile.enabled": False}))
        if self.scheduler:
            self._check()
        where: str | LocalCluster = self.scheduler or self._local()
        try:
            client: Client = self._stack.enter_context(Client(where, timeout=PATIENCE, set_as_default=False))
        except OSError as error:
            raise self._unreachable(error) from error
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise ClusterError(f"the Dask scheduler at {self.scheduler} has no workers: start some with `dask worker "
                               f"{self.scheduler}`") from error
        return client

    def _local(self) -> LocalCluster:
        """Return a cluster on this machine, whose workers come back when they die."""
        cluster: LocalCluster = self._stack.enter_context(LocalCluster(
            n_workers=self.workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", memory_limit=0,
            silence_logs=logging.CRITICAL, plugins=(_Deaf(),)))
        cluster.adapt(minimum=self.workers, maximum=self.workers)  # of itself it gives up those that are slow to come back
        return cluster

    def _check(self) -> None:
        """Raise ClusterError if the scheduler's address can't be one (Dask would find it out too, but not go on in peace)."""
        try:
            get_address_host_port(self.scheduler)
        except ValueError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> ClusterError:
        why = str(error).partition("\n")[0][:200]
        return ClusterError(f"no Dask scheduler answers at {self.scheduler[:200]!r} ({why}); start one with `dask scheduler` and give its "
                            "address, such as tcp://10.0.0.1:8786")


@contextlib.contextmanager
def _clear_errors() -> Iterator[None]:
    """Make clear errors of what Dask raises when workers can't do what they are asked for."""
    try:
        yield
    except KgError:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {str(error).partition(chr(10))[0][:300]}"
        raise ClusterError(f"the Dask cluster fails ({what}); what was read is kept: see that the scheduler runs and that the workers have "
                           "the same newskg[dask], then run this again to go on") from error


class _Run:
    """One reading of articles on a cluster."""

    def __init__(self, cluster: Dask, plugin: str, shards: Shards | None) -> None:
        self.cluster, self.plugin, self.shards = cluster, plugin, shards
        self.most = MOST_IN_FILES if shards else MOST
        self.done = as_completed(loop=cluster.client.loop)
        #: what is on its way: the articles, and how often the workers of one that had the cluster for itself have died
        self.running: dict[Future[Read], tuple[list[Article], int]] = {}
        self.suspects: deque[tuple[list[Article], int]] = deque()
        self.sent = 0

    def results(self, first: Article, others: Iterator[Article]) -> Iterator[tuple[Article, Result]]:
        """Yield the articles with their results; no more are on their way than keep the workers busy."""
        shard, more = [first], True
        while True:
            room = self.cluster.room()
            while more and len(self.running) < room:
                size = min(self.most, 1 + self.sent // room)  # small ones first, so that few articles are for many workers too
                while len(shard) < size and (article := next(others, None)):
                    found = self.shards.taken(article) if self.shards else None
                    if found:
                        yield article, found
                    else:
                        shard.append(article)
                more = len(shard) == size
                if shard:
                    self._submit(shard, 0)
                shard = []
            if not self.running and self.suspects:
                self._submit(*self.suspects.popleft())
            if not self.running:
                if self.shards:
                    self.shards.tidy()
                return
            with _clear_errors():
                future = next(self.done)
                articles, tries = self.running.pop(future)
                read = self._outcome(future, articles, tries)
            if read:
                yield from self._each(articles, *read)

    def _submit(self, articles: list[Article], tries: int) -> None:
        self.sent += len(articles)
        with _clear_errors():
            future = self.cluster.client.submit(_read_shard, self.plugin, msgspec.json.encode(articles), pure=False)
            self.running[future] = articles, tries
            self.done.add(future)

    def _outcome(self, future: Future[Read], articles: list[Article], tries: int) -> Read | None:
        """Return what came of a shard, nothing if it has to be read again."""
        try:
            read: Read = future.result()
            return read
        except KilledWorker:
            if len(articles) > 1:
                self.suspects += [([article], 0) for article in articles]
            elif tries + 1 < TRIES:
                self.suspects.append((articles, tries + 1))
            else:
                return b"", {articles[0].id: "ended the workers of the cluster that read it, again and again"}
        finally:
            future.release()
        return None

    def _each(self, articles: Sequence[Article], lines: bytes, failed: dict[str, str]) -> Iterator[tuple[Article, Result]]:
        if self.shards and len(failed) < len(articles):
            lines = self.shards.lines(shard_name([article.id for article in articles if article.id not in failed]))
        read = {one.article.id: one for one in extractions(gzip.decompress(lines))} if lines else {}
        for article in articles:
            yield article, failed.get(article.id) or read[article.id]


class _Deaf(WorkerPlugin):
    """Lets a worker on this machine pass over Ctrl-C, which is for the process that started it."""

    name = "kg-deaf"

    def setup(self, worker: Worker) -> None:
        """Ignore the signal from now on."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Plugin(WorkerPlugin):
    """What a worker of the cluster keeps while a build reads with it: processes with the model loaded."""

    def __init__(self, settings: Settings, reader: str, timeout: float, shards: Shards | None) -> None:
        self.name = f"kg-{uuid.uuid4()}"
        self.settings, self.reader, self.timeout = settings, reader, timeout
        self.place = (shards.url, reader) if shards else None

    def setup(self, worker: Worker) -> None:
        """Make what reads; the processes start when they are needed."""
        multiprocessing.current_process().daemon = False  # workers of Dask are daemons, which may not start processes
        self.readers = Readers(self.settings, worker.state.nthreads)

    def teardown(self, worker: Worker) -> None:
        """End the processes."""
        self.readers.close()

    def read(self, articles: Sequence[Article]) -> Read:
        """Read a shard."""
        mine = json.dumps(identity(self.settings), sort_keys=True)
        if mine != self.reader:
            raise ModelError(f"a worker of the cluster reads otherwise than this machine, so the result would depend on who reads what: "
                             f"install the same there; it has {mine[:500]}, here is {self.reader[:500]}")
        results = [(article, self.readers.read(article, self.timeout)) for article in articles]
        read = [result for _, result in results if isinstance(result, Extraction)]
        failed = {article.id: result for article, result in results if isinstance(result, str)}
        lines = gzip.compress(b"".join(map(dump, read)), 6, mtime=0) if read else b""
        if self.place and read:
            Shards(*self.place).put([one.article.id for one in read], lines)
            lines = b""
        return lines, failed


def _read_shard(plugin: str, articles: bytes) -> Read:
    """Read a shard in a worker of the cluster."""
    found = get_worker().plugins[plugin]
    assert isinstance(found, _Plugin)
    return found.read(msgspec.json.decode(articles, type=list[Article]))


def extractions(data: bytes) -> Iterator[Extraction]:
    """Yield the extractions of a shard's lines."""
    lines = data.splitlines(keepends=True)
    start = 0
    while start < len(lines):
        end = start + 1 + msgspec.json.decode(lines[start], type=_Head).lines
        yield load(b"".join(lines[start:end]))
        start = end


class _Head(msgspec.Struct):
    lines: int = 0


def shard_name(ids: Iterable[str]) -> str:
    """Return the name of the shard of these articles."""
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:32]


class Shards:
    """Extractions in a place that fsspec knows: ``NAME.jsonl.gz`` with the lines of ``kg extract``, ``NAME.ids`` with its articles' ids.

    The ids are written last and make it count. ``reader.json`` tells what has read the articles; no other reader may add to them.

    Raises ClusterError if the place can't be used.
    """

    def __init__(self, url: str, reader: str) -> None:
        with self._errors(url):
            self.fs, self.root = fsspec.core.url_to_fs(url)
            self.url: str = self.fs.unstrip_protocol(self.root)
        self.reader = reader
        #: the shards whose extractions were taken
        self.used: set[str] = set()

    @staticmethod
    @contextlib.contextmanager
    def _errors(url: str) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError, ImportError) as error:
            why = str(error)[:300] or type(error).__name__
            raise ClusterError(f"shards can't be kept in {url[:200]} ({why}); give a path or URL that all machines reach") from error

    def put(self, ids: Sequence[str], lines: bytes) -> None:
        """Write a shard."""
        self._write(f"{shard_name(ids)}.jsonl.gz", lines)
        self._write(f"{shard_name(ids)}.ids", "".join(f"{one}\n" for one in ids).encode())

    def _write(self, name: str, data: bytes) -> None:
        """Write a file that is there whole or not at all."""
        with self._errors(self.url), self.fs.transaction, self.fs.open(f"{self.root}/{name}", "wb") as file:
            file.write(data)

    @functools.cached_property
    def known(self) -> dict[str, str]:
        """Return the shard of each article; what was begun and does not count is taken away."""
        with self._errors(self.url):
            self.fs.makedirs(self.root, exist_ok=True)
            told = f"{self.root}/reader.json"
            if not self.fs.exists(told):
                self._write("reader.json", self.reader.encode())
            elif self.fs.cat_file(told) != self.reader.encode():
                raise ClusterError(f"{self.url} holds what another newskg, model or setting has read; give another place with --shards")
            counting = self._ids()
            for name in sorted(self._names(".jsonl.gz") - set(counting)):
                self.fs.rm_file(f"{self.root}/{name}.jsonl.gz")
        return {article: name for name, articles in counting.items() for article in articles}

    def _names(self, ending: str) -> set[str]:
        files = (name.rpartition("/")[2] for name in self.fs.ls(self.root, detail=False, refresh=True))
        return {name.removesuffix(ending) for name in files if name.endswith(ending)}

    def _ids(self) -> dict[str, list[str]]:
        """Return the ids of the articles of each shard that counts."""
        names = self._names(".ids") & self._names(".jsonl.gz")
        return {name: self.fs.cat_file(f"{self.root}/{name}.ids").decode().split() for name in sorted(names)}

    def tidy(self) -> None:
        """Take away shards that were not used, if those that were have all their articles: of workers that died once they had written."""
        with self._errors(self.url):
            counting = self._ids()
            covered = {article for name in self.used for article in counting.get(name, ())}
            for name, articles in counting.items():
                if name not in self.used and covered.issuperset(articles):
                    self.fs.rm_file(f"{self.root}/{name}.ids")
                    self.fs.rm_file(f"{self.root}/{name}.jsonl.gz")

    def lines(self, shard: str) -> bytes:
        """Return the lines of a shard, compressed."""
        self.used.add(shard)
        with self._errors(self.url):
            data: bytes = self.fs.cat_file(f"{self.root}/{shard}.jsonl.gz")
        return data

    @functools.lru_cache(maxsize=4)  # noqa: B019  one place a build
    def _opened(self, shard: str) -> dict[str, Extraction]:
        return {one.article.id: one for one in extractions(gzip.decompress(self.lines(shard)))}

    def taken(self, article: Article) -> Extraction | None:
        """Return what was read of an article, None if it was not."""
        shard = self.known.get(article.id)
        found = self._opened(shard).get(article.id) if shard else None
        return found if found and found.article == article else None
