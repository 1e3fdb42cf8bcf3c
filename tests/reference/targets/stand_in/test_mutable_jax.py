"""Arrays that can be written into: what NumPy does to values is done to labels, and no derivative is lost."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from reference.targets.pairs.autodiff import autodiff
from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.mutable_jax import MutableArray
from reference.targets.stand_in.mutable_jax_arithmetic import arithmetic
from reference.targets.stand_in.mutable_jax_kind import MutableJax
from reference.targets.stand_in.mutable_jax_operations import ENTRYWISE, OPERATIONS
from reference.targets.stand_in.mutable_jax_tape import recording
from tests.strategies import drawn, seeds

KIND = MutableJax()
NP, MATH, SPECIAL = KIND.numpy, KIND.math, KIND.special


def gradients(run: Callable[..., Any], *primals: Any, most: int = 1000) -> dict[str, Any]:
    given = {f"x{k}": np.asarray(primal, dtype=float) for k, primal in enumerate(primals)}
    prepared = Prepared(given, lambda p: [run(*(v.copy() for v in p.values()))], lambda *_: PairGradients({}, {}), True)
    with np.errstate(all="ignore"):
        outputs = prepared.forward({name: KIND.lift(value) for name, value in given.items()})
    rng = np.random.RandomState(0)
    cotangents = [np.asarray(rng.standard_normal(np.shape(KIND.lower(o)))) for o in outputs]
    return {**autodiff(prepared, KIND, cotangents, most), "cotangents": cotangents}


def gradient(run: Callable[..., Any], *primals: Any) -> Any:
    answer = gradients(run, *primals)
    assert np.ndim(answer["cotangents"][0]) == 0, "a loss"
    return answer["gradients"]["x0"] / answer["cotangents"][0]


# --- the table of operations ------------------------------------------------------------------------------------------

WHOLE: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    **dict.fromkeys(("sum", "mean", "prod", "nansum", "nanmean", "nanprod", "logsumexp"), (((3, 4),), (1, True))),
    **dict.fromkeys(("var", "std", "nanvar", "nanstd"), (((3, 4),), (0, 1, False))),
    **dict.fromkeys(("cumsum", "cumprod", "softmax", "log_softmax"), (((3, 4),), (0,))),
    **dict.fromkeys(("matmul", "dot"), (((3, 4), (4, 2)), ())),
    "inner": (((3, 4), (2, 4)), ()), "tensordot": (((2, 3, 4), (3, 4, 5)), (2,)),
    "einsum": (((3, 4), (4, 3)), ("ij,jk->ki",)), "interp": (((3,), (4,), (4,)), ()),
    "solve": (((3, 3), (3, 2)), ()), "added_at": (((4,), (6,)), ((0, 3, 3, 1, 0, 0),)),
    **dict.fromkeys(("inv", "det", "pinv", "cholesky"), (((3, 3),), ())),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_the_derivative_of_what_numpy_computes(name: str) -> None:
    shapes, static = WHOLE[name] if name in WHOLE else (((5,),) * _arity(name), (3,) * (name == "constant_power"))
    rng, operation = np.random.RandomState(1), OPERATIONS[name]
    primals = [_within(name, rng, shape) for shape in shapes]

    def twice(*operands: Any) -> Any:
        """Two of a kind, which are one operation to JAX; and a constant in the place of the last."""
        first = arithmetic(name, *operands, given=static)
        turned = arithmetic(name, *(_moved(name, o) for o in operands), given=static)
        fixed = arithmetic(name, *operands[:-1], primals[-1], given=static)
        return NP.stack([first, turned, fixed])

    def plain(*operands: Any) -> Any:
        given = [operands, [_moved(name, o) for o in operands], [*operands[:-1], primals[-1]]]
        return np.stack([operation.value(*g, *static) for g in given])

    got = gradients(twice, *primals)
    for k, primal in enumerate(primals):
        direction = rng.standard_normal(primal.shape)
        if name in ("cholesky",):
            direction = direction + direction.T
        if name == "interp" and k == 1:  # knots
            continue
        ends = []
        for step in (1e-5, -1e-5):
            moved = [p + step * direction if j == k else p for j, p in enumerate(primals)]
            ends.append(np.sum(plain(*moved) * got["cotangents"][0]))
        want = (ends[0] - ends[1]) / 2e-5
        assert np.sum(got["gradients"][f"x{k}"] * direction) == pytest.approx(want, rel=1e-6, abs=1e-6)


def _arity(name: str) -> int:
    value = ENTRYWISE[name][0]
    if name == "constant_power":
        return 1
    return value.nin if isinstance(value, np.ufunc) else 2 if name in ("xlogy", "xlog1py") else 1


def _within(name: str, rng: np.random.RandomState, shape: tuple[int, ...]) -> Any:
    if name == "interp":
        return np.sort(rng.uniform(0.1, 0.9, shape)) if len(shape) == 1 else None
    x = rng.uniform(0.2, 0.8, shape)
    if name == "arccosh":
        return x + 1
    return x @ x.T + np.eye(3) if name in ("cholesky", "solve", "inv", "det", "pinv") and shape == (3, 3) else x


def _moved(name: str, x: Any) -> Any:
    return x * 1.1 + 0.01 if name != "cholesky" else x * 1.1


# --- values and views, as NumPy has them ------------------------------------------------------------------------------

KEYS = [
    (slice(None), 1), (1,), (slice(None, None, -1),), (..., 0), (slice(1, 3), slice(None, None, 2)), (None, 2),
    ([0, 2, 1],), (slice(None), [1, 0]), (np.array([True, False, True, True]),), (2, 1), ([0, 1], [2, 2]),
]  # fmt: skip
SHAPINGS: list[Callable[[Any], Any]] = [
    lambda x: x.T, lambda x: x.reshape(-1), lambda x: x.ravel(), lambda x: x.T.reshape(-1), lambda x: x.flatten(),
    lambda x: x[1:].reshape(-1, 1), lambda x: x.swapaxes(0, 1)[0], lambda x: x[::2], lambda x: x.copy(),
    lambda x: x.squeeze(), lambda x: x[:, None, :].transpose(2, 0, 1), lambda x: x[[0, 1]], lambda x: x.astype(float),
]  # fmt: skip


@drawn(60)
@given(seed=seeds)
def test_writes_through_views_are_numpys(seed: int) -> None:
    """The same reads and writes on an array of NumPy and on ours, then a number from all of it."""

    def steps(np_: Any, x: Any) -> Any:
        rng = np.random.RandomState(seed)
        held = [x * 1.5, np_.zeros_like(x), np_.exp(x.T).T]
        for _ in range(6):
            a = held[rng.randint(len(held))]
            choice = rng.randint(5)
            if choice == 0 and a.ndim == 2:
                held.append(SHAPINGS[rng.randint(len(SHAPINGS))](a))
            elif choice == 1 and a.shape == (4, 3):
                held.append(np_.atleast_1d(a[KEYS[rng.randint(len(KEYS))]]))
            elif choice == 2 and a.shape == (4, 3):
                key = KEYS[rng.randint(len(KEYS))]
                a[key] = a[key] * 2 + x[0, 0]
            elif choice == 3:
                a[rng.randint(len(a))] += x[1, 1] * 0.5
            else:
                a *= 0.9
        return sum(np_.sum(np_.sin(a) * (k + 1)) for k, a in enumerate(held))

    x = np.random.RandomState(seed).standard_normal((4, 3))
    got = gradients(lambda v: steps(NP, v), x)
    direction = np.random.RandomState(seed + 1 & 0xFFFF).standard_normal(x.shape)
    ends = [steps(np, x + step * direction) for step in (1e-6, -1e-6)]
    want = (ends[0] - ends[1]) / 2e-6
    assert got["value"] == pytest.approx(steps(np, x) * got["cotangents"][0], rel=1e-12)
    assert np.sum(got["gradients"]["x0"] * direction) / got["cotangents"][0] == pytest.approx(want, rel=1e-5, abs=1e-6)


def test_numbers_are_no_arrays_and_are_not_written_into() -> None:
    x = KIND.lift(np.arange(3.0))
    total = kept = x.sum()
    total += 1
    assert (float(kept), float(total)) == (3.0, 4.0)
    assert isinstance(x, NP.ndarray)
    assert not isinstance(kept, NP.ndarray)
    assert isinstance(kept, NP.floating)
    assert not isinstance(x, NP.floating)
    with pytest.raises(TypeError, match="item assignment"):
        kept[()] = 1
    assert type(x) is MutableArray
    assert copy.deepcopy(x) is not x


def test_integers_booleans_and_choices_are_concrete() -> None:
    with recording() as tape:
        x = KIND.traced(KIND.lift(np.array([[1.0, -2.0], [3.0, 4.0]])), tape)
        assert [int(k) for k in x.argmax(axis=1)] == [0, 1]
        assert (x > 0).sum() == 3
        assert list(range(5))[x.argmin()] == 1
        assert bool(x[0, 0] > x[0, 1])
        assert x.shape[0] == len(x) == 2
        assert np.asarray(x > 0).dtype == bool
        assert int(x[0, 0]) == 1
        labels = NP.array([1, 0])
        assert {int(k) for k in labels} == {0, 1}
        assert labels.dtype.kind == "i"


# --- where a derivative is a matter of convention -----------------------------------------------------------------


def test_ties_have_the_derivative_that_is_documented() -> None:
    zero = np.zeros(3)
    assert gradient(lambda x: NP.maximum(x, 0).sum(), zero).tolist() == [0, 0, 0]
    assert gradient(lambda x: NP.maximum(0, x).sum(), zero).tolist() == [0, 0, 0]
    assert gradient(lambda x: NP.abs(x).sum(), zero).tolist() == [0, 0, 0]
    assert gradient(lambda x: NP.clip(x, 0, 1).sum(), zero).tolist() == [0, 0, 0]
    assert gradient(lambda x: x.max(), np.ones(3)).tolist() == [1, 0, 0]
    assert gradient(lambda x: (x * (x > 0)).sum(), zero).tolist() == [0, 0, 0]


def test_what_is_not_chosen_does_not_spoil_the_gradient_and_what_is_not_finite_shows() -> None:
    x = np.array([4.0, -1.0, 0.0])
    assert gradient(lambda x: NP.where(x > 0, NP.sqrt(x), 0.0).sum(), x).tolist() == [0.25, 0, 0]
    assert not np.isfinite(gradient(lambda x: NP.linalg.norm(x), np.zeros(3))).all()
    assert not np.isfinite(gradient(lambda x: NP.sqrt(x * x).sum(), np.zeros(1))).all()


def test_steps_have_no_derivative_and_casts_to_float32_are_none() -> None:
    x = np.array([0.3, 1.7])
    assert gradient(lambda x: NP.floor(x).sum() + NP.sign(x).sum() + x.astype(int).sum(), x).tolist() == [0, 0]
    third = gradients(lambda x: x.astype(np.float32) / np.float32(3), x)
    assert third["value"] == np.sum(x / 3 * third["cotangents"][0])
    zeros = NP.zeros(2, dtype="f4")
    assert zeros.dtype == np.float64


# --- nothing is lost in silence ---------------------------------------------------------------------------------------


def _into_numpys_own(x: Any) -> Any:
    out = np.zeros(2)
    out[:] = x
    return NP.sum(NP.array(out))


def _into_integers(x: Any) -> Any:
    out = NP.zeros(2, dtype=int)
    out[0] = x[0]
    return out.sum() + x.sum()


REFUSED: dict[str, Callable[[Any], Any]] = {
    "float": lambda x: float(x[0]) + x.sum(),
    "numpys own array": _into_numpys_own,
    "integers": _into_integers,
    "asarray of numpy": lambda x: NP.sum(NP.array(np.asarray(x))),
    "matrix": lambda x: NP.matrix(x).sum(),
    "fft": lambda x: NP.fft.fft(x).sum(),
    "unique": lambda x: NP.unique(x).sum(),
    "linspace": lambda x: NP.linspace(0, x[0], 3).sum(),
    "maximum.accumulate": lambda x: NP.maximum.accumulate(x).sum(),
    "multiply.at": lambda x: NP.multiply.at(x, [0, 0], x),
    "histogram": lambda x: NP.histogram(x)[1].sum(),
    "max where": lambda x: NP.max(x, where=x > 0, initial=0.0),
    "complex": lambda x: (x + 1j).sum(),
    "pickling": lambda x: copy.copy(x).__reduce__(),
    "pad": lambda x: NP.pad(x, 1, mode="constant", constant_values=x[0]).sum(),
    "resize": lambda x: x.resize(3),
    "random": lambda x: NP.random.permutation(x).sum(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_lose_a_derivative_is_refused(name: str) -> None:
    with pytest.raises((Refused, TypeError)):
        gradients(REFUSED[name], [0.5, 1.5])


def test_the_same_is_allowed_where_nothing_depends_on_a_primal() -> None:
    x = KIND.lift(np.array([0.5, 1.5]))
    assert float(x[0]) == 0.5
    assert np.asarray(x).tolist() == [0.5, 1.5]
    assert NP.unique(x).tolist() == [0.5, 1.5]
    assert NP.linspace(0, x[0], 3).tolist() == [0.0, 0.25, 0.5]


def test_a_derivative_is_kept_through_arrays_of_numbers_and_pythons_own_functions() -> None:
    x = np.array([0.3, -0.7])
    assert gradient(lambda v: NP.array([v[0] * 2, [3.0][0], v[1]]).sum(), x).tolist() == [2, 1]
    assert gradient(lambda v: NP.float64(v[0]) + NP.asarray([[v[1]]]).item(), x).tolist() == [1, 1]
    assert gradient(lambda v: sum(v) + max(v) + abs(v[1]), x).tolist() == [2, 0]
    assert gradient(lambda v: MATH.exp(v[0]) + MATH.sqrt(v[1] ** 2), x) == pytest.approx([np.exp(0.3), -1])
    assert gradient(lambda v: SPECIAL.expit(v).sum(), x) == pytest.approx(1 / (2 + 2 * np.cosh(x)))
    assert gradient(lambda v: SPECIAL.softmax(v)[0] + SPECIAL.logsumexp(v), x).sum() == pytest.approx(1)


def test_a_write_that_was_not_recorded_is_seen() -> None:
    """Planted: an array whose values are changed behind its labels."""

    def run(x: Any) -> Any:
        y = x * 2
        y.value[0] += 1
        return y.sum()

    with pytest.raises(Refused, match="what was recorded"):
        gradients(run, [0.5, 1.5])


def test_arrays_kept_from_an_earlier_forward_pass_are_constants() -> None:
    kept: list[Any] = []

    def run(x: Any) -> Any:
        kept.append(x * 3)
        return (kept[0] * x).sum()

    gradients(run, [1.0, 2.0])  # one run before, one recorded
    assert gradient(lambda x: (kept[1] * x).sum(), [1.0, 2.0]).tolist() == [3, 6]


def test_too_many_steps_are_counted_and_said() -> None:
    def run(x: Any) -> Any:
        total = 0.0
        for _ in range(50):
            total = total + x[0]
        return total

    assert gradients(run, [1.0], most=50)["steps"] == 50
    assert gradients(run, [1.0], most=49)["too_many_steps"] == 49
