"""What a writer may get wrong: the build fails, and says where."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from built import Site
from shared import build, copy

PAGE = "docs/en/functions/softplus.md"
HOME = "docs/en/index.md"
Edit = Callable[[str], str]


@pytest.fixture
def project(site: Site, tmp_path: Path) -> Path:
    """A copy of the project with what earlier builds know; the build of `site` has filled that."""
    root = copy(tmp_path / "project")
    for path in (root / "docs").iterdir():  # in English, or a translation would be told to lack what is added
        if path.is_dir() and path.name != "en":
            shutil.rmtree(path)
    return root


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


ADDED = "\n\n{}\n"


def with_more(text: str) -> Edit:
    return lambda source: source + ADDED.format(text)


DEFINITION = "snippets/softplus/definition.yml"
FORWARD = "snippets/softplus/numpy/forward"

#: What one build tells of, all at once: the file, the edit, the first of its lines that is wrong, and what is said.
FAULTS: dict[str, list[tuple[str, Edit, str, str]]] = {
    "includes and snippets": [
        (PAGE, with_more('--8<-- "softplus/nowhere.md"'), "softplus/nowhere.md", "no fragment"),
        (HOME, with_more('--8<-- "nowhere/forward.md"'), "nowhere/forward.md", "no fragment"),
        (HOME, with_more('--8<-- "../../mkdocs.yml"'), "../../mkdocs.yml", "no fragment"),
        (HOME, with_more("--8<--\nsoftplus/other.md\n--8<--"), "--8<--\nsoftplus", "one include a line"),
        (HOME, with_more('- item\n\n    --8<-- "no/such.md"'), "no/such.md", "no fragment"),
        (
            f"{FORWARD}.out",
            lambda text: text.replace("0.69314718", "0.69314178"),
            "0.69314178",
            "prints something else",
        ),
        ("snippets/softplus/numpy/inverse.py", lambda text: text + "print(nowhere)\n", "print(nowhere)", "NameError"),
    ],
    "a definition": [
        (DEFINITION, lambda text: text + "colour: red\n", "colour", "colour"),
        (DEFINITION, lambda text: text.replace("name: Softplus", "name: 1"), "name: 1", "name"),
    ],
    "a formula": [(PAGE, with_more(r"So $\fracc{1}{2}$."), r"\fracc", r"\fracc is not expected here")],
    "a displayed formula": [(PAGE, with_more("$$\na &= b \\\\\n\\sqrt{\n$$"), "a &= b", "KaTeX parse error")],
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_told_with_file_and_line(project: Path, tmp_path: Path, kind: str) -> None:
    for file, edit, _, _ in FAULTS[kind]:
        (project / file).write_text(edit((project / file).read_text(encoding="utf-8")), encoding="utf-8")
    rendered = "formula" in kind  # found later than what stops a build that publishes
    done = build(project, tmp_path / "site", draft=rendered)
    assert done.returncode != 0
    for file, _, mark, said in FAULTS[kind]:
        line = line_of((project / file).read_text(encoding="utf-8"), mark)
        told = re.search(rf"{re.escape(file)}:{line}\b", done.stderr)
        assert told, f"{file}:{line}\n{done.stderr}"
        assert said in done.stderr[told.start() : told.start() + 400], done.stderr
    assert "mkdocs/__main__.py" not in done.stderr, "a traceback of the build itself"


def test_broken_links_and_a_page_that_no_menu_leads_to_are_told(project: Path, tmp_path: Path) -> None:
    links = {
        "[there](nowhere.md)": "nowhere.md",
        "[there](functions/softplus.md#nowhere)": "functions/softplus.md#nowhere",
        "[there](#nowhere)": "'#nowhere'",
        "![a curve](nowhere.png)": "nowhere.png",
        "[there](/functions/softplus/)": "/functions/softplus/",
        "[there](../../mkdocs.yml)": "mkdocs.yml",
    }
    path = project / HOME
    path.write_text(path.read_text(encoding="utf-8") + ADDED.format("\n\n".join(links)), encoding="utf-8")
    (project / "docs/en/lost.md").write_text("# Lost\n", encoding="utf-8")
    done = build(project, tmp_path / "site")
    assert done.returncode != 0
    for said in links.values():
        assert any("index.md" in line and said in line for line in done.stderr.splitlines()), f"{said}\n{done.stderr}"
    assert "lost.md" in done.stderr
