"""In which form a stranger keeps parameters, caches and gradients; and the course's forms for those who bring none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "FORMS",
    "NotGradients",
    "Pairs",
    "Path",
    "Returned",
    "at",
    "gradient_key",
    "gradients",
    "is_mask",
    "mask_paths",
    "place_activations",
    "returned",
    "walk",
]

Pairs = Sequence[tuple[np.ndarray, np.ndarray]]
Path = tuple[Any, ...]

KEY = re.compile(r"^(?:grads?_?)?(d|δ|delta_?|grad_?|g_)?_?([wbza])_?\[?(\d+)\]?$", re.IGNORECASE)
MASK = re.compile(r"^(?:d|mask|m|dropout|drop)_?\[?(\d+)\]?$", re.IGNORECASE)


# --- parameters --------------------------------------------------------------------------------------------


class NamedArrays(dict[str, np.ndarray]):
    """W1, b1, …; whoever asks for w1 means W1, and for W, where there is no other layer, W1 too."""

    def __missing__(self, key: str) -> np.ndarray:
        if isinstance(key, str) and key[:1] in ("w", "W", "b"):
            named = key.replace("w", "W") + "1" * (len(key) == 1 and "W2" not in self)
            if named != key and named in self:
                return self[named]
        raise KeyError(key)


def as_dict(pairs: Pairs) -> dict[str, np.ndarray]:
    named = {f"{kind}{l}": a for l, pair in enumerate(pairs, 1) for kind, a in zip("Wb", pair, strict=True)}
    return NamedArrays(named)


def as_pairs(pairs: Pairs) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(W, b) for W, b in pairs]


def as_dicts(pairs: Pairs) -> list[dict[str, np.ndarray]]:
    return [{"W": W, "b": b} for W, b in pairs]


def as_flat(pairs: Pairs) -> list[np.ndarray]:
    return [a for pair in pairs for a in pair]


FORMS = {"dict": as_dict, "pairs": as_pairs, "flat": as_flat, "dicts": as_dicts}


# --- what a forward pass returns ---------------------------------------------------------------------------


class Returned(NamedTuple):
    A: Any  # of the last layer, or None
    cost: Any  # or None
    cache: Any  # what the backward pass is handed
    whole: Any  # all of it
    extras: tuple[Any, ...] = ()  # what is neither

    @property
    def place(self) -> int | None:
        """Which of several elements A is; -1 for the last."""
        parts = self.whole if isinstance(self.whole, tuple) else ()
        found = next((k for k, part in enumerate(parts) if part is self.A), None)
        return -1 if found == len(parts) - 1 else found


def returned(value: Any, last: tuple[int, int], place: int | None = None) -> Returned:
    """Tell the last activation, a cost and the cache apart, whatever their order.

    ``last``: (n_L, m), or (m, n_L) where examples are rows; a single output may be (m,). ``place``: which of several
    elements is the last activation, where that was seen among layers of unequal widths.
    """
    if isinstance(value, dict):
        return Returned(_last_activation(value, last), None, value, value)
    if not isinstance(value, tuple | list):
        known = _is_last(np.shape(value), last)
        return Returned(value if known else None, None if known else value, None, value)
    place = None if place is None else place % len(value)  # -1 is the last of them
    A = cost = cache = None
    extras = []
    for k, element in enumerate(value):
        if k == place:
            A = element
        elif isinstance(element, tuple | list | dict) and cache is None:
            cache = element
        elif isinstance(element, tuple | list | dict):
            extras.append(element)
        elif None is A is place and _is_last(np.shape(element), last) and not isinstance(element, int | float):
            A = element
        elif cost is None and np.size(element) == 1:
            cost = element
        else:
            extras.append(element)
    if cache is None:
        cache = value
        if place is None:
            A = next((a for a in reversed(value) if _is_last(np.shape(a), last)), None)
    if A is None:
        A = _last_activation(cache, last)
    return Returned(A, cost, cache, value, tuple(extras))


def _is_last(shape: tuple[int, ...], last: tuple[int, int]) -> bool:
    return shape == last or (1 in last and shape == (max(last),) and max(last) > 1)


def _last_activation(cache: Any, last: tuple[int, int]) -> Any:
    of_its_shape = [array for path, array in walk(cache) if np.shape(array) == last]
    inside = [array for array in of_its_shape if array.dtype.kind == "f" and np.all((array >= 0) & (array <= 1))]
    return (inside or of_its_shape)[-1] if of_its_shape else None


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, np.ndarray]]:
    """Every array in a cache, in its order, with the way to it."""
    if isinstance(value, np.ndarray):
        yield path, value
    elif isinstance(value, dict) and len(path) < 6:
        for key, element in value.items():
            yield from walk(element, (*path, key))
    elif isinstance(value, tuple | list) and len(path) < 6:
        for k, element in enumerate(value):
            yield from walk(element, (*path, k))


def at(value: Any, path: Path) -> np.ndarray:
    for step in path:
        value = value[step]
    return np.asarray(value)


def mask_paths(value: Any, hidden: Sequence[int], m: int, keep_prob: float) -> list[Path] | None:
    """The ways to D_1, D_2, …: arrays of a hidden layer's shape with two values, 0 and 1 (or 0 and 1/keep_prob)."""
    arrays = list(walk(value))
    paths: list[Path] = []
    for l, n in enumerate(hidden, start=1):
        fits = [path for path, a in arrays if a.shape == (n, m) and path not in paths and is_mask(a, keep_prob)]
        named = [path for path in fits if any(str(s) == str(l) for s in MASK.findall(str(path[-1])))]
        if not fits:
            return None
        paths.append((named or fits)[0])
    return paths


