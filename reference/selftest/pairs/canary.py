"""A pair in this process, for the judge of pairs to be tried on before it is believed: no target is opened.

y = x · exp(w), row by row. The right gradients must be verified. Wrong must be: one that is doubled, all zeros, and one
that is off by 1e-9, which a tolerance that is too wide lets through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reference.interface.exceptions import TargetRaised
from reference.interface.pair import OpenPair, PairDraw, PairKind, Proposal
from reference.pairs.judge import judge_readings
from reference.pairs.result import PairResult

__all__ = ["Ask", "pair_canary"]

CHECK = "scale_backward"
TINY = 2.0**-60  # the imaginary step
Array = np.ndarray[Any, Any]
Change = Callable[[str, Array], Array]
Ask = Callable[..., Any]
Judge = Callable[..., PairResult]
PLANTED: dict[str, Change] = {
    "a doubled gradient of a pair": lambda name, a: 2 * a if name == "w" else a,
    "a gradient of zeros of a pair": lambda name, a: np.zeros_like(a),
    "a gradient of a pair that is off by 1e-9": lambda name, a: a * a.dtype.type(1 + 1e-9),
}


class _Drawn:
    """The one way to feed it."""

    rank, label, bind, said, doubts, cases = 0, "said", "", "x, w", 0, (0, 1, 2)

    def sizes(self, index: int) -> dict[str, int]:
        return {"N": 3 + index, "D": 2}

    def draw(self, seed: int, index: int, *, sizes: Mapping[str, int] | None = None, mild: int = 0) -> PairDraw:
        n, d = dict(sizes or self.sizes(index)).values()
        stream = np.random.RandomState(seed % 2**32)
        drawn = {"x": stream.standard_normal((n, d)), "w": stream.standard_normal(d)}
        values = {name: np.float64(np.float32(a / 2**mild)) for name, a in drawn.items()}
        return PairDraw(values, seed=seed)

    def case_line(self, draw: PairDraw) -> str:
        return f"{CHECK} x={','.join(map(str, draw.arguments['x'].shape))} seed={draw.seed}"


def pair_canary(judge: Judge = judge_readings, spoilt: Callable[[Ask], Ask] = lambda ask: ask) -> str | None:
    """Why a judge of pairs cannot be trusted, or ``None``. ``spoilt``: what stands between it and the pair."""
    right = _result(judge, spoilt, lambda name, a: a)
    if (why := _doubt(right)) is not None:
        return f"the right gradient of a pair is not verified: {why}"
    for text, change in PLANTED.items():
        found = _result(judge, spoilt, change)
        wrong = any(f.severity == "error" for row in found.rows for f in row.findings)
        if not wrong or found.disputes:
            return f"{text} was planted, and not found"
    return None


def _doubt(found: PairResult) -> str | None:
    if found.disputes:
        return found.disputes[0]
    if found.not_judged is not None:
        return found.not_judged.reason
    said = [finding.text for row in found.rows for finding in row.findings]
    looked = [row for row in found.rows if row.tally.autodiff and row.tally.complex_step and row.tally.coordinates]
    return said[0] if said else None if len(looked) == 2 else "it was not looked at by all witnesses"


def _result(judge: Judge, spoilt: Callable[[Ask], Ask], change: Change) -> PairResult:
    proposal = Proposal(CHECK, PairKind.FUNCTION, "scale_forward", CHECK)
    pair = OpenPair(proposal, spoilt(_asked(change)), "canary.py", "canary")
    return judge(pair, [_Drawn()], seed=0, explained=False)


def _asked(change: Change) -> Ask:
    questions: dict[str, Ask] = {
        "pair_run": lambda **of: _run(change, **of),
        "pair_differences": _differences,
        "pair_complex": lambda **of: _complex(np.clongdouble, **of),
        "pair_autodiff": _autodiff,
    }

    def ask(question: str, *, check: str, **details: Any) -> Any:
        if question not in questions:
            raise TargetRaised({"type": "Refused", "message": "it is not asked that", "frames": []})
        return questions[question](**details)

    return ask


def _forward(x: Any, w: Any) -> Any:
    return x * np.exp(w)


def _run(change: Change, draw: Mapping[str, Any], kind: str = "float64") -> dict[str, Any]:
    dtype = np.float32 if kind == "float32" else np.float64
    x, w = (np.asarray(draw["arguments"][name], dtype=dtype) for name in "xw")
    out = _forward(x, w)
    c = np.float64(np.float32(np.random.RandomState(draw["seed"] % 2**32).standard_normal(out.shape)))
    own = c.astype(dtype)
    gradients = {"x": own * np.exp(w), "w": (own * out).sum(axis=0)}
    return {
        "primals": {"x": np.float64(x), "w": np.float64(w)}, "outputs": [np.float64(out)], "cotangents": [c],
        "gradients": {name: change(name, gradient) for name, gradient in gradients.items()},
        "called": {"x": "dx", "w": "dw"}, "pattern": "smooth", "operations": 2, "takes_cotangent": True,
    }  # fmt: skip


def _value(values: Mapping[str, Any], cotangents: Any) -> Any:
    return (np.asarray(cotangents[0]) * _forward(values["x"], values["w"])).sum()


def _moved(values: Mapping[str, Any], name: str, at: Any, step: Any) -> dict[str, Any]:
    moved = np.array(values[name], dtype=np.result_type(values[name], type(step)))
    if isinstance(at, int):
        moved.flat[at] += step
    else:
        moved = moved + step * np.asarray(at)
    return {**values, name: moved}


def _differences(draw: Mapping[str, Any], cotangents: Any, points: Any, steps: Any) -> dict[str, Any]:
    given = draw["arguments"]
    values = [
        [float(_value(_moved(given, name, at, k * step), cotangents)) for k in (1, -1, 2, -2)]
        for (name, at), step in zip(points, steps, strict=True)
    ]
    same = np.ones((len(values), 4), dtype=bool)
    return {"values": np.reshape(values, (-1, 4)), "same": same, "value": float(_value(given, cotangents)),
            "pattern": "smooth"}  # fmt: skip


def _complex(dtype: Any, draw: Mapping[str, Any], cotangents: Any, points: Any) -> dict[str, Any]:
    given = {name: np.asarray(draw["arguments"][name], dtype=dtype) for name in "xw"}
    found = [np.imag(_value(_moved(given, name, at, dtype(1j * TINY)), cotangents)) / TINY for name, at in points]
    value = float(np.real(_value(given, cotangents)))
    return {"derivatives": np.array(found, dtype=np.float64), "value": value, "pattern": "smooth"}


def _autodiff(draw: Mapping[str, Any], cotangents: Any) -> dict[str, Any]:
    """By the formula, which is short enough to be seen to be right."""
    x, w = (np.asarray(draw["arguments"][name]) for name in "xw")
    c = np.asarray(cotangents[0])
    gradients = {"x": c * np.exp(w), "w": (c * x * np.exp(w)).sum(axis=0)}
    return {"gradients": gradients, "value": float((c * _forward(x, w)).sum()), "pattern": "smooth"}
