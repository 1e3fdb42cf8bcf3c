"""A backward pass and what feeds it, found by trying: forms, caches, masks and conventions that real files have.

The files here are right, or wrong in the one way that is said; their gradients are compared with the network's own.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from manual_backprop import network
from reference.cases.case import Case
from reference.cases.problem import draw
from reference.interface.entry import NotJudged, Place
from reference.targets import resolve
from reference.targets.descriptions import RemotePair, as_tree
from reference.targets.process.server import Server
from reference.targets.remote import entry_of
from tests.folding import each
from tests.reference.targets import greeting

HEAD = "import numpy as np\n"

FORWARD = """
def forward_propagation(X, parameters):
    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")]
    Z1 = np.dot(W1, X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = np.dot(W2, A1) + b2
    A2 = np.maximum(Z2, 0)
    Z3 = np.dot(W3, A2) + b3
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)
"""

BACKWARD = """
def backward_propagation(X, Y, cache):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = np.dot(W3.T, dZ3)
    dZ2 = dA2 * (A2 > 0)
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1 * (A1 > 0)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
            "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}
"""

DROPOUT = """
def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    np.random.seed(1)
    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")]
    Z1 = np.dot(W1, X) + b1
    A1 = np.maximum(Z1, 0)
    D1 = MASK1
    A1 = A1 * D1 / keep_prob
    Z2 = np.dot(W2, A1) + b2
    A2 = np.maximum(Z2, 0)
    D2 = MASK2
    A2 = A2 * D2 / keep_prob
    Z3 = np.dot(W3, A2) + b3
    A3 = 1 / (1 + np.exp(-Z3))
    cache = CACHE
    return A3, cache

def backward_propagation_with_dropout(X, Y, cache, keep_prob):
    m = X.shape[1]
    UNPACK
    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m
    dA2 = np.dot(W3.T, dZ3) * D2 / keep_prob
    dZ2 = dA2 * (A2 > 0)
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = np.dot(W2.T, dZ2) * D1 / keep_prob
    dZ1 = dA1 * (A1 > 0)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
            "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}
"""

PUBLISHED = "Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3"


def dropout(cache=PUBLISHED, mask="np.random.rand(*A{l}.shape) < keep_prob", pack=None, unpack=None):
    text = DROPOUT.replace("CACHE", pack or f"({cache})").replace("UNPACK", unpack or f"({cache}) = cache")
    for l in "12":
        text = text.replace(f"MASK{l}", mask.replace("{l}", l))
    return HEAD + text


class Loaded:
    """A file in this process: what is told of it, and what it returns."""

    def __init__(self, text, **binding):
        self.server = Server()
        answer = self.server.answer(greeting.load(text, **binding))
        assert "answer" in answer, answer
        names = [f["name"] for f in answer["answer"]["functions"] if (f["role"] or "").startswith("backward")]
        self.pairs = {name: RemotePair.of(self.ask("pair", check=name)) for name in names}

    def ask(self, ask, **question):
        answer = self.server.answer({"ask": ask, **question})
        assert "answer" in answer, answer
        return answer["answer"]

    def only(self):
        (pair,) = self.pairs.values()
        return pair


def problem_for(pair, *, depth=None, m=6, last=None, bias="random", seed=5, G=2):
    depth = depth or pair.depths[-1]
    last = last or (1 if pair.output == "sigmoid" else 3)
    dims = (*(3, 4, 2, 5, 3)[:depth], last)
    cases = [
        Case(
            dims, m, pair.hidden, pair.output, bias=bias, lambd=0.9 if pair.l2 else 0.0,
            keep_prob=0.7 if pair.dropout else 1.0, seed=seed + g,
        )
        for g in range(G)
    ]  # fmt: skip
    return draw(cases)


def owed(problem, name):
    forward = network.forward_propagation(problem.X, problem.parameters, **problem.architecture())
    g = network.backward_propagation(
        problem.Y, problem.parameters, forward, lambd=problem.lambd, **problem.architecture()
    )
    return getattr(g, name[:2])[int(name[2:]) - 1]


def agrees(got, want):
    return np.allclose(np.reshape(got, want.shape), want, rtol=1e-9)


def drawn_by(loaded, pair, problem):
    """The problem with the masks that the file's own forward pass draws."""
    if not pair.draws:
        return problem
    masks = loaded.ask("masks", check=pair.check, problem=as_tree(problem))
    return problem.masked(tuple(np.asarray(D, dtype=bool) for D in masks))


