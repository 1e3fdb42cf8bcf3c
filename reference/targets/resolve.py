"""From a target's name to an implementation."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reference.interface.entry import Implementation
from reference.interface.exceptions import TargetNotStarted
from reference.settings.limits import Limits
from reference.spelling import nearest
from reference.targets.process.children import Children
from reference.targets.reading.source import SUFFIXES, SourceError

if TYPE_CHECKING:
    from reference.settings.binding import Binding

__all__ = ["BUILT_IN", "TargetError", "is_installed", "resolve"]


class TargetError(Exception):
    """A target that is not there; the message says what was given and what is accepted."""


def _manual_backprop() -> Implementation:
    from reference.targets.builtin.ours import manual_backprop

    return manual_backprop()


def _workspace() -> Implementation:
    from reference.targets.builtin.ours import in_place

    return in_place()


def _framework(name: str) -> Callable[[], Implementation]:
    def load() -> Implementation:
        from reference.targets.builtin import frameworks

        try:
            return getattr(frameworks, name)()
        except ImportError as error:
            wanted = name if name == "jax" else f"'manual-backprop[{name}]'"  # JAX is no extra: all need it
            raise TargetError(f"target {name!r}: {error}; pip install {wanted}") from None

    return load


FRAMEWORKS = ("jax", "torch", "autograd")
BUILT_IN: dict[str, Callable[[], Implementation]] = {
    "manual_backprop": _manual_backprop,
    "workspace": _workspace,
    **{name: _framework(name) for name in FRAMEWORKS},
}


def is_installed(name: str) -> bool:
    """Is what a built-in target needs there?"""
    return name not in FRAMEWORKS or importlib.util.find_spec(name) is not None


ACCEPTED = (
    f"a built-in name ({', '.join(BUILT_IN)}), a .py, .ipynb or .md file, file.py::function, module:function, a folder "
    "or a quoted pattern such as 'hw/**/*.py'"
)


def resolve(
    name: str,
    limits: Limits | None = None,
    options: Sequence[str] = (),
    bindings: Mapping[str, Binding] | None = None,
    children: Children | None = None,
) -> Callable[[], Implementation]:
    """How to open the target called ``name``; raises ``TargetError`` where there is no such target.

    A file, or one function of it, is loaded in a process of its own when it is opened. So is ``module:function``,
    with the working directory on the path; the function takes one unstacked problem (``X``, ``Y``, ``parameters``,
    ``masks``, ``lambd``, ``keep_prob``, ``hidden``, ``output`` as attributes) and returns its gradients by the course's
    names, such as ``{"dW1": …, "db1": …}``. ``children``: where its process comes from.
    """
    from reference.settings.binding import BindingError, binding_of  # which a target's process has no use for

    limits = limits or Limits()
    if name in BUILT_IN:
        return BUILT_IN[name]
    try:
        binding = binding_of(name, options, bindings)
    except BindingError as error:
        raise TargetError(str(error)) from None
    file, _, function = name.partition("::")
    if Path(file).suffix.lower() in SUFFIXES:
        return _file(name, file, function or None, limits, binding, children)
    module, colon, attribute = name.partition(":")
    if not (colon and module and attribute):
        raise TargetError(f"no target {name!r}; it takes {ACCEPTED}")
    return _object(name, module, attribute, limits, binding, children)


def _file(
    name: str, file: str, function: str | None, limits: Limits, binding: Binding, children: Children | None
) -> Callable[[], Implementation]:
    from reference.targets.course_file import course_file  # now: later, what goes on beside would be in its way

    path = Path(file)
    if not path.is_file():
        raise TargetError(f"target {name!r}: {_what_it_is(path)}")

    first: list[tuple[int, ...]] = []  # as it was when it was opened first: opened again, it must be the same file

    def load() -> Implementation:
        first.append(_state(path))
        if first[0] != first[-1]:
            raise TargetError(f"target {name!r}: it was changed while it was judged")
        try:
            return course_file(path.resolve(), limits, shown=name, only=function, binding=binding, children=children)
        except (SourceError, TargetNotStarted) as error:
            raise TargetError(f"target {name!r}: {error}") from None

    return load


def _state(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:  # whoever reads it says so
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _what_it_is(path: Path) -> str:
    if path.is_dir():
        return "it is a folder"
    if path.exists():
        return "it is no regular file"
    if path.is_symlink():
        return "it is a link that leads nowhere"
    near = _near(path)
    return "there is no such file" if near is None else f"there is no such file; {near}, perhaps?"


def _near(path: Path) -> Path | None:
    """The file of that folder that was meant, if one is near."""
    try:
        names = [each.name for each in path.parent.iterdir() if each.suffix.lower() in SUFFIXES]
    except OSError:
        return None
    found = nearest(path.name, names, alike=0.75)
    return None if found is None else path.with_name(found)


def _object(
    name: str, module: str, attribute: str, limits: Limits, binding: Binding, children: Children | None
) -> Callable[[], Implementation]:
    def load() -> Implementation:
        from reference.targets.module_object import NotThere, module_object

        try:
            return module_object(name, module, attribute, limits, binding, children)
        except NotThere as error:
            raise TargetError(f"target {name!r}: {error}; it takes {ACCEPTED}") from None
        except TargetNotStarted as error:
            raise TargetError(f"target {name!r}: {error}") from None

    return load
