"""The command line. Imports nothing heavy until a command runs, so that ``--help`` answers at once."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem

from reference.commands.completing import codes, failures, one_of, targets
from reference.commands.flags import options_of, type_of
from reference.settings.catalogue import BASELINE, PROFILE, SEEDS, SETTINGS
from reference.settings.formats import COMPARE_FORMATS, TEXT, VERIFY_FORMATS, FormatError, Reports, destination

__all__ = ["EXPERIMENTS", "cli"]

EXPERIMENTS = ("initialization", "regularization", "gradient-checking", "optimization")


class ReportOption(click.ParamType):
    """One of ``formats``, with or without a path behind it: ``json=PATH``."""

    name = "FORMAT[=PATH]"

    def __init__(self, *formats: str) -> None:
        self.formats = formats

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return one_of(*self.formats)(ctx, param, incomplete)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str | None]:
        if isinstance(value, tuple):
            return value
        try:
            return destination(str(value), self.formats)
        except FormatError as error:
            self.fail(str(error))


HELP = {"help_option_names": ["-h", "--help"]}  # a command that is asked by itself inherits nothing


def _versions(ctx: click.Context, param: click.Parameter, asked: bool) -> None:
    if asked:
        from reference.commands.greeting import versions

        click.echo(versions())
        ctx.exit()


@click.group(context_settings=HELP, invoke_without_command=True)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_versions,
    help="Show the versions that matter.",
)
@click.pass_context
def cli(ctx: click.Context) -> int | None:
    """Prove a hand-written backward pass, or show where it is wrong. Alone: what lies here, and what to do with it.

    Exit codes: 0 verified, 1 findings, 2 could not run, 3 inconclusive, 130 interrupted.
    """
    if ctx.invoked_subcommand is not None:
        return None
    from reference.commands.greeting import run_greeting

    return run_greeting()


REPORT = (
    f"{', '.join(VERIFY_FORMATS[:-1])} or {VERIFY_FORMATS[-1]}; with =PATH into a file. Repeatable. [default: text]"
)


@cli.command(context_settings=HELP)
@click.argument("targets", nargs=-1, metavar="[TARGET]...", shell_complete=targets)
@click.option("--case", "line", metavar="LINE", help="Judge this one case, as a failure prints it.")
@options_of(PROFILE, *(setting for setting in SETTINGS if setting.help), BASELINE)
@click.option("--require", multiple=True, metavar="CHECK", help="Inconclusive unless this check ran. Repeatable.")
@click.option(
    "--except", "excepted", multiple=True, metavar="NAME", help="Leave this function out, and say so. Repeatable."
)
@click.option("--script", is_flag=True, help="Judge lines without a function that train a network.")
@click.option("--bind", multiple=True, metavar="KEY=VALUE", help="How to read a target, as in layout=rows.")
@click.option("--watch", "watched", is_flag=True, help="Verify again on every save, until Ctrl-C.")
@click.option("--scheduler", metavar="ADDRESS", help="Judge many targets by Dask's workers: tcp://…, or local.")
@click.option("--resume", is_flag=True, help="Go on where the same run of many targets was stopped.")
@click.option("--update-baseline", is_flag=True, help="Accept what is found, and print what changes.")
@click.option("--reason", metavar="TEXT", help="Why what is new to the baseline is accepted.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Until when. [default: in 90 days]")
@click.option("--report", "reports", type=ReportOption(*VERIFY_FORMATS), multiple=True, help=REPORT)
def verify(targets: tuple[str, ...], reports: Reports, watched: bool, **flags: Any) -> int:
    """Hold TARGETs (default: manual_backprop) against three independent witnesses.

    A TARGET is a .py, .ipynb or .md in the course's style, a folder of them, a quoted pattern such as 'hw/**/*.py',
    file.py::function, module:function, or a built-in name: manual_backprop, jax, torch, autograd. Files and functions
    run in a process of their own. What is not said here is taken from MANUAL_BACKPROP_… in the environment, then from
    [tool.manual-backprop] in pyproject.toml.
    """
    if watched:
        from reference.commands.watch import run_watch

        return run_watch(targets, reports=reports, **flags)
    from reference.targets.by_its_words import is_of_the_course_alone
    from reference.targets.process.children import Children

    with Children() as children:
        if any("." in name or ":" in name for name in targets):  # a file's or a module's, which will need a process
            children.begin(with_jax=not all(map(is_of_the_course_alone, targets)))
        from reference.commands.verify import run_verify

        return run_verify(targets, reports=reports, children=children, **flags)


@cli.command(context_settings=HELP)
@click.argument("code", required=False, metavar="[CODE]", shell_complete=codes)
def explain(code: str | None) -> int:
    """What a finding's CODE means: why it hurts, a wrong and a right line, how it is known. Alone: the table.

    On a terminal the page is rendered; piped, it is Markdown.
    """
    from reference.commands.explain import run_explain

    return run_explain(code)


@cli.command(context_settings=HELP)
@click.argument("targets", nargs=-1, metavar="[TARGET]...", shell_complete=targets)
@click.option("--examples", type=click.IntRange(1, 100_000), default=128, show_default=True, help="Random cases.")
@click.option("--seed", type=type_of(SEEDS), default=0, show_default=True, help="Of every random draw.")
@click.option("--time/--no-time", "timed", default=True, help="Measure what a call costs. [default: --time]")
@click.option("--bind", multiple=True, metavar="KEY=VALUE", help="How to read a target, as in layout=rows.")
@options_of(*(setting for setting in SETTINGS if setting.name in ("timeout", "memory")))
@click.option(
    "--report",
    "reports",
    type=ReportOption(*COMPARE_FORMATS),
    multiple=True,
    help="text, json, markdown or html; with =PATH into a file. [default: text]",
)
def compare(targets: tuple[str, ...], reports: Reports, **flags: Any) -> int:
    """Hold TARGETs (default: every built-in that is installed) against the truth, and against each other.

    Truth is the complex step in extended precision. TARGETs are those of verify. Timing decides no exit code.
    """
    from reference.commands.compare import run_compare

    return run_compare(targets, reports=reports or TEXT, **flags)


@cli.command(context_settings=HELP)
@click.argument("target", default="manual_backprop", metavar="[TARGET]", shell_complete=targets)
@click.option("--gate", is_flag=True, help="Break the gate itself, in each way that would make it green for nothing.")
@click.option("--pairs", metavar="N|all", help="Plant N single edits in each of our own pairs, or all; nothing else.")
def selftest(target: str, gate: bool, pairs: str | None) -> int:
    """Plant every mistake of the dictionary in TARGET (default: manual_backprop), and show that each is found; by
    default also one single edit in each of our own pairs.

    Exit code 1 if one survives; 2 if TARGET is not right to begin with.
    """
    from reference.commands.selftest import run_selftest

    return run_selftest(target, gate=gate, pairs=pairs)


@cli.command(context_settings=HELP)
@click.argument("failure", metavar="ID", shell_complete=failures)
@click.option("--report", "reports", type=ReportOption(*VERIFY_FORMATS), multiple=True, help=REPORT)
def replay(failure: str, reports: Reports) -> int:
    """See a stored failure again; it is forgotten when it is fixed."""
    from reference.commands.replay import run_replay

    return run_replay(failure, reports=reports or TEXT)


@cli.command(context_settings=HELP)
@click.argument("name", metavar="NAME", type=click.Choice(EXPERIMENTS))
@click.option("--out", metavar="DIR", help="Where the page and the pictures go. [default: experiment-NAME]")
@click.option("--data", metavar="FILE", help="A .npz, .csv or .mat of your own; or circles, moons, spirals, diagonal.")
@click.option("--iterations", type=click.IntRange(1, 10_000_000), help="Of each training. [default: the course's]")
@click.option("--seed", type=type_of(SEEDS), help="Of weights and masks. [default: the course's]")
@click.option("--course-seeds", is_flag=True, help="Dropout as the course has it: the same masks at every iteration.")
@click.option("--show", is_flag=True, help="Open the page in a browser.")
def experiment(name: str, **flags: Any) -> int:
    """Run one of the course's experiments on the verified code, and draw it.

    NAME is initialization (zeros, large random numbers, He), regularization (none, L2, dropout), gradient-checking
    (two planted mistakes; which step to take) or optimization (gradient descent, momentum, RMSProp, Adam).
    Exit codes: 0 done, 2 could not run, 130 interrupted, with what there was until then kept and drawn.
    """
    from reference.commands.experiment import run_experiment

    return run_experiment(name, **flags)
