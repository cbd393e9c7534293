"""Files as streams: regular ones as long as they are when opened, pipes in full blocks."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import tempfile
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from .source import CorruptError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .limits import Limits

STDIN = "-"
BLOCK_BYTES = 1 << 18


class Steady(io.RawIOBase):
    """A file that neither grows nor shrinks while it is read, and never gives half a block.

    A regular file is read up to the size it had when it was opened, so that one that is being
    written to comes to an end; one that has become shorter raises CorruptError.
    """

    def __init__(self, path: str) -> None:
        """Open; raises OSError for what is missing, shut, or a device, which would never end."""
        super().__init__()
        if path == STDIN:
            self._inner = io.FileIO(0, closefd=False)
        else:
            mode = os.stat(path).st_mode
            if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
                raise OSError(errno.EINVAL, "a device, not a file")
            self._inner = io.FileIO(path)
        self._before = os.fstat(self._inner.fileno())
        regular = stat.S_ISREG(self._before.st_mode)
        self._size = self._before.st_size if regular and self._before.st_size else None
        self._at = self._inner.tell() if regular else 0

    def close(self) -> None:
        """Close the file below, unless it is stdin."""
        if hasattr(self, "_inner"):  # of a file that is missing there is none
            self._inner.close()
        super().close()

    def fileno(self) -> int:
        """Give the descriptor of the file below."""
        return self._inner.fileno()

    def readable(self) -> bool:
        """Tell that it can be read from."""
        return True

    def seekable(self) -> bool:
        """Tell whether it is a regular file, of which the end is known."""
        return self._size is not None

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move, as files do."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size or 0}[whence]
        self._at = self._inner.seek(base + offset)
        return self._at

    def tell(self) -> int:
        """Give the place in the file."""
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer unless the file ends."""
        left = len(buffer) if self._size is None else max(self._size - self._at, 0)
        want = memoryview(buffer)[: min(left, len(buffer))]
        filled = 0
        while filled < len(want):
            got = self._inner.readinto(want[filled:])
            if not got:
                break
            filled += got
        if filled < len(want) and self._size is not None:
            missing = self._size - self._at - filled
            self._size = self._at + filled
            if not filled:
                raise CorruptError("E307", f"became {missing:,} bytes shorter while it was read")
        self._at += filled
        return filled

    def changed(self) -> bool:
        """Tell whether a regular file has changed since it was opened."""
        now = os.fstat(self._inner.fileno())
        marks = [(one.st_size, one.st_mtime_ns) for one in (self._before, now)]
        return stat.S_ISREG(now.st_mode) and marks[0] != marks[1]

    def twin(self) -> tuple[int, int] | None:
        """Give device and inode of a file that has several names, else None."""
        return (self._before.st_dev, self._before.st_ino) if self._before.st_nlink > 1 else None


@contextlib.contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give a stream in which one can move about; what cannot is copied to a nameless file."""
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile(prefix="dedup-") as spool:
        while block := stream.read(BLOCK_BYTES):
            spool.write(block)
        spool.seek(0)
        yield cast("BinaryIO", spool)


def some(stream: BinaryIO, most: int) -> bytes:
    """Read what is there, up to ``most`` bytes; so nothing is lost that stands before a fault."""
    return stream.read1(most)  # type: ignore[attr-defined,no-any-return]


class Told:
    """A stream that only reads, what is there at once, and knows how much it has read."""

    def __init__(self, stream: BinaryIO) -> None:
        """Leave it to whoever opened it to close it."""
        self._stream = stream
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes."""
        block = some(self._stream, size)
        self._at += len(block)
        return block

    def read1(self, size: int = -1) -> bytes:
        """Do the same."""
        return self.read(size)

    def tell(self) -> int:
        """Give the number of bytes that were read."""
        return self._at

    def close(self) -> None:
        """Do nothing."""


class Tape(Told):
    """A stream that also holds what was read of it, until it is cut off.

    >>> tape = Tape(io.BytesIO(b"Storm closes port."))
    >>> tape.read(12), tape.cut(5), tape.start, tape.cut(12)
    (b'Storm closes', b'Storm', 5, b' closes')
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Begin with nothing held."""
        super().__init__(stream)
        self.start = 0
        """Where in the stream begins what is held."""
        self._held: list[bytes] = []

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes, and hold them."""
        block = super().read(size)
        self._held.append(block)
        return block

    def cut(self, end: int) -> bytes:
        """Give what is held up to a place in the stream."""
        held = b"".join(self._held)
        at = end - self.start
        self._held, self.start = [held[at:]], end
        return held[:at]


class Guarded(io.RawIOBase):
    """A member's stream: its faults become CorruptError, and it expands no further than allowed."""

    def __init__(self, inner: IO[bytes], what: str, packed: int, limits: Limits) -> None:
        """``packed`` is the number of bytes that the member takes in its archive."""
        super().__init__()
        self._inner = inner
        self._what = what
        ratio = limits.expansion_ratio
        self._most = max(limits.expansion_bytes, ratio * packed)
        self._made = 0

    def close(self) -> None:
        """Close the stream below."""
        if hasattr(self, "_inner"):  # of a file that is missing there is none
            self._inner.close()
        super().close()

    def readable(self) -> bool:
        """Tell that it can be read from."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read on, counting."""
        try:
            block = self._inner.read(len(buffer))
        except CorruptError:
            raise
        except Exception as error:  # each archive format has faults of its own
            what = " ".join(str(error).split())[:200] or type(error).__name__
            raise CorruptError("E307", f"{self._what} is damaged: {what}") from error
        self._made += len(block)
        if self._made > self._most:
            raise CorruptError("E308", f"{self._what} expands beyond {self._most:,} bytes")
        buffer[: len(block)] = block
        return len(block)
