"""Proof that the gate can fail: every mistake of the dictionary is planted in correct code, and must be found.

A planted pass is the target's own, forward and backward, up to the line with the mistake; that line and what follows
from it are recomputed. A mistake that changes no number is shown to be equivalent, and not counted. What is no wrong
number is planted one by one, so that every code is covered: see ``behaviours``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem
from reference.cases.quantities import order, split
from reference.diagnosis import diagnose, probes
from reference.diagnosis.evaluate import followed, value_of, value_with
from reference.diagnosis.mistakes import LINES, Filling, fillings, of_layer
from reference.diagnosis.scene import Scene, forward_order, scene
from reference.interface.entry import Entry, Implementation, Outcome, Violation
from reference.judging.execution import Failure, run_once
from reference.judging.hearing import WitnessCache
from reference.judging.judge import judge
from reference.report.models.evidence import NOWHERE, Kill
from reference.selftest.behaviours import BEHAVIOURS, LAWS

__all__ = ["selftest"]

SAME = 1e-12  # of the largest entry: an edit that moves less changes nothing


def selftest(implementation: Implementation, *, said: Callable[[Kill], None] = lambda kill: None) -> list[Kill]:
    """Plant everything; ``ValueError`` where the target is not right to begin with, or has no backward pass."""
    entry = _subject(implementation)
    witness_cache: WitnessCache = {}
    found = []
    for kill in (*_of_numbers(entry, witness_cache), *_of_behaviour(entry, witness_cache), *_of_laws()):
        found.append(kill)
        said(kill)
    return found


def _subject(implementation: Implementation) -> Entry:
    """The entry that takes most, right on the cases that will be asked."""
    if not implementation.entries:
        raise ValueError(f"{implementation.name} has no backward pass to plant a mistake in")
    entry = max(implementation.entries, key=lambda e: (e.domain.l2 + e.domain.dropout, len(e.domain.depths)))
    failures = [f for p in _cases(entry) for f in judge(entry, p, exhaustive=False, rng=_rng()).failures]
    if failures:
        raise ValueError(f"{entry.check} of {implementation.name} is not right to begin with: {failures[0].output}")
    return entry


def _case(entry: Entry) -> Case:
    d = entry.domain
    depth = 3 if 3 in d.depths else d.depths[-1]
    return Case((*(2,) * depth, d.last or 2), 5, d.hiddens[0], d.outputs[0], dtype=d.dtypes[0])


def _cases(entry: Entry) -> list[Problem]:
    found = list(probes(entry, _case(entry)))
    if "tanh" in entry.domain.hiddens:
        found += probes(entry, Case((2, 2, 2, 2), 5, "tanh", entry.domain.outputs[0]))
    return found


def _rng() -> np.random.RandomState:
    return np.random.RandomState(0)


# --- wrong numbers ---------------------------------------------------------------------------------------------


def _of_numbers(entry: Entry, witness_cache: WitnessCache) -> list[Kill]:
    kills = []
    for kind, line in LINES.items():
        layers = _layers(kind, entry)
        for part, filling in fillings(line, _upstream_alone(entry, layers[0])):
            planted = (_planted(entry, name, part, filling, witness_cache) for name in layers)
            nowhere = _harmless_here(f"{kind}: {filling.text}", filling.code, NOWHERE)
            kills.append(next((kill for kill in planted if kill is not None), nowhere))  # the first that it applies to
    return kills


def _layers(kind: str, entry: Entry) -> list[str]:
    """The quantities of a kind of line, a hidden layer's first: all that can go wrong is there."""
    L = len(_case(entry).dims) - 1
    if kind == "cost":
        return [kind]
    if kind.endswith("_L"):
        return [f"{kind.removesuffix('_L')}{L}"]
    layers = range(L, 0, -1) if kind in ("Z", "dW", "db") else range(L - 1, 0, -1)
    return [f"{kind}{l}" for l in sorted(layers, key=lambda l: l != 2)]


def _upstream_alone(entry: Entry, name: str) -> Scene:
    """What a line may be made of by mistake: of equally wide layers, so that shapes rule nothing out."""
    problem = next(probes(entry, _case(entry), square=True))
    s = _followed(problem, 0, run_once(entry, problem))
    names = forward_order(s.L)
    upstream = names[: names.index(name)] if name in names else []
    return replace(s, shown={n: a for n, a in s.shown.items() if n in ("X", *upstream)}).at(split(name)[1])


