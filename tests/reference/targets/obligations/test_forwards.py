"""Forward passes: the network that they compute, and the masks of their dropout."""

from __future__ import annotations

import pytest

from tests.folding import each
from tests.reference.targets.obligations.judged import Judged, named, replaced

FORWARD = """
def NAME(X, parameters):
    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")]
    Z1 = np.dot(W1, X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = np.dot(W2, A1) + b2
    A2 = np.maximum(Z2, 0)
    Z3 = np.dot(W3, A2) + b3
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)
"""
WRONG_FORWARDS = {
    "forward_propagation_x1": ("np.dot(W2, A1) + b2", "np.dot(W2, A1)", "MB103", "b2 is not added"),
    "forward_propagation_x2": ("np.dot(W3, A2) + b3", "np.dot(W3, A2) - b3", "MB101", "b3 is subtracted"),
    "forward_propagation_x3": ("np.dot(W2, A1)", "np.dot(W2, Z1)", "MB103", "Z2 is made from Z1"),
    "forward_propagation_x4": ("np.maximum(Z1, 0)", "np.minimum(Z1, 0)", "MB104", "A1 is no activation of Z1"),
    "forward_propagation_x5": ("1 / (1 + np.exp(-Z3))", "1 / (1 + np.exp(Z3))", "MB104", "A3 is no output of Z3"),
    "forward_propagation_x6": ("np.dot(W1, X) + b1", "np.dot(W1, 2 * X) + b1", "MB199", "Z1 is not W1 A0 + b1"),
    "forward_propagation_x7": ("    return A3,", "    A3, ", "MB702", ""),
    "forward_propagation_x8": ("np.dot(W1, X)", "np.dot(X, W1)", "MB701", "ValueError"),
}
DROPOUT = """
def NAME(X, parameters, keep_prob=0.5):
    np.random.seed(1)
    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")]
    Z1 = np.dot(W1, X) + b1
    A1 = np.maximum(Z1, 0)
    D1 = np.random.rand(A1.shape[0], A1.shape[1])
    D1 = D1 < keep_prob
    A1 = A1 * D1
    A1 = A1 / keep_prob
    Z2 = np.dot(W2, A1) + b2
    A2 = np.maximum(Z2, 0)
    D2 = np.random.rand(A2.shape[0], A2.shape[1])
    D2 = D2 < keep_prob
    A2 = A2 * D2
    A2 = A2 / keep_prob
    Z3 = np.dot(W3, A2) + b3
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)
"""
RIGHT_DROPOUTS = {
    "forward_propagation_with_dropout": (),
    "forward_propagation_with_dropout_int": (("D1 < keep_prob", "(D1 < keep_prob).astype(int)"),),
    "forward_propagation_with_dropout_float": (("D1 < keep_prob", "(D1 < keep_prob) * 1.0"),),
    "forward_propagation_with_dropout_at_most": (("D2 < keep_prob", "D2 <= keep_prob"),),
    "forward_propagation_with_dropout_more": (("D1 < keep_prob", "D1 > 1 - keep_prob"),),
    "forward_propagation_with_dropout_binomial": (
        (
            "np.random.rand(A1.shape[0], A1.shape[1])\n    D1 = D1 < keep_prob",
            "np.random.binomial(1, keep_prob, A1.shape)",
        ),
    ),
    "forward_propagation_with_dropout_unseeded": (("    np.random.seed(1)\n", ""),),
    "forward_propagation_with_dropout_assigned": (("A1 = A1 * D1", "A1[~D1] = 0"),),
}
WRONG_DROPOUTS = {
    "forward_propagation_with_dropout_x1": ((("    A1 = A1 / keep_prob\n", ""),), "MB302", "1/keep_prob is missing"),
    "forward_propagation_with_dropout_x2": (
        (("A2 = A2 / keep_prob", "A2 = A2 * keep_prob"),),
        "MB302",
        "scaled by keep_prob",
    ),
    "forward_propagation_with_dropout_x3": (
        (("A1 = A1 / keep_prob", "A1 = A1 / keep_prob / keep_prob"),),
        "MB302",
        "1/keep_prob²",
    ),
    "forward_propagation_with_dropout_x4": ((("    A1 = A1 * D1\n", ""),), "MB301", "not applied to A1"),
    "forward_propagation_with_dropout_x5": ((("D1 < keep_prob", "D1 > keep_prob"),), "MB303", "> stands where <"),
    "forward_propagation_with_dropout_x6": (
        (("np.random.rand(A1.shape[0], A1.shape[1])", "np.random.randn(A1.shape[0], A1.shape[1])"),),
        "MB303",
        "randn",
    ),
    "forward_propagation_with_dropout_x7": (
        (("    D1 = D1 < keep_prob\n", ""), ("    D2 = D2 < keep_prob\n", "")),
        "MB303",
        "not made of zeros and ones",
    ),
    "forward_propagation_with_dropout_x8": ((("D2 < keep_prob", "D2 < 0.5"),), "MB303", "mask"),
    "forward_propagation_with_dropout_x9": (
        (("A1.shape[0], A1.shape[1]", "A1.shape[0], 1"), ("A2.shape[0], A2.shape[1]", "A2.shape[0], 1")),
        "MB303",
        "one column",
    ),
    "forward_propagation_with_dropout_x10": (
        (
            ("A1 = A1 * D1\n", ""),
            ("A1 = A1 / keep_prob", ""),
            ("A2 = A2 * D2\n", ""),
            ("A2 = A2 / keep_prob", ""),
            ("D1, ", ""),
            ("D2, ", ""),
        ),
        "MB301",
        "nothing is dropped",
    ),
    "forward_propagation_with_dropout_x11": (
        (("A1 = A1 / keep_prob", "A1 = A1 / (1 - keep_prob)"),),
        "MB302",
        "1/(1 − keep_prob)",
    ),
    "forward_propagation_with_dropout_x12": (
        (("A3 = 1 / (1 + np.exp(-Z3))", "A3 = 1 / (1 + np.exp(-Z3)) * (np.random.rand(*Z3.shape) < keep_prob)"),),
        "MB304",
        "output layer",
    ),
    "forward_propagation_with_dropout_x13": ((("np.dot(W2, A1) + b2", "np.dot(W2, A1)"),), "MB103", "b2 is not added"),
    "forward_propagation_with_dropout_x14": (
        ((("D1 = np.random.rand(A1.shape[0], A1.shape[1])"), "D1 = None"),),
        "MB702",
        "",
    ),
}
WITH_COST = (
    ("(X, parameters)", "(X, Y, parameters)"),
    ("    return A3,", "    cost = np.sum(-Y * np.log(A3) - (1 - Y) * np.log(1 - A3)) / X.shape[1]\n    return cost,"),
)
OTHER_FORWARDS = [
    replaced(
        "forward_propagation_tanh",
        FORWARD,
        [("np.maximum(Z1, 0)", "np.tanh(Z1)"), ("np.maximum(Z2, 0)", "np.tanh(Z2)")],
    ),
    replaced(
        "forward_propagation_leaky",
        FORWARD,
        [(f"np.maximum(Z{l}, 0)", f"np.where(Z{l} > 0, Z{l}, 0.01 * Z{l})") for l in (1, 2)],
    ),
    replaced(
        "forward_propagation_with_helpers",
        FORWARD,
        [("np.maximum(Z1, 0)", "relu(Z1)"), ("1 / (1 + np.exp(-Z3))", "sigmoid(Z3)")],
    ),
    """
    def forward_propagation_any_depth(X, params):
        A, caches = X, []
        for k, (W, b) in enumerate(params):
            Z = W @ A + b
            caches.append((A, Z))
            A = np.maximum(Z, 0) if k + 1 < len(params) else 1 / (1 + np.exp(-Z))
        return A, caches
    """,
    """
    def forward_propagation_two(X, parameters):
        A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
        A2 = 1 / (1 + np.exp(-(parameters["W2"] @ A1 + parameters["b2"])))
        return A2, {"A1": A1, "A2": A2}
    """,
    """
    def forward_propagation_softmax(X, parameters):
        A1 = np.maximum(parameters["W1"] @ X + parameters["b1"], 0)
        Z2 = parameters["W2"] @ A1 + parameters["b2"]
        A2 = np.exp(Z2) / np.sum(np.exp(Z2), axis=0, keepdims=True)
        return A2
    """,
    replaced("forward_propagation_n", FORWARD, WITH_COST),
    replaced("forward_propagation_n_sum", FORWARD, [*WITH_COST, (" / X.shape[1]\n", "\n")]),
    replaced("forward_propagation_n_sign", FORWARD, [*WITH_COST, ("np.sum(-Y", "-np.sum(-Y")]),
]


