"""Storage in memory: arrays that grow in place, and texts as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


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


class HeldColumn:
    """An array that grows in place, so that a corpus is never held twice.

    >>> column = HeldColumn(np.zeros(0, np.uint8))
    >>> column.extend(np.arange(3, dtype=np.uint8))
    >>> column.array().tolist()
    [0, 1, 2]
    """

    def __init__(self, like: NDArray[Any]) -> None:
        """Begin empty, with the type and width of an example."""
        self._bytes = bytearray()
        self._like = like[:0]

    def extend(self, values: NDArray[Any]) -> None:
        """Put values after those there are."""
        self._bytes += np.ascontiguousarray(values).reshape(-1).view(np.uint8).data

    def part(self, start: int, stop: int) -> NDArray[Any]:
        """Some of the values, as a copy; the column may still grow."""
        return np.array(self.array()[start:stop])

    def array(self) -> NDArray[Any]:
        """The whole column; it cannot grow while this is in use."""
        whole: NDArray[Any] = np.frombuffer(self._bytes, self._like.dtype)
        shaped: NDArray[Any] = whole.reshape(-1, *self._like.shape[1:])
        return shaped


class HeldTexts:
    """The very texts that came in; whoever else holds them shares them."""

    def __init__(self) -> None:
        """Begin without texts."""
        self._texts: list[str] = []

    def extend(self, texts: Sequence[str]) -> None:
        """Put texts after those there are."""
        self._texts += texts

    def get(self, numbers: NDArray[np.int64]) -> list[str]:
        """Some of the texts, by their numbers from 0."""
        return [self._texts[at] for at in numbers.tolist()]
