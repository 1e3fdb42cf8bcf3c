"""Who guessed may not accuse: what fails on a way of feeding that was guessed is not judged."""

from __future__ import annotations

from reference.targets.pairing.passes import Reached
from reference.targets.process import exceptions
from tests.folding import each
from tests.reference.targets.pairing.test_candidates import BACKWARD, FORWARD, HEAD, Loaded

WRONG = BACKWARD.replace("np.dot(dZ3, A2.T) / m", "np.dot(dZ3, A2.T)")
OF_PARTS = """
def backward(cache, parameters, X, Y):
    dA = -Y.T / cache[-1][0]
    return [dA @ cache[0][1], dA @ parameters[0][1]]
"""
BY_INDEX = (
    WRONG.replace("(Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)", "p, q, r")
    .replace("= cache", "= cache[0:4], cache[4:8], cache[8:]")
    .replace("A3 - Y", "r[1] - Y").replace("A2", "q[1]").replace("A1", "p[1]")
    .replace("W3.T", "r[2].T").replace("W2.T", "q[2].T").replace("dq[1]", "dA2").replace("dp[1]", "dA1")
)  # fmt: skip
RAISES = """
def forward_pass(X, parameters):
    h = np.tanh(parameters["W1"] @ X + parameters["b1"])
    return 1 / (1 + np.exp(-(parameters["W2"] @ h + parameters["b2"]))), h

def backward_pass(X, Y, parameters, ARGUMENT):
    return {"dW1": ARGUMENT["nowhere"]}
"""


OTHER_ORDER = BACKWARD.replace(
    "(Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)", "(A1, Z1, W1, b1, A2, Z2, W2, b2, A3, Z3, W3, b3)"
)
TWO = """
def backward_propagation(X, Y, cache):
    m = X.shape[1]
    CACHE = cache
    dZ2 = A2 - Y
    dZ1 = W2.T @ dZ2 * (Z1 > 0)
    return {"dW2": dZ2 @ A1.T, "db2": dZ2.sum(axis=1, keepdims=True) / m,
            "dW1": dZ1 @ X.T / m, "db1": dZ1.sum(axis=1, keepdims=True) / m}
"""


def test_a_published_cache_that_is_taken_apart_by_its_names_may_accuse():
    pair = Loaded(HEAD + WRONG).only()  # by the course's helper, in place of a forward pass of its own
    assert (pair.reached, pair.not_judged, pair.own_forward) == (Reached.KNOWN_NETWORK, None, False)
    pair = Loaded(HEAD + TWO.replace("CACHE", "Z1, A1, W1, b1, Z2, A2, W2, b2")).only()
    assert (pair.reached, pair.not_judged, pair.forward) == (Reached.OUR_CACHE, None, None)


@each("text", [BY_INDEX, OTHER_ORDER, TWO.replace("CACHE", "A1, Z1, W1, b1, A2, Z2, W2, b2")])
def test_a_cache_without_published_names_may_not(text):
    pair = Loaded(HEAD + text).only()
    assert pair.not_judged is not None
    assert "no forward pass here feeds it" in pair.not_judged
    assert pair.remedy == "--bind forward=NAME"


def test_fed_by_its_own_forward_pass_it_may():
    for text in (BY_INDEX, WRONG):
        pair = Loaded(HEAD + FORWARD + text).only()
        assert (pair.reached, pair.not_judged) == (Reached.KNOWN_NETWORK, None)


def test_what_is_right_needs_no_evidence():
    right = BY_INDEX.replace("np.dot(dZ3, q[1].T)", "np.dot(dZ3, q[1].T) / m")
    pair = Loaded(HEAD + right).only()
    assert (pair.reached, pair.not_judged) == (Reached.RIGHT, None)


def test_what_raises_with_an_argument_that_was_bound_by_its_position_is_not_judged():
    pair = Loaded(HEAD + RAISES.replace("ARGUMENT", "stuff")).only()
    assert pair.not_judged is not None
    assert "its argument stuff had to be guessed, and it raises" in pair.not_judged
    named = Loaded(HEAD + RAISES.replace("ARGUMENT", "cache")).only()
    assert (named.reached, named.not_judged) == (Reached.RAISED, None)


def test_an_exception_of_this_tool_s_own_is_no_mistake_of_the_file_s(tmp_path):
    """It becomes MB704 as what cannot be bound does; the file's own exception does not."""
    theirs = tmp_path / "a.py"
    theirs.write_text("def f(a):\n    return a['nowhere']\n", encoding="utf-8")
    names = {}
    exec(compile(theirs.read_text(encoding="utf-8"), str(theirs), "exec"), names)
    assert told(lambda: bound_by_us({}), theirs)["unbindable"]
    assert not told(lambda: names["f"]({}), theirs)["unbindable"]


def bound_by_us(values):
    from reference.targets.reading.vocabulary import Argument, bind

    return bind([Argument("X", False)], "no role", values)


