"""Reports: pure renderers from a result to a string, by the name of the format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from ..errors import DedupError
from .screen import Look, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..data.pair import Comparison
    from ..data.result import Gate, Result
    from ..evaluate import Evaluation

__all__ = ["ENDINGS", "REPORTS", "FormatError", "Look", "Report", "shown"]


class FormatError(DedupError):
    """A format that does not exist, or that cannot hold what it is asked to."""

    code = "E120"


class Report(NamedTuple):
    """One format: the modules that render a result, a comparison, an evaluation, each imported
    when it is first asked for. Empty where a format makes no sense for a noun.
    """

    name: str
    for_result: str
    for_comparison: str = ""
    for_evaluation: str = ""

    def result(self, result: Result, look: Look, gate: Gate | None = None) -> str:
        """Render a whole result, with what a gate says of it where one was asked."""
        from .figures import rounded

        rendered: str = self._renderer("result")(rounded(result), look, gate)
        return rendered

    def pieces(
        self, result: Result, look: Look, gate: Gate | None = None
    ) -> Iterable[bytes | memoryview]:
        """The same in UTF-8, piece by piece where the format can be written so; else as one."""
        if self.for_result != "machine":
            return [self.result(result, look, gate).encode()]
        from .machine import pieces

        return pieces(result, gate)

    def comparison(self, comparison: Comparison, look: Look) -> str:
        """Render one pair looked at closely."""
        rendered: str = self._renderer("comparison")(comparison, look)
        return rendered

    def evaluation(self, evaluation: Evaluation, look: Look) -> str:
        """Render what labelled pairs say."""
        rendered: str = self._renderer("evaluation")(evaluation, look)
        return rendered

    def check(self, noun: str) -> None:
        """Raise FormatError if the format has no form for ``noun``, such as ``comparison``."""
        if not getattr(self, f"for_{noun}"):
            able = [one.name for one in REPORTS.values() if getattr(one, f"for_{noun}")]
            raise FormatError(
                f"{self.name} is no format for a {noun}", hint=f"one of {', '.join(able)}"
            )

    def _renderer(self, noun: str) -> Callable[..., str]:
        """Import the module of a noun, and give its function."""
        self.check(noun)
        module = import_module(f".{getattr(self, f'for_{noun}')}", __name__)
        function: Callable[..., str] = getattr(module, noun)
        return function


REPORTS = {
    one.name: one
    for one in (
        Report("text", "text", "text_pair", "text_evaluation"),
        Report("json", "machine", "machine", "machine"),
        Report("jsonl", "lines", "lines", "lines"),
        Report("csv", "table", for_evaluation="table"),
        Report("markdown", "markdown", "markdown"),
        Report("sarif", "sarif"),
        Report("junit", "junit"),
        Report("github", "github"),
        Report("gitlab", "gitlab"),
    )
}
"""The formats of ``--format``, by name."""

ENDINGS = {
    ".txt": "text",
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".md": "markdown",
    ".sarif": "sarif",
    ".xml": "junit",
}
"""The format that the end of a file's name asks for."""
