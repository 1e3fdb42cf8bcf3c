"""The first local of a backward pass that should be the adjoint of a local of the forward pass, and is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.interface.entry import Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.causes.evidence import DrawEvidence

__all__ = ["FirstWrong", "KnownSteps", "is_adjoint", "located", "namesakes", "primals_of", "steps_of"]

EQUAL = 1e-6  # relative, of differences of fourth order along random directions


class FirstWrong(NamedTuple):
    """A step of the backward pass from which on it is wrong."""

    text: str
    place: Place


class KnownSteps(NamedTuple):
    """What is known of the locals of a backward pass: lines whose local is right, and all that were compared."""

    right: frozenset[tuple[str, int | None, int]]
    forward: Sequence[Mapping[str, Any]] = ()
    backward: Sequence[Mapping[str, Any]] = ()

    def first_before(self, gradient: Any, made: Place | None) -> FirstWrong | None:
        """The first that is wrong of those that were there before the gradient. ``made``: the line that makes it."""
        equal = [k for k, local in enumerate(self.backward) if np.array_equal(local["value"], gradient)]
        before = self.backward[: equal[-1] + 1] if equal else self.backward
        lines = [(local["file"], local["cell"], local["line"]) for local in before]
        if made is not None and lines == sorted(set(lines), key=lines.index) == sorted(lines, key=lambda at: at[2]):
            here = (made.file, made.cell)  # one line after the other: no loop
            before = [local for local, at in zip(before, lines, strict=True) if at[:2] != here or at[2] <= made.line]
        return located(self.forward, before)


def steps_of(pair: OpenPair, evidence: DrawEvidence) -> KnownSteps:
    """Asked of the target's process; nothing is known where that raises."""
    try:
        told = pair.ask(
            "pair_adjoints",
            check=pair.proposal.check,
            draw=evidence.draw.tree(),
            cotangents=list(evidence.cotangents),
        )
    except (TargetRaised, TargetDied):
        return KnownSteps(frozenset())
    forward = [*told["forward"], *primals_of(evidence)]
    return KnownSteps(_right(forward, told["backward"]), forward, told["backward"])


def primals_of(e: DrawEvidence) -> list[dict[str, Any]]:
    """The primals among what the forward pass has, their adjoints known from the witnesses."""
    stream = np.random.RandomState(5)
    found: list[dict[str, Any]] = []
    for name, want in e.want.items():
        directions = [stream.standard_normal(np.shape(want)) for _ in range(2)]
        slopes = [float((V * want).sum()) for V in directions]
        plain = name.rpartition(".")[2]
        found.append({"name": plain, "value": e.primals[name], "directions": directions, "slopes": slopes})
    return found


def _right(forward: Sequence[Mapping[str, Any]], backward: Sequence[Mapping[str, Any]]) -> frozenset[Any]:
    """Lines that leave their local the adjoint of what it is named for, or of anything where its name says nothing."""
    found: set[Any] = set()
    wrong: set[Any] = set()
    claimed: list[Any] = []  # adjoints that a local is named for: what is one as well under another name is no step
    for local in backward:
        matches = [f for f in forward if is_adjoint(local["value"], f)]
        named = namesakes(local, forward)
        ours = [f for f in matches if any(_stands_for(f, g) for g in named or [f])]
        ours = [f for f in ours if named or f["name"] not in claimed]
        is_right = bool(ours)
        claimed += [f["name"] for f in ours if named]
        (found if is_right else wrong).add((local["file"], local["cell"], local["line"]))
    return frozenset(found - wrong)


def located(forward: Sequence[Mapping[str, Any]], backward: Sequence[Mapping[str, Any]]) -> FirstWrong | None:
    """Of the last value of each local, in the order of their lines: is it the adjoint of what it is named for?"""
    last: dict[str, Mapping[str, Any]] = {}
    for local in backward:
        last.pop(local["name"], None)
        last[local["name"]] = local
    right: list[str] = []
    for local in last.values():
        matches = [f for f in forward if is_adjoint(local["value"], f)]
        named = namesakes(local, forward)
        if named and not any(_stands_for(f, g) for f in matches for g in named):
            what = (
                f"is the derivative with respect to {matches[0]['name']}, not"
                if matches
                else "is the first step that is not the derivative with respect"
            )
            shown = f"; {', '.join(right[-2:])} before it right" if right else ""
            return FirstWrong(
                f"{local['name']} {what} to {named[-1]['name']}{shown}",
                Place(local["file"], local["cell"], local["line"]),
            )
        if matches:
            right.append(local["name"])
    return None


def namesakes(local: Mapping[str, Any], forward: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The locals of the forward pass that a local of the backward pass is named for."""
    primal, shape = _primal(local["name"]), np.shape(local["value"])
    return [f for f in forward if primal and _plain(f["name"]) == primal and np.shape(f["value"]) == shape]


def _stands_for(adjoint: Mapping[str, Any], named: Mapping[str, Any]) -> bool:
    """Is it that of a local, or of what the local is a function of: ``dc`` of ``c = np.tanh(a)`` is often that of a?"""
    return adjoint is named or adjoint.get("within") == named["name"]


def is_adjoint(value: Any, forward: Mapping[str, Any]) -> bool:
    """Along every direction, is this what a difference says?"""
    value = np.asarray(value, dtype=float)
    directions = [np.asarray(V) for V in forward["directions"]]
    if any(V.shape != value.shape for V in directions):
        return False
    return all(
        abs(float((value * V).sum()) - D) <= EQUAL * max(float(np.abs(value * V).sum()), abs(D), 1e-300)
        for V, D in zip(directions, forward["slopes"], strict=True)
    )


def _plain(name: str) -> str:
    return name.rpartition(".")[2].replace("_", "").lower()


def _primal(name: str) -> str:
    """Of what a local named like a gradient is the gradient; "" where it is not named like one."""
    plain = _plain(name)
    for prefix in ("gradof", "gradient", "grad", "delta", "dldv", "dl", "d"):
        if plain.startswith(prefix) and len(plain) > len(prefix):
            return plain[len(prefix) :]
    for suffix in ("gradient", "grad", "bar"):
        if plain.endswith(suffix) and len(plain) > len(suffix):
            return plain[: -len(suffix)]
    return ""
