"""An object with a forward and a backward pass as a prepared pair: its outputs, and the gradients that it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.backward_arguments import Passed, Unclear, is_of_labels, roles
from reference.targets.pairs.constructing import Unprepared, applied
from reference.targets.pairs.divisors import divided_axes
from reference.targets.pairs.gradient_names import Answered, assigned
from reference.targets.pairs.matching import Gradient
from reference.targets.pairs.object_answers import Snapshot, answered, flat, offered, outputs_of, value_at
from reference.targets.pairs.object_calls import ObjectRun, forward, method_of, result_of, split
from reference.targets.pairs.objects import Path, is_array, lowered
from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.pairs.slopes import pulled_back
from reference.targets.pairs.subjects import Subject
from reference.targets.pairs.supplies import RATE, Descent, Held
from reference.targets.pairs.trees import changed_names, own_copy
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.kind import StandIn

__all__ = ["prepare_object"]


class ReadingOfPasses(NamedTuple):
    """How an object's passes are read."""

    outputs: list[Path]
    roles: dict[str, tuple[Passed, str]]
    listed: bool  # one argument takes the cotangents of all outputs
    times: bool  # the backward pass is a derivative, which is multiplied with the cotangent
    divisor: int  # the loss is the sum of what is returned, divided by this, where it is more than 1
    takes_cotangent: bool


