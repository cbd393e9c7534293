"""Pairs of articles to verdicts, with the sides of recent pairs at hand."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import candidate, evidence, furniture, shingle, term, text, verdict
from ..data import Article, Corpus, Ragged, Side, Verdict
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
        hashes = _row(columns.words, row)
        words = text.words(corpus.texts[row])
        runs = evidence.runs(hashes, evidence.PASSAGE_WORDS)
        stems = shingle.hash_words([term.stem(words)]).values
        side = Side(
            article=corpus.articles[place],
            text=corpus.texts[row],
            words=tuple(words),
            hashes=hashes,
            idf=corpus.idf[np.searchsorted(corpus.vocabulary, stems)],
            shingles=_row(columns.shingles, row),
            runs=runs,
            run_set=_row(columns.runs, row),
            terms=_row(columns.terms, row),
            term_weights=_row(Ragged(columns.term_weights, columns.terms.offsets), row),
            signature=columns.signatures[row],
        )
        sampled = candidate.is_sampled(runs, self.settings.candidate)
        mask = furniture.find(runs, sampled, corpus.furniture, evidence.PASSAGE_WORDS)
        if mask.any():
            side = self._without(side, mask, stems)
        self._sides[place] = side
        if len(self._sides) > SIDES_AT_HAND:
            self._sides.popitem(last=False)
        return side

    def _without(self, side: Side, mask: NDArray[np.bool_], stems: NDArray[np.uint64]) -> Side:
        """The side without the masked words: everything is measured on what is left."""
        hashes = side.hashes[~mask]
        runs = evidence.runs(hashes, evidence.PASSAGE_WORDS)
        kind, _, size = self.settings.shingle.unit.partition(":")
        shingles = side.shingles
        if kind != "char":
            shingles = np.unique(evidence.runs(hashes, int(size or shingle.AUTO_WORDS)))
        terms, counts = term.count(Ragged(stems[~mask], np.array([0, len(hashes)])))
        idf = self.corpus.idf[np.searchsorted(self.corpus.vocabulary, terms.values)]
        return replace(
            side,
            words=tuple(compress(side.words, ~mask)),
            hashes=hashes,
            idf=side.idf[~mask],
            shingles=shingles,
            runs=runs,
            run_set=np.unique(runs),
            terms=terms.values,
            term_weights=term.weigh_terms(terms, counts, idf),
        )


def _blank(article: Article) -> Side:
    """An article without words."""
    none, weightless = np.zeros(0, np.uint64), np.zeros(0)
    unsigned = np.zeros(1, np.uint32)
    return Side(article, "", (), none, weightless, none, none, none, none, weightless, unsigned)


def _row(ragged: Ragged, row: int) -> Any:
    """The values of one row."""
    return ragged.values[ragged.offsets[row] : ragged.offsets[row + 1]]
