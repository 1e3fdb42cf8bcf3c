"""Mistakes that people make in a backward pass, each a small edit of a right one.

``RIGHT`` is a backward pass, with the forward pass that it needs, as a table of steps: each step is a function of
``s``, which holds what is known so far, by the course's letters and counted as the course counts (``s.W[1]`` is W_1).
A mistake replaces a step or two. ``EQUIVALENT`` are edits that change the arithmetic and not the mathematics: those
are right.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from reference.cases.domain import ANY, Domain
from reference.cases.problem import Problem
from reference.interface.entry import Entry, Implementation, Outcome

__all__ = ["EQUIVALENT", "MISTAKES", "RIGHT", "Mistake", "Steps", "implementation"]

Step = Callable[[Any], Any]


# --- the right pass, written plainly ------------------------------------------------------------------------


def logistic(Z):
    E = np.exp(-np.abs(Z))
    return np.where(Z > 0, 1, E) / (1 + E)


def softmax(Z):
    E = np.exp(Z - Z.max(axis=-2, keepdims=True))
    return E / E.sum(axis=-2, keepdims=True)


FORWARD = {
    "relu": lambda Z: np.maximum(Z, 0),
    "leaky_relu": lambda Z: np.where(Z > 0, Z, Z * 0.01),
    "tanh": np.tanh,
    "sigmoid": logistic,
    "softplus": lambda Z: np.logaddexp(0, Z),
    "identity": lambda Z: Z,
}

SLOPE = {
    "relu": lambda Z, A: (Z > 0) * np.ones_like(Z),
    "leaky_relu": lambda Z, A: np.where(Z > 0, np.ones_like(Z), 0.01),
    "tanh": lambda Z, A: 1 - A * A,
    "sigmoid": lambda Z, A: A * (1 - A),
    "softplus": lambda Z, A: logistic(Z),
    "identity": lambda Z, A: np.ones_like(Z),
}

OUTPUT = {"sigmoid": logistic, "softmax": softmax, "identity": lambda Z: Z}

LOSS = {
    "sigmoid": lambda Z, Y: np.logaddexp(0, Z) - Y * Z,
    "softmax": lambda Z, Y: Y * (np.log(np.exp(Z - Z.max(-2, keepdims=True)).sum(-2, keepdims=True)) - Z
                                 + Z.max(-2, keepdims=True)),
    "identity": lambda Z, Y: (Z - Y) ** 2 / 2,
}  # fmt: skip


def dropped(values, s):
    """Inverted dropout of layer ``s.l``, forward or backward."""
    return values if s.D is None else values * s.D[s.l] / s.keep


def cost(s):
    penalty = sum((W * W).sum(axis=(-2, -1)) for W in s.W[1:])
    return LOSS[s.output](s.Z[s.L], s.Y).sum(axis=(-2, -1)) / s.m + s.lambd[:, 0, 0] / (2 * s.m) * penalty


@dataclass(frozen=True)
class Steps:
    """Layer ``s.l`` is at hand in every step."""

    A: Step = lambda s: dropped(s.H[s.l], s)
    H: Step = lambda s: FORWARD[s.hidden](s.Z[s.l])
    H_L: Step = lambda s: OUTPUT[s.output](s.Z[s.L])
    cost: Step = cost
    dZ_L: Step = lambda s: s.H[s.L] - s.Y
    dW: Step = lambda s: s.dZ[s.l] @ s.A[s.l - 1].mT / s.m
    l2: Step = lambda s: s.lambd / s.m * s.W[s.l]
    db: Step = lambda s: s.dZ[s.l].sum(axis=-1, keepdims=True) / s.m
    dA: Step = lambda s: dropped(s.W[s.l + 1].mT @ s.dZ[s.l + 1], s)
    dZ: Step = lambda s: s.dA[s.l] * SLOPE[s.hidden](s.Z[s.l], s.H[s.l])
    returned: Callable[[Any, Outcome], Outcome] = lambda s, outcome: outcome


RIGHT = Steps()


def run(steps: Steps, problem: Problem) -> Outcome:
    """Forward, then backward, a line per step."""
    p, dtype, L = problem, problem.X.dtype, len(problem.parameters)
    s = SimpleNamespace(
        L=L, m=p.X.shape[-1], X=p.X, Y=p.Y, hidden=p.shape.hidden, output=p.shape.output,
        W=[None, *(W for W, _ in p.parameters)], b=[None, *(b for _, b in p.parameters)],
        D=None if p.masks is None else [None, *p.masks, None],
        lambd=p.lambd.astype(dtype)[:, None, None], keep=p.keep_prob.astype(dtype)[:, None, None],
        Z=[None] * (L + 1), H=[None] * (L + 1), A=[p.X, *[None] * L], dZ=[None] * (L + 1), dA=[None] * L,
    )  # fmt: skip
    dW, db = {}, {}
    with np.errstate(all="ignore"):
        for s.l in range(1, L + 1):
            s.Z[s.l] = s.W[s.l] @ s.A[s.l - 1] + s.b[s.l]
            s.H[s.l] = (steps.H if s.l < L else steps.H_L)(s)
            s.A[s.l] = steps.A(s) if s.l < L else s.H[s.l]
        J = steps.cost(s)
        for s.l in range(L, 0, -1):
            if s.l < L:
                s.dA[s.l] = steps.dA(s)
            s.dZ[s.l] = steps.dZ(s) if s.l < L else steps.dZ_L(s)
            dW[f"dW{s.l}"] = steps.dW(s) + steps.l2(s)
            db[f"db{s.l}"] = steps.db(s)
        return steps.returned(s, {"cost": J, **dW, **db})


def implementation(steps: Steps, *, name: str = "planted", domain: Domain = ANY) -> Implementation:
    return Implementation(name, (Entry("backward", domain, lambda problem: run(steps, problem)),))


# --- edits --------------------------------------------------------------------------------------------------


def edit(**steps: Callable) -> Steps:
    return replace(RIGHT, **steps)


def times(step: str, factor: Callable[[Any], Any]) -> Steps:
    """The step's value times a factor."""
    return edit(**{step: lambda s: getattr(RIGHT, step)(s) * factor(s)})


