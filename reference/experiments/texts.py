"""What the pages of the trainings say, with the figures of the training that they are about."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.experiments.curves import costs, weights
from reference.experiments.fields import boundaries, points
from reference.experiments.page import Section, Story
from reference.experiments.plans import printed_every
from reference.experiments.runs import Outcome, Study, dims, layers
from reference.experiments.strips import strip
from reference.report.tables import Table

__all__ = ["plane", "story"]

POINTS = {
    "circles": "Two circles, one within the other, drawn as the course draws them. No straight line parts them, and "
    "where they are blurred into each other nothing does.",
    "diagonal": "A straight line decides the class, but for noise: about one point in eleven lies on the wrong side. "
    "Whatever bends around such a point has learnt it by heart, and will be wrong about its neighbours.",
    "moons": "Two half moons, each reaching into the other's hollow.",
    "spirals": "Two arms of a spiral. To part them a line has to turn as often as they do.",
}
TINTS = (
    "The tint is the network's answer at every place, the line is where it changes. Filled marks were trained on; "
    "hollow ones were kept back, and only they tell what was learnt and what was remembered."
)
ROWS = 20  # of a table, at most
SAME = (
    "How many weights have which value: filled where training ended, outlined where it began. ‖W‖ is the length of "
    "all weights taken together."
)


def story(study: Study, command: str) -> Story:
    """The page of one training experiment."""
    plan, m = study.plan, study.data.train_X.shape[1]
    rules = "four rules" if plan.name == "optimization" else "gradient descent"
    how = f"by {rules} with learning rate {plan.learning_rate:g}"
    facts = (
        f"Network {' → '.join(map(str, dims(study)))}, relu and a sigmoid at its end.",
        f"{study.iterations:,} steps over all {m:,} examples at once, {how}.",
        f"Data: {study.source.said}. Seed of the weights{_of_masks(study)}: {study.seed}.",
    )
    return Story(plan.name, plan.title, plan.lead, facts, list(_notes(study)), list(_sections(study)), command)


def plane(study: Study) -> bool:
    """Can the data be drawn?"""
    return study.data.train_X.shape[0] == 2


def _of_masks(study: Study) -> str:
    return " and of the masks" if study.plan.name == "regularization" else ""


def _notes(study: Study) -> Iterator[str]:
    for outcome in study.outcomes:
        if outcome.ending != "finished":
            why = "was interrupted" if outcome.ending == "interrupted" else "left the finite numbers"
            steps = f"{outcome.kept.iteration:,} of {study.iterations:,} steps"
            yield f"{outcome.variant.name} {why}, and is shown as it was after {steps}, where its cost was lowest."
    missing = len(study.plan.variants) - len(study.outcomes)
    if missing:
        names = [v.name for v in study.plan.variants if v not in [outcome.variant for outcome in study.outcomes]]
        yield f"Not trained any more: {', '.join(names)}."


def _sections(study: Study) -> Iterator[Section]:
    main = [o for o in study.outcomes if not _aside(study, o)]
    logarithmic = study.plan.name == "optimization"
    if plane(study):
        yield Section("The data", [_points(study)], [points(study.data)])
    else:
        n_0 = study.data.train_X.shape[0]
        features = f"{n_0} feature{'s' if n_0 > 1 else ''}"
        said = f"An example has {features}: there is no plane to draw the data in, nor a boundary."
        yield Section("The data", [said])
    yield Section("Costs", [COSTS[study.plan.name](study)], [costs(main, logarithmic=logarithmic)], [_table(study)])
    if plane(study):
        yield Section(
            "What was learnt", [TINTS], [boundaries(main, study.data, name="boundaries", title="Decision boundaries")]
        )
    yield Section("The weights", [f"{SAME} {WEIGHTS[study.plan.name](study)}"], [weights(main)])
    ways = sorted((o for o in study.outcomes if o.variant.drops), key=lambda o: o.variant.reseeded)
    if len(ways) == 2:
        pictures = [strip(study), costs(ways, name="two-ways", title="Cost with fresh masks, and with the course's")]
        if plane(study):
            title = "Decision boundaries with fresh masks, and with the course's"
            pictures.append(boundaries(ways, study.data, name="two-ways-boundaries", title=title))
        yield Section("Two ways to drop", [_two_ways(ways[0], ways[1], study.outcomes[0])], pictures)


def _aside(study: Study, outcome: Outcome) -> bool:
    """The other of the two dropouts."""
    return outcome.variant.drops and outcome.variant.reseeded != study.course_seeds


def _points(study: Study) -> str:
    X, test_X = study.data.train_X, study.data.test_X
    count = f"{X.shape[1]:,} points to train on, {'none' if test_X is None else f'{test_X.shape[1]:,}'} to test with."
    return f"{POINTS.get(study.source.generator, '')} {count}".strip()


def _table(study: Study) -> Table:
    """The costs, as they were printed, and the accuracies."""
    every = printed_every(study.plan, study.iterations)
    held = [dict(o.costs) for o in study.outcomes]
    iterations = sorted({i for costs in held for i in costs if i % every == 0})
    iterations = iterations[:: -(-len(iterations) // ROWS)]
    rows = [[f"{i:,}", *(f"{costs[i]:.10g}" if i in costs else "–" for costs in held)] for i in iterations]
    rows.append(["right, train", *(f"{100 * o.train:.4g} %" for o in study.outcomes)])
    if study.data.test_X is not None:
        rows.append(["right, test", *("–" if o.test is None else f"{100 * o.test:.4g} %" for o in study.outcomes)])
    names = [outcome.variant.name for outcome in study.outcomes]
    return Table(
        "Cost after so many iterations, and the share of right answers at the end", ["iteration", *names], rows
    )


# --- a paragraph for each experiment, each with its own figures --------------------------------------------------


def _found(study: Study, name: str) -> Outcome | None:
    return next((outcome for outcome in study.outcomes if outcome.variant.name == name), None)


def _initialization(study: Study) -> str:
    random = _found(study, "random")
    first = (
        "" if random is None else f" ({random.costs[0][1]:,.4g} at the start; from log 0, as the course has it, inf)"
    )
    return (
        "From zeros no signal passes the first layer and none comes back, so that every dW is 0 and only the last "
        "bias can move; had the weights been equal but not 0, the neurons of a layer would have stayed copies of "
        "one another. From large random numbers, 10 · N(0, 1), the output is nearly 0 or 1 before anything is "
        f"learnt: what is wrong there costs much{first}, and the first steps tear at it. He's numbers, N(0, 2/n), "
        "are sized so that a signal is as strong after a relu layer as before it: relu halves its mean square, the "
        "2 gives it back."
    )


def _initialization_weights(study: Study) -> str:
    moved = []
    for outcome in study.outcomes:
        start, end = layers(outcome.start), layers(outcome.kept.parameters)
        share = float(np.linalg.norm(end - start) / (np.linalg.norm(start) or 1.0))
        moved.append(f"{outcome.variant.name} by {100 * share:.3g} %")
    return f"Training moved the weights, as a share of where they began: {', '.join(moved)}."


def _regularization(study: Study) -> str:
    drawn = "the same thinned network at every step" if study.course_seeds else "another thinned network at every step"
    return (
        "With nothing held against it, the network is free to bend around single points, and J goes on falling "
        "while it does. L2 puts (λ/2m) Σ ‖W‖² into J, so that its curve may not be read against the others: part "
        f"of its height is the price of the weights. The curve of dropout is that of {drawn}, which is not the "
        "network that answers in the end."
    )


def _regularization_weights(study: Study) -> str:
    plan, m = study.plan, study.data.train_X.shape[1]
    lambd = max(v.settings.get("lambd", 0.0) for v in plan.variants)
    shrink = 1 - plan.learning_rate * lambd / m
    return (
        f"L2 multiplies every weight by 1 − αλ/m = {shrink:.5g} at each step, and what the data do not insist on "
        "is gone in the end. The biases are left alone."
    )


def _optimization(study: Study) -> str:
    return (
        "Momentum, as the course writes it, averages: v = βv + (1 − β) dθ. On all examples at once the gradient "
        "hardly changes from step to step, so that its average is nearly the gradient itself, and the two curves "
        "are nearly one. RMSProp and Adam divide by the size that a coordinate's gradient lately had, and every "
        "coordinate moves by about α, steep or flat: that is far where gradient descent creeps, and too far near "
        "the bottom, where RMSProp leaps out again. Adam averages as well, which calms it. The axis is logarithmic."
    )


def _optimization_weights(study: Study) -> str:
    return "A cost that is driven further down is paid for in weights: certainty is a steep sigmoid."


COSTS = {"initialization": _initialization, "regularization": _regularization, "optimization": _optimization}
WEIGHTS = {
    "initialization": _initialization_weights,
    "regularization": _regularization_weights,
    "optimization": _optimization_weights,
}


def _two_ways(fresh: Outcome, course: Outcome, without: Outcome) -> str:
    ends = [float(np.mean([cost for _, cost in outcome.costs[-10:]])) for outcome in (course, fresh, without)]
    below = " The first is the lowest: noise that is drawn anew cannot be learnt, this one can."
    return (
        "Dropout means masks that are drawn anew at every iteration. The course's forward pass begins with "
        "np.random.seed(1), so that all may compare their numbers, and draws the same masks each time: from the "
        "first iteration to the last, the same neurons are shut off for the same example. What is trained is one "
        "fixed sub-network for each example, and as the pattern of its gaps tells an example from all others, it "
        f"can be learnt by heart. J, averaged over the last ten points of its curve, is {ends[0]:.3g} with the "
        f"course's masks, {ends[1]:.3g} with fresh ones, {ends[2]:.3g} without dropout."
        f"{below if ends[0] == min(ends) else ''} Both are called dropout with the same keep_prob."
    )
