"""``manual-backprop`` alone: what lies here, and the likeliest command. Nothing is loaded and nothing is run."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path

import click

__all__ = ["run_greeting", "versions"]

SHOWN = 3  # names of files
LOOKED_INTO = 200  # files, and as many folders: a home folder is no place to search
OTHERS = ("numpy", "jax", "hypothesis", "torch", "autograd", "distributed")  # that results or targets depend on


def versions() -> str:
    """Of the tool, and of everything that a verdict may depend on, as far as it is installed."""
    import platform

    lines = [f"manual-backprop {version('manual-backprop')}", f"Python {platform.python_version()}"]
    for name in OTHERS:
        try:
            lines.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return "\n".join(lines)


def run_greeting() -> int:
    """Exit code 0, whatever lies here."""
    from reference.targets.listing import mentions_ours, sources_in

    click.echo("Proves a hand-written backward pass, or shows where it is wrong.\n")
    found = (path for path in islice(sources_in(Path()), LOOKED_INTO) if mentions_ours(str(path)))
    here = [path.name for path in sorted(found, key=lambda path: path.suffix == ".md")]  # notes come last
    below = "" if here else _folder_with_some()
    for line in (_seen(here, below), "", *_commands(here, below)):
        click.echo(line)
    return 0


def _seen(here: list[str], below: str) -> str:
    if below:
        return f"This folder has no file that looks like one; {below} has."
    if not here:
        return "Nothing in this folder looks like one."
    shown = ", ".join(here[:SHOWN]) + (f" and {len(here) - SHOWN} more" if len(here) > SHOWN else "")
    return f"In this folder {shown} may hold {'one' if len(here) == 1 else 'some'}."


def _folder_with_some() -> str:
    """The first folder here with a file that may hold a backward pass."""
    from reference.targets.listing import mentions_ours, sources_in

    folders = sorted(path for path in islice(Path().iterdir(), LOOKED_INTO) if path.is_dir())
    for folder in folders:
        try:
            if any(mentions_ours(str(path)) for path in islice(sources_in(folder), LOOKED_INTO)):
                return folder.name
        except OSError:
            continue
    return ""


def _commands(here: list[str], below: str) -> list[str]:
    """The likeliest first."""
    from reference.settings.table import ConfigurationError, configuration

    try:
        named = bool(configuration().targets)
    except ConfigurationError:
        named = False
    rows = [("verify", "the targets that pyproject.toml names")] if named else []
    if here:
        first = f"'{here[0]}'" if " " in here[0] else here[0]
        rows.append((f"verify {first}", "hold it against three witnesses"))
        rows += [("verify .", "all that lies here and below")] if len(here) > 1 else []
    elif below:
        rows.append((f"verify '{below}'" if " " in below else f"verify {below}", "hold them against three witnesses"))
    else:
        rows += [] if named else [("verify", "the built-in network, as an example")]
        rows.append(("verify FILE", "a .py, .ipynb or .md file, or a folder of them"))
    rows += [("explain", "what the findings mean"), ("--help", "everything else")]
    widest = max(len(command) for command, _ in rows)
    return [f"  manual-backprop {command:{widest}}  {said}" for command, said in rows]
