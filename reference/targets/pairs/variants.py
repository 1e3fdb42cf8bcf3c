"""Edited functions run in the place of the target's own, through the same prepared pair: hundreds of them, cheaply.

A variant is the function's own text with a span replaced, compiled for the namespace that the target was loaded into:
the function object takes the new code and gives it back. Whatever a variant does, it costs itself alone.
"""

from __future__ import annotations

import ast
import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, FrameType
from typing import Any, NamedTuple

import numpy as np

from reference.targets.pairs.edits import Change, changes, replaced
from reference.targets.pairs.influence import NAME, disturb, disturbed, moved, parts
from reference.targets.pairs.prepared import Prepared, Returned
from reference.targets.pairs.units import Unit, compiled, ran, units

__all__ = ["Edit", "TookTooLong", "Variants", "difference", "in_place", "limited", "running"]

Parts = list[tuple[int, int, tuple[str, ...]]]  # from, to, gradients

LONGEST = 0.5  # seconds of one variant, or ten times what the target itself takes
MOST = 8000  # edits of one pass


class TookTooLong(BaseException):
    """A variant that did not come back; no ``except Exception`` of the target's swallows it."""


class Edit(NamedTuple):
    """One edit, with the whole lines that it stands in."""

    number: int
    unit: Unit
    change: Change
    line: int  # of the cell
    before: tuple[str, ...]
    after: tuple[str, ...]
    affects: tuple[str, ...] | None = None  # gradients that its statement has a part in, where that is known

    def rank(self, wrong: Sequence[str]) -> float:
        """How late it is tried: by how plain it is, and by which gradients its statement has a part in."""
        if self.affects is None:
            return self.change.weight + 0.5
        touched, wanted = set(self.affects), set(wrong)
        if wanted and not touched & wanted:
            return float("inf")
        return self.change.weight + (0.0 if touched == wanted else 1.0 if touched > wanted else 2.0)

    def tree(self) -> dict[str, Any]:
        """For the wire."""
        return {
            "number": self.number, "kind": self.change.kind, "weight": self.change.weight, "file": self.unit.file,
            "cell": self.unit.cell, "line": self.line, "before": list(self.before), "after": list(self.after),
            "function": self.unit.code.co_name, "shared": self.unit.forward and self.unit.backward,
            "old": self.unit.page.source[self.change.start : self.change.end], "new": self.change.text,
        }  # fmt: skip


