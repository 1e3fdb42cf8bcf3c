"""One step of training: masks, forward, backward, L2, update. ``python -m benchmarks --only training``

``manual_backprop.workspace`` with the masks of ``training``, beside the naive step of ``network``, JAX (compiled, its
parameters donated), PyTorch (eager) and scikit-learn; and beside the products of matrices that a step cannot do
without, alone.
scikit-learn knows no dropout, so there is a table without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks import course_training, steps_verified
from benchmarks.agreement import table, wrong
from benchmarks.peers import Setting
from benchmarks.peers import jax as jax_peer
from benchmarks.plan import BenchmarkPlan, Say
from benchmarks.tables import ABSENT, duration, markdown, met, size, times
from benchmarks.timing import Times, interleaved, ratio, spread, traced_peak
from benchmarks.trainers import (
    KEEP_PROB,
    NAIVE,
    OURS,
    PRODUCTS,
    Everyone,
    Makers,
    Network,
    everyone,
    ours,
    products,
    setting_of,
)

__all__ = ["FULL", "QUICK", "Sizes", "measure"]


class Sizes(NamedTuple):
    networks: tuple[Network, ...]
    rounds: int
    iterations: int  # of the course's whole training
    trainings: int  # rounds of it


FULL = Sizes(
    (
        Network((2, 20, 3, 1), 211, "sigmoid"),
        Network((784, 128, 64, 10), 128, "softmax"),
        Network((784, 1024, 1024, 10), 256, "softmax", near=True),
        Network((64, 256, 256, 256, 10), 1024, "softmax", near=True),
    ),
    21,
    course_training.ITERATIONS,
    3,
)
QUICK = Sizes(FULL.networks[:1], 3, 1000, 3)


def measure(
    plan: BenchmarkPlan, say: Say, *, sizes: Sizes | None = None, makers: Callable[[Setting], Everyone] = everyone
) -> bool:
    """Print the tables; false where someone was wrong."""
    sizes = sizes or (QUICK if plan.quick else FULL)
    settings = [(net, setting_of(net, dtype)) for net in sizes.networks for dtype in steps_verified.ROUNDING]
    agreements = course_training.agreements()
    for _, setting in settings:
        asked = makers(setting)
        agreements += steps_verified.agreements(setting, asked.both | asked.only)
    say(table(agreements))
    if OURS in (bad := wrong(agreements)):
        return False
    for title, keep_prob in (("with dropout", KEEP_PROB), ("without dropout", 1.0)):
        rows = [_row(plan, sizes, net, setting, keep_prob, makers(setting), bad) for net, setting in settings]
        header = (f"a step {title}", "ours", "best peer", "ours beside it", "goal", "ours beside the products", "goal",
                  "ours beside the naive step", "the others, times ours")  # fmt: skip
        say(markdown(header, rows))
    say(_memory([setting for _, setting in settings]))
    say(course_training.timed(plan, sizes.iterations, sizes.trainings))
    return not bad


def _row(
    plan: BenchmarkPlan, sizes: Sizes, net: Network, setting: Setting, keep_prob: float, asked: Everyone, bad: set[str]
) -> tuple[str, ...]:
    chosen = asked.both if keep_prob < 1 else _unmasked(asked.both) | asked.only
    steps: dict[str, Callable[[], object]] = {
        name: make(keep_prob).step for name, make in chosen.items() if name not in bad
    }
    steps[PRODUCTS] = products(setting)
    work = {name: (lambda number, step=step: step()) for name, step in steps.items()}
    taken = interleaved(work, plan.rounds or sizes.rounds, seed=plan.seed)
    beside = {name: ratio(t, taken[OURS]) for name, t in taken.items() if name not in (OURS, NAIVE, PRODUCTS)}
    peers = sorted(beside, key=beside.__getitem__)
    others = [f"{name} {times(*beside[name])}" for name in peers[1:]]
    others += [f"{name} wrong, not timed" for name in sorted(bad)]
    others += [f"{name} {ABSENT}" for name in asked.absent if keep_prob == 1 or name != "scikit-learn"]
    naively = times(*ratio(taken[OURS], taken[NAIVE])) if NAIVE in taken else "wrong, not timed"
    return (
        f"{setting.name}, m={setting.m}, {np.dtype(setting.dtype)}", duration(spread(taken[OURS]).median),
        *_against_best(taken, peers), *_against_products(taken, net), naively, "; ".join(others),
    )  # fmt: skip


def _unmasked(makers: Makers) -> Makers:
    """Ways that differ in their masks alone are one way where there are none."""
    masked = {str(way) for way in jax_peer.WAYS if way not in (jax_peer.Way(False), jax_peer.Way(True))}
    return {name: make for name, make in makers.items() if name not in masked}


def _against_best(taken: Times, peers: Sequence[str]) -> tuple[str, str, str]:
    if not peers:
        return "none", "", ""
    beside = ratio(taken[OURS], taken[peers[0]])
    shown = f"{peers[0]}, {duration(spread(taken[peers[0]]).median)}"
    return shown, times(*beside), met("≤ 1.0", beside.median <= 1.0)


def _against_products(taken: Times, net: Network) -> tuple[str, str]:
    beside = ratio(taken[OURS], taken[PRODUCTS])
    return times(*beside), met("≤ 1.10", beside.median <= 1.10) if net.near else ""


def _memory(settings: Sequence[Setting]) -> str:
    """A step makes no array: what is left are Python's own numbers and views, whatever the size."""
    rows = []
    for setting in settings:
        peaks = []
        for keep_prob in (setting.keep_prob, 1.0):
            step = ours(setting, keep_prob=keep_prob).step
            for _ in range(3):
                step()
            peaks.append(traced_peak(step))
        smallest = min(setting.dims[1:-1]) * setting.m * np.dtype(setting.dtype).itemsize
        rows.append((f"{setting.name}, m={setting.m}, {np.dtype(setting.dtype)}", *map(size, peaks), size(smallest)))
    return markdown(("most memory that a step takes", "with dropout", "without", "one Z of its smallest layer"), rows)
