"""A forward and a backward pass that belong together, as plain values: proposed, drawn, answered.

These cross between a target's process and ours. What runs there proposes and answers with raw numbers; what is made of
them is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

__all__ = ["OpenPair", "PairDraw", "PairKind", "Parameter", "Proposal"]


class PairKind(StrEnum):
    """In what form a forward and a backward pass stand together."""

    FUNCTION = "function"  # X_forward and X_backward
    VALUE = "value"  # one function that returns a loss and its gradient
    DERIVATIVE = "derivative"  # sigmoid and sigmoid_prime
    CLASS = "class"  # an object with forward and backward
    RULE = "rule"  # a function of a framework with a derivative of its own
    NETWORK = "network"  # a step of training: what it subtracts is its gradient


class Parameter(NamedTuple):
    """One parameter of a function, as its source has it; or, annotated "global", a name that it takes from the top
    level of its file, where only a run of the file would have set it.
    """

    name: str
    optional: bool = False
    default: Any = None  # where it is a literal
    annotation: str = ""
    many: bool = False  # *args or **kwargs


class Proposal(NamedTuple):
    """What looks like a pair by its names. It counts as one when an input has made it run.

    ``asked``: of an argument, or of ``argument["key"]``, what the code does with it: ``keys`` that it is asked for,
    ``texts`` that it is compared with, ``dims`` into which its shape is unpacked. ``calls``: the source of the calls of
    the forward pass, the constructor and the backward pass that stand in the file.
    """

    check: str  # what the report calls it: the backward pass, "Affine.backward" of a class
    kind: PairKind
    forward: str  # a function, or the method of a class
    backward: str  # the same as ``forward`` where one function returns both
    owner: str = ""  # the class
    constructor: tuple[Parameter, ...] = ()
    takes: tuple[Parameter, ...] = ()  # the forward pass, without self
    backward_takes: tuple[Parameter, ...] = ()
    returned: tuple[str, ...] = ()  # what the backward pass returns, by name; "" for an expression
    forward_returned: tuple[str, ...] = ()  # the same of the forward pass
    documents: tuple[str, ...] = ()  # docstrings and comments: of the class, the forward pass, the backward pass
    asked: Mapping[str, Mapping[str, Any]] = {}
    calls: tuple[str, ...] = ()
    said: Mapping[str, Any] = {}  # what @pair says of it
    cell: int | None = None
    line: int = 1  # of the backward pass
    forward_line: int = 1
    unfinished: int | None = None  # the line where something is missing
    limited: int | None = None  # the line of the backward pass that limits how large a gradient may be
    single: int | None = None  # the line where it passes over all but one entry of what comes in
    leading: int | None = None  # the line where a rule leaves out what comes in for every output but the first
    slope: tuple[str, ...] = ()  # what the one argument of a derivative may be: "input", "output", "cotangent"
    modeless: bool = False  # nothing in the backward pass tells training from inference
    not_derived: str = ""  # why it is no derivative of its forward pass: a surrogate, a straight-through estimator
    framework: str = ""  # of a rule: "torch", "jax", "autograd"
    spellings: tuple[str, ...] = ()  # what a rule's function is called by, as ``Square.apply``
    halves: tuple[str, ...] = ()  # functions of the file that a rule is made of
    without_gradient: tuple[str, ...] = ()  # arguments of a rule for which it says that there is none
    static: tuple[str, ...] = ()  # arguments of a rule that are never differentiated
    not_run: tuple[str, str] | None = None  # why a rule cannot be run here, and what would help

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> Proposal:
        """As it comes over the wire, as ``_asdict`` with its parameters as lists."""
        parameters = {
            name: tuple(Parameter(*parameter) for parameter in tree[name])
            for name in ("constructor", "takes", "backward_takes")
        }
        return cls(**{**tree, **parameters, "kind": PairKind(tree["kind"])})

    def tree(self) -> dict[str, Any]:
        """For the wire."""
        return {**self._asdict(), "kind": str(self.kind)}


class PairDraw(NamedTuple):
    """One draw: what the forward pass is given, and from which seed everything else is drawn.

    An argument is an array, a number, a string, or a list, tuple or dictionary of such. ``{"rng": seed}`` in place of a
    value stands for a generator, ``{"corpus": seed, "below": n}`` for a data set that draws words, which are whole
    numbers below n. ``reading``: how an answer is read where that is open: ``of`` is "input" or "output"
    for a derivative; ``mode`` names what the target is asked to be in.
    """

    arguments: Mapping[str, Any]
    construct: Mapping[str, Any] = {}  # the constructor's
    seed: int = 0  # of cotangents, of the target's own random numbers, of parameters off their start
    reading: Mapping[str, str] = {}

    def tree(self) -> dict[str, Any]:
        """For the wire."""
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in self._asdict().items()}


class OpenPair(NamedTuple):
    """A proposal of an opened target. ``ask`` is ``Worker.ask``: it raises ``TargetRaised`` and ``TargetDied``."""

    proposal: Proposal
    ask: Callable[..., Any]
    file: str
    shown: str  # the target's name in the report
    ask_beside: Callable[..., Any] | None = None  # the same in a second process

    def beside(self) -> OpenPair:
        """The same pair in a second process of its target, where there may be one."""
        return self if self.ask_beside is None else self._replace(ask=self.ask_beside)
