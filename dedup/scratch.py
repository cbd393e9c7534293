"""Storage on disk beyond a bound: columns in files that memory maps; texts in one, end to end, or
where they were read.

The files have no name from the moment they are made, so that nothing is left behind, however a run
ends. Growing is writing: a full disk is an error with a place and a remedy, and no crash.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from math import inf
from mmap import PAGESIZE, mmap
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from .errors import DedupError
from .pipeline.memory import HeldColumn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from typing_extensions import Self

    from .data.articles import Articles

Again = Callable[[Sequence[str]], Mapping[str, str]]
"""Reads articles again: to addresses their texts, as far as they are still there."""
HELD_SHARE = 3
"""Columns and texts may hold one part in so many of the bound; the rest is for work on them."""
PIECE_BYTES = 1 << 16
_GIVE_BACK = 4  # MADV_DONTNEED, where the system knows it


class ScratchError(DedupError):
    """The disk cannot take what memory may not hold."""

    code = "E410"


class Scratch:
    """The ``Storage`` of a run that holds no more than a share of ``bound`` bytes in memory.

    >>> with Scratch(1) as scratch:
    ...     column = scratch.column(np.zeros(0, np.uint32))
    ...     column.extend(np.arange(3, dtype=np.uint32))
    ...     column.array().tolist()
    [0, 1, 2]
    """

    def __init__(self, bound: int, again: Again | None = None) -> None:
        """Begin with nothing held. Files lie where ``TMPDIR`` says. Texts are not kept where
        ``again`` gives them by their addresses.
        """
        self._again = again
        self._bound = bound
        self.left = bound // HELD_SHARE
        """Bytes that may still be held."""
        self.maps: list[mmap] = []
        self.files: list[BinaryIO] = []

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the files, which ends them once no array looks into them any more."""
        self.maps.clear()
        while self.files:
            with suppress(OSError):  # of a full disk, what is not written yet
                self.files.pop().close()

    def column(self, like: NDArray[Any]) -> ScratchColumn:
        """A new column of the type and the width of an example."""
        return ScratchColumn(self, like)

    def texts(self) -> ScratchTexts | LastingTexts:
        """A new list of texts."""
        return LastingTexts(self._again) if self._again else ScratchTexts(self)

    def release(self) -> None:
        """Let the system have the memory through which mapped files were looked at; what they hold
        stays, and comes back when it is looked at again. Within the bound all may stay in sight,
        since to bring it back takes time.
        """
        if self.maps and _resident() >= self._bound:
            for one in self.maps:
                one.madvise(_GIVE_BACK)

    def holds(self) -> bool:
        """Whether nothing had to go into a file until now."""
        return not self.files

    def open(self) -> BinaryIO:
        """A new file without a name."""
        with _explained():
            file = tempfile.TemporaryFile(buffering=PIECE_BYTES)  # noqa: SIM115 - see exit
            self.files.append(cast("BinaryIO", file))
        return self.files[-1]


def _resident() -> float:
    """Bytes of memory that this process has, mapped files included; without end where the system
    does not say.
    """
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[1]) * PAGESIZE
    except (OSError, ValueError, IndexError):
        return inf


