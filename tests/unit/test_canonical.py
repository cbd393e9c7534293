"""The keeper: the longest, then the earliest, then the first."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import permutations

import pytest

from dedup.canonical import Standing, choose, middle
from dedup.data import Article

DAY = datetime(2025, 3, 4, 12)
ZONED = DAY.replace(tzinfo=timezone.utc)


def standing(
    place: int, words: int = 100, published: datetime | None = None, links: int = 1
) -> Standing:
    """A member of a story."""
    return Standing(Article(f"a{place}", "", published=published), words, links, place)


@pytest.mark.parametrize(
    ("members", "keeper", "why"),
    [
        ([standing(0, 90), standing(1, 95), standing(2, 80)], 1, "longest"),
        ([standing(0, 95, ZONED), standing(1, 96)], 1, "longest"),
        (
            [standing(0, published=DAY), standing(1, published=DAY - timedelta(hours=1))],
            1,
            "earliest",
        ),
        ([standing(0), standing(1, published=DAY)], 1, "earliest"),
        ([standing(3), standing(1), standing(2)], 1, "first"),
        ([standing(5, published=ZONED), standing(4, published=ZONED)], 4, "first"),
        (
            [standing(0, published=DAY), standing(1, published=ZONED - timedelta(minutes=1))],
            1,
            "earliest",
        ),
        (
            [
                standing(0, published=ZONED),
                standing(1, published=DAY.replace(tzinfo=timezone(timedelta(hours=5)))),
            ],
            1,
            "earliest",
        ),
        ([standing(7)], 7, "longest"),
    ],
)
def test_the_keeper_and_why(members: list[Standing], keeper: int, why: str) -> None:
    """In whatever order the members come."""
    for order in permutations(members):
        index, reason = choose(order)
        assert (order[index].place, reason) == (keeper, why)


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ([standing(0), standing(1, 50, links=3)], 1),
        ([standing(0, links=3), standing(1, 120, links=3)], 1),
        ([standing(0, links=3), standing(1, links=3), standing(2, 300, links=2)], 0),
    ],
)
def test_the_middle_has_the_most_links(members: list[Standing], place: int) -> None:
    """However short it is; of equals the one that would be kept."""
    for order in permutations(members):
        assert order[middle(order)].place == place
