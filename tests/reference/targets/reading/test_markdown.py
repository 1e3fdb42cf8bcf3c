"""Which of a Markdown file's pieces are Python, and on which line each stands."""

from __future__ import annotations

import ast

import pytest

from reference.targets.reading.markdown import pieces
from reference.targets.reading.source import read, texts
from tests.folding import each

TEXT = """# A net

Say `x = 1` in a line, which is no code.

```bash
pip install nothing
def shell
```

```python
def first(x):
    return x
```

1. In a list:

   ~~~py
   def second(x):
       return first(x)
   ~~~

```
$ python net.py
loss 0.3
```

```
def third(x):
    return x
```

    def fourth(x):
        return x

```pycon
>>> def fifth(x):
...     return x
...
>>> fifth(1)
1
```

```{code-cell} ipython3
%matplotlib inline
def sixth(x):
    return x
```

```python
forward(X) -> A3, cache
```

```python
def seventh(x):
    return x
```
"""
NAMES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


def cell(tmp_path, text):
    path = tmp_path / "net.md"
    path.write_text(text, encoding="utf-8")
    (found,) = read(path)
    assert found.number is None
    return found.text


def defined(text):
    return {node.name: node.lineno for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}


def test_every_function_stands_on_the_line_that_it_has_in_the_file(tmp_path):
    lines = TEXT.split("\n")
    found = defined(cell(tmp_path, TEXT))
    assert tuple(found) == NAMES
    for name, line in found.items():
        assert f"def {name}(" in lines[line - 1]


def test_so_it_does_where_nothing_is_parsed(tmp_path):
    (tmp_path / "net.md").write_text(TEXT, encoding="utf-8")
    (found,) = texts(tmp_path / "net.md")
    for k, line in enumerate(found.text.split("\n")):
        assert line.strip(" >.") in TEXT.split("\n")[k]


@each(
    "fence, read",
    [
        ("```python", True),
        ("```Python", True),
        ("``` py", True),
        ('```python title="net.py"', True),
        ("```{.python .numberLines}", True),
        ("```{python}", True),
        ("~~~~python3", True),
        ("```julia", False),
        ("```text", False),
        ("```console", False),
        ("```pythonic", False),
    ],
)
def test_what_a_fence_says_decides(fence, read):
    end = fence[: len(fence) - len(fence.lstrip("`~"))]
    assert bool(pieces(f"{fence}\ndef f(x):\n    return x\n{end}\n")) is read


def test_pseudo_code_is_left_out_and_a_broken_function_is_not(tmp_path):
    text = cell(tmp_path, "```python\na -> b\n```\n\n```python\ndef f(x:\n    return x\n```\n")
    assert "->" not in text
    assert "def f(x:" in text


@each("text", ["", "no code", "```python\n", "```python\n```", "```python\ndef f(): pass"])
def test_what_is_empty_or_never_closed_is_read(tmp_path, text):
    cell(tmp_path, text)


def test_the_check_of_lines_can_fail(tmp_path):
    """A reader that drops what stands above a fence would move every line."""
    moved = "\n".join(piece.text for piece in pieces(TEXT))
    with pytest.raises(SyntaxError):
        ast.parse(moved)
    assert defined(pieces(TEXT)[-1].text) == {"seventh": 1}
