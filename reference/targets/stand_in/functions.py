"""The closed list: what of NumPy, ``math`` and ``scipy.special`` a stranger's code finds, and what each is.

One table for every kind of stand-in. What is not on it is refused by name, on the line that asks for it.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["CONSTANTS", "GENERATORS", "MATH", "RANDOM", "SPECIAL", "TABLE", "TYPES", "How", "words"]


def words(text: str) -> tuple[str, ...]:
    """The names in a text."""
    return tuple(text.split())


class How(StrEnum):
    """What a function does with what it is given, and so how a kind has to treat it."""

    SMOOTH = "smooth"  # a ufunc with a derivative
    SWITCH = "switch"  # a ufunc that compares or chooses
    THROUGH = "through"  # moves, adds and multiplies: linear in each argument, or nothing but a new shape
    MADE = "made"  # a new array, of the kind's own precision
    CHOOSING = "choosing"  # a function that compares or chooses
    OWN = "own"  # a formula with squares, roots or factorisations
    ASIDE = "aside"  # answers about an array, prints, asserts: no derivative comes back


_GROUPS: dict[How, str] = {
    How.SMOOTH: """
        add subtract multiply divide true_divide negative positive power pow float_power square sqrt cbrt reciprocal
        exp exp2 expm1 log log2 log10 log1p logaddexp logaddexp2 sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh
        arcsinh arccosh arctanh asin acos atan atan2 asinh acosh atanh hypot degrees radians deg2rad rad2deg
        conjugate conj matmul vecdot""",
    How.SWITCH: """
        maximum minimum fmax fmin absolute abs fabs sign floor ceil rint trunc heaviside copysign
        greater greater_equal less less_equal equal not_equal logical_and logical_or logical_xor logical_not
        isnan isinf isfinite signbit floor_divide remainder mod fmod divmod modf
        bitwise_and bitwise_or bitwise_xor bitwise_not invert left_shift right_shift""",
    How.THROUGH: """
        reshape ravel transpose permute_dims swapaxes moveaxis rollaxis expand_dims squeeze atleast_1d atleast_2d
        atleast_3d concatenate concat stack vstack hstack dstack column_stack row_stack block append insert delete split
        array_split vsplit hsplit dsplit unstack tile repeat roll flip fliplr flipud rot90 broadcast_to broadcast_arrays
        resize take take_along_axis diag diagonal diagflat tril triu compress trim_zeros
        dot inner outer tensordot einsum kron cross sum prod cumsum cumprod trace diff ediff1d convolve pad
        gradient         nansum trapezoid trapz vander product cumproduct matrix_transpose polyval extract meshgrid
        lib.stride_tricks.as_strided lib.stride_tricks.sliding_window_view""",
    How.MADE: """
        array asarray asanyarray ascontiguousarray asfortranarray copy zeros ones empty full zeros_like ones_like
        empty_like full_like eye identity arange linspace logspace geomspace tri fromiter fromfunction indices float_
        hanning hamming blackman""",
    How.CHOOSING: """
        where max min amax amin argmax argmin nanmax nanmin nanargmax nanargmin ptp clip sort argsort partition
        argpartition median percentile quantile round around round_ fix any all alltrue sometrue nonzero flatnonzero
        argwhere count_nonzero unique searchsorted digitize histogram bincount isclose allclose array_equal array_equiv
        nan_to_num select piecewise choose msort lexsort isin in1d intersect1d union1d setdiff1d fill_diagonal put
        place putmask copyto put_along_axis isneginf isposinf""",
    How.OWN: """
        mean average var std nanmean nanvar nanstd vdot cov corrcoef sinc correlate real
        linalg.norm linalg.inv linalg.solve linalg.det linalg.slogdet linalg.cholesky linalg.pinv linalg.multi_dot
        linalg.matrix_power linalg.vector_norm linalg.matrix_norm linalg.matrix_transpose linalg.outer linalg.trace
        interp apply_along_axis vectorize ndenumerate nditer r_ c_""",
    How.ASIDE: """
        shape ndim size isscalar iscomplexobj isrealobj result_type promote_types can_cast issubdtype finfo iinfo dtype
        ndindex ix_ s_ index_exp mgrid ogrid unravel_index ravel_multi_index triu_indices tril_indices diag_indices
        triu_indices_from tril_indices_from diag_indices_from mask_indices broadcast_shapes may_share_memory
        shares_memory may_share_memory set_printoptions get_printoptions printoptions errstate seterr geterr
        array2string array_repr array_str save savez savez_compressed load savetxt loadtxt asscalar packbits unpackbits
        einsum_path get_include
        testing.assert_allclose testing.assert_array_equal testing.assert_array_almost_equal testing.assert_almost_equal
        testing.assert_equal testing.assert_array_less testing.assert_raises testing.assert_""",
}

TABLE: dict[str, How] = {name: how for how, names in _GROUPS.items() for name in names.split()}

CONSTANTS = words("""
    pi e inf nan newaxis euler_gamma Inf NaN NAN infty PINF NINF PZERO NZERO True_ False_""")

TYPES = words("""
    float float16 float32 float64 float128 longdouble double single half floating inexact int int8 int16 int32
    int64 intp int_ intc uint uint8 uint16 uint32 uint64 uintp integer signedinteger unsignedinteger bool bool_
    bool8 object object_ str str_ bytes_ number generic ndarray complex complex64 complex128 complexfloating
    character void ufunc byte short ubyte long ulong longlong random.RandomState random.Generator
    random.BitGenerator random.SeedSequence random.PCG64 random.MT19937 random.Philox random.SFC64
    linalg.LinAlgError exceptions.AxisError exceptions.ComplexWarning exceptions.VisibleDeprecationWarning
    RankWarning""")

GENERATORS = ("default_rng", "RandomState", "Generator")

RANDOM = words("""
    seed get_state set_state rand randn randint random_integers random random_sample sample ranf choice
    permutation permuted shuffle uniform normal standard_normal binomial multinomial bernoulli exponential
    standard_exponential gamma standard_gamma beta poisson laplace logistic lognormal gumbel geometric dirichlet
    multivariate_normal chisquare standard_t standard_cauchy rayleigh triangular weibull vonmises integers bytes
    spawn""")

MATH = words("""
    acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf erfc exp exp2
    expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp
    lgamma log log10 log1p log2 modf nan nextafter perm pi pow prod radians remainder sin sinh sqrt tan tanh tau
    trunc sumprod""")

SPECIAL = words("""
    expit logit log_expit logsumexp softmax log_softmax erf erfc ndtr log_ndtr xlogy xlog1py entr rel_entr
    kl_div gamma gammaln loggamma digamma psi polygamma expm1 log1p exp2 exp10 cbrt softplus huber comb
    factorial beta betaln""")
