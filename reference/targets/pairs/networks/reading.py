"""A step read once, with NumPy itself: its turn, its parameters, its rates, its output and labels, and its loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.networks.candidates import Beside, LossInStep
from reference.targets.pairs.networks.changes import STATE, answered_by, changed_by, changes_of, misshapen, rates_of
from reference.targets.pairs.networks.choosing import DIRECTIONS, Fit, best_fits, moving
from reference.targets.pairs.networks.decays import Slopes
from reference.targets.pairs.networks.looking import Collected, Enumerated
from reference.targets.pairs.networks.roots import RATE as RATES
from reference.targets.pairs.networks.roots import shown_as
from reference.targets.pairs.networks.trainer import Trainer, off_start
from reference.targets.pairs.networks.turn import StepTurn
from reference.targets.pairs.objects.arrays import lowered
from reference.targets.pairs.objects.constructing import Unprepared

__all__ = ["StepReading", "read_step"]

STEP = 1e-4
MOST_BLOCKS = 16
SEED = 0x5EED
LARGEST = 100_000


class StepReading(NamedTuple):
    """``parameters``: their values. ``rates``: what each change is divided by; empty where gradients are handed back.

    ``places``: the rates that are set. ``fits``: outputs and losses, the best first.
    """

    turn: int
    parameters: Mapping[str, NDArray]
    rates: Mapping[str, float]
    places: Mapping[Any, float]
    fits: tuple[Fit, ...]
    gradients: Mapping[str, NDArray]
    numbers: Mapping[str, float] = {}  # that stand there, by name
    literal: bool = False  # the rate is a number of the source
    lost: int = 0  # gradients that were handed back and belong to nothing


def read_step(trainer: Trainer) -> StepReading:
    """The first turn that has parameters on which an output beside labels depends. Raises ``Unprepared``."""
    why: Exception | None = None
    for turn in trainer.facts["turns"]:
        try:
            return _of_turn(trainer, turn)
        except Unprepared as error:
            why = why or error
    raise why or Unprepared(f"{trainer.proposal.check} takes no step that can be seen")


def _of_turn(trainer: Trainer, number: int) -> StepReading:
    check = trainer.proposal.check
    first, _ = trainer.run(number)
    moved = dict(_moved(trainer, first))
    values = _carried(trainer, number, moved)
    if not values:
        raise Unprepared(f"{check} has no arrays of floats where it begins")
    looked = _Discovery(trainer, values)
    second, _ = trainer.run(number, values=_lifted(trainer, values), look=looked)
    changed = changed_by(second)
    besides = [
        b for b in (*map(_beside, trainer.facts["besides"]), *looked.enumerated.found) if b.statement <= looked.last
    ]
    losses = [loss for loss in map(_loss, trainer.facts["losses"]) if loss.statement <= looked.last]
    stepped = {name: value for name, value in values.items() if name in changed}
    rates: dict[str, float] = {}
    places: dict[Any, float] = {}
    literal, lost = False, 0
    if stepped:
        values = stepped
        places = rates_of(trainer, second, _lifted(trainer, values))
        rate = next(iter(places.values()), None)
        literals = trainer.facts["literals"]
        rates = {name: rate or literals.get(_last(name), 1.0) for name in values}
        if rate is None and 0 < sum(_last(name) in literals for name in values) < len(values):
            raise Unprepared(f"the rates of {', '.join(map(shown_as, values))} are not all written as numbers: say one")
        literal = rate is None and any(_last(name) in literals for name in values)
        turn, _ = trainer.run(number, values=_lifted(trainer, values), rates=places)
        gradients = {name: np.asarray(lowered(g, trainer.kind), float) for name, g in changes_of(turn, rates).items()}
        lost = sum(name.partition(".")[0] in trainer.facts["updated"] for name in misshapen(second))
    else:
        turn, answer = trainer.run(number, values=_lifted(trainer, values))
        found, lost = answered_by(trainer, turn, answer, set())
        gradients = {name: np.asarray(trainer.kind.lower(g), float) for name, g in found.items()}
        gradients = {n: g for n, g in gradients.items() if n in values and g.shape == values[n].shape}
        lost += len(found) - len(gradients)
    base = {
        what: found
        for what, found in _collected(trainer, number, values, besides, losses).items()
        if isinstance(what, LossInStep) or not any(_is_one_of(value, values) for value in found)
    }
    if not gradients:
        raise _nothing(base, f"{check} neither changes nor returns what has the shape of its weights")
    if not all(np.all(np.isfinite(g)) for g in gradients.values()):
        raise Unprepared(f"{check} is not finite after one step")
    values = {name: values[name] for name in gradients}
    every = dict(_slopes(trainer, number, values, gradients, besides, losses))
    depend = moving(every, base)
    slopes = {name: one for name, one in every.items() if name in depend}
    if not slopes:
        raise _nothing(
            base, f"{check} has no output beside its labels that depends on {', '.join(map(shown_as, values))}"
        )
    values, gradients = ({name: of[name] for name in slopes} for of in (values, gradients))
    rates = {name: rate for name, rate in rates.items() if name in slopes}
    if rates:
        _refuse_normalised(trainer, gradients)
    fits = best_fits(slopes, base)
    if not fits:
        raise _nothing(
            base, f"{check} has no output beside its labels that depends on {', '.join(map(shown_as, values))}"
        )
    return StepReading(number, values, rates, places, tuple(fits), gradients, second.constants, literal, lost)


def _nothing(base: Mapping[Any, tuple[Any, ...]], otherwise: str) -> Unprepared:
    """Why nothing can be said of a step: of whole numbers beside whole numbers in its own way."""
    beside = [found for what, found in base.items() if isinstance(what, Beside) and what.line]
    if any(all(np.all(np.isin(value, (-1, 0, 1))) for value in found) for found in beside):
        return Unprepared("what it puts out is a step, as a perceptron's: its rule is declared, and no derivative")
    return Unprepared(otherwise)


def _carried(trainer: Trainer, number: int, values: Mapping[str, NDArray]) -> dict[str, NDArray]:
    """Those that are afterwards what they are because of what they were: an activation is not."""
    base, _ = trainer.run(number, values=_lifted(trainer, values))
    found = {}
    for name, value in values.items():
        try:
            turn, _ = trainer.run(number, values=_lifted(trainer, {**values, name: value * 1.25 + 0.125}))
            before, after = (np.asarray(trainer.kind.lower(each.after[name])) for each in (base, turn))
        except Unprepared:
            raise
        except Exception:  # it counts something, or an index is made of it
            continue
        if before.shape != after.shape or not np.array_equal(before, after, equal_nan=True):
            found[name] = value
    return found


def _is_one_of(value: Any, values: Mapping[str, NDArray]) -> bool:
    """A parameter is no output."""
    return any(np.size(value) == one.size and np.array_equal(np.ravel(value), np.ravel(one)) for one in values.values())


class _Discovery:
    """Looks for outputs until a parameter has changed."""

    def __init__(self, trainer: Trainer, values: Mapping[str, NDArray]) -> None:
        self.enumerated = Enumerated(trainer.facts["labels"], trainer.arguments, trainer.kind)
        self.values, self.kind = values, trainer.kind
        self.last, self.over = -1, False
        self.turn: StepTurn | None = None

    def __call__(self, statement: int, frame: Any) -> None:
        from reference.targets.pairs.networks.roots import read
        from reference.targets.pairs.weaving.watch import WATCH

        turn = WATCH.observer
        if self.over or not isinstance(turn, StepTurn):
            return
        for name in self.values:
            try:
                now = np.asarray(self.kind.lower(read(frame, turn.model, turn.spots[name])))
            except Exception:  # not as it was any more
                continue
            if now.shape == self.values[name].shape and not np.array_equal(now, self.values[name]):
                self.over = True
                return
        self.last = max(self.last, statement)
        self.enumerated(statement, frame)


def _beside(tree: Any) -> Beside:
    return Beside(*tree)


def _loss(tree: Any) -> LossInStep:
    return LossInStep(*tree)


def _last(name: str) -> str:
    steps = [step for step in name.split(".") if not step.isdigit()]
    return steps[-1] if steps else name


def _moved(trainer: Trainer, first: StepTurn) -> Iterator[tuple[str, NDArray]]:
    """What may be a parameter, off its start: neither data nor what an optimiser keeps, nor a rate."""
    changed = changed_by(first)
    given = [np.asarray(a) for a in trainer.arguments.values()]
    updated = set(trainer.facts["updated"])
    for name, start in first.start.items():
        spot = first.spots[name]
        own = spot.root.rpartition(" ")[2]
        if start.size == 0 or start.size > LARGEST or not np.all(np.isfinite(start)) or RATES.fullmatch(_last(name)):
            continue
        if (
            any(a.shape == start.shape and a.size > 1 and np.array_equal(a, start) for a in given)
            and name not in changed
        ):
            continue
        if len(spot.paths[0]) == 1 and own not in updated and name not in changed:
            continue
        if STATE.fullmatch(_last(name)) and not np.any(start):
            continue
        is_argument = spot.root in trainer.draw.arguments
        made = start if is_argument and start.size > 1 else off_start(name, start, trainer.draw.seed)
        yield name, made.astype(np.float32).astype(np.float64)


def _lifted(trainer: Trainer, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: trainer.kind.lift(np.asarray(value)) for name, value in values.items()}


def _collected(
    trainer: Trainer, number: int, values: Mapping[str, NDArray], besides: list[Beside], losses: list[LossInStep]
) -> dict[Any, tuple[Any, ...]]:
    look = Collected(besides, losses, trainer.kind)
    with np.errstate(all="ignore"):
        trainer.run(number, values=_lifted(trainer, values), look=look)
    return look.values


def _slopes(
    trainer: Trainer,
    number: int,
    values: Mapping[str, NDArray],
    gradients: Mapping[str, NDArray],
    besides: list[Beside],
    losses: list[LossInStep],
) -> Iterator[tuple[str, Slopes]]:
    stream = np.random.RandomState(SEED)
    for name in list(gradients)[:MOST_BLOCKS]:
        along: list[float] = []
        size: list[float] = []
        penalty: list[float] = []
        every: list[list[Mapping[Any, tuple[Any, ...]]]] = []
        for _ in range(DIRECTIONS):
            direction = stream.standard_normal(values[name].shape)
            along.append(float(np.sum(gradients[name] * direction)))
            penalty.append(float(np.sum(values[name] * direction)))
            size.append(float(np.sum(np.abs(gradients[name] * direction))))
            every.append([
                _collected(trainer, number, {**values, name: values[name] + t * STEP * direction}, besides, losses)
                for t in (-2, -1, 1, 2)
            ])  # fmt: skip
        yield name, Slopes(along, size, every, STEP, sum(n > 1 for n in values[name].shape), penalty)


def _refuse_normalised(trainer: Trainer, gradients: Mapping[str, NDArray]) -> None:
    """Adam's first step, and RMSprop's, is of one size in every entry: no gradient can be read from it."""
    sizes = [np.abs(g[g != 0]) for g in gradients.values() if np.count_nonzero(g) > 2]
    if sizes and all(np.ptp(s) <= 1e-2 * np.max(s) for s in sizes):
        raise Unprepared(
            f"the step of {trainer.proposal.check} divides the gradient by its own size, as Adam and RMSprop do: "
            "a method of its own that returns the gradient would be judged"
        )
