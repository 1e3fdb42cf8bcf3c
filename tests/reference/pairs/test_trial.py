"""Which readings run: with a target that is made up, and with the one that a file is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw, PairKind, Proposal
from reference.pairs.inputs.spec import Rank
from reference.pairs.trial import MOST, PairTrial, trial
from tests.reference.pairs.in_process import pairs_of
from tests.reference.pairs.inputs.plans.test_plans import proposal


def raised(kind: str, message: str, function: str = "f_forward") -> TargetRaised:
    return TargetRaised({"type": kind, "message": message, "frames": [["layers.py", None, 7, function]]})


def made_up(one: Proposal, run: Callable[[dict[str, Any]], dict[str, Any]]) -> OpenPair:
    """``run`` returns outputs and gradients of the arguments, or raises."""

    def ask(ask: str, *, check: str, draw: dict[str, Any], kind: str) -> dict[str, Any]:
        assert (ask, kind) == ("pair_run", "plain")
        primals = {k: v for k, v in draw["arguments"].items() if isinstance(v, np.ndarray) and v.dtype.kind == "f"}
        outputs, gradients = run(draw["arguments"])
        return {"primals": primals, "outputs": outputs, "gradients": gradients, "unmatched": ()}

    return OpenPair(one, ask, "layers.py", "layers.py")


def affine(given: dict[str, Any]) -> Any:
    try:
        out = given["x"] @ given["w"] + given["b"]
    except ValueError as error:
        raise raised("ValueError", str(error)) from None
    return [out], {name: given[name] * 1.0 for name in ("x", "w", "b")}


def test_the_layouts_that_run_are_kept() -> None:
    found = trial(made_up(proposal("x w b"), affine))
    assert found.readings
    assert found.readings[0].label == "rows"
    assert all(reading.rank == Rank.TRIED for reading in found.readings)
    draw = found.readings[0].draw(5, 0)
    assert draw.arguments["x"].shape[1] == draw.arguments["w"].shape[0]


def test_a_documented_layout_that_runs_has_the_only_vote() -> None:
    found = trial(made_up(proposal("x w b", documents=("x: (N, D)\nw: (D, M)\nb: (M,)",)), affine))
    assert [reading.label for reading in found.readings] == ["documented"]


def test_documents_that_are_wrong_give_way_to_what_runs() -> None:
    found = trial(made_up(proposal("x w b", documents=("x: (N, D)\nw: (M, D)\nb: (M,)",)), affine))
    assert found.readings[0].rank == Rank.TRIED


def test_a_forward_pass_that_is_not_finite_does_not_run() -> None:
    def log(given: dict[str, Any]) -> Any:
        with np.errstate(all="ignore"):
            return [np.log(given["x"])], {"x": 1 / given["x"]}

    found = trial(made_up(proposal("x"), log))
    assert found.readings[0].label.endswith("positive")


def test_a_domain_is_looked_for_and_is_not_where_all_numbers_run() -> None:
    def arctanh(given: dict[str, Any]) -> Any:
        with np.errstate(all="ignore"):
            return [np.arctanh(given["x"])], {"x": given["x"]}

    assert any(reading.label == "rows-inner" for reading in trial(made_up(proposal("x"), arctanh)).readings)
    everywhere = trial(made_up(proposal("x"), lambda given: ([given["x"]], {"x": given["x"]})))
    assert not any(reading.label.endswith(("-inner", "-unit", "-positive")) for reading in everywhere.readings)


def test_a_reading_that_runs_at_some_sizes_alone_is_doubted() -> None:
    seen: set[tuple[int, ...]] = set()

    def small(given: dict[str, Any]) -> Any:
        shape = given["x"].shape
        seen.update([shape] if not any(len(one) == 2 for one in seen) else [])
        if len(shape) == 2 and shape not in seen:
            raise raised("IndexError", "index 4 is out of bounds")
        return [given["x"]], {"x": given["x"]}

    doubts = {reading.label: reading.doubts for reading in trial(made_up(proposal("x"), small)).readings}
    assert doubts["rows"] > doubts["one-vector"] == 0


def test_nothing_that_runs_is_told_with_the_nearest_reason_and_the_line_to_bind() -> None:
    def never(given: dict[str, Any]) -> Any:
        raise raised("ValueError", "a hammer is wanted", "f_backward")

    found = trial(made_up(proposal("x w"), never))
    assert not found.readings
    assert found.not_judged is not None
    assert "a hammer is wanted" in found.not_judged.reason
    assert "line 7" in found.not_judged.reason
    assert "ran forward" in found.not_judged.reason
    assert found.not_judged.remedy == '@pair(backward="f_backward", example=lambda rng: (x, w)) above f_forward'
    assert found.not_judged.needed
    assert found.attempts <= MOST


def test_what_no_argument_can_help_is_given_up_soon() -> None:
    def missing(given: dict[str, Any]) -> Any:
        raise raised("NameError", "name 'helper' is not defined")

    found = trial(made_up(proposal("x w"), missing))
    assert found.attempts <= 6


def test_a_target_that_dies_is_not_asked_for_long() -> None:
    def dies(given: dict[str, Any]) -> Any:
        raise TargetDied("did not answer in time")

    found = trial(made_up(proposal("x w"), dies))
    assert found.attempts <= 2
    assert "did not answer in time" in str(found.not_judged)


def test_gradients_that_fit_nothing_are_no_pair() -> None:
    found = trial(made_up(proposal("x"), lambda given: ([given["x"]], {"x": np.zeros((97, 3))})))
    assert found.not_judged is not None
    assert "(97, 3)" in found.not_judged.reason


def of_loops(effort: Callable[[dict[str, Any], float], float]) -> PairTrial:
    """``effort``: of the arguments, and of how often six loops within one another turn."""
    documents = ("x: (N, C, H, W)\nw: (F, C, HH, WW)",)
    asked = {"mode": {"texts": ["train", "test"]}}
    quick = made_up(
        proposal("x w mode", documents=documents, asked=asked),
        lambda given: ([given["x"]], {"x": given["x"], "w": given["w"]}),
    )

    def ask(ask: str, *, check: str, draw: dict[str, Any], kind: str) -> dict[str, Any]:
        given = draw["arguments"]
        turns = np.prod(given["x"].shape) * np.prod(given["w"].shape) / given["w"].shape[1]
        if kind == "float64":
            return {"effort": effort(given, float(turns))}
        answer: dict[str, Any] = quick.ask(ask, check=check, draw=draw, kind=kind)
        return answer

    return trial(quick._replace(ask=ask))


def test_of_what_takes_long_smaller_sizes_are_drawn() -> None:
    def largest(found: PairTrial) -> float:
        (reading,) = found.readings
        return max(float(np.prod(list(reading.sizes(k).values()))) for k in range(len(reading.cases)))

    assert largest(of_loops(lambda given, turns: 6 * turns)) <= 50_000 < largest(of_loops(lambda given, turns: 0.0))


def test_what_always_takes_too_long_in_one_configuration_is_left_out_and_said() -> None:
    (reading,) = of_loops(lambda given, turns: turns * (6 if given["mode"] == "train" else 1e6)).readings
    assert {reading.draw(1, k).arguments["mode"] for k in range(len(reading.cases))} == {"train"}
    assert "takes too long with mode=test" in reading.said


def test_both_modes_are_drawn() -> None:
    modes: set[str] = set()

    def run(given: dict[str, Any]) -> Any:
        modes.add(given["mode"])
        return [given["x"]], {"x": given["x"]}

    asked = {"mode": {"texts": ["train", "test"]}}
    found = trial(made_up(proposal("x mode", asked=asked), run))
    assert modes == {"train", "test"}
    drawn = {found.readings[0].draw(1, index).arguments["mode"] for index in range(4)}
    assert drawn == {"train", "test"}


def test_a_case_line_is_its_draw() -> None:
    pair = made_up(proposal("x w b"), affine)
    reading = trial(pair).readings[0]
    for index, mild in ((0, 0), (1, 2), (2, 0)):
        draw = reading.draw(11, index, mild=mild)
        again = trial(pair, case=reading.case_line(draw))
        assert isinstance(again.only, PairDraw)
        for name, array in draw.arguments.items():
            assert np.array_equal(array, again.only.arguments[name])
        assert again.readings[0].label == reading.label


def test_the_same_file_gives_the_same_trial() -> None:
    pair = made_up(proposal("x w b"), affine)
    one, two = trial(pair), trial(pair)
    assert [r.cases for r in one.readings] == [r.cases for r in two.readings]
    assert one.attempts == two.attempts


# --- with the server -------------------------------------------------------------------------------------------------

SOURCE = '''
import numpy as np
from reference import pair


def scale_forward(x, s):
    """x: (N, D), s: (D,)"""
    return x * s, (x, s)


def scale_backward(dout, cache):
    x, s = cache
    return dout * s, (dout * x).sum(axis=0)


def conv_forward(x, w, conf):
    st, p = conf["stride"], conf["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    assert (H + 2 * p - HH) % st == 0 and (W + 2 * p - WW) % st == 0
    z = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    out = np.zeros((N, F, (H + 2 * p - HH) // st + 1, (W + 2 * p - WW) // st + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = np.einsum("nchw,fchw->nf", z[:, :, i * st:i * st + HH, j * st:j * st + WW], w)
    return out, (x, w, conf, z)


def conv_backward(dout, cache):
    x, w, conf, z = cache
    st, p = conf["stride"], conf["pad"]
    dz, dw = np.zeros_like(z), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            here = np.s_[:, :, i * st:i * st + w.shape[2], j * st:j * st + w.shape[3]]
            dw += np.einsum("nf,nchw->fchw", dout[:, :, i, j], z[here])
            dz[here] += np.einsum("nf,fchw->nchw", dout[:, :, i, j], w)
    return dz[:, :, p:p + x.shape[2], p:p + x.shape[3]], dw


def net_cost(theta, X, y, hidden):
    n, m = X.shape
    W1 = theta[: hidden * m].reshape(m, hidden)
    W2 = theta[hidden * m :].reshape(hidden, 2)
    a = np.tanh(X.dot(W1))
    e = a.dot(W2) - np.eye(2)[y]
    d = (e.dot(W2.T)) * (1 - a * a)
    cost = 0.5 * np.sum(e * e)
    grad = np.concatenate([X.T.dot(d).ravel(), a.T.dot(e).ravel()])
    return cost, grad


@pair(backward="odd_back", example=lambda rng: (rng.standard_normal((4, 3)), {"power": 2}))
def odd(a, settings):
    return a ** settings["power"], (a, settings)


def odd_back(g, kept):
    a, settings = kept
    return g * settings["power"] * a


def needs_a_file(x, y):
    return open("/nowhere/at/all").read(), x


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.dW = self.x.T @ dout
        return dout @ self.W.T


if __name__ == "__main__":
    layer = Dense(4, 3)
    layer.forward(np.random.randn(6, 4))
'''


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, OpenPair]:
    path = tmp_path_factory.mktemp("target") / "layers.py"
    path.write_text(SOURCE, encoding="utf-8")
    return pairs_of(path)


def tried(pairs: dict[str, OpenPair], check: str) -> PairTrial:
    found = trial(pairs[check])
    assert found.readings, found.not_judged
    return found


def test_documented_functions_run(pairs: dict[str, OpenPair]) -> None:
    assert [r.label for r in tried(pairs, "scale_backward").readings] == ["documented"]


def test_a_convolution_that_asserts_that_its_windows_fit_is_given_such(pairs: dict[str, OpenPair]) -> None:
    found = tried(pairs, "conv_backward")
    draw = found.readings[0].draw(3, 0)
    assert draw.arguments["conf"] == {"stride": 2, "pad": 1}
    assert draw.arguments["x"].shape[2] != draw.arguments["x"].shape[3]


def test_a_flat_vector_is_as_long_as_it_is_taken_apart(pairs: dict[str, OpenPair]) -> None:
    found = tried(pairs, "net_cost")
    for index in range(3):
        given = found.readings[0].draw(1, index).arguments
        assert given["theta"].shape == (given["hidden"] * (given["X"].shape[1] + 2),)


def test_the_files_own_example_outranks_everything(pairs: dict[str, OpenPair]) -> None:
    found = tried(pairs, "odd_back")
    assert [r.rank for r in found.readings] == [Rank.SAID]
    one, other = found.readings[0].draw(1, 0), found.readings[0].draw(2, 0)
    assert one.arguments["settings"] == {"power": 2}
    assert one.arguments["a"].shape == (4, 3)
    assert not np.array_equal(one.arguments["a"], other.arguments["a"])
    assert np.array_equal(one.arguments["a"], one.arguments["a"].astype(np.float32))
    assert found.readings[0].case_line(one) == "odd_back seed=1"
    assert np.array_equal(trial(pairs["odd_back"], case="odd_back seed=1").only.arguments["a"], one.arguments["a"])  # type: ignore[union-attr]


def test_a_call_in_the_main_block_says_what_a_layer_takes(pairs: dict[str, OpenPair]) -> None:
    found = tried(pairs, "Dense.backward")
    assert found.readings[0].rank == Rank.SEEN
    draw = found.readings[0].draw(1, 0)
    assert draw.arguments["x"].shape[1] == draw.construct["n_in"]


def test_kinds_of_pair(pairs: dict[str, OpenPair]) -> None:
    assert pairs["odd_back"].proposal.kind is PairKind.FUNCTION
    assert pairs["net_cost"].proposal.kind is PairKind.VALUE


def test_what_is_bound_is_the_only_reading() -> None:
    one = proposal("x w b", documents=("x: (N, D)\nw: (D, M)\nb: (M,)",))
    bound = trial(made_up(one, affine)).readings[0].bind
    assert bound == '--bind inputs.f_backward="x=N,D w=D,M b=M,"'
    line = bound.partition('"')[2].rstrip('"')
    found = trial(made_up(one._replace(said={"inputs": line}), affine))
    assert [reading.rank for reading in found.readings] == [Rank.SAID]
    assert found.readings[0].draw(1, 0).arguments["x"].ndim == 2


def test_a_binding_that_cannot_be_read_is_told() -> None:
    found = trial(made_up(proposal("x w b", said={"inputs": "x=N,D colour=3"}), affine))
    assert "'colour'" in str(found.not_judged)


def test_a_constructor_is_bound_by_its_own_names(pairs: dict[str, OpenPair]) -> None:
    dense = pairs["Dense.backward"]
    line = "construct.n_in=wide construct.n_out=M x=N,wide"
    found = trial(dense._replace(proposal=dense.proposal._replace(said={"inputs": line})))
    draw = found.readings[0].draw(1, 0)
    assert found.readings[0].rank == Rank.SAID
    assert draw.construct["n_in"] == draw.arguments["x"].shape[1]


PADDED = """
import numpy as np


