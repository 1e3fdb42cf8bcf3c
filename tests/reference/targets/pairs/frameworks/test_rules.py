"""Which rules a file has, and what is said where their framework is not there."""

from __future__ import annotations

from pathlib import Path

from reference.interface.pair import OpenPair, PairKind
from reference.pairs.judge import judge_pair
from reference.targets.pairs.frameworks import rules
from reference.targets.pairs.frameworks.spoken import frameworks_in
from reference.targets.reading.source import Cell

OF_TORCH = """
import torch


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    def backward(ctx, g):
        return 2 * g
"""


def test_a_framework_is_told_by_what_is_imported_and_by_its_rules():
    assert frameworks_in([Cell(None, OF_TORCH)]) == ("torch",)
    assert frameworks_in([Cell(None, "import torch\nclass Net(torch.nn.Module): pass")]) == ()
    assert frameworks_in([Cell(None, OF_TORCH.replace("import torch", "import mytorch as torch"))]) == ()
    assert frameworks_in([Cell(None, "import jax\nf = jax.custom_vjp(abs)")]) == ("jax",)
    assert frameworks_in([Cell(None, "from autograd.extend import primitive")]) == ("autograd",)


def test_a_rule_of_a_framework_that_is_not_there_is_not_judged(monkeypatch):
    monkeypatch.setattr(rules, "is_there", lambda name: False)
    found = rules.rules_of(Path("rules.py"), [Cell(None, OF_TORCH)])
    (proposal,) = found.proposals.values()
    assert (proposal.check, proposal.kind) == ("Twice.backward", PairKind.RULE)
    result = judge_pair(OpenPair(proposal, None, "rules.py", "rules.py"), seed=0)
    assert "not installed" in result.not_judged.reason
    assert "torch" in result.not_judged.remedy
    assert result.not_judged.place.line == 11


AUTOGRAD_RULE = """
import autograd.numpy as np
from autograd.extend import defvjp, primitive

@primitive
def square(x):
    return x**2

defvjp(square, lambda answer, x: lambda g: 2 * g * x)
"""


def test_a_cell_that_does_not_parse_costs_no_rule_of_another(tmp_path: Path) -> None:
    found = rules.rules_of(tmp_path / "a.ipynb", [Cell(1, AUTOGRAD_RULE), Cell(2, "def broken(:\n")])
    assert list(found.proposals) == ["square.defvjp"]
