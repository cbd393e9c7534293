"""Articles as columns: the same articles, whichever way they are looked at or come in."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timezone
from itertools import pairwise

import pytest

from dedup import Article, Skipped, deduplicate
from dedup.data.articles import Articles
from tests.newsroom import articles

WHOLE = Article(
    id="id",
    text="text",
    address="address",
    title="title",
    url="url",
    source="source",
    published=datetime(2025, 3, 4, tzinfo=timezone.utc),
    lang="en",
)
SOME = [WHOLE, Article("a", "Storm."), Article("b", "Flood.")]


def test_every_fact_comes_back():
    assert all(getattr(WHOLE, one.name) for one in fields(Article))
    assert list(Articles.of(SOME)) == SOME
    assert [Articles.of(SOME)[at] for at in (0, 1, -1)] == [SOME[0], SOME[1], SOME[-1]]


def test_some_of_them_are_articles_too():
    whole = Articles.of(SOME)
    assert whole[1:] == Articles.of(SOME[1:])
    assert whole.take([2, 0, 2]) == Articles.of([SOME[2], SOME[0], SOME[2]])
    assert not whole[3:]
    with pytest.raises(IndexError):
        whole[3]


def test_what_is_put_behind_leaves_the_others_as_they_are():
    first, more = Articles.of(SOME[:1]), Articles.of(SOME[1:])
    first.extend(more)
    assert (list(first), list(more)) == (SOME, SOME[1:])


def test_whether_they_come_together_does_not_matter():
    given = articles(60, seed=7)
    bad = Skipped("x", "E301", "cut")
    alone = deduplicate([*given, bad])
    assert alone.tally.redundant > 0
    for parts in ([0, 60], [0, 1, 33, 34, 60]):
        together = [Articles.of(given[a:b]) for a, b in pairwise(parts)]
        assert deduplicate([*together, bad]) == alone
    assert deduplicate([Articles.of(given[:20]), *given[20:], bad, Articles.of(())]) == alone
