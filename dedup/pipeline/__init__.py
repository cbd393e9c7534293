"""The order of things: prepare, propose, weigh, conclude."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from .. import candidate, kernels
from ..data.article import Article, Skipped
from ..data.protocols import unwatched
from ..data.result import Result, Tally
from ..errors import SoundnessError
from ..settings import Settings
from .closeup import compare
from .conclusion import entries, shown, stories
from .corpus import prepare
from .furnishing import passages
from .grouping import Groups, group
from .proposal import propose
from .verdicts import IS_SAME, Verdicts
from .weigher import Weigher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ..data.articles import Articles
    from ..data.corpus import Candidates, Corpus
    from ..data.protocols import Engine, Storage, Watch
    from .entries import Entries
    from .verdicts import Batch

__all__ = ["compare", "deduplicate"]


def deduplicate(
    articles: Iterable[Article | Articles | Skipped],
    settings: Settings | None = None,
    *,
    watch: Watch = unwatched,
    run: Engine = map,
    storage: Storage | None = None,
) -> Result:
    """Find which articles are one story and which are related.

    ``articles`` may come in any order; inputs that could not be read are passed on as ``Skipped``
    and stand in the result. Nothing is altered, and every relation carries its evidence. ``watch``
    is told how far it has come; ``run`` runs the steps over batches, and ``storage`` holds what is
    known of the articles, by default in memory; neither changes an answer.

    >>> first = Article("a", "The harbour was closed after a storm tore three cranes down.")
    >>> second = Article("b", "THE HARBOUR was closed, after a storm tore three cranes down")
    >>> [entry.copy_of for entry in deduplicate([first, second]).articles]
    [None, 'a']
    """
    settings = settings or Settings()
    skipped: list[Skipped] = []
    readable = _readable(articles, skipped)
    corpus = prepare(readable, settings, watch=watch, run=run, storage=storage)
    proposed = propose(corpus, settings, run)
    groups, chains, compared, judged = _judge(corpus, proposed, settings, run, watch)
    told = stories(corpus, groups, judged)
    listed = entries(corpus, groups, judged)
    tally = _tally(corpus, skipped, proposed, judged.rules[:compared], groups)
    some = shown(judged, compared, groups.keeping())
    judged = judged.take(some)  # the others are not held any longer
    result = Result(
        settings=settings.shown(),
        tally=tally,
        articles=listed,
        stories=told,
        pairs=Verdicts(corpus.articles.ids, judged),
        skipped=tuple(sorted(skipped, key=lambda one: (one.address, one.code, one.why))),
        furniture=passages(corpus, settings),
        notes=_notes(corpus, proposed, chains, settings),
    )
    check(result, listed, judged)
    return result


def _judge(
    corpus: Corpus, proposed: Candidates, settings: Settings, run: Engine, watch: Watch
) -> tuple[Groups, int, int, Batch]:
    """The stories, how many chains were split for them, and all pairs that were judged: first so
    many of the proposed ones, then those that the stories asked for.
    """
    weigher = Weigher(corpus, proposed, settings, run)
    told = weigher.weigh_all(watch)
    same = corpus.rows[told.places[IS_SAME[told.rules]]]
    compared = len(told.rules)
    del told  # it is held no second time beside what comes of it
    groups, chains = group(corpus, same, weigher, settings.keep)
    return groups, chains, compared, weigher.judged()


def _readable(
    articles: Iterable[Article | Articles | Skipped], skipped: list[Skipped]
) -> Iterator[Article | Articles]:
    """What could be read, while the rest is noted."""
    for one in articles:
        if isinstance(one, Skipped):
            skipped.append(one)
        else:
            yield one


def _tally(
    corpus: Corpus,
    skipped: Sequence[Skipped],
    proposed: Candidates,
    rules: NDArray[np.uint8],
    groups: Groups,
) -> Tally:
    """The counts of a run; ``rules`` are those that decided on the proposed pairs."""
    keeping = groups.keeping()
    same = int(IS_SAME[rules].sum())
    return Tally(
        read=len(corpus.articles) + len(skipped),
        articles=len(corpus.articles),
        skipped=len(skipped),
        empty=int((corpus.rows < 0).sum()),
        candidates=len(proposed.pairs),
        compared=len(proposed.pairs),
        same_story=same + int((keeping >= len(rules)).sum()),
        related=len(rules) - same,
        stories=len(groups.keepers),
        redundant=len(keeping),
        capped=proposed.capped,
    )


def _notes(
    corpus: Corpus, proposed: Candidates, chains: int, settings: Settings
) -> tuple[str, ...]:
    """What a careful reader wants to know."""
    notes = list(corpus.notes)
    if "lsh" in settings.candidate.candidates:
        bands, rows = candidate.choose_bands(settings.sketch.signature_size, settings.candidate)
        chances = ", ".join(
            f"{candidate.proposal_chance(ratio, bands, rows):.2%} at Jaccard {ratio:.1f}"
            for ratio in (0.5, 0.6, 0.7, 0.8)
        )
        notes.append(f"lsh: {bands} bands of {rows} rows propose {chances}")
    if proposed.capped:
        notes.append(f"{proposed.capped} buckets were too common to be paired in full")
    if chains:
        notes.append(f"{chains} chains were split: their ends are not one story with the keeper")
    return tuple(notes)


def check(result: Result, entries: Entries, judged: Batch) -> None:
    """Assert what every result promises; raise ``SoundnessError`` instead of showing a wrong one.

    Every article is counted; each story keeps exactly one; each redundant article names a kept one
    and has its own ``same_story`` verdict with it. ``entries`` and ``judged`` are what the result
    lists, as columns.
    """
    tally, copy_of = result.tally, entries.listed.copy_of
    removed = np.flatnonzero(copy_of >= 0)
    ids = entries.articles.ids
    kept = set(compress(ids, (copy_of < 0).tolist()))
    proofs = np.stack((removed, copy_of[removed]), 1)
    proven = _packed(judged.places[IS_SAME[judged.rules]])
    sound = (
        len(result.articles) == tally.articles == len(set(ids))
        and tally.read == tally.articles + tally.skipped
        and len(removed) == tally.redundant
        and bool((copy_of[copy_of[removed]] < 0).all())
        and bool(
            (kernels.find_places(_packed(np.sort(proofs, axis=1)), np.sort(proven)) >= 0).all()
        )
        and all(sum(map(kept.__contains__, one.members)) == 1 for one in result.stories)
    )
    if not sound:
        raise SoundnessError(
            "the result contradicts itself; nothing was written", hint="please report this"
        )


def _packed(pairs: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Pairs as single numbers, as they are looked for."""
    return kernels.pack(pairs).astype(np.uint64)
