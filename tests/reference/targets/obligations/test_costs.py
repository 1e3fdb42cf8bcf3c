"""Costs: right in every style, wrong in every known way, or another by a convention."""

from __future__ import annotations

import pytest

from tests.folding import each
from tests.reference.targets.obligations.judged import DATA, Judged, cost, replaced
from tests.reference.targets.pairing.test_candidates import BACKWARD, FORWARD

SQUARES = "(np.sum(W1 ** 2) + np.sum(W2 ** 2) + np.sum(W3 ** 2))"


def cost_l2(name, penalty, data=DATA):
    return (
        f"def {name}(A3, Y, parameters, lambd):\n    m = Y.shape[1]\n"
        '    W1, b1, W2, b2, W3, b3 = [parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3")]\n'
        f"    return {data} + {penalty}"
    )


RIGHT_COSTS = {
    "compute_cost": DATA,
    "compute_cost_nansum": "1. / m * np.nansum(np.multiply(-np.log(A3), Y) + np.multiply(-np.log(1 - A3), 1 - Y))",
    "compute_cost_matrix": "-(np.dot(Y, np.log(A3).T) + np.dot(1 - Y, np.log(1 - A3).T)) / m",
    "compute_cost_guarded": "-np.mean(Y * np.log(A3 + 1e-8) + (1 - Y) * np.log(1 - A3 + 1e-8))",
    "compute_cost_squeezed": f"np.squeeze({DATA})",
    "compute_cost_float": f"float({DATA})",
    "compute_cost_flat": "np.sum(-Y.ravel() * np.log(A3.ravel()) - (1 - Y.ravel()) * np.log(1 - A3.ravel())) / m",
}
WRONG_COSTS = {
    "compute_cost_x1": (f"-({DATA})", "the cost × −1"),
    "compute_cost_x2": (f"({DATA}) / m", "m twice"),
    "compute_cost_x3": (f"({DATA}) / 2", "the cost × 1/2"),
    "compute_cost_x4": ("np.sum(-Y * np.log(A3)) / m", "without its term of Y = 0"),
    "compute_cost_x5": ("np.sum(-(1 - Y) * np.log(1 - A3)) / m", "without its term of Y = 1"),
    "compute_cost_x6": ("np.sum(-Y * np.log(1 - A3) - (1 - Y) * np.log(A3)) / m", "exchanged"),
    "compute_cost_x7": ("np.sum(-Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m", "subtracted"),
    "compute_cost_x8": ("np.sum(-Y * np.log10(A3) - (1 - Y) * np.log10(1 - A3)) / m", "log10 in place of log"),
}
CONVENTIONS = {
    "compute_cost_c1": f"({DATA}) * m",
    "compute_cost_c2": "np.sum((A3 - Y) ** 2) / (2 * m)",
    "compute_cost_c3": "np.mean((A3 - Y) ** 2)",
}
RIGHT_L2 = {
    "compute_cost_with_regularization": f"lambd / (2 * m) * {SQUARES}",
    "compute_cost_with_regularization_square": (
        "1. / m * lambd / 2 * (np.sum(np.square(W1)) + np.sum(np.square(W2)) + np.sum(np.square(W3)))"
    ),
    "compute_cost_with_regularization_norm": "lambd / 2 / m * sum(np.linalg.norm(W) ** 2 for W in (W1, W2, W3))",
    "compute_cost_with_regularization_loop": (
        "lambd / (2 * m) * sum(np.sum(v * v) for k, v in parameters.items() if k[0] == 'W')"
    ),
}
WRONG_L2 = {
    "compute_cost_with_regularization_x1": ("0", "the cost without its L2 term"),
    "compute_cost_with_regularization_x2": (f"-lambd / (2 * m) * {SQUARES}", "L2 term × −1"),
    "compute_cost_with_regularization_x3": (f"1 / (2 * m) * {SQUARES}", "λ is missing"),
    "compute_cost_with_regularization_x4": ("lambd / (2 * m) * (np.sum(W1 ** 2) + np.sum(W2 ** 2))", "W3"),
    "compute_cost_with_regularization_x5": ("lambd / (2 * m) * np.sum(W3 ** 2)", "W3 alone"),
    "compute_cost_with_regularization_x6": (
        "lambd / (2 * m) * (np.sum(W1 ** 2) + np.sum(W2 ** 2) + np.sum(W2 ** 2))", "W2 in the place of W3"),
    "compute_cost_with_regularization_x7": ("lambd / (2 * m) * (np.sum(W1) + np.sum(W2) + np.sum(W3))", "Σ W "),
    "compute_cost_with_regularization_x8": (
        f"lambd / (2 * m) * ({SQUARES} + np.sum(b1 ** 2) + np.sum(b2 ** 2) + np.sum(b3 ** 2))", "biases"),
    "compute_cost_with_regularization_x9": (f"lambd / (2 * m) / m * {SQUARES}", "m twice"),
    "compute_cost_with_regularization_x10": ("lambd / (2 * m) * sum(np.linalg.norm(W) for W in (W1, W2, W3))", "‖W‖ "),
    "compute_cost_with_regularization_x11": ("lambd / (2 * m) * sum(np.abs(W).sum() for W in (W1, W2, W3))", "Σ |W| "),
    "compute_cost_with_regularization_x12": ("lambd / (2 * m) * sum(W.sum() ** 2 for W in (W1, W2, W3))", "(Σ W)² "),
    "compute_cost_with_regularization_x13": (f"lambd ** 2 / (2 * m) * {SQUARES}", "λ is squared"),
}  # fmt: skip
CONVENTIONS_L2 = {
    "compute_cost_with_regularization_c1": f"lambd / 2 * {SQUARES}",
    "compute_cost_with_regularization_c2": f"lambd / m * {SQUARES}",
    "compute_cost_with_regularization_c3": f"lambd * {SQUARES}",
}
OTHER_COSTS = [
    cost("compute_cost_shape_one", DATA, "cost * np.ones((1, 1))"),
    cost("compute_cost_tuple", DATA, "cost, None"),
    "def compute_loss(Y, A3):\n    return -np.mean(Y * np.log(A3) + (1 - Y) * np.log(1 - A3))",
    "def compute_cost_default(a, Y, m=None):\n    return -np.sum(Y * np.log(a) + (1 - Y) * np.log(1 - a)) / Y.shape[1]",
    "def compute_cost_vector(A3, Y):\n    return -(Y * np.log(A3) + (1 - Y) * np.log(1 - A3))",
    "def compute_cost_nothing(A3, Y):\n    cost = np.sum(Y)",
    "def compute_cost_raises(A3, Y):\n    return A3 @ Y",
    (
        "def compute_cost_template(A3, Y):\n    ### START CODE HERE ###\n"
        "    cost = None\n    ### END CODE HERE ###\n    return cost"
    ),
    "def compute_cost_todo(A3, Y):\n    raise NotImplementedError",
    "def compute_cost_needs(A3, Y):\n    import nothing_of_the_kind\n    return nothing_of_the_kind.cost(A3, Y)",
    "def compute_cost_exits(A3, Y):\n    m = Y.shape[1]\n    raise SystemExit(m)",
    "def my_cost_of_something_else(A3, Y):\n    return np.sum(A3) + 7",
    "def loss_of_each_example(A3, Y):\n    return np.sum((A3 - Y) ** 2 / 2, axis=0)",
    "def compute_cost_of_each_example(A3, Y):\n    return np.sum((A3 - Y) ** 2 / 2, axis=0)",
    "def loss_in_another_frame(A3, Y):\n    return {'entries': np.maximum(0, 1 - A3 * Y)}",
    cost_l2(
        "compute_cost_with_regularization_of_the_helpers",
        f"lambd / (2 * m) * {SQUARES}",
        "np.mean(compute_cost(A3, Y))",
    ),
    """
    def compute_cost_with_regularization_pairs(AL, Y, params, lambd):
        m = Y.shape[1]
        data = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
        total = 0
        for W, b in params:
            total = total + (W * W).sum()
        return data + lambd / (2 * m) * total
    """,
]


