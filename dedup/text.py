"""Clean one article's text for comparison, say which rules changed it, and cut it into words.

A rule is a function ``str -> (str, count)``. Its name is also its switch in ``TextSettings`` and
its trace in ``Cleaned.steps``. The article itself is never altered.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import chain
from typing import NamedTuple

from .data.article import Cleaned
from .settings import TextSettings

PAIRED = (
    "\u3005\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
)
PAIRED += "\uf900-\ufaff\U00020000-\U0003ffff"
"""Han and kana: written without spaces, and two characters make about one word."""
QUADDED = "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese, Khmer: written without spaces in an alphabet; about four make one word."""
_SPACELESS = PAIRED + QUADDED
_ADLAM = range(0x1E944, 0x1E94B)
_MARKS = "".join(
    chr(point)
    for point in chain(range(0x300, 0x3400), range(0xA000, 0xAC00), range(0xFB00, 0xFE30), _ADLAM)
    if unicodedata.category(chr(point))[0] == "M"
)
"""Combining marks belong to the word they stand in, though ``\\w`` leaves them out: those of the
basic plane, outside of ideographs, Hangul and what is private, and of Adlam (a character class
slows down with each range beyond the basic plane)."""

_PLAIN_WORD = re.compile(r"[^\W\d]+|\d+")
_ANY_SPECIAL = re.compile(f"[{_SPACELESS}{_MARKS}]")


class _Special(NamedTuple):
    """Patterns that only texts need in which something is ``_ANY_SPECIAL``."""

    word: re.Pattern[str]
    spaceless: re.Pattern[str]
    """The first character of a run; a group where it is of those that are paired."""
    line_break: re.Pattern[str]


@cache
def _special() -> _Special:
    """Compile them once somebody asks: that takes as long as to clean a hundred texts."""
    letter = f"[^\\W\\d{_SPACELESS}]"
    return _Special(
        re.compile(f"{letter}+(?:[{_MARKS}]+{letter}*)*|\\d+|[{PAIRED}]+|[{QUADDED}]+"),
        re.compile(f"([{PAIRED}])|[{QUADDED}]"),
        re.compile(f"(?<=[{_SPACELESS}])\\s*\\n\\s*(?=[{_SPACELESS}])"),
    )


MARKS_KEPT = 8
_STACKED = re.compile(f"([{_MARKS}]{{{MARKS_KEPT}}})[{_MARKS}]+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
_POINTS = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]")
_QUOTES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u0060\u00b4\u02bc", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
)
_ANY_QUOTE = re.compile("[" + "".join(map(chr, _QUOTES)) + "]")
_LETTERS = str.maketrans(
    dict.fromkeys("\u0622\u0623\u0625\u0671", "\u0627")
    | dict.fromkeys("\u0626\u0649\u06cc\u06d0", "\u064a")
    | dict.fromkeys("\u0629\u06be\u06c0\u06c1\u06c2\u06c3\u06d5", "\u0647")
    | {"\u0624": "\u0648", "\u06a9": "\u0643", "\u06aa": "\u0643", "\u0621": ""}
    | {
        digit: str(unicodedata.decimal(digit))
        for digit in filter(str.isdecimal, map(chr, range(0x660, 0xAC00)))
    }
)
_ANY_LETTER = re.compile("[" + "".join(map(chr, _LETTERS)) + "]")
_URL = re.compile(r"(?:https?://|\bwww\.)[!-;=?-~]+", re.IGNORECASE)
_HYPHEN = re.compile(r"-(?<=[^\W\d_]-)[ \t]*\r?\n[ \t]*(?=[^\W\d_])")