def prepare_object(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> Prepared:
    """Raises ``Unprepared`` with the reason, and what the target raises."""
    subject = Subject(proposal, loaded, draw, kind)
    plan = _plan(subject)
    parameters = {
        name: np.array(np.asarray(lowered(array.value, kind)).real) for name, array in subject.parameters.items()
    }
    return Prepared(
        {**subject.arguments, **parameters},
        lambda primals: _outputs(subject.run(primals), plan),
        lambda primals, cotangents: _backward(subject, plan, primals, cotangents),
        plan.takes_cotangent,
        lambda primals: _second_outputs(subject, plan, primals),
    )


def _second_outputs(subject: Subject, plan: ReadingOfPasses, primals: Mapping[str, Any]) -> list[Any] | None:
    if not subject.same.moved:
        return None
    return subject.same.second_of_two(subject.draw.seed, lambda: _outputs(subject.begun(primals), plan))


def _plan(subject: Subject) -> ReadingOfPasses:
    proposal, first, kind = subject.proposal, subject.first, subject.kind
    paths = outputs_of(first.answer, subject.before, subject.snapshot(first.model), kind)
    if not paths:
        raise Unprepared(f"{proposal.forward} neither returns nor keeps an array of floats")
    value = np.asarray(lowered(value_at(first.answer, first.model, paths[0]), kind))
    loss = value.ndim == 0
    found: dict[str, tuple[Passed, str]] = {}
    if proposal.forward != proposal.backward:
        try:
            found = roles(proposal.backward, proposal.takes, proposal.backward_takes, subject.draw.reading, loss=loss)
        except Unclear as error:
            raise Unprepared(f"{proposal.backward}: {error}") from None
    cotangents = sum(role is Passed.COTANGENT for role, _ in found.values())
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


def _outputs(run: ObjectRun, plan: ReadingOfPasses) -> list[Any]:
    values = [value_at(run.answer, run.model, path) for path in plan.outputs]
    return [values[0].sum() / plan.divisor] if plan.divisor > 1 else values


# --- the backward pass -----------------------------------------------------------------------------------------------


def _backward(
    subject: Subject, plan: ReadingOfPasses, primals: Mapping[str, Any], cotangents: Sequence[Any]
) -> PairGradients:
    proposal, kind = subject.proposal, subject.kind
    with subject.seeded():
        run = subject.begun(primals, updating=True)
        between = subject.snapshot(run.model)
        handed: dict[str, Any] = {}
        answer = run.answer
        if proposal.forward != proposal.backward:
            given = [_lifted(c, kind) for c in cotangents]
            handed = _handed(plan, run, given)
            try:
                answer = _called_back(subject, run, handed)
            except Exception:
                if _runs_after_a_second(subject, plan, primals, given):
                    raise Unprepared(f"{proposal.check} runs only after a second forward pass") from None
                raise
        elif isinstance(answer, tuple | list):
            answer = answer[1] if len(answer) == 2 else answer[1:]
    after = subject.snapshot(run.model)
    found = answered(answer, proposal.returned, between, after, set(subject.parameters), kind)
    for name in (name for name, (role, _) in plan.roles.items() if role is Passed.STORE):
        found += [Answered(p, v, np.shape(kind.lower(v)), True) for p, v in flat(handed[name], ("returned",), kind)]
    return _matched(subject, plan, run, found, between, after, primals, cotangents, handed)


def _called_back(subject: Subject, run: ObjectRun, handed: Mapping[str, Any]) -> Any:
    method, _ = method_of(run.model, subject.proposal.backward, run.context)
    try:
        return applied(method, subject.proposal.backward_takes, handed)
    except AttributeError as error:
        if error.name not in ("input", "inputs"):
            raise
        kept = [Held(value) for value in run.arguments.values()]  # by what wraps a function of an autograd engine
        run.model.inputs, run.model.input = kept, kept[0]
        return applied(method, subject.proposal.backward_takes, handed)


def _runs_after_a_second(
    subject: Subject, plan: ReadingOfPasses, primals: Mapping[str, Any], cotangents: Sequence[Any]
) -> bool:
    try:
        first = subject.begun(primals, updating=True)
        again = forward(subject.proposal, first.model, first.arguments, first.before)
        _called_back(subject, again, _handed(plan, again, list(cotangents)))
    except Exception:
        return False
    return True


def _lifted(value: Any, kind: StandIn) -> Any:
    return kind.lift(np.array(value)) if type(value) is np.ndarray else own_copy(value) if is_array(value) else value


def _handed(plan: ReadingOfPasses, run: ObjectRun, cotangents: list[Any]) -> dict[str, Any]:
    """The arguments of the backward pass."""
    handed: dict[str, Any] = {}
    waiting = list(cotangents) if plan.takes_cotangent else []
    outputs = [value_at(run.answer, run.model, path) for path in plan.outputs]
    for name, (role, of) in plan.roles.items():
        match role:
            case Passed.COTANGENT if plan.listed:
                handed[name] = _like(run.answer, plan, waiting)
            case Passed.COTANGENT if plan.takes_cotangent:
                handed[name] = waiting.pop(0) if waiting else 0.0
            case Passed.COTANGENT:
                handed[name] = 1.0
            case Passed.ARGUMENT if of in run.arguments:
                handed[name] = run.arguments[of]
            case Passed.OUTPUT:
                handed[name] = outputs[0] if run.passed is None else result_of(run.passed)
            case Passed.CACHE:
                handed[name] = _cache(run, plan)
            case Passed.RATE:
                handed[name] = RATE
            case Passed.OPTIMISER:
                handed[name] = Descent()
            case Passed.STORE:
                handed[name] = {}
    return handed


def _like(answer: Any, plan: ReadingOfPasses, cotangents: list[Any]) -> Any:
    if isinstance(answer, Mapping):
        return {path[1]: each for path, each in zip(plan.outputs, cotangents, strict=True)}
    return list(cotangents)


def _cache(run: ObjectRun, plan: ReadingOfPasses) -> Any:
    """What the forward pass returned beside its outputs."""
    if run.context is not None:
        return run.context
    if run.passed is not None:
        return run.passed[-1] if isinstance(run.passed, tuple) else run.passed
    parts = run.answer if isinstance(run.answer, tuple | list) else ()
    rest = [part for k, part in enumerate(parts) if ("answer", k) not in plan.outputs]
    return rest[0] if len(rest) == 1 else tuple(rest)


def _matched(
    subject: Subject, plan: ReadingOfPasses, run: ObjectRun, found: list[Answered], between: Snapshot, after: Snapshot,
    primals: Mapping[str, Any], cotangents: Sequence[Any], handed: Mapping[str, Any],
) -> PairGradients:  # fmt: skip
    kind = subject.kind
    shapes = {name: np.shape(kind.lower(primals[name])) for name in primals}
    arguments = [name for name in shapes if name in subject.arguments]
    unlabelled = [name for name in arguments if not is_of_labels(name.partition(".")[0])]
    ranked = [*(unlabelled or arguments), *subject.parameters]
    ways = {name: [tuple(name.split("."))] for name in arguments} | subject.ways
    known = {name: (ways[name], shapes[name]) for name in ways if name in shapes}
    matched = assigned(found, known, ranked)
    if any(name not in matched.gradients for name in subject.parameters):
        more = [Answered(p, v, np.shape(kind.lower(v))) for p, v in offered(run.model, "gradients", kind)]
        late = assigned(more, {n: k for n, k in known.items() if n not in matched.gradients}, ())
        matched.gradients.update(late.gradients)
    gradients = {name: each.value for name, each in matched.gradients.items()}
    called = {name: each.name for name, each in matched.gradients.items()}
    for name in subject.parameters:
        if name not in gradients and name in after.values and name in between.values:
            update = between.values[name] - after.values[name]
            if update.any():
                gradients[name], called[name] = update / RATE, f"the change of {name}"
    if plan.times and cotangents:
        cotangent = _lifted(cotangents[0], kind)
        gradients = {name: _pulled_back(name, value, cotangent, known, kind) for name, value in gradients.items()}
    lost = [each for each in matched.unmatched if each.returned or not gradients]
    return PairGradients(
        gradients,
        called,
        tuple((each.name, each.shape) for each in lost),
        _changed(subject, plan, run, cotangents, handed),
    )


def _pulled_back(name: str, derivative: Any, cotangent: Any, known: Mapping[str, Any], kind: StandIn) -> Any:
    like = {name: np.empty(shape) for name, (_, shape) in known.items()}
    return pulled_back(Gradient(name, (name,), derivative), cotangent, like, kind).value


def _changed(
    subject: Subject, plan: ReadingOfPasses, run: ObjectRun, cotangents: Sequence[Any], handed: Mapping[str, Any]
) -> tuple[str, ...]:
    """The arguments of both passes that a call changed."""
    before, now = dict(run.before), dict(run.arguments)
    given = [name for name, (role, _) in plan.roles.items() if role is Passed.COTANGENT]
    if plan.takes_cotangent and not plan.listed:
        for name, was in zip(given, cotangents, strict=False):
            before[name], now[name] = _lifted(was, subject.kind), handed[name]
    return changed_names(now, before, subject.kind)
