"""What the arguments of a pair mean: their axes by name, the law of their entries, and what else a call takes.

A size is a whole number, a name ("N", "n_x"), or an expression of such ("4*H", "C*H*W"). A plan's names become numbers
in ``settled``; what is then left is what a case line says.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from reference.targets.reading.parsing import expression

__all__ = [
    "Array",
    "ChoiceSpec",
    "GeneratorSpec",
    "Path",
    "Plan",
    "Rank",
    "ShapeSpec",
    "Size",
    "SizeError",
    "Spec",
    "SpecGroup",
    "ValueLaw",
    "WholeNumber",
    "WordForm",
    "WordSpec",
    "leaves",
    "names_of",
    "names_of_plan",
    "replaced",
    "settled",
    "value_of_size",
]  # fmt: skip

Size = int | str
Path = tuple[str, ...]


class Rank(IntEnum):
    """How good the evidence for a plan is; the smaller the better."""

    SAID = 0
    SEEN = 1
    DOCUMENTED = 2
    TRIED = 3


class ValueLaw(StrEnum):
    """How the entries of an array are drawn. The values are those of a case line."""

    NORMAL = "normal"
    POSITIVE = "positive"
    UNIT = "unit"  # each between 0 and 1
    INNER = "inner"  # each between −1 and 1
    ROWS = "probabilities"  # sum to one along the last axis
    COLUMNS = "probability-columns"  # along the first
    ONE_HOT = "one-hot"
    ONE_HOT_COLUMNS = "one-hot-columns"
    LABELS = "int"  # whole numbers below a size
    SIGNS = "signs"  # −1 and 1
    BITS = "bits"  # 0.0 and 1.0
    MASK = "mask"  # booleans
    SPIKES = "spikes"  # mostly 0.0, some 1.0
    ZERO = "zero"


class Array(NamedTuple):
    dims: tuple[Size, ...]
    law: ValueLaw = ValueLaw.NORMAL
    below: Size = 0  # of labels


class WholeNumber(NamedTuple):
    """A whole number that is a size: of a kernel, of a layer."""

    size: Size


class ChoiceSpec(NamedTuple):
    """One of several values, the first unless another is asked for: numbers, strings, booleans, None, tuples."""

    options: tuple[Any, ...]


class ShapeSpec(NamedTuple):
    """A tuple of sizes."""

    dims: tuple[Size, ...]


class SpecGroup(NamedTuple):
    """A dictionary, or under whole numbers a "list" or a "tuple"."""

    entries: Mapping[str, Any]
    form: str = "dict"


class GeneratorSpec(NamedTuple):
    """A generator of random numbers; seeded by the draw."""


class WordForm(StrEnum):
    """How the words of a vocabulary are given. The values are those of a case line."""

    INDEX = "index"  # of a row
    INDICES = "indices"
    WORD = "word"  # itself
    WORDS = "words"
    ROWS = "rows"  # of every word, by the word
    CORPUS = "corpus"  # that is asked for indices; seeded by the draw


class WordSpec(NamedTuple):
    """Words of a vocabulary of so many."""

    form: WordForm
    below: Size


Spec = Array | WholeNumber | ChoiceSpec | ShapeSpec | SpecGroup | GeneratorSpec | WordSpec


class Plan(NamedTuple):
    """One meaning of all arguments. ``label`` is its name in case lines, unlike any other of the same pair.

    ``reading``: as in ``PairDraw``. ``fits``: pairs of sizes (an image's and its kernel's) for a window that slides.
    """

    rank: Rank
    label: str
    arguments: Mapping[str, Spec]
    construct: Mapping[str, Spec] = {}
    reading: Mapping[str, str] = {}
    where: str = ""  # the evidence, for the report
    fits: tuple[tuple[str, str], ...] = ()
    instead_of: str = ""  # the plan that has to fail before this one is tried
    documented: tuple[str, ...] = ()  # arrays whose axes are, in a plan of which the rest is guessed


class SizeError(ValueError):
    """A size that is none: an unknown name, or an expression with another result than a positive whole number."""


def value_of_size(size: Size, sizes: Mapping[str, int]) -> int:
    """A size as a number. Raises ``SizeError``."""
    if isinstance(size, int):
        return size
    if size in sizes:
        return sizes[size]
    try:
        value = _evaluated(expression(size), sizes)
    except (SyntaxError, KeyError, ZeroDivisionError, RecursionError, ValueError) as error:
        raise SizeError(f"{size!r} is no size: {error}") from None
    if value != int(value) or value < 0:
        raise SizeError(f"{size} = {value} is no size")
    return int(value)


OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv,
}  # fmt: skip


def _evaluated(node: ast.expr, sizes: Mapping[str, int]) -> Any:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name):
        return sizes[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_evaluated(node.left, sizes), _evaluated(node.right, sizes))
    raise ValueError(ast.unparse(node))


@lru_cache(maxsize=4096)
def names_of(size: Size) -> tuple[str, ...]:
    """The names that a size is made of."""
    if isinstance(size, int):
        return ()
    try:
        tree = expression(size)
    except (SyntaxError, RecursionError, ValueError):
        return (size,)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return tuple(node.id for node in sorted(names, key=lambda node: node.col_offset))


def leaves(specs: Mapping[str, Spec], path: Path = ()) -> Iterator[tuple[Path, Spec]]:
    """Every spec that is no group, with the way to it."""
    for name, spec in specs.items():
        if isinstance(spec, SpecGroup):
            yield from leaves(spec.entries, (*path, name))
        else:
            yield (*path, name), spec


def replaced(specs: Mapping[str, Spec], change: Callable[[Path, Spec], Spec], path: Path = ()) -> dict[str, Spec]:
    """The same with every leaf changed."""
    made: dict[str, Spec] = {}
    for name, spec in specs.items():
        way = (*path, name)
        if isinstance(spec, SpecGroup):
            made[name] = SpecGroup(replaced(spec.entries, change, way), spec.form)
        else:
            made[name] = change(way, spec)
    return made


def sizes_in(spec: Spec) -> tuple[Size, ...]:
    """The sizes that a leaf speaks of."""
    match spec:
        case Array(dims, ValueLaw.LABELS, below):
            return (*dims, below)
        case Array(dims) | ShapeSpec(dims):
            return dims
        case WholeNumber(size) | WordSpec(_, size):
            return (size,)
    return ()


def names_of_plan(plan: Plan) -> list[str]:
    """The names of a plan's sizes, once each, in their order."""
    every = [*leaves(plan.construct), *leaves(plan.arguments)]
    return list(dict.fromkeys(name for _, spec in every for size in sizes_in(spec) for name in names_of(size)))


def settled(
    specs: Mapping[str, Spec], sizes: Mapping[str, int], chosen: Mapping[Path, Any] | None = None, path: Path = ()
) -> dict[str, Spec]:
    """The same with numbers for sizes and one option for every choice: ``chosen`` by the way to it, else the first."""

    def change(way: Path, spec: Spec) -> Spec:
        match spec:
            case Array(dims, law, below):
                bound = value_of_size(below, sizes) if law is ValueLaw.LABELS else 0
                return Array(tuple(value_of_size(d, sizes) for d in dims), law, bound)
            case WholeNumber(size):
                return WholeNumber(value_of_size(size, sizes))
            case ShapeSpec(dims):
                return ShapeSpec(tuple(value_of_size(d, sizes) for d in dims))
            case WordSpec(form, below):
                return WordSpec(form, value_of_size(below, sizes))
            case ChoiceSpec(options):
                return ChoiceSpec(((chosen or {}).get(way, options[0]),))
        return spec

    return replaced(specs, change, path)
