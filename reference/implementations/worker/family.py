"""A backward pass with the forward pass that feeds it: found by trying, then run on any problem.

The file's own forward pass is preferred where it computes a network that we know; else its backward pass is handed
a cache of our making, in the layouts that the course has published. A forward pass is never recomputed from a cache.
"""

from __future__ import annotations

import contextlib
import difflib
import inspect
import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from manual_backprop import network
from reference.implementations.vocabulary import Argument, Unbindable, bind, classify, meaning, plain
from reference.implementations.worker import forms

__all__ = ["STATE", "Family", "Function", "Single", "family", "function", "run", "seeded", "stages"]

DEPTHS = (3, 2, 4, 1)  # tried in turn: the course's, the shallow ones, and what tells a network of any depth
WIDTHS = (4, 3, 5, 2)  # of the layers before the last, never equal side by side
EXAMPLES, LAMBD, KEEP_PROB = 9, 0.7, 0.6
HIDDENS = ("relu", "tanh", "sigmoid", "leaky_relu", "softplus", "identity")
OUTPUTS = ("sigmoid", "softmax", "identity")
CLOSE = 1e-9  # of the largest entry, to tell one network from another; verdicts are reached elsewhere
STATE = 20_221_122  # of NumPy's global generator before every call: what a target draws, it draws again
MATCHES, CONFORMS, OURS, COMPLETE, RAISES, FAILS = 5, 4, 3, 2, 1, 0  # how far a candidate goes


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
        return any(a.name for a in self.backward.arguments if _means(a, "lambd"))

    @property
    def dropout(self) -> bool:
        return self.backward.role == "backward dropout"


def _means(argument: Argument, what: str) -> bool:
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
    result = _backward(family, stage.values, single)
    changed = [name for name, (now, before) in zip("XY", given, strict=True) if not np.array_equal(now, before)]
    now = dict(forms.walk(stage.cache))
    spoilt = [path for path, a in kept if path in now and not np.array_equal(a, now[path], equal_nan=True)]
    return result, changed + forms.cache_names(stage.cache, spoilt)


def _backward(family: Family, values: dict[str, Any], single: Single, *, state: int = STATE + 1) -> dict[str, Any]:
    with seeded(state):  # a mask that is drawn anew is another one
        value = family.backward.call(**bind(family.backward.arguments, family.backward.role or "", values))
    m = single.X.shape[1]
    dims = single.dims
    result = {
        n: np.array(a) for n, a in forms.gradients(value, dims, m, shifted=family.shifted, rows=family.rows).items()
    }
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


# --- finding -----------------------------------------------------------------------------------------------


def family(
    backward: Function,
    functions: list[Function],
    elsewhere: frozenset[str] = frozenset(),
    *,
    form: str | None = None,
    layout: str | None = None,
) -> Family:
    """A backward pass with the forward pass that feeds it.

    ``elsewhere``: names that only code which is not executed would set. ``form`` and ``layout``, where they are known.
    """
    forwards = [f for f in functions if f.role in ("forward", "forward dropout", "forward n")]
    return _best(backward, forwards, elsewhere, Wanted(form, None if layout is None else layout == "rows"))


class Wanted(NamedTuple):
    """What a binding says; ``None`` where it is to be tried."""

    form: str | None = None
    rows: bool | None = None

    def takes(self, family: Family) -> bool:
        return self.form in (None, family.form) and self.rows in (None, family.rows)


def _best(backward: Function, forwards: list[Function], elsewhere: frozenset[str], wanted: Wanted) -> Family:
    """The candidate that goes furthest; the earlier one where two go as far."""
    best, own = Family(backward, cache=_layouts(backward)[0]), None
    for candidate in filter(wanted.takes, _candidates(backward, forwards)):
        told = best.forward is not None and best.status in (CONFORMS, RAISES)  # its own forward pass told what it is
        if told and candidate.forward is None and (candidate.hidden, candidate.output) != (best.hidden, best.output):
            continue
        tried = _tried(replace(candidate, elsewhere=elsewhere))
        if tried.note is not None and best.note is None and best.status == FAILS:
            best = tried
        if _reach(tried) > _reach(best):
            best = replace(tried, note=None)
        if own is None and tried.status == COMPLETE and tried.forward is not None and tried.forward.own:
            own = tried
        if _reach(best) == (True, MATCHES):
            break
    if best.status == FAILS and best.note is None:
        best = replace(best, note=f"{backward.name} is not judged: it takes a cache that no forward pass here makes")
    if own is not None and best.status == OURS and not _alike(own, best):
        return own  # it is fed as its own forward pass feeds it, or not at all
    return best if best.forward is not None else replace(best, alternative=own)


