"""The line that is wrong: from the values that the target's variables took, in the order of time.

Where the values of a call are known, the value of a wrong quantity is followed back to the statement that made it.
Where a variable is built in steps (a product, then a mask, then a scale), it is the first step that is no stage of the
right way. Where they are not known, the variable is told by its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from reference.cases.quantities import split
from reference.diagnosis.scene import Scene
from reference.interface.entry import Event, Place

__all__ = [
    "may_name",
    "other_m",
    "place_of",
    "place_of_last_dA",
    "place_of_m",
    "place_of_mask",
    "place_of_variable",
    "plain_name",
]

CLOSE = 1e-9
Array = np.ndarray


def place_of(
    events: Sequence[Event], scene: Scene, output: str, got: Array, right: Array, *, fine: Sequence[Array] = ()
) -> Place | None:
    """Where the value ``got`` of ``output`` was made wrong; ``None`` where no variable ever held it.

    ``fine``: right values of the same kind in other layers: a helper that made one of these is not to blame, but who
    called it.
    """
    operand, every = _upstream(scene, output), events
    later = _after(events, operand)
    if any(_same(e.value, got) for e in later):
        events = later
    held = [e for e in events if _same(e.value, got)]
    mine = [e for e in held if may_name(e.variable, output)]
    own = bool(held) and plain_name(held[0].variable) == output.lower()
    if operand is not None and _same(operand, got) and not own:  # nothing was done to what another line made, rightly
        mine = held = [e for e in mine if e.place != held[0].place]
    if not held:
        return None
    made = (mine or held)[0]
    outer = _caller(every, made, fine)
    if outer is not None:
        return outer
    steps = [e for e in events if e.frame == made.frame and e.variable == made.variable]
    steps = steps[: next(k for k, e in enumerate(steps) if _same(e.value, got)) + 1]
    stages = _stages(scene, output, right)
    entered = [e for e in steps if np.shape(e.value) == np.shape(got)]
    wrong = next((e for e in entered if not any(_same(e.value, stage) for stage in stages)), None)
    return (wrong or made).place


def _caller(events: Sequence[Event], made: Event, fine: Sequence[Array]) -> Place | None:
    """The statement that called a helper which is right in another call; ``None`` where the helper is to blame."""
    found = None
    while any(_is_another_call(e, made) and any(_same(e.value, a) for a in fine) for e in events):
        k = next(k for k, e in enumerate(events) if e is made)
        outer = next((e for e in events[k:] if e.frame < made.frame and e.variable != "return"), None)
        if outer is None:
            return found
        made, found = outer, outer.place
    return found


def _is_another_call(event: Event, made: Event) -> bool:
    same = (event.place.file, event.place.cell, event.function) == (made.place.file, made.place.cell, made.function)
    return same and event.frame != made.frame


def _upstream(s: Scene, output: str) -> Array | None:
    """What the line is made from."""
    kind, l = split(output)
    if kind in ("Z", "A", "cost"):
        return {"Z": s.A[l - 1], "A": s.Z[l], "cost": s.A[s.L]}[kind]
    name = f"dZ{l + 1}" if kind == "dA" else f"dA{l}" if kind == "dZ" else f"dZ{l}"
    return s.known.get(name)


def _after(events: Sequence[Event], operand: Array | None) -> Sequence[Event]:
    """The events from when the operand was there; all of them where it is never seen."""
    first = next((k for k, e in enumerate(events) if operand is not None and _same(e.value, operand)), 0)
    return events[first:]


def place_of_last_dA(events: Sequence[Event], s: Scene, dZ: Array) -> Place | None:
    """Where dA_L was made wrong of which dZ_L was made right, behind a sigmoid; ``None`` where it was not."""
    if s.output != "sigmoid":
        return None
    A = s.A[s.L]
    with np.errstate(all="ignore"):
        wrong, right = dZ / (A * (1 - A)), (A - s.Y) / (A * (1 - A))
    if _same(wrong, right) or _same(wrong * s.m, right):
        return None
    return next((e.place for e in events if plain_name(e.variable).startswith("da") and _same(e.value, wrong)), None)


def place_of_m(events: Sequence[Event], m: int) -> Place | None:
    """Where a variable called m took a number that is not the number of examples."""
    return next((e.place for e in events if e.variable == "m" and np.size(e.value) == 1 and np.all(e.value != m)), None)


def other_m(events: Sequence[Event], got: Array, right: Array, m: int) -> Event | None:
    """The variable m that a gradient was divided by, in place of the number of examples."""
    held = [e for e in events if e.variable == "m" and np.size(e.value) == 1 and np.all(e.value != m)]
    return next((e for e in held if _same(np.asarray(got) * float(np.ravel(e.value)[0]), right * m)), None)


def place_of_variable(events: Sequence[Event], output: str, *, first: bool = False) -> Place | None:
    """Where the variable, or a dictionary's entry, of that name was set last, or first; else what was returned."""
    held = [e for e in events if plain_name(e.variable) == output.lower()]
    if not held:
        return _returned(events) if output == "dtheta" else None
    return held[0 if first else -1].place


