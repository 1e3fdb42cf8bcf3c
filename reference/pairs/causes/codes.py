"""Under which code a mistake stands, by what mends it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reference.pairs.causes.ratios import Relation
from reference.pairs.causes.repair import Repair

__all__ = ["code_of", "code_of_pattern", "of_dropout", "of_penalty"]

BY_KIND = {
    "sign": "MB101", "factor": "MB101", "factor dropped": "MB101", "divisor": "MB101", "constant": "MB101",
    "number": "MB101", "grouping": "MB101", "size": "MB102", "reduction": "MB102", "row term": "MB102",
    "transpose": "MB103", "operand": "MB103", "name": "MB103", "index": "MB103", "stride": "MB103", "order": "MB103",
    "comparison": "MB104", "exponent": "MB104", "slope": "MB104", "function": "MB104", "mask": "MB301", "axis": "MB105",
    "accumulate": "MB106", "repeated": "MB106", "loop": "MB106", "statement": "MB106", "term": "MB106",
    "contribution": "MB106", "late": "MB804", "penalty": "MB201", "intercept": "MB203",
}  # fmt: skip
BY_FAMILY = {"factor": "MB101", "number": "MB101", "size": "MB102", "order": "MB103", "lost": "MB106"}
PENALTY = re.compile(r"\b(?:reg\w*|lambd?a?\w*|lmbda?|l2\w*|weight_?decay|decay|alpha|wd)\b", re.IGNORECASE)
BENT = re.compile(r"\b(?:exp|expm1|where|maximum|minimum|tanh)\(|[<>]=? *0")  # alpha is an activation's own, too
DROPOUT = re.compile(r"\b(?:keep|keep_?(?:prob|rate|p)\w*|drop\w*|mask\w*|p_drop|retain\w*)\b", re.IGNORECASE)
MASKED = re.compile(r"mask|drop|keep", re.IGNORECASE)
PARTS_OF_A_SLOPE = ("factor", "factor dropped", "divisor", "sign", "constant", "term", "number", "grouping")
SLOPE = re.compile(r"[<>] 0|sign\(|\*\* 2|1 - ")
NORMALISATION = re.compile(r"norm|bn|batch|layer", re.IGNORECASE)
PRODUCT = re.compile(r"@|dot\(")
DEVIATION = re.compile(r"\b(?:\w*std\w*|inv\w*|\w*var\w*|sigma\w*|sd|x_?hat|xh|z?norm\w*)\b", re.IGNORECASE)
ACTIVATION = re.compile(r"_prime|deriv|sigmoid|tanh|relu|softmax|swish|gelu|elu|activ|softplus", re.IGNORECASE)


def code_of(repair: Repair, pattern: Relation) -> str:
    """The code of the finding that a repair explains."""
    edit = repair.edits[0]
    kind, lines = edit["kind"], " ".join((*edit["before"], *edit["after"]))
    changed = f"{edit['old']} {edit['new']}"
    if kind == "late":
        return BY_KIND[kind]
    if kind in ("comparison", "statement") and pattern.family == "term" and PENALTY.search(pattern.text):
        return "MB201" if pattern.missing else "MB203"
    beside = bool(PRODUCT.search(changed)) and pattern.family != "term"  # of the other term of the line
    if of_penalty(repair.edits) and (PENALTY.search(changed) or (pattern.family in ("term", "") and not beside)):
        if kind == "intercept":
            return "MB203"
        if kind == "penalty" or (kind == "contribution" and PENALTY.search(edit["new"])):
            return "MB201"
        if kind in ("term", "statement") or (kind == "accumulate" and not PENALTY.search(edit["new"])):
            return "MB203"
        return "MB203" if repair.which == "forward" else "MB202"
    if kind in ("number", "mask", "factor dropped", "divisor", "name", "constant") and of_dropout(repair.edits):
        return "MB301" if kind in ("mask", "name") else "MB302"
    if kind in ("factor dropped", "divisor") and pattern.family == "size":
        return "MB102"
    if kind in PARTS_OF_A_SLOPE and pattern.family not in ("factor", "size") and ACTIVATION.search(edit["function"]):
        return "MB104"
    if kind == "slope" and not SLOPE.search(lines) and not ACTIVATION.search(f"{edit['function']} {lines}"):
        return "MB103"
    if kind == "row term" and "sum(" in edit["new"] and not NORMALISATION.search(edit["function"]):
        return "MB102" if DEVIATION.search(lines) else "MB104"
    if kind == "row term" and not DEVIATION.search(lines) and ACTIVATION.search(f"{edit['function']} {lines}"):
        return "MB104"
    return BY_KIND.get(kind, "MB199")


def of_penalty(edits: Sequence[Mapping[str, Any]]) -> bool:
    """Does an edit change a term of regularisation?"""
    texts = [f"{' '.join(e['before'])} {' '.join(e['after'])}" for e in edits]
    strengths = [(found, text) for text in texts if (found := PENALTY.search(text)) is not None]
    return any(found[0].lower() != "alpha" or not BENT.search(text) for found, text in strengths)


def of_dropout(edits: Sequence[Mapping[str, Any]]) -> bool:
    """Does an edit change a mask of dropout, or its scale?"""
    for e in edits:
        changed, lines = f"{e['old']} {e['new']}", " ".join((*e["before"], *e["after"]))
        if "drop" in e["function"].lower() or DROPOUT.search(changed):
            return True
        if re.search(r"\bp\b", changed) and MASKED.search(lines):
            return True
    return False


def code_of_pattern(pattern: Relation) -> str:
    """Where no repair is known."""
    if pattern.family == "term":
        return "MB201" if pattern.missing else "MB203"
    return BY_FAMILY.get(pattern.family, "MB199") if pattern.exact else "MB199"
