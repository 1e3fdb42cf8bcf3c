"""Mini-batches: every example once, beside its label, in an order that the seed decides."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from reference.interface.entry import Violation
from reference.interface.exceptions import TargetRaised
from reference.targets.obligations.asking import Asking, LawResult, as_array
from reference.targets.obligations.batch_lines import place_of_batches
from reference.targets.obligations.updates import not_judged
from reference.targets.reading.training import known_arguments
from reference.targets.reading.vocabulary import strong

__all__ = ["mini_batches"]

SIZES = ((148, 64), (128, 64), (10, 3), (9, 3), (7, 16), (16, 16), (5, 1), (65, 64))  # m, and the size of a batch
FEATURES = 3
MANY = 128  # examples that stay in their order by chance once in 128! draws


class Batches(NamedTuple):
    """The columns of each batch, as numbers of the examples that they are; -1 where they are none."""

    X: list[np.ndarray]
    Y: list[np.ndarray]


def mini_batches(asking: Asking) -> LawResult:
    """A partition of the examples, which are columns or rows."""
    best: LawResult | None = None
    for rows in (False, True):
        try:
            found = _asked(asking, rows)
        except TargetRaised as raised:
            if raised.details["template"] or raised.details["unbindable"] or (best is None and rows):
                raise
            continue
        if found is None:
            continue
        if not found[1]:
            return found
        best = best or found
    if best is None:
        return not_judged(asking, "what it returns is no list of batches (X, Y)", "return [(X_batch, Y_batch), …]")
    return best


def _asked(asking: Asking, rows: bool) -> LawResult | None:
    """``None`` where what comes is not laid out so."""
    looked = 0
    found: dict[str, Violation] = {}
    sized = "mini_batch_size" in known_arguments([a[0] for a in asking.function.arguments], asking.function.role or "")
    for m, size in SIZES if sized else ((148, 64), (128, 64), (65, 64)):
        batches = _batches(asking, m, size, 0, rows)
        if batches is None:
            return None
        looked += m
        said = _wrong(batches, m, size)
        if said is not None and said[0] not in found:
            text = f"{said[1]} (m = {m}, batches of {size})"
            found[said[0]] = Violation("*", "MB804", text, place=place_of_batches(asking, said[0], said[1]))
    again = _of_seeds(asking, rows) if not found else None
    if again is not None:
        found["seed"] = Violation("*", "MB804", again)
    return looked, list(found.values())[:2]


def _batches(asking: Asking, m: int, size: int, seed: int, rows: bool) -> Batches | None:
    X = np.arange(1, m + 1) + 1000.0 * np.arange(FEATURES)[:, None]
    Y = -(np.arange(1, m + 1.0)[None])
    values = {"X": X.T.copy() if rows else X, "Y": Y.T.copy() if rows else Y, "mini_batch_size": size, "seed": seed,
              "shuffle": True}  # fmt: skip
    pairs = _pairs(asking.call(values))
    if pairs is None:
        return None
    numbers = Batches([], [])
    for x, y in pairs:
        a, b = as_array(x), as_array(y)
        if a is None or b is None or a.ndim != 2:
            return None
        a, b = (a.T, b.T) if rows else (a, b)
        if a.shape[0] != FEATURES:
            return None
        whole = np.all(a == a[:1] + 1000.0 * np.arange(FEATURES)[:, None], axis=0)
        numbers.X.append(np.where(whole, a[0], -1).astype(int))
        numbers.Y.append((-b.ravel()).astype(int))
    return numbers


def _pairs(value: Any) -> list[tuple[Any, Any]] | None:
    """Batches (X, Y); or a list of X's and one of Y's."""
    if not isinstance(value, list | tuple):
        return None
    if len(value) == 2 and all(isinstance(v, list) for v in value) and len(value[0]) == len(value[1]):
        return list(zip(*value, strict=True))
    if not all(isinstance(v, list | tuple) and len(v) == 2 for v in value):
        return None
    return [(v[0], v[1]) for v in value]


def _wrong(batches: Batches, m: int, size: int) -> tuple[str, str] | None:
    """What is the matter, in words, with a word for the kind."""
    sizes = [x.size for x in batches.X]
    if 0 in sizes:
        return "empty", f"batch {sizes.index(0) + 1} of {len(sizes)} is empty"
    if [y.size for y in batches.Y] != sizes:
        return "sizes", "a batch has more examples than labels, or fewer"
    if any(np.any(x == -1) for x in batches.X):
        return "columns", "the features of an example are not kept together"
    X = np.concatenate(batches.X) if sizes else np.zeros(0, dtype=int)
    Y = np.concatenate(batches.Y) if sizes else X
    lost, twice = m - np.unique(X).size, X.size - np.unique(X).size
    rest = m % size
    if lost and lost == rest and not twice and m > size:
        return "last", f"the last, smaller batch is missing: {lost} examples are in none"
    if lost or twice:
        counts = [f"{lost} examples are in no batch"] * bool(lost) + [f"{twice} are there twice"] * bool(twice)
        return "partition", " and ".join(counts)
    if not np.array_equal(X, Y):
        alone = "X alone is shuffled" if np.array_equal(Y, np.sort(Y)) else "X and Y are not shuffled alike"
        alone = "Y alone is shuffled" if np.array_equal(X, np.sort(X)) else alone
        return "paired", f"an example is not beside its own label: {alone}"
    owed = [size] * (m // size) + [rest] * bool(rest)
    if sizes != owed:
        return "sizes", f"the batches have {_listed(sizes)} examples; owed {_listed(owed)}"
    if m >= MANY and np.array_equal(X, np.sort(X)):
        return "order", "the examples stay in their order: nothing is shuffled"
    return None


def _listed(sizes: list[int]) -> str:
    return ", ".join(map(str, sizes[:4])) + (", …" if len(sizes) > 4 else "")


def _of_seeds(asking: Asking, rows: bool) -> str | None:
    """The same seed gives the same batches, another gives others."""
    if "seed" not in known_arguments([a[0] for a in asking.function.arguments], asking.function.role or ""):
        return None
    m, size = SIZES[0]
    first, again, other = (_batches(asking, m, size, seed, rows) for seed in (0, 0, 5))
    if first is None or again is None or other is None:
        return None
    orders = [np.concatenate(b.X) for b in (first, again, other)]
    if not np.array_equal(orders[0], orders[1]):
        return "the same seed gives other batches: the seed is not what decides the order"
    if np.array_equal(orders[0], orders[2]) and strong(asking.name):
        return "another seed gives the same batches: the seed is not used"
    return None
