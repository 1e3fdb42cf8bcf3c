"""What a stranger's names mean: of functions, and of their arguments. Names agree almost everywhere; spelling does not.

Arguments are bound by name, else by position. What a function owes is told by its name and its signature together:
``forward_propagation`` is the scalar toy, the three-layer network or one of any depth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reference.targets.reading import training
from reference.targets.reading.roles import Role

__all__ = [
    "ALIASES",
    "Argument",
    "Unbindable",
    "backward_role",
    "bind",
    "classify",
    "cost_role",
    "forward_role",
    "layer_names",
    "layer_of_name",
    "learn",
    "meaning",
    "own_depth",
    "strong",
]

ALIASES: dict[str, tuple[str, ...]] = {
    "X": ("x", "a0", "inputs", "input", "trainx", "xtrain", "xbatch", "data", "features", "inputx", "xdata"),
    "Y": ("y", "labels", "label", "trainy", "ytrain", "ybatch", "targets", "target", "ytrue", "t", "truth", "ydata"),
    "cache": ("cache", "caches", "memory", "cached", "forwardcache", "cachedict", "activations", "intermediates"),
    "parameters": ("parameters", "params", "parameter", "param", "weights", "parametersdict", "model", "para", "paras"),
    "A": ("a3", "al", "a2", "a1", "a", "yhat", "ypred", "yhats", "predictions", "probs", "alast", "aout", "output",
          "pred", "out", "outputs", "yout"),
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
    "L": ("l", "numlayers", "nlayers", "nblayers", "depth"),
}  # fmt: skip
MEANING = {alias: name for name, aliases in ALIASES.items() for alias in aliases}

ORDER: dict[str, tuple[str, ...]] = {
    Role.FORWARD: ("X", "parameters"),
    Role.FORWARD_DROPOUT: ("X", "parameters", "keep_prob"),
    Role.FORWARD_N: ("X", "Y", "parameters"),
    Role.COST: ("A", "Y"),
    Role.COST_L2: ("A", "Y", "parameters", "lambd"),
    Role.BACKWARD: ("X", "Y", "cache"),
    Role.BACKWARD_L2: ("X", "Y", "cache", "lambd"),
    Role.BACKWARD_DROPOUT: ("X", "Y", "cache", "keep_prob"),
    Role.BACKWARD_L: ("A", "Y", "cache"),
    Role.SCALAR_FORWARD: ("X", "theta"),
    Role.SCALAR_BACKWARD: ("X", "theta"),
    Role.SCALAR_CHECK: ("X", "theta", "epsilon"),
    Role.CHECK_N: ("parameters", "gradients", "X", "Y", "epsilon"),
    Role.INITIALISE: ("layers_dims",),
    Role.DICTIONARY_TO_VECTOR: ("parameters",),
    Role.VECTOR_TO_DICTIONARY: ("theta",),
    Role.GRADIENTS_TO_VECTOR: ("gradients",),
    **training.ORDER,
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
    "initializevelocity", "initializeadam", "randomminibatch", "updatelr", "schedulelr",
)  # fmt: skip


def strong(name: str) -> bool:
    """Is it a name of the course's own? What raises under another name may be none of ours."""
    return plain(name).startswith(STRONG)


ALWAYS = ("X", "Y", "parameters", "lambd", "keep_prob", "m")  # what a problem says, whatever a forward pass returns


class Unbindable(Exception):
    """An argument that nothing known can be given for; ``remedy`` is the option that would say what it is."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


def plain(name: str) -> str:
    return name.lower().replace("_", "")


def meaning(argument: str) -> str | None:
    """The course's name of what an argument holds."""
    return MEANING.get(plain(argument))


LAYERED = re.compile(r"(w|weights?|theta|b|bias|biases|a|h|z|d|mask)_?(\d)", re.IGNORECASE)
KINDS = {"w": "W", "t": "W", "b": "b", "a": "A", "h": "A", "z": "Z", "d": "D", "m": "D"}  # by the first letter


def layer_of_name(name: str) -> str | None:
    """``W1`` of ``weights_1``: a quantity of one layer, by the course's name."""
    match = LAYERED.fullmatch(name)
    return None if match is None else KINDS[match[1][0].lower()] + match[2]


