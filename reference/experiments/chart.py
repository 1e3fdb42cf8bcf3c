"""A figure three times: for the page in the page's own colours, and as an SVG and a PNG file in those of its light."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from manual_backprop.primitives import Array
from reference.report.html.svg import COLOURS, SETTINGS, Picture, drawing, picture

__all__ = ["Chart", "Colours", "bars", "render", "row_width"]

Colours = Mapping[str, str]
DPI = 120
SHADES = 96  # of a PNG: a quarter of the bytes, and no eye sees it
STYLE = (files("reference.report.html") / "templates" / "style.css").read_text(encoding="utf-8")
LIGHT = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", STYLE.partition("@media")[0]))  # the page's colours in the light


class Chart(NamedTuple):
    """What is drawn: ``draw(panels, colours)`` on ``panels`` side by side, of ``size`` inches together."""

    name: str  # of its files
    title: str
    text: str  # what it shows, for who does not see it
    draw: Callable[[Sequence[Any], Colours], None]
    size: tuple[float, float]
    panels: int = 1
    shared: str = ""  # axes that all panels share: "y", "xy"


def row_width(panels: int) -> float:
    """Panels side by side are as wide as the page lets them be."""
    return min(10.4, 3.4 * panels + 0.4)


def render(chart: Chart) -> tuple[Picture, dict[str, bytes]]:
    """The chart for the page, and its two files."""
    grid = {"ncols": chart.panels, "squeeze": False, **{f"share{axis}": True for axis in chart.shared}}
    with drawing(*chart.size, **grid) as (figure, axes):
        chart.draw(axes[0], COLOURS)
        inline = picture(figure, f"figure-{chart.name}", chart.title, chart.text)
    light = {COLOURS[name]: LIGHT[name] for name in COLOURS}
    settings = {name: light.get(value, value) if isinstance(value, str) else value for name, value in SETTINGS.items()}
    settings |= dict.fromkeys(("figure.facecolor", "savefig.facecolor"), LIGHT["paper"])
    with drawing(*chart.size, settings=settings, **grid) as (figure, axes):
        chart.draw(axes[0], LIGHT)
        png = _png(figure)
    return inline, {f"{chart.name}.png": png, f"{chart.name}.svg": _svg(inline)}


def _png(figure: Any) -> bytes:
    from PIL import Image

    raw, out = io.BytesIO(), io.BytesIO()
    figure.savefig(raw, format="png", dpi=DPI)
    Image.open(raw).convert("RGB").quantize(SHADES, dither=Image.Dither.NONE).save(out, "png", optimize=True)
    return out.getvalue()


def _svg(inline: Picture) -> bytes:
    """The figure on paper, and with colours that every program knows."""
    svg = re.sub(r"var\(--(\w+)\)", lambda match: LIGHT[match[1]], inline.svg)
    height = float(re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)[0]) * 4 / 3
    svg = svg.replace("<svg ", f'<svg width="{inline.width}" height="{height:.0f}" ', 1)
    paper = f'</desc><rect width="100%" height="100%" fill="{LIGHT["paper"]}"/>'
    return (svg.replace("</desc>", paper, 1) + "\n").encode()


def bars(left: Array, right: Array, middle: Array, *, height: float, **style: Any) -> Any:
    """Many horizontal bars as one shape: where two of them touch, there is no seam."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    low, high = middle - height / 2, middle + height / 2
    corners = np.stack([[left, low], [right, low], [right, high], [left, high], [left, low]])  # (5, 2, bars)
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(middle)
    return PathPatch(Path(corners.transpose(2, 0, 1).reshape(-1, 2), codes), linewidth=0, **style)
