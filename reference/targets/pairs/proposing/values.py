"""Functions that return a loss together with its gradient: told by names, by what is returned, by what they are for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import chain

from reference.interface.pair import PairKind
from reference.targets.pairs.proposing.functions import NamedPair
from reference.targets.pairs.source.functions import SourceFunction, documents_of, returned_names, returns_of
from reference.targets.pairs.source.naming import (
    DOUBTFUL,
    NOT_A_PASS,
    is_cache,
    is_gradient,
    is_label,
    is_loss,
    plain,
    words,
)
from reference.targets.pairs.source.numbers_returned import is_a_number, is_worked_out

__all__ = ["value_functions"]

SAYS_BOTH = re.compile(
    r"(loss|cost|value|objective|fun|f|energy|obj|nll|error|j)_?(and|n|with|_)_?(d|the_?)?(grad|gradient|jac|derivative)\w*"
    r"|(grad|gradient)s?_?(and|n|with|_)_?(loss|cost|value)|val(ue)?_?grad|loss_?fun(c|ction)?|cost_?fun(c|ction)?"
    r"|forward_?backward\w*|(loss|cost)_?(forward_?)?backward|fprop_?bprop|loss_?grads?|cost_?grads?",
    re.IGNORECASE,
)
LOSSES = {"loss", "losses", "cost", "objective", "entropy", "nll", "svm", "softmax", "criterion", "logistic", "hinge",
          "mse", "likelihood", "propagate", "costfunction", "lossfun", "energy", "xent", "bce", "crossentropy", "obj",
          "regression", "triplet", "contrastive", "huber", "l2", "l1", "mae", "rmse", "dice", "cosh", "ridge", "lasso",
          "kl", "kld", "divergence", "focal", "penalty", "ce", "sse", "smooth", "perplexity", "elbo"}  # fmt: skip
NO_LOSS = {"accuracy", "acc", "score", "metric", "metrics", "precision", "recall", "confusion", "stats", "statistics",
           "normalize", "normalise", "standardize", "standardise", "scale", "mean", "std", "variance", "r2", "auc",
           "predict", "prediction", "split", "batch", "sample", "generate", "data", "step", "report", "search", "solve",
           "model", "norm", "normalization", "layer"}  # fmt: skip
SINGLE = re.compile(r"j|l|c|e|f", re.IGNORECASE)
VALUE = re.compile(r"f|fx|fval|j|obj\w*|f_?x|nll|loss\w*|cost\w*|\w*_?(loss|cost)|e|err|error", re.IGNORECASE)


def value_functions(functions: Mapping[str, SourceFunction], taken: set[str]) -> Iterator[NamedPair]:
    """Those that are no backward pass of another function. ``taken``: the backward passes that have a forward pass."""
    for name, function in functions.items():
        said = set(words(name))
        said -= {"skip"} if "gram" in said else set()
        if name in taken or not function.takes or (NOT_A_PASS | DOUBTFUL) & said or _calls_an_argument(function):
            continue
        if _returns_both(function):
            yield NamedPair(PairKind.VALUE, function, function)


def _returns_both(function: SourceFunction) -> bool:
    if any(_dictionary_has_both(value) for value in returns_of(function.node)):
        return True
    names = returned_names(function.node)
    if len(names) < 2:
        return False
    if _named_both(function, names):
        return True
    if NO_LOSS & set(words(function.name)) and not LOSSES & set(words(function.name)):
        return False
    return _worked_out_both(function, names)


def _named_both(function: SourceFunction, names: tuple[str, ...]) -> bool:
    """Do the names of what is returned say both?"""
    losses = [name for name in names if is_loss(name) and not _of_an_argument(name, function)]
    gradients = [name for name in chain.from_iterable(map(_within, names)) if _of_an_argument(name, function)]
    sure = [name for name in losses if not SINGLE.fullmatch(name)]
    if any(plain(name)[1:] == plain(loss) and name[0] == "d" for loss in losses for name in names):
        return True  # "f, df"
    if losses and gradients:
        return bool(sure or _is_named_for_it(function) or any(_is_of(name, function) for name in gradients))
    if gradients and "" in names:
        return _is_named_for_it(function)
    loose = any(is_gradient(name) for name in chain.from_iterable(map(_within, names)))
    return bool(sure and loose) and (_is_named_for_it(function) or _speaks_of_gradients(function))


def _worked_out_both(function: SourceFunction, names: tuple[str, ...]) -> bool:
    """A number first and then what is worked out in the return itself, of a function that is for that by its name, by
    its labels, or by what it says of itself.
    """
    last = [value for value in returns_of(function.node) if isinstance(value, ast.Tuple)][-1:]
    if not last or len(last[0].elts) != len(names):
        return False
    first, *others = last[0].elts
    value = is_loss(names[0]) and VALUE.fullmatch(names[0])
    meant = _is_named_for_it(function)
    if not (is_a_number(first, function.node) or (value and names[0] and (meant or not SINGLE.fullmatch(names[0])))):
        return False
    kept = [(name, node) for name, node in zip(names[1:], others, strict=True) if not is_cache(name)]
    if value and len(kept) == 1 and re.fullmatch(r"g|gx|grad\w*|jac", kept[0][0]):
        return True  # "f, g" of an optimiser
    labelled = any(is_label(name) or plain(name) in ("y", "ys") for name in function.names) and len(function.takes) > 1
    if not kept or not all(is_worked_out(node, any_call=labelled and meant) for _, node in kept):
        return False
    return bool(value) or meant or _speaks_of_gradients(function)


def _is_named_for_it(function: SourceFunction) -> bool:
    return bool(SAYS_BOTH.fullmatch(function.name) or LOSSES & set(words(function.name)))


def _within(name: str) -> list[str]:
    """The names in "(dW, db)"."""
    return [part.strip() for part in name.strip("()").split(",")] if name.startswith("(") else [name]


def _of_an_argument(name: str, function: SourceFunction) -> bool:
    """Is it called a gradient without doubt: ``grad…``, or ``d`` and the name of an argument or a parameter?"""
    return "grad" in name.lower() or _is_of(name, function) or bool(re.fullmatch(r"d_?[A-Zbwx]\w{0,4}", name))


def _is_of(name: str, function: SourceFunction) -> bool:
    bare = plain(name)
    return bool(bare) and any(bare in (f"d{plain(taken)}", f"{plain(taken)}bar") for taken in function.names)


def _dictionary_has_both(value: ast.expr) -> bool:
    if not isinstance(value, ast.Dict):
        return False
    keys = [key.value for key in value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return any(is_loss(key) and len(key) > 1 for key in keys) and any("grad" in key.lower() for key in keys)


def _speaks_of_gradients(function: SourceFunction) -> bool:
    return bool(re.search(r"gradient|derivative|\bgrad\b|\bd[xWw]\b|\bjac\b", documents_of(function)))


def _calls_an_argument(function: SourceFunction) -> bool:
    """A function that is handed another function is an optimiser or a checker; a default would be another matter."""
    called = {n.func.id for n in ast.walk(function.node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    return bool(called & set(function.required))