def assert_right(loaded, pair, *, names=None, **options):
    problem = drawn_by(loaded, pair, problem_for(pair, **options))
    answer = loaded.ask("run", check=pair.check, problem=as_tree(problem))
    outcome = answer["outcome"]
    L = len(problem.parameters)
    names = names or {f"{kind}{l}" for kind in ("dW", "db") for l in range(1, L + 1)}
    assert names <= outcome.keys()
    for name, a in outcome.items():
        if name[:2] in ("dW", "db", "dZ", "dA"):
            np.testing.assert_allclose(a, owed(problem, name), rtol=1e-9, atol=1e-12, err_msg=name)
    assert answer["changed"] == {}
    return outcome


# --- the course's own ------------------------------------------------------------------------------------------


def test_the_courses_own_pair():
    loaded = Loaded(HEAD + FORWARD + BACKWARD)
    pair = loaded.only()
    assert (pair.hidden, pair.output, pair.depths) == ("relu", "sigmoid", [3])
    assert pair.forward == "forward_propagation"
    assert pair.own_forward
    assert not any((pair.scaled, pair.unmasked, pair.l2, pair.dropout, pair.draws))
    assert pair.ties
    outcome = assert_right(loaded, pair)
    assert {"dZ1", "dZ2", "dZ3", "dA1", "dA2"} <= outcome.keys()


def test_a_backward_pass_alone_is_handed_a_cache():
    loaded = Loaded(HEAD + BACKWARD)
    assert not loaded.only().own_forward
    assert_right(loaded, loaded.only())


def test_a_backward_pass_whose_forward_pass_is_broken_is_handed_a_cache():
    loaded = Loaded(HEAD + FORWARD.replace("np.dot(W1, X)", "np.dot(W1, undefined)") + BACKWARD)
    assert_right(loaded, loaded.only())


def test_a_backward_pass_whose_forward_pass_is_unfinished_is_handed_a_cache():
    loaded = Loaded(HEAD + FORWARD.replace("np.maximum(Z1, 0)", "None") + BACKWARD)
    assert_right(loaded, loaded.only())


def test_inputs_of_any_width_and_number_are_taken():
    loaded = Loaded(HEAD + FORWARD + BACKWARD)
    for m in (1, 2, 17):
        assert_right(loaded, loaded.only(), m=m)


def test_zero_biases_and_dead_units():
    loaded = Loaded(HEAD + FORWARD + BACKWARD)
    assert_right(loaded, loaded.only(), bias="zero")


# --- forms of parameters, caches and gradients ------------------------------------------------------------------

