"""The vector helpers of the gradient-checking assignment."""

from __future__ import annotations

import numpy as np

from reference.targets.obligations.asking import Asking, LawResult, as_array, same
from reference.targets.reading.roles import Role

__all__ = ["dictionary", "to_dictionary", "to_vector"]

SHAPES = {"W1": (5, 4), "b1": (5, 1), "W2": (3, 5), "b2": (3, 1), "W3": (1, 3), "b3": (1, 1)}


def dictionary(seed: int, *, prefix: str = "", shapes: dict[str, tuple[int, int]] = SHAPES) -> dict[str, np.ndarray]:
    """Parameters, or with "d" gradients, of the assignment's own shapes."""
    rng = np.random.RandomState(seed)
    return {f"{prefix}{name}": rng.standard_normal(shape) for name, shape in shapes.items()}


def to_vector(asking: Asking) -> LawResult:
    """Every W and b, row by row, as one column; W1, b1, …, b3."""
    gradients = asking.function.role == Role.GRADIENTS_TO_VECTOR
    given = dictionary(1, prefix="d" if gradients else "")
    if gradients:  # as the backward pass returns them: with what is none of a parameter's
        rng = np.random.RandomState(2)
        given |= {"dZ3": rng.standard_normal((1, 6)), "dA2": rng.standard_normal((3, 6))}
    value = asking.call({"gradients" if gradients else "parameters": given})
    vector = value[0] if isinstance(value, tuple | list) and len(value) else value
    want = np.concatenate([given[("d" if gradients else "") + name].ravel() for name in SHAPES])
    got = as_array(vector)
    if got is None:
        return 1, [asking.wrong("theta", "MB702" if vector is None else "MB501", "returns no vector")]
    if got.size != want.size:
        return want.size, [asking.wrong("theta", "MB501", f"the vector has {got.size} entries; owed {want.size}")]
    if not same(got, want) and np.array_equal(np.sort(got.ravel()), np.sort(want)):
        return want.size, [
            asking.wrong("theta", "MB103", "the entries are right, their order is not W1, b1, …, b3 by rows")
        ]
    if not same(got, want):
        return want.size, [
            asking.wrong("theta", "MB199", "the entries are not those of the dictionary", certainty="unexplained")
        ]
    return want.size, []


def to_dictionary(asking: Asking) -> LawResult:
    """The column taken apart again, 4 → 5 → 3 → 1."""
    want = dictionary(1)
    value = asking.call({"theta": np.concatenate([a.reshape(-1, 1) for a in want.values()])})
    if not isinstance(value, dict):
        return 1, [asking.wrong("parameters", "MB702" if value is None else "MB501", "returns no dictionary")]
    for name, a in want.items():
        got = as_array(value.get(name))
        if got is None or got.shape != a.shape:
            said = "is not there" if got is None else f"has shape {got.shape}; owed {a.shape}"
            return 1, [asking.wrong("parameters", "MB501", f"{name} {said}")]
        if not same(got, a):
            return a.size, [asking.wrong("parameters", "MB103", f"{name} is made of other entries")]
    return sum(a.size for a in want.values()), []
