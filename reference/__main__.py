"""The process: exit codes, and one clear line for whatever stops it."""

from __future__ import annotations

import contextlib
import gc
import os
import sys

import click

from reference.cli import cli
from reference.findings.verdicts import DEBUG, INTERNAL

__all__ = ["main"]

INTERRUPTED = 130
COMPLETING = "_MANUAL_BACKPROP_COMPLETE"  # set by a shell that asks what may follow


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0, 1, 2, 3 or 130. An error of our own is 2, never 1."""
    os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")  # none of their types is drawn, and some import half a world
    code = _code(arguments)
    if code == INTERRUPTED:  # what still runs in other threads, JAX's compiler among it, is not waited for
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    gc.freeze()  # what is left ends with the process: to look for garbage in it takes longer than to report
    sys.exit(code)


def _code(arguments: list[str] | None) -> int:
    try:
        return cli.main(args=arguments, prog_name="manual-backprop", standalone_mode=False) or 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        _say(f"{error.format_message()}{_command_for(error, arguments)}")
        return 2
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left; nothing more can be said
        return 2
    except BaseException as error:
        if isinstance(error, SystemExit) and COMPLETING in os.environ:  # click ends so, having answered
            return int(error.code or 0)
        if os.environ.get(DEBUG):
            raise
        _say(f"{INTERNAL}: {type(error).__name__}: {error} (set {DEBUG}=1 for the traceback)")
        return 2


def _command_for(error: click.ClickException, arguments: list[str] | None) -> str:
    """What was meant by a target in the place of a command."""
    first = next(iter(sys.argv[1:] if arguments is None else arguments), "")
    misplaced = isinstance(error, click.UsageError) and error.ctx is not None and error.ctx.command is cli
    if not misplaced or not first.partition("::")[0].endswith((".py", ".ipynb", ".md", "/")):
        return ""
    return f" 'manual-backprop verify {first}', perhaps?"


def _say(text: str) -> None:
    click.echo(f"manual-backprop: {' '.join(text.split())}", err=True)


if __name__ == "__main__":
    main()
