"""In which form an initialiser is asked, and in which it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from reference.interface.exceptions import TargetRaised
from reference.targets.obligations.asking import Asking, as_array
from reference.targets.pairing import layouts
from reference.targets.reading.roles import Role
from reference.targets.reading.vocabulary import Argument, meaning, plain

__all__ = ["DrawnParameters", "Layers", "asked", "layers_of", "takes_sizes"]

SIZE = re.compile(
    r"n?(x|h|y|in|out|input|hidden|output)\d?|n\d|(n|num|dim)?(input|hidden|output)\w*|\w+(size|dim|units)"
)
MOST = 5  # sizes one by one
Layers = dict[str, np.ndarray]


class DrawnParameters(NamedTuple):
    """Sizes of layers, and what came of them; ``returned`` is the exception where it raised."""

    dims: tuple[int, ...]
    returned: Any


def takes_sizes(asking: Asking) -> list[str] | None:
    """The arguments of an initialiser that takes the sizes of its layers one by one."""
    arguments = [Argument(*a) for a in asking.function.arguments]
    if any(meaning(a.name) == "layers_dims" for a in arguments):
        return None
    sizes = [a.name for a in arguments if SIZE.fullmatch(plain(a.name))]
    required = [a.name for a in arguments if not a.default]
    if 2 <= len(sizes) <= MOST and set(required) <= set(sizes):
        return sizes
    return required if len(required) == 3 and len(sizes) != 3 else None


def asked(asking: Asking, dims: Sequence[int]) -> DrawnParameters:
    """One call, by the list of sizes or one by one."""
    sizes = takes_sizes(asking)
    try:
        if sizes is not None:
            given = dict(zip(sizes, dims, strict=True))
            return DrawnParameters(tuple(dims), asking.worker.ask("sizes", name=asking.name, sizes=given))
        return DrawnParameters(tuple(dims), asking.call({"layers_dims": list(dims)}, role=Role.INITIALISE))
    except TargetRaised as raised:
        return DrawnParameters(tuple(dims), raised)


def layers_of(value: Any, dims: Sequence[int]) -> Layers | None:
    """W1, b1, …: from a dictionary by its keys; from a sequence in the order that has the shapes owed."""
    L = len(dims) - 1
    if isinstance(value, dict):
        named = {}
        for key, a in value.items():
            match = re.fullmatch(r"(w|b|weights?|bias(?:es)?|theta)_?(\d+)", str(key), re.IGNORECASE)
            array = as_array(a)
            if match is not None and array is not None:
                named[("b" if match[1][0] in "bB" else "W") + match[2]] = array
            elif isinstance(a, list | tuple) and plain(str(key))[:1] in ("w", "b"):
                named |= {f"{'W' if plain(str(key))[0] == 'w' else 'b'}{l}": b for l, v in enumerate(a, 1)
                          if (b := as_array(v)) is not None}  # fmt: skip
        return named or ({} if all(isinstance(k, str) for k in value) else None)
    if not isinstance(value, tuple | list):
        return None
    arrays = [a for _, a in layouts.walk(value)]
    for order in _orders(L):
        if len(order) == len(arrays):
            named = dict(zip(order, arrays, strict=True))
            if any(name[0] == "b" and a.ndim > 1 and min(a.shape) > 1 for name, a in named.items()):
                continue  # a table is no bias
            if all(_fits(named.get(f"W{l}"), n, k) for l, (k, n) in enumerate(pairwise(dims), start=1)):
                return named
    return None


def _orders(L: int) -> Iterator[list[str]]:
    layers = range(1, L + 1)
    yield [f"{kind}{l}" for l in layers for kind in "Wb"]
    yield [f"{kind}{l}" for kind in "Wb" for l in layers]
    yield [f"W{l}" for l in layers]


def _fits(W: np.ndarray | None, n: int, k: int) -> bool:
    return W is not None and W.shape in ((n, k), (k, n))
