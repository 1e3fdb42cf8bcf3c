"""What no gradient shows: the laws of masks, initialisation and gradient checking, each with a bound that is derived.

Statistical bounds are set where a right implementation fails once in 1e9 runs: by the normal law, and for variances by
the tails of χ² (Laurent & Massart 2000, lemma 1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import erf, sqrt

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem, draw
from reference.findings.verdicts import Certainty
from reference.interface.entry import Violation
from reference.witnesses.autodiff import gradients
from reference.witnesses.kept_answers import recalled

__all__ = [
    "gradient_checker",
    "initialisation",
    "kept_rate",
    "mask_law",
    "no_mask",
    "of_its_own_rate",
    "off_centre",
    "spread_of",
    "wrong_law",
]

Blocks = dict[str, np.ndarray]

SIGMAS = 6.2  # two-sided 1e-9 of the normal law
NATS = float(np.log(2e9))
ROUNDINGS = 4  # a division and a product, here and there
DRAWS = 40_000
KEEP_PROBS = (0.05, 0.5, 0.86, 0.99)


def mask_law(
    mask: Callable[..., np.ndarray], dropout: Callable[..., np.ndarray], seed: int
) -> tuple[int, list[Violation]]:
    """D is boolean, independent, kept with probability ``keep_prob``, all from the generator that is given."""
    found, shape = [], (200, DRAWS // 200)
    for p in KEEP_PROBS:
        D = mask(shape, keep_prob=p, rng=np.random.RandomState(seed))
        if D.shape != shape:
            found.append(Violation("D", "MB303", f"the mask has shape {D.shape}; asked for {shape}"))
            continue
        again = mask(shape, keep_prob=p, rng=np.random.RandomState(seed))
        if D.dtype != bool:
            found.append(Violation("D", "MB303", f"the mask has dtype {D.dtype}; it is boolean in this project"))
        if said := kept_rate(D, p):
            found.append(Violation("D", "MB303", said))
        law = p * p + (1 - p) ** 2  # how often two independent entries agree; the pairs below are disjoint
        for whose, pairs in (("examples", D[:, ::2] == D[:, 1::2]), ("units", D[::2] == D[1::2])):
            if abs(pairs.mean() - law) > SIGMAS * np.sqrt(law * (1 - law) / pairs.size):
                text = f"neighbouring {whose} agree in {pairs.mean():.4f}, not {law:.4f}, of pairs"
                found.append(Violation("D", "MB303", text))
        if not np.array_equal(D, again):
            found.append(Violation("D", "MB602", "two masks from the same seed differ"))
    p, A = 0.7, np.random.RandomState(seed).standard_normal((50, 400))
    D = np.random.RandomState(seed).random_sample(A.shape) < p
    dropped = dropout(A, D, keep_prob=p)
    if np.any(dropped[~D]):
        found.append(Violation("A", "MB301", "what the mask drops is not zero"))
    if not np.all(np.abs(dropped[D] * p - A[D]) <= ROUNDINGS * np.finfo(np.float64).eps * np.abs(A[D])):
        found.append(Violation("A", "MB302", "what the mask keeps is not divided by keep_prob"))
    return len(KEEP_PROBS) * DRAWS, found


def initialisation(
    layers: Callable[..., list], std: Callable[[int, int], float], seed: int
) -> tuple[int, list[Violation]]:
    """W has mean zero and the standard deviation owed, b is zero, shapes are the course's."""
    dims = (150, 200, 60, 3)
    found: list[Violation] = []
    looked, parameters = 0, layers(dims, rng=np.random.RandomState(seed))
    if len(parameters) != len(dims) - 1:
        return 1, [Violation("W", "MB801", f"{len(parameters)} layers; owed {len(dims) - 1}")]
    for l, ((W, b), (n_prev, n)) in enumerate(zip(parameters, pairwise(dims), strict=True), start=1):
        looked += W.size + b.size
        if W.shape != (n, n_prev) or b.shape != (n, 1):
            found.append(Violation(f"W{l}", "MB801", f"shapes {W.shape}, {b.shape}; owed ({n}, {n_prev}), ({n}, 1)"))
            continue
        if np.any(b):
            found.append(Violation(f"b{l}", "MB801", "the bias does not start at zero"))
        owed = std(n_prev, n)
        if owed == 0:
            if np.any(W):
                found.append(Violation(f"W{l}", "MB801", "the weights are not zero"))
            continue
        if said := spread_of(W, owed):
            found.append(Violation(f"W{l}", "MB801", said))
    return looked, found


def spread_of(W: np.ndarray, owed: float) -> str | None:
    """What is the matter with weights that owe mean 0 and the standard deviation ``owed``, if anything is."""
    if not abs(W.mean()) <= SIGMAS * owed / np.sqrt(W.size):  # NaN is not ≤ anything
        return f"the weights have mean {W.mean():.3g}; owed 0"
    ratio, share = float(np.mean(W * W)) / owed**2, NATS / W.size  # χ² of W.size degrees of freedom, over W.size
    if not -2 * np.sqrt(share) <= ratio - 1 <= 2 * np.sqrt(share) + 2 * share:
        return f"the weights have variance {np.mean(W * W):.3g}; owed {owed**2:.3g}"
    return None