def is_mask(array: np.ndarray, keep_prob: float) -> bool:
    if array.dtype == bool:
        return True
    if array.dtype.kind not in "iuf":
        return False
    values = np.unique(array)
    return values.size == 2 and values[0] == 0 and bool(np.isclose(values[1], (1.0, 1 / keep_prob)).any())


# --- gradients ---------------------------------------------------------------------------------------------


def gradient_key(key: str) -> str | None:
    """The course's name of a gradient: dW1 of ``dw_1``; of a name without a number, dW."""
    match = KEY.match(key)
    if match is None or not match[1]:
        return {"dw": "dW", "db": "db", "dz": "dZ", "da": "dA"}.get(key.lower().replace("_", ""))
    return {"w": "dW", "b": "db", "z": "dZ", "a": "dA"}[match[2].lower()] + str(int(match[3]))


class NotGradients(TypeError):
    """What a backward pass returned is no set of gradients."""


def gradients(
    value: Any,
    dims: Sequence[int],
    *,
    shifted: bool | None = False,
    turned: bool = False,
    order: Sequence[str] = (),
) -> dict[str, Any]:
    """Whatever was returned, by the course's names: dW1, db1, …, and dZ, dA where there are such.

    ``shifted``: dA_{l-1} stands under ``dA{l}``; with ``None``, dA is returned as it stands. ``turned``: W is
    (n_prev, n). ``order``: the names of a sequence's elements, where they are known.
    """
    if order and isinstance(value, tuple | list) and len(value) == len(order):
        value = {name: a for name, a in zip(order, value, strict=True) if name}
    if isinstance(value, tuple | list) and len(value) == 2 and _is_number(value[0]):
        value = value[1]  # a loss stands before it
    if isinstance(value, tuple | list):
        inner = [v for v in value if isinstance(v, dict)]
        value = inner[0] if len(inner) == 1 else _from_sequence(value, dims, turned)
    if not isinstance(value, dict):
        kind = type(value).__name__
        if value is None:
            raise NotImplementedError("nothing is returned")
        raise NotGradients(f"returned {kind}; it takes a dictionary of gradients such as {{'dW1': …, 'db1': …}}")
    named: dict[str, Any] = {}
    decorated = any((match := KEY.match(str(key))) and match[1] for key in value)  # dW1 beside W1 itself
    for key, array in value.items():
        if isinstance(array, list | tuple) and re.fullmatch(r"d?_?[wbWB]s?", str(key)):
            kind = "dW" if "w" in str(key).lower() else "db"
            layers = array[1:] if len(array) == len(dims) and array[0] is None else array
            named |= {f"{kind}{l}": a for l, a in enumerate(layers, 1)}
        elif (match := KEY.match(str(key))) and (match[1] or (match[2] in "WwBb" and not decorated)):
            kind = {"w": "dW", "b": "db", "z": "dZ", "a": "dA"}[match[2].lower()]
            named.setdefault(f"{kind}{int(match[3])}", array)
        elif len(dims) == 2 and (bare := gradient_key(str(key))) in ("dW", "db"):
            named.setdefault(f"{bare}1", array)  # of the only layer
    if shifted is not None:
        place_activations(named, len(dims) - 1, shifted)
    return named


def _from_sequence(value: Sequence[Any], dims: Sequence[int], turned: bool) -> dict[str, Any]:
    """A list of W's and one of b's; pairs; or all in a row; first layer or last layer first."""
    L = len(dims) - 1
    for layers in (range(1, L + 1), range(L, 0, -1)):
        for named in _in_order(value, list(layers)):
            if all(np.shape(named.get(f"dW{l}", 0.0)) == _shape(dims, l, turned) for l in layers):
                return named
    raise NotGradients(f"returned a {type(value).__name__} of {len(value)}; it takes gradients of {L} layers by name")


def _shape(dims: Sequence[int], l: int, turned: bool) -> tuple[int, int]:
    return (dims[l - 1], dims[l]) if turned else (dims[l], dims[l - 1])


def _in_order(value: Sequence[Any], layers: list[int]) -> Iterator[dict[str, Any]]:
    """Every way to read a sequence of gradients, for layers in this order."""
    L = len(layers)
    if len(value) == L and all(isinstance(v, tuple | list) and len(v) >= 2 for v in value):
        pairs = list(zip(layers, value, strict=True))
        yield {f"{kind}{l}": pair[k] for l, pair in pairs for k, kind in enumerate(("dW", "db"))}
    if len(value) == 2 and all(isinstance(v, list | tuple) and len(v) == L for v in value):
        parts = list(zip(("dW", "db"), value, strict=True))
        yield {f"{kind}{l}": a for kind, part in parts for l, a in zip(layers, part, strict=True)}
    if len(value) == L and all(isinstance(v, dict) for v in value):
        keyed = [(l, str(key), a) for l, d in zip(layers, value, strict=True) for key, a in d.items()]
        yield {f"d{'W' if key[-1] in 'wW' else 'b'}{l}": a for l, key, a in keyed if key[-1:] and key[-1:] in "wWb"}
    if len(value) == 2 * L:
        yield {f"d{'Wb'[k % 2]}{layers[k // 2]}": a for k, a in enumerate(value)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)


def place_activations(named: dict[str, Any], L: int, shifted: bool) -> None:
    """dA under the course's index; what stands under dA_0 and dA_L is not asked for."""
    if shifted:
        for l in range(1, L + 1):
            if f"dA{l}" in named:
                named[f"dA{l - 1}"] = named.pop(f"dA{l}")
    for edge in ("dA0", f"dA{L}"):
        named.pop(edge, None)
