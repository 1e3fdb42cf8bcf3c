"""The cause: which line of a backward pass is wrong, in which of the ways that people get it wrong, and where it
stands.

scene       what a line has at hand            mistakes    the dictionary: every line, its parts, their wrong fillings
explain     the wrong lines, fewest first      structure   what is seen of an error that nothing explains
localize    the statement in the source        probes      the three problems on which all this is decided
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from reference.cases.case import Case
from reference.cases.problem import Problem
from reference.cases.quantities import order, split
from reference.diagnosis.explain import Mistake, Root, explain, followed
from reference.diagnosis.localize import may_name, place_of, place_of_m
from reference.diagnosis.mistakes import LINES, OF_CONVENTIONS
from reference.diagnosis.patterns import pattern
from reference.diagnosis.probes import probes
from reference.diagnosis.scene import Scene, scene
from reference.findings.verdicts import Certainty
from reference.judging.execution import Failure, Raised, attempt, run_once
from reference.targets.interface import Entry, Event, Outcome, Place

__all__ = ["Cause", "Diagnosis", "diagnose", "probes", "should_be"]

EXPLAINABLE = ("MB199", "MB202", "MB305")  # what a comparison alone can say of a wrong number
MISTAKEN_M = "(m taken from the wrong axis)"
WHAT = {"dW": "gradient", "db": "gradient", "dA": "value", "dZ": "value"}


class Cause(NamedTuple):
    """What is wrong with one output; ``suggestion`` is the line as it should be, in the course's letters."""

    output: str
    code: str
    certainty: Certainty
    text: str
    candidates: tuple[str, ...] = ()
    upstream_of: tuple[str, ...] = ()
    place: Place | None = None
    suggestion: str | None = None


class Diagnosis(NamedTuple):
    """Of one check: causes, and the outputs that are wrong for want of nothing but these."""

    causes: list[Cause]
    consequences: frozenset[str]


def diagnose(
    entry: Entry, failures: Sequence[Failure], *, conventions: Sequence[str] = (), square: bool = False
) -> Diagnosis:
    """Name the wrong lines behind a check's failures; what cannot be explained keeps the code that it came with.

    ``conventions``: in what the target's own cost differs from the course's; its gradients are held to that.
    """
    plain = _blank(
        [Cause(f.output, f.code, "exactly", f.text, place=f.place) for f in failures if f.code not in EXPLAINABLE]
    )
    open_ = {f.output: f for f in failures if f.code in EXPLAINABLE}
    raising = any(f.output == "*" for f in failures)
    if raising:  # what it returns where it does not raise is of degenerate shapes
        failures = [f for f in failures if f.output == "*" or f.code not in ("MB501", "MB502")]
        plain = [cause for cause in plain if cause.output == "*" or cause.code not in ("MB501", "MB502")]
    shapes = any(f.code in ("MB501", "MB502") for f in failures)
    over = any(f.code == "MB703" or (f.code == "MB702" and f.output == "*") for f in failures)
    unfinished = sum(f.code == "MB702" for f in failures) > 1
    if not (open_ or shapes) or over or unfinished:
        return Diagnosis(plain or [_unexplained(f, f.text) for f in open_.values()], frozenset(open_))
    probed = attempt(lambda: _probed(entry, failures[0].case, square=raising or square))
    if isinstance(probed, Raised):
        text = f"the probes raised {type(probed.error).__name__}: {probed.error}"
        if raising:
            return Diagnosis(plain, frozenset(open_))
        return Diagnosis(plain + [_unexplained(f, text) for f in open_.values()], frozenset())
    problems, outcomes = probed
    assumed = {kind: parts for text in conventions for kind, parts in OF_CONVENTIONS.get(text, {}).items()}
    scenes = tuple(replace(scene(problem), assumed=assumed) for problem in problems)
    traces = [entry.trace(problem) if entry.trace is not None else [] for problem in problems]
    names = order(scenes[0].L)
    observed = [
        {**_seen(s, events), **{n: a[0].astype(np.float64) for n, a in outcome.items() if _usable(s, n, a)}}
        for s, outcome, events in zip(scenes, outcomes, traces, strict=True)
    ]
    roots = explain(scenes, observed, dtype=problems[0].shape.dtype)
    if not roots and not square and open_:  # it may show only where layers are equally wide
        return diagnose(entry, failures, conventions=conventions, square=True)
    own = [followed(s, seen) for s, seen in zip(scenes, observed, strict=True)]
    causes, taken = [], set()
    for root in roots:
        below = [n for n in _downstream(root.output, names) if n in open_]
        if root.output not in open_ and not below:
            continue
        consequences = [n for n in below if not any(r.output == n for r in roots)]
        taken |= {root.output, *consequences}
        causes += _causes(root, below, consequences, own, traces[0])
    fitting = set.intersection(*(set(seen) for seen in observed)) if conventions else set()  # right by the convention
    taken |= fitting & open_.keys()
    rest = [
        _unexplained(f, f.text or "only in some cases, and not on the probes")
        for n, f in open_.items()
        if n not in taken
    ]
    plain = [_placed(cause, outcomes[0], traces[0]) for cause in plain]
    known = {cause.output for cause in plain}
    causes = _merged([*plain, *(cause for cause in causes if cause.output not in known)], 2 * scenes[0].L)
    causes = [_at_m(cause, traces[0], scenes[0].m) for cause in causes]
    if entry.random:
        causes = [_drawn(cause) for cause in causes]
    ours = {cause.output for cause in causes}
    merged = {output for cause in causes for output in cause.upstream_of} - ours
    return Diagnosis(causes + rest, frozenset((taken - ours) | (merged & {f.output for f in failures})))


