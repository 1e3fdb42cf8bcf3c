"""``manual-backprop verify --watch``: once more on every save, and of what is right only what has changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import click

from reference.commands.remembered import Memory
from reference.commands.verify import run_verify
from reference.settings.formats import Reports
from reference.targets.process.children import Children

__all__ = ["run_watch"]

SOURCES = (".py", ".ipynb", ".md")
TOGETHER, STEP = 80, 20  # milliseconds: what is written within these is one save; how often is looked
WHOLE_RUN = ("update_baseline", "scheduler", "resume", "line")


def run_watch(targets: tuple[str, ...], *, reports: Reports, **flags: Any) -> int:
    """Until Ctrl-C, which raises ``KeyboardInterrupt``. ``click.UsageError`` for what cannot be watched."""
    for name in WHOLE_RUN:
        if flags.get(name):
            flag = "--case" if name == "line" else f"--{name.replace('_', '-')}"
            raise click.UsageError(f"--watch goes on and on, and {flag} is for one run; give one of them")
    places = [_place(name) for name in targets]
    if not places:
        raise click.UsageError("--watch needs a file or a folder to watch")
    memory = Memory()
    with Children(many=True) as children:
        for number, changed in enumerate(_saves(places)):
            if sys.stdout.isatty():
                click.clear()
            elif number:
                click.echo(f"\n{', '.join(sorted(changed))} changed", err=True)
            try:
                run_verify(targets, reports=reports, children=children, before=memory, **flags)
            except click.ClickException as error:  # half a file is saved more often than not
                click.echo(f"manual-backprop: {' '.join(error.format_message().split())}", err=True)
            click.echo("watching; Ctrl-C ends", err=True)
    return 0


def _place(name: str) -> Path:
    """The file or folder of a target; of a pattern, the folder that it begins in."""
    given = name.partition("::")[0]
    path = Path(given)
    if any(sign in given for sign in "*?[") and not path.exists():
        whole = [part for part in path.parts if not any(sign in part for sign in "*?[")]
        path = Path(*path.parts[: len(whole)]) if path.parts[: len(whole)] == tuple(whole) else Path()
    if not path.exists():
        raise click.UsageError(f"--watch looks at files and folders; {name!r} is neither")
    return path.resolve()


def _below(path: Path, folder: Path) -> bool:
    """Is it in a folder, and hidden in none there?"""
    return path.is_relative_to(folder) and not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _saves(places: Sequence[Path]) -> Iterator[set[str]]:
    """At once, and then at each save: the names of what was written."""
    from watchfiles import watch

    def concerns(_: Any, path: str) -> bool:
        one = Path(path)
        return one.suffix in SOURCES and any(one == place or _below(one, place) for place in places)

    folders = {str(place if place.is_dir() else place.parent) for place in places}
    saves: SimpleQueue[set[str]] = SimpleQueue()

    def listen() -> None:  # beside what is judged: a save meanwhile is heard too
        for changes in watch(*folders, watch_filter=concerns, debounce=TOGETHER, step=STEP):
            saves.put({Path(path).name for _, path in changes})

    Thread(target=listen, daemon=True).start()
    yield set()
    while True:
        changed = saves.get()
        while not saves.empty():
            changed |= saves.get()
        yield changed
