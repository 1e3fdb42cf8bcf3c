"""Witness 1: the same cost in JAX, forward only. ``jax.value_and_grad`` does the rest.

Written apart from ``manual_backprop.network``, and without any derivative. x64 is switched on around our own calls
and nowhere else. Gradients of the intermediates come from zero probes added to Z_l and to the activation before
its mask.

Compilation is paid once: problems are padded with zeros into a few buckets, depth and activations are data of one
program, and a batch of problems is one call. Padded units have no weights out, padded outputs and examples have no
weight in the cost, and padded layers pass their input on.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.cases.case import HIDDENS, OUTPUTS
from reference.cases.problem import Problem

__all__ = ["BUCKETS", "Autodiff", "Bucket", "autodiff", "bucket_for", "gradients", "warm_up"]

Array = NDArray[np.float64]


class Bucket(NamedTuple):
    """The size that a problem is padded to, and how many are one call."""

    batch: int
    depth: int
    width: int
    m: int


BUCKETS = (Bucket(16, 5, 12, 24), Bucket(16, 5, 24, 48))


class Autodiff(NamedTuple):
    """What JAX says of a stack of G problems; lists run over the layers, as in ``network.Gradients``."""

    cost: Array  # (G,) of the data term
    l2_cost: Array  # (G,)
    dW: list[Array]  # of the data term
    db: list[Array]
    l2: list[Array]  # of the L2 term
    dZ: list[Array]  # times m, as the course has them
    dA: list[Array]  # likewise, before the mask
    Z: list[Array]
    H: list[Array]


def gradients(said: Autodiff) -> dict[str, Array]:
    """``dW1``, ``db1``, … of J, the L2 term included, ``(G, …)`` each."""
    found: dict[str, Array] = {}
    for l, (dW, l2, db) in enumerate(zip(said.dW, said.l2, said.db, strict=True), start=1):
        found |= {f"dW{l}": dW + l2, f"db{l}": db}
    return found


def bucket_for(depth: int, width: int, m: int) -> Bucket:
    """The smallest bucket that holds such a problem; one beyond the largest gets a program of its own."""
    for bucket in BUCKETS:
        if depth <= bucket.depth and width <= bucket.width and m <= bucket.m:
            return bucket
    return Bucket(1, depth, width, m)


def autodiff(problem: Problem) -> Autodiff:
    """Gradients of every parameter and every intermediate, float64, by ``jax.value_and_grad``.

    Asserts float64 at the boundary: ``TypeError`` where JAX returns anything else.
    """
    dims, m = problem.shape.dims, problem.shape.m
    bucket = bucket_for(len(dims) - 1, max(dims), m)
    parts = []
    with _on_the_cpu():
        for start in range(0, len(problem.cases), bucket.batch):
            part = problem.at(slice(start, start + bucket.batch))
            parts.append([np.asarray(leaf)[: len(part.cases)] for leaf in _program()(*_pad(part, bucket))])
    cost, l2_cost, dW, db, dZ, dA, l2, Z, H = (np.concatenate(leaves) for leaves in zip(*parts, strict=True))
    if cost.dtype != np.float64:
        raise TypeError(f"JAX computed in {cost.dtype}; the witness takes float64")
    layers = list(pairwise(dims))

    def square(padded: Array) -> list[Array]:
        return [padded[:, l, :n, :n_prev] for l, (n_prev, n) in enumerate(layers)]

    def columns(padded: Array, width: int) -> list[Array]:
        return [padded[:, l, :n, :width] for l, (_, n) in enumerate(layers)]

    return Autodiff(
        cost,
        l2_cost,
        square(dW),
        columns(db, 1),
        square(l2),
        columns(dZ * m, m),
        columns(dA * m, m)[:-1],
        columns(Z, m),
        columns(H, m),
    )


def warm_up() -> None:
    """Compile the programs of all buckets side by side; without it each is compiled when it is first needed."""
    import jax

    program = _program()

    def compile_for(bucket: Bucket) -> None:
        with _on_the_cpu():  # the switch to x64 is each thread's own
            jax.block_until_ready(program(*_empty(bucket), 0, 0))

    with ThreadPoolExecutor(len(BUCKETS)) as pool:
        list(pool.map(compile_for, BUCKETS))


@contextmanager
def _on_the_cpu() -> Iterator[None]:
    """x64, and the same device everywhere, for the calls inside alone."""
    import jax

    with jax.enable_x64(True), jax.default_device(jax.local_devices(backend="cpu")[0]):
        yield


@functools.cache
def _program() -> Callable[..., Any]:
    """The compiled witness; its arguments are those of ``_pad``."""
    import jax
    import jax.numpy as jnp

    def softplus(Z: Any) -> Any:  # jax.nn.softplus differentiates to exp(Z − softplus(Z)), which loses digits
        return jnp.where(Z > 0, Z, 0.0) + jnp.log1p(jnp.exp(jnp.where(Z > 0, -Z, Z)))

    activations = [
        jax.nn.relu,
        lambda Z: jnp.where(Z > 0, Z, 0.01 * Z),
        jnp.tanh,
        jax.nn.sigmoid,
        softplus,
        lambda Z: Z,
    ]

    def sigmoid_loss(Z: Any, Y: Any, outputs: Any) -> Any:
        return outputs * (Y * softplus(-Z) + (1 - Y) * softplus(Z))

    def softmax_loss(Z: Any, Y: Any, outputs: Any) -> Any:
        real = jnp.where(outputs > 0, Z, -1e300)  # a padded class takes no part; −inf would make 0 · inf
        return outputs * Y * (jax.nn.logsumexp(real, axis=0) - Z)

    def squared_loss(Z: Any, Y: Any, outputs: Any) -> Any:
        return outputs * (Z - Y) ** 2 / 2

    def data_cost(W: Any, b: Any, dZ_probe: Any, dA_probe: Any, X: Any, Y: Any, kept: Any, weight: Any,
                  outputs: Any, role: Any, hidden: Any, output: Any) -> Any:  # fmt: skip
        def layer(A_prev: Any, xs: Any) -> Any:
            W, b, z, a, kept, is_hidden, is_output = xs
            Z = W @ A_prev + b + z
            H = jax.lax.switch(hidden, activations, Z) + a
            A = jnp.where(is_hidden, H * kept, jnp.where(is_output, Z, A_prev))
            return A, (Z, H)

        Z_L, (Z, H) = jax.lax.scan(layer, X, (W, b, dZ_probe, dA_probe, kept, role == 0, role == 1))
        losses = jax.lax.switch(output, [sigmoid_loss, softmax_loss, squared_loss], Z_L, Y, outputs)
        return jnp.sum(losses * weight), (Z, H)

    def l2_cost(W: Any, decay: Any) -> Any:
        return decay / 2 * jnp.sum(W**2)

    def witness(W: Any, b: Any, z: Any, a: Any, X: Any, Y: Any, kept: Any, weight: Any, outputs: Any, role: Any,
                decay: Any, hidden: Any, output: Any) -> Any:  # fmt: skip
        (cost, (Z, H)), (dW, db, dZ, dA) = jax.value_and_grad(data_cost, argnums=(0, 1, 2, 3), has_aux=True)(
            W, b, z, a, X, Y, kept, weight, outputs, role, hidden, output
        )
        l2, l2_dW = jax.value_and_grad(l2_cost)(W, decay)
        return cost, l2, dW, db, dZ, dA, l2_dW, Z, H

    return jax.jit(jax.vmap(witness, in_axes=(0,) * 11 + (None, None)))


def _empty(bucket: Bucket) -> list[Array]:
    B, L, N, m = bucket
    shapes = [(L, N, N), (L, N, 1), (L, N, m), (L, N, m), (N, m), (N, m), (L, N, m), (1, m), (N, 1), (L,), ()]
    return [np.zeros((B, *shape)) for shape in shapes]


def _pad(problem: Problem, bucket: Bucket) -> list[Any]:
    """The program's arguments for at most ``bucket.batch`` problems of one shape."""
    W, b, z, a, X, Y, kept, weight, outputs, role, decay = _empty(bucket)
    dims, m, g = problem.shape.dims, problem.shape.m, len(problem.cases)
    L = len(dims) - 1
    X[:g, : dims[0], :m], Y[:g, : dims[-1], :m] = problem.X, problem.Y
    for l, (W_l, b_l) in enumerate(problem.parameters):
        n, n_prev = W_l.shape[-2:]
        W[:g, l, :n, :n_prev], b[:g, l, :n] = W_l, b_l
        if l < L - 1:
            kept[:g, l, :n, :m] = 1.0 if problem.masks is None else problem.masks[l] / problem.keep_prob[:, None, None]
    weight[:g, :, :m] = 1 / m
    outputs[:g, : dims[-1]] = 1
    role[:, L - 1], role[:, L:] = 1, 2  # 0 hidden, 1 output, 2 padding
    decay[:g] = problem.lambd / m
    hidden, output = HIDDENS.index(problem.shape.hidden), OUTPUTS.index(problem.shape.output)
    return [W, b, z, a, X, Y, kept, weight, outputs, role, decay, hidden, output]
