"""Functions that have a derivative: ``sigmoid`` and ``sigmoid_prime``, ``cost`` and ``gradient``, ``f(x, deriv)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from reference.interface.pair import PairKind
from reference.targets.pairs.proposing.functions import NamedPair, takes_a_cotangent
from reference.targets.pairs.source.functions import SourceFunction
from reference.targets.pairs.source.naming import Named, core, named, words

__all__ = ["derivative_pairs", "flag_of"]

Functions = Mapping[str, SourceFunction]

FLAGS = {"deriv", "derivative", "derive", "derivate", "derivatives", "prime", "grad", "gradient", "diff", "der", "d",
         "derivation", "dx", "dif", "ddx", "differentiate", "derv"}  # fmt: skip
VALUES = {"loss", "cost", "objective", "error", "energy", "value", "lossfunction", "costfunction", "j", "risk"}
LINKS = {"output", "to", "from", "wrt", "with", "respect", "input", "z", "out", "activation", "layer", "first"}


def derivative_pairs(functions: Functions, taken: set[str]) -> Iterator[NamedPair]:
    """Every function whose derivative is there too. ``taken``: what is a backward pass already."""
    for function in functions.values():
        if (flag := flag_of(function)) is not None:
            yield NamedPair(PairKind.DERIVATIVE, function, function, flag)
    names = {name: found for name in functions if (found := named(name)) is not None}
    for name, own in names.items():
        slope = functions[name]
        if name in taken or own.direction != "slope" or not slope.takes or flag_of(slope) is not None:
            continue
        of = _function_of(name, own, names, functions)
        if of is not None and not takes_a_cotangent(of, slope):
            yield NamedPair(PairKind.DERIVATIVE, of, slope)


def _function_of(name: str, own: Named, names: Mapping[str, Named], functions: Functions) -> SourceFunction | None:
    slope = functions[name]
    others = {
        o: n for o, n in names.items() if o != name and n.direction in ("", "forward") and (n.stem or n.direction)
    }
    to = tuple(word[:-1] if word[-1:] == "2" and len(word) > 2 else word for word in own.core)  # "tanh2deriv"
    for wanted, of in ((own.stem, lambda stem: stem), (own.core, core), (_without(own.core, LINKS), core), (to, core)):
        found = [o for o, n in others.items() if wanted and of(n.stem) == wanted]
        found = [o for o in found if _may_belong(functions[o], slope)]
        if found:
            return functions[min(found, key=lambda o: others[o].direction != "")]
    rest = _without(own.core, VALUES)
    alike = [o for o, n in others.items() if VALUES & set(n.stem) and _without(core(n.stem), VALUES) == rest]
    alike = [o for o in alike if _asks_the_same(functions[o], slope)]
    return functions[alike[0]] if alike else None


def _without(stem: tuple[str, ...], what: set[str]) -> tuple[str, ...]:
    return tuple(word for word in stem if word not in what)


def _may_belong(function: SourceFunction, slope: SourceFunction) -> bool:
    """A derivative takes no more than its function does, unless it is handed what that returned."""
    return 0 < len(slope.required) <= len(function.names) + 1 or not slope.required


def _asks_the_same(function: SourceFunction, slope: SourceFunction) -> bool:
    return set(slope.required) <= set(function.names) and set(function.required) <= set(slope.names)


def flag_of(function: SourceFunction) -> str | None:
    """The argument that asks for the derivative: one that is off by default, or that a branch alone depends on."""
    for parameter in function.takes:
        if not FLAGS & set(words(parameter.name)) or parameter.many or len(function.takes) < 2:
            continue
        if parameter.optional and parameter.default not in (False, 0, None):
            continue
        if any(_asks(node, parameter.name) for node in ast.walk(function.node)):
            return parameter.name
    return None


def _asks(node: ast.AST, name: str) -> bool:
    if not isinstance(node, ast.If | ast.IfExp):
        return False
    match node.test:
        case ast.Name(id=found) | ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=found)):
            return found == name
        case ast.Compare(left=ast.Name(id=found), comparators=[ast.Constant(value=bool() | int())]):
            return found == name
    return False
