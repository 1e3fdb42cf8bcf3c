"""The cases that run before anything random: NaNs, ties and degenerate shapes are not left to luck.

Every shape comes in four cases (λ = 0 and not, keep_prob = 1 and not), small enough for the complex step to be
asked along every coordinate. A case that an entry's domain does not hold is simply not asked.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reference.cases.case import HIDDENS, OUTPUTS, Case

__all__ = ["battery"]

LAMBDS = (0.0, 0.7)
KEEP_PROBS = (1.0, 0.6)


@functools.cache
def battery() -> tuple[Case, ...]:
    """All cases, in a fixed order."""
    cases = []
    for template in _templates():
        for lambd in LAMBDS:
            for keep_prob in KEEP_PROBS:
                cases.append(replace(template, lambd=lambd, keep_prob=keep_prob))
    return tuple(dict.fromkeys(cases + list(_single())))


def _templates() -> Iterator[Case]:
    course: dict[str, Any] = {"hidden": "relu", "output": "sigmoid"}
    yield Case((1, 1, 1, 1), 1, **course)  # the smallest of all
    yield Case((2, 3, 2, 1), 1, **course, seed=1)  # one example: 1/m hides
    yield Case((2, 5, 3, 1), 7, **course, seed=2)
    yield Case((4, 5, 3, 1), 3, **course, seed=3)  # the gradient-checking assignment's own shape
    yield Case((2, 5, 3, 1), 7, **course, bias="zero", seed=4)  # exact ties wherever a column is dropped
    yield Case((3, 2, 2, 2), 6, **course, bias="zero", seed=5)
    yield Case((3, 4, 2, 1), 5, **course, scale=30.0, seed=6)  # saturation, of both signs
    yield Case((3, 4, 2, 1), 5, **course, scale=1e-3, seed=7)
    yield Case((3, 4, 3, 2), 5, **course, dtype="float32", seed=8)
    yield Case((5, 1, 4, 1), 9, **course, seed=9)  # a bottleneck
    for dims in (
        (3, 3, 3, 1),
        (3, 3, 3, 3, 1),
        (2, 4, 3, 5, 1),
    ):  # equal widths hide a wrong layer's shape
        yield Case(dims, 5, **course, seed=10 + len(dims))
    for dims in ((3, 3, 3, 3), (3, 3, 3, 3, 3)):
        yield Case(dims, 5, output="softmax", seed=10 + len(dims))
    for output in OUTPUTS:
        yield Case((4, 3), 6, output=output, scale=3000.0, seed=43)  # e^Z overflows, for both signs
    for k, hidden in enumerate(HIDDENS):
        for output in OUTPUTS:
            yield Case((3, 4, 2, 3), 5, hidden=hidden, output=output, seed=20 + k)
    for output in OUTPUTS:
        yield Case((4, 3), 6, output=output, seed=40)  # no hidden layer
        yield Case((3, 2, 2, 2, 2, 2), 4, output=output, seed=41)  # deep and narrow
        yield Case((2, 12, 2), 3, hidden="tanh", output=output, scale=20.0, seed=42)  # saturated hidden units


def _single() -> Iterator[Case]:
    """Cases that are what they are."""
    for seed in range(4):  # every unit of a column dropped, and dead layers, with zero biases
        for output in OUTPUTS:
            yield Case((3, 2, 2, 2), 8, output=output, keep_prob=0.1, bias="zero", seed=60 + seed)
        yield Case((3, 2, 2, 2), 8, "leaky_relu", keep_prob=0.1, bias="zero", seed=60 + seed)
        yield Case((3, 1, 1, 1), 6, lambd=0.7, keep_prob=0.5, bias="zero", seed=70 + seed)
    yield Case((4, 3, 2, 1), 6, lambd=1e4, seed=80)  # the L2 term hides the data term
    yield Case((4, 3, 2, 1), 6, lambd=1e-4, seed=81)  # and the other way round
    yield Case((4, 3, 2, 1), 6, lambd=1e4, keep_prob=0.5, seed=82)
