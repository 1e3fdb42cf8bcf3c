"""A name in a binding that a file has not is told, and what it has: its own, what it imports, its pairs."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.__main__ import _code

FILE = """
from prices import price


def scale_forward(x, w):
    return x @ w, (x, w)


def scale_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout
"""


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scale.py").write_text(FILE, encoding="utf-8")
    Path("prices.py").write_text("def price(AL, Y):\n    return ((AL - Y) ** 2).mean()\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("bound", "said"),
    [
        ("forward=scale_foward", "no function is called scale_foward; 'scale_forward', perhaps?"),
        ("cost=prise", "no function is called prise; 'price', perhaps?"),
        ("argument.dut=X", "no argument is called dut; 'dout', perhaps?"),
        ("inputs.scale_bakward=x=2,3 w=3", "no pair is called scale_bakward; 'scale_backward', perhaps?"),
        ("inputs.zzz=x=2,3 w=3", "no pair is called zzz; it has scale_backward"),
    ],
)
def test_a_name_that_the_file_has_not(bound: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(["verify", "scale.py", "--bind", bound]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].endswith(f": in scale.py {said}")


@pytest.mark.parametrize("bound", ["cost=price", "argument.dout=A", "inputs.scale_backward=x=2,3 w=3,4"])
def test_a_name_that_it_has(bound: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _code(["verify", "scale.py", "--bind", bound]) == 0
    assert "verified" in capsys.readouterr().out
