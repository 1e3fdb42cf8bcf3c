"""Initialisers: shapes, zero biases, and the spread that each is named after."""

from __future__ import annotations

import pytest

from tests.folding import each
from tests.reference.targets.obligations.judged import Judged, named

INITIALISER = """
def NAME(layers_dims):
    np.random.seed(3)
    parameters = {}
    L = len(layers_dims)
    for l in range(1, L):
        n, n_prev = layers_dims[l], layers_dims[l - 1]
        parameters['W' + str(l)] = WEIGHTS
        parameters['b' + str(l)] = BIAS
    return parameters
"""


def initialiser(name, weights, bias="np.zeros((n, 1))"):
    return named(name, INITIALISER.replace("WEIGHTS", weights).replace("BIAS", bias))


RIGHT_INITIALISERS = {
    "initialize_parameters_zeros": ("np.zeros((n, n_prev))",),
    "initialize_parameters_random": ("np.random.randn(n, n_prev) * 10",),
    "initialize_parameters_he": ("np.random.randn(n, n_prev) * np.sqrt(2. / n_prev)",),
    "initialize_parameters_normal_he": ("np.random.normal(0, np.sqrt(2 / n_prev), (n, n_prev))",),
    "initialize_parameters_own_generator_he": (
        "np.random.RandomState(l).standard_normal((n, n_prev)) * (2 / n_prev) ** 0.5",
    ),
    "initialize_parameters_new_generator_he": (
        "np.random.default_rng(l).standard_normal((n, n_prev)) * np.sqrt(2 / n_prev)",
    ),
    "initialize_parameters_xavier": ("np.random.randn(n, n_prev) * np.sqrt(1 / n_prev)",),
    "initialize_parameters": ("np.random.randn(n, n_prev) * 0.01",),
    "initialize_parameters_deep": ("np.random.randn(n, n_prev) / np.sqrt(n_prev)",),
    "initialize_parameters_uniform": ("np.random.rand(n, n_prev) - 0.5",),
}
WRONG_INITIALISERS = {
    "initialize_parameters_x1_random": ("np.random.randn(n, n_prev) * 0.01", "np.zeros((n, 1))", "0.01"),
    "initialize_parameters_x2_he": ((
        "np.random.randn(n, n_prev) "
        "* np.sqrt(1 / n_prev)"
), "np.zeros((n, 1))", "√(1/n_prev)"),
    "initialize_parameters_x3_he": ("np.random.randn(n, n_prev) * np.sqrt(2 / n)", "np.zeros((n, 1))", "√(2/n)"),
    "initialize_parameters_x4_he": ("np.random.randn(n, n_prev) * 2 / n_prev", "np.zeros((n, 1))", "2/n_prev"),
    "initialize_parameters_x5_zeros": ("np.ones((n, n_prev))", "np.zeros((n, 1))", "not zero"),
    "initialize_parameters_x6_he": (
        "np.random.randn(n_prev, n) * np.sqrt(2 / n_prev)", "np.zeros((n, 1))", "has shape"),
    "initialize_parameters_x7_he": ((
        "np.random.randn(n, n_prev) "
        "* np.sqrt(2 / n_prev)"
), "np.ones((n, 1))", "start at zero"),
    "initialize_parameters_x8_he": ("np.random.randn(n, n_prev) * np.sqrt(2 / n_prev)", "np.zeros(n)", "has shape"),
    "initialize_parameters_x9_random": ("np.random.rand(n, n_prev) * 10", "np.zeros((n, 1))", ""),
    "initialize_parameters_x10": ("np.ones((n, n_prev))", "np.zeros((n, 1))", "symmetry"),
    "initialize_parameters_x11": ("np.random.randn(n, n_prev) / 0.0 * 0", "np.zeros((n, 1))", ""),
    "initialize_parameters_x12_he": ("'text'", "np.zeros((n, 1))", "no array"),
}  # fmt: skip
OTHER_INITIALISERS = [
    """
    def initialize_parameters_two(n_x, n_h, n_y):
        return {"W1": np.random.randn(n_h, n_x) * 0.01, "b1": np.zeros((n_h, 1)),
                "W2": np.random.randn(n_y, n_h) * 0.01, "b2": np.zeros((n_y, 1))}
    """,
    """
    def initialize_parameters_two_wrong(n_x, n_h, n_y):
        return {"W1": np.random.randn(n_x, n_h) * 0.01, "b1": np.zeros((n_h, 1)),
                "W2": np.random.randn(n_y, n_h) * 0.01, "b2": np.zeros((n_y, 1))}
    """,
    "def initialize_parameters_none_he(layers_dims):\n    parameters = {}",
    "def initialize_parameters_number_he(layers_dims):\n    return 3",
    "def initialize_parameters_raises_he(layers_dims):\n    return layers_dims.shape",
    """
    def initialize_parameters_forgets_he(layers_dims):
        return {f"W{l}": np.random.randn(layers_dims[l], layers_dims[l - 1]) * np.sqrt(2 / layers_dims[l - 1])
                for l in range(1, len(layers_dims))}
    """,
    """
    def initialize_parameters_template_he(layers_dims):
        parameters = {}
        for l in range(1, len(layers_dims)):
            parameters['W' + str(l)] = None
            parameters['b' + str(l)] = None
        return parameters
    """,
    """
    def initialize_parameters_short_he(layers_dims):
        parameters = {}
        for l in range(1, len(layers_dims) - 1):
            parameters[f'W{l}'] = np.random.randn(layers_dims[l], layers_dims[l - 1]) * np.sqrt(2 / layers_dims[l - 1])
            parameters[f'b{l}'] = np.zeros((layers_dims[l], 1))
        return parameters
    """,
    "def initialize_pairs(layers_dims):\n    return [(np.ones((2, 2)), np.ones((2, 1)))]",
    """
    def initialize_parameters_recurrent(n_a, n_x, n_y):
        return {"Wax": np.random.randn(n_a, n_x), "Wya": np.random.randn(n_y, n_a), "by": np.zeros((n_y, 1))}
    """,
    """
    def init_tables(vocab_size, embedding_dim):
        return np.random.randn(vocab_size, embedding_dim), np.zeros((vocab_size, embedding_dim))
    """,
]


