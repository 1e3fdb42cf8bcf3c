"""The training of an experiment: one variant after the other, heard on the way, and kept where it is interrupted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from manual_backprop import data_files, datasets, training
from manual_backprop.datasets import Dataset
from manual_backprop.network import Parameters
from manual_backprop.primitives import Array
from reference.experiments.errors import ExperimentError
from reference.experiments.follow import Follower
from reference.experiments.plans import ExperimentPlan, Variant, recorded_every

__all__ = [
    "COURSE_SEED",
    "Kept",
    "Outcome",
    "Source",
    "Study",
    "accuracy",
    "cost_lines",
    "dims",
    "file_of",
    "layers",
    "opened",
    "study",
]

LARGEST = 1e100  # of the numbers in a data set: what is made from them must be a number, too
COURSE_SEED = 1  # of the masks, with which the course begins anew at every iteration


class Source(NamedTuple):
    """A data set and where it comes from: a generator's name or, if that is empty, a file's."""

    data: Dataset
    generator: str
    said: str


class Kept(NamedTuple):
    """The parameters that stand for a training, and the number of steps that led to them."""

    iteration: int
    parameters: Parameters


class Outcome(NamedTuple):
    """What became of a variant. ``costs`` are all that were recorded, with their iterations."""

    variant: Variant
    start: Parameters
    kept: Kept
    costs: list[tuple[int, float]]
    ending: Literal["finished", "interrupted", "diverged"]
    train: float
    test: float | None


class Study(NamedTuple):
    """Everything that the pictures and the page are made from."""

    plan: ExperimentPlan
    source: Source
    iterations: int
    seed: int
    course_seeds: bool
    outcomes: list[Outcome]

    @property
    def data(self) -> Dataset:
        return self.source.data

    @property
    def interrupted(self) -> bool:
        short = len(self.outcomes) < len(self.plan.variants)
        return short or any(outcome.ending == "interrupted" for outcome in self.outcomes)


def opened(given: str) -> Source:
    """A generator of ``datasets``, or a file; raises ``ExperimentError``."""
    if given in datasets.DATASETS:
        return Source(datasets.DATASETS[given](), given, f"{given}, generated")
    try:
        data = data_files.load(given)
    except data_files.DataError as error:
        raise ExperimentError(str(error)) from None
    largest = max(float(np.abs(X).max()) for X in (data.train_X, data.test_X) if X is not None)
    if largest > LARGEST:
        raise ExperimentError(
            f"{given}: holds numbers as large as {largest:.1g}, which leave no room to train; scale them"
        )
    return Source(data, "", Path(given).name)


def study(
    plan: ExperimentPlan, source: Source, follower: Follower, *, iterations: int, seed: int, course_seeds: bool
) -> Study:
    """Train every variant. An interrupt ends it, and what there is is kept; it is passed on where there is nothing."""
    found = Study(plan, source, iterations, seed, course_seeds, [])
    for variant in ordered(plan.variants, course_seeds=course_seeds):
        try:
            found.outcomes.append(_train(found, variant, follower))
            for line in cost_lines(found.outcomes[-1], iterations):
                follower.say(line)
        except KeyboardInterrupt:
            if not found.outcomes:
                raise
            break
        if found.outcomes[-1].ending == "interrupted":
            break
    return found


def cost_lines(outcome: Outcome, iterations: int) -> Iterator[str]:
    """What became of it, for the terminal."""
    at, file = outcome.kept.iteration, file_of(outcome.variant)
    if outcome.ending != "finished":
        cost = dict(outcome.costs)[at]
        yield f"{outcome.ending}; kept in {file}: iteration {at} of {iterations}, with the lowest cost, {cost}"
    test = "no test set" if outcome.test is None else f"test {outcome.test}"
    yield f"Accuracy: train {outcome.train}, {test}"


def file_of(variant: Variant) -> str:
    """Where its parameters are kept."""
    return f"parameters-{re.sub(r'[^a-z0-9]+', '-', variant.name.lower())}.npz"


def ordered(variants: Sequence[Variant], *, course_seeds: bool) -> list[Variant]:
    """Of two kinds of dropout the one that is asked for first: it stands beside the others."""
    return sorted(variants, key=lambda v: v.drops + (v.drops and v.reseeded != course_seeds))


def dims(study: Study) -> tuple[int, ...]:
    """n_0 … n_L."""
    return (study.data.train_X.shape[0], *study.plan.hidden, 1)


def layers(parameters: Parameters) -> Array:
    """Every weight, without the biases, in one row."""
    return np.concatenate([W.ravel() for W, b in parameters])


def accuracy(X: Array, Y: Array, parameters: Parameters) -> float:
    """The share of [A_L > ½] that equals Y."""
    with np.errstate(all="ignore"):  # parameters on their way out of the finite numbers
        return float(np.mean((training.predict(X, parameters) > 0.5) == Y))


def _train(study: Study, variant: Variant, follower: Follower) -> Outcome:
    plan, (X, Y, test_X, test_Y) = study.plan, study.data
    costs: list[tuple[int, float]] = []
    held: dict[str, Kept] = {}

    def iterated(iteration: int, cost: float, parameters: Parameters) -> None:
        here = Kept(iteration, parameters)
        held.setdefault("start", here)
        if all(cost < J for _, J in costs):
            held["best"] = here
        costs.append((iteration, cost))
        follower.iterated(variant.name, iteration, cost, accuracy(X, Y, parameters))

    settings: dict[str, Any] = dict(variant.settings)
    if variant.reseeded:
        rng = np.random.RandomState(COURSE_SEED)
        settings["masks"] = training.draw_masks(dims(study), X.shape[1], keep_prob=settings["keep_prob"], rng=rng)
    follower.begin(variant.name, study.iterations)
    ending: Literal["finished", "interrupted", "diverged"]
    try:
        with np.errstate(all="ignore"):  # a rate that is too large for the data: the cost says so
            trained = training.model(
                X, Y, dims(study), learning_rate=plan.learning_rate, num_iterations=study.iterations, seed=study.seed,
                cost_every=recorded_every(plan, study.iterations), callback=iterated, **settings,
            )  # fmt: skip
    except KeyboardInterrupt:
        if not costs:
            raise
        kept, ending = held["best"], "interrupted"
    else:
        kept, ending = Kept(study.iterations, trained.parameters), "finished"
    if not all(np.isfinite(θ).all() for pair in kept.parameters for θ in pair):
        kept, ending = held["best"], "diverged"
    follower.done(variant.name)
    test = None if test_X is None or test_Y is None else accuracy(test_X, test_Y, kept.parameters)
    return Outcome(variant, held["start"].parameters, kept, costs, ending, accuracy(X, Y, kept.parameters), test)
