"""The whole network, against a forward pass written a second time, and against itself under symmetries.

No test here contains a derivative. The twin below is a forward pass and a cost, in products and sums; JAX or a
complex step differentiates it. Each property is a function ``check_…(network)``, so that the same function that
accepts our code is shown, under "planted faults", to reject code with a mistake in it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jax.test_util import check_vjp
from numpy.typing import NDArray

from manual_backprop import Forward, Gradients, network, primitives
from tests.folding import each, slow_after
from tests.strategies import (
    Network,
    build_network,
    drawn,
    drawn_in_tiers,
    keep_probs,
    lambds,
    leading_axes,
    networks,
    read_only,
    seeds,
)

# --- the code under test, in one call -----------------------------------------------------------------------


class Run(NamedTuple):
    J: NDArray
    forward: Forward
    gradients: Gradients


def run(net: Network) -> Run:
    switches = {"hidden": net.hidden, "output": net.output, "masks": net.masks, "keep_prob": net.keep_prob}
    forward = network.forward_propagation(net.X, net.parameters, **switches)
    J = network.compute_cost(forward.Z[-1], net.Y, net.parameters, output=net.output, lambd=net.lambd)
    return Run(J, forward, network.backward_propagation(net.Y, net.parameters, forward, lambd=net.lambd, **switches))


def arrays(result: Run) -> dict[str, Any]:
    """Every array of a run under the course's name: J, Z1, …, dW1, …"""
    named = {"J": result.J}
    for kind, values in {**result.forward._asdict(), **result.gradients._asdict()}.items():
        named |= {f"{kind}{l}": value for l, value in enumerate(values, start=0 if kind == "A" else 1)}
    return named


def same_bits(got: Run, want: Run) -> bool:
    pairs = zip(arrays(got).values(), arrays(want).values(), strict=True)
    return all(g.dtype == w.dtype and g.shape == w.shape and g.tobytes() == w.tobytes() for g, w in pairs)


# --- how far two correct programs may differ ----------------------------------------------------------------


def column(value: Any) -> NDArray:
    return np.asarray(value, dtype=np.float64)[..., None, None]


# At most |f'| and |f''|, and the magnitudes that a computed f' is a sum of (1 and A², A and A²).
SLOPE = {"relu": 1, "leaky_relu": 1, "tanh": 1, "sigmoid": 0.25, "softplus": 1, "identity": 1}
BEND = {"relu": 0, "leaky_relu": 0, "tanh": 0.77, "sigmoid": 0.1, "softplus": 0.25, "identity": 0}
FEW = 8  # roundings of an activation, a mask, a quotient: each libm function is within 4 units in the last place


def rounding(net: Network, dtype: type = np.float64) -> Run:
    """How far rounding takes each quantity from the truth, to first order: a running error bound, in units of eps.

    A product of n terms rounds n times, each time by at most eps × Σ |terms|; what is wrong with the operands is
    passed on by the magnitudes of the other operand. Nothing is assumed but the bounds above; and what is below the
    smallest normal number may count as 0 (JAX on a CPU flushes it, NumPy does not), λ included.
    """
    _, (Z, H, A), (_, _, dZ, dA) = jax.tree.map(lambda a: abs(np.asarray(a, dtype=np.float64)), run(net))
    L, m, n_L = len(net.parameters), net.X.shape[-1], net.Y.shape[-2]
    Ws, bs = zip(*(jax.tree.map(abs, layer) for layer in net.parameters), strict=True)
    Y, slope, bend, limits = abs(net.Y), SLOPE[net.hidden], BEND[net.hidden], np.finfo(dtype)
    flushed = float(limits.tiny) / float(limits.eps)
    lambd = np.asarray(net.lambd) + flushed
    kept = [1.0] * (L - 1) if net.masks is None else [D / column(net.keep_prob) for D in net.masks]

    Z_off, H_off, A_off = [], [], [0 * A[0]]
    for l, (W, b) in enumerate(zip(Ws, bs, strict=True)):
        Z_off.append(W @ A_off[l] + (W.shape[-1] + 1) * (W @ A[l] + b))
        if l < L - 1:
            H_off.append(slope * Z_off[l] + FEW * H[l])
            A_off.append(H_off[l] * kept[l] + FEW * A[l + 1])
    widest = (Z_off[-1] + Z[-1]).max(axis=-2, keepdims=True)  # softmax: each logit moves every output
    H_off.append(2 * widest + (FEW + n_L) * (1 + H[-1]))

    dZ_off, dA_off, dW_off, db_off = [H_off[-1] + dZ[-1]], [], [], []
    for l in reversed(range(L)):
        data = dZ_off[-1] @ A[l].mT + dZ[l] @ A_off[l].mT + (m + FEW) * dZ[l] @ A[l].mT
        dW_off.append((data + FEW * column(lambd) * Ws[l]) / m)
        db_off.append((dZ_off[-1] + (m + FEW) * dZ[l]).sum(axis=-1, keepdims=True) / m)
        if l > 0:
            back = Ws[l].mT @ (dZ_off[-1] + Ws[l].shape[-2] * dZ[l])
            dA_off.append(back * kept[l - 1] + FEW * dA[l - 1])
            dZ_off.append(slope * dA_off[-1] + dA[l - 1] * (bend * Z_off[l - 1] + 2 * FEW))

    terms = (dZ[-1] * Z_off[-1] + (FEW + n_L + m) * (1 + Z[-1] + Y) ** 2).sum(axis=(-2, -1))
    decay = sum((FEW + W.shape[-1] * W.shape[-2]) * (W * W).sum(axis=(-2, -1)) for W in Ws)
    J_off = (terms + lambd * decay) / m
    off = Run(J_off, Forward(Z_off, H_off, A_off), Gradients(dW_off[::-1], db_off[::-1], dZ_off[::-1], dA_off[::-1]))
    return jax.tree.map(lambda a: a + flushed, off)


PROGRAMS = 4  # two programs, one of which may take two roundings where the other takes one (complex products do)


