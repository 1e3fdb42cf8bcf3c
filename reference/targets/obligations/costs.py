"""The costs: cross-entropy of what they are given, with and without λ/(2m) Σ‖W‖². Judged as functions of A and Y
alone, at every depth that they take.

A verdict comes from a form of the parameters for which the cost demonstrably works: its value depends on them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from reference.diagnosis.cost_line import place_of_cost
from reference.diagnosis.functions import cause_of_cost
from reference.diagnosis.scene import Scene, scene_of
from reference.findings.codes import NOT_JUDGED
from reference.findings.conventions import Term
from reference.interface.entry import Violation
from reference.interface.exceptions import TargetRaised
from reference.interface.raised import described
from reference.targets.obligations.asking import Asking, LawResult, as_array
from reference.targets.obligations.depths import DEPTHS, WIDTHS, listed, owed_depths
from reference.targets.obligations.lines import traced
from reference.targets.obligations.saturation import saturated
from reference.targets.pairing.readings import Labels, Reading
from reference.targets.reading.roles import Role
from reference.targets.reading.vocabulary import plain, strong

__all__ = ["cost"]

LAMBD, EXAMPLES = 0.7, 9
FORMS = ("dict", "pairs", "flat", "dicts")
SQUARES = re.compile(r"mse|squar|quadratic|l2(?!_?reg)|sse(?![a-z])|euclid", re.IGNORECASE)
MOVED = 1.5  # times the weights: a penalty of them is another


class CostArguments(NamedTuple):
    A: np.ndarray
    Y: np.ndarray
    parameters: dict[str, np.ndarray]
    output: str
    labels: Labels = "like outputs"
    rows: bool = False  # what is handed over has its examples as rows

    @property
    def m(self) -> int:
        return self.A.shape[1]

    @property
    def depth(self) -> int:
        return len(self.parameters) // 2

    def scene(self, lambd: float) -> Scene:
        """What the line of the cost has at hand."""
        pairs = [(self.parameters[f"W{l}"], self.parameters[f"b{l}"]) for l in range(1, self.depth + 1)]
        X = np.zeros((pairs[0][0].shape[1], self.m))
        return scene_of(X, self.Y, pairs, output=self.output, lambd=lambd).having(f"A{len(pairs)}", self.A)

    def values(self) -> dict[str, Any]:
        reading = Reading(rows=self.rows, labels=self.labels)
        given = {"A": reading.X(self.A), "Y": reading.Y(self.Y), "parameters": self.parameters, **self.parameters}
        return {**given, "lambd": LAMBD, "m": self.m, "keep_prob": 1.0, "L": self.depth}

    def moved(self) -> CostArguments:
        """The same with other weights."""
        return self._replace(parameters={name: a * MOVED for name, a in self.parameters.items()})


class CostAnswer(NamedTuple):
    """What a cost said of one network: its value, or what it raised."""

    given: CostArguments
    form: str
    value: Any = None
    raised: TargetRaised | None = None
    wrong: Violation | None = None


def cost(asking: Asking) -> LawResult:
    """A number, and the right one, of some output that the file may have; with an L2 term, at every depth it takes."""
    tried = list(_tried(asking))
    best = min(tried, key=lambda answers: sum(a.wrong is not None or a.raised is not None for a in answers))
    fine = [a for a in best if a.wrong is None and a.raised is None]
    if fine:
        return sum(a.given.A.size for a in fine), [
            *_at_other_depths(asking, best),
            *saturated(asking, fine[0].given.values(), fine[0].form),
        ]
    if (rows := _right_in_rows(asking)) is not None:
        if strong(asking.name):
            text = "it is right where examples are rows, and wrong where they are columns: no pass here tells which"
            return 0, [Violation("cost", NOT_JUDGED, text)]
        return sum(a.given.A.size for a in rows), [Violation("*", "", "examples are rows")]
    wrong = [a for answers in tried for a in answers if a.wrong is not None]
    if not wrong:
        raise next(a.raised for answers in tried for a in answers if a.raised is not None)
    deep = [a for a in wrong if a.given.depth > 1] or wrong  # one layer is all of them, or none
    known = [a for a in deep if a.wrong is not None and a.wrong.certainty != "unexplained"]
    said = _placed(asking, (known or deep)[0])
    if not asking.judged and _is_another(asking, said, (known or deep)[0]):  # nothing says which is owed
        text = f"is another loss than cross-entropy, of which the file has no backward pass: {said.text}"
        return 0, [Violation("cost", NOT_JUDGED, text)]
    return int(said.code != NOT_JUDGED), [said]


def _tried(asking: Asking, *, rows: bool = False) -> Iterator[list[CostAnswer]]:
    """Its answers for every output that the file may have, and every way to write its labels."""
    outputs = sorted({"sigmoid", *(f.output for f in asking.pairs)})
    for output, labels in itertools.product(outputs, _labels(asking)):
        yield _of_output(asking, output, labels, rows)


def _right_in_rows(asking: Asking) -> list[CostAnswer] | None:
    """Its answers for examples as rows, where all are right and nothing says that they are columns: neither its name,
    that of the course, nor a backward pass.
    """
    if _is_the_courses(asking.name) or any(not p.rows for p in asking.judged):
        return None
    tried = _tried(asking, rows=True)
    return next((a for a in tried if all(one.wrong is None and one.raised is None for one in a)), None)


def _is_the_courses(name: str) -> bool:
    """Is it ``compute_cost``, or one that is named after it? ``compute_loss`` many have written."""
    return plain(name).startswith("computecost")


def _is_another(asking: Asking, said: Violation, answer: CostAnswer) -> bool:
    """Is it a loss of another kind: a squared error that is called so, one that is told entry by entry, or
    example by example, or what is no number of NumPy's?
    """
    value = as_array(answer.value)
    if said.code == "MB501" and value is not None and value.shape[-1:] == answer.given.A.shape[-1:]:
        return not strong(asking.name)
    if value is None and answer.value is not None:
        return not strong(asking.name)
    own_name = bool(SQUARES.search(asking.name)) or not _is_the_courses(asking.name)
    return own_name and any(c.term is Term.LOSS for c in said.conventions)


def _labels(asking: Asking) -> list[Labels]:
    """How labels may be written: as the file's backward passes have them, and as the course has."""
    return list(dict.fromkeys([*(p.reading.labels for p in asking.pairs), "like outputs"]))


