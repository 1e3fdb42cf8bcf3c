"""Functions of a stranger's in one file, each under a name of its own: loaded once, and every law of it run once."""

from __future__ import annotations

import textwrap

from reference.targets import resolve

__all__ = ["DATA", "HEAD", "SCALAR", "Judged", "cost", "named", "replaced"]

HEAD = "import numpy as np\n"
DATA = "np.sum(-Y * np.log(A3) - (1 - Y) * np.log(1 - A3)) / m"
SCALAR = [
    "def forward_propagation(x, theta):\n    J = np.dot(theta, x)\n    return J",
    "def backward_propagation(x, theta):\n    dtheta = x\n    return dtheta",
]


class Judged:
    """What is said of every function of a file, by name."""

    def __init__(self, folder, functions, head=HEAD):
        path = folder / "a.py"
        path.write_text(head + "\n\n".join(textwrap.dedent(f) for f in functions) + "\n", encoding="utf-8")
        implementation = resolve(str(path))()
        try:
            laws = {law.check: law.run(0) for law in implementation.laws}
        finally:
            implementation.close()
        self.text = path.read_text(encoding="utf-8").splitlines()
        self.looked = {name: looked for name, (looked, _) in laws.items()}
        self.found = {name: found for name, (_, found) in laws.items()}

    def line(self, name):
        """Where the function begins."""
        return next(k for k, line in enumerate(self.text, start=1) if line.startswith(f"def {name}("))

    def right(self, name):
        assert [v for v in self.found[name] if v.code != "MB402"] == []  # a warning
        assert self.looked[name] > 0

    def wrong(self, name, code, words="", *, output=None):
        found = self.found[name]
        assert found, f"nothing is said of {name}"
        assert {v.code for v in found} == {code}, found
        assert any(words in v.text for v in found), found
        if output is not None:
            assert [v.output for v in found] == ([output] if isinstance(output, str) else output)


def named(name, text):
    """A function under a name of its own."""
    return text.replace("NAME", name, 1)


def replaced(name, text, pairs):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return named(name, text)


def cost(name, expression, returned="cost"):
    """A cost of A and Y."""
    return f"def {name}(A3, Y):\n    m = Y.shape[1]\n    cost = {expression}\n    return {returned}"
