"""Invariants of cleaning and of cutting into words, for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.text import clean, starts, words

from .invented import edits, runs

alphabet = st.characters(exclude_characters=[chr(p) for p in range(0xD800, 0xE000)])
anything = st.text(alphabet) | st.text(
    st.sampled_from("aZ9é\u0301\u0323ßم\u064e٣北ケあกั \n\t-'’.,_&;#\u200b\u00ad\u0f71\U0001e944")
)


@given(anything)
def test_words_and_starts_agree(text: str) -> None:
    """Each word stands where it is said to begin, raw or clean."""
    for form in (text, clean(text).text):
        cut, at = words(form), starts(form)
        assert [form[i : i + len(word)] for word, i in zip(cut, at, strict=True)] == cut
        assert at == sorted(set(at))


@given(anything)
def test_clean_text_has_no_loose_space(text: str) -> None:
    """One line, single spaces, none at the ends."""
    cleaned = clean(text).text
    assert cleaned == " ".join(cleaned.split())


@given(anything)
def test_only_rules_that_changed_something_leave_a_trace(text: str) -> None:
    """A step has a count; without steps nothing but white space was touched."""
    cleaned = clean(text)
    assert all(count > 0 for _, count in cleaned.steps)
    if not cleaned.steps:
        assert cleaned.text == " ".join(text.split())


@given(runs.flatmap(edits))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    """For texts as newsrooms make them, with their wrapping, quotes, addresses and pointers.

    It does not hold for every string: see ``test_where_cleaning_twice_does_more``.
    """
    once = clean(text).text
    assert clean(once).text == once


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("&amp;amp;", id="an entity escaped twice"),
        pytest.param("Support us\nwith a gift!", id="two lines that joined make an appeal"),
    ],
)
def test_where_cleaning_twice_does_more(text: str) -> None:
    """The exceptions: rules that see lines or escapes, which a second cleaning would see anew.

    Nothing cleans twice; this only shows how far the property above reaches.
    """
    once = clean(text).text
    assert clean(once).text != once
