"""Of what law entries are, as people say it: "one-hot", "labels in range(C)", "0 <= y[i] < C", "1 if cat, 0 if not"."""

from __future__ import annotations

import re
from typing import NamedTuple

from reference.pairs.inputs.spec import Size, ValueLaw

__all__ = ["SaidOfEntries", "entries_said", "says_positive"]


class SaidOfEntries(NamedTuple):
    """``law`` None: nothing is said. ``below``: of labels, "" where the number of classes is not said."""

    law: ValueLaw | None
    below: Size = ""


BOUND = (
    re.compile(r"\brange\s*\(\s*(?:0\s*,\s*)?`?([A-Za-z]\w*|\d+)`?\s*\)"),
    re.compile(r"0\s*(?:<=|≤|&lt;=|\\le\w*)\s*[\w\[\], ]+?\s*<\s*`?([A-Za-z]\w*|\d+)\b(?!\s*-)"),
    re.compile(r"[\[({]\s*0\s*,\s*(?:1\s*,\s*)?(?:\.\.\.|…)?,?\s*([A-Za-z]\w*)\s*-\s*1\s*[\])}]"),
    re.compile(r"[\[(]\s*0\s*,\s*([A-Za-z]\w*|\d\d*)\s*\)"),
    re.compile(r"\bbetween 0 and ([A-Za-z]\w*)\s*-\s*1"),
    re.compile(r"\b0\s*(?:,|to|-|\.\.)\s*\.*\s*,?\s*([A-Z])\s*-\s*1\b"),
    re.compile(r"\bfrom 0 to ([A-Za-z]\w*)\s*-\s*1"),
)
ONE_HOT = re.compile(r"one[- _]?hot", re.I)
SIGNS = re.compile(
    r"[{(\[]\s*[+-]?1\s*,\s*[+-]?1\s*[})\]]|[+-]1\s*(?:or|and|/|,)\s*[+-]?1\b|\b1\s*(?:or|and|/)\s*-1\b|±\s*1"
)
BITS = re.compile(
    r"\b1 (?:if|where|when|for)\b.*\b0 (?:if|where|when|for|else|otherwise|not)|\b0 (?:if|where|when|for)\b.*\b1 (?:if|where|when|for|else|otherwise|not)|[{\[]\s*0\s*,\s*1\s*[}\]]|\b0\s*(?:or|/|and)\s*1\b|\b1\s*(?:or|/)\s*0\b|\bbinary\b",
    re.I | re.S,
)
INTERVAL = re.compile(r"\b(?:in|within|of|from)\s*\[\s*0\s*,\s*1\s*\]|\bbetween 0 and 1\b", re.I)
OF_CLASSES = re.compile(r"target|label|class|truth|binary", re.I)
LABELS = re.compile(
    r"\binteger(?:s)?\b|\bint\b|\bclass ind\w+|\bind(?:ices|ex|exes)\b|\bid(?:x|xs|s)\b|\btoken ids\b|\bis the (?:class )?label for\b|"
    r"\bclass labels?\b|\bsparse\b|\bint(?:32|64)\b",
    re.I,
)
PROBABLE = re.compile(
    r"probabilit|\bsoftmax(?:ed)? output|\boutput of (?:the )?softmax|\bpost[- ]activation|\bprobs\b", re.I
)
LOGIT = re.compile(r"\bscores?\b|\blogits?\b|\bpre[- ]?activation|\bunnormali[sz]ed|\blog[- ]prob", re.I)
MASK = re.compile(r"\bmask\b|\bboolean\b", re.I)
POSITIVE = re.compile(
    r"\bvariances?\b|\bstd\b|\bstandard deviation|\bpositive\b|\bnon-?negative\b|\bstrictly >\s*0", re.I
)
STRICTLY_POSITIVE = re.compile(
    r"\bnon-?negative\b|\b(?:must|should|has to|have to|needs? to) be (?:strictly )?(?:positive|(?:>|>=|≥) *0)|"
    r"\b(?:strictly|all) positive\b|\bpositive[- ](?:valued?|values|numbers?|entries|reals?|inputs?|tensor|array)\b|"
    r"(?:>=?|≥) *0(?![.\d])|^\W*positive\b(?! (?:class|label|example|sample|pair|semi|def|rate))",
    re.I,
)
SPIKES = re.compile(r"\bspikes?\b|\bspike trains?\b", re.I)


def says_positive(text: str) -> bool:
    """Does a description say in so many words that no entry is negative?"""
    return STRICTLY_POSITIVE.search(text) is not None


def entries_said(text: str) -> SaidOfEntries:
    """What a description says of the entries of an array."""
    if ONE_HOT.search(text) and not re.search(r"\bnot one[- ]?hot", text, re.I):
        return SaidOfEntries(ValueLaw.ONE_HOT)
    for pattern in BOUND:
        if match := pattern.search(text):
            name = match[1]
            if name in ("1", "2") and not re.search(r"label|class", text, re.I):
                return SaidOfEntries(ValueLaw.UNIT)
            return SaidOfEntries(ValueLaw.LABELS, int(name) if name.isdigit() else name)
    if SIGNS.search(text):
        return SaidOfEntries(ValueLaw.SIGNS)
    if INTERVAL.search(text) and not OF_CLASSES.search(text):
        return SaidOfEntries(ValueLaw.ROWS if PROBABLE.search(text) else ValueLaw.UNIT)
    if BITS.search(text):
        return SaidOfEntries(ValueLaw.BITS)
    if LABELS.search(text):
        return SaidOfEntries(ValueLaw.LABELS, "")
    if LOGIT.search(text):
        return SaidOfEntries(ValueLaw.NORMAL)
    if PROBABLE.search(text):
        return SaidOfEntries(ValueLaw.ROWS)
    if MASK.search(text):
        return SaidOfEntries(ValueLaw.MASK)
    if SPIKES.search(text):
        return SaidOfEntries(ValueLaw.SPIKES)
    if POSITIVE.search(text):
        return SaidOfEntries(ValueLaw.POSITIVE)
    return SaidOfEntries(None)
