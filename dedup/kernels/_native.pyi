"""The compiled module; ``native.py`` says what each function does.

Arrays are contiguous and of the type that the kernel wants; those called ``out``, ``counts``,
``out_offsets``, ``signatures``, ``places``, ``done`` and ``digits`` are filled, unless they are
said to be asked; rows are closed up in place, weights take the place of counts, and ``known`` and
``slots`` go on from call to call.
"""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

_Array = NDArray[Any]

_Cut = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes]

def cut_texts(texts: list[str], /) -> _Cut: ...
def scan_records(
    block: bytes, names: tuple[str, ...], number: Callable[[str], str], deepest: int, /
) -> tuple[bytes, dict[str, list[str | None]]]: ...
def hash_words(buffer: _Array, out: _Array, /) -> None: ...
def hash_runs(
    values: _Array, offsets: _Array, size: int, out_offsets: _Array, out: _Array, /
) -> None: ...
def sort_distinct(
    values: _Array, offsets: _Array, out: _Array, out_offsets: _Array, counts: _Array, /
) -> int: ...
def minhash(
    values: _Array, offsets: _Array, factors: _Array, shifts: _Array, out: _Array, /
) -> None: ...
def sign_runs(
    words: _Array,
    offsets: _Array,
    hashes: _Array,
    run: int,
    highest: int,
    factors: _Array,
    shifts: _Array,
    signatures: _Array,
    out: _Array,
    out_offsets: _Array,
    /,
) -> int: ...
def band_keys(signatures: _Array, size: int, bands: int, rows: int, out: _Array, /) -> None: ...
def bucket_pairs(
    keys: _Array, offsets: _Array, full: int, limit: int, /
) -> tuple[bytes, bytes, int]: ...
def count_sorted(packed: _Array, out: _Array, counts: _Array, /) -> int: ...
def count_shared(values: _Array, offsets: _Array, pairs: _Array, out: _Array, /) -> None: ...
def number_values(values: _Array, places: _Array, /) -> bytes: ...
def number_more(
    values: _Array, known: _Array, slots: _Array, count: int, out: _Array, /
) -> int: ...
def count_values(values: _Array, out: _Array, /) -> None: ...
def find_places(values: _Array, known: _Array, out: _Array, /) -> None: ...
def find_varied(
    values: _Array,
    offsets: _Array,
    groups: _Array,
    least: int,
    factor: int,
    ratio: float,
    most: int,
    /,
) -> tuple[bytes, bytes, bytes, bytes]: ...
def choose_heaviest(weights: _Array, offsets: _Array, most: int, out: _Array, /) -> None: ...
def count_terms(
    words: _Array,
    offsets: _Array,
    term_of: _Array,
    size: int,
    out: _Array,
    width: int,
    out_offsets: _Array,
    /,
) -> int: ...
def mask_runs(
    words: _Array,
    offsets: _Array,
    hashes: _Array,
    run: int,
    highest: int,
    known: _Array,
    together: int,
    out: _Array,
    /,
) -> None: ...
def may_resemble(letters: str, asked: _Array, least: int, out: _Array, /) -> None: ...
def take_rows(
    values: _Array, offsets: _Array, rows: _Array, width: int, out_offsets: _Array, out: _Array, /
) -> None: ...
def take_values(values: _Array, places: _Array, out: _Array, /) -> None: ...
def count_rows(
    entries: _Array, width: int, offsets: _Array, parts: _Array, out: _Array, /
) -> None: ...
def scale_rows(
    entries: _Array,
    width: int,
    offsets: _Array,
    worths: _Array,
    factors: _Array,
    bits: int,
    unit: int,
    rows: _Array,
    out: _Array,
    /,
) -> None: ...
def weigh_rows(
    entries: _Array,
    width: int,
    offsets: _Array,
    scales: _Array,
    worths: _Array,
    factors: _Array,
    bits: int,
    out: _Array,
    /,
) -> None: ...
def dot_rows(
    entries: _Array,
    width: int,
    offsets: _Array,
    scales: _Array,
    worths: _Array,
    factors: _Array,
    bits: int,
    pairs: _Array,
    out: _Array,
    /,
) -> None: ...
def close_rows(
    words: _Array,
    offsets: _Array,
    entries: _Array,
    width: int,
    entry_offsets: _Array,
    term_of: _Array,
    size: int,
    masked: _Array,
    ends: _Array,
    entry_ends: _Array,
    /,
) -> None: ...
def weigh_gaps(
    words: _Array,
    offsets: _Array,
    marks: _Array,
    says: _Array,
    gaps: _Array,
    own: _Array,
    least: int,
    out: _Array,
    digits: _Array,
    /,
) -> None: ...
def measure_pairs(
    words: _Array,
    offsets: _Array,
    marks: _Array,
    says: _Array,
    entries: _Array,
    width: int,
    entry_offsets: _Array,
    scales: _Array,
    worths: _Array,
    factors: _Array,
    bits: int,
    pairs: _Array,
    turned: _Array,
    whole: tuple[int, ...],
    least_share: float,
    out: _Array,
    /,
) -> bytes: ...
