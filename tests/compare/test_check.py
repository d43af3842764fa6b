"""Running, keeping, comparing and recording, through the command line that people use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.base import libraries as frameworks
from engine.base.store import Store
from engine.compare import verdict as checking
from engine.compare.verdict import check, key
from engine.run.runner import Limits, Runner
from engine.sources.snippets import Snippet

Add = Callable[[str, str], Snippet]


@pytest.fixture
def engine(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple]:
    """Call the command line in the project; returns exit status, standard output and error."""
    monkeypatch.chdir(project)

    def engine(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(list(arguments))
        return status, *capsys.readouterr()

    return engine


def test_record_then_check(engine: Callable[..., tuple], add: Add) -> None:
    snippet = add("demo/claims/a.py", "print(0.5)\n")
    status, out, _ = engine("check")
    assert status == 1
    assert "snippets/demo/claims/a.py: no recorded output\n  + 0.5\n" in out
    assert "accept it: python -m engine record snippets/demo/claims/a.py" in out
    status, out, _ = engine("record", "snippets/demo/claims/a.py")
    assert (status, out) == (0, "snippets/demo/claims/a.py: recorded\n1 snippets run, 0 failed, 1 recorded\n")
    assert snippet.recorded.read_text() == "0.5\n"
    assert engine("check")[:2] == (0, "1 snippets run, 0 failed\n")


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nprint(torch.empty(1000).uniform_().sum(), torch.seed())\n",
        "print(hash('a'))\n",
        "print(list({'a', 'b', 'c', 'd', 'e'}))\n",
        "import os\nprint(os.getpid())\n",
        "import datetime\nprint(getattr(datetime.datetime, 'now')())\n",
        "print(id(object()) % 10_000_000)\n",
    ],
)
def test_what_is_printed_otherwise_the_second_time_is_not_recorded(
    engine: Callable[..., tuple], add: Add, source: str
) -> None:
    snippet = add("demo/claims/a.py", source)
    status, out, _ = engine("record")
    assert status == 1
    assert "snippets/demo/claims/a.py: prints something else when it is run again" in out
    assert not snippet.recorded.exists()


def test_one_file_that_cannot_be_run_keeps_no_other_from_it(
    engine: Callable[..., tuple], add: Add, project: Path
) -> None:
    add("demo/claims/good.py", "print(1)\n")
    (project / "snippets/demo/claims/bad.py").write_text("(\n")
    status, out, _ = engine("record")
    assert status == 1
    assert "snippets/demo/claims/bad.py:1: does not parse" in out
    assert "snippets/demo/claims/good.py: recorded\n1 snippets run, 1 failed, 1 recorded" in out
    assert engine("check")[1].endswith("1 snippets run, 1 failed\n")


def test_a_changed_digit_is_reported_as_a_patch(engine: Callable[..., tuple], add: Add) -> None:
    snippet = add("demo/numpy/a.py", "import numpy as np\nprint('one')\nprint('y =', np.log(2.0))\n")
    snippet.recorded.write_text("one\ny = 0.6931471805599553\n")
    status, out, _ = engine("check", "snippets/demo/numpy")
    assert status == 1
    numpy = frameworks.version("numpy")
    assert out == (
        "snippets/demo/numpy/a.out:2: a.py prints something else\n"
        "  line 2\n"
        "  - y = 0.6931471805599553\n"
        "  + y = 0.6931471805599453\n"
        "                       ^^^\n"
        f"  with NumPy {numpy}, {frameworks.machine()}\n"
        "  accept it: python -m engine record snippets/demo/numpy/a.py\n"
        "1 snippets run, 1 failed\n"
    )


def test_recording_keeps_what_is_equal_within_the_tolerance(engine: Callable[..., tuple], add: Add) -> None:
    snippet = add("demo/claims/a.py", "print(2.0000002)\n")
    snippet.recorded.write_text("2.0000001\n")
    assert engine("record")[1] == "1 snippets run, 0 failed, 0 recorded\n"
    assert snippet.recorded.read_text() == "2.0000001\n"


def test_a_failed_run_changes_no_record_and_hides_no_other(engine: Callable[..., tuple], add: Add) -> None:
    bad = add("demo/claims/bad.py", "print('half')\n1 / 0\n")
    bad.recorded.write_text("whole\n")
    add("demo/claims/fine.py", "print('fine')\n")
    status, out, _ = engine("record")
    assert status == 1
    assert "snippets/demo/claims/bad.py:2: ZeroDivisionError: division by zero\nTraceback" in out
    assert "snippets/demo/claims/fine.py: recorded" in out
    assert bad.recorded.read_text() == "whole\n"


def test_what_a_terminal_cannot_show_hides_no_problem(add: Add) -> None:
    snippet = add("demo/claims/a.py", "print('σ = 0.5')\n")
    snippet.recorded.write_text("σ = 0.6\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "engine", "check"],
        cwd=snippet.root,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1), "that something has to run, and no traceback"
    assert b"\n  - \\u03c3 = 0.6\n  + \\u03c3 = 0.5\n" in done.stdout
    assert done.stdout.endswith(b"1 snippets run, 1 failed\n")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nowhere", "no such file or folder"),
        ("/", "not under snippets/"),
        ("snippets/demo/claims/a.out", "not a snippet"),
        ("snippets/demo/empty", "no snippet in it"),
    ],
)
def test_usage_errors(engine: Callable[..., tuple], add: Add, path: str, reason: str) -> None:
    snippet = add("demo/claims/a.py", "print(1)\n")
    snippet.recorded.write_text("1\n")
    (snippet.root / "snippets/demo/empty").mkdir()
    status, _, err = engine("check", path)
    assert status == 2
    assert reason in err


def test_unknown_commands_are_usage_errors() -> None:
    run = subprocess.run([sys.executable, "-m", "engine", "guess"], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "usage:" in run.stderr


def test_a_missing_library_is_named_with_what_it_blocks(
    engine: Callable[..., tuple], add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("demo/jax/a.py", "import jax\n")
    add("demo/claims/b.py", "print(1)\n").recorded.write_text("1\n")
    monkeypatch.setattr("engine.base.libraries.installed", lambda module: module != "jax")
    status, _, err = engine("check")
    assert status == 1
    assert "jax is not installed" in err
    assert "\n  snippets/demo/jax/a.py\n" in err
    status, out, _ = engine("check", "--available")
    assert (status, out) == (
        0,
        "snippets/demo/jax/a.py: left out, not installed: jax\n1 snippets run, 0 failed, 1 left out\n",
    )


class Counting(Runner):
    """Counts what it is given to run."""

    ran = 0

    def run(self, snippets, done=None):
        snippets = list(snippets)
        self.ran += len(snippets)
        super().run(snippets, done)


def test_nothing_changed_runs_nothing_and_failures_are_not_kept(add: Add, project: Path) -> None:
    good, bad = add("demo/claims/good.py", "print(1)\n"), add("demo/claims/bad.py", "1 / 0\n")
    kept = Store(project / ".cache")
    with Counting() as runner:
        first = check([good, bad], runner, kept)
        second = check([good, bad], runner, kept)
        assert runner.ran == 3
    assert [verdict.result.output for verdict in first] == [verdict.result.output for verdict in second]
    assert second[1].problem is not None
    assert second[1].problem.line == 1


def test_the_key_covers_all_that_an_output_depends_on(add: Add, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = project / "snippets/demo/claims/_helper.py"
    helper.write_text("x = 1\n")

    def now(source: str = "import _helper, torch\n", limits: Limits | None = None) -> str:
        return key(add("demo/claims/a.py", source), Runner(limits))

    before = now()
    assert now() == before
    assert now("import _helper, torch \n") != before
    assert now(limits=Limits(seconds=1)) != before
    helper.write_text("x = 2\n")
    assert now() != before
    helper.write_text("x = 1\n")
    assert now() == before
    for target, name, value in [
        (frameworks, "version", lambda name: "0.0" if name == "torch" else "1"),
        (frameworks, "environment", lambda: {"python": "CPython 4"}),
        (checking, "code_digest", lambda *modules: "other"),
    ]:
        with monkeypatch.context() as patch:
            patch.setattr(target, name, value)
            assert now() != before, name
    assert now() == before


def test_a_damaged_file_of_the_store_is_run_again(add: Add, project: Path) -> None:
    snippet, kept = add("demo/claims/a.py", "print(1)\n"), Store(project / ".cache")
    with Counting() as runner:
        check([snippet], runner, kept)
        (file,) = (project / ".cache").iterdir()
        file.write_text("{")
        check([snippet], runner, kept)
        assert runner.ran == 2