class ScratchColumn:
    """An array that grows in memory up to the bound, and in a file beyond it."""

    def __init__(self, scratch: Scratch, like: NDArray[Any]) -> None:
        """Begin empty, with the type and width of an example."""
        self._scratch = scratch
        self._held = HeldColumn(like)
        self._like = like[:0]
        self._size = 0
        self._file: BinaryIO | None = None

    def extend(self, values: NDArray[Any]) -> None:
        """Put values after those there are."""
        if self._file is None and values.nbytes <= self._scratch.left:
            self._scratch.left -= values.nbytes
            self._held.extend(values)
        elif values.nbytes:
            self._write(values)
        self._size += values.nbytes

    def part(self, start: int, stop: int) -> NDArray[Any]:
        """Some of the values, as a copy."""
        if self._file is None:
            return self._held.part(start, stop)
        item = self._like.dtype.itemsize * int(np.prod(self._like.shape[1:], dtype=np.int64))
        with _explained():
            self._file.flush()
            raw = os.pread(self._file.fileno(), (stop - start) * item, start * item)
        return self._shaped(np.frombuffer(raw, self._like.dtype))

    def stretches(self, borders: Iterable[tuple[int, int]]) -> list[bytes | memoryview]:
        """Some of its bytes; those that are held are shared, and it cannot grow meanwhile."""
        if self._file is None:
            whole = self._held.array().reshape(-1).view(np.uint8).data
            return [whole[start:stop] for start, stop in borders]
        with _explained():
            self._file.flush()
            number = self._file.fileno()
            return [os.pread(number, stop - start, start) for start, stop in borders]

    def array(self) -> NDArray[Any]:
        """The whole column, which may be altered in place; it grows no more."""
        if self._file is None:
            return self._held.array()
        with _explained():
            self._file.flush()
            whole = mmap(self._file.fileno(), self._size)
        self._scratch.maps.append(whole)
        return self._shaped(np.frombuffer(whole, self._like.dtype))

    def _shaped(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values as they stand beside each other."""
        shaped: NDArray[Any] = values.reshape(-1, *self._like.shape[1:])
        return shaped

    def _write(self, values: NDArray[Any]) -> None:
        """Put values into the file, after those that are held until now."""
        with _explained():
            if self._file is None:
                self._file = self._scratch.open()
                _put(self._file, self._held.array(), 0)
                self._scratch.left += self._size
                self._held = HeldColumn(self._like)
            _put(self._file, values, self._size)


def _put(file: BinaryIO, values: NDArray[Any], start: int) -> None:
    """Write from a place on, in small pieces that begin at multiples of their size: what is written
    at once the system keeps together, and whoever looks at a part of it through a map has all of it
    in memory, which is done at once.
    """
    whole = np.ascontiguousarray(values).reshape(-1).view(np.uint8).data
    borders = range(-start % PIECE_BYTES, len(whole), PIECE_BYTES)
    for at, end in pairwise((0, *borders, len(whole))):
        file.write(whole[at:end])


class ScratchTexts:
    """Texts in UTF-8, end to end, and read back by their numbers."""

    def __init__(self, scratch: Scratch) -> None:
        """Begin without texts."""
        self._bytes = ScratchColumn(scratch, np.zeros(0, np.uint8))
        self._ends = HeldColumn(np.zeros(0, np.int64))
        self._ends.extend(np.zeros(1, np.int64))
        self._size = 0

    def extend(self, articles: Articles) -> None:
        """Put the texts of articles after those there are."""
        parts = [one.encode(errors="surrogatepass") for one in articles.texts]
        self._bytes.extend(np.frombuffer(b"".join(parts), np.uint8))
        lengths = np.array([len(one) for one in parts], np.int64)
        self._ends.extend(self._size + np.cumsum(lengths))
        self._size += int(lengths.sum())

    def get(self, numbers: NDArray[np.int64]) -> list[str]:
        """Some of the texts, by their numbers from 0."""
        ends = self._ends.array()
        borders = zip(ends[numbers].tolist(), ends[numbers + 1].tolist(), strict=True)
        return [str(one, "utf-8", "surrogatepass") for one in self._bytes.stretches(borders)]


class LastingTexts:
    """Texts that stay where they were read, and are read there again; where they lie is kept."""

    def __init__(self, again: Again) -> None:
        """Begin without texts."""
        self._again = again
        self._addresses: list[str] = []

    def extend(self, articles: Articles) -> None:
        """Put the texts of articles after those there are."""
        self._addresses += articles.addresses

    def get(self, numbers: NDArray[np.int64]) -> list[str]:
        """Some of the texts, by their numbers from 0; empty where one is not there any more."""
        asked = [self._addresses[at] for at in numbers.tolist()]
        found = self._again(asked) if asked else {}
        return [found.get(address, "") for address in asked]


class _explained:  # noqa: N801 - it is used like a function
    """Turns what the disk refuses into a ScratchError that names the place."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Explain."""
        if isinstance(error, OSError) and error.errno != errno.ENOMEM:
            why = (error.strerror or str(error)).lower()
            hint = "TMPDIR names another folder; a larger --memory needs less of it"
            raise ScratchError(why, place=tempfile.gettempdir(), hint=hint) from error
