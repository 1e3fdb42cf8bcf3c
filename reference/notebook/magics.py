"""``%verify`` and ``%%verify``: plain functions, which the shell registers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from reference.notebook.asking import NoAnswer, asked
from reference.notebook.carrying import carried
from reference.notebook.gathering import as_run, gathered

__all__ = ["commands_of"]

INTERRUPTED = "manual-backprop: interrupted; nothing was judged"
Command = Callable[[str], None]
CellCommand = Callable[[str, str], None]


def commands_of(shell: Any) -> tuple[Command, CellCommand]:
    """The two, for one shell."""
    from IPython.core.magic import no_var_expand

    def verify(line: str) -> None:
        """%verify [NAME…] [OPTION…]: judge the forward and backward passes that this kernel has defined.

        As they live: with what they have closed over and the globals that they use now. Options are those of
        "manual-backprop verify": --case LINE, --bind KEY=VALUE, --seed N, --except NAME, --profile NAME, --script …
        """
        _judge(shell, line, None)

    def verify_cell(line: str, cell: str) -> None:
        """%%verify [OPTION…]: run the cell, then judge what it defines. Options as for %verify."""
        _run(shell, line, cell)
        _judge(shell, line, _this_cell(shell))

    return no_var_expand(verify), no_var_expand(verify_cell)


def _run(shell: Any, line: str, cell: str) -> None:
    """The cell as it is, each line where it stands under the command. Raises what the cell raises, shown as ever."""
    said: list[list[str]] = []
    cached, this = shell.compile.cache, _this_cell(shell)

    def keep(kind: Any, value: Any, lines: list[str]) -> None:
        """It is shown once, by whoever ran us."""
        said.append(lines)

    def cache(text: str, number: int = 0, raw_code: str | None = None) -> str:
        """The number is that of the cell, by which a traceback names it."""
        return str(cached(text, this, raw_code=raw_code))

    with _instead(shell, "_showtraceback", keep), _instead(shell.compile, "cache", cache):
        result = shell.run_cell(as_run(f"%%verify {line}", cell), store_history=False)
    error = result.error_before_exec or result.error_in_exec
    if error is None:
        return
    if isinstance(error, SyntaxError):  # which the shell shows in a way of its own, with our lines in it
        error = type(type(error).__name__, (Exception,), {})(str(error))
    error._render_traceback_ = lambda: said[0] if said else [str(error)]
    raise error


def _this_cell(shell: Any) -> int:
    return len(shell.history_manager.input_hist_raw) - 1


@contextmanager
def _instead(owner: Any, name: str, method: Any) -> Iterator[None]:
    """A method of one object replaced, for a while."""
    setattr(owner, name, method)
    try:
        yield
    finally:
        delattr(owner, name)


def _judge(shell: Any, line: str, cell: int | None) -> None:
    from IPython.display import display

    try:
        found = gathered(shell)
        taken = carried(found, shell.user_ns)
        question = {
            "line": line,
            "cell": cell,
            "cells": found.cells,
            "names": found.names,
            "own": found.spots(),
            "lost": taken.lost,
        }
        answer = asked(question, taken.state)
    except KeyboardInterrupt:
        print(INTERRUPTED)
        return
    except NoAnswer as error:
        print(f"manual-backprop: {error}")
        return
    display({"text/html": answer["html"], "text/plain": answer["text"]} if answer["html"] else _plain(answer), raw=True)


def _plain(answer: dict[str, Any]) -> dict[str, str]:
    """What is no report is a line of text: a name that there is not, an option that there is not."""
    return {"text/plain": answer["text"]}
