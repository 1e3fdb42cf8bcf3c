"""Small wrong backward passes in many styles, each with one line that is wrong (`#!`): what repair is measured on."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__all__ = ["PLANTED", "Planted"]


class Planted(NamedTuple):
    """``arguments(stream, k)``: those of draw k, by name; ``of``: the primals that the gradients returned belong to."""

    name: str
    source: str
    arguments: Callable[[np.random.RandomState, int], dict[str, Any]]
    of: tuple[str, ...]
    codes: tuple[str, ...]
    forward: str = "forward"
    backward: str = "backward"
    value: bool = False  # one function that returns a loss and its gradients

    def lines(self) -> list[int]:
        """Where the mistake is."""
        return [k for k, line in enumerate(self.text().split("\n"), start=1) if "#!" in line]

    def text(self) -> str:
        """The source as it stands in a file."""
        return "import numpy as np\n\n\n" + textwrap.dedent(self.source).strip("\n") + "\n"


PLANTED: list[Planted] = []
SIZES = ((5, 3, 4), (7, 2, 5), (6, 4, 3))


def planted(name: str, of: str, codes: str, source: str, *, value: bool = False, **names: str) -> Any:
    """The function that draws the arguments is what this decorates."""

    def add(arguments: Any) -> Any:
        PLANTED.append(Planted(name, source, arguments, tuple(of.split()), tuple(codes.split()), value=value, **names))
        return arguments

    return add


def affine(s: Any, k: int) -> dict[str, Any]:
    n, d, m = SIZES[k]
    return {"x": s.randn(n, d), "w": s.randn(d, m), "b": s.randn(m)}


AFFINE = """
def forward(x, w, b):
    out = x.dot(w) + b
    return out, (x, w, b)


def backward(dout, cache):
    x, w, b = cache
    dx = {dx}
    dw = {dw}
    db = {db}
    return dx, dw, db
"""


def in_affine(name: str, codes: str, **lines: str) -> None:
    right = {"dx": "dout.dot(w.T)", "dw": "x.T.dot(dout)", "db": "np.sum(dout, axis=0)"}
    marked = right | {key: f"{line}  #!" for key, line in lines.items()}
    planted(name, "x w b", codes, AFFINE.format(**marked))(affine)


in_affine("affine: mean for sum", "MB102", db="np.mean(dout, axis=0)")
in_affine("affine: sign", "MB101", dw="-x.T.dot(dout)")
in_affine("affine: a 1/N too many", "MB102", dw="x.T.dot(dout) / x.shape[0]")
in_affine("affine: twice", "MB101", dx="2 * dout.dot(w.T)")


@planted("relu: no gate", "x", "MB104 MB103", """
def forward(x):
    out = np.maximum(x, 0)
    return out, x


def backward(dout, cache):
    x = cache
    dx = dout.copy()  #!
    return dx
""")  # fmt: skip
@planted("relu: the gate of the gradient", "x", "MB104 MB103", """
def forward(x):
    return np.maximum(0, x), x


def backward(dout, cache):
    dx = dout.copy()
    dx[dout < 0] = 0  #!
    return dx
""")  # fmt: skip
@planted("relu: the other side", "x", "MB104", """
def forward(x):
    return np.maximum(0, x), x


def backward(dout, x):
    return dout * (x < 0)  #!
""")  # fmt: skip
@planted("sigmoid: slope of z", "x", "MB104 MB103", """
def forward(x):
    s = 1 / (1 + np.exp(-x))
    return s, (x, s)


def backward(dout, cache):
    x, s = cache
    return dout * s * (1 - x)  #!
""")  # fmt: skip
@planted("tanh: no square", "x", "MB104", """
def forward(x):
    out = np.tanh(x)
    return out, out


def backward(dout, out):
    dx = (1 - out) * dout  #!
    return dx
