"""Articles to titles: what a person calls each one, looked for in its text where it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import kernels, text

if TYPE_CHECKING:
    from ..data.articles import Articles

TITLE_CHARS = 160
BEGINNING_CHARS = 20_000
"""A title is looked for in so much of a text."""
LINES_AT_ONCE = 4
"""Lines that are looked at together at first: it is nearly always one of these."""


def titles(articles: Articles) -> list[str]:
    r"""Each article's title, or the beginning of the first line that cleaning leaves words in.

    >>> from dedup.data.article import Article
    >>> from dedup.data.articles import Articles
    >>> body = "Storm closes port\n\nThe harbour was closed on Monday."
    >>> titles(Articles.of([Article("a", body)]))
    ['Storm closes port']
    """
    own = list(map(str.strip, articles.titles))
    both = zip(own, articles.texts, strict=True)
    lines = [title or _first_line(body) for title, body in both]
    telling = _telling([line[:TITLE_CHARS] for line in lines])
    for at, body in enumerate(articles.texts):
        if not telling[at] and not own[at]:
            lines[at] = _first_telling([line.strip()[:TITLE_CHARS] for line in _beginning(body)])
    return [line if len(line) <= TITLE_CHARS else f"{line[: TITLE_CHARS - 1]}…" for line in lines]


def _first_line(body: str) -> str:
    """The first line that is not blank; nothing without any."""
    end = body.find("\n", 0, BEGINNING_CHARS)
    first = body[:end].strip() if end > 0 else ""
    if not first.isprintable():  # lines may end in other ways
        first = first.splitlines()[0].rstrip()
    return first or next(filter(None, map(str.strip, _beginning(body))), "")


def _first_telling(lines: list[str]) -> str:
    """The first line that tells something, nothing without any; looked for among more and more."""
    start, count = 0, LINES_AT_ONCE
    while start < len(lines):
        some = lines[start : start + count]
        if True in (told := _telling(some)):
            return some[told.index(True)]
        start, count = start + count, 2 * count
    return ""


def _beginning(body: str) -> list[str]:
    """The lines in which a title is looked for."""
    return body[:BEGINNING_CHARS].splitlines()


def _telling(lines: list[str]) -> list[bool]:
    """Whether each line is more than an appeal, an address or a credit."""
    told = kernels.cut_texts(lines)
    has_words = (told.offsets[1:] > told.offsets[:-1]).tolist()
    return [
        known if cut else text.has_words(text.clean(line).text)
        for known, cut, line in zip(has_words, told.done.tolist(), lines, strict=True)
    ]