def _reach(family: Family) -> tuple[bool, int]:
    """How far a candidate went: one layer alone may fit by accident."""
    return family.status > RAISES and max(family.depths) > 1, family.status


def _alike(own: Family, ours: Family) -> bool:
    """Does the file's own forward pass keep its cache in the layout of ours?"""
    single = probe(own.depths[0], last=1 if ours.output == "sigmoid" else 3, dropout=own.dropout)
    try:
        theirs, mine = (list(forms.walk(stages(family, single).cache)) for family in (own, ours))
    except Exception:
        return False
    parameters = [a for pair in single.parameters for a in pair]

    def role(a: np.ndarray) -> Any:
        same = next((k for k, p in enumerate(parameters) if a.shape == p.shape and np.array_equal(a, p)), None)
        return same, forms.is_mask(a, single.keep_prob), bool(np.all(a >= 0))  # a Z has both signs, an A one

    told, known = ({path: (a.shape, role(a)) for path, a in arrays} for arrays in (theirs, mine))
    named = all(isinstance(path[-1], str) for path in told)  # a dictionary may hold less than ours
    return all(known.get(path) == what for path, what in told.items()) and (named or len(told) == len(known))


def _layouts(backward: Function) -> list[str]:
    tuples = ["tuple", "dict", "list", "masked list"]
    lists = ["masked list", "list", "tuple", "dict"]
    if backward.role == "backward L" or plain(backward.name).startswith(("lmodel", "llayer")):
        return lists if "dropout" in plain(backward.name) else ["list", "tuple", "dict", "masked list"]
    if any(_means(a, "keep_prob") for a in backward.arguments) and any(
        plain(a.name) == "caches" for a in backward.arguments
    ):
        return ["masked list", *tuples[:3]]
    return tuples


def _candidates(backward: Function, forwards: list[Function]) -> Iterator[Family]:
    wanted = "forward dropout" if backward.role == "backward dropout" else "forward"
    alike = plain(backward.name).replace("backward", "forward").replace("back", "forward")
    n_like = backward.name.endswith("_n")

    def rank(f: Function) -> tuple[bool, bool, float]:
        kind = f.role == wanted if not n_like else f.role == "forward n"
        return (not kind, not f.own, -difflib.SequenceMatcher(None, alike, plain(f.name)).ratio())

    usable = [f for f in forwards if f.role != "forward dropout" or wanted == "forward dropout"]
    if backward.role != "backward dropout":
        usable = [f for f in usable if f.role != "forward n" or n_like or not any(g.role == "forward" for g in usable)]
    else:
        usable = [f for f in usable if f.role == wanted]
    for f in sorted(usable, key=rank):
        for form in forms.FORMS:
            yield Family(backward, f, form=form)
    for f in sorted(usable, key=rank):
        if f.own and f.role == "forward":
            yield from (Family(backward, f, form=form, rows=True) for form in forms.FORMS)
    for layout in _layouts(backward):
        for hidden in ("relu", "tanh") if layout == "dict" else ("relu",):
            for output in ("sigmoid", "softmax"):
                for form in forms.FORMS:
                    if form == "dict" or any(_means(a, "parameters") for a in backward.arguments):
                        yield Family(backward, None, layout, form=form, hidden=hidden, output=output)


def probe(depth: int, *, last: int, dropout: bool, seed: int = 3) -> Single:
    """A small problem without dead units, sure to tell layers, widths and examples apart."""
    rng = np.random.RandomState(seed)
    dims = (*WIDTHS[:depth], last)
    parameters = [
        (rng.standard_normal((n, k)) * 0.8, rng.standard_normal((n, 1)) * 0.3) for k, n in itertools.pairwise(dims)
    ]
    X = rng.standard_normal((dims[0], EXAMPLES))
    labels = rng.randint(max(last, 2), size=EXAMPLES)
    labels[:2] = (0, 1)
    Y = (labels == 1)[None].astype(float) if last == 1 else np.eye(last)[:, labels]
    masks = [rng.random_sample((n, EXAMPLES)) < KEEP_PROB for n in dims[1:-1]] if dropout else None
    return Single(X, Y, parameters, masks, LAMBD, KEEP_PROB if dropout else 1.0)