def told(call, path):
    try:
        call()
    except KeyError as error:
        return exceptions.described(error, path, {}, {})
    raise AssertionError


def test_a_wrong_shape_from_a_published_cache_is_its_own():
    pair = Loaded(HEAD + BACKWARD.replace("db1 = np.sum(dZ1", "db1 = np.sum(dZ2")).only()
    assert (pair.reached, pair.not_judged) == (Reached.KNOWN_NETWORK, None)


SMALL_LETTERS = """
def model_forward(X, params, layers_dims):
    A, caches = X, []
    for l in range(1, len(layers_dims)):
        w, b = params["w" + str(l)], params["b" + str(l)]
        Z = w @ A + b
        out = np.maximum(Z, 0) if l < len(layers_dims) - 1 else 1 / (1 + np.exp(-Z))
        caches.append((A, Z, out, w, b))
        A = out
    return A, caches

def model_backward(Y, AL, caches, layers_dims):
    grads, m, dZ = {}, Y.shape[1], AL - Y
    for l in range(len(layers_dims) - 1, 0, -1):
        before, Z, out, w, b = caches[l - 1]
        grads["dw" + str(l)] = DIVIDED
        grads["db" + str(l)] = dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            dZ = (w.T @ dZ) * (caches[l - 2][1] > 0)
    return grads
"""
OTHER_CACHES = """
def L_model_backward(dZ, caches, lambd):
    grads = {}
    for l in reversed(range(len(caches))):
        linear, _ = caches[l]
        TAKEN
        before, W, _, _ = linear
        grads["dW" + str(l + 1)] = dZ @ before.T / before.shape[1] + lambd * W
        grads["db" + str(l + 1)] = dZ.mean(axis=1, keepdims=True)
        dZ = W.T @ dZ
    return grads
"""

STEP = """
def linear_backward(dZ, cache):
    TAKEN, W, b = cache
    m = TAKEN.shape[1]
    return np.dot(W.T, dZ), np.dot(dZ.T, TAKEN) / m, np.sum(dZ, axis=1, keepdims=True) / m
"""


ONE_LAYER = """
def forward_propagation(X, parameters):
    return 1 / (1 + np.exp(-(X @ parameters["W"] + parameters["b"])))

def backward_propagation(X, Y, A):
    dZ = (A - Y) / len(Y)
    return {"dW": X.T @ dZ, "db": dZ.sum(axis=0, keepdims=True)}
"""


def test_a_network_of_one_layer_may_call_its_arrays_without_a_number():
    pair = Loaded(HEAD + ONE_LAYER).only()
    assert (pair.reached, pair.not_judged, pair.depths, pair.reading.rows) == (Reached.RIGHT, None, [1], True)
    pair = Loaded(HEAD + ONE_LAYER.replace("/ len(Y)", "")).only()
    assert (pair.reached, pair.not_judged, pair.depths) == (Reached.KNOWN_NETWORK, None, [1])


def test_a_backward_pass_of_one_layer_is_not_fed_the_course_s_three():
    pair = Loaded(HEAD + ONE_LAYER.replace('["W"]', '["weights"]').replace('["b"]', '["offset"]')).only()
    assert pair.not_judged is not None
    assert "does not take a cache as the course" in pair.not_judged


def test_a_forward_pass_that_asks_for_small_letters_feeds_its_backward_pass():
    pair = Loaded(HEAD + SMALL_LETTERS.replace("DIVIDED", "dZ @ before.T / m")).only()
    assert (pair.reached, pair.not_judged, pair.own_forward) == (Reached.RIGHT, None, True)
    pair = Loaded(HEAD + SMALL_LETTERS.replace("DIVIDED", "dZ @ before.T")).only()
    assert (pair.reached, pair.not_judged) == (Reached.KNOWN_NETWORK, None)


@each("taken", ["linear.append(None)", "linear[3] = None", "linear.update({})", 'linear = linear["all"]'])
def test_a_cache_of_another_form_than_ours_accuses_nobody(taken):
    pair = Loaded(HEAD + OTHER_CACHES.replace("TAKEN", taken)).only()
    assert pair.not_judged is not None


def test_what_raises_on_a_cache_that_no_forward_pass_of_the_file_makes_is_not_judged():
    pair = Loaded(HEAD + OF_PARTS).only()
    assert pair.reached == Reached.RAISED
    assert pair.not_judged is not None
    assert "no forward pass here feeds it" in pair.not_judged


@each("taken, is_judged", [("A_prev", True), ("before", False)])
def test_a_step_that_raises_in_the_course_s_loop_is_judged_where_it_takes_a_layer_s_cache_as_published(
    taken, is_judged
):
    pair = Loaded(HEAD + STEP.replace("TAKEN", taken)).only()
    assert pair.reached == Reached.RAISED
    assert (pair.not_judged is None) == is_judged
