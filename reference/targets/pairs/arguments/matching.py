"""Which gradient belongs to which primal: by their names, then by shape, and by order where nothing else tells.

``dW`` is that of ``W``, ``grads['W1']`` that of ``params.W1``. A name that says one primal is believed even where the
shape says another: that is for who judges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reference.targets.pairs.arguments.outputs import shape_of
from reference.targets.pairs.source.naming import is_gradient, is_label, is_loss, plain, words

__all__ = ["Gradient", "gradients_in", "matched", "names_a"]


class Gradient(NamedTuple):
    """``called`` as the target has it, ``path`` within what it returned: its name, then keys and places."""

    called: str
    path: tuple[str, ...]
    value: Any

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(getattr(self.value, "shape", ()))


def gradients_in(result: Any, names: Sequence[str], outer: str) -> Iterator[Gradient]:
    """Every array in what a backward pass returned. ``outer``: what it is called where it has no name of its own."""
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        for name, value in zip(result._fields, result, strict=True):
            yield from _within(value, name, (name,))
    elif isinstance(result, tuple) or (isinstance(result, list) and len(names) == len(result) > 1):
        called = names if len(names) == len(result) else [""] * len(result)
        for k, (name, value) in enumerate(zip(called, result, strict=True)):
            if name.startswith("(") and isinstance(value, tuple | list):
                yield from gradients_in(tuple(value), name.strip("()").split(", "), f"{outer}[{k}]")
            else:
                yield from _within(value, name or f"{outer}[{k}]", (name,))
    else:
        name = names[0] if len(names) == 1 else ""
        yield from _within(result, name or outer, (name,))


def _within(value: Any, called: str, path: tuple[str, ...]) -> Iterator[Gradient]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _within(inner, f"{called}[{key!r}]", (*path, str(key)))
    elif isinstance(value, tuple | list):
        for k, inner in enumerate(value):
            yield from _within(inner, f"{called}[{k}]", (*path, str(k)))
    elif hasattr(value, "__dict__") and not hasattr(value, "shape") and not callable(value):
        for key, inner in vars(value).items():
            yield from _within(inner, f"{called}.{key}", (*path, key))
    else:
        yield Gradient(called, path, value)


# --- names -----------------------------------------------------------------------------------------------------------

MARKED = re.compile(
    r"d[lejc]_?d_?(?P<a>.+)|d_?(?:loss|cost|out|error)_?d?_?(?P<b>.+)|(?:d|∂|g)_(?P<c>.+)|(?:d|∂)(?P<d>.+)"
    r"|(?:grad|gradient|nabla|partial|del|delta|grads)s?_?(?:wrt_?|of_?)?(?P<e>.+)"
    r"|(?P<f>.+?)_?(?:grad|gradient|bar|grads|gradients|deriv|derivative|delta|error)s?|g(?P<g>[A-Zxwb].*)|(?P<h>.+?)_d",
    re.IGNORECASE,
)
BARE = re.compile(
    r"d|g|grads?|gradients?|deltas?|jac|derivatives?|dparams|nablas?|dtheta|result|res|ret|out|partials?", re.IGNORECASE
)
ALIASES = (
    {"x", "input", "inputs", "inp", "data", "xin", "inputdata", "xs", "aprev", "prev", "a", "z", "in", "features"},
    {"w", "weight", "weights", "kernel", "kernels", "filter", "filters", "wt", "ws", "f"},
    {"b", "bias", "biases", "bs"},
    {"gamma", "g", "scale", "γ"},
    {"beta", "shift", "β"},
    {"theta", "params", "parameters", "w", "nnparams", "θ", "weights", "coef"},
    {"scores", "logits", "x", "z", "ypred", "yhat", "pred", "preds", "predictions", "output", "outputs", "probs", "a",
     "y", "out", "o", "p", "prediction", "al"},
)  # fmt: skip


def _stripped(name: str) -> list[str]:
    """A gradient's name without what says that it is one: every way to read it, the likelier first."""
    found = [name] if name else []
    for pattern in (MARKED,):
        match = pattern.fullmatch(name)
        if match is not None:
            found += [text for text in match.groupdict().values() if text]
    if name[:1] in "d∂" and len(name) > 1:
        found.append(name[1:].lstrip("_"))
    inner = re.fullmatch(r"d[lejc]?_?(.+)", name, re.IGNORECASE)
    if inner is not None:
        found.append(inner[1].lstrip("_"))
    return list(dict.fromkeys(found))


