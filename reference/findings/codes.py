"""The codes that a finding can carry, and what each means."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = [
    "CODES",
    "CONVENTION",
    "DEBUG",
    "EXIT_CODES",
    "INTERNAL",
    "WARNINGS",
    "Certainty",
    "RowVerdict",
    "Severity",
    "Verdict",
    "Violation",
    "verdict_of",
    "worst_exit",
]

Verdict = Literal["pass", "fail", "inconclusive", "error", "interrupted"]
RowVerdict = Literal["pass", "fail", "warn", "inconclusive", "skipped"]
Severity = Literal["error", "warning"]
Certainty = Literal["exactly", "consistent", "unexplained"]

CODES = {
    "MB101": "off by a constant factor",
    "MB102": "batch mean or sum wrong",
    "MB103": "transposed, or the wrong operand",
    "MB104": "activation derivative wrong or missing",
    "MB199": "wrong, unexplained",
    "MB201": "L2 term missing",
    "MB202": "L2 term scaled or misplaced",
    "MB301": "dropout mask missing or not reused",
    "MB302": "1/keep_prob missing or doubled",
    "MB303": "mask drawn from the wrong law",
    "MB304": "dropout where none belongs",
    "MB305": "intermediate wrong, gradients unaffected",
    "MB401": "not finite",
    "MB402": "right, but digits lost",
    "MB501": "shape",
    "MB502": "dtype",
    "MB601": "argument mutated",
    "MB602": "two calls differ",
    "MB701": "raised",
    "MB702": "not implemented",
    "MB703": "did not return in time, or killed its process",
    "MB801": "initialisation: scale, symmetry, shape",
    "MB802": "cost wrong",
    "MB803": "gradient checker wrong",
    "MB901": "the witnesses disagree",
}

INTERNAL = "internal error, not the target's fault"
DEBUG = "MANUAL_BACKPROP_DEBUG"  # set in the environment: the traceback of such an error

CONVENTION = "convention: "  # a law's text that begins so is no error where a backward pass agrees with it

WARNINGS = frozenset({"MB305"})  # MB402 depends on what easing shows: see ``conclusion``

EXIT_CODES: dict[Verdict, int] = {"pass": 0, "fail": 1, "error": 2, "inconclusive": 3, "interrupted": 130}


class Violation(NamedTuple):
    """A law that was broken: what of, the code, and how."""

    output: str
    code: str
    text: str
    certainty: Certainty = "exactly"
    place: tuple[str, int | None, int] | None = None  # file, cell, line


def worst_exit(codes: list[int]) -> int:
    """Over several targets: 130 > 2 > 1 > 3 > 0."""
    return next((code for code in (130, 2, 1, 3) if code in codes), 0)


def verdict_of(code: int) -> Verdict:
    """The verdict that an exit code stands for."""
    return next(verdict for verdict, own in EXIT_CODES.items() if own == code)