def assert_close(got: Run, want: Run, net: Network, dtype: type = np.float64) -> None:
    """Every quantity that ``want`` has, to rounding (``net``'s, in its order)."""
    sizes, gots = arrays(rounding(net, dtype)), arrays(got)
    for name, value in arrays(want).items():
        bound = PROGRAMS * np.finfo(dtype).eps * sizes[name]
        assert gots[name].shape == value.shape, f"{name} has shape {gots[name].shape}, not {value.shape}"
        excess = abs(np.asarray(gots[name], dtype=np.float64) - value) - bound
        assert np.all(excess <= 0), f"{name} is {gots[name]}, not {value}: beyond rounding by {np.max(excess)}"


def near_tie(net: Network, dtype: type = np.float64) -> bool:
    """Whether rounding could move a pre-activation to the other side of a kink. Exact zeros are no near tie."""
    Z, sizes = run(net).forward.Z[:-1], rounding(net, dtype).forward.Z[:-1]
    reach = PROGRAMS * np.finfo(dtype).eps
    return any(np.any((z != 0) & (abs(z) <= reach * size)) for z, size in zip(Z, sizes, strict=True))


# --- the twin: a forward pass and a cost, for JAX and for complex numbers ------------------------------------


def complex_softplus(Z: Any) -> Any:
    return np.where(Z.real > 0, Z, 0) + np.log(1 + np.exp(np.where(Z.real > 0, -Z, Z)))


def complex_logsumexp(Z: Any) -> Any:
    return Z.real.max(axis=-2) + np.log(np.exp(Z - Z.real.max(axis=-2, keepdims=True)).sum(axis=-2))


IN_JAX = {
    "relu": jax.nn.relu,
    "leaky_relu": lambda Z: jnp.where(Z > 0, Z, 0.01 * Z),
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "softplus": jax.nn.softplus,
    "identity": lambda Z: Z,
    "logsumexp": lambda Z: jax.nn.logsumexp(Z, axis=-2),
}
IN_COMPLEX = {  # the branch is on the real part: a complex comparison is lexicographic
    "relu": lambda Z: np.where(Z.real > 0, Z, 0),
    "leaky_relu": lambda Z: np.where(Z.real > 0, Z, 0.01 * Z),
    "tanh": np.tanh,
    "sigmoid": lambda Z: np.exp(np.where(Z.real > 0, 0, Z)) / (1 + np.exp(np.where(Z.real > 0, -Z, Z))),
    "softplus": complex_softplus,
    "identity": lambda Z: Z,
    "logsumexp": complex_logsumexp,
}
LOSSES = {
    "sigmoid": lambda functions, Z, Y: (functions["softplus"](Z) - Y * Z).sum(axis=-2),
    "softmax": lambda functions, Z, Y: functions["logsumexp"](Z) - (Y * Z).sum(axis=-2),
    "identity": lambda functions, Z, Y: 0.5 * ((Z - Y) * (Z - Y)).sum(axis=-2),
}


def twin_cost(
    functions: dict[str, Callable], hidden: str, output: str, variables: Any, X: Any, Y: Any, masks: Any, constants: Any
) -> Any:
    """J of one network. ``variables`` are the parameters and, for each layer, what is added to Z and to H."""
    parameters, Z_probes, H_probes = variables
    keep_prob, lambd = constants
    m, A = X.shape[-1], X
    for l, (W, b) in enumerate(parameters):
        Z = (W[:, :, None] * A[None, :, :]).sum(axis=1) + b + Z_probes[l]
        if l < len(parameters) - 1:
            H = functions[hidden](Z) + H_probes[l]
            A = H if masks is None else H * masks[l] / keep_prob
    decay = sum((W * W).sum() for W, b in parameters)
    return LOSSES[output](functions, Z, Y).sum() / m + lambd * decay / (2 * m)


def variables_of(net: Network) -> tuple:
    Z = run(net).forward.Z
    return list(net.parameters), [np.zeros_like(z) for z in Z], [np.zeros_like(z) for z in Z[:-1]]


@cache
def jitted_gradients(hidden: str, output: str) -> Callable:
    """One compilation for each depth, shape, activation and output; seeds, λ and keep_prob are data."""
    return jax.jit(jax.value_and_grad(partial(twin_cost, IN_JAX, hidden, output)))


def by_jax(net: Network) -> Run:
    """J and every gradient by JAX; those of zeros added to Z_l and H_l are dZ_l / m and dA_l / m."""
    constants = np.float64(net.keep_prob), np.float64(net.lambd)
    with jax.enable_x64(True):
        J, gradients = jitted_gradients(net.hidden, net.output)(variables_of(net), net.X, net.Y, net.masks, constants)
        J, (parameters, dZ, dH) = jax.tree.map(np.asarray, (J, gradients))
    m = net.X.shape[-1]
    dW, db = ([pair[k] for pair in parameters] for k in (0, 1))
    return Run(J, Forward([], [], []), Gradients(dW, db, [m * d for d in dZ], [m * d for d in dH]))


# --- against JAX --------------------------------------------------------------------------------------------

# JAX compiles for every shape and activation, so its networks are these; the complex step below has no such limit.
IN_JAX_SHAPES = [
    ((1, 1), 1, "relu", "sigmoid"),
    ((3, 2), 4, "relu", "softmax"),
    ((2, 4, 3, 1), 5, "relu", "sigmoid"),
    ((3, 4, 2), 3, "relu", "identity"),
    ((2, 3, 3, 2), 3, "leaky_relu", "sigmoid"),
    ((2, 3, 3), 4, "tanh", "softmax"),
    ((2, 3, 2), 4, "sigmoid", "identity"),
    ((2, 3, 1), 4, "softplus", "sigmoid"),
    ((2, 3, 2, 2), 3, "identity", "softmax"),
    ((2, 3, 1, 2, 3, 1), 3, "tanh", "sigmoid"),
]


def check_autodiff(net: Network) -> None:
    assert_close(run(net), by_jax(net), net)


