"""The in-place twin agrees with ``network`` to rounding, steps as the optimizer does, makes no array, keeps its own.

No tolerance is chosen here: entries may differ by C (u M + tiny · amplification), as ``manual_backprop.magnitudes``
and ``reference.judging.tolerance`` derive it.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

from manual_backprop import masks, network, optimizers, workspace
from manual_backprop.workspace import Workspace
from reference.cases.case import DTYPES, Case
from reference.cases.problem import Problem, draw
from reference.judging.tolerance import compare, magnitudes_of, tolerance
from tests.folding import each, slow_after
from tests.strategies import HIDDEN, OUTPUTS, drawn_in_tiers, small_cases, with_arrays

# Depths 1 to 5; widths of 1 below, between and on top; one example and several.
SHAPES = [((1, 1), 1), ((3, 2), 4), ((2, 1, 3), 5), ((1, 4, 3, 1), 1), ((4, 3, 1, 2, 2), 6), ((3, 5, 4, 3, 2, 1), 7)]
EVERY_NETWORK = each(
    ("hidden", "output", "dtype"),
    list(product(HIDDEN, OUTPUTS, DTYPES)),
)
CONSTANTS = list(product((0.0, 0.7), (1.0, 0.6)))  # λ, keep_prob


def allocated(problem: Problem) -> Workspace:
    shape = problem.shape
    return workspace.allocate(shape.dims, shape.m, dtype=shape.dtype, hidden=shape.hidden, output=shape.output)


def every_array(ws: Workspace) -> list[NDArray]:
    return [array for layer in ws.layers for array in layer] + [ws.masks, ws.Y, ws.row]


def place(ws: Workspace, problem: Problem) -> Workspace:
    """A stack of one (its arrays are read-only: a write raises), and NaN wherever a pass must write before it reads."""
    for layer in ws.layers:
        for buffer in (layer.Z, layer.F, layer.A, layer.d_theta, layer.scratch, layer.b_kept):
            buffer[...] = np.nan
    ws.row[...] = np.nan
    workspace.load(ws, problem.X[0], problem.Y[0], [(W[0], b[0]) for W, b in problem.parameters])
    ws.masks[...] = np.concatenate([D[0].ravel() for D in problem.masks]) if problem.masks else False
    return ws


def named(A: NDArray, J: NDArray, pairs: list[tuple[NDArray, NDArray]]) -> dict[str, NDArray]:
    return {"A": A, "J": J} | {f"d{'Wb'[k]}{l}": pair[k] for l, pair in enumerate(pairs, start=1) for k in (0, 1)}


def passes(ws: Workspace, problem: Problem) -> dict[str, NDArray]:
    """The output, J and every gradient, copied, with the stack's leading axis."""
    lambd, keep_prob = float(problem.lambd[0]), float(problem.keep_prob[0])
    A = workspace.forward_propagation(ws, keep_prob=keep_prob)[None].copy()
    J = np.array([workspace.compute_cost(ws, lambd=lambd)])
    workspace.backward_propagation(ws, lambd=lambd)
    return named(A, J, [(dW[None].copy(), db[None].copy()) for dW, db in workspace.gradients(ws)])


def by_network(problem: Problem) -> dict[str, NDArray]:
    X, Y, parameters, switches = problem.X, problem.Y, problem.parameters, problem.architecture()
    forward = network.forward_propagation(X, parameters, **switches)
    gradients = network.backward_propagation(Y, parameters, forward, lambd=problem.lambd, **switches)
    J = network.compute_cost(forward.Z[-1], Y, parameters, output=problem.shape.output, lambd=problem.lambd)
    return named(forward.H[-1], J, list(zip(gradients.dW, gradients.db, strict=True)))


def check_close(problem: Problem, name: str, got: NDArray, want: NDArray, M: NDArray) -> None:
    assert (got.shape, got.dtype) == (want.shape, want.dtype), f"{name} is {got.dtype} {got.shape}, not {want.dtype}"
    error, wrong, _ = compare(got, want, tolerance(problem, magnitudes_of(problem), M))
    assert not wrong.any(), f"{name} is off by {error.max():.3g} u M in {problem.cases[0]}"


