"""Stories and verdicts to what a result lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from .. import text
from ..data import Corpus, Entry, Relation, Story, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .grouping import Group

RELATED_SHOWN = 20
"""Related pairs that a result lists for one article; the tally counts all."""
SAME_SHOWN = 20
"""Pairs of one story beyond those with the keeper that a result lists for one article."""
TITLE_CHARS = 160


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


def entries(
    corpus: Corpus, groups: Sequence[Group], same: Iterable[tuple[int, int]]
) -> tuple[Entry, ...]:
    """Every article as it stands in the result; ``same`` are the pairs of rows that are one story,
    whose articles get their digests, even where a chain was split and they stand alone.
    """
    rows = corpus.rows.tolist()
    lengths = corpus.lengths.tolist()
    plain = [
        Entry(article.id, article.address, _title(article.title, article.text), lengths[row])
        for article, row in zip(corpus.articles, rows, strict=True)
    ]
    for number, one in enumerate(groups, 1):
        keeper = plain[one.keeper].id
        plain[one.keeper] = replace(plain[one.keeper], story=number)
        for at, held in one.verdicts.items():
            plain[at] = replace(plain[at], story=number, keep=False, copy_of=keeper, rule=held.rule)
    twins = {row for pair in same for row in pair}
    twins |= {rows[at] for one in groups for at in one.members}
    digests = corpus.sketched.cut.digests
    return tuple(
        replace(entry, digest=f"{digests[row]:016x}") if row in twins else entry
        for entry, row in zip(plain, rows, strict=True)
    )


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
