"""Each optimizer against a recurrence for one scalar at a time, with loops and ``math`` alone, and against optax."""

import copy
import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from manual_backprop import optimizers
from tests.folding import each, slow_after

STEPS = 7


def gradient_descent(θ, gradients, *, learning_rate):
    for g in gradients:
        θ -= learning_rate * g
        yield θ


def momentum(θ, gradients, *, learning_rate, beta=0.9):
    v = 0.0
    for g in gradients:
        v = beta * v + (1 - beta) * g
        θ -= learning_rate * v
        yield θ


def rmsprop(θ, gradients, *, learning_rate, beta=0.9, epsilon=1e-8):
    s = 0.0
    for g in gradients:
        s = beta * s + (1 - beta) * g**2
        θ -= learning_rate * g / (math.sqrt(s) + epsilon)
        yield θ


def adam(θ, gradients, *, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """The moments as explicit sums over all steps so far, rather than as a recurrence."""
    for t in range(1, len(gradients) + 1):
        v = sum((1 - beta1) * beta1 ** (t - i) * gradients[i - 1] for i in range(1, t + 1))
        s = sum((1 - beta2) * beta2 ** (t - i) * gradients[i - 1] ** 2 for i in range(1, t + 1))
        v_hat, s_hat = v / (1 - beta1**t), s / (1 - beta2**t)
        θ -= learning_rate * v_hat / (math.sqrt(s_hat) + epsilon)
        yield θ


CASES = [
    ("gradient_descent", gradient_descent, {}),
    ("momentum", momentum, {}),
    ("momentum", momentum, {"beta": 0.5}),
    ("rmsprop", rmsprop, {}),
    ("rmsprop", rmsprop, {"beta": 0.5, "epsilon": 1e-2}),
    ("adam", adam, {}),
    ("adam", adam, {"beta1": 0.5, "beta2": 0.7, "epsilon": 1e-2}),
]


def draw(seed, *, dtype=np.float64):
    rng = np.random.RandomState(seed)
    shapes = [((3, 2), (3, 1)), ((1, 3), (1, 1))]
    return [(rng.randn(*W).astype(dtype), rng.randn(*b).astype(dtype)) for W, b in shapes]


def arrays(pairs):
    return [array for pair in pairs for array in pair]


def test_every_optimizer_is_tested():
    assert {name for name, _, _ in CASES} == set(optimizers.OPTIMIZERS)


@each(("name", "recurrence", "constants"), CASES)
def test_step_by_step(name, recurrence, constants):
    step, state = optimizers.OPTIMIZERS[name], None
    parameters = start = draw(0)
    gradients = [draw(seed) for seed in range(1, STEPS + 1)]
    walked = []
    for g in gradients:
        parameters, state = step(parameters, g, state, learning_rate=0.1, **constants)
        walked.append(arrays(parameters))

    for i, θ in enumerate(arrays(start)):
        for index in np.ndindex(θ.shape):
            g = [float(arrays(gradient)[i][index]) for gradient in gradients]
            expected = list(recurrence(float(θ[index]), g, learning_rate=0.1, **constants))
            got = [values[i][index] for values in walked]
            assert got == pytest.approx(expected, rel=1e-12, abs=1e-13)


@each(("name", "recurrence", "constants"), CASES)
def test_zero_gradients_are_a_fixed_point(name, recurrence, constants):
    parameters, state = draw(0), None
    zeros = [(np.zeros_like(W), np.zeros_like(b)) for W, b in parameters]
    for _ in range(3):
        stepped, state = optimizers.OPTIMIZERS[name](parameters, zeros, state, learning_rate=0.1, **constants)
        assert all(np.array_equal(new, old) for new, old in zip(arrays(stepped), arrays(parameters), strict=True))


@each("name", optimizers.OPTIMIZERS)
def test_nothing_is_mutated_and_two_calls_agree(name):
    step = optimizers.OPTIMIZERS[name]
    parameters, gradients = draw(0), draw(1)
    _, state = step(parameters, gradients, learning_rate=0.1)
    given = parameters, gradients, state
    before = copy.deepcopy(given)
    first, second = (step(*given, learning_rate=0.1) for _ in range(2))
    np.testing.assert_equal(given, before)
    np.testing.assert_equal(first, second)
    assert not any(np.shares_memory(new, old) for new in arrays(first[0]) for old in arrays(parameters))


@each("name", optimizers.OPTIMIZERS)
def test_dtype_is_kept(name):
    parameters, state = draw(0, dtype=np.float32), None
    for seed in (1, 2):
        gradients = draw(seed, dtype=np.float32)
        parameters, state = optimizers.OPTIMIZERS[name](parameters, gradients, state, learning_rate=0.1)
    assert {array.dtype for array in arrays(parameters)} == {np.dtype(np.float32)}


@each("name", optimizers.OPTIMIZERS)
def test_gradients_of_another_depth_are_refused(name):
    with pytest.raises(ValueError, match="zip"):
        optimizers.OPTIMIZERS[name](draw(0), draw(1)[:1], learning_rate=0.1)


# --- against a published library ----------------------------------------------------------------------------------

OPTAX = {
    "gradient_descent": lambda α: optax.sgd(α),
    # the library's first velocity is g, and later ones β v + g: (1 − β) is the course's, and stands before α here
    "momentum": lambda α: optax.sgd(α * (1 - 0.9), momentum=0.9),
    "rmsprop": lambda α: optax.rmsprop(α, decay=0.9, eps=1e-8, eps_in_sqrt=False),
    "adam": lambda α: optax.adam(α, b1=0.9, b2=0.999, eps=1e-8),
}


def test_every_optimizer_has_its_like_in_optax():
    assert set(OPTAX) == set(optimizers.OPTIMIZERS)


def walked_by_optax(make, steps, *, scale=1.0):
    with jax.enable_x64(True):
        rule = make(0.05)
        θ = [jnp.asarray(array) for array in arrays(draw(0))]
        state, update = rule.init(θ), jax.jit(rule.update)
        for seed in range(1, steps + 1):
            moves, state = update([jnp.asarray(scale * g) for g in arrays(draw(seed))], state, θ)
            θ = optax.apply_updates(θ, moves)
            yield [np.asarray(array) for array in θ]


def walked(name, steps, *, scale=1.0):
    parameters, state = draw(0), None
    for seed in range(1, steps + 1):
        g = [(scale * dW, scale * db) for dW, db in draw(seed)]
        parameters, state = optimizers.OPTIMIZERS[name](parameters, g, state, learning_rate=0.05)
        yield arrays(parameters)


def apart(ours, theirs):
    pairs = [(a, b) for one, other in zip(ours, theirs, strict=True) for a, b in zip(one, other, strict=True)]
    assert all(b.dtype == np.float64 for _, b in pairs)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


@pytest.mark.slow
@pytest.mark.parametrize("scale", slow_after(1, [1.0, 1e-6, 1e6]))
@each("name", OPTAX)
def test_every_step_is_optax_s(name, scale):
    """θ is of the size of 1, and 200 steps may add up some of its last bits."""
    steps = 200
    largest = max(1.0, max(float(np.abs(a).max()) for θ in walked(name, steps, scale=scale) for a in θ))
    theirs = list(walked_by_optax(OPTAX[name], steps, scale=scale))
    assert apart(walked(name, steps, scale=scale), theirs) < 1e-13 * largest


@pytest.mark.parametrize(
    ("name", "make"),
    slow_after(
        4,
        [
            ("gradient_descent", lambda α: optax.sgd(α * (1 + 1e-9))),
            ("momentum", lambda α: optax.sgd(α, momentum=0.9)),
            ("momentum", lambda α: optax.sgd(α * (1 - 0.9), momentum=0.9, nesterov=True)),
            ("rmsprop", lambda α: optax.rmsprop(α, decay=0.99, eps=1e-8, eps_in_sqrt=False)),
            ("rmsprop", lambda α: optax.rmsprop(α, decay=0.9, eps=1e-8)),
            ("rmsprop", lambda α: optax.rmsprop(α, decay=0.9, eps=1e-8, eps_in_sqrt=False, centered=True)),
            ("adam", lambda α: optax.adam(α, b1=0.9, b2=0.99, eps=1e-8)),
            ("adam", lambda α: optax.adam(α, b1=0.9, b2=0.999, eps=1e-6)),
            ("adam", lambda α: optax.amsgrad(α, b1=0.9, b2=0.999, eps=1e-8)),
        ],
    ),
)
def test_another_rule_is_noticed(name, make):
    assert apart(walked(name, 50), list(walked_by_optax(make, 50))) > 1e-11
