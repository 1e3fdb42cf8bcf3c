"""The backward graph: what is made from what, and where it goes wrong."""

from __future__ import annotations

from collections.abc import Sequence

from reference.cases.quantities import is_intermediate, split
from reference.report.html.svg import COLOURS, Picture, drawing, picture
from reference.report.models.evidence import Evidence, Node

__all__ = ["SIGNS", "graph"]

SIGNS = {"right": "✓", "wrong": "✗", "downstream": "↓"}
SAYS = {"right": "right", "wrong": "wrong here", "downstream": "wrong downstream"}
STEP, WIDTH, HEIGHT = 1.35, 0.98, 0.5  # inches
BELOW = -1.0


def graph(evidence: Evidence, key: str) -> Picture:
    """dZ_L on the left, as the computation runs."""
    from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

    chain = [node.name for node in evidence.nodes if is_intermediate(node.name)]
    at = {name: (STEP * k, 0.0) for k, name in enumerate(chain)}
    for name in (node.name for node in evidence.nodes if node.name not in at):
        x, _ = at[f"dZ{split(name)[1]}"]
        at[name] = (x + (STEP if split(name)[0] == "db" else 0.0), BELOW)
    width, height = STEP * len(chain) + WIDTH + 0.3, 1.9
    with drawing(width, height) as (figure, axes):
        axes.set_xlim(-WIDTH / 2 - 0.15, width - WIDTH / 2 - 0.15)
        axes.set_ylim(BELOW - HEIGHT / 2 - 0.1, HEIGHT / 2 + 0.1)
        axes.axis("off")
        boxes = {}
        for node in evidence.nodes:
            x, y = at[node.name]
            boxes[node.name] = axes.add_patch(
                FancyBboxPatch(
                    (x - WIDTH / 2 + 0.08, y - HEIGHT / 2 + 0.08), WIDTH - 0.16, HEIGHT - 0.16,
                    boxstyle="round,pad=0.08", facecolor=COLOURS["paper"], edgecolor=COLOURS[node.status],
                    linewidth=2.4 if node.status == "wrong" else 1.4,
                    linestyle="--" if node.status == "downstream" else "-",
                )
            )  # fmt: skip
            weight = "bold" if node.status == "wrong" else "normal"
            axes.text(x, y, f"{SIGNS[node.status]} {node.name}", ha="center", va="center", size=11, weight=weight,
                      color=COLOURS[node.status])  # fmt: skip
        for node in evidence.nodes:
            for target in node.feeds:
                axes.add_patch(
                    FancyArrowPatch(
                        at[node.name], at[target], arrowstyle="-|>", mutation_scale=13, shrinkA=1, shrinkB=1,
                        patchA=boxes[node.name], patchB=boxes[target], linewidth=1.4,
                        color=_colour(node, target, evidence.nodes),
                    )
                )  # fmt: skip
        return picture(figure, key, f"Backward graph of {evidence.check}", _text(evidence))


def _colour(node: Node, target: str, nodes: Sequence[Node]) -> str:
    """An arrow that carries an error has the error's colour."""
    status = {n.name: n.status for n in nodes}[target]
    carried = node.status != "right" and status == "downstream"
    return COLOURS["downstream" if carried else "muted"]


def _text(evidence: Evidence) -> str:
    parts = []
    for status, says in SAYS.items():
        names = [node.name for node in evidence.nodes if node.status == status]
        if names:
            parts.append(f"{says}: {', '.join(names)}")
    return "; ".join(parts) + "."
