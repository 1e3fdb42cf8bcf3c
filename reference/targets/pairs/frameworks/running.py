"""A rule of a framework, ready to run by whichever framework it is written for."""

from __future__ import annotations

import importlib
from typing import Any

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.frameworks.spoken import TORCH
from reference.targets.pairs.prepared import Prepared
from reference.targets.reading.namespace import Loaded

__all__ = ["prepare_rule"]

HOME = "reference.targets.pairs.frameworks"
PREPARE = {TORCH: (f"{HOME}.torch_runs", "prepare_torch")}


def prepare_rule(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: Any) -> Prepared:
    """``kind``: a ``FrameworkKind``. Raises what the rule raises."""
    module, name = PREPARE[proposal.framework]
    prepared: Prepared = getattr(importlib.import_module(module), name)(proposal, loaded, draw, kind)
    return prepared
