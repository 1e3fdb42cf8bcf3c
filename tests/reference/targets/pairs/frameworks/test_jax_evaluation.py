"""A traced program run with NumPy gives what JAX gives; what stands in NumPy's place sees its derivative."""

from __future__ import annotations

import numpy as np
import pytest

from reference.targets.pairs.frameworks.jax_evaluation import NumpyItself, evaluated
from reference.targets.stand_in.complex_step import STEP
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.loading import kind_named


def programs():
    import jax
    import jax.numpy as jnp
    from jax import lax

    return {
        "reductions": lambda x: x.max(1) + x.min(1) * x.prod(1) + jnp.linalg.norm(x, axis=1) + x.var(1),
        "choices": lambda x: jnp.clip(x, -0.5, 0.5) + jnp.where(x > 0, x, 0.1 * x) + jnp.abs(x) * jnp.sign(x),
        "sorting": lambda x: jnp.sort(x, axis=1) + lax.top_k(x, 3)[0] + jnp.cumsum(x, axis=1)[:, ::-1],
        "slices": lambda x: x.at[1].set(2.0)[::-1, 1:] + jnp.pad(x, 1)[1:-1, :2] + lax.dynamic_slice(x, (0, 1), (4, 2)),
        "products": lambda x: jnp.einsum("ij,kj->ik", x, x) + x @ x.T,
        "gathered": lambda x: x[jnp.array([0, 2, 2])] + jnp.take_along_axis(x, jnp.array([[0], [1], [2], [0]]), 1)[:3],
        "functions": lambda x: jax.nn.softplus(x) + jax.nn.gelu(x) + jax.nn.softmax(x) + jax.scipy.special.erf(x),
        "loops": lambda x: lax.scan(lambda c, r: (c * 0.5 + r, c + r), x[0], x)[1]
        + lax.fori_loop(0, 3, lambda k, a: a * x, x),
        "branches": lambda x: lax.cond(x.sum() > 0, lambda y: y * y, lambda y: -y, x),
    }  # fmt: skip


NAMES = ("reductions", "choices", "sorting", "slices", "products", "gathered", "functions", "loops", "branches")
X = np.random.RandomState(3).standard_normal((4, 3))


@pytest.mark.parametrize("name", NAMES)
def test_a_program_and_its_derivative_are_jaxs(name):
    import jax

    function = programs()[name]
    with jax.enable_x64(True):
        program = jax.make_jaxpr(function)(X)
        want, along = jax.jvp(function, (X,), (np.ones_like(X),))
    (got,) = evaluated(program, [X], NumpyItself())
    assert np.allclose(got, want, rtol=1e-13, atol=1e-13)
    kind = kind_named("complex")
    lifted = kind.lift(X)
    kind.plain(lifted).imag = STEP * np.ones_like(X)
    (moved,) = evaluated(program, [lifted], kind)
    assert np.allclose((kind.lower(moved).imag / STEP).astype(float), along, rtol=1e-9, atol=1e-9)


def test_what_is_on_no_list_is_refused_and_an_index_that_is_not_there_raises():
    import jax
    import jax.numpy as jnp

    with jax.enable_x64(True):
        inverted = jax.make_jaxpr(jnp.linalg.eigvalsh)(X[:3] @ X[:3].T)
        beyond = jax.make_jaxpr(lambda x, i: x[i])(X, np.array([0, 7]))
    with pytest.raises(Refused):
        evaluated(inverted, [X[:3] @ X[:3].T], NumpyItself())
    with pytest.raises(IndexError):
        evaluated(beyond, [X, np.array([0, 7])], NumpyItself())
