"""One pair looked at closely."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .. import candidate, evidence, kernels, shingle, text, verdict
from ..data.corpus import Candidates
from ..data.pair import Comparison, Piece
from ..settings import Settings
from .corpus import prepare
from .weigher import Weigher

if TYPE_CHECKING:
    from ..data.article import Article


def compare(left: Article, right: Article, settings: Settings | None = None) -> Comparison:
    """Look closely at one pair, with all that a person needs to check the verdict.

    >>> from dedup.data.article import Article
    >>> one = Article("a", "The harbour was closed on Monday after a storm tore three cranes down.")
    >>> two = Article("b", "A storm tore three cranes down on Monday; the harbour was closed.")
    >>> compare(one, two).verdict.evidence.shared_run_words
    6
    """
    settings = settings or Settings()
    pair = replace(left, id="left", address="1"), replace(right, id="right", address="2")
    corpus = prepare(pair, settings)
    none = Candidates(np.zeros((0, 2), np.int64), np.zeros(0, np.uint8))
    weigher = Weigher(corpus, none, settings)
    cleaned = [text.clean(article.text, settings.text) for article in (left, right)]
    judged = replace(weigher.weigh(0, 1), left=left.id, right=right.id)
    bands, rows = candidate.choose_bands(settings.sketch.signature_size, settings.candidate)
    return Comparison(
        left=left,
        right=right,
        verdict=judged,
        pieces=tuple(pieces(cleaned[0].text, cleaned[1].text)),
        left_steps=cleaned[0].steps,
        right_steps=cleaned[1].steps,
        settings=settings.shown(),
        chance_ratio=candidate.proposal_chance(judged.evidence.jaccard_ratio, bands, rows),
        decided=verdict.judge(judged.evidence, settings.match).decided,
    )


def pieces(left: str, right: str) -> list[Piece]:
    """The alignment of two clean texts as stretches of text, in reading order."""
    words = shingle.hash_words([text.words(left), text.words(right)])
    half = words.offsets[1]
    blocks = kernels.align(words.values[:half], words.values[half:], evidence.ALIGNED_WORDS)
    left_at, right_at = [*text.starts(left), len(left)], [*text.starts(right), len(right)]
    left_at[0] = right_at[0] = 0
    cuts = [(0, 0, False)]
    for block in blocks:
        cuts += [
            (block.left, block.right, True),
            (block.left + block.size, block.right + block.size, False),
        ]
    cuts.append((len(left_at) - 1, len(right_at) - 1, True))
    found = []
    for (a, b, same), (c, d, _) in pairwise(cuts):
        if c > a or d > b:
            ours, theirs = left[left_at[a] : left_at[c]], right[right_at[b] : right_at[d]]
            found.append(Piece(same, ours, theirs, max(c - a, d - b)))
    return found
