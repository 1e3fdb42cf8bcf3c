"""Batch normalisation against the same forward in JAX, by the checks that every primitive passes; and its own laws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manual_backprop.batch_norm import batch_norm, batch_norm_backward, standardize
from tests.folding import each
from tests.manual_backprop.test_primitives import (
    CASES,
    JAX_SHAPES,
    STACKS,
    Rule,
    check_adjoint,
    check_dtype,
    check_leading_axes,
    check_linear,
    check_outside_witness,
    check_pure,
    seen,
)
from tests.strategies import drawn, dtypes, leading_axes, read_only, seeds, shapes

EPSILON = 0.5  # slopes stay near 1, so that the checks' bounds hold; small ones have a test of their own


def forward(Z: Any, gamma: Any, beta: Any, *, epsilon: float = EPSILON) -> Any:
    return batch_norm(standardize(Z, epsilon=epsilon)[0], gamma, beta)


def pullback(u: Any, Z: Any, gamma: Any, beta: Any, *, epsilon: float = EPSILON) -> tuple:
    return batch_norm_backward(u, *standardize(Z, epsilon=epsilon), gamma)


def twin(Z: Any, gamma: Any, beta: Any, *, epsilon: float = EPSILON) -> Any:
    """Written apart: the variance as JAX has it."""
    return (Z - jnp.mean(Z, -1, keepdims=True)) / jnp.sqrt(jnp.var(Z, -1, keepdims=True) + epsilon) * gamma + beta


def draw(rng: np.random.RandomState, shape: tuple[int, ...]) -> tuple:
    *lead, n, _ = shape
    return (rng.standard_normal(shape), rng.standard_normal((*lead, n, 1)), rng.standard_normal((*lead, n, 1))), ()


RULE = Rule(
    draw, forward, pullback, twin, lambda Z, gamma, beta: 4 * (gamma + 1) * (Z + Z.mean(-1, keepdims=True) + 1) + beta
)


def with_pullback(change: Callable) -> Rule:
    return RULE._replace(pullback=lambda u, Z, gamma, beta: change(u, *standardize(Z, epsilon=EPSILON), gamma))


def mean(a: Any) -> Any:
    return a.mean(-1, keepdims=True)


def dZ_as(change: Callable) -> Rule:
    """The pullback with another dZ."""
    return with_pullback(lambda u, Z_hat, s, g: (change(u, Z_hat, s, g), *batch_norm_backward(u, Z_hat, s, g)[1:]))


def scaled(index: int, factor: Callable) -> Rule:
    """The pullback with one cotangent times ``factor(m)``."""

    def change(u: Any, *rest: Any) -> tuple:
        found = list(batch_norm_backward(u, *rest))
        found[index] = found[index] * factor(u.shape[-1])
        return tuple(found)

    return with_pullback(change)


FAULTS = {
    "the mean is a constant": dZ_as(lambda u, Z_hat, s, g: g / s * (u - Z_hat * mean(u * Z_hat))),
    "the variance is a constant": dZ_as(lambda u, Z_hat, s, g: g / s * (u - mean(u))),
    "both are": dZ_as(lambda u, Z_hat, s, g: g / s * u),
    "no gamma": dZ_as(lambda u, Z_hat, s, g: batch_norm_backward(u, Z_hat, s, np.ones_like(g))[0]),
    "s squared": dZ_as(lambda u, Z_hat, s, g: batch_norm_backward(u, Z_hat, s * s, g)[0]),
    "the sample variance": dZ_as(lambda u, Z_hat, s, g: g / s * (u - mean(u) - Z_hat * mean(u * Z_hat) * 1.5)),
    "dgamma is a mean": scaled(1, lambda m: 1 / m),
    "dgamma doubled": scaled(1, lambda m: 2),
    "dbeta is a mean": scaled(2, lambda m: 1 / m),
    "a part in 10^10": scaled(0, lambda m: 1 + 1e-10),
}


@given(seed=seeds, shape=st.sampled_from(JAX_SHAPES))
@drawn(25)
def test_backward_is_the_adjoint(seed: int, shape: tuple[int, ...]) -> None:
    check_adjoint(RULE, seed, shape)


def test_jax_check_vjp_agrees() -> None:
    for seed in range(3):
        check_outside_witness(RULE, seed, (4, 3))


@pytest.mark.slow
@each("fault", FAULTS)
def test_a_planted_fault_is_seen(fault: str) -> None:
    assert seen(check_adjoint, FAULTS[fault], CASES)
    if fault != "a part in 10^10":
        assert seen(check_outside_witness, FAULTS[fault], CASES)


@given(seed=seeds, shape=shapes)
@drawn(20)
def test_it_is_linear_and_pure(seed: int, shape: tuple[int, ...]) -> None:
    check_linear(RULE, seed, shape)
    check_pure(RULE, seed, shape)


@given(seed=seeds, shape=shapes, dtype=dtypes)
@drawn(15)
def test_dtype_is_kept(seed: int, shape: tuple[int, ...], dtype: type) -> None:
    check_dtype(RULE, seed, shape, dtype)


@given(seed=seeds, lead=leading_axes, n=st.integers(1, 4), m=st.integers(1, 4))
@drawn(15)
def test_leading_axes_are_the_loop(seed: int, lead: tuple[int, ...], n: int, m: int) -> None:
    check_leading_axes(RULE, seed, (*lead, n, m))


def test_the_loop_rejects_a_mean_over_the_stack() -> None:
    whole = RULE._replace(forward=lambda Z, g, b: g * (Z - Z.mean()) / np.sqrt(Z.var() + EPSILON) + b)
    assert seen(check_leading_axes, whole, STACKS)


@pytest.mark.parametrize("epsilon", [1e-3, 1e-5, 1e-8])
def test_a_small_epsilon_against_the_complex_step(epsilon: float) -> None:
    """Every entry of dZ, dγ, dβ: Im f(x + ih) / h, h so small that nothing is truncated (Squire & Trapp 1998)."""
    rng = np.random.RandomState(3)
    Z, gamma, beta, u = (rng.standard_normal(shape) for shape in ((3, 7), (3, 1), (3, 1), (3, 7)))
    h = 1e-200

    def f(Z: Any, gamma: Any, beta: Any) -> Any:
        centred = Z - Z.sum(-1, keepdims=True) / 7
        return np.sum(u * (gamma * centred / np.sqrt((centred**2).sum(-1, keepdims=True) / 7 + epsilon) + beta))

    for k, got in enumerate(pullback(u, Z, gamma, beta, epsilon=epsilon)):
        args = [a.astype(complex) for a in (Z, gamma, beta)]
        for at in np.ndindex(got.shape):
            kept = args[k][at]
            args[k][at] = kept + 1j * h
            want = f(*args).imag / h
            args[k][at] = kept
            assert abs(got[at] - want) <= 64 * np.finfo(float).eps * (1 + abs(u).sum())


def test_what_comes_out_is_standard_and_its_gradient_pulls_nothing_along_mean_and_scale() -> None:
    rng = np.random.RandomState(0)
    Z = read_only(5 + 3 * rng.standard_normal((4, 500)))
    Z_hat, s = standardize(Z, epsilon=1e-12)
    assert np.allclose(Z_hat.mean(-1), 0, atol=1e-13)
    assert np.allclose(Z_hat.var(-1), 1, atol=1e-12)
    dZ, _, _ = batch_norm_backward(rng.standard_normal(Z.shape), Z_hat, s, np.ones((4, 1)))
    assert np.allclose(dZ.sum(-1), 0, atol=1e-12)  # the output does not change with a shift of Z,
    assert np.allclose((dZ * Z_hat).sum(-1), 0, atol=1e-9)  # nor with its scale


def test_one_example_is_all_mean() -> None:
    Z, gamma, beta = np.full((2, 1), 3.0), np.ones((2, 1)), np.array([[1.0], [2.0]])
    Z_hat, s = standardize(Z)
    assert np.array_equal(batch_norm(Z_hat, gamma, beta), beta)
    assert np.array_equal(batch_norm_backward(np.ones((2, 1)), Z_hat, s, gamma)[0], np.zeros((2, 1)))