def names_a(gradient: str, primal: str) -> int:
    """How surely a gradient's name says a primal: 4 to the letter, 3 but for case and underscores, 2 by its words, 1
    by another word for the same or words cut short, 0 not at all.
    """
    best = 0
    for bare in _stripped(gradient)[1:] or _stripped(gradient):
        best = max(best, _alike(bare, primal))
    if gradient == primal:
        best = 4
    return best


def _alike(bare: str, primal: str) -> int:
    if bare == primal:
        return 4
    if plain(bare) == plain(primal):
        return 3
    if len(plain(bare)) > 1 and sorted(words(bare)) == sorted(words(primal)):
        return 2
    a, b = plain(bare), plain(primal)
    return int(any(a in group and b in group for group in ALIASES) or _shortened(bare, primal))


def _shortened(bare: str, primal: str) -> bool:
    """Is it that name with words cut short or left out, as ``OutsideVecs`` is ``outsideVectors``?"""
    parts, whole = (list(words(name)) for name in (bare, primal))
    if not parts or any(len(part) < 2 for part in parts):
        return False
    rest = iter(whole)
    return all(any(word.startswith(part.rstrip("s") or part) for word in rest) for part in parts)


def _score(gradient: Gradient, primal: str) -> int:
    """Of the longest end of the path that both have; a list's place counts where the names of the lists agree."""
    parts = primal.split(".")
    path = [part for part in gradient.path if part]
    if not path:
        return 0
    leaf, last = path[-1], parts[-1]
    if leaf.isdigit() or last.isdigit():
        if not (leaf.isdigit() and last.isdigit() and leaf == last):
            return 0
        lists = [p for p in path[:-1] if not p.isdigit()]
        theirs = [p for p in parts[:-1] if not p.isdigit()]
        if path[:-1] and parts[:-1] and (path[-2].isdigit() or parts[-2].isdigit()) and path[-2:] != parts[-2:]:
            return 0
        return names_a(lists[-1], theirs[-1]) if lists and theirs else 0
    score = names_a(leaf, last)
    if score and len(path) > 1 and len(parts) > 2 and path[-2] != parts[-2] and not BARE.fullmatch(path[-2]):
        return 0 if path[-2].isdigit() and parts[-2].isdigit() else min(score, 1)
    return score


# --- pairing ---------------------------------------------------------------------------------------------------------


class Matched(NamedTuple):
    gradients: dict[str, Any]
    called: dict[str, str]
    unmatched: tuple[tuple[str, tuple[int, ...]], ...]


def matched(gradients: Sequence[Gradient], primals: Mapping[str, Any], *, loss: bool = False) -> Matched:
    """Every gradient with its primal, each once. ``loss``: what it compares with has one only by its name."""
    shapes = {name: tuple(value.shape) for name, value in primals.items()}
    given = [g for g in gradients if not (g.value is None or isinstance(g.value, str | bool))]
    if any(map(_is_marked, given)):  # what else is returned is none: a state, scores, new weights
        owed = [name for name in shapes if not any(_is_marked(g) and _score(g, name) >= 3 for g in given)]
        whole = len(given) == len(shapes)
        given = [g for g in given if _is_marked(g) or not any(g.path) or (whole and _is_itself(g, owed, shapes))]
    labels = _labels(shapes) if loss else set()
    pairs: dict[int, str] = {}

    def free() -> list[str]:
        return [name for name in shapes if name not in pairs.values()]

    def settle(fits: Any) -> None:
        """Of every gradient that is left, in turn, the primal that fits best."""
        for k, gradient in enumerate(given):
            if k in pairs:
                continue
            others = [name for name in free() if name not in labels]
            owed = any(shapes[name] == gradient.shape for name in others)  # what labels are compared with comes first
            ranked = [(fits(gradient, name), name) for name in (others if owed else free())]
            best = max((rank for rank, _ in ranked), default=0)
            likely = [name for rank, name in ranked if rank == best]
            if best > 0:
                pairs[k] = min(likely, key=lambda name: (shapes[name] != gradient.shape, _labelled(name)))

    settle(lambda g, name: s if (s := _score(g, name)) >= 3 else 0)
    settle(lambda g, name: _score(g, name) * (g.shape == shapes[name]))
    settle(lambda g, name: name not in labels and g.shape == shapes[name] and not _says_another(g, name, shapes))
    settle(lambda g, name: _score(g, name) >= 2)
    settle(lambda g, name: name not in labels and _fills(g, shapes[name]) and not _says_another(g, name, shapes))
    settle(lambda g, name: _score(g, name) == 1 and not _labelled(name))
    _in_order(given, shapes, pairs)
    if any(k not in pairs and _is_keyed(g) for k, g in enumerate(given)):  # they are of something else
        by_shape = [k for k, name in pairs.items() if _is_keyed(given[k]) and not _score(given[k], name)]
        pairs = {k: name for k, name in pairs.items() if k not in by_shape}
    lost = [g for k, g in enumerate(given) if k not in pairs and not _is_a_loss(g)]
    return Matched(
        {name: given[k].value for k, name in sorted(pairs.items())},
        {name: given[k].called for k, name in sorted(pairs.items())},
        tuple((g.called, g.shape) for g in lost if hasattr(g.value, "shape") or shape_of(g.value) is not None)
        + tuple((f"{g.called} is None", ()) for g in gradients if g.value is None),
    )


