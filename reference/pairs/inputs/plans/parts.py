"""What every argument of a pair is to the computation, and what is decided for all of them together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.pairs.inputs.plans.labels import LabelForm
from reference.pairs.inputs.plans.layouts import ArrayLayout
from reference.pairs.inputs.plans.settings import setting
from reference.pairs.inputs.spec import ChoiceSpec, Size
from reference.pairs.inputs.text.documented import Described
from reference.pairs.inputs.text.uses import AskedOfArgument
from reference.pairs.inputs.text.vocabulary import Part, part_of, plain

__all__ = ["Setup", "parts_of"]


class Setup(NamedTuple):
    """Everything that is decided for all arguments of a plan together."""

    layout: ArrayLayout
    form: LabelForm | None
    gates: int
    parts: Mapping[str, Part]
    asked: AskedOfArgument
    said: Mapping[str, Described]
    outputs: tuple[Size, ...]
    letters: frozenset[str] = frozenset()  # of the sizes that are documented
    lists: bool = False  # may an argument be a list of arrays?
    guess: str = "array"  # what an argument is that nothing is known of: "array", "whole", "number"
    known_to_both: frozenset[str] = frozenset()  # arguments that the backward pass has as well, or an object keeps


def parts_of(proposal: Proposal, asked: AskedOfArgument) -> dict[str, Part]:
    """What every argument is, and every key of a dictionary of arrays."""
    taken = [p.name for p in (*proposal.constructor, *proposal.takes) if not p.many]
    passed = {p.name for p in proposal.takes}
    keys = [key for name in taken for key in (*asked.keys(name), *(asked.parts(name) if name in passed else ()))]
    texts = " ".join((proposal.owner, proposal.forward, proposal.check)).lower()
    wired = {p.name: part for p in proposal.takes if (part := _of_a_layer(p)) is not None}
    recurrent = bool(re.search(r"rnn|lstm|gru|cell|recurrent", texts)) or any(
        (name not in wired and part_of(name) is Part.STATE) or re.fullmatch(r"w_?(aa|ax|xh|hh|hx)", plain(name))
        for name in (*taken, *keys)
    )
    parts = {name: part_of(name, recurrent=recurrent) for name in (*keys, *taken)} | wired
    parts = _in_company(parts, recurrent)
    if "embed" in texts or any(asked.does("indexes", name) for name in taken):
        for p in proposal.takes:
            if parts.get(p.name) in (Part.INPUT, Part.UNKNOWN) and (
                asked.does("indexes", p.name) or ("embed" in texts and p is proposal.takes[0])
            ):
                parts[p.name] = Part.INDICES
    required = [p for p in proposal.takes if not (p.optional or p.many)]
    if Part.LABELS in parts.values() and Part.PREDICTION not in parts.values():
        logged = (p.name for p in required if asked.does("probability", p.name) and parts[p.name] is Part.UNKNOWN)
        parts |= dict.fromkeys(logged, Part.PREDICTION)  # what the logarithm is taken of, beside labels
    if [parts[p.name] for p in required] in ([Part.LABELS, Part.PREDICTION], [Part.PREDICTION, Part.LABELS]):
        labels, other = sorted((p.name for p in required), key=lambda name: parts[name] is not Part.LABELS)
        if asked.does("predicted", labels) and not asked.does("predicted", other):
            parts |= {labels: Part.PREDICTION, other: Part.LABELS}  # what is done with it says more than its name
    if proposal.kind is PairKind.CLASS and len(required) == 1 and _is_called_a_text(required[0].name):
        parts[required[0].name] = Part.INPUT  # "activations" are no text, where they are all that comes in
    arrays = [
        p.name
        for p in proposal.takes
        if not (p.optional or p.many) and setting(p.name, p, computed=asked.is_calculated_with(p.name)) is None
    ]
    if arrays and not any(parts[n] in (Part.INPUT, Part.INDICES, Part.QUERY, Part.PREDICTION) for n in arrays):
        first = next((n for n in arrays if parts[n] in (Part.UNKNOWN, Part.LABELS, Part.STATE, Part.CELL)), None)
        if first is not None:
            parts[first] = Part.INPUT
    return parts


def _is_called_a_text(name: str) -> bool:
    said = setting(name)
    return isinstance(said, ChoiceSpec) and all(isinstance(option, str) for option in said.options)


def _of_a_layer(parameter: Parameter) -> Part | None:
    """What comes from a layer before, where the argument is called after the layer and not after what comes."""
    text = plain(parameter.name)
    if not parameter.annotation.startswith("wired") or not re.search(
        r"prev|layer|node|bottom|inbound|parent|^in", text
    ):
        return None
    return Part.LABELS if re.search(r"label|target|truth", text) else Part.INPUT


def _weighs_a_state(parts: Mapping[str, Part]) -> bool:
    """Is a state multiplied by anything?"""
    return bool({Part.STATE_WEIGHT, Part.GATE_WEIGHT, Part.INPUT_WEIGHT} & set(parts.values()))


def _in_company(parts: Mapping[str, Part], recurrent: bool) -> dict[str, Part]:
    """What a name means only beside others: k beside q and v, c beside h, a_prev beside xt, Uz beside Wz."""
    made = dict(parts)
    queries = [name for name, part in made.items() if part is Part.QUERY and len(name) == 1]
    if len(queries) < 2:
        made |= dict.fromkeys(queries, Part.UNKNOWN)
    if Part.STATE not in made.values() and not recurrent:
        made |= {name: Part.UNKNOWN for name, part in made.items() if part is Part.CELL}
    if Part.GAIN not in made.values():  # a number, as beta is
        made |= {name: Part.UNKNOWN for name, part in made.items() if part is Part.SHIFT}
    if Part.THETA in made.values() and not _weighs_a_state(made):  # a number of hidden units
        made |= {name: Part.UNKNOWN for name, part in made.items() if part is Part.STATE}
    inputs = [name for name, part in made.items() if part is Part.INPUT]
    if recurrent and len(inputs) > 1:
        made |= {name: Part.STATE for name in inputs if re.fullmatch(r"a_?(?:prev|0)|s_?prev", plain(name))}
    for name in list(made):
        suffix = plain(name).removeprefix("u").strip("_")
        other = next((n for n in made if plain(n).removeprefix("w").strip("_") == suffix and plain(n)[0] == "w"), None)
        if recurrent and suffix and plain(name)[0] == "u" and other is not None:
            made[name], made[other] = Part.STATE_WEIGHT, Part.INPUT_WEIGHT
    return made
