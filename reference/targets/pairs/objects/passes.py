"""Both passes of an object, once: what the backward pass is handed by its roles, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairs.arguments.backward_arguments import Passed
from reference.targets.pairs.objects.answers import Snapshot, value_at
from reference.targets.pairs.objects.arrays import Path, is_array
from reference.targets.pairs.objects.calls import ObjectRun, forward, method_of, result_of
from reference.targets.pairs.objects.constructing import Unprepared, applied
from reference.targets.pairs.objects.subjects import Subject
from reference.targets.pairs.objects.supplies import RATE, Descent, Held, LayerThatRan
from reference.targets.pairs.trees import own_copy
from reference.targets.stand_in.kind import StandIn

__all__ = ["BothPasses", "ReadingOfPasses", "both_passes", "lifted", "outputs_of_run", "passes_from"]


class ReadingOfPasses(NamedTuple):
    """How an object's passes are read."""

    outputs: list[Path]
    roles: dict[str, tuple[Passed, str]]
    listed: bool  # one argument takes the cotangents of all outputs
    times: bool  # the backward pass is a derivative, which is multiplied with the cotangent
    divisor: int  # the loss is the sum of what is returned, divided by this, where it is more than 1
    takes_cotangent: bool


class BothPasses(NamedTuple):
    """Both passes once: what the backward pass was handed and answered, and the object before and after it."""

    run: ObjectRun
    handed: dict[str, Any]
    answer: Any
    between: Snapshot
    after: Snapshot
    outputs: Mapping[str, Any] = {}  # what of the forward pass's answer was handed on, as it was


def outputs_of_run(run: ObjectRun, plan: ReadingOfPasses) -> list[Any]:
    values = [value_at(run.answer, run.model, path) for path in plan.outputs]
    return [values[0].sum() / plan.divisor] if plan.divisor > 1 else values


def both_passes(
    subject: Subject, plan: ReadingOfPasses, primals: Mapping[str, Any], cotangents: Sequence[Any], rate: float = RATE
) -> BothPasses:
    """``rate``: what the object learns by, wherever it keeps it or takes it."""
    with subject.seeded():
        run = subject.begun(primals, rate=rate)
        try:
            return passes_from(subject, plan, run, cotangents, rate)
        except Exception:
            given = [lifted(c, subject.kind) for c in cotangents]
            if subject.proposal.forward != subject.proposal.backward and _runs_after_a_second(
                subject, plan, primals, given
            ):
                raise Unprepared(f"{subject.proposal.check} runs only after a second forward pass") from None
            raise


def passes_from(
    subject: Subject, plan: ReadingOfPasses, run: ObjectRun, cotangents: Sequence[Any], rate: float
) -> BothPasses:
    """The backward pass of a forward pass that has been made."""
    proposal, kind = subject.proposal, subject.kind
    between = subject.snapshot(run.model)
    handed: dict[str, Any] = {}
    answer, outputs = run.answer, {}
    if proposal.forward != proposal.backward:
        handed = _handed(plan, run, [lifted(c, kind) for c in cotangents], rate)
        own = [name for name, (role, _) in plan.roles.items() if role is Passed.OUTPUT and is_array(handed[name])]
        outputs = {name: own_copy(handed[name]) for name in own}
        answer = _called_back(subject, run, handed)
    elif isinstance(answer, tuple | list):
        answer = answer[1] if len(answer) == 2 else answer[1:]
    return BothPasses(run, handed, answer, between, subject.snapshot(run.model), outputs)


def _called_back(subject: Subject, run: ObjectRun, handed: Mapping[str, Any]) -> Any:
    method, _ = method_of(run.model, subject.proposal.backward, run.context)
    try:
        return applied(method, subject.proposal.backward_takes, handed)
    except AttributeError as error:
        if error.name not in ("input", "inputs"):
            raise
    # Kept by what wraps a function of an autograd engine: variables that hold arrays, or compute as arrays do.
    try:
        return applied(_with_inputs(run, method, Held), subject.proposal.backward_takes, handed)
    except (AttributeError, TypeError):
        return applied(_with_inputs(run, method, lambda value: value), subject.proposal.backward_takes, handed)


def _with_inputs(run: ObjectRun, method: Any, wrapped: Callable[[Any], Any]) -> Any:
    kept = [wrapped(value) for value in run.arguments.values()]
    run.model.inputs, run.model.input = kept, kept[0]
    return method


def _runs_after_a_second(
    subject: Subject, plan: ReadingOfPasses, primals: Mapping[str, Any], cotangents: Sequence[Any]
) -> bool:
    try:
        first = subject.begun(primals, rate=RATE)
        again = forward(subject.proposal, first.model, first.arguments, first.before)
        _called_back(subject, again, _handed(plan, again, list(cotangents), RATE))
    except Exception:
        return False
    return True


def lifted(value: Any, kind: StandIn) -> Any:
    return kind.lift(np.array(value)) if type(value) is np.ndarray else own_copy(value) if is_array(value) else value


def _handed(plan: ReadingOfPasses, run: ObjectRun, cotangents: list[Any], rate: float) -> dict[str, Any]:
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
            case Passed.KEPT:
                handed[name] = own_copy(getattr(run.model, of))
            case Passed.CACHE:
                handed[name] = _cache(run, plan)
            case Passed.RATE:
                handed[name] = rate
            case Passed.OPTIMISER:
                handed[name] = Descent(rate)
            case Passed.LAYER:
                handed[name] = LayerThatRan(run.arguments[of])
            case Passed.STORE:
                handed[name] = {}
            case Passed.LEFT_OUT if not name.strip("_"):  # it is never read
                handed[name] = 0.0
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
