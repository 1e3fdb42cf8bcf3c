"""Functions that return their own loss with its gradient, as people write them: right ones, and mistakes in these.

``RIGHT`` is by name. ``WRONG``: the right one, what is replaced in it, and the codes of which one must be found.
"""

from __future__ import annotations

import textwrap

__all__ = ["RIGHT", "WRONG", "spoilt"]


def _source(text: str) -> str:
    return "import numpy as np\n\n" + textwrap.dedent(text).strip() + "\n"


RIGHT = {
    name: _source(text)
    for name, text in {
        "dict_sigmoid": """
            def loss_and_gradients(parameters, X, Y):
                m = X.shape[1]
                W1, b1, W2, b2 = (parameters[k] for k in ("W1", "b1", "W2", "b2"))
                A1 = 1 / (1 + np.exp(-(W1 @ X + b1)))
                A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
                loss = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
                dZ2 = A2 - Y
                dZ1 = (W2.T @ dZ2) * A1 * (1 - A1)
                return loss, {"dW1": dZ1 @ X.T / m, "db1": dZ1.sum(axis=1, keepdims=True) / m,
                              "dW2": dZ2 @ A1.T / m, "db2": dZ2.sum(axis=1, keepdims=True) / m}
        """,
        "separate_tanh": """
            def compute_loss_and_grads(X, Y, W1, b1, W2, b2):
                m = X.shape[1]
                A1 = np.tanh(W1 @ X + b1)
                A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
                loss = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
                dZ2 = A2 - Y
                dW2 = dZ2 @ A1.T / m
                db2 = np.sum(dZ2, axis=1, keepdims=True) / m
                dZ1 = (W2.T @ dZ2) * (1 - A1 ** 2)
                dW1 = dZ1 @ X.T / m
                db1 = np.sum(dZ1, axis=1, keepdims=True) / m
                return loss, dW1, db1, dW2, db2
        """,
        "rows_softmax_integers_l2": """
            def loss_and_grads(X, y, params, reg=0.0):
                W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
                N = X.shape[0]
                z1 = X.dot(W1) + b1
                h = np.maximum(0, z1)
                scores = h.dot(W2) + b2
                scores = scores - scores.max(axis=1, keepdims=True)
                p = np.exp(scores)
                p /= p.sum(axis=1, keepdims=True)
                loss = -np.log(p[np.arange(N), y]).mean() + 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
                d = p.copy()
                d[np.arange(N), y] -= 1
                d /= N
                grads = {}
                grads["W2"] = h.T.dot(d) + reg * W2
                grads["b2"] = d.sum(axis=0)
                dh = d.dot(W2.T)
                dh[z1 <= 0] = 0
                grads["W1"] = X.T.dot(dh) + reg * W1
                grads["b1"] = dh.sum(axis=0)
                return loss, grads
        """,
        "l_layer_pairs": """
            def cost_and_gradients(params, X, Y):
                A, caches, m = X, [], X.shape[1]
                for k, (W, b) in enumerate(params):
                    Z = W @ A + b
                    caches.append((A, W, Z))
                    A = np.maximum(0, Z) if k < len(params) - 1 else 1 / (1 + np.exp(-Z))
                cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
                grads, dZ = [], A - Y
                for k in reversed(range(len(params))):
                    A_prev, W, _ = caches[k]
                    grads.append((dZ @ A_prev.T / m, dZ.sum(axis=1, keepdims=True) / m))
                    if k:
                        dZ = (W.T @ dZ) * (caches[k - 1][2] > 0)
                return grads[::-1], cost
        """,
        "squared_behind_sigmoid": """
            def loss_and_gradients(parameters, X, Y):
                m = X.shape[1]
                W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
                A1 = 1 / (1 + np.exp(-(W1 @ X + b1)))
                A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
                loss = np.sum((A2 - Y) ** 2) / (2 * m)
                dZ2 = (A2 - Y) * A2 * (1 - A2)
                dZ1 = (W2.T @ dZ2) * A1 * (1 - A1)
                dW2 = dZ2 @ A1.T / m
                dW1 = dZ1 @ X.T / m
                return loss, {"dW1": dW1, "db1": dZ1.sum(axis=1, keepdims=True) / m,
                              "dW2": dW2, "db2": dZ2.sum(axis=1, keepdims=True) / m}
        """,
        "regression_mean_squared": """
            def value_and_grad(params, X, Y):
                W1, b1, W2, b2 = params
                m = X.shape[1]
                H = np.maximum(0, W1 @ X + b1)
                out = W2 @ H + b2
                loss = np.mean((out - Y) ** 2)
                d = 2 * (out - Y) / out.size
                dH = W2.T @ d
                dH[H == 0] = 0
                return loss, [dH @ X.T, dH.sum(axis=1, keepdims=True), d @ H.T, d.sum(axis=1, keepdims=True)]
        """,
        "no_biases": """
            def loss_and_grad(W1, W2, X, Y):
                m = X.shape[1]
                A1 = np.tanh(W1 @ X)
                A2 = 1 / (1 + np.exp(-W2 @ A1))
                loss = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
                dZ2 = A2 - Y
                dZ1 = (W2.T @ dZ2) * (1 - A1 ** 2)
                return loss, dZ1 @ X.T / m, dZ2 @ A1.T / m
        """,
        "l2_by_the_course": """
            def loss_and_gradients(parameters, X, Y, lambd):
                m = X.shape[1]
                W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
                A1 = np.maximum(0, W1 @ X + b1)
                A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
                loss = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
                loss += lambd / (2 * m) * (np.sum(W1 ** 2) + np.sum(W2 ** 2))
                dZ2 = A2 - Y
                dW2 = dZ2 @ A1.T / m + lambd / m * W2
                db2 = dZ2.sum(axis=1, keepdims=True) / m
                dZ1 = (W2.T @ dZ2) * (A1 > 0)
                dW1 = dZ1 @ X.T / m + lambd / m * W1
                db1 = dZ1.sum(axis=1, keepdims=True) / m
                return loss, {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
        """,
        "guarded_logarithm": """
            def loss_and_gradients(parameters, X, Y):
                m = X.shape[1]
                W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
                A1 = np.tanh(W1 @ X + b1)
                A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
                loss = -np.sum(Y * np.log(A2 + 1e-8) + (1 - Y) * np.log(1 - A2 + 1e-8)) / m
                dZ2 = A2 - Y
                dZ1 = (W2.T @ dZ2) * (1 - A1 ** 2)
                return loss, {"dW1": dZ1 @ X.T / m, "db1": dZ1.sum(axis=1, keepdims=True) / m,
                              "dW2": dZ2 @ A1.T / m, "db2": dZ2.sum(axis=1, keepdims=True) / m}
        """,
        "summed_loss": """
            def loss_and_gradients(parameters, X, Y):
                W1, b1, W2, b2 = parameters["W1"], parameters["b1"], parameters["W2"], parameters["b2"]
                A1 = np.tanh(W1 @ X + b1)
                A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
                loss = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
                dZ2 = A2 - Y
                dZ1 = (W2.T @ dZ2) * (1 - A1 ** 2)
                return loss, {"dW1": dZ1 @ X.T, "db1": dZ1.sum(axis=1, keepdims=True),
                              "dW2": dZ2 @ A1.T, "db2": dZ2.sum(axis=1, keepdims=True)}
        """,
        "propagate_columns": """
            def sigmoid(z):
                return 1 / (1 + np.exp(-z))

            def propagate(w, b, X, Y):
                m = X.shape[1]
                A = sigmoid(np.dot(w.T, X) + b)
                cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
                dw = 1 / m * np.dot(X, (A - Y).T)
                db = 1 / m * np.sum(A - Y)
                cost = np.squeeze(cost)
                assert dw.shape == w.shape
                assert db.dtype == float
                grads = {"dw": dw, "db": db}
                return grads, cost
        """,
        "propagate_rows": """
            def cost_and_gradient(w, b, X, y):
                m = len(y)
                a = 1 / (1 + np.exp(-(X @ w + b)))
                cost = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
                dw = X.T @ (a - y) / m
                db = np.mean(a - y)
                return dw, db, cost
        """,
        "cost_function": """
            def sigmoid(z):
                return 1 / (1 + np.exp(-z))

            def costFunction(theta, X, y):
                m = y.size
                h = sigmoid(X @ theta)
                J = (-y @ np.log(h) - (1 - y) @ np.log(1 - h)) / m
                grad = X.T @ (h - y) / m
                return J, grad
        """,
        "cost_function_reg": """
            def sigmoid(z):
                return 1 / (1 + np.exp(-z))

            def costFunctionReg(theta, X, y, lambda_):
                m = y.size
                h = sigmoid(X.dot(theta))
                J = (-y.dot(np.log(h)) - (1 - y).dot(np.log(1 - h))) / m + lambda_ / (2 * m) * np.sum(theta[1:] ** 2)
                grad = X.T.dot(h - y) / m
                grad[1:] = grad[1:] + lambda_ / m * theta[1:]
                return J, grad
        """,
        "linear_columns": """
            def linearRegCostFunction(X, y, theta, lambda_):
                m = len(y)
                h = X.dot(theta)
                J = np.sum((h - y) ** 2) / (2 * m) + lambda_ / (2 * m) * np.sum(theta[1:] ** 2)
                grad = X.T.dot(h - y) / m
                decay = theta.copy()
                decay[0] = 0
                return J, grad + lambda_ / m * decay
        """,
        "decays_every_theta": """
            def costFunctionReg(theta, X, y, lam):
                m = y.size
                h = 1 / (1 + np.exp(-X @ theta))
                J = -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h)) + lam / (2 * m) * theta @ theta
                return J, X.T @ (h - y) / m + lam / m * theta
        """,
        "nn_cost_function": """
            def sigmoid(z):
                return 1 / (1 + np.exp(-z))

            def sigmoidGradient(z):
                return sigmoid(z) * (1 - sigmoid(z))

            def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, Lambda):
                split = hidden_layer_size * (input_layer_size + 1)
                Theta1 = nn_params[:split].reshape(hidden_layer_size, input_layer_size + 1)
                Theta2 = nn_params[split:].reshape(num_labels, hidden_layer_size + 1)
                m = X.shape[0]
                a1 = np.hstack([np.ones((m, 1)), X])
                z2 = a1.dot(Theta1.T)
                a2 = np.hstack([np.ones((m, 1)), sigmoid(z2)])
                a3 = sigmoid(a2.dot(Theta2.T))
                Y = np.zeros((m, num_labels))
                for i in range(m):
                    Y[i, int(y[i]) - 1] = 1
                J = -np.sum(Y * np.log(a3) + (1 - Y) * np.log(1 - a3)) / m
                J = J + Lambda / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))
                d3 = a3 - Y
                d2 = d3.dot(Theta2[:, 1:]) * sigmoidGradient(z2)
                Theta1_grad = d2.T.dot(a1) / m
                Theta2_grad = d3.T.dot(a2) / m
                Theta1_grad[:, 1:] = Theta1_grad[:, 1:] + Lambda / m * Theta1[:, 1:]
                Theta2_grad[:, 1:] = Theta2_grad[:, 1:] + Lambda / m * Theta2[:, 1:]
                grad = np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])
                return J, grad
        """,
        "nn_cost_by_columns_in_a_loop": """
            def sigmoid(z):
                return 1.0 / (1.0 + np.exp(-z))

            def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_):
                Theta1 = np.reshape(nn_params[:hidden_layer_size * (input_layer_size + 1)],
                                    (hidden_layer_size, input_layer_size + 1), order="F")
                Theta2 = np.reshape(nn_params[hidden_layer_size * (input_layer_size + 1):],
                                    (num_labels, hidden_layer_size + 1), order="F")
                m = len(y)
                J = 0
                Theta1_grad, Theta2_grad = np.zeros(Theta1.shape), np.zeros(Theta2.shape)
                for t in range(m):
                    a1 = np.concatenate([[1], X[t]])
                    z2 = Theta1 @ a1
                    a2 = np.concatenate([[1], sigmoid(z2)])
                    a3 = sigmoid(Theta2 @ a2)
                    target = (np.arange(1, num_labels + 1) == y[t]).astype(float)
                    J += -np.sum(target * np.log(a3) + (1 - target) * np.log(1 - a3))
                    delta3 = a3 - target
                    delta2 = (Theta2.T @ delta3)[1:] * sigmoid(z2) * (1 - sigmoid(z2))
                    Theta1_grad += np.outer(delta2, a1)
                    Theta2_grad += np.outer(delta3, a2)
                J = J / m + lambda_ / (2.0 * m) * ((Theta1[:, 1:] ** 2).sum() + (Theta2[:, 1:] ** 2).sum())
                Theta1_grad /= m
                Theta2_grad /= m
                Theta1_grad[:, 1:] += lambda_ / m * Theta1[:, 1:]
                Theta2_grad[:, 1:] += lambda_ / m * Theta2[:, 1:]
                return J, np.r_[Theta1_grad.flatten(order="F"), Theta2_grad.flatten(order="F")]
        """,
        "nn_one_hot": """
            def sigmoid(z):
                return 1 / (1 + np.exp(-z))

            def backprop(params, input_size, hidden_size, num_labels, X, y, learning_rate):
                m = X.shape[0]
                theta1 = np.reshape(params[:hidden_size * (input_size + 1)], (hidden_size, input_size + 1))
                theta2 = np.reshape(params[hidden_size * (input_size + 1):], (num_labels, hidden_size + 1))
                a1 = np.insert(X, 0, values=np.ones(m), axis=1)
                z2 = a1 @ theta1.T
                a2 = np.insert(sigmoid(z2), 0, values=np.ones(m), axis=1)
                h = sigmoid(a2 @ theta2.T)
                J = np.sum(-y * np.log(h) - (1 - y) * np.log(1 - h)) / m
                J += learning_rate / (2 * m) * (np.sum(theta1[:, 1:] ** 2) + np.sum(theta2[:, 1:] ** 2))
                d3 = h - y
                d2 = (d3 @ theta2)[:, 1:] * sigmoid(z2) * (1 - sigmoid(z2))
                delta1 = d2.T @ a1 / m
                delta2 = d3.T @ a2 / m
                delta1[:, 1:] += learning_rate / m * theta1[:, 1:]
                delta2[:, 1:] += learning_rate / m * theta2[:, 1:]
                return J, np.concatenate((np.ravel(delta1), np.ravel(delta2)))
        """,
        "weights_alone": """
            def softmax_loss_vectorized(W, X, y, reg):
                n = X.shape[0]
                scores = X @ W
                scores -= scores.max(axis=1, keepdims=True)
                p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
                loss = -np.mean(np.log(p[np.arange(n), y])) + reg * np.sum(W * W)
                p[np.arange(n), y] -= 1
                dW = X.T @ p / n + 2 * reg * W
                return loss, dW
        """,
        "hinge": """
            def svm_loss_and_grad(w, b, X, y):
                margin = 1 - y * (X @ w + b)
                active = margin > 0
                loss = np.mean(np.maximum(0, margin))
                dw = -(X * (y * active)[:, None]).mean(axis=0)
                db = -np.mean(y * active)
                return loss, dw, db
        """,
        "nielsen": """
            import random

            class Network(object):
                def __init__(self, sizes):
                    self.num_layers = len(sizes)
                    self.sizes = sizes
                    self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
                    self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

                def feedforward(self, a):
                    for b, w in zip(self.biases, self.weights):
                        a = sigmoid(np.dot(w, a) + b)
                    return a

                def update_mini_batch(self, mini_batch, eta):
                    nabla_b = [np.zeros(b.shape) for b in self.biases]
                    nabla_w = [np.zeros(w.shape) for w in self.weights]
                    for x, y in mini_batch:
                        delta_nabla_b, delta_nabla_w = self.backprop(x, y)
                        nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
                        nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
                    self.weights = [w - (eta / len(mini_batch)) * nw for w, nw in zip(self.weights, nabla_w)]
                    self.biases = [b - (eta / len(mini_batch)) * nb for b, nb in zip(self.biases, nabla_b)]

                def backprop(self, x, y):
                    nabla_b = [np.zeros(b.shape) for b in self.biases]
                    nabla_w = [np.zeros(w.shape) for w in self.weights]
                    activation = x
                    activations = [x]
                    zs = []
                    for b, w in zip(self.biases, self.weights):
                        z = np.dot(w, activation) + b
                        zs.append(z)
                        activation = sigmoid(z)
                        activations.append(activation)
                    delta = self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])
                    nabla_b[-1] = delta
                    nabla_w[-1] = np.dot(delta, activations[-2].transpose())
                    for l in range(2, self.num_layers):
                        z = zs[-l]
                        sp = sigmoid_prime(z)
                        delta = np.dot(self.weights[-l + 1].transpose(), delta) * sp
                        nabla_b[-l] = delta
                        nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
                    return (nabla_b, nabla_w)

                def cost_derivative(self, output_activations, y):
                    return (output_activations - y)

            def sigmoid(z):
                return 1.0 / (1.0 + np.exp(-z))

            def sigmoid_prime(z):
                return sigmoid(z) * (1 - sigmoid(z))
        """,
        "nielsen_two": """
            class QuadraticCost(object):
                @staticmethod
                def fn(a, y):
                    return 0.5 * np.linalg.norm(a - y) ** 2

                @staticmethod
                def delta(z, a, y):
                    return (a - y) * sigmoid_prime(z)

            class CrossEntropyCost(object):
                @staticmethod
                def fn(a, y):
                    return np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)))

                @staticmethod
                def delta(z, a, y):
                    return (a - y)

            class Network(object):
                def __init__(self, sizes, cost=CrossEntropyCost):
                    self.num_layers = len(sizes)
                    self.sizes = sizes
                    self.default_weight_initializer()
                    self.cost = cost

                def default_weight_initializer(self):
                    self.biases = [np.random.randn(y, 1) for y in self.sizes[1:]]
                    self.weights = [np.random.randn(y, x) / np.sqrt(x) for x, y in zip(self.sizes[:-1], self.sizes[1:])]

                def feedforward(self, a):
                    for b, w in zip(self.biases, self.weights):
                        a = sigmoid(np.dot(w, a) + b)
                    return a

                def backprop(self, x, y):
                    nabla_b = [np.zeros(b.shape) for b in self.biases]
                    nabla_w = [np.zeros(w.shape) for w in self.weights]
                    activation = x
                    activations = [x]
                    zs = []
                    for b, w in zip(self.biases, self.weights):
                        z = np.dot(w, activation) + b
                        zs.append(z)
                        activation = sigmoid(z)
                        activations.append(activation)
                    delta = (self.cost).delta(zs[-1], activations[-1], y)
                    nabla_b[-1] = delta
                    nabla_w[-1] = np.dot(delta, activations[-2].transpose())
                    for l in range(2, self.num_layers):
                        z = zs[-l]
                        sp = sigmoid_prime(z)
                        delta = np.dot(self.weights[-l + 1].transpose(), delta) * sp
                        nabla_b[-l] = delta
                        nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
                    return (nabla_b, nabla_w)

            def sigmoid(z):
                return 1.0 / (1.0 + np.exp(-z))

            def sigmoid_prime(z):
                return sigmoid(z) * (1 - sigmoid(z))
        """,
        "nielsen_mini_batch": """
            class Network:
                def __init__(self, sizes):
                    self.num_layers = len(sizes)
                    self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
                    self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

                def feedforward(self, a):
                    for b, w in zip(self.biases, self.weights):
                        a = 1 / (1 + np.exp(-(w @ a + b)))
                    return a

                def backprop(self, x, y):
                    nabla_b, nabla_w = [], []
                    activations = [x]
                    for b, w in zip(self.biases, self.weights):
                        activations.append(1 / (1 + np.exp(-(w @ activations[-1] + b))))
                    delta = (activations[-1] - y) * activations[-1] * (1 - activations[-1])
                    for l in range(1, self.num_layers):
                        if l > 1:
                            delta = (self.weights[-l + 1].T @ delta) * activations[-l] * (1 - activations[-l])
                        nabla_b.insert(0, delta.sum(axis=1, keepdims=True))
                        nabla_w.insert(0, delta @ activations[-l - 1].T)
                    return nabla_b, nabla_w
        """,
    }.items()
}

