from functools import partial

import jax
import jax.numpy as jnp
from jax import custom_jvp, custom_vjp, lax

from reference import pair


@jax.custom_vjp
def dense(x, w):
    """x (N, D), w (D, M)"""
    return jnp.tanh(x) @ w


def dense_fwd(x, w):
    h = jnp.tanh(x)
    return h @ w, (h, w)


def dense_bwd(kept, g):
    h, w = kept
    return (g @ w.T) * (1 - h**2), h.T @ g


dense.defvjp(dense_fwd, dense_bwd)


@jax.custom_vjp
def dense_turned(x, w):
    """x (N, D), w (D, M)"""
    return jnp.tanh(x) @ w


def dense_turned_fwd(x, w):
    h = jnp.tanh(x)
    return h @ w, (h, w)


def dense_turned_bwd(kept, g):
    h, w = kept
    return (g @ w.T) * (1 - h), h.T @ g


dense_turned.defvjp(dense_turned_fwd, dense_turned_bwd)


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def wave(x, k):
    return jnp.sin(k * x)


def wave_fwd(x, k):
    return jnp.sin(k * x), x


def wave_bwd(k, x, g):
    return (g * k * jnp.cos(k * x),)


wave.defvjp(wave_fwd, wave_bwd)


@partial(custom_vjp, nondiff_argnums=(1,))
def wave_forgot(x, k):
    return jnp.sin(k * x)


def wave_forgot_fwd(x, k):
    return jnp.sin(k * x), x


def wave_forgot_bwd(k, x, g):
    return (g * jnp.cos(k * x),)


wave_forgot.defvjp(wave_forgot_fwd, wave_forgot_bwd)


@custom_jvp
def soft(x):
    return jnp.logaddexp(x, 0.0)


@soft.defjvp
def soft_jvp(primals, tangents):
    (x,), (dx,) = primals, tangents
    return soft(x), jax.nn.sigmoid(x) * dx


@custom_jvp
def soft_half(x):
    return jnp.logaddexp(x, 0.0)


@soft_half.defjvp
def soft_half_jvp(primals, tangents):
    (x,), (dx,) = primals, tangents
    return soft_half(x), 0.5 * jax.nn.sigmoid(x) * dx


@custom_jvp
def tilt(a, b):
    """a (N, D), b (N, D)"""
    return a * jnp.exp(b)


tilt.defjvps(lambda da, ans, a, b: da * jnp.exp(b), lambda db, ans, a, b: db * ans)


@custom_jvp
def tilt_short(a, b):
    """a (N, D), b (N, D)"""
    return a * jnp.exp(b)


tilt_short.defjvps(lambda da, ans, a, b: da * jnp.exp(b), lambda db, ans, a, b: db * a)


@pair(example=lambda rng: ({"w": jnp.asarray(rng.randn(3)), "b": jnp.asarray(rng.randn(3))}, rng.randn(4, 3)))
@custom_vjp
def total(params, x):
    return params["w"] * x + params["b"]


def total_fwd(params, x):
    return total(params, x), (params, x)


def total_bwd(kept, g):
    params, x = kept
    return {"w": (g * x).sum(0), "b": g.sum(0)}, g * params["w"]


total.defvjp(total_fwd, total_bwd)


@custom_vjp
def lse(x):
    """x (N, C)"""
    top = jnp.max(x, axis=1, keepdims=True)
    return jnp.log(jnp.sum(jnp.exp(x - top), axis=1)) + top[:, 0]


def lse_fwd(x):
    out = lse(x)
    return out, (x, out)


def lse_bwd(kept, g):
    x, out = kept
    return (g[:, None] * jnp.exp(x - out[:, None]),)


lse.defvjp(lse_fwd, lse_bwd)


@custom_vjp
def unit(x):
    """x (N, D)"""
    return x / jnp.sqrt(jnp.sum(x * x, axis=1, keepdims=True))