@pytest.mark.parametrize(("dims", "m", "hidden", "output"), slow_after(3, IN_JAX_SHAPES))
@given(seed=seeds, lambd=lambds, keep_prob=keep_probs, bias=st.sampled_from(["random", "zero"]))
@drawn(25)
def test_every_intermediate_is_what_jax_says(
    dims: tuple, m: int, hidden: str, output: str, seed: int, lambd: float, keep_prob: float, bias: str
) -> None:
    net = build_network(dims, m, seed=seed, hidden=hidden, output=output, lambd=lambd, keep_prob=keep_prob, bias=bias)
    assume(not near_tie(net))
    check_autodiff(net)


@pytest.mark.slow
@given(seed=seeds)
@drawn(40)
def test_exact_ties_from_dropout_and_zero_biases_agree_with_jax(seed: int) -> None:
    """A column whose units are all dropped has Z = 0 exactly in the next layer: relu'(0) decides its gradient."""
    net = build_network((2, 4, 3, 1), 5, seed=seed, lambd=0.3, keep_prob=0.3, bias="zero")
    assume(not near_tie(net))
    assume(any((z == 0).any() for z in run(net).forward.Z[:-1]))
    check_autodiff(net)


def check_outside_witness(net: Network) -> None:
    """jax.test_util.check_vjp: numerical differences of the twin against our pullback."""
    parameters, *probes = variables_of(net)
    constants = np.float64(net.keep_prob), np.float64(net.lambd)
    cost = jax.jit(partial(twin_cost, IN_JAX, net.hidden, net.output))

    def f(parameters: Any) -> Any:
        return cost((parameters, *probes), net.X, net.Y, net.masks, constants)

    def f_vjp(parameters: Any) -> tuple:
        J, _, (dW, db, _, _) = run(net._replace(parameters=jax.tree.map(np.asarray, parameters)))
        return J, lambda u: ([(np.asarray(u) * w, np.asarray(u) * d) for w, d in zip(dW, db, strict=True)],)

    with jax.enable_x64(True):
        check_vjp(f, f_vjp, (jax.tree.map(jnp.asarray, parameters),))


@pytest.mark.slow
@pytest.mark.parametrize(("dims", "m", "hidden", "output"), slow_after(3, IN_JAX_SHAPES))
def test_jax_check_vjp_agrees(dims: tuple, m: int, hidden: str, output: str) -> None:
    check_outside_witness(build_network(dims, m, seed=0, hidden=hidden, output=output, lambd=0.7, keep_prob=0.8))


# --- against the complex step, at any shape -----------------------------------------------------------------


def check_adjoint(net: Network, seed: int = 0) -> None:
    """⟨gradients, v⟩ = dJ[v] for a direction v through every W, b, Z and H at once: no difference is taken."""
    rng, step = np.random.RandomState(seed), 1e-200  # its square is 0: a tie's real part stays exactly 0
    point = variables_of(net)
    v = jax.tree.map(lambda a: rng.standard_normal(a.shape), point)
    moved = jax.tree.map(lambda a, t: a + 1j * step * t, point, v)
    constants = (net.keep_prob, net.lambd)
    J = twin_cost(IN_COMPLEX, net.hidden, net.output, moved, net.X, net.Y, net.masks, constants)

    def along(gradients: Gradients, v: Any) -> float:
        m = net.X.shape[-1]
        parameters, Z, H = v
        terms = [(g * t).sum() for g, (t, _) in zip(gradients.dW, parameters, strict=True)]
        terms += [(g * t).sum() for g, (_, t) in zip(gradients.db, parameters, strict=True)]
        terms += [(g * t).sum() / m for g, t in zip(gradients.dZ, Z, strict=True)]
        terms += [(g * t).sum() / m for g, t in zip(gradients.dA, H, strict=True)]
        return sum(terms)

    got, want = along(run(net).gradients, v), J.imag / step
    bound = PROGRAMS * 2.0**-52 * along(rounding(net).gradients, jax.tree.map(abs, v))
    assert abs(got - want) <= bound, f"<gradients, v> is {got}, the directional derivative {want}, rounding {bound}"


@drawn_in_tiers(60, 300, net=networks(), seed=seeds)
def test_gradients_are_the_adjoint(net: Network, seed: int) -> None:
    assume(not near_tie(net))
    check_adjoint(net, seed)


@drawn_in_tiers(40, 150, net=networks(bias="zero", dropout=st.just(True)), seed=seeds)
def test_gradients_are_the_adjoint_at_exact_ties(net: Network, seed: int) -> None:
    assume(not near_tie(net))
    check_adjoint(net, seed)


def check_cost(net: Network) -> None:
    constants = (net.keep_prob, net.lambd)
    point = jax.tree.map(lambda a: a.astype(complex), variables_of(net))
    J = twin_cost(IN_COMPLEX, net.hidden, net.output, point, net.X, net.Y, net.masks, constants)
    got, bound = run(net).J, PROGRAMS * 2.0**-52 * rounding(net).J
    assert np.shape(got) == ()
    assert abs(got - J.real) <= bound, f"J is {got}, the twin's {J.real}"


@given(net=networks())
@drawn(100)
def test_cost_is_the_twins(net: Network) -> None:
    check_cost(net)


# --- symmetries ---------------------------------------------------------------------------------------------


def check_units_permuted(net: Network, seed: int = 0) -> None:
    """Hidden units carry no order: permuting those of every layer permutes the gradients."""
    rng = np.random.RandomState(seed)
    L = len(net.parameters)
    widths = [net.X.shape[-2], *(W.shape[-2] for W, b in net.parameters)]
    orders = [rng.permutation(n) if 0 < l < L else np.arange(n) for l, n in enumerate(widths)]

    def block(values: list, l: int) -> Any:  # (n_l, n_{l-1}) and (n_l, 1)
        return values[l][orders[l + 1]][:, orders[l]]

    def rows(values: list, first: int = 1) -> list:
        return [value[orders[l]] for l, value in enumerate(values, start=first)]

    Ws, bs = zip(*net.parameters, strict=True)
    parameters = [(block(Ws, l), b) for l, b in enumerate(rows(bs))]
    permuted = net._replace(parameters=parameters, masks=None if net.masks is None else rows(net.masks))
    J, (Z, H, A), (dW, db, dZ, dA) = run(net)
    want = Run(
        J,
        Forward(rows(Z), rows(H), rows(A, first=0)),
        Gradients([block(dW, l) for l in range(L)], rows(db), rows(dZ), rows(dA)),
    )
    assert_close(run(permuted), want, permuted)


