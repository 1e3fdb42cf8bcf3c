import torch


class DroppingInTraining(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, p, training):
        ctx.p, ctx.training = p, training
        if ctx.training:
            ctx.mask = (torch.rand_like(input) > p).to(input.dtype)
            return input * ctx.mask / (1 - p)
        return input

    @staticmethod
    def backward(ctx, grad_output):
        if ctx.training:
            return grad_output * ctx.mask / (1 - ctx.p), None, None
        return grad_output, None, None


class DroppingByNoise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, p):
        ctx.noise = input.new().resize_as_(input).fill_(1)
        ctx.noise.bernoulli_(1 - p).div_(1 - p)
        return input * ctx.noise

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.mul(ctx.noise), None


class DroppingUnscaled(torch.autograd.Function):
    """Its way back forgets the scale."""

    @staticmethod
    def forward(ctx, input, p):
        mask = torch.bernoulli(torch.full(input.shape, 1 - p))
        ctx.save_for_backward(mask)
        return input * mask / (1 - p)

    @staticmethod
    def backward(ctx, grad_output):
        (mask,) = ctx.saved_tensors
        return grad_output * mask, None