def slope(**slopes: Callable) -> Steps:
    """Other derivatives of the hidden layers: functions of s, Z and H."""
    return edit(dZ=lambda s: (
        s.dA[s.l] * slopes[s.hidden](s, s.Z[s.l], s.H[s.l]) if s.hidden in slopes else RIGHT.dZ(s)
    ))  # fmt: skip


def with_outcome(change: Callable[[Any, Outcome], Any]) -> Steps:
    """Change what is returned, in place."""

    def returned(s, outcome):
        outcome = {name: np.array(a) for name, a in outcome.items()}
        return change(s, outcome) or outcome

    return edit(returned=returned)


def undropped(s):
    return s.W[s.l + 1].mT @ s.dZ[s.l + 1]


def backward_mask(mask: Callable[[Any], Any], scale: Callable[[Any], Any] = lambda s: 1 / s.keep) -> Steps:
    return edit(dA=lambda s: undropped(s) if s.D is None else undropped(s) * mask(s) * scale(s))


def of_a_square_layer(s, values, other):
    """``other`` where its shape does not betray it."""
    return other if other is not None and np.shape(other) == np.shape(values) else values


def fresh_mask_of(s, values):
    return np.random.RandomState(s.l).random_sample(values.shape) < s.keep


def fresh_mask(s):
    return fresh_mask_of(s, s.D[s.l])


def scaled(names: str, factor: float):
    def change(s, outcome):
        for name in outcome:
            if name.startswith(names):
                outcome[name] = (outcome[name] * factor).astype(outcome[name].dtype)

    return with_outcome(change)