@given(net=networks(), seed=seeds)
@drawn(60)
def test_permuting_hidden_units_permutes_the_gradients(net: Network, seed: int) -> None:
    assume(not near_tie(net))
    check_units_permuted(net, seed)


def with_examples(net: Network, columns: Any) -> Network:
    masks = None if net.masks is None else [D[..., columns] for D in net.masks]
    return net._replace(X=net.X[..., columns], Y=net.Y[..., columns], masks=masks)


def check_examples(net: Network, columns: Any, lambd: Any) -> None:
    """The columns chosen, each as often: J, dW and db stay; dZ and dA, which are per example, follow their column."""
    changed = with_examples(net, columns)._replace(lambd=lambd)
    J, (Z, H, A), (dW, db, dZ, dA) = run(net)

    def follow(values: list) -> list:
        return [value[..., columns] for value in values]

    want = Run(J, Forward(follow(Z), follow(H), follow(A)), Gradients(dW, db, follow(dZ), follow(dA)))
    assert_close(run(changed), want, changed)


def check_examples_permuted(net: Network, seed: int = 0) -> None:
    check_examples(net, np.random.RandomState(seed).permutation(net.X.shape[-1]), net.lambd)


def check_examples_duplicated(net: Network, copies: int = 3) -> None:
    """The L2 term is λ/2m, so λ grows with m."""
    check_examples(net, np.tile(np.arange(net.X.shape[-1]), copies), net.lambd * copies)


@given(net=networks(), seed=seeds)
@drawn(60)
def test_permuting_examples_leaves_the_gradients(net: Network, seed: int) -> None:
    assume(not near_tie(net))
    check_examples_permuted(net, seed)


@given(net=networks(), copies=st.integers(2, 4))
@drawn(60)
def test_duplicating_examples_leaves_the_gradients(net: Network, copies: int) -> None:
    assume(not near_tie(net))
    check_examples_duplicated(net, copies)


def check_examples_add_up(net: Network) -> None:
    """The data gradient of a batch is the mean of those of its examples, each run alone."""
    net, m = net._replace(lambd=0.0), net.X.shape[-1]
    alone = [run(with_examples(net, [i])) for i in range(m)]
    *_, (dW, db, dZ, dA) = run(net)
    mean = Gradients(
        [np.mean(blocks, axis=0) for blocks in zip(*(r.gradients.dW for r in alone), strict=True)],
        [np.mean(blocks, axis=0) for blocks in zip(*(r.gradients.db for r in alone), strict=True)],
        [np.concatenate(blocks, axis=-1) for blocks in zip(*(r.gradients.dZ for r in alone), strict=True)],
        [np.concatenate(blocks, axis=-1) for blocks in zip(*(r.gradients.dA for r in alone), strict=True)],
    )
    J = np.mean([r.J for r in alone])
    empty = Forward([], [], [])
    assert_close(Run(run(net).J, empty, Gradients(dW, db, dZ, dA)), Run(J, empty, mean), net)


@given(net=networks())
@drawn(60)
def test_a_batch_is_the_mean_of_its_examples(net: Network) -> None:
    assume(not near_tie(net))
    check_examples_add_up(net)


def check_additive(net: Network, others: float = 1.5) -> None:
    """g(λ) − g(0) is the L2 term: linear in λ, nothing but W, and only in dW; biases are not decayed."""
    data, one, both = (run(net._replace(lambd=lam)) for lam in (0.0, others, others + net.lambd))
    own = run(net)
    for kind in ("db", "dZ", "dA"):
        pairs = zip(getattr(own.gradients, kind), getattr(data.gradients, kind), strict=True)
        assert all(g.tobytes() == d.tobytes() for g, d in pairs), f"λ changes {kind}"
    dW = [g + o - d for g, o, d in zip(own.gradients.dW, one.gradients.dW, data.gradients.dW, strict=True)]
    wanted = Run(own.J + one.J - data.J, Forward([], [], []), Gradients(dW, [], [], []))
    assert_close(both, wanted, net._replace(lambd=2 * (others + net.lambd)))
    m = net.X.shape[-1]
    dW = [d + net.lambd / m * W for d, (W, b) in zip(data.gradients.dW, net.parameters, strict=True)]
    assert_close(own, Run(own.J, Forward([], [], []), Gradients(dW, [], [], [])), net)


@given(net=networks())
@drawn(60)
def test_data_and_l2_gradients_add_up(net: Network) -> None:
    check_additive(net)


def check_rescaled(net: Network, l: int, power: int = 3) -> None:
    """relu(c Z) = c relu(Z) for c > 0: (W_l, b_l) × c and W_{l+1} / c are the same function, so dW_l is ÷ c.

    c is a power of two, so that no bit changes.
    """
    c = 2.0**power
    net = net._replace(lambd=0.0)
    parameters = list(net.parameters)
    (W, b), (W_next, b_next) = parameters[l : l + 2]
    parameters[l : l + 2] = [(c * W, c * b), (W_next / c, b_next)]
    before, after = arrays(run(net)), arrays(run(net._replace(parameters=parameters)))
    k = l + 1
    factors = {f"Z{k}": c, f"H{k}": c, f"A{k}": c, f"dW{k}": 1 / c, f"db{k}": 1 / c, f"dZ{k}": 1 / c, f"dA{k}": 1 / c}
    factors[f"dW{k + 1}"] = c
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], factors.get(name, 1) * value, err_msg=name)


def check_rescaled_first(net: Network) -> None:
    check_rescaled(net, 0)


@given(
    net=networks(depth=(2, 5), hidden=st.sampled_from(["relu", "leaky_relu", "identity"])),
    l=st.integers(0, 4),
    power=st.integers(-8, 8),
)
@drawn(60)
def test_rescaling_a_layer_against_the_next_rescales_its_gradients(net: Network, l: int, power: int) -> None:
    assume(l < len(net.parameters) - 1)
    check_rescaled(net, l, power)


