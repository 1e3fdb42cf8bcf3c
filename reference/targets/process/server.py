"""What a target's process is asked, and how it answers: one function per question, trees of arrays in and out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from reference.interface.outcome import Single
from reference.targets.losses.trial import TriedLoss
from reference.targets.metering import peak_memory, seconds
from reference.targets.pairing.candidates import paired
from reference.targets.pairing.losses import LOSSES, value_of_loss
from reference.targets.pairing.passes import Function, PassPair, as_returned, function, plain_values, run, stages
from reference.targets.pairing.same_numbers import STATE, held, keep_generators, seeded
from reference.targets.pairing.trial import depends_on_the_rate
from reference.targets.pairs.source.beside import with_forwards_beside
from reference.targets.process.calling import (
    STANDINS,
    Printed,
    arrays_of,
    as_form,
    changed_since,
    forward_and_backward,
    in_common,
    quantities,
    singles,
    with_globals,
)
from reference.targets.process.exceptions import described
from reference.targets.process.functions import bound, functions_of, told
from reference.targets.process.losses import LossAnswers
from reference.targets.process.timed_pairs import TimedPairs
from reference.targets.reading.assigned import assigned, count_of_turns, kept
from reference.targets.reading.live import hold_kernel
from reference.targets.reading.namespace import Loaded, Nowhere, load, object_of
from reference.targets.reading.roles import Role
from reference.targets.reading.source import Cell, SourceError, place, read
from reference.targets.reading.survey import survey
from reference.targets.reading.unfinished import unfinished
from reference.targets.reading.vocabulary import backward_role, bind, forward_role, learn
from reference.targets.tracing import trace

__all__ = ["Server"]

MOST = 10_000  # values of a generator


class Server(LossAnswers, TimedPairs):
    """A loaded target. Every answer is a tree; an exception of the target's is an answer too."""

    def __init__(self) -> None:
        self.path, self.cells = Path(), list[Cell]()
        self.loaded: Loaded | None = None
        self.functions: dict[str, Function] = {}
        self.pairs: dict[str, PassPair] = {}  # found when they are asked for: that runs the target's code
        self.binding: dict[str, Any] = {}
        self.elsewhere: frozenset[str] = frozenset()
        self.templates: dict[str, int] = {}  # unfinished functions, and the line where something is missing
        self.own_losses: dict[str, TriedLoss] = {}
        self._afresh()
        self.direct: Callable[..., Any] | None = None  # a function of one problem

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        ask: Callable[..., Any] = getattr(self, f"ask_{question.pop('ask')}")
        printed = Printed()
        try:
            with redirect_stdout(printed):
                answer = ask(**question)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # sys.exit included
            skipped = {} if self.loaded is None else self.loaded.skipped
            return {"raised": described(error, self.path, skipped, self.templates)}
        return {"answer": answer, "printed": printed.text()}

    def _is_in_the_file(self, file: str) -> bool:
        """Does the target's file, or one beside it which it imports, hold this?"""
        return place(file)[0] == str(self.path) or Path(file).parent == self.path.parent

    # --- loading -------------------------------------------------------------------------------------------

    def ask_load(
        self, path: str, binding: dict[str, Any], only: str | None, kernel: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Everything that the file defines, and what each of it is. ``only``: one function, under whatever name.

        ``kernel``: a notebook's, in its place. ``unreadable``: why nothing is. ``mark``: of this text alone.
        """
        learn(binding["arguments"])
        self.binding, self.path = binding, Path(path)
        self._afresh()
        hold_kernel(self.path, kernel)
        try:
            self.cells = with_forwards_beside(self.path, read(self.path))
            self.lift(asked=bool(binding.get("script")))
            loaded = self.loaded = load(self.path, self.cells, np)
        except SourceError as error:
            return {"unreadable": str(error), "mark": None}
        keep_generators(loaded.names.values())
        functions, steps = functions_of(loaded)
        self.templates = {name: line for name in loaded.own if (line := unfinished(loaded.names[name])) is not None}
        self.elsewhere = frozenset(loaded.skipped)
        self.functions, self.direct = bound(functions, binding, only)
        return {
            "unreadable": None,
            "mark": hashlib.sha256(repr(self.cells).encode(errors="surrogatepass")).hexdigest(),
            **told(self.functions.values(), loaded.own, self.templates),
            "unloadable": [list(u) for u in loaded.unloadable],
            "skipped": {name: list(where) for name, where in loaded.skipped.items()},
            "repaired": loaded.repaired,
            "direct": self.direct is not None,
            "composed": list(steps),
            "survey": survey(self.cells),
        }

    # --- running -------------------------------------------------------------------------------------------

    def ask_pair(self, check: str) -> dict[str, Any]:
        """A backward pass, and what feeds it: found by trying."""
        return plain_values(self._pair(check))

    def _pair(self, check: str) -> PassPair:
        if check not in self.pairs:
            every = list(self.functions.values())
            self.pairs[check] = paired(self.functions[check], every, self.elsewhere, self.binding)
        return self.pairs[check]

    def ask_rate(self, check: str) -> list[Any] | None:
        """Of a backward pass that updates the parameters: what is wrong with the order or the rate, and its line."""
        pair = self._pair(check)
        said, where = depends_on_the_rate(pair), self.loaded and self.loaded.own.get(check)
        return None if said is None else [said, where and where.cell, assigned(pair.backward.call, "W1")]

    def _own(self, check: str) -> PassPair:
        """The backward pass with the file's own forward pass, whatever that computes."""
        pair = self._pair(check)
        return pair.alternative or pair

    def ask_run(self, check: str, problem: dict[str, Any], own: bool = False) -> dict[str, Any]:
        """A backward pass over a stack: its quantities stacked, and the arguments that it changed."""
        pair = self._own(check) if own else self._pair(check)
        outcomes: list[dict[str, Any]] = []
        changed: dict[str, int] = {}
        with held():
            for g, single in enumerate(singles(problem)):
                returned, touched = run(pair, single)
                outcomes.append(returned)
                changed |= dict.fromkeys(touched, g)
        return {"outcome": in_common(outcomes), "changed": changed}

    def ask_masks(self, check: str, problem: dict[str, Any]) -> list[Any]:
        """The masks that the file's own forward pass draws for a stack, layer by layer."""
        with held():
            drawn = [stages(self._pair(check), single).masks or () for single in singles(problem)]
        return [np.stack([masks[l] for masks in drawn]) for l in range(len(drawn[0]))]

    def ask_trace(self, check: str, problem: dict[str, Any]) -> list[Any]:
        """What the file's own frames assign while the backward pass runs; the first problem of the stack."""
        single, pair = singles(problem)[0], self._pair(check)
        stage = stages(pair, single)
        arguments = bind(pair.backward.arguments, pair.backward.role or "", stage.values)
        return self._traced(lambda: pair.backward.call(**arguments), STATE + 1)

    def _traced(self, call: Callable[[], Any], state: int) -> list[Any]:
        def run() -> None:
            with seeded(state):
                call()

        events = trace(run, self._is_in_the_file)
        return [[*place(e.file), e.line, e.function, e.frame, e.variable, e.value] for e in events]

    def ask_costs(self, check: str, cost: str | None, problem: dict[str, Any]) -> Any:
        """The file's own J of every problem of a stack: its forward pass, and its cost."""
        with held():
            return np.array([self._cost(check, cost, single) for single in singles(problem)])

    def _cost(self, check: str, cost: str | None, single: Single) -> Any:
        pair = self._own(check)
        stage = stages(pair, single)
        assert stage.returned is not None
        if cost is None:
            return float(np.squeeze(stage.returned.cost))
        if cost in LOSSES:
            A = np.reshape(stage.returned.A, single.Y.T.shape).T if pair.reading.rows else stage.returned.A
            return value_of_loss(cost, np.reshape(A, single.Y.shape), single.Y, [W for W, _ in single.parameters],
                                 single.lambd if pair.l2 else 0.0)  # fmt: skip
        f = self.functions[cost]
        with seeded():
            return float(np.squeeze(f.call(**bind(f.arguments, f.role or "", stage.values))))

    def ask_autodiff(self, check: str, cost: str | None, problem: dict[str, Any]) -> Any:
        """dJ of the file's own forward pass and cost by JAX, with ``jax.numpy`` in NumPy's place."""
        from reference.targets.process.jax_numpy import gradients_of

        price = None if cost is None else self.functions[cost]
        return gradients_of(self.path, self.cells, self._own(check), price, singles(problem)[0])

    def ask_call(self, name: str, values: dict[str, Any], role: str | None = None, form: str = "dict",
                 replaced: dict[str, str] | None = None, traced: bool = False, after: bool = False) -> Any:  # fmt: skip
        """Call a function with arguments by their meaning. ``replaced``: globals that are ours for this call.

        ``traced``: what its variables took, in place of what it returns. ``after``: with its arguments after the call.
        """
        f, call = self.functions[name], self.functions[name].call
        if replaced:
            call = with_globals(call, {k: STANDINS[v] for k, v in replaced.items()})
        given = {k: as_form(v, form) if k in ("parameters", "gradients") else v for k, v in values.items()}
        bound = bind(f.arguments, role or f.role or "", given)
        if traced:
            return self._traced(lambda: call(**bound), STATE)
        with seeded():
            value = call(**bound)
            if isinstance(value, Iterator):  # a generator's values
                value = list(islice(value, MOST))
        return [value, given] if after else value

    def ask_line(self, name: str, quantity: str, entry: bool = False) -> int | None:
        """The line of a function that makes W1, or that puts anything under this name as an entry."""
        return (kept if entry else assigned)(self.functions[name].call, quantity)

    def ask_count_of_turns(self, name: str) -> int | None:
        """Where the only loop of a function is told how many turns it takes."""
        return count_of_turns(self.functions[name].call)

    def ask_sizes(self, name: str, sizes: dict[str, int]) -> Any:
        """An initialiser that takes the sizes of its layers one by one."""
        with seeded():
            return self.functions[name].call(**sizes)

    # --- a function of one problem ---------------------------------------------------------------------------

    def ask_module(self, module: str, attribute: str, folder: str, binding: dict[str, Any]) -> Any:
        """Import ``module:attribute``: a pair of passes, where it is one; else a function of one problem.

        ``not_there``: why the name leads nowhere.
        """
        learn(binding["arguments"])
        self.binding = binding
        try:
            target = object_of(Path(folder), module, attribute)
            passes = forward_and_backward(target, attribute)
        except Nowhere as why:
            return {"not_there": str(why), "pair": None}
        forward, backward = passes or (None, target)
        if passes is None and self.learn_losses_of(target, attribute):
            return {"not_there": None, "pair": None, "own_loss": True}
        last = function(attribute.rpartition(".")[2], backward, own=True)
        role = backward_role(last.arguments)
        if passes is None and (role is None or len(last.arguments) == 1):
            self.direct = target
            return {"not_there": None, "pair": None}
        self.functions[last.name] = last._replace(role=role or Role.BACKWARD)
        if forward is not None:
            first = function("forward", forward, own=True)
            self.functions[first.name] = first._replace(role=forward_role(first.arguments))
        return {"not_there": None, "pair": self.ask_pair(last.name)}

    def ask_problem(self, problem: dict[str, Any]) -> dict[str, Any]:
        """The function's quantities of every problem, stacked; and the arguments that it changed."""
        assert self.direct is not None
        given = singles(problem)
        before = [{name: a.copy() for name, a in arrays_of(single).items()} for single in singles(problem)]
        with np.errstate(all="ignore"):
            outcomes = [self.direct(single) for single in given]
        changed = changed_since(before, given)
        stacked, why = quantities(outcomes)
        return {"outcome": stacked, "why": why, "changed": changed}

    # --- what it costs ---------------------------------------------------------------------------------------

    def ask_seconds(self, check: str | None, problem: dict[str, Any], repetitions: int) -> float:
        """Seconds of one call for the first problem of a stack, forward and backward."""
        return seconds(self._call(check, problem), repetitions)

    def ask_memory(self, check: str | None, problem: dict[str, Any]) -> int | None:
        """Bytes of one call."""
        return peak_memory(self._call(check, problem))

    def _call(self, check: str | None, problem: dict[str, Any]) -> Callable[[], Any]:
        single = singles(problem)[0]
        if check is None:
            direct = self.direct
            assert direct is not None
            return lambda: direct(single)
        pair = self._pair(check)
        return lambda: as_returned(pair, stages(pair, single).values, single)
