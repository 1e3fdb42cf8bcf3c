"""Plans by trying: every layout that the uses of the arguments allow, the likeliest first, in every form of labels."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from reference.interface.pair import PairKind, Proposal
from reference.pairs.inputs.plans.arguments import given_to
from reference.pairs.inputs.plans.domains import domains_said, within_domains
from reference.pairs.inputs.plans.labels import LabelForm, label_forms
from reference.pairs.inputs.plans.layouts import FITS, LAYOUTS, ArrayLayout
from reference.pairs.inputs.plans.parts import Setup, parts_of
from reference.pairs.inputs.plans.settings import size_argument
from reference.pairs.inputs.sizes import FLAT
from reference.pairs.inputs.spec import Array, Plan, Rank, Size, ValueLaw, names_of, names_of_plan
from reference.pairs.inputs.text.documented import Described
from reference.pairs.inputs.text.uses import AskedOfArgument
from reference.pairs.inputs.text.vocabulary import Part
from reference.targets.reading.parsing import expression

__all__ = ["plans_by_layout", "taken_of", "with_readings"]

CUES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"conv1d|1d|pool1d", ("signals", "images")),
    (
        r"conv|pool|im2col|img|image|spatial|upsampl|channel|kernel|filter|2d|lrn|unpool|flatten",
        ("images", "images last"),
    ),
    (r"attention|multi_?head|self_?attn|transformer", ("sequences", "heads", "steps")),
    (r"step|cell", ("steps", "sequences")),
    (r"rnn|lstm|gru|recurrent|temporal|sequence|time|embed", ("sequences", "steps")),
)
PARTS_CUES = {Part.STATE: ("steps", "sequences"), Part.STATE_WEIGHT: ("steps", "sequences"), Part.QUERY: ("sequences",)}
SCORES = (Part.PREDICTION, Part.INPUT)
PROBABLE = (ValueLaw.UNIT, ValueLaw.ROWS, ValueLaw.COLUMNS)
OF_DISTANCES = re.compile(
    r"huber|smooth_?l1|l[12]_?(?:loss|norm)|mse|mae|squared?|abs(?:olute)?|log_?cosh|quantile|regress"
)
GATES = ((r"lstm", (4, 1)), (r"gru", (3, 1, 2)))


def plans_by_layout(
    proposal: Proposal,
    said: Mapping[str, Described] | None = None,
    *,
    rank: Rank = Rank.TRIED,
    layouts: Iterable[ArrayLayout] | None = None,
) -> Iterator[Plan]:
    """Every plan, each once, in the order in which to try. ``said``: what is documented of some arguments."""
    asked = AskedOfArgument(proposal.asked)
    first = parts_of(proposal, asked)
    letters = frozenset(n for one in (said or {}).values() for size in one.dims or () for n in names_of(size))
    guesses = ("number", "array", "whole") if proposal.kind is PairKind.VALUE else ("array", "whole", "number")
    made: set[str] = set()
    domains, both = domains_said(proposal), _known_to_both(proposal)
    every = _in_order(proposal, first) if layouts is None else list(layouts)
    for parts, layout in product(_meanings(proposal, first), every):
        if not _allowed(proposal, layout, parts, asked, said or {}):
            continue
        outputs = _outputs(proposal, layout, parts)
        for gates in _gates(proposal, parts):
            for form, guess in product(_forms(parts, layout, outputs, proposal, asked), guesses):
                setup = Setup(
                    layout,
                    form,
                    gates,
                    parts,
                    asked,
                    said or {},
                    outputs,
                    letters,
                    proposal.kind is PairKind.CLASS,
                    guess,
                    both,
                )
                arguments = within_domains(given_to(proposal.takes, setup, constructor=False), domains)
                construct = given_to(proposal.constructor, setup, constructor=True)
                key = repr((arguments, construct))
                if key in made:
                    continue
                made.add(key)
                name = layout.name + (f"; {form.name}" if form else "") + (f"; {gates} gates" if gates > 1 else "")
                yield from with_readings(proposal, Plan(rank, name, arguments, construct, where=name))


def _known_to_both(proposal: Proposal) -> frozenset[str]:
    """The arguments that the backward pass is told as well, or that an object keeps."""
    back = {p.name for p in proposal.backward_takes}
    alone = proposal.forward == proposal.backward
    taken = {p.name for p in proposal.takes if alone or p.name in back}
    return frozenset(taken | {p.name for p in proposal.constructor})


def _meanings(proposal: Proposal, parts: dict[str, Part]) -> list[dict[str, Part]]:
    """What the arguments are; where a vocabulary is spoken of, what comes in is first taken for whole numbers."""
    first = next((p.name for p in proposal.takes if parts.get(p.name) is Part.INPUT), None)
    if first is None or proposal.kind is not PairKind.CLASS:
        return [parts]
    numbered = {**parts, first: Part.INDICES}
    words = any(size_argument(p.name) == "V" for p in proposal.constructor)
    return [numbered, parts] if words else [parts]


def with_readings(proposal: Proposal, plan: Plan) -> Iterator[Plan]:
    """A plan with the windows that must fit; of a derivative, once by its input and once by its output."""
    names = set(names_of_plan(plan))
    plan = plan._replace(fits=tuple(pair for pair in FITS if set(pair) <= names))
    if proposal.kind is not PairKind.DERIVATIVE and not proposal.slope:
        yield plan
        return
    for of in taken_of(proposal):
        label = plan.label if of == "cotangent" else f"{plan.label}; of its {of}"
        yield plan._replace(label=label, reading={**plan.reading, "of": of})


def taken_of(proposal: Proposal) -> tuple[str, ...]:
    """By its input alone, where the file asks for the value and for the derivative at one and the same thing."""
    values: set[str] = set()
    slopes: set[str] = set()
    for source in proposal.calls:
        try:
            call = expression(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute) and call.args):
            continue
        called = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
        flagged = len(call.args) + len(call.keywords) > 1
        if called == proposal.backward and (proposal.backward != proposal.forward or flagged):
            slopes.add(ast.dump(call.args[0]))
        elif called == proposal.forward and not flagged:
            values.add(ast.dump(call.args[0]))
    ways = tuple(proposal.slope) or ("input", "output")
    return tuple(of for of in ways if of != "output") if values & slopes else ways


def _in_order(proposal: Proposal, parts: Mapping[str, Part]) -> list[ArrayLayout]:
    texts = " ".join((proposal.owner, proposal.forward, proposal.check, *(p.name for p in proposal.constructor),
                      *(p.name for p in proposal.takes))).lower()  # fmt: skip
    texts = re.sub(r"(?<=[a-z])time|filtered", "", texts)
    families: list[str] = []
    for pattern, first in CUES:
        if re.search(pattern, texts):
            families += first
    for part, first in PARTS_CUES.items():
        if part in parts.values():
            families += first
    order = {family: k for k, family in enumerate(dict.fromkeys([*families, "rows", "columns", "vector"]))}
    return sorted(LAYOUTS, key=lambda layout: order.get(layout.family, len(order)))


def _allowed(
    proposal: Proposal,
    layout: ArrayLayout,
    parts: Mapping[str, Part],
    asked: AskedOfArgument,
    said: Mapping[str, Described],
) -> bool:
    """Has the layout as many axes as the code asks for?"""
    for parameter in proposal.takes:
        name = parameter.name
        if said.get(name, Described()).dims is not None or parts.get(name) is Part.LABELS:
            continue
        axes = layout.of(parts.get(name, Part.UNKNOWN)) if parts.get(name) is not Part.UNKNOWN else None
        least, most = asked.rank(name)
        if axes is not None and not least <= len(axes) <= most:
            return False
    if layout.axes.get(Part.THETA) == (FLAT,) and not _is_flat(proposal, parts):
        return False
    return not (Part.STATE_WEIGHT in parts.values() and Part.STATE_WEIGHT not in layout.axes)


def _is_flat(proposal: Proposal, parts: Mapping[str, Part]) -> bool:
    """May one vector hold all parameters? Where it is called theta, or where nothing else is a parameter of a loss."""
    weights = [name for name, part in parts.items() if part in (Part.WEIGHT, Part.BIAS)]
    return Part.THETA in parts.values() or (proposal.kind is PairKind.VALUE and len(weights) == 1)


def _outputs(proposal: Proposal, layout: ArrayLayout, parts: Mapping[str, Part]) -> tuple[Size, ...]:
    """The axes of what labels belong to; a network that is told how many classes there are has its weights within."""
    inputs = layout.inputs
    every = set(parts.values())
    if Part.THETA in every and Part.THETA in layout.axes and not every & {Part.WEIGHT}:
        theta = layout.axes[Part.THETA]
        if theta == (FLAT,):
            return layout.axes[Part.PREDICTION]
        batch = inputs[1:] if layout.examples == "last" else inputs[:1] if layout.examples == "first" else ()
        return (*theta[1:], *batch) if layout.examples == "last" else (*batch, *theta[1:])
    told = Part.PREDICTION not in every and any(size_argument(p.name) == "M" for p in proposal.constructor)
    weighted = every & {Part.WEIGHT, Part.OUTPUT_WEIGHT}
    if (weighted or told) and Part.PREDICTION in layout.axes:
        return layout.axes[Part.PREDICTION]
    return inputs


def _forms(
    parts: Mapping[str, Part],
    layout: ArrayLayout,
    outputs: tuple[Size, ...],
    proposal: Proposal,
    asked: AskedOfArgument,
) -> list[LabelForm | None]:
    labels = [name for name, part in parts.items() if part is Part.LABELS]
    if not labels and Part.PREDICTION in parts.values():
        return [None, LabelForm("probabilities", Array(outputs), label_forms(outputs, layout.examples)[0].predictions)]
    if not labels:
        return [None]
    whole = any(asked.does("indexes", name) for name in labels)
    found: list[LabelForm | None] = list(label_forms(outputs, layout.examples, whole=whole))
    least, most = min(asked.rank(name)[0] for name in labels), max(asked.rank(name)[1] for name in labels)
    fitting = [form for form in found if form is not None and least <= len(form.labels.dims) <= most]
    if not whole and any(asked.does("computed", name) for name in labels):  # nobody calculates with a class's number
        fitting = [form for form in fitting if form.labels.law is not ValueLaw.LABELS or form.labels.below == 2]
    if any(part in SCORES and asked.does("probability", name) for name, part in parts.items()):
        fitting = [form for form in fitting if form.predictions in PROBABLE] or fitting
    elif not whole and OF_DISTANCES.search("_".join((proposal.owner, proposal.check)).lower()):
        fitting = [
            form for form in fitting if form.labels.law is ValueLaw.NORMAL
        ] or fitting  # far from each other, too
    return list(fitting or found)


def _gates(proposal: Proposal, parts: Mapping[str, Part]) -> tuple[int, ...]:
    gated = {Part.INPUT_WEIGHT, Part.STATE_WEIGHT, Part.STATE} & set(parts.values())
    texts = f"{proposal.owner} {proposal.forward} {proposal.check}".lower()
    if not gated:
        return (1,)
    return next((gates for pattern, gates in GATES if re.search(pattern, texts)), (1, 4, 3))