def place_of_mask(events: Sequence[Event], l: int) -> Place | None:
    """Where the mask of a layer was drawn, whatever it is called: the l-th array of truths."""
    masks: list[Event] = []
    for e in events:
        if e.value.dtype.kind == "b" and e.value.ndim == 2 and not any(_same(e.value, m.value) for m in masks):
            masks.append(e)
    return masks[l - 1].place if len(masks) >= l else None


def _returned(events: Sequence[Event]) -> Place | None:
    return next((e.place for e in reversed(events) if e.variable == "return"), None)


def plain_name(variable: str) -> str:
    """``dw2`` of ``grads[dW_2]``."""
    return variable.rpartition("[")[2].rstrip("]").lower().replace("_", "")


def may_name(variable: str, output: str) -> bool:
    """``dZ2``, ``dz_2``, ``grads[dZ2]``, a bare ``dZ`` and any name of another kind; not that of another quantity."""
    name = plain_name(variable)
    quantity = re.fullmatch(r"d(w|b|z|a)(\d*)(prev|temp|prevtemp)?", name)
    if quantity is None or name == output.lower():
        return True
    return not quantity[2] and f"d{quantity[1]}" == split(output)[0].lower()


def _stages(s: Scene, output: str, right: Array) -> list[Array]:
    """The values that a right way may pass through."""
    kind, l = split(output)
    s = s.at(l)
    zero = np.zeros_like(right)
    if kind == "dW":
        data, l2 = s.dZ(l) @ s.A[l - 1].T, s.lambd / s.m * s.W[l]
        return [right, zero, data, data / s.m, data + s.lambd * s.W[l], l2, s.lambd * s.W[l], s.W[l]]
    if kind == "db":
        total = s.dZ(l).sum(axis=1, keepdims=True)
        return [right, zero, total, total / s.m]
    if kind == "dA":
        raw = s.W[l + 1].T @ s.dZ(l + 1)
        return [right, zero, raw, raw * s.D[l], raw / s.keep]
    if kind == "dZ" and l < s.L:
        return [right, zero, s.dA(l)]
    if kind == "Z":
        return [right, zero, s.W[l] @ s.A[l - 1]]
    if kind == "A" and l < s.L:
        return [right, zero, s.H[l], s.H[l] * s.D[l], s.H[l] / s.keep]
    return [right, zero]


def _same(got: Array, want: Array) -> bool:
    if np.size(got) != np.size(want) or np.ndim(got) > 2:
        return False
    a = np.asarray(got, dtype=np.float64).reshape(np.shape(want))
    with np.errstate(invalid="ignore"):
        return bool(np.all(np.abs(a - want) <= CLOSE * np.max(np.abs(want), initial=1e-300)))
