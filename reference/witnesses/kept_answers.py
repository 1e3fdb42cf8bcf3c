"""What autodiff says of the project's own problems, kept in the user's cache folder: JAX takes a second to begin.

An answer is a function of the tool, its versions, the processor and the problem's numbers, and of nothing that a target
does. It is found by a digest of all of these, written whole or not at all, and read only where its own digest is right.
Central differences and the complex step are never kept: whoever put a false answer here would have both against him.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from itertools import pairwise
from math import prod
from pathlib import Path

import numpy as np

from reference.cases.problem import Problem
from reference.kept import files
from reference.witnesses import autodiff as witness
from reference.witnesses.autodiff import Autodiff

__all__ = ["MOST", "VARIABLE", "asked_anew", "folder", "is_recalling", "recalled"]

VARIABLE = "MANUAL_BACKPROP_ANSWERS"  # of the environment: the folder, while answers may be recalled
MOST = 256 * 2**20  # bytes that are kept


def folder() -> Path:
    """Where, for this tool, these versions and this processor."""
    return files.folder_of("autodiff", (Path(witness.__file__), Path(__file__)))


def is_recalling() -> bool:
    """May answers be recalled in this process?"""
    return bool(os.environ.get(VARIABLE))


def recalled(problem: Problem) -> Autodiff:
    """What autodiff says of a problem: as it was kept, where that may be recalled, else asked now and kept."""
    if not is_recalling():
        return witness.autodiff(problem)
    known = _read(_path(problem), problem)
    return asked_anew(problem) if known is None else known


def asked_anew(problem: Problem) -> Autodiff:
    """What autodiff says of a problem now; it takes the place of what was kept."""
    answer = witness.autodiff(problem)
    if is_recalling():
        _write(_path(problem), answer)
    return answer


def _path(problem: Problem) -> Path:
    """By a digest of all that the witness reads."""
    shape = problem.shape
    digest = hashlib.sha256(repr((shape.dims, shape.m, shape.hidden, shape.output)).encode())
    arrays = [problem.X, problem.Y, problem.lambd, problem.keep_prob, *(a for pair in problem.parameters for a in pair)]
    for array in (*arrays, *(problem.masks or ())):
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return Path(os.environ[VARIABLE]) / digest.hexdigest()


def _shapes(problem: Problem) -> Iterator[tuple[int, ...]]:
    """Of every array of an answer, in the order of its fields."""
    G, m, layers = len(problem.cases), problem.shape.m, list(pairwise(problem.shape.dims))
    weights, biases = [(G, n, n_prev) for n_prev, n in layers], [(G, n, 1) for _, n in layers]
    units = [(G, n, m) for _, n in layers]
    for shapes in ([(G,)], [(G,)], weights, biases, weights, units, units[:-1], units, units):
        yield from shapes


def _write(path: Path, answer: Autodiff) -> None:
    arrays = [a for field in answer for a in (field if isinstance(field, list) else [field])]
    files.write(path, b"".join(np.ascontiguousarray(a, dtype=np.float64).tobytes() for a in arrays))


def _read(path: Path, problem: Problem) -> Autodiff | None:
    """``None`` for what is not there, not whole, or not what was written."""
    data, shapes = files.read(path), list(_shapes(problem))
    if data is None or len(data) != 8 * sum(map(prod, shapes)):
        return None
    numbers = np.frombuffer(data, dtype=np.float64)
    ends = np.cumsum([prod(shape) for shape in shapes])
    arrays = [part.reshape(shape) for part, shape in zip(np.split(numbers, ends[:-1]), shapes, strict=True)]
    L = len(problem.shape.dims) - 1
    cost, l2_cost, *layers = arrays
    counts = np.cumsum([L, L, L, L, L - 1, L, L])
    dW, db, l2, dZ, dA, Z, H = (layers[a:b] for a, b in pairwise([0, *counts]))
    return Autodiff(cost, l2_cost, dW, db, l2, dZ, dA, Z, H)
