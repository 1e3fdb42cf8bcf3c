"""Plans for a step of training: rows, columns or one example, beside labels in every form that people give them.

The sizes of weights that a class sets itself are numbers of its source; data have them then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.pairs.inputs.plans.arguments import given_to
from reference.pairs.inputs.plans.layouts import LAYOUTS
from reference.pairs.inputs.plans.lists_of_layers import layered, lists_of_layers
from reference.pairs.inputs.plans.one_output import axes_of_one_output
from reference.pairs.inputs.plans.parts import Setup, parts_of
from reference.pairs.inputs.spec import Array, Plan, Rank, Size, Spec, SpecGroup, ValueLaw, WholeNumber, leaves
from reference.pairs.inputs.text.uses import AskedOfArgument
from reference.pairs.inputs.text.vocabulary import Part, plain

__all__ = ["network_plans"]

LABELS = re.compile(
    r"y|ys|y_.*|ts?|d|yy|ytrain|y_?t|ys?_?train|.*_y"
    r"|.*(label|target|expected|desired|truth|teach|answer|one_?hot|correct|output|wanted).*",
    re.IGNORECASE,
)
BATCH = re.compile(
    r"(mini_?)?batch(es)?|(training_?)?data(set)?|train(ing)?_?(data|set|examples)|examples|samples|pairs",
    re.IGNORECASE,
)
MOST_NUMBERS = 4


def network_plans(proposal: Proposal, sources: Sequence[str] = ()) -> Iterator[Plan]:
    """The likeliest first. ``sources``: the file's own text and what stands beside it."""
    if proposal.kind is not PairKind.NETWORK:
        return
    asked = AskedOfArgument({name: facts for name, facts in proposal.asked.items() if name != PairKind.NETWORK})
    parts = parts_of(proposal, asked)
    names = [p for p in proposal.takes if not p.many]
    data = _data(names)
    listed = lists_of_layers(proposal, asked)
    single = axes_of_one_output(proposal, parts, sources)
    one = any(1 in axes and "D" in axes for axes in single.values())
    for plan in _every(proposal, asked, parts, data, one=one, several=bool(listed)):
        if listed:
            yield plan._replace(
                arguments={**plan.arguments, **layered(listed, plan)},
                label=f"{plan.label}; lists",
            )
        arguments = {
            name: spec._replace(dims=single[name]) if name in single and isinstance(spec, Array) else spec
            for name, spec in plan.arguments.items()
        }
        yield plan._replace(arguments=arguments)


def _every(
    proposal: Proposal, asked: AskedOfArgument, parts: Mapping[str, Part], data: _Data, *, one: bool, several: bool
) -> Iterator[Plan]:
    """``one``: there is one output, and no more; ``several``: such are tried first."""
    widths: list[tuple[Size, Size]] = [("D", 1)] if one else _widths(proposal, asked, parts)
    widths = sorted(widths, key=lambda width: width[1] == 1) if several else widths
    for columns in _orders(proposal):
        for family in ("columns", "rows") if columns else ("rows", "columns"):
            for width, out in widths:
                for form, x, y in _forms(family, width, out, data):
                    yield _plan(proposal, asked, parts, family, form, x, y, data)
        for width, out in widths:
            for family in ("one column", "one vector"):
                for form, x, y in _forms(family, width, out, data):
                    yield _plan(proposal, asked, parts, family, form, x, y, data)


def _orders(proposal: Proposal) -> list[bool]:
    """Whether examples are columns, by what is written of sizes: ``X.shape[1]`` examples."""
    sizes = {name: facts.get("sizes", {}) for name, facts in proposal.asked.items() if name != PairKind.NETWORK}
    counted = [
        axis
        for of in sizes.values()
        for name, axis in of.items()
        if name in ("m", "n_samples", "N", "num_examples", "M")
    ]
    return [bool(counted) and all(axis == 1 for axis in counted)]


class _Data:
    """Which argument is what comes in, and which are the labels; or that one argument has both."""

    def __init__(self, inputs: str | None, labels: str | None, batch: str | None) -> None:
        self.inputs, self.labels, self.batch = inputs, labels, batch


