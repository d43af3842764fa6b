"""The files of shared topics: `record` writes them; all that reads snippets refuses anything else in their place."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from demo import DEFINITION
from shared import ROOT

from engine.__main__ import main
from engine.assemble.site import Site
from engine.base.errors import SourceError
from engine.run.runner import Runner
from engine.sources import layout, topics
from engine.sources.definition import read
from engine.sources.filled import faults, filled, write_filled
from engine.sources.snippets import discover, discover_each, functions, names

SCRIPT = "import torch\nimport torch.nn.functional as F\n\nx = torch.ones(2)\nprint(FUNCTION(x).tolist())\n"
FIGURE = "import numpy as np\n\nprint(FUNCTION(np.ones(2)))\n"
OFFERED = DEFINITION.replace("[{name: numpy.positive}]", "[{name: torch.nn.functional.relu}]")
SHARED = "snippets/demo/pytorch/a.py"
TEXT = SCRIPT.replace("FUNCTION", "F.relu")

Write = Callable[..., Path]


@pytest.fixture
def project(write: Write) -> Path:
    """A function that shares a topic of one framework and one of none, with both files written."""
    root = write({"topics/pytorch/a.py": SCRIPT, "topics/b.py": FIGURE}, OFFERED)
    assert write_filled(root, "demo") == [Path("snippets/demo/b.py"), Path(SHARED)]
    assert not write_filled(root, "demo"), "once"
    return root


def told(root: Path, within: str = "snippets") -> list[str]:
    """The first lines of what is wrong with the snippets at or under a path."""
    return [str(problem).splitlines()[0] for problem in discover_each(root, root / within)[1]]


def test_a_filled_script_is_a_snippet_like_any_other(project: Path) -> None:
    assert (project / SHARED).read_text() == TEXT
    assert [snippet.name for snippet in discover(project)] == ["snippets/demo/b.py", SHARED]
    assert names(project, "demo") == {"b", "pytorch/a"}
    assert [snippet.source for snippet in discover(project, project / SHARED)] == [TEXT]


WAYS = (
    "write it with `python -m engine record snippets/demo`; what all functions show is changed in topics/pytorch/a.py, "
    "and what only this one does is written by hand, with a under `own` in snippets/demo/definition.yml"
)


@pytest.mark.parametrize(
    ("change", "line", "detail"),
    [
        (lambda text: text.replace("ones(2)", "ones(3)"), 4, "  - x = torch.ones(3)\n  + x = torch.ones(2)"),
        (lambda text: text.replace("\n\n", "\n"), 3, "  - x = torch.ones(2)\n  + "),
        (lambda text: "# by hand\n" + text, 1, "  - # by hand\n  + import torch"),
        (lambda text: text + "print(2)\n", 6, "  - print(2)\n  + "),
        (lambda text: text.rstrip("\n"), 6, "  + "),
        (lambda text: "", 1, "  - \n  + import torch"),
    ],
)
def test_a_file_that_is_not_what_is_filled(project: Path, change: Callable[[str], str], line: int, detail: str) -> None:
    (project / SHARED).write_text(change(TEXT))
    (problem,) = discover_each(project)[1]
    assert (problem.path, problem.line, problem.detail) == (SHARED, line, detail)
    assert problem.reason == f"is not what topics/pytorch/a.py fills: {WAYS}"
    assert [snippet.name for snippet in discover_each(project)[0]] == ["snippets/demo/b.py"], "it is not run"
    assert told(project, SHARED) == told(project)
    assert told(project, "snippets/demo/b.py") == []
    write_filled(project, "demo")
    assert (project / SHARED).read_text() == TEXT


def test_line_ends_are_no_difference(project: Path) -> None:
    (project / SHARED).write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert told(project) == []
    (project / SHARED).write_bytes(b"# \xff\n")
    assert told(project) == [f"{SHARED}:1: not UTF-8 (byte 0xff); save it as UTF-8"]


@pytest.mark.parametrize(
    ("files", "definition"),
    [
        ({"topics/pytorch/a.py": SCRIPT.replace("ones(2)", "ones(3)")}, OFFERED),
        ({}, OFFERED.replace("relu}", "relu6}")),
        ({"snippets/ruff.toml": "line-length = 20\n"}, OFFERED),
    ],
)
def test_a_file_behind_what_it_is_filled_from(
    project: Path, write: Write, files: dict[str, str], definition: str
) -> None:
    write(files, definition)
    assert any(f"{SHARED}:" in line and WAYS in line for line in told(project))
    write_filled(project, "demo")
    assert told(project) == []


def test_a_missing_file(project: Path) -> None:
    (project / SHARED).with_suffix(".out").write_text("[1.0, 1.0]\n")
    (project / SHARED).unlink()
    assert told(project) == [f"{SHARED}: missing, and topics/pytorch/a.py fills it: {WAYS}"], "and no orphaned output"
    assert told(project, "snippets/demo/pytorch") == told(project)


def test_a_file_of_a_shared_topic_that_nothing_fills(project: Path, write: Write) -> None:
    write({"snippets/demo/jax/a.py": "import jax\n", "snippets/demo/jax/c.py": "import jax\n"}, OFFERED)
    reason = "a is shared, and nothing in topics/ fills this; remove it, or name a under `own` in "
    assert told(project) == [f"snippets/demo/jax/a.py: {reason}snippets/demo/definition.yml"]
    write({}, OFFERED + "absent: {a: {pytorch: {en: none, zh: 无}}}\n")
    assert told(project)[:1] == [f"{SHARED}: {reason}snippets/demo/definition.yml"]
    assert (project / SHARED).read_text() == TEXT
    write({}, OFFERED + "own: [a]\n")
    assert told(project) == []


def test_what_a_function_writes_itself_is_left_alone(project: Path, write: Write) -> None:
    write({SHARED: "import torch\nprint(1)\n"}, OFFERED + "own: [a]\n")
    assert told(project) == []
    assert not write_filled(project, "demo")
    assert [snippet.source for snippet in discover(project, project / SHARED)] == ["import torch\nprint(1)\n"]


@pytest.mark.parametrize(
    ("own", "line", "reason"),
    [
        ("[c]", 7, "c is no topic of topics/ (a, b); what only this function shows needs no mention"),
        ("[a, jax/c]", 7, "c is no topic of topics/ (a, b); what only this function shows needs no mention"),
        ("[torch/a]", 7, "torch is no framework: numpy, pytorch, tensorflow, keras, jax"),
        ("[jax/a]", 7, "jax/a has no file, as snippets/demo/jax/a.py; write it, or remove this name"),
        ("[b]", 7, "b has no file, as snippets/demo/b.py; write it, or remove this name"),
        ("\n- a\n- b", 9, "b has no file, as snippets/demo/b.py; write it, or remove this name"),
    ],
)
def test_a_name_under_own_that_stands_for_nothing(
    project: Path, write: Write, own: str, line: int, reason: str
) -> None:
    (project / "snippets/demo/b.py").unlink()
    write({"snippets/demo/claims/b.py": "print(1)\n"}, f"{OFFERED}own: {own}\n")
    assert f"snippets/demo/definition.yml:{line}: own: {reason}" in told(project)
    write({"snippets/demo/b.py": FIGURE.replace("FUNCTION", "np.abs")}, OFFERED + "own: [a, b]\n")
    assert told(project) == []
    (project / SHARED).unlink()
    assert "own: a has no file, as snippets/demo/numpy/a.py; " in "".join(told(project))


def test_without_a_definition_nothing_says_what_is_shared(project: Path) -> None:
    (project / "snippets/demo/definition.yml").unlink()
    assert "snippets/demo/definition.yml: missing" in "".join(told(project, SHARED))
    (project / "snippets/demo/definition.yml").write_text("name: [\n")
    assert told(project)[0].startswith("snippets/demo/definition.yml:")
    assert not write_filled(project, "demo")


def test_what_cannot_be_filled_says_why_and_holds_up_no_other(project: Path, write: Write) -> None:
    write({"topics/jax/d.py": "x = (\n"}, OFFERED)
    (project / SHARED).unlink()
    assert write_filled(project, "demo") == [Path(SHARED)]
    assert told(project, SHARED) == ["topics/jax/d.py:1: does not parse: '(' was never closed"]


def test_scripts_are_laid_out_as_all_snippets(project: Path, write: Write) -> None:
    (long,) = layout.laid_out(
        project, ["x = [11111111111111, 222222222222222, 33333333333333, 4444444444444, 55555555]\n"]
    )
    assert long.count("\n") == 1
    write({"snippets/ruff.toml": "line-length = 40\n"}, OFFERED)
    assert layout.laid_out(project, [long, "y = (-1 ** 2)"]) == [
        "x = [\n    11111111111111,\n    222222222222222,\n    33333333333333,\n    4444444444444,\n    55555555,\n]\n",
        "y = -(1**2)\n",
    ]
    with pytest.raises(SourceError, match=r"ruff cannot lay out what is filled\n.*0\.py"):
        layout.laid_out(project, ["x = (\n"])


def test_without_ruff_it_says_what_is_lacking(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ruff", None)
    assert told(project) == [
        "topics: these scripts are laid out by ruff, which is not installed; install it: pip install ruff"
    ]


def test_the_commands(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(project)
    (project / SHARED).write_text(TEXT + "print(2)\n")
    (project / "snippets/demo/b.py").unlink()
    for command in (["lint"], ["lint", SHARED], ["check", SHARED], ["check"], ["portable"], ["ledger"]):
        assert main(command) == 1, command
        assert f"{SHARED}:6: is not what topics/pytorch/a.py fills" in "".join(capsys.readouterr())
    assert main(["record", "."]) == 2, "not under snippets/, so that nothing is written"
    assert not (project / "snippets/demo/b.py").exists()
    capsys.readouterr()
    assert main(["record", "snippets/demo"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"snippets/demo/b.py: filled\n{SHARED}: filled\n")
    assert (project / SHARED).with_suffix(".out").read_text() == "[1.0, 1.0]\n"
    assert main(["check"]) == 0
    capsys.readouterr()
    assert main(["lint"]) == 0
    assert capsys.readouterr().out == "2 snippets can be run, 0 problem(s)\n"
    assert main(["check", "snippets/demo/jax"]) == 2
    assert "snippets/demo/jax: no such file or folder" in capsys.readouterr().err


def test_a_build_shows_it_on_the_page(project: Path, write: Write) -> None:
    write({"docs/en/functions/demo.md": '# Demo\n\n--8<-- "demo/a.md"\n', SHARED: TEXT + "print(2)\n"}, OFFERED)
    with Runner() as runner:
        problems = Site(project, runner).build()
    assert f"{SHARED}:6: is not what topics/pytorch/a.py fills: {WAYS}" in [str(one).split("\n")[0] for one in problems]
    assert "is not what topics/pytorch/a.py fills" in (project / ".cache/fragments/en/demo/a.md").read_text()


def test_a_test_run_tells_what_is_wrong_with_files_and_what_is_missing(tmp_path: Path) -> None:
    """With this project's own conftest.py, and of its functions one."""
    root = tmp_path / "project"
    for part in ("engine", "topics", "snippets/gelu"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("conftest.py", "pyproject.toml", "snippets/ruff.toml"):
        shutil.copy(ROOT / file, root / file)

    def failed() -> list[str]:
        names = ["definition.yml", *([] if not file.exists() else ["numpy/forward.py"])]
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", *(f"snippets/gelu/{name}" for name in names)]
        done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8")
        return [line.partition(" - ")[0] for line in done.stdout.splitlines() if line.startswith("FAILED ")]

    file = root / "snippets/gelu/numpy/forward.py"
    assert failed() == []
    file.write_text(file.read_text() + "print(2)\n")
    assert failed() == ["FAILED snippets/gelu/numpy/forward.py::output"]
    file.unlink()
    assert failed() == ["FAILED snippets/gelu/definition.yml::files"]


@pytest.mark.parametrize("function", functions(ROOT))
def test_nothing_is_left_open(function: str) -> None:
    entry = read(ROOT, function)
    assert faults(ROOT, function) == ({}, [])
    texts, _ = filled(ROOT, entry)
    assert texts or set(entry.own) == {template.topic for template in topics.templates(ROOT) if template.about(entry)}
    for template, text in texts.items():
        left = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        assert not left & {topics.FUNCTION, topics.LAYER, topics.DERIVATIVE}, template.path
