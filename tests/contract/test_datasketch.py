"""``datasketch`` defines signatures and LSH candidates: ours are the same, and travel both ways."""

from __future__ import annotations

import random
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH

from dedup import candidate, cluster, shingle, sketch
from dedup.settings import ShingleSettings, SketchSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.data.corpus import Ragged

WORDS = [f"{a}{b}{c}" for a in "bdgkl" for b in "aeiou" for c in "mnrst"]
Pairs = set[tuple[int, int]]


def near_duplicates(seed: int, articles: int = 120) -> Ragged:
    """Shingles of invented articles, most of which retell an earlier one with a few changes."""
    chance = random.Random(seed)
    texts: list[list[str]] = [[], ["alone"]]
    while len(texts) < articles:
        text = list(chance.choice(texts)) if chance.random() < 0.7 else []
        text = text or chance.choices(WORDS, k=chance.randint(20, 150))
        for _ in range(chance.randint(0, len(text) // 6)):
            text[chance.randrange(len(text))] = chance.choice(WORDS)
        texts.append(text)
    return shingle.cut(shingle.hash_words(texts), [], ShingleSettings())


def proposed_by_datasketch(signatures: list[LeanMinHash], bands: int, rows: int) -> Pairs:
    """What ``MinHashLSH`` with these bands proposes, as pairs."""
    lsh = MinHashLSH(num_perm=len(signatures[0]), params=(bands, rows))
    for number, signature in enumerate(signatures):
        lsh.insert(number, signature)
    return {
        (min(number, other), max(number, other))
        for number, signature in enumerate(signatures)
        for other in lsh.query(signature)
        if other != number
    }


def proposed_by_us(
    signed: NDArray[np.uint32], bands: int, rows: int, full: int, limit: int
) -> Pairs:
    """What our bands and buckets propose."""
    parts = candidate.stretches(len(signed), bands)
    keys = [candidate.band(signed, bands, rows, part) for part in parts]
    found = [candidate.pair(some, 1, full, limit)[0].tolist() for some in keys]
    return {(left, right) for some in found for left, right in some}


@pytest.mark.parametrize("seed", [1, 7])
@pytest.mark.parametrize(
    ("size", "bands", "rows"), [(128, 32, 4), (128, 25, 5), (64, 4, 16), (32, 32, 1)]
)
def test_candidates_are_those_of_minhash_lsh(seed: int, size: int, bands: int, rows: int) -> None:
    """Paired in full they are equal; as star and chain they lose no article and join the same."""
    how = SketchSettings(signature_size=size, seed=seed)
    signed = sketch.sign(near_duplicates(seed), how)
    theirs = proposed_by_datasketch([sketch.to_datasketch(row, how) for row in signed], bands, rows)
    assert theirs, "the corpus has near-duplicates"
    assert proposed_by_us(signed, bands, rows, 1000, 1000) == theirs
    for full, limit in ((1, 4), (8, 256)):
        ours = proposed_by_us(signed, bands, rows, full, limit)
        assert ours <= theirs
        assert {row for pair in ours for row in pair} == {row for pair in theirs for row in pair}
        both = (np.array(sorted(some), np.int64) for some in (ours, theirs))
        joined = [cluster.gather(len(signed), some).tolist() for some in both]
        assert joined[0] == joined[1]


@pytest.mark.parametrize(("size", "seed"), [(2, 0), (16, 1), (128, 1), (256, 2**32 - 1)])
def test_signatures_travel_to_datasketch_and_back(size: int, seed: int) -> None:
    """A row becomes the ``LeanMinHash`` that ``datasketch`` makes of its shingles, and back."""
    how = SketchSettings(signature_size=size, seed=seed)
    shingles = near_duplicates(3, 12)
    for row, (start, end) in zip(
        sketch.sign(shingles, how), pairwise(shingles.offsets), strict=True
    ):
        minhash = MinHash(num_perm=size, seed=seed, hashfunc=lambda low: low, scheme="affine32")
        for value in shingles.values[start:end].tolist():
            minhash.update(value & 0xFFFFFFFF)
        lean = sketch.to_datasketch(row, how)
        assert lean == LeanMinHash(minhash)
        assert lean.seed == seed
        back = sketch.from_datasketch(lean)
        assert back.dtype == np.uint32
        assert back.tolist() == row.tolist()


def test_the_estimate_is_that_of_datasketch() -> None:
    """The Jaccard ratio that two signatures promise, pair by pair."""
    how = SketchSettings()
    signed = sketch.sign(near_duplicates(9, 15), how)
    leans = [sketch.to_datasketch(row, how) for row in signed]
    for a, b in combinations(range(len(leans)), 2):
        assert sketch.estimate(signed[a], signed[b]) == leans[a].jaccard(leans[b])
