"""Storage in memory: arrays that grow in place, and texts as they came."""

from __future__ import annotations

import mmap
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data.articles import Articles


STEP_BYTES = 1 << 20
"""A column takes memory so much at a time."""
_BRING = 23  # MADV_POPULATE_WRITE, where the system knows it


class Memory:
    """The ``Storage`` of a run that holds everything."""

    def column(self, like: NDArray[Any]) -> HeldColumn:
        """A new column of the type and the width of an example."""
        return HeldColumn(like)

    def texts(self) -> HeldTexts:
        """A new list of texts."""
        return HeldTexts()

    def release(self) -> None:
        """Nothing can be had again."""

    def holds(self) -> bool:
        """It holds all."""
        return True


class HeldColumn:
    """An array that grows in place, so that a corpus is never held twice.

    >>> column = HeldColumn(np.zeros(0, np.uint8))
    >>> column.extend(np.arange(3, dtype=np.uint8))
    >>> column.array().tolist()
    [0, 1, 2]
    """

    def __init__(self, like: NDArray[Any]) -> None:
        """Begin empty, with the type and width of an example."""
        self._pages = _pages(STEP_BYTES)
        self._size = 0
        self._there = STEP_BYTES
        self._like = like[:0]

    def extend(self, values: NDArray[Any]) -> None:
        """Put values after those there are."""
        start, self._size = self._size, self._size + values.nbytes
        if self._size > self._there:
            self._grow(start)
        flat = np.ascontiguousarray(values).reshape(-1)
        self._pages[start : self._size] = flat.view(np.uint8).data

    def _grow(self, used: int) -> None:
        """Make room for the whole size, and have memory brought there before it is written to: many
        pages at once, since to meet them one by one takes longer than to fill them.
        """
        before, self._there = self._there, -(-self._size // STEP_BYTES) * STEP_BYTES
        if self._there > len(self._pages):
            self._pages = _longer(self._pages, used, 2 * self._there)
        with suppress(AttributeError, OSError):  # not every system can
            self._pages.madvise(_BRING, before, self._there - before)

    def part(self, start: int, stop: int) -> NDArray[Any]:
        """Some of the values, as a copy; the column may still grow."""
        return np.array(self.array()[start:stop])

    def array(self) -> NDArray[Any]:
        """The whole column; it cannot grow while this is in use."""
        count = self._size // self._like.dtype.itemsize
        whole: NDArray[Any] = np.frombuffer(self._pages, self._like.dtype, count)
        shaped: NDArray[Any] = whole.reshape(-1, *self._like.shape[1:])
        return shaped


def _pages(size: int) -> mmap.mmap:
    """Memory of its own, of which nothing is there before it is written to."""
    if not hasattr(mmap, "MAP_ANONYMOUS"):  # Windows knows no other kind
        return mmap.mmap(-1, size)
    return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def _longer(pages: mmap.mmap, used: int, size: int) -> mmap.mmap:
    """More pages that begin with the same bytes, where the system can do that without a copy."""
    with suppress(SystemError, OSError):
        pages.resize(size)
        return pages
    longer = _pages(size)
    longer[:used] = pages[:used]
    return longer


class HeldTexts:
    """The very texts that came in; whoever else holds them shares them."""

    def __init__(self) -> None:
        """Begin without texts."""
        self._texts: list[str] = []

    def extend(self, articles: Articles) -> None:
        """Put the texts of articles after those there are."""
        self._texts += articles.texts

    def get(self, numbers: NDArray[np.int64]) -> list[str]:
        """Some of the texts, by their numbers from 0."""
        return [self._texts[at] for at in numbers.tolist()]
