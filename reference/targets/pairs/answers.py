"""What a target's process is asked about its pairs. Every answer is a tree of raw numbers."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from reference.interface.pair import PairDraw, PairKind, Proposal
from reference.targets.pairs.autodiff import autodiff
from reference.targets.pairs.beside import call_of, doubles, extended, with_primals
from reference.targets.pairs.edits.editing import adjoints_of, variants_of
from reference.targets.pairs.edits.statements import statements
from reference.targets.pairs.edits.variants import Variants
from reference.targets.pairs.frameworks.numbers import in_numpy
from reference.targets.pairs.frameworks.rules import Rules, rules_of
from reference.targets.pairs.frameworks.running import anew, namespace_of
from reference.targets.pairs.guards import guards
from reference.targets.pairs.networks.choices import Choices
from reference.targets.pairs.networks.trainer import NETWORK
from reference.targets.pairs.prepared import Prepared
from reference.targets.pairs.preparing import prepare
from reference.targets.pairs.proposing.decorated import between, example_of
from reference.targets.pairs.proposing.proposals import proposals_of
from reference.targets.pairs.running import complex_step, differences, quiet, recorded_run
from reference.targets.pairs.stopwatch import Stopwatch, watched
from reference.targets.pairs.written_numbers import written_numbers
from reference.targets.reading.namespace import Loaded
from reference.targets.reading.scripts import LiftedLines, lifted
from reference.targets.reading.source import Cell
from reference.targets.stand_in.loading import Namespace, kind_named, loaded_for

__all__ = ["PairAnswers"]


class PairAnswers:
    """Questions about pairs; the draws are as ``PairDraw.tree`` has them, the points as lists [primal, flat index]."""

    path: Path
    cells: list[Cell]
    loaded: Loaded | None
    proposals: dict[str, Proposal]
    namespaces: dict[str, Namespace]  # by the name of their kind
    variants: dict[str, Variants]  # by pair
    rules: Rules | None  # with the namespace of a framework's own
    choices: Choices
    lifted: list[LiftedLines]  # lines without a function that became one

    def _afresh(self) -> None:
        """Nothing is known of the pairs of a text that is read now."""
        self.proposals, self.namespaces, self.variants, self.rules = {}, {}, {}, None
        self.choices, self.lifted = Choices(), []

    def lift(self, *, asked: bool) -> None:
        """Lines without a function become one, where that is asked for."""
        if asked:
            self.cells, self.lifted = lifted(self.cells)

    def ask_pair_proposals(self) -> list[dict[str, Any]]:
        """Every proposal of the file, as ``Proposal.tree``."""
        assert self.loaded is not None
        self.proposals, self.rules = proposals_of(self.cells, self.loaded), rules_of(self.path, self.cells)
        if self.rules is not None:
            self.proposals = self.rules.among(self.proposals)
        for one in self.lifted:
            if one.name in self.proposals and NETWORK in self.proposals[one.name].asked:
                self.proposals[one.name].asked[NETWORK]["lifted"] = one.said()  # type: ignore[index]
        return [proposal.tree() for proposal in self.proposals.values()]

    def ask_pair_between(self, forward: str, backward: str) -> dict[str, Any] | None:
        """The proposal of two functions of the file, whatever they are called; ``None`` where it does not have both."""
        assert self.loaded is not None
        if not {forward, backward} <= self.loaded.own.keys():
            return None
        between(self.loaded.names[forward], backward)
        self.ask_pair_proposals()
        return self.proposals[backward].tree()

    def ask_pair_twin(self, check: str) -> dict[str, Any] | None:
        """The proposal of the pair's twin in its forward pass's place; ``None`` where the file has no such function."""
        assert self.loaded is not None
        proposal = self.proposals[check]
        twin = str(proposal.said["twin"])
        if twin not in self.loaded.own:
            return None
        by_twin = proposal._replace(check=f"{check} by {twin}", forward=twin)
        self.proposals[by_twin.check] = by_twin
        return by_twin.tree()

    def ask_module_file(self, module: str, attribute: str) -> str | None:
        """Where an object of a module that was imported is written down."""
        found: Any = sys.modules.get(module)
        for part in attribute.split("."):
            found = getattr(found, part, None)
        try:
            return inspect.getsourcefile(found)
        except TypeError:
            return None

    def ask_pair_example(self, check: str, seed: int) -> dict[str, Any]:
        """``arguments`` and ``construct`` by name, as the file's own example makes them from a seed."""
        assert self.loaded is not None
        if not self.proposals:
            self.ask_pair_proposals()
        proposal = self.proposals[check]
        return in_numpy(example_of(proposal, self._loaded_of(proposal), seed))

    def ask_pair_run(self, check: str, draw: dict[str, Any], kind: str = "float64") -> dict[str, Any]:
        """Both passes, once. ``kind``: "plain" (NumPy itself), "float64" or "float32" (recorded).

        ``primals``, ``outputs``, ``cotangents``, ``gradients`` by primal, ``called``, ``unmatched``, ``changed``;
        ``pattern``: a digest of every comparison and choice on the way of the forward pass; ``switches``: where these
        are, [cell, line, what, how often]; ``near``: the smallest relative distance of a switch from its kink;
        ``operations``: how many calls of NumPy the forward pass made; ``ties``: how many switches are exactly at their
        kink; ``one_entry``: [cell, line, float or int, how often] of what only NumPy before 2.4 makes a number of;
        ``casts``: [cell, line, dtype, how often] of every cast to a narrower float, in both passes. "widened" is
        "float64" with these casts widened, "widened 12" with those of line 12. ``effort``: how many calls of NumPy, and
        reads and writes of elements, all of this took.
        """
        prepared, namespace = self._prepared(check, draw, kind)
        return recorded_run(prepared, namespace.kind, self._draw(draw).seed, self.path)

    def ask_pair_left_behind(self, check: str, draw: dict[str, Any], cotangents: list[Any]) -> list[str]:
        """The arguments whose gradient is another once an object has been through both passes before."""
        prepared, namespace = self._prepared(check, draw, "plain")
        with quiet():
            lifted = {name: namespace.kind.lift(array) for name, array in prepared.primals.items()}
            return prepared.left_behind(lifted, [namespace.kind.lift(np.asarray(c)) for c in cotangents])

    def ask_pair_differences(
        self, check: str, draw: dict[str, Any], cotangents: list[Any], points: list[Any], steps: list[float],
        kind: str = "widened",
    ) -> dict[str, Any]:  # fmt: skip
        """The sum of cotangents times outputs at θ ± ε and θ ± 2ε of each point, and whether the pattern is θ's there:
        ``values``: (points, 4) for +ε, −ε, +2ε, −2ε; ``same``: booleans of that shape; ``value`` and ``pattern``: θ's.
        Casts to a narrower float are widened, as in every witness: their rounding over ε would be no derivative.
        """
        prepared, namespace = self._prepared(check, draw, kind)
        return differences(prepared, namespace.kind, cotangents, points, steps)

    def ask_pair_complex(
        self, check: str, draw: dict[str, Any], cotangents: list[Any], points: list[Any]
    ) -> dict[str, Any]:
        """The complex step in extended precision. A point is [primal, flat index] or [primal, direction array]:
        ``derivatives`` (points,), ``value``: the sum of cotangents times outputs, ``pattern``.
        """
        prepared, namespace = self._prepared(check, draw, "complex")
        return complex_step(prepared, namespace.kind, cotangents, points)

    def ask_pair_autodiff(self, check: str, draw: dict[str, Any], cotangents: list[Any]) -> dict[str, Any]:
        """``gradients`` by primal, ``value``, ``pattern`` and ``steps``, by JAX through the target's own lines;
        or ``too_many_steps``: how many it would not differentiate, and smaller sizes may be asked for.
        """
        prepared, namespace = self._prepared(check, draw, "autodiff")
        if prepared.derivative is not None:
            return prepared.derivative(cotangents)
        return autodiff(prepared, namespace.kind, cotangents)

    def ask_pair_guards(
        self, check: str, draw: dict[str, Any], cotangents: list[Any], points: list[Any], fractions: list[float] | None
    ) -> list[dict[str, Any]]:
        """Of every small literal the derivatives at the points, with it times a fraction: ``derivatives`` (fractions,
        points). ``number``, ``literal``, ``text``, ``file`` where it is another, ``cell``, ``line``; of one that was
        made smaller on the way back as well, ``gradients`` of the same shape; whether it may stand ``behind`` alone.
        Without fractions the numbers that are written to several digits, as ``written_numbers`` answers.
        """
        files: dict[Path, list[Cell]] = {self.path: self.cells}
        proposal = self._proposal(check, draw)

        def edited(files: dict[Path, list[Cell]]) -> tuple[Prepared, Any]:
            if proposal.kind is PairKind.RULE:
                made, loaded = anew(proposal.framework, self.path, files[self.path])
            else:
                made = kind_named("complex")
                loaded = loaded_for(self.path, files[self.path], made, beside=files)
            return prepare(proposal, loaded, self._draw(draw), made), made

        try:
            edited(files)  # which has what it imports
            asked = files, edited, cotangents, points
            return guards(*asked, fractions) if fractions else written_numbers(*asked)
        finally:
            edited({self.path: self.cells})  # whose text is shown

    def ask_pair_edits(self, check: str, which: str, draw: dict[str, Any], wrong: list[str]) -> list[dict[str, Any]]:
        """Single edits of the "backward" or "forward" pass that may mend these gradients, the first to be tried first.

        ``number``, ``kind``, ``rank``, ``weight``, ``file``, ``cell``, ``line``, ``function``; the whole lines
        ``before`` and ``after``; ``old`` and ``new``: the span itself. Every edit counts from this draw on.
        """
        if check not in self.variants or not self.variants[check].are_of(draw):
            self.variants[check] = variants_of(
                self.proposals[check], lambda tree, kind: self._paired(check, tree, kind), draw, self._is_in_the_file
            )
        return self.variants[check].of(which, wrong)

    def ask_pair_edited(
        self, check: str, numbers: list[Any], draws: list[Any], seconds: float = 60.0, along: list[str] | None = None
    ) -> list[Any]:
        """Of each edit (or list of edits at once), per draw: ``gradients`` by primal, or ``raised``.

        ``same``: the forward pass gives what it gave. ``along``: of these primals, for two directions, the gradient
        along it, the difference of the edited forward pass, and the size of the gradient's terms. Fewer answers than
        edits where the time is over. Seeds as in ``pair_run``.
        """
        return self.variants[check].run(numbers, draws, seconds=seconds, along=along or ())

    def ask_pair_adjoints(self, check: str, draw: dict[str, Any], cotangents: list[Any]) -> dict[str, Any]:
        """``forward``: of every local of the forward pass ``name``, ``line``, ``value``, random ``directions`` and the
        ``slopes`` along them; ``backward``: of the locals of the backward pass in their order ``name``, ``file``,
        ``cell``, ``line``, ``value``. After ``pair_edits``.
        """
        return adjoints_of(self.variants[check], draw, cotangents, self._is_in_the_file)

    def ask_pair_statements(self, check: str, draw: dict[str, Any]) -> list[dict[str, Any]]:
        """The statements of the backward pass, with what each makes and uses; as ``statements`` has them."""
        self.ask_pair_edits(check, "backward", draw, [])
        return statements(self.variants[check].units)

    def ask_pair_beside(
        self, check: str, draw: dict[str, Any], primals: dict[str, Any], cotangents: list[Any] | None, kind: str
    ) -> dict[str, Any]:
        """``pair_run`` at these values of its own parameters, and with these cotangents."""
        prepared, namespace = self._prepared(check, draw, kind)
        seed = self._draw(draw).seed
        with doubles():
            return recorded_run(with_primals(prepared, primals), namespace.kind, seed, self.path, cotangents=cotangents)

    def ask_pair_extended(
        self, check: str, draw: dict[str, Any], primals: dict[str, Any], cotangents: list[Any], points: list[Any]
    ) -> dict[str, Any]:
        """``outputs``, and the ``derivatives`` at the points, in extended precision throughout."""
        prepared, namespace = self._prepared(check, draw, "complex")
        return extended(with_primals(prepared, primals), namespace.kind, cotangents, points)

    def ask_pair_network(self, check: str, draw: dict[str, Any]) -> dict[str, Any]:
        """What the step of a network is held to: ``loss`` ("" for the file's own), ``output``, ``labels``, ``line``,
        the common ``factor``, the ``shape`` of the output, the gradients that are ``unfit``.
        """
        if not self.proposals:
            self.ask_pair_proposals()
        return dict(self._proposal(check, draw).asked[PairKind.NETWORK]["chosen"])

    @contextmanager
    def _both_passes(
        self, check: str, draw: dict[str, Any], primals: dict[str, Any], cotangents: list[Any]
    ) -> Iterator[tuple[Callable[[], Any], Stopwatch]]:
        """Both passes with NumPy itself, ready to be called, and what times them alone."""
        _, namespace = self._prepared(check, draw, "plain")
        with watched(self.proposals[check], namespace.loaded.names) as watch:  # before the state is taken that is kept
            prepared, _ = self._prepared(check, draw, "plain")
            yield call_of(with_primals(prepared, primals), cotangents), watch

    def _paired(self, check: str, draw: dict[str, Any], kind: str) -> tuple[Prepared, Any]:
        prepared, namespace = self._prepared(check, draw, kind)
        return prepared, namespace.kind

    def _is_in_the_file(self, file: str) -> bool:
        raise NotImplementedError

    def _prepared(self, check: str, draw: dict[str, Any], kind: str) -> tuple[Prepared, Namespace]:
        """A pair with one draw, in the namespace of a kind; a namespace is loaded once."""
        if not self.proposals:
            self.ask_pair_proposals()
        proposal = self._proposal(check, draw)
        namespace = self._namespace(proposal, kind)
        return prepare(proposal, namespace.loaded, self._draw(draw), namespace.kind), namespace

    def _proposal(self, check: str, draw: dict[str, Any]) -> Proposal:
        """The proposal; of a network with the loss that its step is held to, as it was found with NumPy itself."""
        proposal = self.proposals[check]
        if proposal.kind is not PairKind.NETWORK:
            return proposal
        return self.choices.chosen(proposal, self._namespace(proposal, "plain"), self._draw(draw))

    def _namespace(self, proposal: Proposal, kind: str) -> Namespace:
        """The file as it stands with a kind, or with the framework that a rule is written for; loaded once."""
        key = f"{proposal.framework} {kind}".strip()
        if key not in self.namespaces:
            if proposal.kind is PairKind.RULE:
                theirs = self.rules.loaded if self.rules is not None else None
                self.namespaces[key] = namespace_of(proposal.framework, kind, theirs, self.path, self.cells)
            else:
                made = kind_named(kind)
                self.namespaces[key] = Namespace(made, loaded_for(self.path, self.cells, made))
        return self.namespaces[key]

    def _loaded_of(self, proposal: Proposal) -> Loaded:
        """The namespace in which a pair stands: that of its framework, or of NumPy itself."""
        found = self.rules.loaded if proposal.kind is PairKind.RULE and self.rules is not None else self.loaded
        assert found is not None
        return found

    def _draw(self, tree: dict[str, Any]) -> PairDraw:
        return PairDraw(**tree)
