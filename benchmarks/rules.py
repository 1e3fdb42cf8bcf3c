"""Rules of frameworks, and their own checkers: who finds what, who rejects what is right, and how long each takes.

``python -m benchmarks rules``. Every rule of the table of fixtures is judged here, and then given to ``gradcheck`` and
``gradgradcheck`` of PyTorch, ``check_grads`` of JAX or of autograd, on one draw of the inputs that it was judged on.
"""

from __future__ import annotations

import contextlib
import io
import time
import tomllib
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np

from benchmarks.tables import markdown
from reference.interface.exceptions import TargetRaised
from reference.interface.pair import OpenPair, PairDraw, Proposal
from reference.pairs.judge import judge_pair
from reference.pairs.result import PairResult
from reference.pairs.trial import trial
from reference.settings.binding import Binding
from reference.targets.process.server import Server

__all__ = ["Asked", "main"]

FOLDER = Path(__file__).parents[1] / "tests" / "reference" / "pairs" / "frameworks"
TAKEN, REJECTED, RAISED, NONE = "takes it", "rejects it", "raises", "–"


class Asked(NamedTuple):
    """What was said of one rule: by us, and by its framework's own checker, of first and of second derivatives."""

    row: dict[str, Any]
    ours: str
    code: str
    seconds: float
    theirs: str = NONE
    again: str = NONE
    their_seconds: float = 0.0


def _asked(path: Path, rows: Sequence[dict[str, Any]]) -> Iterator[Asked]:
    server = Server()
    server.answer({"ask": "load", "path": str(path), "binding": Binding().model_dump(), "only": None})

    def ask(name: str, **question: Any) -> Any:
        answer = server.answer({"ask": name, **question})
        if "raised" in answer:
            raise TargetRaised(answer["raised"])
        return answer["answer"]

    proposals = {tree["check"]: Proposal.of(tree) for tree in ask("pair_proposals")}
    for row in rows:
        proposal = proposals[row["check"]]
        pair = OpenPair(proposal, ask, str(path), path.name)
        started = time.perf_counter()
        result = judge_pair(pair, seed=0)
        seconds = time.perf_counter() - started
        ours, code = _said(result)
        draw = _draw(pair)
        if draw is None:
            yield Asked(row, ours, code, seconds)
            continue
        started = time.perf_counter()
        theirs, again = CHECKERS[proposal.framework](server, proposal, draw)
        yield Asked(row, ours, code, seconds, theirs, again, time.perf_counter() - started)


def _said(result: PairResult) -> tuple[str, str]:
    findings = [finding for row in result.rows for finding in row.findings]
    for severity, word in (("error", "fail"), ("inconclusive", "inconclusive"), ("warning", "warn")):
        codes = [f.code for f in findings if f.severity == severity]
        if codes:
            return word, codes[0]
    return ("inconclusive", "MB704") if result.not_judged is not None else ("pass", "")


def _draw(pair: OpenPair) -> PairDraw | None:
    readings = trial(pair, seed=0).readings
    return readings[0].draw(1, 0) if readings else None


def _verdict(check: Callable[[], Any], *rejections: type[BaseException]) -> str:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            check()
        except rejections:
            return REJECTED
        except Exception:
            return RAISED
    return TAKEN


def _by_torch(server: Server, proposal: Proposal, draw: PairDraw) -> tuple[str, str]:
    import torch
    from torch.autograd.gradcheck import GradcheckError, gradcheck, gradgradcheck

    from reference.targets.pairs.frameworks.torch_twice import once_alone

    assert server.rules is not None
    assert server.rules.loaded is not None
    owner = server.rules.loaded.names[proposal.owner]

    def given() -> list[Any]:
        names = [p.name for p in proposal.takes if p.name in draw.arguments]
        values = [np.array(v) if isinstance(v := draw.arguments[name], np.ndarray) else v for name in names]
        tensors = [torch.from_numpy(v) if isinstance(v, np.ndarray) else v for v in values]
        asked = [torch.is_tensor(t) and t.is_floating_point() for t in tensors]
        told = [n not in proposal.without_gradient for n in names]
        return [t.requires_grad_() if a and b else t for t, a, b in zip(tensors, asked, told, strict=True)]

    def run(*inputs: Any) -> Any:
        return owner.apply(*(i.clone() if torch.is_tensor(i) else i for i in inputs))  # what is in place may be

    first = _verdict(lambda: gradcheck(run, given()), GradcheckError)
    second = NONE
    if first == TAKEN and not once_alone(owner):
        second = _verdict(lambda: gradgradcheck(run, given()), GradcheckError)
    return first, second


