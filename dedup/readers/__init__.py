"""Readers: paths in, articles out; nothing that was asked for is dropped without a word."""

from __future__ import annotations

import io
import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from ..data.article import Article, InputFile, Notice, Skipped
from ..data.articles import Articles
from ..errors import HARMLESS
from . import (
    archive,
    encoding,
    html,
    inventory,
    jsonarray,
    jsonl,
    parquet,
    sniff,
    table,
    text,
    walk,
    warc,
)
from .expansion import Expanded
from .limits import Limits
from .opening import BLOCK_BYTES, STDIN, Steady
from .places import Place, asked, base, distinct
from .source import (
    CONTAINER,
    ON_ERROR,
    CorruptError,
    Found,
    Notices,
    Reader,
    ReadSettings,
    RefusedError,
)
from .transcoding import RETURNS, transcoded, transcodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["CONTAINER", "ON_ERROR", "READERS", "Limits", "Notices", "ReadSettings"]
__all__ += ["RefusedError", "ending", "files", "lasting"]
__all__ += ["read", "read_again", "read_many", "read_one", "suits", "without"]

READERS: dict[str, Reader] = {
    "text": text.read,
    "jsonl": jsonl.read,
    "jsonarray": jsonarray.read,
    "table": table.read,
    "html": html.read,
    "parquet": parquet.read,
    "warc": warc.read,
}
"""Which reader takes a file, by the kind that ``sniff.kind`` gives it."""

ending = sniff.end
suits = inventory.suits
_RECORDS = {"jsonl", "jsonarray", "table"}
"""Kinds that are read in bytes of UTF-8, whatever they are written in."""
_NOT_KNOWN = "is inside of as many others as may be"


def read(
    paths: Iterable[str], how: ReadSettings, told: Callable[[Notice], None] | None = None
) -> Iterator[Article | Skipped]:
    """Give every article under ``paths``: files, folders, ``path:LINE``, members of archives as
    ``path!member`` or ``path!member:LINE``, and ``-`` for stdin.

    The order depends neither on the order of ``paths`` nor on the disk, and a file that is
    reached twice is read once. What is worth knowing of an input that was read is handed to
    ``told``. Raises RefusedError at the first fault if ``how.on_error`` is ``stop``; otherwise
    each fault comes as Skipped, and the others are still read.
    """
    for found in read_many(paths, how, told):
        if isinstance(found, Articles):
            yield from found
        else:
            yield found


def read_many(
    paths: Iterable[str], how: ReadSettings, told: Callable[[Notice], None] | None = None
) -> Iterator[Article | Articles | Skipped]:
    """Do the same, but leave together what comes together, so that no article is made of it."""
    for found in _records(paths, how):
        if isinstance(found, Notice):
            if told:
                told(found)
        elif how.on_error == "stop" and isinstance(found, Skipped) and found.code not in HARMLESS:
            raise RefusedError(found)
        else:
            yield found


def without(
    found: Iterable[Article | Articles | Skipped], unwanted: Callable[[str], bool]
) -> Iterator[Article | Articles | Skipped]:
    """Give what is read, but for what stands at unwanted addresses.

    >>> some = Articles.of([Article("a", "", "x:1"), Article("b", "", "y:1")])
    >>> [left.ids for left in without([some], "x:1".__eq__)]
    [['b']]
    """
    for one in found:
        if isinstance(one, Articles):
            kept = [at for at, address in enumerate(one.addresses) if not unwanted(address)]
            yield one if len(kept) == len(one) else one.take(kept)
        elif not unwanted(one.address):
            yield one


def read_one(path: str, how: ReadSettings, told: Callable[[Notice], None] | None = None) -> Article:
    """Give the only article at ``path``; raises RefusedError if there is none, or more than one."""
    first: Article | None = None
    for record in read([path], how, told):
        if isinstance(record, Skipped):
            raise RefusedError(record)
        if first is not None:
            why = f"holds more than one article; name one, such as {first.address}"
            raise RefusedError(Skipped(path, "E303", why))
        first = record
    if first is None:
        raise RefusedError(Skipped(path, "E303", "holds no article"))
    return first


def lasting(paths: Iterable[str]) -> bool:
    """Tell whether everything under ``paths`` can be read a second time: not what a pipe gives."""
    return all(
        path != STDIN and (os.path.isdir(path) or os.path.isfile(base(path))) for path in paths
    )


