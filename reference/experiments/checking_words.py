"""What the page of gradient checking says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from reference.experiments import planted
from reference.experiments.checking import COURSE_STEP, SEED, Crossing, Steps
from reference.experiments.checking_figures import kinks, short, valley
from reference.experiments.page import Section, Story
from reference.report.models.verification import Target
from reference.report.tables import Table
from reference.report.view import SAYS

__all__ = ["Checked", "story"]


class Checked(NamedTuple):
    """Everything that was found out. ``targets`` is what the tool says of each file; less where it was interrupted."""

    seed: int
    scalars: Mapping[float, float]  # x, and the difference there
    differences: Mapping[str, float]  # of each file
    steps: Steps
    crossings: list[Crossing]
    targets: Mapping[str, Target]


def story(found: Checked, command: str) -> Story:
    """The page."""
    notes = [] if len(found.targets) == len(planted.FILES) else ["Interrupted: not every file was judged by the tool."]
    facts = (
        "One parameter, J = θ x at θ = 4; then a network 4 → 5 → 3 → 1 with relu and a sigmoid, three examples.",
        f"Seed of data and parameters: {found.seed}; the course's is {SEED}.",
    )
    return Story(
        "gradient-checking", "A derivative against a difference",
        "A backward pass by hand is checked by moving each parameter a little to both sides. How far to move it is "
        "the question, and what to make of the one number that comes out.",
        facts, notes, [_one(found), _mistakes(found), _valley(found.steps), _kinks(found.crossings)], command,
    )  # fmt: skip


def _one(found: Checked) -> Section:
    numbers = ", ".join(f"{difference:.3g} at x = {x:g}" for x, difference in found.scalars.items())
    said = (
        "With J = θ x the derivative is x, and (J(θ + ε) − J(θ − ε)) / 2ε is x too, but for round-off: a straight "
        "line has no truncation error, however long the step. What is left is of the size of u |J| / ε. With ε = "
        f"1e-7 the difference ‖g − g̃‖ / (‖g‖ + ‖g̃‖) is {numbers}."
    )
    return Section("One parameter", [said])


def _mistakes(found: Checked) -> Section:
    wrong, right = (found.differences[name] for name in planted.FILES)
    above = " That is more than the 1e-7 with which many compare it: right gradients, called wrong."
    said = (
        "In planted.py two of the gradients are wrong: dW2 is doubled, db1 has 4/m for 1/m. The course's check "
        f"finds a difference of {wrong:.4g}, and stops there: one number for 47 gradients, with no name and no "
        "line in it. The tool recomputes each line from the file's own values, and names what is wrong, by what, "
        f"and where. In fixed.py both lines are put right, and the course's number is {short(right, 2)}."
        f"{above if right > COURSE_STEP else ''}"
    )
    rows, named = [], []
    for name in planted.FILES:
        target = found.targets.get(name)
        rows.append([name, f"{found.differences[name]:.6g}", "not judged" if target is None else SAYS[target.verdict]])
        named += [] if target is None else planted.findings(target, name)
    table = Table("The course's number, and the tool", ["file", "difference", "the tool"], rows)
    return Section("Two mistakes in a network", [said], tables=[table], findings=named)


def _valley(steps: Steps) -> Section:
    ruled = steps.epsilon <= COURSE_STEP
    times = float(np.median(steps.differences[ruled] / steps.logits[ruled]))
    said = (
        "A long step sees the curve bend: truncation, which grows as ε². A short one subtracts two numbers that "
        "are nearly equal: round-off, which grows as 1/ε. The gradients here are right, so that all of the "
        "difference is the check's own. Their sum is least at ε = ∛(3 η / |J‴|), with η the round-off of J: here "
        f"at {short(steps.derived)}, and 1e-7 is "
        f"{'far too short' if steps.derived > 30 * COURSE_STEP else 'not it'}. The course's cost makes it worse: "
        "log(1 − A₃) has lost digits before the logarithm is taken. Taken from Z₃, the same cost leaves a "
        f"difference {times:.0f} times as small where round-off rules. The tool takes J's differences from Z₃, "
        "too, in closed form, and gives every parameter a step of its own, with a bound on the error; it stops "
        "where the bound is good enough to judge by."
    )
    return Section("How long a step", [said], [valley(steps)])


def _kinks(crossings: list[Crossing]) -> Section:
    tied = crossings[-1]
    said = (
        "A difference across a relu's kink is a mean of two slopes, and the derivative is one of them. Each row is "
        "a parameter, each column a step, and a step that is filled crosses. So the step cannot simply be made "
        "longer against round-off: with more examples there are more kinks, and they begin earlier. On the right "
        "the biases are zero and dropout has taken all of layer 1 from an example. Its Z₂ is exactly 0, every step "
        f"crosses, and the plain difference calls right gradients wrong ({tied.difference:.2g}). The tool looks at "
        "the signs on the way: it stays below the first kink, and where θ itself lies on one it differences on the "
        "side that θ belongs to. What could be judged by neither it would leave out and count; here it left out "
        f"{int(tied.left_out.sum())}, and says {tied.verdict} with a difference of {tied.tool:.1g}."
    )
    return Section("Which kinks a step crosses", [said], [kinks(crossings)])
