import torch
from torch.autograd import Function


class Contextual(Function):
    """a (N, D), b (N, D)."""

    @staticmethod
    def forward(a, b):
        return a * torch.exp(b)

    @staticmethod
    def setup_context(ctx, inputs, output):
        _, b = inputs
        ctx.save_for_backward(b, output)

    @staticmethod
    def backward(ctx, g):
        b, out = ctx.saved_tensors
        return g * torch.exp(b), g * out


class ContextualWrong(Function):
    """a (N, D), b (N, D)."""

    @staticmethod
    def forward(a, b):
        return a * torch.exp(b)

    @staticmethod
    def setup_context(ctx, inputs, output):
        a, b = inputs
        ctx.save_for_backward(a, b)

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        return g * torch.exp(b), g * a


class TwoWays(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sin(x), torch.exp(x)

    @staticmethod
    def backward(ctx, g_sin, g_exp):
        (x,) = ctx.saved_tensors
        return g_sin * torch.cos(x) + g_exp * torch.exp(x)


class TwoWaysOneLost(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sin(x), torch.exp(x)

    @staticmethod
    def backward(ctx, g_sin, g_exp):
        (x,) = ctx.saved_tensors
        return g_sin * torch.cos(x)


class NoZeros(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x)
        return x * x, torch.cos(x)

    @staticmethod
    def backward(ctx, g_square, g_cos):
        (x,) = ctx.saved_tensors
        return 2 * x * g_square - g_cos * torch.sin(x)


class Flattened(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        flat = g.view(-1) * 3 * x.reshape(-1) ** 2
        return flat.view(x.shape)


class ScalesItsGradient(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        return x * 5

    @staticmethod
    def backward(ctx, g):
        g.mul_(5)
        return g


class DoubledInPlace(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        ctx.mark_dirty(x)
        return x

    @staticmethod
    def backward(ctx, g):
        return 2 * g


class DoubledSecretly(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        x.mul_(2)
        return x + 0.5

    @staticmethod
    def backward(ctx, g):
        return 2 * g


class OneTooFew(Function):
    """x (N, D), w (N, D)."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return torch.sin(x) * w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g * w * torch.cos(x)


class RowsForColumns(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        return x.t() * 2

    @staticmethod
    def backward(ctx, g):
        return g * 2


class NarrowInside(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.tanh(x)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        t = torch.tanh(x.float())
        return g * (1 - t * t)


class ThroughNumpy(Function):
    """x (N, D)."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.from_numpy(x.detach().numpy() ** 2)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2 * g * x


class PickedRows(Function):
    """table (V, D); rows: int64 indices (K,) below V."""

    @staticmethod
    def forward(ctx, table, rows):
        ctx.save_for_backward(rows)
        ctx.count = table.shape[0]
        return table[rows]

    @staticmethod
    def backward(ctx, g):
        (rows,) = ctx.saved_tensors
        out = torch.zeros(ctx.count, g.shape[1], dtype=g.dtype)
        out.index_add_(0, rows, g)
        return out, None


class MaskedBlank(torch.autograd.Function):
    """What is no variable has no gradient, as it is written down first."""

    @staticmethod
    def forward(ctx, x, w, mask):
        """x: (n, d), w: (n, d), mask: (n, d)"""
        ctx.save_for_backward(x, w)
        return x * w

    @staticmethod
    def backward(ctx, grad):
        x, w = ctx.saved_tensors
        grad_x = grad_w = grad_mask = None
        if ctx.needs_input_grad[0]:
            grad_x = grad * w
        if ctx.needs_input_grad[1]:
            grad_w = grad * x
        return grad_x, grad_w, grad_mask


class MaskedBlankTwice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, mask):
        """x: (n, d), w: (n, d), mask: (n, d)"""
        ctx.save_for_backward(x, w)
        return x * w

    @staticmethod
    def backward(ctx, grad):
        x, w = ctx.saved_tensors
        grad_x = grad_w = grad_mask = None
        if ctx.needs_input_grad[0]:
            grad_x = grad * w
        if ctx.needs_input_grad[1]:
            grad_w = 2 * grad * x
        return grad_x, grad_w, grad_mask
