"""An array among the arguments: by the axes that are documented, or by what it is in a layout."""

from __future__ import annotations

import re
from typing import Any

from reference.pairs.inputs.plans.labels import LabelForm
from reference.pairs.inputs.plans.parts import Setup
from reference.pairs.inputs.spec import Array, Size, Spec, SpecGroup, ValueLaw
from reference.pairs.inputs.text.documented import Described
from reference.pairs.inputs.text.laws_in_words import says_positive
from reference.pairs.inputs.text.vocabulary import Part, number_in

__all__ = ["BATCH", "documented_array", "gathered", "laid_out"]


def documented_array(name: str, dims: tuple[Size, ...], setup: Setup) -> Spec:
    """An array of which the axes are documented."""
    said = setup.said[name]
    law, below = said.entries.law, said.entries.below
    part = setup.parts.get(name, Part.UNKNOWN)
    if part is Part.LABELS and law in (None, ValueLaw.NORMAL) and setup.form is not None:
        return _of_classes(setup.form.labels._replace(dims=dims), setup)
    if law is ValueLaw.LABELS and not below and part is Part.INPUT:
        law = None
    if law is ValueLaw.LABELS and part in (Part.LABELS, Part.INDICES, Part.INPUT, Part.UNKNOWN, Part.PREDICTION):
        return Array(dims, ValueLaw.LABELS, below or _classes(setup, part))
    if law in (ValueLaw.ROWS, ValueLaw.ONE_HOT):
        return Array(dims, _by_classes(law, dims, setup))
    if law in (ValueLaw.SIGNS, ValueLaw.BITS) and part not in (Part.LABELS, Part.UNKNOWN, Part.MASK, Part.INPUT):
        law = None
    if law is ValueLaw.UNIT and part in (Part.WEIGHT, Part.BIAS):
        law = None
    if law is ValueLaw.LABELS or (law is ValueLaw.MASK and part is not Part.MASK):
        law = None
    if (
        law is ValueLaw.POSITIVE
        and part is not Part.VARIANCE
        and not ("positive" in said.text.lower() or says_positive(said.text))
    ):
        law = None
    if law is None and part is Part.PREDICTION and setup.form is not None:
        law = of_predictions(name, setup.form)
    if law is ValueLaw.MASK and "bool" not in said.text.lower():
        law = ValueLaw.BITS
    return Array(dims, law or (ValueLaw.POSITIVE if part is Part.VARIANCE else ValueLaw.NORMAL))


def gathered(name: str, axis: str, setup: Setup) -> SpecGroup:
    """Several arrays that are put together along an axis: of three sizes there, where that is a number."""
    dims = setup.said.get(name, Described()).dims or setup.layout.inputs
    place = int(axis) if axis.lstrip("-").isdigit() else len(dims)
    if not -len(dims) <= place < len(dims):
        return SpecGroup({str(k): Array(dims) for k in range(GATHERED)}, "list")
    before, own, after = dims[:place], dims[place], dims[place:][1:]
    sizes = [
        own,
        *(f"{own}{k}" if isinstance(own, str) and own.isidentifier() else own for k in range(2, GATHERED + 1)),
    ]
    return SpecGroup({str(k): Array((*before, size, *after)) for k, size in enumerate(sizes)}, "list")


def _of_classes(labels: Array, setup: Setup) -> Array:
    """Of as many classes as are documented, where a size is called so."""
    named = next((letter for letter in sorted(setup.letters) if CLASSES.fullmatch(letter.lower())), None)
    return labels._replace(below=named) if labels.law is ValueLaw.LABELS and labels.below == 2 and named else labels


GATHERED = 3  # arrays in a list
CLASSES = re.compile(r"\w*(?:class(?:es)?|labels)|n_?y")
OF_KEYS = re.compile(r"key|pad")  # a mask of so many keys for each example
ANY_SIZE = re.compile(r"score|logit|margin|distance")
BATCH = {"N", "m", "batch_size", "batch", "B", "n_samples", "num_examples", "number_examples", "num_samples", "n", "bs"}


def of_predictions(name: str, form: LabelForm) -> ValueLaw:
    """Scores and logits are of any size, whatever labels they stand beside."""
    return ValueLaw.NORMAL if ANY_SIZE.search(name.lower()) else form.predictions


def _by_classes(law: ValueLaw, dims: tuple[Size, ...], setup: Setup) -> ValueLaw:
    """Along the axis of the classes, which is the one that does not count examples."""
    if len(dims) == 2 and 1 in dims and law is ValueLaw.ROWS:
        return ValueLaw.UNIT  # of two classes, the one
    last = len(dims) == 2 and str(dims[1]) in BATCH and str(dims[0]) not in BATCH
    if law is ValueLaw.ROWS:
        return ValueLaw.COLUMNS if last else ValueLaw.ROWS if len(dims) > 1 else ValueLaw.UNIT
    return ValueLaw.ONE_HOT_COLUMNS if last else ValueLaw.ONE_HOT


def _classes(setup: Setup, part: Part) -> Size:
    """How many classes, where it is not said: the last axis of what the labels belong to."""
    if part is Part.INDICES:
        return "V"
    for wanted in (Part.PREDICTION, Part.WEIGHT, Part.INPUT):
        for name, found in reversed(list(setup.parts.items())):
            dims = setup.said.get(name, Described()).dims
            if found is wanted and dims:
                return dims[-1]
    return setup.outputs[-1] if setup.outputs else 2


def laid_out(name: str, part: Part, setup: Setup) -> Spec:
    """An array by what it is in the layout."""
    layout = setup.layout
    axes = layout.of(part, setup.gates)
    inputs = layout.inputs
    if part is Part.INDICES and axes is not None:
        return Array(axes, ValueLaw.LABELS, "V")
    if part is Part.LABELS and setup.form is not None:
        return setup.form.labels
    if part is Part.PREDICTION:
        return Array(setup.outputs, of_predictions(name, setup.form) if setup.form else ValueLaw.NORMAL)
    if part is Part.INPUT and setup.form is not None and setup.outputs == inputs:
        return Array(inputs, setup.form.predictions)
    if part is Part.MASK:
        if layout.family == "heads" and OF_KEYS.search(name.lower()):
            axes = (inputs[0], "T")
        return Array(axes or inputs, ValueLaw.MASK if setup.asked.does("boolean", name) else ValueLaw.BITS)
    if axes is None:
        return Array(inputs)
    looked_up = Part.INPUT if Part.WEIGHT not in setup.parts.values() else Part.WEIGHT
    if Part.INDICES in setup.parts.values() and part is looked_up:  # a table
        return Array(("D", "V") if layout.examples == "last" and part is Part.INPUT else ("V", "D"))
    if part is Part.BIAS and Part.STATE_WEIGHT in setup.parts.values():
        axes = layout.of(Part.STATE_BIAS, setup.gates) or axes
    if part in (Part.WEIGHT, Part.BIAS):
        axes = _chained(name, axes, setup)
    return Array(axes, ValueLaw.POSITIVE if part is Part.VARIANCE else ValueLaw.NORMAL)


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
