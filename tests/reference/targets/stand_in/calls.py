"""One or more calls for every name of the closed list, written as a stranger would write them.

``x``, ``y`` (3, 4) and ``v`` (4,) are normal, ``p`` (3, 4) is positive, ``u`` (3, 4) lies in (-1, 1), ``S`` (4, 4) is
well conditioned, ``P`` (4, 4) positive definite; ``k`` (3,) are integers below 4, ``m`` (3, 4) booleans.
"""

SMOOTH = """
np.add(x, y); np.subtract(x, 2.5); np.multiply(x, v); np.divide(x, p); np.true_divide(3, p); x / 7; 2 / p
x / (k[:, None] + 1); np.negative(x); np.positive(x); np.power(p, 1.7); np.power(p, y); p ** 0.5; x ** 3; x ** 2
2.0 ** x; np.pow(p, 2); np.float_power(p, 1.5); np.square(x); np.sqrt(p); np.cbrt(p); np.reciprocal(p); np.exp(x)
np.exp2(x); np.expm1(x); np.log(p); np.log2(p); np.log10(p); np.log1p(p); np.logaddexp(x, y); np.logaddexp(0, x)
np.logaddexp2(x, y); np.sin(x); np.cos(x); np.tan(u); np.arcsin(u); np.arccos(u); np.arctan(x); np.arctan2(x, y)
np.sinh(x); np.cosh(x); np.tanh(x); np.arcsinh(x); np.arccosh(1.5 + p); np.arctanh(u); np.asin(u); np.acos(u)
np.atan(x); np.atan2(x, y); np.asinh(x); np.acosh(1.5 + p); np.atanh(u); np.hypot(x, y); np.degrees(x)
np.radians(x); np.deg2rad(x); np.rad2deg(x); np.conjugate(x); np.conj(x); x.conj(); np.matmul(x, S); x @ S; v @ v
S @ v; np.vecdot(x, y); np.add.reduce(x, axis=1); np.add.accumulate(x, axis=0); np.multiply.reduce(x, axis=0)
np.multiply.outer(v, v); np.add.outer(v, v); np.exp(x, out=np.zeros((3, 4)))
np.divide(x, y, out=np.zeros_like(x), where=m); 1 / (1 + np.exp(-x)); np.exp(x[0, 0]); np.log([p[0, 0], p[1, 1]])
np.maximum([x[0, 0], x[1, 1]], 0); np.add.reduceat(v, [0, 2])
"""

SWITCHES = """
np.maximum(0, x); np.maximum(x, 0); np.maximum(x, y); np.minimum(x, 0.3); np.minimum(1, y); np.fmax(x, 0.1)
np.fmin(x, y); np.absolute(x); np.abs(x); abs(x); np.fabs(x); np.sign(x); np.floor(3 * x); np.ceil(3 * x)
np.rint(3 * x); np.trunc(3 * x); np.heaviside(x, 0.5); np.copysign(x, y); np.greater(x, 0); x > y
np.greater_equal(x, y); x >= 0; np.less(x, y); 0 < x; np.less_equal(x, y); x <= 0; np.equal(x, y); x == 0
np.not_equal(x, y); x != 0; x * (x > 0); np.logical_and(x, m); np.logical_or(x > 0, y > 0); np.logical_xor(x > 0, m)
np.logical_not(x); np.isnan(x); np.isinf(x); np.isfinite(x); np.signbit(x); np.floor_divide(x, 0.7); x // 0.3
np.remainder(x, 0.7); np.mod(x, 0.7); x % 0.3; np.fmod(x, 0.7); np.divmod(x, 0.7)[1]; np.modf(x)[0]
np.bitwise_and(x > 0, m); (x > 0) & m; np.bitwise_or(x > 0, m); np.bitwise_xor(x > 0, m); np.bitwise_not(x > 0)
~(x > 0); np.invert(x > 0); np.left_shift(k, 1); np.right_shift(k, 1); np.maximum.reduce(x, axis=1)
np.minimum.reduce(x, axis=0); np.logical_and.reduce(x > 0, axis=1); x[0, 0] if x[0, 1] > 0 else y[0, 0]
max(x[0, 0], x[1, 1]); min(list(v)); (x > 0).astype(float) * y; abs(x[0, 0]); -x[0, 1]; x[0, 0] // 0.3
x[0, 0] % 0.3; int(4 * x[0, 0]) * x[1, 1]; round(x[0, 0]) * x[1, 1]; sum(v); sorted(v)[1]
np.logical_or.reduce(x > 1, axis=None)
"""

