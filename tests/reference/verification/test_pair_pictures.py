"""What a pair's pictures are drawn from: the plane that says most, the lines of its backward pass, a fix."""

from __future__ import annotations

import numpy as np
import pytest

from reference.interface.entry import Place
from reference.pairs.draws.tolerance import U32, Estimate
from reference.targets import resolve
from reference.verification.fixes import fix_of
from reference.verification.planes import worst_slice
from reference.verification.target import verify_one
from tests.reference.court import Options, plan

FILE = '''import numpy as np


def gate_forward(x, w):
    """x: (N, D), w: (D, K)"""
    z = x @ w
    s = 1 / (1 + np.exp(-z))
    out = np.maximum(z, 0) * s
    return out, (x, w, z, s)


def gate_backward(dout, cache):
    x, w, z, s = cache
    ds = dout * np.maximum(z, 0)
    dz = dout * s * (z > 0)
    dz = dz - ds * s * (1 - s)
    dx = dz @ w.T
    dw = x.T @ dz
    return dx, dw


def shift_forward(x, b):
    """x: (N, D), b: (D,)"""
    return x + b, None


def shift_backward(dout, cache):
    return dout, dout.sum(axis=0)
'''


def estimate(size=1.0):
    return Estimate(error=U32 * size, size=size, kappa=70.0)


# --- planes ---------------------------------------------------------------------------------------------------


def test_of_four_dimensions_the_plane_is_shown_on_which_most_is_wrong():
    want = np.cos(np.arange(2 * 3 * 4 * 5.0)).reshape(2, 3, 4, 5)
    got = want.copy()
    got[1, :, 2, :] += 0.5
    got[1, 0, 2, 3] += 9.0  # the worst entry
    found = worst_slice("dw", got, want, estimate())
    assert found.index == "dw[1, :, 2, :]"
    assert found.axes == ("axis 1", "axis 3")
    assert (found.wrong, found.total, found.shape) == (15, 120, [2, 3, 4, 5])
    assert np.array_equal(found.got, got[1, :, 2, :])
    assert np.array_equal(found.want, want[1, :, 2, :])


def test_what_is_right_is_shown_where_it_is_largest():
    want = np.zeros((2, 3, 4))
    want[1, 2, 3] = 5.0
    found = worst_slice("dx", want * (1 + 1e-16), want, estimate())
    assert found.wrong == 0
    assert found.index == "dx[1, :, :]"


@pytest.mark.parametrize(("shape", "plane", "index"), [((), (1, 1), "g"), ((4,), (1, 4), "g"), ((3, 4), (3, 4), "g"),
                                                       ((200, 2), (48, 2), "g[76:124, :]")])  # fmt: skip
def test_any_number_of_dimensions_is_a_plane_of_a_size_that_can_be_seen(shape, plane, index):
    want, got = np.ones(shape), np.ones(shape)
    got[tuple(n // 2 for n in shape)] = 2.0
    found = worst_slice("g", got, want, estimate())
    assert np.shape(found.got) == np.shape(found.want) == plane
    assert (found.index, found.wrong) == (index, 1)


def test_what_is_not_finite_is_wrong_and_what_has_another_shape_or_no_entry_is_not_drawn():
    found = worst_slice("g", np.array([1.0, np.nan]), np.ones(2), estimate())
    assert found.wrong == 1
    assert worst_slice("g", np.ones(3), np.ones(2), estimate()) is None
    assert worst_slice("g", np.ones((0, 2)), np.ones((0, 2)), estimate()) is None


# --- lines to put in ------------------------------------------------------------------------------------------


@pytest.fixture
def layers(tmp_path):
    path = tmp_path / "layers.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_fix_has_the_margin_of_the_line_that_it_replaces(layers):
    diff = "- dz = dz - ds * s * (1 - s)\n+ dz = dz + ds * s * (1 - s)"
    fix = fix_of(diff, Place(str(layers), None, 16))
    assert (fix.first, fix.last, fix.column) == (16, 16, 31)
    assert fix.text == "    dz = dz + ds * s * (1 - s)"


def test_a_place_may_be_any_line_of_those_that_are_replaced(layers):
    diff = "- dx = dz @ w.T\n- dw = x.T @ dz\n+ dw = x.T @ dz\n+ dx = dz @ w.T"
    assert [fix_of(diff, Place(str(layers), None, line)).first for line in (17, 18)] == [17, 17]


@pytest.mark.parametrize("diff", ["- dz = another line\n+ dz = 2", "dz = a formula", None])
def test_no_fix_where_the_line_is_not_there(layers, diff):
    assert fix_of(diff, Place(str(layers), None, 16)) is None


def test_no_fix_of_a_cell_nor_of_a_file_that_is_gone(layers, tmp_path):
    diff = "- dx = dz @ w.T\n+ dx = 2 * dz @ w.T"
    assert fix_of(diff, Place(str(layers), 3, 17)) is None
    assert fix_of(diff, Place(str(tmp_path / "gone.py"), None, 17)) is None
    assert fix_of(diff, None) is None


# --- a pair that is asked -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    path = tmp_path_factory.mktemp("pairs") / "layers.py"
    path.write_text(FILE, encoding="utf-8")
    opened = resolve(str(path))()
    try:
        return verify_one(opened, Options(plan(8)), pictured=True, kept=False)
    finally:
        opened.close()


def test_only_what_is_wrong_is_drawn_at_a_draw_that_shows_it(judged):
    (drawn,) = judged.pairs
    assert drawn.check == "gate_backward"
    assert "seed=" in drawn.case
    assert {one.name: bool(one.wrong) for one in drawn.slices} == {"dx": True, "dw": True}
    assert {one.name: one.wrong for one in drawn.precisions} == {"dx": True, "dw": True}
    for one in drawn.precisions:
        assert one.errors["float64"] == pytest.approx(one.errors["extended"], rel=1e-6)
        assert one.errors["float64"] > 1e-3


def test_the_graph_is_the_lines_that_compute_with_the_wrong_one_named(judged):
    (drawn,) = judged.pairs
    states = {(step.name, step.location.line): step.status for step in drawn.steps}
    assert states == {("ds", 14): "right", ("dz", 15): "open", ("dz", 16): "wrong", ("dx", 17): "downstream",
                      ("dw", 18): "downstream"}  # fmt: skip
    assert [step.feeds for step in drawn.steps] == [[2], [2], [3, 4], [], []]
    assert drawn.steps[2].source == "dz = dz - ds * s * (1 - s)"


def test_kinks_are_told_with_their_lines(judged):
    (drawn,) = judged.pairs
    assert {(switch.what, switch.location.line) for switch in drawn.switches} == {("maximum", 8)}
    assert drawn.compared > 0


def test_each_pair_says_what_it_was_given_and_the_repair_can_be_applied(judged):
    assert set(judged.drawn) == {"gate_backward", "shift_backward"}
    assert judged.drawn["gate_backward"].startswith("forward and backward: x (")
    assert judged.drawn["gate_backward"].endswith("draws, 3 witnesses")
    assert judged.notes == []
    (found,) = [one for row in judged.checks for one in row.findings]
    assert (found.fix.first, found.fix.text) == (16, "    dz = dz + ds * s * (1 - s)")
