"""``kg serve``: an HTTP server on this machine, whose answers are made by worker processes that can be stopped.

The server's own process only takes requests, checks who asks, and hands them to workers (:func:`work`), each with the graph open for
reading. A worker that takes too long, too much memory or writes too much is killed and another takes its place; the others go on
answering. So no query can hold up the server, and none can reach more than the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import ipaddress
import os
import re
import resource
import signal
import struct
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qsl, quote, unquote

import msgspec

from kg.errors import FolderError, InputError, KgError
from kg.server.site import Request, Response, Site
from kg.settings import Serving

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

#: requests longer than this many bytes are refused
MAX_BODY = 1_000_000
_FRAME = struct.Struct(">cI")
_HEAD, _DATA, _END = b"H", b"D", b"E"
_CHUNK = 1 << 16
_STRICT = ("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
           "base-uri 'none'; frame-ancestors 'self'; frame-src 'self'")


class Failed(Exception):
    """Raised when a worker gave no answer; ``status`` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


# --- the worker's side ---


class _Pipe:
    """A file that sends what is written to it as frames, the head of the response first, at most `most` bytes in all."""

    def __init__(self, output: BinaryIO, most: int) -> None:
        self.output, self.left, self.buffer, self.head, self.sent = output, most, bytearray(), b"", False

    def write(self, data: bytes) -> int:
        self.left -= len(data)
        if self.left < 0:
            raise OSError("the answer is larger than this server gives; ask for less with LIMIT")
        self.buffer += data
        if len(self.buffer) >= _CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        frames = (_FRAME.pack(_HEAD, len(self.head)) + self.head if self.head else b"")
        self.head, self.sent = b"", True
        if self.buffer:
            frames += _FRAME.pack(_DATA, len(self.buffer)) + self.buffer
            self.buffer = bytearray()
        self.output.write(frames)
        self.output.flush()

    def end(self) -> None:
        self.flush()
        self.output.write(_FRAME.pack(_END, 0))
        self.output.flush()


def work(folder: str, memory: int, most: int) -> None:
    """Answer requests from standard input on standard output until it is closed: what a worker process does."""
    from kg.opened import open_graph

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    source, output = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may write into the frames
    path, made, site = Path(folder), None, None
    decode = msgspec.msgpack.Decoder(Request).decode
    while length := source.read(4):
        request = decode(source.read(int.from_bytes(length, "big")))
        pipe = _Pipe(output, most)
        try:
            if site is not None and _state(path) != made:  # a build has put another graph in its place
                site.graph.close()
                site = None
            if site is None:
                made = _state(path)
                site = Site(open_graph(path))
            _answer(site.respond(request), pipe, request.method == "HEAD")
        except FolderError as error:
            _answer(Response(503, "text/plain; charset=utf-8", str(error).encode()), pipe, False)
        except (OSError, ValueError, MemoryError) as error:
            if pipe.sent:  # the head is on its way: the connection is all that can still say it
                os._exit(1)
            message = " ".join(str(error).split()) or "the query needs more memory than it is given"
            status = 413 if "larger than" in message else 400
            pipe.buffer, pipe.left, pipe.head = bytearray(), 1 << 20, b""
            _answer(Response(status, "text/plain; charset=utf-8", message.encode("utf-8", "replace")), pipe, False)


def _state(folder: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        found = (folder / "build.json").stat()
        return found.st_mtime_ns, found.st_ino
    return None


def _answer(response: Response, pipe: _Pipe, bodiless: bool) -> None:
    pipe.head = msgspec.msgpack.encode((response.status, {"Content-Type": response.type, **response.headers}))
    if bodiless:
        pipe.end()
        return
    if isinstance(response.body, bytes):
        pipe.write(response.body)
    else:
        response.body(cast(BinaryIO, pipe))  # all that is asked of it is write
    pipe.end()


def _end_with(parent: int) -> None:
    """End this process when its parent has ended, also in the middle of a query."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


# --- the server's side ---


class Worker:
    """A worker process, seen from the server."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        #: the process; whether it is in the middle of an answer; whether the client has got the head of that
        self.process, self.dirty, self.started = process, False, False

    @classmethod
    async def start(cls, folder: Path, serving: Serving) -> Worker:
        """Start a worker on the graph in `folder`."""
        code = "import sys; from kg.server.serve import work; work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))"
        return cls(await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, str(folder), str(serving.memory << 20), str(serving.answer << 20),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_CHUNK * 4))

    async def ask(self, request: Request) -> AsyncIterator[tuple[bytes, bytes]]:
        """Yield the frames of the answer but the last. Raises Failed if the process ends before."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.dirty = True
        data = msgspec.msgpack.encode(request)
        try:
            self.process.stdin.write(len(data).to_bytes(4, "big") + data)
            await self.process.stdin.drain()
            while True:
                kind, length = _FRAME.unpack(await self.process.stdout.readexactly(_FRAME.size))
                if kind == _END:
                    break
                yield kind, await self.process.stdout.readexactly(length)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Failed(500, "the answer needs more memory than this server gives to one; ask for less") from error
        self.dirty = False

    def kill(self) -> None:
        """End the process at once."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()


