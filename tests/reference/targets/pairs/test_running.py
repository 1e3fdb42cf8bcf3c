"""Both passes of a prepared pair, its differences and its complex step."""

from pathlib import Path

import numpy as np
from hypothesis import given

from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.pairs.running import complex_step, cotangents_of, differences, recorded_run
from reference.targets.stand_in.loading import kind_named
from tests.strategies import drawn, seeds

KINDS = {name: kind_named(name) for name in ("plain", "float64", "float32", "complex")}


def layer(kind, seed, factor=1.0):
    """relu(x W + b), with a loop over its examples; ``factor`` spoils the gradient of W."""
    np_, rng = kind.numpy, np.random.RandomState(seed)
    primals = {"x": rng.randn(3, 4), "W": rng.randn(4, 2), "b": rng.randn(2)}

    def forward(p):
        out = np_.zeros((3, 2))
        for i in range(3):
            for j in range(2):
                z = np_.sum(p["x"][i] * p["W"][:, j]) + p["b"][j]
                out[i, j] = z if z > 0 else 0.0
        return [out]

    def backward(p, cotangents):
        dz = cotangents[0] * (forward(p)[0] > 0)
        gradients = {"x": dz @ p["W"].T, "W": factor * (p["x"].T @ dz), "b": dz.sum(axis=0)}
        return PairGradients(gradients, {name: f"d{name}" for name in gradients})

    return Prepared(primals, forward, backward, takes_cotangent=True)


@given(seed=seeds)
@drawn(8)
def test_witnesses_and_gradients_agree(seed):
    runs = {
        name: recorded_run(layer(KINDS[name], seed), KINDS[name], seed, Path("none"))
        for name in KINDS
        if name != "complex"
    }
    run = runs["float64"]
    for name in run["gradients"]:
        assert run["gradients"][name].tobytes() == runs["plain"]["gradients"][name].tobytes()
        assert runs["float32"]["gradients"][name].dtype == np.float32
    assert run["pattern"] == runs["float32"]["pattern"]
    points = [[name, k] for name, primal in run["primals"].items() for k in range(primal.size)]
    exact = complex_step(layer(KINDS["complex"], seed), KINDS["complex"], run["cotangents"], points)
    assert exact["pattern"] == run["pattern"]
    want = np.concatenate([run["gradients"][name].ravel() for name in run["primals"]])
    assert np.allclose(exact["derivatives"], want, rtol=1e-13, atol=1e-14)
    near = differences(layer(KINDS["float64"], seed), KINDS["float64"], run["cotangents"], points, [1e-6] * len(points))
    slopes = (near["values"][:, 0] - near["values"][:, 1]) / 2e-6
    same = near["same"][:, :2].all(axis=1)
    assert near["pattern"] == run["pattern"]
    assert np.isclose(near["value"], exact["value"], rtol=1e-12)
    assert np.allclose(slopes[same], want[same], atol=1e-7)


def test_a_direction_is_one_run():
    prepared, direction = layer(KINDS["complex"], 1), np.random.RandomState(0).randn(4, 2)
    cotangents = [np.ones((3, 2))]
    whole = complex_step(prepared, KINDS["complex"], cotangents, [["W", direction]])["derivatives"][0]
    entries = complex_step(prepared, KINDS["complex"], cotangents, [["W", k] for k in range(8)])["derivatives"]
    assert np.isclose(whole, entries @ direction.ravel(), rtol=1e-14)


def test_a_kink_within_reach_is_seen():
    kind = KINDS["float64"]
    prepared = Prepared(
        {"x": np.array([1e-7, 1.0])}, lambda p: [kind.numpy.maximum(p["x"], 0)], lambda p, c: None, True
    )
    found = differences(prepared, kind, [np.ones(2)], [["x", 0], ["x", 1]], [1e-6, 1e-6])
    assert found["same"].tolist() == [[True, False, True, False], [True] * 4]


def test_a_planted_mistake_does_not_shrink():
    right, wrong = (layer(KINDS["float64"], 3, factor) for factor in (1.0, 2.0))
    runs = [recorded_run(p, KINDS["float64"], 3, Path("none")) for p in (right, wrong)]
    assert np.allclose(runs[1]["gradients"]["W"], 2 * runs[0]["gradients"]["W"])
    points = [["W", k] for k in range(8)]
    exact = complex_step(layer(KINDS["complex"], 3, 2.0), KINDS["complex"], runs[0]["cotangents"], points)[
        "derivatives"
    ]
    assert np.allclose(exact, runs[0]["gradients"]["W"].ravel())


def test_cotangents_are_float32_s_and_never_ones():
    layer_of = Prepared({}, lambda p: [], lambda p, c: None, True)
    first, _ = cotangents_of(layer_of, [np.zeros((2, 3)), np.zeros(2)], 5)
    assert np.array_equal(first, first.astype(np.float32))
    assert not np.allclose(first, 1)
    assert cotangents_of(layer_of._replace(takes_cotangent=False), [np.zeros(())], 5)[0] == 1
    (single,) = cotangents_of(layer_of._replace(single=True), [np.zeros((4, 3))], 5)
    assert np.count_nonzero(single) == 1


def test_thousands_of_numbers_one_by_one_stay_affordable():
    """What a naive convolution costs is counted in calls, not in seconds."""
    kind = KINDS["float64"]
    run = recorded_run(layer(kind, 0), kind, 0, Path("none"))
    assert run["operations"] == 6 * 4  # a product, a sum, the bias, a comparison
