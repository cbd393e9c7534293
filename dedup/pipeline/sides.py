"""Columns to sides: one article as a pair needs it, furniture left out."""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from .. import candidate, evidence, furniture, shingle, term, text
from ..data import Article, Corpus, Passage, Ragged, Side
from ..kernels import dot_shared

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..settings import Settings

CARRIERS_READ = 200
PASSAGES_SHOWN = 20
PASSAGE_CHARS = 300


def side(corpus: Corpus, row: int, article: Article, settings: Settings) -> Side:
    """One article as a side; a row of -1 is an article without words."""
    if row < 0:
        return _blank(article)
    columns = corpus.sketched
    hashes = _row(columns.words, row)
    words = text.words(corpus.texts[row])
    runs = evidence.runs(hashes, evidence.PASSAGE_WORDS)
    stems = shingle.hash_words([term.stem(words)]).values
    start, end = columns.terms.offsets[row : row + 2]
    whole = Side(
        article=article,
        text=corpus.texts[row],
        words=tuple(words),
        hashes=hashes,
        idf=corpus.idf[np.searchsorted(corpus.vocabulary, stems)],
        shingles=_row(columns.shingles, row),
        runs=runs,
        run_set=_row(columns.runs, row),
        terms=_row(columns.terms, row),
        term_weights=columns.term_weights[start:end],
        signature=columns.signatures[row],
    )
    sampled = candidate.is_sampled(runs, settings.candidate)
    mask = furniture.find(runs, sampled, corpus.furniture, evidence.PASSAGE_WORDS)
    return _without(whole, mask, stems, corpus, settings) if mask.any() else whole


def _without(
    whole: Side,
    mask: NDArray[np.bool_],
    stems: NDArray[np.uint64],
    corpus: Corpus,
    settings: Settings,
) -> Side:
    """The side without the masked words: everything is measured on what is left."""
    hashes = whole.hashes[~mask]
    runs = evidence.runs(hashes, evidence.PASSAGE_WORDS)
    kind, _, size = settings.shingle.unit.partition(":")
    shingles = whole.shingles
    if kind != "char":
        shingles = np.unique(evidence.runs(hashes, int(size or shingle.AUTO_WORDS)))
    terms, counts = term.count(Ragged(stems[~mask], np.array([0, len(hashes)])))
    idf = corpus.idf[np.searchsorted(corpus.vocabulary, terms.values)]
    return replace(
        whole,
        words=tuple(compress(whole.words, ~mask)),
        hashes=hashes,
        idf=whole.idf[~mask],
        shingles=shingles,
        runs=runs,
        run_set=np.unique(runs),
        terms=terms.values,
        term_weights=term.weigh_terms(terms, counts.astype(np.float64), idf),
    )


def furnish(corpus: Corpus, sources: NDArray[np.int64], settings: Settings) -> Corpus:
    """The corpus with the furniture it teaches; ``sources`` numbers the source of each row."""
    keys = candidate.sample(corpus.sketched.runs, settings.candidate)
    likely = furniture.learn(keys, sources)
    pairs, at = furniture.neighbours(keys, likely)
    cosines = _cosines(pairs, replace(corpus, furniture=likely), settings)
    sure = furniture.confirm(likely, at, cosines, settings.match.related_ratio)
    return replace(corpus, furniture=sure)


def _cosines(pairs: NDArray[np.int64], corpus: Corpus, settings: Settings) -> NDArray[np.float64]:
    """``float64[m]``: the term cosine of each pair of rows, furniture left out where it could have
    made the pair look related.
    """
    distinct, place = np.unique(pairs, axis=0, return_inverse=True)
    terms = corpus.sketched.terms
    whole = dot_shared(terms.values, corpus.sketched.term_weights, terms.offsets, distinct)
    close = np.flatnonzero(whole >= settings.match.related_ratio).tolist()
    nobody = Article("", "")
    rows = {row: side(corpus, row, nobody, settings) for row in np.unique(distinct[close]).tolist()}
    for one in close:
        left, right = distinct[one].tolist()
        whole[one] = evidence.cosine(rows[left], rows[right])
    return np.asarray(whole[place.ravel()], np.float64)


def passages(corpus: Corpus, settings: Settings) -> tuple[Passage, ...]:
    """The furniture as text, the most frequent first, each as it stands in one of its carriers."""
    keys = candidate.sample(corpus.sketched.runs, settings.candidate)
    rows = np.repeat(np.arange(len(keys.offsets) - 1), np.diff(keys.offsets))
    mine = np.isin(keys.values, corpus.furniture)
    _, first, counts = np.unique(keys.values[mine], return_index=True, return_counts=True)
    carried = dict(zip(keys.values[mine][first].tolist(), counts.tolist(), strict=True))
    found: dict[str, int] = {}
    for row in np.unique(rows[mine][first])[:CARRIERS_READ].tolist():
        found |= _stretches(corpus, row, carried, settings)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Passage(shown, count) for shown, count in ranked[:PASSAGES_SHOWN])


def _stretches(
    corpus: Corpus, row: int, carried: dict[int, int], settings: Settings
) -> dict[str, int]:
    """Each stretch of furniture in one row, and how many rows carry its most frequent key."""
    clean = corpus.texts[row]
    runs = evidence.runs(_row(corpus.sketched.words, row), evidence.PASSAGE_WORDS)
    sampled = candidate.is_sampled(runs, settings.candidate)
    mask = furniture.find(runs, sampled, corpus.furniture, evidence.PASSAGE_WORDS)
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    at = [*text.starts(clean), len(clean)]
    found = {}
    for start, end in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
        shown = clean[at[start] : at[end]].strip()[:PASSAGE_CHARS]
        found[shown] = max(carried.get(key, 0) for key in runs[start:end].tolist())
    return found


def _blank(article: Article) -> Side:
    """An article without words."""
    none, weightless = np.zeros(0, np.uint64), np.zeros(0)
    unsigned = np.zeros(1, np.uint32)
    return Side(article, "", (), none, weightless, none, none, none, none, weightless, unsigned)


def _row(ragged: Ragged, row: int) -> NDArray[np.uint64]:
    """The values of one row."""
    return ragged.values[ragged.offsets[row] : ragged.offsets[row + 1]]
