"""The failures a person can meet, each with a code, a place and a remedy."""

from __future__ import annotations

EXIT_FINE = 0
"""Finished, and the policy is met."""
EXIT_NO = 1
"""The answer is no: only a gate, or a question asked with ``--exit-code``, may say this."""
EXIT_TROUBLE = 2
"""Trouble of any kind, from a mistyped flag to an incomplete result; outranks ``EXIT_NO``."""

HARMLESS = frozenset({"E306", "E314"})
"""Codes of inputs that are told but are no fault: what was met on a walk and holds no articles."""


class DedupError(Exception):
    """What every failure of ours derives from.

    ``code`` is stable and printed in brackets; ``place`` is an address that can be pasted back
    as an argument; ``hint`` says what to do about it.
    """

    code = "E900"

    def __init__(self, why: str, *, place: str = "", hint: str = "") -> None:
        """Keep the three parts apart, so that each report can escape and arrange them."""
        super().__init__(why)
        self.why = why
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        """Place, reason, code and remedy on one line.

        >>> str(InputError("JSON ends early at byte 7", place="a.jsonl:3", hint="cut short?"))
        'a.jsonl:3: JSON ends early at byte 7 [E300] (cut short?)'
        """
        place = f"{self.place}: " if self.place else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.why} [{self.code}]{hint}"


class SettingsError(DedupError):
    """A setting that is unknown or out of its range: the key, the value and what is allowed."""

    code = "E100"


class InputError(DedupError):
    """Input that nothing can be read from at all."""

    code = "E300"


class SoundnessError(DedupError):
    """A result that breaks an invariant of its own; never shown as a result."""

    code = "E901"
