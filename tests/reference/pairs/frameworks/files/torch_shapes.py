import torch


class TwiceFlat(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.shape = x.shape
        return x.reshape(x.shape[0], -1)

    @staticmethod
    def backward(ctx, grad):
        return 2 * grad.reshape(ctx.shape)


class Flat(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.shape = x.shape
        return x.reshape(x.shape[0], -1)

    @staticmethod
    def backward(ctx, grad):
        return grad.reshape(ctx.shape)


class HalvedGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.view(x.shape)

    @staticmethod
    def backward(ctx, grad):
        return grad / 2


class MeanFree(torch.autograd.Function):
    """Takes the mean along an axis away; right unless another axis has one entry: squeeze() drops that one as well."""

    @staticmethod
    def forward(ctx, input, dim=0):
        """input: any shape"""
        ctx.dim = dim
        count = torch.ones_like(input).sum(dim=dim).unsqueeze(dim)
        ctx.save_for_backward(count)
        return input - input.sum(dim=dim).unsqueeze(dim) / count

    @staticmethod
    def backward(ctx, grad_output):
        (count,) = ctx.saved_tensors
        mean = (grad_output.sum(dim=ctx.dim) / count.squeeze()).unsqueeze(ctx.dim)
        return grad_output - mean, None


class MeanFreeAlong(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, dim=0):
        """input: any shape"""
        ctx.dim = dim
        count = torch.ones_like(input).sum(dim=dim).unsqueeze(dim)
        ctx.save_for_backward(count)
        return input - input.sum(dim=dim).unsqueeze(dim) / count

    @staticmethod
    def backward(ctx, grad_output):
        (count,) = ctx.saved_tensors
        mean = (grad_output.sum(dim=ctx.dim) / count.squeeze(ctx.dim)).unsqueeze(ctx.dim)
        return grad_output - mean, None


class PseudoSpike(torch.autograd.Function):
    """Step with the surrogate (1 + 2 |x| / (alpha - 1)) ** -alpha, alpha > 1."""

    @staticmethod
    def forward(ctx, x, alpha):
        ctx.save_for_backward(x)
        ctx.alpha = alpha
        return at_zero(x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return (1 + 2 / (ctx.alpha - 1) * x.abs()).pow(-ctx.alpha) * grad_output, None


class PowerRoot(torch.autograd.Function):
    """No step: a cube, and the way back raises what is negative to a fractional power."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 3 * x.pow(1.5) * x.pow(0.5) * grad_output


def at_zero(x):
    return (x >= 0).to(x)
class Outer(torch.autograd.Function):
    """
    :param c: cost matrix, size [*,m,n], where * are batch dimensions
    :param a: first marginal, size [*,m]
    :param b: second marginal, size [*,n]
    """

    @staticmethod
    def forward(ctx, c, a, b):
        ctx.save_for_backward(c, a, b)
        return c * a.unsqueeze(-1) * b.unsqueeze(-2)

    @staticmethod
    def backward(ctx, g):
        c, a, b = ctx.saved_tensors
        u, v = a.unsqueeze(-1), b.unsqueeze(-2)
        return g * u * v, (g * c * v).sum(-1), (g * c * u).sum(-2)


class OuterSwapped(torch.autograd.Function):
    """
    :param c: cost matrix, size [*,m,n], where * are batch dimensions
    :param a: first marginal, size [*,m]
    :param b: second marginal, size [*,n]
    """

    @staticmethod
    def forward(ctx, c, a, b):
        ctx.save_for_backward(c, a, b)
        return c * a.unsqueeze(-1) * b.unsqueeze(-2)

    @staticmethod
    def backward(ctx, g):
        c, a, b = ctx.saved_tensors
        u, v = a.unsqueeze(-1), b.unsqueeze(-2)
        return g * u * v, (g * c * v).sum(-1), (g * c * v).sum(-2)


class PutRows(torch.autograd.Function):
    """Some rows are replaced by others."""

    @staticmethod
    def forward(ctx, table: torch.Tensor, rows: torch.Tensor, places: torch.Tensor):
        """table: (V, D); rows: (N, D); places: (N,) whole numbers in [0, V)"""
        ctx.places = places
        out = table.clone()
        out[places] = rows
        return out

    @staticmethod
    def backward(ctx, grad_output):
        dtable = grad_output.clone()
        dtable[ctx.places] = 0
        return dtable, grad_output[ctx.places], None


class PutRowsTwice(torch.autograd.Function):
    """The same, and what was replaced still has its gradient."""

    @staticmethod
    def forward(ctx, table: torch.Tensor, rows: torch.Tensor, places: torch.Tensor):
        """table: (V, D); rows: (N, D); places: (N,) whole numbers in [0, V)"""
        ctx.places = places
        out = table.clone()
        out[places] = rows
        return out

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, grad_output[ctx.places], None


class ClampedInPlace(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        out = x.clone()
        out.clamp_(min=0)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output
