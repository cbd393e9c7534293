"""Find the news articles that are the same story, and tell them from those about the same event.

>>> import dedup
>>> wire = "The harbour of Ostrava Bay was closed on Monday after a storm tore three cranes down."
>>> pair = dedup.compare(dedup.Article("a", wire), dedup.Article("b", wire.upper()))
>>> pair.verdict.relation.value, pair.verdict.kind
('same_story', 'exact')
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .version import __version__

if TYPE_CHECKING:
    from .data.article import Article, Skipped
    from .data.pair import Comparison, Evidence, Relation, Verdict
    from .data.result import Result, Story, Tally
    from .pipeline import compare, deduplicate
    from .settings import Settings

__all__ = ["Article", "Comparison", "Evidence", "Relation", "Result", "Settings", "Skipped"]
__all__ += ["Story", "Tally", "Verdict", "__version__", "compare", "deduplicate"]

_HOMES = {
    **dict.fromkeys(["Article", "Skipped"], ".data.article"),
    **dict.fromkeys(["Comparison", "Evidence", "Relation", "Verdict"], ".data.pair"),
    **dict.fromkeys(["Result", "Story", "Tally"], ".data.result"),
    **dict.fromkeys(["compare", "deduplicate"], ".pipeline"),
    "Settings": ".settings",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: the arrays behind some take their time."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)
