"""The same array in two layouts: turned, flat, or with an axis of one entry more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.pairs.inputs.spec import Size, SizeError, value_of_size

__all__ = ["Turn", "fitted", "turn_between"]

Array = NDArray[Any]


class Turn(NamedTuple):
    """From the first one's layout to another's: transposed, then in this shape."""

    transposed: bool
    origin: tuple[int, ...]
    shape: tuple[int, ...]

    def there(self, array: Any) -> Array:
        """In the other's layout."""
        value = np.asarray(array)
        return (value.T if self.transposed else value).reshape(self.shape)

    def back(self, array: Any) -> Array:
        """In the first one's layout."""
        value = np.asarray(array)
        if not self.transposed:
            return value.reshape(self.origin)
        return value.reshape(self.origin[::-1]).T


def turn_between(origin: Sequence[int], shape: Sequence[int], *, transposed: bool = False) -> Turn | None:
    """How an array of one shape becomes one of another, axes of one entry aside; ``None`` where it does not."""
    turned = tuple(origin)[::-1] if transposed else tuple(origin)
    if [n for n in turned if n != 1] != [n for n in shape if n != 1]:
        return None
    return Turn(transposed, tuple(origin), tuple(shape))


def fitted(dims: Sequence[Size], shape: Sequence[int], sizes: Mapping[str, int]) -> dict[str, int] | None:
    """The sizes by name with which axes that have names are these; ``None`` where none are. Ones do not count."""
    found = dict(sizes)
    named = [d for d in dims if d != 1]
    if len(named) == len(dims) == len(shape):
        theirs = list(shape)
    else:
        theirs = [n for n in shape if n != 1]
        if len(theirs) != len(named):
            return None
    for dim, n in zip(named, theirs, strict=True):
        if isinstance(dim, str) and dim.isidentifier() and dim not in found:
            found[dim] = n
    for dim, n in zip(named, theirs, strict=True):
        try:
            if value_of_size(dim, found) != n:
                return None
        except SizeError:
            continue  # of names that others settle
    return found
