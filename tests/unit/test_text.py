"""Cleaning: each rule has one name, a switch and a trace; words are cut by script."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, replace

import pytest

from dedup.settings import TextSettings
from dedup.text import PAIRED, QUADDED, RULES, clean, starts, words

SHOWN = {
    "unescape_entities": "Marks &amp; Spencer",
    "normalize_unicode": "２０ ships ｈｔｔｐｓ://example.org/a",
    "drop_invisibles": "po\u00adlice",
    "drop_points": "مُحَمَّد",
    "unify_letters": "أفريقيا",
    "straighten_quotes": "“so”",
    "drop_urls": "see https://example.org/a",
    "drop_credits": "He left. (Photo: Jo Doe)",
    "drop_pointers": "First.\nRead more: Second",
    "join_hyphens": "govern-\nment",
    "join_lines": "hard\nwrapped",
    "fold_case": "Storm",
}
"""A text that the rule changes."""
SPACELESS = re.compile(f"[{PAIRED}{QUADDED}]")
"""Letters and marks of scripts without spaces, of which words are cut otherwise."""
OFF = TextSettings(**{field.name: False for field in fields(TextSettings)})


def test_marks_belong_to_their_word() -> None:
    """Every mark of the basic plane, also of a Unicode that is newer than the code."""
    marks = [chr(at) for at in range(0x10000) if unicodedata.category(chr(at)).startswith("M")]
    parted = [mark for mark in marks if words(f"a{mark}b") != [f"a{mark}b"]]
    assert [mark for mark in parted if not SPACELESS.fullmatch(mark)] == []


def test_rules_and_switches_have_the_same_names() -> None:
    """No rule without a switch, no switch without a rule, and a text that shows each."""
    names = [rule.__name__ for rule in RULES]
    assert len(set(names)) == len(names)
    assert set(names) == {field.name for field in fields(TextSettings)} == set(SHOWN)


@pytest.mark.parametrize("name", SHOWN)
def test_a_rule_alone(name: str) -> None:
    """Switched on alone, it changes its text and leaves its name."""
    cleaned = clean(SHOWN[name], replace(OFF, **{name: True}))
    assert cleaned.text != SHOWN[name]
    assert [rule for rule, _ in cleaned.steps] == [name]


@pytest.mark.parametrize("name", SHOWN)
def test_all_rules_but_one(name: str) -> None:
    """Switched off alone, it leaves no name, and its text comes out otherwise."""
    cleaned = clean(SHOWN[name], replace(TextSettings(), **{name: False}))
    assert name not in dict(cleaned.steps)
    assert cleaned.text != clean(SHOWN[name]).text


@pytest.mark.parametrize("raw", SHOWN.values())
def test_without_rules_nothing_happens(raw: str) -> None:
    """Every switch off is no cleaning at all."""
    assert clean(raw, OFF).text == raw
    assert clean(raw, OFF).steps == ()


def test_a_rule_that_does_not_apply_changes_nothing() -> None:
    """Plain clean text passes every rule unharmed, and no rule claims a count."""
    plain = "the harbour was closed on monday after a storm, the port authority said."
    assert [(rule(plain)) for rule in RULES] == [(plain, 0)] * len(RULES)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("... — !?", []),
        ("don't 3rd", ["don", "t", "3", "rd"]),
        ("北", ["北"]),
        ("北京时间", ["北京", "京时", "时间"]),
        ("iphone很好用", ["iphone", "很好", "好用"]),
        ("สะ", ["สะ"]),
        ("สะพาน", ["สะพา", "ะพาน"]),
        ("ทรายสะ7", ["ทราย", "รายส", "ายสะ", "7"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("한국 뉴스", ["한국", "뉴스"]),
        ("ひらカタ", ["ひら", "らカ", "カタ"]),
    ],
)
def test_words_by_script(text: str, cut: list[str]) -> None:
    """The choice is made for each run of text, without settings."""
    assert words(text) == cut
    assert len(starts(text)) == len(cut)


def letters() -> list[str]:
    """Every letter of the basic plane that has an upper case of its own."""
    every = map(chr, range(0x80, 0xD800))
    return [c for c in every if unicodedata.category(c) == "Ll" and c.upper() != c]


TOLD_APART = {
    "ı",  # its upper case is that of another letter, in any language but Turkish
    "ŉ",  # NFKC makes an apostrophe and n of it, when the quotes have been straightened already
}
"""Unicode itself advises against the second."""


def shouted_otherwise() -> list[str]:
    """Letters whose upper case does not come out as they do."""
    return [c for c in letters() if clean(f"a{c}a").text != clean(f"a{c}a".upper()).text]


def test_shouting_is_the_same_text() -> None:
    """Folding takes some letters apart; the same word must come out in one form."""
    assert set(shouted_otherwise()) == TOLD_APART
