"""The pattern: what is noted, how near it is to a kink, and which casts were asked for."""

import numpy as np
import pytest
from hypothesis import given

from reference.targets.pairs.running import quiet
from reference.targets.stand_in.loading import kind_named
from reference.targets.stand_in.pattern import recorded
from reference.targets.stand_in.switches import NOTED
from tests.strategies import drawn, seeds

KINDS = {name: kind_named(name) for name in ("float64", "float32", "widened", "complex")}
REAL = KINDS["float64"]
ROW = np.array([1.0, -2.0, 3.0, 0.5])
SWITCHING = {
    "maximum": lambda np, x: np.maximum(x, 0),
    "minimum": lambda np, x: np.minimum(x, 0),
    "abs": lambda np, x: abs(x),
    "where": lambda np, x: np.where(x > 0, x, 0),
    "mask": lambda np, x: x[x > 0].sum(),
    "sign": lambda np, x: np.sign(x),
    "clip": lambda np, x: np.clip(x, 0, 9),
    "method": lambda np, x: x.clip(0, 9),
    "scalar": lambda np, x: [v for v in x if v > 0],
    "if": lambda np, x: 1 if x[2] > 0 else 2,
    "max": lambda np, x: max(x[2], 0),
    "floor": lambda np, x: np.floor(x),
    "int": lambda np, x: int(x[2]),
    "round": lambda np, x: np.round(x + 0.5),
    "count": lambda np, x: (x > 0).sum(),
    "norm": lambda np, x: np.linalg.norm(x, 1),
    "heaviside": lambda np, x: np.heaviside(x, 0.5),
    "in place": lambda np, x: np.abs(x, out=x),
    "leaky": lambda np, x: x * ((x > 0) + 0.1 * (x <= 0)),
}
ORDERED = {
    "largest": lambda np, x: np.max(x),
    "axes": lambda np, x: np.max(x.reshape(1, 2, 2), axis=(1, 2)),
    "argmax": lambda np, x: x.argmax(),
    "sort": lambda np, x: np.sort(x),
    "argsort": lambda np, x: np.argsort(x),
    "median": lambda np, x: np.median(x),
    "inf": lambda np, x: np.linalg.norm(x, np.inf),
    "reduce": lambda np, x: np.maximum.reduce(x),
    "sorted": lambda np, x: sorted(x),
    "builtin": lambda np, x: max(x),
    "ptp": lambda np, x: np.ptp(x),
}


def pattern_of(f, x, kind=REAL):
    with quiet(), recorded(measured=True) as pattern:
        f(kind.numpy, kind.lift(x))
    return pattern.digest(), pattern.near()


@pytest.mark.parametrize("name", SWITCHING)
@given(seed=seeds)
@drawn(5)
def test_a_planted_near_kink_is_flagged_and_its_crossing_seen(name, seed):
    x = np.random.RandomState(seed).randn(4) + 3
    f = SWITCHING[name]
    assert pattern_of(f, x)[1] > 1e-7 or name in ("floor", "int", "round")
    x[2] = 1e-9
    own, near = pattern_of(f, x)
    assert near < 1e-8
    x[2] = -1e-9
    assert pattern_of(f, x)[0] != own or name == "int"  # which truncates towards zero
    x[2] = 2e-9
    assert pattern_of(f, x)[0] == own


@pytest.mark.parametrize("name", ORDERED)
@given(seed=seeds)
@drawn(5)
def test_two_that_change_their_order_are_seen(name, seed):
    x = np.random.RandomState(seed).uniform(1, 2, 4)
    f, top = ORDERED[name], 2.5
    x[:2] = top, top + 1e-9
    own, near = pattern_of(f, x)
    assert near < 1e-8 or name == "median"
    assert pattern_of(f, x + np.array([2e-9, 0, 0, 0]))[0] != own
    assert pattern_of(f, x + np.array([-2e-9, 0, 0, 0]))[0] == own


@pytest.mark.parametrize("name", [*SWITCHING, *ORDERED])
def test_every_kind_notes_the_same(name):
    f = {**SWITCHING, **ORDERED}[name]
    for seed in range(5):
        x = np.random.RandomState(seed).randn(4).astype(np.float32).astype(float)
        assert len({pattern_of(f, x, kind)[0] for kind in KINDS.values()}) == 1


def test_where_a_switch_stands(tmp_path):
    file = tmp_path / "layer.py"
    code = compile("\n\ndef f(np, x):\n    h = np.maximum(x, 0)\n    return h if h[0] > 1 else -h\n", str(file), "exec")
    names = {}
    exec(code, names)
    with recorded(measured=True) as pattern:
        names["f"](REAL.numpy, REAL.lift(ROW))
        names["f"](REAL.numpy, REAL.lift(ROW))
    assert pattern.switches(file) == [[None, 4, "maximum", 2], [None, 5, "greater", 2]]
    assert pattern.switches(tmp_path / "other.py")[0][2] == "maximum in layer.py"


def test_exact_ties_are_counted_apart():
    with recorded(measured=True) as pattern:
        REAL.numpy.maximum(REAL.lift(np.array([0.0, 1.0])), 0)
    assert sum(pattern.ties.values()) == 1
    assert pattern.near() == 1.0


def test_a_planted_wrong_rule_is_caught(monkeypatch):
    """A maximum that notes nothing leaves a kink unseen."""
    monkeypatch.delitem(NOTED, np.maximum)
    own = pattern_of(SWITCHING["maximum"], ROW)
    assert own == pattern_of(SWITCHING["maximum"], -ROW)


def cast(np, x):
    table = np.array([0.1, 0.2, 0.3, 0.7], dtype=np.float32)
    return x.astype("f") * table


def test_a_cast_to_a_narrower_float_is_named_and_can_be_widened():
    first = cast.__code__.co_firstlineno
    with recorded() as pattern:
        got = REAL.lower(cast(REAL.numpy, REAL.lift(ROW)))
    assert [(line, what) for _, line, what, _ in pattern.cast_places("here")] == [
        (first + 1, "float32 in test_recording.py"), (first + 2, "float32 in test_recording.py")]  # fmt: skip
    assert got.dtype == np.float32
    wide, one = kind_named("widened"), kind_named(f"widened {first + 1}")
    assert np.array_equal(wide.lower(cast(wide.numpy, wide.lift(ROW))), ROW * [0.1, 0.2, 0.3, 0.7])
    assert np.array_equal(one.lower(cast(one.numpy, one.lift(ROW))), ROW * [0.1, 0.2, 0.3, 0.7])
    assert one.lower(cast(one.numpy, one.lift(ROW))).dtype == np.float64


@given(seed=seeds)
@drawn(5)
def test_random_numbers_are_numpys(seed):
    def draws(np, wrapped):
        np.random.seed(seed)
        rng, new = np.random.RandomState(seed), np.random.default_rng(seed)
        parts = [np.random.randn(2, 3), np.random.rand(3), rng.uniform(-1, 1, 4), rng.choice(5, 3), rng.permutation(4),
                 new.standard_normal(3), new.integers(9, size=3), new.random(2), new.choice([1.0, 2.0, 3.0]),
                 np.random.binomial(1, 0.5, 4), np.random.normal(0, 2, (2, 2)), np.random.randint(0, 5, 3)]  # fmt: skip
        order = np.arange(6)
        np.random.shuffle(order)
        return [wrapped(part) for part in [*parts, order]]

    for name in ("float64", "complex"):
        kind = KINDS[name]
        for got, want in zip(draws(kind.numpy, kind.lower), draws(np, np.asarray), strict=True):
            assert np.array_equal(np.real(got).astype(want.dtype), want)
