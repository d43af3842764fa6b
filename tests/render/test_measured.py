"""What the bench has found, on the pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.report import Figure, record
from engine.base.errors import SourceError
from engine.render.measured import FILE, measured

TITLE = {"en": "ours / theirs", "zh": "本引擎 / 其他"}
FIGURES = [
    Figure("a", 0.8749, 1.0, "times", "", title=TITLE),
    Figure("b", 7.96, 8, "times", "", least=True, title=TITLE),
    Figure("seconds, for no page", 3.0, 4.0, "s", ""),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with recorded figures."""
    (tmp_path / "docs").mkdir()
    record(FIGURES, tmp_path / FILE)
    return tmp_path


def test_the_ratios_and_nothing_else_are_shown(root: Path) -> None:
    text = measured(root, "en")["measured.md"]
    rows = [line for line in text.splitlines() if line.startswith("| ours")]
    assert rows == ["| ours / theirs | 0.87 ✓ | at most 1 |", "| ours / theirs | 8 ✓ | at least 8 |"]
    assert "seconds" not in text
    assert "| 本引擎 / 其他 | 0.87 ✓ | 至多 1 |" in measured(root, "zh")["measured.md"]


def test_a_promise_that_is_not_kept_is_marked(root: Path) -> None:
    record([replace(FIGURES[0], value=1.2)], root / FILE)
    assert "| 1.2 ✗ | at most 1 |" in measured(root, "en")["measured.md"]


def test_what_was_changed_by_hand_to_something_else_is_an_error(root: Path) -> None:
    file = root / FILE
    file.write_text(file.read_text(encoding="utf-8").replace("found: 0.87", "found: fast"), encoding="utf-8")
    with pytest.raises(SourceError, match=r"docs/measured\.yml:\d+: .*fast"):
        measured(root, "en")


@pytest.mark.parametrize(
    ("old", "new"), [("0.87", "0.78"), ("limit: 8.0", "limit: 7.0"), ("machine: ", "machine: fast ")]
)
def test_another_figure_than_the_one_measured_is_an_error(root: Path, old: str, new: str) -> None:
    file = root / FILE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=r"docs/measured\.yml:\d+: does not fit its digest"):
        measured(root, "en")


def test_nothing_recorded_is_no_fragment(tmp_path: Path) -> None:
    assert measured(tmp_path, "en") == {}