@pytest.fixture(scope="module")
def initialisers(tmp_path_factory):
    functions = [initialiser(name, *how) for name, how in RIGHT_INITIALISERS.items()]
    functions += [initialiser(name, *how[:2]) for name, how in WRONG_INITIALISERS.items()]
    return Judged(tmp_path_factory.mktemp("initialisers"), functions + OTHER_INITIALISERS)


@each("name", [*RIGHT_INITIALISERS, "initialize_parameters_two"])
def test_right_initialisers(initialisers, name):
    initialisers.right(name)


@each("name", WRONG_INITIALISERS)
def test_wrong_initialisers(initialisers, name):
    initialisers.wrong(name, "MB801", WRONG_INITIALISERS[name][2])


@each(
    "name, code, words",
    [
        ("initialize_parameters_two_wrong", "MB801", "W1 has shape (150, 200); owed (200, 150)"),
        ("initialize_parameters_none_he", "MB702", "no dictionary"),
        ("initialize_parameters_number_he", "MB801", "no dictionary"),
        ("initialize_parameters_raises_he", "MB701", "AttributeError"),
        ("initialize_parameters_forgets_he", "MB801", "b1 is not there"),
        ("initialize_parameters_template_he", "MB702", "not finished"),
        ("initialize_parameters_short_he", "MB801", "W3 is not there"),
    ],
)
def test_other_initialisers(initialisers, name, code, words):
    initialisers.wrong(name, code, words)


def test_what_is_no_initialiser_of_ours_is_not_accused(initialisers):
    assert initialisers.found["initialize_pairs"] == []
    assert initialisers.found["init_tables"] == []
    assert initialisers.found["initialize_parameters_recurrent"] == []


PASSES = """
def forward_propagation(X, parameters):
    A1 = np.tanh(parameters["W1"].T @ X + parameters["b1"])
    A2 = 1 / (1 + np.exp(-(parameters["W2"].T @ A1 + parameters["b2"])))
    return A2, {"A1": A1, "A2": A2}
"""
BACK = """
def backward_propagation(X, Y, parameters, cache):
    m, A1 = X.shape[1], cache["A1"]
    dZ2 = cache["A2"] - Y
    dZ1 = parameters["W2"] @ dZ2 * (1 - A1 ** 2)
    return {"dW1": X @ dZ1.T / m, "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
            "dW2": A1 @ dZ2.T / m, "db2": np.sum(dZ2, axis=1, keepdims=True) / m}
"""
OF_THREE = """
def initialize_parameters(n_x, n_h, n_y):
    return {"W1": np.random.randn(SHAPE) * 0.01, "b1": np.zeros((n_h, 1)),
            "W2": np.random.randn(n_h, n_y) * 0.01, "b2": np.zeros((n_y, 1))}
"""


def test_weights_are_owed_as_the_passes_of_the_file_take_them(tmp_path):
    right, wrong = (OF_THREE.replace("SHAPE", shape) for shape in ("n_x, n_h", "n_h, n_x"))
    Judged(tmp_path, [PASSES, BACK, right]).right("initialize_parameters")
    Judged(tmp_path, [PASSES, BACK, wrong]).wrong("initialize_parameters", "MB801", "owed (150, 200)")
    Judged(tmp_path, [right]).wrong("initialize_parameters", "MB801", "owed (200, 150)")


# --- laws, forms and depths ------------------------------------------------------------------------------------------

