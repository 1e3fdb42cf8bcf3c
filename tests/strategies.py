"""What the tests draw: the only home of Hypothesis strategies.

Shapes and seeds are drawn, never arrays: an array comes from ``RandomState(seed)``, whose stream NumPy has
frozen, so drawing is cheap, and shrinking leads to a small network rather than to odd numbers in a large one.
Every array handed to a test is read-only: code that writes into its arguments fails wherever it is tested.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from inspect import Parameter, Signature
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reference.cases.case import BIASES, MAX_DEPTH, MAX_SEED, MAX_WIDTH, Case
from reference.cases.case import DTYPES as DTYPE_NAMES
from reference.cases.problem import Problem

__all__ = [
    "DTYPES", "HIDDEN", "OUTPUTS", "Network", "build_network", "dims", "drawn", "drawn_in_tiers", "dtypes", "examples",
    "hidden_names", "keep_probs", "lambds", "lawful_cases", "leading_axes", "network_of", "networks", "output_names",
    "read_only", "scales", "seeds", "shapes", "small_cases", "soft_labels", "wide", "with_arrays",
]  # fmt: skip

HIDDEN = ("relu", "leaky_relu", "tanh", "sigmoid", "softplus", "identity")
OUTPUTS = ("sigmoid", "softmax", "identity")
DTYPES = (np.float64, np.float32)


def drawn(max_examples: int) -> settings:
    """The settings of a property: the same examples every run, no clock, nothing on disk, no profile touched."""
    return settings(max_examples=max_examples, deadline=None, derandomize=True, database=None)


def drawn_in_tiers(few: int, many: int, **strategies: Any) -> Callable[[FunctionType], Callable[[int], None]]:
    """A property with ``few`` examples every time, and once more with ``many`` in the slow tier."""

    def decorate(test: FunctionType) -> Callable[[int], None]:
        def property_(examples: int) -> None:
            copied = FunctionType(test.__code__, test.__globals__, test.__name__, test.__defaults__, test.__closure__)
            given(**strategies)(drawn(examples)(copied))()

        property_.__name__, property_.__doc__, property_.__module__ = test.__name__, test.__doc__, test.__module__
        property_.pytestmark = list(getattr(test, "pytestmark", []))  # type: ignore[attr-defined]
        property_.__signature__ = Signature([Parameter("examples", Parameter.POSITIONAL_OR_KEYWORD)])  # type: ignore[attr-defined]
        tiers = [few, pytest.param(many, marks=pytest.mark.slow)]
        return pytest.mark.parametrize("examples", tiers)(property_)

    return decorate


def read_only(value: Any) -> Any:
    """The same arrays, in the same lists and tuples, that nothing can write into."""
    if isinstance(value, np.ndarray):
        value = value.copy()
        value.flags.writeable = False
        return value
    if isinstance(value, Network):
        return Network(*map(read_only, value))
    if isinstance(value, list | tuple):
        return type(value)(map(read_only, value))
    return value


# --- the small things ---------------------------------------------------------------------------------------

seeds = st.integers(0, 2**32 - 1)
examples = st.integers(1, 5)  # m
keep_probs = st.sampled_from([1.0, 0.86, 0.5]) | st.floats(0.1, 1.0)
lambds = st.sampled_from([0.0, 0.7]) | st.floats(0.0, 10.0)
hidden_names = st.sampled_from(HIDDEN)
output_names = st.sampled_from(OUTPUTS)
dtypes = st.sampled_from(DTYPES)
leading_axes = st.sampled_from([(), (2,), (3,), (2, 3), (1,)])
shapes = st.builds(lambda lead, n, m: (*lead, n, m), leading_axes, st.integers(1, 5), examples)


def dims(*, depth: tuple[int, int] = (1, 5), width: int = 4) -> st.SearchStrategy[tuple[int, ...]]:
    """(n_0, …, n_L) for L within ``depth``, both ends included."""
    return st.lists(st.integers(1, width), min_size=depth[0] + 1, max_size=depth[1] + 1).map(tuple)


# --- arrays, from a seed ------------------------------------------------------------------------------------


def wide(rng: np.random.RandomState, shape: tuple[int, ...], *, largest: float) -> NDArray:
    """Both signs, magnitudes spread evenly in the exponent from 1e-300 to ``largest``; some zeros."""
    sign = rng.choice([-1.0, 0.0, 1.0], size=shape, p=[0.45, 0.1, 0.45])
    return sign * 10.0 ** rng.uniform(-300, np.log10(largest), size=shape)


def soft_labels(rng: np.random.RandomState, shape: tuple[int, ...], *, output: str) -> NDArray:
    """Labels for an output: about half 0 and 1, half between; columns that sum to one; any number."""
    if output == "sigmoid":
        return np.where(rng.random_sample(shape) < 0.5, rng.random_sample(shape) < 0.5, rng.random_sample(shape))
    if output == "softmax":
        raw = rng.standard_exponential(shape) ** 3
        return raw / raw.sum(axis=-2, keepdims=True)
    return rng.standard_normal(shape)


# --- networks -----------------------------------------------------------------------------------------------


class Network(NamedTuple):
    """Everything that forward, cost and backward take. The arrays are read-only."""

    X: NDArray
    Y: NDArray
    parameters: list[tuple[NDArray, NDArray]]
    masks: list[NDArray] | None
    keep_prob: float | NDArray
    lambd: float | NDArray
    hidden: str
    output: str


def build_network(
    dims: Sequence[int],
    m: int,
    *,
    seed: int,
    hidden: str = "relu",
    output: str = "sigmoid",
    lambd: float = 0.0,
    keep_prob: float | None = None,
    bias: str = "random",
    dtype: type = np.float64,
    lead: tuple[int, ...] = (),
) -> Network:
    """A network from one seed. No ``keep_prob``, no dropout; with leading axes, each has λ and keep_prob of its own."""
    rng = np.random.RandomState(seed)
    n_0, n_L = dims[0], dims[-1]
    X = rng.standard_normal((*lead, n_0, m)).astype(dtype)
    parameters = []
    for n_prev, n in itertools.pairwise(dims):
        W = rng.standard_normal((*lead, n, n_prev)) * np.sqrt(2 / n_prev)
        b = rng.standard_normal((*lead, n, 1)) * (bias == "random")
        parameters.append((W.astype(dtype), b.astype(dtype)))
    Y = soft_labels(rng, (*lead, n_L, m), output=output).astype(dtype)
    masks, rate = None, np.float64(1.0)
    if keep_prob is not None:
        rate = keep_prob ** rng.random_sample(lead) if lead else np.float64(keep_prob)
        masks = [rng.random_sample((*lead, n, m)) < rate[..., None, None] for n in dims[1:-1]]
    penalty = lambd * rng.random_sample(lead) if lead else lambd
    return read_only(Network(X, Y, parameters, masks, rate if rate.ndim else float(rate), penalty, hidden, output))


@st.composite
def networks(
    draw: Callable,
    *,
    depth: tuple[int, int] = (1, 5),
    hidden: st.SearchStrategy[str] = hidden_names,
    output: st.SearchStrategy[str] = output_names,
    dropout: st.SearchStrategy[bool] | None = None,
    bias: str = "random",
    lead: st.SearchStrategy[tuple[int, ...]] | None = None,
    dtype: type = np.float64,
) -> Network:
    """Networks of every depth, activation, output, λ and keep_prob, with dropout and without."""
    on = draw(st.booleans() if dropout is None else dropout)
    return build_network(
        draw(dims(depth=depth)),
        draw(examples),
        seed=draw(seeds),
        hidden=draw(hidden),
        output=draw(output),
        lambd=draw(lambds),
        keep_prob=draw(keep_probs) if on else None,
        bias=bias,
        dtype=dtype,
        lead=() if lead is None else draw(lead),
    )


# --- cases and problems -------------------------------------------------------------------------------------

scales = st.just(1.0) | st.floats(-3, 2).map(lambda exponent: 10.0**exponent)


def lawful_cases() -> st.SearchStrategy[Case]:
    """Every line that a case can be; far too large to draw."""
    return st.builds(
        Case,
        dims=st.lists(st.integers(1, MAX_WIDTH), min_size=2, max_size=MAX_DEPTH + 1).map(tuple),
        m=st.integers(1, MAX_WIDTH),
        hidden=hidden_names,
        output=output_names,
        lambd=st.floats(0, 1e30) | st.just(-0.0),
        keep_prob=st.floats(0, 1, exclude_min=True),
        bias=st.sampled_from(BIASES),
        scale=st.floats(1e-30, 1e30),
        dtype=st.sampled_from(DTYPE_NAMES),
        seed=st.integers(0, MAX_SEED),
    )


def small_cases(
    *,
    hidden: st.SearchStrategy[str] = hidden_names,
    output: st.SearchStrategy[str] = output_names,
    dtype: st.SearchStrategy[str] | None = None,
    bias: st.SearchStrategy[str] | None = None,
) -> st.SearchStrategy[Case]:
    """Cases of at most five layers of four units, of every kind, scales from 1e-3 to 1e2."""
    return st.builds(
        Case,
        dims=dims(),
        m=examples,
        hidden=hidden,
        output=output,
        lambd=lambds,
        keep_prob=keep_probs,
        bias=st.sampled_from(BIASES) if bias is None else bias,
        scale=scales,
        dtype=st.just("float64") if dtype is None else dtype,
        seed=seeds,
    )


def with_arrays(problem: Problem, **arrays: Any) -> Problem:
    """A problem with other arrays."""
    return replace(problem, **{name: read_only(value) for name, value in arrays.items()})


def float64_of(problem: Problem) -> tuple[NDArray, NDArray, list[tuple[NDArray, NDArray]]]:
    """X, Y and the parameters of a problem, in float64."""
    X, Y = problem.X.astype(np.float64), problem.Y.astype(np.float64)
    return X, Y, [(W.astype(np.float64), b.astype(np.float64)) for W, b in problem.parameters]


def network_of(problem: Problem, g: int = 0) -> Network:
    """One network of a stack."""
    masks = None if problem.masks is None else [D[g] for D in problem.masks]
    keep_prob, lambd = float(problem.keep_prob[g]), float(problem.lambd[g])
    parameters = [(W[g], b[g]) for W, b in problem.parameters]
    shape = problem.shape
    net = Network(problem.X[g], problem.Y[g], parameters, masks, keep_prob, lambd, shape.hidden, shape.output)
    return read_only(net)
