"""What a stranger's names mean: of functions, and of their arguments. Names agree almost everywhere; spelling does not.

Arguments are bound by name, else by position. What a function owes is told by its name and its signature together:
``forward_propagation`` is the scalar toy, the three-layer network or one of any depth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

__all__ = [
    "ALIASES",
    "Argument",
    "Unbindable",
    "backward_role",
    "bind",
    "classify",
    "forward_role",
    "learn",
    "meaning",
    "strong",
]

ALIASES: dict[str, tuple[str, ...]] = {
    "X": ("x", "a0", "inputs", "input", "trainx", "xtrain", "xbatch", "data", "features", "inputx", "xdata"),
    "Y": ("y", "labels", "label", "trainy", "ytrain", "ybatch", "targets", "target", "ytrue", "t", "truth", "ydata"),
    "cache": ("cache", "caches", "memory", "cached", "forwardcache", "cachedict", "activations", "intermediates"),
    "parameters": ("parameters", "params", "parameter", "param", "weights", "parametersdict", "model", "para", "paras"),
    "A": ("a3", "al", "a2", "a1", "a", "yhat", "ypred", "yhats", "predictions", "probs", "alast", "aout", "output",
          "pred"),
    "lambd": ("lambd", "lambda", "lamda", "lmbd", "lamb", "lam", "lbd", "l2", "reg", "lambdareg", "regparam", "lambtha",
              "lmbda", "λ", "lambdval", "regstrength", "weightdecay", "l2reg", "lambdl2", "regularization",
              "lambdaval"),
    "keep_prob": ("keepprob", "keepprobs", "keep", "kp", "keepprobability", "pkeep", "keepp", "probkeep", "keeprate"),
    "learning_rate": ("learningrate", "lr", "alpha", "eta", "rate", "stepsize"),
    "epsilon": ("epsilon", "eps", "e", "ε"),
    "theta": ("theta", "θ", "w"),
    "layers_dims": ("layersdims", "layerdims", "dims", "layers", "layersizes", "dimensions", "nnarchitecture",
                    "layersdim", "layerdim", "sizes", "layerssizes", "nndims", "layersize"),
    "gradients": ("gradients", "grads", "grad", "gradient", "gradsdict", "derivatives"),
    "m": ("m", "nexamples", "nsamples", "batchsize", "numexamples"),
    "L": ("numlayers", "nlayers", "nblayers"),
}  # fmt: skip
MEANING = {alias: name for name, aliases in ALIASES.items() for alias in aliases}

ORDER = {
    "forward": ("X", "parameters"),
    "forward dropout": ("X", "parameters", "keep_prob"),
    "forward n": ("X", "Y", "parameters"),
    "cost": ("A", "Y"),
    "cost l2": ("A", "Y", "parameters", "lambd"),
    "backward": ("X", "Y", "cache"),
    "backward l2": ("X", "Y", "cache", "lambd"),
    "backward dropout": ("X", "Y", "cache", "keep_prob"),
    "backward L": ("A", "Y", "cache"),
    "scalar forward": ("X", "theta"),
    "scalar backward": ("X", "theta"),
    "scalar check": ("X", "theta", "epsilon"),
    "check n": ("parameters", "gradients", "X", "Y", "epsilon"),
    "initialise": ("layers_dims",),
    "dictionary_to_vector": ("parameters",),
    "vector_to_dictionary": ("theta",),
    "gradients_to_vector": ("gradients",),
    "update": ("parameters", "gradients", "learning_rate"),
}


def learn(names: Mapping[str, str]) -> None:
    """Further names of arguments, for the rest of a target's own process."""
    MEANING.update({plain(name): what for name, what in names.items()})


class Argument(NamedTuple):
    name: str
    default: bool  # has one


STRONG = (
    "computecost", "computeloss", "forwardprop", "backwardprop", "lmodelforward", "lmodelbackward",
    "gradientcheck", "initializeparameters", "updateparameters", "dictionaryto", "vectorto", "gradientsto",
)  # fmt: skip


def strong(name: str) -> bool:
    """Is it a name of the course's own? What raises under another name may be none of ours."""
    return plain(name).startswith(STRONG)


class Unbindable(Exception):
    """An argument that nothing known can be given for."""


def plain(name: str) -> str:
    return name.lower().replace("_", "")


def meaning(argument: str) -> str | None:
    """The course's name of what an argument holds."""
    return MEANING.get(plain(argument))


