"""Pairs of articles to verdicts, with the sides of recent pairs at hand."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from .. import evidence, verdict
from ..data import Corpus, Side, Verdict
from ..settings import INDEXES
from .proposal import shared_bands
from .sides import side

if TYPE_CHECKING:
    from ..data import Candidates
    from ..settings import Settings

SIDES_AT_HAND = 1024
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
        self._weighed: dict[tuple[int, int], Verdict] = {}

    def learn(self, found: Candidates) -> None:
        """Remember how each pair of rows was proposed."""
        bands = shared_bands(found.pairs, self.corpus.sketched.signatures, self.settings)
        columns = found.pairs.tolist(), found.found_by.tolist(), bands.tolist()
        for (left, right), bits, agreeing in zip(*columns, strict=True):
            by = tuple(name for bit, name in enumerate(INDEXES) if bits >> bit & 1)
            self.found[left, right] = by or ("asked",), agreeing

    def weigh(self, left: int, right: int) -> Verdict:
        """The verdict on the articles at two places; the lower one is the left side."""
        left, right = min(left, right), max(left, right)
        if (left, right) not in self._weighed:
            self._weighed[left, right] = self._weigh(left, right)
        return self._weighed[left, right]

    def _weigh(self, left: int, right: int) -> Verdict:
        """The same, measured."""
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
        corpus = self.corpus
        made = side(corpus, corpus.rows[place], corpus.articles[place], self.settings)
        self._sides[place] = made
        if len(self._sides) > SIDES_AT_HAND:
            self._sides.popitem(last=False)
        return made
