"""Every target of a run of many, by workers: what is the same is judged once, and what is in the journal not again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from reference.commands.many.contents import content_of
from reference.commands.many.executors import AGAIN, opened
from reference.commands.many.journal import Journal, TargetAnswer, journal_of
from reference.commands.many.renaming import of_another_name
from reference.commands.many.workers import answer_everything
from reference.report.models.lazily import Lazily
from reference.report.view import VERDICT_MARKS
from reference.verification.conclusion import Conclusion
from reference.verification.jobs import Jobs
from reference.verification.request import Request
from reference.verification.threads import cores

__all__ = ["judged_by_workers"]

STOPPED = f"interrupted; {AGAIN}"


@contextmanager
def judged_by_workers(made: Jobs, asked: Request, told: Callable[[str], None]) -> Iterator[Sequence[Conclusion]]:
    """What is concluded of each, read from the journal whenever it is asked for, as long as this is open.

    ``told``: a line as each is known. Of an interrupted run, what was finished, and then that it was interrupted.
    Raises ``SchedulerError``.
    """
    names = list(dict.fromkeys(job.name for job in made.jobs))
    contents = {name: content_of(name) for name in names}
    with Journal(journal_of(names, asked), resumed=asked.resume) as journal:
        answered = {name for name in names if journal.has(name, contents[name])}
        copies = _copies([name for name in names if name not in answered], contents)
        if answered:
            told(f"{len(answered):,} of {len(names):,} were judged by the run that was stopped")

        def keep(name: str, answer: TargetAnswer) -> None:
            answers = {name: answer}
            if answer.conclusion.verdict != "error":
                answers |= {copy: of_another_name(answer, name, copy) for copy in copies.get(name, ())}
            for one, of_it in answers.items():
                journal.put(one, contents[one], of_it)
                answered.add(one)
                told(f"{VERDICT_MARKS[of_it.conclusion.verdict]} {one} ({len(answered):,} of {len(names):,})")

        with opened(asked.scheduler, cores()) as opener:
            whole = answer_everything(list(copies), asked, opener, cores(), keep)
            if whole:  # copies of what could not be judged: each is told of in its own words
                left = [name for name in names if name not in answered]
                whole = answer_everything(left, asked, opener, cores(), keep)
        if whole:
            yield made.of_concern(Lazily(len(made.jobs), lambda k: journal[made.jobs[k].name].conclusion),
                                  journal.holding_nothing())  # fmt: skip
            journal.close(whole=True)
            return
        judged = [name for name in names if name in answered]
        stopped = next(name for name in names if name not in answered)
        yield Lazily(
            len(judged) + 1,
            lambda k: journal[judged[k]].conclusion if k < len(judged) else Conclusion(stopped, "interrupted", STOPPED),
        )


def _copies(names: Sequence[str], contents: dict[str, str | None]) -> dict[str, list[str]]:
    """The first of every content, with those that are the same; what has no content is a copy of nothing."""
    first: dict[str, str] = {}
    copies: dict[str, list[str]] = {}
    for name in names:
        content = contents[name]
        leader = name if content is None else first.setdefault(content, name)
        if leader == name:
            copies[name] = []
        else:
            copies[leader].append(name)
    return copies
