"""Verdicts to stories: each redundant article has a verdict of its own with the one kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from .. import canonical, cluster, kernels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from ..data import Corpus
    from ..settings import KeepSettings

ASKED_LIMIT = 8
"""Keepers that an article is held against beyond the candidates, before it stands alone."""
TRIED_LIMIT = 8
"""Members that are tried as the keeper, the best first, before the one in the middle is kept."""


class Weigher(Protocol):
    """Judges pairs of articles, by their places."""

    def find(self, pairs: Sequence[tuple[int, int]]) -> tuple[list[int], list[bool]]:
        """The number of the verdict on each pair, and whether it says that they are one story."""


class Group(NamedTuple):
    """A story by places in the corpus."""

    keeper: int
    why: str
    members: tuple[int, ...]
    verdicts: dict[int, int]
    """For each member but the keeper, the number of its verdict with the keeper."""


def group(
    corpus: Corpus, same: NDArray[np.int64], weigher: Weigher, policy: KeepSettings
) -> tuple[list[Group], int]:
    """Split what hangs together into stories around keepers; also how many chains were broken.

    ``same`` is ``int64[m, 2]``, the pairs of rows judged one story. Around the article that is one
    story with the most others, those that are directly so gather, and the rest starts anew; of the
    gathered ones that are one story with each other one, the best by ``policy`` is kept. The
    ``weigher`` is asked for the verdicts of all stories together.
    """
    stars = _Stars(corpus, same, weigher, policy)
    groups, chains = [], 0
    pending = [stars.star(rows) for rows in stars.linked()]
    while pending:
        held = stars.held([(star.keeper, star.places) for star in pending])
        rests = []
        for star, verdicts in zip(pending, held, strict=True):
            story, rest = stars.settle(star, verdicts)
            if story:
                groups.append(story)
            chains += bool(rest)
            if rest:
                rests += stars.linked(rest)
        pending = [stars.star(rows) for rows in rests]
    kept = stars.keep_best(groups)
    return sorted(kept, key=lambda one: one.members), chains


class _Star(NamedTuple):
    """Linked rows, the place of the article in their middle, and those that it may hold."""

    keeper: int
    rows: list[int]
    places: list[int]
    """The articles that are held against the keeper, row by row."""


class _Stars:
    """Takes linked rows apart, one star at a time."""

    def __init__(
        self,
        corpus: Corpus,
        same: NDArray[np.int64],
        weigher: Weigher,
        policy: KeepSettings,
    ) -> None:
        """Note who is where and who is one story with whom."""
        self.corpus = corpus
        self.weigher = weigher
        self.policy = policy
        self.same = same
        self.asked: Counter[int] = Counter()
        self.row_of: list[int] = corpus.rows.tolist()
        self.words: list[int] = corpus.lengths.tolist()
        worded = np.flatnonzero(corpus.rows >= 0)
        counts = np.bincount(corpus.rows[worded])
        self.copied = set(np.flatnonzero(counts > 1).tolist())
        ends, _ = kernels.count_pairs(np.concatenate((same, same[:, ::-1])))
        links = np.bincount(ends[:, 0], minlength=len(counts))
        self.links: list[int] = links.tolist()
        self._near = ends[:, 1]
        self._starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(links)))
        told = (links > 0) | (counts > 1)
        self.places: dict[int, list[int]] = defaultdict(list)
        for at in worded[told[corpus.rows[worded]]].tolist():
            self.places[self.row_of[at]].append(at)

    def near(self, row: int) -> set[int]:
        """The rows that are one story with a row."""
        return set(self._near[self._starts[row] : self._starts[row + 1]].tolist())

    def linked(self, rows: Iterable[int] | None = None) -> list[list[int]]:
        """What of the rows (by default all) hangs together, and rows with copies to the letter."""
        edges, copied = self.same, self.copied
        if rows is not None:
            inside = set(rows)
            near = ((row, self.near(row) & inside) for row in inside)
            edges = np.array([(a, b) for a, some in near for b in some], np.int64).reshape(-1, 2)
            copied = inside & copied
        groups = cluster.gather(edges)
        return groups + [[row] for row in sorted(copied.difference(*groups))]

    def standing(self, at: int) -> canonical.Standing:
        """The article at a place, as the choice of a keeper looks at it."""
        row = self.row_of[at]
        return canonical.Standing(self.corpus.articles[at], self.words[row], self.links[row], at)

    def star(self, rows: list[int]) -> _Star:
        """Linked rows around the article in their middle."""
        members = [self.standing(at) for row in rows for at in self.places[row]]
        keeper = members[canonical.middle(members, self.policy)].place
        home = self.row_of[keeper]
        near = self.near(home) | {home}
        asked = [row for row in rows if row in near or self._may_ask(row)]
        places = [at for row in asked for at in self.places[row] if at != keeper]
        return _Star(keeper, rows, places)

    def held(self, asked: Sequence[tuple[int, list[int]]]) -> list[dict[int, int]]:
        """For each keeper with articles that are held against it, those that are one story with
        it, with the number of the verdict.
        """
        numbers, same = self.weigher.find([(at, one) for at, some in asked for one in some])
        told = zip(numbers, same, strict=True)
        every = (zip(some, islice(told, len(some)), strict=True) for _, some in asked)
        return [{at: number for at, (number, is_same) in some if is_same} for some in every]

    def settle(self, star: _Star, held: dict[int, int]) -> tuple[Group | None, list[int]]:
        """One story out of linked rows, and the rows that are not in it: a row is as a whole."""
        home = self.row_of[star.keeper]
        verdicts: dict[int, int] = {}
        rest = []
        for row in star.rows:
            others = [at for at in self.places[row] if at != star.keeper]
            if all(at in held for at in others):
                verdicts.update((at, held[at]) for at in others)
            elif row != home:  # copies without a word of their own must not come back for ever
                rest.append(row)
        if not verdicts:
            return None, rest
        members = tuple(sorted((star.keeper, *verdicts)))
        return Group(star.keeper, "", members, verdicts), rest

    def _may_ask(self, row: int) -> bool:
        """Whether a row that is not linked to a keeper's may be held against it all the same."""
        self.asked[row] += 1
        return self.asked[row] <= ASKED_LIMIT

    def keep_best(self, groups: Iterable[Group]) -> list[Group]:
        """The stories with the best of those members as keeper that are one story with each other
        one. The one it gathered around is; others are tried before it, the best first, and those of
        all stories together.
        """
        kept = []
        pending = [(story, [self.standing(at) for at in story.members]) for story in groups]
        for tried in range(TRIED_LIMIT):
            chosen = [self._chosen(members) for _, members in pending]
            tries = zip(pending, chosen, strict=True)
            held = self.held([(at, _wanted(story, at)) for (story, _), (at, _) in tries])
            rest = []
            for one, (keeper, why), verdicts in zip(pending, chosen, held, strict=True):
                story = one[0]
                if keeper == story.keeper:
                    verdicts = story.verdicts
                if len(verdicts) < len(story.members) - 1:
                    rest.append(one)
                    continue
                also = " of those that are one story with each other one" if tried else ""
                kept.append(Group(keeper, why + also, story.members, verdicts))
            pending = rest
        return kept + [story._replace(why="one story with each other one") for story, _ in pending]

    def _chosen(self, members: list[canonical.Standing]) -> tuple[int, str]:
        """The place of the best of the members, which is taken out, and why it is."""
        at, why = canonical.choose(members, self.policy)
        return members.pop(at).place, why


def _wanted(story: Group, keeper: int) -> list[int]:
    """The members on whose verdicts with another one it depends whether that may be kept."""
    if keeper == story.keeper:
        return []
    return [at for at in story.members if at != keeper]
