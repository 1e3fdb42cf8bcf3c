"""Witness 3: dJ along v is Im J(θ + ihv) / h, forward only, in extended precision (Squire & Trapp 1998).

Nothing is subtracted, so h can be so small that truncation vanishes: what is left is the rounding of the widest
complex type there is (``clongdouble``, or complex128 where that is no wider). It is the truth that ULPs are counted to.

h² is zero in the machine. So real parts are the same along every direction and are carried once; and for a function of
one entry Im f(x + ihy) is y · Im f(x + ih), so it is evaluated once for all directions. x is a real part, y an
imaginary one in units of h.

Every function here branches on the real part: comparisons of complex numbers are lexicographic (slope 1 at a tie),
``abs`` drops the imaginary part, ``logaddexp`` refuses complex numbers and 1 / (1 + e^−z) overflows. Only imaginary
parts are read; the value of the cost is the business of real arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.cases.problem import Problem

__all__ = ["Probes", "complex_step", "coordinates", "every_coordinate", "sampled"]

REAL = np.longdouble
COMPLEX = np.clongdouble
COORDINATES = 8  # single coordinates of a sampled probe, beside one direction per block

Vectors = list[tuple[NDArray, NDArray]]  # per layer, of [W_l b_l]'s parts: (S, G, n, n_prev) and (S, G, n, 1)


class Probes(NamedTuple):
    """S directions through parameter space for each of G problems, and dJ along each ``(S, G)``."""

    V: Vectors
    data: NDArray  # of the data term
    l2: NDArray


def complex_step(
    problem: Problem, V: Vectors, *, at_zero: float | None = None, number: type[np.complexfloating] | None = None
) -> Probes:
    """dJ along every direction of ``V``, in extended precision or in that of ``number``.

    ``at_zero``: another slope of the hidden activation where its argument is exactly 0.
    """
    X, Y, parameters = problem.X, problem.Y.astype(np.float64), problem.parameters
    activation, loss = ACTIVATIONS[problem.shape.hidden], LOSSES[problem.shape.output]
    real = np.finfo(number or COMPLEX).dtype.type
    h, m, last = step_of(real), problem.shape.m, len(parameters) - 1

    def hidden(z: NDArray) -> NDArray:
        return activation(z) if at_zero is None else np.where(z.real == 0, at_zero * z, activation(z))

    def along(f: Callable[[NDArray], NDArray], x: NDArray, y: NDArray) -> tuple[NDArray, NDArray]:
        z = f(x + 1j * h)
        return z.real, z.imag / h * y

    S, G = V[0][0].shape[:2]
    x, y = X.astype(real), np.zeros((S, *X.shape), dtype=real)
    squares, reached = np.zeros((S, G), dtype=real), np.zeros(S, dtype=bool)
    for l, ((W, b), (dW, db)) in enumerate(zip(parameters, V, strict=True)):
        W, b = W.astype(real), b.astype(real)
        here = np.array([(dw != 0).any() or (d != 0).any() for dw, d in zip(dW, db, strict=True)])
        z = np.zeros((S, G, W.shape[-2], X.shape[-1]), dtype=real)
        z[reached] = W @ y[reached]
        z[here] += dW[here].astype(real) @ x + db[here]
        x, y, reached = W @ x + b, z, reached | here
        squares += along(np.square, W, dW.astype(real))[1].sum(axis=(-2, -1))
        if l < last:
            x, y = along(hidden, x, y)
            if problem.masks is not None:
                kept = problem.masks[l] / problem.keep_prob.astype(real)[:, None, None]
                x, y = x * kept, y * kept
    if problem.shape.output == "softmax":  # the classes of an example meet: one evaluation a direction
        J = loss(x + 1j * (h * y), Y).imag / h
    else:
        J = along(lambda z: loss(z, Y), x, y)[1]
    J = J.sum(axis=(-2, -1)) / m
    return Probes(V, J, problem.lambd.astype(real) / (2 * m) * squares)


def step_of(real: type[np.floating]) -> np.floating:
    """The step h: its square is zero, so real parts, and with them ties, stay as they are."""
    return np.finfo(real).tiny ** real(0.55)


def every_coordinate(problem: Problem) -> Vectors:
    """One direction per parameter: the whole gradient."""
    return coordinates(problem, np.arange(sum(a[0].size for pair in problem.parameters for a in pair)))


def coordinates(problem: Problem, chosen: NDArray[np.integer]) -> Vectors:
    """One direction for each chosen parameter; they are counted as W_1, b_1, W_2, … stand, row by row."""
    start, V = 0, []
    for pair in problem.parameters:
        parts = []
        for a in pair:
            shape, size = a.shape[1:], a[0].size
            block = (chosen[:, None] == np.arange(start, start + size)).astype(REAL).reshape(-1, 1, *shape)
            parts.append(np.broadcast_to(block, (len(chosen), len(problem.cases), *shape)))
            start += size
        V.append((parts[0], parts[1]))
    return V


def sampled(problem: Problem, rng: np.random.RandomState) -> Vectors:
    """One random direction per block, then ``COORDINATES`` single coordinates; ``rng`` is reseeded per problem."""
    blocks = [block for pair in problem.parameters for block in pair]
    S, G = len(blocks) + COORDINATES, len(problem.cases)
    flat = [np.zeros((S, G, int(np.prod(block.shape[1:]))), dtype=REAL) for block in blocks]
    ends = np.cumsum([part.shape[-1] for part in flat])
    for g, case in enumerate(problem.cases):
        rng.seed(case.seed ^ 0x5EED)  # not the stream that drew the problem
        for k, part in enumerate(flat):
            part[k, g] = rng.standard_normal(part.shape[-1])
        for s, coordinate in enumerate(rng.randint(ends[-1], size=COORDINATES)):
            k = int(np.searchsorted(ends, coordinate, side="right"))
            flat[k][len(blocks) + s, g, coordinate - ends[k]] = 1
    shaped = [part.reshape(S, *block.shape) for part, block in zip(flat, blocks, strict=True)]
    return list(zip(shaped[::2], shaped[1::2], strict=True))


# --- forward only; z is complex ---------------------------------------------------------------------------


def _magnitude(z: NDArray) -> NDArray:
    """|z| that keeps the imaginary part: −z where Re z < 0."""
    return np.where(z.real > 0, z, -z)


def _relu(z: NDArray) -> NDArray:
    return np.where(z.real > 0, z, 0)


def _leaky_relu(z: NDArray) -> NDArray:
    return np.where(z.real > 0, z, 0.01 * z)


def _sigmoid(z: NDArray) -> NDArray:
    e = np.exp(-_magnitude(z))
    return np.where(z.real > 0, 1, e) / (1 + e)


def _softplus(z: NDArray) -> NDArray:
    e = np.exp(-_magnitude(z))
    return _relu(z) + np.log1p(e.real) + 1j * np.log(1 + e).imag  # a complex log is poor in its real part near 1


ACTIVATIONS: dict[str, Callable[[NDArray], NDArray]] = {
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "identity": lambda z: z,
}


def _sigmoid_loss(z: NDArray, y: NDArray) -> NDArray:
    return y * _softplus(-z) + (1 - y) * _softplus(z)


def _softmax_loss(z: NDArray, y: NDArray) -> NDArray:
    shifted = z - z.real.max(axis=-2, keepdims=True)
    return y * (np.log(np.exp(shifted).sum(axis=-2, keepdims=True)) - shifted)


def _squared_loss(z: NDArray, y: NDArray) -> NDArray:
    return (z - y) * (z - y) / 2


LOSSES: dict[str, Callable[[NDArray, NDArray], NDArray]] = {
    "sigmoid": _sigmoid_loss,
    "softmax": _softmax_loss,
    "identity": _squared_loss,
}
