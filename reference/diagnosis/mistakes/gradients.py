"""The lines of the gradients.

dW_l = (data · factor + L2) · whole         data = (1/m) dZ_l A_{l-1}ᵀ,  L2 = (λ/m) W_l
db_l = total · factor + decay               total = (1/m) Σ_examples dZ_l
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.diagnosis.mistakes.line import (
    NOTHING,
    ONE,
    Filling,
    Line,
    Value,
    constant_factors,
    fitting,
    of_another_layer,
)
from reference.diagnosis.scene import Scene

__all__ = ["GRADIENTS", "l2_term"]


def _data(s: Scene) -> Any:
    return s.dZ(s.l) @ s.A[s.l - 1].T / s.m


def _dZ_of(k: int) -> Value:
    """The data term with dZ of another layer."""

    def value(s: Scene) -> Any:
        other = s.known.get(f"dZ{s.l + k}")
        return None if other is None else _product(other, s.A[s.l - 1], s)

    return value


def _product(dZ: Any, A: Any, s: Scene) -> Any:
    if dZ is None or A is None or dZ.shape[1] != A.shape[1]:
        return None
    return fitting(dZ @ A.T / s.m, s.W[s.l])


def _instead(pick: Callable[[Scene], Any]) -> Value:
    """The data term with another operand in A_{l-1}'s place."""
    return lambda s: _product(s.dZ(s.l), pick(s), s)


def _layer(layers: Callable[[Scene], list[Any]], k: int) -> Callable[[Scene], Any]:
    return lambda s: of_another_layer(layers(s), s.l - 1 + k, s.A[s.l - 1]) if s.l - 1 + k > 0 or k == 0 else None


def _first_order(s: Scene) -> Any:
    return None if s.l == 1 else s.Z[s.l - 1]


OPERANDS = (
    Filling("made with A{} in place of A{p}", "MB103", _instead(_layer(lambda s: s.A, 1))),
    Filling("made with the activation two layers below in place of A{p}", "MB103",
            _instead(lambda s: of_another_layer(s.A, s.l - 2, s.A[s.l - 1]) if s.l > 1 else None)),
    Filling("made with Z{p} in place of A{p}", "MB103", _instead(_first_order)),
    Filling("made with A{p} before its mask", "MB301",
            _instead(lambda s: s.H[s.l - 1] / 1.0 if s.dropout and s.l > 1 else None)),
    Filling("made with X in place of A{p}", "MB103", _instead(lambda s: s.X if s.l > 1 else None)),
    Filling("made with dZ{n} in place of dZ{}", "MB103", _dZ_of(1)),
    Filling("made with dA{} in place of dZ{}: the derivative of the activation is missing", "MB104",
            lambda s: _product(s.known.get(f"dA{s.l}"), s.A[s.l - 1], s)),
    Filling("made with dZ{} as signs only", "MB103", lambda s: _product(np.sign(s.dZ(s.l)), s.A[s.l - 1], s)),
    Filling("transposed", "MB103", lambda s: fitting(_data(s).T, s.W[s.l]) if s.W[s.l].shape[0] == s.W[s.l].shape[1] > 1 else None),
    Filling("made with the examples in another order", "MB103", lambda s: s.dZ(s.l) @ s.A[s.l - 1][:, ::-1].T / s.m),
    Filling("with its columns in the other order", "MB103", lambda s: _data(s)[:, ::-1]),
    Filling("of the first example alone", "MB102", lambda s: s.dZ(s.l)[:, :1] @ s.A[s.l - 1][:, :1].T / s.m),
    Filling("the mean over everything, in every entry", "MB102", lambda s: np.full_like(s.W[s.l], np.mean(_data(s)))),
    Filling("W{} itself, not its gradient", "MB103", lambda s: s.W[s.l]),
)  # fmt: skip


def l2_term(s: Scene) -> Any:
    return s.lambd / s.m * s.W[s.l]


def _decayed(factor: Callable[[Scene], Any]) -> Value:
    return lambda s: None if s.lambd == 0 else factor(s)


