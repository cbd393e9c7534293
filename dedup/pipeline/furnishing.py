"""Columns to furniture: learned, confirmed, and shown as text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from .. import evidence, furniture, kernels, shingle, text
from ..data.corpus import Corpus, Ragged, Sketched
from ..data.result import Passage
from . import columns, store
from .memory import Memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data.corpus import Furniture
    from ..data.protocols import Engine, Storage
    from ..settings import Settings

PAIRS_AT_ONCE = 1 << 12
"""Pairs that are measured at a time, which bounds what it takes besides."""
PAIRS_CUT_AT_ONCE = 1 << 9
"""… where their rows are copied."""
CARRIERS_READ = 50
PASSAGES_SHOWN = 20
PASSAGE_CHARS = 300


def likely(
    keys: Ragged, sources: NDArray[np.int64], settings: Settings, storage: Storage
) -> Furniture:
    """What may be furniture by the keys of all rows alone; ``sources`` numbers each row's."""
    if not settings.match.furniture:
        return furniture.none()
    found = furniture.learn(keys, sources)
    storage.release()
    return found


def confirmed(
    likely: Furniture, sketched: Sketched, settings: Settings, storage: Storage, run: Engine = map
) -> Furniture:
    """Those keys of it whose carriers are about different events."""
    related_ratio = settings.match.related_ratio
    if not len(likely.keys):
        return likely
    pairs, at = furniture.neighbours(likely)
    packed, place = np.unique(kernels.pack(pairs), return_inverse=True)
    place, distinct = place.ravel(), kernels.unpack(packed)
    cosines = np.full(len(distinct), np.inf)  # one that nobody asked for does not count as apart

    def confirmed() -> NDArray[np.bool_]:
        return furniture.confirm(len(likely.keys), at, cosines[place], related_ratio)

    for some in (furniture.deciding(at), np.ones(len(at), bool)):
        asked = np.zeros(len(distinct), bool)
        asked[place[some & ~confirmed()[at]]] = True
        asked &= np.isinf(cosines)
        cosines[asked] = _cosines(distinct[asked], sketched, storage, run)
    # A pair that is apart as it stands counts as apart; others are looked at where they decide.
    close = np.zeros(len(distinct), bool)
    close[place[~confirmed()[at]]] = True
    close &= cosines >= related_ratio
    cosines[close] = _cut_cosines(distinct[close], sketched, likely.keys, settings, storage)
    return furniture.some(likely, confirmed())


def _cosines(
    pairs: NDArray[np.int64], sketched: Sketched, storage: Storage, run: Engine = map
) -> NDArray[np.float64]:
    """``float64[m]``: the term cosine of each pair of rows."""
    step = partial(kernels.dot_rows, columns.vectors(sketched))
    dots = [np.zeros(0, np.int64)]
    starts = range(0, len(pairs), PAIRS_AT_ONCE)
    for some in run(step, (pairs[at : at + PAIRS_AT_ONCE] for at in starts)):
        dots.append(some)
        storage.release()
    return np.asarray(np.concatenate(dots) / evidence.DOT_UNIT, np.float64)


def _cut_cosines(
    pairs: NDArray[np.int64],
    sketched: Sketched,
    likely: NDArray[np.uint64],
    settings: Settings,
    storage: Storage,
) -> NDArray[np.float64]:
    """The same with furniture cut out of the rows, which could have made a pair look related."""
    cosines, memory = [np.zeros(0)], Memory()
    for at in range(0, len(pairs), PAIRS_CUT_AT_ONCE):
        rows, within = np.unique(pairs[at : at + PAIRS_CUT_AT_ONCE], return_inverse=True)
        cleared = columns.clear(columns.take(sketched, rows), likely, settings, memory)
        cosines.append(_cosines(within.reshape(-1, 2), cleared, memory))
        storage.release()
    return np.concatenate(cosines)


def passages(corpus: Corpus, settings: Settings) -> tuple[Passage, ...]:
    """The furniture as text, the most frequent first, each as it stands in one of its carriers."""
    rows = np.unique(corpus.furniture.carriers[:, 0])[:CARRIERS_READ]
    found = _stretches(corpus, rows, settings) if len(rows) else {}
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Passage(shown, count) for shown, count in ranked[:PASSAGES_SHOWN])


def _stretches(corpus: Corpus, rows: NDArray[np.int64], settings: Settings) -> dict[str, int]:
    """Each stretch of furniture in some rows, and how many rows carry its most frequent key; none
    of an article that is not the one that was read before.
    """
    known, texts = corpus.furniture, store.texts_of(corpus, rows)
    cut = columns.cut(texts, settings)
    masked = Ragged(columns.mask(cut.words, cut.lexicon, known.keys, settings), cut.words.offsets)
    runs = shingle.runs(columns.hashed(cut), evidence.PASSAGE_WORDS)
    at = kernels.find_places(runs.values, known.keys)
    carried = Ragged(np.where(at < 0, 0, known.counts[at]), runs.offsets)
    same = (cut.digests == corpus.sketched.cut.digests[rows]).all(1)
    found = {}
    for row in np.flatnonzero(same).tolist():
        mask, counts = (store.stretch(one, slice(row, row + 1)).values for one in (masked, carried))
        clean = text.clean(texts[row], settings.text).text
        borders = [*text.starts(clean), len(clean)]
        edges = np.diff(np.concatenate(([0], mask, [0])))
        for start, end in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
            shown = clean[borders[start] : borders[end]].strip()[:PASSAGE_CHARS]
            found[shown] = int(counts[start:end].max())
    return found
