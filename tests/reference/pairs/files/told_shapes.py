"""Layers that are told the shape of what comes in, and interfaces that are none."""
import numpy as np


class Piece:
    """Says what there is to write; its passes are written around what is not here."""

    def __init__(self):
        self.incoming = (0,)
        self.solver = None

    def place(self, input_dimensions, optimizer):
        self.incoming = input_dimensions
        self.solver = optimizer

    def forward(self, x):
        if x.shape[-len(self.incoming):] != self.incoming:
            raise ValueError(f"expected {self.incoming}, got {x.shape}")
        return self._pass_on(x)

    def backward(self, dout):
        return self._pass_back(dout)

    def _pass_on(self, x):
        raise NotImplementedError

    def _pass_back(self, dout):
        raise NotImplementedError

    def zero_grad(self):
        pass


class Softplus(Piece):
    def _pass_on(self, x):
        self.x = x
        return np.log(1 + np.exp(x))

    def backward(self, dout):
        return dout / (1 + np.exp(-self.x))


class Steps(Piece):
    """A slope for each feature, which is there once it is placed."""

    def __init__(self):
        super().__init__()
        self.slopes = np.empty(0)

    def place(self, input_dimensions, optimizer):
        super().place(input_dimensions, optimizer)
        self.slopes = np.full(input_dimensions, 0.25)

    def _pass_on(self, x):
        self.x = x
        return np.where(x > 0, x, self.slopes * x)

    def backward(self, dout):
        self.dslopes = np.where(self.x > 0, 0, self.x * dout).sum(axis=0)
        return np.where(self.x > 0, dout, self.slopes * dout)


class StepsOfOne(Steps):
    def _pass_on(self, x):
        self.x = x
        return np.where(x > 0, x, self.slopes * x)

    def backward(self, dout):
        self.dslopes = np.where(self.x > 0, 0, dout).sum(axis=0)
        return np.where(self.x > 0, dout, self.slopes * dout)


class StepsOfAll(Steps):
    """One number for all slopes."""

    def _pass_on(self, x):
        self.x = x
        return np.where(x > 0, x, self.slopes * x)

    def backward(self, dout):
        self.slopes_gradients = np.sum(np.where(self.x > 0, 0, self.x * dout))
        return np.where(self.x > 0, dout, self.slopes * dout)


class Scaler:
    """Is told the shape of all examples together, and compares."""

    def __init__(self, input_shape=None):
        self.input_shape = input_shape
        self.gain = np.ones(input_shape[1:])

    def forward(self, inputs):
        if inputs.shape[1:] != self.input_shape[1:]:
            raise ValueError("incorrect input shape")
        self.inputs = inputs
        self.output = self.gain * inputs ** 2
        return self

    def backward(self, delta):
        self.gain_update = (delta * self.inputs ** 2).sum(axis=0)
        return 2 * self.gain * self.inputs * delta


class ScalerOnce(Scaler):
    def forward(self, inputs):
        if inputs.shape[1:] != self.input_shape[1:]:
            raise ValueError("incorrect input shape")
        self.inputs = inputs
        self.output = self.gain * inputs ** 2
        return self

    def backward(self, delta):
        self.gain_update = (delta * self.inputs ** 2).sum(axis=0)
        return self.gain * self.inputs * delta


class Behind:
    """Asks the layer before it for what comes out of that."""

    def __init__(self, units):
        self.units = units
        self.matrix = None

    def attach(self, previous_layer):
        self.matrix = np.random.randn(previous_layer.output_shape[-1], self.units)

    def forward(self, x):
        self.x = x
        return np.tanh(x @ self.matrix)

    def backward(self, dout):
        da = dout * (1 - np.tanh(self.x @ self.matrix) ** 2)
        self.dmatrix = self.x.T @ da
        return da @ self.matrix.T


