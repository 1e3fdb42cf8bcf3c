"""Every function of the closed list, in every kind, against NumPy."""

import warnings

import numpy as np
import pytest
from hypothesis import given

from reference.targets.pairs.running import quiet
from reference.targets.stand_in.complex_step import STEP
from reference.targets.stand_in.functions import TABLE
from reference.targets.stand_in.loading import kind_named
from reference.targets.stand_in.number_types import float_types
from reference.targets.stand_in.pattern import recorded
from tests.reference.targets.stand_in import calls
from tests.strategies import drawn, seeds

KINDS = {name: kind_named(name) for name in ("float64", "float32", "complex")}
MOVING = ("x", "y", "v", "p", "u", "S", "P")


def listed(text):
    lines = [line.strip() for line in text.strip().split("\n")]
    return [call.strip() for line in lines for call in line.split(";") if call.strip()]


GROUPS = ("SMOOTH", "SWITCHES", "THROUGH", "MADE", "CHOOSING", "OWN", "ASIDE")
CALLS = {group: listed(getattr(calls, group)) for group in GROUPS}
CALLS["IN_PLACE"] = [line.strip() for line in calls.IN_PLACE.strip().split("\n")]
PRINTS = """set_printoptions get_printoptions printoptions errstate seterr geterr array_repr array_str save savez load
    savez_compressed savetxt loadtxt asscalar get_include testing.assert_raises testing.assert_"""
SILENT = set(PRINTS.split())  # what prints, reads, writes or sets


def values(seed):
    rng = np.random.RandomState(seed)
    x, y = rng.randn(2, 3, 4)
    A = rng.randn(4, 4)
    return {
        "x": x, "y": y, "v": rng.randn(4), "p": np.exp(rng.randn(3, 4)), "u": rng.uniform(-0.9, 0.9, (3, 4)),
        "S": A + 4 * np.eye(4), "P": A @ A.T + np.eye(4), "k": rng.randint(4, size=3), "m": rng.rand(3, 4) > 0.5,
    }  # fmt: skip


def run(call, np_, given, kind=None):
    """The value of the last statement of a call."""
    *before, last = [part.strip() for part in call.split(";")]
    names = {"np": np_, **given}
    if kind is not None:
        names["float"] = float_types(kind)["float"]
    with quiet():
        exec(compile("\n".join(before), "call.py", "exec"), names)
        return eval(compile(last, "call.py", "eval"), names)


def lifted(kind, given):
    return {name: kind.lift(value) for name, value in given.items()}


def numpys(call, given):
    """What NumPy itself says; older names by their newer ones."""
    for old, new in {"np.row_stack": "np.vstack", "np.trapz": "np.trapezoid", "np.product": "np.prod",
                     "np.cumproduct": "np.cumprod", "np.round_": "np.round", "np.alltrue": "np.all",
                     "np.sometrue": "np.any", "np.msort(x)": "np.sort(x, axis=0)", "np.in1d": "np.isin",
                     "np.float_(": "np.float64("}.items():  # fmt: skip
        call = call.replace(old, new)
    return run(call, np, {name: np.array(value) for name, value in given.items()})


def plain(kind, value):
    if isinstance(value, tuple | list):
        return [plain(kind, v) for v in value]
    return kind.plain(value)


def test_every_function_has_a_call():
    text = " ".join(call for group in CALLS.values() for call in group)
    missing = [name for name in TABLE if f"np.{name}(" not in text and f"np.{name}[" not in text
               and f"np.{name}." not in text and name not in SILENT]  # fmt: skip
    assert not missing


def test_every_function_of_the_table_is_there():
    for kind in KINDS.values():
        missing = [name for name in TABLE if name not in kind.functions]
        assert set(missing) <= {"vecdot", "float_"}  # a later NumPy has the one, the other is a type


