"""From the failures of a check to their causes: what the target shows on the probes, explained and located."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem
from reference.cases.quantities import order, split
from reference.diagnosis.causes import Cause, causes_of, everywhere, in_m, of_random, placed, unexplained, unfinished
from reference.diagnosis.evaluate import all_same, followed, values
from reference.diagnosis.explain import CLOSE, explain
from reference.diagnosis.mistakes import owed_by
from reference.diagnosis.observed import forward_seen, seen, usable
from reference.diagnosis.probes import probes
from reference.diagnosis.scene import Scene, forward_order, scene
from reference.diagnosis.ways import UNMASKED
from reference.findings.conventions import Convention
from reference.interface.entry import Entry, Outcome
from reference.judging.execution import Failure, Raised, attempt, run_once

__all__ = ["Diagnosis", "diagnose"]

EXPLAINABLE = ("MB199", "MB202", "MB305")  # what a comparison alone can say of a wrong number
MALFORMED = ("MB501", "MB502")


class Diagnosis(NamedTuple):
    """The causes of a check's failures, and the outputs that are wrong for want of nothing but these."""

    causes: list[Cause]
    consequences: frozenset[str]


def diagnose(
    entry: Entry, failures: Sequence[Failure], *, conventions: Sequence[Convention] = (), square: bool = False
) -> Diagnosis:
    """Name the wrong lines behind a check's failures; what cannot be explained keeps the code that it came with.

    ``conventions``: in what the target's own cost differs from the course's; its gradients are held to that.
    """
    plain = unfinished(
        [Cause(f.output, f.code, "exactly", f.text, place=f.place) for f in failures if f.code not in EXPLAINABLE]
    )
    open_ = {f.output: f for f in failures if f.code in EXPLAINABLE}
    raising = any(f.output == "*" for f in failures)
    if raising:  # what it returns where it does not raise is of degenerate shapes
        failures = [f for f in failures if f.output == "*" or f.code not in MALFORMED]
        plain = [cause for cause in plain if cause.output == "*" or cause.code not in MALFORMED]
    shapes = any(f.code in MALFORMED for f in failures)
    failing = open_.keys() | {f.output for f in failures if f.code == "MB802"}
    over = any(f.code == "MB703" or (f.code == "MB702" and f.output == "*") for f in failures)
    template = sum(f.code == "MB702" for f in failures) > 1
    if not (failing or shapes) or over or template:
        return Diagnosis(plain or [unexplained(f, f.text) for f in open_.values()], frozenset(open_))
    probed = attempt(lambda: _probed(entry, failures[0].case, square=raising or square))
    if isinstance(probed, Raised):
        text = f"the probes raised {type(probed.error).__name__}: {probed.error}"
        if raising or not (open_ or shapes):
            return Diagnosis(plain, frozenset(open_))
        return Diagnosis(plain + [unexplained(f, text) for f in open_.values()], frozenset())
    problems, outcomes = probed
    scenes = tuple(replace(scene(problem), assumed=owed_by(conventions)) for problem in problems)
    traces = [entry.trace(problem) if entry.trace is not None else [] for problem in problems]
    returned = [
        usable(s, {n: a[0] for n, a in outcome.items() if np.size(a) and np.ndim(a)})
        for s, outcome in zip(scenes, outcomes, strict=True)
    ]
    observed = [{**seen(s, events, own), **own} for s, own, events in zip(scenes, returned, traces, strict=True)]
    names = [*forward_seen(scenes[0].L, observed), *order(scenes[0].L)]
    forward = set(forward_order(scenes[0].L))
    scenes = tuple(
        replace(s, shown={"X": s.X, **{n: a for n, a in o.items() if n in forward}})
        for s, o in zip(scenes, observed, strict=True)
    )
    roots = explain(scenes, observed, names=names, dtype=problems[0].shape.dtype)
    if not roots and not square and open_:  # it may show only where layers are equally wide
        return diagnose(entry, failures, conventions=conventions, square=True)
    own = [followed(s, o, names) for s, o in zip(scenes, observed, strict=True)]
    shown = set.intersection(*(set(o) for o in observed))
    accused = {root.output for root in roots}
    unmasked = _unmasked(own, shown - accused)
    explained: list[Cause] = []
    taken = unmasked & open_.keys()  # a convention, and what is made of them is right by it
    for root in roots:
        below = [n for n in _downstream(root.output, names) if n in failing]
        if root.output == "cost" and not root.ways:  # as wrong as a comparison says
            continue
        if root.output not in failing and not below:
            continue
        consequences = [n for n in below if not any(r.output == n for r in roots)]
        taken |= {root.output, *consequences}
        explained += causes_of(root, below, consequences, own, traces[0], shown, unmasked, accused)
    plain = [cause for cause in plain if not (cause.code == "MB802" and cause.output in taken)]
    taken |= shown & open_.keys() if conventions else set()  # right by the convention
    rest = [
        unexplained(f, f.text or "only in some cases, and not on the probes")
        for n, f in open_.items()
        if n not in taken
    ]
    plain = [placed(cause, outcomes[0], traces[0]) for cause in plain]
    known = {cause.output for cause in plain}
    causes = everywhere([*plain, *(cause for cause in explained if cause.output not in known)], 2 * scenes[0].L)
    causes = [in_m(cause, traces[0], scenes[0].m) for cause in causes]
    if entry.random:
        causes = [of_random(cause) for cause in causes]
    ours = {cause.output for cause in causes}
    merged = {output for cause in causes for output in cause.upstream_of} - ours
    return Diagnosis(causes + rest, frozenset((taken - ours) | (merged & {f.output for f in failures})))


def _probed(entry: Entry, case: Case, *, square: bool) -> tuple[list[Problem], list[Outcome]]:
    """The probes and what the target returns for them; on square layers where it raises on others."""
    for shape in [False, True] if not square else [True]:
        problems = list(probes(entry, case, square=shape))
        try:
            return problems, [run_once(entry, problem) for problem in problems]
        except KeyboardInterrupt:
            raise
        except Exception:
            if shape:
                raise
    raise AssertionError("the last of the shapes returns or raises")


def _unmasked(scenes: Sequence[Scene], shown: set[str]) -> set[str]:
    """The dA among what is shown that are those before their masks."""
    found = set()
    for name in (name for name in shown if split(name)[0] == "dA"):
        here = tuple(s.at(split(name)[1]) for s in scenes)
        wanted = values(here, name, UNMASKED)
        if wanted is not None and all_same([s.known[name] for s in here], wanted, CLOSE["float64"]):
            found.add(name)
    return found


def _downstream(output: str, names: list[str]) -> list[str]:
    """What is made from a quantity: everything after it, and nothing after a gradient or the cost."""
    kind, _ = split(output)
    if kind in ("dW", "db", "cost"):
        return []
    return list(names[names.index(output) + 1 :])
