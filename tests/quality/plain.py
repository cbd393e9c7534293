"""The field's usual rule, to stand beside ours: word 5-grams, Jaccard from 0.7 up, chains joined.

Computed exactly, over all pairs, so that it bounds any MinHash tool with that setting from above.
Words are runs of letters and digits in lower case; a character of a script that puts no spaces
between words is a word.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from dedup import cluster

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIZE = 5
JACCARD = 0.7
_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff]|[^\\W_\u3040-\u30ff\u3400-\u9fff]+")

Shingle = tuple[str, ...]


def shingles(text: str) -> frozenset[Shingle]:
    """Every five words in a row; all words of a text that has fewer."""
    words = _WORD.findall(text.lower())
    if not words:
        return frozenset()
    return frozenset(tuple(words[at : at + SIZE]) for at in range(max(1, len(words) - SIZE + 1)))


def stories(texts: dict[str, str]) -> dict[str, int]:
    """The number of each article's story; articles that are alone have none."""
    names = list(texts)
    cut = [shingles(text) for text in texts.values()]
    heads = cluster.gather(len(names), np.array([*pairs(cut)], np.int64).reshape(-1, 2)).tolist()
    sizes = Counter(heads)
    return {name: head for name, head in zip(names, heads, strict=True) if sizes[head] > 1}


def pairs(cut: Sequence[frozenset[Shingle]]) -> Iterator[tuple[int, int]]:
    """Every pair of rows with a Jaccard ratio of at least 0.7, and no other.

    Two sets so alike share at least 0.7 of the larger one, so each has a shared shingle among its
    rarest 0.3; only rows that meet in a bucket of such shingles are compared.
    """
    counts = Counter(shingle for row in cut for shingle in row)
    buckets: defaultdict[Shingle, list[int]] = defaultdict(list)
    for row, mine in enumerate(cut):
        ordered = sorted(mine, key=lambda shingle: (counts[shingle], shingle))
        rarest = ordered[: len(mine) - ceil(JACCARD * len(mine)) + 1] if mine else []
        met = {other for shingle in rarest for other in buckets[shingle]}
        yield from ((other, row) for other in sorted(met) if alike(cut[other], mine))
        for shingle in rarest:
            buckets[shingle].append(row)


def alike(left: frozenset[Shingle], right: frozenset[Shingle]) -> bool:
    """Whether the Jaccard ratio is at least 0.7."""
    shared = len(left & right)
    return shared >= JACCARD * (len(left) + len(right) - shared)
