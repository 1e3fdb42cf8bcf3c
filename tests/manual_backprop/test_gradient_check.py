"""Both doors accept right gradients, reject every planted fault, and say so when they have seen too little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

from manual_backprop import network
from manual_backprop.gradient_check import (
    COVERAGE,
    GradientCheck,
    _noise,
    gradient_check,
    network_gradient_check,
    relative_difference,
)
from manual_backprop.network import Gradients
from reference.cases.case import Case
from reference.cases.problem import draw
from tests.folding import each
from tests.strategies import (
    HIDDEN,
    OUTPUTS,
    Network,
    build_network,
    drawn_in_tiers,
    network_of,
    read_only,
    small_cases,
)

# --- a network at either door -------------------------------------------------------------------------------


def switches(net: Network) -> dict[str, Any]:
    return {"hidden": net.hidden, "output": net.output, "masks": net.masks, "keep_prob": net.keep_prob}


def backward(net: Network) -> Gradients:
    forward = network.forward_propagation(net.X, net.parameters, **switches(net))
    gradients = network.backward_propagation(net.Y, net.parameters, forward, lambd=net.lambd, **switches(net))
    return Gradients(*map(read_only, gradients))


def at_the_network_door(net: Network, gradients: Gradients) -> GradientCheck:
    return network_gradient_check(net.X, net.Y, net.parameters, gradients, lambd=net.lambd, **switches(net))


def names(net: Network) -> list[tuple[str, str]]:
    return [(f"W{l}", f"b{l}") for l in range(1, len(net.parameters) + 1)]


def by_name(net: Network, pairs: Any) -> dict[str, NDArray]:
    return {name: a for pair, both in zip(names(net), pairs, strict=True) for name, a in zip(pair, both, strict=True)}


def forward_at(net: Network, parameters: dict[str, NDArray]) -> list[NDArray]:
    pairs = [(parameters[W], parameters[b]) for W, b in names(net)]
    return network.forward_propagation(net.X, pairs, **switches(net)).Z


def cost_of(net: Network, factor: float = 1.0) -> Callable[[dict[str, NDArray]], float]:
    def cost(parameters: dict[str, NDArray]) -> float:
        pairs = [(parameters[W], parameters[b]) for W, b in names(net)]
        Z = forward_at(net, parameters)
        return factor * float(network.compute_cost(Z[-1], net.Y, pairs, output=net.output, lambd=net.lambd))

    return cost


def pattern_of(net: Network) -> Callable[[dict[str, NDArray]], NDArray]:
    return lambda parameters: np.concatenate(
        [np.zeros(0, bool), *((Z > 0).ravel() for Z in forward_at(net, parameters)[:-1])]
    )


def at_the_open_door(
    net: Network, gradients: Gradients, *, pattern: bool = False, factor: float = 1.0
) -> GradientCheck:
    scaled = {name: factor * g for name, g in by_name(net, zip(gradients.dW, gradients.db, strict=True)).items()}
    return gradient_check(
        cost_of(net, factor), by_name(net, net.parameters), scaled, pattern=pattern_of(net) if pattern else None
    )


DOORS = [at_the_network_door, at_the_open_door]
doors = pytest.mark.parametrize("door", DOORS, ids=["network", "open"])
NET = build_network((3, 3, 4, 2), 5, seed=0, hidden="tanh", lambd=0.3, keep_prob=0.8)


# --- right gradients ----------------------------------------------------------------------------------------


@doors
@each("output", OUTPUTS)
@each("hidden", HIDDEN)
def test_right_gradients_pass(hidden: str, output: str, door: Callable) -> None:
    net = build_network((3, 4, 3, 2), 5, seed=3, hidden=hidden, output=output, lambd=0.3, keep_prob=0.8)
    result = door(net, backward(net))
    assert result.verdict == "PASS", result
    assert result.difference < 1e-6
    assert result.coverage >= COVERAGE


@drawn_in_tiers(40, 250, case=small_cases())
def test_the_network_door_never_rejects_right_gradients(case: Case) -> None:
    net = network_of(draw([case]))
    assert at_the_network_door(net, backward(net)).verdict != "FAIL"


@drawn_in_tiers(30, 100, case=small_cases(hidden=st.sampled_from(["relu", "leaky_relu"]), bias=st.just("zero")))
def test_the_network_door_never_rejects_right_gradients_at_ties(case: Case) -> None:
    net = network_of(draw([case]))
    assert at_the_network_door(net, backward(net)).verdict != "FAIL"


@each("hidden", HIDDEN)
def test_float32_networks_are_judged_by_the_network_door(hidden: str) -> None:
    net = build_network((3, 4, 3, 2), 5, seed=3, hidden=hidden, lambd=0.3, keep_prob=0.8, dtype=np.float32)
    right = backward(net)
    assert right.dW[0].dtype == np.float32
    assert at_the_network_door(net, right).verdict == "PASS"
    off = right._replace(dW=[right.dW[0] * np.float32(1.001), *right.dW[1:]])
    assert at_the_network_door(net, off).verdict == "FAIL"


def test_right_float32_gradients_below_the_smallest_normal_number_pass() -> None:
    """sigmoid(−100) = 3.8e-44 is a subnormal of float32, with two digits: the unit of underflow covers that."""
    one = np.ones((1, 1), np.float32)
    net = Network(one, 0 * one, [(-100 * one, 0 * one)], None, 1.0, 0.0, "relu", "sigmoid")
    assert at_the_network_door(net, backward(net)).verdict != "FAIL"


# --- planted faults -----------------------------------------------------------------------------------------


def one_entry(g: NDArray) -> NDArray:
    g = g.copy()
    g[-1, 0] += 1e-3 * np.abs(g).max()
    return g


def not_a_number(g: NDArray) -> NDArray:
    g = g.copy()
    g[0, 0] = np.nan
    return g


FAULTS: dict[str, tuple[str, int, Callable[[NDArray], NDArray]]] = {
    "scaled by 1 + 1e-4": ("dW", 1, lambda g: g * (1 + 1e-4)),
    "transposed": ("dW", 0, lambda g: g.T),
    "sign": ("dW", 2, lambda g: -g),
    "zero": ("dW", 1, np.zeros_like),
    "zero biases": ("db", 0, np.zeros_like),
    "bias only": ("db", 1, lambda g: g * 1.01),
    "one entry": ("dW", 1, one_entry),
    "one entry of b": ("db", 2, one_entry),
    "nan": ("dW", 0, not_a_number),
    "infinite": ("db", 0, lambda g: g + np.inf),
    "swapped rows": ("dW", 1, lambda g: g[::-1]),
    "sum for a mean": ("db", 1, lambda g: 5 * g),
}


@doors
@each("fault", FAULTS)
def test_planted_faults_fail(fault: str, door: Callable) -> None:
    kind, l, spoil = FAULTS[fault]
    right = backward(NET)
    blocks = list(getattr(right, kind))
    blocks[l] = spoil(blocks[l])
    result = door(NET, right._replace(**{kind: blocks}))
    assert result.verdict == "FAIL"
    name = f"{kind}{l + 1}" if door is at_the_network_door else f"{kind[1:]}{l + 1}"
    assert {n for n, block in result.blocks.items() if block.worst_ratio > 1} == {name}


@doors
def test_the_worst_coordinate_is_the_wrong_one(door: Callable) -> None:
    right = backward(NET)
    wrong = [g.copy() for g in right.dW]
    wrong[1][2, 1] += 1.0
    result = door(NET, right._replace(dW=wrong))
    block = list(result.blocks.values())[2]
    assert block.worst == (2, 1)
    assert abs(wrong[1][2, 1] - block.approximation[2, 1]) == pytest.approx(1, abs=1e-6)


def test_a_small_block_cannot_hide_beside_a_large_one() -> None:
    """The course's scalar stays below 1e-7 although a whole block has the wrong sign."""

    def cost(p: dict[str, NDArray]) -> float:
        return float((np.sin(p["large"]) * 1e4).sum() + (np.sin(p["small"]) * 1e-4).sum())

    parameters = {"large": np.zeros(3) + 0.5, "small": np.zeros(2) + 0.5}
    slope = float(np.cos(0.5))
    right = {"large": np.full(3, 1e4 * slope), "small": np.full(2, 1e-4 * slope)}
    assert gradient_check(cost, parameters, right).blocks["large"].worst_ratio <= 1
    result = gradient_check(cost, parameters, right | {"small": 1.5 * right["small"]})
    assert result.difference < 1e-7
    assert result.verdict == "FAIL"
    assert result.blocks["small"].difference > 0.1


