"""What a backward pass has at hand: the forward pass of one problem, and what was computed so far, by the course's
letters.

Lists are counted as the course counts: ``W[1]`` is W_1, ``A[0]`` is X, ``D[l]`` the mask of layer l.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from reference.cases.problem import Problem

__all__ = ["SLOPES", "Scene", "scene"]

Array = np.ndarray


@dataclass(frozen=True)
class Scene:
    """One problem without its leading axis, in float64; ``known`` holds dZ, dA, dW and db by name."""

    X: Array
    Y: Array
    W: list[Any]
    b: list[Any]
    Z: list[Any]
    H: list[Any]  # activations before the mask; H[L] is the output
    A: list[Any]  # and after it; A[0] is X
    D: list[Any]  # ones where nothing is dropped
    hidden: str
    lambd: float
    keep: float
    dropout: bool
    assumed: dict[str, dict[str, Any]] = field(default_factory=dict)  # lines that the target's own cost sets otherwise
    l: int = 0  # the layer at hand
    known: dict[str, Array] = field(default_factory=dict)

    @property
    def L(self) -> int:
        return len(self.W) - 1

    @property
    def m(self) -> int:
        return int(self.X.shape[1])

    def at(self, l: int) -> Scene:
        return replace(self, l=l)

    def having(self, name: str, value: Array) -> Scene:
        return replace(self, known={**self.known, name: value})

    def dZ(self, l: int) -> Array:
        return self.known[f"dZ{l}"]

    def dA(self, l: int) -> Array:
        return self.known[f"dA{l}"]


def scene(problem: Problem) -> Scene:
    """The scene of a stack of one."""
    forward = problem.forward()
    L = len(problem.parameters)
    masks = problem.masks
    return Scene(
        X=np.asarray(problem.X[0], dtype=np.float64),
        Y=np.asarray(problem.Y[0], dtype=np.float64),
        W=[None, *(np.asarray(W[0], dtype=np.float64) for W, _ in problem.parameters)],
        b=[None, *(np.asarray(b[0], dtype=np.float64) for _, b in problem.parameters)],
        Z=[None, *(Z[0] for Z in forward.Z)],
        H=[None, *(H[0] for H in forward.H)],
        A=[*(A[0] for A in forward.A), forward.H[-1][0]],
        D=[
            None,
            *(np.ones_like(H[0]) if masks is None else masks[l][0] for l, H in enumerate(forward.H[: L - 1])),
            None,
        ],
        hidden=problem.shape.hidden,
        lambd=float(problem.lambd[0]),
        keep=float(problem.keep_prob[0]),
        dropout=masks is not None,
    )


SLOPES = {
    "relu": lambda Z, H: (Z > 0) * 1.0,
    "leaky_relu": lambda Z, H: np.where(Z > 0, 1.0, 0.01),
    "tanh": lambda Z, H: 1 - H * H,
    "sigmoid": lambda Z, H: H * (1 - H),
    "softplus": lambda Z, H: 1 / (1 + np.exp(-Z)),
    "identity": lambda Z, H: np.ones_like(Z),
}