THROUGH = """
np.reshape(x, (4, 3)); x.reshape(2, -1); np.ravel(x); x.ravel(); x.flatten(); np.transpose(x); x.T
x.transpose(1, 0); np.permute_dims(x, (1, 0)); np.swapaxes(x, 0, 1); np.moveaxis(x[None], 0, -1); np.rollaxis(x, 1)
np.expand_dims(x, 1); np.squeeze(x[None]); x[:, None].squeeze(); np.atleast_1d(x[0, 0]); np.atleast_2d(v)
np.atleast_3d(x); np.concatenate([x, y], axis=1); np.concatenate((x, np.ones((3, 1))), axis=1); np.concat([x, y])
np.stack([x, y], axis=-1); np.vstack((x, v)); np.hstack([x, y]); np.dstack([x, y]); np.column_stack([v, v])
np.row_stack([v, v]); np.block([[x, y]]); np.append(x, y, axis=0); np.append(v, 1.0); np.insert(x, 1, 0.0, axis=1)
np.delete(x, 1, axis=0); np.split(x, 2, axis=1)[1]; np.array_split(x, 2)[0]; np.vsplit(x, 3)[0]; np.hsplit(x, 2)[1]
np.dsplit(x[..., None], 1)[0]; np.unstack(x)[1]; np.tile(v, (2, 2)); np.repeat(x, 2, axis=1); x.repeat(2)
np.roll(x, 1, axis=1); np.flip(x, 0); np.fliplr(x); np.flipud(x); np.rot90(x, 2); np.broadcast_to(v, (3, 4))
np.broadcast_arrays(x, v)[1]; np.resize(x, (2, 2)); np.take(x, [0, 2], axis=1); x.take([1, 0])
np.take_along_axis(x, k[:, None], 1); np.diag(v); np.diag(S); np.diagonal(S); S.diagonal(); np.diagflat(v)
np.tril(S); np.triu(S, 1); np.compress([True, False, True], x, axis=0); np.trim_zeros(v); np.dot(x, v); x.dot(S)
np.dot(v, v); np.inner(x, y); np.outer(v, v); np.tensordot(x, y, axes=([0], [0])); np.einsum('ij,kj->ik', x, y)
np.einsum('ij->j', x); np.kron(x, y); np.cross(x[:, :3], y[:, :3]); np.sum(x); x.sum(axis=0)
np.sum(x, axis=(0, 1), keepdims=True); np.sum(x, axis=1, dtype=float); np.prod(x, axis=1); x.prod()
np.cumsum(x, axis=1); x.cumsum(); np.cumprod(x, axis=0); np.trace(S); S.trace(); np.diff(x, axis=1); np.ediff1d(v)
np.convolve(v, x[0], 'full'); np.pad(x, ((1, 1), (0, 2))); np.pad(x, 1, mode='constant', constant_values=0)
np.pad(x, ((1,), (1,)), 'edge'); np.pad(x, 1, 'reflect'); np.gradient(v); np.nansum(x, axis=0); np.trapezoid(v)
np.trapz(v); np.vander(v); np.product(v); np.cumproduct(v); np.matrix_transpose(x); np.polyval(v, 0.5)
np.extract(m, x); np.meshgrid(v, v)[0]; x[m]; x[k % 3, k]; x[:, ::-1]; x[..., None]
np.lib.stride_tricks.sliding_window_view(x, (2, 2)); np.lib.stride_tricks.as_strided(v, (3, 2), (v.strides[0],) * 2)
np.array([row for row in x]); np.array([[x[0, 0], 1.0], [2, x[1, 1]]]); sum(row for row in x); x.flat[3] * 2
np.array([v for v in x.flat]); x.tolist()[1][2] * 1; x.item(3) * 2; x[1].item(2) * 3; x.copy()[0]
x[0].astype(float); np.linalg.outer(v, v); np.linalg.trace(S); np.linalg.matrix_transpose(S)
np.linalg.multi_dot([x, S, v])
"""

