"""``manual_backprop.gradient_check`` written out for a function of a file, to be called from Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reference.targets.reading.vocabulary import meaning, plain

__all__ = ["of_a_cost", "of_a_layer"]

COST = re.compile(r"cost|loss|objective|^j$|likelihood|^mse|crossentropy|^nll")
DATA = ("X", "Y", "m", "lambd", "keep_prob", "A", "cache")
SETTING = re.compile(r"param$|config$|mode$|activation|type$|str(ide)?$|pad$")  # an argument that is no array
MOST = 4  # parameters
FROM = "from manual_backprop.gradient_check import gradient_check"


def of_a_layer(backward: Mapping[str, Any], functions: Mapping[str, Mapping[str, Any]]) -> str | None:
    """For the backward pass of a layer with the forward pass that is named like it; ``None`` where there is none."""
    twin = functions.get(backward["name"].replace("backward", "forward").replace("bwd", "fwd"))
    if twin is None or twin["name"] == backward["name"] or not twin["arguments"]:
        return None
    arrays = [name for name in twin["arguments"] if not SETTING.search(name)]
    others = "".join(f", {name}={name}" for name in twin["arguments"] if name not in arrays)
    upstream = backward["arguments"][0] if backward["arguments"] else "dout"
    return _written(f"({twin['name']}(**p{others})[0] * {upstream}).sum()", arrays)


def of_a_cost(functions: Iterable[Mapping[str, Any]], having: str | None = None) -> str | None:
    """For the first cost whose parameters are arguments by name; ``having``: one of them is called so."""
    for f in functions:
        names = [name for name in f["arguments"] if meaning(name) not in DATA]
        if having is not None and having not in names:
            continue
        if COST.search(plain(f["name"])) and not f["looks"] and 0 < len(names) <= min(MOST, len(f["arguments"]) - 1):
            given = ", ".join(f'p["{name}"]' if name in names else name for name in f["arguments"])
            call = f"{f['name']}({given})"
            return _written(call, names)
    return None


def _written(cost: str, names: Sequence[str]) -> str:
    given = ", ".join(f'"{name}": {name}' for name in names)
    gradients = ", ".join(f'"{name}": d{name}' for name in names)
    return f"{FROM}; gradient_check(lambda p: {cost}, {{{given}}}, {{{gradients}}})"
