"""Each primitive against forwards written a second time, in JAX and in 50-digit decimals.

No test here contains a derivative: the forward twins below are differentiated by JAX. Each property is a function
``check_…(rule, seed, shape)``, so that the same function that accepts our code is shown, under "planted faults", to
reject code with a mistake in it.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax.test_util import check_vjp

from manual_backprop import primitives
from tests.folding import each
from tests.strategies import drawn, dtypes, keep_probs, leading_axes, read_only, seeds, shapes, soft_labels, wide

# JAX compiles for every shape, so what goes through JAX keeps to these; everything else draws its shapes.
JAX_SHAPES = [(1, 1), (4, 3), (2, 2, 3)]
ALPHA = 0.01


class Rule(NamedTuple):
    """A primitive: ``forward(*args, *constants)``, and ``pullback(u, *args, *constants)``, one cotangent per arg."""

    draw: Callable  # (rng, shape) -> (args, constants)
    forward: Callable
    pullback: Callable
    twin: Callable  # the same forward, in JAX
    majorant: Callable  # of magnitudes: at least Σ |term| of the forward, and of its rate of change (slopes are ≤ 1)


def activation(name: str, twin: Callable) -> Rule:
    rule = primitives.ACTIVATIONS[name]
    return Rule(
        draw=lambda rng, shape: ((rng.standard_normal(shape) * 2,), ()),
        forward=rule.forward,
        pullback=lambda u, Z: (rule.backward(u, Z, rule.forward(Z)),),
        twin=twin,
        majorant=lambda Z: Z + 1,
    )


def loss(name: str, twin: Callable) -> Rule:
    rule = primitives.OUTPUTS[name]

    def draw(rng: np.random.RandomState, shape: tuple[int, ...]) -> tuple:
        return (rng.standard_normal(shape) * 2,), (soft_labels(rng, shape, output=name),)

    return Rule(
        draw=draw,
        forward=rule.loss,
        pullback=lambda u, Z, Y: (u[..., None, :] * rule.backward(rule.activation(Z), Y),),
        twin=twin,
        majorant=lambda Z, Y: ((Z + Y + 1) ** 2).sum(axis=-2),
    )


def draw_affine(rng: np.random.RandomState, shape: tuple[int, ...]) -> tuple:
    *lead, n, m = shape
    normal = rng.standard_normal
    return (normal((*lead, n + 1, m)), normal((*lead, n, n + 1)), normal((*lead, n, 1))), ()


def draw_dropout(rng: np.random.RandomState, shape: tuple[int, ...]) -> tuple:
    keep_prob = rng.uniform(0.3, 1, size=shape[:-2])
    return (rng.standard_normal(shape),), (rng.random_sample(shape) < keep_prob[..., None, None], keep_prob)


def draw_l2(rng: np.random.RandomState, shape: tuple[int, ...]) -> tuple:
    *lead, n, m = shape
    return (rng.standard_normal(shape), rng.standard_normal((*lead, n + 2, n))), (rng.uniform(0, 3, size=lead), m)


def forward_l2(W_1: Any, W_2: Any, lambd: Any, m: int) -> Any:
    return primitives.l2([W_1, W_2], lambd=lambd, m=m)


def pullback_l2(u: Any, W_1: Any, W_2: Any, lambd: Any, m: int) -> tuple:
    return tuple(u[..., None, None] * primitives.l2_backward(W, lambd=lambd, m=m) for W in (W_1, W_2))


RULES = {
    "affine": Rule(
        draw=draw_affine,
        forward=primitives.affine,
        pullback=lambda u, A, W, b: primitives.affine_backward(u, A, W),
        twin=lambda A, W, b: jnp.einsum("...ij,...jk->...ik", W, A) + b,
        majorant=lambda A, W, b: W @ A + b,
    ),
    "relu": activation("relu", jax.nn.relu),
    "leaky_relu": activation("leaky_relu", lambda Z: jnp.where(Z > 0, Z, ALPHA * Z)),
    "tanh": activation("tanh", jnp.tanh),
    "sigmoid": activation("sigmoid", jax.nn.sigmoid),
    "softplus": activation("softplus", jax.nn.softplus),
    "identity": activation("identity", lambda Z: Z),
    "dropout": Rule(
        draw=draw_dropout,
        forward=lambda A, D, keep_prob: primitives.dropout(A, D, keep_prob=keep_prob),
        pullback=lambda u, A, D, keep_prob: (primitives.dropout_backward(u, D, keep_prob=keep_prob),),
        twin=lambda A, D, keep_prob: jnp.where(D, A, 0) / jnp.asarray(keep_prob)[..., None, None],
        majorant=lambda A, D, keep_prob: A / keep_prob[..., None, None],
    ),
    "sigmoid_cross_entropy": loss(
        "sigmoid", lambda Z, Y: -(Y * jax.nn.log_sigmoid(Z) + (1 - Y) * jax.nn.log_sigmoid(-Z)).sum(axis=-2)
    ),
    "softmax_cross_entropy": loss("softmax", lambda Z, Y: -(Y * jax.nn.log_softmax(Z, axis=-2)).sum(axis=-2)),
    "squared_error": loss("identity", lambda Z, Y: 0.5 * jnp.square(Z - Y).sum(axis=-2)),
    "l2": Rule(
        draw=draw_l2,
        forward=forward_l2,
        pullback=pullback_l2,
        twin=lambda W_1, W_2, lambd, m: (
            (lambd / 2) * (jnp.square(W_1).sum(axis=(-2, -1)) + jnp.square(W_2).sum(axis=(-2, -1))) / m
        ),
        majorant=lambda W_1, W_2, lambd, m: lambd / m * ((W_1**2).sum(axis=(-2, -1)) + (W_2**2).sum(axis=(-2, -1))),
    ),
}
ELEMENTWISE = ("relu", "leaky_relu", "tanh", "sigmoid", "softplus", "identity")


def problem(rule: Rule, seed: int, shape: tuple[int, ...]) -> tuple[tuple, tuple, Any, tuple]:
    """(args, constants, a cotangent u of the output, tangents v of the args), all read-only."""
    rng = np.random.RandomState(seed)
    args, constants = rule.draw(rng, shape)
    u = np.asarray(rng.standard_normal(np.shape(rule.forward(*args, *constants))))
    v = tuple(rng.standard_normal(a.shape) for a in args)
    return read_only((args, constants, u, v))


def rounding(rule: Rule, args: tuple, constants: tuple) -> Any:
    """How far two programs for ``forward`` may differ: roundings on the longest chain × eps × Σ |terms|.

    A sum of N terms rounds N times; 16 more cover an elementwise chain with one transcendental (each within a few
    eps), in both programs.
    """
    longest_sum = sum(a.shape[-2] * a.shape[-1] for a in args)
    magnitudes = rule.majorant(*map(np.abs, args), *map(np.abs, constants))
    return 2 * (16 + longest_sum) * np.finfo(np.float64).eps * magnitudes


def pullback_rounding(rule: Rule, u: Any, args: tuple, constants: tuple) -> float:
    """The same for one entry of a pullback, Σ_i u_i J_ij: moving an argument by 1 moves output i by at least |J_ij|."""
    return inner(abs(u), rounding(rule, tuple(abs(a) + 1 for a in args), constants))


def inner(u: Any, v: Any) -> float:
    return float(np.sum(u * v, dtype=np.longdouble))


def same_bits(got: Any, want: Any) -> bool:
    return all(
        np.asarray(g).dtype == np.asarray(w).dtype and np.asarray(g).tobytes() == np.asarray(w).tobytes()
        for g, w in zip(got, want, strict=True)
    )


# --- the backward is the adjoint of the derivative ----------------------------------------------------------


@cache
def jitted_jvp(twin: Callable) -> Callable:
    return jax.jit(lambda args, constants, v: jax.jvp(lambda *a: twin(*a, *constants), args, v))


def check_adjoint(rule: Rule, seed: int, shape: tuple[int, ...]) -> None:
    """⟨u, J v⟩ = ⟨Jᵀu, v⟩, J v by JAX; and the two forwards agree."""
    args, constants, u, v = problem(rule, seed, shape)
    with jax.enable_x64(True):
        out, Jv = map(np.asarray, jitted_jvp(rule.twin)(args, constants, v))
    forward = rule.forward(*args, *constants)
    assert np.all(abs(forward - out) <= rounding(rule, args, constants)), f"forward {forward}, JAX {out}"
    moved = tuple(abs(a) + abs(t) for a, t in zip(args, v, strict=True))  # bilinear terms |a||t| are among its terms
    bound = inner(abs(u), rounding(rule, moved, constants))
    pulled = rule.pullback(u, *args, *constants)
    assert [p.shape for p in pulled] == [a.shape for a in args]
    gap = inner(u, Jv) - sum(inner(p, t) for p, t in zip(pulled, v, strict=True))
    assert abs(gap) <= bound, f"<u, J v> and <JT u, v> differ by {gap}, rounding explains {bound}"


@each("name", RULES)
@given(seed=seeds, shape=st.sampled_from(JAX_SHAPES))
@drawn(25)
def test_backward_is_the_adjoint(name: str, seed: int, shape: tuple[int, ...]) -> None:
    check_adjoint(RULES[name], seed, shape)


def check_outside_witness(rule: Rule, seed: int, shape: tuple[int, ...]) -> None:
    """JAX's own check_vjp, by numerical differences of the twin."""
    args, constants, _, _ = problem(rule, seed, shape)

    def f(*args: Any) -> Any:
        return rule.twin(*args, *constants)

    def f_vjp(*args: Any) -> tuple:
        args = tuple(map(np.asarray, args))
        return rule.forward(*args, *constants), lambda u: rule.pullback(np.asarray(u), *args, *constants)

    with jax.enable_x64(True):
        check_vjp(f, f_vjp, tuple(map(jnp.asarray, args)))


