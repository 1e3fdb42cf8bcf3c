"""What a backward pass is handed: cotangents, what its forward pass returned, and that one's own arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reference.interface.pair import Parameter, Proposal
from reference.targets.pairs.arguments.matching import names_a
from reference.targets.pairs.arguments.outputs import Told, shape_of
from reference.targets.pairs.source.naming import is_cache, is_cotangent, is_label, is_upstream, plain, words
from reference.targets.pairs.source.own_calls import handed_alike, unpacks

__all__ = ["Unbound", "bound", "cotangents_of"]

INPUTS = {"x", "input", "inputs", "z", "inp", "data", "a", "xin", "xs", "inputdata", "features", "u", "value", "values",
          "preactivation", "v", "arr", "logits", "s", "n", "t"}  # fmt: skip
OUTPUTS = {"out", "output", "outputs", "y", "a", "yhat", "ypred", "h", "result", "activation", "activations", "probs",
           "s", "p", "z", "softmax", "sigmoid", "fx", "al", "yout", "o", "res", "pred", "activated"}  # fmt: skip

INPUT_WORDS = {"in", "input", "inputs", "orig", "original"}  # of what a layer is given, as ``conv_in``


class Unbound(Exception):
    """An argument of the backward pass that nothing known can be given for."""

    def __init__(self, backward: str, argument: str) -> None:
        super().__init__(f"{backward}: nothing that the forward pass takes or returns is its argument {argument!r}")


def cotangents_of(proposal: Proposal) -> tuple[str, ...]:
    """The arguments of the backward pass that are gradients which come in; by their names, else by their place."""
    taken = [p.name for p in proposal.takes]
    own = [p for p in proposal.backward_takes if not p.many]
    returned = set(proposal.forward_returned)
    named = [p.name for p in own if is_cotangent(p.name, taken=taken) and p.name not in returned]
    sure = [name for name in named if is_upstream(name)]
    if len(named) > 1 and sure and len(sure) < len(named):  # (grad_output, d) or (dout, dx_buffer): the sure ones, and
        named = [n for n in named if n in sure or n[1:].lstrip("_") in returned]  # those of what is returned
    if named:
        return tuple(named)
    known = {plain(name) for name in (*taken, *returned)}
    rest = [
        p
        for p in own
        if not p.optional
        and plain(p.name) not in known | INPUTS | OUTPUTS
        and not is_cache(p.name)
        and not is_label(p.name)
        and not any(names_a(p.name, name) for name in taken)
    ]
    others = [p for p in own if not p.optional and p not in rest]
    return (rest[0].name,) if len(rest) == 1 and others else ()


def bound(
    proposal: Proposal,
    cotangents: Mapping[str, Any],
    forward: Told,
    arguments: Mapping[str, Any],
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of the backward pass, in their places and by name. Raises ``Unbound``.

    ``arguments``: the forward pass's as it left them, and whatever else the draw has by name.
    """
    own = proposal.backward_takes
    taken = [p.name for p in proposal.takes]
    if (unpacked := _unpacked(proposal, cotangents, forward)) is not None:
        return [], unpacked
    given: dict[str, Any] = {}
    used: list[int] = []  # of the parts that are handed over, by identity
    seen = handed_alike(proposal)
    defaults = {p.name: p.default for p in proposal.takes if p.optional and p.default is not None}
    for name in (p.name for p in own if not p.many):
        found = _by_name(name, cotangents, forward, {**defaults, **arguments}, taken)
        if found is None and seen.get(name) in arguments:
            found = (arguments[seen[name]],)
        if found is not None:
            given[name] = found[0]
            used.append(id(found[0]))
    left = [p for p in own if p.name not in given and not p.many]
    rest = [value for value in forward.rest if id(value) not in used]
    for parameter in [p for p in left if is_cache(p.name)]:
        sole = len([p for p in left if is_cache(p.name)]) == 1
        holders = [k for k, value in enumerate(rest) if isinstance(value, tuple | list | Mapping)]
        if sole and len(holders) == 1:  # beside further outputs
            given[parameter.name] = rest.pop(holders[0])
        elif rest:
            given[parameter.name] = rest.pop(0) if len(rest) == 1 or not sole else _all(rest)
        elif not parameter.optional:
            given[parameter.name] = forward.whole
    waiting = [p for p in left if p.name not in given and not p.optional]
    if rest and len(waiting) == len(rest):  # all that it returned for them
        given.update({p.name: value for p, value in zip(waiting, rest, strict=True)})
    for parameter in [p for p in left if p.name not in given]:
        known = _known(parameter, forward, arguments, taken, given, len(own) - len(cotangents) == 1)
        if known is not None:
            given[parameter.name] = known[0]
            rest = [value for value in rest if value is not known[0]]
    _in_their_places(proposal, [p.name for p in left if p.name not in given and not p.optional], given, rest, arguments)
    return _called_with(own, given, forward, used)


