"""The forward passes: which network they compute, and with dropout, by which law and in which scale."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np

from reference.cases.forward import ACTIVATIONS, OUTPUTS
from reference.diagnosis.evaluate import followed, value_of
from reference.diagnosis.functions import cause_of_cost
from reference.diagnosis.scene import Scene, forward_order, scene_of
from reference.interface.entry import Violation
from reference.interface.exceptions import TargetRaised
from reference.interface.outcome import Single
from reference.interface.raised import described
from reference.targets.descriptions import RemoteFunction
from reference.targets.obligations.asking import Asking, LawResult, same
from reference.targets.obligations.depths import DEPTHS, WIDTHS, listed, owed_depths
from reference.targets.obligations.forward_lines import explained_forward, named, returned_in_place
from reference.targets.obligations.laws import no_mask, of_its_own_rate, wrong_law
from reference.targets.obligations.lines import traced
from reference.targets.obligations.own_rates import of_own_rate, own_scale
from reference.targets.pairing import layouts as forms
from reference.targets.pairing.readings import Reading
from reference.targets.reading.roles import Role
from reference.targets.reading.vocabulary import meaning

__all__ = ["forward"]

EXAMPLES, KEEP_PROB, WIDE, MANY = 12, 0.6, 200, 100
RATES = (0.8, 0.3)
FORMS = ("dict", "pairs", "flat", "dicts")
COURSE = Reading()
TERMS = 32.0  # magnitudes that enter a unit here, at most
NETWORKS = (("relu", "sigmoid"), ("tanh", "sigmoid"), ("relu", "softmax"))  # in which a mistake is looked for


class ForwardArguments(NamedTuple):
    X: np.ndarray
    Y: np.ndarray
    parameters: list[tuple[np.ndarray, np.ndarray]]
    reading: Reading = Reading()

    @property
    def dims(self) -> tuple[int, ...]:
        return (self.X.shape[0], *(W.shape[0] for W, _ in self.parameters))

    @property
    def depth(self) -> int:
        return len(self.parameters)

    @property
    def outputs(self) -> tuple[int, int]:
        """The shape of A_L."""
        return (self.dims[-1], self.X.shape[1])

    def values(self, keep_prob: float) -> dict[str, Any]:
        return self.reading.given(Single(self.X, self.Y, tuple(self.parameters), None, 0.0, keep_prob))

    def scene(self, hidden: str, output: str, masks: Any, keep_prob: float) -> Scene:
        """The network of these arguments, with nothing computed yet."""
        how = {"hidden": hidden, "output": output, "masks": masks, "keep_prob": keep_prob}
        return scene_of(self.X, self.Y, self.parameters, **how)


class ForwardAnswer(NamedTuple):
    """What a forward pass returned for one network, and which of the networks that we know that may be."""

    given: ForwardArguments
    form: str
    whole: Any = None
    masks: Any = None
    networks: frozenset[tuple[str, str]] = frozenset()
    raised: TargetRaised | None = None
    shaped: bool = False  # something of the output's shape is there


def forward(asking: Asking) -> LawResult:
    """One network that we know, at every depth that it takes; the masks of its dropout drawn and scaled as owed."""
    answers, errors = _answers(asking)
    shaped = [a for a in answers if a.shaped]
    if not shaped:
        if any(a.whole is None and a.raised is None for a in answers):
            return 1, [asking.wrong("*", "MB702", "returns nothing")]
        if errors and not any(a.raised is None for a in answers):
            raise errors[0]
        return 1, [asking.wrong("*", "MB702", "returns nothing that has the shape of an output")]
    if asking.function.role == Role.FORWARD_DROPOUT and (found := drawn(asking, shaped)):
        return 1, found
    known = [a for a in shaped if a.networks]
    common = frozenset.intersection(*(a.networks for a in known)) if known else frozenset()
    right = {a.given.depth for a in known}
    refused = {a.given.depth for a in answers if a.raised is not None}
    owed = owed_depths(right, refused)
    if right == {1}:  # it may name one layer alone, and then says nothing of what is deeper
        owed -= {a.given.depth for a in answers if a.raised is None and not a.shaped}
    bad = [a for a in answers if a.given.depth in owed and (a.raised is not None or not a.networks)]
    for a in known:
        s = a.given.scene(*min(a.networks), a.masks, _rate(asking))
        if (instead := returned_in_place(a.whole, followed(s, {}, forward_order(s.L)[:-1]))) is not None:
            line = asking.worker.ask("line", name=asking.name, quantity="return")
            return 1, [asking.wrong(f"A{s.L}", "MB103", instead, line=line)]
    if known and not bad:
        if not common:
            text = f"computes one network at some depths, and another at others, of {listed(right)} layers"
            return 1, [asking.wrong("*", "MB104", text)]
        return sum(np.size(a.whole[0]) if isinstance(a.whole, tuple) else 1 for a in known), _cost(asking, known[0])
    returned = [a for a in bad if a.raised is None and a.shaped and not a.networks]
    first = (returned or bad)[0] if bad else shaped[0]
    where = f", in a network of {first.given.depth} layers: it is right at {listed(right)}" if right else ""
    cause = None if first.raised is not None else _cause(asking, first)
    raised = next((a.raised for a in bad if a.raised is not None), None)
    if raised is not None and (cause is None or cause.certainty == "unexplained"):
        code, text, place = described(raised)
        return 1, [Violation("*", code, f"{text}{where}", place=place)]
    assert cause is not None
    return 1, [cause._replace(text=f"{cause.text}{where}")]


def _answers(asking: Asking) -> tuple[list[ForwardAnswer], list[TargetRaised]]:
    """One answer for each depth, at widths that differ and that do not; in the form of the first that is taken."""
    errors: list[TargetRaised] = []
    forms_left = list(FORMS) if _reading(asking).bias != "none" else ["dict"]
    kept: list[ForwardAnswer] = []
    for last in (1, 3):
        answers: list[ForwardAnswer] = []
        for depth, widths in itertools.product(DEPTHS, WIDTHS):
            given = _given(depth, last, widths=widths, reading=_reading(asking))
            answer = None
            for form in forms_left:
                answer = _asked(asking, given, form)
                if answer.raised is None:
                    forms_left = [form] if answer.shaped else forms_left
                    break
                errors.append(answer.raised)
            assert answer is not None
            answers.append(answer)
        if len(forms_left) == 1:  # what failed in a form that was guessed says nothing
            answers = [a if a.form == forms_left[0] else _asked(asking, a.given, forms_left[0]) for a in answers]
        if any(a.networks for a in answers):
            break
        kept = answers if last == 1 or not any(a.shaped for a in kept) else kept
    return (answers if any(a.networks for a in answers) else kept), errors


def _asked(asking: Asking, given: ForwardArguments, form: str) -> ForwardAnswer:
    dropout = asking.function.role == Role.FORWARD_DROPOUT
    keep_prob = _rate(asking)
    try:
        whole = asking.call(given.values(keep_prob), form=form)
    except TargetRaised as raised:
        return ForwardAnswer(given, form, raised=raised)
    if whole is None:
        return ForwardAnswer(given, form)
    found = forms.returned(whole, given.outputs)
    if found.A is None and (asking.function.role != Role.FORWARD_N or found.cost is None):
        return ForwardAnswer(given, form, whole)
    masks = _masks(whole, given, keep_prob) if dropout else None
    networks = _networks(given, found, masks, keep_prob) if masks is not None or not dropout else frozenset()
    return ForwardAnswer(given, form, whole, masks, networks, shaped=True)


def _cause(asking: Asking, answer: ForwardAnswer) -> Violation:
    """The first line that is wrong."""
    dropout = asking.function.role == Role.FORWARD_DROPOUT
    given, whole, masks = answer.given, answer.whole, answer.masks
    if dropout and masks is None:
        return _without_masks(asking, given, whole)
    keep_prob = _rate(asking)
    output = {} if (A := forms.returned(whole, given.outputs).A) is None else {f"A{given.depth}": A}
    question = {"name": asking.name, "values": given.values(keep_prob), "form": answer.form}
    networks = [given.scene(*n, masks, keep_prob) for n in NETWORKS if given.dims[-1] > 1 or n[1] != "softmax"]
    events = [] if dropout else traced(asking, question)
    cause, place = explained_forward(networks, named(whole, given.parameters), output, events)
    return asking.explained(cause)._replace(place=place)


def _rate(asking: Asking) -> float:
    """The keep_prob that is asked for; the function's own, where no argument says it."""
    own = next((p.keep_prob for p in asking.pairs if p.forward == asking.name and p.keep_prob), KEEP_PROB)
    return own if asking.function.role == Role.FORWARD_DROPOUT else 1.0


