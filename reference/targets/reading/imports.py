"""What an import statement of a stranger's file binds. Nothing of a file beside it runs but its definitions.

Looked for in this order: NumPy, or what stands in for it; the standard library; a file beside the target, in its
package or where its path says; the course's helpers, by their module's name or by what is imported; else a promise.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from reference.targets.reading.course_helpers import provided, provided_with_caches
from reference.targets.reading.promises import Absent, Provided, spelt
from reference.targets.reading.source import SourceError
from reference.targets.reading.vocabulary import plain

__all__ = ["WITH_CACHES", "Imports"]

HELPERS = re.compile(
    r"^(reg_utils|init_utils|gc_utils|dnn_(app_)?utils|opt_utils|planar_utils|test_?cases?|public_tests|test_utils|utils"
    r"|reg_?test|.*_utils|.*test_?cases?)(_\w+)*$",
    re.IGNORECASE,
)
WITH_CACHES = re.compile(r"(.*\.)?dnn_(app_)?utils")
REAL = ("scipy",)  # and the standard library; everything else is imported where it is used
LIBRARIES = ("cupy", "jax", "keras", "mxnet", "sklearn", "tensorflow", "theano", "torch")  # their names are their own
OURS = ("reference", "reference.pair_decorator")
NESTED = 12  # siblings that import siblings
ABOVE = 3  # folders above the target in which the package that it lies in may begin

Load = Callable[[Path, "Imports"], dict[str, Any]]


class Imports:
    """The imports of one file and of what it imports: each file beside it is loaded once.

    ``load`` makes the names of a file, without those that are merely supplied. Raises ``SourceError``. ``instead``:
    what stands in the place of other modules, by their names; ``supplied``: names that every file has. ``real``:
    libraries that are imported as they are.
    """

    def __init__(
        self,
        numpy: Any,
        load: Load,
        *,
        instead: Mapping[str, Any] | None = None,
        supplied: Mapping[str, Any] | None = None,
        real: tuple[str, ...] = (),
    ) -> None:
        self.numpy, self.load = numpy, load
        self.real = (*REAL, *real)
        self.instead, self.supplied = instead or {}, supplied or {}
        self.helpers = provided(numpy)
        self.caching = provided_with_caches(numpy)
        self.files: dict[Path, ModuleType] = {}
        self.upwards: set[Path] = set()
        self.depth = 0

    def bound(self, node: ast.Import | ast.ImportFrom, path: Path, *, upwards: bool = False) -> dict[str, Any]:
        """The names that an import statement of the file at ``path`` binds. ``upwards``: it may lie a folder above."""
        if upwards:
            self.upwards.add(path)
        if isinstance(node, ast.Import):
            names = [(a.name, a.asname) for a in node.names]
            return {
                asname or name.partition(".")[0]: self._module(name, path) if asname else self._root(name, path)
                for name, asname in names
            }
        name = node.module or ""
        if name == "__future__" and not node.level:
            return {}
        module = self._module(name, path, node.level)
        bound: dict[str, Any] = {}
        for alias in node.names:
            if alias.name != "*":
                bound[alias.asname or alias.name] = self._member(module, name, alias.name, path, node.level)
            elif isinstance(module, Provided):  # what it provides is there already, if under no other meaning
                bound |= self.caching if WITH_CACHES.match(name) else {}
            elif not isinstance(module, Absent):
                own = {k: v for k, v in vars(module).items() if not k.startswith("_")}
                bound |= {k: v for k, v in own.items() if not isinstance(v, Absent)}  # it may import this one back
        return bound

    def _member(self, module: Any, name: str, member: str, path: Path, level: int) -> Any:
        if isinstance(module, ModuleType) and member in vars(module):
            return vars(module)[member]
        within = self._file(f"{name}.{member}".lstrip("."), path, level)
        if within is not None:  # from package import module
            return self._loaded(within, member)
        supplied = spelt(self.helpers).get(plain(member), Absent(f"{name}.{member}".lstrip(".")))
        return getattr(module, member, supplied)

    def _root(self, name: str, path: Path) -> Any:
        """What ``import a.b.c`` binds: ``a``, which now has its ``b``."""
        parts = name.split(".")
        root = above = self._module(parts[0], path)
        for k in range(2, len(parts) + 1):
            if not isinstance(above, ModuleType):
                break
            if above.__name__.partition(".")[0] in sys.stdlib_module_names or above is self.numpy:
                self._module(name, path)
                break
            below = self._module(".".join(parts[:k]), path)
            setattr(above, parts[k - 1], below)
            above = below
        return root

    def _module(self, name: str, path: Path, level: int = 0) -> Any:
        root = name.partition(".")[0]
        if root in self.instead and not level:
            module = self.instead[root]
            for part in name.split(".")[1:]:
                module = getattr(module, part)
            return module
        if root == "numpy" and not level:
            module = self.numpy
            for part in name.split(".")[1:]:
                module = getattr(module, part)
            return module
        if (root in sys.stdlib_module_names or root in self.real) and not level:
            try:
                return importlib.import_module(name)
            except ImportError:
                return Absent(name)
        file = self._file(name, path, level)
        if file is not None:
            return self._loaded(file, name)
        if name in OURS and not level:  # by which a file says what its functions are given
            return importlib.import_module(name)
        if not HELPERS.match(root) and not level and (root in LIBRARIES or _is_installed(root)):
            return Absent(name)
        if not level and (file := self._under_another_root(name, path)) is not None:
            return self._loaded(file, name)
        if any(map(HELPERS.match, name.split("."))):
            return Provided(name, {**self.helpers, **(self.caching if WITH_CACHES.match(name) else {})})
        if name and any(folder.joinpath(*name.split(".")).is_dir() for folder in self._folders(name, path, level)):
            return Provided(name, {})
        return Absent(name or ".", spelt(self.helpers))

    def module(self, name: str, path: Path, level: int = 0) -> Any:
        """What an import within a function of the file at ``path`` finds."""
        return self._module(name, path, level)

    # --- files beside the target -----------------------------------------------------------------------------

    def _loaded(self, file: Path, name: str) -> Any:
        key = file.resolve()
        if key in self.files:
            return self.files[key]
        if self.depth >= NESTED:
            return Absent(name)
        module = self.files[key] = ModuleType(name or file.parent.name)  # there already for one that imports it back
        self.depth += 1
        try:
            names = self.load(file, self)
        except SourceError:
            del self.files[key]
            return Absent(name)
        finally:
            self.depth -= 1
        vars(module).update({**(self.helpers if HELPERS.match(name.partition(".")[0]) else {}), **names})
        return module

    def _file(self, name: str, path: Path, level: int) -> Path | None:
        parts = name.split(".") if name else []
        for folder in self._folders(name, path, level):
            base = folder.joinpath(*parts)
            for file in (*([base.with_name(f"{base.name}.py")] if parts else []), base / "__init__.py"):
                if file.is_file() and file.resolve() != path.resolve():
                    return file
        return None

    def _under_another_root(self, name: str, path: Path) -> Path | None:
        """``package.nn.module``, where the folder ``nn`` above the file, or beside it, lies in none of that name."""
        parts = name.split(".")
        for above in path.parent, *path.parent.parents[: ABOVE - 1]:
            for tail in (parts[k:] for k in range(1, len(parts) - 1)):
                file = above.joinpath(*tail[:-1], f"{tail[-1]}.py")
                if file.is_file() and file.resolve() != path.resolve():
                    return file
        return None

    def _folders(self, name: str, path: Path, level: int) -> Iterator[Path]:
        """Beside the file; where the package begins that it lies in; a folder above where the path says so."""
        here = path.parent
        if level:
            yield ([here, *here.parents][level - 1 :] or [here])[0]
            return
        yield here
        yield from (above.parent for above in [here, *here.parents][:ABOVE] if above.name == name.partition(".")[0])
        if "." in name or path in self.upwards:
            yield here.parent


def _is_installed(root: str) -> bool:
    try:
        return importlib.util.find_spec(root) is not None
    except (ImportError, ValueError, AttributeError):
        return False