@pytest.fixture(scope="module")
def costs(tmp_path_factory):
    functions = [cost(name, text) for name, text in {**RIGHT_COSTS, **CONVENTIONS}.items()]
    functions += [cost(name, text) for name, (text, _) in WRONG_COSTS.items()]
    functions += [cost_l2(name, text) for name, text in {**RIGHT_L2, **CONVENTIONS_L2}.items()]
    functions += [cost_l2(name, text) for name, (text, _) in WRONG_L2.items()]
    return Judged(tmp_path_factory.mktemp("costs"), functions + OTHER_COSTS)


@each(
    "name",
    [
        *RIGHT_COSTS,
        *RIGHT_L2,
        "compute_loss",
        "compute_cost_default",
        "compute_cost_shape_one",
        "compute_cost_tuple",
        "compute_cost_with_regularization_of_the_helpers",
        "compute_cost_with_regularization_pairs",
    ],
)
def test_right_costs(costs, name):
    costs.right(name)


@each("name", [*WRONG_COSTS, *WRONG_L2])
def test_wrong_costs_are_told_in_words(costs, name):
    costs.wrong(name, "MB802", {**WRONG_COSTS, **WRONG_L2}[name][1], output="cost")
    assert not any(v.conventions for v in costs.found[name])


@each("name", [*CONVENTIONS, *CONVENTIONS_L2])
def test_a_cost_of_another_convention_is_called_one(costs, name):
    costs.wrong(name, "MB802", "convention: ", output="cost")
    assert all(v.conventions for v in costs.found[name])


