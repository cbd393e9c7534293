"""``dedup help``: what a command does, with examples."""

from __future__ import annotations

import click

from ..errors import EXIT_FINE

_HELP = """Show what a command does, with examples.

\b
Examples:
  dedup help
  dedup help scan
  dedup help compare

Exit: 0 finished, 2 no such command.
"""


@click.command("help", help=_HELP)
@click.argument("name", metavar="[COMMAND]", default="")
@click.pass_context
def show_help(context: click.Context, name: str) -> int:
    """Show a command's help, or that of the tool."""
    outer = context.find_root()
    group = outer.command
    if not isinstance(group, click.Group) or not name:
        click.echo(outer.get_help())
        return EXIT_FINE
    _, command, _ = group.resolve_command(outer, [name])
    if command:
        click.echo(click.Context(command, outer, name).get_help())
    return EXIT_FINE
