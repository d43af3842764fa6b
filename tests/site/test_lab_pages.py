"""A lab's page: the notebook of the build, rendered by mkdocs-jupyter as a page of this site, once."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from demo import DEFINITION
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from engine.site import lab_pages, pages

ROOT = Path(__file__).parents[2]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path style="stroke: #3f51b5" d="M 0 0 L 9 9"/></svg>'
STUB = "---\ntitle: A lab\n---\n\nBelow the **first** cell.\n"
PROSE = "# A lab\n\nIt is $x < y$ &amp; <em>so</em>, see [home](../index.md).\n\n## Further\n\n```text\n<pre>\n```"
CODE = 'x = """\n```\n<pre>&lt;</pre>\n--8<-- "parts.md"\n"""\n\n\nprint(x.strip())'
PRINTED = '```\n<pre>&lt;</pre>\n--8<-- "parts.md"\n'


def notebook(*outputs: nbformat.NotebookNode) -> str:
    """A notebook of one cell of prose and two of code."""
    cells = [
        new_markdown_cell(PROSE),
        new_code_cell(CODE, execution_count=1, outputs=[new_output("stream", name="stdout", text=PRINTED)]),
        new_code_cell("draw()", execution_count=2, outputs=list(outputs)),
    ]
    for number, cell in enumerate(cells, 1):
        cell.id = f"cell-{number}"
    about = {"script": "snippets/demo/labs/tried.py", "ran_with": "NumPy 2 · Python 3"}
    return nbformat.writes(new_notebook(cells=cells, metadata=about))


def drawing() -> nbformat.NotebookNode:
    data = {"image/svg+xml": SVG, "text/plain": "A line"}
    return new_output("display_data", data=data, metadata={"filename": "line.svg"})


def configuration(fragments: str, watch: str) -> str:
    """That of this site, for a few other pages."""
    own = {
        "INHERIT": str(ROOT / "mkdocs.yml"),
        "nav": None,
        "hooks": [str(ROOT / "engine/site/hook.py")],
        "watch": [watch],
        "theme": {"custom_dir": str(ROOT / "theme")},
        "extra_javascript": [],
        "markdown_extensions": {"pymdownx.snippets": {"base_path": [fragments]}},
    }
    return yaml.safe_dump(own)


