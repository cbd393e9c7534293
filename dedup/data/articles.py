"""Many articles as columns, one for each field; objects only once one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, overload

from .article import Article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

_FIELDS = [one.name for one in fields(Article)]


@dataclass(slots=True, eq=False)
class Articles(Sequence[Article]):
    """Articles by the fields of ``Article``, in their order; a corpus of objects takes several
    times the memory, and the time to make them.

    >>> some = Articles.of([Article("a", "Storm."), Article("b", "Flood.")])
    >>> some.texts, some[1].id
    (['Storm.', 'Flood.'], 'b')
    """

    ids: list[str]
    texts: list[str]
    addresses: list[str]
    titles: list[str]
    urls: list[str]
    sources: list[str]
    published: list[datetime | None]
    langs: list[str]

    @classmethod
    def of(cls, articles: Iterable[Article]) -> Articles:
        """Some articles as columns."""
        some = list(articles)
        return cls(*(list(map(attrgetter(name), some)) for name in _FIELDS))

    def columns(self) -> list[list[Any]]:
        """The columns in the order of the fields."""
        return [getattr(self, one.name) for one in fields(self)]

    def extend(self, more: Articles) -> None:
        """Put articles behind those there are."""
        for mine, its in zip(self.columns(), more.columns(), strict=True):
            mine += its

    def take(self, numbers: Iterable[int]) -> Articles:
        """Some of the articles, in the order given."""
        some = list(numbers)
        return Articles(*([column[at] for at in some] for column in self.columns()))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.ids)

    @overload
    def __getitem__(self, at: int) -> Article: ...
    @overload
    def __getitem__(self, at: slice) -> Articles: ...
    def __getitem__(self, at: int | slice) -> Article | Articles:
        """One of them, or some."""
        if isinstance(at, slice):
            return Articles(*(column[at] for column in self.columns()))
        return Article(*(column[at] for column in self.columns()))

    def __iter__(self) -> Iterator[Article]:
        """Each of them."""
        return map(Article, *self.columns())

    def __eq__(self, other: object) -> bool:
        """Whether another sequence has the same articles."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # it grows
