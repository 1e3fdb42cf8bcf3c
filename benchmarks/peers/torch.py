"""PyTorch: ``gradcheck`` of a hand-written function, and an eager training step.

What ``gradcheck`` is asked is NumPy's J behind a ``torch.autograd.Function`` whose backward hands out the gradients
that were written by hand; PyTorch's own operations made it a sixth slower. A step is ``F.linear`` over examples in
rows, which is faster than ``addmm`` over columns, with ``torch.optim.SGD``, foreach and fused.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.peers import Array, Blocks, Checker, Setting, Single, Trainer, blocks_of
from benchmarks.peers.plain import cost_of

__all__ = ["GRADCHECK", "GRADCHECK_FAST", "KINDS", "trainer"]

KINDS = ("foreach", "fused")


def _accepts(single: Single, gradients: Blocks, *, fast: bool) -> bool:
    import torch

    J = cost_of(single)
    given = [torch.from_numpy(np.array(g)) for g in gradients]

    class ByHand(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *blocks: Any) -> Any:
            return torch.tensor(J([block.numpy() for block in blocks]), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, pulled: Any) -> Any:
            return tuple(pulled * g for g in given)

    blocks = [torch.from_numpy(np.array(block)).requires_grad_() for block in blocks_of(single)]
    return bool(torch.autograd.gradcheck(ByHand.apply, blocks, fast_mode=fast, raise_exception=False))


def _cost(single: Single) -> float:
    return cost_of(single)(blocks_of(single))


GRADCHECK = Checker("torch.autograd.gradcheck", "torch", "every parameter", partial(_accepts, fast=False), _cost)
GRADCHECK_FAST = Checker(
    "torch.autograd.gradcheck, fast_mode", "torch", "one direction", partial(_accepts, fast=True), _cost
)


def trainer(setting: Setting, kind: str, *, keep_prob: float) -> Trainer:
    """Forward, ``backward()``, ``optimizer.step()``; L2 is the weight decay of the weights alone."""
    import torch

    F = torch.nn.functional

    def leaf(a: Array) -> Any:
        return torch.from_numpy(np.array(a)).requires_grad_()

    parameters = [(leaf(W), leaf(b[:, 0])) for W, b in setting.parameters]
    X, Y = torch.from_numpy(setting.X.T.copy()), torch.from_numpy(setting.Y.T.copy())
    labels = Y.argmax(dim=1)
    groups = [
        {"params": [W for W, b in parameters], "weight_decay": setting.lambd / setting.m},
        {"params": [b for W, b in parameters]},
    ]
    optimizer = torch.optim.SGD(groups, lr=setting.learning_rate, **{kind: True})

    def step() -> None:
        A = X
        for W, b in parameters[:-1]:
            A = torch.relu(F.linear(A, W, b))
            if keep_prob < 1:
                A = F.dropout(A, 1 - keep_prob)
        Z = F.linear(A, *parameters[-1])
        if setting.output == "softmax":
            loss = F.cross_entropy(Z, labels)
        else:
            loss = F.binary_cross_entropy_with_logits(Z, Y, reduction="sum") / setting.m
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    def now() -> Blocks:
        return [a.detach().numpy().reshape(a.shape[0], -1).copy() for pair in parameters for a in pair]

    def dropped(count: int) -> Array:
        return F.dropout(torch.ones(count, dtype=X.dtype), 1 - keep_prob).numpy()

    return Trainer(f"PyTorch, {kind} SGD", "torch", step, now, dropped)
