"""Whatever anything shares with a witness is broken in turn: no right code is called wrong, and the odd one is named.

The import contracts say that autodiff and the complex step reach no module of the accused. Central differences are the
accused's own tool, stand on its activations, and start from the court's forward pass: whatever is broken there makes
them the odd one out, whom the other two contradict.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from manual_backprop import differences, loss_differences, magnitudes, primitives
from reference.cases import forward, problem
from reference.cases.case import Case
from reference.findings.verdicts import EXIT_CODES
from reference.targets import resolve
from tests.reference.court import try_out
from tests.reference.mistakes import RIGHT, implementation

CASE = Case((3, 4, 3, 2), 5, "tanh", "sigmoid", lambd=0.7, keep_prob=0.5, seed=4)
Spoil = Callable[[Any], Any]


def larger(honest: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **how: 1.25 * honest(*args, **how)


def every_one_larger(honest: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **how: [1.25 * part for part in honest(*args, **how)]


def activations_are_larger(table: dict[str, Any]) -> dict[str, Any]:
    return {name: rule._replace(forward=larger(rule.forward)) for name, rule in table.items()}


def all_values_larger(table: dict[str, Any]) -> dict[str, Any]:
    return {name: larger(rule) for name, rule in table.items()}


def kept_is_squared(honest: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda self: {**honest(self), "keep_prob": self.keep_prob**2}


SHARED: dict[str, tuple[Any, str, Spoil]] = {  # helpers on the way of central differences
    "the scale of a mask": (differences, "kept_shares", every_one_larger),
    "a loss's difference": (differences, "LOSS_DIFFERENCES", all_values_larger),
    "the sigmoid in it": (loss_differences, "sigmoid", larger),
    "the court's activations": (forward, "ACTIVATIONS", all_values_larger),
    "what a network is described by": (problem.Problem, "architecture", kept_is_squared),
}


@pytest.mark.parametrize("helper", SHARED)
def test_a_broken_helper_makes_its_witness_the_odd_one(monkeypatch: pytest.MonkeyPatch, helper: str) -> None:
    module, name, spoil = SHARED[helper]
    monkeypatch.setattr(module, name, spoil(getattr(module, name)))
    target = try_out(implementation(RIGHT), case=CASE)
    assert (target.verdict, EXIT_CODES[target.verdict]) == ("error", 2)
    assert "MB901" in (target.error or "")
    assert "central_difference is the odd one out" in (target.error or "")


def test_activations_that_do_not_fit_the_point_leave_nothing_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    """f(Z + δ) of a broken f, less H of the court's own: a difference so far off that it claims nothing."""
    monkeypatch.setattr(differences, "ACTIVATIONS", activations_are_larger(differences.ACTIVATIONS))
    target = try_out(implementation(RIGHT), case=CASE)
    assert (target.verdict, EXIT_CODES[target.verdict]) == ("inconclusive", 3)
    assert "coverage" in (target.error or "")


OF_THE_ACCUSED: dict[str, tuple[Any, str, Spoil]] = {  # helpers that no witness may know
    "a constant for each problem": (primitives, "per_problem", larger),
    "the product of a layer": (primitives, "affine", larger),
    "dropout": (primitives, "dropout", larger),
}


@pytest.mark.parametrize("helper", OF_THE_ACCUSED)
def test_a_broken_helper_of_the_accused_is_the_accused_s_alone(monkeypatch: pytest.MonkeyPatch, helper: str) -> None:
    module, name, spoil = OF_THE_ACCUSED[helper]
    broken = spoil(getattr(module, name))
    from manual_backprop import network

    for place in (module, network):
        if hasattr(place, name):
            monkeypatch.setattr(place, name, broken)
    assert try_out(implementation(RIGHT), case=CASE).verdict == "pass"
    accused = resolve("manual_backprop")()
    assert try_out(accused._replace(entries=accused.entries[:1], laws=()), case=CASE).verdict == "fail"


def test_magnitudes_that_vanish_blame_no_right_code_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tolerance of nothing is the tool's fault, and said so: the witnesses themselves do not fit into it."""
    honest = magnitudes.magnitudes

    def nothing(*args: Any, **how: Any) -> Any:
        M = honest(*args, **how)
        return M._replace(**{k: [1e-9 * bar for bar in getattr(M, k)] for k in ("dW", "db")})

    monkeypatch.setattr("reference.judging.tolerance.magnitudes", nothing)
    target = try_out(implementation(RIGHT), case=CASE)
    assert target.verdict == "error"
    assert np.char.find(target.error or "", "MB901") >= 0
