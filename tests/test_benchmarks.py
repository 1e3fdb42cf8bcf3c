"""The campaigns run, and can fail; whoever is wrong is found before anything is timed. No test asserts a time."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import (
    __main__ as command,
)
from benchmarks import (
    agreement,
    course_training,
    curves,
    exhaustive,
    growth,
    machine,
    one_file,
    startup,
    steps_verified,
    tables,
    timing,
    trainers,
    training_step,
    verification,
    verified,
)
from benchmarks.agreement import WitnessAgreement
from benchmarks.detection import ERRORS, caught
from benchmarks.false_alarms import campaign
from benchmarks.peers import Setting, Trainer
from benchmarks.peers import jax as jax_peer
from benchmarks.peers.plain import LOOP
from benchmarks.plan import BenchmarkPlan
from benchmarks.tables import markdown
from reference.cases.case import Case
from reference.interface.entry import Entry
from reference.targets import resolve


@pytest.mark.slow
def test_a_small_campaign_finds_nothing_to_accuse() -> None:
    part = campaign(64, 3)
    assert part["alarms"] == []
    assert part["counts"]["cases"] == 64
    assert part["gradients"][1] > 0


def test_a_campaign_over_a_wrong_network_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    from manual_backprop import network

    right = network.affine_backward

    def doubled(dZ, A_prev, W):  # type: ignore[no-untyped-def]
        dA_prev, dW, db = right(dZ, A_prev, W)
        return dA_prev, 2 * dW, db

    monkeypatch.setattr(network, "affine_backward", doubled)
    assert campaign(16, 3)["alarms"]


def test_small_errors_are_caught_down_to_rounding_and_not_below() -> None:
    shares = dict(zip(ERRORS, caught("float64", 40, 0), strict=True))
    assert shares[ERRORS[7]] == 1.0  # 1e-10
    assert shares[ERRORS[-1]] == 0.0  # 1e-14


def test_a_table_is_markdown() -> None:
    assert markdown(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_the_command_prints_its_tables() -> None:
    from benchmarks.detection import main

    result = CliRunner().invoke(main, ["--trials", "8"])
    assert result.exit_code == 0
    assert "caught, float64" in result.output


# --- who is timed, and when -----------------------------------------------------------------------------------------


def order_of(seed: int) -> tuple[list[str], timing.Times]:
    called: list[str] = []
    work = {name: (lambda number, name=name: called.append(f"{name}{number}")) for name in "abc"}
    return called, timing.interleaved(work, 6, seed=seed, batch=None)


def test_everyone_is_timed_once_in_every_round_in_an_order_that_is_drawn() -> None:
    called, taken = order_of(0)
    rounds = [called[k : k + 3] for k in range(0, len(called), 3)]
    assert [sorted(names) for names in rounds] == [[f"{name}{k}" for name in "abc"] for k in range(6)]
    assert len({tuple(name[0] for name in names) for names in rounds}) > 1
    assert called == order_of(0)[0] != order_of(1)[0]
    assert {name: len(times) for name, times in taken.items()} == dict.fromkeys("abc", 6)


def test_a_short_call_is_repeated_and_a_long_one_is_not() -> None:
    counts = dict.fromkeys(("short", "long"), 0)

    def call(name: str, number: int) -> None:
        counts[name] += 1
        if name == "long":
            np.linalg.svd(np.ones((60, 60)))

    timing.interleaved({name: partial(call, name) for name in counts}, 2, batch=2e-4)
    assert counts["short"] > 2 * counts["long"] >= 8


def test_a_ratio_is_taken_within_each_round() -> None:
    drifting = [1.0, 10.0, 100.0]
    assert timing.ratio([2 * t for t in drifting], drifting) == (2.0, 2.0, 2.0)
    assert timing.spread([1, 2, 3, 4, 5]) == (3.0, 2.0, 4.0)


def test_the_most_memory_of_a_call_is_counted() -> None:
    assert 8_000_000 <= timing.traced_peak(lambda: np.ones(1_000_000)) < 9_000_000


def test_nobody_is_right_who_is_not_a_number() -> None:
    found = [
        WitnessAgreement("a", "x", 1, 2),
        WitnessAgreement("b", "x", float("nan"), 2),
        WitnessAgreement("c", "x", 3, 2, "here"),
    ]
    assert agreement.wrong(found) == {"b", "c"}
    text = agreement.table(found)
    assert text.count("**WRONG**, not timed") == 2
    assert "**3**, allowed 2 (here)" in text


def test_of_one_kind_the_worst_comparison_is_shown() -> None:
    found = [WitnessAgreement("a", "x", worst, 1.0) for worst in (0.25, 0.75, 0.5)]
    assert "0.75 ≤ 1" in agreement.table(found)
    assert "**2**" in agreement.table([*found, WitnessAgreement("a", "x", 2, 1), WitnessAgreement("a", "x", 0.9, 1)])


def test_figures_have_three_digits_and_a_unit() -> None:
    assert [tables.duration(t) for t in (12.34, 0.01234, 1.234e-5)] == ["12.3 s", "12.3 ms", "12.3 µs"]
    assert [tables.size(n) for n in (123, 12_340, 1.234e9)] == ["123 B", "12.3 kB", "1.23 GB"]
    assert tables.times(2.345, 1.004, 1234.5) == "2.35 (1.00–1,234)"
    assert tables.met("≤ 1", True) != tables.met("≤ 1", False)


# --- the machine ----------------------------------------------------------------------------------------------------


def test_the_machine_is_pinned_before_jax_is_there_or_not_at_all() -> None:
    import jax  # noqa: F401

    with pytest.raises(RuntimeError, match="imported already"):
        machine.pin(1)


@pytest.mark.slow
def test_a_pinned_process_hands_the_machine_on_as_it_was() -> None:
    text = """
