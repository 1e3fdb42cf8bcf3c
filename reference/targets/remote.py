"""A target in its own process, seen as plain values: its functions, and entries that ask it over the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from reference.cases.case import Case
from reference.cases.domain import Domain
from reference.cases.problem import Problem, draw
from reference.interface.entry import Entry, Event, Meter, OwnDerivative, Place, Ran
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.targets.pairing.losses import LOSSES
from reference.targets.pairing.readings import Reading
from reference.targets.process.supervisor import Worker
from reference.targets.reading.roles import Role

__all__ = ["RemoteFunction", "RemotePair", "as_tree", "entry_of", "meter_of", "own_of"]

FEW = 32  # a stranger's function gets one in so many of a plan's random cases
MODERATE = (1e-3, 2.0)  # scales: beyond, the course's own formulas saturate, and 0 · log 0 is theirs to have
KEPT = (0.3, 0.99)
DEEPEST = 4  # layers that are asked for; who takes these takes more
STEPS = (1e-4, 5e-5)
NEAR = 3.0  # times what halving the step changes: how far a quotient may be from the derivative
SMOOTH = 1e-5  # relative: where halving the step changes more, a kink lies between


class RemoteFunction(NamedTuple):
    """A function of the file, as its process describes it."""

    name: str
    role: Role | None
    cell: int | None
    line: int
    arguments: list[Any]
    template: int | None  # the line where something is missing, in an unfinished function


class RemotePair(NamedTuple):
    """A backward pass with the forward pass that feeds it, as its process describes them."""

    check: str
    role: str
    forward: str | None
    own_forward: bool
    hidden: str
    output: str
    depths: list[int]
    l2: bool
    dropout: bool
    ties: bool
    scaled: bool
    reading: Reading  # of its arguments
    any_depth: bool
    keep_prob: float | None  # of its own dropout, where no argument says it
    unmasked: bool
    reached: int  # as ``Reached`` counts
    not_judged: str | None  # why it cannot be asked at all
    remedy: str  # the option that would have it judged
    cache: str
    draws: bool
    own_depths: list[int]
    own_output: str
    own_name: str | None
    random: bool

    @property
    def rows(self) -> bool:
        """Are examples rows?"""
        return self.reading.rows

    @property
    def biased(self) -> bool:
        """Has the network biases?"""
        return self.reading.bias != "none"

    @property
    def integers(self) -> bool:
        """Are labels classes, written as integers?"""
        return self.reading.labels in ("integers", "integer row")

    @classmethod
    def told(cls, answer: dict[str, Any]) -> RemotePair:
        """From the answer of its process."""
        return cls(**{**answer, "reading": Reading(*answer["reading"])})


def as_tree(problem: Problem) -> dict[str, Any]:
    """What crosses to the target's process."""
    return {
        "X": problem.X,
        "Y": problem.Y,
        "parameters": [[W, b] for W, b in problem.parameters],
        "masks": None if problem.masks is None else list(problem.masks),
        "lambd": problem.lambd,
        "keep_prob": problem.keep_prob,
        "hidden": problem.shape.hidden,
        "output": problem.shape.output,
    }


def entry_of(worker: Worker, pair: RemotePair, *, costs: Sequence[str | None], file: str) -> Entry:
    """A stranger's backward pass as an entry of the court's. ``costs`` as for ``own_of``."""
    domain = Domain(
        depths=tuple(pair.depths),
        deeper=pair.any_depth and max(pair.depths) == DEEPEST,
        hiddens=(pair.hidden,),
        outputs=(pair.output,),
        dtypes=("float64",),
        l2=pair.l2,
        dropout=pair.dropout,
        last=1 if pair.output == "sigmoid" else None,
        scales=MODERATE,
        keep_probs=KEPT if pair.keep_prob is None else (pair.keep_prob, pair.keep_prob),
        always_drops=pair.keep_prob is not None,
        biases=_biases(pair),
        share=FEW,
    )
    conventions = []
    if (pair.hidden, pair.output) != ("relu", "sigmoid"):
        conventions.append(f"hidden units are {pair.hidden}, the output is {pair.output}")
    if pair.scaled:
        conventions.append("dZ and dA carry 1/m")
    if pair.keep_prob is not None:
        conventions.append(f"keep_prob is {pair.keep_prob:g}, which no argument says")
    if said := str(pair.reading):
        conventions.append(said)
    if not pair.ties:
        conventions.append("relu'(0) is not 0")
    watched = _watched(worker, pair)
    return Entry(
        pair.check,
        domain,
        lambda problem: watched(problem).outcome,
        _as_taken(worker, pair),
        _trace(worker, pair, file),
        own_of(worker, pair, costs),
        lambda case: own_of(worker, pair, costs, case)(),
        pair.random,
        tuple(conventions),
        meter_of(worker, pair.check),
        watched=watched,
        owes=("dW", "db") if pair.biased else ("dW",),
        loss_unknown=len(costs) > 1,
    )