def bind(arguments: Sequence[Argument], role: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """``{argument: value}``: by name, else by the position that the course's own signature has.

    Raises ``Unbindable`` where an argument without a default stays without a value.
    """
    order = ORDER[role]
    bound: dict[str, Any] = {}
    unknown = []
    for k, argument in enumerate(arguments):
        name = meaning(argument.name)
        if name is not None and name in values:
            bound[argument.name] = values[name]
        elif not argument.default:
            unknown.append((k, argument.name))
    taken = {meaning(name) for name in bound}
    extras = list(values.get("extras", ()))  # what else the forward pass returned, in its order
    for k, name in unknown:
        if extras and meaning(name) is None:
            bound[name] = extras.pop(0)
            continue
        here = order[k] if k < len(order) else None
        rest = [here, *(n for n in order if n != here)] if len(unknown) == 1 else [here]
        value = next((n for n in rest if n in values and n not in taken), None)
        if value is None:
            raise Unbindable(f"its argument {name!r} is none that the course has")
        bound[name], taken = values[value], taken | {value}
    return bound


NOT_OURS = re.compile(
    r"^test|test$|testcase|conv|pool|rnn|lstm|gru|batchnorm|bnorm|adam|momentum|rmsprop|minibatch|plot"
)
LAYERWISE = ("linear", "relu", "sigmoid", "tanh", "softmax", "activation", "layer", "single", "affine", "step")


def backward_role(arguments: Sequence[Argument]) -> str | None:
    """What a backward pass under any name owes, told by its arguments alone."""
    given = [meaning(a.name) for a in arguments]
    if not {"X", "Y", "cache", "parameters"} & set(given):
        return None
    if "keep_prob" in given:
        return "backward dropout"
    return "backward l2" if "lambd" in given else "backward L" if "A" in given and "X" not in given else "backward"


def forward_role(arguments: Sequence[Argument]) -> str:
    """What a forward pass under any name owes."""
    given = [meaning(a.name) for a in arguments]
    return "forward dropout" if "keep_prob" in given else "forward n" if "Y" in given else "forward"


def classify(name: str, arguments: Sequence[Argument]) -> str | None:
    """What a function owes, or ``None`` where it is none of the course's."""
    n, given = plain(name), [meaning(a.name) for a in arguments]
    names = [plain(a.name) for a in arguments]
    whole_model = n.startswith(("lmodel", "nlayer", "llayer", "model"))
    if NOT_OURS.search(n) or n.startswith(("predict", "load", "accuracy")):
        return None
    if re.match(r"(random|he|xavier|zeros?)?init", n) or n.startswith("initialize"):
        return "initialise" if arguments and not re.search(r"velocity|adam|momentum", n) else None
    if re.search(r"grad(ient)?s?check|checkgrad", n):
        if "parameters" in given or "gradients" in given:
            return "check n"
        return "scalar check" if len([a for a in arguments if not a.default]) == 2 else None
    if re.search(r"(dictionary|dict|parameters|params)to(vector|vec|theta)", n):
        return "dictionary_to_vector"
    if re.search(r"(vector|vec|theta)to(dictionary|dict|parameters|params)", n):
        return "vector_to_dictionary"
    if re.search(r"grad(ient)?sto(vector|vec)", n):
        return "gradients_to_vector"
    if n.startswith("update") and "gradients" in given and "parameters" in given:
        return "update" if set(names).isdisjoint(("v", "s", "beta", "t")) or "learning_rate" in given else None
    if re.fullmatch(r"(linear|linearactivation|relu|sigmoid|tanh|softmax)(forward|backward)(with\w+)?", n):
        return "layer"
    if "back" in n or n in ("bprop", "grad", "gradients", "computegradients", "computegrads", "calcgradients"):
        return _pass("backward", n, given, names, whole_model, ("cache", "parameters"))
    if "forward" in n or n in ("fprop",):
        return _pass("forward", n, given, names, whole_model, ("parameters", "X"))
    if re.search(r"(cost|loss)(and)?grad|propagate$", n) and {"parameters", "X", "Y"} <= set(given):
        return "backward dropout" if "keep_prob" in given else "backward l2" if "lambd" in given else "backward"
    if re.search(r"cost|loss", n) and {"A", "Y"} <= set(given):
        return "cost l2" if "lambd" in given and "parameters" in given else "cost"
    if re.search(r"cost|loss", n) and len(arguments) in (2, 4) and "Y" in given:
        return "cost l2" if len(arguments) == 4 else "cost"
    return None


def _pass(
    kind: str, n: str, given: list[str | None], names: list[str], whole: bool, needs: tuple[str, ...]
) -> str | None:
    whole_pass = {"X", "parameters"} if kind == "forward" else {"X", "Y"}
    if not whole and not whole_pass <= set(given) and any(word in n for word in LAYERWISE):
        return None
    if "theta" in given and len(given) == 2 and names[0] in ("x", "inputx"):
        return f"scalar {kind}"
    if len(given) == 1 and kind == "backward":
        return None
    if not set(needs) & set(given) and not (strong(n) and whole_pass <= set(given) and len(given) > 2):
        return None
    if "keep_prob" in given or "dropout" in n:
        return f"{kind} dropout"
    if kind == "forward":
        return "forward n" if "Y" in given else "forward"
    if "lambd" in given:
        return "backward l2"
    return "backward L" if "A" in given and "X" not in given else "backward"
