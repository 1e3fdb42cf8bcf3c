"""In which form an update takes its arrays and returns them: keys, sequences, or one by one; the course's first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from reference.targets.obligations.asking import as_array
from reference.targets.pairing import layouts

__all__ = ["Named", "Style", "arrays_of", "read", "styles"]

Named = dict[str, np.ndarray]
KEY = re.compile(r"([wb])_?(\d*)$", re.IGNORECASE)


class Style(NamedTuple):
    """A form, and the names under which gradients and averages stand in dictionaries."""

    form: str = "dict"  # as ``layouts.FORMS`` names it; "lower": w1; "layer": {"W", "b"}; "logistic": w, b; "array"
    gradient: str = "d"  # before W1
    v: str = "d"
    s: str = "d"
    turned: bool = False  # the gradient of W is handed over as its transpose

    @property
    def one_layer(self) -> bool:
        return self.form in ("array", "layer", "logistic")

    def given(self, named: Mapping[str, np.ndarray], what: str) -> Any:
        """``{"W1": …, "b1": …}`` as the function takes its parameters, gradients, v or s."""
        copies = {name: a.copy() for name, a in named.items()}
        if self.turned and what == "gradients":
            copies = {name: a.T.copy() if name[0] == "W" else a for name, a in copies.items()}
        prefix = {"parameters": "", "gradients": self.gradient, "v": self.v, "s": self.s}[what]
        pairs = [(copies[f"W{l}"], copies[f"b{l}"]) for l in range(1, len(copies) // 2 + 1)]
        if self.form == "dict":
            return {prefix + name: a for name, a in copies.items()}
        if self.form == "lower":
            return {prefix + name.lower(): a for name, a in copies.items()}
        if self.form == "logistic":
            return {prefix + name[0].lower(): a for name, a in copies.items()}
        if self.form == "layer":
            return {prefix + name[0]: a for name, a in copies.items()}
        if self.form == "array":
            return copies["W1"]
        if self.form == "dicts":
            return [{f"{prefix}W": W, f"{prefix}b": b} for W, b in pairs]
        return layouts.FORMS[self.form](pairs)


def styles(names: Sequence[str], known: Style | None) -> Iterator[Style]:
    """What is tried in turn; ``known``: as the file itself makes the averages."""
    if known is not None:
        yield known
        yield known._replace(gradient="")
    if {"var", "grad"} <= {n.lower() for n in names}:
        yield Style("array")
    yield Style()
    if {"v", "s"} & {n.lower() for n in names}:
        yield Style(v="v", s="s")
        yield Style(v="vd", s="sd")
        yield Style(v="", s="")
        yield Style(gradient="", v="", s="")
    else:
        yield Style(gradient="")
    yield Style(turned=True)
    yield from (Style(form) for form in ("lower", "layer", "logistic", "flat", "pairs", "dicts"))


def arrays_of(tree: Any, style: Style, L: int) -> Named | None:
    """W1, b1, … of parameters, gradients or averages, whatever prefix they have; ``None`` where it is none of these."""
    if style.form == "array":
        array = as_array(tree)
        return None if array is None else {"W1": array}
    if style.form in ("dict", "lower", "layer", "logistic"):
        if not isinstance(tree, dict):
            return None
        found = {}
        for key, value in tree.items():
            match, array = KEY.search(str(key)), as_array(value)
            if match is not None and array is not None:
                found[match[1].upper().replace("B", "b") + (match[2] or "1")] = array
        return found or None
    if not isinstance(tree, list | tuple) or len(tree) != (2 * L if style.form == "flat" else L):
        return None
    if style.form == "dicts":
        named = {f"{k[-1]}{l}": as_array(a) for l, d in enumerate(tree, 1) if isinstance(d, dict) for k, a in d.items()}
    elif style.form == "flat":
        named = {f"{'Wb'[k % 2]}{k // 2 + 1}": as_array(a) for k, a in enumerate(tree)}
    else:
        named = {f"{'Wb'[k]}{l}": as_array(a) for l, pair in enumerate(tree, 1) for k, a in enumerate(pair[:2])}
    return {name: a for name, a in named.items() if a is not None} or None


def read(
    value: Any, after: Mapping[str, Any], style: Style, L: int, separate: Sequence[str], wanted: Sequence[str]
) -> dict[str, Named] | None:
    """Parameters, v and s after a call: from what it returned, else from what it changed in its arguments.

    ``separate``: the names of the arguments that are one array each; ``wanted``: what the function keeps, in its order.
    """
    if separate:
        return _one_by_one(value, after, separate, wanted)
    left = {what: arrays_of(after.get(what), style, L) or {} for what in wanted}
    if value is None:
        return left
    whole = arrays_of(value, style, L)
    if whole is not None and not (isinstance(value, tuple) and len(value) == len(wanted) > 1):
        return {**left, "parameters": whole}
    if not isinstance(value, tuple | list):
        return None
    returned = [arrays_of(v, style, L) for v in value]
    if not returned or any(r is None for r in returned[: len(wanted)]):
        return None
    return {**left, **{what: r for what, r in zip(wanted, returned, strict=False) if r is not None}}


def _one_by_one(
    value: Any, after: Mapping[str, Any], separate: Sequence[str], wanted: Sequence[str]
) -> dict[str, Named] | None:
    """W1, b1, W2, … by themselves; returned in the order of the arguments."""
    prefixes = {"parameters": "", "v": "vd", "s": "sd"}
    named = {what: [n for n in separate if n[:-2] == prefixes[what]] for what in wanted}
    left = {what: {n[-2:]: a for n in names if (a := as_array(after.get(n))) is not None}
            for what, names in named.items()}  # fmt: skip
    if value is None:
        return left
    if isinstance(value, dict):
        whole = arrays_of(value, Style(), len(named["parameters"]) // 2)
        return None if whole is None else {**left, "parameters": whole}
    arrays = [as_array(v) for v in value] if isinstance(value, tuple | list) else [as_array(value)]
    kept = [n for n in separate if any(n in names for names in named.values())]
    for order in (kept, [n for names in named.values() for n in names], named["parameters"]):
        if len(order) == len(arrays) and all(a is not None for a in arrays):
            for name, array in zip(order, arrays, strict=True):
                what = next(w for w, names in named.items() if name in names)
                assert array is not None
                left[what] = {**left[what], name[-2:]: array}
            return left
    return None
