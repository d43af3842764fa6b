"""A small site from its sources to its pages: what is run, what is left alone, what goes on when something breaks."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import translations
from engine.build import Site
from engine.errors import SourceError
from engine.runner import Runner

ROOT = Path(__file__).parents[1]
DEFINITION = """\
name: Demo
expression: x
stable: x
derivative: "1"
apis: [{name: numpy.positive}]
figure: {en: A line, zh: 一条线}
"""
PARTS = ("claims/one", "claims/two", "apis", "downloads", "microscope")
PAGE = "# Demo\n" + "".join(f'\n--8<-- "demo/{part}.md"\n' for part in PARTS)
EXPERIMENTS = '# Experiments\n\n--8<-- "demo/experiments.md"\n'
CONFIG = f"""\
site_name: Demo
docs_dir: docs/en
strict: true
hooks: [{ROOT.as_posix()}/engine/hook.py]
theme: {{name: material, font: false}}
watch: [snippets]
plugins: {{}}
markdown_extensions:
  attr_list: {{}}
  admonition: {{}}
  pymdownx.blocks.details: {{}}
  pymdownx.highlight: {{}}
  pymdownx.superfences: {{}}
  pymdownx.snippets: {{base_path: [.cache/fragments/en], check_paths: true}}
"""
CLAIM = "import numpy as np\nprint({})\nprint('verdict: true')\n"


@pytest.fixture
def site(project: Path) -> Path:
    """A project with two claims and a page that includes them, recorded."""
    claims = project / "snippets/demo/claims"
    for name, value in (("one", 1), ("two", 2)):
        (claims / f"{name}.py").write_text(CLAIM.format(value))
        (claims / f"{name}.out").write_text(f"{value}\nverdict: true\n")
    (project / "snippets/demo/definition.yml").write_text(DEFINITION, encoding="utf-8")
    (project / "docs/en/functions/demo").mkdir(parents=True)
    (project / "docs/en/index.md").write_text("# Home\n")
    (project / "docs/en/functions/demo.md").write_text(PAGE)
    (project / "docs/en/functions/demo/experiments.md").write_text(EXPERIMENTS)
    (project / "mkdocs.yml").write_text(CONFIG)
    return project


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


def texts(site: Path) -> dict[str, tuple[str, int]]:
    files = sorted((site / ".cache/fragments").rglob("*.md"))
    return {file.relative_to(site).as_posix(): (file.read_text(), file.stat().st_mtime_ns) for file in files}


def test_only_what_changed_is_written_and_what_is_gone_is_removed(site: Path, runner: Runner) -> None:
    assert Site(site, runner).build() == []
    before = texts(site)
    folder = ".cache/fragments/en/demo"
    parts = [f"{folder}/{name}.md" for name in sorted((*PARTS, "experiments"))]
    assert list(before) == parts
    claims = site / "snippets/demo/claims"
    (claims / "one.py").write_text(CLAIM.format(1) + "# changed\n")
    assert Site(site, runner).build() == []
    after = texts(site)
    assert [name for name in after if after[name] != before[name]] == [f"{folder}/experiments.md"]
    for name in ("two.py", "two.out"):
        (claims / name).unlink()
    (problem,) = Site(site, runner).build()
    assert str(problem) == "docs/en/functions/demo.md:5: no fragment 'demo/claims/two.md'"
    assert list(texts(site)) == [name for name in parts if "two" not in name]


def test_a_mismatch_is_a_problem_and_the_page_shows_what_was_printed(site: Path, runner: Runner) -> None:
    (site / "snippets/demo/claims/one.out").write_text("3\nverdict: true\n")
    (problem,) = Site(site, runner).build()
    assert (problem.path, problem.line) == ("snippets/demo/claims/one.out", 1)
    text = texts(site)[".cache/fragments/en/demo/experiments.md"][0]
    assert "\n1\nverdict: true\n" in text
    assert "- 3\n" in text


def test_every_language_gets_its_own_words_from_one_run(site: Path, runner: Runner) -> None:
    shutil.copytree(site / "docs/en", site / "docs/zh")
    problems = Site(site, runner).build()
    assert {problem.reason.partition(" docs")[0] for problem in problems} == {"no paragraph is recorded as rendering"}
    pages = sorted((site / "docs/zh").rglob("*.md"))
    translations.record(site, {page: set() for page in pages})
    assert Site(site, runner).build() == []
    assert ">成立</span>" in texts(site)[".cache/fragments/zh/demo/claims/one.md"][0]
    assert ">true</span>" in texts(site)[".cache/fragments/en/demo/claims/one.md"][0]


def test_a_wrong_definition_stops_the_build(site: Path, runner: Runner) -> None:
    (site / "snippets/demo/definition.yml").write_text(DEFINITION + "colour: red\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"snippets/demo/definition\.yml:7: .*'colour' was unexpected"):
        Site(site, runner).build()


PROBE = """
import sys
from mkdocs.__main__ import cli
try:
    cli(["build", "--quiet"])
except SystemExit as stop:
    assert not stop.code, stop.code
heavy = {"numpy", "scipy", "matplotlib", "torch", "tensorflow", "keras", "jax", "sympy", "mpmath", "flint"}
print(sorted(heavy & set(sys.modules)))
"""


def mkdocs(site: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=site, env=environment, capture_output=True, text=True, check=False)


def test_a_build_with_nothing_changed_imports_no_framework(site: Path) -> None:
    for _ in range(2):
        done = mkdocs(site, sys.executable, "-c", PROBE)
        assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_a_build_fails_on_any_problem(site: Path) -> None:
    (site / "snippets/demo/claims/one.py").write_text("import os\nos._exit(0)\n")
    done = mkdocs(site, sys.executable, "-m", "mkdocs", "build")
    assert done.returncode == 1
    assert "snippets/demo/claims/one.py:2: called os._exit(0) before its end" in done.stderr
    assert not (site / "site/index.html").exists()


def test_serve_goes_on_serving(site: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    log = site / "serve.log"
    with log.open("w") as file:
        process = subprocess.Popen(command, cwd=site, env=environment, stdout=file, stderr=subprocess.STDOUT)

    def wait_for(pattern: str) -> str:
        page, limit = "", time.monotonic() + 30
        while time.monotonic() < limit:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/functions/demo/", timeout=30) as answer:
                    page = answer.read().decode()
                if re.search(pattern, page, re.DOTALL):
                    return page
            except (urllib.error.URLError, ConnectionError):
                pass
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        raise AssertionError(f"{pattern} did not come; the page is\n{page}")

    snippet = site / "snippets/demo/claims/one.py"
    try:
        wait_for(r"verdict-true.*verdict-true")
        snippet.write_text("import os\nos._exit(7)\n")
        page = wait_for(r"one\.py:2: called os\._exit\(7\) before its end")
        assert page.count("verdict-true") == 1, "the other claim keeps its verdict"
        (site / "docs/en/functions/demo.md").write_text(PAGE + '\n--8<-- "demo/none.md"\n')
        time.sleep(2)  # this build fails as a whole: MkDocs waits, with its message in the terminal, until it is mended
        (site / "docs/en/functions/demo.md").write_text(PAGE)
        snippet.write_text(CLAIM.format(1) + "# mended\n")
        assert "before its end" not in wait_for(r"verdict-true.*verdict-true")
    finally:
        process.terminate()
        process.wait(20)