PAIRED = """
def forward(X, params):
    caches, A = [], X
    for l, (W, b) in enumerate(params):
        Z = W @ A + b
        caches.append((A, Z))
        A = np.maximum(Z, 0) if l < len(params) - 1 else 1 / (1 + np.exp(-Z))
    return A, caches

def backward(X, Y, params, caches):
    m = X.shape[1]
    grads = [None] * len(params)
    A = 1 / (1 + np.exp(-caches[-1][1]))
    dZ = A - Y
    for l in range(len(params) - 1, -1, -1):
        W, b = params[l]
        A_prev, Z = caches[l]
        grads[l] = (dZ @ A_prev.T / m, dZ.sum(axis=1, keepdims=True) / m)
        if l:
            dZ = (W.T @ dZ) * (caches[l - 1][1] > 0)
    return grads
"""
FLAT = PAIRED.replace(
    "enumerate(params):", "enumerate(zip(params[::2], params[1::2])):"
).replace("len(params) - 1 else", "len(params) // 2 - 1 else").replace(
    "grads = [None] * len(params)", "L = len(params) // 2; grads = [None] * L"
).replace("range(len(params) - 1", "range(L - 1").replace("W, b = params[l]", (
    "W, b = params[2 * "
    "l], params[2 * l + 1]"
)).replace(
    "return grads", "return [a for pair in grads for a in pair]"
)  # fmt: skip
DICTS = PAIRED.replace("(W, b) in enumerate(params):", (
    "p in enumerate(params):\n"
    "        W, b = p['W'], p['b']"
)).replace(
    "W, b = params[l]", "W = params[l]['W']"
).replace("return grads", "return [{'dW': dW, 'db': db} for dW, db in grads]")  # fmt: skip
SEPARATE = PAIRED.replace("return grads", "return [g[0] for g in grads], [g[1] for g in grads]")
LAST_FIRST = PAIRED.replace("return grads", "return grads[::-1]")
BY_NAME = PAIRED.replace(
    "return grads", "return {f'd{k}{l}': a for l, pair in enumerate(grads, 1) for k, a in zip('Wb', pair)}"
)


@each(
    "text", [PAIRED, FLAT, DICTS, SEPARATE, LAST_FIRST, BY_NAME],
)  # fmt: skip
def test_parameters_and_gradients_in_other_forms(text):
    loaded = Loaded(HEAD + text)
    pair = loaded.only()
    assert pair.own_forward
    assert set(pair.depths) >= {2, 3, 4}
    for depth in (2, 3):
        assert_right(loaded, pair, depth=depth)


def test_a_cache_that_is_a_dictionary():
    names = [name.strip() for name in PUBLISHED.split(",")]
    loaded = Loaded(
        dropout(
            pack="{" + ", ".join(f"'{n}': {n}" for n in names) + "}",
            unpack=f"{PUBLISHED} = [cache[k] for k in {names!r}]",
        )
    )
    assert_right(loaded, loaded.only())


def test_a_backward_pass_alone_that_takes_a_dictionary():
    text = BACKWARD.replace(
        "(Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache",
        "A1, W1, A2, W2, A3, W3 = [cache[k] for k in ('A1', 'W1', 'A2', 'W2', 'A3', 'W3')]",
    )
    loaded = Loaded(HEAD + text)
    assert_right(loaded, loaded.only())


# --- masks -----------------------------------------------------------------------------------------------------

MASKS = {
    "bool": "np.random.rand(*A{l}.shape) < keep_prob",
    "int": "(np.random.rand(*A{l}.shape) < keep_prob).astype(int)",
    "float": "(np.random.rand(*A{l}.shape) < keep_prob).astype(float)",
    "times 1": "(np.random.rand(A{l}.shape[0], A{l}.shape[1]) < keep_prob) * 1",
    "binomial": "np.random.binomial(1, keep_prob, size=A{l}.shape)",
    "where": "np.where(np.random.rand(*A{l}.shape) < keep_prob, 1, 0)",
    "int64": "np.int64(np.random.rand(*A{l}.shape) < keep_prob)",
    "uint8": "np.uint8(np.random.rand(*A{l}.shape) < keep_prob)",
}


@each("kind", MASKS)
def test_masks_of_any_kind(kind):
    loaded = Loaded(dropout(mask=MASKS[kind]))
    pair = loaded.only()
    assert pair.draws
    assert_right(loaded, pair)


@each(
    "cache",
    [
        PUBLISHED,
        "Z1, A1, D1, W1, b1, Z2, A2, D2, W2, b2, Z3, A3, W3, b3",
        "D1, Z1, A1, W1, b1, D2, Z2, A2, W2, b2, Z3, A3, W3, b3",
        "Z1, A1, W1, b1, D1, Z2, A2, W2, b2, D2, Z3, A3, W3, b3",
        "Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3, D1, D2",
        "D2, D1, Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3",
        "W3, A3, D1, W1, A1, A2, D2, W2",
    ],
)
def test_masks_at_any_position(cache):
    loaded = Loaded(dropout(cache))
    assert loaded.only().draws
    assert_right(loaded, loaded.only())


