"""Layers whose constructors take something else than numbers: a maker of weights, settings by key, sizes as a pair."""
import numpy as np


class Projection:
    """The maker of its weights is an object."""

    def __init__(self, n_from, n_to, maker):
        self.table = maker.initialize((n_from, n_to))
        self.lift = np.zeros(n_to)

    def forward(self, x):
        self.kept = x
        return x.dot(self.table) + self.lift

    def backward(self, dout):
        self.dtable = self.kept.T.dot(dout)
        self.dlift = dout.sum(axis=0)
        return dout.dot(self.table.T)


class ProjectionHalf(Projection):
    def forward(self, x):
        self.kept = x
        return x.dot(self.table) + self.lift

    def backward(self, dout):
        self.dtable = self.kept.T.dot(dout)
        self.dlift = dout.sum(axis=0) / 2
        return dout.dot(self.table.T)


class Slider:
    """Does the work for a layer that is handed its settings."""

    def __init__(self, settings):
        self.settings = settings

    def starts(self, length, window):
        return range(0, length - window + 1, self.settings["stride"])


class SlidingMean:
    """Means over windows of a plane; its settings are asked for by their keys, here and by its helper."""

    def __init__(self, window_settings):
        self.settings = window_settings
        self.slider = Slider(window_settings)
        self.high, self.wide = window_settings["pool_h"], window_settings["pool_w"]

    def forward(self, x):
        self.shape = x.shape
        n, c, h, w = x.shape
        rows = list(self.slider.starts(h, self.high))
        columns = list(self.slider.starts(w, self.wide))
        out = np.zeros((n, c, len(rows), len(columns)))
        for i, a in enumerate(rows):
            for j, b in enumerate(columns):
                out[:, :, i, j] = x[:, :, a:a + self.high, b:b + self.wide].mean(axis=(2, 3))
        return out

    def backward(self, dout):
        n, c, h, w = self.shape
        dx = np.zeros(self.shape)
        for i, a in enumerate(self.slider.starts(h, self.high)):
            for j, b in enumerate(self.slider.starts(w, self.wide)):
                share = dout[:, :, i, j][:, :, None, None] / (self.high * self.wide)
                dx[:, :, a:a + self.high, b:b + self.wide] += share
        return dx


class SlidingMeanOfHeights(SlidingMean):
    def forward(self, x):
        return super().forward(x)

    def backward(self, dout):
        n, c, h, w = self.shape
        dx = np.zeros(self.shape)
        for i, a in enumerate(self.slider.starts(h, self.high)):
            for j, b in enumerate(self.slider.starts(w, self.wide)):
                share = dout[:, :, i, j][:, :, None, None] / (self.high * self.high)
                dx[:, :, a:a + self.high, b:b + self.wide] += share
        return dx


class Correlation:
    """The size of its windows is a pair."""

    def __init__(self, in_channels, out_channels, kernel_size):
        scale = np.sqrt(in_channels * kernel_size[0] * kernel_size[1])
        self.taps = np.random.randn(out_channels, in_channels, *kernel_size) / scale
        self.kernel_size = kernel_size

    def forward(self, x):
        self.x = x
        high, wide = self.kernel_size
        n, _, h, w = x.shape
        out = np.zeros((n, len(self.taps), h - high + 1, w - wide + 1))
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                out[:, :, i, j] = np.tensordot(x[:, :, i:i + high, j:j + wide], self.taps, ([1, 2, 3], [1, 2, 3]))
        return out

    def backward(self, dout):
        high, wide = self.kernel_size
        dx = np.zeros_like(self.x)
        self.dtaps = np.zeros_like(self.taps)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                part = dout[:, :, i, j]
                self.dtaps += np.tensordot(part, self.x[:, :, i:i + high, j:j + wide], ([0], [0]))
                dx[:, :, i:i + high, j:j + wide] += np.tensordot(part, self.taps, ([1], [0]))
        return dx


