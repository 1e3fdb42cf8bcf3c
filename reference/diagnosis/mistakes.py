"""The dictionary: how each line of a backward pass is right, and in which ways people get it wrong.

A line is made of parts; a mistake is another way to fill one part. Two mistakes on one line are two parts filled wrong.

    dZ_L = residual · factor
    dW_l = (data · factor + L2) · whole         data = (1/m) dZ_l A_{l-1}ᵀ,  L2 = (λ/m) W_l
    db_l = total · factor + decay               total = (1/m) Σ_examples dZ_l
    dA_l = product · mask · keep · factor       product = W_{l+1}ᵀ dZ_{l+1},  mask = D_l,  keep = 1/keep_prob
    dZ_l = dA_l · slope · factor                slope = g'(Z_l)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from reference.diagnosis.scene import SLOPES, Scene

__all__ = ["KEEPS", "LINES", "MASKS", "OF_CONVENTIONS", "Filling", "Line", "mistakes"]

Value = Callable[[Scene], Any]  # None where it does not apply, or its shape would betray it


class Filling(NamedTuple):
    """One way to fill a part; ``{}`` in the text is the layer, ``{p}`` the one before, ``{n}`` the one after."""

    text: str
    code: str
    value: Value


class Line(NamedTuple):
    """How a quantity is computed: its parts, each right way first; and what they make together.

    ``also`` fills a part in another right way: A_l > 0 for Z_l > 0, where A_l is masked and dA_l is too.
    """

    formula: str
    parts: dict[str, tuple[Value, tuple[Filling, ...]]]
    make: Callable[..., Any]
    also: dict[str, Filling] | None = None


def _fits(value: Any, like: Any) -> Any:
    """``value`` where it has the shape of ``like``."""
    return value if value is not None and np.shape(value) == np.shape(like) else None


def _other(layers: list[Any], k: int, like: Any) -> Any:
    return _fits(layers[k], like) if 0 <= k < len(layers) else None


def _factors(of: str, *, keep: bool = True, last: bool = False) -> tuple[Filling, ...]:
    """A constant factor of the problem; n_l is n_L in the last layer."""
    F, two, batch, scale = Filling, "MB101", "MB102", "MB302"
    found = [
        F(f"{of} × 2", two, lambda s: 2.0),
        F(f"{of} × 1/2", two, lambda s: 0.5),
        F(f"{of} × −1", two, lambda s: -1.0),
        F(f"{of} × 0", two, lambda s: 0.0),
        F(f"{of} × 4", two, lambda s: 4.0),
        F(f"{of} × 3", two, lambda s: 3.0),
        F(f"{of} × 1/3", two, lambda s: 1 / 3),
        F(f"{of} × 10", two, lambda s: 10.0),
        F(f"{of} × m", batch, lambda s: float(s.m)),
        F(f"{of} × 1/m", batch, lambda s: 1.0 / s.m),
        F(f"{of} × −m", batch, lambda s: -float(s.m)),
        F(f"{of} × −1/m", batch, lambda s: -1.0 / s.m),
        F(f"{of} × 2/m", batch, lambda s: 2.0 / s.m),
        F(f"{of} × m²", batch, lambda s: float(s.m) ** 2),
        F(f"{of} × m/(m − 1)", batch, lambda s: s.m / (s.m - 1)),
        F(f"{of} × m/n_0 (m taken from the wrong axis)", batch, lambda s: s.m / s.X.shape[0]),
        F(
            f"{of} × m/n_L (m taken from the wrong axis)",
            batch,
            lambda s: s.m / s.Y.shape[0] if s.Y.shape[0] > 1 else None,
        ),
        F(
            f"{of} × m/n_{{}} (m taken from the wrong axis)",
            batch,
            lambda s: s.m / s.W[s.l].shape[0] if s.l < s.L else None,
        ),
        F(
            f"{of} × m/n_{{p}} (m taken from the wrong axis)",
            batch,
            lambda s: s.m / s.W[s.l].shape[1] if s.l > 1 else None,
        ),
    ]
    if last:
        found = [f for f in found if "n_{}" not in f.text]
    if keep:
        found += [
            F(f"{of} × keep_prob", scale, lambda s: s.keep if s.dropout else None),
            F(f"{of} × 1/keep_prob", scale, lambda s: 1 / s.keep if s.dropout else None),
            F(f"{of} × keep_prob²", scale, lambda s: s.keep**2 if s.dropout else None),
            F(f"{of} × 1/keep_prob²", scale, lambda s: 1 / s.keep**2 if s.dropout else None),
        ]
    return tuple(found)


# --- dZ_L = A_L − Y --------------------------------------------------------------------------------------------

_A = lambda s: s.A[s.L]

RESIDUALS = (
    Filling("A{} alone: Y is not subtracted", "MB103", _A),
    Filling("A{} + Y", "MB103", lambda s: _A(s) + s.Y),
    Filling("Z{} − Y: the activation is missing", "MB103", lambda s: s.Z[s.L] - s.Y),
    Filling("A{p} − Y", "MB103", lambda s: _fits(s.A[s.L - 1] - s.Y, s.Y) if s.A[s.L - 1].shape == s.Y.shape else None),
    Filling("(A{} − Y) A{} (1 − A{}): the derivative of the sigmoid stands in it once more", "MB104",
            lambda s: (_A(s) - s.Y) * _A(s) * (1 - _A(s))),
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


# --- dW_l ------------------------------------------------------------------------------------------------------


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
    return _fits(dZ @ A.T / s.m, s.W[s.l])


def _instead(pick: Callable[[Scene], Any]) -> Value:
    """The data term with another operand in A_{l-1}'s place."""
    return lambda s: _product(s.dZ(s.l), pick(s), s)