MADE = """
np.array([x[0], y[1]]); np.array(x, copy=True); np.asarray(x) * 1; np.asanyarray(x) * 1; np.ascontiguousarray(x.T)
np.asfortranarray(x); np.copy(x); np.zeros((3, 4)) + x; np.zeros(3); np.ones((2, 3)); np.full((2, 2), 3.5)
np.full((2, 2), x[0, 0]); np.zeros_like(x); np.ones_like(x); np.full_like(x, x[1, 1]); np.empty_like(x).shape
np.empty((2, 3)).shape; np.eye(3); np.identity(4) * v; np.arange(5); np.arange(0, 1, 0.25); np.linspace(0, 1, 5)
np.logspace(0, 1, 3); np.geomspace(1, 8, 4); np.tri(3); np.fromiter((t for t in v), float); np.hanning(5)
np.hamming(5); np.fromfunction(lambda i, j: i + j, (3, 3)); np.indices((2, 3)); np.float_(2.5); np.array([1, 2, 3])
np.blackman(5); np.array(x > 0, dtype=float); np.array(x, dtype=np.float64); np.zeros(4, dtype=int)
np.array(3 * x, dtype=int); (3 * x).astype(int); x.astype('float64'); x.astype(bool); np.float64(x[0, 0]) * 2
float(x[0, 0]) * 2; np.array(0.5); np.zeros((2, 2), dtype=bool); np.array([], dtype=float)
"""

CHOOSING = """
np.where(x > 0, x, 0.1 * x); np.where(m, x, y); np.where(x > 0, x, 0); np.where(x > 0)[0]; np.where(x, 1.0, y)
np.max(x); x.max(axis=0); np.max(x, axis=(0, 1)); np.max(x, axis=1, keepdims=True); np.amax(x, 0); np.min(x)
x.min(1); np.amin(x, axis=(0, 1), keepdims=True); np.argmax(x); x.argmax(axis=1); np.argmin(x, axis=0)
np.nanmax(x, axis=1); np.nanmin(x); np.nanargmax(x); np.nanargmin(x, axis=0); np.ptp(x, axis=1)
np.clip(x, -0.5, 0.5); x.clip(0, None); np.clip(x, 0.1, None); np.clip(x, None, v); np.sort(x); np.sort(x, axis=0)
np.sort(x, axis=None); np.argsort(x); x.argsort(axis=0); np.argsort(-x)[:, ::-1]; np.partition(v, 2)[2:].min()
np.argpartition(v, 2).shape; np.median(x); np.median(x, axis=0, keepdims=True); np.percentile(x, 30, axis=1)
np.percentile(x, [25, 75], axis=0); np.quantile(x, 0.2); np.round(x, 1); x.round(2); np.around(x); np.round_(x)
np.fix(3 * x); np.any(x > 0, axis=0); (x > 0).any(); np.all(x > -9); (x > 0).all(axis=1); np.alltrue(x > 0)
np.sometrue(x > 0); np.nonzero(x > 0)[1]; np.flatnonzero(x > 0); np.argwhere(x > 0); np.count_nonzero(x > 0)
np.unique(x); np.unique(k, return_inverse=True)[1]; np.searchsorted(np.array([-1.0, 0.0, 1.0]), x[0])
np.digitize(x[0], [-1, 0, 1]); np.histogram(x, bins=3)[0]; np.bincount(k, minlength=5)
np.bincount(k, weights=x[:, 0]); np.isclose(x, y); np.allclose(x, x); np.array_equal(x, y); np.array_equiv(x, x)
np.nan_to_num(x); np.select([x > 1, x > 0], [x, 2 * x], 0.0); np.piecewise(x, [x > 0], [lambda t: t * t, 0.0])
np.choose(k, [v[:3], v[:3] * 2, v[1:], v[1:] * 3]); np.msort(x); np.lexsort((v,)); np.isin(k, [1, 2])
np.in1d(k, [1]); np.intersect1d(k, [0, 1, 2]); np.union1d(k, [7]); np.setdiff1d(k, [1]); np.isneginf(x)
np.isposinf(x); x[np.argmax(x, axis=0), np.arange(4)]; x[np.arange(3), k]; x[x > 0]; np.max([x[0, 0], x[1, 1]])
np.ptp(x)
"""

IN_PLACE = """
z = x.copy(); z[z < 0] = 0; z
z = x.copy(); z[0] += y[0]; z *= 2; z
z = np.zeros((5, 4)); np.add.at(z, k, x); z
z = np.zeros((5, 4)); np.subtract.at(z, k, x); z
z = np.zeros((4, 4)); np.add.at(z, (k, [1, 1, 0]), x[:, 0]); z
z = np.ones((5, 4)); np.multiply.at(z, k, x); z
z = np.zeros((4, 4)); np.fill_diagonal(z, v); z
z = x.copy(); np.fill_diagonal(z, 0); z
z = np.zeros((4, 4)); np.fill_diagonal(z, v[:, None]); z
z = np.zeros((4, 4)); np.fill_diagonal(z, v[:2]); z
z = x.copy(); z[:, 1:3].flat[2] = 5.0; z[:, 1:3].flat[4] * y[0, 0]
z = x.copy(); np.put(z, [0, 3], [9.0, 8.0]); z
z = x.copy(); np.place(z, m, [1.0, 2.0]); z
z = x.copy(); np.putmask(z, m, y); z
z = np.empty((3, 4)); np.copyto(z, x); z
z = x.copy(); np.put_along_axis(z, k[:, None], 0.0, axis=1); z
z = x.copy(); z.fill(2.0); z + x
z = x.copy(); z.sort(axis=0); z
z = x.copy(); z.flat[2] = y[0, 0]; z
z = x.copy(); r = z[1]; r -= v; z
z = x.copy(); z.shape = (4, 3); z
z = np.zeros_like(x); z[np.arange(3), k] = x[np.arange(3), k]; z
z = []; [z.append(np.tanh(row)) for row in x]; np.array(z)
z = x.copy(); z -= z.max(axis=1, keepdims=True); np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
z = np.zeros(3); z[1] = x[0, 0]; z
"""

