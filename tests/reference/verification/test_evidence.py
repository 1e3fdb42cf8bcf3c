"""What the pictures are drawn from: true to the rows, to the source, to the target's own answers, and of no weight."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import reference.verification.evidence
import reference.verification.target
from manual_backprop.differences import network_differences
from reference.cases.case import Case
from reference.cases.domain import ANY
from reference.cases.quantities import order
from reference.diagnosis import Cause, probes
from reference.interface.entry import Entry, Implementation
from reference.judging.execution import run_once
from reference.judging.tolerance import magnitudes_of
from reference.report import json as json_report
from reference.targets import resolve
from reference.verification.conclude import conclude
from reference.verification.conclusion import OutputRow
from reference.verification.evidence import SEEDS, gather
from reference.verification.explained import Explained
from reference.verification.reported import target_report
from reference.verification.target import judge_target, verify_one
from reference.witnesses.autodiff import autodiff
from tests.folding import each
from tests.reference import mistakes
from tests.reference.court import Options, plan
from tests.reference.mistakes import RIGHT, edit, implementation
from tests.reference.report.test_report import report
from tests.strategies import float64_of

FILES = Path(__file__).parents[1] / "course_files"
WRONG, WRONG_CASE = FILES / "dropout_backward_unmasked.ipynb", "dims=2,3,4,1 m=5 keep_prob=0.6"
FINE, FINE_CASE = FILES / "Regularization_export.py", "dims=2,3,4,1 m=5 lambd=0.7"
BLOCKS = ["dW1", "db1", "dW2", "db2", "dW3", "db3"]


def judged(path, case):
    """A file, what one case says of it, and the evidence."""
    opened = resolve(str(path))()
    try:
        found = judge_target(opened, Options(plan(), case=Case.parse(case)), pictured=True, kept=False)
        (evidence,) = found.evidence
        return target_report(found), evidence
    finally:
        opened.close()


@pytest.fixture(scope="module")
def wrong():
    return judged(WRONG, WRONG_CASE)


@pytest.fixture(scope="module")
def fine():
    return judged(FINE, FINE_CASE)


def failing(output, upstream_of=(), check="backward"):
    cause = Cause(output, "MB101", "exactly", "× 2", upstream_of=tuple(upstream_of))
    return OutputRow(check, output, findings=(Explained(check, cause, "error"),))


def evidence_of(steps, *rows, **domain):
    """Of a target of which nothing, or only that, is known."""
    (found,) = gather(implementation(steps, domain=ANY._replace(**domain)), rows)
    return found


def doubled(name):
    """One gradient of one layer × 2."""
    kind, l = name[:2], int(name[2:])
    return edit(**{kind: lambda s: getattr(RIGHT, kind)(s) * (2 if s.l == l else 1)})


# --- the graph ------------------------------------------------------------------------------------------------


def statuses(found):
    return {node.name: node.status for node in found.nodes}


def said_by(rows):
    """What the rows of a check say of each quantity of three layers."""
    causes = {row.output for row in rows if row.findings}
    below = {name for row in rows for finding in row.findings for name in finding.upstream_of}
    below |= {row.output for row in rows if row.verdict == "fail"}
    return {n: "wrong" if n in causes else "downstream" if n in below else "right" for n in order(3)}


def test_the_graph_of_a_wrong_target_says_what_the_rows_say(wrong):
    target, found = wrong
    assert target.verdict == "fail"
    assert found.check == "backward_propagation_with_dropout"
    assert statuses(found) == said_by([row for row in target.checks if row.check == found.check])
    assert statuses(found) == {
        **dict.fromkeys(("dZ3", "dW3", "db3"), "right"),
        "dA2": "wrong",
        **dict.fromkeys(("dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"), "downstream"),
    }


def test_the_graph_of_a_right_target_is_right_throughout(fine):
    target, found = fine
    assert target.verdict == "pass"
    assert statuses(found) == dict.fromkeys(order(3), "right")


@each(
    ("rows", "want"),
    [
        ([failing("dW2")], {"dW2": "wrong"}),
        ([failing("dZ1", ["dW1", "db1"])], {"dZ1": "wrong", "dW1": "downstream", "db1": "downstream"}),
        ([failing("dW2"), OutputRow("backward", "db1", follows=True)],
         {"dW2": "wrong", "db1": "downstream"}),
        ([failing("dZ2", ["dW2"]), failing("dW2")], {"dZ2": "wrong", "dW2": "wrong"}),
        ([failing("cost")], {}),
        ([failing("dW2", check="another"), failing("dW1")], {"dW1": "wrong"}),
    ],
)  # fmt: skip
def test_the_rows_alone_decide_what_is_wrong(rows, want):
    """Of a right target: what is gathered decides nothing."""
    found = evidence_of(RIGHT, *rows)
    assert statuses(found) == {**dict.fromkeys(order(3), "right"), **want}


def test_other_rows_are_noticed(wrong):
    target, found = wrong
    others = [row.model_copy(update={"findings": []}) for row in target.checks]
    assert statuses(found) != said_by(others)


@each("depth", [1, 2, 3, 4])
def test_what_feeds_what_is_what_moves_when_it_is_moved(depth):
    """Each dZ and dA is doubled in turn: the gradients that change are those that the graph leads to."""
    found = evidence_of(RIGHT, depths=(depth,))
    feeds = {node.name: node.feeds for node in found.nodes}
    case = Case((3, *(4,) * (depth - 1), 2), 7, lambd=0.7, keep_prob=0.7, seed=3)
    problem = reference.verification.evidence.draw([case])
    right = mistakes.run(RIGHT, problem)

    def leads_to(name):
        return {name}.union(*(leads_to(after) for after in feeds[name]))

    for name in [name for name in feeds if name[:2] in ("dZ", "dA")]:
        kind, l = name[:2], int(name[2:])
        kind = "dZ_L" if (kind, l) == ("dZ", depth) else kind
        moved = mistakes.run(edit(**{kind: lambda s, k=kind, l=l: getattr(RIGHT, k)(s) * (1 + (s.l == l))}), problem)
        changed = {n for n in right if n != "cost" and not np.array_equal(right[n], moved[n])}
        assert changed == {n for n in leads_to(name) if n in right}
    assert all(feeds[name] == [] for name in feeds if name in right)


def test_every_quantity_stands_once_and_ahead_of_what_it_feeds(wrong):
    _, found = wrong
    names = [node.name for node in found.nodes]
    assert len(set(names)) == len(names) == 11
    assert all(names.index(node.name) < names.index(after) for node in found.nodes for after in node.feeds)


# --- the source -----------------------------------------------------------------------------------------------


def line_of(path, location):
    """As an editor shows it."""
    text = Path(path).read_text(encoding="utf-8")
    if location.cell is not None:
        text = "".join(json.loads(text)["cells"][location.cell - 1]["source"])
    return text.split("\n")[location.line - 1].strip()


def misquoted(path, found):
    """Steps whose line is not the file's, or makes something else."""
    return [
        node.name
        for node in found.nodes
        if node.location is None
        or Path(node.location.file) != path
        or node.source != line_of(path, node.location)
        or not node.source.startswith(f"{node.name} = ")
    ]


