"""One draw of a pair as it runs: in float64 with its branches recorded, and beside float32, from the same inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.interface.pair import OpenPair, PairDraw
from reference.pairs.draws.tolerance import LEADING, U32, U64, Estimate, amplification, estimate, joined, kappa, largest

__all__ = ["JITTERS", "Observation", "PairRun", "finite", "jittered", "observe", "run"]

Array = NDArray[Any]
JITTERS = 3
HEAVY = 5000  # calls of NumPy, reads and writes of elements of both passes, above which there is one jitter less


class PairRun(NamedTuple):
    """What one run of both passes answered. Its kinds are those of ``pair_run``, and "widened": float64 throughout."""

    primals: dict[str, Array]
    outputs: list[Array]
    cotangents: list[Array]
    gradients: dict[str, Array]
    called: dict[str, str]
    unmatched: tuple[tuple[str, tuple[int, ...]], ...] = ()
    changed: tuple[str, ...] = ()
    pattern: str = ""
    switches: tuple[Any, ...] = ()
    near: float = float("inf")
    operations: int = 0
    takes_cotangent: bool = True
    casts: tuple[Any, ...] = ()  # to a narrower float: [cell, line, dtype, how often]
    ties: int = 0  # switches that are exactly at their kink
    stepped: tuple[str, ...] = ()  # parameters that were changed, and not in proportion to a gradient
    effort: int = 0  # calls of NumPy, reads and writes of elements, of both passes
    one_entry: tuple[Any, ...] = ()  # arrays with one entry that become Python's numbers: [cell, line, type, how often]
    again: list[Array] | None = None  # the outputs of a second call, where the first changed a number of the file
    breaks: tuple[
        tuple[str, ...], ...
    ] = ()  # laws of a framework that a rule breaks: code, text, severity if not error

    def value(self) -> float:
        """The sum of cotangents times outputs: what the gradients are the derivative of."""
        return float(sum(np.sum(_wide(c) * _wide(o)) for c, o in zip(self.cotangents, self.outputs, strict=True)))

    def tied(self) -> bool:
        """Whether a comparison or a choice stands exactly at its kink, or as good as."""
        return self.ties > 0 or self.near <= 64 * U64

    def scale(self) -> float:
        """The sum of the magnitudes of its terms."""
        return float(
            sum(np.sum(np.abs(_wide(c) * _wide(o))) for c, o in zip(self.cotangents, self.outputs, strict=True))
        )


class Observation(NamedTuple):
    """A draw, its run in float64, and what rounding does there."""

    draw: PairDraw
    run: PairRun
    estimates: dict[str, Estimate]  # by primal
    spread: float  # of the forward value, between the two precisions
    amplified: float  # by how much the forward pass enlarges rounding errors
    kappa: float

    def rounding(self) -> float:
        """How far two right evaluations of the forward value may differ."""
        return self.kappa * max(2.0**-29 * self.spread, U64 * self.run.scale())

    def steady(self) -> bool:
        """Whether the forward pass keeps its leading digits in float32: else no witness's own bound is known."""
        return self.amplified * U32 <= LEADING


def run(pair: OpenPair, draw: PairDraw, kind: str = "float64") -> PairRun:
    """Ask for one run. Raises what ``ask`` raises."""
    told = pair.ask("pair_run", check=pair.proposal.check, draw=draw.tree(), kind=kind)
    outputs = [np.asarray(output) for output in told["outputs"]]
    cotangents = [np.asarray(cotangent) for cotangent in told["cotangents"]]
    near = told.get("near")
    return PairRun(
        _arrays(told["primals"]),
        outputs,
        cotangents,
        _arrays(told["gradients"]),
        dict(told.get("called") or {}),
        tuple((str(name), tuple(shape)) for name, shape in told.get("unmatched") or ()),
        tuple(told.get("changed") or ()),
        str(told.get("pattern") or ""),
        tuple(told.get("switches") or ()),
        float("inf") if near is None else float(near),
        int(told.get("operations") or 0),
        bool(told.get("takes_cotangent", not _is_loss(outputs, cotangents))),
        tuple(told.get("casts") or ()),
        int(told.get("ties") or 0),
        tuple(told.get("stepped") or ()),
        int(told.get("effort") or 0),
        tuple(told.get("one_entry") or ()),
        None if told.get("again") is None else [np.asarray(output) for output in told["again"]],
        tuple(tuple(map(str, each)) for each in told.get("breaks") or ()),
    )


