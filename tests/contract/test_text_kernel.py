"""The native text kernel: what it does is what the Python rules do, bit for bit, or is declined."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels
from dedup.shingle import hash_words
from dedup.term import stem
from dedup.text import clean, words

native = pytest.importorskip("dedup.kernels._native")

Row = tuple[list[int], list[int], int]
"""Hashes, stems and digest of one text."""

KINDS = (np.uint64, np.uint64, np.int64, np.uint64, np.uint8)


def cut(texts: list[str]) -> list[Row | None]:
    """What the kernel gives for each text, None where it declines."""
    columns: list[Any] = [
        np.frombuffer(column, kind)
        for column, kind in zip(native.cut_texts(texts), KINDS, strict=True)
    ]
    hashes, stems, offsets, digests, done = columns
    assert len(offsets) == len(texts) + 1
    assert offsets[0] == 0
    assert len(hashes) == len(stems) == offsets[-1]
    rows: list[Row | None] = []
    for i in range(len(texts)):
        part = slice(offsets[i], offsets[i + 1])
        rows.append((hashes[part].tolist(), stems[part].tolist(), int(digests[i])))
        if not done[i]:
            assert rows.pop() == ([], [], 0)
            rows.append(None)
    return rows


def expected(text: str) -> Row:
    """What the Python rules give; the clean text holds no newline, so that it hashes as a word."""
    cleaned = clean(text).text
    found = words(cleaned)
    digest = hash_words([[cleaned]]).values.tolist()[0]
    return hash_words([found]).values.tolist(), hash_words([stem(found)]).values.tolist(), digest


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
    "Ann Bob Cy Jo Doe / AP\nAnn! Bob Cy Jo / AP\njo Doe / AP\nJ Doe / AP\nHe left. X Doe-O'B. / AP",
    "First.\nRead more: Second\nThird.",
    "read more"
    + "z" * 161
    + "\n > * - Read More"
    + " z" * 80
    + "\nread mores\nread more_\nREAD NEXT",
    "Support us\nSupport our work!\nsupport the\tpaper !\nsupport usa!\nrelated articles\nadvertisements",
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
    "Getty", " Images", " Images photo", "AFP photo", "Jo ", "Doe ", "/ ", "Reuters", ". Jo Doe / AP",
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


@given(st.text())
def test_any_text(text: str) -> None:
    """Done right or declined."""
    assert_same(text)
