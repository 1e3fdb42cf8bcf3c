"""What a target's process is asked about its pairs. Every answer is a tree of raw numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reference.interface.pair import PairDraw, Proposal
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.source import Cell

__all__ = ["PairAnswers"]


class PairAnswers:
    """Questions about pairs; the draws are as ``PairDraw.tree`` has them, the points as lists [primal, flat index]."""

    path: Path
    cells: list[Cell]
    loaded: Loaded | None
    proposals: dict[str, Proposal]

    def ask_pair_proposals(self) -> list[dict[str, Any]]:
        """Every proposal of the file, as ``Proposal.tree``."""
        raise NotImplementedError

    def ask_pair_run(self, check: str, draw: dict[str, Any], kind: str = "float64") -> dict[str, Any]:
        """Both passes, once. ``kind``: "plain" (NumPy itself), "float64" or "float32" (recorded).

        ``primals``, ``outputs``, ``cotangents``, ``gradients`` by primal, ``called``, ``unmatched``, ``changed``;
        ``pattern``: a digest of every comparison and choice on the way of the forward pass; ``switches``: where these
        are, [cell, line, what, how often]; ``near``: the smallest relative distance of a switch from its kink;
        ``operations``: how many calls of NumPy the forward pass made.
        """
        raise NotImplementedError

    def ask_pair_differences(
        self, check: str, draw: dict[str, Any], cotangents: list[Any], points: list[Any], steps: list[float]
    ) -> dict[str, Any]:
        """The sum of cotangents times outputs at θ ± ε and θ ± 2ε of each point, and whether the pattern is θ's there.

        ``values``: (points, 4) for +ε, −ε, +2ε, −2ε; ``same``: booleans of that shape.
        """
        raise NotImplementedError

    def ask_pair_complex(
        self, check: str, draw: dict[str, Any], cotangents: list[Any], points: list[Any]
    ) -> dict[str, Any]:
        """The complex step in extended precision. A point is [primal, flat index] or [primal, direction array].

        ``derivatives`` (points,), ``value``: the sum of cotangents times outputs, ``pattern``.
        """
        raise NotImplementedError

    def ask_pair_autodiff(self, check: str, draw: dict[str, Any], cotangents: list[Any]) -> dict[str, Any]:
        """``gradients`` by primal, ``value`` and ``pattern``, by JAX through the target's own lines."""
        raise NotImplementedError

    def ask_pair_edits(self, check: str, which: str) -> list[dict[str, Any]]:
        """Every single edit of the "backward" or "forward" pass: ``number``, ``kind``, ``cell``, ``line``, lines before
        and after.
        """
        raise NotImplementedError

    def ask_pair_edited(self, check: str, which: str, numbers: list[int], draws: list[Any]) -> list[Any]:
        """Of each edit and draw: ``gradients`` by primal, or ``raised``; recorded float64, seeds as in ``pair_run``."""
        raise NotImplementedError

    def ask_pair_adjoints(self, check: str, draw: dict[str, Any], cotangents: list[Any]) -> dict[str, Any]:
        """``forward``: the adjoint of every local of the forward pass, [name, line, value, adjoint]; ``backward``: the
        locals of the backward pass in their order, [name, cell, line, value].
        """
        raise NotImplementedError

    def _draw(self, tree: dict[str, Any]) -> PairDraw:
        return PairDraw(**tree)
