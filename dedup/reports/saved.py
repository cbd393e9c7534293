"""A result read back from its JSON: hostile until every field has been held against its noun."""

from __future__ import annotations

import json
import types
from dataclasses import MISSING, fields
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from ..data.article import Skipped
from ..data.pair import Verdict
from ..data.result import Entry, Gate, Passage, Result, Story, Tally
from ..errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEMA = "dedup.result/1"
_MOST = 1 << 53


class SavedError(InputError):
    """A file that is no result of this tool, or one that contradicts itself."""

    code = "E330"


def parse(written: bytes) -> tuple[Result, Gate | None]:
    """Build the nouns of a saved result, and the gate's answer if it holds one.

    Raises SavedError with the place inside the document, such as ``pairs[3].evidence.bands``.
    Fields that are not known are passed over: a later version may have added them.
    """
    body = _document(written)
    result = Result(
        settings=_settings(body.get("settings")),
        tally=_noun(Tally, body.get("tally"), "tally"),
        articles=_nouns(Entry, body, "articles"),
        stories=_nouns(Story, body, "stories"),
        pairs=_nouns(Verdict, body, "pairs"),
        skipped=_nouns(Skipped, body, "skipped"),
        furniture=_nouns(Passage, body, "furniture", absent=()),
        notes=_value(tuple[str, ...], body.get("notes", []), "notes"),
    )
    gate = _noun(Gate, body["gate"], "gate") if "gate" in body else None
    _check(result, gate)
    return result, gate


def _document(written: bytes) -> dict[str, Any]:
    """Parse the JSON, and make sure that it calls itself what we can read."""
    try:
        body = json.loads(
            written.decode("utf-8-sig", "strict"),
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise SavedError(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise SavedError(f"not JSON: {error.msg.lower()}, line {error.lineno}") from None
    except RecursionError:
        raise SavedError("is nested too deeply") from None
    except ValueError as error:
        raise SavedError(f"not JSON: {error}") from None
    schema = body.get("schema") if isinstance(body, dict) else None
    if schema != _SCHEMA:
        found = f"is {_brief(schema)}" if schema else "names no schema"
        hint = f"this version reads {_SCHEMA}, as dedup scan --json writes it"
        raise SavedError(f"{found}, not {_SCHEMA}", hint=hint)
    return dict(body)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands there twice: two readers would read two things."""
    body = dict(pairs)
    if len(body) < len(pairs):
        raise ValueError("an object has a key twice")
    return body


def _settings(value: object) -> dict[str, object]:
    """Take the settings as they are, if they are names and plain values."""
    if not isinstance(value, dict):
        raise SavedError("settings is no object")
    for key, one in value.items():
        for inner in one if isinstance(one, list) else [one]:
            if not isinstance(inner, (str, int, float, bool)):
                raise SavedError(f"settings.{key} is {_brief(inner)}")
    return value


def _nouns(
    kind: type[Any], body: dict[str, Any], name: str, absent: tuple[()] | None = None
) -> tuple[Any, ...]:
    """Build a list of nouns."""
    if name not in body and absent is not None:
        return absent
    value = body.get(name)
    if not isinstance(value, list):
        raise SavedError(f"{name} is {_brief(value)}, not a list")
    return tuple(_noun(kind, one, f"{name}[{at}]") for at, one in enumerate(value))


def _noun(kind: type[Any], value: object, place: str) -> Any:  # noqa: ANN401 - of that kind
    """Build one noun from an object, each field of its own type."""
    if not isinstance(value, dict):
        raise SavedError(f"{place} is {_brief(value)}, not an object")
    given = {}
    for name, hint, required in _fields(kind):  # type: ignore[arg-type]  # a class is hashable
        if name in value:
            given[name] = _value(hint, value[name], f"{place}.{name}")
        elif required:
            raise SavedError(f"{place} has no {name}")
    return kind(**given)


@cache
def _fields(kind: Any) -> list[tuple[str, Any, bool]]:  # noqa: ANN401 - a noun's class
    """Give each field of a noun with its type, and whether it must be there."""
    hints = get_type_hints(kind)
    return [
        (one.name, hints[one.name], one.default is MISSING and one.default_factory is MISSING)
        for one in fields(kind)
    ]


def _value(hint: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - of the hinted type
    """Hold a value against a type as the nouns use them."""
    if get_origin(hint) in {Union, types.UnionType}:
        hint = next(one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is tuple and isinstance(value, list):
        inner = get_args(hint)[0]
        return tuple(_value(inner, one, f"{place}[{at}]") for at, one in enumerate(value))
    if hasattr(hint, "__dataclass_fields__"):
        return _noun(hint, value, place)
    if not _fits(hint, value, place):
        raise SavedError(f"{place} is {_brief(value)}")
    return hint(value)


def _fits(hint: Any, value: Any, place: str) -> bool:  # noqa: ANN401 - as above
    """Whether a plain value is of its type and within its range."""
    if hint in {str, bool}:
        return type(value) is hint
    if hint in {int, float}:
        of_kind = type(value) is int or type(value) is hint
        return of_kind and 0 <= value <= (1 if place.endswith("_ratio") else _MOST)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return isinstance(value, str) and value in {one.value for one in hint}
    return False


def _check(result: Result, gate: Gate | None) -> None:
    """Make sure that every id that is named is the id of one article."""
    known = {entry.id for entry in result.articles}
    if len(known) < len(result.articles):
        raise SavedError("two articles have one id")
    if len(result.articles) != result.tally.articles:
        raise SavedError("the tally counts other articles than are listed")
    if gate and len(gate.copied) != len(gate.new):
        raise SavedError("gate.copied does not say for each of gate.new what it copies")
    for place, one in _named(result, gate):
        if one not in known:
            raise SavedError(f"{place} names {_brief(one)}, which is no article here")


def _named(result: Result, gate: Gate | None) -> Iterator[tuple[str, str]]:
    """Give every id that something names, with its place."""
    for at, entry in enumerate(result.articles):
        if entry.copy_of is not None or not entry.keep:
            yield f"articles[{at}].copy_of", entry.copy_of or ""
    for at, story in enumerate(result.stories):
        for one in (story.keeper, *story.members):
            yield f"stories[{at}]", one
    for at, pair in enumerate(result.pairs):
        yield f"pairs[{at}].left", pair.left
        yield f"pairs[{at}].right", pair.right
    for one in (*gate.new, *gate.accepted, *gate.copied) if gate else ():
        yield "gate", one


def _brief(value: object) -> str:
    """Show a value, cut short."""
    written = json.dumps(value)
    return written if len(written) <= 60 else f"{written[:59]}…"
