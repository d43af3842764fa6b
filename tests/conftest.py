"""Small projects to try the engine on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from engine.base.processes import Pool
from engine.run.runner import Limits, Result, Runner
from engine.sources.snippets import Snippet, discover

# The same examples on every machine, however slow: a test run must not depend on luck.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

Run = Callable[[str], Result]


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Processes for what SymPy and the oracle do."""
    with Pool() as pool:
        yield pool


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project."""
    (tmp_path / "snippets" / "demo" / "claims").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def add(project: Path) -> Callable[[str, str], Snippet]:
    """Write a snippet at a path under snippets/ and read it."""

    def add(path: str, source: str) -> Snippet:
        file = project / "snippets" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
        return discover(project, file)[0]

    return add


@pytest.fixture(scope="session", params=["fork", "fresh"])
def runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    """A runner with short limits: once forking, once with a fresh process per snippet as on macOS and Windows."""
    with Runner(
        Limits(2, wall_seconds=6, grace=0.5, output=100_000, folder=1_000_000, processes=16, memory=400_000_000),
        fork=request.param == "fork",
    ) as runner:
        yield runner


@pytest.fixture
def run(runner: Runner, add: Callable[[str, str], Snippet]) -> Run:
    """Run a text as a snippet."""

    def run(source: str) -> Result:
        results: list[Result] = []
        runner.run([add("demo/claims/tried.py", source)], lambda _, result: results.append(result))
        return results[0]

    return run
