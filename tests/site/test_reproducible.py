"""The same sources give the same site, to the byte: in another folder, with nothing kept from earlier builds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from built import Site

from bench.engine import copy
from conftest import ADDRESS


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_builds_in_two_folders_are_the_same(site: Site, tmp_path: Path) -> None:
    project = copy(tmp_path / "another place")
    own = {"SITE_URL": ADDRESS, "PYTHONPATH": str(project), "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    command = [sys.executable, "-m", "engine", "site", str(tmp_path / "built")]
    done = subprocess.run(command, cwd=project, env=os.environ | own, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    one, two = files(site.folder), files(tmp_path / "built")
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
