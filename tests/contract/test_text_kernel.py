"""The native text kernel: what it does is what the Python rules do, bit for bit, or is declined."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from runpy import run_path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import text as text_rules
from dedup.shingle import hash_words
from dedup.term import stem
from dedup.text import clean, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

native = pytest.importorskip("dedup.kernels._native")

Row = tuple[list[str], list[int], list[int], list[bool], str]
"""Words, hashes, stems, whether each word is a number, and the clean text."""

U8, U64 = np.uint8, np.uint64
KINDS = (np.uint32, np.int64, U8, np.int64, U8, U64, U64, U8, U8, np.int64)


def cut(texts: list[str]) -> list[Row | None]:
    """What the kernel gives for each text, None where it declines."""
    columns: list[Any] = [
        np.frombuffer(column, kind)
        for column, kind in zip(native.cut_texts(texts), KINDS, strict=True)
    ]
    found, offsets, plain, ends, done, hashes, stems, marks, letters, borders = columns
    spelled = [bytes(letters[a:b]).decode() for a, b in pairwise(borders.tolist())]
    assert all(word.endswith(" ") for word in spelled)
    assert (borders[0], borders[-1]) == (0, len(letters))
    assert len(offsets) == len(texts) + 1
    assert offsets[0] == 0
    assert len(found) == offsets[-1]
    assert len(hashes) == len(stems) == len(marks) == len(set(spelled)) == len(spelled)
    assert set(found.tolist()) == set(range(len(hashes)))
    rows: list[Row | None] = []
    for i in range(len(texts)):
        part = found[offsets[i] : offsets[i + 1]]
        numbers = marks[part].astype(bool).tolist()
        mine = [spelled[word][:-1] for word in part.tolist()]
        text = bytes(plain[ends[i] : ends[i + 1]]).decode()
        rows.append((mine, hashes[part].tolist(), stems[part].tolist(), numbers, text))
        if not done[i]:
            assert rows.pop() == ([], [], [], [], "")
            rows.append(None)
    return rows


def expected(text: str) -> Row:
    """What the Python rules give; the clean text holds no newline, so that it hashes as a word."""
    cleaned = clean(text).text
    found = words(cleaned)
    hashes, stems = (hash_words([part]).values.tolist() for part in (found, stem(found)))
    return found, hashes, stems, [word.isdigit() for word in found], cleaned


def assert_same(text: str, *, done: bool = False) -> None:
    """One text comes out as the rules say, or is declined where that is allowed."""
    (row,) = cut([text])
    assert row is not None or not done
    if row is not None:
        assert row == expected(text)


ASCII = [
    "",
    " \t\r\n\x0b\x0c\x1c\x1f ",
    "Storm",
    "Don't stop, 14th: a_b _ 3rd X9y",
    "hard\nwrapped   line \n",
    "nul\x00byte \x00 and\x7f",
    "the govern-\nment, twenty-\r\n \tone; 4-\n5 a-\n5 _-\nb x- \t\n y a--\nb a-\n\nb -\nb a-\n",
    "a-\nb-\nc",
    "`quoted`",
    "R & D, this & that; A &; &",
    "see https://example.org/a?b=1 now HTTP://X.org http:// https://",
    "SEE HTTP://X.ORG",
    "www.a.b Www.c www. awww.d www.www.e (www.f) <http://g>x www.http://h httpshttp://i",
    "He left. (Photo credit: Jo Doe/Example) (AFP via Getty) (FILE PHOTO: x) (photosynthesis: x)",
    "(photo by x\ny) (image: " + "x" * 120 + ") (image: " + "x" * 121 + ") (photo: (foto: a))",
    "Photo: Jo\nphotos by : x\nphoto\nPicture credit/" + "y" * 120 + "\nimage|" + "y" * 121,
    "(Getty Images photo) (AP photograph) (AP photo_) (AP file(x) (Reuters via)",
    "He left. Jo Doe/AP\nJo Doe / AP\nHe left. Jo Doe / Getty Images \t\nJo / AP now",
    "Ann Bob Cy Jo Doe / AP\nAnn! Bob Cy Jo / AP\njo Doe / AP\nJ Doe / AP",
    "He left. X Doe-O'B. / AP\nHe left. Xy Doe-O'B. / AP",
    "First.\nRead more: Second\nThird.",
    "read more"
    + "z" * 161
    + "\n > * - Read More"
    + " z" * 80
    + "\nread mores\nread more_\nREAD NEXT",
    "Support us\nSupport our work!\nsupport the\tpaper !\nsupport usa!",
    "related articles\nadvertisements",
    "x" * 5000 + " " + "ab12_" * 700 + " end",
    "word " * 3000,
    "a1" * 5000,
]


@pytest.mark.parametrize("text", ASCII, ids=lambda text: repr(text[:24]))
def test_ascii_case(text: str) -> None:
    """Cases at the borders of every rule."""
    assert_same(text, done=True)


def test_a_word_of_a_megabyte() -> None:
    """No word is too long."""
    assert_same("x" * 2**20 + " y", done=True)


def test_rows_of_a_batch_stay_apart() -> None:
    """A batch gives what its texts give one by one."""
    texts = [*ASCII, "\ud800", *reversed(ASCII)]
    assert cut(texts) == [row for text in texts for row in cut([text])]
    assert cut([]) == []


def test_lone_surrogates_are_declined() -> None:
    """They have no UTF-8."""
    assert cut(["a\ud800b"]) == [None]


def test_only_lists_of_str() -> None:
    """Anything else is an error, not a crash."""
    for bad in (("a",), [b"a"], [None], "a", None):
        with pytest.raises(TypeError):
            native.cut_texts(bad)


PIECES = [
    "a", "B", "9", "_", " ", "\n", "\r", "\t", "-", "- ", "\x00", "\x1f", "`", "'", "&", "(", ")",
    "/", "|", ":", ".", "!", "http", "HTTPS", "://", "www.", "WwW.", "x.y", "<", ">", "*",
    "(photo", "file ", "Photo", "photograph", "picture", "s", " credit", " by", " via ", "AP",
    "Getty", " Images", " Images photo", "AFP photo", "Jo ", "Doe ", "/ ", "Reuters",
    ". Jo Doe / AP",
    "read more", "Related stor", "ies", "y", "support the", "support our", "Leer mas", "x" * 119,
    "y" * 160, "the ", "govern-\nment ", "word", "\n\n", " \n ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_pieces_of_ascii(text: str) -> None:
    """What the rules look for, in any order."""
    assert_same(text, done=not re.search("&(?! )", text))


@given(st.text(st.characters(max_codepoint=127)))
def test_any_ascii(text: str) -> None:
    """Every ASCII text without a reference is done."""
    assert_same(text, done="&" not in text)


def batches(points: Iterable[int], size: int) -> Iterator[list[str]]:
    """Characters that the kernel knows, some at a time."""
    known = [chr(p) for p in points if not 0xD800 <= p < 0xE000]
    known = [c for c, row in zip(known, cut(known), strict=True) if row is not None]
    return (known[at : at + size] for at in range(0, len(known), size))


@pytest.mark.parametrize(
    ("first", "last", "step"),
    [(0, 0x2FFF, 1), (0x3000, 0xFFFF, 1), (0x10000, 0x1FFFF, 1), (0x20000, 0x3FFFF, 7)],
)
def test_every_character_that_is_known(first: int, last: int, step: int) -> None:
    """Alone, in and behind a word, doubled: on this Python as on the one that made the tables."""
    seen = 0
    for some in batches(range(first, last + 1, step), 64):
        seen += len(some)
        text = " ".join(f"x{c}y {c}{c} 7{c}7 国{c}" for c in some)
        if cut([text]) != [expected(text)]:
            for c in some:
                assert_same(f"x{c}y {c}{c} 7{c}7 国{c}")
    assert seen > 1000


def test_every_character_beyond_the_tables_is_declined() -> None:
    """Nothing is guessed about characters that were not there when the tables were made."""
    new = [chr(p) for p in range(0x110000) if unicodedata.category(chr(p)) in ("Cn", "Cs")]
    assert {row for row in cut(new) if row is not None} == set()


SCRIPTS = [
    "❶ ❶❷x ፩ ² ①",
    "“Don’t” – Müller’s Straße, ΑΘΉΝΑ ΣΟΦΊΑΣ, Москва и Её, İstanbul'un ıssız IĞDIR",
    "ﬁve ２０ ½ … № ™ Å ① ⅔ ﷲ K",
    "Tiếng Viê\u0323t e\u0301 E\u0302\u0301 a\u0323\u0302 n\u0303o \u0301x Å\u0301 \u1100\u1161",
    "مُحَمَّد أفريقيا ١٤٠ آباد ا\u0653باد ؤ و\u0654 هُنا کیا ۀ پاکستان\u200cها",
    "שָׁלוֹם עֲלֵיכֶם שׁ",
    "北京时间10点，iPhone很好用。\n第二行 \n 接着 ひらがなカタカナ ｶﾀｶﾅ が か\u3099",
    "国\nabc\n国\n\n国 国\u3000国 \u2028国",
    "สะพานข้ามแม่น้ำ ทรายสะ7 กา\nกา ก a\u0e34b ๑๒",
    "हिन्दी में ज़ ज\u093c न\u093c क\u093c १२ বাংলা কো ক\u09c7\u09be தமிழ் கொ ಕನ್ನಡ",
    "한국 뉴스 서울특별시",
    "ສະບາຍດີ မြန်မာ ភាសាខ្មែរ ქართული አማርኛ Հայերեն",
    "po\u00adlice \u200bx\u200d\ufeffy 😀👍🏽 ⚡️ \ue000 \ufffd",
    "x\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "x" + "\u0301" * 9 + " y" + "\u0336" * 8 + " z" + "\u0336" * 9,
    "ß\u0301 İ\u0301 İ\u0323 ŉ\u0301 ﬁ\u0301 ΐ\u0301 Ａ\u0301",
    "x\u0323\u0336 x\u0336\u0323 q\u0307\u0323 q\u0323\u0307 é\u0323 ạ\u0302 \u0345 α\u0345",
    "see http://ı.İ/xı http://é www.é éwww.a.b «www.a.b»",
    "ADVERTİSEMENT\nadvertısement\nLEİA MAİS x\nSİGN UP TO\n(PİCTURE: ı)\nVıdeo: x",
    "Leer más: ñ\n\u2022 LEER MÁS\nTambién\nLeia também\nLäs också: y\nLÄS OCKSÅy",
    "czytaj więcej\nCZYTAJ TEŻ",
    "Читайте также: x\nПОДРОБНЕЕ\nчитати також\nПодробнееx\n相关阅读：x\n続きを読むx\nอ่านต่อ",
    "اقرأ المزيد\nمزید پڑھیں",
    "Jo Żak / AP\nÉva Doe / AP\n“Yes.” Jo Müller / Reuters\n– Jo Doé/ PA",
    "é-\nx x-\né 国-\n国 é- \r\n\t é é-\n9 é-\n_",
    "(Photo: “é”) (image: " + "é" * 120 + ") (image: " + "é" * 121 + ") Foto: é",
    "\u0085x\u00a0y\u1680z\u2003\u202f\u205f\u3000 \x1c",
    "é &amp; &eacute;&eacute; &apos;&#39;&nbsp;&#8217;&hellip;",
    "&lt;b&gt; AT&T R&D &ampx &notit; &copy",
    "&amp;amp; &#x41; &#0; &#128; &bogus; &a; &#xD800; &#99999999999; &# &#; &#x; &é; &;",
    "&NewLine;read more&Tab;x&NewLine; &fjlig; govern-&NewLine;ment &"
    + "x" * 40
    + "; &ac; &acute;e",
]


@pytest.mark.parametrize("text", SCRIPTS, ids=lambda text: ascii(text[:12]))
def test_script_case(text: str) -> None:
    """Cases at the borders of what is known of each script; piece by piece, too."""
    assert_same(text)
    for line in text.split("\n"):
        assert_same(line)
        for word in line.split(" "):
            assert_same(word)


@pytest.mark.parametrize("form", ["&#{};", "&#{} ", "&#x{:x};", "&#X{:X}g"])
def test_references_to_characters(form: str) -> None:
    """By numbers of either base, those of windows-1252 included; any that browsers refuse."""
    numbers = [*range(0x180), 0x2019, 0x20AC, 0xD7FF, 0xD800, 0xFDD0, 0xFFFF, 0x1F600, 0x110000]
    for number in numbers:
        assert_same(f"a{form.format(number)}b")
    assert_same(form.format(0x20AC), done=True)


@pytest.mark.parametrize("text", SCRIPTS[1:5:3])
def test_what_newspapers_print_is_done(text: str) -> None:
    """The kernel would be of no use if it declined these."""
    assert_same(text.replace("\u0653", ""), done=True)


MARKS = "\u0301\u0302\u0323\u0307\u0336\u0345\u0308\u064b\u0651\u0653\u0654\u0655\u05b7\u05c1\u093c"
MIXED = st.sampled_from([*"aAeiouIİıßΣςéÉạêậỆЯї", *MARKS, *"اآأؤوئيىۀہةء٣ـ", *"国語カがｶﾞ한글"])
MIXED |= st.sampled_from([*"กะิา๑", *"कनज़\u094d", *"\u09c7\u09be\u0bc6\u0bbe"])
MIXED |= st.sampled_from([*"\u200d\ufe0f\u00ad\u3000"])
MIXED |= st.sampled_from([*"“’–…½ﬁ№ ", *" \n-.!/()", "&amp;", "&#233;", "http://", "www.", "-\n"])
MIXED |= st.sampled_from(["\nLeer más", "\nПодробнее", "\nอ่านต่อ", "(foto: ", "Jo É / AP\n"])


@given(st.lists(MIXED, max_size=14).map("".join))
def test_any_mixture(text: str) -> None:
    """Scripts, marks, references and phrases in any order."""
    assert_same(text)


STRETCHES = st.sampled_from(["The storm shut", " the  port on\n12 March", "a_b 14th  of\x1c\t it"])


@given(st.lists(MIXED | STRETCHES, max_size=14).map("".join))
def test_stretches_of_ascii_in_any_mixture(text: str) -> None:
    """They go on with a word, end in one, or stand beside a script without spaces."""
    assert_same(text)


TOOL = Path(__file__).parents[2] / "tools" / "build_tables.py"
with_sources = pytest.mark.skipif(not TOOL.exists(), reason="the tool stands beside the sources")


@with_sources
def test_the_tables_are_those_of_the_rules() -> None:
    """A pointer that ``text.py`` learns must be learned by the tables as well."""
    tool = run_path(str(TOOL))
    written = (TOOL.parents[1] / "dedup" / "kernels" / "tables.h").read_text("ascii")
    for form, needs in tool["pointers"]():
        assert f"{{{tool['quoted'](form)}, {int(needs)}}}" in written


@with_sources
def test_every_agency_is_known() -> None:
    """An agency that ``text.py`` learns must be learned by the kernel as well."""
    tool = run_path(str(TOOL))
    agencies = tool["expand"](tool["parser"].parse(text_rules._AGENCY))
    assert len(agencies) > 20
    for agency in agencies:
        shown = (
            f"He left. ({agency} photo) ({agency}) ({agency.upper()} via x)\nJo Doe / {agency}\n"
        )
        assert_same(shown, done=True)


def test_every_rule_is_known() -> None:
    """A rule that is added or moved has to be added or moved in the kernel."""
    assert " ".join(rule.__name__ for rule in text_rules.RULES) == (
        "unescape_entities straighten_quotes normalize_unicode drop_invisibles drop_points "
        "unify_letters drop_urls drop_credits drop_pointers join_hyphens join_lines fold_case"
    )


@given(st.text())
def test_any_text(text: str) -> None:
    """Done right or declined."""
    assert_same(text)
