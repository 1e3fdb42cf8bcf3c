"""``jax.numpy`` in NumPy's place: autodiff of a stranger's own forward pass and cost, where its code allows that.

Two things are not as in ``jax.numpy``. ``maximum`` has the derivative 0 at a tie with a constant, as relu has here,
where ``jnp.maximum`` has ½. And there is ``random``: NumPy's own, since what is drawn does not depend on the
parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from reference.interface.outcome import Single
from reference.targets.losses.way import LossWay
from reference.targets.pairing.passes import Function, PassPair, seeded, stages
from reference.targets.pairs.frameworks.jax_evaluation import NumpyItself, evaluated
from reference.targets.reading.namespace import load
from reference.targets.reading.source import Cell
from reference.targets.reading.vocabulary import bind
from reference.targets.stand_in.kind import Refused

__all__ = ["gradient_of_loss", "gradients_of"]


def gradients_of(path: Path, cells: list[Cell], pair: PassPair, price: Function | None, single: Single) -> np.ndarray:
    """dJ as one vector, W1, b1, W2, …; raises whatever the file's code raises when JAX runs it.

    ``price``: the file's cost, ``None`` where the forward pass returns it. Both are fed as for the differences.
    """
    import jax

    jax.config.update("jax_enable_x64", True)
    names = load(path, cells, Shim()).names
    assert pair.forward is not None
    pair = replace(pair, forward=pair.forward._replace(call=names[pair.forward.name]))

    def J(θ: Any) -> Any:
        stage = stages(pair, single._replace(parameters=tuple(θ)))
        if price is not None:
            return jax.numpy.squeeze(names[price.name](**bind(price.arguments, price.role or "", stage.values)))
        assert stage.returned is not None
        return jax.numpy.squeeze(stage.returned.cost)

    with seeded():
        return _gradient(J, single)


def gradient_of_loss(path: Path, cells: list[Cell], way: LossWay, single: Single) -> np.ndarray:
    """dJ of a function's own loss, as ``gradients_of`` has it."""
    import jax

    jax.config.update("jax_enable_x64", True)
    names = load(path, cells, Shim()).names
    called = [names[name] for name in way.names]

    def J(θ: Any) -> Any:
        return jax.numpy.squeeze(way.loss_of(called, single._replace(parameters=tuple(θ))))

    return _gradient(J, single)


def _gradient(J: Callable[[Any], Any], single: Single) -> np.ndarray:
    """JAX's derivative of J as its program has it, with NumPy's arithmetic: to compile it would take longer than all
    else, for a single run. What NumPy has no name for is compiled.
    """
    import jax

    θ = [(np.asarray(W), np.asarray(b)) for W, b in single.parameters]
    program = jax.make_jaxpr(jax.grad(J))(θ)
    try:
        found = evaluated(program, [a for layer in θ for a in layer], NumpyItself())
    except Refused:
        found = [a for layer in jax.jit(jax.grad(J))(θ) for a in layer]
    return np.concatenate([np.ravel(a) for a in found])


class Shim:
    """The names of NumPy that a forward pass needs, by JAX."""

    def __init__(self) -> None:
        import jax.numpy

        self._jax: Any = jax.numpy
        self.random = np.random

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._jax, name, None) if hasattr(self._jax, name) else getattr(np, name)

    def maximum(self, a: Any, b: Any) -> Any:
        """The larger; at a tie, the one that is a constant."""
        constant = isinstance(a, int | float)
        return self._jax.where(b > a, b, a) if constant else self._jax.where(a > b, a, b)

    def float64(self, value: Any) -> Any:
        return self._jax.asarray(value, dtype="float64")
