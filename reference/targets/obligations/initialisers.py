"""The initialisers: shapes at every depth, zero biases, mean zero, and the spread that each is named after."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np

from reference.interface.entry import Violation
from reference.interface.exceptions import TargetRaised
from reference.interface.raised import described
from reference.targets.obligations.asking import Asking, LawResult, as_array
from reference.targets.obligations.initialiser_forms import DrawnParameters, Layers, asked, layers_of, takes_sizes
from reference.targets.obligations.laws import off_centre, spread_of
from reference.targets.obligations.lines import traced
from reference.targets.obligations.update_lines import line_in_source
from reference.targets.reading.vocabulary import plain, strong

__all__ = ["initialiser"]

LAW = (200, 60, 3)  # the last sizes of the networks whose weights are many enough to tell their law
NUMBERED = re.compile(r"[Wb]\d+")
WIDE = 150  # the size before them
DEPTHS = (3, 2, 4, 1)
DIFFERENT, EQUAL = (4, 3, 5, 2, 6), (3, 3, 3, 3, 3)


def initialiser(asking: Asking) -> LawResult:
    """Zeros, large random numbers (× 10), He's √(2/n_prev) or Xavier's; other names: any law with mean zero that lets
    units differ.
    """
    if (dim := _of_one_unit(asking)) is not None:
        return _unit(asking, dim)
    sizes = takes_sizes(asking)
    depths = DEPTHS if sizes is None else (len(sizes) - 1,)
    small = [asked(asking, widths[: depth + 1]) for depth in depths for widths in (DIFFERENT, EQUAL)]
    answered = [a for a in small if not isinstance(a.returned, TargetRaised)]
    if not answered:
        return _never(asking, small[0].returned)
    if all(isinstance(a.returned, tuple | list) and layers_of(a.returned, a.dims) is None for a in answered):
        return 0, []  # in a form of its own: the networks that use it are judged
    if all(isinstance(a.returned, dict) and _under_other_names(a.returned) for a in answered):
        return 0, []  # of another kind of network, as a recurrent one
    if not any(isinstance(a.returned, dict | tuple | list) for a in answered):
        none = all(a.returned is None for a in answered)
        flat = not asking.pairs and all(np.ndim(a.returned) == 1 and np.size(a.returned) > 1 for a in answered)
        if flat or not (none or strong(asking.function.name)):
            return 0, []  # one matrix, or all of them in one vector, in a file that is not the course's
        return 1, [asking.wrong("*", "MB702" if none else "MB801", "returns no dictionary of parameters")]
    wrong = {a.dims: _shapes(asking, a) for a in small}
    right = sorted({len(dims) - 1 for dims, said in wrong.items() if not said})
    made_for = right[0] if len(right) == 1 and right != [1] else None  # one depth, and it takes no other
    others = [said for dims, said in wrong.items() if said and len(dims) - 1 != made_for]
    if made_for is None and others:
        return 1, _with_lines(asking, others[0] if right else wrong[small[0].dims] or others[0])
    depth = made_for or max(d for d in right if d <= 3)
    return _law(asking, (*(WIDE, *LAW)[:depth], LAW[-1]) if depth < 4 else (WIDE, WIDE, *LAW))


def _under_other_names(parameters: dict[Any, Any]) -> bool:
    """Are there arrays, and none of a numbered layer?"""
    arrays = [str(key) for key, value in parameters.items() if as_array(value) is not None]
    lists = any(isinstance(value, list | tuple | dict) for value in parameters.values())
    return bool(arrays) and not lists and not any(re.search(r"\d", key) for key in arrays)


def _never(asking: Asking, raised: Any) -> LawResult:
    """It takes something else than the sizes of layers; or it raises at them."""
    if raised.details["unbindable"] and not asking.function.template:
        return 0, []
    raise raised


def _shapes(asking: Asking, a: DrawnParameters) -> list[Violation]:
    """What is the matter at one network, but for the law of its weights."""
    if isinstance(a.returned, TargetRaised):
        code, text, place = described(a.returned)
        return [asking.wrong("*", code, f"{text}, with layers_dims = {list(a.dims)}")._replace(place=place)]
    named = layers_of(a.returned, a.dims)
    if named is None:
        return [asking.wrong("*", "MB801", f"returns no W1, b1, … of {len(a.dims) - 1} layers")]
    found, rows, drawn = [], _in_rows(named, a.dims), _draws_biases(asking, named)
    turned = rows or _turned(asking)
    if isinstance(a.returned, dict) and f"W{len(a.dims) - 1}" in a.returned:
        further = [str(k) for k in a.returned if NUMBERED.fullmatch(str(k)) and not 1 <= int(str(k)[1:]) < len(a.dims)]
        found += [asking.wrong(k, "MB801", f"{k} is of no layer: there are {len(a.dims) - 1}") for k in further]
    for l, (n_prev, n) in enumerate(pairwise(a.dims), start=1):
        owed = {f"W{l}": (n_prev, n) if turned else (n, n_prev), f"b{l}": (1, n) if rows else (n, 1)}
        for name, shape in owed.items():
            got = named.get(name)
            if got is None:
                if isinstance(a.returned, dict) or name[0] == "W":
                    found.append(asking.wrong(name, "MB801", f"{name} is not there, or is no array"))
            elif got.shape != shape and not (rows and name[0] == "b" and got.shape == (n,)):
                found.append(asking.wrong(name, "MB801", f"{name} has shape {got.shape}; owed {shape}"))
            elif name[0] == "b" and np.any(got != 0) and not drawn:
                found.append(asking.wrong(name, "MB801", "the bias does not start at zero"))
    return _once(found)


def _draws_biases(asking: Asking, named: Layers) -> bool:
    """Does it draw its biases? Under the course's own names they are zero; elsewhere their law is looked at."""
    biases = [a for name, a in named.items() if name[0] == "b" and a.size > 1]
    return not strong(asking.name) and any(np.ptp(b) > 0 for b in biases)


