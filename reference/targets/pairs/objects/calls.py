"""How the methods of an object are called: a context before the arguments, a mode, a loss after the forward pass."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from reference.interface.pair import Proposal
from reference.targets.pairs.arguments.backward_arguments import is_of_labels
from reference.targets.pairs.objects.arrays import is_float
from reference.targets.pairs.objects.constructing import applied
from reference.targets.pairs.objects.supplies import Context
from reference.targets.pairs.source.methods import stands_alone

__all__ = ["ObjectRun", "forward", "in_mode", "is_static", "method_of", "numbers_of", "result_of", "split"]

CONTEXTS = ("ctx", "context", "self_ctx")
MODES = ("training", "train", "is_training", "train_flg", "train_flag", "mode", "is_train", "phase", "trainable_mode")
ANSWERS = ("y_hat", "yhat", "y_pred", "output", "out", "probs", "a2", "a3", "al", "a")


class ObjectRun(NamedTuple):
    """One forward pass: the object afterwards, what it was given, what it answered."""

    model: Any
    arguments: dict[str, Any]
    before: dict[str, Any]  # the arguments as they were
    answer: Any
    passed: Any  # what its first part answered, where a loss follows it
    context: Context | None


def split(forward: str) -> tuple[str, str]:
    """``forward, compute_loss``: a forward pass, and the loss that is made of its answer, "" where there is none."""
    first, _, loss = forward.partition(", ")
    return first, loss


def forward(proposal: Proposal, model: Any, arguments: dict[str, Any], before: dict[str, Any]) -> ObjectRun:
    """Run the forward pass, and the loss after it where there is one."""
    first, loss = split(proposal.forward)
    method, context = method_of(model, first)
    if not loss:
        answer = applied(method, proposal.takes, arguments)
        answer = None if answer is model else answer  # "return self": what it keeps is its answer
        return ObjectRun(model, arguments, before, answer, None, context)
    own = list(inspect.signature(method).parameters)
    takes = [p for p in proposal.takes if p.name in own or p.many]
    passed = applied(method, takes, {name: value for name, value in arguments.items() if name in own})
    answer = _loss(getattr(model, loss), passed, arguments)
    return ObjectRun(model, arguments, before, answer, passed, context)


def _loss(method: Callable[..., Any], passed: Any, arguments: Mapping[str, Any]) -> Any:
    """The loss of what a forward pass answered: its labels by name, the answer for what is not known otherwise."""
    labels = [name for name in arguments if is_of_labels(name)]
    handed: dict[str, Any] = {}
    for parameter in inspect.signature(method).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.name in arguments:
            handed[parameter.name] = arguments[parameter.name]
        elif is_of_labels(parameter.name) and labels:
            handed[parameter.name] = arguments[labels[0]]
        elif parameter.default is parameter.empty:
            handed[parameter.name] = result_of(passed)
    return method(**handed)


def result_of(passed: Any) -> Any:
    """Of what a forward pass returned, its result."""
    if isinstance(passed, Mapping):
        named = {str(key).lower(): value for key, value in passed.items() if is_float(value)}
        return next((named[name] for name in ANSWERS if name in named), next(reversed(named.values()), passed))
    if isinstance(passed, tuple | list) and passed:
        if isinstance(passed, tuple) and not is_float(passed[0]):
            return result_of(passed[0])
        return passed[0] if isinstance(passed, tuple) else passed[-1]
    return passed


def is_static(owner: Any, name: str) -> bool:
    static = isinstance(inspect.getattr_static(owner, name, None), staticmethod | classmethod)
    return static or (isinstance(owner, type) and stands_alone(owner, name))


def method_of(model: Any, name: str, context: Context | None = None) -> tuple[Callable[..., Any], Context | None]:
    """A method as it is called, a context before its arguments where it wants one."""
    method = getattr(model, name)
    first = next(iter(inspect.signature(method).parameters), "")
    if first not in CONTEXTS:
        return method, context
    context = context or Context()
    return lambda *arguments, **named: method(context, *arguments, **named), context


def in_mode(model: Any, mode: str) -> None:
    """Put an object in the mode that is asked for: by its method, or by its attribute."""
    if not mode:
        return
    test = mode in ("test", "eval", "inference", "predict")
    for name in ("eval", "test_mode", "eval_mode") if test else ("train", "train_mode"):
        switch = getattr(model, name, None)
        if inspect.ismethod(switch) and not inspect.signature(switch).parameters:
            switch()
            return
    for name in MODES:
        if isinstance(getattr(model, name, None), bool | str):
            setattr(model, name, mode if isinstance(getattr(model, name), str) else not test)


def numbers_of(owner: Any) -> frozenset[str]:
    """The attributes that are parameters even where they are single numbers: something is named their gradient."""
    found: set[str] = set()
    for base in owner.__mro__[:-1] if isinstance(owner, type) else ():
        text = "\n".join(_source(value) for value in vars(base).values() if inspect.isfunction(value))
        for name in set(re.findall(r"self\.([A-Za-z]\w*)", text)):
            ways = rf"d_?{name}|grads?_?{name}|{name}_?grads?|{name}_gradients?|nabla_{name}|gradients?_{name}"
            marks = re.findall(rf"\b({ways})\b", text)
            if marks:
                found |= {name, *marks}
    return frozenset(found)


def _source(function: Any) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""
