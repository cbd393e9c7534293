"""What is new in a result, held against what people accepted and what they will put up with."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from .data.pair import Relation
from .data.result import Baseline, Entry, Gate, Result
from .errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .settings import Settings

BINDING = ("text", "shingle", "sketch", "candidate", "match")
"""The groups of settings that decide who is one story with whom; a baseline holds under no other
values of these. Which copy is kept, and how fast, does not matter to it."""
SMALL = 10
"""A baseline of fewer articles may lose them all; that is one repair, and no sign of trouble."""


class GateError(DedupError):
    """A gate that cannot give an answer, because what it was asked about cannot be the corpus."""

    code = "E610"


@dataclass(frozen=True, slots=True)
class Policy:
    """How many new copies may pass; where both limits are given, both hold."""

    max_new: int | None = None
    max_ratio: float | None = None
    """New copies over the articles under judgement, in [0, 1]."""

    def limits(self) -> tuple[str, ...]:
        """The limits in force as a person would type them; without any, nothing new may pass.

        >>> Policy().limits(), Policy(max_ratio=0.025).limits()
        (('--max-new 0',), ('--max-ratio 2.5%',))
        """
        ratio = () if self.max_ratio is None else (f"--max-ratio {_percent(self.max_ratio)}",)
        if self.max_new is None and ratio:
            return ratio
        return (f"--max-new {self.max_new or 0}", *ratio)


class Finding(NamedTuple):
    """One copy under judgement."""

    entry: Entry
    copied: str
    """The id of an article that it was found to be one story with."""
    accepted: bool


def bind(settings: Settings) -> dict[str, object]:
    """The settings that a baseline is bound to: those people set, and a fingerprint of all.

    >>> from .settings import Settings
    >>> list(bind(Settings()))
    ['threshold', 'unit', 'candidates', 'fingerprint']
    """
    groups = {name: asdict(getattr(settings, name)) for name in BINDING}
    groups["candidate"]["candidates"] = sorted(settings.candidate.candidates)
    everything = json.dumps(groups, sort_keys=True)
    return {
        "threshold": settings.match.threshold,
        "unit": settings.shingle.unit,
        "candidates": ",".join(sorted(settings.candidate.candidates)),
        "fingerprint": hashlib.sha256(everything.encode()).hexdigest()[:16],
    }


def accept(result: Result, settings: Settings) -> Baseline:
    """The baseline under which nothing in ``result`` is new.

    It lists each article that is one story with another, the kept ones too, so that it does not
    matter which is kept; and those that a split chain left alone, since their stories would be
    news once the chain is no longer in the way.
    """
    met = Counter(one.digest for one in result.articles if one.digest and not one.known)
    return Baseline(bind(settings), dict(sorted(met.items())))


def changes(old: Baseline, new: Baseline) -> tuple[int, int]:
    """How many articles a new baseline accepts that the old one did not, and the other way round.

    >>> changes(Baseline({}, {"aa": 2, "bb": 1}), Baseline({}, {"aa": 1, "cc": 3}))
    (3, 2)
    """
    before, after = Counter(old.articles), Counter(new.articles)
    return (after - before).total(), (before - after).total()


def mark(result: Result, known: Collection[str]) -> Result:
    """The same result, in which the articles at these addresses are known."""
    if not known:
        return result
    entries = tuple(
        replace(one, known=True) if one.address in known else one for one in result.articles
    )
    return replace(result, articles=entries)


def hold(result: Result, baseline: Baseline | None, policy: Policy) -> Gate:
    """Hold a result against a baseline and a policy.

    Of a story with ``k`` articles, of which ``m`` are accepted or known, ``m - 1`` may be copies
    of another one, and the other copies are new: ``(k - 1) - max(0, m - 1)`` of them.

    >>> first = Entry("a", "a.txt", "", 9, 1, digest="d1")
    >>> second = Entry("b", "b.txt", "", 9, 1, False, "a", "ND01 same-text", "d1")
    >>> from dedup.data.result import Story, Tally
    >>> story = Story(1, "a", "longest", ("a", "b"), 1.0)
    >>> result = Result({}, Tally(articles=2), (first, second), (story,), ())
    >>> hold(result, None, Policy()).new
    ('b',)
    >>> hold(result, Baseline({}, {"d1": 2}), Policy()).accepted
    ('b',)
    """
    place = {one.id: at for at, one in enumerate(result.articles)}
    covered = _accepted(result, baseline)
    found = sorted(_findings(result, covered), key=lambda one: place[one.entry.id])
    new = [one for one in found if not one.accepted]
    accepted = [one for one in found if one.accepted]
    judged = sum(not one.known for one in result.articles)
    passed, why = _answer(len(new), judged, policy)
    if baseline:
        unused = sum(baseline.articles.values()) - len(covered)
        why += f"; {len(accepted):,} accepted"
        why += f", {unused:,} in the baseline for nothing" if unused else ""
    return Gate(
        passed=passed,
        why=why,
        new=tuple(one.entry.id for one in new),
        accepted=tuple(one.entry.id for one in accepted),
        limits=policy.limits(),
        copied=tuple(one.copied for one in new),
    )


def require_articles(result: Result, *, against: bool = False) -> None:
    """Refuse to answer where there is nothing to judge, or nothing to judge it against; raises
    ``GateError``.
    """
    if against and not any(one.known for one in result.articles):
        raise GateError(
            "no known article was read, so there is no answer",
            hint="is --against right? what is itself under judgement is not known",
        )
    judged = [one for one in result.articles if not one.known]
    if not judged:
        raise GateError("no article was read, so there is no answer", hint="is the path right?")
    if not any(one.words for one in judged):
        raise GateError(
            f"not one of {len(judged):,} articles has a word in it, so there is no answer",
            hint="is --text-field right?",
        )


def require_most(old: Baseline, present: Baseline, remedy: str) -> None:
    """Refuse to answer where most of what was accepted is gone; raises ``GateError``.

    A corpus that was moved, emptied or read by the wrong field has nothing new in it, and would
    pass. ``remedy`` is the command for whoever cleaned it up on purpose.
    """
    listed = sum(old.articles.values())
    found = listed - changes(old, present)[1]
    if listed >= SMALL and found * 2 < listed:
        raise GateError(
            f"of {listed:,} accepted articles only {found:,} are still copies or copied; "
            "was everything read?",
            hint=f"if they were cleaned up: {remedy}",
        )


def _findings(result: Result, accepted: set[str]) -> Iterator[Finding]:
    """Every copy under judgement: in the stories, and of known articles that a chain split off."""
    entries = {one.id: one for one in result.articles}
    direct = _direct(result)
    told = set()
    for story in result.stories:
        members = [entries[name] for name in (story.keeper, *story.members)]
        for finding in _copies(members, accepted, direct):
            told.add(finding.entry.id)
            yield finding
    for one in result.articles:
        if one.known or one.id in told or one.id not in direct:
            continue
        known = [name for name in direct[one.id] if entries[name].known]
        if known:
            yield Finding(one, known[0], one.id in accepted)


def _accepted(result: Result, baseline: Baseline | None) -> set[str]:
    """The ids that the baseline covers; of more articles with one content than it has, the kept
    one and the first in order.
    """
    left = dict(baseline.articles) if baseline else {}
    listed = [one for one in result.articles if one.digest in left and not one.known]
    found = set()
    for one in sorted(listed, key=lambda one: not one.keep):
        if left[one.digest]:
            left[one.digest] -= 1
            found.add(one.id)
    return found


def _direct(result: Result) -> dict[str, list[str]]:
    """For each article, those that it was itself found to be one story with."""
    direct: dict[str, list[str]] = {}
    for pair in result.pairs:
        if pair.relation is Relation.SAME_STORY:
            direct.setdefault(pair.left, []).append(pair.right)
            direct.setdefault(pair.right, []).append(pair.left)
    return direct


def _copies(
    members: list[Entry], accepted: set[str], direct: dict[str, list[str]]
) -> Iterator[Finding]:
    """The copies in one story; its keeper stands first in ``members``, and again at its place."""
    keeper, *members = members
    here = [one for one in (keeper, *members) if one.known]
    here += [one for one in (keeper, *members) if one.id in accepted]
    original = here[0] if here else keeper
    for one in members:
        if one.known or one is original:
            continue
        near = one is keeper or original.id in direct.get(one.id, ())
        yield Finding(one, original.id if near else keeper.id, one.id in accepted)


def _answer(new: int, judged: int, policy: Policy) -> tuple[bool, str]:
    """Whether the limits hold, and the figure that decided."""
    share = new / judged if judged else 0.0
    copies = f"{new:,} new {'copy' if new == 1 else 'copies'}" if new else "no new copies"
    over_count = policy.max_ratio is None or policy.max_new is not None
    most = policy.max_new or 0
    if over_count and new > most:
        return False, f"{copies}, where {f'{most:,}' if most else 'none'} may pass"
    if policy.max_ratio is not None and share > policy.max_ratio:
        return False, (
            f"{copies} in {judged:,} articles ({_percent(share)}), "
            f"where {_percent(policy.max_ratio)} may pass"
        )
    if not new:
        return True, copies
    return True, f"{copies}, within {' and '.join(policy.limits())}"


def _percent(ratio: float) -> str:
    """A share in percent, to at most four digits."""
    return f"{100 * ratio:.4g}%"
