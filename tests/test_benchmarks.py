"""The campaigns run, and can fail."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from benchmarks.detection import ERRORS, caught
from benchmarks.false_alarms import campaign
from benchmarks.tables import markdown


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
