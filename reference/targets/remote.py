"""A target in its own process, seen as plain values: its functions, and entries that ask it over the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from reference.cases.domain import Domain
from reference.cases.problem import Problem
from reference.interface.entry import Begun, Entry, Event, Meter, Place, Ran
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.targets.descriptions import RemotePair, as_tree
from reference.targets.own_derivative import own_of
from reference.targets.process.supervisor import Worker

__all__ = ["entry_of", "meter_of"]

FEW = 32  # a stranger's function gets one in so many of a plan's random cases
MODERATE = (1e-3, 2.0)  # scales: beyond, the course's own formulas saturate, and 0 · log 0 is theirs to have
KEPT = (0.3, 0.99)
DEEPEST = 4  # layers that are asked for; who takes these takes more


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
        last=1 if pair.output == "sigmoid" else pair.last,
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
        begun=_begun(worker, pair),
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
        return _ran(worker.ask("run", check=pair.check, problem=as_tree(problem)), problem)

    return watched


def _begun(worker: Worker, pair: RemotePair) -> Begun:
    @contextmanager
    def begun(problems: Sequence[Problem]) -> Iterator[Callable[[], Ran]]:
        waiting = iter(problems)
        questions = [{"ask": "run", "check": pair.check, "problem": as_tree(problem)} for problem in problems]
        with worker.begun(questions) as fetch:
            yield lambda: _ran(fetch(), next(waiting))

    return begun


def _ran(answer: Any, problem: Problem) -> Ran:
    changed = dict(answer["changed"])
    for name in changed.keys() & {"X", "Y"}:
        getattr(problem, name)[changed.pop(name)] += 1  # so that the mutation is seen on this side too
    return Ran({name: a for name, a in answer["outcome"].items() if isinstance(a, np.ndarray)}, changed)


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
