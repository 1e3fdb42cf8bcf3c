import torch
from torch.autograd import Function

from reference import pair


class ReverseGradient(Function):
    @staticmethod
    def forward(ctx, x, lambda_):
        ctx.lambda_ = lambda_
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return -ctx.lambda_ * grad_output, None


class RoundThrough(Function):
    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, g):
        return g


class SignSTE(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x.abs() <= 1).to(g.dtype)


class SpikeFast(Function):
    @staticmethod
    def forward(ctx, membrane):
        ctx.save_for_backward(membrane)
        return (membrane > 0).float()

    @staticmethod
    def backward(ctx, g):
        (membrane,) = ctx.saved_tensors
        return g / (1 + 10 * membrane.abs()) ** 2


class ClipIncoming(Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        return g.clamp(-0.1, 0.1)


class HeavisideSpike(Function):
    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return torch.heaviside(v, torch.zeros_like(v))

    @staticmethod
    def backward(ctx, g):
        (v,) = ctx.saved_tensors
        return g * torch.sigmoid(4 * v) * (1 - torch.sigmoid(4 * v)) * 4


@pair(surrogate=True)
class SaidSpike(Function):
    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return (v >= 0).to(v.dtype)

    @staticmethod
    def backward(ctx, g):
        (v,) = ctx.saved_tensors
        return g * torch.exp(-v * v)


@pair(surrogate=True)
class SaidAndNotLinear(Function):
    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return (v >= 0).to(v.dtype)

    @staticmethod
    def backward(ctx, g):
        (v,) = ctx.saved_tensors
        return g * g * torch.exp(-v * v)


@pair(example=lambda rng: (torch.tensor(rng.rand(4, 3) + 0.5), torch.tensor(rng.randn(3))))
class Exampled(Function):
    @staticmethod
    def forward(ctx, rates, tilt):
        ctx.save_for_backward(rates, tilt)
        return torch.log(rates) * tilt

    @staticmethod
    def backward(ctx, g):
        rates, tilt = ctx.saved_tensors
        return g * tilt / rates, (g * torch.log(rates)).sum(0)


class NearestStraightThrough(torch.autograd.Function):
    """The nearest row of a codebook: the input's gradient is handed on, the codebook's is exact."""

    @staticmethod
    def forward(ctx, inputs, codebook):
        """inputs: (n, d), codebook: (k, d)"""
        far = (codebook**2).sum(1) - 2 * inputs @ codebook.t()
        picked = torch.min(far, dim=1).indices
        ctx.save_for_backward(picked, codebook)
        return torch.index_select(codebook, 0, picked)

    @staticmethod
    def backward(ctx, grad):
        picked, codebook = ctx.saved_tensors
        back = torch.zeros_like(codebook)
        back.index_add_(0, picked, grad)
        return grad.clone(), back


class FeedbackAlignment(torch.autograd.Function):
    """The way back goes through a fixed random matrix."""

    @staticmethod
    def forward(ctx, x, weight, feedback):
        """x: (n, d), weight: (m, d), feedback: (m, d)"""
        ctx.save_for_backward(x, feedback)
        return x.mm(weight.t())

    @staticmethod
    def backward(ctx, grad):
        x, feedback = ctx.saved_tensors
        return grad.mm(feedback), grad.t().mm(x), None
