"""The fast twins of the kernels in ``reference.py``: the same arguments, the same answers.

Arrays are made here and filled by the compiled module, which lets go of the interpreter lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import dedup.kernels._native as _native  # not out of the package, which imports this module

from .columns import (
    F64,
    FINER_BITS,
    I32,
    I64,
    MEASURES,
    U8,
    U32,
    U64,
    WEIGHT_UNIT,
    Bounds,
    Entries,
    Rows,
    Sides,
    Texts,
    Varied,
    Varying,
    Vectors,
    entry_type,
)
from .packing import pack
from .reference import permutations

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = [
    "band_keys",
    "bucket_pairs",
    "choose_heaviest",
    "close_rows",
    "count_pairs",
    "count_rows",
    "count_shared",
    "count_terms",
    "count_values",
    "cut_texts",
    "dot_rows",
    "find_places",
    "find_varied",
    "hash_runs",
    "hash_words",
    "mask_runs",
    "may_resemble",
    "measure_pairs",
    "minhash",
    "number_more",
    "number_values",
    "scale_rows",
    "scan_records",
    "sign_runs",
    "sort_distinct",
    "take_rows",
    "take_values",
    "weigh_gaps",
    "weigh_rows",
]

_VARIED = np.uint64, np.uint32, np.int64, np.int64
_C = np.ascontiguousarray


def cut_texts(texts: list[str]) -> Texts:
    """See ``reference.cut_texts``."""
    words, offsets, clean, ends, done, *known = _native.cut_texts(texts)
    hashes, stems, marks, letters, borders = known
    return Texts(
        words=np.frombuffer(words, np.uint32),
        offsets=np.frombuffer(offsets, np.int64),
        clean=clean,
        ends=np.frombuffer(ends, np.int64),
        done=np.frombuffer(done, np.uint8),
        hashes=np.frombuffer(hashes, np.uint64),
        stems=np.frombuffer(stems, np.uint64),
        marks=np.frombuffer(marks, np.uint8),
        letters=np.frombuffer(letters, np.uint8),
        borders=np.frombuffer(borders, np.int64),
    )


def scan_records(
    block: bytes, names: tuple[str, ...], number: Callable[[str], str], deepest: int
) -> tuple[I64, dict[str, list[str | None]]]:
    """See ``reference.scan_records``."""
    starts, columns = _native.scan_records(block, names, number, deepest)
    return np.frombuffer(starts, np.int64), columns


def hash_words(buffer: NDArray[np.uint8]) -> U64:
    """See ``reference.hash_words``."""
    out = np.empty(int(np.count_nonzero(buffer == ord("\n"))), np.uint64)
    _native.hash_words(_C(buffer), out)
    return out


def hash_runs(values: U64, offsets: I64, size: int) -> tuple[U64, I64]:
    """See ``reference.hash_runs``."""
    out_offsets = np.zeros(len(offsets), np.int64)
    np.cumsum(np.maximum(np.diff(offsets) - size + 1, 0), out=out_offsets[1:])
    out = np.empty(int(out_offsets[-1]), np.uint64)
    _native.hash_runs(_C(values), _C(offsets), size, out_offsets, out)
    return out, out_offsets


def sort_distinct(values: U64, offsets: I64) -> tuple[U64, I64, I64]:
    """See ``reference.sort_distinct``."""
    out, counts = np.empty(len(values), np.uint64), np.empty(len(values), np.int64)
    out_offsets = np.zeros(len(offsets), np.int64)
    kept = _native.sort_distinct(_C(values), _C(offsets), out, out_offsets, counts)
    return out[:kept].copy(), out_offsets, counts[:kept].copy()


def minhash(values: U64, offsets: I64, size: int, seed: int) -> U32:
    """See ``reference.minhash``."""
    factors, shifts = permutations(size, seed)
    out = np.full((len(offsets) - 1, size), 0xFFFFFFFF, np.uint32)
    _native.minhash(_C(values), _C(offsets), factors, shifts, out)
    return out


def sign_runs(
    words: U32, offsets: I64, hashes: U64, run: int, highest: int, permuted: tuple[int, int]
) -> tuple[U32, U64, I64]:
    """See ``reference.sign_runs``."""
    factors, shifts = permutations(*permuted)
    signatures = np.full((len(offsets) - 1, permuted[0]), 0xFFFFFFFF, np.uint32)
    out, out_offsets = np.empty(len(words), np.uint64), np.zeros(len(offsets), np.int64)
    columns = _C(words), _C(offsets), _C(hashes)
    kept = _native.sign_runs(*columns, run, highest, factors, shifts, signatures, out, out_offsets)
    return signatures, out[:kept].copy(), out_offsets


def band_keys(signatures: U32, bands: int, rows: int) -> U64:
    """See ``reference.band_keys``."""
    out = np.empty((len(signatures), bands), np.uint64)
    _native.band_keys(_C(signatures), signatures.shape[1], bands, rows, out)
    return out


def bucket_pairs(keys: U64, offsets: I64, full: int, limit: int) -> tuple[I64, I64, int]:
    """See ``reference.bucket_pairs``."""
    pairs, counts, cut = _native.bucket_pairs(_C(keys), _C(offsets), full, limit)
    return np.frombuffer(pairs, np.int64).reshape(-1, 2), np.frombuffer(counts, np.int64), cut


def count_pairs(pairs: I64) -> tuple[I64, I64]:
    """See ``reference.count_pairs``."""
    packed = np.sort(pack(pairs).astype(np.uint64))
    out, counts = np.empty((len(packed), 2), np.int64), np.empty(len(packed), np.int64)
    kept = _native.count_sorted(packed, out, counts)
    return out[:kept].copy(), counts[:kept].copy()


def count_shared(values: U64, offsets: I64, pairs: I64) -> I64:
    """See ``reference.count_shared``."""
    out = np.empty(len(pairs), np.int64)
    _native.count_shared(_C(values), _C(offsets), _C(pairs), out)
    return out


def number_values(values: U64) -> tuple[U64, U32]:
    """See ``reference.number_values``."""
    places = np.empty(len(values), np.uint32)
    distinct = np.frombuffer(_native.number_values(_C(values), places), np.uint64)
    return distinct, places


def number_more(values: U64, known: U64, slots: U32, count: int) -> tuple[U32, int]:
    """See ``reference.number_more``."""
    out = np.empty(len(values), np.uint32)
    count = _native.number_more(_C(values), known, slots, count, out)
    return out, count


def count_values(values: U64) -> U32:
    """See ``reference.count_values``."""
    out = np.empty(len(values), np.uint32)
    _native.count_values(_C(values), out)
    return out


def find_places(values: U64, known: U64) -> I32:
    """See ``reference.find_places``."""
    out = np.empty(len(values), np.int32)
    _native.find_places(_C(values), _C(known), out)
    return out


def choose_heaviest(weights: U32, offsets: I64, most: int) -> NDArray[np.bool_]:
    """See ``reference.choose_heaviest``."""
    out = np.zeros(len(weights), bool)
    _native.choose_heaviest(_C(weights), _C(offsets), most, out)
    return out


def find_varied(values: U64, offsets: I64, groups: I64, bounds: Varying) -> Varied:
    """See ``reference_rows.find_varied``."""
    found = _native.find_varied(_C(values), _C(offsets), _C(groups), *bounds)
    distinct, counts, its, rows = map(np.frombuffer, found, _VARIED)
    order = np.argsort(distinct)
    rows = rows.reshape(-1, bounds.most)
    return Varied(distinct[order], counts[order], its[order], rows[order])


def count_terms(words: U32, offsets: I64, term_of: U32, size: int) -> tuple[Entries, I64]:
    """See ``reference.count_terms``."""
    out = np.empty(len(words), entry_type(size))
    out_offsets = np.zeros(len(offsets), np.int64)
    columns = _C(words), _C(offsets), _C(term_of)
    kept = _native.count_terms(*columns, size, out, out.itemsize, out_offsets)
    return out[:kept], out_offsets


def mask_runs(
    words: U32, offsets: I64, hashes: U64, run: int, highest: int, known: U64, together: int
) -> NDArray[np.bool_]:
    """See ``reference.mask_runs``."""
    out = np.zeros(len(words), bool)
    columns = _C(words), _C(offsets), _C(hashes)
    _native.mask_runs(*columns, run, highest, _C(known), together, out)
    return out


def take_rows(values: NDArray[Any], offsets: I64, rows: I64) -> tuple[NDArray[Any], I64]:
    """See ``reference_rows.take_rows``."""
    out_offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum((offsets[1:] - offsets[:-1])[rows], out=out_offsets[1:])
    out = np.empty(int(out_offsets[-1]), values.dtype)
    _native.take_rows(_C(values), _C(offsets), _C(rows), values.itemsize, out_offsets, out)
    return out, out_offsets


def take_values(values: U32, places: U32) -> U32:
    """See ``reference_rows.take_values``."""
    out = np.empty(len(places), np.uint32)
    _native.take_values(_C(values), _C(places), out)
    return out


def count_rows(entries: Entries, offsets: I64, parts: F64, size: int) -> F64:
    """See ``reference_rows.count_rows``."""
    out = np.zeros(size)
    _native.count_rows(_C(entries), entries.itemsize, _C(offsets), _C(parts), out)
    return out


def scale_rows(entries: Entries, offsets: I64, worths: U32, factors: U64, rows: I64) -> F64:
    """See ``reference_rows.scale_rows``."""
    out = np.empty(len(rows))
    how = _C(worths), _C(factors), FINER_BITS, WEIGHT_UNIT
    _native.scale_rows(_C(entries), entries.itemsize, _C(offsets), *how, _C(rows), out)
    return out


def weigh_rows(vectors: Vectors) -> U32:
    """See ``reference_rows.weigh_rows``."""
    out = np.empty(len(vectors.entries), np.uint32)
    _native.weigh_rows(*_vectors(vectors), out)
    return out


def dot_rows(vectors: Vectors, pairs: I64) -> I64:
    """See ``reference_rows.dot_rows``."""
    out = np.empty(len(pairs), np.int64)
    _native.dot_rows(*_vectors(vectors), _C(pairs), out)
    return out


def _vectors(rows: Vectors) -> tuple[Entries, int, I64, F64, U32, U64, int]:
    """Vectors as the compiled module takes them."""
    entries, offsets, scales, worths, factors = rows
    by_row = _C(entries), entries.itemsize, _C(offsets), _C(scales)
    return *by_row, _C(worths), _C(factors), FINER_BITS


def close_rows(rows: Rows, term_of: U32, masked: NDArray[np.bool_]) -> tuple[I64, I64]:
    """See ``reference_rows.close_rows``."""
    words, offsets, entries, entry_offsets = rows
    ends, entry_ends = np.empty_like(offsets), np.empty_like(entry_offsets)
    columns = words, offsets, entries, entries.itemsize, entry_offsets
    size = int(term_of.max(initial=0)) + 1
    _native.close_rows(*columns, _C(term_of), size, _C(masked), ends, entry_ends)
    return ends, entry_ends


def may_resemble(letters: str, stretches: I64, least: int) -> U8:
    """See ``reference_pairs.may_resemble``."""
    out = np.empty(len(stretches), np.uint8)
    _native.may_resemble(letters, _C(stretches), least, out)
    return out


def weigh_gaps(sides: Sides, gaps: I64, own: U32, least: int) -> tuple[I64, U32]:
    """See ``reference_pairs.weigh_gaps``."""
    out, digits = np.empty((len(gaps), 4), np.int64), np.empty(len(gaps), np.uint32)
    words, offsets, marks, says = (_C(column) for column in sides[:4])
    _native.weigh_gaps(words, offsets, marks, says, _C(gaps), _C(own), least, out, digits)
    return out, digits


def measure_pairs(
    sides: Sides, pairs: I64, turned: NDArray[np.bool_], bounds: Bounds
) -> tuple[I64, U32]:
    """See ``reference_pairs.measure_pairs``."""
    words, offsets, marks, says = (_C(column) for column in sides[:4])
    of_rows = words, offsets, marks, says, *_vectors(sides.vectors)
    out = np.empty((len(pairs), len(MEASURES)), np.int64)
    whole, least_share = tuple(bounds[:-1]), bounds.least_share
    places = _native.measure_pairs(*of_rows, _C(pairs), _C(turned), whole, least_share, out)
    return out, np.frombuffer(places, np.uint32).reshape(-1, 7)
