"""A mistake in a loop that returns no intermediates is found on its own line, or where a right helper is called."""

from __future__ import annotations

import numpy as np

from reference.cases.case import Case
from reference.diagnosis import diagnose, probes
from reference.judging.judge import judge
from reference.targets import resolve
from tests.folding import each

FORWARD = """import numpy as np


def L_model_forward(X, parameters):
    caches, A, L = [], X, len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        Z = W @ A + b
        caches.append(((A, W, b), Z))
        A = np.maximum(0, Z) if l < L else 1 / (1 + np.exp(-Z))
    return A, caches


"""
HELPERS = (
    FORWARD
    + """def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    return np.dot(W.T, dZ), np.dot(dZ, A_prev.T) / m, np.sum(dZ, axis=1, keepdims=True) / m


def relu_backward(dA, Z):
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def sigmoid_backward(dA, Z):
    s = 1 / (1 + np.exp(-Z))
    dZ = dA * s * (1 - s)
    return dZ


def linear_activation_backward(dA, cache, activation):
    linear_cache, Z = cache
    dZ = relu_backward(dA, Z) if activation == "relu" else sigmoid_backward(dA, Z)
    return linear_backward(dZ, linear_cache)


def L_model_backward(AL, Y, caches):
    grads, L = {}, len(caches)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    dA_prev, grads["dW" + str(L)], grads["db" + str(L)] = linear_activation_backward(dAL, caches[L - 1], "sigmoid")
    grads["dA" + str(L - 1)] = dA_prev
    for l in reversed(range(L - 1)):
        dA_prev_temp, dW_temp, db_temp = linear_activation_backward(grads["dA" + str(l + 1)], caches[l], "relu")
        grads["dA" + str(l)] = dA_prev_temp
        grads["dW" + str(l + 1)] = dW_temp
        grads["db" + str(l + 1)] = db_temp
    return grads
"""
)
INLINE = (
    FORWARD
    + """def L_model_backward(AL, Y, caches):
    L, grads, m = len(caches), {}, Y.shape[1]
    dZ = AL - Y
    for l in range(L, 0, -1):
        (A_prev, W, b), Z = caches[l - 1]
        grads["dW" + str(l)] = dZ @ A_prev.T / m
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA = W.T @ dZ
            Z_prev = caches[l - 2][1]
            dZ = dA * (Z_prev > 0)
    return grads
"""
)
DELTA = (
    FORWARD
    + """def L_model_backward(AL, Y, caches):
    L, grads, m = len(caches), {}, Y.shape[1]
    delta = AL - Y
    for l in reversed(range(L)):
        (A_prev, W, b), Z = caches[l]
        if l < L - 1:
            delta = delta * (Z > 0)
        grads["dW" + str(l + 1)] = delta.dot(A_prev.T) / m
        grads["db" + str(l + 1)] = delta.sum(axis=1, keepdims=True) / m
        delta = W.T.dot(delta)
    return grads
"""
)
PLANTED = {  # what is changed; the output and the code
    "dA of the last layer": (HELPERS, '"dA" + str(l + 1)], caches', '"dA" + str(L - 1)], caches', "dZ1 MB103"),
    "sigmoid in hidden layers": (HELPERS, 'caches[l], "relu"', 'caches[l], "sigmoid"', "dZ2 MB104"),
    "a gate the wrong way round": (HELPERS, "dZ[Z <= 0] = 0", "dZ[Z > 0] = 0", "dZ2 MB104"),
    "a sign in dA_L": (HELPERS, "dAL = -(np", "dAL = (np", "dZ3 MB101"),
    "1/m twice in hidden layers": (HELPERS, "= dW_temp", "= dW_temp / AL.shape[1]", "dW2 MB102"),
    "1/m on the way": (INLINE, "dZ = dA * (Z_prev > 0)", "dZ = dA * (Z_prev > 0) / m", "dZ2 MB102"),
    "no gate": (INLINE, "dZ = dA * (Z_prev > 0)", "dZ = dA", "dZ2 MB104"),
    "the gate of another layer": (INLINE, "dA * (Z_prev > 0)", "dA * (Z > 0)", "dZ2 MB104"),
    "W doubled": (DELTA, "delta = W.T.dot(delta)", "delta = 2 * W.T.dot(delta)", "dZ2 MB101"),
    "the gate is inverted": (DELTA, "delta * (Z > 0)", "delta * (Z < 0)", "dZ2 MB104"),
}  # fmt: skip
NO_LINE = {"a gate that does nothing": (DELTA, "delta = delta * (Z > 0)", "delta = delta", "dZ2 MB104")}


