"""What is known of a constructor's arguments, wherever they go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reference.targets.pairs.source.kept_arguments import beside
from tests.reference.targets.pairs.held import proposals

PASSES = """
    def forward(self, x):
        {forward}
        return x * 2.0

    def backward(self, dout):
        return dout * 2.0
"""
HELPER = """
class Helper:
    def __init__(self, plan, width=1):
        self.plan, self.width = plan, width

    def steps(self, n):
        return n // self.width + self.plan["stride"]


def halves(pair):
    a, b = pair
    return a / 2, b / 2


class Above:
    def __init__(self, window, name="above"):
        self.window = window
"""
ASKED = [  # the constructor, the forward pass, the argument, a fact, and what it is
    ("def __init__(self, maker): self.w = maker.sample((2, 3))", "pass", "maker", "attributes", ["sample"]),
    ("def __init__(self, pad): self.pad = pad", 'c = 1 if self.pad == "same" else self.pad in ("valid", "full")', "pad",
     "texts", ["same", "valid", "full"]),
    ("def __init__(self, p): self.helper = Helper(p)", "pass", 'p["stride"]', "computed", True),
    ("def __init__(self, pad): self.side = int(pad / 2)", "pass", "pad", "halved", True),
    ("def __init__(self, pad): self.pad = pad", "side = self.pad // 2", "pad", "halved", True),
    ("def __init__(self, act): self.act = act", "self.act(x)", "act", "called", True),
    ("def __init__(self, reg): self.reg = reg", "self.reg.cost(x)", "reg", "attributes", ["cost"]),
    ("def __init__(self, p): self.p = p", 'self.p["stride"]', "p", "keys", ["stride"]),
    ("def __init__(self, p): self.p = p", 'self.p.get("eps", 1e-5)', "p", "defaults", {"eps": 1e-5}),
    ("def __init__(self, p): self.helper = Helper(p)", "pass", "p", "keys", ["stride"]),
    ("def __init__(self, p, k): self.helper = Helper(p, width=k)", "pass", "k", "counts", True),
    ("def __init__(self, size): self.half = halves(size)", "pass", "size", "entries", 2),
    ("def __init__(self, size): self.size = size", "self.size[1]", "size", "entries", 2),
    ("def __init__(self, size): self.size = size", "h, w = self.size", "size", "parts", ["h", "w"]),
    ("def __init__(self, size): self.size = size if isinstance(size, tuple) else (size, size)", "self.size[0]", "size",
     "entries", 1),
    ("def __init__(self, size): self.size = size if isinstance(size, tuple) else (size, size)", "pass", "size",
     "kinds", ["tuple"]),
    ("def __init__(self, k): self.k = k", "n, m = x.shape; r = m - self.k + 1", "k", "whole", True),
    ("def __init__(self, k): self.k = k", "n = (x.shape[1] + 1) / self.k", "k", "whole", True),
    ("def __init__(self, k): self.w = np.random.randn(k, 2 * k)", "pass", "k", "whole", True),
    ("def __init__(self, k): self.w = np.random.normal(0, 1, size=(k, 3))", "pass", "k", "whole", True),
    ("def __init__(self, shape): self.size = int(np.prod(shape))", "pass", "shape", "holds", True),
    ("def __init__(self, k): self.fill(k)\n    def fill(self, n): self.w = np.zeros((n, n))", "pass", "k",
     "counts", True),
    ("def __init__(self, k): super().__init__(k)", "self.window[0]", "k", "entries", 1),
    ("def __init__(self, k): Above.__init__(self, window=k)", "self.window[0]", "k", "entries", 1),
]  # fmt: skip


def asked(folder: Path, constructor: str, forward: str) -> dict[str, Any]:
    body = f"class Layer(Above):\n    {constructor}\n{PASSES.format(forward=forward)}"
    return dict(proposals(folder, HELPER + body)["Layer.backward"].asked)


@pytest.mark.parametrize(("constructor", "forward", "argument", "fact", "wanted"), ASKED)
def test_an_argument_is_followed_to_where_it_is_used(
    tmp_path: Path, constructor: str, forward: str, argument: str, fact: str, wanted: object
) -> None:
    assert asked(tmp_path, constructor, forward)[argument][fact] == wanted


NOT_ASKED = [
    ("def __init__(self, eps): self.eps = eps", "x = x + self.eps", "eps", "whole"),
    ("def __init__(self, rate): self.rate = rate", "n, m = x.shape; s = self.rate / m", "rate", "whole"),
    ("def __init__(self, name): self.name = name", 's = self.name + "_w"', "name", "computed"),
    ("def __init__(self, k): self.k = (k, k)", "self.k[1]", "k", "entries"),
    ("def __init__(self, k): self.k = 3", "self.k[1]", "k", "entries"),
]


@pytest.mark.parametrize(("constructor", "forward", "argument", "fact"), NOT_ASKED)
def test_what_is_something_else_is_not_taken_for_a_size(
    tmp_path: Path, constructor: str, forward: str, argument: str, fact: str
) -> None:
    assert fact not in asked(tmp_path, constructor, forward).get(argument, {})


def test_a_name_of_a_pass_means_what_the_pass_does_with_it() -> None:
    constructed = {"x": {"entries": 2, "texts": ["a"]}, "k": {"whole": True}}
    assert beside(constructed, {"x": {"rank": 2, "texts": ["b"]}}) == {
        "x": {"rank": 2, "texts": ["b", "a"]},
        "k": {"whole": True},
    }


@pytest.mark.parametrize(
    ("call", "axis"),
    [("np.concatenate(x)", "0"), ("np.concatenate(x, axis=1)", "1"), ("np.concatenate(x, -1)", "-1"),
     ("np.hstack(x)", "1"), ("np.vstack(x)", "0"), ("np.stack(x)", "new"), ("np.concatenate(x, axis=self.k)", "")],
)  # fmt: skip
def test_what_is_put_together_is_several_arrays(tmp_path: Path, call: str, axis: str) -> None:
    assert asked(tmp_path, "pass", f"y = {call}")["x"]["gathered"] == axis
    assert "gathered" not in asked(tmp_path, "pass", "y = np.concatenate([x, x])").get("x", {})
