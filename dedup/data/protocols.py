"""What a run is given: where its data lies, who runs its steps, and who follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from .articles import Articles


class Column(Protocol):
    """An array that grows at its end, wherever it lies."""

    def extend(self, values: NDArray[Any]) -> None:
        """Put values after those there are."""

    def part(self, start: int, stop: int) -> NDArray[Any]:
        """Some of the values, as a copy."""

    def array(self) -> NDArray[Any]:
        """The whole column, which may be altered in place; it grows no more."""


class Texts(Protocol):
    """The texts of articles in the order in which they arrived, wherever they lie."""

    def extend(self, articles: Articles) -> None:
        """Put the texts of articles after those there are."""

    def get(self, numbers: NDArray[np.int64]) -> list[str]:
        """Some of the texts, by their numbers from 0; empty where one cannot be had again."""


class Storage(Protocol):
    """Where a run puts what it must not lose and cannot hold: in memory, or not."""

    def column(self, like: NDArray[Any]) -> Column:
        """A new column of the type and the width of an example."""

    def texts(self) -> Texts:
        """A new list of texts."""

    def release(self) -> None:
        """Give back what memory can be had again; called between batches."""

    def holds(self) -> bool:
        """Whether all of it is held, so that there is nothing to give back."""


class Engine(Protocol):
    """Runs a step over batches, somewhere, and gives the answers in the order of the batches.

    ``map`` is one.
    """

    def __call__(self, step: Callable[[Any], Any], batches: Iterable[Any], /) -> Iterator[Any]:
        """Give ``step`` of each batch; how many are under way is bounded."""


class Watch(Protocol):
    """What a long run tells of its way: called with figures, it says nothing back.

    Who calls it knows no clock and no screen, and calls it once a batch, not once an article.
    """

    def __call__(self, stage: str, done: int, total: int | None = None) -> None:
        """Tell that ``done`` of ``total`` things of a stage are behind it.

        ``stage`` names the work and what is counted, such as ``read articles``; another name
        begins another stage. ``total`` is None where nobody knows it.
        """


def unwatched(stage: str, done: int, total: int | None = None) -> None:
    """The ``Watch`` of a run that nobody follows."""
