"""A file through the door: what in it was not judged, why, and what would have it judged; and what it holds."""

from __future__ import annotations

import textwrap

import pytest

from reference.interface.entry import NotJudged
from reference.targets import resolve

HEAD = "import numpy as np\n"
LAYERED = """
def relu_backward(dA, cache):
    return dA * (cache > 0)

def linear_backward(dZ, cache):
    A, W, b = cache
    m = A.shape[1]
    return W.T @ dZ, dZ @ A.T / m, dZ.sum(axis=1, keepdims=True) / m

def unused_backward(dA, cache):
    return dA * cache

def L_model_forward(X, parameters):
    caches, A, L = [], X, len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        Z = W @ A + b
        caches.append(((A, W, b), Z))
        A = np.maximum(0, Z) if l < L else 1 / (1 + np.exp(-Z))
    return A, caches

def L_model_backward(AL, Y, caches):
    L, grads = len(caches), {}
    dZ = AL - Y
    for l in range(L, 0, -1):
        linear, Z = caches[l - 1]
        dA, grads["dW" + str(l)], grads["db" + str(l)] = linear_backward(dZ, linear)
        if l > 1:
            dZ = relu_backward(dA, caches[l - 2][1])
    return grads
"""


@pytest.fixture
def opened(tmp_path):
    implementations = []

    def opening(source, name="a.py"):
        path = tmp_path / name
        path.write_text(HEAD + textwrap.dedent(source), encoding="utf-8")
        implementations.append(resolve(str(path))())
        return implementations[-1]

    yield opening
    for implementation in implementations:
        implementation.close()


def needed(implementation):
    return {n.check: n for n in implementation.notes if isinstance(n, NotJudged) and n.needed}


def test_a_layer_is_judged_where_the_whole_is(opened):
    found = needed(opened(LAYERED))
    assert list(found) == ["unused_backward"]
    assert found["unused_backward"].place.line == 11


def test_a_layer_is_a_pair_with_its_forward_pass_and_nothing_without(opened):
    implementation = opened("""
        def affine_forward(x, w, b):
            return x @ w + b, (x, w, b)
        def affine_backward(dout, cache):
            x, w, b = cache
            return dout @ w.T, x.T @ dout, dout.sum(axis=0)
        def conv_backward(dout, cache):
            return dout * cache
    """)
    found = needed(implementation)
    assert [opened.proposal.check for opened in implementation.pairs] == ["affine_backward"]
    assert set(found) == {"conv_backward"}
    assert "no forward pass was found that it belongs to" in found["conv_backward"].reason
    assert "--except conv_backward" in found["conv_backward"].remedy
    assert implementation.seen == ("it holds 3 functions (affine_forward, affine_backward, conv_backward)",)


def test_the_check_that_is_written_out_works():
    """For a layer and for a cost, as it stands, with arrays of its reader's."""
    import numpy as np

    from reference.targets.library_check import of_a_cost, of_a_layer

    rng = np.random.RandomState(0)
    x, w, b, y, dout = (rng.standard_normal(n) for n in ((5, 3), (3, 2), (2,), (5, 2), (5, 2)))
    functions = {
        name: {"name": name, "arguments": arguments, "looks": looks}
        for name, arguments, looks in (
            ("affine_forward", ["x", "w", "b"], None),
            ("affine_backward", ["dout", "cache"], "backward pass"),
            ("squared_loss", ["x", "y", "w", "b"], None),
        )
    }
    scope = {"x": x, "w": w, "b": b, "y": y, "dout": dout, "affine_forward": lambda x, w, b: (x @ w + b, None)}
    scope["squared_loss"] = lambda x, y, w, b: ((x @ w + b - y) ** 2).sum()

    def verdict(line, **gradients):
        first, second = line.split("; ")
        exec(first, scope)
        return eval(second, scope | gradients).verdict

    layer = of_a_layer(functions["affine_backward"], functions)
    right = {"dx": dout @ w.T, "dw": x.T @ dout, "db": dout.sum(axis=0)}
    assert verdict(layer, **right) == "PASS"
    assert verdict(layer, **{**right, "dw": -right["dw"]}) == "FAIL"
    off = 2 * (x @ w + b - y)
    cost = of_a_cost(functions.values())
    assert verdict(cost, dw=x.T @ off, db=off.sum(axis=0)) == "PASS"
    assert verdict(cost, dw=x.T @ off, db=off.mean(axis=0)) == "FAIL"


def test_what_it_asks_for_and_the_line_that_would_say_it(opened):
    found = needed(
        opened("""
        def back_prop(X, Y, tree, leaf, twig):
            dW = X @ Y.T
            return tree, dW
        def descend(everything, X, Y, alpha):
            for k in range(3):
                everything = everything - alpha * step(everything)
            return everything
        def train(X, Y, W1):
            for k in range(3):
                dW1 = X @ Y.T
            return W1
    """)
    )
    assert found["back_prop"].reason.endswith("its arguments tree, leaf and twig are not among the known ones")
    assert "a.py::back_prop --bind argument.tree=MEANING --bind argument.leaf=MEANING …" in found["back_prop"].remedy
    assert found["descend"].reason == "it computes an update on its way (line 8)"
    assert found["train"].reason == "it computes a gradient on its way (line 12)"
    assert found["train"].remedy.startswith("moving line 12 into a function backward_propagation(X, Y, cache)")


def test_a_class_and_a_script(opened):
    implementation = opened("""
        class Net:
            def forward(self, X):
                return X
            def backward(self, X, Y):
                self.dW = X @ Y.T
        for k in range(9):
            delta_2 = X @ Y.T
            dW1 = delta_2 @ X.T
    """)
    found = needed(implementation)
    assert [opened.proposal.check for opened in implementation.pairs] == ["Net.backward"]
    assert set(found) == {"script"}
    assert (
        found["script"].reason == "lines 9 to 10 look like a backward pass (delta_2 and dW1), and a script is not run"
    )
    assert implementation.seen[0] == "it holds 1 class (Net) and a script of 1 statement"
    assert {"Net", "Net.backward"} <= set(implementation.names)


def test_a_file_in_which_nothing_looks_like_anything(opened):
    assert opened("def smooth(v):\n    return v").seen[1].endswith("a.py::smooth")
    assert opened("def smooth(v):\n    return v\ndef other(v):\n    return v").seen[1].endswith("a.py::NAME")
    assert opened("").seen[0] == "it holds no code"


def test_a_law_that_needs_what_is_not_there_says_what(opened):
    implementation = opened("""
        from somewhere_else import flatten_everything
        def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7):
            return flatten_everything(parameters)
    """)
    (law,) = implementation.laws
    looked, (violation,) = law.run(0)
    assert (looked, violation.code, law.needed) == (0, "MB704", True)
    assert "somewhere_else" in violation.text
    assert "beside the file" in violation.remedy