def test_every_step_of_a_notebook_has_its_cell_its_line_and_its_text(wrong):
    _, found = wrong
    assert misquoted(WRONG, found) == []
    assert {node.location.cell for node in found.nodes} == {4}
    (cause,) = [node for node in found.nodes if node.status == "wrong"]
    assert (cause.location.line, cause.source) == (19, "dA2 = dA2 / keep_prob")
    assert cause.formula == "dA2 = W3ᵀ dZ3 · D2 / keep_prob"


def test_every_step_of_a_script_has_its_line_and_its_text(fine):
    _, found = fine
    assert misquoted(FINE, found) == []
    assert {node.location.cell for node in found.nodes} == {None}


@each("change", [{"line": 20}, {"cell": 3}, {"file": "another.ipynb"}])
def test_a_place_that_is_not_the_steps_is_noticed(wrong, change):
    _, found = wrong
    moved = [node.model_copy(update={"location": node.location.model_copy(update=change)}) for node in found.nodes]
    assert misquoted(WRONG, found.model_copy(update={"nodes": moved})) != []


@pytest.mark.slow
@each("mark", ["\u2028", "\x85", "\x0c"])
def test_what_only_str_splitlines_takes_for_a_line_end_moves_no_line(tmp_path, mark):
    """Python counts lines by line feeds alone, and so does the place."""
    path = tmp_path / "mine.py"
    path.write_text(FINE.read_text(encoding="utf-8").replace("# Saved from my", f"# Saved{mark}from my"), "utf-8")
    opened = resolve(str(path))()
    try:
        (found,) = gather(opened, ())
    finally:
        opened.close()
    assert misquoted(path, found) == []


