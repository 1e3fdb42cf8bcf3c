"""Expressions that do no work: constants, names, lambdas, generators, their arithmetic, and calls that are harmless."""

from __future__ import annotations

import ast

__all__ = ["is_plain"]

GENERATORS = ("RandomState", "default_rng", "Generator", "PCG64", "SeedSequence")
HARMLESS = {f"{numpy}.random.{name}" for numpy in ("np", "numpy") for name in GENERATORS}  # calls that do no work
HARMLESS |= {f"{numpy}.{name}" for numpy in ("np", "numpy", "math") for name in ("sqrt", "log", "exp")}
HARMLESS |= {
    f"{numpy}.{name}" for numpy in ("np", "numpy") for name in ("finfo", "iinfo", "dtype", "float32", "float64")
}
HARMLESS |= {"namedtuple", "collections.namedtuple", "random.Random", "float", "int", "RandomState", "default_rng"}
HARMLESS |= {"logging.getLogger", "getLogger", "threading.Lock", "Lock", "abs", "min", "max", "round", "dict", "list"}
HARMLESS |= {"str", "Path", "pathlib.Path", "os.path.join", "os.path.dirname", "os.path.abspath", "os.path.realpath"}
HARMLESS |= {"ctypes.CDLL", "CDLL", "ctypes.cdll.LoadLibrary", "cdll.LoadLibrary", "ctypes.POINTER", "POINTER"}
HARMLESS |= {f"{numpy}.ctypeslib.{name}" for numpy in ("np", "numpy") for name in ("ndpointer", "load_library")}
HARMLESS |= {
    f"{at}{name}" for at in ("", "collections.") for name in ("defaultdict", "deque", "OrderedDict", "Counter")
}


def is_plain(value: ast.expr | None) -> bool:
    """Is it a constant, a name, a lambda, a generator, or a display or arithmetic of those?"""
    try:
        return _plain(value)
    except RecursionError:  # a sum of thousands of terms: no constant that a file of the course has
        return False


def _plain(value: ast.expr | None) -> bool:
    """A constant, a name, a lambda, a generator, or a display or arithmetic of those."""
    match value:
        case ast.Constant() | ast.Name() | ast.Lambda():
            return True
        case ast.Attribute():
            return _plain(value.value)
        case ast.Subscript(value=ast.Attribute(attr="parents"), slice=ast.Constant()):
            return _plain(value.value)
        case ast.Call(func=ast.Attribute(value=inner, attr="resolve" | "absolute"), args=[], keywords=[]):
            return _plain(inner)
        case ast.Call():
            given = [*value.args, *(keyword.value for keyword in value.keywords)]
            return ast.unparse(value.func) in HARMLESS and all(map(_plain, given))
        case ast.Tuple() | ast.List() | ast.Set():
            return all(_plain(element) for element in value.elts)
        case ast.Dict():
            return all(key is not None and _plain(key) for key in value.keys) and all(map(_plain, value.values))
        case ast.UnaryOp():
            return _plain(value.operand)
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
            return _plain(value.left) and _plain(value.right)
        case ast.BinOp(
            op=ast.Pow(), right=ast.Constant(value=int(power)) | ast.UnaryOp(operand=ast.Constant(value=int(power)))
        ):
            return _plain(value.left) and abs(power) < 1000
    return False
