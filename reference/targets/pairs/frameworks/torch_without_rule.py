"""The derivative of a rule's forward pass by PyTorch itself, with the rule off.

Within a forward pass nothing is differentiated, so ``detach``, ``.data`` and ``no_grad`` say nothing there: they are
seen through. Where a tensor leaves PyTorch, as a number or an array, the derivative is refused by name and line; and
where it is written twice at one index, since PyTorch hands the gradient back to both.
"""

from __future__ import annotations

from typing import Any

from reference.targets.stand_in.kind import Refused

__all__ = ["seen_through"]

LEAVES = ("numpy", "tolist", "item", "__array__", "__float__", "__int__", "apply_", "map_")
WRITES = ("__setitem__", "index_put_", "index_put")


def seen_through() -> Any:
    """A mode in which nothing cuts a derivative in silence."""
    import torch
    from torch.overrides import TorchFunctionMode

    data = torch.Tensor.data.__get__
    writes = torch.Tensor.data.__set__

    class SeenThrough(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            name = getattr(func, "__name__", "")
            if name in ("detach", "detach_") or func == data:
                return args[0]
            if func == writes:
                raise Refused("a tensor's .data is written, behind which no derivative is followed")
            if func is torch._C._set_grad_enabled:
                return None
            if name in WRITES and _repeats(args[1]):
                raise Refused("a tensor is written twice at one index, of which PyTorch has no derivative")
            if name in LEAVES and args and getattr(args[0], "requires_grad", False):
                raise Refused(f"a tensor leaves PyTorch by {name}, from which no derivative comes back")
            return func(*args, **(kwargs or {}))

    return SeenThrough()


def _repeats(index: Any) -> bool:
    """Is there a tensor of whole numbers in it that has one of them twice?"""
    parts = index if isinstance(index, tuple | list) else [index]
    whole = [p for p in parts if hasattr(p, "is_floating_point") and not p.is_floating_point() and p.dtype.itemsize > 1]
    return any(part.unique().numel() < part.numel() for part in whole)
