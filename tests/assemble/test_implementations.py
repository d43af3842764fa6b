"""Implementations that pages show: what is found of them is compared with what is recorded, and every fault is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.assemble import implementations
from engine.assemble.implementations import Measured
from engine.base.errors import SourceError
from engine.commands.outcome import UsageError
from engine.commands.selection import select, shown

PATH = Path("implementations/demo/poor.py")
FOUND = Measured("float32  value  1.5\n", "NumPy 2, a machine")


@pytest.fixture
def root(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one of them, of which something is found."""
    (project / PATH).parent.mkdir(parents=True)
    (project / PATH).write_text("def poor(x):\n    return x\n")
    monkeypatch.setattr(implementations, "_measure", lambda root, path: FOUND)
    return project


def test_what_is_found_is_recorded_and_compared(root: Path) -> None:
    assert implementations.discover(root) == [PATH]
    found = implementations.measured(root, PATH)
    (problem,) = implementations.problems(root, PATH, found)
    assert "no recorded report" in str(problem)
    assert f"python -m engine record {PATH.as_posix()}" in str(problem)
    assert implementations.record(root, PATH, found)
    assert implementations.problems(root, PATH, found) == []
    assert not implementations.record(root, PATH, found)
    (problem,) = implementations.problems(root, PATH, Measured("float32  value  1.6\n", "a machine"))
    assert str(problem).startswith("implementations/demo/poor.out:1: poor.py is measured otherwise\n")


def test_it_is_found_anew_if_anything_changes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(implementations, "_measure", lambda root, path: asked.append(path) or FOUND)
    for change in ((PATH, "def poor(x):\n    return -x\n"), (Path("snippets/demo/audit.yml"), "a: b\n")):
        implementations.measured(root, PATH)
        implementations.measured(root, PATH)
        (root / change[0]).write_text(change[1])
    implementations.measured(root, PATH)
    assert len(asked) == 3


def test_a_page_shows_code_command_and_report(root: Path) -> None:
    implementations.record(root, PATH, FOUND)
    texts, problems = implementations.fragments(root, "en")
    assert problems == []
    text = texts["implementations/demo/poor.md"]
    for part in ("def poor(x):", f"measure demo {PATH.as_posix()}:poor --bound 4\n", FOUND.report, FOUND.conditions):
        assert part in text
    (root / PATH).with_suffix(".out").write_text("float32  value  3\n")
    texts, (problem,) = implementations.fragments(root, "en")
    assert "is measured otherwise" in problem.reason
    assert "This does not hold" in texts["implementations/demo/poor.md"]


def test_what_cannot_be_measured_is_told_on_the_page(root: Path) -> None:
    (root / PATH).rename(root / "implementations/poor.py")
    with pytest.raises(SourceError, match="belongs into a folder of implementations/ that is named after a function"):
        implementations.measured(root, Path("implementations/poor.py"))
    texts, (problem,) = implementations.fragments(root, "zh")
    assert problem.path == "implementations/poor.py"
    assert problem.reason in texts["implementations/poor.md"]


def test_the_real_reason_is_kept(project: Path) -> None:
    (project / PATH).parent.mkdir(parents=True)
    (project / PATH).write_text("def other(x):\n    return x\n")
    (project / "snippets/demo/definition.yml").write_text(
        "name: Demo\nexpression: x\nderivative: '1'\napis: [{name: numpy.positive}]\n"
    )
    with pytest.raises(SourceError, match=r"implementations/demo/poor\.py: poor\.py has no poor"):
        implementations.measured(project, PATH)


def test_commands_find_them_by_path(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    for paths in (["implementations"], ["implementations/demo"], [PATH.as_posix()]):
        assert shown(root, paths) == shown(root, []) == [PATH]
        assert select(root, paths) == ([], [])
    assert shown(root, ["snippets/demo"]) == []
    with pytest.raises(UsageError, match="no such file"):
        select(root, ["implementations/demo/none.py"])
