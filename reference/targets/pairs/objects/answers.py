"""What an object's passes answered: the outputs of one, and of the other every array that may be a gradient."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.objects.arrays import Path, ReachedArray, at, is_array, is_float, lowered, reached
from reference.targets.pairs.objects.gradient_names import Answered, is_gradient_name
from reference.targets.stand_in.kind import StandIn

__all__ = ["Snapshot", "answered", "differing", "flat", "offered", "outputs_of", "snapshot", "value_at"]

GRADIENTS_OF = ("grads", "gradients", "get_grads", "get_gradients", "gradient", "grad", "get_grad", "get_gradient")
PARAMETERS_OF = ("params", "parameters", "get_params", "get_parameters", "get_weights", "weights", "trainable_params")


class Snapshot(NamedTuple):
    """Every float array of an object at one time: itself, and its values."""

    arrays: dict[str, ReachedArray]
    values: dict[str, NDArray]


def snapshot(model: Any, kind: StandIn, numbers: frozenset[str] = frozenset()) -> Snapshot:
    arrays = reached(model, numbers)
    values = {name: lowered(array.value, kind) for name, array in arrays.items()}
    return Snapshot(arrays, {name: np.array(value) for name, value in values.items() if value is not None})


def differing(before: Snapshot, after: Snapshot) -> list[str]:
    """The arrays that are new, or another, or not what they were."""
    return [
        name
        for name, value in after.values.items()
        if name not in before.values
        or before.arrays[name].value is not after.arrays[name].value
        or not np.array_equal(before.values[name], value, equal_nan=True)
    ]


# --- the forward pass ------------------------------------------------------------------------------------------------


def outputs_of(
    answer: Any, before: Snapshot, after: Snapshot, kind: StandIn, kept_as: Sequence[str] = ()
) -> list[Path]:
    """Where the outputs are: in what was returned, or in what the object keeps where nothing was.

    ``kept_as``: attributes that an output may be kept as, the likeliest first.
    """
    if answer is None:
        return _kept(before, after, kept_as)
    if isinstance(answer, tuple | list):
        found: list[Path] = [("answer", k) for k, part in enumerate(answer) if lowered(part, kind) is not None]
        if found:
            return found
        lists = [(k, part) for k, part in enumerate(answer) if isinstance(part, list | tuple)]
        return [("answer", k, j) for k, part in lists[:1] for j, x in enumerate(part) if lowered(x, kind) is not None]
    if isinstance(answer, Mapping):
        return [("answer", key) for key, part in answer.items() if lowered(part, kind) is not None]
    return [("answer",)] if lowered(answer, kind) is not None else []


def _kept(before: Snapshot, after: Snapshot, names: Sequence[str]) -> list[Path]:
    fresh = [after.arrays[name].paths[0] for name in differing(before, after)]
    shallow = [path for path in fresh if len(path) == 2]
    named = [path for word in names for path in shallow if str(path[1]).strip("_").lower() == word]
    return (named or shallow[-1:])[:1]


def value_at(answer: Any, model: Any, path: Path) -> Any:
    return at(answer if path[0] == "answer" else model, path)


# --- the backward pass -----------------------------------------------------------------------------------------------


def flat(value: Any, path: Path, kind: StandIn, names: Sequence[str] = ()) -> Iterator[tuple[Path, Any]]:
    """The float arrays and numbers within what was returned, each with a path; ``names``: as the source calls them."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flat(inner, (*path, key), kind)
    elif isinstance(value, list | tuple):
        several = len(names) == len(value)
        listed = len(names) == 1 and names[0] and not names[0].startswith("(")
        for k, inner in enumerate(value):
            if several and names[k].startswith("("):
                yield from flat(inner, path, kind, names[k][1:-1].split(", "))
            elif several:
                yield from flat(inner, (*path, names[k] or "answer"), kind)
            else:
                yield from flat(inner, (*path, names[0], k) if listed else (*path, "answer"), kind)
    elif lowered(value, kind) is not None or (is_array(value) and value.dtype.kind in "iub"):
        yield (*path, names[0]) if len(names) == 1 and names[0] else path, value


def answered(
    answer: Any, names: Sequence[str], before: Snapshot, after: Snapshot, kept: set[str], kind: StandIn
) -> list[Answered]:
    """Everything that a backward pass returned, then what it left in its object; ``kept``: the parameters."""
    found = [
        Answered(path if len(path) > 1 else (*path, "answer"), value, np.shape(kind.lower(value)), True)
        for path, value in flat(answer, ("returned",), kind, names)
    ]
    ids = {id(each.value) for each in found}
    for name in differing(before, after):
        array = after.arrays[name]
        if name in kept or id(array.value) in ids:
            continue
        marked = sorted(array.paths, key=lambda path: not is_gradient_name(path))
        found.append(Answered(marked[0], array.value, after.values[name].shape))
    return found


def offered(model: Any, wanted: str, kind: StandIn) -> Iterator[tuple[Path, Any]]:
    """What properties and methods without arguments give of the "gradients" or the "parameters" of an object."""
    for name in GRADIENTS_OF if wanted == "gradients" else PARAMETERS_OF:
        member = inspect.getattr_static(type(model), name, None)
        try:
            if isinstance(member, property):
                value = getattr(model, name)
            elif inspect.isfunction(member) and not list(inspect.signature(member).parameters)[1:]:
                value = getattr(model, name)()
            else:
                continue
        except Exception:  # a stranger's method that wants to be asked at another time
            continue
        if isinstance(value, Mapping | list | tuple) or is_float(value):
            yield from flat(
                value if not isinstance(value, list | tuple) else dict(enumerate(value)), ("self", name), kind
            )