def read_again(addresses: Iterable[str], how: ReadSettings) -> dict[str, str]:
    """Give the texts of articles by their addresses, as far as they still stand there."""
    wanted: dict[str, set[str]] = {}
    for address in addresses:
        wanted.setdefault(base(address), set()).add(address)
    found: dict[str, str] = {}
    for path, left in wanted.items():
        for record in read([path], replace(how, on_error="report")):
            if record.address in left and isinstance(record, Article):
                found[record.address] = record.text
                left.discard(record.address)
            if not left:
                break
    return found


def files(paths: Iterable[str], how: ReadSettings) -> Iterator[InputFile]:
    """Give the files that ``read`` would open, in its order; those that cannot be are left out.

    Raises RefusedError for ``path:LINE``, and for what cannot be read a second time.
    """
    for path, place in distinct(paths, how):
        if not isinstance(place, Place):
            continue
        if place.line is not None or place.member is not None:
            why = f"one record; name its file, {place.path}"
            raise RefusedError(Skipped(path, "E303", why))
        try:
            if place.path != STDIN and not stat.S_ISREG(os.stat(place.path).st_mode):
                why = "cannot be read twice; pipe it into -"
                raise RefusedError(Skipped(path, "E303", why))
            yield inventory.describe(place.path, how, path if place.walked else "")
        except (OSError, CorruptError):
            continue


def _records(paths: Iterable[str], how: ReadSettings) -> Iterator[Found]:
    """Read each place once."""
    twins: dict[tuple[int, int], str] = {}
    other: list[Skipped] = []
    met = False
    for _, place in distinct(paths, how):
        for one in _opened(place, how, twins) if isinstance(place, Place) else [place]:
            if isinstance(one, Skipped) and one.code == "E314":
                other.append(one)
                continue
            met = met or isinstance(one, (Article, Articles))
            yield one
    yield from other if met else (replace(one, code="E310") for one in other)


def _opened(place: Place, how: ReadSettings, twins: dict[tuple[int, int], str]) -> Iterator[Found]:
    """Open one file, and turn what the system refuses into Skipped."""
    address = place.path if place.line is None else f"{place.path}:{place.line}"
    try:
        with Steady(place.path) as steady:
            twin = steady.twin()
            if twin and twins.setdefault(twin, place.path) != place.path:
                why = f"is the same file as {twins[twin]}; both are read"
                yield Notice(place.path, "W303", why)
            with io.BufferedReader(steady, BLOCK_BYTES) as stream:
                yield from _contents(stream, place, how)
                if steady.changed():
                    yield Notice(place.path, "W303", "changed while it was read")
    except OSError as error:
        yield _refused(address, error)


def _contents(stream: BinaryIO, place: Place, how: ReadSettings) -> Iterator[Found]:
    """Read an open file, member or expanded stream; one that breaks says how far it came."""
    count = 0
    try:
        for one in _layer(stream, place, how):
            count += len(one) if isinstance(one, Articles) else isinstance(one, Article)
            yield one
    except CorruptError as error:
        records = f"{count:,} record{'s' if count != 1 else ''}"
        yield Skipped(place.path, error.code, f"{error.why} (after {records})")


def _layer(stream: BinaryIO, place: Place, how: ReadSettings) -> Iterator[Found]:
    """Tell by its beginning what a stream is, and go on accordingly."""
    head = sniff.head(stream)
    kind = sniff.kind(head, place.path, how)
    if kind in sniff.COMPRESSIONS.values():
        yield from _compressed(stream, kind, place, how)
    elif kind in {"zip", "tar"}:
        yield from _members(stream, kind, place, how)
    elif place.member is not None:
        yield Skipped(f"{place.path}!{place.member}", "E303", f"{place.path} is no archive")
    elif kind in {"text", *_RECORDS} and place.walked and _is_binary(head):
        yield Skipped(place.path, "E306", "binary, not text")
    else:
        said = sniff.NAMES.get(sniff.end(place.path))
        if said and said not in {kind, "jsonl" if kind == "jsonarray" else kind}:
            yield Notice(place.path, "W304", f"is {_SHOWN[kind]}, whatever its name says")
        yield from _read(stream, head, kind, place, how)