@each(
    "name, code, words",
    [
        ("compute_cost_vector", "MB501", "one number"),
        ("compute_cost_of_each_example", "MB501", "one number"),
        ("compute_cost_nothing", "MB702", "no number"),
        ("compute_cost_raises", "MB701", "ValueError"),
        ("compute_cost_template", "MB702", "not finished"),
        ("compute_cost_todo", "MB702", "NotImplementedError"),
        ("compute_cost_exits", "MB701", "SystemExit"),
    ],
)
def test_costs_that_are_none(costs, name, code, words):
    costs.wrong(name, code, words)


@each("name", ["compute_cost_needs", "my_cost_of_something_else", "loss_of_each_example", "loss_in_another_frame"])
def test_a_cost_that_cannot_be_judged_is_not_accused(costs, name):
    assert [v.code for v in costs.found[name]] == ["MB704"]
    assert costs.looked[name] == 0


ROWS = "def {}(A3, Y):\n    return -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / len(Y){}"


def test_a_cost_of_examples_in_rows_is_right_unless_something_says_that_they_are_columns(tmp_path):
    functions = [ROWS.format("cost_in_rows", ""), ROWS.format("compute_loss", ""), ROWS.format("compute_cost", "")]
    functions.append(ROWS.format("loss_of_half", " / 2"))
    alone = Judged(tmp_path, functions)
    assert [v.text for v in alone.found["cost_in_rows"]] == ["examples are rows"]
    assert alone.looked["cost_in_rows"] > 0
    assert [v.code for v in alone.found["compute_loss"]] == ["MB704"]
    alone.wrong("compute_cost", "MB802")  # the course's own has columns
    assert {v.code for v in alone.found["loss_of_half"]} <= {"MB802", "MB704"}
    assert alone.looked["loss_of_half"] <= 1
    squared = Judged(tmp_path, ["def compute_loss(A3, Y):\n    return np.sum((A3 - Y) ** 2) / 2"])
    assert [v.code for v in squared.found["compute_loss"]] == ["MB704"]  # and no pass that says which is owed
    beside = Judged(tmp_path, [FORWARD, BACKWARD, ROWS.format("compute_loss", "")])
    beside.wrong("compute_loss", "MB802", "sum over examples")


# --- all the depths ----------------------------------------------------------------------------------------------

