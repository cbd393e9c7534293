"""Lines of JSON out of cells: pieces of text end to end, each known by its number."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import kernels
from .screen import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    Letters = NDArray[np.uint8]
    Numbers = NDArray[np.int64]
    Cell = int | Numbers

NOTHING = 0
"""The number of the empty cell, which every sheet has."""
_QUOTE = ord('"')
_ODD = bytes(byte < 0x20 or byte in b'"\\#\x7f' for byte in range(256))
"""By byte in UTF-8, 1 if it may need an escape, but for letters beyond ASCII."""


class Sheet:
    """Cells, out of which lines are put together."""

    def __init__(self) -> None:
        """The empty one."""
        self._letters = np.empty(0, np.uint8)
        self._offsets = np.zeros(1, np.int64)
        self._count = 0
        self.put([""])

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    def forget(self, count: int) -> None:
        """Keep the first cells only."""
        self._count = count

    def put(self, cells: Sequence[str], before: str = "") -> Numbers:
        """Add cells, each with what stands before it; their numbers."""
        whole = before.join(("", *cells))
        parts = cells if whole.isascii() else [one.encode() for one in cells]
        sizes = np.fromiter(map(len, parts), np.int64, len(parts)) + len(before.encode())
        return self.put_letters(np.frombuffer(whole.encode(), np.uint8), sizes)

    def put_distinct(self, values: Sequence[Hashable], write: Callable[[Any], str]) -> Numbers:
        """Add what is written of some values, of equal ones once; the numbers of all."""
        distinct = dict.fromkeys(values)
        codes = dict(zip(distinct, self.put([*map(write, distinct)]).tolist(), strict=True))
        return np.fromiter(map(codes.__getitem__, values), np.int64, len(values))

    def put_texts(self, texts: Sequence[str]) -> Numbers:
        """Add texts from outside as JSON, each with the quote that ends it; their numbers."""
        letters, sizes, done = kernels.quote_texts(texts)
        numbers = self.put_letters(letters, sizes)
        left = np.flatnonzero(done == 0)
        if len(left):
            numbers[left] = self.put([text(texts[at])[1:] for at in left.tolist()])
        return numbers

    def put_letters(self, letters: Letters, sizes: Numbers) -> Numbers:
        """Add cells in UTF-8 that lie end to end; their numbers."""
        before, start = self._count, int(self._offsets[self._count])
        self._count += len(sizes)
        self._letters = _with_room(self._letters, start, start + len(letters))
        self._offsets = _with_room(self._offsets, before + 1, self._count + 1)
        self._letters[start : start + len(letters)] = letters
        self._offsets[before + 1 : self._count + 1] = start + np.cumsum(sizes)
        return np.arange(before, self._count)

    def lines(self, columns: Sequence[Cell], count: int) -> tuple[Letters, Numbers]:
        """So many lines end to end, and how long each is. Of each its cells are given, a column
        each, or one number where all lines have the same.
        """
        numbers = np.empty((len(columns), count), np.int64)
        for at, column in enumerate(columns):
            numbers[at] = column
        return kernels.join_rows(self._letters, self._offsets[: self._count + 1], numbers)


def _with_room(array: NDArray[Any], used: int, size: int) -> NDArray[Any]:
    """An array that begins with the same values, with room for so many."""
    if size <= len(array):
        return array
    larger = np.empty(2 * size, array.dtype)
    larger[:used] = array[:used]
    return larger


def is_plain(letters: Letters) -> bool:
    """Whether a text in UTF-8 surely needs no escape."""
    whole = letters.tobytes()
    if np.frombuffer(whole.translate(_ODD), np.bool_).any():
        return False
    return whole.isascii() or whole.decode(errors="surrogatepass").isprintable()


def quoted(letters: Letters, borders: Numbers) -> tuple[Letters, Numbers]:
    """Texts in UTF-8 that lie end to end, with a quote behind each, and how long they then are."""
    return np.insert(letters, borders[1:], _QUOTE), np.diff(borders) + 1


def text(one: str) -> str:
    """One text from outside as JSON."""
    return guarded(encode_basestring(one))
