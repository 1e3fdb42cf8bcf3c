"""What no gradient shows: the laws of masks, initialisation and gradient checking, each with a bound that is derived.

Statistical bounds are set where a right implementation fails once in 1e9 runs, by the normal or the χ² law.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reference.autodiff import autodiff
from reference.case import Case
from reference.findings import Violation
from reference.problem import Problem, draw

__all__ = ["gradient_checker", "initialisation", "mask_law"]

Blocks = dict[str, np.ndarray]

SIGMAS = 6.2  # two-sided 1e-9 of the normal law
DRAWS = 40_000
KEEP_PROBS = (0.05, 0.5, 0.86, 0.99)


def mask_law(
    mask: Callable[..., np.ndarray], dropout: Callable[..., np.ndarray], seed: int
) -> tuple[int, list[Violation]]:
    """D is boolean, independent, kept with probability ``keep_prob``, all from the generator that is given."""
    found = []
    for p in KEEP_PROBS:
        D = mask((200, DRAWS // 200), keep_prob=p, rng=np.random.RandomState(seed))
        again = mask((200, DRAWS // 200), keep_prob=p, rng=np.random.RandomState(seed))
        if D.dtype != bool:
            found.append(Violation("D", "MB303", f"the mask has dtype {D.dtype}; it is boolean in this project"))
        spread = SIGMAS * np.sqrt(p * (1 - p) / D.size)
        if abs(D.mean() - p) > spread:
            found.append(
                Violation("D", "MB303", f"keeps {D.mean():.4f} of the units at keep_prob={p}, not {p} ± {spread:.4f}")
            )
        # neighbours agree with probability p² + (1 − p)² when the entries are independent
        agree, law = float((D[:, 1:] == D[:, :-1]).mean()), p * p + (1 - p) ** 2
        if abs(agree - law) > 2 * SIGMAS * np.sqrt(law * (1 - law) / D.size):  # pairs overlap: twice the spread
            found.append(Violation("D", "MB303", f"neighbouring entries agree in {agree:.4f}, not {law:.4f}, of pairs"))
        if not np.array_equal(D, again):
            found.append(Violation("D", "MB602", "two masks from the same seed differ"))
    A = np.random.RandomState(seed).standard_normal((50, 400)) ** 2
    kept = dropout(A, mask(A.shape, keep_prob=0.5, rng=np.random.RandomState(seed + 1)), keep_prob=0.5)
    if abs((kept - A).sum()) > SIGMAS * np.sqrt((A * A).sum()):  # the variance of A·D/p is A²(1 − p)/p
        found.append(Violation("A", "MB302", "dropout changes the expectation of the activations"))
    return len(KEEP_PROBS) * DRAWS, found


def initialisation(
    layers: Callable[..., list], std: Callable[[int, int], float], seed: int
) -> tuple[int, list[Violation]]:
    """W has mean zero and the standard deviation owed, b is zero, shapes are the course's."""
    dims = (150, 200, 60, 3)
    found, looked = [], 0
    parameters = layers(dims, rng=np.random.RandomState(seed))
    for l, ((W, b), n_prev, n) in enumerate(zip(parameters, dims[:-1], dims[1:], strict=True), start=1):
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
        if abs(W.mean()) > SIGMAS * owed / np.sqrt(W.size):
            found.append(Violation(f"W{l}", "MB801", f"the weights have mean {W.mean():.3g}; owed 0"))
        ratio = float(np.mean(W * W)) / owed**2  # χ² with W.size degrees of freedom, over W.size
        if abs(ratio - 1) > SIGMAS * np.sqrt(2 / W.size) * 1.5:  # χ² has a heavier tail than its normal limit
            found.append(
                Violation(f"W{l}", "MB801", f"the weights have variance {np.mean(W * W):.3g}; owed {owed**2:.3g}")
            )
    return looked, found


def gradient_checker(check: Callable[[Problem, Blocks], str], seed: int) -> tuple[int, list[Violation]]:
    """Accepts the right gradient, at ties too, and rejects each planted fault in it.

    ``check(problem, {"dW1": …, "db1": …})`` returns PASS, FAIL or INCONCLUSIVE for a stack of one problem. The right
    gradient is autodiff's.
    """
    found, looked = [], 0
    for k, bias in enumerate(("random", "zero", "zero")):
        case = Case((4, 6, 5, 2), 9, "relu", "sigmoid", 0.7, 0.6, bias, 1.0, "float64", (seed + k) % 2**32)
        problem = draw([case])
        witness = autodiff(problem)
        right = {f"dW{l}": (dW + l2)[0] for l, (dW, l2) in enumerate(zip(witness.dW, witness.l2, strict=True), 1)}
        right |= {f"db{l}": db[0] for l, db in enumerate(witness.db, 1)}
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