def test_masks_that_carry_their_scale():
    text = dropout(mask="(np.random.rand(*A{l}.shape) < keep_prob) / keep_prob")
    for l in "12":
        text = text.replace(f"A{l} * D{l} / keep_prob", f"A{l} * D{l}").replace(f"* D{l} / keep_prob", f"* D{l}")
    loaded = Loaded(text)
    assert loaded.only().draws
    assert_right(loaded, loaded.only())


def test_masks_that_are_returned_beside_the_cache():
    text = dropout("Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3").replace(
        "return A3, cache", "return A3, cache, D1, D2"
    ).replace("(X, Y, cache, keep_prob)", "(X, Y, cache, mask_1, mask_2, keep_prob)").replace(
        ") = cache\n", ") = cache\n    D1, D2 = mask_1, mask_2\n"
    )  # fmt: skip
    loaded = Loaded(text)
    assert_right(loaded, loaded.only())


def test_a_dropout_backward_pass_alone_is_handed_the_published_cache():
    backward = HEAD + dropout().partition("return A3, cache\n")[2]
    loaded = Loaded(backward)
    assert not loaded.only().draws
    assert_right(loaded, loaded.only())


def test_a_forgotten_mask_that_the_activation_has_already_changes_no_gradient():
    text = dropout().replace("dA2 = np.dot(W3.T, dZ3) * D2 / keep_prob", "dA2 = np.dot(W3.T, dZ3) / keep_prob")
    loaded = Loaded(text)
    pair = loaded.only()
    problem = drawn_by(loaded, pair, problem_for(pair))
    outcome = loaded.ask("run", check=pair.check, problem=as_tree(problem))["outcome"]
    for name in ("dW1", "db1", "dW2", "db2", "dW3", "db3"):
        np.testing.assert_allclose(outcome[name], owed(problem, name), rtol=1e-9, atol=1e-12)


def test_the_callers_random_state_survives():
    loaded = Loaded(dropout())
    np.random.seed(77)
    first = np.random.get_state()[1].copy()
    assert_right(loaded, loaded.only())
    assert np.array_equal(np.random.get_state()[1], first)


def test_one_mask_for_every_call_is_no_trouble():
    loaded = Loaded(dropout())
    pair = loaded.only()
    masks = [loaded.ask("masks", check=pair.check, problem=as_tree(problem_for(pair, seed=s))) for s in (1, 2)]
    assert all(np.array_equal(a, b) for a, b in zip(*masks, strict=True))


# --- L layers --------------------------------------------------------------------------------------------------

DEEP = """
def sigmoid(Z): return 1 / (1 + np.exp(-Z)), Z
def relu(Z): return np.maximum(0, Z), Z
def relu_backward(dA, cache):
    dZ = np.array(dA, copy=True)
    dZ[cache <= 0] = 0
    return dZ
def sigmoid_backward(dA, cache):
    s = 1 / (1 + np.exp(-cache))
    return dA * s * (1 - s)
def linear_forward(A, W, b): return W.dot(A) + b, (A, W, b)
def linear_activation_forward(A_prev, W, b, activation):
    Z, linear_cache = linear_forward(A_prev, W, b)
    A, activation_cache = sigmoid(Z) if activation == "sigmoid" else relu(Z)
    return A, (linear_cache, activation_cache)
def L_model_forward(X, parameters):
    caches, A, L = [], X, len(parameters) // 2
    for l in range(1, L):
        A, cache = linear_activation_forward(A, parameters['W' + str(l)], parameters['b' + str(l)], "relu")
        caches.append(cache)
    AL, cache = linear_activation_forward(A, parameters['W' + str(L)], parameters['b' + str(L)], "sigmoid")
    caches.append(cache)
    return AL, caches
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    return W.T @ dZ, dZ @ A_prev.T / m, dZ.sum(axis=1, keepdims=True) / m
def linear_activation_backward(dA, cache, activation):
    linear_cache, activation_cache = cache
    dZ = relu_backward(dA, activation_cache) if activation == "relu" else sigmoid_backward(dA, activation_cache)
    return linear_backward(dZ, linear_cache)
def L_model_backward(AL, Y, caches):
    grads, L = {}, len(caches)
    Y = Y.reshape(AL.shape)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    dA, dW, db = linear_activation_backward(dAL, caches[L - 1], "sigmoid")
    grads[NAME(L)], grads["dW" + str(L)], grads["db" + str(L)] = dA, dW, db
    for l in reversed(range(L - 1)):
        dA, dW, db = linear_activation_backward(grads[NAME(l + 2)], caches[l], "relu")
        grads[NAME(l + 1)], grads["dW" + str(l + 1)], grads["db" + str(l + 1)] = dA, dW, db
    return grads
"""
CURRENT = DEEP + 'def NAME(l): return "dA" + str(l - 1)\n'
FIRST_RELEASE = DEEP + 'def NAME(l): return "dA" + str(l)\n'


