"""A rule of PyTorch that is differentiated once more, where its backward pass may be: the derivative of its gradients.

What a backward pass takes from tensors that are neither an input nor an output counts as constant then, in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["once_alone", "twice"]

ALIKE, SAME, STEP = 1e-6, 1e-4, 1e-5  # of two exact ones; of an exact one and a difference
SILENT = (
    "differentiated once more it gives another second derivative than its forward pass has, in silence: what it saves "
    "that is no input and no output counts as constant; @once_differentiable says that it is not meant"
)


def twice(run: Any, primals: Mapping[str, Any], cotangents: Sequence[Any]) -> Iterator[tuple[str, str, str]]:
    """``run``: a ``TorchRun`` that has begun."""
    if once_alone(run.owner):
        return
    directions = {n: np.random.RandomState(k).standard_normal(p.shape) for k, (n, p) in enumerate(primals.items())}
    try:
        once, got = _second(run, primals, cotangents, directions, ruled=True)
        first, wanted = _second(run, primals, cotangents, directions, ruled=False)
        ends = [
            _second(run, {n: p + s * STEP * directions[n] for n, p in primals.items()}, cotangents, None, ruled=False)[
                0
            ]
            for s in (1.0, -1.0)
        ]
    except Exception:  # it says aloud that it cannot be
        return
    if not all(_near(once[n], first[n], ALIKE) for n in primals):
        return  # it is wrong already
    if not all(_near((ends[0][n] - ends[1][n]) / (2 * STEP), wanted[n], SAME) for n in primals):
        return
    if not all(_near(got[n], wanted[n], ALIKE) for n in primals):
        yield "MB106", SILENT, "warning"


def once_alone(owner: Any) -> bool:
    """Is it told to be differentiated once?"""
    function = getattr(owner, "backward", None)
    code = getattr(function, "__code__", None)
    return hasattr(function, "__wrapped__") and code is not None and "torch" in code.co_filename


def _second(
    run: Any,
    primals: Mapping[str, Any],
    cotangents: Sequence[Any],
    directions: Mapping[str, Any] | None,
    *,
    ruled: bool,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The gradients, and the derivative of their sum along the directions."""
    torch = run.torch
    run.torch.default_generator.manual_seed(run.draw.seed)
    with torch.enable_grad():
        leaves = {name: run.tensor(np.asarray(value, dtype=float)).requires_grad_() for name, value in primals.items()}
        copies = {name: leaf.clone() for name, leaf in leaves.items()}
        arguments = run.arguments({}, copies)
        if ruled:
            outputs = [o for o in run.outputs(run.owner.apply(*arguments)) if o.requires_grad]
        else:
            with run.seen_through():
                outputs = [o for o in run.bare(arguments) if o.requires_grad]
        given = [run.tensor(np.asarray(c, dtype=float)).requires_grad_() for c in cotangents]
        found = torch.autograd.grad(outputs, list(leaves.values()), given, create_graph=True, allow_unused=True)
        known = {n: torch.zeros_like(leaves[n]) if g is None else g for n, g in zip(leaves, found, strict=True)}
        arrays = {n: g.detach().numpy().copy() for n, g in known.items()}
        if directions is None:
            return arrays, {}
        total = sum((g * run.tensor(directions[n])).sum() for n, g in known.items())
        again = [None] * len(leaves)
        if getattr(total, "requires_grad", False):
            again = torch.autograd.grad(total, list(leaves.values()), allow_unused=True)
    return arrays, {
        n: np.zeros(primals[n].shape) if g is None else g.numpy().copy() for n, g in zip(leaves, again, strict=True)
    }


def _near(a: Any, b: Any, share: float) -> bool:
    size = float(np.max(np.abs(b), initial=0.0))
    return bool(np.all(np.abs(a - b) <= share * max(size, 1e-12)))
