"""A rule of PyTorch with everything that it is given, ready to run: with its rule through ``apply``, and without it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.arguments.outputs import NoOutput
from reference.targets.pairs.frameworks.numbers import FrameworkKind
from reference.targets.pairs.frameworks.torch_answers import RuleAnswer, answering
from reference.targets.pairs.frameworks.torch_context import ForwardContext
from reference.targets.pairs.frameworks.torch_mode import running_as
from reference.targets.pairs.frameworks.torch_probes import probes
from reference.targets.pairs.frameworks.torch_proposals import has_setup
from reference.targets.pairs.frameworks.torch_without_rule import seen_through
from reference.targets.pairs.prepared import DOUBLE, PairGradients, Prepared
from reference.targets.pairs.state import SameState
from reference.targets.pairs.trees import is_float_array
from reference.targets.reading.namespace import Loaded

__all__ = ["TorchRun", "prepare_torch"]


def prepare_torch(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: FrameworkKind) -> Prepared:
    """``loaded``: the file with PyTorch itself. Raises what the rule raises."""
    run = TorchRun(proposal, loaded, draw, kind)
    return Prepared(run.primals, run.forward, run.backward, True, precision=DOUBLE, derivative=run.derivative)


class TorchRun:
    """One draw of one rule with one kind of numbers."""

    def __init__(self, proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: FrameworkKind) -> None:
        import torch

        self.torch, self.proposal, self.draw, self.kind = torch, proposal, draw, kind
        self.owner = loaded.names[proposal.owner]
        self.state = SameState(loaded, kind)  # type: ignore[arg-type]
        self.names = [p.name for p in proposal.takes if not p.many]
        given = draw.arguments
        self.primals = {n: np.array(given[n]) for n in self.names if n in given and is_float_array(given[n])}
        self.last = max((k for k, name in enumerate(self.names) if name in given), default=-1)
        self.seen_through = seen_through
        self.probed = False  # once is enough
        self.defaults = {p.name: p.default for p in proposal.takes}

    # --- what it is given ----------------------------------------------------------------------------------------

    @contextmanager
    def begun(self) -> Iterator[None]:
        """The state and the random numbers of the draw."""
        with self.state.from_seed(self.draw.seed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            before = self.torch.default_generator.get_state()
            self.torch.default_generator.manual_seed(self.draw.seed)
            try:
                with running_as(self.kind):
                    yield
            finally:
                self.torch.default_generator.set_state(before)

    def tensor(self, array: Any) -> Any:
        return self.torch.from_numpy(np.array(array))

    def arguments(self, primals: Mapping[str, Any], instead: Mapping[str, Any] | None = None) -> list[Any]:
        """In their places; ``instead``: tensors that are there already."""
        known = instead or {}
        found = []
        for name in self.names[: self.last + 1]:
            value = self.draw.arguments.get(name, self.defaults.get(name))
            if name in known:
                found.append(known[name])
            elif name in primals:
                found.append(self.tensor(primals[name]))
            else:
                found.append(self._tree(value))
        return found

    def _tree(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return self.tensor(self.kind.lift(value))
        if isinstance(value, list | tuple):
            return type(value)(map(self._tree, value))
        if isinstance(value, Mapping):
            return {key: self._tree(each) for key, each in value.items()}
        return value

    # --- without its rule ------------------------------------------------------------------------------------------

    def bare(self, arguments: Sequence[Any]) -> list[Any]:
        """The outputs that have a derivative, by the forward pass alone."""
        context = ForwardContext(
            tuple(self.torch.is_tensor(a) and (a.is_floating_point() or a.is_complex()) for a in arguments)
        )
        if has_setup(self.owner):
            returned = self.owner.forward(*arguments)
            self.owner.setup_context(context, tuple(arguments), returned)
        else:
            returned = self.owner.forward(context, *arguments)
        return self.outputs(returned, context.undifferentiable)

    def outputs(self, returned: Any, aside: Sequence[Any] = ()) -> list[Any]:
        every = returned if isinstance(returned, tuple | list) else (returned,)
        every = every[:1] if self.proposal.leading is not None else every
        found = [
            o
            for o in every
            if self.torch.is_tensor(o) and (o.is_floating_point() or o.is_complex()) and not any(o is a for a in aside)
        ]
        if not found:
            raise NoOutput(f"{self.proposal.owner}.forward returns no tensor of floats")
        return found

    def forward(self, primals: Mapping[str, Any]) -> list[Any]:
        with self.begun():
            if self.kind.name == "plain":
                leaves = {name: self.tensor(value).requires_grad_() for name, value in primals.items()}
                copies = {name: leaf.clone() for name, leaf in leaves.items()}
                returned = self.owner.apply(*self.arguments({}, copies))
                outputs = [o for o in self.outputs(returned) if o.requires_grad or not leaves]
                return [o.detach().numpy().copy() for o in outputs or self.outputs(returned)]
            with self.torch.no_grad():
                return [self._array(o) for o in self.bare(self.arguments(primals))]

    def _array(self, tensor: Any) -> NDArray[Any]:
        return np.array(tensor.detach().resolve_conj().resolve_neg().numpy())

    def derivative(self, cotangents: Sequence[Any]) -> dict[str, Any]:
        """As ``ask_pair_autodiff`` answers."""
        with self.begun(), self.torch.enable_grad():
            leaves = {name: self.tensor(value).requires_grad_() for name, value in self.primals.items()}
            copies = {name: leaf.clone() for name, leaf in leaves.items()}
            with seen_through():
                outputs = self.bare(self.arguments({}, copies))
            given = [
                self.tensor(np.asarray(c, dtype=float)).to(o.dtype) for c, o in zip(cotangents, outputs, strict=True)
            ]
            value = float(sum((o * c).sum() for o, c in zip(outputs, given, strict=True)))
            pairs = [(o, c) for o, c in zip(outputs, given, strict=True) if o.requires_grad]
            found: Sequence[Any] = [None] * len(leaves)
            if pairs:
                found = self.torch.autograd.grad(
                    [o for o, _ in pairs], list(leaves.values()), [c for _, c in pairs], allow_unused=True
                )
        gradients = {
            name: np.zeros(self.primals[name].shape) if g is None else self._array(g)
            for name, g in zip(leaves, found, strict=True)
        }
        return {"gradients": gradients, "value": value, "pattern": "", "steps": 0}

    # --- with its rule ---------------------------------------------------------------------------------------------

    def backward(self, primals: Mapping[str, Any], cotangents: Sequence[Any]) -> PairGradients:
        with self.begun():
            answered = self.asked(primals, cotangents)
            if self.kind.name == "plain" and not self.probed and not answered.breaks:
                self.probed = True
                found = tuple(dict.fromkeys(probes(self, primals, cotangents, answered)))
                answered = answered._replace(breaks=found)
        gradients, called = {}, {}
        returned = self.proposal.returned
        for name, gradient in answered.gradients.items():
            place = self.names.index(name)
            text = returned[place] if place < len(returned) else ""
            gradients[name] = gradient
            called[name] = text or f"the gradient of {name}"
        return PairGradients(gradients, called, changed=answered.changed, breaks=answered.breaks)

    def asked(
        self, primals: Mapping[str, Any], cotangents: Sequence[Any], needed: Sequence[str] | None = None, **how: Any
    ) -> RuleAnswer:
        """One call of ``apply``, and of its backward pass. ``needed``: the inputs whose gradient is asked, else all."""
        self.torch.default_generator.manual_seed(self.draw.seed)
        return answering(self, primals, cotangents, list(primals) if needed is None else needed, **how)

    def depends(self, cotangents: Sequence[Any]) -> dict[str, bool]:
        """Do the outputs depend on it? Asked of the forward pass with its rule off."""
        try:
            told = self.derivative(cotangents)["gradients"]
        except Exception:  # the witness cannot follow it
            return {}
        return {name: bool(np.any(gradient)) for name, gradient in told.items()}
