"""``manual_backprop`` as an implementation under test: through the door, by name, like a stranger's code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from manual_backprop import initialization, network, primitives, workspace
from manual_backprop.course import gradient_checking, regularization
from manual_backprop.gradient_check import network_gradient_check
from reference.cases.domain import ANY, COURSE
from reference.cases.problem import Problem
from reference.interface.entry import Entry, Implementation, Law, Meter, Outcome
from reference.interface.outcome import Single, named, per_case, singles
from reference.targets.metering import peak_memory, seconds
from reference.targets.obligations import laws as checks

__all__ = ["in_place", "manual_backprop"]


def manual_backprop() -> Implementation:
    """The network of any depth, the course's backward passes, and what no gradient shows."""
    return Implementation(
        "manual_backprop",
        (
            Entry("network.backward_propagation", ANY, _network),
            Entry("course.backward_propagation", COURSE, _course(_plain)),
            Entry("course.backward_propagation_with_regularization", COURSE._replace(l2=True), _course(_regularized)),
            Entry("course.backward_propagation_with_dropout", COURSE._replace(dropout=True), _course(_dropped)),
            Entry("course.backward_propagation_n", COURSE, _course(_n)),
        ),
        LAWS,
    )


def in_place() -> Implementation:
    """``manual_backprop.workspace``, the fast twin. It is timed without making its buffers, which are made once."""
    meter = Meter(
        lambda problem, repetitions: seconds(_there_and_back(problem), repetitions),
        lambda problem: peak_memory(lambda: _there_and_back(problem)()),
    )
    return Implementation("workspace", (Entry("workspace.backward_propagation", ANY, per_case(_twin), meter=meter),))


def _filled(single: Single) -> workspace.Workspace:
    dims = (single.X.shape[0], *(W.shape[0] for W, b in single.parameters))
    ws = workspace.allocate(dims, single.X.shape[1], dtype=single.X.dtype, hidden=single.hidden, output=single.output)
    workspace.load(ws, single.X, single.Y, single.parameters)
    for layer, D in zip(ws.layers, single.masks or (), strict=False):
        layer.D[...] = D
    return ws


def _twin(single: Single) -> dict[str, Any]:
    ws = _filled(single)
    A_L = workspace.forward_propagation(ws, keep_prob=single.keep_prob).copy()
    cost = single.X.dtype.type(workspace.compute_cost(ws, lambd=single.lambd))
    workspace.backward_propagation(ws, lambd=single.lambd)
    gradients = workspace.gradients(ws)
    return {
        "cost": cost,
        f"A{len(gradients)}": A_L,
        **named("dW", [dW for dW, db in gradients]),
        **named("db", [db for dW, db in gradients]),
    }


def _there_and_back(problem: Problem) -> Callable[[], None]:
    (single,) = singles(problem)
    ws = _filled(single)

    def run() -> None:
        workspace.forward_propagation(ws, keep_prob=single.keep_prob)
        workspace.compute_cost(ws, lambd=single.lambd)
        workspace.backward_propagation(ws, lambd=single.lambd)

    return run


def _network(problem: Problem) -> Outcome:
    architecture = problem.architecture()
    forward = network.forward_propagation(problem.X, problem.parameters, **architecture)
    cost = network.compute_cost(
        forward.Z[-1], problem.Y, problem.parameters, output=problem.shape.output, lambd=problem.lambd
    )
    gradients = network.backward_propagation(
        problem.Y, problem.parameters, forward, lambd=problem.lambd, **architecture
    )
    return {
        "cost": cost,
        **named("Z", forward.Z),
        **named("A", [*forward.A[1:], forward.H[-1]]),
        **named("dW", gradients.dW),
        **named("db", gradients.db),
        **named("dZ", gradients.dZ),
        **named("dA", gradients.dA),
    }


# --- the course's functions: the cache comes from its own forward pass, with the problem's masks in place ---


def _course(gradients: Callable[[Single, dict[str, Any]], dict[str, Any]]) -> Callable[[Problem], Outcome]:
    def run(single: Single) -> dict[str, Any]:
        pairs = enumerate(single.parameters, start=1)
        return gradients(single, {name: a for l, (W, b) in pairs for name, a in ((f"W{l}", W), (f"b{l}", b))})

    return per_case(run)


def _plain(single: Single, parameters: dict[str, Any]) -> dict[str, Any]:
    A3, cache = regularization.forward_propagation(single.X, parameters)
    return {**regularization.backward_propagation(single.X, single.Y, cache), "A3": A3}


def _regularized(single: Single, parameters: dict[str, Any]) -> dict[str, Any]:
    A3, cache = regularization.forward_propagation(single.X, parameters)
    gradients = regularization.backward_propagation_with_regularization(single.X, single.Y, cache, single.lambd)
    return {**gradients, "A3": A3}


def _dropped(single: Single, parameters: dict[str, Any]) -> dict[str, Any]:
    forward = network.forward_propagation(single.X, single.parameters, masks=single.masks, keep_prob=single.keep_prob)
    D = single.masks or [np.ones(Z.shape, dtype=bool) for Z in forward.Z[:-1]]
    cache: list[Any] = []
    for l, (W, b) in enumerate(single.parameters):
        last = l == len(single.parameters) - 1
        cache += [forward.Z[l], forward.H[l], W, b] if last else [forward.Z[l], D[l], forward.A[l + 1], W, b]
    return regularization.backward_propagation_with_dropout(single.X, single.Y, tuple(cache), single.keep_prob)


def _n(single: Single, parameters: dict[str, Any]) -> dict[str, Any]:
    _, cache = gradient_checking.forward_propagation_n(single.X, single.Y, parameters)
    return gradient_checking.backward_propagation_n(single.X, single.Y, cache)


def _checker(problem: Problem, gradients: dict[str, Any]) -> str:
    (single,) = singles(problem)
    layers = range(1, len(single.parameters) + 1)
    given = network.Gradients([gradients[f"dW{l}"] for l in layers], [gradients[f"db{l}"] for l in layers], [], [])
    return network_gradient_check(
        single.X,
        single.Y,
        single.parameters,
        given,
        hidden=single.hidden,
        output=single.output,
        lambd=single.lambd,
        masks=single.masks,
        keep_prob=single.keep_prob,
    ).verdict


LAWS = (
    Law(
        "primitives.dropout_mask",
        lambda seed: checks.mask_law(primitives.dropout_mask, primitives.dropout, seed),
    ),
    Law(
        "initialization.zeros",
        lambda seed: checks.initialisation(lambda dims, rng: initialization.zeros(dims), lambda n_prev, n: 0.0, seed),
    ),
    Law(
        "initialization.random",
        lambda seed: checks.initialisation(initialization.random, lambda n_prev, n: 10.0, seed),
    ),
    Law(
        "initialization.he",
        lambda seed: checks.initialisation(initialization.he, lambda n_prev, n: np.sqrt(2 / n_prev), seed),
    ),
    Law(
        "initialization.xavier",
        lambda seed: checks.initialisation(initialization.xavier, lambda n_prev, n: np.sqrt(1 / n_prev), seed),
    ),
    Law(
        "gradient_check.network_gradient_check",
        lambda seed: checks.gradient_checker(_checker, seed),
    ),
)
