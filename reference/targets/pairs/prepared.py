"""A pair with everything that it is given, ready to run: the one form in which every witness sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray

__all__ = ["DOUBLE", "PairGradients", "Prepared", "as_they_broadcast"]

DOUBLE = 2.0**-53


class PairGradients(NamedTuple):
    """What a backward pass answered, by the primal that each gradient belongs to."""

    gradients: dict[str, Any]
    called: dict[str, str]  # the target's own name of each: "dW", "grads['W1']", "self.dW"
    unmatched: tuple[tuple[str, tuple[int, ...]], ...] = ()  # what fits no primal: its name and shape
    changed: tuple[str, ...] = ()  # arguments that a call changed
    stepped: tuple[str, ...] = ()  # parameters that were changed by something else than a rate times a gradient
    breaks: tuple[
        tuple[str, ...], ...
    ] = ()  # laws of a framework that the call breaks: code, text, severity if not error


class Prepared(NamedTuple):
    """``primals``: every float array that the forward pass depends on and a gradient may belong to, by name.

    ``forward(primals)`` runs the forward pass anew, each time from the same state and random numbers, and returns its
    differentiable outputs. ``backward(primals, cotangents)`` runs both passes. The primals given may be of any kind
    of stand-in: arrays that its ``lift`` made. Neither changes what it is given. ``again``: the outputs of a second
    forward pass in the state that a first one left, and None where no run has changed a number of the file's own.
    ``derivative``: of a rule, the gradients by its framework with the rule off, as ``ask_pair_autodiff`` answers.
    ``left_behind``: the arguments whose gradient is another after both passes have been through other values before.
    """

    primals: dict[str, NDArray]
    forward: Callable[[Mapping[str, Any]], list[Any]]
    backward: Callable[[Mapping[str, Any], Sequence[Any]], PairGradients]
    takes_cotangent: bool  # else the only output is a loss, and its cotangent is 1
    small: bool = False  # cotangents are to be drawn so small that no limit on gradients is reached
    again: Callable[[Mapping[str, Any]], list[Any] | None] = lambda _: None
    precision: float | None = None  # of its complex step, where that is not the extended one
    derivative: Callable[[Sequence[Any]], dict[str, Any]] | None = None
    unfit: int = 0  # how many of its gradients are of no loss that is known, where the loss was looked for
    left_behind: Callable[[Mapping[str, Any], Sequence[Any]], list[str]] = lambda *_: []
    single: bool = False  # one entry of each cotangent alone is to be anything but zero


def as_they_broadcast(gradients: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """Gradients without the leading axes of one that their primal has: (H,) beside (1, H), from which it is subtracted
    entry by entry; and those of a number with one entry, however many axes that has. Any other is left as it is.
    """

    def alike(name: str, gradient: Any) -> Any:
        own, owed = tuple(getattr(gradient, "shape", ())), shapes.get(name, ())
        leading = len(owed) - len(own)
        if own and leading > 0 and owed == (1,) * leading + own:
            return gradient.reshape(owed)
        if name in shapes and owed == () and own and set(own) == {1}:
            return gradient.reshape(())
        return gradient

    return {name: alike(name, gradient) for name, gradient in gradients.items()}