TUPLE = """
def NAME(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.01
    b2 = np.zeros((n_y, 1))
    return W1, b1, W2, b2
"""
RIGHT_FORMS = {
    "initialize_tuple": named("initialize_tuple", TUPLE),
    "initialize_in_rows": """
def initialize_in_rows(layer_dims):
    params = {}
    for l in range(1, len(layer_dims)):
        params[f"W{l}"] = np.random.randn(layer_dims[l - 1], layer_dims[l]) * 0.01
        params[f"b{l}"] = np.zeros((1, layer_dims[l]))
    return params
""",
    "initialize_with_zeros": "def initialize_with_zeros(dim):\n    return np.zeros((dim, 1)), 0.0",
    "initialize_parameters_of_two": """
def initialize_parameters_of_two(layers_dims):
    return {"W1": np.random.randn(layers_dims[1], layers_dims[0]), "b1": np.zeros((layers_dims[1], 1)),
            "W2": np.random.randn(layers_dims[2], layers_dims[1]), "b2": np.zeros((layers_dims[2], 1))}
""",
    "initialize_parameters_three_sizes": """
def initialize_parameters_three_sizes(n_x, n_h1, n_h2, n_y):
    return {"W1": np.random.randn(n_h1, n_x), "b1": np.zeros((n_h1, 1)),
            "W2": np.random.randn(n_h2, n_h1), "b2": np.zeros((n_h2, 1)),
            "W3": np.random.randn(n_y, n_h2), "b3": np.zeros((n_y, 1))}
""",
    "glorot_uniform_init": initialiser(
        "glorot_uniform_init", "np.random.uniform(-1, 1, (n, n_prev)) * np.sqrt(6 / (n + n_prev))"
    ),
    "initialize_xavier": initialiser("initialize_xavier", "np.random.randn(n, n_prev) * np.sqrt(1 / n_prev)"),
    "initialize_he_uniform": initialiser(
        "initialize_he_uniform", "np.random.uniform(-np.sqrt(6 / n_prev), np.sqrt(6 / n_prev), (n, n_prev))"
    ),
    "initialize_randomly": initialiser("initialize_randomly", "np.random.standard_t(3, (n, n_prev)) * 0.01"),
    "init_random_weights": initialiser("init_random_weights", "np.random.randn(n, n_prev) * 0.01"),
}
WRONG_FORMS = {
    "initialize_small": (initialiser("initialize_small", "np.random.rand(n, n_prev) * 0.01"), "MB801", "positive"),
    "initialize_tuple_rand": (named("initialize_tuple_rand", TUPLE.replace("randn", "rand")), "MB801", "positive"),
    "initialize_offset": (initialiser("initialize_offset", "np.random.randn(n, n_prev) + 0.5"), "MB801", "have mean"),
    "initialize_parameters_rand_he": (
        initialiser("initialize_parameters_rand_he", "np.random.rand(n, n_prev) * np.sqrt(2 / n_prev)"),
        "MB801", "positive"),
    "initialize_twins": (
        initialiser("initialize_twins", "np.repeat(np.random.randn((n + 1) // 2, n_prev), 2, axis=0)[:n]"),
        "MB801", "some units start alike"),
    "initialize_column": (
        initialiser("initialize_column", "np.random.randn(n, 1) * np.ones((n, n_prev))"),
        "MB801", "one number is drawn"),
    "initialize_row": (initialiser("initialize_row", "np.random.randn(1, n_prev) * np.ones((n, 1))"), "MB801", "alike"),
    "initialize_to_nothing": (initialiser("initialize_to_nothing", "np.zeros((n, n_prev))"), "MB801", "alike"),
    "initialize_with_zeros_x": (
        "def initialize_with_zeros_x(dim):\n    w = np.random.randn(dim, 1)\n    return w, 0.0", "MB801", "not zero"),
    "initialize_with_zeros_y": (
        "def initialize_with_zeros_y(dim):\n    w = np.zeros((dim, dim))\n    return w, 0.0", "MB801", "w is of shape"),
    "initialize_with_zeros_z": (
        "def initialize_with_zeros_z(dim):\n    w = np.zeros((dim, 1))\n    b = 1.0\n    return w, b",
        "MB801", "start at zero"),
    "initialize_parameters_shallow": (
        initialiser("initialize_parameters_shallow", "np.random.randn(n, n_prev)").replace(
            "L = len(layers_dims)", "L = min(len(layers_dims), 4)"), "MB801", "W4 is not there"),
    "initialize_parameters_deep_only": (
        initialiser("initialize_parameters_deep_only", "np.random.randn(n, n_prev)").replace(
            "L = len(layers_dims)", "L = len(layers_dims) + 0 * layers_dims[2]"), "MB701", "with layers_dims = [4, 3]"),
    "initialize_parameters_first_only": (
        initialiser("initialize_parameters_first_only", "np.random.randn(n, n_prev)").replace(
            "    return", "        return"), "MB801", "W2 is not there"),
    "initialize_parameters_square": (
        initialiser("initialize_parameters_square", "np.random.randn(n, n)"), "MB801", "has shape"),
}  # fmt: skip


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    functions = [*RIGHT_FORMS.values(), *(text for text, _, _ in WRONG_FORMS.values())]
    return Judged(tmp_path_factory.mktemp("forms"), functions)


@each("name", RIGHT_FORMS)
def test_right_forms(forms, name):
    forms.right(name)


@each("name", WRONG_FORMS)
def test_wrong_forms(forms, name):
    _, code, words = WRONG_FORMS[name]
    forms.wrong(name, code, words)
    assert all(v.place is not None for v in forms.found[name]), forms.found[name]
