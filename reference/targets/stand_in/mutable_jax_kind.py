"""JAX behind arrays that can be written into, as a kind of stand-in."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.targets.stand_in.functions import TABLE
from reference.targets.stand_in.kind import Refused
from reference.targets.stand_in.modules import modules_of
from reference.targets.stand_in.mutable_jax import MutableArray, MutableNumber, is_ours, made, values_of
from reference.targets.stand_in.mutable_jax_functions import functions
from reference.targets.stand_in.mutable_jax_special import SPECIAL_FORMULAS
from reference.targets.stand_in.mutable_jax_tape import Tape
from reference.targets.stand_in.randomness import random_of

__all__ = ["MutableJax"]


class MutableJax:
    """Values are float64 throughout, whatever dtype is asked for."""

    name = "autodiff"
    is_complex = True  # by formulas where a plain number would lose a derivative

    def __init__(self) -> None:
        self.functions = {name: function for name, function in functions().items() if name in TABLE}
        self.array = MutableArray
        self.unwrapped = {MutableNumber: values_of}
        self.generators: list[Any] = []
        self.numpy: ModuleType
        self.math: ModuleType
        self.special: ModuleType
        self.numpy, self.math, self.special = modules_of(self)
        drawn = SimpleNamespace(
            wrap=self.wrap, plain=lambda x: self.constant(x, "random"), constant=self.constant, moves=self.moves,
            is_complex=True, generators=self.generators, functions=self.functions,
        )  # fmt: skip
        vars(self.numpy)["random"] = random_of(drawn)

    def lift(self, array: NDArray) -> Any:
        """An array as this kind has it, in memory of its own; a constant until it is ``traced``."""
        return made(np.array(array), scalar=False)

    def traced(self, lifted: Any, tape: Tape) -> Any:
        """A lifted array as a primal of a forward pass."""
        return made(lifted.value, tape.leaf(lifted.value), scalar=lifted.scalar)

    def lower(self, value: Any) -> NDArray:
        """The values."""
        array = value.value if is_ours(value) else np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"neither an array nor a number: {type(value).__name__}")
        return array

    # --- what the modules are made by ------------------------------------------------------------------------

    def wrap(self, value: Any) -> Any:
        """What NumPy returned, as this kind has it."""
        if type(value) in (list, tuple):
            return type(value)(map(self.wrap, value))
        return made(value) if isinstance(value, np.ndarray | np.number) else value

    def plain(self, value: Any) -> Any:
        """As it is: what it is given to takes arrays of this kind."""
        return value

    def shown(self, value: Any) -> Any:
        """The values."""
        return value.value[()] if is_ours(value) else value

    real = shown

    def constant(self, value: Any, name: str) -> Any:
        """As NumPy has it; what depends on a primal is refused."""
        if type(value) in (list, tuple):
            return type(value)(self.constant(v, name) for v in value)
        if self.moves(value):
            raise Refused(f"{name} of a number that depends on what is differentiated by")
        return self.shown(value)

    def moves(self, value: Any) -> bool:
        """Does it depend on a primal?"""
        return is_ours(value) and value.is_traced()

    def apply(self, ufunc: Any, method: str, inputs: tuple[Any, ...], out: Any, options: dict[str, Any]) -> Any:
        """One call of a ufunc."""
        return self.functions[ufunc.__name__](*inputs, **options)

    def special_formula(self, name: str) -> Any:
        """A function of ``scipy.special``, or ``None``."""
        return SPECIAL_FORMULAS.get(name)
