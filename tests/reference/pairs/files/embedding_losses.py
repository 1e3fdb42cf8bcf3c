"""Losses of pairs of words, indices throughout; nothing is documented."""
import numpy as np


def sgns_loss(v_c, target_idx, context_vectors, sampler, k):
    u_pos = context_vectors[target_idx]
    negatives = [sampler.draw_sample() for _ in range(k)]
    s = 1 / (1 + np.exp(-u_pos @ v_c))
    loss = -np.log(s)
    d_v = (s - 1) * u_pos
    d_context = np.zeros_like(context_vectors)
    d_context[target_idx] += (s - 1) * v_c
    for n in negatives:
        q = 1 / (1 + np.exp(-context_vectors[n] @ v_c))
        loss += -np.log(1 - q)
        d_v += q * context_vectors[n]
        d_context[n] += q * v_c
    return loss, d_v, d_context


def skip_gram_loss(center_idx, context_ids, center_vectors, outside_vectors):
    v = center_vectors[center_idx]
    logits = outside_vectors @ v
    p = np.exp(logits - logits.max())
    p /= p.sum()
    counts = np.zeros(len(logits))
    for word in context_ids:
        counts[word] += 1
    loss = -np.sum(counts * np.log(p))
    delta = len(context_ids) * p - counts
    grad_outside = np.outer(delta, v)
    grad_center = np.zeros_like(center_vectors)
    grad_center[center_idx] = outside_vectors.T @ delta
    return loss, grad_outside, grad_center


def cbow_loss(center_idx, context_ids, word_vectors, outside_vectors):
    h = word_vectors[context_ids].mean(axis=0)
    logits = outside_vectors @ h
    p = np.exp(logits - logits.max())
    p /= p.sum()
    loss = -np.log(p[center_idx])
    p[center_idx] -= 1
    grad_h = outside_vectors.T @ p
    grad_words = np.zeros_like(word_vectors)
    for word in context_ids:
        grad_words[word] += grad_h
    return loss, grad_words, np.outer(p, h)


def word_pair_loss(word_vec, label_word, output_embeddings):
    """One word a column."""
    scores = word_vec @ output_embeddings
    e = np.exp(scores - scores.max())
    y = e / e.sum()
    cost = -np.log(y[label_word])
    y[label_word] -= 1
    grad_vec = output_embeddings @ y
    grad_embeddings = np.outer(word_vec, y)
    return cost, grad_vec, grad_embeddings