def _layer(layers: Callable[[Scene], list[Any]], k: int) -> Callable[[Scene], Any]:
    return lambda s: _other(layers(s), s.l - 1 + k, s.A[s.l - 1]) if s.l - 1 + k > 0 or k == 0 else None


def _first_order(s: Scene) -> Any:
    return None if s.l == 1 else s.Z[s.l - 1]


OPERANDS = (
    Filling("made with A{} in place of A{p}", "MB103", _instead(_layer(lambda s: s.A, 1))),
    Filling("made with the activation two layers below in place of A{p}", "MB103",
            _instead(lambda s: _other(s.A, s.l - 2, s.A[s.l - 1]) if s.l > 1 else None)),
    Filling("made with Z{p} in place of A{p}", "MB103", _instead(_first_order)),
    Filling("made with A{p} before its mask", "MB301",
            _instead(lambda s: s.H[s.l - 1] / 1.0 if s.dropout and s.l > 1 else None)),
    Filling("made with X in place of A{p}", "MB103", _instead(lambda s: s.X if s.l > 1 else None)),
    Filling("made with dZ{n} in place of dZ{}", "MB103", _dZ_of(1)),
    Filling("made with dA{} in place of dZ{}: the derivative of the activation is missing", "MB104",
            lambda s: _product(s.known.get(f"dA{s.l}"), s.A[s.l - 1], s)),
    Filling("made with dZ{} as signs only", "MB103", lambda s: _product(np.sign(s.dZ(s.l)), s.A[s.l - 1], s)),
    Filling("transposed", "MB103", lambda s: _fits(_data(s).T, s.W[s.l]) if s.W[s.l].shape[0] == s.W[s.l].shape[1] > 1 else None),
    Filling("made with the examples in another order", "MB103", lambda s: s.dZ(s.l) @ s.A[s.l - 1][:, ::-1].T / s.m),
    Filling("with its columns in the other order", "MB103", lambda s: _data(s)[:, ::-1]),
    Filling("of the first example alone", "MB102", lambda s: s.dZ(s.l)[:, :1] @ s.A[s.l - 1][:, :1].T / s.m),
    Filling("the mean over everything, in every entry", "MB102", lambda s: np.full_like(s.W[s.l], np.mean(_data(s)))),
    Filling("W{} itself, not its gradient", "MB103", lambda s: s.W[s.l]),
)  # fmt: skip


