"""The line that stands for one draw of a pair, printed and parsed back exactly.

conv_backward x=2,3,7,5 w=4,3,3,2 b=4 stride=2 pad=1 seed=3

An entry of a dictionary stands under its own key where no other has it, else under its whole way (``params.W1``); what
a constructor is given that a call takes by the same name, under ``construct``. ``reading`` names the plan; it is left
out where the line without it means the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reference.pairs.inputs.cases.case import PairCase
from reference.pairs.inputs.plans.bound import is_example
from reference.pairs.inputs.spec import (
    Array,
    ChoiceSpec,
    GeneratorSpec,
    Path,
    Plan,
    ShapeSpec,
    Spec,
    SpecGroup,
    WordSpec,
    leaves,
    replaced,
)
from reference.pairs.inputs.tokens import CaseError, split_words, text_of, value_in

__all__ = ["line_of", "parse"]

OWN = ("reading", "dtype", "scale", "ties", "seed")  # words of the line's own
DTYPES = ("float64", "float32")
MAX_SEED = 2**32 - 1  # of RandomState


def line_of(case: PairCase, plans: Sequence[Plan] = ()) -> str:
    """The line; the shortest that ``parse`` reads back to this case beside these plans."""
    short = _line(case, False)
    try:
        if plans and parse(short, plans, case.check) == case:
            return short
    except CaseError:
        pass
    return _line(case, True)


def _line(case: PairCase, reading: bool) -> str:
    words = [case.check]
    if reading:
        words.append(f"reading={case.label}")
    every = _ways(case.construct, case.arguments)
    names = _names(every)
    words += [f"{names[way]}={text_of(spec)}" for way, spec in every.items() if _is_printed(spec)]
    if case.dtype != "float64":
        words.append(f"dtype={case.dtype}")
    if case.scale != 1:
        words.append(f"scale={_number(case.scale)}")
    if case.ties:
        words.append("ties=True")
    return " ".join([*words, f"seed={case.seed}"])


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _is_printed(spec: Spec) -> bool:
    return not (isinstance(spec, SpecGroup) and not spec.entries)


def _ways(construct: Mapping[str, Spec], arguments: Mapping[str, Spec]) -> dict[Path, Spec]:
    return {**{("construct", *way): spec for way, spec in leaves(construct)}, **dict(leaves(arguments))}


def _names(every: Mapping[Path, Any]) -> dict[Path, str]:
    """Each way by its last step where that is its alone; an element of a list never by its number."""
    ends = Counter(way[-1] for way in every)

    def name(way: Path) -> str:
        whole = way[1:] if way[0] == "construct" and len(way) > 1 else way
        if ends[way[-1]] == 1 and not way[-1].isdigit() and way[-1] not in OWN and "." not in way[-1]:
            return way[-1]
        if len(way) > 2 and way[0] == "construct" and whole not in every and whole[0] not in OWN:
            return ".".join(whole)
        return ".".join(way) if way[0] not in OWN else ".".join(("arguments", *way))

    return {way: name(way) for way in every}


def parse(line: str, plans: Sequence[Plan], check: str) -> PairCase:
    """Read a line back; ``plans``: those of the pair. Raises ``CaseError``: what was given, and what is accepted."""
    head, _, rest = line.strip().partition(" ")
    if "=" in head or not head:
        head, rest = check, line.strip()
    if head != check:
        raise CaseError(f"a case of {head!r} where {check} is judged; it begins with {check}")
    given: dict[str, str] = {}
    for name, text in split_words(rest):
        if name in given:
            raise CaseError(f"{name} stands twice in a case of {check}")
        given[name] = text
    own = {name: given.pop(name) for name in OWN if name in given}
    plan = _plan(given, own.get("reading"), plans, check)
    case = _filled(given, plan, check)
    return case._replace(
        dtype=_one_of("dtype", own.get("dtype", "float64"), DTYPES),
        scale=_scale(own.get("scale", "1")),
        ties=_one_of("ties", own.get("ties", "False"), ("False", "True")) == "True",
        seed=_seed(own.get("seed", "0")),
    )


def _plan(given: Mapping[str, str], reading: str | None, plans: Sequence[Plan], check: str) -> Plan:
    if reading is not None:
        named = next((plan for plan in plans if plan.label == reading), None)
        if named is None:
            known = ", ".join(plan.label for plan in plans[:8]) or "none"
            raise CaseError(f"reading={reading} in a case of {check}; it takes one of {known}")
        return named
    if not plans:
        raise CaseError(f"nothing is known of the arguments of {check}: say what they are with @pair(example=…)")
    fitting = [plan for plan in plans if set(_names(_ways(plan.construct, plan.arguments)).values()) == set(given)]
    for plan in fitting:
        try:
            _filled(given, plan, check)
        except CaseError:
            continue
        return plan
    if fitting:
        return fitting[0]
    return min(plans[:40], key=lambda p: len(set(_names(_ways(p.construct, p.arguments)).values()) ^ set(given)))


def _filled(given: Mapping[str, str], plan: Plan, check: str) -> PairCase:
    """The plan with what the line gives in every place. Raises ``CaseError``."""
    every = _ways(plan.construct, plan.arguments)
    names = _names(every)
    by_name = {name: way for way, name in names.items()} | {".".join(way): way for way in every}
    values: dict[Path, Spec] = {}
    for name, text in given.items():
        way = by_name.get(name)
        if way is None:
            raise CaseError(f"{name!r} in a case of {check}; it takes {', '.join([*names.values(), *OWN])}")
        if way in values:
            raise CaseError(f"{name} stands twice in a case of {check}")
        values[way] = _like(name, value_in(name, text, None if text == "None" else every[way]), every[way])
    missing = [names[way] for way in every if way not in values and not isinstance(every[way], SpecGroup)]
    if missing:
        raise CaseError(f"a case of {check} needs {' and '.join(missing)}, as in {_example(plan, check)}")
    _agree(values, every, names)

    def fill(way: Path, spec: Spec) -> Spec:
        return values[way]

    return PairCase(
        check, plan.label, replaced(plan.arguments, fill), replaced(plan.construct, fill, ("construct",)),
        dict(plan.reading),
    )  # fmt: skip


def _like(name: str, spec: Spec, wanted: Spec) -> Spec:
    """What stands there is of the kind that the plan has there. Raises ``CaseError``."""
    if isinstance(wanted, Array) and isinstance(spec, Array):
        if len(spec.dims) != len(wanted.dims):
            axes = ",".join(map(str, wanted.dims)) or "number"
            raise CaseError(f"{name} has {len(spec.dims)} axes in a case; it takes {len(wanted.dims)}: {name}={axes}")
        if any(isinstance(d, str) for d in (*spec.dims, spec.below)):
            raise CaseError(f"{name}: a case has whole numbers for sizes")
    elif isinstance(wanted, GeneratorSpec) and not isinstance(spec, GeneratorSpec):
        raise CaseError(f"{name} in a case takes generator")
    elif isinstance(wanted, WordSpec):
        if not (isinstance(spec, WordSpec) and spec.form == wanted.form and isinstance(spec.below, int)):
            raise CaseError(f"{name} in a case takes {wanted.form}<COUNT, as in {name}={wanted.form}<7")
    elif isinstance(wanted, ShapeSpec) and not isinstance(spec, ShapeSpec | ChoiceSpec):
        raise CaseError(f"{name} in a case takes a shape, as in {name}=shape(3,4)")
    return spec


def _agree(values: Mapping[Path, Spec], every: Mapping[Path, Spec], names: Mapping[Path, str]) -> None:
    """One letter of the plan, one size. Raises ``CaseError``."""
    known: dict[str, tuple[int, str]] = {}
    for way, wanted in every.items():
        spec = values[way]
        pairs: list[tuple[Any, Any]] = []
        if isinstance(wanted, Array) and isinstance(spec, Array):
            pairs = [*zip(wanted.dims, spec.dims, strict=True), (wanted.below, spec.below)]
        elif isinstance(wanted, WordSpec) and isinstance(spec, WordSpec):
            pairs = [(wanted.below, spec.below)]
        for letter, size in pairs:
            if not isinstance(letter, str) or not letter.isidentifier() or not size:
                continue
            before = known.setdefault(letter, (size, names[way]))
            if before[0] != size:
                raise CaseError(
                    f"{names[way]} has {size} where {before[1]} has {before[0]} in a case; both are {letter}"
                )


def _example(plan: Plan, check: str) -> str:
    from reference.pairs.inputs.cases.case import case_of
    from reference.pairs.inputs.sizes import in_proportion

    if is_example(plan.label):
        return f"'{check} reading={plan.label} seed=0'"
    sizes = in_proportion(plan, {}, 0, "distinct", 1)
    return f"'{_line(case_of(check, plan, sizes[0]), True)}'" if sizes else check


def _one_of(name: str, text: str, accepted: tuple[str, ...]) -> str:
    if text not in accepted:
        raise CaseError(f"{name}={text} in a case; {name} takes one of {', '.join(accepted)}")
    return text


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= MAX_SEED):
        raise CaseError(f"seed={text} in a case; seed takes a whole number from 0 to {MAX_SEED}")
    return int(text)


def _scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1e-30 <= value <= 1e30:
        raise CaseError(f"scale={text} in a case; scale takes a number from 1e-30 to 1e30")
    return value
