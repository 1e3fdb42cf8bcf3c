"""Proof that the gate can fail: every mistake of the dictionary is planted in correct code, and must be found.

A planted backward pass is the target's own, up to the line with the mistake; that line and what follows from it are
recomputed. A mistake that changes no number is shown to be equivalent, and not counted. What is no wrong number (a
shape, a
mutated argument, an exception, a mask's law …) is planted one by one, so that every code is covered.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem
from reference.cases.quantities import order, split
from reference.diagnosis import diagnose, probes
from reference.diagnosis.explain import followed, value_of, value_with
from reference.diagnosis.mistakes import Filling, mistakes
from reference.diagnosis.scene import scene
from reference.judging.execution import Failure, run_once
from reference.judging.judge import WitnessCache, judge
from reference.report.models.evidence import NOWHERE, Kill
from reference.targets.interface import Entry, Implementation, Outcome, Violation
from reference.targets.obligations import laws as checks

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
    for kind, part, filling in mistakes():
        for name in _layers(kind, entry):
            if (kill := _planted(entry, name, part, filling, witness_cache)) is not None:
                kills.append(kill)
                break  # the first layer that it applies to
        else:
            kills.append(_harmless_here(f"{kind}: {filling.text}", filling.code, NOWHERE))
    return kills


def _layers(kind: str, entry: Entry) -> list[str]:
    L = len(_case(entry).dims) - 1
    if kind == "dZ_L":
        return [f"dZ{L}"]
    middle = range(L, 0, -1) if kind in ("dW", "db") else range(L - 1, 0, -1)
    return [
        f"{kind}{l}" for l in sorted(middle, key=lambda l: l != 2)
    ]  # a hidden layer first: all that can go wrong is there


def _planted(entry: Entry, name: str, part: str, filling: Filling, witness_cache: WitnessCache) -> Kill | None:
    """The mistake in one line of the target; ``None`` where the line cannot be filled so."""

    def run(problem: Problem) -> Outcome:
        return _respelt(problem, run_once(entry, problem), name, part, filling)

    planted = entry._replace(run=run, trace=None, own=lambda: None)
    text = f"{name}: {filling.text}".replace("{}", name[2:]).replace("{p}", str(int(name[2:]) - 1))
    text = text.replace("{n}", str(int(name[2:]) + 1))
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


def _respelt(problem: Problem, outcome: Outcome, name: str, part: str, filling: Filling) -> Outcome:
    """The target's own outcome with one line spelt otherwise, and what follows recomputed."""
    result = {n: np.array(a) for n, a in outcome.items()}
    for g in range(len(problem.cases)):
        s = followed(scene(problem.at(g)), {n: a[g] for n, a in outcome.items()})
        below = False
        for n in order(s.L):
            here = s.at(split(n)[1])
            if n == name:
                value = value_with(here, n, part, filling)
                below = split(n)[0] in ("dZ", "dA")
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
    s = followed(scene(problem.at(0)), {n: a[0] for n, a in outcome.items()}).at(split(name)[1])
    value, right = value_with(s, name, part, filling), value_of(s, name)
    if value is None:
        return None
    return float(np.max(np.abs(value - right)) / np.max(np.abs(right)))


# --- wrong behaviour -------------------------------------------------------------------------------------------


def _spoilt(name: str, change: Callable[[np.ndarray], Any]) -> Callable[[Outcome, Problem], Outcome]:
    return lambda outcome, problem: {**outcome, name: change(outcome[name])}


def _nan(a: np.ndarray) -> np.ndarray:
    a = np.array(a)
    a.flat[0] = np.nan
    return a


def _raise(outcome: Outcome, problem: Problem) -> Outcome:
    raise RuntimeError("planted")


def _unfinished(outcome: Outcome, problem: Problem) -> Outcome:
    return {n: a for n, a in outcome.items() if n != "dW1"}


def _mutating(outcome: Outcome, problem: Problem) -> Outcome:
    problem.X[...] += 1
    return outcome


