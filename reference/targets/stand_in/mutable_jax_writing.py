"""Functions of NumPy that write into an array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reference.targets.stand_in.mutable_jax import concrete, values_of
from reference.targets.stand_in.mutable_jax_arithmetic import arithmetic
from reference.targets.stand_in.mutable_jax_movement import MOVEMENT

__all__ = ["WRITING"]


def put(a: Any, indices: Any, values: Any, mode: str = "raise") -> None:
    """By flat positions; fewer values go round again."""
    flat = np.asarray(concrete(indices))
    a[np.unravel_index(flat, a.shape)] = MOVEMENT["resize"](values, flat.shape)


def copyto(to: Any, given: Any, casting: str = "same_kind", where: Any = True) -> None:
    """All, or where it is wanted."""
    if where is True:
        to[...] = given
        return
    mask = np.broadcast_to(values_of(where)[0], to.shape)
    to[mask] = MOVEMENT["broadcast_to"](given, to.shape)[mask]


def put_along_axis(a: Any, indices: Any, values: Any, axis: Any) -> None:
    """As ``take_along_axis`` reads."""
    index = np.asarray(concrete(indices))
    grid = list(np.ix_(*(np.arange(n) for n in index.shape)))
    grid[axis] = index
    a[tuple(grid)] = values


def place(a: Any, mask: Any, values: Any) -> None:
    """Through a mask."""
    put(a, np.flatnonzero(concrete(mask)), values)


def fill_diagonal(a: Any, value: Any, wrap: bool = False) -> None:
    """In place, with the values one after another, of whatever shape; fewer go round again."""
    k = np.arange(min(a.shape))
    a[(k,) * a.ndim] = MOVEMENT["resize"](value, k.shape)


def add_at(a: Any, index: Any, values: Any = None, *, sign: float = 1.0) -> None:
    """``np.add.at``: what is added at one place more than once is added more than once."""
    where = np.arange(a.size).reshape(a.shape)[concrete(index)]
    given = MOVEMENT["broadcast_to"](arithmetic("multiply", values, sign), where.shape)
    places, positions = np.unique(where, return_inverse=True)
    at = np.unravel_index(places, a.shape)
    a[at] = arithmetic("added_at", a[at], given.reshape(-1), given=(tuple(int(k) for k in positions.ravel()),))


WRITING: dict[str, Callable[..., Any]] = {
    "put": put, "copyto": copyto, "put_along_axis": put_along_axis, "fill_diagonal": fill_diagonal, "add.at": add_at,
    "place": place,
    "putmask": lambda a, mask, values: copyto(a, values, where=mask),
    "subtract.at": lambda a, index, values: add_at(a, index, values, sign=-1.0),
}  # fmt: skip