def _probed(entry: Entry, case: Case, *, square: bool) -> tuple[list[Problem], list[Outcome]]:
    """The probes and what the target returns for them; on square layers where it raises on others."""
    for shape in [False, True] if not square else [True]:
        problems = list(probes(entry, case, square=shape))
        try:
            return problems, [run_once(entry, problem) for problem in problems]
        except KeyboardInterrupt:
            raise
        except Exception:
            if shape:
                raise
    raise AssertionError("the last of the shapes returns or raises")


def _blank(causes: list[Cause]) -> list[Cause]:
    """Several gradients that are not returned are one thing that is not finished."""
    missing = [c for c in causes if c.code == "MB702" and c.output != "*"]
    if len(missing) < 2:
        return causes
    whole = Cause("*", "MB702", "exactly", f"{', '.join(c.output for c in missing)} are not returned")
    return [whole, *(c for c in causes if c not in missing)]


def _placed(cause: Cause, outcome: Outcome, events: Sequence[Event]) -> Cause:
    """A quantity of a wrong shape or dtype, with the line that made it."""
    if cause.place is not None or cause.code not in ("MB501", "MB502") or cause.output not in outcome:
        return cause
    got = outcome[cause.output][0]
    held = [e for e in events if np.shape(e.value) == np.shape(got) and np.array_equal(e.value, got)]
    held = [e for e in held if may_name(e.variable, cause.output)]
    return cause._replace(place=held[0].place) if held else cause


def _at_m(cause: Cause, events: Sequence[Event], m: int) -> Cause:
    """A wrong m stands where m was counted."""
    place = place_of_m(events, m) if cause.code == "MB102" else None
    return cause if place is None else cause._replace(place=place)


def _merged(causes: list[Cause], gradients: int) -> list[Cause]:
    """One mistake on one line, or in the m that all lines share, is one finding: the most upstream of its outputs."""
    merged: dict[object, Cause] = {}
    for k, cause in enumerate(causes):
        kind = split(cause.output)[0]
        everywhere = sum(c.text == cause.text and c.code == "MB102" for c in causes) >= gradients - 1 > 1
        shared = MISTAKEN_M in cause.text or everywhere
        key: object = MISTAKEN_M if shared else (cause.place, cause.code, kind) if cause.place else k
        first = merged.get(key)
        if first is None:
            merged[key] = cause
        else:
            below = (*first.upstream_of, cause.output, *cause.upstream_of)
            merged[key] = first._replace(upstream_of=tuple(dict.fromkeys(below)))
    return list(merged.values())


def _drawn(cause: Cause) -> Cause:
    """What no dictionary explains, in a backward pass that draws random numbers."""
    if cause.code != "MB199":
        return cause
    if cause.output.startswith("dA"):
        text = "the value with a mask that is drawn anew on the way back: the forward pass's own is to be used again"
        return cause._replace(code="MB301", certainty="consistent", text=text)
    return cause._replace(code="MB602", certainty="consistent", text="random numbers are drawn on the way back")


def _unexplained(failure: Failure, text: str) -> Cause:
    certainty: Certainty = "exactly" if failure.code == "MB305" else "unexplained"
    return Cause(failure.output, failure.code, certainty, text)


