"""A backward pass beside the derivative of its own forward pass: by differences, and by JAX where it can."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from reference.cases.case import Case
from reference.cases.problem import draw
from reference.interface.exceptions import TargetRaised
from reference.targets import resolve
from reference.targets.descriptions import as_tree
from reference.targets.own_derivative import own_of
from reference.targets.process import jax_numpy
from reference.targets.process.server import Server
from tests.folding import each
from tests.reference.targets import greeting
from tests.reference.targets.pairing.test_candidates import BACKWARD, FORWARD, HEAD, Loaded

COST = """
def compute_cost(A3, Y):
    m = Y.shape[1]
    return -(np.sum(Y * np.log(A3)) + np.sum((1 - Y) * np.log(1 - A3))) / m
"""
RIGHT = FORWARD + BACKWARD + COST
PROBLEM = draw([Case((4, 3, 5, 1), 7, seed=701)])


class Answers:
    """The file's own process, here; what it says of ``autodiff`` is changed by ``lie``."""

    def __init__(self, text, lie=lambda found: found):
        self.server, self.lie, self.asked, self.raised = Server(), lie, [], []
        self.server.answer(greeting.load(HEAD + text))

    def ask(self, ask, **question):
        self.asked.append(ask)
        answer = self.server.answer({"ask": ask, **question})
        if "raised" in answer:
            self.raised.append(ask)
            raise TargetRaised(answer["raised"])
        return self.lie(answer["answer"]) if ask == "autodiff" else answer["answer"]


def own(text, lie=lambda found: found):
    answers = Answers(text, lie)
    pair = Loaded(text).pairs["backward_propagation"]
    return own_of(answers, pair, ["compute_cost"])(), answers


WRONG = FORWARD + BACKWARD.replace("dA2 * (A2 > 0)", "dA2 * (A2 > 0) * 1.01") + COST


def test_who_is_not_accused_needs_no_other_witness():
    found, answers = own(RIGHT, lambda _: pytest.fail("asked"))
    assert found.consistent
    assert "autodiff" not in answers.asked


def test_who_is_accused_by_the_differences_is_by_jax_too():
    found, answers = own(WRONG)
    assert found.consistent is False
    assert "autodiff" in answers.asked


@each("said", [lambda found: 2 * found, lambda found: 0 * found, lambda found: found + 1e-3 * np.eye(found.size)[7]])
def test_where_jax_says_something_else_there_is_no_telling(said):
    found, _ = own(WRONG, said)
    assert found.consistent is None
    assert "say two things" in found.text


@each("said", [lambda found: found * np.nan, lambda found: found[1:], lambda found: None])
def test_where_jax_says_nothing_the_differences_accuse_alone(said):
    found, _ = own(WRONG, said)
    assert found.consistent is False


def test_what_jax_refuses_the_differences_accuse_alone():
    refused = {"def compute_cost(A3, Y):": "def compute_cost(A3, Y):\n    A3 = np.array(A3.tolist())"}
    found, answers = own(edited(WRONG, refused))
    assert found.consistent is False
    assert "autodiff" in answers.raised


FED = {
    "by the name of the last activation": {"return A3, (": "return Z3, A3, ("},
    "by the name of the logits": {
        "return A3, (": "return A3, Z3, (",
        "cost(A3, Y):": "cost(Z3, Y):\n    A3 = 1 / (1 + np.exp(-Z3))",
    },
    "by a name of another kind": {"cost(A3, Y):": "cost(AL, Y):\n    A3 = AL"},
    "without a name": {"return A3, (": "return 1 / (1 + np.exp(-Z3)), ("},
    "from the cache": {"cost(A3, Y):": "cost(cache, Y):\n    A3 = cache[9]"},
    "with the parameters": {
        "cost(A3, Y):": "cost(A3, Y, parameters):",
        "np.log(1 - A3))) / m": "np.log(1 - A3))) / m + np.sum(parameters['W2'] ** 2)",
    },
}


@each("how", FED)
def test_jax_feeds_the_cost_as_the_differences_do(how):
    """Else the two would say two things of a wrong one, and it would not be accused."""
    found, answers = own(edited(WRONG, FED[how]))
    assert "autodiff" in answers.asked
    assert answers.raised == []
    assert found.consistent is False


def edited(text, changes):
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return text


# --- JAX's derivative, with NumPy's arithmetic -----------------------------------------------------------------


def gradient(text):
    server = Server()
    server.answer(greeting.load(HEAD + text))
    answer = server.answer(
        {"ask": "autodiff", "check": "backward_propagation", "cost": "compute_cost", "problem": as_tree(PROBLEM)}
    )
    assert "raised" not in answer, answer
    return answer["answer"]


@pytest.fixture
def compiled(monkeypatch):
    """What was compiled."""
    found, jit = [], jax.jit
    monkeypatch.setattr(jax, "jit", lambda program: found.append(program) or jit(program))
    return found


def test_it_is_what_a_compiled_program_says(monkeypatch, compiled):
    def refuses(*_):
        raise jax_numpy.Refused("everything")

    evaluated = gradient(RIGHT)
    assert compiled == []
    monkeypatch.setattr(jax_numpy, "evaluated", refuses)
    by_xla = gradient(RIGHT)
    assert len(compiled) == 1
    assert evaluated.any()
    assert np.abs(evaluated - by_xla).max() <= 1e-13 * np.abs(by_xla).max()


def test_an_operation_that_numpy_has_no_name_for_is_compiled(compiled):
    found = gradient(RIGHT.replace("A3))) / m", "A3))) / m + 0 * np.linalg.det(np.dot(A3.T, A3) + np.eye(m))"))
    assert len(compiled) == 1
    assert np.allclose(found, gradient(RIGHT))


@pytest.mark.slow
def test_a_file_s_own_derivative_is_heard_in_its_process(tmp_path):
    file = tmp_path / "a.py"
    file.write_text(HEAD + RIGHT, encoding="utf-8")
    implementation = resolve(str(file))()
    found = implementation.entries[0].own()
    implementation.close()
    assert found.consistent
