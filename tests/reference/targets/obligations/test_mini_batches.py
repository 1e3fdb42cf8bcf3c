"""Mini-batches and the decay of the learning rate."""

from __future__ import annotations

import pytest

from tests.folding import each
from tests.reference.targets.obligations.judged import Judged, named, replaced

BATCHES = """
def NAME(X, Y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    m = X.shape[1]
    mini_batches = []
    permutation = list(np.random.permutation(m))
    shuffled_X = X[:, permutation]
    shuffled_Y = Y[:, permutation].reshape((1, m))
    full = math.floor(m / mini_batch_size)
    for k in range(0, full):
        mini_batch_X = shuffled_X[:, k * mini_batch_size:(k + 1) * mini_batch_size]
        mini_batch_Y = shuffled_Y[:, k * mini_batch_size:(k + 1) * mini_batch_size]
        mini_batches.append((mini_batch_X, mini_batch_Y))
    if m % mini_batch_size != 0:
        mini_batch_X = shuffled_X[:, full * mini_batch_size:]
        mini_batch_Y = shuffled_Y[:, full * mini_batch_size:]
        mini_batches.append((mini_batch_X, mini_batch_Y))
    return mini_batches
"""
RIGHT = {
    "random_mini_batches": named("random_mini_batches", BATCHES),
    "create_mini_batches": """
def create_mini_batches(X, Y, batch_size):
    order = np.random.permutation(X.shape[0])
    X, Y = X[order], Y[order]
    return [(X[i:i + batch_size], Y[i:i + batch_size]) for i in range(0, len(X), batch_size)]
""",
    "get_batches": """
def get_batches(X, Y, batch_size=32):
    order = np.random.permutation(X.shape[1])
    for i in range(0, X.shape[1], batch_size):
        yield X[:, order[i:i + batch_size]], Y[:, order[i:i + batch_size]]
""",
}
WRONG = {
    "1": ([("    if m % mini_batch_size != 0:", "    if False:")], "the last, smaller batch is missing: 20"),
    "2": ([("    if m % mini_batch_size != 0:", "    if True:")], "is empty"),
    "3": ([("= Y[:, permutation]", "= Y[:, list(np.random.permutation(m))]")], "X and Y are not shuffled alike"),
    "4": ([("= Y[:, permutation]", "= Y")], "X alone is shuffled"),
    "5": ([("permutation = list(np.random.permutation(m))", "permutation = list(range(m))")], "nothing is shuffled"),
    "6": ([("full * mini_batch_size:]", "-mini_batch_size:]")], "there twice"),
    "7": ([("(k + 1) * mini_batch_size", "(k + 1) * mini_batch_size - 1")], "in no batch"),
    "8": ([("    np.random.seed(seed)\n", "")], "the seed is not used"),
    "9": ([("range(0, full)", "range(0, full - 1)")], "in no batch"),
    "10": ([("    np.random.seed(seed)\n", ""), ("np.random.permutation", "np.random.default_rng().permutation")],
           "the same seed gives other batches"),
    "11": ([("mini_batch_size=64, seed=0):", "mini_batch_size=64, seed=0):\n    mini_batch_size = 64")], "owed"),
    "12": ([("= X[:, permutation]", "= np.stack([np.random.permutation(x) for x in X])")], "features of an example"),
}  # fmt: skip
DECAYS = {
    "update_lr": "def update_lr(learning_rate0, epoch_num, decay_rate):\n"
                 "    return 1 / (1 + decay_rate * epoch_num) * learning_rate0",
    "schedule_lr_decay": "def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):\n"
                         "    return learning_rate0 / (1 + decay_rate * np.floor(epoch_num / time_interval))",
    "learning_rate_decay": "def learning_rate_decay(alpha, decay_rate, global_step, decay_step):\n"
                           "    return alpha / (1 + decay_rate * (global_step // decay_step))",
}  # fmt: skip
WRONG_DECAYS = {
    "update_lr_1": ("update_lr", [("1 / (1 +", "1 * (1 +")], "multiplied"),
    "update_lr_2": ("update_lr", [("1 + decay", "1 - decay")], "1 − rate"),
    "update_lr_3": ("update_lr", [(" * epoch_num", "")], "epoch is not used"),
    "update_lr_4": ("update_lr", [("decay_rate * epoch_num) * learning_rate0", "decay_rate * epoch_num)")],
                    "initial rate is not used"),
    "update_lr_5": ("update_lr", [("decay_rate * epoch", "epoch")], "rate of decay is not used"),
    "update_lr_6": ("update_lr", [("decay_rate * epoch", "decay_rate ** 0.3 * epoch")],
                    "is not α₀ / (1 + rate · epoch)"),
    "update_lr_7": ("update_lr", [("1 / (1 + decay_rate * epoch_num)", "decay_rate ** epoch_num")], "α₀ · rate^epoch"),
    "schedule_lr_decay_1": ("schedule_lr_decay", [("np.floor(epoch", "(epoch")],
                            "counted in fractions"),
    "schedule_lr_decay_2": ("schedule_lr_decay", [("np.floor(epoch_num / time_interval)", "epoch_num")],
                            "interval is not used"),
    "schedule_lr_decay_3": ("schedule_lr_decay", [("np.floor", "np.ceil")], "rounded up"),
    "schedule_lr_decay_4": ("schedule_lr_decay", [("epoch_num / time", "epoch_num % time"), ("np.floor", "")],
                            "within the interval"),
}  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    functions = [*RIGHT.values(), *(replaced(f"random_mini_batches_x{k}", BATCHES, p) for k, (p, _) in WRONG.items())]
    functions += [
        *DECAYS.values(),
        "def exponential_decay(lr, epoch, decay_rate):\n    return lr * decay_rate ** epoch",
    ]
    for name, (base, pairs, _) in WRONG_DECAYS.items():
        functions.append(replaced("", DECAYS[base], [(f"def {base}(", f"def {name}("), *pairs]))
    functions.append("def batches_of_my_own_batches(X, Y):\n    return 3")
    functions.append("def get_other_batches(X, Y):\n    return 3")
    return Judged(tmp_path_factory.mktemp("batches"), functions, head="import math\nimport numpy as np\n")


@each("name", [*RIGHT, *DECAYS])
def test_right_ones(judged, name):
    judged.right(name)


@each("number", WRONG)
def test_wrong_mini_batches(judged, number):
    judged.wrong(f"random_mini_batches_x{number}", "MB804", WRONG[number][1])


@each("name", WRONG_DECAYS)
def test_wrong_decays(judged, name):
    judged.wrong(name, "MB804", WRONG_DECAYS[name][2])


def test_another_decay_under_another_name_is_a_convention(judged):
    assert [(v.code, v.text) for v in judged.found["exponential_decay"]] == [("", "the rate is α₀ · rate^epoch")]


def test_what_returns_no_batches_is_not_judged(judged):
    assert [v.code for v in judged.found["get_other_batches"]] == ["MB704"]
