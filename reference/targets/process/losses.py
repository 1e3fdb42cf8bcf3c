"""What is asked of functions that return their own loss: which they are, and what they say of a stack of problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from reference.interface.outcome import Single
from reference.targets.losses.examples import side_by_side
from reference.targets.losses.finding import class_ways, ways_of
from reference.targets.losses.network_class import is_network_class
from reference.targets.losses.trial import TriedLoss, chosen
from reference.targets.losses.way import LossWay, as_number
from reference.targets.pairing.passes import STATE, Function, function
from reference.targets.pairs.proposing.decorated import named_by_marks
from reference.targets.pairs.source.limits import line_of_limit
from reference.targets.process.calling import singles
from reference.targets.reading.assigned import assigned
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.source import Cell, place
from reference.targets.reading.vocabulary import plain

__all__ = ["LossAnswers"]

CERTAIN = re.compile(r"(cost|loss|value|objective)(and|with)?(_?the)?grad|nncostfunction")  # names that promise both


class LossAnswers:
    """A part of the ``Server``: its questions about losses."""

    path: Path
    cells: list[Cell]
    loaded: Loaded | None
    functions: dict[str, Function]
    binding: dict[str, Any]
    own_losses: dict[str, TriedLoss]

    def _traced(self, call: Callable[[], Any], state: int) -> list[Any]:
        raise NotImplementedError

    def ask_losses(self, only: str | None) -> list[list[Any]]:
        """Every function and class that may have its own loss: the check, whether its name promises one, its place."""
        return [[check, *self._promises(name)] for check, name, _ in self._candidates(only)]

    def _promises(self, name: str) -> tuple[bool, list[Any] | None]:
        code = getattr(self._named(name), "__code__", None)
        certain = name not in self.functions or CERTAIN.search(plain(name)) is not None
        return certain, None if code is None else [*place(code.co_filename), code.co_firstlineno]

    def ask_loss(self, check: str, only: str | None) -> dict[str, Any]:
        """What is known of the loss of one of these; or why it cannot be asked."""
        for one, name, ways in self._candidates(only):
            if one == check:
                if (line := line_of_limit(self._named(name))) is None:
                    return self._found(check, ways)
                why = f"line {line} limits how large a gradient may be, and so it is that of no loss"
                return {"check": check, "not_judged": why}
        raise KeyError(check)

    def learn_losses_of(self, target: Any, attribute: str) -> bool:
        """Has an imported function, or a class or its ``backprop``, its own loss? It is known from now on."""
        made = _class_of(target)
        name = attribute.rpartition(".")[2] if made is None else made.__name__
        if made is None:
            self.functions[name] = function(name, target, own=True)
            code = getattr(target, "__code__", None)
        else:
            self.loaded = Loaded(made.__init__.__globals__, {}, [], {}, False)
            code = made.__init__.__code__
        asked = [self.ask_loss(check, name) for check, _, _ in self._candidates(name)]
        found = [one for one in asked if one["not_judged"] is None]
        if not found:
            self.functions.pop(name, None)
        elif code is not None:
            self.path = Path(code.co_filename)  # where lines are traced
        return bool(found)

    def _candidates(self, only: str | None) -> Iterator[tuple[str, str, Iterable[LossWay]]]:
        form, layout = self.binding.get("form"), self.binding.get("layout")
        rows = None if layout is None else layout == "rows"
        said = set() if self.loaded is None else named_by_marks(self.loaded)  # nor is compiled code fed by guess
        for f in list(self.functions.values()):
            if f.own and f.name not in said and (only is None or only.rpartition(".")[2] == f.name):
                asked = ways_of(f, by_name=only is not None, form=form, rows=rows)
                if asked is not None:
                    yield f.name, f.name, asked
        if self.loaded is not None:
            for check, ways in class_ways(self.loaded.names):
                name = check.partition(".")[0]
                if only in (None, name, check.partition(" ")[0]):
                    yield check, name, ways

    def _found(self, check: str, ways: Iterable[LossWay]) -> dict[str, Any]:
        tried, why = chosen(ways, self._named)
        if tried is None:
            return {"check": check, "not_judged": why}
        self.own_losses[check] = tried
        way, known = tried.way, tried.known
        return {
            "check": check, "not_judged": None, "said": way.said,
            "shapes": [list(shape) for shape in tried.shapes], "raises": list(tried.raises), "l2": way.l2,
            "biases": way.biases, "known": None if known is None else list(known), "replaces": way.replaces,
        }  # fmt: skip

    def _named(self, name: str) -> Any:
        if name in self.functions:
            return self.functions[name].call
        assert self.loaded is not None
        return self.loaded.names[name]

    def _way(self, check: str) -> tuple[LossWay, list[Any]]:
        if check not in self.own_losses:  # another process knew it
            self.ask_loss(check, check.partition(" ")[0])
        way = self.own_losses[check].way
        return way, [self._named(name) for name in way.names]

    # --- one stack of problems -----------------------------------------------------------------------------------

    def ask_loss_run(self, check: str, problem: dict[str, Any]) -> dict[str, Any]:
        """The gradients over a stack, and the arguments that a call changed."""
        way, called = self._way(check)
        outcomes: list[dict[str, Any]] = []
        changed: dict[str, int] = {}
        for g, single in enumerate(singles(problem)):
            outcomes.append({name: np.asarray(a) for name, a in way.answer(called, single).gradients.items()})
            changed |= dict.fromkeys(way.touched(called, single), g)
        stacked = {}
        for name in outcomes[0]:
            arrays = [outcome.get(name) for outcome in outcomes]
            if all(a is not None and a.shape == outcomes[0][name].shape and a.dtype.kind in "biufc" for a in arrays):
                stacked[name] = np.stack(arrays)  # type: ignore[arg-type]
        return {"outcome": stacked, "changed": changed}

    def ask_loss_values(self, check: str, problem: dict[str, Any]) -> Any:
        """The loss of every problem of a stack."""
        way, called = self._way(check)
        return np.array([as_number(way.loss_of(called, single)) for single in singles(problem)])

    def ask_loss_prepared(self, check: str, problem: dict[str, Any]) -> dict[str, Any]:
        """A stack as the function takes it: labels that are classes, no biases where it has none."""
        way, _ = self._way(check)
        prepared = [way.prepared(single) for single in singles(problem)]
        layers = range(len(problem["parameters"]))
        return {
            "Y": np.stack([single.Y for single in prepared]),
            "b": [np.stack([single.parameters[l][1] for single in prepared]) for l in layers],
        }

    def ask_loss_trace(self, check: str, problem: dict[str, Any]) -> list[Any]:
        """What the file's own frames assign on the first problem of a stack, in the court's orientation."""
        way, called = self._way(check)
        single = way.prepared(singles(problem)[0])
        if way.each:
            return self._traced_one_by_one(way, called, single)
        events = self._traced(lambda: way.ask(called, single), STATE)
        return [
            [*where, way.renamed(variable), seen]
            for *where, variable, value in events
            for seen in way.seen(value, single)
        ]

    def _traced_one_by_one(self, way: LossWay, called: list[Any], single: Single) -> list[Any]:
        """What every example assigns, side by side, where all took the same way."""
        m = single.X.shape[1]
        columns = [single._replace(X=single.X[:, [k]], Y=single.Y[:, [k]]) for k in range(m)]
        runs = [self._traced(partial(way.ask, called, column), STATE) for column in columns]
        return side_by_side(runs)

    def ask_gradient_line(self, check: str, gradient: str) -> list[Any] | None:
        """Where the source sets dW1, or what is returned under its name or W1's."""
        _, called = self._way(check)
        code = getattr(called[0], "__code__", None)
        if code is None:
            return None
        line = assigned(called[0], gradient) or assigned(called[0], gradient[1:], entry=True)
        return None if line is None else [*place(code.co_filename), line]

    def ask_loss_autodiff(self, check: str, problem: dict[str, Any]) -> Any:
        """dJ by JAX through the file's own code; raises whatever that raises under JAX."""
        from reference.targets.process.jax_numpy import gradient_of_loss

        way, _ = self._way(check)
        return gradient_of_loss(self.path, self.cells, way, singles(problem)[0])


def _class_of(target: Any) -> Any:
    """The class of a network that is named itself, or by its ``backprop``."""
    if isinstance(target, type):
        return target if is_network_class(target) else None
    owner = getattr(target, "__globals__", {}).get(_owner(target))
    return owner if isinstance(owner, type) and is_network_class(owner) else None


def _owner(target: Any) -> str:
    return str(getattr(target, "__qualname__", "")).rpartition(".")[0]