class Twice:
    def __init__(self, pad=0, stride=1):
        self.pad, self.stride = pad, stride

    def forward(self, x):
        if self.pad:
            raise ValueError("no room for shapes like these")
        return 2 * x

    def backward(self, dout):
        return 2 * dout
"""


def test_an_option_that_stops_everything_is_left_alone_and_told(tmp_path: Path) -> None:
    path = tmp_path / "padded.py"
    path.write_text(PADDED)
    (first, *_) = trial(pairs_of(path)["Twice.backward"]).readings
    assert set(first.cases[0].construct) == {"stride"}
    assert "did not run with pad=1" in first.said


CELL = """
import numpy as np


class Cell:
    def __init__(self, input_size, hidden_size):
        self.V = np.random.randn(input_size, hidden_size)
        self.U = np.random.randn(hidden_size, hidden_size)

    def forward(self, x, earlier_t):
        self.x, self.e = x, earlier_t
        return x @ self.V + earlier_t @ self.U

    def backward(self, dout):
        self.dV = self.x.T @ dout / len(dout)
        self.dU = self.e.T @ dout
        return dout @ self.V.T, dout @ self.U.T
"""


def test_single_rows_of_one_size_are_no_reading(tmp_path: Path) -> None:
    path = tmp_path / "cell.py"
    path.write_text(CELL)
    for reading in trial(pairs_of(path)["Cell.backward"]).readings:
        assert reading.cases[0].arguments["x"].dims[0] > 1
