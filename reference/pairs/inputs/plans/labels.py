"""Labels and predictions in the forms that people give them, beside the axes of what they belong to."""

from __future__ import annotations

from typing import NamedTuple

from reference.pairs.inputs.spec import Array, Size, ValueLaw

__all__ = ["LabelForm", "label_forms"]


class LabelForm(NamedTuple):
    """``labels``, and the law of the predictions that they stand beside."""

    name: str
    labels: Array
    predictions: ValueLaw = ValueLaw.NORMAL


def label_forms(outputs: tuple[Size, ...], examples: str, *, whole: bool = False) -> list[LabelForm]:
    """Every form for outputs of these axes; ``examples``: where these lie. ``whole``: whole numbers come first."""
    if not outputs:
        return [
            LabelForm("a number", Array(()), ValueLaw.NORMAL),
            LabelForm("0 or 1", Array((), ValueLaw.BITS), ValueLaw.UNIT),
            LabelForm("-1 or 1", Array((), ValueLaw.SIGNS)),
        ]
    last = examples == "last"
    classes = outputs[0] if last else outputs[-1]
    single = classes == 1 or (len(outputs) == 1 and examples != "none")
    if examples == "none":
        each: tuple[Size, ...] = outputs[:-1] if outputs[-1] != 1 else ()
        classes = outputs[0] if outputs[-1] == 1 else classes
    else:
        each = outputs[1:] if last else outputs[:-1]
    beside: tuple[Size, ...] = (1, *each) if last else (*each, 1)
    one_hot, probable = (ValueLaw.ONE_HOT_COLUMNS, ValueLaw.COLUMNS) if last else (ValueLaw.ONE_HOT, ValueLaw.ROWS)
    if examples == "none" and outputs[-1] == 1:
        one_hot, probable = ValueLaw.ONE_HOT_COLUMNS, ValueLaw.COLUMNS
    same = [
        LabelForm("0 or 1", Array(outputs, ValueLaw.BITS), ValueLaw.UNIT),
        LabelForm("as the outputs", Array(outputs)),
        LabelForm("-1 or 1", Array(outputs, ValueLaw.SIGNS)),
    ]
    if single:
        flat = outputs if len(outputs) == 1 else each
        indices = [LabelForm("integers of two classes", Array(flat, ValueLaw.LABELS, 2))] if whole else []
        return [
            *indices,
            *same,
            *([LabelForm("0 or 1, flat", Array(flat, ValueLaw.BITS), ValueLaw.UNIT)] if flat != outputs else []),
            *(
                [LabelForm("-1 or 1, flat", Array(flat, ValueLaw.SIGNS)), LabelForm("flat", Array(flat))]
                if flat != outputs
                else []
            ),
            LabelForm("0 or 1, of any outputs", Array(outputs, ValueLaw.BITS), ValueLaw.NORMAL),
        ]
    integers = [
        LabelForm("integers", Array(each, ValueLaw.LABELS, classes), ValueLaw.NORMAL),
        LabelForm("integers, of probabilities", Array(each, ValueLaw.LABELS, classes), probable),
        LabelForm("integers of two classes", Array(each, ValueLaw.LABELS, 2), ValueLaw.NORMAL),
        LabelForm("integers, one a row", Array(beside, ValueLaw.LABELS, classes), ValueLaw.NORMAL),
    ]
    others = [
        LabelForm("one-hot", Array(outputs, one_hot), probable),
        LabelForm("one-hot, of scores", Array(outputs, one_hot), ValueLaw.NORMAL),
        *same,
        LabelForm("-1 or 1, one an example", Array(each, ValueLaw.SIGNS)),
        LabelForm("0 or 1, one an example", Array(each, ValueLaw.BITS)),
        LabelForm("numbers, one an example", Array(each)),
        LabelForm("whole 0 or 1", Array(outputs, ValueLaw.LABELS, 2)),
    ]
    return (
        [*integers[:1], *others[:2], integers[1], *others[2:], *integers[2:]]
        if whole
        else [*others[:1], integers[0], others[1], integers[1], *others[2:], integers[3]]
    )