def _l2(s: Scene) -> Any:
    return s.lambd / s.m * s.W[s.l]


def _decayed(factor: Callable[[Scene], Any]) -> Value:
    return lambda s: None if s.lambd == 0 else factor(s)


PENALTIES = (
    Filling("without its L2 term", "MB201", _decayed(lambda s: 0 * s.W[s.l])),
    Filling("with its L2 term × 2", "MB202", _decayed(lambda s: 2 * _l2(s))),
    Filling("with its L2 term × 1/2 (λ/2m for λ/m)", "MB202", _decayed(lambda s: _l2(s) / 2)),
    Filling("with its L2 term × m (λ for λ/m)", "MB202", _decayed(lambda s: _l2(s) * s.m)),
    Filling("with its L2 term × 1/m (λ/m² for λ/m)", "MB202", _decayed(lambda s: _l2(s) / s.m)),
    Filling("with its L2 term × −1", "MB202", _decayed(lambda s: -_l2(s))),
    Filling("with its L2 term × 1/λ (1/m for λ/m)", "MB202", _decayed(lambda s: _l2(s) / s.lambd)),
    Filling("with its L2 term × λ (λ²/m for λ/m)", "MB202", _decayed(lambda s: _l2(s) * s.lambd)),
    Filling("with its L2 term × m/2 (λ/2 for λ/m)", "MB202", _decayed(lambda s: _l2(s) * s.m / 2)),
    Filling("with its L2 term × 2m (2λ for λ/m)", "MB202", _decayed(lambda s: _l2(s) * s.m * 2)),
    Filling("with its L2 term × m/λ (W for (λ/m) W)", "MB202", _decayed(lambda s: s.W[s.l])),
    Filling("with its L2 term × m² (λ m for λ/m)", "MB202", _decayed(lambda s: _l2(s) * s.m * s.m)),
    Filling("with its L2 term × 4", "MB202", _decayed(lambda s: _l2(s) * 4)),
    Filling("with its L2 term × 3", "MB202", _decayed(lambda s: _l2(s) * 3)),
    Filling("with its L2 term × 1/3", "MB202", _decayed(lambda s: _l2(s) / 3)),
    Filling("with its L2 term × 10", "MB202", _decayed(lambda s: _l2(s) * 10)),
    Filling("with its L2 term × 1/2m (λ/2m² for λ/m)", "MB202", _decayed(lambda s: _l2(s) / (2 * s.m))),
    Filling("with its L2 term × m/n_0 (m taken from the wrong axis)", "MB202", _decayed(lambda s: _l2(s) * s.m / s.X.shape[0])),
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
    other = _other(s.W, l, s.W[s.l]) if l >= 1 else None
    return None if other is None else s.lambd / s.m * other


# --- db_l ------------------------------------------------------------------------------------------------------


def _total(s: Scene) -> Any:
    return s.dZ(s.l).sum(axis=1, keepdims=True) / s.m


def _total_of(pick: Callable[[Scene], Any]) -> Value:
    def value(s: Scene) -> Any:
        other = pick(s)
        return None if other is None else _fits(other.sum(axis=1, keepdims=True) / s.m, s.b[s.l])

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
            lambda s: _fits(s.dZ(s.l).sum(axis=0)[: s.b[s.l].size, None] / s.m, s.b[s.l])),
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


# --- dA_l, the layer below: product, mask, keep -----------------------------------------------------------------


def _pulled(s: Scene) -> Any:
    return s.W[s.l + 1].T @ s.dZ(s.l + 1)


