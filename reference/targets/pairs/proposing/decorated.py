"""What ``@pair`` says in a file: which function is the backward pass of which, and an example of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.pair_decorator import MARK, Said
from reference.targets.pairs.proposing.functions import NamedPair
from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.pairs.source.naming import is_cotangent
from reference.targets.reading.namespace import Loaded

__all__ = [
    "UnlikeItsArguments",
    "between",
    "example_made",
    "example_of",
    "mark_of",
    "named_by_marks",
    "said_pairs",
    "with_what_is_said",
]


class UnlikeItsArguments(Exception):
    """An example that does not give what the function takes; the message says both."""


def said_pairs(functions: Mapping[str, SourceFunction], loaded: Loaded) -> Iterator[NamedPair]:
    """The pairs of functions that are said to be some, whatever they are called."""
    for name in functions:
        said = mark_of(loaded.names.get(name))
        if said is None:
            continue
        forward = functions.get(said.forward or name)
        backward = functions.get(said.backward or name)
        if forward is not None and backward is not None:
            yield NamedPair(_kind(forward, backward), forward, backward)


def _kind(forward: SourceFunction, backward: SourceFunction) -> PairKind:
    if forward.name == backward.name:
        return PairKind.VALUE
    if any(is_cotangent(name, taken=forward.names) for name in backward.names):
        return PairKind.FUNCTION
    return PairKind.DERIVATIVE if set(backward.required) <= set(forward.names) else PairKind.FUNCTION


def with_what_is_said(proposal: Proposal, loaded: Loaded) -> Proposal:
    """The proposal with what ``@pair`` says on its class, its forward pass, or its backward pass."""
    said = _said_of(proposal, loaded)
    if said is None:
        return proposal
    told = {"example": said.example is not None, "surrogate": said.surrogate, "twin": said.twin}
    return proposal._replace(said={**proposal.said, **told})


class EitherGenerator:
    """What an example is handed: ``RandomState``, whose stream is frozen; what that lacks, as ``Generator`` has it."""

    def __init__(self, seed: int) -> None:
        self._frozen = np.random.RandomState(seed % 2**32)
        self._later = np.random.Generator(np.random.MT19937(seed))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._frozen if hasattr(self._frozen, name) else self._later, name)


def example_of(proposal: Proposal, loaded: Loaded, seed: int) -> dict[str, dict[str, Any]]:
    """``arguments`` and ``construct`` by name, of the file's own example. Raises ``UnlikeItsArguments``."""
    said = _said_of(proposal, loaded)
    if said is None or said.example is None:
        raise UnlikeItsArguments(f"{proposal.check} has no example")
    return example_made(said.example, proposal, seed)


def example_made(example: Callable[[Any], Any], proposal: Proposal, seed: int) -> dict[str, dict[str, Any]]:
    """``arguments`` and ``construct`` by name, of any example. Raises ``UnlikeItsArguments``."""
    made = example(EitherGenerator(seed))
    if proposal.kind is not PairKind.CLASS:
        return {"arguments": _by_name(made, proposal.takes, proposal.check), "construct": {}}
    if not isinstance(made, tuple) or not made:
        raise UnlikeItsArguments(
            f"the example of {proposal.owner} gives a {type(made).__name__}; "
            "it takes the constructor's arguments as a tuple or by name, then those of the forward pass"
        )
    first, rest = made[0], made[1:]
    given = rest[0] if len(rest) == 1 and isinstance(rest[0], dict) else rest
    return {
        "construct": _by_name(first, proposal.constructor, f"{proposal.owner}()"),
        "arguments": _by_name(given, proposal.takes, proposal.check),
    }


def _by_name(made: Any, takes: Sequence[Parameter], check: str) -> dict[str, Any]:
    names = [p.name for p in takes if not p.many]
    if isinstance(made, dict) and (set(made) <= set(names) or len(names) != 1):
        return {str(name): value for name, value in made.items()}
    values = made if isinstance(made, tuple) else (made,)
    if len(values) > len(names):
        raise UnlikeItsArguments(f"the example of {check} gives {len(values)} values; it takes {', '.join(names)}")
    missing = [p.name for p in takes if not (p.optional or p.many)][len(values) :]
    if missing:
        raise UnlikeItsArguments(f"the example of {check} gives {len(values)} values and no {missing[0]}")
    return dict(zip(names, values, strict=False))


def _said_of(proposal: Proposal, loaded: Loaded) -> Said | None:
    names = (proposal.owner,) if proposal.owner else (proposal.forward, proposal.backward)
    marks = [said for name in names if (said := mark_of(loaded.names.get(name))) is not None]
    return next((said for said in marks if said.example is not None), marks[0] if marks else None)


def between(forward: Any, backward: str) -> None:
    """Say of a function that another is its backward pass, as ``@pair`` does; its inputs are the asker's."""
    setattr(forward, MARK, Said(None, backward, None, False))


def named_by_marks(loaded: Loaded) -> set[str]:
    """The names of every function and class that ``@pair`` says to be one half of a pair, or both."""
    marks = {name: said for name, value in loaded.names.items() if (said := mark_of(value)) is not None}
    return {n for name, said in marks.items() for n in (name, said.forward, said.backward) if n is not None}


def mark_of(value: Any) -> Said | None:
    """What ``@pair`` says of a function or a class, where it stands on it."""
    said = getattr(value, "__dict__", {}).get(MARK)
    return said if isinstance(said, Said) else None
