"""How common a word is in everyday text of any language, so that three articles are corpus enough.

The table is package data (``words.bin``, made by ``tools/build_background.py`` from openly licensed
word statistics; see ``SOURCES.md`` beside it): ``n`` as little-endian uint32, then the high halves
of the word hashes as sorted ``uint32[n]``, then the frequencies as ``uint8[n]`` on a logarithmic
scale. Reading it is the one exception to "no files below floor 5": it is a constant that is too
long to be written in code.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS_PER_DECADE = 32
"""A stored byte ``q`` means a frequency of ``10 ** (-q / STEPS_PER_DECADE)``."""
UNKNOWN_STEPS = round(6.25 * STEPS_PER_DECADE)
"""What a word gets that is not in the table (which ends at 5 in a million): 0.6 in a million."""


@cache
def _table() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """The two columns as read-only arrays."""
    raw = resources.files(__package__).joinpath("words.bin").read_bytes()
    count = int(np.frombuffer(raw, "<u4", 1)[0])
    return np.frombuffer(raw, "<u4", count, 4), np.frombuffer(raw, np.uint8, count, 4 + 4 * count)


def frequencies(words: NDArray[np.uint64]) -> NDArray[np.float64]:
    r"""The share of running text that each word of ``uint64[n]`` hashes makes up: ``float64[n]``.

    A word that several languages know has its highest frequency among them; the chance that an
    unknown word is taken for a known one is below one in ten thousand.

    >>> from dedup import kernels
    >>> buffer = np.frombuffer(b"the\nkalashnikov\n", np.uint8)
    >>> the, kalashnikov = frequencies(kernels.hash_words(buffer))
    >>> bool(the > 0.04), bool(kalashnikov < 1e-6)
    (True, True)
    """
    keys, steps = _table()
    high = (words >> np.uint64(32)).astype(np.uint32)
    place = np.minimum(np.searchsorted(keys, high), len(keys) - 1)
    found = keys[place] == high
    scale = np.where(found, steps[place], UNKNOWN_STEPS).astype(np.float64)
    return np.asarray(10.0 ** (-scale / STEPS_PER_DECADE), np.float64)
