"""What is wrong with an update, of all its arrays together: a cause once, and which layers it is of."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reference.interface.entry import Violation
from reference.targets.obligations.asking import Asking
from reference.targets.obligations.update_rules import Found, Rates, Steps, of_average
from reference.targets.obligations.update_steps import of_parameter
from reference.targets.reading.roles import Role
from reference.targets.reading.training import known_arguments

__all__ = ["StepsExplained", "judged", "settings_of"]

USUAL = {  # what stands in a function that does not take it, or does not use what it takes
    "α": (0.01, 0.001, 0.1, 0.0007, 0.0075, 0.5, 1.2, 0.05, 0.005),
    "β1": (0.9, 0.99, 0.95, 0.5),
    "β2": (0.999, 0.9, 0.99, 0.9999, 0.95),
    "ε": (1e-8, 1e-7, 1e-6, 1e-10, 1e-5, 1e-9, 1e-12, 1e-16),
}
MEANS = {"α": "learning_rate", "β1": "beta1", "β2": "beta2", "ε": "epsilon"}


def settings_of(arguments: Sequence[Any], given: Rates, role: str) -> list[Rates]:
    """The numbers that a function may work with: those it is given, the usual ones where it takes none."""
    known = known_arguments([a[0] for a in arguments], role)
    free = {"α": ("α",), Role.MOMENTUM: ("α", "β1"), Role.RMSPROP: ("α", "β2", "ε"), Role.ADAM: ("α", "β1", "β2", "ε")}
    of_rule = free.get(role, ("α",))
    lacking = [k for k in of_rule if MEANS[k] not in known]
    usual = [dict(zip(lacking, v, strict=True)) for v in itertools.product(*(USUAL[k] for k in lacking))]
    settings = [Rates(**{**given._asdict(), **values}) for values in usual[:400]]
    if lacking:
        return settings
    said = "{} is not used: it is {:g}, whatever is given"
    ignored = [(k, value) for k in of_rule for value in USUAL[k]]
    hard_coded = [Rates(**{**given._asdict(), k: v, "said": said.format(k, v)}) for k, v in ignored]
    return [*settings, *hard_coded]


class StepsExplained(NamedTuple):
    """Of every array what was found, of its averages and of itself; ``wrong``: names with a mistake."""

    found: dict[tuple[str, str], Found]  # by what ("v", "s", "θ") and name

    @property
    def wrong(self) -> list[str]:
        return list(dict.fromkeys(name for (_, name), f in self.found.items() if f.mistakes))

    @property
    def conventions(self) -> list[str]:
        return list(dict.fromkeys(text for f in self.found.values() for text in f.conventions))

    def violations(self, asking: Asking, *, missing: Mapping[str, str], where: str) -> list[Violation]:
        """Each cause once, at the first array that it is of."""
        plainly = asking.function.role == Role.UPDATE
        groups: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
        for (what, name), f in self.found.items():
            if f.mistakes:
                kind = name[0] if plainly else ""  # of gradient descent: of the weights once, and of the biases once
                said = (missing[name],) if name in missing and what == "θ" else f.mistakes
                groups.setdefault((what, kind, said), []).append(name)
        violations = []
        for (what, _, said), names in groups.items():
            f = self.found[what, names[0]]
            output = names[0] if what == "θ" else f"{what}d{names[0]}"
            everything = [n for w, n in self.found if w == what and (not plainly or n[0] == names[0][0])]
            which = "" if len(names) == len(everything) else self._which(names)
            text = "; ".join(said) + which + where
            if what == "θ" and said[0] == missing.get(names[0]):
                violations.append(asking.wrong(output, "MB501", f"{output} {text}"))
                continue
            unexplained = f.certainty == "unexplained"
            code = ("MB199" if unexplained else "MB101") if plainly else "MB804"
            violations.append(asking.wrong(output, code, text, certainty=f.certainty)._replace(part=f.part))
        return violations

    def _which(self, names: list[str]) -> str:
        """Of which arrays, where it is not of all."""
        every = list(dict.fromkeys(n for _, n in self.found))
        if {n[0] for n in names} == {"W"} and len(names) == len(every) // 2:
            return ", of the weights alone"
        if {n[0] for n in names} == {"b"} and len(names) == len(every) // 2:
            return ", of the biases alone"
        layers = sorted({int(n[1:]) for n in names})
        L = max(int(n[1:]) for n in every)
        if len(layers) == 1 and layers[0] in (1, L) and L > 1:
            return f", of the {'first' if layers[0] == 1 else 'last'} layer alone ({', '.join(names)})"
        return f", of {', '.join(names)} alone"


def judged(
    role: Role, by_name: Mapping[str, Steps], settings: list[Rates], *, strict: bool, most: int = 2
) -> StepsExplained:
    """Every array against the rule. What is wrong with a parameter because its average is, is said of that alone."""
    found: dict[tuple[str, str], Found] = {}
    settings = settings if most else [s for s in settings if not s.said]
    averages = {Role.MOMENTUM: "v", Role.RMSPROP: "s", Role.ADAM: "vs"}.get(role, "")
    for name, x in by_name.items():
        wrong = False
        for what in averages:
            f = of_average(what, role, x, settings, strict=strict, most=most)
            found[what, name] = f
            wrong = wrong or bool(f.mistakes)
        f = of_parameter(role, x, settings, wrong_averages=wrong, strict=strict, most=most)
        if wrong and (f.certainty == "unexplained" or f.text == "it is not updated"):
            f = Found(())
        found["θ", name] = f
    return StepsExplained(found)
