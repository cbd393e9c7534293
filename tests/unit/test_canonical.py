"""The keeper: the best by ordered criteria; unless told otherwise the longest."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from dedup.canonical import Standing, rank, reasons
from dedup.data.article import Article
from dedup.data.articles import Articles
from dedup.settings import KeepSettings, criteria

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT = KeepSettings()
DAY = datetime(2025, 3, 4, 12)
ZONED = DAY.replace(tzinfo=timezone.utc)


class Member(NamedTuple):
    """A member of a story."""

    article: Article
    words: int
    place: int


def chosen(members: Sequence[Member], policy: KeepSettings) -> tuple[Member, str]:
    """The best of them, and why it is."""
    _, words, places = zip(*members, strict=True)
    by_place = {member.place: member.article for member in members}
    corpus = [by_place.get(at, Article("", "")) for at in range(max(places) + 1)]
    ranks = rank(Standing(Articles.of(corpus), np.array(words), np.array(places)), policy)
    order = np.lexsort(ranks[::-1])
    [why] = reasons(ranks, order[:1], order[:2][-1:], policy)
    return members[order[0]], why


def standing(place: int, words: int = 100, published: datetime | None = None) -> Member:
    """A member of a story."""
    return Member(Article(f"a{place}", "", published=published), words, place)


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
def test_the_keeper_and_why(members: list[Member], keeper: int, why: str) -> None:
    """In whatever order the members come."""
    for order in permutations(members):
        best, reason = chosen(order, DEFAULT)
        assert (best.place, reason) == (keeper, why)


def told(place: int, words: int = 100, **facts: object) -> Member:
    """A member of a story, with facts of its article."""
    article = Article(f"a{place}", "", **{"address": f"in.jsonl:{place}", **facts})
    return Member(article, words, place)


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
    policy: str, members: list[Member], keeper: Member, why: str
) -> None:
    """Each criterion leaves the best by it; what it does not know loses to what it knows."""
    for order in permutations(members):
        assert chosen(order, KeepSettings(criteria(policy))) == (keeper, why)