@each("text", [CURRENT, FIRST_RELEASE])
def test_a_network_of_any_depth_with_dA_under_either_name(text):
    loaded = Loaded(HEAD + text)
    pair = loaded.only()
    assert set(pair.depths) >= {1, 2, 3, 4}
    for depth in (1, 2, 3):
        outcome = assert_right(loaded, pair, depth=depth)
        assert {f"dA{l}" for l in range(1, depth)} == {name for name in outcome if name.startswith("dA")}


@each("own", ["L_model_backward", "linear_activation_backward, L_model_backward"])
def test_what_the_helpers_have_need_not_be_there(own):
    parts = DEEP.split("\ndef ")
    kept = [p for p in parts if p.partition("(")[0] in own.split(", ")]
    text = (
        HEAD
        + "from dnn_utils import *\n"
        + "".join(f"def {p}\n" for p in kept)
        + 'def NAME(l): return "dA" + str(l - 1)\n'
    )
    loaded = Loaded(text)
    assert_right(loaded, loaded.pairs["L_model_backward"], depth=3)


# --- two layers, tanh, softmax -----------------------------------------------------------------------------------

PLANAR = """
def forward_propagation(X, parameters):
    W1, b1, W2, b2 = (parameters[k] for k in ("W1", "b1", "W2", "b2"))
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}

def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    W2, A1, A2 = parameters["W2"], cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2 * (1 - np.power(A1, 2))
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
"""


def test_two_layers_with_tanh():
    loaded = Loaded(HEAD + PLANAR)
    pair = loaded.only()
    assert (pair.hidden, pair.output, pair.depths) == ("tanh", "sigmoid", [2])
    assert_right(loaded, pair)


def test_two_layers_with_tanh_and_no_forward_pass():
    loaded = Loaded(HEAD + "def backward_" + PLANAR.partition("def backward_")[2])
    pair = loaded.only()
    assert (pair.hidden, pair.output) == ("tanh", "sigmoid")
    assert_right(loaded, pair, depth=2)


@each("hidden", ["relu", "tanh"])
def test_softmax_of_two_layers(hidden):
    slope = {"relu": "(A1 > 0)", "tanh": "(1 - A1 ** 2)"}[hidden]
    gate = {"relu": "np.maximum(0, Z1)", "tanh": "np.tanh(Z1)"}[hidden]
    text = PLANAR.replace("np.tanh(Z1)", gate).replace("(1 - np.power(A1, 2))", slope).replace(
        "1 / (1 + np.exp(-Z2))", "np.exp(Z2) / np.sum(np.exp(Z2), axis=0, keepdims=True)"
    )  # fmt: skip
    loaded = Loaded(HEAD + text)
    pair = loaded.only()
    assert (pair.hidden, pair.output) == (hidden, "softmax")
    for last in (2, 3, 5):
        assert_right(loaded, pair, last=last)


