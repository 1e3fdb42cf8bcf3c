"""The rules of a file: its proposals, and the namespace in which they run."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from reference.interface.pair import PairKind, Proposal
from reference.targets.pairs.frameworks.autograd_module import autograd_of
from reference.targets.pairs.frameworks.loading import loaded_with
from reference.targets.pairs.frameworks.spoken import (
    AUTOGRAD,
    JAX,
    TORCH,
    classes_of_torch,
    frameworks_in,
    is_there,
)
from reference.targets.pairs.proposing.decorated import with_what_is_said
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.source import Cell
from reference.targets.stand_in.loading import kind_named, loaded_for

__all__ = ["Rules", "rules_of"]

PROPOSE = {
    TORCH: "reference.targets.pairs.frameworks.torch_proposals",
    JAX: "reference.targets.pairs.frameworks.jax_proposals",
}
OF_AUTOGRAD = "reference.targets.pairs.frameworks.autograd_runs"


class Rules(NamedTuple):
    """``loaded``: the file with its frameworks, or None where it has no rule that can be run."""

    loaded: Loaded | None
    proposals: Mapping[str, Proposal]

    def among(self, others: Mapping[str, Proposal]) -> dict[str, Proposal]:
        """Beside what else the file proposes: the two halves of a rule are no pair by themselves."""
        halves = {name for p in self.proposals.values() for name in (*p.halves, p.owner) if name}
        left = {c: p for c, p in others.items() if not ({p.owner} if p.owner else {c, p.backward, p.forward}) & halves}
        return {**left, **self.proposals}


def rules_of(path: Path, cells: list[Cell]) -> Rules | None:
    """Every rule of a file; None where it has none. Imports what the file imports."""
    asked = frameworks_in(cells)
    there = tuple(name for name in asked if name in PROPOSE and is_there(name))
    if not asked:
        return None
    found: list[Proposal] = []
    loaded: Loaded | None = None
    if there:
        loaded = loaded_with(there, path, cells)
        for name in there:
            propose: Any = importlib.import_module(PROPOSE[name]).rules_in
            found += [with_what_is_said(p, loaded) for p in propose(cells, loaded)]
    if AUTOGRAD in asked:
        kind = kind_named("plain")
        with_ours = loaded_for(path, cells, kind, framework=autograd_of(kind))
        rules: Any = importlib.import_module(OF_AUTOGRAD).rules_in
        found += [with_what_is_said(p, with_ours) for p in rules(cells, with_ours)]
        loaded = loaded or with_ours
    if TORCH in asked and TORCH not in there:
        found += list(_absent(cells))
    return Rules(loaded, {p.check: p for p in found})


def _absent(cells: list[Cell]) -> list[Proposal]:
    """What is a rule by its text, of a framework that is not there to run it."""
    why = "torch is not installed here, which its rule is written for"
    remedy = "pip install 'manual-backprop[torch]'"
    found = []
    for cell, node in classes_of_torch(cells):
        line = next((s.lineno for s in node.body if getattr(s, "name", "") == "backward"), None)
        if line is not None:
            found.append(
                Proposal(f"{node.name}.backward", PairKind.RULE, "forward", "backward", node.name, cell=cell.number,
                         line=line, forward_line=line, framework=TORCH, not_run=(why, remedy))
            )  # fmt: skip
    return found
