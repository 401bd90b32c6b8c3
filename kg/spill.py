"""What does not fit into memory: records in the order they came, and rows in the order of their keys, in temporary files."""

from __future__ import annotations

import heapq
import itertools
import os
import tempfile
from collections.abc import Callable, Hashable, Iterable, Iterator
from operator import itemgetter
from types import TracebackType
from typing import Any, Generic, TypeVar

import msgspec

from kg.records import Record, to_json

R = TypeVar("R", bound=Record)
Row = tuple[str, bytes]

#: so many bytes are held in memory (records take three times as many), then written out
RUN = 32_000_000
_BLOCK = 1 << 16


class _File:
    """A temporary file of lines that is gone when it is closed."""

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed by __exit__)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def _append(self, lines: Iterable[bytes]) -> tuple[int, int]:
        """Write lines at the end and return where they lie."""
        start = self._file.seek(0, os.SEEK_END)
        self._file.writelines(line + b"\n" for line in lines)
        return start, self._file.tell()

    def _lines(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the lines between two places of the file; others may be read in turn."""
        rest = b""
        for place in range(start, end, _BLOCK):
            self._file.seek(place)
            *lines, rest = (rest + self._file.read(min(_BLOCK, end - place))).split(b"\n")
            yield from lines


class Spilled(_File, Generic[R]):
    """Records of one kind in the order they were put, the first in memory, the others on the disk; to be gone through again and again."""

    def __init__(self, kind: type[R], folder: str | os.PathLike[str] | None = None) -> None:
        super().__init__(folder)
        self._kept: list[R] = []
        self._room = RUN
        self._decode: Callable[[bytes], R] = msgspec.json.Decoder(kind).decode

    def __enter__(self) -> Spilled[R]:
        return self

    def put(self, record: R) -> None:
        """Add a record at the end."""
        line = to_json(record)
        self._room -= len(line)
        if self._room >= 0:
            self._kept.append(record)
        else:
            self._append([line])

    def __iter__(self) -> Iterator[R]:
        yield from self._kept
        yield from map(self._decode, self._lines(0, self._file.seek(0, os.SEEK_END)))


class Sorted(_File):
    """Rows of a key and what JSON can hold, given back by key, what is said of one key together; all but the last are on the disk."""

    def __init__(self, kind: Any, folder: str | os.PathLike[str] | None = None) -> None:
        super().__init__(folder)
        self._decode: Callable[[bytes], tuple[str, Any]] = msgspec.json.Decoder(tuple[str, kind]).decode
        self._rows: list[Row] = []
        self._size = 0
        self._runs: list[tuple[int, int]] = []

    def __enter__(self) -> Sorted:
        return self

    def put(self, key: str, value: Any) -> None:
        """Add a row."""
        row = msgspec.json.encode((key, value))
        self._rows.append((key, row))
        self._size += len(row)
        if self._size > RUN:
            self._runs.append(self._append(row for _, row in sorted(self._rows)))
            self._rows, self._size = [], 0

    def groups(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield each key, in order, with all that was put under it."""
        runs = [map(self._decode, self._lines(*run)) for run in self._runs]
        rows = heapq.merge(*runs, map(self._decode, (row for _, row in sorted(self._rows))), key=itemgetter(0))
        for key, group in itertools.groupby(rows, key=itemgetter(0)):
            yield key, [value for _, value in group]


def recurring(keys: Iterable[Hashable]) -> set[int]:
    """Return the hashes of the keys that come more than once (perhaps of few others too); eight bytes are held of each key."""
    import numpy as np

    found = np.fromiter(map(hash, keys), np.int64)
    found.sort()
    return set(found[1:][found[1:] == found[:-1]].tolist())
