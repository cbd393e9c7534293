"""Arrivals: passed on in batches that are bounded, whether they come one by one or together."""

import pytest

from dedup.data.article import Article
from dedup.data.articles import Articles
from dedup.data.protocols import unwatched
from dedup.pipeline import arrival
from dedup.pipeline.arrival import Arrivals
from dedup.pipeline.memory import HeldTexts


def batches(source):
    """The ids of the articles in each batch, and those of all that were kept."""
    arrivals = Arrivals(HeldTexts(), unwatched)
    cut = [batch.ids for batch in arrivals.batches(source)]
    return cut, arrivals.articles.ids


def some(count, text="words"):
    """Articles with numbers for ids."""
    return [Article(f"{n}", text) for n in range(count)]


@pytest.mark.parametrize("count", [1, 31, 32, 33, 1023, 1024, 1025, 3000])
def test_batches_have_a_bounded_number_of_articles(count):
    whole = [one.id for one in some(count)]
    for source in (
        some(count),
        [Articles.of(some(count)[at : at + 7]) for at in range(0, count, 7)],
    ):
        cut, kept = batches(source)
        assert [one for batch in cut for one in batch] == kept == whole
        assert max(map(len, cut)) < arrival.BATCH_ROWS + arrival.ROWS_AT_ONCE


def test_nothing_is_one_batch_and_so_are_blocks_of_nothing():
    for source in ([], [Articles.of(())], [Articles.of(())] * 3):
        assert batches(source) == ([[]], [])


def test_single_and_joined_articles_keep_their_order():
    one, *more = some(9)
    source = [one, Articles.of(more[:3]), Articles.of(more[3:4]), *more[4:6], Articles.of(more[6:])]
    assert batches(source) == ([[f"{n}" for n in range(9)]], [f"{n}" for n in range(9)])


def test_no_more_long_articles_are_taken_than_fill_a_batch(monkeypatch):
    monkeypatch.setattr(arrival, "BATCH_CHARS", 100)
    taken = [0]

    def source():
        for one in some(50, "x" * 60):
            taken[0] += 1
            yield one

    arrivals = Arrivals(HeldTexts(), unwatched)
    for number, batch in enumerate(arrivals.batches(source()), 1):
        assert len(batch) == 2
        assert taken[0] == 2 * number
