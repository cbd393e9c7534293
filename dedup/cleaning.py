"""What a cleaning will do, with proof, and when it had better not be done at all."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .canonical import publisher
from .data.pair import Relation
from .data.result import Removal
from .errors import DedupError, SettingsError, SoundnessError
from .settings import MatchSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .data.article import Article, Skipped
    from .data.result import Result, Story

SMALL_SOURCE = 20
"""A source with fewer articles is not held to a share: one copy among three says nothing."""
_TELLING_RATIO = 0.5
"""What causes at least this share of the removals is named as the likely cause."""
_LINE = re.compile(":[0-9]+$")


class RemovalError(DedupError):
    """More would be removed than is allowed; nothing was written."""

    code = "E501"


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of everything that was read, by address."""

    fates: Mapping[str, Removal | Skipped | None]
    """None is kept; a ``Removal`` is left out for another; a ``Skipped`` could not be read."""
    kept: int
    removed: int
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """So many articles at most, or so large a share of them."""

    count: int | None = None
    ratio: float | None = None

    def __str__(self) -> str:
        """As it would be typed."""
        return f"{self.count}" if self.ratio is None else f"{self.ratio * 100:g}%"


def limit(written: str) -> Limit:
    """The limit that a person wrote as a number or a percentage; raises ``SettingsError``.

    >>> limit("50%"), limit("200")
    (Limit(count=None, ratio=0.5), Limit(count=200, ratio=None))
    """
    number = written.strip()
    if re.fullmatch("[0-9]{1,15}", number):
        return Limit(count=int(number))
    share = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%", number)
    if share and float(share[1]) <= 100:
        return Limit(ratio=float(share[1]) / 100)
    raise SettingsError(f"{written!r} is no limit", hint="a number such as 200, or 0% to 100%")


def plan(result: Result) -> Plan:
    """What becomes of each article and each input that could not be read.

    Raises ``SoundnessError`` unless every story keeps exactly one article and every removed one
    names a kept one that it was compared with itself and found to be the same story.
    """
    kept = {one.id for one in result.articles if one.keep}
    why = {story.keeper: story.why for story in result.stories if story.keeper in kept}
    direct = {
        frozenset((one.left, one.right)): one
        for one in result.pairs
        if one.relation is Relation.SAME_STORY
    }
    fates: dict[str, Removal | Skipped | None] = {one.address: one for one in result.skipped}
    for entry in result.articles:
        if entry.address in fates:
            raise _unsound(f"{entry.address} stands for more than one record")
        if entry.keep:
            fates[entry.address] = None
            continue
        held = direct.get(frozenset((entry.id, entry.copy_of or "")))
        if held is None or entry.copy_of not in why:
            raise _unsound(f"{entry.address} has no kept article of its story")
        fates[entry.address] = Removal(
            entry.id, entry.address, entry.copy_of, held.rule, why[entry.copy_of], held.evidence
        )
    if any(sum(member in kept for member in story.members) != 1 for story in result.stories):
        raise _unsound("a story does not keep exactly one article")
    removed = len(result.articles) - len(kept)
    if result.tally.read != len(kept) + removed + len(result.skipped):
        raise _unsound("the counts do not add up")
    return Plan(fates, len(kept), removed, result.skipped)


def marks(result: Result) -> dict[str, dict[str, object]]:
    """The fields that tell of each article, by address, where nothing is to be removed.

    ``dedup_story`` is the story's number, ``dedup_keeper`` the id of the article it keeps, and
    ``dedup_relation`` is ``same_story`` for an article that is redundant and ``keeper`` for the
    one that is not; all three are None for an article that is told once.
    """
    keepers = {story.story: story.keeper for story in result.stories}
    told = {True: "keeper", False: Relation.SAME_STORY.value}
    return {
        one.address: {
            "dedup_story": one.story,
            "dedup_keeper": keepers.get(one.story or 0),
            "dedup_relation": None if one.story is None else told[one.keep],
        }
        for one in result.articles
    }


def _unsound(why: str) -> SoundnessError:
    """A plan that would break a promise."""
    return SoundnessError(f"{why}; nothing was written", hint="please report this")


