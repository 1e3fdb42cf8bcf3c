"""What a function looks like, by its name and its body: a backward pass, a gradient checker, an update, or none.

Names alone are enough where they say it (``back_prop``); where they might mean something else (``gradient``), and for
functions under any name, the body has to: gradients that are computed by products, a step against them, a central
difference. What only calls others looks like nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from reference.targets.reading.vocabulary import plain

__all__ = ["LAYER", "Look", "Statement", "gradients_in", "looks_like", "updates_in"]

Look = Literal["backward pass", "gradient checker", "update"]

NEVER = re.compile(
    r"^(test|plot|show|draw|display|visual|print|load|save|read|write|assert|predict|init|create|make|gen|rand|parse"
    r"|animate|compare|accuracy|score|clip|norm|zero|average|unroll|flatten|set|log)"
    r"|plot|visuali[sz]|display|tests?$|testcases?|tovec|todict|norm$"
)
CHECKER = re.compile(
    r"grad(ient)?s?check|check(ing|er)?(the)?grad|numeric(al)?(ly)?(grad|diff|deriv)|finitediff|centraldiff"
)
BACKWARD = re.compile(r"back(ward|prop|pass|step)|bprop|bkwd|^bwd|bwd$|^back$|propback|deltarule")
GRADIENT = re.compile(r"grad|deriv|^d(j|cost|loss)")  # may be an activation's
DESCENT = re.compile(r"descent|descend|clip|check")
UPDATE = re.compile(r"updat(e|es|ing|ed)?(the)?(param|weight|w\d*$|theta|bias|mini|net|with|model|coef)|applygrad")
TRAINS = re.compile(r"^(train|fit|learn|teach|sgd|gradientdescent|stochastic)|(train|trainstep|onestep|epoch)$")
LAYER = re.compile(
    r"^(linear|affine|relu|leakyrelu|elu|sigmoid|tanh|softmax|conv|pool|max|avg|mean|batchnorm|dropout|layernorm|activation"
    r"|dense|fc|lstm|rnn|gru|embed|word|temporal|spatial|group|layer|single|cell|step|hidden|output|fullyconnected|flatten)"
)

OF_A_PARAMETER = re.compile(  # the name of a gradient
    r"d_?[wbxu]\w?\d*|d_?w_?\w+|d_?theta\w*|d_?(weight|bias|param)\w*|dj\w*|d(gamma|beta)"
    r"|(grads?|gradients?|nabla|delta)_?(w|b|theta|weights?|bias(es)?|params?)?_?\d*"
    r"|(w|b|theta|weights?|bias)_?\d*_?(grads?|gradients?|deltas?)|\w+_(delta|error|grad)s?\d*",
    re.IGNORECASE,
)
UPSTREAM = re.compile(r"d[A-Z]\w*|\w*delta\w*|\w*error\w*")  # what such a gradient is a product of
ERROR = re.compile(r"\w+_errors?\d*")  # may as well be what a network is scored by
PRODUCTS = ("dot", "matmul", "outer", "einsum", "tensordot", "multiply", "inner")
SUMS = (*PRODUCTS, "sum", "mean", "average")
RATE = re.compile(r"(lr|alpha|eta|learning_?rate|rate|step_?size|learn_?rate|l_?rate|α|η)(_?\d|_?t)?", re.IGNORECASE)
STEP = re.compile(r"(h|e|eps|epsilon|delta|step|dx|d|ε|grad_?eps)\w?", re.IGNORECASE)


PAIRED = {  # a parameter and its gradient, in a loop over both
    ("p", "g"), ("p", "grad"), ("param", "grad"), ("parameter", "gradient"), ("value", "grad"), ("theta", "grad"),
    ("params", "grads"), ("parameters", "grads"), ("parameters", "gradients"), ("weights", "gradients"),
}  # fmt: skip


class Statement(NamedTuple):
    """A statement that computes a gradient, or takes a step: which name, and on which line."""

    name: str
    line: int
    product: bool = True  # of matrices, or a sum over examples
    plain: bool = False  # W − rate · dW, to the letter


def looks_like(name: str, arguments: Sequence[str], body: Sequence[ast.stmt]) -> Look | None:
    """What a function looks like; ``arguments``: those without a default, ``self`` left out."""
    n = plain(name)
    if NEVER.search(n) and not CHECKER.search(n):
        return None
    if re.match("test|plot|print|show", n):
        return None
    if CHECKER.search(n) or _central_difference(body):
        return "gradient checker" if _computes(body) else None
    found = list(gradients_in(body))
    steps = list(updates_in(body))
    if UPDATE.search(n) and not any(one.product for one in found):
        return "update" if len(arguments) > 1 and _computes(body) else None
    if BACKWARD.search(n):
        return "backward pass" if _does_something(body) else None
    if GRADIENT.search(n) and not DESCENT.search(n) and len(arguments) > 1 and _has_product(body):
        return "backward pass"
    if any(one.product for one in found):
        return "backward pass"
    if steps or (TRAINS.search(n) and _trains(body, arguments)):
        return "update"
    return "backward pass" if len({one.name for one in found}) > 1 else None


# --- what a body shows --------------------------------------------------------------------------------------------


def gradients_in(body: Sequence[ast.stmt]) -> Iterator[Statement]:
    """The statements that compute the gradient of a parameter, and do not leave that to a function."""
    for node in _nodes(body):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _assigned(target, value, node.lineno)
            case ast.AugAssign(target=target, value=value) if _of_an_error(value):
                yield Statement(_name_of(target) or "a gradient", node.lineno)
            case ast.AugAssign(target=target, value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _assigned(target, value, node.lineno)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str) and _is_gradient(key.value):
                        yield from _computed(key.value, value, value.lineno)
            case ast.Return(value=ast.Tuple(elts=values)):
                for value in values:
                    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
                    if any(map(UPSTREAM.fullmatch, names)) and not isinstance(value, ast.Name):
                        yield from _computed("a gradient", value, value.lineno)


def updates_in(body: Sequence[ast.stmt]) -> Iterator[Statement]:
    """The statements that take a step: something minus, or plus, a rate times something."""
    for node in _nodes(body):
        match node:
            case ast.AugAssign(target=target, op=ast.Sub() | ast.Add(), value=value):
                name = _name_of(target)
                if name and not RATE.fullmatch(name) and _is_step(value, sure=isinstance(node.op, ast.Sub)):
                    plainly = isinstance(node.op, ast.Sub) and _is_plain_step(target, value)
                    yield Statement(name, node.lineno, plain=plainly)
            case ast.BinOp(left=left, op=ast.Sub() | ast.Add(), right=right) if not isinstance(left, ast.Constant):
                if not RATE.fullmatch(_name_of(left)) and _is_step(right, sure=isinstance(node.op, ast.Sub)):
                    plainly = isinstance(node.op, ast.Sub) and _is_plain_step(left, right)
                    yield Statement(_name_of(left) or "a parameter", node.lineno, plain=plainly)


def _is_plain_step(parameter: ast.expr, value: ast.expr) -> bool:
    """``rate * dW`` of a ``W``: of the same name; where both are taken out of something, of the same place in it."""
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult)):
        return False
    for rate, gradient in ((value.left, value.right), (value.right, value.left)):
        of, by = plain(_name_of(parameter)), plain(_name_of(gradient))
        named = by in (f"d{of}", f"grad{of}", f"{of}grad", f"g{of}", f"nabla{of}", f"dj{of}", f"djd{of}")
        named |= (of, by) in PAIRED
        if RATE.fullmatch(_name_of(rate)) and _by_key(parameter, gradient):
            return True
        if RATE.fullmatch(_name_of(rate)) and named and _places(parameter) == _places(gradient):
            return True
    return False


def _by_key(parameter: ast.expr, gradient: ast.expr) -> bool:
    """``parameters[name]`` and ``grads["d" + name]``, or an f-string of the same."""
    if not (isinstance(parameter, ast.Subscript) and isinstance(gradient, ast.Subscript)):
        return False
    match gradient.slice:
        case ast.BinOp(left=ast.Constant(value="d"), op=ast.Add(), right=name):
            return ast.dump(name) == ast.dump(parameter.slice)
        case ast.JoinedStr(values=[ast.Constant(value="d"), ast.FormattedValue(value=name)]):
            return ast.dump(name) == ast.dump(parameter.slice)
    return False


def _places(target: ast.expr) -> list[str]:
    """What a subscript holds beside the texts in it: ``str(l)`` of ``grads["dW" + str(l)]``."""
    if not isinstance(target, ast.Subscript):
        return []
    calls = [n for n in ast.walk(target.slice) if isinstance(n, ast.Name | ast.BinOp | ast.Constant)]
    kept = [n for n in calls if not (isinstance(n, ast.Constant) and isinstance(n.value, str))]
    return [ast.dump(n) for n in kept if not (isinstance(n, ast.BinOp) and _texts_in(n))]


def _texts_in(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in ast.walk(node))


def _is_step(value: ast.expr, *, sure: bool) -> bool:
    """A rate times something; where it is added, times what has the name of a gradient."""
    parts = list(ast.walk(value))
    if not any(isinstance(p, ast.BinOp) and isinstance(p.op, ast.Mult) for p in parts):
        return False
    names = [_name_of(p) for p in parts if isinstance(p, ast.Name | ast.Attribute | ast.Subscript)]
    names += [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
    return any(map(RATE.fullmatch, names)) and (sure or any(map(_is_gradient, names)))


def _assigned(target: ast.expr, value: ast.expr, line: int) -> Iterator[Statement]:
    if isinstance(target, ast.Tuple | ast.List):
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            for one, of_it in zip(target.elts, value.elts, strict=True):
                yield from _assigned(one, of_it, line)
        return
    name = _name_of(target)
    if name and _is_gradient(name):
        yield from _computed(name, value, line)


def _computed(name: str, value: ast.expr, line: int) -> Iterator[Statement]:
    """The name, where arithmetic is done with arrays."""
    if isinstance(value, ast.Call) and _name_of(value.func) not in SUMS:
        return  # by another function
    products = PRODUCTS if ERROR.fullmatch(name) else SUMS
    product = any(_is_product(node, products) for node in ast.walk(value))
    if product or any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mult) for n in ast.walk(value)):
        yield Statement(name, line, product)


def _of_an_error(value: ast.expr) -> bool:
    """Is it a product of matrices, one of which has the name of what comes back from above?"""
    nodes = list(ast.walk(value))
    names = [_name_of(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute | ast.Subscript)]
    return any(_is_product(node, PRODUCTS) for node in nodes) and any(map(UPSTREAM.fullmatch, names))


def _is_gradient(name: str) -> bool:
    return OF_A_PARAMETER.fullmatch(name) is not None


def _name_of(target: ast.expr) -> str:
    """``dW1`` of ``dW1``, ``self.dW1``, ``grads["dW1"]`` and ``grads["dW" + str(l)]``; ``grads`` of ``grads[l]``."""
    while isinstance(target, ast.Subscript):
        texts = [n.value for n in ast.walk(target.slice) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        if texts:
            return texts[0]
        target = target.value
    return target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""


def _central_difference(body: Sequence[ast.stmt]) -> bool:
    """A difference over 2 ε."""
    for node in _nodes(body):
        match node:
            case ast.BinOp(left=ast.BinOp(op=ast.Sub()), op=ast.Div(), right=ast.BinOp(op=ast.Mult()) as below):
                parts = [n for n in ast.walk(below) if isinstance(n, ast.Name | ast.Constant)]
                two = any(isinstance(n, ast.Constant) and n.value == 2 for n in parts)
                if two and any(isinstance(n, ast.Name) and STEP.fullmatch(n.id) for n in parts) and len(parts) == 2:
                    return True
    return False


def _is_product(node: ast.AST, names: Sequence[str]) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.MatMult)
    return isinstance(node, ast.Call) and _name_of(node.func) in names


def _trains(body: Sequence[ast.stmt], arguments: Sequence[str]) -> bool:
    """Is something taken away in place from arrays that neither stand among the arguments nor are made here?"""
    made = {n.id for n in _nodes(body) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in _nodes(body):
        match node:
            case ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name)), op=ast.Sub(), value=value):
                if name not in made and name not in arguments and not isinstance(value, ast.Constant):
                    return True
    return False


def _has_product(body: Sequence[ast.stmt]) -> bool:
    return any(_is_product(node, SUMS) for node in _nodes(body))


def _computes(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, ast.BinOp | ast.AugAssign) for node in _nodes(body))


def _does_something(body: Sequence[ast.stmt]) -> bool:
    """Is there more than a docstring, ``pass`` or ``raise``?"""
    return any(not isinstance(s, ast.Pass | ast.Raise) and not _is_text(s) for s in body)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _nodes(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Every node of a body, without functions and classes within it."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
        waiting.extend(child for child in reversed(list(ast.iter_child_nodes(node))) if not isinstance(child, inner))