PENALTIES = (
    Filling("without its L2 term", "MB201", _decayed(lambda s: 0 * s.W[s.l])),
    Filling("with its L2 term × 2", "MB202", _decayed(lambda s: 2 * l2_term(s))),
    Filling("with its L2 term × 1/2 (λ/2m for λ/m)", "MB202", _decayed(lambda s: l2_term(s) / 2)),
    Filling("with its L2 term × m (λ for λ/m)", "MB202", _decayed(lambda s: l2_term(s) * s.m)),
    Filling("with its L2 term × 1/m (λ/m² for λ/m)", "MB202", _decayed(lambda s: l2_term(s) / s.m)),
    Filling("with its L2 term × −1", "MB202", _decayed(lambda s: -l2_term(s))),
    Filling("with its L2 term × 1/λ (1/m for λ/m)", "MB202", _decayed(lambda s: l2_term(s) / s.lambd)),
    Filling("with its L2 term × λ (λ²/m for λ/m)", "MB202", _decayed(lambda s: l2_term(s) * s.lambd)),
    Filling("with its L2 term × m/2 (λ/2 for λ/m)", "MB202", _decayed(lambda s: l2_term(s) * s.m / 2)),
    Filling("with its L2 term × 2m (2λ for λ/m)", "MB202", _decayed(lambda s: l2_term(s) * s.m * 2)),
    Filling("with its L2 term × m/λ (W for (λ/m) W)", "MB202", _decayed(lambda s: s.W[s.l])),
    Filling("with its L2 term × m² (λ m for λ/m)", "MB202", _decayed(lambda s: l2_term(s) * s.m * s.m)),
    Filling("with its L2 term × 4", "MB202", _decayed(lambda s: l2_term(s) * 4)),
    Filling("with its L2 term × 3", "MB202", _decayed(lambda s: l2_term(s) * 3)),
    Filling("with its L2 term × 1/3", "MB202", _decayed(lambda s: l2_term(s) / 3)),
    Filling("with its L2 term × 10", "MB202", _decayed(lambda s: l2_term(s) * 10)),
    Filling("with its L2 term × 1/2m (λ/2m² for λ/m)", "MB202", _decayed(lambda s: l2_term(s) / (2 * s.m))),
    Filling("with its L2 term × m/n_0 (m taken from the wrong axis)", "MB202", _decayed(lambda s: l2_term(s) * s.m / s.X.shape[0]), wrong_m=True),
    Filling("with the L2 term of W{n}", "MB202", _decayed(lambda s: _penalty_of(s, s.l + 1))),
    Filling("with the L2 term of W{p}", "MB202", _decayed(lambda s: _penalty_of(s, s.l - 1))),
    Filling("with (λ/m) W² for its L2 term", "MB202", _decayed(lambda s: s.lambd / s.m * s.W[s.l] ** 2)),
    Filling("with (λ/2m) Σ W² for its L2 term: the cost's, not its derivative", "MB202",
            _decayed(lambda s: s.lambd / (2 * s.m) * (s.W[s.l] ** 2).sum() + 0 * s.W[s.l])),
    Filling("with (λ/2m) Σ W² of all layers for its L2 term: the cost's, not its derivative", "MB202",
            _decayed(lambda s: s.lambd / (2 * s.m) * sum((W**2).sum() for W in s.W[1:]) + 0 * s.W[s.l])),
    Filling("with (λ/m) Σ W for its L2 term", "MB202", _decayed(lambda s: s.lambd / s.m * s.W[s.l].sum() + 0 * s.W[s.l])),
    Filling("with λ/m for its L2 term: W{} is missing in it", "MB202", _decayed(lambda s: s.lambd / s.m + 0 * s.W[s.l])),
    Filling("with (λ/m) sign(W) for its L2 term", "MB202", _decayed(lambda s: s.lambd / s.m * np.sign(s.W[s.l]))),
    Filling("with (λ/m) dW for its L2 term", "MB202", _decayed(lambda s: s.lambd / s.m * _data(s))),
)  # fmt: skip


