"""Functions of NumPy that compute in float64 whatever they are given: in float32 a condition number is seen."""

import numpy as np
import pytest

from reference.targets.stand_in.loading import kind_named

WIDE, NARROW = kind_named("float64"), kind_named("float32")
U32 = float(np.finfo(np.float32).eps)
CONDITION = 2.0**15
ASKED = {
    "inv": lambda np, A: np.linalg.inv(A),
    "solve": lambda np, A: np.linalg.solve(A, np.ones(4)),
    "pinv": lambda np, A: np.linalg.pinv(A),
    "negative power": lambda np, A: np.linalg.matrix_power(A, -1),
    "det": lambda np, A: np.linalg.det(A),
    "slogdet": lambda np, A: np.linalg.slogdet(A)[1],
    "cholesky": lambda np, A: np.linalg.cholesky(A)[-1, -1],
    "cov": lambda np, A: np.cov(A + CONDITION),
    "corrcoef": lambda np, A: np.corrcoef(A + CONDITION),
}


def ill_conditioned():
    """Symmetric and positive, float32 numbers; its smallest eigenvalue is 1 / CONDITION of its largest."""
    Q = np.linalg.qr(np.random.RandomState(3).standard_normal((4, 4)))[0]
    A = (Q * [1, 0.7, 0.3, 1 / CONDITION]) @ Q.T
    return ((A + A.T) / 2).astype(np.float32).astype(np.float64)


def relative_difference(ask, A):
    wide, narrow = (np.asarray(k.lower(ask(k.numpy, k.lift(A))), dtype=np.float64) for k in (WIDE, NARROW))
    return float(np.abs(wide - narrow).max() / np.abs(wide).max()) / U32


@pytest.mark.parametrize("name", ASKED)
def test_a_condition_number_is_seen(name):
    assert relative_difference(ASKED[name], ill_conditioned()) > 32


@pytest.mark.parametrize("name", [name for name in ASKED if name not in ("cov", "corrcoef")])
def test_nothing_is_seen_where_there_is_none(name):
    assert relative_difference(ASKED[name], np.diag([1.0, 2.0, 1.5, 1.25])) < 8


@pytest.mark.parametrize("name", ASKED)
def test_two_runs_are_the_same(name):
    A = ill_conditioned()
    first, again = (NARROW.lower(ASKED[name](NARROW.numpy, NARROW.lift(A))) for _ in range(2))
    np.testing.assert_array_equal(first, again)
