"""What PyTorch's own use of a rule would show: each input alone in need of a gradient, memory that is not contiguous,
an output of which no gradient comes in. Only what raises, is missing, or is another number is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.pairs.frameworks.torch_answers import RuleAnswer
from reference.targets.pairs.frameworks.torch_twice import twice

__all__ = ["probes"]

ALIKE = 1e-6  # of the largest entry: the same rule on the same numbers
Break = tuple[str, ...]


def probes(run: Any, primals: Mapping[str, Any], cotangents: Sequence[Any], whole: RuleAnswer) -> Iterator[Break]:
    """``run``: a ``TorchRun`` that has begun. ``whole``: what it answers where all inputs need a gradient."""
    owed = [name for name in primals if name not in run.proposal.without_gradient]
    depends = run.depends(cotangents) if any(name in whole.nothing for name in owed) else {}
    for name in owed:
        if name in whole.nothing and depends.get(name):
            yield "MB106", f"backward returns None for {name}, on which the output depends: that counts as zero"
    if len(owed) > 1:
        yield from _alone(run, primals, cotangents, whole, owed)
    yield from _scattered(run, primals, cotangents, whole)
    if len(cotangents) > 1:
        yield from _undefined(run, primals, cotangents)
    yield from twice(run, primals, cotangents)


def _alone(
    run: Any, primals: Mapping[str, Any], cotangents: Sequence[Any], whole: RuleAnswer, owed: Sequence[str]
) -> Iterator[Break]:
    """Each input alone: what ``needs_input_grad`` says then is true of it alone."""
    for name in owed:
        if name not in whole.gradients:
            continue
        try:
            alone = run.asked(primals, cotangents, [name])
        except Exception as error:
            yield "MB701", f"with {name} alone in need of a gradient, it raises {_said(error)}"
            continue
        if alone.breaks or name not in alone.gradients:
            missing = not alone.breaks and np.any(whole.gradients[name])
            if missing:
                text = f"with {name} alone in need of a gradient, backward returns None for it: see needs_input_grad"
                yield "MB106", text
            yield from alone.breaks
        elif not _alike(alone.gradients[name], whole.gradients[name]):
            yield "MB106", f"with {name} alone in need of a gradient, its gradient is another: see needs_input_grad"


def _scattered(run: Any, primals: Mapping[str, Any], cotangents: Sequence[Any], whole: RuleAnswer) -> Iterator[Break]:
    """A gradient that comes in as a sum or a transpose hands it on: its entries do not lie side by side."""
    try:
        other = run.asked(primals, cotangents, scattered=True)
    except Exception as error:
        yield (
            "MB701",
            f"on a gradient whose entries do not lie side by side, as that of a transpose, it raises {_said(error)}",
        )
        return
    for name, gradient in whole.gradients.items():
        if name in other.gradients and not _alike(other.gradients[name], gradient):
            yield "MB103", f"on a gradient whose entries do not lie side by side, that of {name} is another"


def _undefined(run: Any, primals: Mapping[str, Any], cotangents: Sequence[Any]) -> Iterator[Break]:
    """Of several outputs one alone is used: what comes in for the others is nothing, or zeros."""
    for k in range(len(cotangents)):
        zeros = [c if j == k else np.zeros(np.shape(c)) for j, c in enumerate(cotangents)]
        try:
            with_zeros = run.asked(primals, zeros)
            without = run.asked(primals, cotangents, only=k)
        except Exception as error:
            yield "MB701", f"where output {k + 1} alone is used, it raises {_said(error)}"
            continue
        for name, gradient in with_zeros.gradients.items():
            other = without.gradients.get(name, np.zeros(gradient.shape))
            if not _alike(other, gradient):
                yield "MB106", f"where output {k + 1} alone is used, the gradient of {name} is another than with zeros"


def _said(error: BaseException) -> str:
    first = (str(error).splitlines() or [""])[0][:160]
    return f"{type(error).__name__}: {first}"


def _alike(a: NDArray[Any], b: NDArray[Any]) -> bool:
    size = float(np.max(np.abs(b), initial=0.0))
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= ALIKE * size) or np.array_equal(a, b, equal_nan=True))
