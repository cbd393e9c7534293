"""Archives: the same members in the same order, those with articles without what is left out."""

from __future__ import annotations

import copy
import io
import tarfile
import tempfile
import zipfile
from shutil import copyfileobj
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from ..errors import InputError
from ..readers import archive
from ..readers.opening import Guarded, Told, seekable
from .packing import NO_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = {"zip": (".zip",), "tar": (".tar", ".tgz", ".tbz2", ".txz", ".tzst")}
"""By the kind of the archive, the ends of names by which an output is meant to be one."""

_SPOOLED_BYTES = 1 << 22
"""A member up to this size is held in memory while it is written."""
_LARGE_BYTES = 1 << 31


class Clean(Protocol):
    """Writes one member again."""

    def __call__(self, name: str, inner: BinaryIO, target: BinaryIO) -> bool:
        """Do so, or give False for one that is left out."""


def rewrite(kind: str, source: BinaryIO, out: BinaryIO, clean: Clean) -> None:
    """Write an archive again; what is no file stays as it is. Raises InputError for a member that
    cannot be copied.
    """
    try:
        (_zip if kind == "zip" else _tar)(source, out, clean)
    except (zipfile.BadZipFile, tarfile.TarError, NotImplementedError, RuntimeError) as error:
        what = " ".join(str(error).split())[:200]
        raise InputError(f"a member of the {kind} cannot be copied: {what}") from error


def members(kind: str, stream: BinaryIO) -> Iterator[archive.Member]:
    """Give the members of what was written."""
    return archive.members(stream, kind, NO_LIMITS)


def _zip(source: BinaryIO, out: BinaryIO, clean: Clean) -> None:
    """Write a zip; each member is compressed in the way in which it was."""
    with (
        seekable(source) as seeking,
        zipfile.ZipFile(seeking) as whole,
        zipfile.ZipFile(out, "w") as made,
    ):
        made.comment = whole.comment
        for info in whole.infolist():
            with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as spool, whole.open(info) as inner:
                held = cast("BinaryIO", spool)
                if not clean(info.filename, cast("BinaryIO", io.BufferedReader(inner)), held):
                    continue
                size = held.seek(0, io.SEEK_END)
                held.seek(0)
                told = copy.copy(info)
                told.file_size = size
                with made.open(told, "w", force_zip64=size >= _LARGE_BYTES) as target:
                    copyfileobj(held, target, _SPOOLED_BYTES)


def _tar(source: BinaryIO, out: BinaryIO, clean: Clean) -> None:
    """Write a tar; a link to an article that is left out would lead nowhere, so there is none."""
    gone: set[str] = set()
    with tarfile.open(fileobj=cast("BinaryIO", Told(source)), mode="r|") as whole:
        info = whole.next()
        made = tarfile.open(fileobj=out, mode="w", pax_headers=whole.pax_headers)  # noqa: SIM115
        with made:
            while info:
                whole.members.clear()  # type: ignore[attr-defined]
                _copy_member(whole, made, info, clean, gone)
                info = whole.next()


def _copy_member(
    whole: tarfile.TarFile,
    made: tarfile.TarFile,
    info: tarfile.TarInfo,
    clean: Clean,
    gone: set[str],
) -> None:
    """Write one member of a tar."""
    if info.issparse():
        raise InputError(f"member {info.name} is stored with holes, and cannot be copied")
    if info.islnk() and info.linkname in gone:
        raise InputError(f"member {info.name} is a link to an article that is left out")
    inner = whole.extractfile(info) if info.isfile() else None
    if inner is None:
        made.addfile(info)
        return
    with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as spool:
        held = cast("BinaryIO", spool)
        plain = io.BufferedReader(Guarded(inner, "tar", info.size, NO_LIMITS))
        if not clean(info.name, cast("BinaryIO", plain), held):
            gone.add(info.name)
            return
        told = copy.copy(info)
        told.size = held.seek(0, io.SEEK_END)
        told.pax_headers = {name: one for name, one in info.pax_headers.items() if name != "size"}
        held.seek(0)
        made.addfile(told, held)
