"""What a waiting person is told: a line on a terminal, a few lines in a log, nothing where nothing runs."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.accuracy import audit
from engine.base.errors import SourceError
from engine.base.store import Store
from engine.compare.verdict import check
from engine.run import progress
from engine.run.progress import Progress
from engine.run.runner import Limits, Runner
from engine.sources import definition
from engine.sources.snippets import Snippet


class Terminal(io.StringIO):
    """A stream that says that it is one."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.fixture
def told(add: Callable[[str, str], Snippet], monkeypatch: pytest.MonkeyPatch) -> Callable[[io.StringIO], str]:
    """What two snippets say on a stream when they are checked."""
    snippets = [add(f"demo/claims/{name}.py", "print(1)\n") for name in "ab"]

    def told(stream: io.StringIO) -> str:
        monkeypatch.setattr(progress, "current", Progress(stream))
        with Runner(Limits()) as runner:
            check(snippets, runner, Store(snippets[0].root / ".cache"))
        return stream.getvalue()

    return told


def test_a_log_gets_one_line_and_none_if_nothing_runs(told: Callable[[io.StringIO], str]) -> None:
    assert told(io.StringIO()) == "2 scripts to run; what has not changed is not run again\n"
    assert told(io.StringIO()) == ""


def test_a_terminal_gets_a_line_that_is_empty_in_the_end(told: Callable[[io.StringIO], str]) -> None:
    lines = told(Terminal()).split("\r\x1b[K")
    assert lines == [
        "",
        "2 scripts to run; what has not changed is not run again",
        "1 scripts left to run, after snippets/demo/claims/a.py",
        "0 scripts left to run, after snippets/demo/claims/b.py",
        "",
    ]


def test_a_library_is_silent(add: Callable[[str, str], Snippet], capsys: pytest.CaptureFixture[str]) -> None:
    with Runner(Limits()) as runner:
        runner.run([add("demo/claims/a.py", "print(1)\n")])
    assert capsys.readouterr() == ("", "")


def test_an_audit_that_fails_leaves_the_line_to_its_problem(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "snippets/demo/definition.yml").write_text(
        "name: Demo\nexpression: tanh(x)\nstable: tanh(x)\nderivative: 1 - tanh(x)**2\n"
        "apis: [{name: numpy.tanh, audit: true}]\nfigure: {en: a, zh: b}\n"
    )
    stream = Terminal()
    monkeypatch.setattr(progress, "current", Progress(stream))
    monkeypatch.setattr("engine.base.libraries.installed", lambda module: module != "flint")
    with pytest.raises(SourceError, match="the audit needs flint, not installed; install it"):
        audit.audit(project, definition.read(project, "demo"))
    assert stream.getvalue() == ("\r\x1b[Kmeasuring the accuracy of Demo, which takes minutes the first time\r\x1b[K")
