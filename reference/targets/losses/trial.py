"""Which reading of a function is its own: shown by the loss that it returns, on problems that tell readings apart.

A reading is demonstrated where the loss is a finite number, changes with every parameter and with the labels, and does
not depend on the order of the examples. Of the readings that are, those whose gradients have the right shapes come
first; and among these one whose loss is known, and one under which the gradient is that of the loss.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from reference.interface.outcome import Single
from reference.targets.losses.recognition import Recognised, recognised
from reference.targets.losses.way import LossAnswer, LossWay, as_number
from reference.targets.pairing.passes import seeded
from reference.targets.pairing.trial import probe

__all__ = ["TriedLoss", "chosen"]

FEW = 6  # examples of the second problem of a shape
STEP, CONSISTENT = 1e-5, 1e-6  # of a first look; verdicts are reached elsewhere
SAME = 1e-9
Shape = tuple[int, int]  # layers, outputs


class TriedLoss(NamedTuple):
    """A reading that was demonstrated, and how far it carries."""

    way: LossWay
    shapes: tuple[Shape, ...]
    raises: tuple[int, ...]  # depths at which a function that takes several raises
    fits: bool  # every gradient has the shape that it owes
    consistent: bool  # it is the derivative of the loss, on a first look
    known: Recognised | None

    @property
    def rank(self) -> tuple[bool, int, bool, bool, bool]:
        """What speaks for the reading: shapes, depths, a loss that is known, and a gradient that is its own."""
        known = self.known is not None
        depths = len({depth for depth, _ in self.shapes})
        return self.fits, depths, known and self.consistent, self.consistent, known

    @property
    def is_certain(self) -> bool:
        """Nothing speaks for another reading: one layer alone may fit by accident."""
        deep = any(depth > 1 for depth, _ in self.shapes) or self.way.depths == (1,)
        return self.fits and self.consistent and self.known is not None and deep


def chosen(ways: Iterable[LossWay], lookup: Callable[[str], Any]) -> tuple[TriedLoss | None, str]:
    """The best reading; and, where there is none, what came of those that were tried."""
    best: TriedLoss | None = None
    tried, first = 0, ""
    for way in ways:
        if way.each and best is not None and best.fits:
            break  # it takes many at once
        tried += 1
        with seeded():
            found, why = _demonstrated(way, [lookup(name) for name in way.names])
        first = first or why
        if found is None:
            continue
        if best is None or found.rank > best.rank:
            best = found
        if best.is_certain:
            break
    return best, f"{tried} readings of its arguments were tried, and under none it returns a loss with its gradient" + (
        f" ({first})" if first else ""
    )


def _demonstrated(way: LossWay, called: Sequence[Any]) -> tuple[TriedLoss | None, str]:
    shown: dict[Shape, tuple[LossWay, Single]] = {}
    raising: list[int] = []
    why = ""
    for last in way.lasts:
        for depth in way.depths:
            single = _problem(depth, last)
            try:
                one = _at(way, called, single)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                inside = _raised_inside(error, called)
                raising += [depth] if inside else []
                if inside and not why:
                    why = f"{type(error).__name__}: {str(error)[:120]}"
                continue
            if one is not None:
                way = one
                shown[depth, last] = (one, single)
    if not shown:
        return None, why
    (depth, last), (way, single) = next(iter(shown.items()))
    answer = way.answer(called, single)
    shapes, known = _recognised(way, called, list(shown))
    depths = {depth for depth, _ in shown}
    raises = tuple(d for d in way.depths if d not in depths and d in raising)
    if len(depths) == 1 and not _takes_any_depth(way, called, raises, last):
        raises = ()
    fits = _fits(answer, single, way)
    return TriedLoss(way, tuple(shapes), raises, fits, fits and _consistent(way, called, single), known), why


LOOP = re.compile(r"\bfor\b[^\n]*\b(len|range|enumerate|reversed|zip)\b")


def _takes_any_depth(way: LossWay, called: Sequence[Any], raises: Sequence[int], last: int) -> bool:
    """Does it take the depths at which it raises? Its own loss is defined there, or it loops over layers."""
    if way.price is not None:
        try:
            return all(np.isfinite(as_number(way.loss_of(called, _problem(depth, last)))) for depth in raises)
        except Exception:
            return False
    try:
        return LOOP.search(inspect.getsource(called[0])) is not None and "parameters" in way.takes
    except (OSError, TypeError):
        return False


@functools.cache
def _problem(depth: int, last: int) -> Single:
    return probe(depth, last=last, dropout=False)._replace(output="sigmoid" if last == 1 else "softmax")


def _few(single: Single) -> Single:
    return single._replace(X=single.X[:, :FEW], Y=single.Y[:, :FEW])


def _raised_inside(error: BaseException, called: Sequence[Any]) -> bool:
    """Is it of the function's own code, and not of handing the problem over?"""
    files = {frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)}
    return any(_file(call) in files for call in called)


