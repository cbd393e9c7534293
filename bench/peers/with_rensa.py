"""rensa: ``RMinHash`` for each article, ``RMinHashLSH`` in 16 bands, then estimates of pairs."""

from __future__ import annotations

from glue import BANDS, PERMUTATIONS, THRESHOLD, Clusters, corpus, shingles
from rensa import RMinHash, RMinHashLSH

SEED = 42

index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)
ids, signatures = [], []
for row, (one, text) in enumerate(corpus()):
    signature = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    signature.update(shingles(text))
    index.insert(row, signature)
    ids.append(one)
    signatures.append(signature)

clusters = Clusters(len(ids))
for row, signature in enumerate(signatures):
    clusters.join(
        (row, other)
        for other in index.query(signature)
        if other < row and signature.jaccard(signatures[other]) >= THRESHOLD
    )
clusters.print(ids)