def guard(result: Result, most: Limit) -> None:
    """Raise ``RemovalError`` with the likely cause where more than ``most`` would be removed."""
    articles, removed = result.tally.articles, result.tally.redundant
    if _exceeds(removed, articles, most):
        what = f"this would remove {_counted(removed, articles)}, more than --max-removed {most}"
        raise RemovalError(f"{what}; nothing was written", hint=cause(result))


def guard_sources(result: Result, sources: Mapping[str, str], most: Limit) -> None:
    """Raise ``RemovalError`` for the source that would lose the largest share beyond ``most``.

    ``sources`` gives the source of the article at each address. A source with fewer than
    ``SMALL_SOURCE`` articles is not held to a share.
    """
    all_of = Counter(sources.values())
    lost = Counter(sources[one.address] for one in result.articles if not one.keep)
    beyond = [
        (removed / all_of[name], name)
        for name, removed in lost.items()
        if _exceeds(removed, all_of[name], most)
        and (most.ratio is None or all_of[name] >= SMALL_SOURCE)
    ]
    if beyond:
        _, name = max(beyond)
        what = f"this would remove {_counted(lost[name], all_of[name])} of source {name!r}"
        more = f"; {len(beyond) - 1} more sources exceed it" if len(beyond) > 1 else ""
        raise RemovalError(
            f"{what}, more than --max-removed-per-source {most}{more}; nothing was written",
            hint="see what they copy: dedup clean --dry-run",
        )


def source(article: Article) -> str:
    """Whom an article is from: its source, or the host of its address on the web, or its file.

    >>> from dedup.data.article import Article
    >>> source(Article("a", "", address="in.jsonl:3"))
    'in.jsonl'
    """
    return publisher(article.source, article.url) or _file(article.address)


def cause(result: Result) -> str:
    """The likely reason why so much is redundant, and what to do about it."""
    return next(_causes(result), "if they are right, allow it: --max-removed 100%")


def _causes(result: Result) -> Iterator[str]:
    """What can be said of a removal that is too large, the most telling first."""
    removed = [one for one in result.articles if not one.keep]
    telling = max(1, len(removed) * _TELLING_RATIO)
    largest = max(result.stories, key=lambda one: len(one.members), default=None)
    if largest is not None and len(largest.members) - 1 >= max(telling, 2):
        yield _one_story(result, largest)
    default = MatchSettings().threshold
    threshold = result.settings.get("threshold")
    if isinstance(threshold, (int, float)) and threshold < default:
        yield f"--threshold {threshold:g} is low, the default is {default:g}"
    places = {one.id: _file(one.address) for one in result.articles}
    pairs = Counter((_file(one.address), places[one.copy_of or ""]) for one in removed)
    for (copy, original), count in pairs.most_common(1):
        if copy != original and count >= telling:
            yield f"{count:,} of them are in {copy} and copy {original}: is it one corpus twice?"


def _one_story(result: Result, story: Story) -> str:
    """What to think of where most of what is removed is one story."""
    members = set(story.members) - {story.keeper}
    entries = [one for one in result.articles if one.id in members]
    same = sum((one.rule or "").startswith("ND01") for one in entries)
    keeper = next(one for one in result.articles if one.id == story.keeper)
    alike = "have the very text of" if same * 2 > len(entries) else "are one story with"
    return (
        f"{len(entries):,} of them {alike} {keeper.address}, {keeper.words:,} words:"
        " is that the field with the text? --text-field names another"
    )


def _exceeds(removed: int, articles: int, most: Limit) -> bool:
    """Whether a number of removals is beyond a limit; a share is compared without rounding."""
    if most.ratio is None:
        return removed > (most.count or 0)
    return removed > articles * most.ratio + 1e-9


def _counted(removed: int, articles: int) -> str:
    """So many of so many.

    >>> _counted(710, 1000)
    '710 of 1,000 articles (71 %)'
    """
    return f"{removed:,} of {articles:,} articles ({removed * 100 / max(1, articles):.0f} %)"


def balance(read: int, kept: int, removed: int, rejected: int) -> str:
    """The account of a cleaning in one line.

    >>> balance(20000, 13100, 6890, 10)
    '20,000 read = 13,100 kept + 6,890 removed + 10 rejected'
    """
    return f"{read:,} read = {kept:,} kept + {removed:,} removed + {rejected:,} rejected"


def _file(address: str) -> str:
    """The file of an address: ``path:LINE`` without the line."""
    return _LINE.sub("", address)