@doors
def test_a_missing_l2_term_fails(door: Callable) -> None:
    assert door(NET, backward(NET._replace(lambd=0.0))).verdict == "FAIL"


@doors
def test_a_forgotten_keep_prob_fails(door: Callable) -> None:
    assert door(NET, backward(NET._replace(keep_prob=1.0))).verdict == "FAIL"


# --- too little was seen ------------------------------------------------------------------------------------


def with_kinks(count: int) -> tuple[Callable, dict, dict]:
    """Σ w² + |v| at v = 0: ``count`` of 100 coordinates sit on a kink, both sides of which cross."""

    def cost(p: dict[str, NDArray]) -> float:
        return float((p["w"] ** 2).sum() + np.abs(p["v"]).sum())

    w = np.linspace(1, 2, 100 - count)
    return cost, {"w": w, "v": np.zeros(count)}, {"w": 2 * w, "v": np.zeros(count)}


def test_coverage_below_the_floor_is_inconclusive() -> None:
    for count, verdict in ((5, "PASS"), (6, "INCONCLUSIVE")):
        cost, parameters, gradients = with_kinks(count)
        for pattern in (None, lambda p: np.sign(p["v"])):
            result = gradient_check(cost, parameters, gradients, pattern=pattern)
            assert result.verdict == verdict
            assert result.coverage == pytest.approx(1 - count / 100)
            assert result.blocks["v"].excluded == count