def causes(folder, text):
    """The causes of what is wrong at three layers, of different widths and of one."""
    path = folder / "net.py"
    path.write_text(text, encoding="utf-8")
    implementation = resolve(str(path))()
    try:
        (entry,) = (e for e in implementation.entries if e.check == "L_model_backward")
        case, failures = Case((1, 1, 1, 1), 1, "relu"), {}
        for square in (False, True):
            for problem in probes(entry, case, square=square):
                found = judge(entry, problem, exhaustive=False, rng=np.random.RandomState(0)).failures
                failures |= {(f.output, f.code): f for f in found}
        return diagnose(entry, list(failures.values())).causes
    finally:
        implementation.close()


@each("name", [*PLANTED, *NO_LINE])
def test_a_mistake_in_a_loop_is_named_on_its_own_line(tmp_path, name):
    text, old, new, wanted = {**PLANTED, **NO_LINE}[name]
    assert text.count(old) == 1
    line = 1 + text[: text.index(old)].count("\n")
    found = [c for c in causes(tmp_path, text.replace(old, new)) if c.output != "*"]
    assert f"{found[0].output} {found[0].code}" == wanted
    assert {None if c.place is None else c.place.line for c in found} == {None if name in NO_LINE else line}


@each("text", [HELPERS, INLINE, DELTA], ids=["helpers", "inline", "delta"])
def test_a_right_loop_has_no_cause(tmp_path, text):
    assert causes(tmp_path, text + "\n# right\n") == []


# --- dropout's line forgotten ------------------------------------------------------------------------------------

DROPOUT = """import numpy as np


def forward_propagation_with_dropout(X, parameters, keep_prob=0.5):
    W1, b1, W2, b2, W3, b3 = (parameters[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3"))
    Z1 = W1 @ X + b1
    D1 = np.random.rand(*Z1.shape) < keep_prob
    A1 = np.maximum(Z1, 0) * D1 / keep_prob
    Z2 = W2 @ A1 + b2
    D2 = np.random.rand(*Z2.shape) < keep_prob
    A2 = np.maximum(Z2, 0) * D2 / keep_prob
    Z3 = W3 @ A2 + b3
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)


def backward_propagation_with_dropout(X, Y, cache, keep_prob):
    Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3 = cache
    m, dZ3 = X.shape[1], A3 - Y
    dA2 = W3.T @ dZ3 * D2 / keep_prob
    dZ2 = dA2 * (GATE2 > 0)
    dA1 = W2.T @ dZ2 * D1 / keep_prob
    dZ1 = dA1 * (GATE1 > 0)
    g = {"dA2": dA2, "dZ2": dZ2, "dA1": dA1, "dZ1": dZ1}
    for l, dZ, A in ((1, dZ1, X), (2, dZ2, A1), (3, dZ3, A2)):
        g |= {f"dW{l}": dZ @ A.T / m, f"db{l}": dZ.sum(axis=1, keepdims=True) / m}
    return g
"""


@each("gate", ["A", "Z"])
@each("layers", ["2", "21"])
def test_mask_and_scale_forgotten_together_are_one_finding_a_layer_and_no_right_line_is_accused(tmp_path, gate, layers):
    text = DROPOUT.replace("GATE", gate)
    lines = {l: 1 + text[: text.index(f"dA{l} = ")].count("\n") for l in layers}
    for l in layers:
        text = text.replace(f" * D{l} / keep_prob\n    dZ{l}", f"\n    dZ{l}")
    path = tmp_path / "net.py"
    path.write_text(text, encoding="utf-8")
    implementation = resolve(str(path))()
    try:
        (entry,) = implementation.entries
        failures = []
        for problem in probes(entry, Case((1, 1, 1, 1), 1, "relu")):
            failures += judge(entry, problem, exhaustive=False, rng=np.random.RandomState(0)).failures
        found = diagnose(entry, failures).causes
    finally:
        implementation.close()
    assert [(c.output, c.code, c.place.line) for c in found] == [(f"dA{l}", "MB301", lines[l]) for l in layers]
    for c, l in zip(found, layers, strict=True):
        assert c.suggestion == f"dA{l} = W{int(l) + 1}ᵀ dZ{int(l) + 1} · D{l} / keep_prob"
