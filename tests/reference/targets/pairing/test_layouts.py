"""In which form a stranger keeps parameters, caches and gradients: told apart, and called by the course's names."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.targets.pairing import caches, layouts
from reference.targets.pairing.caches import CACHES, Pass
from reference.targets.pairing.layouts import (
    FORMS,
    NotGradients,
    at,
    gradients,
    mask_paths,
    returned,
)
from tests.folding import each

DIMS, M = (4, 3, 5, 2), 7
rng = np.random.RandomState(0)
PAIRS = [(rng.standard_normal((n, k)), rng.standard_normal((n, 1))) for k, n in itertools.pairwise(DIMS)]
GRADIENTS = {f"d{kind}{l}": a for l, pair in enumerate(PAIRS, 1) for kind, a in zip("Wb", pair, strict=True)}
Z = [rng.standard_normal((n, M)) for n in DIMS[1:]]
A = [rng.standard_normal((DIMS[0], M)), *(1 / (1 + np.exp(-z)) for z in Z)]
MASKS = [rng.random_sample((n, M)) < 0.6 for n in DIMS[1:-1]]


# --- parameters ------------------------------------------------------------------------------------------------


def test_parameters_in_each_form():
    (W1, b1), (W2, b2), (W3, b3) = PAIRS
    assert list(FORMS["dict"](PAIRS)) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert FORMS["dict"](PAIRS)["W2"] is W2
    assert all(a is b for a, b in zip(FORMS["flat"](PAIRS), (W1, b1, W2, b2, W3, b3), strict=True))
    assert [len(pair) for pair in FORMS["pairs"](PAIRS)] == [2, 2, 2]
    assert [list(layer) for layer in FORMS["dicts"](PAIRS)] == [["W", "b"]] * 3


# --- gradients -------------------------------------------------------------------------------------------------


def same(named):
    assert named.keys() >= GRADIENTS.keys()
    assert all(named[name] is a for name, a in GRADIENTS.items())


def of(template):
    """The gradients under other names: ``template`` takes kind and layer."""
    return {template.format(kind=name[1], l=name[2], low=name[1].lower()): a for name, a in GRADIENTS.items()}


@each(
    "template",
    [
        "d{kind}{l}", "d{low}{l}", "d_{kind}{l}", "d_{kind}_{l}", "d{kind}_{l}", "d{kind}[{l}]", "grad_{kind}{l}",
        "grads_d{kind}{l}", "g_{kind}{l}", "delta_{kind}{l}", "δ{kind}{l}", "D{kind}{l}", "{kind}{l}", "{low}{l}",
        "grad{kind}{l}",
    ],
)  # fmt: skip
def test_keys_however_they_are_spelled(template):
    same(gradients(of(template), DIMS))


def test_lists_by_layer_in_a_dictionary():
    dW, db = [W for W, _ in PAIRS], [b for _, b in PAIRS]
    same(gradients({"dW": dW, "db": db}, DIMS))
    same(gradients({"dw": [None, *dW], "db": [None, *db]}, DIMS))
    same(gradients({"W": tuple(dW), "b": tuple(db)}, DIMS))


@each("order", [1, -1])
@each("kind", [list, tuple])
def test_sequences_first_layer_or_last_layer_first(kind, order):
    pairs = PAIRS[::order]
    same(gradients(kind((W, b) for W, b in pairs), DIMS))
    same(gradients(kind([W, b] for W, b in pairs), DIMS))
    same(gradients(kind(a for pair in pairs for a in pair), DIMS))
    same(gradients(kind([[W for W, _ in pairs], [b for _, b in pairs]]), DIMS))
    same(gradients([{"dW": W, "db": b} for W, b in pairs], DIMS))


def test_a_dictionary_among_other_things():
    same(gradients((GRADIENTS, 0.5), DIMS))
    same(gradients((np.ones(3), GRADIENTS), DIMS))


def test_one_layer_alone():
    (W, b), *_ = PAIRS
    assert gradients([(W, b)], DIMS[:2]) == {"dW1": W, "db1": b}
    assert gradients((W, b), DIMS[:2]) == {"dW1": W, "db1": b}


def test_what_is_not_of_a_layer_is_left_out():
    named = gradients({**GRADIENTS, "cost": 1.0, "m": 3, "dlambda": 1, 7: 2, None: 3, ("dW", 1): 4}, DIMS)
    assert named.keys() == GRADIENTS.keys()


def test_intermediates_of_the_course():
    inner = {"dZ1": 1, "dZ2": 2, "dZ3": 3, "dA1": 4, "dA2": 5}
    assert gradients({**GRADIENTS, **inner}, DIMS).items() >= inner.items()


def test_a_shifted_name_of_dA_is_moved_by_a_layer():
    given = {**GRADIENTS, "dA1": "of 0", "dA2": "of 1", "dA3": "of 2"}
    named = gradients(given, DIMS, shifted=True)
    assert {n: v for n, v in named.items() if n.startswith("dA")} == {"dA1": "of 1", "dA2": "of 2"}


def test_dA_of_the_first_and_the_last_layer_is_not_asked_for():
    given = {**GRADIENTS, "dA0": 0, "dA1": 1, "dA2": 2, "dA3": 3}
    assert {n for n in gradients(given, DIMS) if n.startswith("dA")} == {"dA1", "dA2"}
    assert {n for n in gradients(given, DIMS, shifted=None) if n.startswith("dA")} == {"dA0", "dA1", "dA2", "dA3"}


def test_activations_that_are_returned_beside_the_gradients_are_none():
    named = gradients({**GRADIENTS, "A1": 1, "Z1": 2}, DIMS)
    assert named.keys() == GRADIENTS.keys()


def test_parameters_that_are_returned_beside_the_gradients_do_not_take_their_place():
    parameters = FORMS["dict"]([(W + 1, b + 1) for W, b in PAIRS])
    same(gradients({**parameters, **GRADIENTS}, DIMS))


def test_nothing_returned_is_not_implemented():
    with pytest.raises(NotImplementedError):
        gradients(None, DIMS)


@each(
    "value",
    [3, 0.5, "dW1", np.ones((3, 4)), [], (), [1, 2, 3], (np.ones(3),), [None] * 6, object(), [[], []]],
)
def test_what_is_no_set_of_gradients_is_said(value):
    with pytest.raises(NotGradients):
        gradients(value, DIMS)


# --- what a forward pass returns -------------------------------------------------------------------------------

CACHE = tuple(a for l, (W, b) in enumerate(PAIRS) for a in (Z[l], A[l + 1], W, b))


@each("order", list(itertools.permutations(["A", "cost", "cache"])))
def test_activation_cost_and_cache_in_any_order(order):
    parts = {"A": A[-1], "cost": 0.5, "cache": CACHE}
    found = returned(tuple(parts[name] for name in order), (2, M))
    assert found.A is A[-1]
    assert found.cost == 0.5
    assert found.cache is CACHE


def test_an_activation_alone():
    assert returned(A[-1], (2, M)).A is A[-1]


def test_a_cost_alone():
    found = returned(0.5, (2, M))
    assert (found.A, found.cost, found.cache) == (None, 0.5, None)


def test_a_cost_and_a_cache_have_the_activation_inside():
    assert returned((0.5, CACHE), (2, M)).A is A[-1]


def test_a_dictionary_is_its_own_cache():
    cache = {"Z3": Z[-1], "A3": A[-1]}
    found = returned(cache, (2, M))
    assert found.A is A[-1]
    assert found.cache is cache


def test_a_row_of_arrays_is_a_cache():
    found = returned(CACHE, (2, M))
    assert found.A is A[-1]
    assert found.cache is CACHE


def test_an_activation_of_one_example_is_told_from_a_cost():
    found = returned((np.array([[0.5]]), {"Z1": np.array([[0.0]])}), (1, 1))
    assert found.A == 0.5
    assert found.cost is None


def test_masks_beside_the_cache_are_handed_on():
    found = returned((A[-1], CACHE, MASKS[0], MASKS[1]), (2, M))
    assert [id(e) for e in found.extras] == [id(MASKS[0]), id(MASKS[1])]


# --- masks -----------------------------------------------------------------------------------------------------

KINDS = {
    "bool": lambda D: D,
    "int": lambda D: D.astype(int),
    "uint8": lambda D: D.astype(np.uint8),
    "float": lambda D: D.astype(float),
    "float32": lambda D: D.astype(np.float32),
    "scaled": lambda D: D / 0.6,
}


@each("kind", KINDS)
@each("position", range(5))
def test_masks_are_found_at_any_position_of_a_tuple(kind, position):
    cache = []
    for l, (W, b) in enumerate(PAIRS):
        arrays = [Z[l], A[l + 1], W, b]
        if l < 2:
            arrays.insert(position, KINDS[kind](MASKS[l]))
        cache += arrays
    paths = mask_paths((A[-1], tuple(cache)), DIMS[1:-1], M, 0.6)
    assert all(np.array_equal(at((A[-1], tuple(cache)), path) != 0, D) for path, D in zip(paths, MASKS, strict=True))


@each("name", ["D{}", "d{}", "mask{}", "mask_{}", "M{}", "dropout{}", "drop_{}", "D_{}", "D[{}]"])
def test_masks_are_found_by_name(name):
    cache = {"relu1": Z[0] > 0, "relu2": Z[1] > 0, **{name.format(l): D for l, D in enumerate(MASKS, 1)}}
    paths = mask_paths(cache, DIMS[1:-1], M, 0.6)
    assert [at(cache, path) is D for path, D in zip(paths, MASKS, strict=True)] == [True, True]


def test_masks_of_layers_of_one_width_are_in_their_order():
    first, second = MASKS[0], ~MASKS[0]
    cache = (Z[0], first, Z[0], second)
    paths = mask_paths(cache, (3, 3), M, 0.6)
    assert paths == [(1,), (3,)]


def test_masks_in_a_list_of_caches():
    cache = [((A[l], W, b), Z[l], D) for l, ((W, b), D) in enumerate(zip(PAIRS, [*MASKS, None], strict=True))]
    assert mask_paths(cache, DIMS[1:-1], M, 0.6) == [(0, 2), (1, 2)]


@each("D", [MASKS[0][:, :1], MASKS[0].T, Z[0], MASKS[0] * 0.3, np.where(MASKS[0], 1.0, -1.0), MASKS[0].astype(str)])
def test_what_is_no_mask_is_none(D):
    assert mask_paths((Z[0], D, A[1]), (3,), M, 0.6) is None


# --- caches ----------------------------------------------------------------------------------------------------


def a_pass(dropped=True):
    return Pass(Z, A, MASKS if dropped else None, PAIRS)


def test_the_published_caches():
    plain, dropped = CACHES["tuple"](a_pass(False)), CACHES["tuple"](a_pass())
    assert [id(a) for a in plain] == [id(a) for a in CACHE]
    assert len(dropped) == 14
    assert dropped[1] is MASKS[0]
    assert dropped[6] is MASKS[1]
    assert CACHES["dict"](a_pass())["D2"] is MASKS[1]
    assert "D1" not in CACHES["dict"](a_pass(False))
    assert CACHES["list"](a_pass())[0][0][0] is A[0]
    assert [layer[2] is D for layer, D in zip(CACHES["masked list"](a_pass()), [*MASKS, None], strict=True)] == [
        True
    ] * 3


@each("dropped", [True, False])
@each("depth", [1, 2, 3])
def test_a_published_cache_knows_the_names_of_its_arrays(depth, dropped):
    part = Pass(Z[:depth], A[: depth + 1], MASKS[: depth - 1] if dropped else None, PAIRS[:depth])
    cache = CACHES["tuple"](part)
    names = caches.published(len(cache))
    wanted = {f"Z{l}": Z[l - 1] for l in range(1, depth + 1)} | {f"W{l}": PAIRS[l - 1][0] for l in range(1, depth + 1)}
    if dropped:
        wanted |= {f"D{l}": MASKS[l - 1] for l in range(1, depth)}
    assert all(cache[names.index(name)] is a for name, a in wanted.items())


def test_what_was_changed_in_a_cache_has_a_name():
    assert caches.cache_names(CACHE, [(0,), (5,)]) == ["Z1", "A2"]
    assert caches.cache_names({"A1": A[1], "x": A[0]}, [("A1",)]) == ["A1"]
    assert caches.cache_names([A[0], A[1], A[2]], [(1,)]) == ["cache"]


@given(
    st.recursive(
        st.none() | st.integers(), lambda x: st.lists(x, max_size=3) | st.dictionaries(st.integers(), x, max_size=3)
    )
)
def test_a_cache_without_arrays_has_none(value):
    assert list(layouts.walk(value)) == []


def test_a_cache_that_contains_itself_has_an_end():
    endless = [A[0]]
    endless.append(endless)
    assert len(list(layouts.walk(endless))) < 10
    named = {"A0": A[0]}
    named["itself"] = named
    assert len(list(layouts.walk(named))) < 10
