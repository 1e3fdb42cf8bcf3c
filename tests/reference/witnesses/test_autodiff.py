"""The padded, compiled witness says what plain ``jax.grad`` says of the unpadded problem, and leaves JAX as it was."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from reference.cases.case import HIDDENS, OUTPUTS, Case
from reference.cases.problem import Problem, draw
from reference.judging.tolerance import magnitudes_of
from reference.witnesses import autodiff as autodiff_module
from reference.witnesses.autodiff import BUCKETS, Autodiff, Bucket, autodiff, bucket_for
from reference.witnesses.complex_step import complex_step, every_coordinate
from tests.folding import each
from tests.strategies import float64_of, with_arrays

UNIT, TINY = float(np.finfo(np.float64).eps), float(np.finfo(np.float64).tiny)

# --- the unpadded problem, written apart ---------------------------------------------------------------------

ACTIVATIONS: dict[str, Callable] = {
    "relu": lambda Z: jnp.where(Z > 0, Z, 0),
    "leaky_relu": lambda Z: jnp.where(Z > 0, Z, 0.01 * Z),
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "softplus": lambda Z: jnp.logaddexp(Z, 0),
    "identity": lambda Z: Z,
}
LOSSES: dict[str, Callable] = {
    "sigmoid": lambda Z, Y: jnp.logaddexp(Z, 0) - Y * Z,
    "softmax": lambda Z, Y: -Y * jax.nn.log_softmax(Z, axis=0),
    "identity": lambda Z, Y: 0.5 * jnp.square(Z - Y),
}


def plain(problem: Problem, g: int) -> Autodiff:
    """One problem of a stack by ``jax.grad``: no padding, no compilation, one array per layer."""
    hidden, output, m = problem.shape.hidden, problem.shape.output, problem.shape.m
    X, Y, parameters = float64_of(problem)
    pairs = [(W[g], b[g]) for W, b in parameters]
    L = len(pairs)

    def data(pairs: Any, z: Any, a: Any) -> Any:
        A, Zs, Hs = X[g], [], []
        for l, (W, b) in enumerate(pairs):
            Zs.append(jnp.matmul(W, A) + b + z[l])
            if l < L - 1:
                Hs.append(ACTIVATIONS[hidden](Zs[-1]) + a[l])
                A = Hs[-1] if problem.masks is None else Hs[-1] * problem.masks[l][g] / problem.keep_prob[g]
        return jnp.sum(LOSSES[output](Zs[-1], Y[g])) / m, (Zs, Hs)

    def l2(pairs: Any) -> Any:
        return problem.lambd[g] / (2 * m) * sum(jnp.sum(W * W) for W, b in pairs)

    with jax.enable_x64(True):
        z = [np.zeros((W.shape[0], m)) for W, b in pairs]
        (J, (Zs, Hs)), (d, dZ, dA) = jax.value_and_grad(data, argnums=(0, 1, 2), has_aux=True)(pairs, z, z[:-1])
        penalty, d2 = jax.value_and_grad(l2)(pairs)
        dW, db = zip(*d, strict=True)
        parts = Autodiff(J, penalty, dW, db, [W for W, b in d2], [m * a for a in dZ], [m * a for a in dA], Zs, Hs)  # type: ignore[arg-type]
        return jax.tree.map(np.asarray, parts)


def assert_agrees(problem: Problem, got: Autodiff, want: Autodiff, g: int, times: int = 32) -> None:
    M = magnitudes_of(problem)
    flush = TINY * float(M.amplification[g])
    pairs = {
        "dW": M.dW, "db": M.db, "dZ": M.dZ, "dA": M.dA, "Z": M.Z, "H": M.H[: len(want.H)], "l2": M.l2,
    }  # fmt: skip
    for name, magnitudes in pairs.items():
        for l, bar in enumerate(magnitudes):
            a, b = getattr(got, name)[l][g], getattr(want, name)[l]
            assert a.shape == b.shape, name
            assert a.dtype == np.float64
            assert (np.abs(a - b) <= times * (UNIT * bar[g] + flush)).all(), f"{name}{l + 1} in {problem.cases[g]}"
    assert abs(got.cost[g] - want.cost) <= times * UNIT * M.cost[g]
    assert abs(got.l2_cost[g] - want.l2_cost) <= times * UNIT * M.l2_cost[g]


@pytest.mark.slow
@each("output", OUTPUTS)
@each("hidden", HIDDENS)
def test_it_is_jax_grad_of_the_unpadded_problem(hidden: str, output: str) -> None:
    cases = [
        Case((2, 3, 2, 2), 4, hidden, output, lambd=0.7, keep_prob=0.7, bias=bias, seed=8)
        for bias in ("random", "zero")
    ]
    problem = draw(cases)
    got = autodiff(problem)
    for g in range(len(cases)):
        assert_agrees(problem, got, plain(problem, g), g)


@each(
    "case", [Case((4, 3), 5, lambd=0.3), Case((1, 1), 1), Case((2, 3, 3, 2, 3, 2), 3, "tanh", "softmax", lambd=0.1)],
    ids=str,
)  # fmt: skip
def test_depth_is_data(case: Case) -> None:
    problem = draw([case])
    assert_agrees(problem, autodiff(problem), plain(problem, 0), 0)


@pytest.mark.slow
def test_a_wrong_entry_would_be_seen() -> None:
    problem = draw([Case((2, 3, 2), 4, "tanh", seed=1)])
    got, want = autodiff(problem), plain(problem, 0)
    assert_agrees(problem, got, want, 0)
    for name in ("dW", "db", "dZ", "dA"):
        off = getattr(got, name)[0] * (1 + 1e-12)
        with pytest.raises(AssertionError, match=f"{name}1"):
            assert_agrees(problem, got._replace(**{name: [off, *getattr(got, name)[1:]]}), want, 0)


def test_a_float32_problem_is_judged_in_float64() -> None:
    problem = draw([Case((2, 3, 2), 4, "tanh", dtype="float32", lambd=0.3, keep_prob=0.7, seed=1)])
    got = autodiff(problem)
    assert got.cost.dtype == got.dW[0].dtype == np.float64
    assert_agrees(problem, got, plain(problem, 0), 0)


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_float32_results_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    off = jax.enable_x64(False)
    monkeypatch.setattr(jax, "enable_x64", lambda on: contextlib.nullcontext())
    with off, pytest.raises(TypeError, match=r"float32.*float64"):
        autodiff(draw([Case((1, 1), 1)]))


# --- padding ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("hidden", HIDDENS)
def test_padding_changes_nothing(hidden: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [
        Case((3, 4, 2, 3), 5, hidden, output, lambd=0.7, keep_prob=0.6, bias="zero", scale=scale, seed=s)
        for s, scale in enumerate((1.0, 30.0, 1e-3))
    ]
    problem = draw(cases)
    small = autodiff(problem)
    monkeypatch.setattr(autodiff_module, "BUCKETS", BUCKETS[1:])
    large = autodiff(problem)
    for g in range(len(cases)):
        single = jax.tree.map(lambda a, g=g: a[g], large)
        assert_agrees(problem, small, single, g)


def test_a_batch_longer_than_a_bucket_is_cut_and_joined() -> None:
    cases = [Case((2, 3, 2), 4, seed=s) for s in range(BUCKETS[0].batch + 3)]
    problem = draw(cases)
    together = autodiff(problem)
    for g in (0, BUCKETS[0].batch - 1, BUCKETS[0].batch, len(cases) - 1):
        alone = autodiff(problem.at(g))
        assert np.array_equal(together.dW[0][g], alone.dW[0][0])
        assert together.cost[g] == alone.cost[0]
    assert len(together.cost) == len(cases)


def test_buckets_hold_what_they_are_asked_to() -> None:
    assert bucket_for(1, 1, 1) == BUCKETS[0]
    assert bucket_for(5, 12, 24) == BUCKETS[0]
    for beyond in ((5, 13, 24), (5, 12, 25)):
        assert bucket_for(*beyond) == BUCKETS[1]
    for beyond in ((6, 1, 1), (1, 25, 1), (1, 1, 49)):
        assert bucket_for(*beyond) == Bucket(1, *beyond)


@pytest.mark.slow
def test_a_problem_beyond_the_largest_bucket_is_asked_too() -> None:
    problem = draw([Case((2, 2, 2, 2, 2, 2, 1), 3, "tanh", seed=s) for s in range(2)])
    got = autodiff(problem)
    for g in range(2):
        assert_agrees(problem, got, plain(problem, g), g)


# --- ties and saturation ------------------------------------------------------------------------------------


def test_the_slope_of_relu_at_exact_ties_is_zero() -> None:
    problem = draw([Case((2, 3, 3, 1), 4, keep_prob=0.4, bias="zero", seed=s) for s in range(8)])
    got = autodiff(problem)
    ties = [(Z == 0) & (np.abs(dA) > 0) for Z, dA in zip(problem.forward().Z, got.dA, strict=False)]
    assert sum(int(tie.sum()) for tie in ties) > 5
    for tie, dZ in zip(ties, got.dZ, strict=False):
        assert (dZ[tie] == 0).all()


def test_the_slope_of_leaky_relu_at_exact_ties_is_alpha() -> None:
    problem = draw([Case((2, 3, 3, 1), 4, "leaky_relu", keep_prob=0.4, bias="zero", seed=s) for s in range(8)])
    got = autodiff(problem)
    ties = [(Z == 0) & (np.abs(dA) > 0) for Z, dA in zip(problem.forward().Z, got.dA, strict=False)]
    assert sum(int(tie.sum()) for tie in ties) > 5
    for tie, dZ, dA in zip(ties, got.dZ, got.dA, strict=False):
        np.testing.assert_allclose(dZ[tie], 0.01 * dA[tie], rtol=1e-15)


@each("size", [1.0, 20.0, 200.0, 700.0])
@each("output", OUTPUTS)
@each("hidden", HIDDENS)
def test_saturated_networks_are_right_to_rounding(hidden: str, output: str, size: float) -> None:
    """|Z| up to thousands, of both signs: the truth is the complex step."""
    problem = draw([Case((2, 3, 2), 4, hidden, output, seed=s) for s in range(3)])
    problem = with_arrays(problem, parameters=tuple((W * size, b) for W, b in problem.parameters))
    got, start = autodiff(problem), 0
    truth = complex_step(problem, every_coordinate(problem)).data
    for l, (W, b) in enumerate(problem.parameters):
        for block, bar, value in (
            (W, magnitudes_of(problem).dW[l], got.dW[l]),
            (b, magnitudes_of(problem).db[l], got.db[l]),
        ):
            want = np.moveaxis(truth[start : start + block[0].size], 0, -1).reshape(block.shape)
            start += block[0].size
            unit = UNIT * bar + TINY * magnitudes_of(problem).amplification[:, None, None]
            assert (np.abs(value - want) <= 16 * unit).all()


@each("z", [-700.0, -40.0, -32.172, -1e-3, 0.0, 1e-3, 6.3, 13.7, 20.3, 25.9, 30.7, 34.1, 40.0, 700.0])
def test_the_sigmoid_loss_keeps_its_digits_at_any_logit(z: float) -> None:
    """One weight, one example: relative, not to the size of a block."""
    problem = draw([Case((1, 1), 1, seed=s) for s in range(2)])
    ones = np.ones((2, 1, 1))
    problem = with_arrays(problem, X=ones, Y=ones * [[[0]], [[1]]], parameters=((z * ones, 0 * ones),))
    want = complex_step(problem, every_coordinate(problem)).data[0].astype(float)
    assert (np.abs(autodiff(problem).dW[0].ravel() - want) <= 8 * UNIT * np.abs(want) * (1 + (z == 0))).all()


# --- what it costs and what it leaves -----------------------------------------------------------------------


def test_x64_is_left_as_it_was() -> None:
    before = jax.config.jax_enable_x64
    for setting in (False, True):
        jax.config.update("jax_enable_x64", setting)
        try:
            assert autodiff(draw([Case((2, 3, 2), 4)])).cost.dtype == np.float64
            assert jax.config.jax_enable_x64 is setting
        finally:
            jax.config.update("jax_enable_x64", before)


@pytest.mark.slow
def test_at_most_three_programs_are_compiled_in_a_run_over_many_shapes() -> None:
    script = """
        import warnings
        warnings.simplefilter("error")
        import numpy as np
        import jax
        from reference.witnesses import autodiff as witness
        from reference.cases.domain import ANY
        from reference.cases.problem import draw
        from reference.cases.generation import random_stacks

        compiled = []
        jax.monitoring.register_event_duration_secs_listener(
            lambda name, *rest, **more: compiled.append(name) if name.endswith("backend_compile_duration") else None
        )
        witness.warm_up()
        warm = witness._program()._cache_size()
        shapes = set()
        for cases in random_stacks(ANY, np.random.RandomState(0), 1600):
            shapes.add(cases[0].shape)
            witness.autodiff(draw(cases))
        assert not jax.config.jax_enable_x64
        print(len(shapes), warm, witness._program()._cache_size(), len(compiled))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    shapes, warm, programs, compiled = map(int, done.stdout.split())
    assert shapes > 80
    assert warm == programs == len(BUCKETS) <= 3
    assert 0 < compiled <= 3


def test_arguments_stay_as_they_were_and_two_calls_give_the_same_bits() -> None:
    problem = draw([Case((2, 3, 2), 4, keep_prob=0.6, seed=s) for s in range(3)])  # its arrays are read-only
    one, other = (jax.tree.leaves(autodiff(problem)) for _ in range(2))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


def test_arrays_are_numpys() -> None:
    leaves: list[NDArray] = jax.tree.leaves(autodiff(draw([Case((2, 3, 2), 4)])))
    assert {type(leaf) for leaf in leaves} == {np.ndarray}
