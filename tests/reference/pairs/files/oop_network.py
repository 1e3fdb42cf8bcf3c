import numpy as np


class Layer:
    def __init__(self):
        self.input = None
        self.output = None

    def forward(self, input):
        raise NotImplementedError

    def backward(self, output_gradient, learning_rate):
        raise NotImplementedError


class Dense(Layer):
    """Columns: input (input_size, 1), output (output_size, 1)."""

    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(output_size, input_size)
        self.bias = np.random.randn(output_size, 1)

    def forward(self, input):
        self.input = input
        return np.dot(self.weights, self.input) + self.bias

    def backward(self, output_gradient, learning_rate):
        weights_gradient = np.dot(output_gradient, self.input.T)
        input_gradient = np.dot(self.weights.T, output_gradient)
        self.weights -= learning_rate * weights_gradient
        self.bias -= learning_rate * output_gradient
        return input_gradient


class Activation(Layer):
    def __init__(self, activation, activation_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward(self, input):
        self.input = input
        return self.activation(self.input)

    def backward(self, output_gradient, learning_rate):
        return np.multiply(output_gradient, self.activation_prime(self.input))


class Tanh(Activation):
    def __init__(self):
        def tanh(x):
            return np.tanh(x)

        def tanh_prime(x):
            return 1 - np.tanh(x) ** 2

        super().__init__(tanh, tanh_prime)


class Sigmoid(Activation):
    def __init__(self):
        def sigmoid(x):
            return 1 / (1 + np.exp(-x))

        def sigmoid_prime(x):
            return sigmoid(x) * (1 + sigmoid(x))

        super().__init__(sigmoid, sigmoid_prime)


class Reshape(Layer):
    def __init__(self, input_shape, output_shape):
        self.input_shape = input_shape
        self.output_shape = output_shape

    def forward(self, input):
        return np.reshape(input, self.output_shape)

    def backward(self, output_gradient, learning_rate):
        return np.reshape(output_gradient, self.input_shape)


class Convolutional(Layer):
    """One image at a time, (depth, height, width); valid cross-correlation."""

    def __init__(self, input_shape, kernel_size, depth):
        input_depth, input_height, input_width = input_shape
        self.depth = depth
        self.input_shape = input_shape
        self.k = kernel_size
        self.output_shape = (depth, input_height - kernel_size + 1, input_width - kernel_size + 1)
        self.kernels = np.random.randn(depth, input_depth, kernel_size, kernel_size)
        self.biases = np.random.randn(*self.output_shape)

    def forward(self, input):
        self.input = input
        self.output = np.copy(self.biases)
        _, h, w = self.output_shape
        for d in range(self.depth):
            for i in range(h):
                for j in range(w):
                    self.output[d, i, j] += np.sum(self.kernels[d] * input[:, i:i + self.k, j:j + self.k])
        return self.output

    def backward(self, output_gradient, learning_rate):
        kernels_gradient = np.zeros(self.kernels.shape)
        input_gradient = np.zeros(self.input_shape)
        _, h, w = self.output_shape
        for d in range(self.depth):
            for i in range(h):
                for j in range(w):
                    g = output_gradient[d, i, j]
                    kernels_gradient[d] += g * self.input[:, i:i + self.k, j:j + self.k]
                    input_gradient[:, i:i + self.k, j:j + self.k] += g * self.kernels[d]
        self.kernels -= learning_rate * kernels_gradient
        self.biases -= learning_rate * output_gradient
        return input_gradient


def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / np.size(y_true)


def binary_cross_entropy(y_true, y_pred):
    # y_true: 0 or 1, y_pred: in (0, 1)
    return np.mean(-y_true * np.log(y_pred) - (1 - y_true) * np.log(1 - y_pred))


def binary_cross_entropy_prime(y_true, y_pred):
    return ((1 - y_true) / (1 - y_pred) - y_true / y_pred) / np.size(y_true)


def train(network, X, Y, epochs=100, lr=0.1):
    for e in range(epochs):
        error = 0
        for x, y in zip(X, Y):
            out = x
            for layer in network:
                out = layer.forward(out)
            error += mse(y, out)
            grad = mse_prime(y, out)
            for layer in reversed(network):
                grad = layer.backward(grad, lr)
        if e % 50 == 0:
            print(e, error / len(X))


if __name__ == "__main__":
    np.random.seed(0)
    X = np.reshape([[0, 0], [0, 1], [1, 0], [1, 1.0]], (4, 2, 1))
    Y = np.reshape([[0], [1], [1], [0.0]], (4, 1, 1))
    train([Dense(2, 3), Tanh(), Dense(3, 1), Sigmoid()], X, Y)
    conv = Convolutional((1, 5, 6), 3, 2)
    out = conv.forward(np.random.randn(1, 5, 6))
    print(conv.backward(out, 0.1).shape)
    shape = Reshape((2, 3, 4), (24, 1))
    print(shape.backward(shape.forward(out), 0.1).shape)
