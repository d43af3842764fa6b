"""What the engine costs: ratios within one run, measured on a copy of the project."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.report import Figure
from engine.assemble.site import Site
from engine.run.isolation import ENVIRONMENT
from engine.run.runner import Runner
from engine.sources.snippets import Snippet, discover

ROOT = Path(__file__).parents[1]

# One process that imports a framework once and runs its snippets one after the other, with nothing else around them.
BARE = """
import contextlib, os, sys, tempfile
os.chdir(tempfile.mkdtemp())
for path in sys.argv[1:]:
    sys.path[0] = os.path.dirname(path)
    with contextlib.redirect_stdout(open("output", "a")):
        exec(compile(open(path).read(), path, "exec"), {"__name__": "__main__", "__file__": path})
"""


def measure(repeat: int) -> list[Figure]:
    """Every figure; short measurements are repeated."""
    with tempfile.TemporaryDirectory() as folder:
        project = copy(Path(folder) / "project")
        return [from_scratch(project), nothing_changed(project, repeat), edit(project, repeat)]


def copy(target: Path) -> Path:
    """The project's sources, without what builds have left."""
    left = shutil.ignore_patterns(".git", ".venv", ".cache", "__pycache__", "*.egg-info", ".*_cache")

    def skip(folder: str, names: list[str]) -> set[str]:
        return left(folder, names) | ({"site"} if Path(folder) == ROOT else set())

    return Path(shutil.copytree(ROOT, target, ignore=skip))


def run(project: Path, *command: str, engine: Path | None = None) -> float:
    """Wall time of a command in the project, in seconds. Ends the program if the command fails.

    engine: the folder that holds the engine, if that is not the project's own.
    """
    started = time.perf_counter()
    where = environment(engine or project)
    done = subprocess.run(command, cwd=project, env=where, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - started


def environment(engine: Path) -> dict[str, str]:
    """The environment of what is measured. engine: the folder that holds the engine."""
    # nbconvert, for mkdocs-jupyter, looks for its templates beside the Python that runs it only
    own = {"JUPYTER_PATH": str(Path(sys.prefix) / "share/jupyter"), "PYTHONPATH": str(engine)}
    return os.environ | ENVIRONMENT | own | {"NO_MKDOCS_2_WARNING": "1"}


def from_scratch(project: Path) -> Figure:
    """Everything to run: the engine, against the frameworks by themselves.

    No schedule ends before the slowest framework does, nor before the cores have done all the work there is.
    """
    groups: dict[str, list[Snippet]] = {}
    for snippet in discover(project):
        groups.setdefault(snippet.libraries[0] if snippet.libraries else "none", []).append(snippet)
    bare: dict[str, float] = {}
    for name, snippets in groups.items():
        files = [str(project / snippet.path) for snippet in snippets]
        bare[name] = min(run(project, sys.executable, "-c", BARE, *files) for _ in range(2))
    slowest, shared = max(bare.values()), sum(bare.values()) / (os.cpu_count() or 1)

    def engine() -> float:
        shutil.rmtree(project / ".cache" / "runs", ignore_errors=True)
        return run(project, sys.executable, "-m", "engine", "check")

    took = min(engine() for _ in range(2))
    how = f"engine {took:.1f} s, {took / slowest:.2f} times the slowest; bare: "
    how += ", ".join(f"{name} {seconds:.1f} s" for name, seconds in bare.items())
    name = "everything to run / the frameworks' bare runs on these cores"
    return Figure(name, took / max(slowest, shared), 1.3, "times", how)


def nothing_changed(project: Path, repeat: int) -> Figure:
    """`mkdocs build` with nothing to run, against the same without the hook."""
    config = (project / "mkdocs.yml").read_text(encoding="utf-8")
    plain = project / "plain.yml"
    plain.write_text(config.replace("hooks:\n  - engine/site/hook.py\n", ""), encoding="utf-8")
    build = (sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file")
    run(project, *build, "mkdocs.yml")
    pairs = [(run(project, *build, "mkdocs.yml"), run(project, *build, "plain.yml")) for _ in range(repeat)]
    hooked, unhooked = (statistics.median(times) for times in zip(*pairs, strict=True))
    how = f"{hooked:.2f} s / {unhooked:.2f} s"
    return Figure("nothing changed: mkdocs build / the same without the hook", hooked / unhooked, 1.3, "times", how)


def edit(project: Path, repeat: int) -> Figure:
    """The engine's part after a PyTorch snippet is saved while `mkdocs serve` runs."""
    snippet = project / "snippets/softplus/pytorch/forward.py"
    with Runner() as runner:
        site = Site(project, runner)
        times = []
        for number in range(repeat + 1):  # the first edit starts the worker
            snippet.write_text(snippet.read_text(encoding="utf-8") + f"# edit {number}\n", encoding="utf-8")
            started = time.perf_counter()
            site.build()
            times.append(time.perf_counter() - started)
    how = f"first edit, which starts the worker, {times[0]:.1f} s"
    return Figure("one torch snippet edited, worker warm", statistics.median(times[1:]), 0.5, "s", how)
