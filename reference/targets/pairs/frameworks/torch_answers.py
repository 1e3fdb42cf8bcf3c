"""What a rule of PyTorch answers through ``apply``: gradients by the inputs that they are of, and what breaks a law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["RuleAnswer", "answering"]


class RuleAnswer(NamedTuple):
    """``nothing``: inputs for which None was returned. ``breaks``: code and text of each law that is broken."""

    gradients: dict[str, NDArray[Any]]
    nothing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    breaks: tuple[tuple[str, ...], ...] = ()


@contextmanager
def _overheard(owner: Any, heard: list[Any]) -> Iterator[None]:
    """What the backward pass returns, before PyTorch looks at it."""
    name = "backward" if "backward" in {k for base in owner.__mro__[:-1] for k in vars(base)} else "vjp"
    own = vars(owner).get(name)
    function = getattr(owner, name)

    def listening(*arguments: Any) -> Any:
        returned = function(*arguments)
        heard.append(returned)
        return returned

    setattr(owner, name, staticmethod(listening))
    try:
        yield
    finally:
        if own is None:
            delattr(owner, name)
        else:
            setattr(owner, name, own)


def answering(
    run: Any, primals: Mapping[str, Any], cotangents: Sequence[Any], needed: Sequence[str], *, scattered: bool = False,
    only: int | None = None,
) -> RuleAnswer:  # fmt: skip
    """``run``: a ``TorchRun`` that has begun. ``scattered``: cotangents whose entries do not lie side by side;
    ``only``: the cotangent of one output, and nothing of the others.
    """
    torch = run.torch
    leaves = {name: run.tensor(value) for name, value in primals.items()}
    for name in needed:
        leaves[name].requires_grad_()
    copies = {name: leaf.clone() for name, leaf in leaves.items()}  # which may be written into
    arguments = run.arguments({}, copies)
    heard: list[Any] = []
    with _overheard(run.owner, heard), torch.enable_grad():
        versions = {name: copy._version for name, copy in copies.items()}
        returned = run.owner.apply(*arguments)
        every = run.outputs(returned)
        differentiable = [o for o in every if o.requires_grad] or every
        dirty = {name for name, copy in copies.items() if any(copy is o for o in every)}
        given = [run.tensor(np.asarray(c)).to(o.dtype) for c, o in zip(cotangents, differentiable, strict=True)]
        if scattered:
            given = [_scattered(torch, g) for g in given]
        if only is not None:
            differentiable, given = differentiable[only : only + 1], given[only : only + 1]
        kept = [g.clone() for g in given]
        asked = [leaves[name] for name in needed]
        try:
            found = torch.autograd.grad(differentiable, asked, given, allow_unused=True)
        except RuntimeError as error:
            if not heard:
                raise
            return _refused(run, primals, heard[-1], error)
    gradients = {n: run._array(g) for n, g in zip(needed, found, strict=True) if g is not None}
    changed = [n for n, copy in copies.items() if copy._version != versions[n] and n not in dirty]
    takes = [p.name for p in run.proposal.backward_takes]
    changed += [
        takes[k] if k < len(takes) else "grad_output"
        for k, (g, own) in enumerate(zip(given, kept, strict=True))
        if not torch.equal(g, own)
    ]
    nothing = tuple(name for name, g in zip(needed, found, strict=True) if g is None)
    return RuleAnswer(gradients, nothing, tuple(changed))


def _scattered(torch: Any, tensor: Any) -> Any:
    """The same entries in another order of memory, as those of a transpose."""
    if tensor.dim() > 1:
        order = list(range(tensor.dim()))[::-1]
        return tensor.permute(order).contiguous().permute(order)
    wide = torch.zeros((*tensor.shape, 2), dtype=tensor.dtype)
    wide[..., 0] = tensor
    return wide[..., 0]


def _refused(run: Any, primals: Mapping[str, Any], returned: Any, error: RuntimeError) -> RuleAnswer:
    """What was returned is no answer to PyTorch: too few gradients, or one of another shape."""
    every = returned if isinstance(returned, tuple) else (returned,)
    names = run.names[: run.last + 1]
    gradients = {
        name: run._array(g) for name, g in zip(names, every, strict=False) if name in primals and run.torch.is_tensor(g)
    }
    wrong = [name for name, g in gradients.items() if not _fits(g.shape, primals[name].shape)]
    if wrong:
        return RuleAnswer(gradients)
    if len(every) != len(names):
        text = (
            f"backward returns {_counted(len(every))}, and forward takes {len(names)} arguments: one is due for each, "
            "None for what has no gradient"
        )
    else:
        text = f"PyTorch refuses what backward returns: {str(error).splitlines()[0][:200]}"
    return RuleAnswer(gradients, breaks=(("MB701", text),))


def _counted(number: int) -> str:
    return "one gradient" if number == 1 else f"{number} gradients"


def _fits(shape: tuple[int, ...], owed: tuple[int, ...]) -> bool:
    """May PyTorch sum it to what is owed?"""
    try:
        return np.broadcast_shapes(shape, owed) == shape
    except ValueError:
        return False
