"""The course's three-layer backward pass, with its two mistakes planted and without; what the tool says of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from manual_backprop.primitives import Array
from reference.report.models.verification import CheckResult, Finding, Target
from reference.verification.progress import Progress

__all__ = ["FILES", "findings", "gradients", "judged", "said"]

MISTAKES = {
    "dW2 = 1.0 / m * np.dot(dZ2, A1.T)": "dW2 = 1.0 / m * np.dot(dZ2, A1.T) * 2",
    "db1 = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)": "db1 = 4.0 / m * np.sum(dZ1, axis=1, keepdims=True)",
}
RIGHT = '''"""LINEAR → RELU → LINEAR → RELU → LINEAR → SIGMOID, there and back, as in the course's gradient checking."""

import numpy as np


def relu(z):
    return np.maximum(0, z)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_propagation_n(X, Y, parameters):
    m = X.shape[1]
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]
    Z1 = np.dot(W1, X) + b1
    A1 = relu(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = relu(Z2)
    Z3 = np.dot(W3, A2) + b3
    A3 = sigmoid(Z3)
    cost = 1.0 / m * np.sum(-np.log(A3) * Y - np.log(1 - A3) * (1 - Y))
    cache = (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)
    return cost, cache


def backward_propagation_n(X, Y, cache):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dW3 = 1.0 / m * np.dot(dZ3, A2.T)
    db3 = 1.0 / m * np.sum(dZ3, axis=1, keepdims=True)
    dA2 = np.dot(W3.T, dZ3)
    dZ2 = np.multiply(dA2, np.int64(A2 > 0))
    dW2 = 1.0 / m * np.dot(dZ2, A1.T)
    db2 = 1.0 / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = np.multiply(dA1, np.int64(A1 > 0))
    dW1 = 1.0 / m * np.dot(dZ1, X.T)
    db1 = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {
        "dZ3": dZ3, "dW3": dW3, "db3": db3,
        "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
        "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1,
    }
'''


def _planted() -> str:
    source = RIGHT
    for right, wrong in MISTAKES.items():
        source = source.replace(right, wrong)
    return source


FILES = {"planted.py": _planted(), "fixed.py": RIGHT}


def gradients(source: str, X: Array, Y: Array, parameters: Mapping[str, Array]) -> dict[str, Array]:
    """What a file's own backward pass returns after its own forward pass; one of ``FILES``, and no one else's."""
    names: dict[str, Any] = {}
    exec(compile(source, "<planted>", "exec"), names)
    _, cache = names["forward_propagation_n"](X, Y, parameters)
    return names["backward_propagation_n"](X, Y, cache)


def judged(path: Path, advance: Progress) -> Target:
    """``manual-backprop verify``, with profile quick, and nothing kept of it. Takes JAX."""
    from reference.settings.profiles import PROFILES
    from reference.targets import resolve
    from reference.verification.run import Options
    from reference.verification.target import verify_one

    opened = resolve(str(path))()
    try:
        return verify_one(opened, Options(PROFILES["quick"], witness_cache={}, progress=advance), kept=False)
    finally:
        opened.close()


def findings(target: Target, name: str) -> list[tuple[CheckResult, Finding]]:
    """The errors in a file's report, in the order of its lines; the file goes by ``name``, and no failure is stored."""
    found = []
    for row in target.checks:
        for finding in row.findings:
            if finding.severity == "error":
                here = finding.location and finding.location.model_copy(update={"file": name})
                found.append((row, finding.model_copy(update={"location": here, "replay": None})))
    return sorted(found, key=lambda pair: pair[1].location.line if pair[1].location else 0)


def said(row: CheckResult, finding: Finding) -> str:
    """``planted.py:38: dW2, MB101: is exactly …``."""
    from reference.report.view import cause

    where = f"{finding.location.file}:{finding.location.line}: " if finding.location else ""
    return f"{where}{row.output}, {finding.code}: {cause(finding)}"
