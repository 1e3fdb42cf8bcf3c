import torch
from torch.autograd import Function


class Ranked(Function):
    """Entries weighted by their rank along an axis; both passes belong to the class."""

    @classmethod
    def forward(cls, ctx, x, dim=-1):
        order = torch.sort(x, dim=dim, descending=True).indices
        rank = torch.arange(1, x.shape[dim] + 1, dtype=x.dtype)
        shape = [1] * x.dim()
        shape[dim] = -1
        weights = torch.zeros_like(x).scatter(dim, order, rank.view(shape).expand_as(x))
        ctx.save_for_backward(weights)
        return cls.weighted(x, weights)

    @classmethod
    def weighted(cls, x, weights):
        return x * weights

    @classmethod
    def backward(cls, ctx, grad):
        (weights,) = ctx.saved_tensors
        return cls.weighted(grad, weights), None


class RankedTwice(Ranked):
    """The same with a factor too many on the way back."""

    @classmethod
    def backward(cls, ctx, grad):
        (weights,) = ctx.saved_tensors
        return 2 * cls.weighted(grad, weights), None


class Watched(Function):
    """A loss, and beside it a mean that is only shown: nothing comes back through it."""

    @staticmethod
    def forward(ctx, x, target):
        ctx.save_for_backward(x, target)
        return ((x - target) ** 2).sum(-1), x.mean(-1)

    @staticmethod
    def backward(ctx, grad, _):
        x, target = ctx.saved_tensors
        slope = 2 * (x - target) * grad.unsqueeze(-1)
        return slope, -slope


class WatchedTurned(Function):
    """The same with the target's sign lost."""

    @staticmethod
    def forward(ctx, x, target):
        ctx.save_for_backward(x, target)
        return ((x - target) ** 2).sum(-1), x.mean(-1)

    @staticmethod
    def backward(ctx, grad, _):
        x, target = ctx.saved_tensors
        slope = 2 * (x - target) * grad.unsqueeze(-1)
        return slope, slope


class WatchedForgot(Function):
    """The mean is an output like the other, and what comes in for it is forgotten."""

    @staticmethod
    def forward(ctx, x, target):
        ctx.save_for_backward(x, target)
        return ((x - target) ** 2).sum(-1), x.mean(-1)

    @staticmethod
    def backward(ctx, grad, grad_mean):
        x, target = ctx.saved_tensors
        slope = 2 * (x - target) * grad.unsqueeze(-1)
        return slope, -slope
