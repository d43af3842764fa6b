"""A small site from its sources to its pages: what is run, what is left alone, what goes on when something breaks."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from demo import DEFINITION

from engine.assemble import functions
from engine.assemble.functions import build_functions
from engine.assemble.site import Site
from engine.base import libraries as frameworks
from engine.base.errors import SourceError
from engine.base.store import folder_digest
from engine.render.bound import bound_fragment
from engine.render.published import Built
from engine.run.runner import Runner
from engine.sources.definition import read
from engine.translation import check as translations

ROOT = Path(__file__).parents[2]
PARTS = ("claims/one", "claims/two", "apis", "downloads", "microscope")
PAGE = "# Demo\n" + "".join(f'\n--8<-- "demo/{part}.md"\n' for part in PARTS)
EXPERIMENTS = '# Experiments\n\n--8<-- "demo/experiments.md"\n'
CONFIG = f"""\
site_name: Demo
docs_dir: docs/en
strict: true
hooks: [{ROOT.as_posix()}/engine/site/hook.py]
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


def demo(project: Path) -> Path:
    """A project with two claims and a page that includes them, recorded."""
    claims = project / "snippets/demo/claims"
    claims.mkdir(parents=True, exist_ok=True)
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


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory, runner: Runner) -> Path:
    """What a build proves of the function and computes, which takes SymPy seconds each time."""
    root = demo(tmp_path_factory.mktemp("known"))
    assert Site(root, runner).build() == []
    return root / ".cache"


@pytest.fixture
def site(project: Path, known: Path) -> Path:
    """The project, with its definition proved and nothing run."""
    for name in ("proofs", "decimals"):
        shutil.copytree(known / name, project / ".cache" / name)
    return demo(project)


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
    assert str(problem).startswith("docs/en/functions/demo.md:5: no fragment 'demo/claims/two.md'")
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
    (site / "mkdocs.zh.yml").touch()
    problems = Site(site, runner).build()
    assert {problem.reason.partition(" docs")[0] for problem in problems} == {"no paragraph is recorded as rendering"}
    pages = sorted((site / "docs/zh").rglob("*.md"))
    translations.record(site, {page: set() for page in pages})
    assert Site(site, runner).build() == []
    assert ">成立</span>" in texts(site)[".cache/fragments/zh/demo/claims/one.md"][0]
    assert ">true</span>" in texts(site)[".cache/fragments/en/demo/claims/one.md"][0]


POWER = """\
name: Demo
expression: exp(x)**64
within: 40
derivative: 64*exp(64*x)
apis: []
figure: {en: A curve, zh: 一条曲线}
"""


def test_a_declared_bound_stands_on_the_page_and_in_the_data(site: Path, runner: Runner) -> None:
    (site / "snippets/demo/definition.yml").write_text(POWER, encoding="utf-8")
    page = site / "docs/en/functions/demo.md"
    (problem,) = Site(site, runner).build()
    assert "no page includes the fragment 'demo/bound.md'" in problem.reason
    page.write_text(f'{PAGE}\n--8<-- "demo/bound.md"\n', encoding="utf-8")
    assert Site(site, runner).build() == []
    text, _ = texts(site)[".cache/fragments/en/demo/bound.md"]
    assert "`exp(x)**64`, is within 40 ulp of the exact value" in text
    (data,) = (site / ".cache").rglob("demo.json")
    assert json.loads(data.read_text(encoding="utf-8"))["definition"]["within"] == 40
    (site / "snippets/demo/definition.yml").write_text(POWER.replace("40", "90"), encoding="utf-8")
    (problem,) = Site(site, runner).build()
    assert (problem.line, problem.reason.partition(":")[0]) == (3, "within")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("folder", ["", "vectors/"])
