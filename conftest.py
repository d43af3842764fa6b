"""Collect every snippet as a test of its own: `pytest snippets/softplus/pytorch/forward.py` runs and compares it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.base.errors import Problem, SourceError
from engine.base.store import Store
from engine.compare.verdict import check, require_libraries
from engine.run.runner import Runner
from engine.sources.snippets import Snippet, discover

ROOT = Path(__file__).parent
RUNNER = pytest.StashKey[Runner]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RUNNER] = Runner()  # its workers start with the first snippet and serve all of this process


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[RUNNER].close()


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file under snippets/ is run by the engine, never imported as a test module."""
    if module_path.is_relative_to(ROOT / "snippets"):
        return SnippetFile.from_parent(parent, path=module_path)
    return None


class SnippetFile(pytest.File):
    """One Python file under snippets/."""

    def collect(self) -> Iterator[pytest.Item]:
        try:
            for snippet in discover(ROOT, self.path):
                yield SnippetItem.from_parent(self, name="output", snippet=snippet)
        except SourceError as error:  # a failure of this file: as an error of collecting it would stop all others
            yield RefusedItem.from_parent(self, name="output", refusal=error)


class RefusedItem(pytest.Item):
    """A file that cannot be run as a snippet."""

    def __init__(self, *, refusal: SourceError, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.refusal = refusal

    def runtest(self) -> None:
        raise self.refusal

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.path.name


class SnippetItem(pytest.Item):
    """Runs a snippet and compares its output with the recorded one."""

    def __init__(self, *, snippet: Snippet, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.snippet = snippet
        self.add_marker(pytest.mark.xdist_group(snippet.worker))  # so that with -n a framework is imported once

    def runtest(self) -> None:
        require_libraries([self.snippet])
        (verdict,) = check([self.snippet], self.config.stash[RUNNER], Store(ROOT / ".cache" / "runs"))
        if verdict.problem:
            raise SnippetFailure(verdict.problem)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, (SnippetFailure, SourceError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.snippet.name


class SnippetFailure(Exception):
    """A snippet that does not hold; the text reads like a patch."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
