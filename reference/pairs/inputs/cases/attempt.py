"""One attempt to run a pair: whether it ran, how well its gradients fit, and else what went wrong and where."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, NamedTuple

import numpy as np

from reference.interface.entry import Place
from reference.interface.exceptions import TargetRaised
from reference.interface.pair import OpenPair, PairDraw, PairKind
from reference.pairs.inputs.cases.case import PairCase
from reference.pairs.inputs.cases.drawing import draw_of
from reference.pairs.inputs.plans.bound import is_example
from reference.pairs.inputs.spec import Array, leaves

__all__ = ["NOT_FINITE", "Attempt", "attempt", "draw_for", "examined"]

LONGEST = 160  # of a message
BY_A_MASK = "boolean array indexing assignment"  # NumPy's own words
NOT_FINITE = "not finite"
MOST = 2**22  # entries of one array


class Attempt(NamedTuple):
    """``unmatched``: what was returned and fits nothing. ``distance``: the smaller, the nearer it came to running.

    ``transposed``: both passes ran, and every gradient has as many entries as what it belongs to, in another shape.
    ``smaller``: likewise, with fewer entries; or what is written where a mask says so is not as many: arrays are meant.
    ``in_shape``: what is unmatched has the shape of what it belongs to, and fits by its numbers alone not.
    """

    runs: bool
    unmatched: int = 0
    reason: str = ""
    kind: str = ""  # of the exception
    place: Place | None = None
    distance: int = 9
    transposed: bool = False
    smaller: bool = False
    in_shape: bool = False


def attempt(pair: OpenPair, case: PairCase) -> Attempt:
    """Both passes once, with NumPy itself. Raises ``TargetDied``."""
    if (large := _largest(case)) > MOST:
        return Attempt(False, reason=f"takes an array of {large:,} entries at the sizes that are told of it")
    try:
        draw = draw_for(pair, case)
        answer = pair.ask("pair_run", check=case.check, draw=draw.tree(), kind="plain")
    except TargetRaised as error:
        return _raised(pair, error.details)
    return examined(answer)


def _largest(case: PairCase) -> int:
    """How many entries the largest array has."""
    specs = (spec for _, spec in leaves({**case.arguments, **case.construct}))
    return max((prod(int(d) for d in spec.dims) for spec in specs if isinstance(spec, Array)), default=0)


def draw_for(pair: OpenPair, case: PairCase) -> PairDraw:
    """The draw of a case; where the file's own example makes the arguments, it is asked for them."""
    if not is_example(case.label):
        return draw_of(case)
    made = pair.ask("pair_example", check=case.check, seed=case.seed)
    exact = {name: {k: _exact(v) for k, v in made[name].items()} for name in ("arguments", "construct")}
    return PairDraw(exact["arguments"], exact["construct"], case.seed, dict(case.reading))


def _exact(value: Any) -> Any:
    """Floats as float32 has them, in double precision."""
    if isinstance(value, Mapping):
        return {name: _exact(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_exact, value))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float32).astype(np.float64)
    return value


def examined(answer: Mapping[str, Any]) -> Attempt:
    """What an answer to ``pair_run`` is worth."""
    outputs = [np.asarray(output) for output in _listed(answer["outputs"])]
    if not any(o.size for o in outputs) or any(o.dtype.kind not in "fiub" for o in outputs):
        return Attempt(False, reason="returns nothing that is a number on its way forward", distance=5)
    if not all(np.isfinite(o).all() for o in outputs):
        return Attempt(False, reason="is not finite on its way forward", kind=NOT_FINITE, distance=4)
    primals, gradients = answer["primals"], answer["gradients"]
    fitting = [
        name
        for name, gradient in gradients.items()
        if name in primals and isinstance(gradient, np.ndarray | float | int | np.generic)
        and np.shape(gradient) == np.shape(primals[name])
    ]  # fmt: skip
    unmatched = len(answer.get("unmatched") or ()) + len(gradients) - len(fitting) + int(answer.get("unfit", 0))
    if fitting:
        return Attempt(True, unmatched, in_shape=0 < unmatched == int(answer.get("unfit", 0)))
    if gradients:
        name = next(iter(gradients))
        shape, wanted = np.shape(gradients[name]), np.shape(primals.get(name, 0.0))
        same = all(name in primals and np.size(g) == np.size(primals[name]) for name, g in gradients.items())
        fewer = all(name in primals and np.size(g) < np.size(primals[name]) for name, g in gradients.items())
        reason = f"returns a gradient of shape {shape} for {name} of shape {wanted}"
        return Attempt(False, unmatched, reason, distance=2, transposed=same, smaller=fewer)
    sizes = [np.size(primal) for primal in primals.values()]
    left = [int(np.prod(shape)) for _, shape in answer.get("unmatched") or ()]
    fewer = bool(left) and bool(sizes) and max(left) < min(sizes)
    shapes = ", ".join(f"{name or 'one'} {tuple(shape)}" for name, shape in answer.get("unmatched") or ())
    reason = f"returns no gradient that fits an argument ({shapes or 'none at all'})"
    return Attempt(False, reason=reason, distance=2, smaller=fewer)


def _listed(outputs: Any) -> list[Any]:
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


def _raised(pair: OpenPair, details: Mapping[str, Any]) -> Attempt:
    frames = details.get("frames") or []
    place = Place(*frames[-1][:3]) if frames else None
    proposal = pair.proposal
    behind = proposal.forward != proposal.backward and any(
        frame[3] == proposal.backward.rpartition(".")[2] for frame in frames
    )
    message = " ".join(str(details["message"]).split())[:LONGEST]
    where = f" in line {place.line}" if place else ""
    went = "ran forward; its way back" if behind else ""
    reason = f"{went} raised {details['type']}{where}: {message}".strip()
    inner = frames[-1][3] if frames else ""
    distance = 3 if behind else 6 if inner else 8
    if proposal.kind is PairKind.NETWORK and details["type"] == "Unprepared":
        reason, distance = f"ran; {message}", 1
    return Attempt(False, reason=reason, kind=str(details["type"]), place=place, distance=distance,
                   smaller=BY_A_MASK in message)  # fmt: skip