def _penalty_of(s: Scene, l: int) -> Any:
    other = of_another_layer(s.W, l, s.W[s.l]) if l >= 1 else None
    return None if other is None else s.lambd / s.m * other


def _total(s: Scene) -> Any:
    return s.dZ(s.l).sum(axis=1, keepdims=True) / s.m


def _total_of(pick: Callable[[Scene], Any]) -> Value:
    def value(s: Scene) -> Any:
        other = pick(s)
        return None if other is None else fitting(other.sum(axis=1, keepdims=True) / s.m, s.b[s.l])

    return value


TOTALS = (
    Filling("summed over the units as well: the axis is missing", "MB102",
            lambda s: s.dZ(s.l).sum() / s.m + 0 * s.b[s.l] if s.b[s.l].size > 1 else None),
    Filling("the sum of dZ{n} in place of dZ{}", "MB103", _total_of(lambda s: s.known.get(f"dZ{s.l + 1}"))),
    Filling("the sum of dA{} in place of dZ{}: the derivative of the activation is missing", "MB104",
            _total_of(lambda s: s.known.get(f"dA{s.l}"))),
    Filling("of the first example alone", "MB102", lambda s: s.dZ(s.l)[:, :1] / s.m),
    Filling("of the last example alone", "MB102", lambda s: s.dZ(s.l)[:, -1:] / s.m),
    Filling("the mean over examples and units", "MB102", lambda s: np.mean(s.dZ(s.l)) + 0 * s.b[s.l] if s.b[s.l].size > 1 else None),
    Filling("the sum over the units, as if axis were 0", "MB102",
            lambda s: fitting(s.dZ(s.l).sum(axis=0)[: s.b[s.l].size, None] / s.m, s.b[s.l])),
    Filling("the largest over the examples, not the mean", "MB102", lambda s: s.dZ(s.l).max(axis=1, keepdims=True)),
    Filling("b{} itself, not its gradient", "MB103", lambda s: s.b[s.l]),
    Filling("the sum of A{p} dZ{}", "MB103", lambda s: _data(s).sum(axis=1, keepdims=True)),
)  # fmt: skip

DECAYS = (
    Filling("with (λ/m) b{} added: biases are not decayed", "MB202", _decayed(lambda s: s.lambd / s.m * s.b[s.l])),
    Filling("with (λ/2m) b{} added: biases are not decayed", "MB202", _decayed(lambda s: s.lambd / (2 * s.m) * s.b[s.l])),
    Filling("with λ b{} added: biases are not decayed", "MB202", _decayed(lambda s: s.lambd * s.b[s.l])),
    Filling("with λ/m added: biases are not decayed", "MB202", _decayed(lambda s: s.lambd / s.m + 0 * s.b[s.l])),
    Filling("with (λ/m) Σ W{} added: biases are not decayed", "MB202",
            _decayed(lambda s: s.lambd / s.m * s.W[s.l].sum(axis=1, keepdims=True))),
    Filling("with (λ/m) Σ W{} over all entries added: biases are not decayed", "MB202",
            _decayed(lambda s: s.lambd / s.m * s.W[s.l].sum() + 0 * s.b[s.l])),
)  # fmt: skip


GRADIENTS = {
    "dW": Line(
        "dW{} = (1/m) dZ{} A{p}ᵀ",
        {
            "whole": (ONE, constant_factors("the gradient")),
            "factor": (ONE, constant_factors("the data term")),
            "data": (_data, OPERANDS),
            "L2": (l2_term, PENALTIES),
        },
        lambda whole, factor, data, L2: (data * factor + L2) * whole,
    ),
    "db": Line(
        "db{} = (1/m) Σ dZ{}",
        {"factor": (ONE, constant_factors("the gradient")), "total": (_total, TOTALS), "decay": (NOTHING, DECAYS)},
        lambda factor, total, decay: total * factor + decay,
    ),
}
