"""The course's own caches, for a backward pass that stands alone; and what the arrays in a cache are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairing.layouts import Pairs, Path, walk

__all__ = ["CACHES", "Pass", "cache_names", "published"]


def cache_names(cache: Any, paths: Sequence[Path]) -> list[str]:
    """What the arrays at some paths of a cache are called: by key, or in the published order; else ``cache``.

    Of a list with a cache a layer the names are without a layer's number, each once.
    """
    if isinstance(cache, list) and all(len(path) > 1 for path in paths):
        return list(dict.fromkeys(OF_A_LAYER.get(path[1:], "cache") for path in paths))
    arrays = [path for path, _ in walk(cache)]
    order = published(len(arrays)) if isinstance(cache, tuple | list) else None
    names = []
    for path in paths:
        key = str(path[-1])
        names.append(order[arrays.index(path)] if order else key if key[:1].isalpha() else "cache")
    return names


def published(count: int) -> list[str] | None:
    """The names of a published cache of so many arrays: (Z1, A1, W1, b1, …) or (Z1, D1, A1, W1, b1, …)."""
    if count % 4 == 0 and count:
        return [f"{kind}{l}" for l in range(1, count // 4 + 1) for kind in "ZAWb"]
    if count % 5 == 4 and count > 4:
        L = (count + 1) // 5
        return [f"{kind}{l}" for l in range(1, L + 1) for kind in ("ZDAWb" if l < L else "ZAWb")]
    return None


class Pass(NamedTuple):
    """One forward pass, layer by layer; ``A[0]`` is X. ``A`` is after the mask."""

    Z: list[np.ndarray]
    A: list[np.ndarray]
    masks: Sequence[np.ndarray] | None
    parameters: Pairs


def tuple_cache(p: Pass) -> tuple[np.ndarray, ...]:
    """(Z1, A1, W1, b1, …) or, with dropout, (Z1, D1, A1, W1, b1, …, Z_L, A_L, W_L, b_L)."""
    cache: list[np.ndarray] = []
    for l, (W, b) in enumerate(p.parameters, start=1):
        dropped = p.masks is not None and l < len(p.parameters)
        mask = [p.masks[l - 1]] if dropped and p.masks is not None else []
        cache += [p.Z[l - 1], *mask, p.A[l], W, b]
    return tuple(cache)


def dict_cache(p: Pass) -> dict[str, np.ndarray]:
    """Everything by its name: Z1, A1, D1, W1, b1, …"""
    cache: dict[str, np.ndarray] = {"A0": p.A[0], "X": p.A[0]}
    for l, (W, b) in enumerate(p.parameters, start=1):
        cache |= {f"Z{l}": p.Z[l - 1], f"A{l}": p.A[l], f"W{l}": W, f"b{l}": b}
    for l, D in enumerate(p.masks or (), start=1):
        cache[f"D{l}"] = D
    return cache


def list_cache(p: Pass) -> list[tuple[tuple[np.ndarray, ...], np.ndarray]]:
    """[((A_0, W_1, b_1), Z_1), …], as ``L_model_forward`` has it."""
    return [((p.A[l], W, b), p.Z[l]) for l, (W, b) in enumerate(p.parameters)]


def masked_list_cache(p: Pass) -> list[Any]:
    """``list_cache`` with the mask as the last element of a hidden layer's cache."""
    masks = [*(p.masks or ()), None]
    return [(linear, Z, masks[l] if l < len(masks) else None) for l, (linear, Z) in enumerate(list_cache(p))]


OF_A_LAYER: dict[Path, str] = {(0, 0): "A_prev", (0, 1): "W", (0, 2): "b", (1,): "Z", (2,): "D"}
CACHES = {"tuple": tuple_cache, "dict": dict_cache, "list": list_cache, "masked list": masked_list_cache}
