"""Verdicts to stories: each redundant article has a verdict of its own with the one kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .. import canonical, cluster
from ..data import Corpus, Relation, Verdict

ASKED_LIMIT = 8
"""Keepers that an article is held against beyond the candidates, before it stands alone."""

Weigh = Callable[[int, int], Verdict]


class Group(NamedTuple):
    """A story by places in the corpus."""

    keeper: int
    why: str
    members: tuple[int, ...]
    verdicts: dict[int, Verdict]
    """For each member but the keeper, its verdict with the keeper."""


def group(corpus: Corpus, same: Iterable[tuple[int, int]], weigh: Weigh) -> tuple[list[Group], int]:
    """Split what hangs together into stories around keepers; also how many chains were broken.

    ``same`` are pairs of rows judged one story. Around the article that is one story with the most
    others, those that are directly so gather, and the rest starts anew; of the gathered ones the
    best is kept, if it is one story with each other one, too.
    """
    stars = _Stars(corpus, same, weigh)
    groups, chains = [], 0
    pending = stars.linked()
    while pending:
        rows = pending.pop()
        story, rest = stars.settle(rows)
        if story:
            groups.append(stars.keep_best(story))
        chains += bool(rest)
        pending += stars.linked(rest)
    return sorted(groups, key=lambda one: one.members), chains


class _Stars:
    """Takes linked rows apart, one star at a time."""

    def __init__(self, corpus: Corpus, same: Iterable[tuple[int, int]], weigh: Weigh) -> None:
        """Note who is where and who is one story with whom."""
        self.corpus = corpus
        self.weigh = weigh
        self.asked: Counter[int] = Counter()
        self.places: dict[int, list[int]] = defaultdict(list)
        for at, row in enumerate(corpus.rows.tolist()):
            self.places[row].append(at)
        self.lengths = corpus.lengths.tolist()
        self.neighbours: dict[int, set[int]] = defaultdict(set)
        for left, right in same:
            self.neighbours[left].add(right)
            self.neighbours[right].add(left)

    def linked(self, rows: Iterable[int] | None = None) -> list[list[int]]:
        """What of the rows (by default all) hangs together, and rows with copies to the letter."""
        inside = set(self.places if rows is None else rows) - {-1}
        near = {row: self.neighbours.get(row, set()) & inside for row in inside}
        groups = cluster.gather((a, b) for a in sorted(inside) for b in sorted(near[a]))
        copied = [[row] for row in sorted(inside) if not near[row] and len(self.places[row]) > 1]
        return groups + copied

    def standing(self, at: int) -> canonical.Standing:
        """The article at a place, as the choice of a keeper looks at it."""
        row = int(self.corpus.rows[at])
        links = len(self.neighbours.get(row, ()))
        return canonical.Standing(self.corpus.articles[at], self.lengths[row], links, at)

    def settle(self, rows: Sequence[int]) -> tuple[Group | None, list[int]]:
        """One story out of linked rows, and the rows that are not in it."""
        members = [self.standing(at) for row in rows for at in self.places[row]]
        keeper = members[canonical.middle(members)].place
        home = int(self.corpus.rows[keeper])
        verdicts: dict[int, Verdict] = {}
        rest = []
        for row in rows:
            held = self._hold(keeper, row) if self._may_ask(row, home) else None
            if held is not None:
                verdicts |= held
            elif row != home:  # copies without a word of their own must not come back for ever
                rest.append(row)
        if not verdicts:
            return None, rest
        return Group(keeper, "", tuple(sorted((keeper, *verdicts))), verdicts), rest

    def _may_ask(self, row: int, home: int) -> bool:
        """Whether a row may be held against a keeper's: if it is linked always, else at times."""
        if row == home or row in self.neighbours.get(home, ()):
            return True
        self.asked[row] += 1
        return self.asked[row] <= ASKED_LIMIT

    def _hold(self, keeper: int, row: int) -> dict[int, Verdict] | None:
        """The verdict of each article of a row with the keeper; None if one is not one story."""
        held = {at: self.weigh(keeper, at) for at in self.places[row] if at != keeper}
        same = all(one.relation is Relation.SAME_STORY for one in held.values())
        return held if same else None

    def keep_best(self, story: Group) -> Group:
        """The story with the best of its members as keeper, if each other is one story with it."""
        members = [self.standing(at) for at in story.members]
        chosen, why = canonical.choose(members)
        keeper = members[chosen].place
        if keeper == story.keeper:
            return story._replace(why=why)
        verdicts = {at: self.weigh(keeper, at) for at in story.members if at != keeper}
        if all(one.relation is Relation.SAME_STORY for one in verdicts.values()):
            return Group(keeper, why, story.members, verdicts)
        return story._replace(why="one story with each other one")
