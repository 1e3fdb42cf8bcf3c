"""Reports on their way out: to standard output, or whole into a file; nothing is half written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import click

from reference.settings.formats import Reports

__all__ = ["check_writable", "deliver", "deliver_pages", "write", "write_whole"]

LONGEST_NAME = 200  # of a report's file; most systems take 255, and a suffix is added while it is written
TOGETHER = frozenset({"text", "github"})  # lines that may follow each other on standard output
R = TypeVar("R")


def deliver(report: R, reports: Reports, renderers: Mapping[str, Callable[[R], str | Iterable[str]]]) -> None:
    """Render each form and put it where it was asked for; ``click.ClickException`` where it cannot be written."""
    for form, path in reports:
        write(path, renderers[form](report))


def deliver_pages(path: str, pages: Iterable[tuple[str, str]]) -> None:
    """Each page where its name says, from the folder of ``path``, as it is made; ``click.ClickException`` as above."""
    place = Path(path).parent
    for name, text in pages:
        try:
            (place / name).parent.mkdir(exist_ok=True)
        except OSError as error:
            raise click.ClickException(f"cannot write the report to {place / name}: {error.strerror}") from None
        write(str(place / name), text)


def write(path: str | None, text: str | Iterable[str], what: str = "the report") -> None:
    """Whole, or not at all, in its parts if it has several; ``None`` is standard output."""
    parts = [text] if isinstance(text, str) else text
    try:
        if path is None:
            for part in parts:
                click.echo(part, nl=False)
        else:
            write_whole(Path(path), (part.encode(errors="replace") for part in parts))
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        place = path or "standard output"
        raise click.ClickException(f"cannot write {what} to {place}: {error.strerror or error}") from None


def write_whole(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write beside, then rename: a reader never sees half a file. What is no file (a pipe, a device) is written to.

    Raises ``OSError``.
    """
    parts = [data] if isinstance(data, bytes) else data
    if path.exists() and not path.is_file():
        with path.open("wb") as pipe:
            pipe.writelines(parts)
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            file.writelines(parts)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def check_writable(reports: Reports) -> None:
    """Before minutes of work, not after: a folder that is not there, a folder in the file's place."""
    shown = {form for form, path in reports if path is None}
    apart = len(shown) > 1 and shown <= TOGETHER
    places = [path or (form if apart else "standard output") for form, path in reports]
    if len(set(places)) < len(places):
        twice = next(path for path in places if places.count(path) > 1)
        raise click.UsageError(f"two reports go to {twice}; each takes a place of its own")
    for _, path in reports:
        if path is None:
            continue
        target = Path(path)
        if len(target.name) > LONGEST_NAME:
            raise click.ClickException(f"cannot write the report to {path[:40]}…: the name is too long")
        if target.is_dir() or not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
            reason = "it is a folder" if target.is_dir() else "its folder is not there or not writable"
            raise click.ClickException(f"cannot write the report to {path}: {reason}")