def test_what_is_wrong_fails_however_little_was_seen() -> None:
    cost, parameters, gradients = with_kinks(50)
    assert gradient_check(cost, parameters, gradients | {"w": 1.1 * gradients["w"]}).verdict == "FAIL"


def test_no_parameters_are_inconclusive() -> None:
    result = gradient_check(lambda p: 1.0, {}, {})
    assert (result.verdict, result.coverage, result.blocks) == ("INCONCLUSIVE", 0.0, {})


def test_a_block_without_entries_is_no_error() -> None:
    parameters = {"w": np.ones(2), "none": np.ones((0, 3))}
    result = gradient_check(
        lambda p: float((p["w"] ** 2).sum()), parameters, {"w": np.full(2, 2.0), "none": np.ones((0, 3))}
    )
    assert result.verdict == "PASS"


def test_noise_that_drowns_the_slope_is_inconclusive() -> None:
    result = gradient_check(lambda p: 1e12 + float(p["w"].sum()), {"w": np.ones(4)}, {"w": np.ones(4)})
    assert result.verdict == "INCONCLUSIVE"
    assert result.blocks["w"].unresolved == 4


# --- kinks --------------------------------------------------------------------------------------------------


def hinge(p: dict[str, NDArray]) -> float:
    """Σ relu(w)² is smooth, Σ relu(w) has kinks at zero."""
    return float(np.maximum(p["w"], 0).sum() + (p["w"] ** 2).sum())


AT_KINK = {"w": np.concatenate([[0.0], np.linspace(0.5, 1.5, 29)])}
LEFT = {"w": 2 * AT_KINK["w"] + (AT_KINK["w"] > 0)}


def test_without_a_pattern_a_kink_is_suspected_and_excluded() -> None:
    result = gradient_check(hinge, AT_KINK, LEFT)
    assert (result.verdict, result.blocks["w"].excluded) == ("PASS", 1)


def test_with_a_pattern_the_side_with_its_own_pattern_is_used() -> None:
    pattern = lambda p: p["w"] > 0
    result = gradient_check(hinge, AT_KINK, LEFT, pattern=pattern)
    assert (result.verdict, result.blocks["w"].excluded) == ("PASS", 0)
    right_slope = LEFT["w"].copy()
    right_slope[0] = 1.0
    result = gradient_check(hinge, AT_KINK, {"w": right_slope}, pattern=pattern)
    assert (result.verdict, result.blocks["w"].worst) == ("FAIL", (0,))


@each("z", [3e-6, -3e-6, 1e-7, -1e-7])
def test_a_kink_within_the_step_is_never_crossed(z: float) -> None:
    w = AT_KINK["w"].copy()
    w[0] = z
    right = {"w": 2 * w + (w > 0)}
    result = gradient_check(hinge, {"w": w}, right, pattern=lambda p: p["w"] > 0)
    assert (result.verdict, result.blocks["w"].excluded) == ("PASS", 0)
    assert gradient_check(hinge, {"w": w}, right).verdict != "FAIL"
    wrong = right["w"].copy()
    wrong[0] = 0.5  # what a central difference across the kink says, about
    assert gradient_check(hinge, {"w": w}, {"w": wrong}, pattern=lambda p: p["w"] > 0).verdict == "FAIL"


