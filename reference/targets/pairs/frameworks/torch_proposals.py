"""Subclasses of ``torch.autograd.Function`` in a file, as they stand once it is loaded."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.targets.pairs.frameworks.spoken import TORCH
from reference.targets.pairs.frameworks.undifferentiated import why_undifferentiated
from reference.targets.pairs.source.functions import SourceFunction, calls_of, documents_of, returned_names, returns_of
from reference.targets.pairs.source.leading_output import leading_output_at
from reference.targets.pairs.source.methods import CONTEXTS, read_method
from reference.targets.pairs.source.missing import missing_line
from reference.targets.pairs.source.uses import asked_of
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.parsing import trees_of
from reference.targets.reading.source import Cell

__all__ = ["has_setup", "rules_in"]


def rules_in(cells: list[Cell], loaded: Loaded) -> Iterator[Proposal]:
    """Every function of the file with a backward pass of its own."""
    import torch

    calls = calls_of(cells)
    aliases = _aliases(cells)
    for owner in list(loaded.names.values()):
        if not (isinstance(owner, type) and issubclass(owner, torch.autograd.Function)):
            continue
        if owner.__module__ != "target":
            continue
        forward, backward = _method(owner, "forward", cells), _method(owner, "backward", cells)
        if backward is None:
            backward = _method(owner, "vjp", cells)
        if forward is None or backward is None or not forward.takes:
            continue
        yield _proposal(owner, forward, backward, aliases.get(owner.__name__, ()), calls)


def has_setup(owner: Any) -> bool:
    """Does its forward pass take no context, which ``setup_context`` fills in afterwards?"""
    import torch

    return bool(owner.setup_context is not torch.autograd.Function.setup_context)


def _method(owner: Any, name: str, cells: list[Cell]) -> SourceFunction | None:
    """A method as the file has it, without its context."""
    value = inspect.getattr_static(owner, name, None)
    function = inspect.unwrap(getattr(value, "__func__", value)) if value is not None else None
    if not inspect.isfunction(function) or function.__module__.partition(".")[0] == TORCH:
        return None
    of_the_class = isinstance(value, classmethod)
    method = read_method(name, function, cells, bound=of_the_class)
    if method is None:
        return None
    takes_context = not (name == "forward" and has_setup(owner))
    first = next(iter(list(inspect.signature(function).parameters)[of_the_class:]), "")
    if takes_context and first not in CONTEXTS:
        method.node.args.args = method.node.args.args[1:]
    return method


def _aliases(cells: Sequence[Cell]) -> dict[str, tuple[str, ...]]:
    """By class the names and texts that call it: ``relu = ReLU.apply``, ``def relu(x): return ReLU.apply(x)``."""
    found: dict[str, list[str]] = {}
    for _, tree in trees_of(cells):
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=owner), attr="apply"):
                    found.setdefault(owner, []).append(f"{owner}.apply")
                case _:
                    continue
        for node in tree.body:
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.Attribute(value=ast.Name(id=owner), attr="apply")
                ):
                    found.setdefault(owner, []).append(name)
                case ast.FunctionDef(name=name, body=[*_, ast.Return(value=ast.Call() as call)]):
                    match call.func:
                        case ast.Attribute(value=ast.Name(id=owner), attr="apply") if _hands_on(node, call):
                            found.setdefault(owner, []).append(name)
    return {owner: tuple(dict.fromkeys(names)) for owner, names in found.items()}


def _hands_on(node: ast.FunctionDef, call: ast.Call) -> bool:
    """Does a function give what it is given, in this order?"""
    own = [a.arg for a in node.args.args]
    return [a.id for a in call.args if isinstance(a, ast.Name)] == own[: len(call.args)]


def _proposal(
    owner: Any, forward: SourceFunction, backward: SourceFunction, spellings: tuple[str, ...], calls: Any
) -> Proposal:
    about = inspect.getdoc(owner) if owner.__dict__.get("__doc__") else ""
    texts = (about or "", *(documents_of(f) for f in (forward, backward)))
    missing = None if _refuses(backward) else missing_line(backward.node, nothing_is_an_answer=True)
    takes = tuple(
        Parameter(p.name, p.optional and not _is_a_tensor(p), p.default, _plain_annotation(p), p.many)
        for p in forward.takes
    )
    return Proposal(
        check=f"{owner.__name__}.backward",
        kind=PairKind.RULE,
        forward=forward.name,
        backward=backward.name,
        owner=owner.__name__,
        takes=takes,
        backward_takes=backward.takes,
        returned=returned_names(backward.node),
        forward_returned=returned_names(forward.node),
        documents=tuple(text for text in texts if text),
        asked=asked_of(forward, backward, {forward.name: forward, backward.name: backward}),
        calls=tuple(dict.fromkeys(c for s in spellings for c in calls.get(s.rpartition(".")[2], ()) if s in c)),
        cell=backward.cell,
        line=backward.line,
        leading=leading_output_at(backward.node, backward.names) if len(backward.names) > 1 else None,
        forward_line=forward.line,
        unfinished=missing if missing is not None else missing_line(forward.node),
        not_derived=why_undifferentiated(owner.__name__, about or "", forward, backward),
        framework=TORCH,
        spellings=spellings,
        without_gradient=_without_gradient(forward, backward),
        not_run=_refuses(backward),
    )


def _refuses(backward: SourceFunction) -> tuple[str, str] | None:
    """Why a rule is not judged that only says that there is none."""
    last = backward.node.body[-1]
    if not (isinstance(last, ast.Raise) and last.exc is not None and "NotImplemented" in ast.unparse(last.exc)):
        return None
    return "its backward pass only says that it is not implemented", "--except and its name, if that is meant"


def _without_gradient(forward: SourceFunction, backward: SourceFunction) -> tuple[str, ...]:
    """The arguments for which None is written down wherever the backward pass returns."""
    returns = [value for value in returns_of(backward.node) if not _is_none(value)]
    rows = [value.elts if isinstance(value, ast.Tuple) else [value] for value in returns]
    if not rows:
        return ()
    return tuple(name for k, name in enumerate(forward.names) if all(k < len(row) and _is_none(row[k]) for row in rows))


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_a_tensor(parameter: Parameter) -> bool:
    """Is a parameter that may be left out, as ``bias=None``, given all the same?"""
    named = re.fullmatch(r"b|bias\d*|weight\d*|gamma|beta|scale|shift", parameter.name)
    return parameter.default is None and (named is not None or "Tensor" in parameter.annotation)


def _plain_annotation(parameter: Parameter) -> str:
    """An annotation as an array's, where it says tensor."""
    return "np.ndarray" if "Tensor" in parameter.annotation else parameter.annotation
