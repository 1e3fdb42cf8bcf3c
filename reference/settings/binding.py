"""How a target is to be read, where its names do not say: ``[tool.manual-backprop.bind]`` in the configuration, or
``--bind``.

[tool.manual-backprop.bind."nets/deep.py"]
kind = "pair"                       # a forward and a backward pass held to each other, or "network", the course's
forward = "predict_all"             # the forward pass that feeds the backward pass
cost = "price"                      # its cost
form = "pairs"                      # parameters: dict, pairs, flat, dicts
layout = "rows"                     # examples: columns or rows
weights = "in,out"                  # W is (n, n_prev), "out,in", or (n_prev, n)
biases = "flat"                     # column (n, 1), row (1, n), flat (n,), number, or none
labels = "integers"                 # like-outputs, flat (m,), integers (m,), integer-row (1, m), other-axis
script = true                       # lines without a function that train a network are judged as one
arguments = { feats = "X", truth = "Y" }
inputs = { conv_backward = "x=N,C,H,W w=F,C,HH,WW b=F, stride=2" }  # what a pair is given, with letters for sizes
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

__all__ = ["MEANINGS", "Binding", "BindingError", "binding_of"]

MEANINGS = (  # of an argument; ``targets.reading.vocabulary`` has the names that each goes by
    "X", "Y", "cache", "parameters", "A", "lambd", "keep_prob", "learning_rate", "epsilon", "theta", "layers_dims",
    "gradients", "m", "L",
)  # fmt: skip
Kind = Literal["pair", "network"]
Form = Literal["dict", "pairs", "flat", "dicts"]
Layout = Literal["columns", "rows"]
Weights = Literal["out,in", "in,out"]
Biases = Literal["column", "row", "flat", "number", "none"]
Labels = Literal["like-outputs", "flat", "integers", "integer-row", "other-axis"]


class BindingError(Exception):
    """An option that is none; the message says what was given and what is accepted."""


class Binding(BaseModel):
    """What cannot be told from names. Everything has the default of telling it by trying."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind | None = None
    forward: str | None = None
    cost: str | None = None
    form: Form | None = None
    layout: Layout | None = None
    weights: Weights | None = None
    biases: Biases | None = None
    labels: Labels | None = None
    script: bool = False
    arguments: dict[str, str] = {}
    inputs: dict[str, str] = {}


ACCEPTED = (
    f"kind={'|'.join(get_args(Kind))}, "
    f"forward=NAME, cost=NAME, form={'|'.join(get_args(Form))}, layout={'|'.join(get_args(Layout))}, "
    f"weights={'|'.join(get_args(Weights))}, biases={'|'.join(get_args(Biases))}, labels={'|'.join(get_args(Labels))}, "
    "script=yes, "
    f"argument.NAME={'|'.join(MEANINGS)}, inputs.PAIR=WORDS as in inputs.conv_backward='x=N,C,H,W w=F,C,HH,WW b=F,'"
)


def binding_of(target: str, options: Sequence[str] = (), table: Mapping[str, Binding] | None = None) -> Binding:
    """The table's entry for a target, with the options over it. Raises ``BindingError``."""
    entry = (table or {}).get(target, Binding())
    given: dict[str, Any] = {**entry.model_dump(exclude_unset=True), "arguments": dict(entry.arguments)}
    given["inputs"] = dict(entry.inputs)
    for option in options:
        key, equals, value = option.partition("=")
        if not (equals and value):
            raise BindingError(f"--bind {option!r}; it takes {ACCEPTED}")
        if key.startswith("argument."):
            given["arguments"][key.removeprefix("argument.")] = value
        elif key.startswith("inputs."):
            given["inputs"][key.removeprefix("inputs.")] = value
        else:
            given[key] = value
    try:
        binding = Binding(**given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BindingError(f"binding of {target}: {where}: {first['msg']}; it takes {ACCEPTED}") from None
    unknown = [meaning for meaning in binding.arguments.values() if meaning not in MEANINGS]
    if unknown:
        raise BindingError(
            f"binding of {target}: an argument means {unknown[0]!r}; it takes one of {', '.join(MEANINGS)}"
        )
    return binding
