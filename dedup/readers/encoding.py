"""How bytes become text: by byte order mark, as told, as UTF-8, or by a guess that is reported."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

SAMPLE_BYTES = 1 << 16
"""A guess looks at this much, and then has to hold for all of it."""
WEB_ENCODINGS = [
    "big5hkscs", "cp866", "cp874", "cp949", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1257", "cp1258", "euc_jp", "gb18030", "iso8859_2", "iso8859_3",
    "iso8859_4", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8", "iso8859_10", "iso8859_13",
    "iso8859_14", "iso8859_15", "iso8859_16", "iso2022_jp", "koi8_r", "koi8_u", "mac_cyrillic",
    "mac_roman", "cp932",
]  # fmt: skip
"""What texts on the web are written in, by the Encoding Standard; nothing else is guessed."""

_USUAL = ("cp1252",)

_HIGH = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and what a person should know of how it was read; empty where all was plain."""

    text: str
    remark: str = ""


def marked(raw: bytes) -> tuple[str, int]:
    r"""Tell the encoding by byte order mark, and the length of the mark in bytes.

    >>> marked(b"\xff\xfea\x00"), marked(b"plain")
    (('utf-16-le', 2), ('utf-8', 0))
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding, len(mark)
    return "utf-8", 0


def wide(head: bytes) -> str:
    r"""Name UTF-16 or UTF-32 where the beginning of a text shows it, with a mark or without one.

    Without one it takes zeros in every second byte, as text in Latin letters has.

    >>> wide("news".encode("utf-16-le")), wide(b"news"), wide(b"a\0\0\0" * 9)
    ('utf-16-le', '', 'utf-32-le')
    """
    encoding, length = marked(head)
    if length:
        return encoding if encoding != "utf-8" else ""
    sample = head[: len(head) & ~3][:4096] or head[: len(head) & ~1]
    if b"\0" not in sample:
        return ""
    zeros = [sample[at::4].count(0) * 4 >= 3 * len(sample[at::4]) > 0 for at in range(4)]
    found = {
        (False, True, True, True): "utf-32-le",
        (True, True, True, False): "utf-32-be",
        (False, True, False, True): "utf-16-le",
        (True, False, True, False): "utf-16-be",
    }
    return found.get((zeros[0], zeros[1], zeros[2], zeros[3]), "")


def decode(raw: bytes) -> str:
    r"""Give the text of ``raw`` by its mark or as UTF-8; the ValueError names the first bad byte.

    >>> decode(b"\xef\xbb\xbfcaf\xc3\xa9")
    'café'
    >>> decode(b"ok \xe9")
    Traceback (most recent call last):
    ValueError: byte 3 is not UTF-8
    """
    encoding, start = marked(raw)
    return _strict(raw, encoding, start)


def read(raw: bytes, told: str = "") -> Decoded:
    r"""Give the text of ``raw``: by mark, as told, as UTF-8, and else by a guess, with a remark.

    Raises ValueError where the bytes contradict their mark or what was told, and where they are
    no text at all.

    >>> read("Zürich, Köln und Wien".encode("cp1252"), "cp1252").text
    'Zürich, Köln und Wien'
    >>> read("Köln, Zürich – \N{SNOWMAN}".encode() + b"\xff").remark
    'byte 22 is not UTF-8; 1 byte was replaced'
    """
    encoding, start = marked(raw)
    if start or told:
        return Decoded(_strict(raw, encoding if start else told, start))
    if b"\0" in raw and (unmarked := wide(raw)):
        return Decoded(_strict(raw, unmarked), f"read as {shown(unmarked)} without its mark")
    try:
        return Decoded(raw.decode())
    except UnicodeDecodeError as error:
        return _guessed(raw, error.start)


def strict(raw: bytes, encoding: str = "utf-8") -> str | None:
    """Give the text if every byte of it is right, else None."""
    try:
        return raw.decode(encoding)
    except (UnicodeError, ValueError):
        return None


def _strict(raw: bytes, encoding: str, start: int = 0) -> str:
    """Decode or say which byte, counted from 0, is wrong."""
    try:
        return raw[start:].decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {start + error.start} is not {shown(encoding)}") from None


def shown(encoding: str) -> str:
    """Write an encoding's name as people do.

    >>> shown("utf-16-le"), shown("cp1251"), shown("koi8_r")
    ('UTF-16', 'windows-1251', 'KOI8-R')
    """
    name = encoding.upper().replace("_", "-")
    name = re.sub(r"^(UTF-(?:16|32))-[LB]E$", r"\1", name)
    return re.sub(r"^CP(125\d)$", r"windows-\1", name)


def _guessed(raw: bytes, bad: int) -> Decoded:
    """Decode bytes that are not UTF-8, of which ``bad`` is the first wrong one."""
    if b"\0" in raw:
        raise ValueError(f"byte {bad} is not UTF-8, and there are zeros as in no other text")
    repaired = raw.decode("utf-8", "replace")
    replaced = _wrong(raw)
    encoding = "" if _mostly_utf8(raw, replaced) else _likely(raw[:SAMPLE_BYTES])
    if encoding:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:  # the sample was cut inside a character, or is not like the rest
            text = ""
        if text:
            return Decoded(text, f"byte {bad} is not UTF-8; read as {shown(encoding)}, a guess")
    count = f"{replaced:,} byte{'s were' if replaced > 1 else ' was'}"
    return Decoded(repaired, f"byte {bad} is not UTF-8; {count} replaced")


def _wrong(raw: bytes) -> int:
    """Count the bytes that no UTF-8 has."""
    return sum("\udc80" <= char <= "\udcff" for char in raw.decode("utf-8", "surrogateescape"))


def _mostly_utf8(raw: bytes, wrong: int) -> bool:
    """Whether this is UTF-8 with a few wrong bytes: other encodings hold it by accident only."""
    high = sum(len(run) for run in _HIGH.findall(raw))
    return high - wrong > 3 * wrong


def _likely(sample: bytes) -> str:
    """Ask charset-normalizer, which knows how letters follow each other in each language."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=WEB_ENCODINGS, enable_fallback=False).best()
    if not best:
        return ""
    alike = best.could_be_from_charset  # those that give the same text; the usual name is told
    return min(alike, key=lambda one: (one not in _USUAL, one != best.encoding, one))
