"""Stories out of what hangs together: the same as one star after the other, looked for plainly."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article
from dedup.cluster import gather
from dedup.data.articles import Articles
from dedup.pipeline.grouping import ASKED_LIMIT, TRIED_LIMIT, group
from dedup.settings import KeepSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

POLICY = KeepSettings(("longest",))


class Known(NamedTuple):
    """Of a corpus, what grouping looks at."""

    articles: Articles
    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    lengths: NDArray[np.int64]


class Told:
    """A weigher that was told which pairs are one story."""

    def __init__(self, count: int, same: set[tuple[int, int]]) -> None:
        """``same`` are pairs of articles, the lower first."""
        self.count = count
        self.same = same

    def is_same(self, left: int, right: int) -> bool:
        """Whether two articles are one story."""
        return (min(left, right), max(left, right)) in self.same

    def find(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Each pair has a number of its own."""
        pairs = np.sort(places, axis=1).reshape(-1, 2)
        same = [self.is_same(*pair) for pair in pairs.tolist()]
        return pairs[:, 0] * self.count + pairs[:, 1], np.array(same, np.bool_)

    def known(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Every third pair is known before anybody asks."""
        numbers, same = self.find(places)
        known = numbers % 3 == 0
        return np.where(known, numbers, -1), known & same


class Case(NamedTuple):
    """Articles by row, how long rows are, which rows and which articles are one story."""

    rows: list[int]
    lengths: list[int]
    edges: list[tuple[int, int]]
    same: set[tuple[int, int]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A few rows, some with copies; articles of linked rows are mostly one story."""
    count = draw(st.integers(1, 9))
    extra = draw(st.lists(st.integers(-1, count - 1), max_size=6))
    rows = draw(st.permutations([*range(count), *extra]))
    lengths = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    edges = {(min(one), max(one)) for one in draw(st.lists(ends, max_size=20)) if one[0] != one[1]}
    near = edges | {(row, row) for row in range(count)}
    chances = draw(st.lists(st.integers(0, 9), min_size=40, max_size=40))
    same = set()
    for right in range(len(rows)):
        for left in range(right):
            pair = min(rows[left], rows[right]), max(rows[left], rows[right])
            least = 1 if pair in near else 7
            if chances[(7 * left + right) % 40] >= least and pair[0] >= 0:
                same.add((left, right))
    return Case(rows, lengths, sorted(edges), same)


class Plainly:
    """The same, one star after the other."""

    def __init__(self, case: Case, told: Told) -> None:
        """Note who is where and who is linked with whom."""
        self.case = case
        self.told = told
        self.places: dict[int, list[int]] = {}
        for at, row in enumerate(case.rows):
            self.places.setdefault(row, []).append(at)
        self.near = {row: {row} for row in range(len(case.lengths))}
        for left, right in case.edges:
            self.near[left].add(right)
            self.near[right].add(left)
        self.asked: Counter[int] = Counter()

    def group(self) -> tuple[list[tuple[int, str, list[int]]], int]:
        """The stories, each with its keeper, why, and its members; and how many chains split."""
        stories, chains = [], 0
        pending = self.linked(list(range(len(self.case.lengths))))
        while pending:
            middle, members, rest = self.star(pending.pop())
            chains += bool(rest)
            pending += self.linked(rest)
            if len(members) > 1:
                stories.append(self.best(members, middle))
        return sorted(stories, key=lambda one: one[2]), chains

    def linked(self, rows: list[int]) -> list[list[int]]:
        """What of the rows hangs together, and rows with copies."""
        groups: dict[int, list[int]] = {}
        edges = [edge for edge in self.case.edges if {*edge} <= {*rows}]
        heads = gather(len(self.near), np.array(edges, np.int64).reshape(-1, 2)).tolist()
        for row in rows:
            groups.setdefault(heads[row], []).append(row)
        every = groups.values()
        return [some for some in every if len(some) > 1 or len(self.places[some[0]]) > 1]

    def rank(self, at: int) -> tuple[int, int]:
        """Where an article stands by the policy."""
        return -self.case.lengths[self.case.rows[at]], at

    def star(self, rows: list[int]) -> tuple[int, list[int], list[int]]:
        """The article in the middle, it and those that it holds, and the rows that it does not."""
        every = [at for row in rows for at in self.places[row]]
        middle = min(every, key=lambda at: (-len(self.near[self.case.rows[at]]), self.rank(at)))
        home = self.case.rows[middle]
        members, rest = [middle], []
        for row in rows:
            self.asked[row] += row not in self.near[home]
            may = row in self.near[home] or self.asked[row] <= ASKED_LIMIT
            others = [at for at in self.places[row] if at != middle]
            if all(may and self.told.is_same(at, middle) for at in others):
                members += others
            elif row != home:
                rest.append(row)
        return middle, sorted(members), rest

    def best(self, members: list[int], middle: int) -> tuple[int, str, list[int]]:
        """A story with the best as keeper that is one story with each other one."""
        order = sorted(members, key=self.rank)
        for tried, at in enumerate(order[:TRIED_LIMIT]):
            others = [one for one in members if one != at]
            if at == middle or all(self.told.is_same(at, one) for one in others):
                second = order[tried + 1 : tried + 2] or [-1]
                tied = second[0] >= 0 and self.rank(second[0])[0] == self.rank(at)[0]
                also = " of those that are one story with each other one" if tried else ""
                return at, f"{'first' if tied else 'longest'}{also}", members
        return middle, "one story with each other one", members


@given(cases())
def test_stories_are_those_of_stars_one_by_one(case: Case) -> None:
    """Whatever is linked, copied, or one story with whatever."""
    rows = np.array(case.rows, np.int64)
    first = np.array([case.rows.index(row) for row in range(len(case.lengths))], np.int64)
    articles = Articles.of(Article(f"a{at}", "") for at in range(len(rows)))
    corpus: Any = Known(articles, rows, first, np.array([*case.lengths, 0], np.int64))
    told = Told(len(rows), case.same)
    groups, chains = group(corpus, np.array(case.edges, np.int64).reshape(-1, 2), told, POLICY)
    offsets = groups.members.offsets.tolist()
    members = [groups.members.values[a:b].tolist() for a, b in pairwise(offsets)]
    found = list(zip(groups.keepers.tolist(), groups.whys, members, strict=True))
    assert (found, chains) == Plainly(case, told).group()
    for (keeper, _, some), start in zip(found, offsets, strict=False):
        pairs = np.array([(keeper, at) for at in some], np.int64)
        numbers, _ = told.find(pairs)
        wanted = np.where(pairs[:, 1] == keeper, -1, numbers)
        assert groups.verdicts[start : start + len(some)].tolist() == wanted.tolist()


class Counting(Told):
    """A weigher that counts the pairs it is asked for."""

    asked = 0

    def find(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """As it was told."""
        self.asked += len(places)
        return super().find(places)

    def known(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Nothing, before it is asked."""
        return np.full(len(places), -1), np.zeros(len(places), np.bool_)


def test_many_articles_are_held_against_the_best_at_once() -> None:
    """In the middle of a large story stands the one that is kept, if it has next to as many links
    as any other: each other article is held against it, and against no second one.
    """
    count = 200
    links = [(0, at) for at in range(2, count)] + [(at, count - 1) for at in range(1, count - 1)]
    rows = np.arange(count)
    articles = Articles.of(Article(f"a{at}", "") for at in range(count))
    corpus: Any = Known(articles, rows, rows, np.full(count + 1, 9))
    told = Counting(count, {(a, b) for b in range(count) for a in range(b)})
    first, *_, last = np.bincount(np.ravel(links)).tolist()
    assert first == last - 1
    groups, chains = group(corpus, np.array(links, np.int64), told, POLICY)
    assert (groups.keepers.tolist(), groups.whys, chains) == ([0], ["first"], 0)
    assert told.asked == count - 1
