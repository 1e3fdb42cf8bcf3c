"""Where networks train themselves: methods and functions that hold a forward pass and a step, or lead to both."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.pairs.source.naming import is_label, plain
from reference.targets.pairs.weaving.weave import INNER, loops_of, statements_of
from reference.targets.reading.parsed import is_of_self

__all__ = [
    "called_in",
    "carried_names",
    "goes_forward",
    "goes_on_its_own",
    "is_update",
    "leans_on_another",
    "named_step",
    "needs_the_forward_pass",
    "steps_in",
    "takes_data",
    "turns_of",
]

TRAINS = re.compile(
    r"_*(script(_\d+)?|train\w*|fit\w*|partial_?fit\w*|learn\w*|back_?prop\w*|backward\w*|back_?pass\w*|bprop\w*"
    r"|update_?(mini_?)?batch\w*|gradient_?descent\w*|(batch_?|mini_?batch_?|stochastic_?)?gradient_?descent|sgd|gd|bgd|optimi[sz]e|run_?step|step"
    r"|cost_?func(tion)?_?prime|cost_?prime|loss_?prime|(compute|calc|calculate|get)_?grad\w*|grad\w*|adjust\w*|adapt)",
    re.IGNORECASE,
)
LEADS = re.compile(r"train|fit|learn|sgd|gradient_?descent|optimi[sz]e|run|main|epoch", re.IGNORECASE)
COUNTERS = re.compile(
    r".*(loss|cost|err|error|count|correct|total|acc|sum|num|epoch|iter|step|index|idx|score)\w*|[ijk]"
)
FORWARDS = re.compile(
    r"_*(forward\w*|feed_?forward\w*|fprop|predict\w*|think|query|activate\w*|output|run|infer\w*|propagate\w*|compute|"
    r"hypothesis|net_?input|activation\w*|sigmoid\w*|softmax\w*|tanh|relu\w*|compute_?output\w*|guess|__call__)",
    re.IGNORECASE,
)
WANTED = re.compile(
    r"(correct|desired|training|expected|train|true)?_?outputs?(_?(data|list|array|vector|set))?", re.IGNORECASE
)
BATCHES = {"y", "ys", "expected", "desired", "minibatch", "batch", "trainingdata", "data"}
DEEPEST = 3  # functions that one another call
PRODUCTS = {"dot", "matmul", "einsum", "inner", "tensordot", "vdot", "outer"}
LATER = re.compile(
    r"_*(out\w*|o|y_?hat|y_?pred\w*|pred\w*|a|a\d|z\d|al|cache\w*|activations?|caches|probs?|hidden\w*|delta\w*|d_?\w+"
    r"|grad\w*|error\w*|loss\w*)",
    re.IGNORECASE,
)


def is_update(statement: ast.stmt) -> bool:
    """Is something made what it was, minus or plus something that is no mere number?"""
    match statement:
        case ast.AugAssign(target=target, op=ast.Sub() | ast.Add(), value=value):
            return not isinstance(value, ast.Constant) and not _counts(target)
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            return any(_steps_from(t, v) for t, v in zip(targets, values, strict=False))
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            return _steps_from(target, value) and not _counts(target)
    return False


def _counts(target: ast.expr) -> bool:
    name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
    return bool(name) and COUNTERS.fullmatch(name.lower().strip("_")) is not None


def _steps_from(target: ast.expr, value: ast.expr) -> bool:
    own = ast.unparse(target)
    match value:
        case ast.BinOp(left=left, op=ast.Sub() | ast.Add(), right=right):
            if own in (ast.unparse(left), ast.unparse(right)):
                return True
            return _steps_from(target, left)
        case ast.ListComp(elt=ast.BinOp(op=ast.Sub() | ast.Add()), generators=[one]):
            return own in ast.unparse(one.iter)
        case ast.Call(func=ast.Attribute(attr="subtract" | "add"), args=[first, _, *_]):
            return ast.unparse(first) == own
    return False


def named_step(name: str) -> bool:
    return TRAINS.fullmatch(name) is not None


def steps_in(node: ast.FunctionDef) -> list[ast.stmt]:
    return [s for s in statements_of(node.body) if is_update(s)]


def called_in(node: ast.AST) -> set[str]:
    """The names of functions, and of methods of the object itself, that are called."""
    calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
    return {f.id for f in calls if isinstance(f, ast.Name)} | {f.attr for f in calls if is_of_self(f)}


def goes_forward(node: ast.FunctionDef, known: Mapping[str, SourceFunction], depth: int = 0) -> bool:
    """Does it compute something from weights, itself or by another function of the file?"""
    for n in ast.walk(node):
        match n:
            case ast.BinOp(op=ast.MatMult()):
                return True
            case ast.Call(func=ast.Attribute(attr=name)) if name in PRODUCTS or FORWARDS.fullmatch(name):
                return True
            case ast.Call(func=ast.Name(id=name)) if name in known and FORWARDS.fullmatch(name):
                return True
    others = [known[name].node for name in called_in(node) if name in known and known[name].node is not node]
    return depth < DEEPEST and any(goes_forward(other, known, depth + 1) for other in others)


def goes_on_its_own(name: str, node: ast.FunctionDef) -> bool:
    """Is it a forward pass by its name, or by what it does, and no step?"""
    if (
        steps_in(node)
        or named_step(name)
        or re.search(r"prime|deriv|grad|loss|cost|error|accuracy|score", name, re.IGNORECASE)
    ):
        return False
    return (bool(FORWARDS.fullmatch(name)) and name not in ("sigmoid", "softmax", "relu", "tanh")) or goes_forward(
        node, {}
    )


def leans_on_another(node: ast.FunctionDef, methods: Mapping[str, SourceFunction]) -> bool:
    """Does it read what only another method of the object sets, which it does not call?"""
    within, waiting = {}, [node]
    while waiting:
        here = waiting.pop()
        for name in called_in(here):
            if name in methods and name not in within:
                within[name] = methods[name].node
                waiting.append(methods[name].node)
    own = {
        name
        for each in (node, *within.values(), *(m.node for n, m in methods.items() if n == "__init__"))
        for name in _set_by(each)
    }
    elsewhere = {name for n, m in methods.items() if n not in within and m.node is not node for name in _set_by(m.node)}
    read = {n.attr for n in ast.walk(node) if is_of_self(n) and isinstance(n.ctx, ast.Load)}
    return bool(read & (elsewhere - own) - set(methods))


def _set_by(node: ast.FunctionDef) -> set[str]:
    return {n.attr for n in ast.walk(node) if is_of_self(n) and isinstance(n.ctx, ast.Store)}


def takes_data(node: ast.FunctionDef, names: Sequence[str], maker: Sequence[str]) -> bool:
    """Is it told what should come out, by an argument or by what the object was made with?"""
    if any(is_label(name) or plain(name) in BATCHES for name in names):
        return True
    read = {n.attr for n in ast.walk(node) if is_of_self(n)}
    return any(is_label(name) or plain(name) in ("y", "ys") for name in maker if read) or len(names) >= 2


def needs_the_forward_pass(required: Sequence[str]) -> bool:
    """Is it handed what a forward pass has answered? ``outputs`` right after the inputs are what is wanted."""
    wanted = len(required) > 1 and WANTED.fullmatch(required[1]) and not any(map(is_label, required[2:]))
    return any(LATER.fullmatch(name) for name in (required[2:] if wanted else required[1:]))


def turns_of(node: ast.FunctionDef) -> list[int]:
    """The loops of which one turn may be the step, the innermost that has every update first; -1: the whole function.

    A loop over examples or layers that only gathers has no step in it.
    """
    loops = loops_of(node.body)
    steps = steps_in(node)
    holding = [k for k, loop in enumerate(loops) if steps and all(_holds(loop, step) for step in steps)]
    leading = [k for k, loop in enumerate(loops) if not steps and any(map(_steps_by_name, _calls_within(loop)))]
    return [*reversed(holding), *reversed(leading), -1]


def _steps_by_name(name: str) -> bool:
    return named_step(name) or bool(re.search(r"updat|backward|backprop|step|optimi", name, re.IGNORECASE))


def _holds(loop: ast.stmt, statement: ast.stmt) -> bool:
    return any(n is statement for n in ast.walk(loop))


def _calls_within(loop: ast.stmt) -> Iterator[str]:
    for n in ast.walk(loop):
        if isinstance(n, ast.Call):
            yield n.func.id if isinstance(n.func, ast.Name) else getattr(n.func, "attr", "")


def carried_names(node: ast.FunctionDef) -> tuple[str, ...]:
    """Local names that are read and set: a parameter that is no part of anything is one of them."""
    own = [n for s in node.body for n in _own_names(s)]
    stored = {n.id for n in own if isinstance(n.ctx, ast.Store)}
    loaded = {n.id for n in own if isinstance(n.ctx, ast.Load)}
    loaded |= {
        s.target.id for s in statements_of(node.body) if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name)
    }
    counters = {n.id for loop in loops_of(node.body) if isinstance(loop, ast.For) for n in ast.walk(loop.target)
                if isinstance(n, ast.Name)}  # fmt: skip
    arguments = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    kept = (stored & loaded) | (arguments & loaded)
    return tuple(sorted(name for name in kept - counters if not (name == "self" or name.startswith("__"))))


def _own_names(node: ast.AST) -> Iterator[ast.Name]:
    if isinstance(node, ast.Name):
        yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (*INNER, ast.Lambda, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)):
            yield from _own_names(child)
        elif isinstance(child, ast.ListComp | ast.DictComp | ast.SetComp | ast.GeneratorExp | ast.Lambda):
            yield from (n for n in ast.walk(child) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
