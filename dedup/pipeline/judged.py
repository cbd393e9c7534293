"""Pairs that somebody asks for: the verdict of each, and how far the indexes brought it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..data.pair import Judged
from .corpus import prepare
from .proposal import propose
from .verdicts import Verdicts
from .weigher import Weigher

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..data.article import Article
    from ..settings import Settings


def judge_pairs(
    articles: Iterable[Article], pairs: Iterable[tuple[str, str]], settings: Settings
) -> tuple[Judged, ...]:
    """Judge each pair of ids within the whole corpus, proposed or not.

    The evidence is what a run over the same articles would measure: the weight of a word comes
    from all of them. An id that no article has raises ``KeyError``.

    >>> from dedup.data.article import Article
    >>> first = Article("a", "The harbour was closed on Monday after a storm tore two cranes.")
    >>> second = Article("b", "The harbour was closed on Monday; a storm tore two cranes.")
    >>> from dedup.settings import Settings
    >>> [judged] = judge_pairs([first, second], [("b", "a")], Settings())
    >>> judged.verdict.left, judged.verdict.relation.value, judged.kept
    ('a', 'same_story', True)
    """
    corpus = prepare(articles, settings)
    weigher = Weigher(corpus, propose(corpus, settings), settings)
    places = {own: at for at, own in enumerate(corpus.articles.ids)}
    asked = [(places[left], places[right]) for left, right in pairs]
    numbers, _ = weigher.find(np.array(asked, np.int64).reshape(-1, 2))
    verdicts = Verdicts(corpus.articles.ids, weigher.judged())
    judged = []
    for pair, number in zip(asked, numbers.tolist(), strict=True):
        one = verdicts[number]
        by = tuple(name for name in one.evidence.found_by if name != "asked")
        judged.append(Judged(one, by, weigher.kept(*pair)))
    return tuple(judged)
