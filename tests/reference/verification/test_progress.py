"""What is shown on the way: each pair on a terminal as soon as it is decided, and elsewhere what is wrong."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

from reference.interface.entry import Implementation
from reference.settings.profiles import Profile
from reference.targets import resolve
from reference.verification.known import Run
from reference.verification.options import Options
from reference.verification.progress import progress
from reference.verification.run import verify
from tests.reference import mistakes

TWO = """
import numpy as np

def relu_forward(x):
    return np.maximum(0, x), x

def relu_backward(dout, cache):
    return dout * (cache > 0)

def square_forward(x):
    return x ** 2, x

def square_backward(dout, cache):
    return dout * cache
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@contextmanager
def opened(name: str) -> Iterator[Implementation]:
    implementation = resolve(name)()
    try:
        yield implementation
    finally:
        implementation.close()


def test_on_a_terminal_what_is_decided_stays():
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        with progress(stream) as advance:
            advance("relu_backward", 1, 2)
            advance.decided("✓ [layers].py: relu_backward")
            advance.decided("✗ [layers].py: tanh_backward: dx, MB104, line 9")
    assert "✓ [layers].py: relu_backward" in terminal.getvalue()
    assert "✗ [layers].py: tanh_backward: dx, MB104, line 9" in terminal.getvalue()
    assert file.getvalue() == "verifying relu_backward: 2 cases\n✗ [layers].py: tanh_backward: dx, MB104, line 9\n"


def test_a_pair_is_told_before_the_next_is_begun(tmp_path):
    (tmp_path / "layers.py").write_text(TWO)
    said: list[str] = []
    options = Options(
        Profile(examples=1, explore=0), progress=lambda check, *_: said.append(check), decided=said.append
    )
    with opened(str(tmp_path / "layers.py")) as implementation:
        verify(implementation, options, Run())
    name = implementation.name
    decided = [f"✓ {name}: relu_backward", f"✗ {name}: square_backward: square_backward(…), MB101, line 14"]
    assert said == ["relu_backward", decided[0], "square_backward", decided[1]]


def test_the_first_entry_that_differs_is_told_before_its_cause_is_known():
    said: list[str] = []
    options = Options(Profile(examples=40, explore=0), decided=said.append)
    verify(mistakes.implementation(mistakes.times("dW", lambda s: 2), name="wrong"), options, Run())
    (line,) = said
    assert re.fullmatch(r"✗ wrong: backward: dW\d differs on dims=.*", line)


def test_of_what_is_right_nothing_is_told_early():
    said: list[str] = []
    with opened("manual_backprop") as implementation:
        verify(implementation, Options(Profile(examples=40, explore=0), decided=said.append), Run())
    assert said == []