def test_softmax_of_three_layers_on_published_caches():
    text = FORWARD.replace("1 / (1 + np.exp(-Z3))", "np.exp(Z3 - Z3.max(0)) / np.exp(Z3 - Z3.max(0)).sum(0)") + BACKWARD
    loaded = Loaded(HEAD + text)
    assert loaded.only().output == "softmax"
    assert_right(loaded, loaded.only())


# --- conventions -----------------------------------------------------------------------------------------------


def test_dZ_that_carries_the_mean():
    text = BACKWARD.replace("dZ3 = A3 - Y", "dZ3 = (A3 - Y) / m")
    for name in ("dW", "db"):
        text = "\n".join(
            line.replace(" / m", "") if line.strip().startswith(name) else line for line in text.split("\n")
        )
    loaded = Loaded(HEAD + FORWARD + text)
    pair = loaded.only()
    assert pair.scaled
    assert any("carry 1/m" in said for said in entry_of(None, pair, costs=[None], file="").conventions)
    assert_right(loaded, pair)


@each("form", ["np.int64(A{l} >= 0)", "(Z{l} >= 0)", "np.where(Z{l} < 0, 0, 1)"])
def test_a_derivative_of_1_at_0_is_a_convention(form):
    text = BACKWARD
    for l in "12":
        text = text.replace(f"(A{l} > 0)", form.replace("A{l}", "Z{l}").replace("{l}", l))
    loaded = Loaded(HEAD + FORWARD + text)
    pair = loaded.only()
    assert not pair.ties
    assert any("relu'(0)" in said for said in entry_of(None, pair, costs=[None], file="").conventions)
    assert entry_of(None, pair, costs=[None], file="").domain.biases == ("random",)
    assert_right(loaded, pair)


def test_dA_before_the_mask_is_a_convention():
    text = dropout()
    for l, W in (("2", "W3.T, dZ3"), ("1", "W2.T, dZ2")):
        text = text.replace(
            f"dA{l} = np.dot({W}) * D{l} / keep_prob\n    dZ{l} = dA{l} * ",
            f"dA{l} = np.dot({W})\n    dZ{l} = dA{l} * D{l} / keep_prob * ",
        )
    loaded = Loaded(text)
    pair = loaded.only()
    assert pair.unmasked
    assert_right(loaded, pair)


def test_a_penalty_by_any_name():
    for name in ("lambd", "lamda", "lambda_", "reg"):
        text = BACKWARD.replace(
            "def backward_propagation(X, Y, cache)",
            f"def backward_propagation_with_regularization(X, Y, cache, {name})",
        )
        for l in "123":
            text = text.replace(f"    db{l} =", f"    dW{l} = dW{l} + {name} / m * W{l}\n    db{l} =")
        loaded = Loaded(HEAD + FORWARD + text)
        assert loaded.only().l2
        assert_right(loaded, loaded.only())


def test_a_penalty_with_a_default_is_asked_for():
    text = BACKWARD.replace("(X, Y, cache)", "(X, Y, cache, lambd=0.7)")
    for l in "123":
        text = text.replace(f"    db{l} =", f"    dW{l} = dW{l} + lambd / m * W{l}\n    db{l} =")
    loaded = Loaded(HEAD + FORWARD + text)
    assert_right(loaded, loaded.only())


def test_labels_flattened_on_the_way_are_labels():
    text = BACKWARD.replace("dZ3 = A3 - Y", "Y = Y.ravel()\n    dZ3 = A3 - Y")
    loaded = Loaded(HEAD + FORWARD + text)
    assert_right(loaded, loaded.only())


@each(
    "arguments",
    ["(cache, inputs, labels)", "(labels, cache, inputs)", "(inputs, labels, stored)", "(stored, inputs, labels)"],
)
def test_arguments_in_another_order_and_by_other_names(arguments):
    text = BACKWARD.replace("(X, Y, cache)", arguments).replace("X.", "inputs.").replace("- Y", "- labels")
    if "stored" in arguments:
        text = text.replace("= cache", "= stored")
    loaded = Loaded(HEAD + FORWARD + text)
    assert_right(loaded, loaded.only())


