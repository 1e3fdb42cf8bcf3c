"""Which method of a class is the backward pass of which, by their names alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reference.targets.pairs.source.naming import core, named, plain, words

__all__ = ["forwards_of", "is_backward"]

PASSES = ("forward", "__call__", "call", "compute", "propagate", "apply", "run", "output", "activate", "calculate",
          "loss", "computeloss", "computecost", "cost", "calc", "evaluate", "predict")  # fmt: skip
FUNCTIONS = ("loss", "cost", "__call__", "forward", "call", "function", "func", "fn", "f", "activate", "activation",
             "compute", "calculate", "calc", "value", "evaluate", "eval", "apply", "output", "transfer", "run", "fx",
             "computeloss", "computecost", "calculateloss", "calcloss", "objective", "error", "predict", "fun",
             "activationfunction", "call_", "base", "normal", "original", "feedforward")  # fmt: skip
KEEPING = {"init", "zero", "clear", "assign", "gather", "collect", "clip"}  # what is done with gradients that are there
GETTERS = {"get", "set", "reset", "init", "has", "is", "add", "store", "compute_numerical"}


def is_backward(name: str) -> bool:
    """``backward``, ``bprop``, ``gradient``, ``conv_backward``, ``sigmoid_prime``; no getter and no check."""
    own = named(name)
    if own is None or own.direction not in ("backward", "slope") or (name.startswith("__") and name.endswith("__")):
        return False
    if own.direction == "slope" and KEEPING & set(words(name)):
        return False  # zero_grad, init_grad, assign_grads
    return bool(own.core) or not GETTERS & set(words(name)) or own.direction == "backward"


def forwards_of(name: str, methods: Mapping[str, object]) -> Iterator[str]:
    """The methods that may be its forward pass, the likeliest first."""
    own = named(name)
    if own is None:
        return
    others = {other: found for other in methods if other != name and (found := named(other)) is not None}
    if own.core:
        for wanted in ("forward", "") if own.direction == "backward" else ("", "forward"):
            yield from (o for o, n in others.items() if n.direction == wanted and n.core == own.core)
        if own.core not in (("loss",), ("cost",), ("input",), ("output",), ("activation",)):
            return
    if own.direction == "backward":
        yield from (o for o, n in others.items() if n.direction == "forward" and not n.core)
    known = {plain(o) if not o.startswith("__") else o: o for o in methods if o != name}
    for word in PASSES if own.direction == "backward" else FUNCTIONS:
        if word in known:
            yield known[word]
    if own.direction == "slope":
        yield from (o for o, n in others.items() if n.direction == "forward" and not core(n.stem))