""")  # fmt: skip
@planted("softmax: no row term", "x", "MB104 MB102 MB106", """
def forward(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    y = e / e.sum(axis=1, keepdims=True)
    return y, y


def backward(dout, y):
    dx = y * dout  #!
    return dx
""")  # fmt: skip
@planted("softmax: over the wrong axis", "x", "MB105", """
def forward(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    y = e / np.sum(e, axis=1, keepdims=True)
    return y, y


def backward(dout, y):
    inner = np.sum(dout * y, axis=0, keepdims=True)  #!
    return y * (dout - inner)
""")  # fmt: skip
@planted("dropout: no scale in backward", "x", "MB302 MB101", """
def forward(x, keep_prob=0.7):
    mask = np.random.RandomState(3).rand(*x.shape) < keep_prob
    return x * mask / keep_prob, (mask, keep_prob)


def backward(dout, cache):
    mask, keep_prob = cache
    return dout * mask  #!
""")  # fmt: skip
@planted("dropout: p for 1 - p", "x", "MB302 MB101", """
def forward(x, p=0.3):
    mask = (np.random.RandomState(3).rand(*x.shape) >= p) / (1 - p)
    return x * mask, (mask >= 1, p)


def backward(dout, cache):
    mask, p = cache
    dx = dout * mask / p  #!
    return dx
""")  # fmt: skip
@planted("log softmax twice", "x", "MB104 MB101 MB106 MB102", """
def forward(x):
    shifted = x - x.max(axis=1, keepdims=True)
    out = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return out, out


def backward(dout, out):
    p = np.exp(out)
    return dout - p * dout  #!
""")  # fmt: skip
def _one(s: Any, k: int) -> dict[str, Any]:
    n, d, _ = SIZES[k]
    return {"x": s.randn(n, d)}


def normal(s: Any, k: int) -> dict[str, Any]:
    n, d, _ = SIZES[k]
    return {"x": s.randn(n, d), "gamma": s.randn(d), "beta": s.randn(d)}


BATCH_NORM = """
def forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    std = np.sqrt(var + eps)
    xhat = (x - mu) / std
    return gamma * xhat + beta, (xhat, gamma, std, x - mu, var, eps)


def backward(dout, cache):
    xhat, gamma, std, xc, var, eps = cache
    N, D = dout.shape
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    {lines}
    return dx, dgamma, dbeta
"""


def in_batch_norm(name: str, codes: str, *lines: str) -> None:
    planted(name, "x gamma beta", codes, BATCH_NORM.format(lines="\n    ".join(lines)))(normal)


in_batch_norm("batch norm: only the first term", "MB102 MB106", "dxhat = dout * gamma", "dx = dxhat / std  #!")
in_batch_norm("batch norm: a sum missing", "MB102 MB106", "dx = gamma / (N * std) * (N * dout - dgamma * xhat)  #!")
in_batch_norm("batch norm: another sum missing", "MB102 MB106", "dx = gamma / (N * std) * (N * dout - dbeta)  #!")
in_batch_norm("batch norm: no N", "MB102 MB101", "dx = gamma / (N * std) * (dout - dbeta - xhat * dgamma)  #!")
in_batch_norm(
    "batch norm: D for N", "MB103 MB102 MB101", "dx = gamma / (D * std) * (N * dout - dbeta - xhat * dgamma)  #!"
)
in_batch_norm("batch norm: by steps, exponent", "MB104 MB101",
              "dxhat = dout * gamma", "dvar = np.sum(dxhat * xc, axis=0) * -0.5 * (var + eps) ** (-0.5)  #!",
              "dmu = -np.sum(dxhat, axis=0) / std", "dx = dxhat / std + dvar * 2 * xc / N + dmu / N")  # fmt: skip
in_batch_norm("batch norm: by steps, mean lost", "MB106 MB102",
              "dxhat = dout * gamma", "dvar = np.sum(dxhat * xc, axis=0) * -0.5 * (var + eps) ** (-1.5)",
              "dmu = -np.sum(dxhat, axis=0) / std", "dx = dxhat / std + dvar * 2 * xc / N  #!")  # fmt: skip


@planted("layer norm: over the batch", "x gamma beta", "MB105", """
def forward(x, gamma, beta):
    mu = np.mean(x, axis=1, keepdims=True)
    v = np.var(x, axis=1, keepdims=True)
    istd = 1.0 / np.sqrt(v + 1e-5)
    h = (x - mu) * istd
    return h * gamma + beta, (h, istd, gamma)


def backward(dy, cache):
    h, istd, gamma = cache
    dgamma = (dy * h).sum(axis=0)
    dbeta = dy.sum(axis=0)
    dh = dy * gamma
    m = np.mean(dh, axis=0, keepdims=True)  #!
    dx = istd * (dh - m - h * np.mean(dh * h, axis=1, keepdims=True))
    return dx, dgamma, dbeta
""")  # fmt: skip
def _normal(s: Any, k: int) -> dict[str, Any]:
    return normal(s, k)


def with_weights(s: Any, k: int) -> dict[str, Any]:
    n, d, c = SIZES[k]
    return {"W": s.randn(d, c), "X": s.randn(n, d), "y": s.randint(c, size=n), "reg": (0.3, 0.7, 1.3)[k]}


SVM = """
def svm_loss(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                {correct}
    loss /= num_train
    loss += reg * np.sum(W * W)
    {divide}
    {penalty}
    return loss, dW
"""


def in_svm(name: str, codes: str, **lines: str) -> None:
    right = {"correct": "dW[:, y[i]] -= X[i]", "divide": "dW /= num_train", "penalty": "dW += 2 * reg * W"}
    text = SVM.format(**(right | lines))
    planted(name, "W", codes, text, value=True, forward="svm_loss", backward="svm_loss")(with_weights)


in_svm("svm: factor of the penalty", "MB202", penalty="dW += reg * W  #!")
in_svm("svm: no penalty", "MB201", divide="dW = dW / num_train  #!", penalty="pass")
in_svm("svm: penalty of the loss alone is right", "MB203 MB202", penalty="dW += 2 * reg * W + W  #!")
in_svm("svm: the divisor takes the penalty in", "MB202", divide="dW /= num_train + 2 * reg * W  #!", penalty="pass")
in_svm("svm: sign of the right class", "MB101", correct="dW[:, y[i]] += X[i]  #!")
in_svm("svm: not divided", "MB102", divide="dW = dW  #!")
in_svm("svm: the right class lost", "MB106 MB103 MB101", correct="dW[:, y[i]] = -X[i]  #!")

SOFTMAX = """
def loss(W, X, y, reg):
    N = X.shape[0]
    scores = X @ W
    scores = scores - np.max(scores, axis=1, keepdims=True)
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    value = -np.log(probs[np.arange(N), y]).mean() + 0.5 * reg * (W ** 2).sum()
    dscores = probs.copy()
    {one}
    {two}
    {three}
    return value, dW
"""


def in_softmax(name: str, codes: str, **lines: str) -> None:
    right = {"one": "dscores[np.arange(N), y] -= 1", "two": "dscores /= N", "three": "dW = X.T @ dscores + reg * W"}
    text = SOFTMAX.format(**(right | lines))
    planted(name, "W", codes, text, value=True, forward="loss", backward="loss")(with_weights)


in_softmax("cross-entropy: not divided", "MB102", two="dscores = dscores  #!")
in_softmax("cross-entropy: twice the penalty", "MB202", three="dW = X.T @ dscores + 2 * reg * W  #!")
in_softmax("cross-entropy: the label's sign", "MB101", one="dscores[np.arange(N), y] += 1  #!")
in_softmax("cross-entropy: the penalty is divided too", "MB202", three="dW = X.T @ dscores + reg * W / N  #!")
in_softmax("cross-entropy: divided by the classes", "MB102 MB103", two="dscores /= W.shape[1]  #!")


def image(s: Any, k: int) -> dict[str, Any]:
    n, c, f, h, w = ((2, 3, 1, 5, 7), (1, 2, 3, 6, 4), (2, 1, 3, 4, 6))[k]
    return {"x": s.randn(n, c, h, w), "w": s.randn(f, c, 3, 2), "b": s.randn(f), "stride": 1 + (k == 1), "pad": 1}


CONV = """
def forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    Ho = 1 + (H + 2 * pad - HH) // stride
    Wo = 1 + (W + 2 * pad - WW) // stride
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, Ho, Wo))
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    window = xp[n, :, i * stride:i * stride + HH, j * stride:j * stride + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, stride, pad, xp)


def backward(dout, cache):
    x, w, b, stride, pad, xp = cache
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    _, _, Ho, Wo = dout.shape
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    {db}
    for n in range(N):
        for f in range(F):
            for i in range({Ho}
                for j in range({Wo}
                    {window}
                    {dw}
                    {dx}
    {crop}
    return dx, dw, db
"""
RIGHT_CONV = {
    "db": "db = dout.sum(axis=(0, 2, 3))",
    "Ho": "Ho):",
    "Wo": "Wo):",
    "window": "window = xp[n, :, i * stride:i * stride + HH, j * stride:j * stride + WW]",
    "dw": "dw[f] += window * dout[n, f, i, j]",
    "dx": "dxp[n, :, i * stride:i * stride + HH, j * stride:j * stride + WW] += w[f] * dout[n, f, i, j]",
    "crop": "dx = dxp[:, :, pad:pad + H, pad:pad + W]",
}


def in_conv(name: str, codes: str, **lines: str) -> None:
    planted(name, "x w b", codes, CONV.format(**(RIGHT_CONV | lines)))(image)


in_conv("conv: a height for a width in the loop", "MB103 MB106", Wo="Ho):  #!")
in_conv("conv: no stride in the window of dw", "MB103 MB106",
        window="window = xp[n, :, i:i + HH, j * stride:j * stride + WW]  #!")  # fmt: skip
in_conv("conv: assigned, not added", "MB106",
        dx=RIGHT_CONV["dx"].replace("+=", "=") + "  #!")  # fmt: skip
in_conv("conv: bias of the mean", "MB102", db="db = dout.mean(axis=(0, 2, 3))  #!")
in_conv("conv: dw assigned", "MB106", dw="dw[f] = window * dout[n, f, i, j]  #!")


def pool(s: Any, k: int) -> dict[str, Any]:
    n, c, h, w = ((2, 3, 4, 6), (1, 2, 6, 4), (3, 2, 4, 8))[k]
    return {"x": s.randint(-1, 3, size=(n, c, h, w)) + 0.2 * s.rand(n, c, h, w)}


@planted("pooling: the mean for the maximum", "x", "MB104 MB103 MB106", """
def forward(x):
    N, C, H, W = x.shape
    out = np.zeros((N, C, H // 2, W // 2))
    for i in range(H // 2):
        for j in range(W // 2):
            out[:, :, i, j] = x[:, :, 2 * i:2 * i + 2, 2 * j:2 * j + 2].max(axis=(2, 3))
    return out, x


def backward(dout, x):
    dx = np.zeros_like(x)
    N, C, H, W = x.shape
    for i in range(H // 2):
        for j in range(W // 2):
            window = x[:, :, 2 * i:2 * i + 2, 2 * j:2 * j + 2]
            top = window.min(axis=(2, 3), keepdims=True)  #!
            dx[:, :, 2 * i:2 * i + 2, 2 * j:2 * j + 2] += (window == top) * dout[:, :, i, j][:, :, None, None]
    return dx
""")  # fmt: skip
@planted("upsampling: slices where it must sum", "x", "MB106 MB102 MB105 MB199", """
def forward(x):
    out = x.repeat(2, axis=2).repeat(2, axis=3)
    return out, x.shape


def backward(dout, shape):
    N, C, H, W = shape
    dx = dout.reshape(N, C, H, 2, W, 2).sum(axis=3)[:, :, :, :, 0]  #!
    return dx
""")  # fmt: skip
@planted("upsampling: the mean", "x", "MB102", """
def forward(x):
    return np.repeat(np.repeat(x, 2, axis=2), 2, axis=3), x.shape


def backward(dout, shape):
    N, C, H, W = shape
    return dout.reshape(N, C, H, 2, W, 2).mean(axis=(3, 5))  #!
""")  # fmt: skip
def _pool(s: Any, k: int) -> dict[str, Any]:
    return pool(s, k)


def tokens(s: Any, k: int) -> dict[str, Any]:
    n, t, v, d = ((3, 4, 6, 5), (2, 7, 5, 3), (4, 3, 7, 2))[k]
    return {"ids": s.randint(v, size=(n, t)), "W": s.randn(v, d)}


@planted("embedding: repeated indices", "W", "MB106", """
def forward(ids, W):
    return W[ids], (ids, W)


def backward(dout, cache):
    ids, W = cache
    dW = np.zeros_like(W)
    dW[ids] += dout  #!
    return dW
""")  # fmt: skip
@planted("embedding: repeated indices are set", "W", "MB106", """
def forward(ids, W):
    return W[ids], (ids, W)


def backward(dout, cache):
    ids, W = cache
    dW = np.zeros(W.shape)
    for n in range(ids.shape[0]):
        for t in range(ids.shape[1]):
            dW[ids[n, t]] = dout[n, t]  #!
    return dW
""")  # fmt: skip
def _tokens(s: Any, k: int) -> dict[str, Any]:
    return tokens(s, k)


def recurrent(s: Any, k: int) -> dict[str, Any]:
    n, d, h = SIZES[k]
    return {"x": s.randn(n, d), "h": s.randn(n, h), "Wx": s.randn(d, h), "Wh": s.randn(h, h), "b": s.randn(h)}


RNN = """
def forward(x, h, Wx, Wh, b):
    nxt = np.tanh(x @ Wx + h @ Wh + b)
    return nxt, (x, h, Wx, Wh, b, nxt)


def backward(dnext, cache):
    x, h, Wx, Wh, b, nxt = cache
    {da}
    dx = da @ Wx.T
    dh = da @ Wh.T
    dWx = x.T @ da
    {dWh}
    db = da.sum(axis=0)
    return dx, dh, dWx, dWh, db
"""


def in_rnn(name: str, codes: str, **lines: str) -> None:
    right = {"da": "da = dnext * (1 - nxt ** 2)", "dWh": "dWh = h.T @ da"}
    planted(name, "x h Wx Wh b", codes, RNN.format(**(right | lines)))(recurrent)


in_rnn("rnn step: no slope", "MB104", da="da = dnext  #!")
in_rnn("rnn step: slope of the old state", "MB103 MB104", da="da = dnext * (1 - h ** 2)  #!")
in_rnn("rnn step: the new state for the old", "MB103", dWh="dWh = nxt.T @ da  #!")


def lstm(s: Any, k: int) -> dict[str, Any]:
    n, d, h = SIZES[k]
    return {
        "x": s.randn(n, d), "hp": s.randn(n, h), "cp": s.randn(n, h), "Wx": s.randn(d, 4 * h), "Wh": s.randn(h, 4 * h),
        "b": s.randn(4 * h),
    }  # fmt: skip


LSTM = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(x, hp, cp, Wx, Wh, b):
    a = x.dot(Wx) + hp.dot(Wh) + b
    H = hp.shape[1]
    i, f, o = sigmoid(a[:, :H]), sigmoid(a[:, H:2 * H]), sigmoid(a[:, 2 * H:3 * H])
    g = np.tanh(a[:, 3 * H:])
    c = f * cp + i * g
    t = np.tanh(c)
    return o * t, (x, hp, cp, Wx, Wh, i, f, o, g, c, t)


def backward(dh, cache):
    x, hp, cp, Wx, Wh, i, f, o, g, c, t = cache
    {dc}
    {do}
    {df}
    di = dc * g
    dg = dc * i
    {dcp}
    da_i = di * i * (1 - i)
    da_f = df * f * (1 - f)
    {da_o}
    {da_g}
    da = np.hstack((da_i, da_f, da_o, da_g))
    return da.dot(Wx.T), da.dot(Wh.T), dcp, x.T.dot(da), hp.T.dot(da), da.sum(axis=0)
"""


def in_lstm(name: str, codes: str, **lines: str) -> None:
    right = {"dc": "dc = dh * o * (1 - t ** 2)", "do": "do = dh * t", "df": "df = dc * cp", "dcp": "dcp = dc * f",
             "da_o": "da_o = do * o * (1 - o)", "da_g": "da_g = dg * (1 - g ** 2)"}  # fmt: skip
    planted(name, "x hp cp Wx Wh b", codes, LSTM.format(**(right | lines)))(lstm)


in_lstm("lstm: the new cell for the old", "MB103", df="df = dc * c  #!")
in_lstm("lstm: no slope of the output gate", "MB104", da_o="da_o = do  #!")
in_lstm("lstm: a sigmoid's slope for the tanh", "MB104", da_g="da_g = dg * g * (1 - g)  #!")
in_lstm("lstm: no slope of the cell", "MB104", dc="dc = dh * o  #!")
in_lstm("lstm: the input gate for the forget gate", "MB103", dcp="dcp = dc * i  #!")


def queries(s: Any, k: int) -> dict[str, Any]:
    n, m, d = ((4, 5, 3), (3, 6, 2), (5, 4, 6))[k]
    return {"Q": s.randn(n, d), "K": s.randn(m, d), "V": s.randn(m, d + 1)}


ATTENTION = """
def forward(Q, K, V):
    scale = 1.0 / np.sqrt(Q.shape[1])
    S = Q @ K.T * scale
    E = np.exp(S - S.max(axis=-1, keepdims=True))
    A = E / E.sum(axis=-1, keepdims=True)
    return A @ V, (Q, K, V, A, scale)


def backward(dO, cache):
    Q, K, V, A, scale = cache
    dV = A.T @ dO
    dA = dO @ V.T
    {dS}
    {dQ}
    {dK}
    return dQ, dK, dV
"""


def in_attention(name: str, codes: str, **lines: str) -> None:
    right = {"dS": "dS = A * (dA - (dA * A).sum(axis=-1, keepdims=True))", "dQ": "dQ = dS @ K * scale",
             "dK": "dK = dS.T @ Q * scale"}  # fmt: skip
    planted(name, "Q K V", codes, ATTENTION.format(**(right | lines)))(queries)


in_attention("attention: no scale", "MB101 MB102", dQ="dQ = dS @ K  #!")
in_attention("attention: no row term", "MB104 MB102 MB106", dS="dS = A * dA  #!")
in_attention("attention: sums the wrong way", "MB105", dS="dS = A * (dA - (dA * A).sum(axis=0, keepdims=True))  #!")


def residual(s: Any, k: int) -> dict[str, Any]:
    n, d, h = SIZES[k]
    return {"x": s.randn(n, d), "W1": s.randn(d, h), "W2": s.randn(h, d)}


@planted("residual: the skip is lost", "x W1 W2", "MB106", """
def forward(x, W1, W2):
    z = x @ W1
    a = np.maximum(z, 0)
    out = a @ W2 + x
    return out, (x, W1, W2, z, a)


def backward(dout, cache):
    x, W1, W2, z, a = cache
    dW2 = a.T @ dout
    da = dout @ W2.T
    dz = da * (z > 0)
    dW1 = x.T @ dz
    dx = dz @ W1.T  #!
    return dx, dW1, dW2
""")  # fmt: skip
@planted("two layers: no gate", "x W1 W2", "MB104", """
def forward(x, W1, W2):
    z = x @ W1
    a = np.maximum(z, 0)
    return a @ W2, (x, W1, W2, z, a)


def backward(dout, cache):
    x, W1, W2, z, a = cache
    dW2 = a.T @ dout
    dz = dout @ W2.T  #!
    dW1 = x.T @ dz
    dx = dz @ W1.T
    return dx, dW1, dW2
""")  # fmt: skip
def _residual(s: Any, k: int) -> dict[str, Any]:
    return residual(s, k)


@planted("highway: the path around the gate is lost", "x W1 W2", "MB106", """
def forward(x, W1, W2):
    t = 1 / (1 + np.exp(-(x @ W1 @ W2)))
    h = x @ W1
    out = t * x + (1 - t) * np.tanh(h @ W2)
    return out, (x, W1, W2, h, t, np.tanh(h @ W2))


def backward(dout, cache):
    x, W1, W2, h, t, c = cache
    ds = dout * (x - c) * t * (1 - t)
    dc = dout * (1 - t) * (1 - c ** 2)
    dW2 = h.T @ (ds + dc)
    dh = (ds + dc) @ W2.T
    dW1 = x.T @ dh
    dx = dh @ W1.T  #!
    return dx, dW1, dW2
""")  # fmt: skip
def _highway(s: Any, k: int) -> dict[str, Any]:
    return residual(s, k)


@planted("ridge: the intercept is penalised", "w", "MB203", """
def loss(w, X, y, lam):
    r = X @ w[:-1] + w[-1] - y
    value = r @ r / 2 + lam / 2 * w[:-1] @ w[:-1]
    grad = np.append(X.T @ r, r.sum()) + lam * w  #!
    return value, grad
""", value=True, forward="loss", backward="loss")  # fmt: skip
def _ridge(s: Any, k: int) -> dict[str, Any]:
    n, d, _ = SIZES[k]
    return {"w": s.randn(d + 1), "X": s.randn(n, d), "y": s.randn(n), "lam": 0.3 + 0.1 * k}
