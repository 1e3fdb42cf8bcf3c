"""The lines of what is handed back from layer to layer.

dZ_L = residual · factor                    residual = A_L − Y
dA_l = product · mask · keep · factor       product = W_{l+1}ᵀ dZ_{l+1},  mask = D_l,  keep = 1/keep_prob
dZ_l = dA_l · slope · factor                slope = g'(Z_l)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.diagnosis.mistakes.line import ONE, Filling, Line, Value, constant_factors, fitting
from reference.diagnosis.scene import SLOPES, Scene

__all__ = ["KEEPS", "MASKS", "UPSTREAM", "of_squared_error"]

_A = lambda s: s.A[s.L]


def of_squared_error(s: Scene) -> Any:
    """The residual of ½ (a − y)² behind a sigmoid."""
    return (_A(s) - s.Y) * _A(s) * (1 - _A(s))


RESIDUALS = (
    Filling("A{} alone: Y is not subtracted", "MB103", _A),
    Filling("A{} + Y", "MB103", lambda s: _A(s) + s.Y),
    Filling("Z{} − Y: the activation is missing", "MB103", lambda s: s.Z[s.L] - s.Y),
    Filling("A{p} − Y", "MB103", lambda s: fitting(s.A[s.L - 1] - s.Y, s.Y) if s.A[s.L - 1].shape == s.Y.shape else None),
    Filling("(A{} − Y) A{} (1 − A{}): the derivative of the sigmoid stands in it once more", "MB104",
            lambda s: of_squared_error(s)),
    Filling("A{} − Y, without the derivative of the sigmoid: that is the residual of cross-entropy", "MB104",
            lambda s: _A(s) - s.Y if "residual" in s.assumed.get("dZ_L", {}) else None),
    Filling("(A{} − Y) / (A{} (1 − A{})): dA{}, without the derivative of the sigmoid", "MB104",
            lambda s: (_A(s) - s.Y) / (_A(s) * (1 - _A(s)))),
    Filling("(Y / A{} − (1 − Y)/(1 − A{})): dA{} with the other sign, without the derivative of the sigmoid", "MB104",
            lambda s: s.Y / _A(s) - (1 - s.Y) / (1 - _A(s))),
    Filling("(A{} − Y) (1 − A{}²): the derivative of tanh", "MB104", lambda s: (_A(s) - s.Y) * (1 - _A(s) ** 2)),
    Filling("(A{} − Y) [Z{} > 0]: the derivative of relu", "MB104", lambda s: (_A(s) - s.Y) * (s.Z[s.L] > 0)),
    Filling("dA{} A{}: (1 − A{}) is missing", "MB104", lambda s: (_A(s) - s.Y) / (1 - _A(s))),
    Filling("dA{} (1 − A{}): A{} is missing", "MB104", lambda s: (_A(s) - s.Y) / _A(s)),
    Filling("dA{} Z{} (1 − Z{}): Z stands where A belongs", "MB104",
            lambda s: (_A(s) - s.Y) / (_A(s) * (1 - _A(s))) * s.Z[s.L] * (1 - s.Z[s.L])),
    Filling("−(Y/A{} + (1 − Y)/(1 − A{})) A{} (1 − A{}): a sign is wrong in dA{}", "MB101",
            lambda s: -(s.Y / _A(s) + (1 - s.Y) / (1 - _A(s))) * _A(s) * (1 - _A(s))),
    Filling("(A{} − Y)²", "MB103", lambda s: (_A(s) - s.Y) ** 2),
    Filling("(A{} − Y) Y", "MB103", lambda s: (_A(s) - s.Y) * s.Y),
    Filling("A{} Y", "MB103", lambda s: _A(s) * s.Y),
    Filling("1 − A{}", "MB103", lambda s: 1 - _A(s)),
)  # fmt: skip


def _pulled(s: Scene) -> Any:
    return s.W[s.l + 1].T @ s.dZ(s.l + 1)


def _through(W: Any, dZ: Any, s: Scene) -> Any:
    if W is None or dZ is None or W.shape[1] != dZ.shape[0]:
        return None
    return fitting(W @ dZ, s.Z[s.l])


PRODUCTS = (
    Filling("W{n} not transposed", "MB103", lambda s: _through(s.W[s.l + 1], s.dZ(s.l + 1), s)
            if s.W[s.l + 1].shape[0] > 1 else None),
    Filling("made with W{} in place of W{n}", "MB103", lambda s: _through(s.W[s.l].T, s.dZ(s.l + 1), s)),
    Filling("made with W{}, not transposed, in place of W{n}", "MB103", lambda s: _through(s.W[s.l], s.dZ(s.l + 1), s)),
    Filling("made with dA{n} in place of dZ{n}", "MB104",
            lambda s: _through(s.W[s.l + 1].T, s.known.get(f"dA{s.l + 1}"), s)),
    Filling("made with dZ of two layers above in place of dZ{n}", "MB103",
            lambda s: _through(s.W[s.l + 1].T, s.known.get(f"dZ{s.l + 2}"), s)),
    Filling("made with A{n} in place of dZ{n}", "MB103", lambda s: _through(s.W[s.l + 1].T, s.A[s.l + 1], s)),
    Filling("made with Y in place of dZ{n}", "MB103", lambda s: _through(s.W[s.l + 1].T, s.Y, s) if s.l == s.L - 1 else None),
    Filling("made with W{n} + b{n}", "MB103", lambda s: _through((s.W[s.l + 1] + s.b[s.l + 1]).T, s.dZ(s.l + 1), s)),
)  # fmt: skip


def _mask_of(k: int) -> Value:
    def value(s: Scene) -> Any:
        other = s.D[s.l + k] if s.dropout and 1 <= s.l + k < s.L else None
        return None if other is None else fitting(other, s.D[s.l])

    return value


MASKS = (
    Filling("without the mask D{}", "MB301", lambda s: np.ones_like(s.Z[s.l]) if s.dropout else None),
    Filling("with the mask D{n} in place of D{}", "MB301", _mask_of(1)),
    Filling("with the mask D{p} in place of D{}", "MB301", _mask_of(-1)),
    Filling("with the mask D{} inverted", "MB301", lambda s: 1.0 - s.D[s.l] if s.dropout else None),
    Filling("with A{} in the place of the mask D{}", "MB301", lambda s: s.A[s.l] if s.dropout else None),
)  # fmt: skip

KEEPS = (
    Filling("without 1/keep_prob", "MB302", lambda s: 1.0 if s.dropout else None),
    Filling("with 1/keep_prob twice", "MB302", lambda s: 1 / s.keep**2 if s.dropout else None),
    Filling("times keep_prob in place of 1/keep_prob", "MB302", lambda s: s.keep if s.dropout else None),
    Filling("times keep_prob² in place of 1/keep_prob", "MB302", lambda s: s.keep**2 if s.dropout else None),
    Filling("over 1 − keep_prob in place of keep_prob", "MB302", lambda s: 1 / (1 - s.keep) if s.dropout else None),
    Filling("times 1 − keep_prob in place of 1/keep_prob", "MB302", lambda s: 1 - s.keep if s.dropout else None),
)  # fmt: skip


def _slope(s: Scene) -> Any:
    return SLOPES[s.hidden](s.Z[s.l], s.H[s.l])


def _slope_as(kind: str) -> Value:
    return lambda s: None if s.hidden == kind else SLOPES[kind](s.Z[s.l], s.H[s.l])


def _gate(layers: Callable[[Scene], list[Any]], k: int) -> Value:
    """The slope of another layer, or of another quantity."""

    def value(s: Scene) -> Any:
        if not 1 <= s.l + k <= s.L:
            return None
        other = layers(s)[s.l + k]
        if other is None or np.shape(other) != np.shape(s.Z[s.l]):
            wide = np.shape(other) == (1, s.m) and s.hidden == "relu"  # it broadcasts
            return (other > 0) * np.ones_like(s.Z[s.l]) if wide else None
        return SLOPES[s.hidden](other, s.H[s.l + k] if k else other)

    return value


GATES = (
    Filling("without the derivative of the activation", "MB104", lambda s: np.ones_like(s.Z[s.l])),
    Filling("with the derivative of relu", "MB104", _slope_as("relu")),
    Filling("with the derivative of tanh, 1 − A{}²", "MB104", _slope_as("tanh")),
    Filling("with the derivative of the sigmoid, A{} (1 − A{})", "MB104", _slope_as("sigmoid")),
    Filling("with the derivative of leaky_relu", "MB104", _slope_as("leaky_relu")),
    Filling("with 1 − A{}², made from the masked A{}", "MB104", lambda s: 1 - s.A[s.l] ** 2 if s.dropout or s.hidden != "tanh" else None),
    Filling("with A{} (1 − A{}), made from the masked A{}", "MB104", lambda s: s.A[s.l] * (1 - s.A[s.l]) if s.dropout else None),
    Filling("with 1 − Z{}²: Z stands where A belongs", "MB104", lambda s: 1 - s.Z[s.l] ** 2),
    Filling("with Z{} (1 − Z{}): Z stands where A belongs", "MB104", lambda s: s.Z[s.l] * (1 - s.Z[s.l])),
    Filling("with the derivative of the sigmoid at A{}", "MB104", lambda s: _at_sigmoid(s)),
    Filling("with the derivative of the sigmoid at Z{}", "MB104",
            lambda s: None if s.hidden == "sigmoid" else SLOPES["sigmoid"](s.Z[s.l], 1 / (1 + np.exp(-s.Z[s.l])))),
    Filling("with the derivative of tanh at Z{}", "MB104",
            lambda s: None if s.hidden == "tanh" else 1 - np.tanh(s.Z[s.l]) ** 2),
    Filling("with 1 − A{}: the square is missing", "MB104", lambda s: 1 - s.H[s.l]),
    Filling("with 1 + A{}²", "MB104", lambda s: 1 + s.H[s.l] ** 2),
    Filling("with A{} itself, not its derivative", "MB104", lambda s: s.A[s.l]),
    Filling("with A{} before its mask, not its derivative", "MB104", lambda s: s.H[s.l] if s.dropout else None),
    Filling("with Z{} itself, not a derivative", "MB104", lambda s: s.Z[s.l]),
    Filling("with the gate the wrong way round", "MB104", lambda s: (s.Z[s.l] <= 0) * 1.0),
    Filling("with the gate of A{n} in place of A{}", "MB104", _gate(lambda s: s.Z, 1)),
    Filling("with the gate of A{p} in place of A{}", "MB104", _gate(lambda s: s.Z, -1)),
    Filling("with the gate of dA{} in place of A{}", "MB104", lambda s: (s.dA(s.l) > 0) * 1.0),
    Filling("with the gate of Z{} > 1", "MB104", lambda s: (s.Z[s.l] > 1) * 1.0),
    Filling("with the derivative twice", "MB104", lambda s: _slope(s) ** 2 if s.hidden not in ("relu", "identity") else None),
    Filling("with the signs of Z{}", "MB104", lambda s: np.sign(s.Z[s.l])),
)  # fmt: skip


def _of_layer_above(kind: str, above: int = 1) -> Value:
    return lambda s: fitting(s.known.get(f"{kind}{s.l + above}"), s.Z[s.l])


OTHERS = (
    Filling("made with dA{n} in place of dA{}: it is not handed on", "MB103", _of_layer_above("dA")),
    Filling(
        "made with dA of two layers above in place of dA{}: it is not handed on", "MB103", _of_layer_above("dA", 2)
    ),
    Filling("made with dZ{n} in place of dA{}: W{n}ᵀ is missing", "MB103", _of_layer_above("dZ")),
)


def _at_sigmoid(s: Scene) -> Any:
    a = 1 / (1 + np.exp(-s.H[s.l]))
    return a * (1 - a)


UPSTREAM = {
    "dZ_L": Line(
        "dZ{} = A{} − Y",
        {
            "residual": (lambda s: _A(s) - s.Y, RESIDUALS),
            "factor": (ONE, constant_factors("the residual A{} − Y", last=True)),
        },
        lambda residual, factor: residual * factor,
    ),
    "dA": Line(
        "dA{} = W{n}ᵀ dZ{n}",
        {
            "mask": (lambda s: s.D[s.l], MASKS),
            "keep": (lambda s: 1 / s.keep, KEEPS),
            "product": (_pulled, PRODUCTS),
            "factor": (ONE, constant_factors("the product", keep=False)),
        },
        lambda mask, keep, product, factor: product * mask * keep * factor,
    ),
    "dZ": Line(
        "dZ{} = dA{} g'(Z{})",
        {
            "slope": (_slope, GATES),
            "factor": (ONE, constant_factors("dZ{}")),
            "dA": (lambda s: s.dA(s.l), OTHERS),
        },
        lambda slope, factor, dA: dA * slope * factor,
        ({"slope": Filling("", "", lambda s: _slope(s) * (s.D[s.l] != 0) if s.dropout else None)},),
    ),
}
