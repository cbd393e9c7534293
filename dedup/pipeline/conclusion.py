"""Verdicts to stories: each redundant article has a verdict of its own with the one kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from .. import canonical, cluster, text
from ..data import Corpus, Entry, Relation, Story, Verdict

ASKED_LIMIT = 8
"""Keepers that an article is held against beyond the candidates, before it stands alone."""
RELATED_SHOWN = 20
"""Related pairs that a result lists for one article; the tally counts all."""
SAME_SHOWN = 20
"""Pairs of one story beyond those with the keeper that a result lists for one article."""
TITLE_CHARS = 160

Weigh = Callable[[int, int], Verdict]


class Group(NamedTuple):
    """A story by places in the corpus."""

    keeper: int
    why: str
    members: tuple[int, ...]
    verdicts: dict[int, Verdict]
    """For each member but the keeper, its verdict with the keeper."""


def group(corpus: Corpus, same: Iterable[tuple[int, int]], weigh: Weigh) -> tuple[list[Group], int]:
    """Split what hangs together into stories around keepers; also how many chains were broken.

    ``same`` are pairs of rows judged one story. A keeper is chosen, and each other member is held
    against it: directly one story with it, or not in its story. The rest starts anew.
    """
    places = defaultdict(list)
    for at, row in enumerate(corpus.rows):
        places[row].append(at)
    neighbours = defaultdict(set)
    for left, right in same:
        neighbours[left].add(right)
        neighbours[right].add(left)
    copies = [[row] for row, there in places.items() if row >= 0 and len(there) > 1]
    edges = [(left, right) for left in neighbours for right in neighbours[left]]
    pending = cluster.gather(edges) + [row for row in copies if row[0] not in neighbours]
    asked: Counter[int] = Counter()
    groups, chains = [], 0
    while pending:
        rows = pending.pop()
        story, rest = _settle(corpus, rows, places, neighbours, asked, weigh)
        if story:
            groups.append(story)
        inside = set(rest)
        links = [(a, b) for a in rest for b in neighbours[a] if b in inside]
        linked = cluster.gather(links)
        alone = inside.difference(*linked) if linked else inside
        chains += bool(rest)
        pending += linked + [[row] for row in sorted(alone) if len(places[row]) > 1]
    return sorted(groups, key=lambda one: one.members), chains


def _settle(
    corpus: Corpus,
    rows: Sequence[int],
    places: dict[int, list[int]],
    neighbours: dict[int, set[int]],
    asked: Counter[int],
    weigh: Weigh,
) -> tuple[Group | None, list[int]]:
    """One story out of linked rows, and the rows that are not in it."""
    offsets = corpus.sketched.words.offsets
    standing = [
        canonical.Standing(
            corpus.articles[at], int(offsets[row + 1] - offsets[row]), len(neighbours[row]), at
        )
        for row in rows
        for at in places[row]
    ]
    chosen, why = canonical.choose(standing)
    keeper = standing[chosen].place
    home = corpus.rows[keeper]
    verdicts, rest = {}, []
    for row in rows:
        if row != home and row not in neighbours[home]:
            asked[row] += 1
            if asked[row] > ASKED_LIMIT:
                rest.append(row)
                continue
        held = {at: weigh(keeper, at) for at in places[row] if at != keeper}
        kept = {at: v for at, v in held.items() if v.relation is Relation.SAME_STORY}
        verdicts.update(kept)
        if len(kept) < len(held) and row != home:
            rest.append(row)
            for at in kept:
                verdicts.pop(at)
    if not verdicts:
        return None, rest
    members = tuple(sorted((keeper, *verdicts)))
    return Group(keeper, why, members, verdicts), rest


def stories(corpus: Corpus, groups: Sequence[Group]) -> tuple[Story, ...]:
    """The groups as the nouns of a result, numbered in the order of the corpus."""
    ids = [article.id for article in corpus.articles]
    return tuple(
        Story(
            number,
            ids[one.keeper],
            one.why,
            tuple(ids[at] for at in one.members),
            min(held.evidence.jaccard_ratio for held in one.verdicts.values()),
        )
        for number, one in enumerate(groups, 1)
    )


def entries(corpus: Corpus, groups: Sequence[Group]) -> tuple[Entry, ...]:
    """Every article as it stands in the result."""
    offsets = corpus.sketched.words.offsets
    plain = []
    for article, row in zip(corpus.articles, corpus.rows, strict=True):
        words = int(offsets[row + 1] - offsets[row]) if row >= 0 else 0
        plain.append(Entry(article.id, article.address, _title(article.title, article.text), words))
    for number, one in enumerate(groups, 1):
        keeper = plain[one.keeper].id
        plain[one.keeper] = replace(plain[one.keeper], story=number)
        for at, held in one.verdicts.items():
            plain[at] = replace(plain[at], story=number, keep=False, copy_of=keeper, rule=held.rule)
    return tuple(plain)


def _title(title: str, body: str) -> str:
    """The article's title, or the beginning of the first line that cleaning leaves words in."""
    lines = (line.strip() for line in body.splitlines())
    line = title.strip() or next((line for line in lines if _says_something(line)), "")
    return line if len(line) <= TITLE_CHARS else f"{line[: TITLE_CHARS - 1]}…"


def _says_something(line: str) -> bool:
    """Whether a line is more than an appeal, an address or a credit."""
    return text.has_words(text.clean(line[:TITLE_CHARS]).text)


def shown(
    weighed: Sequence[Verdict], groups: Sequence[Group], order: dict[str, int]
) -> list[Verdict]:
    """The verdicts that a result lists: each redundant article's with its keeper, then the closest
    others up to a number for each article.
    """
    listed = {(v.left, v.right): v for one in groups for v in one.verdicts.values()}
    counts: Counter[tuple[str, bool]] = Counter()
    for one in sorted(weighed, key=_closeness):
        same = one.relation is Relation.SAME_STORY
        limit = SAME_SHOWN if same else RELATED_SHOWN
        if min(counts[one.left, same], counts[one.right, same]) < limit:
            counts[one.left, same] += 1
            counts[one.right, same] += 1
            listed.setdefault((one.left, one.right), one)
    return sorted(listed.values(), key=lambda v: (order[v.left], order[v.right]))


def _closeness(one: Verdict) -> tuple[float, float, str, str]:
    """Sort key: the closest first."""
    measured = one.evidence
    return -measured.term_cosine_ratio, -measured.jaccard_ratio, one.left, one.right
