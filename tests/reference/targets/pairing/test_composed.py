"""A file's own steps within the course's loops: judged right and wrong, with the file's forward pass or without."""

from __future__ import annotations

import numpy as np

from reference.targets.descriptions import as_tree
from reference.targets.pairing.composed import composed
from reference.targets.pairing.passes import Reached
from reference.targets.reading import course_helpers
from tests.folding import each
from tests.reference.targets.pairing.test_candidates import Loaded, agrees, assert_right, owed, problem_for

STEPS = """
import numpy as np

def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    return np.dot(W.T, dZ), np.dot(dZ, A_prev.T) / m, np.sum(dZ, axis=1, keepdims=True) / m

def relu_backward(dA, cache):
    return dA * (cache > 0)

def sigmoid_backward(dA, cache):
    s = 1 / (1 + np.exp(-cache))
    return dA * s * (1 - s)

def linear_activation_backward(dA, cache, activation):
    linear_cache, Z = cache
    dZ = relu_backward(dA, Z) if activation == "relu" else sigmoid_backward(dA, Z)
    return linear_backward(dZ, linear_cache)
"""
FORWARD = """
def linear_activation_forward(A_prev, W, b, activation):
    Z = W @ A_prev + b
    return (np.maximum(Z, 0) if activation == "relu" else 1 / (1 + np.exp(-Z))), ((A_prev, W, b), Z)
"""
ALONE = STEPS[: STEPS.index("def relu_backward")]
FAULTS = {  # of a step, and which gradients of three layers it spoils
    "np.dot(dZ, A_prev.T) / m": ("np.dot(dZ, A_prev.T)", {"dW1", "dW2", "dW3"}),
    "(cache > 0)": ("(cache > -1)", {"dW1", "db1", "dW2", "db2"}),
}


@each("text", [STEPS, STEPS + FORWARD, ALONE])
def test_right_steps_are_right_at_every_depth(text):
    loaded = Loaded(text)
    pair = loaded.only()
    assert pair.check == ("linear_backward" if text == ALONE else "linear_activation_backward")
    assert (pair.reached, pair.not_judged, pair.depths) == (Reached.RIGHT, None, [1, 2, 3, 4])
    for depth in (2, 3):
        assert_right(loaded, pair, depth=depth)


@each("after", ["", FORWARD])
def test_a_wrong_step_spoils_what_it_makes_in_every_layer(after):
    for right, (wrong, spoilt) in FAULTS.items():
        loaded = Loaded(STEPS.replace(right, wrong) + after)
        pair = loaded.only()
        problem = problem_for(pair, depth=3)
        outcome = loaded.ask("run", check=pair.check, problem=as_tree(problem))["outcome"]
        differ = {n for n in outcome if n[:2] in ("dW", "db") and not agrees(outcome[n], owed(problem, n))}
        assert (pair.not_judged, differ) == (None, spoilt)


def test_the_loops_call_the_file_s_steps_and_the_course_s_where_it_has_none():
    called = []

    def linear_backward(dZ, cache):
        called.append("own")
        return course_helpers.linear_backward(dZ, cache)

    names = {name: a for name, a in vars(course_helpers).items() if not name.startswith("_")}
    made = composed({**names, "linear_backward": linear_backward}, {"linear_backward"})
    assert (made.forward, made.steps) == (None, ("linear_backward",))
    A = np.full((1, 2), 0.5)
    made.backward(A, np.ones((1, 2)), [((np.ones((3, 2)), np.ones((1, 3)), np.zeros((1, 1))), np.zeros((1, 2)))])
    assert called == ["own"]


def test_where_there_is_no_step_of_a_whole_layer_there_is_no_loop():
    assert composed(vars(course_helpers), {"relu_backward", "sigmoid_backward"})[1:] == (None, ())
    assert composed(vars(course_helpers), {"linear_activation_forward"}).backward is None
    assert composed(vars(course_helpers), {"linear_activation_forward"}).forward is not None
