"""Archives: each member as a stream, whatever it calls itself; nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from .opening import BLOCK_BYTES, Guarded, seekable, some
from .source import CorruptError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .limits import Limits

_LONGEST_NOTE_BYTES = 1 << 20
"""Of what a tar says about a member ahead of it, which is held in memory."""
_LONGEST_DIRECTORY_BYTES = 256 << 20
"""Of the directory of a zip, which is held in memory: a million members need half of it."""
_ENTRY = b"PK\x01\x02"
"""How an entry of it begins."""
_NOTES = {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE}
_NOTES |= {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive; ``odd`` says what it is, if it is not a file."""

    name: str
    open: Callable[[], BinaryIO]
    odd: str = ""
    fault: str = ""
    """Why it cannot be read, if it cannot."""


def members(stream: BinaryIO, kind: str, limits: Limits) -> Iterator[Member]:
    """Give the members in the order of the archive; folders are none.

    A member has to be read before the next one is asked for. Raises CorruptError.
    """
    found = _zip(stream, limits) if kind == "zip" else _tar(stream, limits)
    for count, member in enumerate(found, 1):
        if count > limits.members_count:
            raise CorruptError("E308", f"more than {limits.members_count:,} members")
        yield member


def _zip(stream: BinaryIO, limits: Limits) -> Iterator[Member]:
    """Read a zip by its directory, which stands at its end."""
    with seekable(stream) as seeking, _zipfile(seeking, limits) as whole:
        listed = whole.infolist()
        _check_overlap(listed, whole.start_dir)
        for info in listed:
            if not info.is_dir():
                yield Member(info.filename, _in_zip(whole, info, limits), *_oddity(info))


def _zipfile(stream: BinaryIO, limits: Limits) -> zipfile.ZipFile:
    """Read the directory of a zip."""
    try:
        _check_directory(stream, limits)
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise CorruptError("E307", f"zip is damaged: {' '.join(str(error).split())}") from error


def _check_directory(stream: BinaryIO, limits: Limits) -> None:
    """Refuse a directory that would not fit into memory, before ``zipfile`` loads all of it."""
    end = zipfile._EndRecData(stream)  # type: ignore[attr-defined] # what ZipFile itself begins with
    if end:
        size, place = end[5], end[9]
        stream.seek(max(place - size, 0))
        most = limits.members_count
        if size > _LONGEST_DIRECTORY_BYTES or stream.read(size).count(_ENTRY) > most:
            raise CorruptError("E308", f"more than {most:,} members")


def _in_zip(
    whole: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits
) -> Callable[[], BinaryIO]:
    """Give what opens a member."""

    def opened() -> BinaryIO:
        try:
            inner = whole.open(info)
        except (
            zipfile.BadZipFile,
            OSError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise CorruptError("E307", f"zip is damaged: {error}") from error
        guarded = Guarded(inner, "zip", info.compress_size, limits)
        return io.BufferedReader(guarded, BLOCK_BYTES)

    return opened


def _oddity(info: zipfile.ZipInfo) -> tuple[str, str]:
    """Say what a member is that is no file, and why one cannot be read."""
    odd = "a link" if stat.S_ISLNK(info.external_attr >> 16) else ""
    return odd, "it is encrypted" if info.flag_bits & 1 else ""


def _check_overlap(listed: list[zipfile.ZipInfo], end: int) -> None:
    """Refuse a zip whose members share their bytes, as only a bomb's do."""
    places = sorted((one.header_offset, one.compress_size) for one in listed)
    starts = [start for start, _ in places[1:]] + [end]
    for (start, size), following in zip(places, starts, strict=False):
        if start + size > following:
            raise CorruptError("E308", "zip members overlap, as in a bomb")


class _Strict(tarfile.TarInfo):
    """A header that is not there, cut or damaged is an error, and not the end of the archive."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> _Strict:
        """Read the next header."""
        return _checked(lambda: super(_Strict, cls).fromtarfile(tarfile))  # type: ignore[return-value]

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Strict:
        """Read one block as a header."""
        info = super().frombuf(buf, encoding, errors)
        if info.type in _NOTES and info.size > _LONGEST_NOTE_BYTES:
            raise CorruptError("E308", "tar says more than 1 MiB about one member")
        return info


def _checked(read: Callable[[], tarfile.TarInfo]) -> tarfile.TarInfo:
    """Let only the mark at the end of an archive end it."""
    try:
        return read()
    except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
        raise
    except tarfile.HeaderError as error:
        what = str(error) or "a header is missing"
        what = "ends without its end mark" if what.startswith(("empty", "truncated")) else what
        raise CorruptError("E307", f"tar is damaged: {what}") from error


def _tar(stream: BinaryIO, limits: Limits) -> Iterator[Member]:
    """Read a tar from its beginning to its end, and what stands behind it for its checksum."""
    try:
        plain = cast("BinaryIO", _Some(stream))
        whole = tarfile.open(fileobj=plain, mode="r|", tarinfo=_Strict, bufsize=BLOCK_BYTES)  # noqa: SIM115
        while info := whole.next():
            whole.members.clear()  # type: ignore[attr-defined]
            if not info.isdir():
                yield Member(info.name, _in_tar(whole, info, limits), _kind(info), _fault(info))
    except (tarfile.TarError, ValueError, OSError) as error:
        raise CorruptError("E307", f"tar is damaged: {' '.join(str(error).split())}") from error
    while stream.read(BLOCK_BYTES):
        pass


class _Some:
    """A stream as ``tarfile`` wants one, that gives what stands before a fault."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        return some(self._stream, size)


def _in_tar(
    whole: tarfile.TarFile, info: tarfile.TarInfo, limits: Limits
) -> Callable[[], BinaryIO]:
    """Give what opens a member."""

    def opened() -> BinaryIO:
        inner = whole.extractfile(info)
        if inner is None:
            raise CorruptError("E307", "not a file")
        return io.BufferedReader(Guarded(inner, "tar", info.size, limits), BLOCK_BYTES)

    return opened


def _kind(info: tarfile.TarInfo) -> str:
    """Say what a member is that is no file."""
    if info.issym() or info.islnk():
        return "a link"
    return "" if info.isfile() else "a pipe or device"


def _fault(info: tarfile.TarInfo) -> str:
    """Say why a member cannot be read: one with holes claims any size for nothing."""
    return "it is stored with holes" if info.issparse() else ""
