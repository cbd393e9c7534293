"""Verdicts as columns: judged by the batch, and made into objects once somebody looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

from .. import evidence, fact, verdict
from ..data.pair import Relation, Verdict
from ..data.weighed import Facts, Weighed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray


IS_SAME = np.array([rule.relation is Relation.SAME_STORY for rule in verdict.RULES])
"""Of each rule, whether those that it decides on are one story."""
IS_TOLD = np.array([rule.relation is not Relation.DISTINCT for rule in verdict.RULES])
"""Of each rule, whether those that it decides on are more than distinct."""
READ_AT_ONCE = 4096
"""Verdicts that are made into objects at a time."""


class Batch(NamedTuple):
    """Pairs that were judged together."""

    places: NDArray[np.int64]
    """``int64[m, 2]``: of their articles, the lower first."""
    rules: NDArray[np.uint8]
    """The places in ``verdict.RULES`` of those that decided."""
    weighed: Weighed
    facts: Facts

    def take(self, numbers: NDArray[np.int64]) -> Batch:
        """Some of the pairs, in the order given."""
        return Batch(
            self.places[numbers],
            self.rules[numbers],
            Weighed._make(column[numbers] for column in self.weighed),
            fact.take(self.facts, numbers),
        )

    def part(self, start: int, stop: int) -> Batch:
        """The pairs of a stretch, whose columns are not copied."""
        return Batch(
            self.places[start:stop],
            self.rules[start:stop],
            Weighed._make(column[start:stop] for column in self.weighed),
            fact.stretch(self.facts, start, stop),
        )


def joined(batches: Sequence[Batch]) -> Batch:
    """Batches end to end; there is at least one."""
    if len(batches) == 1:
        return batches[0]
    return Batch(
        np.concatenate([one.places for one in batches]),
        np.concatenate([one.rules for one in batches]),
        Weighed._make(map(np.concatenate, zip(*(one.weighed for one in batches), strict=True))),
        fact.join([one.facts for one in batches]),
    )


class Numbered:
    """Pairs that were judged, by number as they came, and the rule that decided on each.

    They are sorted in stretches, of which each is longer than all after it: so there are few, and
    a pair moves seldom.
    """

    def __init__(self) -> None:
        """None yet."""
        self._count = 0
        self._sorted: list[_Stretch] = []

    def note(self, packed: NDArray[np.int64], rules: NDArray[np.uint8]) -> None:
        """Number pairs, each as one number of its own, after those there are."""
        order = np.argsort(packed, kind="stable")
        fresh = packed[order], self._count + order, rules[order]
        self._count += len(packed)
        while self._sorted and len(self._sorted[-1][0]) <= len(fresh[0]):
            fresh = _merged(self._sorted.pop(), fresh)
        self._sorted.append(fresh)

    def find(self, packed: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """The number of each pair and its rule; -1 and 0 where it was not judged."""
        numbers, rules = np.full(len(packed), -1, np.int64), np.zeros(len(packed), np.uint8)
        for known, of_known, ruled in self._sorted:
            at = np.searchsorted(known, packed)
            at[at == len(known)] = 0
            there = known[at] == packed
            numbers[there], rules[there] = of_known[at[there]], ruled[at[there]]
        return numbers, rules


_Stretch = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.uint8]"]


def _merged(some: _Stretch, more: _Stretch) -> _Stretch:
    """Two stretches as one."""
    packed = np.concatenate((some[0], more[0]))
    order = np.argsort(packed, kind="stable")
    numbers = np.concatenate((some[1], more[1]))[order]
    return packed[order], numbers, np.concatenate((some[2], more[2]))[order]


class Verdicts(Sequence[Verdict]):
    """The verdicts on many pairs, made one by one as they are asked for."""

    def __init__(self, ids: Sequence[str], judged: Batch) -> None:
        """``ids`` are those of the articles that the places mean."""
        self.ids = ids
        self._judged = judged

    def __len__(self) -> int:
        """How many there are."""
        return len(self._judged.rules)

    @overload
    def __getitem__(self, at: int) -> Verdict: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Verdict, ...]: ...
    def __getitem__(self, at: int | slice) -> Verdict | tuple[Verdict, ...]:
        """One of them, or some."""
        some = self._judged.take(np.arange(len(self))[at if isinstance(at, slice) else [at]])
        made = tuple(_made(*self._ids(some.places), some))
        return made if isinstance(at, slice) else made[0]

    def __iter__(self) -> Iterator[Verdict]:
        """Each of them."""
        for some in self.batches():
            yield from _made(*self._ids(some.places), some)

    def batches(self) -> Iterator[Batch]:
        """A stretch at a time, without making the verdicts."""
        for start in range(0, len(self), READ_AT_ONCE):
            yield self._judged.part(start, start + READ_AT_ONCE)

    def mapped(self, change: Callable[[Weighed], Weighed]) -> Verdicts:
        """The same verdicts, their evidence changed by ``change``, such as rounded."""
        judged = self._judged._replace(weighed=change(self._judged.weighed))
        return Verdicts(self.ids, judged)

    def __eq__(self, other: object) -> bool:
        """Whether another sequence has the same verdicts."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as long as a corpus is large

    def _ids(self, places: NDArray[np.int64]) -> tuple[list[str], list[str]]:
        """The ids of the left and the right articles at places."""
        lefts, rights = places.T.tolist()
        return [self.ids[at] for at in lefts], [self.ids[at] for at in rights]


def _made(lefts: list[str], rights: list[str], judged: Batch) -> Iterator[Verdict]:
    """Verdicts on pairs of articles with these ids."""
    told = evidence.tell(judged.weighed, fact.tell(judged.facts))
    rules = (verdict.RULES[number] for number in judged.rules.tolist())
    for left, right, rule, weighed in zip(lefts, rights, rules, told, strict=True):
        yield Verdict(left, right, rule.relation, rule.kind, rule.name, weighed)
