"""JAX, PyTorch and autograd as implementations under test: the same forward pass in each, and its own derivative of it.

J is written once, against the handful of functions that the three share. Labels are 0 or 1 (or one-hot), so the
cross-entropy is log(1 + e^{(1 − 2Y) Z}): no digit is lost where the output saturates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.cases.domain import ANY
from reference.cases.problem import Problem
from reference.interface.entry import Entry, Implementation, Outcome
from reference.interface.outcome import named

__all__ = ["autograd", "jax", "torch"]

SEVERAL = ANY._replace(share=32)  # JAX compiles anew for every shape


class Functions(NamedTuple):
    """What a framework has to bring."""

    exp: Callable[[Any], Any]
    log: Callable[[Any], Any]
    tanh: Callable[[Any], Any]
    logaddexp: Callable[[Any, Any], Any]
    where: Callable[[Any, Any, Any], Any]
    total: Callable[[Any], Any]  # the sum of everything
    column_sums: Callable[[Any], Any]  # over the units, which stay as an axis
    column_max: Callable[[Any], Any]


HIDDEN: dict[str, Callable[[Functions, Any], Any]] = {
    "relu": lambda F, Z: F.where(Z > 0, Z, 0 * Z),
    "leaky_relu": lambda F, Z: F.where(Z > 0, Z, 0.01 * Z),
    "tanh": lambda F, Z: F.tanh(Z),
    "sigmoid": lambda F, Z: F.exp(-F.logaddexp(0 * Z, -Z)),
    "softplus": lambda F, Z: F.logaddexp(Z, 0 * Z),
    "identity": lambda F, Z: Z,
}


def _softmax_loss(F: Functions, Z: Any, Y: Any) -> Any:
    shifted = Z - F.column_max(Z)
    return F.total(F.log(F.column_sums(F.exp(shifted)))) - F.total(Y * shifted)


LOSS: dict[str, Callable[[Functions, Any, Any], Any]] = {
    "sigmoid": lambda F, Z, Y: F.total(F.logaddexp(0 * Z, (1 - 2 * Y) * Z)),
    "softmax": _softmax_loss,
    "identity": lambda F, Z, Y: F.total((Z - Y) * (Z - Y)) / 2,
}


def cost(F: Functions, parameters: Sequence[tuple[Any, Any]], X: Any, Y: Any, kept: Sequence[Any], lambd: Any,
         *, hidden: str, output: str) -> Any:  # fmt: skip
    """Σ over the stack of J = (1/m) Σ loss + (λ/2m) Σ ‖W‖²; ``kept`` is D_l / keep_prob."""
    m, A = X.shape[-1], X
    for l, (W, b) in enumerate(parameters):
        Z = W @ A + b
        if l < len(parameters) - 1:
            A = HIDDEN[hidden](F, Z) * kept[l]
    penalty = sum(F.total(lambd * W * W) for W, _ in parameters)
    return LOSS[output](F, Z, Y) / m + penalty / (2 * m)


def _given(problem: Problem) -> tuple[list[Any], list[Any], np.ndarray]:
    """Parameters, D / keep_prob and λ, in the dtype of the case."""
    dtype = problem.shape.dtype
    keep_prob = problem.keep_prob[:, None, None]
    if problem.masks is None:
        kept = [np.ones((n, problem.shape.m), dtype=dtype) for n in problem.shape.dims[1:-1]]
    else:
        kept = [(D / keep_prob).astype(dtype) for D in problem.masks]
    return [(W, b) for W, b in problem.parameters], kept, problem.lambd.astype(dtype)[:, None, None]


def _outcome(gradients: Sequence[tuple[Any, Any]]) -> Outcome:
    return {
        **named("dW", [np.asarray(dW) for dW, _ in gradients]),
        **named("db", [np.asarray(db) for _, db in gradients]),
    }


# --- the three -----------------------------------------------------------------------------------------------


def jax() -> Implementation:
    """``jax.jit(jax.grad(J))``, compiled for each shape."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    F = Functions(
        jnp.exp, jnp.log, jnp.tanh, jnp.logaddexp, jnp.where, jnp.sum,
        lambda a: jnp.sum(a, axis=-2, keepdims=True),
        lambda a: jax.lax.stop_gradient(jnp.max(a, axis=-2, keepdims=True)),
    )  # fmt: skip

    def J(parameters: Any, X: Any, Y: Any, kept: Any, lambd: Any, hidden: str, output: str) -> Any:
        return cost(F, parameters, X, Y, kept, lambd, hidden=hidden, output=output)

    gradient = jax.jit(jax.grad(J), static_argnums=(5, 6))

    def run(problem: Problem) -> Outcome:
        parameters, kept, lambd = _given(problem)
        shape = problem.shape
        return _outcome(gradient(parameters, problem.X, problem.Y, kept, lambd, shape.hidden, shape.output))

    return Implementation("jax", (Entry("jax.grad", SEVERAL, run),))


def torch() -> Implementation:
    """``torch.autograd.grad(J)``, eagerly."""
    import torch

    F = Functions(
        torch.exp, torch.log, torch.tanh, torch.logaddexp, torch.where, torch.sum,
        lambda a: torch.sum(a, dim=-2, keepdim=True),
        lambda a: torch.amax(a, dim=-2, keepdim=True).detach(),
    )  # fmt: skip

    def run(problem: Problem) -> Outcome:
        given, kept, lambd = _given(problem)
        leaves: list[Any] = [[torch.tensor(a, requires_grad=True) for a in pair] for pair in given]
        total = cost(
            F, leaves, torch.tensor(problem.X), torch.tensor(problem.Y), [torch.tensor(k) for k in kept],
            torch.tensor(lambd), hidden=problem.shape.hidden, output=problem.shape.output,
        )  # fmt: skip
        found = iter(torch.autograd.grad(total, [a for pair in leaves for a in pair]))
        return _outcome([(next(found).numpy(), next(found).numpy()) for _ in leaves])

    return Implementation("torch", (Entry("torch.autograd.grad", ANY, run),))


def autograd() -> Implementation:
    """HIPS autograd's ``grad(J)``."""
    import autograd
    import autograd.numpy as anp

    F = Functions(
        anp.exp, anp.log, anp.tanh, anp.logaddexp, anp.where, anp.sum,
        lambda a: anp.sum(a, axis=-2, keepdims=True),
        lambda a: np.max(getattr(a, "_value", a), axis=-2, keepdims=True),
    )  # fmt: skip

    def run(problem: Problem) -> Outcome:
        parameters, kept, lambd = _given(problem)

        def J(parameters: Any) -> Any:
            shape = problem.shape
            return cost(F, parameters, problem.X, problem.Y, kept, lambd, hidden=shape.hidden, output=shape.output)

        with np.errstate(all="ignore"):
            return _outcome(autograd.grad(J)(parameters))

    return Implementation("autograd", (Entry("autograd.grad", ANY, run),))
