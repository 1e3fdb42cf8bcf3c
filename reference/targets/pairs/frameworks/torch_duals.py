"""PyTorch's operations on numbers with an infinitely small imaginary part: the complex step, beneath its interface.

Comparisons and choices look at the real part. What is analytic and what only moves, adds and multiplies is PyTorch's
own; for functions that it does not have of complex numbers, or has with a conjugate, the first order is written here.
What is on neither list is refused: no derivative is lost in silence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reference.targets.pairs.frameworks.torch_dual_lists import FACTORIES, LINEAR, OWN, REAL, SAME, SLOPES
from reference.targets.stand_in.kind import Refused

__all__ = ["DualOperations"]


class DualOperations:
    """Runs one operation at a time."""

    def __init__(self) -> None:
        import torch

        self.torch = torch

    def run(self, func: Any, name: str, in_place: bool, args: Sequence[Any], options: dict[str, Any]) -> Any:
        """``name`` without the underscore of what works in place."""
        if not self._has_imaginary([args, list(options.values())]):
            return self._of_real(func, name, in_place, args, options)
        if name in ("copy", "set_") or (in_place and name in OWN):
            if in_place and not self._is_complex(args[0]):
                raise Refused(f"torch.{name} writes what has a derivative into what has none")
            return func(*args, **options)
        made = self._made(func, name, args, options)
        if not in_place:
            return made
        if not self._is_complex(args[0]):
            raise Refused(f"torch.{name}_ writes what has a derivative into what has none")
        args[0].copy_(made)
        return args[0]

    def _of_real(self, func: Any, name: str, in_place: bool, args: Sequence[Any], options: dict[str, Any]) -> Any:
        """What is made of nothing that has a derivative may be written into later."""
        dtype = options.get("dtype")
        if name in FACTORIES and dtype is not None and dtype.is_complex:  # PyTorch has no range of such numbers
            options = {**options, "dtype": self.torch.float64}
        made = func(*args, **options)
        if name in FACTORIES and not in_place and made.is_floating_point():
            return made.to(self.torch.complex128)
        return made

    def _made(self, func: Any, name: str, args: Sequence[Any], options: dict[str, Any]) -> Any:
        if name == "_to_copy":
            return self._cast(func, args, options)
        if name in SAME:
            return args[0]
        if (special := getattr(self, f"_of_{name}", None)) is not None:
            return special(args, options)
        if name in SLOPES:
            x = args[0].real
            y = func(*self._real(args), **self._real(options))
            return self._dual(y, SLOPES[name](x, y) * args[0].imag)
        if name in REAL:
            return func(*self._real(args), **self._real(options))
        if name in LINEAR:
            return self._dual(func(args[0].real, *args[1:], **options), func(args[0].imag, *args[1:], **options))
        if name in OWN or name in FACTORIES:
            return func(*args, **options)
        raise Refused(f"torch.{name} is not on the list of what the complex step follows")

    def _cast(self, func: Any, args: Sequence[Any], options: dict[str, Any]) -> Any:
        wanted = options.get("dtype")
        if wanted is None or wanted.is_floating_point or wanted.is_complex:
            return args[0].clone()
        return func(args[0].real, **options)

    def _dual(self, real: Any, imaginary: Any) -> Any:
        return self.torch.complex(real, imaginary.expand(real.shape).contiguous())

    def _parts(self, value: Any) -> tuple[Any, Any]:
        if self._is_complex(value):
            return value.real, value.imag
        return value, 0.0

    # --- functions of several, choices, and what has a conjugate -----------------------------------------------------

    def _of_div(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        mode = options.get("rounding_mode")
        if mode is None:
            return self.torch.div(*args)
        ratio = self.torch.div(*self._real(args), rounding_mode=mode)
        return self._dual(ratio, 0 * ratio)

    def _of_floor_divide(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return self._of_div(args, {"rounding_mode": "floor"})

    def _of_remainder(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return args[0] - args[1] * self.torch.div(*self._real(args), rounding_mode="floor")

    def _of_fmod(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return args[0] - args[1] * self.torch.div(*self._real(args), rounding_mode="trunc")

    def _of_pow(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        (a, da), (n, dn) = (self._parts(each) for each in args[:2])
        y = self.torch.pow(a, n)
        slope = n * self.torch.pow(a, n - 1) * da
        if isinstance(n, int | float) and n == 0:
            slope = 0 * y
        if self._is_complex(args[1]):
            slope = slope + y * self.torch.log(self.torch.as_tensor(a)) * dn
        return self._dual(y, self.torch.as_tensor(slope))

    def _of_atan2(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        (y, dy), (x, dx) = (self._parts(each) for each in args[:2])
        return self._dual(self.torch.atan2(y, x), (x * dy - y * dx) / (x * x + y * y))

    def _of_vdot(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return (args[0] * args[1]).sum()

    def _of_linalg_vector_norm(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        x, order = args[0], args[1] if len(args) > 1 else options.get("ord", 2)
        dim = args[2] if len(args) > 2 else options.get("dim")
        keep = args[3] if len(args) > 3 else options.get("keepdim", False)
        dims = list(range(x.dim())) if dim is None else dim
        if order == 2:
            square = (x.real**2).sum(dims, keepdim=keep).sqrt()
            return self._dual(square, (x.real * x.imag).sum(dims, keepdim=keep) / square)
        if order == 1:
            return self._dual(x.real.abs(), x.real.sign() * x.imag).sum(dims, keepdim=keep)
        raise Refused(f"torch.linalg.vector_norm of order {order} is not on the list of what the complex step follows")

    def _of_norm(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        order = 2 if len(args) < 2 or args[1] is None else args[1]
        return self._of_linalg_vector_norm([args[0], order, *args[2:]], options)

    def _of_var(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        x, dim = args[0], args[1] if len(args) > 1 else options.get("dim")
        correction = options.get("correction", args[2] if len(args) > 2 else 1)
        dims = list(range(x.dim())) if dim is None else ([dim] if isinstance(dim, int) else list(dim))
        count = math.prod(x.shape[d] for d in dims)
        off = x - x.mean(dims, keepdim=True)
        less = 1 if correction is None else float(correction)
        return (off * off).sum(dims, keepdim=options.get("keepdim", False)) / (count - less)

    def _of_std(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        variance = self._of_var(args, options)
        root = variance.real.sqrt()
        return self._dual(root, variance.imag / (2 * root))

    def _of_var_mean(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        x, dim = args[0], args[1] if len(args) > 1 else options.get("dim")
        dims = list(range(x.dim())) if dim is None else dim
        return self._of_var(args, options), x.mean(dims, keepdim=options.get("keepdim", False))

    def _of_maximum(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        a, b = self._real(args)
        return self.torch.where(a >= b, *args)

    def _of_minimum(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        a, b = self._real(args)
        return self.torch.where(a <= b, *args)

    _of_fmax, _of_fmin = _of_maximum, _of_minimum

    def _of_clamp(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        low = args[1] if len(args) > 1 else options.get("min")
        high = args[2] if len(args) > 2 else options.get("max")
        x = args[0]
        if low is not None:
            x = self.torch.where(x.real < self._real([low])[0], self._as(low, x), x)
        if high is not None:
            x = self.torch.where(x.real > self._real([high])[0], self._as(high, x), x)
        return x

    _of_hardtanh = _of_clamp

    def _of_clamp_min(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return self._of_clamp([args[0], args[1], None], {})

    def _of_clamp_max(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return self._of_clamp([args[0], None, args[1]], {})

    def _of_threshold(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return self.torch.where(args[0].real > args[1], args[0], self._as(args[2], args[0]))

    def _of_leaky_relu(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        slope = args[1] if len(args) > 1 else options.get("negative_slope", 0.01)
        return self.torch.where(args[0].real > 0, args[0], args[0] * slope)

    def _of__prelu_kernel(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        real = self._real(args)[0]
        return self.torch.where(real > 0, args[0], args[0] * args[1])

    def _of_local_scalar_dense(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return self._number(args[0])

    def _of__local_scalar_dense(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return self._number(args[0])

    def _number(self, tensor: Any) -> float:
        if float(np.abs(tensor.imag.numpy()).max(initial=0.0)):
            raise Refused("a tensor is made a number of Python's, from which no derivative comes back")
        return float(tensor.real.numpy().reshape(()))

    # --- what is taken from among others ----------------------------------------------------------------------------

    def _taken(self, x: Any, index: Any, dim: int, keep: bool) -> Any:
        wide = index if keep else index.unsqueeze(dim)
        taken = self.torch.gather(x, dim, wide)
        return taken if keep else taken.squeeze(dim)

    def _extreme(self, args: Sequence[Any], options: dict[str, Any], find: Callable[..., Any], pairs: bool) -> Any:
        x, dim = args[0], args[1] if len(args) > 1 else options.get("dim")
        keep = args[2] if len(args) > 2 else options.get("keepdim", False)
        if self.torch.is_tensor(dim):
            raise Refused("a maximum of two tensors by another name")
        dims = [] if dim is None else [dim] if isinstance(dim, int) else list(dim)
        if not dims or len(dims) == x.dim():
            one = x.reshape(-1)[find(x.real.reshape(-1), 0)]
            return one.reshape([1] * x.dim()) if keep else one
        if len(dims) > 1:
            raise Refused("an extreme along several dimensions is not on the list of what the complex step follows")
        index = find(x.real, dims[0], keepdim=keep)
        taken = self._taken(x, index, dims[0], keep)
        return (taken, index) if pairs else taken

    def _of_max(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return self._extreme(args, options, self.torch.argmax, pairs=True)

    def _of_min(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return self._extreme(args, options, self.torch.argmin, pairs=True)

    def _of_amax(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return self._extreme(args, options, self.torch.argmax, pairs=False)

    def _of_amin(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        return self._extreme(args, options, self.torch.argmin, pairs=False)

    def _of_sort(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        found = self.torch.sort(args[0].real, *args[1:], **options)
        dim = next((a for a in args[1:] if isinstance(a, int) and not isinstance(a, bool)), options.get("dim", -1))
        return self.torch.gather(args[0], dim, found.indices), found.indices

    def _of_topk(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        found = self.torch.topk(args[0].real, *args[1:], **options)
        dim = args[2] if len(args) > 2 else options.get("dim", -1)
        return self.torch.gather(args[0], dim, found.indices), found.indices

    def _of_max_pool2d_with_indices(self, args: Sequence[Any], options: dict[str, Any]) -> Any:
        x = args[0]
        _, index = self.torch.nn.functional.max_pool2d(x.real.contiguous(), *args[1:], return_indices=True)
        return x.flatten(-2).gather(-1, index.flatten(-2)).view(index.shape), index

    # --- small ------------------------------------------------------------------------------------------------------

    def _as(self, value: Any, like: Any) -> Any:
        tensor = value if self.torch.is_tensor(value) else self.torch.tensor(value)
        return tensor.to(like.dtype)

    def _is_complex(self, value: Any) -> bool:
        return self.torch.is_tensor(value) and value.is_complex()

    def _has_imaginary(self, value: Any) -> bool:
        if isinstance(value, list | tuple):
            return any(map(self._has_imaginary, value))
        return self._is_complex(value)

    def _real(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._real(each) for each in value]
        if isinstance(value, dict):
            return {key: self._real(each) for key, each in value.items()}
        return value.real if self._is_complex(value) else value
