"""What autodiff says of the project's own problems, kept in the user's cache folder: JAX takes a second to begin.

An answer is a function of the tool, its versions, the processor and the problem's numbers, and of nothing that a target
does. It is found by a digest of all of these, written whole or not at all, and read only where its own digest is right.
Central differences and the complex step are never kept: whoever put a false answer here would have both against him.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from itertools import pairwise
from math import prod
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from reference.cases.problem import Problem
from reference.witnesses import autodiff as witness
from reference.witnesses.autodiff import Autodiff
from reference.witnesses.compilation_cache import processor

__all__ = ["VARIABLE", "asked_anew", "folder", "is_recalling", "prune", "recalled"]

VARIABLE = "MANUAL_BACKPROP_ANSWERS"  # of the environment: the folder, while answers may be recalled
MOST = 256 * 2**20  # bytes that are kept
DIGEST = hashlib.sha256().digest_size


def folder() -> Path:
    """Where, for this tool, these versions and this processor."""
    from platformdirs import user_cache_path

    source = Path(witness.__file__).read_bytes() + Path(__file__).read_bytes()
    versions = [f"{name} {version(name)}" for name in ("manual-backprop", "jax", "jaxlib", "numpy")]
    made_of = [hashlib.sha256(source).hexdigest(), platform.python_version(), *versions, processor()]
    digest = hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]
    return user_cache_path("manual-backprop", appauthor=False) / f"autodiff-{digest}"


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
        with suppress(OSError):  # a folder that cannot be written to costs what would be kept there
            _write(_path(problem), answer)
    return answer


def prune(place: Path, most: int = MOST) -> None:
    """Forget what was written first, until no more than so many bytes are left."""
    with suppress(OSError):
        found = sorted((one.stat().st_mtime, one.stat().st_size, one.path) for one in os.scandir(place))
        left = sum(size for _, size, _ in found)
        for _, size, path in found:
            if left <= most:
                return
            os.unlink(path)
            left -= size


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
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = [a for field in answer for a in (field if isinstance(field, list) else [field])]
    data = b"".join(np.ascontiguousarray(a, dtype=np.float64).tobytes() for a in arrays)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(hashlib.sha256(data).digest() + data)
            file.close()
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def _read(path: Path, problem: Problem) -> Autodiff | None:
    """``None`` for what is not there, not whole, or not what was written."""
    try:
        found = path.read_bytes()
    except OSError:
        return None
    data, shapes = found[DIGEST:], list(_shapes(problem))
    if hashlib.sha256(data).digest() != found[:DIGEST] or len(data) != 8 * sum(map(prod, shapes)):
        return None
    numbers = np.frombuffer(data, dtype=np.float64)
    ends = np.cumsum([prod(shape) for shape in shapes])
    arrays = [part.reshape(shape) for part, shape in zip(np.split(numbers, ends[:-1]), shapes, strict=True)]
    L = len(problem.shape.dims) - 1
    cost, l2_cost, *layers = arrays
    counts = np.cumsum([L, L, L, L, L - 1, L, L])
    dW, db, l2, dZ, dA, Z, H = (layers[a:b] for a, b in pairwise([0, *counts]))
    return Autodiff(cost, l2_cost, dW, db, l2, dZ, dA, Z, H)