class _Noise:
    """Two calls differ."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, outcome: Outcome, problem: Problem) -> Outcome:
        self.calls += 1
        return {**outcome, "dW1": outcome["dW1"] * (1 + 1e-3 * self.calls)}


def _harmless(outcome: Outcome, problem: Problem) -> Outcome:
    right = {n: a[None] for n, a in followed(scene(problem.at(0)), {}).known.items()}
    return {**outcome, "dZ1": np.repeat(right["dZ1"] * 2, len(problem.cases), axis=0)}


BEHAVIOURS: tuple[tuple[str, str, Callable[[], Callable[[Outcome, Problem], Outcome]]], ...] = (
    ("one entry of dW1 is NaN", "MB401", lambda: _spoilt("dW1", _nan)),
    ("dW1 is rounded to float32 on the way", "MB402", lambda: _spoilt("dW1", lambda a: a.astype("f4").astype(a.dtype))),
    ("db1 has shape (n,)", "MB501", lambda: _spoilt("db1", lambda a: a[..., 0])),
    ("dW1 is float32", "MB502", lambda: _spoilt("dW1", lambda a: a.astype("f4"))),
    ("X is changed by the call", "MB601", lambda: _mutating),
    ("two calls differ", "MB602", _Noise),
    ("it raises", "MB701", lambda: _raise),
    ("dW1 is not returned", "MB702", lambda: _unfinished),
    ("dZ1 alone is doubled: no gradient is wrong", "MB305", lambda: _harmless),
)


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


# --- what no gradient shows ------------------------------------------------------------------------------------


def _mask(law: Callable[[Any, Any, float], Any]) -> Callable[..., Any]:
    return lambda shape, keep_prob, rng: law(rng, shape, keep_prob)


def _right_mask(rng: Any, shape: Any, p: float) -> Any:
    return rng.random_sample(shape) < p


def _law(mask: Callable[..., Any], dropout: Callable[..., Any]) -> Callable[[], list[Violation]]:
    return lambda: checks.mask_law(mask, dropout, 0)[1]


def _initial(law: Callable[[Any, int, int], Any]) -> Callable[[], list[Violation]]:
    def layers(dims: Any, rng: Any) -> Any:
        return [(law(rng, n, k), np.zeros((n, 1))) for k, n in itertools.pairwise(dims)]

    return lambda: checks.initialisation(layers, lambda k, n: np.sqrt(2 / k), 0)[1]


def _scaled(A: Any, D: Any, keep_prob: float) -> Any:
    return A * D / keep_prob


def _one_column(r: Any, s: Any, p: float) -> Any:
    return np.repeat(r.random_sample((s[0], 1)) < p, s[1], axis=1)


LAWS: tuple[tuple[str, str, Callable[[], list[Violation]]], ...] = (
    ("masks by randn", "MB303", _law(_mask(lambda r, s, p: r.standard_normal(s) < p), _scaled)),
    ("masks by >", "MB303", _law(_mask(lambda r, s, p: r.random_sample(s) > p), _scaled)),
    ("one mask for all examples", "MB303",
     _law(_mask(_one_column), _scaled)),
    ("the mask is not applied", "MB301", _law(_mask(_right_mask), lambda A, D, keep_prob: A / keep_prob)),
    ("1/keep_prob is missing", "MB302", _law(_mask(_right_mask), lambda A, D, keep_prob: A * D)),
    ("He's scale with n for n_prev", "MB801", _initial(lambda r, n, k: r.standard_normal((n, k)) * np.sqrt(2 / n))),
    ("He's scale without its 2", "MB801", _initial(lambda r, n, k: r.standard_normal((n, k)) * np.sqrt(1 / k))),
    ("weights of the wrong shape", "MB801", _initial(lambda r, n, k: r.standard_normal((k, n)) * np.sqrt(2 / k))),
    ("a checker that accepts everything", "MB803", lambda: checks.gradient_checker(lambda p, g: "PASS", 0)[1]),
    ("a checker that rejects everything", "MB803", lambda: checks.gradient_checker(lambda p, g: "FAIL", 0)[1]),
)  # fmt: skip


def _of_laws() -> list[Kill]:
    kills = []
    for text, code, look in LAWS:
        found = look()
        named = next((v for v in found if v.code == code), found[0] if found else None)
        kills.append(_shown(text, code, [v.output for v in found], named))
    return kills
