"""Which files a folder holds: hidden and ignored ones are left out as ripgrep leaves them out."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ..data.article import Notice, Skipped
from .sniff import known

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pathspec

    from .source import ReadSettings

_IGNORE_FILES = (".ignore", ".gitignore")
"""In the order in which they are heeded; ``.gitignore`` only inside a repository."""
_LARGEST_IGNORE_FILE = 1 << 20
_MOST_STARS = 4
"""A pattern with more can take for ever to match."""
_STARS = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of one ignore file, and the folder that they are relative to."""

    folder: str
    spec: pathspec.GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder that waits to be read."""

    path: str
    real: str = ""
    """The same, absolute."""
    below: str = ""
    """The same, relative to the root of the walk, with a slash at its end."""
    inside: bool = False
    """Whether it belongs to a repository."""
    ignore: tuple[_Rules, ...] = ()
    """From ``.ignore`` files, the deepest last."""
    git: tuple[_Rules, ...] = ()
    above: tuple[tuple[int, int, str], ...] = ()
    """Device, inode and path of the folders that led here, where links are followed."""


@dataclass(slots=True)
class _Left:
    """What a walk left out, for a walk that finds nothing."""

    other: int = 0
    ignored: int = 0
    taken: int = 0
    problems: list[Notice] = field(default_factory=list)


def walk(root: str, how: ReadSettings) -> Iterator[str | Skipped | Notice]:
    """Give the files below a folder that a corpus is made of, in an order that the disk has no
    part in: known kinds, or what ``how.include`` names; links only where they are to be followed.
    """
    left = _Left()
    waiting = [_root(root, how, left)]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current.path) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            yield Skipped(pasteable(current.path), "E303", why)
            continue
        current = _with_rules(current, {entry.name for entry in found}, how, left)
        folders: list[_Folder] = []
        for entry in found:
            if how.hidden or not entry.name.startswith("."):
                yield from _sorted_out(entry, current, (how, left), folders)
        waiting += reversed(folders)
    yield from left.problems
    if not left.taken and (left.other or left.ignored):
        yield nothing_taken(root, left.other, left.ignored)


def nothing_taken(place: str, other: int, ignored: int) -> Notice:
    """Tell of a folder or an archive of which nothing was taken how many files it has.

    >>> nothing_taken("news", 2, 1).why
    'nothing was taken of it; files of other kinds: 2, files that are ignored: 1'
    """
    counts = {"files of other kinds": other, "files that are ignored": ignored}
    left = ", ".join(f"{what}: {count:,}" for what, count in counts.items() if count)
    return Notice(place, "W310", f"nothing was taken of it; {left}")


def _sorted_out(
    entry: os.DirEntry[str],
    current: _Folder,
    at: tuple[ReadSettings, _Left],
    folders: list[_Folder],
) -> Iterator[str | Skipped | Notice]:
    """Give a file to be read or say what is wrong with it; put a folder with the others."""
    how, left = at
    below = current.below + entry.name
    real = os.path.join(current.real, entry.name)
    link = entry.is_symlink()
    is_folder = _is(entry, "dir", follow=how.follow)
    if _ignored(real, current, is_folder=is_folder) or excluded(below + "/" * is_folder, how):
        left.ignored += 1
        return
    if is_folder:
        yield from _descended(entry, current, how, folders)
        return
    if not wanted(below, how):
        left.other += not (link and not how.follow)
        if not (link and not how.follow and _is(entry, "dir", follow=True)):
            return
    left.taken += 1
    address = pasteable(entry.path)
    if link and not how.follow:
        yield Notice(address, "W311", "a link, and not followed")
    elif _is(entry, "file", follow=how.follow):
        yield address
    elif link:
        yield Skipped(address, "E303", "a link that leads nowhere")
    else:
        yield Notice(address, "W311", "a pipe, socket or device, and not read on a walk")


def _is(entry: os.DirEntry[str], kind: str, *, follow: bool) -> bool:
    """Ask what an entry is; one that cannot be asked is nothing."""
    try:
        ask = entry.is_dir if kind == "dir" else entry.is_file
        return ask(follow_symlinks=follow)
    except OSError:
        return False


def _descended(
    entry: os.DirEntry[str], current: _Folder, how: ReadSettings, folders: list[_Folder]
) -> Iterator[Skipped]:
    """Put a folder with those to be read, unless a link has led back to one that is above it."""
    above = current.above
    if how.follow:
        here = os.stat(entry.path)
        same = next((path for *key, path in above if key == [here.st_dev, here.st_ino]), None)
        if same is not None:
            why = f"a loop in the file system: it leads back to {pasteable(same) or '.'}"
            yield Skipped(pasteable(entry.path), "E303", why)
            return
        above = (*above, (here.st_dev, here.st_ino, entry.path))
    below, real = f"{current.below}{entry.name}/", os.path.join(current.real, entry.name)
    folders.append(replace(current, path=entry.path, real=real, below=below, above=above))


def wanted(below: str, how: ReadSettings) -> bool:
    """Whether a file found on a walk, or in an archive, belongs to the corpus by its name."""
    if how.include:
        return globs(how.include).match_file(below)
    return known(below)


def excluded(below: str, how: ReadSettings) -> bool:
    """Whether ``how.exclude`` names a file found on a walk or in an archive."""
    return bool(how.exclude) and globs(how.exclude).match_file(below)


def taken(below: str, how: ReadSettings) -> bool:
    """Whether a member of an archive is read that was not named itself."""
    return wanted(below, how) and not excluded(below, how)


@lru_cache(maxsize=8)
def globs(patterns: tuple[str, ...]) -> pathspec.GitIgnoreSpec:
    """Make patterns ready; raises ValueError for one that is none.

    >>> globs(("*.log", "!debug.log")).match_file("a/b.log")
    True
    """
    import pathspec

    return pathspec.GitIgnoreSpec.from_lines(patterns)


def _root(root: str, how: ReadSettings, left: _Left) -> _Folder:
    """Begin a walk with the rules of the folders above it, up to the top of its repository."""
    top = os.path.abspath(root)
    chain: list[str] = []
    while how.ignore and not os.path.lexists(os.path.join(top, ".git")):
        outside = os.path.dirname(top)
        if outside == top:  # no repository
            chain = []
            break
        chain.append(outside)
        top = outside
    folder = _Folder(root)
    for path in reversed(chain):
        names = {name for name in (*_IGNORE_FILES, ".git") if os.path.lexists(f"{path}/{name}")}
        folder = _with_rules(replace(folder, real=path), names, how, left)
    above: tuple[tuple[int, int, str], ...] = ()
    if how.follow:
        here = os.stat(root)
        above = ((here.st_dev, here.st_ino, root),)
    return replace(folder, path=root, real=os.path.abspath(root), above=above)


def _with_rules(folder: _Folder, names: set[str], how: ReadSettings, left: _Left) -> _Folder:
    """Add the rules that stand in a folder; a repository heeds nothing that is outside of it."""
    if not how.ignore or not names & {".git", *_IGNORE_FILES}:
        return folder
    ignore, git, inside = folder.ignore, folder.git, folder.inside
    if ".git" in names:
        git, inside = _rules(folder.real, ".git/info/exclude", left), True
    if ".ignore" in names:
        ignore += _rules(folder.real, ".ignore", left)
    if ".gitignore" in names and inside:
        git += _rules(folder.real, ".gitignore", left)
    return replace(folder, ignore=ignore, git=git, inside=inside)


def _rules(folder: str, name: str, left: _Left) -> tuple[_Rules, ...]:
    """Read an ignore file; a pattern that is none, or takes for ever, is not heeded but told."""
    import pathspec

    path = os.path.join(folder, name)
    shown = os.path.relpath(path)
    try:
        with open(path, "rb") as stream:
            raw = stream.read(_LARGEST_IGNORE_FILE + 1)
    except OSError:
        return ()
    if len(raw) > _LARGEST_IGNORE_FILE:
        left.problems.append(Notice(shown, "W310", "too large, and not heeded"))
        return ()
    lines = []
    for number, line in enumerate(raw.decode("utf-8", "surrogateescape").splitlines(), 1):
        if _is_pattern(line):
            lines.append(line)
        else:
            why = "not a pattern, or too costly a one, and not heeded"
            left.problems.append(Notice(f"{shown}:{number}", "W310", why))
    return (_Rules(folder, pathspec.GitIgnoreSpec.from_lines(lines)),)


def _is_pattern(line: str) -> bool:
    """Whether a line can be heeded."""
    try:
        return len(_STARS.findall(line)) <= _MOST_STARS and globs((line,)) is not None
    except ValueError:
        return False


def _ignored(real: str, folder: _Folder, *, is_folder: bool) -> bool:
    """Whether the deepest rule that has a say leaves a path out; ``.ignore`` has the first word."""
    for rules in (folder.ignore, folder.git):
        for one in reversed(rules):
            below = real[len(one.folder.rstrip("/")) + 1 :] + "/" * is_folder
            said = one.spec.check_file(below).include
            if said is not None:
                return said
    return False


def pasteable(path: str) -> str:
    """Drop a leading ``./``, unless the name would then be read as an option."""
    bare = path.removeprefix("./")
    return path if bare.startswith("-") else bare
