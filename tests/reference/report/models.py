"""Reports and comparisons as plain models, quickly made: what the pages are drawn from, without a court."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from reference.cases.quantities import order, split
from reference.findings.verdicts import EXIT_CODES
from reference.report.models.comparison import Accuracy, Agreement, Comparison, Price, Standing, Timing
from reference.report.models.evidence import (
    Curve,
    Dot,
    Evidence,
    GradientBlock,
    Kill,
    Node,
    PairEvidence,
    Precision,
    Slice,
    Step,
    Switch,
)
from reference.report.models.verification import CheckResult, Finding, Fix, Location, Report, Target, Tool

__all__ = [
    "CASE", "KILLS", "TOOL", "block", "comparison", "curve", "dots", "evidence", "finding", "nodes", "pair_evidence",
    "plane", "report", "right", "standing", "steps", "wrong", "wrong_pair",
]  # fmt: skip

TOOL = Tool(name="manual-backprop", version="0", python="3", numpy="2", jax="0", hypothesis="6")
CASE = "dims=4,3,5,1 m=11 lambd=1.3 keep_prob=0.7 seed=700"
SHAPES = {"dW1": (3, 4), "db1": (3, 1), "dW2": (5, 3), "db2": (5, 1), "dW3": (1, 5), "db3": (1, 1)}
ALLOWED = 75

KILLS = [
    Kill(mistake=mistake, code=code, red=red, named=named, certainty="exactly", equivalent=equivalent)
    for mistake, code, red, named, equivalent in (
        ("dW2: × 2", "MB101", ("dW2",), "MB101", False),
        ("db2: × 2", "MB101", ("db2",), "MB101", False),
        ("dA1: the value without the mask", "MB301", ("dW1", "db1"), "MB301", False),
        ("masks by randn", "MB303", ("D",), "MB303", False),
        ("a mistake that nobody saw", "MB104", (), "", False),
        ("dW2: × 1", "MB102", (), "", True),
    )
]


# --- of one check ---------------------------------------------------------------------------------------------


def block(name: str = "dW2", factor: float = 1.0, **fields: Any) -> GradientBlock:
    """``factor`` times what it should be."""
    n, k = SHAPES[name]
    want = np.cos(1.0 + np.arange(n * k, dtype=float)).reshape(n, k)
    given = {"got": (factor * want).tolist(), "want": want.tolist(), "unit": (1e-16 * np.ones((n, k))).tolist()}
    return GradientBlock(**{"name": name, "allowed": ALLOWED, **given, **fields})


def nodes(wrong: str = "") -> list[Node]:
    """Three layers; below ``wrong`` everything is wrong too."""
    names = order(3)
    below = names[names.index(wrong) + 1 :] if wrong.startswith(("dZ", "dA")) else []
    found = []
    for line, name in enumerate(names, start=10):
        kind, l = split(name)
        feeds = {"dZ": [f"dW{l}", f"db{l}", *([f"dA{l - 1}"] if l > 1 else [])], "dA": [f"dZ{l}"]}.get(kind, [])
        status = "wrong" if name == wrong else "downstream" if name in below else "right"
        found.append(
            Node(
                name=name,
                status=status,
                feeds=feeds,
                location=Location(file="mine.ipynb", cell=4, line=line),
                source=f"{name} = …",
                formula=f"{name} = as it should be",
            )
        )
    return found


def dots(wrong: bool = False) -> list[Dot]:
    """Of λ and m; where something is wrong, it is for more than one example."""
    return [
        *(Dot(swept="lambd", value=value, error=5.0 if wrong else 0.01) for value in (0.0, 0.1, 7.0)),
        *(Dot(swept="m", value=value, error=5.0 if wrong and value > 1 else 0.01) for value in (1, 2, 21)),
        Dot(swept="keep_prob", value=1.0, error=0.01),
    ]


def curve(**fields: Any) -> Curve:
    steps = np.logspace(-1, -12, 34)
    errors = 0.1 * steps**2 + 1e-16 / steps
    given = {"steps": steps.tolist(), "errors": errors.tolist(), "rounding": (1e-16 / steps).tolist()}
    return Curve(**{"name": "dW2", "index": [0, 2], "chosen": 1e-6, "reached": 1e-11, **given, **fields})


def evidence(wrong: str = "", *, check: str = "backward", **fields: Any) -> Evidence:
    """Of a backward pass in which one quantity is wrong, or none."""
    given = {
        "nodes": nodes(wrong),
        "blocks": [block(name, 2.0 if name == wrong else 1.0) for name in SHAPES],
        "dots": dots(bool(wrong)),
        "curve": curve(),
    }
    return Evidence(check=check, case=CASE, **{**given, **fields})


# --- of a run -------------------------------------------------------------------------------------------------


def finding(**fields: Any) -> Finding:
    given = {
        "code": "MB101", "severity": "error", "certainty": "exactly", "text": "the data term × 2",
        "location": Location(file="mine.ipynb", cell=4, line=19), "suggestion": "dW2 = (1/m) dZ2 A1ᵀ",
        "smallest": "dims=1,1,1,1 m=1", "index": [0, 2], "got": -0.5, "want": -0.25, "replay": "K7Q2",
    }  # fmt: skip
    return Finding(**{**given, **fields})


def row(output: str, *findings: Finding, **fields: Any) -> CheckResult:
    given = {"verdict": "fail" if findings else "pass", "cases": 224, "coordinates": 51234, "worst_error": 4.0}
    return CheckResult(**{"check": "backward", "output": output, **given, "findings": list(findings), **fields})


def right(name: str = "mine.py", **fields: Any) -> Target:
    given = {"checks": [row("dW2"), row("db2")], "distinct_cases": 224, "evidence": [evidence()]}
    return Target(**{"target": name, "verdict": "pass", **given, **fields})


def wrong(name: str = "mine.ipynb", **fields: Any) -> Target:
    given = {"checks": [row("dW2", finding()), row("db2")], "distinct_cases": 224, "evidence": [evidence("dW2")]}
    return Target(**{"target": name, "verdict": "fail", **given, **fields})


def report(*targets: Target, **fields: Any) -> Report:
    verdict = targets[0].verdict if targets else "inconclusive"
    given = {
        "tool": TOOL, "seed": 0, "profile": "quick", "verdict": verdict, "exit_code": EXIT_CODES[verdict],
        "targets": list(targets), "timing": {"total": 1.25}, "command": "manual-backprop verify mine.py",
    }  # fmt: skip
    return Report(**{**given, **fields})


# --- of a comparison ------------------------------------------------------------------------------------------


def accuracy(dtype: str, output: str, worst: float) -> Accuracy:
    return Accuracy(
        check="*" if output == "*" else "backward", output=output, dtype=dtype, cases=195, coordinates=5000,
        worst_ulps=10 * worst, median_ulps=0.4, worst_error=worst, wrong_cases=int(worst > ALLOWED), case=CASE,
    )  # fmt: skip


def standing(name: str, verdict: str = "pass", **fields: Any) -> Standing:
    worst = 1e12 if verdict == "fail" else 0.9
    given: dict[str, Any] = {"verdict": verdict, "cases": 195}
    given["accuracy"] = [accuracy(dtype, o, worst) for dtype in ("float64", "float32") for o in ("*", "dW2")]
    if verdict == "fail":
        given |= {"checks": [row("dW2", finding())], "evidence": [evidence("dW2")]}
    return Standing(**{"target": name, **given, **fields})


def pair(one: Standing, other: Standing, dtype: str, **fields: Any) -> Agreement:
    agree = one.verdict == other.verdict
    difference = 1e-15 if agree else 0.5
    given = {"cases": 195, "blocks": 900, "difference": difference, "digits": -math.log10(difference), "output": "dW2"}
    said = {"checks": ("backward", "backward"), "case": CASE, "agree": agree}
    return Agreement(**{"first": one.target, "second": other.target, "dtype": dtype, **given, **said, **fields})


def comparison(*standings: Standing, **fields: Any) -> Comparison:
    """Of targets with figures, every two and every price."""
    judged = [s for s in standings if s.accuracy]
    pairs = [
        pair(one, other, dtype)
        for k, one in enumerate(judged)
        for other in judged[k + 1 :]
        for dtype in ("float64", "float32")
    ]
    sizes = {"course": "dims=2,20,3,1 m=211 seed=3", "wide": "dims=784,1024,10 m=256 seed=3"}
    prices = [
        Price(target=s.target, size=size, seconds=1e-3 * k, spread=(9e-4 * k, 1.1e-3 * k), ratio=k, first_call=0.1,
              memory=2**20) if s.verdict == "pass" else Price(target=s.target, size=size, said="wrong here")
        for size in sizes for k, s in enumerate(judged, start=1)
    ]  # fmt: skip
    verdict = "fail" if any(s.verdict == "fail" for s in standings) else "pass"
    given = {
        "tool": TOOL, "seed": 0, "verdict": verdict, "exit_code": EXIT_CODES[verdict], "truth": "complex step",
        "cases": 195, "words": ["one is the odd one out"], "standings": list(standings), "agreement": pairs,
        "sizes": sizes, "command": "manual-backprop compare", "timing": Timing(total=1.0, prices=prices),
    }  # fmt: skip
    return Comparison(**{**given, **fields})


# --- of a pair ------------------------------------------------------------------------------------------------


def plane(name: str = "dX", wrong: int = 6, **fields: Any) -> Slice:
    want = np.cos(1.0 + np.arange(6.0)).reshape(2, 3)
    got = -want if wrong else want
    given = {
        "name": name, "index": f"{name}[0, :, :]", "axes": ("axis 1", "axis 2"), "shape": [4, 2, 3], "wrong": wrong,
        "got": got.tolist(), "want": want.tolist(), "unit": 1e-16, "allowed": 68.0, "total": 24,
    }  # fmt: skip
    return Slice(**{**given, **fields})


def steps(wrong: int | None = 1) -> list[Step]:
    """Three lines, each from the one before."""
    found = []
    for at, (name, source) in enumerate((("dz", "dz = dy * y"), ("dX", "dX = -dz @ W.T"), ("dW", "dW = X.T @ dz"))):
        status = "right" if wrong is None or at < wrong else "wrong" if at == wrong else "downstream"
        found.append(
            Step(name=name, status=status, feeds=[1, 2] if not at else [], source=source, says="∂/∂z",
                 location=Location(file="layers.py", line=20 + at))
        )  # fmt: skip
    return found


def pair_evidence(wrong: bool = True, **fields: Any) -> PairEvidence:
    flat, falling = ({"float32": e, "float64": f, "extended": g} for e, f, g in ((2.0, 2.0, 2.0), (1e-7, 1e-16, 0.0)))
    given = {
        "steps": steps(1 if wrong else None),
        "slices": [plane(wrong=6 if wrong else 0)],
        "precisions": [
            Precision(name="dX", wrong=wrong, errors=flat if wrong else falling),
            Precision(name="dW", wrong=False, errors=falling),
        ],
        "switches": [Switch(location=Location(file="layers.py", line=9), what="maximum", count=6)],
        "excluded": 2, "compared": 120, "nearest": 0.02,
    }  # fmt: skip
    return PairEvidence(check="affine_backward", case="affine_backward X=4,2,3 seed=1", **{**given, **fields})


def wrong_pair(**fields: Any) -> Target:
    """A target whose pair is mended by another line."""
    found = finding(
        text="it is right with `dX = dz @ W.T` in place of `dX = -dz @ W.T`, on 3 of 3 draws",
        suggestion="- dX = -dz @ W.T\n+ dX = dz @ W.T", location=Location(file="layers.py", line=21),
        fix=Fix(first=21, last=21, column=21, text="    dX = dz @ W.T"), smallest="affine_backward X=1,1,1 seed=1",
    )  # fmt: skip
    given = {
        "checks": [row("dX", found, check="affine_backward"), row("dW", check="affine_backward")],
        "drawn": {"affine_backward": "forward and backward: X (4,2,3), W (3,5) (documented) · 3 draws, 3 witnesses"},
        "pairs": [pair_evidence()], "distinct_cases": 3,
    }  # fmt: skip
    return Target(**{"target": "layers.py", "verdict": "fail", **given, **fields})
