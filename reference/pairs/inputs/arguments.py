"""One argument in one layout: what it is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from reference.interface.pair import Parameter, Proposal
from reference.pairs.inputs.asked import Asked
from reference.pairs.inputs.documented import Described
from reference.pairs.inputs.labels import LabelForm
from reference.pairs.inputs.layouts import Layout
from reference.pairs.inputs.settings import configured, setting, size_argument
from reference.pairs.inputs.spec import Array, Choice, Group, Law, Shape, Size, Spec, Whole
from reference.pairs.inputs.vocabulary import Part, number_in, part_of, plain

__all__ = ["Setup", "given_to", "parts_of"]

KEPT = (Part.BIAS, Part.STATE, Part.CELL, Part.GAIN, Part.SHIFT, Part.LABELS, Part.WEIGHT, Part.INPUT, Part.STATE_BIAS,
        Part.OUTPUT_BIAS)  # fmt: skip  # arrays that are given although they may be left out
ARRAYS = (Part.INPUT, Part.LABELS, Part.WEIGHT, Part.BIAS, Part.GAIN, Part.SHIFT, Part.STATE)
TOLD = r"reg\w*|lambd\w*|lam|l2\w*|\w*keep\w*|drop\w*|p|p_drop\w*|stride\w*|pad\w*|mode|weight_?decay|\w*_reg"
CONFIG = r"\w*(?:param|params|cfg|config|opts?|options|hparams?|kwargs)"
LAYERS = r"layers?|layers?_?dims?|layers?_?sizes?|sizes|dims|n_?units_?list|arch\w*|structure|nodes|topology"
HIDDENS = r"hidden_?(?:dims|sizes|layers|units)"
NO_TRAINER = (Part.WEIGHT, Part.THETA, Part.INPUT_WEIGHT, Part.STATE_WEIGHT, Part.GATE_WEIGHT)


class Setup(NamedTuple):
    """Everything that is decided for all arguments of a plan together."""

    layout: Layout
    form: LabelForm | None
    gates: int
    parts: Mapping[str, Part]
    asked: Asked
    said: Mapping[str, Described]
    outputs: tuple[Size, ...]
    letters: frozenset[str] = frozenset()  # of the sizes that are documented


def parts_of(proposal: Proposal, asked: Asked) -> dict[str, Part]:
    """What every argument is, and every key of a dictionary of arrays."""
    taken = [p.name for p in (*proposal.constructor, *proposal.takes) if not p.many]
    keys = [key for name in taken for key in asked.keys(name)]
    texts = " ".join((proposal.owner, proposal.forward, proposal.check)).lower()
    recurrent = bool(re.search(r"rnn|lstm|gru|cell|recurrent", texts)) or any(
        part_of(name) in (Part.STATE,) for name in (*taken, *keys)
    )
    parts = {name: part_of(name, recurrent=recurrent) for name in (*keys, *taken)}
    if "embed" in texts or any(asked.does("indexes", name) for name in taken):
        for p in proposal.takes:
            if parts[p.name] in (Part.INPUT, Part.UNKNOWN) and (
                asked.does("indexes", p.name) or ("embed" in texts and p is proposal.takes[0])
            ):
                parts[p.name] = Part.INDICES
    arrays = [p.name for p in proposal.takes if not (p.optional or p.many) and setting(p.name, p) is None]
    if arrays and not any(parts[n] in (Part.INPUT, Part.INDICES, Part.QUERY, Part.PREDICTION) for n in arrays):
        first = next((n for n in arrays if parts[n] in (Part.UNKNOWN, Part.LABELS, Part.STATE, Part.CELL)), None)
        if first is not None:
            parts[first] = Part.INPUT
    return parts


def given_to(parameters: Iterable[Parameter], setup: Setup, *, constructor: bool) -> dict[str, Spec]:
    """What each parameter is given; those that have a good default are left to it."""
    made: dict[str, Spec] = {}
    used: dict[str, str] = {}
    for parameter in parameters:
        if parameter.many:
            continue
        spec = _given(parameter, setup, constructor)
        if isinstance(spec, Whole) and constructor:
            spec = _told_apart(spec, parameter.name, used)
        if spec is not None:
            made[parameter.name] = spec
    hidden = any(isinstance(s, Whole) and s.size == "H" for s in made.values())
    renamed = {k: v for k, v in setup.layout.renamed.items() if not (v == "H" and hidden)}
    if constructor and setup.layout.family == "sequences" and not hidden and setup.gates > 1:
        renamed = {"M": "H"}
    return {name: _renamed(spec, renamed) for name, spec in made.items()}


def _told_apart(spec: Whole, name: str, used: dict[str, str]) -> Whole:
    """Two layers of one constructor have two sizes."""
    letter = str(spec.size)
    if letter in ("H", "M", "D", "F", "C") and letter in used.values():
        letter = f"{letter}{len(used)}"
    used[name] = letter
    return Whole(letter)


def _renamed(spec: Spec, renamed: Mapping[str, str]) -> Spec:
    if isinstance(spec, Whole) and isinstance(spec.size, str):
        return Whole(renamed.get(spec.size, spec.size))
    return spec


def _given(parameter: Parameter, setup: Setup, constructor: bool) -> Spec | None:
    name, asked = parameter.name, setup.asked
    if constructor and name in setup.letters:
        return Whole(name)
    text, said = plain(name), setup.said.get(name, Described())
    keys = tuple(dict.fromkeys((*asked.keys(name), *said.keys)))
    if keys and said.dims is None:
        return Group({key: _entry(name, key, setup) for key in keys})
    if said.dims is not None and not constructor:
        return _array(name, said.dims, setup)
    part = setup.parts.get(name, Part.UNKNOWN)
    plainly = setting(name, parameter, asked.texts(name))
    letter = size_argument(name)
    if parameter.optional:
        return _optional(parameter, setup, part, plainly, letter, constructor)
    if re.fullmatch(LAYERS, text) and constructor:
        return Group({"0": Whole("D"), "1": Whole("H1"), "2": Whole("M")}, "list")
    if re.fullmatch(HIDDENS, text) and constructor:
        return Group({"0": Whole("H1"), "1": Whole("H2")}, "list")
    if constructor or parameter.annotation in ("int", "float", "bool", "str") or said.scalar:
        if re.search(r"shape$", text):
            return Shape(setup.layout.axes.get(Part.INPUT, ("N", "D"))[1:])
        scalar = _scalar(parameter, plainly, letter, part, constructor)
        if scalar is not None:
            return scalar
    elif part is Part.UNKNOWN or (isinstance(plainly, Choice) and len(text) > 1 and part not in ARRAYS):
        if plainly is not None:
            return plainly
        if letter is not None and (len(text) > 1 or asked.does("counts", name)):
            return Whole(letter)
    if re.fullmatch(CONFIG, text) and part is Part.UNKNOWN:
        return Group({})
    return _part(name, part, setup)


def _scalar(
    parameter: Parameter, plainly: Spec | None, letter: str | None, part: Part, constructor: bool
) -> Spec | None:
    arrays = part in NO_TRAINER or part is Part.BIAS
    if constructor and arrays and parameter.annotation not in ("int", "float", "bool"):
        return None
    if plainly is not None:
        return plainly
    if letter is not None:
        return Whole(letter)
    by_annotation: dict[str, Spec] = {
        "int": Whole("M"),
        "float": Choice((0.5,)),
        "bool": Choice((True, False)),
        "str": Choice(("a",)),
    }
    if parameter.annotation in by_annotation:
        return by_annotation[parameter.annotation]
    return None if not constructor or part is not Part.UNKNOWN else Choice((0.5,))


def _optional(
    parameter: Parameter, setup: Setup, part: Part, plainly: Spec | None, letter: str | None, constructor: bool
) -> Spec | None:
    """Left to its default, unless that hides something or is nothing."""
    text, default = plain(parameter.name), parameter.default
    if isinstance(default, list | tuple) and all(isinstance(d, int) for d in default):
        if isinstance(plainly, Choice) and re.match(r"stride|pad", text):
            options = [tuple([o] * len(default)) for o in plainly.options if isinstance(o, int)]
            return Choice(tuple(options))
        return Shape(("HH", "WW")) if re.search(r"kernel|filter", text) and len(default) == 2 else None
    if isinstance(plainly, Choice) and (
        re.fullmatch(TOLD, text) or (set(plainly.options) == {True, False} and "train" in text) or text == "mode"
    ):
        if default is None and not re.match(r"reg|lam|l2", text):
            return None
        return plainly
    if default is None and setup.asked.does("called", parameter.name):
        return None
    if not constructor and default is None and part in KEPT and plainly is None:
        return _part(parameter.name, part, setup)
    if letter is not None and type(default) is int and (constructor or len(text) > 1):
        return Whole(letter) if letter not in ("HEADS", "G", "P") else None
    return None


def _entry(owner: str, key: str, setup: Setup) -> Spec:
    """An entry of a dictionary: of parameters, or of a configuration."""
    said = setup.said.get(key, Described())
    if said.dims is not None:
        return _array(key, said.dims, setup)
    features = setup.layout.axes.get(Part.GAIN) or setup.layout.axes.get(Part.INPUT, ("N", "D"))[-1:]
    part = setup.parts.get(key, part_of(key))
    arrays = part not in (Part.UNKNOWN, Part.MEAN, Part.VARIANCE, Part.MASK)
    if arrays and (not re.fullmatch(CONFIG, plain(owner)) or plain(owner) in ("params", "param", "parameters")):
        return _part(key, part, setup)
    dims = [(f,) for f in setup.asked.dims(owner, key)]
    if dims and not re.search(r"mean|var", key):
        return Array(tuple(d[0] or f"d{k}" for k, d in enumerate(dims)))
    return configured(key, tuple(features), setup.asked.texts(owner, key))


def _array(name: str, dims: tuple[Size, ...], setup: Setup) -> Spec:
    """An array of which the axes are documented."""
    said = setup.said[name]
    law, below = said.entries.law, said.entries.below
    part = setup.parts.get(name, Part.UNKNOWN)
    if part is Part.LABELS and law in (None, Law.NORMAL) and setup.form is not None:
        return setup.form.labels._replace(dims=dims)
    if law is Law.LABELS and part in (Part.LABELS, Part.INDICES, Part.INPUT, Part.UNKNOWN, Part.PREDICTION):
        return Array(dims, Law.LABELS, below or _classes(setup, part))
    if law in (Law.ROWS, Law.ONE_HOT):
        return Array(dims, _by_classes(law, dims, setup))
    if law in (Law.SIGNS, Law.BITS) and part not in (Part.LABELS, Part.UNKNOWN, Part.MASK, Part.INPUT):
        law = None
    if law is Law.UNIT and part in (Part.WEIGHT, Part.BIAS):
        law = None
    if law is Law.LABELS or (law is Law.MASK and part is not Part.MASK):
        law = None
    if law is None and part is Part.PREDICTION and setup.form is not None:
        law = setup.form.predictions
    if law is Law.MASK and "bool" not in said.text.lower():
        law = Law.BITS
    return Array(dims, law or (Law.POSITIVE if part is Part.VARIANCE else Law.NORMAL))


BATCH = {"N", "m", "batch_size", "batch", "B", "n_samples", "num_examples", "number_examples", "num_samples", "n", "bs"}


def _by_classes(law: Law, dims: tuple[Size, ...], setup: Setup) -> Law:
    """Along the axis of the classes, which is the one that does not count examples."""
    if len(dims) == 2 and 1 in dims and law is Law.ROWS:
        return Law.UNIT  # of two classes, the one
    last = len(dims) == 2 and str(dims[1]) in BATCH and str(dims[0]) not in BATCH
    if law is Law.ROWS:
        return Law.COLUMNS if last else Law.ROWS if len(dims) > 1 else Law.UNIT
    return Law.ONE_HOT_COLUMNS if last else Law.ONE_HOT


def _classes(setup: Setup, part: Part) -> Size:
    """How many classes, where it is not said: the last axis of what the labels belong to."""
    if part is Part.INDICES:
        return "V"
    for wanted in (Part.PREDICTION, Part.WEIGHT, Part.INPUT):
        for name, found in setup.parts.items():
            dims = setup.said.get(name, Described()).dims
            if found is wanted and dims:
                return dims[-1]
    return setup.outputs[-1] if setup.outputs else 2


def _part(name: str, part: Part, setup: Setup) -> Spec:
    """An array by what it is in the layout."""
    layout = setup.layout
    axes = layout.of(part, setup.gates)
    inputs = layout.axes.get(Part.INPUT, ("N", "D"))
    if part is Part.INDICES and axes is not None:
        return Array(axes, Law.LABELS, "V")
    if part is Part.LABELS and setup.form is not None:
        return setup.form.labels
    if part is Part.PREDICTION:
        return Array(setup.outputs, setup.form.predictions if setup.form else Law.NORMAL)
    if part is Part.INPUT and setup.form is not None and setup.outputs == inputs:
        return Array(inputs, setup.form.predictions)
    if part is Part.MASK:
        return Array(axes or inputs, Law.BITS)
    if axes is None:
        return Array(inputs)
    if Part.INDICES in setup.parts.values() and part is Part.WEIGHT:
        return Array(("V", "D"))
    if part in (Part.WEIGHT, Part.BIAS):
        axes = _chained(name, axes, setup)
    return Array(axes, Law.POSITIVE if part is Part.VARIANCE else Law.NORMAL)


def _chained(name: str, axes: tuple[Size, ...], setup: Setup) -> tuple[Size, ...]:
    """W2 takes what W1 gives."""
    numbers = sorted(
        {n for other, part in setup.parts.items() if part is Part.WEIGHT and (n := number_in(other)) is not None}
    )
    number = number_in(name)
    if number is None or len(numbers) < 2 or number not in numbers:
        return axes
    k = numbers.index(number)
    between: dict[Any, Any] = {
        "D": "D" if k == 0 else f"H{k}", "M": "M" if k == len(numbers) - 1 else f"H{k + 1}",
        "C": "C" if k == 0 else f"F{k}", "F": "F" if k == len(numbers) - 1 else f"F{k + 1}",
    }  # fmt: skip
    return tuple(between.get(d, d) for d in axes)
