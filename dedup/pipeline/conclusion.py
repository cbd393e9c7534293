"""Stories and verdicts to what a result lists."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .. import kernels
from ..data.result import Story
from .entries import Entries, Listed
from .verdicts import IS_SAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data.corpus import Corpus
    from .grouping import Groups
    from .verdicts import Batch

RELATED_SHOWN = 20
"""Related pairs that a result lists for one article; the tally counts all."""
SAME_SHOWN = 20
"""Pairs of one story beyond those with the keeper that a result lists for one article."""


def stories(corpus: Corpus, groups: Groups, judged: Batch) -> tuple[Story, ...]:
    """The groups as the nouns of a result, numbered in the order of the corpus."""
    own, offsets = corpus.articles.ids, groups.members.offsets
    told = np.append(judged.weighed.jaccard_ratio, np.inf)  # of the keeper nothing is measured
    weakest = np.minimum.reduceat(told[groups.verdicts], offsets[:-1])
    ids = [own[at] for at in groups.members.values.tolist()]
    columns = (groups.keepers.tolist(), groups.whys, pairwise(offsets.tolist()), weakest.tolist())
    return tuple(
        Story(number, own[keeper], why, tuple(ids[start:end]), ratio)
        for number, (keeper, why, (start, end), ratio) in enumerate(zip(*columns, strict=True), 1)
    )


def entries(corpus: Corpus, groups: Groups, judged: Batch) -> Entries:
    """Every article as it stands in the result. Those that were judged one story with another get
    their digests, even where a chain was split and they stand alone.
    """
    count = len(corpus.articles)
    story, copy_of = np.zeros(count, np.int64), np.full(count, -1, np.int64)
    rule = np.zeros(count, np.uint8)
    members, of_story = groups.members.values, groups.of_story()
    story[members] = of_story + 1
    copies = groups.verdicts >= 0
    copy_of[members[copies]] = groups.keepers[of_story[copies]]
    rule[members[copies]] = judged.rules[groups.verdicts[copies]]
    cut = corpus.sketched.cut
    same = np.zeros(len(cut.digests) + 1, np.bool_)  # the last for articles without words
    same[corpus.rows[judged.places[IS_SAME[judged.rules]]]] = True
    digested = same[corpus.rows]
    digests = np.zeros((count, 2), np.uint64)
    digests[digested] = cut.digests[corpus.rows[digested]]
    words = corpus.lengths[corpus.rows]
    listed = Listed(words, story, copy_of, rule, digested, digests)
    return Entries(corpus.articles, corpus.titles, listed)


def shown(judged: Batch, told: int, keeping: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of the verdicts that a result lists, in the order of the corpus: those by which
    redundant articles are redundant, which are ``keeping``, then of the first ``told`` the closest
    up to a number for each article.
    """
    listed = np.zeros(len(judged.rules), np.bool_)
    listed[keeping] = True
    same = IS_SAME[judged.rules[:told]]
    for numbers, limit in ((same, SAME_SHOWN), (~same, RELATED_SHOWN)):
        listed[_closest(judged, np.flatnonzero(numbers), limit)] = True
    numbers = np.flatnonzero(listed)
    return numbers[np.argsort(kernels.pack(judged.places[numbers]), kind="stable")]


def _closest(judged: Batch, numbers: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """Of some of the verdicts the closest: the closer ones before are up to ``limit`` for one of
    the two articles at least.
    """
    places = judged.places[numbers]
    counts = np.bincount(places.ravel())
    many = (counts[places] > limit).all(axis=1)  # an article with fewer shows all that it has
    if not many.any():
        return numbers
    crowded = np.zeros(len(counts), np.bool_)
    crowded[places[many]] = True
    asked = np.flatnonzero(crowded[places].any(axis=1))
    measured, some = judged.weighed, numbers[asked]
    closeness = -measured.term_cosine_ratio[some], -measured.jaccard_ratio[some]
    order = np.lexsort((*places[asked].T[::-1], *closeness[::-1]))
    lefts, rights = places[asked].T.tolist()
    met = [0] * len(counts)
    dropped = []
    for at in order.tolist():
        left, right = lefts[at], rights[at]
        if min(met[left], met[right]) < limit:
            met[left] += 1
            met[right] += 1
        else:
            dropped.append(at)
    return np.delete(numbers, asked[dropped])
