"""JUnit XML: a suite to a file, a case to an article, a failure to a copy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ..errors import HARMLESS
from .findings import ACCEPTED, findings, located, place
from .screen import shown

if TYPE_CHECKING:
    from ..data.article import Skipped
    from ..data.result import Entry, Gate, Result
    from .findings import Finding
    from .screen import Look

_NOT_XML = re.compile("[\ufffe\uffff]")


def result(result: Result, look: Look, gate: Gate | None = None) -> str:  # noqa: ARG001 - no eyes
    """Render every article as a case, so that the counts add up and no suite is empty."""
    found = {one.copy.id: one for one in findings(result, gate)}
    suites: dict[str, list[Element]] = {}
    for entry in result.articles:
        path, line = place(entry)
        suites.setdefault(path, []).append(_article(entry, path, line, found.get(entry.id)))
    for one in result.skipped:
        path, line = located(one.address)
        suites.setdefault(path, []).append(_skipped(one, path, line))
    if not suites:
        suites["dedup"] = [Element("testcase", name="no articles", classname="dedup")]
    root = Element("testsuites", name="dedup")
    for path, cases in suites.items():
        suite = SubElement(root, "testsuite", name=_text(path))
        suite.extend(cases)
        _count(suite, cases)
    _count(root, [case for cases in suites.values() for case in cases])
    indent(root, " ")
    body = tostring(root, encoding="unicode").replace("##[", "&#35;#[")  # a runner's command
    return f"<?xml version='1.0' encoding='utf-8'?>\n{body}\n"


def _article(entry: Entry, path: str, line: int, finding: Finding | None) -> Element:
    """Give an article's case: passed, failed as a copy, or passed over as an accepted one."""
    case = _case(entry.id, path, line)
    if finding is None:
        return case
    told = f"same story as {finding.original.address or finding.original.id}: {finding.likeness}"
    if finding.standing == ACCEPTED:
        SubElement(case, "skipped", message=_text(f"accepted by the baseline; {told}"))
    else:
        failure = SubElement(case, "failure", type=finding.rule, message=_text(told))
        failure.text = _text(f"{entry.address or entry.id}: {told} [{finding.rule}]")
    return case


def _skipped(one: Skipped, path: str, line: int) -> Element:
    """Give the case of an input that was not read."""
    case = _case(one.address, path, line)
    kind = "skipped" if one.code in HARMLESS else "error"
    told = SubElement(case, kind, message=_text(f"not read: {one.why} [{one.code}]"))
    if kind == "error":
        told.set("type", one.code)
    return case


def _case(name: str, path: str, line: int) -> Element:
    return Element(
        "testcase", name=_text(name), classname=_text(path), file=_text(path), line=str(line)
    )


def _count(element: Element, cases: list[Element]) -> None:
    """Put the counts into an element's attributes."""
    element.set("tests", str(len(cases)))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(sum(case.find(kind) is not None for case in cases)))


def _text(text: str) -> str:
    """Leave out nothing, but show what XML 1.0 has no way to write."""
    return _NOT_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", shown(text))
