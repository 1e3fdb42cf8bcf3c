import jax
import jax.numpy as jnp


@jax.custom_vjp
def fit(x, w, reg):
    """A squared error with a penalty, and beside it the penalty alone, which is only logged."""
    penalty = reg * jnp.sum(w**2)
    return jnp.sum((x @ w) ** 2) + penalty, penalty


def fit_fwd(x, w, reg):
    return fit(x, w, reg), (x, w, reg)


def fit_bwd(kept, g):
    g = g[0]
    x, w, reg = kept
    slope = 2 * (x @ w)
    return g * slope[:, None] * w, g * (x.T @ slope + 2 * reg * w), jnp.array(0.0)


fit.defvjp(fit_fwd, fit_bwd)


@jax.custom_vjp
def fit_half(x, w, reg):
    penalty = reg * jnp.sum(w**2)
    return jnp.sum((x @ w) ** 2) + penalty, penalty


def fit_half_fwd(x, w, reg):
    return fit_half(x, w, reg), (x, w, reg)


def fit_half_bwd(kept, g):
    g = g[0]
    x, w, reg = kept
    slope = 2 * (x @ w)
    return g * slope[:, None] * w, g * (x.T @ slope + reg * w), jnp.array(0.0)


fit_half.defvjp(fit_half_fwd, fit_half_bwd)


@jax.custom_vjp
def fit_both(x, w, reg):
    """Here both outputs count, and the second's cotangent is read for x alone."""
    penalty = reg * jnp.sum(w**2)
    return jnp.sum((x @ w) ** 2) + penalty, penalty


def fit_both_fwd(x, w, reg):
    return fit_both(x, w, reg), (x, w, reg)


def fit_both_bwd(kept, g):
    error, penalty = g
    x, w, reg = kept
    slope = 2 * (x @ w)
    return error * slope[:, None] * w, error * (x.T @ slope + 2 * reg * w), penalty * jnp.sum(w**2)


fit_both.defvjp(fit_both_fwd, fit_both_bwd)


@jax.custom_jvp
def bell(x):
    return jnp.exp(-(x**2))


@bell.defjvp
def _(primals, tangents):
    (x,), (t,) = primals, tangents
    return bell(x), -2 * x * bell(x) * t


@jax.custom_vjp
def summed_rows(table, rows):
    """table (V, D); rows: int64 indices (K,) below V"""
    return table[rows].sum(axis=0)


def summed_rows_fwd(table, rows):
    return summed_rows(table, rows), (table, rows)


def summed_rows_bwd(kept, g):
    table, rows = kept
    return jnp.zeros_like(table).at[rows].add(2 * g), None


summed_rows.defvjp(summed_rows_fwd, summed_rows_bwd)
