"""Shingles to signatures: MinHash, exchanged bit for bit with ``datasketch``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import kernels

if TYPE_CHECKING:
    from datasketch import LeanMinHash
    from numpy.typing import NDArray

    from .data.corpus import Ragged
    from .settings import SketchSettings


def sign(shingles: Ragged, how: SketchSettings) -> NDArray[np.uint32]:
    """``uint32[n, signature_size]``: the MinHash signature of each article's shingles.

    >>> from dedup.shingle import cut, hash_words
    >>> from dedup.settings import ShingleSettings, SketchSettings
    >>> words = hash_words(["a storm closed the port".split()] * 2)
    >>> rows = sign(cut(words, [], ShingleSettings()), SketchSettings())
    >>> rows.shape, bool((rows[0] == rows[1]).all())
    ((2, 128), True)
    """
    return kernels.minhash(shingles.values, shingles.offsets, how.signature_size, how.seed)


def estimate(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> float:
    """The Jaccard ratio that two signatures promise: the share of values in which they agree."""
    return float(np.mean(left == right))


def to_datasketch(signature: NDArray[np.uint32], how: SketchSettings) -> LeanMinHash:
    """One signature as the ``LeanMinHash`` that ``datasketch`` itself would have made."""
    from datasketch import LeanMinHash, MinHash

    full = MinHash(hashvalues=signature, seed=how.seed, scheme="affine32")
    return LeanMinHash(full)


def from_datasketch(sketch: LeanMinHash) -> NDArray[np.uint32]:
    """The signature of a ``LeanMinHash`` of scheme ``affine32``, as a row."""
    return np.asarray(sketch.hashvalues, np.uint32)
