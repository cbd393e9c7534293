"""Values to numbers while a corpus grows, so that no more than a stretch of them is ever held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data import Storage

STRETCH_VALUES = 1 << 21
"""Values that are numbered at a time."""


class Numbering:
    """A column of values, each as its place among all that are distinct.

    >>> from .memory import Memory
    >>> column = Numbering(Memory(), 2)
    >>> for values in ([30, 10], [20, 30, 30]): column.extend(np.array(values, np.uint64))
    >>> column.array().tolist(), column.vocabulary.tolist()
    ([2, 0, 1, 2, 2], [10, 20, 30])
    """

    def __init__(self, storage: Storage, stretch: int = STRETCH_VALUES) -> None:
        """Begin without values."""
        self._places = storage.column(np.zeros(0, np.uint32))
        self._storage = storage
        self._stretch = stretch
        self._waiting: list[NDArray[np.uint64]] = []
        self._waits = 0
        self._distinct: list[NDArray[np.uint64]] = [np.zeros(0, np.uint64)]
        self._counts = [0]
        self.vocabulary = self._distinct[0]
        """All values, sorted, once the column is whole."""

    def extend(self, values: NDArray[np.uint64]) -> None:
        """Put values after those there are."""
        self._waiting.append(values)
        self._waits += len(values)
        if self._waits >= self._stretch:
            self._number()

    def array(self) -> NDArray[np.uint32]:
        """The place of each value in the vocabulary; the column grows no more."""
        self._number()
        self.vocabulary, places = kernels.number_values(np.concatenate(self._distinct))
        whole: NDArray[np.uint32] = self._places.array()
        known = at = 0
        for distinct, count in zip(self._distinct, self._counts, strict=True):
            of_stretch = places[known : known + len(distinct)]
            whole[at : at + count] = of_stretch[whole[at : at + count]]
            known, at = known + len(distinct), at + count
            self._storage.release()
        return whole

    def _number(self) -> None:
        """Number those that wait, among themselves."""
        if self._waits:
            distinct, places = kernels.number_values(np.concatenate(self._waiting))
            self._places.extend(places)
            self._distinct.append(distinct)
            self._counts.append(self._waits)
        self._waiting, self._waits = [], 0
