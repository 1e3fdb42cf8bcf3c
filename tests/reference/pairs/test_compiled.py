"""Compiled pairs, built here with the system's compiler: held to central differences of their own forward value."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from reference.pairs.judge import judge_pair
from reference.targets import resolve

COMPILER = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
pytestmark = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
SOURCE = Path(__file__).parent / "kernels" / "bend.c"
MODULE = """
import ctypes
from pathlib import Path

import numpy as np

from reference import pair

LIB = ctypes.CDLL(str(Path(__file__).parent / "kernels.so"))
REALS = np.ctypeslib.ndpointer(dtype=np.floatBITS, flags="C_CONTIGUOUS")
LIB.bendBITS.argtypes = [REALS] * 3 + [ctypes.c_int] * 2
LIB.bendBITS_back.argtypes = [REALS] * 5 + [ctypes.c_int] * 2
LIB.ramp.argtypes = [REALS, REALS, ctypes.c_int]
LIB.ramp_back.argtypes = [REALS] * 3 + [ctypes.c_int]


def _narrow(*arrays):
    return [np.ascontiguousarray(a, dtype=np.floatBITS) for a in arrays]


@pair(backward="bend_backward", example=lambda rng: (rng.randn(5, 3), rng.randn(3)))
def bend_forward(x, w):
    x, w = _narrow(x, w)
    out = np.empty_like(x)
    LIB.bendBITS(x, w, out, *x.shape)
    return out


def bend_backward(dout, x, w):
    dout, x, w = _narrow(dout, x, w)
    dx, dw = np.empty_like(x), np.empty_like(w)
    LIB.bendBITS_back(dout, x, w, dx, dw, *x.shape)
    return ANSWER
"""
RAMP = """

@pair(backward="ramp_backward", example=lambda rng: (EXAMPLE,))
def ramp_forward(x):
    out = np.empty_like(x)
    LIB.ramp(x, out, x.size)
    return out


def ramp_backward(dout, x):
    dx = np.empty_like(x)
    LIB.ramp_back(dout, x, dx, x.size)
    return dx
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    made = tmp_path_factory.mktemp("kernels") / "kernels.so"
    subprocess.run([COMPILER, "-O2", "-shared", "-fPIC", "-o", made, SOURCE, "-lm"], check=True)
    return made


@pytest.fixture
def judged(tmp_path, library):
    shutil.copy(library, tmp_path)

    def judge(text, check):
        (tmp_path / "kernel.py").write_text(text, encoding="utf-8")
        opened = resolve(str(tmp_path / "kernel.py"))()
        try:
            (pair,) = [p for p in opened.pairs if p.proposal.check == check]
            return judge_pair(pair, seed=0)
        finally:
            opened.close()

    return judge


def bend(bits, answer):
    return MODULE.replace("BITS", str(bits)).replace("ANSWER", answer)


@pytest.mark.parametrize("bits", [64, 32])
def test_a_right_kernel_is_right_by_differences_alone(judged, bits):
    result = judged(bend(bits, "dx, dw"), "bend_backward")
    assert [row.findings for row in result.rows] == [(), ()]
    assert all(row.consistent for row in result.rows)
    assert [row.tally.central_difference for row in result.rows] == [3 * 15, 3 * 3]
    (note,) = result.notes
    assert "bend_backward is held to central differences alone: raised NameError" in note


@pytest.mark.parametrize(
    ("bits", "answer", "wrong", "code"),
    [
        (64, "dx, 2 * dw", "dw", "MB101"), (64, "-dx, dw", "dx", "MB101"), (64, "dx, dw / len(x)", "dw", "MB101"),
        (64, "dx + 1e-4 * np.eye(5, 3)[::-1], dw", "dx", "MB199"), (64, "dx, dw[:2]", "dw", "MB501"),
        (32, "dx, np.float32(1.1) * dw", "dw", "MB199"), (32, "np.zeros_like(dx), dw", "dx", "MB106"),
    ],
)  # fmt: skip
def test_a_wrong_one_is_found(judged, bits, answer, wrong, code):
    rows = {row.output: row.findings for row in judged(bend(bits, answer), "bend_backward").rows if row.findings}
    assert [f.code for findings in rows.values() for f in findings] == [code]
    (output,) = rows
    assert output == wrong or output.endswith({"dx": "[0]", "dw": "[1]"}[wrong])
    assert [f.place.line for findings in rows.values() for f in findings] == [29]


def test_what_it_changes_and_what_it_draws_are_found(judged):
    changed = bend(64, "dx, dw").replace("    x, w = _narrow(x, w)\n", "    x *= 1.0\n    x[0] += 1\n")
    codes = {f.code for row in judged(changed, "bend_backward").rows for f in row.findings}
    assert "MB601" in codes
    drawn = bend(64, "dx, dw").replace(
        "return out", 'return out + 1e-12 * (__import__("time").perf_counter_ns() % 9973)'
    )
    codes = {f.code for row in judged(drawn, "bend_backward").rows for f in row.findings}
    assert "MB602" in codes


