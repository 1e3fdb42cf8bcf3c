"""The random cases, and the way from a failing case to the smallest one.

Bulk cases come from our own seeded stream, in stacks of one shape. Sizes, λ and scales are drawn log-uniformly; half of
the scales are 1. Hypothesis searches the same space case by case, and shrinks: shapes and seeds are drawn, not
arrays. Its settings are given here and registered nowhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from reference.cases.case import Case
from reference.cases.domain import Domain
from reference.cases.seeding import by_the_seed_alone

T = TypeVar("T")

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["STACK", "cases", "explore", "nothing_written", "random_stacks", "shrink"]

STACK = 16  # cases of one shape at most: one call of the code under test, one of the compiled witness
STACKS = 64  # at least, before stacks grow: one large saturated shape must not make up the whole run
NARROW_STACKS = 16  # of a domain that has a share of a plan's cases
WIDTH, EXAMPLES = 24, 48
LAMBD, KEEP_PROB, SCALE = (1e-4, 1e4), (0.05, 0.99), (1e-3, 1e2)
DROPOUT_SHARE, FLOAT32_SHARE, ZERO_BIAS_SHARE, NO_L2_SHARE, UNIT_SCALE_SHARE = 0.6, 0.1, 0.2, 0.25, 0.5
SHRINK_EXAMPLES = 400
HOME = "HYPOTHESIS_STORAGE_DIRECTORY"


def random_stacks(
    domain: Domain, rng: np.random.RandomState, count: int, *, stacked: int | None = None
) -> Iterator[list[Case]]:
    """``count`` cases of a domain, in stacks that share a shape: of ``stacked`` cases, or of at most ``STACK``."""
    size = stacked or min(STACK, -(-count // (STACKS if domain.share == 1 else NARROW_STACKS)))
    for start in range(0, count, size):
        yield _stack(domain, rng, min(size, count - start))


def _stack(domain: Domain, rng: np.random.RandomState, size: int) -> list[Case]:
    depth = _pick(rng, domain.depths)
    output = _pick(rng, domain.outputs)
    dims = [_log_whole(rng, WIDTH) for _ in range(depth + 1)]
    if domain.last is not None:
        dims[-1] = domain.last
    if output == "softmax":
        dims[-1] = max(2, dims[-1])  # a softmax of one output is constant
    m, hidden = _log_whole(rng, EXAMPLES), _pick(rng, domain.hiddens)
    narrow = rng.random_sample() < FLOAT32_SHARE
    dtype = ("float32" if narrow else "float64") if len(domain.dtypes) > 1 else domain.dtypes[0]
    dropout = domain.dropout and (rng.random_sample() < DROPOUT_SHARE or domain.always_drops)
    return [
        Case(
            tuple(dims),
            m,
            hidden,
            output,
            lambd=_log(rng, *LAMBD) if domain.l2 and rng.random_sample() > NO_L2_SHARE else 0.0,
            keep_prob=_three_digits(rng.uniform(*_within(KEEP_PROB, domain.keep_probs))) if dropout else 1.0,
            bias=_bias(domain, rng.random_sample()),
            scale=1.0 if rng.random_sample() < UNIT_SCALE_SHARE else _log(rng, *_within(SCALE, domain.scales)),
            dtype=dtype,
            seed=int(rng.randint(2**32, dtype=np.uint32)),
        )
        for _ in range(size)
    ]


def _within(wanted: tuple[float, float], allowed: tuple[float, float]) -> tuple[float, float]:
    return max(wanted[0], allowed[0]), min(wanted[1], allowed[1])


def _bias(domain: Domain, draw: float) -> str:
    return domain.biases[0] if len(domain.biases) == 1 else "zero" if draw < ZERO_BIAS_SHARE else "random"


def _pick(rng: np.random.RandomState, choices: tuple[T, ...]) -> T:
    return choices[rng.randint(len(choices))]


def _log(rng: np.random.RandomState, low: float, high: float) -> float:
    return _three_digits(np.exp(rng.uniform(np.log(low), np.log(high))))


def _log_whole(rng: np.random.RandomState, high: int) -> int:
    return int(np.exp(rng.uniform(0.0, np.log(high + 1))))


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


# --- Hypothesis -------------------------------------------------------------------------------------------


def cases(domain: Domain, *, at_most: Case | None = None) -> SearchStrategy[Case]:
    """Cases of a domain; with ``at_most``, no larger in any respect than a case that fails, and of its kind."""
    from hypothesis import strategies as st

    def whole(high: int, *, low: int = 1) -> SearchStrategy[int]:
        return st.integers(low, max(low, high))

    @st.composite
    def build(draw: Callable) -> Case:
        if at_most is None:
            depth = draw(st.sampled_from(domain.depths))
            widths, m = [WIDTH] * (depth + 1), draw(whole(EXAMPLES))
            hidden, output = draw(st.sampled_from(domain.hiddens)), draw(st.sampled_from(domain.outputs))
            dtype = draw(st.sampled_from(domain.dtypes))
            lambds = st.just(0.0) | st.floats(-4, 4).map(lambda e: _three_digits(10**e)) if domain.l2 else st.just(0.0)
            keeps = (
                st.just(1.0) | st.floats(*_within(KEEP_PROB, domain.keep_probs)).map(_three_digits)
                if domain.dropout
                else st.just(1.0)
            )
            biases: SearchStrategy[str] = st.sampled_from(("random", "zero"))
            scales: SearchStrategy[float] = st.just(1.0) | st.floats(-3, 2).map(lambda e: _three_digits(10**e))
            seeds = st.integers(0, 2**32 - 1)
        else:
            allowed = [d for d in domain.depths if d <= len(at_most.dims) - 1] or [len(at_most.dims) - 1]
            depth = draw(st.sampled_from(sorted(allowed)))
            widths, m = list(at_most.dims[: depth + 1]), draw(whole(at_most.m))
            widths[-1] = at_most.dims[-1]
            hidden, output, dtype = at_most.hidden, at_most.output, at_most.dtype
            lambds = st.sampled_from(_plainest(0.0, 1.0, at_most.lambd) if at_most.lambd else [0.0])
            keeps = st.sampled_from(_plainest(1.0, 0.5, at_most.keep_prob) if at_most.keep_prob < 1 else [1.0])
            biases = st.sampled_from(sorted({"random", at_most.bias}))
            scales = st.sampled_from(_plainest(1.0, at_most.scale))
            seeds = st.integers(0, 9) | st.just(at_most.seed)
        low = 2 if output == "softmax" else 1
        dims = [draw(whole(w, low=low if k == depth else 1)) for k, w in enumerate(widths)]
        if domain.last is not None:
            dims[-1] = domain.last
        return Case(
            tuple(dims), m, hidden, output, draw(lambds), draw(keeps), draw(biases), draw(scales), dtype, draw(seeds)
        )

    return build()


def _plainest(*values: float) -> list[float]:
    """The values in this order, once each: Hypothesis shrinks towards the first, and a reader thinks least about it."""
    return list(dict.fromkeys(values))


def explore(
    domain: Domain, visit: Callable[[Case], float | None], *, examples: int, seed: int, climb: bool = False
) -> None:
    """Hypothesis visits ``examples`` cases of the domain; ``visit`` judges each and keeps what it finds.

    ``visit`` returns the worst error of a case; with ``climb`` Hypothesis goes where it is larger.
    """
    if not examples:
        return
    from hypothesis import HealthCheck, Phase, given, settings, target
    from hypothesis import seed as seeded

    @settings(
        max_examples=examples,
        phases=[Phase.generate, Phase.target] if climb else [Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @seeded(seed)
    @given(cases(domain))
    def each(case: Case) -> None:
        error = visit(case) or 0.0
        if climb and 0 < error < np.inf:
            target(float(np.log10(error)), label="log10 error")

    with by_the_seed_alone():
        each()


def shrink(domain: Domain, case: Case, fails: Callable[[Case], bool], *, seed: int) -> Case:
    """The smallest case that Hypothesis finds for which ``fails`` still holds; ``case`` where it finds none."""
    from random import Random

    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis.errors import Flaky, NoSuchExample

    how = settings(
        max_examples=SHRINK_EXAMPLES,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        with by_the_seed_alone():
            return find(cases(domain, at_most=case), fails, random=Random(seed), settings=how)
    except (NoSuchExample, Flaky):  # a target that fails now and then cannot be made small
        return case


@contextmanager
def nothing_written() -> Iterator[None]:
    """Hypothesis keeps a cache in the working directory; a verifier leaves nothing behind but its failures.

    The folder is the whole process's: this stands around a run, not in its threads.
    """
    import tempfile

    known = sys.modules.get("hypothesis.configuration")
    place = None if known is None else known.storage_directory(intent_to_write=False)
    before: Any = getattr(place, "home_directory", place)  # older releases return the folder itself
    chosen = os.environ.get(HOME)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[HOME] = folder  # where it is not loaded yet, which takes a quarter of a second
        if known is not None:
            known.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            os.environ.pop(HOME)
            if chosen is not None:
                os.environ[HOME] = chosen
            if (loaded := sys.modules.get("hypothesis.configuration")) is not None:
                loaded.set_hypothesis_home_dir(before)
