"""What the course's reading can make nothing of, although it ran: it is a pair where its names say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from reference.settings.binding import Binding
from reference.settings.limits import Limits
from reference.targets.course_file import course_file
from reference.targets.process.supervisor import Worker

LIMITS = Limits(timeout=60)
LAYER = """
import numpy as np

def rounding_forward(x, w):
    '''x: (N, D), w: (D,)'''
    return x * w * 3, (x, w)

def rounding_backward(dout, cache):
    x, w = cache
    dx = np.zeros(x.shape, dtype=int)
    dx[...] = dout * w * 3
    return dx, (dout * x * 3).sum(axis=0)

def quotient(w, X):
    '''w: (d,), X: (n, d)'''
    C = X.T @ X
    f = -(w @ C @ w) / (w @ w)
    return f, -2 * (C @ w + f * w) / (w @ w)
"""


def pairs_of(tmp_path: Path, only: str | None) -> tuple[list[str], list[str]]:
    (tmp_path / "a.py").write_text(LAYER, encoding="utf-8")
    opened = course_file(tmp_path / "a.py", LIMITS, shown="a.py", only=only)
    opened.close()
    return [one.proposal.check for one in opened.pairs], [check for check, _ in opened.unknown]


def test_a_layer_whose_network_is_unknown_is_a_pair(tmp_path: Path) -> None:
    held, unknown = pairs_of(tmp_path, None)
    assert {"rounding_backward", "quotient"} <= set(held)
    assert unknown == []


def test_a_loss_asked_for_by_its_name_is_a_pair_alone(tmp_path: Path) -> None:
    assert pairs_of(tmp_path, "quotient") == (["quotient"], [])


LAYERS_AND_A_NETWORK = """
import numpy as np

def scale_forward(x, w):
    '''x: (N, D), w: (D,)'''
    return x * w, (x, w)

def scale_backward(dout, cache):
    x, w = cache
    return dout * w, (dout * x).sum(axis=0)

def network_forward(X, parameters):
    caches, A = [], X
    for l in range(1, len(parameters) // 2 + 1):
        Z = parameters[f"W{l}"] @ A + parameters[f"b{l}"]
        caches.append((A, parameters[f"W{l}"], Z))
        A = 1 / (1 + np.exp(-Z))
    return A, caches

def network_backward(AL, Y, caches):
    grads, dZ = {}, AL - Y
    for l in reversed(range(len(caches))):
        A, W, Z = caches[l]
        grads[f"dW{l + 1}"] = dZ @ A.T / Y.shape[1]
        grads[f"db{l + 1}"] = dZ.sum(axis=1, keepdims=True) / Y.shape[1]
        dZ = W.T @ dZ * A * (1 - A)
    return grads
"""


@pytest.mark.parametrize(
    ("bound", "asked"), [(None, ["network_backward"]), ("network", ["scale_backward", "network_backward"])]
)
def test_a_layer_is_not_tried_as_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: Literal["network"] | None, asked: list[str]
) -> None:
    heard: list[str] = []
    ask = Worker.ask

    def listening(worker: Worker, question: str, **details: Any) -> Any:
        if question == "pair":
            heard.append(details["check"])
        return ask(worker, question, **details)

    monkeypatch.setattr(Worker, "ask", listening)
    (tmp_path / "a.py").write_text(LAYERS_AND_A_NETWORK, encoding="utf-8")
    opened = course_file(tmp_path / "a.py", LIMITS, shown="a.py", binding=Binding(kind=bound))
    opened.close()
    assert heard == asked
    assert [entry.check for entry in opened.entries] == ["network_backward"]
    assert [one.proposal.check for one in opened.pairs] == ([] if bound else ["scale_backward"])
