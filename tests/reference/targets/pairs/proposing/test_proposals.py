"""What is proposed in little files of many styles, and what is passed over."""

from __future__ import annotations

import pytest

from tests.reference.targets.pairs.files import opened

X = "function"
V = "value"
D = "derivative"

NAMES = {  # the signatures of a file, and what is proposed: kind, forward and backward pass
    "def conv_forward_naive(x, w): return x, 1\ndef conv_backward_naive(dout, cache): return dout":
        [(X, "conv_forward_naive", "conv_backward_naive")],
    "def conv_forward(x): return x, 1\ndef conv_forward_fast(x): return x, 1\n"
    "def conv_backward(dout, cache): return dout\ndef conv_backward_fast(dout, cache): return dout\n"
    "def conv_backward_im2col(dout, cache): return dout":
        [(X, "conv_forward", "conv_backward"), (X, "conv_forward_fast", "conv_backward_fast"),
         (X, "conv_forward", "conv_backward_im2col")],
    "def bnorm_forward(x): return x, 1\ndef bnorm_backward(dout, c): return dout\n"
    "def bnorm_backward_alt(dout, c): return dout":
        [(X, "bnorm_forward", "bnorm_backward"), (X, "bnorm_forward", "bnorm_backward_alt")],
    "def forward_relu(x): return x\ndef backward_relu(dA, x): return dA":
        [(X, "forward_relu", "backward_relu")],
    "def forwardRelu(x): return x\ndef backwardRelu(dA, x): return dA":
        [(X, "forwardRelu", "backwardRelu")],
    "def fc_fwd(x): return x\ndef fc_bwd(dy, x): return dy": [(X, "fc_fwd", "fc_bwd")],
    "def fc_fprop(x): return x\ndef fc_bprop(dy, x): return dy": [(X, "fc_fprop", "fc_bprop")],
    "def relu(x): return x, x\ndef relu_backward(dout, cache): return dout": [(X, "relu", "relu_backward")],
    "def relu(x): return x, x\ndef d_relu(dout, cache): return dout": [(X, "relu", "d_relu")],
    "def relu(x): return x\ndef relu_grad(dout, x): return dout": [(X, "relu", "relu_grad")],
    "def relu(x): return x\ndef relu_prime(dA, Z): return dA": [(X, "relu", "relu_prime")],
    "def forward(x, w): return x\ndef backward(dy, x, w): return dy": [(X, "forward", "backward")],
    "def feed_forward(x, w): return x\ndef back_propagation(dy, x, w): return dy":
        [(X, "feed_forward", "back_propagation")],
    "def forward_pass(x): return x\ndef backward_pass(g, x): return g": [(X, "forward_pass", "backward_pass")],
    "def linear_foward(x): return x\ndef linear_bakcward(dy, x): return dy": [(X, "linear_foward", "linear_bakcward")],
    "def linear_activation_forward(A, W, b, activation): return A, (A, W)\n"
    "def linear_activation_backward(dA, cache, activation): return dA":
        [(X, "linear_activation_forward", "linear_activation_backward")],
    "def rnn_step_forward(x, h): return x, 1\ndef rnn_step_backward(dnext_h, cache): return dnext_h\n"
    "def rnn_forward(x, h): return x, 1\ndef rnn_backward(dh, cache): return dh":
        [(X, "rnn_step_forward", "rnn_step_backward"), (X, "rnn_forward", "rnn_backward")],
    "def conv2d(x, k): return x\ndef conv2d_backward_kernel(x, dy): return dy":
        [(X, "conv2d", "conv2d_backward_kernel")],
    "def mse(y, t): return ((y - t) ** 2).mean()\ndef mse_backward(y, t): return y - t": [(D, "mse", "mse_backward")],
    "def softmax_loss(x, y):\n    loss = 1.0\n    dx = x - y\n    return loss, dx":
        [(V, "softmax_loss", "softmax_loss")],
    "def svm(W, X, y, reg):\n    loss, dW = 0.0, W * reg\n    return loss, dW": [(V, "svm", "svm")],
    "def first_and_second(theta, X):\n    return (theta * X).sum(), theta * X":
        [],  # nothing says that the second is a gradient
    "def cost_and_grad(theta, X, y):\n    return (theta * X - y).sum(), theta * X":
        [(V, "cost_and_grad", "cost_and_grad")],
    "def cost_and_grad(theta, X, y):\n    'The cost and its gradient.'\n    return (theta * X - y).sum(), theta * X":
        [(V, "cost_and_grad", "cost_and_grad")],
    "def net(params, X, y):\n    loss = X.sum()\n    grads = {}\n    return loss, grads": [(V, "net", "net")],
    "def propagate(w, b, X, Y):\n    cost = 1.0\n    grads = {'dw': w}\n    return grads, cost":
        [(V, "propagate", "propagate")],
    "def lossFun(xs, ys, h):\n    loss = 0\n    return loss, dWxh, dWhh, h[-1]": [(V, "lossFun", "lossFun")],
    "def two(x, w):\n    return {'loss': x.sum(), 'grad': w}": [(V, "two", "two")],
    "def triplet(a, p, n):\n    return loss, (da, dp, dn)": [(V, "triplet", "triplet")],
    "def nn_cost(nn_params, X, y):\n    J = 0\n    grad = X\n    return J, grad.ravel()": [(V, "nn_cost", "nn_cost")],
    "def forward_backward_prop(data, labels, params):\n    return cost, grad":
        [(V, "forward_backward_prop", "forward_backward_prop")],
    "def rosenbrock(x):\n    f = x.sum()\n    df = x\n    return f, df": [(V, "rosenbrock", "rosenbrock")],
    "def around(x):\n    f = x.sum()\n    g = x\n    return f, g": [(V, "around", "around")],
    "def around(x):\n    a = x.sum()\n    b = x\n    return a, b": [],  # neither name is sure
    "def log_cosh(pred, target): return np.sum(np.log(pred)), np.tanh(pred - target)": [(V, "log_cosh", "log_cosh")],
    "def mae(p, t):\n    d = p - t\n    return np.mean(np.abs(d)), np.sign(d) / d.size": [(V, "mae", "mae")],
    "def ridge(beta, X, y):\n    r = y - X @ beta\n    return r @ r, -2 * X.T @ r": [(V, "ridge", "ridge")],
    "def nll(K, y):\n    f = 0.5 * y @ K\n    return f, -0.5 * np.outer(K, y)": [(V, "nll", "nll")],
    "def fit_loss(x, y):\n    return np.sum(x), x - y": [],
    "def check_forward(x): return x, x\ndef check_backward(dout, cache): return dout":
        [(X, "check_forward", "check_backward")],
    "def feed_forward_fwd(x): return x, x\ndef feed_forward_bwd(dy, cache): return dy":
        [(X, "feed_forward_fwd", "feed_forward_bwd")],
    "def silent_forward(x): return x, x\ndef silent_backward(dout, cache):\n    dx = dout":
        [(X, "silent_forward", "silent_backward")],
    "def sigmoid(z): return z\ndef sigmoid_prime(z): return z": [(D, "sigmoid", "sigmoid_prime")],
    "def sigmoid(z): return z\ndef sigmoidPrime(z): return z": [(D, "sigmoid", "sigmoidPrime")],
    "def sigmoid(z): return z\ndef dsigmoid(y): return y": [(D, "sigmoid", "dsigmoid")],
    "def sigmoid(z): return z\ndef deriv_sigmoid(y): return y": [(D, "sigmoid", "deriv_sigmoid")],
    "def sigmoid(z): return z\ndef derivative_of_sigmoid(y): return y": [(D, "sigmoid", "derivative_of_sigmoid")],
    "def sigmoid(z): return z\ndef sigmoid_output_to_derivative(o): return o":
        [(D, "sigmoid", "sigmoid_output_to_derivative")],
    "def tanh(z): return z\ndef tanh2deriv(o): return o": [(D, "tanh", "tanh2deriv")],
    "relu = lambda x: x\nrelu_deriv = lambda x: x": [(D, "relu", "relu_deriv")],
    "def ReLU(z): return z\ndef dReLU(z): return z": [(D, "ReLU", "dReLU")],
    "def sigmoid(x, deriv=False):\n    if deriv:\n        return x\n    return 1 - x": [(D, "sigmoid", "sigmoid")],
    "def nonlin(x, deriv=False):\n    if (deriv == True):\n        return x\n    return 1 - x":
        [(D, "nonlin", "nonlin")],
    "def tanh(x, derivative):\n    return 1 - x if derivative else x": [(D, "tanh", "tanh")],
    "def compute_cost(X, y, w, b): return 1.0\ndef compute_gradient(X, y, w, b): return w, b":
        [(D, "compute_cost", "compute_gradient")],
    "def cost(theta, X, y): return 1.0\ndef gradient(theta, X, y): return theta": [(D, "cost", "gradient")],
    "def costFunctionReg(theta, X, y, l): return 1.0\ndef gradientReg(theta, X, y, l): return theta":
        [(D, "costFunctionReg", "gradientReg")],
    "def bce(y, p): return 1.0\ndef bce_derivative(y, p): return p": [(D, "bce", "bce_derivative")],
    "def f(x): return x\ndef grad_f(x): return x": [(D, "f", "grad_f")],
}  # fmt: skip