@pytest.mark.slow
@each("name", RULES)
def test_jax_check_vjp_agrees(name: str) -> None:
    for seed in range(3):
        check_outside_witness(RULES[name], seed, (4, 3))


def check_linear(rule: Rule, seed: int, shape: tuple[int, ...]) -> None:
    """pullback(s u + t w) = s pullback(u) + t pullback(w)."""
    args, constants, u, _ = problem(rule, seed, shape)
    rng = np.random.RandomState(seed)
    w, s, t = rng.standard_normal(u.shape), rng.standard_normal(), rng.standard_normal()
    together = rule.pullback(s * u + t * w, *args, *constants)
    apart = zip(rule.pullback(u, *args, *constants), rule.pullback(w, *args, *constants), strict=True)
    bound = pullback_rounding(rule, abs(s * u) + abs(t * w), args, constants)
    for got, (p, q) in zip(together, apart, strict=True):
        assert np.all(abs(got - (s * p + t * q)) <= bound), "the backward is not linear in its cotangent"


@each("name", RULES)
@given(seed=seeds, shape=shapes)
@drawn(20)
def test_backward_is_linear_in_the_cotangent(name: str, seed: int, shape: tuple[int, ...]) -> None:
    check_linear(RULES[name], seed, shape)


# --- what every primitive owes: dtype, purity, leading axes -------------------------------------------------


