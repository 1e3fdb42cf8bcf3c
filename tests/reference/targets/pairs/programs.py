"""Forward passes in the styles of public layer code: each is given what stands in NumPy's place, and its arrays."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Program(NamedTuple):
    run: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...]
    positive: bool = False


def affine(np: Any, x: Any, w: Any, b: Any) -> Any:
    return np.dot(x.reshape(x.shape[0], -1), w) + b


def softmax_loss(np: Any, x: Any, w: Any, b: Any) -> Any:
    y = np.array([0, 2, 1, 0, 2])
    scores = x.dot(w) + b
    scores -= np.max(scores, axis=1, keepdims=True)
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(len(y)), y]).mean()
    return loss + 0.5 * 0.1 * np.sum(w * w)


def hinge_loops(np: Any, x: Any, w: Any) -> Any:
    y, loss = [0, 2, 1, 0], 0.0
    for i in range(x.shape[0]):
        scores = x[i].dot(w)
        for j in range(w.shape[1]):
            if j == y[i]:
                continue
            margin = scores[j] - scores[y[i]] + 1
            if margin > 0:
                loss += margin
    loss /= x.shape[0]
    loss += 0.3 * np.sum(w * w)
    return loss


def hinge_vectorized(np: Any, x: Any, w: Any) -> Any:
    y = np.array([0, 2, 1, 0])
    scores = x @ w
    margins = np.maximum(0, scores - scores[range(4), y][:, np.newaxis] + 1.0)
    margins[np.arange(4), y] = 0
    return np.sum(margins) / 4


def convolution_naive(np: Any, x: Any, w: Any, b: Any) -> Any:
    n, _, h, wide = x.shape
    f, _, hh, ww = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="constant")
    out = np.zeros((n, f, 1 + (h + 2 - hh) // 2, 1 + (wide + 2 - ww) // 2))
    for i in range(n):
        for k in range(f):
            for r in range(out.shape[2]):
                for c in range(out.shape[3]):
                    window = padded[i, :, 2 * r : 2 * r + hh, 2 * c : 2 * c + ww]
                    out[i, k, r, c] = np.sum(window * w[k]) + b[k]
    return out


def convolution_innermost(np: Any, x: Any, w: Any) -> Any:
    out = np.zeros((x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for a in range(w.shape[0]):
                for b in range(w.shape[1]):
                    out[i][j] += x[i + a, j + b] * w[a, b]
    return out


def convolution_columns(np: Any, x: Any, w: Any, b: Any) -> Any:
    n, c, h, wide = x.shape
    f, _, hh, ww = w.shape
    rows, cols = h - hh + 1, wide - ww + 1
    i = np.repeat(np.arange(hh), ww).reshape(-1, 1) + np.repeat(np.arange(rows), cols).reshape(1, -1)
    j = np.tile(np.arange(ww), hh).reshape(-1, 1) + np.tile(np.arange(cols), rows).reshape(1, -1)
    k = np.repeat(np.arange(c), hh * ww).reshape(-1, 1)
    columns = x[:, k, np.tile(i, (c, 1)), np.tile(j, (c, 1))]
    columns = columns.transpose(1, 2, 0).reshape(c * hh * ww, -1)
    out = w.reshape(f, -1).dot(columns) + b.reshape(-1, 1)
    return out.reshape(f, rows, cols, n).transpose(3, 0, 1, 2)


def convolution_strided(np: Any, x: Any, w: Any) -> Any:
    n, c, h, wide = x.shape
    _, _, hh, ww = w.shape
    x = np.ascontiguousarray(x)
    s = x.strides
    shape = (n, c, h - hh + 1, wide - ww + 1, hh, ww)
    windows = np.lib.stride_tricks.as_strided(x, shape, (s[0], s[1], s[2], s[3], s[2], s[3]))
    return np.tensordot(windows, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)


def max_pool(np: Any, x: Any) -> Any:
    n, c, h, w = x.shape
    out = np.zeros((n, c, h // 2, w // 2), dtype=np.float32)
    for r in range(h // 2):
        for s in range(w // 2):
            out[:, :, r, s] = np.max(x[:, :, 2 * r : 2 * r + 2, 2 * s : 2 * s + 2], axis=(2, 3))
    return out


def max_pool_reshaped(np: Any, x: Any) -> Any:
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=3).max(axis=4)


def average_pool(np: Any, x: Any) -> Any:
    out = np.empty((x.shape[0] // 2, x.shape[1] // 3))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = x[2 * i : 2 * i + 2, 3 * j : 3 * j + 3].mean()
    return out


def batch_norm(np: Any, x: Any, gamma: Any, beta: Any) -> Any:
    mean, var = np.mean(x, axis=0), np.var(x, axis=0)
    running = 0.9 * np.zeros(x.shape[1], dtype=x.dtype) + 0.1 * mean
    out = gamma * (x - mean) / np.sqrt(var + 1e-5) + beta
    return out + 0 * running


def layer_norm(np: Any, x: Any, g: Any) -> Any:
    return (x - x.mean(-1, keepdims=True)) / x.std(axis=-1, keepdims=True) * g


def group_norm(np: Any, x: Any, g: Any) -> Any:
    n, c, h, w = x.shape
    x = np.reshape(x, (n * 2, c // 2 * h * w)).T
    x = ((x - x.mean(axis=0)) / (x.var(axis=0) + 1e-3) ** 0.5).T
    return g * np.reshape(x, (n, c, h, w))


def in_place(np: Any, x: Any, b: Any) -> Any:
    y = x.copy()
    y *= 2.0
    y[1:] += b
    y[:, 0] *= y[:, 1]
    y[y < -1] = 0
    y[0] **= 2
    y /= 3
    return y


def views(np: Any, x: Any, v: Any) -> Any:
    out = np.zeros_like(x)
    row, flat, turned = out[1], out.reshape(-1), out.T
    row[:] = v
    flat[::3] += x.ravel()[::3] ** 2
    turned[2] -= v[0] * 2
    out[::2][0] = np.sin(v)
    return out * x


def leaky(np: Any, x: Any) -> Any:
    out = np.where(x > 0, x, 0.01 * x)
    out[x < -0.5] *= 0.3
    mask = (x > 0.2).astype(np.float64)
    return out * mask + np.clip(x, -0.7, 0.6) ** 3 + np.abs(x) * np.sign(x)


def relu_prelu(np: Any, x: Any, a: Any) -> Any:
    out = np.copy(x)
    out[out <= 0] *= a
    return out * (out > 0.1) + np.minimum(x, 0) + np.maximum(x, out)


def sigmoid_stable(np: Any, x: Any) -> Any:
    out = np.zeros_like(x)
    positive, negative = x >= 0, x < 0
    out[positive] = 1 / (1 + np.exp(-x[positive]))
    e = np.exp(x[negative])
    out[negative] = e / (1.0 + e)
    return out


def dropout(np: Any, x: Any) -> Any:
    rng = np.random.RandomState(3)
    mask = (rng.rand(*x.shape) < 0.6) / 0.6
    return x * mask


def embedding(np: Any, w: Any) -> Any:
    index = np.array([[0, 2, 2], [1, 0, 3]])
    return w[index].sum(axis=1) + w[index[0, 1], :]


def scattered(np: Any, w: Any, v: Any) -> Any:
    index = np.array([0, 2, 2, 1, 0])
    out = np.zeros(w.shape)
    np.add.at(out, index, v)
    np.subtract.at(out, (index, 1), v[:, 0])
    np.add.at(out, (slice(None), 0), w[:, 1])
    return out * w


def rnn(np: Any, x: Any, h: Any, wx: Any, wh: Any, b: Any) -> Any:
    n, t, _ = x.shape
    hidden = np.zeros((n, t, h.shape[1]))
    for k in range(t):
        h = np.tanh(x[:, k].dot(wx) + h.dot(wh) + b)
        hidden[:, k, :] = h
    return hidden


def lstm(np: Any, x: Any, h: Any, wx: Any, wh: Any) -> Any:
    def sigmoid(z: Any) -> Any:
        return 1.0 / (1.0 + np.exp(-z))

    width, c, states = h.shape[1], np.zeros_like(h), {}
    for k in range(x.shape[1]):
        a = x[:, k, :] @ wx + h @ wh
        i, f = sigmoid(a[:, :width]), sigmoid(a[:, width : 2 * width])
        o, g = sigmoid(a[:, 2 * width : 3 * width]), np.tanh(a[:, 3 * width :])
        c = f * c + i * g
        h = o * np.tanh(c)
        states[k] = h
    return np.stack([states[k] for k in sorted(states)], axis=1)


def gru_concatenated(np: Any, x: Any, h: Any, w: Any) -> Any:
    z = np.concatenate((h, x), axis=0)
    u, r, n = np.split(np.dot(w, z), 3, axis=0)
    u, r = 1 / (1 + np.exp(-u)), 1 / (1 + np.exp(-r))
    return np.vstack([(1 - u) * np.tanh(n * r) + u * h, np.zeros((1, h.shape[1])), np.ones_like(h) * 0.5])


def attention(np: Any, q: Any, k: Any, v: Any) -> Any:
    scores = np.einsum("bid,bjd->bij", q, k) / np.sqrt(q.shape[-1])
    hidden = np.triu(np.ones(scores.shape[1:], dtype=bool), k=1)
    scores = np.where(hidden, -1e9, scores)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return np.matmul(weights, v).swapaxes(1, 2)


def cross_entropy_guarded(np: Any, a: Any) -> Any:
    y = np.eye(4)[np.array([1, 0, 3])]
    p = 1 / (1 + np.exp(-a))
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def cost_by_dot(np: Any, z: Any) -> Any:
    a, y = 1.0 / (1.0 + np.exp(-z)), np.array([[1, 0, 1, 1]])
    cost = -(np.dot(y, np.log(a).T) + np.dot(1 - y, np.log(1 - a).T)) / y.shape[1]
    return np.squeeze(cost)


def dictionaries(np: Any, x: Any, w1: Any, w2: Any) -> Any:
    parameters = {"W1": w1, "W2": w2}
    values = {"A0": x}
    for l in range(1, 3):
        values[f"A{l}"] = np.tanh(np.dot(parameters[f"W{l}"], values[f"A{l - 1}"]))
    penalty = sum(np.sum(np.square(w)) for w in parameters.values())
    return values["A2"].sum() + 0.5 * penalty


def upsample(np: Any, x: Any) -> Any:
    return np.repeat(np.repeat(x, 2, axis=0), 3, axis=1) + np.kron(x, np.ones((2, 3))) + np.tile(x, (2, 3))


def interpolated(np: Any, x: Any) -> Any:
    places = np.linspace(0, x.shape[1] - 1, 7)
    low = np.minimum(np.floor(places).astype(int), x.shape[1] - 2)
    share = places - low
    return x[:, low] * (1 - share) + x[:, low + 1] * share * (x > 0).astype(float).mean() + (x[:, :1] * 3).astype(int)


def padding(np: Any, x: Any) -> Any:
    edge = np.pad(x, 1, mode="edge")
    mirrored = np.pad(x, ((1, 1), (1, 1)), "reflect")
    filled = np.pad(x, 1, mode="constant", constant_values=0.5)
    return edge * mirrored + np.roll(filled, 1, axis=0) + np.flip(edge, 1)


def reductions(np: Any, x: Any) -> Any:
    parts = [
        np.sum(x, axis=(0, 2)), np.prod(x, axis=1).sum(axis=0)[:3], np.cumsum(x, axis=1)[0, :3, 0],
        x.std(axis=(0, 2), ddof=1), np.cumprod(x[0], axis=0)[:, 1],
    ]  # fmt: skip
    return np.concatenate([p.ravel() for p in parts])


def norms(np: Any, x: Any) -> Any:
    length = np.linalg.norm(x, axis=1, keepdims=True)
    return x / length + np.linalg.norm(x) + np.linalg.norm(x[0], 1) + np.linalg.norm(x[1], ord=np.inf)


def factorised(np: Any, a: Any, b: Any) -> Any:
    s = a @ a.T + 2 * np.eye(3)
    sign, logdet = np.linalg.slogdet(s)
    return np.linalg.solve(s, b) + np.linalg.inv(s).dot(b) + sign * logdet + np.linalg.det(s) + np.trace(s)


def ordered(np: Any, x: Any) -> Any:
    top = np.argsort(x, axis=1)[:, ::-1][:, :2]
    picked = np.take_along_axis(x, top, axis=1)
    best = x[np.arange(x.shape[0]), x.argmax(axis=1)]
    return picked * np.sort(x, axis=-1)[:, 1:3] + best[:, None] + np.median(x) + np.percentile(x, 30)


def pairwise(np: Any, x: Any, y: Any) -> Any:
    squared = np.sum(x**2, axis=1)[:, None] + np.sum(y**2, axis=1) - 2 * x.dot(y.T)
    return np.exp(-np.sqrt(squared + 1e-3)) + np.linalg.norm(x[:, None] - y[None], axis=2)


def lists_of_rows(np: Any, x: Any) -> Any:
    rows = []
    for row in x:
        rows.append([np.tanh(v) * v for v in row])
    out = np.array(rows)
    return np.hstack((out, np.asarray([[r[0] + r[-1]] for r in rows])))


def numbers(np: Any, x: Any) -> Any:
    total = 0
    for i in range(len(x)):
        value = float(x[i])
        total = max(total, value) + min(value, 0.3) + abs(value) ** 1.5
        if value > 0 and i % 2:
            total = total * value
    return total


def written_out(np: Any, x: Any, w: Any) -> Any:
    z = np.empty((x.shape[0], w.shape[1]))
    np.dot(x, w, out=z)
    np.maximum(z, 0, out=z)
    np.add(z, 1, out=z)
    y = np.zeros_like(z)
    np.divide(1.0, z, out=y, where=z > 1.2)
    return y + np.multiply(z, 2.0)


def powers(np: Any, x: Any) -> Any:
    return x**3 + 2.0**x + np.power(np.abs(x) + 1, x) + np.square(x) - x**-2 + (x * x) ** 0.5 + np.sqrt(x * x + 1)


def smooth_zoo(np: Any, x: Any) -> Any:
    y = np.log1p(np.exp(-np.abs(x))) + np.expm1(x) + np.logaddexp(x, 0) + np.arctan(x) + np.hypot(x, 1.0)
    y = y + np.sinh(x) * np.cosh(x) / (1 + np.cos(x) ** 2) + np.arctan2(x, 2.0) + np.sinc(x) + np.log2(x * x + 1)
    return 0.5 * y * (1 + np.tanh(np.sqrt(2 / np.pi) * (y + 0.044715 * y**3)))


def shapes_zoo(np: Any, x: Any) -> Any:
    y = np.moveaxis(x, 0, -1)[..., None].squeeze(-1)
    y = np.expand_dims(y, 0).swapaxes(0, 1).reshape((-1, x.shape[0]), order="F")
    y = np.append(y, np.ones((1, y.shape[1])), axis=0)
    y = np.insert(y, 1, y[0] * 2, axis=0)
    y = np.delete(y, 2, axis=0)
    return np.column_stack((y, y[:, 0] ** 2)) + np.rot90(np.rot90(np.c_[y, y[:, :1]]))


def diagonals(np: Any, x: Any) -> Any:
    s = np.exp(x) / np.exp(x).sum()
    jacobian = np.diag(s) - np.outer(s, s)
    jacobian[np.diag_indices(len(s))] += s
    return np.tril(jacobian) + np.diagflat(s[1:], 1) + np.triu(jacobian, 1).T * np.diag(jacobian)


def selected(np: Any, x: Any) -> Any:
    out = np.select([x < -0.5, x < 0.5], [x**2, np.sin(x)], default=3 * x)
    picked = np.piecewise(x, [x < 0, x >= 0], [lambda v: -v, lambda v: v * v])
    return out + picked + np.nan_to_num(x) + np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0)


def vectorized(np: Any, x: Any) -> Any:
    step = np.vectorize(lambda v: v * v if v > 0 else np.exp(v))
    return step(x) + np.apply_along_axis(lambda row: row / row.sum(), 1, np.exp(x))


def signals(np: Any, x: Any, k: Any) -> Any:
    full = np.convolve(x, k)
    return full[: len(x)] + np.convolve(x, k, mode="same") + np.diff(np.append(x, x[:1])) + np.correlate(x, k, "same")


def quantised(np: Any, x: Any) -> Any:
    return np.floor(x * 4) / 4 + np.round(x, 1) * x + x % 0.7 + (x // 0.3) * x


PROGRAMS: dict[str, Program] = {
    "interpolated": Program(interpolated, ((2, 4),)),
    "affine": Program(affine, ((3, 2, 4), (8, 5), (5,))),
    "softmax_loss": Program(softmax_loss, ((5, 4), (4, 3), (3,))),
    "hinge_loops": Program(hinge_loops, ((4, 5), (5, 3))),
    "hinge_vectorized": Program(hinge_vectorized, ((4, 5), (5, 3))),
    "convolution_naive": Program(convolution_naive, ((2, 3, 4, 5), (4, 3, 3, 2), (4,))),
    "convolution_innermost": Program(convolution_innermost, ((5, 6), (3, 2))),
    "convolution_columns": Program(convolution_columns, ((2, 3, 4, 5), (4, 3, 3, 2), (4,))),
    "convolution_strided": Program(convolution_strided, ((2, 3, 4, 5), (4, 3, 3, 2))),
    "max_pool": Program(max_pool, ((2, 3, 4, 6),)),
    "max_pool_reshaped": Program(max_pool_reshaped, ((2, 3, 4, 6),)),
    "average_pool": Program(average_pool, ((4, 9),)),
    "batch_norm": Program(batch_norm, ((5, 3), (3,), (3,))),
    "layer_norm": Program(layer_norm, ((4, 6), (6,))),
    "group_norm": Program(group_norm, ((2, 4, 3, 5), (1, 4, 1, 1))),
    "in_place": Program(in_place, ((4, 3), (3,))),
    "views": Program(views, ((3, 4), (4,))),
    "leaky": Program(leaky, ((5, 4),)),
    "relu_prelu": Program(relu_prelu, ((5, 4), ())),
    "sigmoid_stable": Program(sigmoid_stable, ((5, 4),)),
    "dropout": Program(dropout, ((5, 4),)),
    "embedding": Program(embedding, ((4, 3),)),
    "scattered": Program(scattered, ((4, 3), (5, 3))),
    "rnn": Program(rnn, ((2, 3, 4), (2, 5), (4, 5), (5, 5), (5,))),
    "lstm": Program(lstm, ((2, 3, 4), (2, 5), (4, 20), (5, 20))),
    "gru_concatenated": Program(gru_concatenated, ((4, 2), (5, 2), (15, 9))),
    "attention": Program(attention, ((2, 3, 4), (2, 3, 4), (2, 3, 5))),
    "cross_entropy_guarded": Program(cross_entropy_guarded, ((3, 4),)),
    "cost_by_dot": Program(cost_by_dot, ((1, 4),)),
    "dictionaries": Program(dictionaries, ((3, 5), (4, 3), (2, 4))),
    "upsample": Program(upsample, ((2, 3),)),
    "padding": Program(padding, ((3, 4),)),
    "reductions": Program(reductions, ((2, 3, 4),)),
    "norms": Program(norms, ((3, 4),)),
    "factorised": Program(factorised, ((3, 3), (3, 2))),
    "ordered": Program(ordered, ((3, 5),)),
    "pairwise": Program(pairwise, ((4, 3), (5, 3))),
    "lists_of_rows": Program(lists_of_rows, ((3, 4),)),
    "numbers": Program(numbers, ((6,),)),
    "written_out": Program(written_out, ((4, 3), (3, 5))),
    "powers": Program(powers, ((3, 4),)),
    "smooth_zoo": Program(smooth_zoo, ((3, 4),)),
    "shapes_zoo": Program(shapes_zoo, ((3, 4, 2),)),
    "diagonals": Program(diagonals, ((5,),)),
    "selected": Program(selected, ((4, 5),)),
    "vectorized": Program(vectorized, ((3, 4),)),
    "signals": Program(signals, ((6,), (3,))),
    "quantised": Program(quantised, ((3, 4),)),
}
