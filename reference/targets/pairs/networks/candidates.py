"""What may be the output, the labels and the loss of a step: expressions of its own source, each before a statement."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.pairs.source.naming import is_label, plain, words
from reference.targets.pairs.weaving.weave import INNER, statements_of
from reference.targets.reading.parsing import expression

__all__ = ["NUMPY", "Beside", "LossInStep", "label_texts", "losses_beside", "losses_in", "outputs_in", "predicted"]

NUMPY = "numpy_of_the_kind"  # the name of NumPy, or of what stands in for it, in an expression of ours

LOSS = re.compile(
    r"_*((total|train(ing)?|avg|mean|batch|epoch|cur(rent)?|sum|running|my|data|final|net)_?)?(loss(es)?|costs?|j|mse|bce|sse|"
    r"cross_?entropy|objective|energy|error_?(sum|total)?|total_?error|rmse|ce|nll)"
    r"(_?(history|hist|list|sum|total|train|value|val|function|fn|func|s))?_*\d*",
    re.IGNORECASE,
)
LOSS_WORDS = {
    "loss", "cost", "mse", "entropy", "crossentropy", "objective", "sse", "bce", "nll", "j", "criterion",
    "costfunction", "energy", "error",
}  # fmt: skip
NO_LOSS = {
    "prime", "derivative", "deriv", "grad", "gradient", "delta", "backward", "plot", "history", "print", "d", "train",
    "validation", "test", "accuracy", "append", "get", "show",
}  # fmt: skip
PRINTED = re.compile(r"square|\*\* ?2|power|\blog\b|\.log\(|abs|norm|loss|cost|mse|entropy", re.IGNORECASE)
MONITOR = re.compile(r"\babs\b|\.abs\(|absolute|sqrt|accuracy|argmax|round|==", re.IGNORECASE)


class Beside(NamedTuple):
    """An output and its labels, as expressions before a statement of this number."""

    statement: int
    output: str
    labels: str
    line: int = 0


class LossInStep(NamedTuple):
    """An expression whose value before a statement is the file's own loss. ``monitor``: it is only looked at.

    ``sure``: the step itself computes it.
    """

    statement: int
    text: str
    line: int
    monitor: bool = False
    sure: bool = True


def outputs_in(node: ast.FunctionDef) -> Iterator[Beside]:
    """What is subtracted from each other, and what a function is handed side by side."""
    for number, statement in enumerate(statements_of(node.body)):
        found: list[tuple[ast.expr, ast.expr]] = []
        match statement:
            case ast.AugAssign(
                target=ast.Subscript(value=inner, slice=where), op=ast.Sub(), value=ast.Constant(value=1 | 1.0)
            ):
                found += [(inner, part) for part in (where.elts if isinstance(where, ast.Tuple) else [where])]
            case ast.AugAssign(target=target, op=ast.Sub(), value=value):
                found.append((_loaded(target), value))
        for part in _expressions(statement):
            for n in ast.walk(part):
                match n:
                    case ast.BinOp(left=left, op=ast.Sub(), right=right):
                        found.append((left, right))
                    case ast.Call(func=ast.Attribute(attr="subtract"), args=[left, right, *_]):
                        found.append((left, right))
                    case ast.Call(args=[_, _, *_]):
                        plainly = [a for a in n.args if isinstance(a, ast.Name | ast.Attribute | ast.Subscript)]
                        found += [(a, b) for k, a in enumerate(plainly) for b in plainly[k + 1 :]]
        for left, right in found:
            if not isinstance(left, ast.Constant) and not isinstance(right, ast.Constant):
                yield Beside(number, ast.unparse(left), ast.unparse(right), statement.lineno)


def predicted(node: ast.FunctionDef, names: Sequence[str], forwards: Sequence[str], method: bool) -> Iterator[Beside]:
    """What another function makes of the inputs, where the step begins; of a batch of pairs one after the other."""
    line = node.lineno
    labels = [name for name in names if _labels(name)]
    inputs = [name for name in names if name not in labels]
    in_turn = any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "zip" for n in ast.walk(node)
    )
    for forward in forwards:
        call = f"self.{forward}" if method else forward
        for name in inputs:
            yield from (Beside(0, f"{call}({name})", label, line) for label in labels)
            yield from (_one_by_one(call, name, label, line) for label in labels if in_turn)
        for name in names if len(names) <= 2 else ():
            outputs = f"{NUMPY}.stack([{NUMPY}.atleast_1d({call}(_x)) for _x, _y in {name}])"
            yield Beside(0, outputs, f"{NUMPY}.stack([{NUMPY}.atleast_1d(_y) for _x, _y in {name}])", line)


def _one_by_one(call: str, name: str, label: str, line: int) -> Beside:
    """Of inputs beside labels, both by their rows."""
    outputs = f"{NUMPY}.stack([{NUMPY}.atleast_1d({call}(_x)) for _x in {name}])"
    return Beside(0, outputs, f"{NUMPY}.stack([{NUMPY}.atleast_1d(_y) for _y in {label}])", line)


def _loaded(target: ast.expr) -> ast.expr:
    return expression(ast.unparse(target))


def _expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of a statement itself, not of those within it."""
    if isinstance(statement, INNER):
        return
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.withitem):
            yield child.context_expr


