"""A figure three times: for the page in the page's own colours, and as an SVG and a PNG file in those of its light."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from manual_backprop.primitives import Array
from reference.report.html.svg import COLOURS, SETTINGS, Picture, drawing, picture

__all__ = ["Colours", "Drawn", "Sketch", "bars", "drawn", "panels"]

Colours = Mapping[str, str]
DPI = 120
SHADES = 96  # of a PNG: a quarter of the bytes, and no eye sees it


class Sketch(NamedTuple):
    """What is drawn: ``draw(axes, colours)`` on ``grid`` axes of a figure of ``size`` inches."""

    name: str  # of its files
    title: str
    text: str  # what it shows, for who does not see it
    size: tuple[float, float]
    draw: Callable[[Any, Colours], None]
    grid: Mapping[str, Any] = {}


class Drawn(NamedTuple):
    """For the page, and its two files."""

    picture: Picture
    files: dict[str, bytes]


def drawn(sketch: Sketch, key: str) -> Drawn:
    """Draw it; ``key`` makes the identifiers its own within the page."""
    with drawing(*sketch.size, **sketch.grid) as (figure, axes):
        sketch.draw(axes, COLOURS)
        found = picture(figure, key, sketch.title, sketch.text)
    light = _light()
    with drawing(*sketch.size, settings=_printed(light), **sketch.grid) as (figure, axes):
        sketch.draw(axes, light)
        png = _png(figure)
    return Drawn(found, {f"{sketch.name}.png": png, f"{sketch.name}.svg": _file(found, light).encode()})


def panels(count: int, *, height: float = 3.2, **grid: Any) -> dict[str, Any]:
    """``size`` and ``grid`` of panels side by side, as wide as the page lets them be."""
    width = min(10.4, 3.4 * count + 0.4)
    return {"size": (width, height), "grid": {"ncols": count, "squeeze": False, **grid}}


def bars(left: Array, right: Array, middle: Array, *, height: float, **how: Any) -> Any:
    """Many horizontal bars as one shape: where two of them touch, there is no seam."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    low, high = middle - height / 2, middle + height / 2
    corners = np.stack([[left, low], [right, low], [right, high], [left, high], [left, low]])  # (5, 2, bars)
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(middle)
    return PathPatch(Path(corners.transpose(2, 0, 1).reshape(-1, 2), codes), linewidth=0, **how)


@cache
def _light() -> dict[str, str]:
    """The style sheet's colours, as they are in the light."""
    style = (files("reference.report.html") / "templates" / "style.css").read_text(encoding="utf-8")
    light, _, _ = style.partition("@media")
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", light))


def _printed(light: Mapping[str, str]) -> dict[str, Any]:
    """Matplotlib's settings with these colours, on paper."""
    own = {COLOURS[name]: light[name] for name in COLOURS}
    paper = dict.fromkeys(("figure.facecolor", "savefig.facecolor"), light["paper"])
    return {
        name: own.get(value, value) if isinstance(value, str) else value for name, value in SETTINGS.items()
    } | paper


def _png(figure: Any) -> bytes:
    from PIL import Image

    raw, out = io.BytesIO(), io.BytesIO()
    figure.savefig(raw, format="png", dpi=DPI)
    Image.open(raw).convert("RGB").quantize(SHADES, dither=Image.Dither.NONE).save(out, "png", optimize=True)
    return out.getvalue()


def _file(found: Picture, light: Mapping[str, str]) -> str:
    """On paper, and with colours that every program knows."""
    svg = re.sub(r"var\(--(\w+)\)", lambda match: light[match[1]], found.svg)
    height = float(re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)[0]) * 4 / 3
    svg = svg.replace("<svg ", f'<svg width="{found.width}" height="{height:.0f}" ', 1)
    end = svg.index("</desc>") + len("</desc>")
    return f'{svg[:end]}<rect width="100%" height="100%" fill="{light["paper"]}"/>{svg[end:]}\n'
