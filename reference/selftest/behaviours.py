"""What is no wrong number, planted one by one: a shape, a mutated argument, an exception, a mask's law …"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from reference.cases.problem import Problem
from reference.diagnosis.evaluate import followed
from reference.diagnosis.scene import scene
from reference.interface.entry import Outcome, Violation
from reference.targets.obligations import laws as checks

__all__ = ["BEHAVIOURS", "LAWS"]


# --- what a call does ------------------------------------------------------------------------------------------


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
