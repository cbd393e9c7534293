"""Stories and verdicts to what a result lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import verdict
from ..data import Corpus, Entry, Story
from .verdicts import IS_SAME

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from .grouping import Group
    from .verdicts import Batch

RELATED_SHOWN = 20
"""Related pairs that a result lists for one article; the tally counts all."""
SAME_SHOWN = 20
"""Pairs of one story beyond those with the keeper that a result lists for one article."""


def stories(corpus: Corpus, groups: Sequence[Group], judged: Batch) -> tuple[Story, ...]:
    """The groups as the nouns of a result, numbered in the order of the corpus."""
    ids = [article.id for article in corpus.articles]
    jaccard = judged.weighed.jaccard_ratio.tolist()
    return tuple(
        Story(
            number,
            ids[one.keeper],
            one.why,
            tuple(ids[at] for at in one.members),
            min(jaccard[held] for held in one.verdicts.values()),
        )
        for number, one in enumerate(groups, 1)
    )


def entries(corpus: Corpus, groups: Sequence[Group], judged: Batch) -> tuple[Entry, ...]:
    """Every article as it stands in the result. Those that were judged one story with another get
    their digests, even where a chain was split and they stand alone.
    """
    told: dict[int, tuple[int, bool, str | None, str | None]] = {}
    rules = judged.rules.tolist()
    for number, one in enumerate(groups, 1):
        told[one.keeper] = number, True, None, None
        keeper = corpus.articles[one.keeper].id
        for at, held in one.verdicts.items():
            told[at] = number, False, keeper, verdict.RULES[rules[held]].name
    rows = corpus.rows[judged.places[IS_SAME[judged.rules]]]
    digests = _digests(corpus, np.unique(rows))
    words = corpus.lengths[corpus.rows].tolist()
    listed = []
    for at, (article, row) in enumerate(zip(corpus.articles, corpus.rows.tolist(), strict=True)):
        what = article.id, article.address, corpus.titles[at], words[at]
        story, keep, copy_of, rule = told.get(at, (None, True, None, None))
        listed.append(Entry(*what, story, keep, copy_of, rule, digests.get(row, "")))
    return tuple(listed)


def _digests(corpus: Corpus, rows: NDArray[np.int64]) -> dict[int, str]:
    """The digest of each row's clean text, as hexadecimal digits."""
    halves = zip(rows.tolist(), corpus.sketched.cut.digests[rows].tolist(), strict=True)
    return {row: f"{high:016x}{low:016x}" for row, (high, low) in halves}


def shown(judged: Batch, told: int, keeping: Collection[int]) -> NDArray[np.int64]:
    """The numbers of the verdicts that a result lists, in the order of the corpus: those by which
    redundant articles are redundant, which are ``keeping``, then of the first ``told`` the closest
    up to a number for each article.
    """
    listed = np.zeros(len(judged.rules), np.bool_)
    listed[[*keeping]] = True
    measured = judged.weighed
    closeness = -measured.term_cosine_ratio[:told], -measured.jaccard_ratio[:told]
    order = np.lexsort((*judged.places[:told].T[::-1], *closeness[::-1]))
    (lefts, rights), same = judged.places[:told].T.tolist(), IS_SAME[judged.rules[:told]].tolist()
    articles = int(judged.places.max(initial=0)) + 1
    counts = {True: [0] * articles, False: [0] * articles}
    limits = {True: SAME_SHOWN, False: RELATED_SHOWN}
    for number in order.tolist():
        left, right = lefts[number], rights[number]
        met = counts[same[number]]
        if min(met[left], met[right]) < limits[same[number]]:
            met[left] += 1
            met[right] += 1
            listed[number] = True
    numbers = np.flatnonzero(listed)
    return numbers[np.lexsort(judged.places[numbers].T[::-1])]
