"""Verdicts to stories: each redundant article has a verdict of its own with the one kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from .. import canonical, cluster, kernels
from ..data.corpus import Ragged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data.corpus import Corpus
    from ..settings import KeepSettings

    Numbers = NDArray[np.int64]

ASKED_LIMIT = 8
"""Keepers that an article is held against beyond the candidates, before it stands alone."""
TRIED_LIMIT = 8
"""Members that are tried as the keeper, the best first, before the one in the middle is kept."""
NEARLY = 0.99
"""Of the most links: with so many an article is as good a middle; and where it is the one that is
kept, the others are held against one article instead of two."""


class Weigher(Protocol):
    """Judges pairs of articles, by their places."""

    def find(self, places: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
        """The number of the verdict on each pair, and whether it says that they are one story."""

    def known(self, places: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
        """The same, without judging any; -1 and False for those that were not."""


class Groups(NamedTuple):
    """Stories by places in the corpus, in the order of their first members, as columns."""

    keepers: Numbers
    whys: list[str]
    members: Ragged
    """``int64``: the articles of each, rising."""
    verdicts: Numbers
    """For each of ``members.values`` the number of its verdict with the keeper; -1 for that."""

    def of_story(self) -> Numbers:
        """For each of ``members.values`` the place of its story among them."""
        return np.repeat(np.arange(len(self.keepers)), np.diff(self.members.offsets))

    def keeping(self) -> Numbers:
        """The numbers of the verdicts by which redundant articles are redundant."""
        return self.verdicts[self.verdicts >= 0]


def group(
    corpus: Corpus, same: Numbers, weigher: Weigher, policy: KeepSettings
) -> tuple[Groups, int]:
    """Split what hangs together into stories around keepers; also how many chains were broken.

    ``same`` is ``int64[m, 2]``, the pairs of rows judged one story. Around the article that is one
    story with the most others, or nearly, those that are directly so gather, and the rest starts
    anew; of the gathered ones that are one story with each other one, the best by ``policy`` is
    kept. The ``weigher`` is asked for the verdicts of all stories together.
    """
    stars = _Stars(corpus, same, weigher, policy)
    edges, _ = kernels.count_pairs(same)
    gathered, chains = [_none()], 0
    pending = np.arange(len(stars.rows))
    while len(pending):
        stories, rest, broken = stars.gather(pending, edges)
        gathered.append(stories)
        chains += broken
        pending, edges = stars.linked(rest, edges)
    joined = _Gathered._make(map(np.concatenate, zip(*gathered, strict=True)))
    return stars.keep_best(joined), chains


class _Gathered(NamedTuple):
    """Members of stories, each with the article in the middle of its story; of the articles of
    ``_Stars``.
    """

    members: Numbers
    middles: Numbers
    verdicts: Numbers
    """As in ``Groups``, with the one in the middle."""


def _none() -> _Gathered:
    """No stories."""
    return _Gathered(*np.zeros((3, 0), np.int64))


class _Stars:
    """Takes linked rows apart, one star of each group at a time. Its articles are those that are
    one story with another, by number, row by row.
    """

    def __init__(
        self, corpus: Corpus, same: Numbers, weigher: Weigher, policy: KeepSettings
    ) -> None:
        """Note who is where, who is one story with whom, and who is better than whom."""
        self.weigher = weigher
        self.policy = policy
        ends, _ = kernels.count_pairs(np.concatenate((same, same[:, ::-1])))
        self.near = kernels.pack(ends)
        links = np.bincount(ends[:, 0], minlength=len(corpus.first))
        worded = np.flatnonzero(corpus.rows >= 0)
        self.copied = np.bincount(corpus.rows[worded], minlength=len(corpus.first)) > 1
        told = worded[((links > 0) | self.copied)[corpus.rows[worded]]]
        self.places = told[np.argsort(corpus.rows[told], kind="stable")]
        self.rows = corpus.rows[self.places]
        self.links = links[self.rows]
        standing = canonical.Standing(corpus.articles, corpus.lengths[self.rows], self.places)
        self.ranks = canonical.rank(standing, policy)
        self.standing = np.argsort(np.lexsort(self.ranks[::-1]))
        self.asked = np.zeros(len(corpus.first), np.int64)

    def gather(self, pending: Numbers, edges: Numbers) -> tuple[_Gathered, Numbers, int]:
        """Of each group of pending articles that hangs together by ``edges``, one story, around the
        article in its middle; also the articles that are not in it, and how many groups have such.
        A row is in a story as a whole.
        """
        rows, starts, of_row = np.unique(self.rows[pending], return_index=True, return_inverse=True)
        heads = cluster.gather(len(rows), np.searchsorted(rows, edges))
        middles = self._middles(pending, heads[of_row])[heads]
        homes, around = self.rows[middles], middles[of_row]
        asked = self._near(homes, rows)
        asked[~asked] = self._may_ask(rows[~asked])
        others = pending != around
        wanted = others & asked[of_row]
        verdicts = np.full(len(pending), -1, np.int64)
        verdicts[wanted] = self._same(around[wanted], pending[wanted])
        whole = ~np.logical_or.reduceat(others & (verdicts < 0), starts)
        held = others & whole[of_row]
        surrounded = np.zeros(len(self.rows), np.bool_)
        surrounded[around[held]] = True
        told = held | (~others & surrounded[pending])
        # copies without a word of their own must not come back for ever
        rest = ~whole & (rows != homes)
        stories = _Gathered(pending[told], around[told], verdicts[told])
        return stories, pending[rest[of_row]], int(np.count_nonzero(np.bincount(heads[rest])))

    def linked(self, rest: Numbers, edges: Numbers) -> tuple[Numbers, Numbers]:
        """Those of the articles whose rows are still linked with each other, or have copies to the
        letter; and the links among them.
        """
        left = np.zeros(len(self.copied), np.bool_)
        left[self.rows[rest]] = True
        edges = edges[left[edges].all(axis=1)]
        left[:] = False
        left[edges] = True
        return rest[(left | self.copied)[self.rows[rest]]], edges

    def _middles(self, pending: Numbers, heads: Numbers) -> Numbers:
        """Of each group, by its head, the article that is one story with the most others; of those
        with as many, or nearly, the one that would be kept.
        """
        links, most = self.links[pending], np.zeros(int(heads.max()) + 1, np.int64)
        np.maximum.at(most, heads, links)
        order = np.lexsort((self.standing[pending], links < NEARLY * most[heads], heads))
        firsts = order[_starts(heads[order])]
        middles = np.zeros_like(most)
        middles[heads[firsts]] = pending[firsts]
        return middles

    def _near(self, homes: Numbers, rows: Numbers) -> NDArray[np.bool_]:
        """Whether each row is one story with a row, or the same."""
        pairs = kernels.pack(np.stack((homes, rows), 1))
        at = np.searchsorted(self.near, pairs)
        return np.asarray((homes == rows) | (np.append(self.near, -1)[at] == pairs), np.bool_)

    def _may_ask(self, strange: Numbers) -> NDArray[np.bool_]:
        """Whether rows that are not linked to a keeper's may be held against it all the same."""
        self.asked[strange] += 1
        return np.asarray(self.asked[strange] <= ASKED_LIMIT, np.bool_)

    def _same(self, some: Numbers, others: Numbers) -> Numbers:
        """The numbers of the verdicts on pairs of articles that are one story; -1 for others."""
        numbers, same = self.weigher.find(self.places[np.stack((some, others), 1)])
        return np.where(same, numbers, -1)

    def _apart(self, some: Numbers, others: Numbers) -> NDArray[np.bool_]:
        """Which pairs of articles are known not to be one story, before more is judged."""
        numbers, same = self.weigher.known(self.places[np.stack((some, others), 1)])
        return np.asarray((numbers >= 0) & ~same, np.bool_)

    def keep_best(self, stories: _Gathered) -> Groups:
        """The stories with the best of those members as keeper that are one story with each other
        one. The one it gathered around is; others are tried before it, the best first, and those of
        all stories together.
        """
        order = np.lexsort((self.standing[stories.members], stories.middles))
        members, middles, verdicts = (column[order] for column in stories)
        starts = _starts(middles)
        sizes = np.diff(starts, append=len(members))
        story = np.repeat(np.arange(len(starts)), sizes)
        keepers, whys = middles[starts], ["one story with each other one"] * len(starts)
        pending = np.arange(len(starts))
        for tried in range(TRIED_LIMIT):
            best = starts[pending] + tried
            tries = middles[starts]
            tries[pending] = members[best]
            beside = tries[story]
            asked = np.flatnonzero((beside != middles) & (beside != members))
            failed = np.zeros(len(starts), np.bool_)
            failed[story[asked[self._apart(beside[asked], members[asked])]]] = True
            asked = asked[~failed[story[asked]]]  # of the others nothing need be measured
            held = self._same(beside[asked], members[asked])
            failed[story[asked[held < 0]]] = True
            verdicts[asked] = np.where(failed[story[asked]], verdicts[asked], held)
            won = ~failed[pending]
            verdicts[best[won]] = -1
            keepers[pending[won]] = members[best[won]]
            second = members[np.minimum(best + 1, (starts + sizes)[pending] - 1)]
            also = " of those that are one story with each other one" if tried else ""
            told = canonical.reasons(self.ranks, members[best[won]], second[won], self.policy)
            for at, why in zip(pending[won].tolist(), told, strict=True):
                whys[at] = why + also
            pending = pending[~won]
        return self._in_order(keepers, whys, story, members, verdicts)

    def _in_order(
        self, keepers: Numbers, whys: list[str], story: Numbers, members: Numbers, verdicts: Numbers
    ) -> Groups:
        """The stories in the order of their first members, and these in the order of the corpus."""
        places = self.places[members]
        first = np.full(len(keepers), np.iinfo(np.int64).max)
        np.minimum.at(first, story, places)
        by_first = np.argsort(first)
        order = np.lexsort((places, first[story]))
        offsets = np.cumsum(np.append(0, np.bincount(story, minlength=len(keepers))[by_first]))
        return Groups(
            self.places[keepers[by_first]],
            [whys[at] for at in by_first.tolist()],
            Ragged(places[order], offsets),
            verdicts[order],
        )


def _starts(labels: Numbers) -> Numbers:
    """Where each run of equal labels begins."""
    return np.flatnonzero(np.diff(labels, prepend=-1))