def test_what_cannot_be_traced_has_no_place():
    found = evidence_of(RIGHT)
    assert {(node.location, node.source) for node in found.nodes} == {(None, None)}
    assert all(node.formula for node in found.nodes)


# --- the blocks -----------------------------------------------------------------------------------------------


def of_blocks(found):
    return {b.name: (np.array(b.got), np.array(b.want), np.array(b.unit), b.allowed) for b in found.blocks}


def probe(entry):
    """The problem that the blocks are of."""
    return next(probes(entry, reference.verification.evidence._case(entry)))


def test_blocks_are_what_the_target_returned_beside_autodiff():
    (entry,) = implementation(doubled("dW2")).entries
    found, problem = evidence_of(doubled("dW2")), probe(entry)
    outcome, said = run_once(entry, problem), autodiff(problem)
    blocks = of_blocks(found)
    assert list(blocks) == BLOCKS
    assert found.case == str(problem.cases[0])
    for name, (got, want, unit, allowed) in blocks.items():
        l = int(name[2:]) - 1
        assert np.array_equal(got, outcome[name][0])
        assert np.array_equal(want, (said.dW[l] + said.l2[l] if name[:2] == "dW" else said.db[l])[0])
        assert (unit > 0).all()
        assert (unit < 1e-13).all()
        assert allowed == problem.C


def ratios(found):
    """Of each block the ratios to the reference, rounded."""
    return {n: {*np.round(got / want, 9).ravel()} - {np.nan} for n, (got, want, _, _) in of_blocks(found).items()}


@each("name", ["dW2", "db1"])
def test_a_gradient_times_two_is_twice_the_reference_there_and_nowhere_else(name):
    found = ratios(evidence_of(doubled(name), l2=False, dropout=False, hiddens=("tanh",)))
    assert found == {**{block: {1.0} for block in BLOCKS}, name: {2.0}}


def test_only_the_data_term_of_a_decayed_weight_is_doubled():
    blocks = of_blocks(evidence_of(doubled("dW2"), dropout=False, hiddens=("tanh",)))
    for name, (got, want, unit, allowed) in blocks.items():
        within = bool((abs(got - want) <= allowed * unit).all())
        assert within == (name != "dW2")


def test_what_is_of_a_wrong_shape_is_left_out():
    (steps,) = (m.steps for m in mistakes.MISTAKES if m.name == "db of shape (n,)")
    assert list(of_blocks(evidence_of(steps))) == ["dW1", "dW2", "dW3"]


def test_a_gradient_that_is_nan_is_kept_as_it_is():
    nan = mistakes.with_outcome(lambda s, outcome: {n: a * np.nan if n == "dW1" else a for n, a in outcome.items()})
    found = evidence_of(nan, failing("dW1"))
    assert np.isnan(of_blocks(found)["dW1"][0]).all()
    assert {dot.error for dot in found.dots} == {np.inf}


