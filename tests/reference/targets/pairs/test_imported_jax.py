"""JAX is whole where it is found, whoever is in the middle of importing it."""

import subprocess
import sys

import pytest

HALF = """
import sys, threading, time
from reference.targets.pairs.imported_jax import imported_jax
assert imported_jax() is None
assert "jax" not in sys.modules
threading.Thread(target=__import__, args=("jax.numpy",)).start()
while "jax" not in sys.modules:
    time.sleep(0.001)
print("whole" if hasattr(FOUND, "enable_x64") else "half")
"""


@pytest.mark.parametrize(("found", "said"), [("imported_jax()", "whole"), ("sys.modules['jax']", "half")])
def test_an_import_that_is_under_way_is_waited_for(found: str, said: str) -> None:
    text = HALF.replace("FOUND", found)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said
