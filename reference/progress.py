"""Progress: a bar on a terminal, a plain line per check elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

__all__ = ["progress"]


@contextmanager
def progress(stream: TextIO) -> Iterator[Callable[[str, int], None]]:
    """Yields ``advance(check, cases)``; writes to ``stream`` only."""
    if not stream.isatty():
        yield _plain(stream)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:50}"),
        BarColumn(16),
        TextColumn("{task.completed:>7,.0f} cases"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as bar:
        tasks: dict[str, object] = {}

        def advance(check: str, cases: int) -> None:
            if check not in tasks:
                for task in tasks.values():
                    bar.update(task, visible=False)  # type: ignore[arg-type]
                tasks[check] = bar.add_task(check, total=None)
            bar.advance(tasks[check], cases)  # type: ignore[arg-type]

        yield advance


def _plain(stream: TextIO) -> Callable[[str, int], None]:
    said: set[str] = set()

    def advance(check: str, cases: int) -> None:
        if check not in said:
            said.add(check)
            stream.write(f"verifying {check}\n")
            stream.flush()

    return advance