def test_every_page_has_a_place_for_a_bound(language: str, folder: str) -> None:
    text = (ROOT / f"topics/{folder}page.{language}.md").read_text(encoding="utf-8")
    assert '--8<-- "{function}/bound.md"' in text
    assert "40 ulp" in bound_fragment(replace(read(ROOT, "tanh"), within=40.0), language)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The functions that each build has built, in order."""
    calls: list[list[str]] = []

    def note(root: Path, names: Sequence[str], *more: Any) -> Iterator[tuple[str, Built]]:
        calls.append(list(names))
        return build_functions(root, names, *more)

    monkeypatch.setattr(functions, "build_functions", note)
    return calls


def another(site: Path) -> None:
    """Add a second function like the first."""
    shutil.copytree(site / "snippets/demo", site / "snippets/other")
    for page in (site / "docs/en/functions").rglob("*.md"):
        copy = Path(str(page).replace("/demo", "/other"))
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(page.read_text().replace("demo/", "other/"))


def test_only_functions_of_which_something_changed_are_built(
    site: Path, runner: Runner, built: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    another(site)

    def changed() -> list[list[str]]:
        built.clear()
        assert Site(site, runner).build() == []
        assert len(list((site / ".cache/functions").iterdir())) == 2, "what is out of date is not kept"
        return list(built)

    assert changed() == [["demo", "other"]]
    before = texts(site)
    assert changed() == []
    (site / "snippets/other/claims/one.py").write_text(CLAIM.format(1) + "# changed\n")
    assert changed() == [["other"]]
    assert [name for name, text in texts(site).items() if text != before[name]] == [
        ".cache/fragments/en/other/experiments.md"
    ]
    (site / "docs/en/index.md").write_text("# Home, in other words\n")
    assert changed() == []
    shutil.move(site / "docs/en/functions/demo/experiments.md", site / "docs/en/functions/demo/tried.md")
    assert changed() == [["demo"]], "its fragments link to each other on other pages"
    monkeypatch.setattr(frameworks, "distributions", lambda: ["numpy-9.9.dist-info"])
    assert changed() == [["demo", "other"]]
    monkeypatch.setattr("engine.assemble.site.code_digest", lambda *_: "another engine")
    assert changed() == [["demo", "other"]]
    (site / ".cache/fragments/en/demo/apis.md").unlink()
    (site / ".cache/downloads/functions/demo.json").write_text("{}")
    assert changed() == []
    assert texts(site)[".cache/fragments/en/demo/apis.md"][0] == before[".cache/fragments/en/demo/apis.md"][0]
    assert (site / ".cache/downloads/functions/demo.json").read_text() != "{}"


def test_what_has_a_problem_is_built_again(site: Path, runner: Runner, built: list[list[str]]) -> None:
    (site / "snippets/demo/claims/one.out").write_text("3\nverdict: true\n")
    first = Site(site, runner).build()
    assert len(first) == 1
    assert Site(site, runner).build() == first
    assert built == [["demo"], ["demo"]]


def test_two_labs_of_one_name_are_a_problem(site: Path, runner: Runner) -> None:
    another(site)
    for name in ("demo", "other"):
        lab = site / f"snippets/{name}/labs/depth.py"
        lab.parent.mkdir()
        lab.write_text("# %% [markdown]\n# A lab\n\n# %%\nprint(1)\n")
        lab.with_suffix(".out").write_text("1\n")
    reasons = [str(problem) for problem in Site(site, runner).build()]
    assert "labs/depth.ipynb: 2 functions or labs want this file; give one another name" in reasons
    assert "labs/depth.py: 2 functions or labs want this file; give one another name" in reasons


def test_a_snippet_of_no_function_is_an_error(site: Path, runner: Runner) -> None:
    (site / "snippets/stray.py").write_text("print(1)\n")
    with pytest.raises(SourceError, match=r"snippets/stray\.py: a snippet belongs in the folder of a function"):
        Site(site, runner).build()


def test_a_folder_s_digest_tells_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    seen = set()
    for files in ({"a/x": "1", "y": ""}, {"a/x": "", "y": "1"}, {"a/x": "1"}, {"a/z": "1"}, {"ax": "1"}):
        for path, text in files.items():
            (tmp_path / path).write_text(text)
        seen.add(folder_digest(tmp_path))
        for path in files:
            (tmp_path / path).unlink()
    assert len(seen) == 5
    empty = folder_digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/x.pyc").write_text("1")
    (tmp_path / ".x.swp").write_text("1")
    assert folder_digest(tmp_path) == empty


@pytest.mark.parametrize(
    ("file", "edit", "said"),
    [
        ("definition.yml", lambda text: text + "colour: red\n", r"definition\.yml:7: .*'colour' was unexpected"),
        ("definition.yml", lambda text: text.replace('"1"', '"2"'), r"definition\.yml:4: derivative: "),
        ("claims/one.py", lambda text: text + "(\n", r"claims/one\.py:4: does not parse"),
        ("claims/one.py", lambda text: text + "import timeit\n", r"claims/one\.py:4: reads a clock: timeit"),
        ("threads.yml", lambda _: "[\n", r"threads\.yml:"),
    ],
)
def test_what_stops_a_function_stops_no_other(
    site: Path, runner: Runner, file: str, edit: Callable[[str], str], said: str
) -> None:
    assert Site(site, runner).build() == []
    path = site / "snippets/demo" / file
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(edit(before), encoding="utf-8")
    assert re.search(said, str(Site(site, runner).build()[0])), "also where it is the only one"
    path.write_text(before, encoding="utf-8") if before else path.unlink()
    another(site)
    assert Site(site, runner).build() == []
    good = texts(site)
    path = site / "snippets/demo" / file
    path.write_text(edit(path.read_text(encoding="utf-8") if path.exists() else ""), encoding="utf-8")
    (site / "snippets/other/claims/one.py").write_text(CLAIM.format(1) + "# changed\n")
    problems = Site(site, runner).build()
    assert problems
    assert all(problem.path.startswith("snippets/demo/") for problem in problems)
    assert re.search(said, str(problems[0])), str(problems[0])
    now = {name: text for name, (text, _) in texts(site).items()}
    assert now.keys() == good.keys(), "every include still finds its fragment"
    assert "# changed" in now[".cache/fragments/en/other/experiments.md"]
    shown = [name for name, text in now.items() if re.search(said, text)]
    assert shown == [".cache/fragments/en/demo/claims/one.md"], "the first on the pages"
    assert now[shown[0]].startswith("\n!!! failure ")


def test_a_draft_shows_what_does_not_hold_and_says_so(site: Path) -> None:
    (site / "snippets/demo/claims/one.out").write_text("3\nverdict: true\n")
    command = [sys.executable, "-m", "engine", "site", "built"]
    done = mkdocs(site, *command)
    assert done.returncode == 1
    assert not (site / "built/index.html").exists()
    done = mkdocs(site, *command, "--draft")
    assert done.returncode == 1
    assert "snippets/demo/claims/one.out:1: one.py prints something else" in done.stderr
    assert "may not be published" in done.stderr
    assert "one.py prints something else" in (site / "built/functions/demo/index.html").read_text(encoding="utf-8")
    (site / "snippets/demo/claims/one.out").write_text("1\nverdict: true\n")
    assert mkdocs(site, *command, "--draft").returncode == 0
    (site / "mine").mkdir()
    (site / "mine/thesis.txt").write_text("years of work")
    done = mkdocs(site, sys.executable, "-m", "engine", "site", "mine", "--draft")
    assert done.returncode == 1
    assert "holds something else than a site, and would be emptied" in done.stderr
    assert (site / "mine/thesis.txt").is_file()


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
        page, limit = "", time.monotonic() + 180
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
