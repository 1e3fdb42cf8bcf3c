"""What a target's process tells of it, and what it is sent, as plain values."""

from __future__ import annotations

from typing import Any, NamedTuple

from reference.cases.problem import Problem
from reference.targets.pairing.readings import Reading
from reference.targets.reading.roles import Role

__all__ = ["RemoteFunction", "RemotePair", "as_tree"]


class RemoteFunction(NamedTuple):
    """A function of the file, as its process describes it."""

    name: str
    role: Role | None
    cell: int | None
    line: int
    arguments: list[Any]
    template: int | None  # the line where something is missing, in an unfinished function
    any_depth: bool  # it loops over as many layers as it is given


class RemotePair(NamedTuple):
    """A backward pass with the forward pass that feeds it, as its process describes them."""

    check: str
    role: str
    forward: str | None
    own_forward: bool
    hidden: str
    output: str
    depths: list[int]
    l2: bool
    dropout: bool
    ties: bool
    scaled: bool
    reading: Reading  # of its arguments
    any_depth: bool
    last: int | None  # the only number of outputs that it takes
    keep_prob: float | None  # of its own dropout, where no argument says it
    unmasked: bool
    reached: int  # as ``Reached`` counts
    not_judged: str | None  # why it cannot be asked at all
    spoilt: list[str]  # a forward pass, and what of its cache is not what this backward pass takes
    refused: str  # a forward pass of the file's own, on whose cache this backward pass raises
    remedy: str  # the option that would have it judged
    cache: str
    draws: bool
    own_depths: list[int]
    own_output: str
    own_name: str | None
    random: bool

    @property
    def rows(self) -> bool:
        """Are examples rows?"""
        return self.reading.rows

    @property
    def biased(self) -> bool:
        """Has the network biases?"""
        return self.reading.bias != "none"

    @property
    def integers(self) -> bool:
        """Are labels classes, written as integers?"""
        return self.reading.labels in ("integers", "integer row")

    @classmethod
    def of(cls, answer: dict[str, Any]) -> RemotePair:
        """From the answer of its process."""
        return cls(**{**answer, "reading": Reading(*answer["reading"])})


def as_tree(problem: Problem) -> dict[str, Any]:
    """What crosses to the target's process."""
    return {
        "X": problem.X,
        "Y": problem.Y,
        "parameters": [[W, b] for W, b in problem.parameters],
        "masks": None if problem.masks is None else list(problem.masks),
        "lambd": problem.lambd,
        "keep_prob": problem.keep_prob,
        "hidden": problem.shape.hidden,
        "output": problem.shape.output,
    }