def check_pure(rule: Rule, seed: int, shape: tuple[int, ...]) -> None:
    """Arguments are as they were, and two calls give the same bits."""
    args, constants, u, _ = problem(rule, seed, shape)  # read-only: a write raises
    before = [np.array(a) for a in (*args, *constants, u)]
    calls = [(rule.forward(*args, *constants), *rule.pullback(u, *args, *constants)) for _ in range(2)]
    assert same_bits(*calls), "two calls differ"
    assert same_bits((*args, *constants, u), before), "an argument was written to"


@each("name", RULES)
@given(seed=seeds, shape=shapes)
@drawn(15)
def test_arguments_are_intact_and_two_calls_agree(name: str, seed: int, shape: tuple[int, ...]) -> None:
    check_pure(RULES[name], seed, shape)


def check_dtype(rule: Rule, seed: int, shape: tuple[int, ...], dtype: type = np.float32) -> None:
    """dtype in is dtype out, whatever the dtype of λ and keep_prob; and right to that dtype's rounding."""
    args, constants, u, _ = problem(rule, seed, shape)
    args, u = read_only((tuple(a.astype(dtype) for a in args), u.astype(dtype)))
    labels = [np.shape(c) == args[0].shape and c.dtype == np.float64 for c in constants]
    constants = tuple(c.astype(dtype) if y else c for y, c in zip(labels, constants, strict=True))  # λ stays float64
    out = [rule.forward(*args, *constants), *rule.pullback(u, *args, *constants)]
    assert {np.asarray(o).dtype for o in out} == {np.dtype(dtype)}, [np.asarray(o).dtype for o in out]

    args, u = tuple(a.astype(np.float64) for a in args), u.astype(np.float64)
    wider = tuple(np.asarray(c) * 1.0 for c in constants)
    truth = [rule.forward(*args, *constants), *rule.pullback(u, *args, *constants)]
    coarser = np.finfo(dtype).eps / np.finfo(np.float64).eps
    bounds = [rounding(rule, args, wider)] + [pullback_rounding(rule, u, args, wider)] * len(args)
    for got, want, bound in zip(out, truth, bounds, strict=True):
        assert np.all(abs(got - want) <= coarser * bound), f"{np.dtype(dtype)} gives {got}, float64 gives {want}"


@each("name", RULES)
@given(seed=seeds, shape=shapes, dtype=dtypes)
@drawn(15)
def test_dtype_is_kept(name: str, seed: int, shape: tuple[int, ...], dtype: type) -> None:
    check_dtype(RULES[name], seed, shape, dtype)


@each("constant", [0.5, np.float64(0.5), np.float32(0.5), np.array(0.5)])
def test_dtype_is_kept_for_every_kind_of_constant(constant: Any) -> None:
    A, D = np.ones((2, 3), np.float32), np.ones((2, 3), bool)
    outs = [
        primitives.dropout(A, D, keep_prob=constant),
        primitives.dropout_backward(A, D, keep_prob=constant),
        primitives.l2([A], lambd=constant, m=3),
        primitives.l2_backward(A, lambd=constant, m=3),
    ]
    assert {np.asarray(o).dtype for o in outs} == {np.dtype(np.float32)}


