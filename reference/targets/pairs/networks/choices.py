"""The reading of each network at each form of its arguments: made once, and the same for every witness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.interface.pair import PairDraw, Proposal
from reference.targets.pairs.networks.candidates import LossInStep
from reference.targets.pairs.networks.choosing import Fit
from reference.targets.pairs.networks.factors import FactorFormula, formulas_of
from reference.targets.pairs.networks.reading import StepReading, read_step
from reference.targets.pairs.networks.roots import shown_as
from reference.targets.pairs.networks.trainer import NETWORK, Trainer
from reference.targets.pairs.objects.constructing import Unprepared
from reference.targets.pairs.running import quiet
from reference.targets.pairs.trees import leaves
from reference.targets.stand_in.loading import Namespace

__all__ = ["Choices"]

MOST = 64
SIMPLEST = 4  # of a number that a strength is multiplied by


class Strength(NamedTuple):
    """How strongly which parameters decay: a number of the source by its name, times something simple."""

    name: str
    times: FactorFormula
    of: tuple[str, ...]

    def at(self, numbers: Mapping[str, float], shape: Sequence[int]) -> dict[str, float]:
        return dict.fromkeys(self.of, numbers[self.name] * float(self.times.at(shape)))


class ChosenBefore(NamedTuple):
    """What was chosen before: the output, the labels and the loss; and the factors that it may have for all that."""

    identity: tuple[Any, str]
    formulas: tuple[FactorFormula, ...]
    strength: Strength | None = None


class Choices:
    """``first``: what was chosen first for each check at a form of its labels."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self.first: dict[str, ChosenBefore] = {}

    def chosen(self, proposal: Proposal, namespace: Namespace, draw: PairDraw) -> Proposal:
        """The proposal with what was chosen. Raises ``Unprepared``, and what the target raises."""
        key = f"{proposal.check} {_form(draw, entries=True)} {draw.seed}"
        if key not in self.known:
            if len(self.known) > MOST:
                self.known.clear()
            trainer = Trainer(proposal, namespace.loaded, draw, namespace.kind)
            with quiet():
                reading = read_step(trainer)
            form = f"{proposal.check} {_form(draw)}"
            known = self.first.get(form)
            fit = _best(reading, known.identity if known is not None else None)
            formulas = _formulas(proposal, fit, known)
            strength = _strength(proposal, reading, fit, known)
            if known is None or (known.identity == _identity(fit) and known.formulas):
                self.first[form] = ChosenBefore(_identity(fit), formulas, strength)
            self.known[key] = _tree(proposal, reading, fit, formulas, strength)
        facts = {**proposal.asked[NETWORK], "chosen": self.known[key]}
        return proposal._replace(asked={**proposal.asked, NETWORK: facts})


def _form(draw: PairDraw, *, entries: bool = False) -> str:
    """What tells the arguments of two draws apart: ranks, kinds of numbers, what labels are made of; their shapes."""
    found = []
    for argument, tree in {**draw.construct, **draw.arguments}.items():
        for name, value in leaves(argument, tree):
            array = np.asarray(value) if isinstance(value, np.ndarray | np.generic) else None
            if array is None:
                found.append(f"{name} {value if entries else type(value).__name__}")
                continue
            few = "few" if array.size and np.all(np.isin(array, (-1, 0, 1))) else array.dtype.kind
            found.append(f"{name} {array.shape if entries else array.ndim} {few}")
    return ", ".join(found)


def _identity(fit: Fit) -> tuple[Any, str]:
    candidate = fit.candidate
    return (candidate.text if isinstance(candidate, LossInStep) else (candidate.output, candidate.labels), fit.loss)


def _best(reading: StepReading, first: tuple[Any, str] | None) -> Fit:
    """The file's own loss before any other; and what was chosen at another draw, unless another is better here."""
    best = _of_its_own(reading) or _of_a_name(reading)
    same = next((fit for fit in reading.fits if first is not None and _identity(fit) == first), None)
    if same is None or (
        best.score[0] == len(reading.gradients) > same.score[0] and not isinstance(same.candidate, LossInStep)
    ):
        return best
    return same


def _of_a_name(reading: StepReading) -> Fit:
    """The loss of the dictionary that fits best. Raises ``Unprepared`` where none fits, or where two fit as well and
    not the same gradients.
    """
    named = [fit for fit in reading.fits if not isinstance(fit.candidate, LossInStep) and fit.fitting]
    named = [
        fit for fit in named if formulas_of(fit.common, fit.shape)
    ] or named  # of one entry every loss is some times
    if not named:
        raise Unprepared(
            f"{', '.join(map(shown_as, reading.gradients))}: no loss that is known has any of these gradients"
        )
    best = named[0]
    guessed = best.candidate.line == 0  # an output that stands beside its labels nowhere
    if guessed and 2 * len(best.fitting) < len(reading.gradients):
        raise Unprepared(
            "what it puts out is not known: nothing is subtracted from its labels, nor handed on beside them"
        )
    if (other := _as_good(best, named, set(reading.gradients))) is not None:
        mine, its = (" and ".join(map(shown_as, fit.fitting)) for fit in (best, other))
        raise Unprepared(f"{mine} fit {best.loss}, and {its} fit {other.loss}: which is meant is not known")
    return best


