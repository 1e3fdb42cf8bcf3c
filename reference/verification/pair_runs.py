"""The pairs of a target, one after the other in its process, or in two processes of it side by side.

Every pair is judged from its own seed and begins from the file's own state: which process has it, and after which
other, makes no difference.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable

from reference.cases.case import CaseError
from reference.findings.verdicts import DEBUG, INTERNAL
from reference.interface.entry import Implementation
from reference.interface.pair import OpenPair
from reference.pairs.result import PairResult
from reference.verification.known import Run
from reference.verification.no_such_pair import NoSuchPair
from reference.verification.options import Options
from reference.verification.parts import without_parts
from reference.verification.progress import WRONG
from reference.verification.remembered import keys_of
from reference.verification.threads import beside_one_another

__all__ = ["judge_pairs"]

MANY = 4  # pairs, from which on a second process is worth its start


def judge_pairs(implementation: Implementation, options: Options, run: Run, out_of_time: Callable[[], bool]) -> None:
    """Each pair, or the one that a case names; of a run that is cut short, those that it did not come to are said."""
    line = options.pair_case
    asked = [p for p in implementation.pairs if line is None or p.proposal.check == line.split(maxsplit=1)[0]]
    if line is not None and not asked:
        raise NoSuchPair(implementation.name, line, [p.proposal.check for p in implementation.pairs])
    memory = None if line is not None else options.memory
    keys = {} if memory is None else keys_of(asked)
    known = {} if memory is None else {check: memory.pairs[key] for check, key in keys.items() if key in memory.pairs}
    run.pairs += known.values()
    waiting = deque(opened for opened in asked if opened.proposal.check not in known)
    order = {opened.proposal.check: k for k, opened in enumerate(asked)}

    def work(beside: bool) -> None:
        while waiting and not run.stopped and not out_of_time():
            try:
                opened = waiting.popleft()
            except IndexError:  # the last has just gone to the other process
                return
            options.progress(opened.proposal.check, 0, 0)
            found = _judged(opened.beside() if beside else opened, options, line)
            run.pairs.append(found)
            if memory is not None:
                memory.keep(keys[found.check], found)
            options.decided(_in_short(implementation.name, found))

    beside_one_another(work, several=options.processes > 1 and len(asked) >= MANY)
    run.pairs.sort(key=lambda result: order[result.check])
    run.pairs[:] = without_parts(run.pairs, asked)
    run.disputes += [dispute for result in run.pairs for dispute in result.disputes]
    if run.stopped:
        raise KeyboardInterrupt
    if waiting:
        run.floor = False
        left = f"{len(waiting)} of {len(asked)} pairs"
        run.notes.append(f"the time limit of {options.profile.max_time:g} s left {left} unjudged")


def _judged(opened: OpenPair, options: Options, line: str | None) -> PairResult:
    try:
        from reference.pairs.judge import judge_pair  # here: most files have no pair

        return judge_pair(opened, seed=options.seed, case=line)
    except CaseError:  # the line that was given, which is told to who gave it
        raise
    except Exception as error:  # ours: it costs this pair, and the others are judged
        if DEBUG in os.environ:
            raise
        return PairResult(opened.proposal.check, disputes=(_internal(opened, error),))


def _in_short(name: str, found: PairResult) -> str:
    """What a pair's gradients are by themselves, before what is excepted and what is known is set against it."""
    errors = ((row.output, finding) for row in found.rows for finding in row.findings if finding.severity == "error")
    output, first = next(errors, ("", None))
    if first is not None:
        where = "" if first.place is None else f", line {first.place.line}"
        what = first.code if output == "*" else f"{output}, {first.code}"
        return f"{WRONG} {name}: {found.check}: {what}{where}"
    right = found.rows and all(row.consistent for row in found.rows) and not found.disputes
    return f"{'✓' if right else '?'} {name}: {found.check}"


def _internal(opened: OpenPair, error: Exception) -> str:
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return f"{INTERNAL}: judging {opened.proposal.check} raised {what}"
