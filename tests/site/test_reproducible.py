"""The same sources give the same site, to the byte: in another folder, with nothing kept from earlier builds.

What was run, measured, proved and set is kept for this test, but each night (`--whole`): it takes minutes to find out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from built import Site
from shared import ADDRESS, ROOT

from bench.engine import copy


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def differences(one: Path, two: Path) -> list[str]:
    """Files that only one of two folders has, or that differ."""
    first, second = files(one), files(two)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def test_differences_are_found(tmp_path: Path) -> None:
    for name, texts in (("one", {"a": "1", "b/c": "2"}), ("two", {"a": "1", "b/c": "3", "d": ""})):
        for path, text in texts.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
    assert differences(tmp_path / "one", tmp_path / "two") == ["b/c", "d"]


#: What a build finds out, and does not make of what it has found out.
FOUND = ("runs", "audit", "oracle", "decimals", "derivations", "proofs", "formulas")


def test_two_builds_in_two_folders_are_the_same(
    site: Site, first_build: tuple[Path, str], tmp_path: Path, whole: bool
) -> None:
    project = copy(tmp_path / "another place")
    for name in () if whole else FOUND:
        shutil.copytree(ROOT / ".cache" / name, project / ".cache" / name)
    own = {"SITE_URL": ADDRESS, "PYTHONPATH": str(project), "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    command = [sys.executable, "-m", "engine", "site", str(tmp_path / "built"), "--draft"]
    done = subprocess.run(command, cwd=project, env=os.environ | own, capture_output=True, encoding="utf-8")
    assert bool(done.returncode) == bool(first_build[1]), done.stdout + done.stderr
    assert len(files(site.folder)) > 100
    assert differences(site.folder, tmp_path / "built") == []