class Project:
    """A site with one lab. converted: the notebooks that the plugin has rendered in the last build."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.command = ""
        self.converted: list[str] = []

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def build(self, command: str = "build") -> BeautifulSoup:
        """Build it. Returns the lab's page."""
        self.converted.clear()
        config = load_config(str(self.root / "mkdocs.yml"))
        if command != self.command or command == "build":
            config.plugins.on_startup(command=command, dirty=False)
            self.command = command
        build(config)
        return BeautifulSoup((self.root / "site/labs/tried/index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    from mkdocs_jupyter import convert

    made = Project(tmp_path)
    made.write("docs/en/index.md", "# Home\n")
    made.write("docs/en/labs/tried.md", STUB)
    made.write(".cache/downloads/labs/tried.ipynb", notebook(drawing()))
    made.write("mkdocs.yml", configuration(str(tmp_path), "."))
    render = convert.nb2html

    def noted(path: str, **options: object) -> str:
        made.converted.append(Path(path).name)
        assert not options["execute"]
        return render(path, **options)

    monkeypatch.setattr(convert, "nb2html", noted)
    monkeypatch.setattr("engine.assemble.site.Site.build", lambda _: [])
    monkeypatch.chdir(tmp_path)
    yield made
    if made.command != "build":
        made.build()  # the hook is loaded once for all tests


def test_its_cells_are_markdown_of_the_site(project: Project) -> None:
    page = project.build()
    article = page.article
    assert [heading.get_text() for heading in article.select("h1, h2")] == ["A lab¶", "Further¶"]
    assert page.title.get_text().startswith("A lab - ")
    assert {link["href"] for link in page.select(".md-nav--secondary a")} == {"#further"}
    assert article.select_one("p a")["href"] == "../../"
    assert article.select_one(".arithmatex annotation").get_text() == "x < y"
    assert article.select_one("p em").get_text() == "so"
    assert article.select_one("p > strong").get_text() == "first"
    assert article.get_text().index("Further") < article.get_text().index("Below the first cell")
    prose, code, output, other = (block.get_text() for block in article.select("pre > code"))
    assert (prose, code, output, other) == ("<pre>\n", f"{CODE}\n", PRINTED, "draw()\n")
    first, second = article.select(".lab-cell")
    assert ["'1'" in first["style"], "'2'" in second["style"]] == [True, True]
    assert first.select_one(".highlight")["data-snippet"] == "snippets/demo/labs/tried.py"
    assert first.select_one(".output .filename").get_text() == "NumPy 2 · Python 3"
    figure = second.select_one("figure#demo-tried-line")
    assert figure.select_one("svg desc").get_text() == "A line"
    assert "currentColor" in str(figure) or "--figure-1" in str(figure)


def test_nothing_of_the_plugin_s_own_look_is_in_it(project: Project) -> None:
    text = str(project.build())
    assert "lab-cell" in text
    for mark in ("jp-", "highlight-ipynb", "mathjax", "MathJax", "cdnjs", "clipboard-copy", "<style type"):
        assert mark not in text, mark


def test_a_notebook_is_rendered_once(project: Project) -> None:
    first = project.build()
    assert project.converted == ["tried.ipynb"]
    assert project.build() == first
    assert project.converted == []
    project.write(".cache/downloads/labs/tried.ipynb", notebook())
    assert not project.build().select("figure")
    assert project.converted == ["tried.ipynb"]


def test_a_change_of_the_engine_renders_it_anew(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.build()
    for module in (lab_pages, pages):
        monkeypatch.setattr(module, "code_digest", lambda *_: "another")
    project.build()
    assert project.converted == ["tried.ipynb"]


def test_who_serves_gets_the_new_notebook_and_the_new_text_below_its_first_cell(project: Project) -> None:
    project.build("serve")
    project.write(".cache/downloads/labs/tried.ipynb", notebook())
    assert not project.build("serve").select("figure")
    assert project.converted == ["tried.ipynb"]
    project.write("docs/en/labs/tried.md", STUB.replace("first", "only"))
    assert project.build("serve").select_one("article p > strong").get_text() == "only"
    assert project.converted == []
    project.write("docs/en/index.md", "# At home\n")
    assert project.build("serve").select_one("article .lab-cell")
    assert project.converted == []


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (new_output("error", ename="ValueError", evalue="no", traceback=[]), "an error, ValueError: no"),
        (new_output("stream", name="stderr", text="no"), "an output that no page can show, stream"),
        (new_output("display_data", data={"text/html": "<b>"}), "an output that no page can show, display_data"),
        (new_output("execute_result", data={"text/plain": "1"}), "an output that no page can show, execute_result"),
    ],
    ids=lambda value: value.get("name", value.output_type) if isinstance(value, dict) else "",
)
def test_a_notebook_with_an_error_or_what_no_page_can_show_is_fatal(
    project: Project, caplog: pytest.LogCaptureFixture, output: nbformat.NotebookNode, said: str
) -> None:
    project.write(".cache/downloads/labs/tried.ipynb", notebook(output))
    for _ in range(2):  # it is not kept either
        caplog.clear()
        with pytest.raises(Abort):
            project.build()
        assert f"snippets/demo/labs/tried.py: its notebook holds {said}" in caplog.messages


def test_a_page_that_the_plugin_leaves_alone_is_fatal(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    text = (project.root / "mkdocs.yml").read_text(encoding="utf-8")
    project.write("mkdocs.yml", text + "plugins: {mkdocs-jupyter: {include: []}}\n")
    with pytest.raises(Abort):
        project.build()
    assert f"labs/tried.md: mkdocs-jupyter has not rendered {project.root}/.cache/downloads/labs/tried.ipynb" in (
        caplog.messages
    )


def test_what_a_user_has_configured_for_notebooks_changes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project.build()
    settings = project.root / "jupyter"
    project.write("jupyter/jupyter_nbconvert_config.py", "c.ClearOutputPreprocessor.enabled = True\n")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(settings))
    for known in ("labs", "pages"):
        shutil.rmtree(project.root / ".cache" / known)
    assert project.build() == before
    assert project.converted == ["tried.ipynb"]
    assert "JUPYTER_NO_CONFIG" not in os.environ
    # nbconvert itself would have heeded it
    command = [sys.executable, "-m", "nbconvert", "--to", "markdown", "--stdout", ".cache/downloads/labs/tried.ipynb"]
    assert "A line" not in subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout


LAB = "# %% [markdown]\n# # A lab\n#\n# As it was.\n\n# %%\nprint(1)\n\n# %%\nprint(2)\n"


def test_who_serves_sees_a_lab_that_changes_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    site = Project(tmp_path)
    parts = ("apis", "downloads", "microscope")
    site.write("docs/en/functions/demo.md", "# Demo\n" + "".join(f'\n--8<-- "demo/{part}.md"\n' for part in parts))
    site.write("docs/en/labs/tried.md", '---\ntitle: A lab\n---\n\n--8<-- "demo/labs/tried.md"\n')
    site.write("snippets/demo/definition.yml", DEFINITION)
    site.write("snippets/demo/labs/tried.py", LAB)
    site.write("snippets/demo/labs/tried.out", "1\n2\n")
    site.write("mkdocs.yml", configuration(".cache/fragments/en", "snippets"))
    with served(tmp_path) as wait_for:
        page = wait_for("As it was")
        assert [block.get_text() for block in page.select("pre > code")] == ["print(1)\n", "1\n", "print(2)\n", "2\n"]
        assert [link["href"] for link in page.select(".downloads a")] == ["../tried.ipynb", "../tried.py"]
        site.write("snippets/demo/labs/tried.py", LAB.replace("As it was", "As it is"))
        assert len(wait_for("As it is").select(".lab-cell")) == 2
        site.write("snippets/demo/labs/tried.py", LAB.replace("print(2)", "1 / 0"))
        page = wait_for("ZeroDivisionError")
        assert "snippets/demo/labs/tried.py:10: ZeroDivisionError" in page.select_one(".admonition.failure").get_text()
        assert [block.get_text() for block in page.select(".lab-cell pre > code")] == ["print(1)\n", "1\n", "1 / 0\n"]
        site.write("snippets/demo/labs/tried.py", LAB.replace("As it was", "As it will be"))
        assert not wait_for("As it will be").select(".failure")


@contextmanager
def served(root: Path) -> Iterator[Callable[[str], BeautifulSoup]]:
    """`mkdocs serve` in a folder; what it gives waits until the page of the lab says something."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    log = root / "serve.log"
    with log.open("w") as file:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=file, stderr=subprocess.STDOUT)

    def wait_for(text: str) -> BeautifulSoup:
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            with suppress(urllib.error.URLError, ConnectionError):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/labs/tried/", timeout=30) as answer:
                    page = answer.read().decode()
                if text in page:
                    return BeautifulSoup(page, "html.parser")
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        raise AssertionError(f"{text!r} did not come: {log.read_text()}")

    try:
        yield wait_for
    finally:
        process.terminate()
        process.wait(20)
