"""In what axes people lay things out: rows, columns, images, sequences, steps, single vectors.

A layout is one line: the axes of each part, by letters. ``g`` stands before the hidden size of gated cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from reference.pairs.inputs.spec import Size
from reference.pairs.inputs.text.vocabulary import Part

__all__ = ["FITS", "LAYOUTS", "ArrayLayout"]


class ArrayLayout(NamedTuple):
    """``family``: by which cues it comes first. ``examples``: where the examples lie, "first", "last", or "none"."""

    name: str
    family: str
    axes: Mapping[Part, tuple[Size, ...]]
    examples: str = "first"
    renamed: Mapping[str, str] = {}  # sizes that a constructor is told, by another letter here

    @property
    def inputs(self) -> tuple[Size, ...]:
        """The axes of what comes in."""
        return self.axes.get(Part.INPUT, ("N", "D"))

    def of(self, part: Part, gates: int = 1) -> tuple[Size, ...] | None:
        """The axes of a part, where the layout has one."""
        axes = self.axes.get(part)
        if axes is None:
            return None
        return tuple(d.replace("gH", "H" if gates == 1 else f"{gates}*H") if isinstance(d, str) else d for d in axes)


FITS = (
    ("H", "HH"), ("W", "WW"), ("H", "KK"), ("W", "KK"), ("H", "PH"), ("W", "PW"), ("H", "P"), ("W", "P"), ("T", "KK"),
    ("L", "KK"), ("L", "P"),
)  # fmt: skip
LETTERS = {
    "x": Part.INPUT, "w": Part.WEIGHT, "b": Part.BIAS, "h": Part.STATE, "c": Part.CELL, "wx": Part.INPUT_WEIGHT,
    "wh": Part.STATE_WEIGHT, "wg": Part.GATE_WEIGHT, "wy": Part.OUTPUT_WEIGHT, "bh": Part.STATE_BIAS,
    "by": Part.OUTPUT_BIAS, "gain": Part.GAIN, "pred": Part.PREDICTION, "theta": Part.THETA, "i": Part.INDICES,
    "q": Part.QUERY, "sq": Part.SQUARE, "mask": Part.MASK,
}  # fmt: skip

# name | family | where the examples lie | axes
TABLE = """
rows | rows | first | x=N,D w=D,M b=M gain=D pred=N,M theta=D i=N q=N,D sq=D,D mask=N,D h=N,H wy=H,M by=M
rows, W out by in | rows | first | x=N,D w=M,D b=M gain=D pred=N,M theta=D,M i=N q=T,D
rows, b as a row | rows | first | x=N,D w=D,M b=1,M gain=1,D pred=N,1 theta=D,1 i=N
rows, flat theta | rows | first | x=N,D theta=flat w=flat pred=N,M
columns | columns | last | x=D,N w=M,D b=M,1 gain=D,1 pred=M,N theta=D,1 i=N q=D,N h=H,N wy=M,H by=M,1 mask=D,N
columns, W in by out | columns | last | x=D,N w=D,M b=M,1 gain=D,1 pred=1,N theta=D,M
images | images | first | x=N,C,H,W w=F,C,HH,WW b=F gain=C pred=N,F,H,W mask=N,C,H,W
images, square windows | images | first | x=N,C,H,W w=F,C,KK,KK b=F gain=1,C,1,1 pred=N,F,H,W
images, b as a column | images | first | x=N,C,H,W w=F,C,HH,WW b=F,1 gain=C,1,1
images, w in by out | images | first | x=N,C,H,W w=C,F,HH,WW b=F gain=C
images, each channel its own window | images | first | x=N,C,H,W w=C,HH,WW b=C gain=C
images, channels last | images last | first | x=N,H,W,C w=HH,WW,C,F b=1,1,1,F gain=C pred=N,H,W,F
images, channels last, square windows | images last | first | x=N,H,W,C w=KK,KK,C,F b=1,1,1,F gain=C
images, channels last, flat b | images last | first | x=N,H,W,C w=HH,WW,C,F b=F gain=1,1,1,C
images, channels last, w out first | images last | first | x=N,H,W,C w=F,HH,WW,C b=F gain=C
one image | images | none | x=C,H,W w=F,C,HH,WW b=F gain=C pred=C,H,W
one image, b as a column | images | none | x=C,H,W w=F,C,KK,KK b=F,1
one image, channels last | images last | none | x=H,W,C w=HH,WW,C,F b=F gain=C
one plane | images | none | x=H,W w=HH,WW b= pred=H,W
one plane, several windows | images | none | x=H,W w=F,HH,WW b=F
planes | images | first | x=N,H,W w=F,HH,WW b=F
signals | signals | first | x=N,C,L w=F,C,KK b=F gain=C
one signal | signals | none | x=L w=KK b=
sequences | sequences | first | x=N,T,D w=D,M b=M h=N,H c=N,H wx=D,gH wh=H,gH wg=D+H,H bh=gH wy=H,M by=M gain=D pred=N,T,M i=N,T q=N,T,D sq=D,D mask=N,T theta=D
sequences, steps first | sequences | first | x=T,N,D w=D,M b=M h=N,H c=N,H wx=D,gH wh=H,gH wg=D+H,H bh=gH wy=H,M by=M pred=T,N,M i=T,N q=T,D sq=D,D
sequences, examples between | sequences | last | x=D,N,T w=M,D b=M,1 h=H,N c=H,N wx=H,D wh=H,H wg=H,D+H bh=H,1 wy=M,H by=M,1 pred=M,N,T
steps | steps | first | x=N,D h=N,H c=N,H wx=D,gH wh=H,gH wg=D+H,H b=gH bh=gH wy=H,M by=M w=D+H,gH pred=N,M q=N,T,D
steps, W out by in | steps | first | x=N,D h=N,H c=N,H wx=gH,D wh=gH,H wg=H,D+H b=gH bh=gH wy=M,H by=M w=gH,D+H pred=N,M
steps, columns | steps | last | x=D,N h=H,N c=H,N wx=gH,D wh=gH,H wg=H,D+H b=gH,1 bh=gH,1 wy=M,H by=M,1 w=gH,D+H pred=M,N
steps, one vector | steps | none | x=D h=H c=H wx=gH,D wh=gH,H wg=H,D+H b=gH bh=gH wy=M,H by=M w=gH,D+H pred=M
steps, one column | steps | none | x=D,1 h=H,1 c=H,1 wx=gH,D wh=gH,H wg=H,D+H b=gH,1 bh=gH,1 wy=M,H by=M,1 w=gH,D+H pred=M,1
steps, one sequence | steps | none | x=T,D h=H c=H wx=D,gH wh=H,gH wg=D+H,H b=gH bh=gH wy=H,M by=M w=D+H,gH pred=T,M q=T,D sq=D,D
steps, one sequence, W out by in | steps | none | x=T,D h=H c=H wx=gH,D wh=gH,H wg=H,D+H b=gH bh=gH wy=M,H by=M w=gH,D+H pred=T,M
heads | heads | first | x=N,T,D q=N,S,T,D sq=D,D w=D,M b=M mask=T,T
heads, a mask of keys | heads | first | x=N,T,D q=N,S,T,D sq=D,D w=D,M b=M mask=N,T
one vector | vector | none | x=D w=M,D b=M gain=D pred=M theta=D i= h=H q=D
one vector, W in by out | vector | none | x=D w=D,M b=M pred=M
one vector, b as a row | vector | none | x=1,D w=D,M b=1,M pred=1,M
one column | vector | none | x=D,1 w=M,D b=M,1 gain=D,1 pred=M,1 theta=D,1 h=H,1
one weight vector | rows | first | x=N,D w=D b= theta=D pred=N
one weight column | rows | first | x=N,D w=D,1 b=1 theta=D,1 pred=N,1
one weight column, rows, flat theta | rows | first | x=N,D theta=flat pred=N,M
columns | columns | last | x=D,N w=D,1 b= theta=D,1 pred=1,N
columns, flat theta | columns | last | x=D,N theta=flat pred=M,N
one number | number | none | x= w= b= pred= theta= gain=
"""


def _axes(text: str) -> tuple[Size, ...]:
    return tuple(int(d) if d.isdigit() else d for d in text.split(",") if d)


def _layout(line: str) -> ArrayLayout:
    name, family, examples, axes = (part.strip() for part in line.split("|"))
    parts = {LETTERS[key]: _axes(value) for key, _, value in (word.partition("=") for word in axes.split())}
    for one, other in ((Part.GAIN, Part.SHIFT), (Part.GAIN, Part.MEAN), (Part.GAIN, Part.VARIANCE)):
        if one in parts:
            parts[other] = parts[one]
    renamed = {"D": "C", "M": "F"} if family.startswith("images") or family == "signals" else {}
    renamed |= {"M": "H"} if family == "steps" else {}
    return ArrayLayout(name, family, parts, examples, renamed)


LAYOUTS = tuple(_layout(line) for line in TABLE.strip().splitlines())
