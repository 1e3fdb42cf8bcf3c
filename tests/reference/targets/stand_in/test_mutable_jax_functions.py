"""Every function of the closed list by JAX: NumPy's values, the recorded branches, the complex step's derivative."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from reference.targets.pairs.autodiff import autodiff
from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.pairs.running import quiet
from reference.targets.stand_in.complex_step import STEP
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.loading import kind_named
from reference.targets.stand_in.mutable_jax import is_ours
from reference.targets.stand_in.pattern import recorded
from tests.reference.targets.stand_in.test_functions import CALLS, MOVING, lifted, run, values
from tests.strategies import drawn, seeds

KIND, RECORDED, COMPLEX = (kind_named(name) for name in ("autodiff", "float64", "complex"))
REFUSED = {
    "np.add.reduceat(v, [0, 2])", "np.trim_zeros(v)", "np.unique(x)", "np.histogram(x, bins=3)[0]",
    "np.percentile(x, [25, 75], axis=0)", "z = np.ones((5, 4)); np.multiply.at(z, k, x); z",
}  # fmt: skip


def flat(kind: Any, value: Any) -> Any:
    parts = value if isinstance(value, tuple | list) else [value]
    given = [np.ravel(kind.lower(v)) for v in parts
             if is_ours(v) or isinstance(v, np.ndarray | np.generic | bool | int | float)]  # fmt: skip
    return np.concatenate(given) if given else np.zeros(0)


def floats_of(value: Any) -> list[Any]:
    """The outputs that a derivative is asked of."""
    parts = value if isinstance(value, tuple | list) else [value]
    return [p for p in parts if is_ours(p) and p.dtype.kind == "f"]


def held(call: str, seed: int) -> None:
    given = values(seed)
    fixed = {name: value for name, value in given.items() if name not in MOVING}
    rng = np.random.RandomState(seed)
    directions = {name: rng.randn(*given[name].shape) for name in MOVING}
    directions["P"] = directions["S"] + directions["S"].T
    moved = lifted(COMPLEX, given)
    for name, direction in directions.items():
        COMPLEX.plain(moved[name]).imag = STEP * direction
    with recorded() as pattern:
        value = flat(RECORDED, run(call, RECORDED.numpy, lifted(RECORDED, given), RECORDED))
    branches = pattern.digest()
    got = run(call, KIND.numpy, lifted(KIND, given), KIND)
    assert np.allclose(flat(KIND, got), value, rtol=1e-12, atol=1e-13, equal_nan=True), call
    outputs = floats_of(got)
    if not outputs or value.dtype.kind != "f":
        return
    prepared = Prepared(
        {name: given[name] for name in MOVING},
        lambda primals: floats_of(run(call, KIND.numpy, {**lifted(KIND, fixed), **primals}, KIND)),
        lambda *_: PairGradients({}, {}),
        True,
    )
    cotangents = [rng.randn(*o.shape) for o in outputs]
    answer = autodiff(prepared, KIND, cotangents)
    assert answer["pattern"] == branches, f"{call} takes other branches"
    exact = np.imag(flat(COMPLEX, run_quietly(call, moved))) / STEP
    want = float(np.sum(np.concatenate([np.ravel(c) for c in cotangents]) * exact.astype(float)))
    slope = sum(float(np.sum(answer["gradients"][name] * directions[name])) for name in MOVING)
    assert abs(slope - want) <= 1e-9 * (1 + abs(want)), f"{call}: {slope} is not {want}"


def run_quietly(call: str, given: Any) -> Any:
    with quiet():
        return run(call, COMPLEX.numpy, given, COMPLEX)


@pytest.mark.parametrize("group", CALLS)
@given(seed=seeds)
@drawn(2)
def test_every_function_by_jax(group: str, seed: int) -> None:
    wrong = []
    for call in CALLS[group]:
        try:
            held(call, seed)
        except Refused as error:
            if call not in REFUSED:
                wrong.append(f"{call}: refused {error}")
        except Exception as error:
            wrong.append(f"{call}: {type(error).__name__} {str(error)[:160]}")
    assert not wrong, "\n".join(wrong)


def test_the_list_is_one() -> None:
    assert set(RECORDED.functions) - set(KIND.functions) <= {"trim_zeros"}
    assert set(KIND.functions) <= set(RECORDED.functions)