def _through(W: Any, dZ: Any, s: Scene) -> Any:
    if W is None or dZ is None or W.shape[1] != dZ.shape[0]:
        return None
    return _fits(W @ dZ, s.Z[s.l])


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
        return None if other is None else _fits(other, s.D[s.l])

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


# --- dZ_l ------------------------------------------------------------------------------------------------------


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
    Filling("with the derivative at sigmoid(Z{})", "MB104", lambda s: _at_sigmoid(s)),
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


def _at_sigmoid(s: Scene) -> Any:
    a = 1 / (1 + np.exp(-s.H[s.l]))
    return a * (1 - a)


ONE: Value = lambda s: 1.0
NOTHING: Value = lambda s: 0.0

LINES: dict[str, Line] = {
    "dZ_L": Line(
        "dZ{} = A{} − Y",
        {"residual": (lambda s: _A(s) - s.Y, RESIDUALS), "factor": (ONE, _factors("the residual A{} − Y", last=True))},
        lambda s, residual, factor: residual * factor,
    ),
    "dW": Line(
        "dW{} = (1/m) dZ{} A{p}ᵀ",
        {
            "whole": (ONE, _factors("the gradient")),
            "factor": (ONE, _factors("the data term")),
            "data": (_data, OPERANDS),
            "L2": (_l2, PENALTIES),
        },
        lambda s, whole, factor, data, L2: (data * factor + L2) * whole,
    ),
    "db": Line(
        "db{} = (1/m) Σ dZ{}",
        {"factor": (ONE, _factors("the gradient")), "total": (_total, TOTALS), "decay": (NOTHING, DECAYS)},
        lambda s, factor, total, decay: total * factor + decay,
    ),
    "dA": Line(
        "dA{} = W{n}ᵀ dZ{n}",
        {
            "mask": (lambda s: s.D[s.l], MASKS),
            "keep": (lambda s: 1 / s.keep, KEEPS),
            "product": (_pulled, PRODUCTS),
            "factor": (ONE, _factors("the product", keep=False)),
        },
        lambda s, mask, keep, product, factor: product * mask * keep * factor,
    ),
    "dZ": Line(
        "dZ{} = dA{} g'(Z{})",
        {"slope": (_slope, GATES), "factor": (ONE, _factors("dZ{}"))},
        lambda s, slope, factor: s.dA(s.l) * slope * factor,
        {"slope": Filling("", "", lambda s: _slope(s) * (s.D[s.l] != 0) if s.dropout else None)},
    ),
}


OF_CONVENTIONS: dict[str, dict[str, dict[str, Filling]]] = {
    "squared error, halved": {"dZ_L": {"residual": RESIDUALS[4]}},
    "squared error": {"dZ_L": {"residual": Filling("", "", lambda s: 2 * (_A(s) - s.Y) * _A(s) * (1 - _A(s)))}},
    "squared error, summed and halved": {
        "dZ_L": {"residual": Filling("", "", lambda s: s.m * (_A(s) - s.Y) * _A(s) * (1 - _A(s)))}
    },
    "the sum over examples, not their mean": {"dZ_L": {"factor": Filling("", "", lambda s: float(s.m))}},
    "λ/2 Σ‖W‖², without 1/m": {"dW": {"L2": Filling("", "", lambda s: _l2(s) * s.m)}},
    "λ/m Σ‖W‖², without 1/2": {"dW": {"L2": Filling("", "", lambda s: _l2(s) * 2)}},
    "λ Σ‖W‖²": {"dW": {"L2": Filling("", "", lambda s: _l2(s) * 2 * s.m)}},
}


def mistakes() -> list[tuple[str, str, Filling]]:
    """Every mistake of the dictionary: the quantity's kind, the part, and how it is filled."""
    return [
        (kind, part, filling)
        for kind, line in LINES.items()
        for part, (_, fillings) in line.parts.items()
        for filling in fillings
    ]
