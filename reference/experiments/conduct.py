"""An experiment from beginning to end: from what was asked to files."""

from __future__ import annotations

import importlib.metadata
import io
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import click
import numpy as np

from manual_backprop.network import Parameters
from reference.experiments.errors import ExperimentError
from reference.experiments.follow import following
from reference.experiments.page import files_of
from reference.experiments.plans import PLANS, printed_every
from reference.report.models.verification import Target
from reference.verification.threads import one_thread

__all__ = ["ExperimentRequest", "Product", "conduct"]

CHECKING = "gradient-checking"


class ExperimentRequest(NamedTuple):
    """What the command line says; ``None`` where it says nothing."""

    name: str
    data: str | None
    iterations: int | None
    seed: int | None
    course_seeds: bool
    command: str


class Product(NamedTuple):
    """The files by name, and whether it is all that there would have been."""

    files: dict[str, bytes]
    interrupted: bool


def conduct(asked: ExperimentRequest, stream: TextIO) -> Product:
    """Train or check, and draw. ``ExperimentError`` where what is asked makes no sense, or the data cannot be read."""
    _sensible(asked)
    with one_thread():
        return _checking(asked, stream) if asked.name == CHECKING else _training(asked, stream)


def _sensible(asked: ExperimentRequest) -> None:
    """An option that would be passed over in silence is refused."""
    trains = asked.name in PLANS
    for option, given in (("--data", asked.data is not None), ("--iterations", asked.iterations is not None)):
        if given and not trains:
            raise ExperimentError(f"{option} has no meaning for {asked.name}, which trains nothing")
    if asked.course_seeds and asked.name != "regularization":
        raise ExperimentError(f"--course-seeds is about dropout's masks, and {asked.name} has none; regularization has")


def _training(asked: ExperimentRequest, stream: TextIO) -> Product:
    from reference.experiments.runs import file_of, opened, study
    from reference.experiments.texts import plane, story

    plan = PLANS[asked.name]
    iterations = plan.iterations if asked.iterations is None else asked.iterations
    source = opened(asked.data or plan.data)
    with following(stream, every=printed_every(plan, iterations)) as follower:
        found = study(
            plan, source, follower, iterations=iterations, seed=plan.seed if asked.seed is None else asked.seed,
            course_seeds=asked.course_seeds,
        )  # fmt: skip
        if not plane(found):
            n_0 = found.data.train_X.shape[0]
            follower.say(f"{n_0} feature{'s' if n_0 > 1 else ''}: no picture of the data, no decision boundary")
    runs = [
        {
            "name": o.variant.name, "costs": o.costs, "ending": o.ending, "iterations": o.kept.iteration,
            "train_accuracy": o.train, "test_accuracy": o.test,
        }
        for o in found.outcomes
    ]  # fmt: skip
    results = {**_about(asked), "data": source.said, "seed": found.seed, "iterations": iterations, "runs": runs}
    kept = {file_of(o.variant): _npz(o.kept.parameters) for o in found.outcomes}
    return Product(files_of(story(found, asked.command), kept, results), found.interrupted)


def _checking(asked: ExperimentRequest, stream: TextIO) -> Product:
    from reference.experiments import checking, planted
    from reference.experiments.checking_words import Checked, story
    from reference.report.view import SAYS

    seed = checking.SEED if asked.seed is None else asked.seed
    scalars = {x: checking.scalar(x, 4.0) for x in (2.0, 3.0)}
    for x, difference in scalars.items():
        click.echo(f"one parameter, x = {x:g}: difference {difference}")
    of = checking.example(seed)
    gradients = {name: planted.gradients(source, *of) for name, source in planted.FILES.items()}
    differences = {name: checking.difference(of, g) for name, g in gradients.items()}
    if not all(map(np.isfinite, differences.values())):
        raise ExperimentError(f"seed {seed}: the course's cost is not finite there, log 0 stands in it; try another")
    targets = _judged(stream)
    for name, target in targets.items():
        click.echo(f"{name}: difference {differences[name]}, {SAYS[target.verdict]}")
        for row, finding in planted.findings(target, name):
            click.echo(f"  {planted.said(row, finding)}")
    left = [name for name in planted.FILES if name not in targets]
    if left:
        click.echo(f"interrupted; not judged: {', '.join(left)}")
    steps = checking.steps(of, gradients["fixed.py"])
    crossings = checking.crossings(of)
    found = Checked(seed, scalars, differences, steps, crossings, targets)
    results = {
        **_about(asked), "seed": seed, "differences": differences,
        "findings": [planted.said(*pair) for name, t in targets.items() for pair in planted.findings(t, name)],
        "steps": {"epsilon": list(steps.epsilon), "difference": list(steps.differences), "derived": steps.derived},
    }  # fmt: skip
    sources = {name: source.encode() for name, source in planted.FILES.items()}
    return Product(files_of(story(found, asked.command), sources, results), bool(left))


def _judged(stream: TextIO) -> dict[str, Target]:
    """What the tool itself says of each file, or of some where it is interrupted. JAX compiles, the first time."""
    from reference.experiments import planted
    from reference.verification.progress import progress
    from reference.verification.target import prepared
    from reference.verification.threads import promptly

    found: dict[str, Target] = {}
    try:
        with tempfile.TemporaryDirectory() as folder, prepared(), progress(stream) as advance:
            for name, source in planted.FILES.items():
                path = Path(folder) / name
                path.write_text(source, encoding="utf-8")
                found[name] = promptly(partial(planted.judged, path, advance))
    except KeyboardInterrupt:
        pass
    return found


def _about(asked: ExperimentRequest) -> dict[str, str]:
    return {"version": importlib.metadata.version("manual-backprop"), "command": asked.command}


def _npz(parameters: Parameters) -> bytes:
    """W1, b1, W2, … by name."""
    out = io.BytesIO()
    named: dict[str, Any] = {}
    for l, (W, b) in enumerate(parameters, start=1):
        named |= {f"W{l}": W, f"b{l}": b}
    np.savez(out, **named)
    return out.getvalue()