def check_leading_axes(rule: Rule, seed: int, shape: tuple[int, ...]) -> None:
    """A stack in one call is the loop over its members."""
    args, constants, u, _ = problem(rule, seed, shape)
    lead = shape[:-2]
    outs = (rule.forward(*args, *constants), *rule.pullback(u, *args, *constants))
    for i in np.ndindex(lead):
        one = tuple(a[i] for a in args)
        consts = tuple(c[i] if np.ndim(c) else c for c in constants)
        wants = (rule.forward(*one, *consts), *rule.pullback(u[i], *one, *consts))
        bounds = [rounding(rule, one, consts)] + [pullback_rounding(rule, u[i], one, consts)] * len(args)
        for out, want, bound in zip(outs, wants, bounds, strict=True):
            assert out[i].shape == want.shape
            assert np.all(abs(out[i] - want) <= bound), f"member {i} of the stack differs from the call on it alone"


@each("name", RULES)
@given(seed=seeds, lead=leading_axes, n=st.integers(1, 4), m=st.integers(1, 4))
@drawn(15)
def test_leading_axes_are_the_loop(name: str, seed: int, lead: tuple[int, ...], n: int, m: int) -> None:
    check_leading_axes(RULES[name], seed, (*lead, n, m))


@given(seed=seeds, shape=shapes)
@drawn(30)
def test_softmax_columns_are_distributions_that_a_shift_leaves_alone(seed: int, shape: tuple[int, ...]) -> None:
    Z = read_only(np.random.RandomState(seed).randint(-50, 50, size=shape) / 4)  # shifts of these are exact
    A = primitives.softmax(Z)
    assert np.all(A > 0)
    assert np.all(abs(A.sum(axis=-2) - 1) <= 2 * shape[-2] * np.finfo(float).eps)
    assert same_bits([A], [primitives.softmax(Z + 64)])
    assert primitives.softmax(Z.astype(np.float32)).dtype == np.float32


# --- values: against 50 digits, and at the extremes ---------------------------------------------------------


def exactly(formula: Callable, *arrays: Any) -> Any:
    """``formula`` entry by entry in 50-digit decimals (the float's own value: Decimal(x) is exact)."""
    with localcontext() as context:
        context.prec, context.Emax, context.Emin = 50, 10**17, -(10**17)
        entries = zip(*(np.ravel(a) for a in arrays), strict=True)
        return [formula(*(Decimal(float(x)) for x in entry)) for entry in entries]


def softplus_decimal(z: Decimal) -> Decimal:
    return (1 + z.exp()).ln() if z > -40 else z.exp() - (2 * z).exp() / 2


def tanh_decimal(z: Decimal) -> Decimal:
    return ((2 * z).exp() - 1) / ((2 * z).exp() + 1)


DECIMAL = {
    "sigmoid": lambda z: 1 / (1 + (-z).exp()),
    "softplus": softplus_decimal,
    "tanh": tanh_decimal,
    "relu": lambda z: max(z, Decimal(0)),
    "leaky_relu": lambda z: z if z > 0 else Decimal(ALPHA) * z,
    "identity": lambda z: z,
}


def check_ulps(name: str, forward: Callable, Z: Any) -> None:
    """Within 4 units in the last place of the truth: an exponential, a sum, a quotient, one or two each."""
    got = forward(Z)
    for z, a, truth in zip(Z.ravel(), got.ravel(), exactly(DECIMAL[name], Z), strict=True):
        error = abs(Decimal(float(a)) - truth) / Decimal(float(np.spacing(abs(a))))
        assert error <= 4, f"{name}({z}) = {a} is {float(error):.1f} ulp off"


@each("name", ELEMENTWISE)
@given(seed=seeds, scale=st.sampled_from([1e-9, 1.0, 8.0, 80.0, 700.0]), dtype=dtypes)
@drawn(30)
def test_activations_are_right_to_the_last_digits(name: str, seed: int, scale: float, dtype: type) -> None:
    scale = min(scale, 80.0) if dtype is np.float32 else scale  # beyond, e^-|Z| is subnormal
    Z = np.random.RandomState(seed).uniform(-scale, scale, size=(2, 4)).astype(dtype)
    check_ulps(name, primitives.ACTIVATIONS[name].forward, Z)


def softmax_loss_decimal(Z: Any, Y: Any) -> list:
    """One column at a time; the labels' own sum multiplies the logarithm's shift, as in −Σ Y log softmax(Z)."""
    with localcontext() as context:
        context.prec = 50
        columns = zip(Z.T.tolist(), Y.T.tolist(), strict=True)
        return [
            sum(Decimal(z).exp() for z in zs).ln() - sum(Decimal(y) * Decimal(z) for y, z in zip(ys, zs, strict=True))
            for zs, ys in columns
        ]


