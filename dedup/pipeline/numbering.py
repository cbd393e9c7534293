"""The lexicon of a corpus while it grows: words get their numbers as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import fact, kernels
from ..data.corpus import Lexicon, Ragged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data.protocols import Storage

LEAST_ROOM = 1 << 16
"""Values for which there is room at first."""


class Numbers:
    """Numbers of distinct values, from 0 in the order they come.

    >>> numbers = Numbers()
    >>> [numbers.number(np.array(some, np.uint64)).tolist() for some in ([30, 10], [20, 30, 30])]
    [[0, 1], [2, 0, 0]]
    >>> numbers.values().tolist()
    [30, 10, 20]
    """

    def __init__(self) -> None:
        """None yet."""
        self.count = 0
        self._known = np.zeros(0, np.uint64)
        self._widen(LEAST_ROOM)

    def number(self, values: NDArray[np.uint64]) -> NDArray[np.uint32]:
        """The number of each value; one that is new gets the next."""
        if self.count + len(values) > len(self._known):
            self._widen(self.count + len(values))
        numbers, self.count = kernels.number_more(values, self._known, self._slots, self.count)
        return numbers

    def values(self) -> NDArray[np.uint64]:
        """All values by their numbers."""
        values: NDArray[np.uint64] = self._known[: self.count].copy()
        return values

    def _widen(self, least: int) -> None:
        """Make room for so many values: for twice as many as before, or more."""
        values, room = self.values(), 1 << (least - 1).bit_length()
        self._known, self._slots = np.zeros(room, np.uint64), np.zeros(2 * room, np.uint32)
        kernels.number_more(values, self._known, self._slots, 0)


class GrowingLexicon:
    """The lexicon of all batches until now."""

    def __init__(self, storage: Storage) -> None:
        """Begin without words; their letters go to a column."""
        self._words = Numbers()
        self._marks = [np.zeros(0, np.uint8)]
        self._stems = [np.zeros(0, np.uint64)]
        self._letters = storage.column(np.zeros(0, np.uint8))
        self._lengths = [np.zeros(0, np.int64)]

    def admit(self, batch: Lexicon) -> NDArray[np.uint32]:
        """The number of each of a batch's words."""
        before = self._words.count
        words = self._words.number(batch.hashes)
        fresh = np.flatnonzero(words >= before)[::-1]
        first = np.zeros(self._words.count - before, np.int64)
        first[words[fresh] - before] = fresh  # of a word that has two numbers, the first
        known = _beginnings(batch.letters)
        letters, borders = kernels.take_rows(known.values, known.offsets, first)
        self._letters.extend(letters)
        self._lengths.append(np.diff(borders))
        self._marks.append(batch.marks[first])
        self._stems.append(batch.stems[first])
        return words

    def whole(self) -> Lexicon:
        """The lexicon; it grows no more."""
        marks, stems = np.concatenate(self._marks), np.concatenate(self._stems)
        borders = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.concatenate(self._lengths))))
        letters = Ragged(self._letters.array(), borders)
        return Lexicon(self._words.values(), marks, letters, stems)


def _beginnings(letters: Ragged) -> Ragged:
    """The letters of words, of long ones only as many as are ever looked at.

    >>> spelled = np.frombuffer(b"storm " + b"a" * 99 + b" ", np.uint8)
    >>> _beginnings(Ragged(spelled, np.array([0, 6, 106]))).offsets.tolist()
    [0, 6, 74]
    """
    most = fact.LETTERS_KNOWN
    if np.diff(letters.offsets).max(initial=0) <= most:
        return letters
    words = letters.values.tobytes().decode(errors="surrogatepass").split(" ")[:-1]
    cut = [f"{one[:most]}… " if len(one) > most else f"{one} " for one in words]
    told = [one.encode(errors="surrogatepass") for one in cut]
    offsets = np.cumsum([0, *map(len, told)])
    return Ragged(np.frombuffer(b"".join(told), np.uint8), offsets)
