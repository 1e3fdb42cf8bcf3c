"""Gradient checking: the course's numbers, and what the tool says of its backward pass with two mistakes planted."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from functools import partial, reduce
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import click
import numpy as np

from manual_backprop.course import gradient_checking as course
from manual_backprop.primitives import Array
from reference.experiments import ExperimentError, folder
from reference.experiments.kinks import kink_crossings, kinks_over_steps
from reference.experiments.step_sizes import (
    COURSE_STEP,
    SEED,
    course_example,
    differences_over_steps,
    short,
    step_sizes,
)
from reference.report.models.verification import CheckResult, Finding, Target
from reference.report.tables import Table
from reference.report.view import SAYS, cause

__all__ = ["FILES", "check_gradients", "describe", "findings", "own_gradients", "verified"]

RIGHT = (files("reference.experiments") / "three_layers.txt").read_text(encoding="utf-8")
MISTAKES = {
    "dW2 = 1.0 / m * np.dot(dZ2, A1.T)": "dW2 = 1.0 / m * np.dot(dZ2, A1.T) * 2",
    "db1 = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)": "db1 = 4.0 / m * np.sum(dZ1, axis=1, keepdims=True)",
}
FILES = {"planted.py": reduce(lambda source, pair: source.replace(*pair), MISTAKES.items(), RIGHT), "fixed.py": RIGHT}


def own_gradients(source: str, X: Array, Y: Array, parameters: Mapping[str, Array]) -> dict[str, Array]:
    """What a file's own backward pass returns after its own forward pass; one of ``FILES``, and no one else's."""
    names: dict[str, Any] = {}
    exec(compile(source, "<planted>", "exec"), names)
    _, cache = names["forward_propagation_n"](X, Y, parameters)
    return names["backward_propagation_n"](X, Y, cache)


def verified(stream: TextIO) -> dict[str, Target]:
    """What ``manual-backprop verify --profile quick`` says of each file, or of some where it is interrupted."""
    from reference.settings.profiles import PROFILES
    from reference.targets import resolve
    from reference.verification import target
    from reference.verification.options import Options
    from reference.verification.progress import progress
    from reference.verification.threads import promptly

    targets: dict[str, Target] = {}
    with suppress(KeyboardInterrupt), TemporaryDirectory() as place, target.prepared(), progress(stream) as advance:
        for name, source in FILES.items():
            path = Path(place) / name
            path.write_text(source, encoding="utf-8")
            options = Options(PROFILES["quick"], witness_cache={}, progress=advance)
            with closing(resolve(str(path))()) as opened:
                targets[name] = promptly(partial(target.verify_one, opened, options, kept=False))
    return targets


def findings(target: Target, name: str) -> list[tuple[CheckResult, Finding]]:
    """The errors in a file's report, in the order of its lines; the file goes by ``name``, and no failure is stored."""
    errors = []
    for row in target.checks:
        for finding in row.findings:
            if finding.severity == "error":
                here = finding.location and finding.location.model_copy(update={"file": name})
                errors.append((row, finding.model_copy(update={"location": here, "replay": None})))
    return sorted(errors, key=lambda pair: pair[1].location.line if pair[1].location else 0)


def describe(row: CheckResult, finding: Finding) -> str:
    """``planted.py:38: dW2, MB101: is exactly …``."""
    where = f"{finding.location.file}:{finding.location.line}: " if finding.location else ""
    return f"{where}{row.output}, {finding.code}: {cause(finding)}"


def check_gradients(seed: int | None, command: str, stream: TextIO) -> tuple[dict[str, bytes], bool]:
    """The files of the experiment, and whether an interrupt cut them short; ``None`` is the course's seed."""
    seed = SEED if seed is None else seed
    scalars = {x: float(course.gradient_check(x, 4.0, COURSE_STEP)) for x in (2.0, 3.0)}
    for x, difference in scalars.items():
        click.echo(f"one parameter, x = {x:g}: difference {difference}")
    example = course_example(seed)
    gradients = {name: own_gradients(source, *example[:2], example.by_name) for name, source in FILES.items()}
    differences = {name: example.course_difference(g) for name, g in gradients.items()}
    if not all(map(np.isfinite, differences.values())):
        raise ExperimentError(f"seed {seed}: the course's cost is not finite there, log 0 stands in it; try another")
    targets, errors = verified(stream), []
    for name, target in targets.items():
        click.echo(f"{name}: difference {differences[name]}, {SAYS[target.verdict]}")
        for row, finding in findings(target, name):
            click.echo(f"  {describe(row, finding)}")
            errors.append((row, finding))
    left = [name for name in FILES if name not in targets]
    if left:
        click.echo(f"interrupted; not judged: {', '.join(left)}")
    steps, crossings = step_sizes(example, gradients["fixed.py"]), kink_crossings(example)
    results = {
        "seed": seed, "differences": differences, "findings": [describe(*error) for error in errors],
        "steps": {"epsilon": list(steps.epsilon), "difference": list(steps.differences), "derived": steps.derived},
    }  # fmt: skip
    verdicts = {name: SAYS[targets[name].verdict] if name in targets else "not judged" for name in FILES}
    rows = [[name, f"{differences[name]:.6g}", verdict] for name, verdict in verdicts.items()]
    short_steps = steps.epsilon <= COURSE_STEP
    return folder.files(
        "gradient-checking", command, [differences_over_steps(steps), kinks_over_steps(crossings)],
        {name: source.encode() for name, source in FILES.items()}, results,
        seed=seed, course_seed=SEED, course_step=COURSE_STEP, scalars=scalars, differences=differences, findings=errors,
        steps=steps, tied=crossings[-1], short=short, interrupted=bool(left),
        table=Table("The course's number, and the tool", ["file", "difference", "the tool"], rows),
        from_logits=float(np.median(steps.differences[short_steps] / steps.logits[short_steps])),
    ), bool(left)  # fmt: skip
