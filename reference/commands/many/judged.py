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
from reference.verification.conclusion import Conclusion
from reference.verification.jobs import Jobs
from reference.verification.request import Request
from reference.verification.threads import cores

__all__ = ["judged_by_workers"]

SIGNS = {"pass": "✓", "fail": "✗", "error": "!"}


@contextmanager
def judged_by_workers(made: Jobs, asked: Request, told: Callable[[str], None]) -> Iterator[Sequence[Conclusion]]:
    """What is concluded of each, read from the journal whenever it is asked for, as long as this is open.

    ``told``: a line as each is known. Of an interrupted run, what was finished, and then that it was interrupted.
    Raises ``SchedulerError``.
    """
    names = list(dict.fromkeys(job.name for job in made.jobs))
    contents = {name: content_of(name) for name in names}
    with Journal(journal_of(names, asked), resumed=asked.resume) as journal:
        known = [name for name in names if journal.has(name, contents[name])]
        copies = _copies([name for name in names if name not in set(known)], contents)
        count = len(known)
        if known:
            told(f"{count:,} of {len(names):,} were judged by the run that was stopped")

        def keep(name: str, answer: TargetAnswer) -> None:
            nonlocal count
            answers = {name: answer}
            if answer.conclusion.verdict != "error":
                answers |= {copy: of_another_name(answer, name, copy) for copy in copies.get(name, ())}
            for one, of_it in answers.items():
                journal.put(one, contents[one], of_it)
                count += 1
                told(f"{SIGNS.get(of_it.conclusion.verdict, '?')} {one} ({count:,} of {len(names):,})")

        with opened(asked.scheduler, cores()) as opener:
            first = [name for name in names if name in copies]
            whole = answer_everything(first, asked, opener, cores(), keep)
            if whole:  # copies of what could not be judged: each is told of in its own words
                left = [name for name in names if name not in journal.names()]
                whole = answer_everything(left, asked, opener, cores(), keep)
        if whole:
            yield made.of_concern(Lazily(len(made.jobs), lambda k: journal[made.jobs[k].name].conclusion),
                                  journal.holding_nothing())  # fmt: skip
            journal.close(whole=True)
            return
        judged = [name for name in names if name in journal.names()]
        stopped = next(name for name in names if name not in set(judged))
        yield Lazily(
            len(judged) + 1,
            lambda k: journal[judged[k]].conclusion if k < len(judged) else Conclusion(stopped, "interrupted", STOPPED),
        )


STOPPED = f"interrupted; {AGAIN}"


def _copies(names: Sequence[str], contents: dict[str, str | None]) -> dict[str, list[str]]:
    """The first of every content, with those that are the same; what has no content is a copy of nothing."""
    first: dict[str, str] = {}
    copies: dict[str, list[str]] = {}
    for name in names:
        content = contents[name]
        if content is not None and content in first:
            copies[first[content]].append(name)
        else:
            copies[name] = []
            if content is not None:
                first[content] = name
    return copies