@pytest.fixture(scope="module")
def forwards(tmp_path_factory):
    functions = [named("forward_propagation", FORWARD)]
    functions += [replaced(name, FORWARD, [how[:2]]) for name, how in WRONG_FORWARDS.items()]
    functions += [replaced(name, DROPOUT, pairs) for name, pairs in RIGHT_DROPOUTS.items()]
    functions += [replaced(name, DROPOUT, how[0]) for name, how in WRONG_DROPOUTS.items()]
    return Judged(tmp_path_factory.mktemp("forwards"), functions + OTHER_FORWARDS)


@each(
    "name",
    [
        "forward_propagation",
        "forward_propagation_tanh",
        "forward_propagation_leaky",
        "forward_propagation_with_helpers",
        "forward_propagation_any_depth",
        "forward_propagation_two",
        "forward_propagation_softmax",
        "forward_propagation_n",
        *RIGHT_DROPOUTS,
    ],
)
def test_right_forward_passes(forwards, name):
    forwards.right(name)


@each("name", WRONG_FORWARDS)
def test_wrong_forward_passes(forwards, name):
    forwards.wrong(name, *WRONG_FORWARDS[name][2:])


@each("name", WRONG_DROPOUTS)
def test_wrong_dropouts(forwards, name):
    forwards.wrong(name, *WRONG_DROPOUTS[name][1:])