def layer_names(arguments: Sequence[Argument]) -> dict[str, str]:
    """Arguments that are one layer's each, with the course's names: of a function that takes its network in parts."""
    found = {a.name: layer for a in arguments if (layer := layer_of_name(a.name)) is not None}
    kinds = [layer[0] for layer in found.values()]
    if "W" in kinds or kinds.count("A") + kinds.count("Z") > 1:
        return found
    single = {plain(a.name): a.name for a in arguments}
    if {"w", "b"} <= single.keys():  # one layer, as logistic regression has it
        return {single["w"]: "W1", single["b"]: "b1"}
    return {}


def own_depth(arguments: Sequence[Argument]) -> int | None:
    """The number of layers of a function that takes its weights one by one; ``None`` for any other."""
    return max((int(layer[1:]) for layer in layer_names(arguments).values() if layer[0] == "W"), default=None)


def bind(arguments: Sequence[Argument], role: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """``{argument: value}``: by name, else by the position that the course's own signature has.

    ``values["handed"]``: what the forward pass returned, by its own names. Raises ``Unbindable`` where an argument
    without a default stays without a value.
    """
    if role in training.ORDER:
        by_name, without = training.by_name(arguments, role, values)
        if by_name and without:
            raise Unbindable(f"its argument {without[0]!r} is none that is known")
        if by_name:
            return by_name
    order = ORDER[role]
    bound: dict[str, Any] = {}
    unknown = []
    layered, handed = layer_names(arguments), values.get("handed", {})
    for k, argument in enumerate(arguments):
        name = layered.get(argument.name) or meaning(argument.name)
        if argument.name in handed and name not in ALWAYS:
            bound[argument.name] = handed[argument.name]
        elif name is not None and name in values:
            bound[argument.name] = values[name]
        elif argument.name in layered and not argument.default:
            raise Unbindable(f"its argument {argument.name!r} is made by no forward pass here", "--bind forward=NAME")
        elif not argument.default:
            unknown.append((k, argument.name))
    taken = {layered.get(name) or meaning(name) for name in bound}
    given = [id(value) for value in bound.values()]
    extras = [
        e for e in values.get("extras", ()) if id(e) not in given
    ]  # what else the forward pass returned, in order
    for k, name in unknown:
        if extras and meaning(name) is None:
            bound[name] = extras.pop(0)
            continue
        here = order[k] if k < len(order) else None
        rest = [here, *(n for n in order if n != here)] if len(unknown) == 1 else [here]
        value = next((n for n in rest if n in values and n not in taken), None)
        if value is None:
            raise Unbindable(f"its argument {name!r} is none that is known", f"--bind argument.{name}=MEANING")
        bound[name], taken = values[value], taken | {value}
    return bound


NOT_OURS = re.compile(
    r"^test|test$|testcase|conv|pool|rnn|lstm|gru|batchnorm|bnorm|adam|momentum|rmsprop|minibatch|plot"
)
BACK = re.compile(r"back|bkwd|bwd|bprop|^((compute|calc|calculate|get|find|eval)_?)?(the)?grad(ient)?s?$")
FORTH = re.compile(r"fo?r?o?wa?r?d|fwd|fprop|feedfor|^forwardpass")  # as it is misspelt, too
INITIAL = re.compile(r"(random|he|xavier|glorot|kaiming|lecun|normal|uniform|zeros?|weights?|params?|parameters)*init")
LAYERWISE = ("linear", "relu", "sigmoid", "tanh", "softmax", "activation", "layer", "single", "affine", "step")


def backward_role(arguments: Sequence[Argument]) -> Role | None:
    """What a backward pass under any name owes, told by its arguments alone."""
    given = [meaning(a.name) for a in arguments]
    known = {"X", "Y", "cache", "parameters"} & set(given)
    return _backward(given) if known or layer_names(arguments) else None


def forward_role(arguments: Sequence[Argument]) -> Role:
    """What a forward pass under any name owes."""
    return _forward([meaning(a.name) for a in arguments])


def cost_role(arguments: Sequence[Argument]) -> Role:
    """What a cost under any name owes."""
    given = {meaning(a.name) for a in arguments}
    return Role.COST_L2 if {"lambd", "parameters"} <= given or len(arguments) == 4 else Role.COST


def _backward(given: Sequence[str | None], *, drops: bool = False) -> Role:
    if drops or "keep_prob" in given:
        return Role.BACKWARD_DROPOUT
    if "lambd" in given:
        return Role.BACKWARD_L2
    return Role.BACKWARD_L if "A" in given and "X" not in given else Role.BACKWARD


def _forward(given: Sequence[str | None], *, drops: bool = False) -> Role:
    if drops or "keep_prob" in given:
        return Role.FORWARD_DROPOUT
    return Role.FORWARD_N if "Y" in given else Role.FORWARD


def classify(name: str, arguments: Sequence[Argument]) -> Role | None:
    """What a function owes, or ``None`` where it is none of the course's."""
    n, given = plain(name), [meaning(a.name) for a in arguments]
    names = [plain(a.name) for a in arguments]
    if own_depth(arguments) is not None and not _of_one_layer(n, given):
        given = [*given, "parameters"]  # one by one
    whole_model = n.startswith(("lmodel", "nlayer", "llayer", "model"))
    if (trains := training.role_in_training(name, arguments)) is not None:
        return trains
    if NOT_OURS.search(n) or n.startswith(("predict", "load", "accuracy")):
        return None
    if INITIAL.match(n) or n.startswith("initialize"):
        return Role.INITIALISE if arguments and not re.search(r"velocity|adam|momentum", n) else None
    if re.search(r"grad(ient)?s?check|checkgrad", n):
        if "parameters" in given or "gradients" in given:
            return Role.CHECK_N
        return Role.SCALAR_CHECK if len([a for a in arguments if not a.default]) == 2 else None
    if re.search(r"(dictionary|dict|parameters|params)to(vector|vec|theta)", n):
        return Role.DICTIONARY_TO_VECTOR
    if re.search(r"(vector|vec|theta)to(dictionary|dict|parameters|params)", n):
        return Role.VECTOR_TO_DICTIONARY
    if re.search(r"grad(ient)?sto(vector|vec)", n):
        return Role.GRADIENTS_TO_VECTOR
    if {"Y", "cache", "parameters", "learning_rate"} <= set(given):  # it updates the parameters where they are
        return _backward(given, drops="dropout" in n)
    if re.fullmatch(r"(linear|linearactivation|relu|sigmoid|tanh|softmax)(forward|backward)(with\w+)?", n):
        return Role.LAYER
    if BACK.search(n):
        return _pass(False, n, given, names, whole_model, ("cache", "parameters"))
    if FORTH.search(n):
        return _pass(True, n, given, names, whole_model, ("parameters", "X"))
    if re.search(r"(cost|loss)(and)?grad|propagate$", n) and {"parameters", "X", "Y"} <= set(given):
        return _backward(given)
    if re.search(r"cost|loss", n) and {"A", "Y"} <= set(given):
        return Role.COST_L2 if "lambd" in given and "parameters" in given else Role.COST
    if re.search(r"cost|loss", n) and len(arguments) in (2, 4) and "Y" in given:
        return Role.COST_L2 if len(arguments) == 4 else Role.COST
    return None


def _of_one_layer(n: str, given: list[str | None]) -> bool:
    """Is it a step of one layer, which takes W and b as well?"""
    return "Y" not in given and any(word in n for word in LAYERWISE)


def _pass(
    forward: bool, n: str, given: list[str | None], names: list[str], whole: bool, needs: tuple[str, ...]
) -> Role | None:
    whole_pass = {"X", "parameters"} if forward else {"X", "Y"}
    if not whole and not whole_pass <= set(given) and any(word in n for word in LAYERWISE):
        return None
    if "theta" in given and len(given) == 2 and names[0] in ("x", "inputx"):
        return Role.SCALAR_FORWARD if forward else Role.SCALAR_BACKWARD
    if len(given) == 1 and not forward:
        return None
    if not set(needs) & set(given) and not (strong(n) and whole_pass <= set(given) and len(given) > 2):
        return None
    return (_forward if forward else _backward)(given, drops="dropout" in n)
