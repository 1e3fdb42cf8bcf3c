"""A pair of functions with everything that it is given, ready to run with any kind of stand-in."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from reference.interface.pair import PairDraw, PairKind, Proposal
from reference.targets.pairs.arguments.backward_arguments import labels_of_no_loss
from reference.targets.pairs.arguments.binding import bound, cotangents_of
from reference.targets.pairs.arguments.matching import Gradient, gradients_in, matched, names_a
from reference.targets.pairs.arguments.outputs import NoOutput, Told, is_number, loss_and_rest, told
from reference.targets.pairs.arguments.slopes import flagged, pulled_back
from reference.targets.pairs.prepared import PairGradients, Prepared, as_they_broadcast
from reference.targets.pairs.state import SameState, generator_of
from reference.targets.pairs.trees import changed_names, fresh, own_copy, primals_of
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.kind import StandIn

__all__ = ["prepare_functions"]

SCALARS = re.compile(
    r"(.*\.)?(b|bias|w|theta\d?|x|z|gamma|beta|alpha|mu|sigma|[acehquvwsy]|w\d|b\d|y_?pred|y_?hat)", re.IGNORECASE
)


def prepare_functions(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> Prepared:
    """For functions, values and derivatives. ``loaded`` is the file as that kind of stand-in has it.

    Raises ``Unbound`` or ``NoOutput`` where the two do not fit together, and whatever the target raises.
    """
    run = _FunctionRun(proposal, loaded, draw, kind)
    if not run.cotangents and (labels := labels_of_no_loss(proposal.takes, proposal.backward_takes)) is not None:
        raise NoOutput(f"it begins from {labels}, of which its forward pass makes no loss")
    takes_cotangent = run.takes_cotangent
    small, single = proposal.limited is not None, proposal.single is not None
    return Prepared(run.primals, run.forward, run.backward, takes_cotangent, small, run.again, single=single)


class _FunctionRun:
    """One draw of one pair with one kind of stand-in."""

    def __init__(self, proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: StandIn) -> None:
        self.proposal, self.loaded, self.draw, self.kind = proposal, loaded, draw, kind
        self.generators: dict[str, Any] = {}  # as they begin
        self.state = SameState(loaded, kind)
        self.primals = primals_of(draw.arguments, self._is_a_number_with_a_gradient)
        own = {p.name for p in proposal.takes}
        globals_ = {p.name for p in proposal.takes if p.annotation == "global"}
        self.outside = globals_ & set(draw.arguments)
        self.inline = [p.name for p in proposal.takes if p.name in draw.arguments and p.name not in globals_]
        self.further = [name for name in draw.arguments if name not in own]  # for the backward pass alone
        self.cotangents = cotangents_of(proposal) if proposal.kind == PairKind.FUNCTION else ()

    def _is_a_number_with_a_gradient(self, name: str) -> bool:
        """A bare number is a primal where a gradient is returned by its name, or where it is nothing else."""
        leaf = name.rpartition(".")[2]
        named = [part for text in self.proposal.returned for part in text.strip("()").split(", ") if part]
        return any(names_a(part, leaf) >= 2 for part in named) or bool(SCALARS.fullmatch(leaf) and "." not in name)

    # --- what stands in the target's place -------------------------------------------------------------------------

    def _arguments(self, primals: Mapping[str, Any]) -> dict[str, Any]:
        def generator(name: str, seed: int) -> Any:
            if name not in self.generators:
                asked = self.proposal.asked.get(name, {}).get("attributes")
                self.generators[name] = generator_of(self.kind, seed, asked)
            return copy.deepcopy(self.generators[name])

        return fresh(self.draw.arguments, primals, self.kind, generator)

    def _function(self, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] = self.loaded.names[name]
        return function

    def _forward(self, arguments: dict[str, Any]) -> Any:
        """The forward pass as the target returns it."""
        self.loaded.names.update({name: arguments[name] for name in self.outside})
        return self._function(self.proposal.forward)(**{name: arguments[name] for name in self.inline})

    def _told(self, result: Any) -> Told:
        if self.proposal.kind == PairKind.VALUE:
            loss, _, _ = loss_and_rest(result, self.proposal.returned)
            return Told(result, [loss], ["loss"], {}, [])
        loss = not self.cotangents and self.proposal.kind != PairKind.FUNCTION
        return told(result, self.proposal.forward_returned, self.cotangents, loss=loss)

    # --- what every witness sees -----------------------------------------------------------------------------------

    @cached_property
    def takes_cotangent(self) -> bool:
        """Without an argument for one, a number's derivative is that of a loss; any other is pulled back."""
        if self.proposal.kind == PairKind.VALUE:
            return False
        if self.cotangents:
            return True
        outputs = self.forward({name: self.kind.lift(value) for name, value in self.primals.items()})
        return not (len(outputs) == 1 and is_number(outputs[0])) or self._is_of_numbers

    @property
    def _is_of_numbers(self) -> bool:
        """Is everything that the forward pass is given a single number?"""
        return self.proposal.kind == PairKind.DERIVATIVE and all(p.size == 1 for p in self.primals.values())

    def forward(self, primals: Mapping[str, Any]) -> list[Any]:
        with self.state.from_seed(self.draw.seed):
            return self._told(self._forward(self._arguments(primals))).outputs

    def again(self, primals: Mapping[str, Any]) -> list[Any] | None:
        if not self.state.moved:
            return None
        return self.state.second_of_two(
            self.draw.seed, lambda: self._told(self._forward(self._arguments(primals))).outputs
        )

    def backward(self, primals: Mapping[str, Any], cotangents: Sequence[Any]) -> PairGradients:
        with self.state.from_seed(self.draw.seed):
            arguments = self._arguments(primals)
            before = self._arguments(primals)
            if self.proposal.kind == PairKind.VALUE:
                gradients = self._of_value(arguments)
            elif self.cotangents:
                gradients = self._of_function(arguments, before, cotangents)
            else:
                gradients = self._of_derivative(arguments, before, cotangents)
            pairs = matched(gradients, self.primals, loss=not self.takes_cotangent)
            changed = changed_names(arguments, before, self.kind)
        shapes = {name: value.shape for name, value in self.primals.items()}
        return PairGradients(as_they_broadcast(pairs.gradients, shapes), pairs.called, pairs.unmatched, changed)

    def _of_value(self, arguments: dict[str, Any]) -> list[Gradient]:
        _, rest, names = loss_and_rest(self._forward(arguments), self.proposal.returned)
        return list(gradients_in(rest, names, "gradient"))

    def _of_function(
        self, arguments: dict[str, Any], before: dict[str, Any], cotangents: Sequence[Any]
    ) -> list[Gradient]:
        result = self._told(self._forward(arguments))
        given = [self._lifted(c) for c in cotangents]
        handed: dict[str, Any] = dict(zip(self.cotangents, [given] if result.listed else given, strict=False))
        before.update({name: [own_copy(v) for v in value] if isinstance(value, list) else own_copy(value)
                       for name, value in handed.items()})  # fmt: skip
        places, named = bound(self.proposal, handed, result, arguments)
        returned = self._function(self.proposal.backward)(*places, **named)
        arguments.update(handed)
        if returned is None:
            written = {n: v for n, v in handed.items() if n in changed_names(handed, before, self.kind)}
            return list(gradients_in(tuple(written.values()), tuple(written), self._outer))
        return list(gradients_in(_listed(returned), self.proposal.returned, self._outer))

    def _of_derivative(
        self, arguments: dict[str, Any], before: dict[str, Any], cotangents: Sequence[Any]
    ) -> list[Gradient]:
        """What was returned, times the cotangent: entry by entry, or as a Jacobian."""
        result = self._told(self._forward(arguments))
        handed = dict(arguments)
        if self.draw.reading.get("of") == "output":
            first = next(name for name in self.inline if name in self.primals)
            handed[first] = result.outputs[0]
            if not changed_names({first: arguments[first]}, {first: before[first]}, self.kind):
                arguments[first], before[first] = result.outputs[0], own_copy(result.outputs[0])
        if self.proposal.forward == self.proposal.backward:
            inline = {name: handed[name] for name in self.inline}
            returned = self._function(self.proposal.backward)(**inline, **flagged(self.proposal))
        else:
            places, named = bound(self.proposal, {}, result._replace(rest=result.rest), handed)
            if not places and len(named) == len(self.inline) == 1 and "of" in self.draw.reading:
                named = dict.fromkeys(named, handed[self.inline[0]])  # sigmoid_prime(y) may go through sigmoid(y)
            returned = self._function(self.proposal.backward)(*places, **named)
        returned = _listed(returned)
        names = self.proposal.returned if self.proposal.forward != self.proposal.backward else ()
        gradients = list(gradients_in(returned, names, self._outer))
        if not self.takes_cotangent:
            return gradients
        if len(gradients) != 1 and not is_number(result.outputs[0]):
            raise NoOutput(f"{self.proposal.backward} takes no gradient that comes in, and its forward pass is no loss")
        cotangent = self._lifted(cotangents[0])
        return [pulled_back(g, cotangent, self.primals, self.kind) for g in gradients]

    @property
    def _outer(self) -> str:
        """What a gradient is called that has no name of its own."""
        return f"{self.proposal.backward}(…)"

    def _lifted(self, cotangent: Any) -> Any:
        """A cotangent of this kind, in memory of its own."""
        if isinstance(cotangent, float | int) or type(cotangent) is np.ndarray or isinstance(cotangent, np.generic):
            return self.kind.lift(np.array(cotangent, dtype=float) if np.ndim(cotangent) == 0 else np.array(cotangent))
        return own_copy(cotangent)


def _listed(returned: Any) -> Any:
    """A generator's values, as they are."""
    return list(returned) if hasattr(returned, "__next__") else returned