def check_ones(net: Network) -> None:
    """Masks of ones with keep_prob 1 are no dropout, bit for bit."""
    plain = net._replace(masks=None, keep_prob=1.0)
    m, lead = net.X.shape[-1], net.X.shape[:-2]
    ones = [np.ones((*lead, W.shape[-2], m), bool) for W, b in net.parameters[:-1]]
    assert same_bits(run(plain._replace(masks=ones)), run(plain)), "masks of ones change bits"


@given(net=networks(lead=leading_axes))
@drawn(40)
def test_masks_of_ones_are_no_dropout(net: Network) -> None:
    check_ones(net)


def check_dropped(net: Network) -> None:
    """A unit dropped for an example passes nothing on, and nothing back, for it: not even what it would have been."""
    forward, gradients = run(net).forward, run(net).gradients
    for l, D in enumerate(net.masks):
        for name, value in {"A": forward.A[l + 1], "dA": gradients.dA[l], "dZ": gradients.dZ[l]}.items():
            assert not np.any(value[~D]), f"{name}{l + 1} is not 0 where its unit is dropped"


@given(net=networks(dropout=st.just(True), lead=leading_axes))
@drawn(40)
def test_dropped_units_pass_nothing(net: Network) -> None:
    check_dropped(net)


# --- leading axes, dtypes, purity ---------------------------------------------------------------------------


def member(net: Network, i: tuple[int, ...]) -> Network:
    pick = jax.tree.map(lambda value: value[i], net[:4])
    keep_prob, lambd = (float(np.broadcast_to(c, net.X.shape[:-2])[i]) for c in (net.keep_prob, net.lambd))
    return Network(*pick, keep_prob, lambd, net.hidden, net.output)


def check_leading_axes(net: Network) -> None:
    """A stack in one call is the loop over its members, each with its own λ and keep_prob."""
    stacked = run(net)
    for i in np.ndindex(net.X.shape[:-2]):
        assert_close(jax.tree.map(lambda value: value[i], stacked), run(member(net, i)), member(net, i))  # noqa: B023


@given(net=networks(lead=st.sampled_from([(1,), (2,), (2, 3)])))
@drawn(60)
def test_leading_axes_are_the_loop(net: Network) -> None:
    assume(not near_tie(net))
    check_leading_axes(net)


@given(net=networks(lead=st.sampled_from([(2,), (2, 3)])))
@drawn(40)
def test_data_shared_by_a_stack_of_parameters_is_broadcast(net: Network) -> None:
    first = (0,) * (net.X.ndim - 2)
    masks = None if net.masks is None else [D[first] for D in net.masks]
    shared = net._replace(X=net.X[first], Y=net.Y[first], masks=masks)
    lead = net.X.shape[:-2]
    copied = jax.tree.map(lambda a: np.broadcast_to(a, (*lead, *a.shape)).copy(), (*shared[:2], masks))
    stacked = shared._replace(X=copied[0], Y=copied[1], masks=copied[2])
    assume(not near_tie(stacked))
    got, want = run(shared), run(stacked)
    want.forward.A[0] = got.forward.A[0]  # X itself, as it was given
    assert_close(got, want, stacked._replace(X=shared.X))


def check_float32(net: Network) -> None:
    """float32 in is float32 out, everywhere, and right to float32's rounding."""
    got = run(net)
    wider = {name: str(a.dtype) for name, a in arrays(got).items() if a.dtype != np.float32}
    assert not wider, f"float32 in, and out came {wider}"
    wide = jax.tree.map(lambda a: a.astype(np.float64), (net.X, net.Y, net.parameters))
    net64 = net._replace(X=wide[0], Y=wide[1], parameters=wide[2])
    # λ and keep_prob are rounded to float32 too, which is one relative rounding more wherever they enter
    assert_close(got, run(net64), net64, np.float32)


@drawn_in_tiers(
    25, 80, net=networks(dtype=np.float32, lead=leading_axes), kind=st.sampled_from([float, np.float64, np.asarray])
)
def test_float32_stays_float32(net: Network, kind: Callable) -> None:
    if np.ndim(net.lambd) == 0:
        net = net._replace(lambd=kind(net.lambd), keep_prob=kind(net.keep_prob))
    assume(not near_tie(net, np.float32))
    check_float32(net)


def check_pure(net: Network) -> None:
    """Arguments (read-only, so that a write raises) are as they were; two calls give the same bits."""
    before = jax.tree.map(lambda a: a.tobytes(), net[:4])
    assert same_bits(run(net), run(net)), "two calls differ"
    assert jax.tree.map(lambda a: a.tobytes(), net[:4]) == before, "an argument was written to"


@given(net=networks(lead=leading_axes))
@drawn(40)
def test_arguments_are_intact_and_two_calls_agree(net: Network) -> None:
    check_pure(net)


def check_forward_intact(net: Network) -> None:
    """The backward pass writes into nothing that the forward pass left."""
    switches = {"hidden": net.hidden, "output": net.output, "masks": net.masks, "keep_prob": net.keep_prob}
    forward = network.forward_propagation(net.X, net.parameters, **switches)
    forward = Forward(*(read_only(list(values)) for values in forward))
    got = network.backward_propagation(net.Y, net.parameters, forward, lambd=net.lambd, **switches)
    assert same_bits(Run(run(net).J, forward, got), run(net)), "the backward pass changed what the forward left"


@given(net=networks(lead=leading_axes))
@drawn(40)
def test_backward_leaves_the_forward_as_it_was(net: Network) -> None:
    check_forward_intact(net)


@given(net=networks(lead=leading_axes))
@drawn(40)
def test_every_gradient_has_the_shape_of_what_it_is_the_gradient_of(net: Network) -> None:
    _, forward, gradients = run(net)
    assert [(dW.shape, db.shape) for dW, db in zip(gradients.dW, gradients.db, strict=True)] == [
        (W.shape, b.shape) for W, b in net.parameters
    ]
    assert [d.shape for d in gradients.dZ] == [z.shape for z in forward.Z]
    assert [d.shape for d in gradients.dA] == [h.shape for h in forward.H[:-1]]


