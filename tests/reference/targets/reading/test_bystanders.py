"""Loggers and their like: what is used for its effects alone is no obstacle, what gives a value is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reference.targets.reading.namespace import load
from reference.targets.reading.source import Cell

USED = """
import logging
from nowhere_at_all.tools import logger as said
logger = logging.getLogger(__name__)
log = made_by_hand("layers")
TINY = np.finfo(float).eps

def forward(x):
    logger.debug("x %s", x.shape)
    said.warning("x")
    with log.section("forward"):
        return x + TINY
"""


def test_what_is_told_and_never_asked_is_no_obstacle() -> None:
    loaded = load(Path("nowhere.py"), [Cell(None, USED)], np)
    assert loaded.names["forward"](np.ones(2)).tolist() == [1 + np.finfo(float).eps] * 2


@pytest.mark.parametrize(
    "use", ["return log.scale(x)", "if log.on:\n        pass", "log.append(x)\n    return log[-1]"]
)
def test_what_is_asked_for_a_value_is_missed(use: str) -> None:
    loaded = load(Path("nowhere.py"), [Cell(None, f"log = made_by_hand()\ndef forward(x):\n    {use}\n")], np)
    with pytest.raises(NameError):
        loaded.names["forward"](1.0)


def test_what_may_change_its_arguments_is_missed() -> None:
    loaded = load(Path("nowhere.py"), [Cell(None, "mix = made()\ndef forward(x):\n    mix.shuffle(x)\n")], np)
    with pytest.raises(NameError):
        loaded.names["forward"]([1.0])