def _tried(candidate: Family) -> Family:
    """How far a candidate goes, at which depths, and what network its forward pass computes."""
    reached: dict[int, Family] = {}
    for depth in DEPTHS:
        tried = _at_depth(candidate, depth)
        if tried.note and not reached:
            candidate = replace(candidate, note=candidate.note or tried.note)
        if tried.status > FAILS:
            reached[depth] = tried
    if not reached:
        return candidate
    first = reached[min(reached, key=lambda depth: (_cannot(reached[depth]), DEPTHS.index(depth)))]
    alike = {
        depth: tried
        for depth, tried in reached.items()
        if tried is first
        or (tried.status >= OURS and tried.output == first.output and (depth == 1 or tried.hidden == first.hidden))
    }
    paths = {depth: way for tried in alike.values() for depth, way in tried.paths.items()}
    return replace(first, depths=tuple(sorted(alike)), paths=paths, note=None)


def _at_depth(candidate: Family, depth: int) -> Family:
    """With one output, and with three: as far as either goes."""
    reached = replace(candidate, status=FAILS)
    for last in (1, 3):
        tried = _with_outputs(candidate, depth, last)
        if tried.note or tried.status > reached.status:
            reached = tried
        if reached.note or reached.status >= CONFORMS:
            break
    return reached


def _cannot(family: Family) -> bool:
    """It was handed our cache, and made no gradients of it: another depth may be its own."""
    return family.forward is None and family.status < COMPLETE