class Variants:
    """The edits of a pair. ``prepared`` is asked for a pair of a draw, each time that of the same loaded target."""

    def __init__(
        self,
        prepared: Callable[[Any], Prepared],
        draw: Any,
        belongs: Callable[[str], bool],
        backward: str,
        *,
        both: bool,
    ) -> None:
        self.prepared, self.both = prepared, both
        self.pairs: dict[str, tuple[Prepared, list[Any], list[Any]]] = {}
        pair, cotangents, _ = self._drawn(draw)
        started = time.perf_counter()
        self._quietly(lambda: pair.backward(pair.primals, cotangents))
        self.limit = max(LONGEST, 10 * (time.perf_counter() - started))
        seen, _ = ran(lambda: self._quietly(lambda: pair.backward(pair.primals, cotangents)), belongs, backward)
        self.units = units(seen, both=both)
        functions = _of_one_argument(self.units)
        self.edits: list[Edit] = []
        for unit in self.units:
            parts = self._parts(unit, pair, cotangents)
            for change in changes(unit.page, unit.scope, functions):
                self.edits.append(_edit(len(self.edits), unit, change, parts))

    def _parts(self, unit: Unit, pair: Prepared, cotangents: list[Any]) -> Parts:
        """The span of each statement of a function, and which gradients it has a part in."""

        def run() -> dict[str, Any]:
            with limited(self.limit):
                return self._quietly(lambda: pair.backward(pair.primals, cotangents)).gradients

        before, found = run(), []
        for part in parts(unit.page):
            code = compiled(unit, disturbed(unit.page, part))
            if code is None:
                continue
            with running([(unit, code)], {NAME: disturb}):
                touched = moved(before, run)
            if touched is not None:
                found.append((*_wide(unit, part), tuple(touched)))
        return found

    def of(self, which: str, wrong: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The edits of one pass that may mend these gradients, the first to be tried first."""
        ours = [e for e in self.edits if (e.unit.backward if which == "backward" else e.unit.forward)]
        ranked = sorted(((e.rank(wrong), e.number, e) for e in ours))[:MOST]
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
            with in_place(edits) as fits:
                found.append([self._answer(edits, *drawn, along) if fits else _nothing() for drawn in known])
        return found

    def _answer(
        self, edits: list[Edit], pair: Prepared, cotangents: list[Any], before: list[Any], along: Sequence[str]
    ) -> dict[str, Any]:
        try:
            with limited(self.limit * (1 + 4 * len(along))):
                returned: Returned = self._quietly(lambda: pair.backward(pair.primals, cotangents))
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

    def _slopes(self, pair: Prepared, cotangents: list[Any], name: str, returned: Returned) -> list[float]:
        """Of two directions: the gradient along it, four points of a difference's D, and the size of its terms."""
        found: list[float] = []
        stream = np.random.RandomState(11)
        g = np.asarray(returned.gradients[name], dtype=float)
        for _ in range(2):
            V = stream.standard_normal(pair.primals[name].shape)
            step = 1e-4 * max(1.0, float(np.max(np.abs(pair.primals[name]), initial=0.0)))
            D = difference(lambda t, V=V: self._value(pair, cotangents, name, t * V), step)
            found += [float((g * V).sum()), D, float(np.abs(g * V).sum())]
        return found

    def _value(self, pair: Prepared, cotangents: list[Any], name: str, shift: Any) -> float:
        outputs = self._quietly(lambda: pair.forward({**pair.primals, name: pair.primals[name] + shift}))
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


def _edit(number: int, unit: Unit, change: Change, parts: Parts) -> Edit:
    """With the lines that it changes, whole."""
    affects = next((touched for start, end, touched in parts if start <= change.start and change.end <= end), None)
    source = unit.page.source
    first = source.count("\n", 0, change.start)
    start = source.rfind("\n", 0, change.start) + 1
    end = source.find("\n", change.end)
    end = len(source) if end < 0 else end
    before = source[start:end]
    after = source[start : change.start] + change.text + source[change.end : end]
    return Edit(
        number, unit, change, unit.first + first - 1, tuple(before.split("\n")), tuple(after.split("\n")), affects
    )


def _of_one_argument(known: list[Unit]) -> list[str]:
    """Functions of one array that stand beside those which ran: ``sigmoid`` and ``sigmoid_prime``."""
    found: list[str] = []
    for unit in known:
        for name, value in list(unit.functions[0].__globals__.items()):
            code = getattr(value, "__code__", None)
            own = code is not None and code.co_filename == unit.code.co_filename
            if own and code.co_argcount == 1 and name not in found:
                found.append(name)
    return found[:24]


@contextlib.contextmanager
def in_place(edits: Sequence[Edit]) -> Iterator[bool]:
    """The edited functions in the place of the target's own; yields whether all of it fits together."""
    by_unit: dict[CodeType, list[Edit]] = {}
    for edit in edits:
        by_unit.setdefault(edit.unit.code, []).append(edit)
    ready = []
    for several in by_unit.values():
        unit = several[0].unit
        source = replaced(unit.page.source, [e.change for e in several])
        code = None if source is None else compiled(unit, source)
        if code is None:
            yield False
            return
        ready.append((unit, code))
    with running(ready):
        yield True


@contextlib.contextmanager
def running(ready: Sequence[tuple[Unit, CodeType]], names: Mapping[str, Any] = {}) -> Iterator[None]:  # noqa: B006
    """Each function with another code, and with further global names, for a while."""
    try:
        for unit, code in ready:
            for function in unit.functions:
                function.__code__ = code
                function.__globals__.update(names)
        yield
    finally:
        for unit, _ in ready:
            for function in unit.functions:
                function.__code__ = unit.code
                for name in names:
                    function.__globals__.pop(name, None)


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise ``TookTooLong`` within what does not come back, where the system has a timer and this is the main thread."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again, where a bare ``except`` swallows it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