@pytest.mark.parametrize("group", CALLS)
@given(seed=seeds)
@drawn(3)
def test_recording_returns_the_bits_of_numpy(group, seed):
    kind, given = KINDS["float64"], values(seed)
    for call in CALLS[group]:
        want, got = numpys(call, given), run(call, kind.numpy, lifted(kind, given), kind)
        assert bits(plain(kind, got)) == bits(want), call


def bits(value):
    """Everything that a value is, so that two can be compared."""
    if isinstance(value, tuple | list):
        return [bits(v) for v in value]
    if isinstance(value, np.ndarray | np.generic | float):
        array = np.asarray(value)
        return array.dtype.str, array.shape, array.tobytes()
    return value


@pytest.mark.parametrize("group", CALLS)
@given(seed=seeds)
@drawn(3)
def test_the_complex_step_is_the_derivative_and_takes_the_same_branches(group, seed):
    assert sum(differentiated(call, seed) for call in CALLS[group]) >= len(CALLS[group]) * HELD[group]


HELD = dict.fromkeys(CALLS, 0.6) | {"ASIDE": 0.0, "MADE": 0.2, "CHOOSING": 0.4, "SWITCHES": 0.4}  # with a derivative


def differentiated(call, seed):
    """Is a call held to differences? One whose answer is no float, or that meets a kink, is not."""
    given, kind, real = values(seed), KINDS["complex"], KINDS["float64"]
    rng = np.random.RandomState(seed)
    directions = {name: rng.randn(*given[name].shape) * (name != "P") for name in MOVING}
    directions["P"] = directions["S"] + directions["S"].T
    moved = lifted(kind, given)
    for name, direction in directions.items():
        kind.plain(moved[name]).imag = STEP * direction
    with recorded() as pattern:
        got = flat(kind, run(call, kind.numpy, moved, kind))
    own = pattern.digest()
    with recorded() as pattern:
        value = flat(real, run(call, real.numpy, lifted(real, given), real))
    assert pattern.digest() == own, f"{call} takes other branches"
    if value.dtype.kind != "f":
        assert np.array_equal(np.real(got), value), call
        return False
    assert np.allclose(np.real(got).astype(float), value, rtol=1e-9, atol=1e-12, equal_nan=True), call
    ends, same = [], True
    for side in (1, -1):
        there = {**given, **{n: given[n] + side * 1e-6 * d for n, d in directions.items()}}
        with recorded() as pattern:
            ends.append(flat(real, run(call, real.numpy, lifted(real, there), real)))
        same &= pattern.digest() == own
    if same and value.size:
        slope = (ends[0] - ends[1]) / 2e-6
        scale = 1 + np.abs(slope) + np.abs(value)
        worst = np.max(np.abs(np.imag(got) / STEP - slope) / scale, initial=0.0)
        assert worst < 1e-5, f"{call}: the complex step says {np.imag(got) / STEP}, differences {slope}"
    return same


def flat(kind, value):
    parts = [np.ravel(kind.lower(v)) for v in (value if isinstance(value, tuple | list) else [value])
             if isinstance(v, np.ndarray | np.generic | bool | int | float)]  # fmt: skip
    return np.concatenate(parts) if parts else np.zeros(0)


@pytest.mark.parametrize("group", CALLS)
def test_the_narrow_kind_is_float32_throughout(group):
    kind, given = KINDS["float32"], values(5)
    given = {n: v.astype(np.float32).astype(v.dtype) for n, v in given.items()}
    for call in CALLS[group]:
        got, want = run(call, kind.numpy, lifted(kind, given), kind), numpys(call, given)
        if "finfo" in call or not isinstance(got, np.ndarray | np.floating):
            continue
        got = np.asarray(kind.plain(got))
        assert got.dtype.kind in "biu" or got.dtype == np.float32, f"{call} is {got.dtype}"
        if got.dtype.kind == "f" and np.asarray(want).dtype.kind == "f":
            assert np.allclose(got, want, rtol=1e-3, atol=1e-3, equal_nan=True), call


def test_no_warning_is_an_error_of_ours():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("float64", "float32", "complex"):
            kind_named(name)