def _reading(asking: Asking) -> Reading:
    """How the backward pass that it feeds is read; the form of the parameters is tried."""
    fed = [p.reading for p in asking.pairs if p.forward == asking.name and not p.rows]
    return fed[0]._replace(form="dict", labels="like outputs") if fed else Reading()


def _given(
    depth: int,
    last: int,
    *,
    widths: tuple[int, ...] = (4, 3, 5, 2),
    m: int = EXAMPLES,
    reading: Reading = COURSE,
) -> ForwardArguments:
    rng = np.random.RandomState(21)
    dims = (*widths[:depth], last)
    parameters = [
        (rng.standard_normal((n, k)) / np.sqrt(k / 2), rng.standard_normal((n, 1)) * 0.3)
        for k, n in itertools.pairwise(dims)
    ]
    labels = rng.randint(max(2, last), size=m)
    Y = (labels == 1)[None].astype(float) if last == 1 else np.eye(last)[:, labels]
    if reading.bias == "none":
        parameters = [(W, np.zeros_like(b)) for W, b in parameters]
    return ForwardArguments(rng.standard_normal((dims[0], m)), Y, parameters, reading)


def _networks(
    given: ForwardArguments, found: forms.Returned, masks: Any, keep_prob: float
) -> frozenset[tuple[str, str]]:
    """The networks that we know, of any hidden and output activation, that this may be."""
    known = set()
    for output, hidden in itertools.product(OUTPUTS, ACTIVATIONS):
        if output == "softmax" and given.dims[-1] == 1:
            continue
        bare = given.scene(hidden, output, masks, keep_prob)
        ours = followed(bare, {}, forward_order(bare.L)[:-1])
        if output == "identity" and not np.any(ours.Z[-1] < 0):
            continue  # a relu would look the same
        got, want = (found.cost, value_of(ours, "cost")) if found.A is None else (found.A, ours.A[-1])
        if same(got, want, terms=TERMS):
            known.add((hidden, output))
    return frozenset(known)


