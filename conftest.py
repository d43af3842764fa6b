"""Collect every snippet as a test of its own: `pytest snippets/softplus/pytorch/forward.py` runs and compares it.

And how tests are spread over processes: what lies in one file runs in one process, so what the file sets up is set up
once. The longest come first, that all processes end together; those that build the site come before all that ask what a
build has kept, and snippets last: then their outputs are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from engine.base.errors import Problem, SourceError
from engine.base.store import Store
from engine.compare.verdict import check, require_libraries
from engine.run.runner import Runner
from engine.sources.snippets import Snippet, discover

ROOT = Path(__file__).parent
RUNNER = pytest.StashKey[Runner]()

#: The files that take longest, in this order. Any order is right; this one is fast.
FIRST = [
    "site/test_barriers.py",
    "run/test_runner.py",
    "assemble/test_build.py",
    "site/test_reproducible.py",
    "site/test_reader.py",
    "site/test_broken_sources.py",
    "site/test_code.py",
    "assemble/test_faults.py",
    "site/test_head.py",
    "elsewhere/test_portable.py",
    "site/test_explore.py",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "try everything, not a sample: each fault at each place, each page in each window, every snippet elsewhere"
    parser.addoption("--whole", action="store_true", help=text)


def pytest_report_header(config: pytest.Config) -> str:
    return "extent: everything" if config.getoption("whole") else "extent: samples where --whole, each night, tries all"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # by the number of tests, which says nothing
    return _Files(config, log)


class _Files(LoadFileScheduling):
    """What lies in one file is run by one process, and so are the snippets of one function."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "/".join(file.split("/")[:2]) if file.startswith("snippets/") else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> tuple[bool, int]:
        name = item.path.relative_to(ROOT / "tests").as_posix() if item.path.is_relative_to(ROOT / "tests") else ""
        return not name, FIRST.index(name) if name in FIRST else len(FIRST)

    items.sort(key=rank)


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
