"""Columns to words: the few words of an article that somebody will read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import fact, kernels, text
from ..settings import TextSettings
from . import store

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data import Corpus
    from ..settings import Settings


def gaps(
    corpus: Corpus, settings: Settings, rows: NDArray[np.int64], borders: NDArray[np.int64]
) -> fact.Gaps:
    """The words in gaps, each ``borders[i, 0]:borders[i, 1]`` of row ``rows[i]``, furniture left
    out; which of them the other side lacks is for the caller to say.
    """
    lengths = borders[:, 1] - borders[:, 0]
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    of_gap = np.repeat(np.arange(len(rows)), lengths)
    places = borders[of_gap, 0] + np.arange(offsets[-1]) - offsets[of_gap]
    of_row = rows[of_gap]
    sketched = corpus.sketched
    at = sketched.cut.words.offsets[of_row] + places
    terms = sketched.terms.offsets[of_row] + sketched.cut.term_of[at]
    idf = sketched.idf[sketched.terms.values[terms]].astype(np.int64)
    words = _pick(corpus, settings, of_row, places)
    return fact.Gaps(words, idf, offsets, borders[:, 0], np.zeros(len(rows), np.uint32))


def _pick(
    corpus: Corpus, settings: Settings, of_row: NDArray[np.int64], places: NDArray[np.int64]
) -> list[str]:
    """The words at places of rows, furniture left out."""
    order = np.argsort(of_row, kind="stable")
    rows, starts = np.unique(of_row[order], return_index=True)
    offsets = np.append(starts, len(order))
    whole = places[order]
    for number, row in enumerate(rows.tolist()):
        some = slice(offsets[number], offsets[number + 1])
        whole[some] = _uncleared(corpus, row, whole[some])
    texts = store.texts_of(corpus, rows)
    picked: list[str | None] = [None] * len(order)
    if settings.text == TextSettings():
        picked = kernels.pick_words(texts, offsets, whole.astype(np.uint32))
    words: list[str] = [""] * len(order)
    for number, one in enumerate(texts):
        mine = slice(offsets[number], offsets[number + 1])
        if picked[mine.start] is None:
            every = text.words(text.clean(one, settings.text).text)
            picked[mine] = [every[at] for at in whole[mine]]
    for at, word in zip(order.tolist(), picked, strict=True):
        words[at] = word or ""
    return words


def _uncleared(corpus: Corpus, row: int, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where words stand in a row, of which they are known without its furniture."""
    start, end = corpus.masked.offsets[row : row + 2]
    left = ~corpus.masked.values[start:end]
    return places if left.all() else np.flatnonzero(left)[places]
