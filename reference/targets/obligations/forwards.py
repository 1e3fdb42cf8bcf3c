"""The forward passes: which network they compute, and with dropout, by which law and in which scale."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np

from manual_backprop import network
from reference.targets.obligations.asking import Asking, Owed, same
from reference.targets.obligations.laws import kept_rate
from reference.targets.obligations.steps import first_wrong_step
from reference.targets.pairing import layouts as forms
from reference.targets.process.supervisor import TargetRaised

__all__ = ["forward"]

HIDDENS = ("relu", "tanh", "sigmoid", "leaky_relu", "softplus", "identity")
OUTPUTS = ("sigmoid", "softmax", "identity")
EXAMPLES, KEEP_PROB, WIDE, MANY = 12, 0.6, 200, 100
TERMS = 32.0  # magnitudes that enter a unit here, at most
SCALES = ("1/keep_prob", "1", "keep_prob", "1/keep_prob²", "1/(1 − keep_prob)", "1 − keep_prob")


class ForwardArguments(NamedTuple):
    X: np.ndarray
    Y: np.ndarray
    parameters: list[tuple[np.ndarray, np.ndarray]]

    @property
    def dims(self) -> tuple[int, ...]:
        return (self.X.shape[0], *(W.shape[0] for W, _ in self.parameters))

    def values(self, keep_prob: float) -> dict[str, Any]:
        return {
            "X": self.X, "Y": self.Y, "parameters": forms.as_dict(self.parameters), "keep_prob": keep_prob,
            "L": len(self.parameters), "layers_dims": list(self.dims), "m": self.X.shape[1], "lambd": 0.0,
        }  # fmt: skip


def forward(asking: Asking) -> Owed:
    """A network that we know, at some depth; the masks of its dropout drawn and scaled as they should be."""
    dropout = asking.function.role == "forward dropout"
    keep_prob = KEEP_PROB if dropout else 1.0
    error: TargetRaised | None = None
    answered: list[tuple[ForwardArguments, Any]] = []
    for depth, last in itertools.product((3, 2, 4, 1), (1, 3)):
        given = _given(depth, last)
        for form in ("dict", "pairs", "flat", "dicts"):
            try:
                whole = asking.call(given.values(keep_prob), form=form)
            except TargetRaised as raised:
                error = error or raised
                continue
            found = forms.returned(whole, (last, EXAMPLES))
            if whole is None:
                return 1, [asking.wrong("*", "MB702", "returns nothing")]
            if found.A is None and asking.function.role != "forward n":
                break
            if found.A is None and found.cost is None:
                break
            answered.append((given, whole))
            if not dropout and _known(given, found, None, 1.0):
                return found.A.size if found.A is not None else 1, _cost(asking, given, found)
            if (
                dropout
                and (masks := _masks(whole, given, keep_prob)) is not None
                and _known(given, found, masks, keep_prob)
            ):
                return found.A.size, _law(asking, given, form)
            break
    if not answered:
        if error is not None:
            raise error
        return 1, [asking.wrong("*", "MB702", "returns nothing that has the shape of an output")]
    given, whole = answered[0]
    return 1, [(_dropout if dropout else _plain)(asking, given, whole)]


def _given(depth: int, last: int, *, widths: tuple[int, ...] = (4, 3, 5, 2), m: int = EXAMPLES) -> ForwardArguments:
    rng = np.random.RandomState(21)
    dims = (*widths[:depth], last)
    parameters = [
        (rng.standard_normal((n, k)) / np.sqrt(k / 2), rng.standard_normal((n, 1)) * 0.3)
        for k, n in itertools.pairwise(dims)
    ]
    labels = rng.randint(max(2, last), size=m)
    Y = (labels == 1)[None].astype(float) if last == 1 else np.eye(last)[:, labels]
    return ForwardArguments(rng.standard_normal((dims[0], m)), Y, parameters)


def _known(given: ForwardArguments, found: forms.Returned, masks: Any, keep_prob: float) -> tuple[str, str] | None:
    """The hidden and the output activation of the network that was computed."""
    for output, hidden in itertools.product(OUTPUTS, HIDDENS):
        if output == "softmax" and given.dims[-1] == 1:
            continue
        ours = network.forward_propagation(
            given.X, given.parameters, hidden=hidden, output=output, masks=masks, keep_prob=keep_prob
        )
        if output == "identity" and not np.any(ours.Z[-1] < 0):
            continue  # a relu would look the same
        if found.A is not None and same(found.A, ours.H[-1], terms=TERMS):
            return hidden, output
        if found.A is None and same(found.cost, _cost_of(given, ours, output), terms=TERMS):
            return hidden, output
    return None


def _cost_of(given: ForwardArguments, ours: network.Forward, output: str) -> Any:
    return network.compute_cost(ours.Z[-1], given.Y, given.parameters, output=output, lambd=0.0)


def _cost(asking: Asking, given: ForwardArguments, found: forms.Returned) -> list[Any]:
    """``forward_propagation_n`` returns J as well."""
    if asking.function.role != "forward n" or found.A is None:
        return []
    A = np.asarray(found.A, dtype=float)
    with np.errstate(all="ignore"):
        want = float((-given.Y * np.log(A) - (1 - given.Y) * np.log1p(-A)).sum() / given.X.shape[1])
    if given.dims[-1] > 1:
        return []
    if found.cost is None or not same(found.cost, want, terms=TERMS):
        got = "none" if found.cost is None else f"{float(np.squeeze(found.cost)):.6g}"
        ratio = "" if found.cost is None else _ratio(float(np.squeeze(found.cost)) / want, given.X.shape[1])
        return [asking.wrong("cost", "MB802", f"the cost is {got}; owed {want:.6g}{ratio}")]
    return []


def _ratio(r: float, m: int) -> str:
    known = {"−1": -1.0, "m": float(m), "1/m": 1 / m, "2": 2.0, "1/2": 0.5}
    return next((f" (× {name})" for name, value in known.items() if np.isclose(r, value, rtol=1e-12)), "")


# --- dropout -----------------------------------------------------------------------------------------------


def _masks(whole: Any, given: ForwardArguments, keep_prob: float) -> list[np.ndarray] | None:
    paths = forms.mask_paths(whole, given.dims[1:-1], given.X.shape[1], keep_prob)
    return None if paths is None else [forms.at(whole, path) != 0 for path in paths]


def _law(asking: Asking, small: ForwardArguments, form: str) -> list[Any]:
    """Each unit is kept with probability keep_prob: over thousands of units, in one draw."""
    depth, last = len(small.parameters), small.dims[-1]
    if depth == 1:
        return []
    for keep_prob in (0.8, 0.3):
        wide = _given(depth, last, widths=(4, WIDE, WIDE - 50, WIDE - 20), m=MANY)
        whole = asking.call(wide.values(keep_prob), form=form)
        masks = _masks(whole, wide, keep_prob)
        found = []
        for l, D in enumerate(masks or (), start=1):
            if said := kept_rate(D, keep_prob):
                text = f"the mask {said}{_which_law(float(D.mean()), keep_prob)}"
                found.append(asking.wrong(f"D{l}", "MB303", text))
            elif np.ptp(D.mean(axis=1)) == 1:
                found.append(asking.wrong(f"D{l}", "MB303", "the mask keeps whole units, alike for every example"))
        if found:
            return found
    return []


def _which_law(mean: float, p: float) -> str:
    from math import erf, sqrt

    near = 0.02
    normal = 0.5 * (1 + erf(p / sqrt(2)))
    if abs(mean - (1 - p)) < near:
        return ": > stands where < belongs"
    return ": as if drawn by randn" if abs(mean - normal) < near else ""


def _dropout(asking: Asking, given: ForwardArguments, whole: Any) -> Any:
    """What a dropout forward pass that computes no network that we know may be doing."""
    p, m = KEEP_PROB, given.X.shape[1]
    found = forms.returned(whole, (given.dims[-1], m))
    masks = _masks(whole, given, p)
    if masks is None:
        return _no_masks(asking, given, whole, found)
    L = len(given.parameters)
    for hidden, output in (("relu", "sigmoid"), ("tanh", "sigmoid"), ("relu", "softmax")):
        ways = itertools.product(SCALES, (True, False), repeat=L - 1)
        for way in sorted(ways, key=lambda w: sum(w[2 * k] != SCALES[0] or not w[2 * k + 1] for k in range(L - 1))):
            H = _dropped_forward(given, masks, way, hidden, output)
            if same(found.A, H, terms=TERMS * 4):
                return _said_of(asking, way)
    plain = network.forward_propagation(
        given.X, given.parameters, hidden="relu", output="sigmoid", masks=masks, keep_prob=p
    )
    kept = np.asarray(found.A) / plain.H[-1]
    if given.dims[-1] >= 1 and all(min(abs(v), abs(v * p - 1), abs(v - 1)) < 1e-9 for v in np.ravel(kept)):
        return asking.wrong(f"A{L}", "MB304", "the output layer is dropped too")
    said = first_wrong_step(asking, given.X, forms.as_dict(given.parameters), whole, masks=masks, keep_prob=p)
    return said or asking.wrong(f"A{L}", "MB199", f"A{L} is that of no network that we know", certainty="unexplained")


def _dropped_forward(
    given: ForwardArguments, masks: list[np.ndarray], way: tuple[Any, ...], hidden: str, output: str
) -> np.ndarray:
    A = given.X
    p = KEEP_PROB
    factors = dict(zip(SCALES, (1 / p, 1.0, p, 1 / p**2, 1 / (1 - p), 1 - p), strict=True))
    for l, (W, b) in enumerate(given.parameters, start=1):
        Z = W @ A + b
        if l == len(given.parameters):
            E = np.exp(Z - Z.max(axis=0))
            return 1 / (1 + np.exp(-Z)) if output == "sigmoid" else E / E.sum(axis=0)
        H = np.maximum(Z, 0) if hidden == "relu" else np.tanh(Z)
        scale, masked = way[2 * (l - 1)], way[2 * (l - 1) + 1]
        A = H * (masks[l - 1] if masked else 1) * factors[scale]
    raise AssertionError("a network has a last layer")


def _said_of(asking: Asking, way: tuple[Any, ...]) -> Any:
    wrong = [l for l in range(1, len(way) // 2 + 1) if way[2 * l - 2] != SCALES[0] or not way[2 * l - 1]]
    l = wrong[0]
    scale, masked = way[2 * l - 2], way[2 * l - 1]
    where = " and ".join(f"A{k}" for k in wrong)
    if not masked:
        return asking.wrong(f"A{l}", "MB301", f"the mask is not applied to {where}")
    code = "MB302"
    text = "1/keep_prob is missing" if scale == "1" else f"scaled by {scale}, not by 1/keep_prob"
    return asking.wrong(f"A{l}", code, f"{where}: {text}")


def _no_masks(asking: Asking, given: ForwardArguments, whole: Any, found: forms.Returned) -> Any:
    """No array of a hidden layer's shape with two values: a mask that was never thresholded, or none at all."""
    m = given.X.shape[1]
    if _known(given, found, None, 1.0):
        return asking.wrong("D1", "MB301", "nothing is dropped")
    arrays = [a for path, a in forms.walk(whole)]
    if any(a.shape == (given.dims[1], 1) and np.unique(a).size <= 2 and a.size > 1 for a in arrays):
        return asking.wrong("D1", "MB303", "the mask has one column: the same units for every example")
    ones = [a for a in arrays if a.shape == (given.dims[1], m) and np.unique(a).size > 2 and a.dtype.kind == "f"]
    if len(ones) >= 3:
        return asking.wrong("D1", "MB303", "the mask is not made of zeros and ones")
    return asking.wrong("D1", "MB303", "no mask of zeros and ones is in the cache", certainty="consistent")


def _plain(asking: Asking, given: ForwardArguments, whole: Any) -> Any:
    """A forward pass without dropout that computes no network that we know: its first wrong step."""
    said = first_wrong_step(asking, given.X, forms.as_dict(given.parameters), whole)
    L = len(given.parameters)
    return said or asking.wrong(f"A{L}", "MB199", f"A{L} is that of no network that we know", certainty="unexplained")
