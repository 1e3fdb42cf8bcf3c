"""Which gradient of an object belongs to which of its arrays: by their names, then their shapes, their order last.

``dW`` belongs to ``W``, ``grads.W1`` to ``params.W1``, ``weight_grads.0`` to ``weights.0``, ``gamma.grad`` to
``gamma.data``, ``dinputs`` to the argument ``inputs``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from reference.targets.pairs.objects.arrays import Path, called

__all__ = ["Answered", "Assigned", "assigned", "is_gradient_name"]

PREFIX = re.compile(
    r"^_*(?:(?:dl|dj|dc|de|dloss|dcost|dy|dout)_?(?:by|over)?_?d_?|d_|d|gradients?_?(?:of|wrt|w_?r_?t)?_?"
    r"|grads?_?(?:of|wrt|w_?r_?t)?_?|g_|g|nabla_?|delta_?|del_?|deriv(?:ative)?_?|partial_?|accumulated_|accum_|acc_|sum_)",
    re.IGNORECASE,
)
SUFFIX = re.compile(
    r"_?(?:gradients?|grads?|deriv(?:ative)?s?|deltas?|diffs?|errors?|_d|_g|bar)_?(?:sum|acc|accum)?$", re.IGNORECASE
)
MARKED = re.compile(
    r"^_*(?:d[A-Z_0-9]|d[wbxuvh][a-z]?\d*$|dl_?d|dgamma|dbeta|nabla|delta|d(?:inp|wei|bia|ker|fil|alp))|grad"
)
STORES = {"params", "parameters", "param", "p", "data", "value", "values", "array", "tensor", "trainable", "learnable"}
STORES |= {"variables", "vars", "theta", "self", "val", "trainableparams", "layerparams", "returned"}
STORES |= {"optimizer", "optimiser", "optim", "opt"}
SAME = {
    "w": ("w", "weight", "weights", "kernel", "kernels", "filter", "filters", "wt", "wts", "coef"),
    "b": ("b", "bias", "biases", "intercept"),
    "x": ("x", "input", "inputs", "inp", "inputdata", "aprev", "in", "layerinput", "inputtensor", "prev", "xbatch"),
}
STANDARD = {spelt: name for name, every in SAME.items() for spelt in every}
NEAR = 60  # the last step alone agrees
EXACT = 100


class Answered(NamedTuple):
    """An array that may be a gradient: where it was found, and whether it must be one, since it was returned."""

    path: Path
    value: Any
    shape: tuple[int, ...]
    returned: bool = False

    @property
    def name(self) -> str:
        return called(self.path[1:] if self.path[0] == "returned" else self.path)


class Assigned(NamedTuple):
    gradients: dict[str, Answered]  # by primal
    unmatched: list[Answered]


def _standard(step: Any) -> str:
    """A step as it is compared: no case, no underscores, one word for weights, one for biases."""
    plain = re.sub(r"\W|_", "", str(step)).lower()
    stem, number = re.fullmatch(r"(.*?)(\d*)", plain).groups()  # type: ignore[union-attr]
    return STANDARD.get(stem, stem) + number


def _key(path: Path) -> Path:
    return tuple(step for step in map(_standard, path) if step not in STORES)


def _without_marks(step: Any) -> set[str]:
    """What a step may mean once it is read as the name of a gradient; "" where nothing else is left."""
    text = called((step,)) if isinstance(step, str) else str(step)
    bare = {SUFFIX.sub("", text)}
    bare |= {text[match.end() :] for match in (PREFIX.match(text),) if match}
    bare |= {text[1:] for _ in range(text[:1] in ("d", "g"))}
    bare |= {SUFFIX.sub("", part) for part in bare}
    return {"" if _standard(part) in STORES else _standard(part) for part in bare if part != text}


def _keys(path: Path) -> set[Path]:
    """Every way in which a gradient's path may be that of an array; one step at least is read as a gradient's."""
    steps = [step for step in path if _standard(step) not in STORES]
    choices = [[(_standard(step), False), *((part, True) for part in _without_marks(step))] for step in steps]
    return {
        tuple(part for part, _ in chosen if part)
        for chosen in product(*choices)
        if any(marked for _, marked in chosen) or path[0] == "returned"
    }


def is_gradient_name(path: Path) -> bool:
    """Is any step of it spelt as gradients are?"""
    return any(isinstance(step, str) and MARKED.search(step) for step in path[1:])


def _score(found: Answered, keys: set[Path], ways: Iterable[Path], shape: tuple[int, ...]) -> int:
    best, fits = 0, found.shape == shape
    for way in ways:
        key = _key(way)
        if key and key in keys:
            best = max(best, EXACT + 20 * fits + _common(found.path, way))
        elif fits and key and any(each[-1:] == key[-1:] and not key[-1].isdigit() for each in keys):
            best = max(best, NEAR + _common(found.path, way))
    return best


def _common(one: Path, other: Path) -> int:
    return next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def assigned(
    answers: Sequence[Answered], primals: Mapping[str, tuple[Sequence[Path], tuple[int, ...]]], ranked: Sequence[str]
) -> Assigned:
    """``primals``: the paths and the shape of each. ``ranked``: those that an unnamed answer may belong to, likeliest
    first. What is handed back outranks what is only kept, whatever it is called: that may be a slope of its own.
    """
    handed_back = _handed_back(answers, primals, ranked)
    scores = [each for each in _scores(answers, primals) if answers[each[1]].returned or each[2] not in handed_back]
    gradients: dict[str, Answered] = {}
    taken: set[int] = set()
    for _, k, name in sorted(scores, key=lambda found: -found[0]):
        if k not in taken and name not in gradients:
            gradients[name] = answers[k]
            taken.add(k)
    named = {k for _, k, _ in scores}
    for k, found in enumerate(answers):
        if k in taken or (k in named and not found.returned):  # another way to a gradient that is there already
            continue
        alike = [name for name in ranked if primals[name][1] == found.shape]
        fits = [name for name in alike if name not in gradients]
        if fits and (found.returned or (len(alike) == 1 and is_gradient_name(found.path))):
            gradients[fits[0]] = found
            taken.add(k)
    rest = [found for k, found in enumerate(answers) if k not in taken and (found.returned or k not in named)]
    return Assigned(gradients, [found for found in rest if found.returned or is_gradient_name(found.path)])


def _handed_back(
    answers: Sequence[Answered], primals: Mapping[str, tuple[Sequence[Path], tuple[int, ...]]], ranked: Sequence[str]
) -> set[str]:
    """What the forward pass was given, where the only array of its shape that is returned has no name."""
    named = {k for _, k, _ in _scores(answers, primals) if answers[k].returned}
    found = set()
    for name in (name for name in ranked if primals[name][0][0][0] != "self"):
        shape = primals[name][1]
        alike = [k for k, each in enumerate(answers) if each.returned and each.shape == shape]
        same = [other for other, (_, theirs) in primals.items() if theirs == shape]
        found |= {name} if shape and len(alike) == len(same) == 1 and alike[0] not in named else set()
    return found


def _scores(
    answers: Sequence[Answered], primals: Mapping[str, tuple[Sequence[Path], tuple[int, ...]]]
) -> Iterator[tuple[int, int, str]]:
    for k, found in enumerate(answers):
        keys = _keys(found.path)
        for name, (ways, shape) in primals.items():
            score = _score(found, keys, ways, shape)
            if score:
                yield score, k, name