@given(seed=seeds, scale=st.sampled_from([1.0, 30.0, 300.0]), n=st.integers(1, 4), m=st.integers(1, 4))
@drawn(30)
def test_losses_are_right_to_the_last_digits(seed: int, scale: float, n: int, m: int) -> None:
    """Where the truth is small beside its terms, digits can only be counted against the terms."""
    rng, eps = np.random.RandomState(seed), np.finfo(float).eps
    Z = rng.uniform(-scale, scale, size=(n, m))
    for name, formula in {
        "sigmoid": lambda z, y: y * softplus_decimal(-z) + (1 - y) * softplus_decimal(z),
        "identity": lambda z, y: (z - y) ** 2 / 2,
    }.items():
        Y = soft_labels(rng, (n, m), output=name)
        truth = np.array(exactly(formula, Z, Y)).reshape(n, m).sum(axis=0).astype(float)
        got = primitives.OUTPUTS[name].loss(Z, Y)
        assert np.all(abs(got - truth) <= (8 + n) * eps * truth), (name, got, truth)  # all terms positive: relative
    Y = np.eye(n)[:, rng.randint(n, size=m)]
    truth = np.array(softmax_loss_decimal(Z, Y), dtype=float)
    terms = abs(Z - Z.max(axis=0)).max(axis=0) + np.log(n) + 1
    assert np.all(abs(primitives.softmax_cross_entropy(Z, Y) - truth) <= (8 + 2 * n) * eps * terms)


@each("dtype", [np.float64, np.float32])
@each("name", ["sigmoid", "softmax"])
@given(seed=seeds, shape=shapes)
@drawn(40)
def test_cross_entropies_of_enormous_logits_are_finite(
    name: str, dtype: type, seed: int, shape: tuple[int, ...]
) -> None:
    rng, output = np.random.RandomState(seed), primitives.OUTPUTS[name]
    Z = read_only(wide(rng, shape, largest=1e300 if dtype is np.float64 else 1e37).astype(dtype))
    Y = read_only(soft_labels(rng, shape, output=name).astype(dtype))
    with np.errstate(all="raise", under="ignore"):
        losses, A = output.loss(Z, Y), output.activation(Z)
        dZ = output.backward(A, Y)
    assert np.isfinite(losses).all()
    assert np.isfinite(dZ).all()
    assert (losses >= -4 * shape[-2] * np.finfo(dtype).eps * abs(Z).max(axis=-2)).all()
    assert (A >= 0).all()
    assert (A <= 1).all()


@pytest.mark.parametrize("z", [1e3, 1e300, np.finfo(float).max])
def test_one_enormous_logit_gives_the_exact_loss(z: float) -> None:
    Z, one = np.array([[z, -z]]), np.ones((1, 2))
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(primitives.sigmoid_cross_entropy(Z, one), [0, z])
        np.testing.assert_array_equal(primitives.sigmoid_cross_entropy(Z, 0 * one), [z, 0])
    if z <= 1e300:  # beyond half the largest float the distance between two logits is itself infinite
        with np.errstate(all="raise", under="ignore"):
            np.testing.assert_array_equal(primitives.softmax_cross_entropy(Z.T, np.array([[0.0], [1.0]])), [2 * z])


def check_saturation(sigmoid: Callable, softplus: Callable) -> None:
    Z = np.array([[-1e300, -1000.0, 0.0, 1000.0, 1e300]])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(sigmoid(Z), [[0, 0, 0.5, 1, 1]])
        np.testing.assert_array_equal(softplus(Z), [[0, 0, np.log(2), 1000, 1e300]])
        np.testing.assert_array_equal(sigmoid(np.float32([[-200, 0, 200]])), np.float32([[0, 0.5, 1]]))


def test_sigmoid_and_softplus_saturate_without_a_warning() -> None:
    check_saturation(primitives.sigmoid, primitives.softplus)


@given(seed=seeds, shape=shapes)
@drawn(30)
def test_sigmoid_of_z_and_minus_z_sum_to_one(seed: int, shape: tuple[int, ...]) -> None:
    Z = wide(np.random.RandomState(seed), shape, largest=1e300)
    total = primitives.sigmoid(Z) + primitives.sigmoid(-Z)
    assert np.all(abs(total - 1) <= 2 * np.finfo(float).eps)


def check_kink(relu_backward: Callable, leaky_relu_backward: Callable) -> None:
    """At 0, and at −0, the slope is the one on the left; beside it, by one subnormal, the side's own."""
    tiny = np.nextafter(0.0, 1.0)
    Z, one = np.array([[-tiny, -0.0, 0.0, tiny]]), np.ones((1, 4))
    np.testing.assert_array_equal(relu_backward(one, Z), [[0, 0, 0, 1]])
    np.testing.assert_array_equal(leaky_relu_backward(one, Z), [[ALPHA, ALPHA, ALPHA, 1]])
    np.testing.assert_array_equal(leaky_relu_backward(one, Z, alpha=0.3), [[0.3, 0.3, 0.3, 1]])


def test_the_slope_at_a_kink_is_the_one_on_the_left() -> None:
    check_kink(primitives.relu_backward, primitives.leaky_relu_backward)
    np.testing.assert_array_equal(primitives.leaky_relu(np.array([[-2.0, 0, 2]]), alpha=0.3), [[-0.6, 0, 2]])


