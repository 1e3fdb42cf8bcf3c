import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def softmax_cost_and_gradient(predicted, target, outputVectors):
    """
    predicted: (D,), the vector of the centre word
    target: int, index of the word to be predicted
    outputVectors: (V, D)
    """
    y = softmax(outputVectors.dot(predicted))
    cost = -np.log(y[target])
    delta = y.copy()
    delta[target] -= 1
    gradPred = outputVectors.T.dot(delta)
    grad = np.outer(delta, predicted)
    return cost, gradPred, grad


def neg_sampling_cost_and_gradient(predicted, target, samples, outputVectors):
    """
    predicted: (D,)
    target: int
    samples: (K,), indices of words drawn from the vocabulary
    outputVectors: (V, D)
    """
    grad_out = np.zeros_like(outputVectors)
    s_t = sigmoid(outputVectors[target].dot(predicted))
    s_k = sigmoid(-outputVectors[samples].dot(predicted))
    cost = -np.log(s_t) - np.sum(np.log(s_k))
    grad_pred = (s_t - 1) * outputVectors[target] + (1 - s_k).dot(outputVectors[samples])
    grad_out[target] += (s_t - 1) * predicted
    grad_out[samples] += np.outer(1 - s_k, predicted)
    return cost, grad_pred, grad_out


def skipgram(current, context, inputVectors, outputVectors):
    """
    current: int, the centre word
    context: (2C,), indices of the words around it
    inputVectors, outputVectors: (V, D)
    """
    cost = 0.0
    grad_in = np.zeros(inputVectors.shape)
    grad_out = np.zeros(outputVectors.shape)
    centre = inputVectors[current]
    for word in context:
        c, g_in, g_out = softmax_cost_and_gradient(centre, word, outputVectors)
        cost += c
        grad_in[current] = g_in
        grad_out += g_out
    return cost, grad_in, grad_out


def cbow(current, context, inputVectors, outputVectors):
    """
    current: int
    context: (2C,)
    inputVectors, outputVectors: (V, D)
    """
    gradIn = np.zeros(inputVectors.shape)
    v_hat = inputVectors[context].sum(axis=0)
    cost, g, gradOut = softmax_cost_and_gradient(v_hat, current, outputVectors)
    for word in context:
        gradIn[word] += g
    return cost, gradIn, gradOut


def glove_loss(W, C, bw, bc, X):
    """W, C: (V, D); bw, bc: (V,); X: co-occurrence counts, (V, V), nonnegative"""
    weight = np.minimum(1.0, (X / 3.0) ** 0.75)
    E = W.dot(C.T) + bw[:, None] + bc[None, :] - np.log(X + 1)
    loss = 0.5 * np.sum(weight * E ** 2)
    G = weight * E
    return loss, G.dot(C), G.T.dot(W), G.sum(axis=1), G.sum(axis=0)


if __name__ == "__main__":
    np.random.seed(0)
    U, V = np.random.randn(7, 4), np.random.randn(7, 4)
    print(softmax_cost_and_gradient(V[2], 5, U)[0])
    print(neg_sampling_cost_and_gradient(V[2], 5, np.array([1, 3, 1, 6]), U)[0])
    print(skipgram(2, np.array([0, 4, 5, 4]), V, U)[0])
    print(cbow(2, np.array([0, 4, 5, 4]), V, U)[0])
