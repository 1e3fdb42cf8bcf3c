"""What a training shows: lines as the course prints them; on a terminal a bar beneath, with cost, rate and time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import click

__all__ = ["TrainingDisplay", "training_display"]


class TrainingDisplay:
    """Lines on standard output, one for so ``every`` iterations; ``bar`` is Rich's, or one that shows nothing."""

    def __init__(self, bar: Any, every: int) -> None:
        self.bar, self.every = bar, every

    def line(self, text: str) -> None:
        """Print ``text``, above the bar where both are on the screen."""
        if sys.stdout.isatty() and not self.bar.disable:
            self.bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            click.echo(text)

    def begin(self, name: str, iterations: int) -> None:
        self.line(f"{name}:")
        self.task, self.began = self.bar.add_task(name, total=iterations, figures=""), time.monotonic()

    def iterated(self, iteration: int, cost: float, accuracy: float) -> None:
        if iteration % self.every == 0:
            self.line(f"Cost after iteration {iteration}: {cost}")
        seconds = time.monotonic() - self.began
        rate = f"  {iteration / seconds:,.0f} steps/s" if iteration and seconds else ""
        figures = f"cost {cost:.4f}  accuracy {accuracy:.3f}{rate}"
        self.bar.update(self.task, completed=iteration, figures=figures)

    def done(self) -> None:
        self.bar.remove_task(self.task)


@contextmanager
def training_display(stream: TextIO, *, every: int) -> Iterator[TrainingDisplay]:
    """The bar goes to ``stream``, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    completed = TextColumn("{task.completed:,.0f} of {task.total:,.0f}")
    columns = (TextColumn("{task.description}"), BarColumn(16), completed, TextColumn("{task.fields[figures]}"))
    quiet = not stream.isatty()
    with Progress(
        *columns, TimeRemainingColumn(compact=True), console=Console(file=stream, quiet=quiet), disable=quiet,
        transient=True, redirect_stdout=False, redirect_stderr=False,
    ) as bar:  # fmt: skip
        yield TrainingDisplay(bar, every)
