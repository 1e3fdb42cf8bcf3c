"""Random tensors that are the same in every precision: drawn in double precision, whatever they are wanted in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["drawn"]

MADE = {"rand", "randn", "rand_like", "randn_like"}
OF_CHANCES = {"bernoulli"}
FILLED = {"uniform", "normal", "exponential", "bernoulli", "log_normal", "cauchy", "geometric"}


def drawn(func: Any, name: str, in_place: bool, args: Sequence[Any], options: dict[str, Any], narrow: bool) -> Any:
    """What an operation draws; None where it is none that draws, or where its precision is asked for by name."""
    import torch

    if in_place and name in FILLED and _is_of_floats(args[0]) and (narrow or args[0].is_complex()):
        wide = torch.empty(args[0].shape, dtype=torch.float64)
        func(wide, *map(_double, args[1:]), **options)
        args[0].copy_(wide.to(args[0].dtype))
        return args[0]
    if in_place or not narrow or options.get("dtype") is not None:
        return None
    if name in MADE:
        like = name.endswith("_like")
        if like and args[0].dtype is not torch.float32:
            return None
        return func(*args, **{**options, "dtype": torch.float64}).to(torch.float32)
    if name in OF_CHANCES and args[0].dtype is torch.float32:
        return func(args[0].double(), *args[1:], **options).to(torch.float32)
    return None


def _is_of_floats(tensor: Any) -> bool:
    return bool(tensor.is_floating_point() or tensor.is_complex())


def _double(value: Any) -> Any:
    import torch

    if not torch.is_tensor(value):
        return value
    return (value.real if value.is_complex() else value).double()
