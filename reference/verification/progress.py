"""Progress: a bar on a terminal, with what is decided above it; elsewhere a plain line per check, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

__all__ = ["WRONG", "Decided", "Progress", "Shown", "progress", "undecided", "unseen"]

Progress = Callable[
    [str, int, int], None
]  # a check, how many more of its cases were judged, and how many there will be
Decided = Callable[[str], None]  # a line on what was decided of a check, before the report says more
WRONG = "✗"  # how such a line begins that nobody should have to wait for


def unseen(check: str, cases: int, total: int) -> None:
    """Progress that nobody looks at."""


def undecided(line: str) -> None:
    """A decision that nobody is told of."""


class Shown:
    """``advance(check, cases, total)``, ``advance.decided(line)``, and ``advance.told(line)`` of a whole target."""

    def __init__(self, advance: Progress, decided: Decided, told: Decided) -> None:
        self.advance, self.decided, self.told = advance, decided, told

    def __call__(self, check: str, cases: int, total: int) -> None:
        self.advance(check, cases, total)


@contextmanager
def progress(stream: TextIO, *, doing: str = "verifying ") -> Iterator[Shown]:
    """Yields what shows it; writes to ``stream`` only. What is right is for who sits before a terminal."""
    if not stream.isatty():
        plain = Plain(stream)
        yield Shown(plain.begun(doing), lambda line: plain.say(line) if line.startswith(WRONG) else None, plain.say)
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

        def say(line: str) -> None:
            bar.console.print(line, highlight=False, markup=False)

        yield Shown(advance, say, say)


class Plain:
    """Lines, for a file or another program."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def say(self, line: str) -> None:
        with suppress(OSError, ValueError):  # a full or closed stream decides nothing
            self._stream.write(f"{line}\n")
            self._stream.flush()

    def begun(self, doing: str) -> Progress:
        """A line for every check, when it is begun."""
        said: set[str] = set()

        def advance(check: str, cases: int, total: int) -> None:
            if check not in said:
                said.add(check)
                planned = f": {total:,} case{'' if total == 1 else 's'}" if total else ""
                self.say(f"{doing}{check}{planned}")

        return advance
