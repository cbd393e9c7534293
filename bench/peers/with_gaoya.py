"""gaoya: ``MinHashStringIndex`` with its own analyser, bulk insertion and bulk queries."""

from __future__ import annotations

from gaoya.minhash import MinHashStringIndex
from glue import BANDS, NGRAM, ROWS, THRESHOLD, Clusters, corpus

ids, texts = map(list, zip(*corpus(), strict=True))
rows = list(range(len(ids)))
index = MinHashStringIndex(
    hash_size=32,
    jaccard_threshold=THRESHOLD,
    num_bands=BANDS,
    band_size=ROWS,
    analyzer="word",
    lowercase=True,
    ngram_range=(NGRAM, NGRAM),
)
index.par_bulk_insert_docs(rows, texts)

clusters = Clusters(len(ids))
for row, others in zip(rows, index.par_bulk_query(texts), strict=True):
    clusters.join((row, other) for other in others if other < row)
clusters.print(ids)
