"""Pairs of articles to verdicts: measured and judged in bulk, as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import candidate, evidence, fact, kernels, verdict
from ..data.protocols import unwatched
from ..data.weighed import Weighed
from . import columns
from .verdicts import IS_SAME, IS_TOLD, Batch, Numbered, Verdicts, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from ..data.corpus import Candidates, Corpus
    from ..data.pair import Verdict
    from ..data.protocols import Engine, Watch
    from ..settings import Settings

PAIRS_AT_ONCE = 1024
"""Pairs that are measured together; of columns on disk, what they touch stands in memory."""
ASKED_AT_ONCE = 256
"""… where stories ask for them: they are few and lie anywhere."""
_RUNS = [kernels.MEASURES.index(name) for name in ("shared_runs", "left_runs", "right_runs")]
_MEASURED = kernels.MEASURES.index("measured")
_ALIGNED = kernels.MEASURES.index("aligned_words")
_PLACES = kernels.MEASURES.index("places")
_AGREEING = kernels.MEASURES.index("agreeing")


class _Measured(NamedTuple):
    """Pairs of rows: what was counted, how they were found, and where facts may differ."""

    pairs: NDArray[np.int64]
    measures: NDArray[np.int64]
    shingles: evidence.Shared
    found: evidence.Found
    places: NDArray[np.uint32]
    place_offsets: NDArray[np.int64]


class Weigher:
    """Weighs and judges pairs of articles of one corpus, by their places in it."""

    def __init__(
        self, corpus: Corpus, found: Candidates, settings: Settings, run: Engine = map
    ) -> None:
        """Nothing is measured yet; ``found`` is what the indexes proposed, sorted."""
        self.corpus = corpus
        self.found = found
        self.settings = settings
        self.run = run
        self._packed = kernels.pack(found.pairs)
        self._batches: list[Batch] = []
        self._known = Numbered()
        self._lengths = np.diff(corpus.sketched.cut.words.offsets)
        self._columns = columns.sides(corpus.sketched)
        size = corpus.sketched.cut.signatures.shape[1]
        self._bands = candidate.choose_bands(size, settings.candidate)

    def weigh_all(self, watch: Watch = unwatched) -> Batch:
        """The proposed pairs of rows that are more than distinct, each with what was judged of the
        first article of each row.
        """
        total = len(self.found.pairs)
        starts = range(0, total, PAIRS_AT_ONCE)
        for at, judged in zip(starts, self._each(self._judge_some, starts), strict=True):
            watch("weigh pairs", at, total)
            self._note(judged)
        return self.judged()

    def judged(self) -> Batch:
        """All pairs that were judged until now."""
        none = self._told_apart(np.zeros((0, 2), np.int64))
        self._batches = [joined(self._batches or [none])]
        return self._batches[0]

    def find(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The number, among all that were judged, of each pair of articles, by their places, and
        whether it is one story. Those that were not judged are judged together.
        """
        numbers, same = self.known(places)
        fresh = np.flatnonzero(numbers < 0)
        if len(fresh):
            packed, _ = kernels.number_values(_packed(places[fresh]).astype(np.uint64))
            self._judge(packed.astype(np.int64))
            numbers[fresh], same[fresh] = self.known(places[fresh])
        return numbers, same

    def known(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The same, without judging any; -1 and False for those that were not."""
        numbers, rules = self._known.find(_packed(places))
        return numbers, (numbers >= 0) & IS_SAME[rules]

    def weigh(self, left: int, right: int) -> Verdict:
        """The verdict on the articles at two places; the lower one is the left side."""
        [number], _ = self.find(np.array([(left, right)]))
        return Verdicts(self.corpus.articles.ids, self.judged())[int(number)]

    def _judge(self, packed: NDArray[np.int64]) -> None:
        """Judge pairs of articles that were not."""
        places = kernels.unpack(packed)
        rows = self.corpus.rows[places]
        wordless = (rows < 0).any(axis=1)
        copies = (rows[:, 0] == rows[:, 1]) & ~wordless
        self._note(self._told_apart(places[wordless]))
        self._note(self._told_equal(places[copies]))
        rest = np.flatnonzero(~copies & ~wordless)
        known = self._proposed(rows[rest])
        if (known >= 0).any():
            self._note(self._judge_again(places[rest[known >= 0]], known[known >= 0]))
            rest = rest[known < 0]
        order = rest[np.argsort(kernels.pack(np.sort(rows[rest], axis=1)), kind="stable")]
        starts = range(0, len(order), ASKED_AT_ONCE)
        some = [places[order[at : at + ASKED_AT_ONCE]] for at in starts]
        for judged in self._each(self._judge_closely, some):
            self._note(judged)

    def _proposed(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each pair of rows, the place in the first batch, which has the proposed pairs, of the
        verdict on their first articles; -1 if there is none.
        """
        firsts = kernels.pack(np.sort(self.corpus.first[rows], axis=1))
        numbers, _ = self._known.find(firsts)
        there = len(self._batches[0].rules) if self._batches else 0
        return np.where(numbers < there, numbers, -1)

    def _judge_again(self, places: NDArray[np.int64], known: NDArray[np.int64]) -> Batch:
        """Pairs of articles, each in two rows that are measured: ``known`` are the places in
        the first batch of the verdicts on the first articles of these. Only what is known besides
        the texts is new.
        """
        judged = self._batches[0].take(known)
        rows = self.corpus.rows
        before, now = rows[judged.places], rows[places]
        turned = before[:, 0] != now[:, 0]
        if turned.any():
            judged = _turned(judged, turned)
        weighed = judged.weighed._replace(**self._beside(places)._asdict())
        return self._ruled(places, weighed)._replace(facts=judged.facts)

    def _each(self, step: Callable[[Any], Batch], batches: Iterable[Any]) -> Iterator[Batch]:
        """What a step judges of each batch. What it looked at is let go of at once: rows lie
        anywhere, and batches that wait would hold all that is around theirs.
        """

        def judge(batch: Any) -> Batch:  # noqa: ANN401 - whatever the step takes
            judged = step(batch)
            self.corpus.storage.release()
            return judged

        return iter(self.run(judge, batches))

    def kept(self, left: int, right: int) -> bool:
        """Whether a pair of articles was proposed and could be more than distinct."""
        rows = self.corpus.rows[[left, right]]
        if min(rows) < 0 or rows[0] == rows[1]:
            return bool(rows[0] == rows[1] >= 0)
        pair = np.sort(rows).reshape(1, 2)
        bits = self._found_by(pair)
        return bool(bits[0]) and len(self._measure(pair, bits, closely=False).pairs) == 1

    def _note(self, judged: Batch) -> None:
        """Put pairs that were judged after those there are."""
        if not len(judged.rules):
            return
        self._known.note(kernels.pack(judged.places), judged.rules)
        self._batches.append(judged)

    def _found_by(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Which indexes proposed each pair of rows; 0 where none did."""
        packed = kernels.pack(rows)
        at = np.searchsorted(self._packed, packed)
        found_by = np.append(self.found.found_by, np.uint8(0))
        known = np.append(self._packed, -1)[at] == packed
        return np.asarray(np.where(known, found_by[at], 0), np.uint8)

    def _beside(self, places: NDArray[np.int64]) -> evidence.Beside:
        """What is known of pairs of articles besides their texts."""
        return evidence.beside(self.corpus.articles, places)

    def _told_equal(self, places: NDArray[np.int64]) -> Batch:
        """The verdicts on articles that share a row."""
        words = self._lengths[self.corpus.rows[places[:, 0]]]
        return self._ruled(places, evidence.equal(words, self._beside(places)))

    def _told_apart(self, places: NDArray[np.int64]) -> Batch:
        """The verdicts on pairs in which an article has no words."""
        words = np.append(self._lengths, 0)[self.corpus.rows[places]]
        nothing = np.zeros((len(places), len(kernels.MEASURES)), np.int64)
        none = nothing[:, 0]
        found = evidence.Found(none.astype(np.uint8), none, none.astype(np.float64))
        shared, beside = evidence.Shared(none, none, none), self._beside(places)
        sides = words[:, 0], words[:, 1]
        return self._ruled(places, evidence.weigh(sides, nothing, shared, found, beside))

    def _ruled(self, places: NDArray[np.int64], weighed: Weighed) -> Batch:
        """What the rules say to the evidence."""
        rules = verdict.decide(weighed, self.settings.match)
        return Batch(places, rules, weighed, fact.none(len(places)))

    def _judge_some(self, at: int) -> Batch:
        """A stretch of the proposed pairs, but for those that are distinct: their facts need not be
        read.
        """
        some = slice(at, at + PAIRS_AT_ONCE)
        measured = self._measure(self.found.pairs[some], self.found.found_by[some], closely=False)
        judged = self._weigh(self.corpus.first[measured.pairs], measured)
        told = np.flatnonzero(IS_TOLD[judged.rules])
        judged = self._told(judged, measured, told)
        return judged.take(told[IS_TOLD[judged.rules[told]]])

    def _judge_closely(self, places: NDArray[np.int64]) -> Batch:
        """Pairs of articles in two rows each, whether they are distinct or not."""
        rows = self.corpus.rows[places]
        turned = rows[:, 0] > rows[:, 1]
        pairs = np.sort(rows, axis=1)
        measured = self._measure(pairs, self._found_by(pairs), closely=True)
        judged = self._weigh(places, measured)
        judged = self._told(judged, measured, np.arange(len(places)))
        return _turned(judged, turned) if turned.any() else judged

    def _measure(
        self, pairs: NDArray[np.int64], found_by: NDArray[np.uint8], *, closely: bool
    ) -> _Measured:
        """Those of the pairs of rows that the kernel looked at to the end."""
        cut = self.corpus.sketched.cut
        bounds = evidence.bounds(self.settings.match, fact.INFORMATIVE_IDF, closely=closely)
        left, right = cut.digests[pairs, 0].T  # of equally good alignments the texts choose one
        measures, places = kernels.measure_pairs(self._columns, pairs, left > right, bounds)
        kept = np.flatnonzero(measures[:, _MEASURED])
        pairs, measures = pairs[kept], measures[kept]
        place_offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(measures[:, _PLACES])))
        shingles = evidence.Shared(*measures[:, _RUNS].T)
        if len(cut.shingles.values):
            values, offsets = cut.shingles.values, cut.shingles.offsets
            shared = kernels.count_shared(values, offsets, pairs)
            lengths = np.diff(offsets)
            shingles = evidence.Shared(shared, lengths[pairs[:, 0]], lengths[pairs[:, 1]])
        bands, agreeing = kernels.count_equal(cut.signatures, pairs, *self._bands).T
        found = evidence.Found(found_by[kept], bands, agreeing / cut.signatures.shape[1])
        return _Measured(pairs, measures, shingles, found, places[:, 1:], place_offsets)

    def _weigh(self, places: NDArray[np.int64], measured: _Measured) -> Batch:
        """The verdicts on measured pairs, facts aside."""
        left, right = self._lengths[measured.pairs].T
        sides = np.ascontiguousarray(left), np.ascontiguousarray(right)
        parts = measured.measures, measured.shingles, measured.found
        return self._ruled(places, evidence.weigh(sides, *parts, self._beside(places)))

    def _told(self, judged: Batch, measured: _Measured, wanted: NDArray[np.int64]) -> Batch:
        """The verdicts on the same pairs, the facts of the wanted ones read."""
        filled = wanted[measured.measures[wanted, _PLACES] > 0]
        if not len(filled):
            return judged
        found = self._facts(measured, filled)
        counts, weights = (np.zeros(len(judged.rules), np.int64) for _ in range(2))
        counts[filled], weights[filled] = found.counts, found.weights
        agreeing = measured.measures[:, _AGREEING]
        weighed = evidence.differing(judged.weighed, counts, weights, agreeing)
        ruled = self._ruled(judged.places, weighed)
        return ruled._replace(facts=fact.spread(found.facts, filled, len(counts)))

    def _facts(self, measured: _Measured, numbers: NDArray[np.int64]) -> fact.Differing:
        """The facts that differ in some of the measured pairs."""
        counts = measured.measures[numbers, _PLACES]
        of_pair = np.repeat(np.arange(len(numbers)), counts)
        starts = measured.place_offsets[numbers] - np.cumsum(counts) + counts
        places = measured.places[starts[of_pair] + np.arange(len(of_pair))].astype(np.int64)
        rows = measured.pairs[numbers][of_pair]
        at = [np.column_stack((rows[:, n], places[:, 2 * n : 2 * n + 2])) for n in range(2)]
        gaps = fact.Gaps(np.stack(at), places[:, 4:].T.astype(np.uint32))
        words = self._lengths[measured.pairs[numbers]]
        aligned = measured.measures[numbers, _ALIGNED]
        heads = evidence.head_words(words.sum(axis=1), aligned)
        reprinted = evidence.reprinted(words.min(axis=1), aligned)
        letters = self.corpus.sketched.cut.lexicon.letters
        return fact.find(self._columns, letters, of_pair, heads, reprinted, gaps)


def _packed(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs of articles, either way round, as single numbers."""
    return kernels.pack(np.sort(places, axis=1))


def _turned(judged: Batch, turned: NDArray[np.bool_]) -> Batch:
    """The verdicts, some of them seen from the other side: what the rules say stays."""
    mirrored = evidence.mirror(judged.weighed)
    sides: Iterable[Any] = zip(mirrored, judged.weighed, strict=True)
    weighed = Weighed._make(np.where(turned, there, here) for there, here in sides)
    return judged._replace(weighed=weighed, facts=fact.turn(judged.facts, turned))
