"""What a line has at hand: one problem, and what was computed of it so far, by the course's letters.

Lists are counted as the course counts: ``W[1]`` is W_1, ``A[0]`` is X, ``D[l]`` the mask of layer l.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from reference.cases.forward import ACTIVATIONS, OUTPUTS
from reference.cases.problem import Problem
from reference.cases.quantities import split

__all__ = ["SLOPES", "Scene", "forward_order", "scene", "scene_of"]

Array = np.ndarray


@dataclass(frozen=True)
class Scene:
    """One problem without its leading axis, in float64; ``known`` holds every quantity computed so far by name."""

    X: Array
    Y: Array
    W: list[Any]
    b: list[Any]
    Z: list[Any]
    H: list[Any]  # activations before the mask; H[L] is the output
    A: list[Any]  # and after it; A[0] is X
    D: list[Any]  # ones where nothing is dropped
    hidden: str
    output: str
    lambd: float
    keep: float
    dropout: bool
    assumed: dict[str, dict[str, Any]] = field(default_factory=dict)  # lines that the target's own cost sets otherwise
    l: int = 0  # the layer at hand
    known: dict[str, Array] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)  # whatever the target has, by the names that it has there
    memo: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def L(self) -> int:
        return len(self.W) - 1

    @property
    def m(self) -> int:
        return int(self.Y.shape[1])

    def once(self, key: Any, compute: Callable[[], Any]) -> Any:
        """What was computed of this scene before, or is now: one search asks for the same thing again and again."""
        if key not in self.memo:
            self.memo[key] = compute()
        return self.memo[key]

    def part(self, value: Callable[[Scene], Any]) -> Any:
        """A part of a line, filled in one way."""
        return self.once(value, lambda: value(self))

    def at(self, l: int) -> Scene:
        return self if l == self.l else self.once(l, lambda: replace(self, l=l))

    def having(self, name: str, value: Array) -> Scene:
        return self.once((name, id(value)), lambda: self._having(name, value))

    def _having(self, name: str, value: Array) -> Scene:
        """What is made of a pre-activation or of an activation is made of the one that is there."""
        kind, l = split(name)
        changed: dict[str, Any] = {"known": {**self.known, name: value}}
        if kind == "Z":
            activation = (OUTPUTS[self.output] if l == self.L else ACTIVATIONS[self.hidden])(value)
            changed |= {"Z": _with(self.Z, l, value), "H": _with(self.H, l, activation)}
        elif kind == "A":
            changed["A"] = _with(self.A, l, value)
        return replace(self, **changed)

    def dZ(self, l: int) -> Array:
        return self.known[f"dZ{l}"]

    def dA(self, l: int) -> Array:
        return self.known[f"dA{l}"]


def _with(layers: list[Any], l: int, value: Any) -> list[Any]:
    return [*layers[:l], value, *layers[l + 1 :]]


def scene(problem: Problem) -> Scene:
    """The scene of a stack of one, with its right forward pass."""
    forward = problem.forward()
    masks = problem.masks
    bare = scene_of(
        problem.X[0],
        problem.Y[0],
        [(W[0], b[0]) for W, b in problem.parameters],
        hidden=problem.shape.hidden,
        output=problem.shape.output,
        masks=None if masks is None else [D[0] for D in masks],
        keep_prob=float(problem.keep_prob[0]),
        lambd=float(problem.lambd[0]),
    )
    return replace(
        bare,
        Z=[None, *(Z[0] for Z in forward.Z)],
        H=[None, *(H[0] for H in forward.H)],
        A=[*(A[0] for A in forward.A), forward.H[-1][0]],
    )


def scene_of(
    X: Array,
    Y: Array,
    parameters: Sequence[tuple[Array, Array]],
    *,
    hidden: str = "relu",
    output: str = "sigmoid",
    masks: Sequence[Array] | None = None,
    keep_prob: float = 1.0,
    lambd: float = 0.0,
) -> Scene:
    """The scene of a network of which no quantity is known yet."""
    L = len(parameters)
    wide = np.float64
    return Scene(
        X=np.asarray(X, dtype=wide),
        Y=np.asarray(Y, dtype=wide),
        W=[None, *(np.asarray(W, dtype=wide) for W, _ in parameters)],
        b=[None, *(np.asarray(b, dtype=wide) for _, b in parameters)],
        Z=[None] * (L + 1),
        H=[None] * (L + 1),
        A=[np.asarray(X, dtype=wide), *[None] * L],
        D=[None, *(masks or [np.ones((len(W), np.shape(X)[1])) for W, _ in parameters[:-1]]), None],
        hidden=hidden,
        output=output,
        lambd=lambd,
        keep=keep_prob,
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


def forward_order(L: int) -> list[str]:
    """Every quantity of a forward pass and its cost, upstream first: Z_1, A_1, …, Z_L, A_L, J."""
    return [*(f"{kind}{l}" for l in range(1, L + 1) for kind in ("Z", "A")), "cost"]
