"""What shows of a run before anything is compared: shapes, dtypes, changed arguments, two calls that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.findings.verdicts import Severity
from reference.interface.entry import Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair, PairDraw, PairKind, Proposal
from reference.interface.raised import described
from reference.pairs.draws.observation import PairRun, run

__all__ = ["MADE_SO", "Breach", "as_declared", "belongs_to", "breaches_of", "owed", "plain_run", "what_was_raised"]

Array = NDArray[Any]
IN_PLACE = re.compile(r"copy|in_?place", re.IGNORECASE)
MADE_SO = ("MB501", "MB502")  # of which the line that made the gradient is at fault
PREFIX = re.compile(r"^(?:self\.|grads?(?:\.|\[['\"])|grad_?|dLd|dJd|dl_d|d_?(?=[A-Za-z])|g_|delta_?)+", re.IGNORECASE)
PARAMETER = re.compile(r"[wb]\d*|w[a-z]{1,2}|b[a-z]|weights?\d*|bias(?:es)?\d*|gamma|beta|kernels?")


class Breach(NamedTuple):
    """A law that one run breaks. ``refutes``: it speaks against what was guessed, and not against the target."""

    output: str
    code: str
    text: str
    severity: Severity = "error"
    place: Place | None = None
    primal: str = ""
    refutes: bool = False


def plain_run(pair: OpenPair, draw: PairDraw, recorded: PairRun) -> tuple[list[Breach], str]:
    """NumPy itself beside the stand-in: what differs is either the target's chance or our fault; and which of these.

    The second is told in words: then nothing that the stand-in says may be held against the target.
    """
    first, again = run(pair, draw, "plain"), run(pair, draw, "plain")
    of_framework = [_of_framework(each) for each in first.breaks if each not in recorded.breaks]
    if any(breach.severity == "error" for breach in of_framework):
        return of_framework, ""
    if (output := _unlike(first, again)) is not None:
        return [Breach(output, "MB602", "two calls with the same arguments differ")], ""
    if first.again is not None and not all(map(_equal, first.outputs, first.again)):
        text = "a second call with the same arguments gives another result: the first has changed what it depends on"
        return [Breach("*", "MB602", text)], ""
    if (output := _apart(first, recorded)) is not None:
        return [], f"what stands in NumPy's place answers otherwise than NumPy of {output}"
    found = [_of_one_entry(pair, first)] if first.one_entry else []
    return [*of_framework, *found, *_left_behind(pair, draw, first)], ""


def _of_framework(said: tuple[str, ...]) -> Breach:
    """A law of the framework that a rule is written for."""
    code, text, *severity = said
    how: Severity = "warning" if "warning" in severity else "inconclusive" if "inconclusive" in severity else "error"
    return Breach("*", code, text, how)


def _left_behind(pair: OpenPair, draw: PairDraw, seen: PairRun) -> Iterator[Breach]:
    """Every draw is the first call of an object; of later ones it is asked once."""
    if pair.proposal.kind is not PairKind.CLASS:
        return
    told = pair.ask("pair_left_behind", check=pair.proposal.check, draw=draw.tree(), cotangents=list(seen.cotangents))
    for name in told:
        called = seen.called.get(name, f"d{name}")
        text = f"{called} is another after an earlier call of both passes, which left something behind in the object"
        yield Breach(called, "MB704", text, "inconclusive", primal=name)


def _of_one_entry(pair: OpenPair, seen: PairRun) -> Breach:
    """What older versions of NumPy take is no mistake of a backward pass, but raises with those of today."""
    cell, line, number = seen.one_entry[0][:3]
    text = (
        f"{number}(…) is given an array of one entry, which NumPy since 2.4 refuses; judged as before: .item() is safe"
    )
    return Breach("*", "MB701", text, "warning", Place(pair.file, cell, int(line)))


def breaches_of(seen: PairRun) -> Iterator[Breach]:
    """What one run shows of its own."""
    yield from map(_of_framework, seen.breaks)
    for name in seen.changed:
        yield Breach(name, "MB601", f"{name}, which it was given, was changed by the call: work on a copy")
    for name, gradient in seen.gradients.items():
        called = seen.called.get(name, f"d{name}")
        primal = seen.primals.get(name)
        if gradient.dtype.kind not in "fiub":
            yield Breach(called, "MB502", f"{called} is {gradient.dtype}", primal=name)
        elif primal is not None and gradient.shape != primal.shape:
            text = f"{called} has shape {gradient.shape}; {name} has {primal.shape}"
            yield Breach(called, "MB501", text, primal=name)
    for called, shape in seen.unmatched:
        owner = belongs_to(called, seen.primals)
        if owner is not None and owner not in seen.gradients:
            text = f"{called} has shape {tuple(shape)}; {owner} has {seen.primals[owner].shape}"
            yield Breach(called, "MB501", text, primal=owner)
        elif owner is None:
            name = called or "what it returns"
            whose = [p for p, a in seen.primals.items() if p not in seen.gradients and a.shape == tuple(shape)]
            of_nothing = f"{name} has shape {tuple(shape)}, which is that of nothing that the forward pass takes"
            of_one = f"{name} may be the gradient of {' or of '.join(whose)}: no name tells"
            text = of_one if whose else of_nothing
            yield Breach(name, "MB704", text, "inconclusive")
    for name in seen.stepped:
        text = f"{name} is changed by the step of an optimiser, from which no gradient can be told: have that kept too"
        yield Breach(name, "MB704", text, "inconclusive")
    named = {belongs_to(called, seen.primals) for called, _ in seen.unmatched} | set(seen.stepped)
    parameters = [name for name in seen.primals if name not in named and PARAMETER.fullmatch(_bare(name))]
    if any(name in seen.gradients for name in parameters):
        for name in parameters:
            if name not in seen.gradients:
                text = f"there is no gradient of {name}, and there is of others"
                yield Breach(name, "MB704", text, "inconclusive", primal=name)


def as_declared(breach: Breach, proposal: Proposal) -> Breach:
    """What works in place unless it is asked for a copy says so: no mistake, but to be known."""
    options = [p for p in (*proposal.takes, *proposal.backward_takes) if IN_PLACE.fullmatch(p.name) and p.optional]
    if breach.code != "MB601" or not options:
        return breach
    text = f"{breach.text}, or {options[0].name}={not options[0].default}"
    return breach._replace(severity="warning", text=text)


def owed(pair: OpenPair, draw: PairDraw, seen: PairRun, breach: Breach) -> bool:
    """Whether what is missing is missed: not a gradient of what the outputs do not depend on."""
    if breach.code != "MB704" or breach.primal not in seen.primals or breach.primal in seen.gradients:
        return True
    away = np.random.RandomState(draw.seed % 2**32).standard_normal(seen.primals[breach.primal].shape)
    try:
        told = pair.ask("pair_differences", check=pair.proposal.check, draw=draw.tree(), cotangents=seen.cotangents,
                        points=[[breach.primal, away]], steps=[1.0])  # fmt: skip
    except (TargetRaised, TargetDied):
        return True
    (ends,) = np.asarray(told["values"])
    return bool(np.any(ends != ends[0]))


def belongs_to(called: str, primals: Mapping[str, Array]) -> str | None:
    """The primal whose gradient this is by its name alone, if there is exactly one."""
    bare = PREFIX.sub("", called).strip("'\"]").lower()
    owners = [name for name in primals if bare and _bare(name) == bare]
    return owners[0] if len(owners) == 1 else None


def what_was_raised(error: TargetRaised | TargetDied, backward: str) -> tuple[str, str, Place | None, bool]:
    """Code, text, place, and whether it was the backward pass that raised: then the forward pass had worked."""
    if isinstance(error, TargetDied):
        return "MB703", str(error) or "its process was lost", None, False
    code, text, place = described(error)
    method = backward.rpartition(".")[2]
    behind = any(frame[3].rpartition(".")[2] == method for frame in error.details.get("frames") or ())
    return code, text, None if place is None else Place(*place), behind


def _bare(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _unlike(first: PairRun, second: PairRun) -> str | None:
    """The first thing in which two runs differ by a bit."""
    for k, (a, b) in enumerate(zip(first.outputs, second.outputs, strict=False)):
        if not _equal(a, b):
            return f"output {k + 1}"
    for name, gradient in first.gradients.items():
        if name not in second.gradients or not _equal(gradient, second.gradients[name]):
            return first.called.get(name, f"d{name}")
    return None


def _equal(a: Array, b: Array) -> bool:
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc")


def _apart(plain: PairRun, recorded: PairRun) -> str | None:
    """Where the stand-in gives other numbers than NumPy: more than the last bits."""
    for k, (a, b) in enumerate(zip(plain.outputs, recorded.outputs, strict=False)):
        if not _close(a, b):
            return f"output {k + 1}"
    for name, gradient in plain.gradients.items():
        if name in recorded.gradients and not _close(gradient, recorded.gradients[name]):
            return plain.called.get(name, f"d{name}")
    return None


def _close(a: Array, b: Array) -> bool:
    if a.shape != b.shape or a.dtype.kind not in "fiub" or b.dtype.kind not in "fiub":
        return a.shape == b.shape
    wide, other = a.astype(np.float64), b.astype(np.float64)
    size = float(np.max(np.abs(wide), initial=0.0, where=np.isfinite(wide)))
    with np.errstate(invalid="ignore"):
        off = np.abs(wide - other)
    same = (wide == other) | (np.isnan(wide) & np.isnan(other))
    return bool(np.all(same | (off <= 1e-6 * size)))
