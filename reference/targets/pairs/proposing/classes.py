"""Classes with a forward and a backward pass: proposed by the names of their methods, their own or inherited ones."""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from collections.abc import Iterator, Mapping

from reference.interface.pair import PairKind, Parameter, Proposal
from reference.targets.pairs.arguments.backward_arguments import is_of_labels, place_of_slope
from reference.targets.pairs.networks.sites import called_in, steps_in
from reference.targets.pairs.objects.wires import WIRED, holders_in, wired_in
from reference.targets.pairs.proposing.decorated import mark_of
from reference.targets.pairs.proposing.parts_of_passes import is_part_of_another, leans_on
from reference.targets.pairs.proposing.refused import instead_of, leaves_it_to_another, refers_to_another
from reference.targets.pairs.proposing.surrogates import why_not_derived
from reference.targets.pairs.proposing.templates import is_template
from reference.targets.pairs.proposing.values import value_functions
from reference.targets.pairs.source.around import around
from reference.targets.pairs.source.functions import SourceFunction, calls_of, documents_of, returned_names
from reference.targets.pairs.source.kept_arguments import asked_of_maker, beside
from reference.targets.pairs.source.limits import limited_at
from reference.targets.pairs.source.method_names import forwards_of, is_backward
from reference.targets.pairs.source.methods import methods_of, read_method
from reference.targets.pairs.source.missing import missing_line
from reference.targets.pairs.source.modes import asks_for_a_mode
from reference.targets.pairs.source.naming import is_cotangent, named, words
from reference.targets.pairs.source.single_entry import single_entry_at
from reference.targets.pairs.source.uses import asked_of
from reference.targets.reading.abstract import is_abstract
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.source import Cell
from reference.targets.reading.statements import definitions

__all__ = ["class_proposals"]

LOSSES = {"loss", "cost", "objective", "entropy", "crossentropy", "error", "mse", "criterion", "nll", "bce", "energy"}
DECLARED = re.compile(r"straight.?through|surrogate|\bste\b", re.IGNORECASE)


