"""What the pictures of a report are drawn from: gathered from a backward pass while it can still be asked.

Nothing here decides a verdict: which quantity is wrong is what the report's rows say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem, draw
from reference.cases.quantities import order, split
from reference.diagnosis import probes, should_be
from reference.diagnosis.scene import scene
from reference.interface.entry import Entry, Event, Implementation, Outcome
from reference.judging.execution import Raised, attempt, malformed, run_once
from reference.judging.panel import central_differences
from reference.judging.tolerance import compare, gradient_tolerances, magnitudes_of
from reference.report.models.base import Location
from reference.report.models.evidence import Curve, Dot, Evidence, GradientBlock, Node, Status
from reference.targets import read_source
from reference.targets.reading.source import SourceError
from reference.verification.conclusion import OutputRow
from reference.verification.reported import location
from reference.witnesses.autodiff import gradients
from reference.witnesses.kept_answers import recalled

__all__ = ["gather"]

MOST = 6  # checks of a target that are drawn
SWEPT: dict[str, tuple[float, ...]] = {
    "lambd": (0.0, 1e-3, 1e-2, 0.1, 0.7, 7.0, 70.0, 700.0),
    "keep_prob": (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    "m": (1, 2, 3, 5, 8, 13, 21, 34),
}
SEEDS = (1, 2, 3)
STEPS = np.logspace(-1, -12, 34)


def gather(implementation: Implementation, rows: Sequence[OutputRow]) -> list[Evidence]:
    """Evidence of each failing check; of the widest one where none fails. What cannot be asked is left out."""
    failing = {row.check for row in rows if row.verdict == "fail"}
    entries = [entry for entry in implementation.entries if entry.check in failing]
    if not entries and implementation.entries:
        entries = [max(implementation.entries, key=lambda e: (e.domain.l2 + e.domain.dropout, len(e.domain.depths)))]
    found = []
    for entry in entries[:MOST]:
        mine = [row for row in rows if row.check == entry.check]
        evidence = attempt(partial(_of_check, implementation.name, entry, mine))
        found += [] if isinstance(evidence, Raised) else [evidence]
    return found


def _of_check(target: str, entry: Entry, rows: Sequence[OutputRow]) -> Evidence:
    problem = next(probes(entry, _case(entry)))
    outcome = run_once(entry, problem)
    bad = {failure.output for failure in malformed(entry, problem, outcome)}
    outcome = {n: a for n, a in outcome.items() if n not in bad}
    events = entry.trace(problem) if entry.trace is not None else []
    blocks = list(_blocks(problem, outcome))
    dots = attempt(lambda: list(_dots(entry)))
    return Evidence(
        check=entry.check,
        case=str(problem.cases[0]),
        nodes=list(_nodes(target, problem, rows, events)),
        blocks=blocks,
        dots=[] if isinstance(dots, Raised) else dots,
        curve=_curve(problem, _worst(blocks)),
    )


def _case(entry: Entry, **changes: Any) -> Case:
    d = entry.domain
    depth = 3 if 3 in d.depths else d.depths[-1]
    last = d.last or 2
    return Case((3, *(4,) * (depth - 1), last), 7, d.hiddens[0], d.outputs[0], dtype=d.dtypes[0], **changes)


# --- the graph -------------------------------------------------------------------------------------------------


def _nodes(target: str, problem: Problem, rows: Sequence[OutputRow], events: Sequence[Event]) -> Iterator[Node]:
    """Every quantity of the backward pass, the most upstream first."""
    s = scene(problem.at(0))
    names = order(s.L)
    causes = {row.output: found.cause for row in rows for found in row.findings if row.output in names}
    below = {name for cause in causes.values() for name in cause.upstream_of}
    below |= {row.output for row in rows if row.verdict == "fail" and not row.findings}
    for name in names:
        cause = causes.get(name)
        status: Status = "wrong" if cause is not None else "downstream" if name in below else "right"
        place = (cause and location(cause.place, target)) or _line(name, events)
        yield Node(
            name=name,
            status=status,
            feeds=_feeds(name, s.L),
            location=place,
            source=_text(place),
            formula=should_be(name, s),
        )


def _feeds(name: str, L: int) -> list[str]:
    kind, l = split(name)
    if kind == "dZ":
        return [f"dW{l}", f"db{l}", *([f"dA{l - 1}"] if l > 1 else [])]
    return [f"dZ{l}"] if kind == "dA" else []


def _line(name: str, events: Sequence[Event]) -> Location | None:
    """Where a variable of that name was last given a value."""
    held = [e for e in events if e.variable.rpartition("[")[2].rstrip("]").lower().replace("_", "") == name.lower()]
    held = [e for e in held if "[" not in e.variable] or held  # a dictionary only collects, as a rule
    place = held[-1].place if held else None
    return None if place is None else Location(file=place.file, cell=place.cell, line=place.line)


def _text(place: Location | None) -> str | None:
    """The line as it stands."""
    if place is None:
        return None
    try:
        cells = read_source(Path(place.file))
        lines = next(cell.text for cell in cells if cell.number == place.cell).split("\n")  # as Python counts
        return lines[place.line - 1].strip()
    except (SourceError, StopIteration, IndexError, OSError):
        return None


# --- the blocks ------------------------------------------------------------------------------------------------


def _blocks(problem: Problem, outcome: Outcome) -> Iterator[GradientBlock]:
    widths = gradient_tolerances(problem)
    for name, want in gradients(recalled(problem)).items():
        if name not in outcome:
            continue
        width = widths[name]
        arrays = (outcome[name][0].astype(np.float64), want[0], width.unit[0])
        got, true, unit = ([[float(v) for v in row] for row in a] for a in arrays)
        yield GradientBlock(name=name, got=got, want=true, unit=unit, allowed=width.C)


def _worst(blocks: Sequence[GradientBlock]) -> tuple[str, int, int]:
    """The entry that is furthest off; the largest where none is."""
    best, found = (-1.0, -1.0), ("dW1", 0, 0)
    for block in blocks:
        got, want, unit = (np.array(a, dtype=np.float64) for a in (block.got, block.want, block.unit))
        with np.errstate(invalid="ignore"):
            off = np.nan_to_num(np.abs(got - want) / unit, nan=np.inf) * (want != 0)
        off[off <= block.allowed] = 0
        rank = np.where(off > 0, np.inf, np.abs(want))
        i, j = np.unravel_index(int(np.argmax(off if off.any() else rank)), want.shape)
        key = (float(off[i, j]), float(abs(want[i, j])))
        if key > best:
            best, found = key, (block.name, int(i), int(j))
    return found


# --- strips and the V ------------------------------------------------------------------------------------------


def _dots(entry: Entry) -> Iterator[Dot]:
    """One of λ, keep_prob and m is swept, the others stay."""
    for swept, values in SWEPT.items():
        for value in values:
            for stack in _stacks(entry, swept, value):
                error = _worst_of(entry, stack)
                yield from (Dot(swept=swept, value=float(value), error=float(e)) for e in error)  # type: ignore[arg-type]


def _stacks(entry: Entry, swept: str, value: float) -> list[list[Case]]:
    d = entry.domain
    settings: dict[str, Any] = {"lambd": 0.7 if d.l2 else 0.0, "keep_prob": 0.7 if d.dropout else 1.0}
    base = [replace(_case(entry, **settings), seed=seed) for seed in SEEDS]
    changed: dict[str, Any] = {swept: int(value) if swept == "m" else value}
    cases = [replace(case, **changed) for case in base]
    return [[case for case in cases if d.accepts(case)]] if any(map(d.accepts, cases)) else []


def _worst_of(entry: Entry, cases: Sequence[Case]) -> Sequence[float]:
    """The worst entry of any gradient in each case, in units of what is allowed."""
    problem = draw(cases)
    problem = problem if entry.as_taken is None else entry.as_taken(problem)
    outcome = run_once(entry, problem)
    worst, widths = np.zeros(len(cases)), gradient_tolerances(problem)
    for name, want in gradients(recalled(problem)).items():
        if name in outcome and outcome[name].shape == want.shape:
            found = compare(outcome[name], want, widths[name])
            worst = np.maximum(worst, found.error.reshape(len(cases), -1).max(axis=-1) / problem.C)
    return [float(e) for e in worst]


def _curve(problem: Problem, entry: tuple[str, int, int]) -> Curve | None:
    """Plain central differences of one entry of the data term over ε, and the tool's own."""
    name, i, j = entry
    kind, layer = split(name)
    l, which = layer - 1, int(kind == "db")
    single = problem.at(0)
    said = recalled(single)
    block = (said.db if which else said.dW)[l][0]
    if block[i, j] == 0:  # of the L2 term alone, or dead
        i, j = (int(k) for k in np.unravel_index(int(np.argmax(np.abs(block))), block.shape))
    true = float(block[i, j])
    if true == 0:
        return None
    case = replace(problem.cases[0], dtype="float64")
    steps = np.concatenate([STEPS, -STEPS])

    def many(a: np.ndarray) -> np.ndarray:
        return np.repeat(a.astype(np.float64), len(steps), axis=0)

    stack = replace(draw([case] * len(steps)), X=many(single.X), Y=many(single.Y))
    if problem.masks is not None:
        stack = stack.masked(tuple(many(D[:1]) > 0 for D in problem.masks))
    moved = [[many(a) for a in pair] for pair in single.parameters]
    moved[l][which][:, i, j] += steps
    central = central_differences(single, magnitudes_of(single))
    column = single.parameters[l][0].shape[-1] if which else j
    J = recalled(replace(stack, parameters=tuple((W, b) for W, b in moved))).cost
    D = (J[: len(STEPS)] - J[len(STEPS) :]) / (2 * STEPS)
    rounding = np.finfo(np.float64).eps * abs(float(J[-1])) / STEPS
    tool = float(central.D[l][0, i, column])
    return Curve(
        name=name,
        index=[i, j],
        steps=[float(e) for e in STEPS],
        errors=[float(e) for e in np.abs(D - true) / abs(true)],
        rounding=[float(e) for e in rounding / abs(true)],
        chosen=float(central.eps[l][0, i, column]),
        reached=abs(tool - true) / abs(true),
    )
