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
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
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
FULL = {"double", "single", "logical", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))}


class DataError(ValueError):
    """A file that gives no data set. The message is one line: which file, where in it, what it takes instead."""


def load(path: str | PathLike[str], *, max_bytes: int = MAX_BYTES) -> Dataset:
    """The data set in a ``.npz``, ``.mat`` or ``.csv`` file: float64, examples as columns, Y of 0 and 1.

    Raises ``DataError`` for whatever else the file may be. A file, or the arrays unpacked from it, larger than
    ``max_bytes`` is refused before it is read. ``.mat`` takes SciPy.
    """
    path = Path(path)
    try:
        read = _reader(path, max_bytes)
        with path.open("rb") as stream:
            return read(stream, max_bytes)
    except DataError as error:
        problem = str(error)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
    name = str(path)
    raise DataError(f"{name if name.isprintable() else repr(name)}: {problem}")


def _reader(path: Path, max_bytes: int) -> Callable[[BinaryIO, int], Dataset]:
    """How to read ``path``, once it is known to be a file worth opening."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise DataError("there is no such file") from None
    except ValueError as error:  # a NUL within the name
        raise DataError(f"is no file name: {error}") from None
    if stat.S_ISDIR(status.st_mode):
        raise DataError("is a folder; it takes a file")
    if not stat.S_ISREG(status.st_mode):
        raise DataError("is not a regular file")
    if path.suffix.lower() not in READERS:
        raise DataError(f"ends in {path.suffix!r}; it takes one of {', '.join(READERS)}")
    if status.st_size == 0:
        raise DataError("is empty")
    _worth_reading(status.st_size, max_bytes)
    return READERS[path.suffix.lower()]


def _worth_reading(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise DataError(f"holds {size:,} bytes; max_bytes is {max_bytes:,}")


@contextmanager
def _damage(what: str) -> Iterator[None]:
    """Whatever a reader trips over in a damaged file (a dozen types of exception) is a ``DataError``."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(f"{what} cannot be read, it is damaged or of another format: {reason}") from error


# --- .npz ------------------------------------------------------------------------------------------------------------


def _npz(stream: BinaryIO, max_bytes: int) -> Dataset:
    magic = stream.read(6)
    stream.seek(0)
    if magic == b"\x93NUMPY":
        raise DataError("is a single array (.npy); save both by name, np.savez(path, X=X, y=y)")
    if magic[:4] not in (b"PK\3\4", b"PK\5\6"):
        raise DataError(f"is not an .npz file: it begins with {magic!r}")
    with _damage("the archive"), np.load(stream, allow_pickle=False) as file:
        keys = _keys(file.files)
        members = {info.filename.removesuffix(".npy"): info for info in file.zip.infolist()}
        _worth_reading(sum(members[key].file_size for key in keys), max_bytes)
        arrays = {}
        for key in keys:
            with _damage(repr(key)):
                arrays[key] = _unpickled(file, key)
    return _dataset(arrays)


def _unpickled(file: Any, key: str) -> Array:
    try:
        value = file[key]
    except ValueError as error:
        if str(error).startswith("Object arrays"):
            raise DataError(f"{key!r} holds Python objects, which are not unpickled; it takes real numbers") from None
        raise
    if not isinstance(value, np.ndarray):
        raise DataError(f"{key!r} is not an array")
    return value


# --- .mat ------------------------------------------------------------------------------------------------------------


def _mat(stream: BinaryIO, max_bytes: int) -> Dataset:
    """SciPy's reader can crash on a damaged file of MATLAB's uncompressed format (v6); on v4 and v7 it raises."""
    try:
        from scipy.io import loadmat, whosmat
    except ImportError:
        raise DataError("a .mat file takes SciPy, which is not installed: pip install scipy") from None
    magic = stream.read(10)
    stream.seek(0)
    if magic.startswith((b"MATLAB 7.3", b"\x89HDF")):
        raise DataError("is MATLAB 7.3 (HDF5), which is not read; save(…, '-v7') in MATLAB writes what is")
    with _damage("the file"):
        held = {name: (shape, kind) for name, shape, kind in whosmat(stream)}
    keys = _keys(held)
    for key in keys:
        if held[key][1] not in FULL:
            raise DataError(f"{key!r} is of MATLAB's class {held[key][1]!r}; it takes a full matrix of real numbers")
    _worth_reading(sum(8 * math.prod(held[key][0]) for key in keys), max_bytes)
    stream.seek(0)
    with _damage("the file"):
        arrays = loadmat(stream, variable_names=keys)
    return _dataset({key: arrays[key] for key in keys})


# --- .csv ------------------------------------------------------------------------------------------------------------


