"""An experiment's folder: the page and all beside it, written whole or not at all, over nothing of anyone else's."""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reference.experiments import ExperimentError
from reference.experiments.chart import Chart, render
from reference.report.html import page

__all__ = ["INDEX", "RESULTS", "check", "files", "write"]

INDEX, RESULTS = "index.html", "results.json"
WRITING = ".writing-"  # what is not yet whole


def files(
    name: str, command: str, charts: Sequence[Chart], extra: dict[str, bytes], results: dict[str, Any], **given: Any
) -> dict[str, bytes]:
    """The page, its pictures, ``extra``, and ``results`` as JSON with a list of all these files."""
    rendered = {chart.name: render(chart) for chart in charts}
    pictures = {chart: picture for chart, (picture, _) in rendered.items()}
    written = {file: data for _, beside in rendered.values() for file, data in beside.items()}
    version = importlib.metadata.version
    made = f"Python {platform.python_version()}, NumPy {version('numpy')}, Matplotlib {version('matplotlib')}"
    text = page(
        f"experiment_{name.replace('-', '_')}.html.j2", name=name, command=command, pictures=pictures,
        beside=[*extra, RESULTS], made=f"manual-backprop {version('manual-backprop')}, {made}", **given,
    )  # fmt: skip
    written |= {**extra, INDEX: text.encode(errors="replace")}  # a name may be no text
    origin = {"experiment": name, "version": version("manual-backprop"), "command": command}
    listed = _strict({**origin, **results, "files": sorted([*written, RESULTS])})
    return {
        **written,
        RESULTS: f"{json.dumps(listed, indent=1, ensure_ascii=False, allow_nan=False)}\n".encode(errors="replace"),
    }


def _strict(value: Any) -> Any:
    """As strict JSON has it: what is not finite is a string."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _strict(entry) for key, entry in value.items()}
    return [_strict(entry) for entry in value] if isinstance(value, list | tuple) else value


def check(folder: Path) -> None:
    """Raise ``ExperimentError`` where nothing can, or should, be written: before minutes of work, not after."""
    with _one_line(folder):
        if folder.is_dir():
            strange = sorted({path.name for path in folder.iterdir()} - _written(folder))
            if strange:
                raise OSError(f"it holds {strange[0]!r}, which no experiment wrote; give a new or an empty folder")
        elif folder.exists() or folder.is_symlink():
            raise OSError("it is not a folder")
        elif not folder.parent.is_dir():
            raise OSError(f"there is no folder {str(folder.parent)!r}")
        _beside(folder).mkdir()  # who is root is told yes by every other question
        _beside(folder).rmdir()


def write(folder: Path, data: Mapping[str, bytes]) -> None:
    """Beside first, then moved; a folder of an earlier experiment keeps nothing of it. ``data`` has ``RESULTS``."""
    check(folder)
    beside = _beside(folder)
    with _one_line(folder):
        try:
            beside.mkdir()
            for name, content in data.items():
                (beside / name).write_bytes(content)
            if not folder.is_dir():
                beside.replace(folder)
                return
            before = _written(folder)
            for name in sorted(data, key=lambda name: name == INDEX):  # the page when all that it speaks of is there
                (beside / name).replace(folder / name)
            for name in before - set(data):
                path = folder / name
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _beside(folder: Path) -> Path:
    """Where what is not yet whole is kept: on the same disk as the folder."""
    return (folder if folder.is_dir() else folder.parent) / f"{WRITING}{os.getpid()}"


def _written(folder: Path) -> set[str]:
    """What an experiment left here, by its own list; and what one that was killed left half done."""
    left = {path.name for path in folder.iterdir() if path.name.startswith(WRITING)}
    try:
        listed = json.loads((folder / RESULTS).read_text(encoding="utf-8"))["files"]
        return left | {name for name in listed if isinstance(name, str) and Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError):
        return left


@contextmanager
def _one_line(folder: Path) -> Iterator[None]:
    """Too long a name, no right to write, a full disk, someone else's files: ``ExperimentError``, which says why."""
    try:
        yield
    except OSError as error:
        name = str(folder) if len(str(folder)) <= 80 else f"{str(folder)[:79]}…"
        name = name if name.isprintable() else repr(name)
        raise ExperimentError(f"cannot write to {name}: {error.strerror or error}") from None
