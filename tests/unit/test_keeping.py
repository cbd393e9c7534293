"""The keep policy in a whole run: who is kept, why, and that each removed one was compared."""

from datetime import datetime, timedelta, timezone

from dedup import Article, Settings, deduplicate
from dedup.settings import criteria

DAY = datetime(2025, 3, 4, tzinfo=timezone.utc)
STORM = (
    "The harbour of Ostrava Bay was closed on Monday after a storm tore three cranes from their "
    "rails, the port authority said. Harbour master Ilse Brandt told reporters that no one was "
    "hurt, but that ships would have to wait until Thursday at the earliest. "
)
COST = (
    "Repairs are expected to cost nine million crowns, a sum the treasury had set aside for a new "
    "library in the old town. The last time the port stood still was in the winter of 1987, when "
    "ice closed the channel for eleven days and coal was brought in on sledges from Tolle. "
)


def kept(articles, policy):
    """The keepers of a run, each with why."""
    settings = Settings.from_mapping({"keep": criteria(policy)})
    return [(one.keeper, one.why) for one in deduplicate(articles, settings).stories]


def test_each_criterion_finds_its_keeper():
    articles = [
        Article("a", STORM, "deep/er/a.txt", source="Daily", published=DAY),
        Article("b", STORM + "Read more", "b.txt", source="Reuters", published=DAY - timedelta(1)),
        Article("c", STORM + COST[:150], "c/c.txt", source="AP", published=DAY + timedelta(1)),
    ]
    for policy, keeper, why in (
        ("source:ap,reuters", "c", "source:ap"),
        ("source:reuters,ap; longest", "b", "source:reuters"),
        ("source:dpa; latest", "c", "latest"),
        ("earliest", "b", "earliest"),
        ("longest", "c", "longest"),
        ("path", "b", "path"),
        ("first", "b", "first"),
    ):
        assert kept(articles, policy) == [(keeper, why)]
        assert kept(articles[::-1], policy) == [(keeper, why)]


def test_the_best_that_is_one_story_with_each_other_one_is_kept():
    """The two halves come first by the policy, but are not one story with each other."""
    articles = [
        Article("whole", STORM + COST, published=DAY + timedelta(hours=2)),
        Article("again", STORM + COST + "Photo: Jo", published=DAY + timedelta(hours=3)),
        Article("half", STORM, published=DAY),
        Article("other half", COST, published=DAY + timedelta(hours=1)),
    ]
    [(keeper, why)] = kept(articles, "earliest")
    assert (keeper, why) == (
        "whole",
        "earliest of those that are one story with each other one",
    )
    assert kept(articles, "latest") == [("again", "latest")]
