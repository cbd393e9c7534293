"""The way in and the only way out: every ending has its exit code, and a crash is never 1."""

from __future__ import annotations

import errno
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from ..errors import EXIT_FINE, EXIT_TROUBLE, DedupError
from ..version import __version__
from .streams import discard_stdout, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143
COMPLETE = "_DEDUP_COMPLETE"
"""The variable in which a shell asks what could come next."""

COMMANDS = {
    "scan": ("scan.scan", "What is duplicated here?"),
    "compare": ("compare.compare", "How do these two relate?"),
    "check": ("check.check", "May this pass? The gate for CI."),
    "clean": ("clean.clean", "Write the corpus without duplicates."),
    "report": ("report.report", "Show a saved result in another format."),
    "eval": ("eval.evaluate", "How often is it right?"),
    "help": ("help.show_help", "Show the help of a command."),
    "completion": ("completion.completion", "Let a shell complete commands and options."),
}
"""Where each command is and what it answers, in the order in which a newcomer needs them. Its
module is imported when it is called: whoever asks for the version waits for nothing else."""

_HELP = """Find the articles that are the same story, and tell them from other reports of the event.

\b
Examples:
  dedup scan samples/
  dedup compare left.txt right.txt --why
  dedup check news/ --baseline .dedup-baseline.json
  dedup clean news.jsonl -o clean.jsonl --removed removed.jsonl
  dedup eval --pairs gold.jsonl news/
"""


class _TerminatedError(BaseException):
    """SIGTERM as an exception, so that half-written files are removed on the way out."""


class _Late(click.Group):
    """Knows its commands by name, and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None where there is no such."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(".")
        found: click.Command = getattr(import_module(f".{module}", __package__), name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say for a name that is none which one was probably meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.group(
    cls=_Late,
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


def run() -> NoReturn:
    """Be the whole process: run the command line, and end with its exit code whatever happens to
    the streams, which the interpreter would else flush once more and fail with 120.
    """
    # Nothing here multiplies matrices, and threads that wait for that to happen cost time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    code = main()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except OSError:
        os._exit(code)
    sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1, 2, 130 or 143, and nothing else."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if COMPLETE in os.environ:
        from .completion import complete

        return complete(dedup, os.environ[COMPLETE])
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
    except MemoryError:
        say("dedup: out of memory [E420] (a lower --memory keeps more on disk; -j 1 works on less)")
        return EXIT_TROUBLE
    except Exception as error:
        if "--debug" in given:
            import traceback

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
        if error.errno == errno.ENOMEM:
            raise MemoryError from error
        discard_stdout()
        where = f"{error.filename}: " if error.filename else ""
        say(f"dedup: {where}{(error.strerror or str(error)).lower()}")
        return EXIT_TROUBLE


def _terminate(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signal wants it
    raise _TerminatedError
