"""The backward pass of a pair, line by line: arcs say what is made from what, and signs where it goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference.report.html.svg import COLOURS, Picture, drawing, picture
from reference.report.models.evidence import PairEvidence, Step

__all__ = ["STEP_SAYS", "STEP_SIGNS", "steps"]

STEP_SIGNS = {"right": "✓", "wrong": "✗", "downstream": "↓", "open": "·"}
STEP_SAYS = {"right": "right", "wrong": "wrong here", "downstream": "wrong downstream", "open": "no derivative itself"}
COLOUR = {"right": "right", "wrong": "wrong", "downstream": "downstream", "open": "muted"}
ROW, WIDTH = 0.3, 10.2  # inches
LONGEST, NAME = 86, 13  # characters of a line, and of what it makes
SIGN, CALLED, NUMBER, LINE = 1.42, 1.6, 2.98, 3.1  # where the columns begin, in inches
REACH = 1.3  # of an arc, at most


def steps(evidence: PairEvidence, key: str) -> Picture:
    """From top to bottom, as the lines stand."""
    found = evidence.steps
    height = ROW * (len(found) + 0.6)
    with drawing(WIDTH, height) as (figure, axes):
        figure.set_layout_engine("none")
        axes.set_position((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(len(found) - 0.2, -0.8)
        axes.axis("off")
        for at, step in enumerate(found):
            _line(axes, at, step)
            for to in step.feeds:
                _arc(axes, at, to, found)
        return picture(figure, key, f"Backward graph of {evidence.check}", _text(found))


def _line(axes: Any, at: int, step: Step) -> None:
    colour = COLOURS[COLOUR[step.status]]
    weight = "bold" if step.status == "wrong" else "normal"
    if step.status == "wrong":
        axes.axhspan(at - 0.48, at + 0.48, xmin=(SIGN - 0.12) / WIDTH, color=COLOURS["wrong"], alpha=0.12, linewidth=0)
    said = {"va": "center", "color": colour, "weight": weight}
    axes.text(SIGN, at, STEP_SIGNS[step.status], ha="center", size=11, **said)
    axes.text(CALLED, at, _short(step.name, NAME), ha="left", size=10, **said)
    axes.text(NUMBER, at, str(step.location.line), ha="right", va="center", size=9, color=COLOURS["muted"])
    axes.text(LINE, at, _short(step.source, LONGEST), ha="left", va="center", size=9, family="monospace",
              color=COLOURS["ink"] if step.status != "open" else COLOURS["muted"])  # fmt: skip


def _arc(axes: Any, at: int, to: int, found: Sequence[Step]) -> None:
    """On the left of the signs; one that carries an error has the error's colour."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    far = min(REACH, 0.22 + 0.14 * (to - at))
    edge = SIGN - 0.14
    carried = found[at].status in ("wrong", "downstream") and found[to].status in ("wrong", "downstream")
    start, end = at + 0.12, to - 0.12
    curve = Path([(edge, start), (edge - far, start), (edge - far, end), (edge, end)],
                 [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])  # fmt: skip
    axes.add_patch(
        FancyArrowPatch(path=curve, arrowstyle="-|>", mutation_scale=8, linewidth=1.6 if carried else 1.0,
                        color=COLOURS["downstream" if carried else "muted"])
    )  # fmt: skip


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _text(found: Sequence[Step]) -> str:
    parts = []
    for status, says in STEP_SAYS.items():
        names = [f"{step.name} (line {step.location.line})" for step in found if step.status == status]
        if names and status != "open":
            parts.append(f"{says}: {', '.join(names)}")
    return f"{'; '.join(parts) or 'nothing of it could be told by itself'}."