# --- the strips -----------------------------------------------------------------------------------------------


def swept(found):
    values = {}
    for dot in found.dots:
        values.setdefault(dot.swept, set()).add(dot.value)
    return values


SWEPT = {
    "lambd": {0.0, 1e-3, 1e-2, 0.1, 0.7, 7.0, 70.0, 700.0},
    "keep_prob": {0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0},
    "m": {1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0},
}


@pytest.mark.slow
@each(
    ("domain", "changed"),
    [
        ({}, {}),
        ({"l2": False}, {"lambd": {0.0}}),
        ({"dropout": False}, {"keep_prob": {1.0}}),
        ({"l2": False, "dropout": False}, {"lambd": {0.0}, "keep_prob": {1.0}}),
        ({"keep_probs": (0.5, 0.8)}, {"keep_prob": {0.5, 0.6, 0.7, 0.8, 1.0}}),
    ],
)
def test_only_what_the_target_takes_is_swept(domain, changed):
    """Each case that is asked lies within the domain, and differs from the others of its strip in one number."""
    asked = []
    steps = mistakes.with_outcome(lambda s, outcome: None)
    planted = implementation(steps, domain=ANY._replace(**domain))
    (entry,) = planted.entries

    def run(problem):
        asked.extend(problem.cases)
        return entry.run(problem)

    (found,) = gather(planted._replace(entries=(entry._replace(run=run),)), ())
    assert swept(found) == {**SWEPT, **changed}
    assert all(entry.domain.accepts(case) for case in asked)
    of_strips = [case for case in asked if case.seed in SEEDS]
    assert len(of_strips) == len(found.dots) == len(SEEDS) * sum(map(len, swept(found).values()))
    for dot, case in zip(found.dots, of_strips, strict=True):
        assert getattr(case, dot.swept) == dot.value
    for name in SWEPT:
        cases = {case for dot, case in zip(found.dots, of_strips, strict=True) if dot.swept == name}
        same = {replace(case, seed=0, **{name: 1}) for case in cases}
        assert len(same) == 1


@pytest.mark.slow
def test_the_strips_of_a_right_target_are_right(fine):
    _, found = fine
    assert {dot.swept for dot in found.dots} == set(SWEPT)
    assert max(dot.error for dot in found.dots) <= 1
    assert max(dot.error for dot in evidence_of(RIGHT).dots) <= 1


def wrong_where(found, name):
    return {dot.value for dot in found.dots if dot.swept == name and dot.error > 1}


def test_a_mistake_that_only_dropout_shows_is_wrong_where_something_is_dropped():
    found = evidence_of(edit(dA=mistakes.undropped))
    assert wrong_where(found, "keep_prob") == SWEPT["keep_prob"] - {1.0}


def test_a_mistake_of_the_decay_is_wrong_where_something_decays():
    (steps,) = (m.steps for m in mistakes.MISTAKES if m.name == "L2 missing")
    assert wrong_where(evidence_of(steps), "lambd") == SWEPT["lambd"] - {0.0}


def test_a_mistake_of_the_mean_is_right_for_one_example():
    (steps,) = (m.steps for m in mistakes.MISTAKES if m.name == "1/m forgotten in dW")
    assert wrong_where(evidence_of(steps), "m") == SWEPT["m"] - {1.0}


def test_the_strips_of_a_notebook_without_its_mask_are_wrong_where_something_is_dropped(wrong):
    _, found = wrong
    assert wrong_where(found, "keep_prob") == SWEPT["keep_prob"] - {1.0}
    assert "lambd" not in {dot.swept for dot in found.dots if dot.value}


# --- the V ----------------------------------------------------------------------------------------------------

STEEP = 100