def _of_output(asking: Asking, output: str, labels: Labels, rows: bool) -> list[CostAnswer]:
    """One answer for each depth; one alone where neither depth nor form matter."""
    if asking.function.role == Role.COST:
        return [_asked(asking, _given(3, output)._replace(labels=labels, rows=rows), "dict")]
    form = _form(asking, output)
    every = (_given(*each) for each in itertools.product(DEPTHS, (output,), WIDTHS))
    return [_asked(asking, given._replace(labels=labels, rows=rows), form) for given in every]


def _form(asking: Asking, output: str) -> str:
    """The form of the parameters on which the cost depends; else the first that it takes at all."""
    taken = []
    for depth, form in itertools.product(DEPTHS, FORMS):
        given = _given(depth, output)
        values = []
        for one in (given, given.moved()):
            try:
                values.append(as_array(_number(asking.call(one.values(), form=form))))
            except TargetRaised:
                break
        if len(values) == 2:
            taken.append(form)
            first, second = values
            if first is not None and second is not None and not np.array_equal(first, second, equal_nan=True):
                return form
    return taken[0] if taken else FORMS[0]


def _asked(asking: Asking, given: CostArguments, form: str) -> CostAnswer:
    try:
        value = _number(asking.call(given.values(), form=form))
    except TargetRaised as raised:
        return CostAnswer(given, form, raised=raised)
    found = _compared(asking, given, value)
    return CostAnswer(given, form, value, wrong=found)


def _given(depth: int, output: str, widths: tuple[int, ...] = WIDTHS[0]) -> CostArguments:
    rng = np.random.RandomState(11)
    n = 1 if output == "sigmoid" else 3
    dims = (*widths[:depth], n)
    labels = rng.randint(max(2, n), size=EXAMPLES)
    labels[:2] = (0, max(n - 1, 1))
    A = rng.uniform(0.05, 0.95, size=(n, EXAMPLES))
    if output == "softmax":
        A = A / A.sum(axis=0)
    Y = (labels == 1)[None].astype(float) if n == 1 else np.eye(n)[:, labels]
    parameters: dict[str, np.ndarray] = {}
    for l, (k, width) in enumerate(itertools.pairwise(dims), start=1):
        parameters |= {f"W{l}": rng.standard_normal((width, k)), f"b{l}": rng.standard_normal((width, 1))}
    return CostArguments(A, Y, parameters, output)


def _number(value: Any) -> Any:
    """The cost among what is returned."""
    return next((v for v in value if np.size(v) == 1), value) if isinstance(value, tuple) else value


def _compared(asking: Asking, given: CostArguments, value: Any) -> Violation | None:
    got = as_array(value)
    if got is None:
        return asking.wrong("cost", "MB702" if value is None else "MB802", "returns no number")
    if got.shape == given.A.shape and np.allclose(np.abs(got), np.abs(given.A - given.Y), equal_nan=True):
        text = "returns the difference of output and labels, entry by entry: it is no cost, whatever it is called"
        return Violation("cost", NOT_JUDGED, text)
    if got.size != 1:
        return asking.wrong("cost", "MB501", f"the cost has shape {got.shape}; it is one number")
    cause = cause_of_cost(given.scene(_lambd(asking)), got)
    return None if cause is None else asking.explained(cause)


def _lambd(asking: Asking) -> float:
    return LAMBD if asking.function.role == Role.COST_L2 else 0.0


def _at_other_depths(asking: Asking, answers: list[CostAnswer]) -> list[Violation]:
    """What is wrong at a depth which the cost takes too: it is right at another, in the same form."""
    right = {a.given.depth for a in answers if a.wrong is None and a.raised is None}
    refused = {a.given.depth for a in answers if a.raised is not None}
    owed = owed_depths(right, refused)
    bad = next((a for a in answers if (a.wrong or a.raised) and a.given.depth in owed), None)
    if bad is None:
        return []
    where = f", in a network of {bad.given.depth} layers: it is right at {listed(right)}"
    if bad.raised is not None:
        code, text, place = described(bad.raised)
        return [Violation("cost", code, f"{text}{where}", place=place)]
    wrong = _placed(asking, bad)
    return [wrong._replace(text=f"{wrong.text}{where}", conventions=())]


def _placed(asking: Asking, answer: CostAnswer) -> Violation:
    """With the statement that makes it wrong, where one can be told."""
    assert answer.wrong is not None
    got, wrong = as_array(answer.value), answer.wrong
    if got is None or got.size != 1 or wrong.code != "MB802":
        return wrong
    question = {"name": asking.name, "values": answer.given.values(), "form": answer.form}
    place = place_of_cost(
        traced(asking, question), answer.given.scene(_lambd(asking)), float(got.ravel()[0]), wrong.part
    )
    return wrong if place is None else wrong._replace(place=place)
