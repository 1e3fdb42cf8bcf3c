"""The cases that a function can be asked: which depths, activations, outputs, dtypes, and whether L2 and dropout."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reference.cases.case import BIASES, DTYPES, HIDDENS, OUTPUTS, Case

__all__ = ["ANY", "COURSE", "Domain", "kind_of"]


class Domain(NamedTuple):
    """The cases that a function can be asked."""

    depths: tuple[int, ...] = (1, 2, 3, 4, 5)
    deeper: bool = False  # takes deeper networks too, though none is drawn
    hiddens: tuple[str, ...] = HIDDENS
    outputs: tuple[str, ...] = OUTPUTS
    dtypes: tuple[str, ...] = DTYPES
    l2: bool = True
    dropout: bool = True
    last: int | None = None  # the only width of the last layer, where there is one
    scales: tuple[float, float] = (0.0, np.inf)
    keep_probs: tuple[float, float] = (0.0, 1.0)  # where something is dropped
    always_drops: bool = False  # it cannot be asked to keep everything
    biases: tuple[str, ...] = BIASES
    share: int = 1  # of a plan's random cases, one in so many

    def accepts(self, case: Case) -> bool:
        depth = len(case.dims) - 1
        return (
            (depth in self.depths or (self.deeper and depth > max(self.depths)))
            and case.hidden in self.hiddens
            and case.output in self.outputs
            and case.dtype in self.dtypes
            and (self.l2 or case.lambd == 0)
            and (self.dropout or case.keep_prob == 1)
            and self.last in (None, case.dims[-1])
            and self.scales[0] <= case.scale <= self.scales[1]
            and (case.keep_prob < 1 or not self.always_drops)
            and (case.keep_prob == 1 or self.keep_probs[0] <= case.keep_prob <= self.keep_probs[1])
            and case.bias in self.biases
        )


ANY = Domain(deeper=True)
COURSE = Domain(
    depths=(3,), hiddens=("relu",), outputs=("sigmoid",), dtypes=("float64",), l2=False, dropout=False, share=8
)


def kind_of(case: Case) -> Domain:
    """The cases of one kind: what a function must be able to do that is asked this one, and no more."""
    return Domain(
        depths=(len(case.dims) - 1,),
        hiddens=(case.hidden,),
        outputs=(case.output,),
        dtypes=(case.dtype,),
        l2=case.lambd > 0,
        dropout=case.keep_prob < 1,
    )
