"""Pairs of articles to verdicts, with the sides of recent pairs at hand."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from .. import evidence, shingle, term, text, verdict
from ..data import Article, Corpus, Side, Verdict
from ..settings import Settings

SIDES_AT_HAND = 4096
"""Sides kept for the next pairs; pairs come sorted, so that most are asked for again soon."""

Found = tuple[tuple[str, ...], int]
"""Which indexes proposed a pair of rows, and in how many bands it agrees."""


class Weigher:
    """Weighs and judges pairs of articles of one corpus, by their places in it."""

    def __init__(self, corpus: Corpus, settings: Settings) -> None:
        """Nothing is measured yet."""
        self.corpus = corpus
        self.settings = settings
        self.found: dict[tuple[int, int], Found] = {}
        """What is known of how rows were proposed; a pair that is missing here was asked for."""
        self._sides: OrderedDict[int, Side] = OrderedDict()

    def weigh(self, left: int, right: int) -> Verdict:
        """The verdict on the articles at two places; the lower one is the left side."""
        left, right = min(left, right), max(left, right)
        rows = self.corpus.rows[left], self.corpus.rows[right]
        found_by, bands = self.found.get((min(rows), max(rows)), (("asked",), 0))
        if rows[0] == rows[1]:
            found_by = ("same-text",)
        measured = evidence.weigh(self.side(left), self.side(right), found_by, bands)
        ruling = verdict.judge(measured, self.settings.match)
        ids = self.corpus.articles[left].id, self.corpus.articles[right].id
        return Verdict(*ids, ruling.relation, ruling.kind, ruling.rule, measured)

    def side(self, place: int) -> Side:
        """One article as a side."""
        if place in self._sides:
            self._sides.move_to_end(place)
            return self._sides[place]
        corpus, row = self.corpus, self.corpus.rows[place]
        if row < 0:
            return _blank(corpus.articles[place])
        columns = corpus.sketched
        words = slice(columns.words.offsets[row], columns.words.offsets[row + 1])
        shingles = slice(columns.shingles.offsets[row], columns.shingles.offsets[row + 1])
        terms = slice(columns.terms.offsets[row], columns.terms.offsets[row + 1])
        cut = text.words(corpus.texts[row])
        stems = shingle.hash_words([term.stem(cut)]).values
        side = Side(
            article=corpus.articles[place],
            text=corpus.texts[row],
            words=tuple(cut),
            hashes=columns.words.values[words],
            idf=corpus.idf[np.searchsorted(corpus.vocabulary, stems)],
            shingles=columns.shingles.values[shingles],
            terms=columns.terms.values[terms],
            term_weights=columns.term_weights[terms],
            signature=columns.signatures[row],
        )
        self._sides[place] = side
        if len(self._sides) > SIDES_AT_HAND:
            self._sides.popitem(last=False)
        return side


def _blank(article: Article) -> Side:
    """An article without words."""
    none, weightless = np.zeros(0, np.uint64), np.zeros(0)
    return Side(article, "", (), none, weightless, none, none, weightless, np.zeros(1, np.uint32))