@each(
    "name, words",
    [("forward_propagation_n_sum", "the sum over examples"), ("forward_propagation_n_sign", "the cost × −1")],
)
def test_the_cost_of_a_forward_pass_is_judged_too(forwards, name, words):
    forwards.wrong(name, "MB802", words, output="cost")


# --- all the depths ----------------------------------------------------------------------------------------------

ANY_DEPTH = """
def NAME(X, parameters):
    caches, A, L = [], X, len(parameters) // 2
    for l in range(1, L):
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        Z = np.dot(W, A) + b
        caches.append(((A, W, b), Z))
        A = np.maximum(0, Z)
    W, b = parameters["W" + str(L)], parameters["b" + str(L)]
    Z = np.dot(W, A) + b
    caches.append(((A, W, b), Z))
    return 1 / (1 + np.exp(-Z)), caches
"""
WRONG_AT_DEPTHS = {  # the change; the code, what is said, and the line within the function
    "L_model_forward_x1": (("np.maximum(0, Z)", "np.minimum(0, Z)"), "MB104", "it is right at 1", 7),
    "L_model_forward_x2": (("range(1, L)", "range(1, min(L, 3))"), "MB", "4 layers", None),
    "L_model_forward_x3": (("+ b\n        caches", "+ b.T\n        caches"), "MB701", "raised", 5),
    "L_model_forward_x4": (("A = np.maximum(0, Z)", "A = np.maximum(0, Z) if l == 1 else np.tanh(Z)"), "MB", "", None),
    "L_model_forward_x5": (("A = np.maximum(0, Z)", "A = Z ** 2"), "MB104", "it is right at 1", 7),
}  # fmt: skip
ANY_DROPOUT = """
def NAME(X, parameters, keep_prob=0.5):
    cache, A, L = {}, X, len(parameters) // 2
    for l in range(1, L + 1):
        Z = parameters["W" + str(l)] @ A + parameters["b" + str(l)]
        A = np.maximum(0, Z) if l < L else 1 / (1 + np.exp(-Z))
        if l < L:
            D = np.random.rand(*A.shape) < keep_prob
            A = A * D / keep_prob
            cache["D" + str(l)] = D
        cache["Z" + str(l)], cache["A" + str(l)] = Z, A
    return A, cache
"""
RATES = {
    "forward_propagation_with_dropout_r1": (("rand(*A.shape) < keep_prob", "rand(*A.shape) < 0.5"),),
    "forward_propagation_with_dropout_r2": (("cache, A, L = {}", "keep_prob = 0.5\n    cache, A, L = {}"),),
    "forward_propagation_with_dropout_r3": (("A.shape) < keep_prob", "A.shape) < 1 - keep_prob"),),
    "forward_propagation_with_dropout_r4": (
        ("A.shape) < keep_prob", "A.shape) < (keep_prob if l == 1 else 0.9)"),),
    "forward_propagation_with_dropout_r5": (
        (", keep_prob=0.5", ""), ("cache, A, L = {}", "keep_prob = 0.5\n    cache, A, L = {}")),
}  # fmt: skip
BACKWARD = """
def backward_propagation_with_dropout(X, Y, cache, keep_prob):
    return None
"""


