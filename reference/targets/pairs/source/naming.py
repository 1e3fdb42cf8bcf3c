"""What the names of functions and arguments say: which is the backward pass of which, and what is a cotangent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = [
    "Named",
    "core",
    "is_cache",
    "is_cotangent",
    "is_gradient",
    "is_label",
    "is_loss",
    "is_upstream",
    "named",
    "plain",
    "words",
]

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")

BACK = {"backward", "backwards", "back", "backprop", "backpropagate", "backpropagation", "backpropogation", "backpass",
        "bwd", "bkwd", "bprop", "bp", "backwardpass", "backwardprop", "vjp", "pullback", "bw", "backwardpropagation",
        "rev"}  # fmt: skip
FORTH = {"forward", "forwards", "fwd", "fprop", "feedforward", "forwardpass", "forwardprop", "fp", "fw", "forth",
         "forwardpropagation"}  # fmt: skip
AFTER = {"pass", "prop", "propagate", "propagation", "propogation", "step_pass"}  # "back prop"
SLOPE = {"prime", "grad", "gradient", "gradients", "grads", "derivative", "derivatives", "deriv", "derivate", "der",
         "derv", "derivation", "diff", "dash", "jacobian", "d", "dx", "slope", "derivitive"}  # fmt: skip
VARIANTS = {"naive", "fast", "alt", "alternative", "vectorized", "vectorised", "vec", "im2col", "col", "strides",
            "strided", "stride", "loop", "loops", "slow", "numpy", "np", "simple", "efficient", "compact", "opt",
            "optimized", "optimised", "numba", "cython", "python", "py", "batch", "new", "old", "my", "impl", "fn",
            "func", "function", "fun", "fcn", "compute", "calc", "calculate", "get", "the", "of", "explicit", "einsum",
            "wrapper", "jit"}  # fmt: skip
NOT_A_PASS = {
    "fill",
    "compat",
    "compatible",
    "compatibility",
    "search",
    "chaining",
    "selection",
    "elimination",
    "difference",
    "differences",
    "euler",
    "kinematics",
    "substitution",
    "algorithm",
    "drive",
    "go",
    "turn",
    "walk",
    "jump",
    "seek",
    "skip",
    "page",
    "history",
    "button",
    "port",
    "proxy",
    "request",
    "email",
    "message",
    "motion",
    "speed",
    "velocity",
    "edges",
    "slash",
    "reference",
    "references",
    "car",
    "robot",
}
DOUBTFUL = {"plot", "test", "tests", "check", "checker", "checking", "numerical", "numeric", "num", "descent",
              "ascent", "clip", "clipping", "update", "apply", "zero", "train", "fit", "predict", "eval", "optimizer",
              "optimize", "optimise", "print", "show", "draw", "display", "visualize", "visualise", "color", "colour",
              "image", "norms", "accumulate", "boosting", "benchmark", "verify", "approx", "approximate", "finite",
              "estimate", "est", "main", "demo", "run", "hook", "hooks", "register", "load", "save",
              "approximation", "policy", "natural", "magnitude", "estimated"}  # fmt: skip


class Named(NamedTuple):
    """A function's name taken apart."""

    direction: str  # "forward", "backward", "slope" or ""
    stem: tuple[str, ...]  # the words without that of the direction

    @property
    def core(self) -> tuple[str, ...]:
        return core(self.stem)


def plain(name: str) -> str:
    return name.lower().replace("_", "")


def words(name: str) -> tuple[str, ...]:
    """``conv_backward_im2col``, ``convBackwardIm2col`` and ``ReLU_prime`` in words, all in small letters."""
    parts = [part for piece in name.split("_") for part in _pieces(piece)]
    return tuple(part.lower() for part in parts if part)


def _pieces(piece: str) -> Iterable[str]:
    if plain(piece) in (*VARIANTS, *BACK, *FORTH) or piece.lower() in ("relu", "im2col", "gelu", "conv2d", "lstm"):
        return [piece]
    for known in ("ReLU", "ReLu", "GeLU", "LReLU", "PReLU", "SeLU", "im2col", "MSE", "BCE"):
        if known in piece and known != piece:
            before, _, after = piece.partition(known)
            return [*_pieces(before), known, *_pieces(after)]
    found = WORD.findall(piece)
    joined: list[str] = []
    for part in found:  # "conv2d", "W1": a number belongs to the word before, and a lone "d" to the number
        if joined and (part.isdigit() or (part.lower() == "d" and joined[-1][-1:].isdigit())):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def core(stem: Sequence[str]) -> tuple[str, ...]:
    """A stem without the words that tell one variant from another."""
    return tuple(
        word for word in stem if word not in VARIANTS and not word.isdigit() and not re.fullmatch(r"v\d+", word)
    )


