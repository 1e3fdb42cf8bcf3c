"""What NumPy answers where something is compared or chosen, noted as the recording kind notes it.

The recording kind is asked itself, so that the two have one pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from reference.targets.stand_in.mutable_jax import is_ours, values_of
from reference.targets.stand_in.recording import Recording

__all__ = ["noted", "noted_as", "recorded_form", "recorded_function"]


@cache
def _recording() -> Recording:
    return Recording()


def recorded_form(x: Any) -> Any:
    """As the recording kind has it, within lists and tuples too."""
    if is_ours(x):
        return _recording().wrap(x.value[()] if x.scalar else x.value)
    if type(x) in (list, tuple):
        return type(x)(map(recorded_form, x))
    if isinstance(x, slice):
        return slice(*(values_of(k)[0] if is_ours(k) else k for k in (x.start, x.stop, x.step)))
    return x


def recorded_function(name: str) -> Any:
    """A function as the recording kind has it; ``None`` where it has none."""
    return _recording().functions.get(name)


def noted(name: str, *operands: Any, **options: Any) -> Any:
    """The values that a function of NumPy's returns."""
    function = _recording().functions[name]
    return noted_as(function, *operands, **options)


def noted_as(function: Callable[..., Any], *operands: Any, **options: Any) -> Any:
    """The values that a function of recorded arrays returns."""
    named = {name: recorded_form(option) for name, option in options.items()}
    return _recording().plain(function(*map(recorded_form, operands), **named))
