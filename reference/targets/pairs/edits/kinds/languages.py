"""Edits in the language of the arrays that they are made of: NumPy's, as they are thought of; PyTorch's, or JAX's."""

from __future__ import annotations

import re

from reference.targets.pairs.edits.kinds.page import Change

__all__ = ["spoken"]

WORDS = (
    (re.compile(r"\bnp\.add\.at\((\w+), ([^(),]+), (.+)\)$"), r"\1.index_put_((\2,), \3, accumulate=True)"),
    (re.compile(r"\bnp\.sqrt\(([A-Za-z_][\w.\[\]]*)\)"), r"\1 ** 0.5"),
    (re.compile(r"\baxis="), "dim="),
    (re.compile(r"\bkeepdims="), "keepdim="),
    (re.compile(r"\bnp\."), "torch."),
    (re.compile(r"\.transpose\((?=-?\d+, -?\d+, )"), ".permute("),
    (re.compile(r"torch\.flip\((\w+), (-?\d+)\)"), r"torch.flip(\1, (\2,))"),
    (re.compile(r"torch\.flip\((.+), (-?\d+)\)$"), r"torch.flip(\1, (\2,))"),
    (re.compile(r"\.maximum\((.+), (\d[\d.]*)\)"), r".clamp(\1, min=\2)"),
    (re.compile(r"\.copy\(\)"), ".clone()"),
)
ROOT = re.compile(r"\bnp\.")


def spoken(change: Change, language: str, source: str) -> Change:
    """A change as it is written in that language, and in that source: there JAX's NumPy may be called ``np`` too."""
    text = change.text
    if language == "torch":
        for pattern, into in WORDS:
            text = pattern.sub(into, text)
    elif language == "jnp" and ("jnp." in source or not ROOT.search(source)):
        text = ROOT.sub("jnp.", text)
    return change if text == change.text else change._replace(text=text)