class CorrelationOfTheLast(Correlation):
    def forward(self, x):
        return super().forward(x)

    def backward(self, dout):
        high, wide = self.kernel_size
        dx = np.zeros_like(self.x)
        self.dtaps = np.zeros_like(self.taps)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                part = dout[:, :, i, j]
                self.dtaps += np.tensordot(part, self.x[:, :, i:i + high, j:j + wide], ([0], [0]))
                dx[:, :, i:i + high, j:j + wide] = np.tensordot(part, self.taps, ([1], [0]))
        return dx


class LargestOf:
    """A window as a number or as a pair, called a kernel."""

    def __init__(self, kernel, stride):
        if isinstance(kernel, int):
            kernel = (kernel, kernel)
        if isinstance(stride, int):
            stride = (stride, stride)
        self.kernel = kernel
        self.stride = stride

    def windows(self, shape):
        (high, wide), (down, along) = self.kernel, self.stride
        for i in range((shape[2] - high) // down + 1):
            for j in range((shape[3] - wide) // along + 1):
                yield i, j, slice(i * down, i * down + high), slice(j * along, j * along + wide)

    def forward(self, x):
        self.x = x
        n, c, h, w = x.shape
        self.out = np.zeros((n, c, (h - self.kernel[0]) // self.stride[0] + 1, (w - self.kernel[1]) // self.stride[1] + 1))
        for i, j, rows, columns in self.windows(x.shape):
            self.out[:, :, i, j] = x[:, :, rows, columns].max(axis=(2, 3))
        return self.out

    def backward(self, dout):
        dx = np.zeros_like(self.x)
        for i, j, rows, columns in self.windows(self.x.shape):
            hit = self.x[:, :, rows, columns] == self.out[:, :, i, j][:, :, None, None]
            dx[:, :, rows, columns] += hit * (dout[:, :, i, j] / hit.sum(axis=(2, 3)))[:, :, None, None]
        return dx


class SumOver:
    """The side of its window stands beside the sizes of what comes in."""

    def __init__(self, kernel):
        self.kernel = kernel

    def forward(self, x):
        self.x_shape = x.shape
        n, c, h, w = x.shape
        out = np.zeros((n, c, h - self.kernel + 1, w - self.kernel + 1))
        for i in range(self.kernel):
            for j in range(self.kernel):
                out += x[:, :, i:i + out.shape[2], j:j + out.shape[3]]
        return out

    def backward(self, dout):
        dx = np.zeros(self.x_shape)
        for i in range(self.kernel):
            for j in range(self.kernel):
                dx[:, :, i:i + dout.shape[2], j:j + dout.shape[3]] += dout
        return dx


class SumOverOneLess(SumOver):
    def forward(self, x):
        return super().forward(x)

    def backward(self, dout):
        dx = np.zeros(self.x_shape)
        for i in range(self.kernel):
            for j in range(self.kernel - 1):
                dx[:, :, i:i + dout.shape[2], j:j + dout.shape[3]] += dout
        return dx


class Gated:
    """What comes in is called by what it is, and not by a letter."""

    def __call__(self, activations):
        self.gate = 1 / (1 + np.exp(-activations))
        return self.gate

    def backward(self, gradients):
        return gradients * self.gate * (1 - self.gate)


class SideBySide:
    """Takes several arrays at once."""

    def __init__(self, axis=1):
        self.axis = axis

    def forward(self, inputs):
        self.widths = [x.shape[1] for x in inputs]
        return np.concatenate(inputs, axis=1)

    def backward(self, dout):
        parts, start = [], 0
        for width in self.widths:
            parts.append(dout[:, start:start + width])
            start += width
        return parts


class SideBySideTwice(SideBySide):
    def forward(self, inputs):
        self.widths = [x.shape[1] for x in inputs]
        return np.concatenate(inputs, axis=1)

    def backward(self, dout):
        parts, start = [], 0
        for width in self.widths:
            parts.append(2 * dout[:, start:start + width])
            start += width
        return parts