def test_a_coordinate_with_kinks_on_both_sides_is_excluded_once_proven() -> None:
    cost, parameters, gradients = with_kinks(2)
    result = gradient_check(cost, parameters, gradients | {"v": np.full(2, 7.0)}, pattern=lambda p: np.sign(p["v"]))
    assert result.blocks["v"].excluded == 2
    assert result.verdict == "PASS"


@each("seed", range(12))
def test_relu_networks_with_ties_pass_with_a_pattern(seed: int) -> None:
    net = build_network((2, 3, 3, 1), 4, seed=seed, keep_prob=0.6, bias="zero", lambd=0.2)
    assert at_the_open_door(net, backward(net), pattern=True).verdict != "FAIL"
    assert at_the_open_door(net, backward(net)).verdict != "FAIL"


def test_the_noise_is_not_inflated_at_ties() -> None:
    """All evaluations of the noise lie on one side: were it inflated, wrong gradients would pass there."""
    for seed in range(10):
        tied = build_network((2, 3, 3, 1), 4, seed=seed, keep_prob=0.6, bias="zero")
        point = by_name(tied, tied.parameters)
        J = cost_of(tied)(point)
        assert _noise(cost_of(tied), point) <= 100 * np.finfo(float).eps * J


def test_the_noise_of_a_noisy_cost_is_seen() -> None:
    rng = np.random.RandomState(0)
    w = np.linspace(0.5, 1, 4)
    noise = _noise(lambda p: float((p["w"] ** 2).sum()) + 1e-9 * rng.standard_normal(), {"w": w})
    assert 1e-9 < noise < 1e-7


def test_a_cost_rounded_to_fewer_digits_than_float64_accuses_nobody() -> None:
    """log(1 + t) for t = 1e-8 has steps of u: along a short line the cost is constant, and looks exact."""
    net = network_of(draw([Case.parse(
        "dims=1,1,2,1,4 m=1 hidden=leaky_relu output=softmax scale=9.48 seed=1931989341"
    )]))  # fmt: skip
    assert at_the_open_door(net, backward(net), pattern=True).verdict != "FAIL"


# --- what does not matter -----------------------------------------------------------------------------------


@each("factor", [1e-12, 3e-7, 7.0, 1e12])
def test_verdicts_do_not_change_with_the_unit_of_the_cost(factor: float) -> None:
    right = backward(NET)
    wrong = right._replace(dW=[right.dW[0], right.dW[1] * (1 + 1e-4), right.dW[2]])
    plain = at_the_open_door(NET, right)
    scaled = at_the_open_door(NET, right, factor=factor)
    assert plain.verdict == scaled.verdict == "PASS"
    assert scaled.coverage == plain.coverage
    assert at_the_open_door(NET, wrong, factor=factor).verdict == "FAIL"


@pytest.mark.parametrize("factor", [2.0**-40, 2.0**40])
def test_the_network_door_does_not_see_the_unit_of_the_cost(factor: float) -> None:
    """With identity outputs the cost is multiplied by c² where the last layer and the labels are by c."""
    net = build_network((3, 4, 2), 5, seed=1, output="identity")
    *below, (W, b) = net.parameters
    scaled = net._replace(Y=factor * net.Y, parameters=[*below, (factor * W, factor * b)])
    for spoil, verdict in ((1.0, "PASS"), (1 + 1e-5, "FAIL")):
        for one in (net, scaled):
            right = backward(one)
            assert at_the_network_door(one, right._replace(db=[g * spoil for g in right.db])).verdict == verdict


def test_dictionaries_may_stand_in_any_order() -> None:
    right = by_name(NET, zip(*backward(NET)[:2], strict=True))
    parameters = by_name(NET, NET.parameters)
    turned = dict(reversed(right.items()))
    one = gradient_check(cost_of(NET), parameters, right)
    other = gradient_check(cost_of(NET), parameters, turned)
    assert one.verdict == other.verdict == "PASS"
    assert {n: b.difference for n, b in one.blocks.items()} == {n: b.difference for n, b in other.blocks.items()}


def test_inputs_stay_as_they_were() -> None:
    """A cost that writes into what it is given does not reach the caller's arrays either."""
    parameters, gradients = {"w": np.ones(3)}, {"w": np.full(3, 2.0)}

    def cost(p: dict[str, NDArray]) -> float:
        return float((p["w"] ** 2).sum())

    for arrays in (parameters, gradients):
        arrays["w"].flags.writeable = False
    assert gradient_check(cost, parameters, gradients).verdict == "PASS"
    assert parameters["w"].tolist() == [1, 1, 1]
    assert at_the_network_door(NET, backward(NET)).verdict == "PASS"  # all of NET is read-only


# --- the course's formula -----------------------------------------------------------------------------------


def test_difference_is_the_courses_formula() -> None:
    right = backward(NET)
    wrong = right._replace(dW=[right.dW[0] * 1.5, *right.dW[1:]])
    result = at_the_network_door(NET, wrong)
    g = np.concatenate([a.ravel() for pair in zip(wrong.dW, wrong.db, strict=True) for a in pair])
    D = np.concatenate([block.approximation.ravel() for block in result.blocks.values()])
    want = np.linalg.norm(g - D) / (np.linalg.norm(g) + np.linalg.norm(D))
    assert result.difference == pytest.approx(want, rel=1e-12)
    assert result.blocks["dW1"].difference == pytest.approx(0.2, rel=1e-6)


def test_relative_difference_of_zeros_is_zero() -> None:
    assert relative_difference(np.zeros(3), np.zeros(3)) == 0
    assert relative_difference([3.0, 0.0], [0.0, 4.0]) == pytest.approx(5 / 7)
    assert relative_difference([1.0], [-1.0]) == 1


def test_counts_add_up() -> None:
    result = at_the_network_door(NET, backward(NET))
    assert {n: b.coordinates for n, b in result.blocks.items()} == {
        "dW1": 9, "db1": 3, "dW2": 12, "db2": 4, "dW3": 8, "db3": 2,
    }  # fmt: skip
    lost = sum(b.excluded + b.unresolved for b in result.blocks.values())
    assert result.coverage == 1 - lost / 38


# --- errors name the argument -------------------------------------------------------------------------------

SQUARES = {"w": np.ones(3), "b": np.ones((2, 1))}


def squares(p: dict[str, NDArray]) -> float:
    return float(sum((a**2).sum() for a in p.values()))


@each(
    ("parameters", "gradients", "error", "match"),
    [
        (SQUARES, {"w": np.ones(3)}, ValueError, r"no 'b'; it has 'w'"),
        (SQUARES, {}, ValueError, r"no 'w'; it has nothing"),
        (SQUARES, {"w": np.ones(3), "b": np.ones(2)}, ValueError, r"gradient of b has shape \(2,\); it takes \(2, 1\)"),
        (SQUARES, SQUARES | {"c": np.ones(2)}, ValueError, "'c'"),
        (SQUARES | {"w": np.ones(3, np.float32)}, SQUARES, TypeError, r"w has dtype float32; .* float64"),
        (SQUARES | {"w": np.ones(3, int)}, SQUARES, TypeError, r"w has dtype int"),
    ],
)
def test_errors_name_the_argument(parameters: dict, gradients: dict, error: type, match: str) -> None:
    with pytest.raises(error, match=match):
        gradient_check(squares, parameters, gradients)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_cost_that_is_not_finite_is_an_error(value: float) -> None:
    with pytest.raises(ValueError, match=f"the cost is {value} .*finite"):
        gradient_check(lambda p: value, SQUARES, SQUARES)


def test_a_cost_that_ends_one_step_away_hides_no_wrong_coordinate() -> None:
    """√w next to 0 is NaN on one side: that coordinate is lost, the others are still judged."""

    def cost(p: dict[str, NDArray]) -> float:
        with np.errstate(invalid="ignore"):
            return float(np.sqrt(p["w"][0]) + (p["w"][1:] ** 2).sum())

    gradients = {"w": np.array([500.0, 7.0, 4.0])}
    assert gradient_check(cost, {"w": np.array([1e-6, 1.0, 2.0])}, gradients).verdict == "FAIL"


@pytest.mark.parametrize(
    "spoil",
    [lambda g: g._replace(db=g.db[:1]), lambda g: g._replace(db=[*g.db, g.db[0]]),
     lambda g: g._replace(db=[b[:, 0] for b in g.db])],
    ids=["a layer is missing", "a layer too many", "b flat"],
)  # fmt: skip
def test_the_network_door_names_gradients_that_do_not_fit(spoil: Callable) -> None:
    with pytest.raises(ValueError, match="db"):
        at_the_network_door(NET, spoil(backward(NET)))
