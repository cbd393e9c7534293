"""Cells and lines: what is put together by number is what each piece would be alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.reports.cells import NOTHING, Sheet, is_plain, quoted, text
from dedup.reports.screen import guarded

odd = st.sampled_from(
    ["a", "Zürich", "港", '"', "\\", "\n", "\x7f", "\u202e", "##[", "#", "\ud800"]
)
pieces = st.lists(st.lists(odd, max_size=4).map("".join), max_size=6)


@given(pieces)
@example(["", "\n", "", "a"])
def test_texts_are_escaped_together_as_alone(some: list[str]) -> None:
    """Whatever stands beside them: breaks, quotes, letters of any script."""
    sheet = Sheet()
    numbers = sheet.put_texts(some)
    letters, sizes = sheet.lines([numbers], len(some))
    borders = np.append(0, sizes).cumsum().tolist()
    written = letters.tobytes()
    told = [written[a:b].decode() for a, b in pairwise(borders)]
    assert [f'"{one}' for one in told] == [text(one) for one in some]


@given(st.text(st.sampled_from('aü港"\\#\n\x7f\u202e'), max_size=6))
def test_what_is_plain_needs_no_escape(one: str) -> None:
    """It may call a text that is so not plain, but never the other way round."""
    if is_plain(np.frombuffer(one.encode(), np.uint8)):
        assert text(one) == f'"{one}"' == f'"{guarded(one)}"'


def test_texts_that_lie_end_to_end_get_a_quote_behind_each() -> None:
    """Also the empty ones."""
    letters, sizes = quoted(np.frombuffer(b"abc", np.uint8), np.array([0, 0, 2, 3, 3]))
    assert (letters.tobytes(), sizes.tolist()) == (b'"ab"c""', [1, 3, 2, 1])
    assert [part.tolist() for part in quoted(np.zeros(0, np.uint8), np.zeros(1, np.int64))] == [
        [],
        [],
    ]


def test_what_is_written_of_equal_values_is_written_once() -> None:
    """Each value gets the cell of its kind."""
    asked: list[object] = []
    numbers = Sheet().put_distinct([7, None, 7], lambda one: str(asked.append(one)))
    assert (numbers.tolist(), asked) == ([1, 2, 1], [7, None])


def test_lines_take_cells_by_number() -> None:
    """One for all lines, or one for each; the first is empty, and some can be forgotten."""
    sheet = Sheet()
    before, after = sheet.put(["<", "é>"])
    kept = len(sheet)
    sheet.put(["c", "ccc"])
    sheet.forget(kept)
    inner = sheet.put(["a", "b"])
    letters, sizes = sheet.lines([before, inner, np.array([NOTHING, after])], 2)
    assert (letters.tobytes().decode(), sizes.tolist()) == ("<a<bé>", [2, 5])
