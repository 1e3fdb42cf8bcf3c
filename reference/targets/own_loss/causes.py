"""Why a gradient is not that of its own loss: the penalty, a line, one factor; else how far each block is off."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from reference.cases.domain import Domain
from reference.cases.problem import Problem
from reference.diagnosis.diagnose import diagnose
from reference.findings.conventions import Convention, Term
from reference.interface.entry import Entry, Event, Violation
from reference.judging.execution import Failure
from reference.targets.own_loss.asked import OwnLoss
from reference.targets.own_loss.compared import (
    GUARDED,
    BlockCompared,
    Compared,
    beside_differences,
    misshapen,
    problems,
)
from reference.targets.own_loss.lines import at_their_lines, last_layer_line

__all__ = ["causes"]


def causes(own: OwnLoss, shown: Compared) -> list[Violation]:
    """The cause where one can be told: of the penalty, of a line, or a factor; else how far each block is off."""
    case = str(shown.problem.cases[0])
    if (penalty := _of_penalty(own, shown)) is not None:
        return at_their_lines(own, shown, penalty)
    if (factor := _common_factor(own, shown)) is not None:
        said, code = factor
        text = f"every gradient is {said} that of the loss that is returned"
        return [Violation("gradients", code, text, place=last_layer_line(own, shown))]
    if by_lines := _by_lines(own, shown):
        return by_lines
    return [_off(block, case) for block in shown.blocks.values() if block.wrong]


def _off(block: BlockCompared, case: str) -> Violation:
    error = np.where(block.smooth, np.abs(block.got - block.want), 0.0)
    k = int(np.argmax(np.where(np.isfinite(error), error, np.inf)))
    text = (
        f"is not the derivative of the loss that is returned: {block.got[k]:.6g} where its differences give "
        f"{block.want[k]:.6g} ({case})"
    )
    return Violation(block.name, "MB199", text, "unexplained")


FACTORS: tuple[tuple[str, Callable[[int, int], float]], ...] = (
    ("2 ×", lambda m, n: 2.0),
    ("1/2 ×", lambda m, n: 0.5),
    ("minus", lambda m, n: -1.0),
    ("m ×", lambda m, n: float(m)),
    ("1/m ×", lambda m, n: 1.0 / m),
    ("2m ×", lambda m, n: 2.0 * m),
    ("1/2m ×", lambda m, n: 0.5 / m),
    ("2/m ×", lambda m, n: 2.0 / m),
    ("m/2 ×", lambda m, n: m / 2.0),
    ("n_L ×", lambda m, n: float(n)),
    ("1/n_L ×", lambda m, n: 1.0 / n),
)


def _common_factor(own: OwnLoss, shown: Compared) -> tuple[str, str] | None:
    """The one factor by which every gradient differs, on problems of several sizes."""
    if not any(_is_times(shown, factor(*_sizes(shown))) for _, factor in FACTORS):
        return None
    compared = [shown]
    for problem in problems(own):
        if problem.shape.m > 1 and len(compared) < 4:
            outcome = own.run(problem).outcome
            other = None if misshapen(own, problem, outcome) else beside_differences(own, problem, outcome)
            compared += [] if other is None else [other]
    for said, factor in FACTORS:
        if all(_is_times(c, factor(*_sizes(c))) for c in compared):
            return said, "MB102" if "m" in said.split()[0] and said != "minus" else "MB101"
    return None


def _sizes(compared: Compared) -> tuple[int, int]:
    return compared.problem.shape.m, compared.problem.shape.dims[-1]


def _is_times(compared: Compared, factor: float) -> bool:
    scale = max(float(np.max(np.abs(b.want), initial=0.0)) for b in compared.blocks.values()) * abs(factor)
    return all(
        bool(np.all(np.abs(b.got - factor * b.want)[b.smooth] <= 10 * GUARDED * scale))
        for b in compared.blocks.values()
    )


def _of_penalty(own: OwnLoss, shown: Compared) -> Violation | None:
    """Right without λ, and with it the gradient's penalty is another than the loss's, in all layers alike."""
    if not own.l2:
        return None
    weights: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    pairs = zip(problems(own), problems(own, decayed=False), strict=True)
    for decayed, bare in pairs:
        if decayed.shape.m == 1:
            continue
        both = [(p, own.run(p).outcome) for p in (decayed, bare)]
        if any(misshapen(own, p, outcome) for p, outcome in both):
            return None
        compared = [beside_differences(own, p, outcome) for p, outcome in both]
        if compared[0] is None or compared[1] is None or any(b.wrong for b in compared[1].blocks.values()):
            return None
        for name, block in compared[0].blocks.items():
            other = compared[1].blocks[name]
            got, want = block.got - other.got, block.want - other.want
            if name[1] == "b":
                if block.wrong:
                    return None  # biases that are decayed, or not: of a line
                continue
            weights.append((got, want, block.smooth & other.smooth))
    if not weights:
        return None
    scale = max(float(np.max(np.abs(got), initial=0.0)) for got, _, _ in weights)
    if all(np.all(np.abs(want)[s] <= 1e-7 * max(scale, 1.0)) for _, want, s in weights):
        return Violation(
            "gradients", "MB203",
            "the penalty of the loss and that of the gradient differ: the gradient has the L2 term, the loss has none",
        )  # fmt: skip
    if scale <= 1e-12:
        return Violation(
            "gradients", "MB203",
            "the penalty of the loss and that of the gradient differ: the loss has the L2 term, the gradient has none",
        )  # fmt: skip
    ratios = np.concatenate([(got[s] * want[s]).sum(keepdims=True) / (want[s] ** 2).sum() for got, want, s in weights])
    alike = all(
        np.all(np.abs(got - r * want)[s] <= 1e-5 * max(scale, 1e-3))
        for r, (got, want, s) in zip(ratios, weights, strict=True)
    )
    if not alike or np.any(np.abs(ratios - ratios[0]) > 1e-4 * abs(ratios[0])) or abs(ratios[0] - 1) < 1e-4:
        return None
    return Violation(
        "gradients", "MB203",
        f"the penalty of the loss and that of the gradient differ: the gradient's is {ratios[0]:.4g} times the loss's",
    )  # fmt: skip


# --- by its lines ---------------------------------------------------------------------------------------------------


def _by_lines(own: OwnLoss, shown: Compared) -> list[Violation]:
    """Wrong lines, where the network is known and its loss is a known convention."""
    conventions = own.conventions
    if conventions is None:
        return []
    case = shown.problem.cases[0]
    entry = Entry(
        own.check,
        Domain(depths=(len(case.dims) - 1,), hiddens=(own.hidden,), outputs=(own.output,), dtypes=("float64",),
               l2=own.l2, dropout=False, last=1 if {n for _, n in own.shapes} == {1} else None),
        lambda problem: own.run(problem).outcome,
        own.taken,
        lambda problem: _in_scale(own, problem, own.trace(problem), conventions),
    )  # fmt: skip
    failures = [Failure(own.check, block.name, "MB199", case) for block in shown.blocks.values() if block.wrong]
    found = diagnose(entry, failures, conventions=conventions).causes
    if not found or all(cause.certainty == "unexplained" for cause in found):
        return []
    return [
        Violation(
            c.output,
            c.code,
            c.text,
            c.certainty,
            None if c.place is None else (c.place.file, c.place.cell, c.place.line),
        )
        for c in found
    ]


def _in_scale(own: OwnLoss, problem: Problem, events: list[Event], conventions: Sequence[Convention]) -> list[Event]:
    """dZ and dA without the 1/m that the target's may carry."""
    A, Y, m = problem.forward().H[-1][0], problem.Y[0], problem.shape.m
    right = A - Y
    for convention in conventions:
        if convention.squared:
            right = convention.data(m) * (A - Y) * A * (1 - A)
        elif convention.term is Term.MEAN:
            right = convention.data(m) * right
    last = f"dz{len(problem.shape.dims) - 1}"
    held = [e.value for e in events if e.variable.lower().replace("_", "") == last and e.value.shape == right.shape]
    if not held or not np.allclose(held[-1] * m, right, rtol=1e-9, atol=0):
        return events
    names = ("dz", "da")
    return [e._replace(value=e.value * m) if e.variable.lower().startswith(names) else e for e in events]
