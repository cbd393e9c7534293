"""The way in and the only way out: every ending has its exit code, and a crash is never 1."""

from __future__ import annotations

import signal
import sys
import traceback
from typing import TYPE_CHECKING

import click

from ..errors import EXIT_FINE, EXIT_TROUBLE, DedupError
from ..version import __version__
from .check import check
from .compare import compare
from .eval import evaluate
from .report import report
from .scan import scan
from .streams import discard_stdout, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143


_HELP = """Find the articles that are the same story, and tell them from other reports of the event.

\b
Examples:
  dedup scan samples/
  dedup compare left.txt right.txt --why
  dedup check news/ --baseline .dedup-baseline.json
  dedup eval --pairs gold.jsonl news/
"""


class _TerminatedError(BaseException):
    """SIGTERM as an exception, so that half-written files are removed on the way out."""


class _InOrder(click.Group):
    """Lists the commands in the order in which a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names as they were added."""
        return list(self.commands)


@click.group(
    cls=_InOrder,
    help=_HELP,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
@click.pass_context
def dedup(context: click.Context) -> int:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
    return EXIT_FINE


@click.command("help", short_help="Show the help of a command.")
@click.argument("name", metavar="[COMMAND]", default="")
@click.pass_context
def show_help(context: click.Context, name: str) -> int:
    """Show what a command does, with examples."""
    outer = context.find_root()
    _, command, _ = dedup.resolve_command(outer, [name]) if name else (None, None, None)
    inner = click.Context(command, outer, name) if command else outer
    click.echo(inner.get_help())
    return EXIT_FINE


for _command in (scan, compare, report, check, evaluate, show_help):
    dedup.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1, 2, 130 or 143, and nothing else."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        return _run(given)
    except (KeyboardInterrupt, click.Abort):
        say("dedup: interrupted")
        return EXIT_INTERRUPTED
    except _TerminatedError:
        return EXIT_TERMINATED
    except DedupError as error:
        say(f"dedup: {error}")
        return EXIT_TROUBLE
    except Exception as error:
        if "--debug" in given:
            traceback.print_exc()
        what = " ".join(f"{type(error).__name__}: {error}".split())
        say(f"dedup: internal error: {what} [E900] (no result; --debug shows the traceback)")
        return EXIT_TROUBLE
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(arguments: list[str]) -> int:
    """Parse and invoke by hand: click's own main would exit 1 for errors and closed pipes."""
    try:
        with dedup.make_context("dedup", arguments) as context:
            code = dedup.invoke(context)
            return code if isinstance(code, int) else EXIT_FINE
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "dedup"
        say(f"{where}: {error.format_message()} ({where} --help)")
        return EXIT_TROUBLE
    except BrokenPipeError:
        discard_stdout()
        return EXIT_FINE
    except OSError as error:
        discard_stdout()
        say(f"dedup: {(error.strerror or str(error)).lower()}")
        return EXIT_TROUBLE


def _terminate(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signal wants it
    raise _TerminatedError