def unit_fwd(x):
    n = jnp.sqrt(jnp.sum(x * x, axis=1, keepdims=True))
    return x / n, (x / n, n)


def unit_bwd(kept, g):
    u, n = kept
    return ((g - u * jnp.sum(g * u, axis=0, keepdims=True)) / n,)


unit.defvjp(unit_fwd, unit_bwd)


@custom_vjp
def root(a):
    """a (N,): the positive solution of y * y = a, by Newton's steps"""

    def step(carry):
        k, y = carry
        return k + 1, 0.5 * (y + a / y)

    return lax.while_loop(lambda c: c[0] < 40, step, (0, jnp.ones_like(a)))[1]


def root_fwd(a):
    y = root(a)
    return y, y


def root_bwd(y, g):
    return (g / (2 * y),)


root.defvjp(root_fwd, root_bwd)


@custom_vjp
def two_less(x, y):
    """x (N, D), y (N, D)"""
    return jnp.cos(x) * y


def two_less_fwd(x, y):
    return two_less(x, y), (x, y)


def two_less_bwd(kept, g):
    x, y = kept
    return (-g * jnp.sin(x) * y,)


two_less.defvjp(two_less_fwd, two_less_bwd)


@custom_vjp
def other_value(x):
    """x (N, D)"""
    return x**2


def other_value_fwd(x):
    return x**2 + 1.0, x


def other_value_bwd(x, g):
    return (2 * g * x,)


other_value.defvjp(other_value_fwd, other_value_bwd)


@custom_jvp
def bent(x):
    """x (N, D)"""
    return x**2


@bent.defjvp
def bent_jvp(primals, tangents):
    (x,), (dx,) = primals, tangents
    return bent(x), 2 * jnp.abs(dx) * x


@custom_vjp
def turned_round(x):
    return x


turned_round.defvjp(lambda x: (x, None), lambda _, g: (-g,))


@partial(custom_vjp, nondiff_argnums=(0, 1))
def clip_gradient(lo, hi, x):
    return x


def clip_gradient_fwd(lo, hi, x):
    return x, None


def clip_gradient_bwd(lo, hi, _, g):
    return (jnp.clip(g, lo, hi),)


clip_gradient.defvjp(clip_gradient_fwd, clip_gradient_bwd)


@custom_jvp
def rounded(x):
    return jnp.round(x)


@rounded.defjvp
def rounded_jvp(primals, tangents):
    return rounded(primals[0]), tangents[0]


@custom_vjp
def spike(v):
    return jnp.where(v > 0, 1.0, 0.0)


def spike_fwd(v):
    return spike(v), v


def spike_bwd(v, g):
    return (g / (1 + 25 * jnp.abs(v)) ** 2,)


spike.defvjp(spike_fwd, spike_bwd)


@custom_vjp
def rows_of(table, rows):
    """table (V, D); rows: int64 indices (K,) below V"""
    return table[rows]


def rows_of_fwd(table, rows):
    return table[rows], (table.shape, rows)


def rows_of_bwd(kept, g):
    shape, rows = kept
    return jnp.zeros(shape).at[rows].add(g), None


rows_of.defvjp(rows_of_fwd, rows_of_bwd)


@custom_vjp
def rows_lost(table, rows):
    """table (V, D); rows: int64 indices (K,) below V"""
    return table[rows]


def rows_lost_fwd(table, rows):
    return table[rows], (table.shape, rows)


def rows_lost_bwd(kept, g):
    shape, rows = kept
    return jnp.zeros(shape).at[rows].set(g), None


rows_lost.defvjp(rows_lost_fwd, rows_lost_bwd)


@jax.custom_jvp
def tangent_clipped(x):
    """The value as it is; the tangent is clipped on purpose."""
    return x


@tangent_clipped.defjvp
def tangent_clipped_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return x, jnp.clip(t, -1.0, 1.0)
