"""GitLab's code quality report: an array of issues with fingerprints that stay."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from ..errors import HARMLESS
from .findings import ACCEPTED, findings, fingerprints, located
from .machine import safe
from .screen import shown

if TYPE_CHECKING:
    from ..data.article import Skipped
    from ..data.result import Gate, Result
    from .screen import Look

_SEVERITY = {"exact": "major", "near": "major", "contained": "minor"}


def result(result: Result, look: Look, gate: Gate | None = None) -> str:  # noqa: ARG001 - no eyes
    """Render one issue for each copy and for each input that was not read."""
    found = findings(result, gate)
    issues = [_unread(one) for one in result.skipped]
    for one, name in zip(found, fingerprints(found), strict=True):
        severity = "info" if one.standing == ACCEPTED else _SEVERITY.get(one.kind, "major")
        told = f"Same story as {one.original.address or one.original.id}: {one.likeness}"
        issues.append(_issue(one.copy.address or one.copy.id, told, one.rule, severity, name))
    lines = (safe(json.dumps(one, ensure_ascii=False)) for one in issues)
    return "[" + ",\n ".join(lines) + "]\n"


def _unread(one: Skipped) -> dict[str, object]:
    """Give an input that was not read; its place is all there is to know it by."""
    name = hashlib.sha256(f"{one.code}\0{one.address}\0{one.why}".encode("utf-8", "replace"))
    severity = "info" if one.code in HARMLESS else "critical"
    return _issue(one.address, f"Not read: {one.why}", one.code, severity, name.hexdigest()[:32])


def _issue(address: str, told: str, rule: str, severity: str, name: str) -> dict[str, object]:
    """Give one issue; the rule stands in the description too, since GitLab shows no other."""
    path, line = located(address)
    return {
        "description": f"{shown(told)} [{rule}]",
        "check_name": rule,
        "fingerprint": name,
        "severity": severity,
        "location": {"path": shown(path), "lines": {"begin": line}},
    }
