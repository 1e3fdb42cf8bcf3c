"""Edited functions run in the place of the target's own, through the same prepared pair: hundreds of them, cheaply.

A variant is the function's own text with a span replaced, compiled for the namespace that the target was loaded into:
the function object takes the new code and gives it back. Whatever a variant does, it costs itself alone.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from reference.targets.pairing.same_numbers import held
from reference.targets.pairs.edits.edit import Edit, Parts, edit_of
from reference.targets.pairs.edits.influence import NAME, disturb, disturbed, moved, parts
from reference.targets.pairs.edits.kinds import changes
from reference.targets.pairs.edits.replacing import in_place, limited, running
from reference.targets.pairs.edits.units import Unit, compiled, ran, units
from reference.targets.pairs.prepared import PairGradients, Prepared

__all__ = ["Variants", "difference"]

PATIENCE = 1.5  # seconds of the processor in which it is seen which gradients the parts of the functions have a part in
LONGEST = 0.5  # seconds of the processor for one variant, or ten times what the target itself takes
SLOWEST = 4.0  # of a variant, however slow the target is
MOST = 8000  # edits of one pass


class Variants:
    """The edits of a pair. ``prepared`` is asked for a pair of a draw, each time that of the same loaded target."""

    def __init__(
        self,
        prepared: Callable[[Any], tuple[Prepared, list[Any]]],
        draw: Any,
        belongs: Callable[[str], bool],
        backward: str,
        *,
        both: bool,
    ) -> None:
        self.prepared, self.both, self.first = prepared, both, repr(draw)
        self.pairs: dict[str, tuple[Prepared, list[Any], list[Any]]] = {}
        pair, cotangents, _ = self._drawn(draw)
        started = time.process_time()
        self._quietly(lambda: pair.backward(pair.primals, cotangents))
        self.limit = min(max(LONGEST, 10 * (time.process_time() - started)), SLOWEST)
        self.until = time.process_time() + PATIENCE
        seen, _ = ran(lambda: self._quietly(lambda: pair.backward(pair.primals, cotangents)), belongs, backward)
        self.units = units(seen, both=both)
        functions = _of_one_argument(self.units)
        self.edits: list[Edit] = []
        for unit in self.units:
            parts = self._parts(unit, pair, cotangents)
            for change in changes(unit.page, unit.scope, functions):
                self.edits.append(edit_of(len(self.edits), unit, change, parts))

    def _parts(self, unit: Unit, pair: Prepared, cotangents: list[Any]) -> Parts:
        """The span of each statement of a function, and which gradients it has a part in."""

        def run() -> dict[str, Any]:
            with limited(self.limit):
                return self._quietly(lambda: pair.backward(pair.primals, cotangents)).gradients

        before, found = run(), []
        for part in parts(unit.page):
            code = compiled(unit, disturbed(unit.page, part), {NAME: disturb})
            if code is None or time.process_time() > self.until:
                continue
            with running([(unit, code)]):
                touched = moved(before, run)
            if touched is not None:
                found.append((*_wide(unit, part), tuple(touched)))
        return found

    def are_of(self, draw: Any) -> bool:
        """Were the edits numbered on this draw?"""
        return self.first == repr(draw)

    def of(self, which: str, wrong: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The edits of one pass that may mend these gradients, the first to be tried first."""
        ours = [e for e in self.edits if (e.unit.backward if which == "backward" else e.unit.forward)]
        ranked = sorted((e.rank(wrong), e.number, e) for e in ours)[:MOST]
        return [{**e.tree(), "rank": rank} for rank, _, e in ranked if rank < float("inf")]

    def run(
        self, numbers: Sequence[Any], draws: Sequence[Any], *, seconds: float = 60.0, along: Sequence[str] = ()
    ) -> list[Any]:
        """Of each edit (or list of edits at once), an answer per draw; fewer edits where the time is over.

        ``along``: primals along which the derivative of the edited forward pass is wanted beside the gradients.
        """
        until = time.perf_counter() + seconds
        known = [self._drawn(draw) for draw in draws]
        found: list[Any] = []
        for chosen in numbers:
            if time.perf_counter() > until:
                break
            edits = [self.edits[n] for n in (chosen if isinstance(chosen, list | tuple) else [chosen])]
            with held(), in_place(edits) as fits:
                found.append([self._answer(edits, *drawn, along) if fits else _nothing() for drawn in known])
        return found

    def _answer(
        self, edits: list[Edit], pair: Prepared, cotangents: list[Any], before: list[Any], along: Sequence[str]
    ) -> dict[str, Any]:
        try:
            with limited(self.limit * (1 + 4 * len(along))):
                returned: PairGradients = self._quietly(lambda: pair.backward(pair.primals, cotangents))
                same = True
                if any(e.unit.forward for e in edits):
                    same = _alike(before, self._quietly(lambda: pair.forward(pair.primals)))
                slopes = {name: self._slopes(pair, cotangents, name, returned) for name in along}
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return {"raised": f"{type(error).__name__}: {error}"[:200]}
        gradients = {name: np.asarray(g) for name, g in returned.gradients.items()}
        return {"raised": None, "gradients": gradients, "same": same, "along": slopes}

    def _slopes(self, pair: Prepared, cotangents: list[Any], name: str, returned: PairGradients) -> list[float]:
        """Of two directions: the gradient along it, four points of a difference's D, and the size of its terms."""
        found: list[float] = []
        stream = np.random.RandomState(11)
        g = np.asarray(returned.gradients[name], dtype=float)
        for _ in range(2):
            V = stream.standard_normal(pair.primals[name].shape)
            step = 1e-4 * max(1.0, float(np.max(np.abs(pair.primals[name]), initial=0.0)))
            D = difference(partial(self._value, pair, cotangents, name, V), step)
            found += [float((g * V).sum()), D, float(np.abs(g * V).sum())]
        return found

    def _value(self, pair: Prepared, cotangents: list[Any], name: str, V: Any, t: float) -> float:
        outputs = self._quietly(lambda: pair.forward({**pair.primals, name: pair.primals[name] + t * V}))
        return float(sum(np.sum(np.asarray(o) * c) for o, c in zip(outputs, cotangents, strict=True)))

    def _drawn(self, draw: Any) -> tuple[Prepared, list[Any], list[Any]]:
        """The pair of a draw, its cotangents, and its outputs as the target's own forward pass has them."""
        key = repr(draw)
        if key not in self.pairs:
            pair, cotangents = self.prepared(draw)
            outputs = [np.array(o) for o in self._quietly(lambda: pair.forward(pair.primals))]
            self.pairs[key] = pair, list(cotangents), outputs
        return self.pairs[key]

    @staticmethod
    def _quietly(call: Callable[[], Any]) -> Any:
        with np.errstate(all="ignore"):
            return call()


