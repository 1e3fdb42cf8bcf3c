"""A backward pass with the forward pass that feeds it, run on any problem. ``finding`` tells how they go together."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from manual_backprop import network
from reference.targets.pairing import layouts as forms
from reference.targets.reading.vocabulary import Argument, bind, classify, meaning

__all__ = [
    "FAILS", "STATE", "Family", "Function", "Single", "as_returned", "function", "gradients", "means", "named_as_ours",
    "run", "seeded", "stages",
]  # fmt: skip

STATE = 20_221_122  # of NumPy's global generator before every call: what a target draws, it draws again
FAILS = 0  # the least that ``finding`` tells of a candidate


class Function(NamedTuple):
    name: str
    call: Callable[..., Any]
    arguments: tuple[Argument, ...]
    role: str | None
    own: bool


class Single(NamedTuple):
    """One problem, as a stranger's function is given it."""

    X: np.ndarray
    Y: np.ndarray
    parameters: list[tuple[np.ndarray, np.ndarray]]
    masks: list[np.ndarray] | None
    lambd: float
    keep_prob: float

    @property
    def dims(self) -> tuple[int, ...]:
        return (self.X.shape[0], *(W.shape[0] for W, _ in self.parameters))


@dataclass(frozen=True)
class Family:
    """``forward`` is ``None`` where the cache is ours, in the layout called ``cache``."""

    backward: Function
    forward: Function | None = None
    cache: str = "tuple"
    form: str = "dict"
    hidden: str = "relu"
    output: str = "sigmoid"
    depths: tuple[int, ...] = (3,)
    paths: Mapping[int, Sequence[Any]] = field(default_factory=dict)  # to the masks, by depth
    status: int = FAILS
    scaled: bool = False  # its dZ carry 1/m
    unmasked: bool = False  # its dA are those before the mask
    shifted: bool = False  # its dA_{l-1} stands under dA{l}, as in the course's first release
    rows: bool = False  # examples are rows, W is (n_prev, n)
    ties: bool = True  # relu'(0) = 0
    random: bool = False  # it draws random numbers on its way back
    elsewhere: frozenset[str] = frozenset()
    alternative: Family | None = None  # the file's own forward pass, where it computes no network that we know
    note: str | None = None  # why it cannot be asked at all

    @property
    def l2(self) -> bool:
        return any(a.name for a in self.backward.arguments if means(a, "lambd"))

    @property
    def dropout(self) -> bool:
        return self.backward.role == "backward dropout"


def means(argument: Argument, what: str) -> bool:
    return meaning(argument.name) == what


def function(name: str, call: Callable[..., Any], *, own: bool) -> Function:
    """A function with what its signature tells."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    try:
        given = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        given = []  # type: ignore[assignment]
    arguments = tuple(Argument(p.name, p.default is not p.empty) for p in given if p.kind in kinds)
    return Function(name, call, arguments, classify(name, arguments), own)


@contextmanager
def seeded(state: int = STATE) -> Iterator[None]:
    """Both global generators from a fixed state, and afterwards as they were."""
    numpys, pythons = np.random.get_state(), random.getstate()
    np.random.seed(state)
    random.seed(state)
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        np.random.set_state(numpys)
        random.setstate(pythons)


def _as_it_is(a: np.ndarray) -> np.ndarray:
    return a.copy()


def _turned(a: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(a.T)


# --- running -----------------------------------------------------------------------------------------------


class Stages(NamedTuple):
    """One problem's way through a family."""

    returned: forms.Returned | None
    masks: list[np.ndarray] | None
    cache: Any
    values: dict[str, Any]


