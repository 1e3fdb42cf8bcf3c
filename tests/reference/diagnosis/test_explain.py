"""What is wrong by itself is a root, and what follows from it is none; what nothing explains is a root without ways."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from reference.cases.quantities import order, split
from reference.diagnosis.evaluate import value_of, value_with
from reference.diagnosis.explain import explain
from reference.diagnosis.mistakes import LINES
from tests.folding import each
from tests.reference.diagnosis.simulation import (
    GRADIENTS,
    LAYERS,
    data,
    l2,
    net,
    pulled,
    right,
    seen,
    share,
    slope,
    total,
)

EVERYTHING = ("dZ", "dA", "dW", "db")
NAMES = order(LAYERS)
SEEN = (EVERYTHING, GRADIENTS, ("dZ", "dW", "db"), ("dA", "dW", "db"), ("dW",), ("db",), ())


def noisy(name):
    """The right line, with noise that no mistake explains."""

    def written(s):
        value = right(s, name)
        return value * (1 + 0.3 * np.random.RandomState(split(name)[1]).standard_normal(np.shape(value)))

    return written


def outputs(roots):
    return [root.output for root in roots]


@each("hidden", ["relu", "tanh", "sigmoid", "identity"])
def test_a_right_pass_has_no_root(hidden):
    wrong = {}
    for output, only in itertools.product(("sigmoid", "softmax", "identity"), SEEN):
        scenes = net(hidden, output)
        wrong[output, only] = outputs(explain(scenes, seen(scenes, {}, only=only)))
    assert {how: roots for how, roots in wrong.items() if roots} == {}


@each("layers", [1, 2, 5])
def test_a_right_pass_of_any_depth_has_no_root(layers):
    scenes = net("tanh", layers=layers)
    assert explain(scenes, seen(scenes, {}, only=GRADIENTS)) == []


def test_a_mask_that_is_applied_to_the_derivative_and_not_to_da_is_right():
    scenes = net("tanh")
    late = {f"dA{l}": pulled for l in (1, 2)} | {f"dZ{l}": lambda s: s.dA(s.l) * slope(s) * share(s) for l in (1, 2)}
    assert explain(scenes, seen(scenes, late)) == []
    assert explain(scenes, seen(scenes, late, only=GRADIENTS)) == []


def test_a_gate_that_is_taken_from_the_masked_activation_is_right():
    scenes = net("relu")
    masked = {f"dZ{l}": lambda s: s.dA(s.l) * (s.A[s.l] > 0) for l in (1, 2)}
    assert explain(scenes, seen(scenes, masked)) == []
    assert explain(scenes, seen(scenes, masked, only=GRADIENTS)) == []


@each("name", NAMES)
def test_what_follows_from_a_wrong_line_is_no_root(name):
    scenes = net("tanh")
    wrong = {name: lambda s: 2 * right(s, name)}
    (root,) = explain(scenes, seen(scenes, wrong))
    assert root.output == name
    assert root.got is not None
    for s, got, owed in zip(scenes, root.got, root.right, strict=True):
        assert got.shape == owed.shape
        assert np.allclose(got, 2 * owed, rtol=1e-12), s.m


def test_each_of_four_wrong_lines_is_a_root_in_the_order_of_the_backward_pass():
    scenes = net("relu")
    wrong = {
        "dZ3": lambda s: s.Y - s.A[s.L],
        "dW2": data,
        "dA1": lambda s: pulled(s) * s.D[s.l],
        "db1": lambda s: total(s) * s.m,
    }
    roots = explain(scenes, seen(scenes, wrong))
    assert outputs(roots) == ["dZ3", "dW2", "dA1", "db1"]
    assert [{m.code for way in root.ways for m in way} for root in roots] == [
        {"MB101"},
        {"MB201"},
        {"MB302"},
        {"MB102"},
    ]


@each("name", NAMES)
def test_noise_that_nothing_explains_is_a_root_without_ways_on_its_own_line(name):
    scenes = net("tanh")
    (root,) = explain(scenes, seen(scenes, {name: noisy(name)}))
    assert (root.output, root.ways) == (name, ())
    assert root.got is not None


@pytest.mark.slow
@each("name", ["dW1", "dW2", "dW3", "db1", "db2", "db3"])
def test_noise_in_a_gradient_stays_there_where_only_the_gradients_are_seen(name):
    scenes = net("relu")
    (root,) = explain(scenes, seen(scenes, {name: noisy(name)}, only=GRADIENTS))
    assert (root.output, root.ways) == (name, ())


def test_noise_in_what_is_not_seen_gets_no_name():
    scenes = net("relu")
    roots = explain(scenes, seen(scenes, {"dZ2": noisy("dZ2")}, only=GRADIENTS))
    assert outputs(roots) == ["dW2", "db2", "dW1", "db1"]
    assert all(root.ways == () for root in roots)


def test_a_mistake_that_stands_in_a_loop_is_found_in_every_layer_by_the_gradients_alone():
    scenes = net("tanh", square=True)
    wrong = {f"dA{l}": lambda s: s.W[s.l + 1] @ s.dZ(s.l + 1) * share(s) for l in (1, 2)}
    roots = explain(scenes, seen(scenes, wrong, only=GRADIENTS))
    assert [(root.output, {m.code for way in root.ways for m in way}) for root in roots] == [
        ("dA2", {"MB103"}),
        ("dA1", {"MB103"}),
    ]


def test_noise_on_one_line_does_not_hide_the_mistake_on_another():
    scenes = net("tanh")
    roots = explain(scenes, seen(scenes, {"dW3": noisy("dW3"), "dZ1": lambda s: s.dA(s.l)}))
    assert [(root.output, {m.code for way in root.ways for m in way}) for root in roots] == [
        ("dW3", set()),
        ("dZ1", {"MB104"}),
    ]


def test_a_factor_that_holds_on_two_probes_of_three_is_no_explanation():
    scenes = net("relu")
    (root,) = explain(scenes, seen(scenes, {"db2": lambda s: total(s) * (2 if s.m != scenes[2].m else 2.001)}))
    assert (root.output, root.ways) == ("db2", ())


def test_a_factor_in_what_is_not_seen_holds_on_every_probe_or_is_not_named():
    scenes = net("relu")
    wrong = {"dZ2": lambda s: right(s, "dZ2") * (2 if s.m == scenes[0].m else 2.001)}
    roots = explain(scenes, seen(scenes, wrong, only=GRADIENTS))
    assert {mistake.text for root in roots for way in root.ways for mistake in way} == set()


@each("factor", [2 + 1e-6, -1 - 1e-6, 1e-6, np.e])
def test_a_factor_that_is_nearly_one_of_ours_is_not_that_one(factor):
    scenes = net("relu")
    (root,) = explain(scenes, seen(scenes, {"db2": lambda s: total(s) * factor}))
    assert (root.output, root.ways) == ("db2", ())


def test_in_float32_what_is_within_its_digits_is_the_same():
    scenes = net("relu", dtype="float32")
    rounded = [
        {n: a.astype(np.float32) for n, a in o.items()} for o in seen(scenes, {"dZ2": lambda s: 2 * right(s, "dZ2")})
    ]
    (root,) = explain(scenes, rounded, dtype="float32")
    assert root.output == "dZ2"
    assert {m.code for way in root.ways for m in way} == {"MB101"}


def test_what_is_not_a_number_is_a_root_without_ways():
    scenes = net("relu")
    (root,) = explain(scenes, seen(scenes, {"dW1": lambda s: (data(s) + l2(s)) * np.nan}))
    assert (root.output, root.ways) == ("dW1", ())


def test_a_value_with_a_mistake_is_none_where_the_mistake_does_not_apply():
    whole = LINES["dW"].parts["data"][1]
    first_layer = [f for f in whole if "before its mask" in f.text]
    s = net("relu")[0]
    for name in order(LAYERS):
        s = s.having(name, value_of(s.at(split(name)[1]), name))
    assert first_layer
    assert value_with(s.at(1), "dW1", "data", first_layer[0]) is None
    assert value_with(s.at(2), "dW2", "data", first_layer[0]) is not None


def test_the_right_value_is_the_plain_one():
    s = net("tanh")[0]
    for name in NAMES:
        value = value_of(s.at(split(name)[1]), name)
        assert np.allclose(value, right(s, name), rtol=1e-13), name
        s = s.having(name, right(s, name))
