"""From a target's name to an implementation."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from reference.implementations.entry import ANY, Entry, Implementation
from reference.implementations.outcome import per_case

__all__ = ["BUILT_IN", "TargetError", "resolve"]


class TargetError(Exception):
    """A target that is not there; the message says what was given and what is accepted."""


def _manual_backprop() -> Implementation:
    from reference.implementations.builtin import manual_backprop

    return manual_backprop()


BUILT_IN: dict[str, Callable[[], Implementation]] = {"manual_backprop": _manual_backprop}
ACCEPTED = f"a built-in name ({', '.join(BUILT_IN)}) or module:function"


def resolve(name: str) -> Implementation:
    """The implementation called ``name``; raises ``TargetError``.

    ``module:function`` is imported, with the working directory on the path; the function takes one unstacked
    problem (``X``, ``Y``, ``parameters``, ``masks``, ``lambd``, ``keep_prob``, ``hidden``, ``output`` as attributes)
    and returns a dictionary of gradients by the course's names, such as ``{"dW1": …, "db1": …}``.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]()
    module, colon, attribute = name.partition(":")
    if not (colon and module and attribute):
        raise TargetError(f"no target {name!r}; it takes {ACCEPTED}")
    return Implementation(name, (Entry(attribute, ANY, per_case(_import(name, module, attribute))),))


def _import(name: str, module: str, attribute: str) -> Callable[[Any], dict[str, Any]]:
    """A file of the working directory, even one that is named like a module of the standard library, else a module."""
    here = os.getcwd()
    added = here not in sys.path
    if added:
        sys.path.append(here)  # last: a file must not come before a library that it is named like
    try:
        with redirect_stdout(sys.stderr):
            found: Any = _load(Path(here, *module.split(".")).with_suffix(".py"), module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except AttributeError:
        raise TargetError(f"target {name!r}: module {module} has no {attribute}") from None
    except ModuleNotFoundError as error:
        raise TargetError(f"target {name!r}: {error}; it takes {ACCEPTED}") from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise TargetError(f"target {name!r} cannot be imported: {type(error).__name__}: {error}") from None
    finally:
        if added:
            sys.path.remove(here)
    if not callable(found):
        raise TargetError(f"target {name!r} is a {type(found).__name__}; it takes a function")
    return found


def _load(path: Path, module: str) -> ModuleType:
    if not path.is_file():
        return importlib.import_module(module)
    spec = importlib.util.spec_from_file_location(f"target_{module.replace('.', '_')}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded
