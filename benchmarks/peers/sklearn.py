"""scikit-learn: ``MLPClassifier.partial_fit`` on one batch; it knows no dropout.

What it checks on each call is switched off as far as it lets itself be told.
"""

from __future__ import annotations

import warnings

import numpy as np

from benchmarks.peers import Blocks, Setting, Trainer

__all__ = ["trainer"]


def trainer(setting: Setting) -> Trainer:
    """Gradient descent without momentum; ``alpha`` is λ. The first call, which draws weights, is made here."""
    import sklearn
    from sklearn.neural_network import MLPClassifier

    X, Y = setting.X.T.copy(), setting.Y
    labels = Y[0].astype(int) if len(Y) == 1 else Y.argmax(axis=0)
    network = MLPClassifier(
        setting.dims[1:-1],
        solver="sgd",
        momentum=0,
        nesterovs_momentum=False,
        alpha=setting.lambd,
        batch_size=setting.m,
        learning_rate_init=setting.learning_rate,
        shuffle=False,
        random_state=0,
    )

    def step() -> None:
        with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
            network.partial_fit(X, labels)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.partial_fit(X, labels, classes=np.arange(max(2, len(Y))))
    for l, (W, b) in enumerate(setting.parameters):
        network.coefs_[l][...], network.intercepts_[l][...] = W.T, b[:, 0]

    def now() -> Blocks:
        pairs = zip(network.coefs_, network.intercepts_, strict=True)
        return [a for W, b in pairs for a in (W.T.copy(), b[:, None].copy())]

    return Trainer("scikit-learn partial_fit", "sklearn", step, now)
