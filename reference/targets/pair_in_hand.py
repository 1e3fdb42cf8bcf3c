"""Two functions in somebody's hand as an open pair: with their file's own text where it has them, else as they are.

Functions that a file defines at its top level are opened in a process of their own, where every witness can run them.
Anything else, a closure or an object that can be called, is run here, and only central differences speak of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairKind, Parameter, Proposal
from reference.settings.binding import Binding
from reference.settings.limits import Limits
from reference.targets.pairs.answers import PairAnswers
from reference.targets.pairs.proposing.decorated import example_made
from reference.targets.process.exceptions import described
from reference.targets.process.supervisor import Worker
from reference.targets.reading.namespace import Loaded
from reference.targets.stand_in.loading import Namespace
from reference.targets.stand_in.plain import PlainKind

__all__ = ["NotHeld", "pair_in_hand", "rule_in_hand"]

Function = Callable[..., Any]


class NotHeld(Exception):
    """A rule that is none, or an example that gives none; the message says why."""


@contextmanager
def pair_in_hand(forward: Function, backward: Function, example: Function, *, shown: str) -> Iterator[OpenPair]:
    """The pair, while it is asked. ``example``: the forward pass's arguments from a generator, as ``@pair`` has it.

    Raises ``NotHeld`` where it gives none.
    """
    file = _file_of(forward, backward)
    if file is not None:
        worker = Worker(Limits(), {"ask": "load", "path": file, "only": None, "binding": Binding().model_dump()})
        try:
            proposal = _between(worker, forward.__name__, backward.__name__)
            if proposal is not None:
                yield _opened(worker.ask, proposal, example, file, shown)
                return
        finally:
            worker.close()
    held = InHand(forward, backward)
    yield _opened(held.ask, held.proposal, example, held.file, shown)


@contextmanager
def rule_in_hand(rule: Any, example: Function, *, shown: str) -> Iterator[OpenPair]:
    """A framework's rule that a module defines, while it is asked: a class of PyTorch, a function of JAX or autograd.

    Raises ``NotHeld`` where it is none, or its example gives none.
    """
    plain = inspect.unwrap(getattr(rule, "fun", rule))
    name = getattr(plain, "__name__", type(rule).__name__)
    try:
        file = inspect.getsourcefile(plain)
    except TypeError:
        file = None
    if file is None or not Path(file).is_file():
        raise NotHeld(f"{name} stands in no file: a rule is a class, or a function, at the top level of a module")
    worker = Worker(Limits(), {"ask": "load", "path": file, "only": None, "binding": Binding().model_dump()})
    try:
        worker.greet()
        every = [Proposal.of(tree) for tree in worker.ask("pair_proposals")]
        rules = [one for one in every if one.kind is PairKind.RULE]
        found = next((one for one in rules if name in (one.owner, one.forward)), None)
        if found is None:
            known = ", ".join(dict.fromkeys(one.owner or one.forward for one in rules)) or "none"
            raise NotHeld(f"{name} is no rule of a framework; {Path(file).name} has {known}")
        yield _opened(worker.ask, _fed_by_example(found), example, file, shown)
    finally:
        worker.close()


def _opened(ask: Function, proposal: Proposal, example: Function, file: str, shown: str) -> OpenPair:
    try:
        example_made(example, proposal, 0)
    except Exception as error:  # the user's own function
        raise NotHeld(f"the example for {proposal.check} raised {type(error).__name__}: {error}") from None
    return OpenPair(proposal, _with_example(ask, proposal, example, file), file, shown)


def _file_of(*functions: Function) -> str | None:
    """The one module that defines them all at its top level."""
    files = set()
    for function in functions:
        name = getattr(function, "__qualname__", "<>")
        if "." in name or "<" in name or name != getattr(function, "__name__", None):
            return None
        files.add(inspect.getsourcefile(function) if inspect.isfunction(function) else None)
    (file, *others) = files
    return file if not others and file is not None and Path(file).is_file() else None


def _between(worker: Worker, forward: str, backward: str) -> Proposal | None:
    try:
        details = worker.greet()
        tree = (
            None
            if details["unreadable"] is not None
            else worker.ask("pair_between", forward=forward, backward=backward)
        )
    except (TargetRaised, TargetDied):
        return None
    return None if tree is None else _fed_by_example(Proposal.of(tree))


def _fed_by_example(proposal: Proposal) -> Proposal:
    return proposal._replace(said={**proposal.said, "example": True})


def _with_example(ask: Function, proposal: Proposal, example: Function, file: str) -> Function:
    def asked(question: str, **details: Any) -> Any:
        if question != "pair_example":
            return ask(question, **details)
        try:
            return example_made(example, proposal, details["seed"])
        except Exception as error:  # the user's own function
            raise TargetRaised(described(error, Path(file), {}, {})) from None

    return asked


class InHand(PairAnswers):
    """Two functions that run where they are, with NumPy itself."""

    def __init__(self, forward: Function, backward: Function) -> None:
        self._afresh()
        names = [getattr(f, "__name__", type(f).__name__) for f in (forward, backward)]
        if names[0] == names[1] or not all(map(str.isidentifier, names)):
            names = ["forward", "backward"]
        code = getattr(backward, "__code__", None)
        self.file: str = "" if code is None else code.co_filename
        line = 1 if code is None else code.co_firstlineno
        self.path, self.cells = Path(self.file), []
        self.loaded = Loaded(dict(zip(names, (forward, backward), strict=True)), {}, [], {}, False)
        self.proposal = _fed_by_example(
            Proposal(
                names[1],
                PairKind.FUNCTION,
                forward=names[0],
                backward=names[1],
                takes=_parameters(forward),
                backward_takes=_parameters(backward),
                line=line,
            )
        )
        self.proposals = {names[1]: self.proposal}
        self.namespaces = {"plain": Namespace(PlainKind(), self.loaded)}

    def ask(self, question: str, **details: Any) -> Any:
        try:
            return getattr(self, f"ask_{question}")(**details)
        except Exception as error:  # the user's own functions, or a kind that these cannot be loaded for
            raise TargetRaised(described(error, self.path, {}, {})) from None

    def _is_in_the_file(self, file: str) -> bool:
        return file == self.file


def _parameters(function: Function) -> tuple[Parameter, ...]:
    empty = inspect.Parameter.empty
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    found = inspect.signature(function).parameters.values()
    return tuple(
        Parameter(p.name, p.default is not empty, None if p.default is empty else p.default, many=p.kind in several)
        for p in found
    )
