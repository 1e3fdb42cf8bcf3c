"""A pair of plain functions in this process, that answers as a target's process does: for tests of what is decided.

``forward(xp, p)`` is written in ``xp``'s functions, which record every choice; ``backward(xp, p, c)`` returns gradients
by primal. Nothing here knows the answer: the exact witnesses are complex steps of the forward pass itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from reference.interface.exceptions import TargetRaised
from reference.interface.pair import OpenPair, PairDraw, PairKind, Proposal

TINY_STEP = 2.0**-50


class Pair(NamedTuple):
    """``shapes``: of the primals, by size names; ``laws``: other than standard normal; ``given``: what is no primal."""

    name: str
    shapes: Mapping[str, tuple[str | int, ...]]
    forward: Callable[..., Any]
    backward: Callable[..., dict[str, Any]]
    laws: Mapping[str, Callable[[np.random.RandomState, tuple[int, ...]], Any]] = {}
    given: Mapping[str, Callable[[np.random.RandomState, Mapping[str, int]], Any]] = {}
    loss: bool = False
    kind: PairKind = PairKind.FUNCTION
    refuses: tuple[str, ...] = ()  # witnesses that cannot follow
    scale: float = 1.0  # of the cotangents
    operations: int = 5


class Recorded:
    """The functions with a choice in them, by the real part, each written down; the rest is NumPy's."""

    def __init__(self, dtype: Any) -> None:
        self.dtype, self.seen, self.near = np.dtype(dtype), hashlib.sha1(), np.inf

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def note(self, choice: Any, distance: Any = None) -> Any:
        self.seen.update(np.ascontiguousarray(choice).tobytes())
        if distance is not None and np.size(distance):
            self.near = min(self.near, float(np.min(np.abs(distance))))
        return choice

    def positive(self, z: Any) -> Any:
        return self.note(np.real(z) > 0, np.real(z))

    def maximum(self, a: Any, b: Any) -> Any:
        return np.where(self.note(np.real(a) >= np.real(b), np.real(a) - np.real(b)), a, b)

    def abs(self, a: Any) -> Any:
        return np.where(self.note(np.real(a) >= 0, np.real(a)), a, -a)

    def argmax(self, a: Any, axis: int = -1) -> Any:
        order = np.sort(np.real(a), axis=axis)
        gap = np.take(order, -1, axis) - np.take(order, -2, axis) if a.shape[axis] > 1 else None
        return self.note(np.argmax(np.real(a), axis=axis), gap)

    def max(self, a: Any, axis: int = -1) -> Any:
        index = np.expand_dims(self.argmax(a, axis), axis)
        return np.take_along_axis(a, index, axis)

    def float(self, value: Any) -> Any:
        """What a constant is in this run."""
        return self.dtype.type(value)


class Tried:
    """The readings' interface, over one list of sizes an index."""

    rank, label, bind, said, cases = 1, "as it is called", "--bind it=as-called", "drawn as it is called", (0, 1, 2)
    doubts = 0

    def __init__(self, pair: Pair, mild: float = 0.25, names: Mapping[str, Any] | None = None, **own: Any) -> None:
        self.pair, self.mild = pair, mild
        self.names = sorted({s for shape in pair.shapes.values() for s in shape if isinstance(s, str)}, key=str)
        self.reading = names or {}
        for name, value in own.items():
            setattr(self, name, value)

    def sizes(self, index: int) -> dict[str, int]:
        stream = np.random.RandomState(100 + index)
        return dict(
            zip(self.names, (int(k) for k in stream.permutation(np.arange(2, 3 + len(self.names)))), strict=False)
        )

    def draw(self, seed: int, index: int, *, sizes: Any = None, mild: int = 0) -> PairDraw:
        sizes = dict(sizes or self.sizes(index))
        stream = np.random.RandomState(seed)
        arguments: dict[str, Any] = {}
        for name, shape in self.pair.shapes.items():
            dims = tuple(sizes[s] if isinstance(s, str) else s for s in shape)
            value = self.pair.laws[name](stream, dims) if name in self.pair.laws else stream.standard_normal(dims)
            arguments[name] = (np.asarray(value) * self.mild**mild).astype(np.float32).astype(np.float64)
        for name, law in self.pair.given.items():
            arguments[name] = law(stream, sizes)
        return PairDraw(arguments, seed=seed, reading=dict(self.reading))

    def case_line(self, draw: PairDraw) -> str:
        shapes = " ".join(f"{name}={','.join(map(str, np.shape(draw.arguments[name])))}" for name in self.pair.shapes)
        return f"{self.pair.name} {shapes} seed={draw.seed}"


def open_pair(pair: Pair) -> OpenPair:
    """As an opened target has it."""
    proposal = Proposal(pair.name, pair.kind, f"{pair.name}_forward", pair.name)

    def ask(question: str, **details: Any) -> Any:
        return answered(pair, question, details)

    return OpenPair(proposal, ask, f"{pair.name}.py", f"{pair.name}.py")


def answered(pair: Pair, question: str, details: Mapping[str, Any]) -> Any:
    """One answer; what a plain function has no source for is refused."""
    if question not in QUESTIONS:
        raise refused(question)
    return QUESTIONS[question](pair, **{name: value for name, value in details.items() if name != "check"})


def refused(witness: str) -> TargetRaised:
    details = {"type": "Refused", "message": f"{witness} has no such function", "frames": [["it.py", None, 7, "it"]],
               "template": False, "unbindable": False, "blank": None}  # fmt: skip
    return TargetRaised(details)