def entry(s, outcome, name, index, change):
    """One entry of one output, where there is such an entry."""
    if name in outcome and all(k < n for k, n in zip(index, outcome[name].shape[1:], strict=True)):
        at = (slice(None), *index)
        outcome[name][at] = change(outcome[name][at])


def permuted(s, outcome):
    for name in outcome:
        if name.startswith("dW"):
            outcome[name] = outcome[name][:, ::-1]


def mean_over_outputs(s):
    """The mean over outputs too."""
    return RIGHT.cost(s) / s.W[s.L].shape[-2]


def naive_cost(s):
    """−log A, and what comes of it at A = 0."""
    A = s.H[s.L]
    if s.output != "sigmoid":
        return RIGHT.cost(s)
    losses = -(s.Y * np.log(A) + (1 - s.Y) * np.log(1 - A))
    penalty = RIGHT.cost(s) - LOSS["sigmoid"](s.Z[s.L], s.Y).sum(axis=(-2, -1)) / s.m
    return losses.sum(axis=(-2, -1)) / s.m + penalty


def naive_logistic(s):
    """e^z / (1 + e^z): NaN for a large z."""
    return np.exp(s.Z[s.L]) / (1 + np.exp(s.Z[s.L])) if s.output == "sigmoid" else RIGHT.H_L(s)


def through_the_loss(s):
    """dZ_L = dA_L · A (1 − A), with dA_L = −(Y/A − (1 − Y)/(1 − A))."""
    A = s.H[s.L]
    return -(s.Y / A - (1 - s.Y) / (1 - A)) * A * (1 - A) if s.output == "sigmoid" else RIGHT.dZ_L(s)


def clipped(epsilon: float):
    """The same with A clipped away from 0 and 1, so that it is finite."""

    def dZ_L(s):
        A = np.clip(s.H[s.L], epsilon, 1 - epsilon).astype(s.Y.dtype)
        return -(s.Y / A - (1 - s.Y) / (1 - A)) * A * (1 - A) if s.output == "sigmoid" else RIGHT.dZ_L(s)

    return edit(dZ_L=dZ_L)


def mutating(name: str) -> Steps:
    def returned(s, outcome):
        target = {"X": s.X, "W": s.W[1], "b": s.b[1], "Y": s.Y}[name]
        target -= target.dtype.type(0.01)
        return outcome

    return edit(returned=returned)


def in_float32(a):
    return a.astype(np.float32)


def unshifted_softmax(s):
    """e^z / Σ e^z: NaN for a large z."""
    return np.exp(s.Z[s.L]) / np.exp(s.Z[s.L]).sum(axis=-2, keepdims=True)


class Stale:
    """A cache that is kept between calls, and refreshed only when its shape no longer fits."""

    def __init__(self) -> None:
        self.Z: Any = None

    def __call__(self, s: Any) -> Any:
        if s.l == s.L - 1:
            if self.Z is None or self.Z.shape != s.Z[s.l].shape:
                self.Z = s.Z[s.l]
            return s.dA[s.l] * SLOPE[s.hidden](self.Z, FORWARD[s.hidden](self.Z))
        return RIGHT.dZ(s)


def raising(when: Callable[[Any], bool]) -> Steps:
    def returned(s, outcome):
        if when(s):
            raise RuntimeError("cannot do this one")
        return outcome

    return edit(returned=returned)


class Mistake(NamedTuple):
    """``codes``: what its findings may be called with certainty; MB199, unexplained, is always allowed."""

    name: str
    steps: Steps
    codes: tuple[str, ...]
    found: str = "fail"  # or "warn": the verdict is "pass", with a warning
    domain: Domain = ANY


ONLY = "only where the layer is square"  # of mistakes that a shape would betray elsewhere
M = Mistake

