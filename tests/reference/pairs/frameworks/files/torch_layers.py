import torch
from torch.autograd import Function


class LinearOp(Function):
    """y = x W^T + b with x (N, D), weight (M, D), bias (M,)."""

    @staticmethod
    def forward(ctx, x, weight, bias=None):
        ctx.save_for_backward(x, weight, bias)
        y = x.mm(weight.t())
        if bias is not None:
            y = y + bias
        return y

    @staticmethod
    def backward(ctx, grad_y):
        x, weight, bias = ctx.saved_tensors
        grad_x = grad_w = grad_b = None
        if ctx.needs_input_grad[0]:
            grad_x = grad_y.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_w = grad_y.t().mm(x)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_b = grad_y.sum(0)
        return grad_x, grad_w, grad_b


class LinearAveraged(Function):
    """y = x W^T + b with x (N, D), weight (M, D), bias (M,)."""

    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x @ weight.t() + bias

    @staticmethod
    def backward(ctx, grad_y):
        x, weight = ctx.saved_tensors
        grad_x = grad_y @ weight
        grad_w = grad_y.t() @ x
        grad_b = grad_y.mean(0)
        return grad_x, grad_w, grad_b


class LinearTurned(Function):
    """x (N, D) times w (D, M)."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return torch.matmul(x, w)

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        gx = torch.matmul(g, w.t())
        gw = torch.matmul(g.t(), x)
        return gx, gw


class LinearOneFlag(Function):
    """x (N, D) times w (D, M)."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        gx = gw = None
        if ctx.needs_input_grad[0]:
            gx = g @ w.t()
        if ctx.needs_input_grad[0]:
            gw = x.t() @ g
        return gx, gw


class ScaleShift(Function):
    """x (N, D), gain (D,), shift (D,)."""

    @staticmethod
    def forward(ctx, x, gain, shift):
        ctx.save_for_backward(x, gain)
        return x * gain + shift

    @staticmethod
    def backward(ctx, g):
        x, gain = ctx.saved_tensors
        return g * gain, g * x, g  # torch sums them to the shapes that are due


class Exchanged(Function):
    """a (N, D), b (N, D)."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * torch.tanh(b)

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        t = torch.tanh(b)
        return g * a * (1 - t * t), g * t


class LayerNormOp(Function):
    """x (N, D), gamma (D,), beta (D,)."""

    @staticmethod
    def forward(ctx, x, gamma, beta, eps=1e-5):
        mu = x.mean(dim=-1, keepdim=True)
        var = ((x - mu) ** 2).mean(dim=-1, keepdim=True)
        rstd = (var + eps).rsqrt()
        xhat = (x - mu) * rstd
        ctx.save_for_backward(xhat, rstd, gamma)
        return xhat * gamma + beta

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, dy):
        xhat, rstd, gamma = ctx.saved_tensors
        dgamma = (dy * xhat).sum(0)
        dbeta = dy.sum(0)
        d = dy * gamma
        dx = rstd * (d - d.mean(dim=-1, keepdim=True) - xhat * (d * xhat).mean(dim=-1, keepdim=True))
        return dx, dgamma, dbeta, None


class LayerNormShort(Function):
    """x (N, D), gamma (D,), beta (D,)."""

    @staticmethod
    def forward(ctx, x, gamma, beta, eps=1e-5):
        mu = x.mean(dim=-1, keepdim=True)
        var = ((x - mu) ** 2).mean(dim=-1, keepdim=True)
        rstd = (var + eps).rsqrt()
        xhat = (x - mu) * rstd
        ctx.save_for_backward(xhat, rstd, gamma)
        return xhat * gamma + beta

    @staticmethod
    def backward(ctx, dy):
        xhat, rstd, gamma = ctx.saved_tensors
        dgamma = (dy * xhat).sum(0)
        dbeta = dy.sum(0)
        d = dy * gamma
        dx = rstd * (d - d.mean(dim=-1, keepdim=True))
        return dx, dgamma, dbeta, None


class SoftmaxOp(Function):
    """scores (N, C)."""

    @staticmethod
    def forward(ctx, scores):
        p = torch.softmax(scores, dim=1)
        ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        return p * (g - (g * p).sum(dim=1, keepdim=True))


class SoftmaxOtherAxis(Function):
    """scores (N, C)."""

    @staticmethod
    def forward(ctx, scores):
        p = torch.softmax(scores, dim=1)
        ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, g):
        (p,) = ctx.saved_tensors
        return p * (g - (g * p).sum(dim=0, keepdim=True))


class MeanSquare(Function):
    """pred (N, D), target (N, D)."""

    @staticmethod
    def forward(ctx, pred, target):
        ctx.save_for_backward(pred, target)
        return ((pred - target) ** 2).mean()

    @staticmethod
    def backward(ctx, g):
        pred, target = ctx.saved_tensors
        return g * 2 * (pred - target) / pred.numel(), None


class MeanSquareForgot(Function):
    """pred (N, D), target (N, D)."""

    @staticmethod
    def forward(ctx, pred, target):
        ctx.save_for_backward(pred, target)
        return ((pred - target) ** 2).mean()

    @staticmethod
    def backward(ctx, g):
        pred, target = ctx.saved_tensors
        return g * 2 * (pred - target) / pred.size(0), None


class RunningTotal(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        return torch.cumsum(x, dim=1)

    @staticmethod
    def backward(ctx, g):
        return torch.cumsum(g, dim=1)


class LargestOfRow(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        best, where = x.max(dim=1)
        ctx.mark_non_differentiable(where)
        ctx.save_for_backward(where)
        ctx.shape = x.shape
        return best, where

    @staticmethod
    def backward(ctx, g, _):
        (where,) = ctx.saved_tensors
        out = torch.zeros(ctx.shape, dtype=g.dtype)
        out.scatter_(1, where.unsqueeze(1), g.unsqueeze(1))
        return out


class CrossEntropyOp(Function):
    """scores (N, C); labels: int64 (N,) below C."""

    @staticmethod
    def forward(ctx, scores, labels):
        logp = torch.log_softmax(scores, dim=1)
        ctx.save_for_backward(logp, labels)
        return -logp[torch.arange(len(labels)), labels].mean()

    @staticmethod
    def backward(ctx, g):
        logp, labels = ctx.saved_tensors
        d = logp.exp()
        d[torch.arange(len(labels)), labels] -= 1
        return g * d / len(labels), None


class CrossEntropySummed(Function):
    """scores (N, C); labels: int64 (N,) below C."""

    @staticmethod
    def forward(ctx, scores, labels):
        logp = torch.log_softmax(scores, dim=1)
        ctx.save_for_backward(logp, labels)
        return -logp[torch.arange(len(labels)), labels].mean()

    @staticmethod
    def backward(ctx, g):
        logp, labels = ctx.saved_tensors
        d = logp.exp()
        d[torch.arange(len(labels)), labels] -= 1
        return g * d, None


class UnitRows(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x / x.norm(dim=1, keepdim=True)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        n = x.norm(dim=1, keepdim=True)
        u = x / n
        return (g - u * (g * u).sum(1, keepdim=True)) / n


class ConvOp(Function):
    """x (N, C, H, W), w (K, C, 3, 3)."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return torch.nn.functional.conv2d(x, w, padding=1)

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        gx = torch.nn.grad.conv2d_input(x.shape, w, g, padding=1)
        gw = torch.nn.grad.conv2d_weight(x, w.shape, g, padding=1)
        return gx, gw


class OnlyAhead(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        return torch.sin(x)

    @staticmethod
    def backward(ctx, g):
        raise NotImplementedError("for inference alone")
