"""What JAX compiled is found again; what is broken, or cannot be written, costs time and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from reference.kept import files
from reference.witnesses import compilation_cache as compiled

SETTINGS = (
    "jax_compilation_cache_dir",
    "jax_persistent_cache_min_compile_time_secs",
    "jax_persistent_cache_min_entry_size_bytes",
)
WARM = """
import time
from reference.witnesses.autodiff import warm_up
from reference.verification.target import prepared
with prepared():
    warm_up()
"""


LATER = """
import os, sys
from reference.verification.target import prepared
with prepared():
    print("jax" in sys.modules, "hypothesis" in sys.modules)
    import jax, hypothesis.configuration
    print(jax.config.jax_compilation_cache_dir)
    print(hypothesis.configuration.storage_directory(intent_to_write=False).home_directory)
print([name for name in os.environ if name.startswith(("JAX_", "HYPOTHESIS", "OMP"))])
print(hypothesis.configuration.storage_directory(intent_to_write=False).home_directory)
"""


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch, tmp_path):
    import jax

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    before = {name: getattr(jax.config, name) for name in SETTINGS}
    with warnings.catch_warnings():
        yield
    for name, value in before.items():
        jax.config.update(name, value)


def told() -> str | None:
    import jax

    return jax.config.jax_compilation_cache_dir


def test_the_folder_is_made_and_jax_is_told(tmp_path):
    compiled.kept()
    assert told() == str(compiled.folder())
    assert compiled.folder().is_dir()
    assert tmp_path in compiled.folder().parents


def test_another_version_or_processor_has_another_folder(monkeypatch):
    import jax

    here = compiled.folder()
    assert compiled.folder() == here
    monkeypatch.setattr(jax, "__version__", "0.0.1")
    assert compiled.folder() != here
    monkeypatch.undo()
    monkeypatch.setattr(files.platform, "machine", lambda: "another")
    assert compiled.folder() != here


def test_who_has_chosen_a_folder_keeps_it(monkeypatch):
    before = told()
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "/somewhere")
    compiled.kept()
    assert told() == before


def test_without_a_folder_there_is_no_cache_and_no_noise(monkeypatch, tmp_path, capsys):
    (tmp_path / "cache").write_text("a file where the folder is to be")
    before = told()
    compiled.kept()
    assert told() == before
    assert capsys.readouterr() == ("", "")


def test_what_is_not_needed_is_not_loaded_and_is_told_once_it_is(tmp_path):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("JAX_", "HYPOTHESIS", "OMP"))}
    done = subprocess.run(
        [sys.executable, "-c", LATER], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**own, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    loaded, cache, home, left, after = done.stdout.splitlines()
    assert (loaded, left) == ("False False", "[]")
    assert Path(cache).is_relative_to(tmp_path / "cache")
    assert Path(home) != tmp_path / ".hypothesis" == Path(after)


@pytest.mark.slow
def test_what_is_kept_is_used_and_what_is_broken_is_read_past(tmp_path):
    def run() -> str:
        done = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, check=True, env=os.environ)
        return done.stdout + done.stderr

    def entries() -> list[Path]:
        return sorted(path for path in (tmp_path / "cache").rglob("*-cache"))

    assert run() == ""
    kept = entries()
    assert kept  # the witness's programs take long enough to be worth it
    stamps = [path.stat().st_mtime_ns for path in kept]
    assert run() == ""
    assert [path.stat().st_mtime_ns for path in entries()] == stamps  # nothing was compiled anew
    for path in kept:
        path.write_bytes(path.read_bytes()[:1000])
    assert run() == ""
