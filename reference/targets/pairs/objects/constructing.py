"""An object of a stranger's class, made within a stand-in's namespace, its parameters off their start.

Zero biases, unit scales and running averages at their start hide mistakes: what is constant is moved, tiny weights
are enlarged, by the draw's seed and in the same way in every kind of stand-in. Variances stay positive.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.objects.arrays import Path, ReachedArray, at, lowered, put, reached
from reference.targets.pairs.objects.gradient_names import is_gradient_name
from reference.targets.pairs.objects.rewired import owner_of
from reference.targets.pairs.objects.supplies import Initialiser, supplied
from reference.targets.pairs.state import generator_of
from reference.targets.pairs.trees import fresh
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.parsed import definition
from reference.targets.stand_in.kind import StandIn

__all__ = ["Unprepared", "applied", "constructed", "moved", "outside_world", "restored", "rounded"]

WANTS = {
    "open": "a file",
    "load": "a file",
    "loadtxt": "a file",
    "genfromtxt": "a file",
    "read_csv": "a file",
    "imread": "a file",
    "urlopen": "the network",
    "urlretrieve": "the network",
    "input": "somebody at the keyboard",
    "raw_input": "somebody at the keyboard",
}
OPTIMISER_STATE = re.compile(
    r"^_*(v|m|s|r|vel|velocity|moment\w*|cache|hist\w*|prev_\w*|last_\w*|sq\w*|[vms]_?(d|t|h|hat|w|b|dw|db|weights?|bias\w*)\d*)$",
    re.IGNORECASE,
)
SPREAD = re.compile(r"var|std|sigma|sq|scale|variance", re.IGNORECASE)
TINY = 0.05


class Unprepared(Exception):
    """Why an object cannot be made ready; the message is one clear line."""


def outside_world(owner: type) -> str:
    """What a constructor wants of the world outside; "" where it wants nothing."""
    constructor = definition(owner.__init__)  # type: ignore[misc]
    body = constructor.body if constructor is not None else []
    always = [statement for statement in body if not isinstance(statement, ast.If | ast.Try)]
    for call in (node for statement in always for node in ast.walk(statement) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name in WANTS:
            return f"{owner.__name__}() wants {WANTS[name]}: it calls {ast.unparse(call.func)}"
    return ""


def constructed(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn, *, supplying: bool = False) -> Any:
    """A new object. ``supplying``: functions and optimisers of ours stand where words for such did not do.

    Raises ``Unprepared``, and what the constructor raises.
    """
    owner = owner_of(proposal, loaded, draw, kind)
    if not isinstance(owner, type):
        raise Unprepared(f"{proposal.owner} is no class once the file is loaded")
    if _needs_no_object(owner, proposal):
        return type(owner.__name__, (owner,), {"__init__": lambda self: None})()
    wants = outside_world(owner)
    if wants:
        raise Unprepared(wants)
    arguments = fresh(draw.construct, {}, kind, lambda _, seed: generator_of(kind, seed, None))
    for parameter in proposal.constructor:
        known = arguments.get(parameter.name)
        missing = parameter.name not in arguments and not parameter.optional
        if missing or (supplying and (known is None or isinstance(known, str)) and not parameter.many):
            stand_in = supplied(parameter, kind, proposal.asked)
            own = parameter.optional and known is None and isinstance(stand_in, Initialiser)
            if stand_in is not None and not own:
                arguments[parameter.name] = stand_in
    if inspect.isabstract(owner):
        owner = type(owner.__name__, (owner,), dict.fromkeys(vars(owner)["__abstractmethods__"], lambda *_, **__: None))
    shared = _shared(owner)
    model = applied(owner, proposal.constructor, arguments)
    for (holder, name), before in shared.items():
        now = vars(holder)[name]
        if len(now) != len(before) and name not in getattr(model, "__dict__", {name: now}):
            setattr(model, name, now)  # what it filled is its own: the class is as it was for the next
            setattr(holder, name, before)
    return model


def _needs_no_object(owner: type, proposal: Proposal) -> bool:
    """Are both passes static methods?"""
    passes = (inspect.getattr_static(owner, name, None) for name in (proposal.forward, proposal.backward))
    return all(isinstance(one, staticmethod) for one in passes)


def _shared(owner: type) -> dict[tuple[type, str], Any]:
    """The lists and dictionaries that classes of the file hold for all their objects, as they are now."""
    return {
        (holder, name): copy.copy(value)
        for holder in owner.__mro__
        if holder.__module__ == "target"
        for name, value in vars(holder).items()
        if type(value) in (list, dict) and not name.startswith("__")
    }


def applied(function: Callable[..., Any], takes: Any, arguments: Mapping[str, Any]) -> Any:
    """Call with arguments by name, by place where the function takes them by place alone."""
    inline: list[Any] = []
    named = dict(arguments)
    for parameter in takes:
        if parameter.name not in named or parameter.optional:
            break
        value = named.pop(parameter.name)
        inline.extend(value) if parameter.many and isinstance(value, list | tuple) else inline.append(value)
    for parameter in takes:
        if parameter.many and isinstance(named.get(parameter.name), Mapping):
            named |= named.pop(parameter.name)
    return function(*inline, **named)


def moved(model: Any, kind: StandIn, seed: int, numbers: frozenset[str]) -> dict[str, ReachedArray]:
    """Move what is constant off its start; returns what was moved as it was before. Gradients and an optimiser's state
    stay.
    """
    before: dict[str, ReachedArray] = {}
    for name, array in reached(model, numbers).items():
        if any(is_gradient_name(path) or _is_state(path) for path in array.paths):
            continue
        start = lowered(array.value, kind)
        if start is None or not start.size or not np.all(np.isfinite(start)):
            continue
        anew = _off_start(name, np.asarray(start.real, float), seed)
        if anew is None:
            continue
        before[name] = array
        value = kind.lift(anew.astype(start.real.dtype))
        for path in array.paths:
            put(model, path, value)
    return before


def rounded(model: Any, kind: StandIn, numbers: frozenset[str]) -> dict[str, ReachedArray]:
    """Every array as float32 has it exactly, so that each kind begins from the same values; what was rounded as it
    was before, for what turns out to be no parameter but a constant.
    """
    before: dict[str, ReachedArray] = {}
    for name, array in reached(model, numbers).items():
        start = lowered(array.value, kind)
        if start is None:
            continue
        single = start.real.astype(np.float32).astype(start.real.dtype)
        if not np.array_equal(single, start.real, equal_nan=True):
            before[name] = array
            for path in array.paths:
                put(model, path, kind.lift(single) if path is array.paths[0] else at(model, array.paths[0]))
    return before


def _is_state(path: Path) -> bool:
    return any(isinstance(step, str) and OPTIMISER_STATE.match(step) for step in path[1:])


def _off_start(name: str, start: np.ndarray, seed: int) -> np.ndarray | None:
    generator = np.random.RandomState([seed % 2**32, *name.encode()])
    first = start.flat[0]
    if np.all(start == first):
        if first == 0 and not SPREAD.search(name.rpartition(".")[2]):
            return 0.5 * generator.standard_normal(start.shape)
        return (first or 1) * generator.uniform(0.5, 1.5, start.shape)
    largest = np.abs(start).max()
    return start * (0.5 / largest) if largest < TINY else None


def restored(model: Any, array: ReachedArray) -> None:
    """Put an array back at every path of its own."""
    for path in array.paths:
        if at(model, path) is not array.value:
            put(model, path, array.value)
