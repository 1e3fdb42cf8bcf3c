"""The course's whole training: 2-20-3-1 on 211 examples, as the assignments train it, by ``training.model``.

Verified first: some iterations of it against the same iterations of ``network``, with the same random numbers.
"""

from __future__ import annotations

import numpy as np

from benchmarks.agreement import WitnessAgreement
from benchmarks.peers import Array
from benchmarks.plan import BenchmarkPlan
from benchmarks.steps_verified import ROUNDING
from benchmarks.tables import durations, markdown, met
from benchmarks.timing import interleaved, spread
from benchmarks.trainers import KEEP_PROB, LAMBD, OURS
from manual_backprop import initialization, network, training

__all__ = ["ITERATIONS", "agreements", "timed"]

ITERATIONS, DIMS, EXAMPLES, RATE = 30_000, (2, 20, 3, 1), 211, 0.3
KINDS = {  # λ, keep_prob, and the goal in seconds
    "plain": (0.0, 1.0, 2.0),
    "L2": (LAMBD, 1.0, 2.0),
    "dropout": (0.0, KEEP_PROB, 3.0),
}


def _examples() -> tuple[Array, Array]:
    """Two classes that no straight line parts."""
    X = np.random.RandomState(1).standard_normal((DIMS[0], EXAMPLES))
    return X, (X[:1] * X[1:] > 0).astype(np.float64)


def _trained(lambd: float, keep_prob: float, iterations: int) -> network.Parameters:
    settings = {"learning_rate": RATE, "num_iterations": iterations, "lambd": lambd, "keep_prob": keep_prob}
    return training.model(*_examples(), DIMS, **settings).parameters


def _naively(lambd: float, keep_prob: float, iterations: int) -> network.Parameters:
    X, Y = _examples()
    rng = np.random.RandomState(0)
    parameters = initialization.he(DIMS, rng=rng)
    for _ in range(iterations):
        masks = training.draw_masks(DIMS, EXAMPLES, keep_prob=keep_prob, rng=rng)
        forward = network.forward_propagation(X, parameters, masks=masks, keep_prob=keep_prob)
        g = network.backward_propagation(Y, parameters, forward, lambd=lambd, masks=masks, keep_prob=keep_prob)
        parameters = [(W - RATE * dW, b - RATE * db) for (W, b), dW, db in zip(parameters, g.dW, g.db, strict=True)]
    return parameters


def agreements(iterations: int = 50) -> list[WitnessAgreement]:
    """The parameters that both reach, relative to the largest of a block."""
    found = []
    for kind, (lambd, keep_prob, _) in KINDS.items():
        pairs = zip(_trained(lambd, keep_prob, iterations), _naively(lambd, keep_prob, iterations), strict=True)
        blocks = [block for mine, theirs in pairs for block in zip(mine, theirs, strict=True)]
        off = max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in blocks)
        what = f"{iterations} iterations of model and of network, relative"
        found.append(WitnessAgreement(OURS, what, off, iterations * ROUNDING["float64"], kind))
    return found


def timed(plan: BenchmarkPlan, iterations: int, rounds: int) -> str:
    """A table; goals are those of ``ITERATIONS``."""
    work = {
        kind: (lambda number, lambd=lambd, keep_prob=keep_prob: _trained(lambd, keep_prob, iterations))
        for kind, (lambd, keep_prob, _) in KINDS.items()
    }
    taken = interleaved(work, plan.rounds or rounds, seed=plan.seed, batch=None)
    rows = []
    for kind, (_, _, goal) in KINDS.items():
        seconds = spread(taken[kind])
        judged = met(f"≤ {goal:g} s", seconds.median <= goal) if iterations == ITERATIONS else ""
        rows.append((kind, durations(*seconds), judged))
    return markdown((f"training.model, {iterations:,} iterations", "median (quartiles)", "goal"), rows)
