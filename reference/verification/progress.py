"""Progress: a bar on a terminal, with what is decided above it; a plain line per check elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

__all__ = ["Decided", "Progress", "Shown", "progress", "undecided", "unseen"]

Progress = Callable[
    [str, int, int], None
]  # a check, how many more of its cases were judged, and how many there will be
Decided = Callable[[str], None]  # a line on what was decided of a check, before the report says more


def unseen(check: str, cases: int, total: int) -> None:
    """Progress that nobody looks at."""


def undecided(line: str) -> None:
    """A decision that nobody is told of."""


class Shown:
    """``advance(check, cases, total)``, and ``advance.decided(line)``."""

    def __init__(self, advance: Progress, decided: Decided) -> None:
        self.advance, self.decided = advance, decided

    def __call__(self, check: str, cases: int, total: int) -> None:
        self.advance(check, cases, total)


@contextmanager
def progress(stream: TextIO, *, doing: str = "verifying ") -> Iterator[Shown]:
    """Yields what shows it; writes to ``stream`` only. What was decided is for who sits before a terminal."""
    if not stream.isatty():
        yield Shown(_plain(stream, doing), undecided)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:48}"), BarColumn(12), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(file=stream), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(check: str, cases: int, total: int) -> None:
            if check not in tasks:
                for task in tasks.values():
                    bar.update(task, visible=False)
                tasks[check] = bar.add_task(check, total=total or None)
            bar.advance(tasks[check], cases)

        yield Shown(advance, lambda line: bar.console.print(line, highlight=False, markup=False))


def _plain(stream: TextIO, doing: str) -> Progress:
    said: set[str] = set()

    def advance(check: str, cases: int, total: int) -> None:
        if check not in said:
            said.add(check)
            planned = f": {total:,} case{'' if total == 1 else 's'}" if total else ""
            with suppress(OSError, ValueError):  # a full or closed stream decides nothing
                stream.write(f"{doing}{check}{planned}\n")
                stream.flush()

    return advance
