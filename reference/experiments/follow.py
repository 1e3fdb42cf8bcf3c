"""A training as it is heard: lines as the course prints them; on a terminal a bar beneath, with cost, rate and time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TextIO

import click

__all__ = ["Follower", "following"]


class Follower(NamedTuple):
    """What a training tells: a line; that it begins, and of how many iterations; where it stands; that it is over."""

    say: Callable[[str], None]
    begin: Callable[[str, int], None]
    iterated: Callable[[str, int, float, float], None]  # of whom, iteration, cost, accuracy
    done: Callable[[str], None]


@contextmanager
def following(stream: TextIO, *, every: int) -> Iterator[Follower]:
    """Lines go to standard output, one for so ``every`` iterations; the bar to ``stream``, where that is a terminal."""
    if not stream.isatty():
        yield _plain(click.echo, every)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(16), TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TextColumn("{task.fields[figures]}"), TimeRemainingColumn(compact=True),
    )  # fmt: skip
    console = Console(file=stream)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        yield _barred(bar, _plain(lambda line: _above(bar, line), every))


def _plain(say: Callable[[str], None], every: int) -> Follower:
    def iterated(name: str, iteration: int, cost: float, accuracy: float) -> None:
        if iteration % every == 0:
            say(f"Cost after iteration {iteration}: {cost}")

    return Follower(say, lambda name, total: say(f"{name}:"), iterated, lambda name: None)


def _above(bar: Any, line: str) -> None:
    """Above the bar where both are on the screen; where output goes elsewhere, there."""
    if sys.stdout.isatty():
        bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
    else:
        click.echo(line)


def _barred(bar: Any, lines: Follower) -> Follower:
    tasks: dict[str, tuple[Any, float]] = {}

    def begin(name: str, total: int) -> None:
        lines.begin(name, total)
        tasks[name] = bar.add_task(name, total=total, figures=""), time.monotonic()

    def iterated(name: str, iteration: int, cost: float, accuracy: float) -> None:
        lines.iterated(name, iteration, cost, accuracy)
        task, began = tasks[name]
        seconds = time.monotonic() - began
        rate = f"  {iteration / seconds:,.0f} steps/s" if iteration and seconds else ""
        bar.update(task, completed=iteration, figures=f"cost {cost:.4f}  accuracy {accuracy:.3f}{rate}")

    def done(name: str) -> None:
        task, _ = tasks[name]
        bar.remove_task(task)

    return Follower(lines.say, begin, iterated, done)