def _csv(stream: BinaryIO, max_bytes: int) -> Dataset:
    head = stream.read(512)
    stream.seek(0)
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in head and not utf16:
        raise DataError("is not text")
    # Only names may be more than ASCII, and no name is used: a byte there that is not UTF-8 does no harm.
    with TextIOWrapper(stream, encoding="utf-16" if utf16 else "utf-8-sig", errors="replace") as lines:
        table = _table(lines)
    return Dataset(*_pair(table[:, :-1], table[:, -1], names=("the features", "the last column"), rows=True))


def _table(lines: Iterable[str]) -> Array:
    """The numbers, a row for each line but blank ones and a header: a first line without a single number."""
    values, width, first = array("d"), 0, 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            cells = next(csv.reader([line], skipinitialspace=True, strict=True))
        except csv.Error as error:
            raise DataError(f"line {number}: {error}") from None
        if not first:
            width, first = len(cells), number
            if width < 2:
                raise DataError(f"line {number} has one column; it takes features and a label, with commas between")
            if all(_number(cell) is None for cell in cells):
                if "" in cells:
                    raise DataError(f"line {number}, column {cells.index('') + 1} is without a name")
                continue
        if len(cells) != width:
            raise DataError(f"line {number} has {len(cells)} columns, line {first} has {width}")
        for column, cell in enumerate(cells, start=1):
            value = _number(cell)
            if value is None or not math.isfinite(value):
                raise DataError(f"line {number}, column {column} is {reprlib.repr(cell)}; it takes a finite number")
            values.append(value)
    if not values:
        raise DataError("holds no examples")
    return np.array(values).reshape(-1, width)


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)  # float reads 1_0 as ten
    except ValueError:
        return None


# --- from what is stored to a data set --------------------------------------------------------------------------------


def _keys(held: Iterable[str]) -> list[str]:
    """Those of the names that make the data set, of one scheme, train before test."""
    held = list(held)
    listed = ", ".join(map(reprlib.repr, held[:12])) + (f" and {len(held) - 12} more" if len(held) > 12 else "")
    rows, columns = ([key for key in scheme if key in held] for scheme in (ROWS, COLUMNS))
    if rows and columns:
        raise DataError(f"mixes two schemes, {listed}; it takes {ACCEPTED}")
    if not rows and not columns:
        raise DataError(f"holds {listed or 'nothing'}; it takes {ACCEPTED}")
    scheme = ROWS if rows else COLUMNS
    wanted = scheme if set(scheme[2:]) & set(held) else scheme[:2]
    missing = [key for key in wanted if key not in held]
    if missing:
        raise DataError(f"has no {' and no '.join(map(repr, missing))}; it holds {listed}")
    return list(wanted)


def _dataset(arrays: dict[str, Array]) -> Dataset:
    keys = list(arrays)
    pairs = [
        _pair(arrays[x], arrays[y], names=(repr(x), repr(y)), rows=x in ROWS)
        for x, y in zip(keys[::2], keys[1::2], strict=True)
    ]
    n_0 = [X.shape[0] for X, _ in pairs]
    if len(set(n_0)) > 1:
        raise DataError(f"{keys[0]!r} has {n_0[0]} features, {keys[2]!r} has {n_0[1]}; train and test take the same")
    return Dataset(*(array for pair in pairs for array in pair))


def _pair(X: Array, y: Array, *, names: Sequence[str], rows: bool) -> tuple[Array, Array]:
    """``X (n_0, m)`` and ``Y (1, m)`` of what is stored under ``names``."""
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
    X, y = _real(X, names[0]), _real(y, names[1])
    strange = np.unique(y[(y != 0) & (y != 1)]).tolist()
    if strange:
        listed = ", ".join(map(repr, strange[:5])) + (f" and {len(strange) - 5} more" if len(strange) > 5 else "")
        raise DataError(f"{names[1]} holds {listed}; it takes the labels 0 and 1")
    return np.ascontiguousarray(X.T if rows else X), (y.reshape(1, m) == 1).astype(np.float64)  # so that −0 is 0


def _real(value: Array, name: str) -> Array:
    if value.dtype.kind not in "biuf":
        raise DataError(f"{name} is of type {value.dtype}; it takes real numbers")
    with np.errstate(over="ignore"):  # a long double may be too large: then it is not finite below
        value = value.astype(np.float64)
    bad = np.argwhere(~np.isfinite(value))
    if len(bad):
        first = f", the first of {len(bad)} such places" if len(bad) > 1 else ""
        raise DataError(f"{name} holds {value[tuple(bad[0])]} at {bad[0].tolist()}{first}; it takes finite numbers")
    return value


READERS: dict[str, Callable[[BinaryIO, int], Dataset]] = {".npz": _npz, ".mat": _mat, ".csv": _csv}