class Pool:
    """The workers of one graph: as many answers at once as there are workers, each within its time."""

    def __init__(self, folder: Path, serving: Serving) -> None:
        self.folder, self.serving = folder, serving
        self.free: asyncio.Queue[Worker] = asyncio.Queue()
        self.workers: set[Worker] = set()
        self.tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start all workers."""
        for _ in range(self.serving.workers):
            await self._hire()

    def stop(self) -> None:
        """End all workers at once."""
        for worker in self.workers:
            worker.kill()

    async def ask(self, request: Request) -> tuple[int, bytes]:
        """Return status and body of the whole answer. Raises Failed if there is none in time."""
        worker = await self.free.get()
        parts: list[bytes] = []
        status = 500
        try:
            async with asyncio.timeout(self.serving.timeout):
                async for kind, data in worker.ask(request):
                    if kind == _HEAD:
                        status, _ = msgspec.msgpack.decode(data)
                    else:
                        parts.append(data)
        except TimeoutError:
            raise Failed(503, f"the answer took over {self.serving.timeout:g} s; narrow the question") from None
        finally:
            self.release(worker)
        return status, b"".join(parts)

    def release(self, worker: Worker) -> None:
        """Let others have a worker; one that was stopped in the middle of an answer is replaced."""
        worker.started = False
        if not worker.dirty and worker.process.returncode is None:
            self.free.put_nowait(worker)
            return
        worker.kill()
        self.workers.discard(worker)
        task = asyncio.ensure_future(self._replace(worker))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _replace(self, worker: Worker) -> None:
        await worker.process.wait()
        await self._hire()

    async def _hire(self) -> None:
        worker = await Worker.start(self.folder, self.serving)
        self.workers.add(worker)
        self.free.put_nowait(worker)


class Server:
    """The ASGI application: who may ask, how long, how many at once."""

    def __init__(self, folder: Path, serving: Serving) -> None:
        self.serving, self.pool = serving, Pool(folder, serving)
        self.waiting = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one ASGI scope."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.pool.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.pool.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        common = self._common(headers)
        try:
            if scope["method"] == "OPTIONS":
                allowed = {"Access-Control-Allow-Methods": "GET, HEAD, POST", "Access-Control-Max-Age": "600",
                           "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept"}
                await _send(send, 204, common | allowed, b"")
                return
            cookie = self._admit(scope, headers)
            body = await _body(receive, headers)
        except Failed as failure:
            await _send(send, failure.status, common | {"Content-Type": "text/plain; charset=utf-8"}, str(failure).encode())
            return
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
        wanted = {name: headers[name] for name in ("accept", "content-type", "host") if name in headers}
        request = Request(scope["method"], path, scope["query_string"].decode("latin-1"), wanted, body)
        await self._answer(request, common | cookie, receive, send)

    def _common(self, headers: dict[str, str]) -> dict[str, str]:
        common = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
                  "Content-Security-Policy": _STRICT}
        origin = headers.get("origin", "")
        if origin and self.serving.cors and ("*" in self.serving.cors or origin in self.serving.cors):
            common |= {"Access-Control-Allow-Origin": "*" if "*" in self.serving.cors else origin, "Vary": "Origin",
                       "Cross-Origin-Resource-Policy": "cross-origin"}
        return common

    def _admit(self, scope: dict[str, Any], headers: dict[str, str]) -> dict[str, str]:
        """Return a header to set; raise Failed if whoever asks may not."""
        host = re.sub(r":\d+$", "", headers.get("host", "")).strip("[]").lower()
        if is_loopback(self.serving.host) and host != "localhost" and not is_loopback(host):
            raise Failed(403, "this server answers to localhost only")  # a page elsewhere whose name was made to point here
        token = self.serving.token
        if not token:
            return {}
        cookie = re.search(r"(?:^|;)\s*kg=([^;\s]*)", headers.get("cookie", ""))  # SimpleCookie raises for odd cookies of others
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("token", "")
        given = [headers.get("authorization", "").removeprefix("Bearer "), unquote(cookie[1]) if cookie else "", asked]
        if not any(hmac.compare_digest(one.encode("utf-8", "replace"), token.encode()) for one in given):
            raise Failed(401, "this server asks for a token: Authorization: Bearer TOKEN, or ?token=TOKEN once in a browser")
        return {"Set-Cookie": f"kg={quote(token, safe='')}; HttpOnly; SameSite=Strict; Path=/"} if asked else {}

    async def _answer(self, request: Request, common: dict[str, str], receive: Receive, send: Send) -> None:
        if self.waiting >= self.serving.queue:
            await _send(send, 503, common | {"Retry-After": "1", "Content-Type": "text/plain"}, b"too many requests at once; try again")
            return
        deadline = time.monotonic() + self.serving.timeout
        self.waiting += 1
        try:
            worker = await asyncio.wait_for(self.pool.free.get(), self.serving.timeout)
        except TimeoutError:
            await _send(send, 503, common | {"Retry-After": "5", "Content-Type": "text/plain"}, b"all workers are busy; try again")
            return
        finally:
            self.waiting -= 1
        gone = asyncio.ensure_future(_gone(receive))
        telling = asyncio.ensure_future(self._tell(worker, request, common, send))
        try:
            done, _ = await asyncio.wait({gone, telling}, timeout=deadline - time.monotonic(), return_when=asyncio.FIRST_COMPLETED)
            if telling in done:
                telling.result()
            elif gone in done:  # whoever asked has hung up: the answer is for nobody
                worker.kill()
            else:
                worker.kill()
                raise Failed(503, f"the answer took over {self.serving.timeout:g} s; narrow the question")
        except Failed as failure:
            if not worker.started:
                await _send(send, failure.status, common | {"Content-Type": "text/plain; charset=utf-8"}, str(failure).encode())
            else:
                raise ConnectionAbortedError(str(failure)) from None  # the server cuts the connection: the answer is not whole
        finally:
            gone.cancel()
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await telling
            self.pool.release(worker)

    async def _tell(self, worker: Worker, request: Request, common: dict[str, str], send: Send) -> None:
        """Pass the worker's answer on as it comes."""
        async for kind, data in worker.ask(request):
            if kind == _HEAD:
                status, headers = msgspec.msgpack.decode(data)
                if headers.pop("X-Kg-Page", None):  # the graph page is one file with its own, as strict, policy inside
                    common = {name: value for name, value in common.items() if name != "Content-Security-Policy"}
                if "Vary" in common and "Vary" in headers:
                    headers["Vary"] += f", {common['Vary']}"
                await send({"type": "http.response.start", "status": status, "headers": _pairs(common | headers)})
                worker.started = True
            else:
                await send({"type": "http.response.body", "body": data, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def is_loopback(host: str) -> bool:
    """Tell whether an address is of this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive, headers: dict[str, str]) -> bytes:
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > MAX_BODY:
        raise Failed(413, f"a request may hold {MAX_BODY} bytes")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Failed(400, "the request was cut short")
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise Failed(413, f"a request may hold {MAX_BODY} bytes")
        if not message.get("more_body"):
            return bytes(body)


def _pairs(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), re.sub(r"[\r\n]", " ", value).encode("latin-1", "replace")) for name, value in headers.items()]


async def _send(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _pairs(headers)})
    await send({"type": "http.response.body", "body": body})


def run(folder: Path, serving: Serving, *, ready: Callable[[str], None] = lambda address: None) -> None:
    """Serve the graph in `folder` until interrupted; `ready` is told the address once it can be asked.

    Raises FolderError for no graph, InputError for a host beyond this machine without a token, or an address in use.
    """
    try:
        import uvicorn
    except ImportError as error:
        raise KgError("the server is not installed: run `pip install 'newskg[serve]'`") from error
    import socket

    from kg.opened import open_graph

    if not is_loopback(serving.host) and not serving.token:
        raise InputError(f"{serving.host} can be reached from other machines: set a token with --token, or serve on 127.0.0.1")
    open_graph(folder).close()
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((serving.host, serving.port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        raise InputError(f"{serving.host}:{serving.port} can't be served on ({error.strerror or error}); choose another --port") from error
    shown = f"[{serving.host}]" if ":" in serving.host else serving.host
    ready(f"http://{shown}:{listener.getsockname()[1]}/")
    config = uvicorn.Config(Server(folder, serving), log_level="critical", access_log=False, lifespan="on", server_header=False,
                            timeout_graceful_shutdown=1, backlog=512)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
