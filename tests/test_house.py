"""The rooms of the engine: none uses one below it, and each says what it is for."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "engine"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
ROOMS = [layer.removeprefix("engine.") for layer in reversed(CONTRACTS[0]["layers"]) if not layer.endswith("__")]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the engine in a folder."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", env={"PYTHONPATH": "."}
    )


def append(file: Path, line: str) -> None:
    """Add a line at the end of a file."""
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the engine's code."""
    shutil.copytree(ENGINE, tmp_path / "engine", ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_no_room_uses_one_below_it() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("base/errors.py", "from engine.sources import cells", "engine.base is not allowed to import engine.sources"),
        ("run/curves.py", "from engine.run import runner", "engine.run"),
        ("names/check.py", "def late():\n    from engine.site import hook\n", "engine.names is not allowed to import"),
    ],
)
def test_an_import_from_below_is_noticed(house: Path, file: str, line: str, said: str) -> None:
    append(house / "engine" / file, line)
    if file == "run/curves.py":  # a circle inside a room
        append(house / "engine/run/runner.py", "from engine.run import curves")
    done = lint(house)
    assert done.returncode == 1
    assert said in done.stdout


def test_every_module_is_in_a_room_that_says_what_it_is_for() -> None:
    assert sorted(path.name for path in ENGINE.glob("*.py")) == ["__init__.py", "__main__.py"]
    assert sorted(ROOMS) == sorted(path.parent.name for path in ENGINE.glob("*/*.py") if path.name == "__init__.py")
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    order = [contributing.index(f"| `{room}` |") for room in ROOMS]
    assert order == sorted(order), "the map in CONTRIBUTING has the order of pyproject.toml"
    for room in ROOMS:
        said = ast.get_docstring(ast.parse((ENGINE / room / "__init__.py").read_text(encoding="utf-8")))
        assert said
        assert "May use " in said


def test_the_tests_mirror_the_rooms() -> None:
    assert {path.parent.name for path in ROOT.glob("tests/*/test_*.py")} == set(ROOMS)


def test_no_two_files_of_tests_share_a_name() -> None:
    """pytest imports them by name."""
    names = [path.name for path in ROOT.glob("tests/**/*.py") if path.name != "conftest.py"]
    assert sorted(names) == sorted(set(names))


def test_every_public_function_says_what_it_does_and_is_short() -> None:
    silent, long = [], []

    def look(node: ast.AST, where: str, public: bool) -> None:
        for part in ast.iter_child_nodes(node):
            if isinstance(part, (ast.FunctionDef, ast.ClassDef)):
                name = f"{where}.{part.name}"
                open_ = public and not part.name.startswith("_")
                silent.extend([name] if open_ and not ast.get_docstring(part) else [])
                if isinstance(part, ast.ClassDef):
                    look(part, name, open_)
                else:
                    long.extend([name] if (part.end_lineno or 0) - part.lineno >= 60 else [])

    for file in ENGINE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        look(ast.parse(text), file.relative_to(ENGINE).as_posix(), True)
        assert len(text.splitlines()) <= 500, file
    # What a parser of others calls by name is described there.
    assert [name for name in silent if not name.rpartition(".")[2].startswith("handle_")] == []
    assert long == []


def test_the_map_names_modules_that_are_there() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = re.findall(r"`(?:engine/)?([\w/]+\.py)(?::[\w.]+)?`", contributing)
    known = [
        path.relative_to(ROOT).as_posix()
        for folder in ("engine", "tests", "scripts")
        for path in ROOT.glob(f"{folder}/**/*.py")
    ]
    assert len(names) > 40
    ours = [name for name in names if name not in ("figure.py", "numpy.py")]
    assert [name for name in ours if not any(f"/{path}".endswith(f"/{name}") for path in known)] == []
