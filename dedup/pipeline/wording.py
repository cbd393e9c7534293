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


def spell(corpus: Corpus, settings: Settings, gaps: NDArray[np.int64]) -> fact.Words:
    """The words in gaps ``int64[..., 3]``: each a row and borders in it, furniture left out."""
    of_gap, starts, ends = gaps.reshape(-1, 3).T
    order = np.argsort(of_gap, kind="stable")  # so that each text is looked at once
    lengths = (ends - starts)[order]
    offsets = np.zeros(len(order) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    places = np.repeat(starts[order] - offsets[:-1], lengths) + np.arange(offsets[-1])
    rows, first = np.unique(of_gap[order], return_index=True)
    of_rows = offsets[np.append(first, len(order))]
    letters, begins = _pick(corpus, settings, rows, of_rows, places.astype(np.uint32))
    numbers = np.empty_like(order)
    numbers[order] = offsets[:-1]
    return fact.Words(letters, begins, numbers.reshape(gaps.shape[:-1]))


def _pick(
    corpus: Corpus,
    settings: Settings,
    rows: NDArray[np.int64],
    offsets: NDArray[np.int64],
    places: NDArray[np.uint32],
) -> tuple[str, NDArray[np.int64]]:
    """The words at places of rows, a space behind each, and where each begins."""
    masked = corpus.masked
    whole = kernels.find_kept(masked.values, masked.offsets, rows, offsets, places)
    texts = store.texts_of(corpus, rows)
    letters, begins, done = kernels.pick_words(texts, offsets, whole)
    left = np.flatnonzero(done == 0) if settings.text == TextSettings() else np.arange(len(rows))
    if not len(left):
        return letters, begins
    lengths, pieces, at = np.diff(begins), [], 0
    for number in left.tolist():
        mine = slice(offsets[number], offsets[number + 1])
        every = text.words(text.clean(texts[number], settings.text).text)
        spelled = [f"{every[place]} " for place in whole[mine].tolist()]
        pieces += [letters[at : begins[mine.start]], *spelled]
        at, lengths[mine] = begins[mine.stop], [len(word) for word in spelled]
    return "".join((*pieces, letters[at:])), np.concatenate(([0], np.cumsum(lengths)))