@pytest.mark.parametrize("text", NAMES)
def test_what_is_proposed(text: str) -> None:
    found = [(str(p.kind), p.forward, p.backward) for p in opened(text).proposals.values()]
    assert found == NAMES[text]


ORDINARY = """
def forward_fill(a): return a
def backward_fill(a): return a
def backward_compat(f): return f
def forward(speed): motor.go(speed)
def go_back(speed): motor.go(-speed)
def backward(speed): motor.go(-speed)
def move_forward(robot): return robot
def gradient_descent(X, y, theta, alpha): return theta, [0.1]
def gradient_check(f, x): return 0.0
def eval_numerical_gradient(f, x): return x
def train(net, X, y):
    loss, grads = net.loss(X, y)
    return loss, grads
def plot_loss(losses, grads): return losses, grads
def clip_gradients(grads, c): return grads
def update_parameters(params, grads, lr): return params
def model(X, y, costs):
    return params, costs
def optimize(w, b, X, Y):
    return params, grads, cost
def load_data(path): return data, labels
def evaluate(X, y): return loss, accuracy
def accuracy(X, y): return loss, acc
def data(n): return n
def dropout(x): return x
def distance(a, b): return a - b
def stance(a): return a
def minimise(f, x):
    fx, grad = f(x)
    return fx, grad
def split(X): return a, b
def softmax(x): return x
def normalise(x): return x.mean(), x - x.mean()
def moments(x, y): return np.mean(x), np.std(x)
def accuracy_of(pred, y): return np.mean(pred == y), pred - y
def train_step(x, y): return np.sum(x), x - y
def evaluate_loss(x, y): return np.sum(x), softmax(x)
def loss_and_probs(x, y):
    loss = np.sum(x)
    return loss, probs
def initialise(n): return W, b
"""


def test_ordinary_functions_are_passed_over() -> None:
    assert not opened(ORDINARY).proposals