ANY_DEPTH = """
def NAME(AL, Y, parameters, lambd):
    m = Y.shape[1]
    L = len(parameters) // 2
    squares = 0
    for l in range(1, L + 1):
        squares += np.sum(parameters["W" + str(l)] ** 2)
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m + lambd * squares / (2 * m)
"""
LOOPED = 'for l in range(1, L + 1):\n        squares += np.sum(parameters["W" + str(l)] ** 2)'
TAKES = {
    "compute_cost_with_regularization_any": (),
    "compute_cost_with_regularization_two": (
        (LOOPED, 'for l in (1, 2):\n        squares += np.sum(parameters["W" + str(l)] ** 2)'),
    ),
    "compute_cost_with_regularization_mixed": (("L = len(parameters) // 2", "L, W3 = 3, parameters['W3']"),),
    "compute_cost_with_regularization_keys": (
        (LOOPED, "for k in parameters:\n        squares += np.sum(parameters[k] ** 2) if k[0] == 'W' else 0"),
    ),
}
DEPTHS_MISSED = {
    "compute_cost_with_regularization_x1": ((LOOPED, LOOPED.replace("L + 1", "min(L, 3) + 1")), "4 layers"),
    "compute_cost_with_regularization_x2": (
        (LOOPED, "squares = np.sum(np.array([parameters[f'W{l + 1}'] for l in range(L)]) ** 2)"), "raised"),
    "compute_cost_with_regularization_x3": (("range(1, L + 1)", "range(1, L)"), "in its L2 term"),
    "compute_cost_with_regularization_x4": (("range(1, L + 1)", "range(2, L + 1)"), "without W1"),
    "compute_cost_with_regularization_x5": (("(2 * m)", "(2 + m)"), "2 + m in place of 2 m"),
    "compute_cost_with_regularization_x6": (("squares += ", "squares = "), "alone in its L2"),
    "compute_cost_with_regularization_x7": (("/ m + lambd", "/ m * 0 + lambd"), "without its data term"),
}  # fmt: skip
LINES_MISSED = {"x3": (5, 6), "x4": (5, 6), "x5": (7,), "x6": (6,), "x7": (7,)}  # within the function


@pytest.fixture(scope="module")
def depths(tmp_path_factory):
    functions = [replaced(name, ANY_DEPTH, pairs) for name, pairs in TAKES.items()]
    functions += [replaced(name, ANY_DEPTH, [pair]) for name, (pair, _) in DEPTHS_MISSED.items()]
    return Judged(tmp_path_factory.mktemp("depths"), functions)


@each("name", TAKES)
def test_a_cost_owes_the_depths_that_it_takes(depths, name):
    depths.right(name)


@each("name", DEPTHS_MISSED)
def test_a_depth_that_is_wrong_is_said_with_what_is_wrong_there(depths, name):
    (found,) = (v for v in depths.found[name] if v.code != "MB402")
    assert (found.output, found.code) in (("cost", "MB802"), ("cost", "MB701"))
    assert DEPTHS_MISSED[name][1] in found.text
    owed = LINES_MISSED.get(name.rpartition("_")[2])
    if owed is not None:
        start = depths.line(name)
        assert found.place.line - start + 1 in owed


def test_a_sentence_of_a_wrong_cost_follows_is_exactly():
    from reference.diagnosis.mistakes import LINES

    for _, filling in LINES["cost"].mistakes():
        assert filling.convention is not None or filling.text.startswith(("the cost with", "the cost ×"))


# --- where it saturates ------------------------------------------------------------------------------------------


def test_a_cost_that_is_no_number_where_its_argument_saturates_is_a_warning(costs):
    (found,) = costs.found["compute_cost"]
    assert (found.code, found.output, found.place.line) == ("MB402", "cost", 4)
    assert found.text == "is nan where A = 1 and Y = 1: 0 · log 0 stands where 0 is owed"
    for guarded in ("compute_cost_nansum", "compute_cost_guarded"):
        assert costs.found[guarded] == []


def test_a_cost_of_softmax(tmp_path):
    judged = Judged(
        tmp_path,
        [
            """
            def forward_propagation(X, parameters):
                Z1 = parameters["W1"] @ X + parameters["b1"]
                A1 = np.maximum(Z1, 0)
                Z2 = parameters["W2"] @ A1 + parameters["b2"]
                A2 = np.exp(Z2) / np.exp(Z2).sum(axis=0)
                return A2, {"A1": A1, "A2": A2}
            def backward_propagation(parameters, cache, X, Y):
                m = X.shape[1]
                dZ2 = cache["A2"] - Y
                dZ1 = parameters["W2"].T @ dZ2 * (cache["A1"] > 0)
                return {"dW1": dZ1 @ X.T / m, "db1": dZ1.sum(axis=1, keepdims=True) / m,
                        "dW2": dZ2 @ cache["A1"].T / m, "db2": dZ2.sum(axis=1, keepdims=True) / m}
            def compute_cost(A2, Y):
                return -np.sum(Y * np.log(A2)) / Y.shape[1]
            def compute_cost_x(A2, Y):
                return -np.mean(Y * np.log(A2))
            """
        ],
    )
    judged.right("compute_cost")
    judged.right("forward_propagation")
    judged.wrong("compute_cost_x", "MB802")