def _parts(pair: Pair, draw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    primals = {name: np.array(draw["arguments"][name]) for name in pair.shapes}
    return primals, {name: draw["arguments"][name] for name in pair.given}


def _forward(
    pair: Pair, primals: Mapping[str, Any], given: Mapping[str, Any], dtype: Any
) -> tuple[list[Any], Recorded]:
    xp = Recorded(dtype)
    with np.errstate(all="ignore"):
        out = pair.forward(xp, {name: np.asarray(a).astype(dtype) for name, a in primals.items()} | dict(given))
    return (list(out) if isinstance(out, tuple) else [out]), xp


def _cotangents(pair: Pair, outputs: list[Any], seed: int) -> list[Any]:
    stream = np.random.RandomState(seed % 2**32)
    drawn = [stream.standard_normal(np.shape(o)).astype(np.float32).astype(np.float64) for o in outputs]
    return [pair.scale * (np.ones(np.shape(o)) if pair.loss else c) for o, c in zip(outputs, drawn, strict=True)]


def pair_run(pair: Pair, draw: Mapping[str, Any], kind: str = "float64") -> dict[str, Any]:
    dtype = np.float32 if kind == "float32" else np.float64
    primals, given = _parts(pair, draw)
    outputs, xp = _forward(pair, primals, given, dtype)
    cotangents = _cotangents(pair, outputs, draw["seed"])
    own = [c.astype(dtype) for c in cotangents]
    with np.errstate(all="ignore"):
        arrays = {name: a.astype(dtype) for name, a in primals.items()} | given
        gradients = pair.backward(Recorded(dtype), arrays, own[0] if len(own) == 1 else own)
    return {
        "primals": primals, "outputs": [np.asarray(o, np.float64) for o in outputs], "cotangents": cotangents,
        "gradients": {name: np.asarray(g) for name, g in gradients.items()},
        "called": {name: f"d{name}" for name in gradients}, "unmatched": [], "changed": [],
        "pattern": xp.seen.hexdigest(), "switches": [], "near": xp.near, "operations": pair.operations,
    }  # fmt: skip


def _value(outputs: list[Any], cotangents: list[Any]) -> Any:
    with np.errstate(all="ignore"):
        return sum((np.asarray(c) * o).sum() for c, o in zip(cotangents, outputs, strict=True))


def pair_differences(pair: Pair, draw: Any, cotangents: Any, points: Any, steps: Any) -> dict[str, Any]:
    primals, given = _parts(pair, draw)
    at = _forward(pair, primals, given, np.float64)[1].seen.hexdigest()
    values, same = [], []
    for (name, index), step in zip(points, steps, strict=True):
        for factor in (1, -1, 2, -2):
            moved = {n: a.copy() for n, a in primals.items()}
            if isinstance(index, int):
                moved[name].flat[index] += factor * step
            else:
                moved[name] += factor * step * index
            outputs, xp = _forward(pair, moved, given, np.float64)
            values.append(float(_value(outputs, cotangents)))
            same.append(xp.seen.hexdigest() == at)
    return {"values": np.reshape(values, (-1, 4)), "same": np.reshape(same, (-1, 4))}


def _complex(pair: Pair, draw: Any, cotangents: Any, points: Any, dtype: Any) -> tuple[list[float], float, str]:
    primals, given = _parts(pair, draw)
    outputs, xp = _forward(pair, primals, given, dtype)
    found = []
    for name, where in points:
        moved = {n: a.astype(dtype) for n, a in primals.items()}
        if isinstance(where, int):
            moved[name].flat[where] += dtype(1j * TINY_STEP)
        else:
            moved[name] = moved[name] + (1j * TINY_STEP * np.asarray(where)).astype(dtype)
        found.append(float(np.imag(_value(_forward(pair, moved, given, dtype)[0], cotangents)) / TINY_STEP))
    return found, float(np.real(_value(outputs, cotangents))), xp.seen.hexdigest()


def pair_complex(pair: Pair, draw: Any, cotangents: Any, points: Any, precision: str = "extended") -> dict[str, Any]:
    if "complex step" in pair.refuses:
        raise refused("complex step")
    derivatives, value, pattern = _complex(pair, draw, cotangents, points, np.clongdouble)
    return {"derivatives": np.array(derivatives), "value": value, "pattern": pattern}


def pair_autodiff(pair: Pair, draw: Any, cotangents: Any) -> dict[str, Any]:
    if "autodiff" in pair.refuses:
        raise refused("autodiff")
    primals, _ = _parts(pair, draw)
    points = [[name, k] for name, a in primals.items() for k in range(a.size)]
    derivatives, value, pattern = _complex(pair, draw, cotangents, points, np.complex128)
    gradients, start = {}, 0
    for name, a in primals.items():
        gradients[name] = np.reshape(derivatives[start : start + a.size], a.shape)
        start += a.size
    return {"gradients": gradients, "value": value, "pattern": pattern}


def pair_beside(pair: Pair, draw: Any, primals: Any, cotangents: Any, kind: str) -> dict[str, Any]:
    arrays = dict(primals) | _parts(pair, draw)[1]
    gradients = pair.backward(Recorded(np.float64), arrays, cotangents[0] if len(cotangents) == 1 else cotangents)
    return {"gradients": {name: np.asarray(gradient) for name, gradient in gradients.items()}}


QUESTIONS: dict[str, Callable[..., Any]] = {
    "pair_run": pair_run, "pair_differences": pair_differences, "pair_complex": pair_complex,
    "pair_autodiff": pair_autodiff, "pair_beside": pair_beside,
}  # fmt: skip
