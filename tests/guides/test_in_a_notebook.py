"""The cells of the guide, run in a real kernel: what it says stands below the last one."""

from __future__ import annotations

import html
import os
import re
import sys
from importlib.util import find_spec

import pytest

from tests.guides.shown import pages

MISSING = [name for name in ("ipykernel", "nbclient", "cloudpickle") if find_spec(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"no kernel was started: {', '.join(MISSING)} not found"),
    pytest.mark.filterwarnings("default"),  # of the client's own loops
]

PAGE = pages()[".github/docs/in-a-notebook.md"]
CELLS = re.findall(r"^```python\n# In \[\d\]\n(.*?)\n```$", PAGE, re.DOTALL | re.MULTILINE)
(SHOWN,) = re.findall(r"^Below the cell stands:\n\n```text\n(.*?)```$", PAGE, re.DOTALL | re.MULTILINE)


def below(cells, tmp_path):
    """The words of what stands below the last cell, a space between them."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}})
    with client.setup_kernel(cwd=str(tmp_path), env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}):
        for k, cell in enumerate(notebook.cells):
            client.execute_cell(cell, k)
    (output,) = notebook.cells[-1].outputs
    page = re.sub(r"<style>.*?</style>", "", output.data["text/html"], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def lost(shown, words):
    """The lines that are shown and do not stand there, in their order."""
    missing, at = [], 0
    for line in shown.splitlines():
        found = words.find(" ".join(line.split()), at)
        if found < 0:
            missing.append(line)
        at = max(at, found)
    return missing


def test_what_the_guide_shows_stands_below_the_cell(tmp_path):
    assert len(CELLS) == 3
    words = below(CELLS, tmp_path)
    assert lost(SHOWN, words) == []
    assert lost(SHOWN.replace("line 4", "line 5"), words) != []


def test_what_is_right_is_one_line(tmp_path):
    words = below([*CELLS[:2], CELLS[2].replace("return dout", "return slope * dout")], tmp_path)
    assert words.startswith("✓ Verified")
