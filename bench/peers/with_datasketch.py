"""datasketch: ``MinHash.update_batch`` for each article, ``MinHashLSH`` at the threshold."""

from __future__ import annotations

from datasketch import MinHash, MinHashLSH
from glue import PERMUTATIONS, THRESHOLD, Clusters, corpus, shingles

index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
ids, signatures = [], []
with index.insertion_session() as session:
    for row, (one, text) in enumerate(corpus()):
        signature = MinHash(num_perm=PERMUTATIONS)
        signature.update_batch([shingle.encode() for shingle in shingles(text)])
        session.insert(row, signature, check_duplication=False)
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