def named(name: str, *, doubtful: bool = False) -> Named | None:
    """The direction and the stem of a name; ``None`` for one that no pass has.

    ``doubtful``: nor is one that tests, plots or updates, unless what it takes says otherwise.
    """
    parts = list(words(name))
    if NOT_A_PASS & set(parts) or (DOUBTFUL & set(parts) and not doubtful):
        return None
    for direction, known in (("backward", _is_back), ("forward", _is_forth)):
        at = next((k for k in reversed(range(len(parts))) if known(parts[k])), None)
        if at is None:
            continue
        end = at + 2 if parts[at + 1 : at + 2] and parts[at + 1] in AFTER else at + 1
        if (
            parts[at] == "back"
            and direction == "backward"
            and end == at + 1
            and len(parts) > 1
            and at != len(parts) - 1
        ):
            continue  # "back_to_front"
        start = at - 1 if parts[at - 1 : at] == ["feed"] else at
        return Named(direction, tuple(parts[:start] + parts[end:]))
    joined = _joined(parts)
    if joined is not None:
        return joined
    if parts and (parts[0] in SLOPE - {"dx"}) and len(parts) > 1:
        return Named("slope", tuple(parts[2:] if parts[1] == "of" else parts[1:]))
    if parts == ["delta"]:  # of a cost, by what goes into its last layer or by its argument
        return Named("slope", ())
    if parts and parts[-1] in SLOPE:
        return Named("slope", tuple(parts[:-1]))
    inside = [k for k, part in enumerate(parts) if part in SLOPE - {"d", "dx", "diff", "der"}]
    if inside:  # "sigmoid_derivative_fn", "loss_grad_naive"
        return Named("slope", tuple(parts[: inside[0]] + parts[inside[0] + 1 :]))
    if parts and re.fullmatch(r"d[a-z]\w+", parts[0]) and not _is_a_word_with_d(parts[0]):
        return Named("slope", (parts[0][1:], *parts[1:]))
    return Named("", tuple(parts))


def _joined(parts: list[str]) -> Named | None:
    """``sigmoidbackward``, ``forwardconv``, ``reluprime``: words without a gap between them."""
    for k, part in enumerate(parts):
        if part in SLOPE:
            continue
        for direction, pattern in (
            ("backward", r"(?P<a>\w*?)(backward|backprop|bwd)(?P<b>\w*)"),
            ("forward", r"(?P<a>\w*?)(forward|fprop|fwd)(?P<b>\w*)"),
            ("slope", r"(?P<a>\w{3,}?)(derivative|deriv|prime|gradient|grad)(?P<b>)|(deriv|grad)(?P<c>\w{3,})"),
        ):
            match = re.fullmatch(pattern, part)
            if match is not None:
                inside = [text for text in match.groupdict().values() if text]
                if inside:
                    return Named(direction, tuple(parts[:k] + inside + parts[k + 1 :]))
    return None


def _is_a_word_with_d(word: str) -> bool:
    return word in {"data", "dataset", "dense", "dropout", "dot", "decode", "decoder", "deconv", "depthwise", "dice",
                    "dist", "distance", "divide", "div", "delta", "derivative", "deep", "dim", "dnn", "double",
                    "download", "dump", "dict", "discriminator", "difference", "display", "device"}  # fmt: skip


def _is_back(word: str) -> bool:
    return word in BACK or (word[:1] == "b" and 6 <= len(word) <= 10 and _distance(word, "backward") <= 2)


def _is_forth(word: str) -> bool:
    return word in FORTH or (word[:1] == "f" and 5 <= len(word) <= 9 and _distance(word, "forward") <= 2)