@given(net=networks(depth=(1, 1)), seed=seeds)
@drawn(30)
def test_one_layer_has_no_hidden_quantities(net: Network, seed: int) -> None:
    check_adjoint(net, seed)
    result = run(net)
    assert result.gradients.dA == []
    assert len(result.gradients.dZ) == len(result.forward.Z) == len(result.forward.H) == len(result.forward.A) == 1
    assert result.forward.A[0] is net.X


@given(net=networks(depth=(2, 4), bias="zero", dropout=st.just(False)))
@drawn(20)
def test_dead_layer_has_no_gradient_before_it_but_the_penalty(net: Network) -> None:
    (W, b), *rest = net.parameters
    dead = net._replace(parameters=[(W, b - 1e6), *rest], hidden="relu")
    _, _, (dW, db, dZ, _) = run(dead)
    assert not dZ[0].any()
    assert not db[0].any()
    np.testing.assert_array_equal(dW[0], net.lambd / net.X.shape[-1] * W)


# --- what does not fit is refused, by name ------------------------------------------------------------------

FITS = build_network((3, 4, 2), 5, seed=0, keep_prob=0.8)
(W1, b1), (W2, b2) = FITS.parameters
REFUSED = {
    "hidden": ({"hidden": "swish"}, ValueError, r"hidden is 'swish'; it takes one of relu, "),
    "output": ({"output": "relu"}, ValueError, r"output is 'relu'; it takes one of sigmoid, "),
    "no parameters": ({"parameters": []}, ValueError, r"parameters is empty"),
    "X has other units": ({"X": FITS.X[:2]}, ValueError, r"W1 \(4, 3\) and b1 \(4, 1\) do not fit; after 2 units"),
    "X is transposed": ({"X": FITS.X.T.copy()}, ValueError, r"W1 .* do not fit"),
    "X is of integers": ({"X": FITS.X.astype(int)}, TypeError, r"X has dtype int64"),
    "X is complex": ({"X": FITS.X.astype(complex)}, TypeError, r"X has dtype complex128"),
    "W1 is transposed": ({"parameters": [(W1.T, b1), (W2, b2)]}, ValueError, r"W1 \(3, 4\) .* do not fit"),
    "W2 is transposed": ({"parameters": [(W1, b1), (W2.T, b2)]}, ValueError, r"W2 \(4, 2\) .* do not fit"),
    "b1 is flat": ({"parameters": [(W1, b1[:, 0]), (W2, b2)]}, ValueError, r"b1 \(4,\) do not fit"),
    "b2 is a row": ({"parameters": [(W1, b1), (W2, b2.T)]}, ValueError, r"b2 \(1, 2\) do not fit"),
    "b1 is a scalar": ({"parameters": [(W1, b1[:1]), (W2, b2)]}, ValueError, r"b1 \(1, 1\) do not fit"),
    "W2 is float32": ({"parameters": [(W1, b1), (W2.astype("f"), b2)]}, TypeError, r"W2 is float32 and b2 float64"),
    "b1 is of integers": ({"parameters": [(W1, b1.astype(int)), (W2, b2)]}, TypeError, r"b1 int64, X is float64"),
    "a mask too few": ({"masks": []}, ValueError, r"masks have shapes \[\]; the hidden layers take \[\(4, 5\)\]"),
    "a mask too many": ({"masks": FITS.masks * 2}, ValueError, r"masks have shapes"),
    "a mask per unit": ({"masks": [FITS.masks[0][:, :1]]}, ValueError, r"masks have shapes \[\(4, 1\)\]"),
}


@each("case", REFUSED)
def test_forward_refuses_and_names(case: str) -> None:
    changes, error, match = REFUSED[case]
    with pytest.raises(error, match=match):
        run(FITS._replace(**changes))


@each(
    "Y",
    [FITS.Y[0], FITS.Y[:1], FITS.Y.T, FITS.Y[:, :1], FITS.Y[:, :4], np.ones((3, 5)), np.float64(1.0)],
)
def test_cost_and_backward_refuse_labels_that_would_broadcast(Y: Any) -> None:
    forward = run(FITS).forward
    with pytest.raises(ValueError, match=r"^Y has shape .*; the output takes \(\.\.\., 2, 5\)"):
        network.compute_cost(forward.Z[-1], Y, FITS.parameters)
    with pytest.raises(ValueError, match=r"^Y has shape .*; the output takes \(\.\.\., 2, 5\)"):
        network.backward_propagation(Y, FITS.parameters, forward, masks=FITS.masks, keep_prob=FITS.keep_prob)


# --- planted faults: each property rejects code with a mistake ----------------------------------------------


def plain(**changes: Any) -> Network:
    """What every property accepts, and every fault below shows on: two hidden layers, L2 and dropout together."""
    switches = {"hidden": "relu", "output": "sigmoid", "lambd": 0.7, "keep_prob": 0.6} | changes
    return build_network((3, 4, 4, 2), 5, seed=1, **switches)


def of(value: Any) -> NDArray:
    return np.asarray(value)[..., None, None]


def affine(change: Callable) -> tuple[str, Callable]:
    """``change(dA_prev, dW, db, dZ, A_prev, W)`` in place of affine_backward's result."""
    right = primitives.affine_backward
    return "affine_backward", lambda dZ, A, W: change(*right(dZ, A, W), dZ, A, W)


def relu(**changes: Callable) -> tuple[str, dict]:
    return "ACTIVATIONS", {"relu": primitives.ACTIVATIONS["relu"]._replace(**changes)}


def sigmoid(backward: Callable) -> tuple[str, dict]:
    return "OUTPUTS", {"sigmoid": primitives.OUTPUTS["sigmoid"]._replace(backward=backward)}


def whole(change: Callable) -> tuple[str, Callable]:
    """``change(gradients, parameters, forward, switches)`` in place of the gradients."""
    right = network.backward_propagation
    return "backward_propagation", lambda Y, p, f, **switches: change(right(Y, p, f, **switches), p, f, switches)


def overwriting(dA: Any, Z: Any, A: Any) -> Any:
    dA *= Z > 0  # which is the dA_l that is returned
    return dA


