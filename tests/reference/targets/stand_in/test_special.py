"""``scipy.special`` and ``math``: the values are theirs, the complex step is the derivative, at every size."""

import math

import numpy as np
import pytest
import scipy.special
from hypothesis import given

from reference.targets.pairs.running import quiet
from reference.targets.stand_in.complex_step import STEP
from reference.targets.stand_in.functions import MATH, SPECIAL
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.loading import kind_named
from tests.strategies import drawn, seeds

REAL, COMPLEX = kind_named("float64"), kind_named("complex")
TWO = ("xlogy", "xlog1py", "rel_entr", "kl_div")
POSITIVE = ("log1p", "logit", "entr", "gamma", "gammaln", *TWO)
WITHOUT = ("log_ndtr", "loggamma", "digamma", "psi", "polygamma", "huber", "comb", "factorial", "beta", "betaln")
NUMBERS = """exp expm1 log log2 log10 log1p sqrt sin cos tan asin acos atan sinh cosh tanh asinh atanh erf erfc gamma
    lgamma degrees radians cbrt fabs exp2"""


def derivative(f, x):
    lifted = COMPLEX.lift(x)
    COMPLEX.plain(lifted).imag = STEP
    with quiet():
        return COMPLEX.lower(f(lifted)).imag / STEP


@pytest.mark.parametrize("name", [name for name in SPECIAL if name not in WITHOUT])
@given(seed=seeds)
@drawn(3)
def test_special_functions(name, seed):
    if not hasattr(scipy.special, name):
        pytest.skip("a later SciPy has it")
    x = np.random.RandomState(seed).uniform(0.1, 0.9, (3, 4))
    x = x if name in POSITIVE else 4 * x - 2
    own, ours, wide = (getattr(m, name) for m in (scipy.special, REAL.special, COMPLEX.special))
    arguments = (lambda t: (t, 1.5 * t + 0.1)) if name in TWO else (lambda t: (t,))
    assert REAL.lower(ours(*arguments(REAL.lift(x)))).tobytes() == np.asarray(own(*arguments(x))).tobytes()
    slope = derivative(lambda t: COMPLEX.numpy.sum(wide(*arguments(t)) * COMPLEX.lift(x)), x)
    ends = [np.sum(own(*arguments(x + e)) * x) for e in (1e-6, -1e-6)]
    assert abs(slope - (ends[0] - ends[1]) / 2e-6) < 1e-7 * (1 + abs(slope))


@pytest.mark.parametrize("name", [name for name in NUMBERS.split() if hasattr(math, name)])
def test_mathematical_functions_of_a_number(name):
    assert name in MATH
    x = np.array([0.3])
    assert REAL.lower(getattr(REAL.math, name)(REAL.lift(x)[0])) == getattr(math, name)(0.3)
    slope = derivative(lambda t: getattr(COMPLEX.math, name)(t[0]), x)
    want = (getattr(math, name)(0.3 + 1e-6) - getattr(math, name)(0.3 - 1e-6)) / 2e-6
    assert abs(slope - want) < 1e-8 * (1 + abs(want))


def test_a_plain_number_stays_python_s():
    assert type(COMPLEX.math.exp(1.0)) is float
    with pytest.raises(ValueError, match="math domain"):
        COMPLEX.math.log(COMPLEX.lift(np.array([-1.0]))[0])


def test_a_function_without_a_formula_is_refused_where_its_argument_moves():
    x = COMPLEX.lift(np.array([0.3]))
    assert np.isclose(COMPLEX.lower(COMPLEX.special.digamma(x)).real, scipy.special.digamma(0.3)).all()
    with pytest.raises(Refused, match="digamma"):
        derivative(COMPLEX.special.digamma, np.array([0.3]))


@pytest.mark.parametrize("size", [30.0, 800.0, 1e4])
def test_nothing_overflows_on_its_way(size):
    x = np.array([-size, size])
    np_ = COMPLEX.numpy
    for f in (np_.tanh, COMPLEX.special.expit, lambda t: 1 / (1 + np_.exp(-t)), COMPLEX.special.log_expit,
              lambda t: np_.logaddexp(0, t), lambda t: np_.arctan(t), lambda t: np_.sqrt(t * t + 1)):  # fmt: skip
        assert np.isfinite(derivative(f, x)).all()
    assert np.array_equal(derivative(lambda t: np_.logaddexp(0, t), x) > 0.5, [False, True])
    assert derivative(lambda t: 1 / (1 + np_.exp(-t)), np.array([0.0])) == 0.25


def test_a_place_beyond_overflow_does_not_move():
    assert derivative(lambda t: 1 / (1 + COMPLEX.numpy.exp(-t)), np.array([-1e5])) == 0


def test_a_negative_base_is_no_number_as_in_real_arithmetic():
    assert np.isnan(derivative(lambda t: t**0.5, np.array([-1.0])))
    assert derivative(lambda t: COMPLEX.numpy.where(t > 0, t**0.5, 0), np.array([-1.0])) == 0
