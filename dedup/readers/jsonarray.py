"""A JSON array of objects, or objects one after another: each element is cut out and read alone."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, BinaryIO

from ..data.article import Skipped
from . import document
from .opening import some
from .record import BadRecordError, Row, gather
from .source import CorruptError, Found, ReadSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK_BYTES = 1 << 20
_ANY_LENGTH = 1 << 62
_OPENING = {b"{", b"[", b'"'}
_SPACE = re.compile(rb"[ \t\r\n\x1e]*")
_MARK = re.compile(rb'["{}\[\]]')
_INSIDE = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.S)
_SCALAR = re.compile(rb"[^,\]\s]*")


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Found]:
    """Give each element, numbered from 1, since several may stand on one line.

    A fault inside an element is that element's alone; a fault between elements ends the reading
    with CorruptError, since nobody can say where the next one begins.

    >>> import io
    >>> array = b'[{"text": "Storm."}, {"text": 5}]'
    >>> article, skipped = read(io.BytesIO(array), "a.json", ReadSettings())
    >>> article.address, skipped.why
    ('a.json:1', 'field text is a number, not a string')
    """
    met = False
    for one in gather(_rows(stream, path, how, line), path, how):
        met = True
        yield one
    if line is not None and not met:
        yield Skipped(f"{path}:{line}", "E303", "there is no such record")


def _rows(stream: BinaryIO, path: str, how: ReadSettings, wanted: int | None) -> Iterator[Row]:
    """Give each element parsed; one that is too long is never held."""
    longest = how.limits.line_bytes
    for number, raw in enumerate(elements(stream, longest), 1):
        if wanted in (None, number):
            address = f"{path}:{number}"
            if raw is None:
                why = f"record longer than {longest:,} bytes"
                yield Row(address, bad=BadRecordError("E305", why))
            else:
                yield document.row(raw, address, how)
        if number == wanted:
            return


def pieces(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Give the bytes of each element with its number, and between them what lies there as 0.

    >>> import io
    >>> list(pieces(io.BytesIO(b'[{}, {"a": 1} ]')))
    [(0, b'['), (1, b'{}'), (0, b', '), (2, b'{"a": 1}'), (0, b' ]')]
    """
    cursor = _Cursor(source)
    for number, raw in enumerate(_elements(cursor, _ANY_LENGTH), 1):
        yield 0, cursor.gap()
        yield number, raw or b""
    yield 0, cursor.gap()


def elements(stream: BinaryIO, longest: int) -> Iterator[bytes | None]:
    """Give the bytes of each element; None for one that is longer than ``longest`` bytes."""
    return _elements(_Cursor(stream), longest)


def _elements(cursor: _Cursor, longest: int) -> Iterator[bytes | None]:
    """Move on from element to element."""
    if not cursor.passed(b"["):
        while cursor.next():
            yield cursor.value(longest)
        return
    if not cursor.passed(b"]"):
        yield cursor.value(longest)
        while cursor.passed(b","):
            yield cursor.value(longest)
        if not cursor.passed(b"]"):
            raise cursor.broken("',' or ']' expected")
    if cursor.next():
        raise cursor.broken("something follows the array")


class _Cursor:
    """A place in a stream of JSON, and just as much of the stream as is needed."""

    def __init__(self, stream: BinaryIO) -> None:
        """Begin behind the byte order mark."""
        self._stream = stream
        first = some(stream, _BLOCK_BYTES)
        self._block = first.removeprefix(codecs.BOM_UTF8)
        self._gap = [first[: len(first) - len(self._block)]]
        self._at = 0
        self._before = 0  # bytes of blocks that were let go
        self._depth = 0
        self._inside = False

    def broken(self, what: str) -> CorruptError:
        """Say what is wrong at this place."""
        end = "JSON ends early" if not self.next() else "JSON is broken"
        return CorruptError("E307", f"{end} at byte {self._before + self._at:,}: {what}")

    def next(self) -> bytes:
        """Give the next byte that is no space, without passing it; empty at the end."""
        while True:
            space = _SPACE.match(self._block, self._at)
            if space and space.end() > self._at:
                self._gap.append(space[0])
                self._at = space.end()
            if self._at < len(self._block) or not self._more():
                return self._block[self._at : self._at + 1]

    def passed(self, mark: bytes) -> bool:
        """Pass the mark, if it is the next byte."""
        if self.next() != mark:
            return False
        self._at += 1
        self._gap.append(mark)
        return True

    def gap(self) -> bytes:
        """Give what was passed since the last call, values left out."""
        passed, self._gap = b"".join(self._gap), []
        return passed

    def value(self, longest: int) -> bytes | None:
        """Pass one value and give its bytes; None if it is too long to be held."""
        nested = self.next() in _OPENING
        self._depth, self._inside = 0, False
        pieces: list[bytes] = []
        held = 0
        done = False
        while not done:
            start = self._at
            done = self._to_close() if nested else self._to_end()
            held += self._at - start
            if held <= longest:
                pieces.append(self._block[start : self._at])
            else:
                pieces.clear()
            if not done and not self._more():
                if nested:
                    raise self.broken("a value is not closed")
                break
        if not held:
            raise self.broken("a value expected")
        return b"".join(pieces) if held <= longest else None

    def _to_end(self) -> bool:
        """Go on in a number or a name, and tell whether it ends in this block."""
        run = _SCALAR.match(self._block, self._at)
        self._at = run.end() if run else self._at
        return self._at < len(self._block)

    def _to_close(self) -> bool:
        """Go on in an array, an object or a string, and tell whether it closes in this block."""
        while self._at < len(self._block):
            if self._inside:
                run = _INSIDE.match(self._block, self._at)
                self._at = run.end() if run else self._at
                if self._block[self._at : self._at + 1] != b'"':
                    return False  # the block ends here, or with half an escape
                self._at += 1
                self._inside = False
            else:
                mark = _MARK.search(self._block, self._at)
                self._at = mark.end() if mark else len(self._block)
                if mark is None:
                    return False
                self._inside = mark[0] == b'"'
                self._depth += (mark[0] in b"{[") - (mark[0] in b"}]")
            if self._depth <= 0 and not self._inside:
                return True
        return False

    def _more(self) -> bool:
        """Read on; what was passed is let go."""
        fresh = some(self._stream, _BLOCK_BYTES)
        self._before += self._at
        self._block = self._block[self._at :] + fresh
        self._at = 0
        return bool(fresh)
