"""Daft: reading, ``normalize`` and ``minhash`` in its engine, then a band join in numpy.

Daft's own tutorial joins the bands with its data frames, which takes longer.
"""

from __future__ import annotations

import sys

import daft
import numpy as np
from daft.functions import minhash, normalize
from glue import BANDS, NGRAM, PERMUTATIONS, ROWS, THRESHOLD, Clusters

frame = daft.read_json(sys.argv[1]).select("id", "text")
clean = normalize(frame["text"], remove_punct=True, lowercase=True, white_space=True)
signed = frame.select(
    "id", minhash(clean, num_hashes=PERMUTATIONS, ngram_size=NGRAM).alias("signature")
).to_arrow()

ids = signed["id"].to_pylist()
values = signed["signature"].combine_chunks().flatten().to_numpy()
signatures = values.reshape(len(ids), PERMUTATIONS)

clusters = Clusters(len(ids))
for band in range(BANDS):
    keys = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS])
    _, bucket = np.unique(keys.view(f"V{keys.itemsize * ROWS}").ravel(), return_inverse=True)
    order = np.argsort(bucket, kind="stable")
    # Of a bucket, each row with the first and with the one before it.
    starts = np.searchsorted(bucket[order], bucket[order])
    later = np.flatnonzero(starts != np.arange(len(order)))
    left = np.concatenate([order[starts[later]], order[later - 1]])
    right = np.concatenate([order[later], order[later]])
    alike = (signatures[left] == signatures[right]).mean(axis=1) >= THRESHOLD
    clusters.join(zip(left[alike].tolist(), right[alike].tolist(), strict=True))
clusters.print(ids)
