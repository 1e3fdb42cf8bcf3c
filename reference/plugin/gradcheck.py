"""The fixture ``gradcheck``: a user's own gradients, and a user's own backward pass, in a user's own test."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest

from manual_backprop.gradient_check import COVERAGE, GradientCheck, gradient_check
from reference.cases.case import Case
from reference.cases.domain import ANY, kind_of
from reference.findings.verdicts import INTERNAL
from reference.interface.entry import Entry, Implementation
from reference.interface.outcome import Single, per_case
from reference.interface.pair import OpenPair
from reference.plugin import ManualBackpropWarning
from reference.plugin.answers import finding_texts
from reference.plugin.isolation import isolated
from reference.plugin.session import untrusted
from reference.report.models.verification import Target
from reference.settings.profiles import PROFILES
from reference.targets.pair_in_hand import NotHeld, pair_in_hand, rule_in_hand
from reference.verification.options import Options
from reference.verification.target import verify_one

__all__ = ["GradCheck"]

PROFILE = PROFILES["quick"]
TARGET = "gradcheck"
IDS: Any = {"checks": {"__all__": {"findings": {"__all__": {"replay"}}}}}  # where a report has them


class GradCheck:
    """What a test asks: ``gradcheck(cost, parameters, gradients)``, ``gradcheck.backward(function)``,
    ``gradcheck.pair(forward, backward, example)`` or ``gradcheck.rule(rule, example)``.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def __call__(
        self,
        cost: Callable[[dict[str, np.ndarray]], float],
        parameters: Mapping[str, np.ndarray],
        gradients: Mapping[str, np.ndarray],
        **options: Any,
    ) -> GradientCheck:
        """Compare gradients with central differences of any cost; fails unless the verdict is PASS.

        ``options``: those of ``gradient_check``.
        """
        __tracebackhide__ = True
        check = gradient_check(cost, parameters, gradients, **options)
        if check.verdict != "PASS":
            pytest.fail("\n".join(_difference_lines(check, gradients)), pytrace=False)
        return check

    def backward(
        self, function: Callable[[Single], dict[str, np.ndarray]], line: str | None = None, /, **case: Any
    ) -> Target:
        """Verify a function of one problem, as ``verify module:function`` does; fails unless the witnesses agree.

        It is asked everything; or one case, as a line, or by its fields: ``dims=(3, 2), m=5, lambd=0.7``.
        """
        __tracebackhide__ = True
        fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in case.items()}
        one = Case.parse(line) if line is not None else Case(**fields) if fields else None
        name = getattr(function, "__name__", type(function).__name__)
        with isolated():
            why = untrusted(self._config)
            entry = Entry(name, ANY if one is None else kind_of(one), per_case(function))
            target = None if why else _judged(Implementation(TARGET, (entry,)), Options(PROFILE, case=one))
        return _passed(target, why, name)

    def pair(
        self, forward: Callable[..., Any], backward: Callable[..., Any], example: Callable[[Any], Any], /
    ) -> Target:
        """Hold a backward pass to its own forward pass, as ``verify`` does; fails unless the witnesses agree.

        ``example``: the forward pass's arguments as a tuple or by name, from a generator. Functions at the top level of
        a module are heard by every witness; a closure, or compiled code, by central differences alone.
        """
        __tracebackhide__ = True
        held = pair_in_hand(forward, backward, example, shown=TARGET)
        return self._held(held, getattr(backward, "__name__", type(backward).__name__))

    def rule(self, rule: Any, example: Callable[[Any], Any], /) -> Target:
        """Hold a framework's rule to its own forward pass with the rule off; fails unless the witnesses agree.

        ``rule``: a subclass of ``torch.autograd.Function``, a function with ``jax.custom_vjp`` or ``custom_jvp``, or a
        primitive of autograd with ``defvjp``, at the top level of a module. ``example``: its arguments as a tuple or by
        name, from a generator, as NumPy's arrays or the framework's own.
        """
        __tracebackhide__ = True
        return self._held(rule_in_hand(rule, example, shown=TARGET), getattr(rule, "__name__", type(rule).__name__))

    def _held(self, held: AbstractContextManager[OpenPair], name: str) -> Target:
        __tracebackhide__ = True
        target = None
        with isolated():
            why = untrusted(self._config)
            try:
                if why is None:
                    with held as opened:
                        target = _judged(Implementation(TARGET, (), pairs=(opened,)), Options(PROFILE))
            except NotHeld as error:
                pytest.fail(str(error), pytrace=False)
        return _passed(target, why, name)


def _passed(target: Target | None, why: str | None, name: str) -> Target:
    """The report on what is right; any other fails the test."""
    __tracebackhide__ = True
    if target is None or target.verdict == "error":
        pytest.fail(f"{INTERNAL}: {why or (target and target.error)}", pytrace=False)
    if target.verdict != "pass":
        found = [line for how in ("error", "inconclusive") for line in finding_texts(target, target.checks, how)]
        lines = found or target.notes or [f"{name} is {target.verdict}: {target.error}"]
        pytest.fail("\n".join(lines), pytrace=False)
    if warned := "\n".join(finding_texts(target, target.checks, "warning")):
        warnings.warn(warned, ManualBackpropWarning, stacklevel=3)
    return target


def _judged(implementation: Implementation, options: Options) -> Target:
    """The report on what lives in a test, without IDs of its failures: no command could open it."""
    found = verify_one(implementation, options, kept=False)
    return Target.model_validate(found.model_dump(exclude=IDS))


def _difference_lines(check: GradientCheck, gradients: Mapping[str, np.ndarray]) -> Iterator[str]:
    """A gradient check in lines: its worst coordinates; where nothing is wrong, what could not be compared."""
    yield f"gradcheck: {check.verdict}, difference {check.difference:.3g}, {100 * check.coverage:.1f} % covered"
    for name, block in sorted(check.blocks.items(), key=lambda pair: -pair[1].worst_ratio):
        if block.worst_ratio > 1:
            index = f"[{','.join(map(str, block.worst))}]" if block.worst else ""
            got, want = float(np.asarray(gradients[name])[block.worst]), float(block.approximation[block.worst])
            yield (
                f"  {name}{index}  yours {got:.12g}  central difference {want:.12g}"
                f"  {block.worst_ratio:.3g} times the bound; difference of the block {block.difference:.3g}"
            )
        elif check.verdict == "INCONCLUSIVE" and block.excluded + block.unresolved:
            yield (
                f"  {name}  {block.excluded} of {block.coordinates} coordinates excluded at kinks,"
                f" {block.unresolved} unresolved"
            )
    if check.verdict == "INCONCLUSIVE":
        yield f"  below {100 * COVERAGE:.0f} % there is no verdict; pattern= says where the cost has its kinks"
