"""Collect every snippet as a test of its own: `pytest snippets/softplus/pytorch/forward.py` runs and compares it.

The definition of a function is one, too: whether all files are there that it asks for. And how tests are spread over
processes: what lies in one file runs in one process, so what the file sets up is set up once. The longest come first,
that all processes end together; those that build the site come before all that ask what a build has kept, and snippets
last: then their outputs are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from engine.base.errors import Problem, SourceError
from engine.base.store import Store
from engine.compare.verdict import check, require_libraries
from engine.run.runner import Runner
from engine.sources.definition import FILE
from engine.sources.snippets import Snippet, discover_each

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


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The definition of a function stands for what no file of a snippet does, as one that is missing."""
    if file_path.name == FILE and file_path.parent.parent == ROOT / "snippets":
        return DefinitionFile.from_parent(parent, path=file_path)
    return None


@cache
def found(folder: Path) -> tuple[dict[str, Snippet], dict[str, list[Problem]], list[Problem]]:
    """Of a function's folder: its snippets, what is wrong with files of snippets, by name, and with anything else."""
    snippets, problems = discover_each(ROOT, folder)
    of_files: dict[str, list[Problem]] = {}
    others: list[Problem] = []
    for problem in problems:
        is_snippet = problem.path.startswith("snippets/") and (ROOT / problem.path).is_file()
        where = of_files.setdefault(problem.path, []) if is_snippet and problem.path.endswith(".py") else others
        where.append(problem)
    return {snippet.name: snippet for snippet in snippets}, of_files, others


class SnippetFile(pytest.File):
    """One Python file under snippets/."""

    def collect(self) -> Iterator[pytest.Item]:
        within = self.path.relative_to(ROOT)
        name, folder = within.as_posix(), ROOT / Path(*within.parts[:2])
        snippets, refused, others = found(folder)
        if name in snippets and (folder / FILE).is_file():
            yield SnippetItem.from_parent(self, name="output", snippet=snippets[name])
        elif name in refused or not self.path.name.startswith("_"):
            # As an error of collecting, a fault of this file, or of what it imports, would stop all others.
            problems = refused.get(name) or [*chain(*refused.values()), *others]
            yield SourceItem.from_parent(self, name="output", problems=problems)


class DefinitionFile(pytest.File):
    """What a function asks for beside the snippets that there are."""

    def collect(self) -> Iterator[pytest.Item]:
        yield SourceItem.from_parent(self, name="files", problems=found(self.path.parent)[2])


class SourceItem(pytest.Item):
    """Passes if nothing is wrong with a source."""

    def __init__(self, *, problems: list[Problem], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.problems = problems

    def runtest(self) -> None:
        if self.problems:
            raise SourceError(self.problems)

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
