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


ROWS_AT_ONCE = 4096
"""Rows whose terms are chosen at a time, which bounds what it takes besides."""


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


def band(signatures: NDArray[np.uint32], bands: int, rows: int) -> Ragged:
    """Each row's band keys: one hash for each slice of its signature."""
    keys = kernels.band_keys(signatures, bands, rows)
    return Ragged(keys.ravel(), np.arange(len(keys) + 1, dtype=np.int64) * bands)


def highest(how: CandidateSettings) -> int:
    """The highest hash of a run that is a key of the passage index.

    The text alone decides which runs are, so that a passage has the same keys wherever it stands.
    """
    return (1 << 64) // how.passage_rate - 1


def without(keys: Ragged, known: NDArray[np.uint64]) -> Ragged:
    """The keys but for the known ones, which are sorted."""
    return keep(keys, kernels.find_places(keys.values, known) < 0) if len(known) else keys


def rare_keys(keys: Ragged, how: CandidateSettings) -> Ragged:
    """Each row's rarest keys among those that at least one other row has too."""
    counts = kernels.count_values(keys.values)
    rarity = (np.iinfo(np.uint32).max - counts) * (counts > 1)
    return keep(keys, kernels.choose_heaviest(rarity, keys.offsets, how.passage_count))


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
    repeated = kernels.count_rows(terms.entries, terms.offsets, whole, size) > 1
    found, lengths = [np.zeros(0, np.uint64)], [np.zeros(1, np.int64)]
    for at in range(0, len(whole), ROWS_AT_ONCE):
        ends = terms.offsets[at : at + ROWS_AT_ONCE + 1]
        entries, scales = terms.entries[ends[0] : ends[-1]], terms.scales[at : at + ROWS_AT_ONCE]
        some = terms._replace(entries=entries, offsets=ends - ends[0], scales=scales)
        values = entries >> entries.dtype.type(kernels.COUNT_BITS)
        known = kernels.weigh_rows(some) * repeated[values]
        mask = kernels.choose_heaviest(known, some.offsets, how.term_count)
        rare = keep(Ragged(values, some.offsets), mask)
        found.append(rare.values.astype(np.uint64))
        lengths.append(np.diff(rare.offsets))
    return Ragged(np.concatenate(found), np.cumsum(np.concatenate(lengths)))


def keep(ragged: Ragged, mask: NDArray[np.bool_]) -> Ragged:
    """The masked values, row by row."""
    kept = np.flatnonzero(mask)
    return Ragged(ragged.values[kept], np.searchsorted(kept, ragged.offsets))


def pair(keys: Ragged, shared: int, full: int, limit: int) -> tuple[NDArray[np.int64], int]:
    """``int64[m, 2]``: rows that stand together in at least ``shared`` buckets; and capped buckets.

    Rows with few keys are held to fewer, so that nothing is dropped for being short.

    >>> rows = np.array([range(0, 8), range(6, 14), range(13, 21)], np.uint64)
    >>> keys = Ragged(rows.ravel(), np.array([0, 8, 16, 24]))
    >>> pair(keys, shared=2, full=8, limit=256)[0].tolist()
    [[0, 1]]
    """
    counts = np.diff(keys.offsets)
    pairs, together, capped = _together(keys, full, limit)
    fewer = np.minimum(counts[pairs[:, 0]], counts[pairs[:, 1]])
    needed = np.where(fewer < 4 * shared, 1, shared)
    return pairs[together >= needed], capped


def _together(
    keys: Ragged, full: int, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Pairs of rows in the same bucket, sorted; in how many; and capped buckets. A bucket lies in
    one part of the keys as a whole.
    """
    parts = kernels.parts(keys.values, keys.offsets)
    found = [kernels.bucket_pairs(*part, full, limit) for part in parts]
    if len(found) == 1:
        return found[0]
    packed = np.concatenate([kernels.pack(pairs) for pairs, _, _ in found])
    together = np.concatenate([times for _, times, _ in found])
    order = np.argsort(packed, kind="stable")
    packed, starts = np.unique(packed[order], return_index=True)
    times = np.add.reduceat(together[order], starts) if len(starts) else starts
    capped = sum(cut for _, _, cut in found)
    return kernels.unpack(packed), times, capped


def merge(proposals: dict[int, tuple[NDArray[np.int64], int]]) -> Candidates:
    """One list of candidates from the indexes' lists, keyed by the bit that marks each index."""
    every = [pairs for pairs, _ in proposals.values()]
    pairs, _ = kernels.count_pairs(np.concatenate([np.zeros((0, 2), np.int64), *every]))
    found_by = np.zeros(len(pairs), np.uint8)
    packed = kernels.pack(pairs)
    for bit, (mine, _) in proposals.items():
        found_by[np.searchsorted(packed, kernels.pack(mine))] |= np.uint8(1 << bit)
    return Candidates(pairs, found_by, sum(capped for _, capped in proposals.values()))