def _as_good(best: Fit, named: Sequence[Fit], every: set[str]) -> Fit | None:
    """Another loss that as many gradients are of, and just those that are none of the first."""
    unfit = every - {*best.fitting, *best.silent}
    others = (fit for fit in named if fit.loss != best.loss and len(fit.fitting) == len(best.fitting))
    return next((fit for fit in others if unfit and unfit <= {*fit.fitting}), None)


def _of_its_own(reading: StepReading) -> Fit | None:
    own = [fit for fit in reading.fits if isinstance(fit.candidate, LossInStep)]
    blocks = len(reading.gradients)
    whole = [fit for fit in own if fit.score[0] == blocks]
    if whole:
        return min(whole, key=lambda fit: (abs(np.log(abs(fit.common))) > 1e-4, not fit.candidate.sure))
    computed = [fit for fit in own if fit.candidate.sure and not fit.candidate.monitor]
    return next((fit for fit in computed if fit.fitting or fit.beside is not None), None)


def _formulas(proposal: Proposal, fit: Fit, known: ChosenBefore | None) -> tuple[FactorFormula, ...]:
    """The factors that are left. Where sizes are others, and gradients differ among themselves, the factor is what it
    was: what two of them have in common there may be an accident.
    """
    if isinstance(fit.candidate, LossInStep):
        return ()
    here = formulas_of(fit.common, fit.shape)
    if known is not None and known.identity == _identity(fit) and known.formulas:
        left = tuple(f for f in known.formulas if any(_is(f, ratio, fit.shape) for ratio in fit.ratios.values()))
        whole = len(fit.fitting) == sum(ratio is not None for ratio in fit.ratios.values())
        return left or (tuple(here) if whole and here else known.formulas)
    if not here:
        times = f"{abs(fit.common):.6g}"
        raise Unprepared(
            f"{proposal.check}: its gradients are {times} times those of {fit.loss}, which is no simple number"
        )
    return tuple(here)


def _is(formula: FactorFormula, ratio: float | None, shape: Sequence[int]) -> bool:
    factor = float(formula.at(shape))
    return ratio is not None and abs(abs(ratio) - factor) <= 1e-5 * factor


def _strength(proposal: Proposal, reading: StepReading, fit: Fit, known: ChosenBefore | None) -> Strength | None:
    """The decay as a number that stands in the source. Raises ``Unprepared`` where there is none."""
    if known is not None and known.strength is not None and known.identity == _identity(fit):
        return known.strength
    if not fit.decays:
        return None
    size = next(iter(fit.decays.values()))
    for name, number in _numbers(proposal, reading).items():
        for formula in formulas_of(size / number, fit.shape):
            if formula.number.numerator * formula.number.denominator <= SIMPLEST:
                return Strength(name, formula, tuple(fit.decays))
    names = ", ".join(map(shown_as, fit.decays))
    raise Unprepared(f"{names} decay by {size:.6g} times themselves, no number of the file: what the loss is is open")


def _numbers(proposal: Proposal, reading: StepReading) -> dict[str, float]:
    written = {repr(number): number for number in proposal.asked[NETWORK]["numbers_written"]}
    likely = {name: value for name, value in reading.numbers.items() if value != int(value)}
    return {**likely, **written, **reading.numbers}


def _tree(
    proposal: Proposal, reading: StepReading, fit: Fit, formulas: Sequence[FactorFormula], strength: Strength | None
) -> dict[str, Any]:
    candidate = fit.candidate
    own = isinstance(candidate, LossInStep)
    factor = formulas[0].at(fit.shape) if formulas else Fraction(1)
    fitting = [
        name
        for name, ratio in fit.ratios.items()
        if (own and name in fit.fitting) or (ratio is not None and ratio > 0 and abs(ratio - factor) <= 1e-5 * factor)
    ]
    parameters: Mapping[str, NDArray] = reading.parameters
    return {
        "turn": reading.turn,
        "parameters": dict(parameters),
        "rates": dict(reading.rates),
        "places": [[root, list(path), rate] for (root, path), rate in reading.places.items()],
        "literal": reading.literal,
        "statement": candidate.statement,
        "line": candidate.line,
        "output": candidate.text if own else candidate.output,
        "labels": "" if own else candidate.labels,
        "loss": fit.loss,
        "factor": [factor.numerator, factor.denominator],
        "shape": list(fit.shape),
        "unfit": [name for name in reading.gradients if name not in (*fitting, *fit.silent)],
        "decays": {} if strength is None else strength.at(_numbers(proposal, reading), fit.shape),
        "formulas": [[str(f.number), f.of] for f in formulas],
        "lost": reading.lost,
    }
