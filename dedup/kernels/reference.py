"""Every kernel in plain numpy: the definition that faster twins must match bit for bit.

A kernel takes arrays and integers, returns arrays, checks nothing and knows no word of the domain.
Many rows of different length travel as ``values`` and ``offsets`` (``int64[n + 1]``).
All sums and products are modulo 2**64.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .columns import COUNT_BITS, Texts, entry_type
from .packing import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .columns import I32, I64, U32, U64, Entries

__all__ = [
    "band_keys",
    "bucket_pairs",
    "choose_heaviest",
    "count_pairs",
    "count_shared",
    "count_terms",
    "count_values",
    "cut_texts",
    "find_places",
    "hash_runs",
    "hash_words",
    "mask_runs",
    "minhash",
    "number_more",
    "number_values",
    "scan_records",
    "sign_runs",
    "sort_distinct",
]

_BASE = 0x9E3779B97F4A7C15
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_NEWLINE = 10
_SHORT_RUN = 8
"""Longer runs are hashed by differences of prefix sums, whatever their length."""


def mix(x: U64) -> U64:
    """The 64-bit finalizer of MurmurHash3: a bijection in which every bit depends on every bit."""
    x = x ^ (x >> np.uint64(33))
    x = x * np.uint64(0xFF51AFD7ED558CCD)
    x = x ^ (x >> np.uint64(33))
    x = x * np.uint64(0xC4CEB9FE1A85EC53)
    return np.asarray(x ^ (x >> np.uint64(33)), np.uint64)


@cache
def _table(base: int, count: int) -> U64:
    """``base ** 0 … base ** (count - 1)``."""
    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    return np.asarray(np.multiply.accumulate(factors), np.uint64)


def _powers(base: int, count: int) -> U64:
    """The first ``count`` powers, out of a table whose size is a power of two."""
    return _table(base, 1 << max(10, count.bit_length()))[:count]


def cut_texts(texts: list[str]) -> Texts:
    """The words of texts that are cleaned first.

    Here every text is left to the caller: what cleaning and cutting mean is said in ``text.py``,
    and the native twin gives just that where it gives anything.
    """
    count = len(texts)
    values, offsets = np.zeros(0, np.uint64), np.zeros(count + 1, np.int64)
    done, small = np.zeros(count, np.uint8), np.zeros(0, np.uint8)
    return Texts(
        words=values.astype(np.uint32),
        offsets=offsets,
        clean=b"",
        ends=offsets,
        done=done,
        hashes=values,
        stems=values,
        marks=small,
        letters=small,
        borders=np.zeros(1, np.int64),
    )


def scan_records(
    block: bytes, names: tuple[str, ...], number: Callable[[str], str], deepest: int
) -> tuple[I64, dict[str, list[str | None]]]:
    """Where each line of ``block`` starts and the last one ends, as ``int64[n + 1]``; and for each
    of ``names`` that stands in a line which is a plain JSON object, what each line has under it: a
    string, a number as ``number(what is written)``, else None. A line that has nothing is left to
    the caller, as is always one that is broken, nested deeper than ``deepest``, repeats a key, or
    has half a character in it.

    Here every line is: what a record means is said by the readers, and the native twin gives just
    that where it gives anything.
    """
    del names, number, deepest
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == _NEWLINE) + 1
    starts = np.unique(np.concatenate((np.zeros(1, np.int64), ends, [len(block)])))
    return starts, {}


def hash_words(buffer: NDArray[np.uint8]) -> U64:
    """Hash each of the words in ``uint8[b]``, a newline after each: ``mix(Σ byte[i]·base**i)``.

    Prefix sums give every word's polynomial in one pass over the buffer.
    """
    ends = np.flatnonzero(buffer == _NEWLINE)
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))[: len(ends)]
    sums = np.zeros(len(buffer) + 1, np.uint64)
    np.cumsum(buffer * _powers(_BASE, len(buffer)), out=sums[1:])
    inverse = _powers(_BASE_INVERSE, len(buffer) + 1)
    return mix((sums[ends] - sums[starts]) * inverse[starts])


def hash_runs(values: U64, offsets: I64, size: int) -> tuple[U64, I64]:
    """Hash every run of ``size`` consecutive values of each row: ``mix(Σ value[j]·base**j)``.

    Returns the hashes in place order and their offsets; a row of ``m`` values has
    ``max(0, m - size + 1)`` runs.
    """
    counts = np.maximum(np.diff(offsets) - size + 1, 0)
    out = np.zeros(len(offsets), np.int64)
    np.cumsum(counts, out=out[1:])
    if out[-1] == 0:
        return np.zeros(0, np.uint64), out
    windows = len(values) - size + 1
    if size <= _SHORT_RUN:
        total = np.zeros(windows, np.uint64)
        for j in reversed(range(size)):
            total = total * np.uint64(_BASE) + values[j : j + windows]
    else:
        sums = np.zeros(len(values) + 1, np.uint64)
        np.cumsum(values * _powers(_BASE, len(values)), out=sums[1:])
        total = (sums[size:] - sums[:windows]) * _powers(_BASE_INVERSE, windows)
    if len(counts) == 1:
        return mix(total), out
    places = np.repeat(offsets[:-1] - out[:-1], counts) + np.arange(out[-1])
    return mix(total[places]), out


def sort_distinct(values: U64, offsets: I64) -> tuple[U64, I64, I64]:
    """Each row sorted, repeats removed: values, offsets, and how often each stands in its row.

    Row by row: many short sorts in cache are faster than one long one.
    """
    rows = [
        np.unique(values[start:end], return_counts=True)
        for start, end in pairwise(offsets.tolist())
    ]
    out = np.zeros(len(offsets), np.int64)
    np.cumsum([len(row) for row, _ in rows], out=out[1:])
    none = np.zeros(0, np.uint64), np.zeros(0, np.int64)
    distinct = np.concatenate([none[0], *(row for row, _ in rows)])
    counts = np.concatenate([none[1], *(counted for _, counted in rows)])
    return distinct, out, counts


def minhash(values: U64, offsets: I64, size: int, seed: int) -> U32:
    """``uint32[n, size]``: what ``datasketch.MinHash`` gives for the low 32 bits of each value.

    ``datasketch`` itself does the work here (scheme ``affine32``); an empty row keeps its all-ones.
    """
    from datasketch import MinHash

    low = (values & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    blank = MinHash(num_perm=size, seed=seed, hashfunc=int, scheme="affine32")
    out = np.empty((len(offsets) - 1, size), np.uint32)
    for row in range(len(out)):
        sketch = blank.copy()
        if offsets[row + 1] > offsets[row]:
            sketch.update_batch(low[offsets[row] : offsets[row + 1]].tolist())
        out[row] = sketch.hashvalues
    return out


def sign_runs(
    words: U32, offsets: I64, hashes: U64, run: int, highest: int, permuted: tuple[int, int]
) -> tuple[U32, U64, I64]:
    """The signatures of each row's runs of words, whose hashes are those of words by their numbers;
    and those of the runs' hashes that are up to ``highest``, sorted, repeats removed, with their
    offsets. ``permuted`` are the size of a signature, 0 where none is wanted, and its seed.
    """
    runs, ends = hash_runs(hashes[words], offsets, run)
    kept = np.flatnonzero(runs <= np.uint64(highest))
    lowest, out, _ = sort_distinct(runs[kept], np.searchsorted(kept, ends))
    none = np.zeros((len(offsets) - 1, 0), np.uint32)
    return minhash(runs, ends, *permuted) if permuted[0] else none, lowest, out


@cache
def permutations(size: int, seed: int) -> tuple[U32, U32]:
    """Factors and shifts of ``datasketch``'s scheme ``affine32``, as ``uint32[size]`` each."""
    chance = np.random.RandomState(seed)
    factors = chance.randint(0, 1 << 31, size, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, chance.randint(0, 1 << 32, size, dtype=np.uint32)


def band_keys(signatures: U32, bands: int, rows: int) -> U64:
    """``uint64[n, bands]``: a hash of each slice of ``rows`` values, the band's number mixed in."""
    sliced = signatures[:, : bands * rows].reshape(len(signatures), bands, rows).astype(np.uint64)
    total = np.broadcast_to(np.arange(1, bands + 1, dtype=np.uint64), sliced.shape[:2])
    for j in range(rows):
        total = mix(total * np.uint64(_BASE) + sliced[:, :, j])
    return total


def bucket_pairs(keys: U64, offsets: I64, full: int, limit: int) -> tuple[I64, I64, int]:
    """Pair the rows that share a key.

    A bucket of up to ``full`` rows is paired in full; a larger one as star and chain (the smallest
    with each other one, and each with its next). One of more than ``limit`` rows is cut into
    stretches by ``row // limit``, each with a smallest of its own: by number and not by place, so
    that buckets of nearly the same rows are cut alike. Returns ``int64[m, 2]`` (left < right,
    sorted, once each), in how many buckets each pair stands, and how many buckets were cut.
    """
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))[order]
    keep = np.ones(len(keys), bool)
    keep[1:] = (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1])
    keys, rows = keys[keep], rows[keep]
    fresh = np.ones(len(keys), bool)
    fresh[1:] = keys[1:] != keys[:-1]
    starts = np.flatnonzero(fresh)
    sizes = np.diff(np.append(starts, len(keys)))
    place = np.arange(len(keys)) - np.repeat(starts, sizes)
    sizes = np.repeat(sizes, sizes)
    pairs = []
    for back in range(1, min(full, int(sizes.max(initial=0)))):
        at = np.flatnonzero((place >= back) & (sizes <= full))
        pairs.append(np.stack((rows[at - back], rows[at]), 1))
    at = np.flatnonzero((place >= 1) & (sizes > full))
    pairs.append(np.stack((rows[at - 1], rows[at]), 1))
    stretch = np.where(sizes > limit, rows // limit, 0)
    fresh[1:] |= stretch[1:] != stretch[:-1]
    first = np.maximum.accumulate(np.where(fresh, np.arange(len(rows)), 0))
    at = at[at - first[at] >= 2]
    pairs.append(np.stack((rows[first[at]], rows[at]), 1))
    found, counts = count_pairs(np.concatenate(pairs))
    return found, counts, int(np.count_nonzero(sizes[starts] > max(full, limit)))


def count_pairs(pairs: I64) -> tuple[I64, I64]:
    """Distinct pairs of ``int64[m, 2]`` (values below 2**31), sorted, and how often each stands."""
    packed, counts = np.unique(pack(pairs), return_counts=True)
    return unpack(packed), counts.astype(np.int64)


def count_shared(values: U64, offsets: I64, pairs: I64) -> I64:
    """``int64[m]``: how many values the two rows of each pair share; rows sorted and distinct."""
    out = np.zeros(len(pairs), np.int64)
    for i, (left, right) in enumerate(pairs.tolist()):
        a = values[offsets[left] : offsets[left + 1]]
        b = values[offsets[right] : offsets[right + 1]]
        short, long = (a, b) if len(a) <= len(b) else (b, a)
        if len(short):
            place = np.searchsorted(long, short)
            place[place == len(long)] = 0
            out[i] = np.count_nonzero(long[place] == short)
    return out


def number_values(values: U64) -> tuple[U64, U32]:
    """The distinct values, sorted, and ``uint32[n]``: the place of each value among them."""
    distinct, places = np.unique(values, return_inverse=True)
    return distinct, places.astype(np.uint32)


def number_more(
    values: U64,
    known: U64,
    slots: U32,  # noqa: ARG001 - for the twin that needs a table
    count: int,
) -> tuple[U32, int]:
    """The number of each value, which is its place in ``known``, where ``count`` stand and there is
    room for as many more; those that are not there yet are put there as they come. And how many
    stand there then.

    ``slots`` is a table for the twin that needs one, at least twice as long as ``known``.
    """
    places = {value: place for place, value in enumerate(known[:count].tolist())}
    numbers = [places.setdefault(value, len(places)) for value in values.tolist()]
    known[count : len(places)] = list(places)[count:]
    return np.array(numbers, np.uint32), len(places)


def count_values(values: U64) -> U32:
    """``uint32[n]``: how often each value stands among all of them."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return counts[places].astype(np.uint32)


def find_places(values: U64, known: U64) -> I32:
    """``int32[n]``: where each value stands in ``known`` (sorted, distinct), or -1."""
    if not len(known):
        return np.full(len(values), -1, np.int32)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.where(known[at] == values, at, -1).astype(np.int32)


def choose_heaviest(weights: U32, offsets: I64, most: int) -> NDArray[np.bool_]:
    """``bool[n]``: each row's ``most`` heaviest entries, of equals the first; none that weigh 0."""
    chosen = np.zeros(len(weights), bool)
    for start, end in pairwise(offsets.tolist()):
        known = start + np.flatnonzero(weights[start:end])
        chosen[known[np.argsort(-weights[known].astype(np.int64), kind="stable")[:most]]] = True
    return chosen


def count_terms(words: U32, offsets: I64, term_of: U32, size: int) -> tuple[Entries, I64]:
    """Each row's terms as entries (see ``Vectors``), with their offsets; ``term_of`` gives the term
    of each word, below ``size``.
    """
    kind, out = entry_type(size), np.zeros(len(offsets), np.int64)
    rows = [np.zeros(0, kind)]
    for start, end in pairwise(offsets.tolist()):
        terms, counts = np.unique(term_of[words[start:end]], return_counts=True)
        counts = np.minimum(counts, (1 << COUNT_BITS) - 1)
        rows.append(terms.astype(kind) << kind(COUNT_BITS) | counts.astype(kind))
    np.cumsum([len(row) for row in rows[1:]], out=out[1:])
    return np.concatenate(rows), out


def mask_runs(
    words: U32, offsets: I64, hashes: U64, run: int, highest: int, known: U64, together: int
) -> NDArray[np.bool_]:
    """``bool[n]``: which words of each row stand in known passages; ``hashes`` are those of words
    by their numbers.

    A key is a hash of ``run`` consecutive hashes up to ``highest``; ``known`` are sorted keys. From
    the first to the last of at least ``together`` known keys, with no other key between, all words
    are masked; where no other key lies beyond, to the border of the row.
    """
    mask = np.zeros(len(words), bool)
    if not len(known):
        return mask
    for start, end in pairwise(offsets.tolist()):
        runs, _ = hash_runs(hashes[words[start:end]], np.array([0, end - start]), run)
        places = np.flatnonzero(runs <= np.uint64(highest))
        if not len(places):
            continue
        at = np.minimum(np.searchsorted(known, runs[places]), len(known) - 1)
        edges = np.diff(np.concatenate(([0], known[at] == runs[places], [0])).astype(np.int8))
        stretches = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
        for first, beyond in stretches:
            if beyond - first >= together:
                left = start if first == 0 else start + places[first]
                right = end if beyond == len(places) else start + places[beyond - 1] + run
                mask[left:right] = True
    return mask
