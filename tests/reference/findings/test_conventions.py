"""One record of a convention serves a cost, a backward pass, and both at once."""

from __future__ import annotations

import pickle

import numpy as np

from reference.diagnosis.evaluate import followed, value_of
from reference.diagnosis.functions import cause_of_cost
from reference.diagnosis.mistakes import LINES, owed_by
from reference.diagnosis.scene import forward_order
from reference.findings.conventions import CONVENTIONS, SUMMED, Term, conventions_of
from reference.interface.entry import Violation
from tests.folding import each
from tests.reference.diagnosis.simulation import LAYERS, net

OF_COST = [c for c in CONVENTIONS if c.of_cost]
STEP = 1e-6


def test_every_convention_is_said_somewhere_and_nothing_is_said_twice():
    assert all(c.of_cost or c.of_gradients for c in CONVENTIONS)
    for said in ([c.of_cost for c in OF_COST], [c.of_gradients for c in CONVENTIONS if c.of_gradients]):
        assert len(set(said)) == len(said)


def test_the_conventions_of_a_term_are_its_own():
    assert conventions_of(Term.MEAN) == (SUMMED,)
    assert sum(len(conventions_of(term)) for term in Term) == len(CONVENTIONS)
    assert conventions_of() == ()


def test_what_is_wrong_by_a_convention_crosses_to_another_process():
    violation = Violation("cost", "MB802", "", conventions=CONVENTIONS)
    assert pickle.loads(pickle.dumps(violation)) == violation


def costs(s, convention):
    """J of the scene in a convention, as a function of its parameters' own scale of the last bias and of W_2."""
    A, Y = s.A[LAYERS], s.Y
    losses = (A - Y) ** 2 / 2 if convention.squared else -Y * np.log(A) - (1 - Y) * np.log1p(-A)
    penalty = s.lambd / (2 * s.m) * sum((W * W).sum() for W in s.W[1:])
    return losses.sum() / s.m * convention.data(s.m) + penalty * convention.penalty(s.m)


@each("convention", OF_COST, ids=lambda c: c.of_cost)
def test_the_cost_of_a_convention_is_called_so(convention):
    s = followed(net("tanh")[0], {}, forward_order(LAYERS)[:-1])
    cause = cause_of_cost(s, np.asarray(costs(s, convention)))
    assert (cause.conventions, cause.text) == ((convention,), f"convention: {convention.of_cost}")


@each("convention", OF_COST, ids=lambda c: c.of_cost)
def test_what_a_backward_pass_owes_by_a_convention_is_the_derivative_of_that_cost(convention):
    """W_3 is nudged: dW_3 by the lines of the dictionary against a central difference of J."""
    from dataclasses import replace

    bare = net("tanh")[0]
    held = followed(replace(bare, assumed=owed_by([convention])), {})

    def J(W):
        nudged = replace(bare, W=[*bare.W[:LAYERS], W])
        return costs(followed(nudged, {}, forward_order(LAYERS)[:-1]), convention)

    want = np.zeros_like(bare.W[LAYERS])
    for index in np.ndindex(*want.shape):
        step = np.zeros_like(want)
        step[index] = STEP
        want[index] = (J(bare.W[LAYERS] + step) - J(bare.W[LAYERS] - step)) / (2 * STEP)
    assert np.allclose(value_of(held.at(LAYERS), f"dW{LAYERS}"), want, rtol=1e-6, atol=1e-8)


def test_the_lines_that_a_convention_fills_are_lines_of_the_dictionary():
    for convention in OF_COST:
        for kind, parts in owed_by([convention]).items():
            assert set(parts) <= set(LINES[kind].parts)
