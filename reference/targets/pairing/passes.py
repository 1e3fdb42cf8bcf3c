"""A backward pass with the forward pass that feeds it, run on any problem; ``candidates`` finds which feeds which."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from manual_backprop import network
from reference.cases.quantities import is_intermediate, split
from reference.interface.outcome import Single
from reference.targets.pairing import caches, layouts, subtracted
from reference.targets.pairing.readings import Reading
from reference.targets.pairing.returns import handed_over
from reference.targets.pairing.same_numbers import STATE, keep_generators, seeded
from reference.targets.reading.roles import Role
from reference.targets.reading.vocabulary import Argument, bind, classify, meaning

__all__ = [
    "STATE", "Function", "PassPair", "Reached", "as_returned", "copied", "function", "gradients",
    "keep_generators", "means", "named_as_ours", "plain_values", "run", "seeded", "stages",
]  # fmt: skip


class Function(NamedTuple):
    name: str
    call: Callable[..., Any]
    arguments: tuple[Argument, ...]
    role: Role | None
    own: bool
    likely: bool = True  # its name says what it is


class Reached(IntEnum):
    """How far a backward pass came on the way that it was fed; what is larger is better."""

    NOWHERE = 0  # it does not take what it is fed, or what feeds it does not run
    RAISED = 1  # it was fed, and raised, or returned no gradients
    UNKNOWN_NETWORK = 2  # gradients; its own forward pass computes no network that we know
    OUR_CACHE = 3  # gradients, from a cache of our making
    KNOWN_NETWORK = 4  # gradients; its own forward pass computes a network that we know
    RIGHT = 5  # every gradient is that network's


@dataclass(frozen=True)
class PassPair:
    """A backward pass with the forward pass that feeds it: ``None`` where the cache is ours, laid out as ``cache``."""

    backward: Function
    forward: Function | None = None
    cache: str = "tuple"
    reading: Reading = Reading()  # noqa: RUF009  # a NamedTuple
    place: int | None = None  # of the last activation among what its forward pass returns
    order: tuple[str, ...] = ()  # of the gradients, where it returns a sequence
    hidden: str = "relu"
    output: str = "sigmoid"
    depths: tuple[int, ...] = (3,)
    right: int = 0  # at how many of them every gradient is right
    paths: Mapping[int, Sequence[Any]] = field(default_factory=dict)  # to the masks, by depth
    reached: Reached = Reached.NOWHERE
    scaled: bool = False  # its dZ carry 1/m
    unmasked: bool = False  # its dA are those before the mask
    shifted: bool = False  # its dA_{l-1} stands under dA{l}, as in the course's first release
    keep_prob: float | None = None  # of its own dropout, where no argument says it
    last: int | None = None  # outputs, where it takes one number of them alone
    any_depth: bool = False  # it takes as many layers as it is given
    ties: bool = True  # relu'(0) = 0
    random: bool = False  # it draws random numbers on its way back
    elsewhere: frozenset[str] = frozenset()
    alternative: PassPair | None = None  # the file's own forward pass, where it computes no network that we know
    misshapen: bool = False  # its gradients have not the shapes that are owed
    agreeing: int = 0  # how many of them are right, where not all are
    spoilt: tuple[str, ...] = ()  # a forward pass, and what of its cache is not what this backward pass takes
    refused: str = ""  # a forward pass of the file's own, on whose cache this backward pass raises
    not_judged: str | None = None  # why it cannot be asked at all
    remedy: str = ""  # the option that would have it judged

    @property
    def l2(self) -> bool:
        return any(a.name for a in self.backward.arguments if means(a, "lambd"))

    @property
    def updates(self) -> bool:
        return any(means(a, "learning_rate") for a in self.backward.arguments)

    @property
    def dropout(self) -> bool:
        return self.backward.role == Role.BACKWARD_DROPOUT


def plain_values(pair: PassPair) -> dict[str, Any]:
    """What the court is told of a pair."""
    own = pair.alternative or pair  # with the file's own forward pass, whatever that computes
    return {
        "check": pair.backward.name, "role": pair.backward.role,
        "forward": None if pair.forward is None else pair.forward.name, "cache": pair.cache,
        "hidden": pair.hidden, "output": pair.output, "depths": list(pair.depths), "l2": pair.l2,
        "dropout": pair.dropout, "ties": pair.ties, "scaled": pair.scaled, "reading": tuple(pair.reading),
        "any_depth": pair.any_depth, "last": pair.last, "keep_prob": pair.keep_prob,
        "unmasked": pair.unmasked, "random": pair.random,
        "reached": pair.reached, "not_judged": pair.not_judged, "remedy": pair.remedy,
        "spoilt": list(pair.spoilt), "refused": pair.refused,
        "draws": pair.forward is not None and pair.dropout and bool(pair.paths),
        "own_forward": own.forward is not None and own.forward.own,
        "own_name": None if own.forward is None else own.forward.name,
        "own_depths": list(own.depths), "own_output": own.output,
    }  # fmt: skip


def means(argument: Argument, what: str) -> bool:
    return meaning(argument.name) == what


def function(name: str, call: Callable[..., Any], *, own: bool) -> Function:
    """A function with what its signature tells."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    try:
        given = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        given = []  # type: ignore[assignment]
    arguments = tuple(Argument(p.name, p.default is not p.empty) for p in given if p.kind in kinds)
    return Function(name, call, arguments, classify(name, arguments), own)


# --- running -----------------------------------------------------------------------------------------------