def _file(call: Any) -> str | None:
    code = getattr(call, "__code__", None) or getattr(getattr(call, "__init__", None), "__code__", None)
    return getattr(code, "co_filename", None)


# --- is the reading demonstrated? --------------------------------------------------------------------------------


def _at(way: LossWay, called: Sequence[Any], single: Single) -> LossWay | None:
    """The way with the layout of what it returns, where the loss behaves as a loss of this problem."""
    if not way.laid_out:
        given = way.prepared(single)
        value = way.ask(called, given)
        candidates: Iterator[LossWay] = (replace(way, layout=one, laid_out=True) for one in way.layouts(value, given))
    else:
        candidates = iter([way])
    for candidate in candidates:
        with contextlib.suppress(ValueError, TypeError, IndexError, KeyError):
            if _behaves(candidate, called, single):
                return candidate
    return None


def _behaves(way: LossWay, called: Sequence[Any], single: Single) -> bool:
    single = way.prepared(single)
    loss = as_number(way.answer(called, single).loss)
    if not np.isfinite(loss) or loss != as_number(way.loss_of(called, single)):
        return False

    def other(changed: Single) -> float:
        return as_number(way.loss_of(called, changed))

    order = np.roll(np.arange(single.X.shape[1]), 2)
    again = other(single._replace(X=single.X[:, order], Y=single.Y[:, order]))
    if abs(again - loss) > SAME * abs(loss) or other(single._replace(X=single.X[:, order])) == loss:
        return False
    if other(single._replace(Y=np.roll(single.Y, 1, axis=1))) == loss:
        return False
    return all(other(changed) != loss for changed in _nudged(single, biases=way.biases))


def _nudged(single: Single, *, biases: bool) -> Iterator[Single]:
    """The problem with one block of its parameters changed."""
    for l, (W, b) in enumerate(single.parameters):
        layers = list(single.parameters)
        layers[l] = (W * 1.25, b)
        yield single._replace(parameters=tuple(layers))
        if biases:
            layers[l] = (W, b + 0.25 * np.arange(1.0, b.size + 1)[:, None])  # a softmax does not see what all share
            yield single._replace(parameters=tuple(layers))


def _fits(answer: LossAnswer, single: Single, way: LossWay) -> bool:
    owed = {f"dW{l}": W.shape for l, (W, _) in enumerate(single.parameters, 1)}
    if way.biases:
        owed |= {f"db{l}": b.shape for l, (_, b) in enumerate(single.parameters, 1)}
    return all(name in answer.gradients and np.shape(answer.gradients[name]) == shape for name, shape in owed.items())


def _consistent(way: LossWay, called: Sequence[Any], single: Single) -> bool:
    """Is the gradient that of the loss, as far as one step tells?"""
    gradients = way.answer(called, single).gradients
    largest = max(float(np.max(np.abs(a), initial=0.0)) for a in gradients.values())
    for name, a in gradients.items():
        kind, l = "Wb".index(name[1]), int(name[2:]) - 1
        for index in np.ndindex(np.shape(a)):
            steps = []
            for sign in (1, -1):
                layers = [list(layer) for layer in single.parameters]
                layers[l][kind] = layers[l][kind].copy()
                layers[l][kind][index] += sign * STEP
                moved = single._replace(parameters=tuple((W, b) for W, b in layers))
                steps.append(as_number(way.loss_of(called, moved)))
            if not abs((steps[0] - steps[1]) / (2 * STEP) - a[index]) <= CONSISTENT * max(largest, 1e-3):
                return False
    return True


# --- which loss is it? --------------------------------------------------------------------------------------------


def _recognised(way: LossWay, called: Sequence[Any], shapes: list[Shape]) -> tuple[list[Shape], Recognised | None]:
    """The known network that it is at all its shapes; else at those with as many outputs as the first has."""
    by_outputs = [s for s in shapes if s[1] == shapes[0][1]]
    others = [s for s in shapes if s[1] != shapes[0][1]]
    for some in dict.fromkeys(map(tuple, (shapes, by_outputs, others))):
        if some and (known := _known(way, called, some)) is not None:
            return list(some), known
    return shapes, None


def _known(way: LossWay, called: Sequence[Any], shapes: Sequence[Shape]) -> Recognised | None:
    problems = [way.prepared(_problem(*shape)) for shape in shapes]
    problems += [way.prepared(_few(problem)) for problem in problems]
    losses = [as_number(way.loss_of(called, s)) for s in problems]
    bare = [as_number(way.loss_of(called, s._replace(lambd=0.0))) for s in problems] if way.l2 else losses
    return next(recognised(problems, losses, bare, l2=way.l2), None)