WRONG: dict[str, tuple[str, tuple[tuple[str, str], ...], set[str], str | None]] = {
    # name: (right one, replacements, codes, a piece of the line that is to be blamed)
    "sigmoid_no_slope": ("dict_sigmoid", (("(W2.T @ dZ2) * A1 * (1 - A1)", "(W2.T @ dZ2)"),), {"MB104"}, "dZ1 ="),
    "sigmoid_relu_slope": ("dict_sigmoid", (("* A1 * (1 - A1)", "* (A1 > 0)"),), {"MB104"}, "dZ1 ="),
    "sigmoid_no_mean": ("dict_sigmoid", (("dZ1 @ X.T / m", "dZ1 @ X.T"),), {"MB101", "MB102"}, None),
    "loss_summed": ("dict_sigmoid", (("(1 - A2)) / m", "(1 - A2))"),), {"MB101", "MB102"}, None),
    "separate_not_transposed": ("separate_tanh", (("dZ1 @ X.T / m", "dZ1 @ X.T"),), {"MB101", "MB102"}, "dW1 ="),
    "separate_axis": (
        "separate_tanh",
        (("db1 = np.sum(dZ1, axis=1, keepdims=True) / m", "db1 = np.sum(dZ1) / m * np.ones_like(b1)"),),
        {"MB102", "MB105"},
        "db1 =",
    ),
    "separate_wrong_slope": ("separate_tanh", (("(1 - A1 ** 2)", "(1 - A1)"),), {"MB104"}, "dZ1 ="),
    "rows_reg_not_halved": ("rows_softmax_integers_l2", (("+ 0.5 * reg", "+ reg"),), {"MB203", "MB202"}, "reg * W"),
    "rows_reg_missing_w1": (
        "rows_softmax_integers_l2",
        (("X.T.dot(dh) + reg * W1", "X.T.dot(dh)"),),
        {"MB201"},
        '["W1"] =',
    ),
    "rows_mean_twice": (
        "rows_softmax_integers_l2",
        (("h.T.dot(d) +", "h.T.dot(d) / N +"),),
        {"MB101", "MB102"},
        '["W2"] =',
    ),
    "rows_no_gate": ("rows_softmax_integers_l2", (("    dh[z1 <= 0] = 0\n", ""),), {"MB104"}, None),
    "l_layer_no_gate": ("l_layer_pairs", ((" * (caches[k - 1][2] > 0)", ""),), {"MB104", "MB199"}, None),
    "l_layer_gate_of_itself": (
        "l_layer_pairs",
        (("caches[k - 1][2] > 0", "caches[k][2] > 0"),),
        {"MB501", "MB701", "MB104"},
        None,
    ),
    "squared_with_cross_entropy": (
        "squared_behind_sigmoid",
        (("(A2 - Y) * A2 * (1 - A2)", "A2 - Y"),),
        {"MB104"},
        "dZ2 =",
    ),
    "squared_no_hidden_slope": (
        "squared_behind_sigmoid",
        (("(W2.T @ dZ2) * A1 * (1 - A1)", "W2.T @ dZ2"),),
        {"MB104"},
        "dZ1 =",
    ),
    "squared_not_halved": ("squared_behind_sigmoid", (("/ (2 * m)", "/ m"),), {"MB101"}, None),
    "regression_half": ("regression_mean_squared", (("d = 2 * (out", "d = (out"),), {"MB101"}, None),
    "regression_wrong_gate": ("regression_mean_squared", (("    dH[H == 0] = 0\n", ""),), {"MB104", "MB199"}, None),
    "no_biases_no_slope": ("no_biases", ((" * (1 - A1 ** 2)", ""),), {"MB104", "MB199"}, None),
    "l2_missing_in_loss": (
        "l2_by_the_course",
        (("    loss += lambd / (2 * m) * (np.sum(W1 ** 2) + np.sum(W2 ** 2))\n", ""),),
        {"MB203"},
        None,
    ),
    "l2_missing_in_gradient": (
        "l2_by_the_course",
        ((" + lambd / m * W2", ""), (" + lambd / m * W1", "")),
        {"MB201", "MB203"},
        None,
    ),
    "l2_missing_in_dw2": ("l2_by_the_course", ((" + lambd / m * W2", ""),), {"MB201"}, "dW2 ="),
    "l2_halved_in_dw1": ("l2_by_the_course", (("lambd / m * W1", "lambd / (2 * m) * W1"),), {"MB202"}, "dW1 ="),
    "guarded_no_slope": ("guarded_logarithm", ((" * (1 - A1 ** 2)", ""),), {"MB104"}, "dZ1 ="),
    "summed_with_a_mean": ("summed_loss", (("dZ1 @ X.T,", "dZ1 @ X.T / X.shape[1],"),), {"MB101", "MB102"}, None),
    "propagate_sign": ("propagate_columns", (("(A - Y).T", "(Y - A).T"),), {"MB101", "MB103"}, "dw ="),
    "propagate_db": (
        "propagate_columns",
        (("db = 1 / m * np.sum(A - Y)", "db = np.sum(A - Y)"),),
        {"MB101", "MB102"},
        "db =",
    ),
    "propagate_rows_db": (
        "propagate_rows",
        (("db = np.mean(a - y)", "db = np.sum(a - y)"),),
        {"MB101", "MB102"},
        "db =",
    ),
    "propagate_rows_dw": ("propagate_rows", (("X.T @ (a - y) / m", "X.T @ (a - y)"),), {"MB101", "MB102"}, "dw ="),
    "cost_function_no_mean": (
        "cost_function",
        (("grad = X.T @ (h - y) / m", "grad = X.T @ (h - y)"),),
        {"MB101", "MB102"},
        None,
    ),
    "reg_bias_decayed": (
        "cost_function_reg",
        (("grad[1:] = grad[1:] + lambda_ / m * theta[1:]", "grad = grad + lambda_ / m * theta"),),
        {"MB202"},
        None,
    ),
    "reg_half": (
        "cost_function_reg",
        (("lambda_ / m * theta[1:]", "lambda_ / (2 * m) * theta[1:]"),),
        {"MB202", "MB203"},
        None,
    ),
    "linear_no_mean": ("linear_columns", (("X.T.dot(h - y) / m", "X.T.dot(h - y)"),), {"MB101", "MB102"}, None),
    "linear_bias_decayed": ("linear_columns", (("    decay[0] = 0\n", ""),), {"MB202"}, None),
    "nn_bias_decayed": (
        "nn_cost_function",
        (
            (
                "Theta1_grad[:, 1:] = Theta1_grad[:, 1:] + Lambda / m * Theta1[:, 1:]",
                "Theta1_grad = Theta1_grad + Lambda / m * Theta1",
            ),
        ),
        {"MB202"},
        None,
    ),
    "nn_slope_of_a": ("nn_cost_function", (("sigmoidGradient(z2)", "sigmoidGradient(a2[:, 1:])"),), {"MB104"}, None),
    "nn_no_mean": ("nn_cost_function", (("d2.T.dot(a1) / m", "d2.T.dot(a1)"),), {"MB101", "MB102"}, "Theta1_grad ="),
    "nn_half_lambda": (
        "nn_cost_function",
        (("Theta2_grad[:, 1:] + Lambda / m", "Theta2_grad[:, 1:] + Lambda / (2 * m)"),),
        {"MB202"},
        None,
    ),
    "nn_no_slope": ("nn_cost_function", ((" * sigmoidGradient(z2)", ""),), {"MB104"}, "d2 ="),
    "nn_no_lambda_in_gradient": (
        "nn_cost_function",
        (
            ("Theta1_grad[:, 1:] + Lambda / m", "Theta1_grad[:, 1:] + 0 / m"),
            ("Theta2_grad[:, 1:] + Lambda / m", "Theta2_grad[:, 1:] + 0 / m"),
        ),
        {"MB201", "MB203"},
        None,
    ),
    "nn_keeps_the_bias_row": (
        "nn_cost_function",
        (("d2 = d3.dot(Theta2[:, 1:]) * sigmoidGradient(z2)", "d2 = (d3.dot(Theta2) * a2 * (1 - a2))[:, :-1]"),),
        {"MB103", "MB104", "MB199"},
        None,
    ),
    "nn_loop_no_slope": (
        "nn_cost_by_columns_in_a_loop",
        ((" * sigmoid(z2) * (1 - sigmoid(z2))", ""),),
        {"MB104", "MB199"},
        None,
    ),
    "nn_unrolled_otherwise": (
        "nn_cost_by_columns_in_a_loop",
        (('Theta1_grad.flatten(order="F")', "Theta1_grad.flatten()"),),
        {"MB199", "MB103"},
        None,
    ),
    "weights_alone_penalty": ("weights_alone", (("2 * reg * W", "reg * W"),), {"MB202", "MB203"}, None),
    "weights_alone_no_mean": ("weights_alone", (("X.T @ p / n", "X.T @ p"),), {"MB101", "MB102"}, "dW ="),
    "hinge_sign": ("hinge", (("dw = -(X", "dw = (X"),), {"MB101", "MB199"}, None),
    "nielsen_no_prime": ("nielsen", ((" * sigmoid_prime(zs[-1])", ""),), {"MB104"}, "delta = self.cost"),
    "nielsen_z_of_the_next": ("nielsen", (("z = zs[-l]\n", "z = zs[-l + 1]\n"),), {"MB501", "MB701", "MB104"}, None),
    "nielsen_weights_index": ("nielsen", (("self.weights[-l + 1]", "self.weights[-l]"),), {"MB701", "MB103"}, None),
    "nielsen_not_transposed": (
        "nielsen",
        (("self.weights[-l + 1].transpose()", "self.weights[-l + 1]"),),
        {"MB701", "MB103"},
        None,
    ),
    "nielsen_activation_index": (
        "nielsen",
        (("activations[-l - 1]", "activations[-l]"),),
        {"MB501", "MB701", "MB103"},
        None,
    ),
    "nielsen_no_hidden_prime": ("nielsen", (("delta) * sp", "delta)"),), {"MB104"}, None),
    "nielsen_sign": (
        "nielsen",
        (("return (output_activations - y)", "return (y - output_activations)"),),
        {"MB101", "MB103"},
        None,
    ),
    "nielsen_two_no_hidden_prime": ("nielsen_two", (("delta) * sp", "delta)"),), {"MB104"}, None),
    "nielsen_two_quadratic": (
        "nielsen_two",
        (("return (a - y) * sigmoid_prime(z)", "return (a - y)"),),
        {"MB104"},
        None,
    ),
    "nielsen_two_cross_entropy": (
        "nielsen_two",
        (("return (a - y)\n", "return (a - y) * sigmoid_prime(z)\n"),),
        {"MB104"},
        None,
    ),
    "nielsen_batch_summed_wrongly": (
        "nielsen_mini_batch",
        (("delta.sum(axis=1, keepdims=True)", "delta.mean(axis=1, keepdims=True)"),),
        {"MB102"},
        "nabla_b.insert",
    ),
}


def spoilt(name: str) -> str:
    """The right source with the mistake in it."""
    right, replacements, _, _ = WRONG[name]
    source = RIGHT[right]
    for old, new in replacements:
        assert old in source, old
        source = source.replace(old, new)
    return source
