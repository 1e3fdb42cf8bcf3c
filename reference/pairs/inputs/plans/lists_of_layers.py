"""Weights and biases that a step is handed as lists, and asks for layer by layer: ``weights[0]``, ``weights[1]``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from reference.interface.pair import Proposal
from reference.pairs.inputs.spec import Array, Plan, Size, Spec, SpecGroup
from reference.pairs.inputs.text.uses import AskedOfArgument
from reference.pairs.inputs.text.vocabulary import plain

__all__ = ["layered", "lists_of_layers"]

WEIGHTS = re.compile(r"ws|weights?|w|thetas?|syn(?:apses)?|weight_(?:list|matrices)|layers")
BIASES = re.compile(r"bs|bias(?:es)?|b|bias_list")


def lists_of_layers(proposal: Proposal, asked: AskedOfArgument) -> dict[str, int]:
    """How many layers each argument has that is a list of them; nothing where none is."""
    found = {
        p.name: asked.places(p.name)
        for p in proposal.takes
        if (WEIGHTS.fullmatch(plain(p.name)) or BIASES.fullmatch(plain(p.name))) and asked.places(p.name) > 1
    }
    return found if any(WEIGHTS.fullmatch(plain(name)) for name in found) else {}


def layered(listed: Mapping[str, int], plan: Plan) -> dict[str, Spec]:
    """The lists beside the data of a plan: each layer takes what the one before it gives."""
    columns = plan.label.startswith(("columns", "one column"))
    arrays = [spec for name, spec in plan.arguments.items() if isinstance(spec, Array) and name not in listed]
    axis = 0 if columns or plan.label.startswith("one vector") else -1
    if not arrays:
        return {}
    inputs, outputs = (spec.dims[axis] if spec.dims else 1 for spec in (arrays[0], arrays[-1]))
    made: dict[str, Spec] = {}
    for name, many in listed.items():
        sizes: list[Size] = [inputs, *(f"H{k}" for k in range(1, many)), outputs]
        if BIASES.fullmatch(plain(name)):
            dims: list[tuple[Size, ...]] = [(size, 1) if columns else (size,) for size in sizes[1:]]
        else:
            dims = [(b, a) if columns else (a, b) for a, b in pairwise(sizes)]
        made[name] = SpecGroup({str(k): Array(d) for k, d in enumerate(dims)}, "list")
    return made