def _causes(
    root: Root,
    below: list[str],
    consequences: list[str],
    scenes: Sequence[Scene],
    events: Sequence[Event],
) -> list[Cause]:
    """One cause for a line; two where two of its parts are wrong."""
    kind, l = split(root.output)
    harmless = kind in ("dA", "dZ") and not any(n.startswith(("dW", "db")) for n in below)
    place = None
    if events and root.got is not None:
        place = place_of(events, scenes[0], root.output, root.got[0], root.right[0])
    suggestion = should_be(root.output, scenes[0])
    probed = f"on {len(scenes)} of {len(scenes)} probes"

    def cause(code: str, certainty: Certainty, text: str, candidates: tuple[str, ...] = ()) -> Cause:
        code = "MB305" if harmless else code
        return Cause(root.output, code, certainty, text, candidates, tuple(consequences), place, suggestion)

    if not root.ways:
        seen = "no value of it is known"
        if root.got is not None:
            seen = pattern(scenes, root.output, l, root.got, root.right)
        return [cause("MB199", "unexplained", seen)]
    if len(root.ways) == 1:
        whole = " and ".join(_said(root, m, alone=len(root.ways[0]) == 1) for m in root.ways[0])
        together = "; both on one line" if len(root.ways[0]) > 1 else ""
        return [
            cause(m.code, "exactly", f"the {WHAT[kind]} {whole}{together}, {probed}") for m in _by_code(root.ways[0])
        ]
    texts = tuple(" and ".join(_said(root, m, alone=len(way) == 1) for m in way) for way in root.ways)
    return [cause(root.ways[0][0].code, "consistent", f"the {WHAT[kind]} {' or '.join(texts)}, {probed}", texts)]


def _by_code(way: tuple[Mistake, ...]) -> list[Mistake]:
    return list({m.code: m for m in way}.values())


def _said(root: Root, mistake: Mistake, *, alone: bool) -> str:
    """``alone``: it is all that is wrong with the line."""
    kind, l = split(root.output)
    text = mistake.text.removeprefix("the gradient ").removeprefix(f"dZ{l} ")
    if kind == "dW" and mistake.part == "factor":
        return f"with {text} (the L2 term is right)" if alone else f"with {text}"
    if kind == "dW" and mistake.part == "L2":
        return f"{text} (the data term is right)" if alone else text
    return text


def should_be(output: str, s: Scene) -> str:
    """The line of a quantity, in the course's letters."""
    kind, l = split(output)
    text = LINES["dZ_L" if kind == "dZ" and l == s.L else kind].formula
    if kind == "dW" and s.lambd:
        text += " + (λ/m) W{}"
    if kind == "dA" and s.dropout:
        text += " · D{} / keep_prob"
    if kind == "dZ" and s.hidden == "relu" and l < s.L:
        text = "dZ{} = dA{} · (A{} > 0)"
    before = "X" if l == 1 else f"A{l - 1}"
    return text.replace("A{p}", before).replace("{}", str(l)).replace("{p}", str(l - 1)).replace("{n}", str(l + 1))


def _usable(s: Scene, name: str, array: np.ndarray) -> bool:
    kind, l = split(name)
    if kind not in WHAT or not 1 <= l <= s.L or (kind == "dA" and l == s.L) or array.dtype.kind not in "fiu":
        return False
    like = {"dW": s.W, "db": s.b, "dZ": s.Z, "dA": s.Z}[kind][l]
    return np.shape(array)[1:] == np.shape(like)


def _downstream(output: str, names: list[str]) -> list[str]:
    """What is made from a quantity: everything after a dZ or dA, and nothing after a gradient."""
    kind, _l = split(output)
    if kind in ("dW", "db"):
        return []
    return list(names[names.index(output) + 1 :])


def _in_frames(s: Scene, events: Sequence[Event]) -> dict[str, np.ndarray]:
    """dZ as a helper function has it, called layer by layer from the last."""
    last: dict[int, np.ndarray] = {}
    for e in events:
        if e.variable in ("dZ", "dz"):
            last[e.frame] = e.value
    layers = list(range(s.L, 0, -1))
    shaped = [a for _, a in sorted(last.items())]
    if len(shaped) != s.L or any(np.shape(a) != np.shape(s.Z[l]) for a, l in zip(shaped, layers, strict=True)):
        return {}
    return {f"dZ{l}": np.asarray(a, dtype=np.float64) for a, l in zip(shaped, layers, strict=True)}


def _seen(s: Scene, events: Sequence[Event]) -> dict[str, np.ndarray]:
    """dZ of every layer, where a local variable of that name held it last."""
    found = _in_frames(s, events)
    for kind, l in ((kind, l) for l in range(1, s.L + 1) for kind in ("dZ", "dA")):
        held = [e.value for e in events if e.variable.lower().replace("_", "") == f"{kind.lower()}{l}"]
        held = [v for v in held if np.shape(v) == np.shape(s.Z[l])]
        if held and (kind, l) != ("dA", s.L):
            found[f"{kind}{l}"] = np.asarray(held[-1], dtype=np.float64)
    last = found.get(f"dZ{s.L}")
    if last is not None and np.allclose(last * s.m, s.A[s.L] - s.Y, rtol=1e-9):
        return {name: value * s.m for name, value in found.items()}
    return found
