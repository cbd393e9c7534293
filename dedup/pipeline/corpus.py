"""Articles to a corpus: cut in batches, equal texts put together, put in order, weighed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..canonical import publisher
from ..data.corpus import Corpus
from ..data.protocols import unwatched
from . import columns, store
from .arrival import Arrivals, admit
from .furnishing import confirmed, likely
from .memory import Memory
from .titling import titles as titles_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from ..data.article import Article
    from ..data.articles import Articles
    from ..data.corpus import Cut
    from ..data.protocols import Engine, Storage, Watch
    from ..settings import Settings


def prepare(
    articles: Iterable[Article | Articles],
    settings: Settings,
    *,
    watch: Watch = unwatched,
    run: Engine = map,
    storage: Storage | None = None,
) -> Corpus:
    """Everything that is known of each article before any two are compared.

    The articles are taken one batch after the other, and none is held with its text. Those whose
    clean texts are equal share a row; one without words has none.
    """
    storage = storage or Memory()
    arrivals = Arrivals(storage.texts(), watch)
    titles: list[str] = []
    steps = run(partial(_take_in, settings=settings), arrivals.batches(articles))
    gathered = store.gather(_noted(steps, titles), storage)
    arrived = arrivals.articles
    order = arrivals.order(lambda at: (_digest(gathered, at), titles[at]))
    if (order[1:] < order[:-1]).any():
        gathered = store.arrange(gathered, order, storage)
        arrived = arrived.take(order.tolist())
    admitted, notes = admit(arrived)
    lengths = np.append(np.diff(gathered.cut.words.offsets), 0)
    sources = _sources(admitted, gathered.first)
    apart = run if storage.holds() else map  # one would give back what the other looks at
    carried, sketched = apart(
        lambda step: step(),
        (
            partial(likely, gathered.cut.keys, sources, settings, storage),
            partial(columns.number, gathered.cut, storage, run),
        ),
    )
    known = confirmed(carried, sketched, settings, storage, run)
    return Corpus(
        articles=admitted,
        titles=tuple(titles[at] for at in order.tolist()),
        storage=storage,
        texts=arrivals.texts,
        arrived=order,
        rows=gathered.rows,
        first=gathered.first,
        lengths=lengths,
        furniture=known,
        sketched=columns.clear(sketched, known.keys, settings, storage, run),
        notes=notes,
    )


def _digest(gathered: store.Gathered, at: int) -> list[int]:
    """The digest of one text; none where it has no words."""
    row = int(gathered.rows[at])
    return gathered.cut.digests[row].tolist() if row >= 0 else []


def _take_in(batch: Articles, settings: Settings) -> tuple[Cut, list[str]]:
    """A batch of articles cut, and what each is called."""
    return columns.cut(batch.texts, settings), titles_of(batch)


def _noted(steps: Iterable[tuple[Cut, list[str]]], titles: list[str]) -> Iterator[Cut]:
    """The cut batches, while the titles are noted."""
    for cut, mine in steps:
        titles += mine
        yield cut


def _sources(articles: Articles, first: NDArray[np.int64]) -> NDArray[np.int64]:
    """``int64[n]``: a number for the publisher of each row's first article; -1 if unknown."""
    numbers: dict[str, int] = {}
    sources = np.full(len(first), -1, np.int64)
    for row, at in enumerate(first.tolist()):
        name = publisher(articles.sources[at], articles.urls[at])
        if name:
            sources[row] = numbers.setdefault(name, len(numbers))
    return sources