# --- several in one file ----------------------------------------------------------------------------------------


def test_each_backward_pass_is_fed_by_the_forward_pass_that_is_its_own():
    loaded = Loaded(dropout() + FORWARD + BACKWARD + BACKWARD.replace("propagation(", "propagation_n("))
    assert {name: f.forward for name, f in loaded.pairs.items()} == {
        "backward_propagation": "forward_propagation",
        "backward_propagation_n": loaded.pairs["backward_propagation_n"].forward,
        "backward_propagation_with_dropout": "forward_propagation_with_dropout",
    }
    for pair in loaded.pairs.values():
        assert_right(loaded, pair)


def test_the_later_of_two_definitions_is_the_one_that_is_run():
    wrong = BACKWARD.replace("dZ3 = A3 - Y", "dZ3 = Y - A3")
    loaded = Loaded(HEAD + FORWARD + wrong + BACKWARD)
    assert_right(loaded, loaded.only())


# --- arguments that are changed, random numbers, wrong ones -------------------------------------------------------


@each(
    ("line", "changed"),
    [
        ("A1 *= 1.5", {"A1"}),
        ("X -= 1", {"X"}),
        ("Y += 1", {"Y"}),
        ("W2[0] = 0", {"W2"}),
        ("Z1[:] = 0; b3 += 1", {"Z1", "b3"}),
    ],
)
def test_an_argument_that_is_changed_is_told_by_name(line, changed):
    loaded = Loaded(HEAD + FORWARD + BACKWARD.replace("    return {", f"    {line}\n    return {{"))
    pair = loaded.only()
    answer = loaded.ask("run", check=pair.check, problem=as_tree(problem_for(pair)))
    assert answer["changed"].keys() == changed


def test_a_backward_pass_that_draws_is_told():
    text = dropout().replace(
        "dA2 = np.dot(W3.T, dZ3) * D2", "D2 = np.random.rand(*A2.shape) < keep_prob\n    dA2 = np.dot(W3.T, dZ3) * D2"
    )
    assert Loaded(text).only().random
    assert not Loaded(dropout()).only().random


@each(
    ("right", "wrong", "names"),
    [
        ("dZ3 = A3 - Y", "dZ3 = Y - A3", {"dW1", "dW2", "dW3", "db1", "db2", "db3"}),
        ("np.dot(dZ2, A1.T) / m", "np.dot(dZ2, A1.T)", {"dW2"}),
        ("dA1 * (A1 > 0)", "dA1 * (A1 > -1)", {"dW1", "db1"}),
        ("np.sum(dZ3, axis=1, keepdims=True) / m", "np.sum(dZ3) / m * 2", {"db3"}),
    ],
)
def test_what_is_wrong_stays_wrong(right, wrong, names):
    loaded = Loaded(HEAD + FORWARD + BACKWARD.replace(right, wrong))
    pair = loaded.only()
    problem = problem_for(pair)
    outcome = loaded.ask("run", check=pair.check, problem=as_tree(problem))["outcome"]
    differ = {name for name in outcome if name[:2] in ("dW", "db") and not agrees(outcome[name], owed(problem, name))}
    assert differ == names


def test_a_backward_pass_that_raises_is_kept_with_its_reason():
    loaded = Loaded(HEAD + FORWARD + BACKWARD.replace("np.dot(dZ3, A2.T)", "np.dot(dZ3, A2)"))
    pair = loaded.only()
    assert pair.not_judged is None
    answer = loaded.server.answer({"ask": "run", "check": pair.check, "problem": as_tree(problem_for(pair))})
    assert answer["raised"]["type"] == "ValueError"


def test_a_backward_pass_of_something_else_is_not_judged():
    loaded = Loaded(HEAD + "def backward(X, Y, cache, tree, forest):\n    return {}\n")
    assert loaded.only().not_judged == "its argument 'tree' is none that is known"


