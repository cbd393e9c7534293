"""``dedup completion``: the script by which a shell completes commands, options, values, files."""

from __future__ import annotations

import sys

import click
from click.shell_completion import get_completion_class, shell_complete

from ..errors import EXIT_FINE, EXIT_TROUBLE
from .streams import STDOUT, emit

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_DEDUP_COMPLETE"

_HELP = """Write a script that lets a shell complete commands, options, values and files.

\b
Examples:
  dedup completion bash > dedup.bash
  dedup completion zsh > _dedup
  dedup completion fish > dedup.fish

\b
Where the file goes:
  bash  ~/.local/share/bash-completion/completions/dedup
  zsh   _dedup in a folder of $fpath
  fish  ~/.config/fish/completions/dedup.fish

Exit: 0 finished, 2 trouble.
"""


@click.command("completion", help=_HELP)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Write a shell's script to stdout."""
    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover - all of SHELLS are click's
        return EXIT_TROUBLE
    maker = kind(context.find_root().command, {}, "dedup", _VARIABLE)
    emit(maker.source_template % maker.source_vars(), STDOUT, form=shell)
    return EXIT_FINE


def complete(command: click.Command, instruction: str) -> int:
    """Answer a shell that asks what could come next; whatever is wrong, it is told nothing."""
    try:
        return shell_complete(command, {}, "dedup", _VARIABLE, instruction)
    except Exception:
        return EXIT_TROUBLE
    finally:
        sys.stdout.flush()
