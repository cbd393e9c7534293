"""One comparison, for a person: the verdict first, then as much of its reasons as was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..data.pair import Relation
from .screen import Look, cells, counted, excerpt, flowed, padded, painted, percent, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..data.pair import Comparison, Evidence, Piece

_PASSAGES = 5
_PASSAGE_CELLS = 300
_VERDICTS = {
    "exact": "same story: the same text",
    "near": "same story: a near copy",
    "contained": "same story: one holds the other",
    "report": "related: separate reports of one event",
    "template": "related: one form with other facts",
}
_FINDERS = {"asked": "you, who named the pair", "same-text": "their equal clean text"}
_STYLES = {Relation.SAME_STORY: "bad", Relation.RELATED: "title", Relation.DISTINCT: "good"}


def comparison(comparison: Comparison, look: Look) -> str:
    """Render the verdict, and with ``look.why`` and ``look.diff`` what stands behind it."""
    verdict = comparison.verdict
    words = _VERDICTS.get(verdict.kind, verdict.relation.value.replace("_", " "))
    lines = [
        f"{painted(words, _STYLES[verdict.relation], look)}  [{verdict.rule}]",
        *flowed(_words(comparison.decided), look, "  "),
    ]
    if look.why:
        lines += ["", *_figures(comparison, look), *_passages(comparison.pieces, look)]
    if look.diff:
        lines += ["", *_diff(comparison.pieces, look)]
    return "\n".join(lines) + "\n"


def _figures(comparison: Comparison, look: Look) -> Iterator[str]:
    """Give every figure of the evidence in words, one to a line."""
    rows = list(_rows(comparison))
    room = max(cells(label) for label, _ in rows) + 2
    for label, value in rows:
        first, *more = flowed(_words(value), look, " " * room)
        yield painted(padded(label, room), "strong", look) + first[room:]
        yield from more


def _rows(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """Pair each label with what was measured; what is unknown is left out."""
    found = comparison.verdict.evidence
    yield "left", _described(comparison.left.address, comparison.left.id, found.left_words)
    yield "right", _described(comparison.right.address, comparison.right.id, found.right_words)
    estimate = found.jaccard_estimate_ratio
    yield "Jaccard", f"{found.jaccard_ratio:.3f} exact ({estimate:.3f} estimated by signatures)"
    left_in, right_in = percent(found.left_in_right_ratio), percent(found.right_in_left_ratio)
    yield "containment", f"{left_in} of left is in right, {right_in} of right is in left"
    yield "alignment", f"{percent(found.alignment_ratio)} of the words, in the same order"
    shares = f"{percent(found.left_shared_ratio)} of left, {percent(found.right_shared_ratio)}"
    run = counted(found.shared_run_words, "word")
    yield "shared passages", f"{shares} of right; the longest has {run}"
    yield "shared terms", f"cosine {found.term_cosine_ratio:.2f}, rare words weigh more"
    if found.title_ratio is not None:
        yield "titles", f"{percent(found.title_ratio)} alike"
    if circumstances := _circumstances(found):
        yield "published", circumstances
    yield "found by", _finders(found, comparison.chance_ratio)
    if found.facts_differ:
        yield "facts differ", _facts(found)
    yield "cleaned, left", _steps(comparison.left_steps)
    yield "cleaned, right", _steps(comparison.right_steps)


def _described(address: str, name: str, words: int) -> str:
    """Name one side of the pair and its length."""
    return f"{shown(address or name)}, {counted(words, 'word')}"


def _circumstances(found: Evidence) -> str:
    """Say when and by whom, as far as both articles tell it."""
    parts = []
    if found.hours_apart is not None:
        parts.append(f"{abs(found.hours_apart):,.1f} hours apart")
    if found.same_source is not None:
        parts.append("by the same source" if found.same_source else "by different sources")
    return ", ".join(parts)


def _finders(found: Evidence, chance_ratio: float) -> str:
    """Say who proposed the pair, and how surely the bands propose pairs that are so alike."""
    names = ", ".join(_FINDERS.get(name, name) for name in found.found_by) or _FINDERS["asked"]
    bands = f"{counted(found.bands, 'band')} of the signatures agree; " if found.bands else ""
    return f"{names}; {bands}LSH finds {_chance(chance_ratio)} of such pairs"


def _chance(ratio: float) -> str:
    """Write a chance to four places, never rounded up to certainty.

    >>> _chance(1.0), _chance(0.5), _chance(0.0)
    ('over 99.9999 %', '50.0000 %', '0 %')
    """
    if ratio == 0:
        return "0 %"
    if ratio > 0.999999:
        return "over 99.9999 %"
    return "under 0.0001 %" if ratio < 0.000001 else f"{100 * ratio:.4f} %"


def _facts(found: Evidence) -> str:
    """List the facts that were swapped, the first of them in full."""
    listed = [f"{excerpt(f.left, 40)} → {excerpt(f.right, 40)}" for f in found.facts]
    more = found.facts_differ - len(listed)
    share = f"{percent(found.facts_differ_ratio)} of those in shared passages: "
    return share + "; ".join([*listed, f"{more:,} more"] if more > 0 else listed)


def _steps(steps: Sequence[tuple[str, int]]) -> str:
    """List the cleaning rules that changed something."""
    return ", ".join(f"{shown(rule)} {count:,}" for rule, count in steps) or "nothing to clean"


def _passages(pieces: Sequence[Piece], look: Look) -> Iterator[str]:
    """Quote the longest passages that both have, that only left has, that only right has."""
    shared = sorted((p for p in pieces if p.same), key=lambda piece: -piece.words)
    yield from _quoted("longest shared passages", [p.left for p in shared], look)
    for side in ("left", "right"):
        own = [getattr(piece, side) for piece in pieces if not piece.same]
        yield from _quoted(f"only in {side}", sorted(own, key=len, reverse=True), look)


def _quoted(heading: str, passages: list[str], look: Look) -> Iterator[str]:
    """Quote the first of the passages, once each and numbered, cut to a few lines."""
    passages = [passage for passage in dict.fromkeys(passages) if passage.strip()]
    if not passages:
        return
    more = len(passages) - _PASSAGES
    yield ""
    yield painted(heading, "strong", look) + (f" ({_PASSAGES} of {len(passages):,})" * (more > 0))
    for number, passage in enumerate(passages[:_PASSAGES], start=1):
        first, *rest = flowed(_words(_cut(passage)), look, "     ")
        yield f"  {number}. {first[5:]}"
        yield from rest


def _cut(passage: str) -> str:
    """Take the beginning of a passage and say how much there is of it."""
    line = excerpt(passage, _PASSAGE_CELLS)
    return f"{line} ({len(passage):,} characters)" if line.endswith("…") else line


def _diff(pieces: Sequence[Piece], look: Look) -> Iterable[str]:
    """Lay out the whole alignment as one running text with marked differences."""
    if not pieces:
        return ["nothing to align: neither article has a word"]
    return flowed(_marked(pieces), look)


def _marked(pieces: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """Put ``[-only left-]`` and ``{+only right+}`` round what differs, word by word."""
    for piece in pieces:
        if piece.same:
            yield from _words(piece.left)
            continue
        if left := shown(" ".join(piece.left.split())):
            yield from ((word, "bad") for word in f"[-{left}-]".split(" "))
        if right := shown(" ".join(piece.right.split())):
            yield from ((word, "good") for word in f"{{+{right}+}}".split(" "))


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Split escaped text into words without a style."""
    return ((shown(word), "") for word in text.split())
