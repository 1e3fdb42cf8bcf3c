"""One's own data: ``.npz``, ``.mat`` and ``.csv`` files of two classes.

``.npz`` and ``.mat`` name their arrays. The name says which way the examples lie; the test pair may be absent:

    X, y, Xval, yval                   examples are rows,     X (m, n_0)
    train_X, train_Y, test_X, test_Y   examples are columns,  X (n_0, m)

Labels are 0 and 1, stored as ``(m,)``, ``(m, 1)`` or ``(1, m)``. A ``.csv`` has one example a line, features first,
label last, with or without a line of names above; it gives no test pair. Nothing is ever unpickled.
"""

from __future__ import annotations

import csv
import math
import reprlib
import stat
import zipfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from manual_backprop.datasets import Dataset
from manual_backprop.primitives import Array

__all__ = ["DataError", "load"]

MAX_BYTES = 2**30
ROWS, COLUMNS = ("X", "y", "Xval", "yval"), ("train_X", "train_Y", "test_X", "test_Y")
ACCEPTED = "X, y and perhaps Xval, yval (examples in rows), or train_X, train_Y and perhaps test_X, test_Y (in columns)"
Stored = tuple[dict[str, int], Callable[[str], Any]]  # the size of each array in bytes, and how to read one


class DataError(ValueError):
    """A file that gives no data set. The message is one line: which file, where in it, what it takes instead."""


def load(path: str | PathLike[str], *, max_bytes: int = MAX_BYTES) -> Dataset:
    """The data set in a ``.npz``, ``.mat`` or ``.csv`` file: float64, X ``(n_0, m)``, Y ``(1, m)`` of 0 and 1.

    Raises ``DataError`` for whatever else the file may be. A file, or the arrays unpacked from it, larger than
    ``max_bytes`` is refused before it is read. ``.mat`` takes SciPy.
    """
    path = Path(path)
    try:
        return _load(path, max_bytes)
    except FileNotFoundError:
        problem = "there is no such file"
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
    except DataError as error:
        problem = str(error)
    raise DataError(f"{path if str(path).isprintable() else repr(str(path))}: {problem}")


def _load(path: Path, max_bytes: int) -> Dataset:
    if "\0" in str(path):
        raise DataError("is no file name")
    status, suffix = path.stat(), path.suffix.lower()
    if not stat.S_ISREG(status.st_mode):
        raise DataError("is a folder; it takes a file" if stat.S_ISDIR(status.st_mode) else "is not a regular file")
    if suffix not in (".npz", ".mat", ".csv"):
        raise DataError(f"ends in {path.suffix!r}; it takes one of .npz, .mat, .csv")
    if not status.st_size:
        raise DataError("is empty")
    _bounded(status.st_size, max_bytes)
    with path.open("rb") as stream:
        if suffix == ".csv":
            table = _csv(stream)
            return Dataset(*_pair(["the features", "the last column"], [table[:, :-1], table[:, -1]], rows=True))
        sizes, read = (_npz if suffix == ".npz" else _mat)(stream)
        keys, stored = _keys(list(sizes)), []
        _bounded(sum(sizes[key] for key in keys), max_bytes)
        for key in keys:
            with _damage(repr(key)):
                stored.append(read(key))
    names = [repr(key) for key in keys]
    pairs = [_pair(names[k : k + 2], stored[k : k + 2], rows=keys[0] in ROWS) for k in range(0, len(keys), 2)]
    n_0 = [len(X) for X, _ in pairs]
    if len(set(n_0)) > 1:
        raise DataError(f"{names[0]} has {n_0[0]} features, {names[2]} has {n_0[1]}; train and test take the same")
    return Dataset(*(half for pair in pairs for half in pair))