def _biases(pair: RemotePair) -> tuple[str, ...]:
    """Zero ones alone where the network has none; none that make ties where a tie is another convention."""
    if not pair.biased:
        return ("zero",)
    return ("random", "zero") if pair.ties else ("random",)


def meter_of(worker: Worker, check: str | None) -> Meter:
    """``check``: a backward pass of the file; ``None`` for a function of one problem."""
    return Meter(
        lambda problem, repetitions: float(
            worker.ask("seconds", check=check, problem=as_tree(problem), repetitions=repetitions)
        ),
        lambda problem: worker.ask("memory", check=check, problem=as_tree(problem)),
    )


def _watched(worker: Worker, pair: RemotePair) -> Callable[[Problem], Ran]:
    def watched(problem: Problem) -> Ran:
        answer = worker.ask("run", check=pair.check, problem=as_tree(problem))
        changed = dict(answer["changed"])
        for name in changed.keys() & {"X", "Y"}:
            getattr(problem, name)[changed.pop(name)] += 1  # so that the mutation is seen on this side too
        return Ran({name: a for name, a in answer["outcome"].items() if isinstance(a, np.ndarray)}, changed)

    return watched


def _as_taken(worker: Worker, pair: RemotePair) -> Callable[[Problem], Problem] | None:
    """The file's own forward pass draws its masks, and the court takes these; classes are all there to be counted."""

    def with_own_masks(problem: Problem) -> Problem:
        drawn = worker.ask("masks", check=pair.check, problem=as_tree(problem))
        if pair.keep_prob is not None:
            problem = replace(problem, keep_prob=np.full_like(problem.keep_prob, pair.keep_prob))
        G, m = len(problem.cases), problem.shape.m
        shapes = [(G, n, m) for n in problem.shape.dims[1:-1]]
        if [np.shape(D) for D in drawn] != shapes or (problem.masks is None and all(np.all(D) for D in drawn)):
            return problem
        return problem.masked(tuple(np.asarray(D, dtype=bool) for D in drawn))

    def with_every_class(problem: Problem) -> Problem:
        """The first example is of the last class: their number is often taken to be the largest label plus one."""
        Y = problem.Y.copy()
        Y[:, :, 0] = 0
        Y[:, -1, 0] = 1
        return replace(problem, Y=Y)

    if pair.draws:
        return with_own_masks
    return with_every_class if pair.integers and pair.output == "softmax" else None


def _trace(worker: Worker, pair: RemotePair, file: str) -> Callable[[Problem], list[Event]]:
    def trace(problem: Problem) -> list[Event]:
        try:
            events = worker.ask("trace", check=pair.check, problem=as_tree(problem.at(0)))
        except (TargetRaised, TargetDied):
            return []
        return [
            Event(
                Place(file if name == file else name, cell, line),
                function,
                frame,
                variable,
                value.T if pair.rows and value.ndim == 2 else value,  # as the court has it
            )
            for name, cell, line, function, frame, variable, value in events
            if isinstance(value, np.ndarray)
        ]

    return trace


# --- its own forward pass and cost ----------------------------------------------------------------------------


def own_of(
    worker: Worker, pair: RemotePair, costs: Sequence[str | None], case: Case | None = None
) -> Callable[[], OwnDerivative | None]:
    """How to hold a backward pass to its own forward pass: with its cost, or with the first known loss that fits.

    ``costs``: the file's own, ``None`` where the forward pass returns it; or the names of losses, which are a guess:
    where none of them fits there is no telling. ``case``: of which the shape is asked about, where it is said.
    """

    def own() -> OwnDerivative | None:
        if not pair.own_forward or (costs == [None] and pair.role != Role.BACKWARD):
            return None
        for cost in costs:
            try:
                found = _consistency(worker, pair, cost, _own_probe(pair, case))
            except (TargetRaised, TargetDied, ValueError, TypeError, KeyError):  # there is no telling
                continue
            if cost not in LOSSES:
                return found
            if found is not None and found.consistent:
                return found._replace(cost=None, of_loss=cost)
        return None

    return own