_AGENCY = (
    r"(?:AP|AFP|ANI|ANSA|DPA|EFE|EPA|IANS|KUNA|PA|PTI|RIA|SPA|TASS|UPI|WAM|Xinhua|Reuters"
    r"|Getty(?: Images)?|Shutterstock|Alamy|Imagn(?: Images)?|Associated Press|Bloomberg)"
)
_CREDIT = re.compile(
    r"\((?:(?:file )?(?:photo|photograph|picture|image|foto|video)s?(?: credit| courtesy| by|:|/)"
    rf"|{_AGENCY} (?:photo|file|via)\b)[^()\n]{{0,120}}\)"
    r"|^(?:photo(?:graph)?|picture|image|foto|credit)s?(?: credit| by)?[ \t]*[:/|][^\n]{0,120}$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNED = re.compile(
    rf"(?:(?<=[.)!?] )|^)(?:[A-Z][\w.'-]+ ){{1,3}}/ ?{_AGENCY}[ \t]*$",
    re.MULTILINE,
)
_POINTER = re.compile(
    r"^[ \t>*\u2022\u00bb-]*(?:"
    r"read more|read also|also read|read next"
    r"|related (?:articles?|stor(?:y|ies)|topics?|news|coverage)"
    r"|see also|more (?:on this story|information|stories|from)|support (?:us|the|our)\b(?=[^\n]*!)"
    r"|subscribe (?:to|now|for)|sign up (?:to|for|now)|follow us|share this|click here"
    r"|advertisement"
    r"|download our app|get (?:a|your|our) daily|lire aussi|a lire|lesen sie auch|mehr zum thema"
    r"|leer m[aá]s|lea tambi[eé]n|leia (?:mais|tamb[eé]m)|leggi anche|lees ook"
    r"|l[aä]s (?:mer|ocks[aå])"
    r"|czytaj (?:te[zż]|wi[eę]cej)|читайте также|подробнее|читати також"
    r"|اقرأ أيضا|اقرأ المزيد|مزید پڑھیں"
    r"|اقرا ايضا|اقرا المزيد|مزيد پڑهيں"  # the same as unify_letters leaves them
    r"|相关阅读|阅读全文|延伸阅读|続きを読む|関連記事|อ่านต่อ|อ่านเพิ่มเติม"
    r")(?:\b|(?<=[^\x00-\x7f]))[^\n]{0,160}$",
    re.IGNORECASE | re.MULTILINE,
)


def unescape_entities(text: str) -> tuple[str, int]:
    """Turn ``&amp;`` and its kind, left behind by scraping, into what they stand for.

    >>> unescape_entities("Marks &amp; Spencer")
    ('Marks & Spencer', 1)
    """
    if "&" not in text:
        return text, 0
    plain = html.unescape(text)
    return plain, int(plain != text)


def normalize_unicode(text: str) -> tuple[str, int]:
    """Unicode NFKC: one form for letters that can be written in several; no more than
    ``MARKS_KEPT`` marks on a letter, since putting many in order takes quadratic time.

    >>> normalize_unicode("ﬁve ２０")
    ('five 20', 1)
    """
    if text.isascii():
        return text, 0
    text, stacked = _STACKED.subn(r"\1", text)
    if unicodedata.is_normalized("NFKC", text):
        return text, stacked
    return unicodedata.normalize("NFKC", text), stacked + 1


def drop_invisibles(text: str) -> tuple[str, int]:
    r"""Remove soft hyphens, zero-width characters, direction marks and variation selectors.

    >>> drop_invisibles("po\u00adlice\u200b")
    ('police', 2)
    """
    return (text, 0) if text.isascii() else _INVISIBLE.subn("", text)


def drop_points(text: str) -> tuple[str, int]:
    r"""Remove Arabic and Hebrew vowel points and the stretching tatweel, which are optional.

    >>> drop_points("مُحَمَّد")
    ('محمد', 4)
    """
    return (text, 0) if text.isascii() else _POINTS.subn("", text)


def straighten_quotes(text: str) -> tuple[str, int]:
    r"""Make curly quotes straight and every dash a hyphen.

    >>> straighten_quotes("“Russia’s” – then")
    ('"Russia\'s" - then', 4)
    """
    if text.isascii() and "`" not in text:
        return text, 0
    count = len(_ANY_QUOTE.findall(text))
    return (text.translate(_QUOTES), count) if count else (text, 0)


def unify_letters(text: str) -> tuple[str, int]:
    """One form for Arabic, Persian and Urdu letters that are typed in several; ASCII for digits of
    any script.

    >>> unify_letters("أفريقيا ١٤٠")
    ('افريقيا 140', 4)
    """
    if text.isascii():
        return text, 0
    count = len(_ANY_LETTER.findall(text))
    return (text.translate(_LETTERS), count) if count else (text, 0)


def drop_urls(text: str) -> tuple[str, int]:
    """Remove web addresses.

    >>> drop_urls("see https://example.org/a?b=1 now")
    ('see   now', 1)
    """
    if "http" not in text and "www." not in text.lower():
        return text, 0
    return _URL.subn(" ", text)


