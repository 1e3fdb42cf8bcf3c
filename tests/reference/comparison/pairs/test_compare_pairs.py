"""``compare`` over pairs: who stands on whose inputs, who is right, and what is said of who cannot be compared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from reference.__main__ import _code
from reference.comparison.pairs import price
from reference.report.models.comparison import PAIR_SIZES
from tests.reference.comparison.pairs import sources

QUICK = ("--examples", "2", "--no-time")


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in sources.__all__:
        Path(f"{name.lower()}.py").write_text(getattr(sources, name), encoding="utf-8")


def compared(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = _code(["compare", *arguments, "--report", "json"])
    return code, json.loads(capsys.readouterr().out)


def by_output(standing: Any, dtype: str = "float64") -> dict[str, Any]:
    return {row["output"]: row for row in standing["accuracy"] if row["check"] == "*" and row["dtype"] == dtype}


def test_other_names_loops_turned_weights_and_a_class_stand_on_the_same_inputs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, report = compared(capsys, "affine.py", "by_loops.py", "turned.py", "layer.py", *QUICK)
    assert (code, report["verdict"], report["unit"]) == (0, "pass", "E")
    for standing in report["standings"]:
        rows = by_output(standing)
        assert set(rows) == {"out", "dx", "dw", "db", "*"}, standing["target"]
        assert rows["*"]["worst_error"] < 16
        assert rows["*"]["own_error"] < 16
    assert len(report["agreement"]) == 2 * 6  # every two, in both precisions
    assert all(pair["agree"] for pair in report["agreement"])


def test_a_wrong_one_is_the_odd_one_out_and_verify_says_where(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = compared(capsys, "affine.py", "layer.py", "batch_summed.py", *QUICK)
    assert (code, [s["verdict"] for s in report["standings"]]) == (1, ["pass", "pass", "fail"])
    rows = by_output(report["standings"][2])
    assert rows["dw"]["wrong_cases"] == 2
    assert rows["dx"]["wrong_cases"] == rows["db"]["wrong_cases"] == rows["out"]["wrong_cases"] == 0
    finding = report["standings"][2]["checks"][0]["findings"][0]
    assert (finding["code"], finding["location"]["line"]) == ("MB102", 9)
    assert any("batch_summed.py is the odd one out: MB102" in text for text in report["words"])


@pytest.mark.parametrize("others", [(), ("by_loops.py",)])
def test_a_gradient_of_another_shape_is_not_left_out_of_what_is_said(
    others: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("other_axis.py").write_text(sources.AFFINE.replace("dout.sum(axis=0)", "dout.sum(axis=1)"), encoding="utf-8")
    code, report = compared(capsys, "other_axis.py", *others, *QUICK)
    standing = report["standings"][0]
    assert (code, standing["verdict"]) == (1, "fail")
    assert [f["code"] for check in standing["checks"] for f in check["findings"]] == ["MB501"]
    assert not any("other_axis.py is within rounding" in text for text in report["words"])
    assert any(text.startswith("other_axis.py is wrong: MB501: ") for text in report["words"])


def test_jax_beside_numpy_in_double_precision(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = compared(capsys, "affine.py", "in_jax.py", *QUICK)
    assert code == 0
    jax = report["standings"][1]
    assert by_output(jax)["*"]["worst_error"] < 16
    assert by_output(jax)["*"]["own_error"] is None
    assert any("its own derivative was not asked" in note for note in jax["notes"])


def test_files_by_the_names_of_their_pairs_and_labels_in_their_own_form(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = compared(capsys, "scores.py", "other_labels.py", *QUICK)
    assert code == 0
    assert set(by_output(report["standings"][0])) == {"out", "dx", "*"}
    assert report["standings"][0]["notes"] == ["only here, and not compared: cube_backward"]


def test_a_sum_beside_a_mean_is_not_the_same_function(capsys: pytest.CaptureFixture[str]) -> None:
    Path("summed.py").write_text(sources.OTHER_LABELS.replace(" / len(p)", ""), encoding="utf-8")
    code, report = compared(capsys, "scores.py", "summed.py", *QUICK)
    assert (code, [s["verdict"] for s in report["standings"]]) == (3, ["pass", "inconclusive"])
    assert "it computes something else: its out is" in report["standings"][1]["error"]
    assert by_output(report["standings"][1])["*"]["own_error"] < 16


def test_what_cannot_be_put_on_the_same_inputs_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = compared(capsys, "affine.py::affine_backward", "unrelated.py::conv_backward", *QUICK)
    assert (code, [s["verdict"] for s in report["standings"]]) == (3, ["pass", "inconclusive"])
    assert "it cannot be put on the inputs of affine.py::affine_backward" in report["standings"][1]["error"]
    assert "\n" not in report["standings"][1]["error"]


def test_no_name_in_common_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("more.py").write_text(sources.AFFINE + sources.UNRELATED, encoding="utf-8")
    code, report = compared(capsys, "scores.py", "more.py", *QUICK)
    assert code == 3
    assert all("no pair of it has the name of another's" in s["error"] for s in report["standings"])


def test_variants_in_one_file_stand_beside_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    fast = "\n\ndef affine_backward_fast(dout, c):\n    x, w, b = c\n    return dout @ w.T, x.T @ dout, dout.sum(0)\n"
    Path("variants.py").write_text(sources.AFFINE + fast + sources.UNRELATED, encoding="utf-8")
    code, report = compared(capsys, "variants.py", *QUICK)
    assert code == 0
    targets = [s["target"] for s in report["standings"]]
    assert targets == ["variants.py::affine_backward", "variants.py::affine_backward_fast"]


def test_one_pair_alone_is_held_to_the_truth(capsys: pytest.CaptureFixture[str]) -> None:
    code, report = compared(capsys, "affine.py", *QUICK)
    assert (code, report["agreement"]) == (0, [])
    assert report["words"] == ["affine.py is within rounding of the truth."]


def test_three_sizes_are_timed_in_every_format(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(price, "LARGEST", 5_000)
    monkeypatch.setattr(price, "MOST", 3)
    forms = ("text", "json", "markdown", "html")
    reports = [f"--report={form}=r.{form}" for form in forms]
    assert _code(["compare", "affine.py", "by_loops.py", "--examples", "2", *reports]) == 0
    report = json.loads(Path("r.json").read_text(encoding="utf-8"))
    assert list(report["sizes"]) == list(PAIR_SIZES)
    prices = report["timing"]["prices"]
    assert len(prices) == 6
    assert all(p["seconds"] > 0 and not p["said"] for p in prices)
    text = Path("r.text").read_text(encoding="utf-8")
    assert "price of a call: as drawn, x=" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "### price of a call: large" in Path("r.markdown").read_text(encoding="utf-8")
    page = Path("r.html").read_text(encoding="utf-8")
    assert "worst, in E" in page or "Distance from the truth" in page
    said = "takes|equally fast"
    assert all(re.search(said, form) for form in (text, Path("r.markdown").read_text(encoding="utf-8"), page))
    assert not any(re.search(said, words) for words in report["words"])  # they do not differ from run to run


def test_another_leads_where_more_of_them_run_on_its_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    """The first one strides, and the second cannot: on the second one's inputs a stride of 1 makes them equal."""
    strided = sources.UNRELATED.replace("(x, w):", "(x, w, stride):").replace("(x, w)\n", "(x, w, stride)\n")
    strided = strided.replace("x, w = cache", "x, w, stride = cache").replace("t:t + K", "t * stride:t * stride + K")
    strided = strided.replace("x.shape[2] - K + 1)", "(x.shape[2] - K) // stride + 1)")
    strided = strided.replace("t:t + w.shape[2]", "t * stride:t * stride + w.shape[2]")
    strided = strided.replace("w: (F, C, K)", "w: (F, C, K); stride: int")
    Path("strided.py").write_text(strided, encoding="utf-8")
    code, report = compared(capsys, "strided.py", "unrelated.py", *QUICK)
    assert (code, [s["verdict"] for s in report["standings"]]) == (0, ["pass", "pass"]), report["words"]
