"""A shell without a kernel: it runs cells in a namespace, and keeps of them what IPython keeps."""

from __future__ import annotations

import linecache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.notebook.carrying import carried
from reference.notebook.gathering import gathered
from reference.notebook.standing import StandingCells, standing
from reference.report.models.verification import Target
from reference.settings.limits import Limits
from reference.targets.course_file import course_file
from reference.targets.reading.live import Kernel, as_plain, hold_kernel
from reference.targets.reading.namespace import Loaded, load
from reference.targets.reading.source import hold, read
from tests.reference.court import try_out

__all__ = ["COURSE", "Shell", "judged"]


class Shell:
    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {"__name__": "__main__", "In": [""]}
        self.user_ns_hidden: dict[str, Any] = {}
        self.history_manager = SimpleNamespace(input_hist_raw=[""], input_hist_parsed=[""])

    def transform_cell(self, text: str) -> str:
        return text if text.endswith("\n") else f"{text}\n"

    def run(self, *cells: str) -> Shell:
        for text in cells:
            history = self.history_manager
            number = len(history.input_hist_raw)
            history.input_hist_raw.append(text)
            history.input_hist_parsed.append(self.transform_cell(text))
            file = f"<cell {id(self)} {number}>"
            linecache.cache[file] = (len(text), None, [f"{line}\n" for line in text.split("\n")], file)
            exec(compile(text, file, "exec", dont_inherit=True), self.user_ns)
        return self

    def question(self, line: str = "", cell: int | None = None) -> tuple[dict[str, Any], bytes]:
        """What a kernel would send."""
        found = gathered(self)
        taken = carried(found, self.user_ns)
        asked = {"line": line, "cell": cell, "cells": found.cells, "names": found.names, "own": found.spots()}
        return asked | {"lost": taken.lost}, taken.state

    def standing(self) -> StandingCells:
        found = gathered(self)
        return standing(found.cells, set(found.names), found.spots())

    def kernel(self) -> Kernel:
        """What is judged: the cells that stand, with their objects."""
        question, state = self.question()
        return Kernel(self.standing().cells, state, question["lost"], frozenset(question["names"]))

    def loaded(self, numpy: Any = np) -> Loaded:
        """What a target's process makes of it, here."""
        path = Path.cwd() / "notebook"
        hold_kernel(path, as_plain(self.kernel()))
        return load(path, read(path), numpy)


def judged(kernel: Kernel | None, path: Path) -> Target:
    """What is concluded of a kernel; without one, of the file at ``path``."""
    plain = None if kernel is None else as_plain(kernel)
    if kernel is not None:
        hold(path, kernel.cells)
    implementation = course_file(path, Limits(), shown=path.name, kernel=plain)
    try:
        return try_out(implementation, examples=8)
    finally:
        implementation.close()


COURSE = (
    "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n\ndef relu(z):\n    return np.maximum(0, z)",
    """def forward_propagation(X, parameters):
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    W3, b3 = parameters["W3"], parameters["b3"]
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    Z2 = W2 @ A1 + b2
    A2 = relu(Z2)
    Z3 = W3 @ A2 + b3
    A3 = sigmoid(Z3)
    return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)""",
    """def backward_propagation(X, Y, cache):
    m = X.shape[1]
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    dZ3 = A3 - Y
    dW3 = 1 / m * dZ3 @ A2.T
    db3 = 1 / m * np.sum(dZ3, axis=1, keepdims=True)
    dA2 = W3.T @ dZ3
    dZ2 = dA2 * (A2 > 0)
    dW2 = 2 / m * dZ2 @ A1.T
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * (A1 > 0)
    dW1 = 1 / m * dZ1 @ X.T
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dZ3": dZ3, "dW3": dW3, "db3": db3, "dA2": dA2, "dZ2": dZ2, "dW2": dW2, "db2": db2,
            "dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1}""",
)  # of the course, with one mistake: dW2 is twice what it should be