def _in_rows(named: Layers, dims: tuple[int, ...]) -> bool:
    """Are all weights (n_prev, n) and all biases, where there are any, (1, n) or (n,)?"""
    return all(
        np.shape(named.get(f"W{l}", 0.0)) == (k, n) and np.shape(named.get(f"b{l}", np.zeros(n))) in ((1, n), (n,))
        for l, (k, n) in enumerate(pairwise(dims), start=1)
    )  # fmt: skip


def _turned(asking: Asking) -> bool:
    """Is W (n_prev, n) in the passes of the file, of which one is judged, and none the other way?"""
    return bool(asking.judged) and all(p.reading.turned for p in asking.judged)


def _once(found: list[Violation]) -> list[Violation]:
    """Of the weights once, and of the biases once."""
    return list({v.output[0]: v for v in reversed(found)}.values())[::-1]


def _with_lines(asking: Asking, found: list[Violation]) -> list[Violation]:
    placed = []
    for v in found:
        line = line_in_source(asking, v.output) if v.place is None and v.output != "*" else None
        placed.append(v if line is None else v._replace(place=(asking.file, asking.function.cell, line)))
    return placed


# --- the law of the weights ------------------------------------------------------------------------------------------


def _law(asking: Asking, dims: tuple[int, ...]) -> LawResult:
    """Mean, spread and symmetry, over thousands of weights."""
    a = asked(asking, dims)
    wrong = _shapes(asking, a)
    if wrong:
        return 1, _with_lines(asking, wrong)
    named = layers_of(a.returned, dims) or {}
    turned, looked = _in_rows(named, dims) or _turned(asking), 0
    found = _of_drawn_biases(asking, named)
    for l, n_prev in enumerate(dims[:-1], start=1):
        W = named[f"W{l}"].T if turned else named[f"W{l}"]
        looked += W.size + (named[f"b{l}"].size if f"b{l}" in named else 0)
        said = _spread(asking, W, n_prev, len(dims) - 1)
        if said and l > 1 and any(spread_of(W, std) is None for std in _owed(asking, W.shape[0], dims[0])):
            found.append(_of_the_inputs(asking, f"W{l}", said, W.shape[0], dims[0]))
        elif said:
            found.append(asking.wrong(f"W{l}", "MB801", said))
    return looked, _with_lines(asking, _once(found))


def _of_drawn_biases(asking: Asking, named: Layers) -> list[Violation]:
    """Biases that are drawn are drawn about zero."""
    biases = [a.ravel() for name, a in named.items() if name[0] == "b"]
    together = np.concatenate(biases) if biases else np.zeros(0)
    if not np.any(together) or (said := off_centre(together)) is None:
        return []
    return [asking.wrong("b1", "MB801", f"the bias does not start at zero: {said.replace('weights', 'biases')}")]


def _of_the_inputs(asking: Asking, name: str, said: str, n: int, inputs: int) -> Violation:
    """The spread of the first layer in another: where it was computed, once for all."""
    wrong = asking.wrong(name, "MB801", f"{said}: the number of inputs, n_0, stands in every layer for its own n_prev")
    events = traced(asking) if takes_sizes(asking) is None else []
    stds = _owed(asking, n, inputs)
    scales = [e.place for e in events if e.value.size == 1 and any(np.isclose(e.value.item(), std) for std in stds)]
    return wrong._replace(place=scales[0]) if scales else wrong


