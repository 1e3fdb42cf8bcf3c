"""The lines of a forward pass.

Z_l = product + bias                        product = W_l A_{l-1}
A_l = activation · mask · scale             activation = g(Z_l),  mask = D_l,  scale = 1/keep_prob
A_L = output · mask                         nothing is dropped there
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.cases.forward import ACTIVATIONS, OUTPUTS
from reference.diagnosis.mistakes.line import Filling, Line, Unknown, Value
from reference.diagnosis.scene import Scene

__all__ = ["FORWARD"]

NEAR = 1e-9
KNOWN = ("tanh", "sigmoid", "leaky_relu", "relu", "identity", "softplus")  # activations that a file may have


def _product(s: Scene) -> Any:
    return s.W[s.l] @ s.A[s.l - 1]


def _other_products(s: Scene) -> list[tuple[str, Filling]]:
    """Whatever the target shows in the shape of A_{l-1} may stand in its place."""
    like, own = np.shape(s.A[s.l - 1]), f"A{s.l - 1}"
    names = [name for name, other in s.shown.items() if np.shape(other) == like and name != own]
    return [("product", _made_from(name)) for name in names]


def _made_from(name: str) -> Filling:
    def value(s: Scene) -> Any:
        other = s.shown.get(name)
        return s.W[s.l] @ other if other is not None and np.shape(other) == np.shape(s.A[s.l - 1]) else None

    return Filling(f"Z{{}} is made from {name}, not from A{{p}}", "MB103", value)


def _others(s: Scene) -> list[tuple[str, Filling]]:
    return [*_other_products(s), *(("bias", _with_bias(k)) for k in range(1, s.L + 1) if k != s.l)]


def _with_bias(k: int) -> Filling:
    """The bias of layer k, where it fits at all."""

    def value(s: Scene) -> Any:
        return s.b[k] if len(s.b[k]) in (1, len(s.b[s.l])) else None

    return Filling(f"b{k} is added in Z{{}}, not b{{}}", "MB103", value)


BIASES = (
    Filling("b{} is not added", "MB103", lambda s: 0.0),
    Filling("b{} is subtracted", "MB101", lambda s: -s.b[s.l]),
)


def _dropped(scale: Value) -> Value:
    return lambda s: scale(s) if s.dropout else None


MASKS = (Filling("the mask is not applied to A{}", "MB301", _dropped(lambda s: 1.0)),)
SCALES = (
    Filling("A{}: 1/keep_prob is missing", "MB302", _dropped(lambda s: 1.0)),
    Filling("A{}: scaled by keep_prob, not by 1/keep_prob", "MB302", _dropped(lambda s: s.keep)),
    Filling("A{}: scaled by 1/keep_prob², not by 1/keep_prob", "MB302", _dropped(lambda s: 1 / s.keep**2)),
    Filling("A{}: scaled by 1/(1 − keep_prob), not by 1/keep_prob", "MB302", _dropped(lambda s: 1 / (1 - s.keep))),
    Filling("A{}: scaled by 1 − keep_prob, not by 1/keep_prob", "MB302", _dropped(lambda s: 1 - s.keep)),
)


def _mask_of_the_output(s: Scene) -> Any:
    """Zero, one or 1/keep_prob, as the target's own output tells; a mask of ours where it shows none."""
    if not s.dropout:
        return None
    shown = s.shown.get(f"A{s.L}")
    if shown is None:
        return (np.random.RandomState(0).random_sample(s.H[s.L].shape) < s.keep) / s.keep
    with np.errstate(all="ignore"):
        kept = np.asarray(shown) / s.H[s.L]
    known = np.select([np.abs(kept) < NEAR, np.abs(kept * s.keep - 1) < NEAR], [0.0, 1 / s.keep], 1.0)
    return known if np.any(known != 1) else None


def _as(kind: str) -> Filling:
    return Filling("", "", lambda s: None if s.hidden == kind else ACTIVATIONS[kind](s.Z[s.l]))


def _as_output(kind: str) -> Filling:
    return Filling("", "", lambda s: None if s.output == kind else OUTPUTS[kind](s.Z[s.l]))


FORWARD = {
    "Z": Line(
        "Z{} = W{} A{p} + b{}",
        {"bias": (lambda s: s.b[s.l], BIASES), "product": (_product, ())},
        lambda bias, product: product + bias,
        more=_others,
        unknown=Unknown("Z{} is not W{} A{p} + b{}", "MB199", "unexplained"),
    ),
    "A": Line(
        "A{} = g(Z{})",
        {"mask": (lambda s: s.D[s.l], MASKS), "scale": (lambda s: 1 / s.keep, SCALES),
         "activation": (lambda s: s.H[s.l], ())},
        lambda mask, scale, activation: activation * mask * scale,
        tuple({"activation": _as(kind)} for kind in KNOWN),
        also_unseen=False,
        pairs=True,
        unknown=Unknown("A{} is no activation of Z{} that we know", "MB104", "consistent"),
    ),
    "A_L": Line(
        "A{} = g(Z{})",
        {"mask": (lambda s: 1.0, (Filling("the output layer is dropped too", "MB304", _mask_of_the_output),)),
         "output": (lambda s: s.H[s.l], ())},
        lambda mask, output: output * mask,
        tuple({"output": _as_output(kind)} for kind in OUTPUTS),
        also_unseen=False,
        unknown=Unknown("A{} is no output of Z{} that we know", "MB104", "consistent"),
    ),
}  # fmt: skip
