"""Objects that a module makes when it is imported: those of classes that do no work are there for its functions."""

from __future__ import annotations

import numpy as np
import pytest

from reference.targets.reading.namespace import load
from reference.targets.reading.source import read

BESIDE = """
LOG = []

class Times:
    def forward(self, a, b):
        return a * b

class Kept(Times):
    factor = 2

    def __init__(self):
        super().__init__()
        self.seen, self.rate = None, 1 / 2

class Loud:
    def __init__(self):
        LOG.append("made")

class Louder(Loud):
    pass

class Meta(type):
    def __call__(cls):
        LOG.append("made")

class OfMeta(metaclass=Meta):
    pass
"""
TARGET = """
from beside import LOG, Kept, Loud, Louder, OfMeta, Times

times, kept, loud = Times(), Kept(), Loud()
gate = Times()
held = Kept()
shout = Loud()
cry = Louder()
call = OfMeta()
lost = Unknown()

class Own:
    def __init__(self, size=3):
        self.size = size

own = Own()
sized = Own(4)

def product(a, b):
    return gate.forward(a, b)
"""


@pytest.fixture
def loaded(tmp_path):
    (tmp_path / "beside.py").write_text(BESIDE, encoding="utf-8")
    (tmp_path / "target.py").write_text(TARGET, encoding="utf-8")
    return load(tmp_path / "target.py", read(tmp_path / "target.py"), np)


def test_what_does_no_work_is_made(loaded):
    assert loaded.names["product"](2, 3) == 6
    assert loaded.names["held"].rate == 0.5
    assert loaded.names["own"].size == 3


def test_what_may_do_work_is_not(loaded):
    assert loaded.names["LOG"] == []
    assert {"times", "shout", "cry", "call", "lost", "sized"} <= set(loaded.skipped)
