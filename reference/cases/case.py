"""A case: one printable line that stands for a problem, for years.

dims=2,20,3,1 m=211 hidden=relu output=sigmoid lambd=0.7 keep_prob=0.86 bias=random scale=1 dtype=float64 seed=3
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

__all__ = ["BIASES", "DTYPES", "HIDDENS", "OUTPUTS", "Case", "CaseError", "Shape", "of_a_pair"]

HIDDENS = ("relu", "leaky_relu", "tanh", "sigmoid", "softplus", "identity")
OUTPUTS = ("sigmoid", "softmax", "identity")
BIASES = ("random", "zero")
DTYPES = ("float64", "float32")
MAX_WIDTH, MAX_DEPTH = 4096, 64  # larger ones are refused before they fill the memory
MAX_SEED = 2**32 - 1  # of RandomState


class CaseError(ValueError):
    """A line that is not a case; the message says what was given and what is accepted."""


class Shape(NamedTuple):
    """What problems must have in common to be stacked."""

    dims: tuple[int, ...]
    m: int
    hidden: str
    output: str
    dropout: bool
    dtype: str


@dataclass(frozen=True)
class Case:
    """One network, one batch, one draw. ``str(case)`` is its line; ``Case.parse`` reads it back exactly.

    ``dims`` is ``(n_0, …, n_L)``, ``scale`` multiplies He's standard deviation √(2/n_prev), ``bias`` is "random" or
    "zero". Raises ``CaseError`` where a value is outside its range.
    """

    dims: tuple[int, ...]
    m: int
    hidden: str = "relu"
    output: str = "sigmoid"
    lambd: float = 0.0
    keep_prob: float = 1.0
    bias: str = "random"
    scale: float = 1.0
    dtype: str = "float64"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, (accepts, wanted) in RANGES.items():
            value = getattr(self, name)
            if not accepts(value):
                raise CaseError(f"{name}={_text(value)} in a case; {name} takes {wanted}")
            if isinstance(value, float | int) and name in REALS:
                object.__setattr__(self, name, float(value))  # NumPy's floats print in another way

    def __str__(self) -> str:
        return " ".join(f"{field.name}={_text(getattr(self, field.name))}" for field in fields(self))

    @cached_property
    def shape(self) -> Shape:
        return Shape(self.dims, self.m, self.hidden, self.output, self.keep_prob < 1, self.dtype)

    @classmethod
    def parse(cls, line: str) -> Case:
        """Read a line; fields may stand in any order, and all but ``dims`` and ``m`` have defaults."""
        given: dict[str, Any] = {}
        for word in line.split():
            name, equals, text = word.partition("=")
            if not equals or name not in READERS:
                raise CaseError(f"{word!r} in a case; it takes name=value with a name among {', '.join(READERS)}")
            if name in given:
                raise CaseError(f"{name} stands twice in a case")
            try:
                given[name] = READERS[name](text)
            except ValueError:
                raise CaseError(f"{word!r} in a case; {name} takes {RANGES[name][1]}") from None
        missing = [name for name in ("dims", "m") if name not in given]
        if missing:
            raise CaseError(f"a case needs {' and '.join(missing)}, as in 'dims=2,20,3,1 m=211'; given {line!r}")
        return cls(**given)


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, float):
        return repr(value).removesuffix(".0")  # the shortest digits that read back to the same float
    return str(value)


def _whole(low: int, high: int) -> tuple[Callable[[Any], bool], str]:
    return lambda v: type(v) is int and low <= v <= high, f"a whole number from {low} to {high}"


def _number(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and bool(np.isfinite(value))


def _read_whole(text: str) -> int:
    if not (
        text.isascii() and text.removeprefix("-").isdigit()
    ):  # int() also takes 1_000, blanks and other scripts' digits
        raise ValueError(text)
    return int(text)


def _one_of(names: tuple[str, ...]) -> tuple[Callable[[Any], bool], str]:
    return lambda v: isinstance(v, str) and v in names, "one of " + ", ".join(names)


REALS = ("lambd", "keep_prob", "scale")

RANGES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "dims": (
        lambda v: (
            isinstance(v, tuple)
            and 2 <= len(v) <= MAX_DEPTH + 1
            and all(type(n) is int and 1 <= n <= MAX_WIDTH for n in v)
        ),
        f"2 to {MAX_DEPTH + 1} sizes from 1 to {MAX_WIDTH}, as in 2,20,3,1",
    ),
    "m": _whole(1, MAX_WIDTH),
    "hidden": _one_of(HIDDENS),
    "output": _one_of(OUTPUTS),
    "lambd": (lambda v: _number(v) and 0 <= v <= 1e30, "a number from 0 to 1e30"),
    "keep_prob": (lambda v: _number(v) and 0 < v <= 1, "a number in (0, 1]"),
    "bias": _one_of(BIASES),
    "scale": (lambda v: _number(v) and 1e-30 <= v <= 1e30, "a number from 1e-30 to 1e30"),
    "dtype": _one_of(DTYPES),
    "seed": _whole(0, MAX_SEED),
}

READERS: dict[str, Callable[[str], Any]] = {
    "dims": lambda text: tuple(_read_whole(n) for n in text.split(",")),
    "m": _read_whole,
    "hidden": str,
    "output": str,
    "lambd": float,
    "keep_prob": float,
    "bias": str,
    "scale": float,
    "dtype": str,
    "seed": _read_whole,
}


def of_a_pair(line: str) -> bool:
    """Is it the case of a pair, which begins with the pair's name, and not that of a network?"""
    name, *given = line.split() or [""]
    return bool(given) and "=" not in name and all("=" in part for part in given)