def finite(seen: PairRun) -> bool:
    """Whether the forward pass is finite, and gives anything."""
    return any(o.size for o in seen.outputs) and all(
        o.dtype.kind in "fiub" and np.isfinite(o).all() for o in seen.outputs
    )


def observe(
    pair: OpenPair, draw: PairDraw, base: PairRun | None = None, kind: str = "float64", jitters: int = JITTERS
) -> Observation:
    """Run a draw and its jitters. ``base``: its run in float64, where it is known."""
    base = run(pair, draw, kind) if base is None else base
    k = kappa([*base.primals.values(), *base.outputs])
    estimates: dict[str, list[Estimate]] = {name: [] for name in base.gradients}
    heard: list[tuple[float, float]] = []  # of each jitter: the forward value's difference, its amplification
    for number in range(jitters if base.effort <= HEAVY else min(jitters, JITTERS - 1)):
        shaken = jittered(draw, number)
        wide, narrow = run(pair, shaken, kind), run(pair, shaken, "float32")
        same = wide.pattern == narrow.pattern and finite(wide) and finite(narrow)
        for name in estimates:
            if name in wide.gradients and name in narrow.gradients:
                estimates[name].append(estimate(wide.gradients[name], narrow.gradients[name], k, same=same))
        if same and len(wide.outputs) == len(narrow.outputs):
            heard.append((abs(wide.value() - narrow.value()), amplification(wide.outputs, narrow.outputs)))
    together = {name: joined(found)._replace(kappa=k) for name, found in estimates.items()}
    sized = {name: e._replace(size=max(e.size, _size(base.gradients[name]))) for name, e in together.items()}
    spread = max((first for first, _ in heard), default=float("inf"))
    amplified = max((second for _, second in heard), default=float("inf"))
    return Observation(draw, base, sized, spread, amplified, k)


def jittered(draw: PairDraw, number: int) -> PairDraw:
    """The same draw, every entry that is no whole number moved by one unit in the last place of float32, or not."""
    stream = np.random.RandomState([draw.seed % 2**32, number])
    return draw._replace(arguments=_shaken(draw.arguments, stream), construct=_shaken(draw.construct, stream))


def _shaken(value: Any, stream: np.random.RandomState) -> Any:
    if isinstance(value, Mapping):
        return {name: _shaken(entry, stream) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_shaken(entry, stream) for entry in value)
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f" or np.array_equal(value, np.rint(value)):
        return value  # labels, masks and spikes stay what they are
    narrow = value.astype(np.float32)
    towards = np.where(stream.randint(2, size=value.shape) == 1, np.inf, -np.inf).astype(np.float32)
    moved = np.where(narrow == 0, narrow, np.nextafter(narrow, towards))
    return np.where(value == np.rint(value), value, moved.astype(np.float64))


def _arrays(tree: Mapping[str, Any]) -> dict[str, Array]:
    return {name: np.asarray(value) for name, value in tree.items()}


def _wide(array: Array) -> Array:
    return np.asarray(array, dtype=np.float64)


def _size(array: Array) -> float:
    return largest(array) if array.dtype.kind in "fiub" else 0.0


def _is_loss(outputs: Sequence[Array], cotangents: Sequence[Array]) -> bool:
    return len(outputs) == 1 and outputs[0].size == 1 and bool(np.all(cotangents[0] == 1))