def _consistency(worker: Worker, pair: RemotePair, cost: str | None, problem: Problem) -> OwnDerivative | None:
    """Central differences of the file's own J, at two steps; and JAX on the file's own code where that allows it."""
    outcome = worker.ask("run", check=pair.check, problem=as_tree(problem), own=True)["outcome"]
    names = [(f"dW{l}", f"db{l}") for l in range(1, len(problem.parameters) + 1)]
    if not pair.biased:  # whatever the biases are, they do not enter
        outcome |= {db: np.zeros_like(b) for (_, db), (_, b) in zip(names, problem.parameters, strict=True)}
    got = np.concatenate([np.ravel(outcome[name][0]).astype(np.float64) for layer in names for name in layer])
    θ = np.concatenate([np.ravel(a[0]) for layer in problem.parameters for a in layer])

    def J(nudged: np.ndarray) -> np.ndarray:
        stack = _with_parameters(problem, nudged)
        return np.asarray(worker.ask("costs", check=pair.check, cost=cost, problem=as_tree(stack)), dtype=np.float64)

    quotients, rounding = [], 0.0
    for ε in STEPS:
        steps = ε * np.eye(θ.size)
        values = J(np.concatenate([θ + steps, θ - steps]))
        rounding = problem.C * problem.unit * float(np.max(np.abs(values))) / ε
        quotients.append((values[: θ.size] - values[θ.size :]) / (2 * ε))
    coarse, fine = quotients
    best = (4 * fine - coarse) / 3  # Richardson: the error of ε² leaves
    scale = float(np.max(np.abs(best), initial=0.0)) or 1.0
    smooth = np.abs(coarse - fine) <= SMOOTH * scale  # no kink on the way
    if got.shape != best.shape or not np.isfinite(best).all() or smooth.mean() < 0.5:
        return None
    off = np.abs(got - best)[smooth]
    consistent = bool(np.all(off <= NEAR * np.abs(coarse - fine)[smooth] + rounding))
    by_jax = _by_autodiff(worker, pair, cost, problem, got, best, scale)
    differ = float(off.max(initial=0.0) / scale)
    text = f"differs from the derivative of its own forward pass and cost by {differ:.2g} of the largest entry"
    return OwnDerivative(consistent, by_jax, text, pair.own_name, cost)


def _by_autodiff(
    worker: Worker, pair: RemotePair, cost: str | None, problem: Problem, got: Any, best: Any, scale: float
) -> bool:
    """Did JAX differentiate the target's code, and agree with the differences of the same code?"""
    try:
        by_jax = worker.ask("autodiff", check=pair.check, cost=cost, problem=as_tree(problem))
    except (TargetRaised, TargetDied):
        return False
    return isinstance(by_jax, np.ndarray) and by_jax.shape == best.shape and bool(
        np.all(np.abs(by_jax - best) <= SMOOTH * scale)
    )  # fmt: skip


def _own_probe(pair: RemotePair, case: Case | None) -> Problem:
    depth = 3 if 3 in pair.own_depths else pair.own_depths[-1]
    dims = (*(4, 3, 5, 2, 6, 3)[:depth], 1 if pair.own_output == "sigmoid" else 3)
    keep_prob = 0.7 if pair.dropout else 1.0
    lambd = 1.3 if pair.l2 else 0.0
    shape = dims if case is None else case.dims
    return draw([Case(shape, 7, pair.hidden, pair.output, lambd=lambd, keep_prob=keep_prob, seed=701)])


def _with_parameters(problem: Problem, θ: np.ndarray) -> Problem:
    """A stack with one problem for each row of θ."""
    G, at, parameters = len(θ), 0, []
    for pair in problem.parameters:
        layer = []
        for a in pair:
            layer.append(θ[:, at : at + a[0].size].reshape(G, *a.shape[1:]))
            at += a[0].size
        parameters.append((layer[0], layer[1]))

    def many(a: np.ndarray) -> np.ndarray:
        return np.broadcast_to(a, (G, *a.shape[1:])).copy()

    return replace(
        problem,
        cases=problem.cases * G,
        X=many(problem.X),
        Y=many(problem.Y),
        parameters=tuple(parameters),
        masks=None if problem.masks is None else tuple(many(D) for D in problem.masks),
        lambd=many(problem.lambd),
        keep_prob=many(problem.keep_prob),
    )