def test_jax_relu_agrees_at_zero_and_maximum_does_not() -> None:
    """Why the twins use jax.nn.relu: maximum's derivative at a tie is ½."""
    with jax.enable_x64(True):
        assert jax.grad(jax.nn.relu)(0.0) == 0 == primitives.relu_backward(1.0, 0.0)
        assert jax.grad(lambda z: jnp.maximum(z, 0.0))(0.0) == 0.5


# --- dropout ------------------------------------------------------------------------------------------------


def check_mask_law(dropout_mask: Callable, seed: int, shape: tuple[int, ...], keep_prob: float) -> None:
    """Boolean; entry by entry [the next draw < keep_prob], from the rng given, and from no other."""
    state = np.random.get_state()[1].copy()
    rng, twin = np.random.RandomState(seed), np.random.RandomState(seed)
    D = dropout_mask(shape, keep_prob=keep_prob, rng=rng)
    assert D.dtype == np.bool_, f"the mask has dtype {D.dtype}"
    assert D.shape == shape, f"the mask has shape {D.shape}"
    draws = twin.random_sample(int(np.prod(shape)))
    assert D.ravel().tolist() == [float(x) < keep_prob for x in draws], "the mask is not [draw < keep_prob]"
    assert rng.random_sample() == twin.random_sample(), "the rng has moved by another number of draws"
    assert np.array_equal(np.random.get_state()[1], state), "NumPy's global generator was used"


@given(seed=seeds, shape=shapes, keep_prob=keep_probs)
@drawn(40)
def test_mask_is_the_next_draws_below_keep_prob(seed: int, shape: tuple[int, ...], keep_prob: float) -> None:
    check_mask_law(primitives.dropout_mask, seed, shape, keep_prob)


