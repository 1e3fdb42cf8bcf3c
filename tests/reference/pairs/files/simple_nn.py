import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def linear_reg_cost(theta, X, y, lam):
    """theta: (n,), X: (m, n), y: (m,). The first entry of theta is not regularised."""
    m = y.size
    err = X.dot(theta) - y
    J = err.dot(err) / (2 * m) + lam / (2 * m) * np.sum(theta[1:] ** 2)
    grad = X.T.dot(err) / m
    grad[1:] = grad[1:] + lam / m * theta[1:]
    return J, grad


def logistic_cost(theta, X, y, lam):
    """theta: (n,), X: (m, n), y: (m,) of zeros and ones. Returns (J, grad)."""
    m = len(y)
    h = sigmoid(X.dot(theta))
    J = -(y.dot(np.log(h)) + (1 - y).dot(np.log(1 - h))) / m
    J += lam / (2 * m) * np.sum(theta[1:] ** 2)
    reg = np.r_[0.0, theta[1:]]
    grad = X.T.dot(h - y) / m + lam / m * reg
    return J, grad


def softmax_cost(theta, num_classes, input_size, lam, data, labels):
    """theta: (num_classes * input_size,); data: (input_size, m), columns are examples; labels: (m,)"""
    theta = theta.reshape(num_classes, input_size)
    m = data.shape[1]
    M = theta.dot(data)
    M = M - M.max(axis=0)
    P = np.exp(M) / np.exp(M).sum(axis=0)
    truth = np.zeros((num_classes, m))
    truth[labels, np.arange(m)] = 1
    cost = -np.sum(truth * np.log(P)) / m + 0.5 * lam * np.sum(theta ** 2)
    thetagrad = -(truth - P).dot(data.T) / m + lam * theta
    return cost, thetagrad.ravel()


def nn_cost(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lam):
    """
    nn_params: (hidden_layer_size * (input_layer_size + 1) + num_labels * (hidden_layer_size + 1),)
    X: (m, input_layer_size)
    y: (m,), labels 0 .. num_labels - 1
    """
    cut = hidden_layer_size * (input_layer_size + 1)
    Theta1 = nn_params[:cut].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[cut:].reshape(num_labels, hidden_layer_size + 1)
    m = X.shape[0]
    a1 = np.c_[np.ones(m), X]
    z2 = a1 @ Theta1.T
    a2 = np.c_[np.ones(m), sigmoid(z2)]
    h = sigmoid(a2 @ Theta2.T)
    Y = np.eye(num_labels)[y]
    J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / m
    J += lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    d3 = h - Y
    d2 = (d3 @ Theta2)[:, 1:] * sigmoid(z2) * (1 - sigmoid(z2))
    Theta1_grad = d2.T @ a1 / m
    Theta2_grad = d3.T @ a2 / m
    Theta1_grad += lam / m * Theta1
    Theta2_grad[:, 1:] += lam / m * Theta2[:, 1:]
    grad = np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])
    return J, grad


def sparse_autoencoder_cost(theta, visible_size, hidden_size, lam, rho, beta, data):
    """
    theta: (2 * visible_size * hidden_size + visible_size + hidden_size,)
    data: (visible_size, m)
    """
    n = visible_size * hidden_size
    W1 = theta[0:n].reshape(hidden_size, visible_size)
    W2 = theta[n:2 * n].reshape(visible_size, hidden_size)
    b1 = theta[2 * n:2 * n + hidden_size]
    b2 = theta[2 * n + hidden_size:]
    m = data.shape[1]

    hidden = sigmoid(W1.dot(data) + b1[:, None])
    output = sigmoid(W2.dot(hidden) + b2[:, None])
    rho_hat = np.sum(hidden, axis=1) / m
    diff = output - data
    kl = np.sum(rho * np.log(rho / rho_hat) + (1 - rho) * np.log((1 - rho) / (1 - rho_hat)))
    cost = 0.5 * np.sum(diff ** 2) / m + 0.5 * lam * (np.sum(W1 ** 2) + np.sum(W2 ** 2)) + beta * kl

    delta3 = diff * output * (1 - output)
    sparsity = beta * (-rho / rho_hat + (1 - rho) / (1 - rho_hat))
    delta2 = (W2.T.dot(delta3) + sparsity[:, None]) * hidden * (1 - hidden)
    g1 = delta2.dot(data.T) / m + lam * W1
    g2 = delta3.dot(hidden.T) / m + lam * W2
    gb1 = delta2.sum(axis=1) / m
    gb2 = delta3.sum(axis=1) / m
    return cost, np.hstack([g1.ravel(), g2.ravel(), gb1, gb2])


def cofi_cost(params, Y, R, num_users, num_movies, num_features, lam=1.5):
    """
    params: (num_movies * num_features + num_users * num_features,)
    Y: ratings, (num_movies, num_users)
    R: (num_movies, num_users), 1 where there is a rating and 0 elsewhere
    """
    X = params[:num_movies * num_features].reshape(num_movies, num_features)
    Theta = params[num_movies * num_features:].reshape(num_users, num_features)
    E = (X @ Theta.T - Y) * R
    J = 0.5 * np.sum(E ** 2) + 0.5 * lam * np.sum(Theta ** 2) + 0.5 * lam * np.sum(X ** 2)
    X_grad = E @ Theta + lam * X
    Theta_grad = E.T @ X
    grad = np.concatenate((X_grad.flatten(), Theta_grad.flatten()))
    return J, grad


def two_layer_loss(params, X, y, reg=0.01):
    """params: a dictionary with W1 (D, H), b1 (H,), W2 (H, C), b2 (C,); X: (N, D); y: (N,)"""
    N = X.shape[0]
    z = X @ params["W1"] + params["b1"]
    h = np.where(z > 0, z, 0.1 * z)
    s = h @ params["W2"] + params["b2"]
    s = s - np.max(s, axis=1, keepdims=True)
    p = np.exp(s) / np.sum(np.exp(s), axis=1, keepdims=True)
    loss = -np.mean(np.log(p[np.arange(N), y]))
    loss += 0.5 * reg * sum(np.sum(params[k] ** 2) for k in ("W1", "W2"))
    p[np.arange(N), y] -= 1
    p /= N
    dz = (p @ params["W2"].T) * np.where(z > 0, 1.0, 0.1)
    grads = {
        "W1": X.T @ dz + reg * params["W1"],
        "b1": np.sum(dz, axis=0),
        "W2": h.T @ p + reg * params["W2"],
        "b2": np.sum(p, axis=0),
    }
    return loss, grads
