"""What of PyTorch's operations goes through numbers with an infinitely small imaginary part, and how."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from reference.targets.stand_in.functions import words

__all__ = ["FACTORIES", "LINEAR", "OWN", "REAL", "SAME", "SLOPES"]

OWN = frozenset(
    words("""
    add sub rsub mul neg mm bmm addmm baddbmm addbmm mv addmv addr ger dot sum mean cumsum cumprod prod view
    reshape _unsafe_view _reshape_alias alias detach clone t transpose permute expand squeeze unsqueeze slice
    resize resize_as select index index_select gather scatter scatter_add index_add index_put _index_put_impl index_copy
    index_fill masked_fill masked_select masked_scatter where cat stack split split_with_sizes unbind flip
    roll rot90 repeat tril triu diagonal diag_embed trace unfold as_strided fill zero zeros_like ones_like
    full_like empty_like new_zeros new_ones new_full new_empty constant_pad_nd convolution addcmul addcdiv
    lerp exp sin cos sinh cosh tanh square sigmoid reciprocal expm1 linalg_inv_ex linalg_solve_ex
    _linalg_solve_ex slice_scatter select_scatter diagonal_scatter lift_fresh resize copy narrow movedim
    swapaxes exp2 select_backward slice_backward embedding block_diag tan linalg_cross _to_copy real_sum
    linalg_lu_solve triangular_solve linalg_solve_triangular set_ _unsafe_index _unsafe_index_put
    """)
)
LINEAR = {"avg_pool2d", "avg_pool3d", "adaptive_avg_pool2d", "_adaptive_avg_pool2d", "im2col", "col2im", "fold",
          "upsample_nearest2d", "upsample_bilinear2d", "upsample_nearest1d", "reflection_pad1d", "reflection_pad2d",
          "replication_pad1d", "replication_pad2d", "pixel_shuffle", "pixel_unshuffle"}  # fmt: skip
REAL = {"gt", "ge", "lt", "le", "eq", "ne", "isnan", "isinf", "isfinite", "logical_not", "logical_and", "logical_or",
        "logical_xor", "any", "all", "nonzero", "argmax", "argmin", "bucketize", "searchsorted", "equal", "bernoulli",
        "rand_like", "randn_like", "is_same_size", "histc", "multinomial", "empty", "one_hot", "signbit"}  # fmt: skip
FACTORIES = {"zeros", "ones", "empty", "full", "new_zeros", "new_ones", "new_full", "new_empty", "empty_strided", "eye",
             "scalar_tensor", "arange", "linspace"}  # fmt: skip
SAME = {"_conj", "conj_physical", "resolve_conj", "resolve_neg", "_conj_physical", "contiguous", "lift_fresh"}
SLOPES: dict[str, Callable[[Any, Any], Any]] = {  # of the real part x with the value y
    "log": lambda x, y: 1 / x, "log2": lambda x, y: 1 / (x * math.log(2)), "log10": lambda x, y: 1 / (x * math.log(10)),
    "log1p": lambda x, y: 1 / (1 + x), "sqrt": lambda x, y: 0.5 / y, "rsqrt": lambda x, y: -0.5 * y / x,
    "erf": lambda x, y: 2 / math.sqrt(math.pi) * (-x * x).exp(),
    "erfc": lambda x, y: -2 / math.sqrt(math.pi) * (-x * x).exp(),
    "special_erfcx": lambda x, y: 2 * x * y - 2 / math.sqrt(math.pi),
    "special_ndtr": lambda x, y: (-x * x / 2).exp() / math.sqrt(2 * math.pi),
    "erfinv": lambda x, y: math.sqrt(math.pi) / 2 * (y * y).exp(), "lgamma": lambda x, y: x.digamma(),
    "digamma": lambda x, y: x.polygamma(1), "asin": lambda x, y: (1 - x * x).rsqrt(),
    "acos": lambda x, y: -((1 - x * x).rsqrt()), "atan": lambda x, y: 1 / (1 + x * x),
    "asinh": lambda x, y: (1 + x * x).rsqrt(), "acosh": lambda x, y: (x * x - 1).rsqrt(),
    "atanh": lambda x, y: 1 / (1 - x * x), "logit": lambda x, y: 1 / (x * (1 - x)),
    "abs": lambda x, y: x.sign(), "relu": lambda x, y: (x > 0).to(x.dtype), "i0": lambda x, y: x.special_i1(),
    "sign": lambda x, y: 0 * x, "sgn": lambda x, y: 0 * x, "floor": lambda x, y: 0 * x, "ceil": lambda x, y: 0 * x,
    "round": lambda x, y: 0 * x, "trunc": lambda x, y: 0 * x, "frac": lambda x, y: 0 * x + 1,
    "nan_to_num": lambda x, y: x.isfinite().to(x.dtype), "heaviside": lambda x, y: 0 * x,
}  # fmt: skip
