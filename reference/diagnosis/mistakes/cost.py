"""The line of the cost: J = (data + penalty) · whole, with data = (1/m) Σ loss(A_L, Y) and
penalty = (λ/2m) Σ_l ‖W_l‖².

Every text is what a cost *is* that is wrong in this way: it follows "is exactly".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.diagnosis.mistakes.line import ONE, Filling, Line, Value
from reference.diagnosis.scene import Scene
from reference.findings.conventions import Convention, Term, conventions_of

__all__ = ["COST"]

CODE = "MB802"
GUARDS = tuple(10.0**-k for k in range(5, 17))  # log(A + ε) for log A is right


# --- the data term ---------------------------------------------------------------------------------------------


def _losses(s: Scene, guard: float = 0.0) -> Any:
    A, Y = s.A[s.L], s.Y
    if s.output == "identity":
        return (A - Y) ** 2 / 2
    of_ones = -Y * np.log(A + guard)
    if s.output == "softmax":
        return of_ones
    return of_ones - (1 - Y) * (np.log(1 - A + guard) if guard else np.log1p(-A))


def _data(s: Scene) -> Any:
    return _losses(s).sum() / s.m


def _squared(s: Scene) -> Any:
    return ((s.A[s.L] - s.Y) ** 2).sum() / (2 * s.m)


def _mean(of: Callable[[Any, Any], Any]) -> Value:
    """The mean over examples of another loss of A_L and Y, where there is a logarithm to get wrong."""
    return lambda s: None if s.output == "identity" else of(s.A[s.L], s.Y).sum() / s.m


def _times(factor: Callable[[Scene], float]) -> Value:
    """The data term times a factor; without an L2 term it is the whole that is off."""
    return lambda s: None if s.lambd == 0 else s.part(_data) * factor(s)


def _of_data(convention: Convention) -> Filling:
    def value(s: Scene) -> Any:
        return (_squared(s) if convention.squared else s.part(_data)) * convention.data(s.m)

    times = None if convention.squared else "m"
    return Filling(convention.of_cost, CODE, value, times, convention)


def _to_the_base(base: float) -> Value:
    return lambda s: None if s.output == "identity" else s.part(_data) / np.log(base)


DATAS = (
    *(_of_data(convention) for convention in conventions_of(Term.MEAN, Term.LOSS)),
    Filling("the cost with its data term × −1", CODE, _times(lambda s: -1.0), "−1"),
    Filling("the cost with its data term × 2", CODE, _times(lambda s: 2.0), "2"),
    Filling("the cost with its data term × 1/2", CODE, _times(lambda s: 0.5), "1/2"),
    Filling("the cost with its data term × 1/m: it is divided by m twice", CODE, _times(lambda s: 1 / s.m), "1/m"),
    Filling("the cost with its data term × −m", CODE, _times(lambda s: -float(s.m)), "−m"),
    Filling("the cost with its data term × m/(m − 1)", CODE, _times(lambda s: s.m / (s.m - 1)), "m/(m − 1)"),
    Filling("the cost without its data term", CODE, _times(lambda s: 0.0)),
    Filling("the cost without its term of Y = 0", CODE, _mean(lambda A, Y: -Y * np.log(A))),
    Filling("the cost without its term of Y = 1", CODE, _mean(lambda A, Y: -(1 - Y) * np.log1p(-A))),
    Filling("the cost with the two terms of its loss subtracted, not added", CODE,
            _mean(lambda A, Y: -Y * np.log(A) + (1 - Y) * np.log1p(-A))),
    Filling("the cost with log A and log(1 − A) exchanged", CODE,
            _mean(lambda A, Y: -Y * np.log1p(-A) - (1 - Y) * np.log(A))),
    Filling("the cost without its logarithms", CODE, _mean(lambda A, Y: -Y * A - (1 - Y) * (1 - A))),
    Filling("the cost with log10 in place of log", CODE, _to_the_base(10.0)),
    Filling("the cost with log2 in place of log", CODE, _to_the_base(2.0)),
    Filling("the cost with the mean over outputs in place of their sum", CODE,
            lambda s: s.part(_data) / len(s.Y) if len(s.Y) > 1 else None),
)  # fmt: skip


# --- the penalty -----------------------------------------------------------------------------------------------


def _norms(s: Scene) -> list[float]:
    """‖W_l‖² of every layer."""
    return [float((W * W).sum()) for W in s.W[1:]]


def _penalty(s: Scene) -> float:
    return s.lambd / (2 * s.m) * sum(s.part(_norms))


def _decayed(value: Value) -> Value:
    return lambda s: None if s.lambd == 0 else value(s)


def _scaled(factor: Callable[[Scene], float]) -> Value:
    """The penalty times a factor."""
    return _decayed(lambda s: s.part(_penalty) * factor(s))


def _instead(of: Callable[[Any], Any], together: Callable[[float], float] = float) -> Value:
    """λ/2m times another sum over layers, and what is made of the sum."""
    return _decayed(lambda s: s.lambd / (2 * s.m) * together(sum(float(of(W)) for W in s.W[1:])))


def _of_biases(s: Scene) -> float:
    return s.lambd / (2 * s.m) * sum(float((b * b).sum()) for b in s.b[1:])


def _of_penalty(convention: Convention) -> Filling:
    return Filling(convention.of_cost, CODE, _scaled(lambda s: convention.penalty(s.m)), convention=convention)


PENALTIES = (
    *(_of_penalty(convention) for convention in conventions_of(Term.PENALTY)),
    Filling("the cost without its L2 term", CODE, _scaled(lambda s: 0.0)),
    Filling("the cost with its L2 term × −1", CODE, _scaled(lambda s: -1.0)),
    Filling("the cost with its L2 term × 1/m: it is divided by m twice", CODE, _scaled(lambda s: 1 / s.m)),
    Filling("the cost with its L2 term over 2 + m in place of 2 m", CODE, _scaled(lambda s: 2 * s.m / (2 + s.m))),
    Filling("the cost with its L2 term × 1/λ: λ is missing in it", CODE, _scaled(lambda s: 1 / s.lambd)),
    Filling("the cost with its L2 term × λ: λ is squared in it", CODE, _scaled(lambda s: s.lambd)),
    Filling("the cost with its L2 term × 1/2 (λ/4m for λ/2m)", CODE, _scaled(lambda s: 0.5)),
    Filling("the cost with its L2 term × 4 (2λ/m for λ/2m)", CODE, _scaled(lambda s: 4.0)),
    Filling("the cost with its L2 term × 4m (2λ for λ/2m)", CODE, _scaled(lambda s: 4.0 * s.m)),
    Filling("the cost with its L2 term × m² (λ m/2 for λ/2m)", CODE, _scaled(lambda s: float(s.m) ** 2)),
    Filling("the cost with its L2 term × 2m² (λ m for λ/2m)", CODE, _scaled(lambda s: 2.0 * s.m**2)),
    Filling("the cost with its L2 term × 1/2m (λ/4m² for λ/2m)", CODE, _scaled(lambda s: 1 / (2.0 * s.m))),
    Filling("the cost with its L2 term × 2m/λ (Σ W² for (λ/2m) Σ W²)", CODE, _scaled(lambda s: 2 * s.m / s.lambd)),
    Filling("the cost with its L2 term × 4/λ²: λ and 2 have changed places", CODE, _scaled(lambda s: 4 / s.lambd**2)),
    Filling("the cost with the biases in its L2 term too", CODE, _decayed(lambda s: _penalty(s) + _of_biases(s))),
    Filling("the cost with the biases in its L2 term in place of the weights", CODE, _decayed(_of_biases)),
    Filling("the cost with Σ W in its L2 term where it takes Σ W²", CODE, _instead(np.sum)),
    Filling("the cost with (Σ W)² in its L2 term where it takes Σ W²", CODE, _instead(lambda W: W.sum() ** 2)),
    Filling("the cost with (Σ W)² of all layers together in its L2 term where it takes Σ W²", CODE,
            _instead(np.sum, lambda total: total**2)),
    Filling("the cost with ‖W‖ in its L2 term where it takes ‖W‖²", CODE, _instead(np.linalg.norm)),
    Filling("the cost with √(Σ W²) of all layers together in its L2 term where it takes Σ W²", CODE,
            _instead(lambda W: (W * W).sum(), lambda total: total**0.5)),
    Filling("the cost with (Σ W²)² in its L2 term where it takes Σ W²", CODE, _instead(lambda W: (W * W).sum() ** 2)),
    Filling("the cost with (Σ W²)² of all layers together in its L2 term where it takes Σ W²", CODE,
            _instead(lambda W: (W * W).sum(), lambda total: total**2)),
    Filling("the cost with Σ W⁴ in its L2 term where it takes Σ W²", CODE, _instead(lambda W: (W**4).sum())),
    Filling("the cost with Σ W³ in its L2 term where it takes Σ W²", CODE, _instead(lambda W: (W**3).sum())),
    Filling("the cost with Σ |W| in its L2 term where it takes Σ W²", CODE, _instead(lambda W: np.abs(W).sum())),
    Filling("the cost with Σ W Wᵀ in its L2 term where it takes Σ W²", CODE, _instead(lambda W: (W @ W.T).sum())),
    Filling("the cost with Σ Wᵀ W in its L2 term where it takes Σ W²", CODE, _instead(lambda W: (W.T @ W).sum())),
    Filling("the cost with the spectral norm in its L2 term where it takes Σ W²", CODE,
            _instead(lambda W: np.linalg.norm(W, 2) ** 2)),
    Filling("the cost with the mean of W² in its L2 term where it takes their sum", CODE,
            _instead(lambda W: (W * W).mean())),
    Filling("the cost with the mean of W² over all weights in its L2 term where it takes their sum", CODE,
            _scaled(lambda s: 1 / sum(W.size for W in s.W[1:]))),
    Filling("the cost with its L2 term divided by the number of layers", CODE,
            _decayed(lambda s: _penalty(s) / s.L if s.L > 1 else None)),
)  # fmt: skip


def _of_layers(s: Scene) -> list[tuple[str, Filling]]:
    """One layer left out, alone, twice, or the only one that is weighted."""
    found: dict[str, Callable[[Scene, list[float]], float]] = {}
    for l in range(s.L if s.L > 1 else 0):
        found[f"the cost without W{l + 1} in its L2 term"] = _left_out(l)
        found[f"the cost with its L2 term × −1, and without W{l + 1} in it"] = _subtracted(_left_out(l))
        found[f"the cost with W{l + 1} alone in its L2 term"] = _alone(l)
        for k in (k for k in range(s.L) if k != l):
            found[f"the cost with W{k + 1} in the place of W{l + 1} in its L2 term"] = _twice(k, l)
            found.setdefault(f"the cost with λ/2m before W{k + 1} alone in its L2 term", _weighted_alone(k))
    for l in range(2, s.L - 1):
        found[f"the cost with the first {l} layers alone in its L2 term"] = _first(l)
    return [("penalty", Filling(text, CODE, _of_norms(of))) for text, of in found.items()]


def _of_norms(of: Callable[[Scene, list[float]], float]) -> Value:
    return _decayed(lambda s: of(s, s.part(_norms)))


def _left_out(l: int) -> Callable[[Scene, list[float]], float]:
    return lambda s, norms: s.lambd / (2 * s.m) * (sum(norms) - norms[l])


def _subtracted(of: Callable[[Scene, list[float]], float]) -> Callable[[Scene, list[float]], float]:
    return lambda s, norms: -of(s, norms)


def _alone(l: int) -> Callable[[Scene, list[float]], float]:
    return lambda s, norms: s.lambd / (2 * s.m) * norms[l]


def _first(l: int) -> Callable[[Scene, list[float]], float]:
    return lambda s, norms: s.lambd / (2 * s.m) * sum(norms[:l])


def _twice(k: int, l: int) -> Callable[[Scene, list[float]], float]:
    return lambda s, norms: s.lambd / (2 * s.m) * (sum(norms) - norms[l] + norms[k])


def _weighted_alone(k: int) -> Callable[[Scene, list[float]], float]:
    return lambda s, norms: s.lambd / (2 * s.m) * norms[k] + sum(norms) - norms[k]


def _guarded(guard: float) -> Filling:
    return Filling("", "", lambda s: _losses(s, guard).sum() / s.m)


# --- both together ---------------------------------------------------------------------------------------------

WHOLES = (
    Filling("the cost × −1", CODE, lambda s: -1.0, "−1"),
    Filling("the cost × 2", CODE, lambda s: 2.0, "2"),
    Filling("the cost × 1/2", CODE, lambda s: 0.5, "1/2"),
    Filling("the cost × 1/m: it is divided by m twice", CODE, lambda s: 1 / s.m, "1/m"),
    Filling("the cost × −m", CODE, lambda s: -float(s.m), "−m"),
    Filling("the cost × m/(m − 1)", CODE, lambda s: s.m / (s.m - 1), "m/(m − 1)"),
)

COST = {
    "cost": Line(
        "J = (1/m) Σ loss(A{}, Y)",
        {"data": (_data, DATAS), "penalty": (_penalty, PENALTIES), "whole": (ONE, WHOLES)},
        lambda data, penalty, whole: (data + penalty) * whole,
        tuple({"data": _guarded(guard)} for guard in GUARDS),
        more=_of_layers,
        joined=lambda first, second: first not in WHOLES and second not in WHOLES,
    )
}
