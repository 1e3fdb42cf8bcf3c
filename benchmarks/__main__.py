"""``python -m benchmarks``: all tables of speeds, in Markdown. Who is wrong is not timed, and the exit code is 1.

``python -m benchmarks spoilings``, ``… equivalences``, ``… edits``: campaigns by mutation over the fixture files;
``… pair-draws``: right pairs on random draws; ``… rules``: rules of frameworks, and their own checkers.
"""

from __future__ import annotations

import importlib

import click

from benchmarks import machine
from benchmarks.plan import BenchmarkPlan

__all__ = ["CAMPAIGNS", "MEASURES", "main"]

MEASURES = {
    "startup": "Start",
    "file": "One file",
    "verified": "Verified cases per second",
    "exhaustive": "Central differences of every parameter",
    "training": "A step of training",
    "submissions": "A course's submissions",
}
MODULES = {"training": "training_step", "file": "one_file"}


CAMPAIGNS = {
    "spoilings": "Files spoilt at random: opened, and judged.",
    "equivalences": "Changes that mean nothing change no verdict.",
    "edits": "Edits of one token that change what is returned are found.",
    "pair-draws": "Right pairs on random draws: false alarms, and how far apart the witnesses are.",
    "rules": "Rules of PyTorch, JAX and autograd, and what their own checkers say of them.",
}


class Campaigns(click.Group):
    """Commands that are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(CAMPAIGNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in CAMPAIGNS:
            return None
        command: click.Command = importlib.import_module(f"benchmarks.{cmd_name.replace('-', '_')}").main
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Without importing them: they need NumPy."""
        with formatter.section("Commands"):
            formatter.write_dl(list(CAMPAIGNS.items()))


@click.group(cls=Campaigns, invoke_without_command=True)
@click.pass_context
@click.option("--only", multiple=True, type=click.Choice(sorted(MEASURES)), help="One measure; may stand repeatedly.")
@click.option("--rounds", type=click.IntRange(1), help="Of every timing; without it each measure has its own number.")
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="In every pool of everyone.")
@click.option("--quick", is_flag=True, help="Few cases and rounds: a look, not a result.")
@click.option("--seed", default=0, show_default=True, help="Of the cases and of the order in a round.")
def main(ctx: click.Context, only: tuple[str, ...], rounds: int | None, threads: int, quick: bool, seed: int) -> None:
    """Verify everyone, then time them side by side; or run a campaign."""
    if ctx.invoked_subcommand is not None:
        return
    before = machine.pin(threads)
    plan = BenchmarkPlan(rounds, threads, quick, seed, before)
    right = True
    with machine.equal(threads):
        click.echo(machine.heading(threads, before))
        for name, title in MEASURES.items():
            if only and name not in only:
                continue
            click.echo(f"\n## {title}")
            module = importlib.import_module(f"benchmarks.{MODULES.get(name, name)}")
            right &= module.measure(plan, glanced if quick else say)
    raise SystemExit(0 if right else 1)


def glanced(text: str) -> None:
    """A table of ``--quick``, which says that it is one."""
    say(f"{text}\n\n(--quick: a look, not a result)")


def say(text: str) -> None:
    """A table, as soon as it is known."""
    click.echo(f"\n{text}")


if __name__ == "__main__":
    main()