def check_mask_rate(dropout_mask: Callable, seed: int, keep_prob: float, make_rng: Callable) -> None:
    """Hoeffding: P(|kept/N − p| > t) ≤ 2 exp(−2 N t²), here 1e-12."""
    N = 20_000
    D = dropout_mask((100, N // 100), keep_prob=keep_prob, rng=make_rng(seed))
    assert abs(D.mean() - keep_prob) <= np.sqrt(np.log(2 / 1e-12) / (2 * N))


@pytest.mark.parametrize("make_rng", [np.random.RandomState, np.random.default_rng])
@given(seed=seeds, keep_prob=keep_probs)
@drawn(15)
def test_mask_keeps_at_the_rate_asked_for(make_rng: Callable, seed: int, keep_prob: float) -> None:
    check_mask_rate(primitives.dropout_mask, seed, keep_prob, make_rng)


def test_mask_with_keep_prob_one_keeps_everything() -> None:
    assert primitives.dropout_mask((50, 50), keep_prob=1.0, rng=np.random.RandomState(0)).all()


def check_expectation(dropout: Callable, seed: int, keep_prob: float) -> None:
    """E_D[dropout(A, D)] = A: exactly, over all 2⁴ masks with their probabilities."""
    A = read_only(np.random.RandomState(seed).standard_normal((2, 2)))
    mean = np.zeros_like(A)
    for bits in itertools.product([False, True], repeat=4):
        D = np.array(bits).reshape(2, 2)
        probability = keep_prob ** D.sum() * (1 - keep_prob) ** (~D).sum()
        mean += probability * dropout(A, D, keep_prob=keep_prob)
    assert np.all(abs(mean - A) <= (16 + 10) * np.finfo(float).eps * abs(A) / keep_prob), "E[dropout(A)] is not A"


@given(seed=seeds, keep_prob=keep_probs)
@drawn(30)
def test_dropout_preserves_the_expectation(seed: int, keep_prob: float) -> None:
    check_expectation(primitives.dropout, seed, keep_prob)


# --- planted faults: each property rejects code with a mistake ----------------------------------------------


def patched(name: str, **changes: Callable) -> Rule:
    return RULES[name]._replace(**changes)


def pullback_as(name: str, change: Callable) -> Rule:
    """The rule, with ``change(cotangents, u, *args, *constants)`` in place of its cotangents."""
    right = RULES[name].pullback
    return patched(name, pullback=lambda u, *rest: tuple(change(right(u, *rest), u, *rest)))


def doubled(cotangents: tuple, *_: Any) -> tuple:
    return tuple(2 * c for c in cotangents)


def negated(cotangents: tuple, *_: Any) -> tuple:
    return tuple(-c for c in cotangents)


def lopsided(cotangents: tuple, u: Any, *_: Any) -> tuple:
    return tuple(np.maximum(c, 0) for c in cotangents)  # "guided backpropagation"


def draw_square(rng: np.random.RandomState, shape: tuple[int, ...]) -> tuple:
    *lead, n, m = shape
    return tuple(rng.standard_normal((*lead, n, k)) for k in (m, n, 1)), ()


def transposed_dW(u: Any, A: Any, W: Any, b: Any) -> tuple:
    dA, dW, db = primitives.affine_backward(u, A, W)
    return dA, dW.mT, db


ADJOINT_FAULTS = {
    **{f"{name} doubled": pullback_as(name, doubled) for name in RULES},
    **{f"{name} negated": pullback_as(name, negated) for name in RULES},
    "affine: dW of the wrong operand": pullback_as("affine", lambda c, u, A, W, b: (c[0], u @ abs(A).mT, c[2])),
    "affine: dA of one row of W": pullback_as("affine", lambda c, u, A, W, b: (W.mT[..., :1] * u[..., :1, :], *c[1:])),
    "affine: dW transposed": patched("affine", draw=draw_square, pullback=transposed_dW),
    "affine: db is a mean": pullback_as("affine", lambda c, u, *_: (*c[:2], u.mean(axis=-1, keepdims=True))),
    "affine: db over all axes": pullback_as("affine", lambda c, u, *_: (*c[:2], c[2] * 0 + u.sum())),
    "relu: < for >": pullback_as("relu", lambda c, u, Z: (u * (Z < 0),)),
    "relu: no derivative": pullback_as("relu", lambda c, u, Z: (u,)),
    "leaky_relu: relu's slope": pullback_as("leaky_relu", lambda c, u, Z: (u * (Z > 0),)),
    "tanh: 1 - A": pullback_as("tanh", lambda c, u, Z: (u * (1 - np.tanh(Z)),)),
    "tanh: Z for A": pullback_as("tanh", lambda c, u, Z: (primitives.tanh_backward(u, Z),)),
    "sigmoid: Z for A": pullback_as("sigmoid", lambda c, u, Z: (primitives.sigmoid_backward(u, Z),)),
    "softplus: tanh": pullback_as("softplus", lambda c, u, Z: (u * np.tanh(Z),)),
    "dropout: no mask": pullback_as("dropout", lambda c, u, A, D, keep: (u / keep[..., None, None],)),
    "dropout: no 1/keep_prob": pullback_as("dropout", lambda c, u, A, D, keep: (u * D,)),
    "dropout: 1/keep_prob twice": pullback_as("dropout", lambda c, u, A, D, keep: (c[0] / keep[..., None, None],)),
    "loss: A + Y": pullback_as("sigmoid_cross_entropy", lambda c, u, Z, Y: (c[0] + 2 * u[..., None, :] * Y,)),
    "loss: no activation": pullback_as("softmax_cross_entropy", lambda c, u, Z, Y: (u[..., None, :] * (Z - Y),)),
    "loss: no half": patched("squared_error", forward=lambda Z, Y: ((Z - Y) ** 2).sum(axis=-2)),
    "loss: a mean over outputs": patched("squared_error", forward=lambda Z, Y: ((Z - Y) ** 2).mean(axis=-2) / 2),
    "l2: no 1/m": pullback_as("l2", lambda c, u, W_1, W_2, lambd, m: tuple(d * m for d in c)),
    "l2: first layer only": pullback_as("l2", lambda c, *_: (c[0], 0 * c[1])),
    "a part in 10^12": pullback_as("affine", lambda c, *_: tuple(d * (1 + 1e-12) for d in c)),
}  # fmt: skip


def seen(check: Callable, rule: Any, cases: Any) -> bool:
    """Whether the check rejects the rule on one of the cases, as a run of them would."""
    for case in cases:
        try:
            check(rule, *case)
        except (AssertionError, FloatingPointError):
            return True
    return False


CASES = [(seed, (4, 3)) for seed in range(5)]
STACKS = [(seed, (2, 2, 3)) for seed in range(5)]


@each("fault", ADJOINT_FAULTS)
def test_the_adjoint_identity_rejects(fault: str) -> None:
    assert seen(check_adjoint, ADJOINT_FAULTS[fault], CASES)


@each("fault", [f for f in ADJOINT_FAULTS if f != "a part in 10^12"])
def test_check_vjp_rejects(fault: str) -> None:
    assert seen(check_outside_witness, ADJOINT_FAULTS[fault], CASES)


@each("name", [name for name in RULES if name != "l2"])
def test_linearity_rejects_a_cotangent_cut_at_zero(name: str) -> None:
    assert seen(check_linear, pullback_as(name, lopsided), CASES)


@each("name", RULES)
def test_linearity_rejects_a_constant_added(name: str) -> None:
    assert seen(check_linear, pullback_as(name, lambda c, *_: (c[0] + 1e-6, *c[1:])), CASES)


CALLS = itertools.count()


def writing(u: Any, Z: Any) -> tuple:
    try:
        Z *= 1
    except ValueError as error:  # NumPy's "assignment destination is read-only"
        raise AssertionError(str(error)) from error
    return (u * (Z > 0),)


@pytest.mark.parametrize(
    "rule",
    [
        patched("relu", pullback=writing),
        patched("relu", forward=lambda Z: Z + next(CALLS)),
        patched("tanh", forward=lambda Z: np.tanh(Z) + np.random.standard_normal() * 1e-12),
    ],
    ids=["writes into its argument", "counts its calls", "samples in secret"],
)
def test_purity_rejects(rule: Rule) -> None:
    assert seen(check_pure, rule, CASES)


@each(
    "rule",
    [
        patched("sigmoid", forward=lambda Z: 1 / (1 + np.exp(-Z.astype(np.float64)))),
        patched("relu", pullback=lambda u, Z: (u * np.where(Z > 0, np.ones(1), np.zeros(1)),)),
        patched("dropout", forward=lambda A, D, keep: A * D / keep[..., None, None]),
        patched("l2", pullback=lambda u, W_1, W_2, lambd, m: (lambd[..., None, None] / m * W_1, W_2)),
        patched(
            "tanh", forward=lambda Z: np.tanh(Z.astype(np.float16) if Z.dtype == np.float32 else Z).astype(Z.dtype)
        ),
    ],
)
def test_dtype_rejects(rule: Rule) -> None:
    assert seen(check_dtype, rule, STACKS)


@each(
    "rule",
    [
        patched("affine", pullback=lambda u, A, W, b: (W.mT @ u, u @ A.mT, b * 0 + u.sum(axis=(0, -1), keepdims=True))),
        patched("l2", forward=lambda W_1, W_2, lambd, m: lambd / (2 * m) * ((W_1**2).sum() + (W_2**2).sum())),
        patched("dropout", forward=lambda A, D, keep: A * D / keep.mean()),
        patched("sigmoid", forward=lambda Z: primitives.softmax(Z.reshape(1, -1, 1)).reshape(Z.shape)),
    ],
)
def test_the_loop_rejects(rule: Rule) -> None:
    assert seen(check_leading_axes, rule, STACKS)


def rejects(check: Callable, *arguments: Any) -> bool:
    return seen(lambda *all_of_them: check(*all_of_them), arguments[0], [arguments[1:]])


def test_ulps_reject_formulas_that_lose_digits() -> None:
    Z = np.random.RandomState(0).uniform(-30, 30, size=(2, 8))
    assert rejects(check_ulps, "softplus", lambda Z: np.log(1 + np.exp(Z)), Z)
    assert rejects(check_ulps, "sigmoid", lambda Z: 1 - 1 / (1 + np.exp(Z)), Z)
    assert rejects(check_ulps, "tanh", lambda Z: 2 / (1 + np.exp(-2 * Z)) - 1, Z / 1e3)


def test_saturation_rejects_formulas_that_overflow() -> None:
    assert rejects(check_saturation, lambda Z: 1 / (1 + np.exp(-Z)), primitives.softplus)
    assert rejects(check_saturation, primitives.sigmoid, lambda Z: np.log(1 + np.exp(Z)))


@pytest.mark.parametrize(
    "compare", [operator.ge, lambda Z, zero: (np.sign(Z) + 1) / 2], ids=["≥ for >", "½ at the tie"]
)
def test_the_kink_rejects(compare: Callable) -> None:
    def leaky(u: Any, Z: Any, alpha: float = ALPHA) -> Any:
        return u * (alpha + (1 - alpha) * compare(Z, 0))

    assert rejects(check_kink, lambda u, Z: u * compare(Z, 0), primitives.leaky_relu_backward)
    assert rejects(check_kink, primitives.relu_backward, leaky)


MASK_FAULTS = {
    "> for <": lambda shape, keep_prob, rng: rng.random_sample(shape) > keep_prob,
    "normal draws": lambda shape, keep_prob, rng: rng.standard_normal(shape) < keep_prob,
    "numbers for booleans": lambda shape, keep_prob, rng: (rng.random_sample(shape) < keep_prob).astype(float),
    "the global generator": lambda shape, keep_prob, rng: np.random.random_sample(shape) < keep_prob,
    "a seed of its own": lambda shape, keep_prob, rng: np.random.RandomState(1).random_sample(shape) < keep_prob,
    "one draw too many": lambda shape, keep_prob, rng: rng.random_sample((*shape, 2))[..., 0] < keep_prob,
    "one draw a column": lambda shape, keep_prob, rng: np.broadcast_to(rng.random_sample(shape[-1]) < keep_prob, shape),
}


@each("fault", MASK_FAULTS)
def test_the_mask_law_rejects(fault: str) -> None:
    assert rejects(check_mask_law, MASK_FAULTS[fault], 0, (4, 5), 0.7)


@pytest.mark.parametrize("fault", ["> for <", "normal draws"])
def test_the_mask_rate_rejects(fault: str) -> None:
    assert rejects(check_mask_rate, MASK_FAULTS[fault], 0, 0.7, np.random.RandomState)


@each(
    "dropout",
    [
        lambda A, D, keep_prob: A * D,
        lambda A, D, keep_prob: A * D / keep_prob**2,
        lambda A, D, keep_prob: A / keep_prob,
        lambda A, D, keep_prob: A * D / (1 - keep_prob),
    ],
)
def test_the_expectation_rejects(dropout: Callable) -> None:
    assert rejects(check_expectation, dropout, 0, 0.7)
