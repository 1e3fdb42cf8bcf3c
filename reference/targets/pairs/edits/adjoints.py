"""The adjoints of what a forward pass makes on its way: a zero probe is added to every local, and the loss differenced.

An adjoint is known by what it says along a few random directions, so that each costs a handful of forward passes
however large the array is. Beside them: the locals of the backward pass, in the order in which they took their values.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from reference.targets.pairs.edits.kinds import Page
from reference.targets.pairs.edits.replacing import limited, running
from reference.targets.pairs.edits.units import Unit, compiled
from reference.targets.pairs.edits.variants import difference
from reference.targets.pairs.prepared import Prepared
from reference.targets.reading.source import place
from reference.targets.tracing import trace

__all__ = ["adjoints"]

PROBE = "__probe__"
WITHIN = " within "
DIRECTIONS, MOST, SECONDS, STEP = 2, 80, 4.0, 1e-4


def adjoints(
    pair: Prepared, cotangents: list[Any], units: list[Unit], belongs: Callable[[str], bool]
) -> dict[str, Any]:
    """``forward``: name, line, value, directions and slopes along them; ``within``: of what a local is a function of.

    ``backward``: name, file, cell, line, value.
    """
    forward = [unit for unit in units if unit.forward]
    found = _tapped(pair, cotangents, forward) if forward else []
    return {"forward": found, "backward": _locals(pair, cotangents, units, belongs)}


def _locals(
    pair: Prepared, cotangents: list[Any], units: list[Unit], belongs: Callable[[str], bool]
) -> list[dict[str, Any]]:
    names = {unit.code.co_name for unit in units if unit.backward}
    with np.errstate(all="ignore"):
        events = trace(lambda: pair.backward(pair.primals, cotangents), belongs)
    found = []
    for event in events:
        if event.function in names and np.ndim(event.value) and event.variable != "return":
            file, cell = place(event.file)
            found.append({"name": event.variable, "file": file, "cell": cell, "line": event.line, "value": event.value})
    return found


def _tapped(pair: Prepared, cotangents: list[Any], units: list[Unit]) -> list[dict[str, Any]]:
    """Every assignment of the forward functions, with what the loss owes to it."""
    probes = _Probes()
    ready = []
    for number, unit in enumerate(units):
        source = _with_probes(unit.page, number)
        code = compiled(unit, source, {PROBE: probes})
        if code is not None:
            ready.append((unit, code))
    found: list[dict[str, Any]] = []
    try:
        with running(ready), limited(SECONDS), np.errstate(all="ignore"):
            probes.start()
            pair.forward(pair.primals)
            seen = dict(probes.seen)
            stream = np.random.RandomState(7)
            for key, value in sorted(seen.items(), key=lambda item: WITHIN in item[0][1])[:MOST]:
                number, text, line, _ = key
                text, _, within = text.partition(WITHIN)
                unit = units[number]
                spread = _spread(value)
                directions = [spread * stream.standard_normal(np.shape(value)) for _ in range(DIRECTIONS)]
                slopes = [difference(partial(_value, pair, cotangents, probes, key, V), STEP) for V in directions]
                found.append({"name": text, "line": unit.first + line - 2, "value": np.asarray(value),
                              "directions": directions, "slopes": slopes, "within": within})  # fmt: skip
    except KeyboardInterrupt:
        raise
    except BaseException:  # what was found stands
        return found
    return found


def _spread(value: Any) -> Any:
    """How far each entry may be moved: a small variance among large ones less than these."""
    sizes = np.abs(value)
    largest = float(np.max(sizes, initial=0.0))
    return np.maximum(sizes, 1e-2 * largest) if largest and np.isfinite(largest) else np.ones(np.shape(value))


class _Probes:
    """What stands in the forward pass: it adds nothing, or a step to one value at one of its turns."""

    def __init__(self) -> None:
        self.seen: dict[tuple[int, str, int, int], Any] = {}
        self.turns: dict[tuple[int, str, int], int] = {}
        self.at: Any = None
        self.shift: Any = None

    def start(self, at: Any = None, shift: Any = None) -> None:
        self.at, self.shift = at, shift
        self.turns, self.seen = {}, {}

    def __call__(self, number: int, text: str, line: int, value: Any) -> Any:
        if not (isinstance(value, np.ndarray) and value.ndim and value.dtype.kind == "f"):
            return value
        where = (number, text, line)
        turn = self.turns[where] = self.turns.get(where, -1) + 1
        key = (*where, turn)
        if self.at is None:
            self.seen[key] = np.array(value)
            return value
        return value + self.shift if key == self.at else value


def _value(pair: Prepared, cotangents: list[Any], probes: _Probes, at: Any, V: Any, t: float) -> float:
    probes.start(at, t * V)
    outputs = pair.forward(pair.primals)
    return float(sum(np.sum(np.asarray(o) * c) for o, c in zip(outputs, cotangents, strict=True)))


def _with_probes(page: Page, number: int) -> str:
    """The function with a probe around what every plain assignment assigns, and around what calls in it are given."""
    spans: list[tuple[int, int, str]] = []
    parts: list[tuple[ast.expr, ast.expr]]
    for node in ast.walk(page.function):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                parts = list(zip(targets, values, strict=False))
            case ast.Assign(targets=[ast.Name() | ast.Attribute() | ast.Subscript() as target], value=value):
                parts = [(target, value)]
            case _:
                continue
        for into, value in parts:
            if not isinstance(value, ast.Constant | ast.Tuple | ast.Dict | ast.List | ast.Lambda):
                spans.append((*page.span(value), f"{PROBE!r}({number}, {ast.unparse(into)!r}, {node.lineno}, "))
                for given in _given_to_calls(value):
                    text = f"{ast.unparse(given)}{WITHIN}{ast.unparse(into)}"
                    spans.append((*page.span(given), f"{PROBE!r}({number}, {text!r}, {node.lineno}, "))
    opened = [(start, 1, -end, head) for start, end, head in spans]
    closed = [(end, 0, -start, ")") for start, end, _ in spans]
    source = page.source
    for at, _, _, text in sorted([*opened, *closed], reverse=True):
        source = f"{source[:at]}{text}{source[at:]}"
    return source


def _given_to_calls(value: ast.expr) -> list[ast.expr]:
    """What functions of one array are given, ``a`` of ``np.tanh(a)``, and what is scaled, ``a`` of ``a / 2``.

    No plain name, which is a local itself.
    """
    calls = [n for n in ast.walk(value) if isinstance(n, ast.Call) and len(n.args) == 1 and not n.keywords]
    found = [n.args[0] for n in calls]
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div | ast.Mult):
        found.append(value.left)
    return [e for e in dict.fromkeys(found) if isinstance(e, ast.BinOp | ast.Subscript)]