def _with_outputs(candidate: Family, depth: int, last: int) -> Family:
    single = probe(depth, last=last, dropout=candidate.dropout)
    nowhere = replace(candidate, status=FAILS)
    tried = candidate
    try:
        tried = _forwarded(candidate, single) if candidate.forward is not None else replace(candidate, status=OURS)
        if tried.status == FAILS or (tried.output == "softmax" and last == 1):
            return nowhere
        stage = stages(tried, single)
    except KeyboardInterrupt:
        raise
    except BaseException:  # the forward pass is not this one, or not in this form; it is judged by itself
        return nowhere
    try:
        tried = replace(tried, shifted=depth > 1 and _shifted(tried, stage, single))
        stage = stages(tried, single)
        values = {name: np.array(a) for name, a in _backward(tried, stage.values, single).items()}
    except Unbindable as reason:
        return replace(nowhere, note=f"{candidate.backward.name} is not judged: {reason}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) or getattr(error, "name", None) in candidate.elsewhere:
            needs = f"it needs more than the file's definitions ({error})"
            return replace(nowhere, note=f"{candidate.backward.name} is not judged: {needs}")
        if candidate.forward is None and _is_of_layout(error):
            return nowhere
        values = {}
    if not all(f"{kind}{l}" in values for l in range(1, depth + 1) for kind in ("dW", "db")):
        return replace(tried, status=RAISES) if tried.status in (CONFORMS, OURS) else nowhere
    tried = replace(tried, status=tried.status if tried.status in (CONFORMS, OURS) else COMPLETE)
    return _compared(tried, single._replace(masks=stage.masks), values)


def _is_of_layout(error: BaseException) -> bool:
    """Did it fail at taking a cache of our making apart?"""
    return isinstance(error, KeyError | IndexError) or (isinstance(error, ValueError) and "unpack" in str(error))


def _shifted(family: Family, stage: Stages, single: Single) -> bool:
    """Under which index dA stands: told by its shape, where widths differ."""
    with seeded(STATE + 1):
        value = family.backward.call(**bind(family.backward.arguments, family.backward.role or "", stage.values))
    named = forms.gradients(value, single.dims, single.X.shape[1], shifted=None, rows=family.rows)
    L, m = len(single.parameters), single.X.shape[1]
    return np.shape(named.get(f"dA{L}", 0.0)) == (single.dims[-2], m) != (single.dims[-1], m)


def _forwarded(candidate: Family, single: Single) -> Family:
    """Which of the networks that we know the file's own forward pass computes; COMPLETE where none."""
    depth, m = len(single.parameters), single.X.shape[1]
    stage = stages(candidate, single)
    found = stage.returned
    assert found is not None
    masks, paths = single.masks, {}
    if candidate.dropout:
        ways = forms.mask_paths(found.whole, single.dims[1:-1], m, single.keep_prob)
        masks = None if ways is None else [forms.at(found.whole, way) != 0 for way in ways]
        paths = {} if ways is None else {depth: ways}
    if found.A is None:
        return replace(candidate, status=FAILS)
    if candidate.dropout and masks is None and depth > 1:
        return replace(candidate, status=COMPLETE)
    for output in OUTPUTS:
        for hidden in HIDDENS:
            if depth == 1 and hidden != "relu":
                continue
            forward = network.forward_propagation(
                single.X, single.parameters, hidden=hidden, output=output, masks=masks, keep_prob=single.keep_prob
            )
            A = np.transpose(found.A) if candidate.rows else found.A
            if (output != "softmax" or single.dims[-1] > 1) and _same(A, forward.H[-1]):
                return replace(candidate, hidden=hidden, output=output, paths=paths, status=CONFORMS)
    return replace(candidate, paths=paths, status=COMPLETE)


def _compared(family: Family, single: Single, values: dict[str, np.ndarray]) -> Family:
    """MATCHES where every gradient is the network's; and the conventions of its intermediates."""
    with contextlib.suppress(Exception):
        again = _backward(family, stages(family, single).values, single, state=STATE + 2)
        family = replace(family, random=any(not np.array_equal(values[n], again[n], equal_nan=True) for n in values))
    wanted = _gradients(family, single)
    last = f"dZ{len(single.parameters)}"
    if last in values and _same(values[last] * single.X.shape[1], wanted[last]):
        family = replace(family, scaled=True)
        values = {n: a * single.X.shape[1] if n[:2] in ("dZ", "dA") else a for n, a in values.items()}
    owed = [name for name in wanted if name.startswith(("dW", "db"))]
    if not all(_same(values[name], wanted[name]) for name in owed):
        return family
    raw = [f"dA{l}" for l in range(1, len(single.parameters)) if f"dA{l}" in values]
    unmasked = bool(raw) and family.dropout and all(
        _same(values[f"dA{l}"], single.parameters[l][0].T @ wanted[f"dZ{l + 1}"])
        for l in map(int, (n[2:] for n in raw))
    )  # fmt: skip
    family = replace(family, unmasked=unmasked)
    return replace(family, status=MATCHES, ties=_agrees_at_ties(family, single))


def _gradients(family: Family, single: Single) -> dict[str, np.ndarray]:
    settings: dict[str, Any] = {"hidden": family.hidden, "output": family.output}
    if family.dropout:
        settings |= {"masks": single.masks, "keep_prob": single.keep_prob}
    forward = network.forward_propagation(single.X, single.parameters, **settings)
    lambd = single.lambd if family.l2 else 0.0
    g = network.backward_propagation(single.Y, single.parameters, forward, lambd=lambd, **settings)
    return {f"{kind}{l}": a for kind in ("dW", "db", "dZ", "dA") for l, a in enumerate(getattr(g, kind), 1)}


def _agrees_at_ties(family: Family, single: Single) -> bool:
    """Is relu'(0) 0? Asked with zero biases and an example of zeros."""
    X = single.X.copy()
    X[:, 0] = 0
    at_tie = single._replace(X=X, parameters=[(W, np.zeros_like(b)) for W, b in single.parameters])
    try:
        stage = stages(family, at_tie)
        values = _backward(family, stage.values, at_tie)
        wanted = _gradients(family, at_tie._replace(masks=stage.masks))
    except Exception:
        return True  # it will be said elsewhere
    return all(_same(values[name], wanted[name]) for name in wanted if name.startswith(("dW", "db")))


def _same(got: Any, want: np.ndarray) -> bool:
    try:
        got = np.asarray(got, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return got.size == want.size and bool(
        np.all(np.abs(got.reshape(want.shape) - want) <= CLOSE * np.max(np.abs(want), initial=1e-300))
    )
