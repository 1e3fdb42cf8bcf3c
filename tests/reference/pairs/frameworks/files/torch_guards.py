import torch


def over(x, small=1e-8):
    return x / (x**2 + small)


class Root(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        root = a.sqrt()
        ctx.save_for_backward(root)
        return root

    @staticmethod
    def backward(ctx, g):
        (root,) = ctx.saved_tensors
        return over(2 * root) * g


class RootTwice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        root = a.sqrt()
        ctx.save_for_backward(root)
        return root

    @staticmethod
    def backward(ctx, g):
        (root,) = ctx.saved_tensors
        return over(root) * g


class UnitLength(torch.autograd.Function):
    """Its way back forgets the number that the forward pass has."""

    @staticmethod
    def forward(ctx, a):
        length = (a**2).sum(1, keepdim=True) + 1e-6
        ctx.save_for_backward(a, (a**2).sum(1, keepdim=True))
        return a / length

    @staticmethod
    def backward(ctx, g):
        a, length = ctx.saved_tensors
        return g / length - a * 2 * (g * a).sum(1, keepdim=True) / length**2
