import numpy as np
from reg_utils import compute_cost, sigmoid, relu

def compute_cost_with_regularization(A3, Y, parameters, lambd):
	m = Y.shape[1]
	total = 0
	for key in ("W1", "W2", "W3"):
		total = total + np.sum(parameters[key] * parameters[key])
	return compute_cost(A3, Y) + lambd * total / (2.0 * m)


# GRADED FUNCTION: backward_propagation_with_regularization

def backward_propagation_with_regularization(X, Y, cache, lambd):
    """
    backward pass of the model whose cost has an L2 penalty

    X -- inputs, (n_x, m)
    Y -- labels, (1, m)
    cache -- what forward_propagation() kept
    lambd -- strength of the penalty
    """

    m = X.shape[1]	# examples
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache

    dZ3 = A3 - Y

    ### START CODE HERE ### (approx. 1 line)
    dW3 = 1./m * np.dot(dZ3, A2.T) + (lambd * W3) / m
    ### END CODE HERE ###
    db3 = 1./m * np.sum(dZ3, axis=1, keepdims = True)

    dA2 = np.dot(W3.T, dZ3)
    dZ2 = np.multiply(dA2, np.int64(A2 > 0))
    ### START CODE HERE ### (approx. 1 line)
    dW2 = 1./m * np.dot(dZ2, A1.T) + (lambd * W2) / m
    ### END CODE HERE ###
    db2 = 1./m * np.sum(dZ2, axis=1, keepdims = True)

    dA1 = np.dot(W2.T, dZ2)
    dZ1 = np.multiply(dA1, np.int64(A1 > 0))
    ### START CODE HERE ### (approx. 1 line)
    dW1 = 1./m * np.dot(dZ1, X.T) + (lambd * W1) / m
    ### END CODE HERE ###
    db1 = 1./m * np.sum(dZ1, axis=1, keepdims = True)

    gradients = {"dZ3": dZ3, "dW3": dW3, "db3": db3,"dA2": dA2,
                 "dZ2": dZ2, "dW2": dW2, "db2": db2, "dA1": dA1,
                 "dZ1": dZ1, "dW1": dW1, "db1": db1}

    return gradients


def update_parameters(parameters, grads, learning_rate):
  for l in (1, 2, 3):
  	parameters["W%d" % l] = parameters["W%d" % l] - learning_rate * grads["dW%d" % l]
  	parameters["b%d" % l] = parameters["b%d" % l] - learning_rate * grads["db%d" % l]
  return parameters
