"""Words to shingles: hashes of consecutive words, by which articles are compared as sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import kernels
from .data.corpus import Ragged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .settings import ShingleSettings

AUTO_WORDS = 3
"""Words to a shingle under ``auto``: a light edit leaves most such short shingles standing."""
NONE = Ragged(np.zeros(0, np.uint64), np.zeros(1, np.int64))
"""No rows, and so no shingles."""


def hash_words(articles: Sequence[Sequence[str]]) -> Ragged:
    """Hash each word of each article, in order.

    >>> hash_words([["a", "b"], [], ["a"]]).offsets.tolist()
    [0, 2, 2, 3]
    """
    offsets = np.zeros(len(articles) + 1, np.int64)
    np.cumsum([len(words) for words in articles], out=offsets[1:])
    text = "".join("\n".join(words) + "\n" for words in articles if words)
    letters = text.encode(errors="surrogatepass")  # half a character is hashed like a whole one
    return Ragged(kernels.hash_words(np.frombuffer(letters, np.uint8)), offsets)


def runs(words: Ragged, size: int) -> Ragged:
    """Hashes of every ``size`` consecutive words of each article, in reading order.

    >>> runs(hash_words(["to be or not to be".split()]), 5).offsets.tolist()
    [0, 2]
    """
    return Ragged(*kernels.hash_runs(words.values, words.offsets, size))


def cut(words: Ragged, texts: Sequence[str], how: ShingleSettings) -> Ragged:
    """Every article's shingles, sorted and distinct.

    ``words`` are word hashes in order; ``texts`` are the clean texts, which ``char:N`` is cut from.
    An article shorter than a shingle has none.

    >>> from dedup.settings import ShingleSettings
    >>> words = hash_words(["to be or not to be".split()])
    >>> len(cut(words, [], ShingleSettings("word:2")).values)
    4
    """
    kind, _, size = how.unit.partition(":")
    if kind == "char":
        points = [
            np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32) for text in texts
        ]
        offsets = np.zeros(len(points) + 1, np.int64)
        np.cumsum([len(p) for p in points], out=offsets[1:])
        words = Ragged(np.concatenate([np.zeros(0, np.uint32), *points]).astype(np.uint64), offsets)
    every = runs(words, int(size or AUTO_WORDS))
    values, offsets, _ = kernels.sort_distinct(every.values, every.offsets)
    return Ragged(values, offsets)
