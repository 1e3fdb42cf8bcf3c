"""From what a kernel sent to what stands under its cell. Here is nothing of the kernel's but its message."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import click

from reference.cases.case import CaseError
from reference.commands.flags import options_of
from reference.findings.verdicts import DEBUG, INTERNAL
from reference.interface.entry import Implementation, NotJudged
from reference.interface.exceptions import TargetNotStarted
from reference.notebook.gathering import CodeSpot
from reference.notebook.standing import StandingCells, standing
from reference.report.html.cell import render_cell
from reference.report.models.verification import Finding, Report, Target
from reference.report.text import render
from reference.selftest.canary import canary
from reference.settings.binding import BindingError, binding_of
from reference.settings.catalogue import PROFILE, SETTINGS
from reference.settings.table import ConfigurationError
from reference.spelling import or_listed
from reference.targets import TargetError
from reference.targets.course_file import course_file
from reference.targets.open_pairs import is_named
from reference.targets.process.children import Children
from reference.targets.reading.live import Kernel, as_plain
from reference.targets.reading.source import SourceError, hold
from reference.verification.as_asked import judged_as_asked
from reference.verification.conclude import conclude
from reference.verification.conclusion import Conclusion
from reference.verification.excepted import misnamed, without
from reference.verification.parallel import Job, side_by_side
from reference.verification.reported import invoked, run_report, target_report
from reference.verification.request import Request, request
from reference.verification.target import prepared
from reference.verification.threads import begun, cores

__all__ = ["answered"]

NAME = "notebook"  # of what is judged, in every report
LARGEST = 100 * 2**20  # bytes; a message holds that with ease
AS_A_COMMAND = re.compile(rf"manual-backprop verify {NAME}(?:::(\S+))?")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--case", "line", metavar="LINE", help="Judge this one case, as a failure prints it.")
@options_of(PROFILE, *(setting for setting in SETTINGS if setting.help))
@click.option("--except", "excepted", multiple=True, metavar="NAME", help="Leave this function out. Repeatable.")
@click.option("--script", is_flag=True, help="Judge lines without a function that train a network.")
@click.option("--bind", multiple=True, metavar="KEY=VALUE", help="How to read what is judged, as in layout=rows.")
def command(**asked: Any) -> None:
    """Judge what this kernel has defined, as it lives: of these NAMEs alone, or all of it.

    %%verify, as the first line of a cell, runs the cell and judges what it defines.
    """


class CommandLine(NamedTuple):
    """What is to be judged, how, and of which functions alone; ``line``: as it was typed; ``cell``: what it ran."""

    request: Request
    names: tuple[str, ...]
    line: str
    cell: int | None


def answered(question: Mapping[str, Any], state: bytes, children: Children) -> dict[str, str | None]:
    """``html`` and ``text``; of what cannot be judged at all, one line of text."""
    spots = {name: None if spot is None else CodeSpot(*spot) for name, spot in question["own"].items()}
    stand = standing([(number, text) for number, text in question["cells"]], set(question["names"]), spots)
    try:
        asked = _asked(question, stand)
        if len(state) > LARGEST:
            raise click.UsageError(f"what the functions here use is larger than {LARGEST // 2**20} MiB, pickled")
        kernel = Kernel(stand.cells, state, question["lost"], frozenset(question["names"]))
        report = _report(asked, kernel, children)
    except (click.ClickException, CaseError, ConfigurationError, BindingError, TargetError, TargetNotStarted) as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        return {"html": None, "text": f"%verify: {message}"}
    except click.exceptions.Exit:
        return {"html": None, "text": command.get_help(click.Context(command, info_name="%verify"))}
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        return {"html": None, "text": f"%verify: {INTERNAL}: {type(error).__name__}: {error}"}
    return {"html": render_cell(report, dict(question["cells"])), "text": render(report)}


def _asked(question: Mapping[str, Any], stand: StandingCells) -> CommandLine:
    """Raises ``click.ClickException`` for an option or a name that there is not."""
    try:
        typed = shlex.split(question["line"])
    except ValueError as error:
        raise click.UsageError(f"{question['line']}: {error}") from None
    flags = command.make_context("%verify", typed).params
    names: Sequence[str] = flags.pop("names")
    own = question["own"]
    for name in names:
        if name.partition(".")[0] not in own:
            raise click.UsageError(f"the kernel has no function or class {name!r}; {or_listed(name, own)}")
    cell = question["cell"]
    if cell is not None and not names:
        names = stand.defined_in(cell)
        if not names:
            raise click.UsageError(f"In [{cell}] defines no function and no class")
    asked = request((NAME,), (("html", None),), flags)
    return CommandLine(asked, tuple(names), f"%verify {question['line']}".strip(), cell)


def _report(asked: CommandLine, kernel: Kernel, children: Children) -> Report:
    """Raises ``TargetError`` where nothing can be judged, ``KeyboardInterrupt`` where it is stopped."""
    path, how = Path.cwd() / NAME, asked.request
    hold(path, kernel.cells)
    binding = binding_of(NAME, how.bind, how.bindings)
    made = invoked()._replace(command=asked.line)

    def opening() -> Implementation:
        try:
            found = course_file(
                path, how.limits, shown=NAME, binding=binding, children=children, kernel=as_plain(kernel)
            )
        except SourceError as error:
            raise TargetError(str(error)) from None
        found = _told_of_losses(_narrowed(found, asked.names), kernel.lost)
        if asked.cell is not None and not (found.entries or found.unknown or found.laws or found.pairs or found.notes):
            found.close()
            raise TargetError(f"In [{asked.cell}] defines nothing that is judged by itself: {', '.join(asked.names)}")
        return found

    options = replace(how.options, witness_cache={}, processes=cores())
    how = replace(how, options=options)
    with prepared(anew=how.anew):
        distrust = begun(canary)  # while the target is opened: nothing is judged before it has answered

        def judged(implementation: Implementation, job: Job) -> Conclusion:
            if (why := distrust.result()) is not None:
                return Conclusion(job.name, "error", f"{INTERNAL}: {why}")
            return judged_as_asked(implementation, job, how, kept=False)

        found = side_by_side(
            [Job(NAME, opening)],
            judged,
            lambda one, run: conclude(without(one, how.excepted), options, run, interrupted=True),
        )
    if found[-1].verdict == "interrupted":
        raise KeyboardInterrupt
    if (why := misnamed(how.excepted, found, bound=bool(how.bind))) is not None:
        raise click.UsageError(why)
    target = _in_the_kernels_words(target_report(found[0]))
    return run_report([target], made, seed=options.seed, profile=how.profile)


def _narrowed(implementation: Implementation, names: Collection[str]) -> Implementation:
    """What is called so alone, where something is; a class with its methods, a pair by either half."""
    if not names:
        return implementation

    def meant(check: str) -> bool:
        return check in names or check.partition(".")[0] in names

    return implementation._replace(
        entries=tuple(entry for entry in implementation.entries if meant(entry.check)),
        unknown=tuple(pair for pair in implementation.unknown if meant(pair[0])),
        laws=tuple(law for law in implementation.laws if meant(law.check)),
        pairs=tuple(p for p in implementation.pairs if meant(p.proposal.check) or any(is_named(p, n) for n in names)),
        notes=tuple(n for n in implementation.notes if isinstance(n, NotJudged) and meant(n.check)),
        seen=(),  # which tells of all there is
    )


def _told_of_losses(implementation: Implementation, lost: Mapping[str, str]) -> Implementation:
    """With what could not be pickled said of each."""
    notes: list[str | NotJudged] = []
    told = set()
    for note in implementation.notes:
        if isinstance(note, NotJudged) and note.check in lost:
            told.add(note.check)
            note = note._replace(reason=f"it cannot be pickled for a process of its own: {lost[note.check]}")
        notes.append(note)
    notes += [f"{name} is left out, as it cannot be pickled: {why}" for name, why in lost.items() if name not in told]
    return implementation._replace(notes=tuple(notes))


def _in_the_kernels_words(target: Target) -> Target:
    """What is to be typed is typed into a cell; no failure was kept, since there is no file to try it on again."""
    checks = [
        row.model_copy(update={"findings": [_typed(row.check, finding) for finding in row.findings]})
        for row in target.checks
    ]
    words = {"notes": [_with_magics(note) for note in target.notes], "seen": [_with_magics(one) for one in target.seen]}
    error = None if target.error is None else _with_magics(target.error)
    return target.model_copy(update={"checks": checks, "error": error, **words})


def _typed(check: str, finding: Finding) -> Finding:
    again = None
    if finding.smallest is not None:
        named = "" if finding.smallest.startswith(f"{check} ") else f"{check} "
        again = f"%verify {named}--case {shlex.quote(finding.smallest)}"
    remedy = None if finding.remedy is None else _with_magics(finding.remedy)
    return finding.model_copy(update={"replay": again, "remedy": remedy, "text": _with_magics(finding.text)})


def _with_magics(text: str) -> str:
    return AS_A_COMMAND.sub(lambda found: f"%verify {found[1]}" if found[1] else "%verify", text)