def _read(
    stream: BinaryIO, head: bytes, kind: str, place: Place, how: ReadSettings
) -> Iterator[Found]:
    """Hand a stream to the reader of its kind."""
    if kind in _RECORDS and (name := transcodes(head, how)):
        stream = transcoded(stream, head, name)
        how = how if name == RETURNS else replace(how, encoding="")
    other = place.walked and not how.text_field and _may_be_other(place.path)
    records = READERS[kind](stream, place.path, how, place.line)
    if not other:
        yield from records
        return
    for one in records:
        met = isinstance(one, (Article, Articles))
        if met or (isinstance(one, Skipped) and one.code == "E311"):
            other = False  # it has the field
        if other and isinstance(one, Skipped) and one.code == "E310":
            yield Skipped(place.path, "E314", one.why)
        else:
            yield one


_SHOWN = {
    "text": "text",
    "jsonl": "JSON Lines",
    "jsonarray": "JSON",
    "table": "CSV",
    "html": "HTML",
    "parquet": "Parquet",
    "warc": "WARC",
}


def _compressed(stream: BinaryIO, codec: str, place: Place, how: ReadSettings) -> Iterator[Found]:
    """Read what is inside a compression."""
    if place.compressions >= how.limits.nesting_count:
        raise CorruptError("E308", f"{codec} data {_NOT_KNOWN}")
    expanded = Expanded(stream, codec, how.limits)
    named = sniff.COMPRESSIONS.get(os.path.splitext(place.path)[1].lower())
    if named != codec and sniff.NAMES.get(sniff.end(place.path)) != "tar":
        yield Notice(place.path, "W304", f"is {codec} data, whatever its name says")
    inner = replace(place, compressions=place.compressions + 1)
    with io.BufferedReader(expanded, BLOCK_BYTES) as buffered:
        yield from _layer(buffered, inner, how)
    if expanded.tail:
        yield Notice(place.path, "W307", f"something else follows the {codec} data")


def _members(stream: BinaryIO, kind: str, place: Place, how: ReadSettings) -> Iterator[Found]:
    """Read an archive: one member if one was asked for, else all that a walk would take."""
    if place.archives >= how.limits.nesting_count:
        raise CorruptError("E308", f"a {kind} {_NOT_KNOWN}")
    met, left = False, [0, 0]
    for member in archive.members(stream, kind, how.limits):
        line = asked(place.member, member.name)
        if line is None:
            continue
        named = place.member is not None
        if not named and not walk.taken(member.name, how):
            left[walk.excluded(member.name, how)] += 1
            continue
        met = True
        path = f"{place.path}!{member.name}"
        if member.odd:
            yield Notice(path, "W311", f"{member.odd}, and not read")
        elif member.fault:
            yield Skipped(path, "E308", member.fault)
        else:
            inner = Place(path, line or None, None, not named, place.archives + 1)
            yield from _member(member, inner, how)
    if not met:
        yield from _untaken(place, *left)


def _untaken(place: Place, other: int, ignored: int) -> Iterator[Skipped | Notice]:
    """Tell of an archive of which no member was read why that is; of an empty one, nothing."""
    if place.member is not None:
        yield Skipped(f"{place.path}!{place.member}", "E303", "there is no such member")
    elif other or ignored:
        yield walk.nothing_taken(place.path, other, ignored)


def _member(member: archive.Member, place: Place, how: ReadSettings) -> Iterator[Found]:
    """Read one member; where it is damaged, the others are still read."""
    try:
        stream = member.open()
    except CorruptError as error:
        yield Skipped(place.path, error.code, error.why)
        return
    with stream:
        yield from _contents(stream, place, how)


def _may_be_other(path: str) -> bool:
    """Whether files of such a name often hold something else than articles."""
    return sniff.NAMES.get(sniff.end(path)) in {"table", "parquet"} or sniff.end(path) == ".json"


def _is_binary(head: bytes) -> bool:
    """Whether zeros show that this is no text."""
    return b"\0" in head and not encoding.wide(head)


def _refused(address: str, error: OSError) -> Skipped:
    """Keep what the system said, in its own words."""
    why = (error.strerror or str(error)).lower()
    if isinstance(error, FileNotFoundError):
        remote = "://" in address
        why = "not a file; the network is never used" if remote else "no such file or folder"
    return Skipped(address, "E303", why)
