"""An evaluation, for a person: figures by relation, where pairs got lost, the worst mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .screen import Look, cells, counted, excerpt, flowed, padded, painted, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..data.pair import Evidence
    from ..evaluate import Evaluation, Mistake, Point, Score, Share

_MISSING_SHOWN = 5


def evaluation(evaluation: Evaluation, look: Look) -> str:
    """Render the figures, then as many mistakes as ``look.worst`` allows, then one closing line."""
    blocks = [
        _table(_scores(evaluation.scores), "strong", look),
        _table(_stages(evaluation), "strong", look),
        _sweep(evaluation.sweep, look),
        _mistakes("told less alike than labelled", evaluation.misses, look),
        _mistakes("told more alike than labelled", evaluation.alarms, look),
        flowed([(word, "quiet") for word in _READ.split()], look),
    ]
    lines = [line for block in blocks if block for line in [*block, ""]]
    return "\n".join([*lines, _summary(evaluation)]) + "\n"


_READ = (
    "Precision is over the labelled pairs only. The 95 % intervals are Wilson's (for F1 Wilson's"
    " for the share of right ones among right, wrong and missed, put through F1's formula), as if"
    " no two pairs shared an article."
)


def _table(rows: list[list[str]], style: str, look: Look) -> list[str]:
    """Lay out rows in columns; the first row is the heading."""
    if len(rows) < 2:
        return []
    rooms = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(padded(cell, room) for cell, room in zip(row, rooms, strict=True)).rstrip()
        for row in rows
    ]
    return [painted(lines[0], style, look), *lines[1:]]


def _scores(scores: Sequence[Score]) -> list[list[str]]:
    """One row for each relation that some pair is labelled as."""
    rows = [["relation", "precision", "95 %", "recall", "95 %", "F1", "95 %"]]
    for one in scores:
        if one.recall.total:
            rows.append([one.relation, *_share(one.precision), *_share(one.recall), *_f1(one.f1)])
    return rows


def _share(share: Share) -> list[str]:
    """Write a share with its counts and its interval.

    >>> from ..evaluate import wilson
    >>> _share(wilson(9, 10)), _share(wilson(0, 0))
    (['.900 = 9/10', '.60–.98'], ['–', ''])
    """
    if share.ratio is None:
        return ["–", ""]
    return [f"{_figure(share.ratio)} = {share.count:,}/{share.total:,}", _interval(share)]


def _f1(share: Share) -> list[str]:
    """Write F1, whose counts stand in the columns before it."""
    return [_figure(share.ratio), _interval(share)]


def _interval(share: Share) -> str:
    """Write both ends of an interval to two places."""
    ends = (
        f"{end:.2f}".removeprefix("0")
        for end in (share.low_ratio, share.high_ratio)
        if end is not None
    )
    return "–".join(ends)


def _figure(ratio: float | None) -> str:
    """Write three places, without the zero that all of them have.

    >>> _figure(0.9), _figure(1.0), _figure(None)
    ('.900', '1.000', '–')
    """
    return "–" if ratio is None else f"{ratio:.3f}".removeprefix("0")


def _stages(evaluation: Evaluation) -> list[list[str]]:
    """One row for each stage, if any pair is labelled as one story."""
    if not any(stage.share.total for stage in evaluation.stages):
        return []
    rows = [["same_story pairs", "recall", "95 %"]]
    return rows + [[stage.name, *_share(stage.share)] for stage in evaluation.stages]


def _sweep(points: Sequence[Point], look: Look) -> list[str]:
    """Show same_story at every threshold, or only where it is best."""
    shown_points = [one for one in points if look.sweep or one.best or one.in_force]
    if not any(one.best for one in points):
        return []
    rows = [["threshold", "precision", "recall", "F1", ""]]
    for one in shown_points:
        score = one.score
        ratios = (score.precision.ratio, score.recall.ratio, score.f1.ratio)
        marks = [*["best"] * one.best, *["in force"] * one.in_force]
        rows.append([f"{one.threshold:.2f}", *map(_figure, ratios), ", ".join(marks)])
    return _table(rows, "strong", look)


def _mistakes(heading: str, mistakes: Sequence[Mistake], look: Look) -> list[str]:
    """List the worst mistakes of a kind, each with its addresses and what decided."""
    listed = mistakes[: look.worst]
    if not listed:
        return []
    more = f" ({len(listed)} of {len(mistakes):,})" if len(mistakes) > len(listed) else ""
    lines = [painted(heading, "strong", look) + more]
    for one in listed:
        lines.append(f"  {shown(one.left_address)}  {shown(one.right_address)}")
        lines += flowed([(shown(word), "") for word in _told(one).split()], look, "    ")
    return lines


def _told(one: Mistake) -> str:
    """Say what was labelled, what was told, and by which figures."""
    label = f" ({excerpt(one.gold.label, 40)})" if one.gold.label else ""
    parts = [f"labelled {one.gold.relation}{label}, told {one.told}", *_lost(one), one.decided]
    return (
        f"{'; '.join(parts)} [{one.judged.verdict.rule}]; {_figures(one.judged.verdict.evidence)}"
    )


def _lost(one: Mistake) -> Iterator[str]:
    """Say where the run and the verdict on the pair alone part."""
    if one.told == one.judged.verdict.relation.value:
        return
    if not one.judged.found_by and one.told == "distinct":
        yield "no index proposed it"
    elif not one.judged.kept and one.told == "distinct":
        yield "screened out before it was measured"
    else:
        yield "by their story, not by their own verdict"


def _figures(found: Evidence) -> str:
    """Give the figures that rules look at."""
    return (
        f"alignment {_figure(found.alignment_ratio)}, shared passages"
        f" {_figure(found.left_shared_ratio)} and {_figure(found.right_shared_ratio)}, terms"
        f" {_figure(found.term_cosine_ratio)}, facts differ {_figure(found.facts_differ_ratio)}"
    )


def _summary(evaluation: Evaluation) -> str:
    """Say in one line what was counted, and what was left out and why."""
    parts = [
        f"{counted(evaluation.pairs, 'labelled pair')} in {counted(evaluation.articles, 'article')}"
    ]
    if evaluation.unsure:
        parts.append(f"{evaluation.unsure:,} unsure, left out")
    if evaluation.repeated:
        parts.append(f"{evaluation.repeated:,} labelled twice, counted once")
    if evaluation.missing_pairs:
        names = [excerpt(name, 40) for name in evaluation.missing[:_MISSING_SHOWN]]
        more = len(evaluation.missing) - len(names)
        listed = ", ".join([*names, *[f"{more:,} more"] * (more > 0)])
        parts.append(f"{evaluation.missing_pairs:,} left out, not in the corpus: {listed}")
    return "; ".join(parts)
