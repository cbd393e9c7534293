"""rensa: ``RMinHash`` for each article, ``RMinHashLSH`` in 16 bands, its own verification."""

from __future__ import annotations

from glue import BANDS, PERMUTATIONS, THRESHOLD, Clusters, corpus, shingles
from rensa import RMinHash, RMinHashLSH

SEED = 42

ids, texts = corpus()
index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)
signatures = []
for row, text in enumerate(texts):
    signature = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    signature.update(shingles(text))
    index.insert(row, signature)
    signatures.append(signature)

clusters = Clusters(len(ids))
for row, signature in enumerate(signatures):
    clusters.join(
        (row, other)
        for other in index.query(signature)
        if other < row and signature.jaccard(signatures[other]) >= THRESHOLD
    )
clusters.print(ids)
