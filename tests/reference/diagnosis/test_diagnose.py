"""A name is given only where it holds on every probe; what cannot be told apart is listed, not chosen."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from reference.cases.case import HIDDENS, OUTPUTS, Case
from reference.cases.domain import ANY, COURSE
from reference.diagnosis import Diagnosis, diagnose, probes
from reference.findings.conventions import CONVENTIONS, SUMMED
from reference.interface.entry import Entry, Event, Place
from reference.judging.execution import Failure
from tests.folding import each
from tests.reference import mistakes
from tests.reference.mistakes import EQUIVALENT, MISTAKES, RIGHT, backward_mask, edit, run, scaled, times

LAYERS = 3
GRADIENTS = ("dW3", "db3", "dW2", "db2", "dW1", "db1")
INTERMEDIATES = EQUIVALENT["intermediates too"]


def smallest(hidden="relu"):
    """Where nothing can be told apart."""
    return Case((1,) * (LAYERS + 1), 1, hidden)


def entry(steps, **how):
    return Entry("backward", how.pop("domain", ANY), lambda problem: run(steps, problem), **how)


def failures(steps, hidden="relu"):
    """Every output that differs from the right one on a probe."""
    wrong = {}
    for problem in probes(entry(steps), smallest(hidden)):
        got, want = run(steps, problem), run(INTERMEDIATES, problem)
        wrong |= {n: None for n in got if n != "cost" and not np.allclose(got[n], want[n], rtol=1e-10, atol=0)}
    return [failure(name, case=smallest(hidden)) for name in wrong]


def failure(output, code="MB199", text="", case=None):
    return Failure("backward", output, code, case or smallest(), text)


def diagnosed(steps, hidden="relu", **how) -> Diagnosis:
    return diagnose(entry(steps, **how), failures(steps, hidden))


def cause(steps, output, hidden="relu", **how):
    """The one cause that an output has."""
    (found,) = (c for c in diagnosed(steps, hidden, **how).causes if c.output == output)
    return found


def mistake(name):
    return next(m.steps for m in MISTAKES if m.name == name)


def only_in(layer, step, factor):
    return edit(**{step: lambda s: getattr(RIGHT, step)(s) * (factor if s.l == layer else 1)})


def seen_too(steps):
    """The same, with dZ returned."""
    return replace(steps, returned=lambda s, o: {**o, **{f"dZ{l}": s.dZ[l] for l in range(1, s.L + 1)}})


# --- the names ----------------------------------------------------------------------------------------------

FACTORS = {
    "2": ("MB101", lambda s: 2.0),
    "1/2": ("MB101", lambda s: 0.5),
    "−1": ("MB101", lambda s: -1.0),
    "0": ("MB101", lambda s: 0.0),
    "4": ("MB101", lambda s: 4.0),
    "m": ("MB102", lambda s: s.m),
    "1/m": ("MB102", lambda s: 1 / s.m),
    "keep_prob": ("MB302", lambda s: s.keep),
    "1/keep_prob": ("MB302", lambda s: 1 / s.keep),
    "keep_prob²": ("MB302", lambda s: s.keep**2),
    "1/keep_prob²": ("MB302", lambda s: 1 / s.keep**2),
}


@each(("kind", "name"), [*(("db", name) for name in FACTORS), ("dW", "2"), ("dW", "1/m"), ("dW", "0")])
def test_a_constant_factor_is_named_in_every_layer(kind, name):
    code, factor = FACTORS[name]
    found = diagnosed(times(kind, factor))
    assert [c.output for c in found.causes] == [f"{kind}{l}" for l in (3, 2, 1)]
    assert found.consequences == frozenset()
    for c in found.causes:
        assert (c.code, c.certainty, c.candidates) == (code, "exactly", ())
        assert f"× {name} " in c.text.replace(",", " ")
        assert "3 of 3 probes" in c.text


@each("rate", [0.5, 0.7, 0.86])
def test_a_number_in_the_place_of_keep_prob_is_said(rate):
    steps = replace(INTERMEDIATES, dA=backward_mask(lambda s: s.D[s.l], lambda s: 1 / rate).dA)
    found = cause(steps, "dA1")
    assert (found.code, found.certainty) == ("MB302", "exactly")
    assert f"over {rate} in place of keep_prob" in found.text


def test_a_constant_factor_is_no_number_in_the_place_of_keep_prob():
    for factor, code in ((0.86, "MB199"), (2.0, "MB101")):
        found = cause(replace(INTERMEDIATES, dA=only_in(1, "dA", factor).dA), "dA1")
        assert found.code == code
        assert "in place of keep_prob" not in found.text


@pytest.mark.slow
@each("name", [name for name in FACTORS if "keep" not in name and name != "0"])
def test_a_factor_of_the_l2_term_is_mb202(name):
    found = cause(times("l2", FACTORS[name][1]), "dW2")
    assert (found.code, found.certainty) == ("MB202", "exactly")
    assert f"L2 term × {name} " in found.text
    assert "data term is right" in found.text


def test_an_l2_term_that_is_missing_is_mb201():
    found = cause(times("l2", lambda s: 0), "dW2")
    assert (found.code, found.certainty) == ("MB201", "exactly")


def test_data_and_l2_term_off_together_are_the_whole_gradient_off():
    found = cause(scaled("dW", 2), "dW2")
    assert (found.code, found.certainty) == ("MB101", "exactly")
    assert found.text.startswith("the gradient × 2,")


@each("output", ["db1", "db2", "db3"])
def test_a_decay_of_the_biases_is_named(output):
    found = cause(mistake("L2 on biases"), output)
    assert (found.code, found.certainty) == ("MB202", "exactly")
    assert "biases are not decayed" in found.text


@pytest.mark.slow
@each(
    ("name", "hidden", "output", "code"),
    [
        ("L1 for L2", "relu", "dW2", "MB202"),
        ("Z for A in dW", "tanh", "dW2", "MB103"),
        ("the batch in another order", "relu", "dW1", "MB103"),
        ("n_0 for m", "relu", "dW3", "MB102"),
        ("dZ_L = A", "relu", "dZ3", "MB103"),
        ("db of the first example only", "relu", "db2", "MB102"),
        ("tanh' from Z: 1 − Z²", "tanh", "dZ2", "MB104"),
        ("the mask upside down in the backward", "tanh", "dA2", "MB301"),
        ("W for Wᵀ, only where the layer is square", "tanh", "dA2", "MB103"),
        ("dW transposed, only where the layer is square", "tanh", "dW2", "MB103"),
    ],
)
def test_what_is_no_constant_factor_is_named_too(name, hidden, output, code):
    steps = mistake(name)
    found = diagnose(entry(steps), failures(steps, hidden) or [failure("dW2", case=smallest(hidden))])
    named = {c.output: (c.code, c.certainty) for c in found.causes}
    assert named.get(output, (None, None))[0] == code
    assert {c for c, certainty in named.values() if certainty == "exactly"} <= {code}


def test_what_comes_of_a_wrong_line_is_its_consequence():
    found = diagnosed(mistake("dZ_L = Y − A"))
    (only,) = found.causes
    assert (only.output, only.code) == ("dZ3", "MB101")
    assert set(only.upstream_of) == set(GRADIENTS) == found.consequences


def test_a_cause_says_how_the_line_ought_to_be():
    assert cause(times("l2", lambda s: 0), "dW1").suggestion == "dW1 = (1/m) dZ1 Xᵀ + (λ/m) W1"
    assert cause(times("db", lambda s: 2), "db2").suggestion == "db2 = (1/m) Σ dZ2"
    assert cause(mistake("dZ_L = Y − A"), "dZ3").suggestion == "dZ3 = A3 − Y"


@each("output", ["dW1", "dW2", "dW3", "db3", "dZ1"])
def test_a_right_gradient_gets_no_name(output):
    (found,) = diagnose(entry(INTERMEDIATES), [failure(output)]).causes
    assert (found.output, found.code, found.certainty) == (output, "MB199", "unexplained")


def test_a_factor_that_holds_on_two_probes_of_three_is_not_a_cause():
    found = diagnosed(times("dW", lambda s: 2 if s.m != 9 else 2.001))
    assert {c.certainty for c in found.causes} == {"unexplained"}
    assert all(not c.candidates for c in found.causes)


@pytest.mark.slow
@each("factor", [2 + 1e-6, 2 - 1e-6, -1 - 1e-6, 1e-6])
def test_a_factor_that_is_nearly_one_of_ours_is_not_that_one(factor):
    found = diagnosed(times("dW", lambda s: factor))
    assert {c.certainty for c in found.causes} == {"unexplained"}


def test_a_forgotten_lambda_is_not_called_a_factor_of_keep_prob():
    found = diagnosed(mistake("1/m for λ/m"))
    assert found.causes
    assert all("keep_prob" not in c.text for c in found.causes)


def test_two_mistakes_on_one_line_are_two_causes():
    both = edit(dW=lambda s: 2 * RIGHT.dW(s) if s.l == 2 else RIGHT.dW(s), l2=lambda s: (s.l != 2) * RIGHT.l2(s))
    found = diagnosed(both)
    assert {c.output for c in found.causes} == {"dW2"}
    assert "MB101" in {c.code for c in found.causes}
    assert all("L2 term" in c.text for c in found.causes)


def test_of_two_mistakes_on_one_line_none_is_said_to_be_right():
    """The data term × 2 without the L2 term: neither is right."""
    both = edit(dW=lambda s: 2 * RIGHT.dW(s) if s.l == 2 else RIGHT.dW(s), l2=lambda s: (s.l != 2) * RIGHT.l2(s))
    for c in diagnosed(both).causes:
        assert "data term is right" not in c.text
        assert "L2 term is right" not in c.text


def test_mistakes_on_two_lines_are_both_named():
    both = edit(db=lambda s: 2 * RIGHT.db(s) if s.l == 1 else RIGHT.db(s), l2=lambda s: (s.l != 3) * RIGHT.l2(s))
    assert {(c.output, c.code, c.certainty) for c in diagnosed(both).causes} == {
        ("dW3", "MB201", "exactly"),
        ("db1", "MB101", "exactly"),
    }


def test_a_mistake_in_float32_is_named():
    case = replace(smallest(), dtype="float32")
    (found,) = diagnose(entry(mistake("dZ_L = Y − A")), [failure(n, case=case) for n in GRADIENTS]).causes
    assert (found.output, found.code) == ("dZ3", "MB101")


# --- what no name is sought for -------------------------------------------------------------------------------


@each("code", ["MB401", "MB402", "MB501", "MB601", "MB602", "MB701", "MB802"])
def test_what_is_already_plain_keeps_its_code(code):
    (found,) = diagnose(entry(RIGHT), [failure("dW2", code, "as it was said")]).causes
    assert (found.output, found.code, found.certainty, found.text) == ("dW2", code, "exactly", "as it was said")


def test_what_is_plain_is_kept_beside_what_is_explained():
    found = diagnose(entry(only_in(2, "db", 2)), [failure("X", "MB601"), failure("db2")])
    assert {(c.output, c.code) for c in found.causes} == {("X", "MB601"), ("db2", "MB101")}


def test_several_gradients_that_are_not_returned_are_one_finding():
    found = diagnose(entry(RIGHT), [failure(name, "MB702") for name in ("dW1", "db1", "dW2")])
    (only,) = found.causes
    assert (only.output, only.code, only.text) == ("*", "MB702", "dW1, db1, dW2 are not returned")


def test_a_wrong_gradient_does_not_come_of_another_that_is_not_returned():
    """db1 is missing; that dW2 is doubled is no consequence of it."""
    found = diagnose(entry(only_in(2, "dW", 2)), [failure("db1", "MB702", "db1 is not returned"), failure("dW2")])
    assert {(c.output, c.code) for c in found.causes} == {("db1", "MB702"), ("dW2", "MB101")}


def test_probes_that_raise_leave_the_cause_unexplained():
    found = diagnose(entry(mistakes.raising(lambda s: s.m == 7)), [failure("dW2")])
    (only,) = found.causes
    assert only.certainty == "unexplained"
    assert "RuntimeError" in only.text


def test_where_it_raises_elsewhere_too_the_raising_is_the_cause():
    raises = failure("*", "MB701", "raised RuntimeError")
    found = diagnose(entry(mistakes.raising(lambda s: True)), [raises, failure("dW2")])
    assert [(c.output, c.code) for c in found.causes] == [("*", "MB701")]
    assert found.consequences == {"dW2"}


def test_where_the_probes_raise_what_is_plain_is_kept():
    raises, changed = failure("*", "MB701", "raised RuntimeError"), failure("X", "MB601", "X was changed by the call")
    found = diagnose(entry(mistakes.raising(lambda s: True)), [raises, changed, failure("dW2")])
    assert {(c.output, c.code) for c in found.causes} == {("*", "MB701"), ("X", "MB601")}


def test_what_raises_unless_layers_are_equally_wide_is_explained_where_they_are():
    found = diagnose(entry(mistake("W for Wᵀ")), [failure("*", "MB701", "raised ValueError"), *map(failure, GRADIENTS)])
    codes = {(c.code, c.certainty) for c in found.causes}
    assert ("MB701", "exactly") in codes
    assert any(code == "MB103" for code, _ in codes)


def test_an_interrupt_is_not_taken_for_an_error_of_the_target():
    def interrupted(problem):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        diagnose(Entry("backward", ANY, interrupted), [failure("dW2")])


# --- intermediates ----------------------------------------------------------------------------------------------


def test_an_intermediate_that_no_gradient_is_made_from_is_mb305():
    steps = edit(returned=lambda s, outcome: {**outcome, "dZ1": 2 * s.dZ[1]})
    found = diagnose(entry(steps), [failure("dZ1", "MB305")])
    (only,) = found.causes
    assert (only.output, only.code) == ("dZ1", "MB305")
    assert found.consequences == frozenset()


def test_an_intermediate_that_gradients_are_made_from_is_not_mb305():
    found = diagnosed(seen_too(only_in(1, "dZ", 2)))
    (only,) = found.causes
    assert (only.output, only.code) == ("dZ1", "MB101")
    assert found.consequences == {"dW1", "db1"}


def test_an_intermediate_whose_gradients_have_mistakes_of_their_own_is_not_mb305():
    """dZ1 × 2, and dW1 and db1 of it × 3: it is not true that no gradient is affected."""
    steps = edit(
        dZ=lambda s: RIGHT.dZ(s) * (2 if s.l == 1 else 1),
        dW=lambda s: RIGHT.dW(s) * (3 if s.l == 1 else 1),
        db=lambda s: RIGHT.db(s) * (3 if s.l == 1 else 1),
    )
    assert {(c.output, c.code) for c in diagnosed(seen_too(steps)).causes} == {
        ("dZ1", "MB101"),
        ("dW1", "MB101"),
        ("db1", "MB101"),
    }


@each(("random", "code"), [(False, "MB199"), (True, "MB301")])
def test_a_mask_drawn_anew_is_named_where_random_numbers_are_drawn(random, code):
    steps = replace(
        mistake("the mask drawn anew for the backward"),
        returned=lambda s, o: {**o, **{f"dA{l}": s.dA[l] for l in range(1, s.L)}},
    )
    found = diagnose(entry(steps, random=random), failures(steps))
    assert {(c.output, c.code) for c in found.causes} == {("dA2", code), ("dA1", code)}
    assert all(c.certainty != "exactly" for c in found.causes)


# --- lines --------------------------------------------------------------------------------------------------------


def traced(steps, line):
    """A target whose variables take their values on the lines that ``line`` gives by name."""

    def trace(problem):
        outcome = run(replace(steps, returned=INTERMEDIATES.returned), problem)
        names = [n for n in outcome if n.rstrip("0123456789") in ("dW", "db", "dZ", "dA")]
        return [Event(Place("net.py", None, line(n)), "backward", 0, n, outcome[n][0]) for n in names]

    return entry(steps, trace=trace)


def test_a_line_in_a_loop_is_one_finding_with_its_place():
    steps = times("dW", lambda s: 2)
    found = diagnose(traced(steps, by_kind), failures(steps))
    (only,) = found.causes
    assert (only.output, only.code, only.place) == ("dW3", "MB101", Place("net.py", None, 7))
    assert set(only.upstream_of) == {"dW2", "dW1"} == found.consequences


def by_kind(name):
    return {"dA": 5, "dZ": 6, "dW": 7, "db": 8}[name[:2]]


def test_lines_that_stand_apart_are_findings_apart():
    steps = times("dW", lambda s: 2)
    found = diagnose(traced(steps, lambda name: 10 * int(name[2]) + by_kind(name)), failures(steps))
    assert [(c.output, c.place.line) for c in found.causes] == [("dW3", 37), ("dW2", 27), ("dW1", 17)]
    assert found.consequences == frozenset()


def test_two_kinds_on_one_line_are_two_findings():
    steps = edit(dW=lambda s: 2 * RIGHT.dW(s), db=lambda s: 2 * RIGHT.db(s))
    steps = replace(steps, returned=lambda s, o: {**o, **{f"dZ{l}": s.dZ[l] for l in (1, 2, 3)}})
    found = diagnose(traced(steps, lambda name: 7), failures(steps))
    assert {(c.output, c.code) for c in found.causes} == {("dW3", "MB101"), ("db3", "MB101")}
    assert found.consequences == {"dW2", "dW1", "db2", "db1"}


def test_a_wrong_m_is_one_finding_wherever_it_is_used():
    steps = edit(dW=lambda s: RIGHT.dW(s) * s.m / s.X.shape[-2], db=lambda s: RIGHT.db(s) * s.m / s.X.shape[-2])
    steps = seen_too(steps)
    found = diagnose(entry(steps), failures(steps))
    (only,) = found.causes
    assert only.code == "MB102"
    assert set(only.upstream_of) | {only.output} == set(GRADIENTS)
    assert found.consequences == set(only.upstream_of)


def test_a_wrong_m_stands_where_it_was_counted():
    steps = seen_too(edit(dW=lambda s: RIGHT.dW(s) * s.m / s.X.shape[-2]))

    def trace(problem):
        return [Event(Place("net.py", 2, 3), "backward", 0, "m", np.asarray(problem.X.shape[-2]))]

    (only,) = diagnose(entry(steps, trace=trace), failures(steps)).causes
    assert only.place == Place("net.py", 2, 3)


def test_a_local_variable_tells_what_is_not_returned():
    """Two mistakes on a line that is not returned: its variable shows them, and that of dA1 that it is right."""
    steps = edit(dZ=lambda s: s.dA[s.l] * 2 if s.l == 1 else RIGHT.dZ(s))
    found = diagnose(traced(steps, by_kind), failures(steps))
    assert {c.output for c in found.causes} == {"dZ1"}
    assert {c.code for c in found.causes} == {"MB101", "MB104"}
    assert {c.place.line for c in found.causes} == {6}


def test_a_gradient_of_a_wrong_shape_has_the_place_that_made_it():
    steps = mistakes.with_outcome(lambda s, o: {**o, "db2": o["db2"][..., 0]})

    def trace(problem):
        return [Event(Place("net.py", None, 4), "backward", 0, "db2", run(steps, problem)["db2"][0])]

    found = diagnose(entry(steps, trace=trace), [failure("db2", "MB501", "db2 has shape (3,)"), failure("dW1")])
    assert next(c for c in found.causes if c.output == "db2").place == Place("net.py", None, 4)


def named(of_cost):
    """The convention that is said so of a cost."""
    return next(c for c in CONVENTIONS if c.of_cost == of_cost)


# --- conventions --------------------------------------------------------------------------------------------------


@each(
    ("convention", "steps"),
    [
        ("the sum over examples, not their mean", lambda: edit(dZ_L=lambda s: RIGHT.dZ_L(s) * s.m)),
        ("λ/2 Σ‖W‖², without 1/m", lambda: times("l2", lambda s: s.m)),
        ("λ/m Σ‖W‖², without 1/2", lambda: times("l2", lambda s: 2)),
        ("λ Σ‖W‖²", lambda: times("l2", lambda s: 2 * s.m)),
        ("squared error, halved", lambda: mistake("dZ_L = (A − Y) A (1 − A)")),
    ],
)
def test_what_follows_a_convention_is_no_cause_by_it(convention, steps):
    target = steps()
    found = diagnose(entry(target), failures(target), conventions=[named(convention)])
    assert found.causes == []
    assert diagnosed(target).causes != []


def test_what_does_not_follow_the_convention_is_a_cause_by_it():
    steps = edit(dZ_L=lambda s: RIGHT.dZ_L(s) * s.m, dW=lambda s: RIGHT.dW(s) * (2 if s.l == 2 else 1))
    found = diagnose(entry(steps), failures(steps), conventions=[SUMMED])
    assert [(c.output, c.code) for c in found.causes] == [("dW2", "MB101")]


# --- the probes ---------------------------------------------------------------------------------------------------


@each("domain", [ANY, COURSE, COURSE._replace(l2=True), COURSE._replace(dropout=True)])
@each("depth", [1, 2, 3, 5])
def test_probes_are_three_and_degenerate_in_nothing(domain, depth):
    found = list(probes(Entry("e", domain, dict), Case((1,) * (depth + 1), 1, seed=5)))
    cases = [problem.cases[0] for problem in found]
    assert len(cases) == 3
    assert len({case.m for case in cases}) == 3
    for case in cases:
        assert all(a != b for a, b in itertools.pairwise(case.dims))
        assert case.m > 1
        assert min(case.dims) > 1
        assert (case.lambd > 0) == domain.l2
        assert (case.keep_prob < 1) == domain.dropout
        if depth in domain.depths:
            assert domain.accepts(case)


@each("last", [None, 1])
@each("depth", [1, 2, 3, 4, 5])
def test_on_the_first_probe_no_two_constants_of_the_dictionary_are_the_same(depth, last):
    """What is not returned is sought on the first probe alone: 2/m is not to be 1/3 there, nor m/n_l m/(m − 1)."""
    (first, *_) = probes(Entry("e", ANY._replace(last=last), dict), Case((1,) * (depth + 1), 1))
    case = first.cases[0]
    m, keep, widths = case.m, case.keep_prob, {n for n in case.dims if n > 1}
    constants = [2, 0.5, -1, 0, 4, 3, 1 / 3, 10, m, 1 / m, -m, -1 / m, 2 / m, m * m, m / (m - 1), 1]
    constants += [keep, 1 / keep, keep**2, 1 / keep**2, 1 / (1 - keep), 1 - keep, *(m / n for n in widths)]
    for a, b in itertools.combinations(constants, 2):
        assert not np.isclose(a, b, rtol=1e-6), f"{a} twice, with m={m} and widths {case.dims}"


@each("square", [False, True])
@each("hidden", HIDDENS)
@each("output", OUTPUTS)
def test_on_the_probes_no_layer_is_dead(hidden, output, square):
    for problem in probes(Entry("e", ANY, dict), Case((1,) * (LAYERS + 1), 1, hidden, output), square=square):
        outcome = run(RIGHT, problem)
        assert all(np.all(np.any(outcome[f"db{l}"], axis=(-2, -1))) for l in range(1, LAYERS + 1))


def test_square_probes_have_one_width():
    for problem in probes(Entry("e", ANY, dict), smallest(), square=True):
        assert len(set(problem.cases[0].dims)) == 1


def test_on_the_probes_the_output_is_of_either_sign_and_either_class():
    """Where Z_L is nowhere positive, a gate on it cannot be told from zero."""
    for last in (None, 1):
        for hidden in ("relu", "tanh"):
            (first, *_) = probes(Entry("e", ANY._replace(last=last), dict), smallest(hidden))
            Z = first.forward().Z[-1]
            assert (Z > 0).any(), f"last={last} {hidden}"
            assert (Z < 0).any(), f"last={last} {hidden}"
            assert len(np.unique(first.Y)) == 2
