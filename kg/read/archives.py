"""gzip and zip: what is packed is read like a file of its own; bombs are refused.

The limits: an archive unpacks to at most :data:`RATIO` times its size (beyond the first :data:`FREE` bytes), holds at most
:data:`ENTRIES` entries, and archives lie at most :data:`DEPTH` deep in each other.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, BinaryIO

from kg.errors import shown
from kg.read.article import Refused, Unreadable
from kg.records import Article

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: deflate packs at most 1,032 to 1; text and web pages 3 to 30, logs of repeated lines about 100
RATIO, FREE, ENTRIES, DEPTH = 200, 64_000_000, 200_000, 2
_CHUNK = 65_536
Reader = Callable[[BinaryIO, str], Iterator[Article | Unreadable]]


class Inflated(io.RawIOBase):
    """The unpacked content of a gzip stream of one or more members; raises Refused where it is broken or a bomb."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._zlib, self._packed = stream, zlib.decompressobj(31), b""
        self.taken = self.given = 0
        self._begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        data = self._next(len(view))
        view[:len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        while True:
            if self._zlib.eof:
                self._packed = (self._zlib.unused_data or self._packed).lstrip(b"\0")
                self._zlib, self._begun = zlib.decompressobj(31), False
            if not self._packed:
                self._packed = self._stream.read(_CHUNK)
                self.taken += len(self._packed)
                if not self._packed:
                    if self._begun:
                        raise Refused("ends in the middle of its gzip data; get it anew (what came before was read)")
                    return b""
            try:
                data = self._zlib.decompress(self._packed, size)
            except zlib.error as error:
                raise Refused(f"is broken gzip data ({shown(str(error))}); get it anew (what came before was read)") from error
            self._begun = True
            self._packed = self._zlib.unconsumed_tail
            self.given += len(data)
            check_ratio(self.given, self.taken)
            if data:
                return data


def check_ratio(unpacked: int, packed: int) -> None:
    """Raise Refused if that much text from that few bytes is no honest archive."""
    if unpacked > FREE and unpacked > RATIO * max(packed, 1):
        raise Refused(f"unpacks to more than {RATIO} times its size and is refused as a bomb; unpack it yourself if you trust it")


def read_gzip(stream: BinaryIO, read: Callable[[BinaryIO], Iterator[Article | Unreadable]]) -> Iterator[Article | Unreadable]:
    """Yield what `read` finds in the unpacked stream."""
    yield from read(io.BufferedReader(Inflated(stream), _CHUNK))


def seekable(stream: BinaryIO) -> IO[bytes]:
    """Return `stream` if one can seek in it, else a temporary copy of it, on disk if large."""
    if stream.seekable():
        return stream
    copy = tempfile.SpooledTemporaryFile(max_size=FREE)  # noqa: SIM115  (closed when let go)
    while data := stream.read(_CHUNK):
        copy.write(data)
    copy.seek(0)
    return copy


def read_zip(stream: BinaryIO, name: str, known: Callable[[str], bool], read: Reader) -> Iterator[Article | Unreadable]:
    """Yield what `read` finds in each entry of a zip archive whose name is `known`, in the archive's order.

    Hidden entries and those of other formats are passed over as they are in a folder.
    """
    try:
        archive = zipfile.ZipFile(seekable(stream))
        entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]  # is_dir fails on an empty name
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError, EOFError, UnicodeError) as error:
        raise Refused(f"can't be read as a zip archive ({shown(str(error))}); get it anew, or unpack it yourself") from error
    if len(entries) > ENTRIES:
        raise Refused(f"holds {len(entries):,} entries, more than the {ENTRIES:,} allowed; unpack it yourself")
    size = stream.seek(0, io.SEEK_END) if stream.seekable() else sum(entry.compress_size for entry in entries)
    check_ratio(sum(entry.file_size for entry in entries), size)
    read_any, others = False, 0
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in parts) or not known(parts[-1]):
            others += 1
            continue
        read_any = True
        where = shown(f"{name}/{entry.filename}", 4096)
        if entry.flag_bits & 1:
            yield Unreadable(where, "is encrypted; unpack it yourself")
            continue
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield Unreadable(where, "is packed by another method than deflate; unpack it yourself")
            continue
        try:
            check_ratio(entry.file_size, entry.compress_size)
            with archive.open(entry) as content:
                yield from read(io.BufferedReader(content), where)  # type: ignore[type-var]  # readinto is all it takes
        except Refused as error:
            yield Unreadable(where, str(error))
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            yield Unreadable(where, f"can't be unpacked ({shown(str(error))}); get the archive anew")
    if not read_any:
        yield Unreadable(name, f"holds no articles of a known format ({others} other files)")
