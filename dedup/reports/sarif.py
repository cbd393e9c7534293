"""SARIF 2.1.0: one result for each redundant article, as code scanning services take it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..errors import HARMLESS
from ..version import __version__
from .findings import (
    ACCEPTED,
    NEW,
    STDIN,
    explained,
    findings,
    fingerprints,
    located,
    place,
    uri,
    worst_first,
)
from .machine import safe
from .screen import shown

if TYPE_CHECKING:
    from ..data.article import Skipped
    from ..data.result import Entry, Gate, Result
    from .findings import Finding
    from .screen import Look

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_MOST_RESULTS = 5000
"""GitHub shows no more of one run."""
_MOST_NOTIFICATIONS = 1000


def result(result: Result, look: Look, gate: Gate | None = None) -> str:  # noqa: ARG001 - no eyes
    """Render one run; accepted copies are suppressed, and what was not read makes it incomplete."""
    found = findings(result, gate)
    names = dict(zip((one.copy.id for one in found), fingerprints(found), strict=True))
    listed = worst_first(found)[:_MOST_RESULTS]
    rules = sorted({one.rule for one in listed})
    at = {rule: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "dedup",
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "invocations": [_invocation(result, len(found) - len(listed))],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, at[one.rule], names[one.copy.id], gate) for one in listed],
    }
    body = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return safe(json.dumps(body, indent=1, ensure_ascii=False)) + "\n"


def _rule(rule: str) -> dict[str, object]:
    """Describe one of our rules, as far as a viewer asks."""
    code, _, name = rule.partition(" ")
    why = explained(code)
    help_text = f"{why} `dedup compare LEFT RIGHT --why` shows the figures; `dedup clean` removes."
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in name.split("-")) or code,
        "shortDescription": {"text": f"Duplicate article: {name.replace('-', ' ') or code}"},
        "fullDescription": {"text": why},
        "help": {"text": help_text.replace("`", ""), "markdown": help_text},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["duplicate"]},
    }


def _result(one: Finding, rule: int, name: str, gate: Gate | None) -> dict[str, object]:
    """Give one copy, with the article that it copies as related location 0."""
    level = "warning"
    if gate:
        level = "note" if one.standing == ACCEPTED else "error"
    body: dict[str, object] = {
        "ruleId": one.code,
        "ruleIndex": rule,
        "level": level,
        "message": {
            "text": f"Same story as [{_literal(_address(one.original))}](0): {one.likeness}."
        },
        "locations": [{"physicalLocation": _location(one.copy)}],
        "relatedLocations": [
            {
                "id": 0,
                "physicalLocation": _location(one.original),
                "message": {"text": "the article that it copies"},
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": name},
    }
    if one.standing:
        body["baselineState"] = "new" if one.standing == NEW else "unchanged"
    if one.standing == ACCEPTED:
        body["suppressions"] = [{"kind": "external", "justification": "accepted by the baseline"}]
    return body


def _address(entry: Entry) -> str:
    return shown(entry.address or entry.id)


def _location(entry: Entry) -> dict[str, object]:
    """Give the file and the region; a record is its line, a file its first."""
    return _physical(*place(entry))


def _physical(path: str, line: int) -> dict[str, object]:
    return {
        "artifactLocation": {"uri": "stdin" if path == STDIN else uri(path)},
        "region": {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 2},
    }


def _invocation(result: Result, left_out: int) -> dict[str, object]:
    """Tell whether everything was read, and what was not."""
    notes = [_notification(one) for one in result.skipped[:_MOST_NOTIFICATIONS]]
    more = len(result.skipped) - len(notes)
    for count, what in ((more, "more inputs were not read"), (left_out, "more copies left out")):
        if count:
            notes.append({"level": "warning", "message": {"text": f"{count:,} {what}"}})
    whole = all(one.code in HARMLESS for one in result.skipped)
    return {"executionSuccessful": whole, "toolExecutionNotifications": notes}


def _notification(one: Skipped) -> dict[str, object]:
    """Tell of one input that was not read."""
    return {
        "descriptor": {"id": one.code},
        "level": "note" if one.code in HARMLESS else "error",
        "message": {"text": _literal(shown(f"not read: {one.why}"))},
        "locations": [{"physicalLocation": _physical(*located(one.address))}],
    }


def _literal(text: str) -> str:
    r"""Take the meaning from what a SARIF message would read as a link or a placeholder.

    >>> _literal("a[1](0){2}")
    'a\\[1\\](0){{2}}'
    """
    for char in "\\[]":
        text = text.replace(char, f"\\{char}")
    return text.replace("{", "{{").replace("}", "}}")
