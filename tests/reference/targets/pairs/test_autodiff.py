"""Autodiff of forward passes in many styles, beside central differences, the complex step and the recorded pattern."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from reference.targets.pairs.autodiff import autodiff
from reference.targets.pairs.prepared import PairGradients, Prepared
from reference.targets.pairs.running import complex_step, differences
from reference.targets.stand_in.complex_step import ComplexStep
from reference.targets.stand_in.mutable_jax_kind import MutableJax
from reference.targets.stand_in.number_types import float_types
from reference.targets.stand_in.recording import Recording
from tests.reference.targets.pairs.programs import PROGRAMS, Program
from tests.strategies import drawn, seeds

KIND, RECORDED, COMPLEX = MutableJax(), Recording(widened=True), ComplexStep()


def prepared(run: Callable[..., Any], kind: Any, primals: dict[str, Any]) -> Prepared:
    """As a file's own function would be prepared, with ``float`` as the file finds it."""
    globals_ = {**run.__globals__, "float": float_types(kind)["float"]}
    own = type(run)(run.__code__, globals_, run.__name__, run.__defaults__, run.__closure__)

    def forward(primals: Any) -> list[Any]:
        result = own(kind.numpy, *(value.copy() for value in primals.values()))
        return list(result) if isinstance(result, tuple) else [result]

    return Prepared(primals, forward, lambda *_: PairGradients({}, {}), True)


def primals_of(program: Program, seed: int) -> dict[str, Any]:
    rng = np.random.RandomState(seed)
    return {f"x{k}": np.asarray(rng.standard_normal(shape)) for k, shape in enumerate(program.shapes)}


def outputs_of(run: Callable[..., Any], primals: dict[str, Any]) -> list[Any]:
    return [np.asarray(run(np, *(value.copy() for value in primals.values())), dtype=float)]


@pytest.mark.filterwarnings("ignore:::numpy")
@pytest.mark.parametrize("name", PROGRAMS)
@drawn(3)
@given(seed=seeds)
def test_autodiff_agrees_with_the_complex_step_and_takes_the_same_branches(name: str, seed: int) -> None:
    program = PROGRAMS[name]
    primals = primals_of(program, seed)
    rng = np.random.RandomState(seed)
    cotangents = [np.asarray(rng.standard_normal(o.shape)) for o in outputs_of(program.run, primals)]
    got = autodiff(prepared(program.run, KIND, primals), KIND, cotangents)
    directions = [[key, np.asarray(rng.standard_normal(value.shape))] for key, value in primals.items()]
    exact = complex_step(prepared(program.run, COMPLEX, primals), COMPLEX, cotangents, directions)
    recorded = differences(prepared(program.run, RECORDED, primals), RECORDED, cotangents, [], [])
    assert got["pattern"] == recorded["pattern"] == exact["pattern"]
    np.testing.assert_allclose(got["value"], recorded["value"], rtol=1e-12, atol=1e-12)
    for (key, direction), want in zip(directions, exact["derivatives"], strict=True):
        scale = np.sum(np.abs(got["gradients"][key] * direction))
        assert abs(np.sum(got["gradients"][key] * direction) - want) <= 1e-11 * (scale + abs(want))