def _in_order(given: Sequence[Gradient], shapes: Mapping[str, Any], pairs: dict[int, str]) -> None:
    """The only array that is left over, and the only primal, of as many: a gradient of the wrong shape."""
    left = [k for k, g in enumerate(given) if k not in pairs and g.shape and not any(g.path)]
    free = [name for name in shapes if name not in pairs.values() and not _labelled(name)]
    if len(given) == len(shapes) and len(left) == len(free) == 1:
        pairs[left[0]] = free[0]


def _is_keyed(gradient: Gradient) -> bool:
    """Is it an array under a key of a dictionary, which says what it is of?"""
    return len(gradient.path) > 1 and not gradient.path[-1].isdigit() and hasattr(gradient.value, "shape")


def _is_itself(gradient: Gradient, owed: Sequence[str], shapes: Mapping[str, Any]) -> bool:
    """Is it a primal by its very name, handed back where the gradient of that primal is owed?"""
    return any(gradient.path == (name,) and gradient.shape == shapes[name] for name in owed)


def _is_marked(gradient: Gradient) -> bool:
    """Does its name, or that of what it is in, say that it is a gradient?"""
    return any(is_gradient(part) for part in gradient.path if part and not part.isdigit())


def _labelled(name: str) -> int:
    """Is it what a loss compares with? Such have the shape of the prediction, and no gradient."""
    last = name.rpartition(".")[2] or name
    return 2 if is_label(last) else 1 if plain(last) in ("y", "ys", "yb") else 0


def _labels(names: Iterable[str]) -> set[str]:
    """What a loss compares with, where that is told by a name: "t" beside "y", "y" beside anything else."""
    told = {name: _labelled(name) for name in names}
    most = max(told.values(), default=0)
    return (
        {name for name, level in told.items() if 0 < level == most} if min(told.values(), default=0) < most else set()
    )


def _fills(gradient: Gradient, shape: Sequence[int]) -> bool:
    """Another shape of as many entries."""
    return _size(gradient.shape) == _size(shape) > 1


def _size(shape: Sequence[int]) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


def _says_another(gradient: Gradient, primal: str, shapes: Mapping[str, Any]) -> bool:
    """Does the name say another primal, or another number of the same (``dW2`` and ``W1``)?"""
    own = _score(gradient, primal)
    if any(_score(gradient, other) > max(own, 1) for other in shapes):
        return True
    leaf = next((part for part in reversed(gradient.path) if part and not part.isdigit()), "")
    last = primal.rpartition(".")[2]
    mine, theirs = re.fullmatch(r"(.*?)_?(\d+)", last), [re.fullmatch(r"(.*?)_?(\d+)", s) for s in _stripped(leaf)]
    return mine is not None and any(t and plain(t[1]) == plain(mine[1]) and t[2] != mine[2] for t in theirs)


def _is_a_loss(gradient: Gradient) -> bool:
    return _size(gradient.shape) == 1 and bool(gradient.path[-1]) and is_loss(gradient.path[-1])