def _wide(unit: Unit, part: ast.expr) -> tuple[int, int]:
    """A part's span, or its whole statement's where the part is all that this assigns."""
    statement = unit.page.parents[part]
    return unit.page.span(statement if isinstance(statement, ast.Assign | ast.AugAssign) else part)


def difference(value: Callable[[float], float], step: float) -> float:
    """A central difference of fourth order."""
    return (8 * (value(step) - value(-step)) - (value(2 * step) - value(-2 * step))) / (12 * step)


def _nothing() -> dict[str, Any]:
    return {"raised": "SyntaxError: the edited function does not parse"}


def _alike(before: Sequence[Any], after: Sequence[Any]) -> bool:
    return len(before) == len(after) and all(
        np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-12, atol=0, equal_nan=True)
        for a, b in zip(before, after, strict=True)
    )


def _of_one_argument(known: list[Unit]) -> list[str]:
    """Functions of one array that stand beside those which ran: ``sigmoid`` and ``sigmoid_prime``."""
    found: list[str] = []
    for unit in known:
        for name, value in list(unit.functions[0].__globals__.items()):
            code = getattr(value, "__code__", None)
            if code is None or code.co_filename != unit.code.co_filename:
                continue
            if code.co_argcount - len(value.__defaults__ or ()) == 1 and name not in found:
                found.append(name)
    return found[:24]
