"""The keeper: the best by ordered criteria; unless told otherwise the longest."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import permutations

import pytest

from dedup.canonical import Standing, choose, middle
from dedup.data import Article
from dedup.settings import KeepSettings, criteria

DEFAULT = KeepSettings()
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
        index, reason = choose(order, DEFAULT)
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
        assert order[middle(order, DEFAULT)].place == place


def told(place: int, words: int = 100, **facts: object) -> Standing:
    """A member of a story, with facts of its article."""
    article = Article(f"a{place}", "", **{"address": f"in.jsonl:{place}", **facts})
    return Standing(article, words, 1, place)


DAILY = told(1, 80, source="Daily", published=ZONED)
WIRE = told(2, 90, source=" REUTERS ", published=ZONED + timedelta(hours=1))
LATER = told(3, 90, source="Reuters", published=ZONED + timedelta(hours=2))
HOST = told(4, 70, url="https://www.AP.org/x", published=ZONED - timedelta(days=365 * 1900))
BARE = told(5, 99, url="http://[")
DEEP = told(0, 50, address="old/2019/a.txt")
LONG = told(6, 50, address="news/a-long-name.txt")
FLAT = told(7, 50, address="news/b.txt:12")


@pytest.mark.parametrize(
    ("policy", "members", "keeper", "why"),
    [
        ("source:reuters,ap.org; earliest", [DAILY, WIRE, HOST, LATER, BARE], WIRE, "earliest"),
        ("source:ap.org,reuters; earliest", [DAILY, WIRE, HOST, BARE], HOST, "source:ap.org"),
        ("source:reuters; latest", [DAILY, WIRE, LATER], LATER, "latest"),
        ("source:daily", [BARE, DAILY, WIRE], DAILY, "source:daily"),
        ("source:nobody; longest", [DAILY, WIRE, BARE], BARE, "longest"),
        ("source:nobody", [BARE, WIRE, DAILY], DAILY, "first"),
        ("earliest", [DAILY, WIRE, HOST, BARE], HOST, "earliest"),
        ("latest", [DAILY, WIRE, HOST, BARE], WIRE, "latest"),
        ("latest; longest", [BARE, DEEP], BARE, "longest"),
        ("longest; latest", [WIRE, LATER, DAILY], LATER, "latest"),
        ("first", [DAILY, WIRE, DEEP], DEEP, "first"),
        ("path", [DEEP, LONG, FLAT], FLAT, "path"),
        ("path; longest", [WIRE, DAILY], WIRE, "longest"),
    ],
)
def test_a_policy_is_heeded_in_order(
    policy: str, members: list[Standing], keeper: Standing, why: str
) -> None:
    """Each criterion leaves the best by it; what it does not know loses to what it knows."""
    for order in permutations(members):
        index, reason = choose(order, KeepSettings(criteria(policy)))
        assert (order[index], reason) == (keeper, why)