def decayed_biases(gradients: Gradients, parameters: Any, forward: Forward, switches: dict) -> Gradients:
    m = forward.Z[-1].shape[-1]
    decay = [of(switches["lambd"]) / m * b for W, b in parameters]
    return gradients._replace(db=[db + d for db, d in zip(gradients.db, decay, strict=True)])


TINY_FAULTS = {
    "dA off by a part in 10^9": affine(lambda dA, dW, db, *_: (dA * (1 + 1e-9), dW, db)),
    "relu' leaks a little": relu(backward=lambda dA, Z, A: dA * np.where(Z > 0, 1, 1e-9)),
}
GRADIENT_FAULTS = {
    "dW doubled": affine(lambda dA, dW, db, *_: (dA, 2 * dW, db)),
    "dW negated": affine(lambda dA, dW, db, *_: (dA, -dW, db)),
    "dW transposed": affine(lambda dA, dW, db, *_: (dA, dW.mT if dW.shape[-1] == dW.shape[-2] else dW, db)),
    "dW of the wrong operand": affine(lambda dA, dW, db, dZ, A, W: (dA, dZ @ abs(A.mT), db)),
    "db doubled": affine(lambda dA, dW, db, *_: (dA, dW, 2 * db)),
    "db of one example": affine(lambda dA, dW, db, dZ, *_: (dA, dW, dZ[..., :1])),
    "db averaged twice": affine(lambda dA, dW, db, dZ, *_: (dA, dW, db / dZ.shape[-1])),
    "dA negated": affine(lambda dA, dW, db, *_: (-dA, dW, db)),
    "W not transposed": affine(
        lambda dA, dW, db, dZ, A, W: (W @ dZ if W.shape[-1] == W.shape[-2] else dA, dW, db)
    ),
    "mask missing": ("dropout_backward", lambda dA, D, keep_prob: dA / of(keep_prob)),
    "mask inverted": ("dropout_backward", lambda dA, D, keep_prob: dA * ~D / of(keep_prob)),
    "1/keep_prob missing": ("dropout_backward", lambda dA, D, keep_prob: dA * D),
    "1/keep_prob twice": ("dropout_backward", lambda dA, D, keep_prob: dA * D / of(keep_prob) ** 2),
    "L2 missing": ("l2_backward", lambda W, lambd, m: 0 * W),
    "L2 without 1/m": ("l2_backward", lambda W, lambd, m: of(lambd) * W),
    "L2 halved": ("l2_backward", lambda W, lambd, m: of(lambd) / (2 * m) * W),
    "L2 of |W|": ("l2_backward", lambda W, lambd, m: of(lambd) / m * abs(W)),
    "L2 of biases": whole(decayed_biases),
    "relu' missing": relu(backward=lambda dA, Z, A: dA),
    "relu' of dA": relu(backward=lambda dA, Z, A: dA * (dA > 0)),
    "relu' with < for >": relu(backward=lambda dA, Z, A: dA * (Z < 0)),
    "output: A + Y": sigmoid(lambda A, Y: A + Y),
    "output: Y - A": sigmoid(lambda A, Y: Y - A),
    "output: sigmoid' once more": sigmoid(lambda A, Y: (A - Y) * A * (1 - A)),
    "db of the wrong layer": whole(lambda g, p, f, _: g._replace(db=[g.db[1], g.db[0], g.db[2]])),
}  # fmt: skip
INTERMEDIATE_FAULTS = {  # right dW and db, wrong dA: what check_vjp cannot see
    "dA overwritten by dZ": relu(backward=overwriting),
    "dA without its mask": whole(lambda g, p, f, _: g._replace(dA=[dA + 1.0 * (dA == 0) for dA in g.dA])),
}


def plant(monkeypatch: pytest.MonkeyPatch, name: str, fault: Any) -> None:
    if isinstance(fault, dict):
        for key, entry in fault.items():
            monkeypatch.setitem(getattr(network, name), key, entry)
    else:
        monkeypatch.setattr(network, name, fault)


@each("fault", GRADIENT_FAULTS | INTERMEDIATE_FAULTS | TINY_FAULTS)
@each("check", [check_adjoint, check_autodiff])
def test_a_wrong_gradient_is_rejected(check: Callable, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, *(GRADIENT_FAULTS | INTERMEDIATE_FAULTS | TINY_FAULTS)[fault])
    with pytest.raises(AssertionError):
        check(plain())


@pytest.mark.slow
@pytest.mark.parametrize("fault", slow_after(6, GRADIENT_FAULTS))
def test_a_wrong_gradient_is_rejected_by_check_vjp(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, *GRADIENT_FAULTS[fault])
    with pytest.raises(AssertionError):
        check_outside_witness(plain())


