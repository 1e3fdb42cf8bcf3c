"""The line of the cost: J = data + penalty, with data = (1/m) Σ loss(A_L, Y) and penalty = (λ/2m) Σ_l ‖W_l‖²."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.diagnosis.mistakes.line import Filling, Line, Value
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


def _of_data(convention: Convention) -> Filling:
    def value(s: Scene) -> Any:
        return (_squared(s) if convention.squared else s.part(_data)) * convention.data(s.m)

    times = None if convention.squared else "m"
    return Filling(convention.of_cost, CODE, value, times, convention)


DATAS = (
    *(_of_data(convention) for convention in conventions_of(Term.MEAN, Term.LOSS)),
    Filling("the cost is of the wrong sign", CODE, lambda s: -s.part(_data), "−1"),
    Filling("the cost is off by a factor of 2", CODE, lambda s: 2 * s.part(_data), "2"),
    Filling("the cost is halved", CODE, lambda s: s.part(_data) / 2, "1/2"),
    Filling("the cost is divided by m twice", CODE, lambda s: s.part(_data) / s.m, "1/m"),
    Filling("the term of Y = 0 is missing", CODE, _mean(lambda A, Y: -Y * np.log(A))),
    Filling("the term of Y = 1 is missing", CODE, _mean(lambda A, Y: -(1 - Y) * np.log1p(-A))),
    Filling("the two terms are subtracted", CODE, _mean(lambda A, Y: -Y * np.log(A) + (1 - Y) * np.log1p(-A))),
    Filling("the logarithms are exchanged", CODE, _mean(lambda A, Y: -Y * np.log1p(-A) - (1 - Y) * np.log(A))),
    Filling("Y and A are exchanged or the logarithm is missing", CODE, _mean(lambda A, Y: -Y * A - (1 - Y) * (1 - A))),
    Filling("the sum runs over the wrong axis, or the mean is over outputs too", CODE,
            lambda s: s.part(_data) / len(s.Y)),
)  # fmt: skip


# --- the penalty -----------------------------------------------------------------------------------------------


def _norms(s: Scene) -> list[float]:
    """‖W_l‖² of every layer."""
    return [float((W * W).sum()) for W in s.W[1:]]


def _penalty(s: Scene) -> float:
    return s.lambd / (2 * s.m) * sum(s.part(_norms))


def _decayed(value: Value) -> Value:
    return lambda s: None if s.lambd == 0 else value(s)


def _instead(of: Callable[[Scene], float]) -> Value:
    """λ/2m times another sum."""
    return _decayed(lambda s: s.lambd / (2 * s.m) * of(s))


def _of_penalty(convention: Convention) -> Filling:
    value = _decayed(lambda s: s.part(_penalty) * convention.penalty(s.m))
    return Filling(convention.of_cost, CODE, value, convention=convention)


PENALTIES = (
    *(_of_penalty(convention) for convention in conventions_of(Term.PENALTY)),
    Filling("the L2 term is missing", CODE, _decayed(lambda s: 0.0)),
    Filling("the L2 term is subtracted", CODE, _decayed(lambda s: -_penalty(s))),
    Filling("the L2 term is divided by m twice", CODE, _decayed(lambda s: _penalty(s) / s.m)),
    Filling("λ is missing in the L2 term", CODE, _decayed(lambda s: _penalty(s) / s.lambd)),
    Filling("λ is squared in the L2 term", CODE, _decayed(lambda s: _penalty(s) * s.lambd)),
    Filling("the L2 term is halved twice", CODE, _decayed(lambda s: _penalty(s) / 2)),
    Filling("the L2 term has m above the line", CODE, _decayed(lambda s: _penalty(s) * s.m * s.m)),
    Filling("the biases are in the L2 term too", CODE,
            _instead(lambda s: sum(_norms(s)) + sum(float((b * b).sum()) for b in s.b[1:]))),
    Filling("the L2 term has Σ W where it takes Σ W²", CODE, _instead(lambda s: sum(float(W.sum()) for W in s.W[1:]))),
    Filling("the L2 term has (Σ W)² where it takes Σ W²", CODE,
            _instead(lambda s: sum(float(W.sum()) ** 2 for W in s.W[1:]))),
    Filling("the L2 term has ‖W‖ where it takes ‖W‖²", CODE, _instead(lambda s: sum(n**0.5 for n in _norms(s)))),
    Filling("the L2 term has Σ |W| where it takes Σ W²", CODE,
            _instead(lambda s: sum(float(np.abs(W).sum()) for W in s.W[1:]))),
    Filling("the L2 term is multiplied by 2/λ: λ and 2 have changed places", CODE,
            _decayed(lambda s: _penalty(s) * 4 / s.lambd**2)),
)  # fmt: skip


def _of_layers(s: Scene) -> list[tuple[str, Filling]]:
    """One layer left out, alone, twice, or the only one that is weighted."""
    found: dict[str, Callable[[Scene, list[float]], float]] = {}
    for l in range(s.L):
        found[f"W{l + 1} is not in the L2 term"] = _left_out(l)
        found[f"the L2 term has only W{l + 1}"] = _alone(l)
        for k in (k for k in range(s.L) if k != l):
            found[f"the L2 term has W{k + 1} where it takes W{l + 1}"] = _twice(k, l)
            found.setdefault(f"only W{k + 1} is squared, divided and weighted", _weighted_alone(k))
    return [("penalty", Filling(text, CODE, _of_norms(of))) for text, of in found.items()]


def _of_norms(of: Callable[[Scene, list[float]], float]) -> Value:
    return _decayed(lambda s: of(s, s.part(_norms)))


def _left_out(l: int) -> Callable[[Scene, list[float]], float]:
    return lambda s, norms: s.lambd / (2 * s.m) * (sum(norms) - norms[l])


def _alone(l: int) -> Callable[[Scene, list[float]], float]:
    return lambda s, norms: s.lambd / (2 * s.m) * norms[l]


def _twice(k: int, l: int) -> Callable[[Scene, list[float]], float]:
    return lambda s, norms: s.lambd / (2 * s.m) * (sum(norms) - norms[l] + norms[k])


def _weighted_alone(k: int) -> Callable[[Scene, list[float]], float]:
    return lambda s, norms: s.lambd / (2 * s.m) * norms[k] + sum(norms) - norms[k]


def _guarded(guard: float) -> Filling:
    return Filling("", "", lambda s: _losses(s, guard).sum() / s.m)


COST = {
    "cost": Line(
        "J = (1/m) Σ loss(A{}, Y)",
        {"data": (_data, DATAS), "penalty": (_penalty, PENALTIES)},
        lambda data, penalty: data + penalty,
        tuple({"data": _guarded(guard)} for guard in GUARDS),
        more=_of_layers,
        joined=lambda data, penalty: penalty.convention is not None,
    )
}
