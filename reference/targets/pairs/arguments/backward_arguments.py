"""What each argument of a backward pass is: a cotangent, the forward pass's own, a rate, an output, a cache."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from reference.interface.pair import Parameter
from reference.targets.pairs.source.naming import is_cache, is_cotangent, is_label

__all__ = [
    "IS_OPTIMISER",
    "IS_RATE",
    "Passed",
    "Unclear",
    "is_derivative",
    "is_of_labels",
    "labels_of_no_loss",
    "place_of_slope",
    "roles",
]

IS_RATE = re.compile(r"^_*(lr|l_rate|learning_?rate|learn_rate|eta|rate|step_?size|learningrate|alpha)$", re.IGNORECASE)
IS_OPTIMISER = re.compile(r"^_*(optim|optimi[sz]er|opt|optimi[sz]er_?fn|optimi[sz]ation)_*$", re.IGNORECASE)
IS_STORE = re.compile(r"^_*(grads|gradients|\w+_(grads|gradients)|grad_?dict|gradient_?dict)$", re.IGNORECASE)
IS_PREDICTION = re.compile(
    r"^_*(dvalues|dvals|y_?hat|y_?pred\w*|pred\w*|output\w*|out|probs?|logits?|a|p)$", re.IGNORECASE
)
IS_OUTPUT = re.compile(
    r"^_*(outs?|outputs?|a|al|a\d|z|h|y|o|p|s|y_?hat|y_?pred\w*|pred\w*|probs?|activations?|scores?|result|a_?out|forward_?out\w*)$",
    re.IGNORECASE,
)
IS_INPUT = re.compile(r"^_*(x|inp|input|in|a_?prev|h_?prev_?l|prev_?l|h_?below|below)\w*$", re.IGNORECASE)
IS_LAYER_BEFORE = re.compile(
    r"^_*((prev\w*|last|lower|below|before|input|in)_?(layer|node|module)|(layer|node|module)_?(prev\w*|before|below))$",
    re.IGNORECASE,
)
DERIVATIVE = re.compile(
    r"(^|_)(grad|gradients?|derivative?s?|derivate|derive|deriv|prime|diff|jacobian|dx|df|d|dloss|der)(_|$)",
    re.IGNORECASE,
)


class Passed(StrEnum):
    COTANGENT = "cotangent"
    ARGUMENT = "argument"  # of the forward pass
    OUTPUT = "output"
    KEPT = "kept"  # by the forward pass, as an attribute
    CACHE = "cache"
    RATE = "rate"
    OPTIMISER = "optimiser"
    STORE = "store"  # a dictionary that the backward pass puts its gradients into
    LAYER = "layer"  # the layer before, which keeps what came out of it
    LEFT_OUT = "left out"


class Unclear(Exception):
    """An argument that nothing is known to be; the message names it."""


def is_of_labels(name: str) -> bool:
    """Is it what the answer should be, of an argument of a loss or of a network?"""
    return is_label(name) or name in ("y", "Y")


def labels_of_no_loss(takes: Sequence[Parameter], backward: Sequence[Parameter]) -> str | None:
    """What a backward pass begins from beside an output, where its forward pass takes no labels to make a loss of."""
    forward = [p.name for p in takes]
    own = [p.name for p in backward if not p.many and not p.optional and p.name not in forward]
    labels = [name for name in own if is_of_labels(name)]
    outputs = [name for name in own if name not in labels and IS_OUTPUT.match(name)]
    return labels[0] if labels and outputs and not any(map(is_of_labels, forward)) else None


def is_derivative(method: str) -> bool:
    """Is it a derivative that a caller multiplies with, by its name, rather than a pass that is handed a cotangent?"""
    return bool(DERIVATIVE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", method)))


def place_of_slope(method: str, takes: Sequence[Parameter], backward: Sequence[Parameter]) -> tuple[str, ...]:
    """What the one argument of a backward pass may be, where that is open: it may be a derivative at one place.

    A derivative by its name is taken of what the forward pass takes or of what it returns; ``backward(x)`` beside
    ``forward(x)`` may be handed a cotangent, too.
    """
    required, needed = ([p for p in some if not p.many and not p.optional] for some in (backward, takes))
    if len(required) != 1 or len(needed) > 1 or _gives_cotangent(required, [p.name for p in takes]):
        return ()
    if is_derivative(method):
        return ("input", "output")
    same = bool(needed) and required[0].name == needed[0].name
    return ("cotangent", "input", "output") if same and not is_cotangent(required[0].name, taken=()) else ()


def roles(
    method: str, takes: Sequence[Parameter], backward: Sequence[Parameter], reading: Mapping[str, str], *, loss: bool,
    returned: Sequence[str] = (),
) -> dict[str, tuple[Passed, str]]:  # fmt: skip
    """Of each argument its role, and the forward pass's argument that it is. ``loss``: that one returns a number.

    ``returned``: what the forward pass returns, by name. Raises ``Unclear``.
    """
    forward = [p.name for p in takes if not p.many]
    needed = [p for p in takes if not p.many and not p.optional]
    found: dict[str, tuple[Passed, str]] = {}
    backward = [p for p in backward if not p.many]
    required = [p for p in backward if not p.optional]
    pairwise = dict(zip((p.name for p in required), (p.name for p in needed or takes), strict=False))
    same_number = len(required) == len(needed) > 0
    if "cotangent" in place_of_slope(method, takes, backward) and reading.get("of") in ("input", "output"):
        role = Passed.OUTPUT if reading["of"] == "output" else Passed.ARGUMENT
        return {required[0].name: (role, required[0].name)}
    if is_derivative(method) and len(required) <= max(1, len(needed)) and not _gives_cotangent(required, forward):
        of_output = reading.get("of") == "output" and len(required) == 1
        for p in backward:
            named = p.name if p.name in forward and not of_output else pairwise.get(p.name, "")
            role = Passed.OUTPUT if of_output and p in required else Passed.ARGUMENT if named else Passed.LEFT_OUT
            found[p.name] = (role, named)
        return found
    labels = [p.name for p in backward if is_of_labels(p.name) and p.name in forward]
    for p in backward:
        found[p.name] = (_role(p, forward), p.name if p.name in forward else "")
    cotangents = [name for name, (role, _) in found.items() if role is Passed.COTANGENT]
    if len(cotangents) > 1 and IS_STORE.match(cotangents[-1]):
        found[cotangents.pop()] = (Passed.STORE, "")
    if labels and same_number and len(required) > 1:  # a loss that is asked for its gradient with its own arguments
        for p in required:
            role = found[p.name][0]
            if role in (Passed.OUTPUT, Passed.COTANGENT) and (loss or IS_PREDICTION.match(p.name)):
                found[p.name] = (Passed.ARGUMENT, pairwise[p.name])
        return found
    if (
        not cotangents
        and not (loss and labels)
        and not (loss and all(found[p.name][0] is Passed.ARGUMENT for p in required))
    ):
        found |= _first_unknown(found, required, forward, loss=loss)
    found |= _by_what_is_left(found, required, [p.name for p in needed], returned)
    layers = [p.name for p in required if found[p.name][0] is Passed.LEFT_OUT and IS_LAYER_BEFORE.match(p.name)]
    if len(needed) == 1:
        found |= dict.fromkeys(layers, (Passed.LAYER, needed[0].name))
    strange = [p.name for p in required if found[p.name][0] is Passed.LEFT_OUT and p.name.strip("_")]
    if strange:
        raise Unclear(f"its argument {strange[0]} is nothing that the forward pass takes, returns or keeps")
    return found


def _gives_cotangent(required: Sequence[Parameter], forward: Sequence[str]) -> bool:
    """``gradient(x, dout)``, ``grad(grad_output)``: something is handed to it that the forward pass does not take."""
    return any(p.name not in forward and is_cotangent(p.name, taken=forward) for p in required)


def _role(p: Parameter, forward: Sequence[str]) -> Passed:
    if p.name in forward:
        return Passed.ARGUMENT
    if IS_RATE.match(p.name) and p.name.lower() != "eta":
        return Passed.RATE
    if IS_OPTIMISER.match(p.name):
        return Passed.OPTIMISER
    if is_cache(p.name):
        return Passed.CACHE
    if is_cotangent(p.name, taken=forward):
        return Passed.COTANGENT
    return Passed.OUTPUT if IS_OUTPUT.match(p.name) else Passed.LEFT_OUT


def _by_what_is_left(
    found: dict[str, tuple[Passed, str]], required: Sequence[Parameter], needed: Sequence[str], returned: Sequence[str]
) -> dict[str, tuple[Passed, str]]:
    """``h_t``, which the forward pass returns under that name; ``h_prev_l`` where its input alone is left."""
    unknown = [p.name for p in required if found[p.name][0] is Passed.LEFT_OUT]
    made = {name: (Passed.OUTPUT, "") for name in unknown if returned[:1] == (name,)}
    unknown = [name for name in unknown if name not in made]
    free = [name for name in needed if (Passed.ARGUMENT, name) not in found.values()]
    if len(unknown) == len(free) == 1 and len(needed) > 1 and IS_INPUT.match(unknown[0]):
        made[unknown[0]] = (Passed.ARGUMENT, free[0])
    return made


def _first_unknown(
    found: dict[str, tuple[Passed, str]], required: Sequence[Parameter], forward: Sequence[str], *, loss: bool
) -> dict[str, tuple[Passed, str]]:
    """Where no name says which argument is the cotangent: the one that is nothing else."""
    labels = [p.name for p in required if is_of_labels(p.name) and p.name not in forward]
    outputs = [p.name for p in required if found[p.name][0] is Passed.OUTPUT and p.name not in labels]
    unknown = [p.name for p in required if found[p.name][0] is Passed.LEFT_OUT]
    if labels and (outputs or len(required) > 1) and not loss:
        raise Unclear(f"it begins from {labels[0]}, of which the forward pass makes no loss")
    for name in (*unknown, *labels, *outputs):
        return {name: (Passed.COTANGENT, "")}
    alone = [p.name for p in required if not IS_RATE.match(p.name)]
    if len(alone) == 1 and not loss and not is_of_labels(alone[0]):
        return {alone[0]: (Passed.COTANGENT, "")}
    return {}