def label_texts(node: ast.FunctionDef, attributes: Sequence[str]) -> list[str]:
    """What is called labels, of local variables and of the object's attributes."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {a.arg for a in node.args.args}
    found = [name for name in sorted(names) if _labels(name)]
    return found + [f"self.{name}" for name in attributes if _labels(name)]


def _labels(name: str) -> bool:
    return (
        is_label(name)
        or plain(name) in ("y", "ys", "t", "expected", "desired")
        or bool(re.search(r"target|label|one_?hot|y_?true|expected|desired|^y_?\w{0,6}$", name, re.IGNORECASE))
    )


def losses_in(
    node: ast.FunctionDef, methods: Mapping[str, SourceFunction], functions: Mapping[str, SourceFunction]
) -> Iterator[LossInStep]:
    """What the step itself calls a loss, adds to a list of losses, prints or returns as one."""
    for number, statement in enumerate(statements_of(node.body)):
        for text, named in _of_statement(statement, methods, functions):
            yield LossInStep(number, text, statement.lineno, bool(MONITOR.search(text)), named)


def _of_statement(
    statement: ast.stmt, methods: Mapping[str, SourceFunction], functions: Mapping[str, SourceFunction]
) -> Iterator[tuple[str, bool]]:
    match statement:
        case ast.Assign(targets=[target], value=value) | ast.AugAssign(target=target, op=ast.Add(), value=value):
            if LOSS.fullmatch(_name(target)) and not isinstance(value, ast.Constant | ast.List):
                yield ast.unparse(value), True
        case ast.Return(value=ast.Name(id=name) as value) if LOSS.fullmatch(name):
            yield ast.unparse(value), True
    for part in _expressions(statement):
        for n in ast.walk(part):
            match n:
                case ast.Call(func=ast.Attribute(attr="append", value=into), args=[value]) if LOSS.fullmatch(
                    _name(into)
                ):
                    yield ast.unparse(value), True
                case ast.Call(func=ast.Name(id="print"), args=values):
                    for value in values:
                        yield from ((text, True) for text in _shown(value))
                case ast.Call(func=ast.Name(id=name)) if name in functions and _is_loss(name):
                    yield ast.unparse(n), True
                case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id="self"))) if name in methods and _is_loss(
                    name
                ):
                    yield ast.unparse(n), True


def _shown(value: ast.expr) -> Iterator[str]:
    """What is printed: alone, within a text, or put into one."""
    match value:
        case ast.JoinedStr(values=parts):
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from _shown(part.value)
        case ast.BinOp(op=ast.Add() | ast.Mod(), left=left, right=right):
            yield from _shown(left)
            yield from _shown(right)
        case ast.Call(func=ast.Attribute(attr="format"), args=parts):
            for part in parts:
                yield from _shown(part)
        case ast.Call(func=ast.Name(id="str" | "float" | "round"), args=[inner, *_]):
            yield from _shown(inner)
        case ast.Tuple(elts=parts):
            for part in parts:
                yield from _shown(part)
        case ast.Call() | ast.BinOp() if PRINTED.search(ast.unparse(value)):
            yield ast.unparse(value)


def _is_loss(name: str) -> bool:
    said = set(words(name)) | {plain(name)}
    return bool(said & LOSS_WORDS) and not said & NO_LOSS


def _name(target: ast.expr) -> str:
    while isinstance(target, ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")


def losses_beside(
    methods: Mapping[str, SourceFunction], functions: Mapping[str, SourceFunction]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Losses that the step does not call: how each is called, and what it takes."""
    for name, method in methods.items():
        if _is_loss(name) and 0 <= len(method.required) <= 3:
            yield f"self.{name}", method.required
    for name, function in functions.items():
        if _is_loss(name) and 2 <= len(function.required) <= 3:
            yield name, function.required
