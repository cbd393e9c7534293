"""The fast twin of the JSON report: the same bytes as one noun at a time, whatever stands in it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, deduplicate
from dedup.data.result import Entry
from dedup.pipeline.judged import judge_pairs
from dedup.pipeline.verdicts import Verdicts
from dedup.reports import REPORTS, Look
from dedup.reports.figures import rounded, settled, settled_column
from dedup.reports.machine import _entry, _rounded, pieces, written
from dedup.reports.rows import KEPT_CELLS, WRITTEN_AT_ONCE, articles
from dedup.reports.screen import UNSAFE
from dedup.settings import Settings

STORY = (
    "The harbour of Velmark was closed on Monday after a storm tore 13 cranes from their rails,"
    " harbour master Ilse Brandtmeyer told reporters. No one was hurt, but ships would have to wait"
    " until Thursday at the earliest. The fishermen of Kappelhavn have offered their quay."
)
DAY = datetime(2025, 3, 4, tzinfo=timezone.utc)
CORPUS = [
    Article('a "quoted"', STORY, "in.jsonl:1", "Storm \x1b[2J", source="Post", published=DAY),
    Article("b\u202e", STORY.replace("13", "17"), "in.jsonl:2", "Storm ##[x", source="Post"),
    Article("c", STORY.upper(), "in.jsonl:3", "Port closed", source="Wire", published=DAY),
    Article("d", f"{STORY} {STORY.replace('Monday', 'Friday')}", "in.jsonl:4"),
    Article("e", "A village bakery has won the regional prize for its rye bread.", "in.jsonl:5"),
    Article("f", " ", "in.jsonl:6"),
]


def test_verdicts_in_columns_are_written_as_verdicts_one_by_one() -> None:
    """All kinds of fields: names that play tricks, facts, what is known of one side only."""
    found = deduplicate(CORPUS)
    assert isinstance(found.pairs, Verdicts)
    assert len(found.pairs) >= 4
    assert any(one.evidence.facts for one in found.pairs)
    apart = replace(found, pairs=tuple(found.pairs))
    assert b"".join(pieces(found)) == b"".join(pieces(apart))


def test_figures_that_are_not_kept_are_written_all_the_same() -> None:
    """Days apart, beside dates that are not known."""
    dates = DAY, DAY + timedelta(days=3), None, DAY + timedelta(days=40)
    found = deduplicate(
        replace(CORPUS[2], id=f"{at}", address=f"in.jsonl:{at}", published=one)
        for at, one in enumerate(dates)
    )
    told = [one.evidence.hours_apart for one in found.pairs]
    assert None in told
    assert max(filter(None, told)) * 10**4 > KEPT_CELLS
    apart = replace(found, pairs=tuple(found.pairs))
    assert b"".join(pieces(found)) == b"".join(pieces(apart))


def test_articles_and_stories_in_columns_are_written_as_one_by_one() -> None:
    """As entries they are what their columns say, one, some or all of them."""
    found = deduplicate([*CORPUS, replace(CORPUS[0], id="g", address="in.jsonl:7", title="a\nb")])
    entries = tuple(found.articles)
    assert [found.articles[at] for at in range(-len(entries), len(entries))] == [*entries, *entries]
    for some in (slice(1, -1), slice(None, None, -2), slice(5, 2), slice(2, 99)):
        assert found.articles[some] == entries[some]
    assert found.articles == entries
    assert {one.keep for one in entries} == {True, False}
    document = b"".join(pieces(found)).decode()
    assert document.encode() == b"".join(pieces(replace(found, articles=entries)))
    for noun in (*map(_entry, entries), *map(_rounded, found.stories)):
        assert f"\n  {written(noun)}" in document


@pytest.mark.parametrize("form", REPORTS)
def test_every_format_says_the_same_of_either(form: str) -> None:
    """Columns are how verdicts lie, and nothing that a reader could see."""
    found = deduplicate(CORPUS)
    apart = replace(found, pairs=tuple(found.pairs))
    assert REPORTS[form].result(found, Look()) == REPORTS[form].result(apart, Look())
    assert tuple(rounded(found).pairs) == rounded(apart).pairs


texts = st.text(st.characters(codec="utf-16", categories=["L", "Cc", "Cf", "P", "Zl"]), max_size=8)
entries = st.builds(
    Entry,
    *(texts, texts, texts, st.integers(0, 9)),
    story=st.none() | st.integers(0, 9),
    keep=st.booleans(),
    copy_of=st.none() | texts,
    rule=st.none() | texts,
    digest=texts,
    known=st.booleans(),
)


@given(entries)
def test_an_article_is_written_as_any_noun_is(entry: Entry) -> None:
    """Whatever is known of it or not, and whatever its texts are."""
    line = written(_entry(entry)).encode()
    assert [*articles([entry])] == [line]
    document = b"".join(pieces(replace(deduplicate([]), articles=(entry,))))
    assert b"[\n  " + line + b"]" in document


@given(st.lists(st.floats(0, 1) | st.integers(0, 20_001).map(lambda one: one / 20_000)))
def test_rounding_in_bulk_is_rounding(values: list[float]) -> None:
    """To the last bit, also in the middle between two figures, where binary fractions lie."""
    assert settled_column(np.array(values, np.float64)).tolist() == [settled(one) for one in values]


def test_nothing_unsafe_is_printable() -> None:
    """So a line of printable characters need not be searched."""
    every = map(chr, range(sys.maxunicode + 1))
    assert not [one for one in every if UNSAFE.match(one) and one.isprintable()]


def test_blocks_of_lines_are_one_list() -> None:
    """More articles than are written together, each on a line of its own."""
    many = tuple(Entry(f"{n}", f"in.jsonl:{n}", "", 1) for n in range(WRITTEN_AT_ONCE + 1))
    document = b"".join(pieces(replace(deduplicate([]), articles=many))).decode()
    told = [one["id"] for one in json.loads(document)["articles"]]
    assert told == [one.id for one in many]
    assert document.count('\n  {"id"') == len(many)


def test_copies_of_measured_texts_have_their_own_titles_and_dates() -> None:
    """A pair whose texts were measured for other articles is judged as if it were the first."""
    copies = [
        replace(one, id=f"{one.id}-{n}", address=f"in.jsonl:{n}{at}", title=f"Title {n} of {at}")
        for n in range(3)
        for at, one in enumerate(CORPUS[:4])
    ]
    found = deduplicate(copies, Settings.from_mapping({"keep": "path;latest"}))
    pairs = [(one.left, one.right) for one in found.pairs]
    again = judge_pairs(copies, pairs, Settings())
    assert len(pairs) > len(CORPUS)
    assert [one.verdict for one in again] == list(found.pairs)
