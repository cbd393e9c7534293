"""CSV: one row to an article or an unread input, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from .findings import findings
from .screen import shown

if TYPE_CHECKING:
    from ..data.result import Entry, Gate, Result
    from ..evaluate import Evaluation, Score, Share
    from .findings import Finding
    from .screen import Look

_COLUMNS = (
    "address", "id", "title", "words", "story", "keep", "copy_of", "rule", "kind",
    "jaccard_ratio", "gate", "skipped",
)  # fmt: skip
_FIGURES = ("relation", "measure", "count", "total", "ratio", "low_ratio", "high_ratio")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def result(result: Result, look: Look, gate: Gate | None = None) -> str:  # noqa: ARG001 - no eyes
    """Render the articles in the order of the corpus, then what was not read."""
    found = {one.copy.id: one for one in findings(result, gate)}
    rows = [_row(entry, found.get(entry.id)) for entry in result.articles]
    rows += [
        {"address": one.address, "skipped": f"{one.why} [{one.code}]"} for one in result.skipped
    ]
    return _table(_COLUMNS, [[row.get(name, "") for name in _COLUMNS] for row in rows])


def evaluation(evaluation: Evaluation, look: Look) -> str:  # noqa: ARG001 - no eyes
    """Render the figures: one row for each measure of each relation, then for each stage."""
    rows: list[list[object]] = []
    for score in evaluation.scores:
        rows += [[score.relation, name, *_share(one)] for name, one in _measures(score)]
    rows += [["same_story", stage.name, *_share(stage.share)] for stage in evaluation.stages]
    return _table(_FIGURES, rows)


def _row(entry: Entry, finding: Finding | None) -> dict[str, object]:
    """Give an article's cells."""
    row: dict[str, object] = {
        "address": entry.address,
        "id": entry.id,
        "title": entry.title,
        "words": entry.words,
        "story": "" if entry.story is None else entry.story,
        "keep": "yes" if entry.keep else "no",
    }
    if finding:
        row |= {
            "copy_of": finding.original.id,
            "rule": finding.rule,
            "kind": finding.kind,
            "gate": finding.standing,
        }
    if finding and finding.verdict:
        row["jaccard_ratio"] = finding.verdict.evidence.jaccard_ratio
    return row


def _measures(score: Score) -> tuple[tuple[str, Share], ...]:
    return (("precision", score.precision), ("recall", score.recall), ("f1", score.f1))


def _share(share: Share) -> list[object]:
    """Give a share's cells, rounded; empty where there is no ratio."""
    ratios = (share.ratio, share.low_ratio, share.high_ratio)
    return [share.count, share.total, *("" if one is None else round(one, 4) for one in ratios)]


def _table(columns: tuple[str, ...], rows: list[list[object]]) -> str:
    """Write as RFC 4180 says."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return stream.getvalue()


def _cell(value: object) -> object:
    r"""Make a text harmless: no control characters, and nothing that a spreadsheet would compute.

    >>> _cell("=1+1"), _cell("\t@x"), _cell("a-b"), _cell(-1)
    ("'=1+1", "'\\t@x", 'a-b', -1)
    """
    if not value or not isinstance(value, str):
        return value
    text = shown(value)
    risky = value.lstrip(" ").startswith((*_FORMULA, "::"))  # :: begins a runner's command
    return f"'{text}" if risky else text