MISTAKES = (
    # a constant factor, a sign, nothing at all
    M("dW × 2", times("dW", lambda s: 2), ("MB101",)),
    M("dW × ½", times("dW", lambda s: 0.5), ("MB101",)),
    M("dW × (1 + 1e-9)", scaled("dW", 1 + 1e-9), ("MB402",)),
    M("db × 2", times("db", lambda s: 2), ("MB101",)),
    M("dW of the wrong sign", times("dW", lambda s: -1), ("MB101",)),
    M("db of the wrong sign", times("db", lambda s: -1), ("MB101",)),
    M("the whole of dW × 2, L2 too", scaled("dW", 2), ("MB101",)),
    M("every gradient is zero", scaled(("dW", "db"), 0), ("MB101",)),
    M("dZ of the hidden layers × 2", times("dZ", lambda s: 2), ("MB101",)),
    # the wrong operand
    M(f"dW transposed, {ONLY}", edit(dW=lambda s: of_a_square_layer(s, RIGHT.dW(s), RIGHT.dW(s).mT)), ("MB103",)),
    M(f"A of the same layer in dW, {ONLY}",
      edit(dW=lambda s: s.dZ[s.l] @ of_a_square_layer(s, s.A[s.l - 1], s.A[s.l]).mT / s.m), ("MB103",)),
    M("the activation before its mask in dW",
      edit(dW=lambda s: s.dZ[s.l] @ (s.X if s.l == 1 else s.H[s.l - 1]).mT / s.m), ("MB103", "MB301")),
    M(f"W for Wᵀ, {ONLY}", edit(dA=lambda s: dropped(
        of_a_square_layer(s, s.W[s.l + 1].mT, s.W[s.l + 1]) @ s.dZ[s.l + 1], s)), ("MB103",)),
    M("W for Wᵀ", edit(dA=lambda s: dropped(s.W[s.l + 1] @ s.dZ[s.l + 1], s)), ("MB103", "MB701")),
    M("Z for A in dW", edit(dW=lambda s: s.dZ[s.l] @ (s.X if s.l == 1 else s.Z[s.l - 1]).mT / s.m), ("MB103",)),
    M("a row of dW permuted", with_outcome(permuted), ("MB103",)),
    M("the batch in another order", edit(dW=lambda s: s.dZ[s.l] @ s.A[s.l - 1][..., ::-1].mT / s.m), ("MB103",)),
    # mean and sum
    M("1/m forgotten in dW", times("dW", lambda s: s.m), ("MB102",)),
    M("1/m forgotten in db", times("db", lambda s: s.m), ("MB102",)),
    M("1/m twice in dW", times("dW", lambda s: 1 / s.m), ("MB102",)),
    M("1/m twice in db: the mean for the sum", times("db", lambda s: 1 / s.m), ("MB102",)),
    M("1/m in dZ_L as well", times("dZ_L", lambda s: 1 / s.m), ("MB102",)),
    M("m − 1 for m in dW", times("dW", lambda s: np.float32(s.m) / np.float32(s.m - 1)), ("MB102", "MB401")),
    M("n_0 for m", times("dW", lambda s: s.m / s.X.shape[-2]), ("MB102",)),
    M("db of the first example only", edit(db=lambda s: s.dZ[s.l][..., :1] / s.m), ("MB102",)),
    # L2
    M("L2 missing", times("l2", lambda s: 0), ("MB201",)),
    M("L2 doubled", times("l2", lambda s: 2), ("MB202",)),
    M("λ/2m for λ/m", times("l2", lambda s: 0.5), ("MB202",)),
    M("λ for λ/m", times("l2", lambda s: s.m), ("MB202",)),
    M("λ/m² for λ/m", times("l2", lambda s: 1 / s.m), ("MB202",)),
    M("1/m for λ/m", edit(l2=lambda s: (s.lambd > 0) / s.X.dtype.type(s.m) * s.W[s.l]), ("MB202",)),
    M("L2 of the wrong sign", times("l2", lambda s: -1), ("MB202",)),
    M("L2 on biases", edit(db=lambda s: RIGHT.db(s) + s.lambd / s.m * s.b[s.l]), ("MB202",)),
    M(f"W of the layer below in L2, {ONLY}", edit(
        l2=lambda s: s.lambd / s.m * of_a_square_layer(s, s.W[s.l], s.W[s.l - 1])), ("MB202",)),
    M("L2 on the last layer only", times("l2", lambda s: float(s.l == s.L)), ("MB201",)),
    M("L2 not on the last layer", times("l2", lambda s: float(s.l < s.L or s.L == 1)), ("MB201",)),
    M("L1 for L2", edit(l2=lambda s: s.lambd / s.m * np.sign(s.W[s.l])), ("MB202",)),
    M("a decay that does not ask λ", edit(l2=lambda s: s.X.dtype.type(0.1) / s.m * s.W[s.l]), ("MB202",)),
    # dropout
    M("the mask missing in the backward of layer 1",
      backward_mask(lambda s: 1 if s.l == 1 else s.D[s.l]), ("MB301",)),
    M("mask and 1/keep_prob missing in the backward", edit(dA=undropped), ("MB301",)),
    M("the mask drawn anew for the backward", backward_mask(fresh_mask), ("MB301",)),
    M("the mask upside down in the backward", backward_mask(lambda s: ~s.D[s.l]), ("MB301",)),
    M(f"the mask of another layer, {ONLY}",
      backward_mask(lambda s: of_a_square_layer(s, s.D[s.l], s.D[s.l + 1])), ("MB301",)),
    M("1/keep_prob missing in the backward", backward_mask(lambda s: s.D[s.l], lambda s: 1), ("MB302",)),
    M("1/keep_prob twice in the backward", backward_mask(lambda s: s.D[s.l], lambda s: 1 / s.keep**2), ("MB302",)),
    M("keep_prob for 1/keep_prob in the backward", backward_mask(lambda s: s.D[s.l], lambda s: s.keep), ("MB302",)),
    M("1/keep_prob missing in the forward",
      edit(A=lambda s: s.H[s.l] if s.D is None else s.H[s.l] * s.D[s.l]), ("MB302", "MB802")),
    M("dropout missing in the forward", edit(A=lambda s: s.H[s.l]), ("MB301", "MB802")),
    M("dropout on the output layer", edit(
        H_L=lambda s: RIGHT.H_L(s) * (1 if s.D is None else fresh_mask_of(s, s.Z[s.L]) / s.keep)), ("MB304",)),
    M("dropout on the output layer's gradient",
      edit(dZ_L=lambda s: RIGHT.dZ_L(s) * (1 if s.D is None else 1 / s.keep)), ("MB302", "MB304")),
    M("tanh' from the activation after its mask", slope(tanh=lambda s, Z, A: 1 - s.A[s.l] ** 2), ("MB104",)),
    # the activation's derivative
    M("the derivative missing", edit(dZ=lambda s: s.dA[s.l]), ("MB104",)),
    M("the derivative taken twice", edit(dZ=lambda s: RIGHT.dZ(s) * SLOPE[s.hidden](s.Z[s.l], s.H[s.l])), ("MB104",)),
    M(f"relu' from the layer above, {ONLY}",
      slope(relu=lambda s, Z, A: of_a_square_layer(s, Z, s.Z[s.l + 1]) > 0), ("MB104",)),
    M("relu' with Z ≥ 0", slope(relu=lambda s, Z, A: Z >= 0), ("MB104",)),
    M("relu' is ½ at a tie", slope(relu=lambda s, Z, A: (np.sign(Z) + 1) / 2), ("MB104",)),
    M("leaky relu' with Z ≥ 0",
      slope(leaky_relu=lambda s, Z, A: np.where(Z >= 0, Z.dtype.type(1), Z.dtype.type(0.01))), ("MB104",)),
    M("leaky relu' with slope 0.1", slope(
        leaky_relu=lambda s, Z, A: np.where(Z > 0, Z.dtype.type(1), Z.dtype.type(0.1))), ("MB104",)),
    M("leaky relu' as relu'", slope(leaky_relu=lambda s, Z, A: Z > 0), ("MB104",)),
    M("tanh' from Z: 1 − Z²", slope(tanh=lambda s, Z, A: 1 - Z * Z), ("MB104",)),
    M("tanh' = 1 − A", slope(tanh=lambda s, Z, A: 1 - A), ("MB104",)),
    M("sigmoid' = A", slope(sigmoid=lambda s, Z, A: A), ("MB104",)),
    M("sigmoid' from Z: Z(1 − Z)", slope(sigmoid=lambda s, Z, A: Z * (1 - Z)), ("MB104",)),
    M("softplus' = sigmoid(A)", slope(softplus=lambda s, Z, A: logistic(A)), ("MB104",)),
    # the output
    M("dZ_L = Y − A", times("dZ_L", lambda s: -1), ("MB101",)),
    M("dZ_L = A", edit(dZ_L=lambda s: s.H[s.L]), ("MB103",)),
    M("dZ_L = (A − Y) A (1 − A)", edit(dZ_L=lambda s: RIGHT.dZ_L(s) * s.H[s.L] * (1 - s.H[s.L])), ("MB104",)),
    M("squared error's dZ_L × 2", times("dZ_L", lambda s: 2 if s.output == "identity" else 1), ("MB101",)),
    M("sigmoid for softmax", edit(
        H_L=lambda s: (logistic if s.output == "softmax" else OUTPUT[s.output])(s.Z[s.L])), ("MB104",)),
    M("softmax over the examples", edit(
        H_L=lambda s: softmax(s.Z[s.L].mT).mT if s.output == "softmax" else RIGHT.H_L(s)), ("MB104",)),
    M("e^z / (1 + e^z), NaN for a large z", edit(H_L=naive_logistic), ("MB401",)),
    M("e^z / Σ e^z, NaN for a large z", edit(
        H_L=lambda s: unshifted_softmax(s) if s.output == "softmax" else RIGHT.H_L(s)), ("MB401",)),
    M("dZ_L through −(Y/A − (1 − Y)/(1 − A)) A (1 − A)", edit(dZ_L=through_the_loss), ("MB401", "MB402")),
    # the cost
    M("the cost's mean over outputs too", edit(cost=mean_over_outputs), ("MB802",)),
    M("the cost without L2", edit(cost=lambda s: RIGHT.cost(SimpleNamespace(**{**vars(s), "lambd": 0 * s.lambd}))),
      ("MB802",)),
    M("the cost × 2", times("cost", lambda s: 2), ("MB802",)),
    M("the cost as −log A", edit(cost=naive_cost), ("MB401", "MB802")),
    # precision
    M("a product in float32", edit(
        dW=lambda s: (in_float32(s.dZ[s.l]) @ in_float32(s.A[s.l - 1]).mT / s.m).astype(s.X.dtype)), ("MB402",)),
    M("the cost in float32", edit(cost=lambda s: in_float32(RIGHT.cost(s)).astype(s.X.dtype)), ("MB402", "MB802")),
    M("one entry off by 1e-9", with_outcome(
        lambda s, outcome: entry(s, outcome, "dW1", (1, 1), lambda a: a * (1 + 1e-9))), ("MB402",)),
    M("one entry off by 1 %", with_outcome(
        lambda s, outcome: entry(s, outcome, "dW1", (0, 0), lambda a: a * 1.01)), ()),
    # what the caller sees
    M("db of shape (n,)", with_outcome(
        lambda s, outcome: {k: a[..., 0] if k[:2] == "db" else a for k, a in outcome.items()}), ("MB501",)),
    M("dW transposed", with_outcome(
        lambda s, outcome: {k: a.mT if k[:2] == "dW" else a for k, a in outcome.items()}), ("MB103", "MB501")),
    M("dW in float32", with_outcome(
        lambda s, outcome: {k: a.astype(np.float32) if k[:2] == "dW" else a for k, a in outcome.items()}), ("MB502",)),
    M("db1 not returned", with_outcome(
        lambda s, outcome: {k: a for k, a in outcome.items() if k != "db1"}), ("MB702",)),
    M("X changed in place", mutating("X"), ("MB601",)),
    M("Y changed in place", mutating("Y"), ("MB601",)),
    M("W updated in place", mutating("W"), ("MB601",)),
    M("b updated in place", mutating("b"), ("MB601",)),
    M("noise from NumPy's global generator", with_outcome(
        lambda s, outcome: {k: (a * (1 + 1e-3 * np.random.standard_normal(a.shape))).astype(a.dtype)
                            for k, a in outcome.items()}), ("MB602",)),
    M("a cache from another call", edit(dZ=Stale()), ("MB602",)),
    M("raises for one example", raising(lambda s: s.m == 1), ("MB701",)),
    M("raises for a network without hidden layers", raising(lambda s: s.L == 1), ("MB701",)),
    # not wrong enough to fail: a warning
    M("A clipped at 1e-7 in dA_L", clipped(1e-7), ("MB402",), "warn", ANY._replace(dropout=False)),
    M("an intermediate wrong, no gradient", edit(returned=lambda s, outcome: {**outcome, "dZ1": 2 * s.dZ[1]}),
      ("MB305",), "warn"),
)  # fmt: skip


