"""A rule of a framework, ready to run by whichever framework it is written for."""

from __future__ import annotations

import importlib
from typing import Any

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.frameworks.spoken import JAX, TORCH
from reference.targets.pairs.frameworks.numbers import FrameworkKind
from reference.targets.pairs.prepared import Prepared
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.loading import kind_named

__all__ = ["prepare_rule", "rule_kind"]

HOME = "reference.targets.pairs.frameworks"
PREPARE = {TORCH: (f"{HOME}.torch_runs", "prepare_torch"), JAX: (f"{HOME}.jax_runs", "prepare_jax")}


def rule_kind(framework: str, name: str) -> Any:
    """The kind of numbers that a framework's rule is run with: for PyTorch its own, else what stands in NumPy's place."""
    if framework == TORCH:
        return FrameworkKind(name)
    return kind_named("float64" if framework == JAX and name == "autodiff" else name)


def prepare_rule(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: Any) -> Prepared:
    """``kind``: as ``rule_kind`` makes it. Raises what the rule raises."""
    module, name = PREPARE[proposal.framework]
    prepared: Prepared = getattr(importlib.import_module(module), name)(proposal, loaded, draw, kind)
    return prepared
