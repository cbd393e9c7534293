"""The evidence on many pairs, as columns; what one pair's says is an ``Evidence``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ratios = NDArray[np.float64]
    Counts = NDArray[np.int64]

SAME_TEXT = 1 << 7
"""The bit of ``found_by`` where no index needs to propose a pair, since the clean texts are one."""


class Facts(NamedTuple):
    """The facts that differ in ``m`` pairs, of each so many as are shown, as columns."""

    offsets: Counts
    """``int64[m + 1]``: those of pair ``i`` are ``offsets[i]`` up to ``offsets[i + 1]``."""
    kinds: NDArray[np.uint8]
    """``uint8[n]``: 0 for a number, 1 for a name."""
    letters: NDArray[np.uint8]
    """In UTF-8 and end to end, what the left and then the right article says, fact by fact."""
    borders: Counts
    """``int64[2 * n + 1]``: where each of these begins, and the end of the last."""


class Weighed(NamedTuple):
    """What was measured on ``m`` pairs: a column of that length for each field of ``Evidence``, of
    the same name and meaning, but for the facts, of which only the figures are here.
    """

    same_text: NDArray[np.bool_]
    left_words: Counts
    right_words: Counts
    jaccard_ratio: Ratios
    left_in_right_ratio: Ratios
    right_in_left_ratio: Ratios
    left_shared_ratio: Ratios
    right_shared_ratio: Ratios
    left_own_ratio: Ratios
    right_own_ratio: Ratios
    left_aligned_ratio: Ratios
    right_aligned_ratio: Ratios
    alignment_ratio: Ratios
    shared_run_words: Counts
    term_cosine_ratio: Ratios
    swapped_words: Counts
    facts_differ: Counts
    facts_differ_ratio: Ratios
    title_ratio: Ratios
    """NaN where an article has no title."""
    hours_apart: Ratios
    """NaN where a date is unknown."""
    same_source: NDArray[np.int8]
    """-1 where a source is unknown."""
    found_by: NDArray[np.uint8]
    """Bit ``i`` is set where ``settings.INDEXES[i]`` proposed the pair, or ``SAME_TEXT``."""
    bands: Counts
    jaccard_estimate_ratio: Ratios
