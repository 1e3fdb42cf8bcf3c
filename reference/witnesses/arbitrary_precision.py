"""The complex step in as many digits as one likes, by mpmath: forward only, one problem, one coordinate at a time.

For machines whose ``longdouble`` is a double. Slow, and short: what it says is rounded once, to double.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.cases.problem import Problem

__all__ = ["complex_step"]

DIGITS = 50
H = "1e-200"  # h² is below 1e-50 of everything that it could be added to


def complex_step(
    problem: Problem, chosen: NDArray[np.integer], *, at_zero: float | None = None
) -> tuple[NDArray[Any], NDArray[Any]]:
    """dJ of the data term and of the L2 term along the chosen coordinates of a stack of one problem."""
    import mpmath

    with mpmath.workdps(DIGITS):
        h = mpmath.mpf(H)
        found = [[part.imag / h for part in _cost(problem, int(k), h, at_zero)] for k in chosen]
        data, l2 = (np.array([float(pair[k]) for pair in found], dtype=np.longdouble) for k in (0, 1))
    return data, l2


def _cost(problem: Problem, coordinate: int, h: Any, at_zero: float | None) -> tuple[Any, Any]:
    """The two terms of J at θ + ih along one coordinate."""
    import mpmath as mp

    given = [(W.astype(np.float64), b.astype(np.float64)) for W, b in problem.parameters]
    number = np.frompyfunc(mp.mpc, 1, 1)
    A, Y = number(problem.X[0].astype(float)), problem.Y[0].astype(float)
    keep_prob, lambd = mp.mpf(float(problem.keep_prob[0])), mp.mpf(float(problem.lambd[0]))
    hidden = np.frompyfunc(lambda z: _hidden(z, problem.shape.hidden, at_zero), 1, 1)
    start, squares, m = 0, mp.mpc(0), problem.shape.m
    for l, pair in enumerate(given):
        layer = []
        for a in pair:
            block = number(a[0])
            if start <= coordinate < start + block.size:
                block.flat[coordinate - start] += mp.mpc(0, h)
            start += block.size
            layer.append(block)
        W, b = layer
        squares += sum((w * w for w in W.flat), mp.mpc(0))
        Z = W @ A + b
        if l < len(given) - 1:
            A = hidden(Z)
            if problem.masks is not None:
                A = np.where(problem.masks[l][0], A / keep_prob, mp.mpc(0))
    total = sum((_loss(z, y, problem.shape.output) for z, y in zip(Z.T, Y.T, strict=True)), mp.mpc(0))
    return total / m, lambd / (2 * m) * squares


def _hidden(z: Any, name: str, at_zero: float | None) -> Any:
    import mpmath as mp

    if at_zero is not None and z.real == 0:
        return at_zero * z
    return {
        "relu": lambda: z if z.real > 0 else mp.mpc(0),
        "leaky_relu": lambda: z if z.real > 0 else mp.mpf(0.01) * z,
        "tanh": lambda: mp.tanh(z),
        "sigmoid": lambda: 1 / (1 + mp.exp(-z)),
        "softplus": lambda: _softplus(z),
        "identity": lambda: z,
    }[name]()


def _softplus(z: Any) -> Any:
    import mpmath as mp

    return z + mp.log(1 + mp.exp(-z)) if z.real > 0 else mp.log(1 + mp.exp(z))


def _loss(z: NDArray[Any], y: NDArray[Any], output: str) -> Any:
    """The loss of one example."""
    import mpmath as mp

    labels = [mp.mpf(float(k)) for k in y]
    if output == "sigmoid":
        return sum((k * _softplus(-a) + (1 - k) * _softplus(a) for a, k in zip(z, labels, strict=True)), mp.mpc(0))
    if output == "softmax":
        top = max(a.real for a in z)
        log_sum = mp.log(sum((mp.exp(a - top) for a in z), mp.mpc(0)))
        return sum((k * (log_sum + top - a) for a, k in zip(z, labels, strict=True)), mp.mpc(0))
    return sum(((a - k) ** 2 / 2 for a, k in zip(z, labels, strict=True)), mp.mpc(0))
