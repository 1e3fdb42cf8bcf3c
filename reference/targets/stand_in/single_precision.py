"""NumPy functions that compute in float64 whatever they are given, as float32 would have computed them.

LAPACK's answer is that of a matrix which is off by a unit in the last place. NumPy hands float32 to it in float64, and
rounds what comes back: a condition number of 10⁴ would not be seen. So the matrix is off by one unit of float32 here.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.functions import words

__all__ = ["single_precision_of"]

FACTORISING = words("inv solve det slogdet cholesky pinv matrix_power")
COVARIANCES = words("cov corrcoef")


def single_precision_of(name: str) -> Callable[..., Any] | None:
    """What stands for a function by its dotted name; ``None`` where NumPy's own computes in the precision it is given.

    >>> A = np.array([[1, 1], [1, 1.0001]], dtype=np.float32)
    >>> bool(abs(single_precision_of("linalg.det")(A) / np.linalg.det(A) - 1) > 1e-5)
    True
    """
    if name in COVARIANCES:
        covariance: Callable[..., Any] = getattr(np, name)
        return lambda *arguments, **options: covariance(*arguments, **{"dtype": np.float32, **options})
    folder, _, last = name.rpartition(".")
    if folder != "linalg" or last not in FACTORISING:
        return None
    function: Callable[..., Any] = getattr(np.linalg, last)
    return lambda *arguments, **options: function(*map(_off_by_a_unit, arguments), **options)


def _off_by_a_unit(operand: Any) -> Any:
    """A matrix of floats, every entry the next float32 on one side or the other; anything else as it is."""
    if not isinstance(operand, np.ndarray) or operand.ndim < 2 or operand.dtype.kind != "f":
        return operand
    narrow: NDArray[np.float32] = operand.astype(np.float32)
    sides = np.random.RandomState(zlib.crc32(narrow.tobytes())).choice([-np.inf, np.inf], size=narrow.shape)
    return np.where(narrow == 0, narrow, np.nextafter(narrow, sides.astype(np.float32)))
