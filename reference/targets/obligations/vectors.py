"""The vector helpers of the gradient-checking assignment, and the update of the parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.cases.quantities import split
from reference.targets.obligations.asking import Asking, LawResult, as_array, same
from reference.targets.reading.roles import Role

__all__ = ["dictionary", "to_dictionary", "to_vector", "update"]

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


def update(asking: Asking) -> LawResult:
    """θ ← θ − α dθ. That it writes into the dictionary it is given is the course's own way."""
    depths = [3, 2]
    last: list[Any] = []
    for depth in depths:
        shapes = {name: shape for name, shape in SHAPES.items() if int(name[1]) <= depth}
        parameters, gradients = dictionary(3, shapes=shapes), dictionary(4, prefix="d", shapes=shapes)
        value = asking.call({"parameters": parameters, "gradients": gradients, "learning_rate": 0.3})
        value = next((v for v in value if isinstance(v, dict)), value) if isinstance(value, tuple) else value
        if not isinstance(value, dict):
            last = [asking.wrong("*", "MB702" if value is None else "MB501", "returns no dictionary of parameters")]
            continue
        last = _compared(asking, parameters, gradients, value)
        if not last:
            return sum(a.size for a in parameters.values()), []
    return 1, last


def _compared(
    asking: Asking, parameters: dict[str, Any], gradients: dict[str, Any], value: dict[str, Any]
) -> list[Any]:
    """What is wrong: of the weights once, and of the biases once."""
    found: dict[str, Any] = {}
    for name, θ in parameters.items():
        g, got = gradients[f"d{name}"], as_array(value.get(name))
        terms = float(np.max(np.abs(θ)) + np.max(np.abs(g)))
        if got is None or got.shape != θ.shape:
            said = "is not there" if got is None else f"has shape {got.shape}"
            found.setdefault(split(name)[0], asking.wrong(name, "MB501", f"{name} {said}"))
            continue
        ways = {
            "": θ - 0.3 * g, "the gradient is added": θ + 0.3 * g, "the learning rate is not used": θ - g,
            "it is not updated": θ, "it is the step, not the parameter after it": 0.3 * g,
        }  # fmt: skip
        fits: str | None = next((text for text, other in ways.items() if same(got, other, terms=terms)), None)
        if fits is None:
            said = f"{name} is not {name} − α d{name}"
            found.setdefault(split(name)[0], asking.wrong(name, "MB199", said, certainty="unexplained"))
        elif fits:
            found.setdefault(split(name)[0], asking.wrong(name, "MB101", fits))
    return list(found.values())
