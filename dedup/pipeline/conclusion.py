"""Stories and verdicts to what a result lists."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .. import kernels, text
from ..data import Corpus, Entry, Relation, Story, Verdict
from ..settings import TextSettings
from .store import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..settings import Settings
    from .grouping import Group

RELATED_SHOWN = 20
"""Related pairs that a result lists for one article; the tally counts all."""
SAME_SHOWN = 20
"""Pairs of one story beyond those with the keeper that a result lists for one article."""
TEXTS_AT_ONCE = 1024
"""Texts that are held at a time."""


def stories(corpus: Corpus, groups: Sequence[Group]) -> tuple[Story, ...]:
    """The groups as the nouns of a result, numbered in the order of the corpus."""
    ids = [article.id for article in corpus.articles]
    return tuple(
        Story(
            number,
            ids[one.keeper],
            one.why,
            tuple(ids[at] for at in one.members),
            min(held.evidence.jaccard_ratio for held in one.verdicts.values()),
        )
        for number, one in enumerate(groups, 1)
    )


def entries(
    corpus: Corpus,
    groups: Sequence[Group],
    same: Iterable[tuple[int, int]],
    settings: Settings,
) -> tuple[Entry, ...]:
    """Every article as it stands in the result; ``same`` are the pairs of rows that are one story,
    whose articles get their digests, even where a chain was split and they stand alone.
    """
    rows = corpus.rows.tolist()
    lengths = corpus.lengths.tolist()
    plain = [
        Entry(article.id, article.address, title, lengths[row])
        for article, title, row in zip(corpus.articles, corpus.titles, rows, strict=True)
    ]
    for number, one in enumerate(groups, 1):
        keeper = plain[one.keeper].id
        plain[one.keeper] = replace(plain[one.keeper], story=number)
        for at, held in one.verdicts.items():
            plain[at] = replace(plain[at], story=number, keep=False, copy_of=keeper, rule=held.rule)
    twins = {row for pair in same for row in pair}
    twins |= {rows[at] for one in groups for at in one.members}
    digests = _digests(corpus, sorted(twins), settings)
    return tuple(
        replace(entry, digest=digests[row]) if row in twins else entry
        for entry, row in zip(plain, rows, strict=True)
    )


def _digests(corpus: Corpus, rows: Sequence[int], settings: Settings) -> dict[int, str]:
    """The first half of the SHA-256 of each row's clean text, as hexadecimal digits."""
    fast = settings.text == TextSettings()
    found = {}
    for at in range(0, len(rows), TEXTS_AT_ONCE):
        some = rows[at : at + TEXTS_AT_ONCE]
        texts = texts_of(corpus, np.array(some))
        clean = kernels.clean_texts(texts) if fast else [None] * len(texts)
        for row, one, known in zip(some, texts, clean, strict=True):
            plain = known if known is not None else _utf8(text.clean(one, settings.text).text)
            found[row] = hashlib.sha256(plain).hexdigest()[:32]
    return found


def _utf8(clean: str) -> bytes:
    """The bytes of a text, whatever stands in it."""
    return clean.encode(errors="surrogatepass")


def shown(
    weighed: Sequence[Verdict], groups: Sequence[Group], order: dict[str, int]
) -> list[Verdict]:
    """The verdicts that a result lists: each redundant article's with its keeper, then the closest
    others up to a number for each article.
    """
    listed = {(v.left, v.right): v for one in groups for v in one.verdicts.values()}
    counts: Counter[tuple[str, bool]] = Counter()
    for one in sorted(weighed, key=_closeness):
        same = one.relation is Relation.SAME_STORY
        limit = SAME_SHOWN if same else RELATED_SHOWN
        if min(counts[one.left, same], counts[one.right, same]) < limit:
            counts[one.left, same] += 1
            counts[one.right, same] += 1
            listed.setdefault((one.left, one.right), one)
    return sorted(listed.values(), key=lambda v: (order[v.left], order[v.right]))


def _closeness(one: Verdict) -> tuple[float, float, str, str]:
    """Sort key: the closest first."""
    measured = one.evidence
    return -measured.term_cosine_ratio, -measured.jaccard_ratio, one.left, one.right