def _followed(problem: Problem, g: int, outcome: Outcome) -> Scene:
    """The scene of one problem with the target's own quantities, the forward pass included."""
    bare = scene(problem.at(g))
    forward = forward_order(bare.L)
    s = followed(bare, {n: a[g] for n, a in outcome.items()}, [*forward, *order(bare.L)])
    hidden = {n: s.known[n] for n in forward[:-2]}  # what follows from the output is nothing but the cost
    return replace(s, shown={"X": s.X, **hidden})


def _planted(entry: Entry, name: str, part: str, filling: Filling, witness_cache: WitnessCache) -> Kill | None:
    """The mistake in one line of the target; ``None`` where the line cannot be filled so."""

    def run(problem: Problem) -> Outcome:
        return _with_mistake(problem, run_once(entry, problem), name, part, filling)

    planted = entry._replace(run=run, trace=None, own=lambda: None)
    text = of_layer(filling.text, split(name)[1])
    text = text if text.startswith(name) else f"{name}: {text}"
    problems = _cases(entry)
    if all(_change(p, run_once(entry, p), name, part, filling) is None for p in problems):
        problems = list(probes(entry, _case(entry), square=True))  # some need layers that are equally wide
    changes = [_change(problem, run_once(entry, problem), name, part, filling) for problem in problems]
    if all(change is None for change in changes):
        return None
    if all(change is None or change <= SAME for change in changes):
        return _harmless_here(text, filling.code, "no number changes")
    failures: dict[tuple[str, str], Failure] = {}
    for problem in problems:
        for f in judge(planted, problem, exhaustive=False, rng=_rng(), witness_cache=witness_cache).failures:
            failures.setdefault((f.output, f.code), f)
    if not failures:
        return Kill(mistake=text, code=filling.code, red=(), named="", certainty="")
    causes = diagnose(planted, list({f.output: f for f in failures.values()}.values())).causes
    named = next((c for c in causes if c.code == filling.code), causes[0])
    red = tuple(output for output, _ in failures)
    return Kill(mistake=text, code=filling.code, red=red, named=named.code, certainty=named.certainty)


def _harmless_here(mistake: str, code: str, why: str) -> Kill:
    return Kill(mistake=mistake, code=code, red=(), named="", certainty=why, equivalent=True)


def _with_mistake(problem: Problem, outcome: Outcome, name: str, part: str, filling: Filling) -> Outcome:
    """The target's own outcome with one line written otherwise, and what follows recomputed."""
    result = {n: np.array(a) for n, a in outcome.items()}
    for g in range(len(problem.cases)):
        s = _followed(problem, g, outcome)
        below = False
        for n in [*forward_order(s.L), *order(s.L)]:
            here = s.at(split(n)[1])
            if n == name:
                value = value_with(here, n, part, filling)
                below = split(n)[0] not in ("dW", "db", "cost")
                if value is None:
                    break
            elif below:
                value = value_of(here, n)
            else:
                continue
            s = s.having(n, value)
            if n in result:
                result[n][g] = value
    return result


def _change(problem: Problem, outcome: Outcome, name: str, part: str, filling: Filling) -> float | None:
    """How much the line moves, relative to its largest entry; ``None`` where it cannot be filled so."""
    if name == "cost" and name not in outcome:
        return None
    s = _followed(problem, 0, outcome).at(split(name)[1])
    value, right = value_with(s, name, part, filling), value_of(s, name)
    if value is None:
        return None
    return float(np.max(np.abs(value - right)) / np.max(np.abs(right)))


# --- everything else ---------------------------------------------------------------------------------------------


def _shown(mistake: str, code: str, red: Iterable[str], named: Failure | Violation | None) -> Kill:
    name = "" if named is None else named.code
    return Kill(mistake=mistake, code=code, red=tuple(dict.fromkeys(red)), named=name, certainty="exactly")


def _of_behaviour(entry: Entry, witness_cache: WitnessCache) -> list[Kill]:
    kills = []
    for text, code, plant in BEHAVIOURS:
        change = plant()
        planted = entry._replace(run=lambda problem, change=change: change(entry.run(problem), problem))  # type: ignore[misc]
        problem = next(probes(entry, _case(entry)))
        failures = judge(planted, problem, exhaustive=False, rng=_rng(), witness_cache=witness_cache).failures
        named = next((f for f in failures if f.code == code), failures[0] if failures else None)
        kills.append(_shown(text, code, [f.output for f in failures], named))
    return kills


def _of_laws() -> list[Kill]:
    kills = []
    for text, code, look in LAWS:
        found = look()
        named = next((v for v in found if v.code == code), found[0] if found else None)
        kills.append(_shown(text, code, [v.output for v in found], named))
    return kills
