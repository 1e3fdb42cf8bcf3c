"""What the pictures of a report are drawn from: plain numbers of one backward pass, gathered while it can be asked."""

from __future__ import annotations

from typing import Literal

from reference.report.models.base import Location, Model, Number

__all__ = [
    "NOWHERE", "Curve", "Dot", "Evidence", "GradientBlock", "Kill", "Node", "PairEvidence", "Precision", "Slice",
    "Status", "Step", "Switch",
]  # fmt: skip

NOWHERE = "cannot be planted here"  # the certainty of such a mistake

Status = Literal["right", "wrong", "downstream"]
StepStatus = Literal["right", "wrong", "downstream", "open"]  # open: no derivative by itself


class Node(Model):
    """A quantity of the backward pass, and where it is made; ``feeds``: what is made from it."""

    name: str
    status: Status
    feeds: list[str] = []
    location: Location | None = None
    source: str | None = None  # the line as it stands
    formula: str | None = None  # as it should be


class GradientBlock(Model):
    """A gradient on one problem, ``(n, k)`` each; ``unit`` is u · M."""

    name: str
    got: list[list[Number]]
    want: list[list[Number]]
    unit: list[list[Number]]
    allowed: float  # units


class Dot(Model):
    """One case: its worst entry, in units of what is allowed; 1 and less pass."""

    swept: Literal["lambd", "keep_prob", "m"]
    value: float
    error: Number


class Curve(Model):
    """Plain central differences of one entry over ε, and the step that the tool took."""

    name: str
    index: list[int]
    steps: list[float]
    errors: list[Number]  # relative to the true value
    rounding: list[Number]  # u · |J| / ε, relative
    chosen: float | None = None
    reached: Number | None = None  # relative error of the tool's own difference


class Kill(Model):
    """A mistake that was planted; ``red``: the outputs that showed it, ``named``: the code that it was given."""

    mistake: str
    code: str
    red: tuple[str, ...]
    named: str
    certainty: str
    equivalent: bool = False  # it changes no number, or has nowhere to stand

    @property
    def survived(self) -> bool:
        return not self.equivalent and not self.red


class Evidence(Model):
    """What is drawn of one check."""

    check: str
    case: str
    nodes: list[Node]
    blocks: list[GradientBlock]
    dots: list[Dot] = []
    curve: Curve | None = None


class Step(Model):
    """A statement of a pair's backward pass; ``feeds``: the numbers of the steps that use what it makes."""

    name: str
    status: StepStatus
    feeds: list[int] = []
    location: Location
    source: str
    says: str = ""  # of what it is the derivative, or should be


class Slice(Model):
    """The worst two dimensions of a gradient of any number of them, ``(n, k)``; ``unit`` is what rounding explains."""

    name: str  # as the target calls it
    index: str  # as in "dX[0, :, :, 2]"; the name alone where it is the whole
    axes: tuple[str, str]
    shape: list[int]
    got: list[list[Number]]
    want: list[list[Number]]
    unit: Number
    allowed: Number  # units
    wrong: int  # entries of the whole gradient
    total: int


class Precision(Model):
    """The worst error of a gradient, relative to its largest entry, as the passes run in each precision."""

    name: str
    wrong: bool
    errors: dict[str, Number]


class Switch(Model):
    """A comparison or a choice of the forward pass: where its kinks are."""

    location: Location
    what: str
    count: int


class PairEvidence(Model):
    """What is drawn of one pair, at one draw."""

    check: str
    case: str
    steps: list[Step] = []
    slices: list[Slice] = []
    precisions: list[Precision] = []
    switches: list[Switch] = []
    excluded: int = 0  # entries that stood at a kink, over all draws
    compared: int = 0
    nearest: Number | None = None  # the smallest relative distance of a switch from its kink, at this draw
