"""The proof on a page is that of an earlier run of the same tool, or made now."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.kept import files
from reference.report.models.evidence import Kill
from reference.selftest import kept_kills as kept
from reference.selftest import planting

FOUND = [
    Kill(mistake="forgot 1/m", code="MB101", red=("dW1", "db1"), named="MB101", certainty="exactly"),
    Kill(mistake="no change", code="MB103", red=(), named="", certainty="", equivalent=True),
]


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Of every time that mistakes are planted, in what."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    names: list[str] = []

    def selftest(implementation):
        names.append(implementation.name)
        return FOUND

    monkeypatch.setattr(planting, "selftest", selftest)
    return names


def test_mistakes_are_planted_once(planted: list[str]) -> None:
    assert kept.kept_kills(anew=False) == FOUND
    assert kept.kept_kills(anew=False) == FOUND
    assert planted == ["manual_backprop"]


def test_they_are_planted_now_where_all_is_asked_anew(planted: list[str]) -> None:
    kept.kept_kills(anew=False)
    assert kept.kept_kills(anew=True) == FOUND
    assert len(planted) == 2


def test_another_text_of_ours_plants_them_again(
    planted: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept.kept_kills(anew=False)
    sources = files.our_sources()
    assert {Path(kept.__file__), Path(planting.__file__)} <= set(sources)
    (tmp_path / "changed.py").write_text("# changed")
    monkeypatch.setattr(files, "our_sources", lambda: [*sources[1:], tmp_path / "changed.py"])
    kept.kept_kills(anew=False)
    assert len(planted) == 2


@pytest.mark.parametrize("data", [b"", b"[]x", b'[{"mistake": 1}]', None])
def test_what_is_no_such_list_is_not_shown(planted: list[str], tmp_path: Path, data: bytes | None) -> None:
    kept.kept_kills(anew=False)
    (path,) = tmp_path.rglob("kills.json")
    if data is None:
        path.write_bytes(b"of another hand")
    else:
        files.write(path, data)
    assert kept.kept_kills(anew=False) == FOUND
    assert len(planted) == 2
