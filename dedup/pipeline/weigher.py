"""Pairs of articles to verdicts: measured in bulk as columns, put in words one by one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import candidate, evidence, fact, kernels, verdict
from ..data import Article, Evidence, Relation, Verdict, unwatched
from ..settings import INDEXES
from . import columns, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..data import Candidates, Corpus, Engine, Watch
    from ..kernels import Bounds
    from ..settings import Settings

PAIRS_AT_ONCE = 256
"""Pairs that are measured together; of columns on disk, what they touch stands in memory."""
_SWAP = np.array(
    [
        kernels.MEASURES.index(
            name.replace("left", "right") if "left" in name else name.replace("right", "left")
        )
        for name in kernels.MEASURES
    ]
)
"""Where each measure stands when the sides are swapped."""


_RUNS = "shared_runs", "left_runs", "right_runs"
_PLACES = kernels.MEASURES.index("places")
_AGREEING = kernels.MEASURES.index("agreeing")
_DISTINCT = Relation.DISTINCT


class _Measured(NamedTuple):
    """Pairs of rows: what was counted, how they were found, and where facts may differ."""

    pairs: NDArray[np.int64]
    measures: list[list[int]]
    shingles: list[list[int]]
    """Of each pair: shared, left, right."""
    found_by: list[int]
    bands: list[int]
    estimates: list[float]
    places: NDArray[np.uint32]
    place_offsets: list[int]


class Weigher:
    """Weighs and judges pairs of articles of one corpus, by their places in it."""

    def __init__(self, corpus: Corpus, found: Candidates, settings: Settings) -> None:
        """Nothing is measured yet; ``found`` is what the indexes proposed, sorted."""
        self.corpus = corpus
        self.found = found
        self.settings = settings
        self._packed = found.pairs[:, 0] << np.int64(32) | found.pairs[:, 1]
        self._weighed: dict[tuple[int, int], Verdict] = {}
        self._lengths = np.diff(corpus.sketched.cut.words.offsets).tolist()
        self._columns = columns.sides(corpus.sketched)

    def weigh_all(
        self, watch: Watch = unwatched, run: Engine = map
    ) -> list[tuple[tuple[int, int], Verdict]]:
        """The proposed pairs of rows that are more than distinct, each with the verdict on the
        first article of each row.
        """
        told = []
        total = len(self.found.pairs)
        starts = range(0, total, PAIRS_AT_ONCE)
        for at, measured in zip(starts, run(self._measure_some, starts), strict=True):
            watch("weigh pairs", at, total)
            self.corpus.storage.release()
            places = self.corpus.first[measured.pairs].tolist()
            numbers = range(len(places))
            for number, one in self._judge(places, measured, numbers, bulk=True):
                left, right = places[number]
                self._weighed[left, right] = one
                rows = measured.pairs[number]
                told.append(((int(rows[0]), int(rows[1])), one))
        return told

    def weigh(self, left: int, right: int) -> Verdict:
        """The verdict on the articles at two places; the lower one is the left side."""
        left, right = min(left, right), max(left, right)
        if (left, right) not in self._weighed:
            self._weighed[left, right] = self._weigh(left, right)
        return self._weighed[left, right]

    def foresee(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Find together the verdicts on pairs of articles that will be asked for."""
        rows = self.corpus.rows
        wanted = {}
        for left, right in pairs:
            places = min(left, right), max(left, right)
            first, second = rows[places[0]], rows[places[1]]
            if 0 <= first != second >= 0 and places not in self._weighed:
                wanted[places] = (min(first, second), max(first, second))
        ordered = sorted(wanted, key=wanted.__getitem__)
        for at in range(0, len(ordered), PAIRS_AT_ONCE):
            self._foresee(ordered[at : at + PAIRS_AT_ONCE])

    def _foresee(self, places: Sequence[tuple[int, int]]) -> None:
        """The same for pairs whose articles stand in two rows each."""
        rows = self.corpus.rows[np.array(places)]
        turned = rows[:, 0] > rows[:, 1]
        pairs = np.sort(rows, axis=1)
        bits = np.concatenate([self._bits(pair) for pair in pairs])
        measured = self._measure(pairs, bits, closely=True)
        sides = [
            (right, left) if turn else (left, right)
            for (left, right), turn in zip(places, turned.tolist(), strict=True)
        ]
        for number, one in self._judge(sides, measured, range(len(places)), bulk=False):
            weighed = one
            if turned[number]:
                articles = [self.corpus.articles[at] for at in places[number]]
                weighed = self._ruled(tuple(articles), evidence.mirror(one.evidence))
            self._weighed[places[number]] = weighed
        self.corpus.storage.release()

    def kept(self, left: int, right: int) -> bool:
        """Whether a pair of articles was proposed and could be more than distinct."""
        rows = self.corpus.rows[[left, right]]
        if min(rows) < 0 or rows[0] == rows[1]:
            return bool(rows[0] == rows[1] >= 0)
        bits = self._bits(rows)
        if not bits[0]:
            return False
        measured = self._measure(np.sort(rows).reshape(1, 2), bits, closely=False)
        return len(measured.pairs) == 1

    def _bits(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Which indexes proposed a pair of rows; 0 where none did."""
        packed = min(rows) << np.int64(32) | max(rows)
        at = int(np.searchsorted(self._packed, packed))
        known = at < len(self._packed) and self._packed[at] == packed
        return self.found.found_by[at : at + 1] if known else np.zeros(1, np.uint8)

    def _weigh(self, left: int, right: int) -> Verdict:
        """The same, measured."""
        rows = self.corpus.rows[[left, right]]
        articles = self.corpus.articles[left], self.corpus.articles[right]
        if min(rows) < 0:
            words = tuple(self._lengths[row] if row >= 0 else 0 for row in rows.tolist())
            nothing = evidence.Measures(*[0] * len(kernels.MEASURES))
            found = evidence.Found(("asked",))
            none = evidence.Shared(0, 0, 0)
            blank = evidence.weigh(articles, (words[0], words[1]), nothing, none, found)
            return self._ruled(articles, blank)
        if rows[0] == rows[1]:
            length = self._lengths[rows[0]]
            found = evidence.Found(("same-text",))
            return self._ruled(articles, evidence.equal(articles, length, found))
        self._foresee([(left, right)])
        return self._weighed[left, right]

    def _measure_some(self, at: int) -> _Measured:
        """A stretch of the proposed pairs, measured."""
        some = slice(at, at + PAIRS_AT_ONCE)
        measured = self._measure(self.found.pairs[some], self.found.found_by[some], closely=False)
        self.corpus.storage.release()  # here, where it was looked at, and not when it is asked for
        return measured

    def _measure(
        self, pairs: NDArray[np.int64], found_by: NDArray[np.uint8], *, closely: bool
    ) -> _Measured:
        """Those of the pairs of rows that the kernel looked at to the end."""
        cut = self.corpus.sketched.cut
        bounds = evidence.bounds(self.settings.match, closely=closely)
        measures, places = _mirrored(self._columns, cut.digests, pairs, bounds)
        kept = np.flatnonzero(measures[:, kernels.MEASURES.index("measured")])
        pairs, measures = pairs[kept], measures[kept]
        counts = measures[:, kernels.MEASURES.index("places")]
        place_offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
        shingles = measures[:, [kernels.MEASURES.index(name) for name in _RUNS]]
        if len(cut.shingles.values):
            values, offsets = cut.shingles.values, cut.shingles.offsets
            shared = kernels.count_shared(values, offsets, pairs)
            lengths = np.diff(offsets)
            shingles = np.stack((shared, lengths[pairs[:, 0]], lengths[pairs[:, 1]]), 1)
        signatures = cut.signatures
        agree = signatures[pairs[:, 0]] == signatures[pairs[:, 1]]
        bands, rows = candidate.choose_bands(signatures.shape[1], self.settings.candidate)
        banded = agree[:, : bands * rows].reshape(len(pairs), bands, rows).all(axis=2)
        return _Measured(
            pairs,
            measures.tolist(),
            shingles.tolist(),
            found_by[kept].tolist(),
            banded.sum(axis=1).tolist(),
            agree.mean(axis=1).tolist(),
            places[:, 1:],
            place_offsets.tolist(),
        )

    def _judge(
        self, places: list[tuple[int, int]], measured: _Measured, numbers: range, *, bulk: bool
    ) -> list[tuple[int, Verdict]]:
        """The verdicts on articles whose rows were measured; in bulk without those that are
        distinct, of which facts need not be read.
        """
        judged: dict[int, Verdict] = {}
        for number in numbers:
            articles = tuple(self.corpus.articles[at] for at in places[number])
            one = self._ruled(articles, self._weighed_by(measured, number, articles))
            if not bulk or one.relation is not Relation.DISTINCT:
                judged[number] = one
        filled = [number for number in judged if measured.measures[number][_PLACES]]
        if filled:
            found = self._facts(measured, filled)
            for at, number in enumerate(filled):
                if found.counts[at]:
                    articles = tuple(self.corpus.articles[place] for place in places[number])
                    weighed = evidence.differing(
                        judged[number].evidence,
                        int(found.counts[at]),
                        int(found.weights[at]),
                        measured.measures[number][_AGREEING],
                        found.facts(at),
                    )
                    judged[number] = self._ruled(articles, weighed)
        return [(n, one) for n, one in judged.items() if not bulk or one.relation is not _DISTINCT]

    def _weighed_by(
        self, measured: _Measured, number: int, articles: tuple[Article, ...]
    ) -> Evidence:
        """The evidence on a measured pair, facts aside."""
        bits = measured.found_by[number]
        by = tuple(name for bit, name in enumerate(INDEXES) if bits >> bit & 1) or ("asked",)
        return evidence.weigh(
            (articles[0], articles[1]),
            self._words(measured, number),
            evidence.Measures._make(measured.measures[number]),
            evidence.Shared._make(measured.shingles[number]),
            evidence.Found(by, measured.bands[number], measured.estimates[number]),
        )

    def _words(self, measured: _Measured, number: int) -> tuple[int, int]:
        """The lengths of both sides, furniture left out."""
        left, right = measured.pairs[number].tolist()
        return self._lengths[left], self._lengths[right]

    def _facts(self, measured: _Measured, numbers: list[int]) -> fact.Differing:
        """The facts that differ in some of the measured pairs."""
        offsets = measured.place_offsets
        mine = np.concatenate([np.arange(offsets[n], offsets[n + 1]) for n in numbers])
        places = measured.places[mine].astype(np.int64)
        counts = [offsets[n + 1] - offsets[n] for n in numbers]
        pairs = np.repeat(np.arange(len(numbers)), counts)
        rows = measured.pairs[numbers][pairs]
        at = [np.column_stack((rows[:, n], places[:, 2 * n : 2 * n + 2])) for n in range(2)]
        gaps = fact.Gaps(np.stack(at), places[:, 4:].T.astype(np.uint32))
        heads = [
            evidence.head_words(
                self._words(measured, n), evidence.Measures._make(measured.measures[n])
            )
            for n in numbers
        ]
        spell = partial(wording.spell, self.corpus, self.settings)
        return fact.find(self._columns, pairs, np.array(heads), gaps, spell)

    def _ruled(self, articles: tuple[Article, ...], weighed: Evidence) -> Verdict:
        """What the rules say to the evidence."""
        ruling = verdict.judge(weighed, self.settings.match)
        ids = articles[0].id, articles[1].id
        return Verdict(*ids, ruling.relation, ruling.kind, ruling.rule, weighed)


def _mirrored(
    sides: kernels.Sides, digests: NDArray[np.uint64], pairs: NDArray[np.int64], bounds: Bounds
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Measure pairs so that the answer mirrors exactly when the sides swap: ties between equally
    good alignments are broken by the texts and not by their order.
    """
    swap = digests[pairs[:, 0]] > digests[pairs[:, 1]]
    asked = np.where(swap[:, None], pairs[:, ::-1], pairs)
    order = np.argsort(asked[:, 0], kind="stable")  # what is known of a left side serves for more
    sorted_measures, places = kernels.measure_pairs(sides, asked[order], bounds)
    measures = np.empty_like(sorted_measures)
    measures[order] = sorted_measures
    measures[swap] = measures[swap][:, _SWAP]
    numbers = order[places[:, 0]]
    places = np.where(swap[numbers, None], places[:, [0, 3, 4, 1, 2, 6, 5]], places)
    return measures, places[np.argsort(numbers, kind="stable")]
