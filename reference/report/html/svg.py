"""A figure as inline SVG: themed by the page's own colours, named for a screen reader, the same bytes each time."""

from __future__ import annotations

import io
import math
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "SETTINGS", "Picture", "drawing", "picture", "powers"]

# What Matplotlib is told to draw with, and the page's own colour that takes its place.
COLOURS = {
    "ink": "#000001",
    "paper": "#000002",
    "muted": "#000003",
    "right": "#000004",
    "wrong": "#000005",
    "downstream": "#000006",
    "accent": "#000007",
    "line": "#000008",
    "zero": "#000009",  # the two classes of a data set
    "one": "#00000a",
}
SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "manual-backprop",
    "text.parse_math": False,  # names may hold a $
    "font.family": "sans-serif",
    "font.size": 10,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.color": COLOURS["ink"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.edgecolor": COLOURS["line"],
    "axes.titlecolor": COLOURS["ink"],
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": COLOURS["muted"],
    "ytick.color": COLOURS["muted"],
    "grid.color": COLOURS["line"],
    "legend.frameon": False,
    "legend.labelcolor": COLOURS["ink"],
}
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
POINTS = 72.0  # to the inch


class Picture(NamedTuple):
    """``svg`` is safe to put into a page as it is; ``width`` in CSS pixels, that it wants and can do with."""

    key: str
    title: str
    text: str  # what it shows, for who does not see it
    svg: str
    width: int


@contextmanager
def drawing(width: float, height: float, settings: Any = SETTINGS, **grid: Any) -> Iterator[tuple[Figure, Any]]:
    """A figure in inches, and its axes; ``grid`` goes to ``Figure.subplots``."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, figure.subplots(**grid)


def powers(axis: Any) -> None:
    """Ticks of a logarithmic axis as ``1e-5``: Matplotlib's own are mathtext, which names switch off."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, position: f"1e{round(math.log10(value))}"))
    axis.set_minor_formatter(NullFormatter())


def picture(figure: Figure, key: str, title: str, text: str) -> Picture:
    """The figure as SVG; ``key`` makes its identifiers its own within the page."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # the page's own fonts have it
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    width = figure.get_size_inches()[0] * POINTS
    return Picture(key, title, text, _inline(out.getvalue(), key, title, text), round(width * 4 / 3))


def _inline(source: str, key: str, title: str, text: str) -> str:
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(source[source.index("<svg") :])
    for child in [c for c in root if c.tag == f"{{{SVG}}}metadata"]:
        root.remove(child)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    _own_identifiers(root, key)
    labels = (("title", f"{key}-title", title), ("desc", f"{key}-text", text))
    for k, (tag, identifier, content) in enumerate(labels):
        element = ET.Element(f"{{{SVG}}}{tag}", {"id": identifier})
        element.text = content
        root.insert(k, element)
    root.attrib |= {"role": "img", "aria-labelledby": f"{key}-title {key}-text", "focusable": "false"}
    return ET.tostring(root, encoding="unicode")


def _themed(value: str) -> str:
    for name, colour in COLOURS.items():
        value = value.replace(colour, f"var(--{name})")
    return value


def _own_identifiers(root: ET.Element, key: str) -> None:
    """Those that something refers to get a prefix; the rest go."""
    source = ET.tostring(root, encoding="unicode")
    used = set(re.findall(r'href="#([^"]+)"', source)) | set(re.findall(r"url\(#([^)]+)\)", source))
    for element in root.iter():
        identifier = element.get("id")
        if identifier in used:
            element.set("id", f"{key}-{identifier}")
        elif identifier is not None:
            del element.attrib["id"]
        for name, value in list(element.attrib.items()):
            changed = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", value)
            if name.endswith("href") and value.startswith("#"):
                changed = f"#{key}-{value[1:]}"
            element.set(name, _themed(changed))