def is_a_v(curve):
    """Truncation at the one end, round-off at the other."""
    best = min(curve.errors)
    return (
        np.allclose([curve.steps[0], curve.steps[-1]], [1e-1, 1e-12])
        and curve.errors[0] >= STEEP * best
        and curve.errors[-1] >= STEEP * best
        and len(curve.steps) == len(curve.errors) == len(curve.rounding)
        and sorted(curve.steps, reverse=True) == curve.steps
    )


def test_central_differences_have_the_shape_of_a_v(wrong, fine):
    for _, found in (wrong, fine):
        assert is_a_v(found.curve)
        assert found.curve.reached < 1e-8
        assert found.curve.reached <= 10 * min(found.curve.errors)


def test_what_is_no_v_is_noticed(fine):
    curve = fine[1].curve
    flat = [min(curve.errors)] * len(curve.errors)
    assert not is_a_v(curve.model_copy(update={"errors": flat}))
    assert not is_a_v(curve.model_copy(update={"errors": [*curve.errors[:-1], min(curve.errors)]}))
    assert not is_a_v(curve.model_copy(update={"errors": sorted(curve.errors)}))


@each("name", ["dW1", "dW3", "db2"])
def test_the_curve_is_of_the_worst_entry_with_the_step_that_the_tool_took(name):
    steps = doubled(name)
    found = evidence_of(steps)
    (entry,) = implementation(steps).entries
    problem = probe(entry)
    _, Y, parameters = float64_of(problem)
    central = network_differences(Y, parameters, magnitudes_of(problem), **problem.architecture())
    l, (i, j) = int(name[2:]) - 1, found.curve.index
    column = parameters[l][0].shape[-1] if name[:2] == "db" else j
    assert found.curve.name == name
    assert found.curve.chosen == central.eps[l][0, i, column]
    assert is_a_v(found.curve)
    said = autodiff(problem)
    true = (said.db if name[:2] == "db" else said.dW)[l][0, i, j]
    assert found.curve.reached == abs(central.D[l][0, i, column] - true) / abs(true)


def test_another_step_is_noticed():
    found = evidence_of(doubled("dW1"))
    (entry,) = implementation(RIGHT).entries
    problem = probe(entry)
    _, Y, parameters = float64_of(problem)
    eps = network_differences(Y, parameters, magnitudes_of(problem), **problem.architecture()).eps[0][0]
    i, j = found.curve.index
    others = [eps[k] for k in np.ndindex(eps.shape) if k != (i, j)]
    assert found.curve.chosen not in others


def test_rounding_is_what_the_cost_loses(fine):
    curve = fine[1].curve
    product = np.array(curve.rounding) * np.array(curve.steps)
    assert np.allclose(product, product[0])
    assert np.median(np.array(curve.errors)[-8:] / np.array(curve.rounding)[-8:]) < 10


@each("dtype", ["float64", "float32"])
def test_the_differences_are_taken_at_the_problem_that_the_true_value_is_of(dtype):
    """Parameters that were rounded once are rounded in every difference: else no step comes close."""
    curve = evidence_of(RIGHT, dtypes=(dtype,)).curve
    assert is_a_v(curve)
    assert min(curve.errors) < 1e-9


# --- what cannot be asked -------------------------------------------------------------------------------------


class Gone(Exception):
    """A process that did not answer."""


@each("error", [RuntimeError("no"), Gone(), SystemExit(3), RecursionError()])
def test_a_target_that_raises_has_no_pictures(error):
    def run(problem):
        raise error

    planted = Implementation("planted", (Entry("backward", ANY, run),))
    assert gather(planted, [failing("*")]) == []


def test_an_interrupt_is_no_answer():
    def run(problem):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gather(Implementation("planted", (Entry("backward", ANY, run),)), ())


@each("answer", [None, {}, {"dW1": "text"}, {"dW1": np.array(["a"])}])
def test_an_answer_of_no_use_stops_nothing(answer):
    planted = Implementation("planted", (Entry("backward", ANY, lambda problem: answer),))
    assert all(found.blocks == [] for found in gather(planted, [failing("dW1")]))