def off_centre(W: np.ndarray) -> str | None:
    """What is the matter with the mean of weights whose law is symmetric about 0, whatever else it is.

    The signs of such weights are fair and independent of their magnitudes, so that |Σ W| ≥ x √(Σ W²) happens with
    probability 2 exp(−x²/2) at most (Hoeffding's inequality, given the magnitudes).
    """
    if not abs(W.sum()) <= np.sqrt(2 * NATS * np.sum(W * W)):
        positive = "all of the weights are positive: " if np.all(W >= 0) else ""
        return f"{positive}the weights have mean {W.mean():.3g}; owed 0"
    return None


def kept_rate(D: np.ndarray, p: float) -> str | None:
    """What is the matter with the share of units that a mask keeps, if anything is."""
    spread = SIGMAS * np.sqrt(p * (1 - p) / D.size)
    if abs(D.mean() - p) > spread:
        return f"keeps {D.mean():.4f} of the units at keep_prob={p}, not {p} ± {spread:.4f}"
    return None


def wrong_law(D: np.ndarray, p: float) -> tuple[str, str] | None:
    """What is the matter with one mask that was drawn, in words, and whether its draw or its threshold is wrong."""
    if wrong := kept_rate(D, p):
        near, mean = 0.02, float(D.mean())
        if abs(mean - (1 - p)) < near:
            return f"the mask {wrong}: > stands where < belongs", "threshold"
        if abs(mean - 0.5 * (1 + erf(p / sqrt(2)))) < near:
            return f"the mask {wrong}: as if drawn by randn", "draw"
        return f"the mask {wrong}", "threshold"
    if np.ptp(D.mean(axis=1)) == 1:
        return "the mask keeps whole units, alike for every example", "threshold"
    return None


def of_its_own_rate(masks: Mapping[float, np.ndarray]) -> tuple[str, str] | None:
    """What is said of masks that are drawn alike for every keep_prob; ``masks``: by keep_prob."""
    rates = {p: float(D.mean()) for p, D in masks.items()}
    if len(rates) < 2 or not any(kept_rate(masks[p], p) for p in rates):
        return None
    low, high = min(rates.values()), max(rates.values())
    spread = 2 * SIGMAS * sqrt(0.25 / min(D.size for D in masks.values()))
    if high - low > spread:
        return None
    return f"the mask keeps {sum(rates.values()) / len(rates):.2f} of the units whatever keep_prob is", "threshold"


def no_mask(arrays: Sequence[np.ndarray], shape: tuple[int, int]) -> tuple[str, Certainty]:
    """What stands in a mask's place where no array of a hidden layer's shape has two values, and how sure that is."""
    if any(a.shape == (shape[0], 1) and np.unique(a).size <= 2 and a.size > 1 for a in arrays):
        return "the mask has one column: the same units for every example", "exactly"
    numbers = [a for a in arrays if a.shape == shape and np.unique(a).size > 2 and a.dtype.kind == "f"]
    if len(numbers) >= 3:  # beside Z and A
        return "the mask is not made of zeros and ones", "exactly"
    return "no mask of zeros and ones is in the cache", "consistent"


def gradient_checker(check: Callable[[Problem, Blocks], str], seed: int) -> tuple[int, list[Violation]]:
    """Accepts the right gradient, at ties too, and rejects each planted fault in it.

    ``check(problem, {"dW1": …, "db1": …})`` returns PASS, FAIL or INCONCLUSIVE for a stack of one problem. The right
    gradient is autodiff's.
    """
    found, looked = [], 0
    for k, bias in enumerate(("random", "zero", "zero")):
        case = Case((4, 6, 5, 2), 9, "relu", "sigmoid", 0.7, 0.6, bias, 1.0, "float64", (seed + k) % 2**32)
        problem = draw([case])
        right = {name: block[0] for name, block in gradients(recalled(problem)).items()}
        looked += 1
        if (answer := check(problem, right)) != "PASS":
            found.append(Violation("accepts", "MB803", f"says {answer} of a right gradient at {case}"))
        for name, wrong in _planted(right).items():
            looked += 1
            if (answer := check(problem, wrong)) != "FAIL":
                found.append(Violation("rejects", "MB803", f"says {answer} of {name} at {case}"))
    return looked, found


def _planted(right: Blocks) -> dict[str, Blocks]:
    return {
        "dW2 × 2": {**right, "dW2": right["dW2"] * 2},
        "db1 × 4": {**right, "db1": right["db1"] * 4},
        "a zero gradient": {name: g * 0 for name, g in right.items()},
        "weights' gradients of the wrong sign": {name: -g if "W" in name else g for name, g in right.items()},
        "a gradient that is not finite": {**right, "db3": right["db3"] * np.nan},
    }
