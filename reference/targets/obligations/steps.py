"""The first wrong step of a forward pass, told from what stands in its cache: each from those before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.targets.obligations.asking import Asking, same
from reference.targets.pairing import layouts as forms

__all__ = ["first_wrong_step"]

TERMS = 64.0


def first_wrong_step(
    asking: Asking,
    X: np.ndarray,
    parameters: dict[str, np.ndarray],
    whole: Any,
    *,
    masks: list[np.ndarray] | None = None,
    keep_prob: float = 1.0,
) -> Any:
    """Z_l = W_l A_{l-1} + b_l and A_l = g(Z_l), of the cache's own arrays; ``None`` where the cache cannot be read."""
    L = len(parameters) // 2
    known = _named(whole, L)
    A: Any = X
    for l in range(1, L + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z, H = known.get(f"Z{l}"), known.get(f"A{l}")
        if Z is not None and np.shape(A) == (W.shape[1], X.shape[1]) and not same(Z, W @ A + b, terms=TERMS):
            return _of_Z(asking, l, Z, W, b, A, known)
        if Z is not None and H is not None and l < L:
            D = masks[l - 1] / keep_prob if masks is not None else 1.0
            if not any(same(H, g(Z) * D, terms=TERMS) for g in GATES.values()):
                return asking.wrong(
                    f"A{l}", "MB104", f"A{l} is no activation of Z{l} that we know", certainty="consistent"
                )
        elif Z is not None and H is not None and l == L and not any(same(H, g(Z), terms=TERMS) for g in ENDS.values()):
            return asking.wrong(f"A{l}", "MB104", f"A{l} is no output of Z{l} that we know", certainty="consistent")
        A = H
        if A is None:
            return None
    return None


def _of_Z(asking: Asking, l: int, Z: Any, W: Any, b: Any, A: Any, known: dict[str, Any]) -> Any:
    if same(Z, W @ A, terms=TERMS):
        return asking.wrong(f"Z{l}", "MB103", f"b{l} is not added")
    for name, other in known.items():
        if np.shape(other) == np.shape(A) and same(Z, W @ np.asarray(other) + b, terms=TERMS):
            return asking.wrong(f"Z{l}", "MB103", f"Z{l} is made from {name}, not from A{l - 1}")
    if same(Z, W @ A - b, terms=TERMS):
        return asking.wrong(f"Z{l}", "MB101", f"b{l} is subtracted")
    return asking.wrong(f"Z{l}", "MB199", f"Z{l} is not W{l} A{l - 1} + b{l}", certainty="unexplained")


def _named(whole: Any, L: int) -> dict[str, Any]:
    """Z and A by their names: from a dictionary, or from the published order of the tuple."""
    if isinstance(whole, dict):
        return {k: v for k, v in whole.items() if isinstance(v, np.ndarray)}
    inner = [v for v in whole if isinstance(v, tuple | list | dict)] if isinstance(whole, tuple | list) else []
    cache = inner[0] if inner else whole
    if isinstance(cache, dict):
        return _named(cache, L)
    names: dict[str, Any] = {}
    arrays = [a for _, a in forms.walk(cache)]
    order = forms.published(len(arrays)) if len(arrays) in (4 * L, 5 * L - 1) else None
    return names if order is None else dict(zip(order, arrays, strict=True))


GATES: dict[str, Callable[[Any], Any]] = {
    "relu": lambda Z: np.maximum(Z, 0), "tanh": np.tanh, "sigmoid": lambda Z: 1 / (1 + np.exp(-Z)),
    "leaky_relu": lambda Z: np.where(Z > 0, Z, 0.01 * Z), "identity": lambda Z: Z,
}  # fmt: skip
ENDS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": GATES["sigmoid"],
    "softmax": lambda Z: np.exp(Z) / np.exp(Z).sum(axis=0),
    "identity": GATES["identity"],
}