def test_one_function_that_raises_costs_its_own_pictures_alone():
    (works,) = implementation(doubled("dW2")).entries

    def raising(problem):
        raise RuntimeError("no")

    entries = (works._replace(check="raises", run=raising), works)
    rows = (failing("*", check="raises"), failing("dW2"))
    found = gather(Implementation("planted", entries), rows)
    assert [one.check for one in found] == ["backward"]


def test_the_failing_checks_are_drawn_and_not_too_many():
    (entry,) = implementation(RIGHT).entries
    entries = tuple(entry._replace(check=f"check {k}") for k in range(9))
    rows = [failing("dW1", check=entry.check) for entry in entries]
    some = gather(Implementation("planted", entries), [rows[2], rows[5]])
    assert [one.check for one in some] == ["check 2", "check 5"]
    every = gather(Implementation("planted", entries), rows)
    assert [one.check for one in every] == [f"check {k}" for k in range(reference.verification.evidence.MOST)]


def test_of_a_right_target_the_function_that_takes_most_is_drawn():
    (entry,) = implementation(RIGHT).entries
    narrow = entry._replace(check="narrow", domain=ANY._replace(l2=False, dropout=False))
    found = gather(Implementation("planted", (narrow, entry)), ())
    assert [one.check for one in found] == ["backward"]


def test_a_target_that_exports_nothing_has_no_pictures():
    assert gather(Implementation("empty", ()), ()) == []


# --- of no weight ---------------------------------------------------------------------------------------------

OPTIONS = Options(plan(4), case=Case.parse("dims=3,4,2 m=5 hidden=tanh lambd=0.7 keep_prob=0.6"))
STANDING = {
    "right": RIGHT,
    "wrong": doubled("dW2"),
    "raises": mistakes.raising(lambda s: True),
    "changes X": mistakes.mutating("X"),
    "not finite": mistakes.with_outcome(lambda s, outcome: {n: a * np.nan for n, a in outcome.items()}),
}


@pytest.fixture
def _workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def verdicts(steps, options=OPTIONS, **how):
    """With pictures and without: the JSON that is read, and the files of failures."""
    said = []
    for pictured in (False, True):
        target = verify_one(implementation(steps), options, pictured=pictured, **how)
        said.append(json_report.render(report(target)))
    return said


@pytest.mark.slow
@pytest.mark.usefixtures("_workplace")
@each("steps", STANDING.values())
def test_what_is_gathered_changes_nothing_that_is_said(steps):
    without, with_pictures = verdicts(steps)
    assert without == with_pictures


@pytest.mark.usefixtures("_workplace")
def test_pictures_are_gathered_where_they_are_asked_for_alone():
    for steps in (RIGHT, doubled("dW2")):
        without, with_pictures = (
            verify_one(implementation(steps), OPTIONS, pictured=pictured) for pictured in (False, True)
        )
        assert without.evidence == []
        assert [found.check for found in with_pictures.evidence] == ["backward"]


@pytest.mark.usefixtures("_workplace")
@each("name", ["right", "wrong"])
def test_evidence_that_says_the_opposite_changes_no_verdict(monkeypatch, name):
    opposite = evidence_of(doubled("dW2") if name == "right" else RIGHT, failing("dW1"))
    monkeypatch.setattr(reference.verification.evidence, "gather", lambda implementation, rows: [opposite])
    without, with_pictures = verdicts(STANDING[name])
    assert without == with_pictures


@pytest.mark.usefixtures("_workplace")
def test_a_gathering_that_meddles_is_noticed():
    def meddles(*args, pictured, **how):
        found = conclude(*args, pictured=pictured, **how)
        return found._replace(rows=()) if pictured else found

    without, with_pictures = verdicts(STANDING["wrong"], conclude=meddles)
    assert without != with_pictures
