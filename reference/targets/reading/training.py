"""What the functions of training are called, and their arguments: updates, their states, mini-batches, decay.

Here ``t`` counts steps (elsewhere it may be the labels), ``v`` and ``s`` are running averages, and in ``(m, v)`` it is
``m`` that is the first of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reference.targets.reading.roles import Role

__all__ = ["ORDER", "UPDATES", "array_names", "by_name", "known_arguments", "role_in_training"]

ORDER: dict[str, tuple[str, ...]] = {
    Role.UPDATE: ("parameters", "gradients", "learning_rate"),
    Role.MOMENTUM: ("parameters", "gradients", "v", "beta1", "learning_rate"),
    Role.RMSPROP: ("parameters", "gradients", "s", "beta2", "learning_rate", "epsilon"),
    Role.ADAM: ("parameters", "gradients", "v", "s", "t", "learning_rate", "beta1", "beta2", "epsilon"),
    Role.OTHER_UPDATE: ("parameters", "gradients"),
    Role.INITIALISE_STATE: ("parameters",),
    Role.MINI_BATCHES: ("X", "Y", "mini_batch_size", "seed"),
    Role.DECAY: ("learning_rate", "epoch", "decay_rate", "interval"),
}
UPDATES = (Role.UPDATE, Role.MOMENTUM, Role.RMSPROP, Role.ADAM, Role.OTHER_UPDATE)

ALIASES: dict[str, tuple[str, ...]] = {
    "parameters": ("parameters", "params", "parameter", "param", "weights", "para", "paras", "var", "variable",
                   "variables", "model"),
    "gradients": ("gradients", "grads", "grad", "gradient", "derivatives", "dparams", "dvar"),
    "learning_rate": ("learningrate", "lr", "alpha", "eta", "rate", "stepsize", "learningrate0", "lr0", "alpha0",
                      "initiallr", "initiallearningrate", "α", "η"),
    "v": ("v", "velocity", "velocities", "vel", "vt", "moment1", "firstmoment"),
    "s": ("s", "sq", "squares", "st", "moment2", "secondmoment", "cache", "sdw", "meansquare", "r"),
    "beta1": ("beta1", "beta", "momentum", "gamma", "mu", "β", "β1"),
    "beta2": ("beta2", "β2", "rho", "decay", "decayrate"),
    "epsilon": ("epsilon", "eps", "ε", "e"),
    "t": ("t", "step", "iteration", "iter", "timestep", "i", "adamcounter", "counter", "k"),
    "X": ("x", "xtrain", "trainx", "inputs", "data", "features"),
    "Y": ("y", "ytrain", "trainy", "labels", "targets"),
    "mini_batch_size": ("minibatchsize", "batchsize", "minibatch", "size", "batch", "bs", "batchsz"),
    "seed": ("seed", "randomseed", "rngseed", "randomstate"),
    "shuffle": ("shuffle",),
    "epoch": ("epochnum", "epoch", "epochnumber", "globalstep", "epochs", "iteration", "iter", "t", "step", "epochi"),
    "decay_rate": ("decayrate", "decay", "k", "decayfactor"),
    "interval": ("timeinterval", "interval", "decaystep", "decaysteps", "stepsize", "everyn"),
    "L": ("l", "numlayers", "nlayers", "nblayers"),
}  # fmt: skip
SPEAKS: dict[str, tuple[str, ...]] = {  # of what a role's arguments may speak, where a name has several meanings
    Role.MINI_BATCHES: ("X", "Y", "mini_batch_size", "seed", "shuffle"),
    Role.DECAY: ("learning_rate", "epoch", "decay_rate", "interval"),
}
OF_AN_UPDATE = ("parameters", "gradients", "learning_rate", "v", "s", "beta1", "beta2", "epsilon", "t", "L")
ARRAY = re.compile(r"(v_?d?|s_?d?|d)?_?(w|b)_?(\d?)", re.IGNORECASE)

SKIPPED = re.compile(r"^test|test$|testcase|plot|predict|^load|check")
OTHERS = re.compile(r"nesterov|adagrad|adadelta|nadam|adamax|amsgrad|adamw|adabound|^nag|nag$")
STATE = re.compile(r"velocit|momentum|adam|rmsprop|moments?$|optimi[sz]er")
BATCHES = re.compile(
    r"minibatch(es)?(?!\w*(descent|train|step|update|fit))|^(random|create|get|make|generate|split|iterate)\w*batch(es)?$"
)
RATE = re.compile(r"(schedule|decay|update|adjust)\w*(lr|learningrate|alpha)|(lr|learningrate|alpha|schedule)\w*decay")
STEP = re.compile(r"^update|adam|momentum|rmsprop|sgd|descent|^gd|optimi[sz]|step$|apply")


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def array_names(arguments: Iterable[str]) -> dict[str, str]:
    """Arguments that are one array each, with their names: ``{"v_dW1": "vdW1"}``; none where there is no dW."""
    found = {}
    for argument in arguments:
        match = ARRAY.fullmatch(argument)
        if match is None or (match[3] == "" and (match[1] or "").lower().strip("_") in ("v", "s")):
            continue
        prefix = (match[1] or "").lower().replace("_", "")
        found[argument] = {"": "", "d": "d"}.get(prefix, prefix[:1] + "d") + match[2].upper().replace("B", "b") + (
            match[3] or "1"
        )  # fmt: skip
    return found if "dW1" in found.values() and "W1" in found.values() else {}


def _meanings(names: Sequence[str], role: str) -> dict[str, str | None]:
    arrays, plain = array_names(names), {_plain(n) for n in names}
    first_and_second = role == Role.ADAM and {"m", "v"} <= plain and "s" not in plain
    meant: dict[str, str | None] = {}
    for name in names:
        n = _plain(name)
        if name in arrays:
            meant[name] = arrays[name]
        elif first_and_second and n in ("m", "v"):
            meant[name] = {"m": "v", "v": "s"}[n]
        elif role == Role.RMSPROP and n in ("v", "beta", "gamma", "momentum", "β", "vt"):
            meant[name] = "s" if n in ("v", "vt") and "s" not in plain else "beta2"
        elif role == Role.MOMENTUM and n in ("rho",):
            meant[name] = "beta1"
        else:
            spoken = SPEAKS.get(role, OF_AN_UPDATE)
            meant[name] = next((what for what in spoken if n in ALIASES[what]), None)
    return meant


def by_name(
    arguments: Sequence[tuple[str, bool]], role: str, values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """``{argument: value}`` of those that are known by their names; and those that need a value and have none."""
    meant = _meanings([name for name, _ in arguments], role)
    bound = {name: values[what] for name, what in meant.items() if what is not None and what in values}
    return bound, [name for name, default in arguments if not default and name not in bound]


def known_arguments(names: Sequence[str], role: str) -> set[str]:
    """What a function of that role is handed, by meaning."""
    return {what for what in _meanings(names, role).values() if what is not None}


def role_in_training(name: str, arguments: Sequence[tuple[str, bool]]) -> Role | None:
    """What a function of training owes, or ``None`` where it is none."""
    n, names = _plain(name), [argument for argument, _ in arguments]
    if not names or SKIPPED.search(n):
        return None
    plain = {_plain(a) for a in names}
    required = [a for a, default in arguments if not default]
    if "init" in n and STATE.search(n):
        return Role.INITIALISE_STATE if len(required) == 1 else None
    given = set(_meanings(names, Role.MINI_BATCHES).values())
    if BATCHES.search(n) and {"X", "Y"} <= given:
        return Role.MINI_BATCHES
    if (RATE.search(n) or "decay" in n) and {"learning_rate", "epoch"} <= set(_meanings(names, Role.DECAY).values()):
        return Role.DECAY
    return _update(n, names, plain)


def _update(n: str, names: list[str], plain: set[str]) -> Role | None:
    """Which rule an update follows: told by its name, else by the state that it takes."""
    given = set(_meanings(names, Role.ADAM).values())
    whole = {"parameters", "gradients"} <= given or bool(array_names(names))
    elsewhere = plain & {"x", "y", "cache", "caches", "labels"} and "s" not in given
    if not whole or elsewhere or not (STEP.search(n) or "learning_rate" in given):
        return None
    if OTHERS.search(n):
        return Role.OTHER_UPDATE
    if "adam" in n:
        return Role.ADAM
    if "rms" in n:
        return Role.RMSPROP
    if "momentum" in n or "velocity" in n:
        return Role.MOMENTUM
    v = "v" in given or any(a.startswith("v") for a in given if a and a[:2] == "vd")
    s = "s" in given or any(a and a[:2] == "sd" for a in given)
    if (v and s) or (v and "m" in plain):
        return Role.ADAM
    return Role.RMSPROP if s else Role.MOMENTUM if v else Role.UPDATE
