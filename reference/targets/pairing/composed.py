"""A whole network out of a file's own steps: the course's two loops, where a file has the steps and not the loops."""

from __future__ import annotations

from collections.abc import Collection
from types import FunctionType
from typing import Any, NamedTuple

from reference.targets.reading import course_helpers

__all__ = ["Composed", "composed"]

BACKWARD_STEPS = ("linear_activation_backward", "linear_backward", "relu_backward", "sigmoid_backward")


class Composed(NamedTuple):
    """The two passes, each ``None`` where the file has no step of it, and the file's steps of the backward pass."""

    forward: FunctionType | None
    backward: FunctionType | None
    steps: tuple[str, ...]  # the outermost first


def composed(names: dict[str, Any], own: Collection[str]) -> Composed:
    """The course's loops over the steps in ``names``, of which the file itself defines ``own``."""
    steps = tuple(name for name in BACKWARD_STEPS if name in own)
    scope = {**names}
    forward = _within(scope, "L_model_forward") if "linear_activation_forward" in own else None
    if not {"linear_activation_backward", "linear_backward"} & set(steps):
        return Composed(forward, None, ())
    if "linear_activation_backward" not in own:
        scope["linear_activation_backward"] = _within(scope, "linear_activation_backward")
    return Composed(forward, _within(scope, "L_model_backward"), steps)


def _within(scope: dict[str, Any], name: str) -> FunctionType:
    """A helper of the course's that finds what it calls among the file's names."""
    helper = getattr(course_helpers, name)
    return FunctionType(helper.__code__, scope, name, helper.__defaults__)