def _distance(a: str, b: str) -> int:
    """How many letters are missing, too many, or another."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, before = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y)))
    return row[-1]


# --- arguments and what is returned --------------------------------------------------------------------------------

UPSTREAM = re.compile(
    r"(up_?stream|top_?(diff|grad)|out(put)?s?_?(grad|gradient|error|delta|diff)s?|(grad|gradient|delta|err|error)s?"
    r"(_?(of_?)?(out|output|outputs|in_?coming|up|upstream|next|last|top|above|y|h|z|o|a|loss|l))?|in_?coming_?grad\w*"
    r"|loss_?grad(ient)?|grad_?loss|next_?(grad|delta)\w*|cotangent|ct|g|gy|gz|gout|residuals?|error_?(signal|term)|delta_?\w{0,4}"
    r"|back(ward)?_?grad\w*|dvalues|d_?values|d_?(out|output|outputs|next\w*|loss|l|cost|j|score|scores|logits?)|prev_?grad\w*|accum_?grad\w*"
    r"|eta|grad_?(wrt_?)?(out|output)\w*|gradient_?(wrt_?)?(out|output)\w*|d[lej]_?d?_?(out|y|o|a|z|h)\w*|(y|z|out|output|h|a)_?(bar|grad)"
    r"|next_?d\w+|g_?(out|output|o|y)|cot|vec|tangent)",
    re.IGNORECASE,
)  # fmt: skip
WITH_D = re.compile(r"(?:d|d_|∂|delta_?)(?=[A-Z]|[a-z])[A-Za-z]\w*")
NO_D = {"data", "dim", "dims", "dimension", "dimensions", "dilation", "dilations", "dropout", "decay", "dtype", "debug",
        "depth", "dict", "device", "dist", "distance", "dt", "denom", "delay", "default", "direction", "dense",
        "dropout_param", "dropout_rate", "drop", "drop_rate", "drop_prob", "dropout_prob", "derivative", "deriv",
        "derive", "diag", "diff", "division", "den", "dot", "d_model", "d_k", "d_v", "d_ff", "dmodel", "do_dropout",
        "dropout_mask", "dropout_cache", "drop_mask", "data_in", "dropout_p", "d_in", "domain", "downsample", "degree",
        "degrees", "days", "date", "dataset", "delta_t", "deltat", "disc", "document", "docs", "damping"}  # fmt: skip
CACHE = re.compile(
    r"(.*_)?(caches?|memory|ctx|context|saved|stored?|intermediates?|aux|tape|stash|internals?)(_.*|s|\d)?|"
    r"(linear|activation|fwd|forward)_?(cache|state|vals?|values|data|result|results|pass)|cached\w*|saved_?\w*|\w*cache",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"(t|ts|target|targets|tgt|labels?|lbls?|gt|ground_?truths?|truth|y_?true|y_?t|true_?y|y_?(train|batch|real|data|label|labels|target|tar|gt|actual|onehot|one_hot)|desired\w*"
    r"|expected\w*|actual|train_?y|real|one_?hot\w*|true\w*|correct\w*|t_?batch|classes|reference|d)",
    re.IGNORECASE,
)
LOSS = re.compile(
    r"(\w*_)?(loss|losses|cost|costs|objective|obj|nll|energy|error|err|value|val|penalty|criterion|likelihood|ll|logp|elbo|entropy|fval)(_\w*)?"
    r"|j|l|c|e|f|\w*(loss|cost|objective)|(loss|cost)\w*|J\w{0,2}",
    re.IGNORECASE,
)
GRADIENT = re.compile(
    r"(\w*_)?(grads?|gradients?|derivatives?|jac|jacobian)(_?\w*)?|grad\w*|d_?\w+|\w+_?(grad|bar|prime)|∂\w+|d|g"
    r"|delta\w*|nabla\w*|(?-i:g[A-Z])\w*|partial\w*",
    re.IGNORECASE,
)


def is_upstream(name: str) -> bool:
    """Does a name say by itself that it is the gradient that comes in?"""
    return bool(UPSTREAM.fullmatch(name)) and name not in NO_D


def is_cotangent(name: str, *, taken: Iterable[str] = ()) -> bool:
    """May an argument of a backward pass be a cotangent? ``taken``: the forward pass's own arguments."""
    if name in taken or name.lower() in NO_D or is_cache(name):
        return False
    return (
        is_upstream(name) or bool(WITH_D.fullmatch(name)) or bool(re.fullmatch(r"\w+_(grad|gradient|bar|delta)", name))
    )


def is_cache(name: str) -> bool:
    return bool(CACHE.fullmatch(name))


def is_label(name: str) -> bool:
    return bool(LABEL.fullmatch(name))


def is_loss(name: str) -> bool:
    return bool(LOSS.fullmatch(name)) and not re.match(r"(d|grad)_?(loss|l|cost|j|error)$", name, re.IGNORECASE)


def is_gradient(name: str) -> bool:
    """Does a name that is returned say that it is a gradient?"""
    return bool(GRADIENT.fullmatch(name)) and name.lower() not in NO_D