def _cost(asking: Asking, answer: ForwardAnswer) -> list[Violation]:
    """``forward_propagation_n`` returns J as well."""
    given, found = answer.given, forms.returned(answer.whole, answer.given.outputs)
    if asking.function.role != Role.FORWARD_N or found.A is None or given.dims[-1] > 1:
        return []
    s = given.scene("relu", "sigmoid", None, 1.0)
    s = s.having(f"A{s.L}", np.asarray(found.A, dtype=float))
    want = float(value_of(s, "cost"))
    if found.cost is None:
        return [asking.wrong("cost", "MB802", f"the cost is none; owed {want:.6g}")]
    if same(found.cost, want, terms=TERMS):
        return []
    cause = cause_of_cost(s, np.asarray(found.cost, dtype=float))
    return [] if cause is None else [asking.explained(cause)]


# --- dropout -----------------------------------------------------------------------------------------------


def _masks(whole: Any, given: ForwardArguments, keep_prob: float) -> list[np.ndarray] | None:
    paths = forms.mask_paths(whole, given.dims[1:-1], given.X.shape[1], keep_prob)
    return None if paths is None else [forms.at(whole, path) != 0 for path in paths]


def drawn(asking: Asking, answers: list[ForwardAnswer]) -> list[Violation]:
    """Each unit is kept with probability keep_prob, whatever that is: over thousands of units, in one draw a depth."""
    if not _takes(asking.function, "keep_prob") and not _asked_to_scale(asking):
        return []  # a rate of its own, and nobody says another
    for depth in sorted({a.given.depth for a in answers if a.given.depth > 1}, key=DEPTHS.index):
        answer = next(a for a in answers if a.given.depth == depth)
        kept: dict[float, list[np.ndarray]] = {}
        cached: dict[float, dict[str, Any]] = {}
        for keep_prob in RATES:
            widths = (4, WIDE, WIDE - 50, WIDE - 20)
            wide = _given(depth, answer.given.dims[-1], widths=widths, m=MANY, reading=answer.given.reading)
            try:
                whole = asking.call(wide.values(keep_prob), form=answer.form)
            except TargetRaised:
                break
            kept[keep_prob] = _masks(whole, wide, keep_prob) or []
            cached[keep_prob] = named(whole, wide.parameters)
        wrong = []
        for l in range(1, depth):
            masks = {p: D[l - 1] for p, D in kept.items() if len(D) >= l}
            if (law := of_its_own_rate(masks)) is not None:
                wrong += of_own_rate(asking, l, law, own_scale(cached, masks, l), RATES[-1])
            elif (law := next(filter(None, (wrong_law(D, p) for p, D in masks.items())), None)) is not None:
                wrong.append(asking.wrong(f"D{l}", "MB303", law[0])._replace(part=law[1]))
        if wrong:
            return list({v.place or v.output: v for v in reversed(wrong)}.values())[::-1]
    return []


def _takes(f: RemoteFunction, what: str) -> bool:
    return any(meaning(name) == what for name, _ in f.arguments)


def _asked_to_scale(asking: Asking) -> bool:
    """Does a backward pass of the file take a keep_prob that its forward pass does not?"""
    return any(f.role == Role.BACKWARD_DROPOUT and _takes(f, "keep_prob") for f in asking.functions)


def _without_masks(asking: Asking, given: ForwardArguments, whole: Any) -> Violation:
    """Nothing in the cache is a mask."""
    if _networks(given, forms.returned(whole, given.outputs), None, 1.0):
        return asking.wrong("D1", "MB301", "nothing is dropped")
    text, certainty = no_mask([a for _, a in forms.walk(whole)], (given.dims[1], given.outputs[1]))
    return asking.wrong("D1", "MB303", text, certainty=certainty)
