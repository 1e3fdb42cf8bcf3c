"""``manual-backprop experiment``."""

from __future__ import annotations

import os
import shlex
import sys
import time
import webbrowser
from pathlib import Path
from typing import TextIO

import click

from reference.experiments import ExperimentError, folder
from reference.experiments.trainings import PLANS, TrainedExperiment, training_data
from reference.verification.threads import one_thread

__all__ = ["CHECKING", "perform", "run_experiment"]

CHECKING = "gradient-checking"
INTERRUPTED = 130


def run_experiment(
    name: str,
    *,
    out: str | None,
    data: str | None,
    iterations: int | None,
    seed: int | None,
    course_seeds: bool,
    show: bool,
) -> int:
    """Perform an experiment and write its folder; returns the exit code."""
    started = time.monotonic()
    place = Path(f"experiment-{name}" if out is None else out)
    options = {"--out": out, "--data": data, "--iterations": iterations, "--seed": seed}
    given = [part for option, value in options.items() if value is not None for part in (option, str(value))]
    line = shlex.join(["manual-backprop", "experiment", name, *given, *(["--course-seeds"] if course_seeds else [])])
    try:
        folder.check(place)
        files, interrupted = perform(name, data, iterations, seed, course_seeds, line, sys.stderr)
        folder.write(place, files)
    except ExperimentError as error:
        raise click.UsageError(str(error)) from None
    seconds = time.monotonic() - started
    click.echo(f"{place / folder.INDEX}, with {len(files) - 1} files beside it, in {seconds:.1f} s")
    if show:
        _show(place / folder.INDEX)
    return INTERRUPTED if interrupted else 0


def perform(
    name: str,
    data: str | None,
    iterations: int | None,
    seed: int | None,
    course_seeds: bool,
    command: str,
    stream: TextIO,
) -> tuple[dict[str, bytes], bool]:
    """The files by name, and whether an interrupt cut them short; an option that has no meaning is refused."""
    for option, value in (("--data", data), ("--iterations", iterations)):
        if value is not None and name not in PLANS:
            raise ExperimentError(f"{option} has no meaning for {name}, which trains nothing")
    if course_seeds and name != "regularization":
        raise ExperimentError(f"--course-seeds is about dropout's masks, and {name} has none; regularization has")
    with one_thread():
        if name == CHECKING:
            from reference.experiments.gradient_checking import check_gradients

            return check_gradients(seed, command, stream)
        from reference.experiments.training_page import train_and_draw

        plan = PLANS[name]
        seed = plan.seed if seed is None else seed
        source = training_data(data or plan.data)
        experiment = TrainedExperiment(name, plan, *source, iterations or plan.iterations, seed, course_seeds, [])
        return train_and_draw(experiment, command, stream)


def _show(page: Path) -> None:
    """In a browser, where there is a screen to show it on; a browser within the terminal would stop everything."""
    screen = sys.platform in ("win32", "darwin") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
    try:
        shown = bool(screen) and webbrowser.open(page.resolve().as_uri())
    except (webbrowser.Error, OSError):
        shown = False
    if not shown:
        click.echo(f"manual-backprop: no browser could be opened; the page is {page}", err=True)