def _spread(asking: Asking, W: np.ndarray, n_prev: int, L: int) -> str | None:
    """What is the matter with a layer's weights, if anything is."""
    if not np.isfinite(W).all():
        return "the weights are not finite"
    if _of_zeros(asking.name):
        return "the weights are not zero" if np.any(W) else None
    owed = _owed(asking, W.shape[0], n_prev)
    alike = _alike(W) if L > 1 else None
    if not owed or alike:
        return alike or (off_centre(W) if np.any(W) else None)
    said = off_centre(W) or next((s for s in [spread_of(W, std) for std in owed]), None)
    if said is None or (off_centre(W) is None and any(spread_of(W, std) is None for std in owed)):
        return None
    return f"{said}; the standard deviation is {W.std():.4g}, owed {owed[0]:.4g}{_guess(W, n_prev, owed[0])}"


def _owed(asking: Asking, n: int, n_prev: int) -> list[float]:
    """The standard deviations that go by the initialiser's name, any of which is right; none where it says nothing."""
    name = plain(asking.name)
    if "he" in _words(asking.name) or name.endswith("he") or "kaiming" in name:
        return [float(np.sqrt(2 / n_prev))]
    if "xavier" in name or "glorot" in name:
        return [float(np.sqrt(1 / n_prev)), float(np.sqrt(2 / (n_prev + n)))]
    if "random" in name and name.startswith("initializeparameters") and takes_sizes(asking) is None:
        return [10.0]
    return []


def _words(name: str) -> list[str]:
    """``initialize_row`` has no zero in it."""
    return [word.lower() for word in re.split(r"_|\d|(?<=[a-z])(?=[A-Z])", name)]


def _of_zeros(name: str) -> bool:
    return any(word.startswith("zero") or word.endswith("zeros") for word in _words(name))


def _alike(W: np.ndarray) -> str | None:
    """Units that start with the same weights learn the same for ever."""
    if len(W) > 1 and np.ptp(W, axis=0).max() == 0:
        return "every unit starts alike: no symmetry is broken"
    if len(W) > 1 and len(np.unique(W, axis=0)) < len(W):
        return "some units start alike: their symmetry is not broken"
    if W.shape[1] > 1 and np.ptp(W, axis=1).max() == 0:
        return "every weight of a unit is the same: one number is drawn a unit"
    return None


def _guess(W: np.ndarray, n_prev: int, owed: float) -> str:
    """A standard deviation that fits."""
    n = W.shape[0]
    fits = {
        "√(1/n_prev)": np.sqrt(1 / n_prev), "√(2/n_prev)": np.sqrt(2 / n_prev), "√(2/n)": np.sqrt(2 / n),
        "√(1/n)": np.sqrt(1 / n), "2/n_prev": 2 / n_prev, "0.01": 0.01, "1": 1.0, "10": 10.0,
        "√(n_prev/2)": np.sqrt(n_prev / 2),
        "√(2/(n_prev + n))": np.sqrt(2 / (n_prev + n)), "0.1": 0.1, "1/n_prev": 1 / n_prev,
    }  # fmt: skip
    close = [text for text, value in fits.items() if value != owed and spread_of(W, float(value)) is None]
    return f" (consistent with {' or '.join(close)})" if close else ""


# --- logistic regression ---------------------------------------------------------------------------------------------


def _of_one_unit(asking: Asking) -> str | None:
    """The argument of ``initialize_with_zeros(dim)``: the one number of inputs."""
    required = [a[0] for a in asking.function.arguments if not a[1]]
    one = len(required) == 1 and plain(required[0]) in ("dim", "nx", "n", "nfeatures", "numfeatures", "d", "inputdim")
    return required[0] if one else None


def _unit(asking: Asking, dim: str) -> LawResult:
    """w is (dim, 1), b is the number zero."""
    looked = 0
    for n in (4, 1, 150):
        value = asking.worker.ask("sizes", name=asking.name, sizes={dim: n})
        if isinstance(value, dict):
            value = tuple(next((v for k, v in value.items() if plain(str(k))[:1] == c), None) for c in "wb")
        if not isinstance(value, tuple | list) or len(value) != 2:
            return (1, [asking.wrong("*", "MB702", "returns nothing")]) if value is None else (0, [])
        w, b = as_array(value[0]), as_array(value[1])
        said = None
        if w is None or w.shape not in ((n, 1), (1, n), (n,)):
            shape = "no array" if w is None else f"of shape {w.shape}"
            said = ("w", f"w is {shape}; owed ({n}, 1)")
        elif w.shape != (n, 1) and plain(asking.name) == "initializewithzeros":
            said = ("w", f"w is of shape {w.shape}; owed ({n}, 1)")
        elif _of_zeros(asking.name) and np.any(w):
            said = ("w", "the weights are not zero")
        elif n > 100 and np.any(w) and (off := off_centre(w)):
            said = ("w", off)
        elif b is None or b.size != 1:
            said = ("b", "b is not one number")
        elif np.any(b != 0):
            said = ("b", "the bias does not start at zero")
        if said is not None:
            return 1, _with_lines(asking, [asking.wrong(said[0], "MB801", said[1])])
        looked += n + 1
    return looked, []
