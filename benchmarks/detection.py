"""How small an error is caught? ``python -m benchmarks.detection --trials 2000``

One entry of a right gradient that is resolved and well conditioned (M ≤ 100 |g|) is scaled by 1 + r; caught means
that the comparison with autodiff turns red. Prints the share caught for each r, by dtype.
"""

from __future__ import annotations

import click
import numpy as np

from benchmarks.tables import markdown

CONDITION = 100
ERRORS = [10.0**-k for k in np.arange(3, 15)]


def caught(dtype: str, trials: int, seed: int) -> list[float]:
    """The share of trials in which each of ``ERRORS`` is caught."""
    from reference.cases.domain import ANY
    from reference.cases.generation import random_stacks
    from reference.cases.problem import draw
    from reference.judging.tolerance import compare, magnitudes_of, tolerance
    from reference.targets import resolve
    from reference.witnesses.autodiff import autodiff

    entry = resolve("manual_backprop")().entries[0]
    rng, scratch = np.random.RandomState([seed, 99]), np.random.RandomState()
    hits, done = np.zeros(len(ERRORS)), 0
    for stack in random_stacks(ANY._replace(dtypes=(dtype,)), rng, 100 * trials):
        problem = draw(stack, scratch)
        outcome, witness = entry.run(problem), autodiff(problem)
        l, bars = rng.randint(len(problem.parameters)), magnitudes_of(problem)
        got, want, M = outcome[f"dW{l + 1}"], witness.dW[l] + witness.l2[l], bars.dW[l] + bars.l2[l]
        allowed = tolerance(problem, bars, M)
        eligible = compare(got, want, allowed).resolved & (CONDITION * np.abs(want) >= M) & (want != 0)
        places = np.argwhere(eligible)
        if not len(places):
            continue
        for place in places[rng.randint(len(places), size=4)]:
            at = tuple(place)
            for k, error in enumerate(ERRORS):
                wrong = got.astype(np.float64)
                wrong[at] *= 1 + error
                hits[k] += compare(wrong, want, allowed).wrong[at]
            done += 1
        if done >= trials:
            break
    return list(hits / done)


@click.command()
@click.option("--trials", default=2000, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(trials: int, seed: int) -> None:
    """Print the table."""
    shares = {dtype: caught(dtype, trials, seed) for dtype in ("float64", "float32")}
    rows = [
        (f"{error:.0e}", *(f"{100 * share[k]:.1f} %" for share in shares.values())) for k, error in enumerate(ERRORS)
    ]
    click.echo(markdown(("relative error of one entry", *(f"caught, {dtype}" for dtype in shares)), rows))


if __name__ == "__main__":
    main()
