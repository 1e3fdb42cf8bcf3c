import numpy as np


def relu(x):
    return np.maximum(x, 0)


def relu_prime(x):
    return np.array(x >= 0).astype("int")


class FCLayer:
    # input_size = number of input neurons, output_size = number of output neurons
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size) - 0.5
        self.bias = np.random.rand(1, output_size) - 0.5

    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = np.dot(self.input, self.weights) + self.bias
        return self.output

    def backward_propagation(self, output_error, learning_rate):
        weights_error = np.dot(self.input.T, output_error)
        bias_error = output_error.sum(axis=0, keepdims=True)
        self.weights -= learning_rate * weights_error
        self.bias -= learning_rate * bias_error
        return np.dot(output_error, self.weights.T)


class ActivationLayer:
    def __init__(self, activation=relu, activation_prime=relu_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = self.activation(self.input)
        return self.output

    # learning_rate is not used: there is nothing to learn
    def backward_propagation(self, output_error, learning_rate):
        return self.activation_prime(self.input) * output_error


class FlattenLayer:
    def forward_propagation(self, input_data):
        self.input = input_data
        return input_data.reshape(len(input_data), -1)

    def backward_propagation(self, output_error, learning_rate):
        return output_error.reshape(self.input.shape)


class SoftmaxLayer:
    def __init__(self, input_size):
        self.input_size = input_size

    def forward_propagation(self, input):
        """input: (1, input_size)"""
        self.input = input
        tmp = np.exp(input)
        self.output = tmp / np.sum(tmp)
        return self.output

    def backward_propagation(self, output_error, learning_rate):
        out = np.tile(self.output.T, self.input_size)
        return np.dot(output_error, np.identity(self.input_size) * out - out * out.T)


class DropoutLayer:
    def __init__(self, rate=0.3):
        self.keep = 1 - rate

    def forward_propagation(self, x):
        self.mask = (np.random.random(x.shape) < self.keep) / self.keep
        return x * self.mask

    def backward_propagation(self, dy, learning_rate):
        return dy * self.mask


def test_layers():
    np.random.seed(1)
    x = np.random.randn(4, 3)
    fc, act = FCLayer(3, 5), ActivationLayer()
    y = act.forward_propagation(fc.forward_propagation(x))
    g = fc.backward_propagation(act.backward_propagation(np.ones_like(y), 0.01), 0.01)
    assert g.shape == x.shape
    s = SoftmaxLayer(5)
    p = s.forward_propagation(y[:1])
    assert s.backward_propagation(p, 0.01).shape == (1, 5)
