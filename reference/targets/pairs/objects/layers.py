"""An object with a forward and a backward pass as a prepared pair: its outputs, and the gradients that it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.arguments.backward_arguments import Passed, Unclear, is_of_labels, roles
from reference.targets.pairs.objects.answers import outputs_of, value_at
from reference.targets.pairs.objects.arrays import Path, is_float, lowered
from reference.targets.pairs.objects.calls import split
from reference.targets.pairs.objects.constructing import Unprepared
from reference.targets.pairs.objects.gradients_of_passes import gradients_of
from reference.targets.pairs.objects.own_attributes import begins_from
from reference.targets.pairs.objects.passes import ReadingOfPasses, both_passes, outputs_of_run
from reference.targets.pairs.objects.second_call import second_call
from reference.targets.pairs.objects.subjects import Subject
from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.pairs.source.divisors import divided_axes
from reference.targets.pairs.source.naming import is_cotangent
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.kind import StandIn

__all__ = ["prepare_object"]

LAYERS = re.compile(r"layer|module|block|net|stack|children|seq|steps|parts|graph|nodes", re.IGNORECASE)
ALIKE = 1e-9  # of a gradient, of sums that are taken in another order
PREDICTED = re.compile(
    r"_*(?:outputs?|out|probs?|probabilities|y_?pred\w*|y_?hat|pred\w*|softmax\w*|a|p)", re.IGNORECASE
)
NUDGED = 1 + 2.0**-12  # of what comes in


def prepare_object(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> Prepared:
    """Raises ``Unprepared`` with the reason, and what the target raises."""
    subject = Subject(proposal, loaded, draw, kind)
    plan = _plan(subject)
    parameters = {
        name: np.array(np.asarray(lowered(array.value, kind)).real) for name, array in subject.parameters.items()
    }
    return Prepared(
        {**subject.arguments, **parameters},
        lambda primals: outputs_of_run(subject.run(primals), plan),
        lambda primals, cotangents: _backward(subject, plan, primals, cotangents),
        plan.takes_cotangent,
        proposal.limited is not None,
        lambda primals: _second_outputs(subject, plan, primals),
        left_behind=lambda primals, cotangents: _left_behind(subject, plan, primals, cotangents),
        single=proposal.single is not None,
    )


def _second_outputs(subject: Subject, plan: ReadingOfPasses, primals: Mapping[str, Any]) -> list[Any] | None:
    if not subject.same.moved:
        return None
    return subject.same.second_of_two(subject.draw.seed, lambda: outputs_of_run(subject.begun(primals), plan))


def _left_behind(
    subject: Subject, plan: ReadingOfPasses, primals: Mapping[str, Any], cotangents: Sequence[Any]
) -> list[str]:
    try:
        both = second_call(subject, plan, primals, cotangents)
    except Exception:  # a stranger's object need not run twice
        return []
    if both is None:
        return []
    first, second = (gradients_of(subject, plan, each, primals, cotangents).gradients for each in both)
    arrays = {name: (lowered(first[name], subject.kind), lowered(second.get(name), subject.kind)) for name in first}
    alike = {name for name, (one, two) in arrays.items() if one is None or two is None or _near(one, two)}
    return [name for name in first if name in subject.arguments and name not in alike]


def _near(one: NDArray, other: NDArray) -> bool:
    return one.shape == other.shape and bool(np.all(np.abs(one - other) <= ALIKE * np.max(np.abs(one), initial=0.0)))


def _plan(subject: Subject) -> ReadingOfPasses:
    proposal, first, kind = subject.proposal, subject.first, subject.kind
    paths = outputs_of(first.answer, subject.before, subject.snapshot(first.model), kind, subject.kept_as)
    if not paths:
        raise Unprepared(f"{proposal.forward} neither returns nor keeps an array of floats")
    paths = _its_loss_first(subject, paths)
    value = np.asarray(lowered(value_at(first.answer, first.model, paths[0]), kind))
    if (empty := _without_layers(subject, value)) is not None:
        raise Unprepared(f"{empty} is empty as it is made here, and {proposal.forward} gives back what it is given")
    loss = value.ndim == 0
    found: dict[str, tuple[Passed, str]] = {}
    if proposal.forward != proposal.backward:
        try:
            found = roles(
                proposal.backward, proposal.takes, proposal.backward_takes, subject.draw.reading, loss=loss,
                returned=tuple(proposal.forward_returned),
            )  # fmt: skip
        except Unclear as error:
            raise Unprepared(f"{proposal.backward}: {error}") from None
    found |= _kept_predictions(subject, found) if loss else {}
    given = [name for name, (role, _) in found.items() if role is Passed.COTANGENT]
    if (own := begins_from(subject.owner, split(proposal.forward)[0], proposal.backward, given)) is not None:
        raise Unprepared(f"{proposal.backward} begins from self.{own}, which whoever calls it fills")
    cotangents = len(given)
    listed = cotangents == 1 and isinstance(first.answer, list | Mapping) and len(paths) > 1
    divisor = 1 if loss or cotangents else _divisor(subject, value)
    return ReadingOfPasses(
        paths if listed else paths[: 1 if loss else max(1, cotangents)],
        found,
        listed,
        not loss and not cotangents and divisor == 1,
        divisor,
        not loss and divisor == 1,
    )


def _its_loss_first(subject: Subject, paths: list[Path]) -> list[Path]:
    """Of several outputs the single number, where the backward pass is handed the labels, or nothing at all."""
    required = [p for p in subject.proposal.backward_takes if not p.optional and not p.many]
    if len(paths) < 2 or (required and not any(is_of_labels(p.name) for p in required)):
        return paths
    values = {path: value_at(subject.first.answer, subject.first.model, path) for path in paths}
    numbers = [path for path in paths if np.shape(np.asarray(lowered(values[path], subject.kind))) == ()]
    numbers = _moving(subject, numbers) if len(numbers) > 1 else numbers
    return [*numbers[:1], *(path for path in paths if path not in numbers[:1])]


def _kept_predictions(subject: Subject, found: Mapping[str, tuple[Passed, str]]) -> dict[str, tuple[Passed, str]]:
    """Of a loss that works out its predictions itself, whose way back is handed those under the name of a gradient."""
    made: dict[str, tuple[Passed, str]] = {}
    for name, (role, of) in found.items():
        if role is not Passed.ARGUMENT or not is_cotangent(name, taken=[p.name for p in subject.proposal.takes]):
            continue
        given = subject.arguments[of].shape if of in subject.arguments else None
        alike = [
            kept
            for kept, value in getattr(subject.first.model, "__dict__", {}).items()
            if PREDICTED.fullmatch(kept) and is_float(value) and np.shape(value) == given
        ]
        if len(alike) == 1:
            made[name] = Passed.KEPT, alike[0]
    return made


def _moving(subject: Subject, numbers: list[Path]) -> list[Path]:
    """A loss before an accuracy: first those that change when what comes in does, ever so little."""
    name, value = next(iter(subject.arguments.items()), ("", None))
    if value is None or np.asarray(value).dtype.kind != "f":
        return numbers
    try:
        nudged = subject.run({name: subject.kind.lift(np.asarray(value) * NUDGED)})
        after = [value_at(nudged.answer, nudged.model, path) for path in numbers]
    except Exception:  # a stranger's forward pass may raise anything
        return numbers
    before = [value_at(subject.first.answer, subject.first.model, path) for path in numbers]
    number = [[float(np.asarray(lowered(value, subject.kind)).real) for value in some] for some in (before, after)]
    still = [one == two for one, two in zip(*number, strict=True)]
    return [path for _, path in sorted(zip(still, numbers, strict=True), key=lambda each: each[0])]


def _without_layers(subject: Subject, output: NDArray) -> str | None:
    """The list of layers in which there are none; of what changes something, none."""
    given = next(iter(subject.arguments.values()), None)
    if given is None or not np.array_equal(given, output):
        return None
    own = vars(subject.first.model).items() if hasattr(subject.first.model, "__dict__") else ()
    empty = (name for name, value in own if isinstance(value, list | tuple | Mapping) and not value)
    return next((f"self.{name}" for name in empty if LAYERS.search(name)), None)


def _divisor(subject: Subject, output: NDArray) -> int:
    """Of values by example or by entry: how many there are in the mean that the backward pass is the gradient of.

    That is the product of the sizes that it divides by and that are still axes here; 1 where there is none.
    """
    first, loss = split(subject.proposal.forward)
    methods = [getattr(subject.owner, name, None) for name in (first, loss, subject.proposal.backward) if name]
    axes = divided_axes(*(method for method in methods if method is not None))
    predicted = [value.shape for name, value in subject.arguments.items() if not is_of_labels(name)]
    if not predicted or output.shape != predicted[0][: output.ndim]:
        return 1
    return int(np.prod([n for k, n in enumerate(output.shape) if k in axes], dtype=int))


# --- the backward pass -----------------------------------------------------------------------------------------------


def _backward(
    subject: Subject, plan: ReadingOfPasses, primals: Mapping[str, Any], cotangents: Sequence[Any]
) -> PairGradients:
    return gradients_of(subject, plan, both_passes(subject, plan, primals, cotangents), primals, cotangents)
