"""Build ``dedup/kernels/tables.h``: what the native text kernel knows of characters and phrases.

    python3.10 tools/build_tables.py

Everything is asked of the rules in ``dedup/text.py`` themselves, one character at a time, so that
the kernel can only say what they say. Unicode must be that of the oldest Python supported: a
character that a newer one does not treat alike is left out, and the kernel then declines the text.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from html.entities import html5, name2codepoint
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

try:
    from re import _parser as parser
except ImportError:  # before Python 3.11
    import sre_parse as parser

sys.path.insert(0, str(Path(__file__).parent.parent))
from dedup import text

TARGET = Path(__file__).parent.parent / "dedup" / "kernels" / "tables.h"
UNICODE = "13.0.0"
KNOWN = (
    (0x0000, 0x06FF),  # Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic
    (0x0750, 0x077F),
    (0x0900, 0x0EFF),  # the scripts of India, Thai, Lao
    (0x1000, 0x10FF),  # Burmese, Georgian
    (0x1200, 0x137F),  # Ethiopic
    (0x1780, 0x17FF),  # Khmer
    (0x1E00, 0x2BFF),  # more Latin and Greek; punctuation, symbols
    (0x2E80, 0x4DBF),  # kana, Han
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),  # Hangul
    (0xE000, 0xFFFD),  # private use, compatibility forms
    (0x1F000, 0x1FAFF),  # emoji
    (0x20000, 0x2FA1F),
)
"""What news is written in. Other characters, and those that Unicode 13 did not have, are rare."""
CHANGED: frozenset[int] = frozenset()
"""Characters to which later versions of Unicode give other properties."""
DOTTED_I = "\u0130"
"""Folded it is an i and a dot above, which no character is: they stay two."""
BLOCK = 128
GROWTH = 3
"""No character becomes longer than this many times its bytes."""
CHARACTER_RULES = (
    text.straighten_quotes,
    text.normalize_unicode,
    text.drop_invisibles,
    text.drop_points,
    text.unify_letters,
)
TRAITS = {
    "WORD": r"\w",
    "DIGIT": r"\d",
    "MARK": f"[{text._MARKS}]",
    "PAIRED": f"[{text.PAIRED}]",
    "QUADDED": f"[{text.QUADDED}]",
    "SPACE": r"\s",
}
"""In the order of their bits."""
FLAGS = ("FIRST", "SECOND", "PLAIN_MANY", "FOLD_MANY", "DROPPED", "LISTED")
"""The bits behind those."""
BIT = {name: 1 << i for i, name in enumerate((*TRAITS, *FLAGS))}

Point = tuple[int, int, int, int, int]
"""Distance to the plain form, and from there to the folded one (or the number of an expansion),
traits, traits of the folded form, canonical combining class."""


@cache
def compositions() -> dict[tuple[str, str], str]:
    """What NFC puts together, Hangul left out: there it is a matter of counting."""
    found = {}
    for point in chain(range(0xAC00), range(0xD7A4, 0xD800), range(0xE000, 0x110000)):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and parts[0][0] != "<" and unicodedata.is_normalized("NFC", chr(point)):
            found[chr(int(parts[0], 16)), chr(int(parts[1], 16))] = chr(point)
    return found


@cache
def partners() -> tuple[set[str], set[str]]:
    """Characters that NFC can put together with a later one, and with an earlier one."""
    first, second = map(set, zip(*compositions(), strict=True))
    jamo = map(chr, range(0x1100, 0x1200))
    hangul = map(chr, range(0xAC00, 0xD7A4))
    return first | set(hangul), second | set(jamo)


def plain(character: str) -> str:
    """What the rules that work character by character make of it."""
    for rule in CHARACTER_RULES:
        character, _ = rule(character)
    return character


@cache
def traits(character: str) -> int:
    """The bits of one character."""
    first, second = partners()
    bits = sum(BIT[name] for name, one in TRAITS.items() if re.fullmatch(one, character))
    if any(part in first for part in unicodedata.normalize("NFKD", character)):
        bits |= BIT["FIRST"]
    return bits | (BIT["SECOND"] if character in second else 0)


def is_calm(characters: str) -> bool:
    """Whether all can stand beside any other character without changing it or being changed."""
    _, second = partners()
    return not any(unicodedata.combining(c) or c in second for c in characters)


def is_short(characters: str, origin: str) -> bool:
    """Whether an expansion fits into the room that the kernel keeps for it."""
    return len(characters.encode()) <= GROWTH * len(origin.encode())


@cache
def is_listed(character: str) -> bool:
    """Whether the kernel is to know a character at all."""
    point = ord(character)
    if point in CHANGED or not any(low <= point <= high for low, high in KNOWN):
        return False
    if unicodedata.category(character) in ("Cn", "Cs"):
        return False
    flat = unicodedata.normalize("NFKC", text.straighten_quotes(character)[0])
    form = plain(character)
    folded = text.fold_case(form)[0]
    if any(c.isdigit() and not c.isdecimal() for c in folded):
        return False  # a word of these is a number, though they are no digits
    if not (is_short(form, character) and is_short(folded, form)):
        return False
    if not all(plain(c) == c and is_listed(c) for c in {*form, *folded} - {character}):
        return False
    if flat == character and form in ("", folded):
        return True
    if character == DOTTED_I:
        return True
    return is_calm(flat[0] + form[:1]) and (form != character or is_calm(folded))


class Tables:
    """What has been numbered so far."""

    def __init__(self) -> None:
        """Begin with the point that stands for every one that is not listed."""
        self.points: dict[Point, int] = {(0, 0, 0, 0, 0): 0}
        self.expansions: dict[str, int] = {}
        self.blocks: dict[tuple[int, ...], int] = {}

    def distance(self, origin: str, form: str) -> tuple[int, bool]:
        """How to get from a character to its form, and whether that is an expansion."""
        if len(form) == 1:
            return ord(form) - ord(origin), False
        return self.expansions.setdefault(form, len(self.expansions)), True

    def point(self, character: str) -> int:
        """The number of one character's properties."""
        if not is_listed(character):
            return 0
        form = plain(character)
        folded = text.fold_case(character)[0]
        bits = traits(character) | BIT["LISTED"]
        to_plain, many = self.distance(character, form) if form else (0, False)
        bits |= (BIT["PLAIN_MANY"] if many else 0) | (0 if form else BIT["DROPPED"])
        to_fold, many = self.distance(character, folded) if form == character else (0, False)
        bits |= BIT["FOLD_MANY"] if many else 0
        of_folded = traits(folded) & 0xFF if len(folded) == 1 else 0
        row = (to_plain, to_fold, bits, of_folded, unicodedata.combining(character))
        return self.points.setdefault(row, len(self.points))

    def index(self) -> list[int]:
        """The number of each block of characters."""
        found = []
        for start in range(0, KNOWN[-1][1] + 1, BLOCK):
            block = tuple(self.point(chr(point)) for point in range(start, start + BLOCK))
            found.append(self.blocks.setdefault(block, len(self.blocks)))
        return found


