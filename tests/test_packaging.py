"""The project as it is installed, and its tests where nothing was compiled before."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_warnings_of_our_own_are_errors_and_those_of_compiling_others_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "lib" / "site-packages"
    folder.mkdir(parents=True)
    (folder / "others.py").write_text("a = '\\d'\n")  # as jieba has many; never compiled before
    for name, source in (
        ("others", "import others"),
        ("escape", "a = '\\d'"),
        ("use", "import warnings\n\nwarnings.warn('old', DeprecationWarning)"),
    ):
        (tmp_path / f"test_{name}.py").write_text(f"{source}\n\n\ndef test_it():\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "-p", "no:cacheprovider", tmp_path],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.findall(r"^ERROR \S*(test_\w+)\.py", done.stdout, re.MULTILINE)
    assert sorted(failed) == ["test_escape", "test_use"], done.stdout


def test_a_file_is_run_by_one_process(tmp_path: Path) -> None:
    for name in "ab":
        text = "import pytest\n\n\n@pytest.mark.parametrize('number', range(9))\ndef test_it(number):\n    pass\n"
        (tmp_path / f"test_{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-n", "2", "--dist", "loadfile", "-v", "."]
    own = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
    ran = set(re.findall(r"^\[(gw\d)\] .* PASSED test_(\w)\.py::", done.stdout, re.MULTILINE))
    assert sorted(file for _, file in ran) == ["a", "b"], done.stdout


def test_the_files_that_come_first_are_there() -> None:
    first = re.findall(r'^    "(\S+\.py)",$', (ROOT / "conftest.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(first) > 5
    assert [file for file in first if not (ROOT / "tests" / file).is_file()] == []


def make(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask the Makefile which further index pip would use, through a target that sets up nothing."""
    asked = tmp_path / "asked.mk"
    asked.write_text('asked:\n\t@echo "$${PIP_EXTRA_INDEX_URL-none}"\n')
    environment = {name: value for name, value in os.environ.items() if name != "PIP_EXTRA_INDEX_URL"}
    command = ["make", "--no-print-directory", "-f", "Makefile", "-f", str(asked), "asked", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_one_variable_takes_the_cpu_build_of_torch_for_every_target(tmp_path: Path) -> None:
    assert make(tmp_path).stdout == "none\n"
    assert make(tmp_path, "TORCH=cpu").stdout.split() == ["https://download.pytorch.org/whl/cpu"]
    refused = make(tmp_path, "TORCH=gpu")
    assert refused.returncode != 0
    assert "TORCH=gpu is not known; TORCH=cpu takes" in refused.stderr
