"""Reports as plain models, made by hand: one of every kind of ending, and one in which every text is hostile."""

from __future__ import annotations

from typing import Any

from reference.findings.verdicts import EXIT_CODES, worst_exit
from reference.report.models.verification import CheckResult, Finding, Location, Report, Target, Tool

__all__ = ["HOSTILE", "REPORTS", "SMALLEST", "WARNING", "WRONG", "finding", "hostile", "report", "row", "target"]

TOOL = Tool(name="manual-backprop", version="0.1.0", python="3", numpy="2", jax="0", hypothesis="6")
SMALLEST = "dims=1,1,1,1 m=1 hidden=relu output=sigmoid lambd=0 keep_prob=0.5 bias=random seed=0"

HOSTILE = {
    "newlines": "one\ntwo\r\nthree\rfour",
    "a command": "\n::error file=a,line=1::b\n::stop-commands::x\n",
    "percents": "100 %, %25 %0A %3A",
    "the end of CDATA": "]]> <![CDATA[ <!-- --> <?x?>",
    "controls": "a\x00b\x1b[31mc\x07\x0b\x0c\x7f\x85\u2028d",
    "lone surrogates": "a\ud800b\udc80c",
    "no characters": "a\ufffeb\uffffc",
    "pipes": "a | b || c |",
    "backticks": "`a` ``b`` ```",
    "HTML": '<b>bold</b> <script>alert("1")</script> &amp; &lt;',
    "Markdown": "# *a* **b** [c](d) ![e](f) ~~g~~ $h$ \\ 1. - + > _i_ \\| {0}",
    "emoji": "🎉 👩‍👩‍👧 Ünï ∂",
    "a path of Windows": r"C:\Users\a b\net.py",
    "a path with a space": "my nets/réseau.py",
    "an absolute path": "/home/a b/ü#?%.py",
    "nothing": "",
    "spaces": "   ",
}


def finding(code: str = "MB101", **fields: Any) -> Finding:
    given = {
        "severity": "error",
        "certainty": "exactly",
        "text": "the data term × 2 (the L2 term is right), on 3 of 3 probes",
        "location": Location(file="nets/mine.py", line=19),
        "smallest": SMALLEST,
        "index": [0, 0],
        "got": -0.5,
        "want": -0.25,
        "replay": "K7Q2",
    }
    return Finding(code=code, **{**given, **fields})


WRONG = finding(suggestion="dW2 = dZ2 A1ᵀ / m", upstream_of=["dA1", "dZ1"])
WARNING = finding("MB305", severity="warning", certainty="consistent", text="dA1 without 1/m", location=None)
IN_A_NOTEBOOK = finding("MB301", location=Location(file="nets/a b.ipynb", cell=14, line=19))


def row(output: str = "dW1", verdict: str = "pass", *findings: Finding, **fields: Any) -> CheckResult:
    given = {"check": "backward", "cases": 22, "coordinates": 100, "worst_error": 0.5}
    return CheckResult(output=output, verdict=verdict, findings=list(findings), **{**given, **fields})


def target(verdict: str = "pass", *rows: CheckResult, **fields: Any) -> Target:
    given = {"target": "nets/mine.py", "distinct_cases": 22}
    return Target(verdict=verdict, checks=list(rows), **{**given, **fields})


def report(*targets: Target, **fields: Any) -> Report:
    code = worst_exit([EXIT_CODES[one.verdict] for one in targets])
    verdict = next(name for name, value in EXIT_CODES.items() if value == code)
    given = {"tool": TOOL, "seed": 0, "profile": "ci", "verdict": verdict, "exit_code": code, "timing": {"total": 1.25}}
    return Report(targets=list(targets), **{**given, **fields})


RIGHT = target("pass", row("dW2"), row("dW1", conventions=["λ/2 for λ/(2m)"]), notes=["one column was nudged"])
FAULTY = target("fail", row("dW2", "fail", WRONG), row("dA1", "fail"), row("dZ1", "fail"), row("db1"))
NOTEBOOK = target("fail", row("*", "fail", IN_A_NOTEBOOK, check="masks"), target="nets/a b.ipynb")
WARNED = target("pass", row("dW2"), row("dA1", "warn", WARNING), target="package.module:backward")
UNSURE = target(
    "inconclusive",
    row("dW2", "inconclusive", coordinates=100, excluded=60, unresolved=3),
    row("db2", "skipped", coordinates=0),
    target="unsure.py",
    error="coverage is too low to say that it is verified: backward (37.0 %)",
)
BROKEN = target("error", target="gone.py", error="target 'gone.py': there is no such file", distinct_cases=0)
STOPPED = target("interrupted", row("dW2"), target="long.py::backward", error="interrupted; what was verified so far:")
UNREADABLE = target(
    "fail", row("*", "fail", finding("MB701", text="cannot be loaded", location=None, smallest=None), check="*")
)
ACCEPTED = target(
    "pass",
    row("dW2", "warn", WRONG.model_copy(update={"severity": "warning", "accepted": "see issue 12"})),
    row("dA1", "warn"),
)
DOUBLE = target("fail", row("dW2", "fail", WRONG, finding("MB201", text="the L2 term is missing"), WARNING))

REPORTS = {
    "right": report(RIGHT),
    "wrong": report(FAULTY),
    "a notebook": report(NOTEBOOK),
    "a warning": report(WARNED),
    "inconclusive": report(UNSURE),
    "could not run": report(BROKEN),
    "interrupted": report(RIGHT, STOPPED),
    "unreadable": report(UNREADABLE),
    "accepted": report(ACCEPTED),
    "two findings of one output": report(DOUBLE),
    "reasons of its own": report(RIGHT, verdict="error", exit_code=2, reasons=["an entry of the baseline expired"]),
    "an exit code without a reason": report(RIGHT, verdict="inconclusive", exit_code=3),
    "the same target twice": report(FAULTY, FAULTY),
    "several": report(RIGHT, FAULTY, NOTEBOOK, WARNED, UNSURE, BROKEN, UNREADABLE),
    "none": report(verdict="inconclusive", exit_code=3, reasons=["nothing was asked"]),
}  # fmt: skip


def hostile(text: str) -> Report:
    """Every text of the report is this one."""
    said = finding(
        text=text, candidates=[text], upstream_of=[text], suggestion=text, smallest=text, replay=text,
        location=Location(file=text, cell=None, line=3), accepted=None,
    )  # fmt: skip
    warned = said.model_copy(update={"severity": "warning", "location": Location(file=text, cell=2, line=3)})
    rows = [row(text, "fail", said, check=text, conventions=[text]), row("dW1", "warn", warned, check=text)]
    named = {"target": text, "error": text, "notes": [text]}
    tool = TOOL.model_copy(update={"name": text, "version": text})
    return report(
        target("fail", *rows, **{**named, "error": None}), target("error", **named),
        tool=tool, profile=text, reasons=[text],
    )  # fmt: skip