import os
from benchmarks import machine
def state():
    return os.environ.get("NPROC"), sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
was = state()
before = machine.pin(1)
assert os.environ["NPROC"] == "1" and (was[1] is None or len(state()[1]) == 1)
with machine.unpinned(before):
    assert state() == was
assert os.environ["NPROC"] == "1" and (was[1] is None or len(state()[1]) == 1)
"""
    subprocess.run([sys.executable, "-c", text], check=True, cwd=Path(__file__).parent.parent)


def test_the_heading_says_who_is_missing_and_who_chose_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "installed", lambda module: module == "numpy")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    text = machine.heading(1)
    assert text.count(f"| {tables.ABSENT} |") == len(machine.LIBRARIES) - 1
    assert f"| numpy | {np.__version__} |" in text
    assert "OPENBLAS_CORETYPE=Haswell" in text


# --- verified cases -------------------------------------------------------------------------------------------------

FEW = verified.Sizes(shapes=4, passes=1, rounds=1, sample=2, wide=16)
ABSENT_PEER = LOOP._replace(name="nobody", package="there_is_no_such_package")


def in_float64() -> Any:
    """JAX, as ``machine.equal`` has it; the pools as they are."""
    import jax

    return jax.enable_x64(True)


def said(measure: Callable[..., bool], **how: Any) -> tuple[bool, str]:
    text: list[str] = []
    right = measure(BenchmarkPlan(), text.append, **how)
    return right, "\n".join(text)


def never_timed(monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    def interleaved(*given: Any, **how: Any) -> timing.Times:
        raise AssertionError("someone was timed")

    monkeypatch.setattr(module, "interleaved", interleaved)


def timed_alone(monkeypatch: pytest.MonkeyPatch, module: Any) -> list[str]:
    """Who is timed; the work is done once."""
    names: list[str] = []

    def interleaved(work: dict[str, Callable[[int], object]], rounds: int, **how: Any) -> timing.Times:
        names.extend(work)
        for call in work.values():
            call(0)
        return {name: [1.0] * rounds for name in work}

    monkeypatch.setattr(module, "interleaved", interleaved)
    return names


def spoiled(entry: Entry, output: str, factor: float) -> Entry:
    return entry._replace(run=lambda problem: {**(found := entry.run(problem)), output: factor * found[output]})


@pytest.fixture(scope="module")
def entry() -> Entry:
    return resolve("manual_backprop")().entries[0]


def test_the_stream_of_cases_is_what_it_is_said_to_be() -> None:
    drawn = verification.stacks(256, 0)
    assert len({stack[0].shape for stack in drawn}) == 256
    assert all(len({case.shape for case in stack}) == 1 and len(stack) == 16 for stack in drawn)
    cases = [case for stack in drawn for case in stack]
    assert {n for case in cases for n in case.dims} == set(range(1, 12))
    assert {case.m for case in cases} == set(range(1, 20))
    assert all(case.lambd > 0 and case.keep_prob < 1 for case in cases)
    assert 0.05 < np.mean([case.bias == "zero" for case in cases]) < 0.15
    assert drawn[:8] == verification.stacks(8, 0) != verification.stacks(8, 1)


def test_verified_cases_are_counted_beside_peers() -> None:
    right, text = said(verified.measure, sizes=FEW, checkers=(LOOP, ABSENT_PEER))
    assert right
    assert text.index("verified |") < text.index("cases verified in a second") < text.index("right gradients rejected")
    assert f"| nobody | every parameter | {tables.ABSENT} |" in text
    assert "0 of 64" in text


def test_a_wrong_gradient_is_found_before_anything_is_timed(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    for factor in (2.0, 1 + 1e-9):
        never_timed(monkeypatch, verified)
        right, text = said(verified.measure, sizes=FEW, entry=spoiled(entry, "dW1", factor), checkers=())
        assert not right
        assert "**WRONG**, not timed" in text


@pytest.mark.slow
def test_a_wrong_peer_is_not_timed_and_the_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in (
        LOOP._replace(name="wrong", cost=lambda single: LOOP.cost(single) * (1 + 1e-9)),
        LOOP._replace(name="wrong", accepts=lambda single, gradients: True),
    ):
        names = timed_alone(monkeypatch, verified)
        right, text = said(verified.measure, sizes=FEW, checkers=(wrong, LOOP))
        assert not right
        assert LOOP.name in names
        assert "wrong" not in names
        assert "| wrong | every parameter | wrong, not timed |" in text


# --- every parameter ------------------------------------------------------------------------------------------------

SMALL = Case((3, 5, 4, 3), 6, output="softmax", lambd=0.7, keep_prob=0.86, seed=3)
TINY = exhaustive.Sizes(SMALL, SMALL, rounds=1, sample=5)


@pytest.mark.slow
def test_every_parameter_is_differenced_beside_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhaustive, "installed", lambda package: package == "numpy")
    right, text = said(exhaustive.measure, sizes=TINY, checkers=(LOOP, ABSENT_PEER))
    assert right
    assert f"| nobody | every parameter | {tables.ABSENT} |" in text


def test_wrong_differences_are_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in (
        LOOP._replace(name="wrong", approximation=lambda single: 1.001 * LOOP.approximation(single)),  # type: ignore[misc]
        LOOP._replace(name="wrong", cost=lambda single: 1.001 * LOOP.cost(single)),
        LOOP._replace(name="wrong", accepts=lambda single, gradients: True),
    ):
        monkeypatch.setattr(exhaustive, "installed", lambda package: package == "numpy")
        names = timed_alone(monkeypatch, exhaustive)
        assert not said(exhaustive.measure, sizes=TINY, checkers=(wrong, LOOP))[0]
        assert "wrong" not in names
        assert LOOP.name in names


def test_our_own_differences_are_not_timed_where_they_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    never_timed(monkeypatch, exhaustive)
    right_ones = exhaustive.approximation
    monkeypatch.setattr(exhaustive, "approximation", lambda check: 1.001 * right_ones(check))
    assert not said(exhaustive.measure, sizes=TINY, checkers=())[0]


PEERS = [
    ("jax", "GRAD_AND_LOOP"), ("jax", "CHECK_GRADS"), ("torch", "GRADCHECK"), ("torch", "GRADCHECK_FAST"),
    ("scipy", "THREE_POINT"), ("autograd", "CHECK_GRADS"), ("numdifftools", "GRADIENT"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("package", "name"), PEERS)
def test_a_peer_tells_right_from_wrong(package: str, name: str) -> None:
    pytest.importorskip(package)
    checker = getattr(importlib.import_module(f"benchmarks.peers.{package}"), name)
    asked = exhaustive.question(SMALL)
    with in_float64():
        assert agreement.wrong(exhaustive._peer(checker, asked)) == set()
        assert checker.accepts(asked.single, asked.blocks)


# --- a step of training ---------------------------------------------------------------------------------------------

NET = trainers.Network((2, 5, 3, 1), 17, "sigmoid")
STEPS = training_step.Sizes((NET,), rounds=1, iterations=3, trainings=1)


def ours_alone(setting: Setting) -> trainers.Everyone:
    both: trainers.Makers = {
        trainers.OURS: lambda keep_prob: trainers.ours(setting, keep_prob=keep_prob),
        trainers.NAIVE: lambda keep_prob: trainers.naive(setting, keep_prob=keep_prob),
    }
    return trainers.Everyone(both, {}, ("PyTorch", "scikit-learn"))


@pytest.mark.slow
def test_a_step_is_timed_beside_those_who_are_there() -> None:
    with in_float64():
        right, text = said(training_step.measure, sizes=STEPS, makers=ours_alone)
    assert right
    assert f"PyTorch {tables.ABSENT}" in text
    assert f"scikit-learn {tables.ABSENT}" in text
    assert "training.model, 3 iterations" in text


def stepping_too_far(one: Trainer) -> Trainer:
    return one._replace(parameters=lambda: [a * (1 + 1e-4) for a in one.parameters()])


def dropping(share: float, grown: float) -> Callable[[Trainer], Trainer]:
    def dropped(count: int) -> np.ndarray:
        return (np.random.RandomState(0).random_sample(count) < share) * grown

    return lambda one: one._replace(dropped=dropped)


FAULTS = {
    "another step": stepping_too_far,
    "dropout without its scale": dropping(0.86, 1.0),
    "another share": dropping(0.85, 1 / 0.86),
    "everything dropped": dropping(0.0, 1.0),
}


def test_a_wrong_trainer_is_found() -> None:
    setting = trainers.setting_of(NET, "float32")
    for name, fault in FAULTS.items():
        makers = {"wrong": lambda keep_prob, fault=fault: fault(trainers.naive(setting, keep_prob=keep_prob))}
        with in_float64():
            assert agreement.wrong(steps_verified.agreements(setting, makers)) == {"wrong"}, name


@pytest.mark.slow
def test_a_wrong_trainer_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_one_wrong(setting: Setting) -> trainers.Everyone:
        asked = ours_alone(setting)
        wrong = lambda keep_prob: stepping_too_far(trainers.naive(setting, keep_prob=keep_prob))
        return asked._replace(both=asked.both | {"wrong": wrong})

    names = timed_alone(monkeypatch, training_step)
    with in_float64():
        right, text = said(training_step.measure, sizes=STEPS, makers=with_one_wrong)
    assert not right
    assert trainers.OURS in names
    assert "wrong" not in names
    assert "wrong wrong, not timed" in text


@pytest.mark.slow
def test_our_own_step_is_not_timed_where_it_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    from manual_backprop import workspace

    never_timed(monkeypatch, training_step)
    right_one = workspace.gradient_descent

    def without_l2(ws: workspace.Workspace, *, learning_rate: float, lambd: float) -> None:
        right_one(ws, learning_rate=learning_rate)

    monkeypatch.setattr(workspace, "gradient_descent", without_l2)
    with in_float64():
        assert not said(training_step.measure, sizes=STEPS, makers=ours_alone)[0]


def test_a_whole_training_without_its_l2_term_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not agreement.wrong(course_training.agreements(5))
    right_one = course_training._trained
    monkeypatch.setattr(course_training, "_trained", lambda lambd, keep, n: right_one(0.0, keep, n))
    assert agreement.wrong(course_training.agreements(5))


@pytest.mark.slow
@pytest.mark.parametrize(("package", "dtype"), [("jax", "float32"), ("torch", "float64"), ("sklearn", "float32")])
def test_every_trainer_takes_the_same_step(package: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(package)
    setting = trainers.setting_of(NET, dtype)
    with in_float64():
        monkeypatch.setattr(jax_peer, "WAYS", (jax_peer.Way(False, bits=16), jax_peer.Way(True)))
        asked = trainers.everyone(setting)
        makers = {name: make for name, make in (asked.both | asked.only).items() if make(1.0).package == package}
        found = steps_verified.agreements(setting, makers)
    assert makers
    assert agreement.wrong(found) == set()


def test_the_products_are_those_of_a_step() -> None:
    setting = trainers.setting_of(NET, "float64")
    assert timing.traced_peak(trainers.products(setting)) < 2000


# --- start ----------------------------------------------------------------------------------------------------------

FAKE = [sys.executable, "-S", "-c"]


@pytest.mark.slow
def test_processes_are_timed_that_end_well() -> None:
    right, text = said(startup.measure, sizes=startup.Sizes(1, 1, ("--case", "x")), command=[*FAKE, "pass"])
    assert right
    assert "manual-backprop verify, cold: --case x" in text


@pytest.mark.slow
def test_a_process_that_fails_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    never_timed(monkeypatch, startup)
    right, text = said(startup.measure, sizes=startup.Sizes(1, 1), command=[*FAKE, "raise SystemExit(3)"])
    assert not right
    assert "**3**, allowed 0" in text


def of_one_file(wrong: int) -> list[str]:
    """A program that ends with ``wrong`` where a file has the mistake, and with 0 where it has not."""
    text = "import sys, pathlib; texts = [pathlib.Path(name).read_text() for name in sys.argv[2:]]"
    return [*FAKE, f"{text}; sys.exit({wrong} if any('= np.dot(dZ3, A2.T)' in text for text in texts) else 0)"]


@pytest.mark.slow
def test_one_file_is_timed_beside_the_import() -> None:
    text: list[str] = []
    assert one_file.measure(BenchmarkPlan(quick=True), text.append, command=of_one_file(1))
    assert all(f"| {name} | " in text[-1] for name in (one_file.UNIT, *one_file.GOALS))
    assert text[-1].count(": met") == 4


@pytest.mark.slow
def test_one_file_with_another_verdict_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    never_timed(monkeypatch, one_file)
    right, text = said(one_file.measure, command=of_one_file(0))
    assert not right
    assert f"| {one_file.WRONG} | **1**, allowed 0 | **WRONG**, not timed |" in text


@pytest.mark.slow
def test_the_program_is_there() -> None:
    found = startup.ran([*startup.program(), "--help"], Path.cwd(), Path.cwd())
    assert found.returncode == 0
    assert "verify" in found.stdout


# --- growth ---------------------------------------------------------------------------------------------------------


def test_a_slope_is_the_power() -> None:
    x = [1, 10, 100]
    assert curves.slope(x, [3 * k**1.5 for k in x]) == pytest.approx(1.5)
    assert curves.slope(x, [7, 7, 7]) == pytest.approx(0)


@pytest.mark.slow
def test_what_grows_is_verified_cases_differences_steps_and_campaigns() -> None:
    with in_float64():
        found, agreements = growth.jobs(BenchmarkPlan(), growth.Sizes((1, 17), (2, 3), (3,), 1, (1, 2), 4))
    assert not agreement.wrong(agreements)
    assert [job.x for job in found] == [[16, 32], [42, 50], [3], [1, 2]]
    assert min(curves.measured(found[2], BenchmarkPlan(), 1).memory) > 0


@pytest.mark.slow
def test_growth_is_measured_and_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def job(title: str) -> curves.Job:
        sizes = [100, 1000, 10_000, 100_000]
        return curves.Job(title, "numbers", sizes, [partial(np.ones, size) for size in sizes])

    monkeypatch.setattr(machine, "pin", lambda threads: None)
    monkeypatch.setattr(machine, "LIBRARIES", {"numpy": "numpy"})
    monkeypatch.setattr(growth, "jobs", lambda plan, sizes: ([job("One"), job("Other")], []))
    result = CliRunner().invoke(growth.main, ["--quick", "--out", str(tmp_path / "new")], catch_exceptions=False)
    assert result.exit_code == 0
    assert "| other, 100 to 100,000 numbers |" in result.output
    assert "B to 800 kB" in result.output
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"growth.png", "growth.svg"}
    assert (tmp_path / "new" / "growth.png").stat().st_size > 10_000


def test_growth_of_what_is_wrong_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "pin", lambda threads: None)
    monkeypatch.setattr(machine, "LIBRARIES", {"numpy": "numpy"})
    monkeypatch.setattr(growth, "jobs", lambda plan, sizes: ([], [WitnessAgreement("a", "b", 2, 1)]))
    never_timed(monkeypatch, curves)
    result = CliRunner().invoke(growth.main, ["--quick", "--out", str(tmp_path)])
    assert result.exit_code == 1
    assert not list(tmp_path.iterdir())


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """The command, with measures that note that they were asked and answer as this dictionary says."""
    answers = dict.fromkeys(command.MEASURES, True)
    monkeypatch.setattr(machine, "pin", lambda threads: None)
    monkeypatch.setattr(machine, "LIBRARIES", {"numpy": "numpy"})
    for name in command.MEASURES:
        module = importlib.import_module(f"benchmarks.{command.MODULES.get(name, name)}")

        def measure(plan: BenchmarkPlan, say: Callable[[str], None], name: str = name) -> bool:
            say(f"asked {name} {plan.rounds} {plan.quick}")
            return answers[name]

        monkeypatch.setattr(module, "measure", measure)
    return answers


def test_the_command_prints_every_table(measured: dict[str, bool]) -> None:
    result = CliRunner().invoke(command.main, ["--rounds", "2", "--quick"], catch_exceptions=False)
    assert result.exit_code == 0
    for name, title in command.MEASURES.items():
        assert f"## {title}\n\nasked {name} 2 True" in result.output
    assert result.output.count("(--quick: a look, not a result)") == len(command.MEASURES)


def test_the_command_prints_those_that_are_asked_for(measured: dict[str, bool]) -> None:
    result = CliRunner().invoke(command.main, ["--only", "training", "--only", "startup"], catch_exceptions=False)
    assert "asked training" in result.output
    assert "asked startup" in result.output
    assert "asked verified" not in result.output


def test_the_command_exits_1_where_someone_is_wrong(measured: dict[str, bool]) -> None:
    for name in command.MEASURES:
        measured[name] = False
        assert CliRunner().invoke(command.main, []).exit_code == 1, name
        measured[name] = True


def test_the_command_explains_itself_without_jax() -> None:
    text = """
import runpy, sys
sys.argv = ["benchmarks", "--help"]
try:
    runpy.run_module("benchmarks", run_name="__main__")
except SystemExit as end:
    assert not end.code and not {"jax", "numpy"} & sys.modules.keys()
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    found = subprocess.run([sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert "--only" in found.stdout