def _data(takes: list[Parameter]) -> _Data:
    required = [p.name for p in takes if not p.optional] or [p.name for p in takes]
    labels = next((n for n in required[1:] if LABELS.fullmatch(n)), None) or next(
        (n for n in required if LABELS.fullmatch(n)), None
    )
    inputs = next((n for n in required if n != labels and plain(n) not in ("w", "b", "weights", "bias")), None)
    if labels is None and len(required) == 1 and BATCH.fullmatch(required[0]):
        return _Data(None, None, required[0])
    if labels is None and len(required) >= 2:
        labels = required[1]
    return _Data(inputs, labels, None)


def _widths(proposal: Proposal, asked: AskedOfArgument, parts: Mapping[str, Part]) -> list[tuple[Size, Size]]:
    """How wide what comes in and what goes out is: as the constructor is told, else as its own numbers say."""
    setup = _setup("rows", parts, asked)
    told = given_to(proposal.constructor, setup, constructor=True) if not _with_data(proposal) else {}
    told |= given_to((p for p in proposal.takes if p.annotation == "int"), setup, constructor=False)
    sizes = [spec.size for _, spec in leaves(told) if isinstance(spec, WholeNumber)]
    if "D" in sizes:
        return [("D", "M")] if "M" in sizes else [("D", 1), ("D", "M"), ("D", "D")]
    numbers = list(dict.fromkeys(proposal.asked[PairKind.NETWORK].get("sizes", ())))[:MOST_NUMBERS]
    found: list[tuple[Size, Size]] = []
    if len(numbers) > 1:
        found.append((numbers[0], numbers[-1]))
    if numbers:
        found.append((numbers[0], 1))
    free: list[tuple[Size, Size]] = [("D", 1), ("D", "M")]
    found += [("D", numbers[-1])] if numbers else []
    pairs: list[tuple[Size, Size]] = [(a, b) for a in numbers for b in [*numbers, 1]]
    return list(dict.fromkeys([*found, *free, *pairs]))


def _with_data(proposal: Proposal) -> bool:
    return bool(proposal.asked[PairKind.NETWORK].get("made_with_data"))


def _forms(family: str, width: Size, out: Size, data: _Data) -> Iterator[tuple[str, Array, Array]]:
    """Inputs and labels side by side."""
    law = ValueLaw
    rows, columns = law.ONE_HOT, law.ONE_HOT_COLUMNS
    shapes: dict[str, tuple[tuple[Size, ...], tuple[Size, ...], tuple[Size, ...], ValueLaw]] = {
        "rows": (("N", width), ("N",), ("N", out), rows),
        "columns": ((width, "N"), ("N",), (out, "N"), columns),
        "one column": ((width, 1), (), (out, 1), columns),
        "one vector": ((width,), (), (out,), rows),
    }
    dims, each, whole, hot = shapes[family]
    x = Array(dims)
    if out != 1:
        yield "one-hot", x, Array(whole, hot)
    yield "numbers", x, Array(whole)
    yield "0 or 1", x, Array(whole, law.BITS)
    if out == 1:
        yield "0 or 1, flat", x, Array(each, law.BITS)
        yield "numbers, flat", x, Array(each)
        yield "-1 or 1, flat", x, Array(each, law.SIGNS)
        yield "-1 or 1", x, Array(whole, law.SIGNS)
        yield "integers of two classes", x, Array(each, law.LABELS, 2)
    else:
        yield "integers", x, Array(each, law.LABELS, out)
        yield "-1 or 1", x, Array(whole, law.SIGNS)


def _setup(family: str, parts: Mapping[str, Part], asked: AskedOfArgument) -> Setup:
    layout = next(each for each in LAYOUTS if each.name == family)
    return Setup(layout, None, 1, parts, asked, {}, ("N", "M"))


def _plan(
    proposal: Proposal,
    asked: AskedOfArgument,
    parts: Mapping[str, Part],
    family: str,
    form: str,
    x: Array,
    y: Array,
    data: _Data,
) -> Plan:
    setup = _setup(family, parts, asked)
    arguments: dict[str, Spec] = given_to(proposal.takes, setup, constructor=False)
    construct: dict[str, Spec] = {} if _with_data(proposal) else given_to(proposal.constructor, setup, constructor=True)
    if data.batch is not None:
        pair = SpecGroup({"0": x, "1": y}, "tuple")
        arguments[data.batch] = SpecGroup({"0": pair, "1": pair, "2": pair}, "list")
    if data.inputs is not None:
        arguments[data.inputs] = x
    if data.labels is not None:
        arguments[data.labels] = y
    name = f"{family}; {form}; {x.dims} {y.dims}"
    return Plan(Rank.TRIED, name, arguments, construct, where=f"{family}; {form}")
