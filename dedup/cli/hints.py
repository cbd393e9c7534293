"""Commands to go on with, ready to be pasted."""

from __future__ import annotations

import shlex
from typing import Any

import click
from click.core import ParameterSource

from .streams import STDOUT, say

_OF_A_PAIR = {
    "threshold", "unit", "candidates", "seed", "furniture",
    "text_field", "id_field", "encoding", "limit", "config", "no_config",
}  # fmt: skip
"""Options that have a part in how two articles are read and judged."""


def say_closer(left: str, right: str) -> None:
    """Suggest to look closely at two articles, read and judged as they were in this run; nothing of
    those on stdin, which is gone.
    """
    if any(f"{side}:".startswith((f"{STDOUT}:", f"{STDOUT}!")) for side in (left, right)):
        return
    context = click.get_current_context()
    names = [one.name for one in context.command.params if one.name in _OF_A_PAIR]
    words = [word for name in names for word in typed(context, name)]
    said = "".join(f" {shlex.quote(word)}" for word in words)
    say(f"next: dedup compare {shlex.join([left, right])}{said} --why")


def typed(context: click.Context, name: str) -> list[str]:
    """Write an option of the present command as a person did; nothing if nobody did."""
    option = next((one for one in context.command.params if one.name == name), None)
    source = context.get_parameter_source(name)
    if not isinstance(option, click.Option) or source is not ParameterSource.COMMANDLINE:
        return []
    value: Any = context.params[name]
    longest = max(option.opts, key=len)
    if option.is_flag:
        return [longest if value else max(option.secondary_opts, key=len)]
    values = value if option.multiple else [value]
    return [word for one in values for word in (longest, str(one))]
