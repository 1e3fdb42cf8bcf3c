"""Beneath PyTorch's interface while a rule runs: what it decides is noted, and its precision is that of a kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from reference.targets.pairs.frameworks.numbers import FrameworkKind
from reference.targets.pairs.frameworks.torch_decisions import DECISIONS
from reference.targets.pairs.frameworks.torch_duals import DualOperations
from reference.targets.pairs.frameworks.torch_randomness import drawn
from reference.targets.stand_in.pattern import PATTERN, where_asked

__all__ = ["running_as"]

CONVOLUTIONS = {f"conv{transposed}{d}d" for d in (1, 2, 3) for transposed in ("", "_transpose")}
DECOMPOSED = {"huber_loss", "smooth_l1_loss", "softshrink", "hardshrink", "hardsigmoid", "hardswish", "softplus",
              "gelu", "silu", "mish", "elu", "celu", "selu", "log_sigmoid_forward", "_softmax", "_log_softmax",
              "logsumexp",
              "native_layer_norm", "native_group_norm", "mse_loss", "nll_loss_forward", "nll_loss2d_forward",
              "binary_cross_entropy", "binary_cross_entropy_with_logits", "soft_margin_loss", "aminmax", "dist", "glu",
              "logaddexp", "logaddexp2", "xlogy", "special_xlog1py", "l1_loss", "hypot"}  # fmt: skip


@contextmanager
def running_as(kind: FrameworkKind) -> Iterator[None]:
    """Everything that PyTorch computes within is computed as this kind has it."""
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32 if kind.narrow else torch.float64)
    try:
        if kind.name == "plain":
            yield
            return
        with _mode(kind), _convolutions() if kind.complex else nullcontext():
            yield
    finally:
        torch.set_default_dtype(before)


def _mode(kind: FrameworkKind) -> Any:
    from torch.utils._python_dispatch import TorchDispatchMode

    duals = DualOperations() if kind.complex else None
    precision = _Precision(kind)

    class Noting(TorchDispatchMode):
        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # nothing is compiled here, and seconds are saved in which the compiler would be imported

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            options = dict(kwargs or {})
            name = func.overloadpacket.__name__
            PATTERN.operations += 1
            plain = name[:-1] if name.endswith("_") and not name.startswith("_") else name
            if (found := drawn(func, plain, name != plain, args, options, kind.narrow)) is not None:
                return found
            if options.get("dtype") is not None:
                options["dtype"] = precision.of(options["dtype"])
            if name in DECOMPOSED and (whole := _decomposition(func)) is not None:
                with self:
                    return whole(*args, **options)
            if name not in DECISIONS and func._can_decompose() and not name.endswith("_"):
                with self:  # it is made of others, which come by here in their turn
                    whole = func.decompose(*args, **options)
                if whole is not NotImplemented:
                    return whole
            if kind.recorded and (decide := DECISIONS.get(plain)) is not None:
                decide(args, options)
            if duals is not None:
                return duals.run(func, plain, name != plain, args, options)
            return func(*args, **options)

    return Noting()


def _convolutions() -> Any:
    """Convolutions of numbers with an imaginary part, product by product: PyTorch saves one by adding both parts."""
    import torch
    from torch.overrides import TorchFunctionMode

    def parts(tensor: Any) -> tuple[Any, Any]:
        array = tensor.numpy()
        return torch.from_numpy(array.real.copy()), torch.from_numpy(array.imag.copy())

    class Apart(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            options = dict(kwargs or {})
            if getattr(func, "__name__", "") not in CONVOLUTIONS:
                return func(*args, **options)
            x, w = args[0], args[1] if len(args) > 1 else options.pop("weight")
            bias = args[2] if len(args) > 2 else options.pop("bias", None)
            (a, da), (b, db) = (parts(t) if t.is_complex() else (t, None) for t in (x, w))
            real = func(a, b, None, *args[3:], **options)
            imaginary = torch.zeros_like(real)
            if da is not None:
                imaginary = imaginary + func(da, b, None, *args[3:], **options)
            if db is not None:
                imaginary = imaginary + func(a, db, None, *args[3:], **options)
            whole = torch.from_numpy(real.numpy() + 1j * imaginary.numpy())
            return whole if bias is None else whole + bias.reshape(-1, *[1] * (whole.dim() - 2))

    return Apart()


def _decomposition(func: Any) -> Any:
    from torch._decomp import decomposition_table

    return decomposition_table.get(func)


class _Precision:
    """The dtype that stands for one that is asked for; a narrower float is noted."""

    def __init__(self, kind: FrameworkKind) -> None:
        self.kind = kind

    def of(self, asked: Any) -> Any:
        import torch

        if not asked.is_floating_point:
            return asked
        if asked.itemsize < 8:
            if self.kind.recorded and not self.kind.narrow:
                PATTERN.note_cast(str(asked).rpartition(".")[2])
            wide = self.kind.widened
            if wide and (wide is True or where_asked()[1] == wide):
                return torch.float64
            return asked
        return torch.float32 if self.kind.narrow else asked
