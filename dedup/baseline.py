"""The baseline's file: JSON, one accepted article to a line, sorted, nothing of place or time.

Two runs write the same bytes wherever the articles stand, and two branches that accept different
articles change different lines. A file that comes from elsewhere is read as data and checked.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from .data.result import Baseline
from .errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = "dedup.baseline/1"
LONGEST_BYTES = 64 << 20
"""A baseline above this is refused; it would hold more than a million articles."""
MOST_ALIKE = 10**9

_DIGEST = re.compile(r"[0-9a-f]{32}")
_MARKER = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?: |$)", re.M)
_KEYS = ("schema", "settings", "articles")


class BaselineError(DedupError):
    """A baseline that cannot be used; ``code`` says why."""

    code = "E600"


class MissingError(BaselineError):
    """There is no such file."""

    code = "E601"


class NewerError(BaselineError):
    """A later version of the format, which this version cannot know."""

    code = "E602"


class OtherSettingsError(BaselineError):
    """It was made under settings that lead to other stories."""

    code = "E603"


class _RepeatedError(ValueError):
    """A key that stands twice in one object."""


def load(path: str, remedy: str) -> Baseline:
    """Read a baseline, ``-`` for stdin; ``remedy`` is the command that writes it anew.

    Raises BaselineError, naming file and line, for whatever is not a baseline to the letter.
    """
    try:
        with open(path if path != "-" else 0, "rb", closefd=path != "-") as stream:
            content = stream.read(LONGEST_BYTES + 1)
    except FileNotFoundError:
        raise MissingError("no such baseline", place=path, hint=f"create it: {remedy}") from None
    except OSError as error:
        raise BaselineError((error.strerror or str(error)).lower(), place=path) from error
    return parse(content, path, remedy)


def parse(content: bytes, place: str, remedy: str) -> Baseline:
    r"""Build a baseline from the bytes of its file.

    >>> old = Baseline({"unit": "auto", "fingerprint": "f0"}, {"0a" * 16: 2})
    >>> parse(render(old), "b.json", "") == old
    True
    """
    if len(content) > LONGEST_BYTES:
        raise BaselineError(f"longer than {LONGEST_BYTES >> 20} MiB", place=place)
    source = _Source.decoded(content, place, f"write it anew: {remedy} --force")
    body = _document(source)
    _require_schema(body, source)
    unknown = [key for key in body if key not in _KEYS]
    if unknown:
        source.refuse(f"unknown key {unknown[0][:40]!r}", unknown[0])
    settings, articles = body.get("settings"), body.get("articles")
    if not isinstance(settings, dict) or not isinstance(settings.get("fingerprint"), str):
        source.refuse("settings is no object with a fingerprint", "settings")
    if not isinstance(articles, dict):
        source.refuse("articles is no object", "articles")
    for digest, count in articles.items():
        if not _DIGEST.fullmatch(digest):
            source.refuse(f"{digest[:40]!r} is no digest of 32 hexadecimal digits", digest)
        if type(count) is not int or not 1 <= count <= MOST_ALIKE:
            source.refuse(f"{digest} has no count of at least 1", digest)
    return Baseline(settings, articles)


def render(baseline: Baseline) -> bytes:
    r"""The bytes of the file.

    >>> print(render(Baseline({"unit": "auto"}, {"b" * 4: 1, "a" * 4: 2})).decode(), end="")
    {"schema": "dedup.baseline/1",
    "settings": {"unit": "auto"},
    "articles": {
    "aaaa": 2,
    "bbbb": 1
    }}
    """
    settings = json.dumps(baseline.settings)
    head = f'{{"schema": "{SCHEMA}",\n"settings": {settings},\n"articles": {{'
    lines = (f'\n"{digest}": {count}' for digest, count in sorted(baseline.articles.items()))
    return f"{head}{','.join(lines)}\n}}}}\n".encode()


def require_settings(baseline: Baseline, settings: dict[str, object], place: str, fix: str) -> None:
    """Refuse a baseline of other settings; raises OtherSettingsError that names what differs."""
    theirs = baseline.settings
    if theirs.get("fingerprint") == settings["fingerprint"]:
        return
    named = [key for key in settings if key != "fingerprint" and theirs.get(key) != settings[key]]
    differ = [f"{key} was {str(theirs.get(key))[:40]} and is {settings[key]}" for key in named]
    raise OtherSettingsError(
        f"made under other settings: {', '.join(differ) or 'the rules have changed since'}",
        place=place,
        hint=f"use the same, or accept all there is now: {fix}",
    )


class _Source(NamedTuple):
    """The text of a baseline that is being read, and what to say of it where it is wrong."""

    text: str
    place: str
    hint: str

    @classmethod
    def decoded(cls, content: bytes, place: str, hint: str) -> _Source:
        """Decode, and recognise a merge that was left unfinished."""
        try:
            source = cls(content.decode("utf-8-sig"), place, hint)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            why = f"not a baseline: byte {error.start} is not UTF-8"
            raise BaselineError(why, place=f"{place}:{line}", hint=hint) from None
        marker = _MARKER.search(source.text)
        if marker:
            why = "a merge was left unfinished here"
            hint = f"keep the lines of both sides, or {hint}"
            raise BaselineError(why, place=f"{place}:{source.line(marker.start())}", hint=hint)
        return source

    def refuse(self, why: str, key: str, *, last: bool = False) -> NoReturn:
        """Raise with the line on which a key stands for the first or the last time."""
        quoted = json.dumps(key)
        at = self.text.rfind(quoted) if last else self.text.find(quoted)
        line = self.line(max(at, 0))  # 1 if the key is written otherwise
        raise BaselineError(why, place=f"{self.place}:{line}", hint=self.hint)

    def line(self, at: int) -> int:
        """The number of the line that holds a character."""
        return self.text.count("\n", 0, at) + 1


def _document(source: _Source) -> dict[str, object]:
    """Parse the JSON, in which every key may stand once only."""
    try:
        body = json.loads(source.text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        why = f"not a baseline: {error.msg[:1].lower()}{error.msg[1:]}"
        place = f"{source.place}:{error.lineno}"
        raise BaselineError(why, place=place, hint=source.hint) from None
    except _RepeatedError as error:
        source.refuse(f"{str(error)[:40]!r} stands here again", str(error), last=True)
    except (RecursionError, ValueError):  # thousands of brackets, or of digits
        source.refuse("not a baseline", "")
    if not isinstance(body, dict):
        source.refuse("not a baseline: no object", "")
    return body


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Build an object, and refuse it if a key stands in it twice: one of the two would be lost."""
    body = dict(pairs)
    if len(body) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _RepeatedError(next(key for key, _ in pairs if counts[key] > 1))
    return body


def _require_schema(body: dict[str, object], source: _Source) -> None:
    """Refuse what is not of this version, and tell a newer version from another kind of file."""
    schema = body.get("schema")
    if schema == SCHEMA:
        return
    if isinstance(schema, str) and re.fullmatch(r"dedup\.baseline/[0-9]{1,9}", schema):
        raise NewerError(
            f"{schema} is newer than this version of dedup, which knows {SCHEMA}",
            place=source.place,
            hint=f"update dedup, or {source.hint}",
        )
    source.refuse(f"not a baseline: its schema is not {SCHEMA}", "schema")
