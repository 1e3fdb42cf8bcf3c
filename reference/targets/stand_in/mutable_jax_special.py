"""``scipy.special`` on arrays that JAX can differentiate through; some of it is in ``math`` too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.targets.stand_in.mutable_jax_arithmetic import ARITHMETIC, arithmetic, static
from reference.targets.stand_in.mutable_jax_choices import CHOICES
from reference.targets.stand_in.mutable_jax_movement import asarray

__all__ = ["SPECIAL_FORMULAS"]

Function = Callable[..., Any]


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """log Σ b exp(a)."""
    if b is None and not return_sign:
        return arithmetic("logsumexp", a, given=(static(axis), bool(keepdims)))
    a, total = asarray(a), ARITHMETIC["exp"](a)
    total = (total if b is None else total * b).sum(axis=axis, keepdims=keepdims)
    if return_sign:
        return ARITHMETIC["log"](total * np.sign(total.value)), np.sign(total.value)
    return ARITHMETIC["log"](total)


def _softened(name: str) -> Function:
    return lambda x, axis=None: arithmetic(name, x, given=(static(axis),))


def gamma(x: Any) -> Any:
    """Of positive numbers and of others, by its logarithm."""
    sign = np.where(np.floor(asarray(x).value) % 2 == 0, 1.0, np.sign(asarray(x).value))
    return ARITHMETIC["exp"](ARITHMETIC["gammaln"](x)) * sign


def betaln(a: Any, b: Any) -> Any:
    """Of two positive numbers."""
    log_gamma = ARITHMETIC["gammaln"]
    return log_gamma(a) + log_gamma(b) - log_gamma(ARITHMETIC["add"](a, b))


def rel_entr(x: Any, y: Any) -> Any:
    """x log(x / y), and 0 at x = 0."""
    return ARITHMETIC["xlogy"](x, x) - ARITHMETIC["xlogy"](x, y)


def huber(delta: Any, r: Any) -> Any:
    """Half the square near 0, straight beyond."""
    size = CHOICES["absolute"](r)
    return CHOICES["where"](size <= delta, 0.5 * ARITHMETIC["square"](r), delta * (size - 0.5 * delta))


ENTRYWISE = "expit logit log_expit erf erfc xlogy xlog1py gammaln digamma expm1 log1p exp2 cbrt log_ndtr"
SPECIAL_FORMULAS: dict[str, Function] = {
    **{name: ARITHMETIC[name] for name in ENTRYWISE.split()}, "logsumexp": logsumexp, "softmax": _softened("softmax"),
    "ndtr": lambda x: ARITHMETIC["erfc"](x * -np.sqrt(0.5)) * 0.5,
    "log_softmax": _softened("log_softmax"), "entr": lambda x: -ARITHMETIC["xlogy"](x, x), "rel_entr": rel_entr,
    "kl_div": lambda x, y: rel_entr(x, y) - x + y, "gamma": gamma, "lgamma": ARITHMETIC["gammaln"],
    "loggamma": ARITHMETIC["gammaln"], "psi": ARITHMETIC["digamma"], "betaln": betaln,
    "beta": lambda a, b: ARITHMETIC["exp"](betaln(a, b)), "exp10": lambda x: ARITHMETIC["power"](10.0, x),
    "softplus": lambda x: ARITHMETIC["logaddexp"](x, 0.0), "huber": huber,
}  # fmt: skip