def test_a_kink_is_left_out_and_counted(judged):
    module = MODULE.replace("BITS", "64").partition("def _narrow")[0]
    away = judged(module + RAMP.replace("EXAMPLE", "rng.randn(30)"), "ramp_backward")
    assert [row.findings for row in away.rows] == [()]
    tied = judged(module + RAMP.replace("EXAMPLE", "np.where(rng.rand(30) < 0.3, 0.0, rng.randn(30))"), "ramp_backward")
    ((finding,),) = [row.findings for row in tied.rows]
    assert (finding.code, finding.severity) == ("MB704", "inconclusive")
    assert "could be compared" in finding.text


def test_nothing_compiled_is_fed_by_guess(judged):
    """Arrays of other shapes than the example's would be written beyond their ends."""
    text = bend(64, "dx, dw").replace("    dout, x, w = _narrow(dout, x, w)\n", "    assert x.shape == (5, 3)\n")
    assert judged(text, "bend_backward").not_judged is None


def test_the_same_code_without_an_example_is_not_judged(judged):
    text = bend(64, "dx, dw").replace(", example=lambda rng: (rng.randn(5, 3), rng.randn(3))", "")
    result = judged(text, "bend_backward")
    assert result.not_judged is not None or all(f.severity != "error" for row in result.rows for f in row.findings)


def test_both_generators_idioms_are_there(judged):
    modern = bend(64, "dx, dw").replace(
        "rng.randn(5, 3), rng.randn(3)", "rng.standard_normal((5, 3)), rng.uniform(size=3)"
    )
    assert [row.findings for row in judged(modern, "bend_backward").rows] == [(), ()]


TWIN = """

def bend_numpy(x, w):
    return np.tanh(x * w)
"""
RAMP_TWIN = """

def ramp_numpy(x):
    return np.where(x > 0, x, 0.0)
"""


def with_twin(text, name, function):
    return text.replace('_backward", example=', f'_backward", twin="{name}", example=') + function


@pytest.mark.parametrize("bits", [64, 32])
def test_a_twin_is_the_second_witness(judged, bits):
    result = judged(with_twin(bend(bits, "dx, dw"), "bend_numpy", TWIN), "bend_backward")
    assert [row.findings for row in result.rows] == [(), ()]
    assert all(row.consistent for row in result.rows)
    tallies = [(row.tally.central_difference, row.tally.complex_step, row.tally.autodiff) for row in result.rows]
    assert tallies == [(3 * 15,) * 3, (3 * 3,) * 3]
    assert "and to the derivative of its twin bend_numpy" in result.notes[0]


def test_a_twin_sees_what_differences_cannot(judged):
    small = "dx * (1 + 1e-7), dw"
    assert [row.findings for row in judged(bend(64, small), "bend_backward").rows] != [(), ()]
    tiny = "dx * (1 + 2e-11), dw"
    assert [row.findings for row in judged(bend(64, tiny), "bend_backward").rows] == [(), ()]
    rows = judged(with_twin(bend(64, tiny), "bend_numpy", TWIN), "bend_backward").rows
    assert [bool(row.findings) for row in rows] == [True, False]


def test_a_kink_is_judged_by_a_twin(judged):
    module = MODULE.replace("BITS", "64").partition("def _narrow")[0]
    tied = RAMP.replace("EXAMPLE", "np.where(rng.rand(30) < 0.3, 0.0, rng.randn(30))")
    result = judged(with_twin(module + tied, "ramp_numpy", RAMP_TWIN), "ramp_backward")
    assert [row.findings for row in result.rows] == [()]
    assert all(row.consistent and row.tally.excluded == 0 for row in result.rows)
    wrong = tied.replace("return dx", "return dx + (x == 0)")
    (row,) = judged(with_twin(module + wrong, "ramp_numpy", RAMP_TWIN), "ramp_backward").rows
    assert [f.severity for f in row.findings] == ["error"]


@pytest.mark.parametrize(
    ("twin", "said"),
    [
        (TWIN.replace("x * w", "x + w"), "its forward value is not the target's"),
        (TWIN.replace("np.tanh(x * w)", "np.tanh(x * w) + 1e-9 * x"), "its forward value is not the target's"),
        (TWIN.replace("np.tanh(x * w)", "np.tanh(x * w) + 0 * np.linalg.svd(x)[1].sum()"), "could not follow"),
        ("", "no function of that name"),
    ],
    ids=["another", "nearly the same", "not on the list", "not there"],
)
def test_a_twin_that_is_none_accuses_nobody_and_vouches_for_nothing(judged, twin, said):
    result = judged(with_twin(bend(64, "dx, dw"), "bend_numpy", twin), "bend_backward")
    assert all(f.severity == "inconclusive" for row in result.rows for f in row.findings)
    told = [*result.notes, *(f.text for row in result.rows for f in row.findings)]
    assert any("twin bend_numpy" in text and said in text for text in told)
    assert all(row.tally.autodiff == 0 for row in result.rows)
