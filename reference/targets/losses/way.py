"""One way to ask a function for its loss and gradient: how a problem is handed over, and what came back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from reference.interface.outcome import Single
from reference.targets.losses.returned import Layout
from reference.targets.pairing.passes import seeded

__all__ = ["LossAnswer", "LossWay", "as_number", "joined", "one_hot", "oriented", "without_ones"]


AT_FIRST = Layout(0)


class LossAnswer(NamedTuple):
    """A loss, and its gradient by the course's names, examples in columns."""

    loss: Any
    gradients: dict[str, Any]


def _as_it_is(single: Single) -> Single:
    return single


def _as_seen(a: np.ndarray, single: Single) -> list[np.ndarray]:
    return [a]


def _by_its_name(variable: str) -> str:
    return variable


@dataclass(frozen=True)
class LossWay:
    """A function under one reading of its arguments and of what it returns."""

    check: str
    names: tuple[str, ...]  # what of the file is called: ``ask`` is given these, NumPy's or JAX's
    ask: Callable[[Sequence[Any], Single], Any]  # what the function returns
    taken: Callable[[Any, Single, Layout], LossAnswer]  # what that means
    layouts: Callable[[Any, Single], Sequence[Layout]]  # how what it returned may be laid out
    said: str = ""  # the reading, in words
    depths: tuple[int, ...] = (2, 3, 1, 4)
    lasts: tuple[int, ...] = (1, 3)
    l2: bool = False  # it takes λ
    biases: bool = True
    takes: frozenset[str] = frozenset()  # what its arguments mean
    seen: Callable[[np.ndarray, Single], list[np.ndarray]] = _as_seen  # what its variables hold, in the court's shapes
    renamed: Callable[[str], str] = _by_its_name  # a variable by the course's letters
    each: bool = False  # it is called example by example, where it takes no more at once
    replaces: bool = False  # ``prepared`` changes a problem of the court's
    prepared: Callable[[Single], Single] = _as_it_is  # the problem that stands for this one: labels are classes
    price: Callable[[Sequence[Any], Single], Any] | None = None  # the loss, where the function returns none
    arguments: Callable[[Single], dict[str, Any]] | None = None  # of the function that ``ask`` calls
    layout: Layout = AT_FIRST
    laid_out: bool = False  # the layout is known

    def answer(self, called: Sequence[Any], single: Single) -> LossAnswer:
        """What the function says of one problem."""
        given = self.prepared(single)
        with seeded():
            answer = self.taken(self.ask(called, given), given, self.layout)
        return answer if self.price is None else answer._replace(loss=self.loss_of(called, single))

    def touched(self, called: Sequence[Any], single: Single) -> list[str]:
        """The arguments that a call changes, by their own names; those of a class are its own."""
        if self.arguments is None:
            return []
        given = self.prepared(single)
        now, before = self.arguments(given), self.arguments(given)
        with seeded():
            called[0](**now)
        return [name for name in now if not _same(now[name], before[name])]

    def loss_of(self, called: Sequence[Any], single: Single) -> Any:
        """Its loss alone."""
        given = self.prepared(single)
        with seeded():
            return self.ask(called, given)[self.layout.at] if self.price is None else self.price(called, given)


def one_hot(single: Single) -> Single:
    """Independent labels as classes: the first that is set, else the first of all."""
    classes = np.argmax(single.Y, axis=0)
    return single._replace(Y=(np.arange(len(single.Y))[:, None] == classes).astype(single.Y.dtype))


def as_number(value: Any) -> float:
    """A loss as a number; ``ValueError`` where it is none."""
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "fiu":
        raise ValueError("the loss is no number")
    return float(array.reshape(()))


def joined(arrays: Sequence[Any]) -> Any:
    """Vectors and matrices one after the other as one vector: NumPy's arrays, or JAX's."""
    if all(isinstance(a, np.ndarray) for a in arrays):
        return np.concatenate([np.ravel(a) for a in arrays])
    import jax.numpy

    return jax.numpy.concatenate([jax.numpy.ravel(a) for a in arrays])


def _same(now: Any, before: Any) -> bool:
    if isinstance(now, dict):
        return now.keys() == before.keys() and all(_same(now[key], before[key]) for key in now)
    if isinstance(now, list | tuple):
        return len(now) == len(before) and all(map(_same, now, before))
    return bool(np.array_equal(now, before, equal_nan=True)) if isinstance(now, np.ndarray) else True


def oriented(a: np.ndarray, single: Single, *, rows: bool, turned: bool) -> np.ndarray:
    """A matrix of the function's as the court has it: examples are columns, W is (n, n_prev)."""
    if a.ndim != 2:
        return a
    m = single.X.shape[1]
    of_examples = a.shape[0] == m if rows else a.shape[1] == m
    return a.T if (rows if of_examples else turned) else a


def without_ones(a: np.ndarray, single: Single, *, rows: bool) -> list[np.ndarray]:
    """A matrix or vector that has the biases in its first column as W and b; one of examples, as it is and without
    its ones.
    """
    m, dims = single.X.shape[1], single.dims
    for n, k in zip(dims[1:], dims, strict=False):
        if a.shape in ((n, k + 1), (k + 1,), (k + 1, 1)) and (a.ndim == 2 or n == 1):
            both = a.reshape(n, k + 1)
            return [both[:, 1:], both[:, :1]]
    if a.ndim == 2 and m in a.shape:
        a = a.T if rows else a
        return [a, a[1:]]
    return [a]
