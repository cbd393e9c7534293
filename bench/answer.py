"""What a program says is one story, held against what was planted."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

FLOOR, FROM_FLOOR = 0.7, ".7 up"
"""From here up, a pair is what every program here is asked to find."""
BUCKETS = (
    (".4 to .5", 0.4, 0.5),
    (".5 to .6", 0.5, 0.6),
    (".6 to .7", 0.6, 0.7),
    (".7 to .8", 0.7, 0.8),
    (".8 to .9", 0.8, 0.9),
    (".9 to 1", 0.9, 1.01),
)
"""Ranges of the exact Jaccard ratio, the upper end left out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a contender says is one story."""

    clusters: dict[str, str]
    """The cluster of each article that has one, by id."""
    pairs: frozenset[tuple[str, str]] = frozenset()
    """Pairs that are named besides, left before right by name."""

    def together(self, left: str, right: str) -> bool:
        """Whether two articles are said to be one story."""
        cluster = self.clusters.get(left)
        if cluster is not None and cluster == self.clusters.get(right):
            return True
        return (min(left, right), max(left, right)) in self.pairs


def read_clusters(path: str) -> Answer:
    """Read ``id<TAB>cluster`` lines, as the peers print them."""
    with open(path, encoding="utf-8") as lines:
        rows = (line.rstrip("\n").rpartition("\t") for line in lines)
        return Answer({one: cluster for one, _, cluster in rows})


def read_result(path: str) -> Answer:
    """Read our result as JSON: its stories, and the pairs it names as one story besides."""
    with open(path, encoding="utf-8") as stream:
        result = json.load(stream)
    clusters = {
        one["id"]: str(one["story"]) for one in result["articles"] if one.get("story") is not None
    }
    same = [one for one in result["pairs"] if one["relation"] == "same_story"]
    sides = [(one["left"], one["right"]) for one in same]
    return Answer(clusters, frozenset((min(pair), max(pair)) for pair in sides))


@dataclass(frozen=True, slots=True)
class Score:
    """An answer held against the truth."""

    found: dict[str, int]
    """Planted pairs that are together, by bucket."""
    total: dict[str, int]
    """Planted pairs, by bucket."""
    foreign: int | None
    """Pairs that are together and nobody planted: who joins everything finds everything."""


def score(answer: Answer, truth: str) -> Score:
    """Hold an answer against ``truth_pairs.jsonl``, which lists all pairs of each family."""
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    family: dict[str, str] = {}
    with open(truth, encoding="utf-8") as lines:
        for line in lines:
            pair = json.loads(line)
            sides = pair["a"], pair["b"]
            for one in sides:
                family[one] = min(family.get(one, one), *sides)
            together = answer.together(*sides)
            for name in bucket_names(pair["j"]):
                total[name] += 1
                found[name] += together
    return Score(dict(found), dict(total), _foreign(answer, family))


def _foreign(answer: Answer, family: dict[str, str]) -> int:
    """Count without listing them: all pairs of each cluster less those of each family in it."""
    clusters = Counter(answer.clusters.values())
    kin = Counter((cluster, family.get(one, one)) for one, cluster in answer.clusters.items())
    listed = sum(family.get(left, left) != family.get(right, right) for left, right in answer.pairs)
    return _pairs(clusters) - _pairs(kin) + listed


def _pairs(sizes: Counter[Any]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def bucket_names(jaccard: float) -> list[str]:
    """The buckets that a pair counts for.

    >>> bucket_names(0.7), bucket_names(1.0), bucket_names(0.1)
    (['.7 to .8', '.7 up'], ['.9 to 1', '.7 up'], [])
    """
    within = [name for name, low, high in BUCKETS if low <= jaccard < high]
    return within + [FROM_FLOOR] * (jaccard >= FLOOR)
