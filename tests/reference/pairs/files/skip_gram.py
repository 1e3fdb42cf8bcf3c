"""Words and their neighbours: the loss of one centre word against the words around it."""
import numpy as np


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def softmax(scores):
    shifted = np.exp(scores - np.max(scores))
    return shifted / np.sum(shifted)


def naiveSoftmaxLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset):
    """Cross entropy of one neighbour.

    Arguments:
    centerWordVec -- embedding of the word in the middle, of shape (word vector length, )
    outsideWordIdx -- integer, which word stands beside it
    outsideVectors -- of shape (num words in vocab, word vector length), one word a row
    dataset -- not needed here

    Return:
    loss -- a number
    gradCenterVec -- as centerWordVec
    gradOutsideVecs -- as outsideVectors
    """
    probs = softmax(outsideVectors @ centerWordVec)
    loss = -np.log(probs[outsideWordIdx])
    residual = probs.copy()
    residual[outsideWordIdx] -= 1
    gradCenterVec = outsideVectors.T @ residual
    gradOutsideVecs = residual[:, None] * centerWordVec[None, :]
    return loss, gradCenterVec, gradOutsideVecs


def other_words(outsideWordIdx, dataset, K):
    found = []
    while len(found) < K:
        word = dataset.sampleTokenIdx()
        if word != outsideWordIdx:
            found.append(word)
    return found


def negSamplingLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=10):
    """The same against K words that are drawn; a word may be drawn twice, and counts twice then."""
    drawn = other_words(outsideWordIdx, dataset, K)
    gradCenterVec = np.zeros(centerWordVec.shape)
    gradOutsideVecs = np.zeros(outsideVectors.shape)
    right = logistic(np.dot(outsideVectors[outsideWordIdx], centerWordVec))
    loss = -np.log(right)
    gradCenterVec += (right - 1.0) * outsideVectors[outsideWordIdx]
    gradOutsideVecs[outsideWordIdx] += (right - 1.0) * centerWordVec
    for word in drawn:
        none = logistic(-np.dot(outsideVectors[word], centerWordVec))
        loss -= np.log(none)
        gradCenterVec += (1.0 - none) * outsideVectors[word]
        gradOutsideVecs[word] += (1.0 - none) * centerWordVec
    return loss, gradCenterVec, gradOutsideVecs


def neg_sampling_once(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=10):
    """All at once."""
    rows = [outsideWordIdx] + other_words(outsideWordIdx, dataset, K)
    sign = np.array([1.0] + [-1.0] * K)
    picked = outsideVectors[rows]
    right = logistic(sign * picked.dot(centerWordVec))
    loss = -np.sum(np.log(right))
    pull = (right - 1.0) * sign
    grad_center = pull.dot(picked)
    grad_outside = np.zeros_like(outsideVectors)
    grad_outside[rows] += np.outer(pull, centerWordVec)
    return loss, grad_center, grad_outside


def skipgram(currentCenterWord, windowSize, outsideWords, word2Ind, centerWordVectors, outsideVectors, dataset,
             word2vecLossAndGradient=naiveSoftmaxLossAndGradient):
    loss = 0.0
    gradCenterVecs = np.zeros(centerWordVectors.shape)
    gradOutsideVectors = np.zeros(outsideVectors.shape)
    row = word2Ind[currentCenterWord]
    for word in outsideWords:
        one, center, outside = word2vecLossAndGradient(centerWordVectors[row], word2Ind[word], outsideVectors, dataset)
        loss += one
        gradCenterVecs[row] += center
        gradOutsideVectors += outside
    return loss, gradCenterVecs, gradOutsideVectors


def cbow(currentCenterWord, windowSize, outsideWords, word2Ind, centerWordVectors, outsideVectors, dataset,
         word2vecLossAndGradient=naiveSoftmaxLossAndGradient):
    loss = 0.0
    gradCenterVecs = np.zeros(centerWordVectors.shape)
    rows = [word2Ind[word] for word in outsideWords]
    together = np.mean(centerWordVectors[rows], axis=0)
    loss, center, gradOutsideVectors = word2vecLossAndGradient(
        together, word2Ind[currentCenterWord], outsideVectors, dataset)
    for row in rows:
        gradCenterVecs[row] += center
    return loss, gradCenterVecs, gradOutsideVectors