def _by_jax(server: Server, proposal: Proposal, draw: PairDraw) -> tuple[str, str]:
    import jax
    from jax.test_util import check_grads

    from reference.targets.pairs.frameworks.jax_runs import JaxRun
    from reference.targets.stand_in.loading import kind_named

    assert server.rules is not None
    assert server.rules.loaded is not None
    run = JaxRun(proposal, server.rules.loaded, draw, kind_named("plain"))
    leaves = run.flat(run.primals)
    modes = ["fwd", "rev"] if run.by_tangents else ["rev"]
    with jax.enable_x64(True):
        first = _verdict(lambda: check_grads(run.with_rule, leaves, order=1, modes=modes), AssertionError)
        second = NONE
        if first == TAKEN:
            second = _verdict(lambda: check_grads(run.with_rule, leaves, order=2, modes=modes), AssertionError)
    return first, second


def _by_autograd(server: Server, proposal: Proposal, draw: PairDraw) -> tuple[str, str]:
    import importlib.util

    if importlib.util.find_spec("autograd") is None:
        return NONE, NONE
    from autograd.test_util import check_grads

    spec = importlib.util.spec_from_file_location("rules_of_autograd", server.path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, proposal.forward)
    given = [draw.arguments[p.name] for p in proposal.takes if p.name in draw.arguments]
    modes = ["fwd"] if proposal.check.endswith("defjvp") else ["rev"]
    return _verdict(lambda: check_grads(function, modes=modes, order=1)(*given), AssertionError), NONE


CHECKERS: dict[str, Callable[[Server, Proposal, PairDraw], tuple[str, str]]] = {
    "torch": _by_torch,
    "jax": _by_jax,
    "autograd": _by_autograd,
}


def _kind(asked: Asked) -> str:
    """What a rule is, as its table has it."""
    codes = asked.row.get("codes", [])
    if "MB705" in codes or asked.row.get("aspect") == "surrogate=True":
        return "declared"
    return {"pass": "right", "fail": "wrong", "warn": "right, but"}.get(asked.row["verdict"], "not followed")


@click.command("rules")
@click.argument("names", nargs=-1)
def main(names: tuple[str, ...]) -> None:
    """Rules of frameworks, and what their own checkers say of them. NAMES: files of the table, else all."""
    import importlib.util

    rows = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))["rule"]
    every: list[Asked] = []
    for name in sorted({row["file"] for row in rows}):
        if (names and name not in names) or (name.startswith("torch") and importlib.util.find_spec("torch") is None):
            continue
        every += _asked(FOLDER / "files" / name, [row for row in rows if row["file"] == name])
    shown = [
        [a.row["check"], _kind(a), a.row.get("aspect", ""), f"{a.ours} {a.code}".strip(), a.theirs, a.again,
         f"{a.seconds:.1f}", f"{a.their_seconds:.2f}"]
        for a in every
    ]  # fmt: skip
    head = ["rule", "is", "of it", "here", "its own checker", "second order", "s here", "s there"]
    click.echo(markdown(head, shown))
    click.echo()
    summary = []
    for kind in ("right", "right, but", "wrong", "declared", "not followed"):
        ours = [a for a in every if _kind(a) == kind]
        if ours:
            accused = sum(a.ours == "fail" for a in ours)
            theirs = sum(a.theirs in (REJECTED, RAISED) for a in ours)
            again = sum(a.again in (REJECTED, RAISED) for a in ours)
            summary.append([kind, str(len(ours)), str(accused), str(theirs), str(again)])
    click.echo(
        markdown(["rules that are", "number", "accused here", "rejected there", "only of second order"], summary)
    )
    seconds = [a.seconds for a in every]
    click.echo(f"\nseconds a rule: {np.median(seconds):.1f} in the median here, {max(seconds):.1f} at most")
