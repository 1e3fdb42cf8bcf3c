"""JAX: compiled for each shape; its own derivative beside a hand-written one, ``check_grads``, and a training step.

A step is one program whose parameters are donated and whose batch is an argument: as a constant of the program it made
a step up to half as long again. Dispatch is not asynchronous (``machine.pin``): handing over to another thread of the
same core cost the smallest step a fifth. Rows or columns, either key, and 16 random bits an entry or 32 are tried:
which is fastest differs from size to size, and the fastest counts. ``check_grads`` is given a compiled J: the
operations of an uncompiled one are compiled too, one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.peers import Array, Blocks, Checker, Setting, Single, Trainer, blocks_of
from benchmarks.peers.plain import LOOP

__all__ = ["CHECK_GRADS", "GRAD_AND_LOOP", "WAYS", "Way", "trainer", "value_and_grad"]


def cost_of(single: Single) -> Callable[..., Any]:
    """J(W_1, b_1, …) in JAX; relu'(0) is 0 here too."""
    import jax
    import jax.numpy as jnp

    X, Y, m = jnp.asarray(single.X), jnp.asarray(single.Y), single.X.shape[1]
    kept = None if single.masks is None else [jnp.asarray(D / single.keep_prob) for D in single.masks]

    def J(*blocks: Any) -> Any:
        A = X
        for l in range(len(blocks) // 2 - 1):
            A = jax.nn.relu(blocks[2 * l] @ A + blocks[2 * l + 1])
            if kept is not None:
                A = A * kept[l]
        loss = _loss(blocks[-2] @ A + blocks[-1], Y, single.output, axis=0)
        return loss / m + single.lambd / (2 * m) * sum(jnp.sum(W * W) for W in blocks[::2])

    return J


def _loss(Z: Any, Y: Any, output: str, *, axis: int) -> Any:
    import jax
    import jax.numpy as jnp

    if output == "softmax":
        return jnp.sum(jax.nn.logsumexp(Z, axis=axis)) - jnp.sum(Y * Z)
    return jnp.sum(jax.nn.softplus(Z) - Y * Z)


# --- a hand-written gradient, judged ----------------------------------------------------------------------------


def value_and_grad(single: Single) -> Blocks:
    """JAX's own gradient; compiled anew, since a new problem has a new shape."""
    import jax

    blocks = blocks_of(single)
    _, gradients = jax.jit(jax.value_and_grad(cost_of(single), argnums=tuple(range(len(blocks)))))(*blocks)
    return [np.asarray(g) for g in gradients]


def _by_grad_and_loop(single: Single, gradients: Blocks) -> bool:
    """Two witnesses, as one writes them in an afternoon. The loop is NumPy's: a compiled J costs more than it saves."""
    pairs = zip(gradients, value_and_grad(single), strict=True)
    agreed = all(np.allclose(mine, theirs) for mine, theirs in pairs)
    return agreed & LOOP.accepts(single, gradients)


def _by_check_grads(single: Single, gradients: Blocks) -> bool:
    import jax
    from jax.test_util import check_grads

    J = jax.jit(cost_of(single))

    @jax.custom_vjp
    def by_hand(*blocks: Any) -> Any:
        return J(*blocks)

    by_hand.defvjp(lambda *blocks: (J(*blocks), None), lambda _, pulled: tuple(pulled * g for g in gradients))
    try:
        check_grads(by_hand, blocks_of(single), order=1, modes=("rev",))
    except AssertionError:
        return False
    return True


def _cost(single: Single) -> float:
    return float(cost_of(single)(*blocks_of(single)))


GRAD_AND_LOOP = Checker("jax.jit(value_and_grad) + plain loop", "jax", "every parameter", _by_grad_and_loop, _cost)
CHECK_GRADS = Checker("jax.test_util.check_grads", "jax", "one direction", _by_check_grads, _cost)


# --- a step of training -----------------------------------------------------------------------------------------


class Way(NamedTuple):
    """How examples lie, which key there is, and of how many random bits a mask's entry is made."""

    rows: bool
    key: str = "threefry2x32"
    bits: int = 32

    def __str__(self) -> str:
        return f"JAX, {'rows' if self.rows else 'columns'}, {self.key.removesuffix('2x32')}, {self.bits} bits"


WAYS = (Way(False), Way(False, "rbg"), Way(False, bits=16), Way(True))


def trainer(setting: Setting, way: Way, *, keep_prob: float) -> Trainer:
    """``jax.jit`` of gradient and step."""
    import jax
    import jax.numpy as jnp

    def turned(a: Array) -> Any:
        return jnp.asarray(a.T if way.rows else a)

    m, share = setting.m, float(np.dtype(setting.dtype).type(1 / keep_prob))

    def drop(A: Any, key: Any) -> Any:
        if way.bits == 16:
            D = jax.random.bits(key, A.shape, jnp.uint16) < np.uint16(round(keep_prob * 2**16))
        else:
            D = jax.random.bernoulli(key, np.float32(keep_prob), A.shape)
        return jnp.where(D, A * share, 0)

    def J(parameters: Any, key: Any, X: Any, Y: Any) -> Any:
        A = X
        for l, (W, b) in enumerate(parameters):
            Z = (A @ W if way.rows else W @ A) + b
            if l == len(parameters) - 1:
                break
            A = jax.nn.relu(Z)
            if keep_prob < 1:
                key, drawn = jax.random.split(key)
                A = drop(A, drawn)
        loss = _loss(Z, Y, setting.output, axis=1 if way.rows else 0)
        return loss / m + setting.lambd / (2 * m) * sum(jnp.sum(W * W) for W, b in parameters)

    def moved(parameters: Any, key: Any, X: Any, Y: Any) -> Any:
        key, drawn = jax.random.split(key)
        gradients = jax.grad(J)(parameters, drawn, X, Y)
        return jax.tree.map(lambda p, g: p - setting.learning_rate * g, parameters, gradients), key

    program = jax.jit(moved, donate_argnums=(0, 1))
    X, Y = turned(setting.X), turned(setting.Y)
    state = [[(turned(W), turned(b)) for W, b in setting.parameters], jax.random.key(0, impl=way.key)]

    def step() -> None:
        state[:] = program(*state, X, Y)
        jax.block_until_ready(state[0])

    def parameters() -> Blocks:
        pairs = [pair for layer in state[0] for pair in layer]
        return [np.asarray(a).T.copy() if way.rows else np.asarray(a).copy() for a in pairs]

    def dropped(count: int) -> Array:
        return np.asarray(jax.jit(drop)(jnp.ones((1, count), setting.dtype), jax.random.key(1, impl=way.key)))

    return Trainer(str(way), "jax", step, parameters, dropped)
