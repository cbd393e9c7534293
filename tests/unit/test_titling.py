"""Titles: an article's own, or the first line that tells something, however deep it stands."""

import pytest

from dedup import kernels
from dedup.data.article import Article
from dedup.data.articles import Articles
from dedup.pipeline.titling import BEGINNING_CHARS, TITLE_CHARS, titles

STORM = "Storm closes port"


def title(text, own=""):
    """What one article is called."""
    [told] = titles(Articles.of([Article("a", text, title=own)]))
    return told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        (" \n\t\n", ""),
        ("...\n***\n", ""),
        (f"\r\n  {STORM}  \r\nThe harbour was closed.", STORM),
        (f"Read more\nhttps://example.org/a\n{STORM}", STORM),
        *((f"{'-' * count}\n" * count + STORM, STORM) for count in (1, 3, 4, 5, 11, 12, 13, 99)),
        ("-\n" * (BEGINNING_CHARS // 2) + STORM, ""),
        ("x" * TITLE_CHARS, "x" * TITLE_CHARS),
        ("x" * (TITLE_CHARS + 1), "x" * (TITLE_CHARS - 1) + "…"),
    ],
)
def test_the_first_line_that_tells_something(text, told):
    assert title(text) == told


def test_a_title_of_its_own_counts_whatever_it_says():
    assert title(STORM, " *** ") == "***"
    assert title("", "Fire") == "Fire"


def test_a_line_behind_thousands_is_found_in_a_few_looks(monkeypatch):
    looks = []
    cut = kernels.cut_texts
    monkeypatch.setattr(kernels, "cut_texts", lambda texts: looks.append(texts) or cut(texts))
    assert title("-\n" * 9000 + STORM) == STORM
    assert len(looks) < 20
