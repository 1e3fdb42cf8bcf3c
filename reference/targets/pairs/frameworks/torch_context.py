"""What a forward pass is handed where it runs without its rule: it keeps what it is told, and is asked nothing."""

from __future__ import annotations

from typing import Any

__all__ = ["ForwardContext"]


class ForwardContext:
    """In the place of PyTorch's own context, which only ``apply`` can make."""

    def __init__(self, needed: tuple[bool, ...]) -> None:
        self.needs_input_grad = needed
        self.saved_tensors: tuple[Any, ...] = ()
        self.dirty: tuple[Any, ...] = ()
        self.undifferentiable: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        self.saved_for_forward = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        self.dirty = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        self.undifferentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        self.materialize = value
