"""A class that is wired by reference as one whose passes take arrays: what stands before a layer is made here."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.objects.arrays import Path, at, lowered, put
from reference.targets.pairs.objects.wires import GRADIENT, LATER, VALUE, WIRED, Wire
from reference.targets.pairs.source.naming import is_loss
from reference.targets.pairs.trees import fresh
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.kind import StandIn

__all__ = ["owner_of"]

WIRES = "wires of the forward pass"  # an attribute of every such object
FOREIGN = (str, bytes, int, type(None), type, Mapping, list, tuple, Wire)


def owner_of(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> Any:
    """The class of a proposal, ready to be made and called with what the proposal says that it takes."""
    owner = loaded.names.get(proposal.owner)
    wired = [p for p in proposal.takes if p.annotation.startswith(WIRED)]
    if not wired or not isinstance(owner, type):
        return owner
    holders = frozenset(proposal.asked.get(WIRED, {}).get("attributes", ()))
    places = list(inspect.signature(owner).parameters)
    passes = (proposal.forward, proposal.backward)

    def make(model: Any, *inline: Any, **named: Any) -> None:
        arrays = fresh({p.name: draw.arguments[p.name] for p in wired}, {}, kind, lambda *_: None)
        wires = {p.name: Wire(kind.lift(np.asarray(arrays[p.name])), holders) for p in wired}
        rest = iter(inline)
        for place in places:
            if place not in wires and place not in named:
                for value in rest:
                    named[place] = value
                    break
        before = {p.name: [wires[p.name]] if p.annotation.endswith("[]") else wires[p.name] for p in wired}
        at_once = {name: value for name, value in before.items() if name in places}
        super(made, model).__init__(**at_once, **named)  # type: ignore[arg-type]
        for name in before.keys() - set(places):
            setattr(model, name, before[name])
        model.__dict__[WIRES] = wires

    def forward(model: Any, *inline: Any, **named: Any) -> Any:
        arrays = dict(zip(model.__dict__[WIRES], inline, strict=False)) | named
        for name, wire in model.__dict__[WIRES].items():
            wire.take(arrays[name])
        before = {path: _seen(value, kind) for path, value in _kept(model)}
        answer = getattr(owner, passes[0])(model)
        if answer is not None and lowered(answer, kind) is not None:
            return answer
        path = _output(model, before, kind)
        return None if path is None else at(model, path)

    def backward(model: Any, cotangent: Any) -> Any:
        _hand_over(model, cotangent, kind)
        method = getattr(owner, passes[1])
        takes = [p for p in list(inspect.signature(method).parameters.values())[1:] if p.default is p.empty]
        answer = method(model, *([cotangent] if takes else []))
        return _gradients(model, answer, kind)

    forward.__signature__ = _signature([p.name for p in wired])  # type: ignore[attr-defined]
    backward.__signature__ = _signature(["cotangent"])  # type: ignore[attr-defined]
    made = type(owner.__name__, (owner,), {"__init__": make, passes[0]: forward, passes[1]: backward})
    return made


def _signature(names: list[str]) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(name, kind) for name in ("model", *names)])


# --- the forward pass ------------------------------------------------------------------------------------------------


def _kept(model: Any) -> Iterator[tuple[Path, Any]]:
    """What an object keeps, and what the objects keep that it is made of; not what was before it."""
    for name, value in list(vars(model).items()):
        if name == WIRES or isinstance(value, FOREIGN):
            continue
        yield ("self", name), value
        if hasattr(value, "__dict__") and not hasattr(value, "dtype"):
            for inner, held in list(vars(value).items()):
                if not isinstance(held, FOREIGN):
                    yield ("self", name, inner), held


def _seen(value: Any, kind: StandIn) -> tuple[int, Any]:
    found = lowered(value, kind)
    return id(value), None if found is None else np.array(found)


def _output(model: Any, before: Mapping[Path, tuple[int, Any]], kind: StandIn) -> Path | None:
    """Of what a forward pass changed: a loss, else what is called an output, else the last."""
    changed = [
        (path, now)
        for path, value in _kept(model)
        if (now := lowered(value, kind)) is not None and not _is_as_before(before.get(path), id(value), now)
    ]
    losses = [path for path, now in changed if now.size == 1 and any(map(_says_loss, path[1:]))]
    values = [path for path, _ in changed if VALUE.fullmatch(path[-1].strip("_").lower())]
    rest = [path for path, _ in changed][-1:]
    return next(iter((*losses, *values, *rest)), None)


def _is_as_before(was: tuple[int, Any] | None, identity: int, now: Any) -> bool:
    return was is not None and was[0] == identity and was[1] is not None and np.array_equal(was[1], now, equal_nan=True)


def _says_loss(step: Any) -> bool:
    return len(str(step)) > 1 and is_loss(str(step)) and not VALUE.fullmatch(str(step).lower())


# --- the backward pass -----------------------------------------------------------------------------------------------


def _hand_over(model: Any, cotangent: Any, kind: StandIn) -> None:
    """A cotangent where the backward pass looks for it: at the layer behind, and beside the output."""
    for name, value in list(vars(model).items()):
        if not LATER.fullmatch(name.strip("_").lower()):
            continue
        behind = Wire(cotangent)
        if isinstance(value, list) and not value:
            behind.__dict__.update({word: {model: cotangent} for word in ("gradients", "grads", "gradient", "grad")})
            value.append(behind)
        elif value is None:
            behind.__dict__.update(dict.fromkeys(("gradient", "grad", "delta", "error"), cotangent))
            setattr(model, name, behind)
    shape = np.shape(_plain(cotangent, kind))
    holders = {path[:-1] for path, value in _kept(model) if VALUE.fullmatch(path[-1].strip("_").lower())}
    for holder in holders:
        of = at(model, holder)
        kept = next((v for n, v in vars(of).items() if VALUE.fullmatch(n.strip("_").lower())), None)
        if np.shape(_plain(kept, kind)) != shape:
            continue
        for name, value in list(vars(of).items()):
            fits = value is None or np.shape(_plain(value, kind)) in (shape, ())
            if GRADIENT.fullmatch(name.strip("_").lower()) and fits and not isinstance(value, Mapping | list):
                put(model, (*holder, name), cotangent)


def _plain(value: Any, kind: StandIn) -> Any:
    found = lowered(value, kind)
    return np.zeros((0, 0, 0)) if found is None else found


def _gradients(model: Any, answer: Any, kind: StandIn) -> Any:
    """By what stands before: what was left with it, or for it in a dictionary of the object, or returned."""
    wires: dict[str, Wire] = model.__dict__[WIRES]
    found: dict[str, Any] = {}
    tables = [value for value in vars(model).values() if isinstance(value, Mapping)]
    lists = [value for name, value in vars(model).items() if isinstance(value, list | tuple)
             and GRADIENT.fullmatch(name.strip("_").lower()) and len(value) == len(wires)]  # fmt: skip
    several = answer if isinstance(answer, tuple | list) and len(answer) == len(wires) else ()
    for k, (name, wire) in enumerate(wires.items()):
        given = [table[wire] for table in tables if any(key is wire for key in table)]
        given += [] if (left := wire.gradient()) is None else [left]
        given += [values[k] for values in (several, *lists) if len(values) > k]
        given += [answer] if len(wires) == 1 and lowered(answer, kind) is not None else []
        if given:
            found[f"grad_{name}"] = given[0]
    return found or answer