def by_example(s):
    """One example at a time, in reverse."""
    total = 0
    for k in reversed(range(s.m)):
        total = total + s.dZ[s.l][..., k : k + 1] * s.A[s.l - 1][..., k : k + 1].mT
    return total / s.m


EQUIVALENT = {
    "as it is": RIGHT,
    "dW one example at a time": edit(dW=by_example),
    "db by a product with ones": edit(
        db=lambda s: s.dZ[s.l] @ np.ones((s.m, 1), dtype=s.X.dtype) / s.m,
    ),
    "1/m taken first": edit(
        dZ_L=lambda s: RIGHT.dZ_L(s) / s.m,
        dW=lambda s: s.dZ[s.l] @ s.A[s.l - 1].mT,
        db=lambda s: s.dZ[s.l].sum(axis=-1, keepdims=True),
    ),
    "relu' from A": slope(relu=lambda s, Z, A: A > 0),
    "relu' from the activation after its mask": slope(relu=lambda s, Z, A: s.A[s.l] > 0),
    "tanh' as 1/cosh²": slope(tanh=lambda s, Z, A: 1 / np.cosh(Z) ** 2),
    "sigmoid' as σ(Z) σ(−Z)": slope(sigmoid=lambda s, Z, A: logistic(Z) * logistic(-Z)),
    "the mask scaled once": edit(
        A=lambda s: s.H[s.l] if s.D is None else s.H[s.l] * (s.D[s.l] * (1 / s.keep)),
        dA=lambda s: undropped(s) if s.D is None else undropped(s) * (s.D[s.l] * (1 / s.keep)),
    ),
    "the mask after the derivative": edit(
        dA=undropped,
        dZ=lambda s: dropped(RIGHT.dZ(s), s),
    ),
    "results that are not contiguous": with_outcome(
        lambda s, outcome: {k: a if k == "cost" else np.asfortranarray(a.mT).mT for k, a in outcome.items()}
    ),
    "results that cannot be written to": with_outcome(
        lambda s, outcome: [a.setflags(write=False) for a in outcome.values()] and outcome
    ),
    "only the gradients": with_outcome(lambda s, outcome: {k: a for k, a in outcome.items() if k != "cost"}),
    "intermediates too": edit(
        returned=lambda s, outcome: {
            **outcome,
            **{f"{kind}{l}": a for kind, first in (("Z", 1), ("dZ", 1), ("dA", 1), ("A", 1))
               for l, a in itertools.islice(enumerate(getattr(s, kind)), first, None)},
        }
    ),
}  # fmt: skip
