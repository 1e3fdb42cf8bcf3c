"""What is trained, as the course has it, and the training: one variant after the other, kept if interrupted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from manual_backprop import data_files, datasets, training
from manual_backprop.datasets import Dataset
from manual_backprop.network import Parameters
from manual_backprop.primitives import Array
from reference.experiments import ExperimentError
from reference.experiments.display import TrainingDisplay

__all__ = ["COURSE_SEED", "PLANS", "TrainedExperiment", "TrainedVariant", "train", "training_data"]

LARGEST = 1e100  # of the numbers in a data set: what is made from them must be a number, too
COURSE_SEED = 1  # of the masks, with which the course begins anew at every iteration
ROUND = [digit * 10**power for power in range(8) for digit in (1, 2, 5)]


class Variant(NamedTuple):
    """One training: ``settings`` are those of ``training.model``; ``reseeded`` means the course's masks."""

    name: str
    settings: Mapping[str, Any]
    reseeded: bool = False

    @property
    def drops(self) -> bool:
        return "keep_prob" in self.settings

    @property
    def file(self) -> str:
        """The name of the file that its parameters are kept in."""
        return f"parameters-{re.sub(r'[^a-z0-9]+', '-', self.name.lower())}.npz"


class ExperimentPlan(NamedTuple):
    """What the variants of an experiment have in common; unless given, as in the course's "Initialization"."""

    variants: tuple[Variant, ...]
    data: str = "circles"  # of ``datasets.DATASETS``
    hidden: tuple[int, ...] = (10, 5)
    learning_rate: float = 0.01
    iterations: int = 15_000
    prints: int = 1000  # a line for so many iterations
    seed: int = 3

    def printed_every(self, iterations: int) -> int:
        """The course's distance between two lines; less where so few iterations would give but one or two."""
        return self.prints if iterations > self.prints else max(n for n in ROUND if n <= max(iterations // 10, 1))

    def recorded_every(self, iterations: int) -> int:
        """The distance between two points of a curve: about a hundred of them, among them every one that is printed."""
        return min(self.printed_every(iterations), max(n for n in ROUND if n <= max(iterations // 100, 1)))


RULES = {"gradient descent": "gradient_descent", "momentum": "momentum", "RMSProp": "rmsprop", "Adam": "adam"}
STARTS = ("zeros", "random", "he")
XAVIER = {"initialization": "xavier"}
PLANS = {
    "initialization": ExperimentPlan(tuple(Variant(name, {"initialization": name}) for name in STARTS)),
    "regularization": ExperimentPlan(
        (
            Variant("none", XAVIER),
            Variant("L2", XAVIER | {"lambd": 0.7}),
            Variant("dropout", XAVIER | {"keep_prob": 0.86}),
            Variant("course's dropout", XAVIER | {"keep_prob": 0.86}, reseeded=True),
        ),
        data="diagonal", hidden=(20, 3), learning_rate=0.3, iterations=30_000, prints=10_000,
    ),
    "optimization": ExperimentPlan(
        tuple(Variant(name, {"initialization": "he", "optimizer": rule}) for name, rule in RULES.items())
    ),
}  # fmt: skip


class TrainedVariant(NamedTuple):
    """What became of a variant: the parameters kept, those after ``iteration`` steps, and all the costs recorded."""

    variant: Variant
    start: Parameters
    iteration: int
    parameters: Parameters
    costs: list[tuple[int, float]]
    ending: Literal["finished", "interrupted", "diverged"]
    train_accuracy: float
    test_accuracy: float | None

    @property
    def name(self) -> str:
        return self.variant.name

    @property
    def weights(self) -> tuple[Array, Array]:
        """Every weight, without the biases, in one row: at the start, and those kept."""
        start, end = (np.concatenate([W.ravel() for W, b in each]) for each in (self.start, self.parameters))
        return start, end

    def lines(self, iterations: int) -> Iterator[str]:
        """The lines that tell the terminal what became of the training."""
        if self.ending != "finished":
            cost = dict(self.costs)[self.iteration]
            at = f"iteration {self.iteration} of {iterations}, with the lowest cost, {cost}"
            yield f"{self.ending}; kept in {self.variant.file}: {at}"
        test = "no test set" if self.test_accuracy is None else f"test {self.test_accuracy}"
        yield f"Accuracy: train {self.train_accuracy}, {test}"


class TrainedExperiment(NamedTuple):
    """Everything that the pictures and the page are made from; ``trained`` is filled by ``train``."""

    name: str
    plan: ExperimentPlan
    data: Dataset
    source: str  # of the data: "circles, generated", or a file's name
    iterations: int
    seed: int
    course_seeds: bool
    trained: list[TrainedVariant]

    @property
    def dims(self) -> tuple[int, ...]:
        """n_0 … n_L."""
        return (self.data.train_X.shape[0], *self.plan.hidden, 1)

    @property
    def interrupted(self) -> bool:
        return len(self.trained) < len(self.plan.variants) or self.trained[-1].ending == "interrupted"


def training_data(name: str) -> tuple[Dataset, str]:
    """The data of a generator of ``datasets``, or of a file, and their source; raises ``ExperimentError``."""
    if name in datasets.DATASETS:
        return datasets.DATASETS[name](), f"{name}, generated"
    try:
        data = data_files.load(name)
    except data_files.DataError as error:
        raise ExperimentError(str(error)) from None
    largest = max(float(np.abs(X).max()) for X in (data.train_X, data.test_X) if X is not None)
    if largest > LARGEST:
        problem = f"holds numbers as large as {largest:.1g}, which leave no room to train; scale them"
        raise ExperimentError(f"{name}: {problem}")
    return data, Path(name).name


def train(experiment: TrainedExperiment, display: TrainingDisplay) -> None:
    """Train every variant. An interrupt ends it, and what there is is kept; it is passed on where there is nothing."""
    plan, trained, course_seeds = experiment.plan, experiment.trained, experiment.course_seeds
    try:
        # of two kinds of dropout the one that is asked for first: it stands beside the others
        for variant in sorted(plan.variants, key=lambda v: v.drops + (v.drops and v.reseeded != course_seeds)):
            trained.append(_train(experiment, variant, display))
            for line in trained[-1].lines(experiment.iterations):
                display.line(line)
            if trained[-1].ending == "interrupted":
                break
    except KeyboardInterrupt:
        if not trained:
            raise


@np.errstate(all="ignore")  # a rate that is too large for the data: the cost says so
def _train(experiment: TrainedExperiment, variant: Variant, display: TrainingDisplay) -> TrainedVariant:
    plan, dims, iterations = experiment.plan, experiment.dims, experiment.iterations
    X, Y, test_X, test_Y = experiment.data
    costs: list[tuple[int, float]] = []
    held: dict[str, tuple[int, Parameters]] = {}

    def iterated(iteration: int, cost: float, parameters: Parameters) -> None:
        held.setdefault("start", (iteration, parameters))
        if all(cost < J for _, J in costs):
            held["best"] = iteration, parameters
        costs.append((iteration, cost))
        display.iterated(iteration, cost, _accuracy(X, Y, parameters))

    settings = dict(variant.settings)
    if variant.reseeded:
        rng = np.random.RandomState(COURSE_SEED)
        settings["masks"] = training.draw_masks(dims, X.shape[1], keep_prob=settings["keep_prob"], rng=rng)
    display.begin(variant.name, iterations)
    ending: Literal["finished", "interrupted", "diverged"] = "finished"
    try:
        parameters = training.model(
            X, Y, dims, learning_rate=plan.learning_rate, num_iterations=iterations, seed=experiment.seed,
            cost_every=plan.recorded_every(iterations), callback=iterated, **settings,
        ).parameters  # fmt: skip
    except KeyboardInterrupt:
        if not costs:
            raise
        (iterations, parameters), ending = held["best"], "interrupted"
    if not all(np.isfinite(θ).all() for pair in parameters for θ in pair):
        (iterations, parameters), ending = held["best"], "diverged"
    display.done()
    test = None if test_X is None or test_Y is None else _accuracy(test_X, test_Y, parameters)
    accuracy = _accuracy(X, Y, parameters)
    return TrainedVariant(variant, held["start"][1], iterations, parameters, costs, ending, accuracy, test)


def _accuracy(X: Array, Y: Array, parameters: Parameters) -> float:
    """The share of [A_L > ½] that equals Y."""
    return float(np.mean((training.predict(X, parameters) > 0.5) == Y))