def expand(items: Iterable[tuple[object, tuple[object, ...]]]) -> list[str]:
    """Every string that a simple regular expression matches; a look-ahead adds a ``!``."""
    found = [""]
    for op, value in items:
        kind = str(op)
        if kind == "LITERAL":
            ends = [chr(value)]
        elif kind == "IN":
            ends = [chr(point) for _, point in value]
        elif kind == "BRANCH":
            ends = [end for branch in value[1] for end in expand(branch)]
        elif kind == "SUBPATTERN":
            ends = expand(value[-1])
        elif kind == "MAX_REPEAT" and value[:2] == (0, 1):
            ends = ["", *expand(value[2])]
        elif kind in ("AT", "ASSERT"):
            ends = ["" if kind == "AT" else "!"]
        else:
            raise ValueError(f"{kind} is not known here")
        found = [start + end for start in found for end in ends]
    return found


def pointers() -> list[tuple[str, bool]]:
    """Every beginning of a line that ``drop_pointers`` knows, and whether it takes a ``!``."""
    tree = parser.parse(text._POINTER.pattern, text._POINTER.flags)
    branches = next([(op, value)] for op, value in tree if str(op) == "BRANCH")
    return sorted((form.rstrip("!"), form.endswith("!")) for form in expand(branches))


def entities() -> list[tuple[str, int, bool]]:
    """Names of references, the character of each, and whether it may stand without ``;``."""
    known = {name.rstrip(";") for name, form in html5.items() if form.isascii()}
    known |= {*name2codepoint, *(name for name in html5 if not name.endswith(";"))}
    known = {name for name in known if len(html5[f"{name};"]) == 1}
    return [(name, ord(html5[f"{name};"]), name in html5) for name in sorted(known)]


def quoted(form: str) -> str:
    """A C string that no compiler can read otherwise."""
    return '"' + "".join(chr(b) if 32 <= b < 127 else f"\\{b:03o}" for b in form.encode()) + '"'


def filled(items: list[object]) -> str:
    """Items of an initializer in lines of a readable length."""
    lines, line = [], "   "
    for item in items:
        if len(line) + len(str(item)) > 97:
            lines.append(line)
            line = "   "
        line += f" {item},"
    return "\n".join([*lines, line])


def array(kind: str, name: str, items: list[object]) -> str:
    """One table."""
    return f"const {kind} {name}[] = {{\n{filled(items)}\n}};\n"


def rows(items: list[tuple[object, ...]]) -> list[object]:
    """Each tuple as an initializer."""
    return ["{" + ", ".join(map(str, item)) + "}" for item in items]


def header() -> str:
    """The whole file."""
    tables = Tables()
    index: list[object] = [*tables.index()]
    blocks: list[object] = [number for block in tables.blocks for number in block]
    phrases = [form for form, _ in pointers()]
    by_byte: list[object] = [
        next((i for i, form in enumerate(phrases) if form.encode()[0] >= byte), len(phrases))
        for byte in range(256)
    ]
    listed = [(quoted(form), int(needs)) for form, needs in pointers()]
    pairs = sorted((ord(a), ord(b), ord(c)) for (a, b), c in compositions().items())
    pairs = [pair for pair in pairs if all(is_listed(chr(point)) for point in pair)]
    named = [(quoted(name), point, int(bare)) for name, point, bare in entities()]
    return "\n".join(
        [
            f"/* Made by tools/build_tables.py from Unicode {UNICODE}; not to be edited. */",
            array("struct point", "POINTS", rows(list(tables.points))),
            array("uint16_t", "BLOCKS", blocks),
            array("uint16_t", "INDEX", index),
            f"const size_t INDEX_COUNT = {len(index)};\n",
            array("char *const", "EXPANSIONS", [quoted(form) for form in tables.expansions]),
            array("struct composition", "COMPOSITIONS", rows(list(pairs))),
            f"const size_t COMPOSITION_COUNT = {len(pairs)};\n",
            array("struct pointer", "POINTERS", [*rows(listed), "{NULL, 0}"]),
            array("uint8_t", "POINTER_FROM", by_byte),
            array("struct entity", "ENTITIES", rows(named)),
            f"const size_t ENTITY_COUNT = {len(named)};\n",
        ]
    )


if __name__ == "__main__":
    if unicodedata.unidata_version != UNICODE:
        sys.exit(f"this Python has Unicode {unicodedata.unidata_version}; use Python 3.10")
    TARGET.write_text(header(), "ascii")
