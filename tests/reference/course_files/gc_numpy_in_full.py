"""Checking a hand-made gradient."""
import numpy
from gc_utils import sigmoid, relu, dictionary_to_vector, gradients_to_vector, vector_to_dictionary


def forward_propagation(x, theta):
    return theta * x


def backward_propagation(x, theta):
    return x


def gradient_check(x, theta, epsilon=1e-7):
    grad = backward_propagation(x, theta)
    approx = (forward_propagation(x, theta + epsilon) - forward_propagation(x, theta - epsilon)) / (2 * epsilon)
    return numpy.linalg.norm(grad - approx) / (numpy.linalg.norm(grad) + numpy.linalg.norm(approx))


def forward_propagation_n(X, Y, parameters):
    m = X.shape[1]
    Z1 = numpy.dot(parameters["W1"], X) + parameters["b1"]
    A1 = relu(Z1)
    Z2 = numpy.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = relu(Z2)
    Z3 = numpy.dot(parameters["W3"], A2) + parameters["b3"]
    A3 = sigmoid(Z3)
    cost = -numpy.sum(Y * numpy.log(A3) + (1 - Y) * numpy.log(1 - A3)) / m
    return cost, (Z1, A1, parameters["W1"], parameters["b1"], Z2, A2, parameters["W2"], parameters["b2"],
                  Z3, A3, parameters["W3"], parameters["b3"])


def backward_propagation_n(X, Y, cache):
    m = X.shape[1]
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    grads = {}
    grads["dZ3"] = A3 - Y
    grads["dW3"] = numpy.dot(grads["dZ3"], A2.T) / m
    grads["db3"] = numpy.sum(grads["dZ3"], axis=1, keepdims=True) / m
    grads["dA2"] = numpy.dot(W3.T, grads["dZ3"])
    grads["dZ2"] = grads["dA2"] * (Z2 > 0)
    grads["dW2"] = numpy.dot(grads["dZ2"], A1.T) / m
    grads["db2"] = numpy.sum(grads["dZ2"], axis=1, keepdims=True) / m
    grads["dA1"] = numpy.dot(W2.T, grads["dZ2"])
    grads["dZ1"] = grads["dA1"] * (Z1 > 0)
    grads["dW1"] = numpy.dot(grads["dZ1"], X.T) / m
    grads["db1"] = numpy.sum(grads["dZ1"], axis=1, keepdims=True) / m
    return grads


def gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7):
    theta = dictionary_to_vector(parameters)[0]
    grad = gradients_to_vector(gradients)
    approx = numpy.zeros_like(theta)
    for i in range(theta.shape[0]):
        up, down = theta.copy(), theta.copy()
        up[i] += epsilon
        down[i] -= epsilon
        J_up = forward_propagation_n(X, Y, vector_to_dictionary(up))[0]
        J_down = forward_propagation_n(X, Y, vector_to_dictionary(down))[0]
        approx[i] = (J_up - J_down) / (2 * epsilon)
    difference = numpy.linalg.norm(grad - approx) / (numpy.linalg.norm(grad) + numpy.linalg.norm(approx))
    print("difference:", difference)
    return difference


if __name__ == "__main__":
    numpy.random.seed(1)
    X = numpy.random.randn(4, 3)
    Y = numpy.array([1, 1, 0])
    parameters = {"W1": numpy.random.randn(5, 4), "b1": numpy.random.randn(5, 1), "W2": numpy.random.randn(3, 5),
                  "b2": numpy.random.randn(3, 1), "W3": numpy.random.randn(1, 3), "b3": numpy.random.randn(1, 1)}
    cost, cache = forward_propagation_n(X, Y, parameters)
    gradient_check_n(parameters, backward_propagation_n(X, Y, cache), X, Y)