@pytest.fixture(scope="module")
def depths(tmp_path_factory):
    functions = [replaced("L_model_forward", ANY_DEPTH, [])]
    functions += [replaced(name, ANY_DEPTH, [how[0]]) for name, how in WRONG_AT_DEPTHS.items()]
    functions += [replaced("forward_propagation_with_dropout", ANY_DROPOUT, []), BACKWARD]
    functions += [replaced(name, ANY_DROPOUT, pairs) for name, pairs in RATES.items()]
    functions += [
        "def forward_propagation_one(X, parameters):\n    return sigmoid(parameters['W1'] @ X + parameters['b1'])"
    ]
    return Judged(tmp_path_factory.mktemp("depths"), functions)


@each("name", ["L_model_forward", "forward_propagation_with_dropout", "forward_propagation_one"])
def test_a_forward_pass_of_any_depth_or_of_its_own_is_right(depths, name):
    depths.right(name)


@each("name", WRONG_AT_DEPTHS)
def test_a_forward_pass_owes_every_depth_that_it_takes(depths, name):
    _, code, words, line = WRONG_AT_DEPTHS[name]
    (found,) = depths.found[name]
    assert found.code.startswith(code)
    assert words in found.text
    if line is not None:
        assert found.place[2] - depths.line(name) + 1 == line


@each("name", RATES)
def test_a_mask_that_is_drawn_at_a_rate_of_its_own_is_found_with_its_line(depths, name):
    found = depths.found[name]
    assert {v.code for v in found} == {"MB303"}
    assert {v.output for v in found} <= {"D1", "D2"}
    assert {depths.text[v.place[2] - 1].strip().split(" ")[0] for v in found} <= {"D", 'cache["D"', "keep_prob"}


def test_a_forward_pass_without_keep_prob_has_a_rate_of_its_own_where_nobody_asks_for_another(tmp_path):
    pairs = RATES["forward_propagation_with_dropout_r5"]
    judged = Judged(tmp_path, [replaced("forward_propagation_with_dropout", ANY_DROPOUT, pairs)])
    assert not any(v.code == "MB303" for v in judged.found["forward_propagation_with_dropout"])