def check_agrees(problem: Problem) -> dict[str, NDArray]:
    M, got = magnitudes_of(problem), passes(place(allocated(problem), problem), problem)
    weights = [bar + decay for bar, decay in zip(M.dW, M.l2, strict=True)]
    bars = named(M.H[-1], M.cost + M.l2_cost, list(zip(weights, M.db, strict=True)))
    for name, want in by_network(problem).items():
        check_close(problem, name, got[name].astype(want.dtype) if name == "J" else got[name], want, bars[name])
    return got


def bits(arrays: Iterable[NDArray]) -> list[bytes]:
    return [array.tobytes() for array in arrays]


def flat(pairs: Iterable[tuple[NDArray, NDArray]]) -> list[NDArray]:
    return [array for pair in pairs for array in pair]


# --- cost and gradients -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shapes", slow_after(1, [(SHAPES[5:],), (SHAPES[:5],)]))
@EVERY_NETWORK
def test_output_cost_and_gradients_are_those_of_network(hidden: str, output: str, dtype: str, shapes: list) -> None:
    for (dims, m), (lambd, keep_prob), seed in product(shapes, CONSTANTS, range(2)):
        check_agrees(draw([Case(dims, m, hidden, output, lambd, keep_prob, dtype=dtype, seed=seed)]))


