"""The forward passes: which network they compute, and with dropout, by which law and in which scale."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np

from reference.cases.forward import ACTIVATIONS, OUTPUTS
from reference.diagnosis.evaluate import followed, value_of
from reference.diagnosis.functions import cause_of_cost, cause_of_forward
from reference.diagnosis.scene import Scene, forward_order, scene_of
from reference.interface.entry import Violation
from reference.interface.exceptions import TargetRaised
from reference.targets.obligations.asking import Asking, LawResult, same
from reference.targets.obligations.laws import no_mask, wrong_law
from reference.targets.pairing import layouts as forms
from reference.targets.reading.roles import Role

__all__ = ["forward"]

EXAMPLES, KEEP_PROB, WIDE, MANY = 12, 0.6, 200, 100
TERMS = 32.0  # magnitudes that enter a unit here, at most
NETWORKS = (("relu", "sigmoid"), ("tanh", "sigmoid"), ("relu", "softmax"))  # in which a mistake is looked for


class ForwardArguments(NamedTuple):
    X: np.ndarray
    Y: np.ndarray
    parameters: list[tuple[np.ndarray, np.ndarray]]

    @property
    def dims(self) -> tuple[int, ...]:
        return (self.X.shape[0], *(W.shape[0] for W, _ in self.parameters))

    @property
    def outputs(self) -> tuple[int, int]:
        """The shape of A_L."""
        return (self.dims[-1], self.X.shape[1])

    def values(self, keep_prob: float) -> dict[str, Any]:
        return {
            "X": self.X, "Y": self.Y, "parameters": forms.as_dict(self.parameters), "keep_prob": keep_prob,
            "L": len(self.parameters), "layers_dims": list(self.dims), "m": self.X.shape[1], "lambd": 0.0,
        }  # fmt: skip

    def scene(self, hidden: str, output: str, masks: Any, keep_prob: float) -> Scene:
        """The network of these arguments, with nothing computed yet."""
        how = {"hidden": hidden, "output": output, "masks": masks, "keep_prob": keep_prob}
        return scene_of(self.X, self.Y, self.parameters, **how)


def forward(asking: Asking) -> LawResult:
    """A network that we know, at some depth; the masks of its dropout drawn and scaled as they should be."""
    dropout = asking.function.role == Role.FORWARD_DROPOUT
    keep_prob = KEEP_PROB if dropout else 1.0
    error: TargetRaised | None = None
    answered: list[tuple[ForwardArguments, Any, Any]] = []
    for depth, last in itertools.product((3, 2, 4, 1), (1, 3)):
        given = _given(depth, last)
        for form in ("dict", "pairs", "flat", "dicts"):
            try:
                whole = asking.call(given.values(keep_prob), form=form)
            except TargetRaised as raised:
                error = error or raised
                continue
            found = forms.returned(whole, given.outputs)
            if whole is None:
                return 1, [asking.wrong("*", "MB702", "returns nothing")]
            if found.A is None and (asking.function.role != Role.FORWARD_N or found.cost is None):
                break
            masks = _masks(whole, given, keep_prob) if dropout else None
            answered.append((given, whole, masks))
            if (masks is not None or not dropout) and _is_known(given, found, masks, keep_prob):
                return np.size(found.A), _law(asking, given, form) if dropout else _cost(asking, given, found)
            break
    if not answered:
        if error is not None:
            raise error
        return 1, [asking.wrong("*", "MB702", "returns nothing that has the shape of an output")]
    given, whole, masks = answered[0]
    if dropout and masks is None:
        return 1, [_without_masks(asking, given, whole)]
    output = {} if (A := forms.returned(whole, given.outputs).A) is None else {f"A{len(given.parameters)}": A}
    cache = {**output, **_named(whole, len(given.parameters))}
    networks = [given.scene(*n, masks, keep_prob) for n in NETWORKS if given.dims[-1] > 1 or n[1] != "softmax"]
    cause = cause_of_forward(networks, [output, cache] if dropout else [cache])  # dropout's caches differ
    return 1, [asking.explained(cause)]


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


def _is_known(given: ForwardArguments, found: forms.Returned, masks: Any, keep_prob: float) -> bool:
    """Is it a network that we know, of any hidden and output activation?"""
    for output, hidden in itertools.product(OUTPUTS, ACTIVATIONS):
        if output == "softmax" and given.dims[-1] == 1:
            continue
        bare = given.scene(hidden, output, masks, keep_prob)
        ours = followed(bare, {}, forward_order(bare.L)[:-1])
        if output == "identity" and not np.any(ours.Z[-1] < 0):
            continue  # a relu would look the same
        got, want = (found.cost, value_of(ours, "cost")) if found.A is None else (found.A, ours.A[-1])
        if same(got, want, terms=TERMS):
            return True
    return False


def _cost(asking: Asking, given: ForwardArguments, found: forms.Returned) -> list[Violation]:
    """``forward_propagation_n`` returns J as well."""
    if asking.function.role != Role.FORWARD_N or found.A is None or given.dims[-1] > 1:
        return []
    s = given.scene("relu", "sigmoid", None, 1.0)
    s = s.having(f"A{s.L}", np.asarray(found.A, dtype=float))
    want = float(value_of(s, "cost"))
    if found.cost is None:
        return [asking.wrong("cost", "MB802", f"the cost is none; owed {want:.6g}")]
    if same(found.cost, want, terms=TERMS):
        return []
    cause = cause_of_cost(s, np.asarray(found.cost, dtype=float))
    return [] if cause is None else [asking.explained(cause)]


# --- dropout -----------------------------------------------------------------------------------------------


def _masks(whole: Any, given: ForwardArguments, keep_prob: float) -> list[np.ndarray] | None:
    paths = forms.mask_paths(whole, given.dims[1:-1], given.X.shape[1], keep_prob)
    return None if paths is None else [forms.at(whole, path) != 0 for path in paths]


def _law(asking: Asking, small: ForwardArguments, form: str) -> list[Violation]:
    """Each unit is kept with probability keep_prob: over thousands of units, in one draw."""
    depth, last = len(small.parameters), small.dims[-1]
    for keep_prob in (0.8, 0.3) if depth > 1 else ():
        wide = _given(depth, last, widths=(4, WIDE, WIDE - 50, WIDE - 20), m=MANY)
        masks = _masks(asking.call(wide.values(keep_prob), form=form), wide, keep_prob)
        laws = {f"D{l}": wrong_law(D, keep_prob) for l, D in enumerate(masks or (), start=1)}
        if any(laws.values()):
            return [asking.wrong(D, "MB303", law[0])._replace(part=law[1]) for D, law in laws.items() if law]
    return []


def _without_masks(asking: Asking, given: ForwardArguments, whole: Any) -> Violation:
    """Nothing in the cache is a mask."""
    if _is_known(given, forms.returned(whole, given.outputs), None, 1.0):
        return asking.wrong("D1", "MB301", "nothing is dropped")
    text, certainty = no_mask([a for _, a in forms.walk(whole)], (given.dims[1], given.outputs[1]))
    return asking.wrong("D1", "MB303", text, certainty=certainty)


# --- what it shows -----------------------------------------------------------------------------------------------


def _named(whole: Any, L: int) -> dict[str, Any]:
    """Z and A by their names: from a dictionary, or from the published order of the tuple."""
    if isinstance(whole, dict):
        return {k: v for k, v in whole.items() if isinstance(v, np.ndarray)}
    inner = [v for v in whole if isinstance(v, tuple | list | dict)] if isinstance(whole, tuple | list) else []
    cache = inner[0] if inner else whole
    if isinstance(cache, dict):
        return _named(cache, L)
    arrays = [a for _, a in forms.walk(cache)]
    order = forms.published(len(arrays)) if len(arrays) in (4 * L, 5 * L - 1) else None
    return {} if order is None else dict(zip(order, arrays, strict=True))
