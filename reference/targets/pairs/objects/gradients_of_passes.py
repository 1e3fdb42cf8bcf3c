"""What a backward pass of an object answered, and whose gradient each of it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.arguments.backward_arguments import Passed, is_of_labels
from reference.targets.pairs.arguments.matching import Gradient
from reference.targets.pairs.arguments.outputs import NoOutput
from reference.targets.pairs.arguments.slopes import pulled_back
from reference.targets.pairs.objects.answers import answered, flat, offered
from reference.targets.pairs.objects.arrays import lowered
from reference.targets.pairs.objects.belonging import handed_on, kept_of, of_no_labels, of_what_is_unused
from reference.targets.pairs.objects.gradient_names import Answered, assigned, is_gradient_name
from reference.targets.pairs.objects.passes import BothPasses, ReadingOfPasses, lifted
from reference.targets.pairs.objects.steps import steps_of, without_the_rate
from reference.targets.pairs.objects.subjects import Subject
from reference.targets.pairs.prepared import PairGradients, as_they_broadcast
from reference.targets.pairs.trees import changed_names
from reference.targets.stand_in.kind import StandIn

__all__ = ["gradients_of"]


def gradients_of(
    subject: Subject, plan: ReadingOfPasses, both: BothPasses, primals: Mapping[str, Any], cotangents: Sequence[Any]
) -> PairGradients:
    proposal, kind = subject.proposal, subject.kind
    found = answered(both.answer, proposal.returned, both.between, both.after, set(subject.parameters), kind)
    for name in (name for name, (role, _) in plan.roles.items() if role is Passed.STORE):
        parts = flat(both.handed[name], ("returned",), kind)
        found += [Answered(p, v, np.shape(kind.lower(v)), True) for p, v in parts]
    found = _without_what_went_forward(found, primals, kind)
    found = without_the_rate(subject, plan, both, found, primals, cotangents)
    return _matched(subject, plan, both, found, primals, cotangents)


def _without_what_went_forward(found: list[Answered], primals: Mapping[str, Any], kind: StandIn) -> list[Answered]:
    """A layer may hand back what it was given, beside its gradient: an argument in every bit, under no gradient's name,
    where something else of its shape is returned.
    """
    given = [np.asarray(kind.lower(value)) for value in primals.values()]

    def went_forward(one: Answered) -> bool:
        if not one.returned or is_gradient_name(one.path) or not one.shape:
            return False
        beside = any(each is not one and each.returned and each.shape == one.shape for each in found)
        return beside and any(np.array_equal(kind.lower(one.value), value) for value in given)

    return [one for one in found if not went_forward(one)]


def _matched(
    subject: Subject, plan: ReadingOfPasses, both: BothPasses, found: list[Answered], primals: Mapping[str, Any],
    cotangents: Sequence[Any],
) -> PairGradients:  # fmt: skip
    kind, run, proposal = subject.kind, both.run, subject.proposal
    shapes = {name: np.shape(kind.lower(primals[name])) for name in primals}
    arguments = [name for name in shapes if name in subject.arguments]
    unlabelled = [name for name in arguments if not is_of_labels(name.partition(".")[0])]
    predicted = [name for name in arguments if proposal.asked.get(name, {}).get("predicted")]
    if len(arguments) == 2 and len(predicted) == 1 and predicted[0] not in unlabelled:
        unlabelled = predicted  # whatever it is called beside what it is compared with
    ranked = [*(unlabelled or arguments), *subject.parameters]
    ways = {name: [tuple(name.split("."))] for name in arguments} | subject.ways
    known = {name: (ways[name], shapes[name]) for name in ways if name in shapes}
    applied: set[int] = set()
    if plan.times and cotangents:
        found = [_applied(each, lifted(cotangents[0], kind), known, kind, applied) for each in found]
    matched = of_no_labels(found, known, ranked, [name for name in arguments if unlabelled and name not in unlabelled])
    if any(name not in matched.gradients for name in subject.parameters):
        more = [Answered(p, v, np.shape(kind.lower(v))) for p, v in offered(run.model, "gradients", kind)]
        late = assigned(more, {n: k for n, k in known.items() if n not in matched.gradients}, ())
        matched.gradients.update(late.gradients)
    gradients = {name: each.value for name, each in matched.gradients.items()}
    called = {name: each.name for name, each in matched.gradients.items()}
    by_shape, unclear = kept_of(matched.unmatched, {n: shapes[n] for n in subject.parameters if n not in gradients})
    gradients |= {name: each.value for name, each in by_shape.items()}
    called |= {name: each.name for name, each in by_shape.items()}
    plain = partial(_plainly, kind)
    of_input: dict[str, Answered] = {}
    untold: list[Answered] = []
    if plan.takes_cotangent and not any(each.returned for each in found):
        owed = {n: shapes[n] for n in unlabelled or arguments if n not in gradients and shapes[n]}
        left = [each for each in found if not any(each.value is value for value in gradients.values())]
        came_in = [plain(value) for value in (*cotangents, *(primals[name] for name in arguments))]
        of_input, untold = handed_on(left, owed, came_in, plain)
    gradients |= {name: each.value for name, each in of_input.items()}
    called |= {name: each.name for name, each in of_input.items()}
    untold += of_what_is_unused(matched.unmatched, subject.unused, plain)
    rest = [name for name in subject.parameters if name not in gradients]
    steps, others = steps_of(subject, plan, both, rest, primals, cotangents)
    gradients |= steps
    called |= {name: f"the change of {name}" for name in steps}
    if plan.times and cotangents:
        cotangent = lifted(cotangents[0], kind)
        gradients = {
            name: value if id(value) in applied else _pulled_back(name, value, cotangent, known, kind)
            for name, value in gradients.items()
        }
    used = {id(each) for each in (*by_shape.values(), *of_input.values())}
    said = {id(each) for each in (*unclear, *untold)}
    lost = [e for e in matched.unmatched if (e.returned or not gradients or id(e) in said) and id(e) not in used]
    lost += [each for each in untold if all(each is not one for one in (*lost, *of_input.values()))]
    return PairGradients(
        as_they_broadcast(gradients, shapes),
        called,
        tuple((each.name, each.shape) for each in lost),
        _changed(subject, plan, both, cotangents),
        others,
    )


def _pulled_back(name: str, derivative: Any, cotangent: Any, known: Mapping[str, Any], kind: StandIn) -> Any:
    like = {name: np.empty(shape) for name, (_, shape) in known.items()}
    return pulled_back(Gradient(name, (name,), derivative), cotangent, like, kind).value


def _applied(found: Answered, cotangent: Any, known: Mapping[str, Any], kind: StandIn, applied: set[int]) -> Answered:
    """A Jacobian that is returned, applied to the cotangent: it has the shape of no argument itself."""
    shapes = [shape for _, shape in known.values()]
    if not found.returned or found.shape in shapes or len(found.shape) < 2:
        return found
    try:
        value = _pulled_back("", found.value, cotangent, known, kind)
    except NoOutput:
        return found
    if (shape := np.shape(kind.lower(value))) not in shapes:
        return found
    applied.add(id(value))
    return found._replace(value=value, shape=shape)


def _changed(subject: Subject, plan: ReadingOfPasses, both: BothPasses, cotangents: Sequence[Any]) -> tuple[str, ...]:
    """The arguments of both passes that a call changed."""
    run, handed = both.run, both.handed
    before, now = dict(run.before), dict(run.arguments)
    answered_on = changed_names({name: handed[name] for name in both.outputs}, both.outputs, subject.kind)
    given = [name for name, (role, _) in plan.roles.items() if role is Passed.COTANGENT]
    if plan.takes_cotangent and not plan.listed:
        for name, was in zip(given, cotangents, strict=False):
            before[name], now[name] = lifted(was, subject.kind), handed[name]
    return tuple(dict.fromkeys((*changed_names(now, before, subject.kind), *answered_on)))


def _plainly(kind: StandIn, value: Any) -> NDArray[Any]:
    found = lowered(value, kind)
    return np.asarray(kind.lower(value) if found is None else found.real)