def class_proposals(cells: list[Cell], loaded: Loaded) -> list[Proposal]:
    """Every pair of methods of every class that the file defines; ``loaded`` with NumPy itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calls = calls_of(cells)
        found: list[Proposal] = []
        for node in (each.node for each in definitions(cells).loadable):
            owner = loaded.names.get(node.name) if isinstance(node, ast.ClassDef) else None
            if isinstance(node, ast.ClassDef) and isinstance(owner, type):
                found += _of_class(owner, node, cells, calls)
        return list({proposal.check: proposal for proposal in found}.values())


def _of_class(owner: type, node: ast.ClassDef, cells: list[Cell], calls: Mapping[str, list[str]]) -> Iterator[Proposal]:
    methods = methods_of(owner, cells)
    own = {s.name for s in node.body if isinstance(s, ast.FunctionDef)}
    own |= {t.id for s in node.body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)}
    taken: set[str] = set()
    if (told := _said(owner, methods)) is not None:
        yield _proposal(owner, node, methods, *told, cells, calls)
        return
    for name in filter(is_backward, methods):
        forward = next((f for f in forwards_of(name, methods) if methods[f].takes), None)
        if forward is None and (wired := _wired(owner, node, methods, name, cells, calls)) is not None:
            taken |= {name}
            yield wired
            continue
        if forward is None or not (leans_on(methods, name, forward) & own or _hands_functions_on(node)):
            continue
        if is_part_of_another(name, methods) or _trains(methods[name], forward):
            continue
        if refers_to_another(name, methods):
            continue
        if other := instead_of(name, methods):
            taken |= {name}
            yield _proposal(owner, node, methods, forward, other, cells, calls)
            continue
        if leaves_it_to_another(name, methods):
            continue
        if is_abstract(methods[name].node) and (name not in own or owner.__subclasses__()):
            continue
        if _takes_more(methods[forward], methods[name]):
            continue  # with respect to something that the forward pass does not take, as Nielsen's delta(z, a, y)
        if name in ("grads", "gradients") and not methods[name].required and _has_a_backward_pass(methods):
            continue  # it hands out what another pass has left behind
        if name.strip("_") == "delta" and _has_a_backward_pass(methods):
            continue  # a formula's own word: of a cost it is the slope, which needs no other pass
        if methods[name].takes and all(parameter.many for parameter in methods[name].takes):
            continue  # it hands on whatever it is given
        if is_abstract(methods[forward].node) or (is_abstract(methods[name].node) and not own >= {name, forward}):
            continue  # a base class that says what there is to write
        if is_template(owner, methods, forward, name):
            continue  # it is written around what only its derived classes have
        taken |= {name}
        yield around(_with_loss(_proposal(owner, node, methods, forward, name, cells, calls), methods), methods)
    for pair in value_functions(methods, taken):
        if pair.forward.name in own and not is_template(owner, methods, pair.forward.name, pair.forward.name):
            yield _proposal(owner, node, methods, pair.forward.name, pair.forward.name, cells, calls)


def _has_a_backward_pass(methods: Mapping[str, SourceFunction]) -> bool:
    return any(own.direction == "backward" for own in map(named, methods) if own is not None)


def _trains(method: SourceFunction, forward: str) -> bool:
    """Is it a whole training, which goes forward itself, of what it is given beside labels, and changes weights?"""
    labelled = any(is_of_labels(parameter.name) for parameter in method.takes)
    return labelled and forward in called_in(method.node) and bool(steps_in(method.node))


def _said(owner: type, methods: Mapping[str, SourceFunction]) -> tuple[str, str] | None:
    """The forward and the backward pass that ``@pair`` names on a class, the other by its name where it says one."""
    said = mark_of(owner)
    if said is None or not (said.forward or said.backward):
        return None
    backward = said.backward or next(filter(is_backward, methods), "")
    forward = said.forward or next((f for f in forwards_of(backward, methods) if methods[f].takes), "")
    return (forward, backward) if forward in methods and backward in methods else None


def _wired(
    owner: type, node: ast.ClassDef, methods: Mapping[str, SourceFunction], backward: str, cells: list[Cell],
    calls: Mapping[str, list[str]],
) -> Proposal | None:  # fmt: skip
    """A layer whose passes take nothing, since it was handed the layers before it; None of any other class."""
    forward = next(iter(forwards_of(backward, methods)), None)
    own = {s.name for s in node.body if isinstance(s, ast.FunctionDef)}
    if forward is None or not {forward, backward} <= own:
        return None
    if any(is_abstract(methods[n].node) for n in (forward, backward)) or methods[forward].takes:
        return None
    if len(methods[backward].required) > 1:
        return None
    constructors = [vars(base)["__init__"] for base in owner.__mro__[:-1] if "__init__" in vars(base)]
    makers = [read_method("__init__", each, cells, bound=True) for each in constructors]
    passes = [methods[forward].node, methods[backward].node]
    layers = wired_in([maker.node for maker in makers if maker is not None], passes)
    if not layers:
        return None
    found = _proposal(owner, node, methods, forward, backward, cells, calls)
    holders = holders_in([method.node for method in methods.values()])
    return found._replace(
        takes=tuple(Parameter(name, annotation=WIRED + "[]" * several) for name, several in layers.items()),
        constructor=tuple(p for p in found.constructor if p.name not in layers),
        backward_takes=(Parameter("cotangent"),),
        asked={**found.asked, WIRED: {"attributes": sorted(holders)}},
    )


def _hands_functions_on(node: ast.ClassDef) -> bool:
    """Does its constructor make it what it is by the functions that it gives its base's? ``Tanh(Activation)``"""
    made = next((s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"), None)
    if made is None:
        return False
    inner = {s.name for s in ast.walk(made) if isinstance(s, ast.FunctionDef)}
    inner |= {t.id for s in ast.walk(made) if isinstance(s, ast.Assign) and isinstance(s.value, ast.Lambda)
              for t in s.targets if isinstance(t, ast.Name)}  # fmt: skip
    taken = {a.arg for a in made.args.args}
    for call in ast.walk(made):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "__init__":
            given = [*call.args, *(k.value for k in call.keywords)]
            names = [value.id for value in given if isinstance(value, ast.Name)]
            if any(isinstance(value, ast.Lambda) for value in given) or inner & set(names):
                return True
            if len(given) > 1 and len(names) == len(given) and not taken & set(names):  # functions of the file
                return True
    return False


def _with_loss(proposal: Proposal, methods: Mapping[str, SourceFunction]) -> Proposal:
    """Where a backward pass begins from labels that its forward pass does not take, a loss that does comes between."""
    known = {parameter.name for parameter in proposal.takes}
    labels = [p for p in proposal.backward_takes if is_of_labels(p.name) and p.name not in known and not p.optional]
    first, loss = proposal.forward, ""
    if labels and not _is_loss(first):
        losses = (n for n, m in methods.items() if _is_loss(n) and any(is_of_labels(p.name) for p in m.takes))
        loss = next((name for name in losses if not is_abstract(methods[name].node)), "")
    elif _is_loss(first) and {p.name for p in proposal.backward_takes if not p.optional} - known:
        passes = (n for n in forwards_of("backward", methods) if not _is_loss(n) and methods[n].takes)
        first, loss = next(passes, first), first
        labels = [p for p in proposal.backward_takes if is_of_labels(p.name)]
    needed = {parameter.name for parameter in methods[first].takes if not parameter.optional}
    if not loss or loss == first or not labels:
        return proposal
    if needed <= {parameter.name for parameter in methods[loss].takes}:  # it runs the forward pass itself
        return proposal._replace(forward=loss, takes=methods[loss].takes, forward_line=methods[loss].line)
    takes = (*methods[first].takes, labels[0])
    return proposal._replace(forward=f"{first}, {loss}", takes=takes, forward_line=methods[loss].line)


def _takes_more(forward: SourceFunction, backward: SourceFunction) -> bool:
    """Does a derivative take all that its function takes, and an array of its own besides that is no cotangent?"""
    own = named(backward.name)
    further = set(backward.required) - set(forward.names)
    if own is None or own.direction != "slope" or not set(forward.required) < set(backward.required):
        return False
    return bool(further) and not any(is_cotangent(name, taken=forward.names) for name in further)


def _is_loss(name: str) -> bool:
    found = named(name)
    return found is not None and found.direction == "" and bool(LOSSES & set(words(name)))


def _proposal(
    owner: type, node: ast.ClassDef, methods: Mapping[str, SourceFunction], forward: str, backward: str,
    cells: list[Cell], calls: Mapping[str, list[str]],
) -> Proposal:  # fmt: skip
    one, other = methods[forward], methods[backward]
    constructor = methods.get("__init__")
    asked = asked_of(one, other, methods)
    if constructor is not None:
        asked = beside(asked_of_maker(owner, cells), asked)
    missing = missing_line(other.node)
    about = ast.get_docstring(node) or ""
    texts = (about, *(documents_of(f) for f in (constructor, one, other) if f is not None))
    called = (owner.__name__, forward if forward != "__call__" else "", backward)
    declared = DECLARED.search(f"{owner.__name__} {about}".replace("_", " "))
    return Proposal(
        check=f"{owner.__name__}.{backward}",
        kind=PairKind.CLASS,
        forward=forward,
        backward=backward,
        owner=owner.__name__,
        constructor=constructor.takes if constructor is not None else _made_by(owner),
        takes=one.takes,
        backward_takes=other.takes,
        returned=returned_names(other.node),
        forward_returned=returned_names(one.node),
        documents=tuple(dict.fromkeys(text for text in texts if text)),
        asked=asked,
        calls=tuple(dict.fromkeys(call for name in called for call in calls.get(name, ()))),
        cell=other.cell,
        line=other.line,
        forward_line=one.line,
        unfinished=missing if missing is not None else missing_line(one.node),
        limited=limited_at(other.node),
        single=single_entry_at(other.node),
        slope=place_of_slope(backward, one.takes, other.takes) if forward != backward else (),
        modeless=not asks_for_a_mode(other.node),
        not_derived="it is declared a surrogate" if declared else why_not_derived(one, other),
    )


def _made_by(owner: type) -> tuple[Parameter, ...]:
    """What a constructor takes that nobody wrote, as that of a dataclass."""
    if owner.__init__ is object.__init__:  # type: ignore[misc]
        return ()
    try:
        parameters = list(inspect.signature(owner).parameters.values())
    except (TypeError, ValueError):
        return ()
    return tuple(
        Parameter(p.name, p.default is not p.empty, p.default if p.default is not p.empty else None,
                  many=p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD))
        for p in parameters
    )  # fmt: skip
