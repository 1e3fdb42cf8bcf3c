"""A page as a tree, and what can be the matter with it: each look returns one line for each fault that it sees."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["FAULTS", "Element", "parse", "read", "words"]

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LOADING = {
    "src", "href", "xlink:href", "srcset", "imagesrcset", "poster", "data", "action", "formaction", "background",
    "ping", "manifest", "archive", "codebase", "cite", "longdesc", "icon", "lowsrc", "profile", "classid",
}  # fmt: skip
LOADERS = {"base", "iframe", "frame", "object", "embed", "applet", "portal"}
SCOPES = ("col", "row", "colgroup", "rowgroup")
REFERRING = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "for", "headers", "data-copies")
CALLS = re.compile(r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|Worker)\b|\bimport\b|://")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    content: list[Element | str] = field(default_factory=list)

    @property
    def children(self) -> list[Element]:
        return [child for child in self.content if isinstance(child, Element)]

    @property
    def text(self) -> str:
        """All of it, as it stands."""
        return "".join(part if isinstance(part, str) else part.text for part in self.content)

    def __iter__(self) -> Iterator[Element]:
        """Itself and everything in it, as it is written."""
        yield self
        for child in self.children:
            yield from child

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self if element.tag in tags]

    def within(self, tag: str) -> bool:
        return self.parent is not None and (self.parent.tag == tag or self.parent.within(tag))

    def __str__(self) -> str:
        return f"<{self.tag} {' '.join(f'{k}={v[:60]!r}' for k, v in self.attributes.items())}>"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Element("", {})
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = Counter(name for name, _ in attrs)
        self.faults += [f"<{tag}> has {name} twice" for name, count in names.items() if count > 1]
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.content.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.here = self.here.parent

    def handle_endtag(self, tag):
        if tag != self.here.tag:
            self.faults.append(f"</{tag}> stands where <{self.here.tag}> is open")
            return
        self.here = self.here.parent

    def handle_data(self, data):
        self.here.content.append(data)


@functools.lru_cache(maxsize=32)  # a page is looked at in many ways
def read(page: str) -> tuple[Element, list[str]]:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    open_ = [] if reader.here is reader.root else [f"<{reader.here.tag}> is never closed"]
    return reader.root, reader.faults + open_


def parse(page: str) -> Element:
    return read(page)[0]


def words(element: Element) -> str:
    """What a reader sees of it, with single blanks; no scripts, no styles."""
    seen = [
        part if isinstance(part, str) else words(part)
        for part in element.content
        if isinstance(part, str) or part.tag not in ("script", "style", "head")
    ]
    return " ".join(" ".join(seen).split())


# --- faults ---------------------------------------------------------------------------------------------------


def badly_nested(page: str) -> list[str]:
    return read(page)[1]


def from_outside(page: str) -> list[str]:
    """Whatever the page would load, were it allowed to."""
    root = parse(page)
    found = [f"{element} loads something" for element in root.all(*LOADERS)]
    found += [f"{e}: no link but the icon" for e in root.all("link") if e.attributes.get("rel") != "icon"]
    found += [f"{e} goes elsewhere" for e in root.all("meta") if _equivalent(e) == "refresh"]
    for element in root:
        for name, value in element.attributes.items():
            own = value.strip().startswith(("#", "data:")) and not value.strip().startswith("data:text/html")
            if name in LOADING and not own:
                found.append(f"{element}: {name}={value!r}")
            found += [f"{element}: {name}: {fault}" for fault in _of_css(value)]
    for element in root.all("style"):
        found += [f"the style: {fault}" for fault in _of_css(element.text)]
    for element in root.all("script"):
        found += [f"the script: {match[0]}" for match in CALLS.finditer(element.text)]
    return found


def _equivalent(meta: Element) -> str:
    return meta.attributes.get("http-equiv", "").lower()


def _of_css(text: str) -> list[str]:
    text = re.sub(r"\\([0-9a-fA-F]{1,6})\s?", lambda match: chr(int(match[1], 16)), text)  # \75rl( is url( too
    targets = re.findall(r"url\(\s*[\"']?([^\"')]*)", text, flags=re.IGNORECASE)
    found = [f"url({target})" for target in targets if not target.startswith(("#", "data:"))]
    return found + re.findall(r"@import[^;]*|(?:-webkit-)?image-set\([^)]*\)", text, flags=re.IGNORECASE)


def without_a_policy(page: str) -> list[str]:
    """Nothing may be loaded, and this is said before anything could be."""
    head = parse(page).all("head")
    children = head[0].children if head else []
    policies = [e for e in children if _equivalent(e) == "content-security-policy"]
    if not policies:
        return ["there is no Content-Security-Policy"]
    before = [f"{e} stands before the policy" for e in children[: children.index(policies[0])] if e.tag != "meta"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policies[0].attributes["content"].split(";") if rule.strip()}
    if rules.get("default-src") != ["'none'"]:
        before.append(f"default-src is {rules.get('default-src')}")
    allowed = {"'none'", "'unsafe-inline'", "data:"}
    return before + [f"{name} allows {s}" for name, sources in rules.items() for s in sources if s not in allowed]


def scripted(page: str) -> list[str]:
    """Any script but the page's own: elements, handlers, addresses."""
    root = parse(page)
    found = [f"a script: {e.text[:80]!r}" for e in root.all("script")[1:]]
    for element in root:
        found += [f"{element} handles {name}" for name in element.attributes if name.startswith("on")]
        values = ("".join(value.lower().split()) for value in element.attributes.values())
        found += [f"{element}: {value!r}" for value in values if value.startswith(("javascript:", "vbscript:"))]
    return found