def _bounded(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise DataError(f"holds {size:,} bytes; max_bytes is {max_bytes:,}")


@contextmanager
def _damage(what: str) -> Iterator[None]:
    """Whatever a reader trips over in a damaged file (a dozen types of exception) is a ``DataError``."""
    try:
        yield
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        if reason.startswith("Object arrays"):
            raise DataError(f"{what} holds Python objects, which are not unpickled; it takes real numbers") from None
        raise DataError(f"{what} cannot be read, it is damaged or of another format: {reason}") from error


def _npz(stream: BinaryIO) -> Stored:
    magic = stream.read(6)
    if not magic.startswith(b"PK"):
        raise DataError(f"is not an .npz file: it begins with {magic!r}")
    with _damage("the archive"):
        file = zipfile.ZipFile(stream)
    sizes = {info.filename: info.file_size for info in file.infolist()}
    return (
        {name.removesuffix(".npy"): size for name, size in sizes.items() if name.endswith(".npy")},
        lambda key: np.lib.format.read_array(file.open(f"{key}.npy"), allow_pickle=False),
    )


def _mat(stream: BinaryIO) -> Stored:
    """SciPy's reader can crash on a damaged file of MATLAB's uncompressed format (v6); on v4 and v7 it raises."""
    try:
        from scipy.io import loadmat, whosmat
    except ImportError:
        raise DataError("a .mat file takes SciPy, which is not installed: pip install scipy") from None
    with _damage("the file"):
        sizes = {name: 8 * math.prod(shape) for name, shape, _ in whosmat(stream)}
    return sizes, lambda key: loadmat(stream, variable_names=[key])[key]


def _csv(stream: BinaryIO) -> Array:
    """The numbers, a row for each line but blank ones and a header: a first line without a single number."""
    head = stream.read(512)
    stream.seek(0)
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in head and not utf16:
        raise DataError("is not text")
    numbers, width, first = array("d"), 0, 0
    # Only names may be more than ASCII, and no name is used: a byte there that is not UTF-8 does no harm.
    with TextIOWrapper(stream, "utf-16" if utf16 else "utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                cells = next(csv.reader([line], skipinitialspace=True, strict=True))
            except csv.Error as error:
                raise DataError(f"line {number}: {error}") from None
            values = [_number(cell) for cell in cells]
            if not first:
                first, width = number, len(cells)
                if width < 2:
                    raise DataError(f"line {number} has one column; it takes features and a label, with commas between")
                if all(cells) and values.count(None) == width:
                    continue
            if len(cells) != width:
                raise DataError(f"line {number} has {len(cells)} columns, line {first} has {width}")
            for column, (cell, value) in enumerate(zip(cells, values, strict=True), start=1):
                if value is None or not math.isfinite(value):
                    shown = reprlib.repr(cell)
                    raise DataError(f"line {number}, column {column} is {shown}; it takes a finite number")
                numbers.append(value)
    if not numbers:
        raise DataError("holds no examples")
    return np.array(numbers).reshape(-1, width)


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)  # float reads 1_0 as ten
    except ValueError:
        return None


def _keys(held: list[str]) -> Sequence[str]:
    """Those of the names that make the data set, of one scheme, train before test."""
    listed = _listed([reprlib.repr(name) for name in held], most=12) or "nothing"
    schemes = [scheme for scheme in (ROWS, COLUMNS) if set(scheme) & set(held)]
    if len(schemes) != 1:
        raise DataError(f"{'mixes two schemes,' if schemes else 'holds'} {listed}; it takes {ACCEPTED}")
    wanted = schemes[0] if set(schemes[0][2:]) & set(held) else schemes[0][:2]
    missing = [repr(key) for key in wanted if key not in held]
    if missing:
        raise DataError(f"has no {' and no '.join(missing)}; it holds {listed}")
    return wanted


def _listed(items: list[str], *, most: int) -> str:
    return ", ".join(items[:most]) + (f" and {len(items) - most} more" if len(items) > most else "")


def _pair(names: Sequence[str], stored: Sequence[Any], *, rows: bool) -> tuple[Array, Array]:
    """``X (n_0, m)`` and ``Y (1, m)`` of what is stored under ``names``."""
    X, y = (_real(value, name) for value, name in zip(stored, names, strict=True))
    if X.ndim != 2:
        raise DataError(f"{names[0]} has shape {X.shape}; it takes {'(m, n_0)' if rows else '(n_0, m)'}")
    if y.ndim not in (1, 2) or y.size != max(y.shape):
        raise DataError(f"{names[1]} has shape {y.shape}; it takes one label an example: (m,), (m, 1) or (1, m)")
    m, n_0 = X.shape if rows else X.shape[::-1]
    if m == 0 or n_0 == 0:
        raise DataError(f"{names[0]} has shape {X.shape}: no {'features' if m else 'examples'}")
    if y.size != m:
        lie, instead = ("rows", "columns") if rows else ("columns", "rows")
        swapped = f"; under these names examples are {lie}, and here they seem to be {instead}" if y.size == n_0 else ""
        raise DataError(f"{names[0]} has {m} examples (shape {X.shape}), {names[1]} has {y.size} labels{swapped}")
    strange = [repr(label) for label in np.unique(y[(y != 0) & (y != 1)]).tolist()]
    if strange:
        raise DataError(f"{names[1]} holds {_listed(strange, most=5)}; it takes the labels 0 and 1")
    return np.ascontiguousarray(X.T if rows else X), (y.reshape(1, m) == 1).astype(np.float64)  # so that −0 is 0


def _real(value: Any, name: str) -> Array:
    """``value`` in float64, where it is an array of finite numbers."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        kind = value.dtype if isinstance(value, np.ndarray) else type(value).__name__
        raise DataError(f"{name} is of type {kind}; it takes real numbers")
    with np.errstate(over="ignore"):  # a long double may be too large: then it is not finite below
        value = value.astype(np.float64)
    bad = np.argwhere(~np.isfinite(value))
    if len(bad):
        first = f", the first of {len(bad)} such places" if len(bad) > 1 else ""
        raise DataError(f"{name} holds {value[tuple(bad[0])]} at {bad[0].tolist()}{first}; it takes finite numbers")
    return value
