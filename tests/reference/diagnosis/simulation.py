"""A right backward pass, written plainly line by line, in which lines can be replaced."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reference.cases.case import Case
from reference.cases.domain import ANY, Domain
from reference.cases.quantities import order, split
from reference.diagnosis import probes
from reference.diagnosis.scene import Scene, scene
from reference.interface.entry import Entry

__all__ = [
    "GRADIENTS", "LAYERS", "Scenes", "Written", "applies", "backward", "data", "kind", "l2", "layers_of", "net",
    "pulled", "right", "right_passes", "seen", "share", "slope", "total", "unequal",
]  # fmt: skip

Array = np.ndarray
Scenes = tuple[Scene, ...]
Written = Callable[[Scene], Any]  # a line; ``s.l`` is its layer

LAYERS = 3
GRADIENTS = ("dW", "db")


@functools.cache
def net(
    hidden: str,
    output: str = "sigmoid",
    *,
    domain: Domain = ANY,
    layers: int = LAYERS,
    dtype: str = "float64",
    square: bool = False,
) -> Scenes:
    """The scenes of the probes of a network."""
    case = Case((1,) * (layers + 1), 1, hidden, output, dtype=dtype)
    return tuple(scene(problem) for problem in probes(Entry("backward", domain, dict), case, square=square))


@functools.cache
def right_passes(hidden: str, **how: Any) -> Scenes:
    """The same with every quantity in it."""
    return tuple(s for s in (backward(s, {}) for s in net(hidden, **how)) if s is not None)


def data(s: Scene) -> Any:
    return s.dZ(s.l) @ s.A[s.l - 1].T / s.m


def l2(s: Scene) -> Any:
    return s.lambd / s.m * s.W[s.l]


def total(s: Scene) -> Any:
    return s.dZ(s.l).sum(axis=1, keepdims=True) / s.m


def pulled(s: Scene) -> Any:
    return s.W[s.l + 1].T @ s.dZ(s.l + 1)


def share(s: Scene) -> Any:
    """D_l / keep_prob."""
    return s.D[s.l] / s.keep


def slope(s: Scene) -> Any:
    H = s.H[s.l]
    return {"relu": (s.Z[s.l] > 0) * 1.0, "tanh": 1 - H**2, "sigmoid": H * (1 - H), "identity": np.ones_like(H)}[
        s.hidden
    ]


LINES: dict[str, Written] = {
    "dZ_L": lambda s: s.A[s.L] - s.Y,
    "dW": lambda s: data(s) + l2(s),
    "db": total,
    "dA": lambda s: pulled(s) * share(s),
    "dZ": lambda s: s.dA(s.l) * slope(s),
}


def kind(name: str, L: int = LAYERS) -> str:
    letters, l = split(name)
    return "dZ_L" if letters == "dZ" and l == L else letters


def layers_of(line: str, L: int = LAYERS) -> list[str]:
    """The quantities that a line makes."""
    return [name for name in order(L) if kind(name, L) == line]


def right(s: Scene, name: str) -> Any:
    return LINES[kind(name, s.L)](s.at(split(name)[1]))


def backward(s: Scene, wrong: Mapping[str, Written]) -> Scene | None:
    """The scene with every quantity in it, some lines written otherwise; ``None`` where one of these does not apply."""
    for name in order(s.L):
        here = s.at(split(name)[1])
        with np.errstate(all="ignore"):
            value = wrong[name](here) if name in wrong else right(s, name)
        if value is None:
            return None
        s = s.having(name, np.asarray(value, dtype=np.float64))
    return s


def seen(scenes: Scenes, wrong: Mapping[str, Written], *, only: tuple[str, ...] = ()) -> list[dict[str, Any]] | None:
    """What such a backward pass shows on each probe: everything, or some kinds of it."""
    passes = [backward(s, wrong) for s in scenes]
    if any(s is None for s in passes):
        return None
    return [{n: a for n, a in s.known.items() if not only or split(n)[0] in only} for s in passes if s is not None]


def unequal(scenes: Scenes, wrong: Mapping[str, Written]) -> list[str]:
    """The lines that give another value than the right one would, from the same upstream values; upstream first."""
    passes = [s for s in (backward(s, wrong) for s in scenes) if s is not None]
    names = [name for name in order(scenes[0].L) if name in wrong]
    return [name for name in names if not all(_near(s.known[name], right(s, name)) for s in passes)]


def applies(passes: Scenes, name: str, written: Written) -> list[Array] | None:
    """The line's values in right passes; ``None`` where it does not apply, or changes nothing."""
    with np.errstate(all="ignore"):
        values = [written(s.at(split(name)[1])) for s in passes]
    if any(v is None for v in values):
        return None
    found = [np.asarray(v, dtype=np.float64) for v in values]
    return None if all(_near(v, s.known[name]) for v, s in zip(found, passes, strict=True)) else found


def _near(a: Array, b: Array) -> bool:
    return bool(np.allclose(a, b, rtol=1e-9, atol=1e-11 * np.abs(b).max()))