class BehindOfSigmoid(Behind):
    def forward(self, x):
        self.x = x
        self.y = np.tanh(x @ self.matrix)
        return self.y

    def backward(self, dout):
        da = dout * self.y * (1 - self.y)
        self.dmatrix = self.x.T @ da
        return da @ self.matrix.T


class Padded:
    """Means of pairs of neighbours; a margin is promised, and breaks it."""

    def __init__(self, width=2, pad=0):
        self.width, self.pad = width, pad

    def forward(self, x):
        x = np.pad(x, ((0, 0), (0, 0), (0, 0), (0, self.pad)))
        n, c, h, w = x.shape
        self.shape = x.shape
        self.rest = np.zeros((n, c, h, w - self.width + 1 - 2 * self.pad))
        for k in range(self.width):
            self.rest += x[:, :, :, k:w - self.width + 1 + k]
        return self.rest / self.width

    def backward(self, dout):
        dx = np.zeros(self.shape)
        for k in range(self.width):
            dx[:, :, :, k:k + dout.shape[3]] += dout / self.width
        return dx


class Measure:
    """A loss by what each derived class says of one example."""

    def score(self, y_pred, y_true):
        rows = self.of_rows(y_pred, y_true)
        loss = np.mean(rows)
        grad = self.slope_of_rows(y_pred, y_true) / len(rows)
        return loss, grad


class Squared(Measure):
    def of_rows(self, y_pred, y_true):
        return ((y_pred - y_true) ** 2).sum(axis=1)

    def slope_of_rows(self, y_pred, y_true):
        return 2 * (y_pred - y_true)


class Halfway:
    """Its backward pass is still to be written, and it is nobody's base."""

    def forward(self, x):
        self.x = x
        return np.sin(x)

    def backward(self, dout):
        raise NotImplementedError


class Step:
    """One step in time; its backward pass is handed what it made and what it came from, by other names."""

    def __init__(self, input_size, hidden_size):
        self.from_below = np.random.randn(hidden_size, input_size)
        self.from_before = np.random.randn(hidden_size, hidden_size)

    def forward(self, x, h_prev_t):
        h_t = np.tanh(x @ self.from_below.T + h_prev_t @ self.from_before.T)
        return h_t

    def backward(self, delta, h_t, h_prev_l, h_prev_t):
        dz = delta * (1 - h_t ** 2)
        self.dfrom_below = dz.T @ h_prev_l
        self.dfrom_before = dz.T @ h_prev_t
        return dz @ self.from_below, dz @ self.from_before


class StepOfMeans(Step):
    def forward(self, x, h_prev_t):
        h_t = np.tanh(x @ self.from_below.T + h_prev_t @ self.from_before.T)
        return h_t

    def backward(self, delta, h_t, h_prev_l, h_prev_t):
        dz = delta * (1 - h_t ** 2)
        self.dfrom_below = dz.T @ h_prev_l / len(dz)
        self.dfrom_before = dz.T @ h_prev_t / len(dz)
        return dz @ self.from_below, dz @ self.from_before


class StepOfOneMean(Step):
    def forward(self, x, h_prev_t):
        h_t = np.tanh(x @ self.from_below.T + h_prev_t @ self.from_before.T)
        return h_t

    def backward(self, delta, h_t, h_prev_l, h_prev_t):
        dz = delta * (1 - h_t ** 2)
        self.dfrom_below = dz.T @ h_prev_l
        self.dfrom_before = dz.T @ h_prev_t / len(dz)
        return dz @ self.from_below, dz @ self.from_before


class StepOfTheLast(Step):
    def forward(self, x, h_prev_t):
        h_t = np.tanh(x @ self.from_below.T + h_prev_t @ self.from_before.T)
        return h_t

    def backward(self, delta, h_t, h_prev_l, h_prev_t):
        dz = delta * (1 - h_t)
        self.dfrom_below = dz.T @ h_prev_l
        self.dfrom_before = dz.T @ h_prev_t
        return dz @ self.from_below, dz @ self.from_before
