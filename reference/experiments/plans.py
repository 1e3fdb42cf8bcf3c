"""What is trained, as the course has it: networks, steps, constants, and what is varied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["PLANS", "ExperimentPlan", "Variant", "printed_every", "recorded_every"]


class Variant(NamedTuple):
    """One training: ``settings`` are those of ``training.model``; ``reseeded`` means the course's masks."""

    name: str
    settings: Mapping[str, Any]
    reseeded: bool = False

    @property
    def drops(self) -> bool:
        return "keep_prob" in self.settings


class ExperimentPlan(NamedTuple):
    """One experiment: what its variants have in common."""

    name: str
    title: str
    lead: str
    data: str  # of ``datasets.DATASETS``, where none is given
    hidden: tuple[int, ...]
    learning_rate: float
    iterations: int
    prints: int  # a line for so many iterations
    variants: tuple[Variant, ...]
    seed: int = 3


def _optimizer(name: str, optimizer: str) -> Variant:
    return Variant(name, {"initialization": "he", "optimizer": optimizer})


PLANS = {
    "initialization": ExperimentPlan(
        "initialization",
        "Where training starts",
        "One network, trained three times on the same points by the same steps. Only its first weights differ.",
        data="circles",
        hidden=(10, 5),
        learning_rate=0.01,
        iterations=15_000,
        prints=1000,
        variants=tuple(Variant(name, {"initialization": name}) for name in ("zeros", "random", "he")),
    ),
    "regularization": ExperimentPlan(
        "regularization",
        "What keeps a network from learning by heart",
        "One network, large enough to remember single points, trained with nothing against it, with L2, with dropout.",
        data="diagonal",
        hidden=(20, 3),
        learning_rate=0.3,
        iterations=30_000,
        prints=10_000,
        variants=(
            Variant("none", {"initialization": "xavier"}),
            Variant("L2", {"initialization": "xavier", "lambd": 0.7}),
            Variant("dropout", {"initialization": "xavier", "keep_prob": 0.86}),
            Variant("course's dropout", {"initialization": "xavier", "keep_prob": 0.86}, reseeded=True),
        ),
    ),
    "optimization": ExperimentPlan(
        "optimization",
        "Four ways downhill",
        "One network, from the same first weights on the same points, moved by four rules with the same learning rate.",
        data="circles",
        hidden=(10, 5),
        learning_rate=0.01,
        iterations=15_000,
        prints=1000,
        variants=(
            _optimizer("gradient descent", "gradient_descent"),
            _optimizer("momentum", "momentum"),
            _optimizer("RMSProp", "rmsprop"),
            _optimizer("Adam", "adam"),
        ),
    ),
}


def printed_every(plan: ExperimentPlan, iterations: int) -> int:
    """The course's distance between two lines; less where so few iterations would give but one or two."""
    return plan.prints if iterations > plan.prints else _round(iterations // 10)


def recorded_every(plan: ExperimentPlan, iterations: int) -> int:
    """Between two points of a curve: about a hundred of them, among them every one that is printed."""
    return min(printed_every(plan, iterations), _round(iterations // 100))


def _round(n: int) -> int:
    """The largest of 1, 2, 5, 10, 20, 50, … that is at most n."""
    power = 10 ** (len(str(max(n, 1))) - 1)
    return power * max(digit for digit in (1, 2, 5) if digit * power <= max(n, 1))