@each("compare", [np.greater_equal, lambda Z, zero: (np.sign(Z) + 1) / 2])
@each("check", [check_adjoint, check_autodiff])
def test_exact_ties_reject(check: Callable, compare: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    net = build_network((2, 4, 3, 1), 5, seed=1, lambd=0.3, keep_prob=0.3, bias="zero")
    assert any((z == 0).any() for z in run(net).forward.Z[:-1])
    check(net)
    plant(monkeypatch, *relu(backward=lambda dA, Z, A: dA * compare(Z, 0)))
    with pytest.raises(AssertionError):
        check(net)


def favoured(dA: Any, dW: Any, db: Any, *_: Any) -> tuple:
    db = db.copy()
    db[..., 0, :] *= 2
    return dA, dW, db


def writes_into_the_cache(dA: Any, Z: Any, A: Any) -> Any:
    A *= 1
    return dA * (Z > 0)


def writes_into_the_weights(dA: Any, dW: Any, db: Any, dZ: Any, A: Any, W: Any) -> tuple:
    W *= 1
    return dA, dW, db


def sums_over_the_stack(dA: Any, dW: Any, db: Any, dZ: Any, *_: Any) -> tuple:
    return dA, dW, np.broadcast_to(dZ.sum(axis=(0, -1), keepdims=True), db.shape)


def in_float16(Z: Any) -> Any:
    return np.maximum(Z.astype(np.float16) if Z.dtype == np.float32 else Z, 0).astype(Z.dtype)


def centred(A: Any, Y: Any) -> Any:
    return (A - Y) - (A - Y).mean(axis=-1, keepdims=True)


def l2_backward(change: Callable) -> tuple[str, Callable]:
    return "l2_backward", lambda W, lambd, m: change(W, lambd, m)


def dropout(change: Callable) -> tuple[str, Callable]:
    return "dropout", lambda A, D, keep_prob: change(A, D, keep_prob)


def dropout_backward(change: Callable) -> tuple[str, Callable]:
    return "dropout_backward", lambda dA, D, keep_prob: change(dA, D, keep_prob)


def l2(change: Callable) -> tuple[str, Callable]:
    return "l2", lambda weights, lambd, m: change(list(weights), lambd / (2 * m), m)


def squares(weights: list) -> Any:
    return sum((W * W).sum() for W in weights)


SECRET = np.random.RandomState(0)
STACK, SINGLE = {"lead": (2,)}, {"dtype": np.float32}
PROPERTY_FAULTS: dict[str, tuple[Callable, dict, tuple]] = {
    "cost: L2 not halved": (check_cost, {}, l2(lambda Ws, half, m: 2 * half * squares(Ws))),
    "cost: L2 without 1/m": (check_cost, {}, l2(lambda Ws, half, m: m * half * squares(Ws))),
    "cost: L2 of one layer": (check_cost, {}, l2(lambda Ws, half, m: half * squares(Ws[:1]))),
    "cost: absolute weights": (check_cost, {}, l2(lambda Ws, half, m: half * sum(abs(W).sum() for W in Ws))),
    "units: the first is favoured": (check_units_permuted, {}, affine(favoured)),
    "examples: only the first counts": (
        check_examples_permuted, {}, affine(lambda dA, dW, db, dZ, *_: (dA, dW, dZ[..., :1] * dZ.shape[-1]))),
    "examples: a sum for the mean": (
        check_examples_duplicated, {}, affine(lambda dA, dW, db, dZ, *_: (dA, dW * dZ.shape[-1], db))),
    "examples: λ not over m": (check_examples_duplicated, {}, l2_backward(lambda W, lambd, m: of(lambd) * W)),
    "examples: a batch is centred": (check_examples_add_up, {}, sigmoid(centred)),
    "examples: a mean of means": (
        check_examples_add_up, {}, affine(lambda dA, dW, db, dZ, *_: (dA, dW, db / dZ.shape[-1]))),
    "L2: λ squared": (check_additive, {}, l2_backward(lambda W, lambd, m: of(lambd) ** 2 / m * W)),
    "L2: sign of W": (check_additive, {}, l2_backward(lambda W, lambd, m: of(lambd) / m * np.sign(W))),
    "L2: of biases": (check_additive, {}, whole(decayed_biases)),
    "scale: relu from 0.5 on": (check_rescaled_first, {}, relu(forward=lambda Z: Z * (Z > 0.5))),
    "scale: gradients clipped": (
        check_rescaled_first, {}, affine(lambda dA, dW, db, *_: (dA, dW.clip(-0.1, 0.1), db))),
    "ones: a guarded denominator": (check_ones, {}, dropout(lambda A, D, keep: A * D / (of(keep) + 1e-15))),
    "ones: halved": (check_ones, {}, dropout_backward(lambda dA, D, keep: dA * D * of(keep) / 2)),
    "dropped: the mask is not reused": (check_dropped, {}, dropout_backward(lambda dA, D, keep: dA / of(keep))),
    "dropped: the forward leaks": (check_dropped, {}, dropout(lambda A, D, keep: A * np.where(D, 1, 1e-300))),
    "stack: db over all of it": (check_leading_axes, STACK, affine(sums_over_the_stack)),
    "stack: one λ for all": (check_leading_axes, STACK, l2_backward(lambda W, lambd, m: np.mean(lambd) / m * W)),
    "stack: one keep_prob for all": (
        check_leading_axes, STACK, dropout_backward(lambda dA, D, keep: dA * D / np.mean(keep))),
    "float32: λ's dtype": (check_float32, SINGLE | STACK, l2_backward(lambda W, lambd, m: of(lambd) / m * W)),
    "float32: keep_prob's dtype": (check_float32, SINGLE | STACK, dropout(lambda A, D, keep: A * D / of(keep))),
    "float32: a float64 mask": (
        check_float32, SINGLE, dropout_backward(lambda dA, D, keep: dA * (D / np.array([keep])))),
    "float32: float16 inside": (check_float32, SINGLE, relu(forward=in_float16)),
    "pure: writes into W": (check_pure, {}, affine(writes_into_the_weights)),
    "pure: samples in secret": (
        check_pure, {}, dropout(lambda A, D, keep: A * (SECRET.random_sample(A.shape) < keep))),
    "pure: writes into the cache": (check_forward_intact, {}, relu(backward=writes_into_the_cache)),
}  # fmt: skip


@each("fault", PROPERTY_FAULTS)
def test_the_property_rejects(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check, changes, planted = PROPERTY_FAULTS[fault]
    net = plain(**changes)
    check(net)  # accepted as it is
    plant(monkeypatch, *planted)
    with pytest.raises((AssertionError, ValueError)):
        check(net)


def test_every_property_has_a_fault_that_it_rejects() -> None:
    checks = {value for name, value in globals().items() if name.startswith("check_") and name != "check_vjp"}
    shown = {check for check, *_ in PROPERTY_FAULTS.values()} | {check_adjoint, check_autodiff, check_outside_witness}
    assert checks - shown == {check_examples, check_rescaled}, "helpers of the checks beside them"


def test_without_the_refusal_flat_labels_would_broadcast(monkeypatch: pytest.MonkeyPatch) -> None:
    Y, forward = FITS.Y[0], run(FITS).forward
    monkeypatch.setattr(network, "validate_labels", lambda Y, Z_L: Y)
    network.backward_propagation(Y, FITS.parameters, forward, masks=FITS.masks, keep_prob=FITS.keep_prob)
