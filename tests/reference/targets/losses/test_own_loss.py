"""Functions and classes that return their own loss: right ones are verified, and every mistake in them is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.report.models.verification import Target
from reference.settings.limits import Limits
from reference.targets import resolve
from reference.targets.losses.arguments import asked, may_have_a_loss
from reference.targets.losses.returned import layouts_of, read
from reference.targets.pairing.passes import function
from tests.reference.court import findings, remember_witnesses, shrink_nothing, try_out
from tests.reference.targets.losses.sources import RIGHT, WRONG, spoilt

SOME_RIGHT = {
    "dict_sigmoid",
    "squared_behind_sigmoid",
    "propagate_columns",
    "cost_function_reg",
    "nn_cost_function",
    "nielsen",
}
SOME_WRONG = {"sigmoid_no_slope", "squared_with_cross_entropy", "propagate_rows_db", "reg_bias_decayed", "nn_no_slope",
              "nielsen_no_prime", "l2_missing_in_loss"}  # fmt: skip


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    remember_witnesses(monkeypatch)
    shrink_nothing(monkeypatch)


def judged(folder: Path, source: str, *, name: str = "", **options) -> Target:
    path = folder / "target.py"
    path.write_text(source, encoding="utf-8")
    implementation = resolve(f"{path}{'::' if name else ''}{name}", Limits(timeout=60))()
    try:
        return try_out(implementation, **options)
    finally:
        implementation.close()


def some(names, default: set[str]) -> list:
    return [pytest.param(n, marks=() if n in default else pytest.mark.slow) for n in names]


@pytest.mark.parametrize("name", some(RIGHT, SOME_RIGHT))
def test_a_right_function_is_verified(tmp_path, name):
    target = judged(tmp_path, RIGHT[name])
    assert target.verdict == "pass", [f.text for f in findings(target)]


@pytest.mark.parametrize("name", some(WRONG, SOME_WRONG))
def test_a_mistake_is_found(tmp_path, name):
    _, _, codes, line = WRONG[name]
    source = spoilt(name)
    target = judged(tmp_path, source)
    found = findings(target)
    assert target.verdict == "fail"
    assert {f.code for f in found} <= codes
    if line is not None:
        lines = source.split("\n")
        assert any(f.location is not None and line in lines[f.location.line - 1] for f in found)


SOFTMAX = """
import numpy as np


def softmax_loss(x, w, y):
    scores = x @ w
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(len(y)), y]).mean()
    p[np.arange(len(y)), y] -= 1
    dw = x.T @ p
    return loss, dw
"""


def test_a_factor_of_every_gradient_has_a_line(tmp_path):
    (finding,) = findings(judged(tmp_path, SOFTMAX))
    assert (finding.code, finding.location.line) == ("MB102", 11)


IN_EVERY_ENTRY = """
import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cost_and_gradient(b, W, X, Y, lmbda=0):
    n = Y.shape[0]
    p = softmax(X @ W + b)
    each = -Y * np.log(p) / n + lmbda / 2 * np.sum(W * W)
    dW = X.T @ (p - Y) / n + lmbda * W
    db = np.sum(p - Y, axis=0, keepdims=True) / n
    return np.sum(each), {"dW": dW, "db": db}
"""


def test_a_line_under_which_more_is_wrong_than_its_loss_says_is_not_the_cause(tmp_path):
    found = findings(judged(tmp_path, IN_EVERY_ENTRY))
    assert [f.code for f in found] == ["MB199"]
    assert not any(f.location is not None and "db" in IN_EVERY_ENTRY.split("\n")[f.location.line - 1] for f in found)


def test_one_function_of_a_file(tmp_path):
    target = judged(tmp_path, RIGHT["separate_tanh"], name="compute_loss_and_grads")
    assert target.verdict == "pass"
    assert {row.check for row in target.checks} == {"compute_loss_and_grads"}


def test_a_reading_that_runs_nowhere_accuses_nobody(tmp_path):
    source = "def loss_and_gradients(parameters, X, Y):\n    return parameters['theta'] @ X, {'dW1': 1.0}\n"
    target = judged(tmp_path, source)
    assert target.verdict == "inconclusive"


def test_a_case_is_asked_alone(tmp_path):
    from reference.cases.case import Case

    case = Case.parse("dims=3,4,1 m=5 hidden=sigmoid")
    assert judged(tmp_path, RIGHT["dict_sigmoid"], case=case).verdict == "pass"
    assert judged(tmp_path, spoilt("sigmoid_no_slope"), case=case).verdict == "fail"


@pytest.mark.parametrize(
    ("signature", "known"),
    [
        ("parameters, X, Y", True),
        ("X, Y, W1, b1, W2, b2", True),
        ("w, b, X, Y", True),
        ("theta, X, y, lambda_", True),
        ("params, input_size, hidden_size, num_labels, X, y, learning_rate", True),
        ("parameters, cache, X, Y", False),
        ("A2, Y, parameters", False),
        ("X, Y, parameters, learning_rate", False),
        ("X, parameters", False),
        ("X, Y, parameters, gadget, gizmo", False),
    ],
)
def test_what_is_asked_for_tells_who_may_have_a_loss(signature, known):
    names: dict = {}
    exec(f"def f({signature}): ...", names)
    found = asked(function("f", names["f"], own=True))
    assert (found is not None and not found.unknown) == known


@pytest.mark.parametrize("name", ["train", "gradient_check_n", "gradientDescent", "update_parameters", "predict"])
def test_a_training_or_a_checker_is_none(name):
    assert not may_have_a_loss(name)


def test_what_is_returned_is_taken_apart_by_size():
    import numpy as np

    dims = (4, 3, 1)
    arrays = {"dW1": np.ones((3, 4)), "db1": np.ones((3, 1)), "dW2": np.ones((1, 3)), "db2": np.ones((1, 1))}
    for value in (
        (0.5, arrays),
        (arrays, 0.5),
        {"loss": 0.5, "grads": arrays},
        {"cost": 0.5, **arrays},
        (0.5, *arrays.values()),
        (0.5, arrays["dW2"], arrays["db2"], arrays["dW1"], arrays["db1"]),
        (0.5, [arrays["dW1"], arrays["dW2"]], [arrays["db1"], arrays["db2"]]),
        [[{"dW": arrays["dW1"], "db": arrays["db1"]}, {"dW": arrays["dW2"], "db": arrays["db2"]}], 0.5],
        ([(arrays["dW1"], arrays["db1"]), (arrays["dW2"], arrays["db2"])], 0.5),
    ):
        layout = next(iter(layouts_of(value, dims, None, lambda name: arrays[name].shape)))
        loss, named = read(value, layout, dims)
        assert loss == 0.5
        assert {n: a.shape for n, a in named.items()} == {n: a.shape for n, a in arrays.items()}