class Stages(NamedTuple):
    """One problem's way through a pair of passes."""

    returned: layouts.Returned | None
    masks: tuple[np.ndarray, ...] | None
    cache: Any
    values: dict[str, Any]


def stages(pair: PassPair, single: Single) -> Stages:
    """The forward pass: the file's own, or ours. What the backward pass is handed is in ``values``."""
    reading, dims, m = pair.reading, single.dims, single.X.shape[1]
    masks, values = single.masks, {**reading.given(single), "learning_rate": subtracted.RATE}
    if pair.forward is None:
        p = _pass(pair, single)
        ours = {f"{kind}{l}": a for kind, layers in (("Z", p.Z), ("A", p.A[1:]), ("D", p.masks or ()))
                for l, a in enumerate(map(reading.X, layers), 1)}  # fmt: skip
        values |= {"cache": caches.CACHES[pair.cache](p), "A": p.A[-1], **ours}
        return Stages(None, masks, values["cache"], values)
    with seeded():
        whole = pair.forward.call(**bind(pair.forward.arguments, pair.forward.role or "", values))
    returned = layouts.returned(whole, (m, dims[-1]) if reading.rows else (dims[-1], m), pair.place)
    if pair.forward.role == Role.FORWARD_DROPOUT and pair.paths:
        paths = pair.paths.get(len(dims) - 1) or layouts.mask_paths(whole, dims[1:-1], m, single.keep_prob)
        masks = masks if paths is None else tuple(layouts.at(whole, path) != 0 for path in paths)
    shapes = {f"A{l}": (m, n) if reading.rows else (n, m) for l, n in enumerate(dims[1:], start=1)}
    handed = handed_over(pair.forward.call, whole, shapes)
    layers = {name: a for name, a in handed.items() if name[:1] in "ZAD" and name[1:].isdigit()}
    loose = isinstance(whole, tuple) and all(isinstance(a, np.ndarray) for a in whole)
    extras = whole if loose else returned.extras
    values |= {"cache": returned.cache, "A": returned.A, "extras": extras, "handed": handed, **layers}
    return Stages(returned, masks, returned.cache, values)


def copied(values: Any) -> Any:
    """The same arguments in arrays of their own, for a call that may write to them."""
    if isinstance(values, np.ndarray):
        return values.copy()
    if isinstance(values, dict):
        return {key: copied(value) for key, value in values.items()}
    if type(values) in (tuple, list):
        return type(values)(copied(value) for value in values)
    return values


def run(pair: PassPair, single: Single) -> tuple[dict[str, Any], list[str]]:
    """The gradients by the course's names, and the arguments that the backward pass changed."""
    stage = stages(pair, single)
    given = [(name, stage.values[name], stage.values[name].copy()) for name in ("X", "Y")]
    kept = [(path, a.copy()) for path, a in layouts.walk(stage.cache)]
    result = gradients(pair, stage.values, single)
    changed = [name for name, now, before in given if _differ(now, before)]
    now = dict(layouts.walk(stage.cache))
    spoilt = [path for path, a in kept if path in now and _differ(a, now[path])]
    purpose = "Wb" if pair.updates else ""  # it changes the parameters, and those in its cache are the same
    return result, changed + [n for n in caches.cache_names(stage.cache, spoilt) if n[0] not in purpose]


def _differ(a: np.ndarray, b: np.ndarray) -> bool:
    """Nearly always they have the same bits, which is asked in a tenth of the time."""
    alike = (a.shape, a.dtype) == (b.shape, b.dtype) and a.tobytes() == b.tobytes()
    return not alike and not np.array_equal(a, b, equal_nan=True)


def gradients(pair: PassPair, values: dict[str, Any], single: Single, *, state: int = STATE + 1) -> dict[str, Any]:
    """The gradients by the course's names and conventions."""
    return named_as_ours(pair, as_returned(pair, values, single, state=state), single)


def as_returned(pair: PassPair, values: dict[str, Any], single: Single, *, state: int = STATE + 1) -> dict[str, Any]:
    """The gradients by the course's names, as the file has them."""
    with seeded(state):  # a mask that is drawn anew is another one
        bound = bind(pair.backward.arguments, pair.backward.role or "", values)
        value = subtracted.called(pair.backward.call, bound, values["learning_rate"])
    named = layouts.gradients(value, single.dims, shifted=None, turned=pair.reading.turned, order=pair.order)
    return {name: np.array(a) for name, a in named.items()}


def named_as_ours(pair: PassPair, raw: dict[str, Any], single: Single) -> dict[str, Any]:
    """Gradients in the course's conventions: dA under its own layer, dZ without 1/m, examples as columns."""
    m, dims = single.X.shape[1], single.dims
    result = dict(raw)
    layouts.place_activations(result, len(dims) - 1, pair.shifted)
    result = {name: pair.reading.gradient(name, a, dims) for name, a in result.items()}
    for name in list(result):
        if pair.scaled and is_intermediate(name) and result[name].dtype.kind == "f":
            result[name] = result[name] * m
        if pair.unmasked and split(name)[0] == "dA":
            del result[name]
    return result


def _pass(pair: PassPair, single: Single) -> caches.Pass:
    masks = single.masks if pair.dropout else None
    if pair.dropout and masks is None:
        masks = tuple(np.ones((W.shape[0], single.X.shape[1]), dtype=bool) for W, _ in single.parameters[:-1])
    forward = network.forward_propagation(
        single.X, single.parameters, hidden=pair.hidden, output=pair.output, masks=masks, keep_prob=single.keep_prob
    )
    return caches.Pass(list(forward.Z), [*forward.A, forward.H[-1]], masks, single.parameters)