def test_what_is_not_judged_is_told_with_its_reason(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(HEAD + "def backward(X, Y, cache, tree, forest):\n    return {}\n", encoding="utf-8")
    implementation = resolve(str(path))()
    implementation.close()
    (note,) = implementation.notes
    remedy = f"manual-backprop verify {path}::backward --bind argument.tree=MEANING"
    place = Place(str(path), None, 2)
    assert note == NotJudged("backward", "its argument 'tree' is none that is known", remedy, place, needed=True)
    assert str(note) == "backward is not judged: its argument 'tree' is none that is known"


def test_a_backward_pass_that_exits_or_asks_is_no_end():
    for line in ("exit()", "raise SystemExit", "input('?')", "raise KeyError('A1')", "assert False"):
        loaded = Loaded(HEAD + FORWARD + BACKWARD.replace("    m = X.shape[1]", f"    {line}\n    m = X.shape[1]"))
        assert len(loaded.pairs) == 1


# --- through the door --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "a.py"
    path.write_text(dropout() + FORWARD + BACKWARD, encoding="utf-8")
    implementation = resolve(str(path))()
    yield implementation
    implementation.close()


def named(opened, name):
    return next(entry for entry in opened.entries if entry.check == name)


def test_entries_answer_as_the_functions_do(opened):
    assert {entry.check for entry in opened.entries} == {"backward_propagation_with_dropout", "backward_propagation"}
    entry = named(opened, "backward_propagation")
    problem = draw([Case((4, 3, 5, 1), 8, seed=k) for k in range(3)])
    outcome = entry.run(problem)
    for name in ("dW1", "db2", "dZ3", "dA1"):
        np.testing.assert_allclose(outcome[name], owed(problem, name), rtol=1e-9, atol=1e-12)


def test_masks_come_from_the_files_own_forward_pass(opened):
    entry = named(opened, "backward_propagation_with_dropout")
    problem = entry.as_taken(draw([Case((4, 3, 5, 1), 8, keep_prob=0.5, seed=k) for k in range(2)]))
    outcome = entry.run(problem)
    for name in ("dW1", "db2", "dZ3", "dA1"):
        np.testing.assert_allclose(outcome[name], owed(problem, name), rtol=1e-9, atol=1e-12)


def test_what_the_frames_assign_is_traced_with_its_line(opened):
    entry = named(opened, "backward_propagation")
    events = entry.trace(draw([Case((4, 3, 5, 1), 8, seed=1)]))
    text = Path(opened.name).read_text(encoding="utf-8").split("\n")
    where = {event.variable: event.place for event in events if event.function == "backward_propagation"}
    for name in ("dZ3", "dW2", "dA1", "db1"):
        assert where[name].file == opened.name
        assert where[name].cell is None
        assert text[where[name].line - 1].strip().startswith(f"{name} =")


def test_a_backward_pass_is_consistent_with_its_own_forward_pass(opened):
    own = named(opened, "backward_propagation").own()
    assert own.consistent


@pytest.mark.slow
@each("name", ["backward_propagation", "backward_propagation_with_dropout"])
def test_one_function_of_a_file_can_be_asked_for(opened, name):
    implementation = resolve(f"{opened.name}::{name}")()
    implementation.close()
    assert [entry.check for entry in implementation.entries] == [name]
    assert all(law.check == name for law in implementation.laws)


PAIRS_OF_FILES = list(itertools.product(("a.py", "ä b.ipynb.py", "[x] #cell3.py"), [HEAD + FORWARD + BACKWARD]))


@pytest.mark.slow
@each(("name", "text"), PAIRS_OF_FILES)
def test_names_of_files_are_no_matter(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    implementation = resolve(str(tmp_path / name))()
    try:
        (entry,) = implementation.entries
        (event, *_) = entry.trace(draw([Case((4, 3, 5, 1), 8, seed=1)]))
    finally:
        implementation.close()
    assert event.place.file == str(tmp_path / name)
