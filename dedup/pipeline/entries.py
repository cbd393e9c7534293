"""Articles as a result lists them: columns, made into objects once somebody looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

from .. import verdict
from ..data import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ..data import Article

READ_AT_ONCE = 4096
"""Articles that are made into objects at a time."""
_RULES = [one.name for one in verdict.RULES]


class Listed(NamedTuple):
    """What a result says of articles, a column for each field of ``Entry`` that is not a text."""

    words: NDArray[np.int64]
    story: NDArray[np.int64]
    """0 where an article is told only once."""
    copy_of: NDArray[np.int64]
    """The place of the keeper; -1 where an article is kept."""
    rule: NDArray[np.uint8]
    """The place in ``verdict.RULES``; nothing is said by it where an article is kept."""
    digested: NDArray[np.bool_]
    """Whether it has its digest listed."""
    digests: NDArray[np.uint64]
    """``uint64[n, 2]``."""

    def part(self, start: int, stop: int) -> Listed:
        """Those of a stretch, whose columns are not copied."""
        return Listed._make(column[start:stop] for column in self)


class Entries(Sequence[Entry]):
    """The articles of a corpus in its order, made one by one as they are asked for."""

    def __init__(self, articles: Sequence[Article], titles: Sequence[str], listed: Listed) -> None:
        """``titles`` are what the articles are called."""
        self.articles = articles
        self.titles = titles
        self.listed = listed

    def __len__(self) -> int:
        """How many there are."""
        return len(self.articles)

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, at: int | slice) -> Entry | tuple[Entry, ...]:
        """One of them, or some."""
        if isinstance(at, slice):
            return tuple(self)[at]
        at = range(len(self))[at]
        return next(self._made(at, at + 1))

    def __iter__(self) -> Iterator[Entry]:
        """Each of them."""
        for start in range(0, len(self), READ_AT_ONCE):
            yield from self._made(start, start + READ_AT_ONCE)

    def __eq__(self, other: object) -> bool:
        """Whether another sequence has the same articles."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as long as a corpus is large

    def _made(self, start: int, stop: int) -> Iterator[Entry]:
        """Those of a stretch."""
        listed = self.listed.part(start, stop)
        digests = hexadecimal(listed.digests)
        columns = (column.tolist() for column in listed[:-1])
        rows = zip(
            self.articles[start:stop], self.titles[start:stop], digests, *columns, strict=True
        )
        for article, title, digest, words, story, copy_of, rule, digested in rows:
            keeper, decided = None, None
            if copy_of >= 0:
                keeper, decided = self.articles[copy_of].id, _RULES[rule]
            yield Entry(
                *(article.id, article.address, title, words, story or None, copy_of < 0),
                *(keeper, decided, digest if digested else ""),
            )


def hexadecimal(digests: NDArray[np.uint64]) -> list[str]:
    """Digests, ``uint64[n, 2]``, as 32 hexadecimal digits each."""
    digits = digests.astype(">u8").tobytes().hex()
    return [digits[at : at + 32] for at in range(0, len(digits), 32)]
