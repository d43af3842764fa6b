"""Small projects to try the engine on, and the site, built once for all tests that ask for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from shared import PREFIX, ROOT, build

from engine.base.processes import Pool
from engine.run.runner import Limits, Result, Runner
from engine.sources.snippets import Snippet, discover

# The same examples on every machine, however slow: a test run must not depend on luck.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

Run = Callable[[str], Result]


@pytest.fixture(scope="session")
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether everything is to be tried, and not a sample: `pytest --whole`, as each night."""
    return bool(request.config.getoption("whole"))


@pytest.fixture(scope="session")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A web root with the site under PREFIX, built by the first process that comes here, and what is wrong with it.

    What does not hold is shown on its page, as while someone writes: it fails the test of what it is, and the one that
    says that this site may not be published, and no others. Who only needs what a build keeps asks for it, too.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "www"
    with FileLock(shared / "www.lock"):
        fault = folder.with_suffix(".fault")
        if not fault.exists():
            done = build(ROOT, folder / PREFIX)
            text = f"exit status {done.returncode}\n{done.stderr}" if done.returncode else ""
            fault.write_text(text, encoding="utf-8")
    return folder, fault.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def flint_is_left_as_it_was() -> Iterator[None]:
    """python-flint has one precision and one length of series for a whole process: who changes them, puts them back."""
    yield
    if flint := sys.modules.get("flint"):
        left, flint.ctx.prec, flint.ctx.cap = (flint.ctx.prec, flint.ctx.cap), 53, 10
        assert left == (53, 10)


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
