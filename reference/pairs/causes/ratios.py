"""What a wrong gradient has to do with the right one, read off the numbers: factors, lost entries, an extra term."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.pairs.causes.evidence import DrawEvidence

__all__ = ["Relation", "pattern_of"]

Array = NDArray[Any]


class Relation(NamedTuple):
    """``family``: "factor", "size", "number", "term", "lost", "extra", "rows", "order" or "" for none that is exact."""

    family: str
    text: str
    exact: bool = True
    primal: str = ""  # of a term: whose multiple it is
    missing: bool = False  # of a term: it is not there


def pattern_of(evidence: Sequence[DrawEvidence], name: str) -> Relation:
    """The plainest exact relation that holds on every draw; else where it is wrong."""
    if all(e.right(name, e.got[name]) for e in evidence):
        return Relation("", "is off in its last digits, by more than rounding explains", exact=False)
    for relation in (_factor, _term, _order, _entries, _rows):
        found = relation(evidence, name)
        if found is not None:
            return found
    return Relation("", _where(evidence, name), exact=False)


def _factors(evidence: Sequence[DrawEvidence], name: str) -> list[float]:
    """Of every draw the one factor that it is off by; nothing where one of them has none."""
    ratios = []
    for e in evidence:
        got, want = _pair(e, name)
        size = float((want * want).sum())
        r = float((got * want).sum()) / size if size > 0 else 0.0
        if not (np.abs(got - r * want) <= (1 + abs(r)) * e.least(name)).all():
            return []
        ratios.append(r)
    return ratios


def _factor(evidence: Sequence[DrawEvidence], name: str) -> Relation | None:
    ratios = _factors(evidence, name)
    if not ratios:
        return None
    if all(r == 0 for r in ratios):
        return Relation("lost", "is zero, and should not be")
    if all(_close(r, 1.0) for r in ratios):  # what is wrong with it is less than a factor tells
        return None
    said = _named(ratios, evidence)
    if said is None:
        return None
    family, text = said
    return Relation(
        family, f"is exactly {text} the right one" if text != "−1 ×" else "is exactly the right one with the other sign"
    )


def _named(ratios: Sequence[float], evidence: Sequence[DrawEvidence]) -> tuple[str, str] | None:
    """A name for a factor of every draw: a number, or a size or an argument that it is everywhere."""
    if all(_close(r, ratios[0]) for r in ratios):
        simple = Fraction(ratios[0]).limit_denominator(12)
        if simple != 0 and _close(float(simple), ratios[0]):
            return "factor", f"{_shown(simple)} ×"
    for family, values in (("size", DrawEvidence.sizes), ("number", DrawEvidence.numbers)):
        tables = [values(e) for e in evidence]
        if len(evidence) < 2 and family == "size":
            continue
        for key in tables[0]:
            if not all(key in table for table in tables):
                continue
            for text, f in _forms(key, family):
                for sign in (1, -1):
                    if all(_close(r, sign * f(t[key])) for r, t in zip(ratios, tables, strict=True) if f(t[key]) != 0):
                        return family, f"{'−' if sign < 0 else ''}{text} ×"
    return None


def _forms(key: str, family: str) -> list[tuple[str, Callable[[float], float]]]:
    forms: list[tuple[str, Callable[[float], float]]] = [
        (key, lambda n: n),
        (f"1/{key}", lambda n: 1 / n),
        (f"2/{key}", lambda n: 2 / n),
        (f"2·{key}", lambda n: 2 * n),
        (f"{key}/2", lambda n: n / 2),
        (f"1/(2·{key})", lambda n: 1 / (2 * n)),
        (f"{key}²", lambda n: n * n),
        (f"1/{key}²", lambda n: 1 / (n * n)),
    ]
    if family == "number":
        forms += [(f"(1 − {key})", lambda n: 1 - n), (f"1/(1 − {key})", lambda n: 1 / (1 - n) if n != 1 else 0.0)]
        forms += [(f"{key}/(1 − {key})", lambda n: n / (1 - n) if n != 1 else 0.0)]
    return forms


def _term(evidence: Sequence[DrawEvidence], name: str) -> Relation | None:
    """``yours − right`` is a multiple of a primal: a penalty on one side alone, or scaled."""
    for primal in evidence[0].primals:
        coefficients = []
        for e in evidence:
            got, want = _pair(e, name)
            P, off = np.asarray(e.primals[primal], dtype=float), got - want
            if P.shape != off.shape or not P.any():
                break
            c = float((off * P).sum() / (P * P).sum())
            if not (np.abs(off - c * P) <= 10 * e.least(name)).all() or abs(c) * np.abs(P).max() <= 10 * e.least(name):
                break
            coefficients.append(c)
        if len(coefficients) == len(evidence):
            said = _named(coefficients, evidence)
            text = f"{said[1].removesuffix(' ×').removeprefix('−')} ·" if said else "a multiple of"
            missing = coefficients[0] < 0
            verb = "lacks exactly the term" if missing else "has a term that the value has not, exactly"
            return Relation("term", f"{verb} {text} {primal}", primal=primal, missing=missing)
    return None


def _order(evidence: Sequence[DrawEvidence], name: str) -> Relation | None:
    """It is the gradient of another primal."""
    for other in evidence[0].want:  # of which another draw may know nothing
        if other != name and all(other in e.want and e.right(other, e.got[name]) for e in evidence if name in e.got):
            return Relation("order", f"is exactly the gradient of {other}")
    return None


def _entries(evidence: Sequence[DrawEvidence], name: str) -> Relation | None:
    """Some entries are zero and should not be; or are not, and should be; every other is right."""
    lost = extra = True
    for e in evidence:
        got, want = _pair(e, name)
        wrong = np.abs(got - want) > e.least(name)
        lost &= bool((got[wrong] == 0).all())
        extra &= bool((np.abs(want[wrong]) <= e.least(name)).all())
    if lost:
        return Relation("lost", "is zero in entries that should not be, and right in every other")
    if extra:
        return Relation("extra", "is not zero in entries that should be, and right in every other")
    return None


def _rows(evidence: Sequence[DrawEvidence], name: str) -> Relation | None:
    """A factor of its own for each entry of one axis."""
    for axis in range(np.ndim(evidence[0].want[name])):
        for e in evidence:
            got, want = (np.moveaxis(a, axis, 0).reshape(a.shape[axis], -1) for a in _pair(e, name))
            if got.shape[1] < 2 or got.shape[0] < 2:
                break
            size = (want * want).sum(axis=1, keepdims=True)
            r = np.divide((got * want).sum(axis=1, keepdims=True), size, out=np.zeros_like(size), where=size > 0)
            if not (np.abs(got - r * want) <= (1 + np.abs(r)) * e.least(name)).all():
                break
        else:
            return Relation("rows", f"is off by a factor of its own for each index of axis {axis}")
    return None


def _where(evidence: Sequence[DrawEvidence], name: str) -> str:
    """Which entries are wrong, where that is not all of them."""
    e = evidence[0]
    got, want = _pair(e, name)
    wrong = np.abs(got - want) > e.least(name)
    factors = [f"{r:.6g}" for r in _factors(evidence, name)] if want.size > 1 else []
    if factors:
        return f"is off by one factor on each draw, though not by the same: {', '.join(dict.fromkeys(factors))}"
    if wrong.all() or not wrong.any():
        return "is wrong in every entry, by no single factor"
    for axis in range(wrong.ndim):
        others = tuple(k for k in range(wrong.ndim) if k != axis)
        touched = wrong.any(axis=others)
        if not touched.all():
            indices = np.flatnonzero(touched)
            shown = ", ".join(map(str, indices[:6])) + (" …" if len(indices) > 6 else "")
            return f"is wrong at {shown} of axis {axis} ({wrong.shape[axis]} long), and right elsewhere"
    return f"is wrong in {int(wrong.sum())} of {wrong.size} entries"


def _pair(e: DrawEvidence, name: str) -> tuple[Array, Array]:
    return np.asarray(e.got[name], dtype=float), np.asarray(e.want[name], dtype=float)


def _close(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-7 * max(abs(a), abs(b))


def _shown(number: Fraction) -> str:
    text = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 2): "1.5"}.get(abs(number), str(abs(number)))
    return ("−" if number < 0 else "") + text
