"""What text needs before it may reach a screen: escaped, measured, cut, wrapped and painted."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Controls, marks that turn the direction of writing, characters without width, surrogates."""

_COMMAND = re.compile(r"^(\s*)::", re.M)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_STYLES = {"strong": "1", "quiet": "2", "bad": "31", "good": "32", "title": "36"}


@dataclass(frozen=True, slots=True)
class Look:
    """How a report is to look; formats for machines only heed ``diff``."""

    color: bool = False
    width: int = 80
    """Cells in a line of running text."""
    why: bool = False
    """Of a comparison, the figures and passages that decided."""
    diff: bool = False
    """Of a comparison, the whole alignment."""
    sweep: bool = False
    """Of an evaluation, every threshold and not only the best one."""
    worst: int = 5
    """Of an evaluation, so many mistakes of each kind."""
    most_bytes: int | None = None
    """Of Markdown, the size that it may have; what does not fit is counted."""


def shown(text: str) -> str:
    r"""Make foreign text harmless and one line long: every control becomes visible.

    >>> print(shown("a\x1b[2J\nb\u202e"))
    a\x1b[2J\nb\u202e
    """
    return text if text.isprintable() else UNSAFE.sub(_visible, text)


def quoted(text: str) -> str:
    r"""Take the orders from lines that a CI runner would follow where it meets them in a log.

    >>> print(quoted("::add-mask::e\n  ::error::x\na ##[group] b ::"))
    \x3a:add-mask::e
      \x3a:error::x
    a #\x23[group] b ::
    """
    return _COMMAND.sub(r"\g<1>\\x3a:", text).replace("##[", "#\\x23[")


def guarded(line: str) -> str:
    """Escape in a line of JSON, as JSON allows, what would play tricks on a screen or a runner;
    ``##[`` is how a runner's log can be given orders from the middle of one.
    """
    if not line.isprintable():  # as nothing unsafe is, and this is quicker to find out
        line = UNSAFE.sub(_escaped, line)
    return line.replace("##[", "#\\u0023[")


def _escaped(match: re.Match[str]) -> str:
    """Escape one character, as two units where it lies beyond the first plane."""
    return json.dumps(match[0])[1:-1]


def _visible(match: re.Match[str]) -> str:
    """Write a character as Python would."""
    point = ord(match[0])
    wide = f"\\u{point:04x}" if point < 1 << 16 else f"\\U{point:08x}"
    return _NAMED.get(match[0]) or (f"\\x{point:02x}" if point < 1 << 8 else wide)


def cells(text: str) -> int:
    """Count the columns a terminal uses: 2 for East Asian wide, 0 for combining characters.

    >>> cells("naïve"), cells("東京")
    (5, 4)
    """
    if text.isascii():
        return len(text)
    return sum(map(_cell, text))


def _cell(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def padded(text: str, room: int) -> str:
    """Fill up with spaces to ``room`` cells."""
    return text + " " * (room - cells(text))


def excerpt(text: str, room: int) -> str:
    r"""Show the beginning of a text on one line of at most ``room`` cells.

    >>> excerpt("Storm closes  the\nport", 12)
    'Storm close…'
    """
    head = text[: 16 * room]  # a title may be 10 MB long
    line = shown(" ".join(head.split()))
    if cells(line) <= room and len(head) == len(text):
        return line
    kept, used = [], 1
    for char in line:
        used += _cell(char)
        if used > room:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def painted(text: str, style: str, look: Look) -> str:
    """Wrap a finished, escaped text in a colour, if colours are wanted and the style has one."""
    if not look.color or not text or style not in _STYLES:
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def flowed(words: Iterable[tuple[str, str]], look: Look, indent: str = "") -> list[str]:
    """Fill lines with ``(escaped word, style)`` up to ``look.width``; what is too wide is broken.

    >>> flowed([("ab", ""), ("cd", ""), ("efghijk", "")], Look(width=6), indent=" ")
    [' ab cd', ' efghi', ' jk']
    """
    room = max(look.width - len(indent), 1)
    lines: list[list[tuple[str, str]]] = []
    used = room
    for word, style in words:
        for part in _broken(word, room):
            used += 1 + cells(part)
            if used > room:
                lines.append([])
                used = cells(part)
            lines[-1].append((part, style))
    return [indent + _line(line, look) for line in lines]


def _broken(word: str, room: int) -> Iterator[str]:
    """Cut a word that is wider than the room, as texts without spaces are."""
    part, used = "", 0
    for char in word:
        wide = _cell(char)
        if used + wide > room and part:
            yield part
            part, used = "", 0
        part += char
        used += wide
    if part:
        yield part


def _line(words: list[tuple[str, str]], look: Look) -> str:
    """Paint neighbours of one style together, so that a colour never outlives its line."""
    runs: list[tuple[list[str], str]] = []
    for word, style in words:
        if not runs or runs[-1][1] != style:
            runs.append(([], style))
        runs[-1][0].append(word)
    return " ".join(painted(" ".join(run), style, look) for run, style in runs)


def counted(number: int, one: str, many: str = "") -> str:
    """Say how many, with separators and the right form.

    >>> counted(1, "story", "stories"), counted(1204, "article")
    ('1 story', '1,204 articles')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(ratio: float) -> str:
    """Write a share in whole percent; nothing is 0 % or 100 % that is not exactly so.

    >>> percent(0.934), percent(0.9999), percent(1.0)
    ('93 %', 'over 99 %', '100 %')
    """
    whole = round(100 * ratio)
    if whole == 100 and ratio < 1:
        return "over 99 %"
    return "under 1 %" if whole == 0 and ratio > 0 else f"{whole} %"