def confused_identifiers(page: str) -> list[str]:
    """One that occurs twice, and a reference to none."""
    root = parse(page)
    counts = Counter(e.attributes["id"] for e in root if "id" in e.attributes)
    found = [f"{name!r} occurs {count} times" for name, count in counts.items() if count > 1 or not name.strip()]
    for element in root:
        for name, value in element.attributes.items():
            referred = re.findall(r"url\(\s*[\"']?#([^\"')]+)", value)
            if name in ("href", "xlink:href") and value.startswith("#"):
                referred.append(value[1:])
            if name in REFERRING:
                referred += value.split()
            found += [f"{element}: {name} refers to {r!r}, which is not there" for r in referred if r not in counts]
    return found


def undescribed_figures(page: str) -> list[str]:
    """Each has a caption, and a picture with a name and a description."""
    root, found = parse(page), []
    identified = {e.attributes["id"]: e for e in root if "id" in e.attributes}
    found += [f"{e} is in no figure" for e in root.all("svg", "img", "canvas") if not e.within("figure")]
    for figure in root.all("figure"):
        captions = figure.all("figcaption")
        if len(captions) != 1 or len(captions[0].text.strip()) < 10:
            found.append(f"{figure} has {len(captions)} captions: {[c.text for c in captions]}")
        pictures = figure.all("svg")
        if len(pictures) != 1:
            found.append(f"{figure} has {len(pictures)} pictures")
        for svg in pictures:
            if svg.attributes.get("role") != "img":
                found.append(f"{svg} is no picture to a screen reader")
            named = [identified.get(i) for i in svg.attributes.get("aria-labelledby", "").split()]
            if [e.tag for e in named if e is not None and e.text.strip() and e.parent is svg] != ["title", "desc"]:
                found.append(f"{svg} has not both a title and a description")
    return found


def unheaded_tables(page: str) -> list[str]:
    found = []
    for table in parse(page).all("table"):
        captions = [child for child in table.children if child.tag == "caption"]
        if len(captions) != 1 or not captions[0].text.strip():
            found.append(f"{table} has {len(captions)} captions")
        heads = [e for e in table.all("th") if e.attributes.get("scope") == "col"]
        if not heads:
            found.append(f"{table} has no heads of columns")
        found += [f"{e} has no scope: {e.text}" for e in table.all("th") if e.attributes.get("scope") not in SCOPES]
        for row in table.all("tr"):
            cells = [e for e in row.children if e.tag in ("td", "th")]
            if len(cells) != len(heads):
                found.append(f"a row of {len(cells)} cells under {len(heads)} heads: {row.text.strip()[:60]}")
    return found


def wrongly_begun(page: str) -> list[str]:
    """The kind of document, its language, encoding and width; one h1, and that first. The rest of this axe knows."""
    root = parse(page)
    headings = [e.tag for e in root if re.fullmatch(r"h[1-6]", e.tag)]
    metas = [e.attributes for e in root.all("meta")]
    said = {
        "that it is HTML": page.lstrip().lower().startswith("<!doctype html>"),
        "its language": [e.attributes.get("lang") for e in root.all("html")] == ["en"],
        "its encoding": any(meta.get("charset", "").lower() == "utf-8" for meta in metas),
        "how wide it is": any(meta.get("name") == "viewport" for meta in metas),
        "one title first": headings[:1] == ["h1"] and headings.count("h1") == 1,
    }
    return [f"it does not say {what}" for what, right in said.items() if not right]


FAULTS = (
    badly_nested, from_outside, without_a_policy, scripted, confused_identifiers, undescribed_figures, unheaded_tables,
    wrongly_begun,
)  # fmt: skip
