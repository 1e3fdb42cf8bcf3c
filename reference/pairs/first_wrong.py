"""The first local of a backward pass that should be the adjoint of a local of the forward pass, and is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.interface.entry import Place
from reference.interface.exceptions import TargetDied, TargetRaised
from reference.interface.pair import OpenPair
from reference.pairs.evidence import Evidence

__all__ = ["FirstWrong", "first_wrong"]

EQUAL = 1e-6  # relative, of differences of fourth order along random directions


class FirstWrong(NamedTuple):
    """A step of the backward pass from which on it is wrong."""

    text: str
    place: Place


def first_wrong(pair: OpenPair, evidence: Evidence) -> FirstWrong | None:
    """Asked of the target's process; ``None`` where no local can be told wrong."""
    try:
        told = pair.ask(
            "pair_adjoints",
            check=pair.proposal.check,
            draw=evidence.draw.tree(),
            cotangents=list(evidence.cotangents),
        )
    except (TargetRaised, TargetDied):
        return None
    return located(told["forward"], told["backward"])


def located(forward: Sequence[Mapping[str, Any]], backward: Sequence[Mapping[str, Any]]) -> FirstWrong | None:
    """Of the last value of each local, in the order of their lines: is it the adjoint of what it is named for?"""
    last: dict[str, Mapping[str, Any]] = {}
    for local in backward:
        last.pop(local["name"], None)
        last[local["name"]] = local
    right: list[str] = []
    for local in last.values():
        matches = [f for f in forward if _is_adjoint(local["value"], f)]
        primal = _primal(local["name"])
        shape = np.shape(local["value"])
        named = [f for f in forward if primal and _plain(f["name"]) == primal and np.shape(f["value"]) == shape]
        if named and not any(f is g for f in matches for g in named):
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


def _is_adjoint(value: Any, forward: Mapping[str, Any]) -> bool:
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
    return name.replace("_", "").lower()


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