@drawn_in_tiers(40, 200, case=small_cases(dtype=st.sampled_from(DTYPES)))
def test_any_case_agrees(case: Case) -> None:
    """Zero biases, which make exact ties, and weights from 1e-3 to 1e2 times He's are among them."""
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is out of range, and judged as such
        check_agrees(draw([case]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_network_wide_enough_for_blocked_products_agrees(dtype: str) -> None:
    check_agrees(draw([Case((70, 130, 90, 10), 300, "tanh", "softmax", 0.7, 0.8, dtype=dtype, seed=5)]))


@EVERY_NETWORK
@each("buffer", ["F", "A"])
def test_a_slope_or_an_activation_off_by_some_u_is_rejected(
    hidden: str, output: str, dtype: str, buffer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem, right = draw([Case((3, 5, 4, 2), 6, hidden, output, 0.7, 0.8, dtype=dtype)]), workspace.ACTIVATE[hidden]
    check_agrees(problem)

    def off(layer: workspace.Layer, share: Any) -> None:
        right(layer, share)
        getattr(layer, buffer)[...] *= 1 + 1e5 * problem.unit

    monkeypatch.setitem(workspace.ACTIVATE, hidden, off)
    with pytest.raises(AssertionError, match="off by"):
        check_agrees(problem)


# --- the step ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("lambd", "keep_prob"), slow_after(1, reversed(CONSTANTS)))
@EVERY_NETWORK
def test_each_of_several_steps_is_the_optimizers(
    hidden: str, output: str, dtype: str, lambd: float, keep_prob: float
) -> None:
    """θ − α g at the workspace's own θ, within C u (|θ| + α M); fresh masks at every step."""
    rng, learning_rate = np.random.RandomState(0), 0.01
    problem = draw([Case((3, 5, 1, 4, 2), 6, hidden, output, lambd, keep_prob, dtype=dtype, seed=1)])
    ws = place(allocated(problem), problem)
    for step in range(1, 5):
        here = tuple((W[None].copy(), b[None].copy()) for W, b in workspace.parameters(ws))
        if problem.masks:
            ws.masks[...] = rng.random_sample(ws.masks.size) < keep_prob
        D = problem.masks and tuple(layer.D[None] for layer in ws.layers[:-1])
        problem = with_arrays(problem, parameters=here, masks=D)
        workspace.forward_propagation(ws, keep_prob=keep_prob)
        workspace.gradient_descent(ws, learning_rate=learning_rate, lambd=lambd)
        slopes, M = list(by_network(problem).values())[2:], magnitudes_of(problem)
        stepped, _ = optimizers.gradient_descent(
            here, list(zip(slopes[::2], slopes[1::2], strict=True)), learning_rate=learning_rate
        )
        bars = [(dW + l2, db) for dW, l2, db in zip(M.dW, M.l2, M.db, strict=True)]
        for θ, bar, got, want in zip(
            flat(here), flat(bars), flat(workspace.parameters(ws)), flat(stepped), strict=True
        ):
            check_close(problem, f"step {step}: {θ.shape}", got[None], want, np.abs(θ) + learning_rate * bar)


@pytest.mark.parametrize("dtype", DTYPES)
def test_biases_are_not_decayed(dtype: str) -> None:
    """No bit of db, and none of b after a step, depends on λ; those of W do."""
    problem, found = draw([Case((3, 5, 4, 2), 6, dtype=dtype, seed=2)]), []
    for lambd in (0.0, 3.0):
        ws = place(allocated(problem), problem)
        workspace.forward_propagation(ws)
        workspace.backward_propagation(ws, lambd=lambd)
        slopes = [array.copy() for array in flat(workspace.gradients(ws))]
        workspace.forward_propagation(ws)
        workspace.gradient_descent(ws, learning_rate=0.1, lambd=lambd)
        found.append([*slopes, *flat(workspace.parameters(ws))])
    for k, (plain, decayed) in enumerate(zip(*found, strict=True)):
        assert np.array_equal(plain, decayed) == (k % 2 == 1)


@each(("dtype", "lambd"), list(product(DTYPES, (0.0, 0.7))))
def test_a_learning_rate_of_0_leaves_every_bit(dtype: str, lambd: float) -> None:
    problem = draw([Case((3, 5, 4, 2), 6, "tanh", dtype=dtype, keep_prob=0.8, seed=3)])
    ws = place(allocated(problem), problem)
    for _ in range(3):
        workspace.forward_propagation(ws, keep_prob=0.8)
        workspace.gradient_descent(ws, learning_rate=0.0, lambd=lambd)
    assert bits(flat(workspace.parameters(ws))) == bits(flat(problem.parameters))


# --- whose memory -----------------------------------------------------------------------------------------------


@EVERY_NETWORK
def test_two_calls_give_the_same_bits_whatever_came_between(hidden: str, output: str, dtype: str) -> None:
    problem, other = (draw([Case((3, 5, 4, 2), 6, hidden, output, 0.7, 0.8, dtype=dtype, seed=s)]) for s in (4, 5))
    ws = place(allocated(problem), problem)
    first = bits(passes(ws, problem).values())
    assert bits(passes(ws, problem).values()) == first
    passes(place(ws, other), other)
    workspace.forward_propagation(ws, keep_prob=0.8)
    workspace.gradient_descent(ws, learning_rate=0.01, lambd=0.7)
    assert bits(passes(place(ws, problem), problem).values()) == first
    assert bits(passes(place(allocated(problem), problem), problem).values()) == first


def test_what_is_loaded_or_moved_to_is_copied() -> None:
    problem = draw([Case((3, 5, 2), 6, lambd=0.7, seed=4)])
    X, Y = problem.X[0].copy(), problem.Y[0].copy()
    pairs = [(W[0].copy(), b[0].copy()) for W, b in problem.parameters]
    given = [X, Y, *flat(pairs)]
    before, ws = bits(given), allocated(problem)
    workspace.load(ws, X, Y, pairs)
    first = bits(passes(ws, problem).values())
    workspace.forward_propagation(ws)
    workspace.gradient_descent(ws, learning_rate=0.3)
    assert bits(passes(ws, problem).values()) != first
    workspace.move(ws, pairs)
    assert bits(given) == before
    assert not any(np.may_share_memory(array, own) for array in given for own in every_array(ws))
    assert bits(passes(ws, problem).values()) == first, "move is load, but for the examples"


def test_two_workspaces_share_no_memory() -> None:
    first, second = (workspace.allocate((3, 5, 4, 2), 6) for _ in range(2))
    assert not any(np.may_share_memory(a, b) for a, b in product(every_array(first), every_array(second)))


def test_parameters_and_gradients_are_views_of_the_weights_shapes() -> None:
    problem = draw([Case((3, 5, 4, 2), 6, seed=6)])
    ws = allocated(problem)
    θ, g = flat(workspace.parameters(ws)), flat(workspace.gradients(ws))
    shapes = [(5, 3), (5, 1), (4, 5), (4, 1), (2, 4), (2, 1)]
    assert [array.shape for array in θ] == [array.shape for array in g] == shapes
    assert not any(array.any() for array in θ), "zero until load"
    want = passes(place(ws, problem), problem)
    assert bits(θ) == bits(flat(problem.parameters))
    assert bits(g) == bits(list(want.values())[2:])
    workspace.forward_propagation(ws)
    workspace.gradient_descent(ws, learning_rate=0.3)
    assert not any(np.array_equal(new, old[0]) for new, old in zip(θ, flat(problem.parameters), strict=True))


# --- no array in a step -----------------------------------------------------------------------------------------


def peak(hidden: str, output: str, dtype: str, keep_prob: float, lambd: float) -> int:
    """Bytes that two whole steps, one of them through ``backward_propagation``, hold at most, after one to warm up."""
    m, rng = 1100, np.random.RandomState(0)  # D, the smallest array of a hidden layer, is 132 kB; a row is 4.4 kB
    ws = workspace.allocate((20, 130, 120, 10), m, dtype=dtype, hidden=hidden, output=output)
    θ = [(0.1 * rng.standard_normal(W.shape).astype(dtype), b) for W, b in workspace.parameters(ws)]
    workspace.load(ws, rng.standard_normal((20, m)).astype(dtype), np.eye(10)[:, rng.randint(10, size=m)], θ)
    source = masks.stream(rng, ws.masks.size)
    assert min(layer.D.nbytes for layer in ws.layers[:-1]) > 100_000

    def steps() -> None:
        for down in (workspace.gradient_descent, workspace.backward_propagation):
            if keep_prob < 1:
                masks.draw(ws.masks, source, keep_prob=keep_prob)
            workspace.forward_propagation(ws, keep_prob=keep_prob)
            down(ws, lambd=lambd, **({"learning_rate": 1e-3} if down is workspace.gradient_descent else {}))

    steps()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        steps()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("dtype", slow_after(1, reversed(DTYPES)))
@pytest.mark.parametrize(
    ("hidden", "output"), slow_after(1, [*((h, "sigmoid") for h in HIDDEN), *(("relu", o) for o in OUTPUTS[1:])])
)
def test_no_step_makes_an_array(hidden: str, output: str, dtype: str) -> None:
    for lambd, keep_prob in CONSTANTS:
        held = peak(hidden, output, dtype, keep_prob, lambd)
        assert held < 4096, f"{held} bytes at λ = {lambd}, keep_prob = {keep_prob}"


@pytest.mark.parametrize("extra", [lambda layer: layer.Z > 0, lambda layer: layer.Z[:1] + 1])
def test_an_array_that_is_made_is_seen(extra: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    right = workspace.ACTIVATE["relu"]
    monkeypatch.setitem(workspace.ACTIVATE, "relu", lambda layer, share: (extra(layer), right(layer, share))[1])
    assert peak("relu", "sigmoid", "float32", 1.0, 0.0) >= 4096


# --- saturation -------------------------------------------------------------------------------------------------


@each(("dtype", "size"), [("float64", 800.0), ("float32", 100.0)])
@each("output", OUTPUTS)
def test_saturated_logits_are_exact_and_quiet(output: str, dtype: str, size: float) -> None:
    right, zero = np.eye(2), np.zeros((1, 2, 1), dtype)
    X = size * (2 * right - 1)
    for Y in (right, 1 - right):
        start = draw([Case((2, 2), 2, output=output, dtype=dtype)])
        arrays = {"X": X[None].astype(dtype), "Y": Y[None].astype(dtype)}
        got = check_agrees(with_arrays(start, parameters=((right[None].astype(dtype), zero),), **arrays))
        assert np.isfinite(got["J"]).all()
        assert np.array_equal(got["A"][0], X if output == "identity" else right)
        if output != "identity":
            assert got["J"] < 1e-40 if Y is right else got["J"] == 2 * size
            assert np.array_equal(got["dW1"][0], (right - Y) @ X.T / 2)


@each(("dtype", "size"), [("float64", 800.0), ("float32", 100.0)])
@each("hidden", HIDDEN)
def test_saturated_hidden_layers_are_finite_and_quiet(hidden: str, dtype: str, size: float) -> None:
    for output, (_, keep_prob) in product(OUTPUTS, CONSTANTS[:2]):
        start = draw([Case((2, 2, 2), 2, hidden, output, 0.7, keep_prob, dtype=dtype)])
        eye, zero = np.eye(2, dtype=dtype)[None], np.zeros((1, 2, 1), dtype)
        X, Y = size * (2 * eye - 1), 1 - eye
        scaled = eye * (np.dtype(dtype).type(size) if hidden in ("tanh", "sigmoid") else 1)
        got = check_agrees(with_arrays(start, X=X, Y=Y, parameters=((eye, zero), (scaled, zero))))
        assert all(np.isfinite(array).all() for array in got.values())


# --- what does not fit is refused -------------------------------------------------------------------------------

FITS = workspace.allocate((3, 4, 2), 6)
X, Y = np.ones((3, 6)), np.ones((2, 6))
(W1, b1), second = (np.ones((4, 3)), np.ones((4, 1))), (np.ones((2, 4)), np.ones((2, 1)))
SINGLE = [(W.astype("f"), b.astype("f")) for W, b in ((W1, b1), second)]
REFUSED: list[tuple[Callable, tuple, dict, type, str]] = [
    (workspace.allocate, ((3,), 6), {}, ValueError, r"layers_dims is \[3\] and m 6; they take"),
    (workspace.allocate, ((3, 0, 2), 6), {}, ValueError, r"layers_dims is \[3, 0, 2\] and m 6"),
    (workspace.allocate, ((3, 2.5), 6), {}, ValueError, r"layers_dims is \[3, 2\.5\]"),
    (workspace.allocate, ((3, 2), 0), {}, ValueError, r"layers_dims is \[3, 2\] and m 0"),
    (workspace.allocate, ((3, 2), 6), {"dtype": "float16"}, TypeError, "dtype is float16; a workspace takes float64"),
    (workspace.allocate, ((3, 2), 6), {"dtype": int}, TypeError, "dtype is int64"),
    (workspace.allocate, ((3, 2), 6), {"hidden": "gelu"}, ValueError, "hidden is 'gelu'; it takes one of relu"),
    (workspace.allocate, ((3, 2), 6), {"output": "relu"}, ValueError, "output is 'relu'; it takes one of sigmoid"),
    (workspace.load, (FITS, X[:, :5], Y, [(W1, b1), second]), {}, ValueError, r"X is \(3, 5\) .* takes \(3, 6\)"),
    (workspace.load, (FITS, X[None], Y, [(W1, b1), second]), {}, ValueError, r"X is \(1, 3, 6\)"),
    (workspace.load, (FITS, X, Y, [(W1, b1)]), {}, ValueError, r"takes \(3, 6\) and \[\(4, 3\), \(2, 4\)\]"),
    (workspace.load, (FITS, X, Y, []), {}, ValueError, "parameters is empty"),
    (workspace.load, (FITS, X, Y, [(W1.T, b1), second]), {}, ValueError, r"W1 \(3, 4\)"),
    (workspace.load, (FITS, X, Y, [(W1, b1[None].repeat(2, 0)), second]), {}, ValueError, r"\(2, 4, 1\)"),
    (workspace.load, (FITS, X, Y[0], [(W1, b1), second]), {}, ValueError, r"Y has shape \(6,\); the output takes"),
    (workspace.load, (FITS, X, Y[:1], [(W1, b1), second]), {}, ValueError, r"Y has shape \(1, 6\)"),
    (workspace.load, (FITS, X.astype("f"), Y, [(W1, b1), second]), {}, TypeError, "W1 is float64 .* X is float32"),
    (workspace.load, (FITS, X.astype("f"), Y, SINGLE), {}, TypeError, "X is float32; this workspace takes float64"),
    (workspace.move, (FITS, [(W1[:1], b1), second]), {}, ValueError, r"have shapes \[\(\(1, 3\), \(4, 1\)\)"),
    (workspace.move, (FITS, [(W1, b1), (second[0], b1[:1])]), {}, ValueError, r"\(\(2, 4\), \(1, 1\)\)\]; this"),
    (workspace.move, (FITS, [(W1, b1)]), {}, ValueError, "parameters have shapes"),
    *(
        (workspace.forward_propagation, (FITS,), {"keep_prob": value}, ValueError, f"keep_prob is {value}; it takes")
        for value in (0.0, -0.5, 1.5, float("nan"))
    ),
]


@each(("function", "given", "named", "error", "message"), REFUSED)
def test_what_does_not_fit_is_refused_in_one_line(
    function: Callable, given: tuple, named: dict, error: type, message: str
) -> None:
    before = bits(flat(workspace.parameters(FITS)))
    with pytest.raises(error, match=message) as raised:
        function(*given, **named)
    assert "\n" not in str(raised.value)
    assert bits(flat(workspace.parameters(FITS))) == before, "moved part of the way"