OWN = """
np.mean(x); x.mean(axis=0); np.mean(x, axis=(0, 1), keepdims=True); np.average(x, axis=0)
np.average(x, axis=1, weights=p[0]); np.var(x); x.var(axis=0); np.var(x, axis=1, ddof=1, keepdims=True); np.std(x)
x.std(axis=1, keepdims=True); np.std(x, 0); np.nanmean(x, axis=0); np.nanvar(x); np.nanstd(x, axis=1); np.vdot(x, y)
np.cov(x); np.corrcoef(x); np.cov(x, rowvar=False, bias=True); np.sinc(x); np.correlate(v, x[0, :2], 'valid')
np.correlate(v, x[0], 'full'); np.real(x); x.real * 1; np.linalg.norm(x); np.linalg.norm(x, axis=1)
np.linalg.norm(v, 1); np.linalg.norm(x, ord=np.inf, axis=1); np.linalg.norm(x, axis=1, keepdims=True)
np.linalg.norm(x, 'fro'); np.linalg.norm(v, 3); np.linalg.inv(S); np.linalg.solve(S, v); np.linalg.solve(S, x.T)
np.linalg.det(S); np.linalg.slogdet(P)[1]; np.linalg.cholesky(P); np.linalg.pinv(x); np.linalg.multi_dot([x, S])
np.linalg.matrix_power(S, 3); np.linalg.vector_norm(x); np.linalg.matrix_norm(x)
np.interp(x, [-1.0, 0.0, 2.0], [0.0, 1.0, 5.0]); np.apply_along_axis(np.tanh, 1, x)
np.apply_along_axis(np.sum, axis=0, arr=x); np.vectorize(lambda t: t * t if t > 0 else -t)(x)
np.array([t * 2 for _, t in np.ndenumerate(x)]); np.r_[v, v]; np.c_[v, v]; np.array([t * 1 for t in np.nditer(x)])
"""

ASIDE = """
np.shape(x); np.ndim(x); np.size(x); np.isscalar(x[0, 0]); np.iscomplexobj(x); np.isrealobj(x); np.result_type(x, 1)
np.promote_types(np.float64, int); np.can_cast(int, float); np.issubdtype(x.dtype, np.floating)
np.finfo(np.float64).eps; np.finfo(x.dtype).eps; np.iinfo(np.int32).max; np.dtype(float); x.dtype == np.float64
[i for i in np.ndindex(2, 2)]; np.ix_([0, 1], [1])[0]; np.s_[1:]; np.index_exp[1:]; np.mgrid[0:2, 0:2]
np.ogrid[0:2]; np.unravel_index(5, (3, 4)); np.ravel_multi_index((1, 2), (3, 4)); np.triu_indices(3)[0]
np.tril_indices(3)[0]; np.diag_indices(3)[0]; np.triu_indices_from(S)[0]; np.tril_indices_from(S)[0]
np.diag_indices_from(S)[0]; np.mask_indices(3, np.triu)[0]; np.broadcast_shapes((3, 1), (4,))
np.may_share_memory(x, x); np.shares_memory(x, x); np.array2string(v[:1] * 0); np.testing.assert_allclose(x, x)
np.testing.assert_array_equal(x, x); np.testing.assert_array_almost_equal(x, x)
np.testing.assert_almost_equal(x, x); np.testing.assert_equal(x, x); np.testing.assert_array_less(x, x + 1)
isinstance(x, np.ndarray); type(x) == np.ndarray; isinstance(x[0, 0], float); isinstance(x[0, 0], np.floating)
x.shape; len(x); x.size; x.ndim; np.packbits(m); np.unpackbits(np.packbits(m)); np.einsum_path('ij,jk', x, S)[0]
"""