def stages(family: Family, single: Single) -> Stages:
    """The forward pass: the file's own, or ours. What the backward pass is handed is in ``values``."""
    turned = _turned if family.rows else _as_it_is
    given = single._replace(
        X=turned(single.X), Y=turned(single.Y), parameters=[(turned(W), turned(b)) for W, b in single.parameters]
    )
    parameters = forms.FORMS[family.form](given.parameters)
    masks, dims = single.masks, single.dims
    values: dict[str, Any] = {
        "X": given.X, "Y": given.Y, "parameters": parameters, "lambd": single.lambd, "keep_prob": single.keep_prob,
        "m": single.X.shape[1], "L": len(dims) - 1, "layers_dims": list(dims),
    }  # fmt: skip
    if family.forward is None:
        p = _pass(family, given)
        values |= {"cache": forms.CACHES[family.cache](p), "A": p.A[-1]}
        return Stages(None, masks, values["cache"], values)
    with seeded():
        whole = family.forward.call(**bind(family.forward.arguments, family.forward.role or "", values))
    last = (dims[-1], single.X.shape[1])
    found = forms.returned(whole, last[::-1] if family.rows else last)
    if family.forward.role == "forward dropout" and (paths := family.paths.get(len(dims) - 1)):
        masks = [forms.at(whole, path) != 0 for path in paths]
    values |= {"cache": found.cache, "A": found.A, "extras": found.extras}
    return Stages(found, masks, found.cache, values)


def run(family: Family, single: Single) -> tuple[dict[str, Any], list[str]]:
    """The gradients by the course's names, and the arguments that the backward pass changed."""
    stage = stages(family, single)
    given = [(stage.values[name], stage.values[name].copy()) for name in ("X", "Y")]
    kept = [(path, a.copy()) for path, a in forms.walk(stage.cache)]
    result = gradients(family, stage.values, single)
    changed = [name for name, (now, before) in zip("XY", given, strict=True) if not np.array_equal(now, before)]
    now = dict(forms.walk(stage.cache))
    spoilt = [path for path, a in kept if path in now and not np.array_equal(a, now[path], equal_nan=True)]
    return result, changed + forms.cache_names(stage.cache, spoilt)


def gradients(family: Family, values: dict[str, Any], single: Single, *, state: int = STATE + 1) -> dict[str, Any]:
    """The gradients by the course's names and conventions."""
    return named_as_ours(family, as_returned(family, values, single, state=state), single)


def as_returned(family: Family, values: dict[str, Any], single: Single, *, state: int = STATE + 1) -> dict[str, Any]:
    """The gradients by the course's names, as the file has them."""
    with seeded(state):  # a mask that is drawn anew is another one
        value = family.backward.call(**bind(family.backward.arguments, family.backward.role or "", values))
    named = forms.gradients(value, single.dims, single.X.shape[1], shifted=None, rows=family.rows)
    return {name: np.array(a) for name, a in named.items()}


def named_as_ours(family: Family, raw: dict[str, Any], single: Single) -> dict[str, Any]:
    """The same in the course's conventions: dA under its own layer, dZ without 1/m, examples as columns."""
    m, dims = single.X.shape[1], single.dims
    result = dict(raw)
    forms.place_activations(result, len(dims) - 1, family.shifted)
    if family.rows:
        result = {
            n: a.reshape(-1, 1) if n.startswith("db") and a.size == dims[int(n[2:])] else a.T for n, a in result.items()
        }
    for name in list(result):
        if family.scaled and name[:2] in ("dZ", "dA") and result[name].dtype.kind == "f":
            result[name] = result[name] * m
        if family.unmasked and name.startswith("dA"):
            del result[name]
    return result


def _pass(family: Family, single: Single) -> forms.Pass:
    masks = single.masks if family.dropout else None
    if family.dropout and masks is None:
        masks = [np.ones((W.shape[0], single.X.shape[1]), dtype=bool) for W, _ in single.parameters[:-1]]
    forward = network.forward_propagation(
        single.X, single.parameters, hidden=family.hidden, output=family.output, masks=masks, keep_prob=single.keep_prob
    )
    return forms.Pass(list(forward.Z), [*forward.A, forward.H[-1]], masks, single.parameters)
