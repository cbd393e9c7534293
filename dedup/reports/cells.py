"""Lines of JSON out of cells: pieces of text end to end, each known by its number."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING

import numpy as np

from .. import kernels
from .screen import guarded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Letters = NDArray[np.uint8]
    Numbers = NDArray[np.int64]
    Cell = int | Numbers

NOTHING = 0
"""The number of the empty cell, which every sheet has."""
_BREAK = ord("\n")
_ODD = np.zeros(256, np.bool_)
_ODD[:0x20] = True
_ODD[[ord(one) for one in '"\\#\x7f']] = True
"""The bytes in UTF-8 that may need an escape, but for letters beyond ASCII."""


class Sheet:
    """Cells, out of which lines are put together."""

    def __init__(self) -> None:
        """The empty one."""
        self._letters: list[Letters] = []
        self._sizes: list[Numbers] = []
        self._count = 0
        self.put([""])

    def copy(self) -> Sheet:
        """A sheet with the same cells, to which others can be added."""
        self._letters = [np.concatenate(self._letters)]
        self._sizes = [np.concatenate(self._sizes)]
        other = Sheet()
        other._letters, other._sizes = [*self._letters], [*self._sizes]
        other._count = self._count
        return other

    def put(self, cells: Sequence[str]) -> Numbers:
        """Add cells; their numbers."""
        encoded = [one.encode() for one in cells]
        sizes = np.fromiter(map(len, encoded), np.int64, len(encoded))
        return self.put_letters(np.frombuffer(b"".join(encoded), np.uint8), sizes)

    def put_texts(self, texts: Sequence[str]) -> Numbers:
        """Add texts from outside as JSON, without the quotes; their numbers."""
        return self.put_letters(*_escaped(texts))

    def put_letters(self, letters: Letters, sizes: Numbers) -> Numbers:
        """Add cells in UTF-8 that lie end to end; their numbers."""
        self._letters.append(letters)
        self._sizes.append(sizes)
        self._count += len(sizes)
        return np.arange(self._count - len(sizes), self._count)

    def lines(self, columns: Sequence[Cell], count: int) -> tuple[Letters, Numbers]:
        """So many lines end to end, and how long each is. Of each its cells are given, a column
        each, or one number where all lines have the same.
        """
        numbers = np.empty((count, len(columns)), np.int64)
        for at, column in enumerate(columns):
            numbers[:, at] = column
        offsets = np.concatenate(([0], *self._sizes)).cumsum()
        letters, ends = kernels.take_rows(np.concatenate(self._letters), offsets, numbers.ravel())
        return letters, np.diff(ends[:: len(columns)])


def is_plain(letters: Letters) -> bool:
    """Whether a text in UTF-8 surely needs no escape."""
    return not _ODD[letters].any() and _is_plain(letters.tobytes().decode(errors="surrogatepass"))


def texts(texts: Sequence[str]) -> list[str]:
    """Each of many texts from outside as JSON: what needs no escape together, needs none alone."""
    whole = "".join(texts)
    if _text(whole) == f'"{whole}"':
        return [f'"{text}"' for text in texts]
    return list(map(_text, texts))


def _text(text: str) -> str:
    return guarded(encode_basestring(text))


def _escaped(texts: Sequence[str]) -> tuple[Letters, Numbers]:
    """Texts as JSON without the quotes, end to end, and how long each is."""
    told = [*texts]
    if not _is_plain("".join(texts)):
        told = [one if _is_plain(one) else _text(one)[1:-1] for one in texts]
    letters = _encoded(told)
    odd = np.flatnonzero(_ODD[letters])
    is_end = letters[odd] == _BREAK
    within = np.unique(np.searchsorted(odd[is_end], odd[~is_end])).tolist()
    for at in within:
        told[at] = _text(texts[at])[1:-1]
    if within:
        letters = _encoded(told)
    breaks = np.flatnonzero(letters == _BREAK)
    sizes = np.diff(breaks, prepend=-1, append=len(letters)) - 1
    return letters[letters != _BREAK], sizes[: len(texts)]


def _is_plain(text: str) -> bool:
    """Whether a text without odd bytes needs no escape; there are breaks between texts."""
    return text.isprintable() if not text.isascii() else "\n" not in text


def _encoded(texts: Sequence[str]) -> Letters:
    """Texts in UTF-8, with breaks between them."""
    return np.frombuffer("\n".join(texts).encode(errors="surrogatepass"), np.uint8)
