"""The line is the one that made the wrong value: the first step of a variable that is no stage of the right way."""

from __future__ import annotations

import numpy as np

from reference.diagnosis.localize import place_of, place_of_m, place_of_variable
from reference.diagnosis.scene import Scene
from reference.interface.entry import Event, Place
from tests.folding import each
from tests.reference.diagnosis.simulation import right, right_passes

(S, *_) = right_passes("relu")


def events(*steps, frame=0, first=10):
    """Assignments on consecutive lines: (variable, value)."""
    return [
        Event(Place("net.py", None, line), "backward", frame, variable, np.asarray(value, dtype=np.float64))
        for line, (variable, value) in enumerate(steps, start=first)
    ]


def line_of(trace, output, got, scene: Scene = S):
    place = place_of(trace, scene, output, np.asarray(got), right(scene, output))
    return None if place is None else place.line


DOT = S.W[3].T @ S.dZ(3)
MASKED, KEPT = DOT * S.D[2], DOT * S.D[2] / S.keep


def chain(dot, mask, keep):
    """dA2 = dot; dA2 * D2; dA2 / keep_prob."""
    return [dot, dot * mask, dot * mask / keep]


@each(
    ("wrong", "line"),
    [
        (chain(2 * DOT, S.D[2], S.keep), 11),
        (chain(S.W[3].T @ (S.dZ(3) * (S.Y > 0)), S.D[2], S.keep), 11),
        (chain(DOT, 1 - S.D[2], S.keep), 12),
        (chain(DOT, S.A[2], S.keep), 12),
        (chain(DOT, S.D[2], S.keep**2), 13),
        (chain(DOT, S.D[2], 1 / S.keep), 13),
        (chain(DOT, S.D[2], 1 - S.keep), 13),
    ],
    ids=["product", "operand", "mask inverted", "A for the mask", "keep twice", "times keep", "1 − keep"],
)
def test_of_a_chain_it_is_the_first_stage_that_is_wrong(wrong, line):
    trace = events(("dZ3", S.dZ(3)), *(("dA2", value) for value in wrong), ("dZ2", wrong[-1] * (S.A[2] > 0)))
    assert line_of(trace, "dA2", wrong[-1]) == line


@each("steps", [(DOT, DOT / S.keep), (DOT / S.keep,), (DOT, MASKED), (MASKED,), (DOT,)])
def test_of_a_chain_that_ends_too_early_it_is_the_last_step(steps):
    trace = events(("dZ3", S.dZ(3)), *(("dA2", value) for value in steps))
    assert line_of(trace, "dA2", steps[-1]) == 10 + len(steps)


def test_the_stages_of_a_gradient_are_followed_too():
    data = S.dZ(2) @ S.A[1].T
    wrong = data / S.m + 2 * S.lambd / S.m * S.W[2]
    trace = events(("dW2", np.zeros_like(data)), ("dW2", data), ("dW2", data / S.m), ("dW2", wrong))
    assert line_of(trace, "dW2", wrong) == 13
    wrong = data / S.m**2 + S.lambd / S.m * S.W[2]
    trace = events(("dW2", data), ("dW2", data / S.m**2), ("dW2", wrong))
    assert line_of(trace, "dW2", wrong) == 11
    total = S.dZ(2).sum(axis=1, keepdims=True)
    assert line_of(events(("db2", total), ("db2", total / S.m**2)), "db2", total / S.m**2) == 11


def test_a_gate_written_in_place_is_the_line_of_the_gate():
    shut = S.dA(2) * (S.Z[2] <= 0)
    trace = events(("dA2", S.dA(2)), ("dZ2", S.dA(2)), ("dZ2", shut))
    assert line_of(trace, "dZ2", shut) == 12


@each("variable", ["dW2", "dw2", "dW_2", "dW", "grads[dW2]", "grads[dw_2]", "gradient", "out"])
def test_a_quantity_is_known_by_any_name_that_is_not_another_quantity_s(variable):
    wrong = 2 * S.known["dW2"]
    trace = events(("dW3", wrong), ("dZ2", S.dZ(2)), (variable, wrong))
    assert line_of(trace, "dW2", wrong) == 12


@each("variable", ["dA_prev", "dAprev", "dA"])
def test_the_layer_below_is_known_by_the_name_of_its_helper(variable):
    wrong = S.W[3].T @ S.dZ(3) * 2
    assert line_of(events(("dZ", S.dZ(3)), (variable, wrong)), "dA2", wrong) == 11


def test_without_a_name_of_its_own_it_is_the_first_that_held_the_value():
    wrong = 2 * S.known["db2"]
    assert line_of(events(("x", np.ones(3)), ("dW1", wrong), ("db3", wrong)), "db2", wrong) == 11


def test_a_value_that_no_variable_held_has_no_place():
    assert line_of(events(("dW2", S.known["dW2"])), "dW2", 2 * S.known["dW2"]) is None
    assert line_of([], "dW2", 2 * S.known["dW2"]) is None


def test_another_call_s_variable_is_no_step_of_this_one():
    wrong = chain(DOT, S.D[2], S.keep**2)
    trace = events(("dA_prev", 3 * DOT), frame=1) + events(*(("dA_prev", v) for v in wrong), frame=2, first=20)
    assert line_of(trace, "dA2", wrong[-1]) == 22


def test_a_name_used_for_every_layer_does_not_point_at_the_layer_above():
    """dA of another layer of the same shape is no step of this one."""
    (s, *_) = right_passes("relu", square=True)
    above = s.dA(2)
    wrong = s.W[2].T @ s.dZ(2) * s.D[1] / s.keep**2
    trace = events(("dZ", s.dZ(3)), ("dA", above), ("dZ", s.dZ(2)), ("dA", wrong))
    assert line_of(trace, "dA1", wrong, s) == 13


def test_values_that_are_not_finite_or_of_other_shapes_are_passed_over():
    wrong = 2 * S.known["dW2"]
    trace = events(("a", np.nan), ("b", np.full(wrong.shape, np.nan)), ("c", np.zeros((2, 3, 4))), ("dW2", wrong))
    assert line_of(trace, "dW2", wrong) == 13


def test_m_is_found_where_it_was_counted_wrong():
    trace = events(("m", 6), ("n", 4), ("m", 4), ("m", 5))
    assert place_of_m(trace, 6) == Place("net.py", None, 12)
    assert place_of_m(events(("m", 6), ("n", 4)), 6) is None
    assert place_of_m([], 6) is None


# --- by name: where the values of the call are not known --------------------------------------------------------


def line_by_name(trace, output, **how):
    place = place_of_variable(trace, output, **how)
    return None if place is None else place.line


def test_a_variable_is_placed_where_it_was_set_last_or_first():
    trace = events(("D1", S.D[1]), ("d_1", S.D[1] > 0), ("cache[D1]", S.D[1]), ("D2", S.D[2]))
    assert line_by_name(trace, "D1") == 12
    assert line_by_name(trace, "D1", first=True) == 10
    assert line_by_name(trace, "Z1") is None


def test_what_is_only_returned_is_placed_there_where_it_is_the_scalar_derivative():
    trace = events(("x", 2.0), ("return", 2.0))
    assert line_by_name(trace, "dtheta") == 11
    assert line_by_name(trace, "Z1") is None