def _in_their_places(
    proposal: Proposal, names: Sequence[str], given: dict[str, Any], rest: Sequence[Any], arguments: Mapping[str, Any]
) -> None:
    """What no name tells: what else the forward pass returned, in its order, or as many arguments of its own."""
    loose = [n for n in (p.name for p in proposal.takes) if n in arguments and not _is_among(arguments[n], given)]
    if len(names) <= len(rest):
        given.update(zip(names, rest, strict=False))
    elif len(names) == len(rest) + len(loose) and not any(map(is_label, names)):
        given.update(zip(names, [*rest, *(arguments[name] for name in loose)], strict=True))
    else:
        raise Unbound(proposal.backward, names[len(rest)])


def _is_among(value: Any, given: Mapping[str, Any]) -> bool:
    return any(value is other for other in given.values())


def _unpacked(proposal: Proposal, cotangents: Mapping[str, Any], forward: Told) -> dict[str, Any] | None:
    """``backward(dout, *cache)``: the entries of the cache in the places of as many arguments that it cannot name."""
    own = [p for p in proposal.backward_takes if p.name not in cotangents]
    caches = [value for value in forward.rest if isinstance(value, tuple | list)]
    if len(caches) != 1 or any(p.many or is_cache(p.name) for p in own):
        return None
    required = [p.name for p in own if not p.optional]
    names = next((n for n in (required, [p.name for p in own]) if len(n) == len(caches[0])), None)
    known = {plain(p.name) for p in proposal.takes} | {plain(name) for name in forward.parts}
    if names is None or not (unpacks(proposal) or any(plain(name) not in known for name in names)):
        return None
    return {**cotangents, **dict(zip(names, caches[0], strict=True))}


def _by_name(
    name: str, cotangents: Mapping[str, Any], forward: Told, arguments: Mapping[str, Any], taken: Sequence[str]
) -> tuple[Any] | None:
    """By the very name: a cotangent, what the forward pass returned or put into its dictionary, its argument."""
    if name in cotangents:
        return (cotangents[name],)
    if name in taken and name in arguments:
        return (arguments[name],)
    if name in forward.parts:
        return (forward.parts[name],)
    if is_cache(name):
        return (arguments[name],) if name in arguments else None
    for value in forward.rest:
        if isinstance(value, Mapping) and name in value:
            return (value[name],)
    if name in arguments:
        return (arguments[name],)
    return None


def _known(
    parameter: Parameter, forward: Told, arguments: Mapping[str, Any], taken: Sequence[str], given: Mapping[str, Any],
    alone: bool,
) -> tuple[Any] | None:  # fmt: skip
    """By another spelling, or as the input or the output of a layer that has one of each."""
    bare = plain(parameter.name)
    for known in (forward.parts, {name: arguments[name] for name in taken if name in arguments}):
        for name, value in known.items():
            if plain(name) == bare:
                return (value,)
    if parameter.optional:
        return None
    arrays = [name for name in taken if name in arguments and shape_of(arguments[name]) is not None]
    alike = [
        name
        for name in arrays
        if names_a(parameter.name, name) and not any(arguments[name] is v for v in given.values())
    ]
    if len(alike) == 1 and not (bare in OUTPUTS and bare not in INPUTS):
        return (arguments[alike[0]],)
    if bare in OUTPUTS and bare not in INPUTS and forward.outputs:
        return (forward.outputs[0],)
    if bare in INPUTS and len(arrays) == 1 and not (alone and forward.rest):
        return (arguments[arrays[0]],)
    first = arguments[taken[0]] if taken and taken[0] in arrays else None
    if INPUT_WORDS & set(words(parameter.name)) and first is not None and not _is_among(first, given):
        return (first,)
    return None


def _all(rest: list[Any]) -> Any:
    """Several values as one cache."""
    values = tuple(rest)
    rest.clear()
    return values


def _called_with(
    own: Sequence[Parameter], given: Mapping[str, Any], forward: Told, used: Sequence[int]
) -> tuple[list[Any], dict[str, Any]]:
    """Those before ``*args`` in their places, the cache of such a backward pass unpacked, the others by name."""
    star = next((k for k, p in enumerate(own) if p.many), None)
    if star is None or any(p.many for p in own[star + 1 :]) or not forward.rest:
        return [], dict(given)
    inline = [given[p.name] for p in own[:star] if p.name in given]
    rest = [value for value in forward.rest if id(value) not in used and not any(value is v for v in inline)]
    loose = list(rest[0]) if len(rest) == 1 and isinstance(rest[0], tuple | list) else rest
    named = {p.name: given[p.name] for p in own[star + 1 :] if p.name in given}
    return [*inline, *loose], named
