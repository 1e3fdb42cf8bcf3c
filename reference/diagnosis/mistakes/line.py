"""What a line of the dictionary is: its parts, each with the right way to fill it and the wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.cases.quantities import split
from reference.diagnosis.scene import Scene
from reference.findings.conventions import Convention
from reference.findings.verdicts import Certainty

__all__ = [
    "NOTHING", "ONE", "Filling", "Line", "Unknown", "Value", "constant_factors", "fitting", "line_of",
    "of_another_layer", "of_layer",
]  # fmt: skip

Value = Callable[[Scene], Any]  # None where it does not apply, or its shape would betray it

ONE: Value = lambda s: 1.0
NOTHING: Value = lambda s: 0.0


class Filling(NamedTuple):
    """One way to fill a part; ``{}`` in the text is the layer, ``{p}`` the one before, ``{n}`` the one after.

    ``times``: the factor of the right value that it comes to, where it is one. ``convention``: in which it is right.
    """

    text: str
    code: str
    value: Value
    times: str | None = None
    convention: Convention | None = None
    wrong_m: bool = False  # it comes of an m that was taken from the wrong axis


class Unknown(NamedTuple):
    """What is said of a line that no mistake of the dictionary explains."""

    text: str
    code: str
    certainty: Certainty


class Line(NamedTuple):
    """How a quantity is computed: its parts, each right way first; and what they make together, entry by entry.

    ``also`` fills some parts in other right ways: A_l > 0 for Z_l > 0, where A_l is masked and dA_l is too.
    """

    formula: str
    parts: dict[str, tuple[Value, tuple[Filling, ...]]]
    make: Callable[..., Any]
    also: tuple[dict[str, Filling], ...] = ()
    also_unseen: bool = True  # a quantity that is not returned may have been made in these ways too
    more: Callable[[Scene], Sequence[tuple[str, Filling]]] = lambda s: ()  # mistakes that name what the scene holds
    joined: Callable[[Filling, Filling], bool] = lambda first, second: True  # may both stand on the line?
    pairs: bool = False  # two mistakes at once count as one, and are looked for in what is not returned too
    unknown: Unknown | None = None

    def mistakes(self) -> list[tuple[str, Filling]]:
        """Those that stand in the dictionary, whatever the scene."""
        return [(part, filling) for part, (_, fillings) in self.parts.items() for filling in fillings]


def line_of(name: str, L: int) -> str:
    """Under which key of the dictionary the line of a quantity stands: the last layer has lines of its own."""
    kind, l = split(name)
    return f"{kind}_L" if kind in ("A", "dZ") and l == L else kind


def of_layer(text: str, l: int) -> str:
    """A text of the dictionary, said of one layer."""
    return text.replace("{}", str(l)).replace("{p}", str(l - 1)).replace("{n}", str(l + 1))


def fitting(value: Any, like: Any) -> Any:
    """``value`` where it has the shape of ``like``."""
    return value if value is not None and np.shape(value) == np.shape(like) else None


def of_another_layer(layers: list[Any], k: int, like: Any) -> Any:
    return fitting(layers[k], like) if 0 <= k < len(layers) else None


def constant_factors(of: str, *, keep: bool = True, last: bool = False) -> tuple[Filling, ...]:
    """A constant factor of the problem; n_l is n_L in the last layer."""
    F, two, batch, scale = Filling, "MB101", "MB102", "MB302"
    found = [
        F(f"{of} × 2", two, lambda s: 2.0),
        F(f"{of} × 1/2", two, lambda s: 0.5),
        F(f"{of} × −1", two, lambda s: -1.0),
        F(f"{of} × 0", two, lambda s: 0.0),
        F(f"{of} × 4", two, lambda s: 4.0),
        F(f"{of} × 3", two, lambda s: 3.0),
        F(f"{of} × 1/3", two, lambda s: 1 / 3),
        F(f"{of} × 10", two, lambda s: 10.0),
        F(f"{of} × m", batch, lambda s: float(s.m)),
        F(f"{of} × 1/m", batch, lambda s: 1.0 / s.m),
        F(f"{of} × −m", batch, lambda s: -float(s.m)),
        F(f"{of} × −1/m", batch, lambda s: -1.0 / s.m),
        F(f"{of} × 2/m", batch, lambda s: 2.0 / s.m),
        F(f"{of} × m²", batch, lambda s: float(s.m) ** 2),
        F(f"{of} × m/(m − 1)", batch, lambda s: s.m / (s.m - 1)),
    ]
    found += [
        F(f"{of} × m/{n} (m taken from the wrong axis)", batch, value, wrong_m=True) for n, value in _axes(last).items()
    ]
    if keep:
        found += [
            F(f"{of} × keep_prob", scale, lambda s: s.keep if s.dropout else None),
            F(f"{of} × 1/keep_prob", scale, lambda s: 1 / s.keep if s.dropout else None),
            F(f"{of} × keep_prob²", scale, lambda s: s.keep**2 if s.dropout else None),
            F(f"{of} × 1/keep_prob²", scale, lambda s: 1 / s.keep**2 if s.dropout else None),
        ]
    return tuple(found)


def _axes(last: bool) -> dict[str, Value]:
    """m over what another axis counts; in the last layer n_l is n_L."""
    return {
        "n_0": lambda s: s.m / s.X.shape[0],
        "n_L": lambda s: s.m / s.Y.shape[0] if s.Y.shape[0] > 1 else None,
        **({} if last else {"n_{}": lambda s: s.m / s.W[s.l].shape[0] if s.l < s.L else None}),
        "n_{p}": lambda s: s.m / s.W[s.l].shape[1] if s.l > 1 else None,
    }
