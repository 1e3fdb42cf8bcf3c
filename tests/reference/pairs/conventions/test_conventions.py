"""Conventions, each proven by a rerun, and beside each an example that it must not swallow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.interface.pair import Parameter
from reference.pairs.judge import judge_readings
from reference.pairs.result import PairResult
from tests.reference.pairs.bench import Pair, Tried, answered, open_pair
from tests.reference.pairs.rights import RIGHT

BY_NAME = {pair.name: pair for pair in RIGHT}


def judged(pair: Pair, ask: Any = None, **proposal: Any) -> PairResult:
    opened = open_pair(pair)
    takes = tuple(Parameter(name) for name in (*pair.shapes, *pair.given))
    opened = opened._replace(proposal=opened.proposal._replace(takes=takes, **proposal), ask=ask or opened.ask)
    return judge_readings(opened, [Tried(pair)], seed=0)


def codes(result: PairResult) -> set[str]:
    return {finding.code for row in result.rows for finding in row.findings}


def changed(pair: Pair, **changes: Any) -> Pair:
    """Some gradients multiplied; a change is a function of the primals."""

    def backward(xp: Any, p: Any, c: Any) -> dict[str, Any]:
        gradients = pair.backward(xp, p, c)
        return {n: xp.float(changes[n](p)) * g if n in changes else g for n, g in gradients.items()}

    return pair._replace(backward=backward)


def over_n(p: Any) -> float:
    return 1.0 / len(p["x"])


# --- 1/N --------------------------------------------------------------------------------------------------------


def test_means_over_the_batch_are_a_convention() -> None:
    result = judged(changed(BY_NAME["affine"], W=over_n, b=over_n))
    assert codes(result) == set()
    assert all(row.consistent for row in result.rows)
    assert {row.output for row in result.rows if row.conventions} == {"dW", "db"}


@pytest.mark.parametrize(
    "pair",
    [
        changed(BY_NAME["affine"], W=over_n),  # not of all parameters
        changed(BY_NAME["affine"], W=over_n, b=lambda p: 2.0 / len(p["x"])),  # not the same factor
        changed(BY_NAME["affine"], W=over_n, b=over_n, x=over_n),  # the input's too
        changed(BY_NAME["affine"], W=lambda p: 0.5, b=lambda p: 0.5),  # no batch's size
        changed(BY_NAME["affine"], W=lambda p: 1 / p["x"].shape[1], b=lambda p: 1 / p["x"].shape[1]),  # features
        changed(BY_NAME["batch_norm"], W=over_n, b=over_n, g=over_n, t=over_n),  # examples that know of each other
    ],
    ids=["one parameter", "two factors", "the input", "a half", "features", "batch normalisation"],
)
def test_a_factor_that_is_no_mean_over_the_batch_is_wrong(pair: Pair) -> None:
    assert any(row.consistent is False for row in judged(pair).rows)


def test_a_forgotten_mean_of_a_loss_is_wrong() -> None:
    pair = changed(BY_NAME["ridge"], w=lambda p: 1.0 / len(p["X"]))
    assert any(row.consistent is False for row in judged(pair).rows)


# --- guards -----------------------------------------------------------------------------------------------------


def cross_entropy(guard: float) -> Pair:
    """A loss that keeps its logarithm finite, and a gradient that does not know of it."""

    def forward(xp: Any, p: Any) -> Any:
        a = 1 / (1 + xp.exp(-p["z"]))
        c = xp.float(guard)
        return -xp.sum(p["y"] * xp.log(a + c) + (1 - p["y"]) * xp.log(1 - a + c))

    def backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
        return {"z": dout * (1 / (1 + np.exp(-p["z"])) - p["y"].astype(p["z"].dtype))}

    bits = {"y": lambda stream, sizes: stream.randint(2, size=(sizes["N"], 1)).astype(float)}
    return Pair("cross_entropy", {"z": ("N", 1)}, forward, backward, given=bits, loss=True)


def guarded(pair: Pair, make: Any, guard: float, literal: float | None = None) -> Any:
    """Answers of a pair whose file has one guard, rerun with it made smaller."""

    def ask(question: str, **details: Any) -> Any:
        if question != "pair_guards":
            return answered(pair, question, details)
        if details["fractions"] is None:
            return []  # it has no number of many digits
        given = {name: details[name] for name in ("draw", "cotangents", "points")}
        derivatives = [
            answered(make(guard * fraction), "pair_complex", given)["derivatives"] for fraction in details["fractions"]
        ]
        return [{"number": 0, "literal": literal or guard, "text": "log(a + c)", "cell": None, "line": 3,
                 "derivatives": np.array(derivatives)}]  # fmt: skip

    return ask


def test_a_guard_that_is_left_out_is_a_warning() -> None:
    pair = cross_entropy(1e-7)
    result = judged(pair, guarded(pair, cross_entropy, 1e-7))
    assert codes(result) == {"MB402"}
    assert result.rows[0].consistent
    assert "left out" in result.rows[0].conventions[0]


def test_without_a_rerun_it_is_no_convention() -> None:
    assert judged(cross_entropy(1e-7)).rows[0].consistent is False


def test_a_large_constant_is_no_guard() -> None:
    pair = cross_entropy(1e-3)
    assert judged(pair, guarded(pair, cross_entropy, 1e-3)).rows[0].consistent is False
    assert judged(pair, guarded(pair, cross_entropy, 1e-3, literal=1e-6)).rows[0].consistent is False


def test_a_mistake_that_does_not_go_with_the_guard_is_wrong() -> None:
    def make(guard: float) -> Pair:
        return changed(cross_entropy(guard), z=lambda p: 1 + 1e-5)

    pair = make(1e-7)
    assert judged(pair, guarded(pair, make, 1e-7)).rows[0].consistent is False


# --- ties -------------------------------------------------------------------------------------------------------


def pooled(share: Any) -> Pair:
    """The largest of each row; ``share`` gives the weights of its ties."""

    def forward(xp: Any, p: Any) -> Any:
        return xp.max(p["x"], 1)[:, 0]

    def backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
        ties = p["x"] == p["x"].max(axis=1, keepdims=True)
        return {"x": dout[:, None] * share(ties).astype(p["x"].dtype)}

    return Pair("pool", {"x": (7, 9)}, forward, backward)


def first(ties: Any) -> Any:
    return (np.cumsum(ties, axis=1) == 1) & ties


def last(ties: Any) -> Any:
    return first(ties[:, ::-1])[:, ::-1]


def evenly(ties: Any) -> Any:
    return ties / ties.sum(axis=1, keepdims=True)


def every(ties: Any) -> Any:
    return ties


@pytest.mark.parametrize(("share", "said"), [(first, False), (last, True), (evenly, True)])
def test_any_weights_of_a_tie_that_sum_to_one_are_right(share: Any, said: bool) -> None:
    (row,) = judged(pooled(share)).rows
    assert row.consistent
    assert row.findings == ()
    assert bool(row.conventions) is said


def test_weights_that_do_not_are_wrong() -> None:
    (row,) = judged(pooled(every)).rows
    assert row.consistent is False
    (finding,) = row.findings
    assert "at a tie" in finding.text


def test_a_kink_that_is_no_tie_among_its_own_values_accuses_nobody() -> None:
    """On a coarse grid margins are exactly zero, and moving equal scores equally moves them across."""

    def forward(xp: Any, p: Any) -> Any:
        gaps = 1 + p["x"] - p["x"][:, :1]
        return xp.maximum(gaps, 0 * gaps)

    def backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
        d = dout * (1 + p["x"] - p["x"][:, :1] > 0)
        d[:, 0] -= d.sum(axis=1)
        return {"x": d}

    (row,) = judged(Pair("margins", {"x": (7, 9)}, forward, backward)).rows
    assert row.consistent
    assert row.findings == ()


def test_kinks_that_cancel_accuse_nobody() -> None:
    """max(x, 0) − |x| / 2 is x / 2 everywhere: at 0 each term has two slopes, and their sum has one."""

    def forward(xp: Any, p: Any) -> Any:
        return xp.maximum(p["x"], 0 * p["x"]) - 0.5 * xp.abs(p["x"])

    pair = Pair("half", {"x": (6, 7)}, forward, lambda xp, p, c: {"x": xp.float(0.5) * c})
    zeros = {"x": lambda stream, dims: stream.randint(2, size=dims).astype(float)}
    (row,) = judged(pair._replace(laws=zeros)).rows
    assert row.consistent is not False
    (row,) = judged(pair._replace(laws=zeros, backward=lambda xp, p, c: {"x": c})).rows
    assert row.consistent is False


# --- steps that are cut off -------------------------------------------------------------------------------------


def chain(cut: bool) -> Pair:
    """h ← tanh(h · w) so many times; the way back goes so many steps at most, where it is cut off."""

    def forward(xp: Any, p: Any) -> Any:
        h = p["h"]
        for _ in range(4):
            h = xp.tanh(h * p["w"])
        return h

    def backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
        hs = [p["h"]]
        for _ in range(4):
            hs.append(np.tanh(hs[-1] * p["w"]))
        dw, d = 0 * p["w"], dout
        for k in range(4, max(0, 4 - (p["bptt_truncate"] if cut else 2)), -1):
            dz = d * (1 - hs[k] ** 2)
            dw, d = dw + dz * hs[k - 1], dz * p["w"]
        return {"w": dw}

    given = {"bptt_truncate": lambda stream, sizes: 2}
    return Pair("chain", {"h": ("N",), "w": ("N",)}, forward, backward, given=given)


def test_steps_are_cut_off_where_the_code_says_so() -> None:
    (row,) = judged(chain(cut=True)).rows
    assert row.consistent
    assert row.conventions == ("steps are cut off by bptt_truncate, and exact where nothing is cut off",)


def test_steps_that_nothing_cuts_off_are_missing() -> None:
    (row,) = judged(chain(cut=False)).rows
    assert row.consistent is False


# --- declared, not derived --------------------------------------------------------------------------------------


def spikes(surrogate: bool) -> Pair:
    def forward(xp: Any, p: Any) -> Any:
        return xp.where(xp.positive(p["v"]), 1.0 + 0 * p["v"], 0 * p["v"])

    def backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
        return {"v": dout / (1 + np.abs(p["v"])) ** 2}

    smooth = lambda xp, p: 0 * p["v"]
    return Pair("spike", {"v": ("N", "D")}, forward if surrogate else smooth, backward)


def test_a_surrogate_is_declared_not_derived() -> None:
    def ask(question: str, **details: Any) -> Any:
        answer = answered(spikes(True), question, details)
        return answer | {"switches": [[None, 3, "where", 1]]} if question == "pair_run" else answer

    result = judged(spikes(True), ask)
    assert codes(result) == {"MB705"}
    assert result.rows[0].consistent is None
    assert codes(judged(BY_NAME["affine"], not_derived="its name says so")) == set()  # it is right all the same


@pytest.mark.parametrize(("power", "wanted"), [(1, set()), (2, {"MB199"})])
def test_what_the_file_says_to_be_another_derivative_is_linear_all_the_same(power: int, wanted: set[str]) -> None:
    def backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
        return {"v": dout**power / (1 + np.abs(p["v"])) ** 2}

    pair = spikes(True)._replace(backward=backward)
    result = judged(pair, said={"surrogate": True})
    assert codes(result) == wanted
    assert result.rows[0].consistent is (not wanted)


def test_a_gradient_of_what_has_none_is_wrong() -> None:
    assert "MB705" not in codes(judged(spikes(False)))
    assert judged(spikes(False)).rows[0].consistent is False


# --- precision lost on the way ----------------------------------------------------------------------------------


def hidden(where: str) -> Any:
    """A float32 on the way back, or on the way forward; a widened run has none."""

    def single(a: Any, wide: bool) -> Any:
        return a if wide or np.iscomplexobj(a) else a.astype(np.float32).astype(a.dtype)

    def make(wide: bool) -> Pair:
        def forward(xp: Any, p: Any) -> Any:
            return xp.tanh(single(p["x"] @ p["W"], wide or where != "forward"))

        def backward(xp: Any, p: Any, dout: Any) -> dict[str, Any]:
            dz = dout * (1 - forward(np, p) ** 2)
            dz = single(dz, wide or where != "backward")
            return {"x": dz @ p["W"].T, "W": p["x"].T @ dz}

        return Pair("hidden", {"x": ("N", "D"), "W": ("D", "M")}, forward, backward)

    def ask(question: str, **details: Any) -> Any:
        wide = details.get("kind") == "widened" or question != "pair_run"
        given = {**details, "kind": "float64"} if details.get("kind") == "widened" else details
        answer = answered(make(wide), question, given)
        return answer | {"casts": [[None, 5, "float32", 1]]} if question == "pair_run" else answer

    return make(wide=False), ask


@pytest.mark.parametrize("where", ["forward", "backward"])
def test_a_hidden_float32_is_a_warning_that_a_rerun_proves(where: str) -> None:
    pair, ask = hidden(where)
    result = judged(pair, ask)
    assert codes(result) == {"MB403"}
    assert all(row.consistent for row in result.rows if row.output != "*")
    (finding,) = [f for row in result.rows for f in row.findings]
    assert finding.severity == "warning"
    assert finding.place is not None
    assert finding.place.line == 5


def test_a_mistake_of_that_size_is_none() -> None:
    pair = changed(BY_NAME["tanh_layer"], W=lambda p: 1 + 1e-7)

    def ask(question: str, **details: Any) -> Any:
        given = {**details, "kind": "float64"} if details.get("kind") == "widened" else details
        answer = answered(pair, question, given)
        return answer | {"casts": [[None, 5, "float32", 1]]} if question == "pair_run" else answer

    result = judged(pair, ask)
    assert "MB403" not in codes(result)
    assert [row.output for row in result.rows if row.consistent is False] == ["dW"]
