"""A rule of a framework, ready to run by whichever framework it is written for."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.frameworks.autograd_module import autograd_of
from reference.targets.pairs.frameworks.loading import loaded_with
from reference.targets.pairs.frameworks.numbers import FrameworkKind
from reference.targets.pairs.frameworks.spoken import AUTOGRAD, JAX, TORCH
from reference.targets.pairs.prepared import Prepared
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.source import Cell
from reference.targets.stand_in.loading import Namespace, kind_named, loaded_for

__all__ = ["anew", "namespace_of", "prepare_rule", "rule_kind"]

HOME = "reference.targets.pairs.frameworks"
PREPARE = {TORCH: (f"{HOME}.torch_runs", "prepare_torch"), JAX: (f"{HOME}.jax_runs", "prepare_jax"),
           AUTOGRAD: (f"{HOME}.autograd_runs", "prepare_autograd")}  # fmt: skip


def rule_kind(framework: str, name: str) -> Any:
    """The kind of numbers that a rule is run with: for PyTorch its own, else what stands in NumPy's place."""
    if framework == TORCH:
        return FrameworkKind(name)
    return kind_named("float64" if framework == JAX and name == "autodiff" else name)


def namespace_of(framework: str, name: str, loaded: Loaded | None, path: Path, cells: list[Cell]) -> Namespace:
    """The kind of numbers of that name, and the file as it stands with it. ``loaded``: with the frameworks."""
    kind = rule_kind(framework, name)
    if framework == AUTOGRAD:
        return Namespace(kind, loaded_for(path, cells, kind, framework=autograd_of(kind)))
    assert loaded is not None
    return Namespace(kind, loaded)


def anew(framework: str, path: Path, cells: list[Cell]) -> Namespace:
    """Another text of the file with its framework; PyTorch's own derivative follows more than the complex step does."""
    loaded = loaded_with((framework,), path, cells) if framework in (TORCH, JAX) else None
    return namespace_of(framework, "autodiff" if framework == TORCH else "complex", loaded, path, cells)


def prepare_rule(proposal: Proposal, loaded: Loaded, draw: PairDraw, kind: Any) -> Prepared:
    """``kind``: as ``rule_kind`` makes it. Raises what the rule raises."""
    module, name = PREPARE[proposal.framework]
    prepared: Prepared = getattr(importlib.import_module(module), name)(proposal, loaded, draw, kind)
    return prepared
