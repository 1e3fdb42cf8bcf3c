import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lam):
    Theta1 = nn_params[:hidden_layer_size * (input_layer_size + 1)].reshape((hidden_layer_size, input_layer_size + 1))
    Theta2 = nn_params[hidden_layer_size * (input_layer_size + 1):].reshape((num_labels, hidden_layer_size + 1))
    m = X.shape[0]

    A1 = np.c_[np.ones(m), X]
    Z2 = A1.dot(Theta1.T)
    A2 = np.c_[np.ones(m), sigmoid(Z2)]
    A3 = sigmoid(A2.dot(Theta2.T))

    Y = np.eye(num_labels)[np.asarray(y).ravel().astype(int) - 1]
    J = -1 / m * np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3))
    J = J + lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    delta3 = A3 - Y
    delta2 = delta3.dot(Theta2)[:, 1:] * sigmoid(Z2) * (1 - sigmoid(Z2))
    Theta1_grad = delta2.T.dot(A1) / m + lam / m * Theta1
    Theta2_grad = delta3.T.dot(A2) / m + lam / m * np.c_[np.zeros(num_labels), Theta2[:, 1:]]

    return J, np.r_[Theta1_grad.ravel(), Theta2_grad.ravel()]
