"""A rule of JAX with everything that it is given, ready to run: as JAX differentiates it, and without its rule.

What JAX makes of a rule is traced, which costs a thousandth of compiling it, and run with NumPy or what stands in its
place. The plain kind is JAX itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.arguments.outputs import NoOutput
from reference.targets.pairs.frameworks.jax_answers import direct, nonlinear
from reference.targets.pairs.frameworks.jax_evaluation import NumpyItself, evaluated
from reference.targets.pairs.prepared import DOUBLE, PairGradients, Prepared
from reference.targets.pairs.state import SameState
from reference.targets.pairs.trees import primals_of
from reference.targets.reading.namespace import Loaded

__all__ = ["JaxRun", "prepare_jax"]

COMPILED: dict[Any, Callable[..., Any]] = {}  # by rule and draw
MOST_COMPILED = 8
REFUSED = (TypeError, ValueError, AssertionError, NotImplementedError)  # what JAX raises where a rule breaks its law


def prepare_jax(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: Any) -> Prepared:
    """``loaded``: the file with JAX itself. Raises what the rule raises."""
    run = JaxRun(proposal, loaded, draw, kind)
    return Prepared(run.primals, run.forward, run.backward, True, precision=DOUBLE, derivative=run.derivative)


class JaxRun:
    """One draw of one rule with one kind of numbers."""

    def __init__(self, proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: Any) -> None:
        self.proposal, self.draw, self.kind = proposal, draw, kind
        self.rule = loaded.names[proposal.forward]
        self.state = SameState(loaded, kind)
        self.names = [p.name for p in proposal.takes if not p.many and p.name in draw.arguments]
        aside = {*proposal.without_gradient, *proposal.static}
        given = {name: draw.arguments[name] for name in self.names if name not in aside}
        self.primals = primals_of(given, lambda name: True)
        for name in proposal.static:
            if isinstance(draw.arguments.get(name), np.ndarray):
                raise ValueError(f"{name} is told not to be differentiated: it is no array")
        self.known: dict[str, Any] = {}  # programs, of kinds in which one is run many times

    @property
    def by_tangents(self) -> bool:
        """Is its rule one of tangents, as that of ``custom_jvp``?"""
        return hasattr(self.rule, "jvp")

    # --- programs ------------------------------------------------------------------------------------------------

    @contextmanager
    def begun(self) -> Iterator[None]:
        import jax

        with self.state.from_seed(self.draw.seed), jax.enable_x64(self.kind.name != "float32"):
            yield

    def flat(self, primals: Mapping[str, Any]) -> list[NDArray[Any]]:
        """The primals as JAX is given them, in their order."""
        dtype = np.float32 if self.kind.name == "float32" else np.float64
        return [np.asarray(primals[name], dtype=dtype) for name in self.primals]

    def arguments(self, leaves: Sequence[Any]) -> list[Any]:
        known = dict(zip(self.primals, leaves, strict=True))
        return [self._tree(name, self.draw.arguments[name], known, name in self.proposal.static) for name in self.names]

    def _tree(self, name: str, value: Any, known: Mapping[str, Any], static: bool) -> Any:
        if name in known:
            return known[name]
        if isinstance(value, Mapping):
            return {key: self._tree(f"{name}.{key}", each, known, static) for key, each in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self._tree(f"{name}.{k}", each, known, static) for k, each in enumerate(value))
        if isinstance(value, np.ndarray) and not static:
            import jax.numpy as jnp

            return jnp.asarray(value)
        return value

    def outputs(self, returned: Any) -> list[Any]:
        """What has a derivative of what is returned."""
        import jax
        import jax.numpy as jnp

        if self.proposal.leading is not None and isinstance(returned, tuple | list):
            returned = returned[0]
        found = [o for o in jax.tree_util.tree_leaves(returned) if jnp.issubdtype(jnp.result_type(o), jnp.floating)]
        if not found:
            raise NoOutput(f"{self.proposal.forward} returns no array of floats")
        return found

    def without_rule(self, *leaves: Any) -> list[Any]:
        return self.outputs(self.rule.fun(*self.arguments(leaves)))

    def with_rule(self, *leaves: Any) -> list[Any]:
        return self.outputs(self.rule(*self.arguments(leaves)))

    def pulled_back(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The outputs of a function, and the gradients of what they are weighted with."""
        import jax

        def call(leaves: Sequence[Any], cotangents: Sequence[Any]) -> Any:
            outputs, back = jax.vjp(function, *leaves)
            return outputs, back([c.astype(o.dtype) for c, o in zip(cotangents, outputs, strict=True)])

        return call

    def traced(self, key: str, function: Callable[..., Any], *given: Any) -> Any:
        """A function as a program; kept where it is run at many points, and its text stays what it is."""
        import jax

        if key in self.known:
            return self.known[key]
        program = jax.make_jaxpr(lambda *inner: function(*inner))(*given)
        if self.kind.name in ("widened", "complex"):
            self.known[key] = program
        return program

    # --- what every witness sees -----------------------------------------------------------------------------------

    def forward(self, primals: Mapping[str, Any]) -> list[Any]:
        if self.kind.name == "plain":
            leaves = self.flat(primals)
            try:
                return self._by_jax(leaves, self._nothing_given(leaves))[0]
            except REFUSED:  # what the rule returns is said where it is asked for
                with self.begun():
                    program = self.traced("forward", self.without_rule, *leaves)
                return [np.asarray(o) for o in evaluated(program, leaves, NumpyItself())]
        if "forward" not in self.known:
            with self.begun():
                program = self.traced("forward", self.without_rule, *self._real(primals))
        else:
            program = self.known["forward"]
        return evaluated(program, [primals[name] for name in self.primals], self.kind)

    def _real(self, primals: Mapping[str, Any]) -> list[NDArray[Any]]:
        """Values to trace with: their shapes and dtypes are what counts."""
        return self.flat(self.primals) if self.kind.name == "complex" else self.flat({n: self.kind.lower(v) for n, v in primals.items()})  # fmt: skip  # noqa: E501

    def backward(self, primals: Mapping[str, Any], cotangents: Sequence[Any]) -> PairGradients:
        plain = self.kind.name == "plain"
        leaves = self.flat(primals) if plain else self._real(primals)
        given = [np.asarray(c if plain else self.kind.lower(c), dtype=leaves[0].dtype) for c in cotangents]
        breaks: list[tuple[str, ...]] = []
        with self.begun():
            try:
                if plain:
                    gradients = dict(zip(self.primals, self._by_jax(leaves, given)[1], strict=True))
                else:
                    gradients = self._asked(leaves, given, primals, cotangents)
            except REFUSED as error:
                gradients, said = direct(self, leaves, given, error)
                breaks += said
            if plain and not breaks:
                breaks += nonlinear(self, leaves, given)
        called = {name: self._called(name) for name in gradients}
        return PairGradients(gradients, called, breaks=tuple(breaks))

    def _nothing_given(self, leaves: list[Any]) -> list[Any]:
        """Cotangents of the outputs' shapes."""
        import jax

        with self.begun():
            return [
                np.zeros(o.shape, o.dtype) for o in jax.eval_shape(lambda *inner: self.without_rule(*inner), *leaves)
            ]

    def _by_jax(self, leaves: list[Any], given: list[Any]) -> tuple[list[Any], list[Any]]:
        """The outputs and the gradients by JAX itself, compiled once for all that is asked of a draw."""
        import jax

        key = (id(self.rule), repr(self.draw))
        with self.begun():
            if key not in COMPILED:
                if len(COMPILED) >= MOST_COMPILED:
                    COMPILED.clear()
                COMPILED[key] = jax.jit(self.pulled_back(self.with_rule))
            outputs, found = COMPILED[key](leaves, given)
            return [np.asarray(o) for o in outputs], [np.asarray(g) for g in found]

    def _asked(
        self, leaves: list[Any], given: list[Any], primals: Mapping[str, Any], cotangents: Sequence[Any]
    ) -> dict[str, Any]:
        call = self.pulled_back(self.with_rule)
        program = self.traced("backward", call, leaves, given)
        made = evaluated(program, [*(primals[name] for name in self.primals), *cotangents], self.kind)
        return dict(zip(self.primals, made[-len(self.primals) :], strict=True))

    def _called(self, name: str) -> str:
        root = name.partition(".")[0]
        places = [p.name for p in self.proposal.takes if p.name not in self.proposal.static]
        returned = self.proposal.returned
        place = places.index(root) if root in places else len(returned)
        text = returned[place] if place < len(returned) and not self.by_tangents else ""
        return (text if root == name else "") or f"the gradient of {name}"

    def derivative(self, cotangents: Sequence[Any]) -> dict[str, Any]:
        """As ``ask_pair_autodiff`` answers: backwards, or forwards where a loop cannot be gone back."""
        import jax

        numpys = NumpyItself()
        leaves = self.flat(self.primals)
        given = [np.asarray(c, dtype=np.float64) for c in cotangents]
        with self.begun(), np.errstate(all="ignore"):
            try:
                program = jax.make_jaxpr(self.pulled_back(self.without_rule))(leaves, given)
            except ValueError:
                return self._forwards(leaves, given)
            made = [np.asarray(m) for m in evaluated(program, [*leaves, *given], numpys)]
        outputs, found = made[: len(given)], made[len(given) :]
        value = float(sum(np.sum(o * c) for o, c in zip(outputs, given, strict=True)))
        return {"gradients": dict(zip(self.primals, found, strict=True)), "value": value, "pattern": "", "steps": 0}

    def _forwards(self, leaves: list[Any], given: list[Any]) -> dict[str, Any]:
        gradients, value = self.along_entries(self.without_rule, leaves, given)
        return {"gradients": gradients, "value": value, "pattern": "", "steps": 0}

    def along_entries(
        self, function: Callable[..., Any], leaves: Sequence[Any], given: Sequence[Any]
    ) -> tuple[dict[str, Any], float]:
        """The gradients forwards, one entry after another, and the sum of cotangents times outputs."""
        import jax

        def along(points: Sequence[Any], tangents: Sequence[Any]) -> Any:
            return jax.jvp(lambda *inner: function(*inner), points, tangents)

        program = jax.make_jaxpr(along)(tuple(leaves), tuple(leaves))
        gradients = {name: np.zeros(leaf.shape) for name, leaf in zip(self.primals, leaves, strict=True)}
        value = float("nan")
        for k, name in enumerate(self.primals):
            for index in np.ndindex(leaves[k].shape):
                tangents = [np.zeros_like(leaf) for leaf in leaves]
                tangents[k][index] = 1.0
                made = [np.asarray(m) for m in evaluated(program, [*leaves, *tangents], NumpyItself())]
                value = float(sum(np.sum(o * c) for o, c in zip(made, given, strict=False)))
                gradients[name][index] = sum(np.sum(t * c) for t, c in zip(made[len(given) :], given, strict=True))
        return gradients, value
