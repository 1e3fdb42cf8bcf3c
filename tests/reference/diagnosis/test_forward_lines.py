"""Every mistake of a forward pass and of a cost is found on its own line and called by its own name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reference.cases.case import Case
from reference.cases.domain import ANY
from reference.cases.forward import ACTIVATIONS, OUTPUTS
from reference.cases.quantities import order, split
from reference.diagnosis import diagnose
from reference.diagnosis.evaluate import followed, value_of, value_with
from reference.diagnosis.explain import explain
from reference.diagnosis.functions import cause_of_cost, cause_of_forward
from reference.diagnosis.mistakes import LINES, fillings, line_of
from reference.diagnosis.scene import forward_order, scene
from reference.interface.entry import Entry
from reference.judging.execution import Failure
from tests.folding import each
from tests.reference.diagnosis.simulation import LAYERS, net
from tests.reference.mistakes import EQUIVALENT, edit, run

OTHER = "is another than the reference, by no mistake that is known"
FORWARD = forward_order(LAYERS)
PASS, COST = FORWARD[:-1], FORWARD[-1]
WHOLE = [*FORWARD, *order(LAYERS)]


def right(scenes):
    """What a right forward pass shows."""
    return [{n: followed(s, {}, FORWARD).known[n] for n in FORWARD} for s in scenes]


def shown(scenes, arrays):
    return tuple(replace(s, shown=given) for s, given in zip(scenes, arrays, strict=True))


def written(s, name, part, filling):
    """The quantities of a forward pass with one line written wrong; ``None`` where that does not apply."""
    for n in FORWARD:
        here = s.at(split(n)[1])
        value = value_with(here, n, part, filling) if n == name else value_of(here, n)
        if value is None:
            return None
        s = s.having(n, value)
    return {n: s.known[n] for n in FORWARD}


def planted(scenes):
    """Every mistake on every line of a forward pass and its cost: the line, its text, what the pass shows."""
    everything = right(scenes)
    for name in FORWARD:
        upstream = FORWARD[: FORWARD.index(name)]
        arrays = [{n: given[n] for n in upstream if n not in PASS[-2:]} for given in everything]
        here = shown(scenes, [{"X": s.X, **given} for s, given in zip(scenes, arrays, strict=True)])
        first = followed(here[0], everything[0], upstream).at(split(name)[1])
        for part, filling in fillings(LINES[line_of(name, LAYERS)], first):
            wrong = [written(s, name, part, filling) for s in here]
            pairs = [(w[name], r[name]) for w, r in zip(wrong, everything, strict=True) if w is not None]
            if len(pairs) == len(wrong) and not all(np.allclose(w, r, 1e-9) for w, r in pairs):
                yield name, filling, wrong


@each("square", [False, True])
def test_every_mistake_is_found_on_its_own_line_under_its_own_name(square):
    scenes, tried, lost = net("tanh", square=square), 0, []
    for name, filling, wrong in planted(scenes):
        tried += 1
        arrays = [{"X": s.X, **given} for s, given in zip(scenes, wrong, strict=True)]
        roots = explain(shown(scenes, arrays), wrong, names=FORWARD)
        texts = {mistake.filling.text for root in roots for way in root.ways for mistake in way}
        outputs = [root.output for root in roots if root.output != COST or name == COST or np.isfinite(wrong[0][COST])]
        if outputs != [name] or filling.text not in texts:
            lost.append((name, filling.text, [(root.output, root.ways) for root in roots]))
    assert tried > 60
    assert lost == []


@each("hidden", ACTIVATIONS)
def test_a_right_forward_pass_has_no_root_whatever_its_activations_are(hidden):
    for output in OUTPUTS:
        scenes = net(hidden, output)
        assert explain(scenes, right(scenes), names=FORWARD) == []
        taken_for_another = tuple(replace(s, hidden="tanh", output="sigmoid") for s in scenes)
        seen = [{n: a for n, a in given.items() if n != COST} for given in right(scenes)]
        assert explain(taken_for_another, seen, names=PASS) == []


@each("epsilon", [1e-5, 1e-8, 1e-15])
def test_a_cost_whose_logarithm_is_guarded_is_right(epsilon):
    s = followed(net("relu")[0], {}, PASS)
    losses = -s.Y * np.log(s.A[LAYERS] + epsilon) - (1 - s.Y) * np.log(1 - s.A[LAYERS] + epsilon)
    penalty = s.lambd / (2 * s.m) * sum((W * W).sum() for W in s.W[1:])
    assert cause_of_cost(s, losses.sum() / s.m + penalty) is None
    assert cause_of_cost(s, losses.sum() / s.m + 2 * penalty) is not None


def test_a_cost_is_a_convention_only_where_all_that_sets_it_apart_is_one():
    s = followed(net("relu")[0], {}, PASS)
    losses = -s.Y * np.log(s.A[LAYERS]) - (1 - s.Y) * np.log1p(-s.A[LAYERS])
    penalty = s.lambd / (2 * s.m) * sum((W * W).sum() for W in s.W[1:])
    both = cause_of_cost(s, losses.sum() + penalty * s.m)
    assert [c.of_cost for c in both.conventions] == ["the sum over examples, not their mean", "λ/2 Σ‖W‖², without 1/m"]
    assert both.text == " and ".join(f"convention: {c.of_cost}" for c in both.conventions)
    one = cause_of_cost(s, -losses.sum() / s.m + penalty * s.m)
    assert (one.conventions, one.part, one.certainty) == ((), "whole", "exactly")
    assert one.text == "the cost with its data term × −1 and convention: λ/2 Σ‖W‖², without 1/m"
    assert cause_of_cost(s, losses.sum() * 1.37 / s.m + penalty).certainty == "unexplained"


# --- what is not shown -------------------------------------------------------------------------------------------


def forgetful(s, layers, *, masked):
    """A_L of a pass that forgets 1/keep_prob in some layers, and the mask there too unless ``masked``."""
    for name in PASS:
        kind, l = split(name)
        value = value_of(s.at(l), name)
        if kind == "A" and l in layers:
            value = s.H[l] * (s.D[l] if masked else 1.0)
        s = s.having(name, value)
    return s.known[PASS[-1]]


@each(("masked", "code"), [(True, "MB302"), (False, "MB301")])
@each("layers", [(1,), (2,), (1, 2)])
def test_what_dropout_forgets_is_told_from_the_output_alone(layers, masked, code):
    (s, *_) = net("relu")
    last = f"A{LAYERS}"
    found = cause_of_forward([s], [{last: forgetful(s, layers, masked=masked)}])
    assert (found.output, found.code, found.certainty) == (f"A{layers[0]}", code, "exactly")
    assert " and ".join(f"A{l}" for l in layers) in found.text


def test_a_bias_that_is_forgotten_is_told_from_the_output_alone():
    (s, *_) = net("tanh")
    for name in PASS:
        here = s.at(split(name)[1])
        s = s.having(name, here.W[2] @ here.A[1] if name == "Z2" else value_of(here, name))
    found = cause_of_forward([net("tanh")[0]], [{f"A{LAYERS}": s.known[f"A{LAYERS}"]}])
    assert (found.output, found.code, found.text) == ("Z2", "MB103", "b2 is not added")


def test_a_line_that_nothing_explains_is_accused_only_where_what_it_is_made_of_is_shown():
    (s, *_) = net("tanh")
    given = right([s])[0]
    given["A2"] = given["A2"] * 1.37 + 0.1
    whole = followed(s, {**given, **dict.fromkeys(("Z3", "A3"))}, PASS).known
    found = cause_of_forward([s], [{n: whole[n] for n in PASS}])
    assert (found.output, found.code, found.certainty) == ("A2", "MB104", "consistent")
    alone = cause_of_forward([s], [{"A3": whole["A3"]}])
    assert (alone.output, alone.code, alone.certainty) == ("A3", "MB199", "unexplained")
    without_Z = cause_of_forward([s], [{"A1": whole["A1"], "A2": whole["A2"], "A3": whole["A3"]}])
    assert (without_Z.output, without_Z.code) == ("A3", "MB199")


# --- the whole pass of an entry ---------------------------------------------------------------------------------


def wrong(*names):
    """The failures of a comparison."""
    case = Case((1,) * (LAYERS + 1), 1)
    return [Failure("backward", name, *(("MB802", case, OTHER) if name == COST else ("MB199", case))) for name in names]


def forward_and_backward(name, part, filling):
    """An entry that returns everything, with one line of its forward pass, or its cost, written wrong."""

    def compute(problem):
        s = scene(problem.at(0))
        for n in WHOLE:
            here = s.at(split(n)[1])
            value = value_with(here, n, part, filling) if n == name else None
            s = s.having(n, value_of(here, n) if value is None else value)
        return {n: s.known[n][None] for n in WHOLE}

    return Entry("backward", ANY, compute)


@each(("name", "part", "code"), [("Z2", "bias", "MB103"), ("A1", "scale", "MB302"), ("A2", "mask", "MB301")])
def test_what_follows_from_a_wrong_forward_line_is_its_consequence(name, part, code):
    filling = next(f for p, f in LINES[line_of(name, LAYERS)].mistakes() if (p, f.code) == (part, code))
    found = diagnose(forward_and_backward(name, part, filling), wrong(*WHOLE[WHOLE.index(name) :]))
    assert [(c.output, c.code, c.certainty) for c in found.causes] == [(name, code, "exactly")]
    assert COST in found.consequences
    assert set(found.consequences) == set(WHOLE[WHOLE.index(name) + 1 :])


def test_a_dropped_output_is_named_though_its_cost_is_not_finite():
    (mistake,) = LINES["A_L"].mistakes()
    found = diagnose(forward_and_backward("A3", *mistake), wrong(*WHOLE[WHOLE.index("dZ3") :], "A3"))
    assert [(c.output, c.code, c.certainty) for c in found.causes] == [("A3", "MB304", "exactly")]


def test_a_wrong_cost_is_explained_and_nothing_follows_from_it():
    filling = next(f for p, f in LINES[COST].mistakes() if f.text == "the cost without its L2 term")
    found = diagnose(forward_and_backward(COST, "penalty", filling), wrong(COST))
    assert [(c.output, c.code, c.text) for c in found.causes] == [
        (COST, "MB802", "the cost without its L2 term, on 3 of 3 probes")
    ]
    assert found.consequences == frozenset()


def test_a_cost_that_nothing_explains_keeps_what_a_comparison_says():
    steps = edit(cost=lambda s: s.m * 1.37)
    entry = Entry("backward", ANY, lambda problem: run(steps, problem))
    (cause,) = diagnose(entry, wrong(COST)).causes
    assert (cause.output, cause.code, cause.certainty, cause.text) == (COST, "MB802", "exactly", OTHER)


def test_a_target_that_shows_no_forward_pass_is_explained_as_before():
    steps = EQUIVALENT["only the gradients"]
    entry = Entry("backward", ANY, lambda problem: run(steps, problem))
    found = diagnose(entry, wrong("dW2"))
    assert [(c.output, c.code) for c in found.causes] == [("dW2", "MB199")]


# --- once ---------------------------------------------------------------------------------------------------------


def test_a_filling_is_computed_once_in_a_scene_whatever_the_search_asks_for():
    (s, *_) = net("relu")
    s, calls = replace(s), []
    line = LINES["dA"]

    def counted(here):
        calls.append(here)
        return line.parts["product"][1][-1].value(here)

    s = followed(s, {})
    filling = line.parts["product"][1][-1]._replace(value=counted)
    first, second = value_with(s.at(2), "dA2", "product", filling), value_with(s.at(2), "dA2", "product", filling)
    assert first is second
    assert len(calls) == 1
    other = s.having("dZ3", s.dZ(3) * 2)
    assert np.allclose(value_with(other.at(2), "dA2", "product", filling), 2 * first)
    assert len(calls) == 2