def drop_credits(text: str) -> tuple[str, int]:
    """Remove photo credits: in brackets, on a line of their own, or a name and an agency.

    >>> drop_credits("He left. (Photo credit: Jo Doe/Example)")
    ('He left.  ', 1)
    """
    text, count = _CREDIT.subn(" ", text)
    if "/" not in text:
        return text, count
    text, signed = _SIGNED.subn(" ", text)
    return text, count + signed


def drop_pointers(text: str) -> tuple[str, int]:
    r"""Remove lines that point elsewhere: "Read more", "Related article: …", "Support us!".

    >>> drop_pointers("First.\nRead more: Second\nThird.")
    ('First.\n \nThird.', 1)
    """
    return _POINTER.subn(" ", text)


def join_hyphens(text: str) -> tuple[str, int]:
    r"""Join a word that was hyphenated at the end of a line.

    >>> join_hyphens("the govern-\nment")
    ('the government', 1)
    """
    return _HYPHEN.subn("", text) if "\n" in text else (text, 0)


def join_lines(text: str) -> tuple[str, int]:
    r"""Undo hard wrapping: white space of any kind becomes one space; between characters of
    scripts without spaces a line break disappears.

    >>> join_lines("hard\nwrapped   line ")
    ('hard wrapped line', 1)
    """
    count = text.count("\n")
    if count and _is_special(text):
        text = _special().line_break.sub("", text)
    return " ".join(text.split()), count


def fold_case(text: str) -> tuple[str, int]:
    """Full Unicode case folding, and what it takes apart put together again.

    >>> fold_case("Straße")
    ('strasse', 1)
    """
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKC", folded)
    return folded, int(folded != text)


Rule = Callable[[str], tuple[str, int]]

RULES: tuple[Rule, ...] = (
    unescape_entities,
    straighten_quotes,
    normalize_unicode,
    drop_invisibles,
    drop_points,
    unify_letters,
    drop_urls,
    drop_credits,
    drop_pointers,
    join_hyphens,
    join_lines,
    fold_case,
)
"""In the order in which they run: lines matter until ``join_lines``, case until ``fold_case``."""


def clean(text: str, how: TextSettings | None = None) -> Cleaned:
    r"""Apply every rule that is switched on.

    >>> cleaned = clean("Support The Gazette!\n\nThe Mayor’s of-\nfice\nagreed.")
    >>> cleaned.text
    "the mayor's office agreed."
    >>> cleaned.steps[:3]
    (('straighten_quotes', 1), ('drop_pointers', 1), ('join_hyphens', 1))
    """
    how = how or TextSettings()
    steps = []
    for rule in RULES:
        if getattr(how, rule.__name__):
            text, count = rule(text)
            if count:
                steps.append((rule.__name__, count))
    return Cleaned(text, tuple(steps))


def words(cleaned: str) -> list[str]:
    """Cut clean text into words: runs of Unicode letters and marks, and runs of digits.

    Runs of a script without spaces become overlapping pairs of characters (Han, kana) or
    overlapping fours (Thai, Lao, Burmese, Khmer); the choice is made per run.

    >>> words("don't stop, 14th: 北京时间")
    ['don', 't', 'stop', '14', 'th', '北京', '京时', '时间']
    """
    if not _is_special(cleaned):
        return _PLAIN_WORD.findall(cleaned)
    runs = _special().word.findall(cleaned)
    return list(chain.from_iterable(map(_split_run, runs)))


def has_words(cleaned: str) -> bool:
    """Whether ``words`` would find any.

    >>> has_words("– ?! –")
    False
    """
    if _PLAIN_WORD.search(cleaned):
        return True
    return _is_special(cleaned) and _special().word.search(cleaned) is not None


def starts(cleaned: str) -> list[int]:
    """Where each of ``words(cleaned)`` begins.

    >>> starts("don't 北京时间")
    [0, 4, 6, 7, 8]
    """
    if not _is_special(cleaned):
        return [match.start() for match in _PLAIN_WORD.finditer(cleaned)]
    return [
        match.start() + i
        for match in _special().word.finditer(cleaned)
        for i in range(len(_split_run(match.group())))
    ]


def _is_special(text: str) -> bool:
    """Whether there are marks in it, or characters of a script without spaces."""
    return not text.isascii() and _ANY_SPECIAL.search(text) is not None


def _split_run(run: str) -> list[str]:
    """One run as words: itself where the script has spaces, else its overlapping pairs or fours."""
    start = _special().spaceless.match(run)
    if not start:
        return [run]
    size = 2 if start[1] else 4
    return [run[i : i + size] for i in range(max(1, len(run) - size + 1))]
