"""Which pairs are worth a look: MinHash bands, sampled passages, rare terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import kernels
from .data.corpus import Candidates, Ragged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .settings import CandidateSettings


TELLING_KEYS = 12
"""From so many keys up, the share that two articles have in common tells how much text they share:
of a quarter in common, three keys are expected."""


PAIRED_AT_ONCE = 1 << 22
"""Keys of bands that are paired at a time, which bounds what it takes."""
ROWS_AT_ONCE = 4096
"""Rows whose keys are found at a time, which bounds what it takes besides."""


def proposal_chance(jaccard: float, bands: int, rows: int) -> float:
    """The chance that ``bands`` bands of ``rows`` rows propose a pair: ``1 - (1 - j**rows)**bands``
    (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4.2).

    >>> round(proposal_chance(0.7, 25, 5), 4)
    0.9899
    """
    return float(1 - (1 - jaccard**rows) ** bands)


def choose_bands(signature_size: int, how: CandidateSettings) -> tuple[int, int]:
    """``(bands, rows)``: the longest bands that still reach the recall target at its Jaccard ratio.

    Long bands propose few pairs in vain; where no length reaches the target, one row to a band
    comes closest.

    >>> from dedup.settings import CandidateSettings
    >>> choose_bands(128, CandidateSettings())
    (32, 4)
    """
    for rows in range(signature_size, 0, -1):
        bands = signature_size // rows
        if proposal_chance(how.lsh_jaccard_ratio, bands, rows) >= how.lsh_recall_ratio:
            return bands, rows
    return signature_size, 1


def stretches(count: int, bands: int) -> list[slice]:
    """The bands of so many signatures in parts that are paired each by itself: what it takes is
    bounded, and there are two at least, since they can be paired at the same time.
    """
    at_once = min(PAIRED_AT_ONCE // max(count, 1), -(-bands // 2))
    starts = range(0, bands, max(at_once, 1))
    return [slice(at, min(at + starts.step, bands)) for at in starts]


def band(signatures: NDArray[np.uint32], bands: int, rows: int, some: slice) -> Ragged:
    """Each row's keys of some of its bands: one hash for each slice of its signature."""
    keys = np.empty((len(signatures), some.stop - some.start), np.uint64)
    for at in range(0, len(keys), ROWS_AT_ONCE):
        mine = slice(at, at + ROWS_AT_ONCE)
        keys[mine] = kernels.band_keys(signatures[mine], bands, rows)[:, some]
    return Ragged(keys.ravel(), np.arange(len(keys) + 1, dtype=np.int64) * keys.shape[1])


def highest(how: CandidateSettings) -> int:
    """The highest hash of a run that is a key of the passage index.

    The text alone decides which runs are, so that a passage has the same keys wherever it stands.
    """
    return (1 << 64) // how.passage_rate - 1


def rare_keys(keys: Ragged, how: CandidateSettings) -> Ragged:
    """Each row's rarest keys among those that at least one other row has too."""
    counts = kernels.count_values(keys.values)
    rarity = (np.iinfo(np.uint32).max - counts) * (counts > 1)
    chosen, ends = kernels.choose_heaviest(rarity, keys.offsets, how.passage_count)
    return Ragged(keys.values[chosen], ends)


def share_keys(pairs: NDArray[np.int64], keys: Ragged, how: CandidateSettings) -> NDArray[np.int64]:
    """Those of the pairs that share enough of all their keys in the passage index; an article with
    few of them is too short to tell by.
    """
    counts = np.diff(keys.offsets)
    fewer = np.minimum(counts[pairs[:, 0]], counts[pairs[:, 1]])
    shared = kernels.count_shared(keys.values, keys.offsets, pairs)
    return pairs[(shared >= how.passage_ratio * fewer) | (fewer < TELLING_KEYS)]


def rare_terms(terms: kernels.Vectors, how: CandidateSettings) -> Ragged:
    """Each row's heaviest terms among those that at least one other row has too, as keys."""
    whole, size = np.ones(len(terms.scales)), len(terms.worths)
    counts = kernels.count_rows(terms.entries, terms.offsets, whole, size)
    repeated = (counts > 1).astype(np.uint32)
    found, lengths = [np.zeros(0, np.uint64)], [np.zeros(1, np.int64)]
    for at in range(0, len(whole), ROWS_AT_ONCE):
        ends = terms.offsets[at : at + ROWS_AT_ONCE + 1]
        entries, scales = terms.entries[ends[0] : ends[-1]], terms.scales[at : at + ROWS_AT_ONCE]
        some = terms._replace(entries=entries, offsets=ends - ends[0], scales=scales)
        values = (entries >> entries.dtype.type(kernels.COUNT_BITS)).astype(np.uint32, copy=False)
        known = kernels.weigh_rows(some) * kernels.take_values(repeated, values)
        chosen, borders = kernels.choose_heaviest(known, some.offsets, how.term_count)
        found.append(values[chosen].astype(np.uint64))
        lengths.append(np.diff(borders))
    return Ragged(np.concatenate(found), np.cumsum(np.concatenate(lengths)))


def pair(keys: Ragged, shared: int, full: int, limit: int) -> tuple[NDArray[np.int64], int]:
    """``int64[m, 2]``: rows that stand together in at least ``shared`` buckets; and capped buckets.

    Rows with few keys are held to fewer, so that nothing is dropped for being short.

    >>> rows = np.array([range(0, 8), range(6, 14), range(13, 21)], np.uint64)
    >>> keys = Ragged(rows.ravel(), np.array([0, 8, 16, 24]))
    >>> pair(keys, shared=2, full=8, limit=256)[0].tolist()
    [[0, 1]]
    """
    least = np.where(np.diff(keys.offsets) < 4 * shared, 1, shared).astype(np.uint32)
    return kernels.bucket_pairs(keys.values, keys.offsets, least, full, limit)


def merge(proposals: dict[int, tuple[NDArray[np.int64], int]]) -> Candidates:
    """One list of candidates from the indexes' lists, keyed by the bit that marks each index."""
    every = [pairs for pairs, _ in proposals.values()]
    pairs, _ = kernels.count_pairs(np.concatenate([np.zeros((0, 2), np.int64), *every]))
    found_by = np.zeros(len(pairs), np.uint8)
    packed = kernels.pack(pairs)
    for bit, (mine, _) in proposals.items():
        found_by[np.searchsorted(packed, kernels.pack(mine))] |= np.uint8(1 << bit)
    return Candidates(pairs, found_by, sum(capped for _, capped in proposals.values()))
